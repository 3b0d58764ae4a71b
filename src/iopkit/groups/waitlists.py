"""Waitlists: who comes next, what is in the way, and what would place them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import product
from uuid import UUID

from attrs import evolve, frozen

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.groups.combinations import cheapest
from iopkit.groups.groups import Group
from iopkit.groups.matching import Bundles, Matching
from iopkit.groups.rosters import Barrier, Candidate, Roster, barriers
from iopkit.windows import WeeklyWindows, whole_minutes


class WaitingFor(StrEnum):
    """What a candidate without a place waits for, in the order of the waitlist."""

    SEAT = "seat"
    """Groups suit, and those that could be combined have no seats left."""
    ANSWER = "answer"
    """Groups would suit if something were so that is not known."""
    COMBINATION = "combination"
    """Enough groups suit, but they overlap, or are on too few days."""
    GROUP = "group"
    """Too few groups suit."""

    @property
    def words(self) -> str:
        """What it is, in prose."""
        return _FOR[self]


_FOR = {
    WaitingFor.SEAT: "groups that suit are full",
    WaitingFor.ANSWER: "something is not known",
    WaitingFor.COMBINATION: "the groups that suit cannot be combined",
    WaitingFor.GROUP: "too few groups suit",
}


class ConcessionKind(StrEnum):
    """What would open a group to a candidate."""

    FREE = "free"
    LANGUAGE = "language"
    GENDER = "gender"
    STAGE = "stage"
    SEAT = "seat"
    """One more seat, which its room and service have."""
    VACANCY = "vacancy"
    """A seat that somebody gives up: the group cannot have more."""


@frozen(repr=False)
class Obstacle:
    """All that keeps a candidate out of a group; ``missing`` is when they would have to be free."""

    group: str
    barriers: tuple[Barrier, ...]
    missing: WeeklyWindows | None = None

    @property
    def words(self) -> str:
        """The obstacle in prose."""
        when = f" {self.missing}" if self.missing else ""
        texts = [
            one.words + (when if one in (Barrier.NOT_FREE, Barrier.FREE_UNKNOWN) else "")
            for one in self.barriers
        ]
        return f"{self.group}: {'; '.join(texts)}"

    __repr__ = hidden


@frozen(repr=False)
class Concession:
    """One thing that would have to change to open a group.

    ``windows`` are those in which the candidate would have to be free; ``word`` is the
    language, gender or stage that would have to be the candidate's.
    """

    lift: ConcessionKind
    group: str
    windows: WeeklyWindows | None = None
    word: str | None = None

    @property
    def words(self) -> str:
        """The change in prose."""
        match self.lift:
            case ConcessionKind.SEAT:
                return f"one more seat in {self.group}"
            case ConcessionKind.VACANCY:
                return f"somebody leaves {self.group}"
            case ConcessionKind.FREE:
                return f"free {self.windows}, for {self.group}"
            case _:
                return f"{self.lift.value} {self.word}, for {self.group}"

    __repr__ = hidden


@frozen(repr=False)
class Waiting:
    """A candidate without a place, and the ``place`` in the waitlist, from 1.

    First come those who wait for a seat, as they could take the next; then those of whom
    something must be asked; then those whom no seat would help. Among each, those who have
    waited longest are first, then the order of keys decides. ``since`` is the day from which
    waiting counts. ``obstacles`` are told of each group that is not open. ``concessions`` is
    the smallest change that would place the candidate with all others where they are: the
    fewest concessions, then the fewest minutes, and seats that can be added before those that
    somebody must leave. ``None``: no concession would.
    """

    candidate: UUID
    place: int
    why: WaitingFor
    since: date
    obstacles: tuple[Obstacle, ...]
    concessions: tuple[Concession, ...] | None

    @property
    def words(self) -> str:
        """What the candidate waits for and what would help, in prose."""
        if self.concessions is None:
            return f"{self.why.words}; no change to seats, hours or answers would help"
        return (
            f"{self.why.words}; placed if: {', and '.join(one.words for one in self.concessions)}"
        )

    __repr__ = hidden


def grant(roster: Roster, waiting: Waiting) -> Roster:
    """A roster in which what would place a candidate is so.

    Raises:
        InvalidError: somebody would have to leave, and nobody can say who; or the candidate is
            not one of the roster.
    """
    lifts = {concession.lift for concession in waiting.concessions or ()}
    refuse(
        "grant",
        unless(
            ConcessionKind.VACANCY not in lifts,
            "concessions",
            "what can be granted",
            "a seat that somebody must leave",
        ),
        unless(
            waiting.candidate in {one.key for one in roster.candidates},
            "candidate",
            "one of the roster",
            "another",
        ),
    )
    candidate = next(one for one in roster.candidates if one.key == waiting.candidate)
    groups = {group.name: group for group in roster.groups}
    # What is not known does not count in groups that they are in; once it is known, it does.
    now = [groups[name] for name in candidate.now_in]
    free, languages = candidate.free, candidate.languages
    if free is None:
        free = WeeklyWindows(tuple(span for group in now for span in group.times.spans))
    if languages is None:
        languages = frozenset(group.language for group in now if group.language)
    for concession in waiting.concessions or ():
        match concession.lift:
            case ConcessionKind.SEAT:
                group = groups[concession.group]
                groups[concession.group] = evolve(group, capacity=group.capacity + 1)
            case ConcessionKind.FREE:
                free |= concession.windows or WeeklyWindows()
                candidate = evolve(candidate, free=free)
            case ConcessionKind.LANGUAGE:
                languages |= {concession.word or ""}
                candidate = evolve(candidate, languages=languages)
            case ConcessionKind.GENDER:
                candidate = evolve(candidate, gender=concession.word)
            case _:
                candidate = evolve(candidate, stage=concession.word)
    return evolve(
        roster,
        groups=tuple(groups.values()),
        candidates=tuple(
            candidate if one.key == candidate.key else one for one in roster.candidates
        ),
    )


def waitlist(case: Matching, taken: Bundles, room: Mapping[str, int]) -> tuple[Waiting, ...]:
    """Those without a place, in order.

    Args:
        taken: the groups, not pools, of those who have one.
        room: how many seats more each group could have, by its name.
    """
    left = [group.capacity for group in case.groups]
    for groups in taken.values():
        for g in groups:
            left[g] -= 1
    placeable = set(case.placeable)
    waiting = [c for c in range(len(case.candidates)) if c not in taken]
    why = {c: WaitingFor.SEAT if c in placeable else _why(case, c) for c in waiting}
    order = list(WaitingFor)
    waiting.sort(key=lambda c: (order.index(why[c]), c))
    found: list[Waiting] = []
    for place, c in enumerate(waiting, 1):
        missing = _missing(case, c)
        obstacles = _obstacles(case, c, left, missing)
        concessions = _concessions(case, c, left, room, missing)
        key = case.candidates[c].key
        found.append(Waiting(key, place, why[c], case.since(c), obstacles, concessions))
    return tuple(found)


# When a candidate would have to be free for groups, by the times of these.
_Missing = Mapping[int, WeeklyWindows]


def _missing(case: Matching, c: int) -> _Missing:
    free = case.candidates[c].free or WeeklyWindows()
    alike = dict(zip(case.times, case.groups, strict=True))
    return {bits: group.times - free for bits, group in alike.items()}


def _obstacles(
    case: Matching, c: int, left: Sequence[int], missing: _Missing
) -> tuple[Obstacle, ...]:
    found: list[Obstacle] = []
    for g, group in enumerate(case.groups):
        barred = case.barred[c][g] if left[g] else (*case.barred[c][g], Barrier.FULL)
        if barred and Barrier.OTHER_SERVICE not in barred:
            timed = Barrier.NOT_FREE in barred or Barrier.FREE_UNKNOWN in barred
            found.append(Obstacle(group.name, barred, missing[case.times[g]] if timed else None))
    return tuple(found)


def _why(case: Matching, c: int) -> WaitingFor:
    """What a candidate waits for whom seats alone would not help."""
    one = case.candidates[c]
    for supposed in _suppositions(case, one):
        open_if_asked = {
            g: 0
            for g, group in enumerate(case.groups)
            if all(barrier.is_unknown for barrier in barriers(supposed, group, on=case.on))
        }
        # With nothing to ask there is none, or seats would help.
        if cheapest(one, case.group_options(open_if_asked)):
            return WaitingFor.ANSWER
    suits = [case.groups[g].service for g in case.points[c]]
    enough = all(suits.count(dose.service) >= dose.groups for dose in one.doses)
    return WaitingFor.COMBINATION if enough else WaitingFor.GROUP


def _suppositions(case: Matching, candidate: Candidate) -> Iterator[Candidate]:
    """A candidate as known, and with each gender and stage that could be and is not known."""
    genders = {word for group in case.groups for word in group.genders or ()}
    stages = {word for group in case.groups for word in group.stages or ()}
    for gender, stage in product(
        [None, *sorted(genders)] if candidate.gender is None else [candidate.gender],
        [None, *sorted(stages)] if candidate.stage is None else [candidate.stage],
    ):
        yield evolve(candidate, gender=gender, stage=stage)


def _concessions(
    case: Matching, c: int, left: Sequence[int], room: Mapping[str, int], missing: _Missing
) -> tuple[Concession, ...] | None:
    """The fewest and smallest concessions with which a candidate has a place beside all others."""
    one = case.candidates[c]
    found: list[tuple[int, tuple[Concession, ...]]] = []
    for supposed in _suppositions(case, one):
        needed: dict[int, tuple[Concession, ...]] = {}
        known = case.barred[c] if supposed == one else None
        for g, group in enumerate(case.groups):
            barred = known[g] if known else barriers(supposed, group, on=case.on)
            if _LIFTABLE.issuperset(barred):
                asked = barred + tuple(b for b in case.barred[c][g] if b in _SUPPOSED)
                seats = (
                    ()
                    if left[g]
                    else (ConcessionKind.SEAT if room[group.name] else ConcessionKind.VACANCY,)
                )
                lifts = (*(_LIFTS[barrier] for barrier in asked), *seats)
                windows = missing[case.times[g]]
                needed[g] = tuple(_concession(lift, supposed, group, windows) for lift in lifts)
        costs = {g: _cost(concessions) for g, concessions in needed.items()}
        bundle = cheapest(one, case.group_options(costs))
        if bundle:
            concessions = tuple(concession for g in bundle for concession in needed[g])
            found.append((sum(costs[g] for g in bundle), concessions))
    return min(found, key=lambda way: way[0])[1] if found else None


_LIFTS = {
    Barrier.NOT_FREE: ConcessionKind.FREE,
    Barrier.FREE_UNKNOWN: ConcessionKind.FREE,
    Barrier.LANGUAGE_UNKNOWN: ConcessionKind.LANGUAGE,
    Barrier.GENDER_UNKNOWN: ConcessionKind.GENDER,
    Barrier.STAGE_UNKNOWN: ConcessionKind.STAGE,
}
# Not known, and supposed to be one of the words that groups have.
_SUPPOSED = {Barrier.GENDER_UNKNOWN, Barrier.STAGE_UNKNOWN}
_LIFTABLE = {*_LIFTS} - _SUPPOSED


def _concession(
    lift: ConcessionKind, supposed: Candidate, group: Group, missing: WeeklyWindows
) -> Concession:
    match lift:
        case ConcessionKind.FREE:
            return Concession(lift, group.name, windows=missing)
        case ConcessionKind.LANGUAGE:
            return Concession(lift, group.name, word=group.language)
        case ConcessionKind.GENDER:
            return Concession(lift, group.name, word=supposed.gender)
        case ConcessionKind.STAGE:
            return Concession(lift, group.name, word=supposed.stage)
        case ConcessionKind.SEAT | ConcessionKind.VACANCY:
            return Concession(lift, group.name)


def _cost(concessions: Collection[Concession]) -> int:
    """Fewer concessions, then fewer minutes, then fewer seats that somebody must leave."""
    minutes = sum(whole_minutes(one.windows.total) for one in concessions if one.windows)
    vacancies = sum(one.lift is ConcessionKind.VACANCY for one in concessions)
    return len(concessions) * 10**9 + minutes * 100 + vacancies
