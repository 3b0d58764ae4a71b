"""The text of a document as plain values, or what is wrong with it as JSON or TOML."""

import json
import re
import tomllib

from iopkit.documents.limits import refuse_dots, too_deep, without_depths
from iopkit.documents.lines import Language, line_of_repeated_key, line_of_word
from iopkit.documents.values import Raw
from iopkit.errors import Fault, InvalidError


def text_of(language: Language, data: bytes | str) -> str:
    """The text of a document; raises ``InvalidError`` if there is none."""
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unparsed(language, "bytes that are not UTF-8 text") from error
    if not text.strip():
        raise _unparsed(language, "nothing")
    return text


def _unparsed(language: Language, found: str, fix: str = "") -> InvalidError:
    return InvalidError(f"{language} document", [Fault((), f"valid {language}", found, fix)])


def _head_fix(error: tomllib.TOMLDecodeError, text: str) -> str:
    """What is wrong with the head of a table that cannot be where it is; else nothing."""
    place = re.search(r"at line (\d+)", str(error))
    line = text.splitlines()[int(place[1]) - 1] if place else ""
    is_head = str(error).startswith("Cannot") and line.lstrip().startswith("[")
    return "a table comes once, and before those in it: [[a]] before [[a.b]]" if is_head else ""


def parsed(language: Language, text: str, *, masked: bool) -> Raw:
    """What the text of a document holds, as plain values.

    ``masked``: what is wrong is told without a part of the text.

    Raises:
        InvalidError: it is not JSON or TOML, or keys of TOML have too many dots.
    """
    loads = _loads if language == "JSON" else tomllib.loads
    if language == "TOML":
        refuse_dots(text)
    try:
        return loads(text)
    except InvalidError:
        raise
    except json.JSONDecodeError as error:
        found = f"a fault in line {error.lineno}, column {error.colno}: {error.msg}"
        raise _unparsed(language, found) from None
    except tomllib.TOMLDecodeError as error:
        # The message may hold a part of the text; where it ends with the place, it is enough.
        where = str(error).rpartition("(")[2].rstrip(")") if masked else str(error)
        raise _unparsed(language, where, _head_fix(error, text)) from None
    except RecursionError:
        try:
            return loads(without_depths(text))
        except ValueError:
            raise InvalidError(f"{language} document", [too_deep()]) from None
    except ValueError as error:  # an integer too long to convert
        raise _unparsed(language, "a number that is too long") from error


def _loads(text: str) -> Raw:
    """Parse JSON, of which two things are no documents."""

    def unique(pairs: list[tuple[str, Raw]]) -> dict[str, Raw]:
        if len(found := dict(pairs)) < len(pairs):
            line = line_of_repeated_key(text)
            fault = Fault((), "each key once in an object", "a key twice", line=line)
            raise InvalidError("JSON document", [fault])
        return found

    def no_constant(name: str) -> Raw:
        fault = Fault((), "a number", name, line=line_of_word(text, name))
        raise InvalidError("JSON document", [fault])

    return json.loads(text, object_pairs_hook=unique, parse_constant=no_constant)
