"""Nothing that identifies or describes a patient is shown unless somebody asks for it.

Patients are generated with values that occur nowhere else, and those are searched for.
"""

import json
import logging
import pickle
import re
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, IntEnum, StrEnum
from functools import partial
from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import walk_packages
from pprint import pformat
from typing import Any
from uuid import UUID, uuid5

import attrs
import hypothesis
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import iopkit
from iopkit.applicability import Applicability, Ground, applicable
from iopkit.calendars import CalendarDetails, SiteFeed
from iopkit.calendars.ical import CalendarItem, session_events
from iopkit.charges import (
    Charge,
    ChargeRow,
    Charges,
    CodeUse,
    DeliveredWeek,
    Ledger,
    LedgerLine,
    LedgerRow,
    Marks,
    NotBilledReason,
    Refusal,
    Total,
    Uncharged,
    Units,
    Used,
    Withheld,
    charge_rows,
    delivered_weeks,
    itemize,
    ledger,
    ledger_rows,
)
from iopkit.charges.billing import BillableSession, Billed, NotBilled, billed_in_week
from iopkit.checks import (
    CaseloadFinding,
    ChangeSize,
    Finding,
    Fit,
    Judgment,
    MilestoneKept,
    Proposal,
    Proposals,
    Remaining,
    Standing,
    WeeksLeftOut,
    WhyRemaining,
    check,
    check_caseloads,
    judge,
)
from iopkit.checks.figures import Figure, figures_of
from iopkit.checks.records import CountedSession, ServiceRecord
from iopkit.checks.remedies import Effort, Remedy, Situation
from iopkit.checks.shortfalls import Shortfall
from iopkit.clinics import (
    Clinic,
    ClinicRun,
    ClinicSettings,
    FormerRun,
    Morning,
    NamedPatient,
    Omission,
    PatientRun,
    PatientSettings,
    RunningOut,
    SessionOf,
    Step,
)
from iopkit.confidential import hidden, reveal
from iopkit.courses import Authorization, Entry, ScheduleSince, collect, delivered_by
from iopkit.courses.events import Admitted, Authorized, CourseEvent
from iopkit.documents import from_json, from_toml, to_document, to_json
from iopkit.documents.upgrades import Upgrade, upgrade_file
from iopkit.eligibility import (
    FACTS,
    AllOf,
    Change,
    Considered,
    Contradicted,
    Criterion,
    Decision,
    Evidence,
    Explanation,
    FactSheet,
    PayerCoverage,
    Policy,
    Possible,
    RecordedContradiction,
    RecordedRisk,
    Result,
    read_facts,
    smallest_changes,
)
from iopkit.errors import InvalidError, NotInForceError
from iopkit.frames import Refused
from iopkit.groups import (
    Assignment,
    Assignments,
    Attainment,
    Candidate,
    Concession,
    Group,
    GroupDose,
    GroupPreference,
    Obstacle,
    Roster,
    Waiting,
    assign,
)
from iopkit.levels import Edition, LevelOfCare
from iopkit.library import find_coding, find_ladder, find_policy, find_rates, find_requirements
from iopkit.modalities import Delivery, Modality
from iopkit.patients import (
    INSTRUMENTS,
    Approval,
    Assessment,
    Consent,
    Coverage,
    DimensionRating,
    Expiry,
    MentalDisorder,
    Obligation,
    ObligationKind,
    Observation,
    PartialDate,
    Patient,
    Payer,
    Purpose,
    Score,
    Screening,
    Substance,
    SubstanceUseDisorder,
    Support,
    Treatment,
    Whereabouts,
)
from iopkit.patients.icd10 import Said, severities_of
from iopkit.placement import (
    CareBeside,
    Cause,
    Disagreement,
    ExcludedLevel,
    Ladder,
    PathResult,
    Placement,
    Rung,
    RungResult,
    Tradeoff,
    compare_levels,
    place,
)
from iopkit.plan_costs import LevelCosts, PlanCharges, PlanCosts, costs_of_plan
from iopkit.plans import (
    AddMilestones,
    AddSessions,
    CapGroups,
    ChangingKind,
    ConditionTarget,
    Consequence,
    ConsequenceKind,
    Counted,
    CountTarget,
    Disclosure,
    DropSessions,
    Goal,
    GroupMembership,
    HoldOftener,
    Intervention,
    JudgedBy,
    Leave,
    LengthenSessions,
    MoveSession,
    Objective,
    Plan,
    PlanNote,
    PrimaryCounselor,
    Problem,
    ProposedGoal,
    ProposedProblem,
    Provenance,
    RaisedBy,
    ScoreTarget,
    SettledAs,
    Settlement,
    ShortenSessions,
    Signature,
    TakenTime,
    Trip,
    UpcomingChange,
    draft,
)
from iopkit.plots.bands import TimeScale
from iopkit.plots.calendars import blocks
from iopkit.plots.heat_maps import Cell, HeatMap, Row, load_map, meetings_map
from iopkit.plots.layouts import Block, Layout, Placed, Rows, laid_out
from iopkit.programs import (
    MissedSession,
    PerWeek,
    Phase,
    Program,
    Progress,
    RandomDays,
    ScoreChange,
    Service,
    ServiceProgress,
    Slot,
    Weekly,
)
from iopkit.reports.timelines import Line, Mark, Stretch, phases_of, timeline_lines
from iopkit.requirements import Counting, Milestone, MilestoneKind, Signer, WeeklyDays
from iopkit.schedules import (
    Appointment,
    Attendance,
    Booking,
    CensusDay,
    CensusWeek,
    Conflict,
    HowGiven,
    Load,
    Meeting,
    Move,
    Opening,
    Reassignment,
    Schedule,
    ScheduleDifference,
    Session,
    SessionRow,
    Surroundings,
    Undated,
    Unplaced,
    census,
    loads,
    meetings,
    openings,
    patient_conflicts,
    reassign,
    schedule,
    schedule_difference,
    session_rows,
    weekly_census,
)
from iopkit.schedules.obstructions import Board
from iopkit.scopes import Scope
from iopkit.sites import Clinician, Closure, Room, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.states import STATES
from iopkit.strategies import days, patients, weekly_windows
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
DAY = timedelta(days=1)

CONFIDENTIAL: set[type] = {
    Clinic,
    ClinicRun,
    ClinicSettings,
    CodeUse,
    DeliveredWeek,
    FormerRun,
    Ledger,
    LedgerLine,
    LedgerRow,
    MilestoneKept,
    Morning,
    NamedPatient,
    RunningOut,
    SessionOf,
    Omission,
    PatientRun,
    PatientSettings,
    CaseloadFinding,
    PrimaryCounselor,
    Reassignment,
    Refused,
    Approval,
    Observation,
    Said,
    RecordedContradiction,
    Possible,
    Considered,
    Contradicted,
    AddMilestones,
    AddSessions,
    Applicability,
    Appointment,
    Assessment,
    Assignment,
    Assignments,
    Attainment,
    Block,
    Board,
    Booking,
    CalendarItem,
    CapGroups,
    Candidate,
    CareBeside,
    Cause,
    Cell,
    CensusDay,
    CensusWeek,
    Change,
    Charge,
    ChargeRow,
    Charges,
    Billed,
    Conflict,
    Consent,
    CountTarget,
    Coverage,
    Decision,
    NotBilled,
    PartialDate,
    PathResult,
    DimensionRating,
    Disagreement,
    ExcludedLevel,
    Disclosure,
    ConditionTarget,
    ProposedGoal,
    ProposedProblem,
    RaisedBy,
    Settlement,
    DropSessions,
    CalendarDetails,
    Attendance,
    HowGiven,
    Marks,
    Evidence,
    Explanation,
    FactSheet,
    Figure,
    Finding,
    Fit,
    Goal,
    GroupMembership,
    Ground,
    Situation,
    HeatMap,
    CountedSession,
    HoldOftener,
    Intervention,
    JudgedBy,
    Judgment,
    Shortfall,
    Layout,
    Leave,
    Remaining,
    LengthenSessions,
    Line,
    Load,
    Mark,
    ServiceRecord,
    Meeting,
    MentalDisorder,
    Milestone,
    Move,
    MoveSession,
    PlanNote,
    Objective,
    Obligation,
    Opening,
    Obstacle,
    Concession,
    Patient,
    PayerCoverage,
    Placed,
    Placement,
    Plan,
    PlanCharges,
    PlanCosts,
    LevelCosts,
    GroupPreference,
    Problem,
    Progress,
    ScoreChange,
    ServiceProgress,
    MissedSession,
    Proposal,
    Proposals,
    Provenance,
    RecordedRisk,
    Refusal,
    Remedy,
    Result,
    Row,
    Roster,
    Rows,
    RungResult,
    Schedule,
    ScheduleDifference,
    Score,
    ScoreTarget,
    Screening,
    Session,
    SessionRow,
    ShortenSessions,
    Signature,
    SiteFeed,
    Standing,
    TakenTime,
    Trip,
    Stretch,
    SubstanceUseDisorder,
    Support,
    Surroundings,
    Total,
    Tradeoff,
    Treatment,
    Uncharged,
    Units,
    Undated,
    Unplaced,
    TimeScale,
    UpcomingChange,
    Consequence,
    Used,
    WeeksLeftOut,
    BillableSession,
    Upgrade,
    Waiting,
    Whereabouts,
    Withheld,
}
# Of sites and programs too, and hidden always, as a patient's look no different. ``str`` of
# some is their text, which is asked for.
SHARED = {
    *("GroupDose", "LevelOfCare", "PrescribedSession", "Slot", "WeeklyWindows", "Window"),
    *("Phase", "Program", "Service"),
    *("EveryWeeks", "InAll", "Once", "PerWeek", "RandomDays", "TimePerWeek", "Weekly"),
}
# What rooms work with inside: hidden too, but told apart by identity, so no values to compare.
INSIDE = {
    *(
        "Answer",
        "Applicant",
        "Applied",
        "Attempt",
        "BillableSessions",
        "Checked",
        "ClinicCourses",
        "CourseForm",
        "CourseRecord",
        "CourseRecords",
    ),
    *("Done", "Lane", "OfEach", "LaneSpan"),
    *("EntryLine", "EntryLines", "FileLine", "Floor", "Foresight", "Found"),
    *("Done", "Lane", "OfEach", "Stay"),
    *("EntryLine", "EntryLines", "FileLine", "Floor", "FolderNames", "Foresight", "Found"),
    "ReadStudy",
    *("Gain", "GivenGroups", "Kept", "Many", "Piece", "Table", "TableRow", "Work"),
    # Many people at once, of whom no field is shown; tests/scenarios/ look.
    *("Cohort", "EpisodeCharges", "EpisodeFindings", "EpisodeSessions", "EpisodeTravel"),
    *("Episodes", "Population", "Prepared", "Referrals", "Requests", "Seated", "Stays"),
    *("ClinicFolder", "Colored", "Link", "Pair", "PatientLinks", "Place", "Seats"),
    # What a calendar of others is read as.
    *("ContentLine", "Event", "Length", "Moment", "Part", "Property", "Rule", "Start"),
}
# Rules, templates, places and words: what they hold is the same whoever the patient is.
IMPERSONAL = {
    # Figures of scenarios, and what studies ask and answer.
    *("Acceptability", "AcceptabilityCurves", "AcceptedInput", "AcceptedSets", "Accounts", "Beta"),
    *("Calibration", "Comparison", "Convergence", "FittedInput", "FreeInput", "Target"),
    *("ReportingSheet", "SheetItem", "StudyParts", "TargetFit", "_Surface"),
    *("CostLine", "Estimate", "Frontier", "FrontierRow", "Gamma", "InputShare", "LogNormal"),
    *("Outcomes", "PairedDifference", "PriceIndex", "ReplicationsNeeded", "RunningMean", "Samples"),
    *("StrataFigures", "Strategy", "StratumFigure", "StratumGap", "Summarized", "Summary"),
    *("Tornado", "TornadoBar", "Triangular", "TruncatedNormal", "Uniform", "ValueOfInformation"),
    "WarmUp",
    # What people do, as shares and curves.
    *("Assessing", "Attending", "AttendingRule", "ByWeek", "Came", "Coming", "ComingBack"),
    *("Constant", "Effect", "Ending", "Endings", "Exit", "Exits", "HabitFigure", "Habits"),
    *("Left", "LogLogistic", "OneWayOut", "Share", "Tabulated", "WayOut", "Weibull"),
    # What a clinic has, and who goes first there.
    *("Capacity", "Priorities", "Priority", "SeatPool", "SeatsByDay"),
    # What a scenario is made of and what it came to; of people, counts and no more.
    *("BillTerms", "RunningCosts"),
    *("Priorities", "Priority", "ProgramWeeks", "Results", "RunFinding", "Scenario", "SeatPool"),
    *("Capacity", "SeatsByDay", "SessionTables", "StayTables", "UseTables", "WeeklyTotal"),
    *("FollowOn", "FurtherProgram", "PlannedStay", "RunTotal", "StayTimetable"),
    # Whom a scenario is about, as shares, counts and rates.
    *("Arrivals", "PublishedPopulation", "ServiceTimes", "Shares", "ShippedNames", "Study"),
    *("StudyArrivals", "StudyBase", "StudyPeople", "StudyValue", "StudyVariation"),
    # Measures, and what many patients come to.
    *("Coded", "CurvePoint", "DaysUntil", "DeliveredShare", "FollowUp", "FollowUpStep"),
    *("LeavingCode", "LeftFor", "Measure", "MeasureExclusion", "MeasureRule", "MeasureSum"),
    *("MeasuredDays", "NoShowShare", "PhaseDays", "RetainedFor", "RetentionCurve"),
    *("ScaleChange", "StayLength", "StayLengthBin", "TreatmentCodes"),
    *(
        "Fault",
        "Source",
        "Cited",
        "Dated",
        "Versions",
        "HourBand",
        "CrisisLine",
        "_Sign",
        "PhaseWeeks",
    ),
    *(
        "Fact",
        "YesNo",
        "Number",
        "Choice",
        "Criterion",
        "Policy",
        "Rung",
        "Ladder",
        "_Profile",
        *("Requirement", "RequirementSet", "Counting", "Bounds"),
        *("WeeklyHours", "DailyHours", "WeeklyDays", "LongestGap", "WeeklyServices"),
        *("Frequency", "GroupSize", "Caseload", "Reviews", "PlanLength", "WrittenPlan"),
        *("CodingScheme", "DayCode", "SessionCodes", "TimeBand", "TimedCode"),
        *("CarePath", "PathStep", "LevelFigure", "MinimumLevels"),
        *("DayTiers", "Tier", "WeekCode", "Exclusion", "LineMark", "Rate", "RateTable"),
        *("CostFigure", "CostComparison", "Episode", "ChangeSize", "Effort"),
        *("ChangedRule", "RuleChange", "Shipped", "Command"),
        *("Analysis", "Contrast", "Difference", "Overlap", "Space"),
        *("Consented", "Covered"),
        *(
            "DueFlaw",
            "DueRule",
            "DueRuleSet",
            "Happening",
            "Having",
            "InARow",
            "NoContact",
            "RollOpen",
            "Term",
        ),
        *("Bands", "Findings", "RiskRatings", "Scores", "NeedFindings", "Newest", "DisorderOf"),
        *("_Run", "_Row", "Pool"),
    ),
    *("Band", "BandSet", "Instrument", "Item", "Scale"),
    *("Answers", "Diagram", "Node", "_Box"),
    *("Compare", "Between", "OneOf", "Known", "AllOf", "AnyOf", "Not", "AtLeast"),
    *("Rails", "Formulas", "AttritionStep", "_Column"),
    *("Track", "Curriculum", "_Recorded", "_ChangeOf", "_OfService", "Times"),
    *("StatedHours", "StatedSessions", "StatedLength", "Discrepancy", "OutOfReach"),
    "AbsenceLimit",
    *("GoalTemplate", "GoalTemplates", "InterventionTemplate", "ObjectiveTemplate"),
    "ProblemTemplate",
    *("Site", "HolidayCalendar", "Closure", "Offer", "Room", "Clinician", "Preferences"),
    *("Absence", "ClosedFor", "Credential", "LedBy", "NewHours"),
    # Of groups and staff, no patient's.
    *("GroupLeftOver", "GroupTakeover"),
    *("License", "Scope", "Referral"),
    *("Approved", "ApprovedAmount", "Observations", "OfInstrument", "Flaw", "_Search"),
    *("OwnFact", "OwnFacts", "Observed", "OfScale", "InstrumentForm", "ScaleForm", "Own", "_Shown"),
    *("Column", "Kleene", "WrongRows", "_Ends", "_Read", "_Written"),
    *(
        "Consideration",
        "Contradiction",
        "Margin",
        "MonthsSinceUnsuccessful",
        "Obliged",
        "Recency",
        "Recent",
    ),
    *("Engine", "Dose", "_Leaf", "Member", "Named"),
    *("Group", "Limits", "Option", "Weights"),
}

PROGRAM = Program(
    "short",
    "A short program",
    (Phase("only", "The only phase", 2),),
    (
        Service(
            "group",
            "Group",
            Modality.GROUP_THERAPY,
            Weekly((Slot(Weekday.MONDAY, time(18)), Slot(Weekday.FRIDAY))),
            timedelta(hours=2),
        ),
        Service("talk", "Talk", Modality.INDIVIDUAL_COUNSELING, PerWeek(2), timedelta(hours=1)),
        Service("test", "Test", Modality.DRUG_TESTING, RandomDays(1), timedelta(minutes=10)),
        Service("family", "Family", Modality.FAMILY_SESSION, PerWeek(1)),
    ),
)
POLICY, SUITABILITY = find_policy("us-medicare-iop"), find_policy("iop-suitability")
REQUIREMENTS = find_requirements("us-medicare-iop")
CODING, RATES = find_coding("us-md-medicaid"), find_rates("us-md-medicaid")
OWN = Source("Our own rule", Grade.SECONDARY)
ANYBODY = Policy(
    "anybody",
    "Anybody",
    Versions((Dated(date(2024, 1, 1), (Criterion("any", "Any.", AllOf(()), OWN),), OWN),)),
)
LADDER = Ladder(
    "one",
    "One rung",
    (Rung(LevelOfCare("2.1"), POLICY, (ANYBODY,)),),
    find_ladder("us-public-rules").paths,
)

# Patients are slow to draw and to shrink, and each one stands for many values.
_GENERATE = (hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate)
_UNHURRIED = [*hypothesis.HealthCheck]
unshrunk = settings(phases=_GENERATE, suppress_health_check=_UNHURRIED)
fewer = settings(unshrunk, max_examples=max(1, settings().max_examples // 4))

DATE_FORMS = ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%d.%m.%Y", "%B %d, %Y", "%d %b %Y")

tokens = st.from_regex(r"zq[a-z]{7}", fullmatch=True)


def site(start: date) -> Site:
    """A site that is closed on each weekday once in the two weeks of the program."""
    return Site(
        "Elm Street",
        "America/Chicago",
        WeeklyWindows.of(*(f"{day.title} 08:00-21:00" for day in Weekday)),
        closures=tuple(
            Closure(start + n * DAY, start + (n + 1) * DAY, "repairs") for n in (0, 4, 9)
        ),
    )


@st.composite
def telling_patients(draw: st.DrawFn) -> Patient:
    """Patients with values that can be recognized wherever they turn up."""
    patient = draw(patients())
    substance = draw(st.sampled_from(Substance))
    own = {name: getattr(patient, name) or () for name in ("diagnoses", "assessments")}
    windows = weekly_windows().filter(lambda held: bool(held.spans))
    return evolve(
        patient,
        birth_date=patient.birth_date or draw(days(date(1920, 1, 1), date(2009, 12, 31))),
        diagnoses=(
            *own["diagnoses"],
            SubstanceUseDisorder(
                substance=substance, criteria_met=6, code=f"{substance.icd10_block}.7QX"
            ),
            MentalDisorder(code="F68.8ZQ", diagnosed=draw(days(date(2010, 1, 1)))),
        ),
        assessments=(
            *own["assessments"],
            Assessment(
                on=draw(days()),
                ratings=(DimensionRating(5, draw(st.integers(0, 4))),),
                needed_per_week=timedelta(minutes=draw(st.integers(1001, 9999))),
                dangerous=draw(st.booleans()),
            ),
        ),
        consents=(
            *(
                evolve(
                    consent,
                    discloser=draw(st.none() | tokens),
                    information=draw(st.none() | tokens),
                    recipients=draw(st.none() | st.tuples(tokens)),
                )
                for consent in patient.consents or ()
            ),
            Consent(
                discloser=draw(tokens),
                information=draw(tokens),
                recipients=(draw(tokens), draw(tokens)),
                purposes=frozenset({Purpose.FAMILY_INVOLVEMENT}),
                expiry=Expiry.DATE,
                end=draw(days(date(2027, 1, 1))),
                signed=draw(days(date(2024, 1, 1), date(2026, 12, 31))),
                revoked=draw(days()),
            ),
        ),
        screenings=(
            *(patient.screenings or ()),
            Screening("phq_9", draw(days()), scores=(Score("total", draw(st.integers(0, 27))),)),
        ),
        supports=(
            *(evolve(one, recipient=draw(st.none() | tokens)) for one in patient.supports or ()),
            Support(joins_family_sessions=draw(st.booleans()), recipient=draw(tokens)),
        ),
        treatments=(*(patient.treatments or ()), Treatment(end=draw(days()))),
        coverages=(*(patient.coverages or ()), Coverage(Payer.MEDICARE, draw(days()))),
        obligations=(
            *(patient.obligations or ()),
            Obligation(ObligationKind.WORK, draw(windows)),
        ),
        availability=draw(windows),
        observations=(Observation("on_bail", draw(tokens), draw(days())),),
        residences=(Whereabouts("IL", draw(tokens)),),
        locations=(),
    )


def derived(patient: Patient, start: date, seed: int) -> list[Any]:
    """A patient and everything that is made from one."""
    decision = POLICY.decide(patient, on=start)
    suits = SUITABILITY.decide(patient, on=start, assume_in_force=True)
    made: list[Any] = [patient, decision, read_facts(FACTS.values(), patient, on=start)]
    made.append(Refused(0, patient.key, ()))
    stored = json.dumps({**to_document(decision), "format": 1})
    made.append(upgrade_file("decision.json", stored.encode()))
    made += [*decision.results, decision.coverage]
    rules = (POLICY, REQUIREMENTS, CODING, RATES)
    found = applicable(rules, site(start), patient, on=start)
    made += [*found, *(ground for each in found for ground in each.grounds)]
    made += [result.explanation for result in decision.results]
    made += [seen for result in decision.results for seen in result.evidence]
    made.append(RecordedRisk(FACTS["dangerous"], value=True, on=start))
    found_twice = tuple(
        Contradicted(FACTS[name], value=True, found=start) for name in ("dangerous", "pregnant")
    )
    made += [*found_twice, RecordedContradiction("both", "Is both.", "It is not.", found_twice)]
    made += [Possible(24, 27, found=start), *suits.considerations]
    made += [
        severities_of(d) for d in patient.diagnoses or () if isinstance(d, SubstanceUseDisorder)
    ]
    seen_by = [result.explanation for result in decision.results]
    ways = [way for seen in seen_by for way in smallest_changes(seen.predicate, seen.values)]
    made += [change for way in ways for change in way]
    placement = place(LADDER, patient, on=start)
    made += [placement, *placement.results, *compare_levels(patient, on=start)]
    causes = tuple(Cause(decision.policy, r.criterion.name, r.reason) for r in decision.results)
    made.append(ExcludedLevel(LevelOfCare("2.1"), causes))
    made += [*placement.paths, *placement.beside]
    for unlike in (result.disagreement for result in placement.results):
        made += [unlike, *unlike.causes] if unlike else []
    # Of a patient who could always come, sessions on closed days find another day.
    for one in (patient, evolve(patient, availability=None, obligations=None)):
        plan = draft(PROGRAM, one, site(start), start=start, seed=seed)
        dated = schedule(plan, site(start))
        made += [plan, *plan.notes, dated, *dated.sessions, *dated.unplaced]
        made += [*check(dated, REQUIREMENTS), *priced(dated, site(start), one)]
        made += [session.moved for session in dated.sessions if session.moved]
        made += session_rows(dated)
        layout = laid_out(blocks(dated, 1, random_days=True), lambda text, _: len(text) / 20)
        made += [layout, layout.rows, *layout.placed, *(each.block for each in layout.placed)]
        record = ServiceRecord.of(dated, None, None)
        made += [record, *record.sessions]
        made += figures_of(WeeklyDays(3), record, [0], [0])
        made += agreed(plan, start)
        made += charged(dated)
        made += advised(dated)
        made += occupied(dated)
        made += [*counseled(dated.plan), *kept_together(dated, patient)]
        made += amended(dated)
    made += assigned(patient, start)
    made += [patient.birth_date] if isinstance(patient.birth_date, PartialDate) else []
    for field in attrs.fields(Patient):
        value = getattr(patient, field.name)
        made += value if isinstance(value, tuple) else ()
    made += [rating for found in patient.assessments or () for rating in found.ratings]
    made += [score for screening in patient.screenings or () for score in screening.scores]
    return made


def agreed(plan: Plan, start: date) -> list[Any]:
    """A plan that was settled with the patient, and its parts."""
    by = start + timedelta(days=61)
    goal = Goal(
        "the-problem",
        "Wants to be reconciled with Zebediah.",
        ScoreTarget("phq_9", "total", most=9),
        by,
        (Objective("Writes to Zebediah.", by, CountTarget(Counted.DAYS_WITHOUT_USE, 67)),),
        (Intervention("Rehearses the letter.", "group"),),
    )
    proposed = ProposedProblem(
        Problem("the-problem", "Estranged from Zebediah", "F10.20"),
        (RaisedBy("support_adequate", "Zebediah does not help", by),),
        (ProposedGoal("the-problem/a", goal, ("A letter to Zebediah.",)),),
        Settlement(SettledAs.CHANGED, by, "Zebediah"),
    )
    condition = ConditionTarget(FACTS["needed_hours_per_week"].equals(67.5))
    told = "family involvement, Zebediah"
    follows = (Consequence(ConsequenceKind.CONSENT_STOPS, (told,)),)
    ends = UpcomingChange(by, ChangingKind.CONSENT, told, before=True, follows=follows)
    settled = evolve(
        plan,
        upcoming=(ends,),
        problems=(Problem("the-problem", "Estranged from Zebediah", "F10.20"),),
        goals=(goal,),
        proposals=(proposed,),
        milestones=(Milestone(MilestoneKind.REVIEW, by, "us-medicare-iop"),),
        disclosures=(Disclosure("Zebediah", "attendance", by),),
        signatures=(Signature(Signer.PATIENT, start),),
        leaves=(Leave(start + timedelta(days=67), by + timedelta(days=67), "Zebediah"),),
        stays=(Trip(start, by, "Asia/Kathmandu"),),
        groups=(GroupMembership("group", ("Zebediah",)),),
        provenance=Provenance("short", None, (JudgedBy("us-medicare-iop", start, Truth.YES),)),
    )
    parts: list[Any] = [settled.provenance, *(settled.problems or ()), goal, goal.target]
    parts += [*goal.objectives, *(step.target for step in goal.objectives), *goal.interventions]
    parts += [proposed, *proposed.because, *proposed.goals, proposed.settled, condition]
    parts += [*settled.leaves, *settled.stays, *settled.groups]
    parts += [TakenTime(start, by, (607, 667), "Zebediah")]
    parts += [*settled.milestones, *settled.disclosures, *(settled.signatures or ())]
    parts += settled.provenance.decisions if settled.provenance else ()
    parts += [ends, *follows, WeeksLeftOut(1, 61, "Zebediah", LevelOfCare("2.5"))]
    of_group = ServiceProgress("group", due=67, attended=66)
    missed = MissedSession("group", 67, excused=False)
    progress = Progress(
        weeks_in_phase=3, days_without_use=67, by_service=(of_group,), missed_sessions=(missed,)
    )
    fell = ScoreChange("phq_9_total_score", -67)
    return [settled, *parts, progress, of_group, missed, fell]


def counseled(plan: Plan) -> Iterator[Any]:
    """A patient with a counselor, whom another takes over."""
    named = PrimaryCounselor(plan.start, "Ada")
    cared = evolve(plan, counselors=(named,))
    staffed = evolve(site(plan.start), clinicians=(Clinician("Ada"), Clinician("Birch")))
    yield named
    yield reassign([cared], [], staffed, away="Ada", start=plan.start)
    yield from check_caseloads(
        [cared], find_requirements("us-nj-iop"), on=plan.start, assume_in_force=True
    )


def priced(dated: Schedule, where: Site, patient: Patient) -> Iterator[Any]:
    """What a plan costs by a coding scheme that is everybody's, and its parts."""
    everybodys, level = evolve(CODING, scope=Scope()), LevelOfCare("2.1")
    costs = costs_of_plan(dated, where, patient, codings=[everybodys], level=level)
    yield from (costs, *costs.charged, costs.own)


def charged(dated: Schedule) -> Iterator[Any]:
    """What is charged for a schedule, and how it came to that."""
    charges = itemize(dated, CODING, rates=RATES)
    yield from (charges, charges.total, *charges.total.units, *charges.lines)
    yield from charge_rows(charges)
    for line in charges.lines:
        yield from (line.marks, *line.given)
    at_home = HowGiven(Delivery.TELEHEALTH, video=True, at_home=True)
    yield from (at_home, Attendance(timedelta(minutes=1067), at_home, "Ada"))
    for left in charges.uncharged:
        yield from (left, *left.reasons)
    week = [session for session in dated.sessions if session.week == 1]
    billable = [BillableSession.of(dated.uid(s), s, first=Weekday.MONDAY) for s in week]
    rules = CODING.versions.dated[0].value
    yield from billable
    found, _ = billed_in_week(rules, billable, booked=billable, charged=billable, last_charged={})
    yield from found
    yield from authorized(dated)


def authorized(dated: Schedule) -> Iterator[Any]:
    """What was delivered of a schedule, and what of it is authorized."""
    plan, start = dated.plan, dated.plan.start
    few = Authorization("plan-a", ("H0015",), start, dated.end, amount=1067)
    events: tuple[CourseEvent, ...] = (Admitted(), Authorized(few))
    told = (
        Entry(UUID(int=n, version=4), start, datetime(2199, 1, 1, tzinfo=UTC), "Ada", event)
        for n, event in enumerate(events, 1067)
    )
    in_force = (ScheduleSince(start, dated),)
    course = collect(told, key=plan.key, patient=plan.patient, schedules=in_force)
    delivered = delivered_by(course, on=start)
    found = ledger(course, CODING, on=start)
    yield from (found, *found.lines, *found.other_codes, *ledger_rows(found))
    yield from (line.within for line in found.lines)
    coming = tuple(SessionOf(plan.patient, due) for due in course.timeline.by_start[:2])
    out = tuple(RunningOut(plan.patient, line) for line in found.lines)
    yield from (Morning(start, coming, running_out=out), *coming, *out)
    yield from delivered_weeks(delivered, itemize(delivered, CODING))
    yield MilestoneKept(Milestone(MilestoneKind.REVIEW, start), start, Truth.YES)
    yield Withheld(1067, NotBilledReason.NOT_AUTHORIZED)


def advised(dated: Schedule) -> Iterator[Any]:
    """How a program fits a patient, and what is proposed to change in a plan."""
    plan = dated.plan
    by, slot = plan.start + timedelta(days=61), Slot(Weekday.of(plan.start), time(17, 43))
    judgments = judge(dated, [REQUIREMENTS], site(plan.start))
    fit = Fit(PROGRAM, None, dated, judgments)
    revisions = (
        LengthenSessions("group", (), timedelta(minutes=1067), ((slot, slot),)),
        ShortenSessions("group", (), timedelta(minutes=1067)),
        AddSessions("group", (), (slot,)),
        DropSessions("group", (), (slot,)),
        MoveSession("group", (), slot, slot),
        HoldOftener("group", (), 2, slot),
        AddMilestones((Milestone(MilestoneKind.REVIEW, by),)),
        CapGroups("group", 12),
    )
    left = Remaining("us-medicare-iop", judgments[0].findings[0], WhyRemaining.CLOSED)
    proposal = Proposal(revisions, ChangeSize(), plan, judgments, (left,))
    shortfall = Shortfall(WeeklyDays(3), 1, 1067)
    yield from (fit, fit.standing, *judgments, *revisions, left, proposal, shortfall)
    yield Proposals(
        (proposal,), judgments, (left,), wanted=True, complete=True, tried=1, most_changes=2
    )
    yield Situation.of(
        dated, site(plan.start), judgments[0].findings, by_day=True, effort=Effort(1)
    )
    every = frozenset({shortfall})
    yield Remedy(revisions[0], ChangeSize(), helps=every, ends=every)


def occupied(dated: Schedule) -> Iterator[Any]:
    """What of a site's capacity is used, and how it is drawn."""
    where = evolve(site(dated.plan.start), rooms=(Room("Oak", 1067),))
    held = tuple(evolve(session, room="Oak") for session in dated.sessions)
    days = census([dated])
    booked = loads([evolve(dated, sessions=held)], where)
    groups = meetings([evolve(dated, sessions=held)], where)
    yield from (*days, *weekly_census(days), *booked, *groups)
    for drawn in (meetings_map(groups, title="Groups"), load_map(booked, title="Rooms")):
        yield from (drawn, *drawn.rows, *(cell for row in drawn.rows for _, cell in row.cells))
    lines = timeline_lines(dated, random_days=True)
    yield from (*lines, *(mark for line in lines for mark in line.marks), *phases_of(dated))
    yield TimeScale(dated.plan.start, dated.weeks)


def amended(dated: Schedule) -> Iterator[Any]:
    """What changes in a schedule, what collides in it, and how a calendar has it."""
    yield from (schedule_difference(dated, evolve(dated, sessions=())),)
    yield CalendarDetails(link="https://zebediah.example.org", alarms=(timedelta(minutes=1067),))
    yield SiteFeed(dated.plan.key, clinician="Zebediah")
    yield from session_events(dated, dated.sessions, titles=True)
    yield from (Undated(dated.plan.patient, each) for each in dated.unplaced)
    for session in dated.sessions[:1]:
        outside = Appointment(session.start, session.end, "Zebediah")
        around = Surroundings(site(dated.plan.start), session.start - 67 * DAY, busy=(outside,))
        yield from (outside, around, *openings(dated, session, around))
        board = Board.of(dated, session, around, [session.start.date()])
        yield board
        for conflict in patient_conflicts([dated], appointments=[outside]):
            yield from (conflict, *conflict.between)


def kept_together(dated: Schedule, patient: Patient) -> Iterator[Any]:
    """A clinic that has the patient, and what a run gives for them."""
    where, start = site(dated.plan.start), dated.plan.start
    own = PatientSettings("Zebediah", leaves=(Leave(start, start + 67 * DAY, "Zebediah"),))
    settings = ClinicSettings(start, 1067, patients=(own,))
    one, why = NamedPatient("Zebediah", patient), Omission(Step.GROUPS, "waits for Zebediah")
    clinic = Clinic(settings, where, dated.plan.program, (one,))
    of = PatientRun("Zebediah", patient, schedule=dated, omissions=(why,))
    yield from (settings, own, one, why, clinic, of, FormerRun(settings, where, (dated,)))
    yield ClinicRun(clinic, (of,))


def assigned(patient: Patient, start: date) -> Iterator[Any]:
    """A roster with the patient, in two groups, one of which has another patient's seat."""
    free = patient.free or WeeklyWindows()
    groups = tuple(
        Group(name, "group", (Slot(Weekday(day), time(17, 43)),), timedelta(minutes=67), 1)
        for day, name in enumerate(("a", "b"))
    )
    likes = (GroupPreference(3, frozenset({"a"})), GroupPreference(-2, within=free))
    other = Candidate(
        UUID(int=1, version=4),
        (GroupDose("group"),),
        WeeklyWindows.always(),
        now_in=frozenset({"b"}),
    )
    own = Candidate(patient.key, (GroupDose("group", 2),), free, 1, None, None, None, likes, start)
    roster = Roster(groups, (own, other))
    found = assign(roster, site(start), on=start)
    yield from (roster, own, *likes, found, *found.assigned, *found.waiting, *found.attained)
    for one in found.waiting:
        yield from (*one.obstacles, *(one.concessions or ()))


def leaves(value: object) -> Iterator[object]:
    """The plain values that a value is made of; keys aside, which are random."""
    kind: Any = type(value)
    if isinstance(value, WeeklyWindows):
        yield value
    elif isinstance(value, Counting):
        yield value.clock  # the rest is a rule's, and is shown by its name
    elif attrs.has(kind) and not callable(value):  # readers of facts are no values
        for field in attrs.fields(kind):
            if field.init:  # the rest is worked out from them
                yield from leaves(getattr(value, field.name))
    elif isinstance(value, (tuple, frozenset)):
        for item in value:
            yield from leaves(item)
    elif not isinstance(value, (bool, UUID, type(None))) and not callable(value):
        yield value


# Names of instruments, scales and levels are words of the house, as members of enumerations
# are: short, and parts of other words.
NAMES = {
    *INSTRUMENTS,
    *(scale.name for one in INSTRUMENTS.values() for scale in one.scales),
    *("1", "2.1", "3.1", "3.7", "4", "4.0"),
    *STATES,
}


def spellings(leaf: object) -> Iterator[str]:
    """How a plain value could be written; nothing for a value that tells nothing by itself."""
    match leaf:
        case Enum():
            return
        case date():
            yield from map(leaf.strftime, DATE_FORMS)
            yield f"{leaf.year}, {leaf.month}, {leaf.day}"
            yield from [f"{leaf:%H:%M}"] if isinstance(leaf, datetime) else []
        case timedelta() if leaf >= timedelta(minutes=1000):
            minutes = leaf // timedelta(minutes=1)
            yield from (str(leaf), repr(leaf), str(minutes), str(minutes / 60))
            yield f"{minutes / 60:.3f}"
        case WeeklyWindows():
            yield from map(str, leaf.windows)
            for start, end in leaf.spans:
                yield from (f"{start}, {end}", f"{start}-{end}")
        case str() if leaf not in NAMES:
            yield leaf
        case int() if leaf >= 1000:
            yield str(leaf)


def words(leaf: object) -> Iterator[str]:
    """The word that stands for a member of an enumeration, and the name of an instrument."""
    match leaf:
        case StrEnum():
            yield leaf.value
        case IntEnum():
            yield leaf.name.lower()
        case str() if leaf in INSTRUMENTS:
            yield leaf


def secrets(*values: object) -> set[str]:
    told = {text for value in values for leaf in leaves(value) for text in spellings(leaf)}
    return told - {""}


# Line numbers and the fixed examples in messages are nobody's values.
_IMPERSONAL_TEXT = re.compile(r", line \d+, in |\bline \d+: |\bline=\d+|such as '[^']*'")


def found_in(text: str, hidden_texts: set[str]) -> set[str]:
    """Those of some texts that occur in another."""
    searched = _IMPERSONAL_TEXT.sub("", text).casefold()
    return {hidden_text for hidden_text in hidden_texts if hidden_text.casefold() in searched}


def shown(value: Any) -> Iterator[str]:
    """A value as code shows it that means no harm."""
    yield from (repr(value), str(value), f"{value}", f"{value!r:>120}", format(value))
    yield from ("%s %r %a" % (value, value, value), "{0} {0!r}".format(value))  # noqa: UP031, UP032  # each way is tried
    yield from map(repr, ([value], (value,), {value}, {value: value}, [[{"x": value}]]))
    if hasattr(value, "_repr_html_"):
        yield value._repr_html_()
    for error in (KeyError(value), ValueError(f"wrong: {value}", value)):
        yield from ("".join(traceback.format_exception(error)), repr(error), str(error))


def told(error: BaseException) -> str:
    """All that an error shows of itself."""
    return "\n".join((str(error), repr(error), *traceback.format_exception(error)))


def told_by(read: Callable[[], object]) -> str:
    """All that is told if something is refused; nothing if it is not."""
    try:
        read()
    except InvalidError as error:
        return told(error)
    return ""


# What is shown


@unshrunk
@given(telling_patients(), days(date(2025, 1, 1)), st.integers(10**7, 10**9))
def test_no_value_of_a_patient_is_shown(patient: Patient, start: date, seed: int) -> None:
    made = derived(patient, start, seed)
    text = "\n".join([pformat(made), *(line for value in made for line in shown(value))])

    # The keys are random, and so may look like anything.
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", text)
    personal = secrets(patient, start, seed, *(m.start for m in made if type(m) is Session))
    personal |= {word for leaf in leaves(patient) for word in words(leaf)}
    personal -= {
        "assessment",
        "date",
        "left",
        "primary",
        "treatment",
    }  # which are in names of classes too
    assert found_in(text, personal) == set()


@fewer
@given(telling_patients(), days(date(2025, 1, 1)))
def test_a_repr_is_the_class_and_what_the_key_is_called_in_logs(
    patient: Patient, start: date
) -> None:
    for value in derived(patient, start, 20260105):
        shown = re.fullmatch(r"(\w+)\((\.\.\.|#[0-9a-f]{12})\)", repr(value))
        assert shown
        assert shown[1] == type(value).__name__
        assert (shown[2] == "...") is not isinstance(getattr(value, "key", None), UUID)
        same = Patient(value.key) if shown[2] != "..." else value
        assert repr(same).endswith(f"({shown[2]})")


@fewer
@given(telling_patients(), days(date(2025, 1, 1)))
def test_no_key_is_shown_as_others_follow_from_it(patient: Patient, start: date) -> None:
    """A plan's key gives the identifiers in its calendar, and a patient's key its plans'."""
    made = derived(patient, start, 20260105)
    keys = {value.key for value in made if isinstance(getattr(value, "key", None), UUID)}
    dated = [value for value in made if isinstance(value, Schedule)]
    keys |= {schedule.uid(session) for schedule in dated for session in schedule.sessions}
    assert {patient.key, *(schedule.plan.key for schedule in dated)} <= keys

    for value in made:
        text = " ".join(shown(value))
        assert found_in(text, {form for key in keys for form in (str(key), key.hex)}) == set()
        for digest in re.findall(r"#([0-9a-f]{12})", text):
            assert not any(digest in key.hex for key in keys)


@fewer
@given(telling_patients(), days(date(2025, 1, 1)))
def test_no_value_of_a_patient_is_logged(
    caplog: pytest.LogCaptureFixture, patient: Patient, start: date
) -> None:
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        for value in derived(patient, start, 20260105):
            logging.getLogger("iopkit").debug("%s, %r, %s", value, value, [value])
        from_json(Patient, to_json(patient))
        with pytest.raises(InvalidError) as caught:
            evolve(patient, key=uuid5(KEY, "record"))
        logging.getLogger("iopkit").error("refused", exc_info=caught.value)

    assert found_in(caplog.text, secrets(patient, start)) == set()


def test_everything_confidential_is_among_what_the_tests_look_at() -> None:
    patient = Patient(
        key=KEY,
        birth_date=PartialDate(1957),
        diagnoses=(SubstanceUseDisorder(), MentalDisorder()),
        assessments=(Assessment(on=date(2026, 1, 1), ratings=(DimensionRating(1),)),),
        screenings=(Screening("phq_9", date(2026, 1, 1), scores=(Score("total", 12),)),),
        treatments=(Treatment(),),
        supports=(Support(),),
        consents=(Consent(),),
        coverages=(Coverage(Payer.MEDICARE),),
        obligations=(Obligation(ObligationKind.WORK),),
        residences=(Whereabouts("IL"),),
        approvals=(Approval(),),
        observations=(Observation("on_bail", value=True, on=date(2026, 1, 1)),),
    )

    made = derived(patient, date(2026, 1, 5), 20260105)
    assert {type(value) for value in made} == CONFIDENTIAL


@fewer
@given(telling_patients(), days(date(2025, 1, 1)))
def test_what_is_confidential_stays_so_when_pickled(patient: Patient, start: date) -> None:
    for value in derived(patient, start, 20260105):
        copied = pickle.loads(pickle.dumps(value))
        assert copied == value
        assert repr(copied) == repr(value)


# Asking for it


@fewer
@given(telling_patients(), days(date(2025, 1, 1)))
def test_reveal_shows_every_value(patient: Patient, start: date) -> None:
    for value in derived(patient, start, 20260105):
        text = reveal(value)
        assert "..." not in text
        assert type(value).__name__ in text
        for leaf in leaves(value):
            assert reveal(leaf) in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(
            Patient(key=KEY, birth_date=date(1984, 5, 17), supports=()),
            f"Patient(key={KEY!r}, birth_date=datetime.date(1984, 5, 17), diagnoses=None, "
            "assessments=None, screenings=None, treatments=None, supports=(), consents=None, "
            "coverages=None, obligations=None, availability=None, approvals=None, "
            "observations=None, residences=None, locations=None, travel=None)",
            id="a patient",
        ),
        pytest.param(
            [MentalDisorder(), (MentalDisorder("F32.1"),)],
            "(MentalDisorder(code=None, diagnosed=None), "
            "(MentalDisorder(code='F32.1', diagnosed=None)))",
            id="several",
        ),
        pytest.param("text", "'text'", id="a plain value"),
        pytest.param(frozenset({"a"}), "frozenset({'a'})", id="a set"),
        pytest.param(
            AllOf(()), "AllOf(parts=(), label='', source=None)", id="without what a repr leaves out"
        ),
        pytest.param(Room("a", 5), repr(Room("a", 5)), id="nothing confidential"),
    ],
)
def test_what_reveal_shows(value: object, text: str) -> None:
    assert reveal(value) == text


# Errors from making a value

NAME = "Zelda Quimby"
EARLY, LATE = date(1931, 7, 23), date(1947, 10, 29)


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(
            lambda: SubstanceUseDisorder(substance=Substance.OPIOIDS, code=NAME), id="code"
        ),
        pytest.param(lambda: SubstanceUseDisorder(criteria_met=97531), id="criteria"),
        pytest.param(lambda: MentalDisorder(code=NAME), id="code of a mental disorder"),
        pytest.param(lambda: DimensionRating(97531, 86420), id="rating"),
        pytest.param(
            lambda: Assessment(on=EARLY, ratings=(DimensionRating(1, 2),) * 2), id="rated twice"
        ),
        pytest.param(
            lambda: Assessment(on=EARLY, edition=Edition.FOURTH, ratings=(DimensionRating(1, 2),)),
            id="rated in the fourth edition",
        ),
        pytest.param(
            lambda: Assessment(on=EARLY, needed_per_week=timedelta(minutes=97531)), id="too much"
        ),
        pytest.param(lambda: Coverage(Payer.MILITARY, LATE, EARLY), id="coverage"),
        pytest.param(lambda: Whereabouts(NAME, NAME, LATE, EARLY), id="whereabouts"),
        pytest.param(
            lambda: Consent(discloser=NAME, expiry=Expiry.DATE, signed=LATE, end=EARLY),
            id="consent that ends early",
        ),
        pytest.param(
            lambda: Consent(recipients=(NAME,), expiry=Expiry.EVENT, end=EARLY),
            id="consent with two ends",
        ),
        pytest.param(
            lambda: Consent(
                information=NAME,
                purposes=frozenset({Purpose.RESEARCH, Purpose.LEGAL_PROCEEDINGS}),
                expiry=Expiry.NONE,
            ),
            id="consent for too much",
        ),
        pytest.param(
            lambda: Patient(
                key=KEY,
                birth_date=LATE,
                diagnoses=(MentalDisorder(code="F68.8ZQ", diagnosed=EARLY),),
                assessments=(Assessment(on=EARLY),),
                consents=(Consent(signed=EARLY, discloser=NAME),),
            ),
            id="dated before the birth",
        ),
        pytest.param(
            lambda: Patient(key=uuid5(KEY, NAME), birth_date=EARLY), id="key that is a hash"
        ),
        pytest.param(
            lambda: read_facts(FACTS.values(), Patient(key=KEY, birth_date=LATE), on=EARLY),
            id="facts before the birth",
        ),
        pytest.param(
            lambda: read_facts(
                FACTS.values(), Patient(key=KEY, birth_date=EARLY.replace(year=1701)), on=LATE
            ),
            id="too old",
        ),
        pytest.param(
            lambda: draft(
                PROGRAM, Patient(key=KEY, birth_date=LATE), site(EARLY), start=EARLY, seed=97531
            ),
            id="plan before the birth",
        ),
        pytest.param(
            lambda: Plan(KEY, KEY, "Elm Street", PROGRAM, date(9999, 12, 30), 97531),
            id="plan after the end of time",
        ),
        pytest.param(
            lambda: Move(datetime.combine(EARLY, time(17, 43), site(EARLY).tz), "closed"),  # type: ignore[arg-type]  # the reason does not matter
            id="move in a zone",
        ),
    ],
)
def test_a_value_that_is_refused_is_not_shown(build: Callable[[], object]) -> None:
    with pytest.raises(InvalidError) as caught:
        build()

    # The traceback quotes this file, so only the error itself is looked at.
    said = "\n".join((str(caught.value), repr(caught.value), repr(caught.value.faults)))
    personal = secrets(NAME, "F68.8ZQ", EARLY, EARLY.replace(year=1701), LATE, date(9999, 12, 30))
    personal |= {"97531", "86420", "17:43", str(uuid5(KEY, NAME))}
    personal |= {"opioids", "military", "research"}
    assert found_in(said, personal) == set()


@pytest.mark.parametrize(
    ("build", "values"),
    [
        pytest.param(
            lambda substance: SubstanceUseDisorder(substance=substance, code="A00.0"),
            list(Substance),
            id="which substance a wrong code is for",
        ),
        pytest.param(
            lambda substance: SubstanceUseDisorder(substance=substance, criteria_met=12),
            list(Substance),
            id="which substance a wrong count is for",
        ),
        pytest.param(
            lambda count: SubstanceUseDisorder(criteria_met=count),
            [-1, 0, 1, 12, 13],
            id="which count",
        ),
        pytest.param(lambda code: MentalDisorder(code=code), ["", "x", NAME], id="which code"),
        pytest.param(lambda risk: DimensionRating(1, risk), [-1, 5, 6], id="which rating"),
        pytest.param(
            lambda needed: Assessment(on=EARLY, needed_per_week=timedelta(days=needed)),
            [-1, 8, 9],
            id="how much is needed",
        ),
        pytest.param(
            lambda day: Patient(key=KEY, birth_date=LATE, assessments=(Assessment(on=day),)),
            [EARLY, LATE - DAY],
            id="which day",
        ),
        pytest.param(
            lambda birth: Patient(key=KEY, birth_date=birth, consents=(Consent(signed=EARLY),)),
            [LATE, LATE - DAY],
            id="which birth date",
        ),
        pytest.param(
            lambda birth: read_facts([FACTS["age"]], Patient(key=KEY, birth_date=birth), on=EARLY),
            [LATE, LATE - DAY],
            id="which age",
        ),
    ],
)
def test_a_refusal_says_the_same_whatever_the_value(
    build: Callable[[Any], object], values: list[Any]
) -> None:
    messages = set()
    for value in values:
        with pytest.raises(InvalidError) as caught:
            build(value)
        messages.add(str(caught.value))

    assert len(messages) == 1


def test_a_rule_that_is_not_in_force_yet_is_refused_without_the_days_of_a_plan() -> None:
    start = date(2023, 10, 30)
    plan = draft(PROGRAM, Patient(key=KEY), site(start), start=start, seed=1)

    with pytest.raises(NotInForceError) as caught:
        check(schedule(plan, site(start)), REQUIREMENTS)

    assert found_in(str(caught.value), secrets(start)) == set()


# Errors from reading a document


Path = tuple[str | int, ...]

_JUNK: list[Any] = [
    None,
    True,
    -97531,
    97531.5,
    10**400,
    NAME,
    f"monday 17:43-{NAME}",
    "1931-07-32",
    "1931-07-23",
    [],
    [NAME],
    [["monday 25:00-26:00"]],
    {},
    {NAME: NAME},
    {"type": NAME},
    {"type": [NAME]},
]
_JUNK_TEXTS = {NAME, "97531", "17:43", "25:00", "1931-07-32", *secrets(EARLY)}


def places(document: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a document, the whole of it first."""
    yield path
    items: Any = ()
    if isinstance(document, dict):
        items = document.items()
    elif isinstance(document, list):
        items = enumerate(document)
    for step, item in items:
        yield from places(item, (*path, step))


def changed(document: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """A copy of a document with one place changed; ``...`` for a place takes it out."""
    if not path:
        return change(document)
    step, rest = path[0], path[1:]
    copied = document.copy()
    copied[step] = changed(document[step], rest, change)
    if copied[step] is ...:
        del copied[step]
    return copied


# What a careless hand does to an object, a list, a text or a number.
_CHANGES: list[Callable[[Any, Any], Any]] = [
    lambda found, junk: junk,
    lambda found, junk: ...,
    lambda found, junk: {**found, NAME: junk} if isinstance(found, dict) else junk,
    lambda found, junk: [*found, *found, junk] if isinstance(found, list) else [found, found],
    lambda found, junk: f"{found}{NAME}" if isinstance(found, str) else str(found),
    lambda found, junk: f" {found} ".upper() if isinstance(found, str) else {NAME: found},
    lambda found, junk: found[::-1] if isinstance(found, str) else junk,
    lambda found, junk: -found if isinstance(found, int) else junk,
]


@st.composite
def damaged(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """The document with a few mistakes in it."""
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(document))[1:]))
        change, junk = draw(st.sampled_from(_CHANGES)), draw(st.sampled_from(_JUNK))
        document = changed(document, path, partial(change, junk=junk))
    return document


@unshrunk
@given(
    st.data(),
    telling_patients(),
    days(date(2025, 1, 1)),
    st.sampled_from((0, 0, 0, 1, 1, 2, 3, 4, 5)),
)
def test_reading_a_damaged_document_shows_nothing_of_it(
    data: st.DataObject, patient: Patient, start: date, which: int
) -> None:
    plan = draft(PROGRAM, patient, site(start), start=start, seed=97531)
    dated = schedule(plan, site(start))
    finding, *_ = check(dated, REQUIREMENTS)
    placement = place(LADDER, patient, on=start)
    of: Any = (patient, POLICY.decide(patient, on=start), plan, dated, finding, placement)[which]
    text = json.dumps(data.draw(damaged(to_document(of))), indent=1)

    personal = secrets(patient, start, *(session.start for session in dated.sessions))
    assert found_in(told_by(lambda: from_json(type(of), text)), personal | _JUNK_TEXTS) == set()


@unshrunk
@given(st.data(), telling_patients())
def test_reading_a_patient_from_broken_text_shows_nothing_of_it(
    data: st.DataObject, patient: Patient
) -> None:
    text = to_json(patient)
    cut = data.draw(st.integers(0, len(text) - 2))
    broken = data.draw(
        st.sampled_from([text[:cut], text[:cut] + NAME + text[cut:], text[:cut] + text, text * 2])
    )

    for written in (broken, broken.encode() + b"\xff"):
        for read in (from_json, from_toml):
            said = told_by(partial(read, Patient, written))
            assert found_in(said, secrets(patient, NAME)) == set()


@pytest.mark.parametrize(
    "key", [NAME, "zelda", "cole", "cody", "signe", "enda", "keys", "birth_date_of_zelda"]
)
@pytest.mark.parametrize("where", ["", "diagnoses", "assessments", "consents"])
def test_an_unknown_key_is_not_shown_as_it_may_be_a_name(key: str, where: str) -> None:
    document = to_document(
        Patient(
            key=KEY,
            diagnoses=(MentalDisorder(),),
            assessments=(Assessment(on=LATE),),
            consents=(Consent(),),
        )
    )
    (document[where][0] if where else document)[key] = 1

    with pytest.raises(InvalidError) as caught:
        from_json(Patient, json.dumps(document))

    (fault,) = caught.value.faults
    assert fault.expected == "a known field"
    said = re.sub(r"did you mean '\w+'|not used: [\w, ]+", "", told(caught.value))
    assert re.search(rf"\b{key}\b", said) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'["{NAME}"]\n["{NAME}"]\n', id="a table twice"),
        pytest.param(f'"{NAME}" = 1\n"{NAME}" = 2\n', id="a key twice"),
        pytest.param(f'a = {{"{NAME}" = 1, "{NAME}" = 2}}\n', id="an inline key twice"),
        pytest.param(f'["{NAME}"]\nx = 1\n[["{NAME}"]]\n', id="a table and a list"),
        pytest.param(f'"{NAME}" = [1]\n[["{NAME}".x]]\n', id="a list that cannot grow"),
        pytest.param(f"birth_date = {NAME}\n", id="no value"),
    ],
)
def test_a_mistake_in_toml_is_not_shown(text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        from_toml(Patient, text)

    assert found_in(told(caught.value), {NAME}) == set()


def broken(**fields: Any) -> str:
    """A message from reading a patient of whom some fields are as given."""
    document = {"document": "patient", "format": 2, "key": str(KEY), **fields}
    with pytest.raises(InvalidError) as caught:
        from_json(Patient, json.dumps(document))
    return told(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(
            [
                {"birth_date": "1947-10-29", "assessments": [{"on": "1931-07-23"}]},
                {"birth_date": "1999-01-01", "assessments": [{"on": "1998-12-31"}]},
            ],
            id="dates",
        ),
        pytest.param(
            [
                {"diagnoses": [{"type": "substance_use_disorder", "substance": s, "code": "A00"}]}
                for s in Substance
            ],
            id="the substance of a wrong code",
        ),
        pytest.param(
            [
                {
                    "diagnoses": [
                        {"type": "substance_use_disorder", "substance": s, "criteria_met": 12}
                    ]
                }
                for s in Substance
            ],
            id="the substance of a wrong count",
        ),
        pytest.param([{"availability": ["monday 25:00"]}, {"availability": [NAME]}], id="windows"),
        pytest.param([{"birth_date": "1931-7-23"}, {"birth_date": NAME}], id="a date in words"),
        pytest.param(
            [{"supports": [{"relationship": "wife"}]}, {"supports": [{"relationship": NAME}]}],
            id="a word that is not in the list",
        ),
    ],
)
def test_a_document_is_refused_in_the_same_words_whatever_it_holds(
    fields: list[dict[str, Any]],
) -> None:
    assert len({broken(**some) for some in fields}) == 1


# No class is forgotten


def attrs_classes() -> Iterator[type]:
    for module in walk_packages(iopkit.__path__, "iopkit."):
        for _, kind in getmembers(import_module(module.name), isclass):
            if attrs.has(kind) and kind.__module__ == module.name:
                yield kind


def test_every_class_is_confidential_or_known_to_be_impersonal() -> None:
    open_ones = {kind.__name__ for kind in attrs_classes() if kind.__repr__ is not hidden}

    assert open_ones <= IMPERSONAL, "hide its repr, or add it to IMPERSONAL"


RECORDS = ("assessments", "consents", "diagnoses", "patients", "screenings")
"""Modules of the patients' room that hold what is known of somebody."""


def test_every_class_of_patients_and_consents_is_confidential() -> None:
    kinds = {
        kind
        for kind in attrs_classes()
        if kind.__module__ in {f"iopkit.patients.{name}" for name in RECORDS}
    }
    public = {
        kind
        for kind in attrs_classes()
        if not kind.__name__.startswith("_") and kind.__name__ not in INSIDE | SHARED
    }
    # All of a course is somebody's, but for the rules in its room.
    kinds |= {
        kind
        for kind in public
        if kind.__module__.startswith("iopkit.courses.") and kind.__name__ not in IMPERSONAL
    }
    assert kinds | CONFIDENTIAL == {kind for kind in public if kind.__repr__ is hidden}


@pytest.mark.parametrize("kind", sorted(CONFIDENTIAL, key=repr))
def test_a_confidential_class_has_no_other_way_to_show_itself(kind: type) -> None:
    assert kind.__repr__ is hidden
    assert kind.__str__ is object.__str__
    assert kind.__format__ is object.__format__
