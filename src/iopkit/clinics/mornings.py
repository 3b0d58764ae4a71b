"""A clinic's morning: who comes, what is open, what is due, and whose units run out."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.ledgers import LedgerLine, ledger
from iopkit.confidential import hidden
from iopkit.courses.courses import Course
from iopkit.courses.due_rules import DueRule
from iopkit.courses.due_tables import DueRow, due_rows
from iopkit.courses.plan_rules import due_rules
from iopkit.courses.statuses import Status
from iopkit.courses.taking_stock import state_on
from iopkit.courses.timelines import BookedSession
from iopkit.errors import NotInForceError, each_a
from iopkit.fields import frozen
from iopkit.requirements.requirements import RequirementSet
from iopkit.sites.sites import Site
from iopkit.windows import ONE_DAY


@frozen(repr=False)
class SessionOf:
    """A session, and the key of the patient whose it is."""

    patient: UUID
    booked: BookedSession

    __repr__ = hidden


@frozen(repr=False)
class RunningOut:
    """An authorization that runs out before what is booked, and the key of the patient."""

    patient: UUID
    line: LedgerLine

    __repr__ = hidden


@frozen(repr=False)
class Morning:
    """What a clinic has to know on the morning of a day, by what is on record of its courses.

    ``coming`` are the sessions of the day that nobody has called off, of patients who are not on
    hold and have not left, ``open`` those before it without a roll, both in the order of their
    starts. ``due`` is what is due on the day, if nothing is done before its end. ``running_out``
    are authorizations beyond which sessions are booked.
    """

    on: date
    coming: tuple[SessionOf, ...] = ()
    open: tuple[SessionOf, ...] = ()
    due: tuple[DueRow, ...] = ()
    running_out: tuple[RunningOut, ...] = ()

    __repr__ = hidden


def morning_of(  # noqa: PLR0913  # courses, and what a clinic asks of them
    courses: Iterable[Course],
    *,
    on: date,
    site: Site,
    requirements: Iterable[RequirementSet] = (),
    coding: CodingScheme | None = None,
    assume_in_force: bool = False,
    known: datetime | None = None,
) -> Morning:
    """Who comes on a day, which rolls are open, what is due, and whose authorizations run out.

    Args:
        courses: those of a clinic.
        on: the day that begins.
        site: whose working days count.
        requirements: whose reviews and certifications are due; a set that is not known to be in
            force on a plan's first day makes nothing due.
        coding: what sessions are billed by; without it, authorizations are not looked at, nor those
            of patients on whose days no version of it is known to be in force.
        assume_in_force: where no version of one of these is known to be in force, take the nearest.
        known: an aware instant; what was recorded later does not count.

    Raises:
        InvalidError: something is no course, ``on`` is no day, or ``known`` has no zone.
    """
    given, sets = each_a("morning", courses, "courses", Course), tuple(requirements)
    before = [(course, state_on(course, on=on - ONE_DAY, known=known)) for course in given]
    coming = [
        SessionOf(course.patient, booked)
        for course, state in before
        for booked in state.left
        if booked.day == on and state_on(course, on=on, known=known).status is not Status.ON_HOLD
    ]
    is_open = [
        SessionOf(course.patient, booked) for course, state in before for booked in state.rolls_open
    ]

    def rules(course: Course) -> Iterator[DueRule]:
        return _rules(course, on, sets, assume=assume_in_force)

    return Morning(
        on,
        tuple(sorted(coming, key=_start)),
        tuple(sorted(is_open, key=_start)),
        due_rows(given, on=on, rules=rules, site=site, known=known),
        tuple(
            RunningOut(course.patient, line)
            for course in given
            if coding is not None
            for line in _lines(course, coding, on, known, assume=assume_in_force)
            if line.beyond.booked
        ),
    )


def _lines(
    course: Course, coding: CodingScheme, on: date, known: datetime | None, *, assume: bool
) -> tuple[LedgerLine, ...]:
    """The authorizations of a course, with the day's sessions booked yet."""
    with suppress(NotInForceError):  # told of each patient whose plan is charged by it
        found = ledger(course, coding, on=on - ONE_DAY, known=known, assume_in_force=assume)
        return found.lines
    return ()


def _rules(
    course: Course, on: date, sets: Iterable[RequirementSet], *, assume: bool
) -> Iterator[DueRule]:
    """What the plan of a day makes due, and each set that is in force on the plan's first day."""
    plan = course.timeline.plan_on(on)
    if plan is None:
        return
    own = due_rules(plan)
    yield from own
    for each in sets:
        with suppress(NotInForceError):  # told of each patient whose plan is checked by it
            yield from due_rules(plan, [each], assume_in_force=assume)[len(own) :]


def _start(one: SessionOf) -> tuple[datetime, UUID]:
    return one.booked.start, one.patient
