"""Which rules apply, for people to read, as plain text.

Calling this is the explicit act that shows where a patient lives and who pays.
"""

from collections.abc import Iterable

from iopkit.applicability import Applicability, kind_of_rule
from iopkit.reports.lines import below, item, page
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY

_HEADS = {
    Truth.YES: "Applies",
    Truth.UNKNOWN: "May apply: something is not known",
    Truth.NO: "Does not apply",
}


def applicability_text(found: Iterable[Applicability]) -> str:
    """Rules that apply, that may, and those among them that do not, each with its reasons."""
    listed = list(found)
    blocks: list[str] = []
    for truth, head in _HEADS.items():
        alike = [each for each in listed if each.applies is truth]
        if alike:
            blocks.append(page([f"{head}:", *(line for each in alike for line in _lines(each))]))
    return page(blocks or ["No rule of these applies."], apart=2)


def _lines(found: Applicability) -> list[str]:
    rule, last = found.rule, found.end - ONE_DAY
    days = f" ({found.start} to {last})" if found.start < last else ""
    return [
        item(f"{kind_of_rule(rule)} {rule.name}: {rule.title}{days}"),
        below(f"{'; '.join(found.why)}."),
    ]
