"""``iopkit compare``: what it says of two policies, its exit codes, and how it refuses."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import iopkit
from iopkit import FACTS, Policy, Source, find_policy
from iopkit.cli import main
from iopkit.documents import to_json
from iopkit.eligibility import Criterion, Predicate
from iopkit.sources import Dated, Grade, Versions

MEDICARE = "us-medicare-iop"
ON = ("--on", "2026-01-05")
RULE = Source("Elm Street Clinic, admission rule 4", Grade.SECONDARY)
HOURS, AGE = FACTS["needed_hours_per_week"], FACTS["age"]


def policy(name: str, **asked: Predicate) -> Policy:
    criteria = tuple(Criterion(key, f"Says {key}.", part, RULE) for key, part in asked.items())
    return Policy(name, f"Policy {name}", Versions((Dated(date(2024, 1, 1), criteria, RULE),)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with some policies in it."""
    monkeypatch.chdir(tmp_path)
    for one in (
        policy("nine", hours=HOURS >= 9),
        policy("six", hours=HOURS >= 6, adult=AGE >= 18),
        policy("any-age", hours=HOURS >= 9, born=AGE >= 0),
    ):
        (tmp_path / f"{one.name}.json").write_text(to_json(one), encoding="utf-8")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = main(["compare", *arguments])
    except SystemExit as end:  # how argparse ends
        code = end.code if isinstance(end.code, int) else 1
    out, err = capsys.readouterr()
    return code, out, err


def compared(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    _, out, _ = said(capsys, *arguments, "--json")
    return json.loads(out)


def test_a_policy_is_the_same_as_itself(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, MEDICARE, MEDICARE, *ON)
    assert (code, err) == (0, "")
    assert "\nSAME: " in out
    assert compared(capsys, MEDICARE, MEDICARE, *ON) == {
        "policies": [MEDICARE, MEDICARE],
        "on": "2026-01-05",
        "second_on": "2026-01-05",
        "same": True,
        "contrasts": [],
    }


def test_policies_that_differ_are_told_with_patients_and_criteria(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, "nine.json", "six.json", *ON)
    assert (code, err) == (1, "")
    assert (
        out
        == """\
A: nine, Policy nine
B: six, Policy six
compared for 2026-01-05

DIFFERENT: some patients, such as these made-up ones, get another verdict.

Patient: age: 17 years; needed hours per week: 9 hours.
A says yes, and does not ask about that.
B says no:
  - Says adult.
    age is at least 18 years  (Elm Street Clinic, admission rule 4 [T3])

Patient: needed hours per week: 6 hours; age: 18 years.
A says no:
  - Says hours.
    needed hours per week is at least 9 hours  (Elm Street Clinic, admission rule 4
    [T3])
B says yes:
  - Says hours.
    needed hours per week is at least 6 hours  (Elm Street Clinic, admission rule 4
    [T3])
"""
    )


def test_as_json_the_difference_is_the_same_each_time(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = {
        "policies": ["nine", "six"],
        "on": "2026-01-05",
        "second_on": "2026-01-05",
        "same": False,
        "contrasts": [
            {
                "facts": {"needed_hours_per_week": 9, "age": 17},
                "verdicts": ["yes", "no"],
                "deciding": [[], ["adult"]],
            },
            {
                "facts": {"needed_hours_per_week": 6, "age": 18},
                "verdicts": ["no", "yes"],
                "deciding": [["hours"], ["hours"]],
            },
        ],
    }
    assert compared(capsys, "nine.json", "six.json", *ON) == document
    assert compared(capsys, "nine.json", "six.json", *ON) == document


def test_a_difference_only_where_something_is_not_known_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = said(capsys, "nine.json", "any-age.json", *ON)
    assert code == 1
    assert "Patient: needed hours per week: 9 hours; nothing else is known." in out
    assert "A says yes, and does not ask about that.\nB says undetermined:\n  - Says born.\n" in out


def test_the_day_is_today_unless_one_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    on = compared(capsys, MEDICARE, MEDICARE)["on"]
    assert date.fromisoformat(on) >= date(2026, 1, 1)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Bad input: exit code 2, the reasons on standard error, and nothing else."""
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize(
    ("arguments", "mention"),
    [
        pytest.param(
            (MEDICARE, "us-medicare-ipo"), "did you mean 'us-medicare-iop'?", id="unknown"
        ),
        pytest.param((MEDICARE, "missing.json"), "cannot read missing.json", id="no such file"),
        pytest.param((MEDICARE, "bad.json"), "bad.json: policy document", id="not a policy"),
        pytest.param(
            (MEDICARE, MEDICARE, "--on", "2023-12-31"),
            f"policy {MEDICARE!r}: no version",
            id="too early",
        ),
        pytest.param((MEDICARE, MEDICARE, "--on", "soon"), "expected a date such as", id="no day"),
        pytest.param((MEDICARE,), "the following arguments are required: B", id="one policy"),
    ],
)
def test_bad_input_is_refused(
    arguments: tuple[str, ...],
    mention: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folder / "bad.json").write_text('{"document": "policy", "format": 2}', encoding="utf-8")
    assert mention in refused(capsys, *arguments)


def test_a_missing_extra_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    assert "pip install 'iopkit[analysis]'" in refused(capsys, MEDICARE, MEDICARE, *ON)


def test_one_changed_bound_is_found_in_a_shipped_policy(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = find_policy(MEDICARE)
    (version,) = shipped.versions.dated
    eased = evolve(version.value[0], predicate=HOURS >= 8)
    versions = Versions((evolve(version, value=(eased, *version.value[1:])),))
    text = to_json(evolve(shipped, versions=versions))
    (folder / "eased.json").write_text(text, encoding="utf-8")

    (contrast,) = compared(capsys, MEDICARE, "eased.json", *ON)["contrasts"]
    assert contrast["facts"]["needed_hours_per_week"] == 8
    assert contrast["verdicts"] == ["no", "yes"]
    assert contrast["deciding"] == [["nine_hours"], ["nine_hours"]]


def test_as_a_process_it_ends_with_the_exit_code(folder: Path) -> None:
    source = str(Path(iopkit.__file__).parent.parent)
    script = f"import sys; sys.path.insert(0, {source!r}); from iopkit.cli import run; run()"
    for other, code in (("nine.json", 0), ("six.json", 1), ("nothing", 2)):
        done = subprocess.run(
            [sys.executable, "-c", script, "compare", "nine.json", other, *ON],
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == code
        assert (done.stderr == b"") is (code < 2)
