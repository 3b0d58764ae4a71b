"""Advice on a course: what policies say of it, with what is not known left open."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.courses import Course, Entry, ScheduleSince, Status, advise, collect, plan_policies
from iopkit.courses.events import (
    Admitted,
    ContactMade,
    CourseEvent,
    Discharged,
    DrugTested,
    InControlledEnvironment,
    InstrumentAnswered,
    Readmitted,
    ReviewHeld,
    SessionAttended,
    SessionMissed,
    SubstanceFound,
)
from iopkit.courses.progressing import progress
from iopkit.courses.taking_stock import state_on
from iopkit.eligibility import FACTS, Criterion, Decision, Policy, Possible, Predicate
from iopkit.errors import InvalidError, NotInForceError
from iopkit.levels import LevelOfCare
from iopkit.library import COURSE_POLICIES, find_course_policy
from iopkit.modalities import Modality
from iopkit.patients import (
    Assessment,
    Patient,
    Score,
    Screening,
    Substance,
    SubstanceUseDisorder,
)
from iopkit.plans import Plan
from iopkit.programs import (
    COURSE_FACTS,
    Phase,
    Program,
    Progress,
    ScoreChange,
    Service,
    Slot,
    Weekly,
)
from iopkit.programs.progress import STATUS_NAMES, service_facts
from iopkit.schedules import Attendance, schedule
from iopkit.sites import Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

MONDAY = date(2026, 1, 5)
PATIENT = Patient(UUID(int=1, version=4))
SITE = Site("north", "America/New_York", WeeklyWindows.always())
GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly((Slot.parse("wednesday 18:00"), Slot.parse("friday 18:00"))),
    timedelta(minutes=90),
)
FIRST = Phase("first", "The first phase", 4, advance=COURSE_FACTS["attendance"] >= 0.75)
SECOND = Phase("second", "The second phase", 4)
PROGRAM = Program("own", "Own", (FIRST, SECOND), (GROUP,), discharge=COURSE_FACTS["goals_met"] >= 1)
PLAN = Plan(UUID(int=3, version=4), PATIENT.key, "north", PROGRAM, MONDAY, 1)
SCHEDULE = schedule(PLAN, SITE)
UIDS = [SCHEDULE.uid(session) for session in SCHEDULE.sessions]
NIGHT = datetime(2027, 3, 1, 22, tzinfo=UTC)
At = tuple[int, CourseEvent]


def day(number: int) -> date:
    return MONDAY + timedelta(number)


def course_of(*events: At, planned: bool = False, start: CourseEvent | None = None) -> Course:
    entries = [
        Entry(UUID(int=number, version=4), day(at), NIGHT, "desk", event)
        for number, (at, event) in enumerate([(0, start or Admitted()), *events], start=1)
    ]
    course = collect(
        entries,
        key=UUID(int=2, version=4),
        patient=PATIENT.key,
        schedules=(ScheduleSince(MONDAY, SCHEDULE),) if planned else (),
    )
    assert course.apart == ()
    return course


def asking(predicate: Predicate, *, since: date = MONDAY) -> Policy:
    said = Source("Handbook", Grade.SECONDARY)
    criterion = Criterion("only", "Only.", predicate, said)
    return Policy("own", "Own", Versions((Dated(since, (criterion,), said),)))


def verdict(course: Course, predicate: Predicate, at: int, patient: Patient = PATIENT) -> Truth:
    (found,) = advise(course, patient, [asking(predicate)], on=day(at))
    return found.verdict


def phq(at: int, score: int | None) -> At:
    scores = () if score is None else (Score("total", score),)
    return at, InstrumentAnswered(Screening("phq_9", day(at), scores=scores))


# What facts are read from.


@pytest.mark.parametrize(
    ("events", "at", "name", "value"),
    [
        pytest.param([], 0, "status", "admitted", id="admitted"),
        pytest.param([(3, Discharged())], 3, "status", "discharged", id="discharged"),
        pytest.param([], -1, "status", None, id="nowhere-yet"),
        pytest.param([], 5, "level", "2.1", id="the-level-on-record"),
        pytest.param([(3, Discharged())], 3, "level", None, id="no-level-after-a-stay"),
        pytest.param([(4, ContactMade())], 9, "days_since_contact", 5, id="contact"),
        pytest.param([], 9, "in_controlled_environment", False, id="nothing-on-record"),
        pytest.param(
            [(3, InControlledEnvironment(day(20)))],
            9,
            "in_controlled_environment",
            True,
            id="controlled",
        ),
        pytest.param(
            [(3, InControlledEnvironment())], 9, "in_controlled_environment", None, id="no-end"
        ),
        pytest.param([], 9, "at_risk", None, id="no-review"),
        pytest.param([(3, ReviewHeld(at_risk=True))], 9, "at_risk", True, id="at-risk"),
        pytest.param(
            [(3, ReviewHeld(at_risk=True)), (5, ReviewHeld(at_risk=False))],
            9,
            "at_risk",
            False,
            id="the-newest-review",
        ),
        pytest.param(
            [(3, ReviewHeld(at_risk=True)), (5, ReviewHeld())],
            9,
            "at_risk",
            True,
            id="a-review-that-did-not-ask",
        ),
        pytest.param(
            [(3, ReviewHeld(at_risk=True)), (3, ReviewHeld(at_risk=False))],
            9,
            "at_risk",
            None,
            id="two-of-a-day-that-differ",
        ),
        pytest.param(
            [(3, ReviewHeld(at_risk=True)), (5, Discharged())], 9, "at_risk", None, id="after-it"
        ),
        pytest.param(
            [(3, ReviewHeld(at_risk=True)), (5, Discharged()), (7, Readmitted())],
            9,
            "at_risk",
            None,
            id="in-another-stay",
        ),
        pytest.param([phq(1, 20)], 9, "change_of_phq_9_total_score", None, id="one-score"),
        pytest.param(
            [phq(1, 20), phq(8, 13)], 9, "change_of_phq_9_total_score", -7, id="two-scores"
        ),
        pytest.param(
            [phq(1, 20), phq(4, 9), phq(8, 24)],
            9,
            "change_of_phq_9_total_score",
            4,
            id="first-and-last",
        ),
        pytest.param(
            [phq(1, 20), phq(8, 13)], 7, "change_of_phq_9_total_score", None, id="to-come"
        ),
    ],
)
def test_a_course_tells(events: list[At], at: int, name: str, value: object) -> None:
    course = course_of(*events, start=Admitted(LevelOfCare("2.1")))
    told = progress(state_on(course, on=day(at)))
    assert COURSE_FACTS[name].read(told, day(at)) == value


def test_a_score_that_is_open_leaves_its_change_open() -> None:
    course = course_of(phq(1, 20), phq(8, None))
    (change, _) = progress(state_on(course, on=day(9))).score_changes
    assert change.score == "phq_9_total_score"
    assert isinstance(change.change, Possible)
    assert (change.change.low, change.change.high) == (-20, 7)
    assert verdict(course, COURSE_FACTS["change_of_phq_9_total_score"] <= 7, 9) is Truth.YES
    assert verdict(course, COURSE_FACTS["change_of_phq_9_total_score"] <= 6, 9) is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("marks", "at", "this", "last"),
    [
        pytest.param([], 1, 0.0, None, id="no-week-before"),
        pytest.param(["+"], 2, 1.5, None, id="one-session"),
        pytest.param(["+", "+"], 6, 3.0, None, id="a-week"),
        pytest.param(["+", "+"], 7, 0.0, 3.0, id="the-week-after"),
        pytest.param(["+", "-"], 7, 0.0, 1.5, id="missed"),
        pytest.param(["+"], 7, 0.0, (1.5, 3.0), id="a-roll-that-is-open"),
        pytest.param(["+", "+", "-", "?"], 13, (0.0, 1.5), 3.0, id="an-open-roll-of-this-week"),
    ],
)
def test_hours_are_those_of_weeks_of_the_plan(
    marks: list[str], at: int, this: object, last: object
) -> None:
    events: list[At] = [
        (
            (SCHEDULE.sessions[n].start.date() - MONDAY).days,
            SessionAttended(UIDS[n], Attendance()) if mark == "+" else SessionMissed(UIDS[n]),
        )
        for n, mark in enumerate(marks)
        if mark != "?"
    ]
    told = progress(state_on(course_of(*events, planned=True), on=day(at)))

    def ends(hours: object) -> object:
        return (hours.low, hours.high) if isinstance(hours, Possible) else hours

    assert (ends(told.hours_this_week), ends(told.hours_last_week)) == (this, last)


def test_rows_of_sessions_are_told() -> None:
    missed: list[At] = [(2, SessionMissed(UIDS[0])), (4, SessionMissed(UIDS[1]))]
    course = course_of(*missed, planned=True)
    assert verdict(course, COURSE_FACTS["missed_in_a_row"] >= 2, 4) is Truth.YES
    assert verdict(course, COURSE_FACTS["attended_in_a_row"] >= 1, 4) is Truth.NO
    # While the next roll is open nobody knows whether the row has ended.
    assert verdict(course, COURSE_FACTS["missed_in_a_row"] >= 2, 9) is Truth.UNKNOWN


def test_words_for_where_a_patient_stands_are_those_of_courses() -> None:
    assert tuple(status.value for status in Status) == STATUS_NAMES


def test_a_patient_alone_tells_nothing_of_a_course() -> None:
    facts = [*COURSE_FACTS.values(), *service_facts(["group"]).values()]
    assert {fact.read(PATIENT, MONDAY) for fact in facts} == {None}


def test_a_change_of_score_has_the_range_of_the_score() -> None:
    Progress(score_changes=(ScoreChange("phq_9_total_score", 27),))
    with pytest.raises(InvalidError):
        Progress(score_changes=(ScoreChange("phq_9_total_score", 28),))


# Advice.


def test_facts_of_the_course_stand_beside_those_of_the_patient() -> None:
    both = (COURSE_FACTS["negative_tests_in_a_row"] >= 1) & (FACTS["needed_hours_per_week"] >= 9)
    clean = DrugTested((SubstanceFound(Substance.ALCOHOL, found=False),))
    course = course_of((3, clean))
    needs = evolve(PATIENT, assessments=(Assessment(day(1), needed_per_week=timedelta(hours=9)),))
    assert verdict(course, both, 3, needs) is Truth.YES
    assert verdict(course, both, 3) is Truth.UNKNOWN
    assert verdict(course, both, 2, needs) is Truth.UNKNOWN


def test_an_instrument_answered_in_the_course_is_the_patients() -> None:
    severe = FACTS["phq_9_total_score"] >= 20
    course = course_of(phq(8, 21))
    known = evolve(PATIENT, screenings=(Screening("phq_9", day(1), scores=(Score("total", 3),)),))
    assert verdict(course, severe, 7) is Truth.UNKNOWN
    assert verdict(course, severe, 7, known) is Truth.NO
    assert verdict(course, severe, 8, known) is Truth.YES
    again = evolve(
        known, screenings=(*(known.screenings or ()), *state_on(course, on=day(8)).screenings)
    )
    assert verdict(course, severe, 8, again) is Truth.YES


def test_differences_of_facts_are_told() -> None:
    spare = FACTS["free_hours_per_week"].less(FACTS["needed_hours_per_week"]) >= 0
    assert verdict(course_of(), spare, 3) is Truth.UNKNOWN


def test_advice_says_what_is_missing_and_what_would_change_it() -> None:
    policy = find_course_policy("us-medicare-iop-continued-stay")
    needs = evolve(PATIENT, assessments=(Assessment(day(1), needed_per_week=timedelta(hours=9)),))

    def asked(*events: At) -> Decision:
        (found,) = advise(course_of(*events), needs, [policy], on=day(9))
        return found

    assert (asked().verdict, asked().missing) == (Truth.UNKNOWN, ("at_risk",))
    assert asked((3, ReviewHeld(at_risk=True))).verdict is Truth.YES
    no = asked((3, ReviewHeld(at_risk=False)))
    assert no.verdict is Truth.NO
    assert [[change.fact.name for change in way] for way in no.changes] == [["at_risk"]]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(539, Truth.NO), (540, Truth.YES)],
)
def test_medicare_asks_for_nine_hours(minutes: int, expected: Truth) -> None:
    policy = find_course_policy("us-medicare-iop-continued-stay")
    needs = evolve(
        PATIENT,
        assessments=(Assessment(day(1), needed_per_week=timedelta(minutes=minutes)),),
    )
    course = course_of((3, ReviewHeld(at_risk=True)))
    (found,) = advise(course, needs, [policy], on=day(9))
    assert found.verdict is expected
    with pytest.raises(NotInForceError):
        advise(course, needs, [policy], on=date(2023, 12, 31))
    (assumed,) = advise(course, needs, [policy], on=date(2023, 12, 31), assume_in_force=True)
    assert assumed.assumed_in_force


@pytest.mark.parametrize(
    ("free_since", "early", "sustained"),
    [
        pytest.param(None, Truth.UNKNOWN, Truth.UNKNOWN, id="not-known"),
        pytest.param(date(2026, 4, 2), Truth.NO, Truth.NO, id="a-day-less-than-3-months"),
        pytest.param(date(2026, 4, 1), Truth.YES, Truth.NO, id="3-months"),
        pytest.param(date(2025, 7, 2), Truth.YES, Truth.NO, id="a-day-less-than-12-months"),
        pytest.param(date(2025, 7, 1), Truth.NO, Truth.YES, id="12-months"),
    ],
)
def test_remission_is_counted_from_days_on_record(
    free_since: date | None, early: Truth, sustained: Truth
) -> None:
    disorder = SubstanceUseDisorder(Substance.ALCOHOL, 6, symptom_free_since=free_since)
    patient = evolve(PATIENT, diagnoses=(disorder,))
    names = ("dsm-5-early-remission", "dsm-5-sustained-remission")
    course = course_of((30, InControlledEnvironment(date(2026, 8, 1))))
    found = advise(course, patient, map(find_course_policy, names), on=date(2026, 7, 1))
    assert tuple(each.verdict for each in found) == (early, sustained)
    assert {each.considerations[0].truth for each in found} == {Truth.YES}


def test_a_disorder_without_an_end_is_not_in_remission_by_days_without_use() -> None:
    clean = DrugTested((SubstanceFound(Substance.ALCOHOL, found=False),))
    patient = evolve(PATIENT, diagnoses=(SubstanceUseDisorder(Substance.ALCOHOL, 6),))
    policy = find_course_policy("dsm-5-early-remission")
    (found,) = advise(course_of((3, clean)), patient, [policy], on=date(2026, 12, 1))
    assert found.verdict is Truth.UNKNOWN


def test_what_is_shipped_is_in_the_order_of_names() -> None:
    names = [policy.name for policy in COURSE_POLICIES]
    assert names == sorted(set(names))


# The plan's own conditions.


def test_a_plans_conditions_are_policies() -> None:
    attended: At = (2, SessionAttended(UIDS[0], Attendance()))
    course = course_of(attended, planned=True)
    policies = plan_policies(state_on(course, on=day(3)))
    assert [policy.name for policy in policies] == ["own/advance-from-first", "own/discharge"]
    going_on, leaving = advise(course, PATIENT, policies, on=day(3))
    assert (going_on.verdict, leaving.verdict) == (Truth.YES, Truth.UNKNOWN)
    # The next roll is open: of two sessions one or both.
    (open_roll, _) = advise(course, PATIENT, policies, on=day(4))
    assert open_roll.verdict is Truth.UNKNOWN
    later = plan_policies(state_on(course, on=day(30)))
    assert [policy.name for policy in later] == ["own/discharge"]


def test_a_programs_source_says_its_conditions() -> None:
    said = Source("A manual", Grade.OFFICIAL)
    plan = evolve(PLAN, program=evolve(PROGRAM, sources=(said,)))
    state = evolve(state_on(course_of(planned=True), on=day(3)), plan=plan)
    assert {policy.versions.dated[0].source for policy in plan_policies(state)} == {said}
    assert plan_policies(evolve(state, phase="another"))[0].name == "own/discharge"


def test_without_a_plan_there_are_no_conditions() -> None:
    assert plan_policies(state_on(course_of(), on=day(3))) == ()


ASKED = (
    COURSE_FACTS["missed_in_a_row"] >= 2,
    COURSE_FACTS["attended_in_a_row"] >= 2,
    COURSE_FACTS["attendance"] >= 0.5,
    COURSE_FACTS["hours_last_week"] >= 2,
    COURSE_FACTS["days_since_contact"] >= 5,
    COURSE_FACTS["unexcused_absences"] <= 1,
)


@given(
    st.lists(st.sampled_from("+-"), min_size=4, max_size=4),
    st.sets(st.integers(0, 3)),
    st.sampled_from(ASKED),
)
def test_more_knowledge_settles_advice_and_never_turns_it(
    marks: list[str], unknown: set[int], asked: Predicate
) -> None:
    told: list[At] = [
        (
            (SCHEDULE.sessions[n].start.date() - MONDAY).days,
            SessionAttended(UIDS[n]) if mark == "+" else SessionMissed(UIDS[n], excused=False),
        )
        for n, mark in enumerate(marks)
    ]
    some = [at for n, at in enumerate(told) if n not in unknown]
    before = verdict(course_of(*some, planned=True), asked, 13)
    after = verdict(course_of(*told, planned=True), asked, 13)
    assert before in (Truth.UNKNOWN, after)


def test_what_was_recorded_later_does_not_count() -> None:
    course = course_of((3, ReviewHeld(at_risk=True)))
    policy = asking(COURSE_FACTS["at_risk"].equals(True))  # a value
    (then,) = advise(course, PATIENT, [policy], on=day(9), known=datetime(2026, 2, 1, tzinfo=UTC))
    assert then.verdict is Truth.UNKNOWN


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"course": "course"}, id="no-course"),
        pytest.param({"patient": "patient"}, id="no-patient"),
        pytest.param({"patient": Patient(UUID(int=9, version=4))}, id="another-patient"),
        pytest.param({"policies": ["policy"]}, id="no-policy"),
        pytest.param({"on": "today"}, id="no-day"),
    ],
)
def test_what_cannot_be_advised_on_is_refused(wrong: dict[str, object]) -> None:
    given = {"course": course_of(), "patient": PATIENT, "policies": [], "on": MONDAY, **wrong}
    with pytest.raises(InvalidError):
        advise(
            given["course"],  # type: ignore[arg-type]
            given["patient"],  # type: ignore[arg-type]
            given["policies"],  # type: ignore[arg-type]
            on=given["on"],  # type: ignore[arg-type]
        )
    with pytest.raises(InvalidError):
        plan_policies("state")  # type: ignore[arg-type]
