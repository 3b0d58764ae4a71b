"""What a notebook shows of a schedule: the shape of its weeks, and nothing that is anybody's."""

from datetime import date, timedelta
from uuid import UUID
from xml.etree import ElementTree as ET

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.programs import (
    Once,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    Slot,
    Timing,
    Weekly,
)
from iopkit.schedules import Schedule, schedule
from iopkit.sites import Closure, Site
from iopkit.windows import Weekday, WeeklyWindows

KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
OTHER_KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2026, 1, 5)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SITE = Site(
    "Elm",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 08:00-21:00" for day in Weekday)),
    closures=(Closure(MONDAY, MONDAY + DAY, "works"),),
)


def service(name: str, timing: Timing, length: timedelta | None = HOUR) -> Service:
    return Service(name, f"The {name}", Modality.GROUP_THERAPY, timing, length)


def weekly(*slots: str) -> Weekly:
    return Weekly(tuple(map(Slot.parse, slots)))


def scheduled(*services: Service, start: date = MONDAY, weeks: int = 4) -> Schedule:
    program = Program("program", "Program", (Phase("all", "All", weeks),), services)
    return schedule(Plan(KEY, KEY, "Elm", program, start, 1), SITE)


def shown(made: Schedule) -> tuple[str, list[list[str]]]:
    """The caption and the rows of the table."""
    table = ET.fromstring(made._repr_html_())  # noqa: S314  # our own
    caption = table.findtext("caption") or ""
    return caption, [[cell.text or "" for cell in row] for row in table.iter("tr")]


def test_a_schedule_shows_how_long_sessions_are_by_week_and_day_of_the_program() -> None:
    made = scheduled(
        service("group", weekly("monday 09:00", "wednesday 18:00"), HOUR * 1.5),
        service("class", weekly("wednesday 10:00")),
        service("talk", Once(3)),
        service("test", RandomDays(2), None),
    )
    caption, rows = shown(made)
    assert caption == (
        "Schedule of 4 weeks: 12 sessions booked, 1 of them moved, 9 unplaced. "
        "Prescribed, in minutes:"
    )
    heads = ["", *(f"day {n}" for n in range(1, 8)), "any day"]
    usual = ["90", "", "60 + 90", "", "", "", "", "2 of unknown length"]
    assert rows == [
        heads,
        ["weeks 1\N{EN DASH}2", *usual],
        ["week 3", *usual[:7], "60, 2 of unknown length"],
        ["week 4", *usual],
    ]


def test_days_are_counted_from_the_plans_first() -> None:
    _, rows = shown(scheduled(service("group", weekly("monday 09:00")), start=MONDAY + 2 * DAY))
    assert rows[0] == ["", *(f"day {n}" for n in range(1, 8))]
    assert rows[1] == ["weeks 1\N{EN DASH}4", "", "", "", "", "", "60", ""]


@given(st.integers(1, 500), st.sampled_from([weekly("monday 09:00"), PerWeek(2)]))
def test_who_it_is_when_it_begins_and_where_does_not_change_what_is_shown(
    weeks_later: int, timing: Timing
) -> None:
    one = service("group", timing)
    made = scheduled(one, start=MONDAY + timedelta(weeks=1))
    titled = evolve(one, title="Another", timing=timing, modality=Modality.DRUG_TESTING)
    other = scheduled(titled, start=MONDAY + timedelta(weeks=1 + weeks_later))
    other = evolve(other, plan=evolve(other.plan, key=OTHER_KEY, patient=OTHER_KEY, seed=7))
    assert other._repr_html_() == made._repr_html_()


def test_a_clock_time_changes_nothing() -> None:
    one, other = (
        scheduled(service("group", weekly(f"monday {clock}")), start=MONDAY + timedelta(weeks=1))
        for clock in ("09:00", "17:43")
    )
    assert other._repr_html_() == one._repr_html_()
