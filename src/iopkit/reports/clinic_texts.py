"""Plain text for people about a run of a clinic: what each patient has, and what has changed.

Calling this is the explicit act that shows patients' values.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from uuid import UUID

from iopkit.clinics.clinics import ClinicRun, PatientRun
from iopkit.plans.notes import NoteKind
from iopkit.prose import counted
from iopkit.reports.clinic_answers import brief_outcome
from iopkit.reports.lines import page, section
from iopkit.schedules.differences import ScheduleDifference

_IF_LATER = (
    'if they begin later: set their "start" in clinic.toml, take their files out of out/plans and '
    "out/schedules, and run again"
)
_NONE_BEGUN: Mapping[UUID, int] = MappingProxyType({})


def clinic_text(
    run: ClinicRun, *, names: bool = False, begun: Mapping[UUID, int] = _NONE_BEGUN
) -> str:
    """What a run gives for each patient, in a few lines, and what its last change has changed.

    Args:
        names: show patients by the names of their files, in place of their keys.
        begun: by patients' keys, how many sessions of a new plan are before the run.
    """
    shown = {each.key: each.name if names else str(each.key) for each in run.patients}
    counts = (
        counted(len(run.patients), "patient"),
        counted(len(run.schedules), "plan"),
        counted(len(run.conflicts), "conflict"),
    )
    lines = [f"{run.clinic.site.name}: {', '.join(counts)}"]
    for each in run.patients:
        lines += section(shown[each.key], _told(each))
    lines += section(
        "Left as they were, as no valid file has these patients",
        [str(each.plan.patient) for each in run.kept],
    )
    late = [f"{shown[key]}: {counted(number, 'session')}" for key, number in begun.items()]
    lines += section(
        "Taken to have been held, as these new plans began before the run",
        [*late, _IF_LATER] if late else [],
    )
    lines += section(
        "Changed last",
        [
            f"{shown.get(each.plan.patient, each.plan.patient)}: {_change(each)}"
            for each in run.changes
        ],
    )
    return page(lines)


def _told(one: PatientRun) -> Iterator[str]:
    yield from (f"{each.policy}: {each.verdict.value}" for each in one.decisions)
    if one.placement is not None:
        yield brief_outcome(one.placement)
    if one.schedule is not None:
        groups = ", ".join(name for each in one.schedule.plan.groups for name in each.groups)
        yield (
            f"plan from {one.schedule.plan.start}, {counted(len(one.schedule.sessions), 'session')}"
            + (f", {len(one.schedule.unplaced)} without a date" if one.schedule.unplaced else "")
            + (f", in {groups}" if groups else "")
        )
        notes = one.schedule.plan.notes
        yield from (f"to settle: {n.words}" for n in notes if n.matter.kind is NoteKind.COLLISION)
    yield from (f"{each.requirements.name}: {each.truth.value}" for each in one.judgments)
    yield from (f"no {each.step.value}: {each.why}" for each in one.omissions)
    if one.waiting is not None:
        yield one.waiting.words


def _change(change: ScheduleDifference) -> str:
    undated = len(change.undated)
    counts = {
        "added": len(change.added),
        "changed": len(change.changed),
        "removed": len(change.removed) - undated,
        "without a date now": undated,
    }
    said = [f"{counted(number, 'session')} {what}" for what, number in counts.items() if number]
    return "; ".join(said) or "only what has no date"
