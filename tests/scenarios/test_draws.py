from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.scenarios import draws
from iopkit.scenarios.draws import WHOLE, DrawPurpose, draw, key_of, stream, threshold

words = st.integers(0, (1 << 64) - 1)
counts = st.integers(0, (1 << 24) - 1)
purposes = st.sampled_from(DrawPurpose)

# Worked out apart from the module: Python's own hashlib, and SplitMix64 written out.
KNOWN = [
    (7, 0, "patient-1", 1, (0, 0), "", 989081087905005727),
    (0, 1, "patient-2", 2, (7, 11), "group", 8123865253401183387),
    (-1, 199, "patient-2", 3, (14, 22), "", 7405693029425770959),
    (1000000000000000000000000000000, 0, "patient-1", 4, (21, 33), "", 8803719689959213711),
    (20260105, 1, "arrivals", 5, (28, 4), "group", 7103427159592842231),
    (7, 199, "arrivals", 6, (35, 15), "", 4036688278763811771),
    (0, 0, "patient-1", 7, (42, 26), "", 541112615506943616),
    (-1, 1, "patient-2", 8, (49, 37), "group", 332051387487471303),
    (1000000000000000000000000000000, 199, "patient-2", 9, (3, 8), "", 3002867070329552056),
    (20260105, 0, "patient-1", 10, (10, 19), "", 3138870358370896563),
    (7, 1, "arrivals", 11, (17, 30), "group", 7487813581652750176),
    (0, 199, "arrivals", 12, (24, 1), "", 8407869384089206849),
    (-1, 0, "patient-1", 13, (31, 12), "", 1590354834472070455),
    (1000000000000000000000000000000, 1, "patient-2", 14, (38, 23), "group", 8846679077979832563),
    (20260105, 199, "patient-2", 15, (45, 34), "", 8411587343244251266),
    (7, 0, "patient-1", 16, (52, 5), "", 2996310967430265961),
    (0, 1, "arrivals", 17, (6, 16), "group", 9074984678875264138),
    (-1, 199, "arrivals", 18, (13, 27), "", 5382793799781705198),
    (1000000000000000000000000000000, 0, "patient-1", 19, (20, 38), "", 6142806534385094089),
    (20260105, 1, "patient-2", 20, (27, 9), "group", 8737352322754453799),
]


@pytest.mark.parametrize(("seed", "replication", "who", "purpose", "at", "of", "expected"), KNOWN)
def test_draws_are_known(  # noqa: PLR0913, PLR0917  # a draw's address
    seed: int, replication: int, who: str, purpose: int, at: tuple[int, int], of: str, expected: int
) -> None:
    chance = stream(seed, replication, key_of(who))
    assert draw(chance, DrawPurpose(purpose), week=at[0], number=at[1], of=of) == expected


def test_the_numbers_of_purposes_stand() -> None:
    assert [(each.name, each.value) for each in DrawPurpose][:9] == [
        ("ARRIVALS", 1),
        ("REFERRAL_DAY", 2),
        ("PERSON", 3),
        ("ASSESSMENT", 4),
        ("GIVING_UP", 5),
        ("INTAKE", 6),
        ("LEAVING", 7),
        ("ATTENDING", 8),
        ("EXCUSED", 9),
    ]


@given(st.integers(), counts, st.lists(words, min_size=1), purposes, counts, counts, st.text())
def test_arrays_of_draws_are_the_draws(  # noqa: PLR0913, PLR0917  # a draw's address
    seed: int,
    replication: int,
    keys: list[int],
    purpose: DrawPurpose,
    week: int,
    number: int,
    of: str,
) -> None:
    streams = draws.streams(seed, replication, np.array(keys, np.uint64))
    assert streams.tolist() == [stream(seed, replication, key) for key in keys]
    at = draws.address(purpose, week=week, number=number, of=of)
    one_by_one = [
        draw(stream(seed, replication, key), purpose, week=week, number=number, of=of)
        for key in keys
    ]
    assert draws.draws_at(streams, at).tolist() == one_by_one
    each = np.full(len(keys), at, np.uint64)
    assert draws.draws_at_each(streams, each).tolist() == one_by_one
    assert all(0 <= one < WHOLE for one in one_by_one)


@given(st.tuples(purposes, counts, counts), st.tuples(purposes, counts, counts))
def test_two_addresses_are_one_only_if_all_is_the_same(
    one: tuple[DrawPurpose, int, int], other: tuple[DrawPurpose, int, int]
) -> None:
    places = [draws.address(p, week=week, number=number) for p, week, number in (one, other)]
    assert (places[0] == places[1]) is (one == other)


@given(words, words)
def test_mixing_gives_each_word_another(one: int, other: int) -> None:
    assert (draws.mixed(one) == draws.mixed(other)) is (one == other)


@given(st.fractions(0, 1))
def test_a_threshold_is_the_share_of_the_draws_below_it(share: Fraction) -> None:
    assert 0 <= share - Fraction(threshold(share), WHOLE) < Fraction(1, WHOLE)


def test_never_and_always_are_exact() -> None:
    assert threshold(0) == 0
    assert threshold(1) == WHOLE


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_what_is_no_probability_is_refused(share: float) -> None:
    with pytest.raises(InvalidError) as refused:
        threshold(share)
    assert [fault.path for fault in refused.value.faults] == [("share",)]


def test_weeks_and_numbers_out_of_bounds_are_refused_together() -> None:
    with pytest.raises(InvalidError) as refused:
        draws.address(DrawPurpose.LEAVING, week=-1, number=1 << 24)
    assert [fault.path for fault in refused.value.faults] == [("week",), ("number",)]


def test_draws_are_even_and_those_of_neighbors_unrelated() -> None:
    streams = draws.streams(7, 0, np.arange(100_000, dtype=np.uint64))
    one = draws.draws_at(streams, draws.address(DrawPurpose.LEAVING, week=1)) / WHOLE
    other = draws.draws_at(streams, draws.address(DrawPurpose.LEAVING, week=2)) / WHOLE
    # Four standard errors of a mean, and of a correlation, of 100,000.
    assert abs(one.mean() - 0.5) < 4 * 12**-0.5 / 100_000**0.5
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / 100_000**0.5
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 4 / 100_000**0.5
