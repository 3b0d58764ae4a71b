"""Where a patient stands in a course on a day."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.courses.abstinence import ControlledSpan
from iopkit.courses.authorizations import Authorization
from iopkit.courses.delivered_minutes import MinutesOfDay, MinutesOfWeek, week_of_day
from iopkit.courses.goal_figures import GoalFigures
from iopkit.courses.outcomes import OutcomeCounts, SessionOutcome, SessionRecord, count_outcomes
from iopkit.courses.statuses import IN_TREATMENT, Status, StatusSpan
from iopkit.courses.timelines import BookedSession
from iopkit.eligibility.possible import from_to
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.patients.screenings import Screening
from iopkit.plans.plans import Plan
from iopkit.programs.plan_days import week_of_plan
from iopkit.programs.progress import PossibleCount
from iopkit.truth import Truth


@frozen(repr=False)
class State:
    """Where a patient stands in a course on a day, by what is on record of the days by it.

    ``status`` is that of the day's end, ``None``: none yet, or a referral was closed. ``spans``
    are how it came there, the last without an end. What is ``Possible`` is known in part, most of
    all while rolls are open.

    ``plan`` is that of the schedule in force. ``phase`` is that of the newest ``PhaseEntered``
    since that schedule, or the stay, began; without one, the one that the plan has by its own
    weeks, for one who came back since then at the earliest. ``level`` is the one on record; without
    it that of the phase. What does not apply outside a stay is ``None`` there.

    ``outcomes`` are all sessions that were due by the day in their order, each with what became of
    it. ``beside`` counts make-ups and sessions that no schedule has. ``minutes`` were delivered by
    the day: sessions attended, made up for and come to unplanned, each on the days and ``weeks``
    that it was on; weeks are those of the plan in force, without one from Monday.

    ``attended_in_a_row`` and ``missed_in_a_row`` go back from the newest session to the first of
    the stay; absences with an excuse, sessions called off and those in a hold are passed over.
    What counts as the last ``contact`` says ``is_contact``.

    ``days_without_use_reported`` and ``days_without_use_tested`` are apart, as neither says what
    the other does. Tests tell how long they found nothing, from the first of the negative ones in
    a row to the last; ``negative_tests`` are all of them, ever. ``other_test_on`` is the day of
    the newest test that did not find nothing. Whether a missed test was taken for a positive one,
    ``missed_test_is_positive`` says. In a ``controlled`` environment days without use say less.

    ``left`` are sessions after the day that nobody has called off, outside holds that are known to
    end, ``last_day`` is that of the last of them, and ``undated`` counts those that the schedule in
    force has no day for.
    ``clinician_agrees`` is what the newest review since the phase began said that was asked, and
    ``at_risk`` that since the stay began: see ``ReviewHeld``.
    ``authorizations`` are those that cover the day, the newest last. ``goals`` are those of the
    plan in force; ``None``: none are agreed.
    """

    course: UUID
    patient: UUID
    on: date
    known: datetime | None
    missed_test_is_positive: bool
    status: Status | None
    spans: tuple[StatusSpan, ...]
    level: LevelOfCare | None
    plan: Plan | None
    phase: str | None
    phase_since: date | None
    outcomes: tuple[SessionRecord, ...]
    beside: int
    minutes: tuple[MinutesOfDay, ...]
    weeks: tuple[MinutesOfWeek, ...]
    contact: date | None
    days_without_use_reported: PossibleCount
    days_without_use_tested: PossibleCount
    negative_tests_in_a_row: PossibleCount
    negative_tests: PossibleCount
    other_test_on: date | None
    controlled: tuple[ControlledSpan, ...]
    screenings: tuple[Screening, ...]
    clinician_agrees: bool | None
    authorizations: tuple[Authorization, ...]
    left: tuple[BookedSession, ...]
    undated: int
    goals: tuple[GoalFigures, ...] | None = None
    at_risk: bool | None = None

    @property
    def phase_week(self) -> int | None:
        """Which week of its phase the day is in, from 1; ``None``: of none that has begun."""
        return _week(self.on, self.phase_since)

    @property
    def program_week(self) -> int | None:
        """Which week of the plan in force the day is in, from 1; ``None``: of none."""
        return _week(self.on, self.plan.start if self.plan else None)

    @cached_property
    def counts(self) -> OutcomeCounts:
        """The sessions due by the day, by what became of them."""
        return count_outcomes(self.outcomes)

    def outcomes_since(self, day: date) -> tuple[SessionRecord, ...]:
        """The sessions that were due from a day on, and what became of each."""
        return self.outcomes[bisect_left(self.outcomes, day, key=_day_of) :]

    @property
    def readmitted(self) -> date | None:
        """The day of the newest readmission; ``None``: the patient never came back."""
        back, gone = None, False
        for span in self.spans:
            inside = span.status in IN_TREATMENT
            back = span.start if inside and gone else back
            gone = not inside and (gone or span.status is Status.DISCHARGED)
        return back

    @property
    def rolls_open(self) -> tuple[BookedSession, ...]:
        """The sessions that were due of which nobody knows who came, in their order."""
        return tuple(each.booked for each in self.outcomes if each.roll_open)

    @property
    def _of_stay(self) -> tuple[SessionRecord, ...]:
        """The sessions that were due since the newest readmission."""
        return self.outcomes_since(self.readmitted or date.min)

    @property
    def attended_in_a_row(self) -> PossibleCount:
        """Sessions attended one after another, up to the newest."""
        return _in_a_row(self._of_stay, SessionOutcome.ATTENDED, SessionOutcome.MISSED)

    @property
    def missed_in_a_row(self) -> PossibleCount:
        """Sessions missed one after another without an excuse, up to the newest."""
        return _in_a_row(self._of_stay, SessionOutcome.MISSED, SessionOutcome.ATTENDED)

    @property
    def days_since_contact(self) -> PossibleCount:
        """Days since the last contact on record; fewer are possible while a later roll is open.

        ``None``: no contact is on record.
        """
        if self.contact is None:
            return None
        latest = max([self.contact, *(each.day for each in self.rolls_open[-1:])])
        return from_to((self.on - latest).days, (self.on - self.contact).days)

    @property
    def minutes_this_week(self) -> int:
        """Minutes delivered by the day in the week that it is in."""
        week = week_of_day(self.on, first=self.plan.start if self.plan else None)
        return sum(each.minutes for each in self.weeks if each.start == week)

    @property
    def in_controlled_environment(self) -> Truth:
        """Whether the patient is where substances are restricted, as far as is on record."""
        spans = [each for each in self.controlled if each.end is None or each.end > self.on]
        known = any(each.end or each.start == self.on for each in spans)
        return Truth.YES if known else Truth.UNKNOWN if spans else Truth.NO

    @property
    def last_day(self) -> date | None:
        """The day of the last session that is left; ``None``: none is."""
        return self.left[-1].day if self.left else None

    __repr__ = hidden


def _in_a_row(
    outcomes: Sequence[SessionRecord], counted: SessionOutcome, ended_by: SessionOutcome
) -> PossibleCount:
    """Sessions of one outcome from the newest back to one that ends the row.

    A session without a roll may be one of them, or end it.
    """
    sure = possible = 0
    is_open = False
    for each in reversed(outcomes):
        if each.outcome is ended_by:
            break
        is_open = is_open or each.roll_open
        is_one = each.roll_open or each.outcome is counted
        possible += is_one
        sure += is_one and not is_open
    return from_to(sure, possible)


def _day_of(outcome: SessionRecord) -> date:
    return outcome.booked.day


def _week(on: date, since: date | None) -> int | None:
    return None if since is None or on < since else week_of_plan(on, start=since)
