"""Conditions on services that a patient's plan does not have are left to a clinician."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.documents import from_json, to_json
from iopkit.eligibility.predicates import Predicate
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.patients import Patient, Relationship, Support
from iopkit.patients.consents import Consent, Expiry, Purpose
from iopkit.patients.diagnoses import Severity, Substance, SubstanceUseDisorder
from iopkit.plans import draft
from iopkit.plans.notes import NoteSubject
from iopkit.programs import COURSE_FACTS, PerWeek, Phase, Program, Progress, Service, Track
from iopkit.programs.progress import ServiceProgress, service_facts
from iopkit.reports import plan_html, plan_text
from iopkit.sites import Site
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

SITE = Site("Elm Street", "America/Denver", WeeklyWindows.of("monday 08:00-20:00"))
KEY = UUID("5b0f7a52-97c3-4a1e-9b0a-2f3f0f8a1c41")
START = date(2026, 4, 6)
NAMES = ("group", "day-group", "family", "pills", "psychiatry", "either")
FACTS = service_facts(NAMES)
AGREED = COURSE_FACTS["clinician_agrees"].equals(True)


def service(
    name: str, modality: Modality, *, track: str | None = None, either: tuple[Modality, ...] = ()
) -> Service:
    length = timedelta(minutes=45)
    return Service(
        name, name.title(), modality, PerWeek(1), length, track=track, or_modalities=either
    )


OF_TRACKS = (
    service("group", Modality.GROUP_THERAPY),
    service("day-group", Modality.SKILLS_TRAINING, track="day"),
    service("evening-group", Modality.SKILLS_TRAINING, track="evening"),
    service("family", Modality.FAMILY_SESSION),
    service("pills", Modality.MEDICATION_MANAGEMENT),
    service("psychiatry", Modality.PSYCHIATRIC_CARE),
    service("either", Modality.FAMILY_SESSION, either=(Modality.MEDICATION_MANAGEMENT,)),
)
TRACKS = (Track("day", "Day"), Track("evening", "Evening"))


def program(advance: Predicate | None, discharge: Predicate | None) -> Program:
    phases = (Phase("first", "First part", 3, advance=advance), Phase("second", "Second part", 2))
    return Program("any", "Any", phases, OF_TRACKS, tracks=TRACKS, discharge=discharge)


ALONE = Patient(key=KEY, supports=(), diagnoses=(), consents=())


def test_a_condition_on_a_service_that_the_patient_does_not_get_is_a_question_of_the_plan() -> None:
    three = (FACTS["attended_family"] >= 3) & (COURSE_FACTS["weeks_in_phase"] >= 3)
    plan = draft(program(three, FACTS["missed_pills"] <= 1), ALONE, SITE, start=START, seed=2)
    assert plan.program.not_given == ("family", "pills")
    open_to = {note.matter: note for note in plan.notes}
    assert open_to[NoteSubject.ADVANCE_OPEN].words == (
        "first: does the patient go on? A clinician decides, as it turns on services not in this "
        "plan: family"
    )
    assert open_to[NoteSubject.DISCHARGE_OPEN].why == "pills"
    text = " ".join(plan_text(plan).split())
    assert "weeks in phase is at least 3 weeks; family not being in this plan, a clinician" in text
    assert "is at most 1; pills not being in this plan, a clinician decides" in text
    page = " ".join(plan_html(plan).split())
    assert (
        "You go on when your counselor agrees, as this plan has no sessions of family, and you "
        "have been in this part for at least 3 weeks."
    ) in page
    assert "your counselor agrees, as this plan has no sessions of pills" in page
    assert from_json(type(plan), to_json(plan)) == plan


def test_what_is_asked_about_it_is_missing_and_neither_met_nor_unmet() -> None:
    plan = draft(program(None, FACTS["missed_family"] <= 5), ALONE, SITE, start=START, seed=2)
    condition = plan.program.discharge
    assert condition is not None
    here = Progress(by_service=(ServiceProgress("group", due=4, attended=4),))
    assert here.meets(condition) is Truth.UNKNOWN
    assert here.missing(condition) == ("missed_family",)
    enough = condition | (FACTS["attended_group"] >= 4)
    assert here.meets(enough) is Truth.YES
    assert here.missing(enough) == ()
    assert here.missing(condition & (FACTS["attended_group"] >= 5)) == ()


def test_a_track_leaves_out_what_conditions_ask_about() -> None:
    asked = (FACTS["attended_day_group"] >= 2) | (
        service_facts(["evening-group"])["attended_evening_group"] >= 2
    )
    found = program(asked, None)
    for track, other in (("day", "evening-group"), ("evening", "day-group")):
        plan = draft(found, ALONE, SITE, start=START, seed=2, track=track)
        assert plan.program.not_given == (other,)
        own = ServiceProgress(f"{track}-group", due=2, attended=2)
        assert Progress(by_service=(own,)).meets(asked) is Truth.YES


def test_services_not_given_are_none_of_the_program_and_named_once() -> None:
    asked = program(None, FACTS["due_family"] >= 1)
    gone = evolve(asked.on_track("day"), not_given=("day-yoga",))
    assert gone.with_services(lambda s: s, tracks=()).not_given == ()
    for wrong in (("family",), ("yoga", "yoga"), ("Yoga",)):
        with pytest.raises(InvalidError) as caught:
            evolve(asked, not_given=wrong)
        assert {fault.path for fault in caught.value.faults} == {("not_given",)}


_SUPPORTS = st.sampled_from([None, (), (Support(Relationship.PARTNER, True, True, "Kim"),)])
_CONSENT = Consent(
    discloser="Elm Street",
    information="how it goes",
    recipients=("Kim",),
    purposes=frozenset({Purpose.FAMILY_INVOLVEMENT}),
    told_of_right_to_revoke=True,
    expiry=Expiry.DATE,
    end=START + timedelta(days=9),
    signed=START,
)
_CONSENTS = st.sampled_from([None, (), (_CONSENT,)])
_DIAGNOSES = st.sampled_from(
    [None, (), (SubstanceUseDisorder(Substance.ALCOHOL, Severity.MODERATE),)]
)
_PATIENTS = st.builds(
    Patient,
    key=st.just(KEY),
    supports=_SUPPORTS,
    consents=_CONSENTS,
    diagnoses=_DIAGNOSES,
    birth_date=st.sampled_from([None, date(1989, 5, 1), date(2011, 5, 1)]),
)
_COUNTS = ("attended", "missed", "due", "unexcused")
_ASKED = st.sampled_from(
    [
        (None, AGREED),
        *((n, FACTS[f"{c}_{n.replace('-', '_')}"] >= 2) for n in NAMES for c in _COUNTS),
    ]
)


@given(_PATIENTS, st.lists(_ASKED, min_size=2, max_size=2), st.sampled_from([None, "day"]))
def test_whatever_is_left_out_the_plan_is_drafted_and_conditions_stay(
    patient: Patient, asked: list[tuple[str | None, Predicate]], track: str | None
) -> None:
    (of_first, advance), (of_all, discharge) = asked
    plan = draft(program(advance, discharge), patient, SITE, start=START, seed=5, track=track)
    given_here = {each.name for each in plan.program.every_service}
    assert (plan.program.phases[0].advance, plan.program.discharge) == (advance, discharge)
    told = {note.matter: note.why for note in plan.notes}
    for name, matter in (
        (of_first, NoteSubject.ADVANCE_OPEN),
        (of_all, NoteSubject.DISCHARGE_OPEN),
    ):
        assert told.get(matter) == (None if name in given_here else name)
    full = Progress(by_service=tuple(ServiceProgress(n, 9, 9, 0, 0) for n in given_here))
    assert (full.meets(advance) is Truth.UNKNOWN) is bool(full.missing(advance))
    assert from_json(type(plan), to_json(plan)) == plan
