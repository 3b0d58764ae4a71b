"""Who is treated: a patient and what is known about them.

Everything may be ``None``, which means "not known" and never "no": an empty tuple of
diagnoses says that there is none, ``None`` says that nobody has told us. No class
here shows its values in a repr (see ``iopkit.confidential``).
"""

import re
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from uuid import UUID

from attrs import frozen

from iopkit.confidential import hidden
from iopkit.errors import refuse, refuse_moments, unless
from iopkit.levels import AgeGroup, Edition, LevelOfCare
from iopkit.needs import Need
from iopkit.patients.consents import Consent
from iopkit.patients.instrument_library import Screening
from iopkit.windows import WeeklyWindows, is_whole_minutes


class Substance(StrEnum):
    """Substance classes of DSM-5 use disorders."""

    ALCOHOL = "alcohol"
    OPIOIDS = "opioids"
    CANNABIS = "cannabis"
    SEDATIVES = "sedatives"
    COCAINE = "cocaine"
    STIMULANTS = "stimulants"
    HALLUCINOGENS = "hallucinogens"
    PHENCYCLIDINE = "phencyclidine"
    TOBACCO = "tobacco"
    INHALANTS = "inhalants"
    OTHER = "other"

    @property
    def criteria(self) -> int:
        """How many DSM-5 criteria the class has: 11, or 10 without withdrawal.

        Source: DSM-5 as summarized at
        https://legalclarity.org/dsm-5-substance-use-disorder-criteria-11-symptoms/ [T3].
        """
        return 10 if self in _WITHOUT_WITHDRAWAL else 11

    @property
    def icd10_block(self) -> str:
        """The ICD-10-CM block of the class, such as ``F10``.

        Source: https://legalclarity.org/substance-abuse-icd-10-codes-f10-f19-explained/ [T3].
        """
        return _BLOCKS[self]


_WITHOUT_WITHDRAWAL = frozenset(
    {Substance.HALLUCINOGENS, Substance.PHENCYCLIDINE, Substance.INHALANTS}
)
_BLOCKS = {
    Substance.ALCOHOL: "F10",
    Substance.OPIOIDS: "F11",
    Substance.CANNABIS: "F12",
    Substance.SEDATIVES: "F13",
    Substance.COCAINE: "F14",
    Substance.STIMULANTS: "F15",
    Substance.HALLUCINOGENS: "F16",
    Substance.PHENCYCLIDINE: "F16",
    Substance.TOBACCO: "F17",
    Substance.INHALANTS: "F18",
    Substance.OTHER: "F19",
}
_ICD10 = re.compile(r"[A-TV-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
_CODE_FORM = "an ICD-10-CM code such as 'F10.20'"


class Severity(IntEnum):
    """DSM-5 severity of a use disorder."""

    MILD = 1
    MODERATE = 2
    SEVERE = 3


@frozen(repr=False)
class SubstanceUseDisorder:
    """A DSM-5 use disorder of one substance class.

    ``criteria_met`` counts the criteria met within 12 months, from 2 (fewer is no
    disorder) to the number that the class has. ``symptom_free_since`` is the first day
    from which on no criterion but craving was met; remission is counted from it.

    Raises:
        InvalidError: the count does not fit the class, or the code is not of its block.

    Example:
        >>> SubstanceUseDisorder(substance=Substance.ALCOHOL, criteria_met=5).severity
        <Severity.MODERATE: 2>
    """

    substance: Substance | None = None
    criteria_met: int | None = None
    code: str | None = None
    diagnosed: date | None = None
    symptom_free_since: date | None = None

    def __attrs_post_init__(self) -> None:
        refuse_moments(
            "substance use disorder",
            diagnosed=self.diagnosed,
            symptom_free_since=self.symptom_free_since,
        )
        # What is expected may not tell the substance, so it names no number or block of it.
        most = self.substance.criteria if self.substance else 11
        block = self.substance.icd10_block if self.substance else "F1"
        count, code = self.criteria_met, self.code
        refuse(
            "substance use disorder",
            unless(
                count is None or 2 <= count <= most,
                "criteria_met",
                "a count from 2 to as many criteria as the class has (10 or 11)",
                "a count outside it",
            ),
            unless(
                code is None or bool(_ICD10.fullmatch(code) and code.startswith(block)),
                "code",
                f"{_CODE_FORM}, of the substance's block",
                "another text",
            ),
        )

    @property
    def severity(self) -> Severity | None:
        """Mild at 2-3 criteria, moderate at 4-5, severe from 6; ``None``: not known.

        Source: DSM-5 as summarized at
        https://psychcentral.com/disorders/revised-alcoholsubstance-use-disorder/2/ [T3].
        """
        if self.criteria_met is None:
            return None
        if self.criteria_met >= 6:
            return Severity.SEVERE
        return Severity.MODERATE if self.criteria_met >= 4 else Severity.MILD

    __repr__ = hidden


@frozen(repr=False)
class MentalDisorder:
    """A mental disorder other than a substance use disorder.

    Source: ICD-10-CM chapter 5 holds F01-F99, of which F10-F19 are substance use;
    https://icd.codes/icd10cm/chapter5 [T3].

    Raises:
        InvalidError: the code is of another chapter, or of substance use.
    """

    code: str | None = None
    diagnosed: date | None = None

    def __attrs_post_init__(self) -> None:
        refuse_moments("mental disorder", diagnosed=self.diagnosed)
        code = self.code
        ok = code is None or (bool(_ICD10.fullmatch(code)) and code[0] == "F" and code[:2] != "F1")
        expected = "an ICD-10-CM code from F01 to F99, without F10 to F19"
        refuse("mental disorder", unless(ok, "code", expected, "another text"))

    __repr__ = hidden


Diagnosis = SubstanceUseDisorder | MentalDisorder


def _days_of(diagnosis: Diagnosis) -> tuple[date | None, ...]:
    match diagnosis:
        case SubstanceUseDisorder():
            return diagnosis.diagnosed, diagnosis.symptom_free_since
        case MentalDisorder():
            return (diagnosis.diagnosed,)


@frozen(repr=False)
class DimensionRating:
    """A risk rating of one dimension: 0 (none) to 4 (severe), third edition's scale.

    Source: http://asamcontinuum.org/knowledgebase/ on ranking dimensional severity [T2].
    """

    dimension: int
    risk: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "dimension rating",
            unless(
                1 <= self.dimension <= 6, "dimension", "a dimension from 1 to 6", "another number"
            ),
            unless(
                self.risk is None or 0 <= self.risk <= 4,
                "risk",
                "a rating from 0 to 4",
                "another number",
            ),
        )

    __repr__ = hidden


class LivingEnvironment(IntEnum):
    """How safe and helpful the place is where the patient lives; it rises."""

    UNSAFE = 1
    UNSUPPORTIVE = 2
    SUPPORTIVE = 3


class OpioidMedication(StrEnum):
    """The medication that the patient takes for opioid use disorder."""

    NONE = "none"
    METHADONE = "methadone"
    BUPRENORPHINE = "buprenorphine"
    NALTREXONE = "naltrexone"


class Entry(StrEnum):
    """From where a patient comes to intensive outpatient treatment.

    Source: SAMHSA Advisory "Clinical Issues in Intensive Outpatient Treatment for
    Substance Use Disorders" (2021) [T2].
    """

    PRIMARY = "primary"
    """It is the first treatment of this course."""
    STEP_DOWN = "step_down"
    """From more intensive care, such as inpatient or residential, or withdrawal management."""
    STEP_UP = "step_up"
    """From outpatient care."""


@frozen(repr=False)
class Assessment:
    """What a clinician found on one day.

    The ratings belong to ``edition``: the same dimension number means different
    things in the third and the fourth edition. The other fields are a clinician's
    judgment, recorded and never computed; ``None``: not assessed on that day. Each
    is read as the fact of the same name, which says what it means.

    Raises:
        InvalidError: a dimension is rated twice, ratings have no third-edition scale,
            or ``needed_per_week`` is negative, longer than a week or not in whole minutes.
    """

    on: date
    edition: Edition = Edition.THIRD
    ratings: tuple[DimensionRating, ...] = ()
    # What the patient needs.
    needed_per_week: timedelta | None = None
    """Therapeutic services a week that the patient needs, as the plan of care says."""
    benefit_likely: bool | None = None
    needs_24_hour_care: bool | None = None
    needs_inpatient_otherwise: bool | None = None
    needs_medical_monitoring: bool | None = None
    needs_medical_management: bool | None = None
    needs_more_than_otp_services: bool | None = None
    meets_asam_criteria: bool | None = None
    # Health.
    acute_withdrawal: bool | None = None
    withdrawal_manageable: bool | None = None
    medical_conditions_manageable: bool | None = None
    health_stable: bool | None = None
    co_occurring_stable: bool | None = None
    suicidal_ideation: bool | None = None
    dangerous: bool | None = None
    pregnant: bool | None = None
    opioid_medication: OpioidMedication | None = None
    # Taking part.
    able_to_participate: bool | None = None
    recognizes_disorder: bool | None = None
    committed_to_recovery: bool | None = None
    # Surroundings.
    support_adequate: bool | None = None
    living_environment: LivingEnvironment | None = None
    has_transport: bool | None = None
    has_telehealth_access: bool | None = None
    needs: frozenset[Need] | None = None
    """What the patient needs beside the program's services, as a clinician recorded it."""
    court_ordered: bool | None = None
    entry: Entry | None = None
    # As the program or payer sees it for which the assessment was made.
    age_group: AgeGroup | None = None
    hours_exception: bool | None = None
    other_conditions_met: bool | None = None

    def __attrs_post_init__(self) -> None:
        refuse_moments("assessment", on=self.on)
        rated = [rating.dimension for rating in self.ratings]
        needed = self.needed_per_week
        refuse(
            "assessment",
            unless(len(rated) == len(set(rated)), "ratings", "each dimension once", "one twice"),
            unless(
                self.edition is Edition.THIRD or not rated,
                "ratings",
                "no 0-4 ratings with the fourth edition, which rates by subdimension",
                "ratings",
            ),
            unless(
                needed is None
                or (timedelta(0) <= needed <= timedelta(weeks=1) and is_whole_minutes(needed)),
                "needed_per_week",
                "between nothing and a whole week, in whole minutes",
                "another duration",
            ),
        )

    __repr__ = hidden


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
        refuse_moments("coverage", start=self.start, end=self.end)
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
        refuse_moments("treatment", start=self.start, end=self.end)
        ordered = self.start is None or self.end is None or self.start < self.end
        refuse("treatment", unless(ordered, "end", "a day after the start", "an earlier day"))

    __repr__ = hidden


@frozen(repr=False)
class Patient:
    """A patient, or somebody who was referred and is not admitted yet.

    ``key`` is a random UUID (``uuid.uuid4()``), never a record number or a hash of
    one: 45 CFR 164.514(c)(1) [T1].

    Raises:
        InvalidError: ``key`` is not a random (version 4) UUID, or something is dated
            before the birth.

    Example:
        >>> Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), birth_date=date(1984, 5, 17))
        Patient(0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90)
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
        refuse_moments("patient", birth_date=self.birth_date)
        dated: dict[str, list[date | None]] = {
            "diagnoses": [day for found in self.diagnoses or () for day in _days_of(found)],
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
