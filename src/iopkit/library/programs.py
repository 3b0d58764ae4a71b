"""Shipped programs, by name."""

from functools import cache
from importlib.resources import files

from iopkit.documents.documents import from_toml
from iopkit.errors import UnknownNameError
from iopkit.programs.programs import Program

_FOLDER = files("iopkit") / "library" / "program_files"


def program_names() -> tuple[str, ...]:
    """Names of the shipped programs, in order."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in _FOLDER.iterdir()))


@cache
def find_program(name: str) -> Program:
    """A shipped program by its name; raises ``UnknownNameError``.

    Example:
        >>> find_program("matrix-16-week").weeks
        16
    """
    if name not in program_names():
        raise UnknownNameError("program", name, program_names())
    return from_toml(Program, program_text(name))


def program_text(name: str) -> str:
    """A shipped program's document, with its comments."""
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
