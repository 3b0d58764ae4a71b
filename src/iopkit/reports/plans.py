"""Plans for people to read, as plain text.

Calling one of these is the explicit act that shows a patient's values.
"""

from datetime import date
from itertools import islice

from iopkit.eligibility.predicates import Predicate, describe
from iopkit.plans.goals import Goal
from iopkit.plans.notes import NoteKind
from iopkit.plans.plans import Disclosure, Leave, Plan, Provenance
from iopkit.programs.doses import weekly_doses
from iopkit.prose import counted
from iopkit.reports.lines import below, fold, page, section
from iopkit.reports.programs import dose_lines, level_words, service_lines
from iopkit.windows import ONE_DAY


def plan_text(plan: Plan) -> str:
    """A plan's phases with their weekly hours and services, its dates, parts and notes."""
    program = plan.program
    doses = ((plan.week_of(n), dose) for n, dose in enumerate(weekly_doses(program), 1))
    lines = [*caution_lines(plan)]
    lines += [f"{program.title}, {plan.start} to {last_day(plan.end)}, at {plan.site}"]
    for start, end, phase in plan.phase_spans():
        weeks = phase.laid_weeks
        head = f"{phase.title}: {counted(weeks, 'week')}{level_words(phase)}"
        lines += ["", f"{head}, {start} to {last_day(end)}"]
        lines += dose_lines(islice(doses, weeks))
        lines += service_lines(program.services_in(phase))
        if phase.advance is not None:
            lines.append(below(f"goes on when: {describe(phase.advance, in_full=True)}"))
    for head, items in (
        ("Problems", [problem.statement for problem in plan.problems or ()]),
        ("Goals", [goal_text(goal) for goal in plan.goals or ()]),
        ("Away", [_leave_text(leave) for leave in plan.leaves]),
        ("In another time zone", [f"{_dates(s.start, s.end)}: {s.zone}" for s in plan.stays]),
        ("Changes within the plan", _change_texts(plan)),
        ("Due", [f"{m.by}: {m.kind.label}{_under_rule(m.under)}" for m in plan.milestones]),
        ("May be told", [disclosure_text(each) for each in plan.disclosures]),
        ("Signed", [f"{s.on}: {s.signer.label}" for s in plan.signatures or ()]),
        ("Discharge when", _condition(program.discharge)),
        ("The program ends after", [limit.words for limit in program.absence_limits]),
        ("After a return to use", [program.after_return_to_use or ""]),
        ("Then", [program.continuing_care.title] if program.continuing_care else []),
        ("Rests on", [] if plan.provenance is None else _rests_on(plan.provenance)),
    ):
        lines += section(head, filter(None, items))
    for kind, head in _NOTE_HEADS.items():
        lines += section(head, [n.words for n in plan.notes if n.matter.kind is kind])
    return page(lines)


def _change_texts(plan: Plan) -> list[str]:
    """What changes within a plan and has consequences, a line each."""
    if plan.upcoming is None:
        return ["not known"]
    return [f"{each.day}: {each.words}" for each in plan.changes_within if each.follows]


def caution_lines(plan: Plan) -> list[str]:
    """What is to be told before all else of a plan, as lines; none if there is nothing."""
    lead, _, rest = (plan.caution or "").partition(":")
    return [fold(f"{lead.upper()}:{rest}", 2), ""] if lead else []


def _rests_on(provenance: Provenance) -> list[str]:
    """The program's version and the decisions that a plan was made from."""
    version = f"version {provenance.version} of {provenance.program}"
    decisions = [f"{d.policy}, {d.on}: {d.outcome}" for d in provenance.decisions]
    assumed = [f"{name}: assumed to be in force" for name in provenance.assumed_in_force]
    return [*([version] if provenance.version else []), *decisions, *assumed]


def _condition(condition: Predicate | None) -> list[str]:
    return [] if condition is None else [describe(condition, in_full=True)]


_NOTE_HEADS = {
    NoteKind.QUESTION: "Not known yet",
    NoteKind.COLLISION: "To settle",
    NoteKind.REFERRAL: "Needed elsewhere",
    NoteKind.CHOICE: "Chosen",
}


def goal_text(goal: Goal) -> str:
    """A goal in a line: what, its measure and by when."""
    target = f" ({goal.target.words})" if goal.target else ""
    by = f", by {goal.by}" if goal.by else ""
    return f"{goal.statement}{target}{by}"


def _leave_text(leave: Leave) -> str:
    missed = "sessions then are left out"
    if leave.extends:
        missed = "sessions then are made up for after the last week"
    elif leave.shifts:
        missed = "all that follows is later by whole weeks"
    why = f", {leave.why}" if leave.why else ""
    return f"{_dates(leave.start, leave.end)}{why}; {missed}"


def _dates(start: date, end: date) -> str:
    return f"{start} to {last_day(end)}"


def disclosure_text(disclosure: Disclosure) -> str:
    """What may be told to whom, in a line."""
    until = f", until {last_day(disclosure.until)}" if disclosure.until else ""
    return f"{disclosure.recipient}: {disclosure.information or 'not said what'}{until}"


def _under_rule(name: str | None) -> str:
    return f" ({name})" if name else ""


def last_day(end: date) -> date:
    """The last day of a half-open span."""
    return end - ONE_DAY
