"""Parts of the day: where a source says "evenings" and no times, drafting keeps to them or asks."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from itertools import product
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.checks import propose
from iopkit.documents import from_json, to_json
from iopkit.errors import InvalidError
from iopkit.library import find_program
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import NoteKind, NoteSubject, Plan, Preferences, draft
from iopkit.programs import (
    InAll,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    Slot,
    Timing,
    Track,
    Weekly,
    slots_of,
)
from iopkit.reports import plan_html, plan_text, template_text
from iopkit.reports.words import often_words
from iopkit.requirements import Requirement, RequirementSet, WeeklyHours
from iopkit.schedules import schedule
from iopkit.sites import Closure, Offer, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import weekly_windows
from iopkit.windows import DayPart, Weekday, WeeklyWindows, starts_in

START, HOUR = date(2026, 3, 2), timedelta(hours=1)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MORNING, AFTERNOON, EVENING = DayPart
ALL_DAY = WeeklyWindows.of(*(f"{day.name.lower()} 08:00-21:00" for day in Weekday))
SITE = Site("Elm Street", "America/Chicago", ALL_DAY)


def given_in(timing: Timing, *parts: DayPart, length: timedelta = HOUR) -> Program:
    group = Service("group", "Group", Modality.GROUP_THERAPY, timing, length, day_parts=parts)
    return Program("any", "Any", (Phase("only", "Only", 3),), (group,))


def drafted(
    program: Program,
    site: Site = SITE,
    *free: str,
    preferences: Preferences | None = None,
) -> Plan:
    patient = Patient(key=KEY, availability=WeeklyWindows.of(*free) if free else None)
    return draft(program, patient, site, start=START, seed=1, preferences=preferences)


def slots(plan: Plan) -> list[str]:
    return [str(slot) for slot in slots_of(plan.program.services[0].timing)]


def noted(plan: Plan, *kinds: NoteKind) -> set[NoteSubject]:
    ours = {note.matter for note in plan.notes if note.service == "group"}
    return {matter for matter in ours if matter.kind in (kinds or NoteKind)}


MONDAY_EVENING = Weekly((Slot(Weekday.MONDAY, part=EVENING),))


@pytest.mark.parametrize(
    ("program", "found"),
    [
        pytest.param(given_in(MONDAY_EVENING), ["monday 17:00"], id="of-a-slot"),
        pytest.param(
            given_in(Weekly((Slot(Weekday.MONDAY),)), AFTERNOON),
            ["monday 12:00"],
            id="service",
        ),
        pytest.param(given_in(MONDAY_EVENING, MORNING), ["monday 17:00"], id="the-slot-goes-first"),
        pytest.param(given_in(PerWeek(1), AFTERNOON, EVENING), ["monday 12:00"], id="of-two"),
        pytest.param(
            given_in(InAll(2, (Slot(Weekday.FRIDAY, part=AFTERNOON),)), EVENING),
            ["friday 12:00"],
            id="in-all",
        ),
    ],
)
def test_a_session_is_placed_in_its_part_of_the_day(program: Program, found: list[str]) -> None:
    plan = drafted(program)
    assert slots(plan) == found
    assert noted(plan) == set()
    assert from_json(Plan, to_json(plan)) == plan
    assert from_json(Program, to_json(program)) == program


def test_it_is_placed_when_the_patient_is_free_then() -> None:
    program = given_in(MONDAY_EVENING)
    assert slots(drafted(program, SITE, "monday 09:00-12:00", "monday 19:15-20:30")) == [
        "monday 19:15"
    ]
    # A session that begins in the afternoon is none of the evening.
    plan = drafted(program, SITE, "monday 09:00-17:30")
    assert slots(plan) == ["monday evening"]
    assert noted(plan) == {NoteSubject.PART_FULL}
    assert NoteSubject.PART_FULL.kind is NoteKind.QUESTION
    assert "Group, Monday: can it be at another time of the day?" in plan_html(plan)
    assert {u.why.value for u in schedule(plan, SITE).unplaced} == {"time_unknown"}


def test_a_dose_asks_for_another_part_where_days_have_no_room() -> None:
    plan = drafted(given_in(PerWeek(2), EVENING), SITE, "monday 09:00-21:00", "friday 09:00-12:00")
    assert noted(plan) <= {NoteSubject.PART_FULL}
    assert all(text.startswith("monday ") and text >= "monday 17:00" for text in slots(plan))
    plan = drafted(given_in(PerWeek(1), EVENING), SITE, "monday 09:00-12:00")
    assert (slots(plan), noted(plan)) == ([], {NoteSubject.PART_FULL})


@pytest.mark.parametrize(
    ("offered", "found", "notes"),
    [
        (time(18, 30), "monday 18:30", set[NoteSubject]()),
        (time(9), "monday 17:00", {NoteSubject.OFFER_OUTSIDE_PART}),
    ],
)
def test_a_sites_time_is_taken_within_the_part(
    offered: time, found: str, notes: set[NoteSubject]
) -> None:
    site = evolve(SITE, offers=(Offer("group", start=offered),))
    plan = drafted(given_in(MONDAY_EVENING), site)
    assert (slots(plan), noted(plan)) == ([found], notes)


def test_a_stated_time_outside_the_part_is_kept_and_told() -> None:
    plan = drafted(given_in(Weekly((Slot(Weekday.MONDAY, time(9)),)), EVENING))
    assert slots(plan) == ["monday 09:00"]
    assert noted(plan) == {NoteSubject.OUTSIDE_PART}


def test_the_time_of_another_phase_is_taken_within_the_part() -> None:
    def phase(name: str, *parts: DayPart) -> Phase:
        timing = Weekly((Slot(Weekday.MONDAY, time(19) if name == "first" else None),))
        group = Service("group", "Group", Modality.GROUP_THERAPY, timing, HOUR, day_parts=parts)
        return Phase(name, name, 2, (group,))

    for part, start in ((EVENING, "monday 19:00"), (MORNING, "monday 08:00")):
        program = Program("any", "Any", (phase("first"), phase("second", part)))
        second = drafted(program).program.phases[1].services[0]
        assert [str(slot) for slot in slots_of(second.timing)] == [start]


def test_preferences_choose_among_the_parts() -> None:
    wanted = Preferences(times=(MORNING, EVENING))
    plan = drafted(given_in(PerWeek(1), AFTERNOON, EVENING), preferences=wanted)
    assert slots(plan) == ["monday 17:00"]


def test_what_is_drawn_and_moved_stays_in_the_part() -> None:
    closed = Closure(date(2026, 3, 9), date(2026, 3, 11), "closed")
    site = evolve(SITE, closures=(closed,))
    for timing in (RandomDays(2), MONDAY_EVENING):
        plan = drafted(given_in(timing, EVENING), site)
        made = schedule(plan, site)
        assert made.unplaced == ()
        assert {DayPart.of(s.start.hour * 60) for s in made.sessions} == {EVENING}


def test_what_cannot_be_moved_within_the_part_has_no_date() -> None:
    site = evolve(
        SITE,
        hours=WeeklyWindows.of("monday 08:00-21:00", "tuesday 08:00-12:00"),
        closures=(Closure(date(2026, 3, 9), date(2026, 3, 10), "closed"),),
    )
    made = schedule(drafted(given_in(MONDAY_EVENING, EVENING), site), site)
    assert (len(made.sessions), [u.week for u in made.unplaced]) == (2, [2])


def test_proposals_stay_in_the_part() -> None:
    source = Source("made up", Grade.OFFICIAL)
    hours: tuple[Requirement, ...] = (
        Requirement("hours", "Hours.", WeeklyHours(timedelta(hours=3)), source),
    )
    asked = RequirementSet("asked", "Asked", Versions((Dated(date(2020, 1, 1), hours, source),)))
    plan = drafted(given_in(PerWeek(1), EVENING))
    found = propose(plan, SITE, [asked])
    assert found.found
    for each in found.found:
        starts = [
            slot.start
            for service in each.plan.program.every_service
            for slot in slots_of(service.timing)
        ]
        assert all(start is not None and start >= time(17) for start in starts)


def test_texts_say_the_part() -> None:
    program = given_in(MONDAY_EVENING, AFTERNOON, EVENING)
    assert "weekly (Mon evening), in the afternoon or evening, 1 h" in template_text(program)
    assert often_words(MONDAY_EVENING) == "every week: Monday in the evening"
    full = drafted(given_in(MONDAY_EVENING), SITE, "tuesday 09:00-12:00")
    assert "weekly (Mon evening), 1 h" in plan_text(full)
    assert "You meet with us on Monday evening." in plan_html(full)
    drawn = plan_html(drafted(given_in(RandomDays(1), EVENING)))
    assert "Once a week, on a random day, in the evening" in drawn
    placed = plan_html(drafted(given_in(PerWeek(1), EVENING)))
    assert "Once a week: Monday at 5 pm<" in placed


def test_nights_are_evenings_in_the_shipped_program_that_says_so() -> None:
    program = find_program("phoenix-adolescent")
    patient = Patient(key=KEY)
    plan = draft(program, patient, SITE, start=START, seed=1)
    group = next(s for s in plan.program.phases[1].services if s.name == "group")
    assert len(slots_of(group.timing)) == 2
    assert all(slot.start and slot.start >= time(17) for slot in slots_of(group.timing))


@pytest.mark.parametrize("text", ["monday night", "monday  evening", "evening", "monday evening "])
def test_slots_are_read_as_they_are_written(text: str) -> None:
    if text.rstrip() == "monday evening":
        assert Slot.parse(text) == Slot(Weekday.MONDAY, part=EVENING)
    else:
        with pytest.raises(InvalidError, match="such as 'monday 18:00' or 'monday evening'"):
            Slot.parse(text)


def test_parts_that_cannot_be() -> None:
    with pytest.raises(InvalidError, match="a start or a part"):
        Slot(Weekday.MONDAY, time(18), EVENING)
    with pytest.raises(InvalidError, match="day_parts"):
        given_in(PerWeek(1), EVENING, EVENING)


def test_slots_come_in_the_order_of_the_day() -> None:
    known = [
        *(Slot(Weekday.MONDAY, part=part) for part in (EVENING, MORNING)),
        Slot(Weekday.MONDAY),
        Slot(Weekday.MONDAY, time(9)),
    ]
    assert [*map(str, sorted(known))] == [
        *("monday 09:00", "monday", "monday morning", "monday evening"),
    ]


@given(
    weekly_windows(),
    st.lists(st.sampled_from(DayPart), unique=True),
    st.integers(1, 300),
)
def test_starts_in_some_parts_are_those_that_begin_there(
    windows: WeeklyWindows, parts: list[DayPart], length: int
) -> None:
    starts = [(low, high - length) for low, high in windows.on(Weekday.MONDAY)]
    starts = [(low, high) for low, high in starts if low <= high]
    found = starts_in([(low + 1440, high + 1440) for low, high in starts], parts, midnight=1440)

    def minutes(spans: Iterable[tuple[int, int]]) -> list[int]:
        return [minute for low, high in spans for minute in range(low, high + 1)]

    assert minutes((low - 1440, high - 1440) for low, high in found) == [
        minute for minute in minutes(starts) if not parts or DayPart.of(minute) in parts
    ]


@given(
    st.sampled_from([*product(Weekday, DayPart)]),
    weekly_windows(),
    st.integers(1, 180),
)
def test_a_part_is_kept_or_asked_about(
    slot: tuple[Weekday, DayPart], free: WeeklyWindows, minutes: int
) -> None:
    day, part = slot
    program = given_in(Weekly((Slot(day, part=part),)), length=timedelta(minutes=minutes))
    plan = draft(program, Patient(key=KEY, availability=free), SITE, start=START, seed=1)
    # Every minute of the part is tried.
    fits = [
        minute
        for minute in range(60 * part.hours.start, 60 * part.hours.stop)
        if (SITE.hours & free).hold(day * 1440 + minute, minutes)
    ]
    [placed] = slots_of(plan.program.services[0].timing)
    if fits:
        assert placed == Slot(day, time(*divmod(fits[0], 60)))
    else:
        assert placed == Slot(day, part=part)
        assert NoteSubject.PART_FULL in noted(plan)


# Tracks


def on_tracks(*tracks: Track) -> Program:
    """With a group for each track, and what is for all in the morning."""
    times = PerWeek(2)
    own = Service("own", "Own", Modality.PSYCHOEDUCATION, times, HOUR, day_parts=(MORNING,))
    (group,) = given_in(times).services
    groups = (evolve(group, track=track.name) for track in tracks)
    return evolve(given_in(times), tracks=tracks, services=(own, *groups))


DAY_OR_EVENING = on_tracks(
    Track("day", "Day", (MORNING, AFTERNOON)), Track("evening", "Evening", (EVENING,))
)


def test_the_parts_of_a_track_are_for_services_without_parts_of_their_own() -> None:
    for track in DAY_OR_EVENING.tracks:
        given = {each.name: each for each in DAY_OR_EVENING.on_track(track.name).every_service}
        assert given["group"].day_parts == track.day_parts
        assert given["own"].day_parts == (MORNING,)


@pytest.mark.parametrize(
    ("free", "track"),
    [
        (["monday 08:00-21:00", "tuesday 08:00-21:00"], "day"),
        (["monday 08:00-09:00", "tuesday 08:00-09:00", "monday 17:00-21:00"], "evening"),
        (["monday 08:00-12:00", "tuesday 08:00-12:00", "monday 17:00-18:30"], "day"),
    ],
)
def test_a_track_in_whose_parts_sessions_find_a_time_comes_first(
    free: list[str], track: str
) -> None:
    plan = drafted(DAY_OR_EVENING, SITE, *free)
    assert plan.track == track


def test_a_session_on_a_track_moves_within_its_parts() -> None:
    plan = draft(DAY_OR_EVENING, Patient(key=KEY), SITE, start=START, seed=1, track="evening")
    shut = evolve(SITE, closures=(Closure(START, START + timedelta(days=3), "Flood"),))
    moved = [each for each in schedule(plan, shut).sessions if each.moved]
    begun = {(each.service, DayPart.of(each.start.hour * 60)) for each in moved}
    assert begun == {("own", MORNING), ("group", EVENING)}


def test_a_part_of_a_track_comes_once_and_is_told() -> None:
    with pytest.raises(InvalidError, match="day_parts: expected each once"):
        Track("day", "Day", (MORNING, MORNING))
    assert "Weekly hours, day (in the morning or afternoon):" in template_text(DAY_OR_EVENING)
