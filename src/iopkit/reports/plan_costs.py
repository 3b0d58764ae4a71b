"""What a plan costs, and what the next levels would, for clinicians: as plain text and HTML.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, indent, tostring

from iopkit.charges.rates import Rate
from iopkit.placement.outcomes import LevelFigure
from iopkit.plan_costs import LevelCosts, PlanCharges, PlanCosts
from iopkit.reports.charges import rate_words, total_text
from iopkit.reports.html import bullets, child
from iopkit.reports.lines import ASSUMED_IN_FORCE, page, section
from iopkit.reports.placements import figure_words
from iopkit.truth import Truth

_HEAD = "What the plan costs, and what the next levels of care would"
_NOT_ADJUSTED = (
    "What others paid or counted at a level is of their year and place, nothing is adjusted for "
    "inflation, and none of it is a price of this patient's care."
)


def plan_costs_text(costs: PlanCosts) -> str:
    """What a plan's payers are charged, and figures of its level and the two next to it."""
    blocks = [line for head, items in _sections(costs) for line in section(head, items)]
    return page([_HEAD, *blocks, *section("To keep in mind", [_NOT_ADJUSTED])])


def plan_costs_html(costs: PlanCosts) -> str:
    """The same as an HTML ``section`` without styles."""
    whole = Element("section", {"class": "iopkit-costs"})
    child(whole, "h2", _HEAD)
    for head, items in _sections(costs):
        child(whole, "h3", head)
        bullets(whole, items)
    child(whole, "p", _NOT_ADJUSTED)
    indent(whole)
    return tostring(whole, encoding="unicode", method="html")


def _sections(costs: PlanCosts) -> Iterator[tuple[str, list[str]]]:
    """Heads, and what stands under each."""
    none = "not known" if costs.payers is None else "nobody, as far as is recorded"
    yield "Who pays", [each.label for each in costs.payers or ()] or [none]
    for each in costs.charged:
        yield _head_of(each), [*_of_plan(each)]
    missing = [f"no rates of {payer.label} were found" for payer in costs.unpriced]
    if missing or costs.refused:
        yield "Not known", [*missing, *costs.refused]
    if costs.own is None:
        yield "Levels of care", ["the plan's own is not known, and so neither are those next to it"]
    for which, level in (
        ("the next lower one", costs.lower),
        ("that of the plan", costs.own),
        ("the next higher one", costs.higher),
    ):
        if level is not None:
            yield f"Level {level.level.number}, {which}", [*_of_level(level)]


def _head_of(charged: PlanCharges) -> str:
    paid = f"rates {charged.table.name}" if charged.table else "no public rates"
    return f"This plan by coding scheme {charged.charges.coding}, {paid}"


def _of_plan(charged: PlanCharges) -> Iterator[str]:
    """What a plan comes to, at which rates, and what is not sure about it."""
    yield total_text(charged.total)
    charges = charged.charges
    assumed = charges.assumed_in_force or any(line.rate_assumed for line in charges.lines)
    if assumed:
        yield f"{ASSUMED_IN_FORCE}: on some days the scheme or the rate is not known to be"
    yield from (_rate(rate) for rate in charged.rates)
    if charged.applies is not Truth.YES:
        yield f"may apply: {'; '.join(dict.fromkeys(why for s in charged.spans for why in s.why))}"


def _rate(rate: Rate) -> str:
    return f"{rate_words(rate)}{f'  ({rate.source})' if rate.source else ''}"


def _of_level(costs: LevelCosts) -> Iterator[str]:
    """What payers of the patient pay at a level, and what care cost there."""
    yield from (f"paid: {_figure(figure)}" for figure in costs.paid)
    yield from (f"paid, if that is the payer: {_figure(figure)}" for figure in costs.perhaps)
    if not (costs.paid or costs.perhaps):
        yield "no public rate of the patient's payer was seen"
    yield from (f"cost: {_figure(figure)}" for figure in costs.counted)
    if not costs.counted:
        yield "no public figure of what care costs there was seen"


def _figure(figure: LevelFigure) -> str:
    return f"{figure_words(figure)}  ({figure.source})"
