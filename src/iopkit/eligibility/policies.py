"""Policies: dated sets of criteria, and what they decide about a patient."""

from datetime import date

from attrs import field

from iopkit.confidential import hidden
from iopkit.eligibility.changes import Change, Evidence, Role, smallest_changes
from iopkit.eligibility.considerations import (
    Consideration,
    Considered,
    consider,
    weighed_facts,
)
from iopkit.eligibility.consistency import (
    RecordedContradiction,
    contradictions,
    contradictions_in,
    without_contradicted,
)
from iopkit.eligibility.coverages import PAYER_FACTS, PayerCoverage, payer_coverage
from iopkit.eligibility.explanations import Explanation, explain
from iopkit.eligibility.predicates import (
    AllOf,
    AnyFact,
    Predicate,
    Values,
    facts_in,
    with_terms,
)
from iopkit.eligibility.risks import RecordedRisk, recorded_risks, risks_among
from iopkit.eligibility.sheets import FactSheet, read_facts
from iopkit.errors import TooComplexError, refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.patients.patients import Patient, refuse_before_birth
from iopkit.payers import Payer
from iopkit.scopes import Scope
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
    takes a "yes" for more than it is. ``considerations`` are told beside the criteria, and no
    verdict turns on them. ``scope`` says whose it is; ``None``: not known.

    Raises:
        InvalidError: a version has no criterion, or two of one name, or asks about two
            facts of one name, or two considerations have one name.
    """

    name: str
    title: str
    versions: Versions[tuple[Criterion, ...]]
    left_open: tuple[str, ...] = ()
    considerations: tuple[Consideration, ...] = field(default=(), kw_only=True)
    scope: Scope | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        weighed = [consideration.name for consideration in self.considerations]
        once = len(weighed) == len(set(weighed))
        what = f"policy {self.name!r}"
        refuse(what, unless(once, "considerations", "each name once", "one twice"))
        for number, version in enumerate(self.versions.dated):
            names = [criterion.name for criterion in version.value]
            each: tuple[Criterion | Consideration, ...] = (*version.value, *self.considerations)
            asked = {fact for one in each for fact in facts_in(one.predicate)}
            apart = len({fact.name for fact in asked}) == len(asked)
            faults = (
                *unless(apart, "value", "one fact of each name", "two"),
                *unless(bool(names), "value", "at least one criterion", "none"),
                *unless(len(names) == len(set(names)), "value", "each name once", "one twice"),
            )
            where = ("versions", "dated", number)
            refuse(what, tuple(fault.under(*where) for fault in faults))

    def version(self, *, on: date, assume_in_force: bool = False) -> Dated[tuple[Criterion, ...]]:
        """The version in force on a day.

        Args:
            assume_in_force: where none is known to be, the nearest; see ``Versions.on``.

        Raises:
            NotInForceError: no version is known to be in force on ``on``, and none is assumed.
        """
        of = f"policy {self.name!r}"
        return self.versions.on(on, assume_in_force=assume_in_force, of=of)

    def facts(self, *, on: date, assume_in_force: bool = False) -> tuple[AnyFact, ...]:
        """The facts that the version in force on a day asks about, each once.

        Raises:
            NotInForceError: as ``version``.
        """
        asked = self.predicate(on=on, assume_in_force=assume_in_force)
        return tuple(dict.fromkeys(facts_in(asked)))

    def predicate(self, *, on: date, assume_in_force: bool = False) -> AllOf:
        """That every criterion of the version in force on a day is met.

        Raises:
            NotInForceError: as ``version``.
        """
        version = self.version(on=on, assume_in_force=assume_in_force)
        return AllOf(tuple(criterion.predicate for criterion in version.value))

    def decide(self, patient: Patient, *, on: date, assume_in_force: bool = False) -> "Decision":
        """Judge a patient on a day, by the version in force on it.

        It advises; clinicians decide.

        Args:
            assume_in_force: where no version is known to be in force, judge by the nearest;
                the decision says so.

        Raises:
            NotInForceError: as ``version``.
            InvalidError: ``on`` is before the birth.

        Example:
            >>> from uuid import UUID
            >>> from iopkit.library import find_policy
            >>> somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
            >>> policy = find_policy("us-medicare-iop")
            >>> found = policy.decide(somebody, on=date(2023, 5, 9), assume_in_force=True)
            >>> found.assumed_in_force, str(found.since)
            (True, '2024-01-01')
        """
        refuse_before_birth(patient, on, what="decision", path="on")
        version = self.version(on=on, assume_in_force=assume_in_force)
        asked = self._facts_of(version)
        sheet = read_facts(asked, patient, on=on)
        payers = PAYER_FACTS.values() if self._payer else ()
        paid_by = {fact.name: fact.read(patient, on) for fact in payers}
        found = contradictions(patient, on=on)
        consistent = without_contradicted(sheet, found).with_margins(asked)
        return self._decided(version, consistent, recorded_risks(patient, on=on), found, paid_by)

    def decide_sheet(self, sheet: FactSheet, *, assume_in_force: bool = False) -> "Decision":
        """Judge by facts that were read before, or that come from elsewhere.

        A fact that is not in the sheet is not known: for recorded risks to be named, the sheet
        has to have them, whether or not the policy asks about them, and so it is with the facts of
        who covers the patient.

        Args:
            assume_in_force: as ``decide``.

        Raises:
            NotInForceError: as ``version``, of the sheet's day.
            InvalidError: ``sheet`` is none.

        Example:
            >>> from iopkit.eligibility import FACTS
            >>> from iopkit.library import find_policy
            >>> asked = {"needed_hours_per_week": 8.0}
            >>> sheet = FactSheet.of(FACTS.values(), asked, on=date(2026, 1, 5))
            >>> find_policy("us-medicare-iop").decide_sheet(sheet).verdict
            <Truth.NO: 'no'>
        """
        refuse("decision", unless_a(sheet, "sheet", FactSheet))
        version = self.version(on=sheet.on, assume_in_force=assume_in_force)
        asked = self._facts_of(version)
        whole = sheet.with_recent(asked)
        risks, found = risks_among(whole.values()), contradictions_in(whole)
        consistent = without_contradicted(whole, found).with_margins(asked)
        return self._decided(version, consistent, risks, found, whole.values())

    def _facts_of(self, version: Dated[tuple[Criterion, ...]]) -> tuple[AnyFact, ...]:
        """What a version and the considerations ask about, each once, terms of differences too."""
        asked = [one.predicate for one in version.value]
        asked += [one.predicate for one in self.considerations]
        return with_terms(fact for each in asked for fact in facts_in(each))

    def _decided(
        self,
        version: Dated[tuple[Criterion, ...]],
        sheet: FactSheet,
        risks: tuple[RecordedRisk, ...],
        found: tuple[RecordedContradiction, ...],
        paid_by: Values,
    ) -> "Decision":
        values, readings = sheet.values(), sheet.told()
        results = tuple(Result(c, explain(c.predicate, values, readings)) for c in version.value)
        at_risk = frozenset(fact for risk in risks for fact in risk.alike)
        judged = {fact for each in results for fact in _judged(each, at_risk)}
        considered = consider(self.considerations, sheet)
        judged |= weighed_facts(considered)
        return Decision(
            self.name,
            self.title,
            version.since,
            sheet.on,
            version.source,
            results,
            self.left_open,
            tuple(risk for risk in risks if risk.alike.isdisjoint(judged)),
            end=version.end,
            since_from_copy=version.since_from_copy,
            assumed_in_force=not version.is_in_force(sheet.on),
            contradictions=found,
            considerations=considered,
            coverage=payer_coverage(self._payer, paid_by) if self._payer else None,
        )

    @property
    def _payer(self) -> Payer | None:
        return self.scope.payer if self.scope else None


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
        """Each fact that was asked about, in reading order, with the role of its value.

        Raises:
            TooComplexError: the roles are too complex to work out; ``explanation`` has the
                values.
        """
        return self.explanation.evidence

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

    ``considerations`` are those of the policy, in its own order, met, unmet or undetermined.

    ``unjudged`` is what is recorded, speaks of risk, made no difference to any criterion and is
    told with no consideration: a "yes" does not say that it is harmless. ``None``: not known, as
    of decisions stored before it was kept. A policy always knows; so ``()``, there is nothing, is
    what documents leave out, and ``None`` is written as ``null``. So it is with
    ``contradictions``, what in the record cannot all be so: its facts counted as not known in
    every criterion.

    ``since``, ``end`` and ``since_from_copy`` are those of the version it was judged by, see
    ``Dated``. ``assumed_in_force``: that is not known to be in force on the day, and the caller
    asked to judge by it all the same.

    ``coverage`` says whether the policy's payer covers the patient on the day; the verdict does not
    turn on it. ``None``: the policy is no payer's, or it was not kept.

    Raises:
        InvalidError: there is no result, of which a yes would have no reason, what is unjudged
            has a fact twice or was found after the day, or what is assumed in force is known to
            be, or the other way round.
    """

    policy: str
    title: str
    since: date
    on: date
    source: Source
    results: tuple[Result, ...]
    left_open: tuple[str, ...] = ()
    unjudged: tuple[RecordedRisk, ...] | None = ()
    end: date | None = None
    since_from_copy: bool = False
    assumed_in_force: bool = False
    contradictions: tuple[RecordedContradiction, ...] | None = ()
    considerations: tuple[Considered, ...] = ()
    coverage: PayerCoverage | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        risks = self.unjudged or ()
        known_in_force = self.since <= self.on and (self.end is None or self.on < self.end)
        once = len({risk.fact for risk in risks}) == len(risks)
        known = all(risk.on is None or risk.on <= self.on for risk in risks)
        refuse(
            "decision",
            unless(bool(self.results), "results", "at least one result", "none"),
            unless(once, "unjudged", "each fact once", "one twice"),
            unless(known, "unjudged", "what was found by the day", "later findings"),
            unless(
                known_in_force is not self.assumed_in_force,
                "assumed_in_force",
                "true if the day is before since, or on or after end, and else false",
                self.assumed_in_force,
            ),
        )

    @property
    def verdict(self) -> Truth:
        """Yes if every criterion is met, no if one is unmet, else unknown."""
        return all_of(result.truth for result in self.results)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the facts not known to one value that could still change the verdict.

        Those that settle the most come first. A settled verdict has none, unless a
        criterion asks whether a fact is known: then learning it may change even that.
        Contradicted facts are not among them: they are recorded, and to be put right.

        See ``open_facts``; never empty while the verdict is unknown and nothing contradicted.

        Raises:
            TooComplexError: they are too complex to work out; the verdict stands without.
        """
        return self._whole.missing

    @property
    def changes(self) -> tuple[tuple[Change, ...], ...]:
        """The smallest sets of changes that would turn a "no" into a "yes".

        See ``smallest_changes``. Empty unless the verdict is no.

        Raises:
            TooComplexError: they are too complex to work out; the verdict stands without.
        """
        whole = self._whole
        return smallest_changes(whole.predicate, whole.values) if whole.truth is Truth.NO else ()

    @property
    def _whole(self) -> Explanation:
        """Why the verdict is what it is, all criteria as one."""
        parts = tuple(result.explanation for result in self.results)
        asked = AllOf(tuple(part.predicate for part in parts))
        return Explanation(asked, self.verdict, parts=parts)

    __repr__ = hidden
