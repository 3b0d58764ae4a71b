"""Where a value is built, its fields are what they are declared to be, or it is refused."""

import gc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import walk_packages
from typing import Any, Literal, get_origin, get_type_hints
from uuid import UUID
from weakref import ref

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import iopkit
from iopkit import strategies
from iopkit.charges import Rate
from iopkit.documents import from_json, to_json
from iopkit.eligibility import FACTS, AllOf, AnyOf, AtLeast, Criterion, Not, OneOf, Policy, evaluate
from iopkit.eligibility.kinds import Number
from iopkit.errors import InvalidError
from iopkit.fields import call_union, frozen
from iopkit.levels import LevelOfCare
from iopkit.library import POLICIES, find_policy, find_program
from iopkit.needs import Need
from iopkit.patients import (
    Assessment,
    Consent,
    Coverage,
    DimensionRating,
    MentalDisorder,
    Obligation,
    ObligationKind,
    Patient,
    Purpose,
    Screening,
    SubstanceUseDisorder,
    Support,
    Treatment,
)
from iopkit.plans import LengthenSessions, draft
from iopkit.plots import week_picture
from iopkit.programs import Slot, weekly_doses
from iopkit.schedules import schedule
from iopkit.sites import Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
HOUR = timedelta(hours=1)
OWN = Source("Our own rule", Grade.SECONDARY)
ADULT = FACTS["age"] >= 18
TOLD_NOWHERE = "zqsecret"
NEEDS = "expected a set, each a Need such as Need.WITHDRAWAL_MANAGEMENT"
COMPARE = "a fact becomes one by a comparison, such as fact.equals(True)"


def faults(build: Any) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        build()
    assert TOLD_NOWHERE not in str(caught.value)
    return [str(fault) for fault in caught.value.faults]


# One by one


@pytest.mark.parametrize(
    ("build", "told"),
    [
        pytest.param(
            lambda: Patient(KEY, "1984-05-17"),  # type: ignore[arg-type]
            ["birth_date: expected a date or a PartialDate, found a text"],
            id="a text for a date",
        ),
        pytest.param(
            lambda: Patient(KEY, datetime(1984, 5, 17, tzinfo=UTC)),
            ["birth_date: expected a date without a time, found a moment"],
            id="a moment for a date",
        ),
        pytest.param(
            lambda: Patient(str(KEY)),  # type: ignore[arg-type]
            ["key: expected a UUID, found a text"],
            id="a text for a key",
        ),
        pytest.param(
            lambda: Patient(TOLD_NOWHERE, TOLD_NOWHERE, supports=TOLD_NOWHERE),  # type: ignore[arg-type]
            [
                "key: expected a UUID, found a text",
                "birth_date: expected a date or a PartialDate, found a text",
                "supports: expected a tuple or list, found a text",
            ],
            id="all at once",
        ),
        pytest.param(
            lambda: Patient(KEY, supports=[Support(), Treatment(), TOLD_NOWHERE]),  # type: ignore[arg-type]
            [
                "supports[1]: expected a Support, found a Treatment",
                "supports[2]: expected a Support, found a text",
            ],
            id="others among the items",
        ),
        pytest.param(
            lambda: Patient(KEY, diagnoses=(Support(),)),  # type: ignore[arg-type]
            ["diagnoses[0]: expected a SubstanceUseDisorder or a MentalDisorder, found a Support"],
            id="none of two classes",
        ),
        pytest.param(
            lambda: Coverage("medicaid"),  # type: ignore[arg-type]
            ["payer: expected a Payer such as Payer.MEDICARE, found a text"],
            id="a text for a word",
        ),
        pytest.param(
            lambda: Coverage(None),  # type: ignore[arg-type]
            ["payer: expected a Payer such as Payer.MEDICARE, found nothing"],
            id="nothing where something must be",
        ),
        pytest.param(
            lambda: Assessment(date(2026, 3, 2), needs=frozenset({TOLD_NOWHERE})),  # type: ignore[arg-type]
            [f"needs: {NEEDS}, found other things in it"],
            id="others in a set",
        ),
        pytest.param(
            lambda: Assessment(date(2026, 3, 2), needs=[*Need]),  # type: ignore[arg-type]
            ["needs: expected a set, each a Need such as Need.WITHDRAWAL_MANAGEMENT, found a list"],
            id="a list for a set",
        ),
        pytest.param(
            lambda: Assessment(date(2026, 3, 2), dangerous=1, needed_per_week=9),  # type: ignore[arg-type]
            [
                "needed_per_week: expected a length of time, found a whole number",
                "dangerous: expected true or false, found a whole number",
            ],
            id="numbers for others",
        ),
        pytest.param(
            lambda: DimensionRating(True),
            ["dimension: expected a whole number, found true or false"],
            id="true for a number",
        ),
        pytest.param(
            lambda: Rate("T1", date(2024, 1, 1), 27.5),  # type: ignore[arg-type]
            ["amount_usd: expected a Decimal, found a number"],
            id="a float for money",
        ),
        pytest.param(
            lambda: Slot("monday", "18:00"),  # type: ignore[arg-type]
            [
                "day: expected a Weekday such as Weekday.MONDAY, found a text",
                "start: expected a time, found a text",
            ],
            id="texts for a slot",
        ),
        pytest.param(
            lambda: LengthenSessions("group", ("a",), HOUR, [(Slot(Weekday.MONDAY),)]),  # type: ignore[arg-type]
            ["starts[0]: expected a tuple of 2, found a tuple"],
            id="one of a pair",
        ),
        pytest.param(
            lambda: LengthenSessions("group", ("a",), HOUR, [(Slot(Weekday.MONDAY), 7)]),  # type: ignore[arg-type]
            ["starts[0][1]: expected a Slot, found a whole number"],
            id="another in a pair",
        ),
        pytest.param(
            lambda: Policy("p", "P", Versions((Dated(date(2024, 1, 1), (ADULT,), OWN),))),  # type: ignore[arg-type]
            ["versions.dated[0].value[0]: expected a Criterion, found a Compare"],
            id="within a generic class",
        ),
        pytest.param(
            lambda: Criterion("c", "C.", {"age": 18}, OWN),  # type: ignore[arg-type]
            [f"predicate: expected a predicate, found a mapping ({COMPARE})"],
            id="a union with a name",
        ),
    ],
)
def test_what_has_another_type_is_refused_with_its_place(build: Any, told: list[str]) -> None:
    assert faults(build) == told


@pytest.mark.parametrize(
    ("given_lists", "given_tuples"),
    [
        pytest.param(
            Patient(KEY, supports=[Support()], coverages=[]),  # type: ignore[arg-type]
            Patient(KEY, supports=(Support(),), coverages=()),
            id="items",
        ),
        pytest.param(
            Screening("audit_c", date(2026, 3, 2), [4, 2, None]),  # type: ignore[arg-type]
            Screening("audit_c", date(2026, 3, 2), (4, 2, None)),
            id="numbers",
        ),
        pytest.param(
            Consent(recipients=["a", "b"], purposes={Purpose.PAYMENT}),  # type: ignore[arg-type]
            Consent(recipients=("a", "b"), purposes=frozenset({Purpose.PAYMENT})),
            id="a set",
        ),
        pytest.param(
            LengthenSessions("group", ["a"], HOUR, [[Slot(Weekday.MONDAY)] * 2]),  # type: ignore[arg-type]
            LengthenSessions("group", ("a",), HOUR, ((Slot(Weekday.MONDAY),) * 2,)),
            id="pairs",
        ),
        pytest.param(
            Dated(date(2024, 1, 1), [1], OWN), Dated(date(2024, 1, 1), (1,), OWN), id="a variable"
        ),
        pytest.param(
            Dated(date(2024, 1, 1), {1}, OWN),
            Dated(date(2024, 1, 1), frozenset({1}), OWN),
            id="its set",
        ),
        pytest.param(WeeklyWindows([[5, 9]]), WeeklyWindows(((5, 9),)), id="spans"),  # type: ignore[list-item]
    ],
)
def test_lists_and_sets_become_what_can_be_compared(
    given_lists: object, given_tuples: object
) -> None:
    assert given_lists == given_tuples
    assert hash(given_lists) == hash(given_tuples)


def test_a_predicate_is_not_changed_through_the_list_it_was_built_from() -> None:
    parts = [ADULT]
    both: Any = (AllOf(parts), AnyOf(parts), AtLeast(1, parts))  # type: ignore[arg-type]
    parts.append(FACTS["age"] >= 65)

    for one in both:
        assert one.parts == (ADULT,)
        assert evaluate(one, {"age": 30}) is Truth.YES
    needs = OneOf(FACTS["age"], [20, 30])  # type: ignore[arg-type]
    assert evaluate(needs, {"age": 30}) is Truth.YES
    assert evaluate(Not(needs), {"age": 31}) is Truth.YES


def test_a_whole_number_does_for_a_number_and_a_class_for_its_parent() -> None:
    class Day(date):
        """As those who stop clocks in tests have it."""

    assert Number(0, 9) == Number(0.0, 9.0)
    born = Patient(KEY, birth_date=Day(1984, 5, 17))
    assert born == Patient(KEY, birth_date=date(1984, 5, 17))


def test_what_was_right_once_does_not_let_others_through() -> None:
    for wrong in ([Support(), 5], [5], "text", 5, {Support()}):
        Patient(KEY, supports=(Support(),), availability=WeeklyWindows())
        assert faults(lambda wrong=wrong: Patient(KEY, supports=wrong))


def test_a_class_can_be_declared_with_all_that_annotations_say() -> None:
    @frozen
    class Odd:
        word: Literal["a", "b"]
        both: tuple[int | str, ...] | date
        anything: Any = None
        shut: bytes = b""

    call_union(int | str, "a number or a word")  # type: ignore[arg-type]
    assert Odd("a", [1, "x"], {1}).both == (1, "x")  # type: ignore[arg-type]
    assert Odd("b", date(2026, 1, 1)).both == date(2026, 1, 1)
    assert faults(lambda: Odd("c", [1.5], None, "")) == [  # type: ignore[arg-type]
        "word: expected 'a', 'b', found a text",
        "both[0]: expected a number or a word, found a number",
        "shut: expected bytes, found a text",
    ]
    assert faults(lambda: Odd("a", datetime(2026, 1, 1, tzinfo=UTC))) == [
        "both: expected a date without a time, found a moment"
    ]
    assert faults(lambda: Odd("a", {})) == [  # type: ignore[arg-type]
        "both: expected a tuple or a date, found a mapping"
    ]


# The whole house


class Wrong:
    """Of a class that no field is declared to have."""

    def __repr__(self) -> str:
        return TOLD_NOWHERE


OTHERWISE = {
    "Attempt": "what a reader gives, whatever it is",
    "Explanation": "built for each node of many; it says so",
    "Said": "generic in what it holds",
    "Times": "generic in what it holds; it refuses itself",
    "Fault": "what refuses",
    **dict.fromkeys(("Column", "Kleene", "Rails"), "expressions of a library that is an extra"),
    "FactSheet": "built for each patient of many; its ``of`` refuses",
    "WeeklyWindows": "its converter refuses",
    "Effort": "counts, and so changes",
    **dict.fromkeys(
        ("Arrivals", "Assessing", "Attending", "AttendingRule", "FollowOn", "Scenario"),
        "its converters refuse",
    ),
    "Population": "made by its ``of`` and others, which refuse",
    "Samples": "mappings to sets, made here",
    "StudyParts": "its converter refuses",
    **dict.fromkeys(
        (
            "EpisodeCharges",
            "EpisodeFindings",
            "EpisodeSessions",
            "EpisodeTravel",
            "Episodes",
            "PlannedStay",
            "Prepared",
            "Requests",
            "Seated",
            "SessionTables",
            "StayTables",
            "Stays",
            "UseTables",
        ),
        "of arrays, made here; they say so",
    ),
    **dict.fromkeys(
        ("ContentLine", "Event", "Length", "Moment", "Part", "Property", "Rule", "Start"),
        "of a calendar, by the thousand; they say so",
    ),
    **dict.fromkeys(
        (
            "BillableSessions",
            "DeliveredSession",
            "Due",
            "DueRow",
            "EntryLine",
            "Kept",
            "MeasuredCase",
            "MinutesOfDay",
            "MinutesOfWeek",
            "Pair",
            "Piece",
            "SessionRecord",
            "StaySpan",
        ),
        "made here, by the hundred for each of many; they say so",
    ),
}


def public_classes() -> Iterator[type]:
    for module in walk_packages(iopkit.__path__, "iopkit."):
        for name, kind in getmembers(import_module(module.name), isclass):
            ours = attrs.has(kind) and kind.__module__ == module.name
            if (
                ours
                and not name.startswith("_")
                and name not in OTHERWISE
                and vars(kind)["__attrs_attrs__"]
            ):
                yield kind


def asked(kind: Any) -> dict[str, Any]:
    """The arguments of a class, and the types of their fields, that can be wrong.

    A converter refuses by itself.
    """
    hints = get_type_hints(kind)
    return {
        field.alias: hints[field.name]
        for field in attrs.fields(kind)
        if field.init
        and field.converter is None
        and hints[field.name] is not Any
        and not hasattr(hints[field.name], "__bound__")
    }


CLASSES = sorted(filter(asked, public_classes()), key=lambda kind: kind.__qualname__)


def others(kind: Any) -> dict[str, Any]:
    """Something wrong for each argument of a class, where no converter takes it first."""
    fields = (field for field in attrs.fields(kind) if field.init)
    return {field.alias: None if field.converter else Wrong() for field in fields}


def many(hint: Any) -> Any:
    """The collection that a field holds, if it is one."""
    return next(
        (
            get_origin(of)
            for of in (hint, *getattr(hint, "__args__", ()))
            if get_origin(of) in (tuple, frozenset)
        ),
        None,
    )


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_refuses_what_no_field_can_hold(kind: Any) -> None:
    types = asked(kind)
    given_wrong = {name: Wrong() for name in types}

    with pytest.raises(InvalidError) as caught:
        kind(**{**others(kind), **given_wrong})

    assert [(fault.path, fault.found) for fault in caught.value.faults] == [
        ((name.lstrip("_"),), "a Wrong") for name in types
    ]
    assert TOLD_NOWHERE not in str(caught.value)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_refuses_others_among_items(kind: Any) -> None:
    types = {name: hint for name, hint in asked(kind).items() if many(hint)}
    given_wrong = {
        name: [Wrong()] if many(hint) is tuple else {Wrong()} for name, hint in types.items()
    }

    with pytest.raises(InvalidError) as caught:
        kind(**{**others(kind), **given_wrong})

    found = {str(fault.path[0]): fault for fault in caught.value.faults}
    for name, hint in types.items():
        fault = found[name.lstrip("_")]
        if many(hint) is frozenset:
            assert (fault.path[1:], fault.found) == ((), "other things in it")
        elif fault.path[1:]:
            assert (fault.path[1:], fault.found) == ((0,), "a Wrong")
        else:  # of a fixed length
            assert fault.found == "a list"
    assert TOLD_NOWHERE not in str(caught.value)


def with_lists(value: Any) -> Any:
    """The same value, built from lists and sets wherever it holds tuples and frozensets."""
    if type(value) is tuple:
        return list(map(with_lists, value))
    if type(value) is frozenset:
        return set(map(with_lists, value))
    if not attrs.has(type(value)) or type(value).__name__ in ("Fact", "HolidayCalendar"):
        return value
    parts = {
        f.alias: with_lists(getattr(value, f.name)) for f in attrs.fields(type(value)) if f.init
    }
    return type(value)(**parts)


def hashable(value: Any) -> bool:
    return not isinstance(value, (list, set, dict)) and (
        all(hashable(getattr(value, f.name)) for f in attrs.fields(type(value)))
        if attrs.has(type(value))
        else all(map(hashable, value))
        if isinstance(value, (tuple, frozenset))
        else True
    )


MADE = {
    "patients": strategies.patients(),
    "programs": strategies.programs(),
    "sites": strategies.sites(),
    "codings": strategies.codings(),
    "policies": st.sampled_from(POLICIES),
    "rosters": strategies.rosters(),
}


@pytest.mark.parametrize("kind", MADE)
@given(st.data())
def test_a_value_built_from_lists_is_the_same(kind: str, data: st.DataObject) -> None:
    value = data.draw(MADE[kind])

    rebuilt = with_lists(value)

    assert rebuilt == value
    assert hash(rebuilt) == hash(value)
    assert hashable(rebuilt)


@given(strategies.patients(), st.data())
def test_a_text_in_place_of_any_value_of_a_patient_is_refused_and_not_shown(
    patient: Patient, data: st.DataObject
) -> None:
    """Of the patient and everything recorded: where a field holds no text, a text is refused."""
    parts = [getattr(patient, field.name) for field in attrs.fields(Patient)]
    records = [patient, *(one for part in parts if isinstance(part, tuple) for one in part)]
    record = data.draw(st.sampled_from(records))
    textual = {"code", "discloser", "information", "event", "instrument", "condition"}
    textual |= {"county", "fact", "insurer", "recipient", "state", "value"}
    names = [f.name for f in attrs.fields(type(record)) if f.name not in textual]
    name = data.draw(st.sampled_from(names))

    told = faults(lambda: attrs.evolve(record, **{name: TOLD_NOWHERE}))

    assert told[0].startswith(f"{name}: expected ")


# What stays in memory


def test_nothing_of_a_patient_stays_in_the_memory_of_the_process() -> None:
    def work() -> list[Any]:
        patient = from_json(Patient, to_json(evolved_patient()))
        site = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
        start = date(2026, 1, 12)
        decision = find_policy("us-medicare-iop").decide(patient, on=start)
        plan = draft(find_program("matrix-16-week"), patient, site, start=start, seed=3)
        dated = from_json(type(schedule(plan, site)), to_json(schedule(plan, site)))
        weekly_doses(dated.plan.program)
        week_picture(dated, week=1)
        kept: list[Any] = [patient, patient.availability, decision, plan, dated, dated.plan]
        kept += [dated.plan.program, dated.plan.program.phases[0], dated.sessions[0]]
        kept += [s.timing for s in dated.plan.program.services]
        return [ref(one) for one in kept]

    left = work()
    gc.collect()

    assert [one() for one in left if one() is not None] == []
    gc.unfreeze()  # or what was there before the first test would not be listed
    caches = [one for one in gc.get_objects() if type(one).__name__ == "_lru_cache_wrapper"]
    ours = [one for one in caches if str(one.__module__).startswith("iopkit.plots")]
    assert [one.cache_info().currsize for one in ours] == [0]


def evolved_patient() -> Patient:
    return Patient(
        KEY,
        birth_date=date(1984, 5, 17),
        availability=WeeklyWindows.of(*(f"{day.title} 07:13-20:47" for day in Weekday)),
        diagnoses=(SubstanceUseDisorder(), MentalDisorder()),
        obligations=(Obligation(ObligationKind.WORK, WeeklyWindows.of("monday 08:11-09:23")),),
        treatments=(Treatment(LevelOfCare("3.7")),),
    )
