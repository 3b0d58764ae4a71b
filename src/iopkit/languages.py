"""Languages, as BCP 47 tags."""

import re

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def is_language(tag: str) -> bool:
    """Whether a text is a language tag such as ``en`` or ``es-US``."""
    return bool(_LANGUAGE.fullmatch(tag))


def speaks(languages: frozenset[str], wanted: str) -> bool:
    """Whether one of some languages is a wanted one; ``es-US`` will do for ``es``.

    Example:
        >>> speaks(frozenset({"es-US"}), "es"), speaks(frozenset({"es"}), "es-US")
        (True, False)
    """
    return any(own == wanted or own.startswith(f"{wanted}-") for own in languages)
