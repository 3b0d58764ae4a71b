"""Rows about a site's patients as CSV: where they stand, what is due, authorized and measured.

Calling one of these is the explicit act that shows patients' values.
"""

from collections.abc import Iterable
from typing import TypeVar

from attrs import AttrsInstance, astuple, fields

from iopkit.charges.ledger_tables import LedgerRow
from iopkit.courses.due_tables import DueRow
from iopkit.courses.measure_tables import MeasureRow
from iopkit.courses.state_tables import StateRow
from iopkit.errors import each_a
from iopkit.reports.tables import csv_table

T = TypeVar("T", bound=AttrsInstance)


def state_csv(rows: Iterable[StateRow]) -> str:
    """Where patients stand as CSV, a row each; the columns are those of ``StateRow``.

    Raises:
        InvalidError: something is no row.
    """
    return _csv(rows, StateRow)


def due_csv(rows: Iterable[DueRow]) -> str:
    """What is due of one or many patients as CSV, a row each; the columns are those of ``DueRow``.

    Raises:
        InvalidError: something is no row.
    """
    return _csv(rows, DueRow)


def ledger_csv(rows: Iterable[LedgerRow]) -> str:
    """Ledgers as CSV, a row each; the columns are those of ``LedgerRow``.

    Raises:
        InvalidError: something is no row.
    """
    return _csv(rows, LedgerRow)


def measure_csv(rows: Iterable[MeasureRow]) -> str:
    """Cases of measures as CSV, a row each; the columns are those of ``MeasureRow``.

    Raises:
        InvalidError: something is no row.
    """
    return _csv(rows, MeasureRow)


def _csv(rows: Iterable[T], kind: type[T]) -> str:
    given = each_a("rows", rows, "rows", kind)
    names = [field.name for field in fields(kind)]
    return csv_table([names, *(astuple(row, recurse=False) for row in given)])
