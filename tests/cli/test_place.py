"""``iopkit place``: the level, what is missing, and what each level asks and gives."""

import json
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from iopkit import Patient, from_json
from iopkit.cli import main
from iopkit.documents import to_json
from iopkit.eligibility import FACTS, Criterion, Policy, Predicate
from iopkit.levels import LevelOfCare
from iopkit.library import find_ladder
from iopkit.placement import Ladder, Placement, Rung, place
from iopkit.sources import Dated, Grade, Source, Versions

PATIENT = (files("iopkit") / "examples" / "patient.json").read_text(encoding="utf-8")
ON = date(2026, 1, 5)
OWN = Source("Our own rule", Grade.SECONDARY)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a patient and a one-rung ladder in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "patient.json").write_text(PATIENT, encoding="utf-8")
    return tmp_path


def changed(folder: Path, **findings: Any) -> str:
    """The name of a document of the patient with other findings; ``None`` takes one out."""
    document = json.loads(PATIENT)
    found = {**document["assessments"][0], **findings}
    document["assessments"] = [{k: v for k, v in found.items() if v is not None}]
    (folder / "changed.json").write_text(json.dumps(document), encoding="utf-8")
    return "changed.json"


def written(folder: Path, predicate: Predicate) -> str:
    """The name of a document of a ladder with one rung."""
    criteria = (Criterion("own", "Ours.", predicate, OWN),)
    policy = Policy("own-2.1", "Our level 2.1", Versions((Dated(ON, criteria, OWN),)))
    ladder = Ladder("own", "Our own ladder", (Rung(LevelOfCare("2.1"), policy),))
    (folder / "ladder.json").write_text(to_json(ladder), encoding="utf-8")
    return "ladder.json"


def run(*arguments: str) -> int:
    return main(["place", *arguments, "--on", str(ON)])


def test_a_placed_patient_sees_the_level_and_what_the_levels_ask(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ratings = [{"dimension": 5, "risk": 2}]
    assert run(changed(folder, ratings=ratings)) == 0

    out = capsys.readouterr().out
    assert "LEVEL 2.1, INTENSIVE OUTPATIENT is the least intensive level that none of" in out
    assert "by us-public-rules-2.1, in force since 2025-04-02" in out
    assert "Still to find out" not in out
    assert out.count("\n  hours a week") == 6


def test_a_recorded_risk_that_no_rule_has_read_leaves_it_undetermined(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("patient.json") == 3

    out = capsys.readouterr().out
    assert "UNDETERMINED: level 2.1, Intensive Outpatient is the least intensive level" in out
    assert "not judged: third edition dimension 5 risk: 3 (2025-12-18).\n" in out


def test_what_is_missing_stops_it_and_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(changed(folder, support_adequate=None)) == 3

    out = capsys.readouterr().out
    assert "STOPPED at level 2.1, Intensive Outpatient" in out
    assert "Still to find out, what settles most first:\n  - support adequate\n" in out


def test_where_every_level_is_excluded_the_exit_code_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("patient.json", "--ladder", written(folder, FACTS["age"] < 18)) == 1

    out = capsys.readouterr().out
    assert "NO LEVEL of this ladder: its rules exclude each, for the reasons below;" in out
    assert "age: 68 years (decisive)" in out
    assert "by own-2.1, in force since 2026-01-05" in out
    assert out.count("\n  hours a week") == 1


def test_the_json_is_the_placement_and_the_rows(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("patient.json", "--json") == 3

    said = json.loads(capsys.readouterr().out)
    patient = from_json(Patient, PATIENT)
    placement = from_json(Placement, json.dumps(said["placement"]))
    assert placement == place(find_ladder("us-public-rules"), patient, on=ON)
    assert [row["level"]["number"] for row in said["tradeoffs"]] == [
        rung.level.number for rung in find_ladder("us-public-rules").rungs
    ]
    assert said["tradeoffs"][1]["at_home"]["value"] is True
    assert said["tradeoffs"][1]["time_enough"] == "yes"


def test_why_each_level_is_excluded_is_in_the_json(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ladder = written(folder, FACTS["age"] < 18)
    assert run("patient.json", "--ladder", ladder, "--json") == 1

    (excluded,) = json.loads(capsys.readouterr().out)["excluded"]
    assert excluded["level"]["number"] == "2.1"
    (cause,) = excluded["causes"]
    assert (cause["policy"], cause["criterion"]) == ("own-2.1", "own")
    assert cause["reason"] == "age is less than 18 years (age: 68 years)"


def test_policies_given_for_a_treatment_judge_beside_the_level(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(PATIENT)
    document["diagnoses"] = [{"type": "substance_use_disorder", "substance": "opioids"}]
    (folder / "opioids.json").write_text(json.dumps(document), encoding="utf-8")
    names = ("us-medicare-otp-iop", "us-medicare-iop")
    given = [f"--beside=opioid_treatment_program={name}" for name in names]
    assert run("opioids.json", "--json", *given) == 3

    said = json.loads(capsys.readouterr().out)["placement"]
    office, program = said["beside"]
    assert office == {"treatment": "office_based_opioid_treatment", "disorder": "yes"}
    assert [judged["policy"] for judged in program["decisions"]] == list(names)
    placement = from_json(Placement, json.dumps(said))
    assert [len(care.decisions) for care in placement.beside] == [0, 2]


def test_times_of_a_level_are_those_given_for_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    times = ("2.1=monday 18:00-21:00", "II.1=tuesday 18:00-21:00", "4=sunday 09:00-10:00")
    run("patient.json", "--json", *(f"--times={each}" for each in times))

    rows = json.loads(capsys.readouterr().out)["tradeoffs"]
    assert [row["times"] for row in rows if row.get("times")] == [
        ["monday 18:00-21:00", "tuesday 18:00-21:00"],
        ["sunday 09:00-10:00"],
    ]


def test_a_patient_of_the_fourth_edition_is_placed_by_what_was_recorded(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {1: "1.5", 2: "1.7", 3: "2.7", 4: "2.1", 5: "1.0"}
    least = [
        {"dimension": number, "level": {"number": level, "edition": "fourth"}}
        for number, level in asked.items()
    ]
    name = changed(folder, edition="fourth", ratings=[], minimum_levels=least)
    assert main(["place", name, "--ladder=fourth-edition-minimum-levels", "--on=2026-02-02"]) == 0

    out = capsys.readouterr().out
    assert "LEVEL 2.7, MEDICALLY MANAGED INTENSIVE OUTPATIENT is the least intensive" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["patient.json", "--times", "2.5=now"], "monday", id="window"),
        pytest.param(["patient.json", "--times", "9=monday 09:00-10:00"], "level", id="level"),
        pytest.param(["patient.json", "--ladder", "us-public"], "no ladder is named", id="name"),
        pytest.param(["patient.json", "--ladder", "none.json"], "cannot read", id="file"),
        pytest.param(
            ["patient.json", "--ladder", "patient.json"], "ladder document", id="other document"
        ),
        pytest.param(["none.json"], "cannot read", id="patient"),
    ],
)
def test_bad_input_is_told(
    arguments: list[str], says: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert says in err


@pytest.mark.parametrize(
    ("option", "says"),
    [
        pytest.param("--beside=otp=a", "one of office_based_opioid_treatment", id="treatment"),
        pytest.param("--beside=opioid_treatment_program=", "and a policy", id="no policy"),
        pytest.param("--times=2.5", "a level and a window", id="no window"),
        pytest.param("--times==monday 09:00-10:00", "a level and a window", id="no level"),
    ],
)
def test_an_option_that_is_none_is_told(
    option: str, says: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        run("patient.json", option)

    assert caught.value.code == 2
    assert says in capsys.readouterr().err


def today() -> date:
    return datetime.now().astimezone().date()  # noqa: TID251  # the command line reads it too


def test_today_is_judged_where_no_day_is_given(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = today()
    assert main(["place", "patient.json", "--json"]) == 3
    on = date.fromisoformat(json.loads(capsys.readouterr().out)["placement"]["on"])
    assert before <= on <= today()


def test_ladders_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "ladders"]) == 0
    listed = [line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == ["fourth-edition-minimum-levels", "us-public-rules"]

    assert main(["show", "us-public-rules"]) == 0
    shown = capsys.readouterr().out
    for rung in find_ladder("us-public-rules").rungs:
        assert rung.policy.name in shown
        assert f"level {rung.level.number}, " in shown
