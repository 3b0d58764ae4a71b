"""A CalDAV server takes the calendar file and gives it back unchanged."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any
from uuid import UUID
from wsgiref.simple_server import WSGIRequestHandler, make_server

import icalendar
import pytest
import radicale.config
from attrs import evolve
from caldav.calendarobjectresource import Event
from caldav.collection import Calendar
from caldav.davclient import DAVClient
from radicale.app import Application

from iopkit import (
    Patient,
    Schedule,
    Site,
    Weekday,
    WeeklyWindows,
    draft,
    find_program,
    schedule,
    to_ical,
)
from iopkit.calendars import update_ical
from iopkit.schedules import schedule_difference
from iopkit.sites import Closure, Offer

STAMP = datetime(2026, 1, 2, tzinfo=UTC)
SITE = Site(
    "Elm Street Clinic",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 09:00-21:00" for day in tuple(Weekday)[:5])),
    offers=(Offer("individual-session", duration=timedelta(minutes=50)),),
)


class _Quiet(WSGIRequestHandler):
    """A handler that writes no log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Radicale of this process's own, on a port that the system chose."""
    folder = tmp_path_factory.mktemp("radicale")
    settings = radicale.config.load()
    settings.update(
        {
            "auth": {"type": "none", "delay": "0"},
            "storage": {"filesystem_folder": str(folder), "_filesystem_fsync": "False"},
            "logging": {"level": "critical"},
        },
        "test",
        privileged=True,
    )
    # It listens as soon as it is made, so there is nothing to wait for.
    with make_server("127.0.0.1", 0, Application(settings), handler_class=_Quiet) as listening:
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/"
        listening.shutdown()
        thread.join()
    assert list(folder.rglob("*.ics")), "nothing was stored"


@pytest.fixture
def calendar(server: str, request: pytest.FixtureRequest) -> Iterator[Calendar]:
    """An empty calendar of its own for each test."""
    with DAVClient(url=server, username="clinic", password="none") as client:  # noqa: S106  # the server asks for none
        account: Any = client.principal()  # type: ignore[no-untyped-call]  # as caldav has it
        yield account.make_calendar(name=request.node.name)


@pytest.fixture(scope="module")
def booked() -> Schedule:
    """Matrix through the clock change in spring."""
    patient = Patient(key=UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"))
    plan = draft(find_program("matrix-16-week"), patient, SITE, start=date(2026, 1, 5), seed=1)
    return schedule(plan, SITE)


def parts(data: bytes | str) -> tuple[list[icalendar.Component], list[icalendar.Component]]:
    """Time zones and events of a calendar."""
    whole = icalendar.Calendar.from_ical(data)
    return whole.walk("VTIMEZONE"), whole.walk("VEVENT")


def events_in(stored: object) -> list[icalendar.Component]:
    """Events of what a server gave, which caldav's types allow to come later, too."""
    assert isinstance(stored, list)
    return [event for one in stored for event in parts(one.data)[1]]


def lines(event: icalendar.Component) -> list[str]:
    """An event's lines, whose order a server may choose."""
    return sorted(event.to_ical().decode().replace("\r\n ", "").splitlines())


@pytest.mark.parametrize("titles", [False, True], ids=["neutral", "with titles"])
def test_a_server_takes_each_event_and_gives_it_back_unchanged(
    calendar: Calendar, booked: Schedule, titles: bool
) -> None:
    zones, events = parts(to_ical(booked, stamp=STAMP, titles=titles))
    assert len(events) == len(booked.sessions) == 59
    for event in events:
        alone = icalendar.Calendar()
        alone.add("version", "2.0")
        alone.add("prodid", "-//Appointments//EN")
        for part in (*zones, event):
            alone.add_component(part)
        new = Event(calendar.client, data=alone.to_ical().decode(), parent=calendar)
        new.save(increase_seqno=False)
    found = events_in(calendar.events())
    assert sorted(map(lines, found)) == sorted(map(lines, events))


def test_a_server_takes_the_whole_file_as_it_is(calendar: Calendar, booked: Schedule) -> None:
    data = to_ical(booked, stamp=STAMP)
    client = calendar.client
    assert client is not None
    response = client.put(str(calendar.url), data.decode(), {"Content-Type": "text/calendar"})
    assert response.status == 201
    found = events_in(calendar.events())
    assert sorted(map(lines, found)) == sorted(map(lines, parts(data)[1]))


def test_a_server_finds_the_sessions_of_a_week(calendar: Calendar, booked: Schedule) -> None:
    """The week after the clock change, so that the server has to read the time zone."""
    client = calendar.client
    assert client is not None
    data = to_ical(booked, stamp=STAMP).decode()
    client.put(str(calendar.url), data, {"Content-Type": "text/calendar"})
    start = datetime(2026, 3, 9, tzinfo=booked.sessions[0].start.tzinfo)
    end = start + timedelta(days=7)
    found: object = calendar.search(start=start, end=end, event=True, expand=False)
    expected = {str(booked.uid(s)) for s in booked.sessions if start <= s.start < end}
    assert len(expected) == 3
    assert {str(event["uid"]) for event in events_in(found)} == expected


def stored(calendar: Calendar) -> dict[str, Any]:
    """What a server has, by UID."""
    return {str(event["uid"]): event for event in events_in(calendar.events())}


def take(calendar: Calendar, update: bytes) -> None:
    """Take an update as a client does: each event in a file of its own, or deleted."""
    zones, events = parts(update)
    for event in events:
        if event.get("status") == "CANCELLED":
            found: Any = calendar.event_by_uid(str(event["uid"]))  # caldav allows it to come later
            found.delete()
            continue
        alone = icalendar.Calendar()
        alone.add("version", "2.0")
        alone.add("prodid", "-//Appointments//EN")
        for part in (*zones, event):
            alone.add_component(part)
        Event(calendar.client, data=alone.to_ical().decode(), parent=calendar).save(
            increase_seqno=False
        )


def test_a_client_updates_and_cancels_sessions(calendar: Calendar, booked: Schedule) -> None:
    client = calendar.client
    assert client is not None
    data = to_ical(booked, stamp=STAMP).decode()
    client.put(str(calendar.url), data, {"Content-Type": "text/calendar"})
    before = stored(calendar)
    site = evolve(SITE, closures=(Closure(date(2026, 2, 2), date(2026, 2, 17), "Flood"),))
    new = evolve(schedule(evolve(booked.plan, start=date(2026, 1, 6)), site), revision=1)
    found = schedule_difference(booked, new)
    assert found.changed
    assert found.removed
    take(calendar, update_ical(found, stamp=STAMP))
    after = stored(calendar)
    assert {uid: event["dtstart"].dt for uid, event in after.items()} == {
        str(new.uid(session)): session.start for session in new.sessions
    }
    changed = {str(new.uid(session)) for _, session in found.changed}
    for uid, event in after.items():
        assert event["sequence"] == (1 if uid in changed else 0)
        assert uid in changed or lines(event) == lines(before[uid])


def test_a_server_keeps_a_session_that_is_marked_as_cancelled(
    calendar: Calendar, booked: Schedule
) -> None:
    client = calendar.client
    assert client is not None
    kept = evolve(booked, sessions=booked.sessions[1:], revision=1)
    update = update_ical(schedule_difference(booked, kept), stamp=STAMP)
    client.put(str(calendar.url), update.decode(), {"Content-Type": "text/calendar"})
    ((uid, event),) = stored(calendar).items()
    assert uid == str(booked.uid(booked.sessions[0]))
    assert (str(event["status"]), event["sequence"]) == ("CANCELLED", 1)
