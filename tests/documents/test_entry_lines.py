"""Entries as JSON Lines and as rows: what is written comes back, and each fault has its line."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import InvalidError, from_json, from_toml, to_json
from iopkit.courses import Course, Entry, collect, merge
from iopkit.courses.events import (
    EVENT_KINDS,
    Admitted,
    CameUnplanned,
    HoldBegun,
    InstrumentAnswered,
    UseReported,
)
from iopkit.documents import (
    entries_from_jsonl,
    entries_from_rows,
    entries_to_jsonl,
    entry_rows,
)
from iopkit.documents.classes import tagged
from iopkit.documents.limits import MAX_BYTES
from iopkit.modalities import Modality
from iopkit.patients import Instrument, Item, Scale, Screening, Substance
from iopkit.sources import Grade, Source
from iopkit.strategies import courses, entries

COURSE = UUID("1c9e2f60-7c0b-4d0e-8a53-5d7b0c7f2e11")
OTHER = UUID("6f3f3a52-5a34-4c8c-9d27-6f6b1b0d9a10")
NIGHT = datetime(2026, 5, 1, 22, tzinfo=UTC)
DAY = date(2026, 3, 2)
SCREEN = Instrument(
    "oak",
    "Oak screen",
    items := (Item("1", (0, 1), (0, 1)),),
    (Scale("total", items),),
    Source("Our own form", Grade.SECONDARY),
)


def made(number: int, event: Any = None, **changes: Any) -> Entry:
    told: dict[str, Any] = {
        "on": DAY,
        "recorded": NIGHT,
        "recorder": "desk",
        "event": event or Admitted(),
    }
    return Entry(UUID(int=number, version=4), **told | changes)


def line_of(entry: Entry, **changes: Any) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(entries_to_jsonl([entry], course=COURSE))
    return {key: value for key, value in (raw | changes).items() if value is not ...}


def same_record(course: Course, given: Sequence[Entry]) -> bool:
    again = collect(given, key=course.key, patient=course.patient, schedules=course.schedules)
    return again == course


@given(st.lists(courses(), max_size=2), st.lists(entries(), max_size=3))
def test_what_is_written_as_lines_or_rows_comes_back(
    some: list[Course], alone: list[Entry]
) -> None:
    renamed = [evolve(one, key=UUID(int=n, version=4)) for n, one in enumerate(some)]
    written: list[Course | Entry] = [*renamed, *alone]
    lines = entries_from_jsonl(entries_to_jsonl(written, course=COURSE))
    rows = entries_from_rows(entry_rows(written, course=COURSE))
    assert lines == rows
    assert lines.faults == ()
    for one in renamed:
        assert same_record(one, lines.by_course[one.key])
    assert list(lines.by_course.get(COURSE, ())) == alone


def test_lines_keep_what_is_set_apart() -> None:
    course = collect([made(1), made(2)], key=COURSE, patient=OTHER)
    assert len(course.apart) == 1
    again = entries_from_jsonl(entries_to_jsonl([course])).by_course[COURSE]
    assert same_record(course, again)


@given(courses())
def test_a_course_is_the_same_once_its_document_and_its_lines_are_together(course: Course) -> None:
    lines = entries_from_jsonl(entries_to_jsonl([course]), course=course.key)
    twice = merge(from_json(Course, to_json(course)), course)
    assert twice == course
    assert same_record(course, [*lines.by_course.get(course.key, ()), *course.entries])


def test_each_kind_of_event_has_one_name_everywhere() -> None:
    assert tagged(Entry.__annotations__["event"]) == dict(EVENT_KINDS)


GOOD = entries_to_jsonl([made(1), made(2), made(3)], course=COURSE).splitlines()
MOMENT = "an instant, with its offset from UTC, such as '2026-01-31T18:00:00-06:00'"
ADMITTED = {"type": "admitted"}
BAD: dict[str, tuple[str, list[tuple[object, ...]]]] = {
    "no JSON": ("garbage", [()]),
    "two values": (GOOD[0] + GOOD[0], [()]),
    "an object that does not end": (GOOD[0][:-1], [()]),
    "no object": ("[]", [()]),
    "nothing in it": (
        "{}",
        [("course",), ("key",), ("on",), ("recorded",), ("recorder",)],
    ),
    "a key twice": (GOOD[0][:-1] + ', "on": "2026-03-02"}', [()]),
    "no number": (GOOD[0].replace('"desk"', "NaN"), [()]),
    "an unknown key": (json.dumps(line_of(made(1), color="red")), [("<key 7>",)]),
    "an unknown kind": (json.dumps(line_of(made(1), event={"type": "left"})), [("event", "type")]),
    "no kind": (json.dumps(line_of(made(1), event={})), [("event", "type")]),
    "an unknown key of an event": (
        json.dumps(line_of(made(1), event={"type": "admitted", "color": 1})),
        [("event", "<key 2>")],
    ),
    "no zone": (json.dumps(line_of(made(1), recorded="2026-05-01T22:00:00")), [("recorded",)]),
    "a day in place of an instant": (
        json.dumps(line_of(made(1), recorded="2026-05-01")),
        [("recorded",)],
    ),
    "a zone that has not that offset": (
        json.dumps(line_of(made(1), recorded="2026-05-01T22:00:00-05:00[Europe/Paris]")),
        [("recorded",)],
    ),
    "a number for an instant": (json.dumps(line_of(made(1), recorded=5)), [("recorded",)]),
    "a year that there is not": (
        json.dumps(line_of(made(1), recorded="1800-01-01T00:00:00+01:00")),
        [("recorded",)],
    ),
    "neither an event nor what to withdraw": (
        json.dumps(line_of(made(1), event=...)),
        [("event",)],
    ),
    "an entry that replaces itself": (
        json.dumps(line_of(made(1), replaces=str(made(1).key))),
        [("replaces",)],
    ),
    "a course that is none": (json.dumps(line_of(made(1), course="north")), [("course",)]),
    "two faults": (json.dumps(line_of(made(1), course=1, on="soon")), [("course",), ("on",)]),
    "too deep": (
        json.dumps(line_of(made(1), event=json.loads("[" * 70 + "]" * 70))),
        [("<key 6>", *[0] * 11)],
    ),
    "far too deep": ("[" * 5_000 + "]" * 5_000, [(0,) * 12]),
    "too many values": (json.dumps(line_of(made(1), event=[0] * 100_001)), [("<key 6>",)]),
    "too long": (json.dumps(line_of(made(1), recorder="x" * MAX_BYTES)), [()]),
    "a lone surrogate": (json.dumps(line_of(made(1), recorder="\ud800")), [("recorder",)]),
}


@pytest.mark.parametrize(("line", "paths"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("form", [str, str.encode])
def test_a_faulty_line_is_told_with_its_number_and_the_rest_is_read(
    line: str, paths: list[tuple[object, ...]], form: Callable[[str], str | bytes]
) -> None:
    told = entries_from_jsonl(form("\n".join([*GOOD[:2], line, "", GOOD[2], ""])))
    assert [each.line for each in told.lines] == [1, 2, 5]
    assert [each.entry for each in told.lines] == [made(1), made(2), made(3)]
    assert [(fault.line, fault.path) for fault in told.faults] == [(3, path) for path in paths]
    assert all(fault.expected for fault in told.faults)


def test_every_faulty_line_is_told() -> None:
    told = entries_from_jsonl("{}\n" * 250)
    assert {fault.line for fault in told.faults} == set(range(1, 251))


def test_a_fault_of_json_is_told_without_another_line() -> None:
    (fault,) = entries_from_jsonl(f"{GOOD[0]}\n{GOOD[0][:-1]},}}").faults
    assert str(fault).startswith("line 2: expected valid JSON, found a fault in column")


def test_a_fault_holds_nothing_of_a_patient() -> None:
    name = "Jane Doe"
    lines = [
        json.dumps(line_of(made(1), recorder=[name])),
        json.dumps(line_of(made(1), **{name: 1})),
        json.dumps(line_of(made(1), event={"type": name})),
        json.dumps(line_of(made(1), event={"type": "admitted", name: name})),
        name,
    ]
    told = entries_from_jsonl("\n".join(lines))
    assert {fault.line for fault in told.faults} == {1, 2, 3, 4, 5}
    assert name not in repr(told.faults)
    assert name not in "".join(map(str, told.faults))


LINE = f"{GOOD[0]}\n"
FORMS: dict[str, Any] = {
    "text": LINE,
    "bytes": LINE.encode(),
    "ends of lines of Windows": LINE.replace("\n", "\r\n"),
    "a mark before it": f"\ufeff{LINE}",
    "a mark before bytes": f"\ufeff{LINE}".encode(),
    "lines": [GOOD[0]],
    "lines of bytes": iter([LINE.encode()]),
    "an open file": StringIO(LINE),
    "an open file of bytes": BytesIO(LINE.encode()),
}


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)
def test_text_and_lines_are_read_alike(data: Any) -> None:
    told = entries_from_jsonl(data)
    assert (told.faults, told.by_course) == ((), {COURSE: (made(1),)})


def test_a_line_of_other_bytes_hides_no_other() -> None:
    told = entries_from_jsonl(b"\xff\n" + LINE.encode())
    assert [fault.line for fault in told.faults] == [1]
    assert [each.line for each in told.lines] == [2]


def test_what_is_long_is_read_if_it_is_right() -> None:
    entry = made(1, recorder="x" * 200_000)
    assert entries_from_jsonl(entries_to_jsonl([entry], course=COURSE)).lines[0].entry == entry


def test_nothing_in_a_text_ends_a_line() -> None:
    entry = made(1, recorder="a\nb\r\u2028\u0085c")
    text = entries_to_jsonl([entry], course=COURSE)
    assert len(text.splitlines()) == 1
    assert entries_from_jsonl(text).lines[0].entry == entry


def test_entries_of_another_course_than_was_asked_for_are_faults() -> None:
    text = LINE + entries_to_jsonl([made(2)], course=OTHER)
    assert {*entries_from_jsonl(text).by_course} == {COURSE, OTHER}
    told = entries_from_jsonl(text, course=OTHER)
    assert [(fault.line, fault.path) for fault in told.faults] == [(1, ("course",))]
    assert told.by_course == {OTHER: (made(2),)}


def test_own_instruments_are_known_by_their_names() -> None:
    answered = made(1, InstrumentAnswered(Screening("oak", DAY, (1,), own=SCREEN)))
    text, rows = entries_to_jsonl([answered], course=COURSE), entry_rows([answered], course=COURSE)
    assert entries_from_jsonl(text, instruments=[SCREEN]).lines[0].entry == answered
    assert entries_from_rows(rows, instruments=[SCREEN]).lines[0].entry == answered
    (fault,) = entries_from_jsonl(text).faults
    assert fault.path == ("event", "screening", "instrument")


WRONG: dict[str, tuple[Callable[[], object], tuple[object, ...]]] = {
    "no text": (lambda: entries_from_jsonl(5), ("data",)),  # type: ignore[arg-type]
    "no lines": (lambda: entries_from_jsonl([b"", 5]), (2,)),  # type: ignore[list-item]
    "no entry": (lambda: entries_to_jsonl([5]), (0,)),  # type: ignore[list-item]
    "no course": (lambda: entries_to_jsonl([made(1)]), ("course",)),
}


@pytest.mark.parametrize(("call", "path"), WRONG.values(), ids=WRONG)
def test_wrong_arguments_are_refused(call: Callable[[], object], path: tuple[object, ...]) -> None:
    with pytest.raises(InvalidError) as refused:
        call()
    assert [fault.path for fault in refused.value.faults] == [path]


# Instants.

HALF_PAST_ONE = datetime(2026, 11, 1, 1, 30, 15, 250, tzinfo=ZoneInfo("America/Chicago"))


@pytest.mark.parametrize("fold", [0, 1])
def test_an_instant_that_a_clock_shows_twice_is_kept(fold: int) -> None:
    moment = HALF_PAST_ONE.replace(fold=fold)
    event = CameUnplanned("talk", Modality.GROUP_THERAPY, moment, timedelta(hours=1))
    entry = made(1, event, on=moment.date(), recorded=moment)
    assert entry.recorded == moment.astimezone(UTC)
    for again in (
        entries_from_jsonl(entries_to_jsonl([entry], course=COURSE)),
        entries_from_rows(entry_rows([entry], course=COURSE)),
    ):
        read = again.lines[0].entry
        assert read == entry
        assert isinstance(read.event, CameUnplanned)
        assert read.event.start.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-01T22:00Z",
        "2026-05-01T22:00:00Z",
        "2026-05-01T22:00:00.000Z",
        "2026-05-01T17:00:00-05:00",
        "2026-05-01T17:00:00-05:00[America/Chicago]",
        "2026-05-02T00:00:00.000000+02:00",
    ],
)
def test_an_instant_may_be_written_in_any_offset(text: str) -> None:
    told = entries_from_jsonl(json.dumps(line_of(made(1), recorded=text)))
    assert [each.entry for each in told.lines] == [made(1)]


def test_a_start_of_an_offset_alone_is_kept() -> None:
    start = datetime(2026, 3, 2, 18, tzinfo=timezone(timedelta(hours=-5)))
    event = CameUnplanned("talk", Modality.GROUP_THERAPY, start, timedelta(hours=1))
    course = collect([made(1), made(2, event)], key=COURSE, patient=OTHER)
    assert from_json(Course, to_json(course)) == course


def test_a_time_that_clocks_leave_out_is_no_start() -> None:
    start = datetime(2026, 3, 8, 2, 30, tzinfo=ZoneInfo("America/Chicago"))
    with pytest.raises(InvalidError, match="a time that clocks show"):
        CameUnplanned("talk", Modality.GROUP_THERAPY, start, timedelta(hours=1))


TOML = """
document = "course"
format = 1
key = "1c9e2f60-7c0b-4d0e-8a53-5d7b0c7f2e11"
patient = "6f3f3a52-5a34-4c8c-9d27-6f6b1b0d9a10"

[[entries]]
key = "00000000-0000-4000-8000-000000000001"
on = 2026-03-02
recorded = {moment}
recorder = "desk"
event.type = "admitted"
"""


def test_a_course_in_toml_has_moments_of_its_own() -> None:
    course = from_toml(Course, TOML.format(moment="2026-05-01T17:00:00-05:00"))
    assert course.entries == (made(1),)
    with pytest.raises(InvalidError) as refused:
        from_toml(Course, TOML.format(moment="2026-05-01T17:00:00"))
    assert [(f.line, f.path) for f in refused.value.faults] == [(10, ("entries", 0, "recorded"))]


# Rows.

ENTRIES = [
    made(1),
    made(2, UseReported(frozenset({Substance.ALCOHOL})), recorder="night shift"),
    evolve(made(3), event=None, replaces=made(1).key, recorded=NIGHT + timedelta(microseconds=1)),
]
ROWS = entry_rows(ENTRIES, course=COURSE)


def test_a_row_has_what_a_database_sorts_and_looks_for() -> None:
    assert ROWS[1:] == [
        {
            "course": str(COURSE),
            "key": str(ENTRIES[1].key),
            "on": "2026-03-02",
            "recorded": "2026-05-01T22:00:00.000000+00:00",
            "recorder": "night shift",
            "kind": "use_reported",
            "replaces": None,
            "body": '{"substances": ["alcohol"]}',
        },
        {
            "course": str(COURSE),
            "key": str(ENTRIES[2].key),
            "on": "2026-03-02",
            "recorded": "2026-05-01T22:00:00.000001+00:00",
            "recorder": "desk",
            "kind": None,
            "replaces": str(ENTRIES[0].key),
            "body": None,
        },
    ]


def table(rows: Sequence[dict[str, str | None]]) -> pl.DataFrame:
    typed = pl.DataFrame(rows, schema=dict.fromkeys(ROWS[0], pl.String))
    return typed.with_columns(
        pl.col("on").str.to_date(), pl.col("recorded").str.to_datetime(time_zone="UTC")
    )


@given(courses())
def test_a_course_goes_through_polars_and_back(course: Course) -> None:
    frame = table(entry_rows([course]))
    told = entries_from_rows(frame.iter_rows(named=True), course=course.key)
    assert told.faults == ()
    assert same_record(course, told.by_course.get(course.key, ()))


def test_rows_go_through_parquet_duckdb_and_sql_and_back(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    frame = table(ROWS)
    frame.write_parquet(tmp_path / "entries.parquet")
    parquet = pl.read_parquet(tmp_path / "entries.parquet").iter_rows(named=True)
    with duckdb.connect() as link:
        link.execute("set timezone = 'America/Chicago'")
        link.register("frame", frame)
        link.execute("create table entry as select * replace (key::uuid as key) from frame")
        found = link.sql('select * from entry order by "on", key')
        cells = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    with sqlite3.connect(":memory:") as db:
        db.row_factory = sqlite3.Row
        db.execute(
            'create table entry (course, key, "on", recorded, recorder, kind, replaces, body)'
        )
        db.executemany(
            "insert into entry values"
            " (:course, :key, :on, :recorded, :recorder, :kind, :replaces, :body)",
            ROWS,
        )
        rows = db.execute("select * from entry").fetchall()
    db.close()
    for each in (parquet, cells, rows):
        told = entries_from_rows(each)
        assert told.faults == ()
        assert [line.entry for line in told.lines] == ENTRIES


def test_rows_of_many_courses_are_kept_apart() -> None:
    rows = [*ROWS, *entry_rows([made(4)], course=OTHER)]
    told = entries_from_rows(rows)
    assert told.by_course == {COURSE: tuple(ENTRIES), OTHER: (made(4),)}
    assert [(f.line, f.path) for f in entries_from_rows(rows, course=COURSE).faults] == [
        (4, ("course",))
    ]


CELLS: dict[str, tuple[dict[str, object], tuple[object, ...]]] = {
    "no course": ({"course": None}, ("course",)),
    "an unknown column": ({"replace": None, "note": "x"}, ("<key 6>",)),
    "an unknown kind": ({"kind": "left"}, ("kind",)),
    "no kind": ({"kind": None}, ("kind",)),
    "no body": ({"body": None}, ("body",)),
    "a body that is no text": ({"body": 5}, ("body",)),
    "a body that is no JSON": ({"body": "{"}, ("body",)),
    "a body that is no object": ({"body": "[]"}, ("body",)),
    "a body with the kind": ({"body": '{"type": "admitted"}'}, ("body",)),
    "an unknown key in the body": ({"body": '{"color": 1}'}, ("body", "<key 1>")),
    "a moment without a zone": ({"recorded": datetime(2026, 5, 1)}, ("recorded",)),  # noqa: DTZ001
    "a moment in place of a day": ({"on": NIGHT}, ("on",)),
    "another zone than its own class's": ({"recorded": 5}, ("recorded",)),
}


@pytest.mark.parametrize(("cells", "path"), CELLS.values(), ids=CELLS)
def test_a_faulty_row_is_told_with_its_number_and_the_rest_is_read(
    cells: dict[str, object], path: tuple[object, ...]
) -> None:
    told = entries_from_rows([ROWS[0], ROWS[1] | cells, ROWS[2]])
    assert [(fault.line, fault.path) for fault in told.faults] == [(2, path)]
    assert [each.entry for each in told.lines] == [ENTRIES[0], ENTRIES[2]]


@pytest.mark.parametrize("row", [5, "text", (1, 2)])
def test_what_has_no_columns_is_no_row(row: Any) -> None:
    (fault,) = entries_from_rows([row]).faults
    assert fault.expected == "a row with the names of its columns"


def test_a_hold_is_read_whatever_comes_after_it() -> None:
    told = entries_from_jsonl([*GOOD, json.dumps(line_of(made(9, HoldBegun())))])
    assert told.lines[-1].entry.event == HoldBegun()
