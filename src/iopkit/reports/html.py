"""HTML elements whose texts are shown as they are, whatever they hold."""

import re
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.prose import printable
from iopkit.reports.lines import TRUTH_WORDS
from iopkit.truth import Truth

# Halves of pairs and what is no character: no document can have them.
_UNSHOWN = re.compile("[\ud800-\udfff\ufffe\uffff]+")


@frozen(repr=False)
class Link:
    """Words that lead to the element of the page with an ``id``; ``None``: they lead nowhere."""

    text: str
    to: str | None = None

    __repr__ = hidden


@frozen(repr=False)
class Colored:
    """Words in the color of a truth value, which they tell by themselves."""

    text: str
    truth: Truth

    __repr__ = hidden


TableCell = str | Colored | Sequence[Link]
"""What a cell of a table has: a text, or links in a row."""


def child(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """A new last element of a parent; ``class_`` gives the class, and ``aria_label`` a name."""
    named = {key.rstrip("_").replace("_", "-"): shown(value) for key, value in attributes.items()}
    new = SubElement(parent, tag, named)
    new.text = shown(text)
    return new


def shown(text: str) -> str:
    """A text without characters that no document can have, or that deceive who reads it."""
    # Nearly all texts are plain, and a long page has hundreds of thousands.
    if text.isascii() and text.isprintable():
        return text
    return _UNSHOWN.sub(" ", printable(text))


def bullets(parent: Element, items: Iterable[str]) -> None:
    """A list; none, if there is nothing to list."""
    if texts := list(items):
        listed = child(parent, "ul")
        for text in texts:
            child(listed, "li", text)


def headed(parent: Element, head: str, items: Iterable[str]) -> None:
    """A list under its head; neither, if there is nothing to list."""
    if texts := list(items):
        child(parent, "p", f"{head}:")
        bullets(parent, texts)


def row(parent: Element, cells: Iterable[str], *, tag: str = "td", **attributes: str) -> None:
    """A row of a table."""
    line = child(parent, "tr", **attributes)
    for cell in cells:
        child(line, tag, cell, **({"scope": "col"} if tag == "th" else {}))


def linked(parent: Element, links: Iterable[Link]) -> None:
    """Links in a row, with commas between them."""
    for number, link in enumerate(links):
        if number:
            parent[-1].tail = ", "
        if link.to is None:
            child(parent, "span", link.text)
        else:
            child(parent, "a", link.text, href=f"#{link.to}")


def table(
    parent: Element,
    heads: Sequence[str],
    rows: Iterable[Sequence[TableCell]],
    *,
    none: str = "",
    dated: bool = False,
) -> None:
    """A table, whose rows each begin with what they are about; ``none`` if there are no rows.

    Its class is ``dated`` if rows begin with days and times, and ``wide`` if a phone is too narrow
    for it: each cell then has its head as ``data-head``.
    """
    if not (listed := list(rows)):
        if none:
            child(parent, "p", none)
        return
    wide = len(heads) > _NARROW
    classes = " ".join(["dated"] * dated + ["wide"] * wide)
    whole = child(parent, "table", **({"class_": classes} if classes else {}))
    row(child(whole, "thead"), heads, tag="th")
    body = child(whole, "tbody")
    for first, *rest in listed:
        line = child(body, "tr")
        _fill(child(line, "th", scope="row"), first)
        for head, cell in zip(heads[1:], rest, strict=True):
            _fill(child(line, "td", **({"data_head": head} if wide else {})), cell)


_NARROW = 4
"""How many columns a phone has room for."""


def _fill(place: Element, cell: TableCell) -> None:
    match cell:
        case str():
            place.text = shown(cell)
        case Colored(text, truth):
            child(place, "span", text, class_=TRUTH_WORDS[truth])
        case _:
            linked(place, cell)


def document(page: Element, *, depth: str = "  ") -> str:
    """A page as HTML that is well-formed XML, too; ``depth`` goes before what is inside another."""
    for element in page.iter():
        # Written short, an element without content would take in what follows it.
        if element.tag not in _VOID and not len(element) and not element.text:
            element.text = " "
    indent(page, depth)
    return f"<!DOCTYPE html>\n{tostring(page, encoding='unicode')}\n"


_VOID = frozenset({"img", "meta"})
