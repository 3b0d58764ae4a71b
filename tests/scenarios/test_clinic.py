"""The list and the seats against a clinic that is run day by day, as one would by hand."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from iopkit.errors import InvalidError
from iopkit.scenarios.capacity import Capacity, SeatPool, SeatsByDay
from iopkit.scenarios.clinic import seated, seats_taken
from iopkit.scenarios.draws import WHOLE
from iopkit.scenarios.requests import NEVER, NO_DAY, RequestOutcome, Requests, Seated

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
        self.outcome = RequestOutcome.NOT_REACHED
        self.day = self.offered = self.start = NO_DAY
        self.pools: list[int] = []
        if (admitted := int(requests.admitted[row])) != NO_DAY:
            self.start = self.day = self.offered = admitted
            self.outcome = RequestOutcome.ADMITTED

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
            self.waiting.append(sum(p.outcome is RequestOutcome.WAITING for p in self.people))

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
            if person.outcome is RequestOutcome.NOT_REACHED and day >= person.ready:
                person.outcome = RequestOutcome.WAITING
            if person.outcome is RequestOutcome.WAITING and day >= person.ready + person.patience:
                person.outcome, person.day = RequestOutcome.GAVE_UP, day
        line = [person for person in self.people if person.outcome is RequestOutcome.WAITING]
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
            person.outcome, person.start = RequestOutcome.ADMITTED, day
            person.pools = [each[0] for each in found]
        else:
            person.outcome = RequestOutcome.DID_NOT_COME


def same(found: Seated, people: Sequence[Person]) -> None:
    assert found.outcome.tolist() == [person.outcome for person in people]
    assert found.start.tolist() == [person.start for person in people]
    assert found.offered.tolist() == [person.offered for person in people]
    assert found.day.tolist() == [person.day for person in people]
    for person in people:
        if person.outcome is not RequestOutcome.NOT_REACHED:
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


# What holds of every clinic.


@given(st.data())
def test_everybody_who_was_referred_is_somewhere_and_no_seat_is_taken_twice(
    data: st.DataObject,
) -> None:
    seats = data.draw(clinics())
    requests = data.draw(requests_of(seats))
    found = seated(requests, seats)
    counts = np.bincount(found.outcome, minlength=len(RequestOutcome))
    assert counts.sum() == requests.ready.size
    assert counts[RequestOutcome.ADMITTED] == (found.start != NO_DAY).sum()
    dated = np.isin(
        found.outcome,
        [RequestOutcome.GAVE_UP, RequestOutcome.DID_NOT_COME, RequestOutcome.ADMITTED],
    )
    assert (dated == (found.day != NO_DAY)).all()
    taken = seats_taken(requests, found, seats)
    assert (taken >= 0).all()
    # Those who were in care before may be more than there are seats for; nobody is added then.
    fuller = taken > np.array(seats.sizes, np.int32).reshape(-1, 1)
    more = np.diff(taken, axis=1, prepend=taken[:, :1]) > 0
    assert not (fuller & more).any()
    # Census: of stays, the days within the horizon, in each pool.
    for pool in range(len(seats.sizes)):
        rows = np.flatnonzero((found.pools == pool).any(axis=1))
        ends = found.start[rows] + requests.stay[rows]
        inside = np.clip(ends, 0, seats.days) - np.clip(found.start[rows], 0, seats.days)
        assert taken[pool].sum() == inside.sum()


@given(st.data())
def test_days_waited_are_the_sum_of_those_who_wait_on_each_day(data: st.DataObject) -> None:
    seats = data.draw(clinics())
    requests = data.draw(requests_of(seats))
    found = seated(requests, seats)
    listed = (found.outcome != RequestOutcome.NOT_REACHED) & (requests.admitted == NO_DAY)
    until = np.where(found.day == NO_DAY, seats.days, found.day)[listed]
    waited = (until - np.maximum(found.ready[listed], 0)).sum()
    assert waited == sum(ByHand(requests, seats).waiting)


@given(st.data())
def test_nobody_waits_beside_an_open_seat_that_suits_or_is_passed_by_one_who_came_later(
    data: st.DataObject,
) -> None:
    seats = data.draw(clinics())
    requests = data.draw(requests_of(seats))
    found = seated(requests, seats)
    taken = seats_taken(requests, found, seats)
    new = np.flatnonzero(
        (found.outcome != RequestOutcome.NOT_REACHED) & (requests.admitted == NO_DAY)
    )
    until = np.where(found.day == NO_DAY, seats.days, found.day)
    for row in new.tolist():
        for day in range(max(int(found.ready[row]), 0), int(until[row])):
            assert not seats.opens[day] or not all(
                any(
                    int(requests.suits[row]) >> pool & 1
                    and seats.takes[pool][day]
                    and taken[pool, day] < seats.sizes[pool]
                    for pool in need
                )
                for need in seats.needs[int(requests.needs[row])]
            )
    alike: dict[tuple[int, int, int], list[int]] = {}
    for row in new.tolist():
        kind = requests.priority[row], requests.needs[row], requests.suits[row]
        alike.setdefault(tuple(map(int, kind)), []).append(row)  # type: ignore[arg-type]
    for rows in alike.values():
        rows.sort(key=lambda row: (found.ready[row], row))
        for place, row in enumerate(rows):
            if found.offered[row] != NO_DAY:
                assert all(until[before] <= found.offered[row] for before in rows[:place])


@given(st.data(), st.integers(0, 4), st.integers(0, 2))
def test_one_more_seat_makes_nobody_begin_later(data: st.DataObject, size: int, more: int) -> None:
    days = 30
    every = data.draw(st.lists(st.sampled_from([1, 1, 0]), min_size=days, max_size=days))
    rows = data.draw(st.integers(1, 20))
    each = st.lists(st.integers(1, 12), min_size=rows, max_size=rows)
    requests = Requests(np.cumsum(data.draw(each)) // 4, data.draw(each))

    def starts(size: int) -> NDArray[np.int64]:
        seats = SeatsByDay(("a",), (size,), (bytes(every),), bytes(every), (((0,),),))
        start = seated(requests, seats).start.astype(np.int64)
        return np.where(start == NO_DAY, days, start)

    assert (starts(size + more) <= starts(size)).all()


@given(st.data())
def test_a_run_from_the_state_on_a_day_goes_on_as_the_whole_one(data: st.DataObject) -> None:
    seats = data.draw(clinics())
    requests = data.draw(requests_of(seats))
    cut = data.draw(st.integers(0, seats.days - 1))
    whole = seated(requests, seats)
    ends = whole.start.astype(np.int64) + requests.stay
    began = (whole.start != NO_DAY) & ((whole.start < cut) | (requests.admitted != NO_DAY))
    gone = (whole.day != NO_DAY) & (whole.day < cut) & ~began
    for row, follows in enumerate(requests.follows.tolist()):
        gone[row] |= follows >= 0 and gone[follows]
    kept = np.flatnonzero(~gone)
    place = {row: number for number, row in enumerate(kept.tolist())}
    # Whoever follows somebody who began is ready on a day that is known by then.
    before = requests.follows[kept]
    since = np.where(before < 0, requests.ready[kept], 0)
    known = (before >= 0) & began[before]
    since[known] = (ends[before] + requests.gap[kept])[known]
    rest = SeatsByDay(
        seats.names,
        seats.sizes,
        tuple(days[cut:] for days in seats.takes),
        seats.opens[cut:],
        seats.needs,
    )
    bits = (whole.pools >= 0) * (1 << np.maximum(whole.pools, 0).astype(np.int64))
    again = Requests(
        since - cut,
        requests.stay[kept],
        priority=requests.priority[kept],
        patience=requests.patience[kept],
        needs=requests.needs[kept],
        suits=requests.suits[kept],
        intake=requests.intake[kept],
        comes=requests.comes,
        band=requests.band[kept],
        admitted=np.where(began, np.maximum(whole.start, -99) - cut, NO_DAY)[kept],
        holds=np.where(began, bits.sum(axis=1, dtype=np.int64), 0)[kept],
        follows=np.where(known | (before < 0), -1, [place.get(row, -1) for row in before.tolist()]),
        gap=requests.gap[kept],
    )
    then = np.where(whole.start == NO_DAY, NO_DAY, whole.start - cut)[kept]
    assert seated(again, rest).start.tolist() == then.tolist()


# By example.


def open_seats(*sizes: int, days: int, needs: tuple[tuple[int, ...], ...] = ((0,),)) -> SeatsByDay:
    every = bytes([1]) * days
    return SeatsByDay(tuple("abcd"[: len(sizes)]), sizes, (every,) * len(sizes), every, (needs,))


def test_with_no_seats_nobody_begins_and_those_who_give_up_do() -> None:
    found = seated(Requests([0, 3, 12], 5, patience=[NEVER, 4, 1]), open_seats(0, days=10))
    assert found.outcome.tolist() == [
        RequestOutcome.WAITING,
        RequestOutcome.GAVE_UP,
        RequestOutcome.NOT_REACHED,
    ]
    assert found.day.tolist() == [NO_DAY, 7, NO_DAY]
    found = seated(Requests([0, 3], 5), open_seats(0, days=10))
    assert found.outcome.tolist() == [RequestOutcome.WAITING] * 2


def test_a_seat_that_is_free_today_is_taken_today_and_one_who_does_not_come_hands_it_on() -> None:
    requests = Requests(
        [0, 1, 2], [4, 9, 3], intake=[0, WHOLE // 2, 0], comes=[[WHOLE] * 3 + [WHOLE // 4]]
    )
    found = seated(requests, open_seats(1, days=10))
    assert found.outcome.tolist() == [
        RequestOutcome.ADMITTED,
        RequestOutcome.DID_NOT_COME,
        RequestOutcome.ADMITTED,
    ]
    assert found.start.tolist() == [0, NO_DAY, 4]
    assert found.offered.tolist() == [0, 4, 4]


def test_whoever_goes_first_is_offered_the_seat_before_those_who_came_earlier() -> None:
    found = seated(Requests([0, 1, 2, 3], 5, priority=[1, 1, 1, 0]), open_seats(1, days=20))
    assert found.start.tolist() == [0, 10, 15, 5]


def test_a_closed_group_takes_people_on_its_first_days_alone() -> None:
    first = date(2026, 1, 12)
    capacity = Capacity((SeatPool("evening", "group", 2),)).closed(every_weeks=1, first=first)
    seats = capacity.compiled([["group"]], site=None, start=first, days=25)
    for patience in (NEVER, NEVER - 1):  # in one line, and day by day
        found = seated(Requests([0, 1, 1, 5, 9], 7, patience=patience), seats)
        assert found.start.tolist() == [0, 7, 7, 14, 14]


def test_a_seat_in_each_need_is_held_for_the_whole_stay() -> None:
    seats = open_seats(3, 1, days=20, needs=((0,), (1,)))
    requests = Requests([0, 1, 2], [6, 2, 2], suits=[3, 3, 1])
    found = seated(requests, seats)
    # The third suits nobody's individual hours, and those of the second are the first's.
    assert found.start.tolist() == [0, 6, NO_DAY]
    assert found.pools.tolist() == [[0, 1], [0, 1], [-1, -1]]


def test_who_comes_back_asks_again_after_their_stay() -> None:
    requests = Requests([0, 1, 0, 0, 0], 5, follows=[-1, -1, 0, 1, 3], gap=[0, 0, 2, 0, 90])
    found = seated(requests, open_seats(1, days=30))
    assert found.start.tolist() == [0, 5, 10, 15, NO_DAY]
    assert found.ready[:4].tolist() == [0, 1, 7, 10]
    free = seated(requests, SeatsByDay((), (), (), bytes([1]) * 30, ((),)))
    assert free.start.tolist() == [0, 1, 7, 6, NO_DAY]


def test_more_in_care_than_there_are_seats_leave_before_anybody_begins() -> None:
    # In one line, and, as somebody gives up, day by day.
    for patience in (NEVER, NEVER - 1):
        requests = Requests(
            [0, 0, 0, 0], [9, 12, 14, 3], admitted=[-5, -5, -5, NO_DAY], patience=patience
        )
        assert seated(requests, open_seats(1, days=20)).start.tolist() == [-5, -5, -5, 9]


def test_where_nothing_limits_all_begin_on_the_next_open_day() -> None:
    opens = bytes([1, 0, 0, 1, 1])
    seats = SeatsByDay(("a",), (1,), (opens,), opens, ((), ((0,),)))
    for needs in (seats.needs, ((), ())):
        free = evolve(seats, needs=needs)
        found = seated(Requests([-1, 1, 1, 4, 7], 9, patience=[9, 9, 1, 9, 9]), free)
        assert found.start.tolist() == [0, 3, NO_DAY, 4, NO_DAY]
        assert found.day.tolist() == [0, 3, 2, 4, NO_DAY]
        assert set(found.pools.ravel().tolist()) <= {-1}


def test_no_requests_are_no_fault() -> None:
    found = seated(Requests([], 1), open_seats(1, 2, days=3, needs=((0,), (1,))))
    assert found.start.size == 0
    assert found.pools.shape == (0, 2)
    assert repr(found) == "Seated(...)"


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"stay": 0}, "stay"),
        ({"patience": [0, -1]}, "patience"),
        ({"patience": [0, 0, 0]}, "patience"),
        ({"priority": 128}, "priority"),
        ({"needs": -1}, "needs"),
        ({"band": 1}, "band"),
        ({"comes": [WHOLE]}, "comes"),
        ({"intake": WHOLE}, "intake"),
        ({"admitted": 1}, "admitted"),
        ({"follows": [-1, 1]}, "follows"),
        ({"follows": [-1, 0], "admitted": [0, 0]}, "follows"),
        ({"gap": -1}, "gap"),
        ({"ready": NEVER}, "ready"),
    ],
)
def test_requests_that_cannot_be_are_refused_with_their_place(
    more: dict[str, Any], path: str
) -> None:
    given = {"ready": [0, 1], "stay": 5, **more}
    if np.ndim(given["ready"]) == 0:
        given["ready"] = [given["ready"]] * 2
    with pytest.raises(InvalidError) as told:
        Requests(**given)
    assert [fault.path for fault in told.value.faults] == [(path,)]


def test_a_kind_of_course_that_the_seats_do_not_know_is_refused() -> None:
    with pytest.raises(InvalidError, match="needs: expected numbers below 1"):
        seated(Requests([0], 1, needs=1), open_seats(1, days=3))
