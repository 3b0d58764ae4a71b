"""Modality choices: which of several modalities a service of a plan has."""

from collections.abc import Mapping
from datetime import date

from attrs import evolve

from iopkit.errors import refuse, unless
from iopkit.modalities import Modality
from iopkit.patients.patients import Patient
from iopkit.plans.notes import NoteSubject, PlanNote
from iopkit.plans.tailoring import call_for_modality
from iopkit.programs.programs import Program, Service
from iopkit.truth import Truth


def with_modalities(
    program: Program, patient: Patient, chosen: Mapping[str, Modality], *, on: date
) -> tuple[Program, list[PlanNote]]:
    """The program with one modality for each service, and which were not chosen by hand.

    Of several it is the one chosen, else the first that is known to be possible for the patient
    on the day, else the first that may be, and else the first.

    Raises:
        InvalidError: a choice names no service of several modalities, or is none of them.
    """
    several = {s.name: s for s in program.every_service if s.or_modalities}
    refuse(
        "plan",
        *(
            unless(name in several, "modalities", "services of several modalities", repr(name))
            or unless(
                modality in several[name].modalities,
                "modalities",
                f"{several[name].kind_words} for {name!r}",
                repr(modality),
            )
            for name, modality in chosen.items()
        ),
    )
    if not several:
        return program, []
    taken = dict(chosen)
    notes: list[PlanNote] = []
    for name in (name for name in several if name not in chosen):
        taken[name], sure = _first_possible(several[name], patient, on)
        why = f"{taken[name].label.lower()}, of {several[name].kind_words}"
        notes += [PlanNote(NoteSubject.MODALITY_CHOSEN, name, why=why)] if sure else []

    def settled(service: Service) -> Service:
        modality = taken.get(service.name, service.modality)
        return evolve(service, modality=modality, or_modalities=())

    return program.with_services(settled, tracks=program.tracks, stated=program.stated), notes


def _first_possible(service: Service, patient: Patient, on: date) -> tuple[Modality, bool]:
    """The first modality that is possible, or may be; and whether it is known to be."""
    truths = {each: call_for_modality(each, patient, on=on) for each in service.modalities}
    for wanted in (Truth.YES, Truth.UNKNOWN):
        for modality, truth in truths.items():
            if truth is wanted:
                return modality, wanted is Truth.YES
    return service.modality, False
