"""``iopkit fit`` and ``iopkit propose``: what they print and write, and how they refuse."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from attrs import evolve

from iopkit import Plan, Program, Site, check, from_json, from_toml, schedule
from iopkit.cli import main
from iopkit.documents import to_json
from iopkit.levels import AgeGroup
from iopkit.library import find_requirements, program_names
from iopkit.modalities import Modality
from iopkit.programs import Track, Weekly, slots_of
from iopkit.programs.ranges import Times
from iopkit.requirements import GroupSize, LongestGap, Requirement, RequirementSet, WeeklyHours
from iopkit.sites import Closure
from iopkit.sources import Dated, Grade, Source, Versions

EXAMPLES = files("iopkit") / "examples"
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
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
duration_minutes = 210
timing = { type = "weekly", slots = ["monday 17:30", "tuesday 17:30", "thursday 17:30"] }
"""


def rules(*demands: WeeklyHours | LongestGap | GroupSize) -> str:
    listed = tuple(Requirement(f"rule-{n}", "A rule.", d, CODE) for n, d in enumerate(demands))
    versions = Versions((Dated(date(2024, 1, 1), listed, CODE),))
    return to_json(RequirementSet("house", "House rules", versions))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a patient, a site, a program, its plan, and two sets of rules."""
    monkeypatch.chdir(tmp_path)
    for name in ("patient.json", "site.toml"):
        (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())
    (tmp_path / "evening.toml").write_text(EVENING, encoding="utf-8")
    (tmp_path / "gap.json").write_text(rules(LongestGap(2)), encoding="utf-8")
    (tmp_path / "hours.json").write_text(rules(WeeklyHours(timedelta(hours=11))), encoding="utf-8")
    site = from_toml(Site, (EXAMPLES / "site.toml").read_bytes())
    (tmp_path / "open.json").write_text(to_json(evolve(site, holidays=None)), encoding="utf-8")
    arguments = ("--program", "evening.toml", "--start", "2026-03-02", "--seed", "7")
    assert main(["plan", "patient.json", "--site", "open.json", *arguments, "-o", "plan.json"]) == 0
    return tmp_path


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in the folder: its exit code and what it printed."""

    def running(*arguments: object) -> tuple[int, str]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out or err

    return running


FIT = ("fit", "patient.json", "--site", "site.toml", "--start", "2026-01-05", "--seed", "7")
MEDICARE = ("--requirements", "us-medicare-iop")
TWO = ("--program", "matrix-16-week", "--program", "evening.toml")
PROPOSE = ("propose", "plan.json", "--site", "open.json")


# Fit.


def test_programs_are_ranked_with_reasons(run: Run) -> None:
    code, text = run(*FIT, *MEDICARE, *TWO)
    assert code == 0
    assert text.startswith(
        "1. evening: Evening program\n  - meets all that a program decides\n  - 1 session moved"
    )
    assert (
        "\n\n2. matrix-16-week: Matrix Intensive Outpatient\n"
        "  - unmet: us-medicare-iop, nine-hours, 16 of 16\n"
    ) in text
    assert text.endswith("clinicians decide.\n")


def test_all_shipped_programs_are_ranked_unless_some_are_named(run: Run) -> None:
    _, text = run(*FIT, *MEDICARE, "--json")
    assert {fit["program"] for fit in json.loads(text)["fits"]} == set(program_names())


def test_fits_as_json_have_plans_findings_and_reasons(run: Run) -> None:
    _, text = run(*FIT, *MEDICARE, "--requirements", "gap.json", *TWO, "--json")
    found = json.loads(text)
    assert found["requirements"] == ["us-medicare-iop", "house"]
    first, second = found["fits"]
    # Of Monday, Tuesday and Thursday the gap is too long; of Matrix the hours are too few.
    assert (first["program"], first["meets"]) == ("evening", "no")
    assert first["reasons"][0] == "unmet: house, rule-0"
    assert [fit["track"] for fit in (first, second)] == [None, None]
    plan = from_json(Plan, json.dumps(first["plan"]))
    assert plan.program.name == "evening"
    findings = check(
        schedule(plan, from_toml(Site, (EXAMPLES / "site.toml").read_bytes())),
        find_requirements("us-medicare-iop"),
    )
    assert len(first["findings"]["us-medicare-iop"]) == len(findings)
    assert (first["moved"], first["unplaced"]) == (1, 0)


def test_the_exit_code_of_fit_is_that_of_the_best(run: Run, folder: Path) -> None:
    assert run(*FIT, *MEDICARE, "--program", "matrix-16-week")[0] == 1
    program = from_toml(Program, EVENING)
    for name, changed, code in (
        ("young", evolve(program, age_group=AgeGroup.ADOLESCENT), 1),
        ("open", evolve(program, phases=(evolve(program.phases[0], weeks=Times(None, 9)),)), 3),
    ):
        (folder / f"{name}.json").write_text(to_json(changed), encoding="utf-8")
        assert run(*FIT, *MEDICARE, "--program", f"{name}.json")[0] == code


def test_weeks_are_given_to_phases_of_open_length(run: Run, folder: Path) -> None:
    program = from_toml(Program, EVENING)
    open_ended = evolve(program, phases=(evolve(program.phases[0], weeks=Times(None, 9)),))
    (folder / "open-ended.json").write_text(to_json(open_ended), encoding="utf-8")
    arguments = (*FIT, *MEDICARE, "--program", "open-ended.json")
    code, text = run(*arguments)
    assert code == 3
    assert "no plan: it takes weeks for 'evenings'" in text
    code, text = run(*arguments, "--weeks", "evenings=8", "--json")
    (fit,) = json.loads(text)["fits"]
    assert (code, fit["meets"], fit["plan"]["program"]["phases"][0]["weeks"]) == (0, "yes", 8)
    for weeks, says in (("mornings=8", "'mornings'"), ("evenings=7", "twice for one phase")):
        code, text = run(*arguments, "--weeks", "evenings=8", "--weeks", weeks)
        assert code == 2
        assert says in text


@pytest.mark.parametrize("weeks", ["8", "=8", "evenings=", "evenings=x", "evenings=-1"])
def test_weeks_of_another_form_are_refused(
    weeks: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main([*FIT, *MEDICARE, "--weeks", weeks])
    assert end.value.code == 2
    assert "expected a phase and its weeks such as treatment=8" in capsys.readouterr().err


def test_what_collides_and_the_track_are_named(run: Run, folder: Path) -> None:
    program = from_toml(Program, EVENING)
    group = program.every_service[0]
    services = (
        evolve(group, track="day"),
        evolve(group, track="night", timing=Weekly(slots_of(group.timing)[:2])),
    )
    both = evolve(
        program,
        phases=(evolve(program.phases[0], services=services),),
        tracks=(Track("day", "Day"), Track("night", "Night")),
    )
    (folder / "both.json").write_text(to_json(both), encoding="utf-8")
    data = (folder / "site.toml").read_text(encoding="utf-8")
    (folder / "site.toml").write_text(data.replace("monday 09:00-21:00", "monday 09:00-20:00"))
    _, text = run(*FIT, *MEDICARE, "--program", "both.json")
    assert "1. evening: Evening program, day\n" in text
    assert "  - to settle: group, Monday: lies outside the site's opening hours\n" in text
    _, text = run(*FIT, *MEDICARE, "--program", "both.json", "--json")
    assert [fit["track"] for fit in json.loads(text)["fits"]] == ["day", "night"]


# Propose.


def test_proposals_are_told_with_what_they_change(run: Run) -> None:
    code, text = run(*PROPOSE, "--requirements", "gap.json")
    assert code == 0
    assert text == (
        "2 proposals of at most 2 changes to services.\n\n"
        "1. 6 sessions change, on another day (1 away)\n"
        "  - group: on friday 16:30 in place of thursday 17:30\n\n"
        "2. 6 sessions change, by 3 h 30 min a week\n"
        "  - group: also on friday 16:30\n\n"
        "This is advice from recorded facts; clinicians decide.\n"
    )


def test_the_plan_first_proposed_is_written_and_meets_the_requirements(
    run: Run, folder: Path
) -> None:
    before = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert run(*PROPOSE, "--requirements", "gap.json", "-o", "plan2.json")[0] == 0
    after = json.loads((folder / "plan2.json").read_text(encoding="utf-8"))
    assert after["key"] == before["key"]
    checked = ("check", "plan2.json", "--site", "open.json", "--requirements", "gap.json")
    assert run(*checked)[0] == 0
    code, text = run("propose", "plan2.json", "--site", "open.json", "--requirements", "gap.json")
    assert code == 0
    assert text.startswith("Nothing is unmet that a change to the plan could meet.\n")


def test_proposals_as_json_have_plans_that_can_be_read(run: Run) -> None:
    _, text = run(*PROPOSE, "--requirements", "gap.json", *MEDICARE, "--json")
    found = json.loads(text)
    assert found["requirements"] == ["house", "us-medicare-iop"]
    assert (found["wanted"], found["complete"]) == (True, True)
    assert {(left["requirements"], left["why"]) for left in found["left"]} == {
        ("us-medicare-iop", "unknown")
    }
    first = found["proposals"][0]
    assert first["changes"][0] == "group: on friday 16:30 in place of thursday 17:30"
    assert (first["minutes"], first["days_moved"], first["sessions"]) == (0, 1, 6)
    assert set(first["findings"]) == set(found["findings"]) == {"house", "us-medicare-iop"}
    assert [finding["required"] for finding in found["findings"]["house"]] == [{"most": 2}]
    assert first["left"][0]["finding"]["document"] == "finding"
    from_json(Plan, json.dumps(first["plan"]))


def test_nothing_is_written_where_nothing_is_found(run: Run, folder: Path) -> None:
    (folder / "hours.json").write_text(rules(WeeklyHours(timedelta(hours=90))), encoding="utf-8")
    code, text = run(*PROPOSE, "--requirements", "hours.json", "-o", "plan2.json", "--changes", 1)
    assert code == 1
    assert text.startswith("No proposal of at most 1 change to services.\n")
    assert not (folder / "plan2.json").exists()


def test_what_is_left_is_told_once_for_all_and_apart_where_it_is_new(
    run: Run, folder: Path
) -> None:
    site = from_json(Site, (folder / "open.json").read_bytes())
    closed = evolve(site, closures=(Closure(date(2026, 3, 9), date(2026, 3, 14), "flood"),))
    (folder / "open.json").write_text(to_json(closed), encoding="utf-8")
    code, text = run(*PROPOSE, "--requirements", "hours.json", *MEDICARE)
    assert code == 1
    new = "not met then: house, rule-0: usual weeks meet it, and here is a closed day or leave"
    assert f"  - {new}\n" in text
    assert text.count("us-medicare-iop, written-plan, 3 times: something is not known") == 1
    assert "\n\nUnmet or open, whatever is proposed:\n" in text


def test_what_is_not_known_is_left_undetermined(run: Run, folder: Path) -> None:
    sizes = GroupSize(12, frozenset({Modality.GROUP_THERAPY}))
    (folder / "sizes.json").write_text(rules(sizes), encoding="utf-8")
    code, text = run(*PROPOSE, "--requirements", "sizes.json")
    assert code == 3
    assert "  - house, rule-0: something is not known\n" in text


def test_a_cap_alone_changes_no_session(run: Run, folder: Path) -> None:
    plan = from_json(Plan, (folder / "plan.json").read_bytes())
    group = evolve(plan.program.every_service[0], group_max=16)
    phases = (evolve(plan.program.phases[0], services=(group,)),)
    capped = evolve(plan, program=evolve(plan.program, phases=phases))
    (folder / "plan.json").write_text(to_json(capped), encoding="utf-8")
    sizes = GroupSize(12, frozenset({Modality.GROUP_THERAPY}))
    (folder / "sizes.json").write_text(rules(sizes), encoding="utf-8")
    code, text = run(*PROPOSE, "--requirements", "sizes.json")
    assert code == 0
    assert "1. No session changes\n  - group: at most 12 patients\n" in text


def test_one_session_is_said_in_the_singular(run: Run, folder: Path) -> None:
    plan = from_json(Plan, (folder / "plan.json").read_bytes())
    week = evolve(plan.program.phases[0], weeks=1)
    one = evolve(plan, program=evolve(plan.program, phases=(week,)))
    (folder / "plan.json").write_text(to_json(one), encoding="utf-8")
    less = rules(WeeklyHours(timedelta(hours=7), most=timedelta(hours=9)))
    (folder / "less.json").write_text(less, encoding="utf-8")
    _, text = run(*PROPOSE, "--requirements", "less.json")
    assert "2. 1 session changes, by 3 h 30 min a week\n" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param((*FIT, "--requirements", "us-medicare"), "no requirement set", id="rules"),
        pytest.param((*FIT, *MEDICARE, "--program", "none.toml"), "cannot read", id="program"),
        pytest.param((*PROPOSE, *MEDICARE, "--changes", "9"), "from 1 to 4", id="changes"),
        pytest.param(
            ("propose", "patient.json", "--site", "open.json", *MEDICARE),
            "plan document",
            id="plan",
        ),
    ],
)
def test_bad_input_is_told(arguments: tuple[str, ...], says: str, run: Run) -> None:
    code, text = run(*arguments)
    assert code == 2
    assert says in text
