"""Requirement sets: what they refuse, when they are in force, and the rules that are shipped."""

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from iopkit.checks import check, verdict
from iopkit.documents import from_json, to_json
from iopkit.errors import InvalidError, NotInForceError, Step, UnknownNameError
from iopkit.levels import AgeGroup
from iopkit.library import POLICIES, REQUIREMENTS, find_program, find_requirements
from iopkit.modalities import Delivery, Modality
from iopkit.patients import Patient
from iopkit.plans import Plan, draft
from iopkit.programs import PerWeek, Phase, Program, Service, Slot, TimePerWeek, Timing, Weekly
from iopkit.requirements import (
    COUNSELING,
    TREATMENT,
    Caseload,
    Counting,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LongestGap,
    Milestone,
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
    milestones,
)
from iopkit.requirements.due import whole_months
from iopkit.schedules import schedule
from iopkit.sites import Offer, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth, all_of
from iopkit.windows import Weekday, WeeklyWindows

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2026, 1, 12)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SECOND = timedelta(seconds=1)
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
GROUP = frozenset({Modality.GROUP_THERAPY})
REVIEW, RECERTIFIED = MilestoneKind.REVIEW, MilestoneKind.RECERTIFICATION
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def faults(make: Callable[[], object]) -> list[tuple[Step, ...]]:
    """The paths of every fault in the one error that is raised."""
    with pytest.raises(InvalidError) as caught:
        make()
    return [fault.path for fault in caught.value.faults]


# Demands


@pytest.mark.parametrize(
    ("make", "paths"),
    [
        pytest.param(lambda: Counting(frozenset()), ["modalities"], id="nothing-counts"),
        pytest.param(WeeklyHours, ["least"], id="no-bound"),
        pytest.param(lambda: WeeklyHours(-MINUTE), ["least"], id="negative"),
        pytest.param(lambda: WeeklyHours(SECOND), ["least"], id="seconds"),
        pytest.param(lambda: WeeklyHours(most=SECOND), ["least"], id="seconds-of-most"),
        pytest.param(lambda: WeeklyHours(2 * HOUR, HOUR), ["most"], id="most-below-least"),
        pytest.param(lambda: WeeklyHours(HOUR, taper_weeks=-1), ["taper_weeks"], id="taper--1"),
        pytest.param(lambda: WeeklyHours(HOUR, taper_weeks=53), ["taper_weeks"], id="taper-53"),
        pytest.param(
            lambda: WeeklyHours(HOUR, averaged=True, taper_weeks=1),
            ["taper_weeks"],
            id="an-average-has-no-weeks-below",
        ),
        pytest.param(lambda: DailyHours(-MINUTE), ["least"], id="negative-day"),
        pytest.param(lambda: WeeklyDays(0), ["least"], id="0-days"),
        pytest.param(lambda: WeeklyDays(8), ["least"], id="8-days"),
        pytest.param(lambda: LongestGap(-1), ["most"], id="gap--1"),
        pytest.param(lambda: WeeklyServices(0), ["least"], id="0-services"),
        pytest.param(lambda: Frequency(frozenset()), ["modalities"], id="of-nothing"),
        pytest.param(lambda: Frequency(GROUP, 0), ["every_days"], id="every-0-days"),
        pytest.param(lambda: GroupSize(0, frozenset()), ["modalities", "most"], id="no-group"),
        pytest.param(lambda: Caseload(0), ["most"], id="0-patients"),
        pytest.param(lambda: Reviews(REVIEW, 0), ["every_days"], id="review-every-0-days"),
        pytest.param(lambda: Reviews(REVIEW, 9, 0), ["first_days"], id="first-after-0-days"),
        pytest.param(lambda: Reviews(REVIEW, None, 9), ["first_days"], id="first-of-months"),
        pytest.param(
            lambda: Reviews(MilestoneKind.CERTIFICATION, 9), ["kind"], id="certification-is-once"
        ),
        pytest.param(PlanLength, ["least"], id="no-length"),
        pytest.param(lambda: PlanLength(31, 30), ["most"], id="length-out-of-order"),
        pytest.param(lambda: WrittenPlan(frozenset()), ["parts"], id="nothing-written"),
    ],
)
def test_demands_that_cannot_be_are_refused(make: Callable[[], object], paths: list[str]) -> None:
    assert faults(make) == [(path,) for path in paths]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: WeeklyHours(timedelta(0)), id="no-hours"),
        pytest.param(lambda: WeeklyHours(HOUR, HOUR, taper_weeks=52), id="one-figure"),
        pytest.param(lambda: WeeklyDays(7), id="7-days"),
        pytest.param(lambda: LongestGap(0), id="gap-0"),
        pytest.param(lambda: Frequency(GROUP, 1), id="every-day"),
        pytest.param(lambda: Reviews(RECERTIFIED, 1, 1), id="every-day-reviewed"),
        pytest.param(lambda: PlanLength(30, 30), id="one-length"),
        pytest.param(lambda: WrittenPlan(frozenset(), frozenset({Signer.PATIENT})), id="signed"),
    ],
)
def test_demands_at_their_limits_are_let_be(make: Callable[[], object]) -> None:
    assert make()


def test_counseling_is_a_part_of_treatment() -> None:
    assert COUNSELING < TREATMENT < frozenset(Modality)


def test_what_counts_is_shown_by_its_name_if_it_has_one() -> None:
    assert "TREATMENT" in repr(Counting())
    assert "COUNSELING" in repr(Counting(COUNSELING))
    two = frozenset({Modality.SKILLS_TRAINING, Modality.ASSESSMENT})
    assert "{assessment, skills_training}" in repr(Counting(two))


# Sets and their versions


def demanding(demand: Demand, name: str = "any") -> Requirement:
    return Requirement(name, "Any.", demand, CODE)


def versions(*starts: date) -> Versions[tuple[Requirement, ...]]:
    return Versions(tuple(Dated(day, (demanding(WeeklyDays(3)),), CODE) for day in starts))


def test_a_set_has_requirements_each_of_its_own_name_in_each_version() -> None:
    twice = (demanding(WeeklyDays(3)), demanding(LongestGap(2)))
    dated: tuple[Dated[tuple[Requirement, ...]], ...] = (
        Dated(MONDAY, (), CODE),
        Dated(MONDAY + timedelta(days=1), twice, CODE),
    )
    assert faults(lambda: RequirementSet("any", "Any", Versions(dated[:1]))) == [
        ("versions", "dated", 0, "value")
    ]
    assert faults(lambda: RequirementSet("any", "Any", Versions(dated[1:]))) == [
        ("versions", "dated", 0, "value")
    ]


@pytest.mark.parametrize("age", [0, 31])
def test_adult_rules_begin_at_an_age_that_can_be(age: int) -> None:
    assert faults(lambda: RequirementSet("any", "Any", versions(MONDAY), age)) == [("adult_from",)]
    assert RequirementSet("any", "Any", versions(MONDAY), 1).adult_from == 1


def test_a_set_is_in_force_from_its_first_version_until_it_ends() -> None:
    day = timedelta(days=1)
    going_on = RequirementSet("any", "Any", versions(MONDAY))
    (only,) = going_on.versions.dated
    ended = Versions((evolve(only, end=MONDAY + 7 * day),))
    rules = evolve(going_on, versions=ended)
    for inside in (MONDAY, MONDAY + 6 * day):
        assert rules.in_force(inside) == rules.versions.dated[0].value
    for outside, why in (
        (MONDAY - day, "the first is from"),
        (MONDAY + 7 * day, "the last was in force up to 2026-01-18"),
    ):
        with pytest.raises(NotInForceError, match=f"requirements 'any': .*{why}") as caught:
            rules.in_force(outside)
        assert str(MONDAY - day) not in str(caught.value)
    assert going_on.in_force(MONDAY + 7000 * day)


# Milestones


def due(demand: Demand, days: int) -> list[tuple[int, MilestoneKind]]:
    rules = RequirementSet("any", "Any", Versions((Dated(MONDAY, (demanding(demand),), CODE),)))
    found = milestones([rules], start=MONDAY, end=MONDAY + timedelta(days=days))
    assert {milestone.under for milestone in found} <= {"any"}
    return [((milestone.by - MONDAY).days, milestone.kind) for milestone in found]


@pytest.mark.parametrize(
    ("reviews", "days", "expected"),
    [
        pytest.param(Reviews(REVIEW, 60), 60, [], id="over-before-the-first"),
        pytest.param(Reviews(REVIEW, 60), 61, [60], id="one"),
        pytest.param(Reviews(REVIEW, 30, 17), 78, [17, 47, 77], id="another-first"),
        # From 12 January on, months are over after 30, 58 and 89 days.
        pytest.param(Reviews(REVIEW), 89, [30, 58], id="monthly"),
        pytest.param(Reviews(REVIEW), 90, [30, 58, 89], id="monthly-and-a-day"),
    ],
)
def test_reviews_are_due_on_the_latest_days_that_are_allowed(
    reviews: Reviews, days: int, expected: list[int]
) -> None:
    assert due(reviews, days) == [(day, REVIEW) for day in expected]


def test_what_is_recertified_is_first_certified() -> None:
    assert due(Reviews(RECERTIFIED, 60), 100) == [
        (0, MilestoneKind.CERTIFICATION),
        (60, RECERTIFIED),
    ]


def test_other_demands_have_no_days_by_which_something_is_due() -> None:
    assert due(WeeklyDays(3), 100) == []


@given(
    st.builds(
        Reviews,
        st.sampled_from([REVIEW, RECERTIFIED]),
        st.none() | st.integers(1, 100),
    ),
    st.none() | st.integers(1, 60),
    st.integers(1, 30),
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
)
def test_a_plan_with_its_milestones_meets_the_reviews_that_they_come_from(
    reviews: Reviews, first: int | None, weeks: int, start: date
) -> None:
    if reviews.every_days is not None:
        reviews = evolve(reviews, first_days=first)
    since = date(2000, 1, 1)
    rules = RequirementSet("any", "Any", Versions((Dated(since, (demanding(reviews),), CODE),)))
    plan = Plan(KEY, KEY, "Elm", of("any", service("group", PerWeek(3), 60), weeks=weeks), start, 1)
    with_days = evolve(plan, milestones=milestones([rules], start=start, end=plan.end))
    findings = check(with_days, rules)
    # A plan shorter than a month has no month of which there is a review to judge.
    assert verdict(findings) is (YES if findings else UNKNOWN)
    assert bool(findings) is bool(reviews.every_days or start + relativedelta(months=1) <= plan.end)
    assert check(with_days, from_json(RequirementSet, to_json(rules))) == findings


def test_months_are_counted_from_the_first_day() -> None:
    first = date(2024, 1, 31)
    assert list(whole_months(first, date(2024, 4, 30))) == [
        (first, date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 3, 31)),
        (date(2024, 3, 31), date(2024, 4, 30)),
    ]
    assert list(whole_months(first, date(2024, 2, 28))) == []


# Shipped sets


def test_shipped_sets_are_found_by_name() -> None:
    names = [requirements.name for requirements in REQUIREMENTS]
    assert names == sorted(set(names))
    for requirements in REQUIREMENTS:
        assert find_requirements(requirements.name) is requirements
    with pytest.raises(UnknownNameError, match="did you mean 'us-medicare-iop'"):
        find_requirements("us-medicare-iopp")


@pytest.mark.parametrize("rules", REQUIREMENTS, ids=lambda rules: rules.name)
def test_shipped_sets_say_in_sentences_what_they_demand_and_who_says_so(
    rules: RequirementSet,
) -> None:
    assert from_json(RequirementSet, to_json(rules)) == rules
    assert all(text.endswith(".") for text in rules.left_open)
    for version in rules.versions.dated:
        for requirement in version.value:
            assert requirement.meaning.endswith(".")
            assert requirement.source.grade is version.source.grade
            for word in ("maybe", "memory"):
                assert word not in requirement.meaning


def test_sets_of_one_name_with_a_policy_are_in_force_on_the_same_days() -> None:
    policies = {
        p.name: [evolve(version, value=()) for version in p.versions.dated] for p in POLICIES
    }
    shared = [rules for rules in REQUIREMENTS if rules.name in policies]
    assert len(shared) == 14
    for rules in shared:
        same = [
            evolve(version, value=(), source=policy.source)
            for version, policy in zip(rules.versions.dated, policies[rules.name], strict=True)
        ]
        assert same == policies[rules.name]


def demands(name: str, on: date = MONDAY) -> Mapping[tuple[str, AgeGroup | None], Demand]:
    listed = find_requirements(name).in_force(on, assume_in_force=True)  # some have ended
    return {(r.name, r.age_group): r.demand for r in listed}


ADULT, YOUTH = AgeGroup.ADULT, AgeGroup.ADOLESCENT
AT_HOME_NOT = Counting(telehealth=False)


def hours(low: int | None, high: int | None = None, counting: Counting = Counting()) -> WeeklyHours:  # noqa: B008  # a frozen value
    bounds = (None if bound is None else bound * HOUR for bound in (low, high))
    least, most = bounds
    return WeeklyHours(least, most, counting)


@pytest.mark.parametrize(
    ("name", "adults", "youth"),
    [
        pytest.param("us-ca-orange-iop", hours(9, 19), hours(6, 19), id="orange"),
        pytest.param("us-dc-iop", hours(9, 19), hours(6, 19), id="dc"),
        pytest.param("us-il-iop", hours(9, 19), hours(6, 19), id="illinois"),
        pytest.param(
            "us-ks-iop",
            hours(9, None, Counting(COUNSELING)),
            hours(6, None, Counting(COUNSELING)),
            id="kansas",
        ),
        pytest.param("us-md-iop", hours(9, 20), hours(6, 20), id="maryland"),
        pytest.param("us-nc-medicaid-iop", hours(9, 19), hours(6, 19), id="north-carolina"),
        pytest.param("samhsa-iop", hours(9), hours(6), id="samhsa"),
        pytest.param(
            "aetna-level-2-1",
            evolve(hours(9, 19), taper_weeks=2),
            evolve(hours(6, 19), taper_weeks=2),
            id="aetna",
        ),
        pytest.param(
            "us-va-medicaid-iop",
            evolve(hours(9, 19), averaged=True),
            evolve(hours(6, 19), averaged=True),
            id="virginia",
        ),
        # "Fewer than", in whole minutes.
        pytest.param(
            "us-il-level-1",
            WeeklyHours(most=9 * HOUR - MINUTE),
            WeeklyHours(most=6 * HOUR - MINUTE),
            id="illinois-level-1",
        ),
        pytest.param(
            "us-ca-orange-op",
            WeeklyHours(most=9 * HOUR),
            WeeklyHours(most=6 * HOUR - MINUTE),
            id="orange-outpatient",
        ),
    ],
)
def test_weekly_hours_by_age_are_as_published(name: str, adults: Demand, youth: Demand) -> None:
    found = demands(name)
    assert found["weekly-hours-adults", ADULT] == adults
    assert found["weekly-hours-adolescents", YOUTH] == youth


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "us-medicare-iop",
            [
                hours(9, None, AT_HOME_NOT),
                Reviews(RECERTIFIED, 60),
                WrittenPlan(frozenset(PlanPart), frozenset({Signer.PHYSICIAN})),
            ],
            id="medicare-iop",
        ),
        pytest.param(
            "us-medicare-php",
            [
                hours(20, None, AT_HOME_NOT),
                Reviews(RECERTIFIED, 30, 17),
                WrittenPlan(frozenset(PlanPart), frozenset({Signer.PHYSICIAN})),
            ],
            id="medicare-php",
        ),
        pytest.param(
            "us-medicare-otp-iop",
            [WeeklyServices(9, Counting(TREATMENT - {Modality.MEDICATION_MANAGEMENT}, False))],
            id="medicare-otp",
        ),
        pytest.param("us-va-licensed-iop", [DailyHours(3 * HOUR), hours(9, 19)], id="virginia"),
        pytest.param("us-in-medicaid-iop", [DailyHours(3 * HOUR), WeeklyDays(3)], id="indiana"),
        pytest.param(
            "us-md-level-1", [Caseload(30), Caseload(25), Reviews(REVIEW, 90)], id="maryland"
        ),
        pytest.param("us-nc-medicaid-php", [hours(20)], id="north-carolina-2.5"),
        pytest.param(
            "us-nc-sacot",
            [hours(20), DailyHours(4 * HOUR), WeeklyDays(5), LongestGap(2), Caseload(10)],
            id="sacot",
        ),
        pytest.param("us-nc-day-treatment", [Caseload(16), Caseload(8)], id="day-treatment"),
        pytest.param("us-ne-iop", [Reviews(REVIEW, 30)], id="nebraska"),
        pytest.param(
            "us-nj-iop",
            [
                Caseload(24),
                Frequency(frozenset({Modality.FAMILY_SESSION, Modality.MULTI_FAMILY_GROUP})),
            ],
            id="new-jersey",
        ),
        pytest.param(
            "us-nj-op",
            [
                Caseload(35),
                Frequency(frozenset({Modality.FAMILY_SESSION, Modality.MULTI_FAMILY_GROUP})),
            ],
            id="new-jersey-outpatient",
        ),
        pytest.param(
            "us-nj-partial-care",
            [
                Caseload(12),
                Frequency(frozenset({Modality.FAMILY_SESSION, Modality.MULTI_FAMILY_GROUP}), 7),
            ],
            id="new-jersey-partial-care",
        ),
        pytest.param(
            "us-tx-iop",
            [
                GroupSize(16, frozenset({Modality.GROUP_THERAPY, Modality.RELAPSE_PREVENTION})),
                GroupSize(35, frozenset({Modality.PSYCHOEDUCATION, Modality.SKILLS_TRAINING})),
            ],
            id="texas",
        ),
        pytest.param("teds-iop", [DailyHours(2 * HOUR), WeeklyDays(3)], id="teds"),
        pytest.param(
            "hcpcs-h0015",
            [
                DailyHours(3 * HOUR, Counting(TREATMENT | {Modality.ASSESSMENT}, clock=True)),
                WeeklyDays(3, Counting(TREATMENT | {Modality.ASSESSMENT}, clock=True)),
            ],
            id="h0015",
        ),
    ],
)
def test_other_figures_are_as_published(name: str, expected: list[Demand]) -> None:
    assert [r.demand for r in find_requirements(name).in_force(MONDAY)] == expected


def test_north_carolina_has_another_rule_before_2025() -> None:
    rules = find_requirements("us-nc-medicaid-iop")
    assert [r.demand for r in rules.in_force(date(2024, 12, 31))] == [
        DailyHours(3 * HOUR),
        WeeklyDays(3),
        LongestGap(2),
        hours(None, 19),
    ]
    assert {r.demand for r in rules.in_force(date(2026, 1, 1))} == {hours(9, 19), hours(6, 19)}


def test_washingtons_former_rule_ended_in_2018() -> None:
    rules = find_requirements("us-wa-former-iop")
    assert [r.demand for r in rules.in_force(date(2018, 3, 31))] == [
        Frequency(frozenset({Modality.INDIVIDUAL_COUNSELING})),
        Reviews(REVIEW),
    ]
    with pytest.raises(NotInForceError):
        rules.in_force(date(2018, 4, 1))


def test_the_district_takes_adults_from_21_and_its_duration_is_usual() -> None:
    rules = find_requirements("us-dc-iop")
    assert rules.adult_from == 21
    (duration,) = (r for r in rules.in_force(date(2024, 6, 20)) if isinstance(r.demand, PlanLength))
    assert (duration.demand, duration.binding) == (PlanLength(30, 60), False)
    assert {r.adult_from for r in REQUIREMENTS if r is not rules} == {18}


def test_what_sources_call_usual_does_not_bind() -> None:
    usual = {
        rules.name
        for rules in REQUIREMENTS
        for version in rules.versions.dated
        for requirement in version.value
        if not requirement.binding
    }
    assert usual == {"aetna-level-2-1", "samhsa-iop", "us-dc-iop", "us-il-iop"}


# Published programs against the rules that they meet or break


def service(
    name: str,
    timing: Timing,
    minutes: int | None,
    modality: Modality = Modality.GROUP_THERAPY,
    **more: Any,
) -> Service:
    length = None if minutes is None else minutes * MINUTE
    return Service(name, name, modality, timing, length, **more)


def on(*days: Weekday, at: int = 9) -> Weekly:
    return Weekly(tuple(Slot(day, time(at)) for day in days))


def of(name: str, *services: Service, weeks: int = 12) -> Program:
    return Program(name, name, (Phase("only", "Only", weeks, services),))


MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
EVERY_DAY = (MON, TUE, WED, THU, FRI)
INDIVIDUAL, FAMILY = Modality.INDIVIDUAL_COUNSELING, Modality.FAMILY_SESSION

MON_TUE_THU = of("mon-tue-thu", service("group", on(MON, TUE, THU), 180))
MON_WED_FRI = of("mon-wed-fri", service("group", on(MON, WED, FRI), 180))
TUE_THU_SAT = of("tue-thu-sat", service("group", on(TUE, THU, SAT), 180))
DEACONESS = of("deaconess", service("group", on(MON, TUE, THU, at=17), 210), weeks=6)
PALMETTO_DAY = of(
    "palmetto-day",
    service("day", on(MON, WED, THU, at=10), 270),
    service("multi-family", on(TUE, at=17), 180, Modality.MULTI_FAMILY_GROUP),
)
HOUSTON = of(
    "houston",
    service("group", on(MON, WED, FRI), 180),
    service("individual", PerWeek(1), None, INDIVIDUAL),
    weeks=4,
)
PHOENIX_1 = of(
    "phoenix-phase-1",
    service("group", TimePerWeek(16 * HOUR), None),
    service("family", PerWeek(1), 60, FAMILY, duration_max=2 * HOUR),
    service("individual", PerWeek(1), 60, INDIVIDUAL, duration_max=2 * HOUR),
    weeks=6,
)
SALT = of("salt", service("group", on(MON, WED, FRI), 180))
EBT = of(
    "ebt",
    service("individual", on(MON, THU, at=13), 60, INDIVIDUAL),
    service("mindfulness", on(WED, at=13), 60, Modality.SKILLS_TRAINING),
    service("skills", on(MON, WED, THU, at=10), 120, Modality.SKILLS_TRAINING),
    weeks=8,
)
UCSF_IOP = of("ucsf-iop", *(service(f"g{at}", on(*EVERY_DAY, at=at), 50) for at in (10, 11, 12)))
UCSF_PHP = of(
    "ucsf-php", *(service(f"g{at}", on(*EVERY_DAY, at=at), 50) for at in (10, 11, 12, 14))
)
AT_HOME = of(
    "telehealth",
    service("group", on(MON, WED, FRI), 180, delivery=Delivery.TELEHEALTH),
    service("individual", on(WED, at=13), 50, INDIVIDUAL, delivery=Delivery.TELEHEALTH),
)
SCHNEIDER = of("schneider", service("day", on(*EVERY_DAY), 300), weeks=2)

BEFORE_2025 = date(2024, 3, 4)


def meets(program: Program, rules: str, *, age: int = 30, start: date = MONDAY) -> dict[str, Truth]:
    """Each requirement for the age group, and whether the program as prescribed meets it."""
    plan = Plan(KEY, KEY, "Elm", program, start, 1, age=age)
    found = check(plan, find_requirements(rules))
    names = dict.fromkeys(finding.requirement.name for finding in found)
    return {
        name: all_of(f.truth for f in found if f.requirement.name == name)
        for name in names
        if name not in ("recertification", "written-plan")  # what a program does not say
    }


def saiop(hours: Truth, days: Truth, gap: Truth, most: Truth) -> dict[str, Truth]:
    return {"daily-hours": hours, "days": days, "gap": gap, "weekly-hours": most}


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        # From Thursday to Monday are three days without.
        pytest.param(MON_TUE_THU, saiop(YES, YES, NO, YES), id="mon-tue-thu"),
        pytest.param(MON_WED_FRI, saiop(YES, YES, YES, YES), id="mon-wed-fri"),
        pytest.param(TUE_THU_SAT, saiop(YES, YES, YES, YES), id="tue-thu-sat"),
        pytest.param(DEACONESS, saiop(YES, YES, NO, YES), id="deaconess"),
        pytest.param(PALMETTO_DAY, saiop(YES, YES, NO, YES), id="palmetto-day"),
        pytest.param(SALT, saiop(YES, YES, YES, YES), id="salt"),
        pytest.param(EBT, saiop(YES, YES, NO, YES), id="ebt"),
        pytest.param(UCSF_IOP, saiop(NO, YES, YES, YES), id="ucsf-iop"),
        pytest.param(UCSF_PHP, saiop(YES, YES, YES, YES), id="ucsf-php"),
        pytest.param(AT_HOME, saiop(YES, YES, YES, YES), id="telehealth"),
        pytest.param(SCHNEIDER, saiop(YES, YES, YES, NO), id="schneider"),
        # The individual session may stand alone on its day, and nobody says how long it is.
        pytest.param(HOUSTON, saiop(UNKNOWN, YES, YES, UNKNOWN), id="houston"),
        pytest.param(PHOENIX_1, saiop(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN), id="phoenix"),
    ],
)
def test_north_carolina_before_2025(program: Program, expected: dict[str, Truth]) -> None:
    assert meets(program, "us-nc-medicaid-iop", start=BEFORE_2025) == expected


def test_the_gap_is_from_thursday_to_monday() -> None:
    plan = Plan(KEY, KEY, "Elm", MON_TUE_THU, BEFORE_2025, 1, age=30)
    (gap,) = (
        f for f in check(plan, find_requirements("us-nc-medicaid-iop")) if f.truth is Truth.NO
    )
    assert (gap.seen.most, gap.required.most, gap.week) == (3, 2, 1)
    assert gap.start == BEFORE_2025 + timedelta(days=4)


def test_a_plan_into_a_new_version_is_judged_by_both_each_in_its_weeks() -> None:
    start = date(2025, 12, 15)
    carolina = find_requirements("us-nc-medicaid-iop")
    old, new = carolina.versions.dated
    lasting = evolve(old, end=None, replaced_by=None)
    program = of("short", service("group", on(MON, TUE, THU), 170), weeks=6)
    plan = Plan(KEY, KEY, "Elm", program, start, 1, age=30)
    found = check(plan, evolve(carolina, versions=Versions((lasting, new))))
    weeks = {
        name: [f.week for f in found if f.requirement.name == name]
        for name in dict.fromkeys(f.requirement.name for f in found)
    }
    # The third week begins on 29 December, the fourth on 5 January.
    assert weeks == {
        "daily-hours": [1, 2, 3],
        "days": [1, 2, 3],
        "gap": [1],
        "weekly-hours": [1, 2, 3],
        "weekly-hours-adults": [4, 5, 6],
    }
    assert {f.requirement.name for f in found if f.truth is NO} == {
        "daily-hours",
        "gap",
        "weekly-hours-adults",
    }


@pytest.mark.parametrize(
    ("program", "age", "daily", "weekly"),
    [
        pytest.param(MON_TUE_THU, 30, YES, YES, id="mon-tue-thu"),
        pytest.param(MON_WED_FRI, 30, YES, YES, id="mon-wed-fri"),
        pytest.param(DEACONESS, 30, YES, YES, id="deaconess"),
        pytest.param(UCSF_IOP, 30, NO, YES, id="two-and-a-half-hours-a-day"),
        pytest.param(UCSF_IOP, 17, YES, YES, id="for-youth"),
        pytest.param(SCHNEIDER, 30, YES, NO, id="25-hours"),
        pytest.param(PHOENIX_1, 17, UNKNOWN, UNKNOWN, id="18-to-20-hours"),
        pytest.param(SALT, 17, YES, YES, id="9-hours-for-youth"),
    ],
)
def test_virginia_medicaid(program: Program, age: int, daily: Truth, weekly: Truth) -> None:
    group = "adults" if age >= 18 else "adolescents"
    assert meets(program, "us-va-medicaid-iop", age=age) == {
        f"daily-hours-{group}": daily,
        f"weekly-hours-{group}": weekly,
    }


@pytest.mark.parametrize(
    ("program", "nine", "daily", "days"),
    [
        pytest.param(MON_WED_FRI, YES, YES, YES, id="mon-wed-fri"),
        pytest.param(DEACONESS, YES, YES, YES, id="deaconess"),
        pytest.param(EBT, YES, YES, YES, id="ebt"),
        pytest.param(UCSF_IOP, YES, YES, YES, id="ucsf-iop"),
        pytest.param(PALMETTO_DAY, YES, YES, YES, id="palmetto-day"),
        pytest.param(HOUSTON, YES, UNKNOWN, YES, id="houston"),
        # 9 h 50 min, all of it at home.
        pytest.param(AT_HOME, NO, YES, YES, id="telehealth"),
    ],
)
def test_medicare_and_the_definition_of_teds(
    program: Program, nine: Truth, daily: Truth, days: Truth
) -> None:
    assert meets(program, "us-medicare-iop") == {"nine-hours": nine}
    assert meets(program, "teds-iop") == {"daily-hours": daily, "days": days}


def test_matrix_is_below_every_rule_of_nine_hours_and_comes_on_three_days() -> None:
    site = Site(
        "Elm",
        "America/Chicago",
        WeeklyWindows.always(),
        offers=(Offer("individual-session", duration=50 * MINUTE),),
    )
    patient = Patient(key=KEY, birth_date=date(1990, 1, 1))
    plan = draft(find_program("matrix-16-week"), patient, site, start=MONDAY, seed=1)
    booked = schedule(plan, site)

    def broken(name: str) -> set[str]:
        return {
            finding.requirement.name
            for finding in check(booked, find_requirements(name))
            if finding.truth is NO
        }

    for name in ("us-md-iop", "us-il-iop", "us-ca-orange-iop", "aetna-level-2-1", "samhsa-iop"):
        assert broken(name) == {"weekly-hours-adults"}
    assert broken("us-va-medicaid-iop") == {"daily-hours-adults", "weekly-hours-adults"}
    assert broken("us-il-level-1") == set()
    # Ninety minutes a day from the fifth week on, on Monday, Wednesday and Friday.
    assert broken("teds-iop") == {"daily-hours"}
    (average,) = (
        finding
        for finding in check(booked, find_requirements("us-va-medicaid-iop"))
        if finding.averaged_over > 1
    )
    # 78 h 40 min in groups, and three individual sessions.
    assert average.seen.least == 4720 + 3 * 50
    assert average.required.least == 16 * 540


@pytest.mark.parametrize(
    ("weeks", "truth"),
    [
        pytest.param(1, YES, id="1-week"),
        pytest.param(2, YES, id="2-weeks"),
        pytest.param(3, NO, id="3-weeks"),
    ],
)
def test_stepping_down_for_one_or_two_weeks_still_is_intensive_outpatient(
    weeks: int, truth: Truth
) -> None:
    phases = (
        Phase("main", "Main", 8, (service("main", on(MON, WED, FRI), 180),)),
        Phase("down", "Down", weeks, (service("down", on(MON, THU), 120),), taper=True),
    )
    program = Program("steps", "Steps", phases)
    assert meets(program, "aetna-level-2-1") == {"weekly-hours-adults": truth}
    assert meets(program, "samhsa-iop") == {"weekly-hours-adults": NO}


@pytest.mark.parametrize(
    ("count", "truth"), [pytest.param(8, NO, id="8"), pytest.param(9, YES, id="9")]
)
def test_opioid_treatment_programs_count_nine_services_however_long(
    count: int, truth: Truth
) -> None:
    program = of(
        "otp",
        service("talks", PerWeek(count), 20, INDIVIDUAL),
        service("doses", PerWeek(7), 5, Modality.MEDICATION_MANAGEMENT),
        service("tests", PerWeek(1), 5, Modality.DRUG_TESTING),
    )
    assert meets(program, "us-medicare-otp-iop") == {"nine-services": truth}
    assert meets(program, "us-medicare-iop") == {"nine-hours": NO}


def test_partial_hospitalization_is_recertified_as_of_the_18th_day() -> None:
    rules = find_requirements("us-medicare-php")
    plan = Plan(KEY, KEY, "Elm", UCSF_PHP, MONDAY, 1, age=30)
    due = milestones([rules], start=MONDAY, end=plan.end)
    assert [(m.by - MONDAY).days + 1 for m in due if m.kind is RECERTIFIED] == [18, 48, 78]

    def recertified(*numbers: int) -> list[Truth]:
        days = (MONDAY + timedelta(days=number - 1) for number in numbers)
        made = evolve(plan, milestones=tuple(Milestone(RECERTIFIED, day) for day in days))
        return [f.truth for f in check(made, rules) if f.requirement.name == "recertification"]

    assert recertified(18, 48, 78) == [YES, YES]
    assert recertified(19, 48, 78) == [NO, YES]
    assert recertified(18, 49, 78) == [YES, NO]


def test_new_jersey_wants_a_family_session_in_each_month() -> None:
    site = Site("Elm", "America/New_York", WeeklyWindows.always(), patients_per_counselor=24)
    program = of(
        "nj",
        service("group", on(MON, WED, FRI), 180),
        service("family", on(TUE), 60, FAMILY),
    )
    plan = Plan(KEY, KEY, "Elm", program, MONDAY, 1)
    rules = find_requirements("us-nj-iop")
    assert verdict(check(plan, rules, site=site)) is YES
    assert verdict(check(plan, rules)) is UNKNOWN
    without = evolve(plan, program=of("nj", service("group", on(MON, WED, FRI), 180)))
    assert verdict(check(without, rules, site=site)) is NO
