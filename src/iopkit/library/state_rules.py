"""Requirements of states and a county, each since the day of its policy's version if it has one."""

from datetime import date, timedelta

from attrs import evolve

from iopkit.citations import (
    DISTRICT_OF_COLUMBIA,
    ILLINOIS,
    INDIANA,
    KANSAS,
    MARYLAND,
    NEW_JERSEY,
    NORTH_CAROLINA,
    NORTH_CAROLINA_2023,
    ORANGE_COUNTY,
    SEEN,
    TEXAS,
    VIRGINIA,
    VIRGINIA_LICENSING,
)
from iopkit.levels import AgeGroup, LevelOfCare
from iopkit.library.rule_forms import LINE_NOT_SEEN, hours_by_age, in_force_since
from iopkit.modalities import Modality
from iopkit.requirements.demands import (
    COUNSELING,
    Caseload,
    Counting,
    DailyHours,
    Frequency,
    GroupSize,
    LongestGap,
    PlanLength,
    Reviews,
    WeeklyDays,
    WeeklyHours,
)
from iopkit.requirements.milestones import MilestoneKind
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.sources import Dated, Grade, Source, Versions

_FAMILY = frozenset({Modality.FAMILY_SESSION, Modality.MULTI_FAMILY_GROUP})
_FAMILY_NOT_SAID = (
    "What family counseling is: here family sessions and multi-family groups.",
    "That family counseling may be contraindicated or refused.",
)

_MARYLAND_LEVEL_1 = Source(
    "COMAR 10.47.02.04",
    Grade.LEGAL_TEXT,
    "https://casetext.com/regulation/maryland-administrative-code/title-10-maryland-department-of-health/part-5/subtitle-47-alcohol-and-drug-abuse-administration/chapter-104702-specific-program-requirements/section-10470204-outpatient-services-level-i",
    checked=date(2024, 11, 1),
)
# A state's request for offers, which quotes what providers are to do.
_NEBRASKA = Source(
    "Nebraska's solicitation of services, at BidNet Direct",
    Grade.SECONDARY,
    "https://www.bidnetdirect.com/public/supplier/solicitations/statewide/22545013804/abstract",
    checked=SEEN,
)
_NEW_JERSEY_SERVICES = evolve(
    NEW_JERSEY.at("-10.1"),
    url="https://regulations.justia.com/states/new-jersey/title-10/chapter-161b/subchapter-10/section-10-161b-10-1/",
)
_NCAC_27G = "http://ncrules.state.nc.us/ncac/title%2010a%20-%20health%20and%20human%20services/chapter%2027%20-%20mental%20health,%20community%20facilities%20and%20services/subchapter%20g/10a%20ncac%2027g%20"
_NC_DAY_TREATMENT = Source(
    "10A NCAC 27G .3702",
    Grade.LEGAL_TEXT,
    f"{_NCAC_27G}.3702.html",
    checked=SEEN,
)
# Its text was seen without an address.
_NC_SACOT_STAFF = Source("10A NCAC 27G .4502", Grade.LEGAL_TEXT, checked=SEEN)
_NC_SACOT = Source(
    "10A NCAC 27G .4503",
    Grade.LEGAL_TEXT,
    f"{_NCAC_27G}.4503.html",
    checked=SEEN,
)
# The bulletin from which the level's name is taken.
_NC_PHP = LevelOfCare("2.5").source
_WASHINGTON = Source(
    "WAC 388-877B-0350",
    Grade.LEGAL_TEXT,
    "http://warules.elaws.us/wac/388-877b-0350",
)


def _daily(
    hours: int, source: Source, *, of: str = "service", group: AgeGroup | None = None
) -> Requirement:
    return Requirement(
        f"daily-hours-{group.value}s" if group else "daily-hours",
        f"At least {hours} hours of {of} on each day with any.",
        DailyHours(timedelta(hours=hours)),
        source,
        group,
    )


def _days(count: int, source: Source) -> Requirement:
    return Requirement("days", f"At least {count} days a week.", WeeklyDays(count), source)


def _gap(source: Source) -> Requirement:
    meaning = "No more than 2 days in a row without service."
    return Requirement("gap", meaning, LongestGap(2), source)


def _hours(
    meaning: str, source: Source, *, least: int | None = None, most: int | None = None
) -> Requirement:
    low, high = (None if hours is None else timedelta(hours=hours) for hours in (least, most))
    return Requirement("weekly-hours", meaning, WeeklyHours(low, high), source)


def _caseload(
    most: int, source: Source, *, whom: str = "counselor", group: AgeGroup | None = None
) -> Requirement:
    return Requirement(
        f"caseload-{group.value}s" if group else "caseload",
        f"At most {most} patients for each {whom}.",
        Caseload(most),
        source,
        group,
    )


def _review(every_days: int, source: Source) -> Requirement:
    meaning = f"The plan reviewed at least every {every_days} days."
    return Requirement("review", meaning, Reviews(MilestoneKind.REVIEW, every_days), source)


def _below(hours: int, source: Source, group: AgeGroup) -> Requirement:
    """Fewer hours than a bound, in whole minutes."""
    return Requirement(
        f"weekly-hours-{group.value}s",
        f"Fewer than {hours} hours in every week.",
        WeeklyHours(most=timedelta(hours=hours) - timedelta(minutes=1)),
        source,
        group,
    )


US_CA_ORANGE_IOP = RequirementSet(
    "us-ca-orange-iop",
    "Orange County, California, DMC-ODS intensive outpatient treatment: weekly hours",
    in_force_since(SEEN, ORANGE_COUNTY, *hours_by_age(ORANGE_COUNTY, adults=9, youth=6, most=19)),
    left_open=(LINE_NOT_SEEN,),
)

US_CA_ORANGE_OP = RequirementSet(
    "us-ca-orange-op",
    "Orange County, California, DMC-ODS outpatient treatment: weekly hours",
    in_force_since(
        SEEN,
        ORANGE_COUNTY,
        Requirement(
            "weekly-hours-adults",
            "Up to 9 hours in every week.",
            WeeklyHours(most=timedelta(hours=9)),
            ORANGE_COUNTY,
            AgeGroup.ADULT,
        ),
        _below(6, ORANGE_COUNTY, AgeGroup.ADOLESCENT),
    ),
    left_open=(LINE_NOT_SEEN,),
)

US_DC_IOP = RequirementSet(
    "us-dc-iop",
    "District of Columbia intensive outpatient program, level 2.1: hours and duration",
    in_force_since(
        date(2017, 9, 13),  # the day of the copy
        DISTRICT_OF_COLUMBIA,
        *hours_by_age(DISTRICT_OF_COLUMBIA.at(".1"), adults=9, youth=6, most=19),
        Requirement(
            "duration",
            "The duration varies from 30 to 60 days.",
            PlanLength(30, 60),
            DISTRICT_OF_COLUMBIA.at(".2"),
            binding=False,
        ),
    ),
    adult_from=21,
    left_open=(
        "The chapter was renumbered since; its newer text on level 2.1 was not seen.",
        "An ongoing assessment within 7 days, if there was none at intake.",
    ),
)

US_IL_IOP = RequirementSet(
    "us-il-iop",
    "Illinois intensive outpatient treatment: usual weekly hours",
    in_force_since(
        date(2025, 4, 2),  # the part was adopted anew on this day
        ILLINOIS,
        *hours_by_age(ILLINOIS.at("(b)"), adults=9, youth=6, most=19, binding=False),
    ),
    left_open=(
        "Other hours for a recorded reason: the text says what is generally so.",
        "Exceptions to the age of 18, at which adult rules begin.",
    ),
)

US_IL_LEVEL_1 = RequirementSet(
    "us-il-level-1",
    "Illinois outpatient treatment, level 1: weekly hours",
    in_force_since(
        date(2025, 4, 2),
        ILLINOIS,
        _below(9, ILLINOIS.at("(a)"), AgeGroup.ADULT),
        _below(6, ILLINOIS.at("(a)"), AgeGroup.ADOLESCENT),
    ),
    left_open=("Exceptions to the age of 18, at which adult rules begin.",),
)

US_IN_MEDICAID_IOP = RequirementSet(
    "us-in-medicaid-iop",
    "Indiana Medicaid intensive outpatient treatment: hours a day and days a week",
    in_force_since(SEEN, INDIANA, _daily(3, INDIANA), _days(3, INDIANA)),
    left_open=(
        "Individual, group and family counseling by a licensed professional or a QBHP.",
        "A setting that suits the age of patients younger than 18 years.",
    ),
)

US_KS_IOP = RequirementSet(
    "us-ks-iop",
    "Kansas intensive outpatient treatment: weekly hours of counseling",
    in_force_since(
        SEEN,
        KANSAS,
        *hours_by_age(KANSAS.at(".C"), adults=9, youth=6, counting=Counting(COUNSELING)),
    ),
    left_open=("Which services are counseling: here individual, group and family sessions.",),
)

US_MD_IOP = RequirementSet(
    "us-md-iop",
    "Maryland intensive outpatient treatment, level 2.1: weekly hours",
    in_force_since(SEEN, MARYLAND, *hours_by_age(MARYLAND.at(".A(2)"), adults=9, youth=6, most=20)),
)

US_MD_LEVEL_1 = RequirementSet(
    "us-md-level-1",
    "Maryland outpatient services, level I, of the older chapter: caseload and reviews",
    in_force_since(
        date(2024, 11, 1),  # the copy is current through that day
        _MARYLAND_LEVEL_1,
        _caseload(30, _MARYLAND_LEVEL_1, whom="full-time counselor", group=AgeGroup.ADULT),
        _caseload(25, _MARYLAND_LEVEL_1, whom="full-time counselor", group=AgeGroup.ADOLESCENT),
        _review(90, _MARYLAND_LEVEL_1),
    ),
    left_open=(
        LINE_NOT_SEEN,
        "An assessment within 2 weeks, and the plan within 7 working days of it.",
    ),
)

US_NC_DAY_TREATMENT = RequirementSet(
    "us-nc-day-treatment",
    "North Carolina day treatment for substance use disorders: caseload",
    in_force_since(
        SEEN,
        _NC_DAY_TREATMENT,
        _caseload(16, _NC_DAY_TREATMENT, whom="member of staff", group=AgeGroup.ADULT),
        _caseload(8, _NC_DAY_TREATMENT, whom="member of staff", group=AgeGroup.ADOLESCENT),
    ),
    left_open=("For minors two of the staff at least.",),
)

US_NC_MEDICAID_IOP = RequirementSet(
    "us-nc-medicaid-iop",
    "North Carolina Medicaid intensive outpatient program (SAIOP): hours and days",
    Versions(
        (
            Dated(
                date(2023, 4, 30),  # the copy is of that month
                (
                    _daily(3, NORTH_CAROLINA_2023),
                    _days(3, NORTH_CAROLINA_2023),
                    _gap(NORTH_CAROLINA_2023),
                    _hours(
                        "At most 19 hours in every week.",
                        NORTH_CAROLINA_2023,
                        most=19,
                    ),
                ),
                NORTH_CAROLINA_2023,
            ),
            Dated(
                date(2026, 1, 1),  # in force since
                hours_by_age(NORTH_CAROLINA, adults=9, youth=6, most=19),
                NORTH_CAROLINA,
            ),
        )
    ),
    left_open=(
        "Until 2026: group counseling on each day that is offered, and 3 hours attended to bill.",
        "From 2026: what the policy itself says beyond the bulletin, which alone was seen.",
        LINE_NOT_SEEN,
    ),
)

US_NC_MEDICAID_PHP = RequirementSet(
    "us-nc-medicaid-php",
    "North Carolina Medicaid, level 2.5: weekly hours",
    in_force_since(
        date(2026, 1, 1),  # with the policy on level 2.1, in the same bulletin
        _NC_PHP,
        _hours(
            "At least 20 hours of clinically intensive programming in every week.",
            _NC_PHP,
            least=20,
        ),
    ),
    left_open=("What the policy itself says beyond the bulletin, which alone was seen.",),
)

US_NC_SACOT = RequirementSet(
    "us-nc-sacot",
    "North Carolina comprehensive outpatient treatment (SACOT), level 2.5: hours and days",
    in_force_since(
        SEEN,
        _NC_SACOT,
        _hours(
            "At least 20 hours in every week.",
            _NC_SACOT,
            least=20,
        ),
        _daily(4, _NC_SACOT),
        _days(5, _NC_SACOT),
        _gap(_NC_SACOT),
        _caseload(10, _NC_SACOT_STAFF, whom="qualified professional"),
    ),
    left_open=("A group on each day that is offered.",),
)

US_NE_IOP = RequirementSet(
    "us-ne-iop",
    "Nebraska intensive outpatient treatment, as a solicitation has it: plan reviews",
    in_force_since(SEEN, _NEBRASKA, _review(30, _NEBRASKA)),
    left_open=("The plan made within two sessions.",),
)


def _new_jersey(most: int, every_days: int | None) -> Versions[tuple[Requirement, ...]]:
    often = "month" if every_days is None else "week"
    return in_force_since(
        date(2024, 9, 16),  # the copy has the code as of that day
        _NEW_JERSEY_SERVICES,
        _caseload(most, _NEW_JERSEY_SERVICES.at("(b)")),
        Requirement(
            "family",
            f"Family counseling at least once a {often}.",
            Frequency(_FAMILY, every_days),
            _NEW_JERSEY_SERVICES,
        ),
    )


US_NJ_IOP = RequirementSet(
    "us-nj-iop",
    "New Jersey intensive outpatient treatment: caseload and family counseling",
    _new_jersey(24, None),
    left_open=(*_FAMILY_NOT_SAID, "Weekly hours, which were not seen."),
)

US_NJ_OP = RequirementSet(
    "us-nj-op",
    "New Jersey outpatient treatment: caseload and family counseling",
    _new_jersey(35, None),
    left_open=_FAMILY_NOT_SAID,
)

US_NJ_PARTIAL_CARE = RequirementSet(
    "us-nj-partial-care",
    "New Jersey partial care: caseload and family counseling",
    _new_jersey(12, 7),
    left_open=_FAMILY_NOT_SAID,
)

US_TX_IOP = RequirementSet(
    "us-tx-iop",
    "Texas chemical dependency treatment: group size",
    in_force_since(
        SEEN,
        TEXAS,
        Requirement(
            "group-counseling",
            "At most 16 patients in group counseling.",
            GroupSize(16, frozenset({Modality.GROUP_THERAPY, Modality.RELAPSE_PREVENTION})),
            TEXAS.at("(b)"),
        ),
        Requirement(
            "education",
            "At most 35 patients in education and life-skills groups.",
            GroupSize(35, frozenset({Modality.PSYCHOEDUCATION, Modality.SKILLS_TRAINING})),
            TEXAS.at("(b)"),
        ),
    ),
    left_open=(
        "Multi-family education, seminars and outside speakers, which the text excepts.",
        "Weekly hours, of which none were found.",
    ),
)

US_VA_LICENSED_IOP = RequirementSet(
    "us-va-licensed-iop",
    "Virginia licensed intensive outpatient programs: hours",
    in_force_since(
        date(2023, 2, 17),  # in force since
        VIRGINIA_LICENSING,
        _daily(3, VIRGINIA_LICENSING.at(".1")),
        _hours(
            "No fewer than 9 hours and no more than 19 of programming in every week.",
            VIRGINIA_LICENSING.at(".1"),
            least=9,
            most=19,
        ),
    ),
    left_open=(
        "Consultation within 24 hours by telephone and 72 hours in person.",
        "A telephone for emergencies around the clock.",
    ),
)

US_VA_MEDICAID_IOP = RequirementSet(
    "us-va-medicaid-iop",
    "Virginia Medicaid intensive outpatient services: hours",
    in_force_since(
        SEEN,
        VIRGINIA,
        _daily(3, VIRGINIA.at(".A"), group=AgeGroup.ADULT),
        _daily(2, VIRGINIA.at(".A"), group=AgeGroup.ADOLESCENT),
        *hours_by_age(VIRGINIA.at(".A"), adults=9, youth=6, most=19, averaged=True),
    ),
    left_open=(
        LINE_NOT_SEEN,
        "Over which weeks the average is: here over those of the plan.",
        "Consultation within 24 hours by telephone, and preferably 72 hours in person.",
    ),
)

US_WA_FORMER_IOP = RequirementSet(
    "us-wa-former-iop",
    "Washington intensive outpatient services, the rule until 2018: sessions and reviews",
    in_force_since(
        date(2015, 12, 31),  # a copy of that year has it
        _WASHINGTON,
        Requirement(
            "individual",
            "An individual session at least once a month.",
            Frequency(frozenset({Modality.INDIVIDUAL_COUNSELING})),
            _WASHINGTON.at("(2)"),
        ),
        Requirement(
            "review",
            "The plan reviewed at least once a month.",
            Reviews(MilestoneKind.REVIEW),
            _WASHINGTON.at("(4)"),
        ),
    ),
    left_open=(
        "Under deferred prosecution: at least 72 hours of treatment within 12 weeks.",
        "And in its first 4 weeks 3 sessions on separate days, with groups of an hour at least.",
        "What replaced the rule.",
    ),
    until=date(2018, 4, 1),  # WSR 18-06-043 repealed the chapter from then
)

STATES: tuple[RequirementSet, ...] = (
    US_CA_ORANGE_IOP,
    US_CA_ORANGE_OP,
    US_DC_IOP,
    US_IL_IOP,
    US_IL_LEVEL_1,
    US_IN_MEDICAID_IOP,
    US_KS_IOP,
    US_MD_IOP,
    US_MD_LEVEL_1,
    US_NC_DAY_TREATMENT,
    US_NC_MEDICAID_IOP,
    US_NC_MEDICAID_PHP,
    US_NC_SACOT,
    US_NE_IOP,
    US_NJ_IOP,
    US_NJ_OP,
    US_NJ_PARTIAL_CARE,
    US_TX_IOP,
    US_VA_LICENSED_IOP,
    US_VA_MEDICAID_IOP,
    US_WA_FORMER_IOP,
)
