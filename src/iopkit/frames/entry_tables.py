"""Tables of entries: those that count, the stays that they make, and the nearest of some days.

Courses seldom need more of a kind than its first and last day: what those leave open is looked up.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from iopkit.confidential import hidden
from iopkit.errors import Fault, refuse
from iopkit.frames.engines import Engine, collected, names_in

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = "course", "key", "on", "recorded", "kind", "replaces", "body"
IN = "admitted", "readmitted"
OUT = "discharged", "died"
_STEPS = "stepped_up", "stepped_down"
CONTACTS = (
    *IN,
    *("assessed", "came_unplanned", "contact_made", "drug_tested", "instrument_answered"),
    *("made_up", "session_attended"),
)
ROLLS = "session_attended", "session_missed", "session_cancelled"


def read_entries(
    entries: object, kinds: Iterable[str]
) -> "tuple[Engine, pl.DataFrame, pl.DataFrame]":
    """The rows in Polars, of a lazy frame those of some kinds and of stays, and every course."""
    import narwhals as nw
    import polars as pl

    engine = Engine.of(entries)
    missing = [name for name in _COLUMNS if name not in names_in(entries)]
    refuse("entries", tuple(Fault((name,), "a column of this name", "none") for name in missing))
    rows = engine.rows(entries, _COLUMNS)
    courses = collected(rows.select("course").unique())
    if not engine.eager:
        asked = sorted({*kinds, *IN, *OUT, *_STEPS})
        rows = rows.filter(nw.col("kind").is_in(asked) | ~nw.col("replaces").is_null())
    texts = pl.col("course", "key", "kind", "replaces", "body").cast(pl.String)
    return engine, collected(rows).with_columns(texts), courses.cast(pl.String)


def read_rolls(rolls: object) -> "pl.DataFrame":
    """The courses and days of sessions without a roll, in Polars; ``None``: there are none."""
    import polars as pl

    if rolls is None:
        return pl.DataFrame(schema={"course": pl.String, "on": pl.Date})
    table = collected(Engine.of(rolls).rows(rolls, ("course", "on")))
    return table.select(pl.col("course").cast(pl.String), _day("on", table))


def _day(name: str, table: "pl.DataFrame") -> "pl.Expr":
    """A column of days, which may be texts."""
    import polars as pl

    column = pl.col(name)
    is_text = table.schema[name] == pl.String
    return column.str.to_date("%Y-%m-%d") if is_text else column.cast(pl.Date)


def counting(rows: "pl.DataFrame") -> "pl.DataFrame":
    """The entries that count: of each that was corrected, the last recorded."""
    import polars as pl

    corrections = rows.filter(pl.col("replaces").is_not_null())
    if corrections.height:
        replaced = dict(corrections.select("key", "replaces").iter_rows())
        last: dict[str, tuple[Any, str]] = {}  # Any: a text or an instant, of one table alike
        gone = set(replaced)
        for key, recorded in corrections.select("key", "recorded").iter_rows():
            root = key
            while root in replaced:
                root = replaced[root]
            gone.add(root)
            last[root] = max(last.get(root, (recorded, key)), (recorded, key))
        gone -= {key for _, key in last.values()}
        rows = rows.filter(~pl.col("key").is_in(list(gone)))
    return _told_apart(rows.filter(pl.col("kind").is_not_null()).with_columns(_day("on", rows)))


class EntryTable:
    """The entries that count up to a day, and the stays that they make.

    ``ends`` has the first and the last day of each set of kinds, a row for each course.
    """

    def __init__(
        self,
        rows: "pl.DataFrame",
        rolls: "pl.DataFrame",
        courses: "pl.DataFrame",
        on: date,
        sets: Sequence[frozenset[str]],
    ) -> None:
        import polars as pl

        self.on, self.rolls, self.courses, self.sets = on, rolls, courses, sets
        self.rows = rows.filter(pl.col("on") <= on)
        # Nearly all rows are of sessions: the others are looked through again and again.
        self.few = self.rows.filter(~pl.col("kind").is_in(ROLLS))
        days = {str(place): pl.when(is_one_of(each)).then("on") for place, each in enumerate(sets)}
        ends = [
            end
            for place in days
            for end in (
                pl.col(place).min().alias(f"first {place}"),
                pl.col(place).max().alias(f"last {place}"),
            )
        ]
        by_course = self.rows.lazy().with_columns(**days).group_by("course").agg(*ends)
        # It takes two thirds of the time that the other engine does.
        self.ends = by_course.collect(engine="streaming")

    @cached_property
    def died(self) -> "pl.DataFrame":
        """The courses of those who are dead."""
        import polars as pl

        return self.of(("died",)).select("course", died=pl.lit(value=True)).unique()

    def of(self, kinds: Iterable[str]) -> "pl.DataFrame":
        """The rows of some kinds."""
        rows = self.few if {*kinds}.isdisjoint(ROLLS) else self.rows
        return rows.filter(is_one_of(kinds))

    def nearest(
        self, asked: "pl.DataFrame", kinds: frozenset[str], name: str, *, newest: bool = False
    ) -> "pl.DataFrame":
        """The first day of some kinds from ``from`` to ``to``, or the newest, as a new column."""
        import polars as pl

        if not kinds:
            return asked.with_columns(pl.lit(None, pl.Date).alias(name))
        place = self.sets.index(kinds)
        first, last = pl.col(f"first {place}"), pl.col(f"last {place}")
        start, end = pl.col("from"), pl.col("to")
        near = last if newest else first
        asked = asked.with_row_index("row").join(
            self.ends.select("course", first, last), on="course", how="left"
        )
        settled = near.is_between(start, end) | near.is_null() | (first > end) | (last < start)
        found = asked.with_columns(pl.when(near.is_between(start, end)).then(near).alias(name))
        left = asked.filter(~settled)
        if left.height:
            courses = pl.col("course").is_in(left["course"].unique().implode())
            days = self.rows.filter(courses).filter(is_one_of(kinds))
            days = _looked_up(left, days, newest=newest)
            found = found.join(days, on="row", how="left").with_columns(
                pl.coalesce("day", name).alias(name)
            )
        return found.drop("row", f"first {place}", f"last {place}", "day", strict=False)

    def nearest_roll(
        self, asked: "pl.DataFrame", name: str, *, newest: bool = False
    ) -> "pl.DataFrame":
        """The same of sessions without a roll."""
        asked = asked.with_row_index("row")
        days = _looked_up(asked, self.rolls, newest=newest).rename({"day": name})
        return asked.join(days, on="row", how="left").drop("row")

    def with_rolls(self, asked: "pl.DataFrame", kinds: Iterable[str]) -> "pl.DataFrame":
        """The first roll open from ``from`` to ``to``, if it may be one of some kinds; who died."""
        import polars as pl

        if {*kinds}.isdisjoint(ROLLS):
            asked = asked.with_columns(pl.lit(None, pl.Date).alias("roll"))
        else:
            asked = self.nearest_roll(asked, "roll")
        return asked.join(self.died, on="course", how="left")

    @cached_property
    def stays(self) -> "pl.DataFrame":
        """Every stay, with the days from its first to its last contact, at least and at most."""
        import polars as pl

        body = pl.col("body")
        begun = self.of(IN).select("course", "kind", body, start="on").sort("start")
        ended = self.of(OUT).select("course", left="kind", told=body, end="on").sort("end")
        stays = begun.join_asof(
            ended,
            left_on="start",
            right_on="end",
            by="course",
            strategy="forward",
            check_sortedness=False,  # of groups it cannot tell, and says so
        )
        stays = stays.with_columns(to=pl.coalesce("end", pl.lit(self.on)))
        stays = self.nearest(
            stays.with_columns(pl.col("start").alias("from")),
            frozenset(CONTACTS),
            "contact",
            newest=True,
        )
        told = pl.col("told").str.json_path_match("$.last_contact").str.to_date("%Y-%m-%d")
        stays = stays.with_columns(pl.max_horizontal("contact", told).alias("contact"))
        after = stays.with_columns(pl.col("contact").dt.offset_by("1d").alias("from"))
        stays = self.nearest_roll(after, "roll", newest=True)
        least = (pl.col("contact") - pl.col("start")).dt.total_days()
        most = (pl.coalesce("roll", "contact") - pl.col("start")).dt.total_days()
        return stays.with_columns(least=least, most=most)

    @cached_property
    def levels(self) -> "pl.DataFrame":
        """The newest level of care of each stay, by its course and first day."""
        import polars as pl

        level = pl.col("body").str.json_path_match("$.level.number").cast(pl.Float64)
        own = self.stays.select("course", "start", "to", first=level)
        steps = self.of(_STEPS).select("course", "key", "on", level=level)
        within = own.join(steps, on="course").filter(pl.col("on").is_between("start", "to"))
        newest = within.sort("on", "key").group_by("course", "start").agg(pl.col("level").last())
        own = own.join(newest, on=["course", "start"], how="left")
        return own.select("course", "start", level=pl.coalesce("level", "first"))

    __repr__ = hidden


def is_one_of(kinds: Iterable[str]) -> "pl.Expr":
    """Whether a row is of one of some kinds."""
    import polars as pl

    asked = {*kinds}
    if len(asked) == 1 and asked != {"contact_made"}:
        return pl.col("kind") == next(iter(asked))
    if "contact_made" in asked and asked != {*CONTACTS}:
        asked.add(_WITH_OTHERS)
    return pl.col("kind").is_in(sorted(asked))


_WITH_OTHERS = "contact_made with others"
"""What contacts are called here that were made with somebody else than the patient."""


def _told_apart(rows: "pl.DataFrame") -> "pl.DataFrame":
    """The rows, with those of contacts with others called so."""
    import polars as pl

    made = rows.filter(pl.col("kind") == "contact_made").select("key", "body")
    whom = pl.col("body").str.json_path_match("$.whom")
    others = made.filter(whom.is_in(["support", "other"]))["key"]
    if others.is_empty():
        return rows
    is_other = (pl.col("kind") == "contact_made") & pl.col("key").is_in(others.to_list())
    kind = pl.when(is_other).then(pl.lit(_WITH_OTHERS)).otherwise("kind")
    return rows.with_columns(kind.alias("kind"))


def _looked_up(asked: "pl.DataFrame", days: "pl.DataFrame", *, newest: bool) -> "pl.DataFrame":
    """For each row that is asked for the first of some days in its span, or the newest."""
    import polars as pl

    day = pl.col("on").max() if newest else pl.col("on").min()
    spans = asked.select("row", "course", "from", "to")
    within = days.select("course", "on").join(spans, on="course")
    within = within.filter(pl.col("on").is_between("from", "to"))
    return within.group_by("row").agg(day.alias("day"))
