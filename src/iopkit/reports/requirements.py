"""Requirements for people to read, as plain text."""

from datetime import timedelta

from iopkit.checks.checks import Unit
from iopkit.checks.records import Bounds
from iopkit.modalities import Modality
from iopkit.prose import counted, duration_text
from iopkit.reports.findings import bounds_text, figure_text
from iopkit.reports.lines import in_force_lines, item, page, section, whose
from iopkit.requirements.demands import (
    Caseload,
    Counting,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LedBy,
    LongestGap,
    PlanLength,
    PlanPart,
    Reviews,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.requirements.milestones import Signer
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.windows import whole_minutes


def requirements_text(requirements: RequirementSet) -> str:
    """A requirement set's versions with what each demands."""
    lines = [
        f"requirements {requirements.name}: {requirements.title}",
        whose(requirements.scope),
    ]
    for version in requirements.versions.dated:
        lines += ["", *in_force_lines(version)]
        lines += [item(_requirement_text(requirement)) for requirement in version.value]
    return page([*lines, *section("Not checked here", requirements.left_open)])


def _requirement_text(requirement: Requirement) -> str:
    """A requirement in a paragraph: what it says, of whom, what is checked, and who says so."""
    return " ".join(
        filter(
            None,
            [
                requirement.meaning,
                f"For {requirement.age_group.value}s." if requirement.age_group else "",
                "" if requirement.binding else "Usual, not binding.",
                f"Checked: {demand_text(requirement.demand)}.",
                counted_text(requirement.demand),
                f"({requirement.source})",
            ],
        )
    )


def demand_text(demand: Demand) -> str:
    """What is checked, in words."""
    match demand:
        case Frequency(every_days=days):
            return f"one at least in {_each(days)}"
        case GroupSize(most) | Caseload(most):
            whom = "in a group" if isinstance(demand, GroupSize) else "for each counselor"
            return f"at most {figure_text(most, Unit.PATIENTS)} {whom}"
        case LedBy(credentials, _, supervised):
            or_so = ", or with a supervisor" if supervised else ""
            return f"each led by somebody with {' or '.join(sorted(credentials))}{or_so}"
        case Reviews(kind, days, first):
            begin = f", the first within {figure_text(first, Unit.DAYS)}" if first else ""
            return f"a {kind.label} in {_each(days)}{begin}"
        case PlanLength(least, most):
            return f"a plan of {bounds_text(Bounds(least, most), Unit.DAYS, words=True)}"
        case WrittenPlan(parts, signed_by):
            named = [part.label for part in PlanPart if part in parts]
            signers = " or ".join(signer.label for signer in Signer if signer in signed_by)
            return ", ".join([*named, *([f"signature of a {signers}"] if signers else [])])
        case _:
            return _service_text(demand)


def _service_text(
    demand: WeeklyHours | DailyHours | WeeklyDays | LongestGap | WeeklyServices,
) -> str:
    match demand:
        case WeeklyHours(least, most, averaged=averaged, taper_weeks=taper):
            when = "on average" if averaged else "in each week"
            less = (
                f", but for up to {counted(taper, 'week')} of tapering phases that are below"
                if taper
                else ""
            )
            return f"{_span(least, most)} a week, {when}{less}"
        case DailyHours(least):
            return f"at least {duration_text(least)} on each day with any"
        case WeeklyDays(least):
            return f"at least {figure_text(least, Unit.DAYS)} of each week"
        case LongestGap(most):
            return f"at most {figure_text(most, Unit.DAYS)} in a row without service"
        case WeeklyServices(least):
            return f"at least {figure_text(least, Unit.SERVICES)} in each week"


def _span(least: timedelta | None, most: timedelta | None) -> str:
    whole = (end if end is None else whole_minutes(end) for end in (least, most))
    return bounds_text(Bounds(*whole), Unit.MINUTES, words=True)


def _each(days: int | None) -> str:
    if days is None:
        return "each whole month"
    return "each day" if days == 1 else f"each stretch of {days} days"


def counted_text(demand: Demand) -> str:
    """What counts towards a demand, as a sentence; empty if nothing is counted."""
    match demand:
        case WeeklyHours() | DailyHours() | WeeklyDays() | LongestGap() | WeeklyServices():
            return f"{_counted(demand.counting.modalities)}{_manner(demand.counting)}."
        case Frequency() | GroupSize() | LedBy():
            return f"{_counted(demand.modalities)}."
        case Caseload() | Reviews() | PlanLength() | WrittenPlan():
            return ""


def _counted(modalities: frozenset[Modality]) -> str:
    counted = [m.label.lower() for m in Modality if m in modalities]
    left_out = [m.label.lower() for m in Modality if m not in modalities]
    if not left_out:
        return "All count"
    if len(left_out) < len(counted):
        return f"All count but {', '.join(left_out)}"
    return f"These count: {', '.join(counted)}"


def _manner(counting: Counting) -> str:
    at_home = "" if counting.telehealth else "; nothing by telehealth"
    return f"{at_home}; with breaks" if counting.clock else at_home
