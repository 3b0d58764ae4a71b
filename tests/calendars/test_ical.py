"""The calendar file says when, to any program, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]
import vobject  # type: ignore[import-untyped]
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import (
    InvalidError,
    Modality,
    Patient,
    Program,
    Schedule,
    Site,
    Weekday,
    WeeklyWindows,
    draft,
    find_program,
    schedule,
    to_ical,
)
from iopkit.calendars import CalendarDetails, Method, update_ical
from iopkit.modalities import Delivery
from iopkit.programs import Phase, Service, Slot, Weekly
from iopkit.schedules import Reason, ScheduleDifference, schedule_difference
from iopkit.sites import Closure, Offer
from iopkit.strategies import days, patients, programs, sites

STAMP = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")

# Zones, and the first day of weeks in which their clocks change, if they do.
ZONES = [
    pytest.param("America/Chicago", date(2026, 3, 2), id="spring in Chicago"),
    pytest.param("America/Chicago", date(2026, 10, 26), id="autumn in Chicago"),
    pytest.param("America/Phoenix", date(2026, 3, 2), id="no change in Phoenix"),
    pytest.param("America/St_Johns", date(2026, 3, 2), id="a half hour off in St. John's"),
    pytest.param("Europe/London", date(2026, 3, 23), id="spring in London"),
    pytest.param("Europe/Dublin", date(2026, 10, 19), id="negative saving in Dublin"),
    pytest.param("Australia/Lord_Howe", date(2026, 3, 30), id="a change by half an hour"),
    pytest.param("Africa/Casablanca", date(2026, 2, 9), id="the start of Ramadan in Casablanca"),
    pytest.param("Africa/Cairo", date(2026, 4, 20), id="a change at midnight in Cairo"),
    pytest.param("Asia/Kathmandu", date(2026, 3, 2), id="a quarter hour off in Kathmandu"),
    pytest.param("Pacific/Apia", date(2011, 12, 26), id="a day that was skipped in Apia"),
    pytest.param("UTC", date(2026, 3, 2), id="UTC"),
]


@pytest.fixture(autouse=True)
def no_zones_from_other_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file's own time zone is read: vobject would keep the first of each name."""
    monkeypatch.setattr(vobject.icalendar, "__tzidMap", {"UTC": UTC})


def daily(weeks: int, *clocks: time) -> Program:
    """A session on every day of the week, at each of the times."""
    services = tuple(
        Service(
            f"group-{number}",
            f"Relapse prevention {number}",
            Modality.RELAPSE_PREVENTION,
            Weekly(tuple(Slot(day, clock) for day in Weekday)),
            timedelta(minutes=45),
        )
        for number, clock in enumerate(clocks)
    )
    return Program("daily", "Daily", (Phase("all", "All", weeks),), services)


def dated(program: Program, zone: str, start: date) -> Schedule:
    site = Site("Elm Street Clinic", zone, WeeklyWindows.always())
    return schedule(draft(program, Patient(key=KEY), site, start=start, seed=1), site)


def expected(schedule: Schedule) -> list[tuple[str, datetime, datetime]]:
    """UID, start and end in UTC of each session."""
    return sorted(
        (str(schedule.uid(s)), s.start.astimezone(UTC), s.end.astimezone(UTC))
        for s in schedule.sessions
    )


def read(data: bytes) -> Any:
    """A calendar as icalendar has it; any property of it may be of any type."""
    return icalendar.Calendar.from_ical(data)


def by_icalendar(data: bytes) -> list[tuple[str, datetime, datetime]]:
    return sorted(
        (str(event["uid"]), event.start.astimezone(UTC), event.end.astimezone(UTC))
        for event in read(data).events
    )


def by_expansion(data: bytes, start: date, end: date) -> list[tuple[str, datetime, datetime]]:
    events = recurring_ical_events.of(read(data)).between(start, end)
    return sorted(
        (str(event["uid"]), event.start.astimezone(UTC), event.end.astimezone(UTC))
        for event in events
    )


def by_vobject(data: bytes) -> list[tuple[str, datetime, datetime]]:
    """Read by the file's own time zone definitions, and by nothing of icalendar's."""
    calendar = vobject.readOne(data.decode())
    return sorted(
        (
            event.uid.value,
            event.dtstart.value.astimezone(UTC),
            event.dtend.value.astimezone(UTC),
        )
        for event in calendar.contents.get("vevent", [])
    )


@pytest.mark.parametrize(("zone", "start"), ZONES)
def test_other_programs_read_the_same_instants(zone: str, start: date) -> None:
    booked = dated(daily(2, time(3, 15), time(9, 30), time(18, 0)), zone, start)
    # Those of a day that there was not have no other, as each is as full as the program's.
    assert len(booked.sessions) + len(booked.unplaced) == 2 * 7 * 3
    assert {each.why for each in booked.unplaced} <= {Reason.LONG_DAY}
    data = to_ical(booked, stamp=STAMP)
    end = booked.plan.end
    assert by_icalendar(data) == expected(booked)
    assert by_expansion(data, start - timedelta(days=1), end + timedelta(days=1)) == expected(
        booked
    )
    assert by_vobject(data) == expected(booked)


def test_a_whole_course_through_a_clock_change_reads_the_same(example: Schedule) -> None:
    data = to_ical(example, stamp=STAMP)
    offsets = {session.start.utcoffset() for session in example.sessions}
    assert len(offsets) == 2, "the clock does not change within the plan"
    assert by_icalendar(data) == expected(example)
    assert by_vobject(data) == expected(example)


def observances(data: bytes) -> Iterator[tuple[str, Any]]:
    for zone in read(data).walk("VTIMEZONE"):
        for part in zone.subcomponents:
            yield str(zone["tzid"]), part


@pytest.mark.parametrize(("zone", "start"), ZONES)
def test_each_onset_of_the_files_time_zone_is_a_change_of_the_clock(zone: str, start: date) -> None:
    """RFC 5545 3.6.5: DTSTART is the onset in the local time that TZOFFSETFROM gives."""
    data = to_ical(dated(daily(2, time(12, 0)), zone, start), stamp=STAMP)
    for name, part in observances(data):
        before, after = part["tzoffsetfrom"].td, part["tzoffsetto"].td
        onset = part["dtstart"].dt.replace(tzinfo=timezone(before))
        tz = ZoneInfo(name)
        assert onset.astimezone(tz).utcoffset() == after
        if before != after:
            just_before = onset.astimezone(UTC) - timedelta(seconds=1)
            assert just_before.astimezone(tz).utcoffset() == before


@pytest.mark.parametrize(("zone", "start"), ZONES)
def test_every_change_of_the_clock_within_the_plan_is_in_the_file(zone: str, start: date) -> None:
    booked = dated(daily(2, time(12, 0)), zone, start)
    offsets = {session.start.utcoffset() for session in booked.sessions}
    found = {part["tzoffsetto"].td for _, part in observances(to_ical(booked, stamp=STAMP))}
    assert zone == "UTC" or found == offsets


@pytest.mark.parametrize(("zone", "start"), ZONES)
def test_every_zone_that_is_named_is_defined_once(zone: str, start: date) -> None:
    calendar = read(to_ical(dated(daily(2, time(12, 0)), zone, start), stamp=STAMP))
    defined = [str(part["tzid"]) for part in calendar.walk("VTIMEZONE")]
    named = {
        str(event[key].params["tzid"])
        for event in calendar.walk("VEVENT")
        for key in ("dtstart", "dtend")
        if "tzid" in event[key].params
    }
    assert sorted(named) == defined
    assert defined == ([] if zone == "UTC" else [zone])


# What an event says.


EXAMPLE_SITE = Site(
    "Elm Street Clinic",
    "America/Chicago",
    WeeklyWindows.of(*(f"{d.name.lower()} 09:00-21:00" for d in Weekday if d < Weekday.SATURDAY)),
    closures=(Closure(date(2026, 2, 18), date(2026, 2, 19), "Staff training"),),
    offers=(
        Offer("urine-test", duration=timedelta(minutes=15)),
        Offer("individual-session", duration=timedelta(minutes=50)),
    ),
)


@pytest.fixture(scope="module")
def example() -> Schedule:
    program, site = find_program("matrix-16-week"), EXAMPLE_SITE
    return schedule(draft(program, Patient(key=KEY), site, start=date(2026, 1, 5), seed=1), site)


def test_every_session_is_one_event_with_its_own_uid(example: Schedule) -> None:
    calendar = read(to_ical(example, stamp=STAMP))
    uids = [str(event["uid"]) for event in calendar.walk("VEVENT")]
    assert uids == [str(example.uid(session)) for session in example.sessions]
    assert len(set(uids)) == len(example.sessions) == 75
    assert all(UUID(uid).version == 4 for uid in uids)


def test_an_event_is_private_stamped_and_neutral(example: Schedule) -> None:
    calendar = read(to_ical(example, stamp=STAMP))
    assert str(calendar["version"]) == "2.0"
    for event in calendar.walk("VEVENT"):
        assert str(event["summary"]) == "Appointment"
        assert str(event["class"]) == "PRIVATE"
        assert event["dtstamp"].dt == STAMP
        assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "SEQUENCE"}


def _words(schedule: Schedule) -> set[str]:
    """All that the file must not say, in lower case."""
    program, plan = schedule.plan.program, schedule.plan
    words = {program.name, program.title, plan.site, str(plan.patient), str(plan.key)}
    words |= {plan.patient.hex, plan.key.hex, "iop", "matrix", "closed", "staff training"}
    for service in program.every_service:
        words |= {service.name, service.title, service.modality, service.modality.label}
    for phase in program.phases:
        words |= {phase.name, phase.title}
    for modality in Modality:
        words |= set(modality.value.split("_")) - {"group", "session"}
    return {word.lower() for word in words}


def test_the_file_tells_nothing_of_patient_site_or_treatment(example: Schedule) -> None:
    text = to_ical(example, stamp=STAMP).decode().replace("\r\n ", "").lower()
    assert [word for word in sorted(_words(example)) if word in text] == []


@given(programs(), patients(), sites(), days())
def test_any_schedule_reads_the_same_and_tells_nothing(
    program: Program, patient: Patient, site: Site, start: date
) -> None:
    program = evolve(
        program,
        name="zebra-program",
        title="Zebra program",
        phases=tuple(evolve(p, title=f"Zebra {p.title}") for p in program.phases),
        services=tuple(evolve(s, title="Zebra") for s in program.services),
    )
    site = evolve(site, name="Zebra Street")
    booked = schedule(draft(program, patient, site, start=start, seed=1), site)
    data = to_ical(booked, stamp=STAMP)
    assert by_icalendar(data) == expected(booked)
    text = data.decode().replace("\r\n ", "").lower()
    for word in ("zebra", str(patient.key), patient.key.hex, str(booked.plan.key), "phase-"):
        assert word not in text


def test_titles_are_shown_when_they_are_asked_for(example: Schedule) -> None:
    named = {service.name: service.title for service in example.plan.program.every_service}
    calendar = read(to_ical(example, stamp=STAMP, titles=True))
    summaries = [str(event["summary"]) for event in calendar.walk("VEVENT")]
    assert summaries == [named[session.service] for session in example.sessions]
    assert "Relapse Prevention group" in summaries


# Bytes.


def test_the_same_arguments_give_the_same_bytes(example: Schedule) -> None:
    assert to_ical(example, stamp=STAMP) == to_ical(example, stamp=STAMP)


def test_the_stamp_is_written_in_utc(example: Schedule) -> None:
    elsewhere = STAMP.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert to_ical(example, stamp=elsewhere) == to_ical(example, stamp=STAMP)


def test_lines_end_as_the_rfc_says_and_are_folded() -> None:
    program = daily(1, time(9, 0))
    title = "Grupo de prevención de recaídas; “hoy”, mañana\\siempre " * 5
    services = tuple(evolve(service, title=title) for service in program.services)
    booked = dated(evolve(program, services=services), "America/Chicago", date(2026, 1, 5))
    data = to_ical(booked, stamp=STAMP, titles=True)
    assert data.endswith(b"END:VCALENDAR\r\n")
    lines = data.split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(map(len, lines)) <= 75
    assert any(line.startswith(b" ") for line in lines), "no line is folded"
    for event in read(data).walk("VEVENT"):
        assert str(event["summary"]) == title
    assert {e.summary.value for e in vobject.readOne(data.decode()).vevent_list} == {title}


def test_a_session_keeps_its_uid_when_it_moves(example: Schedule) -> None:
    site = Site("Elm Street Clinic", "America/Chicago", WeeklyWindows.always())
    moved = schedule(evolve(example.plan, start=date(2026, 1, 6)), site)
    before = {(s.service, s.number): example.uid(s) for s in example.sessions}
    after = {(s.service, s.number): moved.uid(s) for s in moved.sessions}
    both = before.keys() & after.keys()
    assert len(both) >= 70
    assert {key: after[key] for key in both} == {key: before[key] for key in both}


# What is refused.


def test_a_stamp_without_a_zone_is_refused(example: Schedule) -> None:
    with pytest.raises(InvalidError) as refused:
        to_ical(example, stamp=datetime(2026, 1, 2))  # noqa: DTZ001  # the mistake itself
    assert [fault.path for fault in refused.value.faults] == [("stamp",)]


@pytest.mark.parametrize("zone", ["America/Chicago", "UTC"])
def test_a_schedule_without_sessions_is_an_empty_calendar(zone: str) -> None:
    program = Program(
        "open",
        "Open",
        (Phase("all", "All", 1),),
        (Service("group", "Group", Modality.GROUP_THERAPY, Weekly((Slot(Weekday.MONDAY),))),),
    )
    booked = dated(program, zone, date(2026, 1, 5))
    assert not booked.sessions
    data = to_ical(booked, stamp=STAMP)
    assert by_icalendar(data) == []
    assert by_vobject(data) == []


@given(st.integers(0, 59))
def test_a_stamp_is_written_to_the_second(second: int) -> None:
    booked = dated(daily(1, time(9, 0)), "UTC", date(2026, 1, 5))
    data = to_ical(booked, stamp=STAMP.replace(second=second, microsecond=999))
    assert f"DTSTAMP:20260102T0304{second:02}Z".encode() in data


# What changes.


def changed(booked: Schedule) -> ScheduleDifference:
    """A difference that moves the first session, drops the second and has one more."""
    first, second, *others = booked.sessions
    old = evolve(booked, sessions=(first, second, *others[1:]))
    later = evolve(first, start=first.start + timedelta(minutes=30))
    return schedule_difference(old, evolve(booked, sessions=(later, *others), revision=3))


def test_an_update_has_what_is_new_and_cancels_what_is_gone(example: Schedule) -> None:
    first, second, third, *_ = example.sessions
    calendar = read(to_update(example))
    found = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    assert set(found) == {str(example.uid(s)) for s in (first, second, third)}
    assert found[str(example.uid(first))].start == first.start + timedelta(minutes=30)
    assert found[str(example.uid(third))].start == third.start
    cancelled = [uid for uid, event in found.items() if event.get("status") == "CANCELLED"]
    assert cancelled == [str(example.uid(second))]
    assert {event["sequence"] for event in found.values()} == {3}
    assert "method" not in calendar


def to_update(example: Schedule, **options: Any) -> bytes:
    return update_ical(changed(example), stamp=STAMP, **options)


def test_an_update_names_the_method_that_is_asked_for(example: Schedule) -> None:
    published = read(to_update(example, method=Method.PUBLISH))
    assert str(published["method"]) == "PUBLISH"
    assert len(published.walk("VEVENT")) == 3
    cancelled = read(to_update(example, method=Method.CANCEL))
    assert str(cancelled["method"]) == "CANCEL"
    (event,) = cancelled.walk("VEVENT")
    assert (str(event["uid"]), str(event["status"])) == (
        str(example.uid(example.sessions[1])),
        "CANCELLED",
    )


def test_a_whole_schedule_can_be_cancelled(example: Schedule) -> None:
    calendar = read(to_ical(example, stamp=STAMP, method=Method.CANCEL))
    statuses = [str(event["status"]) for event in calendar.walk("VEVENT")]
    assert statuses == ["CANCELLED"] * len(example.sessions)


@pytest.mark.parametrize("revision", [0, 4])
def test_a_cancellation_comes_after_what_it_cancels(example: Schedule, revision: int) -> None:
    dated = evolve(example, revision=revision)
    for method, expected in ((Method.PUBLISH, revision), (Method.CANCEL, revision + 1)):
        calendar = read(to_ical(dated, stamp=STAMP, method=method))
        assert {event["sequence"] for event in calendar.walk("VEVENT")} == {expected}


def test_no_change_is_an_empty_calendar(example: Schedule) -> None:
    data = update_ical(schedule_difference(example, example), stamp=STAMP)
    assert by_icalendar(data) == by_vobject(data) == []


def test_what_a_changed_plan_no_longer_has_is_cancelled_without_a_title(example: Schedule) -> None:
    kept = tuple(s for s in example.plan.program.services if s.name != "urine-test")
    program = evolve(example.plan.program, services=kept)
    new = schedule(evolve(example.plan, program=program), EXAMPLE_SITE)
    data = update_ical(schedule_difference(example, new), stamp=STAMP, titles=True)
    summaries = {str(e["summary"]) for e in read(data).walk("VEVENT") if "status" in e}
    assert "Appointment" in summaries


@given(programs(), patients(), st.tuples(sites(), sites()), days(), st.integers(-3, 3))
def test_a_calendar_that_takes_an_update_has_the_new_schedule(
    program: Program, patient: Patient, both: tuple[Site, Site], start: date, shift: int
) -> None:
    site, other = both
    plan = draft(program, patient, site, start=start, seed=1)
    old = schedule(plan, site)
    moved = evolve(plan, start=start + timedelta(days=shift))
    new = evolve(schedule(moved, other), revision=1)
    update = read(update_ical(schedule_difference(old, new), stamp=STAMP))
    held = {str(event["uid"]): event for event in read(to_ical(old, stamp=STAMP)).events}
    for event in update.events:
        before = held.pop(str(event["uid"]), None)
        assert before is None or event["sequence"] > before["sequence"]
        if event.get("status") != "CANCELLED":
            held[str(event["uid"])] = event
    found = sorted(
        (uid, event.start.astimezone(UTC), event.end.astimezone(UTC)) for uid, event in held.items()
    )
    assert found == expected(new)


# Details that the caller gives.

DETAILS = CalendarDetails(
    location="12 Elm Street; door B",
    link="https://video.example.org/room?a=1,2",
    alarms=(timedelta(hours=1), timedelta(0)),
    organizer="mailto:desk@example.org",
)


def test_details_are_shown_as_they_are_given_by_how_a_session_is_held(example: Schedule) -> None:
    first, second, *others = example.sessions
    sessions = (
        evolve(first, delivery=Delivery.TELEHEALTH),
        evolve(second, delivery=Delivery.ON_SITE),
        *others,
    )
    data = to_ical(evolve(example, sessions=sessions), stamp=STAMP, details=DETAILS)
    online, on_site, unknown, *_ = read(data).walk("VEVENT")
    assert str(online["url"]) == DETAILS.link
    assert online["conference"].params["value"] == "URI"
    assert str(online["conference"]) == DETAILS.link
    assert "location" not in online
    for event in (on_site, unknown):
        assert str(event["location"]) == DETAILS.location
        assert "url" not in event
    for event in (online, on_site, unknown):
        assert str(event["organizer"]) == DETAILS.organizer
        alarms = event.walk("VALARM")
        assert [alarm["trigger"].dt for alarm in alarms] == [timedelta(hours=-1), timedelta(0)]
        assert {(str(a["action"]), str(a["description"])) for a in alarms} == {
            ("DISPLAY", "Appointment")
        }
    assert by_vobject(data) == expected(example)


def test_what_is_cancelled_reminds_of_nothing(example: Schedule) -> None:
    calendar = read(to_update(example, details=DETAILS))
    for event in calendar.walk("VEVENT"):
        assert bool(event.walk("VALARM")) is ("status" not in event)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"link": "video.example.org"}, "link"),
        ({"link": "https://example.org/a b"}, "link"),
        ({"link": "https://example.org/\r\nATTENDEE:x"}, "link"),
        ({"link": "https://[2001:db8::1/room"}, "link"),
        ({"organizer": "mailto://]desk"}, "organizer"),
        ({"organizer": "desk"}, "organizer"),
        ({"alarms": (timedelta(minutes=-1),)}, "alarms"),
    ],
)
def test_details_that_no_calendar_could_read_are_refused(given: Any, where: str) -> None:
    with pytest.raises(InvalidError) as refused:
        CalendarDetails(**given)
    assert [fault.path for fault in refused.value.faults] == [(where,)]


@given(st.text(max_size=200))
def test_any_location_can_be_written_and_read(location: str) -> None:
    booked = dated(daily(1, time(9, 0)), "UTC", date(2026, 1, 5))
    location = location.encode("utf-8", "ignore").decode()
    data = to_ical(booked, stamp=STAMP, details=CalendarDetails(location=location))
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert all(b"\r" not in line and b"\n" not in line for line in data.split(b"\r\n"))
    assert by_icalendar(data) == expected(booked)
    plain = "".join(c for c in location if c.isprintable() or c in "\t\n")
    for event in read(data).walk("VEVENT"):
        assert str(event.get("location", "")) == plain
