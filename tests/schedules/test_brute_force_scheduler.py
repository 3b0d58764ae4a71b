"""The schedule of fixed weekly programs, and of changes, against one that tries every place."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from attrs import define, evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.groups import Group
from iopkit.modalities import Modality
from iopkit.plans import GroupMembership, Leave, Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.programs.programs import clashing_services
from iopkit.schedules import (
    Meeting,
    Reason,
    Schedule,
    Surroundings,
    meetings_of,
    reschedule,
    schedule,
)
from iopkit.schedules.sessions import prescribed
from iopkit.sites import (
    Absence,
    Clinician,
    ClosedFor,
    ClosedRule,
    Closure,
    NewHours,
    Offer,
    Room,
    Site,
)
from iopkit.windows import (
    ONE_MINUTE,
    Weekday,
    WeeklyWindows,
    clock_time,
    minute_of_day,
    whole_minutes,
)

T = TypeVar("T")

# All times of a case are multiples of this many minutes, so no start in between is missed.
GRID = 15
A_DAY = 24 * 60 // GRID
EXTRA_WEEKS = 52


@frozen
class Dated:
    """A session: of what, how long, when it was due, where it is, why, and with whom.

    Places count steps of the grid from the midnight that begins the plan, and lengths steps.
    """

    service: str
    length: int
    due: int
    at: int | None
    why: Reason | None = None
    clinician: str | None = None
    in_group: bool = False


@define
class BruteForce:
    """Books what can be, then moves the rest one by one, trying every place on the grid.

    Nothing begins at ``after`` or before it. ``taken`` are steps that are not free, and
    ``together`` what was of a group when it was due.
    """

    plan: Plan
    site: Site
    meetings: tuple[Meeting, ...] = ()
    after: int = -1
    taken: set[int] = field(factory=set)
    together: set[tuple[str, int]] = field(factory=set)
    found: list[Dated] = field(factory=list)
    minutes: Counter[int] = field(factory=Counter)

    def run(self, sessions: Iterable[tuple[int, Service]]) -> None:
        """Fill in ``found``: groups first, then what can be where it is due, then the rest."""
        waiting: list[tuple[int, Service, Reason]] = []
        for at, service in self.attend(sessions):
            why = self.why_not(at, service)
            if why is None:
                self.take(service, at, at, None)
            else:
                waiting.append((at, service, why))
        for at, service, _ in waiting:
            self.minutes[at // A_DAY] += steps(service)
        for at, service, why in waiting:
            self.minutes[at // A_DAY] -= steps(service)
            place = self.elsewhere(at, service)
            too_long = place is None and self.elsewhere(at, service, long_days=True) is not None
            self.take(service, at, place, Reason.LONG_DAY if too_long else why)

    def has_room(self, day: int, service: Service) -> bool:
        """Whether a session makes a day no longer than the longest that the plan has."""
        days: Counter[int] = Counter()
        for at, each in self.prescribed():
            days[at // A_DAY] += steps(each)
        had = self.minutes[day]
        return had == 0 or had + steps(service) <= max(days.values())

    def attend(self, sessions: Iterable[tuple[int, Service]]) -> list[tuple[int, Service]]:
        """Go to the meetings that sessions are; what is left is of no group."""
        left: list[tuple[int, Service]] = []
        for at, service in sessions:
            if not self.is_of_group(at, service):
                left.append((at, service))
                continue
            meeting = next((m for m in self.mine(service) if self.step(m.due) == at), None)
            if meeting is None:
                self.take(service, at, None, Reason.NO_MEETING)
                continue
            why, place = meeting.moved.why if meeting.moved else None, self.step(meeting.start)
            missed = why if meeting.called_off else self.why_not_at(meeting, service)
            if missed is None:
                self.take(service, at, place, why, meeting)
                continue
            day = at if missed is Reason.CLOSED else place
            again = None
            if self.rule(range(day, day + steps(service)), service, missed) is ClosedRule.EXTEND:
                later = [
                    m
                    for m in self.mine(service)
                    if (self.step(m.due) - at) % (7 * A_DAY) == 0
                    if m.moved is None
                    if 0 <= self.step(m.due) // (7 * A_DAY) - self.plan.weeks < EXTRA_WEEKS
                    if self.why_not_at(m, service) is None
                ]
                again = min(later, key=lambda m: m.due, default=None)
            if again is None:
                self.take(service, at, None, missed)
            else:
                self.take(service, at, self.step(again.start), missed, again)
        return left

    def mine(self, service: Service) -> list[Meeting]:
        """Meetings of the patient's groups of a service."""
        groups = {name for each in self.plan.groups for name in each.groups}
        return [m for m in self.meetings if m.service == service.name and m.group in groups]

    def is_of_group(self, at: int, service: Service) -> bool:
        """Whether a group of the patient's meets at that time of the week, or did."""
        mine = self.mine(service)
        return bool(mine and (service.name, at) in self.together) or any(
            (self.step(m.due) - at) % (7 * A_DAY) == 0 for m in mine
        )

    def why_not_at(self, meeting: Meeting, service: Service) -> Reason | None:
        """Why the patient cannot be at a meeting that is held."""
        at = self.step(meeting.start)
        if at < 0:
            return Reason.NO_MEETING
        if self.leave(at // A_DAY):
            return Reason.ON_LEAVE
        if at <= self.after:
            return Reason.PAST
        return None if self.taken.isdisjoint(range(at, at + steps(service))) else Reason.OVERLAP

    def step(self, at: datetime) -> int:
        """The step of a wall-clock time."""
        midnight = datetime.combine(self.plan.start, time(0))
        return (at.replace(tzinfo=None) - midnight) // timedelta(minutes=GRID)

    def prescribed(self) -> list[tuple[int, Service]]:
        """Every session, day by day, in the order of time; those after a leave that shifts later.

        That is by as many weeks as it takes until nothing falls into the leave.
        """
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
        for leave in self.plan.leaves:
            first, later = max(leave.start, self.plan.start), 0
            while leave.shifts and first + timedelta(weeks=later) < leave.end:
                later += 1
            found = [
                (at + later * 7 * A_DAY if self.day(at // A_DAY) >= first else at, service)
                for at, service in found
            ]
        return sorted(found, key=lambda session: session[0])

    def day(self, number: int) -> date:
        return self.plan.start + timedelta(days=number)

    def leave(self, number: int) -> Leave | None:
        on = [leave for leave in self.plan.leaves if leave.start <= self.day(number) < leave.end]
        return on[0] if on else None

    def is_shut(self, step: int, service: Service) -> bool:
        """Whether a closure is on for a service at a step."""
        number, of_day = divmod(step, A_DAY)
        clock = clock_time(of_day * GRID)
        return any(
            closure.start <= self.day(number) < closure.end
            and (closure.from_time is None or closure.from_time <= clock)
            and (closure.to_time is None or clock < closure.to_time)
            and (closure.services is None or service.name in closure.services)
            for closure in self.site.closures
        )

    def is_open(self, step: int) -> bool:
        """Whether the site has opening hours at a step, by the last that hold by then."""
        hours = self.site.hours
        for later in self.site.later_hours:
            if later.since <= self.day(step // A_DAY):
                hours = later.hours
        return inside(self.minute(step), hours)

    def minute(self, step: int) -> int:
        """The minute of the week of a step."""
        number, of_day = divmod(step, A_DAY)
        return self.day(number).weekday() * 1440 + of_day * GRID

    def offer(self, day: int, service: str) -> Offer | None:
        """The offer for a day goes before that for all days."""
        offers = [
            offer
            for offer in self.site.offers
            if offer.service == service and offer.day in (None, self.day(day).weekday())
        ]
        offers.sort(key=lambda offer: offer.day is None)
        return offers[0] if offers else None

    def on_duty(self, name: str | None, day: int) -> str | None:
        """Somebody, or who stands in for them on a day."""
        for clinician in self.site.clinicians:
            if clinician.name == name:
                away = [a for a in clinician.absences if a.start <= self.day(day) < a.end]
                return (
                    self.on_duty(away[0].substitute, day) if away and away[0].substitute else name
                )
        return name

    def is_there(self, clinician: Clinician, step: int) -> bool:
        on = self.day(step // A_DAY)
        away = any(absence.start <= on < absence.end for absence in clinician.absences)
        return not away and inside(self.minute(step), clinician.hours)

    def is_staffed(self, step: int, service: Service, who: str | None) -> bool:
        """Whether the room of the day is usable, and whoever is named, or anybody, is there."""
        offer = self.offer(step // A_DAY, service.name)
        rooms = [r.hours for r in self.site.rooms if offer and r.name == offer.room]
        able = [
            clinician
            for clinician in self.site.clinicians
            if (
                clinician.name == who
                if who
                else clinician.gives is None or service.modality in clinician.gives
            )
        ]
        return all(inside(self.minute(step), hours) for hours in rooms) and (
            not self.site.clinicians or any(self.is_there(each, step) for each in able)
        )

    def assigned(self, at: int, service: Service) -> str | None:
        """Who gives a service at a place."""
        offer = self.offer(at // A_DAY, service.name)
        return self.on_duty(offer.clinician if offer else None, at // A_DAY)

    def why_not(self, at: int, service: Service) -> Reason | None:
        """Why a session cannot be where it is due."""
        touched, who = range(at, at + steps(service)), self.assigned(at, service)
        reasons = {
            Reason.ON_LEAVE: any(self.leave(step // A_DAY) for step in touched),
            Reason.CLOSED: any(self.is_shut(step, service) for step in touched),
            Reason.OUTSIDE_HOURS: not all(map(self.is_open, touched)),
            Reason.UNSTAFFED: not all(self.is_staffed(step, service, who) for step in touched),
            Reason.PAST: at <= self.after,
            Reason.OVERLAP: not self.taken.isdisjoint(touched),
        }
        return next((why for why, so in reasons.items() if so), None)

    def can_be(self, at: int, service: Service, *, patient: bool, who: str | None = None) -> bool:
        """Whether a session can be at a place, the patient being free there, too."""
        free, who = self.plan.free if patient else None, who or self.assigned(at, service)
        return at > self.after and all(
            step not in self.taken
            and not self.is_shut(step, service)
            and self.leave(step // A_DAY) is None
            and self.is_open(step)
            and self.is_staffed(step, service, who)
            and inside(self.minute(step), free)
            for step in range(at, at + steps(service))
        )

    def rule(self, touched: range, service: Service, why: Reason) -> ClosedRule:
        """What the rules for closed days and leaves do with a session."""
        if why is Reason.ON_LEAVE:
            (leave, *_) = (leave for step in touched if (leave := self.leave(step // A_DAY)))
            return ClosedRule.EXTEND if leave.extends or leave.shifts else ClosedRule.SKIP
        if why is not Reason.CLOSED:
            return ClosedRule.MOVE_IN_WEEK
        own = [each.rule for each in self.site.closed_rules if each.service == service.name]
        return own[0] if own else self.site.closed_rule

    def elsewhere(self, at: int, service: Service, *, long_days: bool = False) -> int | None:
        """Where the rules put a session that cannot be at a place."""
        touched = range(at, at + steps(service))
        rule = self.rule(touched, service, self.why_not(at, service) or Reason.OVERLAP)
        week = at // A_DAY // 7
        if rule is ClosedRule.EXTEND:
            weeks = range(self.plan.weeks, self.plan.weeks + EXTRA_WEEKS)
            repeats = [at + (other - week) * 7 * A_DAY for other in weeks]
            return next((r for r in repeats if self.can_be(r, service, patient=False)), None)
        days = {
            ClosedRule.MOVE_IN_WEEK: range(week * 7, week * 7 + 7),
            ClosedRule.NEXT_OPEN_DAY: range(at // A_DAY + 1, week * 7 + 14),
            ClosedRule.SKIP: range(0),
        }[rule]
        room = [day for day in days if long_days or self.has_room(day, service)]
        return self.nearest(at, service, room)

    def nearest(self, at: int, service: Service, days: Iterable[int]) -> int | None:
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

    def take(
        self,
        service: Service,
        due: int,
        at: int | None,
        why: Reason | None,
        meeting: Meeting | None = None,
    ) -> None:
        """Note where a session is, and that nothing else can be there."""
        who = None
        if at is not None:
            self.taken.update(range(at, at + steps(service)))
            self.minutes[at // A_DAY] += steps(service)
            who = meeting.clinician if meeting else self.assigned(at, service)
        length, of_group = steps(service), meeting is not None
        self.found.append(Dated(service.name, length, due, at, why, who, of_group))


def changed(was: BruteForce, now: BruteForce) -> None:
    """Fill in a course in mid-course: ``now`` is another plan or site, from ``now.after`` on.

    What was held stays. What was due and is to come stays where it is, if it can be there beside
    what the new plan has at its own times; what was due and has no date stays without.
    """
    services = {each.name: each for each in now.plan.program.every_service}
    held = [each for each in was.found if each.at is not None and each.at <= now.after]
    owed = [each for each in was.found if each not in held and each.due <= now.after]
    missed = [each for each in owed if each.at is None]
    coming = sorted((each for each in owed if each.at is not None), key=lambda e: e.at or 0)
    now.together = {(each.service, each.due) for each in coming if each.in_group}
    to_come = left_of(now, [*sorted(held, key=lambda e: e.at or 0), *coming, *missed])
    now.found = [*held, *missed]
    for each in held:
        now.minutes[(each.at or 0) // A_DAY] += each.length
    now.taken = {step for h in held for step in range(h.at or 0, (h.at or 0) + h.length)}
    beside = BruteForce(now.plan, now.site, now.meetings, now.after, set(now.taken))
    planned = {
        step
        for at, service in beside.attend(to_come)
        if now.why_not(at, service) in (None, Reason.OVERLAP)
        for step in range(at, at + steps(service))
    } | (beside.taken - now.taken)
    rest: list[tuple[int, Service]] = []
    own: set[int] = set()
    for each in coming:
        service = services.get(each.service)
        if service is None:
            now.found.append(evolve(each, at=None, why=Reason.PAST))
        elif (there := stays(each, service, now, planned)) is None:
            rest.append((each.due, service))
        else:
            now.found.append(there)
            now.taken.update(range(there.at or 0, (there.at or 0) + steps(service)))
            now.minutes[(there.at or 0) // A_DAY] += steps(service)
            own.update(range(each.due, each.due + steps(service)))
    now.taken |= own
    now.run([*rest, *to_come])


def left_of(now: BruteForce, had: Iterable[Dated]) -> list[tuple[int, Service]]:
    """What a plan has left after a moment: all but what something in its week is there for.

    That is there for what is due at its time; else for what is over of the week; else, if it was
    early, for the first that is to come.
    """
    laid = now.prescribed()
    for each in had:
        week = [
            (at, service)
            for at, service in laid
            if service.name == each.service and at // A_DAY // 7 == each.due // A_DAY // 7
        ]
        same = [one for one in week if one[0] == each.due]
        over = [each for each in week if each[0] <= now.after]
        early = week if each.due > now.after else []
        laid = [e for e in laid if e not in [*same, *over, *early][:1]]
    return [each for each in laid if each[0] > now.after]


def stays(each: Dated, service: Service, now: BruteForce, planned: set[int]) -> Dated | None:
    """A session that was due and is to come, where it is, if it can be there still."""
    at = each.at or 0
    if now.is_of_group(each.due, service):
        others = [m for m in now.mine(service) if not m.called_off and now.step(m.start) == at]
        others = [m for m in others if now.step(m.due) != each.due]
        if not others:
            return None
        each = evolve(each, clinician=others[0].clinician, in_group=True)
    pause = whole_minutes(now.site.break_between) // GRID
    touched = range(at, at + steps(service))
    apart = range(at - pause, at + steps(service) + pause)
    gone = each.clinician not in {clinician.name for clinician in now.site.clinicians}
    who = now.on_duty(each.clinician, at // A_DAY)
    if now.site.clinicians and gone:
        who = now.assigned(at, service)
    can = now.can_be(at, service, patient=True, who=who)
    if can and planned.isdisjoint(touched) and now.taken.isdisjoint(apart):
        return evolve(each, clinician=who)
    return None


def inside(minute: int, windows: WeeklyWindows | None) -> bool:
    """Whether a minute of the week is in some windows; ``None`` are all."""
    return windows is None or any(low <= minute < high for low, high in windows.spans)


def part_of(clock: int) -> int:
    """Morning, afternoon or evening."""
    return sum(clock * GRID >= hour * 60 for hour in (12, 17))


def steps(service: Service) -> int:
    assert service.duration is not None
    return whole_minutes(service.duration) // GRID


_clock = st.builds(time, st.integers(6, 20), st.sampled_from([0, 15, 30, 45]))
_slots = st.lists(
    st.builds(Slot, st.sampled_from(Weekday), _clock), min_size=1, max_size=4, unique=True
)


_lengths = st.fixed_dictionaries(
    {
        name: st.sampled_from([15, 45, 90, 180]).map(lambda minutes: minutes * ONE_MINUTE)
        for name in "abcd"
    }
)


@st.composite
def _programs(draw: st.DrawFn, lengths: Mapping[str, timedelta]) -> Program:
    phases: list[Phase] = []
    for number in range(draw(st.integers(1, 2))):
        own: list[Service] = []
        for name in "abcd"[: draw(st.integers(1, 4))]:
            timing = Weekly(tuple(draw(_slots)))
            service = Service(name, name, Modality.GROUP_THERAPY, timing, lengths[name])
            if not clashing_services([*own, service]):
                own.append(service)
        phases.append(Phase(f"p{number}", "P", draw(st.integers(1, 2)), tuple(own)))
    if not any(phase.services for phase in phases):
        timing = Weekly((Slot.parse("monday 09:00"),))
        only = Service("a", "A", Modality.GROUP_THERAPY, timing, lengths["a"])
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
def _spans(draw: st.DrawFn, start: date, most: int) -> tuple[date, date]:
    first = draw(st.integers(-1, 40))
    return start + timedelta(days=first), start + timedelta(days=first + draw(st.integers(1, most)))


@st.composite
def _sites(draw: st.DrawFn, start: date, zone: str) -> Site:
    clock = st.sampled_from([None, time(9, 30), time(12)]), st.sampled_from([None, time(18, 15)])
    closures = [
        Closure(*draw(_spans(start, 3)), "c", draw(clock[0]), draw(clock[1]), services=services)
        for services in draw(st.lists(st.sampled_from([None, None, frozenset("ac")]), max_size=5))
    ]
    rules = st.sampled_from(ClosedRule)
    offers = st.builds(
        Offer,
        st.sampled_from("abcd"),
        st.none() | st.sampled_from(Weekday),
        room=st.sampled_from([None, "Blue"]),
        clinician=st.sampled_from([None, "Ash"]),
    )
    away = Absence(*draw(_spans(start, 9)), "away", draw(st.sampled_from([None, "Birch"])))
    later = NewHours(draw(_spans(start, 1))[0], draw(_windows()))
    site = Site(
        "Elm",
        zone,
        draw(_windows()),
        None,
        tuple(closures),
        tuple(draw(st.lists(offers, max_size=3, unique_by=lambda each: (each.service, each.day)))),
        timedelta(minutes=draw(st.sampled_from([0, 15, 30]))),
        rooms=(Room("Blue", 8, draw(st.none() | _windows())), Room("Red", 8)),
        clinicians=(
            Clinician("Ash", draw(st.none() | _windows()), absences=draw(_maybe(away))),
            Clinician("Birch", draw(st.none() | _windows()), draw(_gives)),
        ),
        closed_rule=draw(rules),
        closed_rules=draw(_maybe(ClosedFor(draw(rules), service="b"))),
        later_hours=draw(_maybe(later)),
    )
    if draw(st.booleans()):
        without = tuple(evolve(offer, clinician=None) for offer in site.offers)
        site = evolve(site, clinicians=(), offers=without)
    return site


def _maybe(value: T) -> st.SearchStrategy[tuple[T, ...]]:
    return st.sampled_from([(), (value,)])


@st.composite
def _plans(draw: st.DrawFn, start: date, key: UUID, lengths: Mapping[str, timedelta]) -> Plan:
    program = draw(_programs(lengths))
    days = sorted(draw(st.sets(st.integers(-2, 7 * program.weeks + 3), max_size=4)))
    leaves = tuple(
        Leave(
            start + timedelta(days=first),
            start + timedelta(days=last),
            extends=kind == "extends",
            shifts=kind == "shifts",
        )
        for first, last in zip(days[::2], days[1::2], strict=False)
        for kind in [draw(st.sampled_from(["", "extends", "shifts"]))]
    )
    free = draw(st.none() | _windows())
    return Plan(key, key, "Elm", program, start, 1, free, leaves=leaves)


@st.composite
def _worlds(draw: st.DrawFn, was: Plan, site: Site) -> tuple[Plan, Site, tuple[Meeting, ...]]:
    """A plan and a site; if it is to have a group, with that, and its meetings."""
    services = [each for each in was.program.every_service if each.name == "a"]
    if not services or draw(st.booleans()):
        return was, site, ()
    timing = services[0].timing
    assert isinstance(timing, Weekly)
    assert services[0].duration is not None
    slots = tuple(draw(st.lists(st.sampled_from(timing.slots), min_size=1, unique=True)))
    staff = [None, *(each.name for each in site.clinicians)]
    who = draw(st.sampled_from(staff))
    group = Group("group", "a", slots, services[0].duration, 8, clinician=who)
    end = was.end + timedelta(weeks=EXTRA_WEEKS)
    plan = evolve(was, groups=(GroupMembership("a", ("group",)),))
    return plan, site, meetings_of(group, site, start=was.start, end=end)


_gives = st.none() | st.frozensets(
    st.sampled_from([Modality.GROUP_THERAPY, Modality.DRUG_TESTING]), max_size=2
)


@given(st.data(), _lengths, st.integers(0, 13), st.sampled_from(["UTC", "America/Chicago"]))
def test_sessions_are_where_trying_every_place_puts_them_whatever_changes(
    data: st.DataObject, lengths: Mapping[str, timedelta], first: int, zone: str
) -> None:
    # In a season without clock changes.
    start, key = date(2026, 5, 4) + timedelta(days=first), data.draw(strategies.keys())
    plan, site = data.draw(_plans(start, key, lengths)), data.draw(_sites(start, zone))
    plan, site, meetings = data.draw(_worlds(plan, site))
    made, oracle = schedule(plan, site, meetings=meetings), BruteForce(plan, site, meetings)
    oracle.run(oracle.prescribed())
    assert told(made, oracle) == expected(oracle)
    for _ in range(data.draw(st.integers(0, 2))):
        after = oracle.after + data.draw(st.integers(0, 15 * A_DAY))
        if data.draw(st.booleans()):
            plan = data.draw(_plans(start, key, lengths))
        if data.draw(st.booleans()):
            site = data.draw(_sites(start, zone))
        plan, site, meetings = data.draw(_worlds(evolve(plan, groups=()), site))
        # The last minute of a step, so that what can be after it is on the grid.
        now = datetime.combine(start, time(0), site.tz) + ((after + 1) * GRID - 1) * ONE_MINUTE
        made = reschedule(made, plan, Surroundings(site, now, meetings=meetings))
        was, oracle = oracle, BruteForce(plan, site, meetings, after)
        changed(was, oracle)
        assert told(made, oracle) == expected(oracle)


def told(made: Schedule, oracle: BruteForce) -> tuple[list[Dated], list[tuple[str, date, Reason]]]:
    """What a schedule has: what is dated, and what is not."""
    dated = [
        Dated(
            each.service,
            each.duration // (GRID * ONE_MINUTE),
            oracle.step(prescribed(each)),
            oracle.step(each.start),
            each.moved.why if each.moved else None,
            each.clinician,
            each.group is not None,
        )
        for each in made.sessions
    ]
    missed = [(each.service, each.prescribed or date.min, each.why) for each in made.unplaced]
    return dated, sorted(missed)


def expected(oracle: BruteForce) -> tuple[list[Dated], list[tuple[str, date, Reason]]]:
    dated = [each for each in oracle.found if each.at is not None]
    missed = [
        (each.service, oracle.day(each.due // A_DAY), each.why or Reason.OVERLAP)
        for each in oracle.found
        if each.at is None
    ]
    return sorted(dated, key=lambda each: each.at or 0), sorted(missed)
