"""A plan as a page that its patient can read and keep.

It stays in one piece, as the page does: each part is read in the order in which it is printed.
"""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from xml.etree.ElementTree import Element

from attrs import evolve

from iopkit.eligibility.predicates import AllOf, AnyFact, Compare, Predicate, describe
from iopkit.errors import refuse, unless
from iopkit.modalities import Delivery, Modality
from iopkit.needs import Need
from iopkit.patients.patients import Relationship
from iopkit.plans.goals import Goal, Objective
from iopkit.plans.notes import NoteKind, PlanNote
from iopkit.plans.own_days import given
from iopkit.plans.plans import Plan
from iopkit.programs.absences import AbsenceLimit
from iopkit.programs.plan_days import week_of_plan
from iopkit.programs.programs import Program, Service
from iopkit.programs.progress import COURSE_FACTS
from iopkit.programs.timetables import PrescribedSession
from iopkit.programs.timings import EveryWeeks, InAll, Once, PerWeek, Timing, Weekly, slots_of
from iopkit.prose import counted, listed, runs_text
from iopkit.reports.crisis_lines import crisis_words, reach_words
from iopkit.reports.html import bullets, child, document, row
from iopkit.reports.plans import counts_from, under_words
from iopkit.reports.programs import services_from
from iopkit.reports.weeks import is_random, week_text
from iopkit.reports.words import (
    clock_words,
    day_words,
    days_words,
    length_words,
    often_words,
    parts_words,
    weekdays_words,
)
from iopkit.requirements.milestones import MilestoneKind, Signer
from iopkit.schedules.sessions import Reason, Schedule
from iopkit.sites.sites import Site
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY, DayPart, minute_of_day


def plan_html(  # noqa: PLR0913  # each part that a page can have, by name
    plan: Plan,
    schedule: Schedule | None = None,
    *,
    week: int = 1,
    picture: bytes | None = None,
    site: Site | None = None,
    after: Plan | None = None,
) -> str:
    """A plan as a page of HTML that its patient can read, keep and print.

    The page speaks to the patient in short, plain sentences. It needs no other file, and
    prints on A4 and US Letter. What staff need beside that is in small print at its end.
    Days that were drawn, such as those of drug tests, are not told. Calling this is the
    explicit act that shows a patient's values; keys and the day of birth are never among
    them.

    Args:
        schedule: the plan's own; the page then has a week of it, and what has no date.
        week: the week to show, from 1.
        picture: the week as an SVG or PNG file, such as ``iopkit.plots.week_picture`` gives;
            without it, the week is a list.
        site: the plan's own; the page then has its telephone and address, as far as its
            document has them. Lines for a crisis are those of the United States.
        after: the plan of the continuing care that follows, to tell its days and times.

    Raises:
        InvalidError: the schedule or site is another plan's, the plan after it is not the
            patient's next one, the picture has none or is no picture, or the plan has no such
            week.
    """
    kind = "png" if (picture or b"").startswith(b"\x89PNG\r\n\x1a\n") else "svg+xml"
    refuse(
        "page",
        unless(
            picture is None or kind == "png" or b"<svg" in picture[:1000],
            "picture",
            "an SVG or PNG file",
            "another",
        ),
        unless(
            picture is None or schedule is not None,
            "schedule",
            "the schedule that the picture is of",
            "none",
        ),
        unless(schedule is None or schedule.plan == plan, "schedule", "the plan's", "another's"),
        unless(site is None or site.name == plan.site, "site", "the plan's", "another's"),
        unless(
            after is None or (after.patient == plan.patient and after.start >= plan.end),
            "after",
            "the patient's next plan",
            "another",
        ),
    )
    page = Element("html", {"lang": "en"})
    head = child(page, "head")
    child(head, "meta", charset="utf-8")
    child(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    child(head, "title", "Your treatment plan")
    child(head, "style", _STYLE)
    main = child(child(page, "body"), "main")
    _opening(main, plan, schedule)
    _aims(main, plan)
    shown = None if schedule is None else week_text(schedule, week=week)
    data = None if picture is None else f"data:image/{kind};base64,{b64encode(picture).decode()}"
    _times(main, plan, shown, data)
    beside = child(main, "div", class_="beside")
    for title, texts in _rest(plan, schedule, site, after):
        section = child(beside, "section")
        child(section, "h2", title)
        _said(section, texts)
    _signing(main, plan)
    _small_print(main, plan)
    return document(page)


_STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: white; color: #1a1a1a;
  font: 16px/1.35 "Helvetica Neue", Arial, "Liberation Sans", sans-serif; }
main { max-width: 48rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3, h4 { color: #0b3c5d; line-height: 1.2; }
h1 { font-size: 1.6rem; margin: 0 0 0.2rem; }
h2 { font-size: 1.1rem; margin: 0.9rem 0 0.2rem; border-bottom: 2px solid #0b3c5d; }
h3, h4 { font-size: 1rem; margin: 0.4rem 0 0.1rem; }
p, ul { margin: 0.15rem 0; }
ul { padding-left: 1.1rem; }
img { display: block; width: 100%; margin: 0.3rem 0; }
table { border-collapse: collapse; width: 100%; margin: 0.3rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.1rem 0.4rem;
  border: 1px solid #767676; }
thead th { background: #e3edf4; }
.goals { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr));
  gap: 0.2rem 1rem; }
.beside { columns: 2 18rem; column-gap: 1.5rem; margin-top: 0.4rem; }
.beside section { break-inside: avoid; padding-top: 0.4rem; }
.beside section h2 { margin-top: 0; }
.signs { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr));
  gap: 1.2rem 2rem; margin-top: 1.2rem; }
.sign { display: flex; gap: 0.4rem; }
.line { border-bottom: 1px solid #1a1a1a; flex: 2; }
.line + span + .line { flex: 1; }
.small { font-size: 0.8rem; margin-top: 0.8rem; border-top: 1px solid #767676; }
.small h2 { font-size: 0.9rem; border: 0; margin: 0.2rem 0 0; }
.narrow { display: none; }
@media screen and (max-width: 40rem) {
  .narrow { display: block; }
  img { display: none; }
}
@page { margin: 8mm 12mm; }
@media print {
  body { font-size: 9pt; line-height: 1.22; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 15pt; }
  h2 { font-size: 11pt; margin-top: 4pt; border-width: 1px; }
  h3, h4 { font-size: 9.5pt; margin-top: 2pt; }
  h2, h3, h4 { break-after: avoid; }
  p, ul { margin: 1pt 0; }
  th, td { padding: 0.5pt 4pt; }
  img { max-height: 3in; margin: 2pt 0; object-fit: contain; object-position: left; }
  tr, li, .goals div, .sign { break-inside: avoid; }
  thead th { background: none; }
  .goals { grid-template-columns: repeat(auto-fit, minmax(2in, 1fr)); }
  .beside { columns: 3; column-gap: 14pt; }
  .beside { margin-top: 1pt; }
  .beside section { padding-top: 3pt; }
  .signs { grid-template-columns: repeat(3, 1fr); gap: 12pt; margin-top: 10pt; }
  .small { font-size: 7pt; margin-top: 4pt; }
  .small h2, .small ul, .small li, .small p { display: inline; font-size: 7pt; padding: 0; }
}
"""


def _said(parent: Element, texts: Iterable[str]) -> None:
    """Each text as a paragraph; those that begin with a dash as a list."""
    items: list[str] = []
    for text in (*texts, ""):
        if text.startswith("- "):
            items.append(text[2:])
            continue
        bullets(parent, items)
        items = []
        if text:
            child(parent, "p", text)


def _opening(main: Element, plan: Plan, schedule: Schedule | None) -> None:
    program, dated = plan.program, schedule or plan
    child(main, "h1", "Your treatment plan")
    if plan.caution:
        child(child(main, "p"), "strong", _caution_words(plan))
    first, last = (day_words(day, weekday=True) for day in (plan.start, dated.end - ONE_DAY))
    child(
        main,
        "p",
        f"{program.title} at {plan.site}. This plan is for you. It starts on {first}. "
        f"It ends on {last}. That is {counted(dated.weeks, 'week')}. {_usual_days(plan)}",
    )
    for leave in plan.leaves:
        away = days_words(leave.start, leave.end - ONE_DAY)
        after = "You have no sessions then."
        if leave.extends:
            after = "You make up for it after that."
        elif leave.shifts:
            after = "All that follows comes later."
        child(main, "p", f"You are away: {away}. {after}")


def _caution_words(plan: Plan) -> str:
    """What comes first where a decision that the plan rests on is no "yes"."""
    doubted = [
        f"{judged.policy}, {day_words(judged.on)}: {judged.verdict.value}"
        for judged in (plan.provenance.decisions if plan.provenance else ())
        if judged.verdict is not Truth.YES
    ]
    return (
        "Please read this first. We checked some rules to see if this plan is right for you. "
        "Not all of them said yes. Please talk with us before you start. "
        f"(For staff: {'; '.join(doubted)}.)"
    )


def _usual_days(plan: Plan) -> str:
    """The days that come again each week, as far as they are known."""
    phase = plan.program.phases[0].name
    services = dict.fromkeys(each.service for each in given(plan) if each.phase == phase)
    slots = [
        slot
        for service in services
        if isinstance(service.timing, (Weekly, PerWeek)) and service.name not in plan.on_hold
        for slot in slots_of(service.timing)
    ]
    if not slots:
        return "Your days are not set yet."
    days = weekdays_words(slot.day for slot in slots)
    parts = {DayPart.of(minute_of_day(s.start)) if s.start else s.part for s in slots}
    part = f" {parts.pop() or ''}".rstrip() if len(parts) == 1 else ""
    lead = "At first, you" if len(plan.program.phases) > 1 else "You"
    return f"{lead} meet with us on {days}{part}."


def _aims(main: Element, plan: Plan) -> None:
    """Problems, and the goals set for each."""
    child(main, "h2", "What we work on")
    if not plan.problems:
        yet = "Nothing is settled yet." if plan.problems is None else "None is on record."
        child(main, "p", f"{yet} You and your counselor will talk about it.")
    for problem in plan.problems or ():
        child(main, "h3", problem.statement)
        goals = [goal for goal in plan.goals or () if goal.problem == problem.name]
        if plan.goals is None:
            child(main, "p", "You and your counselor will set goals for this.")
        elif not goals:
            child(main, "p", "There is no goal for this.")
        row_of_goals = child(main, "div", class_="goals") if goals else main
        for goal in goals:
            card = child(row_of_goals, "div")
            child(card, "h4", f"Goal: {goal.statement}")
            _said(card, _goal_words(goal, plan))
    suggested = [*_suggestions(plan)]
    if suggested:
        child(main, "h2", "What we could work on")
        child(main, "p", "This is not settled. You choose with your counselor what you work on.")
        bullets(main, suggested)


def _suggestions(plan: Plan) -> Iterator[str]:
    """What is proposed and open: what we would do about it is told once it is settled."""
    for each in plan.proposals or ():
        aims = [one.goal.statement for one in each.goals if one.settled is None]
        if each.settled is None or aims:
            goals = f". Your goal could be: {'; '.join(aims)}" if aims else ""
            yield f"{each.problem.statement}{goals}."


def _titles(plan: Plan) -> Mapping[str, str]:
    return {service.name: service.title for service in plan.program.every_service}


def _goal_words(goal: Goal, plan: Plan) -> Iterator[str]:
    """How a goal is measured and by when, and what leads there."""
    titles, year = _titles(plan), plan.start.year
    target = "it in a way that you will choose with us"
    if goal.target:
        target = goal.target.words
    elif any(objective.target for objective in goal.objectives):
        target = "it by your steps"
    by = f", by {day_words(goal.by, within=year)}." if goal.by else ". No day is set yet."
    yield f"We measure {target}{by}"
    yield from (f"- Your step: {_step_words(objective, year)}" for objective in goal.objectives)
    for each in goal.interventions:
        where = f" ({titles[each.service]})" if each.service else ""
        yield f"- What we do: {each.statement}{where}"


def _step_words(objective: Objective, year: int) -> str:
    target = f" ({objective.target.words})" if objective.target else ""
    by = f", by {day_words(objective.by, within=year)}" if objective.by else ""
    return f"{objective.statement}{target}{by}"


def _times(main: Element, plan: Plan, week: str | None, picture: str | None) -> None:
    """When the patient comes: a week, and all services."""
    child(main, "h2", "When you come")
    if week is not None:
        listed = main
        if picture is not None:
            child(main, "img", src=picture, alt=week)
            listed = child(main, "div", class_="narrow")
        title, *lines = week.splitlines()
        child(listed, "h3", title)
        bullets(listed, lines)
    table = child(main, "table")
    row(child(table, "thead"), ("What", "When", "How long", "Weeks"), tag="th")
    body = child(table, "tbody")
    for service, first, weeks in _rows(plan):
        often = often_words(service.timing, first=first)
        when = f"{often[0].upper()}{often[1:]}"
        slots = slots_of(service.timing)
        if service.day_parts and not (slots and all(slot.when for slot in slots)):
            when += f", {parts_words(service.day_parts)}"
        if service.delivery:
            when += f", {_DELIVERED[service.delivery]}"
        if service.name in plan.on_hold:
            when += ". On hold: see the open questions"
        taught = service.curriculum
        what = f"{service.title}: {'; '.join(taught.topics)}" if taught else service.title
        row(body, (what, when, _length_words(service), weeks))


_DELIVERED = {Delivery.TELEHEALTH: "by video or phone", Delivery.ON_SITE: "at our place"}


def _rows(plan: Plan) -> Iterator[tuple[Service, int, str]]:
    """Each service that is given, the week that its timing counts from, and its weeks in words."""
    # What is given so many times in all is so in each phase that has it.
    found: dict[tuple[Service, str], list[PrescribedSession]] = {}
    for each in given(plan):
        service = each.service
        apart = isinstance(service.timing, (InAll, Once)) and service not in plan.program.services
        found.setdefault((service, each.phase if apart else ""), []).append(each)
    order = [*dict.fromkeys(plan.program.every_service)]
    for (service, _), those in sorted(found.items(), key=lambda row: order.index(row[0][0])):
        yield service, counts_from(those[0]), _weeks_words(service.timing, those)


def _weeks_words(timing: Timing, sessions: Iterable[PrescribedSession]) -> str:
    """The weeks of some sessions, those in a row together, or all that are meant to be apart."""
    apart = isinstance(timing, (EveryWeeks, InAll))
    weeks = {each.week for each in sessions}
    return runs_text(range(min(weeks), max(weeks) + 1) if apart else weeks)


def _length_words(service: Service) -> str:
    if service.duration is None:
        return "not set yet"
    words = length_words(service.duration)
    if service.duration_max and service.duration_max != service.duration:
        words += f" to {length_words(service.duration_max)}"
    return f"{words}, with {length_words(service.breaks)} of breaks" if service.breaks else words


def _rest(
    plan: Plan, schedule: Schedule | None, site: Site | None, after: Plan | None
) -> Iterator[tuple[str, Iterable[str]]]:
    """What else the patient wants to know, as titles and texts."""
    if moved := [] if schedule is None else _moved_words(schedule):
        yield "Not at the usual time", moved
    yield "The parts of your plan", _phase_words(plan)
    if changes := _change_words(plan):
        yield "What changes in this time", changes
    yield "Drug tests, and if you use again", _testing_words(plan)
    yield "Family and friends", _people_words(plan)
    yield "Looking at your plan again", _review_words(plan)
    yield "When you finish", _finish_words(plan, after)
    yield "Open questions", _open_words(plan, schedule)
    yield "Help from others", _referral_words(plan)
    yield "How to reach us", reach_words(site)
    if lines := [*crisis_words(site, on=plan.start)]:
        yield "Help at any hour", lines


def _moved_words(schedule: Schedule) -> list[str]:
    """The sessions that are not where the table has them, by day; drawn ones are not told."""
    titles = schedule.titles
    by_days: dict[tuple[date, date], list[str]] = {}
    for each in schedule.sessions:
        if each.moved and not each.make_up and not is_random(schedule, each):
            days = each.start.date(), each.moved.prescribed.date()
            told = f"{titles[each.service]} at {clock_words(each.start)}"
            by_days.setdefault(days, []).append(told)

    def on(day: date) -> str:
        return day_words(day, weekday=True, within=schedule.plan.start.year)

    return [
        f"- {on(new)}{f', not {on(old)}' if new != old else ''}: {'; '.join(told)}."
        for (new, old), told in by_days.items()
    ]


def _phase_words(plan: Plan) -> Iterator[str]:
    for start, end, phase in plan.phase_spans():
        words = f"- {phase.title}: {days_words(start, end - ONE_DAY, within=plan.start.year)}"
        if phase.advance is not None:
            must = _condition_words(phase.advance, plan.program)
            words += f". You go on when {', and '.join(must)}"
        yield f"{words}."


def _change_words(plan: Plan) -> list[str]:
    """What changes within the plan, as far as the patient is told it, by the day."""
    titles, told = _titles(plan), dict[str, None]()
    for change in plan.changes_within:
        for each in change.follows:
            about = listed(titles.get(name, name) for name in each.about) if each.about else ""
            if each.kind.told:
                day = day_words(change.day, within=plan.start.year)
                told[f"- {day}: {each.kind.told.format(about=about)}"] = None
    return [*told]


def _testing_words(plan: Plan) -> Iterator[str]:
    program = plan.program
    tests = dict.fromkeys(
        often_words(service.timing, first=first)
        for service, first, _ in _rows(plan)
        if service.modality is Modality.DRUG_TESTING
    )
    yield f"You take a drug test {listed(tests)}." if tests else "This plan has no drug tests."
    again = program.after_return_to_use
    yield (
        f"If you use again: {again}"
        if again
        else ("This plan does not say what happens if you use again. Please ask us.")
    )


def _people_words(plan: Plan) -> Iterator[str]:
    family = {s.name for s in plan.program.every_service if s.modality is Modality.FAMILY_SESSION}
    if plan.supports and family.difference(plan.on_hold):
        who = listed(dict.fromkeys(_PEOPLE.get(s, f"your {s.value}") for s in plan.supports))
        yield f"{who[0].upper()}{who[1:]} can join you in family sessions."
    if not plan.disclosures:
        yield "This plan names nobody whom we may tell about your care."
        return
    yield "With your written consent, we may tell:"
    for each in plan.disclosures:
        until = (
            f", until {day_words(each.until - ONE_DAY, within=plan.start.year)}"
            if each.until
            else ""
        )
        yield f"- {each.recipient}: {each.information or 'it is not said what'}{until}"
    yield "You can take this consent back."


_PEOPLE = {Relationship.OTHER: "a person close to you"}


def _review_words(plan: Plan) -> Iterator[str]:
    days = sorted({m.by for m in plan.milestones if m.kind is MilestoneKind.REVIEW})
    told = [day_words(day, within=plan.start.year) for day in days]
    yield (
        f"We go through this plan with you by {listed(told)}."
        if told
        else "No day is set yet. You can ask us at any time."
    )


def _finish_words(plan: Plan, after: Plan | None) -> Iterator[str]:
    program = plan.program
    if program.discharge is not None:
        yield "You are done when all of this is so:"
        yield from (f"- {words}" for words in _condition_words(program.discharge, program))
    else:
        yield "This plan does not say yet when you are done. Please ask us."
    for limit in program.absence_limits:
        yield f"Your treatment here ends before that if {_limit_words(limit, plan)}."
    then = after.program if after else program.continuing_care
    if then:
        dates = f" {days_words(after.start, after.end - ONE_DAY)}" if after else ""
        yield f"After that you go on with: {then.title}.{dates and f' That is{dates}.'}"
        laid = [row[:2] for row in _rows(after)] if after else services_from(then)
        for service, first in dict.fromkeys(laid):
            yield f"- {service.title}: {often_words(service.timing, first=first)}"
    else:
        yield "This plan does not say yet what comes after. Please ask us."


def _limit_words(limit: AbsenceLimit, plan: Plan) -> str:
    titles, phases = _titles(plan), {phase.name: phase.title for phase in plan.program.phases}
    services = f" of {listed([titles[name] for name in limit.services])}" if limit.services else ""
    excuse = ", with or without an excuse" if limit.excused else " without an excuse"
    weeks = f" within {counted(limit.weeks, 'week')}" if limit.weeks else ""
    phase = f" in this part of your plan: {phases[limit.phase]}" if limit.phase else ""
    return f"you miss {counted(limit.absences, 'session')}{services}{weeks}{excuse}{phase}"


_COURSE: Mapping[str, str] = MappingProxyType(
    {
        "weeks_in_phase": "you have been in this part for {} weeks",
        "weeks_in_program": "you have been here for {} weeks",
        "attendance": "you came to {}% of your sessions",
        "days_without_use": "you had {} days without use",
        "negative_tests_in_a_row": "you had {} negative drug tests in a row",
        "days_in_phase": "you have been in this part for {} days",
        "days_in_program": "you have been here for {} days",
        "unexcused_absences": "you missed {} sessions without an excuse",
        "goals_met": "you reached {} of your goals",
        "goals_open": "{} of your goals are still open",
        "clinician_agrees": "your counselor agrees",
        "days_since_contact": "you were last in touch with us {} days ago",
        "attended_in_a_row": "you came to {} sessions in a row",
        "missed_in_a_row": "you missed {} sessions in a row without an excuse",
        "hours_this_week": "you have had {} hours this week",
        "hours_last_week": "you had {} hours last week",
        "in_controlled_environment": "you are where substances are restricted",
        "at_risk": "your counselor says that your symptoms keep you at risk",
    }
)
"""Facts about the course, as a patient is told what must be so."""

_OF_SERVICE: Mapping[str, str] = MappingProxyType(
    {
        "attended": "you came to {} sessions of",
        "missed": "you missed {} sessions of",
        "due": "you have had dates for {} sessions of",
        "unexcused": "you missed without an excuse {} sessions of",
    }
)
"""The same for facts about one service, whose name follows."""


def _course_words(fact: AnyFact) -> str:
    if fact.name in _COURSE:
        return _COURSE[fact.name]
    if fact.name in COURSE_FACTS:
        return f"{fact.name.replace('_', ' ')}: {{}}"
    count, _, service = fact.name.partition("_")
    return f"{_OF_SERVICE[count]} {service.replace('_', ' ')}"


def _condition_words(condition: Predicate, program: Program) -> list[str]:
    """A condition about the course, each part that must hold by itself."""
    match condition:
        case AllOf(parts) if parts and not condition.label:
            return [words for part in parts for words in _condition_words(part, program)]
        case _ if names := program.not_given_in(condition):
            about = listed(name.replace("-", " ") for name in names)
            return [f"your counselor agrees, as this plan has no sessions of {about}"]
        case Compare(fact, _, True) if not condition.label:
            return [_course_words(fact)]
        case Compare(fact, operator, int(value) | float(value)) if (
            value is not False and not condition.label
        ):
            number = f"{value * 100 if fact.name == 'attendance' else value:g}"
            words = _course_words(fact).format(f"{operator.words}{number}")
            return [re.sub(r"\b1 (week|day|session|negative drug test)s\b", r"1 \1", words)]
        case _:
            return [describe(condition, in_full=True)]


_NEEDS: Mapping[Need, str] = MappingProxyType(
    {
        Need.WITHDRAWAL_MANAGEMENT: "help with withdrawal",
        Need.AROUND_THE_CLOCK_SUPPORT: "care by day and night",
        Need.MEDICAL_CARE: "care by doctors and nurses",
        Need.OPIOID_MEDICATION: "medicine for opioid use",
        Need.PSYCHIATRIC_CARE: "mental health care",
        Need.PRENATAL_CARE: "care in pregnancy",
        Need.TRAUMA_THERAPY: "help after trauma",
        Need.EATING_DISORDER_THERAPY: "help with an eating disorder",
        Need.INTERPRETER: "an interpreter",
        Need.HOUSING: "a safe place to live",
        Need.TRANSPORT: "a ride",
        Need.CHILD_CARE: "child care",
    }
)


def _notes_words(plan: Plan, *kinds: NoteKind) -> Iterator[str]:
    """The notes of some kinds; those that differ by the day alone are one."""
    titles = _titles(plan)
    alike: dict[PlanNote, list[PlanNote]] = {}
    for note in plan.notes:
        if note.matter.kind in kinds and note.matter.asked:
            alike.setdefault(evolve(note, day=None), []).append(note)
    for note, each in alike.items():
        on = [one.day for one in each if one.day is not None]
        service = titles.get(note.service, note.service) if note.service else ""
        need = _NEEDS[note.need] if note.need else ""
        about = ", ".join(
            filter(None, (service, weekdays_words(on) if on else "", need, note.part))
        )
        to = note.need.referral if note.need else "others"
        to += f": {note.why}" if note.why else ""
        yield note.matter.asked.format(about=about or "this plan", to=to, why=note.why or "")


_TOLD_ELSEWHERE = (Reason.ON_HOLD, Reason.ON_LEAVE, Reason.WITHHELD)


def _open_words(plan: Plan, schedule: Schedule | None) -> Iterator[str]:
    titles = _titles(plan)
    asked = [*_notes_words(plan, NoteKind.QUESTION, NoteKind.COLLISION)]
    missing = Counter(
        (titles[each.service], each.why.words)
        for each in (schedule.unplaced if schedule else ())
        if each.why not in _TOLD_ELSEWHERE
    )
    asked += [
        f"{title}: {counted(number, 'session')} without a date yet, as {why}."
        for (title, why), number in missing.items()
    ]
    yield "Please talk with us about these:" if asked else "There are none right now."
    yield from (f"- {text}" for text in asked)


def _referral_words(plan: Plan) -> Iterator[str]:
    referred = [*_notes_words(plan, NoteKind.REFERRAL)]
    if not referred:
        yield "This plan sends you to nobody else."
    yield from (f"- {text}" for text in referred)


def _signing(main: Element, plan: Plan) -> None:
    """A line for each who has not signed yet."""
    child(main, "p", "Keep this page in a safe place. It shows that you are in treatment.")
    wanted = [Signer.PATIENT, Signer.COUNSELOR]
    if any(m.kind is not MilestoneKind.REVIEW for m in plan.milestones):
        wanted.append(Signer.PHYSICIAN)
    signed = {signature.signer for signature in plan.signatures or ()}
    lines = child(main, "div", " ", class_="signs")
    for signer in wanted:
        if signer not in signed:
            line = child(lines, "div", class_="sign")
            for text in (_signer(signer), "Date"):
                child(line, "span", text)
                child(line, "span", " ", class_="line")


def _signer(signer: Signer) -> str:
    return signer.value.replace("_", " ").capitalize()


def _small_print(main: Element, plan: Plan) -> None:
    """What staff need of a plan beside what the patient is told."""
    section = child(main, "section", class_="small")
    child(section, "h2", "For staff")
    made = plan.provenance
    signed = [f"{_signer(s.signer)} on {day_words(s.on)}" for s in plan.signatures or ()]
    due = [f"{m.kind.label} by {day_words(m.by)}{under_words(m)}" for m in plan.milestones]
    codes = [f"{each.statement} ({each.code})" for each in plan.problems or () if each.code]
    chosen = [n.words for n in plan.notes if n.matter.kind is NoteKind.CHOICE]
    origin = [f"program {made.program if made else plan.program.name}"]
    if made:
        origin += [f"version {made.version}"] if made.version else []
        origin += [f"requirements {name}" for name in made.requirements]
        origin += [
            f"policy {d.policy}, judged for {day_words(d.on)}: {d.verdict.value}"
            for d in made.decisions
        ]
    bullets(
        section,
        (
            f"{head}: {'; '.join(texts) or 'none'}."
            for head, texts in (
                ("Due", due),
                ("Changes", _change_texts(plan)),
                ("Signed", signed),
                ("Codes", codes),
                ("Chosen in drafting", chosen),
                ("Made from", origin),
            )
        ),
    )
    child(
        section,
        "p",
        "To certify is to state in writing, as a doctor, that the patient needs this care.",
    )


def _change_texts(plan: Plan) -> list[str]:
    """What changes within the plan, for staff; of age the week alone, as birthdays are not told."""
    if plan.upcoming is None:
        return ["not known"]
    told: list[str] = []
    for change in plan.changes_within:
        if change.follows and change.is_of_age:
            week = week_of_plan(change.day, start=plan.start)
            told.append(f"week {week}: {'; '.join(each.words for each in change.follows)}")
        elif change.follows:
            told.append(f"{day_words(change.day)}: {change.words}")
    return told
