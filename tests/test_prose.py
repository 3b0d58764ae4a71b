import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.prose import printable

BIDIRECTIONAL = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def is_shown(character: str) -> bool:
    """Whether a character neither commands a terminal nor turns what is around it."""
    # The marks have the directions of letters, and are told apart by their names alone.
    return (
        unicodedata.category(character) not in {"Cc", "Zl", "Zp"}
        and unicodedata.bidirectional(character) not in BIDIRECTIONAL
        and not unicodedata.name(character, "").endswith(("-TO-LEFT MARK", "-TO-RIGHT MARK"))
        and unicodedata.name(character, "") != "ARABIC LETTER MARK"
    )


def test_every_character_is_kept_or_a_space() -> None:
    characters = map(chr, range(0x110000))

    assert not [c for c in characters if printable(c) != (c if is_shown(c) else " ")]


@given(st.text())
def test_what_is_printable_stays(text: str) -> None:
    assert printable(printable(text)) == printable(text)
    assert "".join(filter(is_shown, text)).replace(" ", "") == printable(text).replace(" ", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("day\r\nand night", "day and night"),
        ("\x1b]0;title\x07", " ]0;title "),
        ("\x9b8m", " 8m"),
        ("abc\u202edef\u202c", "abc def "),
        ("naïve – café 東京", "naïve – café 東京"),
    ],
)
def test_a_run_of_others_is_one_space(text: str, shown: str) -> None:
    assert printable(text) == shown
