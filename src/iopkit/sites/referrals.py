"""Referrals: whom a site refers to, and how people reach them and the site."""

from collections.abc import Iterator

from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.needs import Need


@frozen
class Referral:
    """Somebody whom a site refers to: who, for which needs, where, and by which telephone.

    Raises:
        InvalidError: the name or address is blank, there is no need, or the telephone has no
            digit.

    Example:
        >>> from iopkit.needs import Need
        >>> Referral("Oak House", frozenset({Need.HOUSING}), "4 Oak Street", "555-0100").words
        'Oak House, 4 Oak Street, 555-0100'
    """

    name: str
    needs: frozenset[Need]
    address: str | None = None
    telephone: str | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            f"referral to {self.name!r}",
            unless(bool(self.name.strip()), "name", "who it is", "a blank"),
            unless(bool(self.needs), "needs", "at least one need", "none"),
            *contact_faults(self.telephone, self.address),
        )

    @property
    def words(self) -> str:
        """Who it is, where, and by which telephone, as far as is known."""
        return ", ".join(filter(None, (self.name, self.address, self.telephone)))


def contact_faults(telephone: str | None, address: str | None) -> Iterator[tuple[Fault, ...]]:
    """What is wrong with how somebody is reached."""
    number = telephone is None or any(map(str.isdigit, telephone))
    expected = "a text with a number, such as '555-0100'"
    yield unless(number, "telephone", expected, repr(telephone))
    yield unless(address is None or bool(address.strip()), "address", "where it is", "a blank")
