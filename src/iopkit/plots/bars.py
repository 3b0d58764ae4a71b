"""A program as bars of weekly hours."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterator, Mapping
from datetime import timedelta
from textwrap import fill
from typing import TYPE_CHECKING

from attrs import evolve

from iopkit.plots.canvas import Form, look, saved, sheet
from iopkit.programs.doses import Dose, weekly_doses
from iopkit.programs.programs import Program
from iopkit.reports.programs import template_text

if TYPE_CHECKING:
    from iopkit.plots.canvas import Axes, Rectangle


def program_picture(
    program: Program,
    *,
    line_at: timedelta | None = None,
    form: Form = "svg",
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
    totals = [dose for _, variant in program.variants for dose in weekly_doses(variant)]
    top = max(*(dose.known + dose.extra for dose in totals), line_at or timedelta(0))
    with sheet(layout="constrained") as figure:
        figure.set_size_inches(9, 4.8)
        row = figure.subplots(1, len(program.variants), sharey=True, squeeze=False)[0]
        figure.suptitle(program.title, fontsize=12)
        bars: dict[str, Rectangle] = {}
        for axes, (track, variant) in zip(row, program.variants, strict=True):
            bars |= _draw_weeks(axes, variant, _looks(program))
            if track:
                axes.set_title(track.title, fontsize=10)
            if line_at is not None:
                axes.axhline(line_at / _HOUR, color="black", linestyle="--", linewidth=1)
        row[0].set(ylabel="hours a week", ylim=(0, 1.1 * top / _HOUR or 1))
        row[0].locator_params("y", steps=[1, 2, 5, 10])
        if line_at is not None:
            label = f"{line_at / _HOUR:g} hours a week"
            place = (row[-1].get_xlim()[1], line_at / _HOUR)
            row[-1].annotate(label, place, ha="right", va="bottom", fontsize=9)
        titles = {service.name: service.title for service in program.every_service}
        figure.legend(
            bars.values(),
            [titles[name] for name in bars],
            loc="outside lower center",
            ncols=2,
            frameon=False,
            fontsize=9,
            title="\n".join(fill(note, 120) for note in _notes(program)),
            title_fontsize=8,
        )
        return saved(figure, form, title=program.title, words=template_text(program))


_HOUR = timedelta(hours=1)


def _looks(program: Program) -> dict[str, tuple[str, str]]:
    """Color and pattern of each service whose time is known, by name."""
    names = dict.fromkeys(s.name for s in program.every_service if Dose.of([s]).known)
    return {name: look(number) for number, name in enumerate(names)}


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
    if unstated := dict.fromkeys(title for title, dose in doses if dose.open_ended):
        yield f"Rate not stated, not shown: {', '.join(unstated)}"
    for phase in program.phases:
        shown = evolve(phase, weeks=phase.laid_weeks)
        if phase.words != shown.words:
            yield f"{phase.title}: {phase.words}; {shown.words} shown"
    if any(dose.extra for _, dose in doses):
        yield "Lighter, on top: how much more it is if sessions last their longest"
