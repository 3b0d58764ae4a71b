"""What a picture says."""

from collections.abc import Callable
from html import unescape
from xml.etree import ElementTree as ET

import pytest

Said = Callable[[bytes], list[str]]


@pytest.fixture
def said() -> Said:
    """The texts in an SVG file: drawn as paths, each after a comment that says it."""

    def read(svg: bytes) -> list[str]:
        parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))  # noqa: S314  # our own picture
        root = ET.fromstring(svg, parser)  # noqa: S314
        comments = [each.text or "" for each in root.iter() if each.tag is ET.Comment]
        return [unescape(text).strip() for text in comments]

    return read
