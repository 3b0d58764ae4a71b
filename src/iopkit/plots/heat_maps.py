"""Heat maps: how full groups are week by week, and how long rooms and clinicians are booked."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from iopkit.confidential import hidden
from iopkit.errors import TooComplexError
from iopkit.fields import frozen
from iopkit.plots.canvas import (
    COLORS,
    GRID,
    Form,
    box,
    plane,
    resize,
    saved,
    sheet,
    tint,
    width_of,
)
from iopkit.plots.layouts import LINE, PAD, break_lines
from iopkit.reports.capacity import group_words, load_text, meetings_by_group, meetings_text
from iopkit.reports.words import days_words, short_day_words
from iopkit.schedules.capacity import Load
from iopkit.schedules.meetings import Meeting
from iopkit.windows import ONE_DAY

if TYPE_CHECKING:
    from iopkit.plots.canvas import Axes


@frozen(repr=False)
class Cell:
    """A field of a heat map: its words, how full it is from 0 to 1, and if it is framed."""

    text: str
    share: float | None
    framed: bool = False

    __repr__ = hidden


@frozen(repr=False)
class Row:
    """A row of a heat map: the lines of its label, and its fields by day."""

    label: tuple[str, ...]
    cells: tuple[tuple[date, Cell], ...]

    __repr__ = hidden


@frozen(repr=False)
class HeatMap:
    """Rows of fields in columns of days, with a title, notes, and the same in words."""

    title: str
    rows: tuple[Row, ...]
    columns: tuple[date, ...]
    notes: tuple[str, ...]
    words: str

    __repr__ = hidden


def meetings_picture(
    meetings: Iterable[Meeting], *, title: str = "Seats taken", form: Form = "svg"
) -> bytes:
    """How full each group is, week by week: a row for each group, a column for each week.

    A field has the seats taken and the seats, and is darker the fuller the group is; one
    that is full has a frame. Weeks begin on Monday. ``iopkit.reports.meetings_text`` says
    the same in words.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
        TooComplexError: there are too many groups and weeks to be read.
    """
    return _drawn(meetings_map(meetings, title=title), form)


def meetings_map(meetings: Iterable[Meeting], *, title: str) -> HeatMap:
    """What the picture of groups has."""
    listed = tuple(meetings)
    rows = tuple(
        Row(group_words(group[0]), tuple((_monday(each.start), _seats(each)) for each in group))
        for group in meetings_by_group(listed)
    )
    days = sorted(each.start.date() for each in listed)
    first, last = (_monday(days[0]), _monday(days[-1])) if days else (date.max, date.min)
    columns = tuple(first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1))
    notes = ["In each week: seats taken / seats. A frame: no seat is left."]
    if any(each.seats is None for each in listed):
        notes.append("?: how many seats there are is not known.")
    if any(each.patients is None for each in listed):
        notes.append("?: who comes was not counted.")
    if any(each.called_off for each in listed):
        notes.append("off: the meeting is called off.")
    head = f"{title}, {days_words(days[0], days[-1])}" if days else title
    return HeatMap(head, rows, columns, tuple(notes), meetings_text(listed))


def _seats(meeting: Meeting) -> Cell:
    if meeting.called_off:
        return Cell("off", None)
    if meeting.seats is None or meeting.patients is None:
        taken, seats = ("?" if n is None else n for n in (meeting.patients, meeting.seats))
        return Cell(f"{taken}/{seats}", None)
    full = meeting.patients >= meeting.seats
    return Cell(f"{meeting.patients}/{meeting.seats}", meeting.patients / meeting.seats, full)


def _monday(day: date) -> date:
    return date.fromordinal(day.toordinal() - day.weekday())


def load_picture(loads: Iterable[Load], *, title: str = "Time booked", form: Form = "svg") -> bytes:
    """How much of the time of rooms or clinicians is booked: a row each, a column a day or week.

    A field has the part of the hours that is booked, in percent, and is darker the more that
    is; a frame tells that time outside the hours is booked. ``iopkit.reports.load_text``
    says the same in words.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
        TooComplexError: there are too many rooms or clinicians and days to be read.
    """
    return _drawn(load_map(loads, title=title), form)


def load_map(loads: Iterable[Load], *, title: str) -> HeatMap:
    """What the picture of loads has."""
    listed = tuple(loads)
    rows = tuple(
        Row((name,), tuple((each.start, _booked(each)) for each in several))
        for name, several in groupby(listed, key=lambda each: each.name)
    )
    columns = tuple(sorted({each.start for each in listed}))
    notes = ["Percent of the hours that is booked. A frame: time outside the hours is, too."]
    if any(each.available == timedelta(0) for each in listed):
        notes.append("\N{EN DASH}: no hours.")
    if any(each.available is None for each in listed):
        notes.append("?: the hours are not known, and hours booked are shown.")
    last = max((each.end for each in listed), default=date.max) - ONE_DAY
    head = f"{title}, {days_words(columns[0], last)}" if columns else title
    return HeatMap(head, rows, columns, tuple(notes), load_text(listed))


def _booked(load: Load) -> Cell:
    if load.available is None:
        return Cell(f"{load.booked / timedelta(hours=1):.1f}?", None)
    text = "\N{EN DASH}" if load.share is None else f"{100 * load.share:.0f}"
    return Cell(text, load.share, bool(load.outside))


_LABELS, _WIDTH, _CELL, _COLUMNS, _MAX_CELLS = 2.3, 9.0, 0.55, 16, 5000
_TITLE, _SMALL = 11.0, 7.5
_DARK = 0.9
"""The share above which white is easier to read on its shade than black."""


def _drawn(heat: HeatMap, form: Form) -> bytes:
    """Rows of fields, in as many panels under each other as a page's width asks for."""
    rows, columns = heat.rows, heat.columns
    if len(rows) * len(columns) > _MAX_CELLS:
        raise TooComplexError(f"a picture of {len(rows)} by {len(columns)} fields cannot be read")
    panels = [*_panels(rows, columns)]
    most = max((len(days) for days, _ in panels), default=0)
    cell = min(_CELL, (_WIDTH - _LABELS - PAD) / max(most, 1))
    width = max(_LABELS + most * cell + PAD, 5.5)
    with sheet() as figure:
        heads = break_lines(heat.title, width - 2 * PAD, _TITLE, width_of)
        said = heat.notes if rows else ["Nothing to show."]
        below = [each for note in said for each in break_lines(note, width - 2 * PAD, 8, width_of)]
        axes = plane(figure, width, 1)
        for number, head in enumerate(heads, 1):
            axes.text(PAD, 0.05 + number * _TITLE * LINE, head, size=_TITLE, weight="bold")
        top = 0.1 + len(heads) * _TITLE * LINE
        for days, shown in panels:
            top += 0.36
            _draw_days(axes, days, top, cell)
            for row in shown:
                top = _draw_row(axes, row, days, top, cell)
            top += 0.06
        if rows:
            _draw_scale(axes, top + 0.1)
        for number, line in enumerate(below, 1):
            axes.text(PAD, top + 0.28 + number * 8 * LINE, line, size=8)
        resize(figure, axes, width, top + 0.4 + len(below) * 8 * LINE)
        return saved(figure, form, title=heat.title, words=heat.words)


def _draw_row(axes: "Axes", row: Row, days: Sequence[date], top: float, cell: float) -> float:
    """Draw a row from its top; where it ends."""
    name, *rest = row.label
    width = _LABELS - 2 * PAD
    # Bold letters are wider than those that are measured.
    bold = break_lines(name, width * 0.85, _SMALL, width_of)
    lines = [*bold, *break_lines(", ".join(rest), width, _SMALL, width_of)]
    height = max(len(lines) * _SMALL * LINE + 0.06, 0.24)
    above = (height - len(lines) * _SMALL * LINE) / 2
    for number, line in enumerate(lines, 1):
        y = top + above + (number - 0.2) * _SMALL * LINE
        weight = "bold" if number <= len(bold) else "normal"
        axes.text(PAD, y, line, size=_SMALL, weight=weight)
    cells = dict(row.cells)
    for n, day in enumerate(days):
        _draw_cell(axes, (_LABELS + n * cell, top), (cell, height), cells.get(day))
    return top + height


def _panels(
    rows: Sequence[Row], columns: Sequence[date]
) -> Iterator[tuple[Sequence[date], Sequence[Row]]]:
    """Columns in parts of about the same number that fit a page, and rows with fields there."""
    parts = -(-len(columns) // _COLUMNS)
    for n in range(parts):
        days = columns[n * len(columns) // parts : (n + 1) * len(columns) // parts]
        yield days, [row for row in rows if not dict(row.cells).keys().isdisjoint(days)]


def _draw_days(axes: "Axes", days: Sequence[date], y: float, cell: float) -> None:
    """The day of each column, and the month where it begins."""
    month = 0
    for n, day in enumerate(days):
        x = _LABELS + (n + 0.5) * cell
        if day.month != month:
            axes.text(x, y - 0.17, short_day_words(day)[:3], size=_SMALL, ha="center")
        axes.text(x, y - 0.05, str(day.day), size=_SMALL, ha="center")
        month = day.month


def _draw_cell(
    axes: "Axes", corner: tuple[float, float], size: tuple[float, float], cell: Cell | None
) -> None:
    frame = box(axes, corner, size)
    frame.set(edgecolor=GRID, linewidth=0.5)
    if cell is None:
        return
    share = min(cell.share or 0, 1)
    ink = "white" if share > _DARK else "black"
    frame.set_facecolor(_shade(share) if cell.share is not None else "white")
    if cell.framed:
        inner = box(axes, (corner[0] + 0.025, corner[1] + 0.025), (size[0] - 0.05, size[1] - 0.05))
        inner.set(edgecolor=ink, linewidth=1.2)
    middle = corner[0] + size[0] / 2, corner[1] + size[1] / 2
    fits = min(_SMALL, 0.9 * (size[0] - 0.06) / width_of(cell.text, 1))
    axes.text(*middle, cell.text, size=fits, color=ink, ha="center", va="center")


def _shade(share: float) -> tuple[float, float, float]:
    """A color that is darker the larger the share, in black and white, too."""
    return tint(COLORS[0], 0.05 + 0.95 * share)


def _draw_scale(axes: "Axes", y: float) -> None:
    """What shade stands for how much."""
    for n in range(5):
        x = _LABELS + n * 0.55
        _draw_cell(axes, (x, y), (0.55, 0.18), Cell(f"{25 * n} %", n / 4))
