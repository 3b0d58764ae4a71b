"""Shipped measures of courses of treatment, each with its versions and sources.

Measures that go by codes are made from lists of codes that a user has the right to use.
"""

from datetime import date

from iopkit.courses.happenings import Happening
from iopkit.courses.measure_rules import (
    Coded,
    CountedEntry,
    DaysUntil,
    DeliveredShare,
    Figure,
    FollowUp,
    FollowUpStep,
    LeavingCode,
    LeftFor,
    Measure,
    MeasureExclusion,
    MeasureRule,
    NoShowShare,
    PhaseDays,
    RetainedFor,
    ScaleChange,
    StayLength,
    StayLengthBin,
)
from iopkit.courses.stays import DischargeReason
from iopkit.errors import find_named
from iopkit.fields import frozen
from iopkit.patients.instruments import Instrument
from iopkit.sources import Dated, Grade, Source, Versions

_OURS = Source("iopkit's own definition", Grade.SECONDARY)
_TEDS_2004 = Source(
    "SAMHSA, TEDS 2004 Discharges, chapter 2",
    Grade.OFFICIAL,
    "https://www.samhsa.gov/data/DASIS/tedsd04/TEDSD2k4Chp2.htm",
)
_TEDS_2005 = Source("SAMHSA, TEDS 2005 Discharges; TEDS-D 2019 codebook, LOS", Grade.OFFICIAL)
_TEDS_2019 = Source("SAMHSA, TEDS-D 2019 codebook", Grade.OFFICIAL)
_CMS_137 = Source(
    "CMS137, FHIR version 0.0.002, period 2025, in our own words",
    Grade.OFFICIAL,
    "https://github.com/cqframework/ecqm-content-qicore-2024",
)

_ADMITTED = Happening("admitted"), Happening("readmitted")
_LEFT = Happening("discharged"), Happening("died")
_CAME = Happening("session_attended"), Happening("made_up"), Happening("came_unplanned")

TEDS_2019_BINS = (
    *(StayLengthBin(str(days), days) for days in range(1, 31)),
    *(
        StayLengthBin(str(code), last)
        for code, last in enumerate((45, 60, 90, 120, 180, 365, None), start=31)
    ),
)
"""The lengths of stay that the TEDS-D 2019 codebook tells apart: days up to 30, then spans."""
_TEDS_REASONS = tuple(
    (reason, str(code))
    for code, reason in {
        1: DischargeReason.COMPLETED,
        2: DischargeReason.DROPPED_OUT,
        3: DischargeReason.TERMINATED,
        4: DischargeReason.TRANSFERRED,
        5: DischargeReason.INCARCERATED,
        7: DischargeReason.OTHER,
    }.items()
)


def _ours(name: str, title: str, rule: MeasureRule) -> Measure:
    """A measure that nobody else has defined, and that holds on all days."""
    return Measure(name, title, Versions((Dated(date.min, rule, _OURS),)))


def _of_leaving(name: str, title: str, figure: Figure, source: Source, since: date) -> Measure:
    rule = MeasureRule(_LEFT, figure)
    return Measure(name, title, Versions((Dated(since, rule, source),)))


_LENGTH = Measure(
    "teds-d-length-of-stay",
    "Length of stay in days, as TEDS-D has it",
    Versions(
        (
            Dated(date(2004, 1, 1), MeasureRule(_LEFT, StayLength()), _TEDS_2004),
            Dated(date(2005, 1, 1), MeasureRule(_LEFT, StayLength(both_days=True)), _TEDS_2005),
        )
    ),
)
_LENGTH_CODE = _of_leaving(
    "teds-d-length-of-stay-code",
    "Length of stay in the codes of TEDS-D: 1 to 30 days, then 31 for 31-45 days, 32 for 46-60, "
    "33 for 61-90, 34 for 91-120, 35 for 121-180, 36 for 181-365 and 37 for more",
    StayLength(both_days=True, bins=TEDS_2019_BINS),
    _TEDS_2019,
    date(2019, 1, 1),
)
_REASON = _of_leaving(
    "teds-d-reason",
    "Reason for discharge in the codes of TEDS-D: 1 completed, 2 dropped out, 3 terminated, "
    "4 transferred, 5 incarcerated, 6 died, 7 other",
    LeavingCode(_TEDS_REASONS, died="6"),
    _TEDS_2019,
    date(2004, 1, 1),
)
_COMPLETED = _of_leaving(
    "teds-d-completion-or-transfer",
    "Treatment completed or the patient transferred, which TEDS-D reports together",
    LeftFor((DischargeReason.COMPLETED, DischargeReason.TRANSFERRED)),
    _TEDS_2004,
    date(2004, 1, 1),
)


def _retention(days: int) -> Measure:
    return _ours(
        f"retention-{days}-days",
        f"Seen {days} days after the admission or later, in the same stay",
        MeasureRule(_ADMITTED, RetainedFor(days)),
    )


def _after_residential(days: int) -> Measure:
    figure = FollowUp((FollowUpStep(_CAME, 1, days),))
    return _ours(
        f"first-session-within-{days}-days",
        f"First session within {days} days after care around the clock was left, on another day",
        MeasureRule(_ADMITTED, figure, counted_from="left_care"),
    )


_CLOSED = Happening("referral_closed"), Happening("died")

MEASURES: tuple[Measure, ...] = tuple(
    sorted(
        (
            _LENGTH,
            _LENGTH_CODE,
            _REASON,
            _COMPLETED,
            *map(_retention, (30, 60, 90, 120)),
            _ours(
                "no-show-share",
                "Sessions missed without an excuse, of those that one could come to",
                MeasureRule(_ADMITTED, NoShowShare()),
            ),
            _ours(
                "delivered-share",
                "Time delivered, of the time of the sessions that were due",
                MeasureRule(_ADMITTED, DeliveredShare()),
            ),
            _ours(
                "days-from-referral-to-assessment",
                "Days from the referral to the assessment",
                MeasureRule((Happening("referred"),), DaysUntil((Happening("assessed"),), _CLOSED)),
            ),
            _ours(
                "days-from-referral-to-admission",
                "Days from the referral to the admission",
                MeasureRule((Happening("referred"),), DaysUntil(_ADMITTED, _CLOSED)),
            ),
            _ours(
                "days-from-assessment-to-admission",
                "Days from the first assessment to the admission",
                MeasureRule((Happening("assessed"),), DaysUntil(_ADMITTED, _CLOSED), once=True),
            ),
            _ours(
                "days-to-first-session",
                "Days from leaving care around the clock to the first session",
                MeasureRule(_ADMITTED, DaysUntil(_CAME, _LEFT), counted_from="left_care"),
            ),
            *map(_after_residential, (7, 30)),
            _ours(
                "return-within-30-days",
                "Readmission on one of the 30 days after a discharge, or on its own day",
                MeasureRule(
                    (Happening("discharged"),),
                    FollowUp((FollowUpStep((Happening("readmitted"),), 0, 30),)),
                ),
            ),
            _ours(
                "days-in-each-phase",
                "Days in each phase of a stay",
                MeasureRule(_ADMITTED, PhaseDays()),
            ),
        ),
        key=lambda each: each.name,
    )
)
"""Every shipped measure, in the order of names."""


def find_measure(name: str) -> Measure:
    """A shipped measure by its name; raises ``UnknownNameError``.

    Example:
        >>> find_measure("retention-90-days").title
        'Seen 90 days after the admission or later, in the same stay'
    """
    return find_named("measure", name, MEASURES)


def scale_change_measure(
    instrument: str, scale: str = "total", *, own: Instrument | None = None
) -> Measure:
    """How a score changes in a stay: the last, on a later day, less the first.

    Args:
        instrument: the name of a shipped one, or of ``own``.
        scale: one of its scales.
        own: the instrument itself, where it is not a shipped one.

    Raises:
        InvalidError: there is no such instrument, or no such scale of it.
    """
    rule = MeasureRule(_ADMITTED, ScaleChange(instrument, scale, own))
    return _ours(f"change-in-{instrument}-{scale}", f"Change in {instrument}, {scale}", rule)


@frozen
class TreatmentCodes:
    """The codes by which initiation and engagement are told, from the lists that a user has.

    ``visits`` are those that can begin an episode and ``onsets`` what such a visit is coded with,
    too, if a substance use disorder begins in it. ``diagnoses`` are those of a disorder that a
    visit is for. ``history`` are visits that, with such a diagnosis, tell of earlier care: all but
    those of an emergency or detoxification. ``remote`` are telephone and virtual visits.
    """

    visits: tuple[str, ...]
    onsets: tuple[str, ...]
    diagnoses: tuple[str, ...]
    treatments: tuple[str, ...]
    history: tuple[str, ...]
    remote: tuple[str, ...]
    long_acting: tuple[str, ...]
    short_acting: tuple[str, ...]
    hospice: tuple[str, ...]


INITIATION_NOTE = (
    "By a rule in iopkit's own words after CMS137, from the codes that were given: this is not a "
    "HEDIS rate and not an IET rate. By that measure's code sets group sessions billed as H0015, "
    "H0005 or 90853 count for nothing."
)
"""What has to be said wherever initiation or engagement is shown."""


def initiation_measures(codes: TreatmentCodes) -> tuple[Measure, Measure]:
    """Initiation of treatment and engagement in it, by the codes given.

    An episode begins with the first visit in the days measured in which a substance use disorder
    begins, at least 47 days before the last of them, of somebody who was 13 on the first of them.
    It does not count after a treatment, a medication or a visit for a disorder on one of the 60
    days before, or with hospice care in the days measured. Treatment is initiated on the day of
    the episode, day 0, or one of the 13 days after it. The patient is engaged by one long-acting
    medication, or two of other treatments, remote visits and short-acting medications, on days 1
    to 34 after that.

    Returns:
        The measure of initiation, and that of engagement.

    Raises:
        InvalidError: a list that is needed has no codes.
    """
    remote = Coded(codes.remote, codes.diagnoses)
    treated: tuple[CountedEntry, ...] = (Coded(codes.treatments), remote)
    medication = Coded(codes.long_acting), Coded(codes.short_acting)
    initiated = FollowUpStep((*treated, *medication), 0, 13)
    engaged = FollowUpStep((*treated, medication[1]), 1, 34, times=2, alone=medication[:1])
    before = (*treated, *medication, Coded(codes.history, codes.diagnoses))
    exclusions = (
        MeasureExclusion("not new", before, -60, -1),
        MeasureExclusion("hospice care", (Coded(codes.hospice),)),
    )

    def made(name: str, title: str, *steps: FollowUpStep) -> Measure:
        rule = MeasureRule(
            (Coded(codes.visits, codes.onsets),),
            FollowUp(steps),
            once=True,
            before_end=47,
            least_age=13,
            exclusions=exclusions,
        )
        dated = Dated(date(2025, 1, 1), rule, _CMS_137, end=date(2026, 1, 1))
        return Measure(name, title, Versions((dated,)), note=INITIATION_NOTE)

    return (
        made("initiation-of-treatment", "Treatment initiated within 14 days", initiated),
        made("engagement-in-treatment", "Engaged in treatment by day 34", initiated, engaged),
    )
