"""Commands about courses: where patients stand, what is due, and all that is on record."""

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from attrs import evolve

from iopkit.cli.arguments import (
    add_assume_in_force,
    add_requirements,
    add_site,
    named_requirements,
)
from iopkit.cli.course_work import (
    Document,
    OfEach,
    add_courses,
    add_missed_test,
    day_asked,
    moment_known,
    told_of,
)
from iopkit.cli.files import DONE, NO, UNDETERMINED, Answer, find_or_read, read_document
from iopkit.courses.courses import Course, as_known
from iopkit.courses.due import Due, DueState, due_on
from iopkit.courses.due_rules import DueRule, DueRuleSet
from iopkit.courses.due_tables import due_row
from iopkit.courses.plan_rules import due_rules
from iopkit.courses.state_tables import state_row
from iopkit.courses.states import State
from iopkit.courses.taking_stock import state_on
from iopkit.documents.entry_lines import written_entries
from iopkit.documents.results import due_document, state_document
from iopkit.library.due_rule_sets import find_due_rules
from iopkit.prose import counted, duration_text
from iopkit.reports.courses import course_text
from iopkit.reports.due import due_text
from iopkit.reports.lines import page
from iopkit.reports.site_tables import due_csv, state_csv
from iopkit.reports.states import attendance_text, count_text, state_text
from iopkit.sites.sites import Site


def state_arguments(parser: argparse.ArgumentParser) -> None:
    """Which courses, and how a test that was missed is taken."""
    add_courses(parser, table=True)
    add_missed_test(parser)


def tell_states(options: argparse.Namespace) -> OfEach:
    """Tell where the patient of each course stands."""
    on, known = day_asked(options), moment_known(options)

    def judge(course: Course) -> Answer:
        state = state_on(
            course, on=on, known=known, missed_test_is_positive=options.missed_test_is_positive
        )
        apart = len(course.apart)
        return told_of(
            options,
            text=lambda: page([state_text(state), *_apart(apart)], apart=2),
            document=lambda: {**state_document(state), "apart": apart},
            row=_state_row(state, apart),
            table=lambda: state_csv([state_row(state)]),
        )

    return OfEach(judge)


def _state_row(state: State, apart: int) -> Mapping[str, str]:
    """What a site's table has of a patient; a column in which nothing stands is left out."""
    counts = state.counts
    left = len(state.left)
    return {
        "status": state.status.value.replace("_", " ") if state.status else "none",
        "phase": state.phase or "",
        "week": str(state.program_week or ""),
        "this week": duration_text(timedelta(minutes=state.minutes_this_week)),
        "attendance": attendance_text(counts),
        "rolls open": str(counts.not_recorded or ""),
        "last contact": str(state.contact or ""),
        "missed in a row": count_text(state.missed_in_a_row) if state.missed_in_a_row else "",
        "left": str(left or ""),
        "apart": str(apart or ""),
    }


def _apart(count: int) -> list[str]:
    if not count:
        return []
    which = (
        "1 entry does not fit and counts" if count == 1 else f"{count} entries do not fit and count"
    )
    return [f"{which} for nothing: see iopkit course check"]


def due_arguments(parser: argparse.ArgumentParser) -> None:
    """Which courses, and by which rules something is due."""
    add_courses(parser, table=True)
    parser.add_argument(
        "--rules",
        action="append",
        default=[],
        metavar="RULES",
        help="a shipped set of due rules, or a document of one, as it is in force on the day; may "
        "be given again",
    )
    add_requirements(
        parser,
        says="a shipped requirement set, or a document of one, whose reviews and certifications "
        "are due; may be given again",
        required=False,
    )
    add_site(parser, required=False, says="whose working days count, if a rule counts in these")
    add_assume_in_force(parser)


def tell_due(options: argparse.Namespace) -> OfEach:
    """Tell what is due in each course; what is overdue is a no, what is not known undetermined."""
    on, known = day_asked(options), moment_known(options)
    site = read_document(Site, options.site) if options.site else None
    sets = named_requirements(options.requirements)

    assume: bool = options.assume_in_force
    named = (find_or_read(DueRuleSet, each, find_due_rules) for each in options.rules)
    own = [rule for each in named for rule in each.in_force(on, assume_in_force=assume)]

    def rules_of(course: Course) -> tuple[DueRule, ...]:
        plan = course.timeline.plan_on(on)
        return (*own, *(due_rules(plan, sets, assume_in_force=assume) if plan else ()))

    def judge(course: Course) -> Answer:
        rules, apart = rules_of(course), len(course.apart)
        dues = due_on(course, on=on, rules=rules, site=site, known=known)
        told = f"By {counted(len(rules), 'rule')}."
        answer = told_of(
            options,
            text=lambda: page([due_text(course, dues, on=on), told, *_apart(apart)], apart=2),
            document=lambda: {
                "patient": str(course.patient),
                "course": str(course.key),
                "day": on.isoformat(),
                "rules": [rule.name for rule in rules],
                "due": [due_document(each) for each in dues],
                "apart": apart,
            },
            row=_due_row(dues, apart),
            table=lambda: due_csv(due_row(each, course, on=on) for each in dues),
        )
        states = {each.state for each in dues}
        unknown = UNDETERMINED if DueState.NOT_KNOWN in states else DONE
        return evolve(answer, code=NO if DueState.OVERDUE in states else unknown)

    return OfEach(judge)


def _due_row(dues: Iterable[Due], apart: int) -> Mapping[str, str]:
    listed = [*dues]
    counts = Counter(each.state for each in listed)
    first = next(iter(listed), None)
    return {
        **{
            state.value.replace("_", " "): str(counts[state] or "")
            for state in (DueState.OVERDUE, DueState.DUE, DueState.COMING, DueState.NOT_KNOWN)
        },
        "first": f"{first.due} {first.title}" if first else "nothing",
        "apart": str(apart or ""),
    }


def tell_timelines(options: argparse.Namespace) -> OfEach:
    """Tell all that is on record of each course, in order."""
    known = moment_known(options)

    def judge(course: Course) -> Answer:
        found = as_known(course, known=known) if known else course
        return told_of(
            options,
            text=lambda: course_text(found, on=options.on),
            document=lambda: _record(found, options.on),
            row={"entries": str(len(found.entries)), "apart": str(len(found.apart) or "")},
        )

    return OfEach(judge)


def _record(course: Course, on: date | None) -> Document:
    """All entries of a course up to a day, those that fit first, each with whether it counts."""
    counting = {str(entry.key) for entry in course.history.counting}
    apart = {str(each.entry.key): [str(why) for why in each.reasons] for each in course.apart}
    entries = (
        {**entry, "counts": entry["key"] in counting, "apart": apart.get(str(entry["key"]), [])}
        for entry in written_entries([course], None)
        if on is None or str(entry["on"]) <= on.isoformat()
    )
    return {
        "patient": str(course.patient),
        "course": str(course.key),
        "entries": [
            {name: of for name, of in each.items() if name != "course"} for each in entries
        ],
    }
