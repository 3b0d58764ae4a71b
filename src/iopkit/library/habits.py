"""Shipped habits of people, by name: what one source says, and nothing else.

Reading them needs the extra ``scenarios``.
"""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from iopkit.documents.documents import from_toml
from iopkit.errors import UnknownNameError

if TYPE_CHECKING:
    from iopkit.scenarios.habits import Habits

_FOLDER = files("iopkit") / "library" / "habit_files"


def habit_names() -> tuple[str, ...]:
    """Names of the shipped habits, in order."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in _FOLDER.iterdir()))


@cache
def find_habits(name: str) -> "Habits":
    """Shipped habits by their name.

    Raises:
        UnknownNameError: none has it.
        MissingExtraError: the extra ``scenarios`` is not installed.

    Example:
        >>> print(*find_habits("festinger-2002").words)
        comes: 72 % after 1 day, 41 % after 3 days, 38 % after 7 days (Festinger et al. 2002, \
Addict Behav 27:131 [T2])
    """
    if name not in habit_names():
        raise UnknownNameError("habits", name, habit_names())
    from iopkit.scenarios.habits import Habits  # noqa: PLC0415  # needs an extra

    return from_toml(Habits, habit_text(name))


def habit_text(name: str) -> str:
    """A document of shipped habits, with its comments."""
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
