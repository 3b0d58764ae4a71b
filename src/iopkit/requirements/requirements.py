"""Requirements, and dated sets of them: who demands what, since when."""

from datetime import date

from iopkit.errors import NotInForceError, refuse, unless
from iopkit.fields import frozen
from iopkit.levels import AgeGroup
from iopkit.requirements.demands import Demand
from iopkit.sources import Source, Versions


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
    what its sources demand that no requirement here holds. ``until`` is the first day on
    which the whole set is no longer in force; ``None``: it is, as far as is known.

    Raises:
        InvalidError: a version has no requirement, or two of one name, or begins when the
            set has ended.
    """

    name: str
    title: str
    versions: Versions[tuple[Requirement, ...]]
    adult_from: int = 18
    left_open: tuple[str, ...] = ()
    until: date | None = None

    def __attrs_post_init__(self) -> None:
        last = self.versions.dated[-1].since
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
            unless(1 <= self.adult_from <= 30, "adult_from", "from 1 to 30", self.adult_from),
            unless(
                self.until is None or self.until > last,
                "until",
                "a day after the first of the last version",
                self.until,
            ),
        )

    def in_force(self, day: date) -> tuple[Requirement, ...]:
        """The requirements in force on a day.

        Raises:
            NotInForceError: ``day`` is before the first version, or on ``until`` or later.
        """
        try:
            version = self.versions.on(day)
        except NotInForceError as error:
            raise NotInForceError(f"requirements {self.name!r}: {error}") from None
        if self.until is not None and day >= self.until:
            # The day is not shown: it may be one of a patient's plan.
            raise NotInForceError(
                f"requirements {self.name!r}: not in force on that day: they ended on {self.until}"
            )
        return version.value
