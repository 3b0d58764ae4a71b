"""Assessments: what a clinician found on one day."""

from datetime import date, timedelta
from enum import IntEnum, StrEnum

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.levels import AgeGroup, Edition, LevelOfCare
from iopkit.needs import Need
from iopkit.windows import is_whole_minutes

RATED_IN_FOURTH = 5
"""How many dimensions of the fourth edition can ask for a level: all but the sixth."""


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


@frozen(repr=False)
class MinimumLevel:
    """The least intensive level that a dimension of the fourth edition asks for.

    A clinician records it. The sixth dimension has none: it is about the choice of program, as
    public program code has it [T3].
    """

    dimension: int
    level: LevelOfCare

    def __attrs_post_init__(self) -> None:
        refuse(
            "minimum level",
            unless(
                1 <= self.dimension <= RATED_IN_FOURTH,
                "dimension",
                f"a dimension from 1 to {RATED_IN_FOURTH}",
                "another number",
            ),
            unless(
                self.level.edition is Edition.FOURTH,
                "level",
                "a level of the fourth edition",
                "one of another edition",
            ),
        )

    __repr__ = hidden


class LivingEnvironment(IntEnum):
    """How safe and helpful the place is where the patient lives; it rises.

    A place that helps for a part of the day comes after one that never does, and before one in
    which some of the people help at all times.
    """

    UNSAFE = 1
    UNSUPPORTIVE = 2
    SAFE_AT_NIGHT = 3
    """Somewhere safe to sleep, and nothing by day, as in a shelter for the night."""
    PARTLY_SUPPORTIVE = 4
    """Some of the people there, or of those seen every day, help recovery; others do not."""
    SUPPORTIVE = 5


class OpioidMedication(StrEnum):
    """The medication that the patient takes for opioid use disorder."""

    NONE = "none"
    METHADONE = "methadone"
    BUPRENORPHINE = "buprenorphine"
    NALTREXONE = "naltrexone"


class EntryRoute(StrEnum):
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

    The ratings, and in the fourth edition the minimum levels, belong to ``edition``: the same
    dimension number means different things in the third and the fourth edition. The other
    fields are a clinician's judgment, recorded and never computed; ``None``: not assessed on
    that day. Each is read as the fact of the same name, which says what it means.

    Raises:
        InvalidError: a dimension is rated twice, ratings have no third-edition scale,
            minimum levels are not of the fourth edition,
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
    entry: EntryRoute | None = None
    # As the program or payer sees it for which the assessment was made.
    age_group: AgeGroup | None = None
    hours_exception: bool | None = None
    other_conditions_met: bool | None = None
    minimum_levels: tuple[MinimumLevel, ...] = ()
    """What each dimension of the fourth edition asks for at least; one not listed: not known."""

    def __attrs_post_init__(self) -> None:
        rated = [rating.dimension for rating in self.ratings]
        asking = [least.dimension for least in self.minimum_levels]
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
                len(asking) == len(set(asking)),
                "minimum_levels",
                "each dimension once",
                "one twice",
            ),
            unless(
                self.edition is Edition.FOURTH or not asking,
                "minimum_levels",
                "no minimum levels with the third edition, which rates each dimension from 0 to 4",
                "minimum levels",
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
