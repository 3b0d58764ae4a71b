"""What is due, on both sides of every edge."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.courses import Course, Entry, ScheduleSince, SessionOutcome, collect
from iopkit.courses.authorizations import Authorization, AuthorizationStatus
from iopkit.courses.due import Due, DueState, due_on
from iopkit.courses.due_rules import (
    CountedIn,
    DueRule,
    DueRuleSet,
    InARow,
    NoContact,
    RollOpen,
    Term,
    When,
)
from iopkit.courses.due_tables import due_rows
from iopkit.courses.events import (
    Admitted,
    AftercareContact,
    Assessed,
    Authorized,
    CameUnplanned,
    Certified,
    ContactMade,
    CourseEvent,
    Died,
    Discharged,
    HoldBegun,
    InstrumentAnswered,
    Paper,
    PlanRevised,
    Readmitted,
    ReviewHeld,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
    Signed,
    UseReported,
)
from iopkit.courses.happenings import Happening, Having
from iopkit.courses.plan_rules import due_rules
from iopkit.eligibility import FACTS
from iopkit.errors import InvalidError
from iopkit.levels import AgeGroup, LevelOfCare
from iopkit.library import find_requirements
from iopkit.modalities import Modality
from iopkit.patients import Screening
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.programs.progress import COURSE_FACTS
from iopkit.requirements import MilestoneKind, Reviews
from iopkit.schedules import Attendance, schedule
from iopkit.sites import Closure, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import courses
from iopkit.windows import WeeklyWindows

MONDAY = date(2026, 1, 5)
SITE = Site(
    "north",
    "America/New_York",
    WeeklyWindows.of(
        *(f"{day} 08:00-21:00" for day in ("monday", "tuesday", "wednesday", "thursday", "friday"))
    ),
    closures=(Closure(date(2026, 1, 19), date(2026, 1, 20), "holiday"),),
)
GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly((Slot.parse("wednesday 18:00"),)),
    timedelta(minutes=90),
)
PLAN = Plan(
    UUID(int=3, version=4),
    UUID(int=1, version=4),
    "north",
    Program("program", "Program", (Phase("all", "All", 12),), (GROUP,)),
    MONDAY,
    1,
)
SCHEDULE = schedule(PLAN, SITE)
SESSIONS = SCHEDULE.sessions
NIGHT = datetime(2027, 3, 1, 22, tzinfo=UTC)
At = tuple[int, CourseEvent]


def course_of(*events: At, planned: bool = False) -> Course:
    """A course with an admission on day 0, and events on days that count from it."""
    entries = [
        Entry(UUID(int=number, version=4), MONDAY + timedelta(day), NIGHT, "desk", event)
        for number, (day, event) in enumerate([(0, Admitted()), *events], start=1)
    ]
    course = collect(
        entries,
        key=UUID(int=2, version=4),
        patient=PLAN.patient,
        schedules=(ScheduleSince(MONDAY, SCHEDULE),) if planned else (),
    )
    assert course.apart == ()
    return course


def rule(when: When, within: Term | None = None, *done_by: str, **others: object) -> DueRule:
    done = tuple(map(Happening, done_by))
    known = {"name": "rule", "title": "Rule", "said_by": "the test", "done_by": done, **others}
    return DueRule(when=when, within=within, **known)  # type: ignore[arg-type]


def rule_set(*rules: DueRule) -> DueRuleSet:
    said = Source("Handbook", Grade.SECONDARY)
    return DueRuleSet("own", "Own", Versions((Dated(MONDAY, rules, said),)))


def found(course: Course, one: DueRule, day: int, *, closed: bool = False) -> list[Due]:
    on = MONDAY + timedelta(day)
    return list(due_on(course, on=on, rules=[one], site=SITE, closed=closed))


def states(course: Course, one: DueRule, day: int, *, closed: bool = False) -> list[str]:
    return [each.state.value for each in found(course, one, day, closed=closed)]


def mark(place: int, kind: type = SessionMissed) -> At:
    session = SESSIONS[place]
    return (session.start.date() - MONDAY).days, kind(SCHEDULE.uid(session))


ADMITTED, DISCHARGED = Happening("admitted"), Happening("discharged")
ENDS = (DISCHARGED, Happening("died"))
SUMMARY = Having("paper", ("discharge_summary",))
PLAN_IN_7_DAYS = rule(ADMITTED, Term(7), "plan_revised")
REVIEW = rule(ADMITTED, None, "review_held", every=Term(30), until=ENDS)
DISCHARGE_SUMMARY = rule(
    DISCHARGED,
    Term(10, counted_in=CountedIn.WORKING_DAYS),
    done_by=(Happening("signed", (SUMMARY,)),),
)
TRIES = rule(
    DISCHARGED,
    Term(4, counted_in=CountedIn.MONTHS),
    "aftercare_contact",
    times=3,
    until=(Happening("readmitted"), Happening("died")),
)
LATER_INTERVIEW = rule(ADMITTED, Term(180, opens=150, last=210), "instrument_answered")
RECERTIFY = rule(
    Happening("certified"),
    Term(-1, opens=-14),
    "certified",
    counted_from="end",
    until=ENDS,
)
AUTHORIZATION_ENDS = rule(
    Happening("authorized", (Having("authorization.status", ("approved",)),)),
    Term(-1, opens=-14),
    "authorized",
    counted_from="authorization.end",
)
REPEAT = rule(
    Happening("instrument_answered", (Having("screening.instrument", ("phq_9",)),)),
    done_by=(Happening("instrument_answered", (Having("screening.instrument", ("phq_9",)),)),),
    every=Term(28),
    until=ENDS,
)
TWO_MISSED = rule(InARow(SessionOutcome.MISSED, 2), Term(2), "contact_made")
ROLLS = rule(RollOpen(), Term(2, counted_in=CountedIn.WORKING_DAYS))
SILENCE = rule(NoContact(30), Term(7), "discharged", until=(Happening("died"),))
USED = rule(Happening("use_reported"), Term(3), "assessed")


def phq(day: int) -> At:
    return day, InstrumentAnswered(Screening("phq_9", MONDAY + timedelta(day)))


def authorized(
    day: int,
    *,
    end: int,
    number: str | None = None,
    status: AuthorizationStatus = AuthorizationStatus.APPROVED,
) -> At:
    start = MONDAY + timedelta(day)
    limits = Authorization(
        "plan-a", ("H0015",), start, MONDAY + timedelta(end), status=status, number=number
    )
    return day, Authorized(limits)


def came(hour: int) -> CameUnplanned:
    start = datetime(2026, 1, 14, hour, tzinfo=SITE.tz)
    return CameUnplanned("talk", Modality.PEER_SUPPORT, start, timedelta(minutes=30))


CAME_EARLIER, CAME_LATER = came(9), came(20)
OUT, SIGNED = (20, Discharged()), Signed(Paper.DISCHARGE_SUMMARY)
# A course, a rule, and how it stands on some days.
EDGES: dict[str, tuple[Course, DueRule, dict[int, list[str]]]] = {
    "a plan in 7 days": (
        course_of(),
        PLAN_IN_7_DAYS,
        {-1: [], 0: ["due"], 7: ["due"], 8: ["overdue"]},
    ),
    "a plan, done": (course_of((6, PlanRevised())), PLAN_IN_7_DAYS, {5: ["due"], 6: [], 9: []}),
    "a plan, done late": (course_of((9, PlanRevised())), PLAN_IN_7_DAYS, {8: ["overdue"], 9: []}),
    "a review every 30 days": (
        course_of((10, ReviewHeld())),
        REVIEW,
        {9: ["due"], 40: ["due"], 41: ["overdue"]},
    ),
    "no review after the end": (
        course_of((10, ReviewHeld()), OUT),
        REVIEW,
        {19: ["due"], 20: [], 99: []},
    ),
    "a review of a second stay": (
        course_of(OUT, (30, Readmitted())),
        rule(Happening("readmitted"), None, "review_held", every=Term(30), until=ENDS),
        {29: [], 30: ["due"], 60: ["due"], 61: ["overdue"]},
    ),
    # Of ten working days from Sunday the 25th on the last is Friday the 6th.
    "a summary in 10 working days": (
        course_of(OUT),
        DISCHARGE_SUMMARY,
        {19: [], 20: ["due"], 32: ["due"], 33: ["overdue"]},
    ),
    "a summary, signed": (course_of(OUT, (22, SIGNED)), DISCHARGE_SUMMARY, {21: ["due"], 22: []}),
    "another paper": (
        course_of(OUT, (22, Signed(Paper.PLAN))),
        DISCHARGE_SUMMARY,
        {22: ["due"]},
    ),
    # From January the 25th to May the 25th.
    "three tries in four months": (
        course_of(OUT, (30, AftercareContact()), (40, AftercareContact(reached=True))),
        TRIES,
        {20: ["due"], 140: ["due"], 141: ["overdue"]},
    ),
    "three tries, done": (
        course_of(OUT, *((day, AftercareContact()) for day in (30, 40, 50))),
        TRIES,
        {49: ["due"], 50: []},
    ),
    "no tries after a readmission": (course_of(OUT, (30, Readmitted())), TRIES, {30: []}),
    "180 days, give or take 30": (
        course_of(),
        LATER_INTERVIEW,
        {0: ["coming"], 149: ["coming"], 150: ["due"], 210: ["due"], 211: ["overdue"]},
    ),
    "answered too early": (course_of(phq(149)), LATER_INTERVIEW, {150: ["due"]}),
    "answered in time": (course_of(phq(150)), LATER_INTERVIEW, {149: ["coming"], 150: []}),
    "a certification that ends": (
        course_of((1, Certified(end=MONDAY + timedelta(61)))),
        RECERTIFY,
        {46: ["coming"], 47: ["due"], 60: ["due"], 61: ["overdue"]},
    ),
    "certified again": (
        course_of(
            (1, Certified(end=MONDAY + timedelta(61))), (50, Certified(end=MONDAY + timedelta(110)))
        ),
        RECERTIFY,
        {49: ["due"], 50: ["coming"], 96: ["due"]},
    ),
    "a certification without an end": (course_of((1, Certified())), RECERTIFY, {99: []}),
    "an authorization that ends": (
        course_of(authorized(0, end=30)),
        AUTHORIZATION_ENDS,
        {15: ["coming"], 16: ["due"], 29: ["due"], 30: ["overdue"]},
    ),
    "an authorization told again": (
        course_of(
            authorized(0, end=30, number="7"),
            authorized(1, end=44),
            authorized(3, end=60, number="7"),
        ),
        AUTHORIZATION_ENDS,
        {2: ["coming"] * 2, 3: ["coming"] * 2, 16: ["coming"] * 2, 30: ["due", "coming"]},
    ),
    "an authorization taken back": (
        course_of(
            authorized(0, end=30, number="7"),
            authorized(2, end=30, number="8"),
            authorized(9, end=30, number="7", status=AuthorizationStatus.ENDED),
            authorized(12, end=30, number="7", status=AuthorizationStatus.DENIED),
        ),
        AUTHORIZATION_ENDS,
        {8: ["coming"] * 2, 9: ["coming"], 29: ["due"]},
    ),
    "an instrument to repeat": (
        course_of(phq(2), phq(20)),
        REPEAT,
        {1: [], 2: ["due"], 20: ["due"], 48: ["due"], 49: ["overdue"]},
    ),
    "two missed in a row": (
        course_of(mark(0), mark(1), planned=True),
        TWO_MISSED,
        {8: [], 9: ["due"], 11: ["due"], 12: ["overdue"]},
    ),
    "two missed, and reached": (
        course_of(mark(0), mark(1), (9, ContactMade()), planned=True),
        TWO_MISSED,
        {9: []},
    ),
    "two missed with one called off between": (
        course_of(mark(0), mark(1, SessionCancelled), mark(2), planned=True),
        TWO_MISSED,
        {9: [], 16: ["due"]},
    ),
    "two missed with one attended between": (
        course_of(mark(0), mark(1, SessionAttended), mark(2), planned=True),
        TWO_MISSED,
        {16: []},
    ),
    "one missed, one not recorded": (
        course_of(mark(0), planned=True),
        TWO_MISSED,
        {8: [], 9: ["not_known"], 40: ["not_known"]},
    ),
    "missed around one not recorded, then attended": (
        course_of(mark(0), mark(2, SessionAttended), planned=True),
        TWO_MISSED,
        {15: ["not_known"], 17: ["not_known"]},
    ),
    "a row, and perhaps another": (
        course_of(mark(0), mark(1), mark(3), mark(4), planned=True),
        TWO_MISSED,
        {16: ["overdue"], 30: ["overdue", "not_known"]},
    ),
    "two missed in each of two stays": (
        course_of(
            mark(0), mark(1), (10, Discharged()), (15, Readmitted()), mark(2), mark(3), planned=True
        ),
        evolve(TWO_MISSED, until=ENDS),
        {9: ["due"], 10: [], 16: [], 22: [], 23: ["due"], 25: ["due"], 26: ["overdue"]},
    ),
    "one missed in each of two stays": (
        course_of(mark(0), (3, Discharged()), (7, Readmitted()), mark(1), planned=True),
        TWO_MISSED,
        {9: []},
    ),
    "three in a row are one row": (
        course_of(mark(0), mark(1), mark(2), planned=True),
        TWO_MISSED,
        {20: ["overdue"]},
    ),
    # Wednesday's roll by Friday.
    "a roll that is open": (
        course_of(mark(1, SessionAttended), planned=True),
        ROLLS,
        {1: [], 2: ["due"], 4: ["due"], 5: ["overdue"], 9: ["overdue"]},
    ),
    "30 days without contact": (
        course_of(),
        SILENCE,
        {0: ["coming"], 29: ["coming"], 30: ["due"], 37: ["due"], 38: ["overdue"]},
    ),
    "contact made": (
        course_of((29, ContactMade())),
        SILENCE,
        {30: ["coming"], 58: ["coming"], 59: ["due"]},
    ),
    "contact before a stay and after it": (
        course_of((-10, Assessed()), (5, Discharged()), (20, AftercareContact(reached=True))),
        rule(NoContact(30), Term(7), "contact_made", until=ENDS),
        {-1: [], 0: ["coming"], 5: [], 20: [], 90: []},
    ),
    "no contact, as far as rolls are entered": (
        course_of(planned=True),
        SILENCE,
        {29: ["coming"], 30: ["not_known"]},
    ),
    "use reported": (
        course_of((5, UseReported()), (7, UseReported()), (8, Assessed())),
        USED,
        {5: ["due"], 7: ["due", "due"], 8: []},
    ),
    "use reported, and assessed that day": (
        course_of((5, Assessed()), (5, UseReported())),
        USED,
        {4: [], 5: [], 9: []},
    ),
    "assessed the day before": (course_of((4, Assessed()), (5, UseReported())), USED, {5: ["due"]}),
    "use reported again, and assessed that day": (
        course_of((4, UseReported()), (5, Assessed()), (5, UseReported())),
        evolve(USED, times=2),
        {4: ["due"], 5: ["due", "due"]},
    ),
    "a summary, signed that day": (
        course_of(OUT, (20, SIGNED)),
        DISCHARGE_SUMMARY,
        {20: [], 33: []},
    ),
    "reached on the last day is not reached after it": (
        course_of(OUT, (20, ContactMade())),
        rule(DISCHARGED, Term(7), "contact_made"),
        {20: ["due"]},
    ),
    "missed after one attended that day": (
        course_of(mark(0), (9, CAME_EARLIER), mark(1), planned=True),
        rule(InARow(SessionOutcome.MISSED, 2), Term(5), "came_unplanned"),
        {9: ["due"]},
    ),
    "missed before one attended that day": (
        course_of(mark(0), (9, CAME_LATER), mark(1), planned=True),
        rule(InARow(SessionOutcome.MISSED, 2), Term(5), "came_unplanned"),
        {9: []},
    ),
    "silence after the stay": (
        course_of((3, Discharged()), (50, Readmitted()), (60, Died())),
        rule(NoContact(5), Term(2), "contact_made"),
        {2: ["coming"], 3: [], 20: [], 50: ["coming"], 57: ["due"], 58: ["overdue"], 60: []},
    ),
    "died": (course_of((5, Died())), REVIEW, {4: ["due"], 5: []}),
}


@pytest.mark.parametrize(
    ("course", "one", "day", "expected"),
    [
        pytest.param(course, one, day, expected, id=f"{name}, day {day}")
        for name, (course, one, days) in EDGES.items()
        for day, expected in days.items()
    ],
)
def test_what_is_due(course: Course, one: DueRule, day: int, expected: list[str]) -> None:
    assert states(course, one, day) == expected


def test_a_condition_makes_something_due_on_each_day_on_which_it_begins_to_hold() -> None:
    weeks = rule(COURSE_FACTS["weeks_in_program"] >= 2, Term(3), "review_held", until=ENDS)
    course = course_of((20, ReviewHeld()), (30, Discharged()), planned=True)
    assert states(course, weeks, 13) == []
    (due,) = found(course, weeks, 14)
    assert (due.state, due.since, due.opened_by) == (DueState.DUE, MONDAY + timedelta(14), None)
    assert states(course, weeks, 18) == ["overdue"]
    assert states(course, weeks, 20) == []
    assert states(course, weeks, 99) == []
    agreed = rule(COURSE_FACTS["clinician_agrees"].equals(True), Term(3), "phase_entered")
    (unknown,) = found(course_of(planned=True), agreed, 5)
    assert (unknown.state, unknown.missing) == (DueState.NOT_KNOWN, ("clinician_agrees",))
    assert found(course_of((0, Discharged())), agreed, 5) == []
    assert due_on(Course(UUID(int=2, version=4), PLAN.patient), on=MONDAY, rules=[agreed]) == ()


def test_what_is_closed_says_by_which_entry() -> None:
    course = course_of((10, ReviewHeld()), OUT)
    done, ended = found(course, REVIEW, 25, closed=True)
    assert (done.state, done.closed_by) == (DueState.DONE, UUID(int=2, version=4))
    assert (ended.state, ended.closed_by) == (DueState.ENDED, UUID(int=3, version=4))
    assert ended.opened_by == done.closed_by


def test_a_happening_means_events_by_what_they_hold() -> None:
    late = Happening("session_attended", (Having("late", ("true",)),))
    attendance = Attendance(timedelta(minutes=30))
    assert late.covers(SessionAttended(PLAN.key, attendance, late=True))
    assert not late.covers(SessionAttended(PLAN.key))
    assert not Happening("died").covers(None)


def test_each_says_whose_rule_it_is_and_how_far_it_is() -> None:
    (due,) = found(course_of(OUT, (30, AftercareContact())), TRIES, 31)
    assert (due.times, due.done, due.said_by) == (3, (UUID(int=3, version=4),), "the test")
    assert (due.since, due.due) == (date(2026, 1, 25), date(2026, 5, 25))
    assert due.opened_by == UUID(int=2, version=4)
    (roll,) = found(course_of(planned=True), ROLLS, 3)
    assert roll.opened_by == SCHEDULE.uid(SESSIONS[0])


def test_what_is_overdue_comes_first() -> None:
    course = course_of(planned=True)
    rules = [LATER_INTERVIEW, evolve(REVIEW, name="review"), evolve(PLAN_IN_7_DAYS, name="plan")]
    assert [each.rule for each in due_on(course, on=date(2026, 1, 20), rules=rules)] == [
        "plan",
        "review",
        "rule",
    ]


def test_rolls_before_a_contact_do_not_make_silence_uncertain() -> None:
    course = course_of(
        mark(1, SessionAttended), (10, ContactMade()), (11, HoldBegun()), planned=True
    )
    assert states(course, rule(NoContact(5), Term(7), "contact_made"), 15) == ["due"]


def test_what_was_not_known_yet_does_not_count() -> None:
    course = course_of((6, PlanRevised()))
    known = NIGHT - timedelta(minutes=1)
    assert due_on(course, on=date(2026, 2, 1), rules=[PLAN_IN_7_DAYS], known=known) == ()


ASSESSED_AT_INTAKE = rule(ADMITTED, Term(7), "assessed", unless_before=(Happening("assessed"),))


@pytest.mark.parametrize(
    ("assessed", "states"),
    [
        pytest.param([-1], [], id="the-day-before"),
        pytest.param([0], [], id="on-the-day"),
        pytest.param([1], [DueState.DONE], id="after-it"),
        pytest.param([], [DueState.OVERDUE], id="never"),
    ],
)
def test_what_came_before_spares_it(assessed: list[int], states: list[DueState]) -> None:
    course = course_of(*((day, Assessed()) for day in assessed))
    listed = found(course, ASSESSED_AT_INTAKE, 8, closed=True)
    assert [each.state for each in listed] == states


def test_a_silence_that_ended_is_told_with_what_is_closed() -> None:
    course = course_of((40, ContactMade()), (75, ContactMade()))
    first, second, last = found(course, SILENCE, 80, closed=True)
    # What is closed comes last, in the order of its days.
    assert [each.state for each in (first, second, last)] == [
        DueState.COMING,
        DueState.ENDED,
        DueState.ENDED,
    ]
    assert found(course, SILENCE, 80) == [first]


WRONG: dict[str, Callable[[], object]] = {
    "no name": lambda: evolve(REVIEW, name=" "),
    "no term": lambda: evolve(REVIEW, every=None),
    "nobody says so": lambda: evolve(REVIEW, said_by=" "),
    "nothing does it": lambda: evolve(REVIEW, done_by=()),
    "a roll that something else does": lambda: evolve(ROLLS, done_by=(ADMITTED,)),
    "no times": lambda: evolve(REVIEW, times=0),
    "not a day": lambda: evolve(AUTHORIZATION_ENDS, counted_from="authorization.payer"),
    "no field": lambda: evolve(AUTHORIZATION_ENDS, counted_from="authorization.last"),
    "a list": lambda: evolve(AUTHORIZATION_ENDS, counted_from="authorization.codes"),
    "a part of none": lambda: evolve(AUTHORIZATION_ENDS, counted_from="authorization.amount.x"),
    "a part of several": lambda: Happening("drug_tested", (Having("results.found", ("true",)),)),
    "no part": lambda: evolve(AUTHORIZATION_ENDS, counted_from="authorization.end.year"),
    "no event": lambda: evolve(ROLLS, counted_from="end"),
    "another fact": lambda: rule(FACTS["age"] >= 18, Term(3), "assessed"),
    "an unknown kind": lambda: Happening("addmitted"),
    "an unknown field": lambda: Happening("admitted", (Having("levels", ("2.1",)),)),
    "no value": lambda: Having("level", ()),
    "out of order": lambda: Term(5, opens=6),
    "too far": lambda: Term(3661),
    "a row of excuses": lambda: InARow(SessionOutcome.EXCUSED, 2),
    "a row of none": lambda: InARow(SessionOutcome.MISSED, 0),
    "no days": lambda: NoContact(0),
    "no rules": rule_set,
    "one name twice": lambda: rule_set(REVIEW, REVIEW),
    "no site": lambda: due_on(course_of(), on=MONDAY, rules=[ROLLS]),
    "no course": lambda: due_on("course", on=MONDAY, rules=[]),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("work", WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_refused(work: Callable[[], object]) -> None:
    with pytest.raises(InvalidError):
        work()


def test_a_rule_says_in_words_what_it_asks_for() -> None:
    assert RECERTIFY.words == (
        "by 1 day before, from 14 days before to 1 day before end of certified"
    )
    around = Term(2, opens=-3, last=5, counted_in=CountedIn.WORKING_DAYS)
    assert evolve(RECERTIFY, within=around).words == (
        "by working day 2, from 3 working days before to working day 5 after end of certified"
    )
    early = evolve(RECERTIFY, within=Term(-1, counted_in=CountedIn.MONTHS))
    assert early.words == "by 1 month before end of certified"
    assert [each.words for each in (REVIEW, DISCHARGE_SUMMARY, LATER_INTERVIEW, TWO_MISSED)] == [
        "by day 30 after each time, from admitted",
        "by working day 10 after discharged",
        "by day 180, from day 150 to day 210 after admitted",
        "by day 2 after 2 sessions missed in a row",
    ]
    assert [each.when.words for each in (ROLLS, SILENCE, REPEAT)] == [  # type: ignore[union-attr]
        "a session without a roll",
        "30 days without contact",
        "instrument answered with screening.instrument phq_9",
    ]
    both = evolve(REVIEW, within=Term(7), when=COURSE_FACTS["goals_met"] >= 1)
    assert both.words == (
        "by day 7 after goals met is at least 1, then by day 30 after each time, from goals met is "
        "at least 1"
    )


OF_EVENTS = (PLAN_IN_7_DAYS, REVIEW, USED, REPEAT, SILENCE, TWO_MISSED)


@given(courses(), st.sampled_from(OF_EVENTS), st.integers(-20, 60))
def test_what_is_due_was_coming_or_an_entry_of_the_day_made_it_so(
    course: Course, one: DueRule, days: int
) -> None:
    first = course.schedules[0].since
    on = first + timedelta(days)
    before = due_on(course, on=on - timedelta(1), rules=[one])
    today = due_on(course, on=on, rules=[one], closed=True)
    of_today = {entry.key for entry in course.history.counting if entry.on == on}
    was = {(each.since, each.opened_by) for each in before}
    for each in today:
        if each.closed_by is None and each.state is not DueState.NOT_KNOWN:
            assert (each.since, each.opened_by) in was or each.opened_by in of_today
    now = {(each.since, each.opened_by): each for each in today}
    for each in before:
        after = now.get((each.since, each.opened_by))
        if each.state is not DueState.NOT_KNOWN:
            assert after is not None
            assert after.closed_by is None or after.closed_by in of_today


MEDICARE = find_requirements("us-medicare-iop")
OF_PLAN = evolve(PLAN, program=evolve(PLAN.program, review_every_days=14, level=LevelOfCare("2.1")))


def test_a_plan_makes_due_what_its_program_and_requirements_ask_for() -> None:
    own, first, again = due_rules(OF_PLAN, [MEDICARE])
    assert (own.words, own.said_by) == (
        "by day 14 after each time, from admitted or readmitted",
        "Program",
    )
    assert (first.words, again.words) == (
        "by day 0 after admitted or readmitted",
        "by day 60 after each time, from admitted or readmitted",
    )
    assert first.source == again.source
    assert first.source is not None
    course = course_of((0, Certified()), (10, ReviewHeld()))
    on = MONDAY + timedelta(30)
    assert [
        (each.rule, each.state.value) for each in due_on(course, on=on, rules=[own, first, again])
    ] == [
        (own.name, "overdue"),
        (again.name, "due"),
    ]


def test_a_requirement_for_another_level_makes_nothing_due() -> None:
    partial = evolve(OF_PLAN.program, level=LevelOfCare("1"))
    assert [each.said_by for each in due_rules(evolve(OF_PLAN, program=partial), [MEDICARE])] == [
        "Program"
    ]


def test_reviews_by_the_month_and_first_ones_earlier() -> None:
    dated = MEDICARE.versions.dated[-1]
    requirement = evolve(dated.value[0], name="own", age_group=None)
    monthly = evolve(requirement, demand=Reviews(MilestoneKind.REVIEW))
    earlier = evolve(
        requirement,
        name="first",
        demand=Reviews(MilestoneKind.RECERTIFICATION, 30, first_days=17),
    )
    adults = evolve(monthly, name="youth", age_group=AgeGroup.ADOLESCENT)
    versions = evolve(MEDICARE.versions, dated=(evolve(dated, value=(monthly, earlier, adults)),))
    found = due_rules(
        evolve(OF_PLAN, age=40, program=evolve(OF_PLAN.program, review_every_days=None)),
        [evolve(MEDICARE, versions=versions)],
        assume_in_force=True,
    )
    *others, words = [each.words for each in found]
    assert words.endswith(", then by day 30 after each time, from admitted or readmitted")
    assert others == [
        "by month 1 after each time, from admitted or readmitted",
        "by day 0 after admitted or readmitted",
    ]


def test_what_is_due_at_a_site_is_one_table() -> None:
    late, early = course_of(), evolve(course_of((3, PlanRevised())), key=UUID(int=8, version=4))
    on = MONDAY + timedelta(9)
    rows = due_rows([early, late], on=on, rules=[PLAN_IN_7_DAYS, LATER_INTERVIEW], site=SITE)
    assert [(row.course, row.state.value, row.days_late) for row in rows] == [
        (str(late.key), "overdue", 2),
        (str(late.key), "coming", 0),
        (str(early.key), "coming", 0),
    ]
    sourced = evolve(PLAN_IN_7_DAYS, source=MEDICARE.versions.dated[-1].source)
    (row,) = due_rows([late], on=on, rules=lambda _: [sourced])
    assert row.source == str(sourced.source)


def test_a_readmission_makes_due_again_what_an_admission_does() -> None:
    again = evolve(PLAN_IN_7_DAYS, or_when=(Happening("readmitted"),))
    course = course_of((3, PlanRevised()), OUT, (30, Readmitted()))
    assert [states(course, again, day) for day in (29, 30, 37, 38)] == [
        [],
        ["due"],
        ["due"],
        ["overdue"],
    ]
