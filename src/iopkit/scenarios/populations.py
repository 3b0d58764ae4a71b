"""People as facts by column: from a frame, from patients, or drawn from shares.

Rows stand in the order of the people's keys, whatever order they came in, so that nothing that
is drawn for them depends on it. A key is ``key_of`` an identity, and identities are not kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from hashlib import blake2b
from itertools import product
from math import isfinite
from typing import NamedTuple, TypeAlias

import numpy as np
import polars as pl
from attrs import evolve, field
from numpy.typing import NDArray

from iopkit.eligibility.kinds import Kind, Number, Scalar
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Policy
from iopkit.eligibility.predicates import AnyFact, Fact, Predicate
from iopkit.errors import (
    Fault,
    UnknownNameError,
    did_you_mean,
    each_a,
    refuse,
    unless,
    unless_a,
    unless_day,
)
from iopkit.fields import frozen
from iopkit.frames.columns import FOUND, value_names
from iopkit.frames.contents import opened
from iopkit.frames.engines import Engine, collected, names_in
from iopkit.frames.records import KEY, Partly, check_frame, facts_frame
from iopkit.frames.refusals import Told, WrongRows
from iopkit.frames.verdicts import VERDICT, decide_frame, truths_frame
from iopkit.patients.patients import Patient
from iopkit.prose import counted, listed
from iopkit.scenarios.draws import WHOLE, Purpose, Words, address, draws_at, streams
from iopkit.truth import Truth

Share: TypeAlias = Fraction | Decimal | float
"""A part of one; a float counts as the decimal number that it is written as."""

Band: TypeAlias = tuple[int, int]
"""Whole numbers from one to another, each as likely."""

UNKNOWN = "unknown"
_TRUTHS = np.array(
    [{Truth.YES: 1, Truth.NO: 0, Truth.UNKNOWN: -1}[truth] for truth in Truth], np.int8
)
_WHAT = "population"


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
        (Population(2 people), 2)
        >>> population.truths([FACTS["age"] >= 18], on=date(2026, 1, 5)).sum()
        np.int64(1)
    """

    _people: pl.DataFrame = field(repr=False)
    _keys: pl.Series = field(repr=False)
    _weights: pl.Series | None = field(default=None, repr=False)
    strata: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    _minutes: pl.DataFrame = field(factory=pl.DataFrame, repr=False)

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
        by, kept = _names(strata, "strata"), _names(others, "others")
        known = _known(facts)
        table = _read(frame, eager=key is None)
        named = {each for each in (key, weight) if each is not None}
        used = _facts_in(table, known, free={*named, *by, *kept})
        lacking = [each for each in (key, weight, *by, *kept) if each not in (None, *table.columns)]
        refuse(_WHAT, tuple(_lacking(str(each), key, table.columns) for each in lacking))
        refuse(_WHAT, unless(table.height > 0, "rows", "at least one", "none"))
        check_frame(used, table)
        found = _identities(table, key)
        weights = None if weight is None else _weights(table[weight])
        people = table.drop(*named)
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
        margins: Mapping[str, Mapping[Scalar | Band | None, Share]] | None = None,
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
            joint: a frame with a row for each combination and a column of shares, or several.
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
        by, known = _names(strata, "strata"), _known(facts)
        refuse(_WHAT, unless_a(count, "count", int))
        refuse(_WHAT, unless(count > 0, "count", "at least 1 person", "none"))
        several = joint if isinstance(joint, Sequence) else (joint,)
        tables = [_joint(each, share, known, by) for each in several]
        tables += [_margin(name, of, known, by) for name, of in (margins or {}).items()]
        names = [name for table in tables for name in table.names]
        once = (unless(names.count(name) == 1, name, "one share", "two") for name in {*names})
        lacking = (unless(name in names, name, "shares of its values", "none") for name in by)
        refuse(_WHAT, *once, *lacking)
        keys = np.sort(keys_of(map(str, range(count))))
        chance = streams(seed, 0, keys)
        drawn = [table.drawn(chance) for table in tables]
        people = pl.concat(drawn, how="horizontal") if drawn else pl.DataFrame(height=count)
        check_frame([known[name] for name in names if name in known], people)
        return cls(people, pl.Series(KEY, keys), strata=by, words=_drawn_words(tables))

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

    def __repr__(self) -> str:
        """How many people there are, and nothing else."""
        return f"Population({len(self):,} people)"

    def __eq__(self, other: object) -> bool:
        """Whether another has the same people, weights, strata and sites."""
        if not isinstance(other, Population):
            return NotImplemented
        # Any: a column may have values of any type.
        frames = [(self._people, other._people), (self._minutes, other._minutes)]
        weights = [one.chances.tobytes() for one in (self, other)]
        return (
            (self.strata, self.words) == (other.strata, other.words)
            and self._keys.equals(other._keys)
            and all(one.schema == two.schema and one.equals(two) for one, two in frames)
            and weights[0] == weights[1]
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
        columns = self.strata if by is None else _names(by, "by")
        lacking = [name for name in columns if name not in self._people.columns]
        if lacking:
            raise UnknownNameError("column of the population", lacking[0], self._people.columns)
        refuse("strata", *(_unless_few(self._people[name]) for name in columns))
        parts = [_labelled(self._people[name]) for name in columns]
        asked = dict(predicates or {})
        if asked:
            refuse("strata", () if on is None else unless_day(on, "on"))
            refuse("strata", unless(on is not None, "on", "a day, as predicates are given", "none"))
        if asked and on is not None:
            found = truths_frame(asked, self._people, on=on)
            parts += [_labelled(column) for column in found]
        crossed = np.zeros(len(self), np.int64)
        for labels, codes in parts:
            crossed = crossed * len(labels) + codes
        every = [*product(*(labels for labels, _ in parts))]
        there, codes = np.unique(crossed, return_inverse=True)
        return Strata(
            (*columns, *asked), tuple(every[place] for place in there), codes.astype(np.int32)
        )

    def with_minutes(self, frame: object, *, key: str | None = KEY) -> "Population":
        """The same people with the minutes that each takes to sites: a column for each site.

        Args:
            key: the column of the same identities as the people's; ``None``: row numbers.
            frame: of any engine; a null or NaN where a site is not reached, or that is not known.

        Raises:
            InvalidError: somebody has no row, or two, or rows are of others; minutes are negative;
                or a site has minutes already.
        """
        table = _read(frame, eager=key is None)
        refuse("minutes", unless(key is None or key in table.columns, str(key), _KEYS, "none"))
        keys = _identities(table, key)
        order = np.argsort(keys)
        own = len(keys) == len(self) and bool((keys[order] == self.keys).all())
        refuse("minutes", unless(own, "rows", f"one for each of {len(self):,} people", "others"))
        sites = table[order].drop(*([key] if key else []))
        numbers = {name: of.is_numeric() or of == pl.Null() for name, of in sites.schema.items()}
        refuse(
            "minutes",
            *(unless(ok, name, "a column of numbers", "others") for name, ok in numbers.items()),
            *(unless(name not in self.sites, name, "minutes once", "twice") for name in numbers),
        )
        minutes = sites.cast(pl.Float64).fill_nan(None)
        good = minutes.select((pl.all() >= 0) & pl.all().is_finite()).fill_null(value=True)
        refuse("minutes", *(_told(good[name], name, "0 minutes or more") for name in numbers))
        return self._reaching(minutes)

    def with_telehealth(self, name: str = "telehealth") -> "Population":
        """The same people with a site of 0 minutes for those who can come by video.

        Of whom that is not known, it is not reached.

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
        return self._reaching(self._people.select(able))

    def _reaching(self, minutes: pl.DataFrame) -> "Population":
        return evolve(self, minutes=pl.concat([self._minutes, minutes], how="horizontal"))

    def nearest(self, sites: Iterable[str] | None = None) -> Nearest:
        """The nearest of some sites, or of all; of two as near, the first.

        Raises:
            UnknownNameError: there are no minutes to one of them.
        """
        asked = self.sites if sites is None else _names(sites, "sites")
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


def keys_of(identities: Iterable[str]) -> Words:
    """``key_of`` each text."""
    digests = b"".join([blake2b(each.encode(), digest_size=8).digest() for each in identities])
    return np.frombuffer(digests, ">u8").astype(np.uint64)


def fraction_of(share: object) -> Fraction | None:
    """A share as it is written; ``None`` for what is none."""
    if isinstance(share, bool) or not isinstance(share, int | float | Decimal | Fraction):
        return None
    if not isfinite(share):
        return None
    found = Fraction(str(share)) if isinstance(share, float) else Fraction(share)
    return found if found >= 0 else None


_CLOSE = Fraction(1, 10**9)


def unless_whole(shares: Sequence[Fraction], name: str) -> tuple[Fault, ...]:
    """A fault unless shares sum to 1, but for what rounding to 9 digits can do."""
    total = sum(shares)
    found = f"{float(total):.10g} of {counted(len(shares), 'value')}"
    return unless(abs(total - 1) <= _CLOSE, name, "shares that sum to 1", found)


_KEYS = "a column of texts or whole numbers"


def _read(frame: object, *, eager: bool) -> pl.DataFrame:
    """A frame of any engine, in Polars."""
    opened(frame, eager=eager)
    engine, names = Engine.of(frame), names_in(frame)
    texts = [isinstance(name, str) for name in names]
    refuse(_WHAT, unless(all(texts), "columns", "names that are texts", "others"))
    return collected(engine.rows(frame, names))


def _names(given: Iterable[str], path: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each_a(_WHAT, given, path, str)))


def _known(facts: Iterable[AnyFact]) -> dict[str, AnyFact]:
    return {**FACTS, **{fact.name: fact for fact in each_a(_WHAT, facts, "facts", Fact)}}


def _facts_in(
    table: pl.DataFrame, known: Mapping[str, AnyFact], *, free: set[str]
) -> list[AnyFact]:
    """The facts that a table has columns of; raises for a column of none."""
    homes = {name: fact for fact in known.values() for name in value_names(fact)}
    homes |= {f"{fact.name}{FOUND}": fact for fact in known.values()}
    refuse(
        _WHAT,
        tuple(
            Fault(
                (name,),
                "the name of a fact, or one of the columns said to be others",
                "another name",
                did_you_mean(name, homes),
            )
            for name in table.columns
            if name not in homes and name not in free
        ),
    )
    return [*dict.fromkeys(homes[name] for name in table.columns if name in homes)]


def _lacking(name: str, key: str | None, columns: Sequence[str]) -> Fault:
    if name == key:
        fix = "or say key=None: people are then told apart by the numbers of their rows"
        return Fault((name,), _KEYS, "none", fix)
    return Fault((name,), "a column of that name", "none", did_you_mean(name, columns))


def _identities(table: pl.DataFrame, key: str | None) -> Words:
    """The keys of rows; raises if there is none, or one twice."""
    if key is None:
        return keys_of(map(str, range(table.height)))
    column = table[key]
    texts = column.dtype in (pl.String, pl.Categorical, pl.Enum)
    refuse(_WHAT, unless(texts or column.dtype.is_integer(), key, _KEYS, "another"))
    refuse(_WHAT, _told(column.is_not_null(), key, "a key"))
    keys = keys_of(column.cast(pl.String).to_list())
    refuse(_WHAT, _told(pl.Series(keys).is_unique(), key, "a key of its own"))
    return keys


def _weights(column: pl.Series) -> pl.Series:
    """Weights as floats; raises for what is none."""
    name = column.name
    refuse(_WHAT, unless(column.dtype.is_numeric(), name, "a column of numbers", "another"))
    weights = column.cast(pl.Float64)
    good = ((weights >= 0) & weights.is_finite()).fill_null(value=False)
    refuse(_WHAT, _told(good, name, "a number from 0"))
    refuse(_WHAT, unless(weights.sum() > 0, name, "a weight above 0", "none"))
    return weights


def _told(good: pl.Series, name: str, expected: str) -> tuple[Fault, ...]:
    """A fault that tells the rows in which a column is not as expected, without what it is."""
    rows = (~good).arg_true().to_list()
    return (WrongRows(name, expected, len(rows), tuple(rows)).told("another"),) if rows else ()


def _codes(words: pl.Series) -> NDArray[np.int8]:
    places: NDArray[np.uint8] = words.to_physical().to_numpy()
    return _TRUTHS[places]


def _unless_few(column: pl.Series) -> tuple[Fault, ...]:
    of = column.dtype
    ok = of in (pl.Boolean, pl.String, pl.Enum, pl.Categorical, pl.Null) or of.is_integer()
    expected = "booleans, text or whole numbers; predicates make others into groups"
    return unless(ok, column.name, expected, "another column")


def _labelled(column: pl.Series) -> tuple[list[str], NDArray[np.int64]]:
    """The labels of a column's values, in their order, and which of them each row has."""
    if column.dtype == pl.Boolean:
        labels = ["no", "yes"]
        texts = column.replace_strict({False: "no", True: "yes"}, return_dtype=pl.String)
    else:
        texts = column.cast(pl.String)
        labels = column.drop_nulls().unique().sort().cast(pl.String).to_list()
    labels = [*dict.fromkeys((*labels, UNKNOWN))]
    codes = texts.fill_null(UNKNOWN).cast(pl.Enum(labels)).to_physical()
    return labels, codes.to_numpy().astype(np.int64)


# People who are made up.


@frozen
class _Shares:
    """Values of some facts together, in order, with cumulative thresholds."""

    names: tuple[str, ...]
    values: pl.DataFrame
    thresholds: tuple[int, ...]

    @classmethod
    def of(cls, values: pl.DataFrame, shares: Sequence[Fraction]) -> "_Shares":
        """Shares that were held against each other."""
        names = tuple(sorted(values.columns))
        order = values.select(pl.arg_sort_by(names, nulls_last=True)).to_series().to_list()
        total, so_far = sum(shares), Fraction(0)
        thresholds: list[int] = []
        for place in order:
            so_far += shares[place]
            thresholds.append(int(so_far / total * WHOLE))
        return cls(names, values[order], tuple(thresholds))

    def drawn(self, chance: Words) -> pl.DataFrame:
        """What each person has, by the draw at the address of these names."""
        draws = draws_at(chance, address(Purpose.FACT, of="+".join(self.names)))
        return self.values[np.searchsorted(np.array(self.thresholds, np.uint64), draws, "right")]


def _joint(frame: object, share: str, known: Mapping[str, AnyFact], by: Sequence[str]) -> _Shares:
    table = _read(frame, eager=True)
    refuse(_WHAT, unless(share in table.columns, share, "a column of shares", "none"))
    used = _facts_in(table, known, free={share, *by})
    check_frame(used, table)
    shares = [fraction_of(each) for each in table[share].to_list()]
    refuse(_WHAT, _told(pl.Series([each is not None for each in shares]), share, "a share"))
    sure = [each for each in shares if each is not None]
    refuse(_WHAT, unless_whole(sure, share))
    return _Shares.of(table.drop(share), sure)


def _margin(
    name: str,
    of: Mapping[Scalar | Band | None, Share],
    known: Mapping[str, AnyFact],
    by: Sequence[str],
) -> _Shares:
    near = did_you_mean(name, known)
    refuse(_WHAT, () if name in known or name in by else (Fault((name,), _FACT, "none", near),))
    shares = {value: fraction_of(each) for value, each in of.items()}
    wrong = [value for value, each in shares.items() if each is None]
    what = tuple(Fault((name, str(value)), "a share from 0", "another") for value in wrong)
    refuse(_WHAT, what)
    sure = {value: each for value, each in shares.items() if each is not None}
    refuse(_WHAT, unless_whole([*sure.values()], name))
    values: list[Scalar | None] = []
    spread: list[Fraction] = []
    for value, each in sure.items():
        held = [*range(value[0], value[1] + 1)] if isinstance(value, tuple) else [value]
        refuse(_WHAT, unless(bool(held), name, "a band from low to high", "another"))
        values += held
        spread += [each / len(held)] * len(held)
    kind = known[name].kind if name in known else None
    accepted = [kind is None or value is None or kind.accepts(value) for value in values]
    expected = kind.expectation() if kind else ""
    refuse(_WHAT, unless(all(accepted), name, expected, "another value"))
    return _Shares.of(pl.DataFrame({name: _column(values, kind)}), spread)


_FACT = "the name of a fact or of a stratum"


def _column(values: Sequence[Scalar | None], kind: Kind | None) -> pl.Series:
    floats = isinstance(kind, Number) and (kind.never or not kind.whole)
    return pl.Series(values, dtype=pl.Float64 if floats else None)


def _drawn_words(tables: Sequence[_Shares]) -> tuple[str, ...]:
    together = [listed(table.names) for table in tables if len(table.names) > 1]
    alone = [table.names[0] for table in tables if len(table.names) == 1]
    words = [f"Drawn together are {names}." for names in together]
    if together and alone:
        words.append(f"Drawn independently of these and of each other: {listed(alone)}.")
    elif alone:
        words.append(f"All are drawn independently of each other: {listed(alone)}.")
    elif len(together) > 1:
        words.append("These are drawn independently of each other.")
    return tuple(words)
