"""Forms that the rules of many payers and states have."""

from datetime import date, timedelta

from iopkit.levels import AgeGroup
from iopkit.requirements.demands import Counting, WeeklyHours
from iopkit.requirements.requirements import Requirement
from iopkit.sources import Dated, Source, Versions

LINE_NOT_SEEN = (
    "At what age the rules for adults begin: the text seen does not say, and 18 is taken."
)
"""Left open by sources that tell adults from adolescents and do not say who is which."""


def in_force_since(
    day: date, source: Source, *requirements: Requirement
) -> Versions[tuple[Requirement, ...]]:
    """Requirements that have one version."""
    return Versions((Dated(day, requirements, source),))


def hours_by_age(  # noqa: PLR0913  # what sources differ in, by name
    source: Source,
    *,
    adults: int,
    youth: int,
    most: int | None = None,
    counting: Counting = Counting(),  # noqa: B008  # a frozen value
    averaged: bool = False,
    taper_weeks: int = 0,
    binding: bool = True,
) -> tuple[Requirement, ...]:
    """Weekly hours whose least differs by age, and whose most, if there is one, does not.

    Args:
        adults: the fewest hours for adults.
        youth: the fewest hours for adolescents.
        most: the most hours for all; ``None``: the source names none.
    """
    high = None if most is None else timedelta(hours=most)
    bounds = "At least {}" if most is None else f"{{}} to {most}"
    when = "a week on average" if averaged else "in every week"
    taper = f", but for {taper_weeks} weeks of stepping down" if taper_weeks else ""
    return tuple(
        Requirement(
            f"weekly-hours-{group.value}s",
            f"{bounds.format(low)} hours {when}{taper}.",
            WeeklyHours(
                timedelta(hours=low),
                high,
                counting=counting,
                averaged=averaged,
                taper_weeks=taper_weeks,
            ),
            source,
            group,
            binding,
        )
        for group, low in ((AgeGroup.ADULT, adults), (AgeGroup.ADOLESCENT, youth))
    )
