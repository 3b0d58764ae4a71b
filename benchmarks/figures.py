"""Measures of 100,000 courses, as columns over a table of their entries."""

from datetime import date, timedelta
from functools import cache

import polars as pl
from measure import Case, Contender

from iopkit.courses.measures import MeasuredDays
from iopkit.frames import measured_columns
from iopkit.library import find_measure

COURSES, SESSIONS = 100_000, 36
YEAR, ON = MeasuredDays.of_year(2026), date(2027, 3, 1)
RETAINED = 30, 60, 90, 120
MEASURES = tuple(
    map(
        find_measure,
        (
            "teds-d-length-of-stay",
            "teds-d-reason",
            *(f"retention-{days}-days" for days in RETAINED),
            "return-within-30-days",
            "days-to-first-session",
        ),
    )
)
CODES = {"completed": "1", "dropped_out": "2", "terminated": "3", "transferred": "4", "other": "7"}
BY_2004 = date(2004, 6, 1)  # its rule asks for no levels, as nor does what is written by hand


def measured() -> Case:
    """Length of stay, reason, retention at four days, return, and days to the first session."""
    size = f"{COURSES:,} courses, {_entries().height:,} entries"
    by_hand = Contender(
        "Polars, by hand",
        _by_hand,
        lambda: _answers(_long(_by_hand())),
        "a row for each stay, of two at most and with one correction of an entry; no reasons",
    )
    ours = Contender("iopkit", _ours, lambda: _answers(_ours().filter(counted="yes")))
    return Case("measures", size, ours, (by_hand,))


@cache
def _entries() -> pl.DataFrame:
    """Made-up courses, the same in every run: nine in ten ended, one in five of these came back.

    Of a hundred sessions one was entered for the wrong day, and one in ten of these never was. Of
    five discharges one tells a contact that no entry has.
    """
    number = pl.int_range(COURSES, dtype=pl.UInt64)

    def drawn(below: int, seed: int) -> pl.Expr:
        return (number.hash(seed=seed) % below).cast(pl.Int64)

    digits = pl.concat_str(pl.lit("00000000-0000-4000-8000-"), number.cast(pl.String).str.zfill(12))
    reasons = pl.Series(["completed", "dropped_out", "terminated", "transferred", "other"])
    people = pl.select(
        course=digits,
        start=pl.lit(date(2026, 1, 10)) + pl.duration(days=drawn(200, 1)),
        before=drawn(6, 2),
        ended=drawn(10, 3) > 0,
        back=pl.when(drawn(5, 4) == 0).then(1 + drawn(60, 5)),
        reason=pl.lit(reasons).gather(drawn(5, 6)),
        told=drawn(5, 7) == 0,
    )
    start, end = pl.col("start"), pl.col("start") + timedelta(days=112)
    left_care = (start - pl.duration(days="before")).cast(pl.String)
    ended = people.filter("ended")
    attended = people.select("course", "start").join(
        pl.DataFrame({"days": range(1, 3 * SESSIONS, 3)}), how="cross"
    )
    rows = pl.concat(
        [
            people.select(
                "course",
                kind=pl.lit("admitted"),
                on=start,
                body=pl.concat_str(pl.lit('{"left_care": "'), left_care, pl.lit('"}')),
            ),
            attended.select(
                "course",
                kind=pl.lit("session_attended"),
                on=start + pl.duration(days="days"),
                body=pl.lit("{}"),
            ),
            people.select("course", kind=pl.lit("drug_tested"), on=start, body=pl.lit("{}")),
            ended.select(
                "course",
                kind=pl.lit("discharged"),
                on=end,
                body=pl.concat_str(
                    pl.lit('{"reason": "'),
                    "reason",
                    pl.when("told")
                    .then(pl.concat_str(pl.lit('", "last_contact": "'), end.cast(pl.String)))
                    .otherwise(pl.lit("")),
                    pl.lit('"}'),
                ),
            ),
            ended.filter(pl.col("back").is_not_null()).select(
                "course",
                kind=pl.lit("readmitted"),
                on=end + pl.duration(days="back"),
                body=pl.lit("{}"),
            ),
        ]
    ).with_row_index("number")
    rows = rows.with_columns(
        key=pl.col("number").cast(pl.String).str.zfill(36),
        recorded=pl.lit("2027-05-01T00:00:00.000000+00:00"),
        recorder=pl.lit("desk"),
        replaces=pl.lit(None, pl.String),
    )
    wrong = (pl.col("kind") == "session_attended") & (pl.col("number") % 100 == 0)
    withdrawn = pl.col("number") % 1000 == 0
    corrections = rows.filter(wrong).with_columns(
        pl.when(~withdrawn).then("kind"),
        on=pl.col("on") + timedelta(days=1),
        key=pl.lit("c") + pl.col("key").str.tail(35),
        recorded=pl.lit("2027-05-02T00:00:00.000000+00:00"),
        replaces="key",
    )
    return pl.concat([rows, corrections]).drop("number").sort("course", "on")


def _ours() -> pl.DataFrame:
    return measured_columns(_entries(), MEASURES, period=YEAR, on=ON, version_on=BY_2004)


def _by_hand() -> pl.DataFrame:
    kind, on, end, last = map(pl.col, ("kind", "on", "end", "last"))
    entries = _entries()
    replaced = entries["replaces"].drop_nulls().implode()
    counts = ~pl.col("key").is_in(replaced) & kind.is_not_null() & (on <= ON)
    needed = "course", "kind", "on", "body"
    rows = entries.lazy().filter(counts).select(needed).collect().lazy()
    is_contact = kind.is_in(["admitted", "drug_tested", "readmitted", "session_attended"])

    def days_of(name: str) -> pl.Expr:
        return pl.when(kind == name).then("on")

    def told(name: str, *fields: str) -> pl.LazyFrame:
        values = [pl.col("body").str.json_path_match(f"$.{field}").alias(field) for field in fields]
        return rows.filter(kind == name).select("course", *values)

    days = rows.group_by("course").agg(
        start=days_of("admitted").min(),
        end=days_of("discharged").min(),
        first=days_of("session_attended").min(),
        last=pl.when(is_contact).then("on").max(),
        back=days_of("readmitted").min(),
    )
    days = days.collect().lazy()
    later = days.filter(last > end).select("course", "end")
    before = rows.filter(is_contact).join(later, on="course").filter(on <= end)
    first = (
        days.join(before.group_by("course").agg(seen=on.max()), on="course", how="left")
        .join(told("discharged", "reason", "last_contact"), on="course", how="left")
        .join(told("admitted", "left_care"), on="course", how="left")
        .with_columns(pl.col("last_contact", "left_care").str.to_date("%Y-%m-%d"))
        .with_columns(last=pl.max_horizontal(pl.coalesce("seen", "last"), "last_contact"))
    )
    again = days.filter(pl.col("back").is_not_null()).select("course", "last", start="back")
    stays = pl.concat([first, again], how="diagonal").filter(
        pl.col("start").is_between(YEAR.start, YEAR.last)
    )
    stay = (last - pl.col("start")).dt.total_days()
    to_back = (pl.col("back") - end).dt.total_days()
    return stays.select(
        "course",
        pl.when(end.is_not_null()).then(pl.max_horizontal(stay, 1)).alias(MEASURES[0].name),
        pl.col("reason").replace_strict(CODES).alias(MEASURES[1].name),
        *(
            pl.when(stay >= days)
            .then(pl.lit("yes"))
            .when(end.is_null())
            .then(pl.lit("unknown"))
            .otherwise(pl.lit("no"))
            .alias(f"retention-{days}-days")
            for days in RETAINED
        ),
        pl.when(to_back <= 30)
        .then(pl.lit("yes"))
        .when(end + timedelta(days=30) > ON)
        .then(pl.lit("unknown"))
        .when(end.is_not_null())
        .then(pl.lit("no"))
        .alias(MEASURES[-2].name),
        (pl.col("first") - pl.col("left_care")).dt.total_days().alias(MEASURES[-1].name),
    ).collect()


def _long(stays: pl.DataFrame) -> pl.DataFrame:
    """What was written by hand, a row for each case."""
    numbers = [MEASURES[0].name, MEASURES[-1].name]
    low = stays.unpivot(numbers, index="course", variable_name="measure", value_name="low")
    answers = stays.drop(numbers).unpivot(
        index="course", variable_name="measure", value_name="answer"
    )
    found = pl.concat([low.cast({"low": pl.Float64}), answers], how="diagonal")
    return found.filter(pl.col("low").is_not_null() | pl.col("answer").is_not_null())


def _answers(cases: pl.DataFrame) -> list[tuple[object, ...]]:
    return sorted(cases.select("measure", "course", "low", "answer").rows(), key=str)
