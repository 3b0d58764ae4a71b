"""The command line: what it prints, what it writes, and how it refuses."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import icalendar
import pytest

import iopkit
from iopkit import Plan, Program, Schedule, Site, from_json, from_toml
from iopkit.charges import Rate, RateTable, itemize
from iopkit.cli import main
from iopkit.documents import to_document, to_json, upgrade_document
from iopkit.documents.kinds import KINDS
from iopkit.library import find_coding, program_text

SHIPPED = files("iopkit") / "examples"
PATIENT = (SHIPPED / "patient.json").read_text(encoding="utf-8")
SITE = (SHIPPED / "site.toml").read_text(encoding="utf-8")
FORMATS = Path(__file__).parent.parent / "golden" / "formats"
ON = ("--on", "2026-01-05")
MEDICARE = ("--policy", "us-medicare-iop")
MEDICARE_RULES = ("--requirements", "us-medicare-iop")


class Said:
    """What a command line printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line within this process."""

    def running(*arguments: object) -> Said:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # how argparse ends, for help and for usage errors
            code = end.code if isinstance(end.code, int) else 1
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with the shipped examples in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "patient.json").write_text(PATIENT, encoding="utf-8")
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def planned(folder: Path, run: Run) -> Path:
    """The folder with a plan in it too."""
    arguments = ("--program", "matrix-16-week", "--site", "site.toml", "--start", "2026-01-05")
    assert run("plan", "patient.json", *arguments, "--seed", 7, "-o", "plan.json").code == 0
    return folder


def changed(folder: Path, **assessment: object) -> None:
    """Change the newest assessment in the patient's file; ``None``: leave it out."""
    document = json.loads(PATIENT)
    for key, value in assessment.items():
        document["assessments"][0].pop(key)
        if value is not None:
            document["assessments"][0][key] = value
    (folder / "patient.json").write_text(json.dumps(document), encoding="utf-8")


def now() -> datetime:
    """What the command line's clock says."""
    return datetime.now().astimezone()  # noqa: TID251  # the command line reads it too


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def refused(said: Said, *mentions: str) -> None:
    """Bad input: exit code 2, the reasons on standard error, and nothing else."""
    assert (said.code, said.out) == (2, "")
    assert "Traceback" not in said.err
    assert said.err.startswith(("iopkit: ", "usage: iopkit"))
    for mention in mentions:
        assert mention in said.err


# Decide.


@pytest.mark.parametrize(
    ("assessment", "code", "verdict"),
    [
        ({}, 0, "yes"),
        ({"needed_per_week_minutes": 539}, 1, "no"),
        ({"dangerous": True}, 1, "no"),
        ({"dangerous": None}, 3, "unknown"),
        ({"dangerous": None, "benefit_likely": False}, 1, "no"),
    ],
    ids=["eligible", "short of nine hours", "dangerous", "not assessed", "unknown and unmet"],
)
def test_the_exit_code_of_decide_is_its_verdict(
    assessment: dict[str, object], code: int, verdict: str, folder: Path, run: Run
) -> None:
    changed(folder, **assessment)
    said = run("decide", "patient.json", *MEDICARE, *ON)
    assert (said.code, said.err) == (code, "")
    assert {
        "yes": "\nEvery criterion of this policy is met; recorded and not judged",
        "no": "NOT ELIGIBLE",
        "unknown": "UNDETERMINED",
    }[verdict] in said.out
    said = run("decide", "patient.json", *MEDICARE, *ON, "--json")
    assert (said.code, said.err) == (code, "")
    assert said.json["document"] == "decision"
    assert said.json["verdict"] == verdict
    assert [result["truth"] for result in said.json["results"]].count("yes") == 7 - len(assessment)


def test_decide_says_what_is_missing(folder: Path, run: Run) -> None:
    changed(folder, dangerous=None, support_adequate=None)
    said = run("decide", "patient.json", *MEDICARE, *ON, "--json")
    assert said.json["missing"] == ["support_adequate", "dangerous"]


def test_decide_judges_today_unless_a_day_is_given(folder: Path, run: Run) -> None:
    before = now().date()
    said = run("decide", "patient.json", *MEDICARE, "--json")
    after = now().date()
    assert said.code == 0
    assert before <= date.fromisoformat(said.json["on"]) <= after


def test_decide_takes_a_policy_from_a_file(folder: Path, run: Run) -> None:
    policy = iopkit.find_policy("us-medicare-iop")
    (folder / "policy.json").write_text(to_json(policy), encoding="utf-8")
    arguments = ("decide", "patient.json", *ON, "--json", "--policy")
    assert run(*arguments, "policy.json").json == run(*arguments, "us-medicare-iop").json


@pytest.mark.parametrize(
    ("form", "start"),
    [("text", "Medicare intensive"), ("markdown", "## Medicare"), ("html", "<section class=")],
)
def test_decide_prints_in_several_forms(form: str, start: str, folder: Path, run: Run) -> None:
    said = run("decide", "patient.json", *MEDICARE, *ON, "--form", form)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(start)


def test_a_form_for_reading_and_json_exclude_each_other(folder: Path, run: Run) -> None:
    said = run("decide", "patient.json", *MEDICARE, *ON, "--form", "html", "--json")
    assert (said.code, said.out) == (2, "")
    assert "choose one" in said.err


# Plan.

PLAN = ("plan", "patient.json", "--program", "matrix-16-week", "--site", "site.toml")
START = ("--start", "2026-01-05")


def test_plan_prints_and_writes_the_plan(folder: Path, run: Run) -> None:
    said = run(*PLAN, *START, "--seed", 7, "-o", "plan.json")
    assert (said.code, said.err) == (0, "")
    assert "weeks 1-2: 6 h 25 min" in said.out
    data = (folder / "plan.json").read_bytes()
    plan = from_json(Plan, data)
    assert (plan.start, plan.seed, plan.weeks) == (date(2026, 1, 5), 7, 16)
    assert data == to_json(plan).encode()


def test_plan_as_json_is_what_it_writes(folder: Path, run: Run) -> None:
    said = run(*PLAN, *START, "--seed", 7, "-o", "plan.json", "--json")
    assert said.json == json.loads((folder / "plan.json").read_text(encoding="utf-8"))


def test_the_same_seed_gives_the_same_plan(folder: Path, run: Run) -> None:
    first = run(*PLAN, *START, "--seed", 7, "--json").json
    assert run(*PLAN, *START, "--seed", 7, "--json").json == first
    assert run(*PLAN, *START, "--seed", 8, "--json").json != first


def test_a_seed_is_drawn_and_kept_unless_one_is_given(folder: Path, run: Run) -> None:
    first = run(*PLAN, *START, "--json").json
    second = run(*PLAN, *START, "--json").json
    assert first["seed"] != second["seed"]
    assert 0 <= first["seed"] < 2**53


def test_plan_writes_nothing_unless_told_to(folder: Path, run: Run) -> None:
    assert run(*PLAN, *START).code == 0
    assert left(folder) == {"patient.json", "site.toml"}


@pytest.mark.parametrize("suffix", ["json", "toml"])
def test_plan_takes_a_program_from_a_file(suffix: str, folder: Path, run: Run) -> None:
    program = iopkit.find_program("matrix-16-week")
    text = to_json(program) if suffix == "json" else program_text("matrix-16-week")
    (folder / f"program.{suffix}").write_text(text, encoding="utf-8")
    common = ("--site", "site.toml", *START, "--seed", 7, "--json")
    said = run("plan", "patient.json", "--program", f"program.{suffix}", *common)
    assert said.json == run(*PLAN, *START, "--seed", 7, "--json").json


def test_show_knows_what_a_file_is(folder: Path, run: Run) -> None:
    (folder / "own.toml").write_text(run("example", "program").out, encoding="utf-8")
    said = run("show", "own.toml")
    assert said.out == run("show", "matrix-16-week").out
    assert "Where the source contradicts itself:" in said.out
    assert run("show", "own.toml", "--json").json == (
        run("show", "matrix-16-week", "--kind", "program", "--json").json
    )
    assert run(*PLAN, *START, "-o", "plan.json").out == run("show", "plan.json").out
    (folder / "broken.toml").write_text("document = ", encoding="utf-8")
    refused(run("show", "broken.toml"), "broken.toml: TOML document: 1 problem")
    (folder / "list.json").write_text("[]", encoding="utf-8")
    refused(run("show", "list.json"), "expected a document that says which it is")
    (folder / "wrong.toml").write_text('document = "site"\nformat = 2\n', encoding="utf-8")
    refused(run("show", "wrong.toml"), "wrong.toml: site document: 3 problems", "hours: expect")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_show_tells_a_file_of_every_kind_as_people_read_it(kind: str, run: Run) -> None:
    newest = max(FORMATS.glob(f"{kind}-*.json"), key=lambda path: (path.stem.split("-")[1], path))
    said = run("show", newest)
    assert (said.code, said.err) == (0, "")
    assert said.out.strip()
    assert not said.out.startswith("{")
    assert run("show", newest, "--json").json["document"] == kind


def test_show_tells_a_patient_and_a_site_as_outlines(folder: Path, run: Run) -> None:
    said = run("show", "patient.json").out.splitlines()
    record = json.loads(PATIENT)
    assert said[:3] == ["patient", f"key: {record['key']}", f"birth date: {record['birth_date']}"]
    assert "  - relationship: partner; lives with patient: yes; joins family sessions: yes;" in said
    assert "locations: none" in said
    assert "travel: 20 minutes" in said
    text = run("show", "site.toml").out
    assert text.startswith("site\nname: ")
    assert "document" not in text
    assert "format" not in text


def test_show_reads_standard_input_once(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (folder / "site.toml").read_bytes()
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(data)))
    assert run("show", "-").out == run("show", "site.toml").out


# A plan and what policies say.


def test_plan_judges_by_suitability_unless_told_otherwise(folder: Path, run: Run) -> None:
    judged = run(*PLAN, "--start", "2026-01-12", "--seed", 7, "--json").json
    assert [d["policy"] for d in judged["provenance"]["decisions"]] == ["iop-suitability"]
    assert {note["matter"] for note in judged["notes"]} == {
        "hours_below_need",
        *("left_open", "problems_unknown", "source_disagrees", "modality_chosen"),
    }

    said = run(*PLAN, "--start", "2026-01-12", "--seed", 7, "--no-policy")
    assert said.code == 0
    assert "\n  - judged by no policy\n" in said.out


BEFORE_RULES = "2025-02-03"


def test_rules_that_are_not_known_to_be_in_force_answer_only_if_asked(
    folder: Path, run: Run
) -> None:
    decide = ("decide", "patient.json", "--on", BEFORE_RULES, "--policy", "us-il-iop")
    refused(run(*decide), "us-il-iop", "the first is from 2025-04-02")
    said = run(*decide, "--assume-in-force")
    assert "ASSUMED IN FORCE: on that day" in said.out
    assert "judged for 2025-02-03, by the version in force since 2025-04-02\n" in said.out
    assert run(*decide, "--assume-in-force", "--json").json["assumed_in_force"] is True
    ended = run(*decide[:3], "2026-01-12", "--policy", "us-dc-iop", "--assume-in-force").out
    assert "seen in a copy of 2017-09-13, in force by then, and no more by 2024-06-21\n" in ended

    place = ("place", "patient.json", "--on", BEFORE_RULES)
    refused(run(*place), "us-public-rules-1")
    said = run(*place, "--assume-in-force")
    assert "ASSUMED IN FORCE: on that day no version of some of these rules" in said.out
    assert "by us-public-rules-1, in force since 2025-04-02: ASSUMED IN FORCE\n" in said.out


def test_plans_are_made_and_held_against_rules_that_are_assumed_to_be_in_force_if_asked(
    folder: Path, run: Run
) -> None:
    rules = ("--requirements", "us-il-iop")
    plan = (*PLAN, "--start", BEFORE_RULES, "--seed", 7, "-o", "plan.json")
    refused(run(*plan, *rules, "--no-policy"), "us-il-iop")
    made = run(*plan, *rules, "--policy", "us-il-iop", "--assume-in-force", "--json").json
    assert made["provenance"]["assumed_in_force"] == ["us-il-iop"]
    assert [judged["assumed_in_force"] for judged in made["provenance"]["decisions"]] == [True]
    by_default = " ".join(run(*plan, "--assume-in-force", "--despite-no").out.split())
    assert "iop-suitability, 2025-02-03: no; the policy is assumed to be in force" in by_default

    on_site = ("plan.json", "--site", "site.toml")
    refused(run("check", *on_site, *rules), "us-il-iop")
    checked = run(
        "check", *on_site, *rules, "--requirements", "us-medicare-iop", "--assume-in-force"
    )
    assert re.search(r"us-il-iop +\w+, assumed\n", checked.out)
    assert "ASSUMED IN FORCE: in some weeks no version of it is known to be.\n" in checked.out
    assert ", assumed to be in force\n" in checked.out
    found = run("check", *on_site, *rules, "--assume-in-force", "--json").json["sets"][0]
    assert any(finding.get("assumed_in_force") for finding in found["findings"])
    refused(run("propose", *on_site, *rules, "--changes", 1), "us-il-iop")
    assert "ASSUMED IN" in run("propose", *on_site, *rules, "--changes", 1, "--assume-in-force").out

    fit = ("fit", *PLAN[1:], "--start", BEFORE_RULES, "--seed", 7, *rules)
    refused(run(*fit), "us-il-iop")
    assert "- assumed to be in force: us-il-iop\n" in run(*fit, "--assume-in-force").out


def test_charges_by_a_scheme_that_is_assumed_to_be_in_force_say_so(folder: Path, run: Run) -> None:
    assert (
        run(*PLAN, "--start", "2016-02-01", "--seed", 7, "--no-policy", "-o", "plan.json").code == 0
    )
    charges = ("charges", "plan.json", "--site", "site.toml", "--coding", "us-cpt-psychotherapy")
    refused(run(*charges), "coding scheme 'us-cpt-psychotherapy'", "the first is from 2017-01-01")
    assert "  ASSUMED IN FORCE: on some days" in run(*charges, "--assume-in-force").out
    assert run(*charges, "--assume-in-force", "--json").json["assumed_in_force"] is True


@pytest.mark.parametrize(
    ("start", "note"),
    [
        ("2026-01-06", "  - judged by no policy: iop-suitability is known from 2026-01-07\n"),
        ("2026-01-07", None),
    ],
)
def test_before_its_first_day_suitability_is_not_asked(
    start: str, note: str | None, folder: Path, run: Run
) -> None:
    said = run(*PLAN, "--start", start, "--seed", 7)
    assert (said.code, said.err) == (0, "")
    assert (note or "iop-suitability, 2026-01-07: yes") in said.out


def test_a_policy_that_was_asked_for_is_refused_before_its_first_day(
    folder: Path, run: Run
) -> None:
    said = run(*PLAN, "--start", "2026-01-06", "--policy", "iop-suitability")
    refused(said, "policy 'iop-suitability'", "2026-01-07")


def test_no_plan_is_drafted_on_a_no(folder: Path, run: Run) -> None:
    changed(folder, dangerous=True)
    common = (*PLAN, "--start", "2026-01-12", "--seed", 7, "-o", "plan.json")
    said = run(*common)
    assert (said.code, said.err) == (1, "")
    assert said.out.startswith("No plan was drafted, as a policy says no.")
    assert "NOT ELIGIBLE: a criterion is unmet." in said.out
    assert "dangerous: true (decisive, found " in " ".join(said.out.split())
    assert not (folder / "plan.json").exists()

    said = run(*common, "--json")
    assert said.code == 1
    assert said.json["drafted"] is False
    assert [d["verdict"] for d in said.json["decisions"]] == ["no"]
    assert not (folder / "plan.json").exists()


def test_a_plan_despite_a_no_says_so_wherever_it_goes(folder: Path, run: Run) -> None:
    changed(folder, dangerous=True)
    common = (*PLAN, "--start", "2026-01-12", "--seed", 7, "--despite-no", "-o", "plan.json")
    lead = "DRAFTED DESPITE A NO: iop-suitability (judged for 2026-01-12)\n\n"
    words = "drafted despite a no: iop-suitability (judged for 2026-01-12)"
    site = ("--site", "site.toml")
    said = run(*common)
    assert said.code == 0
    assert said.out.startswith(lead)

    wanted = ("--ical", "plan.ics", "--page", "page.html", "-o", "schedule.json")
    said = run("schedule", "plan.json", *site, *wanted)
    assert (said.code, said.out.startswith(lead)) == (0, True)
    assert "Please read this first." in (folder / "page.html").read_text(encoding="utf-8")
    for name in ("plan.json", "schedule.json"):
        document = json.loads((folder / name).read_text(encoding="utf-8"))
        assert list(document)[2] == "caution"
        assert document["caution"] == words
    assert b"despite" not in (folder / "plan.ics").read_bytes()

    again = ("reschedule", "schedule.json", "plan.json", *site, "--as-of", "2026-02-01T12:00")
    checks = ("check", "plan.json", *MEDICARE_RULES)
    proposals = ("propose", "plan.json", *site, *MEDICARE_RULES)
    for command in (again, checks, proposals):
        assert run(*command).out.startswith(lead), command
        assert words in json.dumps(run(*command, "--json").json)
    charges = ("charges", "plan.json", *site, "--coding", "us-h0015")
    assert run(*charges).out.startswith(lead)


def test_a_plan_on_an_undetermined_decision_is_drafted_and_says_so(folder: Path, run: Run) -> None:
    changed(folder, dangerous=None)
    said = run(*PLAN, "--start", "2026-01-12", "--seed", 7)
    assert said.code == 0
    assert said.out.startswith(
        "DRAFTED WHILE UNDETERMINED: iop-suitability (judged for 2026-01-12)\n\n"
    )


def test_bad_input_is_told_whatever_a_policy_says(folder: Path, run: Run) -> None:
    changed(folder, dangerous=True)
    common = (*PLAN, "--start", "2026-01-12")
    refused(run(*common, "--track", "day"), "no track of matrix-16-week")
    refused(run(*common, "--requirements", "nonsense"), "no requirement set")


def test_a_start_before_the_birth_is_told_of_the_start(folder: Path, run: Run) -> None:
    refused(run(*PLAN, "--start", "1950-01-02", "--policy", "us-medicare-iop"), "start: ")


def test_despite_a_no_of_nobody_is_refused(folder: Path, run: Run) -> None:
    refused(run(*PLAN, *START, "--no-policy", "--despite-no"), "--no-policy asks none")


def test_a_policy_and_none_cannot_both_be_asked_for(folder: Path, run: Run) -> None:
    refused(run(*PLAN, *START, *MEDICARE, "--no-policy"), "not allowed with argument")


# Tracks and weeks.

PALMETTO = ("plan", "patient.json", "--program", "palmetto-arc", "--site", "site.toml", *START)


def test_plan_takes_a_track_and_the_weeks_of_a_phase(folder: Path, run: Run) -> None:
    said = run(*PALMETTO, "--track", "day", "--weeks", "treatment=5", "--json")
    assert (said.code, said.err) == (0, "")
    assert said.json["track"] == "day"
    assert said.json["program"]["phases"][0]["weeks"] == 5


def test_plan_takes_the_weeks_of_several_phases(folder: Path, run: Run) -> None:
    phoenix = ("plan", "patient.json", "--program", "phoenix-adolescent", "--site", "site.toml")
    said = run(*phoenix, *START, "--weeks", "phase-2=8", "--weeks", "phase-1=7", "--json")
    assert [phase["weeks"] for phase in said.json["program"]["phases"]] == [7, 8]
    said = run(*phoenix, *START, "--weeks", "phase-2=8", "--json")
    assert [phase["weeks"] for phase in said.json["program"]["phases"]] == [6, 8]


def test_plan_takes_how_often_services_are(folder: Path, run: Run) -> None:
    phoenix = ("plan", "patient.json", "--program", "phoenix-adolescent", "--site", "site.toml")
    said = run(*phoenix, *START, "--times", "family-session=90min", "--json")
    timings = [s["timing"] for p in said.json["program"]["phases"] for s in p["services"]]
    assert [t.get("dose_minutes") for t in timings if "dose_minutes" in t] == [960, 90, 90]
    said = run(*phoenix, *START, "--times", "individual-session=3")
    refused(said, "expected 1 to 2 hours a week in all for 'individual-session', found 3")


def test_plan_takes_one_of_several_modalities(folder: Path, run: Run) -> None:
    matrix = ("plan", "patient.json", "--program", "matrix-16-week", "--site", "site.toml")
    kinds = {
        each["modality"]
        for options in ((), ("--modality", "individual-session=family_session"))
        for each in run(*matrix, *START, *options, "--json").json["program"]["services"]
        if each["name"] == "individual-session"
    }
    assert kinds == {"individual_counseling", "family_session"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--times", "group=often"], "expected a service and how often, such as drug-test=2"),
        (["--times", "group=2", "--times", "group=3"], "twice for one service"),
        (["--modality", "group"], "such as individual-session=family_session, found 'group'"),
        (["--modality", "group=famly_session"], "did you mean 'family_session'?"),
        (
            ["--modality", "group=family_session", "--modality", "group=group_therapy"],
            "--modality is given twice for one service",
        ),
    ],
)
def test_plan_refuses_other_words_for_choices(
    folder: Path, run: Run, options: list[str], words: str
) -> None:
    refused(run(*PALMETTO, "--weeks", "treatment=4", *options), words)


@pytest.mark.parametrize(
    ("arguments", "mention"),
    [
        ([], "does not state how long it is: add --weeks treatment=N"),
        (["--weeks", "treatment=4", "--track", "evenin"], "did you mean 'evening'?"),
        (["--weeks", "treatment=4", "--track", "night"], "known: day, evening"),
        (["--weeks", "treatmnt=4"], "did you mean 'treatment'?"),
        (["--weeks", "treatment=4", "--weeks", "treatment=5"], "twice for one phase"),
        (["--weeks", "treatment=521"], "expected from 1 to 520 for 'treatment'"),
        (["--weeks", "treatment=0"], "expected from 1 to 520 for 'treatment'"),
    ],
    ids=["no weeks", "misspelled", "no such track", "phase", "twice", "too long", "too short"],
)
def test_a_track_or_weeks_that_cannot_be_are_refused(
    arguments: list[str], mention: str, folder: Path, run: Run
) -> None:
    refused(run(*PALMETTO, *arguments, "-o", "plan.json"), mention)
    assert left(folder) == {"patient.json", "site.toml"}


def test_a_track_of_a_program_without_tracks_is_refused(folder: Path, run: Run) -> None:
    refused(run(*PLAN, *START, "--track", "day"), "no track of matrix-16-week", "known: none")


# Schedule.


def test_schedule_prints_the_calendar_and_what_moved(planned: Path, run: Run) -> None:
    said = run("schedule", "plan.json", "--site", "site.toml")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Week 1, from 2026-01-05: 6 h 25 min\n")
    assert "All times are in America/Chicago." in said.out
    assert "Not as planned:\n" in said.out
    assert "Mon 2026-01-19 18:30 -> Tue 2026-01-20 18:30" in said.out


def test_schedule_as_json_is_the_schedule(planned: Path, run: Run) -> None:
    said = run("schedule", "plan.json", "--site", "site.toml", "-o", "schedule.json", "--json")
    written = (planned / "schedule.json").read_bytes()
    assert said.json == json.loads(written)
    dated = from_json(Schedule, written)
    site = from_toml(Site, SITE)
    assert dated == iopkit.schedule(from_json(Plan, (planned / "plan.json").read_bytes()), site)


def test_schedule_writes_a_calendar_without_titles(planned: Path, run: Run) -> None:
    before = now().replace(microsecond=0)
    said = run("schedule", "plan.json", "--site", "site.toml", "--ical", "out.ics")
    after = now()
    assert said.code == 0
    calendar: Any = icalendar.Calendar.from_ical((planned / "out.ics").read_bytes())
    events = calendar.events
    assert len(events) == 75
    assert {str(event["summary"]) for event in events} == {"Appointment"}
    assert all(before <= event["dtstamp"].dt <= after for event in events)


def test_schedule_writes_titles_when_told_to(planned: Path, run: Run) -> None:
    assert (
        run("schedule", "plan.json", "--site", "site.toml", "--ical", "o.ics", "--titles").code == 0
    )
    assert "SUMMARY:Urine test" in (planned / "o.ics").read_text(encoding="utf-8")


def test_schedule_writes_a_page_for_the_patient_with_the_week_asked_for(
    planned: Path, run: Run
) -> None:
    arguments = ("schedule", "plan.json", "--site", "site.toml", "--page", "page.html")
    said = run(*arguments, "--week", 3)
    assert (said.code, said.err) == (0, "")
    page = (planned / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert 'src="data:image/svg+xml;base64,' in page
    assert "Week 3: January 19 to 25, 2026." in page
    assert run(*arguments).code == 0
    assert "Week 1: January 5 to 11, 2026." in (planned / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "begins"), [("plan.svg", b"<?xml"), ("plan.PNG", b"\x89PNG"), ("plan", b"<?xml")]
)
def test_schedule_draws_the_plan_along_a_time_line(
    name: str, begins: bytes, planned: Path, run: Run
) -> None:
    said = run("schedule", "plan.json", "--site", "site.toml", "--picture", name)
    assert (said.code, said.err) == (0, "")
    picture = (planned / name).read_bytes()
    assert picture.startswith(begins)
    assert b"Closed: January 19, 2026 (Martin Luther King Jr. Day)" in picture


def test_a_page_of_a_week_that_the_plan_does_not_have_is_refused(planned: Path, run: Run) -> None:
    before = left(planned)
    page = ("--page", "page.html", "--week", 17)
    refused(run("schedule", "plan.json", "--site", "site.toml", *page), "from 1 to 16")
    assert left(planned) == before


@pytest.mark.parametrize("other", ["--ical", "-o"])
def test_a_page_never_takes_the_place_of_another_file(other: str, planned: Path, run: Run) -> None:
    files = ("--ical", "out.ics", "--page", "same", other, "./same")
    said = run("schedule", "plan.json", "--site", "site.toml", *files)
    refused(said, "cannot write same: two contents are to go there")
    assert "same" not in left(planned)


def test_schedule_replaces_what_was_there(planned: Path, run: Run) -> None:
    (planned / "out.ics").write_text("old", encoding="utf-8")
    (planned / "out.json").write_text("old", encoding="utf-8")
    said = run(
        "schedule", "plan.json", "--site", "site.toml", "--ical", "out.ics", "-o", "out.json"
    )
    assert said.code == 0
    assert (planned / "out.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert (planned / "out.json").read_bytes().startswith(b"{")
    assert left(planned) == {"patient.json", "site.toml", "plan.json", "out.ics", "out.json"}


# Reschedule.

RESCHEDULE = ("reschedule", "old.json", "plan.json", "--site", "site.toml")
MID_COURSE = ("--as-of", "2026-02-01T12:00")


@pytest.fixture
def flooded(planned: Path, run: Run) -> Path:
    """A schedule, and a site that is closed for three days since."""
    assert run("schedule", "plan.json", "--site", "site.toml", "-o", "old.json").code == 0
    flood = '\n[[closures]]\nstart = 2026-03-09\nend = 2026-03-12\nwhy = "Flood"\n'
    site = planned / "site.toml"
    site.write_text(site.read_text(encoding="utf-8") + flood, encoding="utf-8")
    return planned


def test_reschedule_tells_what_changes_and_writes_it(flooded: Path, run: Run) -> None:
    said = run(*RESCHEDULE, *MID_COURSE, "--ical", "out.ics", "-o", "new.json")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Changed:\n  - Family Education group 10: Wed 2026-03-11 18:30")
    assert "72 sessions unchanged." in said.out
    new = from_json(Schedule, (flooded / "new.json").read_bytes())
    assert new.revision == 1
    calendar: Any = icalendar.Calendar.from_ical((flooded / "out.ics").read_bytes())
    assert {(event["sequence"], str(event["summary"])) for event in calendar.events} == {
        (1, "Appointment")
    }
    again = run("reschedule", "new.json", "plan.json", "--site", "site.toml", *MID_COURSE, "--json")
    assert again.json == json.loads((flooded / "new.json").read_bytes())


def test_reschedule_names_services_when_told_to(flooded: Path, run: Run) -> None:
    assert run(*RESCHEDULE, *MID_COURSE, "--ical", "out.ics", "--titles").code == 0
    assert "SUMMARY:Urine test" in (flooded / "out.ics").read_text(encoding="utf-8")


def test_what_was_held_by_the_moment_stays(flooded: Path, run: Run) -> None:
    said = run(*RESCHEDULE, "--as-of", "2199-01-01T00:00+00:00", "--ical", "none.ics")
    assert said.out.startswith("75 sessions unchanged.")
    assert not (flooded / "none.ics").exists(), "a calendar without events is none"
    # Without a moment it is now: all that there was to come.
    assert run(*RESCHEDULE).code == 0


def test_nothing_is_moved_into_an_appointment(flooded: Path, run: Run) -> None:
    moved = run(*RESCHEDULE, *MID_COURSE).out
    assert "-> Thu 2026-03-12 16:50-18:20" in " ".join(moved.split())
    lines = ("DTSTART:20260312T000000", "DURATION:P1D")
    whole = ("BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR")
    (flooded / "busy.ics").write_text("".join(f"{line}\r\n" for line in whole), encoding="utf-8")
    said = run(*RESCHEDULE, *MID_COURSE, "--busy", "busy.ics")
    assert said.code == 0
    assert "-> Thu" not in " ".join(said.out.split())


def test_a_calendar_that_cannot_be_read_is_refused(flooded: Path, run: Run) -> None:
    said = run(*RESCHEDULE, *MID_COURSE, "--busy", "site.toml")
    refused(said, "site.toml: calendar: 1 problem", "line 1: expected a line of a calendar")


def test_a_moment_that_is_none_is_refused(flooded: Path, run: Run) -> None:
    said = run(*RESCHEDULE, "--as-of", "noon")
    assert said.code == 2
    assert "expected a moment such as 2026-01-31T18:00, found 'noon'" in said.err


# Check.


def test_check_flags_each_week_of_matrix(planned: Path, run: Run) -> None:
    arguments = ("check", "plan.json", "--site", "site.toml", "--requirements", "us-medicare-iop")
    said = run(*arguments)
    assert (said.code, said.err) == (1, "")
    assert said.out.count("unmet, short by") == 16
    said = run(*arguments, "--json")
    assert said.code == 1
    assert said.json["met"] == "no"
    (one,) = said.json["sets"]
    assert (one["requirements"], one["met"]) == ("us-medicare-iop", "no")
    weekly = [f for f in one["findings"] if f["requirement"]["name"] == "nine-hours"]
    assert [finding["truth"] for finding in weekly] == ["no"] * 16
    assert [finding["week"] for finding in weekly] == list(range(1, 17))


def agree(path: Path) -> None:
    """Give a drafted plan a problem, a goal and a physician's signature."""
    document = json.loads(path.read_text(encoding="utf-8"))
    document["problems"] = [{"name": "problem-1", "statement": "Alcohol use disorder"}]
    document["goals"] = [{"problem": "problem-1", "statement": "To stay sober."}]
    document["signatures"] = [{"signer": "physician", "on": "2026-01-05"}]
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(
    ("duration", "code", "met"),
    [(180, 0, "yes"), (179, 1, "no"), (None, 3, "unknown")],
    ids=["nine hours", "three minutes short", "of unknown length"],
)
def test_the_exit_code_of_check_is_whether_all_is_met(
    duration: int | None, code: int, met: str, folder: Path, run: Run
) -> None:
    service: dict[str, object] = {
        "name": "group",
        "title": "Group",
        "modality": "group_therapy",
        "timing": {"type": "weekly", "slots": ["monday 17:30", "wednesday 17:30", "friday 17:00"]},
    }
    if duration is not None:
        service["duration_minutes"] = duration
    program = {
        "document": "program",
        "format": 2,
        "name": "nine",
        "title": "Nine hours",
        "phases": [{"name": "all", "title": "All", "weeks": 2}],
        "services": [service],
    }
    (folder / "nine.json").write_text(json.dumps(program), encoding="utf-8")
    plan = ("plan", "patient.json", "--program", "nine.json", "--site", "site.toml")
    assert run(*plan, *START, "-o", "plan.json").code == 0
    agree(folder / "plan.json")
    check = ("check", "plan.json", "--site", "site.toml", "--requirements", "us-medicare-iop")
    said = run(*check, "--json")
    assert (said.code, said.err) == (code, "")
    assert said.json["met"] == met
    assert run(*check).code == code


def test_check_takes_requirements_from_a_file(planned: Path, run: Run) -> None:
    requirements = iopkit.find_requirements("us-medicare-iop")
    (planned / "rules.json").write_text(to_json(requirements), encoding="utf-8")
    arguments = ("check", "plan.json", "--site", "site.toml", "--json", "--requirements")
    assert run(*arguments, "rules.json").json == run(*arguments, "us-medicare-iop").json


def test_check_sets_several_requirement_sets_side_by_side(planned: Path, run: Run) -> None:
    names = ("us-medicare-iop", "samhsa-iop", "us-medicare-otp-iop")
    several = [part for name in names for part in ("--requirements", name)]
    said = run("check", "plan.json", "--site", "site.toml", *several)
    assert (said.code, said.err) == (1, "")
    beside, *alone = said.out.split("\n\n\n")
    assert [name for name in names if name in beside] == [*names]
    assert len(alone) == 3
    assert "9 hours of therapeutic services" in alone[0]
    said = run("check", "plan.json", "--site", "site.toml", *several, "--json")
    assert [one["requirements"] for one in said.json["sets"]] == [*names]
    assert [one["met"] for one in said.json["sets"]] == ["no", "no", "no"]
    again = run("check", "plan.json", "--site", "site.toml", *several, *several, "--json")
    assert again.json == said.json


def test_without_a_site_check_judges_what_the_plan_prescribes(planned: Path, run: Run) -> None:
    arguments = ("check", "plan.json", "--json", "--requirements", "us-medicare-iop")
    prescribed, booked = run(*arguments).json, run(*arguments, "--site", "site.toml").json

    def seen(said: dict[str, Any]) -> list[int]:
        findings = said["sets"][0]["findings"]
        return [f["seen"]["least"] for f in findings if f["requirement"]["name"] == "nine-hours"]

    # A closed day may leave sessions without a date; the plan prescribes them all the same.
    assert all(less <= more for less, more in zip(seen(booked), seen(prescribed), strict=True))
    assert sum(seen(prescribed)) == 4720 + 3 * 50


def test_check_counts_only_what_was_attended(planned: Path, run: Run) -> None:
    assert run("schedule", "plan.json", "--site", "site.toml", "-o", "dated.json").code == 0
    dated = from_json(Schedule, (planned / "dated.json").read_bytes())
    attended = [
        session for session in dated.sessions if session.week == 2 and session.modality.is_group
    ]
    uids = [str(dated.uid(session)) for session in attended]
    (planned / "attended.json").write_text(json.dumps(uids), encoding="utf-8")
    arguments = ("check", "plan.json", "--json", "--requirements", "us-medicare-iop")
    said = run(*arguments, "--site", "site.toml", "--attended", "attended.json")
    assert (said.code, said.err) == (1, "")
    weekly = [f for f in said.json["sets"][0]["findings"] if f["week"] is not None]
    minutes = sum(session.service_time // timedelta(minutes=1) for session in attended)
    assert [f["seen"]["least"] for f in weekly] == [0, minutes, *[0] * 14]
    said = run(*arguments, "--attended", "attended.json")
    assert (said.code, said.out) == (2, "")
    assert "--site" in said.err


@pytest.mark.parametrize(
    "text",
    ["", "7", "null", "{}x", '{"a": 1}', "[7]", "[null]", '["secret"]', "[" * 100_000],
    ids=["empty", "number", "null", "no-json", "object", "numbers", "nulls", "words", "deep"],
)
def test_uids_that_are_none_are_refused_and_not_shown(text: str, planned: Path, run: Run) -> None:
    (planned / "attended.json").write_text(text, encoding="utf-8")
    arguments = ("check", "plan.json", "--site", "site.toml", "--requirements", "us-medicare-iop")
    said = run(*arguments, "--attended", "attended.json")
    assert (said.code, said.out) == (2, "")
    assert "attended.json: expected a JSON list of sessions' UIDs" in said.err
    assert "secret" not in said.err


def test_uids_of_other_sessions_are_refused(planned: Path, run: Run) -> None:
    other = "0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"
    (planned / "attended.json").write_text(f'["{other}"]', encoding="utf-8")
    arguments = ("check", "plan.json", "--site", "site.toml", "--requirements", "us-medicare-iop")
    said = run(*arguments, "--attended", "attended.json")
    assert (said.code, said.out) == (2, "")
    assert "attended[0]: expected a session of the schedule, by its UID, found another" in said.err
    assert other not in said.err


def test_check_and_charges_read_a_table_of_minutes(planned: Path, run: Run) -> None:
    assert run("schedule", "plan.json", "--site", "site.toml", "-o", "dated.json").code == 0
    dated = from_json(Schedule, (planned / "dated.json").read_bytes())
    first, *_ = dated.sessions
    rows = [f"{dated.uid(first)},31,telehealth,yes,yes", f"{dated.uid(dated.sessions[1])},0,,,"]
    table = "\n".join(["session,minutes,delivery,video,at_home", *rows])
    (planned / "held.csv").write_text(table, encoding="utf-8")
    arguments = ("plan.json", "--json", "--site", "site.toml", "--attended", "held.csv")

    said = run("charges", *arguments, "--coding", "us-cpt-psychotherapy")
    assert (said.code, said.err) == (0, "")
    assert said.json["attended"] is True
    told = [
        *(uid for line in said.json.get("lines", []) for uid in line["sessions"]),
        *(left["session"] for left in said.json.get("uncharged", [])),
    ]
    assert told == [str(dated.uid(first))]
    said = run("check", *arguments, "--requirements", "us-nc-medicaid-iop")
    weekly = [f for f in said.json["sets"][0]["findings"] if f["week"] == 1]
    assert 31 in [finding["seen"].get("least") for finding in weekly]


def test_each_line_of_a_table_that_cannot_be_is_told(planned: Path, run: Run) -> None:
    table = "session,minutes\nsecret,20\n0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90,9999\n"
    (planned / "held.csv").write_text(table, encoding="utf-8")
    arguments = ("plan.json", "--site", "site.toml", "--attended", "held.csv")
    said = run("charges", *arguments, "--coding", "us-h0015")
    assert (said.code, said.out) == (2, "")
    assert "held.csv: attendance: 2 problems" in said.err
    assert "line 2: session: expected a session's UID, found another text" in said.err
    assert "line 3: expected a session of the schedule, by its UID, found another" in said.err
    assert "secret" not in said.err


# Charges and costs.


CHARGES = ("charges", "plan.json", "--site", "site.toml", "--coding")


def test_charges_without_rates_are_units_alone(planned: Path, run: Run) -> None:
    said = run(*CHARGES, "us-md-medicaid")
    assert (said.code, said.err) == (0, "")
    document = run(*CHARGES, "us-md-medicaid", "--json").json
    assert "rates" not in document
    assert document["total"]["unrated"] == ["H0004", "H0005"]
    plan = from_json(Plan, (planned / "plan.json").read_text(encoding="utf-8"))
    dated = iopkit.schedule(plan, from_toml(Site, SITE))
    assert document == to_document(itemize(dated, find_coding("us-md-medicaid")))


def test_charges_at_rates_that_are_all_known_are_done(planned: Path, run: Run) -> None:
    rates = RateTable(
        "ours",
        "Ours",
        tuple(Rate(code, date(2026, 1, 1), Decimal("10.00")) for code in ("H0004", "H0005")),
    )
    (planned / "rates.json").write_text(to_json(rates), encoding="utf-8")
    said = run(*CHARGES, "us-md-medicaid", "--rates", "rates.json")
    assert (said.code, said.err) == (0, "")
    assert "Total: 9 H0004, 36 H0005: $450.00" in said.out


@pytest.mark.parametrize(
    ("form", "start"),
    [("text", "Charges for the"), ("csv", "plan,coding,rates,kind,"), ("html", "<section class=")],
)
def test_charges_are_printed_in_several_forms(
    form: str, start: str, planned: Path, run: Run
) -> None:
    said = run(*CHARGES, "us-md-medicaid", "--form", form)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(start)
    refused(run(*CHARGES, "us-md-medicaid", "--form", form, "--json"), "choose one")


def test_charges_at_rates_of_another_year_are_undetermined(planned: Path, run: Run) -> None:
    said = run(*CHARGES, "us-md-medicaid", "--rates", "us-md-medicaid")
    assert (said.code, said.err) == (3, "")
    assert "not known, as there is no rate for H0004, H0005" in said.out
    assert run(*CHARGES, "us-md-medicaid", "--rates", "us-md-medicaid", "--json").code == 3


def test_a_coding_scheme_may_be_a_file(planned: Path, run: Run) -> None:
    (planned / "coding.json").write_text(to_json(find_coding("us-h0015")), encoding="utf-8")
    assert run(*CHARGES, "coding.json").out == run(*CHARGES, "us-h0015").out


@pytest.mark.parametrize(
    ("arguments", "mentions"),
    [
        (["us-h0016"], ["coding scheme", "did you mean 'us-h0015'"]),
        (["us-h0015", "--rates", "us-md-medicade"], ["rate table", "us-md-medicaid"]),
        (["us-h0015", "--rates", "no.toml"], ["cannot read no.toml"]),
    ],
    ids=["scheme", "rates", "file"],
)
def test_unknown_codings_and_rates_are_refused(
    arguments: list[str], mentions: list[str], planned: Path, run: Run
) -> None:
    refused(run(*CHARGES, *arguments), *mentions)


def test_costs_are_shown_with_their_year_and_spread(run: Run) -> None:
    said = run("costs")
    assert (said.code, said.err) == (0, "")
    assert "dollars of 2001" in said.out
    assert "6,302" in said.out
    documents = run("costs", "--json").json
    assert [len(block["figures"]) for block in documents] == [5, 5, 5]
    first = documents[0]["figures"][1]
    assert (first["care"], first["mean_usd"], first["year"]) == (
        "Intensive outpatient",
        "462.00",
        2001,
    )


# List, show, example.


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("codings", "us-h0015"),
        ("rates", "us-md-medicaid"),
        ("policies", "us-medicare-iop"),
        ("programs", "matrix-16-week"),
        ("requirements", "us-medicare-iop"),
        ("facts", "needed_hours_per_week"),
    ],
)
def test_list_has_a_line_for_each_name(what: str, name: str, run: Run) -> None:
    said = run("list", what)
    assert (said.code, said.err) == (0, "")
    names = [line.split()[0] for line in said.out.splitlines()]
    if "usable from" in said.out.splitlines()[0]:
        assert names.pop(0) == "name"
    assert name in names
    titles = run("list", what, "--json").json
    assert list(titles) == names
    assert all(titles.values())


def test_names_and_titles_are_in_columns(run: Run) -> None:
    lines = run("list", "facts").out.splitlines()
    (column,) = {len(re.match(r"\S+ +", line)[0]) for line in lines}  # type: ignore[index]  # every line begins with a name
    assert column == len("months_since_unsuccessful_treatment_above_2_1") + 2


@pytest.mark.parametrize(
    ("name", "kinds", "shown"),
    [
        ("us-medicare-iop", ["policies", "requirements", "codings"], "42 CFR 410.44(c)(7)"),
        ("us-md-medicaid", ["codings", "rates"], "COMAR 10.09.80.08"),
        ("matrix-16-week", ["programs"], "Counselor's Treatment Manual"),
        ("dangerous", ["facts"], "42 CFR 410.44"),
        ("age", ["facts"], "a whole number from 0 to 130 years"),
        ("living_environment", ["facts"], "worse: nearer to unsafe"),
        ("remission", ["facts"], "not used: No public source was seen that draws a line by it."),
    ],
)
def test_show_has_the_sources(name: str, kinds: list[str], shown: str, run: Run) -> None:
    said = run("show", name)
    assert (said.code, said.err) == (0, "")
    assert shown in " ".join(said.out.split())
    assert list(run("show", name, "--json").json) == kinds


@pytest.mark.parametrize("what", ["patient", "site", "program"])
def test_an_example_is_a_valid_document_with_its_comments(
    what: str, run: Run, tmp_path: Path
) -> None:
    said = run("example", what)
    assert (said.code, said.err) == (0, "")
    if what == "patient":
        assert said.out == PATIENT
        assert run("example", what, "--json").json == json.loads(PATIENT)
    else:
        kind: type[Site | Program] = Site if what == "site" else Program
        value = from_toml(kind, said.out)
        assert said.out.startswith("#")
        assert run("example", what, "--json").json == to_document(value)


def test_the_examples_lead_through_all_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    for what, name in (
        ("patient", "patient.json"),
        ("site", "site.toml"),
        ("program", "program.toml"),
    ):
        Path(name).write_text(run("example", what).out, encoding="utf-8")
        Path(f"{what}-2.json").write_text(run("example", what, "--json").out, encoding="utf-8")
    for patient, site, program in (
        ("patient.json", "site.toml", "program.toml"),
        ("patient-2.json", "site-2.json", "program-2.json"),
    ):
        assert run("decide", patient, *MEDICARE, *ON).code == 0
        said = run(
            "plan",
            patient,
            "--program",
            program,
            "--site",
            site,
            *START,
            "--seed",
            1,
            "-o",
            "p.json",
        )
        assert said.code == 0
        said = run("schedule", "p.json", "--site", site, "--ical", "o.ics", "-o", "s.json")
        assert said.code == 0
        said = run("check", "p.json", "--site", site, "--requirements", "us-medicare-iop")
        assert said.code == 1


# Help and usage.


@pytest.mark.parametrize(
    "command",
    [
        [],
        *(["decide"], ["plan"], ["schedule"], ["reschedule"], ["check"]),
        *(["list"], ["show"], ["example"], ["new"], ["schema"]),
    ],
)
def test_help_has_the_exit_codes(command: list[str], run: Run) -> None:
    said = run(*command, "--help")
    assert (said.code, said.err) == (0, "")
    assert "exit codes:\n  0  done, or the answer is yes\n" in said.out
    for code in "123":
        assert f"\n  {code}  " in said.out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["diagnose"],
        ["decide"],
        ["decide", "patient.json"],
        ["decide", "patient.json", *MEDICARE, "--on", "garbage"],
        ["decide", "patient.json", *MEDICARE, "--on", "2026-02-30"],
        ["decide", "patient.json", *MEDICARE, "--on", "05.01.2026"],
        ["decide", "patient.json", *MEDICARE, "--on", ""],
        ["decide", "patient.json", *MEDICARE, "--on", "2026-01-05T00:00"],
        ["plan", "patient.json", "--program", "matrix-16-week", "--site", "site.toml"],
        [*PLAN, "--start", "tomorrow"],
        [*PLAN, *START, "--seed", "x"],
        [*PLAN, *START, "--seed", "1.5"],
        [*PLAN, *START, "--weeks", "4"],
        [*PLAN, *START, "--weeks", "=4"],
        [*PLAN, *START, "--weeks", "early-recovery"],
        [*PLAN, *START, "--weeks", "early-recovery="],
        [*PLAN, *START, "--weeks", "early-recovery=-4"],
        [*PLAN, *START, "--weeks", "early-recovery=4000"],
        [*PLAN, *START, "--weeks", "early-recovery=\u0664"],
        ["list", "patients"],
        ["example", "plan"],
        ["show"],
        ["show", "age", "dangerous"],
        ["list", "facts", "--jsno"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_refused_with_its_usage(
    arguments: list[str], folder: Path, run: Run
) -> None:
    said = run(*arguments)
    refused(said, "usage: iopkit", "error: ")
    assert left(folder) == {"patient.json", "site.toml"}


def test_a_wrong_day_is_shown_with_the_form_of_one(folder: Path, run: Run) -> None:
    said = run("decide", "patient.json", *MEDICARE, "--on", "garbage")
    refused(said, "--on", "expected a date such as 2026-01-31, found 'garbage'")


# Bad input.


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (["decide", "patient.json", *ON, "--policy", "us-medicare-iopp"], "us-medicare-iop"),
        ([*PLAN[:3], "matrix-16-weeks", *PLAN[4:], *START], "matrix-16-week"),
        (["show", "needed_hours_per_weak"], "needed_hours_per_week"),
        (["show", "us-medicare-iob"], "us-medicare-iop"),
    ],
)
def test_an_unknown_name_comes_with_the_one_that_was_meant(
    arguments: list[str], suggestion: str, folder: Path, run: Run
) -> None:
    refused(run(*arguments), f"did you mean '{suggestion}'?")


def test_unknown_requirements_come_with_the_ones_that_were_meant(planned: Path, run: Run) -> None:
    said = run("check", "plan.json", "--site", "site.toml", "--requirements", "us-medicare-oip")
    refused(said, "did you mean 'us-medicare-iop'?")


@pytest.mark.parametrize("name", ["", "xyzzy", "us_medicare", "../policy"])
def test_a_name_like_no_other_comes_with_all_names(name: str, folder: Path, run: Run) -> None:
    refused(run("decide", "patient.json", *ON, "--policy", name), "known: iop-suitability, ")


def test_a_day_before_a_policys_first_version_is_refused(folder: Path, run: Run) -> None:
    said = run("decide", "patient.json", *MEDICARE, "--on", "2023-12-31")
    refused(said, "2024-01-01")
    # On the first day there is an answer: the patient had no diagnosis yet.
    assert run("decide", "patient.json", *MEDICARE, "--on", "2024-01-01").code == 1


def test_a_day_before_the_birth_is_refused(folder: Path, run: Run) -> None:
    policy = iopkit.find_policy("us-medicare-iop")
    text = to_json(policy).replace("2024-01-01", "1900-01-01", 1)
    document = json.loads(text)
    document["versions"]["dated"][0]["since"] = "1900-01-01"
    document["versions"]["dated"][0]["value"][0]["predicate"].update(fact="age", value=18)
    (folder / "policy.json").write_text(json.dumps(document), encoding="utf-8")
    said = run("decide", "patient.json", "--policy", "policy.json", "--on", "1957-09-13")
    refused(said, "on: expected a day from the birth on")
    assert "1957" not in said.err


@pytest.mark.parametrize("start", ["1957-09-13", "1900-01-01", "0001-01-01"])
def test_a_start_before_the_birth_is_refused(start: str, folder: Path, run: Run) -> None:
    said = run(*PLAN, "--start", start, "-o", "plan.json")
    refused(said, "start: expected ")
    assert left(folder) == {"patient.json", "site.toml"}


@pytest.mark.parametrize("start", ["1969-12-31", "2200-01-01", "9999-12-31", "0001-01-01"])
def test_a_start_beyond_known_time_zones_is_refused(start: str, folder: Path, run: Run) -> None:
    (folder / "patient.json").write_text(
        '{"document": "patient", "format": 2, "key": "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"}',
        encoding="utf-8",
    )
    refused(run(*PLAN, "--start", start, "-o", "plan.json"), "start: expected ")


FILES: Mapping[str, bytes] = {
    "empty": b"",
    "blank": b"\n\n",
    "binary junk": bytes(range(256)) * 4,
    "UTF-16": PATIENT.encode("utf-16"),
    "cut short": PATIENT.encode()[:700],
    "ten thousand lists": b"[" * 10_000 + b"]" * 10_000,
    "ten thousand objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "ten thousand open lists": b"[" * 10_000,
    "a number of 5,000 digits": b'{"format": ' + b"9" * 5_000 + b"}",
    "NaN": b'{"format": NaN}',
    "a list": b"[]",
    "nothing known": b"{}",
    "a lone surrogate": b'{"document": "\\ud800", "\\udfff": 1}',
}


@pytest.mark.parametrize("data", FILES.values(), ids=list(FILES))
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("patient.json", ["decide", "patient.json", *MEDICARE, *ON]),
        ("patient.json", [*PLAN, *START, "-o", "out.json"]),
        ("policy.json", ["decide", "patient.json", "--policy", "policy.json", *ON]),
        ("plan.json", ["schedule", "plan.json", "--site", "site.toml", "--ical", "out.ics"]),
        (
            "plan.json",
            ["check", "plan.json", "--site", "site.toml", "--requirements", "us-medicare-iop"],
        ),
    ],
    ids=["decide", "plan", "policy", "schedule", "check"],
)
def test_a_json_file_that_is_no_document_is_refused(
    name: str, arguments: list[str], data: bytes, folder: Path, run: Run
) -> None:
    (folder / name).write_bytes(data)
    before = left(folder)
    refused(run(*arguments), f"iopkit: {name}: ", "problem")
    assert left(folder) == before


TOML_FILES: Mapping[str, bytes] = {
    "empty": b"",
    "binary junk": bytes(range(256)),
    "a syntax error": SITE.replace("zone =", "zone ==", 1).encode(),
    "JSON": PATIENT.encode(),
    "UTF-16": SITE.encode("utf-16"),
    "ten thousand lists": b"a = " + b"[" * 10_000 + b"]" * 10_000,
    "ten thousand tables": b"a = " + b"{a=" * 10_000 + b"1" + b"}" * 10_000,
    "a number of 5,000 digits": b"a = " + b"9" * 5_000,
    "a table twice": b"[a]\n[a]\n",
}


@pytest.mark.parametrize("data", TOML_FILES.values(), ids=list(TOML_FILES))
@pytest.mark.parametrize("name", ["site.toml", "program.toml"])
def test_a_toml_file_that_is_no_document_is_refused(
    name: str, data: bytes, folder: Path, run: Run
) -> None:
    (folder / "program.toml").write_text(program_text("matrix-16-week"), encoding="utf-8")
    (folder / name).write_bytes(data)
    before = left(folder)
    arguments = ("plan", "patient.json", "--program", "program.toml", "--site", "site.toml")
    refused(run(*arguments, *START, "-o", "out.json"), f"iopkit: {name}: ", " document: 1 problem")
    assert left(folder) == before


def test_a_fault_in_toml_has_its_line(folder: Path, run: Run) -> None:
    (folder / "site.toml").write_text(SITE.replace('zone = "', "zone = ", 1), encoding="utf-8")
    line = SITE[: SITE.index("zone = ")].count("\n") + 1
    refused(run(*PLAN, *START), f"line {line}")


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('"America/Chicago"', '"America/Chigaco"', "zone: expected an IANA time zone"),
        ('"America/Chicago"', '"Mars/Olympus"', "zone: expected an IANA time zone"),
        ('"monday 09:00-21:00",', '"monday 9:00-21:00",', "hours[0]: expected a window"),
        ("break_between_minutes", "break_betwen_minutes", "did you mean 'break_between_minutes'"),
        ('country = "US"', 'country = "usa"', "holidays.country: expected a two-letter"),
        ("end = 2026-02-19", "end = 2026-02-18", "closures[0].end: expected the day after"),
    ],
)
def test_a_site_that_cannot_be_is_refused(
    old: str, new: str, path: str, folder: Path, run: Run
) -> None:
    assert old in SITE
    (folder / "site.toml").write_text(SITE.replace(old, new, 1), encoding="utf-8")
    refused(run(*PLAN, *START, "-o", "out.json"), "iopkit: site.toml: ", path)
    assert left(folder) == {"patient.json", "site.toml"}


def test_a_site_open_on_no_day_is_refused(folder: Path, run: Run) -> None:
    closed = re.sub(r"hours = \[.*?\]", "hours = []", SITE, count=1, flags=re.DOTALL)
    (folder / "site.toml").write_text(closed, encoding="utf-8")
    refused(run(*PLAN, *START), "hours: expected open on at least one day")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('subdivision = "IL"', 'subdivision = "ZZ"'),
        ('country = "US"', 'country = "XX"'),
        ('"Columbus Day"', '"Colombus Day"'),
    ],
    ids=["subdivision", "country", "a holiday's name"],
)
def test_holidays_that_nobody_knows_are_refused(
    old: str, new: str, planned: Path, run: Run
) -> None:
    (planned / "site.toml").write_text(SITE.replace(old, new, 1), encoding="utf-8")
    before = left(planned)
    refused(run("schedule", "plan.json", "--site", "site.toml", "--ical", "out.ics"), "holidays")
    assert left(planned) == before


def test_a_program_whose_phase_has_zero_weeks_is_refused(folder: Path, run: Run) -> None:
    text = program_text("matrix-16-week").replace("weeks = 4", "weeks = 0", 1)
    (folder / "program.toml").write_text(text, encoding="utf-8")
    arguments = ("plan", "patient.json", "--program", "program.toml", "--site", "site.toml")
    said = run(*arguments, *START, "-o", "plan.json")
    refused(said, "phases[0].weeks: expected at least 1")
    assert left(folder) == {"patient.json", "site.toml", "program.toml"}


def test_five_mistakes_give_five_messages_with_paths(folder: Path, run: Run) -> None:
    document = json.loads(PATIENT)
    document["birth_date"] = "14 September 1957"
    document["diagnoses"][0]["criteria_met"] = 12
    document["assessments"][0]["needed_per_week_minutes"] = "540"
    document["supports"][0]["relationship"] = "spouse"
    document["availabilty"] = document.pop("availability")
    (folder / "patient.json").write_text(json.dumps(document), encoding="utf-8")
    said = run("decide", "patient.json", *MEDICARE, *ON)
    refused(said, "iopkit: patient.json: patient document: 5 problems\n")
    lines = said.err.splitlines()[1:]
    assert sorted(line.strip().partition(": ")[0] for line in lines) == [
        "<key 14>",
        "assessments[0].needed_per_week_minutes",
        "birth_date",
        "diagnoses[0].criteria_met",
        "supports[0].relationship",
    ]
    for value in ("September", "1957", "12", "540", "spouse"):
        assert value not in said.err.replace("from 2 to 11", "")


def test_a_plan_for_another_site_is_refused(planned: Path, run: Run) -> None:
    (planned / "site.toml").write_text(
        SITE.replace("Elm Street Clinic", "Oak Street Clinic", 1), encoding="utf-8"
    )
    refused(run("schedule", "plan.json", "--site", "site.toml"), "site: expected the plan's")


def test_a_document_of_another_kind_is_refused(planned: Path, run: Run) -> None:
    said = run("schedule", "patient.json", "--site", "site.toml")
    refused(said, "plan document: 1 problem\n  line 2: document: expected 'plan', found 'patient'")


@pytest.mark.parametrize("name", ["missing.json", "missing/patient.json", "patient.json/x.json"])
def test_a_missing_file_is_refused(name: str, folder: Path, run: Run) -> None:
    refused(run("decide", name, *MEDICARE, *ON), f"cannot read {name}: ")


def test_a_directory_is_no_file(folder: Path, run: Run) -> None:
    (folder / "other.json").mkdir()
    refused(run("decide", "patient.json", "--policy", "other.json", *ON), "cannot read other.json")


def test_no_more_is_read_than_a_file_may_have(folder: Path, run: Run) -> None:
    refused(run("decide", "/dev/zero", *MEDICARE, *ON), "it has more than 25,000,000 bytes")


# Files are written all or none.


def unwritable(folder: Path) -> Path:
    """A folder in which nobody can make files, the superuser included."""
    proc = Path("/proc")
    if proc.is_dir():
        return proc
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    return closed


@pytest.mark.parametrize("name", ["missing/plan.json", "patient.json/plan.json", ".", "taken"])
def test_a_file_that_cannot_be_written_is_named(name: str, folder: Path, run: Run) -> None:
    (folder / "taken").mkdir()
    before = left(folder)
    refused(run(*PLAN, *START, "-o", name), f"cannot write {name}: ")
    assert left(folder) == before
    assert not left(folder / "taken")


def test_a_folder_that_cannot_be_written_is_named(folder: Path, run: Run) -> None:
    target = unwritable(folder) / "plan.json"
    before = left(folder)
    refused(run(*PLAN, *START, "-o", target), f"cannot write {target}: ")
    assert left(folder) == before


@pytest.mark.parametrize(
    ("ical", "output"),
    [
        ("out.ics", "taken"),
        ("taken", "out.json"),
        ("out.ics", "missing/out.json"),
        ("missing/out.ics", "out.json"),
    ],
)
def test_of_two_files_none_is_written_unless_both_can_be(
    ical: str, output: str, planned: Path, run: Run
) -> None:
    (planned / "taken").mkdir()
    for name in ("out.ics", "out.json"):
        (planned / name).write_text("old", encoding="utf-8")
    before = left(planned)
    said = run("schedule", "plan.json", "--site", "site.toml", "--ical", ical, "-o", output)
    bad = output if output in ("taken", "missing/out.json") else ical
    refused(said, f"cannot write {bad}: ")
    assert left(planned) == before
    assert (planned / "out.ics").read_text(encoding="utf-8") == "old"
    assert (planned / "out.json").read_text(encoding="utf-8") == "old"


def test_two_files_of_one_name_are_refused(planned: Path, run: Run) -> None:
    """Else one of them would be lost without a word."""
    said = run("schedule", "plan.json", "--site", "site.toml", "--ical", "out", "-o", "out")
    refused(said, "out")
    assert "out" not in left(planned)


def test_what_is_no_regular_file_is_not_replaced(folder: Path, run: Run) -> None:
    """A device or a pipe, such as /dev/null, must not become a file."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    said = run(*PLAN, *START, "-o", pipe)
    assert pipe.is_fifo()
    refused(said, f"cannot write {pipe}: ")
    assert left(folder) == {"patient.json", "site.toml", "pipe"}


def test_a_plan_written_is_for_its_owners_eyes(planned: Path) -> None:
    assert (planned / "plan.json").stat().st_mode & 0o077 == 0


# Upgrade.

KEPT = Path(__file__).parent.parent / "golden" / "formats"


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a plan and a decision of format 1, and facts."""
    monkeypatch.chdir(tmp_path)
    for name in ("plan-1-no", "decision-1-yes", "facts-1"):
        (tmp_path / f"{name}.json").write_bytes((KEPT / f"{name}.json").read_bytes())
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_upgrade_shows_the_difference_and_writes_it(stored: Path, run: Run) -> None:
    before = contents(stored)
    said = run("upgrade", *sorted(before))
    assert (said.code, said.err) == (0, "")
    head, *_, last = said.out.splitlines()
    assert head == "decision-1-yes.json: decision, format 1 to 3"
    assert "\n--- plan-1-no.json, format 1\n+++ plan-1-no.json, format 3\n" in said.out
    assert '\n+        "unjudged": null\n' in said.out
    assert "\nfacts-1.json: already at format 1\n" in said.out
    assert last == "wrote 2 of 3 files"
    after = contents(stored)
    assert after["facts-1.json"] == before["facts-1.json"]
    for name in ("plan-1-no.json", "decision-1-yes.json"):
        assert json.loads(after[name]) == upgrade_document(json.loads(before[name]))
    again = run("upgrade", *sorted(before))
    assert again.out.splitlines() == [
        "decision-1-yes.json: already at format 3",
        "facts-1.json: already at format 1",
        "plan-1-no.json: already at format 3",
    ]
    assert contents(stored) == after


def test_a_dry_run_shows_the_same_and_writes_nothing(stored: Path, run: Run) -> None:
    before = contents(stored)
    dry = run("upgrade", "--dry-run", "plan-1-no.json")
    assert (dry.code, contents(stored)) == (0, before)
    done = run("upgrade", "plan-1-no.json")
    assert dry.out.splitlines()[:-1] == done.out.splitlines()[:-1]
    assert (dry.out.splitlines()[-1], done.out.splitlines()[-1]) == (
        "nothing was written",
        "wrote 1 of 1 file",
    )


def test_upgrade_says_the_same_as_json(stored: Path, run: Run) -> None:
    dry = run("upgrade", "--dry-run", "--json", "plan-1-no.json", "facts-1.json").json
    assert dry["written"] is False
    done = run("upgrade", "--json", "plan-1-no.json", "facts-1.json").json
    assert done == {**dry, "written": True}
    plan, site = done["files"]
    assert plan.pop("difference").startswith("--- plan-1-no.json, format 1\n")
    assert plan == {
        "file": "plan-1-no.json",
        "document": "plan",
        "from": 1,
        "to": 3,
        "checked": True,
    }
    assert (site["from"], site["to"], site["difference"]) == (1, 1, "")


def test_of_files_to_be_upgraded_all_are_written_or_none(stored: Path, run: Run) -> None:
    (stored / "bad.json").write_text('{"document": "site", "format": 2}', encoding="utf-8")
    (stored / "new.json").write_text('{"document": "plan", "format": 4}', encoding="utf-8")
    before = contents(stored)
    names = ["plan-1-no.json", "bad.json", "nowhere.json", "new.json"]
    said = run("upgrade", *names)
    refused(
        said,
        "bad.json: site document: 3 problems",
        "cannot read nowhere.json: ",
        "new.json: plan document: 1 problem",
        "written by a newer iopkit: format 4, this one reads up to 3",
    )
    assert contents(stored) == before


def test_a_file_that_is_named_twice_is_upgraded_once(stored: Path, run: Run) -> None:
    (stored / "link.json").symlink_to("plan-1-no.json")
    said = run("upgrade", "plan-1-no.json", "./plan-1-no.json", "link.json")
    assert said.out.count("format 1 to 3") == 1
    assert (stored / "link.json").is_symlink()


def test_a_link_stays_one_and_its_file_is_upgraded(stored: Path, run: Run) -> None:
    (stored / "link.json").symlink_to("plan-1-no.json")
    assert run("upgrade", "link.json").code == 0
    assert (stored / "link.json").is_symlink()
    assert json.loads((stored / "plan-1-no.json").read_bytes())["format"] == 3


def test_a_decision_by_facts_of_somebodys_own_is_upgraded_unchecked(folder: Path, run: Run) -> None:
    (folder / "own.json").write_bytes((KEPT / "decision-1-own.json").read_bytes())
    said = run("upgrade", "own.json")
    words = "it asks about facts that are not shipped, so that the rest was not checked"
    assert said.out.splitlines()[0] == f"own.json: decision, format 1 to 3; {words}"
    assert json.loads((folder / "own.json").read_bytes())["unjudged"] is None


# As a process of its own.


def process(
    *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    source = str(Path(iopkit.__file__).parent.parent)
    script = f"import sys; sys.path.insert(0, {source!r}); from iopkit.cli import run; run()"
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_a_process_ends_with_the_exit_code(folder: Path) -> None:
    done = process("decide", "patient.json", *MEDICARE, *ON, "--json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["verdict"] == "yes"
    changed(folder, dangerous=True)
    assert process("decide", "patient.json", *MEDICARE, *ON, cwd=folder).returncode == 1
    changed(folder, dangerous=None)
    assert process("decide", "patient.json", *MEDICARE, *ON, cwd=folder).returncode == 3
    done = process("decide", "missing.json", *MEDICARE, *ON, cwd=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"iopkit: cannot read missing.json: No such file or directory\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_no_terminal_is_too_simple_for_a_name(encoding: str, planned: Path) -> None:
    name = "Clínica “Olmo” 榆"
    for file in ("site.toml", "plan.json"):
        text = (planned / file).read_text(encoding="utf-8")
        (planned / file).write_text(text.replace("Elm Street Clinic", name), encoding="utf-8")
    for more in ((), ("--json",)):
        done = process(
            "plan",
            *PLAN[1:],
            *START,
            *more,
            cwd=planned,
            environment={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"Cl" in done.stdout
        if more:
            assert json.loads(done.stdout.decode(encoding))["site"] == name


# The entry point, within this process.


def entered(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["iopkit", *arguments])
    with pytest.raises(SystemExit) as end:
        iopkit.cli.run()
    return end.value.code


def test_the_entry_point_ends_with_the_exit_code(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert entered(["list", "policies"], monkeypatch) == 0
    assert "\niop-suitability " in capsys.readouterr().out
    assert entered(["decide", "missing.json", *MEDICARE], monkeypatch) == 2


def test_a_missing_extra_is_named(flooded: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    said = run(*RESCHEDULE, "--busy", "busy.ics", "-o", "new.json")
    refused(said, "cannot read busy.ics")
    (flooded / "busy.ics").write_bytes(b"")
    refused(run(*RESCHEDULE, "--busy", "busy.ics", "-o", "new.json"), "pip install 'iopkit[ical]'")
    assert "new.json" not in left(flooded)


# Continuing care.

CONTINUE = ("continue", "plan.json", "--patient", "patient.json", "--site", "site.toml")
DATED = ("schedule", "plan.json", "--site", "site.toml")


def test_continuing_care_is_drafted_and_is_in_text_calendar_and_page(
    planned: Path, run: Run
) -> None:
    said = run(*CONTINUE, "--weeks", "continuing-care=33", "-o", "after.json")
    assert (said.code, said.err) == (0, "")
    after = from_json(Plan, (planned / "after.json").read_bytes())
    plan = from_json(Plan, (planned / "plan.json").read_bytes())
    assert (after.start, after.weeks) == (plan.end, 33)

    files_written = ("--ical", "all.ics", "--page", "page.html")
    said = run(*DATED, "--then", "after.json", *files_written)
    assert (said.code, said.err) == (0, "")
    assert "Then:\n\nWeek 1, from 2026-04-27" in said.out
    assert "That is April 27 to December 13, 2026." in (planned / "page.html").read_text("utf-8")
    assert run(*DATED, "--ical", "first.ics").code == 0
    both, first = (
        re.findall(rb"DTSTART[^:]*:([0-9]{8})", (planned / name).read_bytes())
        for name in ("all.ics", "first.ics")
    )
    assert sorted(both)[: len(first)] == sorted(first)
    assert min(sorted(both)[len(first) :]) >= b"20260427"


def test_continuing_care_that_does_not_follow_is_refused(planned: Path, run: Run) -> None:
    refused(run(*CONTINUE, "--start", "2026-04-26"), "start: expected a day after the plan")
    assert run(*CONTINUE, "-o", "after.json").code == 0
    late = (planned / "after.json").read_text("utf-8").replace("2026-04-27", "2026-04-20", 1)
    (planned / "early.json").write_text(late, encoding="utf-8")
    refused(run(*DATED, "--then", "early.json"), "--then is for the same patient's plan")


def test_a_program_without_continuing_care_is_not_continued(folder: Path, run: Run) -> None:
    plan = ("plan", "patient.json", "--program", "schneider-1996", "--site", "site.toml")
    assert run(*plan, *START, "-o", "plan.json").code == 0
    refused(run(*CONTINUE), "plan: expected one of a program with continuing care")
