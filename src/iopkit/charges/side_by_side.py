"""Planned, delivered and billed side by side, week by week."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from iopkit.charges.charges import Charges
from iopkit.confidential import hidden
from iopkit.courses.deliveries import Delivered
from iopkit.errors import refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.windows import ONE_WEEK, whole_minutes


@frozen(repr=False)
class DeliveredWeek:
    """A week of a course, up to the day of what was delivered: planned, delivered and billed.

    Each session counts in its own week, minutes without breaks. ``planned`` are all sessions of the
    schedules in force, whatever became of them; ``attended`` are theirs, make-ups and sessions that
    were not planned. ``rolls_open`` are those of which nobody knows who came, ``open_minutes`` what
    they can come to at most. Of those attended, some are ``billed``; of ``not_known`` an open roll
    decides; the others are ``not_billed``. ``units`` has semicolons between its codes.
    ``amount_usd`` is ``None`` where a rate is missing.
    """

    week: int
    start: date
    planned: int
    planned_minutes: int
    attended: int
    attended_minutes: int
    rolls_open: int
    open_minutes: int
    billed: int
    billed_minutes: int
    not_billed: int
    not_known: int
    units: str
    amount_usd: Decimal | None

    __repr__ = hidden


def delivered_weeks(delivered: Delivered, charges: Charges) -> tuple[DeliveredWeek, ...]:
    """Each week up to the day of what was delivered, those without a session too.

    ``attrs.asdict`` makes a mapping of a row, and any data frame takes a list of those.

    Args:
        delivered: what was delivered.
        charges: what ``itemize`` makes of the same.

    Raises:
        InvalidError: the charges are of something else.
    """
    refuse(
        "delivered weeks",
        unless_a(delivered, "delivered", Delivered),
        unless_a(charges, "charges", Charges),
    )
    charged = [uid for line in charges.lines for uid in line.sessions]
    charged += [each.session for each in charges.uncharged]
    same = {*charged} == {each.uid for each in delivered.sessions}
    refuse("delivered weeks", unless(same, "charges", "those of what was delivered", "others"))
    begin = delivered.weeks_begin
    if begin is None:
        return ()
    last = min(delivered.week_of(delivered.on), delivered.weeks)
    return tuple(
        _week(delivered, charges, week, begin + (week - 1) * ONE_WEEK)
        for week in range(1, last + 1)
    )


def _week(delivered: Delivered, charges: Charges, week: int, start: date) -> DeliveredWeek:
    planned = [
        booked.session.service_time
        for booked in delivered.booked
        if booked.day <= delivered.on and delivered.week_of_session(booked) == week
    ]
    of_week = [each for each in delivered.sessions if each.session.week == week]
    attended = [each.time for each in of_week if each.time is not None]
    still_open = [each.session.service_time for each in of_week if each.held is None]
    lines = [line for line in charges.lines if line.week == week]
    came = {each.uid for each in of_week if each.held is not None}
    billed = len(came.intersection(uid for line in charges.lines for uid in line.sessions))
    waiting = len(came.intersection(each.session for each in charges.not_known))
    total = charges.weekly[week - 1]
    return DeliveredWeek(
        week=week,
        start=start,
        planned=len(planned),
        planned_minutes=_minutes(planned),
        attended=len(attended),
        attended_minutes=_minutes(attended),
        rolls_open=len(still_open),
        open_minutes=_minutes(still_open),
        billed=billed,
        billed_minutes=_minutes(line.counted for line in lines),
        not_billed=len(attended) - billed - waiting,
        not_known=waiting,
        units="; ".join(f"{each.units} {each.code}" for each in total.units),
        amount_usd=total.amount_usd,
    )


def _minutes(times: Iterable[timedelta]) -> int:
    return whole_minutes(sum(times, timedelta(0)))
