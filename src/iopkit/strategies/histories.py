"""Courses of treatment, and the entries that they are made of."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from uuid import UUID

from attrs import evolve
from hypothesis import strategies as st

from iopkit.courses.attending import (
    CameUnplanned,
    CancelledBy,
    MadeUp,
    MissedBecause,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
)
from iopkit.courses.authorizations import Authorization, AuthorizationStatus, AuthorizedIn
from iopkit.courses.courses import Course, collect
from iopkit.courses.entries import Entry
from iopkit.courses.events import EVENT_KINDS, CourseEvent
from iopkit.courses.findings import (
    Authorized,
    Certified,
    ContactMade,
    ContactTried,
    ContactWith,
    DrugTested,
    DrugTestMissed,
    InstrumentAnswered,
    NotTestedBecause,
    NoUseReported,
    Paper,
    PlanRevised,
    ReviewHeld,
    Signed,
    SubstanceFound,
    UseReported,
)
from iopkit.courses.stays import (
    Admitted,
    AftercareContact,
    Assessed,
    Died,
    Discharged,
    DischargeReason,
    HoldBegun,
    HoldEnded,
    HoldReason,
    InControlledEnvironment,
    PhaseChange,
    PhaseEntered,
    Readmitted,
    ReferralClosed,
    ReferralEnd,
    Referred,
    Screened,
    SteppedDown,
    SteppedUp,
    Waitlisted,
)
from iopkit.courses.timelines import ScheduleSince, Timeline
from iopkit.levels import Edition, levels_of
from iopkit.modalities import Modality
from iopkit.patients.diagnoses import Substance
from iopkit.plans.plans import Plan
from iopkit.programs.programs import Phase, Program, Service
from iopkit.programs.timings import Slot, Weekly
from iopkit.requirements.milestones import Signer
from iopkit.schedules.attendance import Attendance
from iopkit.schedules.scheduling import schedule
from iopkit.sites.sites import Site
from iopkit.strategies.records import keys, screenings
from iopkit.strategies.times import minutes_long, yes_no
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY, ONE_MINUTE, Weekday, WeeklyWindows

_SITE = Site("site", "America/New_York", WeeklyWindows.always())
_COURSE = UUID("1c9e2f60-7c0b-4d0e-8a53-5d7b0c7f2e11")
_PATIENT = UUID("8a4f0b3e-52a4-4f0a-9a5b-3c1b8b1f7d01")


def _service(name: str, modality: Modality, day: Weekday, hour: int, minutes: int) -> Service:
    timing = Weekly((Slot(day, time(hour)),))
    return Service(name, name.title(), modality, timing, timedelta(minutes=minutes))


_PROGRAM = Program(
    "program",
    "Program",
    (
        Phase(
            "first",
            "First",
            2,
            (_service("group", Modality.GROUP_THERAPY, Weekday.MONDAY, 18, 90),),
        ),
        Phase(
            "second",
            "Second",
            1,
            (_service("group", Modality.GROUP_THERAPY, Weekday.TUESDAY, 18, 90),),
        ),
    ),
    (_service("talk", Modality.INDIVIDUAL_COUNSELING, Weekday.SATURDAY, 23, 60),),
)
# The clock changes in America/New_York on 2026-03-08 and 2026-11-01, both Sundays.
_STARTS = (date(2026, 1, 5), date(2026, 2, 23), date(2026, 10, 26))
_NIGHT = datetime(2027, 1, 4, 22, tzinfo=UTC)
"""When entries are recorded: once all is over."""


@cache
def _timeline(start: date) -> Timeline:
    plan = Plan(UUID(int=start.toordinal(), version=4), _PATIENT, _SITE.name, _PROGRAM, start, 1)
    return Timeline((ScheduleSince(start, schedule(plan, _SITE)),))


_by = st.sampled_from([None, "Dr. Ash", "the court"])
_recorders = st.sampled_from(["desk", "night shift"])
_levels = st.sampled_from(levels_of(Edition.THIRD))
_whom = st.sampled_from(ContactWith)
_minutes = st.integers(1, 120).map(minutes_long)
_attendances = st.builds(Attendance, st.none() | _minutes)
_found = st.builds(SubstanceFound, st.sampled_from(Substance), yes_no)
_authorizations = st.builds(
    Authorization,
    payer=st.sampled_from(["plan-a", "plan-b"]),
    codes=st.sampled_from([("H0015",), ("90853", "90834")]),
    start=st.sampled_from(_STARTS),
    end=st.integers(1, 60).map(lambda n: _STARTS[-1] + n * ONE_DAY),
    amount=st.none() | st.integers(1, 20),
    counted_in=st.sampled_from(AuthorizedIn),
    per_week=st.none() | st.integers(1, 5),
    status=st.sampled_from(AuthorizationStatus),
)

Events = st.SearchStrategy[CourseEvent]

# Made once, as Hypothesis looks through each strategy before it first draws from it.
_ON_ANY_DAY: Mapping[type[CourseEvent], Events] = MappingProxyType(
    {
        Referred: st.builds(Referred, _by),
        Screened: st.builds(Screened, _by, st.none() | st.sampled_from(Truth)),
        Assessed: st.builds(Assessed, _by),
        Waitlisted: st.builds(Waitlisted, _by),
        ReferralClosed: st.builds(ReferralClosed, st.sampled_from(ReferralEnd)),
        SteppedUp: st.builds(SteppedUp, _levels),
        SteppedDown: st.builds(SteppedDown, _levels),
        PhaseEntered: st.builds(
            PhaseEntered, st.sampled_from(["first", "second"]), st.sampled_from(PhaseChange)
        ),
        HoldBegun: st.builds(HoldBegun, st.none() | st.sampled_from(HoldReason)),
        HoldEnded: st.just(HoldEnded()),
        Died: st.just(Died()),
        AftercareContact: st.builds(AftercareContact, yes_no),
        UseReported: st.builds(UseReported, st.frozensets(st.sampled_from(Substance), max_size=2)),
        DrugTested: st.lists(_found, max_size=3, unique_by=lambda each: each.substance).map(
            lambda found: DrugTested(tuple(found))
        ),
        DrugTestMissed: st.builds(DrugTestMissed, st.none() | st.sampled_from(NotTestedBecause)),
        ContactMade: st.builds(ContactMade, _whom),
        ContactTried: st.builds(ContactTried, _whom),
        Authorized: st.builds(Authorized, _authorizations),
        PlanRevised: st.builds(PlanRevised, _by),
        ReviewHeld: st.builds(ReviewHeld, _by, yes_no),
        Signed: st.builds(Signed, st.sampled_from(Paper), st.none() | st.sampled_from(Signer)),
    }
)


def _earlier(day: date) -> st.SearchStrategy[date]:
    return st.integers(0, 20).map(lambda n: day - n * ONE_DAY)


def _later(day: date) -> st.SearchStrategy[date | None]:
    return st.none() | st.integers(1, 20).map(lambda n: day + n * ONE_DAY)


def _starts(day: date) -> st.SearchStrategy[datetime]:
    """Starts on a day of the site, by its clock or by UTC: each day has 23 hours at least."""
    midnight = datetime.combine(day, time(0), _SITE.tz).astimezone(UTC)
    starts = st.integers(0, 23 * 60 - 1).map(lambda n: midnight + n * ONE_MINUTE)
    return st.builds(datetime.astimezone, starts, st.sampled_from([UTC, _SITE.tz]))


# What holds days that its own day limits: made when it is drawn, and of that kind alone.
_ON: Mapping[type[CourseEvent], Callable[[date], Events]] = MappingProxyType(
    {
        Admitted: lambda on: st.builds(Admitted, st.none() | _levels, st.none() | _earlier(on)),
        Readmitted: lambda on: st.builds(Readmitted, st.none() | _levels, st.none() | _earlier(on)),
        InControlledEnvironment: lambda on: st.builds(InControlledEnvironment, _later(on)),
        Discharged: lambda on: st.builds(
            Discharged,
            st.none() | st.sampled_from(DischargeReason),
            st.none() | _levels,
            _by,
            st.none() | _earlier(on),
        ),
        NoUseReported: lambda on: st.builds(NoUseReported, _earlier(on)),
        InstrumentAnswered: lambda on: screenings().map(
            lambda screening: InstrumentAnswered(evolve(screening, on=on))
        ),
        Certified: lambda on: st.builds(Certified, _by, _later(on)),
        CameUnplanned: lambda on: st.builds(
            CameUnplanned,
            st.sampled_from(["group", "talk"]),
            st.sampled_from(Modality),
            _starts(on),
            _minutes,
            led_by=_by,
        ),
    }
)
# What is about a session; what makes up for it is on its day.
_OF: Mapping[type[CourseEvent], Callable[[date, UUID], Events]] = MappingProxyType(
    {
        SessionAttended: lambda _, of: st.builds(SessionAttended, st.just(of), _attendances),
        SessionMissed: lambda _, of: st.builds(
            SessionMissed, st.just(of), yes_no, st.none() | st.sampled_from(MissedBecause), yes_no
        ),
        SessionCancelled: lambda _, of: st.builds(
            SessionCancelled, st.just(of), st.none() | st.sampled_from(CancelledBy)
        ),
        MadeUp: lambda on, of: st.builds(MadeUp, st.just(of), _starts(on), _attendances),
    }
)


def _event(kind: type[CourseEvent], day: date, session: UUID) -> Events:
    if kind in _ON_ANY_DAY:
        return _ON_ANY_DAY[kind]
    return _ON[kind](day) if kind in _ON else _OF[kind](day, session)


@st.composite
def entries(draw: st.DrawFn, timeline: Timeline | None = None) -> Entry:
    """Entries of any kind of event, which need not fit together with others.

    Args:
        timeline: whose sessions, and whose days and a few around them; ``None``: of some schedule.
    """
    sessions = (timeline or draw(_timelines)).sessions
    kind = draw(st.sampled_from(tuple(EVENT_KINDS.values())))
    recorded = _NIGHT + draw(st.integers(0, 10_000)) * ONE_MINUTE
    due = draw(st.sampled_from(tuple(sessions.values())))
    own = due.session.start.date()
    day = own if kind in _OF else own + draw(st.integers(-10, 10)) * ONE_DAY
    event = draw(_event(kind, day, due.uid))
    return Entry(draw(keys()), day, recorded, draw(_recorders), event)


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """Courses of a small program: most of an admitted patient, some with what replaces entries.

    All entries of them fit together.
    """
    timeline = draw(_timelines)
    first = timeline.schedules[0].since
    given = [Entry(draw(keys()), first, _NIGHT, "desk", draw(_ON[Admitted](first)))]
    for due in timeline.sessions.values():
        kind = draw(st.sampled_from([None, SessionAttended, SessionMissed]))
        if kind is not None:
            day = due.session.start.date()
            event = draw(_OF[kind](day, due.uid))
            given.append(Entry(draw(keys()), day, _NIGHT, "desk", event))
    given += draw(st.lists(entries(timeline), max_size=8))
    for replaced in draw(st.lists(st.sampled_from(given), max_size=3)):
        later = evolve(replaced, key=draw(keys()), recorded=replaced.recorded + ONE_DAY)
        withdrawn = draw(st.booleans())
        given.append(evolve(later, event=None if withdrawn else later.event, replaces=replaced.key))
    return _whole(_whole(given, timeline).entries, timeline)


def _whole(given: Iterable[Entry], timeline: Timeline) -> Course:
    return collect(given, key=_COURSE, patient=_PATIENT, schedules=timeline.schedules)


_timelines = st.sampled_from(_STARTS).map(_timeline)
