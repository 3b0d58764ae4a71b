"""What is printed and written stays as it was, to the byte, until a commit means to change it.

``python tests/test_golden.py`` writes the files anew; the commit says what changed and why.
"""

import io
import os
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import Patient, Site, draft, find_policy, find_program, from_json, from_toml, schedule
from iopkit.calendars import SiteFeed, patient_feed, site_feed, to_ical, update_ical
from iopkit.cli import main
from iopkit.plans import Leave
from iopkit.schedules import Surroundings, reschedule, schedule_difference

FOLDER = Path(__file__).parent / "golden" / "outputs"
STAMP = datetime(2026, 1, 2, 12, tzinfo=UTC)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
START = date(2026, 1, 12)
# The commands of the README and their next of kin; each finds what those before it have written.
COMMANDS = {
    "decide.txt": "decide patient.json --policy us-medicare-iop --on 2026-01-12",
    "decide.html": "decide patient.json --policy iop-suitability --on 2026-01-12 --form html",
    "decide.md": "decide patient.json --policy us-md-iop --on 2026-01-12 --form markdown",
    "decide.json": "decide patient.json --policy us-medicare-iop --on 2026-01-12 --json",
    "compare.txt": "compare us-medicare-iop us-md-iop --on 2026-01-12",
    "place.txt": "place patient.json --on 2026-01-12",
    "place.json": "place patient.json --on 2026-01-12 --json",
    "plan.txt": "plan patient.json --program matrix-16-week --site site.toml --start 2026-01-12 "
    "--seed 7 --requirements us-medicare-iop -o plan.json",
    "plan.json": "plan patient.json --program palmetto-arc --site site.toml --start 2026-01-12 "
    "--seed 7 --weeks treatment=2 --json",
    "schedule.txt": "schedule plan.json --site site.toml -o schedule.json",
    "reschedule.txt": "reschedule schedule.json plan.json --site site.toml "
    "--as-of 2026-02-01T12:00",
    "check.txt": "check plan.json --site site.toml --requirements us-medicare-iop",
    "charges.txt": "charges plan.json --site site.toml --coding us-md-medicaid "
    "--rates us-md-medicaid",
    "fit.txt": "fit patient.json --program matrix-16-week --program va-houston --site site.toml "
    "--start 2026-01-12 --seed 7 --requirements us-il-iop --weeks treatment=4",
    "propose.txt": "propose plan.json --site site.toml --requirements us-il-iop --changes 1",
    "costs.txt": "costs",
    "policies.txt": "list policies",
    "requirements.txt": "list requirements",
    "codings.txt": "list codings",
    "rates.txt": "list rates",
    "programs.txt": "list programs",
    "ladder.txt": "show us-public-rules",
    "program.txt": "show matrix-16-week",
    "medicare.txt": "show us-medicare-iop",
    "maryland.txt": "show us-md-medicaid",
    "fact.txt": "show living_environment",
}


def outputs() -> Iterator[tuple[str, bytes]]:
    """What each command prints, and calendars, by the name of the file that keeps it."""
    for name in ("patient.json", "site.toml"):
        Path(name).write_bytes((files("iopkit") / "examples" / name).read_bytes())
    for name, command in COMMANDS.items():
        with redirect_stdout(io.StringIO()) as said:
            code = main(command.split())
        yield name, f"{said.getvalue()}exit code {code}\n".encode()
    patient = from_json(Patient, Path("patient.json").read_bytes())
    site = from_toml(Site, Path("site.toml").read_bytes())
    decision = find_policy("iop-suitability").decide(patient, on=START)
    program = find_program("ebt-seattle-dbt")
    weeks = dict.fromkeys(program.open_lengths, 3)
    plan = draft(
        program, patient, site, start=START, seed=7, phase_weeks=weeks, decisions=[decision]
    )
    dated = schedule(plan, site)
    yield "calendar.ics", to_ical(dated, stamp=STAMP)
    yield "titles.ics", to_ical(dated, stamp=STAMP, titles=True)
    yield "patient-feed.ics", patient_feed([dated], stamp=STAMP, refresh=timedelta(hours=6))
    feed = SiteFeed(KEY, titles=True, counts=True)
    yield "site-feed.ics", site_feed([dated], feed, stamp=STAMP)
    away = evolve(plan, leaves=(Leave(date(2026, 1, 19), date(2026, 1, 24), extends=True),))
    changed = schedule_difference(dated, reschedule(dated, away, Surroundings(site, STAMP)))
    yield "update.ics", update_ical(changed, stamp=STAMP)


def test_everything_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    now = dict(outputs())

    assert now.keys() == {file.name for file in FOLDER.iterdir()}
    for name, data in now.items():
        assert data == (FOLDER / name).read_bytes(), name


if __name__ == "__main__":
    os.environ["COLUMNS"] = "80"
    with TemporaryDirectory() as folder, chdir(folder):
        written = dict(outputs())
    for file in FOLDER.iterdir():
        file.unlink()
    for name, data in written.items():
        (FOLDER / name).write_bytes(data)
