"""What is told of a row, among those of many patients, that could not be taken."""

from collections.abc import Callable
from uuid import UUID

from attrs import evolve

from iopkit.errors import Fault
from iopkit.fields import frozen


@frozen
class Refused:
    """A row of many that was refused: its number from 0, and what is wrong, without a value.

    ``key`` is the patient's, where there is one.
    """

    row: int
    key: UUID | None
    faults: tuple[Fault, ...]

    @property
    def located(self) -> tuple[Fault, ...]:
        """The faults, each with the row that it is of."""
        of = f"key {self.key}" if self.key else ""
        return tuple(
            evolve(fault.under(self.row), fix="; ".join(filter(None, (fault.fix, of))))
            for fault in self.faults
        )


Told = Callable[[Refused], object] | None
"""What takes each row that is refused, such as a list's ``append``; ``None``: to raise."""
