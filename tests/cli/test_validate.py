"""``iopkit validate``: documents of any kind, and what is wrong with each."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from iopkit.cli import main

SHIPPED = files("iopkit") / "examples"
TEMPLATES = files("iopkit") / "templates"
KEPT = Path(__file__).parent.parent / "golden" / "formats"

KINDS = ("course", "entry", "entry")
Said = tuple[int, str, str]
Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def running(*arguments: object) -> Said:
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with the shipped examples in folders of it."""
    monkeypatch.chdir(tmp_path)
    for name in ("patients/patient.json", "site.toml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((SHIPPED / path.name).read_bytes())
    (tmp_path / "program.toml").write_bytes((TEMPLATES / "program.toml").read_bytes())
    return tmp_path


def test_a_file_says_which_kind_it_is(folder: Path, run: Run) -> None:
    assert run("validate", "site.toml") == (0, "site.toml: site, valid\n", "")


def test_all_files_of_a_folder_are_read_and_the_bad_ones_told(folder: Path, run: Run) -> None:
    site = (folder / "site.toml").read_text(encoding="utf-8")
    (folder / "site.toml").write_text(site.replace("zone =", "zne ="), encoding="utf-8")
    (folder / "note.json").write_text("[]", encoding="utf-8")
    code, out, err = run("validate", ".")
    assert (code, err) == (2, "")
    note, patient, program, *of_site, _, last = out.splitlines()
    assert note == "note.json: no document, not valid"
    assert patient.startswith("  expected a document that says which it is")
    assert program == "patients/patient.json: patient, valid"
    assert of_site[:2] == ["program.toml: program, valid", "site.toml: site, not valid"]
    assert "  zone: expected this field, found nothing" in of_site
    assert last == "2 of 4 are valid"


def test_as_json_each_problem_has_its_line_and_path(folder: Path, run: Run) -> None:
    patient = json.loads((folder / "patients" / "patient.json").read_bytes())
    patient["birth_date"] = "14 Sept 1957"
    (folder / "patient.json").write_text(json.dumps(patient, indent=1), encoding="utf-8")
    code, out, _ = run("validate", "patient.json", "site.toml", "--json")
    bad, good = json.loads(out)["files"]
    assert code == 2
    assert good == {"file": "site.toml", "document": "site", "problems": []}
    (problem,) = bad["problems"]
    assert (problem["line"], problem["path"]) == (5, ["birth_date"])
    assert "1957" not in out


def test_what_cannot_be_read_is_one_of_the_problems(folder: Path, run: Run) -> None:
    (folder / "broken.toml").write_text("document = ", encoding="utf-8")
    (folder / "long.json").write_bytes(b" " * 25_000_001)
    (folder / "longer.toml").write_bytes(b"#" * 2_000_001)
    code, out, err = run("validate", "missing.json", "broken.toml", "long.json", "longer.toml")
    assert (code, err) == (2, "")
    assert "missing.json: no document, not valid\n  cannot read missing.json" in out
    assert "broken.toml: no document, not valid\n  TOML document: 1 problem" in out
    assert "long.json: no document, not valid\n  cannot read long.json: it has more than" in out
    assert "expected at most 2,000,000 bytes" in out


def test_a_folder_without_documents_is_refused(tmp_path: Path, run: Run) -> None:
    code, out, err = run("validate", tmp_path)
    assert (code, out) == (2, "")
    assert err == f"iopkit: {tmp_path} has no .json, .toml or .jsonl file\n"


def test_lines_are_read_each_by_itself(folder: Path, run: Run) -> None:
    patient = json.dumps(json.loads((folder / "patients" / "patient.json").read_bytes()))
    (folder / "all.jsonl").write_text(f"{patient}\n[]\n", encoding="utf-8")
    code, out, _ = run("validate", "all.jsonl")
    assert code == 2
    assert out.startswith("all.jsonl, line 1: patient, valid\nall.jsonl, line 2: no document, not")


def test_lines_may_be_entries_of_courses(folder: Path, run: Run) -> None:
    course, *entries = (SHIPPED / "sixteen-weeks.jsonl").read_text("utf-8").splitlines()
    (folder / "all.jsonl").write_text("\n".join([course, *entries[:2]]), encoding="utf-8")
    lines = [f"all.jsonl, line {n}: {kind}, valid" for n, kind in enumerate(KINDS, 1)]
    assert run("validate", "all.jsonl")[:2] == (0, "\n".join([*lines, "", "3 of 3 are valid\n"]))
    wrong = entries[1].replace('"on"', '"off"'), json.dumps(json.loads(entries[2]) | {"course": 7})
    (folder / "all.jsonl").write_text("\n".join([entries[0], *wrong]), encoding="utf-8")
    code, out, _ = run("validate", "all.jsonl", "--json")
    rows = json.loads(out)["files"]
    assert (code, [row["document"] for row in rows]) == (2, ["entry"] * 3)
    assert [[each["path"] for each in row["problems"]] for row in rows] == [
        [],
        [["on"], ["<key 3>"]],
        [["course"]],
    ]
    assert {each["line"] for each in rows[1]["problems"]} == {2}


def test_a_name_that_no_file_can_have_is_bad_input(run: Run) -> None:
    name = "a" * 300 + ".json"
    code, out, err = run("validate", name)
    assert (code, out) == (2, "")
    assert err.startswith(f"iopkit: cannot read {name}: ")


@pytest.mark.parametrize("file", sorted(KEPT.glob("*.json")), ids=lambda file: file.stem)
def test_all_that_any_release_wrote_is_valid(file: Path, run: Run) -> None:
    code, out, _ = run("validate", file)
    is_own = file.stem.endswith("-own")  # it asks about a fact that only its writer knows
    assert (code, "the name of a fact" in out) == (2 if is_own else 0, is_own)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[[rooms]]\n[[rooms.absences]]\nstart = 2026-03-02\nend = 2026-03-04\nname = "Elm"\n',
            "rooms[0].absences[0].name: expected a known field, found an unknown one (known one",
        ),
        (
            '[holidays]\ncountry = "US"\ntelephone = "555-0142"\n',
            "(known one level up: in TOML, a table's own keys come before the tables in it)",
        ),
        (
            "[[rooms]]\n[[rooms.absences]]\nstart = 2026-03-02\nsince = 2026-03-04\n",
            "rooms[0].absences[0].since: expected a known field, found an unknown one (known here",
        ),
        (
            '[[rooms.absences]]\nstart = 2026-03-02\n[[rooms]]\nname = "Elm"\n',
            "(a table comes once, and before those in it: [[a]] before [[a.b]])",
        ),
        ('county = "Cook"\ncounty = "Lake"\n', "expected valid TOML, found at line 6, column 16"),
    ],
    ids=["a key of the entry", "a key of the site", "a key of nothing", "a head", "a key twice"],
)
def test_keys_and_tables_in_the_wrong_place_are_told_with_what_to_do(
    folder: Path, run: Run, text: str, told: str
) -> None:
    head = 'document = "site"\nformat = 2\nname = "Elm"\nzone = "UTC"\n'
    (folder / "one.toml").write_text(f"{head}{text}", encoding="utf-8")
    code, out, _ = run("validate", "one.toml")
    assert code == 2
    assert told in out
    assert ("a table comes once" in out) == ("[[a]]" in told)


def test_with_facts_of_ones_own(folder: Path, run: Run) -> None:
    for name in ("facts.toml", "instrument.toml"):
        (folder / name).write_bytes((TEMPLATES / name).read_bytes())
    own = ("--facts", "facts.toml", "--instruments", "instrument.toml")
    assert run("validate", ".", *own)[:1] == (0,)
