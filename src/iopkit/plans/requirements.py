"""Requirements: what a payer or a state demands of a plan, and what a check finds."""

from datetime import date, timedelta
from functools import cache

from attrs import frozen

from iopkit.confidential import hidden
from iopkit.eligibility.citations import CFR_424_24
from iopkit.errors import UnknownNameError, refuse, unless
from iopkit.modalities import Modality
from iopkit.plans.schedules import Schedule, booked_doses
from iopkit.plans.timetables import Dose
from iopkit.sources import Dated, Source, Versions
from iopkit.truth import Truth


@frozen
class WeeklyMinimum:
    """At least ``dose`` of service in every week of the program, in some modalities."""

    name: str
    meaning: str
    dose: timedelta
    counted: frozenset[Modality]
    source: Source

    def __attrs_post_init__(self) -> None:
        refuse(
            f"requirement {self.name!r}",
            unless(self.dose > timedelta(0), "dose", "more than nothing", self.dose),
            unless(bool(self.counted), "counted", "at least one modality", "none"),
        )


Requirement = WeeklyMinimum


@frozen
class RequirementSet:
    """The requirements of one payer or state, in dated versions."""

    name: str
    title: str
    versions: Versions[tuple[Requirement, ...]]


@frozen(repr=False)
class Finding:
    """One requirement in one week: met (yes), unmet (no) or undetermined (unknown).

    ``seen`` is what counts of the week's service time; sessions in it of unknown length
    leave the finding undetermined while they could still make up the difference.
    """

    requirement: Requirement
    week: int
    start: date
    seen: Dose

    @property
    def truth(self) -> Truth:
        """Whether the requirement is met."""
        # No session is longer than a day.
        days = -(-self.shortfall // timedelta(days=1))
        if not days:
            return Truth.YES
        return Truth.UNKNOWN if days <= self.seen.unmeasured else Truth.NO

    @property
    def shortfall(self) -> timedelta:
        """How much known time is missing; zero if none is."""
        return max(self.requirement.dose - self.seen.known, timedelta(0))

    __repr__ = hidden


def check(schedule: Schedule, requirements: RequirementSet) -> tuple[Finding, ...]:
    """Judge a schedule, week by week, by the version in force on each week's first day.

    Returns:
        One finding for each week and requirement, in the order of weeks.

    Raises:
        NotInForceError: a week begins before the first version.
    """

    @cache
    def doses(counted: frozenset[Modality]) -> tuple[Dose, ...]:
        return booked_doses(schedule, modalities=counted)

    findings: list[Finding] = []
    for number in range(schedule.plan.weeks):
        start = schedule.plan.start + timedelta(weeks=number)
        for requirement in requirements.versions.on(start).value:
            seen = doses(requirement.counted)[number]
            findings.append(Finding(requirement, number + 1, start, seen))
    return tuple(findings)


_CERTIFICATION = CFR_424_24.at("(d)")

US_MEDICARE_IOP = RequirementSet(
    "us-medicare-iop",
    "Medicare intensive outpatient services: what a plan must hold",
    Versions(
        (
            Dated(
                date(2024, 1, 1),
                (
                    WeeklyMinimum(
                        "nine-hours",
                        "At least 9 hours of therapeutic services in every week.",
                        timedelta(hours=9),
                        # The most generous reading of 42 CFR 410.44(a)(4): all that treats or
                        # teaches, but neither tests and assessments nor mutual-help meetings
                        # and peer contacts, which are not among the eight kinds of service.
                        frozenset(Modality)
                        - {
                            Modality.ASSESSMENT,
                            Modality.CONTINUING_CARE_CONTACT,
                            Modality.DRUG_TESTING,
                            Modality.MUTUAL_HELP,
                            Modality.PEER_SUPPORT,
                        },
                        _CERTIFICATION,
                    ),
                ),
                _CERTIFICATION,
            ),
        )
    ),
)

REQUIREMENTS: tuple[RequirementSet, ...] = (US_MEDICARE_IOP,)
"""Every shipped requirement set, in the order of names."""


def find_requirements(name: str) -> RequirementSet:
    """A shipped requirement set by its name; raises ``UnknownNameError``."""
    for requirements in REQUIREMENTS:
        if requirements.name == name:
            return requirements
    raise UnknownNameError("requirement set", name, [r.name for r in REQUIREMENTS])
