"""Studies as people write them: a base and its variations, by the names of what is in them."""

from collections.abc import Iterable

from iopkit.eligibility.predicates import AnyFact
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.programs.programs import is_name
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.simulation import MOST_REPLICATIONS
from iopkit.scenarios.study_base import StudyBase, StudyNames, StudyVariation
from iopkit.scenarios.study_names import named_scenarios, unknown_measures


@frozen
class Study:
    """A question in figures: a base, what may be otherwise, and what is to be measured.

    It holds names, not values: ``scenarios`` finds what they stand for. ``measures`` are names of
    ``TOTALS``. ``replications`` and ``seed`` are those of a run that asks for no others.

    Raises:
        InvalidError: the name is not in lower-case words, two scenarios have one name, a measure
            is not known, or replications are not from 1 to a million.

    Example:
        >>> from datetime import date
        >>> from iopkit.scenarios import StudyArrivals, StudyPeople, StudyValue
        >>> people = StudyPeople("us-iop-survey-2020", count=500)
        >>> base = StudyBase(
        ...     start=date(2026, 1, 12),
        ...     weeks=26,
        ...     program="deaconess-cross-pointe",
        ...     site="site.toml",
        ...     habits=("telehealth-iop-2024",),
        ...     population=people,
        ...     arrivals=StudyArrivals(per_week=5),
        ... )
        >>> more = StudyVariation("more referrals", [StudyValue("arrivals.per_week", 6)])
        >>> Study("referrals", "More referrals?", base, ["admitted"], [more]).replications
        100
    """

    name: str
    title: str
    base: StudyBase
    measures: tuple[str, ...]
    variations: tuple[StudyVariation, ...] = ()
    replications: int = 100
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        names = [self.base.name, *(each.name for each in self.variations)]
        refuse(
            f"study {self.name!r}",
            unless(is_name(self.name), "name", "lower-case words joined by '-'", repr(self.name)),
            unless(bool(self.measures), "measures", "at least one", "none"),
            tuple(unknown_measures(self.measures)),
            unless(len(set(names)) == len(names), "variations", "each name once", "one twice"),
            unless(
                1 <= self.replications <= MOST_REPLICATIONS,
                "replications",
                f"from 1 to {MOST_REPLICATIONS:,}",
                self.replications,
            ),
        )

    def scenarios(self, *, find: StudyNames, facts: Iterable[AnyFact] = ()) -> tuple[Scenario, ...]:
        """The base, and each variation.

        Args:
            find: where names lead.
            facts: those that tell for whom groups are, as ``Capacity.of`` takes them.

        Raises:
            InvalidError: a name leads nowhere, a place is not there, or a value is not possible;
                with all that is wrong, by paths within the study.
        """
        return named_scenarios(self.name, self.base, self.variations, find, facts)
