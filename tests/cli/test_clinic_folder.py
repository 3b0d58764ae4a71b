"""A clinic in one folder: what init writes, what run gives, and what a second run keeps."""

import json
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unicodedata import normalize
from uuid import UUID, uuid4

import pytest

from iopkit import Plan, Schedule, from_json
from iopkit.cli import main
from iopkit.cli.writing import only_user
from iopkit.clinics import ClinicSettings
from iopkit.courses import Entry
from iopkit.courses.events import Admitted, CourseEvent, HoldEnded, SessionAttended
from iopkit.documents import entries_to_jsonl, from_toml, json_schema
from iopkit.schedules import schedule_difference

AMBER = "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"
BASIL = "9a1d8e40-3c52-4b7f-8d16-7e2f5a90c3b4"
CLOVER = "c47b2a6f-51d9-4e08-a3f2-1b8d6c0e9f75"
DAHLIA = "0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"
BEFORE, LATER = "2026-01-20T09:00", "2026-02-20T12:00"
"""Before the first day, and in the third week."""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's folder, run once before its first day; shared, and not to be changed."""
    folder = tmp_path_factory.mktemp("begun") / "clinic"
    assert main(["init", str(folder), "--start", "2026-02-02"]) == 0
    assert main(["run", str(folder), "--as-of", BEFORE]) == 1  # somebody waits
    return folder


@pytest.fixture
def clinic(begun: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return shutil.copytree(begun, tmp_path / "clinic")


def run(folder: Path, *words: str, as_of: str = LATER) -> int:
    return main(["run", str(folder), "--as-of", as_of, *words])


def contents(folder: Path) -> Mapping[str, bytes]:
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def dated(folder: Path, key: str) -> Schedule:
    return from_json(Schedule, (folder / "out" / "schedules" / f"{key}.json").read_bytes())


# What init writes.


def test_every_document_of_the_example_is_valid(
    begun: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = [str(path) for path in begun.iterdir() if path.name != "out"]
    assert main(["validate", *inside]) == 0
    assert "9 of 9 are valid" in capsys.readouterr().out


def test_after_a_run_the_folder_is_valid_and_its_answers_are_known(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", str(clinic)]) == 0
    told = capsys.readouterr().out
    for name in ("capacity.json", "conflicts.json", f"checks/{BASIL}.json"):
        path = clinic / "out" / name
        assert f"{path}: no document, but an answer that iopkit run has written\n" in told
    assert "26 of 26 are valid" in told
    # Elsewhere it is a file like any other.
    shutil.copy(clinic / "out" / "capacity.json", clinic / "capacity.json")
    assert main(["validate", str(clinic)]) == 2
    assert f"{clinic / 'capacity.json'}: no document, not valid\n" in capsys.readouterr().out


def test_the_settings_of_the_example_explain_every_key(begun: Path) -> None:
    text = (begun / "clinic.toml").read_text(encoding="utf-8")
    schema = json_schema("clinic")
    kinds = [schema["properties"], schema["$defs"]["PatientSettings"]["properties"]]
    for name in [*kinds[0], *kinds[1]]:
        assert re.search(rf"^(#  +)?(\[\[)?{name}\b", text, re.MULTILINE), name


def test_the_dates_of_the_example_follow_its_first_day(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "late"), "--start", "2027-01-04"]) == 0
    settings = from_toml(ClinicSettings, (tmp_path / "late" / "clinic.toml").read_bytes())
    assert str(settings.start) == "2027-01-04"
    assert str(settings.patients[0].leaves[0].start) == "2027-02-08"


def test_without_a_first_day_the_clinic_begins_on_a_monday_to_come(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "new"), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["written"]) == 9
    settings = from_toml(ClinicSettings, (tmp_path / "new" / "clinic.toml").read_bytes())
    assert settings.start.weekday() == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--start", "2026-02-03"], "expected a Monday, found Tuesday"), ([], "is kept as it is")],
    ids=["another weekday", "a folder with something in it"],
)
def test_init_keeps_what_is_there(
    tmp_path: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path if not words else tmp_path / "new"
    (tmp_path / "own.txt").write_text("mine")
    assert main(["init", str(folder), *words]) == 2
    assert told in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["own.txt"]


# What run gives is what the single commands give.


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> object:
    capsys.readouterr()
    main([*map(str, words), "--json"])
    return json.loads(capsys.readouterr().out)


def of_out(folder: Path, name: str) -> object:
    return json.loads((folder / "out" / name).read_bytes())


@pytest.mark.parametrize(("name", "key"), [("basil", BASIL), ("dahlia", DAHLIA)])
def test_decisions_and_placements_are_those_of_decide_and_place(
    begun: Path, name: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    patient, on = begun / "patients" / f"{name}.json", ("--on", "2026-02-02")
    decided = answer(capsys, "decide", patient, "--policy", "iop-suitability", *on)
    assert of_out(begun, f"decisions/iop-suitability/{key}.json") == decided
    placed = answer(capsys, "place", patient, "--ladder", "us-public-rules", *on)
    assert isinstance(placed, dict)
    assert of_out(begun, f"placements/{key}.json") == placed["placement"]


def test_groups_plans_and_schedules_are_those_of_their_commands(
    clinic: Path, tmp_path: Path
) -> None:
    # Amber chooses first, and the command knows no leaves.
    shutil.rmtree(clinic / "out")
    replaced(clinic / "clinic.toml", "leaves = [", "# leaves = [")
    run(clinic, as_of=BEFORE)
    out, site = clinic / "out", ("--site", str(clinic / "site.toml"))
    patients = [str(clinic / "patients" / f"{n}.json") for n in ("amber", "basil", "clover")]
    assigned = tmp_path / "assignments.json"
    main([
        *("groups", str(clinic / "groups.toml"), *site, "--on", "2026-02-02"),
        *("--patients", *patients, "--dose", "group-session=1", "-o", str(assigned)),
    ])  # fmt: skip
    assert assigned.read_bytes() == (out / "assignments.json").read_bytes()
    plan, ical, schedule = (tmp_path / name for name in ("plan.json", "plan.ics", "schedule.json"))
    main([
        *("plan", patients[0], "--program", str(clinic / "program.toml"), *site),
        *("--start", "2026-02-02", "--seed", "7", "--policy", "iop-suitability"),
        *("--requirements", "samhsa-iop", "--requirements", "hcpcs-h0015"),
        *("--groups", str(assigned), "--counselor", "Ash", "-o", str(plan)),
    ])  # fmt: skip
    assert plan.read_bytes() == (out / "plans" / f"{AMBER}.json").read_bytes()
    main([
        *("schedule", str(plan), *site, "--groups", str(clinic / "groups.toml")),
        *("--ical", str(ical), "-o", str(schedule)),
    ])  # fmt: skip
    assert schedule.read_bytes() == (out / "schedules" / f"{AMBER}.json").read_bytes()
    assert unstamped(ical) == unstamped(out / "calendars" / "patients" / f"{AMBER}.ics")


def unstamped(path: Path) -> bytes:
    return re.sub(rb"DTSTAMP:\w+", b"", path.read_bytes())


def test_checks_charges_and_what_is_told_of_the_site_are_those_of_their_commands(
    begun: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, site = begun / "out", ("--site", begun / "site.toml")
    plan, groups = out / "plans" / f"{BASIL}.json", ("--groups", begun / "groups.toml")
    sets = ("--requirements", "samhsa-iop", "--requirements", "hcpcs-h0015")
    assert of_out(begun, f"checks/{BASIL}.json") == answer(
        capsys, "check", plan, *site, *groups, *sets
    )
    rates = ("--coding", "us-h0015", "--rates", begun / "rates.toml")
    assert of_out(begun, f"charges/{BASIL}.json") == answer(
        capsys, "charges", plan, *site, *groups, *rates
    )
    schedules = out / "schedules"
    counted = answer(capsys, "capacity", schedules, *site, *groups)
    assert of_out(begun, "capacity.json") == counted
    assert of_out(begun, "conflicts.json") == answer(capsys, "conflicts", schedules, *site)


@pytest.mark.parametrize(
    ("of", "name", "file"),
    [
        ("room", "Large room", "rooms/large-room"),
        ("clinician", "Birch", "clinicians/birch"),
        ("program", "elm-street-8-week", "programs/elm-street-8-week"),
    ],
)
def test_calendars_of_the_site_are_those_of_feed(
    begun: Path, tmp_path: Path, of: str, name: str, file: str
) -> None:
    key = tmp_path / "key"
    shutil.copy(begun / "out" / "feeds.key", key)
    words = ["feed", str(begun / "out" / "schedules"), f"--{of}", name, "--key", str(key)]
    assert main([*words, "-o", str(tmp_path / "feed.ics")]) == 0
    assert unstamped(tmp_path / "feed.ics") == unstamped(
        begun / "out" / "calendars" / f"{file}.ics"
    )


def test_patients_are_told_by_their_keys_unless_asked(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    run(clinic)
    told = capsys.readouterr().out
    assert AMBER in told
    assert "amber" not in told
    assert naming(clinic / "out", b"amber") == {"clinic.json"}
    assert "report.html" in naming(clinic / "out", AMBER.encode())
    run(clinic, "--names")
    assert "amber:" in capsys.readouterr().out
    assert naming(clinic / "out", b"amber") == {"clinic.json", "report.html"}
    names = [name for name in contents(clinic / "out") if "amber" in name]
    assert not names


def naming(folder: Path, word: bytes) -> set[str]:
    return {name for name, data in contents(folder).items() if word in data}


def test_who_waits_and_who_is_refused_has_no_plan_and_the_reason(
    begun: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "run", begun, "--as-of", LATER)
    assert isinstance(told, dict)
    patients = {one["key"]: one for one in told["patients"]}
    assert patients[CLOVER]["waiting"] == 1
    assert [each["step"] for each in patients[CLOVER]["omissions"]] == ["groups", "plan"]
    assert patients[DAHLIA]["omissions"] == [{"step": "plan", "why": "no, by iop-suitability"}]
    assert {key for key, one in patients.items() if one["plan"]} == {AMBER, BASIL}


# A second run.


@pytest.mark.parametrize(
    "as_of", ["2026-01-21T09:00", LATER, "2026-03-11T09:00", "2027-05-01T09:00"]
)
def test_a_second_run_without_changes_writes_nothing(
    clinic: Path, as_of: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(clinic / "out")
    stamps = {path: path.stat().st_mtime_ns for path in (clinic / "out").rglob("*")}
    assert run(clinic, as_of=as_of) == 1
    assert capsys.readouterr().out.endswith("out is as it was\n")
    assert contents(clinic / "out") == before
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


def test_a_closure_moves_what_is_to_come_and_gives_calendars_a_revision(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = dated(clinic, AMBER)
    closed = '\n[[closures]]\nstart = 2026-02-{}\nend = 2026-02-{}\nwhy = "{}"\n'
    with (clinic / "site.toml").open("a") as site:
        site.write(closed.format(11, 12, "too late") + closed.format(25, 26, "Burst pipe"))
    run(clinic)
    new = dated(clinic, AMBER)
    found = schedule_difference(old, new)
    assert [before.start.day for before, _ in found.changed] == [25]
    assert [after.moved.detail for _, after in found.changed if after.moved] == ["Burst pipe"]
    assert (old.revision, new.revision) == (0, 1)
    assert (
        b"SEQUENCE:1" in (clinic / "out" / "calendars" / "patients" / f"{AMBER}.ics").read_bytes()
    )
    update = (clinic / "out" / "changes" / f"{AMBER}.ics").read_bytes()
    assert update.count(b"BEGIN:VEVENT") == 1
    assert f"{AMBER}: 1 session changed" in capsys.readouterr().out
    assert not (clinic / "out" / "changes" / f"{BASIL}.ics").exists()
    after = contents(clinic / "out")
    run(clinic, as_of="2026-02-21T12:00")
    assert contents(clinic / "out") == after, "what changed last is told until something does"
    assert f"{AMBER}: 1 session changed" in capsys.readouterr().out


def test_a_counselor_on_leave_is_stood_in_for_from_then_on(clinic: Path) -> None:
    old = dated(clinic, AMBER)
    leave = (
        '[[clinicians.absences]]\nstart = 2026-02-18\nend = 2026-03-03\nwhy = "Leave"\n'
        'substitute = "Birch"\n\n[[clinicians]]\nname = "Birch"'
    )
    replaced(clinic / "site.toml", '[[clinicians]]\nname = "Birch"', leave)
    replaced(clinic / "site.toml", 'substitute = "Ash"\n', "")
    replaced(clinic / "site.toml", 'hours = ["monday 09:00-17:00"', '# hours = ["monday 09:00"')
    run(clinic)
    changed = schedule_difference(old, dated(clinic, AMBER)).changed
    assert {after.clinician for _, after in changed} == {"Birch"}
    assert min(after.start for _, after in changed).date().isoformat() == "2026-02-23"


def test_a_patient_who_comes_later_begins_then_and_the_others_stay(clinic: Path) -> None:
    before = contents(clinic / "out" / "schedules")
    record = json.loads((clinic / "patients" / "amber.json").read_bytes())
    key = "2f9d1a34-7b60-4c1e-8a55-0d3c9b7e6f12"
    (clinic / "patients" / "erica.json").write_text(json.dumps({**record, "key": key}))
    spoken = 'doses = [{ service = "group-session" }]\nlanguages = ["en"]\n'
    with (clinic / "groups.toml").open("a") as roster:
        roster.write(f'\n[[candidates]]\nkey = "{key}"\n{spoken}')
    replaced(clinic / "clinic.toml", "start = 2026-02-02", "start = 2026-03-02")
    run(clinic)
    after = contents(clinic / "out" / "schedules")
    assert {name: after[name] for name in before} == before
    assert str(dated(clinic, key).plan.start) == "2026-03-02"
    assert dated(clinic, key).plan.groups[0].groups == ("evening",)
    assert [each.name for each in (clinic / "out" / "changes").iterdir()] == [f"{key}.ics"]


def test_a_discharged_patient_keeps_what_was_held(clinic: Path) -> None:
    old = dated(clinic, BASIL)
    replaced(clinic / "clinic.toml", "#     discharged = 2026-03-20", "discharged = 2026-02-23")
    run(clinic)
    new = dated(clinic, BASIL)
    assert new.sessions == tuple(s for s in old.sessions if str(s.start.date()) < "2026-02-23")
    update = (clinic / "out" / "changes" / f"{BASIL}.ics").read_bytes()
    assert update.count(b"STATUS:CANCELLED") == len(old.sessions) - len(new.sessions)


@pytest.mark.parametrize("how", ["taken away", "broken"])
def test_a_patient_without_a_valid_file_is_left_as_they_were(
    clinic: Path, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced(clinic / "clinic.toml", 'patient = "basil"', 'patient = "clover"')
    before = contents(clinic / "out" / "schedules")
    path = clinic / "patients" / "basil.json"
    if how == "broken":
        replaced(path, '"birth_date"', '"birth_day"')
    else:
        path.unlink()
    assert run(clinic) == (2 if how == "broken" else 1)
    told = capsys.readouterr()
    assert ("basil.json" in told.err) == (how == "broken")
    assert f"no valid file has these patients:\n  - {BASIL}" in told.out
    assert contents(clinic / "out" / "schedules") == before
    assert not (clinic / "out" / "decisions" / "iop-suitability" / f"{BASIL}.json").exists()


def test_a_key_that_two_files_have_is_nobodys(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(clinic / "patients" / "clover.json", clinic / "patients" / "copy.json")
    assert run(clinic) == 2
    assert "clover.json" in (err := capsys.readouterr().err)
    assert "one key in 2 files; none is taken" in err


def test_a_plan_without_a_session_has_no_calendar(clinic: Path) -> None:
    replaced(clinic / "clinic.toml", "#     discharged = 2026-03-20", "discharged = 2026-02-02")
    run(clinic, as_of=BEFORE)
    assert not dated(clinic, BASIL).sessions
    assert not (clinic / "out" / "calendars" / "patients" / f"{BASIL}.ics").exists()
    assert not (clinic / "out" / "calendars" / "rooms" / "small-room.ics").exists()
    assert (clinic / "out" / "changes" / f"{BASIL}.ics").exists()


def test_what_only_lost_its_date_is_not_removed(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(dated(clinic, BASIL).sessions)
    replaced(
        clinic / "clinic.toml",
        'patient = "basil"',
        'patient = "basil"\nleaves = [{ start = 2026-03-02, end = 2026-03-07 }]',
    )
    run(clinic)
    lost = before - len(dated(clinic, BASIL).sessions)
    assert lost > 1
    assert f"{BASIL}: {lost} sessions without a date now" in capsys.readouterr().out
    report = (clinic / "out" / "report.html").read_text(encoding="utf-8")
    changes = report.partition('id="changes"')[2].partition("</section>")[0]
    assert "Without a date" in changes
    assert "Removed" not in changes


def test_a_change_of_what_has_no_date_needs_no_calendar(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced(clinic / "clinic.toml", ', why = "hospital", extends = true', "")
    run(clinic)
    assert (clinic / "out" / "changes" / f"{AMBER}.ics").exists()
    replaced(clinic / "clinic.toml", "end = 2026-03-11", 'end = 2026-03-11, why = "court"')
    run(clinic)
    assert f"{AMBER}: only what has no date" in capsys.readouterr().out
    assert not (clinic / "out" / "changes" / f"{AMBER}.ics").exists()


def test_assignments_that_are_too_long_to_be_read_are_made_again(
    clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(clinic / "out" / "schedules")
    monkeypatch.setattr("iopkit.cli.clinic_files.MAX_LONG_BYTES", 1000)
    assert run(clinic) == 1
    assert contents(clinic / "out" / "schedules") == before


@pytest.mark.parametrize("spoiled", ["spoiled", "DTSTAMP:20261399T000000Z"])
def test_a_calendar_that_somebody_spoiled_is_written_again(clinic: Path, spoiled: str) -> None:
    path = clinic / "out" / "calendars" / "patients" / f"{AMBER}.ics"
    was = unstamped(path)
    path.write_text(spoiled)
    run(clinic)
    assert unstamped(path) == was


def test_a_clinic_without_groups_and_codes_has_fewer_files(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(clinic / "out")
    (clinic / "clinic.toml").write_text(
        'document = "clinic"\nformat = 1\nstart = 2026-02-02\nseed = 7\n'
        'policies = ["iop-suitability"]\ndespite_no = true\n'
    )
    run(clinic, as_of="2026-01-20T09:00-06:00")
    assert {each.parts[0] for each in map(Path, contents(clinic / "out"))} == {
        *("calendars", "capacity.json", "clinic.json", "conflicts.json", "decisions"),
        *("feeds.key", "plans", "report.html", "schedules", "site.json"),
    }
    assert "level" not in capsys.readouterr().out


def test_twelve_patients_are_put_into_groups_and_go_on_around_a_holiday_and_a_leave(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(clinic / "out")
    spoken = 'doses = [{ service = "group-session" }]\nlanguages = ["en"]\n'
    keys: list[str] = []
    for number in range(12):
        name = ("amber", "basil")[number % 2]
        record = json.loads((clinic / "patients" / f"{name}.json").read_bytes())
        keys.append(str(UUID(int=number + 1, version=4)))
        record["key"] = keys[-1]
        (clinic / "patients" / f"p{number}.json").write_text(json.dumps(record))
        with (clinic / "groups.toml").open("a") as roster:
            roster.write(f'\n[[candidates]]\nkey = "{keys[-1]}"\n{spoken}')
    for path in [*(clinic / "patients").glob("[!p]*")]:
        path.unlink()
    text = (clinic / "clinic.toml").read_text(encoding="utf-8")
    (clinic / "clinic.toml").write_text(text.partition("[[patients]]")[0])
    text = (clinic / "groups.toml").read_text(encoding="utf-8")
    (clinic / "groups.toml").write_text(text.replace(f'key = "{AMBER}"', f'key = "{CLOVER}"', 1))
    run(clinic, as_of=BEFORE)
    out = clinic / "out"
    groups = [dated(clinic, key).plan.groups[0].groups for key in keys]
    assert groups == [("evening",), ("morning",)] * 6
    assert {each.name for each in (out / "calendars" / "rooms").iterdir()} == {
        *("large-room.ics", "office.ics", "small-room.ics")
    }
    week = json.loads((out / "capacity.json").read_bytes())["census"][0]
    assert (week["most"], week["mean"]) == (12, 12.0)
    before = {key: dated(clinic, key) for key in keys}
    with (clinic / "site.toml").open("a") as site:
        site.write('\n[[closures]]\nstart = 2026-02-23\nend = 2026-02-24\nwhy = "A holiday"\n')
    replaced(clinic / "site.toml", "start = 2026-02-26", "start = 2026-02-24")
    capsys.readouterr()
    run(clinic)
    for key, was in before.items():
        found = schedule_difference(was, dated(clinic, key))
        assert found.changed
        assert min(after.start for _, after in found.changed).date().isoformat() > "2026-02-20"
    assert "12 patients, 12 plans" in capsys.readouterr().out


# What people settle and sign is theirs, and carried into every run.


def settled(clinic: Path, *words: str, key: str = AMBER) -> int:
    """Settle a plan as a run left it, into the folder of those that people settled."""
    (clinic / "settled").mkdir(exist_ok=True)
    plan, to = (clinic / name / f"{key}.json" for name in ("out/plans", "settled"))
    return main(["settle", str(plan), "--on", "2026-02-03", "--by", "Ash", *words, "-o", str(to)])


def planned(clinic: Path, key: str = AMBER) -> Plan:
    return dated(clinic, key).plan


@pytest.mark.parametrize("anew", [False, True], ids=["run again", "begun anew, with out lost"])
def test_what_was_settled_and_signed_is_carried_into_every_run(clinic: Path, anew: bool) -> None:
    drafted = planned(clinic)
    assert settled(clinic, "--accept", "use-disorder-1", "--sign", "patient") == 0
    ours = (clinic / "settled" / f"{AMBER}.json").read_bytes()
    if anew:
        shutil.rmtree(clinic / "out")
        replaced(clinic / "clinic.toml", "start = 2026-02-02", "start = 2026-03-02")
    run(clinic, as_of=BEFORE if anew else LATER)
    assert (clinic / "out" / "plans" / f"{AMBER}.json").read_bytes() == ours
    plan = planned(clinic)
    assert (plan.key, plan.start, plan.seed) == (drafted.key, drafted.start, drafted.seed)
    assert [problem.name for problem in plan.problems or ()] == ["use-disorder-1"]
    assert [each.signer.value for each in plan.signatures or ()] == ["patient"]
    before = contents(clinic / "out")
    run(clinic, as_of=BEFORE if anew else LATER)
    assert contents(clinic / "out") == before
    assert (clinic / "settled" / f"{AMBER}.json").read_bytes() == ours


def test_a_plan_that_changes_after_it_was_signed_is_told(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settled(clinic, "--accept", "use-disorder-1", "--sign", "patient", "--sign", "counselor")
    run(clinic)
    assert "signatures" not in capsys.readouterr().out.rpartition("Elm Street Clinic:")[2]
    replaced(clinic / "clinic.toml", "end = 2026-03-11", "end = 2026-03-12")
    run(clinic)
    assert "no signatures: the plan has changed since it was signed" in capsys.readouterr().out
    assert planned(clinic).signatures == ()
    assert planned(clinic).problems
    settled(clinic, "--sign", "patient", "--sign", "patient")
    run(clinic)
    assert [each.signer.value for each in planned(clinic).signatures or ()] == ["patient"]


def test_a_plan_that_was_settled_where_runs_write_is_not_written_over(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = clinic / "out" / "plans" / f"{AMBER}.json"
    words = ("--on", "2026-02-03", "--by", "Ash", "--accept", "use-disorder-1")
    assert main(["settle", str(plan), *words, "-o", str(plan)]) == 0
    before = contents(clinic)
    assert run(clinic) == 2
    err = capsys.readouterr().err
    assert f"move it into {clinic / 'settled'} to keep what is settled in it" in err
    assert contents(clinic) == before
    (clinic / "settled").mkdir()
    plan.rename(clinic / "settled" / "amber.json")
    assert run(clinic) == 1
    assert planned(clinic).problems
    plan.write_text("spoiled")
    assert run(clinic) == 1
    assert from_json(Plan, plan.read_bytes()) == planned(clinic)


def test_a_settled_plan_of_nobody_is_told_and_the_others_are_done(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settled(clinic, "--sign", "patient", key=BASIL)
    replaced(clinic / "clinic.toml", 'patient = "basil"', 'patient = "clover"')
    (clinic / "patients" / "basil.json").unlink()
    before = contents(clinic / "out" / "schedules")
    assert run(clinic) == 2
    assert f"{BASIL}.json: no file has this plan's patient" in capsys.readouterr().err
    replaced(clinic / "patients" / "clover.json", '"key"', '"kay"')
    assert run(clinic) == 2
    assert "no file has" not in capsys.readouterr().err, "it may be the one that is broken"
    assert contents(clinic / "out" / "schedules") == before


def broken_plan(folder: Path) -> None:
    (folder / f"{AMBER}.json").write_text("{}")


def broken_beside_another(folder: Path) -> None:
    shutil.copy(folder / f"{AMBER}.json", folder / "other.json")
    broken_plan(folder)


def two_plans(folder: Path) -> None:
    shutil.copy(folder / f"{AMBER}.json", folder / "copy.json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (broken_plan, f"{AMBER}.json"),
        (broken_beside_another, f"{AMBER}.json"),
        (two_plans, "copy.json: expected one plan of each patient"),
    ],
)
def test_settled_plans_that_cannot_be_taken_are_refused(
    clinic: Path,
    change: Callable[[Path], None],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settled(clinic, "--sign", "patient")
    change(clinic / "settled")
    before = contents(clinic)
    assert run(clinic) == 2
    assert told in capsys.readouterr().err
    assert contents(clinic) == before


def test_another_plan_than_the_one_that_goes_on_is_told_and_leaves_it(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settled(clinic, "--sign", "patient")
    before = dated(clinic, AMBER)
    replaced(clinic / "settled" / f"{AMBER}.json", str(before.plan.key), CLOVER)
    assert run(clinic) == 1
    assert "no plan: settlement: 1 problem" in capsys.readouterr().out
    assert dated(clinic, AMBER) == before


# Patients on lines.


def on_lines(clinic: Path, *more: str) -> None:
    """All patients in one file of JSON Lines."""
    files = sorted((clinic / "patients").iterdir())
    lines = [json.dumps(json.loads(each.read_bytes())) for each in files]
    for each in files:
        each.unlink()
    (clinic / "patients" / "all.jsonl").write_text("\n".join([*lines, *more]))


def test_patients_on_lines_get_the_same_as_those_in_files(clinic: Path) -> None:
    before = contents(clinic / "out")
    on_lines(clinic)
    for name, key in (("amber", AMBER), ("basil", BASIL)):
        replaced(clinic / "clinic.toml", f'patient = "{name}"', f'patient = "{key}"')
    assert run(clinic, as_of=BEFORE) == 1
    after = contents(clinic / "out")
    assert {name for name in after if after[name] != before.get(name)} == {"clinic.json"}
    assert after.keys() == before.keys()


def test_a_bad_line_is_told_and_the_settings_may_name_who_is_on_it(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_lines(clinic, "{}")
    for name, key in (("amber", AMBER), ("basil", str(UUID(int=7, version=4)))):
        replaced(clinic / "clinic.toml", f'patient = "{name}"', f'patient = "{key}"')
    assert run(clinic) == 2
    assert "all.jsonl, line 5" in capsys.readouterr().err
    text = (clinic / "patients" / "all.jsonl").read_text().removesuffix("\n{}")
    (clinic / "patients" / "all.jsonl").write_text(text)
    before = contents(clinic)
    assert run(clinic) == 2
    assert "has no file of a patient" in capsys.readouterr().err
    assert contents(clinic) == before


def test_a_file_of_lines_is_no_patients_name(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_lines(clinic)
    replaced(clinic / "clinic.toml", 'patient = "amber"', 'patient = "all"')
    assert run(clinic) == 2
    assert "has no file of a patient 'all'" in capsys.readouterr().err


def test_a_table_of_facts_is_refused_with_the_reason_and_the_others_are_done(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clinic / "patients" / "facts.csv").write_text("age\n40\n")
    before = contents(clinic / "out" / "schedules")
    assert run(clinic) == 2
    assert "facts.csv: a plan is drafted from a record" in capsys.readouterr().err
    assert contents(clinic / "out" / "schedules") == before


# What is refused, with nothing written.


def broken_site(clinic: Path) -> None:
    replaced(clinic / "site.toml", "[[offers]]", "[[offer]]")
    replaced(clinic / "rates.toml", '"150.00"', "150")


def unknown_names(clinic: Path) -> None:
    replaced(clinic / "clinic.toml", '"us-h0015"', '"us-h0016"')
    replaced(clinic / "clinic.toml", 'patient = "basil"', 'patient = "basill"')


def no_patient(clinic: Path) -> None:
    shutil.rmtree(clinic / "patients")


def foreign_out(clinic: Path) -> None:
    (clinic / "out" / "clinic.json").unlink()


def broken_out(clinic: Path) -> None:
    replaced(clinic / "out" / "schedules" / f"{AMBER}.json", '"sessions"', '"session"')


def lost_schedule(clinic: Path) -> None:
    (clinic / "out" / "schedules" / f"{BASIL}.json").unlink()


def lost_schedules(clinic: Path) -> None:
    shutil.rmtree(clinic / "out" / "schedules")


def spoiled_key(clinic: Path) -> None:
    (clinic / "out" / "feeds.key").write_bytes(b"\xff\xfe")


def other_site(clinic: Path) -> None:
    replaced(clinic / "site.toml", "Elm Street Clinic", "Oak Street Clinic")


def groups_without_a_room(clinic: Path) -> None:
    replaced(clinic / "groups.toml", '"Small room"', '"Attic"')


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (broken_site, ["site.toml: ", "rates.toml: "]),
        (unknown_names, ["us-h0016", "patient 'basill'; did you mean 'basil'?"]),
        (no_patient, ["patients"]),
        (foreign_out, ["is not of a run: move it away"]),
        (broken_out, [f"{AMBER}.json", "put the file back, or move"]),
        (lost_schedule, ["no schedule of", f"{BASIL}.json", "put the file back, or move"]),
        (lost_schedules, ["no schedule of", f"{AMBER}.json"]),
        (spoiled_key, ["feeds.key: expected a feed's key, a random UUID"]),
        (other_site, ["out is of 'Elm Street Clinic' in America/Chicago: name the site"]),
        (groups_without_a_room, ["clinic: groups: 1 problem", "Attic"]),
    ],
)
def test_what_concerns_all_patients_is_refused(
    clinic: Path,
    change: Callable[[Path], None],
    told: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    change(clinic)
    before = contents(clinic)
    assert run(clinic) == 2
    err = capsys.readouterr().err
    assert all(words in err for words in told), err
    assert contents(clinic) == before


def test_what_others_put_into_the_results_stays(clinic: Path) -> None:
    out = clinic / "out"
    own = [
        out / name
        for name in (
            "plans/notes.docx",
            "plans/.DS_Store",
            "calendars/rooms/map.pdf",
            "before/a.json",
        )
    ]
    for each in own:
        each.parent.mkdir(exist_ok=True)
        each.write_bytes(b"mine")
    replaced(clinic / "site.toml", '"Office"\nseats', '"Den"\nseats')
    (clinic / "site.toml").write_text(
        (clinic / "site.toml").read_text(encoding="utf-8").replace('"Office"', '"Den"'), "utf-8"
    )
    assert run(clinic, as_of=BEFORE) == 1
    assert {each.read_bytes() for each in own} == {b"mine"}
    assert not (out / "calendars" / "rooms" / "office.ics").exists()


def test_what_a_killed_run_left_half_written_is_taken_away(clinic: Path) -> None:
    before = contents(clinic)
    for name in ("before", "schedules"):
        (clinic / "out" / name).mkdir(exist_ok=True)
        (clinic / "out" / name / ".iopkit-0a1b").write_bytes(b"{")
    assert run(clinic) == 1
    assert contents(clinic) == before


def test_one_run_at_a_time_is_at_work_in_a_folder(
    clinic: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with only_user(clinic):
        assert run(clinic) == 2
        assert "another run is at work here" in capsys.readouterr().err
        with monkeypatch.context() as without:  # as on Windows
            without.setitem(sys.modules, "fcntl", None)
            assert run(clinic) == 1
    assert run(clinic) == 1


def test_new_plans_that_began_before_the_run_are_told(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "7d0f4c1a-2b3e-4f5a-9c6d-8e1f2a3b4c5d"
    text = (clinic / "patients" / "basil.json").read_text(encoding="utf-8")
    (clinic / "patients" / "erica.json").write_text(text.replace(BASIL, key), "utf-8")
    capsys.readouterr()
    copy = shutil.copytree(clinic, clinic.parent / "copy")
    assert run(clinic, "--names") == 1
    began = sum(f"{each.start:%Y-%m-%dT%H:%M}" <= LATER for each in dated(clinic, key).sessions)
    held = "Taken to have been held, as these new plans began before the run:"
    assert f"{held}\n  - erica: {began} sessions\n" in capsys.readouterr().out
    assert run(copy, "--json") == 1
    assert json.loads(capsys.readouterr().out)["begun"] == {key: began}
    assert run(clinic) == 1
    assert held not in capsys.readouterr().out
    for name in ("plans", "schedules"):
        (clinic / "out" / name / f"{key}.json").unlink()
    with (clinic / "clinic.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[patients]]\npatient = "erica"\nstart = 2026-02-23\n')
    assert run(clinic) == 1
    assert min(each.start for each in dated(clinic, key).sessions).date() == date(2026, 2, 23)


def test_where_a_level_is_left_open_it_is_said(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(clinic) == 1
    said = capsys.readouterr().out
    assert "  - undetermined at level 2.1, Intensive Outpatient\n" in said
    assert "undetermined at level 3.5" in said


def test_what_is_to_be_settled_of_a_plan_is_told(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced(clinic / "patients" / "basil.json", '"1991-03-02"', '"2009-05-05"')
    assert run(clinic) == 1
    (said,) = (block for block in capsys.readouterr().out.split("\n\n") if block.startswith(BASIL))
    assert "  - to settle: the program is for another age group" in said.splitlines()


def test_hidden_files_are_nobodys(clinic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(clinic / "out")
    (clinic / "patients" / ".#amber.json").symlink_to("somebody@where.1")
    (clinic / "patients" / "._basil.json").write_bytes(b"\0\5\26\7")
    assert run(clinic) == 1
    assert capsys.readouterr().err == ""
    assert contents(clinic / "out") == before


def test_a_name_is_found_however_its_accents_are_written(clinic: Path) -> None:
    patients = clinic / "patients"
    (patients / "amber.json").rename(patients / f"{normalize('NFD', 'Çağrı')}.json")
    replaced(clinic / "clinic.toml", '"amber"', f'"{normalize("NFC", "Çağrı")}"')
    was = dated(clinic, AMBER)
    assert run(clinic) == 1
    assert dated(clinic, AMBER) == was


@pytest.mark.parametrize("start", ["0001-01-01", "9999-12-27"])
def test_a_first_day_that_leaves_no_days_around_it_is_refused(
    tmp_path: Path, start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path), "--start", start]) == 2
    assert f"the example's dates do not go with {start}" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def test_an_empty_folder_for_the_results_is_used(begun: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    shutil.copytree(begun, folder, ignore=shutil.ignore_patterns("out"))
    (folder / "out").mkdir()
    run(folder, as_of=BEFORE)
    assert contents(folder / "out").keys() == contents(begun / "out").keys()


def test_rooms_whose_names_look_the_same_have_calendars_of_their_own(clinic: Path) -> None:
    for name in ("site", "groups"):
        path = clinic / f"{name}.toml"
        text = path.read_text(encoding="utf-8")
        text = text.replace('"Small room"', '"LARGE-room"').replace('"Office"', '"???"')
        path.write_text(text, encoding="utf-8")
    run(clinic, as_of=BEFORE)
    rooms = {each.name for each in (clinic / "out" / "calendars" / "rooms").iterdir()}
    assert rooms == {"large-room.ics", "large-room-2.ics", "unnamed.ics"}


# What it keeps of courses, and the morning that comes of them.

MORNING = "2026-02-11T08:00"


def entry(event: CourseEvent, on: date) -> Entry:
    return Entry(uuid4(), on, datetime(2026, 2, 10, 23, tzinfo=UTC), "desk", event)


def kept(clinic: Path, *entries: Entry, course: UUID) -> None:
    folder = clinic / "courses"
    folder.mkdir(exist_ok=True)
    with (folder / "entries.jsonl").open("a", encoding="utf-8") as file:
        file.write(entries_to_jsonl(entries, course=course))


def test_a_clinic_that_keeps_courses_has_its_morning_told(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    amber = dated(clinic, AMBER)
    first, second = amber.sessions[:2]
    came = entry(SessionAttended(amber.uid(first)), first.start.date())
    kept(clinic, entry(Admitted(), amber.plan.start), came, course=amber.plan.key)
    run(clinic, "--names", as_of=MORNING)
    text = " ".join(capsys.readouterr().out.partition("Wed 2026-02-11:")[2].split())
    assert text.startswith("Coming: - 13:00 Drug test, amber - 17:30 Group, amber Rolls open: - ")
    assert f"{second.start:%Y-%m-%d %H:%M}, amber" in text
    assert "Due: - 2026-03-02 Review the plan, amber; by Elm Street program, 8 weeks" in text
    run(clinic, as_of=MORNING)
    out = capsys.readouterr().out
    assert f"Drug test, {AMBER}" in out
    assert "amber" not in out.partition("Wed 2026-02-11:")[2]


def test_the_morning_is_json(clinic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def morning() -> Any:  # plain JSON values
        told = answer(capsys, "run", clinic, "--as-of", MORNING)
        assert isinstance(told, dict)
        return told["morning"]

    assert morning() is None
    amber = dated(clinic, AMBER)
    kept(clinic, entry(Admitted(), amber.plan.start), course=amber.plan.key)
    told = morning()
    assert (told["on"], len(told["coming"])) == ("2026-02-11", 2)
    assert told["open"][0]["patient"] == AMBER
    assert told["due"][0]["title"] == "Review the plan"


def test_what_does_not_fit_in_courses_is_told_by_its_line(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    amber = dated(clinic, AMBER)
    entries = [entry(Admitted(), amber.plan.start), entry(HoldEnded(), date(2026, 2, 4))]
    kept(clinic, *entries, course=amber.plan.key)
    assert run(clinic, as_of=MORNING) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "Entries that do not fit: - " in text
    assert "courses/entries.jsonl, line 2: expected a hold that is open" in text


def test_entries_of_no_plan_and_faulty_lines_are_told(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    amber = dated(clinic, AMBER)
    kept(clinic, entry(Admitted(), amber.plan.start), course=amber.plan.key)
    kept(clinic, entry(Admitted(), amber.plan.start), course=UUID(int=7, version=4))
    with (clinic / "courses" / "entries.jsonl").open("a") as file:
        file.write("{}\n")
    assert run(clinic, as_of=MORNING) == 2
    out, err = capsys.readouterr()
    assert "Drug test" in out
    assert "line 2: expected the key of a plan or course, found another" in err
    assert "line 3: course: expected this field" in err


def test_a_folder_without_a_course_has_no_morning(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clinic / "courses").mkdir()
    (clinic / "courses" / ".keep").touch()
    run(clinic, as_of=MORNING)
    out, err = capsys.readouterr()
    assert not err
    assert "Coming:" not in out
    (clinic / "courses" / "entries.jsonl").write_text("{}\n")
    assert run(clinic, as_of=MORNING) == 2
    assert "entries.jsonl, line 1: course: expected this field" in capsys.readouterr().err
