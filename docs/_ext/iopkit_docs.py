"""What the manual takes from the library itself, and how its API pages look."""

from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import iopkit_examples
import iopkit_fields
import iopkit_pages
import iopkit_shell
from docutils import nodes
from sphinx.addnodes import toctree
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.inspect import object_description
from sphinx.util.typing import ExtensionMetadata, stringify_annotation

import iopkit
from iopkit import charges, eligibility, patients, programs
from iopkit.modalities import Modality

# Every package has a door, from which users import.
DOORS = tuple(
    import_module(f"iopkit.{found.name}")
    for found in iter_modules(iopkit.__path__)
    if found.ispkg and found.name != "cli"
)

# What signatures show by a shorter name; each union has a place of its own.
SHORTER = {
    object_description(eligibility.FACTS): "FACTS",
    object_description(tuple(eligibility.FACTS.values())): "tuple(FACTS.values())",
    object_description(tuple(Modality)): "tuple(Modality)",
} | {
    stringify_annotation(getattr(module, name), "smart"): f"~{module.__name__}.{name}"
    for module, name in (
        (eligibility, "Predicate"),
        (eligibility, "Kind"),
        (eligibility, "Value"),
        (eligibility, "Scalar"),
        (eligibility, "AnyFact"),
        (programs, "Timing"),
        (charges, "CodingRule"),
        (patients, "Diagnosis"),
    )
}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives and the hooks."""
    untouched = Untouched()
    app.connect("autodoc-process-docstring", untouched.keep, priority=100)
    app.connect("autodoc-process-docstring", untouched.restore, priority=900)
    app.connect("autodoc-process-signature", shorten)
    app.connect("autodoc-skip-member", keep_members)
    app.connect("env-updated", open_doors)
    app.connect("html-page-context", Navigation().shorten, priority=400)  # before the theme
    iopkit_examples.setup(app)
    iopkit_fields.setup(app)
    iopkit_pages.setup(app)
    iopkit_shell.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


class Untouched:
    """Attributes' docstrings as they are: napoleon would read ``this: that`` as a type."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def keep(
        self, _app: Sphinx, _what: str, _name: str, _obj: object, _opts: object, lines: list[str]
    ) -> None:
        """Remember the lines before napoleon."""
        self.lines = lines[:]

    def restore(
        self, _app: Sphinx, what: str, _name: str, _obj: object, _opts: object, lines: list[str]
    ) -> None:
        """Bring an attribute's lines back after napoleon."""
        if what in {"attribute", "data", "property"}:
            lines[:] = self.lines


class Navigation:
    """The tree of titles beside each page.

    Sphinx copies all headings and objects of all pages for each page, and then takes out what is
    no title; here that is done once.
    """

    def __init__(self) -> None:
        self.titles: dict[str, nodes.bullet_list] = {}

    def shorten(
        self, app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: object
    ) -> None:
        """Let the theme, which shows titles only, find no more than these."""
        tree_of, env = context["toctree"], app.env
        self.titles = self.titles or {page: _titles(toc) for page, toc in env.tocs.items()}

        def titles(**options: Any) -> str:
            whole, env.tocs = env.tocs, self.titles
            try:
                return tree_of(**options)
            finally:
                env.tocs = whole

        context["toctree"] = titles


def _titles(toc: nodes.bullet_list) -> nodes.bullet_list:
    """A page's title and the pages below it, as Sphinx takes them for ``titles_only``."""
    kept = toc.deepcopy()
    for title in kept.children:
        if len(title) > 1:
            if pages := [*title.findall(toctree)]:
                title[1][:] = pages
            else:
                title.pop(1)
    return kept


def shorten(
    _app: Sphinx,
    _what: str,
    _name: str,
    obj: object,
    _options: object,
    signature: str | None,
    returned: str | None,
) -> tuple[str | None, str | None]:
    """Show unions by their names, and enumerations without a call."""
    if isinstance(obj, type) and issubclass(obj, Enum):
        return "", None
    return _named(signature), _named(returned)


def _named(text: str | None) -> str | None:
    for union, name in SHORTER.items():
        text = text and text.replace(union, name)
    return text


def keep_members(
    _app: Sphinx, _what: str, _name: str, obj: object, _skip: object, _options: object
) -> bool | None:
    """Show every member of an enumeration; of fields, only those with words of their own."""
    return False if isinstance(obj, Enum) else None


def open_doors(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Let every public name be found by each path that it can be imported from."""
    domain = env.domains.python_domain
    for door in (*DOORS, iopkit):
        for name in door.__all__:
            value: Any = getattr(door, name)
            homes = [*DOORS, import_module(getattr(value, "__module__", door.__name__))]
            paths = [
                f"{home.__name__}.{name}" for home in homes if getattr(home, name, None) is value
            ]
            found = next((domain.objects[path] for path in paths if path in domain.objects), None)
            for path in {*paths, f"{door.__name__}.{name}"} - domain.objects.keys():
                if found:
                    domain.objects[path] = found._replace(aliased=True)
    return []
