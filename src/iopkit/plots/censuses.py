"""A census as a picture, day by day."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterable, Sequence
from datetime import date
from textwrap import fill
from typing import TYPE_CHECKING

from iopkit.plots.canvas import COLORS, GRID, Form, saved, sheet, tint
from iopkit.reports.capacity import census_text
from iopkit.reports.words import days_words, short_day_words
from iopkit.schedules.capacity import CensusDay, weekly_census
from iopkit.windows import Weekday

if TYPE_CHECKING:
    from iopkit.plots.canvas import Axes


def census_picture(
    days: Iterable[CensusDay],
    *,
    title: str = "Census",
    first: Weekday = Weekday.MONDAY,
    form: Form = "svg",
) -> bytes:
    """Patients in treatment day by day, those on hold, those expected, and each week's mean.

    ``iopkit.reports.census_text`` says the same in words.

    Args:
        first: the day that weeks begin with.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
    """
    listed = sorted(days, key=lambda each: each.day)
    headline = f"{title}, {days_words(listed[0].day, listed[-1].day)}" if listed else title
    with sheet(layout="constrained") as figure:
        figure.set_size_inches(9, 4.2)
        axes = figure.subplots()
        axes.set_title(fill(headline, 90), fontsize=11, fontweight="bold", loc="left")
        axes.set_ylabel("patients")
        axes.spines[["top", "right"]].set_visible(False)
        if listed:
            _draw_days(axes, listed)
            for number, week in enumerate(weekly_census(listed, first=first)):
                low, high = week.start.toordinal() - 0.5, week.end.toordinal() - 0.5
                label = "in treatment, mean of the week" if number == 0 else "_again"
                axes.hlines(week.mean, low, high, colors="black", linewidth=1.6, label=label)
            _draw_axes(axes, listed, first)
            figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=9)
        else:
            axes.set(xticks=[], yticks=[], xlabel="No day to count.")
        return saved(figure, form, title=headline, words=census_text(listed, first=first))


def _draw_days(axes: "Axes", days: Sequence[CensusDay]) -> None:
    places = [each.day.toordinal() for each in days]
    edges = [place - 0.5 for place in places] + [places[-1] + 0.5]
    axes.stairs(
        [each.patients for each in days],
        edges,
        fill=True,
        facecolor=tint(COLORS[0], 0.35),
        edgecolor=COLORS[0],
        label="in treatment",
    )
    if any(each.on_hold for each in days):
        axes.stairs(
            [each.on_hold for each in days],
            edges,
            fill=True,
            facecolor="white",
            edgecolor="#444444",
            hatch="////",
            label="of these, on hold",
        )
    coming = [each for each in days if each.expected]
    axes.plot(
        [each.day.toordinal() for each in coming],
        [each.expected for each in coming],
        linestyle="none",
        marker="o",
        markersize=3.5 if len(days) <= 120 else 2,
        color=COLORS[5],
        markeredgecolor="black",
        markeredgewidth=0.4,
        label="expected to come",
    )


def _draw_axes(axes: "Axes", days: Sequence[CensusDay], first: Weekday) -> None:
    """A mark for each day where there are few, or else for the first day of some weeks."""
    start, end = days[0].day.toordinal(), days[-1].day.toordinal()
    places = [*range(start, end + 1)]
    if len(places) > 14:
        places = [place for place in places if (place - 1) % 7 == first]
        step = -(-len(places) // 13)
        places = places[::step]
    beside = max(0, 7 - len(days)) / 2  # so that the bars of few days are no wider
    top = max(max(each.patients, each.expected) for each in days)
    axes.set(
        xlim=(start - 0.5 - beside, end + 0.5 + beside),
        ylim=(0, 1.08 * top or 1),
        xticks=places,
    )
    named: list[str] = []
    year = 0
    for place in places:
        day = date.fromordinal(place)
        named.append(short_day_words(day) + (f"\n{day.year}" if day.year != year else ""))
        year = day.year
    axes.set_xticklabels(named, fontsize=8)
    axes.locator_params("y", integer=True)
    axes.grid(visible=True, axis="y", color=GRID, linewidth=0.5)
    axes.set_axisbelow(True)
