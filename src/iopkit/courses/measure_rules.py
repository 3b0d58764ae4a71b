"""Measures: what is figured of courses, from which event on, as data with versions and sources."""

from collections.abc import Collection
from datetime import date
from typing import TypeAlias

from iopkit.courses.entries import Entry
from iopkit.courses.happenings import Happening
from iopkit.courses.stays import DischargeReason
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import call_union, frozen
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.instruments import Instrument
from iopkit.sources import Versions
from iopkit.windows import ONE_DAY, TEN_YEARS


@frozen
class MeasuredDays:
    """The days that are measured: from ``start`` up to the day before ``end``.

    Raises:
        InvalidError: there is none.
    """

    start: date
    end: date

    def __attrs_post_init__(self) -> None:
        refuse("measured days", unless(self.start < self.end, "end", "a day after start", "none"))

    @property
    def last(self) -> date:
        """The last of them."""
        return self.end - ONE_DAY

    def __contains__(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.start <= day < self.end

    @classmethod
    def of_year(cls, year: int) -> "MeasuredDays":
        """Those of a calendar year."""
        return cls(date(year, 1, 1), date(year + 1, 1, 1))


@frozen
class Coded:
    """Entries that are coded with one of some codes, and with one of ``beside`` too, if it has any.

    What an entry is coded with the caller of ``measure`` says.

    Raises:
        InvalidError: there is no code.

    Example:
        >>> visit = Coded(("99202", "99203"), beside=("F10.20",))
        >>> visit.covers({"99202", "F10.20"}), visit.covers({"99202"})
        (True, False)
    """

    codes: tuple[str, ...]
    beside: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse("codes", unless(bool(self.codes), "codes", "at least one", "none"))

    def covers(self, codes: Collection[str]) -> bool:
        """Whether an entry with some codes is meant."""
        beside = not self.beside or any(code in codes for code in self.beside)
        return beside and any(code in codes for code in self.codes)

    @property
    def words(self) -> str:
        """What is meant, in prose."""
        return f"coded with one of {len(self.codes)} codes{' beside others' * bool(self.beside)}"


CountedEntry: TypeAlias = Happening | Coded
"""What counts: events of a kind, or entries of some codes."""
call_union(CountedEntry, "events of a kind, or entries of some codes")


def is_counted(counts: Collection[CountedEntry], entry: Entry, codes: Collection[str]) -> bool:
    """Whether an entry with some codes is one of what counts."""
    return any(
        each.covers(codes) if isinstance(each, Coded) else each.covers(entry.event)
        for each in counts
    )


@frozen
class MeasureExclusion:
    """Who is not counted: those of whom something is on record near the event that is started from.

    It counts from day ``first`` after that event to day ``last``, both included; below 0 they lie
    before it. Without them it counts on all days that are measured.

    Raises:
        InvalidError: nothing counts, there is no name, one of the days is missing, or they are out
            of order.
    """

    name: str
    counts: tuple[CountedEntry, ...]
    first: int | None = None
    last: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            f"exclusion {self.name!r}",
            unless(bool(self.name.strip()), "name", "a name", "none"),
            _counts_faults("counts", self.counts),
            _days_faults(self.first, self.last, least=-TEN_YEARS),
        )


@frozen
class FollowUpStep:
    """Something that has to come within days of an event, and so many times.

    Days count from that of the event, which is day 0, and both ends are included. Of what counts
    ``alone`` once is enough. ``not_before`` bars the same day as another.

    Raises:
        InvalidError: nothing counts, the days are out of order, or the times not from 1 to 100.
    """

    counts: tuple[CountedEntry, ...]
    first: int
    last: int
    times: int = 1
    alone: tuple[CountedEntry, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "follow-up",
            _counts_faults("counts", self.counts),
            _days_faults(self.first, self.last, least=0),
            unless(1 <= self.times <= 100, "times", "from 1 to 100", self.times),
        )


@frozen
class FollowUp:
    """Whether one thing followed after another in time: each step counts from the one before.

    The first counts from the event that is started from, which itself never counts.

    Raises:
        InvalidError: there is no step.
    """

    steps: tuple[FollowUpStep, ...]

    def __attrs_post_init__(self) -> None:
        refuse("follow-up", unless(bool(self.steps), "steps", "at least one", "none"))


@frozen
class DaysUntil:
    """How many days it took until something came, on the same day 0.

    It does not come any more after one of ``until``.

    Raises:
        InvalidError: nothing counts.
    """

    counts: tuple[CountedEntry, ...]
    until: tuple[Happening, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse("days until", _counts_faults("counts", self.counts))


@frozen
class StayLengthBin:
    """Lengths of stay that a source counts as one, up to ``last`` days; ``None``: all longer."""

    code: str
    last: int | None


@frozen
class StayLength:
    """Days of a stay, from the admission to the last contact, or to the discharge if earlier.

    Less than a day counts as 1. Where ``both_days`` is true, both the first day and the last count
    in services of less than level 3, which patients come to from home. With ``bins`` it is the
    code of that which has the days.

    Raises:
        InvalidError: the bins are out of order, or the last of them has an end.
    """

    both_days: bool = False
    bins: tuple[StayLengthBin, ...] = ()

    def __attrs_post_init__(self) -> None:
        ends = [each.last for each in self.bins]
        known = [last for last in ends if last is not None]
        ok = not ends or (ends == [*known, None] and known == sorted(set(known)))
        refuse("stay length", unless(ok, "bins", "in order, the last without an end", "others"))


@frozen
class LeavingCode:
    """The code that a source has for why a stay ended.

    Raises:
        InvalidError: a reason is missing or comes twice.
    """

    codes: tuple[tuple[DischargeReason, str], ...]
    died: str

    def __attrs_post_init__(self) -> None:
        reasons = sorted(reason for reason, _ in self.codes)
        refuse(
            "leaving code",
            unless(reasons == sorted(DischargeReason), "codes", "each reason once", "others"),
        )


@frozen
class LeftFor:
    """Whether a stay ended for one of some reasons.

    Raises:
        InvalidError: there is no reason.
    """

    reasons: tuple[DischargeReason, ...]

    def __attrs_post_init__(self) -> None:
        refuse("leaving", unless(bool(self.reasons), "reasons", "at least one", "none"))


@frozen
class RetainedFor:
    """Whether the patient was seen so many days after the admission or later, in the same stay.

    Raises:
        InvalidError: the days are not from 1 to 3,660.
    """

    days: int

    def __attrs_post_init__(self) -> None:
        ok = 1 <= self.days <= TEN_YEARS
        refuse("retention", unless(ok, "days", f"from 1 to {TEN_YEARS}", self.days))


@frozen
class NoShowShare:
    """The share missed without an excuse, of the sessions of a stay that one could come to.

    A range where rolls are open, or it is not recorded whether there was an excuse.
    """


@frozen
class DeliveredShare:
    """The minutes delivered in a stay, as a share of those of the sessions due by then."""


@frozen
class PhaseDays:
    """Days in each phase of a stay, the day on which it was left not counted."""


@frozen
class ScaleChange:
    """How a score changed in a stay: the last, on a later day, less the first.

    ``own`` is the instrument itself, where it is not a shipped one.

    Raises:
        InvalidError: there is no such instrument, or it has no such scale.
    """

    instrument: str
    scale: str
    own: Instrument | None = None

    def __attrs_post_init__(self) -> None:
        known = self.own or INSTRUMENTS.get(self.instrument)
        named = known is not None and known.name == self.instrument
        refuse("scale", unless(named, "instrument", "a shipped or an own one", "another"))
        scales = [scale.name for scale in known.scales] if known else []
        refuse("scale", unless(self.scale in scales, "scale", "one of it", repr(self.scale)))


StayFigure: TypeAlias = (
    StayLength
    | LeavingCode
    | LeftFor
    | RetainedFor
    | NoShowShare
    | DeliveredShare
    | PhaseDays
    | ScaleChange
)
"""What is figured of a stay."""

Figure: TypeAlias = FollowUp | DaysUntil | StayFigure
"""What is figured of each that is counted."""
call_union(Figure, "what is figured")


@frozen
class MeasureRule:
    """What is counted and figured, by one version of a measure.

    It starts from each event of ``starts`` in the days that are measured; with ``once`` from the
    first of them in a course. ``counted_from`` is a day in that event which is taken in place of
    its own, such as ``left_care``. The event has to be on the day ``before_end`` before the last
    measured one, or earlier. ``least_age`` is that on the first measured day.

    Raises:
        InvalidError: nothing starts it, a number is out of range, or an exclusion comes twice.
    """

    starts: tuple[CountedEntry, ...]
    figure: Figure
    once: bool = False
    counted_from: str | None = None
    before_end: int = 0
    least_age: int | None = None
    exclusions: tuple[MeasureExclusion, ...] = ()

    def __attrs_post_init__(self) -> None:
        names = [each.name for each in self.exclusions]
        refuse(
            "measure",
            _counts_faults("starts", self.starts),
            unless(0 <= self.before_end <= TEN_YEARS, "before_end", "days, at least 0", "others"),
            unless(self.least_age is None or self.least_age >= 0, "least_age", "years", "others"),
            unless(len(names) == len(set(names)), "exclusions", "each name once", "one twice"),
        )


@frozen
class Measure:
    """A figure of courses of treatment: its name, its versions and their sources.

    ``note`` says what has to be known wherever a result is shown.

    Raises:
        InvalidError: there is no name or no title.
    """

    name: str
    title: str
    versions: Versions[MeasureRule]
    note: str = ""

    def __attrs_post_init__(self) -> None:
        refuse(
            f"measure {self.name!r}",
            unless(bool(self.name.strip()), "name", "a name", "none"),
            unless(bool(self.title.strip()), "title", "a title", "none"),
        )


def _counts_faults(name: str, counts: Collection[CountedEntry]) -> tuple[Fault, ...]:
    return unless(bool(counts), name, "at least one kind of event or list of codes", "none")


def _days_faults(first: int | None, last: int | None, *, least: int) -> tuple[Fault, ...]:
    if first is None or last is None:
        return unless(first is last, "last", "both days or neither", "one")
    return unless(
        least <= first <= last <= TEN_YEARS, "last", f"days in order, from {least}", "others"
    )
