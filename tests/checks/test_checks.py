"""Checks: figures equal to a count minute by minute, and answers no surer than what is known."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, frozen
from hypothesis import assume, given
from hypothesis import strategies as st

from iopkit.checks import Bounds, Finding, Unit, check, fits, verdict
from iopkit.documents import checks_document, from_json, to_json
from iopkit.eligibility import Possible
from iopkit.errors import InvalidError, NotInForceError
from iopkit.levels import AgeGroup
from iopkit.library import find_program, find_requirements
from iopkit.modalities import Delivery, Modality
from iopkit.patients import Patient
from iopkit.plans import Goal, Leave, Plan, Problem, Signature, draft
from iopkit.programs import (
    EveryWeeks,
    Once,
    PerWeek,
    Phase,
    Program,
    Service,
    Slot,
    TimePerWeek,
    Timing,
    Weekly,
    timetable,
)
from iopkit.reports import checks_text
from iopkit.requirements import (
    COUNSELING,
    TREATMENT,
    Caseload,
    Counting,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LongestGap,
    Milestone,
    MilestoneKind,
    PlanLength,
    PlanPart,
    Requirement,
    RequirementSet,
    Reviews,
    Signer,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.schedules import Attendance, HowGiven, Schedule, Session, schedule
from iopkit.sites import Closure, Offer, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth, all_of
from iopkit.windows import DAY, Weekday, WeeklyWindows

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2026, 1, 12)
LONG_AGO = date(2000, 1, 1)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
ZONE = "America/Chicago"
SITE = Site("Elm", ZONE, WeeklyWindows.always())
MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
GROUP, INDIVIDUAL = Modality.GROUP_THERAPY, Modality.INDIVIDUAL_COUNSELING
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


# What plans are made of


def service(
    name: str,
    timing: Timing,
    minutes: int | None,
    modality: Modality = GROUP,
    *,
    breaks: int = 0,
    **more: Any,
) -> Service:
    length = None if minutes is None else minutes * MINUTE
    return Service(name, name, modality, timing, length, breaks=breaks * MINUTE, **more)


def on(*days: Weekday, at: time = time(9)) -> Weekly:
    return Weekly(tuple(Slot(day, at) for day in days))


def plan_of(
    *services: Service,
    weeks: int = 1,
    start: date = MONDAY,
    age: int | None = 30,
    on_hold: tuple[str, ...] = (),
    taper: bool = False,
) -> Plan:
    phase = Phase("only", "Only", weeks, services, taper=taper)
    program = Program("any", "Any", (phase,))
    return Plan(KEY, KEY, "Elm", program, start, 1, age=age, on_hold=on_hold)


def requiring(
    *demands: Demand, age_group: AgeGroup | None = None, adult_from: int = 18
) -> RequirementSet:
    listed = tuple(
        Requirement(f"r{number}", "Any.", demand, CODE, age_group)
        for number, demand in enumerate(demands)
    )
    versions = Versions((Dated(LONG_AGO, listed, CODE),))
    return RequirementSet("any", "Any", versions, adult_from)


def judged(planned: Plan | Schedule, demand: Demand) -> tuple[Finding, ...]:
    return check(planned, requiring(demand))


def seen(planned: Plan | Schedule, demand: Demand) -> list[Bounds]:
    return [finding.seen for finding in judged(planned, demand)]


def exactly(figure: int) -> Bounds:
    return Bounds(figure, figure)


# The oracle: every minute of a plan, one by one

_KINDS = {
    "group": (GROUP, None),
    "individual": (INDIVIDUAL, None),
    "remote": (GROUP, Delivery.TELEHEALTH),
    "family": (Modality.FAMILY_SESSION, Delivery.ON_SITE),
    "test": (Modality.DRUG_TESTING, None),
}


@st.composite
def dated_plans(draw: st.DrawFn) -> Schedule:
    """Schedules of any sessions that do not overlap, within their days, in one to nine weeks."""
    kinds = draw(st.lists(st.sampled_from(sorted(_KINDS)), min_size=1, unique=True))
    services = tuple(
        service(kind, PerWeek(1), None, _KINDS[kind][0], delivery=_KINDS[kind][1]) for kind in kinds
    )
    lengths = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    phases = tuple(
        Phase(f"p{number}", "Any", weeks, taper=draw(st.booleans()))
        for number, weeks in enumerate(lengths)
    )
    program = Program("any", "Any", phases, services)
    start = draw(st.dates(date(2024, 1, 1), date(2027, 12, 31)))
    plan = Plan(KEY, KEY, "Elm", program, start, 1, age=draw(st.sampled_from([12, 17, 18, 60])))
    by_week = [phase.name for phase in phases for _ in range(phase.laid_weeks)]
    sessions: list[Session] = []
    for day in draw(st.lists(st.integers(0, plan.weeks * 7 - 1), unique=True)):
        free = 0
        for _ in range(draw(st.integers(1, 3))):
            first = free + draw(st.integers(0, 200))
            length = draw(st.integers(2, 240))
            free = first + length
            kind = draw(st.sampled_from(kinds))
            midnight = datetime.combine(start + timedelta(days=day), time(0), ZoneInfo(ZONE))
            sessions.append(
                Session(
                    kind,
                    len(sessions) + 1,
                    by_week[day // 7],
                    day // 7 + 1,
                    _KINDS[kind][0],
                    midnight + first * MINUTE,
                    length * MINUTE,
                    breaks=draw(st.integers(0, length - 1)) * MINUTE,
                    delivery=_KINDS[kind][1],
                )
            )
    return Schedule(plan, ZONE, tuple(sorted(sessions, key=lambda session: session.start)))


@frozen
class Marked:
    """A minute with a session in it: which, and whether it is one of its breaks."""

    session: int
    modality: Modality
    remote: bool
    is_break: bool


class Minutes:
    """Every minute of a schedule's plan, by its day."""

    def __init__(self, dated: Schedule, counting: Counting) -> None:
        self.start, self.weeks = dated.plan.start, dated.plan.weeks
        self.counting = counting
        self.days: list[list[Marked | None]] = [[None] * DAY for _ in range(self.weeks * 7)]
        for number, session in enumerate(dated.sessions):
            day = self.days[session.start.toordinal() - self.start.toordinal()]
            first = session.start.hour * 60 + session.start.minute
            length = session.duration // MINUTE
            breaks = length - session.breaks // MINUTE
            for place in range(length):
                assert day[first + place] is None
                remote = session.delivery is Delivery.TELEHEALTH
                day[first + place] = Marked(number, session.modality, remote, place >= breaks)

    def counts(self, mark: Marked | None) -> bool:
        return (
            mark is not None
            and mark.modality in self.counting.modalities
            and (self.counting.telehealth or not mark.remote)
        )

    def minutes(self, days: range) -> int:
        clock = self.counting.clock
        return sum(
            self.counts(mark) and mark is not None and (clock or not mark.is_break)
            for day in days
            for mark in self.days[day]
        )

    def sessions(self, days: range) -> int:
        marks = (mark for day in days for mark in self.days[day] if self.counts(mark))
        return len({mark.session for mark in marks if mark is not None})

    def service_days(self, days: range) -> list[int]:
        return [day for day in days if any(map(self.counts, self.days[day]))]

    def week(self, number: int) -> range:
        return range(number * 7, number * 7 + 7)

    def every_week(self, figure: Callable[[range], int]) -> list[int]:
        return [figure(self.week(number)) for number in range(self.weeks)]

    @property
    def whole(self) -> range:
        return range(self.weeks * 7)

    def months(self) -> Iterator[range]:
        """Whole months, by stepping through days until the day of the month comes again."""
        first = 0
        for count in range(1, 200):
            month = self.start.month - 1 + count
            year, month = self.start.year + month // 12, month % 12 + 1
            again = date(year, month, min(self.start.day, monthrange(year, month)[1]))
            after = (again - self.start).days
            if after > self.weeks * 7:
                return
            yield range(first, after)
            first = after


countings = st.builds(
    Counting,
    st.sampled_from([TREATMENT, COUNSELING, frozenset({INDIVIDUAL}), frozenset(Modality)]),
    telehealth=st.booleans(),
    clock=st.booleans(),
)


def figures(findings: Iterable[Finding]) -> list[int]:
    """What was seen, where it is known exactly."""
    listed = list(findings)
    assert all(finding.seen == exactly(finding.seen.least or 0) for finding in listed)
    return [finding.seen.least or 0 for finding in listed]


@given(dated_plans(), countings, st.integers(0, 20 * 60), st.integers(0, 20 * 60))
def test_weekly_hours_equal_a_count_of_minutes(
    dated: Schedule, counting: Counting, least: int, more: int
) -> None:
    demand = WeeklyHours(least * MINUTE, (least + more) * MINUTE, counting)
    counted = Minutes(dated, counting)
    expected = counted.every_week(counted.minutes)
    findings = judged(dated, demand)
    assert figures(findings) == expected
    assert [f.truth for f in findings] == [
        Truth.of(least <= figure <= least + more) for figure in expected
    ]
    assert [f.week for f in findings] == list(range(1, dated.plan.weeks + 1))
    assert [f.shortfall for f in findings] == [max(least - figure, 0) for figure in expected]
    assert [f.excess for f in findings] == [max(figure - least - more, 0) for figure in expected]


@given(dated_plans(), countings, st.integers(0, 15 * 60), st.integers(0, 10 * 60))
def test_averages_equal_a_count_of_minutes(
    dated: Schedule, counting: Counting, least: int, more: int
) -> None:
    demand = WeeklyHours(least * MINUTE, (least + more) * MINUTE, counting, averaged=True)
    counted = Minutes(dated, counting)
    total = counted.minutes(counted.whole)
    (finding,) = judged(dated, demand)
    assert figures([finding]) == [total]
    assert finding.averaged_over == counted.weeks
    assert finding.truth is Truth.of(least <= total / counted.weeks <= least + more)


@given(dated_plans(), countings, st.integers(0, 10 * 60), st.integers(0, 3))
def test_tapering_weeks_may_be_below_up_to_their_number(
    dated: Schedule, counting: Counting, least: int, allowed: int
) -> None:
    demand = WeeklyHours(least * MINUTE, 30 * HOUR, counting, taper_weeks=allowed)
    counted = Minutes(dated, counting)
    tapers = [phase.taper for phase in dated.plan.program.phases for _ in range(phase.laid_weeks)]
    expected: list[Truth] = []
    for taper, figure in zip(tapers, counted.every_week(counted.minutes), strict=True):
        excused = taper and figure < least and allowed > 0
        allowed -= excused
        expected.append(Truth.of(excused or least <= figure <= 30 * 60))
    assert [finding.truth for finding in judged(dated, demand)] == expected


@given(dated_plans(), countings, st.integers(0, 300))
def test_daily_hours_equal_a_count_of_minutes(
    dated: Schedule, counting: Counting, least: int
) -> None:
    counted = Minutes(dated, counting)
    expected = {
        number + 1: min((counted.minutes(range(day, day + 1)) for day in days), default=0)
        for number in range(counted.weeks)
        for days in [counted.service_days(counted.week(number))]
    }
    findings = judged(dated, DailyHours(least * MINUTE, counting))
    assert {f.week: f.seen for f in findings} == {w: exactly(m) for w, m in expected.items()}
    assert [f.truth for f in findings] == [Truth.of(m >= least) for m in expected.values()]


@given(dated_plans(), countings, st.integers(1, 7), st.integers(1, 12))
def test_days_and_services_a_week_equal_a_count_of_minutes(
    dated: Schedule, counting: Counting, days: int, services: int
) -> None:
    counted = Minutes(dated, counting)
    for demand, least, expected in (
        (
            WeeklyDays(days, counting),
            days,
            counted.every_week(lambda week: len(counted.service_days(week))),
        ),
        (WeeklyServices(services, counting), services, counted.every_week(counted.sessions)),
    ):
        findings = judged(dated, demand)
        assert figures(findings) == expected
        assert [f.truth for f in findings] == [Truth.of(figure >= least) for figure in expected]


def longest_run(days: Iterable[int], having: list[int]) -> int:
    """The most of some days in a row that are not among those that have something."""
    runs = [len(list(run)) for has, run in groupby(days, key=having.__contains__) if not has]
    return max(runs, default=0)


@given(dated_plans(), countings, st.integers(0, 8))
def test_the_longest_gap_equals_a_walk_through_the_days(
    dated: Schedule, counting: Counting, most: int
) -> None:
    counted = Minutes(dated, counting)
    days = counted.service_days(counted.whole)
    expected = longest_run(counted.whole, days)
    (finding,) = judged(dated, LongestGap(most, counting))
    assert figures([finding]) == [expected]
    assert finding.truth is Truth.of(expected <= most)
    if expected:
        first = (finding.start - dated.plan.start).days
        assert not {*days}.intersection(range(first, first + expected))


@pytest.mark.parametrize(("every", "unit"), [(None, Unit.SERVICES), (30, Unit.DAYS)])
def test_a_frequency_is_a_count_each_month_or_the_days_without(
    every: int | None, unit: Unit
) -> None:
    plan = plan_of(service("group", on(MON), 60), weeks=5)
    findings = judged(plan, Frequency(frozenset({GROUP}), every))
    assert {finding.unit for finding in findings} == {unit}


@given(dated_plans(), st.sampled_from([frozenset({m}) for m, _ in _KINDS.values()]))
def test_frequency_equals_a_look_at_every_stretch_of_days(
    dated: Schedule, modalities: frozenset[Modality]
) -> None:
    counted = Minutes(dated, Counting(modalities))
    days = counted.service_days(counted.whole)
    for every in (1, 3, 7, 10, 30):
        (finding,) = judged(dated, Frequency(modalities, every))
        stretches = [range(first, first + every) for first in range(counted.weeks * 7 - every + 1)]
        assert finding.truth is Truth.of(all({*days} & {*stretch} for stretch in stretches))
        assert figures([finding]) == [longest_run(counted.whole, days)]


@given(dated_plans(), st.sampled_from([frozenset({m}) for m, _ in _KINDS.values()]))
def test_monthly_frequency_equals_a_count_in_every_whole_month(
    dated: Schedule, modalities: frozenset[Modality]
) -> None:
    counted = Minutes(dated, Counting(modalities))
    months = list(counted.months())
    findings = judged(dated, Frequency(modalities))
    if not months:
        some = counted.sessions(counted.whole)
        assert [f.seen for f in findings] == [Bounds(some)]
        assert [f.truth for f in findings] == [YES if some else UNKNOWN]
        return
    assert figures(findings) == [counted.sessions(month) for month in months]
    assert [(f.start - dated.plan.start).days for f in findings] == [m.start for m in months]
    assert [f.truth for f in findings] == [Truth.of(f.seen.least != 0) for f in findings]


# Nothing is not enough


ON_SERVICES: tuple[Demand, ...] = (
    WeeklyHours(9 * HOUR),
    DailyHours(HOUR),
    WeeklyDays(2),
    WeeklyServices(3),
    LongestGap(2),
    Frequency(frozenset({GROUP}), 7),
    Frequency(frozenset({GROUP})),
    GroupSize(12, frozenset({GROUP})),
)


@pytest.mark.parametrize("weeks", [1, 3, 9])
@pytest.mark.parametrize("demand", ON_SERVICES, ids=lambda demand: type(demand).__name__)
def test_a_plan_without_what_is_demanded_does_not_meet_it(demand: Demand, weeks: int) -> None:
    plan = plan_of(service("test", on(MON), 9, Modality.DRUG_TESTING), weeks=weeks)
    for planned in (plan, schedule(plan, SITE)):
        assert verdict(judged(planned, demand)) is not YES


LEAST: tuple[Demand, ...] = (
    WeeklyHours(9 * HOUR),
    WeeklyHours(4 * HOUR, averaged=True),
    WeeklyHours(2 * HOUR, counting=Counting(frozenset({GROUP})), taper_weeks=1),
    *ON_SERVICES[2:7],
)
"""Demands that ask for some service, and set none of it a limit."""


@given(dated_plans(), st.sampled_from(LEAST), st.lists(st.integers(0, 60)))
def test_less_service_never_turns_unmet_into_met(
    dated: Schedule, demand: Demand, picks: list[int]
) -> None:
    order = {NO: 0, UNKNOWN: 1, YES: 2}
    left = list(dated.sessions)
    before = order[verdict(judged(dated, demand))]
    for pick in picks[: len(left)]:
        left.pop(pick % len(left))
        after = order[verdict(judged(evolve(dated, sessions=tuple(left)), demand))]
        assert after <= before
        before = after


@given(dated_plans(), st.integers(1, 300), st.integers(1, 5))
def test_a_week_that_loses_all_its_days_never_comes_to_have_enough_a_day(
    dated: Schedule, least: int, week: int
) -> None:
    demand = DailyHours(least * MINUTE)
    left = tuple(session for session in dated.sessions if session.week != week)
    before = {f.week: f.truth for f in judged(dated, demand)}
    after = {f.week: f.truth for f in judged(evolve(dated, sessions=left), demand)}
    assert all(after[n] is (NO if n == week else before[n]) for n in after)


# What adding does


@given(dated_plans(), countings)
def test_adding_a_session_never_lowers_what_a_week_holds(
    dated: Schedule, counting: Counting
) -> None:
    assume(dated.sessions)
    less = evolve(dated, sessions=dated.sessions[:-1])
    for demand in (
        WeeklyHours(HOUR, counting=counting),
        WeeklyHours(HOUR, counting=counting, averaged=True),
        WeeklyDays(3, counting),
        WeeklyServices(9, counting),
    ):
        before, after = figures(judged(less, demand)), figures(judged(dated, demand))
        assert all(low <= high for low, high in zip(before, after, strict=True))
    for met in (Frequency(frozenset(Modality), 7), Frequency(frozenset(Modality))):
        assert not (
            all_of(f.truth for f in judged(less, met)) is YES
            and all_of(f.truth for f in judged(dated, met)) is not YES
        )


@given(dated_plans(), countings)
def test_breaks_and_telehealth_only_add(dated: Schedule, counting: Counting) -> None:
    def minutes(counting: Counting) -> list[int]:
        return figures(judged(dated, WeeklyHours(HOUR, counting=counting)))

    for without, within in (
        (evolve(counting, clock=False), evolve(counting, clock=True)),
        (evolve(counting, telehealth=False), evolve(counting, telehealth=True)),
    ):
        pairs = zip(minutes(without), minutes(within), strict=True)
        assert all(less <= more for less, more in pairs)


# What is not known: whatever comes about must agree with what is said before


_UNSURE = (
    lambda name: service(name, on(MON, WED), 120),
    lambda name: service(name, on(TUE), 60, breaks=10, delivery=Delivery.TELEHEALTH),
    lambda name: service(name, on(WED, FRI), None),
    lambda name: service(name, PerWeek(2), 90, INDIVIDUAL),
    lambda name: service(name, PerWeek(1), None, INDIVIDUAL, breaks=15),
    lambda name: service(name, on(THU), 60, INDIVIDUAL, duration_max=3 * HOUR, breaks=20),
    lambda name: service(name, TimePerWeek(5 * HOUR), None),
    lambda name: service(name, EveryWeeks(2), 45, Modality.FAMILY_SESSION),
    lambda name: service(name, Once(1), 45, Modality.FAMILY_SESSION),
)


@st.composite
def unsure_plans(draw: st.DrawFn) -> Plan:
    """Plans of sessions without a day, of unknown length, in a range, or on hold."""
    makers = draw(st.lists(st.sampled_from(_UNSURE), min_size=1, max_size=4, unique=True))
    services = tuple(make(f"s{number}") for number, make in enumerate(makers))
    names = [each.name for each in services]
    on_hold = tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=2)))
    start = draw(st.dates(date(2024, 1, 1), date(2027, 12, 31)))
    weeks = draw(st.integers(1, 6))
    return plan_of(*services, weeks=weeks, start=start, on_hold=on_hold, taper=draw(st.booleans()))


@st.composite
def worlds(draw: st.DrawFn, plan: Plan) -> Schedule:
    """One of the schedules that a plan can come to, whatever is not known of it."""
    held = {name: draw(st.booleans()) for name in plan.on_hold}
    sessions: list[Session] = []
    for entry in timetable(plan.program, Weekday.of(plan.start)):
        given_service, duration = entry.service, entry.service.duration
        if not held.get(given_service.name, True):
            continue
        parts = [duration]
        if isinstance(given_service.timing, TimePerWeek):
            dose = (given_service.timing.dose.least or MINUTE) // MINUTE
            cuts = sorted({0, dose, *draw(st.lists(st.integers(1, dose - 1), max_size=3))})
            parts = [(end - begin) * MINUTE for begin, end in pairwise(cuts)]
        for part in parts:
            first = (entry.week - 1) * 7
            day = draw(st.integers(first, first + 6)) if entry.day is None else entry.day
            low = given_service.breaks // MINUTE + 1
            longest = given_service.longest // MINUTE if given_service.longest else DAY
            least = low if part is None else part // MINUTE
            most = longest if part is None or given_service.duration_max else least
            midnight = datetime.combine(plan.start + timedelta(days=day), time(0), ZoneInfo(ZONE))
            sessions.append(
                Session(
                    given_service.name,
                    len(sessions) + 1,
                    entry.phase,
                    entry.week,
                    given_service.modality,
                    midnight,
                    draw(st.integers(least, most)) * MINUTE,
                    breaks=given_service.breaks,
                    delivery=given_service.delivery,
                )
            )
    return Schedule(plan, ZONE, tuple(sessions))


demands = st.one_of(
    st.builds(
        WeeklyHours,
        st.integers(0, 12 * 60).map(lambda m: m * MINUTE),
        st.none() | st.integers(12 * 60, 30 * 60).map(lambda m: m * MINUTE),
        countings,
        taper_weeks=st.integers(0, 2),
    ),
    st.builds(
        WeeklyHours,
        st.integers(0, 12 * 60).map(lambda m: m * MINUTE),
        counting=countings,
        averaged=st.just(True),
    ),
    st.builds(DailyHours, st.integers(0, 400).map(lambda m: m * MINUTE), countings),
    st.builds(WeeklyDays, st.integers(1, 7), countings),
    st.builds(WeeklyServices, st.integers(1, 9), countings),
    st.builds(LongestGap, st.integers(0, 9), countings),
    st.builds(
        Frequency,
        st.sampled_from([frozenset({GROUP}), frozenset({INDIVIDUAL}), frozenset(Modality)]),
        st.none() | st.integers(1, 20),
    ),
)


def by_place(findings: Iterable[Finding], demand: Demand) -> dict[object, Finding]:
    """Findings by their weeks or months; of the whole plan there is one, wherever it begins."""
    whole = isinstance(demand, LongestGap) or (isinstance(demand, Frequency) and demand.every_days)
    return {"whole" if whole else f.week or f.start: f for f in findings}


@given(st.data(), unsure_plans(), demands)
def test_what_comes_about_agrees_with_what_was_said_of_the_plan(
    data: st.DataObject, plan: Plan, demand: Demand
) -> None:
    before = by_place(judged(plan, demand), demand)
    came_about = data.draw(worlds(plan))
    uids = map(came_about.uid, came_about.sessions)
    world = by_place(check(came_about, requiring(demand), attended=[*uids]), demand)
    # A week may come to have no day, and so nothing that could be too short.
    assert world.keys() <= before.keys()
    assert isinstance(demand, DailyHours) or world.keys() == before.keys()
    for key, said in before.items():
        if key in world:
            came = world[key].seen.least or 0
            assert (said.seen.least or 0) <= came
            assert said.seen.most is None or came <= said.seen.most
            assert said.truth in (UNKNOWN, world[key].truth)
        else:
            assert said.truth is not NO


@given(unsure_plans(), demands)
def test_a_plan_without_doubts_is_judged_as_its_schedule(plan: Plan, demand: Demand) -> None:
    sure = [
        service
        for service in plan.program.every_service
        if isinstance(service.timing, Weekly) and service.duration and not service.duration_max
    ]
    assume(sure)
    fixed = plan_of(*sure, weeks=plan.weeks, start=plan.start)
    booked = schedule(fixed, SITE)
    assume(not booked.unplaced)  # at 9:00 no clock changes
    assert judged(fixed, demand) == judged(booked, demand)


@given(unsure_plans(), demands)
def test_findings_are_the_same_after_a_json_round_trip(plan: Plan, demand: Demand) -> None:
    rules = requiring(demand)
    again = from_json(RequirementSet, to_json(rules))
    found = check(plan, rules)
    assert check(from_json(Plan, to_json(plan)), again) == found
    booked = schedule(plan, SITE)
    assert check(from_json(Schedule, to_json(booked)), again) == check(booked, rules)
    assert all(from_json(Finding, to_json(finding)) == finding for finding in found)


# Each demand, on both sides of its bound


def truths(planned: Plan | Schedule, demand: Demand) -> list[Truth]:
    return [finding.truth for finding in judged(planned, demand)]


def thrice(minutes: int) -> Plan:
    return plan_of(service("group", on(MON, WED, FRI), minutes))


@pytest.mark.parametrize(
    ("plan", "demand", "expected", "truth"),
    [
        pytest.param(thrice(179), WeeklyHours(9 * HOUR), 537, NO, id="below-9-hours"),
        pytest.param(thrice(180), WeeklyHours(9 * HOUR), 540, YES, id="9-hours"),
        pytest.param(thrice(380), WeeklyHours(most=19 * HOUR), 1140, YES, id="19-hours"),
        pytest.param(thrice(381), WeeklyHours(most=19 * HOUR), 1143, NO, id="over-19-hours"),
        pytest.param(thrice(179), DailyHours(3 * HOUR), 179, NO, id="below-3-hours-a-day"),
        pytest.param(thrice(180), DailyHours(3 * HOUR), 180, YES, id="3-hours-a-day"),
        pytest.param(thrice(9), WeeklyDays(4), 3, NO, id="3-days-of-4"),
        pytest.param(thrice(9), WeeklyDays(3), 3, YES, id="3-days-of-3"),
        pytest.param(thrice(9), WeeklyServices(4), 3, NO, id="3-services-of-4"),
        pytest.param(thrice(9), WeeklyServices(3), 3, YES, id="3-services-of-3"),
        pytest.param(thrice(9), LongestGap(1), 2, NO, id="two-days-after-the-last"),
        pytest.param(thrice(9), LongestGap(2), 2, YES, id="two-days-may-be-without"),
        # From Saturday to Sunday, after the last.
        pytest.param(thrice(9), Frequency(frozenset({GROUP}), 2), 2, NO, id="two-days-without"),
        pytest.param(thrice(9), Frequency(frozenset({GROUP}), 3), 2, YES, id="one-in-three-days"),
        pytest.param(thrice(9), PlanLength(8, 30), 7, NO, id="too-short"),
        pytest.param(thrice(9), PlanLength(7, 30), 7, YES, id="long-enough"),
        pytest.param(thrice(9), PlanLength(most=7), 7, YES, id="just-not-too-long"),
        pytest.param(thrice(9), PlanLength(most=6), 7, NO, id="too-long"),
    ],
)
def test_each_bound_holds_on_one_side_and_not_on_the_other(
    plan: Plan, demand: Demand, expected: int, truth: Truth
) -> None:
    (finding,) = judged(plan, demand)
    assert (finding.seen, finding.truth) == (exactly(expected), truth)
    assert (finding.shortfall > 0 or finding.excess > 0) is (truth is NO)


@pytest.mark.parametrize(
    ("low", "high", "expected", "truth"),
    [
        pytest.param(8, 16, exactly(16), YES, id="16"),
        pytest.param(8, 17, exactly(17), NO, id="17"),
        pytest.param(8, None, Bounds(8), UNKNOWN, id="at-least-8"),
        pytest.param(17, None, Bounds(17), NO, id="at-least-17"),
        pytest.param(None, None, Bounds(), UNKNOWN, id="not-said"),
    ],
)
def test_groups_are_of_a_size(
    low: int | None, high: int | None, expected: Bounds, truth: Truth
) -> None:
    plan = plan_of(
        service("group", on(MON), 60, group_min=low, group_max=high),
        service("other", on(TUE), 60, Modality.PSYCHOEDUCATION, group_max=99),
    )
    (finding,) = judged(plan, GroupSize(16, frozenset({GROUP})))
    assert (finding.part, finding.seen, finding.truth) == ("group", expected, truth)
    assert finding.unit is Unit.PATIENTS


@pytest.mark.parametrize(
    ("census", "truth"),
    [
        pytest.param(24, YES, id="24"),
        pytest.param(25, NO, id="25"),
        pytest.param(None, UNKNOWN, id="unknown"),
    ],
)
def test_the_site_tells_the_caseload(census: int | None, truth: Truth) -> None:
    rules = requiring(Caseload(24))
    site = evolve(SITE, patients_per_counselor=census)
    (finding,) = check(thrice(60), rules, site=site)
    assert (finding.seen, finding.truth) == (Bounds(census, census), truth)
    (without,) = check(thrice(60), rules)
    assert without.truth is UNKNOWN


def with_milestones(kind: MilestoneKind, *days: int, weeks: int = 20) -> Plan:
    due = tuple(Milestone(kind, MONDAY + timedelta(days=day)) for day in days)
    return evolve(plan_of(service("group", on(MON), 60), weeks=weeks), milestones=due)


REVIEW, RECERTIFIED = MilestoneKind.REVIEW, MilestoneKind.RECERTIFICATION


@pytest.mark.parametrize(
    ("days", "demand", "longest", "since"),
    [
        pytest.param((60, 120), Reviews(REVIEW, 60), [60], [60], id="just-in-time"),
        pytest.param((120, 61), Reviews(REVIEW, 60), [61], [0], id="the-first-a-day-late"),
        pytest.param((60, 79), Reviews(REVIEW, 60), [61], [79], id="none-near-the-end"),
        pytest.param((60, 120, 139), Reviews(REVIEW, 60), [60], [60], id="any-more-are-welcome"),
        pytest.param((17, 47, 77, 110), Reviews(REVIEW, 30, 17), [17, 33], [0, 77], id="first"),
        pytest.param((), Reviews(REVIEW, 60), [140], [0], id="none"),
        pytest.param((), Reviews(REVIEW, 60, 20), [140], [0], id="none-and-no-first"),
        # On the first day it is no review, and after the last it is too late.
        pytest.param((0, -9, 140, 200), Reviews(REVIEW, 60), [140], [0], id="none-within"),
    ],
)
def test_reviews_come_within_so_many_days_of_the_one_before(
    days: tuple[int, ...], demand: Reviews, longest: list[int], since: list[int]
) -> None:
    findings = judged(with_milestones(REVIEW, *days), demand)
    assert figures(findings) == longest
    assert [(finding.start - MONDAY).days for finding in findings] == since
    allowed = [demand.first_days or demand.every_days, demand.every_days][: len(longest)]
    assert [f.required for f in findings] == [Bounds(most=most) for most in allowed]
    assert {f.unit for f in findings} == {Unit.DAYS}


def test_a_review_is_no_recertification() -> None:
    plan = with_milestones(REVIEW, 60, 120)
    assert truths(plan, Reviews(REVIEW, 60)) == [YES]
    assert truths(plan, Reviews(RECERTIFIED, 60)) == [NO]


def test_a_set_for_another_age_group_is_neither_met_nor_unmet() -> None:
    rules = requiring(WeeklyHours(HOUR), age_group=AgeGroup.ADOLESCENT)
    plan = plan_of(service("group", on(MON), 60))
    assert check(plan, rules) == ()
    assert verdict(check(plan, rules)) is UNKNOWN
    assert checks_document([(rules, ())])["met"] == "unknown"
    assert "undetermined, not for it" in checks_text([(rules, ()), (rules, ())])
    grown = Patient(KEY, birth_date=date(1990, 1, 1))
    for rule, truth in ((rules, UNKNOWN), (requiring(Caseload(9)), YES)):
        [found] = fits([plan.program], grown, SITE, [rule], start=MONDAY, seed=1)
        assert found.truth is truth


def test_monthly_reviews_are_counted_in_each_whole_month() -> None:
    # From 12 January on: 31, 28, 31 and 30 days are whole months, and 20 days are left.
    plan = with_milestones(REVIEW, 0, 30, 31, 89, 125)
    findings = judged(plan, Reviews(REVIEW))
    assert figures(findings) == [2, 1, 1, 0]
    assert [f.truth for f in findings] == [YES, YES, YES, NO]
    assert [f.start for f in findings] == [date(2026, month, 12) for month in (1, 2, 3, 4)]
    assert {f.unit for f in findings} == {Unit.REVIEWS}


def test_plans_are_judged_up_to_the_end_that_sessions_extend_them_to() -> None:
    plan = with_milestones(REVIEW, 10, weeks=4)
    week = Leave(MONDAY + timedelta(days=14), MONDAY + timedelta(days=21), extends=True)
    made = schedule(evolve(plan, leaves=(week,)), SITE)
    for demand, planned, dated in (
        (PlanLength(most=28), [28], [35]),
        (Reviews(REVIEW, 20), [18], [25]),
        # From 12 January on, 35 days hold one whole month, and 28 none.
        (Reviews(REVIEW), [], [1]),
    ):
        assert figures(judged(plan, demand)) == planned
        assert figures(judged(made, demand)) == dated
    monthly = Frequency(frozenset({GROUP}))
    assert [f.seen for f in judged(plan, monthly)] == [Bounds(4)]
    assert figures(judged(made, monthly)) == [4]


def test_a_written_plan_is_judged_part_by_part() -> None:
    demand = WrittenPlan(signed_by=frozenset({Signer.NON_PHYSICIAN_PRACTITIONER, Signer.PHYSICIAN}))
    drafted = thrice(60)
    signature = "signature of a physician or non-physician practitioner"

    def told(plan: Plan) -> dict[str | None, Truth]:
        return {f.part: f.truth for f in judged(plan, demand)}

    # What nobody has settled yet may still come.
    parts = ("problems", "goals", "services", signature)
    assert told(drafted) == dict(zip(parts, (UNKNOWN, UNKNOWN, YES, UNKNOWN), strict=True))
    none = evolve(drafted, problems=(), goals=(), signatures=())
    assert told(none) == dict(zip(parts, (NO, NO, YES, NO), strict=True))
    whole = evolve(
        drafted,
        problems=(Problem("use", "Alcohol use disorder"),),
        goals=(Goal("use", "Abstinence"),),
        signatures=(Signature(Signer.PATIENT, MONDAY), Signature(Signer.PHYSICIAN, MONDAY)),
    )
    assert set(told(whole).values()) == {YES}
    by_patient = evolve(whole, signatures=(Signature(Signer.PATIENT, MONDAY),))
    assert {part for part, truth in told(by_patient).items() if truth is NO} == {signature}
    (services,) = judged(none, WrittenPlan(frozenset({PlanPart.SERVICES})))
    assert (services.truth, services.unit) == (YES, Unit.PARTS)


@pytest.mark.parametrize("modality", Modality)
def test_tests_assessments_and_mutual_help_are_no_treatment(modality: Modality) -> None:
    plan = plan_of(service("any", on(MON, WED, FRI), 180, modality))
    counts = modality not in {
        Modality.ASSESSMENT,
        Modality.CONTINUING_CARE_CONTACT,
        Modality.DRUG_TESTING,
        Modality.MUTUAL_HELP,
        Modality.PEER_SUPPORT,
    }
    assert seen(plan, WeeklyHours(9 * HOUR)) == [exactly(540 if counts else 0)]
    (counselled,) = judged(plan, WeeklyHours(9 * HOUR, counting=Counting(COUNSELING)))
    assert counselled.truth is Truth.of(modality in COUNSELING)


def test_breaks_count_by_the_clock_alone() -> None:
    plan = plan_of(service("group", on(MON, WED, FRI), 180, breaks=15))
    assert seen(plan, WeeklyHours(9 * HOUR)) == [exactly(495)]
    assert seen(plan, WeeklyHours(9 * HOUR, counting=Counting(clock=True))) == [exactly(540)]
    assert seen(plan, DailyHours(3 * HOUR)) == [exactly(165)]


def test_telehealth_counts_unless_it_does_not() -> None:
    plan = plan_of(
        service("video", on(MON, TUE), 180, delivery=Delivery.TELEHEALTH),
        service("clinic", on(WED), 180, delivery=Delivery.ON_SITE),
        service("not-said", on(THU), 180),
    )
    assert seen(plan, WeeklyHours(9 * HOUR)) == [exactly(720)]
    assert seen(plan, WeeklyHours(9 * HOUR, counting=Counting(telehealth=False))) == [exactly(360)]


def test_a_session_counts_on_the_day_it_begins() -> None:
    night = plan_of(service("night", on(MON, SUN, at=time(23)), 180))
    assert seen(night, DailyHours(3 * HOUR)) == [exactly(180)]
    assert seen(night, WeeklyDays(2)) == [exactly(2)]
    assert seen(schedule(night, SITE), WeeklyHours(6 * HOUR)) == [exactly(360)]


# What is not known, as closely as it can be told


def held(*services: Service, on_hold: tuple[str, ...] = ("held",)) -> Plan:
    return plan_of(*services, on_hold=on_hold)


_GROUPS = service("group", on(MON, WED), 120)


@pytest.mark.parametrize(
    ("plan", "demand", "expected"),
    [
        pytest.param(
            plan_of(service("group", on(MON), 60, duration_max=90 * MINUTE, breaks=10)),
            WeeklyHours(HOUR),
            Bounds(50, 80),
            id="a-range",
        ),
        pytest.param(
            plan_of(_GROUPS, service("x", on(FRI), None, breaks=15)),
            WeeklyHours(HOUR),
            Bounds(240, 240 + 1425),
            id="no-session-is-longer-than-a-day",
        ),
        pytest.param(
            plan_of(service("time", TimePerWeek(16 * HOUR), None)),
            WeeklyHours(HOUR),
            exactly(960),
            id="time-not-divided",
        ),
        pytest.param(
            plan_of(service("time", TimePerWeek(16 * HOUR), None)),
            WeeklyServices(9),
            Bounds(1),
            id="services-not-divided",
        ),
        pytest.param(
            plan_of(service("time", TimePerWeek(16 * HOUR), None)),
            WeeklyDays(3),
            Bounds(1, 7),
            id="days-not-divided",
        ),
        pytest.param(
            plan_of(service("time", TimePerWeek(16 * HOUR), None)),
            DailyHours(HOUR),
            Bounds(0, 960),
            id="hours-a-day-not-divided",
        ),
        pytest.param(
            held(_GROUPS, service("held", on(FRI, at=time(15)), 60)),
            WeeklyHours(HOUR),
            Bounds(240, 300),
            id="on-hold",
        ),
        pytest.param(
            held(_GROUPS, service("held", on(MON, FRI, at=time(15)), 60)),
            WeeklyDays(3),
            Bounds(2, 3),
            id="on-hold-on-a-day-that-has-one",
        ),
        pytest.param(
            held(_GROUPS, service("held", on(MON, at=time(15)), 60)),
            DailyHours(2 * HOUR),
            exactly(120),
            id="on-hold-makes-only-its-day-longer",
        ),
        pytest.param(
            held(_GROUPS, service("held", on(FRI, at=time(15)), 60)),
            DailyHours(2 * HOUR),
            Bounds(60, 120),
            id="on-hold-alone-on-its-day",
        ),
        pytest.param(
            held(service("held", on(FRI, at=time(15)), 60)),
            DailyHours(2 * HOUR),
            Bounds(60),
            id="perhaps-no-day-at-all",
        ),
        pytest.param(
            plan_of(_GROUPS, service("any", PerWeek(1), 60, INDIVIDUAL)),
            DailyHours(2 * HOUR),
            Bounds(60, 180),
            id="some-day",
        ),
        pytest.param(
            plan_of(service("any", PerWeek(2), 60, INDIVIDUAL)),
            DailyHours(2 * HOUR),
            Bounds(60, 120),
            id="both-perhaps-on-one-day",
        ),
        pytest.param(
            plan_of(
                service("group", on(*Weekday), 120),
                service("any", PerWeek(1), 60, INDIVIDUAL),
            ),
            DailyHours(2 * HOUR),
            Bounds(120, 180),
            id="no-day-is-left-to-stand-alone",
        ),
        pytest.param(
            plan_of(service("any", PerWeek(2), 60)), WeeklyDays(2), Bounds(1, 2), id="some-days"
        ),
        pytest.param(
            held(service("held", PerWeek(9), 60)),
            WeeklyDays(2),
            Bounds(0, 7),
            id="perhaps-some-days",
        ),
        pytest.param(
            held(_GROUPS, service("held", on(FRI, at=time(15)), 60)),
            WeeklyServices(3),
            Bounds(2, 3),
            id="services-on-hold",
        ),
        pytest.param(
            held(service("group", on(MON, SUN), 60), service("held", on(WED, at=time(15)), 60)),
            LongestGap(2),
            Bounds(3, 5),
            id="on-hold-within-the-gap",
        ),
        pytest.param(
            held(service("group", on(MON, WED), 60), service("held", on(SUN, at=time(15)), 60)),
            LongestGap(2),
            Bounds(3, 4),
            id="on-hold-after-the-last",
        ),
        pytest.param(
            held(service("group", on(FRI, SUN), 60), service("held", on(MON, at=time(15)), 60)),
            LongestGap(2),
            Bounds(3, 4),
            id="on-hold-before-the-first",
        ),
        pytest.param(
            held(service("held", on(MON, SUN, at=time(15)), 60)),
            LongestGap(2),
            Bounds(5, 7),
            id="perhaps-nothing-but-what-is-on-hold",
        ),
        pytest.param(
            held(service("held", on(SUN, at=time(15)), 60)),
            LongestGap(2),
            Bounds(6, 7),
            id="perhaps-one-day",
        ),
        pytest.param(
            plan_of(service("test", on(MON), 9, Modality.DRUG_TESTING)),
            LongestGap(2),
            exactly(7),
            id="nothing-that-counts",
        ),
        pytest.param(
            held(service("group", on(MON), 60), service("held", on(FRI, at=time(15)), 60)),
            Frequency(frozenset({GROUP}), 5),
            Bounds(3, 6),
            id="on-hold-between",
        ),
    ],
)
def test_what_is_seen_spans_what_can_be(plan: Plan, demand: Demand, expected: Bounds) -> None:
    assert seen(plan, demand) == [expected]


@pytest.mark.parametrize(
    ("known", "unknown", "dose", "truth"),
    [
        pytest.param(539, 1, 9 * HOUR, UNKNOWN, id="a-minute-short"),
        pytest.param(540, 1, 9 * HOUR, YES, id="enough-without"),
        pytest.param(539, 0, 9 * HOUR, NO, id="none-unknown"),
        pytest.param(60, 1, 25 * HOUR, UNKNOWN, id="a-day-might-do"),
        pytest.param(60, 1, 25 * HOUR + MINUTE, NO, id="a-day-would-not-do"),
        pytest.param(60, 2, 25 * HOUR + MINUTE, UNKNOWN, id="two-might-do"),
        pytest.param(60, 2, 49 * HOUR + MINUTE, NO, id="two-would-not-do"),
    ],
)
def test_unknown_lengths_leave_it_open_exactly_while_they_could_make_up_the_difference(
    known: int, unknown: int, dose: timedelta, truth: Truth
) -> None:
    services = [service("known", on(MON), known)]
    if unknown:
        services.append(service("unknown", PerWeek(unknown), None))
    assert truths(plan_of(*services), WeeklyHours(dose)) == [truth]


def test_a_monthly_session_without_a_day_is_surely_in_the_month_of_its_whole_week() -> None:
    plan = plan_of(service("family", Once(5), 60, Modality.FAMILY_SESSION), weeks=9)
    # The fifth week is from 9 to 15 February, and the second month begins on the 12th.
    demand = Frequency(frozenset({Modality.FAMILY_SESSION}))
    assert seen(plan, demand) == [Bounds(0, 1), Bounds(0, 1)]
    early = plan_of(service("family", Once(2), 60, Modality.FAMILY_SESSION), weeks=9)
    assert seen(early, demand) == [exactly(1), exactly(0)]
    on_hold = evolve(early, on_hold=("family",))
    assert seen(on_hold, demand) == [Bounds(0, 1), exactly(0)]


def test_tapering_is_open_where_it_is_not_known_which_weeks_use_it_up() -> None:
    demand = WeeklyHours(2 * HOUR, taper_weeks=1)
    services = (service("known", on(MON), 60), service("unknown", Once(1), None))
    findings = judged(plan_of(*services, weeks=3, taper=True), demand)
    # If the first week has two hours, the second is the one that may be below.
    assert [f.tapering for f in findings] == [YES, UNKNOWN, NO]
    assert [f.truth for f in findings] == [YES, UNKNOWN, NO]
    assert truths(plan_of(*services, weeks=3), demand) == [UNKNOWN, NO, NO]


def test_a_tapering_week_still_has_its_most() -> None:
    demand = WeeklyHours(2 * HOUR, 3 * HOUR, taper_weeks=1)
    services = (service("known", on(MON), 60), service("unknown", on(TUE), None))
    assert truths(plan_of(*services, taper=True), demand) == [UNKNOWN]


# Schedules, and what was attended


def test_a_closed_week_is_unmet_and_a_moved_session_counts() -> None:
    week = timedelta(weeks=1)
    closures = (
        Closure(MONDAY, MONDAY + timedelta(days=1), "holiday"),
        Closure(MONDAY + week, MONDAY + 2 * week, "flood"),
    )
    plan = plan_of(service("group", on(MON, WED, FRI), 180), weeks=3)
    booked = schedule(plan, evolve(SITE, closures=closures))
    assert truths(booked, WeeklyHours(9 * HOUR)) == [YES, NO, YES]
    assert seen(booked, WeeklyHours(9 * HOUR)) == [exactly(540), exactly(0), exactly(540)]
    assert truths(plan, WeeklyHours(9 * HOUR)) == [YES, YES, YES]


def test_of_what_is_not_booked_only_what_awaits_an_answer_may_count() -> None:
    plan = held(
        service("no-length", on(MON), None),
        service("no-time", PerWeek(1), 60),
        service("held", on(TUE, at=time(15)), 60),
        service("held-without-a-day", PerWeek(1), 60),
        service("not-divided", TimePerWeek(3 * HOUR), None),
        on_hold=("held", "held-without-a-day"),
    )
    booked = schedule(plan, SITE)
    assert not booked.sessions
    assert seen(booked, WeeklyHours(9 * HOUR)) == [Bounds(0, DAY + 60 + 60 + 180)]
    assert seen(booked, WeeklyServices(9)) == [Bounds(2)]
    assert seen(booked, WeeklyDays(3)) == [Bounds(1, 7)]


def test_a_booked_range_may_run_on_and_an_attended_one_is_over() -> None:
    booked = schedule(plan_of(service("group", on(MON), 60, duration_max=90 * MINUTE)), SITE)
    demand = requiring(WeeklyHours(80 * MINUTE))
    (before,) = check(booked, demand)
    assert (before.seen, before.truth) == (Bounds(60, 90), UNKNOWN)
    (after,) = check(booked, demand, attended={booked.uid(booked.sessions[0])})
    assert (after.seen, after.truth) == (exactly(60), NO)


def test_only_what_was_attended_counts_as_delivered() -> None:
    plan = held(service("group", on(MON, WED, FRI), 180), service("held", on(TUE, at=time(15)), 60))
    booked = schedule(plan, SITE)
    uids = [booked.uid(session) for session in booked.sessions]
    rules = requiring(WeeklyHours(6 * HOUR), WeeklyDays(3))
    assert [f.seen for f in check(booked, rules, attended=uids)] == [exactly(540), exactly(3)]
    assert [f.seen for f in check(booked, rules, attended=uids[1:])] == [exactly(360), exactly(2)]
    assert [f.truth for f in check(booked, rules, attended=[])] == [NO, NO]


@given(st.lists(st.integers(0, 180), min_size=3, max_size=3))
def test_the_minutes_attended_count_and_no_others(minutes: list[int]) -> None:
    booked = schedule(plan_of(service("group", on(MON, WED, FRI), 180)), SITE)
    uids = [booked.uid(session) for session in booked.sessions]
    attended = {uid: length * MINUTE for uid, length in zip(uids, minutes, strict=True)}
    weekly, days = check(booked, requiring(WeeklyHours(6 * HOUR), WeeklyDays(3)), attended=attended)
    assert (weekly.seen, days.seen) == (exactly(sum(minutes)), exactly(sum(map(bool, minutes))))
    assert weekly.truth is (YES if sum(minutes) >= 360 else NO)


def test_who_leaves_early_has_no_break_counted() -> None:
    booked = schedule(plan_of(service("group", on(MON), 180, breaks=20)), SITE)
    (uid,) = map(booked.uid, booked.sessions)
    clock = requiring(WeeklyHours(HOUR, counting=Counting(clock=True)))
    for minutes, counted in ((160, 180), (159, 159)):
        (found,) = check(booked, clock, attended={uid: minutes * MINUTE})
        assert found.seen == exactly(counted)


def test_what_was_held_by_telehealth_counts_as_such() -> None:
    booked = schedule(plan_of(service("group", on(MON), 180)), SITE)
    (uid,) = map(booked.uid, booked.sessions)
    in_person = requiring(WeeklyHours(HOUR, counting=Counting(telehealth=False)))
    by_video = HowGiven(Delivery.TELEHEALTH, video=True)
    (found,) = check(booked, in_person, attended={uid: Attendance(given=by_video)})
    assert found.seen == exactly(0)


def test_uids_of_no_session_and_of_no_schedule_are_refused() -> None:
    booked = schedule(thrice(60), SITE)
    for planned, path in ((booked, ("attended", 0)), (booked.plan, ("attended",))):
        with pytest.raises(InvalidError) as caught:
            check(planned, requiring(WeeklyDays(3)), attended=[KEY])
        assert [fault.path for fault in caught.value.faults] == [path]
        assert str(KEY) not in str(caught.value)


# Ages


@pytest.mark.parametrize(
    ("age", "adult_from", "group"),
    [
        pytest.param(17, 18, AgeGroup.ADOLESCENT, id="17"),
        pytest.param(18, 18, AgeGroup.ADULT, id="18"),
        pytest.param(20, 21, AgeGroup.ADOLESCENT, id="20-of-21"),
        pytest.param(21, 21, AgeGroup.ADULT, id="21-of-21"),
    ],
)
def test_requirements_are_for_one_age_group_from_an_age_on(
    age: int, adult_from: int, group: AgeGroup
) -> None:
    plan = evolve(thrice(120), age=age)
    for asked in AgeGroup:
        rules = requiring(WeeklyHours(9 * HOUR), age_group=asked, adult_from=adult_from)
        found = check(plan, rules)
        assert [finding.truth for finding in found] == ([NO] if asked is group else [])


@pytest.mark.parametrize(
    ("ages", "applies"),
    [
        pytest.param(Possible(16, 17), [NO, YES], id="both-below"),
        pytest.param(Possible(17, 18), [UNKNOWN, UNKNOWN], id="one-below"),
        pytest.param(Possible(18, 19), [YES, NO], id="none-below"),
    ],
)
def test_an_age_known_in_part_is_enough_where_all_of_it_is_in_one_group(
    ages: Possible, applies: list[Truth]
) -> None:
    plan = evolve(thrice(120), age=ages)
    for asked, truth in zip([AgeGroup.ADULT, AgeGroup.ADOLESCENT], applies, strict=True):
        found = check(plan, requiring(WeeklyHours(9 * HOUR), age_group=asked))
        assert [finding.applies for finding in found] == ([] if truth is NO else [truth])


def by_age(adults: int, youth: int) -> RequirementSet:
    listed = [
        Requirement(group.value, "Any.", WeeklyHours(hours * HOUR), CODE, group)
        for group, hours in ((AgeGroup.ADULT, adults), (AgeGroup.ADOLESCENT, youth))
    ]
    return RequirementSet("any", "Any", Versions((Dated(LONG_AGO, tuple(listed), CODE),)))


@pytest.mark.parametrize(
    ("minutes", "each", "all_in_all"),
    [
        pytest.param(180, [YES, YES], YES, id="met-at-every-age"),
        pytest.param(179, [UNKNOWN, YES], UNKNOWN, id="met-by-adolescents"),
        pytest.param(119, [UNKNOWN, UNKNOWN], NO, id="met-at-no-age"),
    ],
)
def test_without_an_age_it_is_open_unless_it_is_the_same_at_every_age(
    minutes: int, each: list[Truth], all_in_all: Truth
) -> None:
    findings = check(evolve(thrice(minutes), age=None), by_age(9, 6))
    assert [finding.applies for finding in findings] == [UNKNOWN, UNKNOWN]
    assert [finding.truth for finding in findings] == each
    assert verdict(findings) is all_in_all


def test_the_verdict_is_that_of_all_findings() -> None:
    assert verdict(()) is UNKNOWN
    plan = plan_of(service("group", on(MON), 60), service("open", on(TUE), None))
    for hours, expected in ((1, YES), (2, UNKNOWN), (99, NO)):
        rules = requiring(WeeklyHours(HOUR), WeeklyHours(hours * HOUR))
        assert verdict(check(plan, rules)) is expected


# Versions


def in_turn(*demands: Demand, weeks: int = 2, end: date | None = None) -> RequirementSet:
    """Each demand replaces the one before after so many weeks; the last ends."""
    listed = [
        (Requirement(f"r{number}", "Any.", each, CODE),) for number, each in enumerate(demands)
    ]
    dated: list[Dated[tuple[Requirement, ...]]] = [
        Dated(MONDAY + number * weeks * timedelta(weeks=1), requirements, CODE)
        for number, requirements in enumerate(listed)
    ]
    *others, last = dated
    return RequirementSet("any", "Any", Versions((*others, evolve(last, end=end))))


def test_each_week_is_judged_by_the_version_of_its_first_day() -> None:
    plan = plan_of(service("group", on(MON, WED, FRI), 180), weeks=3)
    low, high = (
        Requirement(name, "Any.", WeeklyHours(hours * HOUR), CODE)
        for name, hours in (("low", 9), ("high", 10))
    )
    change = MONDAY + timedelta(days=8)
    before: Dated[tuple[Requirement, ...]] = Dated(MONDAY, (low,), CODE)
    after: Dated[tuple[Requirement, ...]] = Dated(change, (low, high), CODE)
    found = check(plan, RequirementSet("any", "Any", Versions((before, after))))
    assert [(f.week, f.requirement.name, f.truth) for f in found] == [
        (1, "low", YES),
        (2, "low", YES),
        (3, "low", YES),
        (3, "high", NO),
    ]


def test_averages_gaps_and_frequencies_are_of_the_weeks_of_their_version() -> None:
    busy, quiet = service("busy", on(MON, WED), 60), service("quiet", on(FRI), 60)
    phases = (Phase("one", "One", 2, (busy,)), Phase("two", "Two", 2, (quiet,)))
    plan = Plan(KEY, KEY, "Elm", Program("any", "Any", phases), MONDAY, 1)
    average = WeeklyHours(HOUR, averaged=True)
    first, second = check(plan, in_turn(average, evolve(average, least=2 * HOUR)))
    assert (first.seen, first.required, first.averaged_over) == (exactly(240), Bounds(120), 2)
    assert (second.seen, second.required, second.averaged_over) == (exactly(120), Bounds(240), 2)
    assert [finding.start for finding in (first, second)] == [MONDAY, MONDAY + timedelta(weeks=2)]
    for first_demand, second_demand, expected in (
        # From Wednesday to Monday; and from Friday to Friday.
        (LongestGap(0), LongestGap(1), [4, 6]),
        # To the end of the second week; and from Friday to Friday.
        (Frequency(frozenset({GROUP}), 2), Frequency(frozenset({GROUP}), 3), [4, 6]),
    ):
        findings = check(plan, in_turn(first_demand, second_demand))
        assert figures(findings) == expected


def test_a_month_is_judged_by_the_version_that_has_all_of_it() -> None:
    plan = plan_of(service("group", on(MON), 60), weeks=10)
    month = Frequency(frozenset({GROUP}))
    findings = check(plan, in_turn(month, WeeklyDays(1), weeks=5))
    assert [f.start for f in findings if f.requirement.demand == month] == [MONDAY]
    later = check(plan, in_turn(WeeklyDays(1), month, weeks=5))
    assert [f for f in later if f.requirement.demand == month] == []


@pytest.mark.parametrize(
    "demand",
    [
        PlanLength(30),
        Caseload(9),
        GroupSize(9, frozenset({GROUP})),
        WrittenPlan(),
    ],
    ids=lambda demand: type(demand).__name__,
)
def test_the_plan_as_a_whole_is_judged_by_the_version_of_its_first_day(demand: Demand) -> None:
    plan = plan_of(service("group", on(MON), 60), weeks=3)
    before = {f.requirement.name for f in check(plan, in_turn(demand, WeeklyDays(1)))}
    after = {f.requirement.name for f in check(plan, in_turn(WeeklyDays(1), demand))}
    assert (before, after) == ({"r0", "r1"}, {"r0"})


def test_weeks_without_a_version_in_force_cannot_be_judged() -> None:
    plan = plan_of(service("group", on(MON), 60), weeks=2)
    rules = in_turn(WeeklyDays(1))
    assert check(plan, rules)
    with pytest.raises(NotInForceError):
        check(evolve(plan, start=MONDAY - timedelta(days=1)), rules)
    ended = in_turn(WeeklyDays(1), end=MONDAY + timedelta(days=8))
    assert check(plan, ended)
    with pytest.raises(NotInForceError, match="the last was in force up to"):
        check(plan, in_turn(WeeklyDays(1), end=MONDAY + timedelta(days=7)))


def test_weeks_without_a_version_in_force_are_judged_by_the_nearest_if_asked() -> None:
    plan = plan_of(service("group", on(MON), 60), weeks=3)
    rules = in_turn(WeeklyDays(1), end=MONDAY + timedelta(days=8))
    found = check(plan, rules, assume_in_force=True)
    assert [(f.week, f.assumed_in_force) for f in found] == [(1, False), (2, False), (3, True)]
    assert [f.truth for f in found] == [YES] * 3
    assert [from_json(Finding, to_json(f)) for f in found] == list(found)

    early = evolve(plan, start=MONDAY - timedelta(days=14))
    whole = check(early, in_turn(PlanLength(1, 60)), assume_in_force=True)
    assert [(f.week, f.assumed_in_force) for f in whole] == [(None, True)]
    settled = check(plan, in_turn(WeeklyDays(1)), assume_in_force=True)
    assert settled == check(plan, in_turn(WeeklyDays(1)))


# The faithful Matrix plan


def matrix(*offers: Offer) -> tuple[Finding, ...]:
    site = evolve(SITE, offers=offers)
    patient = Patient(key=KEY, birth_date=date(1990, 1, 1))
    plan = draft(find_program("matrix-16-week"), patient, site, start=MONDAY, seed=1)
    findings = check(schedule(plan, site), find_requirements("us-medicare-iop"))
    return tuple(f for f in findings if f.requirement.name == "nine-hours")


def test_the_faithful_matrix_plan_is_below_nine_hours_in_each_of_its_16_weeks() -> None:
    findings = matrix(
        Offer("individual-session", duration=50 * MINUTE), Offer("urine-test", duration=15 * MINUTE)
    )
    assert [finding.week for finding in findings] == list(range(1, 17))
    assert [f.start for f in findings] == [MONDAY + timedelta(weeks=n) for n in range(16)]
    assert {finding.truth for finding in findings} == {NO}
    # 370 minutes of groups in weeks 1-4, then 270; 50 more with an individual session.
    expected = [370, 370, 420, 370, 270, 270, 270, 270, 320, 270, 270, 270, 270, 320, 270, 270]
    assert figures(findings) == expected
    assert [finding.shortfall for finding in findings] == [540 - figure for figure in expected]


def test_matrix_is_open_only_where_an_individual_session_has_no_length() -> None:
    findings = matrix()
    assert [f.week for f in findings if f.truth is UNKNOWN] == [3, 9, 14]
    assert {f.truth for f in findings if f.week not in (3, 9, 14)} == {NO}


def test_a_finding_shows_nothing_of_the_plan() -> None:
    (finding,) = judged(thrice(60), WeeklyDays(3))
    assert repr(finding) == "Finding(...)"
