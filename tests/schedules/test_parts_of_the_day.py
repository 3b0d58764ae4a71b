"""What a program has for a part of the day stays in it, wherever else it is offered or moved."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.groups import Group, Roster
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import draft
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import (
    Reason,
    Schedule,
    Surroundings,
    make_up_openings,
    meetings_of,
    openings,
    schedule,
)
from iopkit.sites import Closure, Site
from iopkit.windows import DayPart, WeeklyWindows, minute_of_day

pytestmark = pytest.mark.measured

MORNING, AFTERNOON, EVENING = DayPart
HOURS = WeeklyWindows.of(*(f"{day} 08:00-21:00" for day in ("tuesday", "wednesday", "thursday")))
SITE = Site("Elm Street", "America/Chicago", HOURS)
TALK = Service(
    "talk",
    "Talk",
    Modality.INDIVIDUAL_COUNSELING,
    Weekly((Slot.parse("wednesday 17:30"),)),
    timedelta(hours=1),
)
START = date(2026, 5, 4)
AS_OF = datetime(2026, 5, 4, 12, tzinfo=UTC)
KEY = UUID("c5f2c9e0-0d1b-4a5f-9f0e-7c8d1b3a6e21")


def dated(*services: Service, free: WeeklyWindows | None = None) -> Schedule:
    program = Program("any", "Any", (Phase("only", "Only", 3),), services)
    patient = Patient(key=KEY, availability=free)
    return schedule(draft(program, patient, SITE, start=START, seed=9), SITE)


def part(moment: datetime) -> DayPart:
    return DayPart.of(minute_of_day(moment.time()))


@given(st.sets(st.sampled_from(DayPart)), st.integers(8, 19), st.booleans())
def test_openings_and_make_ups_begin_in_the_parts_or_at_their_own_time(
    parts: set[DayPart], hour: int, again: bool
) -> None:
    timing = Weekly((Slot.parse(f"wednesday {hour:02}:15"),))
    service = evolve(TALK, timing=timing, day_parts=tuple(parts))
    # The patient has time in an hour of each part, and on Tuesdays only.
    free = WeeklyWindows.of(
        "tuesday 09:00-10:00", "tuesday 14:00-15:00", "tuesday 18:00-19:00", "wednesday 08:00-21:00"
    )
    planned = dated(service, free=free)
    first = planned.sessions[0]
    find = make_up_openings if again else openings
    near = find(planned, first, Surroundings(SITE, AS_OF), limit=60)
    found = [each for each in near if each.fits]
    own = first.start.time()
    for opening in found:
        start = opening.session.start
        assert not parts or part(start) in parts or start.time() == own
    tuesdays = {each.session.start.hour for each in found if each.session.start.weekday() == 1}
    hours = [at for at in (18, 14, 9) if not parts or DayPart.of(60 * at) in parts]
    # The hour before is as far from the quarter as the one after is near.
    assert tuesdays == {min(hours, key=lambda at: abs(60 * at - 60 * hour - 15))}


def meeting_group(name: str, slot: str) -> Group:
    return Group(name, "circle", (Slot.parse(slot),), timedelta(hours=1), 8)


def test_another_groups_meeting_at_another_part_of_the_day_is_told_to_be_so() -> None:
    circle = evolve(
        TALK, name="circle", title="Circle", modality=Modality.GROUP_THERAPY, day_parts=(EVENING,)
    )
    own, early, late = (
        meeting_group("own", "wednesday 17:30"),
        meeting_group("early", "thursday 09:00"),
        meeting_group("late", "thursday 18:00"),
    )
    end = START + timedelta(weeks=1)
    meetings = [
        met for each in (own, early, late) for met in meetings_of(each, SITE, start=START, end=end)
    ]
    planned = dated(circle)
    around = Surroundings(SITE, AS_OF, meetings=tuple(meetings))
    found = openings(planned, planned.sessions[0], around)
    by_group = {each.session.group: each.obstacles for each in found}
    assert by_group == {"late": (), "early": (Reason.OUTSIDE_PART,)}
    assert Reason.OUTSIDE_PART.words == "it is meant for another part of the day"


@pytest.mark.parametrize(
    ("parts", "moved"),
    [((), "09:00"), ((EVENING,), None), ((MORNING,), "09:00"), ((AFTERNOON, EVENING), None)],
    ids=["any", "evening", "morning", "two"],
)
def test_a_meeting_that_has_to_move_keeps_to_the_parts_of_its_service(
    parts: tuple[DayPart, ...], moved: str | None
) -> None:
    closed = Closure(date(2026, 5, 6), date(2026, 5, 7), "Repairs")
    few = WeeklyWindows.of("wednesday 17:00-20:00", "thursday 09:00-10:00")
    site = evolve(SITE, hours=few, closures=(closed,))
    (met,) = meetings_of(
        meeting_group("own", "wednesday 17:30"),
        site,
        start=START,
        end=START + timedelta(weeks=1),
        day_parts=parts,
    )
    assert met.called_off is (moved is None)
    assert moved is None or f"{met.start:%H:%M}" == moved


def test_a_group_of_a_service_meets_in_its_parts_of_the_day() -> None:
    circle = evolve(TALK, name="circle", modality=Modality.GROUP_THERAPY, day_parts=(AFTERNOON,))
    groups = (meeting_group("ok", "tuesday 16:59"), meeting_group("late", "tuesday 17:00"))
    with pytest.raises(InvalidError, match="the afternoon, as its service has") as caught:
        Roster(groups, services=(circle,))
    assert [fault.path for fault in caught.value.faults] == [("groups", 1, "slots")]
