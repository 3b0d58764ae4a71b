"""A schedule's document, its charges and its findings are refused if they cannot be true."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iopkit import InvalidError, Schedule, from_document, from_json
from iopkit.charges import Charges
from iopkit.checks import Finding
from iopkit.courses import Course

GOLDEN = Path(__file__).parent.parent / "golden"

Document = dict[str, Any]
Change = Callable[[Document], object]


def _booked(document: Document) -> int:
    """The place of a session that is booked as the plan has it."""
    return next(n for n, each in enumerate(document["sessions"]) if "moved" not in each)


def _with(place: str, **fields: object) -> Change:
    def change(document: Document) -> None:
        listed = document[place]
        listed[_booked(document) if place == "sessions" else 0].update(fields)

    return change


def _twice(place: str) -> Change:
    return lambda document: document[place].append(dict(document[place][0]))


def _on(day: str) -> Change:
    def change(document: Document) -> None:
        session = document["sessions"][_booked(document)]
        session["start"] = day + session["start"][10:]

    return change


def _both(document: Document) -> None:
    session = document["sessions"][_booked(document)]
    document["unplaced"].append(
        {key: session[key] for key in ("service", "number", "phase", "week", "modality")}
        | {"why": "closed"}
    )


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        (_twice("sessions"), "sessions", "once"),
        (_twice("unplaced"), "unplaced", "once"),
        (_both, "unplaced", "once"),
        (_with("sessions", duration_minutes=0), "duration_minutes", "whole minutes"),
        (_with("sessions", duration_minutes=-35), "duration_minutes", "whole minutes"),
        (_with("sessions", duration_minutes=1441), "duration_minutes", "whole minutes"),
        (_with("sessions", duration_minutes=7 * 10**12), "duration_minutes", "whole"),
        (_with("sessions", breaks_minutes=-1), "breaks_minutes", "less than the session"),
        (_with("sessions", breaks_minutes=1440), "breaks_minutes", "less than the session"),
        (_with("sessions", number=0), "number", "from 1 to 100,000"),
        (_with("sessions", number=100_001), "number", "from 1 to 100,000"),
        (_with("sessions", make_up=-1), "make_up", "from 0 to 100,000"),
        (_with("sessions", make_up=10**30), "make_up", "from 0 to 100,000"),
        (_with("sessions", week=0), "week", "from 1 to 107"),
        (_with("sessions", week=108), "week", "from 1 to 107"),
        (_with("sessions", week=3), "start", "a day of its week"),
        (_with("sessions", modality="mutual_help"), "modality", "that of the service"),
        (_with("sessions", service="another"), "", "a service of the plan"),
        (_with("sessions", start="2026-03-02T19:00-05:00[America/New_York]"), "start", "zone"),
        (_on("2026-02-16"), "start", "a day of its week"),
        (_on("2030-03-04"), "start", "a day of its week"),
        (_on("2026-02-23"), "start", "a day of its week"),
        (_with("unplaced", week=99), "week", ""),
        (_with("unplaced", week=0), "week", "from 1 to 107"),
        (_with("unplaced", number=-7), "number", "from 1 to 100,000"),
        (_with("unplaced", duration_minutes=0), "duration_minutes", "whole minutes"),
        (_with("unplaced", modality="mutual_help"), "modality", "that of the service"),
        (_with("unplaced", prescribed="2026-03-01"), "prescribed", "a day of the plan"),
        (_with("unplaced", prescribed="2999-12-31"), "prescribed", "a day of the plan"),
        (lambda document: document.update(revision=2**31), "revision", "from 0 to"),
        (lambda document: document.update(revision=-1), "revision", "from 0 to"),
        (lambda document: document.update(zone="America/Oz"), "zone", "IANA"),
    ],
)
def test_a_schedule_that_cannot_be_true_is_refused_where_it_is_wrong(
    change: Change, where: str, words: str, documents: dict[str, Document]
) -> None:
    document = documents["schedule"]
    from_json(Schedule, json.dumps(document))
    change(document)
    if not words:  # a week up to two years after the plan's last can have sessions
        from_json(Schedule, json.dumps(document))
        return
    with pytest.raises(InvalidError) as refused:
        from_json(Schedule, json.dumps(document))
    told = [str(fault) for fault in refused.value.faults]
    assert any(where in line and words in line for line in told), told


def test_a_session_may_be_on_a_day_of_another_week_if_that_is_told(
    documents: dict[str, Document],
) -> None:
    document = documents["schedule"]
    place = _booked(document)
    session = document["sessions"][place]
    clock = session["start"][10:16]
    session["start"] = f"2026-02-23{clock}-06:00[America/Chicago]"
    revised = {**document, "revision": 1}  # what was held stays where it was
    assert from_json(Schedule, json.dumps(revised)).sessions[place].week == session["week"]
    session["moved"] = {"prescribed": f"2026-03-02{clock}", "why": "asked"}
    assert from_json(Schedule, json.dumps(document)).sessions[place].week == session["week"]
    session["start"] = f"2039-01-03{clock}-06:00[America/Chicago]"
    with pytest.raises(InvalidError, match="a day near the plan's"):
        from_json(Schedule, json.dumps(document))


def test_a_session_that_is_there_twice_is_told_by_its_place(
    documents: dict[str, Document],
) -> None:
    document = documents["schedule"]
    _twice("sessions")(document)
    with pytest.raises(InvalidError) as refused:
        from_json(Schedule, json.dumps(document))
    (fault,) = refused.value.faults
    assert fault.path == ("sessions", len(document["sessions"]) - 1)
    assert fault.found == "another object"


def test_of_sessions_that_are_all_wrong_a_hundred_are_told(documents: dict[str, Document]) -> None:
    document = documents["schedule"]
    session = document["sessions"][_booked(document)]
    document["sessions"] = [{**session, "week": 200}] * 400
    with pytest.raises(InvalidError) as refused:
        from_json(Schedule, json.dumps(document))
    assert len(refused.value.faults) == 100


@pytest.mark.parametrize(
    ("kind", "where", "fields"),
    [
        ("charges", "weeks", {"weeks": 625}),
        ("charges", "weeks", {"weeks": 1}),
        ("charges", "unplaced", {"unplaced": -2}),
        ("finding", "week", {"week": 0}),
        ("finding", "week", {"week": 10**20}),
        ("finding", "averaged_over", {"averaged_over": 0}),
    ],
)
def test_numbers_of_results_are_in_bounds(
    kind: str, where: str, fields: Document, documents: dict[str, Document]
) -> None:
    of: Any = {"charges": Charges, "finding": Finding}[kind]
    with pytest.raises(InvalidError) as refused:
        from_json(of, json.dumps({**documents[kind], **fields}))
    assert (where,) in [fault.path for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("part", "where", "fields"),
    [
        ("lines", "counted_minutes", {"counted_minutes": -1}),
        ("lines", "counted_minutes", {"counted_minutes": 10**12}),
        ("uncharged", "week", {"week": 0}),
        ("uncharged", "number", {"number": 0}),
    ],
)
def test_numbers_of_charges_are_in_bounds(
    part: str, where: str, fields: Document, documents: dict[str, Document]
) -> None:
    document = documents["charges"]
    document[part][0].update(fields)
    with pytest.raises(InvalidError) as refused:
        from_json(Charges, json.dumps(document))
    assert (part, 0, where) in [fault.path for fault in refused.value.faults]


def test_the_sessions_of_a_courses_schedules_are_in_their_weeks() -> None:
    document = json.loads((GOLDEN / "formats" / "course-1.json").read_bytes())
    document["schedules"][0]["schedule"]["sessions"][0]["week"] += 1
    with pytest.raises(InvalidError) as caught:
        from_document(Course, document)
    paths = [fault.path for fault in caught.value.faults]
    assert ("schedules", 0, "schedule", "sessions", 0, "start") in paths
