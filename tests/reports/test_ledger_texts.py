"""Texts of ledgers and of weeks side by side."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from attrs import evolve

from iopkit.charges import (
    Charge,
    Charges,
    CodeUse,
    DeliveredWeek,
    Ledger,
    LedgerLine,
    NotBilledReason,
    Used,
    Withheld,
)
from iopkit.courses import Authorization, AuthorizationStatus, AuthorizedIn
from iopkit.reports import charges_text, delivered_text, ledger_text

KEY = UUID("3f8f9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
DAYS = Authorization(
    "plan-a",
    ("H0015", "H2036"),
    date(2026, 1, 5),
    date(2026, 3, 2),
    amount=24,
    counted_in=AuthorizedIn.DAYS,
    per_week=3,
    number="A1",
)
LINE = LedgerLine(
    DAYS,
    24,
    Used(9, 2, 6),
    7,
    Used(booked=4),
    date(2026, 2, 12),
    KEY,
    None,
    date(2026, 2, 25),
    date(2026, 2, 19),
)


def ledger_of(*lines: LedgerLine, rolls_open: int = 0, others: tuple[CodeUse, ...] = ()) -> Ledger:
    return Ledger(KEY, "us-h0015", date(2026, 1, 30), lines, others, rolls_open)


def test_a_ledger_says_all_of_each_authorization() -> None:
    others = (CodeUse("H0004", Used(delivered=1)), CodeUse("H0005", Used(booked=3)))
    assert ledger_text(ledger_of(LINE, rolls_open=2, others=others)).splitlines() == [
        "Authorizations, Fri 2026-01-30, by us-h0015",
        "  Rolls open: 2 sessions, counted as if all had come, and kept apart.",
        "",
        "plan-a A1: H0015, H2036, Mon 2026-01-05 to Sun 2026-03-01",
        "    approved: 24 days, at most 3 a week",
        "    used: 17 days (9 delivered, 2 open, 6 booked)",
        "    left: 7 days",
        "    last session covered: Thu 2026-02-12",
        "    runs out as booked: not before it ends",
        "    runs out at the attended pace: Wed 2026-02-25; Thu 2026-02-19 if all open rolls were",
        "    attended",
        "    beyond it: 4 days (4 booked)",
        "",
        "Codes that no authorization names:",
        "  - H0004: 1 unit (1 delivered)",
        "  - H0005: 3 units (3 booked)",
    ]


def test_what_covers_nothing_or_has_no_limit_says_so() -> None:
    units = evolve(DAYS, counted_in=AuthorizedIn.UNITS, per_week=None, number=None, amount=None)
    denied = evolve(units, status=AuthorizationStatus.DENIED)
    no_limit = LedgerLine(units, None, Used(), None, Used())
    refused = LedgerLine(denied, 0, Used(), 0, Used())
    unused = evolve(LINE, within=Used(), left=24, beyond=Used(), out_attended=None)
    used_up = evolve(LINE, out_booked=date(2026, 2, 12), out_attended_soonest=LINE.out_attended)
    told = ledger_text(ledger_of(no_limit, refused, unused, used_up))
    assert "    approved: no limit known\n    used: 0 units\n    left: not known\n" in told
    assert "    denied: it covers nothing\n" in told
    assert "    runs out at the attended pace: not known\n" in told
    assert "    runs out as booked: Thu 2026-02-12\n" in told
    assert "    runs out at the attended pace: Wed 2026-02-25\n" in told
    assert ledger_text(ledger_of()).endswith("None is on record.")


def test_weeks_are_side_by_side() -> None:
    week = DeliveredWeek(
        week=1,
        start=date(2026, 1, 5),
        planned=5,
        planned_minutes=720,
        attended=3,
        attended_minutes=450,
        rolls_open=1,
        open_minutes=90,
        billed=2,
        billed_minutes=360,
        not_billed=0,
        not_known=1,
        units="2 H0015",
        amount_usd=Decimal("300.00"),
    )
    empty = evolve(week, week=2, not_known=0, units="")
    assert delivered_text([week, empty]).splitlines() == [
        "Planned, delivered and billed: sessions and minutes",
        "",
        "  week  from               planned    attended  rolls open      billed  units",
        "     1  Mon 2026-01-05   5    720m   3    450m   1     90m   2    360m  2 H0015",
        "    1 session waiting for a roll",
        "     2  Mon 2026-01-05   5    720m   3    450m   1     90m   2    360m  -",
    ]


def test_charges_tell_units_that_are_withheld() -> None:
    line = Charge(
        date(2026, 1, 5),
        1,
        "H0004",
        2,
        timedelta(minutes=30),
        (KEY,),
        withheld=(
            Withheld(1, NotBilledReason.NOT_AUTHORIZED),
            Withheld(2, NotBilledReason.DEPENDS_ON_ROLL),
        ),
    )
    told = charges_text(Charges(KEY, "any", 1, (line,), attended=True))
    assert "  - H0004, 1 unit more of sessions that are charged: not authorized\n" in told
    assert "  - H0004, 2 units more of sessions that are charged: not known yet, as it" in told
