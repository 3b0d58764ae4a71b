"""What holds of all charges, and a recount of each shipped coding scheme.

The recount goes day by day and knows nothing of the schemes' rules.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.charges import (
    Charges,
    CodingScheme,
    Exclusion,
    LineMark,
    RateTable,
    Rounded,
    SessionCodes,
    TimedCode,
    Total,
    WeekCode,
    codes_of,
    itemize,
)
from iopkit.library import CODINGS, find_coding, find_rates
from iopkit.modalities import Delivery, Modality
from iopkit.plans import Plan, draft
from iopkit.programs import PerWeek, Phase, Program, Service
from iopkit.schedules import Schedule, Session, schedule
from iopkit.sources import Dated, Versions

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
CHICAGO = ZoneInfo("America/Chicago")
WEEKS = 60
MINUTE = timedelta(minutes=1)

GROUP, SKILLS = Modality.GROUP_THERAPY, Modality.SKILLS_TRAINING
COUNSELING, FAMILY = Modality.INDIVIDUAL_COUNSELING, Modality.FAMILY_SESSION
ASSESSMENT, TEST, OTHER = Modality.ASSESSMENT, Modality.DRUG_TESTING, Modality.PSYCHOEDUCATION


class Row(NamedTuple):
    """A session, as the recount sees it."""

    day: int
    kind: Modality
    minutes: int
    remote: bool = False


# Around the bounds of the codes, and what adds up to three hours.
LENGTHS = [1, 14, 15, 16, 25, 26, 37, 38, 45, 52, 53, 59, 60, 75, 89, 90, 91, 120, 135, 179, 180]
USUAL = [GROUP, GROUP, GROUP, COUNSELING, COUNSELING, FAMILY, SKILLS, OTHER, ASSESSMENT, TEST]

# Days of about three hours, and of about three services.
DAYS = [
    [(GROUP, 180)],
    [(GROUP, 90), (SKILLS, 89)],
    [(GROUP, 90), (SKILLS, 90)],
    [(GROUP, 60), (OTHER, 60), (COUNSELING, 60)],
    [(GROUP, 50), (SKILLS, 50), (FAMILY, 50), (OTHER, 30)],
]
_two_weeks = st.integers(0, 3) | st.integers(0, 13)
_remote = st.sampled_from([False, False, False, True])
_program = st.lists(st.tuples(_two_weeks, st.sampled_from(DAYS), _remote), max_size=8).map(
    lambda drawn: [Row(day, *each, remote) for day, those, remote in drawn for each in those]
)
# Among them and a year later, whatever else there is.
_kinds = st.sampled_from(USUAL) | st.sampled_from(Modality)
_lengths = st.sampled_from(LENGTHS)
_others = st.lists(
    st.builds(Row, _two_weeks | st.integers(364, 367), _kinds, _lengths, _remote), max_size=12
)
rows = st.tuples(_program, _others).map(lambda drawn: drawn[0] + drawn[1])
starts = st.dates(date(2024, 1, 1), date(2026, 12, 31))


def _name(kind: Modality) -> str:
    return kind.value.replace("_", "-")


def booked(start: date, rows: Sequence[Row]) -> Schedule:
    """A schedule of some sessions, each half an hour after the one before it began."""
    sessions: list[Session] = []
    for number, row in enumerate(sorted(rows)):
        midnight = datetime.combine(start + timedelta(days=row.day), datetime.min.time(), CHICAGO)
        sessions.append(
            Session(
                _name(row.kind),
                number + 1,
                "only",
                row.day // 7 + 1,
                row.kind,
                midnight + timedelta(minutes=20 * (number + 1)),
                # A break comes on top of the service; some sessions have one.
                timedelta(minutes=row.minutes + 10 * (number % 3)),
                breaks=timedelta(minutes=10 * (number % 3)),
                delivery=Delivery.TELEHEALTH
                if row.remote
                else (None, Delivery.ON_SITE)[number % 2],
            )
        )
    program = Program(
        "any",
        "Any",
        (Phase("only", "Only", WEEKS),),
        tuple(Service(_name(kind), kind.label, kind, PerWeek(1)) for kind in Modality),
    )
    return Schedule(Plan(KEY, KEY, "Elm", program, start, 1), CHICAGO.key, tuple(sessions))


Counted = Counter[tuple[int, str]]
Recount = Callable[[date, list[Row], list[Row]], Counted]

COUNSELED = {
    *(GROUP, SKILLS, COUNSELING, FAMILY, OTHER, Modality.RELAPSE_PREVENTION),
    *(Modality.SOCIAL_SUPPORT_GROUP, Modality.ACTIVITY_THERAPY, Modality.FAMILY_EDUCATION),
    Modality.MULTI_FAMILY_GROUP,
}
MEDICARE = {*COUNSELED, Modality.CASE_MANAGEMENT, Modality.OCCUPATIONAL_THERAPY}


def in_minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60


def every_day(rows: list[Row]) -> range:
    return range(max((row.day for row in rows), default=-1) + 1)


def minutes_on(day: int, rows: list[Row], kinds: set[Modality]) -> list[int]:
    return [row.minutes for row in rows if row.day == day and row.kind in kinds]


def is_h0015_day(day: int, booked: list[Row], present: list[Row], kinds: set[Modality]) -> bool:
    monday = day - day % 7
    offered = [sum(minutes_on(each, booked, kinds)) for each in range(monday, monday + 7)]
    if len([minutes for minutes in offered if minutes > 179]) < 3:
        return False
    return sum(minutes_on(day, present, kinds)) > 179


def h0015(_: date, booked: list[Row], present: list[Row]) -> Counted:
    kinds = {*COUNSELED, ASSESSMENT}
    days = every_day(present)
    return Counter((d, "H0015") for d in days if is_h0015_day(d, booked, present, kinds))


def psychotherapy(_: date, __: list[Row], present: list[Row]) -> Counted:
    found: Counted = Counter()
    for day in every_day(present):
        longest = max(minutes_on(day, present, {COUNSELING}), default=0)
        if longest > 52:
            found[day, "90837"] = 1
        elif longest > 37:
            found[day, "90834"] = 1
        elif longest > 15:
            found[day, "90832"] = 1
        for minutes in minutes_on(day, present, {FAMILY}):
            found[day, "90847"] += minutes > 25
        found[day, "90853"] = len(minutes_on(day, present, {GROUP}))
    return +found


def a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def maryland(start: date, booked: list[Row], present: list[Row]) -> Counted:
    found: Counted = Counter()
    groups = {GROUP, SKILLS, Modality.RELAPSE_PREVENTION, Modality.SOCIAL_SUPPORT_GROUP}
    again = start
    for day in every_day(present):
        on = start + timedelta(days=day)
        if minutes_on(day, present, {ASSESSMENT}) and on >= again:
            found[day, "H0001"], again = 1, a_year_after(on)
        if is_h0015_day(day, booked, present, COUNSELED):
            found[day, "H0015"] = 1
            continue
        quarters = sum(int(minutes / 15) for minutes in minutes_on(day, present, {COUNSELING}))
        found[day, "H0004"] = min(6, quarters)
        found[day, "H0005"] = any(60 <= m <= 90 for m in minutes_on(day, present, groups))
    return +found


def clinics(start: date, booked: list[Row], present: list[Row]) -> Counted:
    """As other days until 2025, but that there is no tier for four services."""
    found: Counted = Counter()
    for day, code in tiers(start, booked, present):
        early = (start + timedelta(days=day)).year < 2025
        found[day, "IOP-3-SERVICES" if early else code] = 1
    return found


def tiers(_: date, __: list[Row], present: list[Row]) -> Counted:
    services = Counter(row.day for row in present if row.kind in MEDICARE)
    codes = {3: "IOP-3-SERVICES"}
    return Counter(
        (day, codes.get(count, "IOP-4-SERVICES")) for day, count in services.items() if count > 2
    )


def opioid_program(_: date, __: list[Row], present: list[Row]) -> Counted:
    found: Counted = Counter()
    for week in range(WEEKS):
        days = sorted(row.day for row in present if row.kind in MEDICARE and row.day // 7 == week)
        if days[8:]:
            found[days[0], "G0137"] = 1
    return found


RECOUNTS: dict[str, Recount] = {
    "us-cpt-psychotherapy": psychotherapy,
    "us-h0015": h0015,
    "us-md-medicaid": maryland,
    "us-medicare-clinic-iop": clinics,
    "us-medicare-iop": tiers,
    "us-medicare-otp-iop": opioid_program,
}


def seen(
    made: Schedule, attended: set[UUID] | None, *, home: bool = False
) -> tuple[list[Row], list[Row]]:
    """All that is booked and all that is to be charged; ``home``: not what is at home."""
    booked: list[Row] = []
    present: list[Row] = []
    for session in made.sessions:
        day = (session.start.date() - made.plan.start).days
        if home and session.delivery is Delivery.TELEHEALTH:
            continue
        service = session.duration - session.breaks
        row = Row(day, session.modality, in_minutes(service))
        booked.append(row)
        if attended is None or made.uid(session) in attended:
            present.append(row)
    return booked, present


def counted(charges: Charges, start: date) -> Counted:
    found: Counted = Counter()
    for line in charges.lines:
        found[(line.on - start).days, line.code] += line.units
    return found


# The recount.


def test_every_shipped_scheme_is_recounted() -> None:
    assert list(RECOUNTS) == [scheme.name for scheme in CODINGS]


@pytest.mark.parametrize("name", RECOUNTS)
@given(starts, rows, st.none() | st.sets(st.integers(0, 43)))
def test_the_units_of_each_day_are_those_of_a_recount(
    name: str, start: date, rows: list[Row], places: set[int] | None
) -> None:
    made = booked(start, rows)
    uids = [made.uid(session) for session in made.sessions]
    attended = None if places is None else {uids[n] for n in places if n < len(uids)}

    charges = itemize(made, find_coding(name), attended=attended)

    rows_seen = seen(made, attended, home="medicare" in name)
    assert counted(charges, start) == RECOUNTS[name](start, *rows_seen)


# In cents, by code, in the state's fiscal years 2020 and 2023.
CENTS = {
    2020: {"H0001": 15826, "H0004": 2229, "H0005": 4347, "H0015": 13931},
    2023: {"H0001": 19257, "H0004": 2712, "H0005": 5290, "H0015": 16951},
}


@given(st.dates(date(2019, 5, 1), date(2023, 8, 1)), rows)
def test_the_sum_of_a_plan_is_that_of_a_recount_in_cents(start: date, rows: list[Row]) -> None:
    made = booked(start, rows)
    total = 0
    unknown: set[str] = set()
    for (day, code), units in maryland(start, *seen(made, None)).items():
        on = start + timedelta(days=day)
        cents = CENTS.get(on.year + (on.month > 6), {}).get(code)
        total += units * (cents or 0)
        unknown |= set() if cents else {code}

    found = itemize(made, find_coding("us-md-medicaid"), rates=find_rates("us-md-medicaid"))

    assert found.total.known_usd * 100 == total
    assert found.total.unrated == tuple(sorted(unknown))
    assert (found.total.amount_usd is None) is bool(unknown)


# What holds of any scheme and schedule.

any_coding = st.sampled_from(CODINGS) | strategies.codings()


@given(any_coding, starts, rows, st.none() | st.sets(st.integers(0, 43)))
def test_each_session_is_charged_once_or_left_with_a_reason(
    coding: CodingScheme, start: date, rows: list[Row], places: set[int] | None
) -> None:
    made = booked(start, rows)
    uids = [made.uid(session) for session in made.sessions]
    attended = None if places is None else [uids[n] for n in places if n < len(uids)]

    charges = itemize(made, coding, attended=attended)

    charged = [uid for line in charges.lines for uid in line.sessions]
    left = [each.session for each in charges.uncharged]
    assert sorted(charged + left) == sorted(uids if attended is None else attended)
    assert all(each.reasons for each in charges.uncharged)
    numbers = {uid: session.number for uid, session in zip(uids, made.sessions, strict=True)}
    assert all(numbers[each.session] == each.number for each in charges.uncharged)


@given(any_coding, starts, rows)
def test_no_more_is_charged_than_was_booked(
    coding: CodingScheme, start: date, rows: list[Row]
) -> None:
    made = booked(start, rows)
    sessions = {made.uid(session): session for session in made.sessions}
    for line in itemize(made, coding).lines:
        those = [sessions[uid] for uid in line.sessions]
        assert line.counted <= sum((each.service_time for each in those), timedelta(0))
        rules = {
            code: rule
            for rule in coding.version(on=line.on).value
            for code in codes_of(rule)
            if not isinstance(rule, Exclusion | LineMark)
        }
        rule = rules[line.code]
        assert {session.modality for session in those} <= rule.counted
        assert min(session.start for session in those).date() == line.on
        assert {session.week for session in those} >= {line.week}
        if isinstance(rule, TimedCode):
            assert line.counted <= line.units * rule.unit
            assert rule.part or line.units * rule.unit == line.counted
        else:
            assert line.units == 1
        if not isinstance(rule, WeekCode):
            assert {session.start.date() for session in those} == {line.on}


@given(any_coding, starts, rows)
def test_lines_are_in_the_order_of_days_and_no_code_is_twice_a_day_but_for_each_session(
    coding: CodingScheme, start: date, rows: list[Row]
) -> None:
    made = booked(start, rows)
    charges = itemize(made, coding)
    assert [line.on for line in charges.lines] == sorted(line.on for line in charges.lines)
    for (on, code), count in Counter((line.on, line.code) for line in charges.lines).items():
        (rule,) = (rule for rule in coding.version(on=on).value if code in codes_of(rule))
        if isinstance(rule, SessionCodes):
            assert count <= (rule.per_day or count)
        elif isinstance(rule, TimedCode) and rule.rounded is Rounded.SESSION:
            ways = {line.given for line in charges.lines if (line.on, line.code) == (on, code)}
            assert count == len(ways)
        else:
            assert count == 1


@given(any_coding, starts, rows)
def test_codes_that_exclude_each_other_are_never_on_one_day(
    coding: CodingScheme, start: date, rows: list[Row]
) -> None:
    charges = itemize(booked(start, rows), coding)
    on_day: dict[date, set[str]] = {}
    for line in charges.lines:
        on_day.setdefault(line.on, set()).add(line.code)
    for day, codes in on_day.items():
        for rule in coding.version(on=day).value:
            if isinstance(rule, Exclusion) and rule.code in codes:
                assert not codes & rule.others


def charged_minutes(charges: Charges) -> int:
    """Minutes that are counted; an assessment is charged as such, whatever its length."""
    return sum(in_minutes(line.counted) for line in charges.lines if line.code != "H0001")


@pytest.mark.parametrize("name", RECOUNTS)
@given(starts, rows, st.builds(Row, _two_weeks, _kinds, _lengths, _remote))
def test_one_session_more_never_lowers_the_minutes_charged(
    name: str, start: date, rows: list[Row], more: Row
) -> None:
    before, after = (
        itemize(booked(start, some), find_coding(name)) for some in (rows, [*rows, more])
    )

    assert charged_minutes(before) <= charged_minutes(after)


@pytest.mark.parametrize("name", RECOUNTS)
@given(starts, rows, st.sets(st.integers(0, 43)), st.integers(0, 43))
def test_one_session_more_attended_never_lowers_the_minutes_charged(
    name: str, start: date, rows: list[Row], places: set[int], more: int
) -> None:
    made = booked(start, rows)
    uids = dict(enumerate(map(made.uid, made.sessions)))

    some, others = (
        itemize(made, find_coding(name), attended=[uids[n] for n in held if n in uids])
        for held in (places, places | {more})
    )

    assert charged_minutes(some) <= charged_minutes(others)


def part_of(made: Schedule, shares: Sequence[int]) -> dict[UUID, timedelta]:
    """Some minutes of each session: ``shares`` are from 0 to 100, and 100 for all others."""
    return {
        made.uid(session): in_minutes(session.service_time) * share // 100 * MINUTE
        for session, share in zip_longest(
            made.sessions, shares[: len(made.sessions)], fillvalue=100
        )
        if isinstance(session, Session)
    }


shares = st.lists(st.sampled_from([0, 50, 97, 100]) | st.integers(0, 100), max_size=44)


@given(any_coding, starts, rows)
def test_all_minutes_attended_are_charged_as_planned(
    coding: CodingScheme, start: date, rows: list[Row]
) -> None:
    made = booked(start, rows)
    in_full = itemize(made, coding, attended=part_of(made, ()))
    assert in_full == evolve(itemize(made, coding), attended=True)


@pytest.mark.parametrize("name", RECOUNTS)
@given(starts, rows, shares)
def test_with_fewer_minutes_no_more_are_charged(
    name: str, start: date, rows: list[Row], shares: list[int]
) -> None:
    made = booked(start, rows)
    planned, left_early = (
        itemize(made, find_coding(name), attended=part_of(made, some)) for some in ((), shares)
    )
    assert charged_minutes(left_early) <= charged_minutes(planned)


@given(st.integers(0, 14), st.sampled_from(Rounded), st.none() | st.integers(1, 6), rows, shares)
def test_with_fewer_minutes_a_timed_code_has_no_more_units(
    part: int, rounded: Rounded, most: int | None, rows: list[Row], shares: list[int]
) -> None:
    source = find_coding("us-h0015").versions.dated[0].source
    rule = TimedCode(
        *("T1", 15 * MINUTE, frozenset(Modality), source, most),
        part=part * MINUTE if part else None,
        rounded=rounded,
    )
    scheme = CodingScheme("any", "Any", Versions((Dated(date(2024, 1, 1), (rule,), source),)))
    made = booked(date(2026, 1, 5), rows)
    planned, left_early = (
        itemize(made, scheme, attended=part_of(made, some)) for some in ((), shares)
    )
    for found in (planned, left_early):
        of_days: Counter[date] = Counter()
        for line in found.lines:
            of_days[line.on] += line.units
        assert all(most is None or units <= most for units in of_days.values())
    assert sum(line.units for line in left_early.lines) <= sum(line.units for line in planned.lines)


@given(any_coding, starts, rows, shares, st.permutations(range(60)))
def test_charges_do_not_depend_on_the_order_of_sessions(
    coding: CodingScheme, start: date, rows: list[Row], shares: list[int], order: list[int]
) -> None:
    made = booked(start, rows[:60])
    before = [made.sessions[place - place % 2] for place in range(len(made.sessions))]
    # Some start at once, as in a plan in which sessions collide.
    at_once = [
        evolve(each, start=other.start) if each.start.date() == other.start.date() else each
        for each, other in zip(made.sessions, before, strict=True)
    ]
    attended = part_of(made, shares)
    shuffled = [at_once[place] for place in order if place < len(at_once)]
    one, other_way = (
        itemize(evolve(made, sessions=tuple(some)), coding, attended=attended)
        for some in (at_once, shuffled)
    )
    assert one == other_way


@pytest.mark.parametrize("name", RECOUNTS)
@given(starts, rows)
def test_nothing_is_charged_of_what_nobody_attended(
    name: str, start: date, rows: list[Row]
) -> None:
    charges = itemize(booked(start, rows), find_coding(name), attended=())
    assert (charges.lines, charges.uncharged, charges.total) == ((), (), Total())
    assert charges.attended


@given(strategies.codings(), strategies.rate_tables(("C0", "C1", "C2")), starts, rows)
def test_totals_are_the_sums_of_the_lines(
    coding: CodingScheme, rates: RateTable, start: date, rows: list[Row]
) -> None:
    charges = itemize(booked(start, rows), coding, rates=rates)
    weeks = [[line for line in charges.lines if line.week == n + 1] for n in range(WEEKS)]
    for total, lines in [(charges.total, charges.lines), *zip(charges.weekly, weeks, strict=True)]:
        assert {each.code: each.units for each in total.units} == dict(
            sum((Counter({line.code: line.units}) for line in lines), Counter[str]())
        )
        cents = 0
        for line in lines:
            rate = rates.rate(line.code, on=line.on)
            assert line.rate_usd == (rate and rate.amount_usd)
            cents += int(rate.amount_usd * 100) * line.units if rate else 0
        assert total.known_usd * 100 == cents
        unrated = {line.code for line in lines if rates.rate(line.code, on=line.on) is None}
        assert total.unrated == tuple(sorted(unrated))
        assert total.amount_usd == (None if unrated else total.known_usd)


@given(any_coding, st.data())
def test_every_session_of_a_dated_plan_is_accounted_for(
    coding: CodingScheme, data: st.DataObject
) -> None:
    site = data.draw(strategies.sites())
    start = data.draw(strategies.days(date(2024, 1, 1)))
    plan = draft(
        data.draw(strategies.programs()),
        data.draw(strategies.patients()),
        site,
        start=start,
        seed=1,
    )
    dated = schedule(plan, site)

    charges = itemize(dated, coding)

    assert charges.plan == plan.key
    assert (charges.weeks, charges.unplaced) == (plan.weeks, len(dated.unplaced))
    charged = sum(len(line.sessions) for line in charges.lines)
    assert charged + len(charges.uncharged) == len(dated.sessions)
    for line in charges.lines:
        assert (line.on - plan.start).days // 7 == line.week - 1
