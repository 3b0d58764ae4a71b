"""Due rules: what has to be done after which event, and by when, as data."""

from datetime import date
from enum import StrEnum
from typing import TypeAlias

from attrs import field

from iopkit.courses.events import EVENT_KINDS
from iopkit.courses.happenings import Happening, type_of_field
from iopkit.courses.outcomes import SessionOutcome
from iopkit.eligibility.predicates import Predicate, describe
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import call_union, frozen
from iopkit.programs.progress import course_faults
from iopkit.prose import counted
from iopkit.scopes import Scope
from iopkit.sources import Dated, Source, Versions
from iopkit.windows import TEN_YEARS


@frozen
class InARow:
    """So many sessions one after another came out alike: "two missed in a row".

    Only missed and attended sessions make a row, and end the other's, as a new stay does; those
    excused, called off or on hold are passed over. While a roll is open that could make or end a
    row, it is not known.

    Raises:
        InvalidError: the count is not from 1 to 100, or the outcome is another.
    """

    outcome: SessionOutcome
    count: int

    def __attrs_post_init__(self) -> None:
        makes_rows = self.outcome in (SessionOutcome.MISSED, SessionOutcome.ATTENDED)
        refuse(
            "row",
            unless(makes_rows, "outcome", "missed or attended", repr(self.outcome.value)),
            unless(1 <= self.count <= 100, "count", "from 1 to 100", self.count),
        )

    @property
    def words(self) -> str:
        """The row in prose."""
        return f"{self.count} sessions {self.outcome.value} in a row"


@frozen
class NoContact:
    """So many days have passed since the last contact in a stay; see ``is_contact``.

    What it makes due ends with the stay.

    Raises:
        InvalidError: the days are not from 1 to 3,660.
    """

    days: int

    def __attrs_post_init__(self) -> None:
        refuse("no contact", _days_faults("days", self.days, least=1))

    @property
    def words(self) -> str:
        """The days in prose."""
        return f"{self.days} days without contact"


@frozen
class RollOpen:
    """A session is over, and nothing is on record of it."""

    @property
    def words(self) -> str:
        """What is open, in prose."""
        return "a session without a roll"


When: TypeAlias = Happening | InARow | NoContact | RollOpen | Predicate
"""What makes something due: an event, or what the course has come to.

A predicate is one over facts about the course, as ``Phase.advance``; it makes something due on each
day on which it holds and did not the day before.
"""
call_union(When, "an event or a condition that makes something due")


_STAY_ENDS = (Happening("discharged"), Happening("died"))


class CountedIn(StrEnum):
    """What the time of a term is counted in."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    """Days on which the site has opening hours and is not closed."""
    MONTHS = "months"


@frozen
class Term:
    """A time by which something is due, counted from a day.

    It can be done from ``opens`` on, is due by ``due`` and too late after ``last``; all count in
    ``counted_in``, and below 0 they lie before the day. Left out, ``opens`` is the day itself, or
    ``due`` where that is earlier, and ``last`` is ``due``.

    Raises:
        InvalidError: they are not in order, or more than ten years away.

    Example:
        >>> Term(180, opens=150, last=210).words
        'by day 180, from day 150 to day 210'
        >>> Term(-1, opens=-14).words
        'by 1 day before, from 14 days before to 1 day before'
    """

    due: int
    opens: int | None = None
    last: int | None = None
    counted_in: CountedIn = CountedIn.DAYS

    def __attrs_post_init__(self) -> None:
        refuse(
            "term",
            *(_days_faults(name, getattr(self, name)) for name in ("due", "opens", "last")),
            unless(
                self.first <= self.due <= self.end, "due", "from opens to last", "another number"
            ),
        )

    @property
    def first(self) -> int:
        """When it can be done from."""
        return min(0, self.due) if self.opens is None else self.opens

    @property
    def end(self) -> int:
        """When it can be done until."""
        return self.due if self.last is None else self.last

    @property
    def words(self) -> str:
        """The term in prose."""
        unit = self.counted_in.value.removesuffix("s").replace("_", " ")
        first, due, end = (
            f"{counted(-count, unit)} before" if count < 0 else f"{unit} {count}"
            for count in (self.first, self.due, self.end)
        )
        plain = self.opens is None and self.last is None
        return f"by {due}{'' if plain else f', from {first} to {end}'}"


def _days_faults(name: str, days: int | None, *, least: int = -TEN_YEARS) -> tuple[Fault, ...]:
    ok = days is None or least <= days <= TEN_YEARS
    return unless(ok, name, f"from {least} to {TEN_YEARS}", days)


@frozen
class DueRule:
    """What has to be done once something has happened, by when, and who says so.

    ``within`` is the first term after that, ``every`` the one from each time that it was done to
    the next: so the next is due from what was done, not from what was planned. ``done_by`` are the
    events that do it, ``times`` how often it takes, once it can be done. ``until`` are the events
    after which it is not asked for any more. ``or_when`` are events that make it due as well, such
    as a readmission. It is not asked for where one of ``unless_before`` came earlier in the course.
    ``counted_from`` is a day in the event that it counts from, such as ``authorization.end``, in
    place of the event's own.
    ``source`` says so, or the person or program ``said_by``.

    Raises:
        InvalidError: there is no name, no term, nobody who says so, nothing that can do it, a
            field that is no day, or a condition about something else than a course. A roll is
            entered by what is recorded of its session, and has no ``done_by`` of its own.

    Example:
        >>> rule = DueRule(
        ...     "treatment-plan",
        ...     "Write the treatment plan",
        ...     when=Happening("admitted"),
        ...     within=Term(7),
        ...     done_by=(Happening("plan_revised"),),
        ...     said_by="Elm Street's handbook",
        ... )
        >>> rule.words
        'by day 7 after admitted'
    """

    name: str
    title: str
    when: When
    within: Term | None = None
    every: Term | None = None
    done_by: tuple[Happening, ...] = ()
    times: int = 1
    until: tuple[Happening, ...] = ()
    counted_from: str | None = None
    source: Source | None = None
    said_by: str | None = None
    or_when: tuple[Happening, ...] = ()
    unless_before: tuple[Happening, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            f"due rule {self.name!r}",
            unless(bool(self.name.strip()), "name", "a name", "none"),
            unless(self.within is not None or self.every is not None, "within", "a term", "none"),
            unless(
                self.source is not None or bool((self.said_by or "").strip()),
                "source",
                "a source, or who says so in said_by",
                "neither",
            ),
            unless(
                bool(self.done_by) is not isinstance(self.when, RollOpen),
                "done_by",
                "the events that do it, and none for a roll",
                "another list",
            ),
            unless(1 <= self.times <= 100, "times", "from 1 to 100", self.times),
            self._counted_faults(),
            () if not isinstance(self.when, Predicate) else course_faults(self.when, "when"),
        )

    @property
    def ends(self) -> tuple[Happening, ...]:
        """The events after which it is not asked for any more: after a stay nobody is silent."""
        return (*self.until, *_STAY_ENDS) if isinstance(self.when, NoContact) else self.until

    def _counted_faults(self) -> tuple[Fault, ...]:
        if self.counted_from is None:
            return ()
        of = EVENT_KINDS[self.when.kind] if isinstance(self.when, Happening) else None
        found = None if of is None else type_of_field(of, self.counted_from)
        return unless(
            found is date, "counted_from", "a day of the event in when", repr(self.counted_from)
        )

    @property
    def words(self) -> str:
        """By when it is due and after what, in prose."""
        when = describe(self.when) if isinstance(self.when, Predicate) else self.when.words
        after = " or ".join([when, *(each.words for each in self.or_when)])
        if self.counted_from:
            after = f"{self.counted_from.replace('.', ' ').replace('_', ' ')} of {after}"
        first = ""
        if self.within:
            first = f"{self.within.words}{' after' * (self.within.end >= 0)} {after}"
        again = f"{self.every.words} after each time, from {after}" if self.every else ""
        return ", then ".join(filter(None, (first, again)))


@frozen
class DueRuleSet:
    """Due rules that go together, such as a state's or a clinic's own, in dated versions.

    ``left_open`` says what its sources ask for that no rule here does, and ``scope`` whose it is;
    ``None``: not known.

    Raises:
        InvalidError: a version has no rule, or two of one name.
    """

    name: str
    title: str
    versions: Versions[tuple[DueRule, ...]]
    left_open: tuple[str, ...] = ()
    scope: Scope | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        for number, version in enumerate(self.versions.dated):
            names = [rule.name for rule in version.value]
            faults = (
                *unless(bool(names), "value", "at least one rule", "none"),
                *unless(len(names) == len(set(names)), "value", "each name once", "one twice"),
            )
            where = ("versions", "dated", number)
            refuse(f"due rules {self.name!r}", tuple(f.under(*where) for f in faults))

    def version(self, *, on: date, assume_in_force: bool = False) -> Dated[tuple[DueRule, ...]]:
        """The version in force on a day.

        Args:
            assume_in_force: where none is known to be, the nearest; see ``Versions.on``.

        Raises:
            NotInForceError: no version is known to be in force on ``on``, and none is assumed.
        """
        of = f"due rules {self.name!r}"
        return self.versions.on(on, assume_in_force=assume_in_force, of=of)

    def in_force(self, day: date, *, assume_in_force: bool = False) -> tuple[DueRule, ...]:
        """The rules in force on a day; raises ``NotInForceError``, as ``version``."""
        return self.version(on=day, assume_in_force=assume_in_force).value
