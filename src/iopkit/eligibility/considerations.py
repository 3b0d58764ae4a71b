"""Considerations: what speaks for and against, weighed by the clinician and never added up."""

from collections.abc import Iterable
from enum import StrEnum

from iopkit.confidential import hidden
from iopkit.eligibility.changes import Evidence
from iopkit.eligibility.explanations import Explanation, explain
from iopkit.eligibility.predicates import AnyFact, Predicate, facts_in
from iopkit.eligibility.sheets import FactSheet
from iopkit.fields import frozen
from iopkit.sources import Source
from iopkit.truth import Truth


class Way(StrEnum):
    """What a consideration speaks for."""

    FOR = "for"
    AGAINST = "against"
    """Against this care as the only one."""
    HOW = "how"
    """Neither: it changes how the care is given, not whether."""


@frozen
class Consideration:
    """Something to weigh beside the criteria of a policy; no verdict turns on it.

    ``source`` says who found or wrote it, with its grade.

    Raises:
        InvalidError: ``predicate`` is none.
    """

    name: str
    meaning: str
    way: Way
    predicate: Predicate
    source: Source


@frozen(repr=False)
class Considered:
    """A consideration of one patient on one day: met (yes), unmet (no) or undetermined."""

    consideration: Consideration
    explanation: Explanation

    @property
    def truth(self) -> Truth:
        """Whether it holds of the patient."""
        return self.explanation.truth

    @property
    def reason(self) -> str:
        """What was asked and what was seen."""
        return self.explanation.reason

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Each fact that was asked about, in reading order, with the role of its value.

        Raises:
            TooComplexError: the roles are too complex to work out.
        """
        return self.explanation.evidence

    __repr__ = hidden


def consider(considerations: Iterable[Consideration], sheet: FactSheet) -> tuple[Considered, ...]:
    """Considerations by the facts of a sheet, in their order."""
    listed = tuple(considerations)
    if not listed:
        return ()
    values, readings = sheet.values(), sheet.told()
    return tuple(Considered(c, explain(c.predicate, values, readings)) for c in listed)


def weighed_facts(considered: Iterable[Considered]) -> frozenset[AnyFact]:
    """The facts that are told with considerations which hold, or may hold."""
    told = (one.consideration.predicate for one in considered if one.truth is not Truth.NO)
    return frozenset(fact for predicate in told for fact in facts_in(predicate))
