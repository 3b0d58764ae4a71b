"""Checks: whether a plan, its schedule or what was attended meets requirements."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from attrs import frozen
from dateutil.relativedelta import relativedelta

from iopkit.availability import DAY, Weekday, whole_minutes
from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.levels import AgeGroup
from iopkit.modalities import Delivery
from iopkit.plans.plans import Plan
from iopkit.plans.programs import Service
from iopkit.plans.requirements import (
    Caseload,
    Counting,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LongestGap,
    PlanLength,
    PlanPart,
    Requirement,
    RequirementSet,
    Reviews,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.plans.schedules import Reason, Schedule
from iopkit.plans.sites import Site
from iopkit.plans.timetables import Dose, timetable
from iopkit.truth import Truth

_OfTheWhole = LongestGap | Frequency | GroupSize | Caseload | Reviews | PlanLength | WrittenPlan


class Unit(StrEnum):
    """What the figures of a finding count."""

    MINUTES = "minutes"
    DAYS = "days"
    SERVICES = "services"
    PATIENTS = "patients"
    PARTS = "parts"


@frozen
class Bounds:
    """From ``least`` to ``most``, both included; ``None``: no bound, or none known."""

    least: int | None = None
    most: int | None = None

    def holds(self, seen: "Bounds") -> Truth:
        """Whether what was seen, somewhere between its own bounds, lies within these."""
        low, high = seen.least or 0, seen.most
        least = self.least or 0
        if low >= least and (self.most is None or (high is not None and high <= self.most)):
            return Truth.YES
        below = high is not None and high < least
        above = self.most is not None and low > self.most
        return Truth.NO if below or above else Truth.UNKNOWN


@frozen(repr=False)
class Finding:
    """One requirement, in one week or of the whole plan: met, unmet or undetermined.

    ``week`` counts from 1; ``None``: the whole plan. ``start`` is the first day of what was
    judged. ``seen`` are the least and the most that it can be, as far as that is known, and
    ``required`` the bounds for it, both in ``unit``. ``applies`` is unknown where the
    requirement is for one age group and the age is not known. ``tapering``: the week is below
    the bound as the source lets a tapering phase be. ``service`` is the one judged, if one is.
    """

    requirement: Requirement
    week: int | None
    start: date
    seen: Bounds
    required: Bounds
    applies: Truth = Truth.YES
    tapering: bool = False
    service: str | None = None

    @property
    def unit(self) -> Unit:
        """What the figures count."""
        return _unit(self.requirement.demand)

    @property
    def truth(self) -> Truth:
        """Whether the requirement is met."""
        if self.tapering:
            return Truth.YES
        return ~self.applies | self.required.holds(self.seen)

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
        case WeeklyServices():
            return Unit.SERVICES
        case Frequency(every_days=days):
            return Unit.SERVICES if days is None else Unit.DAYS
        case GroupSize() | Caseload():
            return Unit.PATIENTS
        case WrittenPlan():
            return Unit.PARTS
        case WeeklyDays() | LongestGap() | Reviews() | PlanLength():
            return Unit.DAYS


def check(
    planned: Plan | Schedule,
    requirements: RequirementSet,
    *,
    site: Site | None = None,
    attended: Collection[UUID] | None = None,
) -> tuple[Finding, ...]:
    """Judge a plan as it prescribes, a schedule as it is booked, or what was attended.

    Each week is judged by the version in force on its first day, the plan as a whole by
    that on the plan's. Requirements for another age group are left out.

    Args:
        planned: a plan, before its sessions are dated, or a schedule.
        site: tells the caseload, of which the finding is undetermined without it.
        attended: UIDs of the sessions attended (``Schedule.uid``): only those count then.

    Returns:
        In the order of requirements, and of weeks within them.

    Raises:
        NotInForceError: a week begins before the first version.
        InvalidError: ``attended`` goes with no schedule, or has a UID of no session.
    """
    material = _Material.of(planned, site, attended)
    plan = material.plan
    starts = [plan.start + timedelta(weeks=number) for number in range(plan.weeks)]
    in_force = [requirements.in_force(start) for start in starts]
    found: list[Finding] = []
    for requirement in dict.fromkeys(each for listed in in_force for each in listed):
        applies = _applies(requirement.age_group, plan.age, requirements.adult_from)
        if applies is not Truth.NO:
            # What is asked of the plan as a whole is asked by the version of its first day.
            weeks = [n for n, listed in enumerate(in_force) if requirement in listed]
            found += _judged(requirement, applies, material, weeks)
    return tuple(found)


def _applies(group: AgeGroup | None, age: int | None, adult_from: int) -> Truth:
    if group is None:
        return Truth.YES
    return Truth.of(None if age is None else (age >= adult_from) is (group is AgeGroup.ADULT))


@frozen(repr=False)
class _Held:
    """A session as checks see it, its time in minutes, least and most.

    ``day`` counts from the plan's first day, 0; ``None``: it has none yet. ``week`` counts
    from 0.
    """

    service: Service
    week: int
    day: int | None
    minutes: tuple[int, int]
    breaks: int
    telehealth: bool
    sure: bool

    def counted(self, counting: Counting) -> tuple[int, int]:
        """Its minutes that count, least and most."""
        low, high = self.minutes
        return (low, high) if counting.clock else (low - self.breaks, high - self.breaks)

    __repr__ = hidden


@frozen(repr=False)
class _Material:
    """What there is to judge."""

    plan: Plan
    held: tuple[_Held, ...]
    patients_per_counselor: int | None

    @classmethod
    def of(
        cls, planned: Plan | Schedule, site: Site | None, attended: Collection[UUID] | None
    ) -> "_Material":
        caseload = None if site is None else site.patients_per_counselor
        if isinstance(planned, Plan):
            refuse("check", unless(attended is None, "attended", "a schedule with it", "a plan"))
            return cls(planned, tuple(_prescribed(planned)), caseload)
        held = [*_booked(planned, attended)]
        if attended is None:
            held += _waiting(planned)
        return cls(planned.plan, tuple(held), caseload)

    def sessions(self, counting: Counting, week: int | None = None) -> list[_Held]:
        """The sessions that count, of one week or all."""
        return [
            held
            for held in self.held
            if held.service.modality in counting.modalities
            and (counting.telehealth or not held.telehealth)
            and (week is None or held.week == week)
        ]

    def days(self, counting: Counting, week: int | None = None) -> list[int]:
        """Days, from 0 and in order, that surely have a session that counts."""
        sessions = self.sessions(counting, week)
        return sorted({held.day for held in sessions if held.sure and held.day is not None})

    def unsure(self, counting: Counting, week: int | None = None) -> list[_Held]:
        """Sessions that count if they come about, or whose day is not known."""
        return [h for h in self.sessions(counting, week) if not h.sure or h.day is None]

    __repr__ = hidden


def _prescribed(plan: Plan) -> Iterator[_Held]:
    for entry in timetable(plan.program, Weekday.of(plan.start)):
        service = entry.service
        yield _Held(
            service,
            entry.week - 1,
            entry.day,
            _length(service),
            whole_minutes(service.breaks),
            service.delivery is Delivery.TELEHEALTH,
            service.name not in plan.on_hold,
        )


def _length(service: Service) -> tuple[int, int]:
    """Minutes of a session, least and most; no session is longer than a day."""
    dose = Dose.of([service])
    breaks = service.breaks
    low = whole_minutes(dose.known + breaks) if dose.known else 0
    return low, DAY if dose.most is None else whole_minutes(dose.most + breaks)


def _booked(schedule: Schedule, attended: Collection[UUID] | None) -> Iterator[_Held]:
    known = {schedule.uid(session): session for session in schedule.sessions}
    wanted = known if attended is None else attended
    refuse(
        "check",
        unless(
            known.keys() >= set(wanted), "attended", "UIDs of the schedule's sessions", "others"
        ),
    )
    start = schedule.plan.start
    for uid, session in known.items():
        if uid in wanted:
            service = schedule.service(session)
            low = whole_minutes(session.duration)
            # What was attended is over, and was as long as the session says.
            spread = Dose.of([service]).extra if attended is None else timedelta(0)
            yield _Held(
                service,
                session.week - 1,
                (session.start.date() - start).days,
                (low, low + whole_minutes(spread)),
                whole_minutes(session.breaks),
                session.delivery is Delivery.TELEHEALTH,
                True,
            )


def _waiting(schedule: Schedule) -> Iterator[_Held]:
    """Sessions that have no date for want of an answer; others without one do not take place."""
    for missing in schedule.unplaced:
        if missing.why in (Reason.DURATION_UNKNOWN, Reason.ON_HOLD):
            service = schedule.service(missing)
            day = missing.prescribed
            low, high = _length(service)
            yield _Held(
                service,
                missing.week - 1,
                None if day is None else (day - schedule.plan.start).days,
                (low, high) if service.duration is not None else (0, DAY),
                whole_minutes(service.breaks),
                service.delivery is Delivery.TELEHEALTH,
                # Of unknown length it still is a session on its day.
                missing.why is Reason.DURATION_UNKNOWN,
            )


@frozen(repr=False)
class _Seen:
    """A figure seen and what is required of it; ``week`` from 0, ``None``: of the whole plan."""

    seen: Bounds
    required: Bounds
    week: int | None = None
    start: date | None = None
    tapering: bool = False
    service: str | None = None

    __repr__ = hidden


def _judged(
    requirement: Requirement, applies: Truth, material: _Material, weeks: list[int]
) -> Iterator[Finding]:
    start = material.plan.start
    for seen in _seen(requirement.demand, material, weeks):
        first = start if seen.week is None else start + timedelta(weeks=seen.week)
        yield Finding(
            requirement,
            None if seen.week is None else seen.week + 1,
            seen.start or first,
            seen.seen,
            seen.required,
            applies,
            seen.tapering,
            seen.service,
        )


def _seen(demand: Demand, material: _Material, weeks: list[int]) -> Iterator[_Seen]:
    """Every figure that a demand asks for; of the plan as a whole only from its first day."""
    match demand:
        case WeeklyHours():
            yield from _weekly_hours(demand, material, weeks)
        case DailyHours():
            yield from _daily_hours(demand, material, weeks)
        case WeeklyDays():
            yield from _weekly_days(demand, material, weeks)
        case WeeklyServices():
            yield from _weekly_services(demand, material, weeks)
        case _ if 0 in weeks:
            yield from _seen_in_all(demand, material)
        case _:
            return


def _seen_in_all(demand: _OfTheWhole, material: _Material) -> Iterator[_Seen]:
    match demand:
        case LongestGap():
            yield _longest_gap(demand, material)
        case Frequency():
            yield from _frequency(demand, material)
        case GroupSize():
            yield from _group_sizes(demand, material.plan)
        case Caseload(most):
            count = material.patients_per_counselor
            yield _Seen(Bounds(count, count), Bounds(most=most))
        case Reviews():
            yield from _reviews(demand, material.plan)
        case PlanLength(least, most):
            length = material.plan.weeks * 7
            yield _Seen(Bounds(length, length), Bounds(least, most))
        case WrittenPlan():
            yield _written(demand, material.plan)


def _weekly_days(demand: WeeklyDays, material: _Material, weeks: list[int]) -> Iterator[_Seen]:
    for week in weeks:
        days = len(material.days(demand.counting, week))
        most = min(7, days + len(material.unsure(demand.counting, week)))
        yield _Seen(Bounds(days, most), Bounds(demand.least), week)


def _weekly_services(
    demand: WeeklyServices, material: _Material, weeks: list[int]
) -> Iterator[_Seen]:
    for week in weeks:
        sessions = material.sessions(demand.counting, week)
        sure = sum(held.sure for held in sessions)
        yield _Seen(Bounds(sure, len(sessions)), Bounds(demand.least), week)


def _group_sizes(demand: GroupSize, plan: Plan) -> Iterator[_Seen]:
    for service in dict.fromkeys(plan.program.every_service):
        if service.modality in demand.modalities:
            size = service.group_max
            seen = Bounds(service.group_min if size is None else size, size)
            yield _Seen(seen, Bounds(most=demand.most), service=service.name)


def _weekly_hours(demand: WeeklyHours, material: _Material, weeks: list[int]) -> Iterator[_Seen]:
    required = Bounds(
        None if demand.least is None else whole_minutes(demand.least),
        None if demand.most is None else whole_minutes(demand.most),
    )
    totals = {week: _minutes(material.sessions(demand.counting, week), demand) for week in weeks}
    if demand.averaged:
        low, high = (sum(total[end] for total in totals.values()) for end in (0, 1))
        whole = (end and end * len(weeks) for end in (required.least, required.most))
        yield _Seen(Bounds(low, high), Bounds(*whole))
        return
    phases = material.plan.program.phases
    tapers = [phase.taper for phase in phases for _ in range(phase.laid_weeks)]
    left = demand.taper_weeks
    for week, (low, high) in totals.items():
        excused = low < (required.least or 0) and tapers[week] and left > 0
        left -= excused
        yield _Seen(Bounds(low, high), required, week, tapering=excused)


def _minutes(sessions: list[_Held], demand: WeeklyHours) -> tuple[int, int]:
    """Minutes of sessions that surely count, and of all."""
    counted = [(held.sure, *held.counted(demand.counting)) for held in sessions]
    return sum(low for sure, low, _ in counted if sure), sum(high for _, _, high in counted)


def _daily_hours(demand: DailyHours, material: _Material, weeks: list[int]) -> Iterator[_Seen]:
    """The shortest day of each week that has one."""
    counting = demand.counting
    for week in weeks:
        by_day: dict[int, list[_Held]] = defaultdict(list)
        for held in material.sessions(counting, week):
            if held.sure and held.day is not None:
                by_day[held.day].append(held)
        floating = [held.counted(counting) for held in material.unsure(counting, week)]
        if by_day or floating:
            sums = [
                tuple(
                    sum(ends)
                    for ends in zip(*(held.counted(counting) for held in day), strict=True)
                )
                for day in by_day.values()
            ]
            # One whose day is not known may lengthen any day, or stand alone on another.
            low = min([*(low for low, _ in sums), *(low for low, _ in floating)])
            added = sum(high for _, high in floating)
            high = min((high for _, high in sums), default=0) + added
            yield _Seen(Bounds(low, min(high, DAY)), Bounds(whole_minutes(demand.least)), week)


def _longest_gap(demand: LongestGap, material: _Material) -> _Seen:
    days = material.days(demand.counting)
    gaps = [(after - day - 1, day + 1) for day, after in pairwise(days)]
    longest, first = max(gaps, key=lambda gap: gap[0], default=(0, 0))
    # A session whose day is not known may lie in the gap, or make one at either end.
    unsure = bool(material.unsure(demand.counting))
    seen = Bounds(0 if unsure else longest, None if unsure else longest)
    start = material.plan.start + timedelta(days=first)
    week = first // 7 if days else None
    return _Seen(seen, Bounds(most=demand.most), week, start)


def _frequency(demand: Frequency, material: _Material) -> Iterator[_Seen]:
    plan, counting = material.plan, Counting(demand.modalities)
    days, unsure = material.days(counting), material.unsure(counting)
    if demand.every_days is not None:
        edges = [-1, *days, plan.weeks * 7]
        longest, first = max(
            ((after - day - 1, day + 1) for day, after in pairwise(edges)), key=lambda gap: gap[0]
        )
        # At most so many days from one to the next: one day less without any.
        seen = Bounds(0 if unsure else longest, longest)
        required = Bounds(most=demand.every_days - 1)
        yield _Seen(seen, required, start=plan.start + timedelta(days=first))
        return
    month = 0
    while (end := plan.start + relativedelta(months=month + 1)) <= plan.end:
        start = plan.start + relativedelta(months=month)
        inside = range((start - plan.start).days, (end - plan.start).days)
        sure = sum(
            held.sure and held.day is not None and held.day in inside
            for held in material.sessions(counting)
        )
        perhaps = sum(inside.start - 6 <= held.week * 7 <= inside.stop for held in unsure)
        yield _Seen(Bounds(sure, sure + perhaps), Bounds(1), start=start)
        month += 1


def _reviews(demand: Reviews, plan: Plan) -> Iterator[_Seen]:
    """The longest time from one to the next, and to the plan's end; the first by itself."""
    due = sorted({m.by for m in plan.milestones if m.kind is demand.kind})
    days = [0, *(day for by in due if (day := (by - plan.start).days) >= 0), plan.weeks * 7]
    first, *others = [(after - day, day) for day, after in pairwise(days)]
    if demand.first_days is not None:
        yield _between(first, demand.first_days, plan)
    else:
        others.append(first)
    if others:
        yield _between(max(others), demand.every_days, plan)


def _between(gap: tuple[int, int], most: int, plan: Plan) -> _Seen:
    length, since = gap
    return _Seen(
        Bounds(length, length), Bounds(most=most), start=plan.start + timedelta(days=since)
    )


def _written(demand: WrittenPlan, plan: Plan) -> _Seen:
    """How many parts the plan has; those that nobody has settled yet may still come."""
    there = {
        PlanPart.PROBLEMS: bool(plan.problems),
        PlanPart.GOALS: None if plan.goals is None else bool(plan.goals),
        PlanPart.SERVICES: True,
    }
    parts = [there[part] for part in demand.parts]
    if demand.signed_by:
        signers = None if plan.signatures is None else {s.signer for s in plan.signatures}
        parts.append(None if signers is None else bool(signers & demand.signed_by))
    have = parts.count(True)
    return _Seen(Bounds(have, have + parts.count(None)), Bounds(len(parts)))
