"""Requirements and findings for people to read, as plain text.

Calling one of these on findings is the explicit act that shows a patient's values.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby

from iopkit.checks.checks import Finding, Unit, WeeksLeftOut, left_out, verdict
from iopkit.checks.records import Bounds
from iopkit.plans.plans import Plan
from iopkit.prose import counted, duration_text
from iopkit.reports.lines import ASSUMED_IN_FORCE, TRUTH_WORDS, page, section
from iopkit.requirements.demands import (
    Caseload,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LedBy,
    LongestGap,
    PlanLength,
    Reviews,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.schedules.sessions import Schedule
from iopkit.truth import Truth

LEFT_OUT = "Left out, as it is not for their level of care"
_KINDS: dict[type[Demand], str] = {
    WeeklyHours: "hours a week",
    DailyHours: "hours a day",
    WeeklyDays: "days a week",
    LongestGap: "gap",
    WeeklyServices: "services a week",
    Frequency: "frequency",
    GroupSize: "group size",
    LedBy: "led by others",
    Caseload: "caseload",
    Reviews: "reviews",
    PlanLength: "length",
    WrittenPlan: "written plan",
}


def checks_text(
    checked: Sequence[tuple[RequirementSet, Sequence[Finding]]],
    *,
    planned: Plan | Schedule | None = None,
) -> str:
    """One plan judged by requirement sets: side by side if there are several, then each alone.

    Args:
        planned: what was judged; the weeks that a set does not speak of are named then.
    """
    unspoken = [left_out(planned, each) if planned else () for each, _ in checked]
    blocks = [_beside(checked, unspoken)] if len(checked) > 1 else []
    for (requirements, findings), weeks in zip(checked, unspoken, strict=True):
        lines = [requirements.title, ""]
        if any(found.assumed_in_force for found in findings):
            lines += [f"{ASSUMED_IN_FORCE}: in some weeks no version of it is known to be.", ""]
        lines.append(findings_text(findings) or "None of it is for this plan.")
        lines += section(LEFT_OUT, [w.words for w in weeks])
        blocks.append(page([*lines, *section("Not checked here", requirements.left_open)]))
    return page(blocks, apart=3)


def _beside(
    checked: Sequence[tuple[RequirementSet, Sequence[Finding]]],
    unspoken: Sequence[Sequence[WeeksLeftOut]],
) -> str:
    """A row for each requirement, those of a kind together, with its worst finding."""
    width = max(len(requirements.name) for requirements, _ in checked)

    def row(*cells: str | int) -> str:
        kind, name, answer, seen, week, required = cells
        return (
            f"  {kind:<15}  {name:<{width}}  {answer:<20}  {seen:<18}  {week:>4}  {required}"
        ).rstrip()

    lines = [row("", "set", "finding", "worst seen", "week", "required")]
    for number, (requirements, findings) in enumerate(checked):
        state = TRUTH_WORDS[verdict(findings)]
        if any(found.assumed_in_force for found in findings):
            state += ", assumed"
        if unspoken[number] or not findings:
            state += ", in part" if findings else ", not for it"
        lines.append(row("" if number else "all in all", requirements.name, state, "", "", ""))
    for kind, words in _KINDS.items():
        head = words
        for requirements, findings in checked:
            for requirement, rows in groupby(findings, key=lambda found: found.requirement):
                if isinstance(requirement.demand, kind):
                    worst = min(rows, key=_standing)
                    usual = "" if requirement.binding else ", usual"
                    answer = f"{TRUTH_WORDS[worst.truth]}{usual}"
                    seen, required = figures_text(worst)
                    lines.append(
                        row(head, requirements.name, answer, seen, worst.week or "", required)
                    )
                    head = ""
    return page(lines)


def _standing(finding: Finding) -> tuple[int, int, int]:
    """Sorts the worst first: unmet by most, then undetermined, then met by least."""
    rank = [Truth.NO, Truth.UNKNOWN, Truth.YES].index(finding.truth)
    seen, required = finding.seen, finding.required
    room = [(seen.least or 0) - (required.least or 0)] if required.least is not None else []
    room += [required.most - (seen.most or 0)] if required.most is not None else []
    return rank, -(finding.shortfall + finding.excess), min(room)


def findings_text(findings: Iterable[Finding]) -> str:
    """Findings as tables, one for each requirement under what it says and its source."""
    blocks: list[str] = []
    for requirement, rows in groupby(findings, key=lambda finding: finding.requirement):
        lines = [f"{requirement.meaning}{_usual(requirement)}", f"{requirement.source}", ""]
        lines.append(f"  {'week':>4}  {'from':<10}  {'seen':<18}  {'required':<18}  finding")
        for found in rows:
            seen, required = figures_text(found)
            lines.append(
                f"  {found.week or 'all':>4}  {found.start}  {seen:<18}  {required:<18}  "
                f"{finding_text(found)}"
            )
        blocks.append(page(lines))
    return page(blocks, apart=2)


def requirement_words(requirement: Requirement) -> str:
    """What a requirement says, and its source."""
    return f"{requirement.meaning}{_usual(requirement)} ({requirement.source})"


def _usual(requirement: Requirement) -> str:
    return "" if requirement.binding else " (usual, not binding)"


def figures_text(finding: Finding) -> tuple[str, str]:
    """What was seen and what is required; averages are told by the week."""
    weeks, unit = finding.averaged_over, finding.unit
    if unit is Unit.PARTS:
        return _PARTS[finding.holds], _PARTS[Truth.YES]
    seen, required = (
        Bounds(*(end if end is None else end // weeks for end in (bounds.least, bounds.most)))
        for bounds in (finding.seen, finding.required)
    )
    return bounds_text(seen, unit), bounds_text(required, unit, words=True)


_PARTS = {Truth.YES: "there", Truth.NO: "missing", Truth.UNKNOWN: "not known"}


def finding_text(finding: Finding) -> str:
    """A finding's answer in a few words, with how much is missing or too much."""
    words = TRUTH_WORDS[finding.truth]
    if finding.tapering is Truth.YES:
        words += ", below in a tapering phase"
    if finding.truth is Truth.NO and finding.unit is not Unit.PARTS:
        in_all = " in all" if finding.averaged_over > 1 else ""
        if finding.shortfall:
            words += f", short by {figure_text(finding.shortfall, finding.unit)}{in_all}"
        if finding.excess:
            words += f", over by {figure_text(finding.excess, finding.unit)}{in_all}"
    if finding.applies is Truth.UNKNOWN:
        words += ", age not known"
    if finding.assumed_in_force:
        words += ", assumed to be in force"
    return f"{words} ({finding.part})" if finding.part else words


def figure_text(figure: int, unit: Unit) -> str:
    """A figure with its unit.

    Example:
        >>> figure_text(370, Unit.MINUTES), figure_text(1, Unit.DAYS)
        ('6 h 10 min', '1 day')
    """
    if unit is Unit.MINUTES:
        return duration_text(timedelta(minutes=figure))
    return counted(figure, unit.value.removesuffix("s"))


def bounds_text(bounds: Bounds, unit: Unit, *, words: bool = False) -> str:
    """A range of figures; ``words``: say what is the least or the most allowed."""
    least, most = bounds.least, bounds.most
    if words and least is None:
        return f"at most {figure_text(most or 0, unit)}"
    if most is None:
        least_text = "not known" if not least else f"{figure_text(least, unit)} or more"
        return f"at least {figure_text(least or 0, unit)}" if words else least_text
    if least in (None, most):
        return figure_text(most, unit)
    return f"{figure_text(least or 0, unit)} to {figure_text(most, unit)}"
