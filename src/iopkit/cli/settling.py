"""The command that settles what a plan proposes."""

import argparse
from collections.abc import Mapping
from datetime import date

from attrs import evolve

from iopkit.cli.arguments import add_output, add_plan, day_of
from iopkit.cli.files import Answer, Command, UsageError, as_json, read_document
from iopkit.cli.writing import to_be_written
from iopkit.documents.documents import to_document
from iopkit.plans.goals import Goal, Problem
from iopkit.plans.plans import Plan, Signature
from iopkit.plans.settling import settle
from iopkit.reports.plans import plan_text
from iopkit.requirements.milestones import Signer


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    parser.add_argument(
        "--on", required=True, type=day_of, metavar="DATE", help="the day on which it is settled"
    )
    parser.add_argument("--by", required=True, metavar="WHO", help="who settles it")
    for option, says in (
        ("--accept", "what is taken over as it is proposed"),
        ("--drop", "what is not"),
    ):
        parser.add_argument(
            option,
            action="append",
            default=[],
            metavar="NAME",
            help=f"{says}: the name of a problem, such as support, or of a goal, such as "
            "support/people; again for each more",
        )
    parser.add_argument(
        "--change",
        action="append",
        default=[],
        type=_words_of,
        metavar="NAME=WORDS",
        help="what is taken over in other words; again for each more",
    )
    parser.add_argument(
        "--due",
        action="append",
        default=[],
        type=_due_of,
        metavar="NAME=DATE",
        help="a goal that is taken over for another day; again for each more",
    )
    parser.add_argument(
        "--sign",
        action="append",
        default=[],
        choices=[each.value for each in Signer],
        help="who signs the plan on that day; again for each more",
    )
    add_output(parser, to="SETTLED.json", says="write the plan")


def _words_of(text: str) -> tuple[str, str]:
    """A name and words as an argument has them."""
    name, _, words = text.partition("=")
    if not (name and words.strip()):
        raise argparse.ArgumentTypeError(
            f"expected a name and words such as support='Somebody to call', found {text!r}"
        )
    return name, words


def _due_of(text: str) -> tuple[str, date]:
    """A name and a day as an argument has them."""
    name, _, day = text.partition("=")
    if not name:
        raise argparse.ArgumentTypeError(
            f"expected a goal and its day such as support/people=2026-03-02, found {text!r}"
        )
    return name, day_of(day)


def _settle(options: argparse.Namespace) -> Answer:
    plan = read_document(Plan, options.plan)
    settled = settle(
        plan,
        on=options.on,
        by=options.by,
        accept=options.accept,
        drop=options.drop,
        change=_changes(plan, options),
    )
    if options.sign:
        signed = (Signature(Signer(each), options.on) for each in options.sign)
        both = dict.fromkeys((*(settled.signatures or ()), *signed))
        settled = evolve(settled, signatures=tuple(both))
    document = to_document(settled)
    return Answer(
        plan_text(settled), document, files=to_be_written((options.output, as_json(document)))
    )


def _changes(plan: Plan, options: argparse.Namespace) -> dict[str, Problem | Goal]:
    """What is taken over in other words or for another day, by name."""
    words, days = dict(options.change), dict(options.due)
    if len(words) < len(options.change) or len(days) < len(options.due):
        raise UsageError("--change or --due is given twice for one name: choose one")
    problems = {each.problem.name: each.problem for each in plan.proposals or ()}
    goals = {one.name: one.goal for each in plan.proposals or () for one in each.goals}
    if strange := [name for name in days if name not in goals]:
        raise UsageError(f"--due is for goals that are proposed, and {strange[0]!r} is none")
    changed: dict[str, Problem | Goal] = {}
    for name in (*words, *days):
        if name in goals:
            goal = goals[name]
            new = words.get(name, goal.statement)
            changed[name] = evolve(goal, statement=new, by=days.get(name, goal.by))
        else:
            # One that is not proposed is refused, with all else that is wrong.
            problem = problems.get(name, Problem(name, ""))
            changed[name] = evolve(problem, statement=words[name])
    return changed


COMMANDS: Mapping[str, Command] = {"settle": Command(_arguments, _settle)}
