"""Groups on the command line: who is in which, when they meet, and what that comes to."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from functools import partial
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import (
    Patient,
    Plan,
    Schedule,
    Site,
    Truth,
    Weekday,
    WeeklyWindows,
    check,
    from_json,
    from_toml,
    schedule,
    to_json,
)
from iopkit.cli import main
from iopkit.documents import conflict_document, to_document
from iopkit.groups import Assignments, Candidate, Group, GroupDose, Roster, assign
from iopkit.library import find_requirements
from iopkit.plans import PrimaryCounselor
from iopkit.programs import Slot
from iopkit.reports import (
    assignments_text,
    census_text,
    conflicts_text,
    load_text,
    meetings_text,
    reassignment_text,
)
from iopkit.reports.capacity import week_line
from iopkit.schedules import (
    Appointment,
    census,
    loads,
    meetings,
    patient_conflicts,
    plan_meetings,
    reassign,
    site_conflicts,
    weekly_census,
    weekly_loads,
)

T = TypeVar("T")

EXAMPLES = files("iopkit") / "examples"
KEY = "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"  # the shipped patient's
OTHER = "9a1d8e40-3c52-4b7f-8d16-7e2f5a90c3b4"
THIRD = "0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"
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
        (
            ("schedule", "plan.json", *AT_SITE, "--groups", "faulty.toml"),
            ["faulty.toml: roster document", "at least 1 seat"],
        ),
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
    faulty = ROSTER.replace("capacity = 8", "capacity = 0")
    (planned / "faulty.toml").write_text(faulty, encoding="utf-8")
    refused(run(*command), *mentions)


# Who goes to which group, and who takes over.

ASSIGN = ("groups", "roster.toml", *AT_SITE, "--on", "2026-01-12")


def test_candidates_are_assigned_as_the_library_does(folder: Path, run: Run) -> None:
    code, out, err = run(*ASSIGN, "-o", "assigned.json")
    assert (code, err) == (1, "")
    site = from_toml(Site, (folder / "site.toml").read_bytes())
    found = assign(from_toml(Roster, ROSTER), site, on=date(2026, 1, 12))
    assert out == assignments_text(found) + "\n"
    assert from_json(Assignments, (folder / "assigned.json").read_bytes()) == found
    assert json.loads(run(*ASSIGN, "--json")[1]) == to_document(found)


def test_the_exit_code_of_groups_is_whether_all_have_a_place(folder: Path, run: Run) -> None:
    wider = ROSTER.replace("capacity = 1", "capacity = 2")
    (folder / "roster.toml").write_text(wider, encoding="utf-8")
    code, out, _ = run(*ASSIGN)
    assert code == 0
    assert "Waiting" not in out
    assert run(*ASSIGN[:-2])[0] == 0  # today
    assert run(*ASSIGN, "--seconds", "5")[0] == 0


def crowded() -> Roster:
    """Forty who need three groups on three days, of whom not all can have them."""
    days = list(Weekday)[:5]
    groups = tuple(
        Group(f"{day.title}-{hour}", "group", (Slot(day, time(hour)),), timedelta(hours=3), 5)
        for day in days
        for hour in (10, 18)
    )
    parts = [f"{day.title} {part}" for day in days for part in ("09:00-14:00", "17:00-22:00")]

    def free(number: int, part: str) -> bool:
        return sha256(f"0/{number}/{part}".encode()).digest()[0] < 107

    dose = (GroupDose("group", 3),)
    return Roster(
        groups,
        tuple(
            Candidate(
                UUID(int=number, version=4),
                dose,
                WeeklyWindows.of(*(part for part in parts if free(number, part))),
                days=3,
            )
            for number in range(40)
        ),
    )


def test_a_gap_that_is_left_is_undetermined(folder: Path, run: Run) -> None:
    (folder / "roster.json").write_text(to_json(crowded()), encoding="utf-8")
    site = Site("Elm", "UTC", WeeklyWindows.always())
    (folder / "site.json").write_text(to_json(site), encoding="utf-8")
    command = ("groups", "roster.json", "--site", "site.json", "--on", "2026-01-05")
    code, out, _ = run(*command, "--work", 1)
    assert code == 3
    assert "the solver stopped at its limits: placed" in " ".join(out.split())
    assert run(*command)[0] == 1


def test_patients_and_plans_tell_what_the_roster_does_not(planned: Path, run: Run) -> None:
    def told(*given: object) -> dict[str, dict[str, Any]]:
        _, out, _ = run(*ASSIGN, *given, "--json")
        return {one["key"]: one for one in json.loads(out)["roster"]["candidates"]}

    patient = from_json(Patient, (planned / "patient.json").read_bytes())
    short = ROSTER.split("[[candidates]]")
    free_not_known = short[1].replace("free = ", "languages = ").replace("monday 17:00-21:00", "en")
    free_not_known = free_not_known.partition("languages")[0]
    (planned / "roster.toml").write_text(
        "[[candidates]]".join((short[0], free_not_known)), encoding="utf-8"
    )
    assert "free" not in told()[KEY]
    assert patient.free is not None
    assert WeeklyWindows.of(*told("--patients", "patient.json")[KEY]["free"]) == patient.free
    # One whom the roster does not have is a candidate with the doses that are given.
    (planned / "roster.toml").write_text(short[0], encoding="utf-8")
    (one,) = told("--patients", "patient.json", "--dose", "group", "--dose", "skills=2").values()
    assert one["doses"] == [{"service": "group"}, {"service": "skills", "groups": 2}]
    refused_one = run(*ASSIGN, "--patients", "patient.json")
    assert refused_one[0] == 2
    assert (
        "patient.json: the roster does not have the patient, and --dose no dose" in refused_one[2]
    )
    # Plans tell who is in which group now, on their days.
    (planned / "roster.toml").write_text(ROSTER, encoding="utf-8")
    assert told("--plans", "plan.json")[KEY]["now_in"] == ["evening-a"]
    assert "now_in" not in told("--plans", "plan.json", "--on", "2027-01-12")[KEY]
    now_in = ROSTER.replace("waiting_since = 2025-12-01", 'now_in = ["day-b"]', 1)
    (planned / "roster.toml").write_text(now_in, encoding="utf-8")
    assert told("--plans", "plan.json")[KEY]["now_in"] == ["day-b"]


@pytest.mark.parametrize(
    ("given", "mentions"),
    [
        (("groups", "site.toml", *AT_SITE), ["site.toml: roster document"]),
        (("groups", "none.toml", *AT_SITE), ["cannot read none.toml"]),
        ((*ASSIGN, "--dose", "=2"), ["expected a service and in how many groups"]),
        ((*ASSIGN, "--dose", "group=no"), ["expected a service and in how many groups"]),
        ((*ASSIGN, "--seconds", "0"), ["time: expected some time"]),
        ((*ASSIGN, "--seconds", "nan"), ["expected seconds such as 5, found 'nan'"]),
        ((*ASSIGN, "--seconds", "1e99"), ["expected seconds such as 5, found '1e99'"]),
        ((*ASSIGN, "--work", "0"), ["work: expected at least 1"]),
        ((*ASSIGN, "--patients", "none.json"), ["cannot read none.json"]),
        ((*ASSIGN, "--plans", "empty"), ["empty has no .json, .toml or .jsonl file"]),
    ],
)
def test_what_cannot_be_assigned_is_refused(
    given: tuple[str, ...], mentions: list[str], folder: Path, run: Run
) -> None:
    (folder / "empty").mkdir()
    refused(run(*given), *mentions)


@pytest.fixture
def clinic(planned: Path, run: Run) -> Path:
    """The folder with plans and schedules of two patients of one group in folders."""
    for name in ("plans", "schedules", "after"):
        (planned / name).mkdir()
    text = (planned / "patient.json").read_text(encoding="utf-8")
    (planned / "second.json").write_text(text.replace(KEY, OTHER), encoding="utf-8")
    for name in ("patient", "second"):
        plan, made = f"plans/{name}.json", f"schedules/{name}.json"
        command = ("plan", f"{name}.json", *PLAN[2:], *IN_GROUPS, "--join", "evening-a")
        assert run(*command, "--counselor", "Ash", "-o", plan)[0] == 0
        assert run("schedule", plan, *AT_SITE, *IN_GROUPS, "-o", made)[0] == 0
    return planned


def values(folder: Path, kind: type[T], where: str) -> list[T]:
    return [from_json(kind, file.read_bytes()) for file in sorted((folder / where).iterdir())]


REASSIGN = ("reassign", "plans", *AT_SITE, *IN_GROUPS, "--away", "Ash", "--start", "2026-01-19")


def test_who_takes_over_is_proposed_as_the_library_does(clinic: Path, run: Run) -> None:
    # One without a counselor, whose plan stays as it is.
    text = (clinic / "patient.json").read_text(encoding="utf-8")
    (clinic / "third.json").write_text(text.replace(KEY, THIRD), encoding="utf-8")
    third = ("plan", "third.json", *PLAN[2:], *IN_GROUPS, "--join", "day-b")
    assert run(*third, "-o", "plans/third.json")[0] == 0
    code, out, err = run(*REASSIGN, "--end", "2026-01-26", "-o", "after")
    assert (code, err) == (3, "")  # nobody said whether Birch may lead the group
    plans, site = (
        values(clinic, Plan, "plans"),
        from_toml(Site, (clinic / "site.toml").read_bytes()),
    )
    groups = from_toml(Roster, ROSTER).groups
    ask = partial(reassign, plans, groups, site, away="Ash", start=date(2026, 1, 19))
    found = ask(end=date(2026, 1, 26))
    assert out == reassignment_text(found) + "\n"
    assert {each.name for each in (clinic / "after").iterdir()} == {"patient.json", "second.json"}
    assert sorted(values(clinic, Plan, "after"), key=repr) == sorted(found.plans, key=repr)
    assert {plan.counselor_on(date(2026, 1, 20)) for plan in found.plans} == {"Birch"}
    document = json.loads(run(*REASSIGN, "--json")[1])
    assert document["plans"] == [to_document(plan) for plan in ask().plans]
    assert document["groups"] == [
        {"group": "evening-a", "clinician": "Birch", "may_lead": "unknown"}
    ]
    assert (document["end"], document["groups_left"], document["plans_left"]) == (None, [], [])


def test_a_plan_or_schedule_in_two_files_is_told_and_counts_once(clinic: Path, run: Run) -> None:
    asked = {
        "plans": REASSIGN,
        "schedules": ("conflicts", "schedules", *AT_SITE),
        "schedules/": ("capacity", "schedules", *AT_SITE),
    }
    before = {folder: run(*words)[:2] for folder, words in asked.items()}
    for folder in ("plans", "schedules"):
        shutil.copy(clinic / folder / "patient.json", clinic / folder / "restored.json")
    for folder, words in asked.items():
        code, out, err = run(*words)
        assert (code, out) == (2, before[folder][1])
        what = "plan" if folder == "plans" else "plan's schedule"
        place = folder.rstrip("/")
        told = f"expected each {what} once, found that of {place}/patient.json again"
        assert err == f"iopkit: {place}/restored.json: {told}\n"


def test_plans_on_lines_are_reassigned_each_into_a_file(clinic: Path, run: Run) -> None:
    plans = sorted((clinic / "plans").iterdir())
    lines = [json.dumps(json.loads(each.read_bytes())) for each in plans]
    (clinic / "plans.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert run("reassign", "plans.jsonl", *REASSIGN[2:], "-o", "after")[0] == 3
    assert {each.name for each in (clinic / "after").iterdir()} == {"plans-1.json", "plans-2.json"}


def test_the_exit_code_of_reassign_is_whether_all_is_taken_over(clinic: Path, run: Run) -> None:
    code, out, _ = run(*REASSIGN, "--most", 1, "--json")
    assert code == 1
    (left,) = json.loads(out)["plans_left"]
    assert left["document"] == "plan"
    site = (clinic / "site.toml").read_text(encoding="utf-8")
    for word, leads in (("yes", '["group"]'), ("no", '["talk"]')):
        may = site.replace('name = "Birch"', f'name = "Birch"\nleads = {leads}')
        (clinic / "site.toml").write_text(may, encoding="utf-8")
        code, out, _ = run(*REASSIGN, "--json")
        assert code == {"yes": 0, "no": 1}[word]
    assert json.loads(out)["groups_left"] == [
        {"group": "evening-a", "why": {"Birch": "may_not_lead"}}
    ]


def test_a_reassignment_that_cannot_be_is_refused(clinic: Path, run: Run) -> None:
    refused(run(*REASSIGN, "-o", "nowhere"), "cannot write into nowhere: it is no folder")
    refused(run(*REASSIGN[:-3], "Kim", *REASSIGN[-2:]), "away: expected a clinician of the site")
    meant = "found 'Asch' (did you mean 'Ash'?)"
    refused(run(*REASSIGN[:-3], "Asch", *REASSIGN[-2:]), meant)
    refused(run(*REASSIGN, "--end", "2026-01-19"), "end: expected a day after the start")


# Over all schedules of a site.


def test_conflicts_are_those_of_patients_and_of_the_site(clinic: Path, run: Run) -> None:
    command = ("conflicts", "schedules", *AT_SITE)
    assert run(*command) == (0, "  Nothing collides.\n", "")
    # One is dated by meetings that the other does not have, and has another plan at once.
    again = ("schedule", "plans/second.json", *AT_SITE, *IN_GROUPS, *MOVE)
    assert run(*again, "-o", "schedules/second.json")[0] == 0
    other = ("plan", "patient.json", "--program", "matrix-16-week", *AT_SITE, *STARTED)
    assert run(*other, "-o", "other.json")[0] == 0
    assert run("schedule", "other.json", *AT_SITE, "-o", "schedules/third.json")[0] == 0
    code, out, _ = run(*command)
    assert code == 1
    site = from_toml(Site, (clinic / "site.toml").read_bytes())
    listed = values(clinic, Schedule, "schedules")
    at_site, own = site_conflicts(listed, site), patient_conflicts([listed[0], listed[2]])
    assert at_site
    assert own
    for each in (*at_site, *own):
        assert conflicts_text([each]) in out
    told = json.loads(run(*command, "--json")[1])["conflicts"]
    assert sorted(each["kind"] for each in told) == sorted(c.kind.value for c in (*at_site, *own))
    starts = [each["start"] for each in told]
    assert starts == sorted(starts)
    group = next(each for each in told if each["kind"] == "group")
    assert (group["of"], [each["number"] for each in group["between"]]) == ("evening-a", [8, 8])


def test_an_undated_meeting_and_an_appointment_are_told_in_json(clinic: Path, run: Run) -> None:
    site = (clinic / "site.toml").read_text(encoding="utf-8")
    skipping = site.replace('closed_rule = "move_in_week"', 'closed_rule = "skip"')
    (clinic / "skips.toml").write_text(skipping, encoding="utf-8")
    again = ("schedule", "plans/second.json", "--site", "skips.toml", *IN_GROUPS)
    assert run(*again, "-o", "schedules/second.json")[0] == 0
    told = json.loads(run("conflicts", "schedules", *AT_SITE, "--json")[1])["conflicts"]
    assert {"patient": OTHER, "service": "group", "number": 4, "why": "closed"} in [
        each for conflict in told for each in conflict["undated"]
    ]
    (own, *_) = values(clinic, Schedule, "schedules")
    first = own.sessions[0]
    busy = Appointment(first.start, first.end)
    (conflict,) = patient_conflicts([own], appointments=[busy])
    assert {
        "appointment": True,
        "start": first.start.isoformat(),
        "end": first.end.isoformat(),
    } in (conflict_document(conflict)["between"])


def test_capacity_is_told_by_week_or_day(clinic: Path, run: Run) -> None:
    command = ("capacity", "schedules", *AT_SITE, "--start", "2026-01-12", "--end", "2026-01-26")
    code, by_week, err = run(*command)
    assert (code, err) == (0, "")
    site = from_toml(Site, (clinic / "site.toml").read_bytes())
    listed = values(clinic, Schedule, "schedules")
    ask: dict[str, date] = {"start": date(2026, 1, 12), "end": date(2026, 1, 26)}
    rooms, met = loads(listed, site, **ask), meetings(listed, site, **ask)  # type: ignore[arg-type]
    weeks = weekly_census(census(listed, **ask))
    assert by_week.startswith("Patients\n\n" + week_line(weeks[0]))
    assert f"Rooms\n\n{load_text(weekly_loads(rooms))}\n\nClinicians\n\nAsh" in by_week
    assert by_week.endswith(f"Groups\n\n{meetings_text(met)}\n")
    by_day = run(*command, "--by", "day")[1]
    assert census_text(census(listed, **ask)) in by_day
    assert load_text(rooms) in by_day
    told = json.loads(run(*command, "--json")[1])
    assert [row["mean"] for row in told["census"]] == [week.mean for week in weeks]
    assert [row["share"] for row in told["rooms"]] == [each.share for each in weekly_loads(rooms)]
    assert [row["free"] for row in told["meetings"]] == [each.free for each in met]
    days = json.loads(run(*command, "--by", "day", "--json")[1])["census"]
    assert [row["patients"] for row in days] == [2] * 14
    nothing = run(*command[:4], "--start", "2026-01-12", "--end", "2026-01-12")
    assert nothing[0] == 0
    assert "No day to count." in nothing[1]


def test_a_feed_of_a_room_keeps_its_key_and_tells_nobody_apart(clinic: Path, run: Run) -> None:
    command = ("feed", "schedules", "--room", "Oak", "--key", "oak.key", "-o", "oak.ics")
    code, out, err = run(*command)
    assert (code, out, err) == (0, "wrote 18 events to oak.ics\n", "")
    key, first = (clinic / "oak.key").read_text(), (clinic / "oak.ics").read_bytes()
    assert UUID(key.strip()).version == 4
    assert KEY not in first.decode()
    assert json.loads(run(*command, "--json")[1]) == {"events": 18, "written": "oak.ics"}
    assert (clinic / "oak.key").read_text() == key
    assert uids((clinic / "oak.ics").read_bytes()) == uids(first)
    assert run(*command, "--titles", "--counts")[0] == 0
    assert b"SUMMARY:Evening group (2)" in (clinic / "oak.ics").read_bytes()


def uids(data: bytes) -> list[bytes]:
    return [line for line in data.splitlines() if line.startswith(b"UID:")]


@pytest.mark.parametrize(
    ("of", "events"), [(("--clinician", "Ash"), 18), (("--program", "evening"), 30)]
)
def test_a_feed_is_of_a_clinician_or_program(
    of: tuple[str, str], events: int, clinic: Path, run: Run
) -> None:
    command = ("feed", "schedules", *of, "--key", "a.key", "-o", "a.ics")
    assert run(*command)[1] == f"wrote {events} events to a.ics\n"


def test_a_feed_of_a_patient_has_all_of_theirs(clinic: Path, run: Run) -> None:
    assert run("feed", "schedules", "--patient", OTHER, "-o", "own.ics")[0] == 0
    (_, second) = values(clinic, Schedule, "schedules")
    made = (clinic / "own.ics").read_bytes()
    assert uids(made) == [f"UID:{second.uid(session)}".encode() for session in second.sessions]


@pytest.mark.parametrize(
    ("given", "mentions"),
    [
        (("--patient", "nobody"), ["expected a patient's key, found another text"]),
        (("--patient", str(UUID(int=5, version=4))), ["no schedule is of the patient"]),
        (("--patient", KEY, "--key", "a.key"), ["--key and --counts are for feeds of a room"]),
        (("--patient", KEY, "--counts"), ["--key and --counts are for feeds of a room"]),
        (("--room", "Oak"), ["--key is needed"]),
        (("--room", "Ok", "--key", "a.key"), ["no room of the schedules is named 'Ok'", "Oak"]),
        (("--room", "Oak", "--key", "site.toml"), ["site.toml: expected a feed's key"]),
        (("--program", "Even", "--key", "a.key"), ["no program of the schedules", "evening"]),
        (("--room", "Oak", "--clinician", "Ash"), ["not allowed with"]),
        ((), ["--patient --room --clinician --program is required"]),
    ],
)
def test_a_feed_that_cannot_be_is_refused(
    given: tuple[str, ...], mentions: list[str], clinic: Path, run: Run
) -> None:
    refused(run("feed", "schedules", *given, "-o", "a.ics"), *mentions)
    assert not (clinic / "a.ics").exists()
    assert not (clinic / "a.key").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("conflicts", "schedules", *AT_SITE),
        ("capacity", "schedules", *AT_SITE),
        ("feed", "schedules", "--room", "Oak", "--key", "oak.key", "-o", "oak.ics"),
        (*REASSIGN[:1], "plans", *REASSIGN[2:]),
    ],
)
def test_bad_files_are_told_and_the_good_ones_done(
    command: tuple[str, ...], clinic: Path, run: Run
) -> None:
    _, alone, _ = run(*command)
    where = command[1]
    (clinic / where / "bad.json").write_text('{"document": "plan", "format": 1, "key": "Ada"}')
    (clinic / where / "worse.toml").write_text("= 5")
    (clinic / where / "notes.txt").write_text("not looked at")
    code, out, err = run(*command[:1], where, "none.json", *command[2:])
    assert (code, out) == (2, alone)
    told = [line for line in err.splitlines() if line.startswith("iopkit: ")]
    assert [line.split()[1] for line in told] == [
        f"{where}/bad.json:",
        f"{where}/worse.toml:",
        "cannot",
    ]
    assert "Ada" not in err
    # A file that is named twice is one.
    assert run(*command[:1], where, f"{where}/patient.json", *command[2:])[1] == alone
    for bad in ("bad.json", "worse.toml"):
        (clinic / where / bad).rename(clinic / "after" / bad)
    refused(run(*command[:1], "after", *command[2:]), "after/bad.json", "after/worse.toml")


def test_a_folder_that_cannot_be_read_is_told(
    clinic: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    refused(run("conflicts", "schedules", *AT_SITE), "cannot read schedules: Permission denied")
