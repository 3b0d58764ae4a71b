"""Notes: what drafting has to say about a plan."""

from enum import StrEnum

from attrs import frozen

from iopkit.confidential import hidden
from iopkit.needs import Need
from iopkit.windows import Weekday


class MatterKind(StrEnum):
    """What a note asks of its reader."""

    CHOICE = "choice"
    """Drafting chose, and says why."""
    QUESTION = "question"
    """Something is not known."""
    COLLISION = "collision"
    """Something does not fit."""
    REFERRAL = "referral"
    """The site does not provide it; somebody else must."""


class Matter(StrEnum):
    """What drafting has to say about a plan."""

    TRACK_CHOSEN = "track_chosen"
    WEEKS_CHOSEN = "weeks_chosen"
    DOSE_DIVIDED = "dose_divided"
    NOT_CALLED_FOR = "not_called_for"
    FAMILY_NOT_POSSIBLE = "family_not_possible"
    JUDGED_BY_NO_POLICY = "judged_by_no_policy"
    AVAILABILITY_UNKNOWN = "availability_unknown"
    OBLIGATIONS_UNKNOWN = "obligations_unknown"
    DURATION_UNKNOWN = "duration_unknown"
    AGE_UNKNOWN = "age_unknown"
    CALL_UNKNOWN = "call_unknown"
    FAMILY_UNKNOWN = "family_unknown"
    NEED_UNKNOWN = "need_unknown"
    PROVISION_UNKNOWN = "provision_unknown"
    NO_OPEN_TIME = "no_open_time"
    PREFERENCE_NOT_KEPT = "preference_not_kept"
    OUTSIDE_HOURS = "outside_hours"
    UNSTAFFED = "unstaffed"
    OUTSIDE_AVAILABILITY = "outside_availability"
    OFFER_OVERLAPS = "offer_overlaps"
    OTHER_AGE_GROUP = "other_age_group"
    NOT_PROVIDED = "not_provided"

    @property
    def kind(self) -> MatterKind:
        """What it asks of its reader."""
        return _KINDS[self]

    @property
    def words(self) -> str:
        """The matter in prose."""
        return _WORDS[self]


_WORDS = {
    Matter.TRACK_CHOSEN: "of the program's tracks, this one collides least",
    Matter.WEEKS_CHOSEN: "planned at the least of the weeks that the program allows",
    Matter.DOSE_DIVIDED: "the weekly time does not divide into the site's sessions: one more "
    "is planned, and the week is longer than prescribed",
    Matter.NOT_CALLED_FOR: "not given, as no diagnosis on record calls for it",
    Matter.FAMILY_NOT_POSSIBLE: "not given: it takes a support person who joins, and a valid "
    "consent to family involvement",
    Matter.JUDGED_BY_NO_POLICY: "judged by no policy",
    Matter.AVAILABILITY_UNKNOWN: "when can the patient come? Only site hours were looked at",
    Matter.OBLIGATIONS_UNKNOWN: "which standing commitments has the patient? Not all are known",
    Matter.DURATION_UNKNOWN: "how long is a session? Neither program nor site says",
    Matter.AGE_UNKNOWN: "how old is the patient? The program is for one age group",
    Matter.CALL_UNKNOWN: "do the diagnoses call for it? On hold until they are known",
    Matter.FAMILY_UNKNOWN: "is there a support person who joins, and a valid consent to family "
    "involvement? On hold until both are known",
    Matter.NEED_UNKNOWN: "does the patient need it?",
    Matter.PROVISION_UNKNOWN: "the patient needs it: does the site provide it?",
    Matter.NO_OPEN_TIME: "no time is left that suits site and patient",
    Matter.PREFERENCE_NOT_KEPT: "fewer days a week, or a longer gap between them, than preferred",
    Matter.OUTSIDE_HOURS: "lies outside the site's opening hours",
    Matter.UNSTAFFED: "lies outside the hours of its room, or of those who may give it",
    Matter.OUTSIDE_AVAILABILITY: "lies outside the patient's availability",
    Matter.OFFER_OVERLAPS: "the site's time or length overlaps another service, and was not taken",
    Matter.OTHER_AGE_GROUP: "the program is for another age group",
    Matter.NOT_PROVIDED: "the patient needs it and the site does not provide it: refer to",
}
_KINDS = {
    **dict.fromkeys(Matter, MatterKind.COLLISION),
    **dict.fromkeys(
        (
            Matter.TRACK_CHOSEN,
            Matter.WEEKS_CHOSEN,
            Matter.DOSE_DIVIDED,
            Matter.NOT_CALLED_FOR,
            Matter.FAMILY_NOT_POSSIBLE,
            Matter.JUDGED_BY_NO_POLICY,
        ),
        MatterKind.CHOICE,
    ),
    **dict.fromkeys(
        (
            Matter.AVAILABILITY_UNKNOWN,
            Matter.OBLIGATIONS_UNKNOWN,
            Matter.DURATION_UNKNOWN,
            Matter.AGE_UNKNOWN,
            Matter.CALL_UNKNOWN,
            Matter.FAMILY_UNKNOWN,
            Matter.NEED_UNKNOWN,
            Matter.PROVISION_UNKNOWN,
        ),
        MatterKind.QUESTION,
    ),
    Matter.NOT_PROVIDED: MatterKind.REFERRAL,
}


@frozen(repr=False)
class Note:
    """A choice, question, collision or referral that drafting found.

    It is about a service on a day, about a need, or about a track or phase, the ``part``.
    ``why``: what is to be said beside it.
    """

    matter: Matter
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
        to = f" {self.need.referral}" if self.need and self.matter is Matter.NOT_PROVIDED else ""
        why = f": {self.why}" if self.why else ""
        text = f"{self.matter.words}{to}{why}"
        return f"{lead}: {text}" if lead else text

    __repr__ = hidden
