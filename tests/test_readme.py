"""The README's script and commands do what the README says."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import icalendar
import pytest

import iopkit
from iopkit import Plan, from_json

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "examples"

# What a command ends with; all others are done or answer yes.
CODES = {"check": 1, "compare": 1, "place": 3, "run": 1}


def commands() -> Iterator[str]:
    """Shell commands of the README that call iopkit, in order."""
    for line in README.splitlines():
        if re.match(r"(    |\$ )iopkit ", line):
            yield line.strip().removeprefix("$ ")


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(iopkit.__file__).parent.parent)])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def test_the_script_in_the_readme_is_the_example() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
    assert block == (EXAMPLES / "demo.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the example prints, and the folder it writes to."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(EXAMPLES, folder / "examples")
    done = run(["examples/demo.py"], folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout, folder / "demo-output"


def test_the_example_says_that_the_patient_is_eligible_and_why(shown: tuple[str, Path]) -> None:
    text, _ = shown
    assert "\nEvery criterion of this policy is met; recorded and not judged by it:" in text
    assert "third edition dimension 5 risk: 3 (2025-12-18)." in " ".join(text.split())
    assert "judged for 2026-01-12, by the version in force since 2024-01-01" in text
    assert text.count("\n  met  ") == 7
    for number in range(1, 8):
        assert f"42 CFR 410.44(c)({number})" in " ".join(text.split())


def test_the_example_shows_phases_and_weekly_hours(shown: tuple[str, Path]) -> None:
    text, _ = shown
    assert "Early recovery: 4 weeks, 2026-01-12 to 2026-02-08" in text
    assert "  weeks 1-2: 6 h 25 min\n" in text
    assert "Relapse prevention and social support: 4 weeks, 2026-04-06 to 2026-05-03" in text


def test_the_example_flags_all_sixteen_weeks(shown: tuple[str, Path]) -> None:
    text, _ = shown
    rows = re.findall(r"^ +(\d+)  \d{4}-\d\d-\d\d  .*  unmet, short by .*$", text, re.MULTILINE)
    assert rows == [str(week) for week in range(1, 17)]
    assert "42 CFR 424.24(d)" in text
    assert re.search(r"6 h 10 min +at least 9 h +unmet, short by 2 h 50 min", text)


def test_the_example_shows_three_weeks_and_what_the_holiday_moved(
    shown: tuple[str, Path],
) -> None:
    text, _ = shown
    assert re.findall(r"^Week (\d+), from", text, re.MULTILINE) == ["1", "2", "3"]
    moved = re.findall(
        r"^  (.*): Mon 2026-01-19 (\d\d:\d\d) -> Tue 2026-01-20 (\d\d:\d\d); (.*)$",
        text,
        re.MULTILINE,
    )
    assert moved
    for service, before, after, why in moved:
        assert before == after, service
        assert why == "the site is closed (Martin Luther King Jr. Day)"
    assert "Relapse Prevention group 3" in {service for service, *_ in moved}
    assert "Early Recovery Skills group 3" in {service for service, *_ in moved}


def test_the_example_writes_plan_calendar_and_picture(shown: tuple[str, Path]) -> None:
    text, folder = shown
    last = text.rstrip().splitlines()[-1]
    assert last == f"Written to {folder.resolve()}: plan.json, calendar.ics, program.svg"
    assert {file.name for file in folder.iterdir()} == {"plan.json", "calendar.ics", "program.svg"}
    plan = from_json(Plan, (folder / "plan.json").read_bytes())
    assert plan.weeks == 16
    events = icalendar.Calendar.from_ical((folder / "calendar.ics").read_bytes()).walk("VEVENT")
    assert len(events) == 75
    svg = ET.fromstring((folder / "program.svg").read_bytes())  # noqa: S314  # our own picture
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"


def test_the_examples_files_are_those_that_are_shipped() -> None:
    packaged = Path(iopkit.__file__).parent / "examples"
    for name in ("patient.json", "site.toml"):
        assert (EXAMPLES / name).read_bytes() == (packaged / name).read_bytes()


def test_the_commands_in_the_readme_run_in_order(tmp_path: Path) -> None:
    listed = list(commands())
    assert len(listed) >= 7
    for name in ("patient.json", "site.toml"):
        shutil.copy(EXAMPLES / name, tmp_path / name)
    for command in listed:
        words = shlex.split(command, comments=True)[1:]
        done = run(["-c", "from iopkit.cli import run; run()", *words], tmp_path)
        assert done.stderr == "", command
        assert done.returncode == CODES.get(words[0], 0), command
        assert done.stdout, command
        for option in ("-o", "--ical"):
            if option in words:
                assert (tmp_path / words[words.index(option) + 1]).stat().st_size > 0


def test_the_readme_has_each_command_and_each_exit_code() -> None:
    shown = {shlex.split(command, comments=True)[1] for command in commands()}
    planned = {"plan", "settle", "schedule", "check", "charges"}
    assert shown == {
        *("decide", "applicable", "compare", "place", *planned, "init", "run", "costs"),
        *("rules", "validate", "upgrade", "list", "show", "example", "new", "schema"),
    }
    codes = re.findall(r"^\| (\d) \| (.*) \|$", README, re.MULTILINE)
    assert [code for code, _ in codes] == ["0", "1", "2", "3", "4"]


def test_the_files_that_the_readme_links_to_are_there() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", README)
    assert linked
    assert [path for path in linked if not (ROOT / path).exists()] == []


def test_what_is_cited_is_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {iopkit.__version__}\n" in citation
