"""Ledgers as rows: each authorization, flat, and codes that none names."""

from datetime import date
from enum import StrEnum

from iopkit.charges.ledgers import CodeUse, Ledger, LedgerLine
from iopkit.confidential import hidden
from iopkit.courses.authorizations import AuthorizationStatus, AuthorizedIn
from iopkit.fields import frozen
from iopkit.windows import ONE_DAY


class LedgerRowKind(StrEnum):
    """What a row of a ledger is of."""

    AUTHORIZATION = "authorization"
    OTHER_CODE = "other_code"
    """A code that no authorization names."""


@frozen(repr=False)
class LedgerRow:
    """One row of a ledger: an authorization, or a code that none names.

    ``codes`` has blanks between its parts, ``last_day`` is the last that it is for. All else is as
    ``LedgerLine`` has it; of a code that no authorization names, what is used of it is ``beyond``.
    ``None``: not said of such a row, not known, or without a limit.
    """

    course: str
    coding: str
    on: date
    kind: LedgerRowKind
    codes: str
    beyond_delivered: int
    beyond_rolls_open: int
    beyond_booked: int
    counted_in: AuthorizedIn
    payer: str | None = None
    number: str | None = None
    status: AuthorizationStatus | None = None
    start: date | None = None
    last_day: date | None = None
    per_week: int | None = None
    approved: int | None = None
    delivered: int | None = None
    rolls_open: int | None = None
    booked: int | None = None
    left: int | None = None
    last_covered: date | None = None
    last_session: str | None = None
    out_booked: date | None = None
    out_attended: date | None = None
    out_attended_soonest: date | None = None

    __repr__ = hidden


def ledger_rows(of: Ledger) -> tuple[LedgerRow, ...]:
    """A row for each authorization in the order in which they were told, then for other codes.

    ``attrs.asdict`` makes a mapping of a row, and any data frame takes a list of those.
    """
    return (*(_line(of, line) for line in of.lines), *(_other(of, use) for use in of.other_codes))


def _line(of: Ledger, line: LedgerLine) -> LedgerRow:
    authorization, within, beyond = line.authorization, line.within, line.beyond
    return LedgerRow(
        course=str(of.course),
        coding=of.coding,
        on=of.on,
        kind=LedgerRowKind.AUTHORIZATION,
        codes=" ".join(authorization.codes),
        beyond_delivered=beyond.delivered,
        beyond_rolls_open=beyond.rolls_open,
        beyond_booked=beyond.booked,
        counted_in=authorization.counted_in,
        payer=authorization.payer,
        number=authorization.number,
        status=authorization.status,
        start=authorization.start,
        last_day=authorization.end - ONE_DAY,
        per_week=authorization.per_week,
        approved=line.approved,
        delivered=within.delivered,
        rolls_open=within.rolls_open,
        booked=within.booked,
        left=line.left,
        last_covered=line.last_covered,
        last_session=str(line.last_session) if line.last_session else None,
        out_booked=line.out_booked,
        out_attended=line.out_attended,
        out_attended_soonest=line.out_attended_soonest,
    )


def _other(of: Ledger, use: CodeUse) -> LedgerRow:
    return LedgerRow(
        course=str(of.course),
        coding=of.coding,
        on=of.on,
        kind=LedgerRowKind.OTHER_CODE,
        codes=use.code,
        beyond_delivered=use.units.delivered,
        beyond_rolls_open=use.units.rolls_open,
        beyond_booked=use.units.booked,
        counted_in=AuthorizedIn.UNITS,
    )
