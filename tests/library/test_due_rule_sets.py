"""The shipped due rules on both sides of their edges, and those of the template."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import from_toml
from iopkit.courses import (
    Authorization,
    AuthorizationStatus,
    Course,
    DueRule,
    DueRuleSet,
    Entry,
    ScheduleSince,
    collect,
    due_flaws,
    due_on,
)
from iopkit.courses.events import (
    Admitted,
    AftercareContact,
    Assessed,
    Authorized,
    Certified,
    ContactMade,
    CourseEvent,
    Discharged,
    DrugTested,
    InstrumentAnswered,
    Paper,
    PlanRevised,
    Readmitted,
    ReviewHeld,
    SessionAttended,
    SessionMissed,
    Signed,
    SubstanceFound,
    UseReported,
)
from iopkit.errors import NotInForceError, UnknownNameError
from iopkit.library import DUE_RULE_SETS, find_due_rules
from iopkit.modalities import Modality
from iopkit.patients import Screening, Substance
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import Attendance, schedule
from iopkit.sites import Site
from iopkit.windows import WeeklyWindows

MONDAY = date(2026, 1, 5)
NIGHT = datetime(2028, 3, 1, 22, tzinfo=UTC)
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")
SITE = Site("north", "UTC", WeeklyWindows.of(*(f"{day} 08:00-21:00" for day in WEEK)))
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
    Program("program", "Program", (Phase("all", "All", 3),), (GROUP,)),
    MONDAY,
    1,
)
SCHEDULE = schedule(PLAN, SITE)
UIDS = [SCHEDULE.uid(session) for session in SCHEDULE.sessions]
CLINIC = from_toml(
    DueRuleSet, (files("iopkit") / "templates" / "due_rules.toml").read_text(encoding="utf-8")
)
At = tuple[int, CourseEvent]
States = Mapping[int, str | None]


def day(number: int) -> date:
    return MONDAY + timedelta(number)


def course_of(*events: At, planned: bool = False) -> Course:
    entries = [
        Entry(UUID(int=number, version=4), day(at), NIGHT, "desk", event)
        for number, (at, event) in enumerate([(0, Admitted()), *events], start=1)
    ]
    course = collect(
        entries,
        key=UUID(int=2, version=4),
        patient=PLAN.patient,
        schedules=(ScheduleSince(MONDAY, SCHEDULE),) if planned else (),
    )
    assert course.apart == ()
    return course


def holds(course: Course, rule: DueRule, states: States) -> None:
    """Whether a rule's newest due stands as it should on some days; ``None``: nothing is due."""
    for at, expected in states.items():
        found = [each.state.value for each in due_on(course, on=day(at), rules=[rule], site=SITE)]
        assert (at, found) == (at, [] if expected is None else [expected])


def bam(at: int) -> At:
    return at, InstrumentAnswered(Screening("bam", day(at)))


def phq(at: int) -> At:
    return at, InstrumentAnswered(Screening("phq_9", day(at)))


OUT: At = (20, Discharged())
PLANNED, SUMMARY = Signed(Paper.PLAN), Signed(Paper.DISCHARGE_SUMMARY)
APPROVED = Authorized(Authorization("plan-a", ("H0015",), day(0), day(60)))
TAKEN_BACK = Authorized(evolve(APPROVED.authorization, status=AuthorizationStatus.ENDED))
CLEAN = DrugTested((SubstanceFound(Substance.ALCOHOL, found=False),))
ABSENT: tuple[At, ...] = ((2, SessionMissed(UIDS[0])), (9, SessionMissed(UIDS[1])))

SHIPPED: tuple[tuple[str, int, tuple[At, ...], States], ...] = (
    ("us-ks-iop", 0, (), {-1: None, 0: "due", 7: "due", 8: "overdue"}),
    ("us-ks-iop", 0, ((7, PLANNED),), {6: "due", 7: None, 8: None}),
    ("us-ks-iop", 0, ((7, PlanRevised()),), {7: None}),
    ("us-ks-iop", 0, ((3, SUMMARY),), {3: "due"}),
    ("us-ks-iop", 0, (OUT, (30, Readmitted())), {19: "overdue", 20: None, 37: "due"}),
    ("us-nj-iop", 0, (), {0: "due", 30: "due", 31: "overdue"}),
    ("us-nj-iop", 0, ((30, PLANNED),), {29: "due", 30: None}),
    ("us-dc-iop", 0, (), {0: "due", 7: "due", 8: "overdue"}),
    ("us-dc-iop", 0, ((-1, Assessed()),), {0: None, 8: None}),
    ("us-dc-iop", 0, ((7, Assessed()),), {6: "due", 7: None}),
    ("us-il-iop", 0, (OUT,), {19: None, 20: "due", 35: "due", 36: "overdue"}),
    ("us-il-iop", 0, (OUT, (35, SUMMARY)), {34: "due", 35: None}),
    ("us-nd-iop", 0, (), {0: "due", 14: "due", 15: "overdue"}),
    ("us-nd-iop", 0, ((10, ReviewHeld()),), {10: "due", 24: "due", 25: "overdue"}),
)


@pytest.mark.parametrize(("name", "place", "events", "states"), SHIPPED)
def test_a_shipped_rule_is_due_on_its_days(
    name: str, place: int, events: tuple[At, ...], states: States
) -> None:
    rules = find_due_rules(name).in_force(MONDAY, assume_in_force=True)
    holds(course_of(*events), rules[place], states)


BY_CLINIC: tuple[tuple[str, tuple[At, ...], bool, States], ...] = (
    ("treatment-plan", (), False, {0: "due", 7: "due", 8: "overdue"}),
    ("treatment-plan", ((7, PLANNED),), False, {7: None}),
    ("assessment", (), False, {7: "due", 8: "overdue"}),
    ("assessment", ((0, Assessed()),), False, {0: None, 8: None}),
    ("plan-review", (), False, {30: "due", 31: "overdue"}),
    ("plan-review", ((20, ReviewHeld()),), False, {50: "due", 51: "overdue"}),
    (
        "recertification",
        ((0, Certified(end=day(60))),),
        False,
        {45: "coming", 46: "due", 59: "due", 60: "overdue"},
    ),
    (
        "authorization",
        ((0, APPROVED),),
        False,
        {45: "coming", 46: "due", 59: "due", 60: "overdue"},
    ),
    # That the payer takes it back is no request for more.
    ("authorization", ((0, APPROVED), (50, TAKEN_BACK)), False, {50: "due", 60: "overdue"}),
    (
        "consent",
        ((0, Signed(Paper.CONSENT)),),
        False,
        {334: "coming", 335: "due", 365: "due", 366: "overdue"},
    ),
    # The group is on Wednesday: two working days later is Friday.
    ("roll", (), True, {1: None, 2: "due", 4: "due", 5: "overdue"}),
    ("roll", ((2, SessionAttended(UIDS[0], Attendance())),), True, {2: None, 5: None}),
    ("phq-9", (phq(1),), False, {1: "due", 29: "due", 30: "overdue"}),
    ("phq-9", (phq(1), phq(20)), False, {29: "due", 48: "due", 49: "overdue"}),
    ("contact-after-absences", ABSENT[:1], True, {8: None}),
    ("contact-after-absences", ABSENT, True, {8: None, 9: "due", 11: "due", 12: "overdue"}),
    ("contact-after-absences", (*ABSENT, (11, ContactMade())), True, {10: "due", 11: None}),
    ("meeting-after-absences", ABSENT, True, {9: "due", 16: "due"}),
    ("reassess-after-use", ((4, UseReported()),), False, {3: None, 7: "due", 8: "overdue"}),
    ("plan-after-use", ((4, UseReported()),), False, {3: None, 11: "due", 12: "overdue"}),
    ("plan-after-use", ((4, UseReported()), (5, PlanRevised())), False, {4: "due", 5: None}),
    ("discharge-planning", (), False, {29: "coming", 30: "due", 37: "due", 38: "overdue"}),
    ("discharge-planning", ((9, ContactMade()),), False, {38: "coming", 39: "due"}),
    # Ten working days after a Sunday end on a Friday.
    ("discharge-summary", (OUT,), False, {20: "due", 32: "due", 33: "overdue"}),
    ("aftercare", (OUT,), False, {20: "due", 140: "due", 141: "overdue"}),
    (
        "aftercare",
        (OUT, *((at, AftercareContact()) for at in (30, 60, 90))),
        False,
        {89: "due", 90: None},
    ),
    ("baseline", (), False, {30: "due", 31: "overdue"}),
    ("baseline", (bam(30),), False, {29: "due", 30: None}),
    ("later-interview", (), False, {149: "coming", 150: "due", 210: "due", 211: "overdue"}),
    ("later-interview", (bam(149),), False, {150: "due"}),
    ("later-interview", (bam(150),), False, {150: None}),
    (
        "talk-about-next-phase",
        tuple((at, CLEAN) for at in (1, 2, 3, 4)),
        False,
        {3: None, 4: "due", 11: "due", 12: "overdue"},
    ),
)


@pytest.mark.parametrize(("name", "events", "planned", "states"), BY_CLINIC)
def test_a_clinics_rule_is_due_on_its_days(
    name: str, events: tuple[At, ...], *, planned: bool, states: States
) -> None:
    (rule,) = (rule for rule in CLINIC.in_force(MONDAY) if rule.name == name)
    holds(course_of(*events, planned=planned), rule, states)


def test_each_rule_of_the_template_is_tried_and_has_no_flaw() -> None:
    rules = CLINIC.in_force(MONDAY)
    assert {rule.name for rule in rules} == {name for name, *_ in BY_CLINIC}
    assert due_flaws(rules) == ()


def test_what_is_shipped_says_since_when() -> None:
    assert [each.name for each in DUE_RULE_SETS] == sorted({name for name, *_ in SHIPPED})
    ended = find_due_rules("us-dc-iop")
    assert ended.in_force(date(2024, 6, 20)) == ended.in_force(MONDAY, assume_in_force=True)
    for wrong in (date(2017, 9, 12), date(2024, 6, 21)):
        with pytest.raises(NotInForceError):
            ended.in_force(wrong)
    with pytest.raises(UnknownNameError):
        find_due_rules("us-zz-iop")
