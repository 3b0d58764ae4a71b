"""What levels of care ask of one patient and give, side by side."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from attrs import evolve

from iopkit.citations import ILLINOIS, VIRGINIA
from iopkit.confidential import hidden
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.predicates import evaluate
from iopkit.eligibility.readings import age
from iopkit.errors import refuse, unless_a
from iopkit.fields import frozen
from iopkit.levels import AgeGroup, HourBand, LevelOfCare, hour_band
from iopkit.patients.patients import ObligationKind, Patient, refuse_before_birth
from iopkit.placement.outcomes import LevelFigure
from iopkit.sources import Cited, Grade, Source
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

_MEDICARE = Source(
    "42 CFR 410.2",
    Grade.LEGAL_TEXT,
    "https://www.ecfr.gov/current/title-42/section-410.2",
    checked=date(2024, 1, 1),
)
_VIRGINIA = "https://law.lis.virginia.gov/admincode/title12/agency30/chapter130"
_VIRGINIA_DAY = Source("12VAC30-130-5100.B", Grade.LEGAL_TEXT, f"{_VIRGINIA}/section5100/")
_VIRGINIA_INPATIENT = Source(
    "12VAC30-130-5140.B",
    Grade.LEGAL_TEXT,
    f"{_VIRGINIA}/section5140",
)
_NORTH_DAKOTA = Source(
    "N.D. Admin. Code 75-09.1-03-01",
    Grade.LEGAL_TEXT,
    "https://casetext.com/regulation/north-dakota-administrative-code/title-75-department-of-human-services/article-75-091-substance-abuse-treatment-programs/chapter-75-091-03-clinically-managed-high-intensity-residential-care-adult-asam-level-iii5/section-75-091-03-01-definitions",
)
VETERANS = Source(
    "Barnett et al. 2007, VA HSR&D: The Cost of Substance Use Rehabilitation",
    Grade.OFFICIAL,
    "https://www.hsrd.research.va.gov/meetings/2007/display_abstract.cfm?RecordID=332",
)


@frozen
class Episode:
    """What an episode of care cost on average, in dollars, and how many days it took.

    ``level`` is the level of care that it stands for, by our own reading.
    """

    care: str
    dollars: int
    days: float
    level: LevelOfCare | None = None


VETERANS_EPISODES = (
    Episode("Outpatient", 2060, 58.0, LevelOfCare("1")),
    Episode("Intensive outpatient", 3988, 78.0, LevelOfCare("2.1")),
    Episode("Residential", 10_143, 52.9, LevelOfCare("3.5")),
    Episode("Inpatient", 13_906, 30.9, LevelOfCare("4")),
    Episode("Domiciliary", 16_693, 82.6),
)
"""Means of 50 programs, all of one system and one time, so that they can be compared."""

_EPISODES = {episode.level: episode for episode in VETERANS_EPISODES if episode.level}
_OUTPATIENT = LevelOfCare("1")
_RESIDENTIAL, _HOSPITAL = LevelOfCare("3.5").source, LevelOfCare("4").source


@frozen
class _Profile:
    around_the_clock: Cited[bool] | None = None
    medical_care: Cited[str] | None = None
    at_home: Cited[bool] | None = None


_PROFILES: Mapping[LevelOfCare, _Profile] = {
    LevelOfCare("1"): _Profile(
        around_the_clock=Cited(False, ILLINOIS.at("(a)")),
        at_home=Cited(True, ILLINOIS.at("(a)")),
    ),
    LevelOfCare("2.1"): _Profile(
        around_the_clock=Cited(False, _MEDICARE),
        medical_care=Cited("by consultation or referral", VIRGINIA.at(".A")),
        at_home=Cited(True, ILLINOIS.at("(b)")),
    ),
    LevelOfCare("2.5"): _Profile(
        around_the_clock=Cited(False, _MEDICARE),
        medical_care=Cited("a physician or physician extender on the team", _VIRGINIA_DAY),
        at_home=Cited(True, ILLINOIS.at("(c)")),
    ),
    LevelOfCare("3.1"): _Profile(at_home=Cited(False, _RESIDENTIAL.at(".A"))),
    LevelOfCare("3.3"): _Profile(at_home=Cited(False, _RESIDENTIAL.at(".B"))),
    LevelOfCare("3.5"): _Profile(
        around_the_clock=Cited(True, _NORTH_DAKOTA),
        at_home=Cited(False, _RESIDENTIAL.at(".C")),
    ),
    LevelOfCare("3.7"): _Profile(
        around_the_clock=Cited(True, _RESIDENTIAL.at(".D")),
        medical_care=Cited("medical and nursing services every day", _VIRGINIA_INPATIENT),
        at_home=Cited(False, _RESIDENTIAL.at(".D")),
    ),
    LevelOfCare("4"): _Profile(
        around_the_clock=Cited(True, _HOSPITAL),
        medical_care=Cited("physicians and nurses around the clock", _HOSPITAL),
        at_home=Cited(False, _HOSPITAL),
    ),
}
_COMPARED = tuple(map(LevelOfCare, ("1", "2.1", "2.5", "3.5", "3.7", "4")))


@frozen(repr=False)
class Tradeoff:
    """What one level of care asks and gives, and how it goes with one patient's week.

    What no source was seen for, and what is not known of the patient, is ``None`` or
    unknown.
    """

    level: LevelOfCare
    hours: HourBand | None
    """The usual hours a week for the patient's age."""
    around_the_clock: Cited[bool] | None
    medical_care: Cited[str] | None
    at_home: Cited[bool] | None
    """Whether the patient goes on living at home."""
    mean_days: Cited[float] | None
    """How long patients stayed, on average."""
    relative_cost: Cited[float] | None
    """Cost of an episode of care, as a multiple of one at level 1.

    In the shipped figures, that residential programs are of level 3.5 and inpatient ones of
    level 4 is our reading.
    """
    free_time: timedelta | None
    """The patient's free time in a week."""
    times: WeeklyWindows | None
    """When the level's services are given; ``None``: the time of day is not known."""
    time_enough: Truth | None
    """Whether the free time is as long as the hours ask; not whether each session fits in.

    It is judged by the hours alone unless ``times`` are known: then by the free time in them.
    ``None`` if the patient does not go on living at home.
    """
    commitments: int | None
    """How many standing commitments the patient has."""
    commitments_kept: int | None
    """How many of them can go on: none in care around the clock; all if time is enough in the
    ``times``; none if each collides with these. Hours alone do not say it: a level may be given
    while the patient works."""
    figures: tuple[LevelFigure, ...] = ()
    """Outcomes and costs at the level, of other people: never this patient's odds."""
    colliding: tuple[ObligationKind, ...] | None = None
    """Commitments that cannot go on: each by itself leaves fewer of the ``times`` than the hours
    ask, or than there are; ``None`` where times or commitments are not known."""

    __repr__ = hidden


def compare_levels(  # noqa: PLR0913  # each option is of its own kind, and by name
    patient: Patient,
    *,
    on: date,
    levels: Iterable[LevelOfCare] = _COMPARED,
    relative_costs: Mapping[LevelOfCare, Cited[float]] | None = None,
    times: Mapping[LevelOfCare, WeeklyWindows] | None = None,
    figures: Iterable[LevelFigure] = (),
) -> tuple[Tradeoff, ...]:
    """A row for each level: what speaks for and against it for one patient.

    Adults are those of 18 and over, adolescents those from 12 to 17, as in 77 Ill. Adm.
    Code 2060.120 [T1], since the hours are mostly those of Illinois.

    Args:
        levels: in the order of the rows.
        relative_costs: your own, in place of those from 2007, which are of veterans, for
            levels 1, 2.1, 3.5 and 4.
        times: when each level's services are given where you refer to; no public source has
            them, and without them commitments are not judged.
        figures: outcomes and costs that others found, such as the shipped ``LEVEL_FIGURES``.

    Raises:
        InvalidError: ``on`` is before the birth, or something is said of what is no level.

    Example:
        >>> from datetime import date
        >>> from uuid import UUID
        >>> from iopkit.patients import Patient
        >>> born = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), date(1984, 5, 17))
        >>> [row.at_home.value for row in compare_levels(born, on=date(2026, 1, 5))]
        [True, True, True, False, False, False]
    """
    refuse_before_birth(patient, on, what="trade-offs", path="on")
    said = {"relative_costs": relative_costs or {}, "times": times or {}}
    keys = ((name, level) for name, of_levels in said.items() for level in of_levels)
    refuse("trade-offs", *(unless_a(level, name, LevelOfCare) for name, level in keys))
    group = _age_group(patient, on)
    costs, given, found = relative_costs or {}, times or {}, tuple(figures)
    return tuple(
        evolve(
            _row(level, group, patient, costs.get(level), given.get(level)),
            figures=tuple(figure for figure in found if figure.level == level),
        )
        for level in levels
    )


def _age_group(patient: Patient, on: date) -> AgeGroup | None:
    years = {"age": age(patient, on)}
    return next((g for g, sure in _AGE_GROUPS if evaluate(sure, years) is Truth.YES), None)


_AGE_GROUPS = (
    (AgeGroup.ADULT, FACTS["age"] >= 18),
    (AgeGroup.ADOLESCENT, FACTS["age"].between(12, 17)),
)


def _row(
    level: LevelOfCare,
    group: AgeGroup | None,
    patient: Patient,
    cost: Cited[float] | None,
    times: WeeklyWindows | None,
) -> Tradeoff:
    profile = _PROFILES.get(level, _Profile())
    hours = hour_band(level, group) if group else None
    episode = _EPISODES.get(level) if group is AgeGroup.ADULT else None
    away = profile.at_home is not None and not profile.at_home.value
    free = patient.free if times is None or patient.free is None else patient.free & times
    enough = None if away else _time_enough(patient, free, hours)
    commitments = None if patient.obligations is None else len(patient.obligations)
    kept = _kept(commitments, profile, enough, times)
    colliding = None if away else _colliding(patient, hours, times)
    return Tradeoff(
        level,
        hours,
        profile.around_the_clock,
        profile.medical_care,
        profile.at_home,
        None if episode is None else Cited(episode.days, VETERANS),
        cost or _relative_cost(episode),
        None if patient.free is None else patient.free.total,
        times,
        enough,
        commitments,
        0 if colliding and len(colliding) == commitments else kept,
        colliding=colliding,
    )


def _colliding(
    patient: Patient, hours: HourBand | None, times: WeeklyWindows | None
) -> tuple[ObligationKind, ...] | None:
    if patient.obligations is None or times is None or hours is None or hours.low is None:
        return None
    way = patient.travel or timedelta(0)
    asked = min(hours.low, times.total)  # times that are too few by themselves blame nothing
    return tuple(
        one.kind
        for one in patient.obligations
        if one.windows and (times - one.windows.widened(way)).total < asked
    )


def _relative_cost(episode: Episode | None) -> Cited[float] | None:
    if episode is None:
        return None
    return Cited(episode.dollars / _EPISODES[_OUTPATIENT].dollars, VETERANS)


def _time_enough(patient: Patient, free: WeeklyWindows | None, hours: HourBand | None) -> Truth:
    if free is None or hours is None:
        return Truth.UNKNOWN
    # Where no least hours are named, what they stay below will do.
    asked = hours.low or hours.under
    if asked is None or free.total < asked:
        return Truth.NO if hours.low else Truth.UNKNOWN
    # A commitment of unknown times may still take some of it.
    taken = patient.obligations
    sure = taken is not None and all(one.windows is not None for one in taken)
    return Truth.YES if sure else Truth.UNKNOWN


def _kept(
    commitments: int | None,
    profile: _Profile,
    enough: Truth | None,
    times: WeeklyWindows | None,
) -> int | None:
    if not commitments:
        return commitments
    if enough is None:
        staying = profile.around_the_clock
        return 0 if staying and staying.value else None
    return commitments if enough is Truth.YES and times is not None else None
