"""Billable sessions: all that can be charged of a schedule, or of what was delivered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date
from itertools import groupby
from uuid import UUID

from iopkit.charges.billing import BillableSession, Found, billed_in_week
from iopkit.charges.code_rules import CodingRule, CodingScheme
from iopkit.confidential import hidden
from iopkit.courses.deliveries import Delivered
from iopkit.fields import frozen
from iopkit.schedules.attendance import AS_BOOKED, Attended, attendance_of
from iopkit.schedules.sessions import Schedule, in_order
from iopkit.sources import Dated
from iopkit.windows import Weekday

VersionsByDay = Mapping[date, Dated[tuple[CodingRule, ...]]]
"""The version of the rules for each day that has a session."""


@frozen(repr=False)
class BillableSessions:
    """The sessions of one patient, in the order of their days and starts.

    ``booked`` are all that schedules have, ``charged`` those that are to be charged, ``waiting``
    those of open rolls, as long as they are booked.
    """

    trusts_types = True

    of: UUID
    weeks: int
    booked: tuple[BillableSession, ...]
    charged: tuple[BillableSession, ...]
    waiting: tuple[BillableSession, ...] = ()
    unplaced: int = 0

    @classmethod
    def of_schedule(
        cls, schedule: Schedule, attended: Attended | None, coding: CodingScheme
    ) -> "BillableSessions":
        """Those of a schedule, or what was attended of them."""
        sessions = {schedule.uid(session): session for session in in_order(schedule.sessions)}
        held = (
            dict.fromkeys(sessions, AS_BOOKED)
            if attended is None
            else attendance_of(schedule, attended)
        )
        first = _first_weekday(schedule.plan.start, coding)
        return cls(
            schedule.plan.key,
            schedule.weeks,
            booked=tuple(
                BillableSession.of(uid, each, first=first) for uid, each in sessions.items()
            ),
            charged=tuple(
                BillableSession.of(uid, each, first=first, held=held[uid])
                for uid, each in sessions.items()
                if uid in held
            ),
            unplaced=len(schedule.unplaced),
        )

    @classmethod
    def of_delivered(cls, delivered: Delivered, coding: CodingScheme) -> "BillableSessions":
        """What was delivered in a course, and what of it nobody knows."""
        first = _first_weekday(delivered.weeks_begin, coding)
        return cls(
            delivered.plan.key if delivered.plan else delivered.course.key,
            delivered.weeks,
            booked=tuple(
                BillableSession.of(booked.uid, booked.session, first=first)
                for booked in delivered.booked
            ),
            charged=tuple(
                BillableSession.of(each.uid, each.session, first=first, held=each.held)
                for each in delivered.sessions
                if each.held is not None
            ),
            waiting=tuple(
                BillableSession.of(each.uid, each.session, first=first)
                for each in delivered.rolls_open
            ),
            unplaced=delivered.undated,
        )

    @staticmethod
    def to_come(delivered: Delivered, coding: CodingScheme) -> list[BillableSession]:
        """The sessions after the day of what was delivered that nobody has called off."""
        first = _first_weekday(delivered.weeks_begin, coding)
        return [
            BillableSession.of(booked.uid, booked.session, first=first)
            for booked in delivered.state.left
        ]

    __repr__ = hidden


def _first_weekday(start: date | None, coding: CodingScheme) -> Weekday:
    """The weekday on which the weeks begin that rules count in."""
    if coding.week_begins is not None:
        return coding.week_begins
    return Weekday.MONDAY if start is None else Weekday.of(start)


def judged_by(coding: CodingScheme, sessions: Iterable[BillableSession]) -> list[BillableSession]:
    """Those of some sessions that a scheme can charge, whatever its rules are."""
    return [each for each in sessions if coding.telehealth or not each.is_remote]


def in_order_of_starts(sessions: Iterable[BillableSession]) -> list[BillableSession]:
    """Sessions by their days and starts."""
    return sorted(
        sessions, key=lambda each: (each.on, each.session.start.astimezone(UTC), each.uid)
    )


def found_in_weeks(
    versions: VersionsByDay,
    booked: Sequence[BillableSession],
    charged: Sequence[BillableSession],
) -> Iterator[Found]:
    """What the rules make of sessions, week by week, each part of a week by its version."""
    last: Mapping[str, date] = {}
    weeks = {week: list(those) for week, those in groupby(booked, key=lambda each: each.week)}
    for week, those in groupby(charged, key=lambda each: each.week):
        of_week = list(those)
        for version, part in groupby(of_week, key=lambda each: versions[each.on]):
            found, last = billed_in_week(
                version.value,
                list(part),
                booked=weeks.get(week, ()),  # none, if all booked are by telehealth
                charged=of_week,
                last_charged=last,
            )
            yield from found
