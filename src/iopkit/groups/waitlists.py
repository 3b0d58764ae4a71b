"""Waitlists: who comes next, what is in the way, and what would place them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import product
from uuid import UUID

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.groups.groups import Group
from iopkit.groups.matching import Applicant, Matching, Seated
from iopkit.groups.rosters import Barrier, Candidate, Roster, barriers
from iopkit.windows import WeeklyWindows, whole_minutes


class WaitingFor(StrEnum):
    """What a candidate without a place waits for, in the order of the waitlist."""

    SEAT = "seat"
    """Enough groups suit, and those with seats left are too few, or cannot be combined."""
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
    WaitingFor.SEAT: "too few seats in the groups that suit",
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

    kind: ConcessionKind
    group: str
    windows: WeeklyWindows | None = None
    word: str | None = None

    @property
    def words(self) -> str:
        """The change in prose."""
        match self.kind:
            case ConcessionKind.SEAT:
                return f"one more seat in {self.group}"
            case ConcessionKind.VACANCY:
                return f"somebody leaves {self.group}"
            case ConcessionKind.FREE:
                return f"free {self.windows}, for {self.group}"
            case _:
                return f"{self.kind.value} {self.word}, for {self.group}"

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
    concessions = waiting.concessions or ()
    refuse(
        "grant",
        unless(
            all(one.kind is not ConcessionKind.VACANCY for one in concessions),
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
    groups = {group.name: group for group in roster.groups}
    granted = next(one for one in roster.candidates if one.key == waiting.candidate)
    for concession in concessions:
        if concession.kind is ConcessionKind.SEAT:
            group = groups[concession.group]
            groups[concession.group] = evolve(group, capacity=group.capacity + 1)
        else:
            granted = _granted(granted, concession, roster.groups)
    candidates = (granted if one.key == granted.key else one for one in roster.candidates)
    return evolve(roster, groups=tuple(groups.values()), candidates=tuple(candidates))


def _granted(candidate: Candidate, concession: Concession, groups: Sequence[Group]) -> Candidate:
    match concession.kind:
        case ConcessionKind.FREE:
            return candidate.also_free(concession.windows or WeeklyWindows(), groups=groups)
        case ConcessionKind.LANGUAGE:
            return candidate.also_speaking(concession.word or "", groups=groups)
        case ConcessionKind.GENDER:
            return evolve(candidate, gender=concession.word)
        case _:
            return evolve(candidate, stage=concession.word)


def waitlist(matching: Matching, seated: Seated, room: Mapping[str, int]) -> tuple[Waiting, ...]:
    """Those without a place, in order.

    Args:
        seated: the groups of those who have one.
        room: how many seats more each group could have, by its name.
    """
    taken = Counter(group.name for groups in seated.values() for group in groups)
    full = {
        group.name: ConcessionKind.SEAT if room[group.name] else ConcessionKind.VACANCY
        for group in matching.groups
        if taken[group.name] == group.capacity
    }
    placeable = set(matching.placeable)
    why = {
        one: WaitingFor.SEAT if one in placeable else _why(matching, one)
        for one in matching.applicants
        if one not in seated
    }
    # Those who have waited longest come first already.
    waiting = sorted(why, key=lambda one: list(WaitingFor).index(why[one]))
    return tuple(
        Waiting(
            candidate=one.candidate.key,
            place=place,
            why=why[one],
            since=one.since,
            obstacles=_obstacles(matching, one, full),
            concessions=_concessions(matching, one, full),
        )
        for place, one in enumerate(waiting, 1)
    )


# What would give a seat in each group that has none left, by its name.
_Full = Mapping[str, ConcessionKind]


def _obstacles(matching: Matching, one: Applicant, full: _Full) -> tuple[Obstacle, ...]:
    found: list[Obstacle] = []
    for group, pair in matching.beside(one):
        barred = (*pair.barriers, Barrier.FULL) if group.name in full else pair.barriers
        if barred and Barrier.OTHER_SERVICE not in barred:
            timed = Barrier.NOT_FREE in barred or Barrier.FREE_UNKNOWN in barred
            missing = one.missing[pair.pool.times] if timed else None
            found.append(Obstacle(group.name, barred, missing))
    return tuple(found)


def _why(matching: Matching, one: Applicant) -> WaitingFor:
    """What a candidate waits for whom seats alone would not help."""
    # For each way in which the unknown gender and stage could be, of which there are as many
    # as the groups' words multiplied, one search; it ends with the first combination that it
    # finds, as none costs anything.
    for supposed in _suppositions(matching, one.candidate):
        open_if_asked = {
            group.name: 0
            for group in matching.groups
            if all(barrier.is_unknown for barrier in barriers(supposed, group, on=matching.on))
        }
        # With nothing to ask there is none, or seats would help.
        if matching.cheapest_groups(one.candidate, open_if_asked):
            return WaitingFor.ANSWER
    suits = Counter(group.service for group, pair in matching.beside(one) if not pair.barriers)
    enough = all(suits[dose.service] >= dose.groups for dose in one.candidate.doses)
    return WaitingFor.COMBINATION if enough else WaitingFor.GROUP


def _suppositions(matching: Matching, candidate: Candidate) -> Iterator[Candidate]:
    """A candidate as known, and with each gender and stage that could be and is not known."""
    genders = {word for group in matching.groups for word in group.genders or ()}
    stages = {word for group in matching.groups for word in group.stages or ()}
    for gender, stage in product(
        [None, *sorted(genders)] if candidate.gender is None else [candidate.gender],
        [None, *sorted(stages)] if candidate.stage is None else [candidate.stage],
    ):
        yield evolve(candidate, gender=gender, stage=stage)


def _concessions(matching: Matching, one: Applicant, full: _Full) -> tuple[Concession, ...] | None:
    """The fewest and smallest concessions with which a candidate has a place beside all others."""
    found: list[tuple[int, tuple[Concession, ...]]] = []
    # As for ``_why``, but to the end: the last way may cost the least, and each is searched for
    # its cheapest combination.
    for supposed in _suppositions(matching, one.candidate):
        needed = dict(_needed(matching, one, supposed, full))
        costs = {name: _cost(concessions) for name, concessions in needed.items()}
        names = matching.cheapest_groups(one.candidate, costs)
        if names:
            concessions = tuple(concession for name in names for concession in needed[name])
            found.append((sum(costs[name] for name in names), concessions))
    return min(found, key=lambda way: way[0])[1] if found else None


def _needed(
    matching: Matching, one: Applicant, supposed: Candidate, full: _Full
) -> Iterator[tuple[str, tuple[Concession, ...]]]:
    """The name of each group that could be opened, and what that would need."""
    as_known = supposed == one.candidate
    for group, pair in matching.beside(one):
        barred = pair.barriers if as_known else barriers(supposed, group, on=matching.on)
        if _REMOVABLE.issuperset(barred):
            asked = (*barred, *(barrier for barrier in pair.barriers if barrier in _SUPPOSED))
            kinds = [_REMOVED_BY[barrier] for barrier in asked]
            if group.name in full:
                kinds.append(full[group.name])
            missing = one.missing[pair.pool.times]
            yield group.name, tuple(_concession(kind, supposed, group, missing) for kind in kinds)


_REMOVED_BY = {
    Barrier.NOT_FREE: ConcessionKind.FREE,
    Barrier.FREE_UNKNOWN: ConcessionKind.FREE,
    Barrier.LANGUAGE_UNKNOWN: ConcessionKind.LANGUAGE,
    Barrier.GENDER_UNKNOWN: ConcessionKind.GENDER,
    Barrier.STAGE_UNKNOWN: ConcessionKind.STAGE,
}
# Not known, and supposed to be one of the words that groups have.
_SUPPOSED = {Barrier.GENDER_UNKNOWN, Barrier.STAGE_UNKNOWN}
_REMOVABLE = {*_REMOVED_BY} - _SUPPOSED


def _concession(
    kind: ConcessionKind, supposed: Candidate, group: Group, missing: WeeklyWindows
) -> Concession:
    match kind:
        case ConcessionKind.FREE:
            return Concession(kind=kind, group=group.name, windows=missing)
        case ConcessionKind.LANGUAGE:
            return Concession(kind=kind, group=group.name, word=group.language)
        case ConcessionKind.GENDER:
            return Concession(kind=kind, group=group.name, word=supposed.gender)
        case ConcessionKind.STAGE:
            return Concession(kind=kind, group=group.name, word=supposed.stage)
        case ConcessionKind.SEAT | ConcessionKind.VACANCY:
            return Concession(kind=kind, group=group.name)


def _cost(concessions: Collection[Concession]) -> int:
    """Fewer concessions, then fewer minutes, then fewer seats that somebody must leave."""
    minutes = sum(whole_minutes(one.windows.total) for one in concessions if one.windows)
    vacancies = sum(one.kind is ConcessionKind.VACANCY for one in concessions)
    return len(concessions) * 10**9 + minutes * 100 + vacancies
