import json
import pickle
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.confidential import reveal
from iopkit.documents import from_json
from iopkit.errors import InvalidError, UnknownNameError
from iopkit.patients import (
    INSTRUMENTS,
    Band,
    BandSet,
    Instrument,
    Item,
    Patient,
    Scale,
    Score,
    Screening,
    find_instrument,
)
from iopkit.patients.screenings import _agree
from iopkit.sources import Grade, Source
from iopkit.strategies import screenings

DAY = date(2026, 3, 2)
SOURCE = Source("a test", Grade.SECONDARY)

# As published: what each band is called, and its first and its last score.
PUBLISHED: dict[tuple[str, str, str], list[tuple[str, int, int]]] = {
    ("audit", "total", "zones"): [
        ("zone_1", 0, 7),
        ("zone_2", 8, 15),
        ("zone_3", 16, 19),
        ("zone_4", 20, 40),
    ],
    ("audit_c", "total", "men"): [("negative", 0, 3), ("positive", 4, 12)],
    ("audit_c", "total", "women"): [("negative", 0, 2), ("positive", 3, 12)],
    ("dast_10", "total", "problems"): [
        ("none", 0, 0),
        ("low", 1, 2),
        ("moderate", 3, 5),
        ("substantial", 6, 8),
        ("severe", 9, 10),
    ],
    ("ciwa_ar", "total", "asam_2020"): [("mild", 0, 9), ("moderate", 10, 18), ("severe", 19, 67)],
    ("ciwa_ar", "total", "review"): [("mild", 0, 7), ("moderate", 8, 15), ("severe", 16, 67)],
    ("ciwa_ar", "total", "time_of_care"): [
        ("minimal", 0, 8),
        ("mild", 9, 15),
        ("moderate", 16, 20),
        ("severe", 21, 67),
    ],
    ("ciwa_ar", "total", "wikipedia"): [("mild", 0, 10), ("moderate", 11, 15), ("severe", 16, 67)],
    ("cows", "total", "severity"): [
        ("none", 0, 4),
        ("mild", 5, 12),
        ("moderate", 13, 24),
        ("moderately_severe", 25, 36),
        ("severe", 37, 48),
    ],
    ("phq_9", "total", "severity"): [
        ("minimal", 0, 4),
        ("mild", 5, 9),
        ("moderate", 10, 14),
        ("moderately_severe", 15, 19),
        ("severe", 20, 27),
    ],
    ("phq_9", "total", "screen"): [("negative", 0, 9), ("positive", 10, 27)],
    ("phq_9", "self_harm", "follow_up"): [("not_indicated", 0, 0), ("indicated", 1, 3)],
    ("gad_7", "total", "severity"): [
        ("minimal", 0, 4),
        ("mild", 5, 9),
        ("moderate", 10, 14),
        ("severe", 15, 21),
    ],
    ("gad_7", "total", "screen"): [("negative", 0, 9), ("positive", 10, 21)],
    ("c_ssrs", "risk", "triage"): [
        ("none", 0, 0),
        ("low", 1, 1),
        ("moderate", 2, 2),
        ("high", 3, 3),
    ],
    ("bam", "use", "cut_off"): [("below", 0, 0), ("significant", 1, 12)],
    ("bam", "risk", "cut_off"): [("below", 0, 11), ("significant", 12, 24)],
    ("bam", "protective", "cut_off"): [("significant", 0, 12), ("above", 13, 24)],
}
BAM = ("1", "2", "3", "4", "5", "6", "8", "9", "10", "11", "12", "13", "14", "15", "16")


def bam(*numbers: int) -> Callable[[Sequence[int]], int]:
    return lambda answers: sum(answers[BAM.index(str(number))] for number in numbers)


def triage(answers: Sequence[int]) -> int:
    """The C-SSRS screener's level of risk, as its guide tells it."""
    wish, thoughts, method, intent, plan, behavior, recent = answers
    if intent or plan or recent:
        return 3
    if method or behavior:
        return 2
    return 1 if wish or thoughts else 0


# What complete answers score, told independently of the catalogue.
ORACLES: dict[tuple[str, str], Callable[[Sequence[int]], int]] = {
    ("audit", "total"): sum,
    ("audit_c", "total"): sum,
    ("dast_10", "total"): lambda a: sum(a[:2]) + (1 if a[2] == 0 else 0) + sum(a[3:]),
    ("ciwa_ar", "total"): sum,
    ("cows", "total"): sum,
    ("phq_9", "total"): sum,
    ("phq_9", "self_harm"): lambda a: a[8],
    ("gad_7", "total"): sum,
    ("c_ssrs", "risk"): triage,
    ("bam", "use"): bam(4, 5, 6),
    ("bam", "risk"): bam(1, 2, 3, 8, 11, 15),
    ("bam", "protective"): bam(9, 10, 12, 13, 14, 16),
}
# Items that are not asked if the other one is answered with 0.
SKIPS: dict[str, dict[str, str]] = {
    "audit": dict.fromkeys("2345678", "1"),
    "audit_c": dict.fromkeys("23", "1"),
    "c_ssrs": {**dict.fromkeys("345", "2"), "6b": "6"},
    "bam": {"5": "4"},
}


def scored(instrument: str, scale: str, value: int) -> Screening:
    return Screening(instrument, DAY, scores=(Score(scale, value),))


def answered(instrument: str, *answers: int | None) -> Screening:
    return Screening(instrument, DAY, answers)


def completions(screening: Screening) -> Iterator[tuple[int, ...]]:
    """Every way to give the answers that are missing."""
    items = INSTRUMENTS[screening.instrument].items
    given = screening.answers or (None,) * len(items)
    skips = SKIPS.get(screening.instrument, {})
    numbers = [item.number for item in items]
    for full in product(
        *(item.answers if a is None else (a,) for item, a in zip(items, given, strict=True))
    ):
        by_number = dict(zip(numbers, full, strict=True))
        if not any(
            given[numbers.index(number)] is None and by_number[gate] == 0 and by_number[number]
            for number, gate in skips.items()
        ):
            yield full


@st.composite
def nearly_complete(draw: st.DrawFn) -> Screening:
    """Screenings of which at most three answers are missing."""
    instrument = draw(st.sampled_from(list(INSTRUMENTS.values())))
    blank = draw(st.sets(st.integers(0, len(instrument.items) - 1), max_size=3))
    answers = [
        None if place in blank else draw(st.sampled_from(item.answers))
        for place, item in enumerate(instrument.items)
    ]
    return Screening(instrument.name, DAY, tuple(answers))


# Who answers one item with no or never is not asked some others, by place on the form.
SKIPPED = {
    "audit": [(0, range(1, 8))],
    "audit_c": [(0, range(1, 3))],
    "c_ssrs": [(1, range(2, 5)), (5, range(6, 7))],
}


def is_contradicted(screening: Screening) -> bool:
    """Whether an item that was to be skipped is answered with more than no or never."""
    answers = screening.answers or ()
    return any(
        answers[first] == 0 and any(answers[place] for place in skipped)
        for first, skipped in SKIPPED.get(screening.instrument, [])
        if answers
    )


def check_against_completions(screening: Screening) -> None:
    ways = list(completions(screening))
    assert screening.is_contradicted is is_contradicted(screening)
    for scale in INSTRUMENTS[screening.instrument].scales:
        possible = {ORACLES[screening.instrument, scale.name](way) for way in ways}
        assert screening.as_answered(scale.name) == (min(possible), max(possible))
        if is_contradicted(screening):
            assert screening.bounds(scale.name) == (scale.low, scale.high)
            continue
        assert screening.bounds(scale.name) == (min(possible), max(possible))
        assert screening.score(scale.name) == (possible.pop() if len(possible) == 1 else None)
        for band_set in scale.band_sets:
            possible = {ORACLES[screening.instrument, scale.name](way) for way in ways}
            bands = {
                name
                for name, low, high in PUBLISHED[screening.instrument, scale.name, band_set.name]
                if any(low <= score <= high for score in possible)
            }
            known = bands.pop() if len(bands) == 1 else None
            assert screening.band(scale.name, band_set.name) == known


# The catalogue.


def test_every_scale_and_every_band_set_is_tested() -> None:
    scales = [(i.name, scale) for i in INSTRUMENTS.values() for scale in i.scales]

    assert {(name, scale.name) for name, scale in scales} == set(ORACLES)
    sets = [(name, scale.name, one.name) for name, scale in scales for one in scale.band_sets]
    assert sorted(sets) == sorted(PUBLISHED)


@pytest.mark.parametrize(
    ("name", "items", "high"),
    [
        ("audit", 10, {"total": 40}),
        ("audit_c", 3, {"total": 12}),
        ("dast_10", 10, {"total": 10}),
        ("ciwa_ar", 10, {"total": 67}),
        ("cows", 11, {"total": 48}),
        ("phq_9", 9, {"total": 27, "self_harm": 3}),
        ("gad_7", 7, {"total": 21}),
        ("c_ssrs", 7, {"risk": 3}),
        ("bam", 15, {"use": 12, "risk": 24, "protective": 24}),
    ],
)
def test_items_and_ranges_are_the_published_ones(
    name: str, items: int, high: dict[str, int]
) -> None:
    instrument = find_instrument(name)

    assert len(instrument.items) == items
    assert {scale.name: scale.high for scale in instrument.scales} == high
    assert {scale.low for scale in instrument.scales} == {0}


@pytest.mark.parametrize(
    ("key", "score", "band"),
    [
        pytest.param(key, score, band, id=f"{'-'.join(key)}-{score}")
        for key, bands in PUBLISHED.items()
        for band, low, high in bands
        for score in sorted({low, high})
    ],
)
def test_both_sides_of_every_threshold(key: tuple[str, str, str], score: int, band: str) -> None:
    instrument, scale, band_set = key

    assert scored(instrument, scale, score).band(scale, band_set) == band


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_bands_divide_every_score_of_their_scale(name: str) -> None:
    for scale in find_instrument(name).scales:
        for band_set in scale.band_sets:
            for score in range(scale.low, scale.high + 1):
                holding = [b.name for b in band_set.bands if b.low <= score <= b.high]
                assert holding == [band_set.band(score)]


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_an_instrument_is_consistent_and_says_who_says_so(name: str) -> None:
    instrument = find_instrument(name)

    assert instrument.name == name
    assert instrument.rights
    for item in instrument.items:
        assert len(set(item.answers)) == len(item.answers) == len(item.points)
    skips = {i.number: gate for i in instrument.items for gate in i.asked_after}
    assert skips == SKIPS.get(name, {})
    assert {item for scale in instrument.scales for item in scale.items} == set(instrument.items)
    band_sets = [one for scale in instrument.scales for one in scale.band_sets]
    for source in (instrument.source, *(one.source for one in band_sets)):
        assert source.url is not None
        assert source.grade in (Grade.OFFICIAL, Grade.SECONDARY)


def test_published_bands_of_one_score_may_differ() -> None:
    screening = scored("ciwa_ar", "total", 16)
    names = [band_set.name for band_set in find_instrument("ciwa_ar").scale("total").band_sets]

    assert {name: screening.band("total", name) for name in names} == {
        "asam_2020": "moderate",
        "review": "severe",
        "time_of_care": "moderate",
        "wikipedia": "severe",
    }


def bands(*ends: tuple[int, int]) -> tuple[BandSet, ...]:
    named = tuple(Band(f"band_{n}", low, high) for n, (low, high) in enumerate(ends))
    return (BandSet("a_set", named, SOURCE),)


YES_NO = Item("1", (0, 1), (0, 1))
FOUR = Item("2", (0, 1, 2, 3), (0, 1, 2, 3))


@pytest.mark.parametrize(
    ("ends", "ok"),
    [
        pytest.param([(0, 3)], True, id="one band"),
        pytest.param([(0, 0), (1, 2), (3, 3)], True, id="three bands"),
        pytest.param([], False, id="no band"),
        pytest.param([(1, 3)], False, id="begins too high"),
        pytest.param([(-1, 3)], False, id="begins too low"),
        pytest.param([(0, 2)], False, id="ends too low"),
        pytest.param([(0, 4)], False, id="ends too high"),
        pytest.param([(0, 1), (3, 3)], False, id="a gap"),
        pytest.param([(0, 2), (2, 3)], False, id="an overlap"),
        pytest.param([(0, 3), (4, 3)], False, id="an empty band"),
        pytest.param([(2, 3), (0, 1)], False, id="falling"),
    ],
)
def test_bands_must_cover_a_scale_without_gap_or_overlap(
    ends: list[tuple[int, int]], ok: bool
) -> None:
    if ok:
        Scale("total", (FOUR,), bands(*ends))
    else:
        with pytest.raises(InvalidError, match="bands that follow one another from 0 to 3") as e:
            Scale("total", (FOUR,), bands(*ends))
        assert [fault.path for fault in e.value.faults] == [("band_sets",)]


def test_an_instrument_numbers_its_items_once_and_scores_its_own() -> None:
    with pytest.raises(InvalidError) as caught:
        Instrument("x", "X", (YES_NO, YES_NO), (Scale("total", (FOUR,)),), SOURCE)

    assert [fault.path for fault in caught.value.faults] == [("items",), ("scales",)]
    assert Instrument("x", "X", (YES_NO,), (), SOURCE).rights == "check with the owner"


@pytest.mark.parametrize(
    ("look_up", "message"),
    [
        pytest.param(lambda: find_instrument("phq9"), "no instrument .* 'phq_9'", id="instrument"),
        pytest.param(lambda: find_instrument("bam").scale("total"), "no scale .* use", id="scale"),
        pytest.param(
            lambda: find_instrument("audit_c").scale("total").band_set("man"),
            "no band set .* men, women",
            id="band set",
        ),
        pytest.param(lambda: answered("bam", *[0] * 15).score("total"), "no scale", id="score"),
        pytest.param(
            lambda: scored("bam", "use", 0).bounds("total"), "no scale", id="bounds of a score"
        ),
        pytest.param(
            lambda: scored("bam", "use", 0).band("use", "severity"), "no band set", id="band"
        ),
    ],
)
def test_what_is_not_there_is_named(look_up: Callable[[], Any], message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        look_up()


def test_the_catalogue_cannot_be_changed() -> None:
    instruments: Any = INSTRUMENTS

    with pytest.raises(TypeError):
        instruments["own"] = INSTRUMENTS["audit"]


# Scores.


@given(nearly_complete())
def test_what_is_known_is_what_every_completion_agrees_on(screening: Screening) -> None:
    check_against_completions(screening)


@pytest.mark.parametrize("name", ["audit_c", "c_ssrs"])
def test_what_is_known_of_every_way_to_answer_the_short_ones(name: str) -> None:
    for answers in product(*((None, *item.answers) for item in INSTRUMENTS[name].items)):
        check_against_completions(Screening(name, DAY, answers))


@given(screenings())
def test_known_scores_and_bands_lie_within_the_bounds(screening: Screening) -> None:
    for scale in INSTRUMENTS[screening.instrument].scales:
        low, high = screening.bounds(scale.name)
        assert scale.low <= low <= high <= scale.high
        for band_set in scale.band_sets:
            band = screening.band(scale.name, band_set.name)
            assert band in {None, band_set.band(low)}


@pytest.mark.parametrize(
    ("third", "score"), [pytest.param(0, 1, id="no"), pytest.param(1, 0, id="yes")]
)
def test_of_the_third_item_of_the_dast_10_a_no_counts(third: int, score: int) -> None:
    assert answered("dast_10", 0, 0, third, *[0] * 7).score("total") == score


@pytest.mark.parametrize(
    ("answers", "band"),
    [
        pytest.param((0, 0, None, None, None, 0, None), "none", id="no to all that is asked"),
        pytest.param((1, 0, None, None, None, 0, None), "low", id="1"),
        pytest.param((1, 1, 0, 0, 0, 0, None), "low", id="2"),
        pytest.param((0, 0, None, None, None, 1, 0), "moderate", id="6, longer ago"),
        pytest.param((0, 1, 1, 0, 0, 0, None), "moderate", id="3"),
        pytest.param((0, 0, None, None, None, 1, 1), "high", id="6, within 3 months"),
        pytest.param((0, 1, 0, 1, 0, 0, None), "high", id="4"),
        pytest.param((0, 1, 0, 0, 1, 0, None), "high", id="5"),
        pytest.param((None, None, None, None, 1, None, None), "high", id="5 alone is enough"),
        pytest.param((1, 1, None, 0, 0, 0, None), None, id="3 was to be asked"),
        pytest.param((0, 0, None, None, None, 1, None), None, id="6, not known when"),
        pytest.param((0, None, None, None, None, 0, None), None, id="2 is not known"),
        pytest.param((0, 0, 1, None, None, 0, None), None, id="3 was answered all the same"),
        pytest.param((0, 0, 0, None, None, 0, None), "none", id="3 was answered with no"),
    ],
)
def test_the_triage_of_the_c_ssrs_screener(answers: tuple[int | None, ...], band: str) -> None:
    assert answered("c_ssrs", *answers).band("risk", "triage") == band


def test_who_never_drinks_is_not_asked_how_much() -> None:
    assert answered("audit_c", 0, None, None).score("total") == 0
    assert answered("audit_c", 1, None, None).bounds("total") == (1, 9)
    assert answered("audit", 0, *[None] * 7, 2, 0).score("total") == 2


def test_a_screening_of_which_nothing_is_known_could_have_every_score() -> None:
    screening = Screening("phq_9", DAY)

    assert screening.bounds("total") == (0, 27)
    assert screening.score("total") is None
    assert screening.band("total", "severity") is None


def test_a_score_settles_its_own_scale_alone() -> None:
    screening = scored("bam", "use", 1)

    assert screening.score("use") == 1
    assert screening.bounds("risk") == (0, 24)


# What is refused.


def faults(**fields: Any) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        Screening(**{"instrument": "bam", "on": DAY, **fields})
    assert caught.value.what == "screening"
    return [str(fault) for fault in caught.value.faults]


OR_OWN = ", or the name of an own instrument that is given too"
ALL_NAMES = "audit, audit_c, dast_10, ciwa_ar, cows, phq_9, gad_7, c_ssrs, bam"
NO_ANSWER = "expected an answer that the item allows, found another value"
MISCOUNTED = (
    "answers: expected one answer, or null, for each of the instrument's items, "
    "found another number of them"
)
NO_SCALE = "expected the name of one of the instrument's scales, found another name"
NO_SCORE = "expected a score that the scale has and that the answers allow, found another number"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {"instrument": "phq9"},
            [f"instrument: expected one of {ALL_NAMES}{OR_OWN}, found another name"],
            id="unknown instrument",
        ),
        pytest.param(
            {"answers": (1,) * 17},
            [MISCOUNTED],
            id="too many answers",
        ),
        pytest.param(
            {"answers": ()},
            [MISCOUNTED],
            id="no answers",
        ),
        pytest.param(
            {"answers": (77, None, -1, *[0] * 9, 3, 0, 0)},
            [
                f"answers[0]: {NO_ANSWER}",
                f"answers[2]: {NO_ANSWER}",
                f"answers[12]: {NO_ANSWER}",
            ],
            id="answers that are not allowed",
        ),
        pytest.param(
            {"answers": (True, 1.0, *[0] * 13)},
            [
                "answers[0]: expected a whole number, found true or false",
                "answers[1]: expected a whole number, found a number",
            ],
            id="answers that only equal a whole number",
        ),
        pytest.param(
            {"scores": (Score("risks", 3), Score("use", 77))},
            [
                f"scores[0].scale: {NO_SCALE}",
                f"scores[1].value: {NO_SCORE}",
            ],
            id="no such scale and no such score",
        ),
        pytest.param(
            {"scores": (Score("use", 3), Score("risk", 3), Score("use", 3))},
            ["scores: expected one score a scale, found two of one"],
            id="two scores of one scale",
        ),
        pytest.param(
            {"answers": (77, *[0] * 14), "scores": (Score("use", 12), Score("risk", 25))},
            [
                f"answers[0]: {NO_ANSWER}",
                f"scores[1].value: {NO_SCORE}",
            ],
            id="all at once",
        ),
    ],
)
def test_what_cannot_be_is_refused_without_being_shown(
    fields: dict[str, Any], expected: list[str]
) -> None:
    assert faults(**fields) == expected


@pytest.mark.parametrize(
    ("answers", "score", "ok"),
    [
        pytest.param((2, 1, 1), 4, True, id="their sum"),
        pytest.param((2, 1, 1), 3, False, id="less"),
        pytest.param((2, 1, 1), 5, False, id="more"),
        pytest.param((2, 1, None), 2, False, id="less than the known ones"),
        pytest.param((2, 1, None), 3, True, id="the known ones"),
        pytest.param((2, 1, None), 7, True, id="the known ones and the most"),
        pytest.param((2, 1, None), 8, False, id="more than all could be"),
        pytest.param(None, 12, True, id="without answers"),
    ],
)
def test_a_score_may_not_contradict_the_answers(
    answers: tuple[int | None, ...] | None, score: int, ok: bool
) -> None:
    fields = {"instrument": "audit_c", "answers": answers, "scores": (Score("total", score),)}
    if ok:
        assert Screening(on=DAY, **fields).score("total") == score  # type: ignore[arg-type]
    else:
        assert len(faults(**fields)) == 1


@pytest.mark.parametrize(
    ("answers", "total", "self_harm", "ok"),
    [
        pytest.param(None, 0, 0, True, id="nothing"),
        pytest.param(None, 2, 3, False, id="a part above the whole"),
        pytest.param(None, 3, 3, True, id="the part alone"),
        pytest.param(None, 24, 0, True, id="all but the part"),
        pytest.param(None, 25, 0, False, id="more than all but the part"),
        pytest.param(None, 27, 3, True, id="everything"),
        pytest.param((1, *[None] * 8), 3, 3, False, id="an answer leaves less to the part"),
        pytest.param((1, *[None] * 8), 4, 3, True, id="an answer leaves enough to the part"),
    ],
)
def test_scores_of_scales_that_share_items_may_not_contradict_one_another(
    answers: tuple[int | None, ...] | None, total: int, self_harm: int, ok: bool
) -> None:
    for scores in permutations((Score("total", total), Score("self_harm", self_harm))):
        fields = {"instrument": "phq_9", "answers": answers, "scores": scores}
        if ok:
            assert Screening(on=DAY, **fields).score("total") == total  # type: ignore[arg-type]
        else:
            assert faults(**fields) == [
                "scores: expected scores that can be together, found others"
            ]


@pytest.mark.parametrize("highest", [(True, False), (False, True)])
def test_scores_that_are_a_highest_are_not_subtracted(highest: tuple[bool, bool]) -> None:
    whole = Scale("whole", (YES_NO, FOUR), highest=highest[0])
    part = Scale("part", (FOUR,), highest=highest[1])

    assert _agree(whole, 0, part, 3, {})


@pytest.mark.parametrize("value", [4.5, 4.0, True, "4", None])
def test_a_score_is_a_whole_number(value: Any) -> None:
    with pytest.raises(
        InvalidError,
        match="value: expected a whole number, found ",
    ):
        Score("total", value)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda _: {"answers": [0]}, id="too few answers"),
        pytest.param(
            lambda one: {"answers": [99, *[None] * (len(one.items) - 1)]}, id="no such answer"
        ),
        pytest.param(lambda _: {"scores": [{"scale": "x", "value": 1}]}, id="no such scale"),
        pytest.param(
            lambda one: {"scores": [{"scale": one.scales[0].name, "value": 99}]}, id="no such score"
        ),
    ],
)
def test_what_is_wrong_in_a_document_does_not_tell_the_instrument(
    wrong: Callable[[Instrument], dict[str, Any]],
) -> None:
    said: set[str] = set()
    for one in INSTRUMENTS.values():
        screening = {"instrument": one.name, "on": "2026-03-02", **wrong(one)}
        key = "0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"
        document = {"document": "patient", "format": 2, "key": key, "screenings": [screening]}
        with pytest.raises(InvalidError) as caught:
            from_json(Patient, json.dumps(document))
        said.add(str(caught.value))

    assert len(said) == 1


# Values.


@given(screenings())
def test_a_repr_shows_nothing_of_a_screening(screening: Screening) -> None:
    assert repr(screening) == "Screening(...)"
    assert {repr(score) for score in screening.scores} <= {"Score(...)"}
    assert f"instrument='{screening.instrument}'" in reveal(screening)


@given(screenings())
def test_screenings_are_values(screening: Screening) -> None:
    copied = pickle.loads(pickle.dumps(screening))

    assert copied == screening
    assert hash(copied) == hash(screening)
