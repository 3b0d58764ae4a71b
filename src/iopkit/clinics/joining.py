"""Who is to join which groups: the candidates of a roster, as patients and plans tell of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from attrs import evolve

from iopkit.groups.rosters import Candidate, GroupDose, Roster
from iopkit.patients.patients import Patient
from iopkit.plans.plans import Plan


def with_candidates(
    roster: Roster,
    patients: Iterable[Patient],
    doses: Iterable[GroupDose] = (),
    now_in: Mapping[UUID, frozenset[str]] | None = None,
) -> Roster:
    """A roster whose candidates are told of by what is known of patients.

    A patient tells when a candidate is free, and ``now_in`` which groups they are in, where the
    roster does not. Patients whom it does not have are candidates with ``doses``; without any,
    they are none.
    """
    by_key = {one.key: one for one in roster.candidates}
    needed = tuple(doses)
    for patient in patients:
        known = by_key.get(patient.key)
        if known is not None:
            free = patient.free if known.free is None else known.free
            by_key[patient.key] = evolve(known, free=free)
        elif needed:
            by_key[patient.key] = Candidate(patient.key, needed, patient.free)
    current = now_in or {}
    candidates = (
        one if one.now_in else evolve(one, now_in=current.get(one.key, one.now_in))
        for one in by_key.values()
    )
    return evolve(roster, candidates=tuple(candidates))


def groups_by_plan(
    plans: Iterable[Plan], roster: Roster, *, on: date
) -> Mapping[UUID, frozenset[str]]:
    """The roster's groups in which patients are by the plans that run on a day, by their keys."""
    known = {(group.service, group.name) for group in roster.groups}
    found: dict[UUID, frozenset[str]] = {}
    for plan in plans:
        names = (
            name
            for each in plan.groups
            for name in each.groups
            if plan.start <= on < plan.end and (each.service, name) in known
        )
        found[plan.patient] = found.get(plan.patient, frozenset()) | frozenset(names)
    return found
