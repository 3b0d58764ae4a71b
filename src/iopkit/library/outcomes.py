"""Outcomes and costs by level of care, where somebody counted.

No two sources counted the same people. That residential care is of level 3.5, inpatient and
hospital care of level 4, and day treatment of level 2.5, is our own reading.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from iopkit.charges.costs import CostFigure
from iopkit.levels import LevelOfCare
from iopkit.library.costs import COSTS
from iopkit.library.us_north_carolina import NORTH_CAROLINA_RATES
from iopkit.payers import Payer
from iopkit.placement.outcomes import LevelFigure, OutcomeMeasure
from iopkit.scopes import Scope
from iopkit.sources import Grade, Source

_OUTPATIENT, _INTENSIVE, _DAY = map(LevelOfCare, ("1", "2.1", "2.5"))
_RESIDENTIAL, _INPATIENT = map(LevelOfCare, ("3.5", "4"))
_PMC = "https://pmc.ncbi.nlm.nih.gov/articles"

_TEDS_2004 = Source(
    "SAMHSA, TEDS-D 2004, tables 2.5, 3.4, 4.11, 5.11 and 6.2",
    Grade.OFFICIAL,
    "https://webarchive.library.unt.edu/eot2008/20080921101025/http:/www.drugabusestatistics.samhsa.gov/TEDSdischarges/2k4/TEDSD2k4Tbl2.5.htm",
)
_TEDS_2011 = Source(
    "Stahler et al. 2016, Addict Behav 58:129, abstract",
    Grade.OFFICIAL,
    "https://lboro-test-vufind.koha-ptfs.co.uk/PrimoRecord/cdi_proquest_miscellaneous_1776086210",
)
_CONTRERAS = Source("Contreras-Schwartz et al. 2024", Grade.OFFICIAL, f"{_PMC}/PMC11675410")
_COVIELLO = Source("Coviello et al. 2013", Grade.OFFICIAL, f"{_PMC}/PMC3578041")
_MCCARTY = Source(
    "McCarty et al. 2014, Psychiatr Serv 65:718-726", Grade.OFFICIAL, f"{_PMC}/PMC4152944"
)
_WITBRODT = Source("Witbrodt et al. 2007, abstract", Grade.OFFICIAL)
_MOJTABAI = Source("Mojtabai 2003, table 3", Grade.OFFICIAL, f"{_PMC}/PMC1360883")
_MARYLAND_OUTPATIENT = Source("COMAR 10.09.80.08", Grade.LEGAL_TEXT, checked=date(2024, 11, 1))
_MARYLAND_RESIDENTIAL = Source("COMAR 10.09.06.09", Grade.LEGAL_TEXT, checked=date(2024, 11, 1))

# Care, level; discharges in all, completed, dropped out; median days, and of whom.
_TEDS_2004_ROWS = (
    ("outpatient", _OUTPATIENT, (399_037, 145_426, 108_605), 69, ""),
    ("intensive outpatient", _INTENSIVE, (114_440, 43_119, 26_561), 41, " of 18 and over"),
    ("short-term residential", _RESIDENTIAL, (78_423, 48_222, 11_025), 20, " of 18 and over"),
    ("long-term residential", _RESIDENTIAL, (95_087, 40_771, 26_727), 46, ""),
    ("hospital residential", _INPATIENT, (8_080, 5_597, 884), None, ""),
)
# Randomised: care, level, people, and the share that completed, after McCarty's review.
_RANDOMIZED = (
    ("Alterman 1994", "1994", "day treatment", _DAY, 56, "53.6"),
    ("Alterman 1994", "1994", "inpatient", _INPATIENT, 55, "89.1"),
    ("Schneider 1996", "1996", "day treatment", _DAY, 32, "47"),
    ("Schneider 1996", "1996", "inpatient", _INPATIENT, 42, "95"),
)
# Schneider's share abstinent after 3 and after 6 months.
_ABSTINENT = (
    ("day treatment", _DAY, 32, ("38", "35")),
    ("inpatient", _INPATIENT, 42, ("63", "46")),
)
# Care, level, the odds of abstinence against outpatient care, and their bounds.
_FIVE_YEARS = (
    ("residential", _RESIDENTIAL, ("0.95", "0.66", "1.36")),
    ("inpatient", _INPATIENT, ("0.96", "0.67", "1.38")),
)
_MARYLAND = (
    (_OUTPATIENT, "individual counseling", "27.12", "for 15 minutes", _MARYLAND_OUTPATIENT),
    (_INTENSIVE, "intensive outpatient", "169.51", "a day", _MARYLAND_OUTPATIENT),
    (_DAY, "partial hospitalization", "176.29", "for half a day", _MARYLAND_OUTPATIENT),
    (_DAY, "partial hospitalization", "284.77", "for a full day", _MARYLAND_OUTPATIENT),
    (LevelOfCare("3.1"), "residential", "94.70", "a day", _MARYLAND_RESIDENTIAL),
    (LevelOfCare("3.3"), "residential", "211.05", "a day", _MARYLAND_RESIDENTIAL),
    (_RESIDENTIAL, "residential", "211.05", "a day", _MARYLAND_RESIDENTIAL),
    (LevelOfCare("3.7"), "residential", "324.92", "a day", _MARYLAND_RESIDENTIAL),
)

# By our own reading, the intensive and the comprehensive outpatient program, as its policies say.
_NORTH_CAROLINA = (
    (_INTENSIVE, "intensive outpatient (H0015)", "170.03"),
    (_DAY, "comprehensive outpatient (H2035)", "58.61"),
)


def _outcomes() -> Iterator[LevelFigure]:
    for care, level, (total, completed, dropped), stay, whom in _TEDS_2004_ROWS:
        for measure, count in (
            (OutcomeMeasure.COMPLETED, completed),
            (OutcomeMeasure.DROPPED_OUT, dropped),
        ):
            yield LevelFigure(
                *(level, measure, care, round(Decimal(100 * count) / total, 1), "%"),
                *("discharges in the United States", "2004", _TEDS_2004),
                people=total,
            )
        if stay is not None:
            yield LevelFigure(
                *(level, OutcomeMeasure.STAY, care, Decimal(stay), "days"),
                *(f"discharges in the United States{whom}", "2004", _TEDS_2004),
            )
    for care, level, percent in (
        ("outpatient settings", _OUTPATIENT, "52"),
        ("residential", _RESIDENTIAL, "65"),
    ):
        yield LevelFigure(
            *(level, OutcomeMeasure.COMPLETED, care, Decimal(percent), "%"),
            *("discharges in the United States, all settings together", "2011", _TEDS_2011),
            people=318_924,
        )
    by_telehealth = "intensive outpatient by telehealth"
    for days, percent in ((30, "80"), (60, "63"), (90, "50"), (120, "40")):
        after = f"% after {days} days"
        yield LevelFigure(
            *(_INTENSIVE, OutcomeMeasure.STILL_IN_CARE, by_telehealth, Decimal(percent), after),
            *("patients of a telehealth program", "2021-23", _CONTRERAS),
            people=4_724,
        )
    yield LevelFigure(
        *(
            _INTENSIVE,
            OutcomeMeasure.COMPLETED,
            "intensive outpatient of 6 months",
            Decimal(45),
            "%",
        ),
        *("offenders", "2007-10", _COVIELLO),
        people=160,
    )
    yield from _trials()


def _trials() -> Iterator[LevelFigure]:
    for study, year, care, level, people, percent in _RANDOMIZED:
        yield LevelFigure(
            *(level, OutcomeMeasure.COMPLETED, care, Decimal(percent), "%"),
            *(f"randomized, {study}", year, _MCCARTY),
            people=people,
        )
    for care, level, people, shares in _ABSTINENT:
        for months, percent in zip((3, 6), shares, strict=True):
            yield LevelFigure(
                *(
                    level,
                    OutcomeMeasure.ABSTINENT,
                    care,
                    Decimal(percent),
                    f"% after {months} months",
                ),
                *("randomized, Schneider 1996", "1996", _MCCARTY),
                people=people,
            )
    for care, level, people in (
        ("day or intensive outpatient treatment", _DAY, 154),
        ("residential", _RESIDENTIAL, 139),
    ):
        yield LevelFigure(
            *(level, OutcomeMeasure.ABSTINENT, care, None, "% for 30 days, after 6 and 12 months"),
            *("randomized", "2007", _WITBRODT),
            low=Decimal(50),
            people=people,
        )
    for care, level, (odds, low, high) in _FIVE_YEARS:
        unit = "times the odds of outpatient care, after 5 years"
        yield LevelFigure(
            *(level, OutcomeMeasure.ABSTINENT, care, Decimal(odds), unit),
            *("matched, all settings together", "2003", _MOJTABAI),
            low=Decimal(low),
            high=Decimal(high),
            people=1_799,
        )


def _costs() -> Iterator[LevelFigure]:
    for cost in COSTS:
        if cost.level is not None:
            yield _of_cost(cost, cost.level)
    yield LevelFigure(
        *(
            _OUTPATIENT,
            OutcomeMeasure.COST,
            "outpatient",
            Decimal(6300),
            "dollars for each abstinent",
        ),
        *("matched", "1990", _MOJTABAI),
        low=Decimal(5200),
        high=Decimal(7900),
    )
    for level, care, dollars, unit, source in _MARYLAND:
        yield LevelFigure(
            *(level, OutcomeMeasure.PAYMENT, care, Decimal(dollars), f"dollars {unit}"),
            *("Medicaid in Maryland", "July 2022 to June 2023", source),
            scope=Scope("MD", payer=Payer.MEDICAID),
        )
    for level, care, dollars in _NORTH_CAROLINA:
        yield LevelFigure(
            *(
                level,
                OutcomeMeasure.PAYMENT,
                care,
                Decimal(dollars),
                "dollars a unit that is not told",
            ),
            *("Medicaid in North Carolina", "from August 2024", NORTH_CAROLINA_RATES),
            scope=Scope("NC", payer=Payer.MEDICAID),
        )


def _of_cost(cost: CostFigure, level: LevelOfCare) -> LevelFigure:
    programs = f"{cost.programs} programs" if cost.programs else "the source's programs"
    return LevelFigure(
        *(level, OutcomeMeasure.COST, cost.care, cost.mean_usd, f"dollars {cost.per.words}"),
        *(f"mean of {programs}", str(cost.year or "year not told"), cost.source),
        sd=cost.sd_usd,
    )


LEVEL_FIGURES: tuple[LevelFigure, ...] = (*_outcomes(), *_costs())
"""Every shipped figure, in no order of merit."""
