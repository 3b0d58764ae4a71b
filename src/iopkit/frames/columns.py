"""Columns of facts in frames of any engine: which they are, and what they say of a question.

Needs the extra ``tables``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.eligibility.kinds import NEVER, Kind, Number, Scalar, YesNo, is_ordered
from iopkit.eligibility.predicates import (
    AnyFact,
    Atom,
    Between,
    Compare,
    Known,
    OneOf,
    Operator,
    compiled,
    each_once,
    place_of,
)
from iopkit.eligibility.recency import Recency
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.frames.contents import (
    HELD,
    Contents,
    Frame,
    contents_of,
    enough_of,
    has_kleene,
    moment,
    moments,
    one_of,
    options_of,
)
from iopkit.truth import Truth

if TYPE_CHECKING:
    from narwhals import Expr
else:
    Expr = object  # annotations are read where values are built, and the extra may be missing

Day = date | Expr | None
"""The day that facts are as of: one, or that of each row as a moment; ``None``: none is given."""

Question = Compare | Between | OneOf

FOUND, LEAST, MOST = "_found", "_least", "_most"


class Asked(NamedTuple):
    """What a column says of a question: the truth, where it says anything.

    ``None``: the nulls of ``holds`` say where it says nothing.
    """

    known: "Expr | None"
    holds: "Expr"


class Check(NamedTuple):
    """Where a column has values that it cannot have, never null; and what it can have."""

    name: str
    expected: str
    wrong: "Expr"


class Run(NamedTuple):
    """Neighboring places in a kind's order, both ends taken in unless ``open``."""

    least: float | None
    most: float | None
    open: bool = False


@frozen
class Column:
    """What a frame has of a fact, in one column or in two with what is least and most.

    ``is_one`` gives whether it says one value, never null, and ``asked`` answers questions.
    ``names`` are the columns that hold it, with ``present``, whether there is a value, never
    null; ``found`` is the one with its day. ``ends`` gives what is least and most of a number.
    Expressions are made when they are asked for: to make them takes longer than to compute them
    for some thousand patients.
    """

    is_one: Callable[[], Expr]
    asked: Callable[[Question], Asked]
    checks: Callable[[], tuple[Check, ...]]
    names: tuple[str, ...]
    present: Callable[[], tuple[Expr, ...]]
    found: str | None
    ends: Callable[[], tuple[Expr, Expr]]
    is_range: bool = False
    gate: Expr | None = None

    @property
    def known(self) -> "Expr":
        """Whether it is known to one value, never null."""
        return self.is_one() if self.gate is None else self.is_one() & self.gate

    @property
    def bounds(self) -> "tuple[Expr, Expr]":
        """The least and the most that is possible of a number; null where nothing is known."""
        ends = self.ends()
        return (
            ends if self.gate is None else (_where(self.gate, ends[0]), _where(self.gate, ends[1]))
        )

    def where(self, gate: "Expr") -> "Column":
        """The same, not known where a condition that is never null does not hold."""
        both = gate if self.gate is None else self.gate & gate
        return evolve(self, gate=both)

    def say(self, atom: Atom) -> Asked:
        """What it says of a question about its fact."""
        if isinstance(atom, Known):
            return Asked(None, self.known)
        known, holds = self.asked(atom)
        if self.gate is not None:
            known = self.gate if known is None else self.gate & known
        return Asked(known, holds)


Columns = Mapping[str, Column]


def is_in(fact: AnyFact, names: frozenset[str]) -> bool:
    """Whether a frame of columns with some names has one of a fact."""
    return _place_of(fact, names) is not None


def read_columns(
    facts: Iterable[AnyFact], frame: Frame, outputs: Iterable[str] = (), *, on: Day = None
) -> Columns:
    """Facts' columns by name; raises if one does not fit, or an output's name is taken."""
    asked, schema = each_once(facts), frame.collect_schema()
    given = tuple(outputs)
    # DuckDB and Spark tell no names apart by case.
    taken = [str(name).casefold() for name in (*schema, *given)]
    free = [name not in taken[: len(schema) + n] for n, name in enumerate(taken[len(schema) :])]
    reader = _Reader(frame, schema, on)
    of_facts = frozenset(fact.name for fact in asked)
    others = {fact.name: of_facts - {fact.name, fact.asked} for fact in asked}
    found = {fact.name: reader.read(fact, others[fact.name]) for fact in asked}
    refuse(
        "frame",
        *(column for column in found.values() if isinstance(column, tuple)),
        *(
            unless(is_free, name, "no column of that name", "one")
            for name, is_free in zip(given, free, strict=True)
        ),
    )
    return {name: column for name, column in found.items() if isinstance(column, Column)}


class _Place(NamedTuple):
    """Where a frame has a fact: in a column or two; and its days, with which of them count."""

    names: tuple[str, ...]
    found: str | None
    recency: Recency | None = None


def _place_of(fact: AnyFact, names: frozenset[str]) -> _Place | None:
    for name in dict.fromkeys((fact.name, fact.asked)):
        recency = fact.recency if name != fact.name else None
        day = f"{name}{FOUND}" if f"{name}{FOUND}" in names else None
        if recency and not day:
            continue
        if name in names:
            return _Place((name,), day, recency)
        if is_ordered(fact.kind) and names.issuperset(range_of(name)):
            return _Place(range_of(name), day, recency)
    return None


def range_of(name: str) -> tuple[str, str]:
    """The names of the columns that a fact has in place of one, with what is least and most."""
    return f"{name}{LEAST}", f"{name}{MOST}"


@frozen(repr=False)
class _Reader:
    """Reads the columns of one frame."""

    frame: Frame
    schema: Mapping[str, Any]
    on: Day

    __repr__ = hidden

    def read(self, fact: AnyFact, others: frozenset[str]) -> Column | tuple[Fault, ...]:
        """A fact's column, or why there is none."""
        # What is another fact's is not this one's least or most.
        names = frozenset(self.schema) - others
        place = _place_of(fact, names)
        if place is None and fact.terms:
            return self.margin(fact, others)
        if place is None:
            return _lacking(fact, names)
        of_day = self.recent(place)
        each = [contents_of(fact.kind, name, self.frame, self.schema[name]) for name in place.names]
        read = [values for values in each if isinstance(values, Contents)]
        name, is_range = place.names[0], len(place.names) > 1
        both = not is_range and is_ordered(fact.kind) and not names.isdisjoint(range_of(name))
        faults = [
            *unless(not both, name, "one column, or two with what is least and most", "both"),
            *(fault for fault in each if isinstance(fault, Fault)),
            *(of_day if isinstance(of_day, tuple) else ()),
        ]
        if faults or isinstance(of_day, tuple):
            return tuple(faults)
        column = _range(fact, read, place) if is_range else self.single(fact, read[0], place)
        return column if of_day is None else column.where(of_day)

    def margin(self, fact: AnyFact, others: frozenset[str]) -> Column | tuple[Fault, ...]:
        """A number less another, or why one of them has no column."""
        one, other = (self.read(term, others - {term.name}) for term in fact.terms or ())
        if isinstance(one, Column) and isinstance(other, Column):
            return _margin(fact, one, other)
        return tuple(fault for each in (one, other) if isinstance(each, tuple) for fault in each)

    def single(self, fact: AnyFact, read: Contents, place: _Place) -> Column:
        """A fact in one column."""
        kind, values = fact.kind, read.values
        nulls_say_it = isinstance(kind, YesNo) and has_kleene(self.frame)

        def ask(atom: Question) -> Asked:
            if isinstance(kind, Number):
                holds = enough_of(1, [_within(values, run) for run in _runs(atom)])
                return Asked(read.inside, holds)
            yes = _accepted(atom)
            if nulls_say_it:
                return Asked(None, _boolean(values, yes))
            return Asked(read.known(), one_of(values, yes))

        def checks() -> tuple[Check, ...]:
            wrong = read.present() & ~read.known()
            return (Check(place.names[0], kind.expectation(), wrong),)

        def ends() -> "tuple[Expr, Expr]":
            known = _where(read.known(), values)
            return known, known

        return Column(
            read.known,
            ask,
            checks,
            place.names,
            lambda: (read.present(),),
            place.found,
            ends,
        )

    def recent(self, place: _Place) -> "Expr | tuple[Fault, ...] | None":
        """Whether findings are recent enough, never null; ``None``: that is not asked."""
        recency = place.recency
        if recency is None or place.found is None:
            return None
        found = moments(place.found, self.frame)
        if isinstance(found, tuple):
            return found
        # What was found later cannot have been known on the day.
        on = moment(self.on) if isinstance(self.on, date) else self.on
        recent = [] if on is None else [found <= on]
        if recency.since is not None:
            recent.append(found >= moment(recency.since))
        elif isinstance(self.on, date):
            recent.append(found >= moment(recency.first(self.on)))
        elif self.on is not None:
            recent.append(self.on - found <= timedelta(days=min(recency.within_days or 0, _DAYS)))
        else:
            return (Fault(("on",), "a day, as recent findings are asked about", "none"),)
        return enough_of(len(recent), recent).fill_null(value=False)


_DAYS = (date.max - date.min).days


def _lacking(fact: AnyFact, names: frozenset[str]) -> tuple[Fault, ...]:
    """What there would have to be; of a recent finding its day, of a range its other end."""
    ends = range_of(fact.asked) if is_ordered(fact.kind) else ()
    if fact.recency and not names.isdisjoint((fact.asked, *ends)):
        return (Fault((f"{fact.asked}{FOUND}",), "a column of days", "none"),)
    lacking = [end for end in ends if end not in names]
    return tuple(
        Fault((name,), f"a column of {HELD[type(fact.kind)]}", "none")
        for name in (lacking if len(lacking) == 1 else [fact.name])
    )


def _range(fact: AnyFact, read: Sequence[Contents], place: _Place) -> Column:
    """A fact that lies between two values; null is its kind's own end."""
    kind = fact.kind
    least, most = read
    ends = _Ends(
        _placed(kind, least), _placed(kind, most), least.known(), most.known(), *ends_of(kind)
    )

    def checks() -> tuple[Check, ...]:
        each = zip(place.names, read, strict=True)
        return (
            *(Check(name, kind.expectation(), one.present() & ~one.known()) for name, one in each),
            Check(place.names[1], f"at least what {place.names[0]} is", ends.crossed),
        )

    def present() -> "tuple[Expr, ...]":
        return tuple(each.present() for each in read)

    return Column(
        lambda: ends.is_one,
        ends.asked,
        checks,
        place.names,
        present,
        place.found,
        lambda: ends.filled,
        is_range=True,
    )


def _margin(fact: AnyFact, one: Column, other: Column) -> Column:
    """A number less another, each in its own column or two."""
    (least, most), (low, high) = one.bounds, other.bounds
    from_, to = least - high, most - low
    ends = _Ends(from_, to, ~from_.is_null(), ~to.is_null(), *ends_of(fact.kind))
    return Column(
        lambda: ends.is_one,
        ends.asked,
        lambda: (*one.checks(), *other.checks()),
        (*one.names, *other.names),
        lambda: (*one.present(), *other.present()),
        None,
        lambda: ends.filled,
        is_range=one.is_range or other.is_range,
    )


def _where(flag: "Expr", values: "Expr") -> "Expr":
    """Numbers where a flag is true, else null; as floats, as whole ones may have no sign."""
    import narwhals as nw

    return nw.when(flag).then(values.cast(nw.Float64()))


@frozen
class _Ends:
    """The least and the most that is possible, as places; and whether these are there."""

    least: Expr
    most: Expr
    has_least: Expr
    has_most: Expr
    low: float
    high: float

    def asked(self, atom: Question) -> Asked:
        """What they say of a question."""
        runs = _runs(atom)
        yes = enough_of(1, [_all(self.inside(run)) for run in runs])
        no = _all(enough_of(1, [*self.outside(run)]) for run in runs)
        return Asked(self.says & (yes | no), yes)

    @property
    def filled(self) -> "tuple[Expr, Expr]":
        """Both, where they say anything: of one that is not there, the kind's own."""
        import narwhals as nw

        least = nw.when(self.has_least).then(self.least).otherwise(nw.lit(self.low))
        most = nw.when(self.has_most).then(self.most).otherwise(nw.lit(self.high))
        return _where(self.says, least), _where(self.says, most)

    def inside(self, run: Run) -> "Iterator[Expr]":
        """That every possible value lies in a run, all of which have to be so."""
        least, most, is_open = run
        if least is not None and (least > self.low or is_open):
            above = self.least > least if is_open else self.least >= least
            yield self.has_least & above.fill_null(value=False)
        if most is not None and (most < self.high or is_open):
            below = self.most < most if is_open else self.most <= most
            yield self.has_most & below.fill_null(value=False)

    def outside(self, run: Run) -> "Iterator[Expr]":
        """That every possible value lies before a run, or after it."""
        if run.least is not None:
            yield _all(self.inside(Run(None, run.least, open=not run.open)))
        if run.most is not None:
            yield _all(self.inside(Run(run.most, None, open=not run.open)))

    @property
    def crossed(self) -> "Expr":
        """Whether the least is above the most."""
        return self.has_least & self.has_most & (self.least > self.most).fill_null(value=False)

    @property
    def says(self) -> "Expr":
        """Whether there is anything that is not possible."""
        from_low = ~self.has_least | (self.least <= self.low).fill_null(value=False)
        to_high = ~self.has_most | (self.most >= self.high).fill_null(value=False)
        return ~self.crossed & ~(from_low & to_high)

    @property
    def is_one(self) -> "Expr":
        """Whether one value alone is possible."""
        at_high = self.has_least & (self.least == self.high).fill_null(value=False)
        at_low = self.has_most & (self.most == self.low).fill_null(value=False)
        same = self.has_least & self.has_most & (self.least == self.most).fill_null(value=False)
        return self.says & (same | (at_high & ~self.has_most) | (at_low & ~self.has_least))


def _all(flags: "Iterable[Expr]") -> "Expr":
    each = [*flags]
    return enough_of(len(each), each)


def ends_of(kind: Kind) -> tuple[float, float]:
    """The first and the last place of an ordered kind."""
    if isinstance(kind, Number):
        return kind.low, NEVER if kind.never else kind.high
    return 0, len(options_of(kind)) - 1


def _placed(kind: Kind, read: Contents) -> "Expr":
    """Values as places in their kind's order, which numbers are."""
    import narwhals as nw

    if isinstance(kind, Number):
        return read.values
    places: Expr = nw.when(read.known()).then(nw.lit(0))
    for place, option in enumerate(options_of(kind)[1:], 1):
        is_it = (read.values == option).fill_null(value=False)
        places = nw.when(is_it).then(nw.lit(place)).otherwise(places)
    return places


def _runs(atom: Question) -> list[Run]:
    """The places that an atom takes in, in runs between which its kind has others."""
    kind = atom.fact.kind
    match atom:
        case Compare(_, Operator.AT_LEAST | Operator.MORE_THAN as operator, value):
            return [Run(place_of(kind, value), None, open=operator is Operator.MORE_THAN)]
        case Compare(_, Operator.AT_MOST | Operator.LESS_THAN as operator, value):
            return [Run(None, place_of(kind, value), open=operator is Operator.LESS_THAN)]
        case Compare(_, _, value):
            return [Run(place_of(kind, value), place_of(kind, value))]
        case Between(_, low, high):
            return [Run(place_of(kind, low), place_of(kind, high))]
        case OneOf(_, values):
            return _joined(kind, sorted({place_of(kind, value) for value in values}))


def _joined(kind: Kind, places: Iterable[float]) -> list[Run]:
    runs: list[Run] = []
    for place in places:
        first, last, _ = runs[-1] if runs else Run(None, None)
        if last is not None and place == _after(kind, last):
            runs[-1] = Run(first, place)
        else:
            runs.append(Run(place, place))
    return runs


def _after(kind: Kind, place: float) -> float | None:
    """The place after another; ``None`` among numbers with fractions."""
    if isinstance(kind, Number) and not kind.whole:
        return None
    return NEVER if isinstance(kind, Number) and place == kind.high else place + 1


def _within(values: "Expr", run: Run) -> "Expr":
    """Whether values lie in a run; null is nothing."""
    least, most, is_open = run
    if least is None:
        return values < most if is_open else values <= most
    if most is None:
        return values > least if is_open else values >= least
    return values == least if least == most else values.is_between(least, most)


def _accepted(atom: Question) -> list[Scalar]:
    """The values for which an atom about a kind with few of them holds."""
    name, test = atom.fact.name, compiled(atom)
    return [value for value in options_of(atom.fact.kind) if test({name: value}) is Truth.YES]


def _boolean(values: "Expr", yes: Sequence[Scalar]) -> "Expr":
    """Whether booleans are among some; null is nothing."""
    if len(yes) == 1:
        return values if yes[0] else ~values
    return values | ~values  # each is one of both
