"""How doses are spread over the week, as preferred."""

from datetime import date, time, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError, Patient, draft
from iopkit.modalities import Modality
from iopkit.plans import NoteSubject, Plan, Preferences
from iopkit.programs import PerWeek, Phase, Program, Service, Slot, Weekly, slots_of
from iopkit.reports import plan_html, plan_text
from iopkit.sites import Site
from iopkit.windows import DayPart, Weekday, WeeklyWindows

PATIENT = Patient(UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"))
START = date(2026, 5, 4)
MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 08:00-21:00" for day in (MON, TUE, WED, THU, FRI))),
)
EVENINGS = Preferences(times=(DayPart.EVENING,))


def dose(times: int, *, hours: int = 1) -> Service:
    return Service(
        "talk", "Talk", Modality.INDIVIDUAL_COUNSELING, PerWeek(times), timedelta(hours=hours)
    )


def group(*slots: str) -> Service:
    timing = Weekly(tuple(map(Slot.parse, slots)))
    return Service("group", "Group", Modality.GROUP_THERAPY, timing, timedelta(hours=3))


def drafted(preferences: Preferences | None, *services: Service, site: Site = SITE) -> Plan:
    program = Program("any", "Any", (Phase("all", "All", 2, services),))
    return draft(program, PATIENT, site, start=START, seed=1, preferences=preferences)


def times_of(plan: Plan, name: str = "talk") -> list[str]:
    (service,) = (each for each in plan.program.every_service if each.name == name)
    return [str(slot) for slot in sorted(slots_of(service.timing))]


def not_kept(plan: Plan) -> bool:
    return any(note.matter is NoteSubject.PREFERENCE_NOT_KEPT for note in plan.notes)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param((), "monday 08:00", id="none: the first"),
        pytest.param((DayPart.EVENING,), "monday 17:00", id="evenings"),
        pytest.param((DayPart.AFTERNOON,), "monday 12:00", id="afternoons"),
        pytest.param((DayPart.MORNING, DayPart.EVENING), "monday 08:00", id="mornings"),
    ],
)
def test_a_dose_is_placed_in_the_part_of_the_day_that_is_wanted_most(
    times: tuple[DayPart, ...], expected: str
) -> None:
    assert times_of(drafted(Preferences(times=times), dose(1))) == [expected]


def test_a_day_with_the_wanted_time_goes_before_one_without() -> None:
    site = evolve(SITE, hours=WeeklyWindows.of("monday 08:00-12:00", "friday 08:00-21:00"))
    assert times_of(drafted(EVENINGS, dose(1), site=site)) == ["friday 17:00"]
    assert times_of(drafted(EVENINGS, dose(2), site=site)) == ["monday 08:00", "friday 17:00"]


def test_parts_that_are_not_listed_are_taken_from_the_morning_on() -> None:
    site = evolve(SITE, hours=WeeklyWindows.of("monday 10:00-15:00"))
    late = Preferences(times=(DayPart.EVENING, DayPart.AFTERNOON))
    assert times_of(drafted(late, dose(1), site=site)) == ["monday 12:00"]
    assert times_of(drafted(EVENINGS, dose(1), site=site)) == ["monday 10:00"]


def test_a_day_without_a_time_gets_the_wanted_one() -> None:
    assert times_of(drafted(EVENINGS, group("monday")), "group") == ["monday 17:00"]


def test_more_days_are_attended_where_that_is_preferred() -> None:
    fixed = group("monday 18:00", "wednesday 18:00", "friday 18:00")
    # Without a preference a dose goes to a day that is attended anyway.
    plain, spread = (drafted(p, fixed, dose(1)) for p in (None, Preferences(days=4)))
    assert times_of(plain) == ["monday 08:00"]
    assert times_of(spread) == ["tuesday 08:00"]
    assert not not_kept(spread)


def test_a_gap_is_closed_where_that_is_preferred() -> None:
    fixed = group("monday 18:00", "tuesday 18:00")
    plan = drafted(Preferences(longest_gap=4), fixed, dose(1))
    assert times_of(plan) == ["thursday 08:00"]
    assert not not_kept(plan)


def test_what_cannot_be_kept_is_in_the_notes() -> None:
    plan = drafted(Preferences(days=6), group("monday 18:00"), dose(5))
    assert not_kept(plan)
    assert len(times_of(plan)) == 5
    assert "fewer days a week, or a longer gap" in plan_text(plan)
    assert "not spread out as you wished" in plan_html(plan)


@pytest.mark.parametrize(
    ("days", "gap"),
    [
        pytest.param([], 7, id="no day"),
        pytest.param([WED], 7, id="one day"),
        pytest.param([MON, FRI], 4, id="over the week"),
        pytest.param([MON, SUN], 6, id="over the weekend"),
        pytest.param([*Weekday], 1, id="every day"),
    ],
)
def test_a_gap_is_from_one_day_to_the_next_in_a_week_that_repeats(
    days: list[Weekday], gap: int
) -> None:
    assert Preferences().gap(days) == gap


_preferences = st.builds(
    Preferences,
    st.none() | st.integers(1, 7),
    st.none() | st.integers(1, 7),
    st.lists(st.sampled_from(DayPart), unique=True).map(tuple),
)


@given(_preferences, st.sets(st.sampled_from(Weekday), max_size=3), st.integers(1, 5))
def test_no_choice_of_days_keeps_more_of_what_is_preferred(
    preferences: Preferences, fixed: set[Weekday], times: int
) -> None:
    services = [dose(times)]
    if fixed:
        services.append(group(*(f"{day.title.lower()} 18:00" for day in fixed)))
    plan = drafted(preferences, *services)
    (talk,) = (each for each in plan.program.every_service if each.name == "talk")
    days = {slot.day for slot in slots_of(talk.timing)}
    assert len(days) == times
    least = min(
        preferences.missed({*fixed, *chosen})
        for chosen in combinations((MON, TUE, WED, THU, FRI), times)
    )
    assert preferences.missed({*fixed, *days}) == least
    assert not_kept(plan) is (least > 0)


@given(_preferences)
def test_each_hour_is_in_one_part_of_the_day(preferences: Preferences) -> None:
    assert sorted(preferences.parts) == sorted(DayPart)
    ranks = [preferences.rank(time(hour)) for hour in range(24)]
    if preferences.times:
        assert {ranks[hour] for hour in preferences.times[0].hours} == {0}
    else:
        assert set(ranks) == {0}


@pytest.mark.parametrize(
    ("make", "path"),
    [
        pytest.param(lambda: Preferences(days=0), "days", id="no day"),
        pytest.param(lambda: Preferences(longest_gap=8), "longest_gap", id="more than a week"),
        pytest.param(lambda: Preferences(times=(DayPart.EVENING,) * 2), "times", id="twice"),
    ],
)
def test_preferences_that_make_no_sense_are_refused(make: object, path: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidError) as refused:
        make()
    assert [each.path for each in refused.value.faults] == [(path,)]
