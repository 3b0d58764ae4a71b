"""A curve of retention."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from itertools import pairwise

from iopkit.courses.retention import CurvePoint, RetentionCurve
from iopkit.plots.canvas import COLORS, GRID, Form, saved, sheet, tint


def retention_picture(
    curve: RetentionCurve, *, title: str = "Patients still in treatment", form: Form = "svg"
) -> bytes:
    """The share of patients still in treatment by days since admission, as steps with limits.

    A tick on the line is a day on which somebody was censored: was still in treatment when last
    seen. Below are how many were still there on that day.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
    """
    start = CurvePoint(0, curve.people, 0, 0, 1.0, 1.0, 1.0)
    points = (start, *curve.points)
    last = points[-1].days or 1
    color = COLORS[0]
    with sheet(layout="constrained") as figure:
        figure.set_size_inches(8, 4.8)
        axes = figure.subplots()
        days = [point.days for point in points]
        axes.step(days, [100 * p.retained for p in points], where="post", color=color, linewidth=2)
        for one, other in pairwise(points):
            # There are limits at each of these: nobody comes after the last to leave.
            low, high = (100 * (limit or 0) for limit in (one.low, one.high))
            axes.fill_between([one.days, other.days], low, high, color=tint(color), linewidth=0)
        marked = [point for point in points if point.censored]
        axes.plot(
            [point.days for point in marked],
            [100 * point.retained for point in marked],
            linestyle="none",
            marker="|",
            markersize=9,
            color="black",
        )
        at = _ticks(last)
        axes.set(
            title=title,
            xlabel="days since admission; below, how many were still there",
            ylabel="% still in treatment",
            xlim=(0, last),
            ylim=(0, 108),
            xticks=at,
        )
        axes.set_xticklabels([f"{day}\n{_there(curve, day)}" for day in at])
        axes.grid(axis="y", color=GRID, linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.annotate(
            f"shaded: limits for {100 * curve.confidence:g} %   |  last seen in treatment",
            (1, 1),
            xycoords="axes fraction",
            ha="right",
            va="top",
            fontsize=9,
        )
        return saved(figure, form, title=title, words=_words(curve))


def _ticks(last: int) -> range:
    """Days in even steps, of 30 where there are enough, and no more than ten."""
    step = 30 if last >= 90 else max(1, last // 6)
    return range(0, last + 1, step * max(1, -(-last // (10 * step))))


def _there(curve: RetentionCurve, day: int) -> int:
    """How many were still there on a day."""
    return next((point.at_risk for point in curve.points if point.days >= day), 0)


def _words(curve: RetentionCurve) -> str:
    """A curve in words: how many there are, and what is left of them after 30, 60, 90, 120 days."""
    shares = [(days, curve.retained_at(days)) for days in (30, 60, 90, 120)]
    told = [f"{100 * share:.0f} % after {days} days" for days, share in shares if share is not None]
    return f"{curve.people} stays; {', '.join(told) or 'none was seen for 30 days'}"
