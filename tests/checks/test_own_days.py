"""Each week of a plan is judged by what holds on its own first day: age, level and version."""

from datetime import date, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.applicability import Basis, applicable_to_plan
from iopkit.checks import check, fits, judge, left_out, verdict
from iopkit.documents import checks_document, fit_document, from_json, to_json
from iopkit.levels import AgeGroup, Edition, LevelOfCare
from iopkit.modalities import Modality
from iopkit.patients import PartialDate, Patient
from iopkit.plans import Plan, draft
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.reports import checks_text, fits_text, plan_text, template_text
from iopkit.requirements import (
    Demand,
    Frequency,
    GroupSize,
    LongestGap,
    MilestoneKind,
    PlanLength,
    Requirement,
    RequirementSet,
    Reviews,
    WeeklyHours,
)
from iopkit.schedules import schedule
from iopkit.scopes import Scope
from iopkit.sites import Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

START = date(2026, 1, 5)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
HOUR = timedelta(hours=1)
GROUP = Modality.GROUP_THERAPY
IOP, PHP = LevelOfCare("2.1"), LevelOfCare("2.5")
REVIEW = MilestoneKind.REVIEW
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def week(number: int, day: int = 0) -> date:
    """A day of a week of the plan, from 1."""
    return START + timedelta(weeks=number - 1, days=day)


def service(name: str, *days: Weekday, minutes: int, size: int | None = None) -> Service:
    slots = tuple(Slot(day, time(9)) for day in days)
    length = timedelta(minutes=minutes)
    return Service(name, name, GROUP, Weekly(slots), length, group_max=size)


WEEKDAYS = tuple(Weekday)[:5]
DAY_CARE = service("day", *WEEKDAYS, minutes=300, size=20)
THREE = service("three", Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY, minutes=140, size=8)


def demanding(
    *demands: Demand, group: AgeGroup | None = None, name: str = "r", **more: object
) -> Dated[tuple[Requirement, ...]]:
    listed = tuple(
        Requirement(f"{name}{number}", "Any.", demand, CODE, group)
        for number, demand in enumerate(demands)
    )
    return Dated(**{"since": date(2020, 1, 1), "value": listed, "source": CODE, **more})  # type: ignore[arg-type]  # by name


def rules(
    *versions: Dated[tuple[Requirement, ...]],
    level: LevelOfCare | None = None,
    adult_from: int = 18,
) -> RequirementSet:
    scope = None if level is None else Scope(level=level)
    return RequirementSet("rules", "Any rules", Versions(versions), adult_from, scope=scope)


ADULTS = demanding(WeeklyHours(9 * HOUR), group=AgeGroup.ADULT, name="adult").value
YOUNG = demanding(WeeklyHours(6 * HOUR), group=AgeGroup.ADOLESCENT, name="young").value
BY_AGE = rules(Dated(date(2020, 1, 1), (*ADULTS, *YOUNG), CODE))


def drafted(patient: Patient, program: Program, *sets: RequirementSet) -> Plan:
    return draft(program, patient, SITE, start=START, seed=1, requirements=sets)


def of(*phases: Phase, **more: object) -> Program:
    return Program("any", "Any", phases, **more)  # type: ignore[arg-type]  # by name


def one_phase(weeks: int) -> Program:
    return of(Phase("only", "Only", weeks, (THREE,)))


# Age


def test_weeks_from_a_birthday_on_are_judged_by_the_rules_for_adults() -> None:
    # Seven hours a week: enough for adolescents, and too little for adults.
    birthday = week(6, 3)
    patient = Patient(KEY, birth_date=birthday.replace(year=birthday.year - 18))
    for planned in (
        drafted(patient, one_phase(9)),
        schedule(drafted(patient, one_phase(9)), SITE),
    ):
        found = check(planned, BY_AGE)
        assert [(f.requirement.name, f.week, f.truth) for f in found] == [
            *(("adult0", number, NO) for number in (7, 8, 9)),
            *(("young0", number, YES) for number in range(1, 7)),
        ]


@pytest.mark.parametrize(("day", "first"), [(0, 3), (-1, 3), (1, 4)])
def test_a_birthday_on_the_first_day_of_a_week_counts_for_it(day: int, first: int) -> None:
    birthday = week(3, day)
    patient = Patient(KEY, birth_date=birthday.replace(year=birthday.year - 18))
    found = check(drafted(patient, one_phase(5)), BY_AGE)
    assert [f.week for f in found if f.truth is NO] == [*range(first, 6)]


def test_a_birthday_in_a_month_leaves_the_weeks_of_it_open() -> None:
    patient = Patient(KEY, birth_date=PartialDate(2008, 2))
    found = check(drafted(patient, one_phase(10)), BY_AGE)
    adult = {f.week: f.applies for f in found if f.requirement.name == "adult0"}
    # Weeks begin on February 2, 9, 16 and 23: somebody can have been born on any day before.
    assert adult == {**dict.fromkeys(range(5, 9), UNKNOWN), 9: YES, 10: YES}
    assert [f.week for f in found if f.requirement.name == "young0" and f.applies is YES] == [
        *range(1, 5)
    ]


def test_a_plan_of_which_changes_are_not_known_has_one_age() -> None:
    birthday = week(3)
    patient = Patient(KEY, birth_date=birthday.replace(year=birthday.year - 18))
    plan = evolve(drafted(patient, one_phase(5)), upcoming=None)
    assert {f.requirement.name for f in check(plan, BY_AGE)} == {"young0"}


# Levels


TWO_LEVELS = of(
    Phase("day-care", "Day care", 2, (DAY_CARE,), level=PHP),
    Phase("evenings", "Evenings", 6, (THREE,)),
    level=IOP,
)


def test_weeks_of_another_level_are_left_out_and_named() -> None:
    at_most = rules(demanding(WeeklyHours(6 * HOUR, 19 * HOUR)), level=IOP)
    plan = drafted(Patient(KEY), TWO_LEVELS)
    found = check(plan, at_most)
    assert [(f.week, f.truth) for f in found] == [(number, YES) for number in range(3, 9)]
    [out] = left_out(schedule(plan, SITE), at_most)
    assert (out.first, out.last, out.phase, out.level) == (1, 2, "day-care", PHP)
    text = checks_text([(at_most, found)], planned=plan)
    assert (
        "Left out, as it is not for their level of care:\n  - weeks 1 to 2 (day-care): level 2.5"
        in text
    )
    assert checks_document([(at_most, found)], planned=plan)["sets"][0]["left_out"] == [out.words]
    assert checks_document([(at_most, found)])["sets"][0]["left_out"] == []
    beside = checks_text([(at_most, found), (BY_AGE, ())], planned=plan)
    assert "met, in part" in beside


def test_a_set_for_no_week_of_a_plan_is_not_met_by_it() -> None:
    other = rules(demanding(WeeklyHours(9 * HOUR)), level=LevelOfCare("1"))
    plan = drafted(Patient(KEY), TWO_LEVELS)
    assert check(plan, other) == ()
    assert verdict(check(plan, other)) is UNKNOWN
    [judgment] = judge(plan, [other], SITE)
    assert judgment.truth is UNKNOWN
    assert checks_document([(other, ())], planned=plan)["met"] == "unknown"
    assert "undetermined, not for it" in checks_text([(other, ()), (other, ())], planned=plan)


@pytest.mark.parametrize(
    ("level", "weeks"),
    [
        (None, 8),
        (IOP, 6),
        (PHP, 2),
        (LevelOfCare("1"), 0),
        # What the number of another edition means is not known to be another.
        (LevelOfCare("2.1", Edition.FOURTH), 8),
    ],
    ids=["of-every-level", "program", "phase", "neither", "other-edition"],
)
def test_a_set_speaks_of_the_weeks_that_can_be_of_its_level(
    level: LevelOfCare | None, weeks: int
) -> None:
    rule = rules(demanding(WeeklyHours(HOUR)), level=level)
    assert len(check(drafted(Patient(KEY), TWO_LEVELS), rule)) == weeks


def test_weeks_of_no_known_level_are_judged() -> None:
    rule = rules(demanding(WeeklyHours(HOUR)), level=PHP)
    plan = drafted(Patient(KEY), one_phase(3))
    assert len(check(plan, rule)) == 3
    assert left_out(plan, rule) == ()
    [short] = left_out(drafted(Patient(KEY), evolve(one_phase(1), level=IOP)), rule)
    assert short.words == "week 1 (only): level 2.1"


def test_the_plan_as_a_whole_is_judged_in_the_weeks_of_the_level() -> None:
    whole = (PlanLength(most=42), GroupSize(12, frozenset({GROUP})), LongestGap(2))
    found = check(drafted(Patient(KEY), TWO_LEVELS), rules(demanding(*whole), level=IOP))
    assert [(f.requirement.name, f.seen.most, f.truth) for f in found] == [
        ("r0", 42, YES),
        ("r1", 8, YES),
        ("r2", 2, YES),
    ]


def test_stretches_of_a_level_are_judged_each_by_itself() -> None:
    steps = of(
        Phase("first", "First", 2, (THREE,), level=IOP),
        Phase("day-care", "Day care", 2, (DAY_CARE,), level=PHP),
        Phase("last", "Last", 3, (THREE,), level=IOP),
    )
    monthly = Frequency(frozenset({GROUP}), 3)
    found = check(drafted(Patient(KEY), steps), rules(demanding(monthly), level=IOP))
    assert [(f.start, f.seen.most) for f in found] == [(week(1, 5), 2), (week(5, 5), 2)]


def test_fits_are_ranked_by_the_weeks_of_the_level_and_say_which_are_not() -> None:
    at_most = rules(demanding(WeeklyHours(6 * HOUR, 19 * HOUR)), level=IOP)
    [fit] = fits([TWO_LEVELS], Patient(KEY), SITE, [at_most], start=START, seed=1)
    assert fit.truth is YES
    assert "not for rules: weeks 1 to 2 (day-care): level 2.5" in fit.reasons
    assert "not for rules: weeks 1 to 2" in fits_text([fit])
    assert "weeks 1 to 2" in str(fit_document(fit))


def test_rules_apply_to_a_plan_by_the_level_of_each_phase() -> None:
    php, iop = (
        evolve(rules(demanding(WeeklyHours(HOUR)), level=level), name=name)
        for level, name in ((PHP, "php"), (IOP, "iop"))
    )
    patient = Patient(KEY)
    found = applicable_to_plan([php, iop], drafted(patient, TWO_LEVELS), SITE, patient)
    levels = [
        (each.rule.name, each.start, each.end, ground.truth)
        for each in found
        for ground in each.grounds
        if ground.basis is Basis.LEVEL
    ]
    assert levels == [
        ("php", week(1), week(3), YES),
        ("php", week(3), week(9), NO),
        ("iop", week(1), week(3), NO),
        ("iop", week(3), week(9), YES),
    ]


def test_the_level_of_a_phase_is_told_and_kept() -> None:
    plan = drafted(Patient(KEY), TWO_LEVELS)
    assert "Day care: 2 weeks, level 2.5, 2026-01-05 to 2026-01-18" in plan_text(plan)
    assert "Evenings: 6 weeks, 2026-01-19" in plan_text(plan)
    assert "Day care, 2 weeks, level 2.5:" in template_text(TWO_LEVELS)
    assert from_json(Program, to_json(TWO_LEVELS)) == TWO_LEVELS
    assert [plan.level_on(day) for day in (week(0), week(1), week(3), week(30))] == [
        *(PHP, PHP),
        *(IOP, IOP),
    ]


# Reviews


def due(plan: Plan) -> list[date]:
    return [each.by for each in plan.milestones]


def test_reviews_follow_the_age_and_count_from_the_one_before() -> None:
    birthday = week(5, 2)
    young = demanding(Reviews(REVIEW, 21), group=AgeGroup.ADOLESCENT, name="young").value
    adults = demanding(Reviews(REVIEW, 28), group=AgeGroup.ADULT, name="adult").value
    both = rules(Dated(date(2020, 1, 1), (*young, *adults), CODE))
    patient = Patient(KEY, birth_date=birthday.replace(year=birthday.year - 18))
    plan = drafted(patient, one_phase(12), both)
    # Week 6 is the first that begins at 18.
    assert due(plan) == [week(4), week(8), week(12)]
    assert verdict(check(plan, both)) is YES
    late = evolve(plan, milestones=tuple(m for m in plan.milestones if m.by != week(8)))
    assert [f.requirement.name for f in check(late, both) if f.truth is NO] == ["adult0"]


def test_a_stricter_rule_asks_at_once_for_what_is_late_by_it_and_not_before() -> None:
    turning = rules(
        demanding(Reviews(REVIEW, 60)),
        demanding(Reviews(REVIEW, 20), since=week(5), name="new"),
    )
    plan = drafted(Patient(KEY), one_phase(10), turning)
    assert due(plan) == [week(5), week(5) + timedelta(days=20), week(5) + timedelta(days=40)]
    assert verdict(check(plan, turning)) is YES


def test_a_certification_is_due_where_the_level_that_asks_for_it_begins() -> None:
    recertified = Reviews(MilestoneKind.RECERTIFICATION, 30, 18)
    rule = rules(demanding(recertified), level=IOP)
    plan = drafted(Patient(KEY), TWO_LEVELS, rule)
    assert [(m.kind.value, m.by) for m in plan.milestones] == [
        ("certification", week(3)),
        ("recertification", week(3) + timedelta(days=18)),
    ]
    assert verdict(check(plan, rule)) is YES


def test_months_are_reviewed_by_the_version_in_which_they_begin() -> None:
    turning = rules(
        demanding(Reviews(REVIEW)), demanding(Reviews(REVIEW), since=week(7), name="new")
    )
    plan = drafted(Patient(KEY), one_phase(14), turning)
    assert due(plan) == [date(2026, 2, 4), date(2026, 3, 4), date(2026, 4, 4)]
    found = check(plan, turning)
    assert [(f.requirement.name, f.start) for f in found] == [
        ("r0", START),
        ("r0", date(2026, 2, 5)),
        ("new0", date(2026, 3, 5)),
    ]
    assert verdict(found) is YES


every = st.none() | st.integers(1, 60)


@given(
    st.lists(st.tuples(every, st.none() | st.sampled_from(AgeGroup)), min_size=1, max_size=4),
    st.none() | st.integers(0, 90),
    st.integers(1, 12),
)
def test_a_plan_has_the_reviews_that_the_rules_of_its_own_days_ask_for(
    changing: list[tuple[int | None, AgeGroup | None]], birthday: int | None, weeks: int
) -> None:
    versions = [
        demanding(
            Reviews(REVIEW, days), group=group, name=f"v{number}-", since=week(1 + 3 * number)
        )
        for number, (days, group) in enumerate(changing)
    ]
    day = None if birthday is None else START + timedelta(days=birthday)
    patient = Patient(KEY, birth_date=day and date(day.year - 18, day.month, day.day))
    rule = rules(*versions)
    plan = drafted(patient, one_phase(weeks), rule)
    assert all(found.truth is YES for found in check(plan, rule))
    assert all(one <= other for one, other in pairwise(due(plan)))
    assert all(START <= by < plan.end for by in due(plan))
