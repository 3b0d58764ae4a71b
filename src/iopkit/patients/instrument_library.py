"""The shipped instruments: their items, and their bands with who says so."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from iopkit.errors import find_named, refuse, unless
from iopkit.patients.instruments import Band, BandSet, Instrument, Item, Scale
from iopkit.sources import Grade, Source


def find_instrument(name: str) -> Instrument:
    """A shipped instrument by its name; raises ``UnknownNameError``.

    Example:
        >>> find_instrument("phq_9").scale("total").band_set("severity").band(12)
        'moderate'
    """
    return find_named("instrument", name, INSTRUMENTS.values())


# What follows is data: the items, then each instrument with its bands and who says so.


def _items(numbers: Iterable[object], *answers: int, after: str | None = None) -> tuple[Item, ...]:
    """Items whose answers are their points."""
    gates = () if after is None else (after,)
    return tuple(Item(str(number), answers, answers, gates) for number in numbers)


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

# "Never" (0) to item 1 leads on to item 9. The other skip, of 4 to 8 if 2 and 3 are both 0, is
# left out, as an item has one rule; unanswered they stay unknown.
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
    Item("3", _YES_NO, (0, 2), asked_after=("2",)),
    Item("4", _YES_NO, (0, 3), asked_after=("2",)),
    Item("5", _YES_NO, (0, 3), asked_after=("2",)),
    Item("6", _YES_NO, (0, 2)),
    Item("6b", _YES_NO, (0, 3), asked_after=("6",)),
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


def instruments_with(own: Iterable[Instrument] = ()) -> Mapping[str, Instrument]:
    """All shipped instruments by name, with your own ones.

    Raises:
        InvalidError: two have one name.
    """
    more = tuple(own)
    every = {**INSTRUMENTS, **{one.name: one for one in more}}
    once = len(every) == len(INSTRUMENTS) + len(more)
    expected = "one instrument of each name, and no shipped one"
    refuse("instruments", unless(once, "name", expected, "two"))
    return MappingProxyType(every)
