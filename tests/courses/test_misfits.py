"""Every reason for which an entry can be none of a course's record, on its own."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from attrs import evolve

from iopkit.courses import Course, Entry, Misfit, ScheduleSince, collect
from iopkit.courses.events import (
    Admitted,
    AftercareContact,
    Assessed,
    CameUnplanned,
    ContactMade,
    CourseEvent,
    Died,
    Discharged,
    DrugTested,
    HoldBegun,
    HoldEnded,
    MadeUp,
    PhaseEntered,
    Readmitted,
    ReferralClosed,
    ReferralEnd,
    Referred,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
    Signed,
    SteppedDown,
    SteppedUp,
    Waitlisted,
)
from iopkit.courses.findings import Paper
from iopkit.levels import Edition, LevelOfCare
from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import Attendance, Session, schedule
from iopkit.sites import Site
from iopkit.windows import WeeklyWindows

MONDAY = date(2026, 1, 5)
SITE = Site("north", "America/New_York", WeeklyWindows.always())
GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly((Slot.parse("wednesday 18:00"),)),
    timedelta(minutes=90),
)
PROGRAM = Program(
    "program", "Program", (Phase("first", "First", 2), Phase("second", "Second", 2)), (GROUP,)
)
PATIENT = UUID(int=1, version=4)
PLAN = Plan(UUID(int=3, version=4), PATIENT, "north", PROGRAM, MONDAY, 1)
BOOKED = schedule(PLAN, SITE)
FIRST, SECOND, *_ = BOOKED.sessions
MAKE_UP = evolve(FIRST, make_up=1, start=FIRST.start + timedelta(days=1))
SCHEDULE = evolve(BOOKED, sessions=(FIRST, MAKE_UP, *BOOKED.sessions[1:]))
NIGHT = datetime(2026, 3, 1, 22, tzinfo=UTC)
RESIDENTIAL, IOP, OUTPATIENT = (LevelOfCare(number) for number in ("3.5", "2.1", "1"))


Short = tuple[int, CourseEvent | None, int | None, datetime, int | None]


def at(
    day: int,
    event: CourseEvent | None,
    *,
    key: int | None = None,
    recorded: datetime = NIGHT,
    replaces: int | None = None,
) -> Short:
    """An entry in short: its day counts from the plan's first."""
    return day, event, key, recorded, replaces


def entries(
    *short: Short,
) -> list[Entry]:
    """Entries with keys 1, 2, ... where none is given."""
    return [
        Entry(
            UUID(int=key or number, version=4),
            MONDAY + timedelta(days=day),
            recorded,
            "desk",
            event,
            None if replaces is None else UUID(int=replaces, version=4),
        )
        for number, (day, event, key, recorded, replaces) in enumerate(short, start=1)
    ]


def collected(given: Sequence[Entry]) -> Course:
    in_force = (ScheduleSince(MONDAY, SCHEDULE),)
    return collect(given, key=UUID(int=2, version=4), patient=PATIENT, schedules=in_force)


def uid(session: Session) -> UUID:
    return SCHEDULE.uid(session)


LATER = NIGHT + timedelta(hours=1)
IN = at(0, Admitted(IOP))
CAME = SessionAttended(uid(FIRST))
MISSED = SessionMissed(uid(FIRST))
LONG = Attendance(timedelta(minutes=91))
VISIT = at(9, CameUnplanned("group", Modality.GROUP_THERAPY, SECOND.start, timedelta(minutes=90)))
NEXT_DAY = datetime(2026, 1, 8, 9, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# Evenings in New York, and the days after by UTC.
LATE, BEFORE = datetime(2026, 1, 11, 1, tzinfo=UTC), datetime(2026, 1, 1, 4, 59, tzinfo=UTC)
CAME_AT_NIGHT = CameUnplanned(
    "group", Modality.GROUP_THERAPY, datetime(2026, 1, 10, 4, 30, tzinfo=UTC), HOUR
)


def visit(after: int, minutes: int) -> Short:
    """One that begins so many minutes after the second session."""
    start = SECOND.start + after * MINUTE
    return at(9, CameUnplanned("talk", Modality.PEER_SUPPORT, start, minutes * MINUTE))


# The last entry of each list is set apart for the reason, and no other; without it all fit.
REASONS = {
    Misfit.NOTHING_TO_REPLACE: [[IN, at(0, None, replaces=99)]],
    Misfit.RECORDED_BEFORE: [
        [IN, at(0, Admitted(), replaces=1)],
        [IN, at(0, None, recorded=NIGHT - timedelta(days=1), replaces=1)],
    ],
    Misfit.NOT_YET: [
        [IN, at(2, CAME, recorded=FIRST.start - timedelta(minutes=1))],
        [IN, at(2, MISSED, recorded=FIRST.start - timedelta(minutes=1))],
        [IN, at(3, DrugTested(), recorded=datetime(2026, 1, 7, 9, 59, tzinfo=UTC))],
    ],
    Misfit.NOT_REFERRED: [
        [at(0, ReferralClosed(ReferralEnd.OTHER))],
        [IN, at(1, ReferralClosed(ReferralEnd.OTHER))],
    ],
    Misfit.NOT_ADMITTED: [
        [at(0, Referred()), at(2, CAME)],
        [at(0, Waitlisted()), at(0, DrugTested())],
        [at(0, Discharged())],
        [at(1, PhaseEntered("second"))],
        [at(1, HoldEnded())],
    ],
    Misfit.ALREADY_ADMITTED: [
        [IN, at(1, Admitted())],
        [IN, at(1, Readmitted())],
        [IN, at(1, Referred())],
        [IN, at(1, HoldBegun()), at(2, Waitlisted())],
    ],
    Misfit.AFTER_DISCHARGE: [
        [IN, at(1, Discharged()), at(2, CAME)],
        [IN, at(1, Discharged()), at(2, Discharged())],
        [IN, at(1, Discharged()), at(2, DrugTested())],
        [IN, at(1, Discharged()), at(2, Admitted())],
        [
            IN,
            at(1, Discharged()),
            at(2, Referred()),
            at(3, ReferralClosed(ReferralEnd.OTHER)),
            at(4, Admitted()),
        ],
    ],
    Misfit.NOT_DISCHARGED: [
        [at(0, Readmitted())],
        [IN, at(1, AftercareContact())],
        [IN, at(1, Discharged()), at(2, Readmitted()), at(3, AftercareContact())],
    ],
    Misfit.AFTER_DEATH: [
        [IN, at(1, Died()), at(2, CAME)],
        [IN, at(1, Died()), at(2, ContactMade())],
        [IN, at(1, Died()), at(2, Died())],
        [IN, at(1, Discharged()), at(2, Died()), at(3, AftercareContact())],
        [at(1, Died()), at(2, Assessed())],
    ],
    Misfit.WRONG_WAY: [
        [IN, at(1, SteppedUp(OUTPATIENT))],
        [IN, at(1, SteppedDown(IOP))],
        [IN, at(1, SteppedUp(RESIDENTIAL)), at(2, SteppedUp(IOP))],
    ],
    Misfit.ON_HOLD_ALREADY: [[IN, at(1, HoldBegun()), at(2, HoldBegun())]],
    Misfit.NOT_ON_HOLD: [
        [IN, at(1, HoldEnded())],
        [IN, at(1, HoldBegun()), at(2, HoldEnded()), at(3, HoldEnded())],
    ],
    Misfit.UNKNOWN_PHASE: [[IN, at(1, PhaseEntered("third"))]],
    Misfit.TWO_LEVELS: [
        [IN, at(1, SteppedUp(RESIDENTIAL)), at(1, SteppedDown(IOP))],
        [IN, at(1, SteppedDown(OUTPATIENT)), at(1, SteppedUp(RESIDENTIAL))],
        [at(0, Admitted()), at(1, SteppedUp(IOP)), at(1, SteppedUp(RESIDENTIAL))],
    ],
    Misfit.TWO_PHASES: [[IN, at(1, PhaseEntered("first")), at(1, PhaseEntered("second"))]],
    Misfit.UNKNOWN_SESSION: [
        [IN, at(2, SessionAttended(UUID(int=7, version=4)))],
        [IN, at(3, MadeUp(UUID(int=7, version=4), NEXT_DAY))],
    ],
    Misfit.OTHER_DAY: [
        [IN, at(3, CAME)],
        [IN, at(1, MISSED)],
        [IN, at(5, CAME_AT_NIGHT)],
        [IN, at(2, MISSED), at(6, MadeUp(uid(FIRST), LATE))],
        [at(-9, Admitted()), at(-4, CameUnplanned("talk", Modality.PEER_SUPPORT, BEFORE, HOUR))],
    ],
    Misfit.TOLD_TWICE: [
        [IN, at(2, CAME), at(2, MISSED)],
        [IN, at(2, CAME), at(2, CAME)],
        [IN, at(2, MISSED), at(2, SessionCancelled(uid(FIRST)))],
    ],
    Misfit.TOO_LONG: [
        [IN, at(2, SessionAttended(uid(FIRST), LONG))],
        [IN, at(2, MISSED), at(3, MadeUp(uid(FIRST), NEXT_DAY, LONG))],
    ],
    Misfit.NOT_MISSED: [
        [IN, at(3, MadeUp(uid(FIRST), NEXT_DAY))],
        [IN, at(2, CAME), at(3, MadeUp(uid(FIRST), NEXT_DAY))],
        [IN, at(2, CAME), at(3, SessionAttended(uid(MAKE_UP)))],
    ],
    Misfit.AT_ONCE: [
        [IN, VISIT, VISIT],
        [IN, at(9, SessionAttended(uid(SECOND))), VISIT],
        [
            IN,
            at(2, MISSED),
            at(9, SessionAttended(uid(SECOND))),
            at(9, MadeUp(uid(FIRST), SECOND.start)),
        ],
        [IN, VISIT, visit(80, 90)],
        [IN, visit(-29, 30), VISIT],
        [IN, at(9, SessionAttended(uid(SECOND), Attendance(50 * MINUTE))), visit(40, 41)],
        [
            IN,
            at(2, MISSED),
            at(9, MadeUp(uid(FIRST), SECOND.start, Attendance(61 * MINUTE))),
            visit(60, 90),
        ],
    ],
    Misfit.MADE_UP_TWICE: [
        [
            IN,
            at(2, MISSED),
            at(3, MadeUp(uid(FIRST), NEXT_DAY)),
            at(3, SessionAttended(uid(MAKE_UP))),
        ],
        [
            IN,
            at(2, SessionCancelled(uid(FIRST))),
            at(3, SessionAttended(uid(MAKE_UP))),
            at(4, MadeUp(uid(FIRST), NEXT_DAY + timedelta(days=1))),
        ],
    ],
}
# Neither of the last two is better than the other.
BOTH = {
    Misfit.KEY_TWICE: [at(0, Assessed(), key=9), at(1, Assessed(), key=9)],
    Misfit.CORRECTED_AT_ONCE: [
        IN,
        at(1, Admitted(), recorded=LATER, replaces=1),
        at(2, Admitted(), recorded=LATER, replaces=1),
    ],
}


def test_every_reason_is_reached() -> None:
    assert {*REASONS, *BOTH} == {*Misfit}


@pytest.mark.parametrize(
    ("why", "short"), [(why, short) for why, lists in REASONS.items() for short in lists]
)
def test_an_entry_that_does_not_fit_is_set_apart_with_its_reason(
    why: Misfit,
    short: list[Short],
) -> None:
    *before, last = entries(*short)
    assert collected(before).apart == ()
    (apart,) = collected([last, *before]).apart
    assert (apart.entry.event, apart.reasons) == (last.event, (why,))


@pytest.mark.parametrize("why", BOTH)
def test_two_of_which_neither_is_better_are_both_set_apart(why: Misfit) -> None:
    given = entries(*BOTH[why])
    apart = collected(given).apart
    assert {each.entry for each in apart} == {*given[-2:]}
    assert {each.reasons for each in apart} == {(why,)}


def test_what_does_not_fit_says_what_would() -> None:
    for why in Misfit:
        assert why.expected
        assert why.words
        assert why.expected != why.words


FITS = {
    "a visit at the time of a session missed": [IN, at(9, SessionMissed(uid(SECOND))), VISIT],
    "one visit after another": [IN, VISIT, visit(90, 30), visit(-30, 30)],
    "called out of a session": [
        IN,
        at(9, SessionAttended(uid(SECOND), Attendance(50 * MINUTE))),
        visit(20, 40),
    ],
    "a night visit by the clock of the site": [IN, at(4, CAME_AT_NIGHT)],
    "signed after a death": [IN, at(1, Died()), at(5, Signed(Paper.DISCHARGE_SUMMARY))],
    "called off beforehand": [
        IN,
        at(2, SessionCancelled(uid(FIRST)), recorded=FIRST.start - timedelta(days=3)),
    ],
    "told beforehand": [
        IN,
        at(
            2,
            SessionMissed(uid(FIRST), told_beforehand=True),
            recorded=FIRST.start - timedelta(days=3),
        ),
    ],
    "at the first minute": [IN, at(2, CAME, recorded=FIRST.start)],
    "a day that has begun somewhere": [
        IN,
        at(3, DrugTested(), recorded=datetime(2026, 1, 7, 10, tzinfo=UTC)),
    ],
    "made up for before it was missed": [
        IN,
        at(1, MadeUp(uid(FIRST), datetime(2026, 1, 6, 9, tzinfo=UTC))),
        at(2, MISSED),
    ],
    "the last day": [IN, at(2, CAME), at(2, Discharged()), at(2, AftercareContact())],
    "a new referral": [
        at(0, Referred()),
        at(0, ReferralClosed(ReferralEnd.GAVE_UP)),
        at(1, Referred()),
        at(1, Waitlisted()),
        at(2, Admitted()),
        at(3, Discharged()),
        at(4, Referred()),
        at(5, Readmitted()),
    ],
    "one hold after another": [IN, at(1, HoldBegun()), at(3, HoldEnded()), at(3, HoldBegun())],
    "another edition": [
        IN,
        at(1, SteppedUp(LevelOfCare("1.5", edition=Edition.FOURTH))),
        at(2, SteppedUp(LevelOfCare("2.1", edition=Edition.FOURTH))),
    ],
    "discharged in a hold": [IN, at(1, HoldBegun()), at(2, Discharged()), at(3, Readmitted())],
    "a level that is not known": [at(0, Admitted()), at(1, SteppedDown(IOP))],
    "withdrawn": [IN, at(0, None, recorded=LATER, replaces=1), at(1, Admitted())],
}


@pytest.mark.parametrize("short", FITS.values(), ids=FITS)
def test_what_can_be_is_taken(
    short: list[Short],
) -> None:
    assert collected(entries(*short)).apart == ()


def test_a_phase_is_one_of_the_plan_in_force_on_its_day() -> None:
    course = collect(
        entries(at(0, Admitted()), at(1, PhaseEntered("first"))),
        key=UUID(int=2, version=4),
        patient=PATIENT,
        schedules=(ScheduleSince(date(2026, 1, 7), SCHEDULE),),
    )
    assert [each.reasons for each in course.apart] == [(Misfit.UNKNOWN_PHASE,)]


def test_the_same_entry_twice_is_one() -> None:
    (entry,) = entries(IN)
    assert collected([entry, entry]).entries == (entry,)


CORRECTIONS: dict[str, list[CourseEvent | None]] = {
    "none fits": [HoldEnded(), SteppedUp(OUTPATIENT), Readmitted(), Admitted()],
    "one in the middle fits": [HoldEnded(), Assessed(), Readmitted(), Admitted()],
    "withdrawn in between": [Assessed(), None, HoldEnded(), Readmitted()],
    "the last fits": [HoldEnded(), Readmitted(), ContactMade()],
    "all withdrawn": [HoldEnded(), None],
}


@pytest.mark.parametrize("events", CORRECTIONS.values(), ids=CORRECTIONS)
@pytest.mark.parametrize("days", [[1], [20, 3, 11], [2, 19]], ids=str)
def test_of_many_corrections_the_newest_that_fits_counts(
    events: list[CourseEvent | None], days: list[int]
) -> None:
    others = [IN, at(4, ContactMade()), at(12, Discharged())]
    chain = [
        at(
            days[number % len(days)],
            event,
            key=10 + number,
            recorded=NIGHT + number * HOUR,
            replaces=9 + number if number else None,
        )
        for number, event in enumerate([ContactMade(), *events * 3])
    ]
    *beside, first = entries(*others, chain[0])
    known = [first, *entries(*chain[1:])]
    # Each on its own, from the newest on.
    alone = (
        each
        for each in reversed(known)
        if not each.event or not collected([*beside, evolve(each, replaces=None)]).apart
    )
    course = collected([*known, *beside])
    expected = next(alone)
    counting = [each.key for each in course.history.counting if each not in beside]
    assert counting == [expected.key] * (expected.event is not None)
    assert {each.entry for each in course.apart} == {*known[known.index(expected) + 1 :]}


def test_a_withdrawal_before_the_day_stands_if_what_corrects_it_does_not_fit() -> None:
    early = FIRST.start - timedelta(days=3)
    course = collected(
        entries(
            IN,
            at(2, SessionCancelled(uid(FIRST)), recorded=early),
            at(2, None, recorded=early + HOUR, replaces=2),
            at(2, SessionAttended(uid(FIRST), LONG), recorded=early + 2 * HOUR, replaces=3),
        )
    )
    assert [each.entry.key.int & 0xFF for each in course.apart] == [4]
    assert len(course.history.counting) == 1


def test_two_corrections_that_do_not_fit_are_each_set_apart() -> None:
    wrong = [at(3, HoldEnded(), recorded=LATER, replaces=number) for number in (2, 3)]
    course = collected(entries(IN, at(2, ContactMade()), at(3, Assessed()), *wrong))
    assert [each.reasons for each in course.apart] == [(Misfit.NOT_ON_HOLD,)] * 2
    assert [each.key.int & 0xFF for each in course.history.counting] == [1, 2, 3]
