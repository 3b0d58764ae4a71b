"""The cheapest combination is what looking at all of them finds."""

from datetime import time, timedelta
from itertools import combinations, pairwise, product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit import Weekday
from iopkit.groups import Candidate, Group, GroupDose
from iopkit.groups.combinations import Option, all_bits, cheapest, days_of, times_of
from iopkit.programs import Slot

pytestmark = pytest.mark.measured

KEY = UUID(int=1, version=4)

options = st.builds(
    Option,
    st.integers(0, 10**6),
    st.sampled_from(["group", "skills"]),
    st.sampled_from([0b1, 0b10, 0b100, 0b11, 0b110, 0b1000, 0b11000]),
    st.sampled_from([0b1, 0b10, 0b100, 0b11]),
    st.integers(-5, 20),
)
some_options = st.lists(options, max_size=9, unique_by=lambda one: one.number).map(
    # What is at the same times is on the same days.
    lambda some: [Option(o.number, o.service, o.times, o.times & 0b111 or 1, o.cost) for o in some]
)
doses = st.sampled_from(
    [
        (GroupDose("group"),),
        (GroupDose("group", 2),),
        (GroupDose("group", 3),),
        (GroupDose("group"), GroupDose("skills")),
        (GroupDose("skills", 2), GroupDose("group", 2)),
    ]
)


@given(some_options, doses, st.integers(1, 3))
def test_the_cheapest_combination_is_that_of_all(
    some: list[Option], doses: tuple[GroupDose, ...], days: int
) -> None:
    found = cheapest(Candidate(KEY, doses, days=days), some)

    costs = [
        sum(one.cost for one in chosen)
        for parts in product(
            *(
                combinations([o for o in some if o.service == dose.service], dose.groups)
                for dose in doses
            )
        )
        for chosen in [[one for part in parts for one in part]]
        if sum(one.times.bit_count() for one in chosen)
        == all_bits(one.times for one in chosen).bit_count()
        and all_bits(one.days for one in chosen).bit_count() >= days
    ]
    cost_of = {one.number: one.cost for one in some}
    assert (found is None) == (not costs)
    if found is not None:
        assert sum(cost_of[number] for number in found) == min(costs)
        assert list(found) == sorted(found)


def test_of_options_at_the_same_cost_and_times_the_first_is_taken() -> None:
    some = [Option(number, "group", 1, 1) for number in (7, 3, 5)]
    assert cheapest(Candidate(KEY, (GroupDose("group"),)), some) == (3,)


def test_a_search_ends_with_what_it_has() -> None:
    # Each takes the place of its neighbors, so that the least cost is far from what can be.
    some = [Option(n, "group", 0b11 << n, 1 << n % 7, (n * 37) % 101) for n in range(60)]
    found = cheapest(Candidate(KEY, (GroupDose("group", 14),), days=7), some)

    assert found is not None
    assert len(found) == 14
    assert all(later - before > 1 for before, later in pairwise(found))


def group(*slots: str, minutes: int = 60) -> Group:
    return Group("g", "group", tuple(map(Slot.parse, slots)), timedelta(minutes=minutes), 1)


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        pytest.param(group("monday 09:00"), group("monday 09:59"), True, id="a minute"),
        pytest.param(group("monday 09:00"), group("monday 10:00"), False, id="one after another"),
        pytest.param(group("monday 09:00"), group("tuesday 09:00"), False, id="another day"),
        pytest.param(
            group("monday 09:00", "friday 09:00"), group("friday 09:30"), True, id="the second"
        ),
        pytest.param(group("sunday 23:30"), group("monday 00:29"), True, id="into the next week"),
        pytest.param(group("sunday 23:30"), group("monday 00:30"), False, id="up to the next week"),
    ],
)
def test_groups_share_a_bit_if_they_overlap(first: Group, second: Group, overlap: bool) -> None:
    bits, others = times_of([first, second])
    assert bool(bits & others) is overlap


def test_days_are_those_on_which_a_group_begins() -> None:
    one = Group(
        "g",
        "group",
        (Slot(Weekday.MONDAY, time(23)), Slot(Weekday.SUNDAY, time(9))),
        timedelta(hours=2),
        1,
    )
    assert days_of(one) == 0b1000001
    assert times_of([]) == []
