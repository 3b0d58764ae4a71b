"""A feed has every session that was asked for, once, and tells nobody apart."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]
import vobject  # type: ignore[import-untyped]
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError, Modality, Program, Schedule, Site, WeeklyWindows, schedule
from iopkit.calendars import CalendarDetails, SiteFeed, patient_feed, site_feed
from iopkit.modalities import Delivery
from iopkit.plans import Plan
from iopkit.programs import Phase, Service, Slot, Weekly
from iopkit.schedules import Session

STAMP = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
START = date(2026, 3, 2)
KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
PATIENTS = [UUID(f"0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a9{n}") for n in range(5)]
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())


def group(name: str, *slots: str) -> Service:
    timing = Weekly(tuple(map(Slot.parse, slots)))
    return Service(name, f"Zebra {name}", Modality.GROUP_THERAPY, timing, timedelta(hours=1))


DAY = Program(
    "day",
    "Day",
    (Phase("all", "All", 2),),
    (group("skills", "monday 10:00", "sunday 10:00"), group("talk", "friday 14:00")),
)
EVENING = Program(
    "evening", "Evening", (Phase("all", "All", 1),), (group("skills", "monday 10:00"),)
)


def held(program: Program, patient: int, plan: int | None = None, **where: Any) -> Schedule:
    key = PATIENTS[patient if plan is None else plan]
    made = schedule(Plan(key, PATIENTS[patient], SITE.name, program, START, 1), SITE)
    return evolve(made, sessions=tuple(evolve(s, **where) for s in made.sessions))


def events(data: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def instants(sessions: list[Session]) -> list[tuple[datetime, datetime]]:
    return sorted((s.start.astimezone(UTC), s.end.astimezone(UTC)) for s in sessions)


def read(data: bytes) -> list[tuple[datetime, datetime]]:
    """What other programs find in a feed: all the same."""
    whole = icalendar.Calendar.from_ical(data)
    expanded = recurring_ical_events.of(whole).between(
        START - timedelta(days=2), START + timedelta(days=30)
    )
    found = sorted((e.start.astimezone(UTC), e.end.astimezone(UTC)) for e in expanded)
    other = vobject.readOne(data.decode()).contents.get("vevent", [])
    assert found == sorted(
        (e.dtstart.value.astimezone(UTC), e.dtend.value.astimezone(UTC)) for e in other
    )
    return found


def test_a_patients_feed_has_the_sessions_of_all_plans_with_their_uids() -> None:
    both = [held(DAY, 0), evolve(held(EVENING, 0, 1), revision=2)]
    data = patient_feed(both, stamp=STAMP)
    assert read(data) == instants([s for each in both for s in each.sessions])
    sequences = {str(e["uid"]): e["sequence"] for e in events(data)}
    assert sequences == {str(each.uid(s)): each.revision for each in both for s in each.sessions}
    assert {str(e["summary"]) for e in events(data)} == {"Appointment"}
    titled = events(patient_feed(both, stamp=STAMP, titles=True))
    assert {str(e["summary"]) for e in titled} == {"Zebra skills", "Zebra talk"}


def test_a_feed_says_how_often_to_look_again() -> None:
    feed = SiteFeed(KEY, refresh=timedelta(hours=12))
    for data in (
        patient_feed([held(DAY, 0)], stamp=STAMP, refresh=timedelta(hours=12)),
        site_feed([held(DAY, 0)], feed, stamp=STAMP),
    ):
        assert b"REFRESH-INTERVAL;VALUE=DURATION:PT43200S\r\nX-PUBLISHED-TTL:PT43200S" in data
        assert b"METHOD:PUBLISH\r\n" in data
        whole: Any = icalendar.Calendar.from_ical(data)
        assert whole["refresh-interval"].dt == timedelta(hours=12)


def test_no_sessions_are_an_empty_feed() -> None:
    for data in (patient_feed([], stamp=STAMP), site_feed([], SiteFeed(KEY), stamp=STAMP)):
        assert events(data) == []
        assert b"VTIMEZONE" not in data


def test_a_group_is_one_event_however_many_take_part() -> None:
    few = [held(DAY, n) for n in range(2)]
    many = [held(DAY, n) for n in range(5)]
    feed = SiteFeed(KEY)
    assert site_feed(few, feed, stamp=STAMP) == site_feed(many, feed, stamp=STAMP)
    assert read(site_feed(many, feed, stamp=STAMP)) == instants([*few[0].sessions])


def test_sessions_of_one_patient_each_are_events_of_their_own() -> None:
    talk = evolve(group("talk", "friday 14:00"), modality=Modality.INDIVIDUAL_COUNSELING)
    alone = Program("alone", "Alone", (Phase("all", "All", 1, (talk,)),))
    made = [held(alone, n) for n in range(2)]
    found = events(site_feed(made, SiteFeed(KEY), stamp=STAMP))
    uids = {str(event["uid"]) for event in found}
    assert len(found) == len(uids) == 2
    assert uids.isdisjoint(str(each.uid(s)) for each in made for s in each.sessions)


def test_a_count_is_shown_when_it_is_asked_for() -> None:
    three = [held(DAY, n) for n in range(3)]
    counted = events(site_feed(three, SiteFeed(KEY, counts=True), stamp=STAMP))
    assert {str(e["summary"]) for e in counted} == {"Appointment (3)"}
    titled = events(site_feed(three, SiteFeed(KEY, titles=True, counts=True), stamp=STAMP))
    assert {str(e["summary"]) for e in titled} == {"Zebra skills (3)", "Zebra talk (3)"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, 8),
        ({"room": "green"}, 6),
        ({"room": "red"}, 1),
        ({"clinician": "Kim"}, 6),
        ({"program": "evening"}, 2),
        ({"program": "day", "clinician": "Lee"}, 0),
        ({"program": "evening", "room": "red"}, 1),
    ],
)
def test_a_feed_has_what_is_asked_for(asked: dict[str, Any], expected: int) -> None:
    everything = [
        held(DAY, 0, room="green", clinician="Kim"),
        held(DAY, 1, room="green", clinician="Kim"),
        held(EVENING, 2, room="red", clinician="Lee"),
        held(EVENING, 3),
    ]
    assert len(events(site_feed(everything, SiteFeed(KEY, **asked), stamp=STAMP))) == expected


@given(st.permutations(range(4)), st.permutations(range(4)))
def test_whose_sessions_they_are_changes_nothing_in_a_feed(
    first: list[int], second: list[int]
) -> None:
    programs = (DAY, DAY, EVENING, EVENING)
    feed = SiteFeed(KEY, counts=True)
    one, other = (
        site_feed(
            [held(p, n, room="green") for p, n in zip(programs, order, strict=True)],
            feed,
            stamp=STAMP,
        )
        for order in (first, second)
    )
    assert one == other


def test_the_order_of_schedules_changes_nothing_in_a_feed() -> None:
    service = evolve(EVENING.services[0], title="Otter skills", delivery=Delivery.TELEHEALTH)
    other = evolve(EVENING, name="other", services=(service,))
    some = [held(EVENING, 0), held(other, 1)]
    details = CalendarDetails(location="Elm Street", link="https://example.org/1")
    feed = SiteFeed(KEY, titles=True, details=details)
    data = site_feed(some, feed, stamp=STAMP)
    assert data == site_feed(some[::-1], feed, stamp=STAMP)
    (event,) = events(data)
    # Some come, and some join: the place is shown.
    assert (str(event["summary"]), str(event["location"])) == (
        "Otter skills / Zebra skills",
        "Elm Street",
    )


def test_a_feed_names_nobody_and_its_uids_are_its_own() -> None:
    made = held(DAY, 0)
    own = {str(made.uid(s)) for s in made.sessions}
    feeds = [site_feed([made], SiteFeed(key), stamp=STAMP) for key in (KEY, PATIENTS[4])]
    uids = [{str(e["uid"]) for e in events(data)} for data in feeds]
    assert not uids[0] & uids[1]
    assert not own & (uids[0] | uids[1])
    text = feeds[0].decode().lower()
    for word in ("zebra", "skills", "elm", "day program", str(made.plan.key), made.plan.key.hex):
        assert word not in text


def test_the_callers_details_are_shown() -> None:
    made = held(DAY, 0, delivery=Delivery.TELEHEALTH)
    details = CalendarDetails(link="https://video.example.org/room")
    for data in (
        patient_feed([made], stamp=STAMP, details=details),
        site_feed([made], SiteFeed(KEY, details=details), stamp=STAMP),
    ):
        assert {str(e["url"]) for e in events(data)} == {details.link}


def test_feeds_of_others_together_are_refused() -> None:
    elsewhere = held(DAY, 1)
    elsewhere = evolve(elsewhere, plan=evolve(elsewhere.plan, site="Oak Street"))
    both = [held(DAY, 0), elsewhere]
    with pytest.raises(InvalidError) as refused:
        patient_feed(both, stamp=STAMP)
    assert [fault.path for fault in refused.value.faults] == [("schedules",)]
    with pytest.raises(InvalidError) as refused:
        site_feed(both, SiteFeed(KEY), stamp=STAMP)
    assert [fault.path for fault in refused.value.faults] == [("schedules",)]


def test_a_feed_that_is_to_be_read_all_the_time_is_refused() -> None:
    with pytest.raises(InvalidError) as refused:
        patient_feed([], stamp=STAMP, refresh=timedelta(seconds=59))
    assert [fault.path for fault in refused.value.faults] == [("refresh",)]
    with pytest.raises(InvalidError) as refused:
        SiteFeed(KEY, refresh=timedelta(0))
    assert [fault.path for fault in refused.value.faults] == [("refresh",)]
