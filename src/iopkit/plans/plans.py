"""Plans: a program given to one patient from a day."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from attrs import frozen

from iopkit.availability import Weekday, WeeklyWindows, zone_faults
from iopkit.confidential import hidden
from iopkit.errors import Fault, refuse, refuse_moments, unless
from iopkit.needs import Need
from iopkit.patients import Relationship
from iopkit.plans.goals import Goal, Problem
from iopkit.plans.programs import Phase, Program
from iopkit.truth import Truth


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


class MilestoneKind(StrEnum):
    """What is due on a day of a plan."""

    REVIEW = "review"
    CERTIFICATION = "certification"
    RECERTIFICATION = "recertification"

    @property
    def label(self) -> str:
        """What is due, as people read it."""
        return _MILESTONES[self]


_MILESTONES = {
    MilestoneKind.REVIEW: "plan review",
    MilestoneKind.CERTIFICATION: "certification by a physician",
    MilestoneKind.RECERTIFICATION: "recertification",
}


@frozen(repr=False)
class Milestone:
    """A day by which the plan is to be reviewed or certified, and whose rule asks for it."""

    kind: MilestoneKind
    by: date
    under: str | None = None

    def __attrs_post_init__(self) -> None:
        refuse_moments("milestone", by=self.by)

    __repr__ = hidden


class Signer(StrEnum):
    """Who signs a plan."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    COUNSELOR = "counselor"
    PHYSICIAN = "physician"
    NON_PHYSICIAN_PRACTITIONER = "non_physician_practitioner"

    @property
    def label(self) -> str:
        """Who it is, as people read it."""
        return self.value.replace("_", " ").replace("non physician", "non-physician")


@frozen(repr=False)
class Signature:
    """Who signed the plan, and on what day."""

    signer: Signer
    on: date

    def __attrs_post_init__(self) -> None:
        refuse_moments("signature", on=self.on)

    __repr__ = hidden


@frozen(repr=False)
class Disclosure:
    """What the patient allows to be told to whom about this treatment, up to ``until``.

    ``until`` is the first day on which it may not be told any more; ``None``: a consent
    that ends with an event.
    """

    recipient: str
    information: str
    until: date | None = None

    __repr__ = hidden


@frozen(repr=False)
class JudgedBy:
    """A policy's decision that the plan rests on.

    ``unjudged`` names the recorded facts of risk that no criterion of the policy has read;
    ``None``: not known, as of decisions stored before it was kept.
    """

    policy: str
    on: date
    verdict: Truth
    unjudged: tuple[str, ...] | None = ()

    @property
    def outcome(self) -> str:
        """The verdict in words, and what it does not speak of."""
        if self.unjudged is None:
            return f"{self.verdict.value}; what was recorded and not judged by it is not known"
        unread = ", ".join(name.replace("_", " ") for name in self.unjudged)
        rest = f"; recorded and not judged by it: {unread}" if unread else ""
        return f"{self.verdict.value}{rest}"

    __repr__ = hidden


@frozen(repr=False)
class Provenance:
    """What a plan was made from: program, its version, decisions and requirement sets."""

    program: str
    version: str | None = None
    decisions: tuple[JudgedBy, ...] = ()
    requirements: tuple[str, ...] = ()

    __repr__ = hidden


@frozen(repr=False)
class Leave:
    """Days on which treatment is on hold: from ``start`` up to the day before ``end``.

    ``extends``: what is missed takes place after the plan's last week; otherwise it is
    skipped, and listed with the reason.
    """

    start: date
    end: date
    why: str = ""
    extends: bool = False

    def __attrs_post_init__(self) -> None:
        refuse_moments("leave", start=self.start, end=self.end)
        ok = self.start < self.end
        refuse("leave", unless(ok, "end", "a day after the start", "an earlier day"))

    __repr__ = hidden


@frozen(repr=False)
class Stay:
    """Days that the patient spends in another time zone, up to the day before ``end``.

    Sessions keep the site's time, and the days are those of the site. ``zone`` is an IANA
    name; ``free`` is when the patient could join in that zone's wall-clock time, ``None``:
    not known.
    """

    start: date
    end: date
    zone: str
    free: WeeklyWindows | None = None

    def __attrs_post_init__(self) -> None:
        refuse_moments("stay", start=self.start, end=self.end)
        ok = self.start < self.end
        refuse(
            "stay",
            unless(ok, "end", "a day after the start", "an earlier day"),
            # Where a patient is, is not told.
            unless(not zone_faults(self.zone), "zone", "an IANA time zone", "another"),
        )

    __repr__ = hidden


@frozen(repr=False)
class Plan:
    """What one patient is to get: a program with its times filled in, from a day.

    ``key`` is opaque, and the root of the sessions' calendar UIDs. ``free`` is when the
    patient could come; ``None``: not known. ``seed`` draws the random days. ``age`` is in
    completed years on the first day. ``problems`` and ``supports``, those who join family
    sessions, are ``None`` where the patient's diagnoses and support persons are not known,
    ``goals`` and ``signatures`` until they are agreed and given. Services in ``on_hold``
    await an answer: they have no dates until the plan is drafted again. ``leaves`` and
    ``stays`` are in order and do not overlap.

    Raises:
        InvalidError: the plan does not start in the years 1970 to 2199, its program has
            tracks or a phase of no stated length, or a part refers to one that is not there.
    """

    key: UUID
    patient: UUID
    site: str
    program: Program
    start: date
    seed: int
    free: WeeklyWindows | None = None
    notes: tuple[Note, ...] = ()
    track: str | None = None
    age: int | None = None
    on_hold: tuple[str, ...] = ()
    problems: tuple[Problem, ...] | None = None
    goals: tuple[Goal, ...] | None = None
    milestones: tuple[Milestone, ...] = ()
    supports: tuple[Relationship, ...] | None = None
    disclosures: tuple[Disclosure, ...] = ()
    signatures: tuple[Signature, ...] | None = None
    provenance: Provenance | None = None
    leaves: tuple[Leave, ...] = ()
    stays: tuple[Stay, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse_moments("plan", start=self.start)
        problems = [problem.name for problem in self.problems or ()]
        services = {service.name for service in self.program.every_service}
        used = {step.service for goal in self.goals or () for step in goal.interventions}
        refuse(
            "plan",
            start_faults(self.start),
            unless(not self.program.tracks, "program", "one track of it", "several"),
            unless(not self.program.open_lengths, "program", "weeks for every phase", "none"),
            unless(self.age is None or 0 <= self.age <= 130, "age", "from 0 to 130", "another"),
            unless(services.issuperset(self.on_hold), "on_hold", "services of the plan", "others"),
            unless(len(problems) == len(set(problems)), "problems", "each name once", "one twice"),
            unless(
                all(goal.problem in problems for goal in self.goals or ()),
                "goals",
                "problems of the plan",
                "another problem",
            ),
            unless(services >= used - {None}, "goals", "services of the plan in steps", "others"),
            _order_faults("leaves", self.leaves),
            _order_faults("stays", self.stays),
        )

    @property
    def caution(self) -> str | None:
        """What is to be told first, wherever the plan is shown; ``None``: nothing.

        It rests on a decision that is no "yes".
        """
        judged = self.provenance.decisions if self.provenance else ()
        told = (
            f"{lead}: {', '.join(f'{each.policy}, judged for {each.on}' for each in some)}"
            for truth, lead in _CAUTIONS.items()
            if (some := [each for each in judged if each.verdict is truth])
        )
        return "; ".join(told) or None

    @property
    def weeks(self) -> int:
        """Length in weeks."""
        return self.program.weeks

    @property
    def end(self) -> date:
        """The day after the last."""
        return self.start + timedelta(weeks=self.weeks)

    def leave_on(self, day: date) -> Leave | None:
        """The leave that a day is in."""
        return next((leave for leave in self.leaves if leave.start <= day < leave.end), None)

    def stay_on(self, day: date) -> Stay | None:
        """The stay in another time zone that a day is in."""
        return next((stay for stay in self.stays if stay.start <= day < stay.end), None)

    def phase_starts(self) -> Iterator[tuple[date, Phase]]:
        """First day of each phase, in order."""
        day = self.start
        for phase in self.program.phases:
            yield day, phase
            day += timedelta(weeks=phase.laid_weeks)

    __repr__ = hidden


_CAUTIONS = {
    Truth.NO: "drafted despite a no",
    Truth.UNKNOWN: "drafted while undetermined",
}


def _order_faults(name: str, spans: Sequence[Leave | Stay]) -> tuple[Fault, ...]:
    ok = all(before.end <= after.start for before, after in pairwise(spans))
    return unless(ok, name, "in order, without overlaps", "others")


def start_faults(start: date) -> tuple[Fault, ...]:
    """What is wrong with a plan's first day: in other years, time zones are a guess."""
    ok = date(1970, 1, 1) <= start < date(2200, 1, 1)
    return unless(ok, "start", "a day from 1970 to 2199", "another day")
