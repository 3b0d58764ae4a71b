"""Sessions of different patients with one clinician: what has to move goes around the others'."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, RandomDays, Service, Slot, Weekly
from iopkit.schedules import (
    Reason,
    Schedule,
    Session,
    Surroundings,
    reschedule,
    schedule,
    site_conflicts,
)
from iopkit.schedules.diaries import Diaries
from iopkit.sites import Clinician, ClosedRule, Closure, Offer, Room, Site
from iopkit.windows import Weekday, WeeklyWindows

MONDAY = date(2026, 6, 1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEYS = [UUID(int=number, version=4) for number in range(1, 5)]
HOURS = WeeklyWindows.of(*(f"{day.title} 09:00-17:00" for day in list(Weekday)[:6]))
SITE = Site(
    "Elm",
    "UTC",
    HOURS,
    rooms=(Room("blue", 4),),
    clinicians=(Clinician("Ash"),),
    offers=(Offer("talk", clinician="Ash"), Offer("test", room="blue")),
)


def plan(key: UUID, *slots: str, tests: int = 0, modality: Modality | None = None) -> Plan:
    kind = modality or Modality.INDIVIDUAL_COUNSELING
    talk = Service(
        "talk", "Talk", kind, Weekly(tuple(map(Slot.parse, slots or ("monday 09:00",)))), HOUR
    )
    test = Service("test", "Test", Modality.DRUG_TESTING, RandomDays(tests or 1), HOUR / 4)
    services = (*((talk,) if slots else ()), *((test,) if tests else ()))
    long = Service("long", "Long", kind, Weekly((Slot(Weekday.SATURDAY, time(9)),)), 4 * HOUR)
    program = Program("any", "Any", (Phase("a", "A", 1, services), Phase("b", "B", 1, (long,))))
    return Plan(key, key, "Elm", program, MONDAY, 1)


def shut(*days: int, site: Site = SITE) -> Site:
    closed = (Closure(MONDAY + n * DAY, MONDAY + (n + 1) * DAY, "Flood") for n in days)
    return evolve(site, closures=tuple(closed))


def at(made: Schedule, name: str = "talk") -> list[str]:
    return [f"{each.start:%a %H:%M}" for each in made.sessions if each.service == name]


def meet(one: Session, other: Session) -> bool:
    where = (one.room, other.room), (one.clinician, other.clinician)
    shared = any(a == b and a is not None for a, b in where)
    return shared and one.start < other.end and other.start < one.end


_slots = st.lists(
    st.builds(
        "{} {:02}:00".format, st.sampled_from(["monday", "tuesday", "friday"]), st.integers(9, 15)
    ),
    min_size=1,
    max_size=3,
    unique=True,
)


@given(
    st.lists(st.tuples(_slots, st.integers(0, 2)), min_size=2, max_size=4),
    st.sets(st.integers(0, 5), min_size=1, max_size=3),
    st.sampled_from(ClosedRule),
)
def test_what_needs_a_place_never_meets_what_those_before_have(
    several: list[tuple[list[str], int]], days: set[int], rule: ClosedRule
) -> None:
    site = evolve(shut(*days), closed_rule=rule)
    dated: list[Schedule] = []
    for key, (slots, tests) in zip(KEYS, several, strict=False):
        asked = plan(key, *slots, tests=tests)
        made = schedule(asked, site, others=dated)
        alone = schedule(asked, site)
        for each in made.sessions:
            looked_for = each.moved is not None or each.service == "test"
            theirs = [other for one in dated for other in one.sessions]
            assert not looked_for or not any(meet(each, other) for other in theirs)
        own = [each for each in alone.sessions if not each.moved and each.service != "test"]
        assert set(own) <= set(made.sessions)
        assert len(made.sessions) + len(made.unplaced) == len(alone.sessions) + len(alone.unplaced)
        around = Surroundings(site, datetime.combine(MONDAY, time(0), site.tz), others=tuple(dated))
        assert reschedule(made, asked, around) == made
        dated.append(made)


def test_two_who_have_to_move_at_once_follow_each_other() -> None:
    site = shut(0)
    first = schedule(plan(KEYS[0], "monday 10:00"), site)
    assert at(schedule(plan(KEYS[1], "monday 10:00"), site)) == at(first) == ["Tue 10:00"]
    second = schedule(plan(KEYS[1], "monday 10:00"), site, others=[first])
    assert at(second) == ["Tue 11:00"]
    assert site_conflicts([first, second], site) == ()
    third = schedule(plan(KEYS[2], "tuesday 10:00"), site, others=[first, second])
    assert at(third) == ["Tue 10:00"]  # its own time, which is told
    assert [each.of for each in site_conflicts([first, third], site)] == ["Ash"]


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        (Offer("talk", clinician="Ash"), Reason.CLINICIAN_TAKEN),
        (Offer("talk", room="blue"), Reason.ROOM_TAKEN),
    ],
)
def test_where_there_is_no_other_time_it_is_unplaced_and_told_why(
    offer: Offer, why: Reason
) -> None:
    short = WeeklyWindows.of("monday 09:00-17:00", "tuesday 10:00-11:00", "saturday 09:00-17:00")
    site = evolve(shut(0, 5), hours=short, offers=(offer,))
    first = schedule(plan(KEYS[0], "monday 10:00"), site)
    second = schedule(plan(KEYS[1], "monday 10:00"), site, others=[first])
    assert [each.why for each in second.unplaced] == [why]
    group = plan(KEYS[1], "monday 10:00", modality=Modality.GROUP_THERAPY)
    assert at(schedule(group, site, others=[first])) == ["Tue 10:00"]


def test_a_random_day_has_its_session_though_others_have_all_of_the_week() -> None:
    short = evolve(SITE, hours=WeeklyWindows.of("tuesday 10:00-10:15", "saturday 09:00-13:00"))
    first = schedule(plan(KEYS[0], "saturday 09:00", tests=1), shut(5, site=short))
    assert at(first, "test") == ["Tue 10:00"]
    second = schedule(plan(KEYS[1], tests=1), shut(5, site=short), others=[first])
    assert at(second, "test") == ["Tue 10:00"]


@given(st.integers(0, 1500), st.integers(0, 1500), st.integers(0, 1500))
def test_who_has_a_place_finds_it_free_and_nothing_more(own: int, one: int, other: int) -> None:
    def session(minute: int, length: int = 45) -> Session:
        start = datetime.combine(MONDAY, time(0), SITE.tz) + minute * DAY / 1440
        kind = Modality.INDIVIDUAL_COUNSELING
        length_of = length * DAY / 1440
        return Session("talk", 1, "a", 1, kind, start, length_of, clinician="Ash")

    def taken(diaries: Diaries) -> set[int]:
        return {
            minute
            for day in (0, 1)
            for low, high in diaries.taken(None, "Ash", MONDAY.toordinal() + day)
            for minute in range(low + day * 1440, high + day * 1440)
        }

    full = Diaries([session(one), session(other, 200)])
    mine = set(range(own, own + 45))
    assert taken(full.apart_from([session(own)])) == taken(full) - mine
    assert taken(full) == {*range(one, one + 45), *range(other, other + 200)}
    full.remove([session(one)])
    assert taken(full) == {*range(other, other + 200)}
