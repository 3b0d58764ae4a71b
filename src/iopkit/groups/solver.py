"""The choice of groups for all candidates at once, as an integer program.

Needs the extra ``groups``.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import accumulate, count
from math import floor, inf
from types import ModuleType
from typing import TYPE_CHECKING, Any

from attrs import field

from iopkit.confidential import hidden
from iopkit.errors import MissingExtraError, refuse, unless
from iopkit.fields import frozen
from iopkit.groups.combinations import all_bits
from iopkit.groups.matching import Applicant, Combinations, Matching, Pool

if TYPE_CHECKING:
    from highspy import Highs, HighsLp


@frozen(repr=False)
class Gain:
    """What a candidate adds to an aim by having a place, and by a seat in each pool."""

    place: int
    seats: Mapping[Pool, int] = field(factory=dict[Pool, int])

    __repr__ = hidden


Gains = Mapping[Applicant, Gain]
"""What each candidate adds to an aim."""


@frozen(repr=False)
class Floor:
    """An aim that comes before, and the least that is to be reached of it."""

    gains: Gains
    least: int

    __repr__ = hidden


@frozen
class _Row:
    """A sum over columns by their factors, and its bounds."""

    low: float
    high: float
    factors: Mapping[int, int]


_TOLERANCE = 1e-5
_STEPS = 1000
"""Steps of the simplex method that count as one look."""


@frozen
class Limits:
    """What the solver may spend on one aim.

    ``nodes`` counts the cases that it tells apart. ``work`` is what it does between its own
    looks at limits, each counted as the candidates and the groups that suit them: a roster of
    a thousand candidates and 80 groups has 40,000 of those, and so seven looks. A thousand
    steps of the simplex method count as a look. Both are the same on every machine. With a
    ``time``, results can differ between runs; ``None``: as long as it takes.
    """

    nodes: int = 1000
    time: timedelta | None = None
    work: int = 300_000

    def __attrs_post_init__(self) -> None:
        ok = self.time is None or self.time > timedelta(0)
        refuse(
            "limits",
            unless(self.nodes >= 1, "nodes", "at least 1", self.nodes),
            unless(ok, "time", "some time", self.time),
            unless(self.work >= 1, "work", "at least 1", self.work),
        )


def total(gains: Gains, taken: Combinations) -> int:
    """What an assignment reaches of an aim."""
    return sum(
        gains[one].place + sum(gains[one].seats.get(pool, 0) for pool in pools)
        for one, pools in taken.items()
    )


class Solver:
    """HiGHS, on one thread and from one seed, with limits that count its work.

    A column for each candidate who can be placed is 1 if that is so, and one for each pool
    that suits the candidate is 1 if a seat of it is taken. Where days are counted, one for
    each weekday is at most 1, and 0 without a group on it.
    """

    def __init__(self, matching: Matching, limits: Limits) -> None:
        self._highspy = _highspy()
        self._limits = limits
        self._seconds = inf  # that are left for the aim in hand
        # What was found best by the aim that comes next, and that aim, if it was looked at.
        self._ahead: tuple[Combinations | None, Gains] | None = None
        self._columns = 0
        self._placed: dict[Applicant, int] = {}
        self._seats: dict[Applicant, Mapping[Pool, int]] = {}
        self._days: dict[Applicant, Sequence[int]] = {}
        for one in matching.placeable:
            self._placed[one], *seats = self._more(1 + len(one.suits))
            self._seats[one] = dict(zip(one.suits, seats, strict=True))
        self._rows = [row for one in matching.placeable for row in self._rows_of(one)]
        for pool in matching.pools:
            who = [seats[pool] for seats in self._seats.values() if pool in seats]
            if len(who) > pool.seats:
                self._rows.append(_Row(-inf, pool.seats, dict.fromkeys(who, 1)))

    def _more(self, number: int) -> Sequence[int]:
        """So many columns more."""
        first, self._columns = self._columns, self._columns + number
        return range(first, self._columns)

    def improved(
        self,
        start: Combinations,
        gains: Gains,
        *,
        floors: Sequence[Floor],
        bound: int,
        then: Gains | None = None,
    ) -> tuple[Combinations, int]:
        """The best assignment by an aim, and a bound that no other is beyond.

        Args:
            start: an assignment to begin with, which is given back if none is better.
            floors: aims that come before, and what was reached of them.
            bound: one that is known already.
            then: the aim that comes next, by which to choose first among those at the bound.
        """
        if self._ahead is not None and self._ahead[0] is start and self._ahead[1] is gains:
            return start, total(gains, start)
        time = self._limits.time
        self._seconds = inf if time is None else time / timedelta(seconds=1)
        # Numbers that need not be whole are found in a fifth of the time of a search. Mostly
        # they are whole all the same, or those are that are best by the next aim: that settles
        # the benchmark's 30, 300 and 3,000 patients. A search alone left 3,000 at 39,907 points
        # of at most 46,886, which is what they reach.
        found, most = self._relaxed(gains, floors)
        bound = floor(min(bound, most))
        if found is None and then is not None and total(gains, start) < bound and most < inf:
            found, _ = self._relaxed(then, [*floors, Floor(gains, bound)])
            self._ahead = found, then
        best = start if found is None else found
        if total(gains, best) < bound:
            best, most = self._searched(best, gains, floors)
        return best, max(total(gains, best), floor(min(bound, most)))

    def _relaxed(self, gains: Gains, floors: Sequence[Floor]) -> tuple[Combinations | None, float]:
        """What is best if numbers need not be whole, and its bound; ``None`` if some are not."""
        # The simplex method ends at an optimum, or at a limit.
        highs = self._loaded(self._program(gains, floors))
        # Presolve leaves next to nothing out, and takes 9 ms of 10 for the 30 patients.
        highs.setOptionValue("presolve", "off")
        steps = _STEPS * self._limits.work // self._columns
        highs.setOptionValue("simplex_iteration_limit", steps)
        self._run(highs)
        if highs.getModelStatus() != self._highspy.HighsModelStatus.kOptimal:
            return None, inf
        most = highs.getInfo().objective_function_value + _TOLERANCE
        values = highs.getSolution().col_value
        whole = all(abs(value - round(value)) < _TOLERANCE for value in values)
        return self._read(values) if whole else None, most

    def _searched(
        self, start: Combinations, gains: Gains, floors: Sequence[Floor]
    ) -> tuple[Combinations, float]:
        """The best assignment that branch and bound finds, and its bound."""
        # Over all candidates' columns at once. It ends when no assignment can be better by a
        # whole number, or at a limit: each node costs a linear program or more, and their
        # number can double with each column.
        program = self._program(gains, floors)
        program.integrality_ = [self._highspy.HighsVarType.kInteger] * self._columns
        highs = self._branched(program, start)
        found = self._read(highs.getSolution().col_value or self._values(start))
        # Presolve can take a start for a better one, and then give back the start itself
        # (HiGHS 1.16): what comes back is to be worth what is told, in whole numbers.
        if total(gains, found) < highs.getInfo().objective_function_value - 0.5:
            highs = self._branched(program, None)
            found = self._read(highs.getSolution().col_value or self._values(start))
        best = max(start, found, key=lambda some: total(gains, some))
        return best, highs.getInfo().mip_dual_bound + _TOLERANCE

    def _branched(self, program: "HighsLp", known: Combinations | None) -> "Highs":
        highs = self._loaded(program)
        looks = count(1)

        def look(*told: Any) -> None:  # noqa: ANN401  # of classes of the extra
            _kind, _message, _seen, wish, _data = told
            wish.user_interrupt = next(looks) * self._columns > self._limits.work

        highs.setCallback(look, None)
        highs.startCallback(self._highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
        if known is not None:
            given = self._highspy.HighsSolution()
            given.col_value = self._values(known)
            highs.setSolution(given)
        self._run(highs)
        return highs

    def _loaded(self, program: "HighsLp") -> "Highs":
        # The public class prints a banner when it is made.
        highs: Highs = self._highspy._Highs()  # noqa: SLF001  # in the package's ``__all__``
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("mip_rel_gap", 0.0),
            # Totals are whole numbers, so less than one is no gap.
            ("mip_abs_gap", 0.99),
            ("mip_max_nodes", self._limits.nodes),
            ("time_limit", max(0.0, self._seconds)),
        ):
            highs.setOptionValue(name, value)
        highs.passModel(program)
        return highs

    def _run(self, highs: "Highs") -> None:
        highs.run()
        self._seconds -= highs.getRunTime()

    def _rows_of(self, one: Applicant) -> Iterator[_Row]:
        """The doses of a candidate, no two groups at once, and enough days."""
        placed, seats, days = self._placed[one], self._seats[one], one.candidate.days
        one_of: list[set[int]] = []
        for dose in one.candidate.doses:
            own = {column for pool, column in seats.items() if pool.service == dose.service}
            yield _Row(0, 0, {**dict.fromkeys(sorted(own), 1), placed: -dose.groups})
            if dose.groups == 1:
                one_of.append(own)
        on_day = [
            frozenset(column for pool, column in seats.items() if pool.days >> day & 1)
            for day in range(7)
        ]
        groups = sum(dose.groups for dose in one.candidate.doses)
        # With as many days as groups, and groups on one day each, no two are on the same.
        apart = groups == days and all(pool.days.bit_count() == 1 for pool in seats)
        clashes = {*_at_once(seats), *(on_day if apart else ())}
        # A seat alone has a row too, so that half a place brings no whole seat: without it the
        # bound for the benchmark's 300 patients was 4,675 and not 4,667, and took a search.
        for columns in sorted(clashes, key=sorted):
            within = (*(columns < other for other in clashes), *map(columns.issubset, one_of))
            if columns and not any(within):
                yield _Row(-inf, 0, {**dict.fromkeys(columns, 1), placed: -1})
        if not apart and any(pool.days.bit_count() < days for pool in seats):
            self._days[one] = counted = self._more(7)
            for column, columns in zip(counted, on_day, strict=True):
                yield _Row(-inf, 0, {**dict.fromkeys(columns, -1), column: 1})
            yield _Row(0, inf, {**dict.fromkeys(counted, 1), placed: -days})

    def _costs(self, gains: Gains) -> dict[int, int]:
        """What each column adds to an aim."""
        costs = {column: gains[one].place for one, column in self._placed.items()}
        for one, seats in self._seats.items():
            costs |= {column: gains[one].seats.get(pool, 0) for pool, column in seats.items()}
        return {column: cost for column, cost in costs.items() if cost}

    def _program(self, gains: Gains, floors: Sequence[Floor]) -> "HighsLp":
        highspy, columns, costs = self._highspy, self._columns, self._costs(gains)
        before = (_Row(aim.least, inf, self._costs(aim.gains)) for aim in floors)
        rows = [*self._rows, *before]
        lp: HighsLp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, len(rows)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = [costs.get(column, 0) for column in range(columns)]
        lp.col_lower_, lp.col_upper_ = [0.0] * columns, [1.0] * columns
        lp.row_lower_, lp.row_upper_ = [row.low for row in rows], [row.high for row in rows]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = [0, *accumulate(len(row.factors) for row in rows)]
        lp.a_matrix_.index_ = [column for row in rows for column in row.factors]
        lp.a_matrix_.value_ = [factor for row in rows for factor in row.factors.values()]
        return lp

    def _values(self, taken: Combinations) -> list[int]:
        values = [0] * self._columns
        for one, pools in taken.items():
            values[self._placed[one]] = 1
            for pool in pools:
                values[self._seats[one][pool]] = 1
                for day, column in enumerate(self._days.get(one, ())):
                    values[column] |= pool.days >> day & 1
        return values

    def _read(self, values: Sequence[float]) -> Combinations:
        taken = {
            one: tuple(pool for pool, column in seats.items() if values[column] > 0.5)
            for one, seats in self._seats.items()
        }
        return {one: pools for one, pools in taken.items() if pools}


def _at_once(seats: Mapping[Pool, int]) -> Iterator[frozenset[int]]:
    """The columns of pools that share a moment of the week, for each at which one begins."""
    # Where groups overlap, one of them begins: no other moment tells more.
    begins = all_bits(pool.times & ~(pool.times << 1) for pool in seats)
    for place in range(begins.bit_length()):
        if begins >> place & 1:
            yield frozenset(column for pool, column in seats.items() if pool.times >> place & 1)


def _highspy() -> ModuleType:
    try:
        import highspy
    except ImportError as error:
        raise MissingExtraError("groups", "assigning patients to groups") from error
    return highspy
