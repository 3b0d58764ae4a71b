"""Where a patient stands, what is due and a clinic's morning, for people to read."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import InvalidError, LevelOfCare, Modality, Plan, Program, Site, WeeklyWindows, schedule
from iopkit.charges import CodingScheme, SessionCodes, TimeBand
from iopkit.clinics import Morning, morning_of
from iopkit.courses import (
    Authorization,
    Course,
    DueRule,
    Entry,
    Happening,
    ScheduleSince,
    Term,
    collect,
    due_rows,
    state_on,
    state_rows,
)
from iopkit.courses.events import (
    Admitted,
    Authorized,
    CourseEvent,
    Died,
    Discharged,
    DrugTested,
    DrugTestMissed,
    HoldBegun,
    HoldEnded,
    InControlledEnvironment,
    InstrumentAnswered,
    MadeUp,
    NoUseReported,
    Referred,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
    SubstanceFound,
)
from iopkit.eligibility.possible import Possible
from iopkit.levels import Edition
from iopkit.library import find_requirements
from iopkit.patients import Screening, Substance
from iopkit.plans import Goal, Objective, Problem, ScoreTarget
from iopkit.programs import Phase, Service, Slot, Weekly
from iopkit.reports import (
    due_csv,
    lanes_text,
    morning_text,
    state_csv,
    state_text,
)
from iopkit.reports.states import attendance_text, count_text
from iopkit.sources import Dated, Grade, Source, Versions

MONDAY = date(2026, 1, 5)
PATIENT = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
KEY = UUID("1c9e2f60-7c0b-4d0e-8a53-5d7b0c7f2e11")
SITE = Site(
    "Elm Street", "America/Chicago", WeeklyWindows.of("monday 08:00-20:00", "thursday 08:00-20:00")
)
SLOTS = Weekly((Slot.parse("monday 09:00"), Slot.parse("thursday 17:00")))
GROUP = Service("group", "Group", Modality.GROUP_THERAPY, SLOTS, timedelta(hours=3))
TEST = Service(
    "test",
    "Test",
    Modality.DRUG_TESTING,
    Weekly((Slot.parse("monday 13:00"),)),
    timedelta(minutes=15),
)
LEVEL = LevelOfCare.parse("2.1", edition=Edition.THIRD)
PROGRAM = Program(
    "oak",
    "Oak program",
    (Phase("all", "All weeks", 4, (GROUP, TEST)),),
    level=LEVEL,
    review_every_days=14,
)
GOALS = (
    Goal(
        "use",
        "Feel better",
        target=ScoreTarget("phq_9", "total", most=9),
        objectives=(Objective("Come to groups"),),
    ),
)
PLAN = Plan(
    KEY, PATIENT, SITE.name, PROGRAM, MONDAY, 1, problems=(Problem("use", "Use"),), goals=GOALS
)
DATED = schedule(PLAN, SITE)
GROUPS = [DATED.uid(each) for each in DATED.sessions if each.service == "group"]
TESTS = [DATED.uid(each) for each in DATED.sessions if each.service == "test"]
EMPTY = Course(KEY, PATIENT, (ScheduleSince(MONDAY, DATED),))


def day(later: int) -> date:
    return MONDAY + timedelta(days=later)


def course_of(*told: tuple[int, CourseEvent], start: Course = EMPTY) -> Course:
    """A course with events, each so many days after the first Monday and recorded that night."""
    numbers = count(1)
    entries = [
        Entry(
            UUID(int=next(numbers), version=4),
            day(later),
            datetime.combine(day(later), time(23), UTC) + timedelta(days=1),
            "desk",
            event,
        )
        for later, event in told
    ]
    found = collect(entries, key=start.key, patient=start.patient, schedules=start.schedules)
    assert not found.apart, [each.reasons for each in found.apart]
    return found


def answers(*scores: int) -> tuple[int, ...]:
    return (*scores, *([0] * (9 - len(scores))))


FULL = course_of(
    (-3, Referred()),
    (0, Admitted(LEVEL)),
    (0, SessionAttended(GROUPS[0])),
    (0, InstrumentAnswered(Screening("phq_9", day(0), answers(3, 3, 3, 3)))),
    (0, SessionAttended(TESTS[0])),
    (0, DrugTested((SubstanceFound(Substance.ALCOHOL, found=True),))),
    (0, Authorized(Authorization("Elm Health", ("H0015",), day(0), day(28), amount=9))),
    (0, Authorized(Authorization("Oak Health", ("H0015",), day(0), day(28)))),
    (1, InControlledEnvironment(day(3))),
    (3, SessionMissed(GROUPS[1], excused=False)),
    (7, SessionCancelled(GROUPS[2])),
    (7, DrugTested((SubstanceFound(Substance.ALCOHOL, found=False),))),
    (7, SessionAttended(TESTS[1])),
    (8, MadeUp(GROUPS[2], datetime(2026, 1, 13, 9, tzinfo=SITE.tz))),
    (9, NoUseReported(day(1))),
    (9, InControlledEnvironment()),
    (9, InstrumentAnswered(Screening("phq_9", day(9), answers(2, 2)))),
)


def told(text: str) -> str:
    return " ".join(text.split())


def test_a_state_tells_all_that_it_has() -> None:
    text = told(state_text(state_on(FULL, on=day(10))))
    for part in (
        f"Course {KEY} Patient {PATIENT} Thu 2026-01-15: admitted; level 2.1 Intensive Outpatient",
        "; Oak program, week 2; All weeks, week 2",
        "Status: - 2026-01-02 to 2026-01-04: referred - from 2026-01-05: admitted",
        "- 6 due: 3 attended, 1 missed, 1 cancelled, 1 not recorded",
        "- attendance 60 to 80 %",
        "- beside these 1 made up or not planned",
        "Rolls open: - Group 4, 2026-01-15 17:00",
        "- from 2026-01-05: 3 h 15 min (3 h group therapy, 15 min drug testing)",
        "- attended in a row: 0 to 2 - missed in a row: 0 to 1",
        "- days since the last contact: 0 to 1",
        "- days without use as reported: 0 or more - days without use as tested: 0",
        "negative tests in a row: 1, in all 1; a missed test is passed over",
        "newest test that was not negative: 2026-01-05",
        "in a controlled environment from 2026-01-06 to 2026-01-07",
        "in a controlled environment from 2026-01-14; its end is not recorded",
        "- Feel better (PHQ-9 score at most 9: met; then 12 on 2026-01-05; now 4 on 2026-01-14)",
        "- Come to groups",
        "Authorized for the day: - Elm Health: H0015, 9 units, to 2026-02-01",
        "- Oak Health: H0015, no limit known, to 2026-02-01",
        "Left: - 6 sessions, the last on 2026-01-29",
    ):
        assert part in text


def test_a_state_of_one_instant_says_so() -> None:
    known = datetime(2026, 1, 6, 12, tzinfo=UTC)
    text = state_text(state_on(FULL, on=day(0), known=known))
    assert "As on record at 2026-01-06 12:00 UTC" in text


def test_a_week_of_one_modality_is_told_in_one_figure() -> None:
    text = state_text(
        state_on(course_of((0, Admitted()), (0, SessionAttended(GROUPS[0]))), on=day(0))
    )
    assert "from 2026-01-05: 3 h group therapy" in text


def test_how_a_missed_test_is_taken_is_told() -> None:
    of = course_of(
        (0, Admitted()),
        (0, DrugTested((SubstanceFound(Substance.OPIOIDS, found=False),))),
        (7, DrugTestMissed()),
    )
    assert "a missed test is passed over" in told(state_text(state_on(of, on=day(8))))
    harsh = state_on(of, on=day(8), missed_test_is_positive=True)
    assert "a missed test ends the row" in told(state_text(harsh))


def test_what_has_no_date_is_left_too() -> None:
    long = Service("long", "Long", Modality.GROUP_THERAPY, SLOTS, timedelta(hours=13))
    program = evolve(PROGRAM, phases=(Phase("all", "All weeks", 4, (long,)),))
    dated = schedule(evolve(PLAN, program=program), SITE)
    assert dated.unplaced
    start = Course(KEY, PATIENT, (ScheduleSince(MONDAY, dated),))
    text = state_text(state_on(course_of((0, Admitted()), start=start), on=day(0)))
    assert "8 sessions without a date" in text


def test_a_day_before_anything_has_no_status() -> None:
    text = state_text(state_on(EMPTY, on=MONDAY))
    assert text.splitlines()[2] == "Mon 2026-01-05: no status"


def test_before_the_first_day_of_a_plan_there_is_no_week() -> None:
    early = Course(KEY, PATIENT, (ScheduleSince(day(-7), DATED),))
    of = course_of((-7, Admitted()), start=early)
    assert "Mon 2025-12-29: admitted; level 2.1" in state_text(state_on(of, on=day(-7)))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "not known"),
        (0, "0"),
        (Possible(), "not known"),
        (Possible(1, 2), "1 to 2"),
        (Possible(3, 100_000), "3 or more"),
    ],
)
def test_a_count_is_told_as_what_it_can_be(value: int | Possible | None, words: str) -> None:
    assert count_text(value) == words


def test_no_session_has_no_attendance() -> None:
    assert not attendance_text(state_on(EMPTY, on=MONDAY).counts)


def test_states_make_a_table() -> None:
    head, row = state_csv(state_rows([FULL], on=day(10))).splitlines()
    assert head.startswith("patient,course,day,status")
    assert head.count(",") == row.count(",")
    assert ",admitted,2026-01-05,2.1,oak," in row


# What is due.

RULES = (
    DueRule(
        "a",
        "Call",
        Happening("admitted"),
        Term(5, opens=2, last=7),
        done_by=(Happening("contact_made"),),
        times=2,
        said_by="Handbook",
    ),
    DueRule(
        "b",
        "Review",
        Happening("admitted"),
        Term(5),
        done_by=(Happening("review_held"),),
        said_by="Handbook",
    ),
    DueRule(
        "c",
        "Write",
        Happening("admitted"),
        Term(3),
        done_by=(Happening("plan_revised"),),
        until=(Happening("hold_begun"),),
        said_by="Handbook",
    ),
)


def test_what_is_due_makes_a_table() -> None:
    rows = due_rows([course_of((0, Admitted()))], on=day(6), rules=RULES)
    head, *lines = due_csv(rows).splitlines()
    assert (
        head == "patient,course,rule,title,state,since,opens,due,last,days_late,done,times,source"
    )
    assert (
        f"{PATIENT},{KEY},b,Review,overdue,2026-01-05,2026-01-05,2026-01-10,2026-01-10,1,0,1,Handbook"
        in lines
    )


# A morning.


def test_a_morning_tells_who_comes_what_is_open_and_what_is_due() -> None:
    morning = morning_of([course_of((0, Admitted()))], on=day(17), site=SITE)
    assert told(morning_text(morning, names={PATIENT: "amber"})) == (
        "Thu 2026-01-22: Coming: - 17:00 Group, amber Rolls open: - Group 1, 2026-01-05 09:00, "
        "amber - Test 1, 2026-01-05 13:00, amber - Group 2, 2026-01-08 17:00, amber - Group 3, "
        "2026-01-12 09:00, amber - Test 2, 2026-01-12 13:00, amber - Group 4, 2026-01-15 17:00, "
        "amber - Group 5, 2026-01-19 09:00, amber - Test 3, 2026-01-19 13:00, amber Overdue: - "
        "2026-01-19 Review the "
        "plan, amber; by Oak program"
    )


def test_without_names_a_morning_tells_keys() -> None:
    text = morning_text(morning_of([course_of((0, Admitted()))], on=day(3), site=SITE))
    assert f"17:00  Group, {PATIENT}" in text


@pytest.mark.parametrize(
    ("events", "comes"),
    [
        ([], 1),
        ([(1, HoldBegun())], 0),
        ([(1, HoldBegun()), (2, HoldEnded())], 1),
        ([(1, HoldBegun()), (3, HoldEnded())], 1),
        ([(3, HoldBegun())], 0),
        ([(1, Discharged())], 0),
        ([(1, Died())], 0),
        ([(3, SessionCancelled(GROUPS[1]))], 0),
    ],
    ids=[
        "admitted",
        "on hold",
        "back",
        "back today",
        "on hold from today",
        "discharged",
        "died",
        "called off",
    ],
)
def test_who_is_on_hold_or_has_left_does_not_come(
    events: list[tuple[int, CourseEvent]], comes: int
) -> None:
    morning = morning_of([course_of((0, Admitted()), *events)], on=day(3), site=SITE)
    assert len(morning.coming) == comes


def test_nobody_before_the_first_day_is_told() -> None:
    early = Course(KEY, PATIENT)
    text = morning_text(morning_of([early], on=MONDAY, site=SITE))
    assert text == "Mon 2026-01-05:\n\nNobody comes, and nothing is due."


def test_sets_make_due_what_they_ask_for_if_they_are_in_force() -> None:
    sets = [find_requirements("us-medicare-iop"), find_requirements("us-wa-former-iop")]
    morning = morning_of([course_of((0, Admitted()))], on=day(1), site=SITE, requirements=sets)
    rules = [row.rule.partition("/")[0] for row in morning.due]
    assert set(rules) == {"oak", "us-medicare-iop"}


def coded(since: date) -> CodingScheme:
    """A unit of H0015 for each group."""
    said = Source("Handbook", Grade.SECONDARY)
    bands = (TimeBand("H0015", timedelta(minutes=1)),)
    rule = SessionCodes(bands, frozenset({Modality.GROUP_THERAPY}), said)
    return CodingScheme("own", "Own", Versions((Dated(since, (rule,), said),)))


@pytest.mark.parametrize(
    ("amount", "number", "words"),
    [
        (3, "A-1", "Elm A-1: covers sessions up to 2026-01-12, 5 more units are booked, amber"),
        (8, None, None),
    ],
    ids=["less than booked", "as much as booked"],
)
def test_whose_units_run_out_is_told(amount: int, number: str | None, words: str | None) -> None:
    of = Authorization("Elm", ("H0015",), day(0), day(28), amount, number=number)
    course = course_of((0, Admitted(LEVEL)), (0, SessionAttended(GROUPS[0])), (0, Authorized(of)))
    morning = morning_of([course], on=day(3), site=SITE, coding=coded(MONDAY))
    text = told(morning_text(morning, names={PATIENT: "amber"}))
    assert (words in text) if words else ("Running out" not in text)


def test_what_an_authorization_for_other_days_lacks_is_told_too() -> None:
    of = Authorization("Elm", ("H0015",), day(0), day(1), 1)
    late = evolve(of, start=day(1), end=day(2))
    course = course_of((0, Admitted(LEVEL)), (0, SessionAttended(GROUPS[0])), (0, Authorized(late)))
    morning = morning_of([course], on=day(3), site=SITE, coding=coded(MONDAY))
    assert "Elm: covers none, 7 more units are booked" in told(morning_text(morning))


def test_without_a_coding_that_is_in_force_no_authorization_is_looked_at() -> None:
    of = Authorization("Elm", ("H0015",), day(0), day(28), 1)
    course = course_of((0, Admitted(LEVEL)), (0, Authorized(of)))
    for coding in (None, coded(date(2030, 1, 1))):
        assert not morning_of([course], on=day(3), site=SITE, coding=coding).running_out


def test_a_morning_shows_nothing_in_its_repr() -> None:
    assert str(PATIENT) not in repr(Morning(MONDAY))


# Lanes.


def test_lanes_tell_how_long_who_stood_where() -> None:
    of = course_of(
        (-3, Referred()),
        (0, Admitted()),
        (0, SessionAttended(GROUPS[0])),
        (2, HoldBegun()),
        (5, HoldEnded()),
        (9, Discharged()),
    )
    gone = course_of((0, Referred()), (2, Died()))
    text = lanes_text([of, EMPTY, gone], on=day(20), names={PATIENT: "one"})
    assert text == (
        "one: referred 3 days, admitted 2 days, on hold 3 days, admitted 4 days, discharged on day "
        "9, sessions: 1 attended, 1 on hold, 3 not recorded.\n"
        "one: referred 2 days, died on day 2."
    )


def test_no_lane_is_told() -> None:
    assert lanes_text([], on=MONDAY) == "No course has begun."


REFUSED: dict[str, Callable[[], object]] = {
    "no state": lambda: state_text("state"),  # type: ignore[arg-type]
    "no due row": lambda: due_csv(["row"]),  # type: ignore[list-item]
    "no row": lambda: state_csv(["row"]),  # type: ignore[list-item]
    "no course": lambda: lanes_text(["course"], on=MONDAY),  # type: ignore[list-item]
    "no course of a morning": lambda: morning_of(["course"], on=MONDAY, site=SITE),  # type: ignore[list-item]
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_is_something_else_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(InvalidError):
        call()
