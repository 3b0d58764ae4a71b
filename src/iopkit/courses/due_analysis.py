"""What is wrong with due rules, whatever the course: what can never open, be done or close."""

from collections.abc import Iterable, Iterator
from enum import Enum, StrEnum

from iopkit.courses.due_rules import DueRule, RollOpen
from iopkit.courses.events import EVENT_KINDS, Died
from iopkit.courses.happenings import Happening, Having, type_of_field
from iopkit.courses.judging import AT_ANY_TIME
from iopkit.eligibility.diagrams import YES, diagram_of, reached
from iopkit.eligibility.predicates import Predicate, describe
from iopkit.errors import each_a
from iopkit.fields import frozen


class DueFlawKind(StrEnum):
    """What a rule can never do."""

    NEVER_OPENS = "never_opens"
    """It never asks for anything."""
    NEVER_DONE = "never_done"
    """What it asks for can never be done; only ``until`` takes it off the list."""
    NEVER_CLOSES = "never_closes"
    """What it asks for can never be done, and nothing takes it off the list."""


@frozen
class DueFlaw:
    """A flaw of a due rule, and why it is one."""

    rule: str
    kind: DueFlawKind
    why: str


def due_flaws(rules: Iterable[DueRule]) -> tuple[DueFlaw, ...]:
    """What due rules can never do, in their order; empty for rules without flaws.

    Raises:
        InvalidError: something is no due rule.
        TooComplexError: a condition is too complex to work out.

    Example:
        >>> from iopkit.courses.due_rules import Term
        >>> paper = Having("paper", ("summary",))
        >>> rule = DueRule(
        ...     "summary",
        ...     "Sign the summary",
        ...     Happening("discharged"),
        ...     Term(15),
        ...     done_by=(Happening("signed", (paper,)),),
        ...     said_by="Elm Street's handbook",
        ... )
        >>> [flaw.kind.value for flaw in due_flaws([rule])]
        ['never_closes']
    """
    return tuple(
        flaw for rule in each_a("due rules", rules, "rules", DueRule) for flaw in _flaws(rule)
    )


def _flaws(rule: DueRule) -> Iterator[DueFlaw]:
    never_opens = _never_opens(rule)
    if never_opens:
        yield DueFlaw(rule.name, DueFlawKind.NEVER_OPENS, never_opens)
    if isinstance(rule.when, RollOpen):
        return  # what is recorded of the session closes it
    never_done = _never_after(rule, rule.done_by)
    if never_done:
        stays = not rule.ends or _never_after(rule, rule.ends)
        kind = DueFlawKind.NEVER_CLOSES if stays else DueFlawKind.NEVER_DONE
        yield DueFlaw(rule.name, kind, never_done)


def _never_opens(rule: DueRule) -> str:
    """Why a rule never opens; empty if it can."""
    when = rule.when
    if isinstance(when, Predicate):
        diagram = diagram_of(when)
        ends = {branch for at in reached(diagram) for branch in diagram.node(at).branches}
        first = "" if YES in {*ends, diagram.root} else f"never is it so that {describe(when)}"
    else:
        first = _never(when) if isinstance(when, Happening) else ""
    others = [_never(each) for each in rule.or_when]
    return "; ".join([first, *others]) if first and all(others) else ""


def _never_after(rule: DueRule, meant: Iterable[Happening]) -> str:
    """Why none of some events can be once a rule has opened; empty if one can."""
    openings = (*([rule.when] if isinstance(rule.when, Happening) else []), *rule.or_when)
    died = bool(openings) and all(EVENT_KINDS[each.kind] is Died for each in openings)
    whys = [_never(each, after_death=died) for each in meant]
    return "; ".join(whys) if all(whys) else ""


def _never(meant: Happening, *, after_death: bool = False) -> str:
    """Why no event can be one of those that are meant; empty if one can."""
    if after_death and EVENT_KINDS[meant.kind] not in AT_ANY_TIME:
        return f"no {_said(meant.kind)} comes after a death"
    whys = (_no_value(meant.kind, each) for each in meant.having)
    return next(filter(None, whys), "")


def _no_value(kind: str, having: Having) -> str:
    """Why a field can have none of the values; empty if it can."""
    of = type_of_field(EVENT_KINDS[kind], having.field)
    known = _words_of(of)
    if known is None or not known.isdisjoint(having.values):
        return ""
    said = " or ".join(having.values)
    return f"no {_said(kind)} has {having.field} {said}: expected {', '.join(sorted(known))}"


def _words_of(of: type | None) -> set[str] | None:
    """Every value of a class, as documents write it; ``None``: there is no list."""
    if of is bool:
        return {"true", "false"}
    if of is not None and issubclass(of, Enum):
        return {str(each.value) for each in of}
    return None


def _said(kind: str) -> str:
    return kind.replace("_", " ")
