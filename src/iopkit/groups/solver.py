"""The choice of groups for all candidates at once, as an integer program.

Needs the extra ``groups``.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import accumulate
from math import floor, inf
from types import ModuleType
from typing import TYPE_CHECKING

from attrs import frozen

from iopkit.errors import MissingExtraError, refuse, unless
from iopkit.groups.combinations import all_bits
from iopkit.groups.matching import Bundles, Matching

if TYPE_CHECKING:
    from highspy import Highs, HighsLp

Gains = Sequence[tuple[int, Mapping[int, int]]]
"""What each candidate adds to an aim by having a place, and by a seat in each pool."""

# Bounds of a row, and its columns with their factors.
_Row = tuple[float, float, Mapping[int, int]]

_TOLERANCE = 1e-6


@frozen
class Limits:
    """What the solver may spend on one aim.

    ``nodes`` counts the cases that it tells apart, the same on every machine. With a
    ``time``, results can differ between runs; ``None``: as long as it takes.
    """

    nodes: int = 1000
    time: timedelta | None = None

    def __attrs_post_init__(self) -> None:
        ok = self.time is None or self.time > timedelta(0)
        refuse(
            "limits",
            unless(self.nodes >= 1, "nodes", "at least 1", self.nodes),
            unless(ok, "time", "some time", self.time),
        )


def total(gains: Gains, taken: Bundles) -> int:
    """What an assignment reaches of an aim."""
    return sum(
        gains[c][0] + sum(gains[c][1].get(p, 0) for p in pools) for c, pools in taken.items()
    )


class Solver:
    """HiGHS, on one thread and from one seed, with limits that count its work.

    A column for each candidate who can be placed is 1 if that is so, and one for each pool
    that suits the candidate is 1 if a seat of it is taken. Where days are counted, one for
    each weekday is at most 1, and 0 without a group on it.
    """

    def __init__(self, case: Matching, limits: Limits) -> None:
        self._highspy = _highspy()
        self._case, self._limits = case, limits
        self._placed: dict[int, int] = {}
        self._seat: dict[tuple[int, int], int] = {}
        self._day: dict[tuple[int, int], int] = {}
        for c in case.placeable:
            self._placed[c] = self._columns
            for p in case.suits[c]:
                self._seat[c, p] = self._columns
        self._rows = [row for c in case.placeable for row in self._of_candidate(c)]
        for p, pool in enumerate(case.pools):
            who = [self._seat[c, p] for c in case.placeable if p in case.suits[c]]
            if len(who) > pool.seats:
                self._rows.append((-inf, pool.seats, dict.fromkeys(who, 1)))

    @property
    def _columns(self) -> int:
        return len(self._placed) + len(self._seat) + len(self._day)

    def improved(
        self,
        start: Bundles,
        gains: Gains,
        floors: Sequence[tuple[Gains, int]],
        bound: int,
    ) -> tuple[Bundles, int]:
        """The best assignment by an aim, and a bound that no other is beyond.

        Args:
            start: an assignment to begin with, which is given back if none is better.
            floors: aims that come before, and what was reached of them.
            bound: one that is known already.
        """
        highs = self._run(start, gains, floors)
        found = self._read(highs.getSolution().col_value or self._values(start))
        # Presolve can take a start for a better one, and then give back the start itself
        # (HiGHS 1.16): what comes back is to be worth what is told, in whole numbers.
        if total(gains, found) < highs.getInfo().objective_function_value - 0.5:
            highs = self._run(None, gains, floors)
            found = self._read(highs.getSolution().col_value or self._values(start))
        best = max(start, found, key=lambda some: total(gains, some))
        most = min(bound, highs.getInfo().mip_dual_bound + _TOLERANCE)
        return best, max(total(gains, best), floor(most))

    def _run(
        self, known: Bundles | None, gains: Gains, floors: Sequence[tuple[Gains, int]]
    ) -> "Highs":
        # The public class prints a banner when it is made.
        highs: Highs = self._highspy._Highs()  # noqa: SLF001  # in the package's ``__all__``
        time = self._limits.time
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("mip_rel_gap", 0.0),
            # Totals are whole numbers, so less than one is no gap.
            ("mip_abs_gap", 0.99),
            ("mip_max_nodes", self._limits.nodes),
            ("time_limit", inf if time is None else time / timedelta(seconds=1)),
        ):
            highs.setOptionValue(name, value)
        highs.passModel(self._program(gains, floors))
        if known is not None:
            given = self._highspy.HighsSolution()
            given.col_value = self._values(known)
            highs.setSolution(given)
        highs.run()
        return highs

    def _of_candidate(self, c: int) -> Iterator[_Row]:
        """The doses of a candidate, no two groups at once, and enough days."""
        case, one, placed = self._case, self._case.candidates[c], self._placed[c]
        first = {p: case.pools[p].members[0] for p in case.suits[c]}
        for dose in one.doses:
            own = [self._seat[c, p] for p in first if case.pools[p].service == dose.service]
            yield 0, 0, {**dict.fromkeys(own, 1), placed: -dose.groups}
        days = {p: case.days[g] for p, g in first.items()}
        on_day = [frozenset(p for p in days if days[p] >> day & 1) for day in range(7)]
        groups = sum(dose.groups for dose in one.doses)
        apart = groups == one.days and all(some.bit_count() == 1 for some in days.values())
        together: set[frozenset[int]] = set(on_day) if apart else set()
        times = {p: case.times[g] for p, g in first.items()}
        # Of groups that share a moment, one begins at it.
        begins = all_bits(bits & ~(bits << 1) for bits in times.values())
        moments = [1 << place for place in range(begins.bit_length()) if begins >> place & 1]
        together |= {frozenset(p for p in times if times[p] & moment) for moment in moments}
        for some in sorted(together, key=sorted):
            if len(some) > 1 and not any(some < other for other in together):
                yield -inf, 0, {**{self._seat[c, p]: 1 for p in some}, placed: -1}
        if not apart and any(some.bit_count() < one.days for some in days.values()):
            for day, some in enumerate(on_day):
                self._day[c, day] = self._columns
                seats = {self._seat[c, p]: -1 for p in some}
                yield -inf, 0, {**seats, self._day[c, day]: 1}
            counted = {self._day[c, day]: 1 for day in range(7)}
            yield 0, inf, {**counted, placed: -one.days}

    def _costs(self, gains: Gains) -> dict[int, int]:
        """What each column adds to an aim."""
        placed = {column: gains[c][0] for c, column in self._placed.items()}
        seats = {column: gains[c][1].get(p, 0) for (c, p), column in self._seat.items()}
        return {column: gain for column, gain in (placed | seats).items() if gain}

    def _program(self, gains: Gains, floors: Sequence[tuple[Gains, int]]) -> "HighsLp":
        highspy, columns = self._highspy, self._columns
        rows = [*self._rows, *((least, inf, self._costs(before)) for before, least in floors)]
        costs = self._costs(gains)
        lp: HighsLp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, len(rows)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = [costs.get(column, 0) for column in range(columns)]
        lp.col_lower_, lp.col_upper_ = [0.0] * columns, [1.0] * columns
        lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
        lp.row_lower_, lp.row_upper_ = [row[0] for row in rows], [row[1] for row in rows]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = [0, *accumulate(len(row[2]) for row in rows)]
        lp.a_matrix_.index_ = [column for row in rows for column in row[2]]
        lp.a_matrix_.value_ = [factor for row in rows for factor in row[2].values()]
        return lp

    def _values(self, taken: Bundles) -> list[int]:
        values = [0] * self._columns
        for c, pools in taken.items():
            values[self._placed[c]] = 1
            for p in pools:
                values[self._seat[c, p]] = 1
                bits = self._case.days[self._case.pools[p].members[0]]
                for day in range(7):
                    if bits >> day & 1 and (c, day) in self._day:
                        values[self._day[c, day]] = 1
        return values

    def _read(self, values: Sequence[float]) -> Bundles:
        taken = {
            c: tuple(p for p in self._case.suits[c] if values[self._seat[c, p]] > 0.5)
            for c in self._placed
        }
        return {c: pools for c, pools in taken.items() if pools}


def _highspy() -> ModuleType:
    try:
        import highspy
    except ImportError as error:
        raise MissingExtraError("groups", "assigning patients to groups") from error
    return highspy
