"""Tables of what documents hold, from the classes and the converter that reads them."""

from collections.abc import Iterator
from types import NoneType
from typing import Any, get_args, get_origin

import attrs
from docutils import nodes
from iopkit_pages import table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from iopkit.documents import documents
from iopkit.documents.classes import derived_of, members_of, tag_of, tagged
from iopkit.documents.values import FACT_NAME, INSTRUMENT_NAME, leaf_of
from iopkit.eligibility import Fact
from iopkit.patients import Instrument


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("iopkit-documents", Documents)


class Documents(SphinxDirective):
    """A section for each kind of document, with its own classes below it."""

    def run(self) -> list[nodes.Node]:
        text = "\n".join(_documents())
        return self.parse_text_to_nodes(text, allow_section_headings=True)


# What people write comes first.
ORDER = (
    *("patient", "site", "program", "policy", "ladder", "predicate", "instrument", "facts"),
    *("goals", "requirements", "due_rules", "habits", "study"),
    *("coding", "rates", "roster", "clinic", "assignments", "plan", "schedule", "course"),
    "charges",
)

# What other documents only name.
NAMED: dict[Any, str] = {Fact: FACT_NAME, Instrument: INSTRUMENT_NAME}


def _documents() -> Iterator[str]:
    seen: set[Any] = set()
    for name in sorted(documents.KINDS, key=lambda name: (*ORDER, name).index(name)):
        root = documents.form_of(documents.KINDS[name])
        classes = [root] if attrs.has(root) else list(tagged(root).values())
        if classes == [root]:
            yield from (f".. _document-{root.__name__}:", "")
        yield from (f"``{name}``", "-" * (len(name) + 4), "")
        if classes != [root]:
            yield from (f"{_of(root)}.", "")
        yield from _tables(classes, seen, name)


def _tables(classes: list[Any], seen: set[Any], name: str) -> Iterator[str]:
    for kind in classes:
        origin = get_origin(kind) or kind
        if origin not in seen:
            seen.add(origin)
            if kind is not documents.form_of(documents.KINDS.get(name)):
                title = f".. rubric:: {_title(origin)}"
                yield from (f".. _document-{origin.__name__}:", "", title, "")
            members = members_of(kind)
            rows = [(f"``{m.key}``", _of(m.kind), _default(m.default, origin)) for m in members]
            derived = derived_of(kind)
            rows += [(f"``{m.key}``", _of(m.kind), "follows from the rest") for m in derived]
            if rows:
                yield from table("22 58 20", ("Key", "Value", "If left out"), *rows)
            else:
                yield from ("It has no keys of its own.", "")
            inner = [part for m in (*members, *derived) for part in _classes(m.kind)]
            yield from _tables(inner, seen, name)


def _classes(kind: Any) -> Iterator[Any]:
    """The classes with fields of their own that a value of a kind may hold."""
    origin = get_origin(kind) or kind
    if origin in NAMED or leaf_of(kind):
        return
    if attrs.has(origin):
        yield kind
    else:
        for part in get_args(kind):
            yield from _classes(part)


# What documents hold by its name.
_NAMED: dict[Any, str] = {Fact: FACT_NAME, Instrument: INSTRUMENT_NAME}


def _title(kind: Any) -> str:
    return tag_of(kind.__name__).replace("_", " ")


def _link(kind: Any, text: str = "") -> str:
    origin = get_origin(kind) or kind
    return f":ref:`{text or _title(origin)} <document-{origin.__name__}>`"


def _of(kind: Any) -> str:
    """What a value is, in words."""
    origin = get_origin(kind) or kind
    others = [part for part in get_args(kind) if part is not NoneType]
    if origin in NAMED:
        return NAMED[origin]
    if leaf := leaf_of(kind):
        return str(leaf.expected(kind))
    if origin in (tuple, frozenset):
        return f"a list, each {_of(others[0])}"
    if attrs.has(origin):
        return f"an object: {_link(kind)}"
    if tags := tagged(kind):
        if len(tags) == 1 and len(others) == 1:
            return _of(others[0])
        named = ", ".join(_link(part, tag) for tag, part in tags.items())
        return f"an object; ``type`` says which: {named}"
    return " or ".join(map(_of, others))


def _default(default: object, within: type) -> str:
    match default:
        case attrs.NOTHING:
            return "required"
        case None:
            of_patient = within.__module__.startswith(("iopkit.patients.", "iopkit.groups.rosters"))
            return "not known" if of_patient else "not stated"
        case () | "" | frozenset():
            return "none"
        case attrs.Factory():
            return "none"
        case _ if leaf := leaf_of(type(default)):
            return f"``{leaf.write(default)}``"
        case _:
            return f"``{default}``"
