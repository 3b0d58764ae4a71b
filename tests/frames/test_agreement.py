"""A solver, the evaluator and frames agree on all that is possible, with every operator.

The solver's model here is made from what facts and operators mean. It has nothing of the
library's own analysis, and a variable for each fact.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
import z3  # type: ignore[import-untyped]  # as in ``spaces``
from hypothesis import given, settings
from hypothesis import strategies as st

from iopkit.eligibility import (
    NEVER,
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Between,
    Choice,
    Compare,
    Criterion,
    Fact,
    FactSheet,
    Known,
    Not,
    Number,
    OneOf,
    Operator,
    Policy,
    Possible,
    Predicate,
    Scalar,
    Value,
    YesNo,
    evaluate,
)
from iopkit.eligibility.kinds import Kind
from iopkit.frames import decide_frame
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import predicates
from iopkit.truth import Truth

DAY = date(2026, 3, 2)
# Any: the solver and its terms have no types.
Term = Any
Row = Mapping[str, Value]


def not_known(_subject: object, _on: date) -> None:
    """A reader that knows nothing; these tests give facts' values themselves."""


def own(name: str, kind: Kind, *, dated: bool = False) -> AnyFact:
    return Fact(name, kind, "A fact of these tests.", not_known, dated=dated)


VISITS = own("visits", Number(0, 5, "visits", whole=True), dated=True)
MISSED = own("missed", Number(-2, 3, "visits", whole=True))
SHARE, LIMIT = own("share", Number(0, 3)), own("limit", Number(1, 2))
SINCE = own("since", Number(0, 4, "days", whole=True, never=True), dated=True)
STAGE = own("stage", Choice(("low", "mid", "high", "top"), ordered=True), dated=True)
COLOR = own("color", Choice(("red", "green", "blue")))
INSURED = own("insured", YesNo(), dated=True)
RECORDED = (VISITS, MISSED, SHARE, LIMIT, SINCE, STAGE, COLOR, INSURED)
ASKED = (
    *RECORDED,
    *(VISITS.less(MISSED), SHARE.less(LIMIT)),
    *(VISITS.within(days=20), SINCE.within(days=0), STAGE.since(DAY - timedelta(days=9))),
    INSURED.within(days=20),
)


# What is recorded


def values_in_order(kind: Kind) -> list[Scalar]:
    """All values of a kind; of numbers with fractions those in quarters, which add up exactly."""
    match kind:
        case YesNo():
            return [False, True]
        case Choice(options):
            return [*options]
        case Number(low, high):
            steps: Sequence[float] = range(int(low), int(high) + 1)
            if not kind.whole:
                steps = [quarter / 4 for quarter in range(int(4 * low), int(4 * high) + 1)]
            return [*steps, *([NEVER] if kind.never else [])]


@st.composite
def readings(draw: st.DrawFn, fact: AnyFact, *, sets: bool = True) -> Value:
    """Nothing, one value or several, with the day of the finding if it may have one.

    ``sets``: values without an order may be several, too, which no column can say.
    """
    each: list[Any] = values_in_order(fact.kind)  # of one kind
    places = st.integers(0, len(each) - 1)
    found = draw(st.none() | st.integers(-1, 25)) if fact.dated else None
    day = None if found is None else DAY - timedelta(days=found)
    match fact.kind:
        case Number():
            low, high = sorted((draw(places), draw(places)))
            known = Possible(each[low], each[high], found=day)
        case Choice(ordered=True):
            low, high = sorted((draw(places), draw(places)))
            known = Possible(options=frozenset(each[low : high + 1]), found=day)
        case _:
            most = len(each) if sets else 1
            options = st.frozensets(st.sampled_from(each), min_size=1, max_size=most)
            known = Possible(options=draw(options), found=day)
    return draw(st.just(known) | st.just(known.plain) | st.none())


rows = st.fixed_dictionaries({fact.name: readings(fact) for fact in RECORDED})
rows_of_columns = st.fixed_dictionaries(
    {fact.name: readings(fact, sets=False) for fact in RECORDED}
)


def evaluated(predicate: Predicate, row: Row) -> Truth:
    sheet = FactSheet.of(RECORDED, row, on=DAY).with_recent(ASKED).with_margins(ASKED)
    return evaluate(predicate, sheet.values())


# The model


def number_for(kind: Kind, value: Scalar) -> Term:
    """A value as a number of the solver's: its place among words, what it is, or beyond all."""
    match kind:
        case Choice(options):
            return options.index(str(value))
        case YesNo():
            return int(value)
        case Number(_, high):
            exact = Fraction(high) + 1 if value == NEVER else Fraction(value)
            return z3.RealVal(exact) if exact.denominator > 1 else exact.numerator


def of_kind(kind: Kind, term: Term) -> Term:
    match kind:
        case Number(low, high):
            inside = z3.And(number_for(kind, low) <= term, term <= number_for(kind, high))
            return z3.Or(inside, term == number_for(kind, NEVER)) if kind.never else inside
        case _:
            return z3.Or([term == number_for(kind, value) for value in values_in_order(kind)])


def is_among(kind: Kind, term: Term, value: Value) -> Term:
    """That a value is possible."""
    if not isinstance(value, Possible):
        return term == number_for(kind, value) if value is not None else of_kind(kind, term)
    if value.low is not None and value.high is not None:
        low, high = (number_for(kind, end) for end in (value.low, value.high))
        return z3.And(of_kind(kind, term), low <= term, term <= high)
    among = z3.Or([term == number_for(kind, option) for option in value.options])
    return among if value.options else of_kind(kind, term)


def is_proven(formula: Term) -> bool:
    """That a formula holds whatever the values of its variables are."""
    solver = z3.Solver()
    solver.add(z3.Not(formula))
    return bool(solver.check() == z3.unsat)


class Model:
    """What can be of one patient."""

    def __init__(self, row: Row) -> None:
        self.row = row

    def term(self, fact: AnyFact, of: str = "") -> tuple[Term, Term]:
        """A fact's variable, and what is possible of it; ``of``: of another such patient."""
        if fact.terms:
            (one, first), (other, second) = (self.term(each, of) for each in fact.terms)
            return one - other, z3.And(first, second)
        whole = not isinstance(fact.kind, Number) or fact.kind.whole
        variable = (z3.Int if whole else z3.Real)(f"{fact.name} {of}")
        return variable, is_among(fact.kind, variable, self.recorded(fact))

    def recorded(self, fact: AnyFact) -> Value:
        value = self.row[fact.asked]
        if fact.recency is None:
            return value
        found = value.found if isinstance(value, Possible) else None
        since, days = fact.recency.since, fact.recency.within_days
        old = found is None or (found < since if since else (DAY - found).days > (days or 0))
        return None if old or (found and found > DAY) else value

    def can_be_anything(self, fact: AnyFact) -> bool:
        if fact.terms:
            return any(map(self.can_be_anything, fact.terms))
        variable, possible = self.term(fact)
        return is_proven(z3.Implies(of_kind(fact.kind, variable), possible))

    def holds(self, atom: Predicate) -> Term:
        """That what is asked of a fact is so of its value; that it is known, is so or not."""
        match atom:
            case Compare(fact, operator, value):
                term, number = self.term(fact)[0], number_for(fact.kind, value)
                return {
                    Operator.AT_LEAST: term >= number,
                    Operator.MORE_THAN: term > number,
                    Operator.AT_MOST: term <= number,
                    Operator.LESS_THAN: term < number,
                    Operator.EQUALS: term == number,
                }[operator]
            case Between(fact, low, high):
                term = self.term(fact)[0]
                return z3.And(
                    number_for(fact.kind, low) <= term, term <= number_for(fact.kind, high)
                )
            case OneOf(fact, values):
                term = self.term(fact)[0]
                return z3.Or([term == number_for(fact.kind, value) for value in values])
            case Known(fact):
                (one, first), (other, second) = self.term(fact), self.term(fact, "other")
                same = is_proven(z3.Implies(z3.And(first, second), one == other))
                return z3.BoolVal(same)
            case Not(part):
                return z3.Not(self.holds(part))
            case AllOf(parts):
                return z3.And([*map(self.holds, parts)])
            case AnyOf(parts):
                return z3.Or([*map(self.holds, parts)])
            case AtLeast(count, parts):
                return z3.Sum([z3.If(self.holds(part), 1, 0) for part in parts]) >= count

    def truth(self, predicate: Predicate) -> float:
        """0 is no, 1 is yes and 0.5 is not known; of parts, as many as hold or may."""
        match predicate:
            case Not(part):
                return 1 - self.truth(part)
            case AllOf(parts):
                return min(map(self.truth, parts), default=1)
            case AnyOf(parts):
                return max(map(self.truth, parts), default=0)
            case AtLeast(count, parts):
                each = [*map(self.truth, parts)]
                sure, perhaps = sum(part == 1 for part in each), sum(map(ceil, each))
                return (int(sure >= count) + int(perhaps >= count)) / 2
            case Known():
                return float(is_proven(self.holds(predicate)))
            case Compare(fact) | Between(fact) | OneOf(fact):
                if self.can_be_anything(fact):
                    return 0.5
                possible, holds = self.term(fact)[1], self.holds(predicate)
                if is_proven(z3.Implies(possible, holds)):
                    return 1
                return 0 if is_proven(z3.Implies(possible, z3.Not(holds))) else 0.5

    def everything(self) -> Term:
        """All that is possible of all facts together."""
        return z3.And([self.term(fact)[1] for fact in ASKED])


TRUTHS = {0: Truth.NO, 0.5: Truth.UNKNOWN, 1: Truth.YES}


@given(st.lists(predicates(ASKED), min_size=4, max_size=8), rows)
def test_the_evaluator_says_what_a_solver_says_of_all_that_is_possible(
    asked: list[Predicate], row: Row
) -> None:
    model = Model(row)
    for predicate in asked:
        assert evaluated(predicate, row) is TRUTHS[model.truth(predicate)]


@given(predicates(ASKED), rows)
def test_what_is_settled_holds_however_the_rest_turns_out(predicate: Predicate, row: Row) -> None:
    model, truth = Model(row), evaluated(predicate, row)
    holds = model.holds(predicate)
    if truth is not Truth.UNKNOWN:
        settled = holds if truth is Truth.YES else z3.Not(holds)
        assert is_proven(z3.Implies(model.everything(), settled))


# Columns


def column(fact: AnyFact) -> pa.DataType:
    match fact.kind:
        case YesNo():
            return pa.bool_()
        case Choice():
            return pa.string()
        case Number():
            # What may be never is as large as numbers get.
            return pa.int64() if fact.kind.whole and not fact.kind.never else pa.float64()


def columns_of(fact: AnyFact, readings: Sequence[Value]) -> dict[str, pa.Array]:
    """The columns that say what is possible of a fact, and the day when it was found."""

    def end(value: Value, place: int) -> Scalar | None:
        if not isinstance(value, Possible):
            return value
        if value.low is not None and value.high is not None:
            return (value.low, value.high)[place]
        options = [one for one in values_in_order(fact.kind) if value.holds(one)]
        return None if value.is_anything else options[place]

    found = [value.found if isinstance(value, Possible) else None for value in readings]
    ordered = fact not in (COLOR, INSURED)
    names = {f"{fact.name}_least": 0, f"{fact.name}_most": -1} if ordered else {fact.name: 0}
    return {
        **{
            name: pa.array([end(value, place) for value in readings], column(fact))
            for name, place in names.items()
        },
        **({f"{fact.name}_found": pa.array(found, pa.date32())} if fact.dated else {}),
    }


# Two that have one expression for each predicate; each engine has tests of its own.
ENGINES: Mapping[str, Callable[[pa.Table], Any]] = {
    "polars": lambda table: pl.DataFrame(pl.from_arrow(table)),
    "duckdb": duckdb.from_arrow,
}


@pytest.mark.parametrize("engine", ENGINES)
# Each example is a query of hundreds of terms, so they are few and large.
@settings(max_examples=max(1, settings().max_examples // 10))
@given(
    asked=st.lists(predicates(ASKED), min_size=3, max_size=3),
    row_by_row=st.lists(rows_of_columns, min_size=6, max_size=6),
)
def test_frames_say_what_the_evaluator_says_of_ranges_differences_and_recent_findings(
    engine: str, asked: list[Predicate], row_by_row: list[Row]
) -> None:
    source = Source("A made-up rule 1", Grade.SECONDARY)
    criteria = tuple(Criterion(f"c{n}", "", each, source) for n, each in enumerate(asked))
    policy = Policy("made-up", "", Versions((Dated(date(2024, 1, 1), criteria, source),)))
    table = pa.table(
        {
            name: values
            for fact in RECORDED
            for name, values in columns_of(fact, [row[fact.name] for row in row_by_row]).items()
        }
    )
    decided = nw.from_native(decide_frame(policy, ENGINES[engine](table), on=DAY, criteria=True))
    seen = decided.collect() if isinstance(decided, nw.LazyFrame) else decided
    for number, each in enumerate(asked):
        expected = [evaluated(each, row).value for row in row_by_row]
        assert seen[f"criterion_c{number}"].to_list() == expected
