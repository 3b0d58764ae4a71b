"""One full document of every kind, and the reader of each."""

import json
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import (
    FACTS,
    AgeGroup,
    Dated,
    Decision,
    Grade,
    HolidayCalendar,
    LevelOfCare,
    Modality,
    Patient,
    Plan,
    Policy,
    Program,
    Schedule,
    Site,
    Source,
    Versions,
    Weekday,
    WeeklyWindows,
    check,
    draft,
    from_json,
    schedule,
)
from iopkit.consents import Consent, Expiry, Purpose
from iopkit.eligibility import AtLeast, Criterion, Ladder, Placement, Predicate, Rung, place
from iopkit.instruments import Score, Screening
from iopkit.interchange import predicate_from_json, to_json
from iopkit.patients import (
    Assessment,
    Coverage,
    DimensionRating,
    Entry,
    LivingEnvironment,
    MentalDisorder,
    Obligation,
    ObligationKind,
    OpioidMedication,
    Outcome,
    Payer,
    Relationship,
    Substance,
    SubstanceUseDisorder,
    Support,
    Treatment,
)
from iopkit.plans import (
    Closure,
    Finding,
    InAll,
    Offer,
    PerWeek,
    Phase,
    RandomDays,
    RequirementSet,
    Service,
    Slot,
    Weekly,
    WeeklyMinimum,
)

Reader = Callable[[str, str | bytes], object]

_READERS: Mapping[str, Callable[[str | bytes], object]] = {
    "decision": lambda data: from_json(Decision, data),
    "finding": lambda data: from_json(Finding, data),
    "ladder": lambda data: from_json(Ladder, data),
    "patient": lambda data: from_json(Patient, data),
    "placement": lambda data: from_json(Placement, data),
    "plan": lambda data: from_json(Plan, data),
    "policy": lambda data: from_json(Policy, data),
    "predicate": predicate_from_json,
    "program": lambda data: from_json(Program, data),
    "requirements": lambda data: from_json(RequirementSet, data),
    "schedule": lambda data: from_json(Schedule, data),
    "site": lambda data: from_json(Site, data),
}

_SOURCE = Source("42 CFR 1.1", Grade.LEGAL_TEXT, "https://example.org/1", date(2024, 1, 1))
_START = date(2026, 3, 2)

_PATIENT = Patient(
    key=UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"),
    birth_date=date(1984, 5, 17),
    diagnoses=(
        SubstanceUseDisorder(Substance.OPIOIDS, 6, "F11.20", date(2025, 2, 3), date(2025, 9, 1)),
        MentalDisorder("F32.1", date(2024, 6, 7)),
    ),
    assessments=(
        Assessment(
            on=date(2026, 2, 1),
            ratings=(DimensionRating(1, 0), DimensionRating(5, 3)),
            needed_per_week=timedelta(hours=9),
            benefit_likely=True,
            needs_24_hour_care=False,
            support_adequate=True,
            dangerous=False,
            opioid_medication=OpioidMedication.BUPRENORPHINE,
            living_environment=LivingEnvironment.SUPPORTIVE,
            entry=Entry.STEP_DOWN,
            age_group=AgeGroup.ADULT,
        ),
    ),
    screenings=(
        Screening("phq_9", date(2026, 2, 1), (1,) * 9, (Score("self_harm", 1),)),
        Screening("cows", date(2026, 2, 1), scores=(Score("total", 7),)),
    ),
    treatments=(
        Treatment(LevelOfCare("3.7"), date(2025, 8, 1), date(2025, 9, 1), Outcome.COMPLETED),
    ),
    supports=(Support(Relationship.PARTNER, True, False),),
    consents=(
        Consent(
            discloser="Elm Street",
            information="attendance",
            recipients=("the spouse", "the employer"),
            purposes=frozenset({Purpose.EMPLOYMENT, Purpose.FAMILY_INVOLVEMENT}),
            told_of_right_to_revoke=True,
            expiry=Expiry.DATE,
            end=date(2027, 2, 1),
            signed=date(2026, 2, 1),
            revoked=date(2026, 8, 1),
        ),
    ),
    coverages=(Coverage(Payer.MEDICARE, date(2024, 1, 1), date(2027, 1, 1)),),
    obligations=(
        Obligation(ObligationKind.WORK, WeeklyWindows.of("monday 08:00-12:00")),
        Obligation(ObligationKind.SCHOOL),
    ),
    availability=WeeklyWindows.of("monday 08:00-22:00", "thursday 08:00-22:00"),
)

_PROGRAM = Program(
    "two-phases",
    "Two phases",
    (
        Phase(
            "first",
            "First phase",
            2,
            (
                Service(
                    "group",
                    "Group",
                    Modality.GROUP_THERAPY,
                    Weekly((Slot(Weekday.MONDAY, time(18, 0)), Slot(Weekday.SUNDAY))),
                    timedelta(minutes=90),
                    group_min=4,
                    group_max=12,
                ),
            ),
        ),
        Phase(
            "second",
            "Second phase",
            1,
            (
                Service(
                    "counseling",
                    "Counseling",
                    Modality.INDIVIDUAL_COUNSELING,
                    InAll(2),
                    timedelta(minutes=50),
                ),
            ),
        ),
    ),
    (
        Service("education", "Education", Modality.PSYCHOEDUCATION, PerWeek(1), timedelta(hours=1)),
        Service("test", "Urine test", Modality.DRUG_TESTING, RandomDays(1), timedelta(minutes=15)),
        Service("contact", "Contact", Modality.CASE_MANAGEMENT, PerWeek(1)),
    ),
    LevelOfCare("2.1"),
    (_SOURCE,),
    ("Clock times.",),
)

_SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.of("monday 09:00-21:00", "thursday 09:00-21:00"),
    HolidayCalendar("US", "IL", ("Columbus Day",)),
    (Closure(date(2026, 3, 9), date(2026, 3, 10), "Staff training"),),
    (Offer("group", Weekday.SUNDAY, time(10, 0)), Offer("education", duration=timedelta(hours=1))),
    timedelta(minutes=10),
)

_PREDICATE: Predicate = evolve(
    ~(FACTS["age"] >= 18)
    | (FACTS["use_disorder_severity"].is_in("moderate", "severe") & FACTS["dangerous"].is_known)
    | AtLeast(1, (FACTS["benefit_likely"].equals(True), FACTS["needed_hours_per_week"] < 9.5)),
    label="a label",
    source=_SOURCE,
)

_POLICY = Policy(
    "a-policy",
    "A policy",
    Versions(
        (
            Dated(
                date(2024, 1, 1),
                (
                    Criterion("adult", "Is an adult.", FACTS["age"] >= 18, _SOURCE),
                    Criterion("mixed", "Is one of several.", _PREDICATE, _SOURCE),
                ),
                _SOURCE,
            ),
        )
    ),
)


def _of(name: str, predicate: Predicate) -> Policy:
    criterion = Criterion("only", "The only one.", predicate, _SOURCE)
    return Policy(name, name, Versions((Dated(date(2024, 1, 1), (criterion,), _SOURCE),)))


_LADDER = Ladder(
    "two-rungs",
    "Two rungs",
    (
        Rung(LevelOfCare("1"), _of("few-hours", FACTS["needed_hours_per_week"] < 9)),
        Rung(LevelOfCare("2.1"), _POLICY, (_of("young", FACTS["age"] < 18),)),
    ),
)

_REQUIREMENTS = RequirementSet(
    "a-payer",
    "A payer",
    Versions(
        (
            Dated(
                date(2024, 1, 1),
                (
                    WeeklyMinimum(
                        "nine-hours",
                        "At least 9 hours.",
                        timedelta(hours=9),
                        frozenset({Modality.GROUP_THERAPY, Modality.PSYCHOEDUCATION}),
                        _SOURCE,
                    ),
                ),
                _SOURCE,
            ),
        )
    ),
)


@pytest.fixture(scope="session")
def values() -> dict[str, object]:
    """A value of every kind of document, with as much filled in as goes together."""
    plan = draft(_PROGRAM, _PATIENT, _SITE, start=_START, seed=7)
    dated = schedule(plan, _SITE)
    assert dated.unplaced, "the schedule shows no session that is unplaced"
    assert any(session.moved for session in dated.sessions), "the schedule shows no move"
    return {
        "decision": _POLICY.decide(_PATIENT, on=_START),
        "finding": check(dated, _REQUIREMENTS)[0],
        "ladder": _LADDER,
        "patient": _PATIENT,
        "placement": place(_LADDER, _PATIENT, on=_START),
        "plan": plan,
        "policy": _POLICY,
        "predicate": _PREDICATE,
        "program": _PROGRAM,
        "requirements": _REQUIREMENTS,
        "schedule": dated,
        "site": _SITE,
    }


@pytest.fixture(scope="session")
def texts(values: Mapping[str, object]) -> dict[str, str]:
    """The same values as JSON documents."""
    return {name: to_json(value) for name, value in values.items()}


@pytest.fixture
def documents(texts: Mapping[str, str]) -> dict[str, Any]:
    """The same documents parsed, to be changed at will."""
    return {name: json.loads(text) for name, text in texts.items()}


@pytest.fixture(scope="session")
def read() -> Reader:
    """Read a JSON document of a kind, by the kind's name."""

    def reader(kind: str, data: str | bytes) -> object:
        return _READERS[kind](data)

    return reader
