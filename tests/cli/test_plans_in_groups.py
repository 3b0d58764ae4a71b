"""Plans of patients in groups on the command line: dated by their groups' meetings."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from attrs import evolve

from iopkit import Plan, Schedule, Site, Truth, check, from_json, from_toml, schedule, to_json
from iopkit.cli import main
from iopkit.documents import to_document
from iopkit.groups import Roster, assign
from iopkit.library import find_requirements
from iopkit.plans import PrimaryCounselor
from iopkit.schedules import plan_meetings

EXAMPLES = files("iopkit") / "examples"
KEY = "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"  # the shipped patient's
OTHER = "9a1d8e40-3c52-4b7f-8d16-7e2f5a90c3b4"
STAFF = """
[[rooms]]
name = "Oak"
seats = 12

[[clinicians]]
name = "Ash"

[[clinicians]]
name = "Birch"
"""
EVENING = """
document = "program"
format = 2
name = "evening"
title = "Evening program"

[[phases]]
name = "evenings"
title = "Evenings"
weeks = 6

[[phases.services]]
name = "group"
title = "Evening group"
modality = "group_therapy"
duration_minutes = 180
timing = { type = "per_week", times = 3 }

[[phases.services]]
name = "talk"
title = "Individual session"
modality = "individual_counseling"
duration_minutes = 60
timing = { type = "per_week", times = 1 }
"""
ROSTER = f"""
document = "roster"
format = 2

[[groups]]
name = "evening-a"
service = "group"
slots = ["monday 17:30", "wednesday 17:30", "thursday 17:30"]
duration_minutes = 180
capacity = 1
room = "Oak"
clinician = "Ash"

[[groups]]
name = "day-b"
service = "group"
slots = ["monday 09:30", "tuesday 09:30", "thursday 09:30"]
duration_minutes = 180
capacity = 8
room = "Oak"
clinician = "Birch"

[[candidates]]
key = "{KEY}"
doses = [{{ service = "group" }}]
free = ["monday 17:00-21:00", "wednesday 17:00-21:00", "thursday 17:00-21:00"]
waiting_since = 2025-12-01

[[candidates]]
key = "{OTHER}"
doses = [{{ service = "group" }}]
free = ["monday 17:00-21:00", "wednesday 17:00-21:00", "thursday 17:00-21:00"]
waiting_since = 2025-12-20
"""
IN_GROUPS = ("--groups", "roster.toml")
AT_SITE = ("--site", "site.toml")
STARTED = ("--start", "2026-01-12", "--seed", "1")
PLAN = ("plan", "patient.json", "--program", "evening.toml", *AT_SITE, *STARTED)
MOVE = ("--move", "evening-a=2026-01-28 to 2026-01-27 17:30")
AWAY = ("--move", "evening-a=2026-01-28 to 2026-02-06 09:00")
RULES = ("--requirements", "us-medicare-iop")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line within this process: its exit code, and what it printed."""

    def running(*arguments: object) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        return code, *capsys.readouterr()

    return running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a patient, a site with staff, a program and a roster."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "patient.json").write_bytes((EXAMPLES / "patient.json").read_bytes())
    site = (EXAMPLES / "site.toml").read_text(encoding="utf-8")
    (tmp_path / "site.toml").write_text(site + STAFF, encoding="utf-8")
    (tmp_path / "evening.toml").write_text(EVENING, encoding="utf-8")
    (tmp_path / "roster.toml").write_text(ROSTER, encoding="utf-8")
    return tmp_path


@pytest.fixture
def planned(folder: Path, run: Run) -> Path:
    """The folder with a plan in a group in it too."""
    assert run(*PLAN, *IN_GROUPS, "--join", "evening-a", "-o", "plan.json")[0] == 0
    return folder


def read_plan(folder: Path, name: str = "plan.json") -> Plan:
    return from_json(Plan, (folder / name).read_bytes())


def by_library(folder: Path, *moves: str) -> Schedule:
    """The plan's schedule, as the library has it."""
    plan = read_plan(folder)
    site = from_toml(Site, (folder / "site.toml").read_bytes())
    evening, day = from_toml(Roster, ROSTER).groups
    groups = (evolve(evening, moves=moves), day)
    return schedule(plan, site, meetings=plan_meetings([plan], groups, site))


def refused(said: tuple[int, str, str], *mentions: str) -> None:
    code, out, err = said
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    for mention in mentions:
        assert mention in err


# The plan.


def test_a_plan_keeps_its_groups_and_counselors(folder: Path, run: Run) -> None:
    given = ("--counselor", "Ash", "--counselor", "Birch=2026-02-01")
    code, out, err = run(*PLAN, *IN_GROUPS, "--join", "evening-a", *given, "-o", "plan.json")
    assert (code, err) == (0, "")
    assert "Groups:\n  - group: evening-a\n" in out
    assert "Counselor:\n  - Ash, from 2026-01-12\n  - Birch, from 2026-02-01\n" in out
    plan = read_plan(folder)
    assert plan.groups_of("group") == ("evening-a",)
    assert [each.clinician for each in plan.counselors] == ["Ash", "Birch"]
    assert plan.counselors[0] == PrimaryCounselor(plan.start, "Ash")
    starts = {f"{s.day.title} {s.start:%H:%M}" for s in plan.program.every_service[0].timing.slots}  # type: ignore[union-attr]
    assert starts == {"Monday 17:30", "Wednesday 17:30", "Thursday 17:30"}


def test_the_groups_of_the_roster_or_of_assignments_are_the_patients(
    folder: Path, run: Run
) -> None:
    now_in = ROSTER.replace("waiting_since = 2025-12-01", 'now_in = ["day-b"]', 1)
    (folder / "roster.toml").write_text(now_in, encoding="utf-8")
    assert run(*PLAN, *IN_GROUPS, "-o", "plan.json")[0] == 0
    assert read_plan(folder).groups_of("group") == ("day-b",)
    roster, site = from_toml(Roster, ROSTER), from_toml(Site, (folder / "site.toml").read_bytes())
    found = assign(roster, site, on=read_plan(folder).start)
    (folder / "assigned.json").write_text(to_json(found), encoding="utf-8")
    assert run(*PLAN, "--groups", "assigned.json", "-o", "plan.json")[0] == 0
    assert read_plan(folder).groups_of("group") == ("evening-a",)


def test_a_plan_on_a_track_is_in_groups_too(folder: Path, run: Run) -> None:
    slots = '"monday {0}", "wednesday {0}", "thursday {0}"'
    tracks = "".join(
        f'[[tracks]]\nname = "{name}"\ntitle = "{name}"\n' for name in ("day", "evening")
    )
    services = "".join(
        f'[[phases.services]]\nname = "group"\ntitle = "Group"\nmodality = "group_therapy"\n'
        f'track = "{track}"\nduration_minutes = 180\n'
        f'timing = {{ type = "weekly", slots = [{slots.format(at)}] }}\n'
        for track, at in (("day", "09:30"), ("evening", "18:00"))
    )
    head, phase = EVENING.split("[[phases]]")
    phase = phase.split("[[phases.services]]")[0]
    text = f"{head}{tracks}\n[[phases]]{phase}{services}"
    (folder / "evening.toml").write_text(text, encoding="utf-8")
    join = (*IN_GROUPS, "--join", "evening-a")
    refused(run(*PLAN, *join), "evening has tracks", "name it with --track")
    assert run(*PLAN, *join, "--track", "evening", "-o", "plan.json")[0] == 0
    plan = read_plan(folder)
    assert (plan.track, plan.groups_of("group")) == ("evening", ("evening-a",))


@pytest.mark.parametrize(
    ("given", "mentions"),
    [
        (("--join", "evening-a"), ["--join is of a group: --groups has them"]),
        (MOVE, ["--move is of a group: --groups has them"]),
        ((*IN_GROUPS,), ["roster.toml has the patient in no group: name each with --join"]),
        ((*IN_GROUPS, "--join", "evening-b"), ["no group is named 'evening-b'", "evening-a"]),
        (
            (*IN_GROUPS, "--join", "evening-a", "--move", "evening-c=" + MOVE[1][10:]),
            ["no group is named 'evening-c'"],
        ),
        ((*IN_GROUPS, "--move", "evening-a"), ["expected a group and a move such as"]),
        (
            (*IN_GROUPS, "--join", "day-b", "--move", "evening-a=2026-01-20 to 2026-01-21 17:30"),
            ["group 'evening-a'", "a day on which the group meets"],
        ),
        ((*IN_GROUPS, "--join", "evening-a", "--join", "day-b"), ["3 times a week, found 6"]),
        (("--groups", "patient.json", "--join", "evening-a"), ["patient.json", "roster"]),
        (("--groups", "none.toml", "--join", "evening-a"), ["cannot read none.toml"]),
        (("--counselor", "Birh"), ["a clinician of the site", "did you mean 'Birch'?"]),
        (("--counselor", "Ash", "--counselor", "Birch"), ["in order, one from each day"]),
        (("--counselor", "Ash=2026-13-01"), ["expected a date"]),
        (("--counselor", " "), ["expected a counselor such as"]),
    ],
)
def test_groups_and_counselors_that_cannot_be_are_refused(
    given: tuple[str, ...], mentions: list[str], folder: Path, run: Run
) -> None:
    refused(run(*PLAN, *given, "-o", "plan.json"), *mentions)
    assert not (folder / "plan.json").exists()


# What is dated by it.


def test_a_schedule_is_dated_by_the_meetings_of_its_groups(planned: Path, run: Run) -> None:
    code, out, _ = run("schedule", "plan.json", *AT_SITE, *IN_GROUPS, "-o", "schedule.json")
    assert code == 0
    assert "dated alone" not in out
    made = from_json(Schedule, (planned / "schedule.json").read_bytes())
    assert made == by_library(planned)
    moved = run("schedule", "plan.json", *AT_SITE, *IN_GROUPS, *MOVE, "--json")[1]
    assert from_json(Schedule, moved) == by_library(planned, MOVE[1].partition("=")[2])
    alone = run("schedule", "plan.json", *AT_SITE)[1]
    assert "dated alone, not by their groups' meetings" in alone


def test_a_meeting_that_is_moved_by_hand_is_all_that_changes(planned: Path, run: Run) -> None:
    run("schedule", "plan.json", *AT_SITE, *IN_GROUPS, "-o", "schedule.json")
    command = ("reschedule", "schedule.json", "plan.json", *AT_SITE, *IN_GROUPS)
    code, out, _ = run(*command, "--as-of", "2026-01-15T12:00", *MOVE, "-o", "new.json")
    assert code == 0
    assert out.startswith("Changed:\n  - Evening group 8: Wed 2026-01-28 17:30-20:30 -> Tue")
    assert "23 sessions unchanged." in out
    new = from_json(Schedule, (planned / "new.json").read_bytes())
    assert new.sessions == by_library(planned, MOVE[1].partition("=")[2]).sessions


def test_a_check_is_of_what_the_groups_meet(planned: Path, run: Run) -> None:
    site = from_toml(Site, (planned / "site.toml").read_bytes())
    rules = find_requirements("us-medicare-iop")
    for move in (AWAY, MOVE):
        found = check(by_library(planned, move[1].partition("=")[2]), rules, site=site)
        told = json.loads(
            run("check", "plan.json", *AT_SITE, *RULES, *IN_GROUPS, *move, "--json")[1]
        )
        assert told["sets"][0]["findings"] == [to_document(each) for each in found]
        assert {each.truth for each in found if each.week == 3} >= {Truth.of(move is MOVE)}


@pytest.mark.parametrize(
    "command",
    [
        ("check", "plan.json", *AT_SITE, "--applicable", "--patient", "patient.json"),
        ("propose", "plan.json", *AT_SITE, *RULES, "--changes", 1),
    ],
)
def test_what_is_found_follows_a_meeting_that_is_moved(
    command: tuple[object, ...], planned: Path, run: Run
) -> None:
    (_, as_due, _), (_, moved, err) = (
        run(*command, *IN_GROUPS, *m, "--json") for m in (MOVE, AWAY)
    )
    assert err == ""
    assert as_due != moved


@pytest.mark.parametrize("coding", [("--coding", "us-md-medicaid"), ("--applicable", "--patient")])
def test_charges_are_on_the_days_of_the_meetings(
    coding: tuple[str, ...], planned: Path, run: Run
) -> None:
    patient = ("patient.json",) if "--patient" in coding else ()
    command = ("charges", "plan.json", *AT_SITE, *coding, *patient, *IN_GROUPS, "--json")
    as_due, moved = run(*command)[1], run(*command, *MOVE)[1]
    days = ("2026-01-27", "2026-01-28")
    assert [day in as_due for day in days] == [False, True]
    assert [day in moved for day in days] == [True, False]


def test_programs_fit_as_the_groups_meet(folder: Path, run: Run) -> None:
    command = ("fit", "patient.json", *AT_SITE, *STARTED, *RULES)
    programs = ("--program", "evening.toml", "--program", "matrix-16-week")
    join = (*IN_GROUPS, "--join", "evening-a")
    _, out, err = run(*command, *programs, *join, "--json")
    assert err == ""
    evening, other = json.loads(out)["fits"]
    assert evening["plan"]["groups"] == [{"service": "group", "groups": ["evening-a"]}]
    assert other["plan"] is None
    assert other["reasons"] == ["no plan: it takes a weekly service of the program"]


@pytest.mark.parametrize(
    ("command", "mentions"),
    [
        (("schedule", "alone.json", *AT_SITE, *IN_GROUPS), ["the plan names no group"]),
        (("schedule", "plan.json", *AT_SITE, *MOVE), ["--move is of a group"]),
        (("check", "plan.json", *RULES, *IN_GROUPS), ["--groups is for dating", "--site"]),
        (("check", "plan.json", *RULES, *MOVE), ["--groups is for dating", "--site"]),
        (
            (
                "charges",
                "plan.json",
                *AT_SITE,
                "--coding",
                "us-md-medicaid",
                "--groups",
                "other.toml",
            ),
            ["groups: expected evening-a, a group of group, found none"],
        ),
        (
            (
                *("schedule", "plan.json", *AT_SITE, *IN_GROUPS),
                *("--move", "evening-a=2026-01-21 to 2026-01-24 17:30"),
            ),
            ["a time at which the site is open, with room and clinician"],
        ),
    ],
)
def test_groups_that_do_not_go_with_a_plan_are_refused(
    command: tuple[str, ...], mentions: list[str], planned: Path, run: Run
) -> None:
    assert run(*PLAN, "-o", "alone.json")[0] == 0
    other = ROSTER.replace("evening-a", "evening-z")
    (planned / "other.toml").write_text(other, encoding="utf-8")
    refused(run(*command), *mentions)
