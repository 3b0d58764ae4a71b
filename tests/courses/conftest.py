"""Entries for tests, with a key each."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest

from iopkit.courses import Entry
from iopkit.courses.events import CourseEvent

NIGHT = datetime(2027, 5, 1, 22, tzinfo=UTC)


@pytest.fixture
def told() -> Callable[..., Entry]:
    """Makes entries, each recorded a minute after the one before, once all is over."""
    numbers: Iterator[int] = count(100)

    def entry(event: CourseEvent | None, on: date, replaces: Entry | None = None) -> Entry:
        number = next(numbers)
        recorded = NIGHT + number * timedelta(minutes=1)
        replaced = replaces.key if replaces else None
        return Entry(UUID(int=number, version=4), on, recorded, "desk", event, replaced)

    return entry
