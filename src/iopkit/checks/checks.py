"""Checks: whether a plan, its schedule or what was attended meets requirements."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from iopkit.checks.figures import figures_of
from iopkit.checks.records import Bounds, ServiceRecord
from iopkit.confidential import hidden
from iopkit.courses.deliveries import Delivered
from iopkit.errors import refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.levels import AgeGroup, LevelOfCare
from iopkit.plans.own_days import for_age_group, is_adult, speaks_of
from iopkit.plans.plans import Plan
from iopkit.prose import weeks_text
from iopkit.requirements.demands import (
    Caseload,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LedBy,
    LongestGap,
    PlanLength,
    Reviews,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.schedules.attendance import Attended
from iopkit.schedules.sessions import MOST_WEEKS, Schedule
from iopkit.sites.sites import Site
from iopkit.truth import Truth, all_of


class Unit(StrEnum):
    """What the figures of a finding count."""

    MINUTES = "minutes"
    DAYS = "days"
    SERVICES = "services"
    PATIENTS = "patients"
    REVIEWS = "reviews"
    PARTS = "parts"


@frozen(repr=False)
class Finding:
    """One requirement, in one week or of the whole plan: met, unmet or undetermined.

    ``week`` counts from 1; ``None``: the whole plan. ``start`` is the first day of what was
    judged. ``seen`` are the least and the most that it can be, as far as that is known, and
    ``required`` the bounds for it, both in ``unit``. ``applies`` is unknown where the
    requirement is for one age group and the age, as far as it is known, can be in another.
    ``tapering``: whether the week may be below the least, as the source lets a tapering phase
    be. ``part`` is the service or the part of the written plan that was judged, if it is one.
    ``averaged_over`` is the number of weeks that the figures are summed over, for an average.
    ``assumed_in_force``: in some of what was judged the requirement is not known to be in force,
    and the caller asked to judge by it all the same.

    Raises:
        InvalidError: a week, or a number of weeks, is not from 1 to 624.
    """

    requirement: Requirement
    week: int | None
    start: date
    seen: Bounds
    required: Bounds
    applies: Truth = Truth.YES
    tapering: Truth = Truth.NO
    part: str | None = None
    averaged_over: int = 1
    assumed_in_force: bool = False

    def __attrs_post_init__(self) -> None:
        refuse(
            "finding",
            *(
                unless(
                    number is None or 1 <= number <= MOST_WEEKS,
                    name,
                    f"from 1 to {MOST_WEEKS}",
                    "another number",
                )
                for name, number in (("week", self.week), ("averaged_over", self.averaged_over))
            ),
        )

    @property
    def unit(self) -> Unit:
        """What the figures count."""
        return _unit(self.requirement.demand)

    @property
    def truth(self) -> Truth:
        """Whether the requirement is met."""
        return ~self.applies | self.holds

    @property
    def holds(self) -> Truth:
        """Whether the figures are within the bounds, whomever they are for."""
        enough = Bounds(self.required.least).holds(self.seen)
        not_too_much = Bounds(most=self.required.most).holds(self.seen)
        return (enough | self.tapering) & not_too_much

    @property
    def shortfall(self) -> int:
        """How much is missing of the least, going by what is known; 0 if nothing is."""
        return max((self.required.least or 0) - (self.seen.least or 0), 0)

    @property
    def excess(self) -> int:
        """How much what is known is over the most; 0 if it is not."""
        most, low = self.required.most, self.seen.least or 0
        return 0 if most is None else max(low - most, 0)

    __repr__ = hidden


def _unit(demand: Demand) -> Unit:
    match demand:
        case WeeklyHours() | DailyHours():
            return Unit.MINUTES
        case WeeklyServices() | LedBy():
            return Unit.SERVICES
        case Frequency(every_days=days):
            return Unit.SERVICES if days is None else Unit.DAYS
        case GroupSize() | Caseload():
            return Unit.PATIENTS
        case Reviews(every_days=days):
            return Unit.REVIEWS if days is None else Unit.DAYS
        case WrittenPlan():
            return Unit.PARTS
        case WeeklyDays() | LongestGap() | PlanLength():
            return Unit.DAYS


def verdict(findings: Iterable[Finding]) -> Truth:
    """Whether all is met; where the age is not known, whether it is at every age or at none.

    Where there is nothing to judge, as of a set that is for another age group, it is not known.
    """
    listed = list(findings)
    if not listed:
        return Truth.UNKNOWN
    answers = {
        all_of(found.holds for found in listed if _concerns(found, group)) for group in AgeGroup
    }
    return answers.pop() if len(answers) == 1 else Truth.UNKNOWN


def _concerns(finding: Finding, group: AgeGroup) -> bool:
    return finding.applies is Truth.YES or finding.requirement.age_group is group


def check(
    planned: Plan | Schedule | Delivered,
    requirements: RequirementSet,
    *,
    site: Site | None = None,
    attended: Attended | None = None,
    assume_in_force: bool = False,
) -> tuple[Finding, ...]:
    """Judge a plan as it prescribes, a schedule as it is booked, or what was attended or delivered.

    Each week is judged by what holds on its first day: the version in force, the age of the
    patient, and the level of care of its phase. The plan as a whole is judged by what holds in
    the first week that the set speaks of. Gaps, frequencies, averages and the times between
    reviews are judged over each stretch of weeks that a requirement is for. Requirements for
    another age group are left out, and so are weeks of another level than the set is for
    (``left_out`` tells them). Weeks by which a schedule extends its plan are judged as all
    others, with the level of its last phase.

    What was delivered in a course is judged by the plan in force on its day, in the weeks that the
    patient was in a stay from the first day to the last, holds included. There, make-ups and
    sessions that were not planned count, and a session whose roll is open may have been attended
    or not: figures are then ranges. Reviews and recertifications are those that were held.

    Args:
        planned: a plan, before its sessions are dated, a schedule, or what was delivered.
        site: tells the caseload, of which the finding is undetermined without it.
        attended: the sessions attended, by their ``Schedule.uid``, in full or, as a mapping, with
            how much of each or its ``Attendance``: only that counts then.
        assume_in_force: judge a week on whose first day no version is known to be in force by
            the nearest; its findings say so.

    Returns:
        In the order of requirements, and of weeks within them.

    Raises:
        NotInForceError: no version is known to be in force on the first day of a week, and none
            is assumed.
        InvalidError: ``attended`` goes with no schedule, or with each of its UIDs that is of no
            session, or whose minutes are not of what is booked; or what was delivered has no plan.
    """
    refuse(
        "check",
        unless_a(planned, "planned", Plan, Schedule, Delivered),
        unless_a(requirements, "requirements", RequirementSet),
        *([] if site is None else [unless_a(site, "site", Site)]),
    )
    record = ServiceRecord.of(planned, site, attended)
    plan = record.plan
    starts = [plan.start + timedelta(weeks=number) for number in range(record.weeks)]
    versions = [requirements.version(on=on, assume_in_force=assume_in_force) for on in starts]
    spoken = [week for week, on in enumerate(starts) if speaks_of(plan, requirements, on)]
    judged = [week for week in spoken if record.is_over(range(week * 7, week * 7 + 7))]
    assumed = {week for week in judged if not versions[week].is_in_force(starts[week])}
    # Proposals check thousands of plans: an age is judged once, and not in each week.
    ages = [plan.age_on(on) for on in starts]
    adult = {age: is_adult(age, requirements.adult_from) for age in set(ages)}
    found: list[Finding] = []
    for requirement in dict.fromkeys(each for week in judged for each in versions[week].value):
        applies = [
            for_age_group(requirement.age_group, adult[ages[week]])
            if requirement in versions[week].value
            else Truth.NO
            for week in judged
        ]
        for truth, weeks in _runs(judged, applies):
            found += (
                Finding(
                    requirement=requirement,
                    week=None if seen.week is None else seen.week + 1,
                    start=plan.start + timedelta(days=seen.first),
                    seen=seen.seen,
                    required=seen.required,
                    applies=truth,
                    tapering=seen.tapering,
                    part=seen.part,
                    averaged_over=seen.averaged_over,
                    assumed_in_force=not assumed.isdisjoint(
                        weeks if seen.week is None else (seen.week,)
                    ),
                )
                for seen in figures_of(requirement.demand, record, weeks, spoken)
            )
    return tuple(found)


def _runs(judged: Sequence[int], applies: Sequence[Truth]) -> Iterator[tuple[Truth, list[int]]]:
    """Each stretch of weeks in which a requirement applies, or may, and which of both it is."""
    # In a stretch, weeks and places rise together.
    places = range(len(judged))
    for (truth, _), run in groupby(
        places, key=lambda place: (applies[place], judged[place] - place)
    ):
        if truth is not Truth.NO:
            yield truth, [judged[place] for place in run]


@frozen(repr=False)
class WeeksLeftOut:
    """Weeks, from ``first`` to ``last``, that a requirement set does not speak of, and why.

    Their phase is of another level of care than the set is for.
    """

    first: int
    last: int
    phase: str
    level: LevelOfCare

    @property
    def words(self) -> str:
        """It in prose."""
        weeks = weeks_text(range(self.first, self.last + 1))
        return f"{weeks} ({self.phase}): level {self.level.number}"

    __repr__ = hidden


def left_out(planned: Plan | Schedule, requirements: RequirementSet) -> tuple[WeeksLeftOut, ...]:
    """The weeks of a plan or schedule that ``check`` leaves out, as they are of another level."""
    refuse(
        "check",
        unless_a(planned, "planned", Plan, Schedule),
        unless_a(requirements, "requirements", RequirementSet),
    )
    plan = planned.plan if isinstance(planned, Schedule) else planned
    days = [plan.start + timedelta(weeks=week) for week in range(planned.weeks)]
    found: list[WeeksLeftOut] = []
    for phase, run in groupby(range(len(days)), key=lambda week: plan.phase_on(days[week])):
        first, *_ = weeks = [*run]
        level = plan.program.level_in(phase)
        if level is not None and not speaks_of(plan, requirements, days[first]):
            found.append(WeeksLeftOut(first + 1, weeks[-1] + 1, phase.name, level))
    return tuple(found)
