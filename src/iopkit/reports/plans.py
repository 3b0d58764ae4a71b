"""Plans for people to read, as plain text.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from iopkit.eligibility.predicates import Predicate, describe
from iopkit.plans.goals import Goal, Objective
from iopkit.plans.notes import NoteKind
from iopkit.plans.own_days import given, planned_doses
from iopkit.plans.plans import Disclosure, Leave, Plan, Provenance
from iopkit.programs.programs import Program
from iopkit.programs.timetables import PrescribedSession
from iopkit.programs.timings import Once
from iopkit.prose import counted, listed
from iopkit.reports.lines import below, fold, page, section
from iopkit.reports.programs import dose_lines, level_words, service_lines
from iopkit.requirements.milestones import Milestone
from iopkit.windows import ONE_DAY


def plan_text(plan: Plan) -> str:
    """A plan's phases with their weekly hours and services, its dates, parts and notes.

    What is not given on a day, as ``Plan.upcoming`` tells, is not among the hours of its week.
    """
    program = plan.program
    doses = [*enumerate(planned_doses(plan), 1)]
    sessions = [*given(plan)]
    lines = [*caution_lines(plan)]
    lines += [f"{program.title}, {_dates(plan.start, plan.end)}, at {plan.site}"]
    for start, end, phase in plan.phase_spans():
        first, last = ((day - plan.start).days // 7 for day in (start, end))
        head = f"{phase.title}: {counted(last - first, 'week')}{level_words(phase)}"
        lines += ["", f"{head}, {_dates(start, end)}"]
        lines += dose_lines(doses[first:last])
        lines += _service_lines(plan, [each for each in sessions if each.phase == phase.name])
        lines += [below(f"goes on when: {words}") for words in _condition(program, phase.advance)]
    for head, items in plan_parts(plan):
        lines += section(head, items)
    return page(lines)


def plan_parts(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    """What a plan has beside its phases and services, each part a list under its head."""
    program = plan.program
    for head, items in (
        ("Problems", [problem.statement for problem in plan.problems or ()]),
        ("Goals", [_goal_text(goal) for goal in plan.goals or ()]),
        ("Counselor", [f"{each.clinician}, from {each.since}" for each in plan.counselors]),
        ("Groups", [f"{each.service}: {', '.join(each.groups)}" for each in plan.groups]),
        ("Proposed, and not settled yet", _proposed(plan)),
        ("Settled of what was proposed", _settled(plan)),
        ("Away", [_leave_text(leave) for leave in plan.leaves]),
        ("In another time zone", [f"{_dates(s.start, s.end)}: {s.zone}" for s in plan.stays]),
        ("Changes within the plan", _change_texts(plan)),
        ("Due", [f"{m.by}: {m.kind.label}{under_words(m)}" for m in plan.milestones]),
        ("May be told", [_disclosure_text(each) for each in plan.disclosures]),
        ("Signed", [f"{s.on}: {s.signer.label}" for s in plan.signatures or ()]),
        ("Discharge when", _condition(program, program.discharge)),
        ("The program ends after", [limit.words for limit in program.absence_limits]),
        ("After a return to use", [program.after_return_to_use or ""]),
        ("Then", [program.continuing_care.title] if program.continuing_care else []),
        ("Rests on", [] if plan.provenance is None else _rests_on(plan.provenance)),
        *(
            (head, [n.words for n in plan.notes if n.matter.kind is kind])
            for kind, head in _NOTE_HEADS.items()
        ),
    ):
        if told := list(filter(None, items)):
            yield head, told


def _service_lines(plan: Plan, sessions: Iterable[PrescribedSession]) -> Iterator[str]:
    """The services of which a plan has some sessions, a line each, in the program's order."""
    first = {each.service: counts_from(each) for each in sessions}
    for service in dict.fromkeys(plan.program.every_service):
        if service in first:
            (line,) = service_lines([service], first=first[service])
            yield f"{line}, on hold" if service.name in plan.on_hold else line


def counts_from(session: PrescribedSession) -> int:
    """The week of a plan from which the weeks of a session's own timing count."""
    timing = session.service.timing
    return session.week - timing.week + 1 if isinstance(timing, Once) else 1


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


def _condition(program: Program, condition: Predicate | None) -> list[str]:
    """A condition in full, and that a clinician decides where its services are not given."""
    if condition is None:
        return []
    names = program.not_given_in(condition)
    open_to = f"; {listed(names)} not being in this plan, a clinician decides" if names else ""
    return [f"{describe(condition, in_full=True)}{open_to}"]


_NOTE_HEADS = {
    NoteKind.QUESTION: "Not known yet",
    NoteKind.COLLISION: "To settle",
    NoteKind.REFERRAL: "Needed elsewhere",
    NoteKind.CHOICE: "Chosen",
}


def _goal_text(goal: Goal) -> str:
    """A goal in a line: what, its measure and by when, the steps to it and what is done."""
    steps = [f"step: {_measured(each)}" for each in goal.objectives]
    done = [
        f"what we do: {each.statement}{f' ({each.service})' if each.service else ''}"
        for each in goal.interventions
    ]
    return "; ".join((_measured(goal), *steps, *done))


def _measured(aim: Goal | Objective) -> str:
    target = f" ({aim.target.words})" if aim.target else ""
    by = f", by {aim.by}" if aim.by else ""
    return f"{aim.statement}{target}{by}"


def _proposed(plan: Plan) -> Iterator[str]:
    """What is proposed and open, by the names that settle it, and the facts that raised it."""
    for each in plan.proposals or ():
        problem = each.problem
        if each.settled is None:
            code = f", {problem.code}" if problem.code else ""
            seen = "; ".join(
                f"{fact.words}{f' (found {fact.found})' if fact.found else ''}"
                for fact in each.because
            )
            yield f"{problem.name}: {problem.statement}{code}; raised by: {seen}"
        for one in each.goals:
            if one.settled is None:
                rest = f"; not in this program: {'; '.join(one.not_here)}" if one.not_here else ""
                yield f"{one.name}: {_goal_text(one.goal)}{rest}"


def _settled(plan: Plan) -> Iterator[str]:
    for each in plan.proposals or ():
        for name, settled in (
            (each.problem.name, each.settled),
            *((goal.name, goal.settled) for goal in each.goals),
        ):
            if settled is not None:
                yield f"{name}: {settled.outcome.value} on {settled.on} by {settled.by}"


def _leave_text(leave: Leave) -> str:
    missed = "sessions then are left out"
    if leave.extends:
        missed = "sessions then are made up for after the last week"
    elif leave.shifts:
        missed = "all that follows is later by whole weeks"
    why = f", {leave.why}" if leave.why else ""
    return f"{_dates(leave.start, leave.end)}{why}; {missed}"


def _dates(start: date, end: date) -> str:
    return f"{start} to {end - ONE_DAY}"


def _disclosure_text(disclosure: Disclosure) -> str:
    """What may be told to whom, in a line."""
    until = f", until {disclosure.until - ONE_DAY}" if disclosure.until else ""
    return f"{disclosure.recipient}: {disclosure.information or 'not said what'}{until}"


def under_words(milestone: Milestone) -> str:
    """Whose rule asks for a milestone, in brackets; nothing where none does."""
    return f" ({milestone.under})" if milestone.under else ""
