"""Results as plain values: they are shown and not read back."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeVar

import attrs

from iopkit.applicability import Applicability, kind_of_rule
from iopkit.charges.costs import CostComparison
from iopkit.charges.rates import Rate
from iopkit.checks.checks import Finding, left_out, verdict
from iopkit.checks.fitting import Fit, Judgment
from iopkit.checks.proposals import Proposals, Remaining
from iopkit.clinics.clinics import ClinicRun
from iopkit.clinics.mornings import Morning, SessionOf
from iopkit.courses.delivered_minutes import MinutesOfWeek
from iopkit.courses.due import Due
from iopkit.courses.due_tables import DueRow
from iopkit.courses.measure_tables import MeasureRow, measure_rows, measure_sums
from iopkit.courses.measured_cases import MeasureResult
from iopkit.courses.state_tables import StateRow, state_row
from iopkit.courses.states import State
from iopkit.courses.statuses import StatusSpan
from iopkit.documents.classes import converter, writer_of
from iopkit.documents.documents import to_document
from iopkit.eligibility.analysis import Analysis, Difference
from iopkit.eligibility.kinds import Kind
from iopkit.eligibility.possible import Possible
from iopkit.eligibility.predicates import AnyFact
from iopkit.placement.placement import ExcludedLevel
from iopkit.placement.tradeoffs import Tradeoff
from iopkit.plan_costs import LevelCosts, PlanCosts
from iopkit.plans.plans import Plan
from iopkit.requirements.requirements import RequirementSet
from iopkit.schedules.capacity import CensusDay, CensusWeek, Load
from iopkit.schedules.conflicts import Booking, Conflict
from iopkit.schedules.meetings import Meeting
from iopkit.schedules.reassignments import Reassignment
from iopkit.schedules.sessions import Schedule
from iopkit.sources import Source
from iopkit.truth import all_of

T = TypeVar("T")


def fact_document(
    fact: AnyFact, *, not_used: str | None = None
) -> dict[str, Any]:  # Any: plain JSON values of any type
    """A fact's declaration as plain values; its reader is code and has no document.

    Args:
        not_used: why nothing that is shipped reads it; ``None`` if something does.
    """
    return {
        "name": fact.name,
        "meaning": fact.meaning,
        "kind": writer_of(Kind)(fact.kind),
        "worse": fact.worse and fact.worse.value,
        "source": writer_of(Source | None)(fact.source),
        "not_used": not_used,
    }


def applicability_document(
    found: Applicability,
) -> dict[str, Any]:  # Any: plain JSON values of any type
    """Whether a rule applies as plain values; it is shown and not read back."""
    return {
        "kind": kind_of_rule(found.rule),
        "name": found.rule.name,
        "title": found.rule.title,
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "applies": found.applies.value,
        "grounds": [
            {"basis": each.basis.value, "truth": each.truth.value, "words": each.words}
            for each in found.grounds
        ],
    }


def excluded_document(excluded: ExcludedLevel) -> dict[str, Any]:  # Any: plain JSON values
    """Why a level is excluded as plain values; it is shown and not read back."""
    document: dict[str, Any] = writer_of(ExcludedLevel)(excluded)
    return document


def tradeoff_document(row: Tradeoff) -> dict[str, Any]:  # Any: plain JSON values of any type
    """A row of trade-offs as plain values; it is shown and not read back."""
    document: dict[str, Any] = writer_of(Tradeoff)(row)
    return document


def comparison_document(found: Difference) -> dict[str, Any]:  # Any: plain JSON values
    """Where two policies differ as plain values; it is shown and not read back."""
    return {
        "policies": [policy.name for policy in found.policies],
        "on": found.days[0].isoformat(),
        "second_on": found.days[1].isoformat(),
        "same": found.same,
        "contrasts": [
            {
                "facts": {name: value for name, value in c.facts.items if value is not None},
                "verdicts": [verdict.value for verdict in c.verdicts],
                "deciding": [[criterion.name for criterion in side] for side in c.deciding],
            }
            for c in found.contrasts
        ],
    }


def analysis_document(found: Analysis) -> dict[str, Any]:  # Any: plain JSON values of any type
    """What is wrong with a policy as plain values; it is shown and not read back."""
    return {
        "policy": found.policy,
        "since": found.since.isoformat(),
        "sound": found.sound,
        "contradiction": list(found.contradiction),
        "redundant": list(found.redundant),
        "never_unmet": list(found.never_unmet),
        "never_met": list(found.never_met),
        "nothing_known": found.nothing_known.value,
        "flaws": [
            {
                "criterion": flaw.criterion,
                "path": list(flaw.path),
                "words": flaw.words,
                "kind": flaw.kind.value,
                "fact": flaw.fact,
                "value": flaw.value,
            }
            for flaw in found.flaws
        ],
    }


def checks_document(
    checked: Iterable[tuple[RequirementSet, Iterable[Finding]]],
    *,
    planned: Plan | Schedule | None = None,
) -> dict[str, Any]:  # Any: plain JSON values
    """What several requirement sets find as plain values; the findings in it are documents.

    Args:
        planned: what was judged; ``left_out`` then has the weeks that a set does not speak of.
    """
    sets = [
        (requirements, tuple(findings), left_out(planned, requirements) if planned else ())
        for requirements, findings in checked
    ]
    return {
        "met": all_of(verdict(findings) for _, findings, _ in sets).value,
        "sets": [
            {
                "requirements": requirements.name,
                "met": verdict(findings).value,
                "findings": [to_document(finding) for finding in findings],
                "left_out": [each.words for each in weeks],
            }
            for requirements, findings, weeks in sets
        ],
    }


def cost_document(comparison: CostComparison) -> dict[str, Any]:  # Any: plain JSON values
    """Costs that can be compared as plain values; they are shown and not read back."""
    document: dict[str, Any] = converter().unstructure(comparison)
    return document


def plan_costs_document(costs: PlanCosts) -> dict[str, Any]:  # Any: plain JSON values
    """What a plan and the next levels cost as plain values; it is shown and not read back."""
    write = writer_of(LevelCosts | None)
    return {
        "payers": None if costs.payers is None else [payer.value for payer in costs.payers],
        "unpriced": [payer.value for payer in costs.unpriced],
        "charged": [
            {
                "applies": each.applies.value,
                "amount_usd": writer_of(Decimal | None)(each.total.amount_usd),
                "known_usd": writer_of(Decimal)(each.total.known_usd),
                "payer": each.payer and each.payer.value,
                "table": each.table and each.table.name,
                "rates": [writer_of(Rate)(rate) for rate in each.rates],
                "spans": [applicability_document(span) for span in each.spans],
                "charges": to_document(each.charges),
            }
            for each in costs.charged
        ],
        "refused": list(costs.refused),
        "lower": write(costs.lower),
        "own": write(costs.own),
        "higher": write(costs.higher),
    }


def fit_document(fit: Fit) -> dict[str, Any]:  # Any: plain JSON values of any type
    """A fit as plain values; it is shown and not read back."""
    return {
        "program": fit.program.name,
        "track": fit.track.name if fit.track else None,
        "meets": fit.truth.value,
        "reasons": list(fit.reasons),
        "plan": to_document(fit.plan) if fit.plan else None,
        "findings": _findings(fit.judgments),
        "moved": fit.standing.moved,
        "unplaced": fit.standing.unplaced,
    }


def proposals_document(
    proposals: Proposals,
) -> dict[str, Any]:  # Any: plain JSON values of any type
    """Proposals as plain values; they are shown and not read back, the plans in them are."""
    return {
        "wanted": proposals.wanted,
        "complete": proposals.complete,
        "tried": proposals.tried,
        "unseen": proposals.unseen,
        "findings": _findings(proposals.judgments),
        "left": _left(proposals.left),
        "proposals": [
            {
                "changes": [revision.words for revision in proposal.revisions],
                "minutes": proposal.size.minutes,
                "days_moved": proposal.size.days_moved,
                "sessions": proposal.size.sessions,
                "plan": to_document(proposal.plan),
                "findings": _findings(proposal.judgments),
                "left": _left(proposal.left),
            }
            for proposal in proposals.found
        ],
    }


def _findings(judgments: Iterable[Judgment]) -> dict[str, list[dict[str, Any]]]:
    return {
        judgment.requirements.name: [to_document(finding) for finding in judgment.findings]
        for judgment in judgments
    }


def _left(left: Iterable[Remaining]) -> list[dict[str, Any]]:
    return [
        {
            "requirements": each.requirements,
            "finding": to_document(each.finding),
            "why": each.why.value,
        }
        for each in left
    ]


def conflict_document(conflict: Conflict) -> dict[str, Any]:  # Any: plain JSON values
    """What cannot all take place as plain values; it is shown and not read back."""
    return {
        "kind": conflict.kind.value,
        "of": conflict.of,
        "start": conflict.start.isoformat(),
        "end": conflict.end.isoformat(),
        "between": [
            {
                "patient": str(each.patient),
                "uid": str(each.uid),
                "service": each.session.service,
                "number": each.session.number,
                "start": each.start.isoformat(),
                "end": each.end.isoformat(),
            }
            if isinstance(each, Booking)
            else {"appointment": True, "start": each.start.isoformat(), "end": each.end.isoformat()}
            for each in conflict.between
        ],
        "undated": [
            {
                "patient": str(each.patient),
                "service": each.session.service,
                "number": each.session.number,
                "why": each.session.why.value,
            }
            for each in conflict.undated
        ],
    }


def reassignment_document(found: Reassignment) -> dict[str, Any]:  # Any: plain JSON values
    """Who takes over as plain values; they are shown and not read back, the plans in them are."""
    return {
        "away": found.away,
        "start": found.start.isoformat(),
        "end": found.end and found.end.isoformat(),
        "smallest": found.is_smallest,
        "groups": [
            {"group": each.group, "clinician": each.clinician, "may_lead": each.may_lead.value}
            for each in found.groups
        ],
        "plans": [to_document(plan) for plan in found.plans],
        "groups_left": [
            {"group": each.group, "why": {name: why.value for name, why in each.why}}
            for each in found.groups_left
        ],
        "plans_left": [to_document(plan) for plan in found.plans_left],
    }


_Row = CensusDay | CensusWeek | Load | Meeting


def capacity_document(row: _Row) -> dict[str, Any]:  # Any: plain JSON values
    """A result about capacity, and what is worked out from it, as plain values."""
    kind: Any = type(row)
    body: dict[str, Any] = writer_of(kind)(row)
    match row:
        case CensusDay():
            return body
        case CensusWeek():
            return {**body, "mean": row.mean}
        case Load():
            return {**body, "share": row.share}
        case Meeting():
            return {**body, "free": row.free}


# What each kind has beside its fields.
_DERIVED = {CensusDay: (), CensusWeek: ("mean",), Load: ("share",), Meeting: ("due", "end", "free")}


def capacity_columns(
    kind: type[CensusDay] | type[CensusWeek] | type[Load] | type[Meeting],
    rows: Iterable[CensusDay | CensusWeek | Load | Meeting],
) -> dict[str, list[object]]:
    """Results of one kind as columns, from which every data frame can be made.

    Returns:
        Each field, and what is worked out from them, by name; all of them even if there
        is no row.

    Example:
        >>> from datetime import date
        >>> from iopkit.schedules import CensusDay, census
        >>> days = census([], start=date(2026, 1, 5), end=date(2026, 1, 6))
        >>> capacity_columns(CensusDay, days)
        {'day': [datetime.date(2026, 1, 5)], 'patients': [0], 'on_hold': [0], 'expected': [0]}
    """
    listed = tuple(rows)
    # Of a move, when a meeting was due is told.
    fields = (field.name for field in attrs.fields(kind) if field.name != "moved")
    names = [*fields, *_DERIVED[kind]]
    return {name: [getattr(row, name) for row in listed] for name in names}


def state_document(state: State) -> dict[str, Any]:  # Any: plain JSON values
    """Where a patient stands, as plain values: the row of a site's table, and what is behind it.

    A count that is known in part is an object with its ``low`` and ``high`` ends.
    """
    return {
        **writer_of(StateRow)(state_row(state)),
        "known": state.known and state.known.isoformat(),
        "missed_test_is_positive": state.missed_test_is_positive,
        "spans": [writer_of(StatusSpan)(each) for each in state.spans],
        "weeks": [writer_of(MinutesOfWeek)(each) for each in state.weeks],
        "open": [
            {"uid": str(due.uid), "start": due.session.start.isoformat()}
            for due in state.rolls_open
        ],
        "attended_in_a_row": _count(state.attended_in_a_row),
        "missed_in_a_row": _count(state.missed_in_a_row),
        "days_without_use_reported": _count(state.days_without_use_reported),
        "days_without_use_tested": _count(state.days_without_use_tested),
        "negative_tests_in_a_row": _count(state.negative_tests_in_a_row),
        "negative_tests": _count(state.negative_tests),
        "in_controlled_environment": state.in_controlled_environment.value,
        "clinician_agrees": state.clinician_agrees,
        "goals": state.goals
        and [
            {"problem": each.goal.problem, "reached": each.figures.reached.value}
            for each in state.goals
        ],
        "undated": state.undated,
    }


def _count(count: T | Possible) -> T | dict[str, Any]:  # Any: plain JSON values
    """A count or share; one that is known in part as an object."""
    return {"low": count.low, "high": count.high} if isinstance(count, Possible) else count


def measure_document(result: MeasureResult) -> dict[str, Any]:  # Any: plain JSON values
    """What a measure comes to, case by case too, as plain values; shares are as counts."""
    return {
        "measure": result.measure.name,
        "start": result.period.start.isoformat(),
        "end": result.period.end.isoformat(),
        "on": result.on.isoformat(),
        "sums": [
            {name: _count(of) for name, of in attrs.asdict(each, recurse=False).items()}
            for each in measure_sums(result)
        ],
        "cases": [writer_of(MeasureRow)(each) for each in measure_rows(result)],
        "note": result.measure.note,
    }


def due_document(due: Due) -> dict[str, Any]:  # Any: plain JSON values
    """Something that is due, as plain values."""
    written: dict[str, Any] = writer_of(Due)(due)
    return written


def morning_document(morning: Morning) -> dict[str, Any]:  # Any: plain JSON values
    """A clinic's morning, as plain values."""
    return {
        "on": morning.on.isoformat(),
        "coming": [_session_of(each) for each in morning.coming],
        "open": [_session_of(each) for each in morning.open],
        "due": [writer_of(DueRow)(each) for each in morning.due],
        "running_out": [
            {
                "patient": str(each.patient),
                "payer": each.line.authorization.payer,
                "number": each.line.authorization.number,
                "last_covered": each.line.last_covered and each.line.last_covered.isoformat(),
                "booked_beyond": each.line.beyond.booked,
            }
            for each in morning.running_out
        ],
    }


def _session_of(one: SessionOf) -> dict[str, Any]:  # Any: plain JSON values
    session = one.booked.session
    return {
        "patient": str(one.patient),
        "session": str(one.booked.uid),
        "service": session.service,
        "start": session.start.isoformat(),
    }


def clinic_document(run: ClinicRun) -> dict[str, Any]:  # Any: plain JSON values
    """What a run gives for each patient of a clinic, by keys, in short; its files have the rest."""
    changed = {each.plan.patient for each in run.changes}
    return {
        "site": run.clinic.site.name,
        "patients": [
            {
                "key": str(each.key),
                "decisions": {one.policy: one.verdict.value for one in each.decisions},
                "placed": each.placement.verdict.value if each.placement else None,
                "groups": [name for one in each.plan.groups for name in one.groups]
                if each.plan
                else [],
                "waiting": each.waiting.place if each.waiting else None,
                "plan": str(each.plan.key) if each.plan else None,
                "met": {one.requirements.name: one.truth.value for one in each.judgments},
                "changed": each.key in changed,
                "omissions": [{"step": one.step.value, "why": one.why} for one in each.omissions],
            }
            for each in run.patients
        ],
        "kept": [str(each.plan.patient) for each in run.kept],
        "unread": run.clinic.unread,
        "conflicts": len(run.conflicts),
    }
