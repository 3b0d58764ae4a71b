"""Facts read from a subject on one day."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from attrs import evolve, field

from iopkit.confidential import hidden
from iopkit.eligibility.kinds import Kind
from iopkit.eligibility.possible import Possible, Value, covers, is_of_kind
from iopkit.eligibility.predicates import AnyFact, Fact, Values, each_once, with_margins
from iopkit.errors import Fault, each_a, refuse, unless_day
from iopkit.fields import frozen

S = TypeVar("S")


@frozen(repr=False)
class FactSheet:
    """Facts read from one subject on one day; ``None`` is not known.

    An item is ``Possible`` where several values are, or where the finding has a day or a
    reason why not more is known.
    """

    on: date
    items: tuple[tuple[str, Value], ...] = field(converter=tuple[tuple[str, Value], ...])

    @classmethod
    def of(cls, facts: Iterable[AnyFact], values: Values, *, on: date) -> "FactSheet":
        """Values of some facts by name; what is absent is not known.

        Raises:
            InvalidError: a value is not of its fact's kind, or no fact has its name, or two
                facts have one.

        Example:
            >>> from iopkit.eligibility import FACTS
            >>> FactSheet.of([FACTS["age"]], {"age": 40}, on=date(2026, 1, 5)).values()["age"]
            40
        """
        kinds = {fact.name: fact.kind for fact in each_once(facts)}
        others = [name for name in values if name not in kinds]
        wrong = [n for n, kind in kinds.items() if n in values and not is_of_kind(kind, values[n])]
        refuse(
            "facts",
            tuple(Fault((name,), "the name of a fact", "another") for name in others),
            tuple(Fault((name,), kinds[name].expectation(), "another value") for name in wrong),
        )
        return cls(on, tuple((name, _item(kind, values.get(name))) for name, kind in kinds.items()))

    def values(self) -> Values:
        """By fact name, the value; ``Possible`` where there are several, ``None`` for anything."""
        return MappingProxyType(
            {n: v.plain if isinstance(v, Possible) else v for n, v in self.items}
        )

    def with_recent(self, facts: Iterable[AnyFact]) -> "FactSheet":
        """The sheet with those facts of recent findings that the days of others in it tell."""
        known = dict(self.items)
        more = {
            fact.name: fact.recency.counted(known[fact.asked], self.on)
            for fact in facts
            if fact.recency and fact.asked in known and fact.name not in known
        }
        return evolve(self, items=(*self.items, *more.items())) if more else self

    def with_margins(self, facts: Iterable[AnyFact]) -> "FactSheet":
        """The sheet with those differences among some facts that others in it tell."""
        differences = {fact.name: fact.kind for fact in facts if fact.terms}
        if not differences:
            return self
        values = with_margins(facts, dict(self.items))
        told = {name: _item(kind, values.get(name)) for name, kind in differences.items()}
        return evolve(self, items=tuple({**dict(self.items), **told}.items()))

    def told(self) -> Mapping[str, Possible]:
        """By fact name, the readings that have a day or say why not more is known."""
        return MappingProxyType({n: v for n, v in self.items if isinstance(v, Possible)})

    __repr__ = hidden


def _item(kind: Kind, value: Value) -> Value:
    """A value as plainly as it can be said."""
    if not isinstance(value, Possible):
        return value
    said = evolve(value, low=None, high=None, options=frozenset()) if covers(kind, value) else value
    return said if said.found or said.why else said.plain


# Any: one sheet holds facts of several types.
def read_facts(facts: Iterable[Fact[S, Any]], subject: S, *, on: date) -> FactSheet:
    """Read facts from a subject as of a day.

    Raises:
        InvalidError: a reader gave a value that its fact's kind does not have, or the
            day is before the subject's birth or none, or ``facts`` holds others.
    """
    refuse("facts", unless_day(on, "on"))
    asked = each_a("facts", facts, "facts", Fact)
    return FactSheet.of(asked, {fact.name: fact.read(subject, on) for fact in asked}, on=on)
