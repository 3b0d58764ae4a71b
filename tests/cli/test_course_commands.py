"""``iopkit course state``, ``due``, ``timeline`` and ``roll``, over one course and over many."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import Site, schedule, to_json
from iopkit.cli import main
from iopkit.courses import (
    Course,
    DueRule,
    DueRuleSet,
    Entry,
    Happening,
    InARow,
    ScheduleSince,
    SessionOutcome,
    Term,
    collect,
)
from iopkit.courses.events import Admitted, CourseEvent, HoldEnded, SessionAttended
from iopkit.documents import entries_from_jsonl, entries_to_jsonl
from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.windows import WeeklyWindows

EXAMPLE = str(files("iopkit") / "examples" / "sixteen-weeks.jsonl")
ON = ("--on", "2026-03-05")
MONDAY = date(2026, 1, 5)
ONE, OTHER = UUID(int=1, version=4), UUID(int=2, version=4)
KEYS = {ONE: UUID(int=11, version=4), OTHER: UUID(int=12, version=4)}
NIGHT = datetime(2026, 5, 1, 22, tzinfo=UTC)
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.of("monday 08:00-20:00"))
GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly((Slot.parse("monday 09:00"),)),
    timedelta(hours=3),
)
PROGRAM = Program("oak", "Oak program", (Phase("all", "All weeks", 4, (GROUP,)),))

Said = tuple[int, str, str]
Run = Callable[..., Said]


def course(
    patient: UUID, *, site: Site = SITE, group: str | None = None, clinician: str | None = None
) -> Course:
    plan = Plan(patient, patient, site.name, PROGRAM, MONDAY, 1)
    dated = schedule(plan, site)
    met = tuple(evolve(each, group=group, clinician=clinician) for each in dated.sessions)
    dated = evolve(dated, sessions=met)
    entries = (Entry(patient, MONDAY, NIGHT, "desk", Admitted()),)
    in_force = (ScheduleSince(MONDAY, dated),)
    return collect(entries, key=KEYS[patient], patient=patient, schedules=in_force)


def entry(number: int, event: CourseEvent) -> Entry:
    return Entry(UUID(int=number, version=4), MONDAY, NIGHT, "desk", event)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command about courses in a folder with two of them, ``one.json`` and ``other.json``."""
    monkeypatch.chdir(tmp_path)
    Path("one.json").write_text(to_json(course(ONE)), encoding="utf-8")
    Path("other.json").write_text(to_json(course(OTHER)), encoding="utf-8")

    def running(*arguments: str) -> Said:
        code = main(["course", *arguments])
        return code, *capsys.readouterr()

    return running


# Where patients stand.


def test_one_course_is_told_in_full(run: Run) -> None:
    code, out, err = run("state", EXAMPLE, *ON)
    assert (code, err) == (0, "")
    assert "32 due: 25 attended, 2 missed, 1 excused, 4 on hold" in out
    assert "Rolls open" not in out


@pytest.mark.parametrize("known", ["2026-03-05T22:00-06:00", "2026-03-06T04:00+00:00"])
def test_what_was_recorded_later_does_not_count(run: Run, known: str) -> None:
    _, out, _ = run("state", EXAMPLE, *ON, "--known", known)
    assert "As on record at 2026-03-06 04:00 UTC" in out
    assert "  - Group 23, 2026-03-04 17:00" in out
    assert "attendance 82 to 86 %" in out


def test_how_a_missed_test_is_taken_can_be_said(run: Run) -> None:
    day = ("--on", "2026-01-30")
    assert "in a row: 2, in all 2; a missed test is passed over" in run("state", EXAMPLE, *day)[1]
    _, out, _ = run("state", EXAMPLE, *day, "--missed-test-is-positive")
    assert "in a row: 0, in all 2; a missed test ends the row" in " ".join(out.split())


def test_several_courses_are_a_table(run: Run) -> None:
    code, out, err = run("state", "one.json", "other.json", "--on", "2026-01-05")
    assert (code, err) == (0, "")
    head, first, second, *end = out.splitlines()
    assert re.split("  +", head) == [
        *("key", "status", "phase", "week", "this week", "attendance", "rolls open"),
        *("last contact", "missed in a row", "left", "file"),
    ]
    assert first.split()[:4] == [str(KEYS[ONE]), "admitted", "all", "1"]
    assert second.split()[0] == str(KEYS[OTHER])
    assert end == ["", "2 of 2 courses done"]


def test_the_course_of_a_folder_is_told_as_one_of_many(run: Run) -> None:
    Path("folder").mkdir()
    Path("one.json").rename("folder/one.json")
    assert run("state", "folder", "--on", "2026-01-05")[1].endswith("1 of 1 course done\n")


def test_states_are_json_and_csv(run: Run) -> None:
    _, out, _ = run("state", EXAMPLE, *ON, "--json")
    told = json.loads(out)
    assert (told["status"], told["phase"], told["attended"], told["open"]) == (
        "admitted",
        "intensive",
        25,
        [],
    )
    assert told["days_without_use_reported"] == {"low": 0, "high": 29}
    assert told["spans"][2] == {"status": "on_hold", "start": "2026-02-16", "end": "2026-02-23"}
    _, out, _ = run("state", EXAMPLE, *ON, "--known", "2026-03-06T04:00+00:00", "--json")
    (open_,) = json.loads(out)["open"]
    assert open_["start"] == "2026-03-04T17:00:00-06:00"
    _, out, _ = run("state", "one.json", "other.json", *ON, "--form", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["patient"] for row in rows] == [str(ONE), str(OTHER)]
    assert rows[0]["status"] == "admitted"
    _, out, _ = run("state", "one.json", "other.json", *ON, "--json-lines")
    assert [json.loads(line)["answer"]["patient"] for line in out.splitlines()] == [
        str(ONE),
        str(OTHER),
    ]


@pytest.mark.parametrize("form", [["--json", "--form", "csv"], ["--json-lines", "--json"]])
def test_two_forms_at_once_are_refused(run: Run, form: list[str]) -> None:
    code, _, err = run("state", "one.json", *form)
    assert code == 2
    assert "has a form of its own" in err


def test_entries_that_do_not_fit_are_counted(run: Run) -> None:
    lines = entries_to_jsonl([entry(7, HoldEnded())], course=KEYS[ONE])
    Path("lines.jsonl").write_text(lines, encoding="utf-8")
    _, out, _ = run("state", "one.json", "lines.jsonl", *ON)
    assert out.endswith("1 entry does not fit and counts for nothing: see iopkit course check\n")
    more = entries_to_jsonl([entry(8, HoldEnded())], course=KEYS[ONE])
    Path("lines.jsonl").write_text(lines + more, encoding="utf-8")
    _, out, _ = run("due", "one.json", "lines.jsonl", *ON)
    assert out.endswith("2 entries do not fit and count for nothing: see iopkit course check\n")
    assert json.loads(run("state", "one.json", "lines.jsonl", "--json")[1])["apart"] == 2


@pytest.mark.parametrize(("count", "told"), [(1, "an entry"), (2, "2 entries")])
def test_entries_without_their_course_are_told(run: Run, count: int, told: str) -> None:
    lines = [entry(7 + n, Admitted()) for n in range(count)]
    text = entries_to_jsonl(lines, course=OTHER)
    Path("lines.jsonl").write_text(text, encoding="utf-8")
    expected = f"lines.jsonl, line 1: no file has the course of {told}, with its patient and "
    code, out, err = run("state", "lines.jsonl", *ON)
    assert (code, out) == (2, "")
    assert expected in err
    code, out, err = run("state", "one.json", "lines.jsonl", *ON)
    assert (code, "1 of 2 courses done" in out, expected in err) == (2, True, True)


def test_faulty_lines_are_told_beside_the_answer(run: Run) -> None:
    Path("lines.jsonl").write_text("{}\n", encoding="utf-8")
    code, out, err = run("state", "one.json", "lines.jsonl", *ON)
    assert (code, out.startswith(f"Course {KEYS[ONE]}")) == (2, True)
    assert "lines.jsonl, line 1: course: expected this field" in err


def test_a_course_that_cannot_be_judged_is_told_with_its_place(run: Run) -> None:
    code, out, err = run("due", "one.json", "other.json", *ON, "--requirements", "us-wa-former-iop")
    assert (code, out) == (2, "0 of 2 courses done\n")
    assert err.count("one.json: ") == 1


def test_today_is_asked_for_if_no_day_is(run: Run) -> None:
    _, out, _ = run("state", "one.json")
    assert re.search(r"^\w{3} \d{4}-\d\d-\d\d: admitted", out, re.MULTILINE)


def test_a_schedule_stands_for_the_course_of_its_plan(run: Run) -> None:
    dated = course(ONE).schedules[0].schedule
    Path("schedule.json").write_text(to_json(dated), encoding="utf-8")
    lines = entries_to_jsonl([entry(7, Admitted())], course=dated.plan.key)
    Path("lines.jsonl").write_text(lines, encoding="utf-8")
    code, out, _ = run("state", "schedule.json", "lines.jsonl", "--on", "2026-01-05")
    assert (code, "Mon 2026-01-05: admitted" in out) == (0, True)


# What is due.


def test_what_is_due_is_told_with_who_says_so(run: Run) -> None:
    code, out, _ = run("due", EXAMPLE, *ON)
    assert code == 0
    assert out.endswith("By 1 rule.\n")
    assert "Due:\n  - Review the plan: by 2026-03-12. Counts from 2026-02-10 (review held)." in out


def test_what_is_overdue_is_a_no(run: Run) -> None:
    later = ("--on", "2026-03-20", "--requirements", "us-medicare-iop")
    code, out, _ = run("due", EXAMPLE, *later)
    assert code == 1
    assert "By 3 rules." in out
    assert "Overdue:\n  - Certify the need for treatment again: was due by 2026-03-13, 7" in out


def test_what_is_due_is_json_and_csv(run: Run) -> None:
    _, out, _ = run("due", EXAMPLE, *ON, "--json")
    told = json.loads(out)
    assert told["rules"] == ["elm-street-16-week/review"]
    assert (told["due"][0]["state"], told["due"][0]["due"]) == ("due", "2026-03-12")
    _, out, _ = run("due", EXAMPLE, *ON, "--form", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert (row["title"], row["days_late"]) == ("Review the plan", "0")


def test_several_courses_are_counted_by_what_is_due(run: Run) -> None:
    later = ("--on", "2026-03-20", "--requirements", "us-medicare-iop")
    code, out, _ = run("due", EXAMPLE, "one.json", *later)
    assert code == 1
    head, first, second, *_ = out.splitlines()
    assert head.split() == ["key", "overdue", "due", "first", "file"]
    assert "1        1    2026-03-13 Certify the need for treatment again" in first
    assert second.split()[1] == "2"


def test_a_course_without_a_plan_has_no_rule(run: Run) -> None:
    bare = Course(KEYS[ONE], ONE)
    Path("bare.json").write_text(to_json(bare), encoding="utf-8")
    code, out, _ = run("due", "bare.json", *ON)
    assert (code, out.endswith("Nothing is due.\n\nBy 0 rules.\n")) == (0, True)


CALL = DueRule(
    "call",
    "Call",
    InARow(SessionOutcome.MISSED, 2),
    Term(2),
    done_by=(Happening("contact_made"),),
    said_by="Handbook",
)
HANDBOOK = Source("Handbook", Grade.SECONDARY)
OWN_RULES = DueRuleSet("own", "Our own", Versions((Dated(MONDAY, (CALL,), HANDBOOK),)))


def test_what_may_be_due_is_undetermined(run: Run) -> None:
    Path("own.json").write_text(to_json(OWN_RULES), encoding="utf-8")
    code, out, err = run("due", "one.json", "--on", "2026-01-12", "--rules", "own.json")
    assert (code, err) == (3, "")
    assert "Not known, as something is not on record:\n  - Call" in out


def test_shipped_rules_are_those_in_force_on_the_day(run: Run) -> None:
    days = ("--on", "2026-05-20", "--rules", "us-il-iop")
    assert "discharge summary" in run("due", EXAMPLE, *days)[1].lower()
    code, _, err = run("due", EXAMPLE, "--on", "2025-12-31", "--rules", "us-il-iop")
    assert (code, "us-il-iop" in err) == (2, True)
    early = ("--on", "2025-12-31", "--rules", "us-il-iop", "--assume-in-force")
    assert run("due", EXAMPLE, *early)[0] == 0


def test_a_site_is_read(run: Run) -> None:
    Path("site.json").write_text(to_json(SITE), encoding="utf-8")
    assert run("due", "one.json", *ON, "--site", "site.json")[0] == 0
    assert run("due", "one.json", *ON, "--site", "none.toml")[0] == 2


# All that is on record.


def test_a_time_line_tells_every_entry_and_its_corrections(run: Run) -> None:
    code, out, _ = run("timeline", EXAMPLE, "--on", "2026-01-28")
    text = " ".join(out.split())
    assert code == 0
    assert "replaces what was recorded 2026-01-29 02:20 UTC" in text
    assert "excused: no); recorded 2026-01-29 02:20 UTC by group leader; replaced" in text
    assert "2026-01-29  " not in out
    _, out, _ = run("timeline", EXAMPLE, "--known", "2026-02-01T00:00+00:00")
    assert "replaced" not in out


def test_a_time_line_is_json(run: Run) -> None:
    lines = entries_to_jsonl([entry(7, HoldEnded())], course=KEYS[ONE])
    Path("lines.jsonl").write_text(lines, encoding="utf-8")
    _, out, _ = run("timeline", "one.json", "lines.jsonl", "--json")
    told = json.loads(out)
    assert [(each["counts"], each["apart"]) for each in told["entries"]] == [
        (True, []),
        (False, ["not_on_hold"]),
    ]
    assert "course" not in told["entries"][0]
    _, out, _ = run("timeline", "one.json", "--on", "2026-01-04", "--json")
    assert json.loads(out)["entries"] == []


def test_time_lines_of_several_are_counted(run: Run) -> None:
    _, out, _ = run("timeline", "one.json", "other.json")
    assert out.splitlines()[0].split() == ["key", "entries", "file"]


# Rolls.

MEETING = ("--service", "group", "--start", "2026-01-12T09:00", "--by", "desk")


def roll(text: str) -> tuple[str, ...]:
    Path("roll.csv").write_text(text, encoding="utf-8")
    return ("--roll", "roll.csv", *MEETING)


def test_a_roll_is_an_entry_for_each_member(run: Run) -> None:
    text = f"patient,came,minutes,late,excused,why\n{ONE},yes,150,yes,,\n{OTHER},no,,,no,illness\n"
    code, out, err = run("roll", "one.json", "other.json", *roll(text), "--led-by", "Ada Ruiz")
    assert (code, err) == (0, "")
    told = entries_from_jsonl(out)
    assert not told.faults
    assert told.courses == (KEYS[ONE], KEYS[OTHER])
    came, missed = (each.event for each in told.entries)
    assert isinstance(came, SessionAttended)
    assert (came.attendance.time, came.late) == (timedelta(minutes=150), True)
    assert came.attendance.led_by == "Ada Ruiz"
    assert missed is not None
    assert {each.recorder for each in told.entries} == {"desk"}
    assert len({each.key for each in told.entries}) == 2
    Path("lines.jsonl").write_text(out, encoding="utf-8")
    assert run("check", "one.json", "other.json", "lines.jsonl")[0] == 0


def test_a_roll_is_json_and_its_start_may_have_an_offset(run: Run) -> None:
    given = roll(f"patient,came\n{ONE},yes\n")
    _, out, _ = run("roll", "one.json", *given, "--start", "2026-01-12T15:00+00:00", "--json")
    assert json.loads(out)["entries"][0]["event"]["type"] == "session_attended"


BAD_ROLLS = {
    "another column": ("patient,came,lat\n", "column 3: expected each of patient, came, minutes"),
    "a column twice": (
        "patient,came,came\n",
        "told_beforehand once at most, found another",
    ),
    "a column too few": ("patient\n", "expected a column came, found none"),
    "nothing": ("", "expected a column patient, found none"),
    "no line": ("patient,came\n", "roll.csv has no line of a patient"),
    "no key": ("patient,came\n,yes\nx,yes\n", "line 3: patient: expected the key of a patient"),
    "no mark": (f"patient,came\n{ONE},\n", "line 2: came: expected yes or no, found nothing"),
    "another mark": (f"patient,came\n{ONE},perhaps\n", "line 2: came: expected yes or no, found"),
    "other minutes": (f"patient,came,minutes\n{ONE},yes,1.5\n", "line 2: minutes: expected whole"),
    "too many minutes": (
        f"patient,came,minutes\n{ONE},yes,99999999999999999999\n",
        "line 2: minutes: expected whole minutes, found something else",
    ),
    "another reason": (f"patient,came,why\n{ONE},no,tired\n", "line 2: why: expected one of"),
    "a reason to come": (
        f"patient,came,why\n{ONE},yes,family\n",
        "line 2: why: expected nothing, as came is yes, found something",
    ),
    "late and away": (
        f"patient,came,late\n{ONE},no,yes\n",
        "line 2: late: expected nothing, as came is no, found something",
    ),
    "a cell too many": (f"patient,came\n{ONE},yes,no\n", "line 2: expected a cell for each column"),
    "one twice": (
        f"patient,came\n{ONE},yes\n{ONE},no\n",
        "line 3: patient: expected each patient once, found one again",
    ),
    "an open quote": (f'patient,came\n{ONE},"yes\n', "expected valid CSV, found something else"),
    "no member": (
        f"patient,came\n{UUID(int=99, version=4)},yes\n",
        "line 2: expected a patient with one course that has the meeting, found none that has it",
    ),
    "late, and no minutes": (
        f"patient,came,late\n{ONE},yes,yes\n",
        "line 2: expected the time attended, found none",
    ),
    "more than it lasts": (f"patient,came,minutes\n{ONE},yes,999\n", "line 2: expected"),
}


@pytest.mark.parametrize(("text", "told"), BAD_ROLLS.values(), ids=BAD_ROLLS)
def test_what_is_wrong_with_a_roll_is_told_by_its_lines(run: Run, text: str, told: str) -> None:
    code, out, err = run("roll", "one.json", *roll(text))
    assert (code, out) == (2, "")
    assert told in " ".join(err.split())
    assert str(ONE) not in err


def test_a_roll_that_is_no_text_is_told(run: Run) -> None:
    given = roll("")
    Path("roll.csv").write_bytes(b"patient,came\n\xff,yes\n")
    assert "expected text in UTF-8, found other bytes" in run("roll", "one.json", *given)[2]


def test_a_meeting_that_no_course_has_is_told(run: Run) -> None:
    given = roll(f"patient,came\n{ONE},yes\n")
    code, _, err = run("roll", "one.json", *given, "--start", "2026-01-12T10:00")
    assert (code, "no course has a session of 'group' that begins then" in err) == (2, True)


def test_a_start_in_two_zones_needs_an_offset(run: Run) -> None:
    there = course(OTHER, site=evolve(SITE, zone="America/New_York"))
    Path("other.json").write_text(to_json(there), encoding="utf-8")
    given = roll(f"patient,came\n{ONE},yes\n")
    code, _, err = run("roll", "one.json", "other.json", *given)
    assert (code, "is several times: give its offset" in err) == (2, True)


def test_of_two_groups_at_once_one_is_chosen(run: Run) -> None:
    Path("one.json").write_text(to_json(course(ONE, group="oak")), encoding="utf-8")
    Path("other.json").write_text(to_json(course(OTHER, group="ash")), encoding="utf-8")
    given = roll(f"patient,came\n{ONE},yes\n")
    code, _, err = run("roll", "one.json", "other.json", *given)
    assert (code, "2 groups met then: choose one by --group" in err) == (2, True)
    code, out, _ = run("roll", "one.json", "other.json", *given, "--group", "oak")
    assert (code, len(out.splitlines())) == (0, 1)


@pytest.mark.parametrize("start", ["9999-12-31T23:00-08:00", "0001-01-01T01:00+08:00"])
def test_a_moment_that_no_other_zone_has_is_refused(run: Run, start: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        run("state", "one.json", "--known", start)


def test_who_led_is_asked_for_where_plans_name_two(run: Run) -> None:
    for patient, name, file in ((ONE, "Ash", "one.json"), (OTHER, "Birch", "other.json")):
        Path(file).write_text(to_json(course(patient, clinician=name)), encoding="utf-8")
    files = "one.json", "other.json"
    both = roll(f"patient,came\n{ONE},yes\n{OTHER},yes\n")
    code, _, err = run("roll", *files, *both)
    assert (code, "were to meet different people: say --led-by" in err) == (2, True)
    assert run("roll", *files, *both, "--led-by", "Cedar")[0] == 0
    # Of others than those in the roll nobody asks.
    _, out, _ = run("roll", *files, *roll(f"patient,came\n{OTHER},yes\n"))
    assert json.loads(out)["event"]["attendance"]["led_by"] == "Birch"


def test_a_roll_before_its_meeting_is_refused(run: Run) -> None:
    plan = evolve(course(ONE).schedules[0].schedule.plan, start=date(2199, 1, 7))
    dated = schedule(plan, SITE)
    Path("one.json").write_text(to_json(dated), encoding="utf-8")
    given = roll(f"patient,came\n{ONE},yes\n")
    assert run("roll", "one.json", *given, "--start", "2199-01-07T09:00")[0] == 2


# Advice, ledgers and measures.

PATIENT = str(files("iopkit") / "examples" / "patient.json")
STAY = ("--policy", "us-medicare-iop-continued-stay")


def test_advice_tells_what_the_program_and_policies_say(run: Run) -> None:
    code, out, _ = run("advice", EXAMPLE, *ON, "--patient", PATIENT, *STAY)
    assert code == 1
    assert "go on from Intensive phase" in out
    assert "clinician agrees is true" in out
    assert "Medicare intensive outpatient services: continued stay" in out
    code, out, _ = run("advice", EXAMPLE, "--on", "2026-05-20", "--patient", PATIENT, *STAY)
    assert (code, "UNDETERMINED" in out) == (3, True)


def test_advice_is_json(run: Run) -> None:
    _, out, _ = run("advice", EXAMPLE, *ON, "--patient", PATIENT, *STAY, "--json")
    told = json.loads(out)
    assert [each["policy"] for each in told["decisions"]] == [
        "elm-street-16-week/advance-from-intensive",
        "elm-street-16-week/discharge",
        "us-medicare-iop-continued-stay",
    ]


def test_advice_of_nothing_is_undetermined(run: Run) -> None:
    key = json.loads(Path(PATIENT).read_text(encoding="utf-8"))
    Path("patient.json").write_text(json.dumps({**key, "key": str(ONE)}), encoding="utf-8")
    code, out, _ = run("advice", "one.json", *ON, "--patient", "patient.json")
    assert (code, out) == (3, "No policy was asked.\n")


def test_advice_on_several_takes_the_patient_of_each(run: Run) -> None:
    shipped = Path(PATIENT).read_text(encoding="utf-8")
    Path("patients").mkdir()
    Path("patients/a.json").write_text(shipped, encoding="utf-8")
    Path("patients/b.json").write_text("{", encoding="utf-8")
    code, out, err = run("advice", EXAMPLE, "one.json", *ON, "--patient", "patients", *STAY)
    assert (code, "1 of 2 courses done" in out) == (2, True)
    assert "patients/b.json" in err
    assert "one.json" in err


def test_a_ledger_tells_when_units_run_out(run: Run) -> None:
    coding = ("--coding", "us-h0015")
    code, out, _ = run("ledger", EXAMPLE, "--on", "2026-02-12", *coding)
    assert code == 1
    assert "beyond it: 1 day (1 booked)" in out
    known = ("--known", "2026-03-09T08:00-06:00")
    code, out, _ = run("ledger", EXAMPLE, *ON, *coding, *known)
    assert (code, "used: 18 days (17 delivered, 1 open)" in out) == (0, True)


def test_ledgers_are_json_csv_and_rows(run: Run) -> None:
    given = (EXAMPLE, "--on", "2026-02-12", "--coding", "us-h0015")
    row = json.loads(run("ledger", *given, "--json")[1])["ledger"][0]
    assert (row["number"], row["approved"], row["beyond_booked"]) == ("A-1", 18, 1)
    (csv_row,) = csv.DictReader(io.StringIO(run("ledger", *given, "--form", "csv")[1]))
    assert csv_row["out_booked"] == "2026-03-04"
    _, out, _ = run("ledger", "one.json", *given, "--assume-in-force")
    head, first, second, *_ = out.splitlines()
    assert head.split() == ["key", "authorizations", "runs", "out", "left", "beyond", "file"]
    assert first.split()[1] == "none"
    assert second.split()[1:5] == ["1", "2026-03-04", "0", "1"]


PERIOD = ("--period", "2026-01-01", "2026-12-31")


def test_measured_days_end_before_the_last_of_all(run: Run) -> None:
    days = ("--measure", "retention-30-days", "--period", "2026-01-01", "9999-12-31")
    code, _, err = run("measure", EXAMPLE, *days)
    assert (code, "--period has to end before 9999-12-31" in err) == (2, True)


def test_measures_are_of_all_courses_together(run: Run) -> None:
    names = ("--measure", "retention-90-days", "--measure", "no-show-share")
    code, out, _ = run("measure", EXAMPLE, "one.json", *names, *PERIOD)
    assert code == 0
    assert "Seen 90 days after the admission or later, in the same stay\n" in out
    assert "counted: 2" in out
    told = json.loads(run("measure", EXAMPLE, *names, *PERIOD, "--json")[1])["measures"]
    assert [each["measure"] for each in told] == ["retention-90-days", "no-show-share"]
    assert told[0]["sums"][0]["yes"] == 1
    assert (told[0]["start"], told[0]["end"]) == ("2026-01-01", "2027-01-01")
    _, out, _ = run("measure", EXAMPLE, *names, *PERIOD, "--form", "csv")
    assert [row["measure"] for row in csv.DictReader(io.StringIO(out))] == [
        "retention-90-days",
        "no-show-share",
    ]


def test_what_was_recorded_later_is_not_measured(run: Run) -> None:
    known = ("--known", "2026-01-01T00:00+00:00")
    name = ("--measure", "retention-90-days")
    told = json.loads(run("measure", EXAMPLE, *name, *PERIOD, *known, "--json")[1])
    assert told["measures"][0]["sums"][0]["counted"] == 0


def test_entries_without_their_course_are_not_measured_and_told(run: Run) -> None:
    lines = entries_to_jsonl([entry(7, Admitted())], course=OTHER)
    Path("lines.jsonl").write_text(lines, encoding="utf-8")
    name = ("--measure", "retention-90-days")
    code, out, err = run("measure", EXAMPLE, "lines.jsonl", *name, *PERIOD)
    assert (code, "counted: 1" in out) == (2, True)
    assert "no file has the course of an entry" in err


def test_a_measure_in_two_forms_is_refused(run: Run) -> None:
    name = ("--measure", "retention-90-days")
    assert run("measure", EXAMPLE, *name, *PERIOD, "--form", "csv", "--json")[0] == 2


def test_the_example_is_printed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example", "course"]) == 0
    Path("printed.jsonl").write_text(capsys.readouterr().out, encoding="utf-8")
    assert run("check", "printed.jsonl") == (0, "87 of 87 entries fit, in 1 course\n", "")
    assert main(["example", "course", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 88
