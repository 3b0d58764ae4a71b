"""Decisions for people to read: as plain text, Markdown and HTML.

Calling one of these is the explicit act that shows a patient's values.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar
from xml.etree.ElementTree import Element, indent, tostring

from iopkit.eligibility.changes import Role
from iopkit.eligibility.considerations import Way
from iopkit.eligibility.explanations import Explanation
from iopkit.eligibility.policies import Decision, Result
from iopkit.eligibility.possible import CONTRADICTED
from iopkit.eligibility.predicates import describe, facts_in
from iopkit.eligibility.recency import name_in_words
from iopkit.errors import TooComplexError
from iopkit.reports.html import bullets, child, row
from iopkit.reports.lines import ASSUMED_IN_FORCE, TRUTH_WORDS, fold, item, page
from iopkit.sources import since_words
from iopkit.truth import Truth

T = TypeVar("T")

_VERDICT = {
    Truth.YES: "ELIGIBLE: every criterion of this policy is met.",
    Truth.NO: "NOT ELIGIBLE: a criterion is unmet.",
}
ANSWERS = {Truth.YES: "yes", Truth.NO: "no", Truth.UNKNOWN: "undetermined"}
_WOULD_BE_YES = "The answer would be yes if"
_UNJUDGED = "recorded and not judged"
ASSUMED_VERSION = (
    f"{ASSUMED_IN_FORCE}: on that day no version is known to be, and this is the nearest."
)
TOO_COMPLEX = "too complex to work out"
TO_WEIGH = "To weigh with the clinician and the patient; it decides nothing"
ADVICE = "This is advice from recorded facts; clinicians decide."
STILL_OPEN = "Still to find out, what settles most first"
_HEADS = ("State", "Criterion", "What was seen", "Source")


def decision_text(decision: Decision) -> str:
    """A decision as plain text: each criterion, what was seen and its source."""
    lines = [
        decision.title,
        _judged(decision),
        *([fold(ASSUMED_VERSION, 0)] if decision.assumed_in_force else []),
        *(fold(words, 0) for words in _coverage(decision)),
        "",
        fold(verdict_words(decision), 0),
        "",
        *(line for result in decision.results for line in criterion_lines(result)),
    ]
    for head, items in _notes(decision):
        lines += ["", f"{head}:", *map(item, items)]
    return page([*lines, "", ADVICE])


def decision_markdown(decision: Decision) -> str:
    """A decision as Markdown (CommonMark with tables, as GitHub has them)."""
    lines = [
        f"## {_escaped(decision.title)}",
        "",
        _judged(decision),
        "",
        *([f"**{_escaped(ASSUMED_VERSION)}**", ""] if decision.assumed_in_force else []),
        *(line for words in _coverage(decision) for line in (_escaped(words), "")),
        f"**{_escaped(verdict_words(decision))}**",
        "",
        f"| {' | '.join(_HEADS)} |",
        f"|{' --- |' * len(_HEADS)}",
        *(f"| {' | '.join(map(_escaped, _row(result)))} |" for result in decision.results),
    ]
    for head, items in _notes(decision):
        lines += ["", f"{head}:", "", *(f"- {_escaped(text)}" for text in items)]
    return page([*lines, "", f"*{ADVICE}*"])


def decision_html(decision: Decision) -> str:
    """A decision as an HTML ``section`` without styles; classes name verdict and states."""
    section = Element("section", {"class": f"iopkit-decision {decision.verdict.value}"})
    child(section, "h2", decision.title)
    child(section, "p", _judged(decision))
    if decision.assumed_in_force:
        child(child(section, "p"), "strong", ASSUMED_VERSION)
    for words in _coverage(decision):
        child(section, "p", words)
    child(child(section, "p"), "strong", verdict_words(decision))
    table = child(section, "table")
    row(child(table, "thead"), _HEADS, tag="th")
    body = child(table, "tbody")
    for result in decision.results:
        row(body, _row(result), class_=TRUTH_WORDS[result.truth])
    for head, items in _notes(decision):
        child(section, "p", f"{head}:")
        bullets(section, items)
    child(section, "p", ADVICE)
    indent(section)
    return tostring(section, encoding="unicode", method="html")


def criterion_lines(result: Result) -> tuple[str, str]:
    """A criterion with its state; below it what was seen and the source."""
    state = f"  {TRUTH_WORDS[result.truth]:<14}"
    return (
        fold(f"{state}{result.criterion.meaning}", len(state)),
        fold(
            f"{' ' * len(state)}{seen_words(result.explanation)}  ({result.criterion.source})",
            len(state),
        ),
    )


def verdict_words(decision: Decision) -> str:
    """The verdict in words, which say no more than the criteria have judged."""
    told: list[str] = []
    if decision.coverage and decision.coverage.covered is not Truth.YES:
        told.append(decision.coverage.words)
    if decision.unjudged is None:
        told.append(f"what was {_UNJUDGED} by it is not known")
    elif decision.unjudged:
        told.append(f"{_UNJUDGED} by it: {'; '.join(risk.words for risk in decision.unjudged)}")
    if weighs := against(decision):
        told.append(f"against it: {weighs}")
    if decision.verdict is Truth.YES and told:
        return f"{'; '.join(['Every criterion of this policy is met', *told])}."
    if decision.verdict is Truth.UNKNOWN:
        return f"UNDETERMINED: {open_words(each.explanation for each in decision.results)}."
    return _VERDICT[decision.verdict]


def brief_verdict(decision: Decision) -> str:
    """The verdict in a word or two; what else is to be told with a "yes" is in its words."""
    cautioned = decision.verdict is Truth.YES and verdict_words(decision) != _VERDICT[Truth.YES]
    return f"{ANSWERS[decision.verdict]}{', with cautions' if cautioned else ''}"


def _coverage(decision: Decision) -> tuple[str, ...]:
    """What is said of the policy's payer; nothing if it is no payer's, or that was not kept."""
    words = decision.coverage.words if decision.coverage else ""
    return (f"{words[:1].upper()}{words[1:]}.",) if words else ()


def _judged(decision: Decision) -> str:
    return f"judged for {decision.on}, by the version {version_words(decision)}"


def version_words(decision: Decision) -> str:
    """From when to when the version is in force that a decision is by."""
    since = since_words(decision.since, from_copy=decision.since_from_copy)
    ended = decision.end is not None and decision.end <= decision.on
    return f"{since}, and no more by {decision.end}" if ended else since


def _row(result: Result) -> tuple[str, ...]:
    criterion = result.criterion
    seen = seen_words(result.explanation)
    return TRUTH_WORDS[result.truth], criterion.meaning, seen, str(criterion.source)


def open_words(explanations: Iterable[Explanation]) -> str:
    """What keeps open those that are: what is not known yet, what the record contradicts."""
    undetermined = [each for each in explanations if each.truth is Truth.UNKNOWN]
    seen = worked_out(lambda: [one for each in undetermined for one in each.evidence])
    whys = {one.why == CONTRADICTED for one in seen or () if one.role is Role.OPEN}
    told = {
        "something is not known yet": whys != {True},
        "recorded facts contradict each other": True in whys,
    }
    return ", and ".join(words for words, holds in told.items() if holds)


def seen_words(explanation: Explanation) -> str:
    """What was seen of a patient that decided a criterion, or could."""
    seen = worked_out(lambda: explanation.evidence)
    if seen is not None:
        # Of a group without parts, its label.
        told = (evidence.words for evidence in seen)
        return "; ".join(told) or describe(explanation.predicate)
    values = explanation.values
    facts = dict.fromkeys(facts_in(explanation.predicate))
    words = "; ".join(fact.seen_as(values[fact.name]) for fact in facts)
    return f"{words}; which of these decided is {TOO_COMPLEX}"


def worked_out(explanation: Callable[[], T]) -> T | None:
    """An explanation, or ``None`` if it is too complex: the verdict is told without."""
    try:
        return explanation()
    except TooComplexError:
        return None


def _notes(decision: Decision) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Lists below the criteria, each with its head; none is empty."""
    if items := tuple(consideration_words(decision)):
        yield TO_WEIGH, items
    yield from contradiction_notes(decision)
    if names := missing_words(lambda: decision.missing):
        yield STILL_OPEN, names
    ways = worked_out(lambda: decision.changes)
    if ways is None:
        yield _WOULD_BE_YES, (TOO_COMPLEX,)
    elif ways:
        told = ("; and ".join(change.words for change in way) for way in ways)
        yield _WOULD_BE_YES, tuple(told)
    if decision.verdict is not Truth.YES:
        if decision.unjudged is None:
            yield _UNJUDGED.capitalize(), ("not known",)
        elif decision.unjudged:
            yield _UNJUDGED.capitalize(), tuple(risk.words for risk in decision.unjudged)
    if decision.left_open:
        yield "Not judged here", decision.left_open


def consideration_words(decision: Decision) -> Iterator[str]:
    """What speaks for and against, and what of that is not known, in the policy's own order."""
    for one in decision.considerations:
        told = one.consideration
        if one.truth is not Truth.NO:
            way = told.way.value if one.truth is Truth.YES else f"not known ({told.way.value})"
            yield f"{way}: {told.meaning} {seen_words(one.explanation)}  ({told.source})"


def against(decision: Decision) -> str:
    """What speaks against, in brief; empty, if nothing does."""
    found = (
        one.consideration.name.replace("_", " ")
        for one in decision.considerations
        if one.truth is Truth.YES and one.consideration.way is Way.AGAINST
    )
    return ", ".join(found)


def contradiction_notes(decision: Decision) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What in the record cannot all be so, with its head; nothing if there is none."""
    if decision.contradictions is None:
        yield "Contradicted in the record", ("not known",)
    elif decision.contradictions:
        told = tuple(each.words for each in decision.contradictions)
        yield "Contradicted in the record, so that it counts as not known", told


def missing_words(missing: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """What is still to find out in words; empty, if nothing is."""
    names = worked_out(missing)
    return (TOO_COMPLEX,) if names is None else tuple(map(name_in_words, names))


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    shown = re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", " ".join(text.split()))
    return re.sub(r"^(\d*)([-+.)])", r"\1\\\2", shown)  # what begins an item of a list
