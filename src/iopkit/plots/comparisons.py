"""What scenarios change, and how sure that is, as pictures."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from itertools import groupby
from textwrap import fill
from typing import TYPE_CHECKING

from iopkit.plots.canvas import COLORS, GRID, Form, saved, sheet, tint

if TYPE_CHECKING:
    from iopkit.plots.canvas import Axes
    from iopkit.studies.comparisons import Comparison, PairedDifference
    from iopkit.studies.convergences import Convergence, RunningMean


def comparison_picture(
    comparison: "Comparison", *, title: str = "What scenarios change", form: Form = "svg"
) -> bytes:
    """The differences from the base with their limits, a panel for each measure.

    A filled mark is a difference whose limits are on one side of 0, an open one any other.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
    """
    panels = [
        (measure, list(rows))
        for measure, rows in groupby(comparison.rows, key=lambda row: row.measure)
    ]
    heights = [0.9 + 0.38 * len(rows) for _, rows in panels]
    with sheet(layout="constrained") as figure:
        figure.set_size_inches(8.5, 1.1 + sum(heights))
        figure.suptitle(fill(title, 80), fontsize=12)
        column = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axes, (measure, rows) in zip(column, panels, strict=True):
            _draw_differences(axes, measure, rows)
        figure.supxlabel(
            fill(
                f"difference from {comparison.base}; bars: limits for "
                f"{100 * comparison.confidence:g} %; filled: limits on one side of 0",
                95,
            ),
            fontsize=9,
        )
        return saved(figure, form, title=title, words=str(comparison))


def _draw_differences(axes: "Axes", measure: str, rows: "list[PairedDifference]") -> None:
    axes.set_title(measure, fontsize=10, loc="left")
    axes.axvline(0, color="black", linewidth=1)
    for place, row in enumerate(rows):
        difference = row.difference
        if difference is None or difference.low is None or difference.high is None:
            _say_beside(axes, place, "no figure")
            continue
        sure = difference.low > 0 or difference.high < 0
        axes.plot([difference.low, difference.high], [place] * 2, color=COLORS[0], linewidth=2.5)
        axes.plot(
            difference.value,
            place,
            marker="o",
            markersize=8,
            color=COLORS[0],
            markerfacecolor=COLORS[0] if sure else "white",
            markeredgewidth=1.8,
        )
        _say_beside(axes, place, str(difference))
    axes.set(yticks=range(len(rows)), ylim=(len(rows) - 0.4, -0.6))
    axes.set_yticklabels([fill(row.scenario, 28) for row in rows], fontsize=9)
    axes.margins(x=0.08)
    axes.xaxis.set_major_formatter("{x:,.10g}")
    axes.grid(axis="x", color=GRID, linewidth=0.5)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _say_beside(axes: "Axes", place: int, text: str) -> None:
    axes.annotate(
        text,
        (1, place),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=9,
    )


def convergence_picture(
    convergence: "Convergence", *, title: str = "", form: Form = "svg"
) -> bytes:
    """How a figure and its limits settle while replications are added, a panel for each scenario.

    Args:
        title: by default, what settles.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
    """
    of = convergence.measure
    of += f", difference from {convergence.base}" if convergence.base else ""
    headline = title or f"{of}, as replications are added"
    with sheet(layout="constrained") as figure:
        count = len(convergence.means)
        across = min(count, 2)
        down = -(-count // across)
        figure.set_size_inches(8.5, 1 + 2.6 * down)
        figure.suptitle(fill(headline, 80), fontsize=12)
        panels = [*figure.subplots(down, across, sharex=True, squeeze=False).flat]
        for axes, mean in zip(panels, convergence.means, strict=False):
            _draw_running(axes, mean)
        for axes in panels[count:]:
            axes.set_axis_off()
        figure.supxlabel(
            f"replications; shaded: limits for {100 * convergence.confidence:g} %", fontsize=9
        )
        return saved(figure, form, title=headline, words=str(convergence))


def _draw_running(axes: "Axes", mean: "RunningMean") -> None:
    counts = [each.count for each in mean.estimates]
    # From the second on, each has limits.
    lows = [each.value if each.low is None else each.low for each in mean.estimates]
    highs = [each.value if each.high is None else each.high for each in mean.estimates]
    axes.fill_between(counts, lows, highs, color=tint(COLORS[0], 0.3), linewidth=0)
    axes.plot(counts, [each.value for each in mean.estimates], color=COLORS[0], linewidth=2)
    # The first limits are so wide that nothing could be seen of the rest.
    shown = max(0, min(8, len(counts) - 2))
    low, high = min(lows[shown:]), max(highs[shown:])
    beside = 0.1 * (high - low) or 1.0
    axes.set(ylim=(low - beside, high + beside), xlim=(counts[0], max(counts[-1], counts[0] + 1)))
    axes.set_title(fill(mean.scenario, 40), fontsize=10, loc="left")
    axes.grid(color=GRID, linewidth=0.5)
    axes.locator_params("x", integer=True)
    axes.tick_params(labelbottom=True)  # also above a place without a panel
    axes.yaxis.set_major_formatter("{x:,.10g}")
    axes.spines[["top", "right"]].set_visible(False)
