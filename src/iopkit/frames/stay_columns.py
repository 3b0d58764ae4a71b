"""Figures of stays over a table of entries, as ``stay_figures`` has them over courses."""

import json
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from iopkit.courses.measure_rules import (
    LeavingCode,
    LeftFor,
    NoShowShare,
    PhaseDays,
    RetainedFor,
    ScaleChange,
    StayLength,
    StayLengthBin,
)
from iopkit.courses.measured_cases import MeasureReason
from iopkit.courses.stay_figures import bin_codes
from iopkit.frames.entry_tables import EntryTable, field_told
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.screenings import Score, Screening

if TYPE_CHECKING:
    import polars as pl

TableFigure: TypeAlias = (
    StayLength | LeavingCode | LeftFor | RetainedFor | NoShowShare | PhaseDays | ScaleChange
)
"""What is figured of stays over a table of entries."""


def figured_columns(
    table: EntryTable, stays: "pl.DataFrame", figure: TableFigure
) -> "pl.DataFrame":
    """The stays with their figure, a row for each; of phases one for each of them."""
    match figure:
        case StayLength():
            return _lengths(table, stays, figure)
        case RetainedFor(days):
            return _retained(stays, days)
        case LeavingCode() | LeftFor():
            return _leavings(stays, figure)
        case NoShowShare():
            return _no_shows(table, stays)
        case PhaseDays():
            return _phases(table, stays)
        case ScaleChange():
            return _changes(table, stays, figure)


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
        figure_of = {"answer": pl.when(ended).then("answer")}
    else:
        figure_of = {"low": pl.when(ended).then(least), "high": pl.when(ended).then(most)}
    at_least = pl.when(~ended).then(least)
    why = first_of(
        (~ended, MeasureReason.STILL_OPEN),
        (~in_part, MeasureReason.COUNTED),
        (pl.col("most") > pl.col("least"), MeasureReason.ROLL_OPEN),
        otherwise=MeasureReason.NOT_RECORDED,
    )
    return stays.with_columns(**figure_of, why=why, at_least=at_least)


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
    why = first_of(
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
    return stays.with_columns(why=why, answer=answer)


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
    why = first_of(
        (known, MeasureReason.COUNTED),
        (pl.col("end").is_null(), MeasureReason.STILL_OPEN),
        otherwise=MeasureReason.NOT_RECORDED,
    )
    return stays.with_columns(why=why, answer=pl.when(known).then(answer))


def _spans(stays: "pl.DataFrame") -> "pl.DataFrame":
    """The days of each stay, up to that by which all is on record."""
    return stays.select("place", "start", "to").unique()


def _within(stays: "pl.DataFrame", rows: "pl.DataFrame") -> "pl.DataFrame":
    """The rows of days in a stay, with its first day."""
    import polars as pl

    found = rows.join(_spans(stays), on="place")
    return found.filter(pl.col("on").is_between("start", "to"))


def _no_shows(table: EntryTable, stays: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    missed = table.of(("session_missed",))
    excused = field_told(missed["body"], "excused").fill_null("not recorded")
    came = table.days_of(frozenset(("session_attended",)), stays["place"].unique())
    marks = [
        came.with_columns(excused=pl.lit("came")),
        missed.select("place", "on", excused=excused),
        table.rolls.with_columns(excused=pl.lit("roll open")),
    ]
    told = pl.col("excused")
    counts = (
        _within(stays, pl.concat(marks))
        .group_by("place", "start")
        .agg(
            weight=pl.len().cast(pl.Float64),
            sure=(told == "false").sum(),
            possible=told.is_in(["false", "not recorded", "roll open"]).sum(),
            rolls=(told == "roll open").sum(),
        )
    )
    why = first_of(
        (pl.col("weight").is_null(), MeasureReason.NOTHING_DUE),
        (pl.col("rolls") > 0, MeasureReason.ROLL_OPEN),
        (pl.col("possible") > pl.col("sure"), MeasureReason.NOT_RECORDED),
    )
    least, most = (pl.col(name) / pl.col("weight") for name in ("sure", "possible"))
    stays = stays.join(counts, on=["place", "start"], how="left")
    return stays.with_columns(why=why, low=least, high=most)


def _changes(table: EntryTable, stays: "pl.DataFrame", figure: ScaleChange) -> "pl.DataFrame":
    import polars as pl

    rows = table.of(("instrument_answered",))
    is_it = field_told(rows["body"], "screening.instrument") == figure.instrument
    told = pl.col("on", "body")
    found = (
        _within(stays, rows.filter(is_it))
        .sort("on", "key")
        .group_by("place", "start", maintain_order=True)
        .agg(told.first().name.prefix("first "), told.last().name.prefix("last "))
        .filter(pl.col("first on") < pl.col("last on"))
    )
    scores = _scores(figure, found["first body"].append(found["last body"]))
    for end in ("first", "last"):
        of_end = scores.rename({"low": f"{end} low", "high": f"{end} high"})
        found = found.join(of_end, left_on=f"{end} body", right_on="body", how="left")
    stays = stays.join(found, on=["place", "start"], how="left")
    low = pl.col("last low") - pl.col("first high")
    high = pl.col("last high") - pl.col("first low")
    is_open = pl.col("end").is_null()
    why = first_of(
        (low.is_null() & is_open, MeasureReason.STILL_OPEN),
        (low.is_null() | (low < high), MeasureReason.NOT_RECORDED),
    )
    return stays.with_columns(why=why, low=low, high=high)


def _scores(figure: ScaleChange, bodies: "pl.Series") -> "pl.DataFrame":
    """The least and the most that a scale can have by what was answered; each is scored once."""
    import polars as pl

    own = None if figure.instrument in INSTRUMENTS else figure.own
    told = bodies.unique().to_frame("body")
    told = told.with_columns(
        answers=field_told(told["body"], "screening.answers"),
        scores=field_told(told["body"], "screening.scores"),
    )
    each = told.select("answers", "scores").unique()
    ends = [
        Screening(
            figure.instrument,
            date.min,
            None if answers is None else tuple(json.loads(answers)),
            tuple(Score(one["scale"], one["value"]) for one in json.loads(scores or "[]")),
            own=own,
        ).bounds(figure.scale)
        for answers, scores in each.iter_rows()
    ]
    each = each.with_columns(
        low=pl.Series([low for low, _ in ends], dtype=pl.Int64),
        high=pl.Series([high for _, high in ends], dtype=pl.Int64),
    )
    told = told.join(each, on=["answers", "scores"], nulls_equal=True)
    return told.select("body", "low", "high")


def _phases(table: EntryTable, stays: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    rows = table.of(("phase_entered",))
    entered = rows.select("place", "on", entered=field_told(rows["body"], "phase"))
    entered = _within(stays, entered).with_columns(pl.col("on").alias("entered on"))
    spans = _spans(stays)
    days = pl.concat(
        [
            spans.select("place", "start", on="start"),
            entered.select("place", "start", "on"),
            _within(stays, table.phases.select("place", "on")).select("place", "start", "on"),
        ]
    ).unique()
    days = days.sort("on").join_asof(
        entered.sort("on").drop("to"), on="on", by=["place", "start"], check_sortedness=False
    )
    planned = table.phases.sort("on")
    days = days.join_asof(planned, on="on", by="place", check_sortedness=False)
    # What was entered holds until another schedule is in force, which goes on with its own phase.
    newest = pl.col("entered").is_not_null()
    newest &= (pl.col("entered on") >= pl.col("in_force")).fill_null(value=True)
    days = days.select(
        *("place", "start", "on"),
        group=pl.when(newest).then("entered").otherwise("phase"),
        again=pl.when(newest).then("entered on"),
    ).sort("place", "start", "on")
    phase = pl.struct("group", "again")
    is_other = phase.ne_missing(phase.shift().over("place", "start"))
    is_first = pl.int_range(pl.len()).over("place", "start") == 0
    days = days.filter(is_first | is_other)
    days = days.with_columns(until=pl.col("on").shift(-1).over("place", "start"))
    days = days.filter(pl.col("group").is_not_null()).drop("again")
    stays = stays.join(days, on=["place", "start"], how="left")
    since = pl.coalesce("on", "since")
    until = pl.when(pl.col("group").is_not_null()).then(pl.coalesce("until", "end"))
    least = (pl.coalesce(until, pl.lit(table.on)) - since).dt.total_days()
    is_open = pl.col("group").is_not_null() & until.is_null()
    number = pl.when(until.is_not_null()).then(least)
    why = first_of(
        (is_open, MeasureReason.STILL_OPEN),
        (until.is_null(), MeasureReason.NOT_RECORDED),
    )
    return stays.with_columns(
        since=since,
        why=why,
        low=number,
        high=number,
        at_least=pl.when(is_open).then(least),
    )


def first_of(
    *cases: "tuple[pl.Expr, MeasureReason]", otherwise: MeasureReason = MeasureReason.COUNTED
) -> "pl.Expr":
    """The reason of the first condition that holds."""
    import polars as pl

    found = pl.lit(otherwise.value)
    for holds, why in reversed(cases):
        found = pl.when(holds).then(pl.lit(why.value)).otherwise(found)
    return found
