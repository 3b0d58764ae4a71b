"""What is due in a course on a day: what a rule asks for, since when, and by when."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from dateutil.relativedelta import relativedelta

from iopkit.confidential import hidden
from iopkit.courses.attending import SessionMark
from iopkit.courses.conditions_by_day import truths_by_day
from iopkit.courses.contacts import is_contact
from iopkit.courses.courses import Course, as_known
from iopkit.courses.due_rules import (
    CountedIn,
    DueRule,
    InARow,
    NoContact,
    RollOpen,
    Term,
)
from iopkit.courses.entries import Entry
from iopkit.courses.events import EVENT_KINDS, CourseEvent
from iopkit.courses.findings import Authorized
from iopkit.courses.happenings import Happening, field_of
from iopkit.courses.judging import AT_ANY_TIME
from iopkit.courses.ordering import RANKS, SESSION_RANK
from iopkit.courses.outcomes import SessionOutcome, SessionRecord
from iopkit.courses.statuses import IN_TREATMENT, status_after
from iopkit.courses.stays import Died, Discharged
from iopkit.eligibility.predicates import Predicate
from iopkit.errors import each_a, refuse, refuse_flags, refuse_moments, unless, unless_a
from iopkit.fields import frozen
from iopkit.sites.hours import working_day
from iopkit.sites.sites import Site
from iopkit.sources import Source
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY


class DueState(StrEnum):
    """How something stands that a rule asks for."""

    OVERDUE = "overdue"
    DUE = "due"
    COMING = "coming"
    NOT_KNOWN = "not_known"
    """Whether it is asked for depends on what is not on record."""
    DONE = "done"
    ENDED = "ended"
    """It was not done, and is not asked for any more."""


@frozen(repr=False)
class Due:
    """Something that a rule asks for in a course, as it stands on a day.

    It can be done from ``opens`` to ``last`` and is due by the day ``due``. It counts from
    ``since``, the day of the entry ``opened_by``, or of the session of that UID for one whose
    outcome it follows; ``None``: a day made it due, and no entry. ``done`` are the entries that did
    it so far, of ``times``, and ``closed_by`` is the one after which it is not on the list.
    ``missing`` are what would settle whether it is asked for: names of facts, or UIDs of sessions
    without a roll.
    """

    rule: str
    title: str
    state: DueState
    since: date
    opens: date
    due: date
    last: date
    times: int = 1
    opened_by: UUID | None = None
    done: tuple[UUID, ...] = ()
    closed_by: UUID | None = None
    missing: tuple[str, ...] = ()
    source: Source | None = None
    said_by: str | None = None

    trusts_types = True  # a site has thousands

    __repr__ = hidden


def due_on(  # noqa: PLR0913  # a course, its rules, and as of when they are asked
    course: Course,
    *,
    on: date,
    rules: Iterable[DueRule],
    site: Site | None = None,
    known: datetime | None = None,
    closed: bool = False,
) -> tuple[Due, ...]:
    """What is overdue, due, coming or not known in a course at the end of a day.

    What was done in time or late is off the list, and what begins again is asked for from the day
    on which it was done. An entry that does it before it can be done does not count; one of the day
    on which it becomes due does, as nobody knows what of a day came first, but for sessions, and
    for a stay's end, after which only papers follow. What an authorization makes due ends with the
    payer's next word on the same number.

    Args:
        course: the patient's.
        on: the day; what is on record of later ones does not count.
        rules: what asks for something.
        site: whose working days count; only rules that count in these need it.
        known: an aware instant; what was recorded later does not count.
        closed: whether what was done, or is not asked for any more, is listed too.

    Returns:
        What is overdue first, and then by the day on which it is due.

    Raises:
        InvalidError: a rule counts in working days and there is no site, ``on`` is no day,
            ``known`` has no time zone, or something else is no course or rule.
    """
    refuse("due", unless_a(course, "course", Course))
    refuse_moments("due", on=on)
    refuse_flags("due", closed=closed)
    asked = each_a("due", rules, "rules", DueRule)
    if site is None:
        working = any(CountedIn.WORKING_DAYS in _units(rule) for rule in asked)
        refuse("due", unless(not working, "site", "a site", "none"))
    if known is not None:
        course = as_known(course, known=known)
    past = _Past(course, on)
    found = (due for rule in asked for due in _Asking(rule, past, site, closed=closed).listed())
    return tuple(sorted(found, key=lambda each: (_STATES[each.state], each.due, each.rule)))


_STATES: Mapping[DueState, int] = {state: place for place, state in enumerate(DueState)}


def _units(rule: DueRule) -> set[CountedIn]:
    return {term.counted_in for term in (rule.within, rule.every) if term is not None}


class _Past:
    """What had happened in a course by a day, for all rules to look at."""

    def __init__(self, course: Course, on: date) -> None:
        self.course, self.on = course, on
        self.entries = course.history.counting_by(on)
        self._of_class = defaultdict[type, list[tuple[int, Entry]]](list)
        for placed in enumerate(self.entries):
            self._of_class[type(placed[1].event)].append(placed)

    @cached_property
    def outcomes(self) -> Sequence[SessionRecord]:
        """What became of the sessions that were due; only some rules ask."""
        return self.course.folded.on(self.on).outcomes

    @cached_property
    def contacts(self) -> Sequence[tuple[int, Entry]]:
        """The entries of stays that are a contact, with their places."""
        found, status = list[tuple[int, Entry]](), None
        for place, entry in enumerate(self.entries):
            status = status_after(entry.event, status, discharged=False)
            if status in IN_TREATMENT and is_contact(entry.event):
                found.append((place, entry))
        return found

    def covered_by(self, meant: Sequence[Happening]) -> list[tuple[int, Entry]]:
        """The entries that some happenings mean, with their places."""
        found = {
            place: entry
            for each in meant
            for place, entry in self._of_class.get(EVENT_KINDS[each.kind], ())
            if each.covers(entry.event)
        }
        return sorted(found.items()) if len(meant) > 1 else list(found.items())

    @cached_property
    def told_again(self) -> Mapping[UUID, tuple[int, Entry, UUID]]:
        """The entries that tell of an authorization anew, by key: with whose word they replace."""
        told, found = dict[object, UUID](), dict[UUID, tuple[int, Entry, UUID]]()
        for place, entry in self._of_class.get(Authorized, ()):
            which = field_of(entry.event, "authorization.identity")
            if which in told:
                found[entry.key] = place, entry, told[which]
            if which is not None:
                told[which] = entry.key
        return found

    def before(self, day: date) -> float:
        """A place before all entries of a day and after those of the day before."""
        return bisect_left(self.entries, day, key=_day) - 0.5

    @cached_property
    def marked(self) -> Mapping[UUID, tuple[int, Entry]]:
        """The entry that is the mark of each session, with its place."""
        return {
            entry.event.session: (place, entry)
            for place, entry in enumerate(self.entries)
            if isinstance(entry.event, SessionMark)
        }

    __repr__ = hidden


def _day(entry: Entry) -> date:
    return entry.on


def _place_and_rank(step: tuple[float, int, object]) -> tuple[float, int]:
    return step[:2]


@frozen(repr=False)
class _Opening:
    """That a rule begins to ask: after which place, counted from which day, by what.

    ``missing`` is what is not known of whether it does. It ``replaces`` what it asked for before.
    """

    place: float
    since: date
    counted: date
    by: UUID | None = None
    missing: tuple[str, ...] = ()
    replaces: bool = False

    trusts_types = True

    __repr__ = hidden


class _Asked:
    """Something that is asked for, while it is open: it becomes a ``Due`` only if it is listed."""

    __slots__ = ("done", "opening", "opens", "term")

    def __init__(self, opening: _Opening, term: Term, opens: date) -> None:
        self.opening, self.term, self.opens = opening, term, opens
        self.done = list[UUID]()

    __repr__ = hidden


class _Asking:
    """What one rule asks for in a course, taken step by step to the day."""

    def __init__(self, rule: DueRule, past: _Past, site: Site | None, *, closed: bool) -> None:
        self._rule, self._past, self._site = rule, past, site
        self._keeps_closed = closed
        self._open: list[_Asked] = []
        self._closed: list[Due] = []
        self._doing = defaultdict[date, list[tuple[int, Entry]]](list)

    def listed(self) -> Iterator[Due]:
        """All that it asks for, and with ``closed`` all that it asked for."""
        openings = tuple(self._openings())
        if not openings:
            return
        past, rule = self._past, self._rule
        doing, opens = past.covered_by(rule.done_by), {opening.place for opening in openings}
        for place, entry in doing:
            if place not in opens:
                self._doing[entry.on].append((place, entry))
        # Of one entry: first what it does, then what it ends, then what it makes due.
        steps: list[tuple[float, int, Entry | _Opening]] = [
            *((place, 0, entry) for place, entry in doing),
            *((place, 1, entry) for place, entry in past.covered_by(rule.ends)),
            *((place, 2, entry) for place, entry, _ in past.told_again.values()),
            *((opening.place, 3, opening) for opening in openings),
        ]
        for _, rank, step in sorted(steps, key=_place_and_rank):
            if isinstance(step, _Opening):
                self._begin(step)
            elif not self._open:
                continue
            elif rank:
                self._end(step.key, of=past.told_again[step.key][2] if rank > 1 else None)
            else:
                self._do(step)
        yield from self._closed
        yield from (self._due(each, self._standing(each)) for each in self._open)

    def _begin(self, opening: _Opening) -> None:
        rule = self._rule
        if rule.unless_before and self._is_spared(opening):
            return
        if opening.replaces and opening.by is not None:
            self._end(opening.by)
        if rule.every is None or not self._open:
            before, self._open = self._open, []
            self._ask(rule.within or rule.every, opening)
            for entry in self._done_that_day(opening):
                self._do(entry)
            self._open[:0] = before

    def _done_that_day(self, opening: _Opening) -> Iterator[Entry]:
        """What does it of the day on which it begins, and may have come after it."""
        for place, entry in self._doing.get(opening.since, ()):
            if place < opening.place and _may_follow(
                entry.event, self._past.entries[int(opening.place)].event
            ):
                yield entry

    def _is_spared(self, opening: _Opening) -> bool:
        """Whether what is asked for came earlier."""
        came = self._past.covered_by(self._rule.unless_before)
        return bool(came) and came[0][0] < opening.place

    def _ask(self, term: Term | None, opening: _Opening) -> None:
        if term is not None:
            opens = self._after(opening.counted, term.first, term)
            self._open.append(_Asked(opening, term, opens))

    def _do(self, entry: Entry) -> None:
        """What an entry does of what is open and can be done by then."""
        done = [each for each in self._open if each.opens <= entry.on]
        self._open = [each for each in self._open if each.opens > entry.on]
        for each in done:
            each.done.append(entry.key)
            if len(each.done) < self._rule.times:
                self._open.append(each)
                continue
            self._close(each, DueState.DONE, entry.key)
            self._ask(self._rule.every, _Opening(0, entry.on, entry.on, entry.key))

    def _end(self, by: UUID, *, of: UUID | None = None) -> None:
        """End all that is open, or only what an entry made due."""
        ended = [each for each in self._open if of in (None, each.opening.by)]
        self._open = [each for each in self._open if each not in ended]
        for each in ended:
            self._close(each, DueState.ENDED, by)

    def _close(self, asked: _Asked, state: DueState, by: UUID) -> None:
        if self._keeps_closed:
            self._closed.append(self._due(asked, state, closed_by=by))

    def _due(self, asked: _Asked, state: DueState, *, closed_by: UUID | None = None) -> Due:
        rule, opening, term = self._rule, asked.opening, asked.term
        return Due(
            rule=rule.name,
            title=rule.title,
            state=state,
            since=opening.since,
            opens=asked.opens,
            due=self._after(opening.counted, term.due, term),
            last=self._last(asked),
            times=rule.times,
            opened_by=opening.by,
            done=tuple(asked.done),
            closed_by=closed_by,
            missing=opening.missing,
            source=rule.source,
            said_by=rule.said_by,
        )

    def _last(self, asked: _Asked) -> date:
        return self._after(asked.opening.counted, asked.term.end, asked.term)

    def _standing(self, asked: _Asked) -> DueState:
        """How something that is open stands on the day."""
        on = self._past.on
        if asked.opening.missing:
            return DueState.NOT_KNOWN
        if on < asked.opens:
            return DueState.COMING
        return DueState.DUE if on <= self._last(asked) else DueState.OVERDUE

    def _after(self, day: date, count: int, term: Term) -> date:
        if term.counted_in is CountedIn.MONTHS:
            return day + relativedelta(months=count)
        if term.counted_in is CountedIn.DAYS or self._site is None:
            return day + count * ONE_DAY
        return working_day(self._site, day, count)

    def _openings(self) -> Iterator[_Opening]:
        match when := self._rule.when:
            case Happening():
                yield from self._happenings((when,))
            case InARow():
                yield from self._rows(when)
            case NoContact():
                yield from self._silences(when)
            case RollOpen():
                yield from self._rolls()
            case _:
                yield from self._holding(when)
        yield from self._happenings(self._rule.or_when)

    def _happenings(self, when: Sequence[Happening]) -> Iterator[_Opening]:
        for place, entry in self._past.covered_by(when):
            path = self._rule.counted_from
            counted = field_of(entry.event, path) if path else entry.on
            # Counted from a day that is not on record it is never due.
            if isinstance(counted, date):
                yield _Opening(place, entry.on, counted, entry.key)

    def _silences(self, when: NoContact) -> Iterator[_Opening]:
        """From each contact on, so that what it makes due is coming until then."""
        contacts = self._past.contacts
        if not (self._keeps_closed or self._rule.unless_before):
            contacts = contacts[-1:]  # the last ends what those before it made due
        for place, entry in contacts:
            counted = entry.on + when.days * ONE_DAY
            is_over = self._past.on >= counted
            missing = tuple(_open_rolls(self._past.outcomes, after=entry.on)) if is_over else ()
            yield _Opening(place, entry.on, counted, entry.key, missing, replaces=True)

    def _rolls(self) -> Iterator[_Opening]:
        for each in self._past.outcomes:
            day = each.booked.day
            if each.roll_open:
                yield _Opening(self._past.before(day), day, day, each.booked.uid)

    def _rows(self, when: InARow) -> Iterator[_Opening]:
        """Where so many sessions have come out alike, and where they may have."""
        ended_by = {
            SessionOutcome.MISSED: SessionOutcome.ATTENDED,
            SessionOutcome.ATTENDED: SessionOutcome.MISSED,
        }
        readmitted = [e.on for _, e in self._past.covered_by((Happening("readmitted"),))]
        stay = sure = possible = 0
        told, opens, perhaps = False, list[str](), list[_Opening]()
        for each in self._past.outcomes:
            # A row begins anew with a stay.
            in_stay = bisect_right(readmitted, each.booked.day)
            if in_stay != stay or each.outcome is ended_by[when.outcome]:
                yield from perhaps
                sure, possible, told, opens, perhaps = 0, 0, False, [], []
                stay = in_stay
            if each.roll_open or each.outcome is when.outcome:
                opens += [str(each.booked.uid)] if each.roll_open else []
                sure, possible = 0 if each.roll_open else sure + 1, possible + 1
                if sure == when.count:
                    # After an open roll the row may be the one that was told already.
                    yield self._row(each, tuple(opens) if told else ())
                    told, opens, perhaps = True, [], []
                elif possible == when.count and not told:
                    perhaps = [self._row(each, tuple(opens))]
        yield from perhaps

    def _row(self, last: SessionRecord, missing: tuple[str, ...]) -> _Opening:
        place, entry = self._past.marked.get(last.booked.uid, (None, None))
        day = last.booked.day
        if place is None or entry is None:
            return _Opening(self._past.before(day), day, day, last.booked.uid, missing)
        return _Opening(place, day, day, entry.key, missing)

    def _holding(self, when: Predicate) -> Iterator[_Opening]:
        """Each day on which a condition holds and did not the day before."""
        held = Truth.NO
        for day, truth, found in truths_by_day(self._past.course, when, on=self._past.on):
            if truth is Truth.YES and held is not Truth.YES:
                yield _Opening(self._past.before(day), day, day)
            if day == self._past.on and truth is Truth.UNKNOWN:
                yield _Opening(self._past.before(day), day, day, missing=found.missing(when))
            held = truth

    __repr__ = hidden


def _may_follow(event: CourseEvent | None, other: CourseEvent | None) -> bool:
    """Whether the first of two events of a day, in their order, may have come after the second."""
    if type(other) in (Discharged, Died):
        return type(event) in AT_ANY_TIME
    return not RANKS[type(event)] == RANKS[type(other)] == SESSION_RANK


def _open_rolls(outcomes: Iterable[SessionRecord], *, after: date) -> Iterator[str]:
    for each in outcomes:
        if each.roll_open and each.booked.day > after:
            yield str(each.booked.uid)
