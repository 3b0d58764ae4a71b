"""What requirements make due: reviews and certifications, and by when."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from iopkit.errors import refuse, unless_day
from iopkit.requirements.demands import Reviews
from iopkit.requirements.milestones import Milestone, MilestoneKind
from iopkit.requirements.requirements import RequirementSet
from iopkit.windows import ONE_DAY


def milestones(
    requirements: Iterable[RequirementSet],
    *,
    start: date,
    end: date,
    assume_in_force: bool = False,
) -> tuple[Milestone, ...]:
    """The days by which a plan must be reviewed and certified, from its start to its end.

    Each is the latest day that the version in force on the first day allows.

    Args:
        assume_in_force: where no version of a set is known to be in force on ``start``, take the
            nearest.

    Returns:
        In the order of days; empty if no requirement asks for any.

    Raises:
        NotInForceError: a set is not known to be in force on ``start``, and is not assumed to be.
    """
    refuse("milestones", unless_day(start, "start"), unless_day(end, "end"))
    found: set[tuple[date, MilestoneKind, str]] = set()
    for each in requirements:
        for requirement in each.in_force(start, assume_in_force=assume_in_force):
            if isinstance(requirement.demand, Reviews):
                found.update(
                    (day, kind, each.name) for day, kind in _due(requirement.demand, start, end)
                )
    return tuple(Milestone(kind, day, under) for day, kind, under in sorted(found))


def _due(reviews: Reviews, start: date, end: date) -> Iterator[tuple[date, MilestoneKind]]:
    if reviews.kind is MilestoneKind.RECERTIFICATION:
        yield start, MilestoneKind.CERTIFICATION
    if reviews.every_days is None:
        for _, after in whole_months(start, end):
            yield after - ONE_DAY, reviews.kind
        return
    day = start + timedelta(days=reviews.first_days or reviews.every_days)
    while day < end:
        yield day, reviews.kind
        day += timedelta(days=reviews.every_days)


def whole_months(start: date, end: date) -> Iterator[tuple[date, date]]:
    """Months counted from ``start``, up to ``end``: each month's first day and the day after it.

    Example:
        >>> [str(first) for first, _ in whole_months(date(2026, 1, 31), date(2026, 4, 1))]
        ['2026-01-31', '2026-02-28']
    """
    count, first = 1, start
    while (after := start + relativedelta(months=count)) <= end:
        yield first, after
        count, first = count + 1, after
