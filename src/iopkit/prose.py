"""Numbers and lists in words."""

from collections.abc import Iterable


def counted(number: int, unit: str) -> str:
    """A number with its unit, in the plural if it is not one."""
    return f"{number} {unit}{'' if number == 1 else 's'}"


def listed(words: Iterable[str]) -> str:
    """Words in a row.

    Example:
        >>> listed(["Monday", "Wednesday", "Friday"]), listed(["Monday"])
        ('Monday, Wednesday and Friday', 'Monday')
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
