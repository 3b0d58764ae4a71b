"""Whose rules count: what applies at a site to a patient, on a day, in a period and for a plan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.rates import RateTable
from iopkit.confidential import hidden
from iopkit.eligibility.policies import Policy
from iopkit.errors import refuse, refuse_flags, refuse_moments, unless
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare, same_level
from iopkit.modalities import Delivery
from iopkit.patients.patients import Coverage, Patient, Whereabouts, refuse_before_birth
from iopkit.payers import Payer
from iopkit.plans.plans import Plan
from iopkit.requirements.requirements import RequirementSet
from iopkit.schedules.sessions import Schedule
from iopkit.scopes import License, Scope
from iopkit.sites.sites import Site
from iopkit.truth import Truth, all_of, any_of
from iopkit.windows import ONE_DAY

Rule = Policy | RequirementSet | CodingScheme | RateTable
"""What can say whose it is."""


_KINDS = {
    Policy: "policy",
    RequirementSet: "requirements",
    CodingScheme: "coding",
    RateTable: "rates",
}


def kind_of_rule(rule: Rule) -> str:
    """What kind of rule it is, by the name that its documents have."""
    return _KINDS[type(rule)]


class Basis(StrEnum):
    """What a rule's applying turns on."""

    WHOSE = "whose"
    """Whether it says whose it is, or that it is everybody's."""
    IN_FORCE = "in_force"
    PLACE = "place"
    COVERAGE = "coverage"
    """That its payer covers the patient."""
    BILLING = "billing"
    """That the site bills its payer."""
    LICENSE = "license"
    LEVEL = "level"


@frozen(repr=False)
class Ground:
    """One ground, whether it speaks for applying, and what is known of it in words."""

    basis: Basis
    truth: Truth
    words: str

    __repr__ = hidden


@frozen(repr=False)
class Applicability:
    """Whether a rule applies on the days from ``start`` up to ``end``, and every reason."""

    rule: Rule
    start: date
    end: date
    grounds: tuple[Ground, ...]

    @property
    def applies(self) -> Truth:
        """Whether it applies: every ground has to hold."""
        return all_of(ground.truth for ground in self.grounds)

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons for just that answer: what keeps it from applying, or what is not known."""
        return tuple(ground.words for ground in self.grounds if ground.truth is self.applies)

    __repr__ = hidden


def applicable(  # noqa: PLR0913  # the case, by name
    rules: Iterable[Rule],
    site: Site,
    patient: Patient,
    *,
    on: date,
    level: LevelOfCare | None = None,
    telehealth: bool | None = None,
) -> tuple[Applicability, ...]:
    """Which rules apply, may apply and do not, at a site to a patient on a day.

    A payer's rule applies where the payer covers the patient and the site bills it; if it is a
    state's, as of Medicaid, where the patient lives there. Any other rule of a state applies
    where the site is there, and where the patient is there during sessions by telehealth. A rule
    for some licenses or one level of care applies where the site has one of the licenses, for
    that level. On a day on which the patient moves, places before and after it count.

    What is not known keeps no rule from applying: then the answer is unknown, and says so.

    Args:
        rules: such as ``iopkit.library.RULES``, all that are shipped.
        level: the level of care that is given; ``None``: any that the site may give.
        telehealth: whether there are sessions by telehealth; ``None``: as ``locations`` say.

    Returns:
        One for each rule, in their order.

    Raises:
        InvalidError: ``on`` is before the birth.
    """
    refuse_before_birth(patient, on, what="applicability", path="on")
    if telehealth is not None:
        refuse_flags("applicability", telehealth=telehealth)
    case = _Case(site, patient, level, telehealth)
    return tuple(Applicability(rule, on, on + ONE_DAY, case.grounds(rule, on)) for rule in rules)


def applicable_over(  # noqa: PLR0913  # a period and the same options
    rules: Iterable[Rule],
    site: Site,
    patient: Patient,
    *,
    start: date,
    end: date,
    level: LevelOfCare | None = None,
    telehealth: bool | None = None,
) -> tuple[Applicability, ...]:
    """Which rules apply on the days from ``start`` up to ``end``; see ``applicable``.

    Returns:
        For each rule, one for each stretch of days with the same reasons, in their order.

    Raises:
        InvalidError: the end is not after the start, or the start is before the birth.
    """
    refuse_moments("applicability", end=end)
    refuse_before_birth(patient, start, what="applicability", path="start")
    refuse("applicability", unless(start < end, "end", "a day after the start", "an earlier day"))
    if telehealth is not None:
        refuse_flags("applicability", telehealth=telehealth)
    days = [start + timedelta(number) for number in range((end - start).days)]
    return tuple(_over(rules, dict.fromkeys(days, _Case(site, patient, level, telehealth))))


def pays_for(scope: Scope, patient: Patient, *, on: date) -> Truth:
    """Whether a payer's figures or rules are of who pays for a patient on a day.

    A payer has to cover the patient; if it is a state's, as Medicaid is, the patient has to live
    there. What a site bills is not asked: care at another level may be given elsewhere.

    Raises:
        InvalidError: ``on`` is before the birth.

    Example:
        >>> from datetime import date
        >>> from uuid import UUID
        >>> born = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), coverages=())
        >>> pays_for(Scope("MD", payer=Payer.MEDICAID), born, on=date(2026, 1, 12))
        <Truth.NO: 'no'>
    """
    refuse_before_birth(patient, on, what="applicability", path="on")
    return all_of(ground.truth for ground in _payers_grounds(scope, patient, on))


def _over(rules: Iterable[Rule], cases: "Mapping[date, _Case]") -> Iterator[Applicability]:
    """For each rule, one for each stretch of days with the same reasons.

    Every day is looked at: a plan of half a year and all that is shipped take 0.3 s.
    """
    for rule in rules:
        for grounds, run in groupby(cases, key=lambda day: cases[day].grounds(rule, day)):
            first, *_ = alike = list(run)
            yield Applicability(rule, first, alike[-1] + ONE_DAY, grounds)


def applicable_to_plan(
    rules: Iterable[Rule], planned: Plan | Schedule, site: Site, patient: Patient
) -> tuple[Applicability, ...]:
    """Which rules apply on the days of a plan, at their level and by how its services are given.

    The level of a day is that of its phase. Of a schedule, the weeks by which it extends its plan
    count too. See ``applicable_over``.

    Raises:
        InvalidError: the plan is another patient's.
    """
    plan = planned.plan if isinstance(planned, Schedule) else planned
    own = plan.patient == patient.key
    refuse("applicability", unless(own, "patient", "the patient of the plan", "another"))
    refuse_before_birth(patient, plan.start, what="applicability", path="start")
    telehealth = _by_telehealth(planned)
    days = [plan.start + timedelta(number) for number in range((planned.end - plan.start).days)]
    by_level = {
        level: _Case(site, patient, level, telehealth) for level in {*map(plan.level_on, days)}
    }
    return tuple(_over(rules, {day: by_level[plan.level_on(day)] for day in days}))


def _by_telehealth(planned: Plan | Schedule) -> bool | None:
    """Whether there are sessions by telehealth; unknown where the delivery of one is open."""
    parts = planned.sessions if isinstance(planned, Schedule) else planned.program.every_service
    given = {part.delivery for part in parts}
    if Delivery.TELEHEALTH in given:
        return True
    return None if None in given else False


@frozen(repr=False)
class _Case:
    """A site and a patient, and what is asked of them for each rule."""

    site: Site
    patient: Patient
    level: LevelOfCare | None
    telehealth: bool | None

    __repr__ = hidden

    def grounds(self, rule: Rule, on: date) -> tuple[Ground, ...]:
        """All that a rule's applying on a day turns on."""
        scope = rule.scope
        if scope is None:
            unsaid = Ground(Basis.WHOSE, Truth.UNKNOWN, "whose rule it is, it does not say")
            return _in_force(rule, on), unsaid
        found = [_in_force(rule, on)]
        if scope == Scope():
            found.append(Ground(Basis.WHOSE, Truth.YES, f"it is for {scope.words}"))
        if scope.payer is not None:
            found += [*_payers_grounds(scope, self.patient, on), self._billing(scope.payer)]
        elif scope.place is not None:
            found.append(self._place(scope, on))
        if scope.licenses or scope.level:
            found.append(self._license(scope, on))
        if scope.level and self.level:
            found.append(_level(scope.level, self.level))
        return tuple(found)

    def _place(self, scope: Scope, on: date) -> Ground:
        """Where care is given: at the site, and where the patient is during telehealth."""
        at_site = _is_there(scope, self.site.state, self.site.county)
        joins = _anywhere(scope, self.patient.locations, on)
        if self.telehealth is False or (not self.telehealth and self.patient.locations == ()):
            joins = Truth.NO
        is_there = f"the site is in {scope.place}"
        from_there = f"the patient is in {scope.place} for sessions by telehealth"
        named = {is_there: at_site, from_there: joins}
        either = at_site | joins
        alike = [words for words, truth in named.items() if truth is either]
        neither = f"neither is the site in {scope.place} nor, for telehealth, the patient"
        joined = " and " if either is Truth.YES else " or "
        return _told(Basis.PLACE, either, joined.join(alike), neither)

    def _billing(self, payer: Payer) -> Ground:
        bills = Truth.of(None if self.site.payers is None else payer in self.site.payers)
        return _told(
            Basis.BILLING,
            bills,
            f"the site bills {payer.label}",
            f"the site does not bill {payer.label}",
        )

    def _license(self, scope: Scope, on: date) -> Ground:
        holds = (
            Truth.UNKNOWN
            if self.site.licenses is None
            else any_of(_allows(held, scope) for held in self.site.licenses if held.is_held(on))
        )
        kinds = f" as {scope.licensed_as}" if scope.licenses else ""
        level = f" for level {scope.level.number}" if scope.level else ""
        return _told(
            Basis.LICENSE,
            holds,
            f"the site is licensed{kinds}{level}",
            f"the site is not licensed{kinds}{level}",
        )


def _payers_grounds(scope: Scope, patient: Patient, on: date) -> Iterator[Ground]:
    """Whether a patient lives where a payer is one, and is covered by it."""
    if scope.place is not None:
        yield _told(
            Basis.PLACE,
            _anywhere(scope, patient.residences, on),
            f"the patient lives in {scope.place}",
            f"the patient does not live in {scope.place}",
        )
    covered = (
        Truth.UNKNOWN
        if patient.coverages is None
        else any_of(
            coverage.in_force(on) & _is_insurers(scope, coverage)
            for coverage in patient.coverages
            if coverage.payer is scope.payer
        )
    )
    yield _told(
        Basis.COVERAGE,
        covered,
        f"the patient is covered by {scope.paid_by}",
        f"the patient is not covered by {scope.paid_by}",
    )


def _told(basis: Basis, truth: Truth, yes: str, no: str) -> Ground:
    unknown = f"whether {yes} is not known"
    return Ground(basis, truth, {Truth.YES: yes, Truth.NO: no, Truth.UNKNOWN: unknown}[truth])


def _in_force(rule: Rule, on: date) -> Ground:
    """Whether a rule is in force on a day; before one from which it is known to be, it may be."""
    if isinstance(rule, RateTable):
        paid = any(rate.is_in_force(on) for rate in rule.rates)
        return _told(Basis.IN_FORCE, Truth.of(paid or None), "there are rates for the day", "")
    dated = rule.versions.dated
    begun = [version for version in dated if version.since <= on]
    if begun and begun[-1].is_in_force(on):
        lead = "it was" if begun[-1].since_from_copy else "it is"
        return Ground(Basis.IN_FORCE, Truth.YES, f"{lead} {begun[-1].since_words}")
    after = dated[len(begun) :]
    # A version seen in a copy may have taken the place of one that ended before.
    if not begun or any(version.since_from_copy for version in after[:1]):
        words = f"whether it was in force before {after[0].since} is not known"
        return Ground(Basis.IN_FORCE, Truth.UNKNOWN, words)
    return Ground(Basis.IN_FORCE, Truth.NO, f"it was {begun[-1].end_words}")


def _is_there(scope: Scope, state: str | None, county: str | None) -> Truth:
    """Whether a place that may not be known is in a scope's place."""
    inside = Truth.of(None if state is None else state == scope.state)
    if scope.county is None:
        return inside
    same = None if county is None else county.casefold() == scope.county.casefold()
    return inside & Truth.of(same)


def _anywhere(scope: Scope, places: Sequence[Whereabouts] | None, on: date) -> Truth:
    """Whether a patient is in a scope's place on a day; on the day of a move, also before it."""
    if places is None:
        return Truth.UNKNOWN
    moves = on > date.min and any(on in (place.start, place.end) for place in places)
    truths: list[Truth] = []
    for day in (on - ONE_DAY, on) if moves else (on,):
        there = [place for place in places if place.holds(day)]
        # Somewhere the patient is, recorded or not.
        truths += [_is_there(scope, p.state, p.county) for p in there] or [Truth.UNKNOWN]
    return any_of(truths)


def _is_insurers(scope: Scope, coverage: Coverage) -> Truth:
    if scope.insurer is None:
        return Truth.YES
    named = coverage.insurer
    return Truth.of(None if named is None else named.casefold() == scope.insurer.casefold())


def _allows(held: License, scope: Scope) -> Truth:
    """Whether a license is one that a rule is for."""
    kind = Truth.of(not scope.licenses or held.kind in scope.licenses)
    return kind & (Truth.YES if scope.level is None else same_level(scope.level, held.level))


def _level(needed: LevelOfCare, given: LevelOfCare) -> Ground:
    return _told(
        Basis.LEVEL,
        same_level(needed, given),
        f"the level of care is {needed.number}",
        f"the level of care is not {needed.number}",
    )
