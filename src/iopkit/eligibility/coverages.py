"""Whether a policy's payer covers the patient on the day of a decision, and who else does."""

from collections.abc import Mapping
from types import MappingProxyType

from iopkit.confidential import hidden
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.predicates import AnyFact, Values, compiled
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.payers import Payer
from iopkit.truth import Truth

PAYER_FACTS: Mapping[Payer, AnyFact] = MappingProxyType(
    {payer: FACTS[f"covered_by_{payer.value}"] for payer in Payer}
)
"""For each payer, the fact that it covers the patient."""


@frozen(repr=False)
class PayerCoverage:
    """Whether a payer covers a patient on a day, and which others do.

    ``others`` cover the patient, and of those in ``perhaps`` it is not known.

    Raises:
        InvalidError: a payer is there twice.
    """

    payer: Payer
    covered: Truth
    others: tuple[Payer, ...] = ()
    perhaps: tuple[Payer, ...] = ()

    def __attrs_post_init__(self) -> None:
        named = [self.payer, *self.others, *self.perhaps]
        once = len(set(named)) == len(named)
        refuse("coverage", unless(once, "others", "each payer once", "one twice"))

    @property
    def words(self) -> str:
        """All of it in words, without a stop at the end."""
        payer = self.payer.label
        told = {
            Truth.YES: f"the patient is covered by {payer} on that day",
            Truth.NO: f"the patient is not covered by {payer} on that day",
            Truth.UNKNOWN: f"whether the patient is covered by {payer} on that day is not known",
        }[self.covered]
        lead = "also covered by" if self.covered is Truth.YES else "covered by"
        named = {lead: self.others, "not known": self.perhaps}
        if len(self.perhaps) == len(Payer) - 1:
            return f"{told} (other payers: not known)"
        parts = [
            f"{head}: {', '.join(other.label for other in some)}"
            for head, some in named.items()
            if some
        ]
        return f"{told} ({'; '.join(parts) or 'no other payer is recorded'})"

    __repr__ = hidden


_COVERED = {payer: compiled(fact.equals(True)) for payer, fact in PAYER_FACTS.items()}


def payer_coverage(payer: Payer, values: Values) -> PayerCoverage:
    """What facts' values say of a payer and all others; what is absent is not known."""
    truths = {each: covered(values) for each, covered in _COVERED.items()}
    covered = truths.pop(payer)
    others = tuple(other for other, found in truths.items() if found is Truth.YES)
    perhaps = tuple(other for other, found in truths.items() if found is Truth.UNKNOWN)
    return PayerCoverage(payer, covered, others, perhaps)
