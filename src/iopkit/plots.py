"""Pictures, as the bytes of an SVG or PNG file."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections import Counter
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from iopkit.availability import Weekday
from iopkit.errors import MissingExtraError
from iopkit.plans import Program, timetable

if TYPE_CHECKING:
    from matplotlib.container import BarContainer

# Okabe and Ito's colors, which people with color-blind vision can tell apart; the
# hatches tell them apart in black and white.
_COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
_HATCHES = ("", "//", "..", "\\\\", "xx", "--", "oo", "++")


def program_picture(
    program: Program,
    *,
    line_at: timedelta | None = None,
    form: Literal["svg", "png"] = "svg",
) -> bytes:
    """A program's weeks as stacked bars of hours, a color and pattern for each service.

    Sessions of unknown length have no height; the picture says which services they are of.

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
        from matplotlib.ticker import MultipleLocator
    except ImportError as error:
        raise MissingExtraError("plots", "a picture") from error
    weeks = range(1, program.weeks + 1)
    titles = {service.name: service.title for service in program.every_service}
    hours: dict[str, Counter[int]] = {}
    unmeasured: dict[str, None] = {}
    for entry in timetable(program, Weekday.MONDAY):
        if entry.service.duration is None:
            unmeasured[entry.service.title] = None
        else:
            weekly = hours.setdefault(entry.service.name, Counter())
            weekly[entry.week] += entry.service.duration // timedelta(minutes=1)
    with rc_context({"svg.hashsalt": "iopkit", "svg.fonttype": "path"}):
        figure = Figure(figsize=(9, 4.8), layout="constrained")
        axes = figure.subplots()
        base = [0.0 for _ in weeks]
        bars: list[BarContainer] = []
        for number, weekly in enumerate(hours.values()):
            heights = [weekly[week] / 60 for week in weeks]
            bars.append(
                axes.bar(
                    weeks,
                    heights,
                    bottom=base,
                    width=0.85,
                    color=_COLORS[number % len(_COLORS)],
                    # Colors come again after eight services; with their pattern, none does.
                    hatch=_HATCHES[(number + number // len(_COLORS)) % len(_HATCHES)],
                    edgecolor="white",
                    linewidth=0.6,
                )
            )
            base = [low + height for low, height in zip(base, heights, strict=True)]
        if line_at is not None:
            at = line_at / timedelta(hours=1)
            axes.axhline(at, color="black", linestyle="--", linewidth=1)
            axes.annotate(
                f"{at:g} hours a week", (weeks[-1] + 0.45, at), ha="right", va="bottom", fontsize=9
            )
        top = max([*base, line_at / timedelta(hours=1) if line_at else 0.0])
        axes.set(
            title=program.title,
            xlabel="program week",
            ylabel="hours a week",
            xlim=(0.4, program.weeks + 0.6),
            ylim=(0, top * 1.3 or 1),
        )
        axes.xaxis.set_major_locator(MultipleLocator(max(1, program.weeks // 16)))
        axes.spines[["top", "right"]].set_visible(False)
        texts = [axes.title]
        if bars:
            names = [titles[name] for name in hours]
            legend = axes.legend(bars, names, loc="upper right", ncols=2, frameon=False, fontsize=9)
            texts += legend.get_texts()
        if unmeasured:
            missing = f"Length not known, not shown: {', '.join(unmeasured)}"
            texts.append(figure.supxlabel(missing, fontsize=8))
        for text in texts:
            text.set_parse_math(False)  # a dollar sign in a title is a dollar sign
        out = BytesIO()
        metadata = {"Date": None} if form == "svg" else {}
        figure.savefig(out, format=form, dpi=120, metadata=metadata)
    return out.getvalue()
