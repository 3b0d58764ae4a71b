"""What documents say of a fact that is asked about: which findings count, and what never was."""

from collections.abc import Iterator
from typing import Any

from iopkit.documents.values import Raw, is_list, is_object
from iopkit.eligibility.kinds import as_recorded
from iopkit.eligibility.predicates import AnyFact
from iopkit.eligibility.recency import Recency
from iopkit.errors import Fault, Step

# Fields that hold a fact's value, or several.
_VALUES = ("value", "low", "high")


def asked_apart(fact: AnyFact, written: dict[str, Raw]) -> dict[str, Raw]:
    """A written question about a fact, with what is asked of it beside the fact's name.

    That is which findings count, or what it is less of.
    """
    if fact.terms:
        one, other = fact.terms
        return {**written, "fact": one.name, "less": other.name}
    recency = fact.recency
    if recency is None:
        return written
    since = recency.since and recency.since.isoformat()
    said: dict[str, Raw] = {"within_days": recency.within_days, "since": since}
    told = {key: value for key, value in said.items() if value is not None}
    return {**written, "fact": fact.asked, **told}


# Any: fields of one of the questions, or of an explanation of one, by their names.
def with_asked(values: dict[str, Any]) -> dict[str, Any]:
    """Fields as they were read, with the fact that is asked and "never" for what never was.

    Raises:
        InvalidError: the fact's findings have no day, or the two facts cannot be compared.
    """
    asked = dict(values)
    less: AnyFact | None = asked.pop("less", None)
    days, since = asked.pop("within_days", None), asked.pop("since", None)
    fact: AnyFact | None = asked.get("fact") or getattr(asked.get("predicate"), "fact", None)
    if fact is None:
        return asked
    if days is not None or since is not None:
        asked["fact"] = fact = fact.recent(Recency(days, since))
    if less is not None:
        asked["fact"] = fact = fact.less(less)
    asked |= {key: as_recorded(fact.kind, asked[key]) for key in _VALUES if key in asked}
    if "values" in asked:
        asked["values"] = tuple(as_recorded(fact.kind, value) for value in asked["values"])
    return asked


def empty_groups(raw: Raw, *path: Step) -> Iterator[Fault]:
    """A fault for each group of predicates that has no part and does not say that it is meant."""
    if is_list(raw):
        for place, part in enumerate(raw):
            yield from empty_groups(part, *path, place)
    elif is_object(raw):
        what = next((says for kind, says in _EMPTY if raw.get("type") == kind), None)
        if what and raw.get("parts") == [] and not raw.get("label"):
            told = f"none, which {what}"
            fix = "if that is meant, say so in a label"
            yield Fault((*path, "parts"), "at least one part", told, fix)
        for key, part in raw.items():
            yield from empty_groups(part, *path, key)


_EMPTY = (("all_of", "always holds"), ("any_of", "never holds"))
