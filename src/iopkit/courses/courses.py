"""A course: what happened to one patient, as it is on record."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.courses.entries import Entry
from iopkit.courses.folding import Folded
from iopkit.courses.histories import History, history_of
from iopkit.courses.misfits import SetApart
from iopkit.courses.timelines import ScheduleSince, Timeline
from iopkit.errors import Fault, each_a, refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.schedules.sessions import Schedule


@frozen(repr=False)
class Course:
    """The course of one patient's treatment: its schedules, and its record.

    ``key`` is the course's and ``patient`` the patient's key, both opaque. ``schedules`` are in
    force one after another, each from its day on. ``entries`` are in order, those included that
    others have replaced; ``apart`` are those that do not fit them. All of them are one set: any
    order in which it is collected gives an equal course.

    Raises:
        InvalidError: the schedules are out of order or another patient's, or the entries do not
            fit together as they are given: ``collect`` sorts them out.

    Example:
        >>> course = Course(
        ...     key=UUID("6f3f3a52-5a34-4c8c-9d27-6f6b1b0d9a10"),
        ...     patient=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"),
        ... )
        >>> course.entries
        ()
    """

    key: UUID
    patient: UUID
    schedules: tuple[ScheduleSince, ...] = ()
    entries: tuple[Entry, ...] = ()
    apart: tuple[SetApart, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse("course", _stranger_faults(self.schedules, self.patient))
        found = self.history
        apart = {each.entry for each in self.apart}
        wrong = [each for each in found.apart if each.entry not in apart]
        refuse("course", _faults("entries", self.entries, wrong))
        refuse(
            "course",
            unless(found.entries == self.entries, "entries", "in order, each once", "others"),
            unless(found.apart == self.apart, "apart", "what does not fit, and why", "others"),
        )

    @property
    def every_entry(self) -> tuple[Entry, ...]:
        """All that is on record: the ``entries``, and those that are set apart."""
        return (*self.entries, *(each.entry for each in self.apart))

    @cached_property
    def timeline(self) -> Timeline:
        """The sessions and plans of the schedules that were in force."""
        return Timeline(self.schedules)

    @cached_property
    def history(self) -> History:
        """The record in order, and those entries of it that count."""
        return history_of(self.every_entry, self.timeline)

    @cached_property
    def folded(self) -> Folded:
        """What a state goes on from; it is no part of the course's value."""
        return Folded(self.timeline, self.history)

    __repr__ = hidden


def collect(
    entries: Iterable[Entry],
    *,
    key: UUID,
    patient: UUID,
    schedules: Iterable[ScheduleSince] = (),
) -> Course:
    """The course that entries from elsewhere make, in any order and with any faults.

    Args:
        entries: the whole record, replaced entries included.
        key: the course's own key.
        patient: the patient's key.
        schedules: those in force, in order.

    Returns:
        The course; its ``apart`` has each entry that does not fit, with the reasons.

    Raises:
        InvalidError: something is no entry, or the schedules are wrong.
    """
    refuse("course", unless_a(key, "key", UUID), unless_a(patient, "patient", UUID))
    given = each_a("course", entries, "entries", Entry)
    in_force = each_a("course", schedules, "schedules", ScheduleSince)
    refuse("course", _stranger_faults(in_force, patient))
    timeline = Timeline(in_force)
    return _made(key, patient, timeline, history_of(given, timeline))


def record(course: Course, *entries: Entry) -> Course:
    """A course with more on record.

    The whole is judged and not the steps: entries may come in any order. One that is on record
    already changes nothing.

    Raises:
        InvalidError: with each entry that does not fit, by its place among those given, and each
            one on record that would not fit any more.
    """
    refuse("record", unless_a(course, "course", Course))
    given = each_a("record", entries, "entries", Entry)
    if later := course.history.grown(given, course.timeline):
        folded = course.folded.grown(later)
        return _made(course.key, course.patient, course.timeline, later, folded)
    grown = _together(course.timeline, course, given)
    refused = grown.apart
    if refused:
        known = {each.entry for each in course.apart}.difference(given)
        refused = tuple(each for each in refused if each.entry not in known)
    on_record = [each for each in refused if each.entry not in given]
    refuse(
        "record",
        _faults("entries", given, refused),
        _faults("on_record", course.entries, on_record),
    )
    return grown


def with_schedule(course: Course, schedule: Schedule, *, since: date) -> Course:
    """The course with a schedule that is in force from a day on, in place of those from then on.

    Entries about sessions that are the course's no more are set apart.

    Raises:
        InvalidError: the schedule is another patient's, or it has a session again that an older
            one had while it was in force.
    """
    before = tuple(each for each in course.schedules if each.since < since)
    in_force = (*before, ScheduleSince(since, schedule))
    refuse("course", _stranger_faults(in_force, course.patient))
    return _together(Timeline(in_force), course)


def merge(course: Course, other: Course) -> Course:
    """Two copies of one course that were kept apart, as one: all that either has.

    What does not fit together is ``apart``. The order of the two does not matter, nor does that
    of several merges; a copy merged with itself is itself.

    Raises:
        InvalidError: they are of different courses or patients, different schedules are in force
            from one day, or one key has two contents.
    """
    refuse("merge", unless_a(course, "course", Course), unless_a(other, "other", Course))
    by_key = {entry.key: entry for entry in course.every_entry}
    in_force = {each.since: each for each in course.schedules}
    refuse(
        "merge",
        unless(course.key == other.key, "other", "a copy of the same course", "another course"),
        unless(course.patient == other.patient, "other", "the same patient", "another patient"),
        unless(
            all(in_force.get(each.since, each) == each for each in other.schedules),
            "schedules",
            "one schedule from a day on",
            "two",
        ),
        unless(
            all(by_key.get(entry.key, entry) == entry for entry in other.every_entry),
            "entries",
            "one content for a key",
            "two",
        ),
    )
    in_force |= {each.since: each for each in other.schedules}
    schedules = tuple(in_force[since] for since in sorted(in_force))
    return _together(Timeline(schedules), course, other.every_entry)


def as_known(course: Course, *, known: datetime) -> Course:
    """The course as it was on record at an instant.

    Args:
        course: as it is on record now.
        known: aware; what was recorded by then is there, ``apart`` where it did not fit yet.

    Raises:
        InvalidError: ``known`` has no time zone.
    """
    refuse("course", unless(known.tzinfo is not None, "known", "an aware time", "no zone"))
    by_then = (entry for entry in course.every_entry if entry.recorded <= known)
    history = history_of(by_then, course.timeline)
    return _made(course.key, course.patient, course.timeline, history)


def _together(timeline: Timeline, course: Course, more: Iterable[Entry] = ()) -> Course:
    history = history_of([*course.every_entry, *more], timeline)
    return _made(course.key, course.patient, timeline, history)


def _made(
    key: UUID, patient: UUID, timeline: Timeline, history: History, folded: Folded | None = None
) -> Course:
    """A course of what was just worked out of its entries.

    It is not worked out again to hold it against itself, which would be all that it costs.
    """
    course = Course.__new__(Course)
    of = {
        "key": key,
        "patient": patient,
        "schedules": timeline.schedules,
        "entries": history.entries,
        "apart": history.apart,
        "timeline": timeline,
        "history": history,
        "folded": folded or Folded(timeline, history),
    }
    for name, value in of.items():
        object.__setattr__(course, name, value)
    return course


def _stranger_faults(schedules: Iterable[ScheduleSince], patient: UUID) -> tuple[Fault, ...]:
    strangers = any(each.schedule.plan.patient != patient for each in schedules)
    return unless(not strangers, "schedules", "those of the patient", "another patient's")


def _faults(name: str, entries: Sequence[Entry], apart: Iterable[SetApart]) -> tuple[Fault, ...]:
    """Why entries are set apart, each by its place in a list."""
    reasons = {each.entry: each.faults for each in apart}
    return tuple(
        fault.under(name, place)
        for place, entry in enumerate(entries)
        for fault in reasons.get(entry, ())
    )
