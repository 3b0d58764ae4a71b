"""Tailoring: which of a program's services a patient gets, and what is needed beside them."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.predicates import Predicate, evaluate, facts_in
from iopkit.eligibility.readings import may_join
from iopkit.eligibility.sheets import read_facts
from iopkit.modalities import Modality
from iopkit.needs import Need
from iopkit.patients.consents import Consent, Purpose
from iopkit.patients.patients import ObligationKind, Patient, Relationship
from iopkit.plans.notes import NoteSubject, PlanNote
from iopkit.plans.plans import Disclosure
from iopkit.programs.programs import Program, Service
from iopkit.sites.sites import Site
from iopkit.sources import Grade, Source
from iopkit.truth import Truth, any_of

MEDICATIONS = Source(
    "SAMHSA, Medications for Substance Use Disorders",
    Grade.OFFICIAL,
    "https://www.samhsa.gov/substance-use/treatment/options",
)
"""That alcohol and opioid use disorders are treated with medication."""

CALLED_FOR: Mapping[Modality, Predicate] = MappingProxyType(
    {
        Modality.FAMILY_SESSION: FACTS["support_joins_with_consent"].equals(True),
        Modality.MEDICATION_MANAGEMENT: (
            FACTS["has_alcohol_use_disorder"].equals(True)
            | FACTS["has_opioid_use_disorder"].equals(True)
            | FACTS["has_other_mental_disorder"].equals(True)
        ),
        Modality.PSYCHIATRIC_CARE: FACTS["has_other_mental_disorder"].equals(True),
    }
)
"""When a patient gets a service of some modalities; all others are for everyone."""

NEEDED_FOR: Mapping[Need, Predicate] = MappingProxyType(
    {
        Need.WITHDRAWAL_MANAGEMENT: FACTS["acute_withdrawal"].equals(True),
        Need.AROUND_THE_CLOCK_SUPPORT: FACTS["needs_24_hour_care"].equals(True),
        Need.MEDICAL_CARE: (
            FACTS["needs_medical_monitoring"].equals(True)
            | FACTS["needs_medical_management"].equals(True)
        ),
        Need.OPIOID_MEDICATION: FACTS["has_opioid_use_disorder"].equals(True),
        Need.PSYCHIATRIC_CARE: FACTS["has_other_mental_disorder"].equals(True),
        Need.PRENATAL_CARE: FACTS["pregnant"].equals(True),
        Need.TRANSPORT: FACTS["has_transport"].equals(False),
    }
)
"""When a patient has a need, beside those that a clinician recorded as such."""

_MET_BY = {
    Need.OPIOID_MEDICATION: Modality.MEDICATION_MANAGEMENT,
    Need.PSYCHIATRIC_CARE: Modality.PSYCHIATRIC_CARE,
}


def call_for(service: Service, patient: Patient, *, on: date) -> Truth:
    """Whether a patient is to have a service of a program, in any of its modalities, on a day."""
    return any_of([call_for_modality(each, patient, on=on) for each in service.modalities])


def call_for_modality(modality: Modality, patient: Patient, *, on: date) -> Truth:
    """Whether a patient is to have services of a modality on a day."""
    predicate = CALLED_FOR.get(modality)
    return Truth.YES if predicate is None else _judged(predicate, patient, on)


def needs_of(patient: Patient, *, on: date) -> Mapping[Need, Truth]:
    """Whether a patient has each need on a day, as recorded or as other facts tell.

    A patient who cares for somebody may need child care: that is unknown until recorded.
    """
    found: dict[Need, Truth] = {}
    cares = any(o.kind is ObligationKind.CAREGIVING for o in patient.obligations or ())
    for need in Need:
        recorded = _judged(FACTS[f"needs_{need.value}"].equals(True), patient, on)
        told = NEEDED_FOR.get(need)
        if told is not None:
            found[need] = any_of((_or_no(recorded), _judged(told, patient, on)))
        elif need is Need.CHILD_CARE and cares:
            found[need] = recorded
        else:
            found[need] = _or_no(recorded)
    return MappingProxyType(found)


def _or_no(recorded: Truth) -> Truth:
    """What nobody recorded is no need of its own: other facts tell, or clinicians ask."""
    return Truth.NO if recorded is Truth.UNKNOWN else recorded


def _judged(predicate: Predicate, patient: Patient, on: date) -> Truth:
    sheet = read_facts(dict.fromkeys(facts_in(predicate)), patient, on=on)
    return evaluate(predicate, sheet.values())


def need_notes(program: Program, patient: Patient, site: Site, *, on: date) -> Iterator[PlanNote]:
    """What a patient needs that the program's services and the site do not meet."""
    given = {service.modality for service in program.every_service}
    for need, truth in needs_of(patient, on=on).items():
        if truth is Truth.NO or _MET_BY.get(need) in given:
            continue
        provided = Truth.of(None if site.provides is None else need in site.provides)
        if truth is Truth.UNKNOWN and provided is not Truth.YES:
            yield PlanNote(NoteSubject.NEED_UNKNOWN, need=need)
        elif truth is Truth.YES and provided is Truth.NO:
            whom = [each.words for each in site.directory if need in each.needs]
            yield PlanNote(NoteSubject.NOT_PROVIDED, need=need, why=" or ".join(whom) or None)
        elif truth is Truth.YES and provided is Truth.UNKNOWN:
            yield PlanNote(NoteSubject.PROVISION_UNKNOWN, need=need)


def family_of(patient: Patient, *, on: date) -> tuple[Relationship, ...] | None:
    """What those are to the patient who join family sessions; ``None``: not known.

    A valid consent on the day names each of them.
    """
    if patient.supports is None:
        return None
    return tuple(
        support.relationship
        for support in patient.supports
        if support.relationship is not None and may_join(support, patient, on) is Truth.YES
    )


def disclosures_of(patient: Patient, *, on: date) -> tuple[Disclosure, ...]:
    """What valid consents to family involvement allow to be told to whom on a day."""
    return tuple(
        Disclosure(recipient, consent.information or "", consent.end)
        for consent in patient.consents or ()
        for recipient in consent.recipients or ()
        if _is_valid(consent, recipient, on)
    )


def _is_valid(consent: Consent, recipient: str, on: date) -> bool:
    family = Purpose.FAMILY_INVOLVEMENT
    return consent.valid(on=on, recipient=recipient, purpose=family) is Truth.YES
