"""Rosters: groups, and candidates for them: when these can come, and what they need."""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import chain
from uuid import UUID

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.groups.groups import Group, group_faults
from iopkit.languages import is_language, speaks
from iopkit.programs.programs import Service
from iopkit.programs.timings import MOST_A_WEEK
from iopkit.windows import WeeklyWindows

MOST_POINTS = 100
"""How many points a preference can give or take."""


@frozen(repr=False)
class GroupDose:
    """In how many groups of a service a candidate is to be."""

    service: str
    groups: int = 1

    def __attrs_post_init__(self) -> None:
        ok = 1 <= self.groups <= MOST_A_WEEK
        refuse("group dose", unless(ok, "groups", f"from 1 to {MOST_A_WEEK}", "others"))

    __repr__ = hidden


@frozen(repr=False)
class GroupPreference:
    """Points for each group that is one of some, or that meets within some windows.

    With both, it must be both. Points below zero are for what the candidate would rather
    not have.
    """

    points: int
    groups: frozenset[str] | None = None
    within: WeeklyWindows | None = None

    def __attrs_post_init__(self) -> None:
        ok = abs(self.points) <= MOST_POINTS
        said = self.groups is not None or self.within is not None
        refuse(
            "preference",
            unless(ok, "points", f"from -{MOST_POINTS} to {MOST_POINTS}", "others"),
            unless(said, "groups", "groups, windows, or both", "neither"),
        )

    def suits(self, group: Group) -> bool:
        """Whether a group is one that is meant."""
        return (self.groups is None or group.name in self.groups) and (
            self.within is None or self.within.includes(group.times)
        )

    __repr__ = hidden


@frozen(repr=False)
class Candidate:
    """A patient who is to be in groups.

    ``key`` is the patient's. ``doses`` are the groups needed, all of them or none, on at
    least so many ``days`` of the week. ``free`` is when the patient can come, obligations
    and other sessions taken off; ``languages``, ``gender`` and ``stage`` are in the words of
    the groups. ``None``: not known, which is no yes; the patient then has no place in a group
    that asks. ``now_in`` are the groups that the patient is in already: there, what is not known
    does not count. ``waiting_since``: ``None``, not known, counts as today.

    Raises:
        InvalidError: ``key`` is not a random UUID, there is no dose, a service has two, or
            there are more than seven days.
    """

    key: UUID
    doses: tuple[GroupDose, ...]
    free: WeeklyWindows | None = None
    days: int = 1
    languages: frozenset[str] | None = None
    gender: str | None = None
    stage: str | None = None
    preferences: tuple[GroupPreference, ...] = ()
    waiting_since: date | None = None
    now_in: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        services = [dose.service for dose in self.doses]
        random = self.key.version == 4
        refuse(
            "candidate",
            unless(random, "key", "a random UUID, from uuid.uuid4()", "another UUID"),
            unless(bool(self.doses), "doses", "at least one", "none"),
            unless(len(services) == len(set(services)), "doses", "each service once", "one twice"),
            unless(1 <= self.days <= 7, "days", "from 1 to 7", "others"),
            unless(
                all(map(is_language, self.languages or ())),
                "languages",
                "language tags such as 'en' or 'es-US'",
                "others",
            ),
        )

    def points(self, group: Group) -> int:
        """How much the candidate would like a group: the sum over all preferences."""
        return sum(one.points for one in self.preferences if one.suits(group))

    # What is not known does not count in groups that they are in; once it is known, it does.

    def also_free(self, windows: WeeklyWindows, *, groups: Iterable[Group]) -> "Candidate":
        """The candidate, free in some windows more.

        If it was not known when, these and the times of those groups that they are in now.
        """
        now = (group.times.spans for group in groups if group.name in self.now_in)
        spans = tuple(chain.from_iterable(now))
        free = WeeklyWindows(spans) if self.free is None else self.free
        return evolve(self, free=free | windows)

    def also_speaking(self, language: str, *, groups: Iterable[Group]) -> "Candidate":
        """The candidate, speaking one language more.

        If it was not known which, that and those of the groups that they are in now.
        """
        now = (group.language for group in groups if group.name in self.now_in)
        spoken = frozenset(filter(None, now)) if self.languages is None else self.languages
        return evolve(self, languages=spoken | {language})

    __repr__ = hidden


@frozen(repr=False)
class Roster:
    """Groups, and those who are to be in them.

    ``services`` are what the groups can be of; if there are none, any are.

    Raises:
        InvalidError: a name or key comes twice, two groups have one room or clinician at one
            time, one is not of the services or not of their sizes and lengths, or a candidate
            is in or prefers a group that is not there.
    """

    groups: tuple[Group, ...]
    candidates: tuple[Candidate, ...] = ()
    services: tuple[Service, ...] = ()

    def __attrs_post_init__(self) -> None:
        names = {group.name for group in self.groups}
        keys: set[UUID] = set()
        faults: list[Fault] = []
        for number, candidate in enumerate(self.candidates):
            preferred = {
                name for one in candidate.preferences for name in one.groups or frozenset()
            }
            found = (
                *unless(candidate.key not in keys, "key", "each key once", "one twice"),
                *unless(names >= candidate.now_in, "now_in", "groups of the roster", "others"),
                *unless(names >= preferred, "preferences", "groups of the roster", "others"),
            )
            keys.add(candidate.key)
            faults += [fault.under("candidates", number) for fault in found]
        refuse("roster", *group_faults(self.groups, self.services), tuple(faults))

    __repr__ = hidden


class Barrier(StrEnum):
    """What keeps a candidate out of a group."""

    NOT_FREE = "not_free"
    FREE_UNKNOWN = "free_unknown"
    LANGUAGE = "language"
    LANGUAGE_UNKNOWN = "language_unknown"
    GENDER = "gender"
    GENDER_UNKNOWN = "gender_unknown"
    STAGE = "stage"
    STAGE_UNKNOWN = "stage_unknown"
    BEGAN = "began"
    FULL = "full"
    OTHER_SERVICE = "other_service"

    @property
    def is_unknown(self) -> bool:
        """Whether an answer could lift it."""
        return self in _UNKNOWN

    @property
    def words(self) -> str:
        """The barrier in prose."""
        return _WORDS[self]


_UNKNOWN = {
    Barrier.FREE_UNKNOWN,
    Barrier.LANGUAGE_UNKNOWN,
    Barrier.GENDER_UNKNOWN,
    Barrier.STAGE_UNKNOWN,
}
_WORDS = {
    Barrier.NOT_FREE: "not free",
    Barrier.FREE_UNKNOWN: "not known when free",
    Barrier.LANGUAGE: "held in another language",
    Barrier.LANGUAGE_UNKNOWN: "not known whether its language is spoken",
    Barrier.GENDER: "for others, by gender",
    Barrier.GENDER_UNKNOWN: "not known whether it is for this gender",
    Barrier.STAGE: "for another stage",
    Barrier.STAGE_UNKNOWN: "not known whether it is for this stage",
    Barrier.BEGAN: "closed, and has begun",
    Barrier.FULL: "full",
    Barrier.OTHER_SERVICE: "of a service that is not needed",
}


def barriers(candidate: Candidate, group: Group, *, on: date) -> tuple[Barrier, ...]:
    """What keeps a candidate out of a group on a day, seats aside.

    In a group that a candidate is in already, only what is known counts, and a closed one
    is no barrier.
    """
    if group.service not in {dose.service for dose in candidate.doses}:
        return (Barrier.OTHER_SERVICE,)
    found = list(_by_fact(candidate, group))
    if not group.takes(on):
        found.append(Barrier.BEGAN)
    if group.name in candidate.now_in:
        return tuple(one for one in found if not one.is_unknown and one is not Barrier.BEGAN)
    return tuple(found)


def _by_fact(candidate: Candidate, group: Group) -> Iterator[Barrier]:
    if candidate.free is None:
        yield Barrier.FREE_UNKNOWN
    elif not candidate.free.includes(group.times):
        yield Barrier.NOT_FREE
    if group.language is not None and candidate.languages is None:
        yield Barrier.LANGUAGE_UNKNOWN
    elif group.language is not None and not speaks(
        candidate.languages or frozenset(), group.language
    ):
        yield Barrier.LANGUAGE
    for meant, own, other, unknown in (
        (group.genders, candidate.gender, Barrier.GENDER, Barrier.GENDER_UNKNOWN),
        (group.stages, candidate.stage, Barrier.STAGE, Barrier.STAGE_UNKNOWN),
    ):
        if meant is not None and own not in meant:
            yield unknown if own is None else other
