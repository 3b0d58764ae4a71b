"""Tailoring: who gets which service, what is needed beside them, and what may be told."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given

from iopkit import strategies
from iopkit.modalities import Modality
from iopkit.needs import Need
from iopkit.patients import (
    Assessment,
    Consent,
    Diagnosis,
    Expiry,
    MentalDisorder,
    Obligation,
    ObligationKind,
    Patient,
    Purpose,
    Relationship,
    Substance,
    SubstanceUseDisorder,
    Support,
)
from iopkit.plans import (
    CALLED_FOR,
    NoteKind,
    NoteSubject,
    Plan,
    PlanNote,
    call_for,
    draft,
    needs_of,
)
from iopkit.plans.tailoring import disclosures_of
from iopkit.programs import PerWeek, Phase, Program, Service
from iopkit.reports import plan_html
from iopkit.schedules import Reason, schedule
from iopkit.sites import Referral, Site
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

START = date(2026, 1, 5)
STRANGER = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always(), provides=frozenset(Need))
ALCOHOL = SubstanceUseDisorder(Substance.ALCOHOL, 5, "F10.20")
OPIOIDS = SubstanceUseDisorder(Substance.OPIOIDS)
CANNABIS = SubstanceUseDisorder(Substance.CANNABIS)
DEPRESSION = MentalDisorder("F32.1")
JOINS = Support(Relationship.PARTNER, joins_family_sessions=True, recipient="the spouse")
MOTHER = Support(Relationship.PARENT, joins_family_sessions=False, recipient="the mother")
CONSENT = Consent(
    discloser="Elm Street",
    information="attendance",
    recipients=("the spouse",),
    purposes=frozenset({Purpose.FAMILY_INVOLVEMENT}),
    told_of_right_to_revoke=True,
    expiry=Expiry.DATE,
    end=date(2027, 1, 1),
    signed=date(2026, 1, 2),
)

FOR_MOTHER = evolve(CONSENT, recipients=("the mother",))


def service(modality: Modality) -> Service:
    name = modality.value.replace("_", "-")
    return Service(name, modality.label, modality, PerWeek(1), timedelta(hours=1))


def drafted(patient: Patient, *modalities: Modality, site: Site = SITE) -> Plan:
    services = tuple(map(service, (Modality.GROUP_THERAPY, *modalities)))
    program = Program("any", "Any", (Phase("only", "Only", 2, services),))
    return draft(program, patient, site, start=START, seed=1)


def given_in(plan: Plan) -> set[Modality]:
    """What a plan gives and does not only hold."""
    every = plan.program.every_service
    return {each.modality for each in every if each.name not in plan.on_hold}


# Services


@pytest.mark.parametrize(
    ("supports", "consents", "truth"),
    [
        pytest.param((JOINS,), (CONSENT,), Truth.YES, id="both"),
        pytest.param((), (CONSENT,), Truth.NO, id="nobody"),
        pytest.param((evolve(JOINS, joins_family_sessions=False),), (CONSENT,), Truth.NO, id="no"),
        pytest.param((JOINS,), (), Truth.NO, id="no-consent"),
        pytest.param((JOINS,), (evolve(CONSENT, revoked=START),), Truth.NO, id="revoked"),
        pytest.param((JOINS,), (evolve(CONSENT, end=START),), Truth.NO, id="expired"),
        pytest.param((JOINS,), None, Truth.UNKNOWN, id="consent-unknown"),
        pytest.param(None, (CONSENT,), Truth.UNKNOWN, id="support-unknown"),
        pytest.param((Support(),), (CONSENT,), Truth.UNKNOWN, id="joining-unknown"),
        pytest.param(None, (), Truth.NO, id="unknown-and-no"),
        pytest.param((Support(), JOINS), (CONSENT,), Truth.YES, id="one-of-two"),
        pytest.param((evolve(JOINS, recipient=None),), (CONSENT,), Truth.UNKNOWN, id="for-whom"),
        pytest.param((evolve(JOINS, recipient=None),), (), Truth.NO, id="for-nobody"),
        pytest.param((JOINS,), (FOR_MOTHER,), Truth.NO, id="for-another"),
        pytest.param((JOINS, MOTHER), (FOR_MOTHER,), Truth.NO, id="for-one-who-does-not-join"),
        pytest.param((JOINS, MOTHER), (FOR_MOTHER, CONSENT), Truth.YES, id="for-both"),
        pytest.param(
            (JOINS,), (evolve(CONSENT, recipients=None),), Truth.UNKNOWN, id="recipients-unknown"
        ),
        pytest.param(
            (evolve(JOINS, recipient=None),),
            (evolve(CONSENT, recipients=None),),
            Truth.UNKNOWN,
            id="nobody-named",
        ),
    ],
)
def test_a_family_session_takes_a_support_person_and_a_valid_consent(
    supports: tuple[Support, ...] | None, consents: tuple[Consent, ...] | None, truth: Truth
) -> None:
    patient = evolve(STRANGER, supports=supports, consents=consents)
    assert call_for(service(Modality.FAMILY_SESSION), patient, on=START) is truth
    plan = drafted(patient, Modality.FAMILY_SESSION)
    assert (Modality.FAMILY_SESSION in given_in(plan)) is (truth is Truth.YES)
    assert (plan.on_hold == ("family-session",)) is (truth is Truth.UNKNOWN)
    said = {note.matter for note in plan.notes if note.service == "family-session"}
    expected = {Truth.YES: set(), Truth.NO: {NoteSubject.FAMILY_NOT_POSSIBLE}}
    assert said == expected.get(truth, {NoteSubject.FAMILY_UNKNOWN})


@pytest.mark.parametrize(
    ("diagnoses", "medication", "psychiatric"),
    [
        pytest.param((ALCOHOL,), Truth.YES, Truth.NO, id="alcohol"),
        pytest.param((OPIOIDS,), Truth.YES, Truth.NO, id="opioids"),
        pytest.param((CANNABIS,), Truth.NO, Truth.NO, id="cannabis"),
        pytest.param((CANNABIS, DEPRESSION), Truth.YES, Truth.YES, id="depression"),
        pytest.param((SubstanceUseDisorder(),), Truth.UNKNOWN, Truth.NO, id="unknown-substance"),
        pytest.param((), Truth.NO, Truth.NO, id="none"),
        pytest.param(None, Truth.UNKNOWN, Truth.UNKNOWN, id="unknown"),
    ],
)
def test_diagnoses_call_for_medication_and_psychiatric_care(
    diagnoses: tuple[Diagnosis, ...] | None, medication: Truth, psychiatric: Truth
) -> None:
    patient = evolve(STRANGER, diagnoses=diagnoses)
    plan = drafted(patient, Modality.MEDICATION_MANAGEMENT, Modality.PSYCHIATRIC_CARE)
    for modality, truth in (
        (Modality.MEDICATION_MANAGEMENT, medication),
        (Modality.PSYCHIATRIC_CARE, psychiatric),
    ):
        assert call_for(service(modality), patient, on=START) is truth
        assert (modality in given_in(plan)) is (truth is Truth.YES)


def test_everything_else_is_for_everybody() -> None:
    others = set(Modality) - set(CALLED_FOR)
    assert {call_for(service(m), STRANGER, on=START) for m in others} == {Truth.YES}


def test_what_is_on_hold_is_in_the_plan_and_has_no_dates() -> None:
    plan = drafted(STRANGER, Modality.FAMILY_SESSION)
    made = schedule(plan, SITE)
    waiting = [missing for missing in made.unplaced if missing.service == "family-session"]
    assert [missing.why for missing in waiting] == [Reason.ON_HOLD] * 2
    assert "family-session" not in {session.service for session in made.sessions}


def test_a_program_of_which_nothing_is_for_the_patient_is_on_hold() -> None:
    family = service(Modality.FAMILY_SESSION)
    program = Program("family", "Family", (Phase("only", "Only", 1, (family,)),))
    plan = draft(program, evolve(STRANGER, supports=()), SITE, start=START, seed=1)
    assert plan.on_hold == ("family-session",)
    assert PlanNote(NoteSubject.FAMILY_NOT_POSSIBLE, "family-session") in plan.notes


@given(strategies.patients(), strategies.days(date(2025, 1, 1)))
def test_a_family_session_is_never_dated_without_consent(patient: Patient, start: date) -> None:
    services = tuple(map(service, (Modality.GROUP_THERAPY, Modality.FAMILY_SESSION)))
    program = Program("any", "Any", (Phase("only", "Only", 1, services),))
    plan = draft(program, patient, SITE, start=start, seed=1)
    dated = {session.modality for session in schedule(plan, SITE).sessions}
    if Modality.FAMILY_SESSION in dated:
        purpose = Purpose.FAMILY_INVOLVEMENT
        assert any(
            consent.valid(on=start, recipient=recipient, purpose=purpose) is Truth.YES
            for consent in patient.consents or ()
            for recipient in consent.recipients or ()
            for support in patient.supports or ()
            if support.joins_family_sessions and support.recipient == recipient
        )


# Needs


def assessed(**found: object) -> Patient:
    return evolve(STRANGER, assessments=(Assessment(on=START, **found),))  # type: ignore[arg-type]  # each of its own type


@pytest.mark.parametrize(
    ("patient", "need", "truth"),
    [
        pytest.param(
            assessed(acute_withdrawal=True), Need.WITHDRAWAL_MANAGEMENT, Truth.YES, id="w"
        ),
        pytest.param(
            assessed(acute_withdrawal=False), Need.WITHDRAWAL_MANAGEMENT, Truth.NO, id="x"
        ),
        pytest.param(STRANGER, Need.WITHDRAWAL_MANAGEMENT, Truth.UNKNOWN, id="withdrawal-unknown"),
        pytest.param(
            assessed(needs_24_hour_care=True), Need.AROUND_THE_CLOCK_SUPPORT, Truth.YES, id="24"
        ),
        pytest.param(
            assessed(needs_medical_monitoring=False, needs_medical_management=True),
            Need.MEDICAL_CARE,
            Truth.YES,
            id="managed",
        ),
        pytest.param(
            assessed(needs_medical_monitoring=False), Need.MEDICAL_CARE, Truth.UNKNOWN, id="half"
        ),
        pytest.param(assessed(pregnant=True), Need.PRENATAL_CARE, Truth.YES, id="pregnant"),
        pytest.param(assessed(has_transport=False), Need.TRANSPORT, Truth.YES, id="no-ride"),
        pytest.param(assessed(has_transport=True), Need.TRANSPORT, Truth.NO, id="ride"),
        pytest.param(
            assessed(has_transport=True, needs=frozenset({Need.TRANSPORT})),
            Need.TRANSPORT,
            Truth.YES,
            id="recorded-all-the-same",
        ),
        pytest.param(
            assessed(needs=frozenset({Need.TRAUMA_THERAPY})), Need.TRAUMA_THERAPY, Truth.YES, id="t"
        ),
        pytest.param(STRANGER, Need.TRAUMA_THERAPY, Truth.NO, id="nobody-recorded-it"),
        pytest.param(
            evolve(STRANGER, obligations=(Obligation(ObligationKind.CAREGIVING),)),
            Need.CHILD_CARE,
            Truth.UNKNOWN,
            id="cares-for-somebody",
        ),
        pytest.param(
            evolve(
                assessed(needs=frozenset()), obligations=(Obligation(ObligationKind.CAREGIVING),)
            ),
            Need.CHILD_CARE,
            Truth.NO,
            id="cares-and-needs-none",
        ),
        pytest.param(STRANGER, Need.CHILD_CARE, Truth.NO, id="cares-for-nobody"),
        pytest.param(
            evolve(STRANGER, diagnoses=(OPIOIDS,)), Need.OPIOID_MEDICATION, Truth.YES, id="opioids"
        ),
        pytest.param(
            evolve(STRANGER, diagnoses=(DEPRESSION,)), Need.PSYCHIATRIC_CARE, Truth.YES, id="mind"
        ),
    ],
)
def test_a_need_is_as_recorded_or_as_other_facts_tell(
    patient: Patient, need: Need, truth: Truth
) -> None:
    assert needs_of(patient, on=START)[need] is truth


@pytest.mark.parametrize(
    ("provides", "matter"),
    [
        pytest.param(frozenset(), NoteSubject.NOT_PROVIDED, id="no"),
        pytest.param(frozenset({Need.PRENATAL_CARE}), None, id="yes"),
        pytest.param(None, NoteSubject.PROVISION_UNKNOWN, id="unknown"),
    ],
)
def test_a_need_that_the_site_does_not_meet_is_noted(
    provides: frozenset[Need] | None, matter: NoteSubject | None
) -> None:
    plan = drafted(assessed(pregnant=True), site=evolve(SITE, provides=provides))
    about = [note.matter for note in plan.notes if note.need is Need.PRENATAL_CARE]
    assert about == ([matter] if matter else [])


def test_a_referral_says_where_to() -> None:
    plan = drafted(assessed(needs_24_hour_care=True), site=evolve(SITE, provides=frozenset()))
    (note,) = (note for note in plan.notes if note.matter.kind is NoteKind.REFERRAL)
    assert note.words == (
        "around-the-clock support: the patient needs it and the site does not provide it: "
        "refer to residential or inpatient care, level 3.1 or above"
    )


def test_a_referral_names_those_of_the_directory_for_that_need() -> None:
    prenatal = frozenset({Need.PRENATAL_CARE})
    directory = (
        Referral("Oak Clinic", prenatal | {Need.HOUSING}, "4 Oak Street", "555-0101"),
        Referral("Ash House", frozenset({Need.HOUSING}), telephone="555-0102"),
        Referral("Dr. Beech", prenatal),
    )
    site = evolve(SITE, provides=frozenset({Need.TRANSPORT}), directory=directory)
    plan = drafted(assessed(pregnant=True, needs=frozenset({Need.INTERPRETER})), site=site)
    told = {n.need: n.words for n in plan.notes if n.matter.kind is NoteKind.REFERRAL}
    assert told == {
        Need.PRENATAL_CARE: (
            "prenatal care: the patient needs it and the site does not provide it: refer to "
            "an obstetric service: Oak Clinic, 4 Oak Street, 555-0101 or Dr. Beech"
        ),
        Need.INTERPRETER: (
            "interpreter: the patient needs it and the site does not provide it: refer to "
            "interpreter"
        ),
    }
    page = plan_html(plan)
    assert "We send you to an obstetric service: Oak Clinic, 4 Oak Street, 555-0101 or Dr." in page


def test_a_service_of_the_program_meets_a_need_by_itself() -> None:
    patient = evolve(STRANGER, diagnoses=(OPIOIDS,))
    site = evolve(SITE, provides=frozenset())
    without = drafted(patient, site=site)
    beside = drafted(patient, Modality.MEDICATION_MANAGEMENT, site=site)
    assert PlanNote(NoteSubject.NOT_PROVIDED, need=Need.OPIOID_MEDICATION) in without.notes
    assert Need.OPIOID_MEDICATION not in {note.need for note in beside.notes}


def test_of_what_the_site_provides_nobody_is_asked() -> None:
    assert {note.need for note in drafted(STRANGER).notes} == {None}
    asked = {n.need for n in drafted(STRANGER, site=evolve(SITE, provides=None)).notes} - {None}
    assert asked == {
        *(Need.WITHDRAWAL_MANAGEMENT, Need.AROUND_THE_CLOCK_SUPPORT, Need.MEDICAL_CARE),
        *(Need.OPIOID_MEDICATION, Need.PSYCHIATRIC_CARE, Need.PRENATAL_CARE, Need.TRANSPORT),
    }


@pytest.mark.parametrize("need", Need)
def test_every_need_has_words_and_somewhere_to_go(need: Need) -> None:
    assert need.label.islower()
    assert need.referral.strip()


# What the plan takes over


def test_only_a_valid_consent_to_family_involvement_says_what_may_be_told() -> None:
    others = evolve(CONSENT, purposes=frozenset({Purpose.PAYMENT}), recipients=("the insurer",))
    event = evolve(CONSENT, expiry=Expiry.EVENT, end=None, event_occurred=date(2026, 2, 1))
    patient = evolve(STRANGER, consents=(CONSENT, others, evolve(CONSENT, end=START), event))
    found = disclosures_of(patient, on=START)
    assert [(d.recipient, d.information, d.until) for d in found] == [
        ("the spouse", "attendance", date(2027, 1, 1)),
        ("the spouse", "attendance", None),
    ]
    assert disclosures_of(STRANGER, on=START) == ()


def test_the_plan_names_who_joins_family_sessions() -> None:
    friend = Support(Relationship.FRIEND, joins_family_sessions=True, recipient="a friend")
    unsaid = Support(joins_family_sessions=True, recipient="the spouse")
    patient = evolve(STRANGER, supports=(JOINS, MOTHER, friend, unsaid), consents=(CONSENT,))
    assert drafted(patient).supports == (Relationship.PARTNER,)
    assert drafted(evolve(patient, consents=None)).supports == ()
    assert drafted(evolve(STRANGER, supports=())).supports == ()
    assert drafted(STRANGER).supports is None
