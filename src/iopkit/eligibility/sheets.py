"""Facts read from a subject on one day."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from attrs import field

from iopkit.confidential import hidden
from iopkit.eligibility.kinds import Scalar
from iopkit.eligibility.predicates import AnyFact, Fact, each_once
from iopkit.errors import refuse, refuse_moments, unless
from iopkit.fields import frozen

S = TypeVar("S")


@frozen(repr=False)
class FactSheet:
    """Facts read from one subject on one day; ``None`` is not known."""

    on: date
    items: tuple[tuple[str, Scalar | None], ...] = field(
        converter=tuple[tuple[str, Scalar | None], ...]
    )

    @classmethod
    def of(
        cls, facts: Iterable[AnyFact], values: Mapping[str, Scalar | None], *, on: date
    ) -> "FactSheet":
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
        refuse(
            "facts",
            *(unless(name in kinds, name, "the name of a fact", "another") for name in values),
            *(
                unless(kinds[name].accepts(value), name, kinds[name].expectation(), "another value")
                for name, value in values.items()
                if value is not None and name in kinds
            ),
        )
        return cls(on, tuple((name, values.get(name)) for name in kinds))

    def values(self) -> Mapping[str, Scalar | None]:
        """The values by fact name."""
        return MappingProxyType(dict(self.items))

    __repr__ = hidden


# Any: one sheet holds facts of several types.
def read_facts(facts: Iterable[Fact[S, Any]], subject: S, *, on: date) -> FactSheet:
    """Read facts from a subject as of a day.

    Raises:
        InvalidError: a reader gave a value that its fact's kind does not have, or the
            day is before the subject's birth or a ``datetime``.
    """
    refuse_moments("facts", on=on)
    asked = tuple(facts)
    return FactSheet.of(asked, {fact.name: fact.read(subject, on) for fact in asked}, on=on)
