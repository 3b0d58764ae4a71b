"""What changes between two schedules: complete, exact, and nothing between equal ones."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.plans import Plan, draft
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.reports import difference_text
from iopkit.schedules import Move, Reason, Schedule, schedule, schedule_difference
from iopkit.sites import Closure, Site
from iopkit.windows import Weekday, WeeklyWindows

pytestmark = pytest.mark.measured

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ONE_DAY = timedelta(days=1)


@st.composite
def schedule_pairs(draw: st.DrawFn) -> tuple[Schedule, Schedule]:
    """A schedule, and one of a changed plan at a changed site."""
    first, second = draw(strategies.sites()), draw(strategies.sites())
    start = draw(strategies.days())
    patient = draw(strategies.patients())
    plans: list[Plan] = []
    for _ in range(2):
        plan = draft(draw(strategies.programs()), patient, first, start=start, seed=1)
        plans.append(evolve(plan, key=KEY))
    changed = draw(st.sampled_from(plans))
    shift = draw(st.integers(-3, 10))
    old = schedule(plans[0], first)
    new = schedule(
        evolve(changed, start=start + shift * ONE_DAY), draw(st.sampled_from([first, second]))
    )
    return old, evolve(new, revision=draw(st.integers(0, 2)))


# To draw two schedules takes longer than all that is asked of them: so much is asked of a pair.


@given(schedule_pairs())
def test_every_session_is_added_changed_removed_or_unchanged_exactly_once(
    pair: tuple[Schedule, Schedule],
) -> None:
    old, new = pair
    found = schedule_difference(old, new)
    assert found.applied_to(old) == new
    same = old.sessions == new.sessions and old.unplaced == new.unplaced
    assert found.is_empty is same
    was, now = ({s.uid(each): each for each in s.sessions} for s in (old, new))
    assert {new.uid(s) for s in found.added} == now.keys() - was.keys()
    assert {new.uid(s) for s in found.removed} == was.keys() - now.keys()
    both = was.keys() & now.keys()
    assert {new.uid(a): (a, b) for a, b in found.changed} == {
        uid: (was[uid], now[uid]) for uid in both if was[uid] != now[uid]
    }
    assert {new.uid(s) for s in found.unchanged} == {u for u in both if was[u] == now[u]}
    sizes = [*map(len, (found.added, found.changed, found.removed, found.unchanged))]
    assert sizes[0] + sizes[1] + sizes[3] == len(new.sessions)
    assert sizes[1] + sizes[2] + sizes[3] == len(old.sessions)
    text = difference_text(found)
    assert f"{len(found.unchanged)} session" in text
    for head, some in (
        ("Added", found.added),
        ("Changed", found.changed),
        ("Removed", [s for s in found.removed if s not in found.undated]),
    ):
        assert (f"{head}:" in text) is bool(some)
    assert "Without a date:" in text or not found.undated


@given(schedule_pairs())
def test_the_way_back_undoes_a_difference_and_the_way_nowhere_is_none(
    pair: tuple[Schedule, Schedule],
) -> None:
    old, new = pair
    there, back = schedule_difference(old, new), schedule_difference(new, old)
    assert back.applied_to(there.applied_to(old)) == old
    assert set(back.added) == set(there.removed)
    assert set(back.removed) == set(there.added)
    assert {(b, a) for a, b in back.changed} == set(there.changed)
    nowhere = schedule_difference(new, new)
    assert nowhere.is_empty
    assert set(nowhere.unchanged) == set(new.sessions)
    assert nowhere.applied_to(new) == new


# By hand

MONDAY = date(2026, 1, 5)
HOURS = WeeklyWindows.of(*(f"{day.title} 09:00-21:00" for day in tuple(Weekday)[:5]))
SITE = Site("Elm Street", "America/Chicago", HOURS)


def group(name: str, *slots: str, minutes: int = 60) -> Service:
    timing = Weekly(tuple(map(Slot.parse, slots)))
    return Service(name, name.title(), Modality.GROUP_THERAPY, timing, timedelta(minutes=minutes))


def dated(*services: Service, site: Site = SITE, key: UUID = KEY) -> Schedule:
    program = Program("program", "Program", (Phase("all", "All", 1),), services)
    return schedule(Plan(key, KEY, site.name, program, MONDAY, 1), site)


OLD = dated(group("skills", "monday 10:00", "wednesday 10:00"), group("talk", "friday 10:00"))
CLOSED = evolve(SITE, closures=(Closure(MONDAY, MONDAY + 7 * ONE_DAY, "Flood"),))


def test_a_session_that_moves_is_changed_and_others_are_added_or_removed() -> None:
    new = dated(group("skills", "monday 10:00", "thursday 10:00"), group("walk", "friday 10:00"))
    found = schedule_difference(OLD, evolve(new, revision=1))
    assert [(s.service, s.number) for s in found.unchanged] == [("skills", 1)]
    assert [(b.service, b.number, b.start.day, a.start.day) for b, a in found.changed] == [
        ("skills", 2, 7, 8)
    ]
    assert [s.service for s in found.added] == ["walk"]
    assert [s.service for s in found.removed] == ["talk"]
    assert found.revision == 1
    assert difference_text(found).splitlines() == [
        "Added:",
        "  - Walk 1: Fri 2026-01-09 10:00-11:00",
        "",
        "Changed:",
        "  - Skills 2: Wed 2026-01-07 10:00-11:00 -> Thu 2026-01-08 10:00-11:00",
        "",
        "Removed:",
        "  - talk 1: was Fri 2026-01-09 10:00-11:00",
        "",
        "1 session unchanged.",
        "All times are in America/Chicago.",
    ]


def test_a_session_that_loses_its_date_is_removed_and_says_why() -> None:
    services = group("skills", "monday 10:00", "wednesday 10:00"), group("talk", "friday 10:00")
    found = schedule_difference(OLD, dated(*services, site=CLOSED))
    assert len(found.removed) == len(found.unplaced) == 3
    assert {u.why for u in found.unplaced} == {Reason.CLOSED}
    assert "  - Talk 1: was Fri 2026-01-09 10:00-11:00; the site is closed" in difference_text(
        found
    )
    back = schedule_difference(dated(*services, site=CLOSED), OLD)
    assert back.added == OLD.sessions
    assert not back.is_empty


def test_what_is_without_a_date_from_the_start_is_told_apart() -> None:
    new = dated(*(group(name, "monday 10:00") for name in ("walk",)), site=CLOSED)
    text = difference_text(schedule_difference(evolve(new, unplaced=()), new))
    assert "Without a date:\n  - Walk 1, week 1: the site is closed" in text


def test_other_rooms_reasons_and_make_ups_are_told() -> None:
    first, second, third = OLD.sessions
    moved = Move(first.start.replace(tzinfo=None), Reason.ASKED)
    again = evolve(third, make_up=1, start=third.start + timedelta(hours=2))
    new = evolve(
        OLD,
        sessions=(
            evolve(first, start=first.start + timedelta(hours=1), room="Green", moved=moved),
            evolve(second, clinician="Kim", breaks=timedelta(minutes=5)),
            evolve(third, breaks=timedelta(minutes=5)),
            again,
        ),
    )
    text = difference_text(schedule_difference(OLD, new))
    words = " ".join(text.split())
    assert (
        "Skills 1: Mon 2026-01-05 10:00-11:00 -> Mon 2026-01-05 11:00-12:00; room none -> Green; "
        "somebody asked for another time" in words
    )
    assert "  - Skills 2: clinician none -> Kim" in text
    assert "  - Talk 1: details" in text
    assert "  - Talk 1 (make-up 1): Fri 2026-01-09 12:00-13:00" in text
    gone = difference_text(schedule_difference(new, OLD))
    assert "Removed:\n  - Talk 1 (make-up 1): was Fri 2026-01-09 12:00-13:00" in gone


# What is refused


def test_schedules_of_other_plans_have_no_difference() -> None:
    other = dated(group("skills", "monday 10:00"), key=UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"))
    with pytest.raises(InvalidError) as refused:
        schedule_difference(OLD, other)
    assert [fault.path for fault in refused.value.faults] == [("new",)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(evolve(OLD, sessions=OLD.sessions[1:]), id="a session less"),
        pytest.param(dated(group("skills", "monday 10:00")), id="others"),
        pytest.param(
            dated(
                group("skills", "monday 10:00", "wednesday 10:00"),
                group("talk", "friday 10:00"),
                key=UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"),
            ),
            id="another plan",
        ),
    ],
)
def test_a_difference_applies_to_the_schedule_that_it_was_found_from_only(other: Schedule) -> None:
    found = schedule_difference(OLD, evolve(OLD, sessions=OLD.sessions[:2]))
    with pytest.raises(InvalidError) as refused:
        found.applied_to(other)
    assert [fault.path for fault in refused.value.faults] == [("old",)]
