"""Forms that the rules of many payers and states have."""

from datetime import date, timedelta
from typing import TypeVar

from iopkit.levels import AgeGroup
from iopkit.requirements.demands import (
    Caseload,
    Counting,
    DailyHours,
    LongestGap,
    Reviews,
    WeeklyDays,
    WeeklyHours,
)
from iopkit.requirements.milestones import MilestoneKind
from iopkit.requirements.requirements import Requirement
from iopkit.sources import Dated, Source, Versions
from iopkit.windows import ONE_MINUTE

T = TypeVar("T")

LINE_NOT_SEEN = (
    "At what age the rules for adults begin: the text seen does not say, and 18 is taken."
)
"""Left open by sources that tell adults from adolescents and do not say who is which."""


def in_force_since(
    day: date, source: Source, *requirements: Requirement
) -> Versions[tuple[Requirement, ...]]:
    """Requirements that have one version."""
    return Versions((Dated(day, requirements, source),))


def seen_in_copy_of(day: date, source: Source, *rules: T) -> Versions[tuple[T, ...]]:
    """Rules that have one version, of which no text was seen that says since when."""
    return Versions((Dated(day, rules, source, since_from_copy=True),))


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


def daily_hours(hours: int, source: Source, *, group: AgeGroup | None = None) -> Requirement:
    """Hours on each day with any."""
    return Requirement(
        f"daily-hours-{group.value}s" if group else "daily-hours",
        f"At least {hours} hours of service on each day with any.",
        DailyHours(timedelta(hours=hours)),
        source,
        group,
    )


def weekly_days(count: int, source: Source) -> Requirement:
    """Days of service a week."""
    return Requirement("days", f"At least {count} days a week.", WeeklyDays(count), source)


def longest_gap(source: Source) -> Requirement:
    """No more than two days in a row without service."""
    meaning = "No more than 2 days in a row without service."
    return Requirement("gap", meaning, LongestGap(2), source)


def weekly_hours(
    meaning: str, source: Source, *, least: int | None = None, most: int | None = None
) -> Requirement:
    """Hours in every week, whatever the age."""
    low, high = (None if hours is None else timedelta(hours=hours) for hours in (least, most))
    return Requirement("weekly-hours", meaning, WeeklyHours(low, high), source)


def caseload(
    most: int, source: Source, *, whom: str = "counselor", group: AgeGroup | None = None
) -> Requirement:
    """Patients for each counselor, or for whom else."""
    return Requirement(
        f"caseload-{group.value}s" if group else "caseload",
        f"At most {most} patients for each {whom}.",
        Caseload(most),
        source,
        group,
    )


def review(every_days: int, source: Source) -> Requirement:
    """The plan reviewed every so many days."""
    meaning = f"The plan reviewed at least every {every_days} days."
    return Requirement("review", meaning, Reviews(MilestoneKind.REVIEW, every_days), source)


def hours_below(hours: int, source: Source, group: AgeGroup) -> Requirement:
    """Fewer hours than a bound, in whole minutes."""
    return Requirement(
        f"weekly-hours-{group.value}s",
        f"Fewer than {hours} hours in every week.",
        WeeklyHours(most=timedelta(hours=hours) - ONE_MINUTE),
        source,
        group,
    )
