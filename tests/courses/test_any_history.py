"""What holds of every history, however it came to be on record."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise
from uuid import UUID

from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from iopkit.courses import Course, Entry, as_known, collect, merge, record
from iopkit.courses.events import (
    Admitted,
    AftercareContact,
    CameUnplanned,
    Died,
    Discharged,
    DrugTested,
    DrugTestMissed,
    HoldBegun,
    HoldEnded,
    MadeUp,
    PhaseEntered,
    Readmitted,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
    SteppedDown,
    SteppedUp,
)
from iopkit.errors import InvalidError
from iopkit.strategies import courses, entries, keys

A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
MARKS = (SessionAttended, SessionMissed, SessionCancelled)
IN_A_STAY = (*MARKS, MadeUp, CameUnplanned, DrugTested, DrugTestMissed, PhaseEntered, HoldBegun)


def again(course: Course, given: Iterable[Entry]) -> Course:
    """The course that other entries make."""
    return collect(given, key=course.key, patient=course.patient, schedules=course.schedules)


def everything(course: Course) -> list[Entry]:
    return [*course.entries, *(each.entry for each in course.apart)]


def stays(counting: Sequence[Entry]) -> list[tuple[date, date]]:
    """First and last days from ways in to ways out, in order."""
    found: list[tuple[date, date]] = []
    for entry in counting:
        if isinstance(entry.event, Admitted | Readmitted):
            found.append((entry.on, date.max))
        elif isinstance(entry.event, Discharged | Died) and found and found[-1][1] == date.max:
            found[-1] = (found[-1][0], entry.on)
    return found


# What no history may have, each looked for by itself over all entries that count.


def out_of_place(course: Course) -> Iterator[str]:
    counting = course.history.counting
    deaths = [entry.on for entry in counting if isinstance(entry.event, Died)]
    for entry in counting:
        in_a_stay = isinstance(entry.event, IN_A_STAY)
        if in_a_stay and not any(a <= entry.on <= b for a, b in stays(counting)):
            yield "outside of every stay"
        if any(entry.on > day for day in deaths) and isinstance(
            entry.event, (*IN_A_STAY, AftercareContact)
        ):
            yield "after death"
        if isinstance(entry.event, PhaseEntered):
            plan = course.timeline.plan_on(entry.on)
            names = [phase.name for phase in plan.program.phases] if plan else []
            if entry.event.phase not in names:
                yield "a phase that the plan has not"


def in_and_out(course: Course) -> Iterator[str]:
    counting = course.history.counting
    if any(before[1] > after[0] for before, after in combinations(stays(counting), 2)):
        yield "two stays at once"
    ways = [
        entry.event
        for entry in counting
        if isinstance(entry.event, Admitted | Readmitted | Discharged)
    ]
    for before, after in pairwise(ways):
        if isinstance(before, Discharged) is not isinstance(after, Readmitted):
            yield "a way in or out twice"


def held_twice(course: Course) -> Iterator[str]:
    kinds = (HoldBegun, HoldEnded, Discharged, Died)
    events = [each.event for each in course.history.counting if isinstance(each.event, kinds)]
    for before, after in pairwise([None, *events]):
        on_hold = isinstance(before, HoldBegun)
        if (isinstance(after, HoldBegun) and on_hold) or (
            isinstance(after, HoldEnded) and not on_hold
        ):
            yield "a hold within a hold, or an end of none"


def told_wrong(course: Course) -> Iterator[str]:
    events = [(each, each.event) for each in course.history.counting]
    marks = [event.session for _, event in events if isinstance(event, MARKS)]
    if len(marks) > len({*marks}):
        yield "told twice"
    phases = [entry.on for entry, event in events if isinstance(event, PhaseEntered)]
    if len(phases) > len({*phases}):
        yield "two open phases"
    for entry, event in events:
        if isinstance(event, SessionAttended):
            session = course.timeline.sessions[event.session].session
            if event.attendance.time_of(session) > session.end - session.start:
                yield "longer than the session"
            if entry.recorded < session.start:
                yield "recorded before it took place"
    missed = {e.session for _, e in events if isinstance(e, SessionMissed | SessionCancelled)}
    made_up = [event.session for _, event in events if isinstance(event, MadeUp)]
    if not missed.issuperset(made_up) or len(made_up) > len({*made_up}):
        yield "made up for what was not missed, or twice"
    if any(map(too_much, combinations(times_there(course), 2))):
        yield "more minutes than time passed"
    levels = [entry.on for entry, event in events if isinstance(event, SteppedUp | SteppedDown)]
    if len(levels) > len({*levels}):
        yield "two levels"


Minutes = tuple[set[int], int]


def times_there(course: Course) -> Iterator[Minutes]:
    """Each session that the patient came to: the minutes in which it was, and how many of them."""
    for entry in course.history.counting:
        match event := entry.event:
            case CameUnplanned():
                start, length, time = event.start, event.time, event.time
            case MadeUp() | SessionAttended():
                session = course.timeline.sessions[event.session].session
                start = event.start if isinstance(event, MadeUp) else session.start
                length, time = session.duration, event.attendance.time_of(session)
            case _:
                continue
        first = int(start.timestamp() // 60)
        yield {*range(first, first + length // A_MINUTE)}, time // A_MINUTE


def too_much(two: tuple[Minutes, Minutes]) -> bool:
    """Whether a minute of two sessions has to count for both."""
    (one, some), (other, others) = two
    return min(one) == min(other) or (bool(one & other) and some + others > len(one | other))


def wrong(course: Course) -> list[str]:
    looked_for = (out_of_place, in_and_out, held_twice, told_wrong)
    return [found for look in looked_for for found in look(course)]


@given(st.data(), courses(), st.lists(entries(), max_size=6))
def test_the_order_of_entries_does_not_matter(
    data: st.DataObject, course: Course, more: list[Entry]
) -> None:
    given = [*everything(course), *more]
    whole = again(course, given)
    shuffled = again(course, data.draw(st.permutations(given)))
    assert (shuffled, shuffled.history) == (whole, whole.history)
    assert {*everything(whole)} == {*given}
    assert again(course, whole.entries).entries == whole.entries
    assert wrong(whole) == []


@given(courses(), st.lists(entries(), max_size=4), st.lists(entries(), max_size=4), entries())
def test_copies_are_merged_in_any_order(
    course: Course, mine: list[Entry], yours: list[Entry], theirs: Entry
) -> None:
    one, other, third = (again(course, [*course.entries, *own]) for own in (mine, yours, [theirs]))
    assert merge(one, other) == merge(other, one)
    assert merge(merge(one, other), third) == merge(one, merge(other, third))
    assert merge(one, one) == one


@given(st.data(), courses())
def test_a_correction_equals_never_having_been_wrong(data: st.DataObject, course: Course) -> None:
    chosen, others = data.draw(one_and_others(course))
    right = data.draw(entries(course.timeline))
    corrects = evolve(right, recorded=chosen.recorded + 20 * A_DAY, replaces=chosen.key)
    corrected = again(course, [corrects, chosen, *others])
    if corrects in corrected.history.counting:
        never_wrong = again(course, [evolve(corrects, replaces=None), *others])
        assert contents(corrected) == contents(never_wrong)
    else:
        assert contents(corrected) == contents(again(course, [chosen, *others]))


@given(st.data(), courses())
def test_a_withdrawal_equals_never_having_been_entered(data: st.DataObject, course: Course) -> None:
    chosen, others = data.draw(one_and_others(course))
    later = chosen.recorded + 20 * A_DAY
    withdraws = Entry(data.draw(keys()), chosen.on, later, "desk", replaces=chosen.key)
    withdrawn = again(course, [withdraws, chosen, *others])
    assert contents(withdrawn) == contents(again(course, others))


@st.composite
def one_and_others(draw: st.DrawFn, course: Course) -> tuple[Entry, list[Entry]]:
    """One entry that counts and all others, as if none had replaced another."""
    counting = [evolve(each, replaces=None) for each in course.history.counting]
    assume(counting)
    chosen = counting.pop(draw(st.integers(0, len(counting) - 1)))
    return chosen, counting


def contents(course: Course) -> list[tuple[date, object]]:
    """What counts, without who recorded it and when."""
    return [(entry.on, entry.event) for entry in course.history.counting]


class Records(RuleBasedStateMachine):
    """One record that is written by several hands: late, corrected, withdrawn, doubled."""

    written = Bundle("written")

    @initialize(course=courses(), target=written)
    def begin(self, course: Course) -> object:
        self.course = course
        self.taken: list[Entry] = list(course.entries)
        return multiple(*course.entries)

    def write(self, entry: Entry) -> None:
        """Record an entry, and see that it is refused exactly if something would be set apart."""
        whole = again(self.course, [*self.taken, entry])
        try:
            after = record(self.course, entry)
        except InvalidError:
            assert whole.apart
        else:
            assert after == whole
            assert whole.apart == ()
            self.course = after
            self.taken.append(entry)

    @rule(data=st.data(), target=written)
    def enter(self, data: st.DataObject) -> Entry:
        entry = data.draw(entries(self.course.timeline))
        self.write(entry)
        return entry

    @rule(old=written, data=st.data(), minutes=st.integers(-5, 500), target=written)
    def correct(self, old: Entry, data: st.DataObject, minutes: int) -> Entry:
        right = data.draw(entries(self.course.timeline))
        recorded = old.recorded + timedelta(minutes=minutes)
        entry = evolve(right, recorded=recorded, replaces=old.key)
        self.write(entry)
        return entry

    @rule(old=written, key=keys(), minutes=st.integers(-5, 500), target=written)
    def withdraw(self, old: Entry, key: UUID, minutes: int) -> Entry:
        recorded = old.recorded + timedelta(minutes=minutes)
        entry = Entry(key, old.on, recorded, "desk", replaces=old.key)
        self.write(entry)
        return entry

    @rule(old=written)
    def enter_again(self, old: Entry) -> None:
        self.write(old)

    @rule(known=written, data=st.data())
    def look_back(self, known: Entry, data: st.DataObject) -> None:
        by_then = [each for each in self.taken if each.recorded <= known.recorded]
        replayed = again(self.course, data.draw(st.permutations(by_then)))
        assert as_known(self.course, known=known.recorded) == replayed

    @precondition(lambda self: self.taken)
    @rule(data=st.data())
    def keep_apart_and_merge(self, data: st.DataObject) -> None:
        mine = data.draw(st.sets(st.sampled_from(self.taken)))
        one, other = again(self.course, mine), again(self.course, {*self.taken} - mine)
        assert merge(one, other) == self.course

    @invariant()
    def nothing_is_wrong(self) -> None:
        assert wrong(self.course) == []
        assert {*self.course.entries} == {*self.taken}


TestRecords = Records.TestCase
TestRecords.settings = settings(stateful_step_count=8)
