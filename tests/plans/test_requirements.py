"""Requirements: what is met, unmet or undetermined, week by week."""

from collections.abc import Callable
from datetime import date, time, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.availability import Weekday, WeeklyWindows
from iopkit.errors import InvalidError, NotInForceError, Step, UnknownNameError
from iopkit.interchange.library import find_program
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import (
    REQUIREMENTS,
    Closure,
    Dose,
    Finding,
    InAll,
    Offer,
    PerWeek,
    Phase,
    Plan,
    Program,
    Reason,
    Requirement,
    RequirementSet,
    Schedule,
    Service,
    Site,
    Slot,
    Timing,
    Weekly,
    WeeklyMinimum,
    check,
    draft,
    find_requirements,
    schedule,
)
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2026, 1, 5)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MEDICARE = find_requirements("us-medicare-iop")
SITE = Site(
    "Elm",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 09:00-21:00" for day in Weekday)),
)
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)


def faults(make: Callable[[], object]) -> list[tuple[Step, ...]]:
    """The paths of every fault in the one error that is raised."""
    with pytest.raises(InvalidError) as caught:
        make()
    return [fault.path for fault in caught.value.faults]


def service(
    name: str,
    timing: Timing,
    minutes: int | None,
    modality: Modality = Modality.GROUP_THERAPY,
) -> Service:
    length = None if minutes is None else minutes * MINUTE
    return Service(name, name, modality, timing, length)


def on(*days: Weekday) -> Weekly:
    """At 09:00 on some days."""
    return Weekly(tuple(Slot(day, time(9)) for day in days))


MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
THREE_DAYS = on(MON, WED, FRI)


def dated(
    *services: Service,
    weeks: int = 1,
    start: date = MONDAY,
    site: Site = SITE,
) -> Schedule:
    program = Program("any", "Any", (Phase("only", "Only", weeks, services),))
    return schedule(Plan(KEY, KEY, "Elm", program, start, 1), site)


def minimum(dose: timedelta) -> RequirementSet:
    """A requirement on group therapy alone."""
    demand = WeeklyMinimum("any", "Any", dose, frozenset({Modality.GROUP_THERAPY}), CODE)
    return RequirementSet("any", "Any", Versions((Dated(date(2024, 1, 1), (demand,), CODE),)))


# The faithful Matrix plan


def matrix(*offers: Offer) -> tuple[Finding, ...]:
    site = evolve(SITE, offers=offers)
    plan = draft(find_program("matrix-16-week"), Patient(key=KEY), site, start=MONDAY, seed=1)
    return check(schedule(plan, site), MEDICARE)


def test_the_faithful_matrix_plan_is_unmet_in_each_of_its_16_weeks() -> None:
    findings = matrix(
        Offer("individual-session", duration=50 * MINUTE), Offer("urine-test", duration=15 * MINUTE)
    )
    assert [finding.week for finding in findings] == list(range(1, 17))
    assert [finding.start for finding in findings] == [
        MONDAY + timedelta(weeks=n) for n in range(16)
    ]
    assert {finding.truth for finding in findings} == {Truth.NO}
    # 370 minutes of groups in weeks 1-4, then 270; 50 more with an individual session.
    seen = [370, 370, 420, 370, 270, 270, 270, 270, 320, 270, 270, 270, 270, 320, 270, 270]
    assert [finding.seen for finding in findings] == [Dose(count * MINUTE) for count in seen]
    short = [170, 170, 120, 170, 270, 270, 270, 270, 220, 270, 270, 270, 270, 220, 270, 270]
    assert [finding.shortfall for finding in findings] == [count * MINUTE for count in short]


def test_matrix_is_undetermined_only_where_an_individual_session_has_no_length() -> None:
    findings = matrix()
    undetermined = [finding.week for finding in findings if finding.truth is Truth.UNKNOWN]
    assert undetermined == [3, 9, 14]
    assert {finding.truth for finding in findings if finding.week not in undetermined} == {Truth.NO}
    assert [finding.seen.unmeasured for finding in findings if finding.week in undetermined] == [
        1,
        1,
        1,
    ]


# Nine hours a week


@pytest.mark.parametrize(
    ("minutes", "truth", "short"),
    [
        pytest.param(179, Truth.NO, 3, id="537-minutes"),
        pytest.param(180, Truth.YES, 0, id="540-minutes"),
        pytest.param(181, Truth.YES, 0, id="543-minutes"),
    ],
)
def test_three_times_three_hours_are_just_enough(minutes: int, truth: Truth, short: int) -> None:
    findings = check(dated(service("group", THREE_DAYS, minutes), weeks=4), MEDICARE)
    assert [finding.truth for finding in findings] == [truth] * 4
    assert [finding.shortfall for finding in findings] == [short * MINUTE] * 4


@pytest.mark.parametrize(
    ("minutes", "truth"),
    [pytest.param(539, Truth.NO, id="539"), pytest.param(540, Truth.YES, id="540")],
)
def test_the_bound_lies_at_540_minutes(minutes: int, truth: Truth) -> None:
    (finding,) = check(dated(service("group", on(MON), minutes)), MEDICARE)
    assert (finding.truth, finding.seen) == (truth, Dose(minutes * MINUTE))


_NOT_COUNTED = {
    Modality.ASSESSMENT,
    Modality.CONTINUING_CARE_CONTACT,
    Modality.DRUG_TESTING,
    Modality.MUTUAL_HELP,
    Modality.PEER_SUPPORT,
}


@pytest.mark.parametrize("modality", Modality)
def test_tests_and_mutual_help_do_not_count_and_services_do(modality: Modality) -> None:
    (finding,) = check(dated(service("any", THREE_DAYS, 180, modality)), MEDICARE)
    counts = modality not in _NOT_COUNTED
    assert finding.truth is (Truth.YES if counts else Truth.NO)
    assert finding.seen == (Dose(9 * HOUR) if counts else Dose())
    (unknown,) = check(dated(service("any", THREE_DAYS, None, modality)), MEDICARE)
    assert unknown.truth is (Truth.UNKNOWN if counts else Truth.NO)


@pytest.mark.parametrize(
    ("known", "unknown", "dose", "truth"),
    [
        pytest.param(539, 1, 9 * HOUR, Truth.UNKNOWN, id="a-minute-short"),
        pytest.param(540, 1, 9 * HOUR, Truth.YES, id="enough-without"),
        pytest.param(539, 0, 9 * HOUR, Truth.NO, id="none-unknown"),
        # A session lasts at most 24 hours.
        pytest.param(60, 1, 25 * HOUR, Truth.UNKNOWN, id="a-day-might-do"),
        pytest.param(60, 1, 25 * HOUR + MINUTE, Truth.NO, id="a-day-would-not-do"),
        pytest.param(60, 2, 25 * HOUR + MINUTE, Truth.UNKNOWN, id="two-might-do"),
        pytest.param(60, 2, 49 * HOUR + MINUTE, Truth.NO, id="two-would-not-do"),
    ],
)
def test_unknown_lengths_leave_it_open_exactly_while_they_could_make_up_the_difference(
    known: int, unknown: int, dose: timedelta, truth: Truth
) -> None:
    services = [service("known", on(MON), known)]
    if unknown:
        services.append(service("unknown", PerWeek(unknown), None))
    (finding,) = check(dated(*services), minimum(dose))
    assert finding.seen == Dose(known * MINUTE, unknown)
    assert finding.truth is truth


def test_unknown_lengths_count_in_their_own_weeks_only() -> None:
    services = (service("known", on(MON), 60), service("unknown", InAll(1), None))
    findings = check(dated(*services, weeks=3), MEDICARE)
    assert [finding.truth for finding in findings] == [Truth.NO, Truth.UNKNOWN, Truth.NO]


def test_a_closed_week_that_leaves_sessions_unplaced_is_unmet() -> None:
    site = evolve(
        SITE, closures=(Closure(MONDAY + timedelta(days=7), MONDAY + timedelta(days=14), "flood"),)
    )
    made = dated(service("group", THREE_DAYS, 180), weeks=3, site=site)
    findings = check(made, MEDICARE)
    assert [finding.truth for finding in findings] == [Truth.YES, Truth.NO, Truth.YES]
    assert findings[1].seen == Dose()
    assert findings[1].shortfall == 9 * HOUR
    assert [missing.why for missing in made.unplaced] == [Reason.CLOSED] * 3


def test_moved_sessions_count_in_their_week() -> None:
    site = evolve(SITE, closures=(Closure(MONDAY, MONDAY + timedelta(days=1), "holiday"),))
    made = dated(service("group", THREE_DAYS, 180), site=site)
    assert [bool(session.moved) for session in made.sessions] == [True, False, False]
    (finding,) = check(made, MEDICARE)
    assert finding.truth is Truth.YES


def test_sessions_without_a_time_do_not_count() -> None:
    (finding,) = check(dated(service("group", PerWeek(3), 180)), MEDICARE)
    assert (finding.truth, finding.seen) == (Truth.NO, Dose())


@given(st.integers(1, 240), st.integers(1, 7), st.integers(1, 3000))
def test_more_service_never_makes_a_met_week_unmet(minutes: int, days: int, dose: int) -> None:
    demand = minimum(dose * MINUTE)
    slots = on(*tuple(Weekday)[:days])
    (less,) = check(dated(service("group", slots, minutes)), demand)
    (more,) = check(dated(service("group", slots, minutes + 1)), demand)
    assert less.truth is (Truth.YES if minutes * days >= dose else Truth.NO)
    assert not (less.truth is Truth.YES and more.truth is Truth.NO)
    assert more.shortfall <= less.shortfall


# Versions


def test_weeks_before_the_first_version_cannot_be_judged() -> None:
    group = service("group", THREE_DAYS, 180)
    first_day = date(2024, 1, 1)
    assert len(check(dated(group, weeks=2, start=first_day), MEDICARE)) == 2
    for start in (first_day - timedelta(days=1), first_day - timedelta(weeks=1)):
        with pytest.raises(NotInForceError):
            check(dated(group, weeks=2, start=start), MEDICARE)


def test_each_week_is_judged_by_the_version_in_force_on_its_first_day() -> None:
    low, high = (
        WeeklyMinimum(name, name, hours * HOUR, frozenset({Modality.GROUP_THERAPY}), CODE)
        for name, hours in (("low", 9), ("high", 10))
    )
    change = MONDAY + timedelta(days=8)
    first: Dated[tuple[Requirement, ...]] = Dated(MONDAY, (low,), CODE)
    second: Dated[tuple[Requirement, ...]] = Dated(change, (low, high), CODE)
    made = dated(service("group", THREE_DAYS, 180), weeks=3)
    findings = check(made, RequirementSet("any", "Any", Versions((first, second))))
    assert [(f.week, f.requirement.name, f.truth) for f in findings] == [
        (1, "low", Truth.YES),
        (2, "low", Truth.YES),
        (3, "low", Truth.YES),
        (3, "high", Truth.NO),
    ]


# Values


def test_a_minimum_is_more_than_nothing_of_something() -> None:
    counted = frozenset({Modality.GROUP_THERAPY})
    assert WeeklyMinimum("any", "Any", MINUTE, counted, CODE).dose == MINUTE
    assert faults(lambda: WeeklyMinimum("any", "Any", timedelta(0), counted, CODE)) == [("dose",)]
    assert faults(lambda: WeeklyMinimum("any", "Any", MINUTE, frozenset(), CODE)) == [("counted",)]
    assert faults(lambda: WeeklyMinimum("any", "Any", -MINUTE, frozenset(), CODE)) == [
        ("dose",),
        ("counted",),
    ]


def test_shipped_requirements_are_found_by_name_and_name_their_sources() -> None:
    names = [requirements.name for requirements in REQUIREMENTS]
    assert names == sorted(set(names))
    for requirements in REQUIREMENTS:
        assert find_requirements(requirements.name) is requirements
        for version in requirements.versions.dated:
            assert all(requirement.source.citation for requirement in version.value)
    with pytest.raises(UnknownNameError, match="did you mean 'us-medicare-iop'"):
        find_requirements("us-medicare-iopp")


def test_medicares_minimum_is_nine_hours_since_2024() -> None:
    (version,) = MEDICARE.versions.dated
    (requirement,) = version.value
    assert version.since == date(2024, 1, 1)
    assert requirement.dose == 9 * HOUR
    assert "424.24" in requirement.source.citation


def test_a_finding_shows_nothing_of_the_plan() -> None:
    (finding,) = check(dated(service("group", on(MON), 60)), MEDICARE)
    assert repr(finding) == "Finding(...)"
