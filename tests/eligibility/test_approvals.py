"""What can be asked of approvals, against every way to fill in what is not known of them."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from iopkit import FACTS, LevelOfCare, Patient, Policy, Source, Truth
from iopkit.eligibility import Criterion, Possible
from iopkit.levels import Edition
from iopkit.patients import Approval, Payer
from iopkit.sources import Dated, Grade, Versions

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
DAY = date(2026, 3, 2)
IOP = LevelOfCare("2.1")
WHOLE = Approval(
    payer=Payer.COMMERCIAL,
    level=IOP,
    units=12,
    time=timedelta(hours=27),
    start=date(2026, 2, 2),
    end=date(2026, 3, 9),
)
MOST_DAYS = 4_000_000
MAY_BE = (Possible(0, 12), Possible(0, 27))
OPEN, ANY = Possible(7, MOST_DAYS), Possible(0, 999_999)
PERHAPS_TWO = (Possible(12, 24), Possible(27, 54))
NAMES = ("approved", "approval_days_left", "approved_units", "approved_hours")


def asked(*approvals: Approval, on: date = DAY, level: str = "2_1") -> tuple[object, ...]:
    patient = Patient(KEY, approvals=approvals)
    return tuple(FACTS[f"level_{level}_{name}"].read(patient, on) for name in NAMES)


def changed(**fields: Any) -> Approval:
    return evolve(WHOLE, **fields)


@pytest.mark.parametrize(
    ("approvals", "found"),
    [
        pytest.param((), (False, 0, 0, 0), id="recorded that there are none"),
        pytest.param((WHOLE,), (True, 7, 12, 27), id="one in force"),
        pytest.param(
            (changed(units=None),),
            (True, 7, ANY, 27),
            id="units not known",
        ),
        pytest.param((changed(time=None),), (True, 7, 12, ANY), id="hours not known"),
        pytest.param(
            (changed(end=None),), (None, Possible(0, MOST_DAYS), *MAY_BE), id="end not known"
        ),
        pytest.param((changed(start=None),), (None, Possible(0, 7), *MAY_BE), id="start not known"),
        pytest.param((changed(level=None),), (None, Possible(0, 7), *MAY_BE), id="level not known"),
        pytest.param((changed(time=timedelta(0)),), (True, 7, 12, 0), id="no hours"),
        pytest.param((changed(payer=None),), (True, 7, 12, 27), id="whose, does not matter"),
        pytest.param((changed(level=LevelOfCare("2.5")),), (False, 0, 0, 0), id="another level"),
        pytest.param(
            (changed(level=LevelOfCare("2.1", Edition.FOURTH)),), (True, 7, 12, 27), id="edition 4"
        ),
        pytest.param((changed(end=DAY),), (False, 0, 0, 0), id="ended the day before"),
        pytest.param((changed(end=DAY, start=None),), (False, 0, 0, 0), id="over, whenever begun"),
        pytest.param((changed(end=date(2026, 3, 3)),), (True, 1, 12, 27), id="its last day"),
        pytest.param((changed(start=DAY),), (True, 7, 12, 27), id="its first day"),
        pytest.param((changed(start=date(2026, 3, 3)),), (False, 0, 0, 0), id="not yet"),
        pytest.param(
            (changed(start=date(2026, 3, 3), end=None),), (False, 0, 0, 0), id="not yet, open end"
        ),
        pytest.param(
            (changed(start=DAY, end=None),),
            (True, Possible(1, MOST_DAYS), 12, 27),
            id="its first day, open end",
        ),
        pytest.param(
            (changed(start=None, end=date(2026, 3, 3)),), (True, 1, 12, 27), id="its last, begun"
        ),
        pytest.param(
            (WHOLE, changed(end=date(2026, 3, 20), units=3, time=timedelta(minutes=90))),
            (True, 18, 15, 28.5),
            id="two in force",
        ),
        pytest.param(
            (WHOLE, changed(start=None, end=date(2026, 3, 5), units=0)),
            (True, 7, 12, Possible(27, 54)),
            id="another that may be, ends sooner and has no units",
        ),
        pytest.param((WHOLE, changed(start=None)), (True, 7, *PERHAPS_TWO), id="one more or not"),
        pytest.param(
            (WHOLE, changed(end=None)),
            (True, OPEN, *PERHAPS_TWO),
            id="one of open end",
        ),
    ],
)
def test_what_is_read_of_approvals(
    approvals: tuple[Approval, ...], found: tuple[object, ...]
) -> None:
    assert asked(*approvals) == found


def test_where_nothing_is_recorded_nothing_is_known() -> None:
    assert [FACTS[f"level_2_1_{name}"].read(Patient(KEY), DAY) for name in NAMES] == [None] * 4


@pytest.mark.parametrize("on", [date.min, date.max])
def test_the_first_and_the_last_day_of_all_are_days(on: date) -> None:
    first, last = changed(start=date.min), changed(end=date.max, start=date(2026, 1, 1))
    assert asked(first, last, on=on)[0] is (on == date.min)


def test_each_level_has_its_own() -> None:
    assert asked(changed(level=LevelOfCare("2.5")), level="2_5") == (True, 7, 12, 27)
    assert asked(WHOLE, level="2_5") == (False, 0, 0, 0)


def day_after(days: int | None) -> date | None:
    return None if days is None else DAY + timedelta(days=days)


SPANS = [
    (start, end)
    for start, end in product((None, -3, 0, 1), (None, -1, 0, 1, 2, 5))
    if start is None or end is None or start < end
]
PARTLY = st.builds(
    lambda span, level, units: Approval(
        level=level,
        units=units,
        time=timedelta(hours=3),
        start=day_after(span[0]),
        end=day_after(span[1]),
    ),
    st.sampled_from(SPANS),
    st.sampled_from((None, IOP, LevelOfCare("2.5"))),
    st.sampled_from((None, 0, 4)),
)


def completions(approval: Approval) -> Iterator[Approval]:
    """Ways to fill in what is not known of an approval."""
    levels = [approval.level] if approval.level else [IOP, LevelOfCare("2.5")]
    units = [approval.units] if approval.units is not None else [0, 400_000]
    far = timedelta(days=900)
    starts = [approval.start] if approval.start else [DAY - far, DAY + timedelta(days=1)]
    # One day after each of the starts, so that each of them has an end beside it.
    near = [DAY + timedelta(days=days) for days in range(3)]
    ends = [approval.end] if approval.end else [*near, DAY + far]
    for level, unit, start, end in product(levels, units, starts, ends):
        if start < end:
            yield evolve(approval, level=level, units=unit, start=start, end=end)


@given(st.lists(PARTLY, max_size=2))
@example([Approval(level=IOP, time=timedelta(hours=3), start=DAY)])
def test_what_is_possible_is_what_the_completions_say(some: list[Approval]) -> None:
    ways: Any = [asked(*filled) for filled in product(*map(completions, some))]
    (approved, *said), (each, *amounts) = asked(*some), zip(*ways, strict=True)
    assert approved == (each[0] if len(set(each)) == 1 else None)
    for amount, found, most in zip(said, amounts, (MOST_DAYS, 999_999, 999_999), strict=True):
        # 900 days stand for the most days, and 400,000 units for the most that two can have.
        high = most if max(found) >= 900 else max(found)
        assert amount == Possible(min(found), high).plain


def test_a_policy_can_ask_for_an_approval_that_lasts() -> None:
    rule = Source("Elm Street Clinic, admission rule 9", Grade.SECONDARY)
    left = FACTS["level_2_1_approval_days_left"] >= 5
    criteria = (Criterion("approved", "Is approved for 5 days more.", left, rule),)
    policy = Policy("elm-9", "Elm Street", Versions((Dated(date(2025, 1, 1), criteria, rule),)))
    patient = Patient(KEY, approvals=(WHOLE,))
    verdicts = [policy.decide(patient, on=date(2026, 3, day)).verdict for day in (4, 5, 9)]
    assert verdicts == [Truth.YES, Truth.NO, Truth.NO]
    assert policy.decide(Patient(KEY), on=DAY).missing == ("level_2_1_approval_days_left",)
