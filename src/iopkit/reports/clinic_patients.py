"""What a clinic's report says of each patient."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.etree.ElementTree import Element

from iopkit.charges.charges import Charges
from iopkit.checks.checks import Finding
from iopkit.checks.fitting import Judgment
from iopkit.clinics.clinics import PatientRun
from iopkit.eligibility.policies import Decision
from iopkit.placement.placement import Placement
from iopkit.plans.plans import Plan
from iopkit.prose import counted
from iopkit.reports.charges import (
    basis_words,
    charges_head,
    not_told_words,
    total_text,
    uncharged_words,
)
from iopkit.reports.decisions import (
    ASSUMED_VERSION,
    STILL_OPEN,
    contradiction_notes,
    missing_words,
    seen_words,
    verdict_words,
)
from iopkit.reports.findings import LEFT_OUT, figures_text, finding_text, requirement_words
from iopkit.reports.html import Colored, TableCell, bullets, child, headed, table
from iopkit.reports.lines import ASSUMED_IN_FORCE, TRUTH_WORDS
from iopkit.reports.placements import outcome_words
from iopkit.reports.plans import plan_parts
from iopkit.reports.programs import level_words
from iopkit.reports.schedules import why_words
from iopkit.reports.words import moment_text
from iopkit.schedules.sessions import Schedule, Session
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY


def patient_article(parent: Element, one: PatientRun, *, name: str | None) -> None:
    """All that a run gives for one patient: first what to beware of, then each step's result."""
    article = _article(parent, str(one.key), name)
    caution(article, one.plan)
    if one.omissions or one.waiting:
        child(article, "h4", "Not done")
        waits = [f"waits for groups: {one.waiting.words}"] if one.waiting else []
        bullets(article, [*(f"{each.step.value}: {each.why}" for each in one.omissions), *waits])
    for decision in one.decisions:
        _decision(article, decision)
    if one.placement:
        _placement(article, one.placement)
    if one.schedule:
        _schedule(article, one.schedule)
    for judgment in one.judgments:
        _judgment(article, judgment)
    if one.charges:
        _charges(article, one.charges)


def former_article(parent: Element, dated: Schedule) -> None:
    """What is kept of a patient whom no valid file has."""
    article = _article(parent, str(dated.plan.patient), None)
    caution(article, dated.plan)
    child(article, "p", "No valid file has this patient; what was dated stays as it was.")
    _schedule(article, dated)


def caution(parent: Element, plan: Plan | None) -> None:
    """What is to be told first of a plan, if there is something."""
    if plan and plan.caution:
        child(child(parent, "p"), "strong", plan.caution)


def _article(parent: Element, key: str, name: str | None) -> Element:
    article = child(parent, "article", id=f"patient-{key}")
    child(article, "h3", f"{name} ({key})" if name else f"Patient {key}")
    return article


def _decision(article: Element, decision: Decision) -> None:
    child(article, "h4", f"Decision: {decision.title}")
    verdict = child(article, "p", class_=TRUTH_WORDS[decision.verdict])
    child(verdict, "strong", verdict_words(decision))
    if decision.assumed_in_force:
        child(article, "p", ASSUMED_VERSION)
    table(
        article,
        ("Criterion", "State", "What was seen", "Source"),
        (
            (
                result.criterion.meaning,
                Colored(TRUTH_WORDS[result.truth], result.truth),
                seen_words(result.explanation),
                str(result.criterion.source),
            )
            for result in decision.results
            if result.truth is not Truth.YES
        ),
    )
    headed(article, STILL_OPEN, missing_words(lambda: decision.missing))
    for head, items in contradiction_notes(decision):
        headed(article, head, items)


def _placement(article: Element, placement: Placement) -> None:
    child(article, "h4", f"Level of care: {placement.title}")
    said = child(article, "p", class_=TRUTH_WORDS[placement.verdict])
    child(said, "strong", outcome_words(placement))
    if placement.assumed_in_force:
        child(article, "p", f"{ASSUMED_IN_FORCE}: some of these rules are not known to be.")
    headed(article, STILL_OPEN, missing_words(lambda: placement.missing))


def _schedule(article: Element, dated: Schedule) -> None:
    """A plan in brief, and each of its sessions."""
    plan = dated.plan
    child(article, "h4", f"Plan: {plan.program.title}, {plan.start} to {dated.end - ONE_DAY}")
    bullets(article, _phases(plan))
    for head, items in plan_parts(plan):
        headed(article, head, items)
    child(article, "h4", f"Sessions, in {dated.zone}")
    titles = dated.titles
    table(
        article,
        ("When", "What", "Where and with whom", "Note"),
        (
            (
                f"{moment_text(each.start)}-{each.end:%H:%M}",
                f"{titles[each.service]} {each.number}",
                ", ".join(filter(None, (each.room, each.clinician))),
                "; ".join(_session_notes(each)),
            )
            for each in dated.sessions
        ),
        dated=True,
    )
    headed(
        article,
        "Without a date",
        (
            f"{titles[each.service]} {each.number}, week {each.week}: "
            f"{why_words(each.why, each.detail)}"
            for each in dated.unplaced
        ),
    )


def _session_notes(session: Session) -> Iterator[str]:
    if session.make_up:
        yield "makes up for one missed"
    if session.moved:
        was = moment_text(session.moved.prescribed)
        yield f"moved from {was}: {why_words(session.moved.why, session.moved.detail)}"


def _phases(plan: Plan) -> Iterator[str]:
    for start, end, phase in plan.phase_spans():
        weeks = counted(phase.laid_weeks, "week")
        yield f"{phase.title}: {weeks}{level_words(phase)}, {start} to {end - ONE_DAY}"


def _judgment(article: Element, judgment: Judgment) -> None:
    child(article, "h4", f"Requirements: {judgment.requirements.title}")
    said = child(article, "p", class_=TRUTH_WORDS[judgment.truth])
    met = counted(len(judgment.that_are(Truth.YES)), "finding")
    child(said, "strong", f"{TRUTH_WORDS[judgment.truth].capitalize()}; {met} met.")
    if judgment.assumed_in_force:
        child(article, "p", f"{ASSUMED_IN_FORCE}: in some weeks no version of it is known to be.")
    table(
        article,
        ("Requirement", "Weeks", "Seen", "Required", "Finding"),
        _unmet(judgment.findings),
    )
    headed(article, LEFT_OUT, [weeks.words for weeks in judgment.left_out])


def _unmet(findings: Iterable[Finding]) -> Iterator[tuple[TableCell, ...]]:
    """What is not met, weeks with the same figures together."""
    weeks: dict[tuple[str, str, str, Colored], list[int | None]] = {}
    for each in findings:
        if each.truth is not Truth.YES:
            seen, required = figures_text(each)
            said = Colored(finding_text(each), each.truth)
            told = requirement_words(each.requirement), seen, required, said
            weeks.setdefault(told, []).append(each.week)
    for (meaning, seen, required, said), those in weeks.items():
        yield meaning, _weeks_words(those), seen, required, said


def _weeks_words(weeks: Iterable[int | None]) -> str:
    """Weeks in their order, those in a row by the first and the last."""
    known = [week for week in weeks if week is not None]
    runs = [
        [week for _, week in run]
        for _, run in groupby(enumerate(known), key=lambda each: each[1] - each[0])
    ]
    told = (f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return ", ".join(told) or "all"


def _charges(article: Element, charges: Charges) -> None:
    child(article, "h4", charges_head(charges))
    bullets(article, basis_words(charges))
    totals = ((f"Week {n}", of) for n, of in enumerate(charges.weekly, 1) if of.units)
    table(
        article,
        ("Week", "Units and amount"),
        [(name, total_text(of)) for name, of in (*totals, ("Total", charges.total))],
    )
    headed(article, "Not charged", uncharged_words(charges))
    headed(article, "Not known for a claim", not_told_words(charges))
