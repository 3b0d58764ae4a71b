"""Measures over a table of entries: a data frame of cases, on any engine.

The engine keeps the rows of the kinds of events that are asked for; Polars does the rest.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar, cast

from iopkit.courses.happenings import Happening
from iopkit.courses.measure_rules import (
    CountedEntry,
    DaysUntil,
    FollowUp,
    FollowUpStep,
    LeavingCode,
    LeftFor,
    Measure,
    MeasuredDays,
    MeasureRule,
    RetainedFor,
    StayLength,
    StayLengthBin,
)
from iopkit.courses.measured_cases import MeasureReason
from iopkit.courses.stay_figures import bin_codes
from iopkit.errors import Fault, each_a, refuse, refuse_moments, unless, unless_a
from iopkit.frames.engines import Engine
from iopkit.frames.entry_tables import (
    CONTACTS,
    IN,
    OUT,
    EntryTable,
    field_told,
    is_one_of,
    read_entries,
)

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")

_FIGURES = FollowUp | DaysUntil | StayLength | LeavingCode | LeftFor | RetainedFor
_StayFigure: TypeAlias = StayLength | LeavingCode | LeftFor | RetainedFor


def measured_columns(  # noqa: PLR0913  # as measure has them
    entries: T,
    measures: Iterable[Measure],
    *,
    period: MeasuredDays,
    on: date | None = None,
    open_rolls: T | None = None,
    version_on: date | None = None,
    assume_in_force: bool = False,
) -> T:
    """The cases of measures of many courses, from a table of their entries.

    They are those that ``measure`` gives for the courses that these entries make. Faults are not
    looked for: entries that do not fit have to be left out before, as ``collect`` tells them.

    Args:
        entries: a row for each, as ``entry_rows`` makes them, with the columns ``course``, ``key``,
            ``on``, ``recorded``, ``kind``, ``replaces`` and ``body``; ``on`` and ``recorded`` may
            be texts, or a day and an instant.
        measures: those that need nothing but entries and their kinds: follow-ups of one step, days
            until, and stays' lengths, ends and retention.
        period: as ``measure`` has it, as are ``on``, ``version_on`` and ``assume_in_force``.
        open_rolls: the sessions without a roll by ``on``, with the columns ``course`` and ``on``,
            as ``open_roll_rows`` gives them. Without it there is none.

    Returns:
        A row for each case in no order, with the columns ``measure``, ``course``, ``since``,
        ``counted``, ``why``, ``low``, ``high``, ``answer`` and ``at_least``, as ``MeasureRow`` has
        them, in a frame like the one given.

    Raises:
        InvalidError: a column is missing, or a measure asks for more than there is in the table.
        MissingExtraError: the extra ``tables`` is not installed.
        TypeError: ``entries`` is not a frame.
    """
    refuse("measure", unless_a(period, "period", MeasuredDays))
    refuse_moments("measure", on=on, version_on=version_on)
    by = period.last if on is None else on
    given = each_a("measure", measures, "measures", Measure)
    rules = [
        measure.versions.on(
            version_on or period.start, assume_in_force=assume_in_force, of=measure.name
        ).value
        for measure in given
    ]
    refuse(
        "measures",
        unless(bool(given), "measures", "at least one", "none"),
        *(_rule_faults(place, rule) for place, rule in enumerate(rules)),
    )
    import polars as pl

    kinds = {kind for rule in rules for kind in _kinds((*rule.starts, *_counts_of(rule)))}
    engine, rows = read_entries(entries, kinds | {*CONTACTS})
    table = EntryTable(rows, open_rolls, by, _sets(rules))
    starts = {each: _started(table, each, period) for each in {*map(_start_of, rules)}}
    cases = (
        each.select(pl.lit(measure.name).alias("measure"), *_RESULT[1:])
        for measure, rule in zip(given, rules, strict=True)
        for each in _cases(table, rule, starts[_start_of(rule)])
    )
    result: T = _like_given(engine, entries, pl.concat(cases))
    return result


_RESULT = (
    *("measure", "course", "since", "counted", "why"),
    *("low", "high", "answer", "at_least"),
)


def _rule_faults(place: int, rule: MeasureRule) -> tuple[Fault, ...]:
    """What a rule asks that a table of entries does not have."""
    counted = [*rule.starts, *_counts_of(rule)]
    figure = rule.figure
    one_step = not isinstance(figure, FollowUp) or (
        len(figure.steps) == 1 and figure.steps[0].times == 1 and not figure.steps[0].alone
    )
    of_stays = isinstance(figure, FollowUp | DaysUntil) or _kinds(rule.starts) <= {*IN, *OUT}
    ok = (
        isinstance(figure, _FIGURES)
        and one_step
        and of_stays
        and not rule.exclusions
        and rule.least_age is None
        and all(isinstance(each, Happening) and not each.having for each in counted)
        and not _kinds(rule.starts) & _kinds(_counts_of(rule))
    )
    expected = "kinds of events alone, counted in one step, without exclusions and ages"
    fault = Fault(("measures", place), expected, "more", "use measure on courses")
    return () if ok else (fault,)


def _counts_of(rule: MeasureRule) -> tuple[CountedEntry, ...]:
    match rule.figure:
        case FollowUp(steps):
            return tuple(each for step in steps for each in step.counts)
        case DaysUntil(counts, until):
            return (*counts, *until)
        case _:
            return ()


def _kinds(counts: Iterable[CountedEntry]) -> frozenset[str]:
    return frozenset(each.kind for each in counts if isinstance(each, Happening))


def _sets(rules: Iterable[MeasureRule]) -> tuple[frozenset[str], ...]:
    """The sets of kinds of which the first and last days are asked for."""
    found: dict[frozenset[str], None] = {}
    for rule in rules:
        match rule.figure:
            case FollowUp(steps):
                found[_kinds(steps[0].counts)] = None
            case DaysUntil(counts, until):
                found[_kinds(counts)] = None
                found[_kinds(until)] = None
            case _:
                found[frozenset(CONTACTS)] = None
    return tuple(each for each in found if each)


class _Start(NamedTuple):
    """What a rule starts from, which rules have in common."""

    kinds: frozenset[str]
    of_stays: bool
    once: bool
    before_end: int
    counted_from: str | None


class _Started(NamedTuple):
    """What was started from, with the day that counts; and the cases that are not counted."""

    counted: "pl.DataFrame"
    not_counted: "list[pl.DataFrame]"


def _start_of(rule: MeasureRule) -> _Start:
    of_stays = not isinstance(rule.figure, FollowUp | DaysUntil)
    return _Start(_kinds(rule.starts), of_stays, rule.once, rule.before_end, rule.counted_from)


def _started(table: EntryTable, start: _Start, period: MeasuredDays) -> _Started:
    """The events that are started from, with their stays, and the cases of all others."""
    import polars as pl

    starts = _starts(table, start, period)
    none = table.courses.join(starts, on="place", how="anti").with_columns(
        since=pl.lit(None, pl.Date), **_not_counted("no", MeasureReason.NEVER_STARTED)
    )
    since, first = pl.col("since"), pl.col("start" if start.of_stays else "since")
    unknown = starts.filter(since.is_null()).with_columns(
        **_not_counted("unknown", MeasureReason.DAY_NOT_KNOWN)
    )
    outside = starts.filter(since.is_not_null() & first.is_null()).with_columns(
        **_not_counted("no", MeasureReason.NO_STAY)
    )
    counted = starts.filter(since.is_not_null() & first.is_not_null())
    return _Started(counted, [none, unknown, outside])


def _not_counted(counted: str, why: MeasureReason) -> "dict[str, pl.Expr]":
    import polars as pl

    numbers = dict.fromkeys(("low", "high", "at_least"), pl.lit(None, pl.Float64))
    words = {"counted": pl.lit(counted), "why": pl.lit(why.value)}
    return {**words, **numbers, "answer": pl.lit(None, pl.String)}


def _starts(table: EntryTable, start: _Start, period: MeasuredDays) -> "pl.DataFrame":
    """The events that are started from, with the days that they count from, and their stays."""
    import polars as pl

    kinds, last = start.kinds, period.last - timedelta(days=start.before_end)
    if not start.of_stays:
        starts = table.of(kinds).select("place", "course", "body", since="on")
    else:
        begun = table.stays.filter(is_one_of(kinds)).with_columns(since="start")
        ended = table.stays.filter(pl.col("left").is_in(sorted(kinds)))
        ended = ended.with_columns(since="end", body="told")
        died = table.of(kinds & {"died"}).select("place", "course", "body", since="on")
        outside = died.join(ended, on=["place", "since"], how="anti")
        starts = pl.concat([begun, ended, outside], how="diagonal")
    starts = starts.filter(pl.col("since").is_between(period.start, last))
    if start.once:
        starts = starts.sort("since").unique("place", keep="first", maintain_order=True)
    if start.counted_from is not None:
        told = field_told(starts["body"], start.counted_from)
        starts = starts.with_columns(since=told.str.to_date("%Y-%m-%d"))
    return starts


def _cases(table: EntryTable, rule: MeasureRule, started: _Started) -> "list[pl.DataFrame]":
    """The cases of a rule, a row for each: those that are not counted, and the others."""
    import polars as pl

    match figure := rule.figure:
        case FollowUp(steps):
            found = _followed(table, started.counted, steps[0])
        case DaysUntil():
            found = _until(table, started.counted, figure)
        case _:
            stays = cast("_StayFigure", figure)  # others have been refused
            found = _of_stays(table, started.counted, stays)
    numbers = [pl.col(name).cast(pl.Float64) for name in ("low", "high", "at_least")]
    found = found.with_columns(pl.col("answer").cast(pl.String), *numbers, counted=pl.lit("yes"))
    return [*started.not_counted, found]


def _followed(table: EntryTable, starts: "pl.DataFrame", step: FollowUpStep) -> "pl.DataFrame":
    import polars as pl

    kinds = _kinds(step.counts)
    since, to = pl.col("since"), pl.col("to")
    asked = starts.select(
        "place",
        "course",
        "since",
        (since + timedelta(days=step.first)).alias("from"),
        (since + timedelta(days=step.last)).alias("to"),
    )
    found = table.with_rolls(table.nearest(asked, kinds, "found"), kinds)
    is_open = (to > table.on) & pl.col("died").is_null()
    why = _first_of(
        (pl.col("found").is_not_null(), MeasureReason.COUNTED),
        (is_open, MeasureReason.STILL_OPEN),
        (pl.col("roll").is_not_null(), MeasureReason.ROLL_OPEN),
    )
    answer = (
        pl.when(pl.col("found").is_not_null())
        .then(pl.lit("yes"))
        .when(is_open | pl.col("roll").is_not_null())
        .then(pl.lit("unknown"))
        .otherwise(pl.lit("no"))
    )
    return found.with_columns(why=why, answer=answer, **_no_number())


def _until(table: EntryTable, starts: "pl.DataFrame", figure: DaysUntil) -> "pl.DataFrame":
    import polars as pl

    kinds = _kinds(figure.counts)
    since, found, ended, roll = map(pl.col, ("since", "found", "ended", "roll"))
    asked = starts.select("place", "course", "since", since.alias("from"), to=pl.lit(table.on))
    asked = table.nearest(asked, kinds, "found")
    asked = table.nearest(asked, _kinds(figure.until), "ended")
    asked = asked.with_columns(pl.when((ended < found).not_().fill_null(value=True)).then(found))
    asked = asked.with_columns(to=pl.coalesce(found, ended, pl.lit(table.on)))
    asked = table.with_rolls(asked, kinds)
    open_roll = roll.is_not_null() & ((roll < pl.col("to")) | found.is_null())
    days = (found - since).dt.total_days()
    least = (roll - since).dt.total_days()
    no_more = ended.is_not_null() | pl.col("died").is_not_null()
    is_open = ~open_roll & found.is_null() & ~no_more
    return asked.with_columns(
        low=pl.when(found.is_not_null()).then(pl.when(open_roll).then(least).otherwise(days)),
        high=days,
        at_least=pl.when(open_roll)
        .then(least)
        .when(is_open)
        .then((pl.lit(table.on) - since).dt.total_days()),
        answer=pl.lit(None, pl.String),
        why=_first_of(
            (open_roll, MeasureReason.ROLL_OPEN),
            (found.is_not_null(), MeasureReason.COUNTED),
            (no_more, MeasureReason.NO_MORE),
            otherwise=MeasureReason.STILL_OPEN,
        ),
    )


def _of_stays(table: EntryTable, stays: "pl.DataFrame", figure: _StayFigure) -> "pl.DataFrame":
    match figure:
        case StayLength():
            return _lengths(table, stays, figure)
        case RetainedFor(days):
            return _retained(stays, days)
        case LeavingCode() | LeftFor():
            return _leavings(stays, figure)


def _lengths(table: EntryTable, stays: "pl.DataFrame", figure: StayLength) -> "pl.DataFrame":
    import polars as pl

    ended, least, most = pl.col("end").is_not_null(), pl.col("fewest"), pl.col("longest")
    one: tuple[pl.Expr, pl.Expr] = pl.lit(0), pl.lit(0)
    if figure.both_days:
        stays = stays.join(table.levels, on=["place", "start"], how="left")
        at_home = pl.col("level") < 3
        sure, possible = (at_home.fill_null(value=value) for value in (False, True))
        one = sure.cast(pl.Int64), possible.cast(pl.Int64)
    stays = stays.with_columns(
        fewest=pl.max_horizontal(pl.lit(1), pl.col("least") + one[0]),
        longest=pl.max_horizontal(pl.lit(1), pl.col("most") + one[1]),
    )
    in_part = least != most
    if figure.bins:
        stays = stays.join(_answers(stays, figure.bins), on=["fewest", "longest"], how="left")
        in_part = pl.col("answer").str.contains(" or ")
        numbers = _no_number()
    else:
        stays = stays.with_columns(answer=pl.lit(None, pl.String))
        numbers = {"low": pl.when(ended).then(least), "high": pl.when(ended).then(most)}
    numbers["at_least"] = pl.when(~ended).then(least)
    why = _first_of(
        (~ended, MeasureReason.STILL_OPEN),
        (~in_part, MeasureReason.COUNTED),
        (pl.col("most") > pl.col("least"), MeasureReason.ROLL_OPEN),
        otherwise=MeasureReason.NOT_RECORDED,
    )
    answer = pl.when(ended).then("answer")
    return stays.with_columns(why=why, answer=answer, **numbers)


def _answers(stays: "pl.DataFrame", bins: tuple[StayLengthBin, ...]) -> "pl.DataFrame":
    """For each span of days that there is the codes that it can have."""
    import polars as pl

    spans = stays.select("fewest", "longest").unique()
    answers = [" or ".join(bin_codes(low, high, bins)) for low, high in spans.iter_rows()]
    return spans.with_columns(answer=pl.Series(answers, dtype=pl.String))


def _retained(stays: "pl.DataFrame", days: int) -> "pl.DataFrame":
    import polars as pl

    seen, may_be = pl.col("least") >= days, pl.col("most") >= days
    is_open = pl.col("end").is_null()
    why = _first_of(
        (seen, MeasureReason.COUNTED),
        (is_open, MeasureReason.STILL_OPEN),
        (may_be, MeasureReason.ROLL_OPEN),
    )
    answer = (
        pl.when(seen)
        .then(pl.lit("yes"))
        .when(is_open | may_be)
        .then(pl.lit("unknown"))
        .otherwise(pl.lit("no"))
    )
    return stays.with_columns(why=why, answer=answer, **_no_number())


def _leavings(stays: "pl.DataFrame", figure: LeavingCode | LeftFor) -> "pl.DataFrame":
    import polars as pl

    stays = stays.with_columns(reason=field_told(stays["told"], "reason"))
    reason = pl.col("reason")
    died = pl.col("left") == "died"
    if isinstance(figure, LeftFor):
        is_one = reason.is_in([each.value for each in figure.reasons])
        answer = pl.when(is_one.fill_null(value=False)).then(pl.lit("yes")).otherwise(pl.lit("no"))
    else:
        codes = {each.value: code for each, code in figure.codes}
        coded = reason.replace_strict(codes, default=None, return_dtype=pl.String)
        answer = pl.when(died).then(pl.lit(figure.died)).otherwise(coded)
    known = pl.col("end").is_not_null() & (died | reason.is_not_null())
    why = _first_of(
        (known, MeasureReason.COUNTED),
        (pl.col("end").is_null(), MeasureReason.STILL_OPEN),
        otherwise=MeasureReason.NOT_RECORDED,
    )
    return stays.with_columns(why=why, answer=pl.when(known).then(answer), **_no_number())


def _first_of(
    *cases: "tuple[pl.Expr, MeasureReason]", otherwise: MeasureReason = MeasureReason.COUNTED
) -> "pl.Expr":
    """The reason of the first condition that holds."""
    import polars as pl

    found = pl.lit(otherwise.value)
    for holds, why in reversed(cases):
        found = pl.when(holds).then(pl.lit(why.value)).otherwise(found)
    return found


def _no_number() -> "dict[str, pl.Expr]":
    import polars as pl

    return {name: pl.lit(None) for name in ("low", "high", "at_least")}


# Any: a frame of the engine.
def _like_given(engine: Engine, entries: object, found: "pl.DataFrame") -> Any:  # noqa: ANN401
    """The cases as a frame like the one given."""
    import narwhals as nw

    if engine.eager:
        return engine.like_given(nw.from_native(found.lazy()), whole=())
    courses = engine.rows(entries, ("course",)).unique()
    return engine.like_given(engine.join(courses, found, on=["course"]).select(_RESULT), whole=())
