"""Plans: a program given to one patient from a day."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from attrs import evolve

from iopkit.clocks import zone_faults
from iopkit.confidential import hidden
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.possible import Possible, as_possible, is_of_kind
from iopkit.eligibility.risks import RecordedRisk
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.patients.patients import Relationship
from iopkit.plans.goals import Goal, Problem
from iopkit.plans.notes import PlanNote
from iopkit.plans.proposals import ProposedProblem
from iopkit.plans.upcoming import UpcomingChange, withholds
from iopkit.programs.programs import Phase, Program, unrated
from iopkit.programs.timetables import PrescribedSession, timetable
from iopkit.prose import listed
from iopkit.requirements.milestones import Milestone, Signer
from iopkit.truth import Truth
from iopkit.windows import DAY, ONE_DAY, Weekday, WeeklyWindows, whole_minutes

MOST_EXTRA_WEEKS = 52
"""How far the sessions of a plan may extend it."""


@frozen(repr=False)
class Signature:
    """Who signed the plan, and on what day."""

    signer: Signer
    on: date

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

    ``unjudged`` has the recorded facts of risk that made no difference to the policy; ``None``:
    not known, as of decisions stored before it was kept. ``assumed_in_force``: the policy is not
    known to be in force on the day.
    """

    policy: str
    on: date
    verdict: Truth
    unjudged: tuple[RecordedRisk, ...] | None = ()
    assumed_in_force: bool = False

    @property
    def outcome(self) -> str:
        """The verdict in words, and what it rests on and does not speak of."""
        said = self.verdict.value
        if self.assumed_in_force:
            said += "; the policy is assumed to be in force on that day"
        if self.unjudged is None:
            return f"{said}; what was recorded and not judged by it is not known"
        unread = "; ".join(risk.words for risk in self.unjudged)
        rest = f"; recorded and not judged by it: {unread}" if unread else ""
        return f"{said}{rest}"

    __repr__ = hidden


@frozen(repr=False)
class Provenance:
    """What a plan was made from: program, its version, decisions and requirement sets.

    ``assumed_in_force`` names those of the sets that are not known to be in force on its first
    day.
    """

    program: str
    version: str | None = None
    decisions: tuple[JudgedBy, ...] = ()
    requirements: tuple[str, ...] = ()
    assumed_in_force: tuple[str, ...] = ()

    __repr__ = hidden


@frozen(repr=False)
class Leave:
    """Days on which treatment is on hold: from ``start`` up to the day before ``end``.

    ``extends``: what is missed takes place after the plan's last week. ``shifts``: all that
    follows is so many whole weeks later that nothing falls into it, and stays in its order, as a
    curriculum needs it. With neither, what is missed is skipped, and listed with the reason.

    Raises:
        InvalidError: the end is not after the start, or a leave both extends and shifts.
    """

    start: date
    end: date
    why: str = ""
    extends: bool = False
    shifts: bool = False

    def __attrs_post_init__(self) -> None:
        ok = self.start < self.end
        refuse(
            "leave",
            unless(ok, "end", "a day after the start", "an earlier day"),
            unless(not (self.extends and self.shifts), "shifts", "extends or shifts", "both"),
        )

    __repr__ = hidden


@frozen(repr=False)
class Trip:
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
        ok = self.start < self.end
        refuse(
            "stay",
            unless(ok, "end", "a day after the start", "an earlier day"),
            # Where a patient is, is not told.
            unless(not zone_faults(self.zone), "zone", "an IANA time zone", "another"),
        )

    __repr__ = hidden


@frozen(repr=False)
class PrimaryCounselor:
    """Who is the patient's counselor from the day ``since`` on: a name of the site's clinicians.

    Raises:
        InvalidError: there is no name.
    """

    since: date
    clinician: str

    def __attrs_post_init__(self) -> None:
        ok = bool(self.clinician.strip())
        refuse("counselor", unless(ok, "clinician", "the name of a clinician", "none"))

    __repr__ = hidden


@frozen(repr=False)
class GroupMembership:
    """The groups in which the patient has a service, by their names; in all of them.

    Raises:
        InvalidError: there is none, or one twice.
    """

    service: str
    groups: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        ok = bool(self.groups) and len(self.groups) == len(set(self.groups))
        refuse("membership", unless(ok, "groups", "at least one, each once", "others"))

    __repr__ = hidden


@frozen
class PhaseWeeks:
    """How many weeks a phase has, where the program leaves that open."""

    phase: str
    weeks: int


@frozen(repr=False)
class Plan:
    """What one patient is to get: a program with its times filled in, from a day.

    ``key`` is opaque, and the root of the sessions' calendar UIDs. ``free`` is when the
    patient could come; ``None``: not known. ``seed`` draws the random days. ``age`` is in
    completed years on the first day; ``Possible``: one of several, where the birth is known in
    part. ``supports``, those who join family sessions, are ``None`` where the patient's support
    persons are not known; ``problems``, ``goals`` and ``signatures`` until they are agreed and
    given. ``proposals`` are what templates proposed as problems and goals, settled or not;
    ``None``: no templates were asked. Services in ``on_hold`` await an answer: they have no dates
    until the plan is drafted again. ``leaves`` and ``stays`` are in order and do not overlap.
    ``counselors`` are in order too, each from a day on; none until somebody is named.
    ``groups`` are those that the patient is in, service by service: it comes to their meetings.
    ``left_care`` is the day on which the patient left care around the clock, of which this plan
    is the step-down; ``None``: none, or the day is not known.

    Raises:
        InvalidError: the plan does not start in the years 1970 to 2199, its program has
            tracks, a phase of no stated length or a service of several modalities, a service
            of no stated rate is not on hold, or a part refers to one that is not there.
    """

    key: UUID
    patient: UUID
    site: str
    program: Program
    start: date
    seed: int
    free: WeeklyWindows | None = None
    notes: tuple[PlanNote, ...] = ()
    track: str | None = None
    age: int | Possible | None = None
    on_hold: tuple[str, ...] = ()
    problems: tuple[Problem, ...] | None = None
    goals: tuple[Goal, ...] | None = None
    milestones: tuple[Milestone, ...] = ()
    supports: tuple[Relationship, ...] | None = None
    disclosures: tuple[Disclosure, ...] = ()
    signatures: tuple[Signature, ...] | None = None
    provenance: Provenance | None = None
    leaves: tuple[Leave, ...] = ()
    stays: tuple[Trip, ...] = ()
    upcoming: tuple[UpcomingChange, ...] | None = None
    counselors: tuple[PrimaryCounselor, ...] = ()
    groups: tuple[GroupMembership, ...] = ()
    left_care: date | None = None
    proposals: tuple[ProposedProblem, ...] | None = None

    def __attrs_post_init__(self) -> None:
        proposed = [each.problem.name for each in self.proposals or ()]
        problems = [problem.name for problem in self.problems or ()]
        services = {service.name for service in self.program.every_service}
        used = _services_in(self.goals or ())
        suggested = _services_in(e.goal for one in self.proposals or () for e in one.goals)
        refuse(
            "plan",
            start_faults(self.start),
            unless(not self.program.tracks, "program", "one track of it", "several"),
            unless(
                not any(service.or_modalities for service in self.program.every_service),
                "program",
                "one modality for each service",
                "several",
            ),
            unless(not self.program.open_lengths, "program", "weeks for every phase", "none"),
            unless(
                is_of_kind(FACTS["age"].kind, self.age) and as_possible(self.age).plain == self.age,
                "age",
                "from 0 to 130, or several of these that are possible",
                "another",
            ),
            unless(
                set(unrated(self.program)) <= set(self.on_hold),
                "on_hold",
                "each service of which nobody said how often it is",
                "another",
            ),
            unless(services.issuperset(self.on_hold), "on_hold", "services of the plan", "others"),
            unless(len(problems) == len(set(problems)), "problems", "each name once", "one twice"),
            unless(len(proposed) == len(set(proposed)), "proposals", "each name once", "one twice"),
            unless(services >= suggested, "proposals", "services of the plan in steps", "others"),
            unless(
                all(goal.problem in problems for goal in self.goals or ()),
                "goals",
                "problems of the plan",
                "another problem",
            ),
            unless(services >= used, "goals", "services of the plan in steps", "others"),
            unless(
                services.issuperset(met := [each.service for each in self.groups])
                and len(met) == len(set(met)),
                "groups",
                "services of the plan, each once",
                "others",
            ),
            _order_faults("leaves", self.leaves),
            _order_faults("stays", self.stays),
            self._upcoming_faults(),
            unless(
                all(one.since < other.since for one, other in pairwise(self.counselors)),
                "counselors",
                "in order, one from each day",
                "others",
            ),
        )

    @property
    def caution(self) -> str | None:
        """What is to be told first, wherever the plan is shown; ``None``: nothing.

        It rests on a decision that is no "yes".
        """
        judged = dict.fromkeys(self.provenance.decisions if self.provenance else ())
        told = (
            f"{lead}: {listed([f'{each.policy} (judged for {each.on})' for each in some])}"
            for truth, lead in _CAUTIONS.items()
            if (some := [each for each in judged if each.verdict is truth])
        )
        return "; ".join(told) or None

    @property
    def changes_within(self) -> tuple[UpcomingChange, ...]:
        """What was known on drafting to change by the plan's last day."""
        return tuple(each for each in self.upcoming or () if each.day < self.end)

    @property
    def weeks(self) -> int:
        """Length in weeks: the program's, and those by which leaves shift it."""
        return self._shifted(self.program.weeks * 7 - 1) // 7 + 1

    @property
    def end(self) -> date:
        """The day after the last."""
        return self.start + timedelta(weeks=self.weeks)

    def days_after_care(self, day: date) -> int | None:
        """Days from the end of care around the clock to one such as that of the first session."""
        return None if self.left_care is None else (day - self.left_care).days

    def phase_on(self, day: date) -> Phase:
        """The phase of a day; before the first day the first phase, and after the last the last."""
        begun = [phase for first, _, phase in self.phase_spans() if first <= day]
        return begun[-1] if begun else self.program.phases[0]

    def level_on(self, day: date) -> LevelOfCare | None:
        """The level of care on a day, that of its phase; ``None``: not known."""
        return self.program.level_in(self.phase_on(day))

    def age_on(self, day: date) -> int | Possible | None:
        """The age on a day, as it was known on drafting to change within the plan.

        Birthdays after the 30th are not kept, as no rule for an age group can turn on them.
        """
        ages = [each for each in self.upcoming or () if each.is_of_age and each.day <= day]
        found = ages[-1].after if ages else self.age
        return found if isinstance(found, int | Possible) else None

    def withheld(self, service: str, days: Collection[date]) -> UpcomingChange | None:
        """The change for which a service is not given on one of some days; ``None``: it is."""
        return withholds(self.upcoming, service, days) if self.upcoming else None

    def leave_on(self, day: date) -> Leave | None:
        """The leave that a day is in."""
        return next((leave for leave in self.leaves if leave.start <= day < leave.end), None)

    def stay_on(self, day: date) -> Trip | None:
        """The stay in another time zone that a day is in."""
        return next((stay for stay in self.stays if stay.start <= day < stay.end), None)

    def counselor_on(self, day: date) -> str | None:
        """The patient's counselor on a day; ``None``: nobody is named, or treatment is over."""
        if not self.start <= day < self.end:
            return None
        named = [each.clinician for each in self.counselors if each.since <= day]
        return named[-1] if named else None

    def groups_of(self, service: str) -> tuple[str, ...]:
        """The names of the groups in which the patient has a service; none: it has no group."""
        return next((each.groups for each in self.groups if each.service == service), ())

    def phase_spans(self) -> Iterator[tuple[date, date, Phase]]:
        """First day of each phase, the day after its last, and the phase, in order.

        A leave that shifts all that follows lengthens the phase that it begins in.
        """
        first = 0
        for phase in self.program.phases:
            last = first + phase.laid_weeks * 7 - 1
            low, high = (timedelta(days=self._shifted(day)) for day in (first, last))
            yield self.start + low, self.start + high + ONE_DAY, phase
            first = last + 1

    def prescribed(self) -> tuple[PrescribedSession, ...]:
        """Every session of the program's timetable, those after a leave that shifts so much later.

        A session that has no day yet stays in the week that the leave begins in.
        """
        prescribed = timetable(self.program, Weekday.of(self.start))
        if not any(leave.shifts for leave in self.leaves):
            return prescribed
        return tuple(map(self._shifted_session, prescribed))

    def _shifted_session(self, planned: PrescribedSession) -> PrescribedSession:
        day, minute = planned.day, planned.minute
        last = (planned.week - 1) * 7 if day is None else day
        if minute is not None and planned.service.duration is not None:
            last = (minute + whole_minutes(planned.service.duration) - 1) // DAY
        by = self._shifted(last) - last
        return evolve(
            planned,
            week=planned.week + by // 7,
            day=None if day is None else day + by,
            minute=None if minute is None else minute + by * DAY,
        )

    def _shifted(self, day: int) -> int:
        """Which day of the plan, from 0, a day of its program is on."""
        for leave in self.leaves:
            first = max(leave.start, self.start)
            if leave.shifts and first < leave.end and self.start + timedelta(days=day) >= first:
                day += -((first - leave.end).days // 7) * 7
        return day

    def _upcoming_faults(self) -> tuple[Fault, ...]:
        """What is wrong with the changes told: their order, or an age that nobody has."""
        days = [each.day for each in self.upcoming or ()]
        ages = [each.after for each in self.upcoming or () if each.is_of_age]
        return (
            *unless(days == sorted(days), "upcoming", "in the order of days", "another"),
            *unless(
                all(is_of_kind(FACTS["age"].kind, age) for age in ages),
                "upcoming",
                "ages from 0 to 130, or several of these that are possible",
                "another",
            ),
        )

    __repr__ = hidden


def _services_in(goals: Iterable[Goal]) -> set[str | None]:
    """The names of the services that interventions are done in."""
    return {step.service for goal in goals for step in goal.interventions} - {None}


_CAUTIONS = {
    Truth.NO: "drafted despite a no",
    Truth.UNKNOWN: "drafted while undetermined",
}


def _order_faults(name: str, spans: Sequence[Leave | Trip]) -> tuple[Fault, ...]:
    ok = all(before.end <= after.start for before, after in pairwise(spans))
    return unless(ok, name, "in order, without overlaps", "others")


def start_faults(start: date) -> tuple[Fault, ...]:
    """What is wrong with a plan's first day: in other years, time zones are a guess."""
    ok = date(1970, 1, 1) <= start < date(2200, 1, 1)
    return unless(ok, "start", "a day from 1970 to 2199", "another day")
