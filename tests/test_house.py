"""What holds for the house as a whole: its doors, its words, its sources and its manners."""

import ast
import inspect
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any
from uuid import UUID

import attrs
import pytest

import iopkit
from iopkit import FACTS, LevelOfCare, Source
from iopkit.errors import InvalidError
from iopkit.levels import AgeGroup, Edition, hour_band
from iopkit.library import (
    CODINGS,
    COSTS,
    LADDERS,
    POLICIES,
    RATES,
    REQUIREMENTS,
    find_program,
    program_names,
)
from iopkit.patients import INSTRUMENTS, Patient
from iopkit.placement import compare_levels
from iopkit.sources import Grade

ROOT = Path(__file__).parent.parent
PACKAGE = Path(iopkit.__file__).parent
MODULES = sorted(["iopkit", *(module.name for module in walk_packages(iopkit.__path__, "iopkit."))])
EXTRAS = (
    "highspy",
    "holidays",
    "icalendar",
    "matplotlib",
    "narwhals",
    "polars",
    "recurring_ical_events",
    "z3",
    "hypothesis",
)


def source_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def relative(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


# Doors.


def fresh(script: str) -> Any:
    """What a script prints as JSON in a process that has loaded nothing yet."""
    head = f"import json, sys\nsys.path.insert(0, {str(PACKAGE.parent)!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", head + script], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return json.loads(done.stdout)


def test_importing_iopkit_loads_the_core_alone() -> None:
    loaded = fresh(
        "before = set(sys.modules)\n"
        "import iopkit\n"
        "print(json.dumps(sorted({n.partition('.')[0] for n in set(sys.modules) - before})))"
    )
    loaded = [name for name in loaded if not name.startswith("_sysconfigdata")]
    core = {"attr", "attrs", "cattr", "cattrs", "dateutil", "iopkit", "six", "typing_extensions"}
    assert set(loaded) - core - set(sys.stdlib_module_names) <= {"tzdata"}


def test_importing_all_but_the_strategies_needs_no_extra() -> None:
    names = [name for name in MODULES if name != "iopkit.strategies"]
    loaded = fresh(
        f"extras = {EXTRAS!r}\n"
        "for name in extras: sys.modules[name] = None\n"
        "import importlib\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "print(json.dumps([name for name in extras if sys.modules[name] is not None]))"
    )
    assert loaded == []


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


def exports(file: Path) -> list[str] | None:
    """The names in ``__all__`` as they are written, or ``None`` if there is no such list."""
    for node in tree(file).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return names
    return None


def place(name: str) -> tuple[int, list[tuple[int, int, str]]]:
    """Constants, then classes, then the rest, each in natural order, as RUF022 has it."""
    group = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
    parts = re.findall(r"\d+|\D", name)
    return group, [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts]


WITH_EXPORTS = [file for file in source_files() if exports(file) is not None]
PACKAGES = [file for file in source_files() if file.name == "__init__.py"]


@pytest.mark.parametrize("file", WITH_EXPORTS, ids=relative)
def test_the_names_of_a_door_are_in_order_and_each_is_there(file: Path) -> None:
    names = exports(file) or []
    assert names == sorted(names, key=place)
    assert len(names) == len(set(names))
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    module = import_module(".".join(part for part in parts if part != "__init__"))
    assert [name for name in names if not hasattr(module, name)] == []


@pytest.mark.parametrize("file", PACKAGES, ids=relative)
def test_a_door_names_all_that_it_imports(file: Path) -> None:
    body = tree(file).body[1:]  # after the docstring
    if any(isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AnnAssign)) for node in body):
        return  # not a door, but a module with content of its own
    imported = {
        alias.asname or alias.name
        for node in body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {name for name in imported if not name.startswith("_")} == set(exports(file) or [])


def test_the_front_door_has_no_more_words_than_can_be_learned() -> None:
    assert len(iopkit.__all__) <= 50


# Words.


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Public classes and functions that a module defines, with their methods."""
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value):
            yield name, value
            for part, member in vars(value).items():
                inner = getattr(member, "__func__", getattr(member, "fget", member))
                if not part.startswith("_") and inspect.isfunction(inner):
                    yield f"{name}.{part}", inner
        elif inspect.isfunction(value) or hasattr(value, "__wrapped__"):
            yield name, value


@pytest.mark.parametrize("name", MODULES)
def test_everything_public_says_what_it_is(name: str) -> None:
    module = import_module(name)
    assert module.__doc__
    silent = [
        part
        for part, value in public(module)
        if not (value.__doc__ or "").strip() or value.__doc__.startswith(f"{part}(")
    ]
    assert silent == []


@pytest.mark.parametrize("file", source_files(), ids=relative)
def test_no_module_is_a_drawer_for_odds_and_ends(file: Path) -> None:
    assert file.stem not in {"base", "common", "helpers", "manager", "misc", "shared", "utils"}


@pytest.mark.parametrize("name", MODULES)
def test_no_public_function_bears_its_modules_name(name: str) -> None:
    module = import_module(name)
    assert name.rpartition(".")[2] not in {part for part, _ in public(module)}


def test_no_two_test_files_have_one_name() -> None:
    names = Counter(file.name for file in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


# Sources.


def sources_in(value: object) -> Iterator[Source]:
    """Every source within a value."""
    if isinstance(value, Source):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from sources_in(part)
    elif isinstance(value, (tuple, list, frozenset)):
        for part in value:
            yield from sources_in(part)
    elif attrs.has(kind := type(value)):
        for field in attrs.fields(kind):
            yield from sources_in(getattr(value, field.name))


def levels() -> Iterator[LevelOfCare]:
    for edition in Edition:
        for number in ("0.5", *(f"{whole}.{part}" for whole in range(1, 5) for part in range(10))):
            try:
                yield LevelOfCare.parse(number, edition=edition)
            except InvalidError:
                continue


def shipped() -> Iterator[tuple[str, Iterable[Source]]]:
    for policy in POLICIES:
        yield f"policy {policy.name}", sources_in(policy)
    for ladder in LADDERS:
        yield f"ladder {ladder.name}", sources_in(ladder)
    adult = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), date(1984, 5, 17))
    yield "trade-offs", sources_in(compare_levels(adult, on=date(2026, 1, 5)))
    for requirements in REQUIREMENTS:
        yield f"requirements {requirements.name}", sources_in(requirements)
    for coding in CODINGS:
        yield f"coding scheme {coding.name}", sources_in(coding)
    for table in RATES:
        yield f"rates {table.name}", sources_in(table)
    yield "costs", sources_in(COSTS)
    for name in program_names():
        yield f"program {name}", sources_in(find_program(name))
    yield "facts", sources_in(FACTS)
    yield "instruments", sources_in(INSTRUMENTS)
    for level in levels():
        bands = [hour_band(level, group) for group in AgeGroup]
        yield f"{level.edition.name} {level.number}", [level.source, *sources_in(bands)]


@pytest.mark.parametrize(
    "sources", [pytest.param(list(sources), id=what) for what, sources in shipped()]
)
def test_every_rule_says_who_says_so(sources: list[Source]) -> None:
    assert sources
    for source in sources:
        assert len(source.citation.strip()) > 5
        assert source.grade in Grade
        assert source.url is None or re.fullmatch(r"https?://[^\s/]+\.[a-z]+/\S+", source.url)


def test_what_is_quoted_from_the_cfr_is_legal_text_checked_on_a_day() -> None:
    cfr = {s for _, sources in shipped() for s in sources if " CFR " in s.citation}
    assert len(cfr) >= 8
    for source in cfr:
        assert source.grade is Grade.LEGAL_TEXT
        assert source.checked is not None, source.citation
        assert source.url is not None, source.citation


def test_every_legal_text_has_an_address_or_a_place_in_a_code() -> None:
    for _, sources in shipped():
        for source in sources:
            if source.grade is Grade.LEGAL_TEXT:
                assert source.url or re.search(r"\d", source.citation)


def test_every_criterion_names_a_place_within_its_versions_source() -> None:
    for policy in POLICIES:
        for version in policy.versions.dated:
            for criterion in version.value:
                assert criterion.source.citation.startswith(version.source.citation)


# Manners.


def outside_the_command_line() -> list[Path]:
    return [file for file in source_files() if relative(file) != "cli.py"]


def imported(file: Path) -> set[str]:
    """Full names of all that a file imports, at the top or in a function."""
    names: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("file", outside_the_command_line(), ids=relative)
def test_only_the_command_line_reads_the_clock_the_disk_or_chance(file: Path) -> None:
    outside = {"io", "os", "pathlib", "random", "secrets", "socket", "sys", "tempfile", "time"}
    allowed = {"io.BytesIO"}
    found = {n for n in imported(file) if n.partition(".")[0] in outside and n not in allowed}
    assert found == set()
    called = {ast.unparse(node.func) for node in ast.walk(tree(file)) if isinstance(node, ast.Call)}
    forbidden = re.compile(r"(.*\.)?(today|now|utcnow|uuid1|uuid4|open|input|print|getenv)")
    assert {call for call in called if forbidden.fullmatch(call)} == set()


@pytest.mark.parametrize("file", source_files(), ids=relative)
def test_nothing_is_logged_and_no_input_is_asserted(file: Path) -> None:
    assert {
        name for name in imported(file) if name.partition(".")[0] in ("logging", "warnings")
    } == set()
    assert not [node for node in ast.walk(tree(file)) if isinstance(node, ast.Assert)]


@pytest.mark.parametrize("file", source_files(), ids=relative)
def test_no_error_is_swallowed_unnamed(file: Path) -> None:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            assert ast.unparse(node.type) not in ("Exception", "BaseException")


def test_an_optional_package_is_imported_where_it_is_said_within_a_function() -> None:
    users = {
        extra: [
            relative(f)
            for f in source_files()
            if any(n.partition(".")[0] == extra for n in imported(f))
        ]
        for extra in EXTRAS
    }
    assert users == {
        "highspy": ["plans/solver.py"],
        "holidays": ["plans/sites.py"],
        "icalendar": ["interchange/appointments.py"],
        "matplotlib": ["plots/canvas.py"],
        # Predicates over frames, and schedules of many patients, which have nothing in common.
        "narwhals": ["eligibility/columns.py", "plans/engines.py", "plans/panels.py"],
        # Columns have Narwhals import it, by its name.
        "polars": ["plans/engines.py", "plans/panels.py"],
        "hypothesis": ["strategies.py"],
        "recurring_ical_events": ["interchange/appointments.py"],
        "z3": ["eligibility/spaces.py"],
    }
    for file in outside_the_command_line():
        top = {
            node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            for node in tree(file).body
            if isinstance(node, (ast.Import, ast.ImportFrom))
        }
        assert not {str(name).partition(".")[0] for name in top} & set(EXTRAS[:-1])


def test_no_file_names_a_package_registrys_host() -> None:
    hosts = [
        ".".join(parts)
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("registry", "npmjs", "org"),
            ("registry", "yarnpkg", "com"),
            ("proxy", "golang", "org"),
        )
    ]
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    assert len(files) > 30
    named = [
        f"{file.relative_to(ROOT)}: {host}"
        for file in files
        if file.is_file()
        for host in hosts
        if host.encode() in file.read_bytes()
    ]
    assert named == []
