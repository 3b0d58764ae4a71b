"""Which rules apply at a site to a patient, and that what is not known drops none."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from iopkit import Patient, Plan, Site, draft, find_program, schedule
from iopkit.applicability import (
    Applicability,
    Basis,
    Rule,
    applicable,
    applicable_over,
    applicable_to_plan,
    kind_of_rule,
)
from iopkit.errors import InvalidError
from iopkit.levels import Edition, LevelOfCare
from iopkit.library import RULES, find_policy, find_rates, find_requirements
from iopkit.modalities import Delivery
from iopkit.patients import Coverage, Payer, Whereabouts
from iopkit.scopes import License, LicenseKind, Scope
from iopkit.sources import Versions
from iopkit.strategies import days, patients, scopes, sites
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

T = TypeVar("T")
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ON = date(2026, 4, 1)
DAY = timedelta(days=1)
BASE = find_policy("us-il-iop")
SITE = Site("Elm Street", "America/Denver", WeeklyWindows.of("monday 09:00-17:00"))
PATIENT = Patient(KEY)
OTP, CLINIC = LicenseKind.OPIOID_TREATMENT_PROGRAM, LicenseKind.RURAL_HEALTH_CLINIC
LEVEL = LevelOfCare("2.1")


def answer(scope: Scope | None, site: Site, patient: Patient, **more: Any) -> Applicability:
    (found,) = applicable([evolve(BASE, scope=scope)], site, patient, **{"on": ON, **more})
    return found


def truths(found: Applicability) -> dict[Basis, Truth]:
    return {ground.basis: ground.truth for ground in found.grounds}


# Each ground by itself.


def test_a_rule_of_everybody_applies_and_one_that_does_not_say_may() -> None:
    everybody, unsaid = (answer(scope, SITE, PATIENT) for scope in (Scope(), None))
    assert (everybody.applies, unsaid.applies) == (YES, UNKNOWN)
    assert everybody.why == ("it is in force since 2025-04-02", "it is for every state and payer")
    assert unsaid.why == ("whose rule it is, it does not say",)


@pytest.mark.parametrize(
    ("state", "locations", "telehealth", "applies"),
    [
        ("OH", (), None, YES),
        ("KY", (), None, NO),
        (None, (), None, UNKNOWN),
        ("KY", None, None, UNKNOWN),
        ("KY", None, False, NO),
        ("KY", None, True, UNKNOWN),
        ("KY", (), True, UNKNOWN),
        ("OH", None, None, YES),
        ("KY", ("OH",), None, YES),
        ("KY", ("OH",), True, YES),
        ("KY", ("OH",), False, NO),
        ("KY", ("IN",), True, NO),
        ("KY", ("IN", "OH"), True, YES),
        (None, ("OH",), True, YES),
        (None, ("IN",), True, UNKNOWN),
    ],
)
def test_a_states_rule_applies_where_the_site_is_and_the_patient_during_telehealth(
    state: str | None,
    locations: tuple[str, ...] | None,
    telehealth: bool | None,  # one of the values of a row
    applies: Truth,
) -> None:
    places = None if locations is None else tuple(map(Whereabouts, locations))
    # Where the patient lives is nothing to it.
    patient = evolve(PATIENT, locations=places, residences=(Whereabouts("OH"),))
    site = evolve(SITE, state=state)
    found = answer(Scope("OH"), site, patient, telehealth=telehealth)
    assert truths(found) == {Basis.IN_FORCE: YES, Basis.PLACE: applies}


@pytest.mark.parametrize(
    ("state", "locations", "words"),
    [
        ("OH", (Whereabouts("OH"),), "the site is in Ohio and the patient is in Ohio for sessions"),
        ("OH", (), "the site is in Ohio"),
        ("KY", (), "neither is the site in Ohio nor, for telehealth, the patient"),
        (None, (), "whether the site is in Ohio is not known"),
        (None, None, "whether the site is in Ohio or the patient is in Ohio for sessions by tele"),
    ],
)
def test_the_words_name_what_the_answer_rests_on(
    state: str | None, locations: tuple[Whereabouts, ...] | None, words: str
) -> None:
    found = answer(Scope("OH"), evolve(SITE, state=state), evolve(PATIENT, locations=locations))
    assert found.grounds[-1].words.startswith(words)


@pytest.mark.parametrize(
    ("residences", "lives"),
    [
        (None, UNKNOWN),
        ((), UNKNOWN),
        ((Whereabouts("NV"),), NO),
        ((Whereabouts("UT"),), UNKNOWN),
        ((Whereabouts("UT", "Summit"),), YES),
        ((Whereabouts("UT", "SUMMIT"),), YES),
        ((Whereabouts("UT", "Cache"),), NO),
        ((Whereabouts("NV", "Summit"),), NO),
        ((Whereabouts("UT", "Cache"), Whereabouts("UT", "Summit")), YES),
        ((Whereabouts("UT", "Summit", ON + DAY),), UNKNOWN),
        ((Whereabouts("UT", "Summit", end=ON - DAY),), UNKNOWN),
    ],
)
def test_a_states_payers_rule_applies_where_the_patient_lives(
    residences: tuple[Whereabouts, ...] | None, lives: Truth
) -> None:
    scope = Scope("UT", "Summit", Payer.MEDICAID)
    patient = evolve(PATIENT, residences=residences, locations=())
    assert truths(answer(scope, evolve(SITE, state="NV"), patient))[Basis.PLACE] is lives


@pytest.mark.parametrize(
    ("county", "applies"), [(None, UNKNOWN), ("Summit", YES), ("summit", YES), ("Cache", NO)]
)
def test_a_countys_own_rule_applies_to_its_sites(county: str | None, applies: Truth) -> None:
    site = evolve(SITE, state="UT", county=county)
    found = answer(Scope("UT", "Summit"), site, PATIENT, telehealth=False)
    assert found.applies is applies


@pytest.mark.parametrize(
    ("coverages", "covered"),
    [
        (None, UNKNOWN),
        ((), NO),
        ((Coverage(Payer.MEDICARE, ON - DAY),), NO),
        ((Coverage(Payer.COMMERCIAL, ON - DAY),), UNKNOWN),
        ((Coverage(Payer.COMMERCIAL, ON, insurer="oak health"),), YES),
        ((Coverage(Payer.COMMERCIAL, ON, insurer="Elm Mutual"),), NO),
        ((Coverage(Payer.COMMERCIAL, insurer="Oak Health"),), UNKNOWN),
        ((Coverage(Payer.COMMERCIAL, ON - DAY, ON, "Oak Health"),), NO),
    ],
)
def test_an_insurers_rule_applies_to_whom_it_covers(
    coverages: tuple[Coverage, ...] | None, covered: Truth
) -> None:
    scope = Scope(payer=Payer.COMMERCIAL, insurer="Oak Health")
    found = answer(scope, SITE, evolve(PATIENT, coverages=coverages))
    assert truths(found) == {Basis.IN_FORCE: YES, Basis.COVERAGE: covered, Basis.BILLING: UNKNOWN}
    assert any("covered by Oak Health" in ground.words for ground in found.grounds)


@pytest.mark.parametrize(
    ("payers", "billed"),
    [
        (None, UNKNOWN),
        (frozenset(), NO),
        ({Payer.MEDICAID}, NO),
        ({Payer.MILITARY, Payer.OTHER}, YES),
    ],
)
def test_a_payers_rule_applies_at_sites_that_bill_it(
    payers: frozenset[Payer] | None, billed: Truth
) -> None:
    site = evolve(SITE, payers=None if payers is None else frozenset(payers))
    patient = evolve(PATIENT, coverages=(Coverage(Payer.MILITARY, ON),))
    found = answer(Scope(payer=Payer.MILITARY), site, patient)
    assert (found.applies, truths(found)[Basis.BILLING]) == (billed, billed)


@pytest.mark.parametrize(
    ("licenses", "held"),
    [
        (None, UNKNOWN),
        ((), NO),
        ((License(OTP, LEVEL),), YES),
        ((License(OTP, LEVEL, ON),), YES),
        ((License(OTP, LEVEL, ON + DAY),), NO),
        ((License(OTP, LEVEL, end=ON),), NO),
        ((License(OTP),), UNKNOWN),
        ((License(OTP, LevelOfCare("2.5")),), NO),
        ((License(OTP, LevelOfCare("2.1", Edition.FOURTH)),), UNKNOWN),
        ((License(LicenseKind.OTHER, LEVEL),), NO),
        ((License(LicenseKind.OTHER, LEVEL), License(CLINIC, LEVEL)), YES),
        # A license of another kind lends its level to none.
        ((License(LicenseKind.OTHER, LEVEL), License(OTP, LevelOfCare("1"))), NO),
    ],
)
def test_a_rule_for_some_licenses_applies_to_sites_that_have_one(
    licenses: tuple[License, ...] | None, held: Truth
) -> None:
    scope = Scope(licenses=frozenset({OTP, CLINIC}), level=LEVEL)
    found = answer(scope, evolve(SITE, licenses=licenses), PATIENT)
    assert truths(found) == {Basis.IN_FORCE: YES, Basis.LICENSE: held}
    assert "licensed as opioid treatment program or rural health clinic for level 2.1" in (
        found.grounds[-1].words
    )


@pytest.mark.parametrize(
    ("level", "same"),
    [
        (LEVEL, YES),
        (LevelOfCare("2.5"), NO),
        (LevelOfCare("2.1", Edition.FOURTH), UNKNOWN),
    ],
)
def test_a_rule_for_a_level_applies_to_care_of_that_level(level: LevelOfCare, same: Truth) -> None:
    site = evolve(SITE, licenses=(License(CLINIC, LEVEL),))
    found = answer(Scope(level=LEVEL), site, PATIENT, level=level)
    assert (found.applies, truths(found)[Basis.LEVEL]) == (same, same)
    assert Basis.LEVEL not in truths(answer(Scope(), site, PATIENT, level=level))


@pytest.mark.parametrize(
    ("rule", "on", "applies"),
    [
        (BASE, date(2025, 4, 1), UNKNOWN),
        (BASE, date(2025, 4, 2), YES),
        (find_requirements("us-wa-former-iop"), date(2015, 12, 30), UNKNOWN),
        (find_requirements("us-wa-former-iop"), date(2018, 3, 31), YES),
        (find_requirements("us-wa-former-iop"), date(2018, 4, 1), NO),
        (find_rates("us-md-medicaid"), date(2020, 6, 30), YES),
        (find_rates("us-md-medicaid"), date(2020, 7, 1), UNKNOWN),
    ],
)
def test_before_what_is_known_a_rule_may_be_in_force_and_after_its_end_it_is_not(
    rule: Rule, on: date, applies: Truth
) -> None:
    (found,) = applicable([evolve(rule, scope=Scope())], SITE, PATIENT, on=on)
    assert (found.applies, found.grounds[0].basis) == (applies, Basis.IN_FORCE)


def test_since_when_a_rule_is_in_force_is_what_is_known_of_its_own_version() -> None:
    (first,) = BASE.versions.dated
    told = evolve(first, end=date(2025, 8, 1))
    copied = evolve(first, since=date(2025, 11, 1), since_from_copy=True)
    rule = evolve(BASE, scope=Scope(), versions=Versions((told, copied)))
    next_one = evolve(copied, since_from_copy=False)
    apart = evolve(rule, versions=Versions((told, next_one)))
    (between,) = applicable([apart], SITE, PATIENT, on=date(2025, 8, 1))
    assert (between.applies, between.why) == (NO, ("it was in force up to 2025-07-31",))
    said = {
        day: applicable([rule], SITE, PATIENT, on=day)[0].grounds[0].words
        for day in (date(2025, 7, 31), date(2025, 8, 1), date(2025, 11, 1))
    }
    assert [*said.values()] == [
        "it is in force since 2025-04-02",
        "whether it was in force before 2025-11-01 is not known",
        "it was seen in a copy of 2025-11-01, in force by then",
    ]


def test_every_kind_of_rule_has_a_name() -> None:
    assert {kind_of_rule(rule) for rule in RULES} == {"policy", "requirements", "coding", "rates"}


# Moves.


@pytest.mark.parametrize(
    ("on", "old", "new", "third"),
    [
        (ON - DAY, YES, NO, NO),
        (ON, YES, YES, NO),
        (ON + DAY, NO, YES, NO),
    ],
)
def test_on_the_day_of_a_move_the_rules_of_both_states_apply(
    on: date, old: Truth, new: Truth, third: Truth
) -> None:
    moving = (Whereabouts("ME", end=ON), Whereabouts("VT", start=ON))
    patient = evolve(PATIENT, residences=moving, locations=moving)
    site = evolve(SITE, state="NH", payers=frozenset({Payer.MEDICAID}))
    for state, truth in (("ME", old), ("VT", new), ("RI", third)):
        for payer in (None, Payer.MEDICAID):
            found = answer(Scope(state, payer=payer), site, patient, on=on)
            assert truths(found)[Basis.PLACE] is truth


@pytest.mark.parametrize(
    ("moving", "other"),
    [((Whereabouts("ME", end=ON),), "VT"), ((Whereabouts("ME", start=ON),), "VT")],
)
def test_a_move_from_or_to_where_nobody_knows_drops_no_state(
    moving: tuple[Whereabouts, ...], other: str
) -> None:
    patient = evolve(PATIENT, residences=moving)
    scopes_of = {state: Scope(state, payer=Payer.MEDICAID) for state in ("ME", other)}
    found = {state: truths(answer(of, SITE, patient)) for state, of in scopes_of.items()}
    assert (found["ME"][Basis.PLACE], found[other][Basis.PLACE]) == (YES, UNKNOWN)


def test_a_place_that_begins_with_the_first_day_of_all_has_no_day_before() -> None:
    patient = evolve(PATIENT, residences=(Whereabouts("ME", start=date.min),))
    rule = evolve(BASE, scope=Scope("ME", payer=Payer.MEDICAID))
    (found,) = applicable([rule], SITE, patient, on=date.min)
    assert truths(found)[Basis.PLACE] is YES


def test_over_a_period_each_part_is_judged_by_itself() -> None:
    moving = (Whereabouts("ME", end=ON), Whereabouts("VT", start=ON))
    site = evolve(SITE, state="NH")
    rules = [evolve(BASE, scope=Scope(state)) for state in ("ME", "VT", "NH")]
    patient = evolve(PATIENT, locations=moving)
    found = applicable_over(rules, site, patient, start=ON - 2 * DAY, end=ON + 3 * DAY)
    spans = [(each.applies, (each.end - each.start).days) for each in found]
    assert spans == [(YES, 3), (NO, 2), (NO, 2), (YES, 3), (YES, 5)]


CASES = st.tuples(sites(), patients(), st.lists(scopes() | st.none(), min_size=1, max_size=4))
LEVELS = st.none() | st.sampled_from(["2.1", "2.5"]).map(LevelOfCare)


@given(CASES, days(), st.integers(1, 9), LEVELS, st.none() | st.booleans())
def test_a_period_says_of_each_of_its_days_what_the_day_says(
    case: tuple[Site, Patient, list[Scope | None]],
    start: date,
    length: int,
    level: LevelOfCare | None,
    telehealth: bool | None,  # drawn
) -> None:
    site, patient, some = case
    rules = [evolve(BASE, name=f"rule-{n}", scope=scope) for n, scope in enumerate(some)]
    options: dict[str, Any] = {"level": level, "telehealth": telehealth}
    end = start + length * DAY
    found = applicable_over(rules, site, patient, start=start, end=end, **options)
    for number in range(length):
        on = start + number * DAY
        whole = [each for each in found if each.start <= on < each.end]
        assert [(each.rule, each.grounds) for each in whole] == [
            (each.rule, each.grounds) for each in applicable(rules, site, patient, on=on, **options)
        ]


# What is not known.


def without(value: T, fields: Mapping[str, object]) -> T:
    """The same value with other fields, whatever their types."""
    changes: Any = fields
    changed: T = evolve(value, **changes)  # type: ignore[misc]  # of any class of attrs
    return changed


def forgotten(site: Site, patient: Patient) -> list[tuple[Site, Patient]]:
    """The same case, with one thing not known any more."""
    unsaid = [
        evolve(site, state=None, county=None),
        *(without(site, {name: None}) for name in ("county", "licenses", "payers")),
    ]
    if site.licenses:
        blurred = tuple(evolve(held, level=None) for held in site.licenses)
        unsaid.append(evolve(site, licenses=blurred))
    unknown = [without(patient, {name: None}) for name in ("residences", "locations", "coverages")]
    for name in ("residences", "locations"):
        places = getattr(patient, name)
        if places:
            blurred_places = tuple(evolve(place, county=None) for place in places)
            unknown.append(without(patient, {name: blurred_places}))
    if patient.coverages:
        for name in ("start", "insurer"):
            held = tuple(without(each, {name: None}) for each in patient.coverages)
            unknown.append(evolve(patient, coverages=held))
    return [*((one, patient) for one in unsaid), *((site, one) for one in unknown)]


@given(CASES, days(date(2025, 4, 2)), LEVELS, st.none() | st.booleans())
def test_what_is_not_known_drops_no_rule_and_learning_it_only_narrows(
    case: tuple[Site, Patient, list[Scope | None]],
    on: date,
    level: LevelOfCare | None,
    telehealth: bool | None,  # drawn
) -> None:
    site, patient, some = case
    # Sessions by telehealth, of a patient who has none, contradict each other.
    assume(not (telehealth and patient.locations == ()))
    rules = [
        *(evolve(BASE, name=f"rule-{number}", scope=scope) for number, scope in enumerate(some)),
        *RULES,
    ]
    learned = applicable(rules, site, patient, on=on, level=level, telehealth=telehealth)
    cases = [(*one, level, telehealth) for one in forgotten(site, patient)]
    # No level means any that the site has, and is nothing that is not known.
    cases += [(site, patient, level, None)]
    for unsaid, unknown, of_level, remote in cases:
        before = applicable(rules, unsaid, unknown, on=on, level=of_level, telehealth=remote)
        for first, then in zip(before, learned, strict=True):
            assert first.applies in (then.applies, UNKNOWN)


def test_nothing_known_drops_nothing_but_what_has_ended() -> None:
    found = applicable(RULES, SITE, PATIENT, on=ON)
    ended = {each.rule.name for each in found if each.applies is NO}
    assert ended == {"us-dc-iop", "us-wa-former-iop"}
    assert {each.rule.name for each in found if each.applies is YES} == {"us-cpt-psychotherapy"}


# Plans.

PROGRAM = find_program("matrix-16-week")


def planned(delivery: Delivery | None, *, level: LevelOfCare | None = LEVEL) -> Plan:
    program = PROGRAM.with_services(lambda one: evolve(one, delivery=delivery), tracks=())
    hours = WeeklyWindows.of(*(f"{day} 08:00-21:00" for day in ("monday", "wednesday", "friday")))
    site = evolve(SITE, hours=hours)
    return draft(evolve(program, level=level), PATIENT, site, start=ON, seed=1)


@pytest.mark.parametrize(
    ("delivery", "applies"),
    [(Delivery.TELEHEALTH, YES), (Delivery.ON_SITE, NO), (None, YES)],
)
def test_a_plan_without_telehealth_asks_for_no_place_of_the_patient(
    delivery: Delivery | None, applies: Truth
) -> None:
    patient = evolve(PATIENT, locations=(Whereabouts("HI"),))
    rules = [evolve(BASE, scope=Scope("HI"))]
    (found,) = applicable_to_plan(rules, planned(delivery), evolve(SITE, state="AK"), patient)
    assert found.applies is applies
    assert (found.end - found.start).days == 16 * 7


def test_a_schedule_is_judged_by_how_and_until_when_its_sessions_are() -> None:
    plan = planned(Delivery.TELEHEALTH)
    hours = WeeklyWindows.of(*(f"{day} 08:00-21:00" for day in ("monday", "wednesday", "friday")))
    dated = schedule(plan, evolve(SITE, hours=hours))
    patient = evolve(PATIENT, locations=(Whereabouts("HI"),))
    rules = [evolve(BASE, scope=Scope("HI"))]
    site = evolve(SITE, state="AK")
    (found,) = applicable_to_plan(rules, dated, site, patient)
    assert (found.applies, found.start, found.end) == (YES, dated.plan.start, dated.end)
    bare = evolve(dated, sessions=(), unplaced=())
    assert applicable_to_plan(rules, bare, site, patient)[0].applies is NO


def test_a_plan_of_open_delivery_may_be_by_telehealth() -> None:
    rules = [evolve(BASE, scope=Scope("HI"))]
    site = evolve(SITE, state="AK")
    (found,) = applicable_to_plan(rules, planned(None), site, PATIENT)
    assert found.applies is UNKNOWN


def test_a_plan_is_judged_at_its_own_level() -> None:
    site = evolve(SITE, licenses=(License(CLINIC, LEVEL), License(CLINIC, LevelOfCare("2.5"))))
    rules = [evolve(BASE, scope=Scope(level=LevelOfCare(number))) for number in ("2.1", "2.5")]
    found = applicable_to_plan(rules, planned(None), site, PATIENT)
    assert [each.applies for each in found] == [YES, NO]
    found = applicable_to_plan(rules, planned(None, level=None), site, PATIENT)
    assert [each.applies for each in found] == [YES, YES]


# Bad input.


def test_a_plan_is_judged_for_its_own_patient() -> None:
    other = Patient(UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"))
    with pytest.raises(InvalidError, match="patient: expected the patient of the plan"):
        applicable_to_plan(RULES, planned(None), SITE, other)


@pytest.mark.parametrize(
    ("start", "end", "path"),
    [
        (ON, ON, "end"),
        (ON, ON - DAY, "end"),
        (date(1990, 1, 1), ON, "start"),
        (datetime(2026, 4, 1, 9), ON, "start"),  # noqa: DTZ001  # a day is what is wanted
        (ON, datetime(2026, 4, 1, 9), "end"),  # noqa: DTZ001  # a day is what is wanted
    ],
)
def test_a_period_is_of_days_in_order_from_the_birth_on(start: date, end: date, path: str) -> None:
    patient = evolve(PATIENT, birth_date=date(1991, 2, 3))
    with pytest.raises(InvalidError, match=f"applicability: 1 problem\n  {path}: "):
        applicable_over(RULES, SITE, patient, start=start, end=end)


def test_a_day_before_the_birth_is_refused_and_not_shown() -> None:
    with pytest.raises(InvalidError) as refused:
        applicable(RULES, SITE, evolve(PATIENT, birth_date=ON), on=ON - DAY)
    assert str(ON.year) not in str(refused.value)
