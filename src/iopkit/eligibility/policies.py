"""Policies: dated sets of criteria, and what they decide about a patient."""

from datetime import date

from iopkit.confidential import hidden
from iopkit.eligibility.changes import (
    Change,
    Evidence,
    Role,
    evidence,
    open_facts,
    smallest_changes,
)
from iopkit.eligibility.explanations import Explanation, explain
from iopkit.eligibility.kinds import Scalar
from iopkit.eligibility.predicates import (
    AllOf,
    AnyFact,
    Predicate,
    facts_in,
)
from iopkit.eligibility.risks import RecordedRisk, recorded_risks, risks_among
from iopkit.eligibility.sheets import FactSheet, read_facts
from iopkit.errors import NotInForceError, TooComplexError, refuse, unless
from iopkit.fields import frozen
from iopkit.patients.patients import Patient, refuse_before_birth
from iopkit.sources import Dated, Source, Versions
from iopkit.truth import Truth, all_of


@frozen
class Criterion:
    """One condition of a policy, with the place in its source that states it.

    Raises:
        InvalidError: ``predicate`` is none.
    """

    name: str
    meaning: str
    predicate: Predicate
    source: Source


@frozen
class Policy:
    """Who is eligible: in each dated version, the patient must meet every criterion.

    ``left_open`` says what its sources ask for that no criterion judges, so that nobody
    takes a "yes" for more than it is.

    Raises:
        InvalidError: a version has no criterion, or two of one name, or asks about two
            facts of one name.
    """

    name: str
    title: str
    versions: Versions[tuple[Criterion, ...]]
    left_open: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        for number, version in enumerate(self.versions.dated):
            names = [criterion.name for criterion in version.value]
            asked = {fact for criterion in version.value for fact in facts_in(criterion.predicate)}
            apart = len({fact.name for fact in asked}) == len(asked)
            faults = (
                *unless(apart, "value", "one fact of each name", "two"),
                *unless(bool(names), "value", "at least one criterion", "none"),
                *unless(len(names) == len(set(names)), "value", "each name once", "one twice"),
            )
            where = ("versions", "dated", number)
            refuse(f"policy {self.name!r}", tuple(fault.under(*where) for fault in faults))

    def version(self, *, on: date) -> Dated[tuple[Criterion, ...]]:
        """The version in force on a day.

        Raises:
            NotInForceError: ``on`` is before the first version.
        """
        try:
            return self.versions.on(on)
        except NotInForceError as error:
            raise NotInForceError(f"policy {self.name!r}: {error}") from None

    def facts(self, *, on: date) -> tuple[AnyFact, ...]:
        """The facts that the version in force on a day asks about, each once.

        Raises:
            NotInForceError: ``on`` is before the first version.
        """
        return tuple(dict.fromkeys(facts_in(self.predicate(on=on))))

    def predicate(self, *, on: date) -> AllOf:
        """That every criterion of the version in force on a day is met.

        Raises:
            NotInForceError: ``on`` is before the first version.
        """
        return AllOf(tuple(criterion.predicate for criterion in self.version(on=on).value))

    def decide(self, patient: Patient, *, on: date) -> "Decision":
        """Judge a patient on a day, by the version in force on it.

        It advises; clinicians decide.

        Raises:
            NotInForceError: ``on`` is before the first version.
            InvalidError: ``on`` is before the birth.
        """
        refuse_before_birth(patient, on, what="decision", path="on")
        sheet = read_facts(self.facts(on=on), patient, on=on)
        return self._decided(sheet, recorded_risks(patient, on=on))

    def decide_sheet(self, sheet: FactSheet) -> "Decision":
        """Judge by facts that were read before, or that come from elsewhere.

        A fact that is not in the sheet is not known: for recorded risks to be named, the sheet
        has to have them, whether or not the policy asks about them. It has no days of findings.

        Raises:
            NotInForceError: the sheet's day is before the first version.

        Example:
            >>> from iopkit.eligibility import FACTS
            >>> from iopkit.library import find_policy
            >>> asked = {"needed_hours_per_week": 8.0}
            >>> sheet = FactSheet.of(FACTS.values(), asked, on=date(2026, 1, 5))
            >>> find_policy("us-medicare-iop").decide_sheet(sheet).verdict
            <Truth.NO: 'no'>
        """
        return self._decided(sheet, risks_among(sheet.values()))

    def _decided(self, sheet: FactSheet, risks: tuple[RecordedRisk, ...]) -> "Decision":
        version = self.version(on=sheet.on)
        values = sheet.values()
        results = tuple(Result(c, explain(c.predicate, values)) for c in version.value)
        at_risk = frozenset(fact for risk in risks for fact in risk.alike)
        judged = {fact for each in results for fact in _judged(each, at_risk)}
        return Decision(
            self.name,
            self.title,
            version.since,
            sheet.on,
            version.source,
            results,
            self.left_open,
            tuple(risk for risk in risks if risk.alike.isdisjoint(judged)),
        )


@frozen(repr=False)
class Result:
    """What came of one criterion: met (yes), unmet (no) or undetermined (unknown)."""

    criterion: Criterion
    explanation: Explanation

    @property
    def truth(self) -> Truth:
        """Whether the criterion is met."""
        return self.explanation.truth

    @property
    def reason(self) -> str:
        """What was asked and what was seen."""
        return self.explanation.reason

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Each fact that was asked about, in reading order, with the role of its value."""
        return evidence(self.criterion.predicate, self.explanation.values)

    __repr__ = hidden


def _judged(result: Result, facts: frozenset[AnyFact]) -> frozenset[AnyFact]:
    """Those of some facts that made a difference to a criterion: to be asked about is not enough.

    "Few hours or not dangerous" has not judged the danger of somebody who needs few hours.
    """
    if facts.isdisjoint(facts_in(result.criterion.predicate)):
        return frozenset()
    try:
        seen = result.evidence
    except TooComplexError:
        return frozenset()  # to name them is on the safe side
    return frozenset(each.fact for each in seen if each.role is Role.DECISIVE) & facts


@frozen(repr=False)
class Decision:
    """A policy's answer for one patient on one day, with all its reasons.

    ``unjudged`` is what is recorded, speaks of risk and made no difference to any criterion: a
    "yes" does not say that it is harmless. ``None``: not known, as of decisions stored before it
    was kept. A policy always knows; so ``()``, there is nothing, is what documents leave out, and
    ``None`` is written as ``null``.

    Raises:
        InvalidError: there is no result, of which a yes would have no reason, or what is
            unjudged has a fact twice or was found after the day.
    """

    policy: str
    title: str
    since: date
    on: date
    source: Source
    results: tuple[Result, ...]
    left_open: tuple[str, ...] = ()
    unjudged: tuple[RecordedRisk, ...] | None = ()

    def __attrs_post_init__(self) -> None:
        risks = self.unjudged or ()
        once = len({risk.fact for risk in risks}) == len(risks)
        known = all(risk.on is None or risk.on <= self.on for risk in risks)
        refuse(
            "decision",
            unless(bool(self.results), "results", "at least one result", "none"),
            unless(once, "unjudged", "each fact once", "one twice"),
            unless(known, "unjudged", "what was found by the day", "later findings"),
        )

    @property
    def verdict(self) -> Truth:
        """Yes if every criterion is met, no if one is unmet, else unknown."""
        return all_of(result.truth for result in self.results)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the unknown facts that could still change the verdict.

        Those that settle the most come first. A settled verdict has none, unless a
        criterion asks whether a fact is known: then learning it may change even that.

        See ``open_facts``; never empty while the verdict is unknown.
        """
        return tuple(fact.name for fact in open_facts(*self._asked))

    @property
    def changes(self) -> tuple[tuple[Change, ...], ...]:
        """The smallest sets of changes that would turn a "no" into a "yes".

        See ``smallest_changes``. Empty unless the verdict is no.
        """
        return smallest_changes(*self._asked) if self.verdict is Truth.NO else ()

    @property
    def _asked(self) -> tuple[Predicate, dict[str, Scalar | None]]:
        """All criteria as one predicate, and the values that they saw."""
        asked = AllOf(tuple(result.criterion.predicate for result in self.results))
        seen = [result.explanation.values for result in self.results]
        return asked, {name: value for values in seen for name, value in values.items()}

    __repr__ = hidden
