"""Patients: what is known of them, from supports and coverage to free hours."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from math import isfinite
from uuid import UUID

from iopkit.confidential import hidden
from iopkit.errors import Fault, refuse, unless, unless_a, unless_day
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.patients.assessments import Assessment
from iopkit.patients.consents import Consent
from iopkit.patients.diagnoses import Diagnosis, recorded_days
from iopkit.patients.partial_dates import PartialDate, earliest_day
from iopkit.patients.screenings import Screening
from iopkit.payers import Payer
from iopkit.states import place_faults
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY, WeeklyWindows, is_whole_minutes


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
    """A person who supports the patient's recovery.

    ``recipient`` is how consents name this person among their recipients, word for word;
    ``None``: not known, and then neither is which consents are for this person.
    """

    relationship: Relationship | None = None
    lives_with_patient: bool | None = None
    joins_family_sessions: bool | None = None
    recipient: str | None = None

    __repr__ = hidden


@frozen(repr=False)
class Coverage:
    """A payer, from ``start`` up to the day before ``end``; without an end it goes on.

    ``insurer`` is the name of the company or plan; ``None``: not known.
    """

    payer: Payer
    start: date | None = None
    end: date | None = None
    insurer: str | None = None

    def __attrs_post_init__(self) -> None:
        refuse("coverage", _unless_ordered(self.start, self.end))

    def in_force(self, on: date) -> Truth:
        """Whether it covers the patient on a day; unknown where its start is, until it ends."""
        going_on = Truth.of(self.end is None or on < self.end)
        return going_on & Truth.of(None if self.start is None else self.start <= on)

    __repr__ = hidden


@frozen(repr=False)
class Whereabouts:
    """A state that a patient lives or is in, from ``start`` up to the day before ``end``.

    Without a start it has been so for as long as matters, and without an end it goes on.
    ``state`` is a two-letter code of ``STATES``. ``county`` is a name without the word "County";
    ``None``: not known.

    Raises:
        InvalidError: the state is no code, or the end is not after the start.
    """

    state: str
    county: str | None = None
    start: date | None = None
    end: date | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "whereabouts",
            place_faults(self.state, self.county),
            _unless_ordered(self.start, self.end),
        )

    def holds(self, on: date) -> bool:
        """Whether it is so on a day."""
        return (self.start or on) <= on and (self.end is None or on < self.end)

    __repr__ = hidden


MOST_APPROVED = 999_999
"""The most units or hours that approvals can have, each and all of a patient together."""
_MOST_TIME = timedelta(hours=MOST_APPROVED)


@frozen(repr=False)
class Approval:
    """What a payer has approved: treatment from ``start`` up to the day before ``end``.

    What is ``None`` is not known, the end too: unlike a coverage, an approval without an end
    does not go on. ``units`` and ``time`` are what may be used of it in all, in the units that
    the payer counts or in hours.

    Raises:
        InvalidError: the end is not after the start, or units or hours are not from 0 to 999,999.
    """

    payer: Payer | None = None
    level: LevelOfCare | None = None
    units: int | None = None
    time: timedelta | None = None
    start: date | None = None
    end: date | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "approval",
            _unless_ordered(self.start, self.end),
            unless(
                0 <= (self.units or 0) <= MOST_APPROVED,
                "units",
                f"a whole number from 0 to {MOST_APPROVED:,}",
                "another value",
            ),
            unless(
                timedelta(0) <= (self.time or timedelta(0)) <= _MOST_TIME,
                "time",
                f"from 0 to {MOST_APPROVED:,} hours",
                "another time",
            ),
        )

    __repr__ = hidden


def _approved_faults(approvals: Iterable[Approval]) -> tuple[Fault, ...]:
    """What is wrong with what approvals have together; in numbers, as times overflow."""
    listed = tuple(approvals)
    units = sum(given.units or 0 for given in listed)
    hours = sum((given.time or timedelta(0)) / timedelta(hours=1) for given in listed)
    expected = f"no more than {MOST_APPROVED:,} units and hours together"
    return unless(max(units, hours) <= MOST_APPROVED, "approvals", expected, "more")


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
        refuse("treatment", _unless_ordered(self.start, self.end))

    __repr__ = hidden


@frozen(repr=False)
class Observation:
    """What was found on one day of a fact that is one of your own.

    It has the fact's name and its value, and nothing else: what the fact means, and which
    values it can have, its declaration says. Of a number that counts from what never happened, the
    value is the text "never".

    Raises:
        InvalidError: ``value`` is no text, number, true or false, or not a finite number.
    """

    fact: str
    value: bool | int | float | str
    on: date

    def __attrs_post_init__(self) -> None:
        scalar = type(self.value) in (bool, int, float, str)
        finite = not isinstance(self.value, float) or isfinite(self.value)
        expected = "a text, a finite number, true or false"
        refuse("observation", unless(scalar and finite, "value", expected, "another value"))

    __repr__ = hidden


@frozen(repr=False)
class Patient:
    """A patient, or somebody who was referred and is not admitted yet.

    ``key`` is a random UUID (``uuid.uuid4()``), never a record number or a hash of
    one: 45 CFR 164.514(c)(1) [T1].

    Raises:
        InvalidError: ``key`` is not a random (version 4) UUID, something is dated before
            every day on which the birth can have been, or a field holds something of another
            type.

    Example:
        >>> Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), birth_date=date(1984, 5, 17))
        Patient(#9b7fa23a95d9)
    """

    key: UUID
    birth_date: date | PartialDate | None = None
    """Where only the year or month is known, just that: never a day that stands for it."""
    diagnoses: tuple[Diagnosis, ...] | None = None
    assessments: tuple[Assessment, ...] | None = None
    screenings: tuple[Screening, ...] | None = None
    treatments: tuple[Treatment, ...] | None = None
    supports: tuple[Support, ...] | None = None
    consents: tuple[Consent, ...] | None = None
    coverages: tuple[Coverage, ...] | None = None
    obligations: tuple[Obligation, ...] | None = None
    availability: WeeklyWindows | None = None
    """When the patient could be at the site; obligations and the way are taken off it."""
    approvals: tuple[Approval, ...] | None = None
    observations: tuple[Observation, ...] | None = None
    """Findings of facts that are not shipped."""
    residences: tuple[Whereabouts, ...] | None = None
    """Where the patient lives, and has lived."""
    locations: tuple[Whereabouts, ...] | None = None
    """Where the patient is for sessions by telehealth; empty: there are none."""
    travel: timedelta | None = None
    """The way to the site, in whole minutes up to a day, as the patient says; never worked out."""

    def __attrs_post_init__(self) -> None:
        dated: dict[str, list[date | None]] = {
            "diagnoses": [day for found in self.diagnoses or () for day in recorded_days(found)],
            "assessments": [assessment.on for assessment in self.assessments or ()],
            "screenings": [screening.on for screening in self.screenings or ()],
            "treatments": [d for past in self.treatments or () for d in (past.start, past.end)],
            "consents": [consent.signed for consent in self.consents or ()],
            "approvals": [d for given in self.approvals or () for d in (given.start, given.end)],
            "observations": [seen.on for seen in self.observations or ()],
        }
        refuse(
            "patient",
            unless(
                self.key.version == 4, "key", "a random UUID, from uuid.uuid4()", "another UUID"
            ),
            _approved_faults(self.approvals or ()),
            unless(
                self.travel is None
                or (is_whole_minutes(self.travel) and timedelta(0) <= self.travel <= ONE_DAY),
                "travel",
                "whole minutes, from 0 to 1440",
                "another duration",
            ),
            *(
                unless(
                    all(day is None or self.may_be_born_by(day) for day in days),
                    name,
                    "only days from the birth on",
                    "a day before birth_date",
                )
                for name, days in dated.items()
            ),
        )

    def may_be_born_by(self, day: date) -> bool:
        """Whether the birth can have been on a day or before, as far as it is known."""
        return self.birth_date is None or earliest_day(self.birth_date) <= day

    def taken(self, *, at_site: bool) -> WeeklyWindows:
        """What obligations of known times take of the week, with the way to and from the site."""
        spans = (o.windows.spans for o in self.obligations or () if o.windows)
        taken = WeeklyWindows(tuple(span for each in spans for span in each))
        return taken.widened(self.travel) if at_site and self.travel else taken

    @property
    def free(self) -> WeeklyWindows | None:
        """Availability less what known obligations take, the way included; ``None``: not known."""
        return None if self.availability is None else self.availability - self.taken(at_site=True)

    __repr__ = hidden


def refuse_before_birth(patient: Patient, day: date, *, what: str, path: str) -> None:
    """Raise ``InvalidError`` for what is no patient or day, or a day surely before the birth."""
    refuse(what, unless_a(patient, "patient", Patient), unless_day(day, path))
    ok = patient.may_be_born_by(day)
    refuse(what, unless(ok, path, "a day from the birth on", "an earlier day"))


def _unless_ordered(start: date | None, end: date | None) -> tuple[Fault, ...]:
    ordered = start is None or end is None or start < end
    return unless(ordered, "end", "a day after the start", "an earlier day")
