"""Abstinence: what reports and tests say of days without use, each for itself."""

from collections.abc import Iterable, Sequence
from datetime import date

from iopkit.confidential import hidden
from iopkit.eligibility.possible import Possible, from_to
from iopkit.fields import frozen
from iopkit.programs.progress import MOST_COUNTED, PossibleCount
from iopkit.truth import Truth


@frozen(repr=False)
class ControlledSpan:
    """Days in a controlled environment, up to the day before ``end``.

    ``None``: it is not known to have ended.
    """

    start: date
    end: date | None = None

    __repr__ = hidden


def days_reported(
    reports: Iterable[tuple[date, date]], *, used: date | None, on: date
) -> PossibleCount:
    """Days without use up to a day, as reported; ``None``: nothing was reported.

    A report of use tells its own day, one of no use the days since when up to its own. Days that
    no report tells of may have been days of use. A report of use stands against one of none.

    Args:
        reports: of no use, in the order of their days: since when, and told on which day.
        used: the newest day of use.
        on: the day; that of no report is later.

    Example:
        >>> reports, used = [(date(2026, 1, 5), date(2026, 2, 2))], date(2026, 1, 4)
        >>> days_reported(reports, used=used, on=date(2026, 2, 2))
        29
        >>> a_week_later = days_reported(reports, used=used, on=date(2026, 2, 9))
        >>> a_week_later.low, a_week_later.high
        (0, 36)
    """
    told = list(reports)
    sure = 0  # days without use that reports tell of without a gap
    for since, day in reversed(told):
        if (on - day).days <= sure:
            sure = max(sure, (on - since).days + 1)
    if used is None:
        return Possible(sure, MOST_COUNTED) if told else None
    most = (on - used).days
    return from_to(min(sure, most), most)


@frozen(repr=False)
class NegativeTests:
    """The newest drug tests that found nothing, one after another, back to one that did.

    ``count`` are the tests, and ``days`` the days from the first of them to the last: what was
    used between two tests they cannot tell. ``in_all`` are all that found nothing, ever. They are
    ranges while results are open, and ``None`` as long as no test was taken. ``other_on`` is the
    day of the newest that found something, or of which a result is open.
    """

    count: PossibleCount
    days: PossibleCount
    in_all: PossibleCount
    other_on: date | None

    __repr__ = hidden


def negative_tests(
    tests: Sequence[tuple[date, Truth | None]], *, missed_is_positive: bool
) -> NegativeTests:
    """The newest tests that found nothing.

    Of tests of one day all are taken to be of one moment, so that one that found something ends
    the row whatever the others found.

    Args:
        tests: by day, whether something was found; ``None``: missed.
        missed_is_positive: whether a missed test ends the row; else it is passed over.
    """
    as_missed = Truth.YES if missed_is_positive else None
    results = [(day, as_missed if found is None else found) for day, found in tests]
    ended = max((day for day, found in results if found is Truth.YES), default=date.min)
    taken = [found for _, found in tests if found is not None]
    least = taken.count(Truth.NO)
    in_all = from_to(least, least + taken.count(Truth.UNKNOWN)) if taken else None
    row = [(day, found) for day, found in results if found is not None and day > ended]
    open_on = max((day for day, found in row if found is Truth.UNKNOWN), default=ended)
    other_on = open_on if open_on > date.min else None
    if not row:
        known = 0 if other_on else None
        return NegativeTests(known, known, in_all, other_on)
    sure = [day for day, _ in row if day > open_on]
    least, most = ((some[-1] - some[0]).days if some else 0 for some in (sure, [*map(_day, row)]))
    return NegativeTests(from_to(len(sure), len(row)), from_to(least, most), in_all, other_on)


def _day(test: tuple[date, Truth | None]) -> date:
    return test[0]
