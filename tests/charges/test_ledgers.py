"""Ledgers of authorizations: each unit is used once, and an open roll decides nothing."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, TypeAlias

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.charges import (
    Charges,
    CodingRule,
    CodingScheme,
    DayCode,
    DaysCounted,
    DayTiers,
    Exclusion,
    Ledger,
    NotBilledReason,
    Rounded,
    SessionCodes,
    Tier,
    TimeBand,
    TimedCode,
    Used,
    WeekCode,
    Withheld,
    itemize,
    ledger,
)
from iopkit.courses import (
    Authorization,
    AuthorizationStatus,
    AuthorizedIn,
    Course,
    delivered_by,
)
from iopkit.courses.events import (
    Authorized,
    CameUnplanned,
    CourseEvent,
    Died,
    Discharged,
    HoldBegun,
    HoldEnded,
)
from iopkit.library import find_coding
from iopkit.modalities import Delivery, Modality
from iopkit.schedules import HowGiven
from iopkit.sources import Dated, Grade, Source, Versions

Row: TypeAlias = tuple[int, Modality, int, int | str]
CourseOf: TypeAlias = Callable[..., Course]

START = date(2026, 1, 5)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
GROUP, TALK, SKILLS = (
    Modality.GROUP_THERAPY,
    Modality.INDIVIDUAL_COUNSELING,
    Modality.SKILLS_TRAINING,
)
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
SESSIONS, DAYS = AuthorizedIn.SESSIONS, AuthorizedIn.DAYS


def of(*modalities: Modality) -> frozenset[Modality]:
    return frozenset(modalities)


DAY_CODE = DayCode("H0015", 120 * MINUTE, of(GROUP), CODE)
TIMED = TimedCode("H0004", 15 * MINUTE, of(TALK), CODE)
TEACHING = SessionCodes((TimeBand("H0014", 30 * MINUTE),), of(SKILLS), CODE)


def coding(*rules: CodingRule) -> CodingScheme:
    return CodingScheme("any", "Any", Versions((Dated(date(2024, 1, 1), rules, CODE),)))


SIMPLE = coding(DAY_CODE, TIMED, TEACHING)


def day(number: int) -> date:
    return START + number * DAY


def approved(
    *codes: str, start: int = 0, end: int = 28, payer: str = "plan-a", **more: Any
) -> Authorization:
    return Authorization(payer, codes, day(start), day(end), **more)


def used(found: Ledger) -> list[tuple[int | None, int, int, int, int | None]]:
    """Approved, delivered, open, booked and left of each authorization."""
    return [
        (
            line.approved,
            line.within.delivered,
            line.within.rolls_open,
            line.within.booked,
            line.left,
        )
        for line in found.lines
    ]


# Worked examples


def test_a_ledger_tells_what_is_delivered_open_booked_and_left(course_of: CourseOf) -> None:
    rows: list[Row] = [
        (0, GROUP, 180, 180),
        (1, GROUP, 180, 150),
        (2, GROUP, 180, 90),  # too short a day
        (3, GROUP, 180, "missed"),
        (4, GROUP, 180, "open"),
        (7, GROUP, 180, "off"),
        (8, GROUP, 180, "still to come"),
        (9, GROUP, 180, "off"),
    ]
    course = course_of(rows, [approved("H0015", amount=10, number="A1")])
    found = ledger(course, SIMPLE, on=day(7))
    assert used(found) == [(10, 2, 1, 1, 6)]
    [line] = found.lines
    assert line.beyond == Used()
    assert (line.last_covered, found.rolls_open) == (day(8), 1)
    assert line.last_session == course.timeline.by_start[6].uid
    # 2 in 8 days are 1 in 4: 8 more take 32 days, which is after its end.
    assert (line.out_booked, line.out_attended, line.out_attended_soonest) == (None, None, day(26))


def test_it_runs_out_at_the_booked_and_the_attended_pace(course_of: CourseOf) -> None:
    rows: list[Row] = [(n, TALK, 30, 15 if n < 6 else "to come") for n in range(0, 26, 2)]
    course = course_of(rows, [approved("H0004", amount=12)])
    [line] = ledger(course, SIMPLE, on=day(5)).lines
    # 3 units in 6 days; 9 more take 18 days at that pace. Booked are 2 units every second day.
    assert line.within == Used(delivered=3, booked=9)
    assert (line.out_attended, line.out_booked) == (day(5 + 18), day(14))
    assert line.beyond == Used(booked=11)
    # Once it is used up, both are the day on which it was.
    [line] = ledger(
        course_of([(3, TALK, 30, 30)], [approved("H0004", amount=2)]), SIMPLE, on=day(9)
    ).lines
    assert (line.out_attended, line.out_booked, line.left) == (day(3), day(3), 0)


def test_what_falls_into_a_hold_that_ends_is_not_booked(course_of: CourseOf) -> None:
    rows: list[Row] = [(n, TALK, 30, "to come") for n in (1, 4, 6, 9)]
    hold: list[tuple[int, CourseEvent]] = [(3, HoldBegun()), (9, HoldEnded())]
    course = course_of(rows, [approved("H0004", amount=9)], events=hold)
    assert used(ledger(course, SIMPLE, on=day(0))) == [(9, 0, 0, 4, 5)]


@pytest.mark.parametrize("left", [Discharged(), Died()], ids=["discharged", "died"])
def test_after_a_stay_nothing_runs_out(course_of: CourseOf, left: CourseEvent) -> None:
    rows: list[Row] = [(n, TALK, 30, 30) for n in (0, 3)]
    course = course_of(rows, [approved("H0004", amount=9)], events=[(4, left)])
    assert [ledger(course, SIMPLE, on=day(n)).lines[0].out_attended for n in (3, 4)] == [
        day(3 + 5),
        None,
    ]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (19, day(27)),  # 16 in 20 days, and 6 more in 8: the last day it is for
        (18, day(26)),  # 16 in 19 days, and 6 more in 7 and a bit
        (20, None),  # 16 in 21 days, and 6 more on the day after
        (27, None),  # nothing tells: it ends
    ],
)
def test_a_pace_counts_to_the_last_day(course_of: CourseOf, on: int, expected: date | None) -> None:
    rows: list[Row] = [(n, TALK, 60, 60) for n in range(4)]
    [line] = ledger(course_of(rows, [approved("H0004", amount=22)]), SIMPLE, on=day(on)).lines
    assert line.within.delivered == 16
    assert line.out_attended == expected


@pytest.mark.parametrize(
    ("counted_in", "amount", "expected"),
    [
        (AuthorizedIn.UNITS, 7, (7, 7, 0, 0, 0)),  # 2 units on day 0, 4 on day 1, 1 of 4 on day 2
        (SESSIONS, 7, (7, 5, 0, 0, 2)),
        (DAYS, 7, (7, 3, 0, 0, 4)),
        (SESSIONS, 3, (3, 3, 0, 0, 0)),
        (DAYS, 2, (2, 2, 0, 0, 0)),
    ],
)
def test_units_sessions_and_days_are_each_counted_once(
    course_of: CourseOf, counted_in: AuthorizedIn, amount: int, expected: tuple[int, ...]
) -> None:
    rows: list[Row] = [
        (0, TALK, 30, 30),
        (1, TALK, 30, 30),
        (1, TALK, 30, 30),
        (2, TALK, 30, 30),
        (2, TALK, 30, 30),
    ]
    authorization = approved("H0004", amount=amount, counted_in=counted_in)
    course = course_of(rows, [authorization])
    assert used(ledger(course, SIMPLE, on=day(6))) == [expected]
    charges = itemize(delivered_by(course, on=day(6)), SIMPLE, authorizations=[authorization])
    billed = {AuthorizedIn.UNITS: 7, SESSIONS: 2 * min(amount, 5), DAYS: 10 if amount == 7 else 6}
    assert sum(line.units for line in charges.lines) == billed[counted_in]


def test_weeks_of_an_authorization_begin_with_it(course_of: CourseOf) -> None:
    rows: list[Row] = [(n, TALK, 15, 15) for n in (2, 5, 8, 9, 10)]
    limited = approved("H0004", start=2, amount=9, per_week=2)
    # Its weeks are days 2 to 8 and 9 to 15: one of three is over, and both of the next are not.
    course = course_of(rows, [limited])
    [line] = ledger(course, SIMPLE, on=day(20)).lines
    assert (line.within, line.left, line.beyond) == (Used(delivered=4), 5, Used(delivered=1))
    charges = itemize(delivered_by(course, on=day(20)), SIMPLE, authorizations=[limited])
    assert [line.on for line in charges.lines] == [day(n) for n in (2, 5, 9, 10)]
    assert why(charges) == {day(8): [NotBilledReason.NOT_AUTHORIZED]}


def why(charges: Charges) -> dict[date, list[NotBilledReason]]:
    return {left.on: [each.why for each in left.reasons] for left in charges.uncharged}


def test_what_ends_first_is_used_first(course_of: CourseOf) -> None:
    rows: list[Row] = [(n, TALK, 15, 15) for n in range(6)]
    late = approved("H0004", end=20, amount=2, number="late")
    soon = approved("H0004", end=5, amount=2, number="soon")
    older = approved("H0004", start=-3, end=20, amount=1, number="older")
    found = ledger(course_of(rows, [late, soon, older]), SIMPLE, on=day(9))
    assert [(line.authorization.number, line.last_covered) for line in found.lines] == [
        ("late", day(4)),
        ("soon", day(1)),
        ("older", day(2)),
    ]
    assert sum(line.beyond.delivered for line in found.lines) == 1


@pytest.mark.parametrize("status", [each for each in AuthorizationStatus if each != "approved"])
def test_only_what_is_approved_covers(course_of: CourseOf, status: AuthorizationStatus) -> None:
    rows: list[Row] = [(0, TALK, 30, 30), (0, SKILLS, 30, 30), (9, TALK, 30, "to come")]
    course = course_of(rows, [approved("H0004", amount=9, status=status)])
    found = ledger(course, SIMPLE, on=day(3))
    [line] = found.lines
    assert (line.approved, line.within, line.left) == (0, Used(), 0)
    assert (line.beyond, line.out_booked) == (Used(delivered=2, booked=2), None)
    assert [(each.code, each.units) for each in found.other_codes] == [("H0014", Used(1))]
    delivered = delivered_by(course, on=day(3))
    charges = itemize(delivered, SIMPLE, authorizations=delivered.authorizations)
    assert [line.code for line in charges.lines] == ["H0014"]
    assert why(charges) == {day(0): [NotBilledReason.NOT_AUTHORIZED]}


def test_the_last_answer_for_a_number_counts(course_of: CourseOf) -> None:
    asked = approved("H0004", amount=9, number="A1", status=AuthorizationStatus.ASKED)
    granted = evolve(asked, amount=6, status=AuthorizationStatus.APPROVED)
    course = course_of([(0, TALK, 30, 30)], [asked], events=[(2, Authorized(granted))])
    assert used(ledger(course, SIMPLE, on=day(1))) == [(0, 0, 0, 0, 0)]
    assert used(ledger(course, SIMPLE, on=day(2))) == [(6, 2, 0, 0, 4)]


def test_one_without_a_limit_covers_all_and_has_no_end_of_its_units(course_of: CourseOf) -> None:
    course = course_of([(0, TALK, 60, 60)], [approved("H0004")])
    [line] = ledger(course, SIMPLE, on=day(2)).lines
    assert (line.approved, line.within, line.left) == (None, Used(delivered=4), None)
    assert (line.out_booked, line.out_attended) == (None, None)


def test_what_is_beyond_is_told_beside_the_nearest(course_of: CourseOf) -> None:
    rows: list[Row] = [(n, TALK, 15, "to come") for n in (1, 9, 16, 23)]
    first, second = approved("H0004", start=5, end=12), approved("H0004", start=14, end=20)
    third = approved("H0004", start=14, end=22, amount=1, status=AuthorizationStatus.DENIED)
    found = ledger(course_of(rows, [first, second, third]), SIMPLE, on=day(0))
    # Before all begin, the first; after all, the newest that was approved.
    assert [(line.within.booked, line.beyond.booked) for line in found.lines] == [
        (1, 1),
        (1, 1),
        (0, 0),
    ]


def test_no_code_is_held_against_what_does_not_name_it(course_of: CourseOf) -> None:
    course = course_of([(0, SKILLS, 30, 30), (1, TALK, 15, 15)])
    other = approved("H0015", amount=1)
    charges = itemize(delivered_by(course, on=day(4)), SIMPLE, authorizations=[other])
    assert [line.code for line in charges.lines] == ["H0014", "H0004"]


def test_a_line_tells_how_many_of_its_units_are_not_covered(course_of: CourseOf) -> None:
    course = course_of([(0, TALK, 60, 55)], [])
    charges = itemize(
        delivered_by(course, on=day(0)), SIMPLE, authorizations=[approved("H0004", amount=2)]
    )
    [line] = charges.lines
    assert (line.units, line.counted) == (2, 30 * MINUTE)
    assert line.withheld == (Withheld(1, NotBilledReason.NOT_AUTHORIZED),)


def test_an_authorization_covers_all_days_of_a_weeks_unit_or_none(course_of: CourseOf) -> None:
    rows: list[Row] = [(1, GROUP, 60, 60), (3, GROUP, 60, 60)]
    weekly = coding(WeekCode("G2067", 1, of(GROUP), CODE))
    for start, end, within in ((1, 4, 1), (2, 9, 0), (0, 3, 0)):
        course = course_of(rows, [approved("G2067", start=start, end=end, amount=5)])
        [line] = ledger(course, weekly, on=day(8)).lines
        assert (line.within.delivered, line.beyond.delivered) == (within, 1 - within)


def test_one_that_counts_sessions_takes_all_of_a_units_or_none(course_of: CourseOf) -> None:
    rows: list[Row] = [(0, GROUP, 60, 60), (0, GROUP, 60, 60), (1, GROUP, 120, 120)]
    course = course_of(rows, [approved("H0015", amount=1, counted_in=SESSIONS)])
    [line] = ledger(course, SIMPLE, on=day(2)).lines
    assert (line.within, line.beyond, line.last_covered) == (Used(1), Used(2), day(1))


# Open rolls


def test_a_roll_that_is_open_leaves_its_day_open(course_of: CourseOf) -> None:
    rows: list[Row] = [
        (0, GROUP, 90, 90),
        (0, GROUP, 90, "open"),
        (0, Modality.PEER_SUPPORT, 30, 30),
        (1, TALK, 30, 30),
    ]
    delivered = delivered_by(course_of(rows), on=day(3))
    charges = itemize(delivered, SIMPLE)
    assert [(line.on, line.units) for line in charges.lines] == [(day(1), 2)]
    assert [[each.why for each in left.reasons] for left in charges.uncharged] == [
        [NotBilledReason.DEPENDS_ON_ROLL],
        [NotBilledReason.NOT_RECORDED],
        [NotBilledReason.NO_CODE],
    ]
    assert charges.not_known == charges.uncharged[:2]


def test_the_last_unit_waits_for_a_roll_that_may_use_it(course_of: CourseOf) -> None:
    rows: list[Row] = [(0, TALK, 30, "open"), (1, TALK, 30, 30), (2, TALK, 30, 30)]
    for amount, expected, left in ((6, (4, 2, 0), 0), (5, (3, 2, 0), 0), (2, (0, 2, 0), 0)):
        authorization = approved("H0004", amount=amount)
        course = course_of(rows, [authorization])
        [line] = ledger(course, SIMPLE, on=day(2)).lines
        within = line.within
        assert (within.delivered, within.rolls_open, within.booked) == expected
        assert line.left == left
        charges = itemize(delivered_by(course, on=day(2)), SIMPLE, authorizations=[authorization])
        assert sum(line.units for line in charges.lines) == expected[0]
    # With 2 units, whether days 1 and 2 have any depends on day 0, and one of them has none.
    assert line.beyond.rolls_open == 2
    assert why(charges) == {
        day(0): [NotBilledReason.NOT_RECORDED],
        day(1): [NotBilledReason.DEPENDS_ON_ROLL],
        day(2): [NotBilledReason.NOT_AUTHORIZED],
    }


def test_an_open_roll_uses_nothing_of_what_is_not_for_its_day(course_of: CourseOf) -> None:
    rows: list[Row] = [(0, TALK, 60, "open"), (1, TALK, 30, 30)]
    later = approved("H0004", start=1, amount=2)
    other = approved("H0014", amount=1)
    charges = itemize(
        delivered_by(course_of(rows), on=day(2)), SIMPLE, authorizations=[later, other]
    )
    assert [(line.on, line.units) for line in charges.lines] == [(day(1), 2)]


def test_part_of_a_line_can_wait_for_a_roll(course_of: CourseOf) -> None:
    rows: list[Row] = [(0, TALK, 30, "open"), (1, TALK, 60, 60)]
    authorization = approved("H0004", amount=3)
    charges = itemize(
        delivered_by(course_of(rows), on=day(2)), SIMPLE, authorizations=[authorization]
    )
    [line] = charges.lines
    assert (line.units, line.counted) == (1, 15 * MINUTE)
    assert line.withheld == (
        Withheld(1, NotBilledReason.NOT_AUTHORIZED),
        Withheld(2, NotBilledReason.DEPENDS_ON_ROLL),
    )


def test_after_a_large_unit_that_is_not_settled_nothing_is(course_of: CourseOf) -> None:
    # Two sessions are left, or three: the day of two sessions takes them or leaves one over.
    rows: list[Row] = [
        (0, GROUP, 120, "open"),
        (1, GROUP, 60, 60),
        (1, GROUP, 60, 60),
        (2, GROUP, 120, 120),
    ]
    authorization = approved("H0015", amount=2, counted_in=SESSIONS)
    course = course_of(rows, [authorization])
    charges = itemize(delivered_by(course, on=day(4)), SIMPLE, authorizations=[authorization])
    assert not charges.lines
    assert [each.why for left in charges.uncharged for each in left.reasons] == [
        NotBilledReason.NOT_RECORDED,
        *[NotBilledReason.DEPENDS_ON_ROLL] * 3,
    ]


def test_a_week_that_is_open_can_use_all_of_its_sessions_on_its_first_day(
    course_of: CourseOf,
) -> None:
    rows: list[Row] = [
        (0, GROUP, 60, "open"),
        (1, TALK, 30, 30),
        (2, GROUP, 60, 60),
        (3, GROUP, 60, 60),
    ]
    scheme = coding(WeekCode("G2067", 2, of(GROUP), CODE), TIMED)
    for amount, settled in ((3, False), (4, True)):
        authorization = approved("G2067", "H0004", amount=amount, counted_in=SESSIONS)
        course = course_of(rows, [authorization])
        charges = itemize(delivered_by(course, on=day(6)), scheme, authorizations=[authorization])
        assert [line.code for line in charges.lines] == ["H0004"] * settled
        [line] = ledger(course, scheme, on=day(6)).lines
        assert line.within.delivered == int(settled)


def test_which_of_two_covers_a_large_unit_has_to_be_settled(course_of: CourseOf) -> None:
    rows: list[Row] = [
        (0, GROUP, 120, "open"),
        (1, GROUP, 60, 60),
        (1, GROUP, 60, 60),
        (2, GROUP, 120, 120),
    ]
    first = approved("H0015", amount=2, end=20, counted_in=SESSIONS)
    second = approved("H0015", amount=1)
    charges = itemize(
        delivered_by(course_of(rows), on=day(4)), SIMPLE, authorizations=[first, second]
    )
    assert not charges.lines
    enough = evolve(first, amount=4)
    charges = itemize(
        delivered_by(course_of(rows), on=day(4)), SIMPLE, authorizations=[enough, second]
    )
    assert len(charges.lines) == 2


@pytest.mark.parametrize(
    ("rules", "days_open"),
    [
        ((DAY_CODE, TIMED), {0}),
        ((evolve(DAY_CODE, days_a_week=2), TIMED), {0, 2}),
        ((evolve(DAY_CODE, days_a_week=2, days=DaysCounted.BOOKED), TIMED), {0}),
        ((WeekCode("G2067", 2, of(GROUP), CODE), TIMED), {0, 2}),
        ((WeekCode("G2067", 2, of(TALK), CODE), DAY_CODE), {0}),
        ((DayTiers((Tier("G1", 1), Tier("G2", 2)), of(GROUP), CODE), TIMED), {0}),
        ((SessionCodes((TimeBand("90853"),), of(GROUP), CODE, months_apart=1), TIMED), {0, 2, 8}),
        ((TIMED,), set()),
    ],
)
def test_an_open_roll_reaches_as_far_as_rules_do(
    course_of: CourseOf, rules: tuple[CodingRule, ...], days_open: set[int]
) -> None:
    rows: list[Row] = [
        (0, GROUP, 120, "open"),
        (0, GROUP, 120, 120),
        (1, TALK, 30, 30),
        (2, GROUP, 120, 120),
        (8, GROUP, 120, 120),
    ]
    charges = itemize(delivered_by(course_of(rows), on=day(12)), coding(*rules))
    open_days = {day(n) for n in days_open}
    waiting = {each.on for each in charges.not_known if each.reasons[0].why == "depends_on_roll"}
    assert waiting == open_days


def test_units_of_a_week_are_booked_until_it_is_over(course_of: CourseOf) -> None:
    rows: list[Row] = [(0, GROUP, 120, 120), (2, GROUP, 120, 120), (4, GROUP, 120, "to come")]
    week = coding(evolve(DAY_CODE, days_a_week=2))
    course = course_of(rows, [approved("H0015", amount=9)])
    assert used(ledger(course, week, on=day(2))) == [(9, 0, 0, 3, 6)]
    assert used(ledger(course, week, on=day(4))) == [(9, 0, 3, 0, 6)]
    gone = course_of(rows, [approved("H0015", amount=9)], events=[(3, Discharged())])
    assert used(ledger(gone, week, on=day(3))) == [(9, 2, 0, 0, 7)]


@pytest.mark.parametrize("rounded", Rounded)
def test_an_open_roll_can_use_units_of_all_that_its_day_may_come_to(
    course_of: CourseOf, rounded: Rounded
) -> None:
    # Of 40 minutes, two units; of both together on the day, five.
    rows: list[Row] = [(0, TALK, 40, "open"), (0, TALK, 40, 40), (1, TALK, 15, 15)]
    scheme = coding(evolve(TIMED, rounded=rounded))
    most = {Rounded.DAY: 5, Rounded.SESSION: 4}[rounded]
    for amount, settled in ((most, False), (most + 1, True)):
        delivered = delivered_by(course_of(rows), on=day(1))
        authorizations = [approved("H0004", amount=amount)]
        charges = itemize(delivered, scheme, authorizations=authorizations)
        assert [line.on for line in charges.lines] == [day(1)] * settled


def test_telehealth_that_is_not_charged_is_neither_in_the_ledger_nor_open(
    course_of: CourseOf,
) -> None:
    scheme = evolve(SIMPLE, telehealth=False)
    remote = HowGiven(Delivery.TELEHEALTH)
    start = datetime(2026, 1, 6, 9, tzinfo=UTC)
    came = CameUnplanned("call", TALK, start, 30 * MINUTE, given=remote, led_by="Grace")
    course = course_of([(0, TALK, 30, 30)], [approved("H0004", amount=9)], events=[(1, came)])
    delivered = delivered_by(course, on=day(2))
    charges = itemize(delivered, scheme)
    assert why(charges) == {day(1): [NotBilledReason.TELEHEALTH]}
    assert used(ledger(course, scheme, on=day(2))) == [(9, 2, 0, 0, 7)]


# What holds of all

EVERY_RULE = (
    DAY_CODE,
    evolve(DAY_CODE, days_a_week=2),
    WeekCode("G2067", 2, of(GROUP, TALK), CODE),
    DayTiers((Tier("G1", 1), Tier("G2", 2)), of(GROUP), CODE),
)
MORE_RULES = (
    TIMED,
    evolve(TIMED, rounded=Rounded.DAY, part=8 * MINUTE, per_day=3),
    SessionCodes((TimeBand("H0004"), TimeBand("90832", 45 * MINUTE)), of(TALK), CODE, per_day=1),
    SessionCodes((TimeBand("H0004"),), of(TALK, GROUP), CODE, months_apart=1),
)
kinds = st.sampled_from([GROUP, GROUP, TALK, SKILLS])
outcomes: st.SearchStrategy[float | str] = st.sampled_from([0.0, 0.5, 1.0, 1.0, "missed", "off"])


@st.composite
def some_rows(draw: st.DrawFn, *, most_open: int, on: int) -> list[Row]:
    drawn = draw(
        st.lists(st.tuples(st.integers(0, 12), kinds, st.sampled_from([30, 60, 120])), max_size=9)
    )
    rows: list[Row] = []
    still_open = 0
    for number, kind, minutes in sorted(drawn, key=lambda row: row[0]):
        if number > on:
            what: int | str = draw(st.sampled_from(["to come", "to come", "off"]))
        elif still_open < most_open and draw(st.booleans()):
            what, still_open = "open", still_open + 1
        else:
            outcome = draw(outcomes)
            what = outcome if isinstance(outcome, str) else int(outcome * minutes)
        rows.append((number, kind, minutes, what))
    return rows


ALL_CODES = ("H0015", "H0004", "G2067", "H0014", "90832", "G1", "G2")
some_authorizations = st.lists(
    st.builds(
        Authorization,
        st.just("plan-a"),
        st.sampled_from([ALL_CODES, ALL_CODES, ("H0004",), ("H0015", "G2067")]),
        st.sampled_from([-3, 0, 0, 4]).map(day),
        st.sampled_from([9, 14, 20]).map(day),
        amount=st.sampled_from([1, 2, 3, 4, 6, None]),
        counted_in=st.sampled_from(AuthorizedIn),
        per_week=st.sampled_from([None, None, 1, 2]),
        status=st.sampled_from([AuthorizationStatus.APPROVED] * 4 + [AuthorizationStatus.DENIED]),
        number=st.none() | st.sampled_from("ab"),
    ),
    max_size=3,
)


@given(st.data(), st.integers(0, 12), some_authorizations)
def test_approved_is_delivered_and_open_and_booked_and_left(
    course_of: CourseOf, data: st.DataObject, on: int, authorizations: list[Authorization]
) -> None:
    rows = data.draw(some_rows(most_open=3, on=on))
    course = course_of(rows, authorizations)
    found = ledger(course, SIMPLE, on=day(on))
    for line in found.lines:
        if line.approved is not None:
            assert line.left is not None
            assert line.left >= 0
            assert line.approved == line.within.total + line.left
    # Against a recount that knows no rules: how many of each are used, and how many are not.
    lines = [line.authorization for line in found.lines]
    recounted = recount(rows, lines)
    assert [line.within.total for line in found.lines] == recounted


Unit: TypeAlias = tuple[int, str, tuple[int, ...]]


def units_by_hand(rows: Sequence[Row]) -> Iterator[Unit]:
    """Day, code and sessions of every unit, if all that is open or booked is attended."""
    came = [
        (number, kind, minutes if isinstance(what, str) else what, place)
        for place, (number, kind, minutes, what) in enumerate(rows)
        if what not in ("missed", "off", 0)
    ]
    for on in sorted({row[0] for row in came}):
        of_day = [row for row in came if row[0] == on]
        units: list[tuple[int, str, tuple[int, ...]]] = []
        groups = [row for row in of_day if row[1] is GROUP]
        if sum(row[2] for row in groups) >= 120:
            units.append((groups[0][3], "H0015", tuple(row[3] for row in groups)))
        talks = [row for row in of_day if row[1] is TALK and row[2] >= 15]
        units += [(talks[0][3], "H0004", (row[3],)) for row in talks for _ in range(row[2] // 15)]
        units += [(r[3], "H0014", (r[3],)) for r in of_day if r[1] is SKILLS and r[2] >= 30]
        for _, code, sessions in sorted(units, key=lambda unit: unit[:2]):
            yield on, code, sessions


def recount(rows: Sequence[Row], authorizations: Sequence[Authorization]) -> list[int]:
    """How much is used of each, counted anew from all that it has taken for each unit."""
    taken: list[list[tuple[int, object]]] = [[] for _ in authorizations]
    order = sorted(
        range(len(authorizations)), key=lambda n: (authorizations[n].end, authorizations[n].start)
    )
    for number, (on, code, sessions) in enumerate(units_by_hand(rows)):
        for place in order:
            each = authorizations[place]
            if code not in each.codes or not each.start <= day(on) < each.end:
                continue
            if each.status is not AuthorizationStatus.APPROVED:
                continue
            keys: tuple[object, ...] = {
                AuthorizedIn.UNITS: (("unit", number),),
                SESSIONS: sessions,
                DAYS: (("day", on),),
            }[each.counted_in]
            week = (day(on) - each.start).days // 7
            had = {key for _, key in taken[place]}
            new = [key for key in keys if key not in had]
            of_week = sum(w == week for w, _ in taken[place])
            if each.amount is not None and len(had) + len(new) > each.amount:
                continue
            if each.per_week is not None and of_week + len(new) > each.per_week:
                continue
            taken[place] += [(week, key) for key in new]
            break
    return [len(each) for each in taken]


@given(
    st.data(),
    st.integers(0, 12),
    some_authorizations,
    st.tuples(st.sampled_from(EVERY_RULE), st.sampled_from(MORE_RULES)),
)
def test_no_open_roll_is_billed_or_refused(
    course_of: CourseOf,
    data: st.DataObject,
    on: int,
    authorizations: list[Authorization],
    chosen: tuple[CodingRule, CodingRule],
) -> None:
    rows = data.draw(some_rows(most_open=2, on=on))
    rules = [*chosen, TEACHING]
    if isinstance(chosen[0], DayCode):
        rules.append(Exclusion("H0015", frozenset({"H0014"}), CODE))
    scheme = coding(*rules)
    course = course_of(rows, authorizations)
    known = itemize(delivered_by(course, on=day(on)), scheme, authorizations=authorizations)
    before = ledger(course, scheme, on=day(on))
    places = [place for place, row in enumerate(rows) if row[3] == "open"]
    for outcome in product((0, 20, 1), repeat=len(places)):
        told = list(rows)
        for place, came in zip(places, outcome, strict=True):
            number, kind, minutes, _ = rows[place]
            told[place] = (number, kind, minutes, minutes if came == 1 else came)
        completed = course_of(told, authorizations)
        then = itemize(delivered_by(completed, on=day(on)), scheme, authorizations=authorizations)
        assert_settled(known, then)
        if len(authorizations) == 1:
            after = ledger(completed, scheme, on=day(on))
            [one], [other] = before.lines, after.lines
            assert other.within.delivered >= one.within.delivered
            assert other.within.rolls_open == 0


def assert_settled(known: Charges, then: Charges) -> None:
    """What was charged or refused while rolls were open is so whatever they say."""
    charged = {(line.code, line.sessions): line for line in then.lines}
    for line in known.lines:
        waits = sum(e.units for e in line.withheld if e.why is NotBilledReason.DEPENDS_ON_ROLL)
        assert line.units <= charged[line.code, line.sessions].units <= line.units + waits
    refused = {each.session: each.reasons for each in then.uncharged}
    waiting = {each.session for each in known.not_known}
    for each in known.uncharged:
        if each.session not in waiting:
            assert refused[each.session] == each.reasons


@given(st.data())
def test_fewer_minutes_never_charge_more(course_of: CourseOf, data: st.DataObject) -> None:
    rows = data.draw(some_rows(most_open=0, on=12))
    fewer: list[Row] = [
        (n, kind, m, data.draw(st.integers(0, w)) if isinstance(w, int) else w)
        for n, kind, m, w in rows
    ]
    scheme = find_coding(data.draw(st.sampled_from(["us-h0015", "us-md-medicaid"])))
    whole, part = (
        sum((line.counted for line in charges.lines), timedelta(0))
        for charges in (
            itemize(delivered_by(course_of(each), on=day(12)), scheme) for each in (rows, fewer)
        )
    )
    assert part <= whole


@given(st.data(), st.integers(0, 12))
def test_what_was_delivered_is_charged_as_its_attendance(
    course_of: CourseOf, data: st.DataObject, on: int
) -> None:
    rows = data.draw(some_rows(most_open=0, on=on))
    course = course_of(rows)
    delivered = delivered_by(course, on=day(on))
    [force] = course.schedules
    scheme = find_coding("us-md-medicaid")
    assert itemize(delivered, scheme) == itemize(
        force.schedule, scheme, attended=delivered.attendance
    )
