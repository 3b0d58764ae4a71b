"""Numbers and lists in words."""

from collections.abc import Iterable


def counted(number: float, unit: str) -> str:
    """A number with its unit, in the plural if it is not one.

    Example:
        >>> counted(1, "week"), counted(2.5, "hour")
        ('1 week', '2.5 hours')
    """
    figure = number if isinstance(number, int) else f"{number:g}"
    return f"{figure} {unit}{'' if number == 1 else 's'}"


def listed(words: Iterable[str]) -> str:
    """Words in a row.

    Example:
        >>> listed(["Monday", "Wednesday", "Friday"]), listed(["Monday"])
        ('Monday, Wednesday and Friday', 'Monday')
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
