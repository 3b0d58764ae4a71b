"""How close a calibration comes to its targets, as a picture."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from textwrap import fill
from typing import TYPE_CHECKING

from iopkit.plots.canvas import COLORS, GRID, Form, saved, sheet, tint

if TYPE_CHECKING:
    from iopkit.studies.calibration import Calibration


def calibration_picture(
    calibration: "Calibration", *, title: str = "How close it comes", form: Form = "svg"
) -> bytes:
    """How far each target is missed, in its standard errors; filled marks were fitted.

    Open marks are checks, that were not fitted. Shaded is what the confidence allows.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
    """
    rows = calibration.targets
    with sheet(layout="constrained") as figure:
        figure.set_size_inches(8.5, 1.9 + 0.45 * len(rows))
        axes = figure.subplots()
        reach = calibration.reach
        axes.axvspan(-reach, reach, color=tint(COLORS[0], 0.15), linewidth=0)
        axes.axvline(0, color="black", linewidth=1)
        for place, row in enumerate(rows):
            missed = row.errors if row.found.value >= row.target.value else -row.errors
            axes.plot(
                missed,
                place,
                marker="o" if row.is_fitted else "s",
                markersize=9,
                color=COLORS[0] if row.is_fitted else COLORS[5],
                markerfacecolor=COLORS[0] if row.is_fitted else "white",
                markeredgewidth=1.8,
            )
            axes.annotate(
                f"{row.found.value:,.4g} for {row.target.value:,.4g}",
                (1, place),
                xycoords=("axes fraction", "data"),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
        widest = max(reach, *(row.errors for row in rows))
        axes.set(
            title=title,
            xlim=(-1.15 * widest, 1.15 * widest),
            ylim=(len(rows) - 0.4, -0.6),
            yticks=range(len(rows)),
            xlabel="standard errors from the target; filled: fitted, open: a check; shaded: "
            f"{100 * calibration.confidence:g} %",
        )
        axes.set_yticklabels([fill(row.target.measure, 28) for row in rows], fontsize=9)
        axes.grid(axis="x", color=GRID, linewidth=0.5)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
        return saved(figure, form, title=title, words=str(calibration))
