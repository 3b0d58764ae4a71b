"""Whose a rule is: the place, payer, licenses and level of care that it is for."""

from datetime import date
from enum import StrEnum

from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.payers import Payer
from iopkit.states import STATES, place_faults


class LicenseKind(StrEnum):
    """What a site is licensed, certified or enrolled as.

    Example:
        >>> LicenseKind("opioid_treatment_program").label
        'opioid treatment program'
    """

    SUBSTANCE_USE_TREATMENT = "substance_use_treatment"
    """By a state, to treat substance use disorders."""
    OPIOID_TREATMENT_PROGRAM = "opioid_treatment_program"
    HOSPITAL_OUTPATIENT_DEPARTMENT = "hospital_outpatient_department"
    COMMUNITY_MENTAL_HEALTH_CENTER = "community_mental_health_center"
    RURAL_HEALTH_CLINIC = "rural_health_clinic"
    FEDERALLY_QUALIFIED_HEALTH_CENTER = "federally_qualified_health_center"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The kind as people read it."""
        return "something else" if self is LicenseKind.OTHER else self.value.replace("_", " ")


@frozen
class License:
    """What a site may be, from ``start`` up to the day before ``end``, for one level of care.

    Without a start it has been so for as long as matters, and without an end it goes on. A site
    has one for each level; ``level`` ``None``: not known.

    Raises:
        InvalidError: the end is not after the start.
    """

    kind: LicenseKind
    level: LevelOfCare | None = None
    start: date | None = None
    end: date | None = None

    def __attrs_post_init__(self) -> None:
        ordered = self.start is None or self.end is None or self.start < self.end
        refuse("license", unless(ordered, "end", "a day after the start", self.end))

    def is_held(self, on: date) -> bool:
        """Whether the site has it on a day."""
        return (self.start or on) <= on and (self.end is None or on < self.end)


@frozen
class Scope:
    """Whose a rule is. What is ``None`` or empty narrows nothing: ``Scope()`` is of everybody.

    ``county`` is a county of ``state``, by its name without the word "County"; ``insurer`` is one
    of many with commercial insurance. ``licenses``: it is for sites that have one of them.

    Raises:
        InvalidError: the state is no code, a county is without its state, or an insurer is not
            with commercial insurance.

    Example:
        >>> Scope("CA", county="Orange", payer=Payer.MEDICAID, level=LevelOfCare("2.1")).words
        'Orange County, California; Medicaid; level 2.1'
        >>> Scope().words
        'every state and payer'
    """

    state: str | None = None
    county: str | None = None
    payer: Payer | None = None
    insurer: str | None = None
    licenses: frozenset[LicenseKind] = frozenset()
    level: LevelOfCare | None = None

    def __attrs_post_init__(self) -> None:
        fits = self.insurer is None or self.payer is Payer.COMMERCIAL
        refuse(
            "scope",
            place_faults(self.state, self.county),
            unless(fits, "insurer", "one with commercial insurance", "another payer"),
        )

    @property
    def place(self) -> str | None:
        """The state, or the county in it, as people read it; ``None``: it is not limited to one."""
        if self.state is None:
            return None
        return f"{self.county} County, {STATES[self.state]}" if self.county else STATES[self.state]

    @property
    def paid_by(self) -> str | None:
        """The payer as people read it; ``None``: it is not limited to one."""
        return self.insurer or (self.payer.label if self.payer else None)

    @property
    def licensed_as(self) -> str | None:
        """What a site has to be, as people read it; ``None``: it is not limited so."""
        *most, last = ["", *(kind.label for kind in LicenseKind if kind in self.licenses)]
        first = ", ".join(most[1:])
        return f"{first} or {last}" if first else last or None

    @property
    def words(self) -> str:
        """All of it, as people read it."""
        level = f"level {self.level.number}" if self.level else None
        named = filter(None, [self.place, self.paid_by, self.licensed_as, level])
        return "; ".join(named) or "every state and payer"
