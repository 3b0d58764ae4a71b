"""A plan as bands of phases along a time line, with its sessions."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from iopkit.confidential import hidden
from iopkit.errors import refuse_flags
from iopkit.fields import frozen
from iopkit.plots.canvas import GRID, Form, box, look, plane, resize, saved, sheet, width_of
from iopkit.plots.layouts import LINE, PAD, break_lines
from iopkit.reports.timelines import (
    Line,
    Mark,
    MarkKind,
    Stretch,
    closed_stretches,
    leave_stretches,
    phase_weeks,
    phases_of,
    timeline_lines,
    timeline_remarks,
    timeline_text,
    timeline_title,
    weekly_times,
)
from iopkit.reports.words import short_day_words
from iopkit.schedules.sessions import Schedule
from iopkit.sites.sites import Site

if TYPE_CHECKING:
    from iopkit.plots.canvas import Axes


def plan_picture(
    schedule: Schedule,
    *,
    site: Site | None = None,
    random_days: bool = False,
    form: Form = "svg",
) -> bytes:
    """A plan's phases on a time line, a mark for each session, and the hours of each week.

    A session that was moved or makes up for another has a mark of its own, and so has one
    without a time, in its week. Days of leave are shaded, and days by which something is due
    are marked. ``iopkit.reports.timeline_text`` says the same in words. Calling this is
    the explicit act that shows on which days a patient comes.

    Args:
        site: the plan's own; days on which it is closed are shaded, too.
        random_days: show also sessions on days that were drawn, each on its day; otherwise
            the weeks that have one are underlined.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
        InvalidError: the site is another one.
    """
    refuse_flags("picture", random_days=random_days)
    words = timeline_text(schedule, site=site, random_days=random_days)
    lines = timeline_lines(schedule, random_days=random_days)
    scale = TimeScale(schedule.plan.start, schedule.weeks)
    with sheet() as figure:
        axes = plane(figure, scale.width, 1)
        top = _written(axes, [timeline_title(schedule)], 0.06, scale.width, head=True)
        notes, top = _draw_phases(axes, phases_of(schedule), scale, top + 0.06)
        top = _draw_weeks(axes, scale, top)
        first = top
        for number, line in enumerate(lines):
            top = _draw_line(axes, line, number, scale, top)
        if schedule.plan.milestones:
            top = _draw_due(axes, schedule, scale, top)
        _shade(axes, closed_stretches(schedule, site), scale, (first, top), "////")
        _shade(axes, leave_stretches(schedule), scale, (first, top), "xx")
        top = _draw_hours(axes, weekly_times(schedule), scale, top + 0.14)
        _draw_edges(axes, phases_of(schedule), scale, (first, top))
        top = _draw_key(axes, _key(schedule, lines, site), scale, top + 0.12)
        notes += timeline_remarks(schedule, site)
        top = _written(axes, notes, top + 0.04, scale.width)
        resize(figure, axes, scale.width, top + 0.08)
        return saved(figure, form, title=timeline_title(schedule), words=words)


_LABELS, _SMALL = 2.1, 7.5


@frozen(repr=False)
class TimeScale:
    """Where days are along the line, in inches."""

    start: date
    weeks: int

    @property
    def week(self) -> float:
        """The width of a week: so much that marks of its days stand apart if that is possible."""
        return min(max(5.3 / self.weeks, min(0.42, 10.8 / self.weeks)), 5.3)

    @property
    def width(self) -> float:
        """The width of the picture."""
        return _LABELS + self.weeks * self.week + 0.12

    def x(self, day: date) -> float:
        """Where a day begins."""
        return _LABELS + (day - self.start).days / 7 * self.week

    def middle(self, mark: Mark) -> float:
        """The middle of a mark's day, or of its week if it has none."""
        if mark.day is None:
            return _LABELS + (mark.week - 0.5) * self.week
        return self.x(mark.day) + self.week / 14

    def step(self, width: float) -> int:
        """Of so many weeks, one can be labeled in letters of a width."""
        return max(1, -int(-(width + 0.08) // self.week))

    __repr__ = hidden


def _written(
    axes: "Axes", texts: Iterable[str], top: float, width: float, *, head: bool = False
) -> float:
    """Write texts as wide as the picture, in lines below each other; where they end."""
    size, weight = (11, "bold") if head else (8, "normal")
    room = (width - 2 * PAD) * (0.85 if head else 1)  # bold letters are wider
    for text in texts:
        for line in break_lines(text, room, size, width_of):
            top += size * LINE
            axes.text(PAD, top, line, size=size, weight=weight)
    return top


def _draw_phases(
    axes: "Axes", phases: Sequence[Stretch], scale: TimeScale, top: float
) -> tuple[list[str], float]:
    """A band for each phase; what has no room in its band gets a number and a note."""
    notes: list[str] = []
    height = 2 * _SMALL * LINE + 0.1
    for number, phase in enumerate(phases, 1):
        left, right = scale.x(phase.start), scale.x(phase.end)
        band = box(axes, (left, top), (right - left, height))
        band.set(facecolor="#DDDDDD" if number % 2 else "#F4F4F4", edgecolor="black", linewidth=0.6)
        lines = break_lines(phase.title, right - left - 2 * PAD, _SMALL, width_of)
        if len(lines) > 2 or any(word not in " ".join(lines) for word in phase.title.split()):
            lines = [str(number)]
            notes.append(f"{number}: {phase.title}, {phase_weeks(phase, scale.start)}.")
        y = top + height / 2 - (len(lines) / 2 - 0.78) * _SMALL * LINE
        for n, line in enumerate(lines):
            place = (left + right) / 2, y + n * _SMALL * LINE
            axes.text(*place, line, size=_SMALL, ha="center")
    return notes, top + height


def _draw_weeks(axes: "Axes", scale: TimeScale, top: float) -> float:
    """The numbers of weeks, and the days that they begin on."""
    axes.text(_LABELS - 0.08, top + 0.14, "program week", size=_SMALL, ha="right")
    axes.text(_LABELS - 0.08, top + 0.28, "from", size=_SMALL, ha="right")
    few, fewer = (
        scale.step(width_of(str(scale.weeks), _SMALL)),
        scale.step(width_of("Nov 30", _SMALL)),
    )
    fewer = -(-fewer // few) * few
    for week in range(1, scale.weeks + 1):
        day = scale.start + timedelta(weeks=week - 1)
        if (week - 1) % few == 0:
            x = scale.x(day) + scale.week / 2
            axes.text(x, top + 0.14, str(week), size=_SMALL, ha="center")
        if (week - 1) % fewer == 0:
            axes.text(scale.x(day), top + 0.28, short_day_words(day), size=_SMALL)
    return top + 0.34


def _label(axes: "Axes", title: str, top: float) -> float:
    """Write the name of a row beside it; how high the row is."""
    lines = break_lines(title, _LABELS - 0.12 - PAD, _SMALL, width_of)
    height = max(len(lines) * _SMALL * LINE + 0.06, 0.22)
    above = (height - len(lines) * _SMALL * LINE) / 2
    for number, line in enumerate(lines, 1):
        y = top + above + (number - 0.22) * _SMALL * LINE
        axes.text(_LABELS - 0.08, y, line, size=_SMALL, ha="right")
    return height


_MARKS = {
    MarkKind.BOOKED: ("o", True),
    MarkKind.MOVED: ("o", False),
    MarkKind.MAKE_UP: ("^", False),
    MarkKind.UNPLACED: ("x", True),
}
_DUE = "D"


def _draw_line(axes: "Axes", line: Line, number: int, scale: TimeScale, top: float) -> float:
    """A service with a mark for each session; where its row ends."""
    height = _label(axes, line.title, top)
    color, _ = look(number)
    middle = top + height / 2
    size = min(5.0, max(2.4, 72 * scale.week / 8))
    for kind in MarkKind:
        marks = [mark for mark in line.of(kind) if not mark.untold]
        _mark(axes, [(scale.middle(mark), middle) for mark in marks], kind, color, size)
    drawn = {
        mark.week for mark in line.marks if not mark.day and mark.kind is not MarkKind.UNPLACED
    }
    for week in drawn:
        left = _LABELS + (week - 1) * scale.week
        axes.hlines(middle, left + 0.02, left + scale.week - 0.02, colors=color, linewidth=2)
    axes.hlines(top + height, _LABELS, scale.width - 0.12, colors=GRID, linewidth=0.5, zorder=0)
    return top + height


def _mark(
    axes: "Axes",
    places: Sequence[tuple[float, float]],
    kind: MarkKind,
    color: str,
    size: float,
) -> None:
    shape, filled = _MARKS[kind]
    axes.plot(
        [x for x, _ in places],
        [y for _, y in places],
        linestyle="none",
        marker=shape,
        markersize=size if filled else size + 1,
        markerfacecolor=color if filled else "white",
        markeredgecolor="black",
        markeredgewidth=0.4 if shape == "o" and filled else 1.2,
        zorder=3,
    )


def _draw_due(axes: "Axes", schedule: Schedule, scale: TimeScale, top: float) -> float:
    """A row for days by which something is due; where it ends."""
    height = _label(axes, "Due", top)
    due = [each.by for each in schedule.plan.milestones]
    days = [day for day in due if schedule.plan.start <= day < schedule.end]
    _draw_diamonds(axes, [(scale.x(day) + scale.week / 14, top + height / 2) for day in days])
    return top + height


def _draw_diamonds(axes: "Axes", places: Sequence[tuple[float, float]]) -> None:
    xs, ys = [x for x, _ in places], [y for _, y in places]
    axes.plot(xs, ys, linestyle="none", marker="D", markersize=4, color="black", zorder=3)


def _shade(
    axes: "Axes",
    stretches: Iterable[Stretch],
    scale: TimeScale,
    rows: tuple[float, float],
    hatch: str,
) -> None:
    low, high = rows
    for each in stretches:
        left, right = scale.x(each.start), scale.x(each.end)
        shade = box(axes, (left, low), (right - left, high - low))
        shade.set(facecolor="#E6E6E6", edgecolor="#999999", hatch=hatch, linewidth=0, zorder=1)


def _draw_hours(axes: "Axes", times: Sequence[timedelta], scale: TimeScale, top: float) -> float:
    """A bar for the hours of each week; where they end."""
    height = 0.6
    hours = [time / timedelta(hours=1) for time in times]
    most = max(*hours, 0.1)
    bottom = top + 0.12 + height
    axes.text(_LABELS - 0.08, bottom - height / 2, "hours a week", size=_SMALL, ha="right")
    words = [f"{round(hour, 1):g}" for hour in hours]
    step = scale.step(max(width_of(word, 6.5) for word in words))
    for week, hour in enumerate(hours):
        left, tall = _LABELS + week * scale.week, height * hour / most
        bar = box(axes, (left + scale.week * 0.1, bottom - tall), (scale.week * 0.8, tall))
        bar.set(facecolor="#777777")
        if step == 1:
            place = left + scale.week / 2, bottom - tall - 0.03
            axes.text(*place, words[week], size=6.5, ha="center")
    if step > 1:
        highest = f"{round(most, 1):g}"
        axes.text(_LABELS - 0.08, bottom - height + 0.06, highest, size=6.5, ha="right")
        axes.hlines(bottom - height, _LABELS, scale.width - 0.12, colors=GRID, linewidth=0.5)
    axes.hlines(bottom, _LABELS, scale.width - 0.12, colors="black", linewidth=0.6)
    return bottom


def _draw_edges(
    axes: "Axes", phases: Sequence[Stretch], scale: TimeScale, rows: tuple[float, float]
) -> None:
    """Lines between weeks, and darker ones between phases."""
    bounds = {edge for phase in phases for edge in (phase.start, phase.end)}
    for week in range(scale.weeks + 1):
        day = scale.start + timedelta(weeks=week)
        color, width = ("black", 0.8) if day in bounds else (GRID, 0.4)
        axes.vlines(scale.x(day), *rows, colors=color, linewidth=width, zorder=0.5)


def _key(schedule: Schedule, lines: Sequence[Line], site: Site | None) -> Iterator[tuple[str, str]]:
    """What each mark and shade that is in the picture stands for."""
    for kind in MarkKind:
        if any(not mark.untold for line in lines for mark in line.of(kind)):
            yield kind, str(kind)
    if any(mark.untold for line in lines for mark in line.marks):
        yield "line", "on a day that was drawn"
    if schedule.plan.milestones:
        yield _DUE, "due"
    if closed_stretches(schedule, site):
        yield "////", "site closed"
    if leave_stretches(schedule):
        yield "xx", "treatment on hold"


def _draw_key(axes: "Axes", key: Iterable[tuple[str, str]], scale: TimeScale, top: float) -> float:
    """A sample of each mark with its words, in lines; where they end."""
    x, y = PAD + 0.06, top + 0.1
    for mark, words in key:
        width = 0.36 + width_of(words, 8)
        if x + width > scale.width and x > 0.2:
            x, y = PAD + 0.06, y + 0.2
        if mark == _DUE:
            _draw_diamonds(axes, [(x + 0.08, y)])
        elif mark == "line":
            axes.hlines(y, x, x + 0.16, colors="black", linewidth=2)
        elif mark in ("////", "xx"):
            sample = box(axes, (x, y - 0.06), (0.18, 0.12))
            sample.set(facecolor="#E6E6E6", edgecolor="#999999", hatch=mark, linewidth=0)
        else:
            _mark(axes, [(x + 0.08, y)], MarkKind(mark), "#777777", 5)
        axes.text(x + 0.22, y + 0.04, words, size=8)
        x += width + 0.16
    return y + 0.1
