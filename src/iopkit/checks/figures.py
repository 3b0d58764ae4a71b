"""Figures: what a plan, its schedule or what was attended holds, and what is demanded of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from iopkit.checks.records import Bounds, CountedSession, ServiceRecord
from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.plans.plans import Plan
from iopkit.programs.plan_days import day_of_plan, gaps
from iopkit.requirements.demands import (
    Caseload,
    Counting,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LedBy,
    LongestGap,
    PlanLength,
    PlanPart,
    Reviews,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.requirements.due import whole_months
from iopkit.requirements.milestones import Signer
from iopkit.truth import Truth, all_of
from iopkit.windows import ONE_DAY, whole_minutes


@frozen(repr=False)
class Figure:
    """A figure seen and what is required of it, from the ``first`` day, 0 being the plan's.

    ``week`` is counted from 0; ``None``: of the whole plan. See ``Finding`` for the rest.
    """

    seen: Bounds
    required: Bounds
    first: int = 0
    week: int | None = None
    tapering: Truth = Truth.NO
    part: str | None = None
    averaged_over: int = 1

    __repr__ = hidden


def _in_week(week: int, seen: Bounds, required: Bounds, tapering: Truth = Truth.NO) -> Figure:
    return Figure(seen, required, first=week * 7, week=week, tapering=tapering)


def figures_of(
    demand: Demand, record: ServiceRecord, weeks: list[int], spoken: list[int]
) -> Iterator[Figure]:
    """Every figure that a demand asks for in a stretch of weeks, from 0, in which it is made.

    ``spoken`` are all weeks of which its set speaks; the plan as a whole is judged by the first.
    """
    span = range(weeks[0] * 7, (weeks[-1] + 1) * 7)
    match demand:
        case WeeklyHours():
            yield from _weekly_hours(demand, record, weeks)
        case DailyHours():
            yield from _daily_hours(demand, record, weeks)
        case WeeklyDays():
            yield from _weekly_days(demand, record, weeks)
        case WeeklyServices():
            yield from _weekly_services(demand, record, weeks)
        case LongestGap():
            yield _longest_gap(demand, record, span)
        case Frequency():
            yield from _frequency(demand, record, span)
        case LedBy():
            yield from _led(demand, record, weeks)
        case Reviews():
            yield from _reviews(demand, record, span, begun=spoken[0] * 7)
        case _ if spoken[0] in weeks:
            yield from _of_the_plan(demand, record, spoken)
        case _:
            return


def _of_the_plan(
    demand: GroupSize | Caseload | PlanLength | WrittenPlan, record: ServiceRecord, weeks: list[int]
) -> Iterator[Figure]:
    """Figures of the plan as a whole, as far as it is in the weeks that are spoken of."""
    plan = record.plan
    match demand:
        case GroupSize():
            yield from _group_sizes(demand, plan, weeks)
        case Caseload(most):
            count = record.site.patients_per_counselor if record.site else None
            yield Figure(Bounds(count, count), Bounds(most=most))
        case PlanLength(least, most):
            length = len(weeks) * 7
            yield Figure(Bounds(length, length), Bounds(least, most))
        case WrittenPlan():
            yield from _written(demand, plan)


def _weekly_hours(demand: WeeklyHours, record: ServiceRecord, weeks: list[int]) -> Iterator[Figure]:
    least, most = (
        None if bound is None else whole_minutes(bound) for bound in (demand.least, demand.most)
    )
    by_week = record.by_week(demand.counting)
    totals = {
        week: (
            sum(each.least for each in by_week[week] if each.sure),
            sum(each.most for each in by_week[week]),
        )
        for week in weeks
    }
    if demand.averaged:
        low, high = (sum(total[end] for total in totals.values()) for end in (0, 1))
        whole = (bound and bound * len(weeks) for bound in (least, most))
        yield Figure(Bounds(low, high), Bounds(*whole), weeks[0] * 7, averaged_over=len(weeks))
        return
    plan = record.plan
    spans = [
        (day_of_plan(first, start=plan.start), phase) for first, _, phase in plan.phase_spans()
    ]
    below = surely_below = 0
    for week, (low, high) in totals.items():
        tapering = Truth.NO
        # Weeks that extend the plan are as its last.
        phase = [phase for first, phase in spans if first <= week * 7][-1]
        if demand.taper_weeks and phase.taper and low < (least or 0):
            below += 1
            surely_below += high < (least or 0)
            # Weeks that may be below use up what is allowed only if they are.
            if below <= demand.taper_weeks:
                tapering = Truth.YES
            elif surely_below <= demand.taper_weeks:
                tapering = Truth.UNKNOWN
        yield _in_week(week, Bounds(low, high), Bounds(least, most), tapering)


def _daily_hours(demand: DailyHours, record: ServiceRecord, weeks: list[int]) -> Iterator[Figure]:
    """The shortest day of each week; none, of a week without any.

    What may be on several days is taken to lengthen each of them, so that the most may be
    more than it can be on all at once.
    """
    required = Bounds(whole_minutes(demand.least))
    by_week = record.by_week(demand.counting)
    for week in weeks:
        days: dict[int, list[CountedSession]] = defaultdict(list)
        loose: list[CountedSession] = []
        for session in by_week[week]:
            (loose if session.day is None else days[session.day]).append(session)
        # On a day without another it stands alone; of several nobody knows how long one is.
        alone = [
            0 if each.several else each.least
            for each in loose
            if any(day not in days for day in each.days)
        ]
        lows = [sum(each.least for each in day) for day in days.values()] + alone
        highs = [
            sum(each.most for each in sure) + sum(each.most for each in loose if day in each.days)
            for day, sure in days.items()
        ]
        if not highs and any(each.sure for each in loose):
            highs = [sum(each.most for each in loose)]
        # Where nothing is sure there may be a day that is long enough.
        seen = Bounds(min(lows), min(highs, default=None)) if lows else Bounds(0, 0)
        yield _in_week(week, seen, required)


def _weekly_days(demand: WeeklyDays, record: ServiceRecord, weeks: list[int]) -> Iterator[Figure]:
    by_week = record.by_week(demand.counting)
    for week in weeks:
        days, loose = _days(by_week[week])
        least = len(days) or int(any(each.sure for each in loose))
        most = len(days | _possible(loose))
        if not any(each.several for each in loose):
            most = min(most, len(days) + len(loose))
        yield _in_week(week, Bounds(least, most), Bounds(demand.least))


def _weekly_services(
    demand: WeeklyServices, record: ServiceRecord, weeks: list[int]
) -> Iterator[Figure]:
    by_week = record.by_week(demand.counting)
    for week in weeks:
        sure = sum(each.sure for each in by_week[week])
        yield _in_week(week, Bounds(sure, _most(by_week[week])), Bounds(demand.least))


def _most(sessions: list[CountedSession]) -> int | None:
    """How many sessions there are at most."""
    return None if any(each.several for each in sessions) else len(sessions)


def _days(sessions: Iterable[CountedSession]) -> tuple[set[int], list[CountedSession]]:
    """Days that surely have a session, and the sessions that may be on others."""
    listed = list(sessions)
    days = {each.day for each in listed if each.day is not None}
    return days, [each for each in listed if each.day is None]


def _possible(loose: Iterable[CountedSession]) -> set[int]:
    return {day for each in loose for day in each.days}


def _longest_gap(demand: LongestGap, record: ServiceRecord, span: range) -> Figure:
    seen, after = _days_without(record.counted(demand.counting), span)
    return Figure(seen, Bounds(most=demand.most), first=after, week=after // 7)


def _days_without(counted: Iterable[CountedSession], span: range) -> tuple[Bounds, int]:
    """The most days in a row without a session, from the first day to the last; and since when.

    What may be on several days can only shorten a stretch without.
    """
    days, loose = _days(counted)
    edges = {span.start - 1, span.stop}
    inside = days & {*span}
    longest, first = _longest_run(sorted(edges | inside))
    least, _ = _longest_run(sorted(edges | inside | (_possible(loose) & {*span})))
    return Bounds(least, longest), first


def _longest_run(days: list[int]) -> tuple[int, int]:
    """The most days in a row between two of some days, in order, and the first of them."""
    runs = [(gap - 1, day + 1) for gap, day in gaps(days)]
    return max(runs, key=lambda run: run[0])


def _frequency(demand: Frequency, record: ServiceRecord, span: range) -> Iterator[Figure]:
    counted = record.counted(Counting(demand.modalities))
    if demand.every_days is None:
        months = [*_months(record)]
        if not months:
            # No month to judge by: one in the time is enough, and none leaves it open.
            sure = sum(each.sure and {*each.days} <= {*span} for each in counted)
            yield Figure(Bounds(sure), Bounds(1), span.start)
        for month in months:
            if not {*month} <= {*span}:
                continue
            # One of a whole week that lies in the month surely is in it.
            sure = sum(each.sure and {*each.days} <= {*month} for each in counted)
            perhaps = [each for each in counted if any(day in month for day in each.days)]
            yield Figure(Bounds(sure, _most(perhaps)), Bounds(1), month.start)
        return
    seen, first = _days_without(counted, span)
    # From one to the next are so many days: one fewer has none.
    yield Figure(seen, Bounds(most=demand.every_days - 1), first)


def _months(record: ServiceRecord) -> Iterator[range]:
    """Days of what is judged, from 0, of each of its whole months."""
    start = record.plan.start
    for first, after in whole_months(start, start + timedelta(weeks=record.weeks)):
        days = range(day_of_plan(first, start=start), day_of_plan(after, start=start))
        if record.is_over(days):
            yield days


def _led(demand: LedBy, record: ServiceRecord, weeks: list[int]) -> Iterator[Figure]:
    """How many sessions of each week are led by others; of none at all nobody can say."""
    by_week = record.by_week(Counting(demand.modalities))
    asked = [(week, by_week[week]) for week in weeks if by_week[week]]
    for week, sessions in asked:
        told = [
            (each.sure and not each.several, _may_lead(demand, each, record)) for each in sessions
        ]
        others = sum(sure and may is Truth.NO for sure, may in told)
        maybe = sum(may is not Truth.YES for _, may in told)
        several = any(each.several for each in sessions)
        yield _in_week(week, Bounds(others, None if several else maybe), Bounds(most=0))
    if not asked:
        yield Figure(Bounds(0, None), Bounds(most=0), weeks[0] * 7)


def _may_lead(demand: LedBy, session: CountedSession, record: ServiceRecord) -> Truth:
    """Whether a session is led by somebody who may, on each day on which it can be."""
    clinicians = record.site.clinicians if record.site else ()
    leader = next((each for each in clinicians if each.name == session.led_by), None)
    if leader is None:
        return Truth.UNKNOWN
    if demand.supervised and leader.supervisor is not None:
        return Truth.YES
    if leader.credentials is None:
        return Truth.UNKNOWN
    days = [record.plan.start + day * ONE_DAY for day in session.days]
    held = [each for each in leader.credentials if each.words in demand.credentials]
    return all_of(Truth.of(any(each.holds_on(day) for each in held)) for day in days)


def _group_sizes(demand: GroupSize, plan: Plan, weeks: list[int]) -> Iterator[Figure]:
    phases = dict.fromkeys(plan.phase_on(plan.start + timedelta(weeks=week)) for week in weeks)
    services = [service for phase in phases for service in plan.program.services_in(phase)]
    groups = [service for service in services if service.modality in demand.modalities]
    for service in dict.fromkeys(groups):
        size = service.group_max
        seen = Bounds(service.group_min if size is None else size, size)
        yield Figure(seen, Bounds(most=demand.most), part=service.name)
    if not groups:
        yield Figure(Bounds(), Bounds(most=demand.most))  # nothing to judge


def _reviews(
    demand: Reviews, record: ServiceRecord, span: range, *, begun: int
) -> Iterator[Figure]:
    """One in each month; or the longest time between two, from the start and to the end.

    In a stretch after the one that has ``begun`` with the plan, or with the weeks of the set's
    level, what went before counts, and nothing is late before the demand is made.
    """
    due = record.reviewed(demand.kind)
    if demand.every_days is None:
        for month in _months(record):
            if month.start in span:
                count = len(due & {*month})
                yield Figure(Bounds(count, count), Bounds(1), month.start)
        return
    since = span.start
    if since > begun:
        before = max((day for day in due if day < since), default=begun)
        since = max(since - demand.every_days, before)
    days = sorted({since, span.stop} | {day for day in due if since < day < span.stop})
    found = gaps(days)
    if span.start == begun and demand.first_days is not None:
        yield _between(found.pop(0), demand.first_days)
    if found:
        yield _between(max(found), demand.every_days)


def _between(gap: tuple[int, int], most: int) -> Figure:
    length, since = gap
    return Figure(Bounds(length, length), Bounds(most=most), since)


def _written(demand: WrittenPlan, plan: Plan) -> Iterator[Figure]:
    """Whether each part is there; what nobody has settled yet may still come."""
    there = {
        PlanPart.PROBLEMS: None if plan.problems is None else bool(plan.problems),
        PlanPart.GOALS: None if plan.goals is None else bool(plan.goals),
        PlanPart.SERVICES: bool(plan.program.every_service),
    }
    judged = {part.label: there[part] for part in PlanPart if part in demand.parts}
    if demand.signed_by:
        signers = plan.signatures and {each.signer for each in plan.signatures}
        signed = None if signers is None else not demand.signed_by.isdisjoint(signers)
        named = (signer.label for signer in Signer if signer in demand.signed_by)
        judged[f"signature of a {' or '.join(named)}"] = signed
    for part, is_there in judged.items():
        yield Figure(Bounds(int(is_there or 0), int(is_there is not False)), Bounds(1), part=part)
