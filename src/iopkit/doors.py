"""Lazy doors: a name loads its module when it is first asked for (PEP 562)."""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules


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
        is_private = name.startswith("_") or not name.isidentifier()
        if is_private or find_spec(inner) is None:
            raise AttributeError(f"module {door!r} has no attribute {name!r}")
        return import_module(inner)

    return get


def lazy_dir(door: str, homes: Mapping[str, str]) -> Callable[[], list[str]]:
    """What ``dir`` shows of such a package: its names and modules, loaded or not."""

    def names() -> list[str]:
        package = import_module(door)
        inside = {found.name for found in iter_modules(package.__path__)}
        return sorted({*homes, *inside, *(name for name in vars(package) if name[:2] == "__")})

    return names
