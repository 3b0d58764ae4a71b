"""A ladder of the third edition's levels, by the risk ratings that each level can hold."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.eligibility.predicates import AllOf, AnyFact
from iopkit.errors import Fault, refuse
from iopkit.levels import Edition, LevelOfCare
from iopkit.placement.placement import Ladder, Rung
from iopkit.sources import Dated, Source, Versions

_DIMENSIONS = range(1, 7)
_MAX_RISK = 4


def dimension_ladder(
    name: str,
    title: str,
    limits: Mapping[LevelOfCare, Sequence[int]],
    *,
    since: date,
    source: Source,
) -> Ladder:
    """A ladder from the highest risk rating that each level can hold, in each dimension.

    No such limits are shipped: the decision rules of the ASAM Criteria are licensed, and
    who has them supplies them.

    Args:
        limits: by level of the third edition, from the least intensive, six ratings from
            0 to 4, for dimensions 1 to 6. No rating falls from a level to the next.
        since: the first day that the limits are in force.
        source: who says so.

    Raises:
        InvalidError: with every limit that is missing, out of range or falls.

    Example:
        >>> from datetime import date
        >>> from iopkit.levels import LevelOfCare
        >>> from iopkit.sources import Grade, Source
        >>> own = Source("our clinic's rules of 2026", Grade.SECONDARY)
        >>> limits = {LevelOfCare("1"): (0, 1, 1, 1, 1, 1), LevelOfCare("4"): (4,) * 6}
        >>> ladder = dimension_ladder("own", "Our own", limits, since=date(2026, 1, 1), source=own)
        >>> [rung.level.number for rung in ladder.rungs]
        ['1', '4']
    """
    what = f"limits of ladder {name!r}"
    refuse(what, *(_limit_faults(level, ratings) for level, ratings in limits.items()))
    refuse(what, *(_falls(low, high) for low, high in pairwise(limits.items())))
    rungs = [
        Rung(
            level,
            Policy(
                f"{name}-{level.number}",
                f"{title}: whether a rating is above the limits of level {level.number}",
                Versions((Dated(since, _within(ratings, source), source),)),
            ),
            meets=tuple(
                _rating(dimension)
                for dimension, rating in zip(_DIMENSIONS, ratings, strict=True)
                if rating == _MAX_RISK
            ),
        )
        for level, ratings in limits.items()
    ]
    return Ladder(name, title, tuple(rungs))


def _limit_faults(level: LevelOfCare, ratings: Sequence[int]) -> tuple[Fault, ...]:
    number = level.number
    if level.edition is not Edition.THIRD:
        return (Fault((number,), "a level of the third edition", "another"),)
    if len(ratings) != len(_DIMENSIONS):
        return (Fault((number,), "six ratings, for dimensions 1 to 6", str(len(ratings))),)
    return tuple(
        Fault((number, dimension), f"a rating from 0 to {_MAX_RISK}", str(rating))
        for dimension, rating in zip(_DIMENSIONS, ratings, strict=True)
        if not 0 <= rating <= _MAX_RISK
    )


def _falls(
    low: tuple[LevelOfCare, Sequence[int]], high: tuple[LevelOfCare, Sequence[int]]
) -> tuple[Fault, ...]:
    """A fault for each dimension in which the higher level holds less than the lower."""
    return tuple(
        Fault(
            (high[0].number, dimension),
            f"at least {before}, as level {low[0].number} has",
            str(after),
        )
        for dimension, before, after in zip(_DIMENSIONS, low[1], high[1], strict=True)
        if after < before
    )


def _within(ratings: Sequence[int], source: Source) -> tuple[Criterion, ...]:
    """A criterion for each dimension that has a limit; one that always holds if none has."""
    limited = tuple(
        Criterion(
            f"dimension_{dimension}",
            f"The risk rating of dimension {dimension} is at most {rating}.",
            _rating(dimension) <= rating,
            source,
        )
        for dimension, rating in zip(_DIMENSIONS, ratings, strict=True)
        if rating < _MAX_RISK
    )
    everybody = AllOf((), label="always")
    anybody = Criterion("any_risk", "Holds any risk in every dimension.", everybody, source)
    return limited or (anybody,)


def _rating(dimension: int) -> AnyFact:
    return FACTS[f"third_edition_dimension_{dimension}_risk"]
