"""Canvases: figures of one style, whatever a user's own is, and the files that they become."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from iopkit.errors import MissingExtraError
from iopkit.reports.html import shown

if TYPE_CHECKING:
    # Named here for the modules that draw: only this one imports matplotlib.
    from matplotlib.axes import Axes as Axes  # noqa: PLC0414
    from matplotlib.figure import Figure as Figure  # noqa: PLC0414
    from matplotlib.patches import Rectangle as Rectangle  # noqa: PLC0414
    from matplotlib.text import Text as Text  # noqa: PLC0414

Form = Literal["svg", "png"]

# Okabe and Ito's colors, which people with color-blind vision can tell apart; the
# hatches tell them apart in black and white.
COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
HATCHES = ("", "//", "..", "\\\\", "xx", "--", "oo", "++")
GRID = "#BBBBBB"


def look(number: int) -> tuple[str, str]:
    """A color and a pattern; colors come again after eight, and with their pattern, none does."""
    again, place = divmod(number, len(COLORS))
    return COLORS[place], HATCHES[(number + again) % len(HATCHES)]


def tint(color: str, strength: float = 0.2) -> tuple[float, float, float]:
    """A color in white; as it comes, so light that black text on it is easy to read."""
    red, green, blue = (1 - strength * (1 - int(color[n : n + 2], 16) / 255) for n in (1, 3, 5))
    return red, green, blue


@contextmanager
def sheet(*, layout: Literal["constrained"] | None = None) -> Generator["Figure", None, None]:
    """A figure to draw on, within which a user's own settings do not hold.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
    """
    try:
        from matplotlib import style
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("plots", "a picture") from error
    own = {
        "svg.hashsalt": "iopkit",
        "svg.fonttype": "path",
        "text.parse_math": False,  # a dollar sign in a title is a dollar sign
    }
    with style.context(["default", own]):
        yield Figure(layout=layout)


def plane(figure: "Figure", width: float, height: float) -> "Axes":
    """The whole of a figure of a size, with places in inches from its top left corner."""
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    resize(figure, axes, width, height)
    return axes


def resize(figure: "Figure", axes: "Axes", width: float, height: float) -> None:
    """Give a plane another size, once it is known where what is drawn ends."""
    figure.set_size_inches(width, height)
    axes.set(xlim=(0, width), ylim=(height, 0))


def box(axes: "Axes", corner: tuple[float, float], size: tuple[float, float]) -> "Rectangle":
    """A rectangle that is drawn, from its top left corner."""
    from matplotlib.patches import Rectangle

    drawn = Rectangle(corner, *size, facecolor="none", edgecolor="none")
    axes.add_patch(drawn)
    return drawn


def width_of(text: str, size: float) -> float:
    """The width in inches of a text in letters of a size."""
    return _width_at_ten(shown(text)) * size / 720


@lru_cache(maxsize=4096)
def _width_at_ten(text: str) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(
        text, FontProperties(size=10), ismath=False
    )
    return float(width)


def saved(figure: "Figure", form: Form, *, title: str, words: str) -> bytes:
    """A figure as a file that says in words, too, what it shows.

    An SVG file has them as ``title`` and ``desc``, a PNG file as the texts ``Title`` and
    ``Description``.
    """
    from matplotlib.text import Text

    # What was measured for this picture may be a patient's.
    _width_at_ten.cache_clear()
    for artist in figure.findobj():
        if isinstance(artist, Text):
            artist.set_text(_shown(artist.get_text()))
    out = BytesIO()
    title, words = _shown(title), _shown(words)
    if form == "png":
        metadata: dict[str, str | None] = {"Title": title, "Description": words}
        figure.savefig(out, format=form, dpi=120, metadata=metadata)
        return out.getvalue()
    figure.savefig(out, format=form, metadata={"Date": None, "Title": title})
    # matplotlib writes the title alone.
    end = b"</title>"
    described = f"</title>\n <desc>{escape(words, quote=False)}</desc>".encode()
    return out.getvalue().replace(end, described, 1)


def _shown(text: str) -> str:
    """A text, whose lines are as they were, without characters that no document can have."""
    return "\n".join(map(shown, text.split("\n")))
