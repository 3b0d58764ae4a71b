"""Pictures, as the bytes of an SVG or PNG file."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from io import BytesIO
from textwrap import fill
from typing import TYPE_CHECKING, Literal

from attrs import evolve, frozen

from iopkit.availability import DAY, Weekday
from iopkit.eligibility import Policy, describe
from iopkit.eligibility.diagrams import NO, YES, Diagram, diagram_of, reached
from iopkit.errors import MissingExtraError, TooComplexError
from iopkit.interchange.plain import clock_words, short_day_words, span_words
from iopkit.interchange.weeks import week_remarks, week_sessions, week_start, week_title
from iopkit.layouts import (
    COLUMN,
    LEFT,
    LINE,
    PAD,
    STRIPE,
    WIDTH,
    Block,
    laid_out,
    wrapped,
)
from iopkit.plans import Dose, Program, Schedule, weekly_doses

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text

# Okabe and Ito's colors, which people with color-blind vision can tell apart; the
# hatches tell them apart in black and white.
_COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
_HATCHES = ("", "//", "..", "\\\\", "xx", "--", "oo", "++")


def policy_picture(
    policy: Policy,
    *,
    on: date,
    form: Literal["svg", "png"] = "svg",
) -> bytes:
    """A policy's criteria as a decision tree: what is asked in turn, and where it leads.

    Each box asks about a fact; its branches are the answers that the policy tells apart.
    What is not known has no branch of its own.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
        NotInForceError: ``on`` is before the first version.
        TooComplexError: the tree is too large to be read.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("plots", "a picture") from error
    rows = _rows(diagram_of(policy.predicate(on=on)))
    columns = max(map(len, rows))
    if columns * len(rows) > _MAX_PLACES:
        raise TooComplexError(f"a picture of {columns} columns cannot be read")
    places = {
        box: ((place + 0.5) * columns / len(row), -float(depth))
        for depth, row in enumerate(rows)
        for place, box in enumerate(row)
    }
    with rc_context({"svg.hashsalt": "iopkit", "svg.fonttype": "path"}):
        figure = Figure(figsize=(3.2 * columns + 0.8, 1.3 * len(rows) + 0.5), layout="constrained")
        axes = figure.subplots()
        axes.set(xlim=(0, columns), ylim=(0.5 - len(rows), 0.5))
        axes.set_axis_off()
        texts = [axes.set_title(policy.title, fontsize=11)]

        def write(x: float, y: float, text: str, size: int, frame: dict[str, str]) -> None:
            written = axes.text(x, y, text, size=size, ha="center", va="center", bbox=frame)
            texts.append(written)

        for box, (x, y) in places.items():
            for words, after in box.steps:
                to_x, to_y = places[after]
                axes.plot((x, to_x), (y, to_y), color="#999999", linewidth=1, zorder=1)
                # Nearer to the end, where lines from one box are further apart.
                if words:
                    write(x + 0.55 * (to_x - x), y + 0.55 * (to_y - y), words, 8, _PLAIN)
        for box, place in places.items():
            if box.title:
                write(*place, box.title, 9, {**_FRAME, "facecolor": box.color})
        return _saved(figure, texts, form)


_MAX_BOXES, _MAX_PLACES = 100, 400
_PLAIN = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
_FRAME = {"boxstyle": "round,pad=0.5", "edgecolor": "#444444"}
_ENDS = {NO: ("not eligible", "#F6D5C3"), YES: ("eligible", "#CFE8DC")}


@frozen(eq=False)
class _Box:
    """A question, or an end, with the answers that lead on and the boxes that they lead to."""

    title: str
    color: str
    steps: "tuple[tuple[str, _Box], ...]" = ()


def _rows(diagram: Diagram) -> list[list[_Box]]:
    """A diagram's boxes: a row for each question that matters, and ends a row below theirs.

    The last branch of each node, for what is not known, is not followed.
    """
    met = {diagram.root}
    for number in reversed(tuple(reached(diagram))):
        met.update(diagram.node(number).branches[:-1] if number in met else ())
    numbers = [number for number in reached(diagram) if number in met]
    if len(numbers) > _MAX_BOXES:
        raise TooComplexError(f"a picture of more than {_MAX_BOXES} questions cannot be read")
    asked = sorted({diagram.node(number).question for number in numbers})
    rows: list[list[_Box]] = [[] for _ in range(len(asked) + 1)]
    made: dict[int, tuple[_Box, int]] = {}
    for number in numbers:
        node = diagram.node(number)
        answers = diagram.questions[node.question]
        depth = asked.index(node.question)
        steps: list[tuple[str, _Box]] = []
        for branch in dict.fromkeys(node.branches[:-1]):
            same = [place for place, to in enumerate(node.branches[:-1]) if to == branch]
            words = describe(answers.predicate(same)).replace(f"{answers.fact.title} is ", "")
            if branch in _ENDS:
                after, below = _Box(*_ENDS[branch]), depth + 1
                rows[below].append(after)
            else:
                after, below = made[branch]
            # A line that passes rows has a place of its own in each.
            for row in reversed(rows[depth + 1 : below]):
                after = _Box("", "", (("", after),))
                row.append(after)
            steps.append((fill(words, 26), after))
        made[number] = _Box(fill(answers.fact.title, 24), "#FFFFFF", tuple(steps)), depth
        rows[depth].append(made[number][0])
    if not numbers:
        rows[0].append(_Box(*_ENDS[diagram.root]))
    # Ends stand to the right, out of the way of lines that go on.
    return [sorted(row, key=lambda box: not box.steps) for row in rows]


def program_picture(
    program: Program,
    *,
    line_at: timedelta | None = None,
    form: Literal["svg", "png"] = "svg",
) -> bytes:
    """A program's weeks as stacked bars of hours, a color and pattern for each service.

    Tracks stand side by side. Where sessions have a range of lengths, the most that they add
    is lighter and on top. Sessions of unknown length have no height, and a phase of no stated
    length has one week; the picture says so.

    Args:
        line_at: draw a line at so many hours a week, such as a payer's minimum.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("plots", "a picture") from error
    totals = [dose for _, variant in program.variants for dose in weekly_doses(variant)]
    top = max(*(dose.known + dose.extra for dose in totals), line_at or timedelta(0))
    with rc_context({"svg.hashsalt": "iopkit", "svg.fonttype": "path"}):
        figure = Figure(figsize=(9, 4.8), layout="constrained")
        row = figure.subplots(1, len(program.variants), sharey=True, squeeze=False)[0]
        texts = [figure.suptitle(program.title, fontsize=12)]
        bars: dict[str, Rectangle] = {}
        for axes, (track, variant) in zip(row, program.variants, strict=True):
            bars |= _draw_weeks(axes, variant, _looks(program))
            if track:
                texts.append(axes.set_title(track.title, fontsize=10))
            if line_at is not None:
                axes.axhline(line_at / _HOUR, color="black", linestyle="--", linewidth=1)
        row[0].set(ylabel="hours a week", ylim=(0, 1.1 * top / _HOUR or 1))
        row[0].locator_params("y", steps=[1, 2, 5, 10])
        if line_at is not None:
            label = f"{line_at / _HOUR:g} hours a week"
            place = (row[-1].get_xlim()[1], line_at / _HOUR)
            row[-1].annotate(label, place, ha="right", va="bottom", fontsize=9)
        titles = {service.name: service.title for service in program.every_service}
        legend = figure.legend(
            bars.values(),
            [titles[name] for name in bars],
            loc="outside lower center",
            ncols=2,
            frameon=False,
            fontsize=9,
            title="\n".join(fill(note, 120) for note in _notes(program)),
            title_fontsize=8,
        )
        texts += [*legend.get_texts(), legend.get_title()]
        return _saved(figure, texts, form)


_HOUR = timedelta(hours=1)


def _looks(program: Program) -> dict[str, tuple[str, str]]:
    """Color and pattern of each service whose time is known, by name."""
    names = dict.fromkeys(s.name for s in program.every_service if Dose.of([s]).known)
    return {name: _look(number) for number, name in enumerate(names)}


def _look(number: int) -> tuple[str, str]:
    """A color and a pattern; colors come again after eight, and with their pattern, none does."""
    again, place = divmod(number, len(_COLORS))
    return _COLORS[place], _HATCHES[(number + again) % len(_HATCHES)]


def _draw_weeks(
    axes: "Axes", program: Program, looks: Mapping[str, tuple[str, str]]
) -> "dict[str, Rectangle]":
    """Draw a bar for each week and service: what is sure, and on top what may be more.

    Returns:
        A bar of each service that has some, by name.
    """
    weeks = range(1, program.weeks + 1)
    base = [0.0 for _ in weeks]
    bars: dict[str, Rectangle] = {}
    for lighter in (False, True):
        for name, (color, hatch) in looks.items():
            doses = weekly_doses(program, services=(name,))
            heights = [(dose.extra if lighter else dose.known) / _HOUR for dose in doses]
            if any(heights):
                drawn = axes.bar(
                    weeks,
                    heights,
                    bottom=base,
                    width=0.85,
                    color=color,
                    hatch=hatch,
                    edgecolor="white",
                    linewidth=0.6,
                    alpha=0.4 if lighter else None,
                )
                bars.setdefault(name, drawn.patches[0])
                base = [low + height for low, height in zip(base, heights, strict=True)]
    beside = max(0, 4 - program.weeks) / 2  # so that the bars of few weeks are no wider
    step = max(1, program.weeks // 16)
    axes.set(
        xlabel="program week",
        xlim=(0.4 - beside, program.weeks + 0.6 + beside),
        xticks=range(step, program.weeks + 1, step),
    )
    axes.spines[["top", "right"]].set_visible(False)
    return bars


def _notes(program: Program) -> Iterator[str]:
    """What the bars do not show by themselves."""
    doses = [(service.title, Dose.of([service])) for service in program.every_service]
    if unmeasured := dict.fromkeys(title for title, dose in doses if dose.unmeasured):
        yield f"Length not known, not shown: {', '.join(unmeasured)}"
    for phase in program.phases:
        shown = evolve(phase, weeks=phase.laid_weeks, weeks_max=None)
        if phase.words != shown.words:
            yield f"{phase.title}: {phase.words}; {shown.words} shown"
    if any(dose.extra for _, dose in doses):
        yield "Lighter, on top: how much more it is if sessions last their longest"


def week_picture(
    schedule: Schedule,
    *,
    week: int,
    random_days: bool = False,
    form: Literal["svg", "png"] = "svg",
) -> bytes:
    """One week of a schedule as a calendar: a column for each day, a block for each session.

    Only hours that hold a session have rows, and a few beside them. A service has the same
    color and pattern in every week; a session that was moved says so and has a dashed edge.
    What has no time is named below. ``iopkit.interchange.week_text`` says the same in words.
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
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle
    except ImportError as error:
        raise MissingExtraError("plots", "a picture") from error
    first = week_start(schedule, week)
    layout = laid_out(_blocks(schedule, week, random_days=random_days), _measure)
    rows = layout.rows
    said = list(week_remarks(schedule, week, random_days=random_days))
    cut = [each.block for each in layout.placed if not each.whole]
    said += dict.fromkeys(f"In full: {block.title}, {block.times}" for block in cut)
    below = [line for text in said for line in wrapped(text, WIDTH - 2 * PAD, 8, _measure)]
    height = rows.bottom + 0.18 + len(below) * 8 * LINE
    with rc_context({"svg.hashsalt": "iopkit", "svg.fonttype": "path"}):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, WIDTH), ylim=(height, 0))
        axes.set_axis_off()
        texts: list[Text] = []

        def write(x: float, y: float, text: str, size: float, place: str = "left") -> "Text":
            texts.append(axes.text(x, y, text, size=size, ha=place))
            return texts[-1]

        write(LEFT, 0.2, week_title(schedule, week), 11).set_fontweight("bold")
        for day in range(8):
            left = LEFT + day * COLUMN
            for run in rows.lines:
                axes.vlines(left, run[0][1], run[-1][1], colors=_GRID, linewidth=0.6, zorder=0)
            if day < 7:
                on = first + timedelta(days=day)
                name = Weekday.of(on).title[:3]
                write(left + COLUMN / 2, 0.44, name, 8, "center").set_fontweight("bold")
                write(left + COLUMN / 2, 0.6, short_day_words(on), 8, "center")
        for hour, y in (line for run in rows.lines for line in run):
            axes.hlines(y, LEFT, WIDTH - PAD, colors=_GRID, linewidth=0.6, zorder=0)
            write(LEFT - 0.06, y + 0.035, clock_words(time(hour % 24)), 7, "right")
        for each in layout.placed:
            color, hatch = _look(each.block.look)
            left = each.x + _BESIDE
            moved = bool(each.block.mark)
            frame = Rectangle(
                (left, each.y),
                each.width - 2 * _BESIDE,
                each.height,
                facecolor=_tint(color),
                edgecolor="black",
                linewidth=1.3 if moved else 0.6,
                linestyle="--" if moved else "-",
            )
            stripe = Rectangle(
                (left, each.y),
                STRIPE,
                each.height,
                facecolor=color,
                hatch=hatch,
                edgecolor="black",
                linewidth=0.4,
            )
            axes.add_patch(frame)
            axes.add_patch(stripe)
            for number, words in enumerate(each.lines, 1):
                y = each.y + number * each.size * LINE
                # A letter can be wider than a narrow block.
                write(each.x + STRIPE + PAD, y, words, each.size).set(clip_path=frame, clip_on=True)
        for number, words in enumerate(below, 1):
            write(PAD, rows.bottom + 0.1 + number * 8 * LINE, words, 8)
        return _saved(figure, texts, form)


_BESIDE = 0.015
"""Inches between a block and its column's edge."""
_GRID = "#BBBBBB"


def _blocks(schedule: Schedule, week: int, *, random_days: bool) -> Iterator[Block]:
    """A block for each session and day that it touches."""
    services = dict.fromkeys(s.name for s in schedule.plan.program.every_service)
    looks = {name: number for number, name in enumerate(services)}
    first = week_start(schedule, week)
    for session in week_sessions(schedule, week, random_days=random_days):
        midnight = datetime.combine(first, time(0), session.start.tzinfo)
        low, high = ((at - midnight) // timedelta(minutes=1) for at in (session.start, session.end))
        times = span_words(session.start, session.end).replace(" to ", "\N{EN DASH}")
        for day in range(7):
            start, end = max(low - day * DAY, 0), min(high - day * DAY, DAY)
            if start < end:
                title, mark = schedule.service(session).title, "moved" if session.moved else ""
                yield Block(day, start, end, title, times, looks[session.service], mark)


def _tint(color: str) -> tuple[float, ...]:
    """A color so light that black text on it is easy to read."""
    parts = (int(color[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return tuple(1 - 0.2 * (1 - part) for part in parts)


def _measure(text: str, size: float) -> float:
    return _width_at_ten(text) * size / 720


@lru_cache(maxsize=4096)
def _width_at_ten(text: str) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(
        text, FontProperties(size=10), ismath=False
    )
    return float(width)


def _saved(figure: "Figure", texts: Iterable["Text"], form: Literal["svg", "png"]) -> bytes:
    for text in texts:
        text.set_parse_math(False)  # a dollar sign in a title is a dollar sign
    out = BytesIO()
    metadata = {"Date": None} if form == "svg" else {}
    figure.savefig(out, format=form, dpi=120, metadata=metadata)
    return out.getvalue()
