"""Predicates over facts: a frozen tree of plain data, with several readers.

Nothing in a tree is callable but the readers of its facts, so a tree can be
compared, stored, written as a document and read back without running code from it.

It stays in one piece: the tree and its readers, which go through every kind of node.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache, partial
from operator import ge, gt, le, lt
from typing import Any, Generic, NoReturn, TypeVar, get_args

from attrs import evolve, field

from iopkit.eligibility.kinds import (
    NEVER,
    Choice,
    Kind,
    Number,
    Scalar,
    Worse,
    YesNo,
    can_be_worse,
    is_ordered,
    refuse_other_values,
)
from iopkit.eligibility.margins import Margin, kind_of_margin, margin
from iopkit.eligibility.possible import Possible, Value, is_of_kind, whole_numbers_in
from iopkit.eligibility.recency import Recency, Recent
from iopkit.errors import (
    Fault,
    InvalidError,
    UndeterminedError,
    refuse,
    refuse_flags,
    unless,
    unless_a,
)
from iopkit.fields import call_union, frozen
from iopkit.sources import Source
from iopkit.truth import Truth, at_least

S = TypeVar("S")
T = TypeVar("T", bound=Scalar)


@frozen(order=False)
class Fact(Generic[S, T]):
    """Something that can be known about a subject on a day, declared once.

    ``read`` takes the subject and the day, and returns a value, what is still possible, or
    ``None`` where nothing is known. Operators build predicates, and refuse values that the
    kind does not have. ``changeable``: whether treatment, time or somebody's doing can change
    the fact; what cannot change is never proposed as a change. ``dated``: it is found on some
    day, so that one can ask for recent findings; ``recency`` says which of them count.
    ``worse``: which of its values are worse for whoever they are of; ``None``: none is, such as
    of hours needed, or of having the disorder that a program is for. ``terms``: of a difference,
    the fact that it is of and the one that is taken from it.

    Raises:
        InvalidError: ``worse`` is said of options without an order.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> age = FACTS["age"]
        >>> describe(age >= 18)
        'age is at least 18 years'
        >>> describe(FACTS["free_hours_per_week"] >= FACTS["needed_hours_per_week"])
        'free hours per week is at least needed hours per week'
    """

    name: str
    kind: Kind = field(hash=False)
    meaning: str = field(hash=False)
    read: Callable[[S, date], T | Possible | None] = field(hash=False, repr=False)
    source: Source | None = field(default=None, hash=False)
    changeable: bool = field(default=True, kw_only=True, hash=False)
    dated: bool = field(default=False, kw_only=True, hash=False)
    recency: Recency | None = field(default=None, kw_only=True, hash=False)
    worse: Worse | None = field(default=None, kw_only=True, hash=False)
    terms: "tuple[AnyFact, AnyFact] | None" = field(
        default=None, kw_only=True, hash=False, repr=False
    )

    def __attrs_post_init__(self) -> None:
        ok = self.worse is None or can_be_worse(self.kind)
        refuse(f"fact {self.name!r}", unless(ok, "kind", "values that have an order", "others"))

    @property
    def asked(self) -> str:
        """The name of the fact of which recent findings count, or its own."""
        return self.name.removesuffix(self.recency.suffix) if self.recency else self.name

    @property
    def recorded(self) -> frozenset[str]:
        """The names of the facts that it is read from: of a difference two, else its own."""
        return (
            frozenset(term.name for term in self.terms) if self.terms else frozenset((self.asked,))
        )

    @property
    def title(self) -> str:
        """The name as people read it."""
        recent = f" {self.recency.words}" if self.recency else ""
        return f"{self.asked.replace('_', ' ')}{recent}"

    def within(self, *, days: int) -> "Fact[S, T]":
        """The same fact, not known where it was found more than so many days before.

        Raises:
            InvalidError: the fact's findings have no day, or ``days`` is negative.

        Example:
            >>> from iopkit.eligibility import FACTS
            >>> describe(FACTS["phq_9_total_score"].within(days=90) >= 20)
            'phq 9 total score found within 90 days is at least 20'
        """
        return self.recent(Recency(within_days=days))

    def since(self, day: date) -> "Fact[S, T]":
        """The same fact, not known where it was found before a day.

        Raises:
            InvalidError: the fact's findings have no day, or ``day`` is a moment.
        """
        return self.recent(Recency(since=day))

    def recent(self, recency: Recency) -> "Fact[S, T]":
        """The same fact, not known where it was not found recently enough.

        Raises:
            InvalidError: the fact's findings have no day, or it is asked so already.
        """
        ok = self.dated and self.recency is None
        what = f"recent findings of {self.name!r}"
        refuse(what, unless(ok, "fact", "a fact that is found on some day", "another"))
        read = Recent(self.read, recency)
        return evolve(self, name=f"{self.name}{recency.suffix}", read=read, recency=recency)

    def less(self, other: "Fact[S, T]") -> "Fact[S, T]":
        """By how much it is more than another fact; a predicate about it compares the two.

        It is a fact of its own: known where both are, and taken from their values and columns
        where those of its own name say nothing.

        Raises:
            InvalidError: they are not two numbers in one unit, or one may be ``NEVER``, asks for
                recent findings or is a difference itself.

        Example:
            >>> from iopkit.eligibility import FACTS
            >>> spare = FACTS["free_hours_per_week"].less(FACTS["needed_hours_per_week"])
            >>> describe(spare >= 2)
            'free hours per week less needed hours per week is at least 2 hours'
        """
        what, one, two = f"difference from {self.name!r}", self.kind, other.kind
        plain = all(each.recency is None and each.terms is None for each in (self, other))
        expected = "another number in the same unit, that is neither recent nor a difference"
        if not (isinstance(one, Number) and isinstance(two, Number)) or self == other:
            raise InvalidError(what, [Fault(("other",), expected, "another fact")])
        alike = plain and one.unit == two.unit and not (one.never or two.never)
        refuse(what, unless(alike, "other", expected, "another fact"))
        return Fact(
            f"{self.name}_less_{other.name}",
            kind_of_margin(one, two),
            f"By how much the {self.title} are more than the {other.title}.",
            Margin(self.read, other.read),
            changeable=self.changeable or other.changeable,
            terms=(self, other),
        )

    def badness(self, value: T) -> float:
        """How bad a value is: the larger, the worse; the same for all where none is worse.

        Example:
            >>> from iopkit.eligibility import FACTS
            >>> home = FACTS["living_environment"]
            >>> home.badness("unsafe") > home.badness("supportive")
            True
        """
        if self.worse is None:
            return 0
        size = place_of(self.kind, value)
        return size if self.worse is Worse.HIGHER else -size

    @property
    def worse_in_words(self) -> str:
        """Which of its values are worse, in prose; empty where none is."""
        if self.worse is None:
            return ""
        match self.kind:
            case Number():
                return f"{self.worse.value} numbers"
            case Choice(options):
                return f"nearer to {options[-1 if self.worse is Worse.HIGHER else 0]}"
            case YesNo():
                return in_words(self.worse is Worse.HIGHER)

    def seen_as(self, value: T | Possible | None) -> str:
        """The fact and what is possible of it in prose; ``None`` is not known."""
        shown = value.plain if isinstance(value, Possible) else value
        if shown is None:
            return f"{self.title} is not known"
        if isinstance(shown, Possible):
            return f"{self.title}: {_several_in_words(self.kind, shown)}"
        return f"{self.title}: {with_unit(self.kind, shown)}"

    def __ge__(self, value: "T | Fact[S, T]") -> "Compare":
        return _compared(self, Operator.AT_LEAST, value)

    def __gt__(self, value: "T | Fact[S, T]") -> "Compare":
        return _compared(self, Operator.MORE_THAN, value)

    def __le__(self, value: "T | Fact[S, T]") -> "Compare":
        return _compared(self, Operator.AT_MOST, value)

    def __lt__(self, value: "T | Fact[S, T]") -> "Compare":
        return _compared(self, Operator.LESS_THAN, value)

    def at_least(self, value: "T | Fact[S, T]") -> "Compare":
        """The same as the operator ``>=``; it reads better for ordered words."""
        return self >= value

    def equals(self, value: "T | Fact[S, T]") -> "Compare":
        """The fact has that value; the operator ``==`` compares declarations instead."""
        return _compared(self, Operator.EQUALS, value)

    def between(self, low: T, high: T) -> "Between":
        """The fact lies between two values, both included."""
        return Between(self, low, high)

    def is_in(self, *values: T) -> "OneOf":
        """The fact has one of the values."""
        return OneOf(self, values)

    @property
    def is_known(self) -> "Known":
        """The fact is known, whatever it is."""
        return Known(self)


def _compared(fact: "AnyFact", operator: "Operator", value: "Scalar | AnyFact") -> "Compare":
    """A fact compared with a value, or with another fact: their difference with nothing."""
    if isinstance(value, Fact):
        return Compare(fact.less(value), operator, 0)
    return Compare(fact, operator, value)


MAX_TREE_DEPTH = 100
"""How deep a tree of predicates may be; reading, comparing and hashing go down by recursion."""

# Any: one tree mixes facts of several subjects and types.
AnyFact = Fact[Any, Any]


class Operator(StrEnum):
    """How a fact is compared with a value."""

    AT_LEAST = ">="
    MORE_THAN = ">"
    AT_MOST = "<="
    LESS_THAN = "<"
    EQUALS = "=="

    @property
    def words(self) -> str:
        """The operator in prose."""
        return _WORDS[self]


_WORDS = {
    Operator.AT_LEAST: "at least ",
    Operator.MORE_THAN: "more than ",
    Operator.AT_MOST: "at most ",
    Operator.LESS_THAN: "less than ",
    Operator.EQUALS: "",
}


def _both(self: "Predicate", other: "Predicate") -> "AllOf":
    return AllOf((*_open(AllOf, self), *_open(AllOf, other)))


def _either(self: "Predicate", other: "Predicate") -> "AnyOf":
    return AnyOf((*_open(AnyOf, self), *_open(AnyOf, other)))


def _open(kind: "type[AllOf | AnyOf]", part: "Predicate") -> "tuple[Predicate, ...]":
    """The parts of an unlabeled node of that kind, so that ``a & b & c`` is one node."""
    if isinstance(part, kind) and not part.label and part.source is None:
        return part.parts
    return (part,)


def _deepened(self: "AllOf | AnyOf | Not | AtLeast") -> None:
    """Keep how deep a tree is, and refuse one that is deeper than what reads it can go."""
    depth = 1 + max((getattr(part, "depth", 0) for part in parts_of(self)), default=0)
    expected = f"at most {MAX_TREE_DEPTH} levels of parts within parts"
    refuse("predicate", unless(depth <= MAX_TREE_DEPTH, "parts", expected, "more"))
    object.__setattr__(self, "depth", depth)


def _negated(self: "Predicate") -> "Not":
    return Not(self)


def _no_truth(_: "Predicate") -> NoReturn:
    """A predicate is neither true nor false without facts."""
    raise UndeterminedError(
        "a predicate has no truth of its own: join predicates with &, | and ~, not with "
        "'and', 'or', 'not' or chained comparisons"
    )


@frozen(cache_hash=True)
class Compare:
    """A fact compared with a value of its kind.

    Raises:
        InvalidError: the kind does not have the value, or has no such order.
    """

    fact: AnyFact
    operator: Operator
    value: Scalar
    label: str = field(default="", kw_only=True)
    source: Source | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        refuse_other_values(self.fact.kind, self.value, "value")
        refuse(
            f"comparison of {self.fact.name!r}",
            unless(
                is_ordered(self.fact.kind) or self.operator is Operator.EQUALS,
                "operator",
                "'==', as the fact's values have no order",
                repr(self.operator.value),
            ),
        )

    __and__, __or__, __invert__, __bool__ = _both, _either, _negated, _no_truth


@frozen(cache_hash=True)
class Between:
    """A fact lies between two values of its kind, both included.

    Raises:
        InvalidError: the kind does not have the values or has no order, or the values
            are in the wrong one.
    """

    fact: AnyFact
    low: Scalar
    high: Scalar
    label: str = field(default="", kw_only=True)
    source: Source | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        what = f"range of {self.fact.name!r}"
        kind = self.fact.kind
        refuse_other_values(kind, self.low, "low")
        refuse_other_values(kind, self.high, "high")
        refuse(
            what,
            unless(is_ordered(kind), "fact", "a fact whose values have an order", "another"),
        )
        low, high = place_of(kind, self.low), place_of(kind, self.high)
        refuse(what, unless(low <= high, "high", "at least what low is", "less"))

    __and__, __or__, __invert__, __bool__ = _both, _either, _negated, _no_truth


@frozen(cache_hash=True)
class OneOf:
    """A fact has one of several values."""

    fact: AnyFact
    values: tuple[Scalar, ...]
    label: str = field(default="", kw_only=True)
    source: Source | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        refuse("one_of", unless(bool(self.values), "values", "at least one value", "none"))
        for value in self.values:
            refuse_other_values(self.fact.kind, value, "values")

    __and__, __or__, __invert__, __bool__ = _both, _either, _negated, _no_truth


@frozen(cache_hash=True)
class Known:
    """A fact is known, to the one value; this is never unknown itself."""

    fact: AnyFact
    label: str = field(default="", kw_only=True)
    source: Source | None = field(default=None, kw_only=True)

    __and__, __or__, __invert__, __bool__ = _both, _either, _negated, _no_truth


@frozen(cache_hash=True)
class AllOf:
    """Every part holds; with no parts, yes.

    Raises:
        InvalidError: a part is no predicate, or the tree is deeper than ``MAX_TREE_DEPTH``; so
            it is with the others that have parts.
    """

    parts: "tuple[Predicate, ...]"
    label: str = field(default="", kw_only=True)
    source: Source | None = field(default=None, kw_only=True)

    depth: int = field(init=False, eq=False, repr=False)

    __attrs_post_init__ = _deepened
    __and__, __or__, __invert__, __bool__ = _both, _either, _negated, _no_truth


@frozen(cache_hash=True)
class AnyOf:
    """At least one part holds; with no parts, no."""

    parts: "tuple[Predicate, ...]"
    label: str = field(default="", kw_only=True)
    source: Source | None = field(default=None, kw_only=True)

    depth: int = field(init=False, eq=False, repr=False)

    __attrs_post_init__ = _deepened
    __and__, __or__, __invert__, __bool__ = _both, _either, _negated, _no_truth


@frozen(cache_hash=True)
class Not:
    """The part does not hold."""

    part: "Predicate"
    label: str = field(default="", kw_only=True)
    source: Source | None = field(default=None, kw_only=True)

    depth: int = field(init=False, eq=False, repr=False)

    __attrs_post_init__ = _deepened
    __and__, __or__, __invert__, __bool__ = _both, _either, _negated, _no_truth


@frozen(cache_hash=True)
class AtLeast:
    """At least ``count`` of the parts hold.

    Raises:
        InvalidError: there are no parts, or ``count`` is below 1 or above their number.
    """

    count: int
    parts: "tuple[Predicate, ...]"
    label: str = field(default="", kw_only=True)
    source: Source | None = field(default=None, kw_only=True)

    depth: int = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        most = len(self.parts)
        refuse("at_least", unless(most > 0, "parts", "at least one part", "none"))
        refuse(
            "at_least",
            unless(1 <= self.count <= most, "count", f"a count from 1 to {most}", self.count),
        )
        _deepened(self)

    __and__, __or__, __invert__, __bool__ = _both, _either, _negated, _no_truth


Atom = Compare | Between | OneOf | Known
Predicate = Compare | Between | OneOf | Known | AllOf | AnyOf | Not | AtLeast
# It would be taken for met: ``fact == True`` compares declarations and is ``False``.
call_union(
    Predicate,
    "a predicate",
    fix="a fact becomes one by a comparison, such as fact.equals(True)",
)
Values = Mapping[str, Value]
Evaluator = Callable[[Values], Truth]


def parts_of(predicate: Predicate) -> tuple[Predicate, ...]:
    """The direct parts of a node; empty for one that asks about a fact."""
    match predicate:
        case AllOf() | AnyOf() | AtLeast():
            return predicate.parts
        case Not(part):
            return (part,)
        case _:
            return ()


def atoms_in(predicate: Predicate) -> Iterator[Atom]:
    """Every question about a fact in a predicate, in reading order, with repeats."""
    match predicate:
        case Compare() | Between() | OneOf() | Known():
            yield predicate
        case _:
            for part in parts_of(predicate):
                yield from atoms_in(part)


def facts_in(predicate: Predicate) -> Iterator[AnyFact]:
    """Every fact that a predicate asks about, in reading order, with repeats."""
    return (atom.fact for atom in atoms_in(predicate))


def each_once(facts: Iterable[AnyFact]) -> tuple[AnyFact, ...]:
    """Facts in their order, each once.

    Raises:
        InvalidError: two different facts have one name, under which values are given.
    """
    once = tuple(dict.fromkeys(facts))
    one_each = len({fact.name for fact in once}) == len(once)
    refuse("facts", unless(one_each, "name", "one fact of each name", "two"))
    return once


def with_terms(facts: Iterable[AnyFact]) -> tuple[AnyFact, ...]:
    """Facts in their order, each once, after those that a difference among them is of."""
    return tuple(dict.fromkeys(each for fact in facts for each in (*(fact.terms or ()), fact)))


def evaluate(predicate: Predicate, values: Values) -> Truth:
    """The truth of a predicate; an absent or ``None`` value is unknown.

    Args:
        values: by facts' names, their values or what is possible of them.

    Raises:
        InvalidError: a value is not of its fact's kind, or a name is a fact's but for its case, or
            there is no predicate or no mapping.
    """
    other = unless_a(predicate, "predicate", *get_args(Predicate))
    refuse(
        "values",
        tuple(evolve(fault, expected="a predicate") for fault in other),
        unless_a(values, "values", Mapping),
    )
    asked = tuple(facts_in(predicate))
    facts = {fact.name: fact for fact in with_terms(asked)}
    folded = {name.casefold(): name for name in facts}
    refuse(
        "values",
        *(
            unless(is_of_kind(fact.kind, values.get(name)), name, fact.kind.expectation(), _OTHER)
            for name, fact in facts.items()
        ),
        *(
            unless(name in facts, name, f"{folded[name.casefold()]!r}", "the name in another case")
            for name in values
            if name.casefold() in folded
        ),
    )
    return compiled(predicate)(with_margins(asked, values))


def with_margins(facts: Iterable[AnyFact], values: Values) -> Values:
    """Values with those of the differences among some facts that the values of others tell."""
    more: dict[str, Value] = {}
    for fact in facts:
        if fact.terms:
            one, other = (values.get(term.name) for term in fact.terms)
            if one is not None or other is not None:
                more[fact.name] = margin(one, other)
    return {**values, **more} if more else values


_OTHER = "another value"


@lru_cache(maxsize=4096)
def compiled(predicate: Predicate) -> Evaluator:
    """A function from facts' values to truth: compiled once, to be applied to many.

    Values are trusted to be of their kinds, as those from ``read_facts`` are.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> adult = compiled(FACTS["age"] >= 18)
        >>> adult({"age": 17}), adult({})
        (<Truth.NO: 'no'>, <Truth.UNKNOWN: 'unknown'>)
    """
    match predicate:
        case Compare(fact, operator, value):
            return _asked(predicate, _test(fact.kind, operator, value))
        case Between(fact, low, high):
            return _asked(predicate, _within(fact.kind, low, high))
        case OneOf(_, values):
            return _asked(predicate, frozenset(values).__contains__)
        case Known(fact):
            name = fact.name
            return lambda values: Truth.of(_is_one(values.get(name)))
        case AllOf(parts):
            return _settled(parts, Truth.NO, Truth.YES)
        case AnyOf(parts):
            return _settled(parts, Truth.YES, Truth.NO)
        case AtLeast(count, parts):
            inner = tuple(map(compiled, parts))
            return lambda values: at_least(count, [part(values) for part in inner])
        case Not(part):
            opposed = compiled(part)
            return lambda values: ~opposed(values)


def _settled(parts: tuple[Predicate, ...], by: Truth, otherwise: Truth) -> Evaluator:
    """``all_of`` and ``any_of`` over parts, but stopping at the one that settles it."""
    inner = tuple(map(compiled, parts))
    unknown = Truth.UNKNOWN

    def join(values: Values) -> Truth:
        result = otherwise
        for part in inner:
            truth = part(values)
            if truth is by:
                return by
            if truth is unknown:
                result = unknown
        return result

    return join


def _is_one(value: Value) -> bool:
    return value is not None and (not isinstance(value, Possible) or value.value is not None)


def _asked(atom: "Compare | Between | OneOf", holds: Callable[[Any], bool]) -> Evaluator:
    # Any: each kind's test takes the kind's own values, which ``refuse_other_values`` has ensured.
    yes, no, unknown = Truth.YES, Truth.NO, Truth.UNKNOWN
    name = atom.fact.name

    def ask(values: Values) -> Truth:
        value = values.get(name)
        if value is None:
            return unknown
        if isinstance(value, Possible):
            return _settled_by(atom, holds, value)
        return yes if holds(value) else no

    kind = atom.fact.kind
    if isinstance(kind, Number):
        return ask
    # Of few values all answers are at hand, which takes half the time of asking.
    answers: dict[Value, Truth] = {
        option: yes if holds(option) else no
        for option in (kind.options if isinstance(kind, Choice) else (True, False))
    }
    answers[None] = unknown

    def look_up(values: Values) -> Truth:
        value = values.get(name)
        return answers[value] if value in answers else ask(values)

    return look_up


def _settled_by(
    atom: "Compare | Between | OneOf", holds: Callable[[Any], bool], value: Possible
) -> Truth:
    """Yes or no if all values that are possible agree, else unknown."""
    if value.is_anything:
        return Truth.UNKNOWN
    low, high = value.low, value.high
    if low is None or high is None:
        answers = set(map(holds, value.options))
        return Truth.of(answers.pop() if len(answers) == 1 else None)
    if isinstance(atom, OneOf):
        return _among(atom, value, low, high)
    if holds(low) and holds(high):
        return Truth.YES  # what a bound or two bounds take in has no holes
    # What is taken in may lie between the ends, and neither of them be taken in.
    middle = atom.low if isinstance(atom, Between) else atom.value
    inside = value.holds(middle) and holds(middle)
    return Truth.UNKNOWN if holds(low) or holds(high) or inside else Truth.NO


def _among(atom: "OneOf", value: Possible, low: float, high: float) -> Truth:
    kind, most = atom.fact.kind, len(atom.values)
    each = whole_numbers_in(kind, low, high, most=most) if isinstance(kind, Number) else None
    if each is not None and each.issubset(atom.values):
        return Truth.YES
    return Truth.UNKNOWN if any(map(value.holds, atom.values)) else Truth.NO


def _test(kind: Kind, operator: Operator, value: Scalar) -> Callable[[Any], bool]:
    """A test of one value; ordered words are compared by their place in the order."""
    if isinstance(kind, Choice):
        order = kind.options
        limit = _test(Number(0, len(order)), operator, order.index(str(value)))
        return frozenset(word for place, word in enumerate(order) if limit(place)).__contains__
    if operator is Operator.EQUALS:
        return frozenset((value,)).__contains__
    return partial(_REVERSED[operator], value)


def _within(kind: Kind, low: Scalar, high: Scalar) -> Callable[[Any], bool]:
    """A test of whether one value lies between two, both included."""
    if isinstance(kind, Choice):
        first, last = place_of(kind, low), place_of(kind, high)
        return frozenset(kind.options[int(first) : int(last) + 1]).__contains__
    bounds: Any = low, high  # numbers, which ``refuse_other_values`` has ensured
    return lambda value: bounds[0] <= value <= bounds[1]


def place_of(kind: Kind, value: Scalar) -> float:
    """A value's place in its kind's order: a number's size, an option's position."""
    if isinstance(value, str):
        return kind.options.index(value) if isinstance(kind, Choice) else float(value)
    return value


# ``partial`` fixes the left side, so "fact >= bound" is asked as "bound <= fact".
_REVERSED = {
    Operator.AT_LEAST: le,
    Operator.MORE_THAN: lt,
    Operator.AT_MOST: ge,
    Operator.LESS_THAN: gt,
}


def describe(predicate: Predicate, *, in_full: bool = False) -> str:
    """A predicate in prose: its label if it has one, else its parts.

    ``in_full``: what a label stands for is said beside it, in brackets.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> describe((FACTS["age"] >= 18) & ~FACTS["dangerous"].equals(True))
        'age is at least 18 years and not (dangerous is true)'
    """
    refuse_flags("predicate", in_full=in_full)
    if predicate.label and (not in_full or _is_empty(predicate)):
        return predicate.label
    text = _in_parts(predicate, in_full=in_full)
    return f"{predicate.label} [{text}]" if predicate.label else text


def _in_parts(predicate: Predicate, *, in_full: bool) -> str:
    match predicate:
        case Compare(fact, operator, value):
            return _comparison_in_words(fact, operator, value)
        case Between(fact, low, high):
            ends = f"{in_words(low)} and {with_unit(fact.kind, high)}"
            return f"{fact.title} is between {ends}"
        case OneOf(fact, values):
            return f"{fact.title} is one of {', '.join(with_unit(fact.kind, v) for v in values)}"
        case Known(fact):
            return f"{fact.title} is known"
        case AllOf(parts):
            return " and ".join(_nested(part, in_full=in_full) for part in parts) or "always"
        case AnyOf(parts):
            return " or ".join(_nested(part, in_full=in_full) for part in parts) or "never"
        case Not(part):
            return f"not ({describe(part, in_full=in_full)})"
        case AtLeast(count, parts):
            of = "; ".join(describe(part, in_full=in_full) for part in parts)
            return f"at least {count} of: {of}"


def _comparison_in_words(fact: AnyFact, operator: Operator, value: Scalar) -> str:
    if fact.terms and value == 0:
        one, other = fact.terms
        return f"{one.title} is {operator.words or 'the same as '}{other.title}"
    return f"{fact.title} is {operator.words}{with_unit(fact.kind, value)}"


def _is_empty(predicate: Predicate) -> bool:
    return isinstance(predicate, AllOf | AnyOf | AtLeast) and not predicate.parts


def _nested(predicate: Predicate, *, in_full: bool) -> str:
    text = describe(predicate, in_full=in_full)
    bare = predicate.label or not parts_of(predicate) or isinstance(predicate, Not)
    return text if bare else f"({text})"


def seen_of(fact: AnyFact, value: Value, found: date | None, why: str, *more: str) -> str:
    """What was seen of a fact, the day when it was found, and why no more is known of it."""
    notes = (*more, f"found {found}" if found else "", why)
    told = ", ".join(note for note in notes if note)
    return f"{fact.seen_as(value)} ({told})" if told else fact.seen_as(value)


def _several_in_words(kind: Kind, value: Possible) -> str:
    """What is possible of a fact, in words: a range, or options in the order of the kind."""
    if value.low is not None and value.high is not None:
        return f"from {in_words(value.low)} to {with_unit(kind, value.high)}"
    options = kind.options if isinstance(kind, Choice) else (True, False)
    return " or ".join(in_words(option) for option in options if option in value.options)


def with_unit(kind: Kind, value: Scalar) -> str:
    """A fact's value in words, with its unit."""
    unit = kind.unit if isinstance(kind, Number) and value != NEVER else ""
    return f"{in_words(value)} {unit}".rstrip()


def in_words(value: Scalar) -> str:
    """A fact's value in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value == NEVER:
        return "never"
    # Above, a float's digits are no longer those that were meant: 1e+300 stays as it is.
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return str(value)
