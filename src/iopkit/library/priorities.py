"""Shipped priorities: who is admitted first where seats are few, by federal rules.

Reading them needs the extra ``scenarios``.
"""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from iopkit.eligibility.kinds import YesNo
from iopkit.eligibility.own_facts import Observed, OwnFact
from iopkit.eligibility.patient_facts import FACTS
from iopkit.errors import UnknownNameError
from iopkit.sources import Grade, Source

if TYPE_CHECKING:
    from iopkit.scenarios.priorities import Priorities

_CFR_96_126 = Source("45 CFR 96.126", Grade.LEGAL_TEXT, checked=date(2024, 9, 30))
_ORDER = Source("45 CFR 96.131, as a state's slides quote it", Grade.SECONDARY)

INJECTS_DRUGS = OwnFact("injects_drugs", "Injects drugs.", Observed(YesNo()), _CFR_96_126.at("(b)"))
"""What the block grant's priorities ask that no shipped fact tells."""


def _block_grant() -> "Priorities":
    from iopkit.scenarios.priorities import (  # noqa: PLC0415  # needs an extra
        Priorities,
        Priority,
    )

    pregnant, injects = FACTS["pregnant"].equals(True), INJECTS_DRUGS.fact.equals(True)
    by_rule = _CFR_96_126.at("(b)")
    return Priorities(
        "us-block-grant",
        (
            Priority("pregnant and injecting", pregnant & injects, _ORDER, 14, 120),
            Priority("pregnant", pregnant, _ORDER),
            Priority("injecting", injects, by_rule, 14, 120),
        ),
        90,
        _CFR_96_126.at("(a)"),
    )


_SHIPPED: dict[str, Callable[[], "Priorities"]] = {"us-block-grant": _block_grant}


@cache
def find_priorities(name: str) -> "Priorities":
    """Shipped priorities by their name.

    ``us-block-grant`` is for programs that the federal block grant pays for.

    Raises:
        UnknownNameError: none has it.
        MissingExtraError: the extra ``scenarios`` is not installed.

    Example:
        >>> [each.name for each in find_priorities("us-block-grant").classes]
        ['pregnant and injecting', 'pregnant', 'injecting']
    """
    if name not in _SHIPPED:
        raise UnknownNameError("priorities", name, _SHIPPED)
    return _SHIPPED[name]()
