"""Series: which of a file's events belong together, and when they take place.

A UID alone does not tell: some programs leave it empty, or give one to all that they write, and
a file may hold an event, what it was changed to, and that it was cancelled. So nothing is left
out but what another event of the file clearly takes the place of, in whatever order they stand.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time

from iopkit.calendars.events import Bounded, Event, Length, Moment
from iopkit.calendars.load import CalendarLoad
from iopkit.calendars.zones import later
from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.windows import ONE_DAY

# More than any two clocks are apart.
_APART = 3 * ONE_DAY
_STEPS_AN_EVENT = 50
"""As how many days of a rule by the day, about, an event takes that does not recur."""


Span = tuple[datetime, datetime]
"""Two instants in UTC."""


@frozen(repr=False)
class Start:
    """When an event is due to start, as itself or as a recurrence, and how long it is then."""

    moment: Moment
    length: Length
    event: Event
    trusts_types = True  # There are thousands.

    __repr__ = hidden


def standing(events: Iterable[Event]) -> tuple[Event, ...]:
    """Which of the events of one UID stand; those that say the same are one.

    An event takes the place of one with a lower ``SEQUENCE``, and one that is cancelled that of
    one with the same (RFC 5546, 2.1.4). Where several at once have the UID, so that it tells
    none of them, this needs the same start too.
    """
    distinct = tuple(dict.fromkeys(events))
    whole = [event for event in distinct if event.replaces is None]
    revisions = Counter(event.revision for event in whole if not event.cancelled)
    tells = max(revisions.values(), default=0) <= 1
    top = max((event.revision for event in whole), default=0)
    latest: dict[object, tuple[int, bool]] = {}
    for event in whole:
        rank = event.revision, event.cancelled
        latest[_due_at(event)] = max(latest.get(_due_at(event), rank), rank)
    kept = [
        event
        for event in whole
        if not event.cancelled
        and (not tells or event.revision == top)
        and (event.revision, False) >= max(latest[_due_at(event)], latest.get(None, _FIRST))
    ]
    changes = [event for event in distinct if event.replaces is not None]
    called_off = [(event.revision, event.by_method) for event in whole if event.cancelled]
    if called_off and not kept:
        # What the file has of single occurrences beside, or from later, is not called off.
        changes = [event for event in changes if (event.revision, False) >= max(called_off)]
    return (*kept, *changes)


_FIRST = (-1, False)


def _due_at(event: Event) -> tuple[datetime, bool] | None:
    return None if event.start is None else (event.start.at, event.start.whole_day)


def count(events: Iterable[Event], asked: Span, load: CalendarLoad) -> None:
    """Count what it takes to find what is due of events; raises ``InvalidError`` if too much."""
    low, last = asked[0], _looked_through(events, asked)[1]
    for event in events:
        if event.replaces is not None or event.start is None:
            load.add(event.line, steps=_STEPS_AN_EVENT)
            continue
        first = event.start.wall.date()
        since = max(first, later(low, -max(event.lengths)).date())
        steps, occurrences = float(_STEPS_AN_EVENT), float(len(event.more) + len(event.without))
        for rule, until in (*event.rules, *event.rules_out):
            end = last if until is None else min(last, later(until.at, ONE_DAY))
            days = rule.last(first, end.date())
            steps += max((days - first).days, 0) * rule.rate
            occurrences += max((days - since).days, 0) * rule.rate
        occurrences += low.date() <= first < last.date()
        load.add(event.line, steps=steps, occurrences=occurrences)


def starts_of(events: Iterable[Event], asked: Span) -> Iterator[Start]:
    """What is due of the events of one UID that stand: all that touches a time, and more."""
    first, last = _looked_through(events, asked)
    due: dict[datetime, list[Start]] = defaultdict(list)
    for event in events:
        if event.replaces is None and event.start is not None:
            for start in _due(event, event.start, first, last):
                due[start.moment.at].append(start)
    return _changed(due, _changes(events))


def _changes(events: Iterable[Event]) -> list[tuple[Event, Moment]]:
    return [(event, event.replaces) for event in events if event.replaces is not None]


def _looked_through(events: Iterable[Event], asked: Span) -> Span:
    """The time in which starts are looked for: what is replaced too, wherever it is."""
    changes = _changes(events)
    replaced = [moment.at for _, moment in changes]
    moved = [
        abs(change.start.at - moment.at)
        for change, moment in changes
        if change.onward and change.start is not None
    ]
    reach = max(moved, default=_APART) + _APART
    longest = max(length for event in events for length in event.lengths)
    return later(min([asked[0], *replaced]), -reach - longest), later(
        max([asked[1], *replaced]), reach
    )


def _due(event: Event, start: Moment, low: datetime, high: datetime) -> Iterator[Start]:
    """What an event's start, rules and dates give, without what its exceptions take out."""
    rules = event.rules
    # One that was ended before it began is how programs write that it was deleted.
    begins = not rules or any(until is None or _is_within(start, until) for _, until in rules)
    found = {start.at: Start(start, event.length, event)} if begins else {}
    for moment in _recurring(rules, start, low, high):
        found[moment.at] = Start(moment, event.length, event)
    for given, length in event.more:
        moment = given if length else _in_form_of(start, given)
        found[moment.at] = Start(moment, length or event.length, event)
    for moment in _recurring(event.rules_out, start, low, high):
        found.pop(moment.at, None)
    days = _days(found.values())
    for moment in event.without:
        for at in _addressed(moment, found, days):
            found.pop(at, None)
    return iter(found.values())


def _recurring(
    rules: Iterable[Bounded], start: Moment, low: datetime, high: datetime
) -> Iterator[Moment]:
    for rule, until in rules:
        last = high if until is None else min(high, later(until.at, _APART))
        for wall in rule.between(start.wall, _naive(low), _naive(last)):
            moment = Moment(wall, start.clock, start.whole_day)
            if until is None or _is_within(moment, until):
                yield moment


def _is_within(moment: Moment, until: Moment) -> bool:
    """Whether a time is not after the last one, each in its own form; a day is whole."""
    if moment.whole_day or until.whole_day:
        return moment.wall.date() <= until.wall.date()
    return moment.at <= until.at


def _in_form_of(start: Moment, given: Moment) -> Moment:
    """A further date of an event as a time, if its start is one, or a day."""
    if given.whole_day is start.whole_day:
        return given.beside(start)
    at = time(0) if start.whole_day else start.wall.time()
    return Moment(datetime.combine(given.wall.date(), at), start.clock, start.whole_day)


def _changed(
    due: Mapping[datetime, Sequence[Start]], changes: Iterable[tuple[Event, Moment]]
) -> Iterator[Start]:
    """What is due, with changes in the place of what they replace."""
    days = _days(start for starts in due.values() for start in starts)
    single: dict[datetime, list[Event]] = defaultdict(list)
    onward: dict[datetime, list[Event]] = defaultdict(list)
    for change, replaced in changes:
        found = _addressed(replaced, due, days)
        # A day at which several are due does not tell which one.
        at = found[0] if len(set(found)) == 1 else replaced.at
        (onward if change.onward else single)[at].append(change)
    turns = sorted(onward)
    for at, starts in due.items():
        if at not in single:
            for start in starts:
                yield from _onward(start, due, turns[: bisect_right(turns, at)], onward)
    for group in (*single.values(), *onward.values()):
        yield from (Start(moment, each.length, each) for each, moment in _latest(group))


def _onward(
    start: Start,
    due: Mapping[datetime, Sequence[Start]],
    turns: Sequence[datetime],
    onward: Mapping[datetime, Sequence[Event]],
) -> Iterator[Start]:
    """An occurrence, as the last change from some occurrence of its event on has it."""
    for turn in reversed(turns):
        for first in due.get(turn, ()):
            if first.event is start.event:
                if first is not start:
                    moved = start.moment.wall - first.moment.wall
                    for change, to in _latest(onward[turn]):
                        yield Start(to.later(moved), change.length, change)
                return
    yield start


def _latest(changes: Sequence[Event]) -> list[tuple[Event, Moment]]:
    """Of changes of one occurrence the last, with their starts; none if it is cancelled."""
    revision, cancelled = max((change.revision, change.cancelled) for change in changes)
    return [
        (change, change.start)
        for change in changes
        if change.revision == revision and change.start is not None and not cancelled
    ]


_Days = Mapping[date, Sequence[tuple[datetime, datetime]]]
"""When something is due, on its clock and as an instant, by its day."""


def _addressed(moment: Moment, due: Container[datetime], days: _Days) -> Sequence[datetime]:
    """The instants that a day or a time stands for, of those at which something is due.

    A time without a zone is one on the clock of what it addresses. And programs write the day,
    or its midnight, for what is at some time of it.
    """
    on_its_day = days.get(moment.wall.date(), ())
    same = [at for wall, at in on_its_day if moment.floats and wall == moment.wall]
    if same or moment.at in due:
        return same or (moment.at,)
    return [at for _, at in on_its_day] if moment.is_midnight else ()


def _days(starts: Iterable[Start]) -> _Days:
    days: dict[date, list[tuple[datetime, datetime]]] = defaultdict(list)
    for start in starts:
        days[start.moment.wall.date()].append((start.moment.wall, start.moment.at))
    return days


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)
