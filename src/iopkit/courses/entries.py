"""Entries: the lines of a course's record."""

from datetime import UTC, date, datetime
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.courses.attending import CameUnplanned, MadeUp
from iopkit.courses.events import CourseEvent
from iopkit.courses.findings import Certified, InstrumentAnswered, NoUseReported
from iopkit.courses.stays import Admitted, Discharged, InControlledEnvironment, Readmitted
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.windows import ONE_DAY


@frozen(repr=False)
class Entry:
    """A line of a course's record: what happened, on which day, and who recorded it when.

    ``on`` is the day that the event holds for, ``recorded`` the aware instant at which it was put
    on record, ``recorder`` whoever did, in any words that say it. An entry that ``replaces``
    another one is put in its place; with no ``event`` it withdraws it. Nothing is ever changed or
    deleted. ``recorded`` becomes an instant of UTC: wherever an entry is kept, it stays equal.

    Raises:
        InvalidError: ``recorded`` has no time zone, there is no recorder, neither an event nor
            anything to withdraw, an entry replaces itself, or its day contradicts the days in its
            event.

    Example:
        >>> from uuid import UUID
        >>> from datetime import UTC
        >>> from iopkit.courses.events import Admitted
        >>> entry = Entry(
        ...     UUID("5f0c1f6e-6a53-4b0c-9b53-0a4f4c1f7c11"),
        ...     on=date(2026, 1, 5),
        ...     recorded=datetime(2026, 1, 5, 16, 30, tzinfo=UTC),
        ...     recorder="front-desk",
        ...     event=Admitted(),
        ... )
        >>> entry.on
        datetime.date(2026, 1, 5)
    """

    key: UUID
    on: date
    recorded: datetime
    recorder: str
    event: CourseEvent | None = None
    replaces: UUID | None = None

    def __attrs_post_init__(self) -> None:
        told = () if self.event is None else _day_faults(self.on, self.event)
        if not self.recorder.strip():
            told += (Fault(("recorder",), "whoever put it on record", "nothing"),)
        # Of most entries this says it all, and in a third of the time.
        if told or self.recorded.tzinfo is None or self.event is None or self.replaces is not None:
            self._refuse_faults(told)
        # Times that a clock shows twice are equal to none of another zone.
        if self.recorded.tzinfo is not UTC:
            object.__setattr__(self, "recorded", self.recorded.astimezone(UTC))

    def _refuse_faults(self, told: tuple[Fault, ...]) -> None:
        refuse(
            "entry",
            unless(self.recorded.tzinfo is not None, "recorded", "an aware time", "no zone"),
            unless(
                self.event is not None or self.replaces is not None,
                "event",
                "an event, or an entry to withdraw",
                "neither",
            ),
            unless(self.replaces != self.key, "replaces", "another entry", "the entry itself"),
            told,
        )

    __repr__ = hidden


def _day_faults(on: date, event: CourseEvent) -> tuple[Fault, ...]:
    """What is wrong with the day of an entry beside the days in its event."""
    match event:
        case InstrumentAnswered():
            return unless(event.screening.on == on, "on", "the day of the screening", "another")
        case MadeUp() | CameUnplanned():
            # Whose clock tells the day, the course's schedules say.
            near = abs(event.start.date() - on) <= ONE_DAY
            return unless(near, "on", "the day of the session", "another")
        case NoUseReported():
            return unless(event.since <= on, "event", "a day by then, as since", "a later one")
        case InControlledEnvironment() | Certified():
            ok = event.end is None or event.end > on
            return unless(ok, "event", "an end after the day", "another")
        case Admitted() | Readmitted():
            ok = event.left_care is None or event.left_care <= on
            return unless(ok, "event", "a day by then on which care was left", "a later one")
        case Discharged():
            ok = event.last_contact is None or event.last_contact <= on
            return unless(ok, "event", "a day of last contact by then", "a later one")
        case _:
            return ()
