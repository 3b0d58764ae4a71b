"""Layouts: where the blocks of a week's calendar and the words in them go.

Places are in inches from the top left corner, sizes of letters in points.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.windows import DAY

Measure = Callable[[str, float], float]
"""The width in inches of a text in letters of a size."""

WIDTH, LEFT, TOP, PAD, STRIPE = 7.5, 0.6, 0.68, 0.04, 0.09
COLUMN = (WIDTH - LEFT - PAD) / 7
LINE = 1.2 / 72
"""The height of a line, by the size of its letters."""

_GAP = 0.2
_TALLEST = 8.0
_HOURS = (0.42, 0.48, 0.54, 0.6, 0.7, 0.8, 1.0)
_SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
_EASY = 7.0
"""The size of letters that an hour is made higher for."""


@frozen(repr=False)
class Block:
    """What takes place on a day of a week, from 0, between two minutes of that day.

    Blocks of the same ``look`` are of the same kind; a ``mark`` is said as it is.
    """

    day: int
    low: int
    high: int
    title: str
    times: str
    look: int = 0
    mark: str = ""

    def __attrs_post_init__(self) -> None:
        refuse(
            "block",
            unless(0 <= self.day < 7, "day", "from 0 to 6", "another"),
            unless(
                0 <= self.low < self.high <= DAY, "high", "a minute of the day after low", "none"
            ),
        )

    __repr__ = hidden


@frozen(repr=False)
class Rows:
    """Rows for the hours in some runs of them, each from the first up to the last.

    Between two runs is a narrow gap for the hours that have no row.
    """

    runs: tuple[tuple[int, int], ...]
    hour: float

    def y(self, minute: int) -> float:
        """The place of a minute of the day, within a run or at the end of one."""
        lines = next(
            run for run, (_, high) in zip(self.lines, self.runs, strict=True) if minute <= high * 60
        )
        (hour, top), *_ = lines
        return top + (minute / 60 - hour) * self.hour

    @property
    def lines(self) -> tuple[tuple[tuple[int, float], ...], ...]:
        """The lines between hours, run by run: the hour of the day and the place."""
        tops = [TOP]
        for low, high in self.runs:
            tops.append(tops[-1] + (high - low) * self.hour + _GAP)
        return tuple(
            tuple((hour, top + (hour - low) * self.hour) for hour in range(low, high + 1))
            for top, (low, high) in zip(tops, self.runs, strict=False)
        )

    @property
    def bottom(self) -> float:
        """The end of the last row."""
        return self.lines[-1][-1][1]

    __repr__ = hidden


@frozen(repr=False)
class Placed:
    """A block with its place, and its words in lines of a size that fits.

    ``whole``: nothing of the words was cut.
    """

    block: Block
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    size: float
    whole: bool

    __repr__ = hidden


@frozen(repr=False)
class Layout:
    """The rows of a week's calendar and what is in its columns."""

    rows: Rows
    placed: tuple[Placed, ...]

    __repr__ = hidden


def laid_out(blocks: Iterable[Block], measure: Measure) -> Layout:
    """Place blocks in seven columns, with hours as high as their words need.

    Blocks of one day that overlap stand side by side. Words that do not fit in small letters
    are cut.
    """
    lanes = [*_lanes(blocks)]
    runs = _runs(block for block, _, _ in lanes)
    most = (_TALLEST - _GAP * (len(runs) - 1)) / sum(high - low for low, high in runs)
    heights = [min(height, most) for height in _HOURS]
    easy = (
        layout
        for layout in (_placed(Rows(runs, height), lanes, measure) for height in heights)
        if all(each.whole and each.size >= _EASY for each in layout.placed)
    )
    return next(easy, None) or _placed(Rows(runs, heights[-1]), lanes, measure)


def _placed(rows: Rows, lanes: Iterable[tuple[Block, float, float]], measure: Measure) -> Layout:
    placed: list[Placed] = []
    for block, x, width in lanes:
        y, end = rows.y(block.low), rows.y(block.high)
        fitted = _fitted(block, width - STRIPE - 2 * PAD, max(end - y - PAD, 0), measure)
        placed.append(Placed(block, x, y, width, end - y, *fitted))
    return Layout(rows, tuple(placed))


def _runs(blocks: Iterable[Block]) -> tuple[tuple[int, int], ...]:
    """Runs of hours that blocks touch; one free hour between two keeps its row."""
    runs: list[tuple[int, int]] = []
    for low, high in sorted((b.low // 60, -(-b.high // 60)) for b in blocks):
        if runs and low <= runs[-1][1] + 1:
            runs[-1] = runs[-1][0], max(runs[-1][1], high)
        else:
            runs.append((low, high))
    return tuple(runs) or ((9, 17),)


def _lanes(blocks: Iterable[Block]) -> Iterator[tuple[Block, float, float]]:
    """Each block with its left edge and width."""
    in_order = sorted(blocks, key=lambda block: (block.day, block.low, block.high))
    for day, on_day in groupby(in_order, key=lambda block: block.day):
        for together in _overlapping(on_day):
            ends: list[int] = []
            chosen: list[int] = []
            for block in together:
                free = (lane for lane, end in enumerate(ends) if end <= block.low)
                lane = next(free, len(ends))
                ends[lane : lane + 1] = [block.high]
                chosen.append(lane)
            width = COLUMN / len(ends)
            for block, lane in zip(together, chosen, strict=True):
                yield block, LEFT + day * COLUMN + lane * width, width


def _overlapping(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks of a day, in order, in groups that do not touch each other."""
    group: list[Block] = []
    for block in blocks:
        if group and block.low >= max(other.high for other in group):
            yield group
            group = []
        group.append(block)
    yield group


def _fitted(
    block: Block, width: float, height: float, measure: Measure
) -> tuple[tuple[str, ...], float, bool]:
    """A block's words in lines, the size of their letters, and whether all are there."""
    for size in _SIZES:
        title, rest = _words(block, width, size, measure)
        if len(title) + len(rest) <= int(height / (size * LINE)):
            return (*title, *rest), size, True
    size = _SIZES[-1]
    room = int(height / (size * LINE))
    title, rest = _words(block, width, size, measure)
    # Something of the title in any case, and the times if there is room.
    *kept, last = title[: max(room - len(rest), 1)] or [""]
    return (*kept, _cut(last, width, size, measure), *rest)[:room], size, False


def _words(
    block: Block, width: float, size: float, measure: Measure
) -> tuple[list[str], list[str]]:
    """The lines of a block's title, and of its times and mark."""
    title, times, mark = (
        break_lines(text, width, size, measure) for text in (block.title, block.times, block.mark)
    )
    return title, times + mark


def _cut(text: str, width: float, size: float, measure: Measure) -> str:
    while text and measure(f"{text}\N{HORIZONTAL ELLIPSIS}", size) > width:
        text = text[:-1]
    return f"{text}\N{HORIZONTAL ELLIPSIS}"


def break_lines(text: str, width: float, size: float, measure: Measure) -> list[str]:
    """A text in lines that are no wider than given; words that are wider are broken."""
    lines: list[str] = []
    for word in text.split():
        if lines and measure(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and measure(lines[-1] + letter, size) > width:
                lines.append("")
            lines[-1] += letter
    return lines
