"""Notes: what drafting has to say about a plan."""

from enum import StrEnum
from typing import Self

from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.needs import Need
from iopkit.windows import Weekday


class NoteKind(StrEnum):
    """What a note asks of its reader."""

    CHOICE = "choice"
    """Drafting chose, and says why."""
    QUESTION = "question"
    """Something is not known."""
    COLLISION = "collision"
    """Something does not fit."""
    REFERRAL = "referral"
    """The site does not provide it; somebody else must."""


class NoteSubject(StrEnum):
    """What drafting has to say about a plan."""

    kind: NoteKind
    """What it asks of its reader."""
    words: str
    """The subject in prose."""
    asked: str
    """As a patient is asked or told it, with places for what it is about.

    A choice has none, nor has what is for the clinic to settle.
    """

    def __new__(cls, value: str, kind: NoteKind, words: str, asked: str) -> Self:
        """A member with all that is said of it, so that a new one cannot lack a part."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.kind, member.words, member.asked = kind, words, asked
        return member

    TRACK_CHOSEN = (
        "track_chosen",
        NoteKind.CHOICE,
        "of the program's tracks, this one collides least",
        "",
    )
    WEEKS_CHOSEN = (
        "weeks_chosen",
        NoteKind.CHOICE,
        "planned at the least of the weeks that the program allows",
        "",
    )
    RATE_CHOSEN = (
        "rate_chosen",
        NoteKind.CHOICE,
        "planned at the least that the program allows",
        "",
    )
    MODALITY_CHOSEN = (
        "modality_chosen",
        NoteKind.CHOICE,
        "planned as the first of its kinds that is known to be possible for the patient",
        "",
    )
    DOSE_DIVIDED = (
        "dose_divided",
        NoteKind.CHOICE,
        (
            "the weekly time does not divide into the site's sessions: one more is planned, and "
            "the week is longer than prescribed"
        ),
        "",
    )
    NOT_CALLED_FOR = (
        "not_called_for",
        NoteKind.CHOICE,
        "not given, as no diagnosis on record calls for it",
        "",
    )
    FAMILY_NOT_POSSIBLE = (
        "family_not_possible",
        NoteKind.CHOICE,
        (
            "not given: it takes a support person who joins, and a valid consent to family "
            "involvement that names this person"
        ),
        "",
    )
    JUDGED_BY_NO_POLICY = (
        "judged_by_no_policy",
        NoteKind.CHOICE,
        "judged by no policy",
        "",
    )
    HOURS_ABOVE_NEED = (
        "hours_above_need",
        NoteKind.CHOICE,
        "more hours a week than the assessment says that the patient needs",
        "",
    )
    STEP_DOWN = (
        "step_down",
        NoteKind.CHOICE,
        "comes from care around the clock",
        "",
    )
    AVAILABILITY_UNKNOWN = (
        "availability_unknown",
        NoteKind.QUESTION,
        "when can the patient come? Only site hours were looked at",
        "When can you come? So far we looked only at our own hours.",
    )
    OBLIGATIONS_UNKNOWN = (
        "obligations_unknown",
        NoteKind.QUESTION,
        "which standing commitments has the patient? Not all are known",
        "When are you at work, at school, or needed at home?",
    )
    DURATION_UNKNOWN = (
        "duration_unknown",
        NoteKind.QUESTION,
        "how long is a session? Neither program nor site says",
        "{about}: how long is each session?",
    )
    PART_FULL = (
        "part_full",
        NoteKind.QUESTION,
        "can it be at another time of the day? None is left in the part that the program names",
        "{about}: can it be at another time of the day? We found no open time that suits you.",
    )
    RATE_UNKNOWN = (
        "rate_unknown",
        NoteKind.QUESTION,
        "how often is it given? The program does not say; on hold until it is known",
        "{about}: how often is it? It is on hold until we know.",
    )
    AGE_UNKNOWN = (
        "age_unknown",
        NoteKind.QUESTION,
        "how old is the patient? The program is for one age group",
        "How old are you? This program is for one age group.",
    )
    CALL_UNKNOWN = (
        "call_unknown",
        NoteKind.QUESTION,
        "do the diagnoses call for it? On hold until they are known",
        "{about}: do you need it? It is on hold until we know.",
    )
    FAMILY_UNKNOWN = (
        "family_unknown",
        NoteKind.QUESTION,
        (
            "is there a support person who joins, and a valid consent to family involvement that "
            "names this person? On hold until both are known"
        ),
        "{about}: who can join you? Do you agree in writing? It is on hold until we know.",
    )
    TRAVEL_UNKNOWN = (
        "travel_unknown",
        NoteKind.QUESTION,
        "how long is the way to the site? A standing commitment ends or begins at the same minute",
        "{about}: how long is your way to us? There is no time for it: {why}.",
    )
    NEED_UNKNOWN = (
        "need_unknown",
        NoteKind.QUESTION,
        "does the patient need it?",
        "Do you need {about}?",
    )
    PROBLEMS_UNKNOWN = (
        "problems_unknown",
        NoteKind.QUESTION,
        "which of these problems has the patient? Not known, for lack of the facts in brackets",
        "Is there more that is hard for you? We do not know all that we need to know yet.",
    )
    PROVISION_UNKNOWN = (
        "provision_unknown",
        NoteKind.QUESTION,
        "the patient needs it: does the site provide it?",
        "You need {about}. Can we give it to you here?",
    )
    ADVANCE_OPEN = (
        "advance_open",
        NoteKind.QUESTION,
        "does the patient go on? A clinician decides, as it turns on services not in this plan",
        "",
    )
    DISCHARGE_OPEN = (
        "discharge_open",
        NoteKind.QUESTION,
        "is the patient discharged? A clinician decides, as it turns on services not in this plan",
        "",
    )
    LEFT_OPEN = (
        "left_open",
        NoteKind.QUESTION,
        "what is to be done here? The program's source leaves it open",
        "",
    )
    SOURCE_DISAGREES = (
        "source_disagrees",
        NoteKind.QUESTION,
        "which is right? The program's source contradicts itself",
        "",
    )
    OUT_OF_REACH = (
        "out_of_reach",
        NoteKind.COLLISION,
        "a condition on time cannot be met within the weeks of the plan",
        "Your plan is shorter than what it takes to complete it. How do we go on then?",
    )
    HOURS_UNSURE = (
        "hours_unsure",
        NoteKind.QUESTION,
        "are the hours a week those that the assessment says are needed? It is not known",
        "Does this plan have as many hours as you need? That is not sure yet.",
    )
    STAY_END_UNKNOWN = (
        "stay_end_unknown",
        NoteKind.QUESTION,
        "on what day did care around the clock end?",
        "On what day did you leave the place where you had care by day and night?",
    )
    NO_OPEN_TIME = (
        "no_open_time",
        NoteKind.COLLISION,
        "no time is left that suits site and patient",
        "{about}: we found no open time that suits you.",
    )
    PREFERENCE_NOT_KEPT = (
        "preference_not_kept",
        NoteKind.COLLISION,
        "fewer days a week, or a longer gap between them, than preferred",
        "Your weeks are not spread out as you wished. Is that right for you?",
    )
    OUTSIDE_HOURS = (
        "outside_hours",
        NoteKind.COLLISION,
        "lies outside the site's opening hours",
        "{about}: we are closed at this time.",
    )
    UNSTAFFED = (
        "unstaffed",
        NoteKind.COLLISION,
        "lies outside the hours of its room, or of those who may give it",
        "{about}: we have no room, or nobody is there for it, at this time.",
    )
    TAKEN_BY_COMMITMENT = (
        "taken_by_commitment",
        NoteKind.COLLISION,
        "collides with a standing commitment of the patient",
        "{about}: at this time you have something else: {why}.",
    )
    TOO_NEAR_COMMITMENT = (
        "too_near_commitment",
        NoteKind.COLLISION,
        "leaves no time for the way between the site and a standing commitment",
        "{about}: there is no time for your way to us: {why}.",
    )
    OUTSIDE_AVAILABILITY = (
        "outside_availability",
        NoteKind.COLLISION,
        "lies outside the patient's availability",
        "{about}: you cannot come at this time.",
    )
    OFFER_OVERLAPS = (
        "offer_overlaps",
        NoteKind.COLLISION,
        "the site's time or length overlaps another service, and was not taken",
        "{about}: our usual time does not fit with your other sessions.",
    )
    OUTSIDE_PART = (
        "outside_part",
        NoteKind.COLLISION,
        "lies outside the part of the day that the program names",
        "{about}: it is not at the time of the day that it is meant for.",
    )
    OFFER_OUTSIDE_PART = (
        "offer_outside_part",
        NoteKind.COLLISION,
        (
            "the site's time lies outside the part of the day that the program names, and was "
            "not taken"
        ),
        "{about}: our usual time is at another part of the day.",
    )
    HOURS_BELOW_NEED = (
        "hours_below_need",
        NoteKind.COLLISION,
        "fewer hours a week than the assessment says that the patient needs",
        "You may need more hours a week than this plan has.",
    )
    STAY_NOT_OVER = (
        "stay_not_over",
        NoteKind.COLLISION,
        "care around the clock is on record as going on on the first day",
        "You may still be in care by day and night when this plan starts.",
    )
    OTHER_AGE_GROUP = (
        "other_age_group",
        NoteKind.COLLISION,
        "the program is for another age group",
        "This program is for another age group. Is it right for you?",
    )
    NOT_PROVIDED = (
        "not_provided",
        NoteKind.REFERRAL,
        "the patient needs it and the site does not provide it: refer to",
        "You need {about}. We do not have it here. We send you to {to}.",
    )


@frozen(repr=False)
class PlanNote:
    """A choice, question, collision or referral that drafting found.

    It is about a service on a day, about a need, or about a track or phase, the ``part``.
    ``why``: what is to be said beside it.
    """

    matter: NoteSubject
    service: str | None = None
    day: Weekday | None = None
    need: Need | None = None
    part: str | None = None
    why: str | None = None

    @property
    def words(self) -> str:
        """The note in prose."""
        need = self.need.label if self.need else ""
        day = self.day.title if self.day is not None else ""
        lead = ", ".join(filter(None, [self.part, self.service, day, need]))
        to = (
            f" {self.need.referral}"
            if self.need and self.matter is NoteSubject.NOT_PROVIDED
            else ""
        )
        why = f": {self.why}" if self.why else ""
        text = f"{self.matter.words}{to}{why}"
        return f"{lead}: {text}" if lead else text

    __repr__ = hidden
