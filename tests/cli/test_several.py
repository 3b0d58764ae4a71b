"""Commands about one patient or plan over many: the good ones done, the bad ones told."""

import csv
import io
import json
import sys
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import Patient, Plan, find_policy, from_json, from_toml, schedule, to_json
from iopkit.cli import main
from iopkit.cli.terminal import watched
from iopkit.documents import to_document
from iopkit.eligibility import FACTS
from iopkit.frames import facts_frame
from iopkit.library import find_ladder
from iopkit.placement import place
from iopkit.sites import Site

EXAMPLES = files("iopkit") / "examples"
PATIENT = json.loads((EXAMPLES / "patient.json").read_text(encoding="utf-8"))
ON = date(2026, 1, 12)
DAY = ("--on", str(ON))
MEDICARE = ("--policy", "us-medicare-iop", *DAY)
DRAFT = ("--program", "matrix-16-week", "--site", "site.toml", "--start", str(ON), "--seed", "7")
YES, NO, OPEN = (str(UUID(int=number, version=4)) for number in (1, 2, 3))

Said = tuple[int, str, str]
Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def running(*arguments: object) -> Said:
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return running


def patient(key: str, **found: object) -> dict[str, Any]:
    """The shipped patient with another key and findings; ``None`` takes one out."""
    kept = {**PATIENT["assessments"][0], **found}
    kept = {name: value for name, value in kept.items() if value is not None}
    return {**PATIENT, "key": key, "assessments": [kept]}


PATIENTS = (
    patient(YES),
    patient(NO, needs_24_hour_care=True),
    patient(OPEN, needs_24_hour_care=None),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a yes, a no and an undetermined one, in a folder and as JSON Lines."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "patients").mkdir()
    for number, each in enumerate(PATIENTS, 1):
        (tmp_path / "patients" / f"p{number}.json").write_text(json.dumps(each), encoding="utf-8")
    lines = "".join(f"{json.dumps(each)}\n" for each in PATIENTS)
    (tmp_path / "patients.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "site.toml").write_bytes((EXAMPLES / "site.toml").read_bytes())
    return tmp_path


@pytest.fixture
def plans(folder: Path, run: Run) -> Path:
    """The folder of plans of two of the patients."""
    (folder / "plans").mkdir()
    code, _, err = run("plan", "patients/p1.json", "patients/p3.json", *DRAFT, "-o", "plans")
    assert (code, err) == (0, "")
    return folder / "plans"


def test_many_are_a_table_and_a_count(folder: Path, run: Run) -> None:
    code, out, err = run("decide", "patients", *MEDICARE)
    head, _, names, *rows, _, count = out.splitlines()
    assert (code, err) == (1, "")
    assert head.endswith("(us-medicare-iop) on 2026-01-12")
    assert names.split()[:2] == ["key", "verdict"]
    assert [row.split()[:2] for row in rows] == [
        [YES, "yes"],
        [NO, "no"],
        [OPEN, "undetermined"],
    ]
    assert [row.split()[-1] for row in rows] == [f"patients/p{n}.json" for n in (1, 2, 3)]
    assert "needs_24_hour_care" in rows[2]
    assert count == "3 of 3 patients done: 1 no, 1 undetermined, 1 yes"


def test_of_much_that_is_missing_the_table_has_the_first_and_csv_all(
    folder: Path, run: Run
) -> None:
    unknown = {name: PATIENT[name] for name in ("document", "format", "key")}
    (folder / "unknown.jsonl").write_text(json.dumps(unknown), encoding="utf-8")
    decision = find_policy("us-medicare-iop").decide(Patient(UUID(PATIENT["key"])), on=ON)
    first, *others = decision.missing
    assert f"  {first} and {len(others)} more  " in run("decide", "unknown.jsonl", *MEDICARE)[1]
    (row,) = csv.DictReader(io.StringIO(run("decide", "unknown.jsonl", *MEDICARE, *CSV)[1]))
    assert row["missing"] == ", ".join(decision.missing)


@pytest.mark.parametrize(
    ("named", "code"),
    [
        (["patients/p1.json", "patients/p3.json"], 3),
        (["patients/p1.json", "patients/p2.json", "patients/p3.json"], 1),
        (["patients/p1.json", "patients/p1.json"], 0),
        (["patients/p2.json", "missing.json"], 2),
    ],
    ids=["yes and open", "no before open", "one named twice", "bad before no"],
)
def test_the_code_is_that_of_the_worst(named: list[str], code: int, folder: Path, run: Run) -> None:
    assert run("decide", *named, *MEDICARE)[0] == code


def test_one_is_told_as_ever(folder: Path, run: Run) -> None:
    alone = run("decide", "patients/p3.json", *MEDICARE)
    assert alone[0] == 3
    assert "key " not in alone[1]
    assert "done" not in alone[1]
    code, out, _ = run("decide", "patients/p3.json", *MEDICARE, "--json")
    decision = find_policy("us-medicare-iop").decide(
        from_json(Patient, json.dumps(PATIENTS[2])), on=ON
    )
    assert (code, json.loads(out)) == (3, to_document(decision))


def test_json_has_the_documents_with_their_files_and_lines(folder: Path, run: Run) -> None:
    code, out, err = run("decide", "patients.jsonl", "patients/p1.json", *MEDICARE, "--json")
    said = json.loads(out)
    alone = json.loads(run("decide", "patients/p2.json", *MEDICARE, "--json")[1])
    assert code == 2
    assert [(each["file"], each["line"], each["key"]) for each in said["answers"]] == [
        ("patients.jsonl", 1, YES),
        ("patients.jsonl", 2, NO),
        ("patients.jsonl", 3, OPEN),
    ]
    assert [each["code"] for each in said["answers"]] == [0, 1, 3]
    assert said["answers"][1]["answer"] == alone
    (twice,) = said["problems"]
    assert twice == (
        "patients/p1.json: expected another patient than that of patients.jsonl, line 1, "
        "found the same"
    )
    assert err == f"iopkit: {twice}\n"


def test_a_table_of_placements_has_a_level_for_each(folder: Path, run: Run) -> None:
    code, out, err = run("place", "patients.jsonl", *DAY)
    assert err == ""
    rows = [line for line in out.splitlines() if line.split()[:1] in ([YES], [NO], [OPEN])]
    answers = json.loads(run("place", "patients.jsonl", *DAY, "--json")[1])["answers"]
    assert len(rows) == len(answers) == 3
    assert code == run("place", "patients.jsonl", *DAY, "--json")[0]


def test_json_lines_are_the_same_one_by_one(folder: Path, run: Run) -> None:
    _, out, _ = run("place", "patients.jsonl", *DAY, "--json")
    code, lines, err = run("place", "patients.jsonl", *DAY, "--json-lines")
    assert (code, err) == (3, "")
    assert [json.loads(line) for line in lines.splitlines()] == json.loads(out)["answers"]
    assert (
        json.loads(run("place", "patients/p1.json", *DAY, "--json")[1])
        == (json.loads(out)["answers"][0]["answer"])
    )


def test_lines_stop_when_nobody_reads_them_and_the_code_stands(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

    closed = Closed()
    with monkeypatch.context() as context:
        context.setattr(sys, "stdout", closed)
        assert main(["decide", "patients.jsonl", *MEDICARE, "--json-lines"]) == 1
    assert closed.getvalue().count("\n") == 1


def test_csv_is_one_table(folder: Path, run: Run) -> None:
    code, out, err = run("decide", "patients.jsonl", *MEDICARE, "--form", "csv")
    rows = [*csv.DictReader(io.StringIO(out))]
    assert (code, err) == (1, "")
    assert [(row["key"], row["line"], row["verdict"]) for row in rows] == [
        (YES, "1", "yes"),
        (NO, "2", "no"),
        (OPEN, "3", "undetermined"),
    ]
    alone = [*csv.DictReader(io.StringIO(run("decide", "patients/p3.json", *MEDICARE, *CSV)[1]))]
    assert alone == [{name: rows[2][name] for name in [*rows[2]][3:]}]


CSV = ("--form", "csv")


def test_the_bad_ones_are_told_with_all_their_problems_and_the_others_done(
    folder: Path, run: Run
) -> None:
    good = json.dumps(PATIENTS[0])
    bad = json.dumps({**PATIENTS[1], "birth_date": "14 Sept", "diagnoses": 7})
    text = f'\n{good}\n{{"document": \n{bad}\n[]\n'
    (folder / "some.jsonl").write_text(text, encoding="utf-8")
    code, out, err = run("decide", "some.jsonl", *MEDICARE)
    assert code == 2
    assert f"{YES}  yes" in out
    assert "some.jsonl, line 2" in out
    assert "1 of 4 patients done: 1 yes" in out
    assert "iopkit: some.jsonl, line 3: JSON document: 1 problem\n  expected valid JSON" in err
    assert "iopkit: some.jsonl, line 4: patient document: 2 problems\n  birth_date: " in err
    assert "\n  diagnoses: " in err
    assert "iopkit: some.jsonl, line 5: " in err
    assert "14 Sept" not in err


def test_other_kinds_in_a_folder_are_told(folder: Path, run: Run) -> None:
    (folder / "patients" / "site.toml").write_bytes((folder / "site.toml").read_bytes())
    (folder / "patients" / "notes.txt").write_text("no document", encoding="utf-8")
    code, out, err = run("decide", "patients", *MEDICARE)
    assert code == 2
    assert err.count("iopkit: ") == 1
    assert err.startswith("iopkit: patients/site.toml: ")
    assert "3 of 4 patients done" in out


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("empty", "empty has no .json, .toml or .jsonl file"),
        ("empty.jsonl", "empty.jsonl has no document"),
        ("missing.jsonl", "cannot read missing.jsonl: No such file or directory"),
        ("missing.csv", "cannot read missing.csv: No such file or directory"),
        ("endless.jsonl", "cannot read endless.jsonl, line 1: it has over 25,000,000 bytes"),
    ],
)
def test_where_there_is_none_all_is_told(named: str, told: str, folder: Path, run: Run) -> None:
    (folder / "empty").mkdir()
    (folder / "empty.jsonl").write_text("\n \n", encoding="utf-8")
    (folder / "endless.jsonl").symlink_to("/dev/zero")
    assert run("decide", named, *MEDICARE) == (
        2,
        "0 of 1 patient done\n",
        f"iopkit: {told}\n",
    )


def test_a_folder_that_cannot_be_listed_is_told(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    code, _, err = run("decide", "patients", *MEDICARE)
    assert (code, err) == (2, "iopkit: cannot read patients: Permission denied\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("decide", "patients", *MEDICARE, "--form", "html"), "--form html is of one patient"),
        (("decide", "patients", *MEDICARE, "--json-lines", "--json"), "a form of its own"),
        (("decide", "patients", *MEDICARE, "--json-lines", *CSV), "a form of its own"),
        (("plan", "patients", *DRAFT, "-o", "plan.json"), "into plan.json: it is no folder"),
        (
            ("schedule", "plans", "--site", "site.toml", "--then", "after.json"),
            "--then is about one patient",
        ),
        (
            ("check", "plans", "--requirements", "us-il-iop", "--attended", "some.csv"),
            "--attended is about one patient",
        ),
        (
            ("costs", "plans", "--site", "site.toml", "--patient", "patients", "--form", "html"),
            "--form html is of one plan",
        ),
        (("costs", "--json-lines"), "options are for a plan"),
    ],
)
def test_what_is_of_one_alone_is_refused_before_anything_is_read(
    arguments: tuple[str, ...], told: str, folder: Path, run: Run
) -> None:
    (folder / "plans").mkdir()
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert told in err


def test_each_plan_has_a_file_named_by_the_key_and_who_has_none_is_told_why(
    folder: Path, run: Run
) -> None:
    (folder / "plans").mkdir()
    (folder / "patients" / "p4.json").write_text("{}", encoding="utf-8")
    code, out, err = run("plan", "patients", *DRAFT, "--policy", "us-medicare-iop", "-o", "plans")
    assert code == 2
    assert err.startswith("iopkit: patients/p4.json: ")
    assert sorted(path.name for path in (folder / "plans").iterdir()) == [
        f"{YES}.json",
        f"{OPEN}.json",
    ]
    assert f"{NO} (patients/p2.json):\n\nNo plan was drafted" in out
    assert out.endswith("\n\n3 of 4 patients done\n")
    run("plan", "patients/p1.json", *DRAFT, "--policy", "us-medicare-iop", "-o", "alone.json")
    assert (folder / "plans" / f"{YES}.json").read_bytes() == (folder / "alone.json").read_bytes()


def test_schedules_go_into_folders_in_every_form(plans: Path, folder: Path, run: Run) -> None:
    options = [("-o", "json"), ("--ical", "ics"), ("--page", "html"), ("--picture", "svg")]
    (folder / "out").mkdir()
    given = [word for option, _ in options for word in (option, "out")]
    code, out, err = run("schedule", "plans", "--site", "site.toml", *given)
    assert (code, err) == (0, "")
    assert "2 of 2 plans done" in out
    for key in (YES, OPEN):
        plan = from_json(Plan, (plans / f"{key}.json").read_bytes())
        site = from_toml(Site, (folder / "site.toml").read_bytes())
        assert (folder / "out" / f"{key}.json").read_text(encoding="utf-8") == (
            json.dumps(to_document(schedule(plan, site)), indent=2, ensure_ascii=False) + "\n"
        )
        for _, ending in options:
            assert (folder / "out" / f"{key}.{ending}").stat().st_size > 1000


def test_plans_of_one_patient_are_not_written_over_each_other(
    plans: Path, folder: Path, run: Run
) -> None:
    plan = from_json(Plan, (plans / f"{YES}.json").read_bytes())
    other = evolve(plan, key=UUID(int=99))
    (folder / "plans" / "other.json").write_text(to_json(other), encoding="utf-8")
    (folder / "out").mkdir()
    code, _, err = run("schedule", "plans", "--site", "site.toml", "-o", "out")
    assert code == 2
    assert err.startswith("iopkit: plans/other.json: expected another patient than that of plans/")
    assert len([*(folder / "out").iterdir()]) == 2
    assert run("schedule", "plans", "--site", "site.toml")[0] == 0


def test_where_one_file_cannot_be_written_none_is(plans: Path, folder: Path, run: Run) -> None:
    (folder / "out" / f"{OPEN}.json").mkdir(parents=True)
    code, out, err = run("schedule", "plans", "--site", "site.toml", "-o", "out")
    assert (code, out) == (2, "")
    assert "it is not a regular file" in err
    assert [path.name for path in (folder / "out").iterdir()] == [f"{OPEN}.json"]


def test_interrupted_nothing_is_written(
    plans: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: int) -> bytes:
        raise KeyboardInterrupt

    (folder / "out").mkdir()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=SimpleNamespace(read=interrupted)))
    with pytest.raises(KeyboardInterrupt):
        main(["schedule", "plans", "-", "--site", "site.toml", "-o", "out"])
    assert [*(folder / "out").iterdir()] == []


def test_checks_and_charges_of_many(plans: Path, folder: Path, run: Run) -> None:
    code, out, err = run("check", "plans", "--requirements", "us-medicare-iop")
    alone = run("check", f"plans/{OPEN}.json", "--requirements", "us-medicare-iop")[1]
    assert (code, err) == (1, "")
    assert f"{OPEN} (plans/{OPEN}.json):\n\n{alone}" in out
    coding = ("--site", "site.toml", "--coding", "us-md-medicaid", *CSV)
    code, out, _ = run("charges", "plans", *coding)
    rows = [*csv.reader(io.StringIO(out))]
    alone = run("charges", f"plans/{OPEN}.json", *coding)[1]
    of_one = [*csv.reader(io.StringIO(alone))]
    assert code == 0
    assert rows[0] == ["key", "file", "line", *of_one[0]]
    assert [row[3:] for row in rows if row[0] == OPEN] == of_one[1:]


AT_SITE = ("--site", "site.toml")
FIT = ("--program", "matrix-16-week", "--program", "salt-academy", "--weeks", "treatment=8")


@pytest.mark.parametrize(
    ("words", "named", "alone"),
    [
        (
            ("costs", *AT_SITE, "--patient", "patients.jsonl"),
            "plans",
            ("--patient", "patients/p3.json", f"plans/{OPEN}.json"),
        ),
        (
            (
                "fit",
                *AT_SITE,
                *FIT,
                "--start",
                str(ON),
                "--seed",
                "7",
                "--requirements",
                "us-il-iop",
            ),
            "patients",
            ("patients/p3.json",),
        ),
        (
            ("propose", *AT_SITE, "--requirements", "us-il-iop", "--changes", "1"),
            "plans",
            (f"plans/{OPEN}.json",),
        ),
    ],
    ids=["costs", "fit", "propose"],
)
def test_each_of_many_gets_what_it_gets_alone(
    words: tuple[str, ...],
    named: str,
    alone: tuple[str, ...],
    plans: Path,
    run: Run,
) -> None:
    (plans.parent / named / "bad.json").write_text("{}", encoding="utf-8")
    code, out, err = run(*words, named, "--json")
    assert code == 2
    assert err.startswith(f"iopkit: {named}/bad.json: ")
    said = {each["key"]: (each["code"], each["answer"]) for each in json.loads(out)["answers"]}
    one, of_one, _ = run(*words, *alone, "--json")
    assert said[OPEN] == (one, json.loads(of_one))
    assert YES in said


def test_plans_that_are_proposed_go_into_a_folder(plans: Path, folder: Path, run: Run) -> None:
    (folder / "better").mkdir()
    words = ("propose", *AT_SITE, "--requirements", "us-medicare-iop", "--changes", "1")
    run(*words, "plans", "-o", "better")
    run(*words, f"plans/{YES}.json", "-o", "alone.json")
    assert {path.stem for path in (folder / "better").iterdir()} == {YES, OPEN}
    assert (folder / "better" / f"{YES}.json").read_bytes() == (folder / "alone.json").read_bytes()


@pytest.mark.parametrize("command", ["check", "charges"])
def test_the_patients_of_many_plans_are_found_by_their_keys(
    command: str, plans: Path, folder: Path, run: Run
) -> None:
    given = (command, "--site", "site.toml", "--applicable", "--json", "--patient")
    alone = run(*given, "patients/p3.json", f"plans/{OPEN}.json")
    code, out, err = run(*given, "patients.jsonl", "plans")
    said = {each["key"]: each["answer"] for each in json.loads(out)["answers"]}
    assert (code, err) == (alone[0], "")
    assert said[OPEN] == json.loads(alone[1])
    assert run(command, "plans", "--site", "site.toml", "--applicable")[0] == 2


def test_a_plan_whose_patient_is_not_there_or_there_twice_is_told(
    plans: Path, folder: Path, run: Run
) -> None:
    lines = [json.dumps(PATIENTS[0]), json.dumps({**PATIENTS[0], "birth_date": "1980"}), "{}"]
    (folder / "who.jsonl").write_text("\n".join(lines), encoding="utf-8")
    given = ("--site", "site.toml", "--start", "2026-06-01", "--patient", "who.jsonl")
    code, out, err = run("continue", "plans", *given)
    assert code == 2
    assert f"plans/{OPEN}.json: who.jsonl has no patient of the plan's key" in err
    assert "who.jsonl, line 2: expected each patient's record once" in err
    assert "who.jsonl, line 3: " in err
    assert "1 of 2 plans done" in out


def test_applicable_rules_of_many(folder: Path, run: Run) -> None:
    given = ("applicable", "--site", "site.toml", *DAY, "--patient")
    alone = run(*given, "patients/p1.json")
    code, out, err = run(*given, "patients/p1.json", "patients/p2.json")
    assert (code, err) == (alone[0], "")
    assert f"{YES} (patients/p1.json):\n\n{alone[1]}" in out
    every = ("decide", "patients", "--applicable", "--site", "site.toml", *DAY)
    assert f"{NO} (patients/p2.json):\n" in run(*every)[1]


# Tables of facts.


def table(folder: Path, *, on: date = ON) -> list[list[str]]:
    """The patients as a table of facts, with ranges and days of findings."""
    listed = [from_json(Patient, json.dumps(each)) for each in PATIENTS]
    frame = facts_frame(FACTS.values(), listed, on=on, partly="ranges", found=True)
    rows = [*csv.reader(io.StringIO(frame.write_csv()))]
    write(folder, rows)
    return rows


def write(folder: Path, rows: list[list[str]]) -> None:
    with (folder / "facts.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def test_a_table_of_facts_is_judged_as_the_patients_are(folder: Path, run: Run) -> None:
    table(folder)
    by_record = run("decide", "patients", *MEDICARE)
    by_table = run("decide", "facts.csv", *MEDICARE)
    assert by_table[0] == by_record[0]
    assert [row.split()[:2] for row in by_table[1].splitlines()[2:]] == [
        row.split()[:2] for row in by_record[1].splitlines()[2:]
    ]
    assert "facts.csv, line 4" in by_table[1]
    said = json.loads(run("place", "facts.csv", *DAY, "--json")[1])["answers"]
    for each, known in zip(said, PATIENTS, strict=True):
        found = place(find_ladder("us-public-rules"), from_json(Patient, json.dumps(known)), on=ON)
        assert each["answer"]["placement"]["results"][-1]["level"]["number"] == (
            found.results[-1].level.number
        )
        assert each["key"] == known["key"]


def test_bad_rows_are_told_by_their_lines(folder: Path, run: Run) -> None:
    head, first, second, third = table(folder)
    at = head.index("needs_24_hour_care")
    second[at], second[head.index("key")] = "maybe", "Ada"
    write(folder, [head, first, second, third[:7], [""] * len(head), third])
    code, out, err = run("decide", "facts.csv", *MEDICARE)
    assert code == 2
    assert err.splitlines() == [
        "iopkit: facts.csv, line 3: facts: 2 problems",
        "  key: expected a random UUID, from uuid.uuid4(), found another text",
        "  needs_24_hour_care: expected true or false, found another text",
        "iopkit: facts.csv, line 4: facts: 1 problem",
        f"  expected {len(head)} cells, as the header has, found 7",
    ]
    assert "facts.csv, line 6" in out
    assert "2 of 4 patients done: 1 undetermined, 1 yes" in out


def test_what_a_row_has_not_is_refused(folder: Path, run: Run) -> None:
    table(folder)
    code, _, err = run("place", "facts.csv", *DAY, "--times", "2.1=monday 09:00-12:00")
    assert code == 2
    assert "facts.csv: --beside and --times turn on a patient's record: a row has none" in err
    code, _, err = run("plan", "facts.csv", *DRAFT)
    assert code == 2
    assert "facts.csv: a table of facts is for decide by a policy, and for place" in err


# How far it is.


class Terminal(io.StringIO):
    """A terminal that keeps what is written to it."""

    def isatty(self) -> bool:
        return True


def at(*seconds: float) -> Callable[[], float]:
    return iter(seconds).__next__


def test_a_bar_is_shown_after_two_seconds_and_gone_at_the_end() -> None:
    terminal = Terminal()
    clock = at(0.0, 1.0, 2.0, 2.05, 9.0)
    assert [*watched("abcd", 4, terminal, clock=clock)] == [*"abcd"]
    first, second, blank, end = terminal.getvalue().split("\r")[1:]
    assert first == f"[{'#' * 15}{' ' * 15}] 2 of 4"
    assert second == f"[{'#' * 30}] 4 of 4"
    assert (blank, end) == (" " * len(second), "")


def test_without_a_total_only_what_is_done_is_told() -> None:
    terminal = Terminal()
    assert [*watched("ab", None, terminal, clock=at(0.0, 3.0, 3.0))] == ["a", "b"]
    assert terminal.getvalue() == f"\r1 done\r{' ' * 6}\r"


@pytest.mark.parametrize("stream", [None, io.StringIO()], ids=["closed", "a file"])
def test_there_is_no_bar_but_on_a_terminal(stream: io.StringIO | None) -> None:
    assert [*watched("ab", 2, stream, clock=at())] == ["a", "b"]
    assert stream is None or stream.getvalue() == ""


def test_fast_work_has_no_bar() -> None:
    terminal = Terminal()
    assert [*watched("ab", 2, terminal, clock=at(0.0, 0.1, 1.9))] == ["a", "b"]
    assert terminal.getvalue() == ""


def test_a_bar_is_gone_where_the_work_is_interrupted() -> None:
    terminal = Terminal()
    bar = watched("ab", 2, terminal, clock=at(0.0, 3.0))
    assert next(bar) == "a"
    bar.close()
    assert terminal.getvalue().endswith("\r")


def test_a_terminal_that_is_gone_does_not_stop_the_work() -> None:
    class Gone(Terminal):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    assert [*watched("ab", 2, Gone(), clock=at(0.0, 3.0, 4.0))] == ["a", "b"]


def test_all_that_is_named_is_counted_on_a_terminal(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    table(folder)
    terminal = Terminal()
    clock = iter(range(0, 1000, 3))
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(watched, "__kwdefaults__", {"clock": clock.__next__})
    named = ("patients", "facts.csv", "missing.jsonl", "empty")
    (folder / "empty").mkdir()
    assert main(["decide", *named, *MEDICARE]) == 2
    assert "1 of 9" in terminal.getvalue()
    assert main(["decide", "patients.jsonl", *MEDICARE, "--json-lines"]) == 1
    assert "1 of 3" in terminal.getvalue()


def test_of_what_can_be_read_once_only_no_total_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "none.jsonl").symlink_to("/dev/null")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(watched, "__kwdefaults__", {"clock": at(0.0, 3.0)})
    assert main(["decide", "none.jsonl", *MEDICARE]) == 2
    assert terminal.getvalue().startswith("\r1 done\r")
