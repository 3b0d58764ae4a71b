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
from pkgutil import iter_modules, walk_packages
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
    LEVEL_FIGURES,
    POLICIES,
    POPULATIONS,
    RATES,
    REQUIREMENTS,
    find_program,
    program_names,
)
from iopkit.patients import INSTRUMENTS, Patient
from iopkit.placement import compare_levels
from iopkit.sources import Grade

pytestmark = pytest.mark.no_cover  # reads the code, and runs what others run

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
    "scipy",
    "z3",
    "hypothesis",
)


def source_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(file)))


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


def loaded_by(script: str) -> set[str]:
    """The modules that a script loads in a fresh process."""
    head = "import contextlib, io\nbefore = set(sys.modules)\n"
    return set(fresh(f"{head}{script}\nprint(json.dumps(sorted(set(sys.modules) - before)))"))


def test_importing_iopkit_loads_no_room() -> None:
    loaded = {name for name in loaded_by("import iopkit") if name.startswith("iopkit")}
    assert loaded == {"iopkit", "iopkit.doors"}


def test_all_names_of_the_front_door_take_the_core_alone() -> None:
    loaded = {name.partition(".")[0] for name in loaded_by("from iopkit import *")}
    core = {"attr", "attrs", "cattr", "cattrs", "dateutil", "iopkit", "six", "typing_extensions"}
    found = {name for name in loaded if not name.startswith("_sysconfigdata")}
    assert found - core - set(sys.stdlib_module_names) <= {"tzdata"}


@pytest.mark.parametrize(
    ("script", "without"),
    [
        ("from iopkit.patients import Patient", {"cattrs", "iopkit.eligibility", "iopkit.plans"}),
        (
            "from iopkit import find_policy",
            {
                "cattrs",
                *(
                    f"iopkit.{room}"
                    for room in ("plans", "programs", "schedules", "documents", "checks")
                ),
            },
        ),
    ],
)
def test_a_name_loads_its_room_and_what_that_needs(script: str, without: set[str]) -> None:
    assert loaded_by(script) & without == set()


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_no_room(option: str) -> None:
    loaded = loaded_by(
        "from iopkit.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        f"    main([{option!r}])"
    )
    rooms = {name for name in loaded if name.startswith("iopkit.")}
    commands = {"iopkit.cli", "iopkit.cli.command", "iopkit.cli.terminal", "iopkit.version"}
    assert rooms <= {*commands, "iopkit.doors", *SHARED}


SHARED = ("iopkit.errors", "iopkit.fields", "iopkit.prose", "iopkit.confidential")
"""Words that the command line needs to say what is wrong."""


ON_ARRAYS = ("cli/study_", "scenarios/", "studies/")
ROOMS_OF_EXTRAS = (
    "iopkit.scenarios",
    "iopkit.strategies",
    "iopkit.studies",
    # What is shipped for scenarios, and loaded when it is asked for.
    "iopkit.library.populations",
    "iopkit.library.priorities",
    # Loaded by commands on studies, after that door.
    "iopkit.cli.study_",
)
"""Their doors say which extra is missing."""


def test_importing_all_but_some_rooms_needs_no_extra() -> None:
    names = [name for name in MODULES if not name.startswith(ROOMS_OF_EXTRAS)]
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


def of_door(file: Path) -> dict[str, str]:
    """The names that a door imports, also for type checkers alone, and where from."""
    body = tree(file).body
    inner = [node for part in body if isinstance(part, ast.If) for node in part.body]
    return {
        alias.asname or alias.name: str(node.module)
        for node in (*body, *inner)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("iopkit.")
        for alias in node.names
        if node.module != "iopkit.doors"
    }


@pytest.mark.parametrize("file", PACKAGES, ids=relative)
def test_a_door_names_all_that_it_imports(file: Path) -> None:
    assert of_door(file).keys() == set(exports(file) or [])


LAZY = [file for file in PACKAGES if "_HOMES = " in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("file", LAZY, ids=relative)
def test_a_lazy_door_opens_to_what_it_tells_type_checkers(file: Path) -> None:
    parts = file.parent.relative_to(PACKAGE.parent).parts
    door = import_module(".".join(parts))
    assert of_door(file) == door._HOMES
    assert set(door.__all__) <= set(dir(door))
    inside = {module.name for module in iter_modules(door.__path__)}
    public = {*door._HOMES, *inside} - {"__main__", "__version__"}
    assert {name for name in dir(door) if not name.startswith("__")} == public
    for name in ("nothing_of_the_kind", "_HOME", "errors.nothing", ""):
        with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
            getattr(door, name)


def test_a_room_is_found_from_the_front_door_without_an_import_of_its_own() -> None:
    script = "import iopkit\nprint(json.dumps(iopkit.schedules.openings.__name__))"
    assert fresh(script) == "openings"


def test_no_door_has_more_words_than_can_be_learned() -> None:
    assert len(iopkit.__all__) == 39
    sizes = {relative(file): len(exports(file) or []) for file in PACKAGES}
    assert {file: size for file, size in sizes.items() if size > 75} == {}


def test_no_module_imports_a_door() -> None:
    """Inside the house a name comes from the module that defines it."""
    doors = {".".join(f.parent.relative_to(PACKAGE.parent).parts) for f in PACKAGES}
    found = [
        f"{relative(file)}: {node.module}.{alias.name}"
        for file in source_files()
        if file not in PACKAGES
        for node in nodes(file)
        if isinstance(node, ast.ImportFrom) and node.module in doors
        for alias in node.names
        if f"{node.module}.{alias.name}" not in MODULES
    ]
    assert found == []


def defined(file: Path) -> Iterator[str]:
    """Public classes and functions that a file defines."""
    for node in tree(file).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield node.name


def test_no_public_name_is_defined_twice() -> None:
    names = Counter(name for file in source_files() for name in defined(file))
    assert [name for name, count in names.items() if count > 1] == []


def test_a_module_of_more_than_500_lines_says_why() -> None:
    large = [f for f in source_files() if len(f.read_text(encoding="utf-8").splitlines()) > 500]
    silent = [f for f in large if "in one piece" not in (ast.get_docstring(tree(f)) or "")]
    assert silent == []


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


def test_everything_public_says_what_it_is() -> None:
    modules = [import_module(name) for name in MODULES]
    silent = [
        f"{module.__name__}.{part}"
        for module in modules
        for part, value in public(module)
        if not (value.__doc__ or "").strip() or value.__doc__.startswith(f"{part}(")
    ]
    assert [module.__name__ for module in modules if not module.__doc__] == []
    assert silent == []


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"base", "common", "helpers", "manager", "misc", "shared", "utils"}
    assert [file for file in source_files() if file.stem in drawers] == []


def test_no_public_function_bears_its_modules_name() -> None:
    bearing = [
        name
        for name in MODULES
        if name.rpartition(".")[2] in {part for part, _ in public(import_module(name))}
    ]
    assert bearing == []


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
    rows = compare_levels(adult, on=date(2026, 1, 5), figures=LEVEL_FIGURES)
    yield "trade-offs", sources_in(rows)
    for requirements in REQUIREMENTS:
        yield f"requirements {requirements.name}", sources_in(requirements)
    for coding in CODINGS:
        yield f"coding scheme {coding.name}", sources_in(coding)
    for table in RATES:
        yield f"rates {table.name}", sources_in(table)
    yield "costs", sources_in(COSTS)
    yield "populations", sources_in(POPULATIONS)
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
    return [file for file in source_files() if file.parent.name != "cli"]


@cache
def imported(file: Path) -> set[str]:
    """Full names of all that a file imports, at the top or in a function."""
    names: set[str] = set()
    for node in nodes(file):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_only_the_command_line_reads_the_clock_the_disk_or_chance() -> None:
    outside = {"io", "os", "pathlib", "random", "secrets", "socket", "sys", "tempfile", "time"}
    allowed = {"io.BytesIO", "io.StringIO"}  # in memory
    forbidden = re.compile(r"(.*\.)?(today|now|utcnow|uuid1|uuid4|open|input|print|getenv)")
    for file in outside_the_command_line():
        found = {n for n in imported(file) if n.partition(".")[0] in outside and n not in allowed}
        assert found == set(), file
        called = {ast.unparse(node.func) for node in nodes(file) if isinstance(node, ast.Call)}
        assert {call for call in called if forbidden.fullmatch(call)} == set(), file


def test_nothing_is_logged_and_no_input_is_asserted() -> None:
    for file in source_files():
        told = {n for n in imported(file) if n.partition(".")[0] in ("logging", "warnings")}
        assert told == set(), file
        assert not [node for node in nodes(file) if isinstance(node, ast.Assert)], file


def test_no_error_is_swallowed_unnamed() -> None:
    for file in source_files():
        if relative(file) == "cli/process.py":
            continue  # whatever failed, the process must not end as an answer does
        for node in nodes(file):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, file
                assert ast.unparse(node.type) not in ("Exception", "BaseException"), file


ON_FRAMES = (
    *("columns", "contents", "engines", "entry_tables", "expressions", "measures"),
    *("panels", "records", "refusals", "tables", "verdicts"),
)


def test_an_optional_package_is_imported_where_it_is_said_within_a_function() -> None:
    users = {
        extra: [
            relative(f)
            for f in source_files()
            if any(n.partition(".")[0] == extra for n in imported(f))
        ]
        for extra in EXTRAS
    }
    strategies = sorted(relative(file) for file in (PACKAGE / "strategies").glob("*.py"))
    on_arrays = [name for name in users["polars"] if name.startswith(ON_ARRAYS)]
    assert users == {
        "highspy": ["groups/solver.py"],
        "holidays": ["sites/closures.py"],
        "icalendar": ["calendars/properties.py"],
        "matplotlib": ["plots/canvas.py"],
        # Predicates over frames, schedules of many patients and measures have nothing in common.
        "narwhals": [f"frames/{name}.py" for name in ON_FRAMES],
        # Columns have Narwhals import it, by its name.
        "polars": sorted(
            [
                *(f"frames/{name}.py" for name in ("engines", "entry_tables", "measures")),
                *("frames/panels.py", "frames/stay_columns.py"),
                *on_arrays,
            ]
        ),
        "hypothesis": [name for name in strategies if name != "strategies/__init__.py"],
        "recurring_ical_events": [],
        "scipy": ["studies/mathematics.py"],
        "z3": ["eligibility/spaces.py"],
    }
    for file in outside_the_command_line():
        if relative(file) in on_arrays:
            continue
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
