"""The schedule of fixed weekly programs against a scheduler that tries every minute."""

from datetime import date, datetime, time, timedelta

from attrs import define, evolve, field
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.modalities import Modality
from iopkit.plans import Leave, Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.programs.programs import clashing_services
from iopkit.schedules import schedule
from iopkit.sites import Clinician, ClosedRule, Closure, Offer, Room, Site
from iopkit.windows import Weekday, WeeklyWindows, clock_time, minute_of_day, whole_minutes

# All times of a case are multiples of this many minutes, so no start in between is missed.
GRID = 5
A_DAY = 24 * 60 // GRID

Placed = tuple[str, int, int]
"""A service, where its session was prescribed and where it is."""
EXTRA_WEEKS = 52


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
        waiting: list[tuple[int, Service]] = []
        for at, service in self.prescribed():
            if self.can_be(at, service, patient=False):
                self.take(service, at, at)
            else:
                waiting.append((at, service))
        for at, service in waiting:
            place = self.elsewhere(at, service)
            if place is None:
                self.unplaced.append((service.name, at))
            else:
                self.take(service, at, place)

    def prescribed(self) -> list[tuple[int, Service]]:
        """Every session, day by day, in the order of time."""
        found: list[tuple[int, Service]] = []
        number = 0
        for phase in self.plan.program.phases:
            for _ in range(phase.laid_weeks * 7):
                for service in (*self.plan.program.services, *phase.services):
                    assert isinstance(service.timing, Weekly)
                    for slot in service.timing.slots:
                        assert slot.start is not None
                        if slot.day == self.day(number).weekday():
                            at = number * A_DAY + minute_of_day(slot.start) // GRID
                            found.append((at, service))
                number += 1
        return sorted(found, key=lambda session: session[0])

    def day(self, number: int) -> date:
        return self.plan.start + timedelta(days=number)

    def leave(self, number: int) -> Leave | None:
        on = [leave for leave in self.plan.leaves if leave.start <= self.day(number) < leave.end]
        return on[0] if on else None

    def is_shut(self, step: int) -> bool:
        """Whether a closure is on at a step."""
        number, of_day = divmod(step, A_DAY)
        clock = clock_time(of_day * GRID)
        return any(
            closure.start <= self.day(number) < closure.end
            and (closure.from_time is None or closure.from_time <= clock)
            and (closure.to_time is None or clock < closure.to_time)
            for closure in self.site.closures
        )

    def is_staffed(self, step: int, service: Service) -> bool:
        """Whether the site is open, and room and clinician are there, at a step."""
        number, of_day = divmod(step, A_DAY)
        minute = self.day(number).weekday() * 1440 + of_day * GRID
        offers = [
            offer
            for offer in self.site.offers
            if offer.service == service.name and offer.day in (None, self.day(number).weekday())
        ]
        # The one for the day goes before that for all days.
        offers.sort(key=lambda offer: offer.day is None)
        offer = offers[0] if offers else None
        rooms = [r.hours for r in self.site.rooms if offer and r.name == offer.room]
        staff = [
            clinician.hours
            for clinician in self.site.clinicians
            if (
                clinician.name == offer.clinician
                if offer and offer.clinician
                else clinician.gives is None or service.modality in clinician.gives
            )
        ]
        return (
            inside(minute, self.site.hours)
            and all(inside(minute, hours) for hours in rooms)
            and (not self.site.clinicians or any(inside(minute, hours) for hours in staff))
        )

    def can_be(self, at: int, service: Service, *, patient: bool) -> bool:
        """Whether a session can be at a place, the patient being free there, too."""
        free = self.plan.free if patient else None
        return all(
            step not in self.taken
            and not self.is_shut(step)
            and self.leave(step // A_DAY) is None
            and self.is_staffed(step, service)
            and inside(self.day(step // A_DAY).weekday() * 1440 + step % A_DAY * GRID, free)
            for step in range(at, at + steps(service))
        )

    def elsewhere(self, at: int, service: Service) -> int | None:
        """Where the rules for closed days and leaves put a session that cannot be at a place."""
        touched = range(at, at + steps(service))
        leaves = [leave for step in touched if (leave := self.leave(step // A_DAY))]
        rule = ClosedRule.MOVE_IN_WEEK
        if leaves:
            kept = leaves[0].extends or leaves[0].shifts
            rule = ClosedRule.EXTEND if kept else ClosedRule.SKIP
        elif any(self.is_shut(step) for step in touched):
            rule = self.site.closed_rule
        week = at // A_DAY // 7
        if rule is ClosedRule.EXTEND:
            weeks = range(self.plan.weeks, self.plan.weeks + EXTRA_WEEKS)
            repeats = [at + (other - week) * 7 * A_DAY for other in weeks]
            return next((r for r in repeats if self.can_be(r, service, patient=False)), None)
        if rule is ClosedRule.MOVE_IN_WEEK:
            return self.nearest(at, service, range(week * 7, week * 7 + 7))
        if rule is ClosedRule.NEXT_OPEN_DAY:
            return self.nearest(at, service, range(at // A_DAY + 1, week * 7 + 14))
        return None

    def nearest(self, at: int, service: Service, days: range) -> int | None:
        """On the nearest of some days, later first, and there at the nearest time, likewise.

        Days with a place in the same part of the day, with noon and 17:00 between them, go before.
        """
        own_day, own_time = divmod(at, A_DAY)
        pause = whole_minutes(self.site.break_between) // GRID
        by_distance = sorted(days, key=lambda day: (abs(day - own_day), day < own_day))
        for alike in (True, False):
            for day in by_distance:
                if self.can_be(day * A_DAY + own_time, service, patient=True):
                    return day * A_DAY + own_time
                clocks = range(A_DAY - steps(service) + 1)
                for clock in sorted(clocks, key=lambda c: (abs(c - own_time), c < own_time)):
                    start = day * A_DAY + clock
                    around = range(start - pause, start + steps(service) + pause)
                    if (
                        (part_of(clock) == part_of(own_time) or not alike)
                        and self.taken.isdisjoint(around)
                        and self.can_be(start, service, patient=True)
                    ):
                        return start
        return None

    def take(self, service: Service, prescribed: int, at: int) -> None:
        self.taken.update(range(at, at + steps(service)))
        self.placed.append((service.name, prescribed, at))


def inside(minute: int, windows: WeeklyWindows | None) -> bool:
    """Whether a minute of the week is in some windows; ``None`` are all."""
    return windows is None or any(low <= minute < high for low, high in windows.spans)


def part_of(clock: int) -> int:
    """Morning, afternoon or evening."""
    return sum(clock * GRID >= hour * 60 for hour in (12, 17))


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
            if not clashing_services([*own, service]):
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
            draw(st.sampled_from([None, time(9, 30), time(12)])),
            draw(st.sampled_from([None, time(13), time(18, 15)])),
        )
        for first in draw(st.lists(st.integers(0, 7 * program.weeks + 10), max_size=5))
    )
    names = sorted({service.name for service in program.every_service})
    site = Site(
        "Elm",
        draw(st.sampled_from(["UTC", "America/Chicago"])),
        draw(_windows()),
        None,
        closures,
        draw(
            st.lists(
                st.builds(
                    Offer,
                    st.sampled_from(names),
                    st.none() | st.sampled_from(Weekday),
                    room=st.sampled_from([None, "Blue"]),
                    clinician=st.sampled_from([None, "Ash"]),
                ),
                max_size=3,
                unique_by=lambda offer: (offer.service, offer.day),
            ).map(tuple)
        ),
        timedelta(minutes=draw(st.sampled_from([0, 5, 10]))),
        rooms=(Room("Blue", 8, draw(st.none() | _windows())), Room("Red", 8)),
        clinicians=(
            Clinician("Ash", draw(st.none() | _windows())),
            Clinician("Birch", draw(st.none() | _windows()), draw(_gives)),
        ),
        closed_rule=draw(st.sampled_from(ClosedRule)),
    )
    if draw(st.booleans()):
        without = tuple(evolve(offer, clinician=None) for offer in site.offers)
        site = evolve(site, clinicians=(), offers=without)
    key = draw(strategies.keys())
    free = draw(st.none() | _windows())
    days = sorted(draw(st.sets(st.integers(-2, 7 * program.weeks + 3), max_size=4)))
    leaves = tuple(
        Leave(
            start + timedelta(days=first),
            start + timedelta(days=last),
            extends=draw(st.booleans()),
        )
        for first, last in zip(days[::2], days[1::2], strict=False)
    )
    return Plan(key, key, "Elm", program, start, 1, free, leaves=leaves), site


_gives = st.none() | st.frozensets(
    st.sampled_from([Modality.GROUP_THERAPY, Modality.DRUG_TESTING]), max_size=2
)


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
