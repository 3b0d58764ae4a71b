"""Templates to start from, and schemas for editors, on the command line."""

import json
import re
import tomllib
from collections.abc import Callable, Container, Iterator
from enum import Enum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, get_args, get_origin

import attrs
import pytest
from attrs import evolve

from iopkit import Plan, Program, Site, find_requirements, from_json, from_toml
from iopkit.checks import check
from iopkit.cli import main
from iopkit.documents import json_schema, to_document
from iopkit.documents.classes import ASKED_OF, is_union, members_of, tagged
from iopkit.documents.documents import form_of
from iopkit.documents.kinds import KINDS
from iopkit.documents.values import is_fact, leaf_of
from iopkit.eligibility import Policy, Predicate
from iopkit.patients import Instrument, Patient
from iopkit.programs import InAll, PerWeek, RandomDays, Service, Weekly
from iopkit.schedules import Reason, schedule

TEMPLATES = (
    "clinic",
    "coding",
    "due_rules",
    "facts",
    "goals",
    "habits",
    "instrument",
    "ladder",
    "patient",
    "policy",
    "predicate",
    "program",
    "rates",
    "requirements",
    "roster",
    "site",
    "study",
)
# What iopkit works out, so that nobody begins one by hand.
RESULTS = {
    "assignments",
    "charges",
    "course",
    "decision",
    "finding",
    "placement",
    "plan",
    "schedule",
}
TEXT = (files("iopkit") / "templates" / "program.toml").read_text(encoding="utf-8")
PROGRAM = from_toml(Program, TEXT)

Said = tuple[int, str, str]
Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line within this process: its code, and what it printed."""

    def running(*arguments: object) -> Said:
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return running


# Templates.


def template(what: str) -> Traversable:
    """The file of a template; those of goals and of a clinic are shipped for more."""
    shipped = files("iopkit")
    if what == "clinic":
        return shipped / "examples" / "clinic" / "clinic.toml"
    if what == "goals":
        return shipped / "library" / "goal_files" / "starting-points.toml"
    return shipped / "templates" / f"{what}.toml"


@pytest.mark.parametrize("what", TEMPLATES)
def test_a_template_is_a_valid_document_with_its_comments(what: str, run: Run) -> None:
    code, out, err = run("new", what)
    assert (code, err) == (0, "")
    assert keyless(out) == keyless(template(what).read_text(encoding="utf-8"))
    assert out.startswith("# ")
    assert out.isascii(), "no terminal's encoding and no editor's may spoil it"
    value = from_toml(KINDS[what], out)
    document = json.loads(run("new", what, "--json")[1])
    again = {"key": document["key"]} if what == "patient" else {}
    assert document == {**to_document(value), **again}


@pytest.mark.parametrize("what", TEMPLATES)
def test_a_template_is_written_as_it_is_printed(what: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    printed = run("new", what)[1]
    assert run("new", what, "-o", path) == (0, f"wrote {path}\n", "")
    written = path.read_text(encoding="utf-8")
    assert keyless(written) == keyless(printed)
    assert (written == printed) == (what != "patient"), "each patient has another key"


def keyless(text: str) -> str:
    return re.sub(r'(?m)^key = "[0-9a-f-]{36}"$', "", text)


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_each_patient_that_is_printed_has_a_key_of_their_own(
    words: tuple[str, ...], run: Run
) -> None:
    keys = {re.findall(r"[0-9a-f-]{36}", run("new", "patient", *words)[1])[0] for _ in range(2)}
    assert len(keys) == 2


@pytest.mark.parametrize("ending", ["toml", "json"])
def test_each_patient_that_is_begun_has_a_key_of_their_own(
    ending: str, run: Run, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{name}.{ending}" for name in ("one", "two")]
    for path in paths:
        assert run("new", "patient", "-o", path)[0] == 0
    read = {"toml": from_toml, "json": from_json}[ending]
    one, two = (read(Patient, path.read_bytes()) for path in paths)
    assert one.key != two.key
    assert evolve(one, key=two.key) == two


def test_a_template_is_written_as_json_for_a_name_that_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    assert run("new", "program", "--output", path)[0] == 0
    assert from_json(Program, path.read_bytes()) == PROGRAM


@pytest.mark.parametrize("name", ["mine.toml", "mine.json", "folder"])
def test_what_exists_is_not_overwritten(name: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for file in ("mine.toml", "mine.json"):
        (tmp_path / file).write_text("hours of work", encoding="utf-8")
    code, out, err = run("new", "program", "-o", tmp_path / name)
    assert (code, out) == (2, "")
    assert err.startswith(f"iopkit: cannot write {tmp_path / name}: ")
    assert {path.name for path in tmp_path.iterdir()} == {"folder", "mine.toml", "mine.json"}
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8") == "hours of work"
    assert (tmp_path / "mine.json").read_text(encoding="utf-8") == "hours of work"


@pytest.mark.parametrize("name", ["mine.yaml", "mine", "mine.TOML"])
def test_a_template_is_written_as_what_can_be_read_again(
    name: str, run: Run, tmp_path: Path
) -> None:
    code, out, err = run("new", "site", "-o", tmp_path / name)
    assert (code, out) == (2, "")
    assert "expected a name that ends in .toml or .json" in err
    assert not [*tmp_path.iterdir()]


def test_a_template_needs_a_folder_to_be_written_to(run: Run, tmp_path: Path) -> None:
    code, out, err = run("new", "program", "-o", tmp_path / "none" / "mine.toml")
    assert (code, out) == (2, "")
    assert "No such file or directory" in err


def test_every_kind_is_begun_by_hand_or_a_result() -> None:
    assert {*TEMPLATES} | RESULTS == KINDS.keys()
    assert {*TEMPLATES} & RESULTS == set()


def test_help_says_which_kinds_are_not_begun(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["new", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert f"iopkit itself writes the others: {', '.join(sorted(RESULTS))}" in said


@pytest.mark.parametrize("arguments", [(), ("plan",), ("program", "-o")])
def test_there_are_templates_of_what_people_write(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["new", *arguments])
    assert end.value.code == 2
    assert "usage: iopkit new" in capsys.readouterr().err


def test_the_templates_lead_to_a_plan_and_its_checks(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for what in TEMPLATES:
        assert run("new", what, "-o", f"{what}.toml")[0] == 0
    Path("patient.json").write_text(run("example", "patient")[1], encoding="utf-8")
    files_given = ("--program", "program.toml", "--site", "site.toml")
    start = ("--start", "2026-01-12", "--seed", 1)
    own = ("--no-goals", "-o", "plan.json")
    code, out, _ = run("plan", "patient.json", *files_given, *start, *own)
    assert code == 0
    # The one thing that the template leaves open, and says so.
    asked = out.rpartition("Not known yet:\n")[2].partition("\n\n")[0]
    hours, _, rest = asked.partition("  - family-session")
    assert hours.startswith("  - are the hours a week those")  # as one length is open
    assert f"  - family-session{rest}".splitlines() == [
        "  - family-session: how long is a session? Neither program nor site says",
        "  - what is to be done here? The program's source leaves it open: How long a family",
        "    session is, and in which weeks the three take place.",
    ]
    site = from_toml(Site, Path("site.toml").read_bytes())
    dated = schedule(from_json(Plan, Path("plan.json").read_bytes()), site)
    # A training day's group has no place: on each other day of its week there is one already.
    missed = [(each.service, each.why) for each in dated.unplaced]
    assert ("evening-group", Reason.LONG_DAY) in missed
    assert {service for service, _ in missed} == {"family-session", "evening-group"}
    found = check(dated, find_requirements("us-medicare-iop"))
    truths = [f.truth.value for f in found if f.requirement.name == "nine-hours"]
    # The sixth week is that of the training day.
    assert truths[:8] == ["yes"] * 5 + ["no"] + ["yes"] * 2
    assert "yes" not in truths[8:]


# The templates show all that their documents can say.


def test_the_template_has_two_phases_and_every_kind_of_timing() -> None:
    assert len(PROGRAM.phases) >= 2
    timings = {type(service.timing) for service in PROGRAM.every_service}
    assert timings >= {Weekly, PerWeek, InAll, RandomDays}


# Classes that a template leaves to another, which it names: they are documents of their own, or
# parts of one.
ELSEWHERE: dict[str, dict[Any, str]] = {
    "due_rules": dict.fromkeys(get_args(Predicate), "predicate"),
    "goals": dict.fromkeys(get_args(Predicate), "predicate"),
    "habits": dict.fromkeys(get_args(Predicate), "predicate"),
    "ladder": {Policy: "policy"} | dict.fromkeys(get_args(Predicate), "predicate"),
    "policy": dict.fromkeys(get_args(Predicate), "predicate"),
    "roster": {Service: "program"},
    "study": dict.fromkeys(get_args(Predicate), "predicate"),
}


def classes(kind: Any, apart: Container[Any], seen: set[Any]) -> Iterator[Any]:
    """The classes and enumerations that documents of a class are made of, each once."""
    whole = get_origin(kind) or kind
    if kind in seen or whole in apart or is_fact(kind):
        return
    seen.add(kind)
    if kind is not Instrument and attrs.has(whole) and leaf_of(kind) is None:
        yield kind
        for member in members_of(kind):
            yield from classes(member.kind, apart, seen)
    elif isinstance(kind, type) and issubclass(kind, Enum):
        yield kind
    elif leaf_of(kind) is None:
        for part in get_args(kind):
            yield from classes(part, apart, seen)


def unions(kind: Any) -> Iterator[Any]:
    """The unions within a class's fields."""
    for member in members_of(kind):
        inner = member.kind
        while get_origin(inner) is tuple:
            inner = get_args(inner)[0]
        if is_union(inner):
            yield inner


def made_of(what: str) -> list[Any]:
    """What a template has to show."""
    return list(dict.fromkeys(classes(form_of(KINDS[what]), ELSEWHERE.get(what, {}), set())))


SHOWN = [
    pytest.param(what, kind, id=f"{what}-{getattr(kind, '__name__', kind)}")
    for what in TEMPLATES
    for kind in made_of(what)
]


@pytest.mark.parametrize(("what", "kind"), SHOWN)
def test_a_template_shows_every_key_class_and_word(what: str, kind: Any) -> None:
    text = template(what).read_text(encoding="utf-8")
    if isinstance(kind, type) and issubclass(kind, Enum):
        leaf = leaf_of(kind)
        assert leaf is not None
        words = [str(leaf.write(word)) for word in kind]
        assert [
            word for word in words if not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
        ] == []
        return
    # No finding about a course has a day of its own, so none can be asked to be recent.
    members = [m for m in members_of(kind) if what != "program" or m not in ASKED_OF]
    shown = {
        m.key for m in members if re.search(rf"(?m)^(.*[ {{#\[.])?{m.key}( = |\.|\]\]?)", text)
    }
    assert {member.key for member in members} - shown == set()
    apart = ELSEWHERE.get(what, {})
    tags = {
        tag
        for union in unions(kind)
        for tag, of in tagged(union).items()
        if len(tagged(union)) > 1 and of not in apart
    }
    assert {tag for tag in tags if f'type = "{tag}"' not in text} == set()


@pytest.mark.parametrize("what", ELSEWHERE)
def test_a_template_names_those_that_explain_its_parts(what: str) -> None:
    text = " ".join(template(what).read_text(encoding="utf-8").replace("\n#", " ").split())
    assert [of for of in ELSEWHERE[what].values() if f'"iopkit new {of}"' not in text] == []


def test_what_the_comments_propose_is_valid_as_well() -> None:
    more = TEXT.replace("times = 1 }", 'times = 1, slots = ["tuesday 16:00"] }')
    assert more != TEXT
    assert from_toml(Program, more) != PROGRAM
    assert from_toml(Program, f"#:schema ./program.schema.json\n{TEXT}") == PROGRAM
    assert "#     #:schema ./program.schema.json\n" in TEXT


def test_what_may_be_left_out_is_said_truly() -> None:
    document = tomllib.loads(TEXT)
    required = json_schema("program")["required"]
    assert required == ["document", "format", "name", "title", "phases"]
    least = {key: document[key] for key in required}
    assert from_json(Program, json.dumps(least)).phases == PROGRAM.phases


# Schemas.


@pytest.mark.parametrize("kind", KINDS)
def test_schema_prints_the_schema_of_a_kind(kind: str, run: Run) -> None:
    code, out, err = run("schema", kind)
    assert (code, err) == (0, "")
    assert json.loads(out) == json_schema(kind)
    assert out.isascii()
    assert run("schema", kind, "--json") == (0, out, "")


def test_schema_is_of_kinds_of_documents_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["schema", "service"])
    assert end.value.code == 2
    assert "requirements" in capsys.readouterr().err
