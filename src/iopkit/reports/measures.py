"""Measures of courses as text."""

from collections.abc import Iterator

from iopkit.courses.measure_tables import MeasureSum, measure_sums, not_counted
from iopkit.courses.measured_cases import MeasureResult
from iopkit.eligibility.possible import Possible
from iopkit.prose import counted


def measure_text(result: MeasureResult) -> str:
    """What a measure comes to, with what is not known kept apart, its source and its note.

    Example:
        >>> from iopkit.courses.measures import MeasuredDays, measure
        >>> from iopkit.library import find_measure
        >>> year = MeasuredDays.of_year(2026)
        >>> print(measure_text(measure([], find_measure("retention-30-days"), period=year)))
        Seen 30 days after the admission or later, in the same stay
          2026-01-01 to 2026-12-31, as on record by 2026-12-31
          counted: 0
          source: iopkit's own definition [T3]
        <BLANKLINE>
    """
    return "".join(f"{line}\n" for line in _lines(result))


def _lines(result: MeasureResult) -> Iterator[str]:
    period = result.period
    yield result.measure.title
    yield f"  {period.start} to {period.last}, as on record by {result.on}"
    for each in measure_sums(result):
        yield from _sum_lines(each)
    for reason, count in not_counted(result):
        yield f"  not counted: {count}, {reason}"
    if result.in_several:
        several = counted(len(result.in_several), "patient")
        yield f"  of {several} more than one course is counted, each for itself"
    yield f"  source: {result.version.source}"
    if result.measure.note:
        yield f"  note: {result.measure.note}"


def _sum_lines(each: MeasureSum) -> Iterator[str]:
    yield f"  {f'{each.group}, ' if each.group else ''}counted: {each.counted}"
    if each.share is not None:
        yield f"    yes {each.yes}, no {each.no}, share {_percent(each.share)}"
    if each.pooled is not None:
        yield f"    all together {_percent(each.pooled)}"
    if each.median is not None:
        mean, low, high = f"{each.mean:.3g}", f"{each.low:.3g}", f"{each.high:.3g}"
        yield f"    of {each.known}: median {each.median:.3g}, mean {mean}, from {low} to {high}"
    for code, count in each.codes:
        yield f"    {code}: {count} ({100 * count / each.known:.1f} %)"
    apart = {
        "known in part": each.part,
        "not over yet": each.open,
        "will not come": each.no_more,
        "not known": each.not_known,
    }
    yield from (f"    {words}: {count}" for words, count in apart.items() if count)


def _percent(share: float | Possible) -> str:
    if isinstance(share, Possible):
        return f"{100 * (share.low or 0):.1f} to {100 * (share.high or 0):.1f} %"
    return f"{100 * share:.1f} %"
