"""Tables of entries: those that count, the stays that they make, and the nearest of some days.

Nearly all entries are of sessions. They are looked through once, for the days of each course; from
there on a course is its place, as whole numbers take a tenth of the time that texts do.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from iopkit.confidential import hidden
from iopkit.courses.contacts import ALWAYS_CONTACTS
from iopkit.courses.events import KIND_OF, ROLL_KINDS
from iopkit.errors import Fault, refuse
from iopkit.frames.engines import Engine, collected, names_in

if TYPE_CHECKING:
    import polars as pl

_TEXTS = "course", "key", "kind", "replaces", "body"
_COLUMNS = *_TEXTS, "on", "recorded"
IN = "admitted", "readmitted"
OUT = "discharged", "died"
_STEPS = "stepped_up", "stepped_down"
CONTACTS = (*sorted(KIND_OF[of] for of in ALWAYS_CONTACTS), "contact_made")


def read_entries(entries: object, kinds: Iterable[str]) -> "tuple[Engine, pl.DataFrame]":
    """The rows in Polars: of a lazy frame those of some kinds and of stays, and of each course one.

    The one has nothing but its course.
    """
    import narwhals as nw
    import polars as pl

    engine = Engine.of(entries)
    missing = [name for name in _COLUMNS if name not in names_in(entries)]
    refuse("entries", tuple(Fault((name,), "a column of this name", "none") for name in missing))
    rows = engine.rows(entries, _COLUMNS)
    if engine.eager:
        table = collected(rows)
    else:
        asked = sorted({*kinds, *IN, *OUT, *_STEPS})
        courses = collected(rows.select("course").unique())
        of_kinds = nw.col("kind").is_in(asked) | ~nw.col("replaces").is_null()
        table = pl.concat([collected(rows.filter(of_kinds)), courses], how="diagonal")
    # What is a text already, a cast would tell no more whether it is sorted.
    others = [name for name in _TEXTS if table.schema[name] != pl.String]
    return engine, table.with_columns(pl.col(others).cast(pl.String), _day("on", table))


def _day(name: str, table: "pl.DataFrame") -> "pl.Expr":
    """A column of days, which may be texts."""
    import polars as pl

    column = pl.col(name)
    is_text = table.schema[name] == pl.String
    return column.str.to_date("%Y-%m-%d") if is_text else column.cast(pl.Date)


class EntryTable:
    """The entries that count up to a day, and the stays that they make.

    A course is its ``place`` in ``courses``, which are all of the table.
    """

    def __init__(
        self,
        rows: "pl.DataFrame",
        on: date,
        sets: Iterable[frozenset[str]],
        *,
        rolls: object,
        phases: object,
    ) -> None:
        import polars as pl

        self.on = on
        counts = pl.col("kind").is_not_null() & (pl.col("on") <= on)
        gone = _replaced(rows)
        if len(gone):
            counts &= ~pl.col("key").is_in(gone.implode())
        self._rows = rows.lazy().with_columns(counts=counts).collect()
        days = {
            _name(each): pl.col("on").filter(is_one_of(each) & pl.col("counts"))
            for each in {of_rolls(each) for each in sets} - {frozenset()}
        }
        by_course = self._rows.lazy().group_by("course").agg(**days)
        first, last = pl.col([*days]).list.min(), pl.col([*days]).list.max()
        ends = first.name.prefix("first "), last.name.prefix("last ")
        self._days = by_course.with_columns(*ends).with_row_index("place").collect()
        self.courses = self._days.select("place", "course")
        others = pl.col("counts") & ~pl.col("kind").is_in(ROLL_KINDS)
        self._few = _told_apart(self._placed(self._rows.lazy().filter(others)))
        self.rolls = self._beside(rolls, ("on",))
        self.phases = self._beside(phases, ("on", "in_force"), ("phase",))
        self._ends = dict[frozenset[str], tuple[pl.Series, pl.Series]]()

    def _placed(self, rows: "pl.LazyFrame") -> "pl.DataFrame":
        """Rows with the places of their courses."""
        rows = rows.select("course", "key", "kind", "on", "body")
        return rows.join(self.courses.lazy(), on="course").collect()

    def _beside(
        self, frame: object, days: Sequence[str], texts: Sequence[str] = ()
    ) -> "pl.DataFrame":
        """The rows of another frame, with the places of their courses; ``None``: there are none."""
        import polars as pl

        if frame is None:
            table = pl.DataFrame(schema=dict.fromkeys(("course", *days, *texts), pl.String))
        else:
            table = collected(Engine.of(frame).rows(frame, ("course", *days, *texts)))
        table = table.with_columns(
            pl.col("course", *texts).cast(pl.String), *(_day(name, table) for name in days)
        )
        return table.join(self.courses, on="course").select("place", *days, *texts)

    @cached_property
    def died(self) -> "pl.DataFrame":
        """The courses of those who are dead."""
        import polars as pl

        return self.of(("died",)).select("place", died=pl.lit(value=True)).unique()

    def of(self, kinds: Iterable[str]) -> "pl.DataFrame":
        """The rows of some kinds."""
        import polars as pl

        asked = {*kinds}
        if of_rolls(asked):
            return self._placed(self._rows.lazy().filter(is_one_of(asked) & pl.col("counts")))
        return self._few.filter(is_one_of(asked))

    def nearest(
        self, asked: "pl.DataFrame", kinds: frozenset[str], name: str, *, newest: bool = False
    ) -> "pl.DataFrame":
        """The first day of some kinds from ``from`` to ``to``, or the newest, as a new column.

        Courses seldom need more of a kind than its first and last day: what those leave open is
        looked up.
        """
        import polars as pl

        if not kinds:
            return asked.with_columns(pl.lit(None, pl.Date).alias(name))
        ends = (each.gather(asked["place"]) for each in self._ends_of(kinds))
        near = pl.col("_last" if newest else "_first")
        start, end, first, last = map(pl.col, ("from", "to", "_first", "_last"))
        asked = asked.with_columns(_first=next(ends), _last=next(ends)).with_row_index("row")
        is_near = near.is_between(start, end)
        settled = is_near | near.is_null() | (first > end) | (last < start)
        found = asked.with_columns(pl.when(is_near).then(near).alias(name))
        left = asked.filter(~settled).select("row", "place", "from", "to")
        if left.height:
            days = _looked_up(left, self.days_of(kinds, left["place"].unique()), newest=newest)
            found = found.join(days, on="row", how="left").with_columns(
                pl.coalesce("day", name).alias(name)
            )
        return found.drop("row", "_first", "_last", "day", strict=False)

    def _ends_of(self, kinds: frozenset[str]) -> "tuple[pl.Series, pl.Series]":
        """The first and the last day of some kinds in each course, by its place."""
        import polars as pl

        if kinds not in self._ends:
            day = pl.col("on")
            rolls = [_name(each) for each in (of_rolls(kinds),) if each]
            few = self._few.lazy().filter(is_one_of(kinds)).group_by("place")
            ends = self._days.lazy().join(
                few.agg(first=day.min(), last=day.max()),
                on="place",
                how="left",
                maintain_order="left",
            )
            found = ends.select(
                pl.min_horizontal("first", *(f"first {name}" for name in rolls)),
                pl.max_horizontal("last", *(f"last {name}" for name in rolls)),
            ).collect()
            self._ends[kinds] = found["first"], found["last"]
        return self._ends[kinds]

    def days_of(self, kinds: frozenset[str], places: "pl.Series") -> "pl.DataFrame":
        """All days of some kinds in some courses."""
        import polars as pl

        few = self._few.filter(is_one_of(kinds) & pl.col("place").is_in(places.implode()))
        found = [few.select("place", "on")]
        if rolls := of_rolls(kinds):
            found.append(self._days.select("place", on=_name(rolls))[places].explode("on"))
        return pl.concat(found)

    def nearest_roll(
        self, asked: "pl.DataFrame", name: str, *, newest: bool = False
    ) -> "pl.DataFrame":
        """The same of sessions without a roll."""
        import polars as pl

        if self.rolls.is_empty():
            return asked.with_columns(pl.lit(None, pl.Date).alias(name))
        asked = asked.with_row_index("row")
        days = _looked_up(asked, self.rolls, newest=newest).rename({"day": name})
        return asked.join(days, on="row", how="left").drop("row")

    def with_rolls(self, asked: "pl.DataFrame", kinds: Iterable[str]) -> "pl.DataFrame":
        """The first roll open from ``from`` to ``to``, if it may be one of some kinds; who died."""
        import polars as pl

        if of_rolls(kinds):
            asked = self.nearest_roll(asked, "roll")
        else:
            asked = asked.with_columns(pl.lit(None, pl.Date).alias("roll"))
        return asked.join(self.died, on="place", how="left")

    @cached_property
    def stays(self) -> "pl.DataFrame":
        """Every stay, with the days from its first to its last contact, at least and at most."""
        import polars as pl

        body = pl.col("body")
        begun = self.of(IN).select("place", "course", "kind", body, start="on").sort("start")
        ended = self.of(OUT).select("place", left="kind", told=body, end="on").sort("end")
        stays = begun.join_asof(
            ended,
            left_on="start",
            right_on="end",
            by="place",
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
        told = field_told(stays["told"], "last_contact").str.to_date("%Y-%m-%d")
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

        def level(rows: "pl.DataFrame") -> "pl.Series":
            return field_told(rows["body"], "level.number").cast(pl.Float64)

        stepped = self.of(_STEPS)
        own = self.stays.select("place", "start", "to", first=level(self.stays))
        steps = stepped.select("place", "key", "on", level=level(stepped))
        within = own.join(steps, on="place").filter(pl.col("on").is_between("start", "to"))
        newest = within.sort("on", "key").group_by("place", "start").agg(pl.col("level").last())
        own = own.join(newest, on=["place", "start"], how="left")
        return own.select("place", "start", level=pl.coalesce("level", "first"))

    __repr__ = hidden


def of_rolls(kinds: Iterable[str]) -> frozenset[str]:
    """Those of some kinds of events that are of the roll of a session."""
    return frozenset(ROLL_KINDS).intersection(kinds)


def _name(kinds: Iterable[str]) -> str:
    """What the columns of some kinds are called."""
    return ", ".join(sorted(kinds))


def field_told(bodies: "pl.Series", path: str) -> "pl.Series":
    """A field of what events tell, as a text; each text is read once, as many are the same."""
    import polars as pl

    told = bodies.unique().to_frame("body")
    told = told.with_columns(field=pl.col("body").str.json_path_match(f"$.{path}"))
    read = bodies.to_frame("body").join(told, on="body", how="left", maintain_order="left")
    return read["field"]


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

    kind, is_made = pl.col("kind"), pl.col("kind") == "contact_made"
    made, others = rows.filter(is_made), rows.filter(~is_made)
    whom = pl.col("body").str.json_path_match("$.whom")
    with_others = pl.when(whom.is_in(["support", "other"])).then(pl.lit(_WITH_OTHERS))
    return pl.concat([others, made.with_columns(with_others.otherwise(kind).alias("kind"))])


def _replaced(rows: "pl.DataFrame") -> "pl.Series":
    """The keys of entries that do not count: of each that was corrected, the last recorded does."""
    import polars as pl

    corrections = rows.filter(pl.col("replaces").is_not_null())
    found = corrections.select("key", "recorded", root="replaces").unique("key", keep="last")
    # Each round doubles how far it was looked back, so that a circle ends too: none in it counts.
    for _ in range(found.height.bit_length()):
        further = found.select(root="key", further="root")
        found = found.join(further, on="root", how="left")
        if found["further"].null_count() == found.height:
            break
        found = found.select("key", "recorded", root=pl.coalesce("further", "root"))
    ended = found.filter(~pl.col("root").is_in(found["key"].implode()))
    newest = ended.sort("recorded", "key").unique("root", keep="last")
    gone = pl.concat([found["root"].rename("key"), found["key"]])
    return gone.filter(~gone.is_in(newest["key"].implode()))


def _looked_up(asked: "pl.DataFrame", days: "pl.DataFrame", *, newest: bool) -> "pl.DataFrame":
    """For each row that is asked for the first of some days in its span, or the newest."""
    import polars as pl

    day = pl.col("on").max() if newest else pl.col("on").min()
    spans = asked.select("row", "place", "from", "to")
    within = days.select("place", "on").join(spans, on="place")
    within = within.filter(pl.col("on").is_between("from", "to"))
    return within.group_by("row").agg(day.alias("day"))
