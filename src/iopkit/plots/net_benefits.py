"""What strategies cost and achieve, and what that turns on, as pictures."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from textwrap import fill
from typing import TYPE_CHECKING

from iopkit.errors import UnknownNameError
from iopkit.plots.canvas import COLORS, GRID, Form, look, saved, sheet, tint

if TYPE_CHECKING:
    from iopkit.plots.canvas import Axes
    from iopkit.studies.net_benefits import AcceptabilityCurves, Outcomes
    from iopkit.studies.sensitivity import Tornado, TornadoBar

_MARKS = ("o", "^", "s", "D", "v", "P", "X", "*")
_DASHES = ("-", "--", "-.", ":")
_ENDS = ("input at its low value", "input at its high value")


def cost_plane_picture(  # noqa: PLR0913  # what is drawn, and its words
    outcomes: "Outcomes",
    *,
    against: str,
    worth_usd: float | None = None,
    effect: str = "effect",
    title: str = "Costs and effects",
    form: Form = "svg",
) -> bytes:
    """What each other strategy adds to the cost and the effect of one: a mark for each set.

    Large marks are means. Right of and below the line, an effect is worth its cost.

    Args:
        against: the strategy that the others are compared with.
        worth_usd: what one unit of effect is worth, for the line; ``None``: no line.
        effect: what is achieved, in words, for the axis.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
        UnknownNameError: no such strategy.
    """
    names = outcomes.strategies
    if against not in names:
        raise UnknownNameError("strategy", against, names)
    base = names.index(against)
    added = [
        (
            name,
            outcomes.effects[:, n] - outcomes.effects[:, base],
            outcomes.costs_usd[:, n] - outcomes.costs_usd[:, base],
        )
        for n, name in enumerate(names)
        if n != base
    ]
    words = [f"Against {against}, means of {len(outcomes.sets)}:"]
    with sheet(layout="constrained") as figure:
        figure.set_size_inches(8, 5.4)
        axes = figure.subplots()
        axes.axhline(0, color="black", linewidth=0.8)
        axes.axvline(0, color="black", linewidth=0.8)
        for number, (name, effects, costs) in enumerate(added):
            color, mark = look(number)[0], _MARKS[number % len(_MARKS)]
            axes.plot(
                effects,
                costs,
                linestyle="none",
                marker=mark,
                markersize=4,
                color=color,
                alpha=0.35,
                markeredgewidth=0,
            )
            axes.plot(
                effects.mean(),
                costs.mean(),
                linestyle="none",
                marker=mark,
                markersize=11,
                color=color,
                markeredgecolor="black",
                label=fill(name, 40),
            )
            words.append(f"{name}: {effects.mean():+,.4g} effect, ${costs.mean():+,.4g}.")
        if worth_usd is not None:
            axes.axline(
                (0, 0),
                slope=worth_usd,
                color="black",
                linestyle="--",
                linewidth=1,
                label=f"${worth_usd:,g} a unit",
            )
        axes.set(
            title=title,
            xlabel=f"more {effect} than {against}",
            ylabel="more cost, $",
        )
        axes.xaxis.set_major_formatter("{x:,.10g}")
        axes.yaxis.set_major_formatter("{x:,.10g}")
        axes.grid(color=GRID, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
        return saved(figure, form, title=title, words="\n".join(words))


def acceptability_picture(
    curves: "AcceptabilityCurves",
    *,
    title: str = "How likely each strategy is the best one",
    form: Form = "svg",
) -> bytes:
    """The share of sets in which each strategy is best, by what one unit of effect is worth.

    The wide band is the frontier: the share of the strategy to choose, which has the highest mean.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
    """
    rows = sorted(curves.rows, key=lambda row: row.worth_usd)
    names = list(dict.fromkeys(row.strategy for row in curves.rows))
    best = [row for row in rows if row.is_best]
    with sheet(layout="constrained") as figure:
        figure.set_size_inches(8, 5)
        axes = figure.subplots()
        axes.plot(
            [row.worth_usd for row in best],
            [100 * row.share for row in best],
            color="#DDDDDD",
            linewidth=9,
            solid_capstyle="round",
            label="to choose: the highest mean net benefit",
        )
        for number, name in enumerate(names):
            own = [row for row in rows if row.strategy == name]
            axes.plot(
                [row.worth_usd for row in own],
                [100 * row.share for row in own],
                color=look(number)[0],
                linestyle=_DASHES[number % len(_DASHES)],
                marker=_MARKS[number % len(_MARKS)],
                markevery=max(1, len(own) // 8),
                linewidth=2,
                label=fill(name, 40),
            )
        axes.set(
            title=title,
            xlabel="worth of one unit of effect, $",
            ylabel="% of sets in which it is best",
            ylim=(-2, 102),
        )
        axes.xaxis.set_major_formatter("{x:,.10g}")
        axes.grid(color=GRID, linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
        figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
        return saved(figure, form, title=title, words=str(curves))


def tornado_picture(
    tornado: "Tornado",
    *,
    figure_of: str = "net benefit, $",
    title: str = "What the result turns on",
    form: Form = "svg",
) -> bytes:
    """How far each input moves each strategy's figure, a panel for each strategy.

    Bars to the low value of an input are plain, those to the high one hatched. A star marks an
    input that changes which strategy is best.

    Args:
        figure_of: what the figure is, for the axis.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
    """
    bars = {
        name: [bar for bar in tornado.bars if bar.strategy == name]
        for name, _ in tornado.at_medians
    }
    heights = [0.8 + 0.36 * len(each) for each in bars.values()]
    with sheet(layout="constrained") as figure:
        figure.set_size_inches(8.5, 1.3 + sum(heights))
        figure.suptitle(title, fontsize=12)
        column = figure.subplots(len(bars), 1, squeeze=False, sharex=True, height_ratios=heights)[
            :, 0
        ]
        for axes, (name, middle) in zip(column, tornado.at_medians, strict=True):
            _draw_bars(axes, name, middle, bars[name])
        handles, labels = column[0].get_legend_handles_labels()
        figure.legend(
            handles,
            labels,
            loc="outside lower center",
            ncols=3,
            frameon=False,
            fontsize=9,
            title="line: all inputs at their medians   |  *: changes which strategy is best",
            title_fontsize=8,
        )
        column[-1].set_xlabel(figure_of)
        return saved(figure, form, title=title, words=str(tornado))


def _draw_bars(axes: "Axes", name: str, middle: float, bars: "list[TornadoBar]") -> None:
    for place, bar in enumerate(bars):
        # Ends on one side of the middle would cover each other.
        aside = 0.16 if (bar.at_low - middle) * (bar.at_high - middle) >= 0 else 0
        for end, value, at, number in (
            (bar.at_low, bar.low, place - aside, 0),
            (bar.at_high, bar.high, place + aside, 1),
        ):
            axes.barh(
                at,
                end - middle,
                left=middle,
                height=0.3 if aside else 0.62,
                color=tint(COLORS[(4, 1)[number]], 0.8),
                hatch=("", "//")[number],
                edgecolor="white",
                linewidth=0.6,
                label=_ENDS[number] if place == 0 else "_again",
            )
            axes.annotate(
                f"{float(f'{value:.3g}'):,g}",
                (end, at),
                xytext=(3 if end >= middle else -3, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
                ha="left" if end >= middle else "right",
            )
    axes.axvline(middle, color="black", linewidth=1)
    axes.set_title(fill(name, 80), fontsize=10, loc="left")
    axes.set(yticks=range(len(bars)), ylim=(len(bars) - 0.4, -0.6))
    axes.set_yticklabels(
        [fill(bar.input + " *" * bar.changes_choice, 30) for bar in bars], fontsize=9
    )
    axes.margins(x=0.12)
    axes.xaxis.set_major_formatter("{x:,.10g}")
    axes.grid(axis="x", color=GRID, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
