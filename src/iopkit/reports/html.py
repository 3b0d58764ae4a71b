"""HTML elements whose texts are shown as they are, whatever they hold."""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from iopkit.prose import printable

# Halves of pairs and what is no character: no document can have them.
_UNSHOWN = re.compile("[\ud800-\udfff\ufffe\uffff]+")


def child(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """A new last element of a parent; ``class_`` gives the class."""
    named = {key.rstrip("_"): shown(value) for key, value in attributes.items()}
    new = SubElement(parent, tag, named)
    new.text = shown(text)
    return new


def shown(text: str) -> str:
    """A text without characters that no document can have, or that deceive who reads it."""
    return _UNSHOWN.sub(" ", printable(text))


def bullets(parent: Element, items: Iterable[str]) -> None:
    """A list; none, if there is nothing to list."""
    if texts := list(items):
        listed = child(parent, "ul")
        for text in texts:
            child(listed, "li", text)


def row(parent: Element, cells: Iterable[str], *, tag: str = "td", **attributes: str) -> None:
    """A row of a table."""
    line = child(parent, "tr", **attributes)
    for cell in cells:
        child(line, tag, cell, **({"scope": "col"} if tag == "th" else {}))


def document(page: Element) -> str:
    """A page as HTML that is well-formed XML, too."""
    for element in page.iter():
        # Written short, an element without content would take in what follows it.
        if element.tag not in _VOID and not len(element) and not element.text:
            element.text = " "
    indent(page)
    return f"<!DOCTYPE html>\n{tostring(page, encoding='unicode')}\n"


_VOID = frozenset({"img", "meta"})
