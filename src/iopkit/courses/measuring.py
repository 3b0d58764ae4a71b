"""Measuring: a measure of many courses, each counted or not, with its figure and the reason."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from uuid import UUID

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.courses.course_by_day import CourseByDay
from iopkit.courses.courses import Course
from iopkit.courses.entries import Entry
from iopkit.courses.events import ROLL_KINDS
from iopkit.courses.happenings import Happening, field_of
from iopkit.courses.measure_rules import (
    CountedEntry,
    DaysUntil,
    FollowUp,
    FollowUpStep,
    Measure,
    MeasuredDays,
    MeasureExclusion,
    MeasureRule,
    is_counted,
)
from iopkit.courses.measured_cases import MeasuredCase, MeasureReason, MeasureResult
from iopkit.courses.stay_figures import figured
from iopkit.eligibility.possible import Possible, as_possible, least_and_most
from iopkit.eligibility.readings import age
from iopkit.errors import each_a, refuse, refuse_flags, refuse_moments, unless, unless_a
from iopkit.fields import frozen
from iopkit.patients.patients import Patient
from iopkit.truth import Truth, all_of
from iopkit.windows import ONE_DAY


def measure(  # noqa: PLR0913  # what is measured, of whom, when, and by what is known of them
    courses: Iterable[Course],
    measure: Measure,
    *,
    period: MeasuredDays,
    on: date | None = None,
    codes: Mapping[UUID, Collection[str]] | None = None,
    patients: Iterable[Patient] = (),
    version_on: date | None = None,
    assume_in_force: bool = False,
) -> MeasureResult:
    """Figure a measure of courses: a patient of several is counted in each.

    ``MeasureResult.in_several`` has those patients. To count each once, give the courses that are
    meant, or have all of one record in one course, with readmissions.

    Args:
        courses: all that are looked at.
        measure: a shipped one, or one's own.
        period: the days in which the event has to be that it starts from.
        on: the day by which all is on record; by default the last of the period. What is not
            over by then is not known.
        codes: by the keys of entries, what each is coded with, for measures that go by codes.
        patients: those whose age is asked for, in any order.
        version_on: the day whose version of the measure is taken; by default the first one of
            the period.
        assume_in_force: take the nearest version where none is known to be in force.

    Returns:
        A case for each event that it starts from, in the order of the courses and of their days,
        and one for each course without any.

    Raises:
        InvalidError: something is no course, or one comes twice; ``on`` is before the period.
        NotInForceError: no version is known to be in force.

    Example:
        >>> from iopkit.library import find_measure
        >>> year = MeasuredDays.of_year(2026)
        >>> course = Course(UUID(int=1, version=4), UUID(int=2, version=4))
        >>> result = measure([course], find_measure("retention-30-days"), period=year)
        >>> result.cases[0].why.value
        'nothing in the measured days that it starts from'
    """
    refuse("measure", unless_a(measure, "measure", Measure))
    refuse("measure", unless_a(period, "period", MeasuredDays))
    refuse_moments("measure", on=on, version_on=version_on)
    refuse_flags("measure", assume_in_force=assume_in_force)
    given = each_a("measure", courses, "courses", Course)
    known = {each.key: each for each in each_a("measure", patients, "patients", Patient)}
    by = period.last if on is None else on
    refuse(
        "measure",
        unless(len({each.key for each in given}) == len(given), "courses", "each once", "others"),
        unless(by >= period.start, "on", "a day from the first of the period on", "an earlier one"),
    )
    version = measure.versions.on(
        version_on or period.start, assume_in_force=assume_in_force, of=measure.name
    )
    one = _Measuring(version.value, period, codes or {}, known)
    cases = tuple(case for each in given for case in one.cases(CourseByDay(each, by)))
    return MeasureResult(measure, version, period, by, cases)


@frozen(repr=False)
class _Measuring:
    """A version of a measure, and all that it is asked with."""

    rule: MeasureRule
    period: MeasuredDays
    codes: Mapping[UUID, Collection[str]]
    patients: Mapping[UUID, Patient]

    def cases(self, course: CourseByDay) -> Iterator[MeasuredCase]:
        """What comes of a course: a case for each event that is started from, or one."""
        last = self.period.last - self.rule.before_end * ONE_DAY
        starts = [
            _Start(entry, course, self.codes)
            for entry in course.entries
            if self.period.start <= entry.on <= last
            and is_counted(self.rule.starts, entry, self.codes.get(entry.key, ()))
        ]
        if not starts:
            yield _case(course, None, Truth.NO, MeasureReason.NEVER_STARTED)
        for start in starts[:1] if self.rule.once else starts:
            yield from self._counted(start)

    def _counted(self, start: "_Start") -> Iterator[MeasuredCase]:
        """The cases of an event, or why it is not counted."""
        case = partial(_case, start.course, start.entry.on)
        old_enough, why = self._old_enough(start.course)
        if old_enough is Truth.NO:
            yield case(Truth.NO, why)
            return
        found = [(each.name, *self._is_out(each, start)) for each in self.rule.exclusions]
        for name, out, _ in found:
            if out is Truth.YES:
                yield evolve(case(Truth.NO, MeasureReason.EXCLUDED), excluded_by=name)
                return
        open_ones = [each for each in found if each[1] is Truth.UNKNOWN]
        if old_enough is Truth.UNKNOWN:
            yield case(Truth.UNKNOWN, why)
        elif open_ones:
            name, _, why = open_ones[0]
            yield evolve(case(Truth.UNKNOWN, why), excluded_by=name)
        else:
            yield from self._figured(start)

    def _old_enough(self, course: CourseByDay) -> tuple[Truth, MeasureReason]:
        least = self.rule.least_age
        if least is None:
            return Truth.YES, MeasureReason.COUNTED
        patient = self.patients.get(course.course.patient)
        years = as_possible(age(patient, self.period.start) if patient else None)
        low, high = least_and_most(years, most=least)
        if low >= least:
            return Truth.YES, MeasureReason.COUNTED
        if high < least:
            return Truth.NO, MeasureReason.TOO_YOUNG
        return Truth.UNKNOWN, MeasureReason.AGE_NOT_KNOWN

    def _is_out(self, exclusion: MeasureExclusion, start: "_Start") -> tuple[Truth, MeasureReason]:
        first, last = self.period.start, self.period.last
        if exclusion.first is not None and exclusion.last is not None:
            first, last = (start.entry.on + n * ONE_DAY for n in (exclusion.first, exclusion.last))
        if start.days_of(exclusion.counts, first, last):
            return Truth.YES, MeasureReason.EXCLUDED
        if start.rolls_of(exclusion.counts, first, last):
            return Truth.UNKNOWN, MeasureReason.ROLL_OPEN
        if last > start.course.over:
            return Truth.UNKNOWN, MeasureReason.STILL_OPEN
        return Truth.NO, MeasureReason.COUNTED

    def _figured(self, start: "_Start") -> Iterator[MeasuredCase]:
        course, entry = start.course, start.entry
        since: object = entry.on
        if self.rule.counted_from is not None:
            since = field_of(entry.event, self.rule.counted_from)
        if not isinstance(since, date):
            yield _case(course, None, Truth.UNKNOWN, MeasureReason.DAY_NOT_KNOWN)
            return
        case = _case(course, since, Truth.YES, MeasureReason.COUNTED)
        match figure := self.rule.figure:
            case FollowUp():
                yield start.followed(case, since, figure.steps)
            case DaysUntil():
                yield start.until(case, since, figure)
            case _:
                stay = next(
                    (s for s in course.stays if entry.key in (s.begun_by, s.ended_by)), None
                )
                if stay is None:
                    yield evolve(case, counted=Truth.NO, why=MeasureReason.NO_STAY)
                else:
                    yield from figured(figure, case, course, stay)

    __repr__ = hidden


@frozen(repr=False)
class _Start:
    """An event that a measure starts from, and all that counts beside it in its course."""

    trusts_types = True

    entry: Entry
    course: CourseByDay
    codes: Mapping[UUID, Collection[str]]

    def days_of(self, counts: Collection[CountedEntry], first: date, last: date) -> list[date]:
        """The days of what counts from one day to another, the event itself aside."""
        return [
            each.on
            for each in self.course.entries
            if first <= each.on <= last
            and each is not self.entry
            and is_counted(counts, each, self.codes.get(each.key, ()))
        ]

    def rolls_of(self, counts: Collection[CountedEntry], first: date, last: date) -> list[date]:
        """The days, from one to another, of sessions without a roll that might be what counts."""
        if not any(isinstance(each, Happening) and each.kind in ROLL_KINDS for each in counts):
            return []
        return [day for day in self.course.open_rolls if first <= day <= last]

    def followed(
        self, case: MeasuredCase, since: date, steps: tuple[FollowUpStep, ...]
    ) -> MeasuredCase:
        """The case with whether each step came in time after the one before it."""
        days, found, why = {since}, list[Truth](), MeasureReason.COUNTED
        for step in steps:
            # What is not known yet may move the day that the next step counts from.
            tried = [self._step(day, step) for day in sorted(days)]
            truths = {each.taken for each in tried}
            found.append(truths.pop() if len(truths) == 1 else Truth.UNKNOWN)
            days = {day for each in tried for day in each.days}
            if why is MeasureReason.COUNTED and found[-1] is Truth.UNKNOWN:
                whys = (each.why for each in tried if each.taken is Truth.UNKNOWN)
                why = next(whys, MeasureReason.ROLL_OPEN)
            if found[-1] is Truth.NO:
                break
        found += [Truth.NO] * (len(steps) - len(found))
        value = all_of(found)
        why = why if value is Truth.UNKNOWN else MeasureReason.COUNTED
        return evolve(case, value=value, why=why, steps=tuple(found))

    def _step(self, day: date, step: FollowUpStep) -> "_Taken":
        first, last = day + step.first * ONE_DAY, day + step.last * ONE_DAY
        done, rolls = (
            self.days_of(step.counts, first, last),
            self.rolls_of(step.counts, first, last),
        )
        alone = self.days_of(step.alone, first, last)
        alone_rolls = self.rolls_of(step.alone, first, last)
        reached = min([*alone[:1], *done[step.times - 1 : step.times]], default=date.max)
        possible = {
            at
            for at in {*done, *rolls, *alone_rolls}
            if at < reached
            and (
                any(roll <= at for roll in alone_rolls)
                or sum(each <= at for each in (*done, *rolls)) >= step.times
            )
        }
        if reached < date.max:
            return _Taken(Truth.YES, frozenset({reached, *possible}), MeasureReason.COUNTED)
        if last > self.course.over:
            later = self.course.over + ONE_DAY
            return _Taken(Truth.UNKNOWN, frozenset({later, *possible}), MeasureReason.STILL_OPEN)
        if possible:
            return _Taken(Truth.UNKNOWN, frozenset(possible), MeasureReason.ROLL_OPEN)
        return _Taken(Truth.NO, frozenset(), MeasureReason.COUNTED)

    def until(self, case: MeasuredCase, since: date, figure: DaysUntil) -> MeasuredCase:
        """The case with the days until something came."""
        course = self.course
        found = min(self.days_of(figure.counts, since, course.on), default=None)
        ended = min(self.days_of(figure.until, since, course.on), default=None)
        if found and ended and ended < found:
            found = None
        over = found or ended or course.on
        rolls = self.rolls_of(figure.counts, since, over)
        if rolls and (rolls[0] < over or found is None):
            least = (rolls[0] - since).days
            value = None if found is None else Possible(least, (found - since).days)
            return evolve(case, value=value, at_least=least, why=MeasureReason.ROLL_OPEN)
        if found is not None:
            return evolve(case, value=(found - since).days)
        if ended is not None or course.died:
            return evolve(case, why=MeasureReason.NO_MORE)
        return evolve(case, at_least=(over - since).days, why=MeasureReason.STILL_OPEN)

    __repr__ = hidden


@frozen(repr=False)
class _Taken:
    """Whether a step was taken, the days on which it may have been, and why it is not known."""

    trusts_types = True

    taken: Truth
    days: frozenset[date]
    why: MeasureReason

    __repr__ = hidden


def _case(
    course: CourseByDay, since: date | None, counted: Truth, why: MeasureReason
) -> MeasuredCase:
    return MeasuredCase(course.course.key, course.course.patient, since, counted, why)
