"""Levels of care, with the edition that gives a number its meaning.

Only names and hour bounds are here, each with a public source; the text of the
ASAM Criteria is licensed and is not part of iopkit.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from functools import total_ordering

from attrs import field

from iopkit.confidential import hidden
from iopkit.errors import Fault, InvalidError
from iopkit.fields import frozen
from iopkit.sources import Grade, Source
from iopkit.truth import Truth


class Edition(IntEnum):
    """Edition of the ASAM Criteria: the same number can mean different things."""

    THIRD = 3
    FOURTH = 4


class AgeGroup(StrEnum):
    """Whom an hour band is for; where the line lies is for each payer or state to say."""

    ADULT = "adult"
    ADOLESCENT = "adolescent"


_TIP_47 = Source(
    "SAMHSA TIP 47, chapter 3", Grade.OFFICIAL, "https://ncbi.nlm.nih.gov/books/NBK64088"
)
_ILLINOIS = Source(
    "77 Ill. Adm. Code 2060.410",
    Grade.LEGAL_TEXT,
    "https://ilga.gov/ftp/JCAR/AdminCode/077/077020600D04100R.html",
)
_NORTH_CAROLINA = Source(
    "NC Medicaid bulletin of 2026-01-07, policy 8A-13",
    Grade.OFFICIAL,
    "https://medicaid.ncdhhs.gov/blog/2026/01/07/behavioral-health-clinical-coverage-policy-updates",
    checked=date(2026, 1, 7),
)
_MARYLAND = Source(
    "COMAR 10.09.06.06",
    Grade.LEGAL_TEXT,
    "https://regulations.justia.com/states/maryland/title-10/part-2/subtitle-09/chapter-10-09-06/section-10-09-06-06",
    checked=date(2024, 9, 20),
)
_VIRGINIA = Source(
    "12VAC35-105-1430",
    Grade.LEGAL_TEXT,
    "https://law.lis.virginia.gov/admincodefull/title12/agency35/chapter105/partVII/article1",
)
_PUBLIC_CODE = Source("names as used in public program code", Grade.SECONDARY)


_NAMES: dict[Edition, dict[str, tuple[str, Source]]] = {
    Edition.THIRD: {
        "0.5": ("Early Intervention", _TIP_47),
        "1": ("Outpatient Services", _ILLINOIS),
        "2.1": ("Intensive Outpatient", _ILLINOIS),
        "2.5": ("Partial Hospitalization", _NORTH_CAROLINA),
        "3.1": ("Clinically Managed Low-Intensity Residential", _MARYLAND),
        "3.3": ("Clinically Managed Population-Specific High-Intensity Residential", _PUBLIC_CODE),
        "3.5": ("Clinically Managed High-Intensity Residential", _MARYLAND),
        "3.7": ("Medically Monitored Intensive Inpatient", _MARYLAND),
        "4": ("Medically Managed Intensive Inpatient", _VIRGINIA),
    },
    Edition.FOURTH: {
        number: (name, _PUBLIC_CODE)
        for number, name in {
            "1.0": "Long-Term Remission Monitoring",
            "1.5": "Outpatient Therapy",
            "1.7": "Medically Managed Outpatient",
            "2.1": "Intensive Outpatient",
            "2.5": "High-Intensity Outpatient",
            "2.7": "Medically Managed Intensive Outpatient",
            "3.1": "Clinically Managed Low-Intensity Residential",
            "3.5": "Clinically Managed High-Intensity Residential",
            "3.7": "Medically Managed Residential",
            "4.0": "Medically Managed Inpatient",
        }.items()
    },
}
_DIMENSIONS: dict[Edition, tuple[str, ...]] = {
    Edition.THIRD: (
        "Acute Intoxication and/or Withdrawal Potential",
        "Biomedical Conditions and Complications",
        "Emotional, Behavioral, or Cognitive Conditions and Complications",
        "Readiness to Change",
        "Relapse, Continued Use, or Continued Problem Potential",
        "Recovery/Living Environment",
    ),
    Edition.FOURTH: (
        "Intoxication, Withdrawal, and Addiction Medications",
        "Biomedical Conditions",
        "Psychiatric and Cognitive Conditions",
        "Substance Use-Related Risks",
        "Recovery Environment Interactions",
        "Person-Centered Considerations",
    ),
}
DIMENSION_SOURCES: Mapping[Edition, Source] = {
    Edition.THIRD: Source(
        "Maryland Coalition of Families on substance use disorder",
        Grade.SECONDARY,
        "http://www.mdcoalition.org/blog/substance-use-disorder",
    ),
    Edition.FOURTH: _PUBLIC_CODE,
}
"""Where the names of each edition's dimensions were seen."""
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_WRITTEN = re.compile(r"(?:level\s+)?(IV|I{1,3}|[0-4])(?:\.([0-9]))?", re.IGNORECASE)


@total_ordering
@frozen(repr=False, order=False)
class LevelOfCare:
    """A level of care in one edition; ordered by intensity within that edition.

    Raises:
        InvalidError: the edition has no such level.

    Example:
        >>> level = LevelOfCare.parse("II.1")
        >>> level.number, level.name
        ('2.1', 'Intensive Outpatient')
    """

    number: str
    edition: Edition = field(default=Edition.THIRD)

    def __attrs_post_init__(self) -> None:
        known = _NAMES[self.edition]
        if self.number not in known:
            expected = f"a level of the {self.edition.name.lower()} edition ({', '.join(known)})"
            raise InvalidError("level of care", [Fault(("number",), expected, "another")])

    @classmethod
    def parse(cls, text: str, *, edition: Edition = Edition.THIRD) -> "LevelOfCare":
        """Read a level as people write it: ``2.1``, ``II.1`` or ``Level 2.1``.

        Roman numerals are those of the second edition and of SAMHSA's TIP 47.
        """
        match = _WRITTEN.fullmatch(text.strip())
        if match is None:
            raise InvalidError(
                "level of care", [Fault((), "a level such as '2.1' or 'II.1'", "another text")]
            )
        whole = _ROMAN.get(match[1].upper(), match[1])
        # The third edition writes "1" and "4" where the fourth writes "1.0" and "4.0".
        tail = match[2] or ("0" if edition is Edition.FOURTH else None)
        if edition is Edition.THIRD and tail == "0":
            tail = None
        return cls(f"{whole}.{tail}" if tail else whole, edition)

    @property
    def name(self) -> str:
        """The level's name in its edition."""
        return _NAMES[self.edition][self.number][0]

    @property
    def source(self) -> Source:
        """Where the level's name was seen."""
        return _NAMES[self.edition][self.number][1]

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, LevelOfCare) or other.edition is not self.edition:
            return NotImplemented  # two editions' numbers have no common order
        return float(self.number) < float(other.number)

    __repr__ = hidden


def levels_of(edition: Edition) -> tuple[LevelOfCare, ...]:
    """Every level of an edition, from the least intensive.

    Example:
        >>> [level.number for level in levels_of(Edition.FOURTH)][:3]
        ['1.0', '1.5', '1.7']
    """
    return tuple(LevelOfCare(number, edition) for number in _NAMES[edition])


def same_level(level: LevelOfCare, other: LevelOfCare | None) -> Truth:
    """Whether two levels are one; of two editions that is not known, as numbers changed meaning.

    Example:
        >>> same_level(LevelOfCare("2.1"), LevelOfCare("2.5"))
        <Truth.NO: 'no'>
        >>> same_level(LevelOfCare("2.1"), LevelOfCare("2.1", Edition.FOURTH))
        <Truth.UNKNOWN: 'unknown'>
    """
    if other is None or level.edition is not other.edition:
        return Truth.UNKNOWN
    return Truth.of(level == other)


def dimension_name(dimension: int, *, edition: Edition) -> str:
    """What one of an edition's six dimensions is called; ``DIMENSION_SOURCES`` says by whom.

    Raises:
        InvalidError: there is no such dimension.

    Example:
        >>> dimension_name(4, edition=Edition.THIRD), dimension_name(4, edition=Edition.FOURTH)
        ('Readiness to Change', 'Substance Use-Related Risks')
    """
    if not 1 <= dimension <= 6:
        fault = Fault((), "a dimension from 1 to 6", "another number")
        raise InvalidError("dimension", [fault])
    return _DIMENSIONS[edition][dimension - 1]


def most_intensive(edition: Edition) -> LevelOfCare:
    """The level of an edition above which there is none.

    Example:
        >>> most_intensive(Edition.THIRD).number
        '4'
    """
    return max(levels_of(edition))


@frozen
class HourBand:
    """Hours of service a week: at least ``low``; at most ``high``, or below ``under``.

    ``None`` for a bound means that the source names none.
    """

    source: Source
    low: timedelta | None = None
    high: timedelta | None = None
    under: timedelta | None = None

    def contains(self, weekly_dose: timedelta) -> bool:
        """Whether a week of that many hours lies inside the band."""
        return (
            (self.low is None or weekly_dose >= self.low)
            and (self.high is None or weekly_dose <= self.high)
            and (self.under is None or weekly_dose < self.under)
        )


def _hours(hours: int) -> timedelta:
    return timedelta(hours=hours)


_BANDS: dict[tuple[str, AgeGroup], HourBand] = {
    ("1", AgeGroup.ADULT): HourBand(_ILLINOIS, under=_hours(9)),
    ("1", AgeGroup.ADOLESCENT): HourBand(_ILLINOIS, under=_hours(6)),
    ("2.1", AgeGroup.ADULT): HourBand(_ILLINOIS, low=_hours(9), high=_hours(19)),
    ("2.1", AgeGroup.ADOLESCENT): HourBand(_ILLINOIS, low=_hours(6), high=_hours(19)),
    ("2.5", AgeGroup.ADULT): HourBand(_NORTH_CAROLINA, low=_hours(20)),
    ("3.1", AgeGroup.ADULT): HourBand(_MARYLAND, low=_hours(5)),
    ("3.3", AgeGroup.ADULT): HourBand(_MARYLAND, low=_hours(20), high=_hours(35)),
    ("3.5", AgeGroup.ADULT): HourBand(_MARYLAND, low=_hours(36)),
    ("3.7", AgeGroup.ADULT): HourBand(_MARYLAND, low=_hours(36)),
}


def hour_band(level: LevelOfCare, age_group: AgeGroup) -> HourBand | None:
    """The usual weekly hours of a level of care.

    Returns:
        The band with its source; ``None`` where no public source was seen, which
        holds for every level of the fourth edition.

    Example:
        >>> hour_band(LevelOfCare("2.1"), AgeGroup.ADOLESCENT).low
        datetime.timedelta(seconds=21600)
    """
    return _BANDS.get((level.number, age_group)) if level.edition is Edition.THIRD else None
