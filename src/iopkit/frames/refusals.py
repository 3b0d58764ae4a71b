"""What is told of a row, among those of many patients, that could not be taken."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve

from iopkit.confidential import hidden, key_in_logs
from iopkit.errors import Fault
from iopkit.fields import frozen
from iopkit.frames.columns import Check
from iopkit.frames.contents import Frame, is_lazy
from iopkit.prose import counted, listed

if TYPE_CHECKING:
    from narwhals import Expr


@frozen(repr=False)
class Refused:
    """A row of many that was refused: its number from 0, and what is wrong, without a value.

    ``key`` is the patient's, where there is one. It is a secret: what is shown, here and in
    errors, is what it is called in logs.
    """

    row: int
    key: UUID | None
    faults: tuple[Fault, ...]

    @property
    def located(self) -> tuple[Fault, ...]:
        """The faults, each with the row that it is of."""
        of = f"key {key_in_logs(self.key)}" if self.key else ""
        return tuple(
            evolve(fault.under(self.row), fix="; ".join(filter(None, (fault.fix, of))))
            for fault in self.faults
        )

    __repr__ = hidden


Told = Callable[[Refused], object] | None
"""What takes each row that is refused, such as a list's ``append``; ``None``: to raise."""


_ROWS_TOLD = 10


@frozen
class WrongRows:
    """How many rows have a value that their column cannot have; a lazy frame's have no numbers."""

    name: str
    expected: str
    count: int
    rows: tuple[int, ...]

    def told(self, found: str = "another value") -> Fault:
        """A fault of the column, which tells the first of the rows."""
        first = list(map(str, islice(self.rows, _ROWS_TOLD)))
        named = [*first, "others"] if self.count > len(first) else first
        where = f"row{'s' * (self.count > 1)} {listed(named)}" if first else ""
        where = where or counted(self.count, "row")
        return Fault((self.name,), f"{self.expected} in each row", f"{found} in {where}")


def wrong_rows(checks: Sequence[Check], frame: Frame) -> tuple[WrongRows, ...]:
    """The columns that have wrong values, with their rows; a lazy frame is computed to a count."""
    found = counts(frame, [check.wrong for check in checks])[1:]
    # Only where there are some are the rows looked for, as most frames have none.
    return tuple(
        WrongRows(check.name, check.expected, count, _true_rows(frame, check.wrong))
        for check, count in zip(checks, found, strict=True)
        if count
    )


def _true_rows(frame: Frame, flag: "Expr") -> tuple[int, ...]:
    """The numbers of the rows in which a flag is true, in their order; none of a lazy frame."""
    if is_lazy(frame):
        return ()
    return tuple(frame.select(flag.alias("flag"))["flag"].arg_true().to_list())


def counts(frame: Frame, flags: "Iterable[Expr]") -> tuple[int, ...]:
    """The number of rows, and of those in which each flag is true."""
    import narwhals as nw

    sums = [flag.cast(nw.Int64).sum().alias(str(n)) for n, flag in enumerate(flags)]
    result = frame.select(nw.len().alias("rows"), *sums)
    row = (result.collect() if is_lazy(result) else result).row(0)
    # The sum of no rows is null on some engines.
    return tuple(int(count or 0) for count in row)
