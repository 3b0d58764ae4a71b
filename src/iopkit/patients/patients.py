"""Patients: what is known of them, from supports and coverage to free hours."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.errors import refuse, refuse_moments, unless
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.patients.assessments import Assessment
from iopkit.patients.consents import Consent
from iopkit.patients.diagnoses import Diagnosis, recorded_days
from iopkit.patients.screenings import Screening
from iopkit.windows import WeeklyWindows


class Relationship(StrEnum):
    """What a support person is to the patient."""

    PARTNER = "partner"
    PARENT = "parent"
    CHILD = "child"
    RELATIVE = "relative"
    FRIEND = "friend"
    SPONSOR = "sponsor"
    EMPLOYER = "employer"
    OTHER = "other"


@frozen(repr=False)
class Support:
    """A person who supports the patient's recovery."""

    relationship: Relationship | None = None
    lives_with_patient: bool | None = None
    joins_family_sessions: bool | None = None

    __repr__ = hidden


class Payer(StrEnum):
    """Who pays."""

    MEDICARE = "medicare"
    MEDICAID = "medicaid"
    COMMERCIAL = "commercial"
    MILITARY = "military"
    SELF_PAY = "self_pay"
    OTHER = "other"


@frozen(repr=False)
class Coverage:
    """A payer, from ``start`` up to the day before ``end``; without an end it goes on."""

    payer: Payer
    start: date | None = None
    end: date | None = None

    def __attrs_post_init__(self) -> None:
        ordered = self.start is None or self.end is None or self.start < self.end
        refuse("coverage", unless(ordered, "end", "a day after the start", "an earlier day"))

    __repr__ = hidden


class ObligationKind(StrEnum):
    """What else takes the patient's time."""

    WORK = "work"
    SCHOOL = "school"
    CAREGIVING = "caregiving"
    LEGAL = "legal"
    OTHER = "other"


@frozen(repr=False)
class Obligation:
    """A standing commitment in the week."""

    kind: ObligationKind
    windows: WeeklyWindows | None = None

    __repr__ = hidden


class Outcome(StrEnum):
    """How an episode of treatment ended."""

    COMPLETED = "completed"
    LEFT = "left"
    TRANSFERRED = "transferred"
    DISCHARGED = "discharged"
    """By the program, before completion."""
    OTHER = "other"


@frozen(repr=False)
class Treatment:
    """An episode of treatment, from ``start`` up to the day before ``end``.

    With neither ``end`` nor ``outcome`` it goes on; with an outcome alone, the day on
    which it ended is not known.
    """

    level: LevelOfCare | None = None
    start: date | None = None
    end: date | None = None
    outcome: Outcome | None = None

    def __attrs_post_init__(self) -> None:
        ordered = self.start is None or self.end is None or self.start < self.end
        refuse("treatment", unless(ordered, "end", "a day after the start", "an earlier day"))

    __repr__ = hidden


@frozen(repr=False)
class Patient:
    """A patient, or somebody who was referred and is not admitted yet.

    ``key`` is a random UUID (``uuid.uuid4()``), never a record number or a hash of
    one: 45 CFR 164.514(c)(1) [T1].

    Raises:
        InvalidError: ``key`` is not a random (version 4) UUID, something is dated before the
            birth, or a field holds something of another type.

    Example:
        >>> Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), birth_date=date(1984, 5, 17))
        Patient(#9b7fa23a95d9)
    """

    key: UUID
    birth_date: date | None = None
    diagnoses: tuple[Diagnosis, ...] | None = None
    assessments: tuple[Assessment, ...] | None = None
    screenings: tuple[Screening, ...] | None = None
    treatments: tuple[Treatment, ...] | None = None
    supports: tuple[Support, ...] | None = None
    consents: tuple[Consent, ...] | None = None
    coverages: tuple[Coverage, ...] | None = None
    obligations: tuple[Obligation, ...] | None = None
    availability: WeeklyWindows | None = None
    """When the patient could come; obligations are taken off it."""

    def __attrs_post_init__(self) -> None:
        dated: dict[str, list[date | None]] = {
            "diagnoses": [day for found in self.diagnoses or () for day in recorded_days(found)],
            "assessments": [assessment.on for assessment in self.assessments or ()],
            "screenings": [screening.on for screening in self.screenings or ()],
            "treatments": [d for past in self.treatments or () for d in (past.start, past.end)],
            "consents": [consent.signed for consent in self.consents or ()],
        }
        refuse(
            "patient",
            unless(
                self.key.version == 4, "key", "a random UUID, from uuid.uuid4()", "another UUID"
            ),
            *(
                unless(
                    not any(day and self.birth_date and day < self.birth_date for day in days),
                    name,
                    "only days from the birth on",
                    "a day before birth_date",
                )
                for name, days in dated.items()
            ),
        )

    @property
    def free(self) -> WeeklyWindows | None:
        """Availability less the known obligations; ``None``: not known."""
        if self.availability is None:
            return None
        free = self.availability
        for obligation in self.obligations or ():
            free -= obligation.windows or WeeklyWindows()
        return free

    __repr__ = hidden


def refuse_before_birth(patient: Patient, day: date, *, what: str, path: str) -> None:
    """Raise ``InvalidError`` for a ``datetime``, or a day before a patient's birth, if known."""
    refuse_moments(what, **{path: day})
    ok = patient.birth_date is None or patient.birth_date <= day
    refuse(what, unless(ok, path, "a day from the birth on", "an earlier day"))
