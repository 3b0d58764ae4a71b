"""Requirements, and dated sets of them: who demands what, since when."""

from datetime import date

from attrs import field

from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.levels import AgeGroup
from iopkit.requirements.demands import Demand
from iopkit.scopes import Scope
from iopkit.sources import Dated, Source, Versions

LATEST_ADULT_FROM = 30
"""The last age in years at which adult rules can begin."""


@frozen
class Requirement:
    """What one place in a source demands, of whom.

    ``age_group`` ``None``: of everybody. ``binding``: the source says "shall"; otherwise
    it says what is usual, and a finding says so.
    """

    name: str
    meaning: str
    demand: Demand
    source: Source
    age_group: AgeGroup | None = None
    binding: bool = True


@frozen
class RequirementSet:
    """The requirements of one payer or state, in dated versions.

    ``adult_from`` is the age in years at which its adult rules begin. ``left_open`` says
    what its sources demand that no requirement here holds. ``scope`` says whose it is, and with
    its ``level`` of which weeks of a plan it speaks: those at that level; ``None``: not known.

    Raises:
        InvalidError: a version has no requirement, or two of one name.
    """

    name: str
    title: str
    versions: Versions[tuple[Requirement, ...]]
    adult_from: int = 18
    left_open: tuple[str, ...] = ()
    scope: Scope | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        for number, version in enumerate(self.versions.dated):
            names = [requirement.name for requirement in version.value]
            faults = (
                *unless(bool(names), "value", "at least one requirement", "none"),
                *unless(len(names) == len(set(names)), "value", "each name once", "one twice"),
            )
            where = ("versions", "dated", number)
            refuse(f"requirements {self.name!r}", tuple(f.under(*where) for f in faults))
        refuse(
            f"requirements {self.name!r}",
            unless(
                1 <= self.adult_from <= LATEST_ADULT_FROM,
                "adult_from",
                f"from 1 to {LATEST_ADULT_FROM}",
                self.adult_from,
            ),
        )

    def version(self, *, on: date, assume_in_force: bool = False) -> Dated[tuple[Requirement, ...]]:
        """The version in force on a day.

        Args:
            assume_in_force: where none is known to be, the nearest; see ``Versions.on``.

        Raises:
            NotInForceError: no version is known to be in force on ``on``, and none is assumed.
        """
        of = f"requirements {self.name!r}"
        return self.versions.on(on, assume_in_force=assume_in_force, of=of)

    def in_force(self, day: date, *, assume_in_force: bool = False) -> tuple[Requirement, ...]:
        """The requirements in force on a day; raises ``NotInForceError``, as ``version``."""
        return self.version(on=day, assume_in_force=assume_in_force).value
