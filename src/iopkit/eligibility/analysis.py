"""What a policy can and cannot do, worked out for every patient at once.

A patient is any values of the facts that are asked about, each known or not. Facts are taken
one by one, so an example may join values that no one person has. All but ``turns_on`` need
the extra ``analysis``.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import combinations

from iopkit.eligibility.branches import Flaw, flaws_in
from iopkit.eligibility.diagrams import diagram_of
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.eligibility.predicates import AnyFact, Predicate, Values, evaluate, facts_in
from iopkit.eligibility.sheets import FactSheet
from iopkit.eligibility.spaces import Formulas, Space
from iopkit.errors import refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.truth import Truth, all_of


@frozen
class Analysis:
    """What one version of a policy can and cannot do; criteria are given by their names.

    Each statement is about every patient, whatever is known of them. All tuples are in the
    policy's order, and empty in a policy without flaws.
    """

    policy: str
    since: date
    contradiction: tuple[str, ...]
    """Criteria that nobody meets together, none of which can be left out of that; empty if
    somebody can be eligible."""
    redundant: tuple[str, ...]
    """Criteria each of which could be dropped, alone, and no verdict would change."""
    never_unmet: tuple[str, ...]
    """Criteria that are met or undetermined for everybody."""
    never_met: tuple[str, ...]
    """Criteria that are unmet or undetermined for everybody."""
    nothing_known: Truth
    """The verdict on a patient of whom nothing is known; a yes there is a flaw."""
    flaws: tuple[Flaw, ...] = ()
    """What is wrong inside the criteria, branch by branch."""

    @property
    def impossible(self) -> bool:
        """Whether nobody can be eligible."""
        return bool(self.contradiction)

    @property
    def admits_unknown(self) -> bool:
        """Whether a patient of whom nothing is known is eligible."""
        return self.nothing_known is Truth.YES

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        found = (self.contradiction, self.redundant, self.never_unmet, self.never_met, self.flaws)
        return not any(found) and not self.admits_unknown


@frozen
class Contrast:
    """A made-up patient on whom two policies differ.

    ``deciding`` has, for each policy, the criteria behind its verdict: the unmet ones for a
    no, the undetermined ones for "not known", and for a yes those that ask about the same
    facts as the other policy's.

    Raises:
        InvalidError: the verdicts do not differ.
    """

    facts: FactSheet
    verdicts: tuple[Truth, Truth]
    deciding: tuple[tuple[Criterion, ...], tuple[Criterion, ...]]

    def __attrs_post_init__(self) -> None:
        first, second = self.verdicts
        refuse("contrast", unless(first is not second, "verdicts", "two that differ", "one"))


@frozen
class Difference:
    """Where two policies differ, each as of a day; without contrasts, nowhere.

    ``second_on`` is the second's day, if it is another than ``on``.
    """

    policies: tuple[Policy, Policy]
    on: date
    contrasts: tuple[Contrast, ...]
    second_on: date | None = None

    @property
    def days(self) -> tuple[date, date]:
        """The day that each policy is taken as of."""
        return self.on, self.on if self.second_on is None else self.second_on

    @property
    def same(self) -> bool:
        """Whether both give every patient the same verdict, whatever is known."""
        return not self.contrasts


@frozen
class Overlap:
    """Two rungs of a ladder, by their places from 0, and a made-up patient whom both take."""

    rungs: tuple[int, int]
    example: FactSheet


def analyze(policy: Policy, *, on: date) -> Analysis:
    """What the version of a policy in force on a day can and cannot do.

    Raises:
        NotInForceError: ``on`` is before the first version.
        TooComplexError: the solver finds no answer within its limit of effort.
        MissingExtraError: the extra ``analysis`` is not installed.

    Example:
        >>> from iopkit.library import find_policy
        >>> found = analyze(find_policy("us-medicare-iop"), on=date(2026, 1, 5))
        >>> found.impossible, found.redundant, found.nothing_known
        (False, (), <Truth.UNKNOWN: 'unknown'>)
    """
    refuse("analysis", unless_a(policy, "policy", Policy))
    version = policy.version(on=on)
    criteria = {criterion.name: criterion.predicate for criterion in version.value}
    space = Space.of(criteria.values())
    rails = {name: space.rails(predicate) for name, predicate in criteria.items()}
    contradiction = list(rails) if not space.holds(*(yes for yes, _ in rails.values())) else []
    for name in tuple(contradiction):
        others = [rails[other][0] for other in contradiction if other != name]
        if not space.holds(*others):
            contradiction.remove(name)
    return Analysis(
        policy.name,
        version.since,
        contradiction=tuple(contradiction),
        redundant=tuple(
            name
            for name in criteria
            if not space.holds(
                space.differ(
                    space.all_of(rails.values()),
                    space.all_of(rails[other] for other in rails if other != name),
                )
            )
        ),
        never_unmet=tuple(name for name, (_, no) in rails.items() if not space.holds(no)),
        never_met=tuple(name for name, (yes, _) in rails.items() if not space.holds(yes)),
        nothing_known=evaluate(policy.predicate(on=on), {}),
        flaws=tuple(flaw for name, one in criteria.items() for flaw in flaws_in(name, one)),
    )


def difference(
    first: Policy, second: Policy, *, on: date, second_on: date | None = None
) -> Difference:
    """Where two policies differ on a day, with made-up patients.

    With ``second_on``, ``second`` is taken as of that day, and may be the same policy: then it
    is where two of its versions differ.

    First come patients whom only ``first`` admits, one for each criterion for which alone
    ``second`` refuses somebody, or else one whom it refuses for several; then the same the
    other way round. Everything is known of them, but what makes no difference is left out.
    Only if there are none, the one contrast is a patient of whom something is not known.

    Raises:
        NotInForceError: its day is before the first version of one of them.
        InvalidError: the two use one name for different facts.
        TooComplexError: the solver finds no answer within its limit of effort.
        MissingExtraError: the extra ``analysis`` is not installed.

    Example:
        >>> from iopkit.library import find_policy
        >>> medicare = find_policy("us-medicare-iop")
        >>> difference(medicare, medicare, on=date(2026, 1, 5)).same
        True
    """
    each = unless_a(first, "first", Policy), unless_a(second, "second", Policy)
    refuse("difference", *each)
    later = on if second_on is None else second_on
    sides = first.version(on=on).value, second.version(on=later).value
    space = Space.of(criterion.predicate for side in sides for criterion in side)
    one, other = ([space.rails(criterion.predicate) for criterion in side] for side in sides)
    found = [*_refused(space, one, other), *_refused(space, other, one)]
    if not found:
        found = space.found(space.differ(space.all_of(one), space.all_of(other)))
    contrasts = tuple(_contrast(space, values, sides, on) for values in found)
    return Difference((first, second), on, contrasts, second_on)


def _refused(space: Space, one: Sequence[Formulas], other: Sequence[Formulas]) -> list[Values]:
    """Patients whom one set of criteria admits and another refuses, each for another reason."""
    admitted = space.all_known, space.all_of(one)[0]
    found: list[Values] = []
    for reason in other:
        rest = space.all_of(rails for rails in other if rails is not reason)
        found += space.found(*admitted, reason[1], rest[0])
    return found or space.found(*admitted, space.all_of(other)[1])


_Criteria = tuple[Criterion, ...]


def _contrast(
    space: Space, values: Values, sides: tuple[_Criteria, _Criteria], on: date
) -> Contrast:
    def judged(values: Values) -> tuple[tuple[Truth, Truth], tuple[_Criteria, _Criteria]]:
        first, second = (
            all_of(evaluate(criterion.predicate, values) for criterion in side) for side in sides
        )
        one, other = _behind(first, sides[0], values), _behind(second, sides[1], values)
        if first is Truth.YES:
            one = _about(other, one)
        if second is Truth.YES:
            other = _about(one, other)
        return (first, second), (one, other)

    sheet = space.sheet(values, judged, on)
    return Contrast(sheet, *judged(sheet.values()))


def _behind(verdict: Truth, criteria: _Criteria, values: Values) -> _Criteria:
    return tuple(c for c in criteria if evaluate(c.predicate, values) is verdict)


def _about(others: _Criteria, criteria: _Criteria) -> _Criteria:
    """The criteria that ask about a fact that the others ask about."""
    facts = {fact for criterion in others for fact in facts_in(criterion.predicate)}
    return tuple(c for c in criteria if facts.intersection(facts_in(c.predicate)))


def turns_on(policy: Policy, fact: AnyFact, *, on: date) -> bool:
    """Whether two patients who differ in one fact alone can get different verdicts.

    Their values of the fact may be any two, "not known" among them.

    It takes no solver: a policy's diagram asks about what makes a difference and no more.

    Raises:
        NotInForceError: ``on`` is before the first version.
        TooComplexError: the policy's diagram is too large.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> from iopkit.library import find_policy
        >>> medicare = find_policy("us-medicare-iop")
        >>> [turns_on(medicare, FACTS[f], on=date(2026, 1, 5)) for f in ("age", "dangerous")]
        [False, True]
    """
    refuse("analysis", unless_a(policy, "policy", Policy))
    return fact in diagram_of(policy.predicate(on=on)).facts


def gap(rungs: Iterable[Policy | Predicate], *, on: date) -> FactSheet | None:
    """A made-up patient of whom enough is known, and whom no rung of a ladder takes, if any.

    Raises:
        NotInForceError: ``on`` is before the first version of a policy.
        InvalidError: the rungs use one name for different facts.
        TooComplexError: the solver finds no answer within its limit of effort.
        MissingExtraError: the extra ``analysis`` is not installed.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> hours = FACTS["needed_hours_per_week"]
        >>> found = gap([hours < 9, hours >= 20], on=date(2026, 1, 5))
        >>> dict(found.values()) if found else None
        {'needed_hours_per_week': 9}
    """
    asked = [_whole(rung, on) for rung in rungs]
    space = Space.of(asked)
    found = space.found(space.all_known, *(space.rails(predicate)[1] for predicate in asked))
    return space.sheet(found[0], _judge(asked), on) if found else None


def overlaps(rungs: Iterable[Policy | Predicate], *, on: date) -> tuple[Overlap, ...]:
    """Each two rungs of a ladder that take the same patient, with a made-up one.

    Raises:
        NotInForceError: ``on`` is before the first version of a policy.
        InvalidError: the rungs use one name for different facts.
        TooComplexError: the solver finds no answer within its limit of effort.
        MissingExtraError: the extra ``analysis`` is not installed.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> hours = FACTS["needed_hours_per_week"]
        >>> (found,) = overlaps([hours < 9, hours.between(9, 20), hours >= 20], on=date(2026, 1, 5))
        >>> found.rungs, dict(found.example.values())
        ((1, 2), {'needed_hours_per_week': 20})
    """
    asked = [_whole(rung, on) for rung in rungs]
    space = Space.of(asked)
    yes = [space.rails(predicate)[0] for predicate in asked]
    return tuple(
        Overlap((one, other), space.sheet(values, _judge([asked[one], asked[other]]), on))
        for one, other in combinations(range(len(asked)), 2)
        for values in space.found(yes[one], yes[other])
    )


def _judge(asked: Iterable[Predicate]) -> Callable[[Values], object]:
    return lambda values: [evaluate(predicate, values) for predicate in asked]


def _whole(rung: Policy | Predicate, on: date) -> Predicate:
    return rung.predicate(on=on) if isinstance(rung, Policy) else rung
