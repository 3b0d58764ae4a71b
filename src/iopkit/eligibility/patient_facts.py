"""The facts about patients: what a policy may ask on a day.

It stays in one piece: it is a list, and each fact is declared in it once and whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from iopkit.citations import (
    AETNA,
    ALABAMA,
    CFR_410_44,
    CFR_410_67,
    CFR_424_24,
    DISTRICT_OF_COLUMBIA,
    DSM_5_REMISSION,
    ILLINOIS,
    INDIANA,
    SAMHSA_2021,
)
from iopkit.eligibility import episodes, readings
from iopkit.eligibility.approvals import Approved, ApprovedAmount, ApprovedMeasure
from iopkit.eligibility.episodes import LevelRelation, MonthsSinceUnsuccessful
from iopkit.eligibility.kinds import Choice, Kind, Number, Worse, YesNo
from iopkit.eligibility.predicates import AnyFact, Fact
from iopkit.eligibility.readings import (
    Bands,
    Consented,
    Covered,
    DisorderOf,
    Findings,
    MinimumLevels,
    NeedFindings,
    Newest,
    Obliged,
    RiskRatings,
    Scores,
)
from iopkit.levels import (
    DIMENSION_SOURCES,
    AgeGroup,
    Edition,
    LevelOfCare,
    dimension_name,
    levels_of,
)
from iopkit.needs import Need
from iopkit.patients.assessments import (
    RATED_IN_FOURTH,
    EntryRoute,
    LivingEnvironment,
    OpioidMedication,
)
from iopkit.patients.consents import Purpose
from iopkit.patients.diagnoses import Severity, Substance
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.instruments import Instrument
from iopkit.patients.patients import ObligationKind, Outcome
from iopkit.payers import Payer
from iopkit.sources import Grade, Source

_DSM_5 = Source(
    "DSM-5 substance use disorder criteria, as summarized by PsychCentral",
    Grade.SECONDARY,
    "https://psychcentral.com/disorders/revised-alcoholsubstance-use-disorder/2/",
)
_RISK = Source(
    "ASAM Continuum on ranking dimensional severity",
    Grade.OFFICIAL,
    "http://asamcontinuum.org/knowledgebase/is-there-a-standard-way-to-rank-dimensional-severity-across-the-six-dimensions-of-asams-criteria/",
)
_PART_2 = Source(
    "42 CFR 2",
    Grade.LEGAL_TEXT,
    "https://www.ecfr.gov/current/title-42/part-2",
    checked=date(2024, 4, 16),
)
_INDIANA_TEST = INDIANA.at("(c)(1)")


def _patient() -> Iterator[AnyFact]:
    yield Fact(
        "age",
        Number(0, readings.OLDEST, unit="years", whole=True),
        "Completed years since birth; those that are possible where only the year or month of "
        "birth is known. Somebody born on February 29 turns a year older on February 28 of other "
        "years. A birth on 1899-12-30, 1899-12-31 or 1900-01-01 is read as not known: days that "
        "stand in records where none was recorded.",
        readings.age,
        changeable=False,
    )
    yield Fact(
        "free_hours_per_week",
        Number(0, 168, unit="hours"),
        "Hours a week when the patient could come, less the obligations; at most those, while "
        "not all obligations are known, each with its times.",
        readings.free_hours,
    )
    yield Fact(
        "works_or_studies",
        YesNo(),
        "Work or school is among the patient's obligations.",
        Obliged((ObligationKind.WORK, ObligationKind.SCHOOL)),
    )
    yield Fact(
        "cares_for_others",
        YesNo(),
        "The care of others is among the patient's obligations.",
        Obliged((ObligationKind.CAREGIVING,)),
    )
    yield Fact(
        "support_joins_family_sessions",
        YesNo(),
        "A support person is on record who joins family sessions.",
        readings.support_joins,
    )
    yield Fact(
        "support_joins_with_consent",
        YesNo(),
        "A support person joins family sessions, and a written consent to family involvement that "
        "is valid on the day names that person as a recipient.",
        readings.joins_with_consent,
        _PART_2.at(".31"),
    )
    for payer in Payer:
        yield Fact(
            f"covered_by_{payer.value}",
            YesNo(),
            f"A coverage with {_words(payer)} as payer has started by the day and not ended; "
            "one without an end goes on.",
            Covered(payer),
        )
    for purpose in Purpose:
        yield Fact(
            f"consent_to_{purpose.value}",
            YesNo(),
            "A written consent to disclose is valid on the day, for the purpose "
            f"{_words(purpose)} and at least one recipient.",
            Consented(purpose),
            _PART_2.at(".31"),
        )


def _diagnoses() -> Iterator[AnyFact]:
    yield Fact(
        "has_diagnosis",
        YesNo(),
        "A mental health or substance use disorder diagnosis is on record by the day.",
        readings.has_diagnosis,
        CFR_410_44.at("(c)(5)"),
        changeable=False,
    )
    yield Fact(
        "has_substance_use_disorder",
        YesNo(),
        "A use disorder is on record by the day, tobacco aside.",
        DisorderOf(frozenset(Substance) - {Substance.TOBACCO}),
        _PART_2.at(".11"),
        changeable=False,
    )
    yield Fact(
        "has_opioid_use_disorder",
        YesNo(),
        "An opioid use disorder is on record by the day.",
        DisorderOf(frozenset({Substance.OPIOIDS})),
        CFR_410_67,
        changeable=False,
    )
    yield Fact(
        "has_alcohol_use_disorder",
        YesNo(),
        "An alcohol use disorder is on record by the day.",
        DisorderOf(frozenset({Substance.ALCOHOL})),
        changeable=False,
    )
    yield Fact(
        "has_other_mental_disorder",
        YesNo(),
        "A mental disorder other than of substance use is on record by the day.",
        readings.has_other_mental_disorder,
        changeable=False,
    )
    yield Fact(
        "use_disorder_severity",
        Choice(("none", *(severity.name.lower() for severity in Severity)), ordered=True),
        "The worst DSM-5 severity among the patient's use disorders, tobacco aside.",
        readings.severity,
        _DSM_5,
        worse=Worse.HIGHER,
    )
    yield Fact(
        "remission",
        Choice(readings.REMISSION),
        "The least remission among the patient's use disorders, tobacco aside: early from 3 "
        "months without criteria other than craving, sustained from 12.",
        readings.remission,
        DSM_5_REMISSION,
    )


def _treatments() -> Iterator[AnyFact]:
    yield Fact(
        "prior_treatment_episodes",
        Number(0, 999_999, whole=True),
        "How many episodes of treatment ended by the day.",
        episodes.prior_treatments,
        changeable=False,
    )
    yield Fact(
        "last_treatment_outcome",
        Choice(("none", *(outcome.value for outcome in Outcome))),
        "How the latest episode of treatment that ended by the day did end; none: there was none.",
        episodes.last_outcome,
        changeable=False,
    )
    yield Fact(
        "just_completed_24_hour_care",
        YesNo(),
        "The latest episode of treatment that ended by the day was care around the clock, at "
        "level 3.1 or above, and was completed, however long ago.",
        episodes.just_completed_24_hour_care,
        LevelOfCare("3.1").source,
        changeable=False,
    )
    yield Fact(
        "days_since_24_hour_care",
        # More days than there are between two dates.
        Number(0, 4_000_000, unit="days", whole=True, never=True),
        "Days since the patient last left care around the clock, at level 3.1 or above; never "
        "where there was none.",
        episodes.days_since_24_hour_care,
        LevelOfCare("3.1").source,
        changeable=False,
    )
    for relation in LevelRelation:
        yield Fact(
            f"months_since_unsuccessful_treatment_{relation.value}_2_1",
            Number(0, 200_000, unit="months", whole=True, never=True),
            "Completed calendar months since an episode of treatment "
            f"{relation.value} level 2.1 ended in that the patient left, or was discharged "
            "before completion; never where there was none.",
            MonthsSinceUnsuccessful(relation, "2.1"),
            changeable=False,
        )


def _needs() -> Iterator[AnyFact]:
    yield _assessed(
        "needed_hours_per_week",
        "Hours a week of therapeutic services that the patient needs, as evidenced in the "
        "plan of care; recorded by a clinician.",
        CFR_410_44.at("(c)(1)"),
        kind=Number(0, 168, unit="hours"),
        field="needed_per_week",
    )
    yield _judged(
        "benefit_likely",
        "likely to benefit from a coordinated program of services, and needs more than "
        "isolated sessions",
        CFR_410_44.at("(c)(2)"),
    )
    yield _judged(
        "needs_24_hour_care",
        "needs care around the clock",
        CFR_410_44.at("(c)(3)"),
        worse=Worse.HIGHER,
    )
    yield _judged(
        "needs_inpatient_otherwise",
        "would need inpatient psychiatric care without partial hospitalization",
        CFR_424_24.at("(e)"),
        worse=Worse.HIGHER,
    )
    yield _judged(
        "needs_medical_monitoring",
        "needs inpatient care that is medically monitored, as level 3.7 of the third edition is",
        LevelOfCare("3.7").source,
        worse=Worse.HIGHER,
    )
    yield _judged(
        "needs_medical_management",
        "needs inpatient care that is medically managed, as level 4 of the third edition is",
        LevelOfCare("4").source,
        worse=Worse.HIGHER,
    )
    yield _judged(
        "needs_more_than_otp_services",
        "needs a higher intensity of care than an opioid treatment program's other services",
        CFR_410_67,
        worse=Worse.HIGHER,
    )
    yield _judged(
        "meets_asam_criteria",
        "meets the ASAM Criteria for intensive outpatient treatment, level 2.1, in the edition "
        "that the program or payer uses",
    )


def _health() -> Iterator[AnyFact]:
    for number in range(1, 7):
        yield Fact(
            f"third_edition_dimension_{number}_risk",
            Number(0, 4, whole=True),
            f"The risk rating of dimension {number} in the third edition of the ASAM Criteria, "
            "from 0 to 4.",
            Newest(RiskRatings(number)),
            _RISK,
            dated=True,
            worse=Worse.HIGHER,
        )
    yield _judged(
        "acute_withdrawal",
        "is in acute withdrawal or at risk of it",
        AETNA,
        worse=Worse.HIGHER,
    )
    yield _judged(
        "withdrawal_manageable",
        "the risk of withdrawal is minimal or manageable",
        _INDIANA_TEST,
        worse=Worse.LOWER,
    )
    yield _judged(
        "medical_conditions_manageable",
        "medical conditions are minimal or manageable",
        _INDIANA_TEST,
        worse=Worse.LOWER,
    )
    yield _judged(
        "health_stable",
        "mental and physical health is at least fairly stable",
        ALABAMA,
        worse=Worse.LOWER,
    )
    yield _judged(
        "co_occurring_stable",
        "medical and psychiatric conditions beside the use disorder are stable",
        DISTRICT_OF_COLUMBIA.at(".1(c)"),
        worse=Worse.LOWER,
    )
    yield _judged("suicidal_ideation", "has thoughts of suicide", worse=Worse.HIGHER)
    yield _judged(
        "dangerous",
        "dangerous to self or others",
        CFR_410_44.at("(c)(6)"),
        worse=Worse.HIGHER,
    )
    yield _assessed("pregnant", "Is pregnant.", changeable=False)
    yield _assessed(
        "opioid_medication",
        "The medication for opioid use disorder that the patient takes.",
        kind=Choice(tuple(medication.value for medication in OpioidMedication)),
    )


def _participation() -> Iterator[AnyFact]:
    yield _judged(
        "able_to_participate",
        "has the cognitive and emotional ability to take part in treatment and to tolerate the "
        "program's intensity",
        CFR_410_44.at("(c)(7)"),
        worse=Worse.LOWER,
    )
    yield _judged(
        "recognizes_disorder",
        "recognizes the use disorder",
        DISTRICT_OF_COLUMBIA.at(".1(a)"),
        worse=Worse.LOWER,
    )
    yield _judged(
        "committed_to_recovery",
        "is committed to recovery",
        DISTRICT_OF_COLUMBIA.at(".1(a)"),
        worse=Worse.LOWER,
    )


def _surroundings() -> Iterator[AnyFact]:
    yield _judged(
        "support_adequate",
        "has an adequate support system outside the program",
        CFR_410_44.at("(c)(4)"),
        worse=Worse.LOWER,
    )
    yield _judged(
        "living_environment",
        "how safe and supportive the place is where the patient lives",
        ALABAMA,
        kind=Choice(tuple(place.name.lower() for place in LivingEnvironment), ordered=True),
        worse=Worse.LOWER,
    )
    yield _assessed(
        "has_transport", "Has a way to come to the program and home again.", worse=Worse.LOWER
    )
    yield _assessed(
        "has_telehealth_access", "Has what sessions by video take, and a private place."
    )
    yield _assessed("court_ordered", "A court has ordered the treatment.", changeable=False)
    yield _assessed(
        "entry",
        "From where the patient comes: into treatment for the first time in this course, down "
        "from inpatient or residential care or withdrawal management, or up from outpatient care.",
        SAMHSA_2021,
        kind=Choice(tuple(route.value for route in EntryRoute)),
        changeable=False,
    )


# Needs that can take more than an outpatient program. What is given beside any level of care,
# such as an interpreter or trauma therapy, says nothing of how somebody is.
_GRAVE_NEEDS = (
    Need.WITHDRAWAL_MANAGEMENT,
    Need.AROUND_THE_CLOCK_SUPPORT,
    Need.MEDICAL_CARE,
    Need.PSYCHIATRIC_CARE,
    Need.HOUSING,
)


def _beside() -> Iterator[AnyFact]:
    for need in Need:
        yield Fact(
            f"needs_{need.value}",
            YesNo(),
            f"Recorded by a clinician: the patient needs {need.label} beside the program's "
            "services.",
            Newest(NeedFindings(need)),
            dated=True,
            worse=Worse.HIGHER if need in _GRAVE_NEEDS else None,
        )


def _program() -> Iterator[AnyFact]:
    yield _assessed(
        "age_group",
        "Whether the program or payer takes the patient for an adult or an adolescent, where "
        "its rules draw no line of their own.",
        kind=Choice(tuple(group.value for group in AgeGroup)),
        changeable=False,
    )
    yield _judged(
        "hours_exception",
        "there is a recorded reason to leave the usual weekly hours",
        ILLINOIS,
    )
    yield _judged(
        "other_conditions_met",
        "the conditions of the program or payer that its policy here does not hold are met",
    )


# The scale of which the low scores are the ones that matter.
_PROTECTIVE = (("bam", "protective"),)


def scale_facts(instruments: Iterable[Instrument]) -> Iterator[AnyFact]:
    """The score of each scale of some instruments, and its bands."""
    for instrument in instruments:
        for scale in instrument.scales:
            name = f"{instrument.name}_{scale.name}"
            score = f"the score on the scale {_words(scale.name)} of the {instrument.title}"
            worse = Worse.LOWER if (instrument.name, scale.name) in _PROTECTIVE else Worse.HIGHER
            yield Fact(
                f"{name}_score",
                Number(scale.low, scale.high, whole=True),
                f"From the newest screening by the day: {score}.",
                Newest(Scores(instrument.name, scale.name)),
                instrument.source,
                dated=True,
                worse=worse,
            )
            for bands in scale.band_sets:
                yield Fact(
                    f"{name}_{bands.name}_band",
                    Choice(tuple(band.name for band in bands.bands), ordered=True),
                    f"From the newest screening by the day: the band of {score}. The bands rise "
                    "with the score.",
                    Newest(Bands(instrument.name, scale.name, bands.name)),
                    bands.source,
                    dated=True,
                    worse=worse,
                )


def _fourth_edition() -> Iterator[AnyFact]:
    levels = Choice(tuple(level.number for level in levels_of(Edition.FOURTH)), ordered=True)
    for number in range(1, RATED_IN_FOURTH + 1):
        name = dimension_name(number, edition=Edition.FOURTH)
        yield Fact(
            f"fourth_edition_dimension_{number}_minimum_level",
            levels,
            "Recorded by a clinician: the least intensive level that dimension "
            f"{number} of the fourth edition of the ASAM Criteria, {name}, asks for.",
            Newest(MinimumLevels(number)),
            DIMENSION_SOURCES[Edition.FOURTH],
            dated=True,
            worse=Worse.HIGHER,
        )


def _approvals() -> Iterator[AnyFact]:
    # The levels that are about these programs, and have one number in both editions.
    for level in ("2.1", "2.5"):
        lead = f"level_{level.replace('.', '_')}"
        force = f"approvals of level {level} by a payer that are in force on the day"
        yield Fact(
            f"{lead}_approved",
            YesNo(),
            f"There are {force}: started by then, and not ended. One whose end is not known may "
            "be over.",
            Approved(level),
        )
        yield Fact(
            f"{lead}_approval_days_left",
            Number(0, ApprovedMeasure.DAYS_LEFT.most, unit="days", whole=True),
            f"From the day on to the last day of {force}, both included; 0: there are none.",
            ApprovedAmount(level, ApprovedMeasure.DAYS_LEFT),
        )
        yield Fact(
            f"{lead}_approved_units",
            Number(0, ApprovedMeasure.UNITS.most, unit="units", whole=True),
            f"How many units {force} have in all, used or not; 0: there are none.",
            ApprovedAmount(level, ApprovedMeasure.UNITS),
        )
        yield Fact(
            f"{lead}_approved_hours",
            Number(0, ApprovedMeasure.HOURS.most, unit="hours"),
            f"How many hours {force} have in all, used or not; 0: there are none.",
            ApprovedAmount(level, ApprovedMeasure.HOURS),
        )


def _assessed(  # noqa: PLR0913  # a fact's own fields
    name: str,
    meaning: str,
    source: Source | None = None,
    *,
    kind: Kind | None = None,
    field: str = "",
    changeable: bool = True,
    worse: Worse | None = None,
) -> AnyFact:
    """A fact that assessments record; yes or no, unless a kind is given."""
    return Fact(
        name,
        kind or YesNo(),
        meaning,
        Newest(Findings(field or name)),
        source,
        changeable=changeable,
        dated=True,
        worse=worse,
    )


def _judged(
    name: str,
    judgment: str,
    source: Source | None = None,
    *,
    kind: Kind | None = None,
    worse: Worse | None = None,
) -> AnyFact:
    meaning = f"A clinician's judgment: {judgment}."
    return _assessed(name, meaning, source, kind=kind, worse=worse)


def _words(name: str) -> str:
    return name.replace("_", " ")


GROUPS: Mapping[str, tuple[AnyFact, ...]] = MappingProxyType(
    {
        "Patient": tuple(_patient()),
        "Diagnoses": tuple(_diagnoses()),
        "Earlier treatment": tuple(_treatments()),
        "Assessment: needs": tuple(_needs()),
        "Assessment: health": tuple(_health()),
        "Assessment: taking part": tuple(_participation()),
        "Assessment: surroundings": tuple(_surroundings()),
        "Assessment: needs beside the program": tuple(_beside()),
        "Assessment: by the program's rules": tuple(_program()),
        "Approvals": tuple(_approvals()),
        "Instruments": tuple(scale_facts(INSTRUMENTS.values())),
        "Assessment: the fourth edition": tuple(_fourth_edition()),
    }
)
"""The shipped facts by what they are about."""

FACTS: Mapping[str, AnyFact] = MappingProxyType(
    {fact.name: fact for group in GROUPS.values() for fact in group}
)
"""Every shipped fact by name."""
