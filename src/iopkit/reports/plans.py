"""Plain text for people: plans and calendars, what is shipped, and comparisons.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from textwrap import fill

from iopkit.eligibility.analysis import Contrast, Difference
from iopkit.eligibility.kinds import Number
from iopkit.eligibility.policies import Policy
from iopkit.eligibility.predicates import AnyFact, describe, facts_in
from iopkit.plans.goals import Goal
from iopkit.plans.notes import NoteKind
from iopkit.plans.plans import Disclosure, Leave, Plan, Provenance
from iopkit.programs.discrepancies import discrepancies
from iopkit.programs.doses import Dose, weekly_doses
from iopkit.programs.programs import Program, Service
from iopkit.programs.timings import slots_of
from iopkit.prose import counted
from iopkit.schedules.sessions import Reason, Schedule, Session, booked_doses
from iopkit.sources import Source
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY, Weekday, whole_minutes

TRUTH_WORDS = {Truth.YES: "met", Truth.NO: "unmet", Truth.UNKNOWN: "undetermined"}


def duration_text(duration: timedelta) -> str:
    """A duration as hours and minutes.

    Example:
        >>> duration_text(timedelta(minutes=370))
        '6 h 10 min'
    """
    hours, minutes = divmod(whole_minutes(duration), 60)
    return (
        " ".join(filter(None, [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]))
        or "0 h"
    )


def dose_text(dose: Dose) -> str:
    """A dose as time, with its range and what is of unknown length."""
    most = f" to {duration_text(dose.known + dose.extra)}" if dose.extra else ""
    unknown = f" + {dose.unmeasured} of unknown length" if dose.unmeasured else ""
    return duration_text(dose.known) + most + unknown


def fold(text: str, depth: int) -> str:
    """A text in lines of a page's width, each after the first so many spaces in."""
    return fill(text, 88, subsequent_indent=" " * depth)


def item(text: str) -> str:
    """A text as an item of a list."""
    return fold(f"  - {text}", 4)


def plan_text(plan: Plan) -> str:
    """A plan's phases with their weekly hours and services, its dates, parts and notes."""
    program = plan.program
    doses = iter(weekly_doses(program))
    lines = [*caution_lines(plan)]
    lines += [f"{program.title}, {plan.start} to {last_day(plan.end)}, at {plan.site}"]
    for start, phase in plan.phase_starts():
        weeks = phase.laid_weeks
        end = start + timedelta(weeks=weeks)
        lines += ["", f"{phase.title}: {counted(weeks, 'week')}, {start} to {last_day(end)}"]
        lines += dose_lines([next(doses) for _ in range(weeks)], (start - plan.start).days // 7 + 1)
        lines += service_lines(program.services_in(phase))
        if phase.advance is not None:
            lines.append(below(f"goes on when: {describe(phase.advance)}"))
    for head, items in (
        ("Problems", [problem.statement for problem in plan.problems or ()]),
        ("Goals", [goal_text(goal) for goal in plan.goals or ()]),
        ("Away", [_leave_text(leave) for leave in plan.leaves]),
        ("In another time zone", [f"{_dates(s.start, s.end)}: {s.zone}" for s in plan.stays]),
        ("Due", [f"{m.by}: {m.kind.label}{_under_rule(m.under)}" for m in plan.milestones]),
        ("May be told", [disclosure_text(each) for each in plan.disclosures]),
        ("Signed", [f"{s.on}: {s.signer.label}" for s in plan.signatures or ()]),
        ("Discharge when", [] if program.discharge is None else [describe(program.discharge)]),
        ("After a return to use", [program.after_return_to_use or ""]),
        ("Then", [program.continuing_care.title] if program.continuing_care else []),
        ("Rests on", [] if plan.provenance is None else _rests_on(plan.provenance)),
    ):
        lines += section(head, filter(None, items))
    for kind, head in _NOTE_HEADS.items():
        lines += section(head, [n.words for n in plan.notes if n.matter.kind is kind])
    return "\n".join(lines)


def caution_lines(plan: Plan) -> list[str]:
    """What is to be told before all else of a plan, as lines; none if there is nothing."""
    lead, _, rest = (plan.caution or "").partition(":")
    return [fold(f"{lead.upper()}:{rest}", 0), ""] if lead else []


def _rests_on(provenance: Provenance) -> list[str]:
    """The program's version and the decisions that a plan was made from."""
    version = f"version {provenance.version} of {provenance.program}"
    decisions = [f"{d.policy}, {d.on}: {d.outcome}" for d in provenance.decisions]
    return [version, *decisions] if provenance.version else decisions


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
    missed = "made up for after the last week" if leave.extends else "left out"
    why = f", {leave.why}" if leave.why else ""
    return f"{_dates(leave.start, leave.end)}{why}; sessions then are {missed}"


def _dates(start: date, end: date) -> str:
    return f"{start} to {last_day(end)}"


def disclosure_text(disclosure: Disclosure) -> str:
    """What may be told to whom, in a line."""
    until = f", until {last_day(disclosure.until)}" if disclosure.until else ""
    return f"{disclosure.recipient}: {disclosure.information or 'not said what'}{until}"


def _under_rule(name: str | None) -> str:
    return f" ({name})" if name else ""


def dose_lines(doses: Iterable[Dose], first: int) -> list[str]:
    """Weekly hours, weeks of the same dose together."""
    lines: list[str] = []
    for dose, run in groupby(doses):
        last = first + len(list(run)) - 1
        which = f"week {first}" if first == last else f"weeks {first}-{last}"
        lines.append(f"  {which}: {dose_text(dose)}")
        first = last + 1
    return lines


def _when(service: Service) -> str:
    slots = ", ".join(
        f"{slot.day.title[:3]} {slot.start:%H:%M}" if slot.start else slot.day.title[:3]
        for slot in sorted(slots_of(service.timing))
    )
    return f"{service.timing.words}{f' ({slots})' if slots else ''}, {_length(service)}"


def _length(service: Service) -> str:
    if service.duration is None:
        return "length not known"
    words = duration_text(service.duration)
    if service.duration_max and service.duration_max != service.duration:
        words += f" to {duration_text(service.duration_max)}"
    return f"{words} with {duration_text(service.breaks)} of breaks" if service.breaks else words


def calendar_text(schedule: Schedule, *, weeks: int | None = None) -> str:
    """The dated sessions, week by week; ``weeks``: only so many first ones."""
    shown = schedule.weeks if weeks is None else weeks
    titles = _titles(schedule)
    doses = booked_doses(schedule)
    blocks = caution_lines(schedule.plan)[:1]
    for week in range(1, min(shown, schedule.weeks) + 1):
        sessions = [session for session in schedule.sessions if session.week == week]
        start = schedule.plan.start + timedelta(weeks=week - 1)
        lines = [f"Week {week}, from {start}: {dose_text(doses[week - 1])}"]
        lines += [_session_line(schedule, session, titles) for session in sessions]
        blocks.append("\n".join(lines))
    blocks.append(f"All times are in {schedule.zone}.")
    return "\n\n".join(blocks)


def _session_line(schedule: Schedule, session: Session, titles: dict[str, str]) -> str:
    there = schedule.local_start(session)
    marks = [
        *(["moved"] if session.moved else []),
        *(["makes up for it"] if session.make_up else []),
        *(
            [f"{moment_text(there)} for the patient"]
            if there.utcoffset() != session.start.utcoffset()
            else []
        ),
    ]
    where = "".join(f", {each}" for each in (session.room, session.clinician) if each)
    mark = f"  ({'; '.join(marks)})" if marks else ""
    return (
        f"  {day_text(session.start)}  {session.start:%H:%M}-{session.end:%H:%M}  "
        f"{titles[session.service]} {session.number}{where}{mark}"
    )


def moves_text(schedule: Schedule) -> str:
    """What is not where the plan has it: sessions moved and sessions unplaced, and why."""
    titles = _titles(schedule)
    moved = [
        f"  {titles[s.service]} {s.number}: {moment_text(s.moved.prescribed)}"
        f" -> {moment_text(s.start)}; {_why(s.moved.why, s.moved.detail)}"
        for s in schedule.sessions
        if s.moved
    ]
    unplaced = [
        f"  {titles[u.service]} {u.number}, week {u.week}: unplaced; {_why(u.why, u.detail)}"
        for u in schedule.unplaced
    ]
    return "\n".join([*moved, *unplaced]) or "  Every session is booked as planned."


def _titles(schedule: Schedule) -> dict[str, str]:
    return {service.name: service.title for service in schedule.plan.program.every_service}


def _why(reason: Reason, detail: str) -> str:
    return f"{reason.words} ({detail})" if detail else reason.words


def day_text(day: date) -> str:
    """A day with its weekday in letters of one width, such as ``Mon 2026-01-05``."""
    return f"{Weekday.of(day).title[:3]} {day:%Y-%m-%d}"


def moment_text(at: datetime) -> str:
    """A day and a time of it, such as ``Mon 2026-01-05 18:00``."""
    return f"{day_text(at)} {at:%H:%M}"


def last_day(end: date) -> date:
    return end - ONE_DAY


def policy_text(policy: Policy) -> str:
    """A policy's versions with each criterion and source."""
    lines = [f"policy {policy.name}: {policy.title}"]
    for version in policy.versions.dated:
        lines += ["", f"in force since {version.since}: {version.source}", *link(version.source)]
        for criterion in version.value:
            lines += [
                item(criterion.meaning),
                below(f"{describe(criterion.predicate)}  ({criterion.source})"),
            ]
    if policy.left_open:
        lines += ["", "Not judged here:", *map(item, policy.left_open)]
    return "\n".join(lines)


def template_text(program: Program) -> str:
    """A program's phases, services, sources and what they leave open."""
    lines = [f"program {program.name}: {program.title}"]
    if program.services:
        lines += ["", "All weeks:", *service_lines(program.services)]
    for phase in program.phases:
        lines += ["", f"{phase.title}, {phase.words}:", *service_lines(phase.services)]
        if phase.advance is not None:
            lines.append(below(f"goes on when: {describe(phase.advance)}"))
    for track, variant in program.variants:
        on = f", {track.title.lower()}" if track else ""
        lines += ["", f"Weekly hours{on}:", *dose_lines(weekly_doses(variant), 1)]
    if after := program.continuing_care:
        lines += ["", f"Then {after.title}:", *service_lines(after.every_service)]
    wrong = [each.words for each in discrepancies(program)]
    lines += section("Where the source contradicts itself", wrong)
    if program.sources:
        lines += ["", "Sources:"]
        for source in program.sources:
            lines += [item(str(source)), *link(source)]
    return "\n".join([*lines, *section("Left open", program.left_open)])


def section(head: str, items: Iterable[str]) -> list[str]:
    """Lines of a list under its head; none, if it is empty."""
    lines = list(map(item, items))
    return ["", f"{head}:", *lines] if lines else []


def fact_text(fact: AnyFact) -> str:
    """A fact's meaning, values and source."""
    unit = f" {fact.kind.unit}" if isinstance(fact.kind, Number) else ""
    source = [f"  source: {fact.source}", *link(fact.source)] if fact.source else []
    lines = [f"fact {fact.name}", item(fact.meaning), f"  values: {fact.kind.expectation()}{unit}"]
    return "\n".join(lines + source)


def link(source: Source) -> list[str]:
    """The line that holds a source's address; none, if it has none."""
    return [f"  {source.url}"] if source.url else []


def below(text: str) -> str:
    return fold(f"    {text}", 4)


def service_lines(services: Iterable[Service]) -> list[str]:
    return [
        f"    {service.title}{f' ({service.track})' if service.track else ''}: {_when(service)}"
        for service in services
    ]


def comparison_text(difference: Difference) -> str:
    """Where two policies differ, with made-up patients and the criteria behind it."""
    named = zip("AB", difference.policies, strict=True)
    lines = [
        *(f"{side}: {policy.name}, {policy.title}" for side, policy in named),
        f"compared for {difference.on}",
        "",
        "SAME: every patient gets the same verdict, whatever is known."
        if difference.same
        else "DIFFERENT: some patients, such as these made-up ones, get another verdict.",
    ]
    for contrast in difference.contrasts:
        lines += ["", *_contrast_lines(contrast, difference)]
    return "\n".join(lines)


_SAYS = {Truth.YES: "yes", Truth.NO: "no", Truth.UNKNOWN: "undetermined"}


def _contrast_lines(contrast: Contrast, difference: Difference) -> list[str]:
    """A patient, what matters first, and what each policy says and why."""
    behind = [criterion for side in contrast.deciding for criterion in side]
    asked = [fact for criterion in behind for fact in facts_in(criterion.predicate)]
    every = [fact for policy in difference.policies for fact in policy.facts(on=difference.on)]
    values = contrast.facts.values()
    facts = dict.fromkeys([*asked, *every])
    known = [fact.seen_as(values[fact.name]) for fact in facts if values[fact.name] is not None]
    rest = ["nothing else is known"] if len(known) < len(facts) else []
    lines = [fold(f"Patient: {'; '.join([*known, *rest])}.", 4)]
    for side, verdict, criteria in zip("AB", contrast.verdicts, contrast.deciding, strict=True):
        why = ":" if criteria else ", and does not ask about that."
        lines.append(f"{side} says {_SAYS[verdict]}{why}")
        for criterion in criteria:
            words = f"{describe(criterion.predicate)}  ({criterion.source})"
            lines += [item(criterion.meaning), below(words)]
    return lines
