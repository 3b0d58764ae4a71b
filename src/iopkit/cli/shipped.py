"""Commands on what is shipped and on documents, from list to schema."""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import uuid4

from attrs import evolve

from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.rates import RateTable
from iopkit.cli.arguments import add_own, own_of
from iopkit.cli.files import (
    Answer,
    Command,
    Own,
    UsageError,
    as_json,
    find_document,
    is_file_name,
    read_bytes,
    read_document,
)
from iopkit.courses.due_rules import DueRuleSet
from iopkit.documents.documents import from_toml, to_document
from iopkit.documents.kinds import KINDS
from iopkit.documents.results import fact_document
from iopkit.documents.schemas import json_schema
from iopkit.documents.upgrades import Upgrade, upgrade_file
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Policy
from iopkit.eligibility.predicates import Fact, describe
from iopkit.errors import InvalidError, UnknownNameError
from iopkit.fields import frozen
from iopkit.library.codings import CODINGS, RATES, find_coding, find_rates
from iopkit.library.due_rule_sets import DUE_RULE_SETS, find_due_rules
from iopkit.library.goal_templates import (
    find_goal_templates,
    goal_template_names,
    goal_template_text,
)
from iopkit.library.ladders import LADDERS, find_ladder
from iopkit.library.policies import POLICIES, find_policy
from iopkit.library.programs import find_program, program_names, program_text
from iopkit.library.requirements import REQUIREMENTS, find_requirements
from iopkit.library.rule_reports import rules_document, rules_since, rules_text
from iopkit.library.unread import RECORDED_NOT_USED
from iopkit.placement.placement import Ladder
from iopkit.plans.goal_templates import GoalTemplates
from iopkit.programs.programs import Program
from iopkit.reports.charges import charges_text, coding_text, rates_text
from iopkit.reports.courses import course_text
from iopkit.reports.decisions import decision_text
from iopkit.reports.due import due_rules_text
from iopkit.reports.findings import findings_text
from iopkit.reports.goals import goal_templates_text
from iopkit.reports.groups import assignments_text
from iopkit.reports.placements import ladder_text, placement_text
from iopkit.reports.plans import plan_text
from iopkit.reports.policies import fact_text, policy_text
from iopkit.reports.programs import template_text
from iopkit.reports.records import record_text
from iopkit.reports.requirements import requirements_text
from iopkit.reports.schedules import calendar_text
from iopkit.requirements.requirements import RequirementSet
from iopkit.sites.sites import Site
from iopkit.windows import ONE_DAY


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=sorted(_SHIPPED))


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", help="a name, or the file of a document of any kind, also a patient's"
    )
    parser.add_argument(
        "--kind",
        choices=sorted(_SHOWN),
        help="what is meant, where several are named so; with --json it is the document itself",
    )
    add_own(parser)


def _example_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("course", "patient", "program", "site"))


def _new_arguments(parser: argparse.ArgumentParser) -> None:
    written = ", ".join(sorted(KINDS.keys() - {*_TEMPLATES}))
    parser.add_argument(
        "what",
        choices=_TEMPLATES,
        help=f"a kind that people write; iopkit itself writes the others: {written}; and "
        "iopkit init begins all files of a clinic",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE.toml",
        help="write it, unless there is such a file; as JSON if the name ends in .json",
    )


def _rules_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since",
        required=True,
        metavar="VERSION",
        help="the version after which to look, such as 0.1.0; 0.0.0 is before all",
    )


def _upgrade_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="a document of any kind; it is written again where its format is an older one",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would change, and write nothing"
    )


def _schema_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind", choices=sorted(KINDS), metavar="KIND", help=f"one of {', '.join(sorted(KINDS))}"
    )


_Spans = Sequence[tuple[date, date | None]]

# Names and titles of what is shipped, by kind, and what of it has versions.
_SHIPPED: Mapping[str, Callable[[], Mapping[str, str]]] = {
    "codings": lambda: {coding.name: coding.title for coding in CODINGS},
    "due_rules": lambda: {rules.name: rules.title for rules in DUE_RULE_SETS},
    "facts": lambda: {fact.name: fact.meaning for fact in FACTS.values()},
    "goals": lambda: {name: find_goal_templates(name).title for name in goal_template_names()},
    "ladders": lambda: {ladder.name: ladder.title for ladder in LADDERS},
    "policies": lambda: {policy.name: policy.title for policy in POLICIES},
    "programs": lambda: {name: find_program(name).title for name in program_names()},
    "rates": lambda: {table.name: table.title for table in RATES},
    "requirements": lambda: {r.name: r.title for r in REQUIREMENTS},
}

_IN_VERSIONS: Mapping[str, Sequence[CodingScheme | DueRuleSet | Policy | RequirementSet]] = {
    "codings": CODINGS,
    "due_rules": DUE_RULE_SETS,
    "policies": POLICIES,
    "requirements": REQUIREMENTS,
}


def _list(options: argparse.Namespace) -> Answer:
    titles = _SHIPPED[options.what]()
    if options.what not in _IN_VERSIONS:
        return Answer(_table([*titles.items()]), titles)
    spans = {rule.name: rule.versions.spans for rule in _IN_VERSIONS[options.what]}
    rows = [("name", "usable from", "title")]
    rows += [(name, _usable(spans[name]), title) for name, title in titles.items()]
    document = {
        name: {
            "title": title,
            "usable": [
                {"since": first.isoformat(), "end": end and end.isoformat()}
                for first, end in spans[name]
            ],
        }
        for name, title in titles.items()
    }
    return Answer(_table(rows), document)


def _usable(spans: _Spans) -> str:
    """From when something can be asked, and up to which last day, if it ended."""
    return ", ".join(f"{first}{f' to {end - ONE_DAY}' if end else ''}" for first, end in spans)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text in columns, of which the last is as long as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


@frozen
class _Shown:
    """A kind of what is shipped: how a value is found, and shown."""

    listed: str
    kind: Any  # Any: the class of a generic value
    find: Callable[[str], Any]
    text: Callable[[Any], str]


_SHOWN: Mapping[str, _Shown] = {
    "policy": _Shown("policies", Policy, find_policy, policy_text),
    "ladder": _Shown("ladders", Ladder, find_ladder, ladder_text),
    "program": _Shown("programs", Program, find_program, template_text),
    "requirements": _Shown("requirements", RequirementSet, find_requirements, requirements_text),
    "due_rules": _Shown("due_rules", DueRuleSet, find_due_rules, due_rules_text),
    "coding": _Shown("codings", CodingScheme, find_coding, coding_text),
    "rates": _Shown("rates", RateTable, find_rates, rates_text),
    "goals": _Shown("goals", GoalTemplates, find_goal_templates, goal_templates_text),
    "fact": _Shown(
        "facts",
        Fact,
        FACTS.__getitem__,
        lambda fact: fact_text(fact, not_used=RECORDED_NOT_USED.get(fact.name, "")),
    ),
}


# Kinds that are shown from files alone; any other is as the outline of what it says.
_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "assignments": assignments_text,
    "charges": charges_text,
    "course": course_text,
    "decision": decision_text,
    "finding": lambda finding: findings_text([finding]),
    "habits": lambda habits: "\n".join((habits.title, *habits.words)),
    "placement": placement_text,
    "plan": plan_text,
    "predicate": lambda predicate: describe(predicate, in_full=True),
    "schedule": calendar_text,
}


def _show(options: argparse.Namespace) -> Answer:
    """Everything of that name: a payer's policy and its requirements may share one."""
    own = own_of(options)
    one = options.kind
    if one != "fact" and is_file_name(options.name):
        return _show_file(options.name, one, own)
    found = {
        kind: value for kind in ([one] if one else _SHOWN) for value in _named(kind, options, own)
    }
    if not found:
        shown = [_SHOWN[options.kind]] if options.kind else _SHOWN.values()
        known = {name for each in shown for name in _SHIPPED[each.listed]()} | {*(own.facts or ())}
        kinds = (
            "policy, ladder, program, requirement set, set of due rules, coding scheme, "
            "rate table, templates of goals or fact"
        )
        raise UnknownNameError(options.kind or kinds, options.name, known)
    text = "\n\n".join(_SHOWN[kind].text(value) for kind, value in found.items())
    documents = {
        kind: fact_document(value, not_used=RECORDED_NOT_USED.get(value.name))
        if kind == "fact"
        else to_document(value)
        for kind, value in found.items()
    }
    if one:
        return Answer(text, documents[one])
    return Answer(text, {_SHOWN[kind].listed: of for kind, of in documents.items()})


def _show_file(name: str, asked: str | None, own: Own) -> Answer:
    """The document in a file: of the kind that is asked for, or whichever it says that it is."""
    if asked:
        kind, value = asked, read_document(_SHOWN[asked].kind, Path(name), own)
    else:
        found = find_document(Path(name))
        try:
            kind, value = found.kind, found.read(own)
        except InvalidError as error:
            raise UsageError(f"{name}: {error}") from error
    document = to_document(value)
    told = _SHOWN[kind].text if kind in _SHOWN else _WRITTEN.get(kind)
    return Answer(told(value) if told else record_text(document), document)


def _named(kind: str, options: argparse.Namespace, own: Own) -> Iterator[Any]:
    """What of a kind has the name that is to be shown; nothing or one."""
    shown, name = _SHOWN[kind], options.name
    if name in _SHIPPED[shown.listed]():
        yield shown.find(name)
    elif kind == "fact" and own.facts and name in own.facts:
        yield own.facts[name]


def _example(options: argparse.Namespace) -> Answer:
    match options.what:
        case "patient":
            text = _text("examples", "patient.json")
            return Answer(text.rstrip(), json.loads(text))
        case "course":
            text = _text("examples", "sixteen-weeks.jsonl")
            return Answer(text.rstrip(), [json.loads(line) for line in text.splitlines()])
        case "site":
            text = _text("examples", "site.toml")
            return Answer(text.rstrip(), to_document(from_toml(Site, text)))
        case _:
            text = program_text("matrix-16-week")
            return Answer(text.rstrip(), to_document(find_program("matrix-16-week")))


def _text(folder: str, name: str) -> str:
    """A file that is shipped."""
    return (files("iopkit") / folder / name).read_text(encoding="utf-8")


# The kinds that people write: all but what iopkit works out and writes.
_TEMPLATES = (
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


def _template(what: str) -> Answer:
    if what == "goals":  # those that are shipped are to be copied
        text = goal_template_text("starting-points")
    elif what == "clinic":  # the one that a folder begins with
        text = _text("examples/clinic", "clinic.toml")
    else:
        text = _text("templates", f"{what}.toml")
    document = to_document(from_toml(KINDS[what], text))
    if what == "patient":  # each that is begun is somebody else
        text = text.replace(document["key"], key := str(uuid4()))
        document = {**document, "key": key}
    return Answer(text.rstrip(), document)


def _new(options: argparse.Namespace) -> Answer:
    template = _template(options.what)
    path: Path | None = options.output
    if path is None:
        return template
    if path.exists():
        raise UsageError(f"cannot write {path}: there is such a file, and it is kept as it is")
    if not is_file_name(path.name):
        raise UsageError(f"cannot write {path}: expected a name that ends in .toml or .json")
    data = as_json(template.document) if path.suffix == ".json" else f"{template.text}\n".encode()
    return evolve(template, text=f"wrote {path}", files={path: data})


def _schema(options: argparse.Namespace) -> Answer:
    schema = json_schema(options.kind)
    return Answer(json.dumps(schema, indent=2), schema)


def _rules(options: argparse.Namespace) -> Answer:
    found = rules_since(options.since)
    document = {"since": options.since, "changes": rules_document(found)}
    nothing = f"no shipped rule was added, ended, corrected or dated after {options.since}"
    return Answer(rules_text(found) or nothing, document)


def _upgrade(options: argparse.Namespace) -> Answer:
    """Each file's difference; what is already in the current format is not written again."""
    found: dict[Path, tuple[Path, Upgrade]] = {}
    problems: list[str] = []
    for path in options.files:
        try:
            upgrade = upgrade_file(path.name, read_bytes(path))
        except InvalidError as error:
            problems.append(f"{path}: {error}")
        except UsageError as error:
            problems.append(str(error))
        else:
            # A link stays a link, and a file that is named twice is written once.
            found.setdefault(path.resolve(), (path, upgrade))
    if problems:
        raise UsageError("\n".join(problems))
    older = {path: upgrade.data for path, (_, upgrade) in found.items() if upgrade.difference}
    written = {} if options.dry_run else older
    blocks = [_upgrade_text(path, upgrade) for path, upgrade in found.values()]
    if older:
        count = f"{len(older)} of {len(found)} file{'s' if len(found) != 1 else ''}"
        blocks.append("nothing was written" if options.dry_run else f"wrote {count}")
    rows = [
        {
            "file": str(path),
            "document": upgrade.kind,
            "from": upgrade.old,
            "to": upgrade.new,
            "difference": upgrade.difference,
            "checked": upgrade.checked,
        }
        for path, upgrade in found.values()
    ]
    document = {"written": bool(written), "files": rows}
    return Answer("\n".join(blocks), document, files=written)


def _upgrade_text(path: Path, upgrade: Upgrade) -> str:
    if not upgrade.difference:
        return f"{path}: already at format {upgrade.new}"
    head = f"{path}: {upgrade.kind}, format {upgrade.old} to {upgrade.new}"
    if not upgrade.checked:
        head += "; it asks about facts that are not shipped, so that the rest was not checked"
    return f"{head}\n{upgrade.difference}"


COMMANDS: Mapping[str, Command] = {
    "list": Command(_list_arguments, _list),
    "show": Command(_show_arguments, _show),
    "example": Command(_example_arguments, _example),
    "new": Command(_new_arguments, _new),
    "rules": Command(_rules_arguments, _rules),
    "upgrade": Command(_upgrade_arguments, _upgrade),
    "schema": Command(_schema_arguments, _schema),
}
