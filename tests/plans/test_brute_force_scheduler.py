"""The schedule of fixed weekly programs against a scheduler that tries every minute."""

from datetime import date, datetime, time, timedelta

from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.availability import Weekday, WeeklyWindows, minute_of_day, whole_minutes
from iopkit.modalities import Modality
from iopkit.plans import (
    Closure,
    Phase,
    Plan,
    Program,
    Service,
    Site,
    Slot,
    Weekly,
    schedule,
)
from iopkit.plans.programs import overlaps

# All times of a case are multiples of this many minutes, so no start in between is missed.
GRID = 5
A_DAY = 24 * 60 // GRID

Placed = tuple[str, int, int]
"""A service, where its session was prescribed and where it is."""


@define
class BruteForce:
    """Books what can be, then moves the rest one by one, trying every place on the grid.

    Places count steps of the grid from the midnight that begins the plan.
    """

    plan: Plan
    site: Site
    taken: set[int] = field(factory=set)
    placed: list[Placed] = field(factory=list)
    unplaced: list[tuple[str, int]] = field(factory=list)

    def run(self) -> None:
        """Fill in ``placed`` and ``unplaced``."""
        site_open = self.open_steps(self.site.hours)
        both = site_open
        if self.plan.free is not None:
            both = both & self.open_steps(self.plan.free)
        waiting: list[tuple[int, Service]] = []
        for at, service in self.prescribed():
            if site_open.issuperset(range(at, at + steps(service))):
                self.take(service, at, at)
            else:
                waiting.append((at, service))
        for at, service in waiting:
            place = self.nearest(at, service, both)
            if place is None:
                self.unplaced.append((service.name, at))
            else:
                self.take(service, at, place)

    def open_steps(self, windows: WeeklyWindows) -> set[int]:
        """Each step in the windows and on an open day."""
        found: set[int] = set()
        for number in range(7 * self.plan.weeks):
            day = self.plan.start + timedelta(days=number)
            if any(closure.start <= day < closure.end for closure in self.site.closures):
                continue
            for step in range(A_DAY):
                minute = day.weekday() * 24 * 60 + step * GRID
                if any(low <= minute < high for low, high in windows.spans):
                    found.add(number * A_DAY + step)
        return found

    def prescribed(self) -> list[tuple[int, Service]]:
        """Every session, day by day, in the order of time."""
        found: list[tuple[int, Service]] = []
        number = 0
        for phase in self.plan.program.phases:
            for _ in range(phase.laid_weeks * 7):
                weekday = (self.plan.start + timedelta(days=number)).weekday()
                for service in (*self.plan.program.services, *phase.services):
                    assert isinstance(service.timing, Weekly)
                    for slot in service.timing.slots:
                        assert slot.start is not None
                        if slot.day == weekday:
                            at = number * A_DAY + minute_of_day(slot.start) // GRID
                            found.append((at, service))
                number += 1
        return sorted(found, key=lambda session: session[0])

    def nearest(self, at: int, service: Service, open_steps: set[int]) -> int | None:
        """On the nearest day of the week, later first: the same time, else the first."""
        own_day, own_time = divmod(at, A_DAY)
        pause = whole_minutes(self.site.break_between) // GRID
        week = range(own_day // 7 * 7, own_day // 7 * 7 + 7)
        for day in sorted(week, key=lambda day: (abs(day - own_day), day < own_day)):
            same = range(day * A_DAY + own_time, day * A_DAY + own_time + steps(service))
            if open_steps.issuperset(same) and self.taken.isdisjoint(same):
                return same.start
            last = (day + 1) * A_DAY - steps(service)
            for start in range(day * A_DAY, last + 1):
                end = start + steps(service)
                if open_steps.issuperset(range(start, end)) and self.taken.isdisjoint(
                    range(start - pause, end + pause)
                ):
                    return start
        return None

    def take(self, service: Service, prescribed: int, at: int) -> None:
        self.taken.update(range(at, at + steps(service)))
        self.placed.append((service.name, prescribed, at))


def steps(service: Service) -> int:
    assert service.duration is not None
    return whole_minutes(service.duration) // GRID


_clock = st.builds(time, st.integers(6, 20), st.sampled_from([0, 15, 30, 50]))
_slots = st.lists(
    st.builds(Slot, st.sampled_from(Weekday), _clock), min_size=1, max_size=4, unique=True
)


@st.composite
def _programs(draw: st.DrawFn) -> Program:
    phases: list[Phase] = []
    for number in range(draw(st.integers(1, 2))):
        own: list[Service] = []
        for name in "abcd"[: draw(st.integers(1, 4))]:
            minutes = draw(st.sampled_from([15, 50, 90, 180]))
            service = Service(
                name,
                name,
                Modality.GROUP_THERAPY,
                Weekly(tuple(draw(_slots))),
                timedelta(minutes=minutes),
            )
            if not overlaps([*own, service]):
                own.append(service)
        phases.append(Phase(f"p{number}", "P", draw(st.integers(1, 2)), tuple(own)))
    if not any(phase.services for phase in phases):
        only = Service(
            "a",
            "A",
            Modality.GROUP_THERAPY,
            Weekly((Slot.parse("monday 09:00"),)),
            timedelta(hours=1),
        )
        phases = [Phase("p0", "P", 1, (only,))]
    return Program("any", "Any", tuple(phases))


@st.composite
def _windows(draw: st.DrawFn) -> WeeklyWindows:
    """By day, on the grid, with a gap at noon on some days."""
    spans: list[tuple[int, int]] = []
    for day in draw(st.lists(st.sampled_from(Weekday), min_size=1, max_size=7, unique=True)):
        first, last = draw(st.integers(6, 11)), draw(st.integers(13, 22))
        noon = draw(st.sampled_from([[], [(12 * 60, 12 * 60 + 45)]]))
        whole = WeeklyWindows(((day * 1440 + first * 60, day * 1440 + last * 60),))
        gap = WeeklyWindows(tuple((day * 1440 + a, day * 1440 + b) for a, b in noon))
        spans += (whole - gap).spans
    return WeeklyWindows(tuple(spans))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Plan, Site]:
    """A plan of fixed times and a site, in a zone and at a season without clock changes."""
    program = draw(_programs())
    start = date(2026, 5, 4) + timedelta(days=draw(st.integers(0, 13)))
    closures = tuple(
        Closure(
            start + timedelta(days=first),
            start + timedelta(days=first + draw(st.integers(1, 3))),
            "c",
        )
        for first in draw(st.lists(st.integers(0, 7 * program.weeks - 1), max_size=5))
    )
    pause = timedelta(minutes=draw(st.sampled_from([0, 5, 10])))
    zone = draw(st.sampled_from(["UTC", "America/Chicago"]))
    site = Site("Elm", zone, draw(_windows()), None, closures, (), pause)
    key = draw(strategies.keys())
    return Plan(key, key, "Elm", program, start, 1, draw(st.none() | _windows())), site


@given(cases())
def test_sessions_are_where_trying_every_place_puts_them(case: tuple[Plan, Site]) -> None:
    plan, site = case
    oracle = BruteForce(plan, site)
    oracle.run()
    midnight = datetime.combine(plan.start, time(0))

    def place(wall: datetime) -> int:
        return (wall - midnight) // timedelta(minutes=GRID)

    made = schedule(plan, site)
    placed = [
        (session.service, place(session.moved.prescribed if session.moved else wall), place(wall))
        for session in made.sessions
        for wall in [session.start.replace(tzinfo=None)]
    ]
    assert placed == sorted(oracle.placed, key=lambda session: session[2])
    unplaced = [(missing.service, missing.prescribed) for missing in made.unplaced]
    assert unplaced == [
        (name, plan.start + timedelta(days=at // A_DAY)) for name, at in oracle.unplaced
    ]
