"""Charges as rows: each line, what they come to, and what is left."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from attrs import asdict, evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.charges import (
    Charge,
    ChargeRow,
    ChargeRowKind,
    Charges,
    Marks,
    NotBilledReason,
    Refusal,
    Uncharged,
    Unmarked,
    charge_rows,
)
from iopkit.modalities import Delivery
from iopkit.schedules import HowGiven
from iopkit.sources import Grade, Source

PLAN = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2026, 2, 2)
FEES = Source("Fee schedule 3", Grade.LEGAL_TEXT)
VIDEO, ON_SITE = HowGiven(Delivery.TELEHEALTH, video=True), HowGiven(Delivery.ON_SITE)
LINE = Charge(
    MONDAY,
    1,
    "H0004",
    3,
    timedelta(minutes=45),
    (UUID(int=1), UUID(int=2)),
    Decimal("27.12"),
    rate_assumed=True,
    given=(VIDEO, ON_SITE),
    marks=Marks("10", ("95", "HF"), open=(Unmarked.AT_HOME,)),
    led_by=("Ash", None, "Birch"),
    rate_source=FEES,
)
UNRATED = Charge(MONDAY + timedelta(weeks=2), 3, "H0005", 1, timedelta(hours=1), (UUID(int=3),))
LEFT = Uncharged(
    UUID(int=4),
    MONDAY,
    1,
    "urine-test",
    2,
    (Refusal(NotBilledReason.TOO_SHORT, "H0004"), Refusal(NotBilledReason.NO_CODE)),
)
CHARGES = Charges(PLAN, "ours", 3, (LINE, UNRATED), (LEFT,), unplaced=5, rates="fees")


def of_kind(charges: Charges, kind: ChargeRowKind) -> list[ChargeRow]:
    return [row for row in charge_rows(charges) if row.kind is kind]


def said(row: ChargeRow) -> dict[str, object]:
    """What a row says beside what all rows of the same charges do."""
    shared = {"plan": str(PLAN), "coding": "ours", "rates": "fees"}
    assert shared.items() <= asdict(row).items()
    left_out = {*shared, "kind"}
    return {k: v for k, v in asdict(row).items() if v is not None and k not in left_out}


def test_a_line_is_a_row_with_all_that_is_known_of_it_and_what_is_not() -> None:
    line, unrated = of_kind(CHARGES, ChargeRowKind.LINE)
    assert said(line) == {
        "week": 1,
        "on": MONDAY,
        "code": "H0004",
        "units": 3,
        "minutes": 45,
        "rate_usd": Decimal("27.12"),
        "amount_usd": Decimal("81.36"),
        "rate_source": "Fee schedule 3 [T1]",
        "rate_assumed": True,
        "place": "10",
        "modifiers": "95 HF",
        "given": "by video, not known where the patient was; in person",
        "led_by": "Ash; Birch",
        "sessions": 2,
        "uids": f"{UUID(int=1)} {UUID(int=2)}",
        "not_known": "whether the patient is at home; who leads a session",
    }
    assert said(unrated) == {
        "week": 3,
        "on": UNRATED.on,
        "code": "H0005",
        "units": 1,
        "minutes": 60,
        "sessions": 1,
        "uids": str(UUID(int=3)),
        "not_known": "how its sessions were given and who led them",
    }


def test_sums_are_by_week_by_code_and_of_all_and_not_known_where_a_rate_is_missing() -> None:
    first, last = of_kind(CHARGES, ChargeRowKind.WEEK)
    known = {"minutes": 45, "amount_usd": Decimal("81.36"), "sessions": 2}
    assert said(first) == {"week": 1, **known}
    missing = "no rate for H0005; the others come to"
    assert said(last) == {"week": 3, "minutes": 60, "sessions": 1, "why": f"{missing} 0.00"}
    rated, unrated = of_kind(CHARGES, ChargeRowKind.CODE)
    assert said(rated) == {"code": "H0004", "units": 3, **known}
    assert (unrated.code, unrated.units, unrated.amount_usd) == ("H0005", 1, None)
    [total] = of_kind(CHARGES, ChargeRowKind.TOTAL)
    assert said(total) == {"minutes": 105, "sessions": 3, "why": f"{missing} 81.36"}


def test_what_is_not_charged_says_why() -> None:
    [left] = of_kind(CHARGES, ChargeRowKind.UNCHARGED)
    assert said(left) == {
        "week": 1,
        "on": MONDAY,
        "service": "urine-test",
        "number": 2,
        "sessions": 1,
        "uids": str(UUID(int=4)),
        "why": f"{LEFT.reasons[0].words}; {NotBilledReason.NO_CODE.words}",
    }
    [unplaced] = of_kind(CHARGES, ChargeRowKind.UNPLACED)
    assert said(unplaced) == {"sessions": 5, "why": "no day"}


def test_charges_of_nothing_have_a_total_alone() -> None:
    [row] = charge_rows(Charges(PLAN, "ours", 1, rates="fees"))
    assert (row.kind, row.amount_usd) == (ChargeRowKind.TOTAL, Decimal("0.00"))


@st.composite
def some_charges(draw: st.DrawFn) -> Charges:
    numbers = iter(range(1, 1_000))

    def one(week: int, code: str, units: int, rate: Decimal | None, sessions: int) -> Charge:
        uids = tuple(UUID(int=next(numbers)) for _ in range(sessions))
        return evolve(
            LINE,
            week=week,
            code=code,
            units=units,
            rate_usd=rate,
            rate_assumed=False,
            sessions=uids,
        )

    rates = st.none() | st.decimals(0, 500, places=2)
    number = st.integers(1, 4)
    lines = draw(st.lists(st.builds(one, number, st.sampled_from("AB"), number, rates, number)))
    return Charges(PLAN, "ours", 4, tuple(lines), unplaced=draw(st.integers(0, 3)))


@given(some_charges())
def test_rows_of_lines_come_to_each_of_their_sums(charges: Charges) -> None:
    rows = of_kind(charges, ChargeRowKind.LINE)
    assert len(rows) == len(charges.lines)
    for kind in (ChargeRowKind.WEEK, ChargeRowKind.CODE, ChargeRowKind.TOTAL):
        sums = of_kind(charges, kind)
        for row in sums:
            added = [
                line
                for line in rows
                if row.week in (None, line.week) and row.code in (None, line.code)
            ]
            assert row.sessions == sum(line.sessions for line in added)
            amounts = [line.amount_usd for line in added]
            known = [amount for amount in amounts if amount is not None]
            assert row.amount_usd == (sum(known) if known == amounts else None)
        assert sum(row.sessions for row in sums) == sum(row.sessions for row in rows)
    by_code = Counter({row.code: row.units or 0 for row in of_kind(charges, ChargeRowKind.CODE)})
    assert by_code == {each.code: each.units for each in charges.total.units}
