"""Shipped priorities: who is admitted first where seats are few, by federal rules."""

from datetime import date

from iopkit.eligibility.kinds import YesNo
from iopkit.eligibility.own_facts import Observed, OwnFact
from iopkit.eligibility.patient_facts import FACTS
from iopkit.errors import find_named
from iopkit.scenarios.priorities import Priorities, Priority
from iopkit.sources import Grade, Source

_CFR_96_126 = Source("45 CFR 96.126", Grade.LEGAL_TEXT, checked=date(2024, 9, 30))
_ORDER = Source("45 CFR 96.131, as a state's slides quote it", Grade.SECONDARY)

INJECTS_DRUGS = OwnFact("injects_drugs", "Injects drugs.", Observed(YesNo()), _CFR_96_126.at("(b)"))
"""The fact that the priorities of the block grant ask about and no record holds of itself."""

_PREGNANT, _INJECTS = FACTS["pregnant"].equals(True), INJECTS_DRUGS.fact.equals(True)

_BLOCK_GRANT = Priorities(
    "us-block-grant",
    (
        Priority("pregnant and injecting", _PREGNANT & _INJECTS, _ORDER, 14, 120),
        Priority("pregnant", _PREGNANT, _ORDER),
        Priority("injecting", _INJECTS, _CFR_96_126.at("(b)"), 14, 120),
    ),
    90,
    _CFR_96_126.at("(a)"),
)

PRIORITIES: tuple[Priorities, ...] = (_BLOCK_GRANT,)


def find_priorities(name: str) -> Priorities:
    """The shipped priorities of a name; raises ``UnknownNameError`` with what is known.

    Example:
        >>> [each.name for each in find_priorities("us-block-grant").classes]
        ['pregnant and injecting', 'pregnant', 'injecting']
    """
    return find_named("priorities", name, PRIORITIES)
