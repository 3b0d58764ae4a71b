"""A ladder of the fourth edition's levels, by the minimum levels that clinicians record."""

from datetime import date

from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.eligibility.predicates import AllOf
from iopkit.levels import Edition, LevelOfCare, dimension_name, levels_of, most_intensive
from iopkit.patients.assessments import RATED_IN_FOURTH
from iopkit.placement.placement import Ladder, Rung
from iopkit.scopes import Scope
from iopkit.sources import Dated, Source, Versions

_ASKED = tuple(
    FACTS[f"fourth_edition_dimension_{number}_minimum_level"]
    for number in range(1, RATED_IN_FOURTH + 1)
)
_UNRATED = dimension_name(RATED_IN_FOURTH + 1, edition=Edition.FOURTH)
_LEFT_OPEN = (
    "How a dimension's minimum level is found: the text of the ASAM Criteria is licensed.",
    f"{_UNRATED}: this dimension is about the choice of program, and asks for no level.",
    "Adolescents: the fourth edition has a volume of their own, of which nothing was seen.",
)


def minimum_level_ladder(name: str, title: str, *, since: date, source: Source) -> Ladder:
    """A ladder that ends on the highest minimum level that a clinician recorded.

    It stops at the first level that a dimension without a minimum level could still exclude.
    No criteria of the fourth edition are in it: which level a dimension asks for is recorded.

    Args:
        since: the first day on which you place by it.
        source: who says so.

    Example:
        >>> from iopkit.sources import Grade
        >>> own = Source("our clinic's rules of 2026", Grade.SECONDARY)
        >>> ladder = minimum_level_ladder("own", "Our own", since=date(2026, 1, 1), source=own)
        >>> [rung.level.number for rung in ladder.rungs][:4]
        ['1.0', '1.5', '1.7', '2.1']
    """
    rungs = [
        Rung(
            level,
            Policy(
                f"{name}-{level.number}",
                f"{title}: whether a dimension asks for more than level {level.number}",
                Versions((Dated(since, _at_most(level, source), source),)),
                _LEFT_OPEN,
                scope=Scope(level=level),
            ),
            # The most intensive level is there for whatever a dimension asks for.
            meets=_ASKED if level == most_intensive(level.edition) else (),
        )
        for level in levels_of(Edition.FOURTH)
    ]
    return Ladder(name, title, tuple(rungs))


def _at_most(level: LevelOfCare, source: Source) -> tuple[Criterion, ...]:
    """A criterion for each dimension; one that always holds for the most intensive level."""
    if level == most_intensive(level.edition):
        return (
            Criterion("anybody", "No level is more intensive.", AllOf((), label="always"), source),
        )
    return tuple(
        Criterion(
            f"dimension_{number}",
            f"{dimension_name(number, edition=Edition.FOURTH)} asks for level {level.number} at "
            "most.",
            asked <= level.number,
            source,
        )
        for number, asked in enumerate(_ASKED, 1)
    )
