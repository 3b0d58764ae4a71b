"""Lazy doors: a name loads its module when it is first asked for (PEP 562)."""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec


def lazy_getattr(door: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """What a package does when it is asked for a name that it does not have yet.

    Args:
        door: the package's name.
        homes: the module that defines each name of the door. What is none of them may be a
            module of the package, so that ``import iopkit; iopkit.schedules`` works.
    """

    def get(name: str) -> object:
        if name in homes:
            value: object = getattr(import_module(homes[name]), name)
            setattr(import_module(door), name, value)
            return value
        inner = f"{door}.{name}"
        if name.startswith("_") or find_spec(inner) is None:
            raise AttributeError(f"module {door!r} has no attribute {name!r}")
        return import_module(inner)

    return get


def lazy_dir(door: str, homes: Mapping[str, str]) -> Callable[[], list[str]]:
    """What ``dir`` shows of such a package, names that are not loaded yet included."""
    return lambda: sorted({*vars(import_module(door)), *homes})
