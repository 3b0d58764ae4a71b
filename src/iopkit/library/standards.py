"""Requirements of payers, and definitions that programs are held against everywhere."""

from datetime import date, timedelta

from iopkit.citations import AETNA, H0015, SAMHSA_2021, SEEN
from iopkit.levels import LevelOfCare
from iopkit.library.rule_forms import LINE_NOT_SEEN, hours_by_age, seen_in_copy_of
from iopkit.library.shipped import Shipped
from iopkit.modalities import Modality
from iopkit.payers import Payer
from iopkit.requirements.demands import TREATMENT, Counting, DailyHours, WeeklyDays
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.scopes import Scope
from iopkit.sources import Grade, Source

_TEDS = Source(
    "SAMHSA, codebook of the Treatment Episode Data Set (TEDS), type of treatment service",
    Grade.OFFICIAL,
    checked=SEEN,
)
# What "operates" has its breaks within, and assessment is among the services that it names.
_OPERATING = Counting(TREATMENT | {Modality.ASSESSMENT}, clock=True)


def _days_and_hours(
    source: Source, *, hours: int, counting: Counting
) -> tuple[Requirement, Requirement]:
    return (
        Requirement(
            "daily-hours",
            f"At least {hours} hours a day.",
            DailyHours(timedelta(hours=hours), counting),
            source,
        ),
        Requirement("days", "At least 3 days a week.", WeeklyDays(3, counting), source),
    )


AETNA_LEVEL_2_1_REQUIREMENTS = RequirementSet(
    "aetna-level-2-1",
    "Aetna's account of ASAM level 2.1: weekly hours",
    seen_in_copy_of(
        SEEN,
        AETNA,
        *hours_by_age(AETNA, adults=9, youth=6, most=19, taper_weeks=2, binding=False),
    ),
    left_open=(LINE_NOT_SEEN, "The ASAM Criteria themselves, whose text is licensed."),
    scope=Scope(payer=Payer.COMMERCIAL, insurer="Aetna", level=LevelOfCare("2.1")),
)

HCPCS_H0015_REQUIREMENTS = RequirementSet(
    "hcpcs-h0015",
    "HCPCS H0015: how a program operates whose services have this code",
    seen_in_copy_of(SEEN, H0015, *_days_and_hours(H0015, hours=3, counting=_OPERATING)),
    left_open=(
        "An individualized treatment plan, of which the descriptor does not say what it holds.",
        "What a unit is, and how much of a day must be attended: payers differ.",
    ),
    scope=Scope(level=LevelOfCare("2.1")),
)

SAMHSA_IOP_REQUIREMENTS = RequirementSet(
    "samhsa-iop",
    "SAMHSA's advisory on intensive outpatient treatment: weekly hours",
    seen_in_copy_of(
        date(2021, 12, 31),  # the advisory is of that year
        SAMHSA_2021,
        *hours_by_age(SAMHSA_2021, adults=9, youth=6, binding=False),
    ),
    left_open=(LINE_NOT_SEEN,),
    scope=Scope(level=LevelOfCare("2.1")),
)

TEDS_IOP_REQUIREMENTS = RequirementSet(
    "teds-iop",
    "Treatment Episode Data Set: what is counted as intensive outpatient treatment",
    seen_in_copy_of(SEEN, _TEDS, *_days_and_hours(_TEDS, hours=2, counting=Counting())),
    scope=Scope(level=LevelOfCare("2.1")),
)

SHIPPED = Shipped(
    requirements=(
        AETNA_LEVEL_2_1_REQUIREMENTS,
        HCPCS_H0015_REQUIREMENTS,
        SAMHSA_IOP_REQUIREMENTS,
        TEDS_IOP_REQUIREMENTS,
    ),
)
