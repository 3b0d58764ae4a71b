"""Charges as rows: everything that is said of each line, flat, with sums and what is left."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum

from iopkit.charges.charges import Charge, Charges, Total, Uncharged
from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.prose import counted
from iopkit.windows import whole_minutes


class ChargeRowKind(StrEnum):
    """What a row of charges is of."""

    LINE = "line"
    """A line."""
    WEEK = "week"
    """The lines of a week of the program together."""
    CODE = "code"
    """All lines of a code together."""
    TOTAL = "total"
    """All lines together."""
    UNCHARGED = "uncharged"
    """A session that no line is for."""
    UNPLACED = "unplaced"
    """Sessions that have no day."""


@frozen(repr=False)
class ChargeRow:
    """One row of charges: a line, a sum, or what is not charged.

    Sums are rows of their own kind, so take those of one ``kind`` before adding anything up.
    ``sessions`` is how many the row is of, and ``uids`` has their UIDs, those of the calendar
    file, for a line and for what is not charged. ``minutes`` is the service time that is charged.
    ``modifiers``, ``uids``, ``given`` and ``led_by`` have blanks or semicolons between their parts.
    ``rate_source`` is where the rate is published; none is told for a rate of one's own.

    ``why`` says why a session is not charged, by which code, why a line has no more units, or which
    codes of a sum have no rate;
    ``not_known`` what a claim may have to say of a line and is not known.

    ``None``: not said of such a row, or not known. An amount is ``None`` where a rate is missing,
    in sums too.
    """

    plan: str
    coding: str
    rates: str | None
    kind: ChargeRowKind
    week: int | None = None
    on: date | None = None
    code: str | None = None
    units: int | None = None
    minutes: int | None = None
    rate_usd: Decimal | None = None
    amount_usd: Decimal | None = None
    rate_source: str | None = None
    rate_assumed: bool | None = None
    place: str | None = None
    modifiers: str | None = None
    given: str | None = None
    led_by: str | None = None
    service: str | None = None
    number: int | None = None
    sessions: int = 0
    uids: str | None = None
    why: str | None = None
    not_known: str | None = None

    __repr__ = hidden


def charge_rows(charges: Charges) -> tuple[ChargeRow, ...]:
    """A row for each line, the sums by week and by code and of all, and each session left over.

    ``attrs.asdict`` makes a mapping of a row, and any data frame takes a list of those.
    """
    return tuple(_rows(charges))


def _rows(charges: Charges) -> Iterator[ChargeRow]:
    lines, kinds = charges.lines, ChargeRowKind
    yield from (_line(charges, line) for line in lines)
    for week in sorted({line.week for line in lines}):
        yield _sum(charges, kinds.WEEK, (line for line in lines if line.week == week), week=week)
    for code in sorted({line.code for line in lines}):
        yield _sum(charges, kinds.CODE, (line for line in lines if line.code == code), code=code)
    yield _sum(charges, kinds.TOTAL, lines)
    yield from (_left(charges, left) for left in charges.uncharged)
    if charges.unplaced:
        yield _row(charges, kinds.UNPLACED, sessions=charges.unplaced, why="no day")


def _row(charges: Charges, kind: ChargeRowKind, **values: object) -> ChargeRow:
    # Each value is checked against its field's type.
    return ChargeRow(str(charges.plan), charges.coding, charges.rates, kind, **values)  # type: ignore[arg-type]


def _line(charges: Charges, line: Charge) -> ChargeRow:
    marks = line.marks
    return _row(
        charges,
        ChargeRowKind.LINE,
        week=line.week,
        on=line.on,
        code=line.code,
        units=line.units,
        minutes=whole_minutes(line.counted),
        rate_usd=line.rate_usd,
        amount_usd=line.amount_usd,
        rate_source=str(line.rate_source) if line.rate_source else None,
        rate_assumed=None if line.rate_usd is None else line.rate_assumed,
        place=marks.place if marks else None,
        modifiers=" ".join(marks.modifiers) or None if marks else None,
        given="; ".join(way.words for way in line.given) or None,
        led_by="; ".join(filter(None, line.led_by)) or None,
        sessions=len(line.sessions),
        uids=" ".join(map(str, line.sessions)),
        why="; ".join(
            f"{counted(each.units, 'unit')} more: {each.why.words}" for each in line.withheld
        )
        or None,
        not_known="; ".join(line.not_known) or None,
    )


def _sum(
    charges: Charges,
    kind: ChargeRowKind,
    lines: Iterable[Charge],
    *,
    week: int | None = None,
    code: str | None = None,
) -> ChargeRow:
    added = tuple(lines)
    total = Total.of(added)
    missing = ", ".join(total.unrated)
    return _row(
        charges,
        kind,
        week=week,
        code=code,
        units=sum(line.units for line in added) if code else None,
        minutes=sum(whole_minutes(line.counted) for line in added),
        amount_usd=total.amount_usd,
        sessions=sum(len(line.sessions) for line in added),
        why=f"no rate for {missing}; the others come to {total.known_usd}" if missing else None,
    )


def _left(charges: Charges, left: Uncharged) -> ChargeRow:
    return _row(
        charges,
        ChargeRowKind.UNCHARGED,
        week=left.week,
        on=left.on,
        service=left.service,
        number=left.number,
        sessions=1,
        uids=str(left.session),
        why="; ".join(refusal.words for refusal in left.reasons),
    )
