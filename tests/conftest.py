"""Hypothesis profiles, and one full value and document of every kind.

The profile is ``quick``, or the one that ``HYPOTHESIS_PROFILE`` names.
"""

import gc
import json
import os
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import HealthCheck, is_hypothesis_test, settings
from hypothesis import Phase as TestPhase

from iopkit import (
    FACTS,
    Decision,
    LevelOfCare,
    Modality,
    Patient,
    Plan,
    Policy,
    Program,
    Schedule,
    Site,
    Source,
    Truth,
    Weekday,
    WeeklyWindows,
    check,
    draft,
    from_json,
    from_toml,
    schedule,
)
from iopkit.charges import (
    Charges,
    CodingScheme,
    DayCode,
    DaysCounted,
    DayTiers,
    Exclusion,
    LineMark,
    Rate,
    RateTable,
    Rounded,
    SessionCodes,
    Tier,
    TimeBand,
    TimedCode,
    WeekCode,
    itemize,
)
from iopkit.checks import Finding
from iopkit.clinics import ClinicSettings, PatientSettings, PhaseWeeks
from iopkit.courses import (
    Authorization,
    AuthorizationStatus,
    AuthorizedIn,
    Course,
    DueRuleSet,
    Entry,
    ScheduleSince,
    collect,
)
from iopkit.courses.events import (
    EVENT_KINDS,
    Admitted,
    AftercareContact,
    Assessed,
    Authorized,
    CameUnplanned,
    CancelledBy,
    Certified,
    ContactMade,
    ContactTried,
    ContactWith,
    CourseEvent,
    Died,
    Discharged,
    DischargeReason,
    DrugTested,
    DrugTestMissed,
    HoldBegun,
    HoldEnded,
    HoldReason,
    InControlledEnvironment,
    InstrumentAnswered,
    MadeUp,
    MissedBecause,
    NotTestedBecause,
    NoUseReported,
    Paper,
    PhaseChange,
    PhaseEntered,
    PlanRevised,
    Readmitted,
    ReferralClosed,
    ReferralEnd,
    Referred,
    ReviewHeld,
    Screened,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
    Signed,
    SteppedDown,
    SteppedUp,
    SubstanceFound,
    UseReported,
    Waitlisted,
)
from iopkit.documents import predicate_from_json, to_json
from iopkit.eligibility import (
    AtLeast,
    Choice,
    Criterion,
    Number,
    Observed,
    OfScale,
    OwnFact,
    OwnFacts,
    Possible,
    Predicate,
    YesNo,
)
from iopkit.groups import (
    Aim,
    Assignment,
    Assignments,
    Attainment,
    Barrier,
    Candidate,
    Concession,
    ConcessionKind,
    Group,
    GroupDose,
    GroupPreference,
    Obstacle,
    Roster,
    Waiting,
    WaitingFor,
)
from iopkit.levels import AgeGroup
from iopkit.modalities import Delivery
from iopkit.needs import Need
from iopkit.patients import (
    INSTRUMENTS,
    Approval,
    Assessment,
    Band,
    BandSet,
    Consent,
    Coverage,
    DimensionRating,
    EntryRoute,
    Expiry,
    Instrument,
    Item,
    LivingEnvironment,
    MentalDisorder,
    Obligation,
    ObligationKind,
    Observation,
    OpioidMedication,
    Outcome,
    Payer,
    Purpose,
    Relationship,
    Scale,
    Score,
    Screening,
    Substance,
    SubstanceUseDisorder,
    Support,
    Treatment,
    Whereabouts,
)
from iopkit.placement import CarePath, Ladder, OpioidTreatment, PathStep, Placement, Rung, place
from iopkit.plans import (
    ChangingKind,
    ConditionTarget,
    Consequence,
    ConsequenceKind,
    Counted,
    CountTarget,
    DiagnosisKind,
    Goal,
    GoalTemplate,
    GoalTemplates,
    Intervention,
    InterventionTemplate,
    Leave,
    Objective,
    ObjectiveTemplate,
    PrimaryCounselor,
    Problem,
    ProblemTemplate,
    ScoreTarget,
    Signature,
    UpcomingChange,
    settle,
)
from iopkit.programs import (
    COURSE_FACTS,
    Curriculum,
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    Phase,
    RandomDays,
    Service,
    Slot,
    StatedHours,
    StatedSessions,
    TimePerWeek,
    Track,
    Weekly,
)
from iopkit.programs.ranges import Times
from iopkit.requirements import (
    Caseload,
    Counting,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LongestGap,
    MilestoneKind,
    PlanLength,
    Requirement,
    RequirementSet,
    Reviews,
    Signer,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.scenarios.attending import Assessing, Attending, AttendingRule, Came, Coming
from iopkit.scenarios.capacity import SeatPool
from iopkit.scenarios.curves import (
    AfterLast,
    ByWeek,
    Constant,
    Left,
    LogLogistic,
    OneWayOut,
    Tabulated,
    WayOut,
    Weibull,
)
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.leaving import ComingBack, Effect, Exit, Exits, HazardOf
from iopkit.scenarios.shares import Share
from iopkit.scenarios.study import Study
from iopkit.scenarios.study_base import (
    ServiceTimes,
    StudyArrivals,
    StudyBase,
    StudyPeople,
    StudyValue,
    StudyVariation,
)
from iopkit.schedules import Attendance, HowGiven
from iopkit.scopes import License, LicenseKind, Scope
from iopkit.sites import Closure, HolidayCalendar, Offer, Referral
from iopkit.sources import Dated, Grade, Versions
from iopkit.windows import ONE_DAY, ONE_MINUTE

_UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large]

# The same examples in every run, so that a change is judged by what it changed.
settings.register_profile(
    "quick",
    derandomize=True,
    deadline=None,
    max_examples=30,
    suppress_health_check=_UNHURRIED,
)
# For CI, and for a newcomer's first run, which CI does too; `make check` tries more.
settings.register_profile("brief", settings.get_profile("quick"), max_examples=10)
settings.register_profile("first", settings.get_profile("quick"), max_examples=4)
# Other examples in every run; what fails is kept in .hypothesis and tried first.
settings.register_profile(
    "deep",
    deadline=None,
    max_examples=2000,
    print_blob=True,
    suppress_health_check=_UNHURRIED,
)
# Whether a mutant is caught, and not by how simple an example.
settings.register_profile(
    "mutation",
    settings.get_profile("quick"),
    phases=[TestPhase.explicit, TestPhase.generate],
)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep properties out of the coverage, and for mutants let the quick tests go first.

    Measured, a test takes three times as long; and what only an example by chance reaches needs a
    test of its own. Of the tests of a mutant, the first one that fails is the last one to run.
    """
    properties = {item for item in items if is_hypothesis_test(getattr(item, "obj", None))}
    for item in properties:
        if item.get_closest_marker("measured") is None:
            item.add_marker("no_cover")
    if PROFILE == "mutation":
        items.sort(key=lambda item: item in properties)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among modules and tests, which stay: it takes a seventh of a run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


Reader = Callable[[str, str | bytes], object]

_READERS: Mapping[str, Callable[[str | bytes], object]] = {
    "assignments": lambda data: from_json(Assignments, data),
    "charges": lambda data: from_json(Charges, data),
    "clinic": lambda data: from_json(ClinicSettings, data),
    "coding": lambda data: from_json(CodingScheme, data),
    "course": lambda data: from_json(Course, data),
    "decision": lambda data: from_json(Decision, data),
    "due_rules": lambda data: from_json(DueRuleSet, data),
    "finding": lambda data: from_json(Finding, data),
    "facts": lambda data: from_json(OwnFacts, data),
    "goals": lambda data: from_json(GoalTemplates, data),
    "habits": lambda data: from_json(Habits, data),
    "instrument": lambda data: from_json(Instrument, data),
    "ladder": lambda data: from_json(Ladder, data),
    "patient": lambda data: from_json(Patient, data),
    "placement": lambda data: from_json(Placement, data),
    "plan": lambda data: from_json(Plan, data),
    "policy": lambda data: from_json(Policy, data),
    "predicate": predicate_from_json,
    "program": lambda data: from_json(Program, data),
    "rates": lambda data: from_json(RateTable, data),
    "requirements": lambda data: from_json(RequirementSet, data),
    "roster": lambda data: from_json(Roster, data),
    "schedule": lambda data: from_json(Schedule, data),
    "site": lambda data: from_json(Site, data),
    "study": lambda data: from_json(Study, data),
}

_SOURCE = Source("42 CFR 1.1", Grade.LEGAL_TEXT, "https://example.org/1", date(2024, 1, 1))
_START = date(2026, 3, 2)

_PATIENT = Patient(
    key=UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"),
    birth_date=date(1984, 5, 17),
    diagnoses=(
        SubstanceUseDisorder(Substance.OPIOIDS, 6, "F11.20", date(2025, 2, 3), date(2025, 9, 1)),
        MentalDisorder("F32.1", date(2024, 6, 7)),
    ),
    assessments=(
        Assessment(
            on=date(2026, 2, 1),
            ratings=(DimensionRating(1, 0), DimensionRating(5, 3)),
            needed_per_week=timedelta(hours=9),
            benefit_likely=True,
            needs_24_hour_care=False,
            support_adequate=True,
            dangerous=False,
            opioid_medication=OpioidMedication.BUPRENORPHINE,
            living_environment=LivingEnvironment.SUPPORTIVE,
            needs=frozenset({Need.TRAUMA_THERAPY, Need.TRANSPORT}),
            entry=EntryRoute.STEP_DOWN,
            age_group=AgeGroup.ADULT,
        ),
    ),
    screenings=(
        Screening("phq_9", date(2026, 2, 1), (1,) * 9, (Score("self_harm", 1),)),
        Screening("cows", date(2026, 2, 1), scores=(Score("total", 7),)),
    ),
    treatments=(
        Treatment(LevelOfCare("3.7"), date(2025, 8, 1), date(2025, 9, 1), Outcome.COMPLETED),
    ),
    supports=(
        Support(Relationship.PARTNER, True, False, "the spouse"),
        Support(Relationship.FRIEND),
    ),
    consents=(
        Consent(
            discloser="Elm Street",
            information="attendance",
            recipients=("the spouse", "the employer"),
            purposes=frozenset({Purpose.EMPLOYMENT, Purpose.FAMILY_INVOLVEMENT}),
            told_of_right_to_revoke=True,
            expiry=Expiry.DATE,
            end=date(2027, 2, 1),
            signed=date(2026, 2, 1),
            revoked=date(2026, 8, 1),
        ),
    ),
    coverages=(
        Coverage(Payer.MEDICARE, date(2024, 1, 1), date(2027, 1, 1)),
        Coverage(Payer.COMMERCIAL, insurer="Oak Health"),
    ),
    obligations=(
        Obligation(ObligationKind.WORK, WeeklyWindows.of("monday 08:00-12:00")),
        Obligation(ObligationKind.SCHOOL),
    ),
    travel=timedelta(minutes=25),
    availability=WeeklyWindows.of("monday 08:00-22:00", "thursday 08:00-22:00"),
    residences=(
        Whereabouts("IN", end=date(2026, 4, 1)),
        Whereabouts("IL", "Cook", date(2026, 4, 1)),
    ),
    locations=(Whereabouts("IL"),),
    approvals=(
        Approval(
            payer=Payer.MEDICARE,
            level=LevelOfCare("2.1"),
            units=20,
            time=timedelta(hours=60),
            start=date(2026, 2, 1),
            end=date(2026, 4, 1),
        ),
    ),
    observations=(
        Observation("on_bail", True, date(2026, 2, 1)),
        Observation("nights_away", 2, date(2026, 2, 1)),
    ),
)

_FORM = Source("Elm Street, form 12", Grade.SECONDARY, checked=date(2026, 1, 31))
_ITEMS = (
    Item("1", (0, 1), (0, 1)),
    Item("2", (0, 1, 2), (0, 2, 4), asked_after=("1",)),
    Item("3", (0, 1), (1, 0)),
)
_BANDS = BandSet("risk", (Band("low", 0, 1), Band("high", 2, 6)), _FORM)
_INSTRUMENT = Instrument(
    "elm_3",
    "Three questions",
    _ITEMS,
    (Scale("total", _ITEMS, (_BANDS,)), Scale("worst", _ITEMS[:2], highest=True)),
    _FORM,
    "free",
)
_FACTS = OwnFacts(
    (
        OwnFact("on_bail", "Is on bail.", Observed(YesNo()), changeable=False),
        OwnFact("nights_away", "Nights away.", Observed(Number(0, 7, "nights", whole=True)), _FORM),
        OwnFact("commute", "How far.", Observed(Choice(("near", "far"), ordered=True))),
        OwnFact("low_mood", "How low.", OfScale(INSTRUMENTS["phq_9"], "total", "severity")),
    )
)

_HOUR = timedelta(hours=1)
_CONTACT = Service("contact", "Contact", Modality.CONTINUING_CARE_CONTACT, PerWeek(1), _HOUR)
_PROGRAM = Program(
    "two-phases",
    "Two phases",
    (
        Phase(
            "first",
            "First phase",
            2,
            (
                Service(
                    "group",
                    "Group",
                    Modality.GROUP_THERAPY,
                    Weekly((Slot(Weekday.MONDAY, time(18, 0)), Slot(Weekday.SUNDAY))),
                    timedelta(minutes=90),
                    group_min=4,
                    group_max=12,
                ),
            ),
        ),
        Phase(
            "second",
            "Second phase",
            Times(1, 2),
            (
                Service(
                    "counseling",
                    "Counseling",
                    Modality.INDIVIDUAL_COUNSELING,
                    InAll(2),
                    timedelta(minutes=50),
                    duration_max=timedelta(minutes=60),
                ),
                Service("meetings", "Meetings", Modality.MUTUAL_HELP, TimePerWeek(2 * _HOUR)),
            ),
            taper=True,
            advance=(COURSE_FACTS["weeks_in_phase"] >= 1) & (COURSE_FACTS["goals_open"] < 2),
            level=LevelOfCare("1"),
        ),
    ),
    (
        Service("education", "Education", Modality.PSYCHOEDUCATION, PerWeek(1), timedelta(hours=1)),
        Service("test", "Urine test", Modality.DRUG_TESTING, RandomDays(1), timedelta(minutes=15)),
        Service("contact", "Contact", Modality.CASE_MANAGEMENT, PerWeek(1)),
        Service(
            "skills",
            "Skills",
            Modality.SKILLS_TRAINING,
            EveryWeeks(2),
            2 * _HOUR,
            breaks=timedelta(minutes=15),
            delivery=Delivery.TELEHEALTH,
            curriculum=Curriculum(("Triggers", "Cravings"), closed=True),
        ),
        Service("intake", "Intake", Modality.ASSESSMENT, Once(1), _HOUR, track="day"),
        Service("welcome", "Welcome", Modality.ASSESSMENT, Once(2), _HOUR, track="evening"),
        Service("family", "Family session", Modality.FAMILY_SESSION, PerWeek(1), _HOUR),
    ),
    LevelOfCare("2.1"),
    (_SOURCE,),
    ("Clock times.",),
    (Track("day", "Day"), Track("evening", "Evening")),
    Program("after", "Aftercare", (Phase("contact", "Contact", Times(None, 36)),), (_CONTACT,)),
    version="2026-01",
    age_group=AgeGroup.ADULT,
    language="en",
    review_every_days=14,
    after_return_to_use="The plan is reviewed with you.",
    discharge=COURSE_FACTS["clinician_agrees"].equals(True),
    stated=(
        StatedHours(3 * _HOUR, 4 * _HOUR, phase="first", track="day", services=("group",)),
        StatedHours(20 * _HOUR, in_all=True),
        StatedSessions(7, services=("group",)),
    ),
)

_SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.of("monday 09:00-21:00", "thursday 09:00-21:00"),
    HolidayCalendar("US", "IL", ("Columbus Day",)),
    (Closure(date(2026, 3, 9), date(2026, 3, 10), "Staff training"),),
    (Offer("group", Weekday.SUNDAY, time(10, 0)), Offer("education", duration=timedelta(hours=1))),
    timedelta(minutes=10),
    frozenset({Need.TRANSPORT}),
    24,
    state="IL",
    county="Cook",
    licenses=(
        License(LicenseKind.SUBSTANCE_USE_TREATMENT, LevelOfCare("2.1"), date(2024, 1, 1)),
        License(LicenseKind.OTHER, end=date(2027, 1, 1)),
    ),
    payers=frozenset({Payer.MEDICARE, Payer.COMMERCIAL}),
    telephone="555-0100",
    address="1 Elm Street",
    directory=(Referral("Oak House", frozenset({Need.HOUSING}), "4 Oak Street", "555-0101"),),
)
_SCOPE = Scope(
    "IL",
    "Cook",
    Payer.COMMERCIAL,
    "Oak Health",
    frozenset({LicenseKind.RURAL_HEALTH_CLINIC, LicenseKind.OTHER}),
    LevelOfCare("2.1"),
)

_PREDICATE: Predicate = evolve(
    ~(FACTS["age"] >= 18)
    | (FACTS["use_disorder_severity"].is_in("moderate", "severe") & FACTS["dangerous"].is_known)
    | AtLeast(1, (FACTS["benefit_likely"].equals(True), FACTS["needed_hours_per_week"] < 9.5)),
    label="a label",
    source=_SOURCE,
)

_POLICY = Policy(
    "a-policy",
    "A policy",
    Versions(
        (
            Dated(
                date(2024, 1, 1),
                (
                    Criterion("adult", "Is an adult.", FACTS["age"] >= 18, _SOURCE),
                    Criterion("mixed", "Is one of several.", _PREDICATE, _SOURCE),
                ),
                _SOURCE,
            ),
        )
    ),
    scope=_SCOPE,
)


def _of(name: str, predicate: Predicate) -> Policy:
    criterion = Criterion("only", "The only one.", predicate, _SOURCE)
    return Policy(name, name, Versions((Dated(date(2024, 1, 1), (criterion,), _SOURCE),)))


_LADDER = Ladder(
    "two-rungs",
    "Two rungs",
    (
        Rung(LevelOfCare("1"), _of("few-hours", FACTS["needed_hours_per_week"] < 9)),
        Rung(LevelOfCare("2.1"), _POLICY, (_of("young", FACTS["age"] < 18),)),
    ),
    (
        CarePath(
            "step-down",
            "for those who were in residential care",
            FACTS["just_completed_24_hour_care"].equals(True),
            (PathStep("residential care", (LevelOfCare("3.7"),)), PathStep("day treatment")),
            _SOURCE,
        ),
    ),
)

_COUNTING = Counting(
    frozenset({Modality.GROUP_THERAPY, Modality.PSYCHOEDUCATION}), telehealth=False, clock=True
)
_FAMILY = frozenset({Modality.FAMILY_SESSION})
_DEMANDS: tuple[Demand, ...] = (
    WeeklyHours(9 * _HOUR, 19 * _HOUR, _COUNTING),
    WeeklyHours(most=19 * _HOUR, averaged=True),
    WeeklyHours(9 * _HOUR, taper_weeks=2),
    DailyHours(3 * _HOUR),
    WeeklyDays(3),
    LongestGap(2),
    WeeklyServices(9),
    Frequency(_FAMILY, 30),
    Frequency(_FAMILY),
    GroupSize(12, frozenset({Modality.GROUP_THERAPY})),
    Caseload(24),
    Reviews(MilestoneKind.RECERTIFICATION, 30, 17),
    PlanLength(30, 60),
    WrittenPlan(signed_by=frozenset({Signer.PHYSICIAN})),
)
_REQUIREMENTS = RequirementSet(
    "a-payer",
    "A payer",
    Versions(
        (
            Dated(
                date(2024, 1, 1),
                (
                    *(
                        Requirement(f"number-{n}", "At least so much.", demand, _SOURCE)
                        for n, demand in enumerate(_DEMANDS)
                    ),
                    Requirement("adults", "So much.", WeeklyServices(9), _SOURCE, AgeGroup.ADULT),
                    Requirement("usual", "So much.", WeeklyDays(3), _SOURCE, binding=False),
                ),
                _SOURCE,
            ),
        )
    ),
    21,
    ("Who may counsel.",),
    scope=_SCOPE,
)


_GOALS = GoalTemplates(
    "our-goals",
    "Our goals",
    (
        ProblemTemplate(
            "use",
            "Use of a substance",
            FACTS["has_diagnosis"].equals(True),
            (
                GoalTemplate(
                    "less",
                    "Use less.",
                    (
                        ObjectiveTemplate(
                            "A week without.",
                            CountTarget(Counted.DAYS_WITHOUT_USE, least=7),
                            week=2,
                        ),
                        ObjectiveTemplate(
                            "A better mood.", ScoreTarget("phq_9", "total", most=9), review=1
                        ),
                        ObjectiveTemplate(
                            "Comes.",
                            ConditionTarget(
                                (COURSE_FACTS["attendance"] >= 0.8)
                                & FACTS["has_transport"].equals(True)
                            ),
                            week=4,
                        ),
                    ),
                    (
                        InterventionTemplate("We talk.", frozenset({Modality.GROUP_THERAPY})),
                        InterventionTemplate("A course.", services=("skills",)),
                        InterventionTemplate("A pill.", frozenset({Modality.PSYCHIATRIC_CARE})),
                    ),
                ),
            ),
            DiagnosisKind.USE_DISORDER,
            _SOURCE,
        ),
        ProblemTemplate("alone", "Alone", FACTS["support_adequate"].equals(True)),
    ),
)

_GOAL = Goal(
    "problem-1",
    "To sleep through the night.",
    ScoreTarget("phq_9", "total", most=9),
    date(2026, 3, 20),
    (Objective("Go to bed at ten.", date(2026, 3, 9), CountTarget(Counted.DAYS_WORKED, 3, 5)),),
    (Intervention("Sleep is spoken of.", "group"), Intervention("A walk.")),
)


_GROUP = frozenset({Modality.GROUP_THERAPY, Modality.PSYCHOEDUCATION})
_COUNSELING = frozenset({Modality.INDIVIDUAL_COUNSELING})

_CODING = CodingScheme(
    "a-payer",
    "A payer",
    Versions(
        (
            Dated(
                date(2024, 1, 1),
                (
                    DayCode("A1", timedelta(hours=2), _GROUP, _SOURCE, 2, DaysCounted.BOOKED),
                    TimedCode(
                        "T1",
                        timedelta(minutes=15),
                        _GROUP,
                        _SOURCE,
                        per_day=5,
                        part=timedelta(minutes=8),
                        rounded=Rounded.DAY,
                    ),
                    SessionCodes(
                        (TimeBand("B1"), TimeBand("B2", timedelta(minutes=38))),
                        _COUNSELING,
                        _SOURCE,
                        longest=timedelta(minutes=90),
                        per_day=1,
                        months_apart=1,
                    ),
                    DayTiers((Tier("D-3", 3), Tier("D-4", 4)), _COUNSELING, _SOURCE),
                    WeekCode("W1", 9, _COUNSELING, _SOURCE),
                    Exclusion("A1", frozenset({"B1", "T1"}), _SOURCE),
                    LineMark(_SOURCE, "11", delivery=Delivery.ON_SITE),
                    LineMark(_SOURCE, "10", ("95",), Delivery.TELEHEALTH, video=True, at_home=True),
                ),
                _SOURCE,
            ),
        )
    ),
    Weekday.SUNDAY,
    telehealth=False,
    left_open=("Who may bill.",),
    scope=_SCOPE,
)

_RATES = RateTable(
    "a-payer",
    "A payer",
    (
        Rate("T1", date(2024, 1, 1), Decimal("27.12"), date(2027, 1, 1), _SOURCE),
        Rate("B2", date(2026, 4, 1), Decimal("139.31")),
    ),
    ("What is paid later.",),
    scope=_SCOPE,
)

_ROSTER = Roster(
    (
        Group(
            "evening-a",
            "group",
            (Slot(Weekday.MONDAY, time(18)), Slot(Weekday.THURSDAY, time(18))),
            timedelta(minutes=90),
            10,
            "large",
            "Ada",
            closed=True,
            begins=_START,
            language="es-US",
            genders=frozenset({"women"}),
            stages=frozenset({"early", "middle"}),
            moves=("2026-04-06 to 2026-04-08 18:00", "2026-04-09 18:00 to 2026-04-10 09:30"),
        ),
    ),
    (
        Candidate(
            _PATIENT.key,
            (GroupDose("group", 2), GroupDose("skills")),
            WeeklyWindows.of("monday 17:00-21:00"),
            3,
            frozenset({"en", "es-US"}),
            "women",
            "early",
            (
                GroupPreference(
                    -2, frozenset({"evening-a"}), WeeklyWindows.of("monday 17:00-21:00")
                ),
            ),
            date(2026, 1, 31),
            frozenset({"evening-a"}),
        ),
    ),
    (Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(2), group_max=12),),
)

_DUE_RULES = from_toml(
    DueRuleSet,
    (files("iopkit") / "templates" / "due_rules.toml").read_text(encoding="utf-8"),
)
_CLINIC = ClinicSettings(
    _START,
    7,
    program="own.toml",
    site="elm.toml",
    groups="groups.toml",
    policies=("iop-suitability", "own-policy.toml"),
    ladder="us-public-rules",
    goals="starting-points",
    requirements=("samhsa-iop",),
    coding="us-h0015",
    rates="rates.toml",
    track="evening",
    weeks=(PhaseWeeks("treatment", 8),),
    doses=(GroupDose("group", 2),),
    despite_no=True,
    assume_in_force=True,
    titles=True,
    patients=(
        PatientSettings(
            "amber",
            _START,
            "evening",
            (PrimaryCounselor(_START, "Ash"),),
            (Leave(_START, _START + timedelta(days=2), "hospital", extends=True),),
            _START + timedelta(weeks=4),
        ),
    ),
)

_OTHER_KEY = UUID("9a1d8e40-3c52-4b7f-8d16-7e2f5a90c3b4")
_LATE = WeeklyWindows.of("monday 18:00-19:30", "thursday 18:00-19:30")
_ASSIGNMENTS = Assignments(
    Roster(
        (evolve(_ROSTER.groups[0], capacity=1),),
        (
            Candidate(_PATIENT.key, (GroupDose("group"),), languages=frozenset({"es"})),
            Candidate(_OTHER_KEY, (GroupDose("group"),), WeeklyWindows()),
        ),
    ),
    (Assignment(_PATIENT.key, ("evening-a",)),),
    (
        Waiting(
            _OTHER_KEY,
            1,
            WaitingFor.ANSWER,
            _START,
            (
                Obstacle(
                    "evening-a",
                    (Barrier.NOT_FREE, Barrier.LANGUAGE_UNKNOWN, Barrier.FULL),
                    _LATE,
                ),
            ),
            (
                Concession(ConcessionKind.FREE, "evening-a", _LATE),
                Concession(ConcessionKind.LANGUAGE, "evening-a", word="es-US"),
                Concession(ConcessionKind.VACANCY, "evening-a"),
            ),
        ),
    ),
    (Attainment(Aim.CURRENT, 0, 0), Attainment(Aim.PLACED, 1, 2), Attainment(Aim.WORTH, -2, 3)),
)

_COUNTED = Source("A study", Grade.OFFICIAL, "https://example.org/a", date(2026, 1, 5))
_STUDY = Study(
    "study",
    "More seats?",
    StudyBase(
        _START,
        26,
        "program.toml",
        "site.toml",
        ("habits.toml", "telehealth-iop-2024"),
        StudyPeople("people.csv", key="person", weight="weight", strata=("sex",)),
        StudyArrivals(
            5,
            weekdays=(0.5, 0.5, 0, 0, 0, 0, 0),
            waiting=2,
            waiting_longest_days=14,
            caseload=3,
            caseload_longest_days=60,
        ),
        name="now",
        policy="policy.toml",
        groups="roster.toml",
        seats=(SeatPool("a", "group", 8, FACTS["age"] >= 18, closed=True, begins=_START),),
        priorities="us-block-grant",
        track="day",
        phase_weeks=(PhaseWeeks("treatment", 8),),
        times=(
            ServiceTimes("group", times=3),
            ServiceTimes("family", per_week=timedelta(minutes=90)),
        ),
        assume_in_force=True,
    ),
    ("completed", "wait_days"),
    (
        StudyVariation(
            "more", (StudyValue("capacity.pools.a.seats", 9), StudyValue("habits.attends", 0.9))
        ),
        StudyVariation("later", (StudyValue("start", "2026-04-06"),)),
    ),
    replications=40,
    seed=-7,
)
_HABITS = Habits(
    "habits",
    "What people do",
    people="some people",
    left_open=("How the others do.",),
    attends=Attending(
        Share(0.8, _COUNTED),
        (
            AttendingRule(
                Share(0.6, _COUNTED),
                "group",
                Modality.GROUP_THERAPY,
                Delivery.TELEHEALTH,
                from_week=2,
                to_week=3,
                among=FACTS["age"] >= 18,
            ),
        ),
    ),
    excuses=Share(0.25, _COUNTED),
    leaving=Exits(
        (
            Exit(DischargeReason.DROPPED_OUT, Constant(0.05, _COUNTED, 120)),
            Exit(DischargeReason.TERMINATED, ByWeek((0.1, 0.05), AfterLast.GOES_ON, _COUNTED)),
            Exit(
                DischargeReason.OTHER,
                OneWayOut((WayOut(0.6, 50), WayOut(0.4, 26)), 1, 0.9, _COUNTED, 100),
            ),
        )
    ),
    finishes=0.9,
    uses_at_admission=0.5,
    returns_to_use=LogLogistic(60, 1.5, 0.38, _COUNTED, 365),
    stops_using=Weibull(90, 0.75, _COUNTED, 60),
    test_finds_use=0.95,
    gives_up=Tabulated((Left(30, 0.8), Left(60, 0.4)), AfterLast.NOBODY, _COUNTED),
    comes=Coming((Came(1, 0.72), Came(3, 0.41)), _COUNTED),
    assessment=Assessing(5, Share(0.6, _COUNTED)),
    coming_back=(ComingBack(Constant(0.02), DischargeReason.DROPPED_OUT),),
    unrecorded=0.05,
    effects=(
        Effect(
            HazardOf.LEAVING,
            1.5,
            FACTS["age"] < 30,
            while_using=True,
            reason=DischargeReason.OTHER,
            source=_COUNTED,
        ),
    ),
)

_UPCOMING = (
    UpcomingChange(
        _START + timedelta(days=9),
        ChangingKind.FACT,
        "age",
        41,
        Possible(41, 42),
        (Consequence(ConsequenceKind.OTHER_AGE, ("rules",)),),
    ),
    UpcomingChange(_START + timedelta(days=10), ChangingKind.LICENSE, "something else", True, None),
)


@pytest.fixture(scope="session")
def values() -> dict[str, object]:
    """A value of every kind of document, with as much filled in as goes together."""
    decision = _POLICY.decide(_PATIENT, on=_START)
    plan = evolve(
        draft(
            _PROGRAM,
            _PATIENT,
            _SITE,
            start=_START,
            seed=7,
            requirements=(_REQUIREMENTS,),
            decisions=(decision,),
            goal_templates=_GOALS,
        ),
        problems=(Problem("problem-1", "Opioid use disorder, severe", "F11.20"),),
        goals=(_GOAL,),
        signatures=(Signature(Signer.PHYSICIAN, _START),),
        upcoming=_UPCOMING,
    )
    plan = settle(plan, on=_START, by="Ada", accept=["use-1"], drop=["alone"])
    dated = schedule(plan, _SITE)
    assert plan.on_hold, "the plan has no service on hold"
    assert dated.unplaced, "the schedule shows no session that is unplaced"
    assert any(session.moved for session in dated.sessions), "the schedule shows no move"
    held = Attendance(given=HowGiven(Delivery.ON_SITE), led_by="Ada")
    attended = {dated.uid(session): held for session in dated.sessions[:-1]}
    charges = itemize(dated, _CODING, rates=_RATES, attended=attended)
    assert {line.rate_usd is None for line in charges.lines} == {True, False}, "one kind of line"
    assert charges.uncharged, "the charges show no session that is not charged"
    return {
        "assignments": _ASSIGNMENTS,
        "charges": charges,
        "clinic": _CLINIC,
        "coding": _CODING,
        "course": _course(dated),
        "decision": decision,
        "facts": _FACTS,
        "due_rules": _DUE_RULES,
        "finding": check(dated, _REQUIREMENTS)[0],
        "goals": _GOALS,
        "habits": _HABITS,
        "instrument": _INSTRUMENT,
        "ladder": _LADDER,
        "patient": _PATIENT,
        "placement": place(
            _LADDER, _PATIENT, on=_START, beside={OpioidTreatment.PROGRAM: (_POLICY,)}
        ),
        "plan": plan,
        "policy": _POLICY,
        "predicate": _PREDICATE,
        "program": _PROGRAM,
        "rates": _RATES,
        "requirements": _REQUIREMENTS,
        "roster": _ROSTER,
        "schedule": dated,
        "site": _SITE,
        "study": _STUDY,
    }


def _course(dated: Schedule) -> Course:
    """A course with an event of every kind, a correction, a withdrawal and one set apart."""
    days = [_START + n * ONE_DAY for n in range(60)]
    first, second = dated.sessions[:2]
    one, other = dated.uid(first), dated.uid(second)
    phase = dated.plan.program.phases[0].name
    level = LevelOfCare("2.1")
    start = datetime(2026, 3, 28, 18, 30, tzinfo=ZoneInfo("America/Chicago"))
    authorization = Authorization(
        "plan-a",
        ("H0015",),
        days[0],
        days[50],
        amount=24,
        counted_in=AuthorizedIn.SESSIONS,
        per_week=3,
        status=AuthorizationStatus.ENDED,
        asked=days[0],
        decided=days[1],
        number="A-1",
    )
    told: list[tuple[date, CourseEvent]] = [
        (days[0], Referred("court")),
        (days[0], Screened("own", Truth.YES)),
        (days[0], Assessed("Ada")),
        (days[0], Waitlisted("program")),
        (days[0], ReferralClosed(ReferralEnd.GAVE_UP)),
        (days[0], Admitted(level, days[0])),
        (days[0], PhaseEntered(phase, PhaseChange.REPEATED)),
        (first.start.date(), SessionAttended(one, Attendance(ONE_MINUTE), late=True)),
        (second.start.date(), SessionMissed(other, True, MissedBecause.ILLNESS, True)),
        (start.date(), MadeUp(other, start, Attendance(led_by="Ada"))),
        (
            start.date(),
            CameUnplanned(
                "group", Modality.GROUP_THERAPY, start + 60 * ONE_MINUTE, 60 * ONE_MINUTE
            ),
        ),
        (days[30], HoldBegun(HoldReason.TRAVEL)),
        (days[33], HoldEnded()),
        (days[34], InControlledEnvironment(days[36])),
        (days[35], UseReported(frozenset({Substance.ALCOHOL, Substance.OPIOIDS}))),
        (days[36], NoUseReported(days[35])),
        (days[36], DrugTested((SubstanceFound(Substance.ALCOHOL, False),))),
        (days[36], DrugTestMissed(NotTestedBecause.SITE)),
        (days[36], InstrumentAnswered(Screening("phq_9", days[36], (0,) * 9))),
        (days[37], ContactMade(ContactWith.SUPPORT)),
        (days[37], ContactTried()),
        (days[38], Authorized(authorization)),
        (days[38], PlanRevised("Ada")),
        (days[38], ReviewHeld("Ada", ready=False)),
        (days[38], Certified("Dr. Ash", days[50])),
        (days[38], Signed(Paper.PLAN, Signer.PHYSICIAN)),
        (days[39], SteppedUp(LevelOfCare("2.5"))),
        (days[40], SteppedDown(level)),
        (days[41], Discharged(DischargeReason.TRANSFERRED, level, "elsewhere", days[40])),
        (days[42], AftercareContact(reached=False)),
        (days[43], Readmitted(level)),
        (days[44], SessionCancelled(one, CancelledBy.PROGRAM, "snow")),
        (days[45], Died()),
    ]
    assert {type(event) for _, event in told} == {*EVENT_KINDS.values()}, "a kind is left out"
    night = datetime(2026, 6, 1, 22, 0, 30, 500, tzinfo=UTC)
    entries = [
        Entry(UUID(int=n, version=4), on, night, "desk", event)
        for n, (on, event) in enumerate(told, 1)
    ]
    later = night + ONE_DAY
    withdrawn = Entry(UUID(int=90, version=4), days[0], later, "Ada", None, entries[4].key)
    corrected = evolve(entries[0], key=UUID(int=91, version=4), recorded=later, event=Referred())
    course = collect(
        [*entries, withdrawn, evolve(corrected, replaces=entries[0].key)],
        key=UUID("1c9e2f60-7c0b-4d0e-8a53-5d7b0c7f2e11"),
        patient=dated.plan.patient,
        schedules=[ScheduleSince(_START, dated)],
    )
    assert len(course.apart) == 1, "the course shows more or less than one entry set apart"
    return course


@pytest.fixture(scope="session")
def texts(values: Mapping[str, object]) -> dict[str, str]:
    """The same values as JSON documents."""
    return {name: to_json(value) for name, value in values.items()}


@pytest.fixture
def documents(texts: Mapping[str, str]) -> dict[str, Any]:
    """The same documents parsed, to be changed at will."""
    return {name: json.loads(text) for name, text in texts.items()}


@pytest.fixture(scope="session")
def read() -> Reader:
    """Read a JSON document of a kind, by the kind's name."""

    def reader(kind: str, data: str | bytes) -> object:
        return _READERS[kind](data)

    return reader
