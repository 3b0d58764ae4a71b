"""Shipped templates of problems and goals, by name."""

from functools import cache
from importlib.resources import files

from iopkit.documents.documents import from_toml
from iopkit.errors import UnknownNameError
from iopkit.plans.goal_templates import GoalTemplates

_FOLDER = files("iopkit") / "library" / "goal_files"


def goal_template_names() -> tuple[str, ...]:
    """Names of the shipped templates of goals, in order."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in _FOLDER.iterdir()))


@cache
def find_goal_templates(name: str) -> GoalTemplates:
    """Shipped templates of problems and goals by their name; raises ``UnknownNameError``.

    Example:
        >>> find_goal_templates("starting-points").templates[0].name
        'use-disorder'
    """
    if name not in goal_template_names():
        raise UnknownNameError("goal templates", name, goal_template_names())
    return from_toml(GoalTemplates, goal_template_text(name))


def goal_template_text(name: str) -> str:
    """A shipped document of templates, with its comments."""
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
