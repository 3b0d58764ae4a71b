"""The fourth edition: the highest minimum level that was recorded, and nothing guessed."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import FACTS, describe
from iopkit.errors import NotInForceError
from iopkit.levels import Edition, LevelOfCare, dimension_name, levels_of
from iopkit.library import find_ladder
from iopkit.patients import Assessment, MinimumLevel, Patient
from iopkit.placement import Placement, minimum_level_ladder, place
from iopkit.scopes import Scope
from iopkit.sources import Grade, Source
from iopkit.truth import Truth

SINCE, ON = date(2025, 6, 1), date(2026, 2, 9)
OWN = Source("Our own rule", Grade.SECONDARY)
SOMEBODY = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
LEVELS = levels_of(Edition.FOURTH)
DIMENSIONS = range(1, 6)
LADDER = minimum_level_ladder("own", "Our own", since=SINCE, source=OWN)

_levels = st.sampled_from(LEVELS)
_all = st.tuples(*(_levels for _ in DIMENSIONS))
_some = st.tuples(*(st.none() | _levels for _ in DIMENSIONS))


def placed(least: tuple[LevelOfCare | None, ...]) -> Placement:
    listed = tuple(
        MinimumLevel(dimension, level)
        for dimension, level in zip(DIMENSIONS, least, strict=True)
        if level
    )
    found = Assessment(ON, Edition.FOURTH, minimum_levels=listed)
    return place(LADDER, evolve(SOMEBODY, assessments=(found,)), on=ON)


@given(_all)
def test_the_level_is_the_highest_that_was_recorded(least: tuple[LevelOfCare, ...]) -> None:
    placement = placed(least)

    assert placement.level == max(least)
    assert placement.not_judged == ()


@given(_some)
def test_a_dimension_without_a_minimum_level_leaves_it_open(
    least: tuple[LevelOfCare | None, ...],
) -> None:
    placement = placed(least)
    highest = max((level for level in least if level), default=LEVELS[0])
    unknown = [n for n, level in zip(DIMENSIONS, least, strict=True) if level is None]

    if highest == LEVELS[-1] or not unknown:
        assert placement.level == highest
    else:
        assert placement.verdict is Truth.UNKNOWN
        assert placement.stopped_at == highest
        assert set(placement.missing) == {
            f"fourth_edition_dimension_{number}_minimum_level" for number in unknown
        }


@given(_all, st.sampled_from(DIMENSIONS), _levels)
def test_asking_for_more_never_gives_a_less_intensive_level(
    least: tuple[LevelOfCare, ...], dimension: int, level: LevelOfCare
) -> None:
    more = max(level, least[dimension - 1])
    after = placed((*least[: dimension - 1], more, *least[dimension:])).level
    before = placed(least).level

    assert before is not None
    assert after is not None
    assert before <= after


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_what_excludes_a_level_is_named_after_its_dimension(dimension: int) -> None:
    low, high = LevelOfCare("1.5", Edition.FOURTH), LevelOfCare("1.7", Edition.FOURTH)
    placement = placed(tuple(high if n == dimension else low for n in DIMENSIONS))

    excluded = placement.excluded[-1]
    assert (excluded.level, placement.level) == (low, high)
    assert [cause.criterion for cause in excluded.causes] == [f"dimension_{dimension}"]
    (result,) = (r for r in placement.results[1].decision.results if r.truth is Truth.NO)
    assert dimension_name(dimension, edition=Edition.FOURTH) in result.criterion.meaning


def test_ratings_of_the_third_edition_place_nobody_by_the_fourth() -> None:
    placement = place(LADDER, evolve(SOMEBODY, assessments=(Assessment(ON),)), on=ON)

    assert placement.stopped_at == LEVELS[0]
    assert len(placement.missing) == 5


def test_the_ladder_is_in_force_since_its_day() -> None:
    assert place(LADDER, SOMEBODY, on=SINCE).missing
    with pytest.raises(NotInForceError):
        place(LADDER, SOMEBODY, on=SINCE - timedelta(days=1))


def test_each_level_has_a_policy_that_says_what_it_asks() -> None:
    own = minimum_level_ladder("own", "Our own", since=SINCE, source=OWN)
    asked = tuple(FACTS[f"fourth_edition_dimension_{n}_minimum_level"] for n in DIMENSIONS)

    assert (own.name, own.title) == ("own", "Our own")
    for level, rung in zip(LEVELS, own.rungs, strict=True):
        policy, number = rung.policy, level.number
        (version,) = policy.versions.dated
        assert (rung.level, policy.name) == (level, f"own-{number}")
        assert policy.title == f"Our own: whether a dimension asks for more than level {number}"
        assert policy.scope == Scope(level=level)
        assert (version.since, version.source) == (SINCE, OWN)
        assert {criterion.source for criterion in version.value} == {OWN}
        said = [criterion.meaning for criterion in version.value]
        if level == LEVELS[-1]:
            assert (said, rung.meets) == (["No level is more intensive."], asked)
            assert [criterion.name for criterion in version.value] == ["anybody"]
            assert describe(version.value[0].predicate) == "always"
        else:
            names = [dimension_name(n, edition=Edition.FOURTH) for n in DIMENSIONS]
            assert said == [f"{name} asks for level {number} at most." for name in names]
            assert [(c.name, c.predicate) for c in version.value] == [
                (f"dimension_{n}", fact <= number) for n, fact in enumerate(asked, 1)
            ]
            assert rung.meets == ()


def test_the_shipped_ladder_is_made_of_names_alone() -> None:
    shipped = find_ladder("fourth-edition-minimum-levels")

    assert [rung.level for rung in shipped.rungs] == list(LEVELS)
    assert shipped.paths == ()
    for rung in shipped.rungs:
        (version,) = rung.policy.versions.dated
        assert version.source.grade is Grade.SECONDARY
        assert any("licensed" in text for text in rung.policy.left_open)
