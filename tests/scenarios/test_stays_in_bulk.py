from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.scenarios.courses import (
    StayTables,
    UseTables,
    attended,
    session_address,
    stays,
)
from iopkit.scenarios.draws import WHOLE, Purpose, draw, mixed_words, threshold

pytestmark = pytest.mark.measured

# One patient, one week, one draw at a time, in plain Python.


class OneStay(NamedTuple):
    days: int
    reason: int
    uses: tuple[bool, ...]


def one_stay(stream: int, stratum: int, tables: StayTables) -> OneStay:
    """How one stay ends."""
    use, weeks, reasons = tables.use, tables.weeks, tables.reasons
    using, uses = False, []
    for week in range(weeks):
        if use is not None:
            if week == 0:
                drawn = draw(stream, Purpose.USE_AT_ADMISSION)
                using = drawn < int(use.at_admission[stratum])
            elif using:
                stops = draw(stream, Purpose.ABSTAINING, week=week)
                using = stops >= int(use.stops[stratum, week])
            else:
                returns = draw(stream, Purpose.RETURN_TO_USE, week=week)
                using = returns < int(use.returns[stratum, week])
        uses.append(using)
        row = tables.leaving[0, stratum, int(using), week].tolist()
        place = bisect_right(row, draw(stream, Purpose.LEAVING, week=week))
        if place < len(row):
            day, reason = divmod(place, reasons)
            return OneStay(week * 7 + day + 1, reason, tuple(uses))
    finished = draw(stream, Purpose.FINISHING) < int(tables.finishing[stratum])
    return OneStay(weeks * 7, reasons + (not finished), tuple(uses))


def one_attends(
    stream: int, sessions: Sequence[tuple[str, int]], shares: Sequence[int]
) -> list[bool]:
    """Whether one patient attends each session, of a service and with a number."""
    return [
        draw(stream, Purpose.ATTENDING, number=number, of=service) < share
        for (service, number), share in zip(sessions, shares, strict=True)
    ]


_SOME = np.arange(40, dtype=np.uint64)


def _people(count: int, first: int = 0) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return mixed_words(np.arange(first, first + count, dtype=np.uint64))


@st.composite
def tables(drawn: st.DrawFn) -> StayTables:
    strata, weeks, reasons = (drawn(st.integers(1, most)) for most in (3, 4, 3))
    asks_use = drawn(st.booleans())
    shares = st.sampled_from([0, 1, 7, 30, 60, 99, 100])

    def rows(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
        size = int(np.prod(shape))
        flat = drawn(st.lists(shares, min_size=size, max_size=size))
        return np.array([threshold(each / 100) for each in flat], np.uint64).reshape(shape)

    leaving = np.sort(rows(1, strata, 1 + asks_use, weeks, 7 * reasons), axis=-1)
    use = UseTables(rows(strata), rows(strata, weeks), rows(strata, weeks)) if asks_use else None
    return StayTables(leaving, reasons, rows(strata), use)


@given(tables(), st.integers(0, 2**32))
def test_stays_are_those_of_one_patient_at_a_time(given_tables: StayTables, first: int) -> None:
    streams = _people(12, first)
    strata = np.arange(12) % len(given_tables.finishing)
    found = stays(streams, strata, given_tables)
    for place, stream in enumerate(streams.tolist()):
        one = one_stay(stream, int(strata[place]), given_tables)
        assert (found.days[place], found.reason[place]) == (one.days, one.reason)
        if found.uses is not None:
            assert found.uses[place, : len(one.uses)].tolist() == list(one.uses)
            assert not found.uses[place, len(one.uses) :].any()


@given(tables(), st.data())
def test_nobody_is_changed_by_whoever_is_beside_them(
    given_tables: StayTables, data: st.DataObject
) -> None:
    strata = np.arange(40) % len(given_tables.finishing)
    streams = mixed_words(_SOME)
    all_of_them = stays(streams, strata, given_tables)
    order = np.array(data.draw(st.permutations(range(40))))[: data.draw(st.integers(1, 40))]
    some = stays(streams[order], strata[order], given_tables)
    assert some.days.tolist() == all_of_them.days[order].tolist()
    assert some.reason.tolist() == all_of_them.reason[order].tolist()


@given(tables())
def test_a_lower_hazard_never_shortens_a_stay(given_tables: StayTables) -> None:
    streams, strata = _people(40), np.zeros(40, np.intp)
    lower = StayTables(
        given_tables.leaving // np.uint64(2), given_tables.reasons, given_tables.finishing
    )
    before = StayTables(given_tables.leaving, given_tables.reasons, given_tables.finishing)
    assert (stays(streams, strata, lower).days >= stays(streams, strata, before).days).all()


@pytest.mark.parametrize(("share", "days", "reason"), [(0, 28, 1), (1, 1, 0)])
def test_never_and_always_are_so(share: int, days: int, reason: int) -> None:
    row = np.full((1, 1, 1, 4, 7), threshold(share), np.uint64)
    found = stays(_people(1000), np.zeros(1000, np.intp), StayTables(row, 1, _all()))
    assert set(found.days.tolist()) == {days}
    assert set(found.reason.tolist()) == {reason}


def test_as_many_stay_as_a_geometric_share_has_it() -> None:
    daily = 0.01
    row = [threshold(1 - (1 - daily) ** (day + 1)) for day in range(7)]
    table = np.broadcast_to(np.array(row, np.uint64), (1, 1, 1, 10, 7))
    found = stays(_people(100_000), np.zeros(100_000, np.intp), StayTables(table, 1, _all()))
    for day in (1, 7, 30, 69):
        expected = (1 - daily) ** day
        error = (expected * (1 - expected) / 100_000) ** 0.5
        assert abs((found.days > day).mean() - expected) < 4 * error


def test_a_share_of_those_who_stay_to_the_end_completes() -> None:
    nobody = np.zeros((1, 1, 1, 2, 7), np.uint64)
    some = np.array([threshold(0.25)], np.uint64)
    found = stays(_people(10_000), np.zeros(10_000, np.intp), StayTables(nobody, 1, some))
    assert set(found.days.tolist()) == {14}
    assert set(found.reason.tolist()) == {1, 2}
    assert abs((found.reason == 1).mean() - 0.25) < 4 * (0.25 * 0.75 / 10_000) ** 0.5


@given(st.lists(st.tuples(st.sampled_from(["group", "test"]), st.integers(1, 9)), unique=True))
def test_attendance_is_that_of_one_patient_at_a_time(sessions: list[tuple[str, int]]) -> None:
    streams, strata = _people(10), np.arange(10) % 2
    steps = accumulate([WHOLE // 20] * len(sessions))
    shares = np.array([[at, WHOLE - at] for at in steps], np.uint64).reshape(-1, 2).T
    addresses = [session_address(Purpose.ATTENDING, *each) for each in sessions]
    found = attended(streams, strata, np.array(addresses, np.uint64), shares)
    for place, stream in enumerate(streams.tolist()):
        own = shares[strata[place]].tolist()
        assert found[place].tolist() == one_attends(stream, sessions, own)


def test_one_session_more_shifts_no_other() -> None:
    addresses = [session_address(Purpose.ATTENDING, "group", n) for n in (1, 2, 3)]
    shares = np.full((1, 3), WHOLE // 2, np.uint64)
    streams, strata = _people(100), np.zeros(100, np.intp)
    every = attended(streams, strata, np.array(addresses, np.uint64), shares)
    without = attended(streams, strata, np.array(addresses[::2], np.uint64), shares[:, ::2])
    assert (every[:, ::2] == without).all()


def _all() -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array([WHOLE], np.uint64)
