"""Courses as swim lanes: one for each patient, from the first admission on."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from iopkit.courses.courses import Course
from iopkit.courses.outcomes import SessionOutcome
from iopkit.courses.statuses import Status
from iopkit.plots.canvas import COLORS, GRID, Form, saved, sheet, tint
from iopkit.reports.lanes import Lane, lanes_of, lanes_text
from iopkit.reports.words import day_words

if TYPE_CHECKING:
    from iopkit.plots.canvas import Axes


def courses_picture(
    courses: Iterable[Course],
    *,
    on: date,
    names: Mapping[UUID, str] | None = None,
    title: str = "Courses",
    form: Form = "svg",
) -> bytes:
    """Courses as swim lanes, one a patient: status, sessions by outcome, discharge or death.

    Each begins with the first admission, so that courses of different days can be compared; what
    was before it is left of that. ``iopkit.reports.lanes_text`` says the same in words. Calling
    this is the explicit act that shows how patients' courses went.

    Args:
        courses: in the order of the lanes; those that have not begun by ``on`` are left out.
        on: what is on record of later days does not count.
        names: what to call lanes, by patients' keys; others have their numbers.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
        InvalidError: something is no course, or ``on`` is no day.
    """
    given = tuple(courses)
    lanes, words = lanes_of(given, on=on, names=names), lanes_text(given, on=on, names=names)
    headline = f"{title}, up to {day_words(on)}"
    with sheet(layout="constrained") as figure:
        figure.set_size_inches(9, 1.5 + 0.3 * max(len(lanes), 1))
        axes = figure.subplots()
        axes.set_title(headline, fontsize=11, fontweight="bold", loc="left")
        axes.spines[["top", "right", "left"]].set_visible(False)
        if lanes:
            _draw_spans(axes, lanes)
            _draw_sessions(axes, lanes)
            _draw_ends(axes, lanes)
            _draw_axes(axes, lanes)
            figure.legend(loc="outside lower center", ncols=5, frameon=False, fontsize=8)
        else:
            axes.set(xticks=[], yticks=[], xlabel=words)
        return saved(figure, form, title=headline, words=words)


class _Mark(NamedTuple):
    """How an outcome is drawn, and how far below the middle: a day may have several."""

    shape: str
    face: str
    size: float
    width: float
    below: float


_SPANS = {
    Status.REFERRED: ("white", ".."),
    Status.WAITING: ("white", "\\\\"),
    Status.ADMITTED: (tint(COLORS[0], 0.35), ""),
    Status.ON_HOLD: ("white", "////"),
}
_MARKS = {
    SessionOutcome.ATTENDED: _Mark("o", COLORS[0], 3, 0.3, 0),
    SessionOutcome.MISSED: _Mark("x", COLORS[5], 4.5, 1.4, 0.17),
    SessionOutcome.EXCUSED: _Mark("+", "black", 5, 1, 0.17),
    SessionOutcome.NOT_RECORDED: _Mark("o", "white", 4.5, 0.9, -0.17),
}
"""Sessions called off, and those that fell into a hold, took no place in the patient's days."""
_ENDS = {Status.DISCHARGED: "s", Status.DIED: "X"}
_HEIGHT = 0.6


def _draw_spans(axes: "Axes", lanes: Sequence[Lane]) -> None:
    for status, (face, hatch) in _SPANS.items():
        found = [
            (row, span)
            for row, lane in enumerate(lanes)
            for span in lane.spans
            if span.status is status
        ]
        if found:
            axes.barh(
                [row for row, _ in found],
                [span.end - span.start for _, span in found],
                left=[span.start for _, span in found],
                height=_HEIGHT,
                facecolor=face,
                edgecolor="#777777",
                linewidth=0.6,
                hatch=hatch,
                label=status.value.replace("_", " "),
            )


def _draw_sessions(axes: "Axes", lanes: Sequence[Lane]) -> None:
    for outcome, mark in _MARKS.items():
        places = [
            (day + 0.5, row + mark.below)
            for row, lane in enumerate(lanes)
            for day in lane.sessions[outcome]
        ]
        if places:
            axes.plot(
                [x for x, _ in places],
                [y for _, y in places],
                linestyle="none",
                marker=mark.shape,
                markersize=mark.size,
                markerfacecolor=mark.face,
                markeredgecolor=mark.face if mark.shape in "x+" else "black",
                markeredgewidth=mark.width,
                zorder=3,
                label=outcome.value.replace("_", " "),
            )


def _draw_ends(axes: "Axes", lanes: Sequence[Lane]) -> None:
    for status, shape in _ENDS.items():
        found = [
            (lane.out.start + 0.5, row)
            for row, lane in enumerate(lanes)
            if lane.out and lane.out.status is status
        ]
        if found:
            axes.plot(
                [x for x, _ in found],
                [y for _, y in found],
                linestyle="none",
                marker=shape,
                markersize=6,
                color="black",
                zorder=4,
                label=status.value,
            )


def _draw_axes(axes: "Axes", lanes: Sequence[Lane]) -> None:
    """Weeks from the admission, as many as can be told apart; a name beside each lane."""
    ends = [
        day
        for lane in lanes
        for span in (*lane.spans, *([lane.out] if lane.out else []))
        for day in (span.start, span.start + 1 if span is lane.out else span.end)
    ]
    low, high = min(ends), max(ends)
    step = 7 * max(1, -(-(high - low) // (7 * 16)))
    places = [*range(-(-low // step) * step, high + 1, step)]
    axes.set(
        xlim=(low - 1, high + 1),
        ylim=(len(lanes) - 0.4, -0.6),
        xticks=places,
        yticks=range(len(lanes)),
        xlabel="weeks from the admission",
    )
    axes.set_xticklabels([f"{place // 7}" for place in places], fontsize=8)
    axes.set_yticklabels([lane.label for lane in lanes], fontsize=8)
    axes.tick_params("y", length=0)
    axes.grid(visible=True, axis="x", color=GRID, linewidth=0.5)
    axes.set_axisbelow(True)
