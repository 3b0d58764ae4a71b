"""Differences: what changes from one schedule of a plan to the next."""

from uuid import UUID

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.plans.plans import Plan
from iopkit.programs.programs import Phase
from iopkit.schedules.sessions import Schedule, Session, Unplaced, in_order, number_of


@frozen(repr=False)
class ScheduleDifference:
    """What changes from one schedule of a plan to the next, session by session.

    A session is the same one if it has the same UID, so ``changed`` has it as it was and
    as it is. One that gets a date is ``added``, one that loses it ``removed``; why is said
    in ``unplaced``. ``plan``, ``zone``, ``revision``, ``unplaced`` and ``former`` are
    the new schedule's, ``was_unplaced`` the old one's.
    """

    plan: Plan
    zone: str
    revision: int
    added: tuple[Session, ...] = ()
    changed: tuple[tuple[Session, Session], ...] = ()
    removed: tuple[Session, ...] = ()
    unchanged: tuple[Session, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    was_unplaced: tuple[Unplaced, ...] = ()
    former: tuple[Phase, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether every session stays as it is, dated or not."""
        touched = self.added or self.changed or self.removed
        return not touched and self.unplaced == self.was_unplaced

    @property
    def undated(self) -> tuple[Session, ...]:
        """Those of ``removed`` that the new schedule still has, without a date."""
        left = {number_of(each) for each in self.unplaced}
        return tuple(s for s in self.removed if not s.make_up and number_of(s) in left)

    @property
    def new(self) -> Schedule:
        """The new schedule."""
        sessions = (*self.added, *(new for _, new in self.changed), *self.unchanged)
        return Schedule(
            self.plan,
            self.zone,
            sessions=in_order(sessions),
            unplaced=self.unplaced,
            revision=self.revision,
            former=self.former,
        )

    def applied_to(self, old: Schedule) -> Schedule:
        """The new schedule, made from the old one.

        Raises:
            InvalidError: it is another schedule than the difference was found from.
        """
        was = {*self.removed, *self.unchanged, *(was for was, _ in self.changed)}
        ok = (
            old.plan.key == self.plan.key
            and set(old.sessions) == was
            and old.unplaced == self.was_unplaced
        )
        refuse("difference", unless(ok, "old", "the schedule that it was found from", "another"))
        return self.new

    __repr__ = hidden


def schedule_difference(old: Schedule, new: Schedule) -> ScheduleDifference:
    """What changes from one schedule of a plan to another.

    Raises:
        InvalidError: they are of plans with other keys, so that no session of one is a
            session of the other.

    Example:
        >>> from datetime import date, timedelta
        >>> from uuid import uuid4
        >>> from attrs import evolve
        >>> from iopkit.windows import WeeklyWindows
        >>> from iopkit.library import find_program
        >>> from iopkit.patients import Patient
        >>> from iopkit.plans import draft
        >>> from iopkit.schedules import schedule
        >>> from iopkit.sites import Site
        >>> site = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
        >>> patient, program = Patient(uuid4()), find_program("matrix-16-week")
        >>> plan = draft(program, patient, site, start=date(2026, 1, 5), seed=1)
        >>> later = evolve(plan, start=plan.start + timedelta(weeks=1))
        >>> found = schedule_difference(schedule(plan, site), schedule(later, site))
        >>> len(found.changed) == len(found.new.sessions), found.added, found.removed
        (True, (), ())
    """
    refuse(
        "difference",
        unless(old.plan.key == new.plan.key, "new", "a schedule of the same plan", "of another"),
    )
    was, now = _by_uid(old), _by_uid(new)
    kept = [(was[uid], session) for uid, session in now.items() if uid in was]
    return ScheduleDifference(
        plan=new.plan,
        zone=new.zone,
        revision=new.revision,
        added=tuple(session for uid, session in now.items() if uid not in was),
        changed=tuple(pair for pair in kept if pair[0] != pair[1]),
        removed=tuple(session for uid, session in was.items() if uid not in now),
        unchanged=tuple(after for before, after in kept if before == after),
        unplaced=new.unplaced,
        was_unplaced=old.unplaced,
        former=new.former,
    )


def _by_uid(schedule: Schedule) -> dict[UUID, Session]:
    return {schedule.uid(session): session for session in schedule.sessions}
