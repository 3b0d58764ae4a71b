"""A week of a schedule as a calendar."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from iopkit.errors import refuse_flags
from iopkit.plots.canvas import GRID, Form, box, look, plane, saved, sheet, tint, width_of
from iopkit.plots.layouts import (
    COLUMN,
    LEFT,
    LINE,
    PAD,
    STRIPE,
    WIDTH,
    Block,
    Placed,
    Rows,
    break_lines,
    laid_out,
)
from iopkit.reports.weeks import (
    session_mark,
    week_remarks,
    week_sessions,
    week_start,
    week_text,
    week_title,
)
from iopkit.reports.words import clock_words, short_day_words, span_words
from iopkit.schedules.sessions import Schedule
from iopkit.windows import DAY, Weekday, whole_minutes

if TYPE_CHECKING:
    from iopkit.plots.canvas import Axes


def week_picture(
    schedule: Schedule,
    *,
    week: int,
    random_days: bool = False,
    form: Form = "svg",
) -> bytes:
    """One week of a schedule as a calendar: a column for each day, a block for each session.

    Only hours that hold a session have rows, and a few beside them. A service has the same
    color and pattern in every week; a session that was moved says so and has a dashed edge.
    What has no time is named below. ``iopkit.reports.week_text`` says the same in words.
    Calling this is the explicit act that shows when a patient comes.

    Args:
        week: counts from 1.
        random_days: show also sessions on days that were drawn. A patient who sees the days of
            drug tests knows them in advance, so they are named below otherwise.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
        InvalidError: the plan has no such week.
    """
    refuse_flags("picture", random_days=random_days)
    first = week_start(schedule, week)
    with sheet() as figure:
        layout = laid_out(blocks(schedule, week, random_days=random_days), width_of)
        rows = layout.rows
        said = list(week_remarks(schedule, week, random_days=random_days))
        cut = [each.block for each in layout.placed if not each.whole]
        said += dict.fromkeys(f"In full: {block.title}, {block.times}" for block in cut)
        below = [line for text in said for line in break_lines(text, WIDTH - 2 * PAD, 8, width_of)]
        axes = plane(figure, WIDTH, rows.bottom + 0.18 + len(below) * 8 * LINE)
        title = week_title(schedule, week)
        axes.text(LEFT, 0.2, title, size=11, weight="bold")
        _draw_grid(axes, rows, first)
        for each in layout.placed:
            _draw_block(axes, each)
        for number, words in enumerate(below, 1):
            axes.text(PAD, rows.bottom + 0.1 + number * 8 * LINE, words, size=8)
        told = week_text(schedule, week=week, random_days=random_days)
        return saved(figure, form, title=title, words=told)


def _draw_grid(axes: "Axes", rows: Rows, first: date) -> None:
    """Columns for the seven days from the first, and a line for each hour."""
    for day in range(8):
        left = LEFT + day * COLUMN
        for run in rows.lines:
            axes.vlines(left, run[0][1], run[-1][1], colors=GRID, linewidth=0.6, zorder=0)
        if day < 7:
            on = first + timedelta(days=day)
            name, middle = Weekday.of(on).title[:3], left + COLUMN / 2
            axes.text(middle, 0.44, name, size=8, ha="center", weight="bold")
            axes.text(middle, 0.6, short_day_words(on), size=8, ha="center")
    for hour, y in (line for run in rows.lines for line in run):
        axes.hlines(y, LEFT, WIDTH - PAD, colors=GRID, linewidth=0.6, zorder=0)
        axes.text(LEFT - 0.06, y + 0.035, clock_words(time(hour % 24)), size=7, ha="right")


def _draw_block(axes: "Axes", placed: Placed) -> None:
    color, hatch = look(placed.block.look)
    corner = placed.x + _BESIDE, placed.y
    moved = bool(placed.block.mark)
    frame = box(axes, corner, (placed.width - 2 * _BESIDE, placed.height))
    frame.set(facecolor=tint(color), edgecolor="black")
    frame.set(linewidth=1.3 if moved else 0.6, linestyle="--" if moved else "-")
    stripe = box(axes, corner, (STRIPE, placed.height))
    stripe.set(facecolor=color, hatch=hatch, edgecolor="black", linewidth=0.4)
    for number, words in enumerate(placed.lines, 1):
        y = placed.y + number * placed.size * LINE
        text = axes.text(placed.x + STRIPE + PAD, y, words, size=placed.size)
        # A letter can be wider than a narrow block.
        text.set(clip_path=frame, clip_on=True)


_BESIDE = 0.015
"""Inches between a block and its column's edge."""


def blocks(schedule: Schedule, week: int, *, random_days: bool) -> Iterator[Block]:
    """A block for each session and day that it touches."""
    looks = {name: number for number, name in enumerate(schedule.titles)}
    first = week_start(schedule, week)
    for session in week_sessions(schedule, week, random_days=random_days):
        midnight = datetime.combine(first, time(0), session.start.tzinfo)
        low, high = (whole_minutes(at - midnight) for at in (session.start, session.end))
        times = span_words(session.start, session.end).replace(" to ", "\N{EN DASH}")
        for day in range(7):
            start, end = max(low - day * DAY, 0), min(high - day * DAY, DAY)
            if start < end:
                title, mark = schedule.service(session).title, session_mark(session)
                yield Block(day, start, end, title, times, looks[session.service], mark)
