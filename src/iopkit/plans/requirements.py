"""Requirements: what a payer or a state demands of a plan."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum

from attrs import frozen

from iopkit.availability import is_whole_minutes, whole_minutes
from iopkit.errors import Fault, NotInForceError, refuse, unless
from iopkit.levels import AgeGroup
from iopkit.modalities import Modality
from iopkit.plans.plans import Milestone, MilestoneKind, Signer
from iopkit.sources import Source, Versions

TREATMENT: frozenset[Modality] = frozenset(Modality) - {
    Modality.ASSESSMENT,
    Modality.CONTINUING_CARE_CONTACT,
    Modality.DRUG_TESTING,
    Modality.MUTUAL_HELP,
    Modality.PEER_SUPPORT,
}
"""All that treats or teaches, but no tests, assessments, mutual help or peer contacts."""

COUNSELING: frozenset[Modality] = frozenset(
    {
        Modality.GROUP_THERAPY,
        Modality.INDIVIDUAL_COUNSELING,
        Modality.FAMILY_SESSION,
        Modality.MULTI_FAMILY_GROUP,
        Modality.RELAPSE_PREVENTION,
    }
)
"""What is done by a counselor with patients or families, and is not teaching alone."""


@frozen
class Counting:
    """Which sessions count, and how long each of them is.

    ``telehealth``: hours by telehealth count. ``clock``: so do breaks within sessions.
    """

    modalities: frozenset[Modality] = TREATMENT
    telehealth: bool = True
    clock: bool = False

    def __attrs_post_init__(self) -> None:
        refuse("counting", unless(bool(self.modalities), "modalities", "at least one", "none"))


def _bounds(least: timedelta | int | None, most: timedelta | int | None) -> list[tuple[Fault, ...]]:
    """What is wrong with bounds, of which one at least must be there."""
    whole = all(not isinstance(b, timedelta) or is_whole_minutes(b) for b in (least, most))
    low = _number(least or 0)
    return [
        unless(least is not None or most is not None, "least", "a bound, here or in most", "none"),
        unless(low >= 0 and whole, "least", "at least 0, in whole minutes", least),
        unless(most is None or low <= _number(most), "most", "at least least", most),
    ]


def _number(bound: timedelta | int) -> int:
    return whole_minutes(bound) if isinstance(bound, timedelta) else bound


@frozen
class WeeklyHours:
    """Service from ``least`` to ``most`` a week: in each week, or averaged over the plan.

    In phases that taper, up to ``taper_weeks`` weeks may be below ``least``.
    """

    least: timedelta | None = None
    most: timedelta | None = None
    counting: Counting = Counting()
    averaged: bool = False
    taper_weeks: int = 0

    def __attrs_post_init__(self) -> None:
        refuse(
            "weekly hours",
            *_bounds(self.least, self.most),
            unless(0 <= self.taper_weeks <= 52, "taper_weeks", "from 0 to 52", self.taper_weeks),
        )


@frozen
class DailyHours:
    """At least so much service on each day that has any."""

    least: timedelta
    counting: Counting = Counting()

    def __attrs_post_init__(self) -> None:
        refuse("daily hours", *_bounds(self.least, None))


@frozen
class WeeklyDays:
    """Service on at least so many days of each week."""

    least: int
    counting: Counting = Counting()

    def __attrs_post_init__(self) -> None:
        refuse("weekly days", unless(1 <= self.least <= 7, "least", "from 1 to 7", self.least))


@frozen
class LongestGap:
    """No more than so many days in a row without service, from the first service to the last."""

    most: int
    counting: Counting = Counting()

    def __attrs_post_init__(self) -> None:
        refuse("longest gap", *_bounds(None, self.most))


@frozen
class WeeklyServices:
    """At least so many services, however long, in each week."""

    least: int
    counting: Counting = Counting()

    def __attrs_post_init__(self) -> None:
        refuse("weekly services", unless(self.least >= 1, "least", "at least 1", self.least))


@frozen
class Frequency:
    """At least one session of some modalities in each stretch of days, or month.

    ``every_days`` ``None``: in each whole month of the plan, counted from its first day.
    """

    modalities: frozenset[Modality]
    every_days: int | None = None

    def __attrs_post_init__(self) -> None:
        days = self.every_days
        refuse(
            "frequency",
            unless(bool(self.modalities), "modalities", "at least one", "none"),
            unless(days is None or days >= 1, "every_days", "at least 1", days),
        )


@frozen
class GroupSize:
    """No more than so many patients in groups of some modalities."""

    most: int
    modalities: frozenset[Modality]

    def __attrs_post_init__(self) -> None:
        refuse(
            "group size",
            unless(bool(self.modalities), "modalities", "at least one", "none"),
            unless(self.most >= 1, "most", "at least 1", self.most),
        )


@frozen
class Caseload:
    """No more than so many patients for each full-time counselor of the site."""

    most: int

    def __attrs_post_init__(self) -> None:
        refuse("caseload", unless(self.most >= 1, "most", "at least 1", self.most))


@frozen
class Reviews:
    """A review of the plan, or a certification, within so many days of the one before.

    The first is due within ``first_days`` of the plan's first day, where that is another
    number. A certification also is due on the first day itself.
    """

    kind: MilestoneKind
    every_days: int
    first_days: int | None = None

    def __attrs_post_init__(self) -> None:
        first = self.first_days
        refuse(
            "reviews",
            unless(
                self.kind is not MilestoneKind.CERTIFICATION,
                "kind",
                "review or recertification, each of which comes again",
                self.kind.value,
            ),
            unless(self.every_days >= 1, "every_days", "at least 1", self.every_days),
            unless(first is None or first >= 1, "first_days", "at least 1", first),
        )


@frozen
class PlanLength:
    """A plan of so many days, from ``least`` to ``most``."""

    least: int | None = None
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse("plan length", *_bounds(self.least, self.most))


class PlanPart(StrEnum):
    """A part that a written plan can be required to have."""

    PROBLEMS = "problems"
    GOALS = "goals"
    SERVICES = "services"

    @property
    def label(self) -> str:
        """The part as people read it."""
        return self.value


@frozen
class WrittenPlan:
    """A plan that sets out some parts and is signed by one of ``signed_by``, if any is named."""

    parts: frozenset[PlanPart] = frozenset(PlanPart)
    signed_by: frozenset[Signer] = frozenset()


Demand = (
    WeeklyHours
    | DailyHours
    | WeeklyDays
    | LongestGap
    | WeeklyServices
    | Frequency
    | GroupSize
    | Caseload
    | Reviews
    | PlanLength
    | WrittenPlan
)


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
    what its sources demand that no requirement here holds.

    Raises:
        InvalidError: a version has no requirement, or two of one name.
    """

    name: str
    title: str
    versions: Versions[tuple[Requirement, ...]]
    adult_from: int = 18
    left_open: tuple[str, ...] = ()

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
            unless(1 <= self.adult_from <= 30, "adult_from", "from 1 to 30", self.adult_from),
        )

    def in_force(self, day: date) -> tuple[Requirement, ...]:
        """The requirements in force on a day.

        Raises:
            NotInForceError: ``day`` is before the first version.
        """
        try:
            return self.versions.on(day).value
        except NotInForceError as error:
            raise NotInForceError(f"requirements {self.name!r}: {error}") from None


def milestones(
    requirements: Iterable[RequirementSet], *, start: date, end: date
) -> tuple[Milestone, ...]:
    """The days by which a plan must be reviewed and certified, from its start to its end.

    Each is the latest day that the version in force on the first day allows.

    Returns:
        In the order of days; empty if no requirement asks for any.

    Raises:
        NotInForceError: ``start`` is before the first version of a set.
    """
    found: set[tuple[date, MilestoneKind, str]] = set()
    for each in requirements:
        for requirement in each.in_force(start):
            if isinstance(requirement.demand, Reviews):
                found.update(
                    (day, kind, each.name) for day, kind in _due(requirement.demand, start, end)
                )
    return tuple(Milestone(kind, day, under) for day, kind, under in sorted(found))


def _due(reviews: Reviews, start: date, end: date) -> Iterator[tuple[date, MilestoneKind]]:
    if reviews.kind is MilestoneKind.RECERTIFICATION:
        yield start, MilestoneKind.CERTIFICATION
    day = start + timedelta(days=reviews.first_days or reviews.every_days)
    while day < end:
        yield day, reviews.kind
        day += timedelta(days=reviews.every_days)
