"""Foreseeing: what is known on drafting to change within a plan, and when."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import cast

import attrs
from dateutil.relativedelta import relativedelta

from iopkit.confidential import hidden
from iopkit.eligibility.coverages import PAYER_FACTS
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Decision, Result
from iopkit.eligibility.possible import Value
from iopkit.eligibility.predicates import AnyFact, evaluate, facts_in
from iopkit.eligibility.readings import OLDEST, known_truth
from iopkit.eligibility.sheets import read_facts
from iopkit.fields import frozen
from iopkit.patients.consents import Purpose
from iopkit.patients.partial_dates import earliest_day, latest_day
from iopkit.patients.patients import Patient
from iopkit.plans.own_days import age_notes, is_adult
from iopkit.plans.plans import MOST_EXTRA_WEEKS
from iopkit.plans.tailoring import CALLED_FOR, call_for
from iopkit.plans.upcoming import ChangingKind, Consequence, ConsequenceKind, UpcomingChange
from iopkit.programs.programs import Program, Service
from iopkit.requirements.requirements import LATEST_ADULT_FROM, RequirementSet
from iopkit.scopes import License
from iopkit.sites.sites import Site
from iopkit.sources import since_words
from iopkit.truth import Truth, any_of
from iopkit.windows import ONE_DAY

_APPROVED = {
    FACTS[f"level_{number.replace('.', '_')}_approved"]: f"level {number}"
    for number in ("2.1", "2.5")
}
_CALLING = [fact for predicate in CALLED_FOR.values() for fact in facts_in(predicate)]
_AGES = (FACTS["age"], FACTS["age_group"])
FORESEEN: tuple[AnyFact, ...] = tuple(
    dict.fromkeys([*_AGES, *PAYER_FACTS.values(), *_APPROVED, *_CALLING])
)
"""The facts whose changes within a plan are told: what its services and payers turn on."""

_Starts = tuple[ConsequenceKind, ConsequenceKind]
_COVERAGE = (ConsequenceKind.COVERAGE_STARTS, ConsequenceKind.COVERAGE_STOPS)
_APPROVAL = (ConsequenceKind.APPROVAL_STARTS, ConsequenceKind.APPROVAL_STOPS)
_CONSENT = (ConsequenceKind.CONSENT_STARTS, ConsequenceKind.CONSENT_STOPS)
_SERVICE = (ConsequenceKind.SERVICE_STARTS, ConsequenceKind.SERVICE_STOPS)
_LICENSE = (ConsequenceKind.LICENSE_STARTS, ConsequenceKind.LICENSE_STOPS)
_RULES = (ConsequenceKind.OTHER_RULES, ConsequenceKind.NO_RULES)
_HOLDING: Mapping[str, tuple[_Starts, str]] = {
    **{fact.name: (_COVERAGE, payer.label) for payer, fact in PAYER_FACTS.items()},
    **{fact.name: (_APPROVAL, level) for fact, level in _APPROVED.items()},
}
"""Facts that hold from a day on or up to one: what follows from either, and for whom or what."""

_Changing = tuple[ChangingKind, str]
_State = Mapping[_Changing, Value]


@frozen(repr=False)
class Foresight:
    """What a plan is made from, and so what can change within it.

    It looks ``MOST_EXTRA_WEEKS`` past the plan's last day, as sessions may extend it so far.
    """

    program: Program
    patient: Patient
    site: Site
    start: date
    requirements: tuple[RequirementSet, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The first day, and those of the plan on which something of it can be another.

        They come from the record, the day before and after each of its days too, as spans are
        read from either end; from birthdays; and from the days on which rules and licenses
        begin and end. So a few are looked at, and not each day of the plan.
        """
        end, born = self.start + timedelta(weeks=self.program.weeks), self.patient.birth_date
        end += timedelta(weeks=MOST_EXTRA_WEEKS)
        if born is not None:  # no later than an age can be read
            end = min(end, latest_day(born) + relativedelta(years=OLDEST + 1))
        low, high = self.start - ONE_DAY, end + ONE_DAY
        near = {day for day in self._dates(end.year) if day is not None and low <= day <= high}
        found = {day + n * ONE_DAY for day in near for n in (-1, 0, 1)}
        return (self.start, *sorted(day for day in found if self.start < day < end))

    def _dates(self, last_year: int) -> Iterator[date | None]:
        """Days of the record, birthdays, and days on which rules and licenses begin and end."""
        yield from _days_in(self.patient)
        yield from _birthdays(self.patient, self.start.year, last_year)
        for requirements in self.requirements:
            for version in requirements.versions.dated:
                yield from (version.since, version.end)
        for judged in self.decisions:
            yield from (judged.since, judged.end)
        for held in self.site.licenses or ():
            yield from (held.start, held.end)

    def changes(self) -> tuple[UpcomingChange, ...]:
        """What changes within the plan, in the order of its days; see ``UpcomingChange``.

        Birthdays on which nothing can turn are left out: who has a plan need not know them.
        """
        found: list[UpcomingChange] = []
        last = self.state(self.start)
        for day in self.days[1:]:
            state = self.state(day)
            for of, value in state.items():
                if last[of] != value:
                    follows = tuple(self._follows(day, of, last, state))
                    change = UpcomingChange(day, *of, last[of], value, follows)
                    grown = change.is_of_age and is_adult(last[of], LATEST_ADULT_FROM) is Truth.YES
                    if follows or not grown:
                        found.append(change)
            last = state
        return tuple(found)

    def state(self, day: date) -> Mapping[_Changing, Value]:
        """All that can change, as it is on a day."""
        values = read_facts(FORESEEN, self.patient, on=day).values()
        state: dict[_Changing, Value] = {
            (ChangingKind.FACT, name): value for name, value in values.items()
        }
        for purpose, recipient in _consented(self.patient):
            consents = self.patient.consents or ()
            valid = any_of(c.valid(on=day, recipient=recipient, purpose=purpose) for c in consents)
            whom = recipient or "recipients not known"
            told = f"{purpose.value.replace('_', ' ')}, {whom}"
            state[ChangingKind.CONSENT, told] = known_truth(valid)
        for each in self.requirements:
            state[ChangingKind.REQUIREMENTS, each.name] = _version_words(each, day)
        for judged in self.decisions:
            state[ChangingKind.POLICY, judged.policy] = _judged_words(judged, day)
        for held in self.site.licenses or ():
            of = ChangingKind.LICENSE, _license_words(held)
            state[of] = state.get(of, False) or held.is_held(day)
        return state

    def _follows(
        self, day: date, of: _Changing, last: _State, state: _State
    ) -> Iterator[Consequence]:
        """What follows from one change."""
        kind, name = of
        if kind is ChangingKind.FACT:
            yield from self._of_services(day, name)
            if name in _HOLDING:
                kinds, about = _HOLDING[name]
                yield from _begun_or_ended(kinds, last[of], state[of], about)
            if name in (fact.name for fact in _AGES):
                yield from self._of_age(day, last, state)
            yield from self._of_policies(name, last, state)
        elif kind is ChangingKind.CONSENT:
            yield from _begun_or_ended(_CONSENT, last[of], state[of], name)
        else:
            begun, ended = _LICENSE if kind is ChangingKind.LICENSE else _RULES
            yield Consequence(begun if state[of] else ended)

    def _of_services(self, day: date, name: str) -> Iterator[Consequence]:
        """Which services stop and start where a fact that calls for them changes."""
        for kind, given in zip(_SERVICE, (True, False), strict=True):
            services = tuple(
                dict.fromkeys(
                    service.name
                    for service in self.program.every_service
                    if name in _names_calling(service)
                    and self._is_given(service, day) is given
                    and self._is_given(service, day - ONE_DAY) is not given
                )
            )
            if services:
                yield Consequence(kind, services)

    def _is_given(self, service: Service, day: date) -> bool:
        return call_for(service, self.patient, on=day) is Truth.YES

    def _of_age(self, day: date, last: _State, state: _State) -> Iterator[Consequence]:
        """Whose rules are others at the age, and whether the program is for the age group."""
        before, after = (each[ChangingKind.FACT, "age"] for each in (last, state))
        sets = tuple(
            each.name
            for each in self.requirements
            if _asks_age(each)
            and is_adult(before, each.adult_from) is not is_adult(after, each.adult_from)
        )
        if sets:
            yield Consequence(ConsequenceKind.OTHER_AGE, sets)
        fits = [not age_notes(self.program, self.patient, on) for on in (day - ONE_DAY, day)]
        if fits[0] is not fits[1]:
            right, other = ConsequenceKind.RIGHT_PROGRAM, ConsequenceKind.OTHER_PROGRAM
            yield Consequence(right if fits[1] else other, (self.program.name,))

    def _of_policies(self, name: str, last: _State, state: _State) -> Iterator[Consequence]:
        """Which policies have a criterion that turns with what changed."""
        policies = tuple(
            dict.fromkeys(each.policy for each in self.decisions if _turns(each, name, last, state))
        )
        if policies:
            yield Consequence(ConsequenceKind.DECIDE_AGAIN, policies)

    def call_for(self, service: Service) -> Truth:
        """Whether a service is for the patient on some day of the plan."""
        end = self.start + timedelta(weeks=self.program.weeks)
        within = (day for day in self.days if day < end)
        truths = [call_for(service, self.patient, on=day) for day in within]
        return max(truths, key=[Truth.NO, Truth.UNKNOWN, Truth.YES].index)

    __repr__ = hidden


def _begun_or_ended(
    kinds: _Starts, before: Value, after: Value, about: str
) -> Iterator[Consequence]:
    """Whether something begins to hold or stops; from not known to no, it does neither."""
    if True in (before, after):
        begun, ended = kinds
        yield Consequence(begun if after is True else ended, (about,))


def _names_calling(service: Service) -> Iterator[str]:
    """The names of the facts that call for a service; none for one that is for everybody."""
    predicate = CALLED_FOR.get(service.modality)
    return (fact.name for fact in (facts_in(predicate) if predicate is not None else ()))


def _consented(patient: Patient) -> Iterable[tuple[Purpose, str]]:
    """Purposes and recipients of a patient's consents; a recipient that is not known is empty."""
    return dict.fromkeys(
        (purpose, recipient)
        for consent in patient.consents or ()
        for purpose in sorted(consent.purposes or ())
        for recipient in (("",) if consent.recipients is None else consent.recipients)
    )


def _asks_age(requirements: RequirementSet) -> bool:
    return any(
        requirement.age_group is not None
        for version in requirements.versions.dated
        for requirement in version.value
    )


def _version_words(requirements: RequirementSet, day: date) -> str | None:
    """Since when the version of a day is in force; ``None``: none is known to be."""
    begun = [version for version in requirements.versions.dated if version.since <= day]
    return begun[-1].since_words if begun and begun[-1].is_in_force(day) else None


def _judged_words(judged: Decision, day: date) -> str | None:
    """Since when the version that a decision is by is in force, if it still is on a day."""
    if day < judged.since or (judged.end is not None and day >= judged.end):
        return None
    return since_words(judged.since, from_copy=judged.since_from_copy)


def _license_words(held: License) -> str:
    return f"{held.kind.label}, level {held.level.number}" if held.level else held.kind.label


def _turns(judged: Decision, name: str, last: _State, state: _State) -> bool:
    """Whether a criterion of a decision is another after than before, a fact having changed."""

    def truth(result: Result, told: Value) -> Truth:
        predicate, seen = result.criterion.predicate, result.explanation.values
        return evaluate(predicate, {**seen, name: told})

    before, after = (each[ChangingKind.FACT, name] for each in (last, state))
    return any(
        truth(result, before) is not truth(result, after)
        for result in judged.results
        if name in result.explanation.values
    )


def _days_in(value: object) -> Iterator[date]:
    """Every day that a value holds, in the values that it is made of."""
    if isinstance(value, date):
        yield value
    elif isinstance(value, tuple):
        for each in cast("tuple[object, ...]", value):
            yield from _days_in(each)
    elif attrs.has(kind := type(value)):
        for part in attrs.fields(kind):
            yield from _days_in(getattr(value, part.name))


def _birthdays(patient: Patient, first: int, last: int) -> Iterator[date]:
    """The first and the last day that each birthday can be, in some years."""
    born = patient.birth_date
    for day in () if born is None else {earliest_day(born), latest_day(born)}:
        for year in range(first, last + 1):
            yield day + relativedelta(years=year - day.year)
