"""``iopkit course check``: which entries do not fit, by file and line."""

import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import draft, find_program, schedule, to_json
from iopkit.cli import main
from iopkit.courses import Course, Entry, ScheduleSince, collect
from iopkit.courses.events import (
    Admitted,
    CourseEvent,
    HoldEnded,
    InstrumentAnswered,
    PhaseEntered,
    SessionAttended,
)
from iopkit.documents import entries_to_jsonl
from iopkit.patients import Instrument, Item, Patient, Scale, Screening
from iopkit.sites import Site
from iopkit.sources import Grade, Source
from iopkit.windows import WeeklyWindows

MONDAY = date(2026, 1, 5)
NIGHT = datetime(2026, 5, 1, 22, tzinfo=UTC)
PATIENT = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
SITE = Site("north", "America/New_York", WeeklyWindows.always())
DATED = schedule(draft(find_program("matrix-16-week"), PATIENT, SITE, start=MONDAY, seed=1), SITE)
FIRST = DATED.sessions[0]
COURSE = Course(
    UUID("1c9e2f60-7c0b-4d0e-8a53-5d7b0c7f2e11"), PATIENT.key, (ScheduleSince(MONDAY, DATED),)
)
OTHER = UUID("6f3f3a52-5a34-4c8c-9d27-6f6b1b0d9a10")
NO_HOLD = "expected a hold that is open, found treatment was not on hold"
NO_SCHEDULE = "1 not judged: no file has their course, with its schedules"

Said = tuple[int, str, str]
Run = Callable[..., Said]


def entry(number: int, event: CourseEvent, on: date = MONDAY) -> Entry:
    return Entry(UUID(int=number, version=4), on, NIGHT, "desk", event)


ADMITTED = entry(1, Admitted())
ENDED = entry(2, HoldEnded())
CAME = entry(3, SessionAttended(DATED.uid(FIRST)), FIRST.start.date())


def lines(*entries: Entry, course: UUID = COURSE.key) -> str:
    return entries_to_jsonl(entries, course=course)


def with_entries(*entries: Entry) -> Course:
    return collect(entries, key=COURSE.key, patient=COURSE.patient, schedules=COURSE.schedules)


def on_one_line(course: Course) -> str:
    return json.dumps(json.loads(to_json(course))) + "\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command over files by their names; ``given`` is standard input."""
    monkeypatch.chdir(tmp_path)

    def running(files: dict[str, str], *arguments: str, given: str = "") -> Said:
        for name, text in files.items():
            path = Path(name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        code = main(["course", "check", *(arguments or files)])
        out, err = capsys.readouterr()
        return code, out, err

    return running


def test_entries_that_all_fit_are_done(run: Run) -> None:
    files = {"course.json": to_json(COURSE), "entries.jsonl": lines(ADMITTED, CAME)}
    assert run(files) == (0, "2 of 2 entries fit, in 1 course\n", "")


def test_a_course_without_entries_is_right(run: Run) -> None:
    assert run({"course.json": to_json(COURSE)}) == (0, "0 of 0 entries fit, in 1 course\n", "")


def test_what_does_not_fit_is_told_by_file_and_line(run: Run) -> None:
    files = {"course.json": to_json(COURSE), "entries.jsonl": "\n" + lines(ADMITTED, ENDED, CAME)}
    told = f"entries.jsonl, line 3: {NO_HOLD}\n\n2 of 3 entries fit, in 1 course\n"
    assert run(files) == (1, told, "")


def test_what_does_not_fit_in_a_document_is_told_by_its_line_and_place(run: Run) -> None:
    text = to_json(with_entries(ADMITTED, ENDED))
    line = text[: text.index(str(ENDED.key))].count("\n")
    code, out, _ = run({"course.json": text})
    assert (code, out.split("\n")[0]) == (1, f"course.json, line {line}, entries[1]: {NO_HOLD}")


@pytest.mark.parametrize("there", [True, False], ids=["in the file of lines", "in its own file"])
def test_entries_are_checked_with_those_of_the_document(run: Run, there: bool) -> None:
    head = on_one_line(with_entries(ADMITTED))
    files = {"all.jsonl": head + lines(CAME)} if there else {"a.json": head, "b.jsonl": lines(CAME)}
    assert run(files) == (0, "2 of 2 entries fit, in 1 course\n", "")


def test_without_schedules_sessions_and_phases_are_not_judged(run: Run) -> None:
    code, out, err = run({"entries.jsonl": lines(ADMITTED, CAME)})
    assert (code, err) == (3, "")
    assert out == f"1 of 2 entries fit, in 1 course\n{NO_SCHEDULE}\n"
    code, out, _ = run({"entries.jsonl": lines(ADMITTED, ENDED, entry(4, PhaseEntered("x")))})
    assert code == 1
    assert out.endswith(f"1 of 3 entries fit, in 1 course\n{NO_SCHEDULE}\n")


def test_what_is_wrong_all_the_same_is_told_without_schedules(run: Run) -> None:
    code, out, _ = run({"entries.jsonl": lines(CAME)})
    expected = "expected a day of a stay, found the patient was not admitted yet"
    assert (code, out.splitlines()[0]) == (1, f"entries.jsonl, line 1: {expected}")
    assert "no schedule in force" not in out


def test_faulty_lines_are_told_and_the_rest_is_checked(run: Run) -> None:
    name = "Jane Doe"
    bad = json.dumps({**json.loads(lines(ENDED)), "recorded": "2026-05-01T10:00", name: name})
    files = {"course.json": to_json(COURSE), "e.jsonl": f"{lines(ADMITTED)}{name}\n{bad}\n"}
    code, out, err = run(files)
    assert (code, out) == (2, "1 of 1 entries fit, in 1 course\n")
    assert [line.partition(": expected")[0] for line in err.splitlines()] == [
        "iopkit: e.jsonl, line 2",
        "iopkit: e.jsonl, line 3: recorded",
        "iopkit: e.jsonl, line 3: <key 7>",
    ]
    assert name not in out + err


def test_courses_are_kept_apart(run: Run) -> None:
    both = lines(ADMITTED) + lines(ADMITTED, ENDED, course=OTHER)
    files = {"folder/course.json": to_json(COURSE), "folder/entries.jsonl": both}
    code, out, _ = run(files, "folder")
    told = "folder/entries.jsonl, line 3"
    assert (code, out) == (1, f"{told}: {NO_HOLD}\n\n2 of 3 entries fit, in 2 courses\n")


def test_an_entry_on_two_lines_is_one(run: Run) -> None:
    files = {"course.json": to_json(COURSE), "e.jsonl": lines(ADMITTED, ADMITTED, ENDED, ENDED)}
    code, out, _ = run(files)
    assert (code, out.splitlines()[-1]) == (1, "1 of 2 entries fit, in 1 course")
    assert [line.partition(":")[0] for line in out.splitlines()[:2]] == [
        "e.jsonl, line 3",
        "e.jsonl, line 4",
    ]


def test_two_entries_of_one_key_are_told_once_at_each_line(run: Run) -> None:
    code, out, _ = run({"e.jsonl": lines(ADMITTED, evolve(ADMITTED, recorder="night"))})
    told = "expected a key of its own, found another entry has its key"
    assert (code, out.splitlines()) == (
        1,
        [
            *(f"e.jsonl, line {n}: {told}" for n in (1, 2)),
            "",
            "0 of 2 entries fit, in 1 course",
        ],
    )


def test_copies_of_a_course_are_merged(run: Run) -> None:
    one, other = to_json(with_entries(ADMITTED)), to_json(with_entries(ADMITTED, CAME))
    assert run({"a.json": one, "b.json": other}) == (0, "2 of 2 entries fit, in 1 course\n", "")


def test_copies_that_contradict_one_another_are_told(run: Run) -> None:
    changed = with_entries(evolve(ADMITTED, recorder="night"))
    code, out, err = run({"a.json": to_json(with_entries(ADMITTED)), "b.json": to_json(changed)})
    assert (code, out) == (2, "1 of 1 entries fit, in 1 course\n")
    assert "b.json: merge: 1 problem" in err
    assert "one content for a key" in err


def test_json_has_each_course_and_what_does_not_fit(run: Run) -> None:
    files = {"e.jsonl": lines(ADMITTED, ENDED, CAME)}
    code, out, _ = run(files, "e.jsonl", "--json")
    assert (code, json.loads(out)) == (
        1,
        {
            "courses": [
                {
                    "course": str(COURSE.key),
                    "entries": 3,
                    "not_judged": 1,
                    "apart": [
                        {
                            "entry": str(ENDED.key),
                            "places": [{"file": "e.jsonl", "line": 2, "entry": None}],
                            "reasons": ["not_on_hold"],
                        }
                    ],
                }
            ]
        },
    )


def test_json_may_be_asked_for_before_the_command(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run({"course.json": to_json(COURSE)})
    assert main(["course", "--json", "check", "course.json"]) == 0
    assert json.loads(capsys.readouterr().out)["courses"][0]["entries"] == 0


GIVEN: dict[str, tuple[str, str]] = {
    "lines": (lines(ADMITTED, ENDED), "standard input, line 2"),
    "a document and lines": (
        on_one_line(COURSE) + lines(ADMITTED, ENDED),
        "standard input, line 3",
    ),
    "a document on a line": (
        on_one_line(with_entries(ADMITTED, ENDED)),
        "standard input, line 1, entries[1]",
    ),
    "a document": (to_json(with_entries(ADMITTED, ENDED)), "standard input, line "),
}


@pytest.mark.parametrize(("given", "place"), GIVEN.values(), ids=GIVEN)
def test_standard_input_is_a_document_or_lines(run: Run, given: str, place: str) -> None:
    code, out, err = run({}, "-", given=given)
    assert (code, err) == (1, "")
    assert out.startswith(place)


def test_a_document_in_one_line_has_no_line(run: Run) -> None:
    code, out, _ = run({"a.json": on_one_line(with_entries(ADMITTED, ENDED))})
    assert (code, out.splitlines()[0]) == (1, f"a.json, entries[1]: {NO_HOLD}")


BAD: dict[str, tuple[dict[str, str], str]] = {
    "no such file": ({}, "cannot read none.jsonl"),
    "another document": (
        {"none.json": to_json(PATIENT)},
        "none.json: expected a document of a course or schedule, found one of a patient",
    ),
    "no document": ({"none.json": "{}"}, "none.json: expected a document that says which it is"),
    "a course that is not valid": (
        {"none.json": to_json(COURSE).replace('"since"', '"from"')},
        "schedules[0].since: expected this field",
    ),
    "a course on a line that is not valid": (
        {"none.jsonl": '{"document": "course", "format": 1}'},
        "none.jsonl, line 1: course document: 2 problems",
    ),
    "no entry": ({"none.jsonl": "{}\n"}, "none.jsonl, line 1: course: expected this field"),
    "nothing": ({"none.jsonl": "\n"}, "none.jsonl has no document"),
}


@pytest.mark.parametrize(("files", "told"), BAD.values(), ids=BAD)
def test_where_nothing_can_be_read_it_is_bad_input(
    run: Run, files: dict[str, str], told: str
) -> None:
    code, out, err = run(files, *(files or ["none.jsonl"]))
    assert (code, out) == (2, "")
    assert told in err


def test_standard_input_is_read_once(run: Run) -> None:
    code, out, err = run({}, "-", "-", given=lines(ADMITTED))
    assert (code, out) == (2, "1 of 1 entries fit, in 1 course\n")
    assert "cannot read standard input" in err


def test_own_instruments_are_named_in_lines(run: Run) -> None:
    items = (Item("1", (0, 1), (0, 1)),)
    own = Source("Our own form", Grade.SECONDARY)
    oak = Instrument("oak", "Oak screen", items, (Scale("total", items),), own)
    answered = InstrumentAnswered(Screening("oak", MONDAY, (1,), own=oak))
    files = {"oak.json": to_json(oak), "e.jsonl": lines(ADMITTED, entry(4, answered))}
    assert run(files, "e.jsonl", "--instruments", "oak.json")[0] == 0
    assert "event.screening.instrument" in run(files, "e.jsonl")[2]


def test_an_unknown_command_or_option_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["course"], ["course", "chek"], ["course", "check", "x", "--jsn"]):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 2
    assert "did you mean '--json'?" in capsys.readouterr().err


def test_a_course_is_shown(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run({"course.json": to_json(with_entries(ADMITTED, CAME, ENDED))})
    assert main(["show", "course.json"]) == 0
    out = capsys.readouterr().out
    assert "2026-01-05  admitted; recorded 2026-05-01 22:00 UTC by desk" in out
    assert "treatment was not on" in out
    document: Any = json.loads(to_json(COURSE))
    assert main(["show", "course.json", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schedules"] == document["schedules"]
