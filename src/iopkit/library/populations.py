"""Published counts of people in treatment, from which populations are drawn.

What is known of one fact beside another is not published, but for what ``joint`` has: people are
made up of facts that are drawn independently, and the population says so.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve

from iopkit.errors import find_named
from iopkit.fields import frozen
from iopkit.sources import Grade, Source

if TYPE_CHECKING:
    from iopkit.scenarios.populations import Population

Value = bool | int | str | tuple[int, int] | None
"""A value of a fact or stratum; two whole numbers stand for all from one to the other."""

Counts = tuple[tuple[Value, int], ...]
"""Values, each with how many people have it; ``None``: of how many that is not known."""


@frozen
class PublishedPopulation:
    """How many people had which value of some facts, where somebody counted.

    ``joint`` are facts that were counted together, with a row of values and the count of each.
    ``strata`` are names among them that are no facts. ``read`` says what is our own reading.
    """

    name: str
    title: str
    source: Source
    margins: tuple[tuple[str, Counts], ...]
    joint_names: tuple[str, ...]
    joint: tuple[tuple[tuple[Value, ...], int], ...]
    strata: tuple[str, ...]
    read: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many people were counted."""
        return sum(count for _, count in self.margins[0][1])


_TEDS = Source(
    "SAMHSA, Treatment Episode Data Set, Admissions (TEDS-A) 2023, public use file codebook",
    Grade.OFFICIAL,
    "https://www.samhsa.gov/data/data-we-collect/teds-treatment-episode-data-set/datafiles",
)
_GLISKE = Source(
    "Gliske et al. 2022, JMIR Ment Health 9(3):e36263, table of baseline characteristics",
    Grade.OFFICIAL,
    "https://mental.jmir.org/2022/3/e36263",
)

_ADMISSIONS = PublishedPopulation(
    "us-admissions-2023",
    "Admissions to publicly funded treatment in the United States in 2023, all settings, from 12",
    _TEDS,
    margins=(
        (
            "age",
            (
                *(((12, 14), 9_554), ((15, 17), 29_956), ((18, 20), 34_587), ((21, 24), 89_953)),
                *(((25, 29), 197_042), ((30, 34), 282_927), ((35, 39), 262_348)),
                *(((40, 44), 214_270), ((45, 49), 145_069), ((50, 54), 129_183)),
                *(((55, 64), 189_852), ((65, 95), 41_092)),
            ),
        ),
        (
            "prior_treatment_episodes",
            (
                *((0, 459_972), (1, 288_604), (2, 197_208), (3, 123_995), (4, 83_811)),
                *((5, 285_287), (None, 186_956)),
            ),
        ),
        ("has_other_mental_disorder", ((True, 686_928), (False, 709_223), (None, 229_682))),
        # Full time, part time and students; the unemployed, and others out of the labor force of
        # whom it is known why; and those of whom either is not known.
        (
            "works_or_studies",
            (
                (True, 276_235 + 91_505 + 35_208),
                (False, 529_939 + 7_466 + 96_671 + 29_087 + 227_211),
                (None, 270_220 + 457_934 - 7_466 - 35_208 - 96_671 - 29_087 - 227_211),
            ),
        ),
        (
            "living_arrangement",
            (
                *(("homeless", 252_666), ("dependent", 225_137), ("independent", 784_313)),
                (None, 363_717),
            ),
        ),
        (
            "race",
            (
                ("American Indian or Alaska Native", 2_333 + 64_225),
                ("Asian or Pacific Islander", 174 + 11_707 + 5_913),
                *(("Black", 301_793), ("White", 974_253), ("other", 115_229)),
                *(("two or more", 36_124), (None, 114_082)),
            ),
        ),
        (
            "primary_substance",
            (
                *(("none", 58_808), ("alcohol", 474_586), ("cannabis", 123_350)),
                ("opioids", 177_111 + 1_229 + 174_679),
                ("stimulants", 89_763 + 188_620 + 10_115 + 3_140),
                ("sedatives", 11_095 + 142 + 720 + 1_499),
                ("others", 2_914 + 2_083 + 743 + 476 + 8_150),
                (None, 296_610),
            ),
        ),
        (
            "referral_source",
            (
                *(("self or family", 642_483), ("substance use provider", 117_006)),
                *(("other health care", 92_868), ("school", 6_248), ("employer", 9_595)),
                *(("other community", 107_634), ("criminal justice", 315_967), (None, 334_032)),
            ),
        ),
    ),
    joint_names=("sex", "pregnant"),
    joint=(
        (("male", False), 1_060_317),
        (("female", True), 20_862),
        (("female", False), 473_916),
        (("female", None), 564_289 - 20_862 - 473_916),
        ((None, None), 1_227),
    ),
    strata=("sex", "race", "living_arrangement", "primary_substance", "referral_source"),
    read=(
        "These are admissions, of which one person may have several.",
        "Within a band of ages each year is as likely; 65 and older is up to 95.",
        "Five or more earlier episodes count as five.",
        "All whose pregnancy was answered count as female.",
    ),
)
_IOP_SURVEY = PublishedPopulation(
    "us-iop-survey-2020",
    "Adults in one provider's intensive outpatient care in 2020 and 2021 who answered 3 months on",
    _GLISKE,
    margins=(
        ("age", (((18, 25), 131), ((26, 44), 447), ((45, 64), 452), ((65, 95), 30))),
        ("sex", (("male", 657), ("female", 1_060 - 657))),
    ),
    joint_names=(),
    joint=(),
    strata=("sex",),
    read=(
        "They are the 29 % of 3,642 patients who answered.",
        "Within a band of ages each year is as likely; 65 and older is up to 95.",
        "All who are not counted as male count as female.",
    ),
)

POPULATIONS: tuple[PublishedPopulation, ...] = (_ADMISSIONS, _IOP_SURVEY)


def find_population(name: str, *, count: int, seed: int) -> "Population":
    """People drawn from published counts by their name; needs the extra ``scenarios``.

    What a source does not tell of somebody is not known. ``words`` of the population says what
    is drawn independently, who counted, and what is our own reading.

    Args:
        count: how many people.
        seed: any whole number; a larger count adds people and changes none.

    Raises:
        UnknownNameError: nothing of that name is shipped.
        InvalidError: nobody is asked for.
        MissingExtraError: the extra ``scenarios`` is not installed.

    Example:
        >>> people = find_population("us-iop-survey-2020", count=1000, seed=7)
        >>> people.strata, people.words[0]
        (('sex',), 'All are drawn independently of each other: age and sex.')
    """
    from iopkit.scenarios.populations import Population

    found = find_named("population", name, POPULATIONS)
    drawn = Population.drawn(
        count,
        seed=seed,
        margins={fact: _shares(dict(counts)) for fact, counts in found.margins},
        joint=[_together(found)] if found.joint else [],
        strata=found.strata,
    )
    said = f"Counted by {found.source.citation}: {found.title}."
    return evolve(drawn, words=(*drawn.words, said, *found.read))


def _shares(counts: Mapping[Value, int]) -> dict[Value, Fraction]:
    total = sum(counts.values())
    return {value: Fraction(count, total) for value, count in counts.items()}


def _together(found: PublishedPopulation) -> dict[str, list[object]]:
    columns = zip(*(values for values, _ in found.joint), strict=True)
    shares: list[object] = [count / found.total for _, count in found.joint]
    return {name: [*each] for name, each in zip(found.joint_names, columns, strict=True)} | {
        "share": shares
    }
