"""People as facts by column: from a frame, from patients, or drawn from shares.

Rows stand in the order of the people's keys, whatever order they came in, so that nothing that
is drawn for them depends on it. A key is ``key_of`` an identity, and identities are not kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, cast

import numpy as np
import polars as pl
from attrs import evolve, field
from numpy.typing import NDArray

from iopkit.confidential import hidden
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Policy
from iopkit.eligibility.predicates import AnyFact, Predicate
from iopkit.errors import (
    Fault,
    UnknownNameError,
    did_you_mean,
    refuse,
    unless,
    unless_a,
    unless_whole,
)
from iopkit.fields import frozen
from iopkit.frames.records import KEY, Partly, facts_frame
from iopkit.frames.refusals import Told
from iopkit.frames.verdicts import VERDICT, decide_frame, truths_frame
from iopkit.patients.patients import Patient
from iopkit.scenarios.draws import Words, streams
from iopkit.scenarios.margins import Part, Shares, margin_words, shares_alone, shares_together
from iopkit.scenarios.people_tables import (
    KEYS,
    POPULATION,
    facts_of,
    identities,
    keys_of,
    known_facts,
    labelled,
    names_in_order,
    of_facts,
    read_table,
    rows_told,
    unless_known,
    unless_labels,
    weights_in,
)
from iopkit.truth import Truth

_TRUTHS = np.array(
    [{Truth.YES: 1, Truth.NO: 0, Truth.UNKNOWN: -1}[truth] for truth in Truth], np.int8
)


class Nearest(NamedTuple):
    """For each person, the nearest of some sites and the minutes to it; -1 and infinite: none."""

    site: NDArray[np.int32]
    minutes: NDArray[np.float64]


class Strata(NamedTuple):
    """Groups of people to report by.

    ``names`` are what they are told apart by, ``labels`` each stratum's values of these, and
    ``codes`` the stratum of each person, as a place in ``labels``.
    """

    names: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int32]

    @property
    def counts(self) -> tuple[int, ...]:
        """How many people are in each stratum."""
        return tuple(np.bincount(self.codes, minlength=len(self.labels)).tolist())


@frozen(repr=False, eq=False)
class Population:
    """People, each a row of facts, in the order of their keys.

    Make one by ``of``, ``of_patients`` or ``drawn``. Two are equal whose people, weights, strata
    and sites are. It is confidential, and its repr shows how many people there are.

    Attributes:
        strata: columns to report by.
        words: what is to be said of where the people come from, each a sentence.

    Example:
        >>> people = pl.DataFrame({"key": ["ann", "bea"], "age": [17, 41]})
        >>> population = Population.of(people)
        >>> population, len(population)
        (Population(2), 2)
        >>> population.truths([FACTS["age"] >= 18], on=date(2026, 1, 5)).sum()
        np.int64(1)
    """

    _people: pl.DataFrame
    _keys: pl.Series
    _weights: pl.Series | None = field(default=None, alias="weights")
    strata: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    _minutes: pl.DataFrame = field(factory=pl.DataFrame, alias="minutes")

    @classmethod
    def of(  # noqa: PLR0913  # what a frame has, by name
        cls,
        frame: object,
        *,
        key: str | None = KEY,
        weight: str | None = None,
        strata: Iterable[str] = (),
        others: Iterable[str] = (),
        facts: Iterable[AnyFact] = (),
    ) -> "Population":
        """People from a frame of any engine, with a column for each fact, named like it.

        Args:
            key: the column that tells who somebody is, of texts or whole numbers. ``None``: there
                is none, and people are told apart by the numbers of their rows, from 0.
            weight: the column of how often each is drawn when somebody is referred, beside the
                others; without one, all are as likely.
            strata: columns to report by, of facts or of others.
            others: more columns to keep that are no facts, such as a day of referral.
            facts: more facts than ``FACTS`` has, such as a policy's own.

        Raises:
            InvalidError: the frame has no rows, or other columns than were named, or one of
                another type; two people have one key; or values are none that their column can
                have. Rows are told by their numbers from 0.
            MissingExtraError: the extra ``tables`` is not installed.
            TypeError: it is no frame, or a lazy one and ``key`` is ``None``.
        """
        by, kept = names_in_order(strata, "strata"), names_in_order(others, "others")
        known, table = known_facts(facts), read_table(frame, eager=key is None)
        named = [each for each in (key, weight) if each is not None]
        lacking = [each for each in (*named, *by, *kept) if each not in table.columns]
        refuse(
            POPULATION,
            unless_known(table, known, others=(*named, *by, *kept)),
            tuple(_lacking(each, key, table.columns) for each in lacking),
            unless(table.height > 0, "rows", "at least one", "none"),
        )
        read = of_facts(table, facts_of(table.drop(named), known))
        found = identities(table, key)
        weights = None if weight is None else weights_in(table[weight])
        people = read.drop(named)
        words = () if key else ("People are told apart by the numbers of their rows.",)
        return cls._in_order(people, found, weights=weights, strata=by, words=words)

    @classmethod
    def of_patients(  # noqa: PLR0913  # as ``facts_frame``
        cls,
        patients: Iterable[Patient],
        *,
        on: date,
        facts: Iterable[AnyFact] = FACTS.values(),
        partly: Partly = "ranges",
        strata: Iterable[str] = (),
        refused: Told = None,
    ) -> "Population":
        """People with the facts that patients have on a day.

        Args:
            partly: what is made of facts of which a part is known; see ``facts_frame``.
            strata: facts to report by.
            refused: takes each patient that cannot be read, in place of raising.

        Raises:
            InvalidError: as ``facts_frame`` and ``of``.
        """
        asked = tuple(facts)
        frame = facts_frame(asked, patients, on=on, partly=partly, found=True, refused=refused)
        return cls.of(frame, strata=strata, facts=asked)

    @classmethod
    def drawn(  # noqa: PLR0913  # what is drawn, by name
        cls,
        count: int,
        *,
        seed: int,
        # Any: a key of a mapping is of no wider type than its own.
        margins: Mapping[str, Mapping[Any, Part]] | None = None,
        joint: object | Sequence[object] = (),
        share: str = "share",
        strata: Iterable[str] = (),
        facts: Iterable[AnyFact] = (),
    ) -> "Population":
        """People who are made up, from shares.

        The facts of a joint table are drawn together; tables and margins independently of each
        other, and ``words`` says so. Another fact, table or person changes nobody's other facts.

        Args:
            count: how many.
            margins: by the name of a fact or stratum, the share of each value; ``None`` stands for
                not known, and a pair of whole numbers for all from one to the other.
            joint: a frame with a row for each combination and a column of shares, or a
                dictionary of its columns, or a list of such.
            share: the column of shares.
            strata: names to report by, which may be no facts.

        Raises:
            InvalidError: shares are none or do not sum to 1, values are none that a fact has, a
                name is unknown or there twice, or nobody is asked for.

        Example:
            >>> drawn = Population.drawn(9, seed=7, margins={"pregnant": {True: 0.1, False: 0.9}})
            >>> drawn.words
            ('All are drawn independently of each other: pregnant.',)
        """
        by, known = names_in_order(strata, "strata"), known_facts(facts)
        refuse(
            POPULATION,
            unless_whole(count, "count"),
            unless_whole(seed, "seed"),
            unless_a(margins or {}, "margins", Mapping),
        )
        refuse(POPULATION, *(unless_a(of, name, Mapping) for name, of in (margins or {}).items()))
        several = cast("Sequence[object]", joint) if isinstance(joint, list | tuple) else (joint,)
        tables = [shares_together(each, share, known, by) for each in several]
        alone = [shares_alone(name, of, known) for name, of in (margins or {}).items()]
        tables += [each for each in alone if isinstance(each, Shares)]
        names = [*(margins or {}), *(name for table in tables for name in table.names)]
        refuse(
            POPULATION,
            unless(count > 0, "count", "at least 1 person", "none"),
            *(each for each in alone if not isinstance(each, Shares)),
            *(
                (Fault((name,), _FACT, "another name", did_you_mean(name, known)),)
                for name in margins or {}
                if name not in known and name not in by
            ),
            *(
                unless(
                    sum(name in table.names for table in tables) <= 1, name, "shares once", "twice"
                )
                for name in dict.fromkeys(names)
            ),
            *(unless(name in names, name, "shares of its values", "none") for name in by),
        )
        keys = np.sort(keys_of(map(str, range(count))))
        chance = streams(seed, 0, keys)
        drawn = [table.drawn(chance) for table in tables]
        people = pl.concat(drawn, how="horizontal") if drawn else pl.DataFrame(height=count)
        return cls(people, pl.Series(KEY, keys), strata=by, words=margin_words(tables))

    @classmethod
    def _in_order(
        cls,
        people: pl.DataFrame,
        keys: Words,
        *,
        weights: pl.Series | None,
        strata: tuple[str, ...],
        words: tuple[str, ...],
    ) -> "Population":
        order = np.argsort(keys)
        ordered = pl.Series(KEY, keys[order])
        weighed = None if weights is None else weights[order]
        return cls(people[order], ordered, weights=weighed, strata=strata, words=words)

    def __len__(self) -> int:
        """How many people there are."""
        return self._people.height

    __repr__ = hidden

    def __eq__(self, other: object) -> bool:
        """Whether another has the same people, weights, strata and sites."""
        if not isinstance(other, Population):
            return NotImplemented
        frames = [(self._people, other._people), (self._minutes, other._minutes)]
        one, two = self._weights, other._weights
        return (
            (self.strata, self.words) == (other.strata, other.words)
            and self._keys.equals(other._keys)
            and (one is two if one is None or two is None else one.equals(two))
            and all(mine.schema == yours.schema and mine.equals(yours) for mine, yours in frames)
        )

    def __hash__(self) -> int:
        """The same for equal ones."""
        return hash((len(self), *self._people.columns, *self.strata, *self.keys[:9].tolist()))

    @property
    def keys(self) -> Words:
        """The key of each person, rising; it cannot be written to."""
        return self._keys.to_numpy()

    @property
    def table(self) -> pl.DataFrame:
        """What is known of each person, and nothing that tells who it is but that."""
        return self._people.clone()

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites to which minutes are known."""
        return tuple(self._minutes.columns)

    @cached_property
    def chances(self) -> Words:
        """Cumulative thresholds by weight: whom a draw picks is its place among them.

        A weight counts with 40 binary digits or more below the greatest one.
        """
        if self._weights is None:
            sums = range(1, len(self) + 1)
        else:
            weights = self._weights.to_numpy()
            _, most = np.frexp(weights.max())
            # So many digits that the sum of all stays below 2 ** 62.
            digits = 62 - len(self).bit_length()
            whole = np.floor(np.ldexp(weights, digits - most)).astype(np.int64)
            sums = np.cumsum(whole).tolist()
        result = np.array([(each << 63) // sums[-1] for each in sums], np.uint64)
        result.flags.writeable = False
        return result

    def picked(self, draws: Words) -> NDArray[np.int32]:
        """The row of the person whom each draw picks, by weight."""
        chances = self.chances
        if self._weights is not None:
            return np.searchsorted(chances, draws, side="right").astype(np.int32)
        # Thresholds so even are found by multiplying, at most two places too early, which takes
        # of a million people a tenth of the time of a search.
        places = ((draws >> np.uint64(32)) * np.uint64(len(self)) >> np.uint64(31)).astype(np.int32)
        for _ in range(2):
            places += chances[places] <= draws
        return places

    def truths(self, predicates: Sequence[Predicate], *, on: date) -> NDArray[np.int8]:
        """Whether each predicate holds for each person: 1 yes, 0 no, -1 not known.

        Facts of a person that contradict each other count as not known, as ``decide_frame`` has it.

        Returns:
            An array with a row for each person and a column for each predicate.

        Raises:
            InvalidError: there is no column of a fact that is asked about.
        """
        named = {str(number): each for number, each in enumerate(predicates)}
        if not named:
            return np.empty((len(self), 0), np.int8)
        found = truths_frame(named, self._people, on=on)
        return np.column_stack([_codes(column) for column in found])

    def verdicts(
        self, policy: Policy, *, on: date, assume_in_force: bool = False
    ) -> NDArray[np.int8]:
        """A policy's verdict for each person: 1 yes, 0 no, -1 not known.

        Raises:
            NotInForceError: no version is known to be in force on the day, and none is assumed.
            InvalidError: there is no column of a fact that the policy asks about.
        """
        decided = decide_frame(policy, self._people, on=on, assume_in_force=assume_in_force)
        return _codes(decided[VERDICT])

    def stratified(
        self,
        by: Iterable[str] | None = None,
        *,
        predicates: Mapping[str, Predicate] | None = None,
        on: date | None = None,
    ) -> Strata:
        """The people by columns and by predicates, crossed; strata of nobody are left out.

        Args:
            by: columns of booleans, text or whole numbers; ``None``: those of ``strata``.
            predicates: by what they are to be called, yes, no and unknown.
            on: the day that predicates are asked for.

        Raises:
            UnknownNameError: there is no such column.
            InvalidError: a column has other values, or predicates come without a day.
        """
        columns = self.strata if by is None else names_in_order(by, "by")
        lacking = [name for name in columns if name not in self._people.columns]
        if lacking:
            raise UnknownNameError("column of the population", lacking[0], self._people.columns)
        asked = dict(predicates or {})
        given = on is not None or not asked
        refuse(
            "strata",
            *(unless_labels(self._people[name]) for name in columns),
            unless(given, "on", "a day, as predicates are given", "none"),
        )
        parts = [labelled(self._people[name]) for name in columns]
        if asked and on is not None:
            parts += [labelled(each) for each in truths_frame(asked, self._people, on=on)]
        labels: list[tuple[str, ...]] = [()]
        codes = np.zeros(len(self), np.int64)
        for words, places in parts:
            there, codes = np.unique(codes * len(words) + places, return_inverse=True)
            pairs = [divmod(each, len(words)) for each in there.tolist()]
            labels = [(*labels[before], words[place]) for before, place in pairs]
        return Strata((*columns, *asked), tuple(labels), codes.astype(np.int32))

    def with_minutes(self, frame: object, *, key: str | None = KEY) -> "Population":
        """The same people with the minutes that each takes to sites: a column for each site.

        Args:
            key: the column of the same identities as the people's; ``None``: row numbers.
            frame: of any engine; a null or NaN where a site is not reached, or that is not known.

        Raises:
            InvalidError: somebody has no row, or two, or rows are of others; minutes are negative;
                or a site has minutes already.
        """
        table = read_table(frame, eager=key is None)
        refuse("minutes", unless(key is None or key in table.columns, str(key), KEYS, "none"))
        keys = identities(table, key)
        order = np.argsort(keys)
        own = len(keys) == len(self) and bool((keys[order] == self.keys).all())
        refuse("minutes", unless(own, "rows", f"one for each of {len(self):,} people", "others"))
        sites = table[order].drop(*([key] if key else []))
        numbers = {
            name: of.is_numeric() or isinstance(of, pl.Null) for name, of in sites.schema.items()
        }
        refuse(
            "minutes",
            *(unless(ok, name, "a column of numbers", "others") for name, ok in numbers.items()),
            *(unless(name not in self.sites, name, "minutes once", "twice") for name in numbers),
        )
        minutes = sites.cast(pl.Float64).fill_nan(None)
        good = minutes.select((pl.all() >= 0) & pl.all().is_finite()).fill_null(value=True)
        refuse("minutes", *(rows_told(good[name], name, "0 minutes or more") for name in numbers))
        return self._reaching(minutes)

    def with_telehealth(self, name: str = "telehealth") -> "Population":
        """The same people with a site of 0 minutes for those who can come by video.

        Of whom that is not known, it is not reached, and ``words`` says of how many.

        Raises:
            InvalidError: there is no column ``has_telehealth_access``, or a site of the name.
        """
        fact = "has_telehealth_access"
        refuse(
            "telehealth",
            unless(fact in self._people.columns, fact, "a column of booleans", "none"),
            unless(name not in self.sites, name, "minutes once", "twice"),
        )
        able = pl.when(pl.col(fact)).then(0.0).alias(name)
        reached = self._reaching(self._people.select(able))
        unknown = self._people[fact].null_count()
        if not unknown:
            return reached
        said = (
            f"Of {unknown:,} of {len(self):,} people it is not known whether they can come by "
            f"video. For them {name} is no site."
        )
        return evolve(reached, words=(*self.words, said))

    def _reaching(self, minutes: pl.DataFrame) -> "Population":
        return evolve(self, minutes=pl.concat([self._minutes, minutes], how="horizontal"))

    def nearest(self, sites: Iterable[str] | None = None) -> Nearest:
        """The nearest of some sites, or of all; of two as near, the first.

        Raises:
            UnknownNameError: there are no minutes to one of them.
        """
        asked = self.sites if sites is None else names_in_order(sites, "sites")
        for each in asked:
            if each not in self.sites:
                raise UnknownNameError("site", each, self.sites)
        site = np.full(len(self), -1, np.int32)
        minutes = np.full(len(self), np.inf)
        for place, each in enumerate(asked):
            there = self._minutes[each].fill_null(np.inf).to_numpy()
            nearer = there < minutes
            site[nearer] = place
            minutes[nearer] = there[nearer]
        return Nearest(site, minutes)


_FACT = "the name of a fact or of a stratum"


def _lacking(name: str, key: str | None, columns: Sequence[str]) -> Fault:
    if name == key:
        fix = "or say key=None: people are then told apart by the numbers of their rows"
        return Fault((name,), KEYS, "none", fix)
    return Fault((name,), "a column of that name", "none", did_you_mean(name, columns))


def _codes(words: pl.Series) -> NDArray[np.int8]:
    places: NDArray[np.uint8] = words.to_physical().to_numpy()
    return _TRUTHS[places]
