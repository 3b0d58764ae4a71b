"""Planned, delivered and billed side by side, and the rows of a ledger."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

import pytest
from attrs import asdict, evolve

from iopkit.charges import (
    ChargeRowKind,
    Charges,
    CodingScheme,
    DayCode,
    LedgerRow,
    LedgerRowKind,
    NotBilledReason,
    Rate,
    RateTable,
    TimedCode,
    WeekCode,
    Withheld,
    charge_rows,
    delivered_weeks,
    itemize,
    ledger,
    ledger_rows,
)
from iopkit.courses import (
    Authorization,
    AuthorizationStatus,
    AuthorizedIn,
    Course,
    delivered_by,
)
from iopkit.courses.events import CameUnplanned
from iopkit.documents import from_json, to_json
from iopkit.errors import InvalidError, NotInForceError
from iopkit.modalities import Modality
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.windows import Weekday

Row: TypeAlias = tuple[int, Modality, int, int | str]
CourseOf: TypeAlias = Callable[..., Course]

START = date(2026, 1, 5)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
GROUP, TALK = Modality.GROUP_THERAPY, Modality.INDIVIDUAL_COUNSELING
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
RULES = (
    DayCode("H0015", 120 * MINUTE, frozenset({GROUP}), CODE),
    TimedCode("H0004", 15 * MINUTE, frozenset({TALK}), CODE),
)
SCHEME = CodingScheme("any", "Any", Versions((Dated(date(2024, 1, 1), RULES, CODE),)))
RATES = RateTable("any", "Any", (Rate("H0015", date(2024, 1, 1), Decimal("100.00")),))


def day(number: int) -> date:
    return START + number * DAY


ROWS: Sequence[Row] = [
    (0, GROUP, 180, 180),
    (1, TALK, 30, 30),
    (2, GROUP, 180, "missed"),
    (7, GROUP, 120, 60),
    (7, GROUP, 120, "open"),
    (8, TALK, 30, 10),
    (9, TALK, 60, "off"),
    (16, GROUP, 180, "to come"),
]
WALK = CameUnplanned(
    "walk", Modality.PEER_SUPPORT, datetime(2026, 1, 8, 15, tzinfo=UTC), 45 * MINUTE
)


def test_each_week_has_what_was_planned_delivered_and_billed(course_of: CourseOf) -> None:
    delivered = delivered_by(course_of(ROWS, events=[(3, WALK)]), on=day(10))
    first, second = delivered_weeks(delivered, itemize(delivered, SCHEME, rates=RATES))
    assert asdict(first) == {
        "week": 1,
        "start": START,
        "planned": 3,
        "planned_minutes": 390,
        "attended": 3,
        "attended_minutes": 255,
        "rolls_open": 0,
        "open_minutes": 0,
        "billed": 2,
        "billed_minutes": 210,
        "not_billed": 1,
        "not_known": 0,
        "units": "2 H0004; 1 H0015",
        "amount_usd": None,
    }
    assert (second.planned, second.planned_minutes) == (4, 330)
    assert (second.attended, second.attended_minutes) == (2, 70)
    assert (second.rolls_open, second.open_minutes) == (1, 120)
    assert (second.billed, second.not_billed, second.not_known) == (0, 1, 1)
    assert (second.units, second.amount_usd) == ("", Decimal("0.00"))


def test_weeks_without_a_session_are_told_up_to_the_last_of_the_plan(course_of: CourseOf) -> None:
    for on, weeks in ((-1, 0), (0, 1), (20, 3), (90, 4)):
        delivered = delivered_by(course_of([]), on=day(on))
        assert len(delivered_weeks(delivered, itemize(delivered, SCHEME))) == weeks


def test_a_session_is_billed_in_its_own_week_whatever_weeks_a_rule_counts_in(
    course_of: CourseOf,
) -> None:
    weekly = WeekCode("G2067", 2, frozenset({GROUP}), CODE)
    scheme = CodingScheme(
        "any", "Any", Versions((Dated(date(2024, 1, 1), (weekly,), CODE),)), Weekday.SATURDAY
    )
    delivered = delivered_by(course_of([(5, GROUP, 60, 60), (7, GROUP, 60, 60)]), on=day(8))
    weeks = delivered_weeks(delivered, itemize(delivered, scheme))
    assert [(each.billed, each.not_billed, each.units) for each in weeks] == [
        (1, 0, "1 G2067"),
        (1, 0, ""),
    ]


def test_charges_of_something_else_are_refused(course_of: CourseOf) -> None:
    delivered = delivered_by(course_of(ROWS), on=day(10))
    other = itemize(delivered_by(course_of(ROWS), on=day(3)), SCHEME)
    with pytest.raises(InvalidError, match="those of what was delivered"):
        delivered_weeks(delivered, other)
    nothing = delivered_by(Course(delivered.course.key, delivered.course.key), on=START)
    charges = itemize(nothing, SCHEME)
    assert (charges.plan, charges.weeks) == (delivered.course.key, 0)
    assert delivered_weeks(nothing, charges) == ()


def test_itemize_refuses_what_does_not_go_with_what_was_delivered(course_of: CourseOf) -> None:
    delivered = delivered_by(course_of(ROWS), on=day(10))
    with pytest.raises(InvalidError, match="attended"):
        itemize(delivered, SCHEME, attended=[])
    with pytest.raises(InvalidError, match="authorizations"):
        itemize(delivered, SCHEME, authorizations=["A1"])  # type: ignore[list-item]
    before = evolve(SCHEME, versions=Versions((Dated(date(2026, 1, 6), RULES, CODE),)))
    with pytest.raises(NotInForceError):
        ledger(delivered.course, before, on=day(10))
    assert ledger(delivered.course, before, on=day(10), assume_in_force=True).rolls_open == 1
    with pytest.raises(InvalidError, match="coding"):
        ledger(delivered.course, RATES, on=day(10))  # type: ignore[arg-type]


def test_a_schedule_is_held_against_authorizations_too(course_of: CourseOf) -> None:
    [force] = course_of(ROWS).schedules
    authorization = Authorization("plan-a", ("H0004",), START, day(30), amount=3)
    charges = itemize(force.schedule, SCHEME, authorizations=[authorization])
    assert [(line.code, line.units) for line in charges.lines if line.code == "H0004"] == [
        ("H0004", 2),
        ("H0004", 1),
    ]
    assert [(each.on, each.reasons[0].why) for each in charges.uncharged] == [
        (day(9), NotBilledReason.NOT_AUTHORIZED)
    ]
    kinds = (ChargeRowKind.LINE, ChargeRowKind.UNCHARGED)
    assert {row.why for row in charge_rows(charges) if row.kind in kinds} == {
        None,
        "1 unit more: not authorized",
        "H0004, not authorized",
    }


def test_charges_of_what_was_delivered_are_documents(course_of: CourseOf) -> None:
    delivered = delivered_by(course_of(ROWS), on=day(10))
    few = [Authorization("plan-a", ("H0004",), START, day(30), amount=1)]
    charges = itemize(delivered, SCHEME, authorizations=few)
    assert [each.why for line in charges.lines for each in line.withheld] == ["not_authorized"]
    assert from_json(Charges, to_json(charges)) == charges


def test_withheld_units_are_a_number_of_them() -> None:
    with pytest.raises(InvalidError, match="units"):
        Withheld(0, NotBilledReason.NOT_AUTHORIZED)


def test_a_ledger_is_rows(course_of: CourseOf) -> None:
    asked = Authorization(
        "plan-b",
        ("H0015", "H2036"),
        day(1),
        day(15),
        status=AuthorizationStatus.ASKED,
        counted_in=AuthorizedIn.DAYS,
    )
    course = course_of(ROWS, [asked])
    row, other = ledger_rows(ledger(course, SCHEME, on=day(10)))
    values = {name: value for name, value in asdict(row).items() if value is not None}
    assert values == {
        "course": str(course.key),
        "coding": "any",
        "on": day(10),
        "kind": LedgerRowKind.AUTHORIZATION,
        "codes": "H0015 H2036",
        "payer": "plan-b",
        "status": AuthorizationStatus.ASKED,
        "counted_in": AuthorizedIn.DAYS,
        "start": day(1),
        "last_day": day(14),
        "approved": 0,
        "delivered": 0,
        "rolls_open": 0,
        "booked": 0,
        "left": 0,
        "beyond_delivered": 1,
        "beyond_rolls_open": 1,
        "beyond_booked": 1,
    }
    assert other == LedgerRow(
        course=str(course.key),
        coding="any",
        on=day(10),
        kind=LedgerRowKind.OTHER_CODE,
        codes="H0004",
        beyond_delivered=2,
        beyond_rolls_open=0,
        beyond_booked=0,
        counted_in=AuthorizedIn.UNITS,
    )
    granted = evolve(asked, status=AuthorizationStatus.APPROVED, start=START, amount=5)
    found = ledger(course_of(ROWS, [granted]), SCHEME, on=day(10))
    [row, _] = ledger_rows(found)
    assert row.last_session == str(found.lines[0].last_session)
    assert row.last_covered == day(7)


def test_charges_say_when_all_is_known(course_of: CourseOf) -> None:
    charges = itemize(delivered_by(course_of(ROWS), on=day(3)), SCHEME)
    assert isinstance(charges, Charges)
    assert charges.not_known == ()
    assert charges.attended
