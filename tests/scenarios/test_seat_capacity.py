"""Capacity: seats of groups, rooms and clinicians, and the days on which they are taken."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility.kinds import Choice
from iopkit.eligibility.own_facts import Observed, OwnFact
from iopkit.eligibility.predicates import AllOf
from iopkit.errors import InvalidError, UnknownNameError
from iopkit.groups.groups import Group
from iopkit.programs.timings import Slot
from iopkit.scenarios.capacity import Capacity, SeatPool, SeatsByDay, next_days
from iopkit.sites.closures import Closure, HolidayCalendar
from iopkit.sites.sites import Site
from iopkit.sites.staff import Absence, Clinician, NewHours, Room
from iopkit.windows import WeeklyWindows

MONDAY = date(2026, 1, 12)
WEEKDAYS = WeeklyWindows.of(
    *(f"{day} 09:00-20:00" for day in ("monday", "tuesday", "wednesday", "thursday", "friday"))
)
EVERYBODY = AllOf(())


def group(name: str, seats: int = 12, **more: object) -> Group:
    slots = (Slot.parse("monday 17:00"), Slot.parse("thursday 17:00"))
    return Group(name, "group", slots, timedelta(hours=2), seats, **more)  # type: ignore[arg-type]


def site(**more: object) -> Site:
    return Site("Elm", "America/Chicago", WEEKDAYS, **more)  # type: ignore[arg-type]


def own(name: str, *options: str) -> OwnFact:
    return OwnFact(name, f"The {name}.", Observed(Choice(options)))


def test_a_room_has_no_more_seats_than_it_has() -> None:
    room = Room("Garden", 8, absences=(Absence(MONDAY, MONDAY + timedelta(days=5), "paint"),))
    small = Capacity.of([group("a", 12, room="Garden"), group("b", 6)], site=site(rooms=(room,)))
    assert dict(small.seats) == {"a": 8, "b": 6}
    assert small.words == ("a: days on which its room cannot be used are not in it.",)


def test_a_room_that_the_site_does_not_have_is_refused_with_the_nearest() -> None:
    rooms = (Room("Garden", 8),)
    with pytest.raises(InvalidError, match=r"a\.room: .*'Gardn' \(did you mean 'Garden'\?\)"):
        Capacity.of([group("a", room="Gardn")], site=site(rooms=rooms))


def test_for_whom_a_group_is_becomes_a_condition_where_a_fact_tells_it() -> None:
    facts = (own("language", "en", "es-US", "es"), own("gender", "woman", "man"))
    for_some = group("a", language="es", genders=frozenset({"woman"}), stages=frozenset({"early"}))
    capacity = Capacity.of([for_some, group("b")], facts=[each.fact for each in facts])
    first, second = capacity.conditions
    assert first == (facts[0].fact.is_in("es-US", "es")) & facts[1].fact.is_in("woman")
    assert second == EVERYBODY
    assert capacity.words == ("a: open to every stage, as no fact 'stage' is given.",)


def test_a_language_that_nobody_can_have_is_refused() -> None:
    with pytest.raises(InvalidError):
        Capacity.of([group("a", language="vi")], facts=[own("language", "en").fact])


def test_a_text_of_any_language_is_asked_for_its_own_tag() -> None:
    fact = own("language", "vi").fact
    assert Capacity.of([group("a", language="vi")], facts=[fact]).conditions[0] == AllOf(
        (fact.is_in("vi"),)
    )


def test_clinicians_see_as_many_as_their_hours_allow() -> None:
    ash = Clinician("Ash", WeeklyWindows.of("monday 09:00-20:00"), leads=frozenset({"individual"}))
    birch = Clinician("Birch", WeeklyWindows.of("friday 08:00-10:00"))
    cedar = Clinician("Cedar", leads=frozenset({"group"}))
    there = site(clinicians=(ash, birch, cedar))
    groups = [group("a", clinician="Ash")]
    # 11 hours less 2 that Ash leads, and 1 hour of Birch's 2 that is within the site's.
    found = Capacity.of(groups, site=there, minutes={"individual": 45, "family": 60})
    assert dict(found.seats) == {"a": 12, "individual": 13, "family": 1}
    assert found.words == (
        "Birch: counted for individual, as nobody said what they lead.",
        "Birch: counted for family, as nobody said what they lead.",
        "Birch: the same hours are counted for individual and family.",
    )


def test_days_on_which_a_clinician_is_away_are_said_not_to_count() -> None:
    away = Absence(MONDAY, MONDAY + timedelta(days=7), "leave")
    ash = Clinician("Ash", absences=(away,), leads=frozenset({"individual"}))
    found = Capacity.of([], site=site(clinicians=(ash,)), minutes={"individual": 55})
    assert dict(found.seats) == {"individual": 60}
    assert found.words == ("Ash: days away and later hours are not in it.",)


def test_minutes_need_clinicians_and_a_number_above_0() -> None:
    with pytest.raises(InvalidError) as told:
        Capacity.of([], minutes={"individual": 0})
    assert [fault.path for fault in told.value.faults] == [("minutes",), ("site",)]


def test_seats_are_added_and_taken_away_by_name() -> None:
    capacity = Capacity.of([group("evening-a", 12), group("evening-b", 1)])
    assert dict(capacity.more_seats("evening-b", -1).seats) == {"evening-a": 12, "evening-b": 0}
    assert dict(capacity.without("evening-a").seats) == {"evening-b": 1}
    with pytest.raises(InvalidError, match="at least 0"):
        capacity.more_seats("evening-b", -2)
    with pytest.raises(UnknownNameError, match=r"did you mean 'evening-b'\?"):
        capacity.more_seats("evening-c", 2)


def test_a_service_whose_last_group_is_gone_has_no_seats_rather_than_any_number() -> None:
    none = Capacity.of([group("a")]).without("a")
    assert none.compiled([["group"]], site=None, start=MONDAY, days=1).sizes == (0,)
    assert not Capacity().compiled([["group"]], site=None, start=MONDAY, days=1).sizes


def test_needs_are_the_pools_of_each_service_and_what_is_not_limited_is_left_out() -> None:
    capacity = Capacity(
        (
            SeatPool("a", "group", 3),
            SeatPool("individual", "individual", 2),
            SeatPool("b", "group", 4),
        )
    )
    found = capacity.compiled(
        [["group", "individual", "group", "testing"], ["testing"], ["individual"]],
        site=None,
        start=MONDAY,
        days=2,
    )
    assert found == SeatsByDay(
        ("a", "individual", "b"),
        (3, 2, 4),
        (b"\1\1",) * 3,
        b"\1\1",
        (((0, 2), (1,)), (), ((1,),)),
    )


def test_nobody_begins_where_the_site_is_closed() -> None:
    holidays = HolidayCalendar("US")
    flood = Closure(date(2026, 1, 14), date(2026, 1, 15), "flood")
    audit = Closure(date(2026, 1, 15), date(2026, 1, 16), "audit", services=frozenset({"group"}))
    there = site(holidays=holidays, closures=(flood, audit))
    found = Capacity.of([group("a")]).compiled([["group"]], site=there, start=MONDAY, days=9)
    # From Monday: the flood on Wednesday, the weekend, and the holiday on the Monday after.
    assert found.opens == bytes([1, 1, 0, 1, 1, 0, 0, 0, 1])
    assert found.takes == (bytes([1, 1, 0, 0, 1, 0, 0, 0, 1]),)


def test_hours_that_change_within_a_week_open_other_days_from_then_on() -> None:
    later = NewHours(MONDAY + timedelta(days=9), WeeklyWindows.of("saturday 09:00-12:00"))
    found = Capacity().compiled(
        [[]],
        site=site(later_hours=(later,)),
        start=MONDAY + timedelta(days=2),
        days=16,
    )
    # From Wednesday: three weekdays, the weekend, two weekdays; then Saturdays alone.
    assert [day for day, opens in enumerate(found.opens) if opens] == [0, 1, 2, 5, 6, 10]
    assert found.days == 16


@pytest.mark.parametrize(
    ("begins", "every", "taken"),
    [
        (MONDAY, None, [0]),
        (MONDAY + timedelta(days=3), None, [3]),
        (MONDAY - timedelta(days=1), None, []),
        (MONDAY, 1, [0, 8]),  # the second Monday is a holiday
        (MONDAY - timedelta(days=15), 1, [7 - 1 + 2, 15 - 2]),
        (MONDAY + timedelta(days=40), 2, []),
    ],
)
def test_a_closed_group_takes_people_on_its_first_days(
    begins: date, every: int | None, taken: list[int]
) -> None:
    opens = bytes([1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 1])
    pool = SeatPool("a", "group", 3, closed=True, begins=begins, every_weeks=every)
    found = pool.takes(opens, start=MONDAY)
    assert [day for day, takes in enumerate(found) if takes] == taken


def test_an_open_group_takes_nobody_before_it_begins() -> None:
    later = Capacity.of([group("a", begins=MONDAY + timedelta(days=2))])
    assert later.pools[0].takes(bytes([1, 1, 1, 0, 1]), start=MONDAY) == bytes([0, 0, 1, 0, 1])
    assert later.pools[0].words == "a: 12 seats of group, from 2026-01-14 on"


def test_all_can_be_closed_with_cycles() -> None:
    closed = Capacity.of([group("a", 1), group("b")]).closed(every_weeks=4, first=MONDAY)
    assert [pool.words for pool in closed.pools] == [
        "a: 1 seat of group, taken on 2026-01-12 and every 4 weeks after",
        "b: 12 seats of group, taken on 2026-01-12 and every 4 weeks after",
    ]
    found = closed.compiled([["group"]], site=None, start=MONDAY, days=60)
    assert [day for day in range(60) if found.takes[0][day]] == [0, 28, 56]


def test_who_is_not_known_to_suit_is_not_offered_a_seat_and_counted() -> None:
    capacity = Capacity.of([group("a"), group("b")])
    truths = np.array([[1, 1], [0, 1], [-1, 0], [-1, 1]], np.int8)
    assert capacity.suits(truths).tolist() == [3, 2, 0, 2]
    (told,) = capacity.not_known(truths)
    assert told.startswith("a: ")
    assert told.endswith(": 2.")


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (lambda: SeatPool("", "group", 1), "name"),
        (lambda: SeatPool("a", "group", -1), "seats"),
        (lambda: SeatPool("a", "group", 1, closed=True), "begins"),
        (lambda: SeatPool("a", "group", 1, begins=MONDAY, every_weeks=2), "every_weeks"),
        (lambda: Capacity((SeatPool("a", "group", 1),) * 2), "pools"),
        (lambda: Capacity(tuple(SeatPool(str(n), "group", 1) for n in range(65))), "pools"),
        (lambda: Capacity().compiled([], site=None, start=MONDAY, days=0), "days"),
        (lambda: SeatsByDay(("a",), (), (b"",), b"", ()), "sizes"),
        (lambda: SeatsByDay(("a",), (1,), (), b"", ()), "takes"),
        (lambda: SeatsByDay(("a",), (-1,), (b"\1",), b"\1", ()), "sizes"),
        (lambda: SeatsByDay(("a",), (1,), (b"\1",), b"\1\1", ()), "takes"),
        (lambda: SeatsByDay(("a",), (1,), (b"\1",), b"\1", (((1,),),)), "needs"),
        (lambda: SeatsByDay(("a",), (1,), (b"\1",), b"\1", (((0,), (0,)),)), "needs"),
        (lambda: SeatsByDay(("a",), (1,), (b"\1",), b"\0", ()), "takes"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(wrong: object, path: str) -> None:
    with pytest.raises(InvalidError) as told:
        wrong()  # type: ignore[operator]
    assert path in {fault.path[0] for fault in told.value.faults}


@given(st.lists(st.booleans(), min_size=1))
def test_the_next_day_is_the_first_that_takes_people(taking: list[bool]) -> None:
    days = len(taking)
    for day, found in enumerate(next_days(bytes(taking))):
        assert found == next((d for d in range(day, days) if taking[d]), days)


def test_a_cycle_without_an_open_day_takes_nobody() -> None:
    pool = SeatPool("a", "group", 3, closed=True, begins=MONDAY + timedelta(days=1), every_weeks=1)
    assert pool.takes(bytes([1, 0, 0]), start=MONDAY) == bytes(3)
    assert SeatPool("a", "group", 1).words == "a: 1 seat of group"


def test_a_group_in_a_room_that_is_always_there_needs_no_words() -> None:
    found = Capacity.of([group("a", 12, room="Garden")], site=site(rooms=(Room("Garden", 20),)))
    assert dict(found.seats) == {"a": 12}
    assert not found.words


@pytest.mark.parametrize("groups", ["evening", None, [3]])
def test_seats_are_those_of_groups(groups: Any) -> None:
    with pytest.raises(InvalidError, match="groups"):
        Capacity.of(groups)
