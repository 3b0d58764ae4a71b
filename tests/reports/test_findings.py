"""Requirements and findings for people: every figure, in words and tables."""

import re
from datetime import date, time, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given

from iopkit.checks import Bounds, Finding, Unit, check
from iopkit.levels import AgeGroup
from iopkit.library import REQUIREMENTS, find_requirements
from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.programs import PerWeek, Phase, Program, Service, Slot, TimePerWeek, Weekly
from iopkit.reports import checks_text, findings_text, requirements_text
from iopkit.reports.findings import bounds_text, finding_text
from iopkit.reports.requirements import counted_text, demand_text
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
    PlanPart,
    Requirement,
    RequirementSet,
    Reviews,
    Signer,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import requirement_sets
from iopkit.truth import Truth
from iopkit.windows import Weekday

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2026, 1, 12)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CODE = Source("Example Code 1", Grade.LEGAL_TEXT, "https://example.org/code", MONDAY)
GROUP = frozenset({Modality.GROUP_THERAPY})
THREE_DAYS = Weekly(
    tuple(Slot(day, time(9)) for day in (Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY))
)


def plan_of(minutes: int, *, weeks: int = 2, age: int | None = 30, taper: bool = False) -> Plan:
    group = Service("group", "Group", Modality.GROUP_THERAPY, THREE_DAYS, minutes * MINUTE)
    phase = Phase("all", "All", weeks, (group,), taper=taper)
    return Plan(KEY, KEY, "Elm", Program("any", "Any", (phase,)), MONDAY, 1, age=age)


def requiring(
    *demands: Demand,
    name: str = "any",
    binding: bool = True,
    age_group: AgeGroup | None = None,
    left_open: tuple[str, ...] = (),
) -> RequirementSet:
    listed = tuple(
        Requirement(f"r{number}", f"Rule {number}.", demand, CODE, age_group, binding)
        for number, demand in enumerate(demands)
    )
    versions = Versions((Dated(date(2000, 1, 1), listed, CODE),))
    return RequirementSet(name, f"Rules of {name}", versions, left_open=left_open)


def rows(plan: Plan, demand: Demand) -> list[str]:
    """The rows of a demand's table, with single spaces between words."""
    text = findings_text(check(plan, requiring(demand)))
    return [re.sub(" +", " ", line.strip()) for line in text.splitlines()[4:]]


# Findings


def test_findings_are_a_row_for_each_week_under_what_is_required_and_who_says_so() -> None:
    text = findings_text(check(plan_of(170), requiring(WeeklyHours(9 * HOUR))))
    assert text.splitlines() == [
        "Rule 0.",
        "Example Code 1 [T1, as of 2026-01-12]",
        "",
        "  week  from        seen                required            finding",
        "     1  2026-01-12  8 h 30 min          at least 9 h        unmet, short by 30 min",
        "     2  2026-01-19  8 h 30 min          at least 9 h        unmet, short by 30 min",
    ]


@pytest.mark.parametrize(
    ("plan", "demand", "expected"),
    [
        pytest.param(
            plan_of(180, weeks=1),
            WeeklyHours(9 * HOUR),
            "1 2026-01-12 9 h at least 9 h met",
            id="met",
        ),
        pytest.param(
            plan_of(400, weeks=1),
            WeeklyHours(9 * HOUR, 19 * HOUR),
            "1 2026-01-12 20 h 9 h to 19 h unmet, over by 1 h",
            id="over",
        ),
        pytest.param(
            plan_of(120, weeks=1, taper=True),
            WeeklyHours(9 * HOUR, taper_weeks=2),
            "1 2026-01-12 6 h at least 9 h met, below in a tapering phase",
            id="tapering",
        ),
        pytest.param(
            plan_of(170, weeks=3),
            WeeklyHours(9 * HOUR, 19 * HOUR, averaged=True),
            "all 2026-01-12 8 h 30 min 9 h to 19 h unmet, short by 1 h 30 min in all",
            id="average-below",
        ),
        pytest.param(
            plan_of(400, weeks=3),
            WeeklyHours(9 * HOUR, 19 * HOUR, averaged=True),
            "all 2026-01-12 20 h 9 h to 19 h unmet, over by 3 h in all",
            id="average-over",
        ),
        pytest.param(
            plan_of(60, weeks=1),
            LongestGap(0),
            "1 2026-01-17 2 days at most 0 days unmet, over by 2 days",
            id="gap",
        ),
        pytest.param(
            plan_of(60, weeks=1),
            GroupSize(16, GROUP),
            "all 2026-01-12 not known at most 16 patients undetermined (group)",
            id="a-service",
        ),
        pytest.param(
            plan_of(60, weeks=1),
            WrittenPlan(frozenset({PlanPart.SERVICES})),
            "all 2026-01-12 there there met (services)",
            id="a-part",
        ),
        pytest.param(
            plan_of(60, weeks=1),
            WrittenPlan(frozenset({PlanPart.PROBLEMS})),
            "all 2026-01-12 not known there undetermined (problems)",
            id="a-part-not-known",
        ),
        pytest.param(
            evolve(plan_of(60, weeks=1), problems=()),
            WrittenPlan(frozenset({PlanPart.PROBLEMS})),
            "all 2026-01-12 missing there unmet (problems)",
            id="a-missing-part",
        ),
        pytest.param(
            plan_of(60, weeks=1),
            WrittenPlan(frozenset({PlanPart.GOALS})),
            "all 2026-01-12 not known there undetermined (goals)",
            id="a-part-that-may-come",
        ),
    ],
)
def test_a_row_has_figures_and_what_follows(plan: Plan, demand: Demand, expected: str) -> None:
    assert rows(plan, demand) == [expected]


def test_what_is_usual_is_told_and_an_age_that_is_not_known() -> None:
    usual = findings_text(check(plan_of(60), requiring(WeeklyDays(3), binding=False)))
    assert usual.startswith("Rule 0. (usual, not binding)\n")
    unknown = check(plan_of(60, age=None), requiring(WeeklyDays(4), age_group=AgeGroup.ADULT))
    assert {finding_text(finding) for finding in unknown} == {"undetermined, age not known"}


def test_each_requirement_has_a_table_of_its_own() -> None:
    text = findings_text(check(plan_of(60), requiring(WeeklyDays(3), WeeklyServices(3))))
    assert [block.split("\n")[0] for block in text.split("\n\n")[::2]] == ["Rule 0.", "Rule 1."]
    assert text.count("finding\n") == 2


def test_no_findings_are_no_text() -> None:
    assert findings_text(()) == ""


@pytest.mark.parametrize(
    ("bounds", "words", "expected"),
    [
        pytest.param(Bounds(2, 2), False, "2 days", id="exact"),
        pytest.param(Bounds(1, 2), False, "1 day to 2 days", id="range"),
        pytest.param(Bounds(0, 2), False, "0 days to 2 days", id="from-nothing"),
        pytest.param(Bounds(None, 2), False, "2 days", id="no-least"),
        pytest.param(Bounds(2), False, "2 days or more", id="no-most"),
        pytest.param(Bounds(), False, "not known", id="unknown"),
        pytest.param(Bounds(0), False, "not known", id="anything"),
        pytest.param(Bounds(2), True, "at least 2 days", id="at-least"),
        pytest.param(Bounds(most=2), True, "at most 2 days", id="at-most"),
        pytest.param(Bounds(1, 2), True, "1 day to 2 days", id="between"),
    ],
)
def test_bounds_are_told_in_words(bounds: Bounds, words: bool, expected: str) -> None:
    assert bounds_text(bounds, Unit.DAYS, words=words) == expected


# Side by side


def test_one_set_is_shown_alone_with_what_it_leaves_open() -> None:
    rules = requiring(WeeklyDays(3), left_open=("Anything else.",))
    findings = check(plan_of(60), rules)
    text = checks_text([(rules, findings)])
    assert text == (
        f"Rules of any\n\n{findings_text(findings)}\n\nNot checked here:\n  - Anything else."
    )


def test_a_set_for_others_says_so() -> None:
    rules = requiring(WeeklyDays(3), age_group=AgeGroup.ADOLESCENT)
    assert checks_text([(rules, check(plan_of(60), rules))]) == (
        "Rules of any\n\nNone of it is for this plan."
    )


def test_several_sets_come_side_by_side_by_kind_with_their_worst_findings() -> None:
    phases = (
        Phase("one", "One", 1, (service := _group(180),)),
        Phase("two", "Two", 1, (evolve(service, duration=170 * MINUTE),)),
        Phase("three", "Three", 1, (evolve(service, duration=175 * MINUTE),)),
    )
    plan = Plan(KEY, KEY, "Elm", Program("any", "Any", phases), MONDAY, 1)
    strict = requiring(WeeklyHours(9 * HOUR), Caseload(9), name="strict")
    lenient = requiring(LongestGap(3), WeeklyHours(8 * HOUR), name="lenient", binding=False)
    text = checks_text([(each, check(plan, each)) for each in (strict, lenient)])
    beside, first, second = text.split("\n\n\n")
    assert [re.split(" {2,}", line.strip()) for line in beside.splitlines()] == [
        ["set", "finding", "worst seen", "week", "required"],
        ["all in all", "strict", "unmet"],
        ["lenient", "met"],
        ["hours a week", "strict", "unmet", "8 h 30 min", "2", "at least 9 h"],
        ["lenient", "met, usual", "8 h 30 min", "2", "at least 8 h"],
        ["gap", "lenient", "met, usual", "2 days", "1", "at most 3 days"],
        ["caseload", "strict", "undetermined", "not known", "at most 9 patients"],
    ]
    columns = [
        line.index(word)
        for line in beside.splitlines()
        for word in ("strict", "lenient")
        if word in line
    ]
    assert len({*columns}) == 1
    assert first.startswith("Rules of strict\n")
    assert second.startswith("Rules of lenient\n")


def _group(minutes: int) -> Service:
    return Service("group", "Group", Modality.GROUP_THERAPY, THREE_DAYS, minutes * MINUTE)


def test_an_undetermined_week_is_worse_than_a_met_one_and_better_than_an_unmet_one() -> None:
    unknown = Service("x", "X", Modality.GROUP_THERAPY, PerWeek(1))
    divided = Service("t", "T", Modality.GROUP_THERAPY, TimePerWeek(10 * HOUR))

    def worst(*services: Service) -> str:
        phases = tuple(
            Phase(f"p{number}", "Any", 1, (each,)) for number, each in enumerate(services)
        )
        plan = Plan(KEY, KEY, "Elm", Program("any", "Any", phases), MONDAY, 1)
        rules = requiring(WeeklyHours(9 * HOUR)), requiring(WeeklyHours(9 * HOUR), name="other")
        text = checks_text([(each, check(plan, each)) for each in rules])
        return " ".join(text.splitlines()[3].split())

    assert worst(divided, unknown) == "hours a week any undetermined 0 h to 24 h 2 at least 9 h"
    assert worst(divided, unknown, _group(60)) == "hours a week any unmet 3 h 3 at least 9 h"
    assert worst(divided, _group(180)) == "hours a week any met 9 h 2 at least 9 h"


# Requirement sets


ALL = frozenset(Modality)
COUNTED = Counting(ALL - {Modality.DRUG_TESTING})


@pytest.mark.parametrize(
    ("demand", "words", "counted"),
    [
        pytest.param(
            WeeklyHours(9 * HOUR, 19 * HOUR, Counting(ALL)),
            "9 h to 19 h a week, in each week",
            "All count.",
            id="weekly-hours",
        ),
        pytest.param(
            WeeklyHours(most=539 * MINUTE, counting=COUNTED, averaged=True),
            "at most 8 h 59 min a week, on average",
            "All count but drug testing.",
            id="average",
        ),
        pytest.param(
            WeeklyHours(9 * HOUR, counting=COUNTED, taper_weeks=2),
            "at least 9 h a week, in each week, but for up to 2 weeks of tapering phases that "
            "are below",
            "All count but drug testing.",
            id="tapering",
        ),
        pytest.param(
            WeeklyHours(9 * HOUR, counting=COUNTED, taper_weeks=1),
            "at least 9 h a week, in each week, but for up to 1 week of tapering phases that "
            "are below",
            "All count but drug testing.",
            id="tapering-a-week",
        ),
        pytest.param(
            DailyHours(3 * HOUR, Counting(GROUP, telehealth=False)),
            "at least 3 h on each day with any",
            "These count: group therapy; nothing by telehealth.",
            id="daily-hours",
        ),
        pytest.param(
            WeeklyDays(3, Counting(GROUP, clock=True)),
            "at least 3 days of each week",
            "These count: group therapy; with breaks.",
            id="days",
        ),
        pytest.param(
            LongestGap(2, Counting(ALL)),
            "at most 2 days in a row without service",
            "All count.",
            id="gap",
        ),
        pytest.param(
            WeeklyServices(9, Counting(ALL)),
            "at least 9 services in each week",
            "All count.",
            id="services",
        ),
        pytest.param(
            Frequency(GROUP),
            "one at least in each whole month",
            "These count: group therapy.",
            id="m",
        ),
        pytest.param(
            Frequency(GROUP, 1), "one at least in each day", "These count: group therapy.", id="d"
        ),
        pytest.param(
            Frequency(GROUP, 7),
            "one at least in each stretch of 7 days",
            "These count: group therapy.",
            id="w",
        ),
        pytest.param(
            GroupSize(16, GROUP),
            "at most 16 patients in a group",
            "These count: group therapy.",
            id="group-size",
        ),
        pytest.param(Caseload(24), "at most 24 patients for each counselor", "", id="caseload"),
        pytest.param(
            Reviews(MilestoneKind.REVIEW), "a plan review in each whole month", "", id="monthly"
        ),
        pytest.param(
            Reviews(MilestoneKind.RECERTIFICATION, 30, 17),
            "a recertification in each stretch of 30 days, the first within 17 days",
            "",
            id="recertified",
        ),
        pytest.param(PlanLength(30, 60), "a plan of 30 days to 60 days", "", id="length"),
        pytest.param(
            WrittenPlan(signed_by=frozenset({Signer.PATIENT, Signer.GUARDIAN})),
            "problems, goals, services, signature of a patient or guardian",
            "",
            id="written",
        ),
        pytest.param(
            WrittenPlan(frozenset({PlanPart.GOALS})), "goals", "", id="written-and-not-signed"
        ),
    ],
)
def test_what_is_demanded_and_what_counts_is_told_in_words(
    demand: Demand, words: str, counted: str
) -> None:
    assert (demand_text(demand), counted_text(demand)) == (words, counted)


def flat(text: str) -> str:
    return " ".join(text.replace("multi- family", "multi-family").split())


def test_a_set_shows_its_versions_and_whom_each_requirement_is_for() -> None:
    rules = requiring(
        WeeklyDays(3, Counting(ALL)),
        binding=False,
        age_group=AgeGroup.ADULT,
        left_open=("Anything else.",),
    )
    (version,) = rules.versions.dated
    ended = Versions((evolve(version, end=date(2027, 1, 1)),))
    assert requirements_text(evolve(rules, versions=ended)).splitlines() == [
        "requirements any: Rules of any",
        "for: whom is not known",
        "",
        "in force since 2000-01-01: Example Code 1 [T1, as of 2026-01-12]",
        "  https://example.org/code",
        "in force up to 2026-12-31",
        "  - Rule 0. For adults. Usual, not binding. Checked: at least 3 days of each week. All",
        "    count. (Example Code 1 [T1, as of 2026-01-12])",
        "",
        "Not checked here:",
        "  - Anything else.",
    ]
    assert "in force up to" not in requirements_text(rules)


@pytest.mark.parametrize("rules", REQUIREMENTS, ids=lambda rules: rules.name)
def test_shipped_sets_show_every_requirement_with_its_source(rules: RequirementSet) -> None:
    text = flat(requirements_text(rules))
    for version in rules.versions.dated:
        assert version.since_words in text
        for requirement in version.value:
            assert requirement.meaning in text
            assert demand_text(requirement.demand) in text
            assert str(requirement.source) in text
    assert all(left in text for left in rules.left_open)


@given(requirement_sets(date(2000, 1, 1)))
def test_sets_of_every_demand_can_be_shown_and_checked_side_by_side(
    rules: RequirementSet,
) -> None:
    assert requirements_text(rules)
    other = find_requirements("us-medicare-iop")
    plan = plan_of(150, age=None)
    checked: list[tuple[RequirementSet, tuple[Finding, ...]]] = [
        (each, check(plan, each)) for each in (rules, other)
    ]
    beside = checks_text(checked).split("\n\n\n")[0]
    asked = {f.requirement for _, findings in checked for f in findings}
    # Below the headings a row for each set, and one for each requirement.
    assert len(beside.splitlines()) == 1 + 2 + len(asked)
    assert {finding.truth for _, found in checked for finding in found} <= set(Truth)
