"""Facts that are not shipped: observed, or of an own instrument."""

import pickle
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import FACTS, InvalidError, Patient, Source
from iopkit.documents import from_json, to_json
from iopkit.eligibility import (
    NEVER,
    Choice,
    FactSheet,
    Kind,
    Number,
    Observed,
    OfScale,
    OwnFact,
    OwnFacts,
    Possible,
    Value,
    Worse,
    YesNo,
    describe,
    facts_with,
    read_facts,
)
from iopkit.eligibility.own_facts import instrument_facts
from iopkit.eligibility.readings import Newest
from iopkit.frames import facts_frame
from iopkit.patients import INSTRUMENTS, Instrument, Observation, Scale, Screening
from iopkit.sources import Grade
from iopkit.strategies import instruments, own_facts, values_of

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
DAY = date(2026, 3, 2)
RULE = Source("Oak Street, form 3", Grade.SECONDARY)
NIGHTS = OwnFact("nights_out", "Nights out.", Observed(Number(0, 7, "nights", whole=True)), RULE)


def seen(*found: tuple[Any, int], fact: str = "nights_out") -> Patient:
    """A patient with a fact's values, each so many days before the day."""
    each = (Observation(fact, value, DAY - timedelta(days=ago)) for value, ago in found)
    return Patient(KEY, observations=tuple(each))


def faults(build: Callable[[], object]) -> list[tuple[str | int, ...]]:
    with pytest.raises(InvalidError) as caught:
        build()
    return [fault.path for fault in caught.value.faults]


# Observed.


@pytest.mark.parametrize(
    ("patient", "value"),
    [
        pytest.param(Patient(KEY), None, id="nothing recorded"),
        pytest.param(seen(), None, id="recorded that there is nothing"),
        pytest.param(seen((3, 0)), 3, id="on the day"),
        pytest.param(seen((3, -1)), None, id="the day after"),
        pytest.param(seen((3, 9), (0, 2)), 0, id="the newest"),
        pytest.param(seen((0, 2), (3, 9)), 0, id="the newest, in any order"),
        pytest.param(seen((3, 2), (4, 2)), Possible(3, 4), id="two of one day that differ"),
        pytest.param(seen((3, 2), (3, 2)), 3, id="two of one day that do not"),
        pytest.param(seen((3, 2), fact="nights_in"), None, id="of another fact"),
    ],
)
def test_the_newest_observation_up_to_the_day_counts(patient: Patient, value: Value) -> None:
    assert read_facts([NIGHTS.fact], patient, on=DAY).values() == {"nights_out": value}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (YesNo(), 1),
        (Number(0, 7), True),
        (Number(0, 7), "3"),
        (Number(0, 7), "never"),
        (Number(0, 7, whole=True), 2.5),
        (Number(0, 7), 8),
        (Choice(("near", "far")), "Far"),
    ],
)
def test_a_value_that_the_fact_cannot_have_is_refused_without_being_shown(
    kind: Kind, value: Any
) -> None:
    own = OwnFact("way", "How far.", Observed(kind))
    # However old it is: the record is wrong, whatever the day.
    patient = seen((value, 50), (value, 0), fact="way")
    with pytest.raises(InvalidError) as caught:
        own.fact.read(patient, DAY)
    assert [fault.path for fault in caught.value.faults] == [("observations",)]
    assert str(caught.value).endswith(f"expected {kind.expectation()}, found another value")


def test_what_never_happened_is_observed_as_such() -> None:
    since = OwnFact("days_sober", "Days.", Observed(Number(0, 99, whole=True, never=True)))
    never = seen(("never", 2), fact=since.name)
    assert read_facts([since.fact], never, on=DAY).values() == {since.name: NEVER}
    both = seen(("never", 2), (7, 2), fact=since.name)
    assert read_facts([since.fact], both, on=DAY).values() == {since.name: Possible(7, NEVER)}
    assert from_json(Patient, to_json(never), facts=facts_with([since])) == never
    word = OwnFact("smokes", "How often.", Observed(Choice(("never", "daily"))))
    found = seen(("never", 2), fact=word.name)
    assert read_facts([word.fact], found, on=DAY).values() == {word.name: "never"}


@given(st.data(), own_facts())
def test_what_was_observed_is_what_is_read(data: st.DataObject, own: OwnFact) -> None:
    value = data.draw(values_of(own.fact.kind))
    patient = seen((value, 3), fact=own.name)
    assert read_facts([own.fact], patient, on=DAY).values() == {own.name: value}
    assert own.fact.read(patient, DAY - timedelta(days=4)) is None
    assert pickle.loads(pickle.dumps(own.fact)) == own.fact
    assert isinstance(own.fact.read, Newest)
    assert [*own.fact.read.records(patient)] == [(DAY - timedelta(days=3), value)]


def test_an_own_fact_says_what_it_was_declared_as() -> None:
    fact = evolve(NIGHTS, changeable=False).fact
    assert (fact.meaning, fact.source, fact.changeable) == ("Nights out.", RULE, False)
    assert describe(fact < 3) == "nights out is less than 3 nights"


@pytest.mark.parametrize("worse", [None, *Worse])
def test_an_own_fact_says_which_values_are_worse(worse: Worse | None) -> None:
    assert evolve(NIGHTS, worse=worse).fact.worse is worse
    scale = OfScale(INSTRUMENTS["bam"], "protective")
    declared = OwnFact("backing", "What helps.", scale, worse=worse).fact.worse
    assert declared is (worse or Worse.LOWER)


def test_values_without_an_order_are_not_worse_than_each_other() -> None:
    kind = Choice(("bus", "train"))
    own = OwnFact("ride", "How somebody comes.", Observed(kind))
    assert own.fact.worse is None
    assert faults(lambda: evolve(own, worse=Worse.HIGHER)) == [("worse",)]
    assert evolve(own, read=Observed(Choice(kind.options, ordered=True)), worse=Worse.LOWER).fact


def test_an_instrument_of_ones_own_does_not_say_which_scores_are_worse() -> None:
    own = evolve(INSTRUMENTS["phq_9"], name="elm_9")
    assert {fact.worse for fact in instrument_facts(own)} == {None}
    assert {fact.worse for fact in instrument_facts(INSTRUMENTS["phq_9"])} == {Worse.HIGHER}


@pytest.mark.parametrize("name", ["age", "phq_9_total_score"])
def test_a_shipped_name_is_refused(name: str) -> None:
    assert faults(lambda: evolve(NIGHTS, name=name)) == [("name",)]


@pytest.mark.parametrize("name", ["mood_within_30_days", "age_since_2026_01_12"])
def test_a_name_does_not_end_as_those_of_recent_findings_do(name: str) -> None:
    assert faults(lambda: OwnFact(name, "Another.", Observed(YesNo()))) == [("name",)]


@pytest.mark.parametrize("name", ["", "Nights", "nights out", "7_nights", "_nights", "nights\n"])
def test_a_name_is_in_lower_case(name: str) -> None:
    assert faults(lambda: evolve(NIGHTS, name=name)) == [("name",)]


# Of an instrument.


@given(instruments(), st.data())
def test_the_facts_of_an_own_instrument_are_its_scores_and_bands(
    own: Instrument, data: st.DataObject
) -> None:
    answers = tuple(data.draw(st.none() | st.sampled_from(item.answers)) for item in own.items)
    screening = Screening(own.name, DAY, answers, own=own)
    patient = Patient(KEY, screenings=(screening, Screening("audit_c", DAY, (0, 0, 0))))
    found = read_facts(instrument_facts(own), patient, on=DAY).values()
    expected: dict[str, Possible] = {}
    for scale in own.scales:
        expected[f"{own.name}_{scale.name}_score"] = Possible(*screening.bounds(scale.name))
        for bands in scale.band_sets:
            name = f"{own.name}_{scale.name}_{bands.name}_band"
            expected[name] = Possible(options=frozenset(screening.bands(scale.name, bands.name)))
    sheet = FactSheet.of(instrument_facts(own), expected, on=DAY)
    assert found == sheet.values()
    for fact in instrument_facts(own):
        assert isinstance(fact.read, Newest)
        ((day, value),) = fact.read.records(patient)
        assert (day, evolve(value, why="")) == (DAY, expected[fact.name])
        assert pickle.loads(pickle.dumps(fact)) == fact


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_facts_of_a_shipped_instrument_are_the_shipped_ones(name: str) -> None:
    facts = instrument_facts(INSTRUMENTS[name])
    assert facts
    assert all(FACTS[fact.name] == fact for fact in facts)


@given(instruments())
def test_a_screening_with_another_instrument_of_the_name_is_refused(own: Instrument) -> None:
    other = evolve(own, title="Another form")
    patient = Patient(KEY, screenings=(Screening(own.name, DAY, own=other),))
    for fact in instrument_facts(own):
        assert faults(lambda fact=fact: fact.read(patient, DAY)) == [("screenings",)]  # type: ignore[misc]
        assert faults(lambda fact=fact: fact.read.records(patient)) == [("screenings",)]  # type: ignore[misc]


AUDIT = INSTRUMENTS["audit"]


def test_an_own_fact_may_be_a_scale_by_another_name() -> None:
    patient = Patient(KEY, screenings=(Screening("audit", DAY, (4, 4, 0, 0, 0, 0, 0, 0, 0, 0)),))
    score = OwnFact("drinks", "How much.", OfScale(AUDIT, "total"))
    zone = OwnFact("zone", "Which zone.", OfScale(AUDIT, "total", "zones"), RULE)
    read = read_facts([score.fact, zone.fact], patient, on=DAY).values()
    assert [*read.values()] == [8, "zone_2"]
    assert score.fact.kind == FACTS["audit_total_score"].kind
    assert (score.fact.source, zone.fact.source) == (AUDIT.source, RULE)
    assert describe(zone.fact.at_least("zone_2")) == "zone is at least zone_2"


@pytest.mark.parametrize(
    ("names", "path"), [(("totals",), "scale"), (("total", "zone"), "band_set")]
)
def test_a_scale_or_band_set_that_is_not_there_is_refused(
    names: tuple[str, ...], path: str
) -> None:
    assert faults(lambda: OfScale(AUDIT, *names)) == [(path,)]


# Together.

# Its score would be named as a shipped fact is, were the instrument named "c".
_NINE = Scale("ssrs_risk", AUDIT.items)


def test_own_facts_are_some_and_each_once() -> None:
    assert faults(lambda: OwnFacts(())) == [("facts",)]
    assert faults(lambda: OwnFacts((NIGHTS, evolve(NIGHTS, meaning="Others.")))) == [("facts",)]


@given(instruments())
def test_all_facts_by_name_are_the_shipped_and_the_own(own: Instrument) -> None:
    facts = facts_with([NIGHTS], instruments=[own])
    named = {fact.name: fact for fact in (*instrument_facts(own), NIGHTS.fact)}
    assert dict(facts) == {**FACTS, **named}
    assert facts_with() == FACTS


@pytest.mark.parametrize(
    ("own", "instruments"),
    [
        pytest.param([NIGHTS, NIGHTS], [], id="a fact twice"),
        pytest.param([], [AUDIT], id="a shipped instrument"),
        pytest.param([], [evolve(AUDIT, title="Mine")], id="one of a shipped name"),
        pytest.param([], [evolve(AUDIT, name="c", scales=(_NINE,))], id="of a shipped fact's name"),
        pytest.param([], [evolve(AUDIT, name="oak"), evolve(AUDIT, name="oak")], id="two of one"),
        pytest.param(
            [evolve(NIGHTS, name="oak_total_score")],
            [evolve(AUDIT, name="oak")],
            id="a fact of the instrument",
        ),
    ],
)
def test_no_two_have_one_name(own: list[OwnFact], instruments: list[Instrument]) -> None:
    assert faults(lambda: facts_with(own, instruments=instruments)) == [("name",)]


def test_own_facts_make_columns() -> None:
    frame = facts_frame([NIGHTS.fact], [seen((3, 0)), seen()], on=DAY, backend="polars")
    assert frame["nights_out"].to_list() == [3, None]
