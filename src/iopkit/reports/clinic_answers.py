"""Sections of a clinic's report about what was judged: eligibility, levels, requirements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID
from xml.etree.ElementTree import Element

from iopkit.checks.fitting import Judgment
from iopkit.clinics.clinics import ClinicRun
from iopkit.eligibility.policies import Decision
from iopkit.placement.placement import Placement
from iopkit.reports.clinic_links import PatientLinks
from iopkit.reports.decisions import brief_verdict
from iopkit.reports.findings import requirement_words
from iopkit.reports.html import Colored, TableCell, child, headed, table
from iopkit.reports.lines import TRUTH_WORDS
from iopkit.reports.placements import full_level
from iopkit.truth import Truth


def decisions_of(run: ClinicRun) -> Sequence[Sequence[tuple[UUID, Decision]]]:
    """The decisions of each policy, with whom they are about."""
    found: dict[str, list[tuple[UUID, Decision]]] = {}
    for one in run.patients:
        for each in one.decisions:
            found.setdefault(each.policy, []).append((one.key, each))
    return [*found.values()]


def judgments_of(run: ClinicRun) -> Sequence[Sequence[tuple[UUID, Judgment]]]:
    """What each requirement set finds, with whose plans it is about."""
    found: dict[str, list[tuple[UUID, Judgment]]] = {}
    for one in run.patients:
        for each in one.judgments:
            found.setdefault(each.requirements.name, []).append((one.key, each))
    return [*found.values()]


def eligibility_section(section: Element, run: ClinicRun, links: PatientLinks) -> None:
    """How many each policy says yes, no and undetermined of, and by which criteria."""
    for decided in decisions_of(run):
        child(section, "h3", decided[0][1].title)
        answers = ((brief_verdict(each), each.verdict, key) for key, each in decided)
        table(section, ("Answer", "Patients", "Who"), _by_answer(answers, links))
        found = (
            (f"{result.criterion.meaning} ({result.criterion.source})", result.truth, key)
            for key, each in decided
            for result in each.results
        )
        _reasons(section, "Criterion", found, links)
    if not decisions_of(run):
        child(section, "p", "Nobody was judged by a policy.")


def levels_section(section: Element, run: ClinicRun, links: PatientLinks) -> None:
    """At which level of care a ladder places how many."""
    placed = ((one.key, one.placement) for one in run.patients if one.placement)
    answers = ((brief_outcome(each), each.verdict, key) for key, each in placed)
    rows = _by_answer(answers, links)
    table(section, ("Level", "Patients", "Who"), rows, none="Nobody was placed on a ladder.")


def brief_outcome(placement: Placement) -> str:
    """Where a ladder places a patient, in few words."""
    if placement.level:
        return full_level(placement.level)
    if placement.stopped_at:
        return f"undetermined at {full_level(placement.stopped_at)}"
    return "no level of the ladder"


def requirements_section(section: Element, run: ClinicRun, links: PatientLinks) -> None:
    """Whose plans meet each requirement set, and what of it the others do not."""
    for judged in judgments_of(run):
        requirements = judged[0][1].requirements
        child(section, "h3", requirements.title)
        answers = ((TRUTH_WORDS[each.truth], each.truth, key) for key, each in judged)
        table(section, ("Finding", "Patients", "Who"), _by_answer(answers, links))
        found = (
            (requirement_words(finding.requirement), finding.truth, key)
            for key, each in judged
            for finding in each.findings
        )
        _reasons(section, "Requirement", found, links)
        headed(section, "Not checked here", requirements.left_open)
    if not judgments_of(run):
        child(section, "p", "No plan was held against a requirement set.")


def _by_answer(
    answers: Iterable[tuple[str, Truth, UUID]], links: PatientLinks
) -> Iterator[Sequence[TableCell]]:
    """A row for each answer, the most frequent first, with those who have it."""
    whom: dict[tuple[str, Truth], list[UUID]] = {}
    for words, truth, key in answers:
        whom.setdefault((words, truth), []).append(key)
    for (words, truth), keys in sorted(whom.items(), key=lambda each: (-len(each[1]), each[0])):
        yield Colored(words, truth), *links.counted(keys)


def _reasons(
    section: Element, head: str, found: Iterable[tuple[str, Truth, UUID]], links: PatientLinks
) -> None:
    """What is unmet or undetermined of somebody, with those of whom it is."""
    whom: dict[str, Mapping[Truth, dict[UUID, None]]] = {}
    for words, truth, key in found:
        whom.setdefault(words, {each: {} for each in Truth})[truth][key] = None
    table(
        section,
        (head, "Unmet", "Undetermined"),
        (
            (words, links.to(of[Truth.NO]), links.to(of[Truth.UNKNOWN]))
            for words, of in whom.items()
            if of[Truth.NO] or of[Truth.UNKNOWN]
        ),
    )
