"""Standardized instruments: answers to items, scores on scales, bands of scores.

Only numbers are here, never an item's wording, which belongs to others: who wants to
ask the questions gets them from their owner. A score is a screen, never a diagnosis and
never a placement.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise, permutations
from types import MappingProxyType

from attrs import frozen

from iopkit.confidential import hidden
from iopkit.errors import Fault, find_named, refuse, refuse_moments, unless
from iopkit.sources import Grade, Source


@frozen
class Item:
    """One question: the answers it allows, and the points that each of them counts.

    ``asked_after`` names an item that opens this one: if it is answered with 0, this one
    is skipped, and counts as answered with 0 where no answer is given.
    """

    number: str
    answers: tuple[int, ...]
    points: tuple[int, ...]
    asked_after: str | None = None

    def bounds(self, answers: Mapping[str, int | None]) -> tuple[int, int]:
        """The fewest and the most points that the item can still count."""
        answer = answers.get(self.number)
        if answer is None and self.asked_after is not None and answers.get(self.asked_after) == 0:
            answer = 0
        if answer is None:
            return min(self.points), max(self.points)
        points = self.points[self.answers.index(answer)]
        return points, points


@frozen
class Band:
    """A name for the scores from ``low`` to ``high``, both included."""

    name: str
    low: int
    high: int


@frozen
class BandSet:
    """One published way to divide a scale into bands, in rising order."""

    name: str
    bands: tuple[Band, ...]
    source: Source

    def band(self, score: int) -> str:
        """The name of the band that holds a score of the scale."""
        return next(band.name for band in reversed(self.bands) if band.low <= score)


@frozen
class Scale:
    """Items that are scored together: their points added up, or the ``highest`` of them.

    Raises:
        InvalidError: the bands of a set have gaps, overlap, or do not cover the scale.
    """

    name: str
    items: tuple[Item, ...]
    band_sets: tuple[BandSet, ...] = ()
    highest: bool = False

    def __attrs_post_init__(self) -> None:
        refuse("scale", *(self._covered_by(band_set) for band_set in self.band_sets))

    @property
    def low(self) -> int:
        """The lowest score."""
        return self.bounds({})[0]

    @property
    def high(self) -> int:
        """The highest score."""
        return self.bounds({})[1]

    def bounds(self, answers: Mapping[str, int | None]) -> tuple[int, int]:
        """The lowest and the highest score that some answers, by item, leave possible."""
        lows, highs = zip(*(item.bounds(answers) for item in self.items), strict=True)
        return (max(lows), max(highs)) if self.highest else (sum(lows), sum(highs))

    def band_set(self, name: str) -> BandSet:
        """One of the scale's band sets; raises ``UnknownNameError``."""
        return find_named("band set", name, self.band_sets)

    def _covered_by(self, band_set: BandSet) -> tuple[Fault, ...]:
        ends = [self.low - 1, *(end for band in band_set.bands for end in (band.low, band.high))]
        ends.append(self.high + 1)
        meet = all(low == high + 1 for high, low in zip(ends[::2], ends[1::2], strict=True))
        rise = all(low <= high for low, high in pairwise(ends))
        expected = f"bands that follow one another from {self.low} to {self.high}"
        return unless(meet and rise, "band_sets", expected, f"others in {band_set.name!r}")


@frozen
class Instrument:
    """A standardized instrument: its scored items in the order of its form, and its scales.

    ``rights`` says, in short, under which terms it may be used, as far as was seen.

    Raises:
        InvalidError: two items have one number, or a scale has items of its own.
    """

    name: str
    title: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    source: Source
    rights: str = "check with the owner"

    def __attrs_post_init__(self) -> None:
        numbers = {item.number for item in self.items}
        scored = {item for scale in self.scales for item in scale.items}
        refuse(
            "instrument",
            unless(len(numbers) == len(self.items), "items", "each number once", "one twice"),
            unless(scored <= set(self.items), "scales", "items of the instrument", "others"),
        )

    def scale(self, name: str) -> Scale:
        """One of the instrument's scales; raises ``UnknownNameError``."""
        return find_named("scale", name, self.scales)


def find_instrument(name: str) -> Instrument:
    """A shipped instrument by its name; raises ``UnknownNameError``.

    Example:
        >>> find_instrument("phq_9").scale("total").band_set("severity").band(12)
        'moderate'
    """
    return find_named("instrument", name, INSTRUMENTS.values())


@frozen(repr=False)
class Score:
    """A result on one scale, as it was reported.

    Raises:
        InvalidError: ``value`` is not a whole number.
    """

    scale: str
    value: int

    def __attrs_post_init__(self) -> None:
        whole = type(self.value) is int
        refuse("score", unless(whole, "value", "a whole number", "another value"))

    __repr__ = hidden


@frozen(repr=False)
class Screening:
    """An instrument as it was filled in on one day.

    ``answers`` has a place for each of the instrument's items, with ``None`` where no
    answer is known; ``scores`` are for results of which the answers are not known.

    Raises:
        InvalidError: no such instrument is shipped, the answers are too few, too many or
            not allowed, a score is not on the scale or not what the answers give, or two
            scores contradict one another. What was expected does not tell the instrument.

    Example:
        >>> screening = Screening("audit_c", date(2026, 3, 2), answers=(3, 1, None))
        >>> screening.bounds("total")
        (4, 8)
        >>> screening.band("total", "men")
        'positive'
    """

    instrument: str
    on: date
    answers: tuple[int | None, ...] | None = None
    scores: tuple[Score, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse_moments("screening", on=self.on)
        known, names = self.instrument in INSTRUMENTS, ", ".join(INSTRUMENTS)
        # No name is suggested: the closest one would tell which screen was meant.
        refuse("screening", unless(known, "instrument", f"one of {names}", "another name"))
        instrument = INSTRUMENTS[self.instrument]
        wrong = _answer_faults(instrument, self.answers)
        # Scores are compared with the whole scale where the answers are no guide.
        answers = {} if wrong else _by_number(instrument, self.answers)
        refuse("screening", wrong, _score_faults(instrument, self.scores, answers))

    def bounds(self, scale: str) -> tuple[int, int]:
        """The lowest and the highest score on a scale that what is known leaves possible.

        Raises:
            UnknownNameError: the instrument has no such scale.
        """
        instrument = INSTRUMENTS[self.instrument]
        found = instrument.scale(scale)
        for score in self.scores:
            if score.scale == scale:
                return score.value, score.value
        return found.bounds(_by_number(instrument, self.answers))

    def score(self, scale: str) -> int | None:
        """The score on a scale; ``None``: not determined by what is known.

        Raises:
            UnknownNameError: the instrument has no such scale.
        """
        low, high = self.bounds(scale)
        return low if low == high else None

    def band(self, scale: str, band_set: str) -> str | None:
        """The band that holds every score still possible; ``None``: there are several.

        Raises:
            UnknownNameError: there is no such scale, or no such band set of it.
        """
        bands = INSTRUMENTS[self.instrument].scale(scale).band_set(band_set)
        lowest, highest = map(bands.band, self.bounds(scale))
        return lowest if lowest == highest else None

    __repr__ = hidden


def _by_number(
    instrument: Instrument, answers: tuple[int | None, ...] | None
) -> dict[str, int | None]:
    if answers is None:
        return {}
    return {item.number: a for item, a in zip(instrument.items, answers, strict=True)}


# What is expected may not tell which instrument it is, so it names no item, scale or bound of it.


def _answer_faults(
    instrument: Instrument, answers: tuple[int | None, ...] | None
) -> tuple[Fault, ...]:
    if answers is None:
        return ()
    if len(answers) != len(instrument.items):
        expected = "one answer, or null, for each of the instrument's items"
        return (Fault(("answers",), expected, "another number of them"),)
    return tuple(
        Fault(("answers", place), "an answer that the item allows", "another value")
        for place, (item, answer) in enumerate(zip(instrument.items, answers, strict=True))
        if answer is not None and not (type(answer) is int and answer in item.answers)
    )


def _score_faults(
    instrument: Instrument, scores: tuple[Score, ...], answers: Mapping[str, int | None]
) -> tuple[Fault, ...]:
    scales = {scale.name: scale for scale in instrument.scales}
    faults: list[Fault] = []
    for place, score in enumerate(scores):
        scale = scales.get(score.scale)
        if scale is None:
            expected = "the name of one of the instrument's scales"
            faults.append(Fault(("scores", place, "scale"), expected, "another name"))
            continue
        low, high = scale.bounds(answers)
        if not low <= score.value <= high:
            expected = "a score that the scale has and that the answers allow"
            faults.append(Fault(("scores", place, "value"), expected, "another number"))
    once = len({score.scale for score in scores}) == len(scores)
    faults += unless(once, "scores", "one score a scale", "two of one")
    if faults:
        return tuple(faults)
    scored = [(scales[score.scale], score.value) for score in scores]
    agree = all(_agree(*whole, *part, answers) for whole, part in permutations(scored, 2))
    return unless(agree, "scores", "scores that can be together", "others")


def _agree(
    whole: Scale, total: int, part: Scale, points: int, answers: Mapping[str, int | None]
) -> bool:
    """Whether the items of a scale that are not on another can make the difference."""
    if whole.highest or part.highest or not set(part.items) < set(whole.items):
        return True
    rest = Scale("rest", tuple(item for item in whole.items if item not in part.items))
    low, high = rest.bounds(answers)
    return low <= total - points <= high


# What follows is data: the items, then each instrument with its bands and who says so.


def _items(numbers: Iterable[object], *answers: int, after: str | None = None) -> tuple[Item, ...]:
    """Items whose answers are their points."""
    return tuple(Item(str(number), answers, answers, after) for number in numbers)


def _bands(name: str, source: Source, high: int, /, **lows: int) -> BandSet:
    """Bands by the score that each begins with; the last ends with ``high``."""
    ends = [*(low - 1 for low in list(lows.values())[1:]), high]
    named = zip(lows.items(), ends, strict=True)
    return BandSet(name, tuple(Band(band, low, end) for (band, low), end in named), source)


def _total(items: tuple[Item, ...], *band_sets: BandSet) -> tuple[Scale, ...]:
    return (Scale("total", items, band_sets),)


_AUDIT = Source(
    "WHO AUDIT manual, 2nd edition, as an audit calculator quotes it",
    Grade.SECONDARY,
    "https://simplifycalc.pages.dev/health/audit-alcohol-calculator/",
)
_AUDIT_C = Source(
    "Bush et al. 1998 and Bradley et al. 2003, as quoted with the AUDIT-C's scoring key",
    Grade.SECONDARY,
    "https://primarycare.ementalhealth.ca/index.php?ID=58&hideFormatting=1&m=printSurveyScoring",
)
_DAST_10 = Source(
    "NIDA common data element 3254089; item 3 from the Australian comorbidity guidelines",
    Grade.OFFICIAL,
    "https://comorbidityguidelines.org.au/appendix-w-drug-abuse-screening-test-dast10/dast10-scoring-and-interpretation",
)
_CIWA_AR = Source(
    "Cureus 16(4) e57601, table 1",
    Grade.OFFICIAL,
    "https://pmc.ncbi.nlm.nih.gov/articles/PMC11069634/table/TAB1",
)
_CIWA_ASAM = Source(
    "ASAM guideline on alcohol withdrawal management (2020), pocket guide, table 1",
    Grade.SECONDARY,
    "https://eguideline.guidelinecentral.com/i/1254278/2",
)
_CIWA_REVIEW = Source(
    "A review's table 2, of instruments for alcohol withdrawal",
    Grade.OFFICIAL,
    "https://pmc.ncbi.nlm.nih.gov/articles/PMC6286444/table/tbl0025",
)
_CIWA_CARE = Source(
    "Time of Care on the CIWA-Ar",
    Grade.SECONDARY,
    "https://www.timeofcare.com/clinical-institute-withdrawal-assessment-ciwa-ar-for-alcohol-withdrawal/",
)
_CIWA_WIKIPEDIA = Source(
    "Wikipedia on the CIWA-Ar",
    Grade.SECONDARY,
    "https://en.wikipedia.org/wiki/Clinical_Institute_Withdrawal_Assessment_for_Alcohol",
)
_COWS = Source(
    "NCBI Bookshelf NBK64244, table A72915: the COWS's items and their points",
    Grade.OFFICIAL,
    "https://www.ncbi.nlm.nih.gov/books/NBK64244/table/A72915/?report=objectonly",
)
_COWS_BANDS = Source(
    "Wesson and Ling 2003, as a COWS calculator quotes it, with below 5 as none",
    Grade.SECONDARY,
    "https://www.mdapp.co/clinical-opiate-withdrawal-scale-cows-calculator-189/",
)
_PHQ_9 = Source(
    "Kroenke, Spitzer and Williams 2001; 'minimal' as secondary pages name the lowest band",
    Grade.OFFICIAL,
    "https://pmc.ncbi.nlm.nih.gov/articles/PMC1495268/",
)
_PHQ_9_ITEM_9 = Source(
    "Psychiatric Services 2016, on VA patients: any answer to item 9 but 0 goes with more risk",
    Grade.OFFICIAL,
    "https://psychiatryonline.org/doi/10.1176/appi.ps.201500149",
)
_GAD_7 = Source(
    "Spitzer et al. 2006, as a GAD-7 calculator quotes it",
    Grade.SECONDARY,
    "https://www.calcipedia.org/calculators/gad-7-calculator",
)
_C_SSRS = Source(
    "NINDS common data elements on the C-SSRS screener",
    Grade.OFFICIAL,
    "https://commondataelements.ninds.nih.gov/report-viewer/137881/Columbia%20-%20Suicide%20Severity%20Rating%20Scale%20(C-SSRS)%20Screener%20Version",
)
_C_SSRS_TRIAGE = Source(
    "Blueprint on the C-SSRS screener's scoring guide",
    Grade.SECONDARY,
    "https://help.blueprint-health.com/en/articles/5208202-columbia-suicide-severity-rating-scale-screen-c-ssrs-screen",
)
_BAM = Source(
    "Blueprint on the BAM",
    Grade.SECONDARY,
    "https://ebchelp.blueprint.ai/en/articles/3945380-brief-addiction-monitor-bam",
)

_NOT_COMMERCIAL = "copyright WHO; may be reproduced, but not sold or used commercially"
_PFIZER = "free of charge and of copyright restrictions, says Pfizer (2010)"
_YES_NO = (0, 1)

# "Never" (0) to item 1 leads on to item 9. The other skip, of 4 to 8 if 2 and 3 are both 0,
# hangs on two items and is left out, so that unanswered they stay unknown.
_AUDIT_ITEMS = (
    *_items([1], *range(5)),
    *_items(range(2, 9), *range(5), after="1"),
    *_items([9, 10], 0, 2, 4),
)
_DAST_10_ITEMS = (
    *_items([1, 2], *_YES_NO),
    Item("3", _YES_NO, (1, 0)),  # the only one of which a no counts
    *_items(range(4, 11), *_YES_NO),
)
_CIWA_AR_ITEMS = (*_items(range(1, 10), *range(8)), *_items([10], *range(5)))
_COWS_ITEMS = (
    *_items([1], 0, 1, 2, 4),
    *_items([2], *range(5)),
    *_items([3], 0, 1, 3, 5),
    *_items([4], 0, 1, 2, 5),
    *_items([5, 6], 0, 1, 2, 4),
    *_items([7], 0, 1, 2, 3, 5),
    *_items([8, 9, 10], 0, 1, 2, 4),
    *_items([11], 0, 3, 5),
)
_PHQ_9_ITEMS = _items(range(1, 10), *range(4))
_GAD_7_ITEMS = _items(range(1, 8), *range(4))
# The points of a yes are the level of risk that it stands for. A no to 2 leads on to 6; 6b
# asks whether what 6 asks about was within the last 3 months.
_C_SSRS_ITEMS = (
    Item("1", _YES_NO, (0, 1)),
    Item("2", _YES_NO, (0, 1)),
    Item("3", _YES_NO, (0, 2), asked_after="2"),
    Item("4", _YES_NO, (0, 3), asked_after="2"),
    Item("5", _YES_NO, (0, 3), asked_after="2"),
    Item("6", _YES_NO, (0, 2)),
    Item("6b", _YES_NO, (0, 3), asked_after="6"),
)
# The categorical form; the BAM-R counts days. Item 7, which has seven parts, and item 17 are
# on no scale and so are not here. A 0 to item 4 leads on to 6.
_BAM_USE = (*_items([4], *range(5)), *_items([5], *range(5), after="4"), *_items([6], *range(5)))
_BAM_RISK = _items([1, 2, 3, 8, 11, 15], *range(5))
_BAM_PROTECTIVE = (
    *_items([9, 10, 12, 13], *range(5)),
    *_items([14], 0, 4),
    *_items([16], *range(5)),
)
_COWS_SEVERITY = _bands(
    "severity", _COWS_BANDS, 48, none=0, mild=5, moderate=13, moderately_severe=25, severe=37
)
_PHQ_9_SEVERITY = _bands(
    "severity", _PHQ_9, 27, minimal=0, mild=5, moderate=10, moderately_severe=15, severe=20
)

_SHIPPED = (
    Instrument(
        "audit",
        "Alcohol Use Disorders Identification Test",
        _AUDIT_ITEMS,
        _total(_AUDIT_ITEMS, _bands("zones", _AUDIT, 40, zone_1=0, zone_2=8, zone_3=16, zone_4=20)),
        _AUDIT,
        _NOT_COMMERCIAL,
    ),
    Instrument(
        "audit_c",
        "AUDIT, consumption items",
        _AUDIT_ITEMS[:3],
        _total(
            _AUDIT_ITEMS[:3],
            _bands("men", _AUDIT_C, 12, negative=0, positive=4),
            _bands("women", _AUDIT_C, 12, negative=0, positive=3),
        ),
        _AUDIT_C,
        _NOT_COMMERCIAL,
    ),
    Instrument(
        "dast_10",
        "Drug Abuse Screening Test, 10 items",
        _DAST_10_ITEMS,
        _total(
            _DAST_10_ITEMS,
            _bands("problems", _DAST_10, 10, none=0, low=1, moderate=3, substantial=6, severe=9),
        ),
        _DAST_10,
    ),
    Instrument(
        "ciwa_ar",
        "Clinical Institute Withdrawal Assessment for Alcohol, revised",
        _CIWA_AR_ITEMS,
        # Published bands do not agree, so each set bears its source's name. Left out: bands
        # that begin at "8 to 10" and hold 15 twice (alcoholdetoxhome.com), and ASAM's
        # "complicated", which is told by signs and not by the score.
        _total(
            _CIWA_AR_ITEMS,
            _bands("asam_2020", _CIWA_ASAM, 67, mild=0, moderate=10, severe=19),
            _bands("review", _CIWA_REVIEW, 67, mild=0, moderate=8, severe=16),
            _bands("time_of_care", _CIWA_CARE, 67, minimal=0, mild=9, moderate=16, severe=21),
            _bands("wikipedia", _CIWA_WIKIPEDIA, 67, mild=0, moderate=11, severe=16),
        ),
        _CIWA_AR,
        "not copyrighted, say its authors (1989)",
    ),
    Instrument(
        "cows",
        "Clinical Opiate Withdrawal Scale",
        _COWS_ITEMS,
        _total(_COWS_ITEMS, _COWS_SEVERITY),
        _COWS,
    ),
    Instrument(
        "phq_9",
        "Patient Health Questionnaire, depression",
        _PHQ_9_ITEMS,
        (
            *_total(
                _PHQ_9_ITEMS,
                _PHQ_9_SEVERITY,
                _bands("screen", _PHQ_9, 27, negative=0, positive=10),
            ),
            Scale(
                "self_harm",
                _PHQ_9_ITEMS[8:],
                (_bands("follow_up", _PHQ_9_ITEM_9, 3, not_indicated=0, indicated=1),),
            ),
        ),
        _PHQ_9,
        _PFIZER,
    ),
    Instrument(
        "gad_7",
        "Generalized Anxiety Disorder, 7 items",
        _GAD_7_ITEMS,
        _total(
            _GAD_7_ITEMS,
            _bands("severity", _GAD_7, 21, minimal=0, mild=5, moderate=10, severe=15),
            _bands("screen", _GAD_7, 21, negative=0, positive=10),
        ),
        _GAD_7,
        _PFIZER,
    ),
    Instrument(
        "c_ssrs",
        "Columbia-Suicide Severity Rating Scale, screener",
        _C_SSRS_ITEMS,
        (
            Scale(
                "risk",
                _C_SSRS_ITEMS,
                (_bands("triage", _C_SSRS_TRIAGE, 3, none=0, low=1, moderate=2, high=3),),
                highest=True,
            ),
        ),
        _C_SSRS,
        "copyright Research Foundation for Mental Hygiene; electronic forms need a license",
    ),
    Instrument(
        "bam",
        "Brief Addiction Monitor, categorical",
        tuple(sorted(_BAM_USE + _BAM_RISK + _BAM_PROTECTIVE, key=lambda item: int(item.number))),
        (
            Scale("use", _BAM_USE, (_bands("cut_off", _BAM, 12, below=0, significant=1),)),
            Scale("risk", _BAM_RISK, (_bands("cut_off", _BAM, 24, below=0, significant=12),)),
            # The only scale on which a low score is the one that matters.
            Scale(
                "protective",
                _BAM_PROTECTIVE,
                (_bands("cut_off", _BAM, 24, significant=0, above=13),),
            ),
        ),
        _BAM,
    ),
)
INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType({one.name: one for one in _SHIPPED})
"""The shipped instruments by name."""
