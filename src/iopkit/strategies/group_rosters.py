"""Groups, and who waits for them."""

from datetime import date, time, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import strategies as st

from iopkit.groups.groups import Group
from iopkit.groups.rosters import Candidate, GroupDose, GroupPreference, Roster
from iopkit.programs.timings import Slot
from iopkit.strategies.records import keys
from iopkit.strategies.times import days, minutes_long, weekly_windows
from iopkit.windows import Weekday, WeeklyWindows

_A_MONDAY = date(2026, 2, 2)
_LANGUAGES, _GENDERS, _STAGES = ("en", "es"), ("women", "men"), ("early", "later")


@st.composite
def groups(draw: st.DrawFn, name: str) -> Group:
    """Groups of one or two weekly times, open and closed, for all and for some."""
    starts = st.builds(time, st.integers(8, 20), st.sampled_from([0, 30]))
    timed = st.builds(Slot, st.sampled_from(Weekday), starts)
    closed = draw(st.booleans())
    first = days(date(2025, 12, 1), date(2026, 2, 1))
    slots = draw(st.lists(timed, min_size=1, max_size=2, unique_by=lambda slot: slot.day))
    due, start = _A_MONDAY + timedelta(days=slots[0].day), slots[0].start
    return Group(
        name,
        draw(st.sampled_from(["group", "skills"])),
        tuple(slots),
        minutes_long(draw(st.sampled_from([50, 90, 180]))),
        draw(st.integers(1, 3)),
        closed=closed,
        begins=draw(first if closed else st.none() | first),
        language=draw(st.none() | st.sampled_from(_LANGUAGES)),
        genders=draw(st.none() | st.frozensets(st.sampled_from(_GENDERS), min_size=1)),
        stages=draw(st.none() | st.frozensets(st.sampled_from(_STAGES), min_size=1)),
        moves=draw(st.sampled_from([(), (), (f"{due} {start:%H:%M} to {due} 21:30",)])),
    )


@st.composite
def candidates(draw: st.DrawFn, among: tuple[Group, ...]) -> Candidate:
    """Candidates for some groups, of whom little, much or all is known."""
    names = st.sampled_from([group.name for group in among])
    some = st.frozensets(names, max_size=2)
    doses = st.builds(GroupDose, st.sampled_from(["group", "skills"]), st.sampled_from([1, 1, 2]))
    often = st.sampled_from([WeeklyWindows.always(), _MORNINGS, ~_MORNINGS])
    windows = often | weekly_windows()
    preferences = st.builds(GroupPreference, st.integers(-5, 5), some, st.none() | windows)
    chosen = draw(st.lists(doses, min_size=1, max_size=2, unique_by=lambda dose: dose.service))
    return Candidate(
        draw(keys()),
        tuple(chosen),
        draw(st.none() | windows),
        draw(st.sampled_from([1, 1, 2])),
        draw(st.none() | st.frozensets(st.sampled_from(_LANGUAGES))),
        draw(st.none() | st.sampled_from(_GENDERS)),
        draw(st.none() | st.sampled_from(_STAGES)),
        tuple(draw(st.lists(preferences, max_size=2))),
        draw(st.none() | days(date(2025, 10, 1), date(2026, 1, 31))),
        draw(some),
    )


@st.composite
def rosters(draw: st.DrawFn, *, contested: bool = False) -> Roster:
    """A few groups, and a few candidates for them.

    Args:
        contested: most can come to most groups, of which there are few, in the first three
            days of the week.
    """
    if contested:
        some = tuple(draw(_few_groups(f"group-{number}")) for number in range(draw(_several)))
        return Roster(some, tuple(draw(_ready(some, n)) for n in range(draw(_several))))
    some = tuple(draw(groups(f"group-{number}")) for number in range(draw(st.integers(1, 6))))
    who = st.lists(candidates(some), max_size=6, unique_by=lambda one: one.key)
    return Roster(some, tuple(draw(who)))


_several = st.sampled_from([3, 4, 5, 6])


@st.composite
def _few_groups(draw: st.DrawFn, name: str) -> Group:
    on = draw(st.sampled_from([(0,), (1,), (2,), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]))
    return Group(
        name,
        draw(st.sampled_from(["group", "group", "group", "skills"])),
        tuple(Slot(Weekday(day), time(draw(st.sampled_from([9, 10, 11, 18])))) for day in on),
        minutes_long(draw(st.sampled_from([60, 90]))),
        draw(st.sampled_from([1, 1, 2])),
        language=draw(st.sampled_from([None, None, None, "en"])),
        stages=draw(st.sampled_from([None, None, None, frozenset({"early"})])),
    )


@st.composite
def _ready(draw: st.DrawFn, among: tuple[Group, ...], number: int) -> Candidate:
    names = [one.name for one in among]
    pairs = [frozenset(pair) for pair in pairwise([*names, names[0]])]
    points = st.integers(-3, 5)
    once, twice = GroupDose("group"), GroupDose("group", 2)
    return Candidate(
        UUID(int=number, version=4),
        draw(st.sampled_from([(once,), (twice,), (once, GroupDose("skills"))])),
        draw(st.sampled_from([WeeklyWindows.always(), WeeklyWindows.always(), _MORNINGS])),
        draw(st.sampled_from([1, 1, 2])),
        draw(st.sampled_from([None, frozenset({"en"})])),
        stage="early",
        preferences=(
            GroupPreference(draw(points), draw(st.sampled_from(pairs))),
            GroupPreference(draw(points), within=_MORNINGS),
        ),
        waiting_since=draw(st.none() | days(date(2025, 11, 1), date(2026, 1, 31))),
        now_in=draw(st.sampled_from([frozenset[str]()] * 9 + pairs)),
    )


_MORNINGS = WeeklyWindows.of(*(f"{day.title} 00:00-12:00" for day in Weekday))
