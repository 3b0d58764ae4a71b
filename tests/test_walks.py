"""Two walks in processes of their own: a developer's script, and a clinic without Python."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import icalendar

import iopkit
from iopkit import Decision, Schedule, from_document, from_json

EXAMPLES = Path(__file__).parent.parent / "examples"


def process(*words: object, folder: Path, ends: int = 0) -> str:
    """What a Python process prints that has iopkit and nothing of ours beside it."""
    source = str(Path(iopkit.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": source, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (ends, "")
    return done.stdout


# A developer: a request's dict in, decisions out, a plan stored, dated again, its calendar served.


def test_a_developer_serves_a_request_in_25_lines(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    assert len((EXAMPLES / "web_request.py").read_text(encoding="utf-8").splitlines()) <= 25
    process("examples/web_request.py", folder=tmp_path)
    answer = json.loads((tmp_path / "answer.json").read_bytes())
    decided = [from_document(Decision, each) for each in answer]
    assert {each.policy: each.verdict.value for each in decided} == {
        "iop-suitability": "yes",
        "us-medicare-iop": "yes",
        "us-il-iop": "yes",
    }
    events = icalendar.Calendar.from_ical((tmp_path / "calendar.ics").read_bytes()).walk("VEVENT")
    days = [each.decoded("DTSTART").date().isoformat() for each in events]
    assert len(days) == 75
    assert not {"2026-02-02", "2026-02-03"} & {*days}
    assert {each["SEQUENCE"] for each in events} == {1}


# A clinic: what its people do with an editor and a terminal.

FIRST_DAY, BEFORE, LATER = "2026-02-02", "2026-01-20T09:00", "2026-02-20T12:00"


class Clinic:
    """A clinic's folder, and the terminal beside it."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home, home / "clinic"

    def iopkit(self, *words: object, ends: int = 0) -> str:
        return process("-m", "iopkit", *words, folder=self.home, ends=ends)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a place of a file, as with an editor."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new), encoding="utf-8")

    def keys(self) -> dict[str, str]:
        """The patients' keys by the names of their files."""
        files = (self.folder / "patients").iterdir()
        texts = {path.stem: path.read_text(encoding="utf-8") for path in files}
        return {name: re.findall(r'(?m)^key = "(.*)"', text)[0] for name, text in texts.items()}

    def dated(self, key: str) -> Schedule:
        return from_json(Schedule, (self.folder / f"out/schedules/{key}.json").read_bytes())

    def events(self, name: str) -> list[str]:
        """When the events of a calendar begin."""
        data = (self.folder / "out" / "calendars" / f"{name}.ics").read_bytes()
        events = icalendar.Calendar.from_ical(data).walk("VEVENT")
        return sorted(f"{each.decoded('DTSTART'):%Y-%m-%d %H:%M}" for each in events)

    def add_patients(self, name: str, numbers: range, *edits: tuple[str, str]) -> None:
        """So many patients like one who is begun from the template: each file with a key."""
        first = f"patients/{name}-{numbers[0]}.toml"
        self.iopkit("new", "patient", "-o", f"clinic/{first}")
        for old, new in edits:
            self.edit(first, old, new)
        text = (self.folder / first).read_text(encoding="utf-8")
        for number in numbers[1:]:
            key = f"00000000-0000-4000-8000-{number:012}"
            path = self.folder / "patients" / f"{name}-{number}.toml"
            path.write_text(re.sub(r'(?m)^key = ".*"', f'key = "{key}"', text), encoding="utf-8")


def begun(clinic: Clinic) -> None:
    """A folder with a name of one's own and twelve patients: six work, and six can come early."""
    told = clinic.iopkit("init", "clinic", "--start", FIRST_DAY)
    assert told.endswith("Change what differs, and then: iopkit run clinic\n")
    made_up = sorted((clinic.folder / "patients").iterdir())
    assert len(made_up) == 4
    clinic.edit("site.toml", 'name = "Elm Street Clinic"', 'name = "Oak Lane Clinic"')
    clinic.edit("site.toml", 'telephone = "555-0142"', 'telephone = "555-0100"')
    settings = (clinic.folder / "clinic.toml").read_text(encoding="utf-8")
    clinic.edit("clinic.toml", settings[settings.index("[[patients]]") :], "")
    groups = (clinic.folder / "groups.toml").read_text(encoding="utf-8")
    clinic.edit("groups.toml", groups[groups.index("[[candidates]]") :], "")
    for path in made_up:
        path.unlink()
    clinic.add_patients("worker", range(6))
    work = 'windows = ["monday 08:00-13:40", "tuesday 08:00-13:40", "thursday 08:00-13:40"]'
    clinic.add_patients("early", range(6, 12), (work, 'windows = ["monday 17:00-21:00"]'))
    assert clinic.iopkit("validate", "clinic").endswith("17 of 17 are valid\n")


def all_in_groups(clinic: Clinic) -> None:
    """The evening group is held in English: who waits for it is asked, and written down."""
    told = clinic.iopkit("run", "clinic", "--as-of", BEFORE, ends=1)
    assert told.startswith("Oak Lane Clinic: 12 patients, 6 plans, ")
    assert told.count("something is not known; placed if: language en, for evening") == 6
    assert told.endswith("clinic/out/report.html\n")
    keys = clinic.keys()
    spoken = [
        f'[[candidates]]\nkey = "{key}"\ndoses = [{{ service = "group-session" }}]\n'
        'languages = ["en"]\n'
        for name, key in keys.items()
        if name.startswith("worker")
    ]
    with (clinic.folder / "groups.toml").open("a", encoding="utf-8") as roster:
        roster.write("\n".join(spoken))
    told = clinic.iopkit("run", "clinic", "--names", "--as-of", BEFORE, ends=1)
    assert told.startswith("Oak Lane Clinic: 12 patients, 12 plans, ")
    assert len(re.findall(r"(?m)^worker-\d:\n(  - .*\n)*  - .*, in evening\n", told)) == 6
    assert len(re.findall(r"(?m)^early-\d+:\n(  - .*\n)*  - .*, in morning\n", told)) == 6


def looked_at(clinic: Clinic, keys: Mapping[str, str]) -> None:
    """Calendars of rooms and patients, how full it is, and the page that has it all."""
    evenings = clinic.events("rooms/large-room")
    assert evenings[:3] == ["2026-02-02 17:30", "2026-02-04 17:30", "2026-02-05 17:30"]
    assert {*evenings} < {*clinic.events(f"patients/{keys['worker-3']}")}
    assert clinic.events("clinicians/ash")[:3] == evenings[:3]
    told = clinic.iopkit("capacity", "clinic/out/schedules", "--site", "clinic/site.toml")
    assert "Week from Mon 2026-02-02: 12.0 patients a day, 12 to 12" in told
    assert "\nLarge room\n  Mon 2026-02-02 to Sun 2026-02-08  9 h of " in told
    page = (clinic.folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "Oak Lane Clinic" in page
    assert ">early-7</" in page  # as names were asked for


def a_holiday_and_a_leave(clinic: Clinic, keys: Mapping[str, str]) -> None:
    """In the third week, two days to come change for all, and what was held stays."""
    was = {name: clinic.dated(key) for name, key in keys.items()}
    clinic.edit(
        "site.toml",
        'why = "Staff training day"\n',
        'why = "Staff training day"\n\n[[closures]]\nstart = 2026-02-23\nend = 2026-02-24\n'
        'why = "Founders Day"\n',
    )
    clinic.edit(
        "site.toml",
        'substitute = "Ash"\n',
        'substitute = "Ash"\n\n[[clinicians.absences]]\nstart = 2026-03-02\nend = 2026-03-07\n'
        'why = "Leave"\n',
    )
    told = clinic.iopkit("run", "clinic", "--as-of", LATER, ends=1)
    changes = told[told.index("Changed last:") :]
    assert all(key in changes for key in keys.values())
    for name, key in keys.items():
        now = clinic.dated(key)
        held = [each for each in was[name].sessions if f"{each.start:%Y-%m-%dT%H:%M}" < LATER]
        assert held
        assert now.sessions[: len(held)] == tuple(held)
        assert now.revision == was[name].revision + 1
        assert (clinic.folder / "out" / "changes" / f"{key}.ics").exists()
        days = {each.start.date().isoformat() for each in now.sessions}
        assert "2026-02-23" not in days
        missed = [each.why.value for each in now.unplaced]
        assert missed == (["unstaffed"] * 3 if name.startswith("early") else []), name
    mornings = {day[:10] for day in clinic.events("rooms/small-room")}
    assert not mornings & {"2026-02-23", "2026-03-02", "2026-03-03", "2026-03-05"}


def test_a_clinic_goes_from_an_empty_folder_through_a_holiday_and_a_leave(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    begun(clinic)
    all_in_groups(clinic)
    keys = clinic.keys()
    looked_at(clinic, keys)
    a_holiday_and_a_leave(clinic, keys)
    # Nothing changes any more, and so no file does.
    told = clinic.iopkit("run", "clinic", "--as-of", "2026-02-20T18:00", ends=1)
    assert told.endswith("out is as it was\n")
