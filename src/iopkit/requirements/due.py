"""What requirements make due: reviews and certifications, and by when."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from dateutil.relativedelta import relativedelta

from iopkit.errors import refuse, refuse_flags, unless_day
from iopkit.requirements.demands import Reviews
from iopkit.requirements.milestones import Milestone, MilestoneKind
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY

Speaks = Callable[[RequirementSet, date], bool]
"""Whether a set can be for the level of care that a plan has on a day."""
Concerns = Callable[[RequirementSet, Requirement, date], Truth]
"""Whether a requirement of a set is for a plan on a day."""


def milestones(  # noqa: PLR0913  # whose rules, when, and which of them, by name
    requirements: Iterable[RequirementSet],
    *,
    start: date,
    end: date,
    assume_in_force: bool = False,
    speaks: Speaks | None = None,
    concerns: Concerns | None = None,
) -> tuple[Milestone, ...]:
    """The days by which a plan must be reviewed and certified, from its start to its end.

    Each is the latest day that is allowed by the version in force, and for the plan, on the
    first day of its week. Where other rules begin in mid-course, they count from the review
    before, and ask for none before they begin.

    Args:
        assume_in_force: where no version of a set is known to be in force on the first day of
            a week, take the nearest.
        speaks: whether a set is for the plan's level on a day, ``None``: always; its first such
            day stands for the plan's.
        concerns: whether a requirement is for the plan on a day, as one for an age group may
            not be, ``None``: always; while that is not known, it is kept.

    Returns:
        In the order of days; empty if no requirement asks for any.

    Raises:
        NotInForceError: a set is not known to be in force on ``start`` or in a later week, and
            is not assumed to be.
    """
    refuse("milestones", unless_day(start, "start"), unless_day(end, "end"))
    refuse_flags("milestones", assume_in_force=assume_in_force)
    found: set[tuple[date, MilestoneKind, str]] = set()
    for each in requirements:
        weeks: dict[date, list[Reviews]] = {}
        for day in _weeks(start, end):
            weeks[day] = [
                requirement.demand
                for requirement in each.in_force(day, assume_in_force=assume_in_force)
                if isinstance(requirement.demand, Reviews)
                and (concerns is None or concerns(each, requirement, day) is not Truth.NO)
            ]
        begun = next((day for day in weeks if speaks is None or speaks(each, day)), start)
        due = _due(weeks, start, end, begun)
        found.update((day, kind, each.name) for day, kind in due)
    return tuple(Milestone(kind, day, under) for day, kind, under in sorted(found))


def _weeks(start: date, end: date) -> Iterator[date]:
    """The first day of each week that has begun before the end; that of a plan of none, too."""
    return (start + timedelta(days=n) for n in range(0, max((end - start).days, 1), 7))


def _due(
    weeks: Mapping[date, Sequence[Reviews]], start: date, end: date, begun: date
) -> Iterator[tuple[date, MilestoneKind]]:
    """What is due by the demands of each week, those of a kind counted from the one before."""
    found: list[tuple[date, MilestoneKind]] = []
    for since, until, demand in sorted(_runs(weeks, end), key=lambda run: run[0]):
        kind = demand.kind
        if since == begun and kind is MilestoneKind.RECERTIFICATION:
            yield since, MilestoneKind.CERTIFICATION
        if demand.every_days is None:
            months = whole_months(start, end)
            due = [after - ONE_DAY for month, after in months if since <= month < until]
        else:
            every = timedelta(days=demand.every_days)
            before = [day for day, other in found if other is kind and day < since]
            if since == begun:
                day = since + timedelta(days=demand.first_days or demand.every_days)
            else:
                day = max(max(before, default=begun) + every, since)
            due = [day + n * every for n in range(max(-((day - until) // every), 0))]
        found += ((day, kind) for day in due)
    yield from found


def _runs(
    weeks: Mapping[date, Sequence[Reviews]], end: date
) -> Iterator[tuple[date, date, Reviews]]:
    """First day and the day after the last of each stretch of weeks that a demand is made in."""
    for demand in dict.fromkeys(each for some in weeks.values() for each in some):
        for made, run in groupby(weeks, key=lambda day: demand in weeks[day]):
            first, *_ = listed = [*run]
            if made:
                yield first, min(listed[-1] + timedelta(days=7), end), demand


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
