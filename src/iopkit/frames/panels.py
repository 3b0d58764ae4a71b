"""Schedules of many patients at once: a data frame of sessions, on any engine.

Needs the extra ``tables``, and PyArrow for other frames than those of Polars. Patients
share their schedules' dates: there are only so many combinations of program, track, first
day and time zone. ``schedule`` dates each of these once, and patients are joined to them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin
from uuid import UUID

from attrs import evolve, fields

from iopkit.clocks import zone_faults
from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.frames.engines import Engine, Frame, collected, names_in
from iopkit.patients.patients import Patient
from iopkit.plans.drafting import draft, plan_key
from iopkit.plans.plans import Plan, start_faults
from iopkit.programs.programs import Program
from iopkit.programs.timings import RandomDays
from iopkit.prose import counted
from iopkit.schedules.rows import Count, InUtc, Ordinal, SessionRow, program_of, row_values
from iopkit.schedules.scheduling import schedule
from iopkit.sites.sites import Site

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")

_REQUIRED = "patient", "start"
_OPTIONAL = "program", "track", "zone", "seed"
_SHARED = "start", "program", "track", "zone"
"""What patients have in common whose sessions are on the same days."""
_NOBODY = Patient(UUID(int=0, version=4))
# A random UUID, as ``Patient`` wants it; some engines let ``$`` stand before a line's end.
_KEY = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"
_KEY_LENGTH = 36
_BATCH = 50_000

_EXACT = 2**53
"""Up to where a float has every whole number."""

_Dated = tuple[Plan, Site]
_Numbered = tuple[int, Plan, Site]


def panel(  # noqa: PLR0913  # as draft has them
    patients: T,
    programs: Program | Iterable[Program],
    site: Site,
    *,
    seed: int,
    like: Patient | None = None,
    phase_weeks: Mapping[str, Mapping[str, int]] | None = None,
) -> T:
    """A frame with every session of every patient, as ``schedule`` dates it or leaves it.

    For each row of ``patients`` it has the rows that ``session_rows`` gives for the schedule
    of the plan that ``draft`` makes for this patient, in the columns of ``SessionRow``, with
    the patient as given. Rows are in the order of the patients and of ``place``. DuckDB and
    Spark keep no order: sort by ``patient``, ``plan_start`` and ``place``.

    Words are an ``Enum`` in Polars, zones and details ``Categorical``; in pandas these are
    categories and days are midnights, in PyArrow dictionaries, in DuckDB and Spark text.

    A lazy frame stays lazy. It is read once, down to its distinct combinations of program,
    track, first day and zone, and to how many of its rows are wrong. Services on random
    days take a schedule for each patient: if there are any, it is read once more, down to
    the patients on such programs, and their sessions are kept in memory.

    Args:
        patients: a row for each plan, with the columns ``patient``, a random UUID as text,
            and ``start``, a day. Others may be missing or null: ``program``, a name (then
            it is the only one given), ``track`` (then the one that collides least),
            ``zone`` (then the site's) and ``seed`` (then the one given). Columns of other
            names are left aside.
        programs: those that patients are in.
        site: where all of them come to.
        seed: draws the random days of those who have no seed of their own.
        like: whose availability, diagnoses and support persons all of them share; ``None``:
            nothing is known of them.
        phase_weeks: by the names of a program and a phase, how many weeks it has.

    Raises:
        InvalidError: a column is missing or of another type, or rows are wrong: it says how
            many, and never which; or as ``draft`` and ``schedule`` do.
        MissingExtraError: the extra ``tables`` is not installed.
        ModuleNotFoundError: the frame is not of Polars, and PyArrow is not installed.
        TypeError: ``patients`` is not a frame.

    Example:
        >>> import polars
        >>> from iopkit.windows import WeeklyWindows
        >>> from iopkit.library import find_program
        >>> site = Site("Elm", "America/Chicago", WeeklyWindows.of("monday 08:00-21:00"))
        >>> keys = ["0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90", "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"]
        >>> patients = polars.DataFrame({"patient": keys, "start": [date(2026, 1, 5)] * 2})
        >>> sessions = panel(patients, find_program("matrix-16-week"), site, seed=1)
        >>> sessions.height, sessions["service"][0], sessions["start"][0].isoformat()
        (150, 'relapse-prevention', '2026-01-05T08:00:00')
    """
    asked = _Asked.of(programs, site, seed, like, phase_weeks or {})
    engine, rows = _opened(patients, asked)
    shared = [name for name in _SHARED if name in rows.columns]
    found = _distinct(rows, shared)
    _refuse_rows(found, asked)
    plans = tuple(asked.plans(asked.shared(found)))
    rows = engine.join(rows, _numbered(found.select(shared), "id"), on=shared)
    drawing = {n for n, (plan, _) in enumerate(plans) if _draws(plan)}
    dated: Iterable[_Numbered] = ((n, *one) for n, one in enumerate(plans) if n not in drawing)
    if drawing:
        rows, own = _own_rows(rows, sorted(drawing), engine, first=len(plans))
        dated = chain(dated, asked.own_plans(own, plans))
    rows = engine.join(rows.select("patient", "id"), _table(dated, asked.types), on=["id"])
    result: T = engine.like_given(rows.drop("id"), whole=("minutes", "break_minutes"))
    return result


@frozen(repr=False)
class _Asked:
    """What sessions are asked for, patients aside."""

    programs: Mapping[str, Program]
    site: Site
    seed: int
    like: Patient | None
    phase_weeks: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(
        cls,
        programs: Program | Iterable[Program],
        site: Site,
        seed: int,
        like: Patient | None,
        phase_weeks: Mapping[str, Mapping[str, int]],
    ) -> "_Asked":
        given = (programs,) if isinstance(programs, Program) else tuple(programs)
        named = {program.name: program for program in given}
        refuse(
            "panel",
            unless(bool(given), "programs", "at least one", "none"),
            unless(len(named) == len(given), "programs", "each name once", "one twice"),
            unless(phase_weeks.keys() <= named.keys(), "phase_weeks", "those programs", "another"),
        )
        return cls(named, site, seed, like, phase_weeks)

    @property
    def only(self) -> str:
        """The name of the program, if there is one alone."""
        return next(iter(self.programs)) if len(self.programs) == 1 else ""

    def shared(self, found: "pl.DataFrame") -> tuple["_Shared", ...]:
        """What each combination found says, or leaves to be taken."""
        return tuple(
            _Shared(
                _day(one["start"]),
                one.get("program", self.only),
                one.get("track") or None,
                one.get("zone", self.site.zone),
            )
            for one in found.iter_rows(named=True)
        )

    def plans(self, combinations: Iterable["_Shared"]) -> Iterator[_Dated]:
        """For each combination a plan for nobody, and the site it is at."""
        known: dict[object, _Dated] = {}
        for one in combinations:
            # Of somebody of whom nothing is known, a draft is the same on all days.
            key = evolve(one, start=one.start if self.like else date.min)
            if key not in known:
                site = evolve(self.site, zone=one.zone)
                drafted = draft(
                    self.programs[one.program],
                    self.like or _NOBODY,
                    site,
                    start=one.start,
                    seed=self.seed,
                    track=one.track,
                    phase_weeks=self.phase_weeks.get(one.program),
                )
                known[key] = drafted, site
            plan, site = known[key]
            yield evolve(plan, start=one.start), site

    def own_plans(self, own: "pl.DataFrame", plans: Sequence[_Dated]) -> Iterator[_Numbered]:
        """For each patient whose seed draws days the plan that ``draft`` would make."""
        for one in own.iter_rows(named=True):
            shared: int = one["id"]
            plan, site = plans[shared]
            patient, seed = UUID(one["patient"]), one.get("seed", self.seed)
            key = plan_key(patient, self.programs[program_of(plan)], plan.start, seed)
            yield one["own"], evolve(plan, patient=patient, key=key, seed=seed), site

    @property
    def types(self) -> "Mapping[str, pl.DataType]":
        """Polars' types of the columns of sessions, the patient's aside."""
        programs, site = self.programs.values(), self.site
        words: dict[str, Iterable[str]] = {
            "program": self.programs,
            "track": (track.name for each in programs for track in each.tracks),
            "phase": (phase.name for each in programs for phase in each.phases),
            "service": (service.name for each in programs for service in each.every_service),
            "room": (room.name for room in site.rooms),
            "clinician": (clinician.name for clinician in site.clinicians),
        }
        return {
            each.name: _words(words[each.name]) if each.name in words else _column(each.type)
            for each in fields(SessionRow)
            if each.name != "patient"
        }

    __repr__ = hidden


@frozen(repr=False)
class _Shared:
    """What patients have in common whose sessions are on the same days."""

    start: date
    program: str
    track: str | None
    zone: str

    def wrong(self, asked: _Asked) -> Iterator[str]:
        """The columns in which it is not what it has to be."""
        program = asked.programs.get(self.program)
        born = asked.like is None or asked.like.may_be_born_by(self.start)
        if start_faults(self.start) or not born:
            yield "start"
        if program is None:
            yield "program"
        elif self.track not in (None, *(track.name for track in program.tracks)):
            yield "track"
        if not _is_zone(self.zone):
            yield "zone"

    __repr__ = hidden


@lru_cache(maxsize=1024)
def _is_zone(zone: str) -> bool:
    # What is wrong with a name takes a while to say, and many rows may have it.
    return not zone_faults(zone)


def _words(words: Iterable[str]) -> "pl.Enum":
    import polars as pl

    return pl.Enum(list(dict.fromkeys(map(str, words))))


def _column(declared: object) -> "pl.DataType":
    """Polars' type of a column, by what its field is declared to be."""
    import polars as pl

    is_union = get_origin(declared) in (Union, UnionType)
    kind = get_args(declared)[0] if is_union else declared
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _words(kind)
    types: dict[object, pl.DataType] = {
        Count: pl.Int16(),
        Ordinal: pl.Int32(),
        date: pl.Date(),
        datetime: pl.Datetime("us"),
        InUtc: pl.Datetime("us", "UTC"),
        str: pl.Categorical(),
    }
    return types[kind]


def _opened(patients: object, asked: _Asked) -> tuple[Engine, Frame]:
    """The engine of a frame; and what is asked for of it, lazy, without nulls but in days."""
    engine = Engine.of(patients)
    import narwhals as nw

    known = names_in(patients)
    names = [name for name in (*_REQUIRED, *_OPTIONAL) if name in known]
    refuse(
        "frame",
        *(unless(name in names, name, "a column", "none") for name in _REQUIRED),
        unless(
            bool(asked.only) or "program" in names,
            "program",
            "a column, as there are several programs",
            "none",
        ),
        unless(
            "seed" not in names or abs(asked.seed) < 2**63,
            "seed",
            "a seed of 64 bits beside a column of seeds",
            "a larger one",
        ),
    )
    rows = engine.rows(patients, names)
    types = rows.collect_schema()
    words = [name for name in names if name not in ("start", "seed")]
    # Engines have types of their own for nulls alone, and DuckDB one for UUIDs.
    text = nw.String, nw.Categorical, nw.Enum, nw.Unknown
    refuse(
        "frame",
        *(
            unless(types[name] in text, name, "a column of text", f"one of {_class(types[name])}")
            for name in words
        ),
        *(
            unless(
                types[name].is_integer() or types[name].is_float() or types[name] == nw.Unknown,
                name,
                "a column of whole numbers",
                f"one of {_class(types[name])}",
            )
            for name in names
            if name == "seed"
        ),
    )
    defaults = {"patient": "", "program": asked.only, "track": "", "zone": asked.site.zone}
    filled = [nw.col(name).cast(nw.String()).fill_null(defaults[name]) for name in words]
    seed = [nw.col(name) for name in names if name == "seed"]
    if seed and types["seed"] == nw.Unknown:
        seed = [seed[0].cast(nw.Int64())]
    seed = [column.fill_null(asked.seed) for column in seed]
    return engine, rows.select("start", *filled, *seed)


def _class(dtype: object) -> str:
    # In full, it may list its values.
    return type(dtype).__name__


def _distinct(rows: Frame, shared: Sequence[str]) -> "pl.DataFrame":
    """The combinations that rows have: how many rows each, and how many of them are wrong."""
    import narwhals as nw

    patient, seed, types = nw.col("patient"), nw.col("seed"), rows.collect_schema()
    is_key = patient.str.contains(_KEY) & (patient.str.len_chars() == _KEY_LENGTH)
    is_seed = nw.lit(value=True)
    if "seed" in types and types["seed"].is_float():  # as pandas has numbers with nulls
        is_seed = seed.is_between(-_EXACT, _EXACT) & (seed == seed.floor())
    wrong = {"patients": is_key, "seeds": is_seed}
    counted = rows.with_columns((~ok).cast(nw.Int64()).alias(name) for name, ok in wrong.items())
    return collected(counted.group_by(shared).agg(nw.len().alias("rows"), nw.col(*wrong).sum()))


def _refuse_rows(found: "pl.DataFrame", asked: _Asked) -> None:
    """Raise with all that is wrong in rows, counted."""
    wrong: Counter[str] = Counter()
    born = asked.like and asked.like.birth_date
    for shared, (rows, patients, seeds) in zip(
        asked.shared(found), found.select("rows", "patients", "seeds").iter_rows(), strict=True
    ):
        wrong.update(dict.fromkeys(shared.wrong(asked), rows), patient=patients, seed=seeds)
    expected = {
        "patient": "a random UUID as text",
        "start": f"a day from 1970 to 2199{', none before the birth in like,' if born else ''}",
        "program": f"one of {', '.join(asked.programs)}",
        "track": "a track of the program, or null",
        "zone": "an IANA time zone, or null",
        "seed": "a whole number, or null",
    }
    refuse(
        "frame",
        *(
            unless(
                not wrong[name],
                name,
                f"{what} in each row",
                f"another value in {counted(wrong[name], 'row')}",
            )
            for name, what in expected.items()
        ),
    )


def _day(value: object) -> date:
    """A day, also as the midnight that begins it, as pandas has it; of all else, the first."""
    if isinstance(value, datetime):
        ok = value.time() == time(0) and value.tzinfo is None
        return value.date() if ok else date.min
    return value if isinstance(value, date) else date.min


def _draws(plan: Plan) -> bool:
    """Whether the plan's key and seed decide on any of its sessions."""
    return any(
        isinstance(service.timing, RandomDays)
        and service.duration is not None
        and service.name not in plan.on_hold
        for service in plan.program.every_service
    )


def _numbered(table: "pl.DataFrame", name: str, first: int = 0) -> "pl.DataFrame":
    import polars as pl

    return table.with_row_index(name, first).cast({name: pl.Int32()})


def _own_rows(
    rows: Frame, drawing: Sequence[int], engine: Engine, *, first: int
) -> tuple[Frame, "pl.DataFrame"]:
    """Rows with a number for each patient whose sessions are drawn; and these patients."""
    import narwhals as nw
    import polars as pl

    own_keys = ["id", "patient", *(name for name in rows.columns if name == "seed")]
    rows = rows.with_columns(nw.col(name).cast(nw.Int64()) for name in own_keys if name == "seed")
    each = engine.join(rows, pl.DataFrame({"id": drawing}, {"id": pl.Int32()}), on=["id"])
    own = _numbered(collected(each.select(own_keys).unique()), "own", first)
    rows = engine.join(rows, own, on=own_keys, how="left")
    return rows.with_columns(nw.coalesce("own", "id").alias("id")), own


def _table(dated: Iterable[_Numbered], types: Mapping[str, Any]) -> "pl.DataFrame":
    """The sessions of plans under their numbers."""
    import polars as pl

    schema = {"id": pl.Int32(), **types}
    values = itemgetter(*types)
    rows = (
        (number, *values(row))
        for number, plan, site in dated
        for row in row_values(schedule(plan, site))
    )
    batches = iter(lambda: list(islice(rows, _BATCH)), [])
    return pl.concat([pl.DataFrame(rows, schema, orient="row") for rows in ([], *batches)])
