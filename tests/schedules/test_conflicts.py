"""Conflicts and free time: as counted minute by minute, and nothing else."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import (
    Appointment,
    Booking,
    Conflict,
    ConflictKind,
    Schedule,
    Session,
    free_time,
    patient_conflicts,
    site_conflicts,
)
from iopkit.sites import Clinician, Room, Site
from iopkit.windows import DAY, WeeklyWindows, minute_of_day

MONDAY = date(2026, 3, 2)
MINUTE, HOUR, ONE_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHICAGO = ZoneInfo("America/Chicago")
SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.always(),
    rooms=(Room("green", 2), Room("red", 1)),
    clinicians=(Clinician("Kim"), Clinician("Lee")),
)
KEYS = [UUID(f"0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a9{n}") for n in range(4)]

SERVICES = tuple(
    Service(name, name.title(), modality, Weekly((Slot.parse("monday 10:00"),)), HOUR)
    for name, modality in (
        ("skills", Modality.GROUP_THERAPY),
        ("lecture", Modality.PSYCHOEDUCATION),
        ("talk", Modality.INDIVIDUAL_COUNSELING),
    )
)
MODALITIES = {service.name: service.modality for service in SERVICES}
PROGRAM = Program(
    "program",
    "Program",
    (
        Phase(
            "all",
            "All",
            2,
            tuple(
                evolve(s, timing=Weekly((Slot.parse(f"{d} 10:00"),)))
                for s, d in zip(SERVICES, ("monday", "tuesday", "friday"), strict=True)
            ),
        ),
    ),
)


def at(hours: float) -> datetime:
    return datetime.combine(MONDAY, time(0), CHICAGO) + timedelta(hours=hours)


def session(
    service: str, hour: float, *, number: int = 1, hours: float = 1, **more: Any
) -> Session:
    length = timedelta(hours=hours)
    made = Session(service, number, "all", 1, MODALITIES[service], at(hour), length)
    return evolve(made, **more)


def held(*sessions: Session, patient: int = 0, plan: int | None = None) -> Schedule:
    key = KEYS[patient if plan is None else plan]
    made = Plan(key, KEYS[patient], SITE.name, PROGRAM, MONDAY, 1)
    return Schedule(made, SITE.zone, sessions)


@st.composite
def schedules(draw: st.DrawFn) -> list[Schedule]:
    """Schedules of some patients, crowded into few hours, rooms and clinicians."""
    made: list[Schedule] = []
    for patient in range(draw(st.integers(1, 4))):
        sessions = [
            session(
                draw(st.sampled_from(sorted(MODALITIES))),
                draw(st.integers(0, 8)) / 2,
                number=number,
                hours=draw(st.sampled_from([0.5, 1, 2])),
                room=draw(st.sampled_from([None, "green", "red"])),
                clinician=draw(st.sampled_from([None, "Kim", "Lee"])),
            )
            for number in range(1, draw(st.integers(1, 4)))
        ]
        made.append(held(*sorted(sessions, key=lambda s: s.start), patient=patient))
    return made


@st.composite
def appointments(draw: st.DrawFn) -> Appointment:
    start = at(draw(st.integers(-2, 10)) / 2).astimezone(draw(st.sampled_from([UTC, CHICAGO])))
    length = draw(st.integers(1, 300)) * MINUTE
    return Appointment(start, start + length, blocks=draw(st.booleans()))


def minutes(each: Booking | Appointment) -> set[datetime]:
    """Every minute of a span, in UTC."""
    start, count = each.start.astimezone(UTC), int((each.end - each.start) / MINUTE)
    return {start + n * MINUTE for n in range(count)}


def booked(made: Iterable[Schedule]) -> list[Booking]:
    return [Booking(s.plan.patient, s.uid(each), each) for s in made for each in s.sessions]


def pairs(found: Iterable[Conflict]) -> set[frozenset[Booking | Appointment]]:
    return {frozenset(conflict.between) for conflict in found}


def _stretches(
    together: Sequence[Sequence[Booking | Appointment]],
) -> list[tuple[datetime, datetime, set[Booking | Appointment]]]:
    """Minute by minute: two go on from one to the next, a session among them, or it is over."""
    on: dict[datetime, set[int]] = {}
    for number, several in enumerate(together):
        for minute in minutes(several[0]):
            on.setdefault(minute, set()).add(number)

    def collide(those: set[int]) -> bool:
        return len(those) > 1 and any(isinstance(together[n][0], Booking) for n in those)

    found: list[tuple[datetime, datetime, set[Booking | Appointment]]] = []
    for minute in sorted(minute for minute, those in on.items() if collide(those)):
        there = {each for number in on[minute] for each in together[number]}
        if found and found[-1][1] == minute and collide(on[minute] & on[minute - MINUTE]):
            start, _, others = found.pop()
            found.append((start, minute + MINUTE, others | there))
        else:
            found.append((minute, minute + MINUTE, there))
    return found


@given(schedules(), st.lists(appointments(), max_size=5))
def test_a_patient_is_in_conflict_while_a_session_and_something_else_go_on(
    made: list[Schedule], outside: list[Appointment]
) -> None:
    own = [evolve(s, plan=evolve(s.plan, patient=KEYS[0])) for s in made]
    found = patient_conflicts(own, appointments=outside)
    blocking = [each for each in outside if each.blocks]
    everything: list[Booking | Appointment] = [*booked(own), *blocking]
    expected = _stretches([[each] for each in everything])
    assert [(c.start, c.end, set(c.between)) for c in found] == expected
    assert {(c.kind, c.of) for c in found} <= {(ConflictKind.PATIENT, None)}
    assert len(found) <= len(everything)


def same_meeting(one: Session, other: Session) -> bool:
    return one.modality.is_group and (
        one.service,
        one.start,
        one.duration,
        one.room,
        one.clinician,
    ) == (other.service, other.start, other.duration, other.room, other.clinician)


def _together(everyone: list[Booking]) -> list[list[Booking]]:
    meetings: list[list[Booking]] = []
    for one in everyone:
        for meeting in meetings:
            if same_meeting(meeting[0].session, one.session):
                meeting.append(one)
                break
        else:
            meetings.append([one])
    return meetings


@given(schedules())
def test_rooms_and_clinicians_are_in_conflict_while_two_meetings_go_on(
    made: list[Schedule],
) -> None:
    found = site_conflicts(made, SITE)
    assert [c.start for c in found] == sorted(c.start for c in found)
    everyone = booked(made)
    for kind, name in ((ConflictKind.ROOM, "room"), (ConflictKind.CLINICIAN, "clinician")):
        for of in {getattr(each.session, name) for each in everyone} - {None}:
            there = [each for each in everyone if getattr(each.session, name) == of]
            told = [c for c in found if (c.kind, c.of) == (kind, of)]
            expected = _stretches(_together(there))
            assert [(c.start, c.end, set(c.between)) for c in told] == expected
            assert all(len(set(c.between)) == len(c.between) for c in told)


@pytest.mark.parametrize("number", [2, 40, 300])
def test_what_is_told_of_a_crowd_grows_with_its_sessions_and_not_with_pairs(number: int) -> None:
    keys = [UUID(int=n + 1, version=4) for n in range(number)]
    crowd = [
        evolve(each, plan=evolve(each.plan, key=key, patient=key))
        for each, key in zip([held(session("talk", 9, room="green"))] * number, keys, strict=True)
    ]
    (conflict,) = site_conflicts(crowd, SITE)
    assert (conflict.kind, len(conflict.between)) == (ConflictKind.ROOM, number)


def test_a_busy_patient_has_one_conflict_for_each_session_and_not_for_each_pair() -> None:
    made = held(session("talk", 9), session("talk", 11, number=2))
    outside = [Appointment(at(8), at(13)) for _ in range(50)]
    found = patient_conflicts([made], appointments=outside)
    assert [(c.start, c.end, len(c.between)) for c in found] == [
        (at(9), at(10), 51),
        (at(11), at(12), 51),
    ]


def test_meetings_one_after_another_are_two_conflicts_if_none_goes_on() -> None:
    hours = (9, 9, 10, 10)
    made = [held(session("talk", hour, room="green"), patient=n) for n, hour in enumerate(hours)]
    found = site_conflicts(made, SITE)
    assert [(c.start, c.end, len(c.between)) for c in found] == [
        (at(9), at(10), 2),
        (at(10), at(11), 2),
    ]


@given(schedules())
def test_a_room_is_too_full_if_a_group_has_more_patients_than_seats(made: list[Schedule]) -> None:
    found = [c for c in site_conflicts(made, SITE) if c.kind is ConflictKind.SEATS]
    everyone = booked(made)
    expected: set[frozenset[Booking]] = set()
    for one in everyone:
        meeting = [b for b in everyone if b == one or same_meeting(b.session, one.session)]
        seats = {"green": 2, "red": 1}.get(one.session.room or "", 99)
        if len({b.patient for b in meeting}) > seats:
            expected.add(frozenset(meeting))
    assert pairs(found) == expected


# Free time

_SPANS = [
    (date(2026, 3, 7), "America/Chicago"),
    (date(2026, 10, 31), "America/Chicago"),
    (date(2026, 4, 4), "Australia/Lord_Howe"),
    (date(2026, 10, 3), "Australia/Lord_Howe"),
    (date(2011, 12, 29), "Pacific/Apia"),
    (date(2026, 2, 14), "Africa/Casablanca"),
    (date(2026, 3, 21), "Africa/Casablanca"),
    (date(2026, 4, 23), "Africa/Cairo"),
    (date(2026, 3, 1), "Asia/Kathmandu"),
]


@given(st.data(), st.sampled_from(_SPANS), st.none() | strategies.weekly_windows())
def test_free_time_is_every_minute_that_is_open_and_not_taken(
    data: st.DataObject, span: tuple[date, str], windows: WeeklyWindows | None
) -> None:
    day, zone = span
    tz = ZoneInfo(zone)
    start = datetime.combine(day, time(data.draw(st.integers(0, 23)), 7), UTC)
    end = start + data.draw(st.integers(0, 3 * DAY)) * MINUTE
    busy: list[Appointment] = []
    for offset, length in data.draw(
        st.lists(st.tuples(st.integers(-DAY, 3 * DAY), st.integers(1, 600)), max_size=6)
    ):
        begins = start + offset * MINUTE
        blocks = data.draw(st.booleans())
        busy.append(
            Appointment(
                begins.astimezone(tz), (begins + length * MINUTE).astimezone(CHICAGO), blocks=blocks
            )
        )
    found = free_time(start, end, zone=zone, windows=windows, busy=busy)
    free: set[datetime] = set()
    for low, high in found:
        assert low.tzinfo is high.tzinfo
        first, last = low.astimezone(UTC), high.astimezone(UTC)
        free |= {first + n * MINUTE for n in range(int((last - first) / MINUTE))}
    in_utc = [(low.astimezone(UTC), high.astimezone(UTC)) for low, high in found]
    assert all(low < high for low, high in in_utc)
    assert all(before[1] < after[0] for before, after in pairwise(in_utc))
    every = (start + n * MINUTE for n in range(int((end - start) / MINUTE)))
    assert free == {
        at
        for at in every
        if _opens(windows, at.astimezone(tz))
        and not any(
            a.blocks and a.start.astimezone(UTC) <= at < a.end.astimezone(UTC) for a in busy
        )
    }


def _opens(windows: WeeklyWindows | None, at: datetime) -> bool:
    minute = at.weekday() * DAY + minute_of_day(at.time())
    return windows is None or any(low <= minute < high for low, high in windows.spans)


def test_a_rooms_free_time_is_what_its_sessions_leave() -> None:
    made = held(session("skills", 9, room="green"), session("talk", 12, room="green"))
    taken = [s for s in made.sessions if s.room == "green"]
    found = free_time(
        at(8), at(18), zone=SITE.zone, windows=WeeklyWindows.of("monday 09:00-17:00"), busy=taken
    )
    assert found == ((at(10), at(12)), (at(13), at(17)))


# By hand


def test_two_plans_of_one_patient_can_be_in_conflict() -> None:
    found = patient_conflicts([held(session("skills", 9)), held(session("talk", 9.5), plan=1)])
    (conflict,) = found
    assert (conflict.start, conflict.end) == (at(9.5), at(10))
    assert [b.session.service for b in conflict.between if isinstance(b, Booking)] == [
        "skills",
        "talk",
    ]
    assert conflict.kind.words == "the patient is to be at two places"


def test_individual_sessions_are_never_one_meeting() -> None:
    both = [held(session("talk", 9, clinician="Kim"), patient=n) for n in (0, 1)]
    assert [(c.kind, c.of) for c in site_conflicts(both, SITE)] == [(ConflictKind.CLINICIAN, "Kim")]


def test_a_group_is_one_meeting_until_the_seats_are_taken() -> None:
    group = [held(session("skills", 9, room="green", clinician="Kim"), patient=n) for n in range(3)]
    assert site_conflicts(group[:2], SITE) == ()
    (conflict,) = site_conflicts(group, SITE)
    assert (conflict.kind, conflict.of, len(conflict.between)) == (ConflictKind.SEATS, "green", 3)


# What is refused


def test_appointments_have_a_zone_and_take_time() -> None:
    with pytest.raises(InvalidError) as refused:
        Appointment(datetime(2026, 1, 5), at(0))  # noqa: DTZ001  # the mistake itself
    assert [fault.path for fault in refused.value.faults] == [("start",)]
    for end in (at(0), at(-1)):
        with pytest.raises(InvalidError) as refused:
            Appointment(at(0), end)
        assert [fault.path for fault in refused.value.faults] == [("end",)]


def test_several_patients_have_no_conflicts_of_one() -> None:
    with pytest.raises(InvalidError) as refused:
        patient_conflicts([held(patient=0), held(patient=1)])
    assert [fault.path for fault in refused.value.faults] == [("schedules",)]


def test_schedules_of_another_site_are_refused() -> None:
    with pytest.raises(InvalidError) as refused:
        site_conflicts([held()], evolve(SITE, name="Oak Street"))
    assert [fault.path for fault in refused.value.faults] == [("schedules",)]


@pytest.mark.parametrize(
    ("bounds", "zone", "where"),
    [
        ((datetime(2026, 1, 5), at(0)), "UTC", "start"),  # noqa: DTZ001  # the mistake itself
        ((at(0), at(1)), "Mars/Olympus", "zone"),
    ],
)
def test_free_time_needs_instants_and_a_zone(
    bounds: tuple[datetime, datetime], zone: str, where: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        free_time(*bounds, zone=zone)
    assert [fault.path for fault in refused.value.faults] == [(where,)]
