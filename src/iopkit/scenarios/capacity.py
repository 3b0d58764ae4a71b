"""Capacity: how many a clinic can have in care at a time, and on which days it takes people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate, chain, cycle, islice, pairwise
from operator import gt
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from iopkit.eligibility.kinds import Choice
from iopkit.eligibility.predicates import AllOf, AnyFact, OneOf, Predicate
from iopkit.errors import Fault, UnknownNameError, did_you_mean, each_a, refuse, unless, unless_day
from iopkit.fields import frozen
from iopkit.groups.groups import Group
from iopkit.languages import speaks
from iopkit.prose import counted
from iopkit.scenarios.draws import Words
from iopkit.sites.hours import changes_of, closed_days, site_on
from iopkit.sites.sites import Site
from iopkit.sites.staff import Clinician
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY, Weekday

Truths: TypeAlias = NDArray[np.int8]
"""A row for each person and a column for each predicate: 1 yes, 0 no, -1 not known."""

UNLIMITED = 2**31 - 1
"""The seats of a pool that is never full."""

MOST_POOLS = 64
"""So many can be told apart by the bits of a word."""

_FOR_ALL = AllOf(())


@frozen
class SeatPool:
    """Seats of one service that are one as good as another, such as those of a group.

    ``need`` is the service. With 0 seats nobody begins who needs one and suits no other.
    ``open_to`` says for whom they are. With ``begins``, nobody begins before that day. Those that
    are ``closed`` are taken on that day alone, or, with ``every_weeks``, each so many weeks after
    it as well; where the site is closed then, on the first open day after.

    Raises:
        InvalidError: there is no name, the seats are fewer than 0, a closed pool has no first
            day, or cycles are said of one that is not closed.

    Example:
        >>> SeatPool("evening-a", "group", 12, closed=True, begins=date(2026, 1, 12)).words
        'evening-a: 12 seats of group, taken on 2026-01-12'
    """

    name: str
    need: str
    seats: int
    open_to: Predicate = _FOR_ALL
    closed: bool = False
    begins: date | None = None
    every_weeks: int | None = None

    def __attrs_post_init__(self) -> None:
        cycled = self.every_weeks is None or (self.closed and self.every_weeks >= 1)
        dated = not self.closed or self.begins is not None
        refuse(
            f"pool {self.name!r}",
            unless(bool(self.name), "name", "a name", "none"),
            unless(0 <= self.seats <= UNLIMITED, "seats", "at least 0", self.seats),
            unless(dated, "begins", "the first day of closed seats", "none"),
            unless(cycled, "every_weeks", "at least 1, of closed seats", self.every_weeks),
        )

    @property
    def words(self) -> str:
        """The pool in prose."""
        when = ""
        if self.begins is not None:
            when = f", taken on {self.begins}" if self.closed else f", from {self.begins} on"
        if self.every_weeks is not None:
            when += f" and every {counted(self.every_weeks, 'week')} after"
        return f"{self.name}: {counted(self.seats, 'seat')} of {self.need}{when}"

    def takes(self, opens: bytes, *, start: date) -> bytes:
        """A byte for each day from ``start`` on, 1 where somebody can begin.

        Args:
            opens: the same of the site.
        """
        first = 0 if self.begins is None else (self.begins - start).days
        if not self.closed:
            before = min(max(first, 0), len(opens))
            return bytes(before) + opens[before:]
        found, step = bytearray(len(opens)), len(opens)
        if self.every_weeks is not None:
            step = 7 * self.every_weeks
            first = max(first, first % step)
        for due in range(first, len(opens), step) if first >= 0 else ():
            day = opens.find(1, due, due + step)
            if day >= 0:
                found[day] = 1
        return bytes(found)


@frozen
class Capacity:
    """What a clinic has of each service that is limited; the first choice first.

    A service with no pool is not limited, and ``Capacity()`` limits none. ``words`` says, a
    sentence each, what of the groups and clinicians is not in it. Who has a seat of one of the
    ``groups`` comes at its times.

    Raises:
        InvalidError: a name is there twice, or there are more than 64 pools.

    Example:
        >>> seats = {"evening-a": 12, "evening-b": 10}
        >>> evening = Capacity(tuple(SeatPool(name, "group", seats[name]) for name in seats))
        >>> dict(evening.more_seats("evening-a", 2).seats)
        {'evening-a': 14, 'evening-b': 10}
        >>> evening.without("evening-c")
        Traceback (most recent call last):
            ...
        iopkit.errors.UnknownNameError: no group is named 'evening-c'; did you mean 'evening-b'? \
known: evening-a, evening-b
    """

    pools: tuple[SeatPool, ...] = ()
    words: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()

    def __attrs_post_init__(self) -> None:
        names = [pool.name for pool in self.pools]
        refuse(
            "capacity",
            unless(len(set(names)) == len(names), "pools", "each name once", "one twice"),
            unless(len(names) <= MOST_POOLS, "pools", f"at most {MOST_POOLS}", len(names)),
        )

    @classmethod
    def of(
        cls,
        groups: Iterable[Group],
        *,
        site: Site | None = None,
        minutes: Mapping[str, float] = MappingProxyType({}),
        facts: Iterable[AnyFact] = (),
    ) -> "Capacity":
        """The seats of groups, and of services for one patient as the clinicians' time allows.

        Args:
            site: whose rooms have no more seats than they have, and whose clinicians give what
                is in ``minutes``.
            minutes: by services for one patient, how many a patient has of each in a week. As
                many patients can have it as it goes into the hours of those who may lead it, less
                those in which they lead groups.
            facts: those of the names ``language``, ``gender`` and ``stage`` tell for whom a group
                is; what is said of a group that no fact tells limits nothing, and ``words`` says
                so.

        Raises:
            InvalidError: the site does not have a group's room or clinicians of whom something
                is asked, minutes are not above 0, or a fact does not have a group's values.
        """
        listed = each_a("capacity", groups, "groups", Group)
        known = {fact.name: fact for fact in facts}
        words: list[str] = []
        pools = [_pool_of(group, site, known, words) for group in listed]
        refuse(
            "capacity",
            *(
                unless(each > 0, "minutes", f"more than 0 of {service!r}", f"{each:g}")
                for service, each in minutes.items()
            ),
            unless(
                not minutes or (site is not None and bool(site.clinicians)),
                "site",
                "a site whose clinicians are known",
                "another or none",
            ),
        )
        if site is not None:
            pools += _pools_of_clinicians(site, listed, minutes, words)
        return cls(tuple(pools), tuple(dict.fromkeys(words)), listed)

    @property
    def seats(self) -> Mapping[str, int]:
        """How many seats each pool has, by its name."""
        return MappingProxyType({pool.name: pool.seats for pool in self.pools})

    def more_seats(self, name: str, more: int) -> "Capacity":
        """The same with so many seats more in a pool, or fewer for a number below 0.

        Raises:
            UnknownNameError: no pool has the name.
            InvalidError: there would be fewer than 0.
        """
        return self._changed(name, lambda pool: evolve(pool, seats=pool.seats + more))

    def without(self, name: str) -> "Capacity":
        """The same but for a pool; a service that no pool is left of has none, not any number.

        Raises:
            UnknownNameError: no pool has the name.
        """
        gone = self._changed(name, lambda pool: evolve(pool, seats=0))
        needs = [pool.need for pool in self.pools if pool.name != name]
        kept = (pool for pool in gone.pools if pool.name != name or pool.need not in needs)
        return evolve(self, pools=tuple(kept))

    def closed(self, *, every_weeks: int, first: date) -> "Capacity":
        """The same, all seats taken on the first day and every so many weeks after it alone."""
        return evolve(
            self,
            pools=tuple(
                evolve(pool, closed=True, begins=first, every_weeks=every_weeks)
                for pool in self.pools
            ),
        )

    def _changed(self, name: str, change: Callable[[SeatPool], SeatPool]) -> "Capacity":
        if name not in self.seats:
            raise UnknownNameError("group", name, self.seats)
        pools = (change(pool) if pool.name == name else pool for pool in self.pools)
        return evolve(self, pools=tuple(pools))

    @property
    def conditions(self) -> tuple[Predicate, ...]:
        """For whom the seats of each pool are, for ``suits``."""
        return tuple(pool.open_to for pool in self.pools)

    def suits(self, truths: Truths) -> Words:
        """A bit for each pool that somebody suits, a word for each person.

        Whoever is not known to suit one is not offered its seats; ``not_known`` counts them.

        Args:
            truths: of ``conditions``.
        """
        bits = np.uint64(1) << np.arange(len(self.pools), dtype=np.uint64)
        found: Words = ((truths == 1) * bits).sum(axis=1, dtype=np.uint64)
        return found

    def not_known(self, truths: Truths) -> tuple[str, ...]:
        """A sentence for each pool of which it is not known of some whether they suit it."""
        counts = (truths < 0).sum(axis=0).tolist()
        return tuple(
            f"{pool.name}: of so many it is not known whether they suit it, so that it is not "
            f"offered to them: {count:,}."
            for pool, count in zip(self.pools, counts, strict=True)
            if count
        )

    def compiled(
        self, needs: Iterable[Iterable[str]], *, site: Site | None, start: date, days: int
    ) -> "SeatsByDay":
        """What a waiting list sees of it, day by day.

        Nobody begins on a day on which the site has no hours, a holiday or a closure.

        Args:
            needs: the services that a seat is needed in, for each kind of course.
            site: ``None``: nothing is ever closed.
            start: day 0.

        Raises:
            InvalidError: there is no day, or ``start`` is no date.
            MissingExtraError: the site has a holiday calendar and ``holidays`` is missing.
        """
        refuse(
            "capacity",
            unless_day(start, "start"),
            unless(days >= 1, "days", "at least 1", days),
        )
        opens = _open_days(site, start, days, None)
        of_service: dict[str, list[int]] = {}
        for number, pool in enumerate(self.pools):
            of_service.setdefault(pool.need, []).append(number)
        open_for = {need: _open_days(site, start, days, need) for need in of_service}
        return SeatsByDay(
            tuple(self.seats),
            tuple(self.seats.values()),
            tuple(pool.takes(open_for[pool.need], start=start) for pool in self.pools),
            opens,
            tuple(
                tuple(tuple(of_service[need]) for need in dict.fromkeys(each) if need in of_service)
                for each in needs
            ),
        )


def _open_days(site: Site | None, start: date, days: int, service: str | None) -> bytes:
    """A byte for each day, 1 where a site is open, for a service or for any."""
    if site is None:
        return bytes([1]) * days
    end = start + days * ONE_DAY
    found = bytearray()
    changes = [day for day in changes_of(site) if start < day < end]
    for first, last in pairwise((start, *changes, end)):
        hours = site_on(site, first).hours
        week = [bool(hours.on(Weekday.of(first + number * ONE_DAY))) for number in range(7)]
        found += bytes(islice(cycle(week), (last - first).days))
    for day in closed_days(site, start, end, service=service):
        found[(day - start).days] = 0
    return bytes(found)


def _pool_of(
    group: Group, site: Site | None, facts: Mapping[str, AnyFact], words: list[str]
) -> SeatPool:
    """The seats of a group; what of it does not become a condition is said in words."""
    seats = group.capacity
    if site is not None and group.room is not None:
        rooms = {room.name: room for room in site.rooms}
        expected, fix = "a room of the site", did_you_mean(group.room, rooms)
        if group.room not in rooms:
            refuse("capacity", (Fault((group.name, "room"), expected, repr(group.room), fix),))
        room = rooms[group.room]
        seats = min(seats, room.seats)
        if room.absences:
            words.append(f"{group.name}: days on which its room cannot be used are not in it.")
    parts = tuple(_conditions(group, facts, words))
    return SeatPool(
        group.name,
        group.service,
        seats,
        AllOf(parts) if parts else _FOR_ALL,
        group.closed,
        group.begins,
    )


def _conditions(
    group: Group, facts: Mapping[str, AnyFact], words: list[str]
) -> Iterable[Predicate]:
    language = group.language
    for name, asked in (
        ("language", language),
        ("gender", group.genders),
        ("stage", group.stages),
    ):
        if asked is None:
            continue
        fact = facts.get(name)
        if fact is None:
            words.append(f"{group.name}: open to every {name}, as no fact '{name}' is given.")
        elif isinstance(asked, frozenset):
            yield OneOf(fact, tuple(sorted(asked)))
        else:
            spoken = fact.kind.options if isinstance(fact.kind, Choice) else (asked,)
            spoken = tuple(one for one in spoken if speaks(frozenset({one}), asked))
            yield OneOf(fact, spoken or (asked,))


def _pools_of_clinicians(
    site: Site, groups: Sequence[Group], minutes: Mapping[str, float], words: list[str]
) -> Iterable[SeatPool]:
    """A pool for each service for one patient: as many as it goes into the clinicians' hours."""
    counted_for: dict[str, list[str]] = {}
    for service, each in minutes.items():
        able = [one for one in site.clinicians if one.may_lead(service) is not Truth.NO]
        for one in able:
            counted_for.setdefault(one.name, []).append(service)
            if one.may_lead(service) is Truth.UNKNOWN:
                words.append(f"{one.name}: counted for {service}, as nobody said what they lead.")
            if one.absences or one.later_hours:
                words.append(f"{one.name}: days away and later hours are not in it.")
        free = sum((_spare_time(one, site, groups) for one in able), timedelta(0))
        yield SeatPool(service, service, free // timedelta(minutes=each))
    words += [
        f"{name}: the same hours are counted for {' and '.join(services)}."
        for name, services in counted_for.items()
        if len(services) > 1
    ]


def _spare_time(clinician: Clinician, site: Site, groups: Sequence[Group]) -> timedelta:
    """The time a week in which somebody is there and leads no group."""
    hours = site.hours if clinician.hours is None else clinician.hours & site.hours
    for group in groups:
        if group.clinician == clinician.name:
            hours -= group.times
    return hours.total


@frozen
class SeatsByDay:
    """What a clinic has, as its waiting list sees it: pools of seats, and days to begin on.

    ``names`` and ``sizes`` are of the pools. ``takes`` has a byte a day for each pool, 1 where it
    takes people, and ``opens`` one where somebody can begin who needs a seat in none. ``needs``
    has, for each kind of course of treatment, the pools of each of its needs, the first choice
    first; a need that is never limited is not among them.

    Raises:
        InvalidError: there are more than 64 pools or a negative number of seats, not all days are
            said of a pool, or a need is of a pool that is not there.

    Example:
        >>> SeatsByDay(("evening",), (12,), (bytes([1, 1]),), bytes([1, 1]), (((0,),),)).days
        2
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    takes: tuple[bytes, ...]
    opens: bytes
    needs: tuple[tuple[tuple[int, ...], ...], ...]

    def __attrs_post_init__(self) -> None:
        pools = len(self.names)
        named = {pool for each in self.needs for need in each for pool in need}
        refuse(
            "seats by day",
            unless(pools <= MOST_POOLS, "names", f"at most {MOST_POOLS} pools", pools),
            unless(len(self.sizes) == pools, "sizes", "one of each pool", len(self.sizes)),
            unless(len(self.takes) == pools, "takes", "the days of each pool", len(self.takes)),
            unless(
                all(0 <= size <= UNLIMITED for size in self.sizes),
                "sizes",
                "at least 0 seats",
                "others",
            ),
            tuple(
                Fault(("takes", number), f"{self.days} days", str(len(days)))
                for number, days in enumerate(self.takes)
                if len(days) != self.days
            ),
            unless(named <= {*range(pools)}, "needs", "numbers of pools", "others"),
            unless(
                all(len({*chain(*each)}) == sum(map(len, each)) for each in self.needs),
                "needs",
                "each pool for one need",
                "one twice",
            ),
            tuple(
                Fault(("takes", number), "days on which the site is open", "others")
                for number, days in enumerate(self.takes)
                if any(map(gt, days, self.opens))
            ),
        )

    @property
    def days(self) -> int:
        """How many days there are."""
        return len(self.opens)


@lru_cache(maxsize=256)
def next_days(takes: bytes) -> tuple[int, ...]:
    """For each day, the first from it on that takes people; ``len(takes)`` where none does.

    Example:
        >>> next_days(bytes([0, 1, 0]))
        (1, 1, 3)
    """
    days = len(takes)
    found = (day if takes[day] else days for day in reversed(range(days)))
    return tuple(accumulate(found, min))[::-1]
