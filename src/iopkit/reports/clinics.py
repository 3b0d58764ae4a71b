"""A clinic's report: one page of HTML about all its patients, groups, rooms and clinicians.

Calling this is the explicit act that shows patients' values.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from iopkit.charges.charges import Total
from iopkit.clinics.clinics import ClinicRun, PatientRun
from iopkit.errors import refuse, unless_a
from iopkit.prose import counted
from iopkit.reports.changes import difference_parts
from iopkit.reports.charges import total_text
from iopkit.reports.clinic_answers import (
    brief_outcome,
    decisions_of,
    eligibility_section,
    judgments_of,
    levels_section,
    requirements_section,
)
from iopkit.reports.clinic_links import PatientLinks
from iopkit.reports.clinic_patients import caution, former_article, patient_article
from iopkit.reports.clinic_places import (
    census_section,
    charges_section,
    clinicians_section,
    conflicts_section,
    groups_section,
    rooms_section,
    waitlist_section,
)
from iopkit.reports.decisions import ADVICE, ANSWERS, brief_verdict
from iopkit.reports.html import Colored, TableCell, bullets, child, document, headed, linked, table
from iopkit.reports.lines import TRUTH_WORDS
from iopkit.truth import Truth, all_of
from iopkit.windows import ONE_DAY

if TYPE_CHECKING:
    from uuid import UUID


def clinic_html(run: ClinicRun, *, names: bool = False) -> str:
    """What a run of a clinic gives, as one page of HTML to open, search and print.

    First what holds for the whole clinic, with what could not be done and what has changed, then
    each group, room, clinician and patient. The page needs no other file and runs no script.
    Calling this is the explicit act that shows patients' values.

    Args:
        names: show patients by the names of their files, too; by their keys alone, if not.

    Raises:
        InvalidError: ``run`` is something else.
    """
    refuse("clinic report", unless_a(run, "run", ClinicRun))
    links = PatientLinks.of(run, names=names)
    title = f"{run.clinic.site.name}: report"
    page = Element("html", {"lang": "en"})
    head = child(page, "head")
    child(head, "meta", charset="utf-8")
    child(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    child(head, "title", title)
    child(head, "style", _STYLE)
    body = child(page, "body")
    opening = child(body, "header")
    child(opening, "h1", title)
    child(opening, "p", _KEEP)
    contents = child(child(body, "nav", aria_label="Contents"), "ul")
    main = child(body, "main")
    for name, (heading, write) in _SECTIONS.items():
        child(child(contents, "li"), "a", heading, href=f"#{name}")
        section = child(main, "section", id=name)
        child(section, "h2", heading)
        write(section, run, links)
    return document(page, depth="")


_KEEP = (
    "This page shows who is in treatment, and why. Keep it as the patients' records are kept, and "
    f"give it to nobody else. {ADVICE}"
)


def _overview(section: Element, run: ClinicRun, _: PatientLinks) -> None:
    clinic = run.clinic
    bullets(
        section,
        (
            f"{head}: {'; '.join(told) or 'none'}"
            for head, told in (
                ("Program", [clinic.program.title]),
                ("Policies", [each.title for each in clinic.policies]),
                ("Ladder", [clinic.ladder.title] if clinic.ladder else []),
                ("Goals", [clinic.goals.title] if clinic.goals else []),
                ("Requirements", [each.title for each in clinic.requirements]),
                ("Coding", [clinic.coding.title] if clinic.coding else []),
                ("Rates", [clinic.rates.title] if clinic.rates else []),
            )
        ),
    )
    table(section, ("What", "How many"), _figures(run))


def _figures(run: ClinicRun) -> Iterator[tuple[str, str]]:
    """What is counted of the whole clinic, in words."""
    yield "Patients", str(len(run.patients))
    if run.clinic.unread:
        yield "Files of patients that are not valid", str(run.clinic.unread)
    if run.kept:
        yield "Left as they were, as no valid file has them", str(len(run.kept))
    for decided in decisions_of(run):
        answers = _counts(ANSWERS, (each.verdict for _, each in decided))
        yield f"Eligible: {decided[0][1].title}", answers
    if found := run.assignments:
        free = sum(found.seats_free(group.name) for group in found.roster.groups)
        waiting = len(found.waiting)
        yield "Groups", f"{found.placed} placed, {waiting} waiting, {counted(free, 'seat')} free"
    yield "Plans", str(len(run.schedules))
    sessions = [session for each in run.schedules for session in each.sessions]
    moved = sum(session.moved is not None for session in sessions)
    without = sum(len(each.unplaced) for each in run.schedules)
    yield "Sessions", f"{len(sessions)} with a date, {moved} of them moved; {without} without"
    yield "Conflicts", str(len(run.conflicts))
    for judged in judgments_of(run):
        answers = _counts(TRUTH_WORDS, (each.truth for _, each in judged))
        yield f"Requirements: {judged[0][1].requirements.title}", answers
    if charged := [each.charges for each in run.patients if each.charges]:
        lines = chain.from_iterable(each.lines for each in charged)
        yield "Charges", total_text(Total.of(lines))
    yield "Steps not done", str(sum(len(each.omissions) for each in run.patients))
    yield "Patients whose dates changed", str(sum(not each.is_empty for each in run.changes))


def _counts(words: Mapping[Truth, str], truths: Iterable[Truth]) -> str:
    """How often there is each answer."""
    counts = Counter(truths)
    return ", ".join(f"{counts[truth]} {word}" for truth, word in words.items())


def _undone(section: Element, run: ClinicRun, links: PatientLinks) -> None:
    """Each step that gave nothing for a patient, those for the same reason together."""
    whom: dict[tuple[str, str], list[UUID]] = {}
    for one in run.patients:
        for each in one.omissions:
            whom.setdefault((each.step.value, each.why), []).append(one.key)
    rows = ((*why, *links.counted(keys)) for why, keys in sorted(whom.items()))
    table(section, ("Step", "Why", "Patients", "Who"), rows, none="Every step could be done.")


def _changes(section: Element, run: ClinicRun, links: PatientLinks) -> None:
    told = [each for each in run.changes if not each.is_empty]
    child(
        section,
        "p",
        "What is not as it was before the clinic's files last changed."
        if told
        else "No date has changed.",
    )
    for each in told:
        linked(child(section, "h3"), links.to([each.plan.patient]))
        caution(section, each.plan)
        if each.added and len(each.added) == len(each.new.sessions) and not each.removed:
            sessions = counted(len(each.added), "session")
            child(section, "p", f"A new plan, with a date for {sessions}.")
            continue
        for head, items in difference_parts(each):
            headed(section, head, items)


def _patients(section: Element, run: ClinicRun, links: PatientLinks) -> None:
    table(
        section,
        ("Patient", "Decisions", "Level", "Plan", "Requirements", "Not done"),
        (_patient_cells(one, links) for one in run.patients),
        none="There are none.",
    )
    for one in run.patients:
        patient_article(section, one, name=links.name_of(one.key))
    for dated in run.kept:
        former_article(section, dated)


def _patient_cells(one: PatientRun, links: PatientLinks) -> Sequence[TableCell]:
    """A patient's row: each step in a word."""
    plan = f"{one.schedule.plan.start} to {one.schedule.end - ONE_DAY}" if one.schedule else "none"
    waits = ["waits for groups"] if one.waiting else []
    return (
        links.to([one.key]),
        _summary((f"{each.policy}: {brief_verdict(each)}", each.verdict) for each in one.decisions),
        _summary((brief_outcome(each), each.verdict) for each in [one.placement] if each),
        plan,
        _summary(
            (f"{each.requirements.name}: {TRUTH_WORDS[each.truth]}", each.truth)
            for each in one.judgments
        ),
        ", ".join([*(each.step.value for each in one.omissions), *waits]) or "nothing",
    )


def _summary(answers: Iterable[tuple[str, Truth]]) -> TableCell:
    """Answers in a row, in the color of what they come to together."""
    listed = list(answers)
    if not listed:
        return "none"
    return Colored("; ".join(words for words, _ in listed), all_of(truth for _, truth in listed))


_SECTIONS: Mapping[str, tuple[str, Callable[[Element, ClinicRun, PatientLinks], None]]] = {
    "overview": ("Overview", _overview),
    "undone": ("What could not be done", _undone),
    "changes": ("What has changed", _changes),
    "eligibility": ("Eligibility", eligibility_section),
    "levels": ("Levels of care", levels_section),
    "requirements": ("Requirements", requirements_section),
    "groups": ("Groups", groups_section),
    "waitlist": ("Waitlist", waitlist_section),
    "conflicts": ("Conflicts", conflicts_section),
    "census": ("Patients in treatment", census_section),
    "rooms": ("Rooms", rooms_section),
    "clinicians": ("Clinicians", clinicians_section),
    "charges": ("Charges", charges_section),
    "patients": ("Patients", _patients),
}

_STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: white; color: #1a1a1a;
  font: 16px/1.4 "Helvetica Neue", Arial, "Liberation Sans", sans-serif; }
h1, h2, h3, h4 { color: #0b3c5d; line-height: 1.2; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1.3rem; margin: 2rem 0 0.4rem; border-bottom: 2px solid #0b3c5d; }
h3 { font-size: 1.1rem; margin: 1.2rem 0 0.3rem; }
h4 { font-size: 1rem; margin: 0.8rem 0 0.2rem; }
p, ul { margin: 0.3rem 0; overflow-wrap: break-word; }
ul { padding-left: 1.2rem; }
a { color: #0b4f8a; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; }
article { border-top: 1px solid #767676; margin-top: 1.5rem; }
table { border-collapse: collapse; width: 100%; margin: 0.4rem 0; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.15rem 0.4rem; font-weight: normal;
  border: 1px solid #b0b0b0; font-variant-numeric: tabular-nums; }
tbody th, td { overflow-wrap: anywhere; box-sizing: border-box; min-width: 6em; }
thead th, th span, td span { overflow-wrap: break-word; }
.dated tbody th { white-space: nowrap; }
.dated td { min-width: 8em; }
.dated th + td { min-width: 16em; }
thead th { background: #e3edf4; font-weight: bold; }
.unmet { color: #a11212; font-weight: bold; }
.undetermined { color: #7a4a00; }
@media screen and (max-width: 40rem) {
  th, td { padding: 0.15rem 0.25rem; }
  tbody th, td { min-width: 5.7em; }
  .dated tbody th { white-space: normal; }
  .dated td, .dated th + td { min-width: 0; }
  .wide thead { position: absolute; clip-path: inset(50%); }
  .wide, .wide tbody, .wide tr, .wide th, .wide td { display: block; }
  .wide tr { border: 1px solid #b0b0b0; margin-bottom: 0.6rem; }
  .wide th, .wide td { border: 0; }
  .wide td::before { content: attr(data-head) ": "; font-weight: bold; }
}
@page { margin: 12mm;
  @bottom-center { content: counter(page) " / " counter(pages); font-size: 8pt; } }
@media print {
  body { font-size: 9pt; line-height: 1.25; max-width: none; padding: 0; }
  nav { display: none; }
  a { color: inherit; text-decoration: none; }
  h1 { font-size: 16pt; }
  h2 { font-size: 13pt; margin-top: 10pt; }
  h3 { font-size: 11pt; }
  h4 { font-size: 9.5pt; }
  h2, h3, h4, thead { break-after: avoid; }
  tr, li { break-inside: avoid; }
  thead { display: table-header-group; }
  article { break-before: page; border: 0; margin: 0; }
  table { font-size: 8pt; }
  th, td { padding: 1pt 3pt; }
}
"""
