"""Where the names in a study lead: what is shipped."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from iopkit.eligibility.policies import Policy
from iopkit.errors import Fault, InvalidError, UnknownNameError, find_named
from iopkit.fields import frozen
from iopkit.library.habits import find_habits
from iopkit.library.policies import find_policy
from iopkit.library.populations import POPULATIONS, find_population
from iopkit.library.programs import find_program
from iopkit.programs.programs import Program

if TYPE_CHECKING:
    from iopkit.scenarios.populations import Population
    from iopkit.scenarios.study_base import StudyPeople

T = TypeVar("T")


@frozen
class ShippedNames:
    """What is shipped by its names, as ``Study.scenarios`` takes it.

    Sites and rosters are none: their names lead nowhere here.

    Example:
        >>> ShippedNames().value(Program, "va-houston").name
        'va-houston'
    """

    def value(self, kind: type[T], name: str) -> T:
        """What is shipped of a kind by its name; raises ``UnknownNameError``."""
        find = _finders().get(kind)
        if find is None:
            raise UnknownNameError(kind.__name__.lower(), name, ())
        return cast("T", find(name))

    def people(self, asked: "StudyPeople", others: Sequence[str]) -> "Population":
        """People drawn from published counts.

        Raises:
            UnknownNameError: none of that name are shipped.
            InvalidError: it is not said how many, or something is asked that files alone have.
        """
        find_named("population", asked.name, POPULATIONS)
        if asked.count is None:
            raise InvalidError("people", [Fault(("count",), "how many are drawn", "none")])
        if others or asked.key or asked.weight or asked.strata:
            fault = Fault((), "a file, as columns are named", f"{asked.name!r}, which is drawn")
            raise InvalidError("people", [fault])
        return find_population(asked.name, count=asked.count, seed=asked.seed)


def _finders() -> Mapping[type[object], Callable[[str], object]]:
    from iopkit.library.priorities import find_priorities  # noqa: PLC0415  # needs an extra
    from iopkit.scenarios.habits import Habits  # noqa: PLC0415
    from iopkit.scenarios.priorities import Priorities  # noqa: PLC0415

    return {
        Habits: find_habits,
        Policy: find_policy,
        Priorities: find_priorities,
        Program: find_program,
    }
