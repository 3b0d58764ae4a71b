"""The strategies draw what is known and what is not, and only what is valid."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, get_args

import pytest
from attrs import fields
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from iopkit import FACTS, Fact, Patient, Program, Site, Weekday, WeeklyWindows, strategies
from iopkit.charges import DayCode, DayTiers, Exclusion, SessionCodes, TimedCode, WeekCode
from iopkit.courses.events import EVENT_KINDS, SessionAttended, SessionMissed
from iopkit.eligibility import (
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Between,
    Choice,
    Compare,
    Kind,
    Known,
    Not,
    Number,
    Observed,
    OfScale,
    OneOf,
    Operator,
    Predicate,
    Scalar,
    YesNo,
    evaluate,
    facts_in,
)
from iopkit.eligibility.predicates import parts_of
from iopkit.groups import Group
from iopkit.levels import Edition
from iopkit.patients import (
    INSTRUMENTS,
    Assessment,
    Consent,
    Expiry,
    MentalDisorder,
    Obligation,
    Outcome,
    Payer,
    Purpose,
    Relationship,
    Substance,
    SubstanceUseDisorder,
)
from iopkit.patients.partial_dates import PartialDate, latest_day
from iopkit.programs import InAll, PerWeek, RandomDays, Service, Slot, Weekly
from iopkit.programs.programs import clashing_services
from iopkit.requirements import Demand
from iopkit.scopes import Scope
from iopkit.sites import ClosedRule
from iopkit.strategies import histories
from iopkit.truth import Truth

# The same search in every run, which stops at the first hit.
_SEARCH = settings(
    max_examples=800,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def is_drawn(strategy: st.SearchStrategy[Any], wanted: Callable[[Any], bool]) -> bool:
    """Whether something wanted is among what is drawn; ``find`` raises if not."""
    return wanted(find(strategy, wanted, settings=_SEARCH))


def public_strategies() -> set[str]:
    return set(strategies.__all__)


def nodes(predicate: Predicate) -> Iterator[Predicate]:
    """A predicate and all its parts."""
    yield predicate
    for part in parts_of(predicate):
        yield from nodes(part)


Wanted = Callable[[Any], bool]


def has(name: str, value: object) -> Wanted:
    return lambda drawn: getattr(drawn, name, ...) is value


def knows(name: str) -> Wanted:
    return lambda drawn: getattr(drawn, name) is not None


def is_a(kind: type) -> Wanted:
    return lambda drawn: isinstance(drawn, kind)


def has_rule(kind: type) -> Wanted:
    return lambda coding: any(
        isinstance(rule, kind) for version in coding.versions.dated for rule in version.value
    )


def has_node(wanted: Wanted) -> Wanted:
    return lambda drawn: any(wanted(node) for node in nodes(drawn))


def of_kind(kind: type, value: object) -> bool:
    return isinstance(value, kind)


_GROUPS = (Group("a", "group", (Slot.parse("monday 18:00"),), timedelta(hours=1), 2),)


def tells(kind: type) -> Wanted:
    return lambda drawn: isinstance(drawn.event, kind)


def counts(kind: type) -> Wanted:
    return lambda drawn: any(isinstance(each.event, kind) for each in drawn.history.counting)


DRAWN: dict[str, dict[str, tuple[Any, Wanted]]] = {
    "courses": {
        "sessions attended": (strategies.courses(), counts(SessionAttended)),
        "a session missed": (strategies.courses(), counts(SessionMissed)),
        "what was withdrawn": (
            strategies.courses(),
            lambda drawn: any(each.event is None for each in drawn.entries),
        ),
        "what was corrected": (
            strategies.courses(),
            lambda drawn: any(each.event and each.replaces for each in drawn.entries),
        ),
    },
    "entries": {name: (strategies.entries(), tells(of)) for name, of in EVENT_KINDS.items()},
    "days": {
        "the first": (strategies.days(date(2024, 1, 1), date(2024, 1, 3)), lambda d: d.day == 1),
        "the last": (strategies.days(date(2024, 1, 1), date(2024, 1, 3)), lambda d: d.day == 3),
        "leap days": (
            strategies.days(date(2024, 2, 1), date(2024, 3, 31)),
            lambda d: (d.month, d.day) == (2, 29),
        ),
    },
    "appointments": {
        "what blocks": (strategies.appointments(), lambda a: a.blocks),
        "what does not": (strategies.appointments(), lambda a: not a.blocks),
        "whole days": (strategies.appointments(), lambda a: a.end - a.start >= timedelta(days=1)),
    },
    "clock_times": {
        "midnight": (strategies.clock_times(), lambda t: t == time(0)),
        "the last hour": (strategies.clock_times(), lambda t: t.hour == 23),
    },
    "instruments": {
        "skips": (strategies.instruments(), lambda i: any(item.asked_after for item in i.items)),
        "bands": (strategies.instruments(), lambda i: any(s.band_sets for s in i.scales)),
        "the highest": (strategies.instruments(), lambda i: any(s.highest for s in i.scales)),
        "a sum": (strategies.instruments(), lambda i: any(not s.highest for s in i.scales)),
    },
    "own_facts": {
        "observed": (strategies.own_facts(), lambda fact: isinstance(fact.read, Observed)),
        "a score": (
            strategies.own_facts(INSTRUMENTS["audit"]),
            lambda fact: isinstance(fact.read, OfScale) and fact.read.band_set is None,
        ),
        "a band": (
            strategies.own_facts(INSTRUMENTS["audit"]),
            lambda fact: isinstance(fact.read, OfScale) and fact.read.band_set == "zones",
        ),
    },
    "weekly_windows": {
        "never": (strategies.weekly_windows(), lambda w: not w.spans),
        "several spans": (strategies.weekly_windows(), lambda w: len(w.spans) > 2),
        "a night": (
            strategies.weekly_windows(),
            lambda w: any(start < 1440 < end for start, end in w.spans),
        ),
    },
    "diagnoses": {
        "use disorders": (
            strategies.diagnoses(),
            lambda d: isinstance(d, SubstanceUseDisorder) and d.severity is not None,
        ),
        "of an unknown substance": (
            strategies.diagnoses(),
            lambda d: isinstance(d, SubstanceUseDisorder) and d.substance is None,
        ),
        "of ten criteria": (
            strategies.diagnoses(),
            lambda d: (
                isinstance(d, SubstanceUseDisorder)
                and d.substance is not None
                and d.criteria_met == d.substance.criteria == 10
            ),
        ),
        "with a code": (strategies.diagnoses(), lambda d: d.code is not None),
        "without a code": (strategies.diagnoses(), lambda d: d.code is None),
        "mental disorders": (strategies.diagnoses(), lambda d: isinstance(d, MentalDisorder)),
        "free of symptoms": (
            strategies.diagnoses(),
            lambda d: getattr(d, "symptom_free_since", None) is not None,
        ),
        "dated": (strategies.diagnoses(), lambda d: d.diagnosed is not None),
        "undated": (strategies.diagnoses(), lambda d: d.diagnosed is None),
    },
    "assessments": {
        "rated": (strategies.assessments(), lambda a: len(a.ratings) > 2),
        "unrated": (strategies.assessments(), lambda a: not a.ratings),
        "of unknown risk": (
            strategies.assessments(),
            lambda a: any(rating.risk is None for rating in a.ratings),
        ),
        "of the fourth edition": (
            strategies.assessments(),
            lambda a: a.edition is Edition.FOURTH,
        ),
        "asking for levels": (strategies.assessments(), lambda a: len(a.minimum_levels) > 2),
        "with all known": (strategies.assessments(), lambda a: None not in judged(a)),
        "with nothing known": (strategies.assessments(), lambda a: set(judged(a)) == {None}),
    },
    "demands": {
        kind.__name__: (strategies.demands(), partial(of_kind, kind)) for kind in get_args(Demand)
    },
    "requirement_sets": {
        "of one age group": (
            strategies.requirement_sets(),
            lambda s: any(r.age_group for r in s.versions.dated[0].value),
        ),
        "of what is usual": (
            strategies.requirement_sets(),
            lambda s: any(not r.binding for r in s.versions.dated[0].value),
        ),
    },
    "curricula": {
        "of closed groups": (strategies.curricula(), lambda c: c.closed is True),
        "of unknown groups": (strategies.curricula(), lambda c: c.closed is None),
        "of several topics": (strategies.curricula(), lambda c: len(c.topics) > 1),
    },
    "consents": {
        **{
            f"that end by {expiry.value}": (
                strategies.consents(),
                has("expiry", expiry),
            )
            for expiry in Expiry
        },
        "of an unknown end": (strategies.consents(), lambda c: c.expiry is None),
        "for no purpose": (strategies.consents(), lambda c: c.purposes == frozenset()),
        "for unknown purposes": (strategies.consents(), lambda c: c.purposes is None),
        "for legal proceedings": (
            strategies.consents(),
            lambda c: c.purposes == {Purpose.LEGAL_PROCEEDINGS},
        ),
        "revoked": (strategies.consents(), lambda c: c.revoked is not None),
        "that could be valid": (strategies.consents(), lambda c: validity(c) is not Truth.NO),
        "invalid": (strategies.consents(), lambda c: validity(c) is Truth.NO),
    },
    "screenings": {
        **{
            f"of {name}": (strategies.screenings(), has("instrument", name)) for name in INSTRUMENTS
        },
        "with all answers": (
            strategies.screenings(),
            lambda s: s.answers is not None and None not in s.answers,
        ),
        "with some answers": (
            strategies.screenings(),
            lambda s: s.answers is not None and None in s.answers and any(s.answers),
        ),
        "with no answers": (strategies.screenings(), has("answers", None)),
        "with a score alone": (
            strategies.screenings(),
            lambda s: s.answers is None and bool(s.scores),
        ),
        "with several scores": (strategies.screenings(), lambda s: len(s.scores) > 1),
        "with nothing known": (strategies.screenings(), lambda s: not (s.answers or s.scores)),
    },
    "treatments": {
        "going on": (strategies.treatments(), lambda t: t.end is None and t.outcome is None),
        "of an unknown end": (strategies.treatments(), lambda t: t.end is None and t.outcome),
        "completed": (
            strategies.treatments(),
            lambda t: t.outcome is Outcome.COMPLETED and t.start is not None and t.end is not None,
        ),
        "around the clock": (
            strategies.treatments(),
            lambda t: t.level is not None and t.level.number == "3.7",
        ),
        "of the fourth edition": (
            strategies.treatments(),
            lambda t: t.level is not None and t.level.edition is Edition.FOURTH,
        ),
    },
    "supports": {
        "of nobody known": (strategies.supports(), lambda s: s.relationship is None),
        "of sponsors": (
            strategies.supports(),
            lambda s: s.relationship is Relationship.SPONSOR and s.lives_with_patient is False,
        ),
    },
    "coverages": {
        "open": (strategies.coverages(), lambda c: c.start is None and c.end is None),
        "closed": (strategies.coverages(), lambda c: c.start is not None and c.end is not None),
        "by Medicare": (strategies.coverages(), lambda c: c.payer is Payer.MEDICARE),
    },
    "obligations": {
        "of known times": (strategies.obligations(), lambda o: bool(o.windows and o.windows.spans)),
        "of unknown times": (strategies.obligations(), lambda o: o.windows is None),
    },
    "patients": {
        **{
            f"{known} {name}": (
                strategies.patients(),
                has(name, None) if known == "no" else knows(name),
            )
            for name in (
                "birth_date",
                "diagnoses",
                "assessments",
                "screenings",
                "treatments",
                "supports",
                "consents",
                "coverages",
                "obligations",
                "availability",
            )
            for known in ("no", "known")
        },
        "of whom the year of birth is known": (
            strategies.patients(),
            lambda p: isinstance(p.birth_date, PartialDate),
        ),
        "with no diagnosis": (strategies.patients(), lambda p: p.diagnoses == ()),
        "with two diagnoses": (strategies.patients(), lambda p: len(p.diagnoses or ()) > 1),
    },
    "keys": {"random": (strategies.keys(), lambda key: key.version == 4)},
    "slots": {
        "with a time": (strategies.slots(), lambda s: s.start is not None),
        "without a time": (strategies.slots(), lambda s: s.start is None),
        "at midnight": (strategies.slots(), lambda s: s.start == time(0)),
    },
    "timings": {
        kind.__name__: (strategies.timings(), is_a(kind))
        for kind in (Weekly, PerWeek, InAll, RandomDays)
    },
    "services": {
        "of known length": (strategies.services("group"), lambda s: s.duration is not None),
        "of unknown length": (strategies.services("group"), lambda s: s.duration is None),
        "for groups": (
            strategies.services("group"),
            lambda s: s.group_min is not None and s.group_max is not None,
        ),
    },
    "programs": {
        "of several phases": (strategies.programs(), lambda p: len(p.phases) > 2),
        "with services throughout": (strategies.programs(), lambda p: len(p.services) > 0),
        "with services of a phase": (
            strategies.programs(),
            lambda p: any(phase.services for phase in p.phases),
        ),
        "with a service that goes on": (
            strategies.programs(),
            lambda p: len({s.name for s in p.every_service}) < len(p.every_service),
        ),
    },
    "codings": {
        **{
            f"with a {kind.__name__}": (strategies.codings(), has_rule(kind))
            for kind in (DayCode, SessionCodes, TimedCode, DayTiers, WeekCode, Exclusion)
        },
        "of two versions": (strategies.codings(), lambda c: len(c.versions.dated) == 2),
        "with weeks of their own": (strategies.codings(), knows("week_begins")),
    },
    "rate_tables": {
        "empty": (strategies.rate_tables(), lambda t: not t.rates),
        "with rates that go on": (
            strategies.rate_tables(),
            lambda t: any(rate.end is None for rate in t.rates),
        ),
        "with several rates of a code": (
            strategies.rate_tables(),
            lambda t: len({rate.code for rate in t.rates}) < len(t.rates),
        ),
        "with gaps": (
            strategies.rate_tables(("A1",)),
            lambda t: any(a.end < b.since for a, b in pairwise(t.rates)),
        ),
    },
    "sites": {
        "with closures": (strategies.sites(), lambda s: len(s.closures) > 1),
        "without closures": (strategies.sites(), lambda s: not s.closures),
        "with offers of a length": (
            strategies.sites(),
            lambda s: any(offer.duration for offer in s.offers),
        ),
        "with breaks": (strategies.sites(), lambda s: s.break_between > timedelta(0)),
        "closed for a part of a day": (
            strategies.sites(),
            lambda s: any(not closure.all_day for closure in s.closures),
        ),
        "with staff and a room for a service": (
            strategies.sites(),
            lambda s: any(offer.room and offer.clinician for offer in s.offers),
        ),
        "that extend programs": (
            strategies.sites(),
            lambda s: s.closed_rule is ClosedRule.EXTEND,
        ),
        "of which nobody knows whose rules are theirs": (
            strategies.sites(),
            lambda s: (s.state, s.licenses, s.payers) == (None, None, None),
        ),
        "of which all of that is known": (
            strategies.sites(),
            lambda s: s.county and s.licenses and s.payers,
        ),
        "whose clock changes by half an hour": (
            strategies.sites(),
            lambda s: s.zone == "Australia/Lord_Howe",
        ),
    },
    "licenses": {
        "of no known level": (strategies.licenses(), has("level", None)),
        "that have ended": (strategies.licenses(), lambda one: not one.is_held(date(2030, 1, 1))),
    },
    "scopes": {
        "of everybody": (strategies.scopes(), lambda scope: scope == Scope()),
        "of a county": (strategies.scopes(), knows("county")),
        "of an insurer": (strategies.scopes(), knows("insurer")),
        "of some licenses at a level": (
            strategies.scopes(),
            lambda scope: scope.licenses and scope.level is not None,
        ),
    },
    "whereabouts": {
        "in a county": (strategies.whereabouts(), knows("county")),
        "from a day on": (
            strategies.whereabouts(),
            lambda place: place.start is not None and place.end is None,
        ),
    },
    "groups": {
        "closed": (strategies.groups("a"), lambda g: g.closed),
        "of an unknown first day": (strategies.groups("a"), has("begins", None)),
        "for all": (
            strategies.groups("a"),
            lambda g: (g.language, g.genders, g.stages) == (None, None, None),
        ),
        "for some": (
            strategies.groups("a"),
            lambda g: None not in (g.language, g.genders, g.stages),
        ),
        "that meet twice": (strategies.groups("a"), lambda g: len(g.slots) == 2),
    },
    "candidates": {
        "of whom nothing is known": (
            strategies.candidates(_GROUPS),
            lambda c: {c.free, c.languages, c.gender, c.stage, c.waiting_since} == {None},
        ),
        "of whom all is known": (
            strategies.candidates(_GROUPS),
            lambda c: None not in (c.free, c.languages, c.gender, c.stage, c.waiting_since),
        ),
        "of two services": (strategies.candidates(_GROUPS), lambda c: len(c.doses) == 2),
        "in a group": (strategies.candidates(_GROUPS), lambda c: bool(c.now_in)),
        "with preferences": (
            strategies.candidates(_GROUPS),
            lambda c: any(p.points < 0 for p in c.preferences),
        ),
    },
    "rosters": {
        "of nobody": (strategies.rosters(), lambda r: not r.candidates),
        "with more candidates than seats": (
            strategies.rosters(contested=True),
            lambda r: len(r.candidates) > sum(g.capacity for g in r.groups),
        ),
    },
    "values_of": {
        "yes": (strategies.values_of(YesNo()), lambda v: v is True),
        "a choice": (strategies.values_of(Choice(("a", "b"))), lambda v: v == "b"),
        "the lowest": (strategies.values_of(Number(3, 5, whole=True)), lambda v: v == 3),
        "the highest": (strategies.values_of(Number(3, 5, whole=True)), lambda v: v == 5),
        "a fraction": (strategies.values_of(Number(0, 168)), lambda v: v != int(v)),
    },
    "predicates": {
        **{
            kind.__name__: (
                strategies.predicates(),
                has_node(is_a(kind)),
            )
            for kind in (Compare, Between, OneOf, Known, AllOf, AnyOf, Not, AtLeast)
        },
        **{
            f"with {operator.value}": (
                strategies.predicates((FACTS["age"], FACTS["use_disorder_severity"])),
                has_node(has("operator", operator)),
            )
            for operator in Operator
        },
        "of nothing": (strategies.predicates(), lambda p: p == AllOf((), label="of nothing")),
        "of many facts": (
            strategies.predicates(),
            lambda p: len({fact.name for fact in facts_in(p)}) > 2,
        ),
    },
    "fact_values": {
        "all unknown": (strategies.fact_values(), lambda v: set(v.values()) == {None}),
        "all known": (strategies.fact_values(), lambda v: None not in v.values()),
    },
}


def judged(assessment: Assessment) -> list[object]:
    apart = {"on", "edition", "ratings", "minimum_levels"}
    return [getattr(assessment, f.name) for f in fields(Assessment) if f.name not in apart]


def validity(consent: Consent) -> Truth:
    recipient = (consent.recipients or ("",))[0]
    purpose = min(consent.purposes or {Purpose.OTHER})
    return consent.valid(on=date(2027, 1, 1), recipient=recipient, purpose=purpose)


def test_every_public_strategy_is_tested() -> None:
    assert set(DRAWN) == public_strategies()


@pytest.mark.parametrize(
    ("strategy", "wanted"),
    [
        # Of sites, hundreds are drawn.
        pytest.param(
            *case, id=f"{name}: {what}", marks=[pytest.mark.no_cover] if name == "sites" else []
        )
        for name, cases in DRAWN.items()
        for what, case in cases.items()
    ],
)
def test_both_the_known_and_the_unknown_are_drawn(
    strategy: st.SearchStrategy[Any], wanted: Callable[[Any], bool]
) -> None:
    assert is_drawn(strategy, wanted)


@given(strategies.days(date(2026, 1, 1), date(2026, 1, 2)))
def test_days_lie_between_their_ends(day: date) -> None:
    assert day in (date(2026, 1, 1), date(2026, 1, 2))


@given(strategies.patients())
def test_patients_are_born_before_2010_and_have_random_keys(patient: Patient) -> None:
    assert patient.birth_date is None or latest_day(patient.birth_date) < date(2010, 1, 1)
    assert patient.key.version == 4


@given(strategies.services("a-group"), strategies.services("a-group"))
def test_services_of_one_name_share_their_modality(first: Service, second: Service) -> None:
    assert first.name == second.name == "a-group"
    assert first.modality is second.modality


# Services that collide are rare, so it takes more programs to have drawn some.
@settings(max_examples=max(settings().max_examples, 250))
@given(strategies.programs())
def test_programs_have_one_to_four_phases_and_services_that_do_not_collide(
    program: Program,
) -> None:
    assert 1 <= len(program.phases) <= 4
    assert program.every_service
    for phase in program.phases:
        assert not clashing_services(program.services_in(phase))


@given(strategies.sites())
def test_sites_are_open_and_have_no_public_holidays(site: Site) -> None:
    assert site.hours.spans
    assert site.holidays is None


@given(strategies.slots(), strategies.weekly_windows(), strategies.obligations())
def test_values_are_of_their_classes(
    slot: Slot, windows: WeeklyWindows, obligation: Obligation
) -> None:
    assert slot.day in Weekday
    assert isinstance(windows, WeeklyWindows)
    assert isinstance(obligation, Obligation)


@given(st.data())
def test_a_kinds_values_are_accepted_by_it(data: st.DataObject) -> None:
    kinds: list[Kind] = [
        YesNo(),
        Choice(("a", "b"), ordered=True),
        Number(0, 1),
        Number(-3, 3, whole=True),
        Number(1.0, 2.0, whole=True),
    ]
    for kind in kinds:
        assert kind.accepts(data.draw(strategies.values_of(kind)))


@given(strategies.predicates(), strategies.fact_values())
def test_predicates_can_be_evaluated_with_facts_values(
    predicate: Predicate, values: dict[str, Scalar | None]
) -> None:
    assert set(values) == set(FACTS)
    assert isinstance(evaluate(predicate, values), Truth)


@given(st.data())
def test_predicates_ask_about_the_facts_given(data: st.DataObject) -> None:
    own: tuple[AnyFact, ...] = (Fact("here", YesNo(), "Is here.", lambda _p, _d: None),)
    predicate = data.draw(strategies.predicates(own))
    assert set(facts_in(predicate)) <= set(own)
    assert set(data.draw(strategies.fact_values(own))) == {"here"}


def test_every_substance_has_diagnoses() -> None:
    for substance in Substance:
        assert is_drawn(strategies.diagnoses(), has("substance", substance))


def test_courses_are_of_a_schedule_with_sessions() -> None:
    # Past its cache: another test may have drawn from it.
    timeline = histories._timeline.__wrapped__(date(2026, 1, 5))
    assert len(timeline.sessions) == 6
