"""The least intensive level that is enough: in order, no rung skipped, never lower when worse."""

import pickle
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.documents import from_json, to_json
from iopkit.eligibility import (
    FACTS,
    AllOf,
    AnyOf,
    Criterion,
    Decision,
    FactSheet,
    Policy,
    Predicate,
    read_facts,
)
from iopkit.errors import InvalidError, NotInForceError, Step
from iopkit.levels import Edition, LevelOfCare
from iopkit.patients import Assessment, DimensionRating, Patient
from iopkit.placement import (
    Disagreement,
    Ladder,
    Placement,
    Rung,
    RungResult,
    dimension_ladder,
    find_disagreement,
    place,
    place_sheet,
)
from iopkit.reports import placement_text
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import patients, predicates
from iopkit.truth import Truth

SINCE, ON = date(2024, 1, 1), date(2026, 1, 5)
DAY = timedelta(days=1)
OWN = Source("Our own rule", Grade.SECONDARY)
UNKNOWN = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
DIMENSIONS = range(1, 7)

THIRD = tuple(map(LevelOfCare, ("0.5", "1", "2.1", "2.5", "3.1", "3.3", "3.5", "3.7", "4")))
ONE, IOP, DAY_HOSPITAL, FOUR = map(LevelOfCare, ("1", "2.1", "2.5", "4"))
FOURTH = LevelOfCare("2.1", Edition.FOURTH)

ALWAYS, NEVER = AllOf(()), AnyOf(())
DANGER, CARE = FACTS["dangerous"].equals(True), FACTS["needs_24_hour_care"].equals(True)
ANSWERS: Mapping[str, Predicate] = {"Y": ALWAYS, "N": NEVER, "?": DANGER}


def policy(name: str, *predicates: Predicate, since: date = SINCE) -> Policy:
    criteria = tuple(Criterion(f"c{n}", f"{n}.", part, OWN) for n, part in enumerate(predicates))
    return Policy(name, f"The policy {name}", Versions((Dated(since, criteria, OWN),)))


def ladder(*rungs: Rung) -> Ladder:
    return Ladder("ours", "Our ladder", rungs)


def of_answers(answers: str) -> Ladder:
    """A ladder whose rungs say yes, no or, of somebody unknown, neither."""
    named = zip(THIRD, answers, strict=False)
    return ladder(*(Rung(level, policy(f"p{level.number}", ANSWERS[a])) for level, a in named))


@pytest.mark.parametrize(
    ("answers", "tried", "verdict"),
    [
        pytest.param("YYY", 1, Truth.YES, id="the lowest is enough"),
        pytest.param("NYY", 2, Truth.YES, id="a no moves on"),
        pytest.param("NNY", 3, Truth.YES, id="up to the highest"),
        pytest.param("NNN", 3, Truth.NO, id="none is enough"),
        pytest.param("?YY", 1, Truth.UNKNOWN, id="the first is undetermined"),
        pytest.param("N?Y", 2, Truth.UNKNOWN, id="an undetermined one is not skipped"),
        pytest.param("NN?", 3, Truth.UNKNOWN, id="the last is undetermined"),
        pytest.param("NY?", 2, Truth.YES, id="what lies above does not matter"),
    ],
)
def test_it_goes_up_until_a_rung_is_not_a_no(answers: str, tried: int, verdict: Truth) -> None:
    placement = place(of_answers(answers), UNKNOWN, on=ON)
    last = THIRD[tried - 1]

    assert [result.level for result in placement.results] == list(THIRD[:tried])
    assert placement.verdict is verdict
    assert placement.level == (last if verdict is Truth.YES else None)
    assert placement.stopped_at == (last if verdict is Truth.UNKNOWN else None)
    assert placement.missing == (("dangerous",) if verdict is Truth.UNKNOWN else ())


@given(st.lists(st.lists(predicates(), min_size=1, max_size=2), min_size=1, max_size=4), patients())
def test_every_rung_up_to_the_one_that_counts_has_its_policys_decision(
    trees: list[list[Predicate]], patient: Patient
) -> None:
    levels = THIRD[: len(trees)]
    policies = [policy(level.number, *parts) for level, parts in zip(levels, trees, strict=True)]
    decisions = [judge.decide(patient, on=ON) for judge in policies]
    verdicts = [decision.verdict for decision in decisions]
    tried = next((n for n, v in enumerate(verdicts, 1) if v is not Truth.NO), len(verdicts))

    placement = place(ladder(*map(Rung, levels, policies)), patient, on=ON)

    assert (placement.ladder, placement.title, placement.on) == ("ours", "Our ladder", ON)
    assert placement.results == tuple(map(RungResult, levels[:tried], decisions[:tried]))
    assert placement.missing == decisions[tried - 1].missing


def test_a_placement_names_the_policy_used_and_since_when() -> None:
    placement = place(of_answers("NY"), UNKNOWN, on=ON)

    assert (placement.ladder, placement.title, placement.on) == ("ours", "Our ladder", ON)
    assert [(r.decision.policy, r.decision.title, r.decision.since) for r in placement.results] == [
        ("p0.5", "The policy p0.5", SINCE),
        ("p1", "The policy p1", SINCE),
    ]


def test_nobody_is_placed_before_the_first_version_of_a_policy_that_is_asked() -> None:
    later = Rung(IOP, policy("later", ALWAYS, since=ON + DAY))

    assert place(ladder(Rung(ONE, policy("now", ALWAYS)), later), UNKNOWN, on=ON).level == ONE
    with pytest.raises(NotInForceError):
        place(ladder(Rung(ONE, policy("now", NEVER)), later), UNKNOWN, on=ON)


def test_a_level_is_told_by_rules_that_are_assumed_to_be_in_force_if_asked() -> None:
    later = policy("later", ALWAYS, since=ON + DAY)
    now = policy("now", ALWAYS)
    for rungs in ((Rung(ONE, later),), (Rung(ONE, now, (later,)),)):
        placement = place(ladder(*rungs), UNKNOWN, on=ON, assume_in_force=True)
        assert placement.level == ONE
        assert placement.assumed_in_force
        assert from_json(Placement, to_json(placement)) == placement
        assert "ASSUMED IN FORCE: on that day" in placement_text(placement)

    assert not place(ladder(Rung(ONE, now)), UNKNOWN, on=ON, assume_in_force=True).assumed_in_force


def test_a_level_whose_other_rules_are_assumed_says_so_where_they_differ() -> None:
    later = policy("later", NEVER, since=ON + DAY)
    rung = Rung(ONE, policy("now", ALWAYS), (later,))
    text = placement_text(place(ladder(rung), UNKNOWN, on=ON, assume_in_force=True))
    assert "later, ASSUMED IN FORCE says: excluded" in text


@given(patients())
def test_a_sheet_of_all_facts_is_placed_as_the_patient_is(patient: Patient) -> None:
    ours = ladder(*(Rung(level, policy("p", CARE, FACTS["age"] >= 18)) for level in (ONE, IOP)))
    by_record = place(ours, patient, on=ON)
    by_sheet = place_sheet(ours, read_facts(FACTS.values(), patient, on=ON))
    assert by_sheet.verdict is by_record.verdict
    assert [each.decision.verdict for each in by_sheet.results] == [
        each.decision.verdict for each in by_record.results
    ]
    assert by_sheet.beside == ()


def test_a_sheet_is_placed_on_its_own_day_by_rules_in_force_or_assumed_so() -> None:
    ours = ladder(Rung(IOP, policy("p", ALWAYS)))
    before = FactSheet.of(FACTS.values(), {}, on=SINCE - DAY)
    with pytest.raises(NotInForceError):
        place_sheet(ours, before)
    found = place_sheet(ours, before, assume_in_force=True)
    assert (found.level, found.on, found.assumed_in_force) == (IOP, SINCE - DAY, True)


def test_what_is_no_sheet_is_not_placed() -> None:
    with pytest.raises(InvalidError, match="sheet"):
        place_sheet(of_answers("Y"), UNKNOWN)  # type: ignore[arg-type]  # what is tried


def test_nobody_is_placed_before_the_birth() -> None:
    with pytest.raises(InvalidError):
        place(of_answers("Y"), evolve(UNKNOWN, birth_date=ON + DAY), on=ON)


ANY = policy("any", ALWAYS)


RISING = "expected levels of one edition, rising, found another order"
ONE_LEVEL = "expected at least one level, found none"
PASSED = "expected no rung after one that is not a no, found one"


@pytest.mark.parametrize(
    ("build", "what", "said"),
    [
        pytest.param(ladder, "ladder 'ours'", f"rungs: {ONE_LEVEL}", id="no rung"),
        pytest.param(
            lambda: ladder(Rung(IOP, ANY), Rung(ONE, ANY)),
            *("ladder 'ours'", f"rungs: {RISING}"),
            id="falling levels",
        ),
        pytest.param(
            lambda: ladder(Rung(IOP, ANY), Rung(IOP, ANY)),
            *("ladder 'ours'", f"rungs: {RISING}"),
            id="one twice",
        ),
        pytest.param(
            lambda: ladder(Rung(ONE, ANY), Rung(FOURTH, ANY)),
            *("ladder 'ours'", f"rungs: {RISING}"),
            id="two editions",
        ),
        pytest.param(
            lambda: Rung(IOP, ANY, (ANY,)),
            *("rung", "others: expected each policy's name once, found one twice"),
            id="one policy twice",
        ),
        pytest.param(
            lambda: Placement("ours", "Our ladder", ON, ()),
            *("placement", f"results: {ONE_LEVEL}"),
            id="nothing tried",
        ),
        pytest.param(
            lambda: placed("YN"), "placement", f"results: {PASSED}", id="going on after a yes"
        ),
        pytest.param(
            lambda: placed("?Y"),
            *("placement", f"results: {PASSED}"),
            id="going on after an undetermined one",
        ),
        pytest.param(
            lambda: placed("NN", (IOP, ONE)), "placement", f"results: {RISING}", id="going down"
        ),
        pytest.param(
            lambda: place("ours", UNKNOWN, on=ON),  # type: ignore[arg-type]  # on purpose
            "placement",
            "ladder: expected a Ladder, found a text "
            "(did you mean find_ladder('us-public-rules')?)",
            id="a ladder's name",
        ),
    ],
)
def test_what_is_no_ladder_or_no_way_up_one_is_refused(
    build: Callable[[], object], what: str, said: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        build()

    assert str(caught.value) == f"{what}: 1 problem\n  {said}"


def placed(answers: str, levels: tuple[LevelOfCare, ...] = THIRD) -> Placement:
    results = [
        RungResult(level, policy("p", ANSWERS[answer]).decide(UNKNOWN, on=ON))
        for level, answer in zip(levels, answers, strict=False)
    ]
    return Placement("ours", "Our ladder", ON, tuple(results))


@given(st.lists(st.sampled_from("YN?"), min_size=1, max_size=5).map("".join))
def test_each_excluded_level_is_told_with_the_criteria_that_do_it(answers: str) -> None:
    placement = place(of_answers(answers), UNKNOWN, on=ON)
    lowest = next((n for n, answer in enumerate(answers) if answer != "N"), len(answers))

    assert [excluded.level for excluded in placement.excluded] == list(THIRD[:lowest])
    for excluded in placement.excluded:
        (cause,) = excluded.causes
        assert (cause.policy, cause.criterion) == (f"p{excluded.level.number}", "c0")
    assert (placement.verdict is Truth.NO) is (len(placement.excluded) == len(answers))


def test_where_no_level_fits_it_is_told_why_level_by_level() -> None:
    patient = evolve(
        UNKNOWN, assessments=(Assessment(ON, dangerous=True, needs_24_hour_care=True),)
    )
    own = ladder(
        Rung(ONE, policy("one", ~DANGER, ~CARE, ALWAYS)),
        Rung(IOP, policy("iop", ALWAYS, ~CARE)),
    )

    placement = place(own, patient, on=ON)

    assert (placement.level, placement.missing, placement.verdict) == (None, (), Truth.NO)
    care = f"not (needs 24 hour care is true) (needs 24 hour care: true (found {ON}))"
    assert [
        (excluded.level, [(cause.criterion, cause.reason) for cause in excluded.causes])
        for excluded in placement.excluded
    ] == [
        (
            ONE,
            [
                ("c0", f"not (dangerous is true) (dangerous: true (found {ON}))"),
                ("c1", care),
            ],
        ),
        (IOP, [("c1", care)]),
    ]


# Disagreements.


def decided(name: str, *parts: Predicate) -> Decision:
    return policy(name, *parts).decide(UNKNOWN, on=ON)


@pytest.mark.parametrize("answers", ["", "Y", "YY", "NN", "??"])
def test_policies_that_say_the_same_do_not_disagree(answers: str) -> None:
    decisions = [decided(f"p{n}", ANSWERS[answer]) for n, answer in enumerate(answers)]
    assert find_disagreement(decisions) is None


def test_a_disagreement_names_who_says_what_and_which_criteria_do_it() -> None:
    found = find_disagreement(
        [
            decided("open", ALWAYS),
            decided("strict", ALWAYS, DANGER, NEVER),
            decided("careful", CARE, ALWAYS),
            decided("free", ALWAYS),
        ]
    )

    assert found is not None
    assert (found.yes, found.no, found.undetermined) == (
        ("open", "free"),
        ("strict",),
        ("careful",),
    )
    assert [(cause.policy, cause.criterion, cause.reason) for cause in found.causes] == [
        ("strict", "c2", "never ()"),
        ("careful", "c0", "needs 24 hour care is true (needs 24 hour care is not known)"),
    ]


@pytest.mark.parametrize(
    ("first", "others", "level"),
    [
        pytest.param("Y", "N?", ONE, id="a yes stands"),
        pytest.param("N", "Y?", FOUR, id="a no stands"),
        pytest.param("?", "YN", None, id="an undetermined one stands"),
    ],
)
def test_the_first_policy_of_a_rung_decides_and_the_others_are_reported(
    first: str, others: str, level: LevelOfCare | None
) -> None:
    more = tuple(policy(f"other{n}", ANSWERS[answer]) for n, answer in enumerate(others))
    rung = Rung(ONE, policy("first", ANSWERS[first]), more)

    placement = place(ladder(rung, Rung(FOUR, ANY)), UNKNOWN, on=ON)

    result = placement.results[0]
    assert placement.level == level
    assert result.decision == rung.policy.decide(UNKNOWN, on=ON)
    assert result.others == tuple(judge.decide(UNKNOWN, on=ON) for judge in more)
    assert isinstance(result.disagreement, Disagreement)


# Ladders from limits to the dimensions' risk ratings.

Limits = Mapping[LevelOfCare, tuple[int, ...]]


def by_dimensions(limits: Limits) -> Ladder:
    return dimension_ladder("ours", "Ours", limits, since=SINCE, source=OWN)


@st.composite
def limits_by_level(draw: st.DrawFn) -> Limits:
    """Limits that do not fall, for some of the levels."""
    levels = sorted(draw(st.sets(st.sampled_from(THIRD), min_size=1)))
    ratings = st.lists(st.integers(0, 4), min_size=len(levels), max_size=len(levels)).map(sorted)
    columns = [draw(ratings) for _ in DIMENSIONS]
    return dict(zip(levels, zip(*columns, strict=True), strict=True))


_ratings = st.tuples(*(st.integers(0, 4) for _ in DIMENSIONS))
_partial = st.tuples(*(st.none() | st.integers(0, 4) for _ in DIMENSIONS))


def rated(ratings: tuple[int | None, ...]) -> Patient:
    given = tuple(map(DimensionRating, DIMENSIONS, ratings))
    return evolve(UNKNOWN, assessments=(Assessment(on=ON, ratings=given),))


def intensity(placement: Placement) -> float:
    """How intensive the level is; above all levels if none of the ladder is enough."""
    assert placement.stopped_at is None
    return float(placement.level.number) if placement.level else 5


@given(limits_by_level(), _ratings)
def test_the_level_is_the_lowest_whose_limits_hold_every_rating(
    limits: Limits, ratings: tuple[int, ...]
) -> None:
    fits = [
        level
        for level, most in limits.items()
        if all(rating <= limit for rating, limit in zip(ratings, most, strict=True))
    ]

    placement = place(by_dimensions(limits), rated(ratings), on=ON)

    assert placement.level == (fits[0] if fits else None)
    assert placement.verdict is Truth.of(bool(fits))


@given(limits_by_level(), _ratings, st.sampled_from(DIMENSIONS))
def test_a_worse_dimension_never_gives_a_less_intensive_level(
    limits: Limits, ratings: tuple[int, ...], dimension: int
) -> None:
    own = by_dimensions(limits)
    levels = [
        intensity(place(own, rated((*ratings[: dimension - 1], risk, *ratings[dimension:])), on=ON))
        for risk in range(5)
    ]

    assert levels == sorted(levels)


@given(limits_by_level(), _partial, st.data())
def test_what_was_not_known_never_overturns_a_placement(
    limits: Limits, ratings: tuple[int | None, ...], data: st.DataObject
) -> None:
    own = by_dimensions(limits)
    whole = tuple(data.draw(st.integers(0, 4)) if r is None else r for r in ratings)

    before = place(own, rated(ratings), on=ON)
    after = intensity(place(own, rated(whole), on=ON))

    if before.stopped_at:
        assert after >= float(before.stopped_at.number)
        assert before.missing
    else:
        assert after == intensity(before)


@given(limits_by_level(), _partial)
def test_what_is_missing_is_what_keeps_the_level_open(
    limits: Limits, ratings: tuple[int | None, ...]
) -> None:
    placement = place(by_dimensions(limits), rated(ratings), on=ON)

    unknown = {d for d, rating in zip(DIMENSIONS, ratings, strict=True) if rating is None}
    most = limits[placement.stopped_at] if placement.stopped_at else (4,) * 6
    open_ones = [d for d in unknown if most[d - 1] < 4]
    assert placement.missing == tuple(
        f"third_edition_dimension_{d}_risk" for d in sorted(open_ones)
    )


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize(("risk", "level"), [(1, ONE), (2, IOP), (3, FOUR), (4, FOUR)], ids=str)
def test_both_sides_of_each_limit(dimension: int, risk: int, level: LevelOfCare) -> None:
    own = by_dimensions({ONE: (1,) * 6, IOP: (2,) * 6, FOUR: (4,) * 6})
    ratings = tuple(risk if d == dimension else 0 for d in DIMENSIONS)

    assert place(own, rated(ratings), on=ON).level == level


def test_each_level_asks_for_its_limits_in_words_and_is_there_for_what_it_has_no_limit_to() -> None:
    own = by_dimensions({ONE: (0, 1, 2, 3, 4, 4), FOUR: (4,) * 6})
    risks = [FACTS[f"third_edition_dimension_{n}_risk"] for n in DIMENSIONS]
    limited, unlimited = own.rungs

    assert limited.policy.versions.dated[0].value == tuple(
        Criterion(
            f"dimension_{n}",
            f"The risk rating of dimension {n} is at most {n - 1}.",
            risks[n - 1] <= n - 1,
            OWN,
        )
        for n in range(1, 5)
    )
    assert limited.meets == tuple(risks[4:])
    always = AllOf((), label="always")
    assert unlimited.policy.versions.dated[0].value == (
        Criterion("any_risk", "Holds any risk in every dimension.", always, OWN),
    )
    assert unlimited.meets == tuple(risks)
    assert [rung.policy.title for rung in own.rungs] == [
        f"Ours: whether a rating is above the limits of level {number}" for number in (1, 4)
    ]


def test_a_level_without_limits_needs_no_rating_to_be_known() -> None:
    own = by_dimensions({ONE: (1, 4, 4, 4, 4, 4), FOUR: (4,) * 6})

    assert place(own, UNKNOWN, on=ON).missing == ("third_edition_dimension_1_risk",)
    assert place(own, rated((2, *[None] * 5)), on=ON).level == FOUR


def test_a_ladder_of_limits_says_its_source_and_since_when() -> None:
    own = by_dimensions({ONE: (1,) * 6})
    (version,) = own.rungs[0].policy.versions.dated

    assert (own.name, own.rungs[0].policy.name) == ("ours", "ours-1")
    assert (version.since, version.source) == (SINCE, OWN)
    assert {criterion.source for criterion in version.value} == {OWN}


FITS = (2,) * 6


@pytest.mark.parametrize(
    ("limits", "faults"),
    [
        pytest.param({}, [("rungs",)], id="no level"),
        pytest.param({FOURTH: FITS}, [("2.1",)], id="the fourth edition"),
        pytest.param({ONE: (1, 2, 3)}, [("1",)], id="three ratings"),
        pytest.param(
            {ONE: (-1, 0, 1, 2, 4, 5), IOP: ()}, [("1", 1), ("1", 6), ("2.1",)], id="out of range"
        ),
        pytest.param(
            {ONE: FITS, IOP: (1, 2, 3, 2, 2, 1), DAY_HOSPITAL: (1, 1, 3, 3, 3, 3)},
            [("2.1", 1), ("2.1", 6), ("2.5", 2)],
            id="every limit that falls",
        ),
        pytest.param({IOP: FITS, ONE: FITS}, [("rungs",)], id="levels that fall"),
    ],
)
def test_limits_that_make_no_ladder_are_refused_with_every_fault(
    limits: Limits, faults: list[tuple[Step, ...]]
) -> None:
    with pytest.raises(InvalidError) as caught:
        by_dimensions(limits)

    assert [fault.path for fault in caught.value.faults] == faults


def test_what_is_wrong_with_limits_is_told() -> None:
    def told(limits: Limits) -> list[str]:
        with pytest.raises(InvalidError) as caught:
            by_dimensions(limits)
        what, *faults = str(caught.value).splitlines()
        assert what.startswith("limits of ladder 'ours': ")
        return [fault.strip() for fault in faults]

    assert told({ONE: FITS, IOP: (1, *FITS[1:])}) == [
        "2.1[1]: expected at least 2, as level 1 has, found 1"
    ]
    assert told({FOURTH: FITS, IOP: (1, 2, 3), ONE: (5, *FITS[1:])}) == [
        "2.1: expected a level of the third edition, found another",
        "2.1: expected six ratings, for dimensions 1 to 6, found 3",
        "1[1]: expected a rating from 0 to 4, found 5",
    ]


@given(limits_by_level(), _partial)
def test_ladders_and_placements_are_values(limits: Limits, ratings: tuple[int | None, ...]) -> None:
    own = by_dimensions(limits)
    placement = place(own, rated(ratings), on=ON)
    again: Any = pickle.loads(pickle.dumps((own, placement)))

    assert again == (own, placement)
    assert hash(again) == hash((own, placement))
