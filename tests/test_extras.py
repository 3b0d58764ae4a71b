"""What each extra is for works with what it brings and no more, and says its name without it.

A fresh process sees only the packages that an installation would have: those of iopkit itself,
of an extra, and what these need.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, metadata, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import iopkit

# Finds the packages that are named first on standard input, and what belongs to none.
ONLY = """
import json, sys
from importlib.machinery import PathFinder
source, hidden = json.loads(sys.stdin.readline())
class Seen(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in hidden else super().find_spec(name, path, target)
sys.meta_path[:] = [Seen if finder is PathFinder else finder for finder in sys.meta_path]
sys.path.insert(0, source)
"""
CORE = """
from datetime import UTC, date, datetime
from importlib.resources import files
import attrs, iopkit
from iopkit.cli import main
from iopkit.reports import decision_text, plan_text
shipped = files("iopkit") / "examples"
patient = iopkit.from_json(iopkit.Patient, (shipped / "patient.json").read_bytes())
site = iopkit.from_toml(iopkit.Site, (shipped / "site.toml").read_bytes())
plain = attrs.evolve(site, holidays=None)
program = iopkit.find_program("matrix-16-week")
start = date(2026, 1, 12)
policy = iopkit.find_policy("us-medicare-iop")
decision = policy.decide(patient, on=start)
plan = iopkit.draft(program, patient, plain, start=start, seed=1, decisions=[decision])
dated = iopkit.schedule(plan, plain)
iopkit.check(dated, iopkit.find_requirements("us-medicare-iop"))
assert iopkit.from_json(iopkit.Schedule, iopkit.to_json(dated)) == dated
iopkit.to_ical(dated, stamp=datetime(2026, 1, 1, tzinfo=UTC))
decision_text(decision), plan_text(plan)
assert main(["show", "us-medicare-iop"]) == 0
"""
SCENARIO = """
from iopkit.scenarios import Arrivals, Habits, Population, Scenario, simulate
import polars as pl
scenario = Scenario(
    "as it is",
    population=Population.of(pl.DataFrame({"age": [31, 47]}), key=None),
    program=program,
    site=plain,
    arrivals=Arrivals(per_week=2),
    habits=Habits("own", "Own", leaving=0.05, attends=0.8),
    start=start,
    weeks=4,
)
here = simulate(scenario, replications=2, seed=1)
"""
USES = {
    "analysis": """
from iopkit.eligibility import analyze
analyze(policy, on=start)
""",
    "cluster": SCENARIO
    + """
from distributed import Client
with Client(processes=False, n_workers=1, dashboard_address=None) as client:
    executor = client.get_executor(pure=False)
    there = simulate(scenario, replications=2, seed=1, executor=executor)
assert there.totals.equals(here.totals)
""",
    "groups": """
from datetime import timedelta
from uuid import uuid4
from iopkit.groups import Candidate, Group, GroupDose, Roster, assign
from iopkit.programs import Slot
group = Group("morning", "group", (Slot.parse("monday 09:00"),), timedelta(minutes=90), 2)
one = Candidate(uuid4(), (GroupDose("group"),), patient.availability)
assign(Roster((group,), (one,)), plain, on=start)
""",
    "holidays": """
iopkit.schedule(iopkit.draft(program, patient, site, start=start, seed=1), site)
""",
    "ical": """
from iopkit.calendars import appointments_from_ical
ical = iopkit.to_ical(dated, stamp=datetime(2026, 1, 1, tzinfo=UTC))
assert appointments_from_ical(ical, start=start, end=date(2026, 2, 1), zone=site.zone)
""",
    "plots": """
from iopkit.plots import program_picture
assert program_picture(program)
""",
    "scenarios": SCENARIO,
    "strategies": """
from iopkit.strategies import patients
patients()
""",
    "studies": """
from decimal import Decimal
from iopkit.sources import Grade, Source
from iopkit.studies import Beta, Strategy, frontier, input_sets
frontier([Strategy("as it is", Decimal(1), Decimal(1))])
input_sets({"share": Beta(8, 2, Source("own", Grade.SECONDARY))}, 4, seed=1, method="sobol")
""",
    "tables": """
from iopkit.frames import decide_frame, facts_frame
frame = facts_frame(policy.facts(on=start), [patient], on=start)
assert len(decide_frame(policy, frame, on=start)) == 1
""",
}


PAGE = Path(__file__).parent.parent / "docs" / "install.rst"


def installed(*names: str) -> set[str]:
    """The packages that come with some, such as ``iopkit[tables]``, and what these need."""
    found, left = set[tuple[str, str]](), [Requirement(name) for name in names]
    while left:
        wanted = left.pop()
        for extra in ("", *wanted.extras):
            if (plain(wanted.name), extra) not in found:
                found.add((plain(wanted.name), extra))
                left += needed(wanted.name, extra)
    return {name for name, _ in found}


def needed(name: str, extra: str) -> Iterator[Requirement]:
    try:
        listed = requires(name) or []
    except PackageNotFoundError:  # it is for other machines
        return
    for wanted in map(Requirement, listed):
        if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
            yield wanted


def plain(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()


def run(script: str, packages: Iterable[str]) -> subprocess.CompletedProcess[str]:
    """Run a script in a process that sees some packages only."""
    owners = packages_distributions()
    seen = {plain(package) for package in packages}
    hidden = [name for name, of in owners.items() if seen.isdisjoint(map(plain, of))]
    source = str(Path(iopkit.__file__).parent.parent)
    return subprocess.run(
        [sys.executable, "-c", ONLY + CORE + script],
        input=json.dumps([source, [name for name in hidden if name != "iopkit"]]) + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("extra", USES)
def test_an_extra_brings_all_that_is_needed(extra: str) -> None:
    done = run(USES[extra], installed(f"iopkit[{extra}]"))
    assert (done.returncode, done.stderr) == (0, "")


def test_without_an_extra_its_name_is_told() -> None:
    script = f"""
for extra, use in {USES!r}.items():
    try:
        exec(use)
    except iopkit.MissingExtraError as error:
        assert isinstance(error, ImportError)
        print(extra, "|", error, file=sys.stderr)
"""
    done = run(script, installed("iopkit"))
    told = [line.split(" | ") for line in done.stderr.splitlines()]
    assert {extra: words.partition(": ")[2] for extra, words in told} == {
        # Of a cluster the first thing that is missing is what it is to run.
        extra: f"pip install 'iopkit[{'scenarios' if extra == 'cluster' else extra}]'"
        for extra in USES
    }


OWN = {
    "pandas": "import pandas; own = pandas.DataFrame(frame.to_dict(as_series=False))",
    "duckdb": "import duckdb; own = duckdb.sql('select * from frame')",
}


@pytest.mark.parametrize("engine", OWN)
def test_the_extra_of_tables_is_enough_for_frames_that_the_user_has(engine: str) -> None:
    script = (
        USES["tables"] + OWN[engine] + "\nassert decide_frame(policy, own, on=start) is not None"
    )
    packages = installed("iopkit[tables]", engine)
    done = run(script, packages)
    assert done.returncode == 0, done.stderr  # DuckDB may tell of its own leaks at the end


@pytest.mark.parametrize("missing", ["narwhals", "polars", "pyarrow"])
def test_a_part_of_an_extra_is_not_enough(missing: str) -> None:
    backend = "pyarrow" if missing == "pyarrow" else "polars"
    script = f"""
from iopkit.frames import facts_frame
facts_frame(policy.facts(on=start), [patient], on=start, backend={backend!r})
"""
    done = run(script, installed("iopkit[tables]") - {missing})
    assert done.stderr.endswith("a data frame needs an extra: pip install 'iopkit[tables]'\n")


def test_each_extra_is_tried() -> None:
    wanted_by_all = [Requirement(text) for text in requires("iopkit") or ()]
    names = {
        found[1]
        for wanted in wanted_by_all
        for found in re.finditer("extra == ['\"]([^'\"]+)", str(wanted))
    }
    assert names == {*USES, "all"}
    everything = {f"iopkit[{extra}]" for extra in USES}
    assert installed(*everything) == installed("iopkit[all]")


@pytest.mark.parametrize("extra", USES)
def test_the_page_has_what_an_extra_brings_and_under_which_licenses(extra: str) -> None:
    rows = re.split(r"\n   \* - ", PAGE.read_text(encoding="utf-8"))
    row = next(row for row in rows if row.startswith(f"``{extra}``"))
    brought = installed(f"iopkit[{extra}]") - installed("iopkit")
    assert {name for name in brought if name not in row} == set()
    for name in brought:
        license_ = str(metadata(name).json.get("license_expression", ""))
        if license_ and " " not in license_:
            after = row.split(name, 1)[1]
            assert license_ in after.split(")")[0], f"{name} is under {license_}"


def test_strategies_are_refused_before_their_modules_are_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, "iopkit.strategies", raising=False)
    with pytest.raises(iopkit.MissingExtraError, match=r"iopkit\[strategies\]"):
        import_module("iopkit.strategies")
