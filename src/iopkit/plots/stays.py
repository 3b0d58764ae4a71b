"""What curves of staying say, beside what was published."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING

from iopkit.errors import refuse, unless
from iopkit.plots.canvas import COLORS, GRID, Form, saved, sheet

if TYPE_CHECKING:
    from iopkit.scenarios.curves import Curve, Left

_STYLES = ("solid", "dashed", "dashdot", "dotted")


def staying_picture(
    curves: "Mapping[str, Curve | Sequence[Curve]]",
    *,
    days: int,
    published: "Iterable[Left]" = (),
    title: str = "Share that remains",
    form: Form = "svg",
) -> bytes:
    """The share that remains by days, a line for each curve, with published points as circles.

    Args:
        curves: by a name for each line; where several reasons compete, those of all of them.
        days: up to which day.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        InvalidError: there is no curve, or no day.
        MissingExtraError: ``matplotlib`` is not installed.
    """
    refuse(
        "picture",
        unless(bool(curves), "curves", "one or more", "none"),
        unless(days > 0, "days", "1 or more", days),
    )
    lines = {name: _remaining(each, days) for name, each in curves.items()}
    points = [point for point in published if point.day <= days]
    with sheet(layout="constrained") as figure:
        figure.set_size_inches(8, 4.6)
        axes = figure.subplots()
        for number, (name, shares) in enumerate(lines.items()):
            axes.plot(
                range(days + 1),
                [100 * share for share in shares],
                color=COLORS[number % len(COLORS)],
                linestyle=_STYLES[number % len(_STYLES)],
                linewidth=2,
                label=name,
            )
        axes.plot(
            [point.day for point in points],
            [100 * point.share for point in points],
            linestyle="none",
            marker="o",
            markersize=9,
            markerfacecolor="none",
            markeredgecolor="black",
            markeredgewidth=1.6,
            label="published" if points else "_none",
        )
        axes.set(title=title, xlabel="days", ylabel="% remain", xlim=(0, days), ylim=(0, 104))
        axes.grid(color=GRID, linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
        told = [_words(name, shares, days) for name, shares in lines.items()]
        told += [f"Published: {100 * each.share:.0f} % after {each.day} days." for each in points]
        return saved(figure, form, title=title, words="\n".join(told))


def _remaining(curves: "Curve | Sequence[Curve]", days: int) -> list[float]:
    """The share that remains of those whom any of some reasons may take."""
    each = [curve.remaining(days) for curve in _listed(curves)]
    return [float(prod(shares)) for shares in zip(*each, strict=True)]


def _listed(curves: "Curve | Sequence[Curve]") -> "Sequence[Curve]":
    return curves if isinstance(curves, Sequence) else (curves,)


def _words(name: str, shares: Sequence[float], days: int) -> str:
    step = max(1, days // 4)
    told = ", ".join(
        f"{100 * shares[day]:.0f} % after {day} days" for day in range(step, days + 1, step)
    )
    return f"{name}: {told}."
