"""The entries of a thousand courses, read from JSON Lines and from rows."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from random import Random  # noqa: TID251  # its own stream, from a seed
from uuid import UUID

from measure import Case, Contender

from iopkit.courses import Entry
from iopkit.courses.events import (
    EVENT_KINDS,
    CourseEvent,
    DrugTested,
    ReviewHeld,
    SessionAttended,
    SessionMissed,
    SubstanceFound,
    UseReported,
)
from iopkit.documents import (
    EntryLines,
    entries_from_jsonl,
    entries_from_rows,
    entries_to_jsonl,
    entry_rows,
)
from iopkit.patients import Substance
from iopkit.schedules import Attendance

COUNT, COURSES = 100_000, 1_000
SIZE = f"{COUNT:,} entries of {COURSES:,} courses"
NAMES = {of: name for name, of in EVENT_KINDS.items()}


def reading() -> Case:
    """JSON Lines to entries, each held against its type, its class and the days in its event."""
    text = "".join(entries_to_jsonl(some, course=key) for key, some in _entries())
    return _case("entries-read", partial(entries_from_jsonl, text))


def reading_rows() -> Case:
    """The same from rows of a table."""
    rows = [row for key, some in _entries() for row in entry_rows(some, course=key)]
    return _case("entries-rows", partial(entries_from_rows, rows))


def _case(name: str, read: Callable[[], EntryLines]) -> Case:
    def ours() -> object:
        told = read()
        kinds = Counter(NAMES[type(entry.event)] for entry in told.entries if entry.event)
        return kinds, told.faults

    def theirs() -> object:
        return Counter(kind for *_, kind, _, _ in rows()), ()

    rows = _from_sqlite()
    note = "rows of texts, with the event as a dict: nothing is checked"
    peer = Contender("sqlite3", rows, theirs, note)
    return Case(name, SIZE, Contender("iopkit", read, ours), (peer,))


def _from_sqlite() -> Callable[[], Sequence[tuple[object, ...]]]:
    """All rows of a table in memory, with what is JSON in them parsed."""
    db = sqlite3.connect(":memory:")
    columns = 'course, key, "on", recorded, recorder, kind, replaces, body'
    db.execute(f"create table entry ({columns})")
    for key, some in _entries():
        rows = [tuple(row.values()) for row in entry_rows(some, course=key)]
        db.executemany("insert into entry values (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def read() -> Sequence[tuple[object, ...]]:
        found: Iterable[tuple[str, ...]] = db.execute("select * from entry")
        return [(*cells, json.loads(body)) for *cells, body in found]

    return read


@cache
def _entries() -> Sequence[tuple[UUID, Sequence[Entry]]]:
    chance = Random(1)  # noqa: S311  # made-up keys

    def key() -> UUID:
        return UUID(int=chance.getrandbits(128), version=4)

    def event(number: int) -> CourseEvent:
        told: Sequence[CourseEvent] = (
            SessionAttended(key()),
            SessionMissed(key(), excused=True),
            SessionAttended(key(), Attendance(timedelta(minutes=60)), late=True),
            DrugTested((SubstanceFound(Substance.ALCOHOL, found=False),)),
            UseReported(frozenset({Substance.ALCOHOL})),
            ReviewHeld("Dr. Ash", ready=True),
        )
        return told[number % len(told)]

    start, night = date(2026, 1, 5), datetime(2026, 7, 1, 22, tzinfo=UTC)
    return [
        (
            key(),
            [
                Entry(
                    key(),
                    start + timedelta(days=number),
                    night + timedelta(seconds=number),
                    "front desk",
                    event(number),
                )
                for number in range(COUNT // COURSES)
            ],
        )
        for _ in range(COURSES)
    ]
