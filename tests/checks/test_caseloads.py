"""Caseloads: people counted for each counselor, on both sides of the rule's number."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.checks import Bounds, check_caseloads
from iopkit.eligibility import Possible
from iopkit.errors import InvalidError, NotInForceError
from iopkit.levels import AgeGroup
from iopkit.library import find_program, find_requirements
from iopkit.patients import Patient
from iopkit.plans import Plan, PrimaryCounselor, draft
from iopkit.sites import Site
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

START = date(2026, 3, 2)
WEEK = timedelta(weeks=1)
SITE = Site("Elm", "America/New_York", WeeklyWindows.of("monday 09:00-21:00"))
PLAN = evolve(
    draft(
        find_program("matrix-16-week"),
        Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")),
        SITE,
        start=START,
        seed=1,
    ),
    age=40,
)
NEW_JERSEY = find_requirements("us-nj-iop")
MARYLAND = find_requirements("us-md-level-1")


def patient(number: int, counselor: str | None = "Ash", age: int | Possible | None = 40) -> Plan:
    named = (PrimaryCounselor(START, counselor),) if counselor else ()
    key = UUID(int=number, version=4)
    return evolve(PLAN, key=key, patient=key, counselors=named, age=age)


def test_new_jersey_allows_24_for_each_counselor() -> None:
    plans = [patient(n) for n in range(24)]
    (met,) = check_caseloads(plans, NEW_JERSEY, on=START)
    (unmet,) = check_caseloads([*plans, patient(24)], NEW_JERSEY, on=START)

    assert (met.truth, met.counselor, met.seen, met.most) == (Truth.YES, "Ash", Bounds(24, 24), 24)
    assert (unmet.truth, unmet.seen) == (Truth.NO, Bounds(25, 25))


def test_a_caseload_is_of_its_day() -> None:
    before, first = START - timedelta(days=1), [patient(n) for n in range(25)]
    handed_on = [
        evolve(plan, counselors=(*plan.counselors, PrimaryCounselor(START + WEEK, "Birch")))
        for plan in first[:10]
    ]
    later = check_caseloads([*handed_on, *first[10:]], NEW_JERSEY, on=START + WEEK)

    assert check_caseloads(first, NEW_JERSEY, on=before) == ()
    assert [(each.counselor, each.seen.least) for each in later] == [("Ash", 15), ("Birch", 10)]
    assert check_caseloads(first, NEW_JERSEY, on=PLAN.end) == ()


def test_people_are_counted_and_not_plans() -> None:
    plans = [patient(n) for n in range(24)]
    (found,) = check_caseloads(
        [*plans, evolve(plans[0], key=UUID(int=99, version=4))], NEW_JERSEY, on=START
    )

    assert found.seen == Bounds(24, 24)


def drawn(number: int, counselor: str | None, age: int | None) -> Plan:
    return evolve(patient(number, counselor, age), key=uuid4())


@given(
    st.lists(
        st.builds(
            drawn, st.integers(0, 3), st.sampled_from([None, "Ash", "Elm"]), st.just(40) | st.none()
        ),
        max_size=8,
    )
)
def test_each_patient_is_counted_once_whatever_their_plans_say(plans: list[Plan]) -> None:
    on = MARYLAND.versions.dated[0].since
    dated = [
        evolve(each, start=on, counselors=tuple(evolve(c, since=on) for c in each.counselors))
        for each in plans
    ]
    for found in check_caseloads(dated, MARYLAND, on=on):
        # By hand: whose plans say so, of whom somebody knows that they are 40.
        theirs: dict[UUID, set[str | None]] = {}
        for each in dated:
            theirs.setdefault(each.patient, set()).add(each.counselor_on(on))
        grown = {each.patient for each in dated if each.age == 40}
        adults = found.requirement.age_group is AgeGroup.ADULT
        sure = {one for one, who in theirs.items() if found.counselor in who}
        perhaps = sure | {one for one, who in theirs.items() if None in who}
        if adults:
            assert found.seen == Bounds(len(sure & grown), len(perhaps))
        else:
            assert found.seen == Bounds(0, len(perhaps - grown))


def test_who_has_no_counselor_may_be_anybodys() -> None:
    plans = [patient(n) for n in range(24)]
    (found,) = check_caseloads([*plans, patient(24, None)], NEW_JERSEY, on=START)

    assert (found.truth, found.seen) == (Truth.UNKNOWN, Bounds(24, 25))


def test_maryland_counts_adults_and_adolescents_apart() -> None:
    on = MARYLAND.versions.dated[0].since
    ages: list[int | Possible] = [*[40] * 30, *[16] * 26, Possible(17, 18)]
    moved = [
        evolve(patient(n, age=age), start=on, counselors=(PrimaryCounselor(on, "Ash"),))
        for n, age in enumerate(ages)
    ]
    adults, adolescents = check_caseloads(moved, MARYLAND, on=on)

    assert (adults.truth, adults.seen, adults.most) == (Truth.UNKNOWN, Bounds(30, 31), 30)
    assert (adolescents.truth, adolescents.seen) == (Truth.NO, Bounds(26, 27))


def test_days_before_the_rule_are_refused_unless_they_are_assumed() -> None:
    early = NEW_JERSEY.versions.dated[0].since - timedelta(days=1)
    plan = evolve(patient(1), start=early, counselors=(PrimaryCounselor(early, "Ash"),))
    with pytest.raises(NotInForceError):
        check_caseloads([plan], NEW_JERSEY, on=early)
    (found,) = check_caseloads([plan], NEW_JERSEY, on=early, assume_in_force=True)

    assert found.assumed_in_force


def test_counselors_come_in_order_and_have_names() -> None:
    with pytest.raises(InvalidError, match="counselors: expected in order"):
        evolve(PLAN, counselors=(PrimaryCounselor(START, "Ash"),) * 2)
    with pytest.raises(InvalidError, match="clinician: expected the name of a clinician"):
        PrimaryCounselor(START, " ")
