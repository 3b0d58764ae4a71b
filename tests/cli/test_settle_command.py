"""Problems and goals are proposed and settled from the command line."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from iopkit import Plan, from_json
from iopkit.cli import main

Said = tuple[int, str, str]
Run = Callable[..., Said]
DRAFT = ("plan", "patient.json", "--program", "matrix-16-week", "--site", "site.toml")
DRAFTED = (*DRAFT, "--start", "2026-01-12", "--seed", 1, "-o", "plan.json")
SETTLE = ("settle", "plan.json", "--on", "2026-01-12", "--by", "Ada")
OWN = """
document = "goals"
format = 1
name = "ours"
title = "Ours"

[[templates]]
name = "alcohol"
problem = "Alcohol"
when = { type = "compare", fact = "has_alcohol_use_disorder", operator = "==", value = true }
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line within this process: its code, and what it printed."""

    def running(*arguments: object) -> Said:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        return code, *capsys.readouterr()

    return running


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("patient.json", "site.toml"):
        Path(name).write_bytes((files("iopkit") / "examples" / name).read_bytes())
    return tmp_path


def plan(name: str = "plan.json") -> Plan:
    return from_json(Plan, Path(name).read_bytes())


def names(name: str = "plan.json") -> list[str]:
    return [each.problem.name for each in plan(name).proposals or ()]


def test_the_shipped_templates_are_asked_unless_others_or_none_are(run: Run) -> None:
    assert run(*DRAFTED)[0] == 0
    assert names() == ["use-disorder-1", "return-to-use", "attendance"]
    Path("ours.toml").write_text(OWN, encoding="utf-8")
    assert run(*DRAFTED, "--goals", "ours.toml")[0] == 0
    assert names() == ["alcohol"]
    assert run(*DRAFTED, "--no-goals")[0] == 0
    assert plan().proposals is None
    code, _, err = run(*DRAFTED, "--no-goals", "--goals", "ours.toml")
    assert (code, "not allowed with" in err) == (2, True)


def test_templates_may_ask_about_facts_of_ones_own(run: Run) -> None:
    own = '{"document": "facts", "format": 1, "facts": [{"name": "on_bail", "meaning": "On bail.", '
    own += '"read": {"type": "observed", "kind": {"type": "yes_no"}}}]}'
    Path("facts.json").write_text(own, encoding="utf-8")
    patient = json.loads(Path("patient.json").read_text(encoding="utf-8"))
    patient["observations"] = [{"fact": "on_bail", "value": True, "on": "2026-01-02"}]
    Path("patient.json").write_text(json.dumps(patient), encoding="utf-8")
    asked = OWN.replace("has_alcohol_use_disorder", "on_bail")
    Path("ours.toml").write_text(asked, encoding="utf-8")
    assert run(*DRAFTED, "--goals", "ours.toml", "--facts", "facts.json")[0] == 0
    assert names() == ["alcohol"]
    code, _, err = run(*DRAFTED, "--goals", "ours.toml")
    assert (code, "ours.toml: goals document" in err) == (2, True)


def test_every_problem_of_a_file_is_listed_with_its_path(run: Run) -> None:
    wrong = OWN.replace("has_alcohol", "has_alcool")
    target = '{ type = "score_target", instrument = "phq9", scale = "total", most = 9 }'
    objective = f'{{ statement = "Do.", week = 1, target = {target} }}'
    goal = f'goals = [{{ name = "a", statement = "A.", objectives = [{objective}] }}]'
    Path("bad.toml").write_text(wrong + goal, encoding="utf-8")
    code, out, err = run(*DRAFTED, "--goals", "bad.toml")
    assert (code, out) == (2, "")
    assert "did you mean 'has_alcohol_use_disorder'" in err
    assert "templates[0].when.fact" in err
    assert "templates[0].goals[0].objectives[0]" in err
    assert not Path("plan.json").exists()


def test_what_is_settled_is_written_and_told(run: Run) -> None:
    run(*DRAFTED)
    changed = ("--change", "attendance=Work beside treatment", "--change", "attendance/coming=Come")
    due = ("--due", "attendance/coming=2026-02-01", "--due", "return-to-use/risk=2026-03-01")
    taken = ("--accept", "return-to-use", "--drop", "use-disorder-1", *changed, *due)
    code, out, err = run(*SETTLE, *taken, "-o", "settled.json")
    assert (code, err) == (0, "")
    assert "Settled of what was proposed:" in out
    assert "Proposed, and" not in out
    done = plan("settled.json")
    assert [p.statement for p in done.problems or ()] == [
        "Craving, and a risk of going back to use",
        "Work beside treatment",
    ]
    told = [(g.statement, str(g.by)) for g in done.goals or ()]
    assert told == [("See a risk early, and act on it", "2026-03-01"), ("Come", "2026-02-01")]
    assert run(*SETTLE, "--accept", "attendance", "--json")[0] == 0
    assert json.loads(run(*SETTLE, "--json")[1])["document"] == "plan"
    assert run("schedule", "settled.json", "--site", "site.toml")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--accept", "x", "--drop", "y", "--change", "z=Z"), "settlement: 3 problems"),
        (("--change", "attendance"), "expected a name and words"),
        (("--change", "=words"), "expected a name and words"),
        (("--change", "attendance= "), "expected a name and words"),
        (("--due", "=2026-01-12"), "expected a goal and its day"),
        (("--due", "attendance/coming=soon"), "expected a date"),
        (("--due", "attendance=2026-01-12"), "--due is for goals"),
        (("--change", "attendance=A", "--change", "attendance=B"), "twice for one name"),
        (("--due", "a=2026-01-12", "--due", "a=2026-01-13"), "twice for one name"),
        (("--accept", "attendance", "--change", "attendance=A"), "each name once"),
    ],
)
def test_what_cannot_be_settled_is_refused_and_nothing_written(
    arguments: tuple[str, ...], told: str, run: Run
) -> None:
    run(*DRAFTED)
    code, out, err = run(*SETTLE, *arguments, "-o", "settled.json")
    assert (code, out) == (2, "")
    assert told in err
    assert not Path("settled.json").exists()


def test_templates_are_listed_and_shown(run: Run) -> None:
    assert run("list", "goals")[1].startswith("starting-points  Starting points")
    code, out, _ = run("show", "starting-points")
    assert (code, out.startswith("goals starting-points: Starting")) == (0, True)
    Path("ours.toml").write_text(OWN, encoding="utf-8")
    assert "alcohol: Alcohol\n  when has alcohol use" in run("show", "ours.toml")[1]
    shown: dict[str, Any] = json.loads(run("show", "ours.toml", "--json")[1])
    assert (shown["document"], shown["name"]) == ("goals", "ours")
    assert json.loads(run("schema", "goals")[1])["title"] == "goals document of iopkit"
