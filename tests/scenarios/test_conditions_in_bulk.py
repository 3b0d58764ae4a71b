from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility.possible import Possible
from iopkit.eligibility.predicates import AllOf, AnyOf, AtLeast, Predicate, evaluate
from iopkit.programs.progress import COURSE_FACTS
from iopkit.scenarios.conditions import Ranges, masks_of
from iopkit.truth import Truth

pytestmark = pytest.mark.measured

_COUNT, _SHARE = COURSE_FACTS["weeks_in_phase"], COURSE_FACTS["attendance"]
_STATUS, _AGREES = COURSE_FACTS["status"], COURSE_FACTS["clinician_agrees"]
_ATOMS: tuple[Predicate, ...] = (
    _COUNT >= 2,
    _COUNT > 2,
    _COUNT <= 2,
    _COUNT < 2,
    _COUNT.equals(2),
    _COUNT.between(1, 3),
    _COUNT.is_in(1, 2, 3),
    _COUNT.is_in(4),
    _COUNT.is_known,
    _SHARE >= 0.5,
    _SHARE.is_in(0.25, 0.5),
    _SHARE.equals(0.5),
    _STATUS.equals("admitted"),
    _STATUS.is_known,
    _AGREES.equals(True),
    _AGREES.is_known,
)
_TREES: st.SearchStrategy[Predicate] = st.recursive(
    st.sampled_from(_ATOMS),
    lambda inner: st.lists(inner, max_size=3).flatmap(
        lambda parts: st.sampled_from(
            [
                AllOf(tuple(parts)),
                AnyOf(tuple(parts)),
                *([AtLeast(len(parts) // 2 + 1, tuple(parts)), ~parts[0]] if parts else []),
            ]
        )
    ),
    max_leaves=6,
)
_COUNTS = st.tuples(st.integers(0, 5), st.integers(0, 3)).map(lambda t: (t[0], t[0] + t[1]))
_SHARES = st.sampled_from([(0.0, 0.0), (0.25, 0.5), (0.5, 0.5), (0.5, 1.0), (0.75, 0.75)])


def _value(low: float, high: float) -> Any:
    return low if low == high else Possible(low, high)


@given(
    _TREES,
    st.lists(st.tuples(_COUNTS, _SHARES), max_size=5),
    st.sampled_from([None, "admitted", "waiting"]),
    st.sampled_from([None, True, False]),
)
def test_it_says_of_each_what_is_said_of_one(
    predicate: Predicate, rows: list[Any], status: str | None, agrees: bool | None
) -> None:
    _same(predicate, rows, {"status": status, "clinician_agrees": agrees})


@pytest.mark.parametrize("predicate", [*_ATOMS, AllOf(()), AnyOf(()), ~_ATOMS[0]])
def test_every_kind_of_question_is_read(predicate: Predicate) -> None:
    rows = [((n, n + more), (n / 8, (n + more) / 8)) for n in range(5) for more in range(3)]
    _same(predicate & ~AtLeast(2, _ATOMS[:3]), rows, {"status": "admitted"})


def _same(predicate: Predicate, rows: list[Any], beside: Mapping[str, Any]) -> None:
    columns = np.array(rows, np.float64).reshape(len(rows), 2, 2)
    known = {
        "weeks_in_phase": Ranges(columns[:, 0, 0], columns[:, 0, 1]),
        "attendance": Ranges(columns[:, 1, 0], columns[:, 1, 1]),
        **beside,
    }
    yes, no = masks_of(predicate, known, len(rows))
    for row, (count, share) in enumerate(rows):
        values = {"weeks_in_phase": _value(*count), "attendance": _value(*share), **beside}
        truth = evaluate(predicate, values)
        assert (yes[row], no[row]) == (truth is Truth.YES, truth is Truth.NO)
