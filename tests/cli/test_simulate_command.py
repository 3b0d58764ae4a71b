"""Studies on the command line: run, stopped, taken up again, checked and cited."""

import errno
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from iopkit.cli import main, study_records, study_runs
from iopkit.cli.writing import write_all
from iopkit.errors import MissingExtraError
from iopkit.scenarios import WorkerLostError, simulate
from iopkit.scenarios.simulation import Figures, Job, run_job

pytestmark = pytest.mark.measured

Said = tuple[int, str, str]
Run = Callable[..., Said]

STUDY = """
document = "study"
format = 1
name = "seats"
title = "One more seat?"
replications = 3
seed = 7
measures = ["admitted", "positive_share"]

[base]
start = 2026-01-12
weeks = 4
program = "deaconess-cross-pointe"
site = "site.toml"
habits = ["telehealth-iop-2024"]
priorities = "us-block-grant"

[base.population]
name = "people.csv"
key = "person"
weight = "weight"

[base.arrivals]
per_week = 4

[[base.seats]]
name = "a"
need = "evening"
seats = 3

[[variations]]
name = "one more"
values = [{ path = "capacity.pools.a.seats", value = 4 }]
"""
SITE = """
document = "site"
format = 2
name = "Elm"
zone = "America/Chicago"
hours = ["monday 08:00-22:00", "tuesday 08:00-22:00", "thursday 08:00-22:00"]
"""
POLICY = """
document = "policy"
format = 2
name = "adults"
title = "Adults"

[[versions.dated]]
since = 2025-01-01

[versions.dated.source]
citation = "A sheet of 2025"
grade = "T3"
url = "https://example.org/a_b"
checked = 2025-06-30

[[versions.dated.value]]
name = "adult"
meaning = "Is 18 or older."
predicate = { type = "compare", fact = "age", operator = ">=", value = 18 }
source = { citation = "A sheet of 2025, line 1", grade = "T3" }
"""
PEOPLE = (
    "person,age,weight,pregnant,injects_drugs\n1,30,1,false,true\n2,17,2,false,\n3,50,1,,false\n"
)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line within a folder that has a study: its code, and what it printed."""
    monkeypatch.chdir(tmp_path)
    Path("study.toml").write_text(STUDY, encoding="utf-8")
    Path("site.toml").write_text(SITE, encoding="utf-8")
    Path("adults.toml").write_text(POLICY, encoding="utf-8")
    Path("people.csv").write_text(PEOPLE, encoding="utf-8")

    def running(*arguments: object) -> Said:
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return running


def changed(name: str, old: str, new: str) -> None:
    """Put another text in place of one in a file."""
    path = Path(name)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def written(folder: str = "out") -> dict[str, bytes]:
    """The files of a folder, by name."""
    found = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


# Running.


def test_a_study_is_run_and_told(run: Run) -> None:
    code, out, err = run("simulate", "study.toml")
    assert (code, err) == (0, "")
    assert out.startswith(
        "One more seat?\n3 replications of 2 scenarios, seed 7\n\nCompared with as it"
    )
    assert "admitted: one more" in out
    assert out.count("18 sessions") <= 1
    assert not Path("out").exists()


def test_a_run_writes_tables_rules_and_its_record(run: Run) -> None:
    code, out, _ = run("simulate", "study.toml", "--out", "out", "--csv")
    assert code == 0
    files = written()
    assert [*files] == [
        "findings.json",
        "rules/capacity-2.json",
        "rules/capacity.json",
        "rules/habits.json",
        "rules/priorities.json",
        "rules/program.json",
        "rules/site.json",
        "run.json",
        "totals.csv",
        "totals.parquet",
        "weekly.csv",
        "weekly.parquet",
    ]
    assert out.endswith(f"wrote {len(files)} files to out\n")
    record = json.loads(files["run.json"])
    assert record["study"] == {"folder": "..", "text": Path("study.toml").read_text("utf-8")}
    assert record["replications"] == [0, 1, 2]
    assert record["rules"]["one more"]["capacity"] == "rules/capacity-2.json"
    assert record["people"] == {"as it is": 3, "one more": 3}
    assert {name: study_records.digest(files[name]) for name in record["outputs"]} == (
        record["outputs"]
    )
    totals = pl.read_parquet("out/totals.parquet")
    assert totals["replication"].unique().to_list() == [0, 1, 2]
    assert pl.read_csv("out/totals.csv").height == totals.height


def test_json_has_means_what_is_compared_and_what_to_be_careful_with(run: Run) -> None:
    code, out, _ = run("simulate", "study.toml", "--json", "--out", "out")
    found = json.loads(out)
    assert (code, found["out"], found["seed"], found["replications"]) == (0, "out", 7, [0, 1, 2])
    assert [row["scenario"] for row in found["means"]] == ["as it is", "one more"] * 2
    assert [row["mean"] if "mean" in row else row["value"] for row in found["means"]][2:] == [
        None,
        None,
    ]
    assert [row["measure"] for row in found["compared"]] == ["admitted", "positive_share"]
    assert any("3 replications" in each for each in found["findings"])


def test_one_replication_alone_is_as_among_many(run: Run) -> None:
    run("simulate", "study.toml", "--out", "all")
    code, out, _ = run("simulate", "study.toml", "--only", 2, "--out", "one")
    assert code == 0
    assert "Means:\nadmitted: as it is" in out
    assert "positive_share: as it is no figure" in out
    many = pl.read_parquet("all/totals.parquet").filter(pl.col("replication") == 2)
    assert pl.read_parquet("one/totals.parquet").equals(many)


def test_replications_seed_and_workers_are_the_callers(run: Run) -> None:
    run("simulate", "study.toml", "--replications", 4, "--seed", -1, "--out", "one")
    two = ("--replications", 4, "--seed", -1, "--out", "two", "--workers", 2)
    assert run("simulate", "study.toml", *two)[0] == 0
    assert written("one")["totals.parquet"] == written("two")["totals.parquet"]


def test_without_scipy_means_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str, *given: Any) -> Any:
        if name == "iopkit.studies.comparisons":
            raise MissingExtraError("studies", "a study")
        return imported(name, *given)

    imported = __import__
    monkeypatch.setattr("builtins.__import__", missing)
    code, out, _ = run("simulate", "study.toml")
    assert code == 0
    assert "Means:\nadmitted: as it is" in out


def test_a_study_is_json_or_on_standard_input_as_well(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads(run("show", "study.toml", "--json")[1])
    Path("study.json").write_text(json.dumps(document), encoding="utf-8")
    assert run("simulate", "study.json")[1] == run("simulate", "study.toml")[1]
    with Path("study.toml").open("rb") as given:
        monkeypatch.setattr("sys.stdin", type("In", (), {"buffer": given}))
        assert run("simulate", "-", "--out", "out")[0] == 0
    assert run("simulate", "--verify", "out")[0] == 0
    run("simulate", "study.json", "--out", "again")
    assert run("simulate", "--verify", "again")[0] == 0


@pytest.mark.parametrize("ending", ["parquet", "json"])
def test_people_are_read_from_any_table(ending: str, run: Run) -> None:
    table = pl.read_csv("people.csv")
    before = run("simulate", "study.toml")
    getattr(table, f"write_{ending}")(f"people.{ending}")
    changed("study.toml", "people.csv", f"people.{ending}")
    assert run("simulate", "study.toml") == before


# Dry runs.


def test_a_dry_run_tells_what_a_run_would_take(run: Run) -> None:
    code, out, err = run("simulate", "study.toml", "--dry-run", "--out", "out")
    assert (code, err) == (0, "")
    first, base, more, last = out.splitlines()
    assert first == "One more seat?"
    assert re.fullmatch(
        r"as it is: a load of \d+ % of 3 seats; about \d+ in care and [\d.]+ waiting at a time; 1 "
        r"job",
        base,
    )
    assert more.startswith("one more: a load of ")
    assert re.fullmatch(
        r"3 replications of 2 scenarios: about [\d.,]+ seconds with 1 worker, and \d+ MB for what "
        "is at work",
        last,
    )
    assert not Path("out").exists()


@pytest.mark.parametrize(("seats", "said"), [("seats = 0", "no seats"), ("", "no end of seats")])
def test_a_dry_run_of_no_seats_or_no_end_of_them(seats: str, said: str, run: Run) -> None:
    changed("study.toml", "seats = 3", seats or "seats = 9")
    if not seats:
        text = Path("study.toml").read_text("utf-8")
        Path("study.toml").write_text(text.partition("[[base.seats]]")[0], encoding="utf-8")
    code, out, _ = run("simulate", "study.toml", "--dry-run", "--json", "--workers", 2)
    assert code == 0
    found = json.loads(out)
    assert {row["load_words"] for row in found["scenarios"]} >= {said}
    assert found["seconds"] > 0


# Mistakes.


def test_five_mistakes_are_told_at_once_with_their_lines(run: Run) -> None:
    changed("study.toml", '"admitted"', '"admited"')
    changed("study.toml", "weeks = 4", "weks = 4")
    changed("study.toml", "deaconess-cross-pointe", "deaconess-cross-point")
    changed("study.toml", 'site = "site.toml"', 'site = "sit.toml"')
    changed("study.toml", "seats = 3", "seats = -3")
    code, out, err = run("simulate", "study.toml", "--out", "out")
    assert (code, out) == (2, "")
    told = [line.strip() for line in err.splitlines()[1:]]
    assert [line.split(":")[1].strip() for line in told] == [
        "measures[0]",
        "base.weeks",
        "base.weks",
        "base.program",
        "base.site",
        "base.seats[0].seats",
    ]
    numbers = [int(re.match(r"line (\d+)", line)[1]) for line in told]  # type: ignore[index]
    assert numbers == sorted(numbers)
    assert not Path("out").exists()


def test_places_that_are_not_there_have_their_lines(run: Run) -> None:
    changed("study.toml", "capacity.pools.a.seats", "capacity.pools.b.seats")
    code, _, err = run("simulate", "study.toml")
    assert code == 2
    assert re.search(r"line \d+: variations\[0\]\.values\[0\]: expected one of a, found 'b'", err)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("people.csv", "peeple.csv", "expected what can be read, found peeple.csv: No such file"),
        ("people.csv", "site.json", "site.json: it is no table of its kind"),
        ('key = "person"', "count = 3", "none, as all of a file are taken"),
        ('key = "person"', 'key = "persona"', "persona: expected a column of texts"),
        ("people.csv", "nobody", "a known population"),
    ],
)
def test_people_who_cannot_be_read_are_told(old: str, new: str, said: str, run: Run) -> None:
    Path("site.json").write_text("site", encoding="utf-8")
    changed("study.toml", old, new)
    code, _, err = run("simulate", "study.toml")
    assert code == 2
    assert said in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "expected a study, or --verify"),
        (("study.toml", "--verify", "out"), "expected a study, or --verify"),
        (("study.toml", "--only", 1, "--replications", 2), "choose one"),
        (("--verify", "out", "--seed", 8), "beside it goes --only alone"),
        (("--verify", "out", "--dry-run"), "beside it goes --only alone"),
        (("study.toml", "--workers", 0), "--workers: expected at least 1"),
        (("study.toml", "--replications", 0), "expected at least 1"),
        (("study.toml", "--only", -1, "--dry-run"), "numbers from 0"),
        (("site.toml",), "expected a study, found a document of the kind site"),
        (("none.toml",), "cannot read none.toml"),
        (("study.toml", "--out", "none/out"), "cannot write none/out: No such file"),
        (("study.toml", "--out", "site.toml"), "cannot write site.toml: File exists"),
        (("study.toml", "--out", "."), ". is not of a run"),
    ],
)
def test_what_is_asked_for_wrongly_is_told(
    arguments: tuple[object, ...], said: str, run: Run
) -> None:
    before = written(".")
    code, out, err = run("simulate", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert written(".") == before
    assert not Path("out").exists()


def test_what_a_program_leaves_open_is_asked_for_before_anything_is_written(run: Run) -> None:
    changed("study.toml", "deaconess-cross-pointe", "telehealth-iop")
    for more in ((), ("--dry-run",)):
        code, out, err = run("simulate", "study.toml", "--out", "out", *more)
        assert (code, out) == (2, ""), more
        assert err.startswith("iopkit: ")
        assert not Path("out").exists()


# Stopped, and taken up again.


@pytest.fixture
def small_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each job run one replication."""
    monkeypatch.setattr("iopkit.scenarios.simulation._ROWS", 1)


def stopping(at: int, error: BaseException) -> Callable[..., Any]:
    """``simulate``, stopped after so many replications."""

    def stopped(*given: Any, on_progress: Callable[[int, int], None], **more: Any) -> Any:
        def told(done: int, of: int) -> None:
            on_progress(done, of)
            if done == at:
                raise error

        return simulate(*given, on_progress=told, **more)

    return stopped


@pytest.mark.usefixtures("small_jobs")
def test_a_run_that_was_stopped_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("simulate", "study.toml", "--out", "whole")
    monkeypatch.setattr(study_runs, "simulate", stopping(4, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        main(["simulate", "study.toml", "--out", "out"])
    assert "the same command goes on from out/figures" in capsys.readouterr().err
    kept = written()
    assert len(kept) == 4 + 1
    assert {name.partition("/")[0] for name in kept} == {"figures"}
    ran: list[Job] = []

    def counted(job: Job) -> Figures:
        ran.append(job)
        return run_job(job)

    monkeypatch.setattr(study_runs, "simulate", simulate)
    monkeypatch.setattr("iopkit.scenarios.simulation.run_job", counted)
    assert run("simulate", "study.toml", "--out", "out")[0] == 0
    assert len(ran) == 2
    assert written() == written("whole")


@pytest.mark.usefixtures("small_jobs")
def test_without_a_folder_nothing_is_said_of_going_on(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(study_runs, "simulate", stopping(1, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        main(["simulate", "study.toml"])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weeks = 4", "weeks = 5", "study.base.weeks: 5, was 4"),
        ("One more seat?", "Any seats?", "study.title: Any seats?, was One more seat?"),
        ("value = 4", "value = 5", "used.one more.capacity"),
    ],
)
@pytest.mark.usefixtures("small_jobs")
def test_a_run_of_something_else_is_kept_as_it_is(
    old: str, new: str, said: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_runs, "simulate", stopping(1, WorkerLostError(1, 6)))
    with pytest.raises(ChildProcessError):
        main(["simulate", "study.toml", "--out", "out"])
    monkeypatch.setattr(study_runs, "simulate", simulate)
    before = written()
    changed("study.toml", old, new)
    code, out, err = run("simulate", "study.toml", "--out", "out")
    assert (code, out) == (2, "")
    assert "out has a run of something else" in err
    assert said in err
    assert written() == before


def test_a_finished_run_is_of_its_study_too(run: Run) -> None:
    run("simulate", "study.toml", "--out", "out")
    before = written()
    code, _, err = run("simulate", "study.toml", "--out", "out", "--seed", 8)
    assert code == 2
    assert "seed: 8, was 7" in err
    assert written() == before
    assert run("simulate", "study.toml", "--out", "out")[0] == 0
    assert written() == before


def test_another_table_of_people_is_something_else(run: Run) -> None:
    run("simulate", "study.toml", "--out", "out")
    changed("people.csv", "3,50", "3,51")
    code, _, err = run("simulate", "study.toml", "--out", "out")
    assert code == 2
    assert "used.as it is.population" in err


def test_a_lost_worker_is_a_failure_of_the_machine(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_given: Any, **_more: Any) -> Any:
        raise WorkerLostError(2, 6)

    monkeypatch.setattr(study_runs, "simulate", lost)
    with pytest.raises(ChildProcessError, match="a worker was lost after 2 of 6 replications"):
        run("simulate", "study.toml", "--out", "out")
    assert not Path("out").exists()


@pytest.mark.usefixtures("small_jobs")
def test_a_full_disk_leaves_what_was_done(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def full(files: Any, **more: Any) -> None:
        calls.append(1)
        if len(calls) > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_all(files, **more)

    monkeypatch.setattr(study_records, "write_all", full)
    with pytest.raises(OSError, match="No space left"):
        run("simulate", "study.toml", "--out", "out")
    assert len([name for name in written() if name.endswith(".npz")]) == 2
    monkeypatch.setattr(study_records, "write_all", write_all)
    assert run("simulate", "study.toml", "--out", "out")[0] == 0
    assert run("simulate", "--verify", "out")[0] == 0


def test_kept_figures_are_a_mapping_over_files(tmp_path: Path) -> None:
    kept = study_records.KeptFigures(tmp_path, {"seed": 7})
    figures = Figures(np.ones((1, 2)), np.full((1, 2, 3), np.nan))
    assert [*kept] == []
    with pytest.raises(KeyError):
        kept["a"]
    kept["b"], kept["a"] = figures, figures
    assert ([*kept], len(kept), "a" in kept, "c" in kept) == (["a", "b"], 2, True, False)
    again = study_records.KeptFigures(tmp_path, {"seed": 7})["a"]
    assert np.array_equal(again.totals, figures.totals)
    assert np.array_equal(again.weekly, figures.weekly, equal_nan=True)
    del kept["b"]
    assert [*kept] == ["a"]
    (kept.folder / "a.npz").write_bytes(b"half")
    with pytest.raises(Exception, match="take it away, and it is made again"):
        kept["a"]


# Checked.


def test_a_run_is_as_it_was(run: Run) -> None:
    run("simulate", "study.toml", "--replications", 30, "--out", "out")
    code, out, err = run("simulate", "--verify", "out")
    assert (code, err) == (0, "")
    assert out == (
        "out: 5 replications run again (0, 7, 14, 22 and 29): all figures are the same, to the "
        "bit\n"
    )
    found = json.loads(run("simulate", "--verify", "out", "--only", 3, "--json")[1])
    assert found == {"replications": [3], "same": True, "changed": [], "figures": []}
    code, _, err = run("simulate", "--verify", "out", "--only", 30)
    assert (code, "out has no replication 30" in err) == (2, True)


def test_what_differs_is_named(run: Run) -> None:
    run("simulate", "study.toml", "--out", "out")
    changed("people.csv", "3,50,1,", "3,50,1,true")
    code, out, _ = run("simulate", "--verify", "out")
    assert code == 1
    assert "identity" not in out
    assert "used.as it is.population" in out
    assert "\n  totals.parquet: " in out
    assert "figures differ, of " in out


def test_changed_tables_and_versions_are_named(run: Run) -> None:
    run("simulate", "study.toml", "--out", "out", "--csv")
    changed("out/run.json", f'"numpy": "{np.__version__}"', '"numpy": "1.0"')
    changed("out/weekly.csv", "as it is,0,0,referred,", "as it is,0,0,referred,9")
    Path("out/totals.csv").unlink()
    code, out, _ = run("simulate", "--verify", "out")
    assert code == 1
    assert f"numpy: {np.__version__}, was 1.0" in out
    assert "weekly.csv: it is not as the run left it" in out
    assert "totals.csv: it is gone" in out
    assert "all figures are the same" in out
    table = pl.read_parquet("out/totals.parquet").with_columns(pl.col("value") + 1)
    table.write_parquet("out/totals.parquet")
    assert "totals.parquet: it is not as" in run("simulate", "--verify", "out")[1]
    Path("out/totals.parquet").write_bytes(b"none")
    code, _, err = run("simulate", "--verify", "out")
    assert (code, "it is no table of a run" in err) == (2, True)


def test_many_differences_are_told_in_part() -> None:
    told = study_records.differences({"a": [1] * 40, "b": None}, {"a": [2] * 40, "c": "x"})
    assert told[0] == "a.0: 2, was 1"
    assert told[-1] == "and 30 more"
    assert study_records.differences({"a": "0" * 64}, {"a": "1" * 64}) == [
        f"a: {'1' * 12}..., was {'0' * 12}..."
    ]
    assert study_records.differences({"a": 1}, {}) == ["a: nothing, was 1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot read none/run.json: No such file"),
        ("{", "it is not as a run has left it"),
        ("[]", "is not the record of a run"),
        ('{"record": "simulation", "format": 2}', "is not the record of a run that this iopkit"),
    ],
)
@pytest.mark.parametrize("command", [("simulate", "--verify"), ("cite",)])
def test_what_is_no_run_is_told(
    command: tuple[str, ...], text: str | None, said: str, run: Run
) -> None:
    if text is not None:
        Path("none").mkdir()
        Path("none/run.json").write_text(text, encoding="utf-8")
    code, _, err = run(*command, "none")
    assert (code, said in err) == (2, True)


def test_a_folder_on_another_drive_is_as_it_is(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    def other_drive(*_given: object) -> str:
        raise ValueError

    monkeypatch.setattr(study_records, "relpath", other_drive)
    assert run("simulate", "study.toml", "--out", "out")[0] == 0
    folder = json.loads(written()["run.json"])["study"]["folder"]
    assert Path(folder) == Path.cwd()
    assert run("simulate", "--verify", "out")[0] == 0


# Cited.


def test_a_run_is_cited_with_what_it_rests_on(run: Run) -> None:
    changed("study.toml", "[base.population]", 'policy = "adults.toml"\n[base.population]')
    code, out, err = run("simulate", "study.toml", "--out", "out")
    assert (code, err) == (0, "")
    code, out, _ = run("cite", "out")
    assert code == 0
    sentence, *entries = out.strip().split("\n\n")
    assert sentence.startswith("We simulated 2 scenarios of 4 weeks from 2026-01-12 with iopkit ")
    assert "(seed 7, 3 replications: 0 to 2)" in sentence
    for part in (
        "the program Deaconess",
        "the policy ",
        "Adults, in force since 2025-01-01 (A sheet of 2025, as of 2025-06-30)",
        "the priorities us-",
    ):
        assert part in sentence
    assert entries[0].startswith("@software{iopkit,")
    assert all(entry.startswith("@misc{") for entry in entries[1:])
    assert len({entry.partition(",")[0] for entry in entries}) == len(entries)
    found = json.loads(run("cite", "out", "--json")[1])
    assert found == {"sentence": sentence, "bibtex": entries}


def test_what_has_no_source_is_said_to_be_our_own(run: Run) -> None:
    Path("own.toml").write_text(
        'document = "habits"\nformat = 1\nname = "own"\ntitle = "50 % & more"\n', encoding="utf-8"
    )
    changed("study.toml", "telehealth-iop-2024", "own.toml")
    changed("study.toml", 'priorities = "us-block-grant"\n', "")
    run("simulate", "study.toml", "--out", "out")
    assert "the habits 50 % & more (no source: our own)" in run("cite", "out")[1]
