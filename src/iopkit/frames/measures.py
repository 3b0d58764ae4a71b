"""Measures over a table of entries: a data frame of cases, on any engine.

The engine keeps the rows of the kinds of events that are asked for; Polars does the rest.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from iopkit.courses.happenings import Happening
from iopkit.courses.measure_rules import (
    CountedEntry,
    DaysUntil,
    DeliveredShare,
    FollowUp,
    FollowUpStep,
    Measure,
    MeasuredDays,
    MeasureExclusion,
    MeasureRule,
)
from iopkit.courses.measured_cases import MeasureReason
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
from iopkit.frames.stay_columns import TableFigure, figured_columns, first_of

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")


def measured_columns(  # noqa: PLR0913  # as measure has them
    entries: T,
    measures: Iterable[Measure],
    *,
    period: MeasuredDays,
    on: date | None = None,
    open_rolls: T | None = None,
    planned_phases: T | None = None,
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
            until, and all of stays but the share that was delivered.
        period: as ``measure`` has it, as are ``on``, ``version_on`` and ``assume_in_force``.
        open_rolls: the sessions without a roll by ``on``, with the columns ``course`` and ``on``,
            as ``open_roll_rows`` gives them. Without it there is none.
        planned_phases: the days from which schedules have a phase, with the columns ``course``,
            ``on``, ``phase`` and ``in_force``, as ``planned_phase_rows`` gives them. Without it
            no course has a schedule.

    Returns:
        A row for each case in no order, with the columns ``measure``, ``course``, ``since``,
        ``group``, ``counted``, ``why``, ``excluded_by``, ``low``, ``high``, ``answer``,
        ``at_least`` and ``weight``, as ``MeasureRow`` has them, in a frame like the one given.

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

    kinds = {kind for rule in rules for kind in _kinds(_counted_by(rule))}
    engine, rows = read_entries(entries, kinds.union(CONTACTS, _OF_STAYS))
    table = EntryTable(rows, by, _sets(rules), rolls=open_rolls, phases=planned_phases)
    starts = {each: _started(table, each, period) for each in {*map(_start_of, rules)}}
    cases = (
        _as_cases(measure, each)
        for measure, rule in zip(given, rules, strict=True)
        for each in _cases(table, rule, starts[_start_of(rule)])
    )
    result: T = _like_given(engine, entries, pl.concat(cases))
    return result


_NUMBERS = "low", "high", "at_least", "weight"
_RESULT = (
    *("measure", "course", "since", "group", "counted", "why", "excluded_by"),
    *("low", "high", "answer", "at_least", "weight"),
)
_OF_STAYS = "phase_entered", "session_missed"
"""What stays are figured from beside contacts."""


def _as_cases(measure: Measure, found: "pl.DataFrame") -> "pl.DataFrame":
    """Cases with all their columns: what they do not have is null."""
    import polars as pl

    kinds = {"since": pl.Date, **dict.fromkeys(_NUMBERS, pl.Float64)}
    found = found.with_columns(measure=pl.lit(measure.name))
    return found.select(
        pl.col(name).cast(kinds.get(name, pl.String))
        if name in found.columns
        else pl.lit(None, kinds.get(name, pl.String)).alias(name)
        for name in _RESULT
    )


def _rule_faults(place: int, rule: MeasureRule) -> tuple[Fault, ...]:
    """What a rule asks that a table of entries does not have."""
    figure = rule.figure
    one_step = not isinstance(figure, FollowUp) or (
        len(figure.steps) == 1 and figure.steps[0].times == 1 and not figure.steps[0].alone
    )
    starts, counts = _kinds(rule.starts), _kinds((*_counts_of(rule), *_out_of(rule)))
    ok = (
        not isinstance(figure, DeliveredShare)
        and one_step
        and (isinstance(figure, FollowUp | DaysUntil) or starts <= {*IN, *OUT})
        and rule.least_age is None
        and all(isinstance(each, Happening) and not each.having for each in _counted_by(rule))
        and not starts & counts
    )
    expected = "kinds of events alone, counted in one step, without ages and minutes"
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


def _out_of(rule: MeasureRule) -> tuple[CountedEntry, ...]:
    return tuple(each for exclusion in rule.exclusions for each in exclusion.counts)


def _counted_by(rule: MeasureRule) -> tuple[CountedEntry, ...]:
    return (*rule.starts, *_counts_of(rule), *_out_of(rule))


def _kinds(counts: Iterable[CountedEntry]) -> frozenset[str]:
    return frozenset(each.kind for each in counts if isinstance(each, Happening))


def _sets(rules: Iterable[MeasureRule]) -> tuple[frozenset[str], ...]:
    """The sets of kinds of which days are asked for."""
    found = {frozenset(CONTACTS)}
    for rule in rules:
        found |= {_kinds(each.counts) for each in rule.exclusions}
        match rule.figure:
            case FollowUp(steps):
                found.add(_kinds(steps[0].counts))
            case DaysUntil(counts, until):
                found |= {_kinds(counts), _kinds(until)}
            case _:
                pass
    return tuple(found)


class _Start(NamedTuple):
    """What a rule starts from, which rules have in common."""

    kinds: frozenset[str]
    of_stays: bool
    once: bool
    before_end: int
    counted_from: str | None
    exclusions: tuple[MeasureExclusion, ...]


class _Started(NamedTuple):
    """What was started from, with the day that counts; and the cases that are not counted."""

    counted: "pl.DataFrame"
    not_counted: "list[pl.DataFrame]"


def _start_of(rule: MeasureRule) -> _Start:
    of_stays = not isinstance(rule.figure, FollowUp | DaysUntil)
    return _Start(
        _kinds(rule.starts),
        of_stays,
        rule.once,
        rule.before_end,
        rule.counted_from,
        rule.exclusions,
    )


def _started(table: EntryTable, start: _Start, period: MeasuredDays) -> _Started:
    """The events that are started from, with their stays, and the cases of all others."""
    import polars as pl

    starts = _starts(table, start, period)
    none = table.courses.join(starts, on="place", how="anti")
    others = [_not_counted(none, "no", MeasureReason.NEVER_STARTED)]
    if start.exclusions:
        starts, excluded = _apart(table, starts, start.exclusions, period)
        others += excluded
    if start.counted_from is not None:
        told = field_told(starts["body"], start.counted_from)
        starts = starts.with_columns(since=told.str.to_date("%Y-%m-%d"))
        unknown = starts.filter(pl.col("since").is_null())
        others.append(_not_counted(unknown, "unknown", MeasureReason.DAY_NOT_KNOWN))
        starts = starts.filter(pl.col("since").is_not_null())
    if start.of_stays:
        outside = starts.filter(pl.col("start").is_null())
        others.append(_not_counted(outside, "no", MeasureReason.NO_STAY))
        starts = starts.filter(pl.col("start").is_not_null())
    return _Started(starts, others)


def _not_counted(cases: "pl.DataFrame", counted: str, why: MeasureReason) -> "pl.DataFrame":
    import polars as pl

    return cases.with_columns(counted=pl.lit(counted), why=pl.lit(why.value))


def _apart(
    table: EntryTable,
    starts: "pl.DataFrame",
    exclusions: Iterable[MeasureExclusion],
    period: MeasuredDays,
) -> "tuple[pl.DataFrame, list[pl.DataFrame]]":
    """What is started from and not excluded; and the cases of what is excluded, or may be."""
    import polars as pl

    starts = starts.with_row_index("number")
    null = pl.lit(None, pl.String)
    asked = starts.select("number", "place", "since", why=null, excluded_by=null)
    out = [asked.clear()]
    for exclusion in exclusions:
        kinds = _kinds(exclusion.counts)
        first, last = pl.lit(period.start), pl.lit(period.last)
        if exclusion.first is not None and exclusion.last is not None:
            first = pl.col("since") + timedelta(days=exclusion.first)
            last = pl.col("since") + timedelta(days=exclusion.last)
        asked = table.nearest(asked.with_columns(first.alias("from"), to=last), kinds, "found")
        asked = table.with_rolls(asked, kinds)
        name, is_out = pl.lit(exclusion.name), pl.col("found").is_not_null()
        out.append(asked.filter(is_out).select(out[0].columns).with_columns(excluded_by=name))
        why = (
            pl.when(pl.col("roll").is_not_null())
            .then(pl.lit(MeasureReason.ROLL_OPEN.value))
            .when((pl.col("to") > table.on) & pl.col("died").is_null())
            .then(pl.lit(MeasureReason.STILL_OPEN.value))
        )
        asked = asked.filter(~is_out).select(
            *("number", "place", "since"),
            why=pl.coalesce("why", why),
            excluded_by=pl.coalesce("excluded_by", pl.when(why.is_not_null()).then(name)),
        )
    excluded = starts.join(pl.concat(out).select("number", "excluded_by"), on="number")
    open_ones = asked.filter(pl.col("why").is_not_null()).select("number", "why", "excluded_by")
    unknown = starts.join(open_ones, on="number").with_columns(counted=pl.lit("unknown"))
    counted = starts.join(asked.filter(pl.col("why").is_null()), on="number", how="semi")
    return (
        counted.drop("number"),
        [_not_counted(excluded, "no", MeasureReason.EXCLUDED), unknown],
    )


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
            stays = cast("TableFigure", figure)  # others have been refused
            found = figured_columns(table, started.counted, stays)
    return [*started.not_counted, found.with_columns(counted=pl.lit("yes"))]


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
    why = first_of(
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
    return found.with_columns(why=why, answer=answer)


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
        why=first_of(
            (open_roll, MeasureReason.ROLL_OPEN),
            (found.is_not_null(), MeasureReason.COUNTED),
            (no_more, MeasureReason.NO_MORE),
            otherwise=MeasureReason.STILL_OPEN,
        ),
    )


# Any: a frame of the engine.
def _like_given(engine: Engine, entries: object, found: "pl.DataFrame") -> Any:  # noqa: ANN401
    """The cases as a frame like the one given."""
    import narwhals as nw

    if engine.eager:
        return engine.like_given(nw.from_native(found.lazy()), whole=())
    courses = engine.rows(entries, ("course",)).unique()
    return engine.like_given(engine.join(courses, found, on=["course"]).select(_RESULT), whole=())
