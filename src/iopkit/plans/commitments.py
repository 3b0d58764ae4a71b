"""Commitments: what else takes a patient's time, and which sessions collide with it."""

from collections.abc import Iterator
from datetime import timedelta

from iopkit.modalities import Delivery
from iopkit.patients.patients import Patient
from iopkit.plans.notes import NoteSubject, PlanNote
from iopkit.programs.programs import Service, fixed_times
from iopkit.prose import duration_text
from iopkit.windows import (
    DAY,
    ONE_MINUTE,
    Weekday,
    WeeklyWindows,
    within_week,
)


def bookable(hours: WeeklyWindows, patient: Patient, delivery: Delivery | None) -> WeeklyWindows:
    """Those of some hours in which a patient can be given a service, as far as is known.

    The way to the site is for services that are not by telehealth.
    """
    open_hours = hours if patient.availability is None else hours & patient.availability
    return open_hours - patient.taken(at_site=delivery is not Delivery.TELEHEALTH)


def commitment_notes(service: Service, patient: Patient) -> Iterator[PlanNote]:
    """Why weekly times of a service are not when the patient can come, each cause by itself."""
    for start, end, name in fixed_times([service]):
        times = WeeklyWindows(within_week(start, end))
        for matter, why in _causes(patient, times, service.delivery):
            yield PlanNote(matter, name, Weekday(start // DAY), why=why)


def _causes(
    patient: Patient, session: WeeklyWindows, delivery: Delivery | None
) -> Iterator[tuple[NoteSubject, str | None]]:
    way = timedelta(0) if delivery is Delivery.TELEHEALTH else patient.travel
    # A commitment that touches the session leaves no time for any way, however long it is.
    around = ONE_MINUTE if way is None else way
    for commitment in patient.obligations or ():
        times, kind = commitment.windows or WeeklyWindows(), commitment.kind.value
        if (times & session).spans:
            yield NoteSubject.TAKEN_BY_COMMITMENT, kind
        elif (times.widened(around) & session).spans:
            if way is None:
                yield NoteSubject.TRAVEL_UNKNOWN, kind
            else:
                yield NoteSubject.TOO_NEAR_COMMITMENT, f"{kind}, {duration_text(way)} away"
    if patient.availability is not None and not patient.availability.includes(session):
        yield NoteSubject.OUTSIDE_AVAILABILITY, None
