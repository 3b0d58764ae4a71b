"""Ledgers of authorizations, and weeks side by side, for people to read.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from iopkit.charges.ledgers import Ledger, LedgerLine, Used
from iopkit.charges.side_by_side import DeliveredWeek
from iopkit.courses.authorizations import Authorization, AuthorizationStatus, AuthorizedIn
from iopkit.prose import counted
from iopkit.reports.lines import below, fold, page, section
from iopkit.reports.words import day_text
from iopkit.windows import ONE_DAY

_ONE_OF = {
    AuthorizedIn.UNITS: "unit",
    AuthorizedIn.SESSIONS: "session",
    AuthorizedIn.DAYS: "day",
}


def ledger_text(ledger: Ledger) -> str:
    """Each authorization, what is used of it and left, when it runs out, and what is beyond it."""
    lines = [f"Authorizations, {day_text(ledger.on)}, by {ledger.coding}"]
    if ledger.rolls_open:
        lines.append(
            fold(
                f"  Rolls open: {counted(ledger.rolls_open, 'session')}, counted as if all had "
                "come, and kept apart.",
                2,
            )
        )
    if not ledger.lines:
        lines += ["", "None is on record."]
    for line in ledger.lines:
        lines += ["", *_line_words(line)]
    others = (f"{each.code}: {_used_words(each.units, 'unit')}" for each in ledger.other_codes)
    return page([*lines, *section("Codes that no authorization names", others)])


def _line_words(line: LedgerLine) -> Iterator[str]:
    of = line.authorization
    yield _head(of)
    one = _ONE_OF[of.counted_in]
    if of.status is not AuthorizationStatus.APPROVED:
        yield below(f"{of.status.value}: it covers nothing")
    else:
        approved = "no limit known" if line.approved is None else counted(line.approved, one)
        left = "not known" if line.left is None else counted(line.left, one)
        weekly = f", at most {of.per_week} a week" if of.per_week else ""
        yield below(f"approved: {approved}{weekly}")
        yield below(f"used: {_used_words(line.within, one)}")
        yield below(f"left: {left}")
        if line.last_covered:
            yield below(f"last session covered: {day_text(line.last_covered)}")
        if line.approved is not None:
            yield below(f"runs out as booked: {_out_words(line.out_booked)}")
            yield below(f"runs out at the attended pace: {_pace_words(line)}")
    if line.beyond.total:
        yield below(f"beyond it: {_used_words(line.beyond, one)}")


def _head(of: Authorization) -> str:
    number = f" {of.number}" if of.number else ""
    days = f"{day_text(of.start)} to {day_text(of.end - ONE_DAY)}"
    return f"{of.payer}{number}: {', '.join(of.codes)}, {days}"


def _used_words(used: Used, one: str) -> str:
    parts = [(used.delivered, "delivered"), (used.rolls_open, "open"), (used.booked, "booked")]
    told = ", ".join(f"{number} {what}" for number, what in parts if number)
    return f"{counted(used.total, one)} ({told})" if told else counted(0, one)


def _out_words(day: date | None) -> str:
    return day_text(day) if day else "not before it ends"


def _pace_words(line: LedgerLine) -> str:
    if not line.within.delivered and not line.within.rolls_open:
        return "not known"
    at, soonest = line.out_attended, line.out_attended_soonest
    if at == soonest:
        return _out_words(at)
    return f"{_out_words(at)}; {_out_words(soonest)} if all open rolls were attended"


def delivered_text(weeks: Iterable[DeliveredWeek]) -> str:
    """Planned, delivered and billed by week, in sessions and minutes without breaks."""
    lines = [
        "Planned, delivered and billed: sessions and minutes",
        "",
        "  week  from               planned    attended  rolls open      billed  units",
    ]
    for each in weeks:
        pairs = (
            _pair(each.planned, each.planned_minutes),
            _pair(each.attended, each.attended_minutes),
            _pair(each.rolls_open, each.open_minutes),
            _pair(each.billed, each.billed_minutes),
        )
        lines.append(
            f"  {each.week:>4}  {day_text(each.start)}{''.join(pairs)}  {each.units or '-'}"
        )
        if each.not_known:
            lines.append(below(f"{counted(each.not_known, 'session')} waiting for a roll"))
    return page(lines)


def _pair(sessions: int, minutes: int) -> str:
    return f"{sessions:>4}{minutes:>7}m"
