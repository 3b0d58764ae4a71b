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
BY_2004 = date(2004, 6, 1)  # its rule asks for no levels, as nor does what is written by hand


def measured() -> Case:
    """Length of stay, reason, retention at four days, return, and days to the first session."""
    size = f"{COURSES:,} courses, {_entries().height:,} entries"
    by_hand = Contender(
        "Polars, by hand",
        _by_hand,
        lambda: _sorted(_by_hand()),
        "written for courses of one stay, in which nothing was corrected or came after the end",
    )
    return Case(
        "measures", size, Contender("iopkit", _ours, lambda: _sorted(_wide(_ours()))), (by_hand,)
    )


@cache
def _entries() -> pl.DataFrame:
    """Made-up courses, the same in every run: nine in ten ended, one in five of these came back."""
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
                body=pl.concat_str(pl.lit('{"reason": "'), "reason", pl.lit('"}')),
            ),
            ended.filter(pl.col("back").is_not_null()).select(
                "course",
                kind=pl.lit("readmitted"),
                on=end + pl.duration(days="back"),
                body=pl.lit("{}"),
            ),
        ]
    ).sort("course", "on")
    return rows.with_columns(
        key=pl.int_range(rows.height).cast(pl.String).str.zfill(36),
        recorded=pl.lit("2027-05-01T00:00:00.000000+00:00"),
        recorder=pl.lit("desk"),
        replaces=pl.lit(None, pl.String),
    )


def _ours() -> pl.DataFrame:
    return measured_columns(_entries(), MEASURES, period=YEAR, on=ON, version_on=BY_2004)


def _by_hand() -> pl.DataFrame:
    kind, entries = pl.col("kind"), _entries().lazy()

    def days_of(name: str) -> pl.Expr:
        return pl.when(kind == name).then("on")

    def told(name: str, field: str) -> pl.LazyFrame:
        value = pl.col("body").str.json_path_match(f"$.{field}").alias(field)
        return entries.filter(kind == name).select("course", value)

    days = entries.group_by("course").agg(
        start=days_of("admitted").min(),
        end=days_of("discharged").min(),
        first=days_of("session_attended").min(),
        last=days_of("session_attended").max(),
        back=days_of("readmitted").min(),
    )
    stay = (pl.min_horizontal("last", "end") - pl.col("start")).dt.total_days()
    ended = pl.col("end").is_not_null()
    return (
        days.join(told("discharged", "reason"), on="course", how="left")
        .join(told("admitted", "left_care"), on="course", how="left")
        .with_columns(left_care=pl.col("left_care").str.to_date("%Y-%m-%d"))
        .select(
            "course",
            "reason",
            pl.when(ended).then(stay).alias("length"),
            *((stay >= days).alias(f"retained {days}") for days in RETAINED),
            ((pl.col("back") - pl.col("end")).dt.total_days() <= 30)
            .fill_null(value=False)
            .alias("returned"),
            (pl.col("first") - pl.col("left_care")).dt.total_days().alias("to first"),
        )
        .collect()
    )


def _wide(cases: pl.DataFrame) -> pl.DataFrame:
    """The cases of first stays, a row for each course as by hand."""
    cases = cases.sort("since", nulls_last=True).unique(
        ["course", "measure"], keep="first", maintain_order=True
    )
    answers = cases.pivot("measure", index="course", values="answer")
    numbers = cases.pivot("measure", index="course", values="low")
    reasons = {"1": "completed", "2": "dropped_out", "3": "terminated", "4": "transferred"}
    return answers.select(
        "course",
        pl.col("teds-d-reason").replace({**reasons, "7": "other"}).alias("reason"),
        *((pl.col(f"retention-{n}-days") == "yes").alias(f"retained {n}") for n in RETAINED),
        (pl.col("return-within-30-days") == "yes").fill_null(value=False).alias("returned"),
    ).join(
        numbers.select(
            "course",
            pl.col("teds-d-length-of-stay").cast(pl.Int64).alias("length"),
            pl.col("days-to-first-session").cast(pl.Int64).alias("to first"),
        ),
        on="course",
    )


def _sorted(rows: pl.DataFrame) -> list[tuple[object, ...]]:
    return rows.select(sorted(rows.columns)).sort("course").rows()
