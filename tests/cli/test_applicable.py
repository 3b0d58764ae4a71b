"""``iopkit applicable``, and ``--applicable`` in place of a rule's name."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from iopkit.cli import main
from iopkit.documents import from_json
from iopkit.eligibility import Decision

SHIPPED = files("iopkit") / "examples"
PATIENT: dict[str, Any] = json.loads((SHIPPED / "patient.json").read_text(encoding="utf-8"))
ON = ("--on", "2026-02-03")
BOTH = ("--site", "site.toml", "--patient", "patient.json")


@frozen
class Said:
    """What a command line printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def words(self) -> str:
        return " ".join(self.out.split())


Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line within this process."""

    def running(*arguments: str) -> Said:
        try:
            code = main(arguments)
        except SystemExit as end:  # how argparse ends
            code = end.code if isinstance(end.code, int) else 1
        return Said(code, *capsys.readouterr())

    return running


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with the shipped examples in it."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    site = (SHIPPED / "site.toml").read_text(encoding="utf-8")
    (tmp_path / "site.toml").write_text(site, encoding="utf-8")
    return tmp_path


def write(folder: Path, **changes: object) -> None:
    """Write the patient's file, changed; ``None``: left out."""
    kept = {k: v for k, v in {**PATIENT, **changes}.items() if v is not None}
    (folder / "patient.json").write_text(json.dumps(kept), encoding="utf-8")


def site(folder: Path, old: str, new: str) -> None:
    """Change a line of the site's file."""
    path = folder / "site.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def plan(run: Run, start: str = "2026-02-02") -> None:
    arguments = ("--program", "matrix-16-week", "--site", "site.toml", "--start", start)
    said = run("plan", "patient.json", *arguments, "--seed", "1", "--no-policy", "-o", "plan.json")
    assert (said.code, said.err) == (0, "")


def names(rules: list[dict[str, Any]], applies: str) -> list[str]:
    return [f"{each['kind']} {each['name']}" for each in rules if each["applies"] == applies]


def test_applicable_lists_what_applies_with_why(run: Run) -> None:
    said = run("applicable", *BOTH, *ON)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Rules at Elm Street Clinic on 2026-02-03\n\nApplies:\n")
    assert "the patient is covered by Medicare; the site bills Medicare" in said.words
    assert "May apply" not in said.out
    assert "Does not apply" not in said.out


def test_what_does_not_apply_is_listed_on_request(run: Run) -> None:
    said = run("applicable", *BOTH, *ON, "--all")
    assert said.code == 0
    assert "Does not apply:" in said.out
    assert "the patient does not live in Indiana; the patient is not covered by" in said.words
    listed = run("applicable", *BOTH, *ON, "--all", "--json").json["rules"]
    assert len(listed) == 53
    assert "policy us-in-medicaid-iop" in names(listed, "no")


def test_as_json_each_rule_has_its_grounds(run: Run) -> None:
    document = run("applicable", *BOTH, *ON, "--json").json
    assert document["on"] == "2026-02-03"
    (illinois,) = [
        rule
        for rule in document["rules"]
        if (rule["kind"], rule["name"]) == ("policy", "us-il-iop")
    ]
    assert (illinois["start"], illinois["end"]) == ("2026-02-03", "2026-02-04")
    assert illinois["grounds"][1] == {
        "basis": "place",
        "truth": "yes",
        "words": "the site is in Illinois",
    }


def test_what_is_not_known_may_apply_and_makes_it_undetermined(folder: Path, run: Run) -> None:
    write(folder, coverages=None)
    said = run("applicable", *BOTH, *ON)
    assert said.code == 3
    assert "May apply: something is not known:" in said.out
    assert "whether the patient is covered by Medicare is not known" in said.words


def test_where_nothing_applies_it_is_said(run: Run) -> None:
    said = run("applicable", *BOTH, "--on", "1999-01-01")
    assert said.code == 3  # what is in force then is not known
    assert "Applies:" not in said.out


# Decide.

DECIDE = ("decide", "patient.json", "--applicable", "--site", "site.toml", *ON)


def test_decide_judges_by_each_policy_that_applies(run: Run) -> None:
    said = run(*DECIDE, "--json")
    assert (said.code, said.err) == (0, "")
    decisions = said.json["decisions"]
    assert [each["policy"] for each in decisions] == [
        "iop-suitability",
        "us-il-iop",
        "us-medicare-iop",
    ]
    assert from_json(Decision, json.dumps(decisions[2])).coverage is not None
    assert said.json["refused"] == []
    assert len(said.json["rules"]) == 3
    text = run(*DECIDE)
    assert text.code == 0
    assert text.out.count("clinicians decide.") == 3
    assert "\n\n\nApplies:\n" in text.out


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"diagnoses": None}, 3),
        ({"diagnoses": []}, 1),
        ({"coverages": None}, 3),
        ({"coverages": [{"payer": "medicaid", "start": "2020-01-01"}]}, 0),
        ({"coverages": None, "diagnoses": []}, 1),
    ],
)
def test_one_no_is_a_no_and_what_may_apply_leaves_it_open(
    changes: dict[str, object], code: int, folder: Path, run: Run
) -> None:
    write(folder, **changes)
    assert run(*DECIDE).code == code


def test_where_no_policy_applies_it_is_undetermined(folder: Path, run: Run) -> None:
    site(folder, 'number = "2.1"', 'number = "3.1"')
    said = run(*DECIDE)
    assert (said.code, said.out) == (3, "No rule of these applies.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--applicable",), "--applicable needs --site"),
        (("--applicable", "--policy", "us-il-iop", "--site", "site.toml"), "not allowed with"),
        ((), "one of the arguments --policy --applicable is required"),
        (("--applicable", "--site", "site.toml", "--form", "html"), "has no html form"),
        (("--applicable", "--site", "nowhere.toml"), "cannot read nowhere.toml"),
    ],
)
def test_decide_refuses_what_does_not_go_together(
    arguments: tuple[str, ...], words: str, run: Run
) -> None:
    said = run("decide", "patient.json", *arguments, *ON)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_decide_takes_the_form_that_it_has(run: Run) -> None:
    assert run(*DECIDE, "--form", "text").out == run(*DECIDE).out


# Check.

CHECK = ("check", "plan.json", "--applicable", *BOTH)


def test_check_takes_every_set_that_applies(run: Run) -> None:
    plan(run)
    said = run(*CHECK, "--json")
    assert (said.code, said.err) == (1, "")
    assert [each["requirements"] for each in said.json["sets"]] == [
        "hcpcs-h0015",
        "samhsa-iop",
        "teds-iop",
        "us-il-iop",
        "us-medicare-iop",
    ]
    assert said.json["met"] == "no"
    text = run(*CHECK)
    assert "requirements us-il-iop: Illinois" in text.words
    assert "(2026-02-02 to 2026-05-24)" in text.words


def test_a_patient_who_comes_under_another_rule_is_checked_on_the_weeks_of_each(
    folder: Path, run: Run
) -> None:
    plan(run)
    ends = "2026-02-18"  # within the third week
    write(
        folder,
        coverages=[
            {"payer": "medicare", "start": "2020-01-01", "end": ends},
            {"payer": "medicaid", "start": ends},
        ],
    )
    checked = {each["requirements"]: each for each in run(*CHECK, "--json").json["sets"]}
    weeks = {
        name: [found["week"] for found in each["findings"] if found.get("week")]
        for name, each in checked.items()
    }
    assert weeks["us-medicare-iop"] == [1, 2, 3]
    assert weeks["us-il-iop"] == list(range(1, 17))


def test_weeks_by_which_a_schedule_extends_its_plan_are_checked_too(folder: Path, run: Run) -> None:
    plan(run)
    site(folder, 'closed_rule = "move_in_week"', 'closed_rule = "extend"')
    checked = {each["requirements"]: each for each in run(*CHECK, "--json").json["sets"]}
    alone = run("check", "plan.json", *BOTH[:2], "--requirements", "us-il-iop", "--json").json
    assert checked["us-il-iop"] == alone["sets"][0]
    assert max(found["week"] for found in checked["us-il-iop"]["findings"]) > 16


def test_a_set_that_is_not_in_force_on_all_days_is_told_and_leaves_it_open(
    folder: Path, run: Run
) -> None:
    plan(run, "2018-03-05")
    site(folder, 'state = "IL"', 'state = "WA"')
    said = run(*CHECK)
    assert said.code == 3
    assert "Applies on some days only, and was not asked:" in said.out
    assert "the last was in force up to 2018-03-31" in said.words
    document = run(*CHECK, "--json").json
    assert [each["name"] for each in document["refused"]] == ["us-wa-former-iop"]
    (runs,) = [
        (rule["start"], rule["end"])
        for rule in document["rules"]
        if rule["name"] == "us-wa-former-iop"
    ]
    assert runs == ("2018-03-05", "2018-04-01")


def test_where_no_set_applies_it_is_undetermined(folder: Path, run: Run) -> None:
    plan(run)
    site(folder, 'number = "2.1"', 'number = "3.1"')
    said = run(*CHECK)
    assert said.code == 3
    assert said.out.startswith("No rule of these applies.\n\nOf its program:")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "plan.json", "--applicable"), "--applicable needs --site"),
        (("check", "plan.json", "--applicable", *BOTH[:2]), "--applicable needs --patient"),
        (("check", "plan.json"), "--requirements --applicable is required"),
        (("charges", "plan.json", "--applicable", *BOTH[:2]), "--applicable needs --patient"),
        (("charges", "plan.json", *BOTH), "--coding --applicable is required"),
        (
            ("charges", "plan.json", "--applicable", *BOTH, "--rates", "us-md-medicaid"),
            "leave --rates out",
        ),
    ],
)
def test_check_and_charges_need_both_the_site_and_the_patient(
    arguments: tuple[str, ...], words: str, run: Run
) -> None:
    plan(run)
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_another_patients_plan_is_refused(folder: Path, run: Run) -> None:
    plan(run)
    write(folder, key="0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
    said = run(*CHECK)
    assert said.code == 2
    assert "expected the patient of the plan" in said.err


# Charges.

CHARGES = ("charges", "plan.json", "--applicable", *BOTH)


def test_charges_takes_every_scheme_that_applies(run: Run) -> None:
    plan(run)
    said = run(*CHARGES, "--json")
    assert (said.code, said.err) == (0, "")
    assert [each["coding"] for each in said.json["charges"]] == [
        "us-cpt-psychotherapy",
        "us-h0015",
        "us-medicare-iop",
    ]
    text = run(*CHARGES)
    assert text.out.count("Charges for the sessions booked") == 3
    assert "coding us-h0015: H0015" in text.words


@pytest.mark.parametrize(
    ("start", "rates"),
    [("2022-08-01", "us-md-medicaid"), ("2023-05-01", "us-md-medicaid"), ("2026-02-02", None)],
)
def test_charges_takes_the_rates_of_the_same_payer_where_there_are_some(
    start: str, rates: str | None, folder: Path, run: Run
) -> None:
    write(
        folder,
        coverages=[{"payer": "medicaid", "start": "2019-01-01"}],
        residences=[{"state": "MD"}],
    )
    plan(run, start)
    said = run(*CHARGES, "--json")
    found = {each["coding"]: each.get("rates") for each in said.json["charges"]}
    assert found["us-md-medicaid"] == rates
    assert found["us-cpt-psychotherapy"] is None
    assert said.code == 3  # there are no rates for all of it, or a scheme may not be in force yet


def test_a_scheme_of_no_payer_takes_the_rates_that_have_its_codes(folder: Path, run: Run) -> None:
    write(
        folder,
        coverages=[{"payer": "medicaid", "start": "2019-01-01"}],
        residences=[{"state": "NC"}],
    )
    plan(run, "2026-02-02")
    charges = run(*CHARGES, "--json").json["charges"]
    found = {each["coding"]: each.get("rates") for each in charges}
    assert found == {"us-cpt-psychotherapy": None, "us-h0015": "us-nc-medicaid"}


# All of them.


@pytest.mark.parametrize("command", [DECIDE, CHECK, CHARGES], ids=lambda words: words[0])
def test_what_is_said_by_each_rule_and_which_apply_are_in_lines(
    command: tuple[str, ...], run: Run
) -> None:
    plan(run)
    lines = run(*command).out.splitlines()
    assert "Applies:" in lines
    assert sum(line.startswith("  - ") for line in lines[lines.index("Applies:") :]) > 1
