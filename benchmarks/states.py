"""Where a patient stands after 1,000 entries, and after one more."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from itertools import count, islice
from typing import Any
from uuid import UUID

from measure import Case, Contender, optional

from iopkit import Plan, Site, schedule
from iopkit.courses import Course, Entry, ScheduleSince, State, collect, record, state_on
from iopkit.courses.events import (
    Admitted,
    ContactMade,
    CourseEvent,
    DrugTested,
    NoUseReported,
    SessionAttended,
    SessionMissed,
    SubstanceFound,
)
from iopkit.courses.folding import Folded
from iopkit.modalities import Modality
from iopkit.patients import Substance
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.windows import Weekday, WeeklyWindows

ENTRIES = 1000
START, WEEKS = date(2026, 1, 5), 52
RECORDED = datetime(2027, 2, 1, tzinfo=UTC)
SITE = Site("site", "America/New_York", WeeklyWindows.always())
PATIENT, COURSE = UUID(int=1, version=4), UUID(int=2, version=4)

Counted = tuple[int, int, int, date, int]


def _service(name: str, modality: Modality, *days: Weekday) -> Service:
    timing = Weekly(tuple(Slot(day, time(18)) for day in days))
    return Service(name, name.title(), modality, timing, timedelta(minutes=90))


def _in_force() -> ScheduleSince:
    services = (
        _service(
            "group", Modality.GROUP_THERAPY, Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY
        ),
        _service("talk", Modality.INDIVIDUAL_COUNSELING, Weekday.SATURDAY),
    )
    program = Program("program", "Program", (Phase("phase", "Phase", WEEKS, services),))
    plan = Plan(UUID(int=3, version=4), PATIENT, SITE.name, program, START, 1)
    return ScheduleSince(START, schedule(plan, SITE))


def _events(in_force: ScheduleSince) -> Iterator[tuple[date, CourseEvent]]:
    yield START, Admitted()
    dated = in_force.schedule
    for number, session in enumerate(dated.sessions):
        uid = dated.uid(session)
        missed = number % 7 == 0
        yield session.start.date(), SessionMissed(uid) if missed else SessionAttended(uid)
    clean = DrugTested((SubstanceFound(Substance.ALCOHOL, found=False),))
    for week in range(WEEKS):
        day = START + timedelta(weeks=week, days=1)
        yield day, clean
        yield day, NoUseReported(START)
    for number in count():
        yield START + timedelta(days=number % (WEEKS * 7)), ContactMade()


def _entry(number: int, on: date, event: CourseEvent) -> Entry:
    recorded = RECORDED + timedelta(minutes=number)
    return Entry(UUID(int=number + 100, version=4), on, recorded, "desk", event)


IN_FORCE = _in_force()
GIVEN = tuple(
    _entry(number, on, event)
    for number, (on, event) in enumerate(islice(_events(IN_FORCE), ENTRIES))
)
LAST = START + timedelta(weeks=WEEKS)
ONE_MORE = _entry(ENTRIES, LAST, ContactMade())


def _collected() -> Course:
    return collect(GIVEN, key=COURSE, patient=PATIENT, schedules=(IN_FORCE,))


RECORD = _collected()


def _whole(state: State) -> object:
    """All that a state tells, also what it works out when it is asked."""
    return (
        state.counts,
        state.attended_in_a_row,
        state.missed_in_a_row,
        state.days_since_contact,
        state.minutes_this_week,
        state.phase_week,
        state.program_week,
        state.in_controlled_environment,
        state.last_day,
    )


def _state() -> State:
    # As of a course that was never asked before: what it keeps for the next time is thrown away.
    object.__setattr__(RECORD, "folded", Folded(RECORD.timeline, RECORD.history))
    state = state_on(RECORD, on=LAST)
    _whole(state)
    return state


def _one_more() -> State:
    state = state_on(record(RECORD, ONE_MORE), on=LAST)
    _whole(state)
    return state


def _counted(state: State) -> Counted:
    assert state.contact is not None
    minutes = sum(each.minutes for each in state.minutes)
    tests = state.negative_tests
    assert isinstance(tests, int)
    return state.counts.attended, state.counts.missed, minutes, state.contact, tests


def _by_loop() -> Counted:
    """Five counters and nothing else: no phases, weeks, ranges, rolls, streaks or goals."""
    attended = missed = minutes = tests = 0
    contact = START
    for entry in RECORD.entries:
        match entry.event:
            case SessionAttended():
                attended += 1
                minutes += 90
                contact = max(contact, entry.on)
            case SessionMissed():
                missed += 1
            case DrugTested():
                tests += 1
                contact = max(contact, entry.on)
            case ContactMade():
                contact = max(contact, entry.on)
            case _:
                pass
    return attended, missed, minutes, contact, tests


def _eventsourcing() -> Contender:
    application, domain = (import_module(f"eventsourcing.{n}") for n in ("application", "domain"))
    event = domain.event
    # Any: the classes of a library that is not there when types are checked.
    base: Any = domain.Aggregate

    class Counts(base):
        @event("Begun")
        def __init__(self) -> None:
            self.attended = self.missed = self.minutes = self.tests = 0
            self.contact = START.toordinal()

        @event("Came")
        def came(self, on: int, minutes: int) -> None:
            self.attended += 1
            self.minutes += minutes
            self.contact = max(self.contact, on)

        @event("Missed")
        def stayed_away(self) -> None:
            self.missed += 1

        @event("Tested")
        def tested(self, on: int) -> None:
            self.tests += 1
            self.contact = max(self.contact, on)

        @event("Reached")
        def reached(self, on: int) -> None:
            self.contact = max(self.contact, on)

        @event("Other")
        def other(self) -> None:
            pass

    app, kept = application.Application(), Counts()
    for entry in RECORD.entries:
        _tell(kept, entry)
    app.save(kept)

    def replayed() -> Counted:
        found = app.repository.get(kept.id)
        day = date.fromordinal(found.contact)
        return found.attended, found.missed, found.minutes, day, found.tests

    note = "stores in memory, reads the stored events again and applies them to five counters"
    return Contender("eventsourcing", replayed, replayed, note)


# Any: as above.
def _tell(kept: Any, entry: Entry) -> None:  # noqa: ANN401  # of a class made with the library
    on = entry.on.toordinal()
    match entry.event:
        case SessionAttended():
            kept.came(on, 90)
        case SessionMissed():
            kept.stayed_away()
        case DrugTested():
            kept.tested(on)
        case ContactMade():
            kept.reached(on)
        case _:
            kept.other()


_SIZE = f"{ENTRIES:,} entries, {len(IN_FORCE.schedule.sessions)} sessions"
"""Of every case here."""


def state() -> Case:
    """All of a state, from a course that was never asked before."""
    note = "five counters in a loop over the same values, and nothing else that a state has"
    loop = Contender("plain Python", _by_loop, _by_loop, note)
    peers = (loop, optional("eventsourcing", _eventsourcing))
    return Case(
        "course-state", _SIZE, Contender("iopkit", _state, lambda: _counted(_state())), peers
    )


def one_more() -> Case:
    """One entry more, and all of the state after it, of a course that was asked before."""
    state_on(RECORD, on=LAST)
    return _alone("course-one-more", _one_more)


def collected() -> Case:
    """A course from its entries, each judged beside the others."""
    return _alone("course-collect", _collected)


def _alone(name: str, run: Callable[[], object]) -> Case:
    return Case(name, _SIZE, Contender("iopkit", run, run))
