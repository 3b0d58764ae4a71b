"""Plain text for people: plans, calendars and findings, what is shipped, and comparisons.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from textwrap import fill

from iopkit.eligibility import (
    AnyFact,
    Contrast,
    Difference,
    Number,
    Policy,
    describe,
    facts_in,
)
from iopkit.plans import (
    Dose,
    Finding,
    Plan,
    Program,
    Reason,
    RequirementSet,
    Schedule,
    Service,
    Session,
    booked_doses,
    slots_of,
    weekly_doses,
)
from iopkit.sources import Source
from iopkit.truth import Truth

STATES = {Truth.YES: "met", Truth.NO: "unmet", Truth.UNKNOWN: "undetermined"}


def duration_text(duration: timedelta) -> str:
    """A duration as hours and minutes.

    Example:
        >>> duration_text(timedelta(minutes=370))
        '6 h 10 min'
    """
    hours, minutes = divmod(duration // timedelta(minutes=1), 60)
    return (
        " ".join(filter(None, [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]))
        or "0 h"
    )


def dose_text(dose: Dose) -> str:
    """A dose as time, with what is of unknown length."""
    unknown = f" + {dose.unmeasured} of unknown length" if dose.unmeasured else ""
    return duration_text(dose.known) + unknown


def wrapped(text: str, depth: int) -> str:
    """A text in lines of a page's width, each after the first so many spaces in."""
    return fill(text, 88, subsequent_indent=" " * depth)


def item(text: str) -> str:
    """A text as an item of a list."""
    return wrapped(f"  - {text}", 4)


def plan_text(plan: Plan) -> str:
    """A plan's phases with their weekly hours, its services and its notes."""
    program = plan.program
    doses = iter(weekly_doses(program))
    lines = [f"{program.title}, {plan.start} to {_last(plan.end)}, at {plan.site}"]
    for start, phase in plan.phase_starts():
        end = start + timedelta(weeks=phase.weeks)
        lines += ["", f"{phase.title}: {_weeks(phase.weeks)}, {start} to {_last(end)}"]
        lines += _dose_lines(
            [next(doses) for _ in range(phase.weeks)], (start - plan.start).days // 7 + 1
        )
        lines += _service_lines(program.services_in(phase))
    if plan.notes:
        lines += ["", "To settle:"]
        lines += [item(note.words) for note in plan.notes]
    return "\n".join(lines)


def _dose_lines(doses: Iterable[Dose], first: int) -> list[str]:
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
    length = duration_text(service.duration) if service.duration else "length not known"
    return f"{service.timing.words}{f' ({slots})' if slots else ''}, {length}"


def findings_text(findings: Iterable[Finding]) -> str:
    """Findings as a table, a row for each week, under each requirement and its source."""
    lines: list[str] = []
    by_requirement = sorted(findings, key=lambda finding: finding.requirement.name)
    for requirement, rows in groupby(by_requirement, key=lambda finding: finding.requirement):
        lines += [f"{requirement.meaning}", f"{requirement.source}", ""]
        lines.append(f"  {'week':>4}  {'from':<10}  {'booked':<12}  {'required':<8}  finding")
        for f in rows:
            short = f", short by {duration_text(f.shortfall)}" if f.truth is Truth.NO else ""
            lines.append(
                f"  {f.week:>4}  {f.start}  {dose_text(f.seen):<12}  "
                f"{duration_text(requirement.dose):<8}  {STATES[f.truth]}{short}"
            )
        lines.append("")
    return "\n".join(lines).rstrip()


def calendar_text(schedule: Schedule, *, weeks: int | None = None) -> str:
    """The dated sessions, week by week; ``weeks``: only so many first ones."""
    shown = schedule.plan.weeks if weeks is None else weeks
    titles = _titles(schedule)
    doses = booked_doses(schedule)
    blocks: list[str] = []
    for week in range(1, min(shown, schedule.plan.weeks) + 1):
        sessions = [session for session in schedule.sessions if session.week == week]
        start = schedule.plan.start + timedelta(weeks=week - 1)
        lines = [f"Week {week}, from {start}: {dose_text(doses[week - 1])}"]
        lines += [_session_line(session, titles) for session in sessions]
        blocks.append("\n".join(lines))
    blocks.append(f"All times are in {schedule.zone}.")
    return "\n\n".join(blocks)


def _session_line(session: Session, titles: dict[str, str]) -> str:
    mark = "  (moved)" if session.moved else ""
    return (
        f"  {_day(session.start)}  {session.start:%H:%M}-{session.end:%H:%M}  "
        f"{titles[session.service]} {session.number}{mark}"
    )


def moves_text(schedule: Schedule) -> str:
    """What is not where the plan has it: sessions moved and sessions unplaced, and why."""
    titles = _titles(schedule)
    moved = [
        f"  {titles[s.service]} {s.number}: {_day(s.moved.prescribed)} {s.moved.prescribed:%H:%M}"
        f" -> {_day(s.start)} {s.start:%H:%M}; {_why(s.moved.why, s.moved.detail)}"
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


def _day(day: date | datetime) -> str:
    return f"{day:%a %Y-%m-%d}"


def _last(end: date) -> date:
    return end - timedelta(days=1)


def _weeks(weeks: int) -> str:
    return f"{weeks} week{'s' if weeks != 1 else ''}"


def policy_text(policy: Policy) -> str:
    """A policy's versions with each criterion and source."""
    lines = [f"policy {policy.name}: {policy.title}"]
    for version in policy.versions.dated:
        lines += ["", f"in force since {version.since}: {version.source}", *_link(version.source)]
        for criterion in version.value:
            lines += [
                item(criterion.meaning),
                _under(f"{describe(criterion.predicate)}  ({criterion.source})"),
            ]
    if policy.left_open:
        lines += ["", "Not judged here:", *map(item, policy.left_open)]
    return "\n".join(lines)


def requirements_text(requirements: RequirementSet) -> str:
    """A requirement set's versions with what each demands."""
    lines = [f"requirements {requirements.name}: {requirements.title}"]
    for version in requirements.versions.dated:
        lines += ["", f"in force since {version.since}: {version.source}", *_link(version.source)]
        for requirement in version.value:
            counted = ", ".join(sorted(m.label.lower() for m in requirement.counted))
            lines += [item(requirement.meaning), _under(f"counted: {counted}")]
    return "\n".join(lines)


def template_text(program: Program) -> str:
    """A program's phases, services, sources and what they leave open."""
    lines = [f"program {program.name}: {program.title}, {_weeks(program.weeks)}", "", "All weeks:"]
    lines += _service_lines(program.services)
    for phase in program.phases:
        lines += ["", f"{phase.title}, {_weeks(phase.weeks)}:", *_service_lines(phase.services)]
    lines += ["", "Weekly hours:", *_dose_lines(weekly_doses(program), 1)]
    if program.sources:
        lines += ["", "Sources:"]
        for source in program.sources:
            lines += [item(str(source)), *_link(source)]
    if program.left_open:
        lines += ["", "Left open:", *map(item, program.left_open)]
    return "\n".join(lines)


def fact_text(fact: AnyFact) -> str:
    """A fact's meaning, values and source."""
    unit = f" {fact.kind.unit}" if isinstance(fact.kind, Number) else ""
    source = [f"  source: {fact.source}", *_link(fact.source)] if fact.source else []
    lines = [f"fact {fact.name}", item(fact.meaning), f"  values: {fact.kind.expectation()}{unit}"]
    return "\n".join(lines + source)


def _link(source: Source) -> list[str]:
    return [f"  {source.url}"] if source.url else []


def _under(text: str) -> str:
    return wrapped(f"    {text}", 4)


def _service_lines(services: Iterable[Service]) -> list[str]:
    return [f"    {service.title}: {_when(service)}" for service in services]


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
    lines = [wrapped(f"Patient: {'; '.join([*known, *rest])}.", 4)]
    for side, verdict, criteria in zip("AB", contrast.verdicts, contrast.deciding, strict=True):
        why = ":" if criteria else ", and does not ask about that."
        lines.append(f"{side} says {_SAYS[verdict]}{why}")
        for criterion in criteria:
            words = f"{describe(criterion.predicate)}  ({criterion.source})"
            lines += [item(criterion.meaning), _under(words)]
    return lines
