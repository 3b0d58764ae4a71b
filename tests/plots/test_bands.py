"""A plan on a time line: bands, marks, hours, and a key for what is there and nothing else."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import InvalidError, Plan, Program, Schedule, Site, WeeklyWindows, schedule
from iopkit.modalities import Modality
from iopkit.plans import Leave
from iopkit.plots import plan_picture
from iopkit.programs import Once, PerWeek, Phase, RandomDays, Service, Slot, Timing, Weekly
from iopkit.requirements import Milestone, MilestoneKind
from iopkit.sites import Closure

Said = Callable[[bytes], list[str]]
KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
MONDAY = date(2026, 1, 5)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SITE = Site("Elm", "America/Chicago", WeeklyWindows.of("monday 08:00-20:00", "friday 08:00-20:00"))
MONDAYS = Weekly((Slot.parse("monday 09:00"),))


def service(name: str, timing: Timing = MONDAYS, length: timedelta | None = HOUR) -> Service:
    return Service(name, f"The {name}", Modality.GROUP_THERAPY, timing, length)


def scheduled(*services: Service, phases: tuple[Phase, ...] = (), site: Site = SITE) -> Schedule:
    phases = phases or (Phase("all", "All of it", 4),)
    plan = Plan(KEY, KEY, "Elm", Program("program", "Program", phases, services), MONDAY, 1)
    return schedule(plan, site)


KEYS = {
    *("booked", "moved", "make-up", "without a time", "on a day that was drawn", "due"),
    *("site closed", "treatment on hold"),
}


def key_of(said: Said, picture: bytes) -> set[str]:
    return KEYS & set(said(picture))


def test_a_plan_says_its_program_phases_services_and_weeks(said: Said) -> None:
    phases = (Phase("one", "One", 1), Phase("two", "Two", 3))
    text = said(plan_picture(scheduled(service("group"), service("once", Once(2)), phases=phases)))
    assert text[0] == "Program, January 5 to February 1, 2026"
    assert {"One", "Two", "The group", "The once", "1", "4", "Jan 5", "Jan 26"} <= set(text)
    assert "hours a week" in text


def test_the_hours_of_each_week_are_said(said: Said) -> None:
    short = Weekly((Slot.parse("friday 09:00"),))
    text = said(plan_picture(scheduled(service("group"), service("more", short, HOUR / 2))))
    assert text.count("1.5") == 4


def test_the_key_has_what_is_in_the_picture_and_nothing_else(said: Said) -> None:
    plain = scheduled(service("group"))
    assert key_of(said, plan_picture(plain)) == {"booked"}
    assert key_of(said, plan_picture(plain, site=SITE)) == {"booked"}

    closed = evolve(SITE, closures=(Closure(MONDAY, MONDAY + DAY, "works"),))
    moved = scheduled(service("group"), site=closed)
    assert key_of(said, plan_picture(moved)) == {"booked", "moved"}
    assert key_of(said, plan_picture(moved, site=closed)) == {"booked", "moved", "site closed"}

    unplaced = scheduled(service("group"), service("other", PerWeek(1)))
    assert key_of(said, plan_picture(unplaced)) == {"booked", "without a time"}

    milestone = Milestone(MilestoneKind.REVIEW, MONDAY + 9 * DAY)
    late = Milestone(MilestoneKind.REVIEW, MONDAY + 900 * DAY)
    leave = Leave(MONDAY + 8 * DAY, MONDAY + 9 * DAY)
    settled = evolve(plain, plan=evolve(plain.plan, milestones=(milestone, late), leaves=(leave,)))
    assert key_of(said, plan_picture(settled)) == {"booked", "due", "treatment on hold"}

    (first, *rest) = plain.sessions
    made_up = evolve(plain, sessions=(first, *rest, evolve(rest[-1], make_up=1)))
    assert key_of(said, plan_picture(made_up)) == {"booked", "make-up"}


def test_days_that_were_drawn_are_shown_only_when_asked_for(said: Said) -> None:
    drawn = scheduled(service("test", RandomDays(1)))
    assert key_of(said, plan_picture(drawn)) == {"on a day that was drawn"}
    assert key_of(said, plan_picture(drawn, random_days=True)) == {"booked"}
    # Without the days, what differs by them alone looks the same.
    other = evolve(drawn, plan=evolve(drawn.plan, seed=2))
    other = schedule(other.plan, SITE)
    assert other.sessions != drawn.sessions
    assert plan_picture(other) == plan_picture(drawn)


def test_a_phase_whose_title_does_not_fit_gets_a_number_and_a_note(said: Said) -> None:
    phases = (
        Phase("one", "A phase that is called something long", 1),
        Phase("two", "Supercalifragilisticexpialidocious", 2),
        Phase("three", "Long", 40),
    )
    text = said(plan_picture(scheduled(service("group"), phases=phases)))
    assert {"1", "2", "Long"} <= set(text)
    assert "1: A phase that is called something long, week 1." in text
    assert "2: Supercalifragilisticexpialidocious, weeks 2 to 3." in text


def test_weeks_after_the_plans_last_are_a_band_of_their_own(said: Said) -> None:
    plain = scheduled(service("group"))
    late = evolve(plain.sessions[-1], start=plain.sessions[-1].start + 7 * DAY, week=5)
    text = said(plan_picture(evolve(plain, sessions=(*plain.sessions[:-1], late))))
    assert "Extended" in text
    assert text[0] == "Program, January 5 to February 8, 2026"


@pytest.mark.parametrize("weeks", [1, 12, 52, 520])
def test_weeks_are_numbered_as_far_as_there_is_room(weeks: int, said: Said) -> None:
    text = said(plan_picture(scheduled(service("group"), phases=(Phase("all", "All", weeks),))))
    numbers = text[text.index("from") + 1 : text.index("The group")]
    assert 1 <= sum(number.isdigit() for number in numbers) <= 52
    assert 1 <= sum(" " in number for number in numbers) <= 26


def test_many_services_and_long_titles_and_keys_are_all_written(said: Said) -> None:
    services = [
        evolve(service(f"s{n}", Weekly((Slot.parse(f"{day} {8 + n // 2:02}:00"),))), title=title)
        for n in range(18)
        for day in [("monday", "friday")[n % 2]]
        for title in [f"Number {n} has a title that goes on for more than one line"]
    ]
    text = said(plan_picture(scheduled(*services, phases=(Phase("all", "All", 1),))))
    assert sum(line.startswith("Number ") for line in text) == 18


def test_a_key_that_does_not_fit_a_line_goes_on_in_the_next(said: Said) -> None:
    closed = evolve(SITE, closures=(Closure(MONDAY, MONDAY + DAY, "works"),))
    made = scheduled(
        service("group"),
        service("other", PerWeek(1)),
        service("test", RandomDays(1)),
        phases=(Phase("all", "All", 2),),
        site=closed,
    )
    first = next(each for each in made.sessions if each.service == "group")
    leave = Leave(MONDAY + DAY, MONDAY + 2 * DAY)
    review = Milestone(MilestoneKind.REVIEW, MONDAY)
    plan = evolve(made.plan, leaves=(leave,), milestones=(review,))
    whole = evolve(made, plan=plan, sessions=(*made.sessions, evolve(first, make_up=1, moved=None)))
    assert key_of(said, plan_picture(whole, site=closed)) == KEYS


def test_another_site_is_refused() -> None:
    with pytest.raises(InvalidError, match="time line"):
        plan_picture(scheduled(service("group")), site=evolve(SITE, name="Oak"))
