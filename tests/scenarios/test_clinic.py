"""The list and the seats against a clinic that is run day by day, as one would by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.scenarios.capacity import SeatsByDay
from iopkit.scenarios.clinic import NEVER, NO_DAY, Outcome, Requests, Seated, seated
from iopkit.scenarios.draws import WHOLE

pytestmark = pytest.mark.measured


class Person:
    """One request, as the clinic that is run by hand knows it."""

    def __init__(self, requests: Requests, row: int) -> None:
        self.row = row
        self.follows = int(requests.follows[row])
        self.ready = int(requests.ready[row]) if self.follows < 0 else NEVER
        self.priority = int(requests.priority[row])
        self.patience = int(requests.patience[row])
        self.stay = int(requests.stay[row])
        self.gap = int(requests.gap[row])
        self.needs = int(requests.needs[row])
        self.suits = int(requests.suits[row])
        self.holds = int(requests.holds[row])
        self.intake = int(requests.intake[row])
        self.comes = requests.comes[requests.band[row]].tolist()
        self.outcome = Outcome.NOT_REACHED
        self.day = self.offered = self.start = NO_DAY
        self.pools: list[int] = []
        if (admitted := int(requests.admitted[row])) != NO_DAY:
            self.start = self.day = self.offered = admitted
            self.outcome = Outcome.ADMITTED

    def in_care(self, day: int) -> bool:
        return self.start != NO_DAY and self.start <= day < self.start + self.stay


class ByHand:
    """The same as ``seated``, with everybody asked on every day."""

    def __init__(self, requests: Requests, seats: SeatsByDay) -> None:
        self.seats = seats
        self.people = [Person(requests, row) for row in range(requests.ready.size)]
        for person in self.people:
            if person.start != NO_DAY:
                self.place(person)
        self.waiting: list[int] = []
        for day in range(seats.days):
            self.live(day)
            self.waiting.append(sum(p.outcome is Outcome.WAITING for p in self.people))

    def room(self, pool: int, day: int) -> int:
        taken = sum(pool in p.pools and p.in_care(day) for p in self.people)
        return self.seats.sizes[pool] - taken

    def place(self, person: Person) -> None:
        for need in self.seats.needs[person.needs]:
            held = [pool for pool in need if person.holds >> pool & 1]
            suited = [pool for pool in need if person.suits >> pool & 1]
            free = [pool for pool in suited if self.room(pool, 0) > 0]
            person.pools += (held or free or suited)[:1]

    def live(self, day: int) -> None:
        for person in self.people:
            before = self.people[person.follows] if person.follows >= 0 else person
            if person is not before and before.start != NO_DAY:
                person.ready = before.start + before.stay + person.gap
            if person.outcome is Outcome.NOT_REACHED and day >= person.ready:
                person.outcome = Outcome.WAITING
            if person.outcome is Outcome.WAITING and day >= person.ready + person.patience:
                person.outcome, person.day = Outcome.GAVE_UP, day
        line = [person for person in self.people if person.outcome is Outcome.WAITING]
        for person in sorted(line, key=lambda p: (p.priority, p.ready, p.row)):
            self.offer(person, day)

    def offer(self, person: Person, day: int) -> None:
        found = [
            [
                pool
                for pool in need
                if person.suits >> pool & 1
                and self.seats.takes[pool][day]
                and self.room(pool, day) > 0
            ]
            for need in self.seats.needs[person.needs]
        ]
        if not all(found) or not self.seats.opens[day]:
            return
        person.offered = person.day = day
        if person.intake < person.comes[min(day - person.ready, len(person.comes) - 1)]:
            person.outcome, person.start = Outcome.ADMITTED, day
            person.pools = [each[0] for each in found]
        else:
            person.outcome = Outcome.DID_NOT_COME


def same(found: Seated, people: Sequence[Person]) -> None:
    assert found.outcome.tolist() == [person.outcome for person in people]
    assert found.start.tolist() == [person.start for person in people]
    assert found.offered.tolist() == [person.offered for person in people]
    assert found.day.tolist() == [person.day for person in people]
    for person in people:
        if person.outcome is not Outcome.NOT_REACHED:
            assert found.ready[person.row] == person.ready
        pools = found.pools[person.row].tolist()
        assert pools[: len(person.pools)] == person.pools
        assert set(pools[len(person.pools) :]) <= {-1}


@st.composite
def clinics(draw: st.DrawFn) -> SeatsByDay:
    days = draw(st.integers(1, 25))
    pools = draw(st.integers(0, 4))
    opens = draw(st.lists(st.sampled_from([1, 1, 1, 0]), min_size=days, max_size=days))
    takes = [
        bytes(
            day and other
            for day, other in zip(
                opens,
                draw(st.lists(st.sampled_from([1, 1, 0]), min_size=days, max_size=days)),
                strict=True,
            )
        )
        for _ in range(pools)
    ]
    sizes = draw(st.lists(st.integers(0, 3), min_size=pools, max_size=pools))
    order = draw(st.permutations(range(pools)))
    cut = draw(st.integers(0, pools))
    parts = tuple(part for part in (tuple(order[:cut]), tuple(order[cut:])) if part)
    needs = draw(st.sampled_from([(parts,), (parts, parts[:1]), (parts, ())]))
    return SeatsByDay(tuple("abcd"[:pools]), tuple(sizes), tuple(takes), bytes(opens), needs)


@st.composite
def requests_of(draw: st.DrawFn, seats: SeatsByDay) -> Requests:
    rows = draw(st.integers(0, 14))

    def each(values: st.SearchStrategy[int]) -> list[int]:
        return draw(st.lists(values, min_size=rows, max_size=rows))

    ready = sorted(each(st.integers(-5, seats.days + 3)))
    admitted = each(st.sampled_from([NO_DAY, NO_DAY, NO_DAY, 0, -2, -9]))
    follows = [
        draw(st.integers(-1, row - 1)) if draw(st.booleans()) and admitted[row] == NO_DAY else -1
        for row in range(rows)
    ]
    return Requests(
        ready,
        each(st.integers(1, 9)),
        priority=each(st.integers(0, 2)),
        patience=each(st.sampled_from([NEVER, NEVER, 0, 1, 3, 8])),
        needs=each(st.integers(0, len(seats.needs) - 1)),
        suits=each(st.sampled_from([15, 15, 3, 12, 1, 0])),
        intake=each(st.sampled_from([0, WHOLE // 2, WHOLE - 1])),
        comes=[[WHOLE, WHOLE, WHOLE // 2 + 1], [WHOLE, 1, 0]],
        band=each(st.integers(0, 1)),
        admitted=admitted,
        holds=each(st.sampled_from([0, 0, 0, 1, 6, 15])),
        follows=follows,
        gap=each(st.integers(0, 4)),
    )


@given(st.data())
def test_it_is_as_a_clinic_run_by_hand(data: st.DataObject) -> None:
    seats = data.draw(clinics())
    requests = data.draw(requests_of(seats))
    same(seated(requests, seats), ByHand(requests, seats).people)


@given(st.data())
def test_one_line_is_as_a_clinic_run_by_hand(data: st.DataObject) -> None:
    seats = data.draw(clinics().filter(lambda seats: bool(seats.names)))
    rows = data.draw(st.integers(0, 14))

    def each(values: st.SearchStrategy[int]) -> list[int]:
        return data.draw(st.lists(values, min_size=rows, max_size=rows))

    one = SeatsByDay(seats.names[:1], seats.sizes[:1], seats.takes[:1], seats.opens, (((0,),),))
    requests = Requests(
        each(st.integers(-5, seats.days + 3)),
        each(st.integers(1, 9)),
        admitted=each(st.sampled_from([NO_DAY, NO_DAY, NO_DAY, 0, -2, -9])),
    )
    same(seated(requests, one), ByHand(requests, one).people)
