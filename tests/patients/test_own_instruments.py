"""Instruments that are not shipped: what makes one, and screenings with one."""

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError, Source
from iopkit.patients import (
    INSTRUMENTS,
    Band,
    BandSet,
    Instrument,
    Item,
    Scale,
    Score,
    Screening,
    instruments_with,
)
from iopkit.sources import Grade
from iopkit.strategies import instruments

DAY = date(2026, 3, 2)
RULE = Source("Oak Street, form 3", Grade.SECONDARY)
GATES = (Item("a", (0, 1), (0, 0)), Item("b", (0, 2, 5), (0, 0, 0)))
ASKED = (Item("c", (0, 1), (0, 3), ("a", "b")), Item("d", (0, 1), (1, 4), ("a",)))
BANDS = BandSet("level", (Band("low", 1, 3), Band("high", 4, 7)), RULE)
OAK = Instrument("oak", "Oak", GATES + ASKED, (Scale("total", ASKED, (BANDS,)),), RULE)


def faults(build: Callable[[], object]) -> list[tuple[str | int, ...]]:
    with pytest.raises(InvalidError) as caught:
        build()
    return [fault.path for fault in caught.value.faults]


# What makes an instrument.


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        pytest.param(((), ()), "answers", id="no answer"),
        pytest.param(((1, 1), (0, 1)), "answers", id="an answer twice"),
        pytest.param(((0, 1), (0,)), "points", id="too few points"),
        pytest.param(((0,), (0, 1)), "points", id="too many points"),
        pytest.param(((1, 2), (1, 2), ("a",)), "answers", id="skipped, and no 0"),
    ],
)
def test_an_item_that_cannot_be_is_refused(fields: tuple[Any, ...], path: str) -> None:
    assert faults(lambda: Item("q", *fields)) == [(path,)]


def test_a_scale_has_items() -> None:
    assert faults(lambda: Scale("total", ())) == [("items",)]


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        pytest.param({"name": "Oak"}, ("name",), id="a capital"),
        pytest.param({"name": ""}, ("name",), id="no name"),
        pytest.param({"name": "3_oaks"}, ("name",), id="a number first"),
        pytest.param({"scales": (Scale("a b", ASKED),)}, ("scales", 0, "name"), id="a space"),
        pytest.param({"scales": (OAK.scales[0],) * 2}, ("scales",), id="a scale twice"),
        pytest.param(
            {"scales": (Scale("total", ASKED, (BANDS, BANDS)),)},
            ("scales", 0, "band_sets"),
            id="a band set twice",
        ),
        pytest.param(
            {"scales": (Scale("total", ASKED, (evolve(BANDS, name="-"),)),)},
            ("scales", 0, "band_sets", 0, "name"),
            id="a band set's name",
        ),
        pytest.param(
            {
                "scales": (
                    Scale(
                        "total",
                        ASKED,
                        (BandSet("level", (Band("low", 1, 3), Band("low", 4, 7)), RULE),),
                    ),
                )
            },
            ("scales", 0, "band_sets", 0, "bands"),
            id="a band twice",
        ),
        pytest.param(
            {"items": (*ASKED, *GATES)}, ("items", 0, "asked_after"), id="asked after a later one"
        ),
        pytest.param(
            {"items": (Item("a", (1, 2), (0, 0)), GATES[1], *ASKED)},
            ("items", 2, "asked_after"),
            id="asked after one without 0",
        ),
    ],
)
def test_an_instrument_that_cannot_be_is_refused(
    changed: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    assert path in faults(lambda: evolve(OAK, **changed))


def test_an_item_is_skipped_only_if_all_that_open_it_are_answered_with_0() -> None:
    both, one = ASKED
    assert both.is_skipped({"a": 0, "b": 0})
    assert not both.is_skipped({"a": 0, "b": 5})
    assert not both.is_skipped({"a": 0})
    assert one.is_skipped({"a": 0, "b": 5})
    assert not GATES[0].is_skipped({})


# Screenings with one.


@pytest.mark.parametrize(
    ("answers", "bounds", "band"),
    [
        # "d" counts 1 point for a 0, so that a skipped one still counts.
        pytest.param((0, 0, None, None), (1, 1), "low", id="both skipped"),
        pytest.param((0, 2, None, None), (1, 4), None, id="one skipped"),
        pytest.param((1, 0, None, 1), (4, 7), "high", id="every score left is in one band"),
        pytest.param((1, None, 1, 0), (4, 4), "high", id="all known"),
        pytest.param((0, None, None, 0), (1, 4), None, id="not known whether it is skipped"),
    ],
)
def test_a_screening_with_an_own_instrument_is_scored(
    answers: tuple[int | None, ...], bounds: tuple[int, int], band: str | None
) -> None:
    screening = Screening("oak", DAY, answers, own=OAK)
    assert screening.definition == OAK
    assert screening.bounds("total") == bounds
    assert screening.score("total") == (bounds[0] if bounds[0] == bounds[1] else None)
    assert screening.band("total", "level") == band


@given(instruments(), st.data())
def test_what_is_known_is_what_every_way_to_fill_in_the_rest_agrees_on(
    own: Instrument, data: st.DataObject
) -> None:
    answers = tuple(data.draw(st.none() | st.sampled_from(item.answers)) for item in own.items)
    screening = Screening(own.name, DAY, answers, own=own)
    numbers = [item.number for item in own.items]
    ways = []
    for full in product(
        *(item.answers if a is None else (a,) for item, a in zip(own.items, answers, strict=True))
    ):
        told = dict(zip(numbers, full, strict=True))
        given_ = dict(zip(numbers, answers, strict=True))
        skipped = [
            item.number
            for item in own.items
            if item.asked_after and all(given_[gate] == 0 for gate in item.asked_after)
        ]
        if all(given_[number] is not None or told[number] == 0 for number in skipped):
            ways.append(told)
    for scale in own.scales:
        join = max if scale.highest else sum
        scores = {
            join([i.points[i.answers.index(way[i.number])] for i in scale.items]) for way in ways
        }
        assert screening.bounds(scale.name) == (min(scores), max(scores))


def test_screenings_are_compared_with_their_instruments() -> None:
    taken = Screening("oak", DAY, scores=(Score("total", 4),), own=OAK)
    assert taken == Screening("oak", DAY, scores=(Score("total", 4),), own=evolve(OAK))
    assert taken != evolve(taken, own=evolve(OAK, title="Another"))
    assert faults(lambda: evolve(taken, scores=(Score("total", 8),))) == [("scores", 0, "value")]
    assert "oak" not in repr(taken)


@pytest.mark.parametrize(
    ("name", "own", "path"),
    [
        pytest.param("oak", None, "instrument", id="not given"),
        pytest.param("elm", OAK, "own", id="of another name"),
        pytest.param("audit", evolve(OAK, name="audit"), "own", id="of a shipped name"),
        pytest.param("audit", INSTRUMENTS["audit"], "own", id="a shipped one"),
    ],
)
def test_an_own_instrument_is_given_with_its_own_name(
    name: str, own: Instrument | None, path: str
) -> None:
    assert faults(lambda: Screening(name, DAY, own=own)) == [(path,)]


def test_own_instruments_stand_beside_the_shipped_and_never_in_their_place() -> None:
    assert instruments_with() == INSTRUMENTS
    assert dict(instruments_with([OAK])) == {**INSTRUMENTS, "oak": OAK}
    for wrong in ([OAK, OAK], [evolve(OAK, name="bam")]):
        assert faults(lambda wrong=wrong: instruments_with(wrong)) == [("name",)]  # type: ignore[misc]
