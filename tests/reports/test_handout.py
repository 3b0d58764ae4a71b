"""A plan's page says all that the plan has, in plain words, whatever its texts hold."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
import textstat
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from iopkit import InvalidError, Modality, Plan, Program, Site, Weekday, WeeklyWindows, schedule
from iopkit.eligibility import AllOf, Predicate
from iopkit.library import find_goal_templates
from iopkit.modalities import Delivery
from iopkit.needs import Need
from iopkit.patients import Relationship
from iopkit.plans import (
    Counted,
    CountTarget,
    Disclosure,
    Goal,
    Intervention,
    JudgedBy,
    Leave,
    NoteKind,
    NoteSubject,
    Objective,
    PlanNote,
    Problem,
    ProblemTemplate,
    ProposedGoal,
    ProposedProblem,
    Provenance,
    ScoreTarget,
    SettledAs,
    Settlement,
    Signature,
    settle,
)
from iopkit.programs import (
    COURSE_FACTS,
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    Phase,
    RandomDays,
    Service,
    Slot,
    Weekly,
)
from iopkit.programs.progress import service_facts
from iopkit.prose import printable
from iopkit.reports import plan_html, plan_text, template_text, week_text
from iopkit.reports.crisis_lines import CRISIS_LINES
from iopkit.reports.handout import _COURSE, _NEEDS, _course_words
from iopkit.reports.words import day_words, often_words
from iopkit.requirements import Milestone, MilestoneKind, Signer
from iopkit.schedules import Move, Reason
from iopkit.sites import ClosedRule, Closure, HolidayCalendar
from iopkit.strategies import days, predicates, programs, sites
from iopkit.truth import Truth

KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
PATIENT = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2026, 1, 5)
HOUR = timedelta(hours=1)
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.of("monday 09:00-21:00"))

# What could be taken for markup, and what no document can have.
texts = st.text(st.sampled_from("ab <>&\"'{}$-\t\n\x07\ud800é") | st.characters(), max_size=12)


def parsed(html: str) -> ET.Element:
    return ET.fromstring(html)  # noqa: S314  # our own text


def flat(text: str) -> str:
    """A text as a browser shows it."""
    return " ".join(re.sub("[\ud800-\udfff\ufffe\uffff]+", " ", printable(text)).split())


def read(html: str) -> str:
    """All that a reader sees of a page."""
    (body,) = parsed(html).iter("body")
    return flat(" ".join(body.itertext()))


def section(html: str, title: str) -> str:
    """What stands under a heading."""
    (found,) = (s for s in parsed(html).iter("section") if s.findtext("h2") == title)
    return flat(" ".join(found.itertext())).removeprefix(title).strip()


@st.composite
def notes(draw: st.DrawFn, services: list[str]) -> PlanNote:
    return PlanNote(
        draw(st.sampled_from(NoteSubject)),
        draw(st.none() | st.sampled_from(services)),
        draw(st.none() | st.sampled_from(Weekday)),
        draw(st.none() | st.sampled_from(Need)),
    )


@st.composite
def goals(draw: st.DrawFn, problem: str, services: list[str]) -> Goal:
    targets = (
        st.none()
        | st.builds(CountTarget, st.sampled_from(Counted), st.integers(0, 9), st.integers(9, 99))
        | st.just(ScoreTarget("phq_9", "total", most=9))
    )
    some = st.none() | days()
    return Goal(
        problem,
        draw(texts),
        draw(targets),
        draw(some),
        tuple(draw(st.lists(st.builds(Objective, texts, some, targets), max_size=2))),
        tuple(
            draw(
                st.lists(
                    st.builds(Intervention, texts, st.none() | st.sampled_from(services)),
                    max_size=2,
                )
            )
        ),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans with any of their parts, and with texts of any kind."""
    conditions = st.none() | predicates(tuple(COURSE_FACTS.values()))
    program = draw(programs())
    titles = {s.name: draw(texts) for s in program.every_service}
    program = program.with_services(lambda s: evolve(s, title=titles[s.name]), tracks=())
    program = evolve(
        program,
        title=draw(texts),
        phases=tuple(
            evolve(p, title=draw(texts), advance=draw(conditions)) for p in program.phases
        ),
        discharge=draw(conditions),
        after_return_to_use=draw(st.none() | texts),
        continuing_care=draw(st.none() | st.just(evolve(program, title=draw(texts)))),
    )
    names = list(titles)

    def some(of: st.SearchStrategy[Any]) -> tuple[Any, ...]:
        return tuple(draw(st.lists(of, max_size=3)))

    problems = tuple(Problem(f"problem-{n}", draw(texts)) for n in range(draw(st.integers(0, 2))))
    dated = st.builds(
        Milestone, st.sampled_from(MilestoneKind), days(), st.none() | st.just("us-medicare-iop")
    )
    made = st.builds(
        Provenance,
        st.just(program.name),
        st.none() | st.just("v2"),
        st.just((JudgedBy("us-medicare-iop", MONDAY, Truth.YES),)),
        st.just(("us-medicare-iop",)),
    )
    signed = some(st.builds(Signature, st.sampled_from(Signer), days()))
    of_problems = [goals(problem.name, names) for problem in problems]
    agreed = some(st.one_of(of_problems)) if problems else ()
    open_ones = some(texts)
    return Plan(
        KEY,
        PATIENT,
        "Elm Street",
        program,
        draw(days()),
        7,
        notes=some(notes(names)),
        on_hold=tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=1))),
        problems=problems,
        goals=draw(st.none() | st.just(agreed)),
        milestones=some(dated),
        supports=some(st.sampled_from(Relationship)),
        disclosures=some(st.builds(Disclosure, texts, texts, st.none() | days())),
        signatures=draw(st.none() | st.just(signed)),
        provenance=draw(st.none() | made),
        proposals=tuple(
            ProposedProblem(
                Problem(f"p-{n}", words),
                (),
                (ProposedGoal(f"p-{n}/a", draw(goals(f"p-{n}", names))),),
                draw(st.none() | st.just(Settlement(SettledAs.ACCEPTED, MONDAY, "Ada"))),
            )
            for n, words in enumerate(open_ones)
        ),
    )


def said_of(plan: Plan) -> list[str]:
    """What the page of a plan has to say."""
    program, year = plan.program, plan.start.year
    found = [program.title, plan.site, day_words(plan.start), program.after_return_to_use or ""]
    found += [text for phase in program.phases for text in (phase.title,)]
    # What begins after its phase's last week never takes place, and is not promised.
    taking_place = {entry.service for entry in plan.prescribed()}
    for service in filter(taking_place.__contains__, program.every_service):
        found.append(service.title)
        if not isinstance(service.timing, Once):  # its week counts from the phase's first
            found.append(often_words(service.timing).partition(" ")[2])
    found += [problem.statement for problem in plan.problems or ()]
    steps: list[Goal | Objective] = [*(plan.goals or ())]
    steps += [objective for goal in plan.goals or () for objective in goal.objectives]
    for step in steps:
        found += [step.statement, step.target.words if step.target else ""]
        found += [day_words(step.by, within=year)] if step.by else []
    found += [each.statement for goal in plan.goals or () for each in goal.interventions]
    for each in plan.proposals or ():
        found += [each.problem.statement, *(one.goal.statement for one in each.goals)]
    for disclosure in plan.disclosures:
        found += [disclosure.recipient, disclosure.information]
        last = disclosure.until and disclosure.until - timedelta(days=1)
        found += [day_words(last, within=year)] if last else []
    found += [day_words(m.by) for m in plan.milestones]
    found += [day_words(s.on) for s in plan.signatures or ()]
    for note in plan.notes:
        if note.matter.kind is NoteKind.CHOICE:
            found.append(note.words)
        if note.matter is NoteSubject.NOT_PROVIDED and note.need:
            found.append(note.need.referral)
    if program.continuing_care:
        found.append(program.continuing_care.title)
    return found


@given(plans())
def test_a_page_says_all_that_the_plan_has(plan: Plan) -> None:
    text = read(plan_html(plan))
    for said in said_of(plan):
        assert flat(said) in text


@given(plans(), sites(), st.data())
def test_a_page_is_well_formed_and_holds_nothing_but_itself(
    plan: Plan, site: Site, data: st.DataObject
) -> None:
    dated = schedule(evolve(plan, site=site.name), site)
    week = data.draw(st.integers(1, plan.weeks))
    picture = data.draw(st.none() | st.just(b"<svg/>") | st.just(b"\x89PNG\r\n\x1a\n..."))
    html = plan_html(dated.plan, dated, week=week, picture=picture)

    page = parsed(html)
    assert html.startswith("<!DOCTYPE html>\n<html lang=")
    assert html.encode(), "every character can be written"
    assert set(re.findall(r"<(\w+)[^<>]*/>", html)) <= {"img", "meta"}
    assert {e.tag for e in page.iter()}.isdisjoint({"script", "link", "iframe", "object"})
    pictures = [*page.iter("img")]
    assert len(pictures) == (picture is not None)
    for image in pictures:
        assert image.get("src", "").startswith("data:image/")
        assert flat(image.get("alt", "")) == flat(week_text(dated, week=week))
    assert not re.search(r"(src|href)=.(?!data:)|url\(|@import", html)
    for secret in (str(plan.key), str(plan.patient)):
        assert secret not in html


@example("<script>alert(1)</script>")
@example("--> & \"'{0}")
@example("{about}")
@given(texts)
def test_no_text_turns_into_markup(words: str) -> None:
    def tags(plan: Plan) -> list[str]:
        return [element.tag for element in parsed(plan_html(plan)).iter()]

    assert tags(full_plan(words)) == tags(full_plan("plain words"))
    assert flat(words) in read(plan_html(full_plan(words)))


def full_plan(words: str = "Talk") -> Plan:
    """A plan that has every part, all its texts being the same."""
    evening = Weekly((Slot(Weekday.MONDAY, time(18, 30)), Slot(Weekday.FRIDAY, time(18, 30))))
    fact = COURSE_FACTS
    program = Program(
        "program",
        words,
        (
            Phase(
                "one",
                words,
                4,
                (Service("group", words, Modality.GROUP_THERAPY, evening, HOUR),),
                advance=fact["weeks_in_phase"] >= 4,
            ),
            Phase("two", words, 2, (Service("talk", words, Modality.CASE_MANAGEMENT, InAll(2)),)),
        ),
        (
            Service("test", words, Modality.DRUG_TESTING, RandomDays(1), HOUR),
            Service("visit", words, Modality.INDIVIDUAL_COUNSELING, PerWeek(2)),
        ),
        discharge=(fact["attendance"] >= 0.8) & fact["clinician_agrees"].equals(True),
        after_return_to_use=words,
    )
    target = CountTarget(Counted.DAYS_WITHOUT_USE, least=30)
    return Plan(
        KEY,
        PATIENT,
        words,
        evolve(program, continuing_care=program),
        MONDAY,
        7,
        notes=(
            PlanNote(NoteSubject.NEED_UNKNOWN, need=Need.TRANSPORT),
            PlanNote(NoteSubject.OUTSIDE_AVAILABILITY, "group", Weekday.MONDAY),
            PlanNote(NoteSubject.NOT_PROVIDED, need=Need.PSYCHIATRIC_CARE),
            PlanNote(NoteSubject.TRACK_CHOSEN, part=words),
        ),
        on_hold=("visit",),
        problems=(Problem("problem-1", words, "F10.20"),),
        goals=(
            Goal(
                "problem-1",
                words,
                target,
                date(2026, 3, 2),
                (Objective(words, date(2026, 2, 2)),),
                (Intervention(words, "group"),),
            ),
        ),
        milestones=(
            Milestone(MilestoneKind.REVIEW, date(2026, 2, 4), "rules"),
            Milestone(MilestoneKind.CERTIFICATION, MONDAY),
        ),
        supports=(Relationship.PARTNER,),
        disclosures=(Disclosure(words, words, date(2027, 1, 1)),),
        signatures=(Signature(Signer.COUNSELOR, MONDAY),),
        provenance=Provenance("program", "v2", (JudgedBy("a-policy", MONDAY, Truth.YES),), ("r",)),
    )


EMPTY = Plan(
    KEY,
    PATIENT,
    "Elm Street",
    Program(
        "program",
        "Program",
        (Phase("all", "All", 2),),
        (Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(3), HOUR),),
    ),
    MONDAY,
    7,
)


def test_a_full_plan_is_said_part_by_part() -> None:
    html = plan_html(full_plan())
    text = read(html)
    assert (
        "It starts on Monday, January 5, 2026. It ends on Sunday, February 15, 2026. "
        "That is 6 weeks. At first, you meet with us on Monday and Friday evening."
    ) in text
    assert "Goal: Talk We measure days without use: at least 30, by March 2. " in text
    assert "Your step: Talk, by February 2 What we do: Talk (Talk)" in text
    assert section(html, "The parts of your plan") == (
        "Talk: January 5 to February 1. You go on when "
        "you have been in this part for at least 4 weeks. Talk: February 2 to 15."
    )
    assert section(html, "Drug tests, and if you use again") == (
        "You take a drug test once a week, on a random day. If you use again: Talk"
    )
    assert section(html, "Family and friends") == (
        "With your written consent, we may tell: "
        "Talk: Talk, until December 31 You can take this consent back."
    )
    assert section(html, "Looking at your plan again") == (
        "We go through this plan with you by February 4."
    )
    assert section(html, "When you finish").startswith(
        "You are done when all of this is so: you came to at least 80% of your sessions "
        "your counselor agrees After that you go on with: Talk."
    )
    assert section(html, "Open questions") == (
        "Please talk with us about these: Do you need a ride? "
        "Talk, Monday: you cannot come at this time."
    )
    assert section(html, "Help from others") == (
        "You need mental health care. We do not have it here. We send you to a psychiatric service."
    )
    assert section(html, "For staff") == (
        "Due: plan review by February 4, 2026 (rules); certification by a physician by "
        "January 5, 2026. Changes: not known. Signed: Counselor on January 5, 2026. "
        "Codes: Talk (F10.20). "
        "Chosen in drafting: Talk: of the program's tracks, this one collides least. "
        "Made from: program program; version v2; requirements r; policy a-policy, judged for "
        "January 5, 2026: yes. To certify is to state in writing, as a doctor, that the patient "
        "needs this care."
    )


def test_what_a_plan_lacks_is_said_and_never_left_blank() -> None:
    html = plan_html(EMPTY)
    text = read(html)
    assert "Your days are not set yet." in text
    later = "You and your counselor will talk about it."
    assert f"Nothing is settled yet. {later}" in text
    assert f"None is on record. {later}" in read(plan_html(evolve(EMPTY, problems=())))
    assert section(html, "Drug tests, and if you use again") == (
        "This plan has no drug tests. "
        "This plan does not say what happens if you use again. Please ask us."
    )
    assert "names nobody whom we may tell" in section(html, "Family and friends")
    assert section(html, "Looking at your plan again").startswith("No day is set yet.")
    assert section(html, "When you finish") == (
        "This plan does not say yet when you are done. Please ask us. "
        "This plan does not say yet what comes after. Please ask us."
    )
    assert section(html, "Open questions") == "There are none right now."
    assert section(html, "Help from others") == "This plan sends you to nobody else."
    assert "Signed: none." in section(html, "For staff")
    known = evolve(EMPTY, problems=(Problem("one", "Alcohol"),))
    assert "You and your counselor will set goals for this." in read(plan_html(known))
    assert "There is no goal for this." in read(plan_html(evolve(known, goals=())))
    unmeasured = evolve(known, goals=(Goal("one", "Rest"),))
    assert "in a way that you will choose with us. No day is set yet." in read(
        plan_html(unmeasured)
    )


@pytest.mark.parametrize(
    ("starts", "part"),
    [
        ((time(9), time(11, 59)), "Monday and Friday morning."),
        ((time(12), time(16, 59)), "Monday and Friday afternoon."),
        ((time(17), time(20)), "Monday and Friday evening."),
        ((time(9), time(17)), "Monday and Friday."),
        ((None, time(17)), "Monday and Friday."),
    ],
)
def test_the_part_of_day_is_said_if_all_sessions_share_it(
    starts: tuple[time | None, time], part: str
) -> None:
    slots = tuple(map(Slot, (Weekday.MONDAY, Weekday.FRIDAY), starts))
    assert f"You meet with us on {part}" in read(plan_html(with_timing(Weekly(slots))))


def with_timing(timing: Any, **fields: Any) -> Plan:
    service = evolve(EMPTY.program.services[0], timing=timing, **fields)
    return evolve(EMPTY, program=evolve(EMPTY.program, services=(service,)))


def cells(plan: Plan) -> list[list[str]]:
    (body,) = parsed(plan_html(plan)).iter("tbody")
    return [[flat(cell.text or "") for cell in line] for line in body]


@pytest.mark.parametrize(
    ("fields", "cell", "words"),
    [
        ({"duration": None}, 2, "not set yet"),
        ({"duration_max": 2 * HOUR}, 2, "1 hour to 2 hours"),
        ({"duration_max": HOUR}, 2, "1 hour"),
        ({"breaks": timedelta(minutes=10)}, 2, "1 hour, with 10 minutes of breaks"),
        ({"delivery": Delivery.TELEHEALTH}, 1, "3 times a week, by video or phone"),
        ({"delivery": Delivery.ON_SITE}, 1, "3 times a week, at our place"),
    ],
)
def test_the_table_says_how_long_and_where(fields: dict[str, Any], cell: int, words: str) -> None:
    assert cells(with_timing(PerWeek(3), **fields))[0][cell] == words


def test_a_service_that_goes_on_has_one_row_and_one_that_comes_back_says_so() -> None:
    group = Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(2), HOUR)
    talk = Service("talk", "Talk", Modality.CASE_MANAGEMENT, InAll(2), HOUR)
    visit = Service("visit", "Visit", Modality.ASSESSMENT, Once(2), HOUR)
    phases = (
        Phase("one", "One", 4, (group, talk)),
        Phase("two", "Two", 2, (group, talk)),
        Phase("three", "Three", 1),
        Phase("four", "Four", 2, (group, visit)),
    )
    plan = evolve(EMPTY, program=evolve(EMPTY.program, phases=phases, services=()))
    assert [[title, when, weeks] for title, when, _, weeks in cells(plan)] == [
        ["Group", "Twice a week", "1 to 6 and 8 to 9"],
        ["Talk", "Twice in all", "2 to 4"],
        ["Talk", "Twice in all", "5 to 6"],
        ["Visit", "Once, in week 9", "9"],
    ]


def test_weeks_are_those_in_which_a_plan_has_sessions_of_a_service() -> None:
    monday = (Slot(Weekday.MONDAY, time(12)),)
    group = Service(
        "group", "Group", Modality.GROUP_THERAPY, Weekly((Slot.parse("tuesday 10:00"),)), HOUR
    )
    talk = Service("talk", "Talk", Modality.CASE_MANAGEMENT, EveryWeeks(2, 2), HOUR)
    intake = Service("intake", "Intake", Modality.ASSESSMENT, Once(1, monday), HOUR)
    friday = (Slot(Weekday.FRIDAY, time(12)),)
    test = Service("test", "Test", Modality.DRUG_TESTING, Once(2, friday), HOUR)
    rare = Service("rare", "Rare", Modality.CASE_MANAGEMENT, EveryWeeks(9, 9), HOUR)
    phases = (Phase("one", "One", 5, (group,)), Phase("two", "Two", 4, (group, test, rare)))
    away = Leave(EMPTY.start + timedelta(days=14), EMPTY.start + timedelta(days=28), shifts=True)
    laid = evolve(EMPTY.program, phases=phases, services=(intake, talk))
    plan = evolve(EMPTY, program=laid, leaves=(away,))
    assert [[title, when, weeks] for title, when, _, weeks in cells(plan)] == [
        ["Intake", "Once, in week 1: Monday at noon", "1"],
        ["Talk", "Every 2 weeks", "2 to 10"],
        ["Group", "Every week: Tuesday at 10 am", "1 to 2 and 5 to 11"],
        ["Test", "Once, in week 9: Friday at noon", "9"],
    ]
    page = plan_html(plan)
    tested = section(page, "Drug tests, and if you use again")
    assert tested.startswith("You take a drug test once, in week 9: Friday at noon.")
    text = plan_text(plan)
    assert text.count("Intake: once, in week 1 ") == 1
    assert "Test: once, in week 9 (Fri 12:00), 1 h" in text
    assert "Rare" not in page + text
    hours = "weeks 3-4: 0 h\n  week 5: 1 h\n  week 6: 2 h\n  week 7: 1 h\n\nTwo: 4 weeks"
    assert hours in re.sub("\n    [^\n]*", "", text)
    after = evolve(EMPTY.program, phases=phases, services=(), continuing_care=None)
    then = evolve(EMPTY, program=evolve(EMPTY.program, continuing_care=after))
    told = "Group: every week: Tuesday at 10 am Test: once, in week 7: Friday at noon"
    assert told in section(plan_html(then), "When you finish")
    assert "    Test: once, in week 7 (Fri 12:00), 1 h" in template_text(then.program)


def test_sessions_that_are_not_at_their_usual_time_are_told() -> None:
    closed = (Closure(MONDAY, MONDAY + timedelta(days=1), "Flood"),)
    hours = WeeklyWindows.of("monday 09:00-17:00", "tuesday 09:00-17:00")
    site = evolve(SITE, hours=hours, closures=closed, closed_rule=ClosedRule.NEXT_OPEN_DAY)
    plan = with_timing(Weekly((Slot.parse("monday 10:00"),)))
    page = plan_html(plan, schedule(plan, site))
    assert section(page, "Not at the usual time") == (
        "Tuesday, January 6, not Monday, January 5: Group at 10 am."
    )
    morning = evolve(
        site, closures=(evolve(closed[0], to_time=time(11)),), closed_rule=ClosedRule.MOVE_IN_WEEK
    )
    on_the_day = plan_html(plan, schedule(plan, morning))
    assert section(on_the_day, "Not at the usual time") == "Monday, January 5: Group at 11 am."
    drawn = with_timing(RandomDays(1))
    dated = schedule(drawn, SITE)
    elsewhere = evolve(
        dated,
        sessions=tuple(
            evolve(each, moved=Move(datetime.combine(MONDAY, time(9)), Reason.CLOSED))
            for each in dated.sessions
        ),
    )
    for none in (plan_html(plan, schedule(plan, SITE)), plan_html(drawn, elsewhere)):
        assert "Not at the usual time" not in none


def test_what_a_leave_or_a_change_leaves_out_is_no_open_question() -> None:
    plan = with_timing(Weekly((Slot.parse("monday 10:00"),)))
    away = evolve(plan, leaves=(Leave(MONDAY, MONDAY + timedelta(days=7)),))
    page = plan_html(away, schedule(away, SITE))
    assert schedule(away, SITE).unplaced
    assert section(page, "Open questions") == "There are none right now."


def test_services_on_hold_and_sessions_without_a_date_are_told() -> None:
    plan = evolve(
        with_timing(Weekly((Slot(Weekday.MONDAY, time(10)),)), duration=None), on_hold=("group",)
    )
    assert cells(plan)[0][1] == "Every week: Monday at 10 am. On hold: see the open questions"
    assert "Your days are not set yet." in read(plan_html(plan))
    waiting = plan_html(plan, schedule(plan, SITE))
    assert section(waiting, "Open questions") == "There are none right now."
    plan = evolve(plan, on_hold=())
    undated = plan_html(plan, schedule(plan, SITE))
    assert section(undated, "Open questions") == (
        "Please talk with us about these: "
        "Group: 2 sessions without a date yet, as its length is not known."
    )


def test_a_matter_of_several_days_is_told_once() -> None:
    notes = tuple(PlanNote(NoteSubject.OUTSIDE_HOURS, "group", day) for day in list(Weekday)[:5])
    asked = evolve(EMPTY, notes=(*notes, PlanNote(NoteSubject.NO_OPEN_TIME, "group")))
    assert section(plan_html(asked), "Open questions") == (
        "Please talk with us about these: Group, Monday to Friday: we are closed at this time. "
        "Group: we found no open time that suits you."
    )


def test_without_a_picture_the_week_is_a_list_and_drawn_days_are_not_told() -> None:
    plan = with_timing(RandomDays(1), modality=Modality.DRUG_TESTING)
    text = read(plan_html(plan, schedule(plan, SITE), week=2))
    assert "Week 2: January 12 to 18, 2026. No session has a time. On a random day: Group." in text


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (COURSE_FACTS["attendance"] >= 0.57, ["you came to at least 57% of your sessions"]),
        (COURSE_FACTS["attendance"].equals(1), ["you came to 100% of your sessions"]),
        (COURSE_FACTS["goals_open"] <= 0, ["at most 0 of your goals are still open"]),
        (COURSE_FACTS["weeks_in_phase"] >= 1, ["you have been in this part for at least 1 week"]),
        (COURSE_FACTS["days_in_phase"] >= 11, ["you have been in this part for at least 11 days"]),
        (COURSE_FACTS["goals_met"] >= 1, ["you reached at least 1 of your goals"]),
        (COURSE_FACTS["clinician_agrees"].equals(True), ["your counselor agrees"]),
        (COURSE_FACTS["clinician_agrees"].equals(False), ["clinician agrees is false"]),
        (AllOf(()), ["always"]),
        (
            AllOf((COURSE_FACTS["goals_met"] >= 1, COURSE_FACTS["goals_met"] >= 2), label="Both"),
            ["Both [goals met is at least 1 and goals met is at least 2]"],
        ),
        (
            (COURSE_FACTS["goals_met"] >= 1) | COURSE_FACTS["goals_open"].is_known,
            ["goals met is at least 1 or goals open is known"],
        ),
    ],
)
def test_conditions_are_told_as_a_patient_would(condition: Predicate, words: list[str]) -> None:
    program = evolve(EMPTY.program, discharge=condition)
    page = parsed(plan_html(evolve(EMPTY, program=program)))
    (found,) = (s for s in page.iter("section") if s.findtext("h2") == "When you finish")
    assert [item.text for item in found.iter("li")] == words


def test_every_fact_need_and_open_matter_has_words_for_patients() -> None:
    # Where and how a patient is put is told as everywhere; so are changes of scores.
    assert set(COURSE_FACTS) - set(_COURSE) == {
        "status",
        "level",
        *(name for name in COURSE_FACTS if name.startswith("change_of_")),
    }
    assert _course_words(COURSE_FACTS["change_of_phq_9_total_score"]) == (
        "change of phq 9 total score: {}"
    )
    assert set(_NEEDS) == set(Need)
    assert {m for m in NoteSubject if not m.asked} == {
        *(m for m in NoteSubject if m.kind is NoteKind.CHOICE),
        # For the clinic to settle, with the source or by itself.
        NoteSubject.LEFT_OPEN,
        NoteSubject.SOURCE_DISAGREES,
        NoteSubject.ADVANCE_OPEN,
        NoteSubject.DISCHARGE_OPEN,
    }
    about_services = service_facts(["drug-test"]).values()
    assert [*map(_course_words, about_services)] == [
        "you came to {} sessions of drug test",
        "you missed {} sessions of drug test",
        "you have had dates for {} sessions of drug test",
        "you missed without an excuse {} sessions of drug test",
    ]


@pytest.mark.parametrize(
    ("supports", "words"),
    [
        ((Relationship.PARENT, Relationship.OTHER), "Your parent and a person close to you can"),
        ((Relationship.FRIEND, Relationship.FRIEND), "Your friend can"),
    ],
)
def test_support_people_are_named_once(supports: tuple[Relationship, ...], words: str) -> None:
    def told(plan: Plan) -> str:
        return section(plan_html(evolve(plan, supports=supports)), "Family and friends")

    with_family = with_timing(PerWeek(1), modality=Modality.FAMILY_SESSION)
    assert words in told(with_family)
    assert "family sessions" not in told(evolve(with_family, on_hold=("group",)))
    assert "family sessions" not in told(EMPTY)  # it has none to join


def test_a_consent_that_does_not_say_what_may_be_told_is_said_to() -> None:
    page = plan_html(evolve(EMPTY, disclosures=(Disclosure("my sister", ""),)))
    assert "my sister: it is not said what You can" in section(page, "Family and friends")


def test_there_is_a_line_for_each_who_has_not_signed() -> None:
    def asked(plan: Plan) -> list[str]:
        lines = [e for e in parsed(plan_html(plan)).iter("div") if e.get("class") == "sign"]
        return [line.findtext("span") or "" for line in lines]

    assert asked(EMPTY) == ["Patient", "Counselor"]
    assert asked(full_plan()) == ["Patient", "Physician"]
    signed = tuple(Signature(signer, MONDAY) for signer in Signer)
    assert asked(evolve(full_plan(), signatures=signed)) == []
    review = (Milestone(MilestoneKind.REVIEW, MONDAY),)
    assert asked(evolve(EMPTY, milestones=review)) == ["Patient", "Counselor"]


def test_what_is_proposed_is_apart_and_promises_nothing() -> None:
    step = Objective("Dance", target=CountTarget(Counted.DAYS_WORKED, 1))
    proposed = ProposedProblem(
        Problem("p", "Low mood"),
        (),
        (
            ProposedGoal(
                "p/up",
                Goal("p", "Feel well", None, MONDAY, (step,), (Intervention("We dance", "group"),)),
            ),
            ProposedGoal("p/out", Goal("p", "Go out")),
        ),
    )
    plan = evolve(EMPTY, proposals=(proposed,))
    text = read(plan_html(plan))
    assert "Nothing is settled yet. You and your counselor will talk about it." in text
    suggested = "This is not settled. You choose with your counselor what you work on."
    said = f"{suggested} Low mood. Your goal could be: Feel well; Go out. When you come"
    assert f"What we could work on {said}" in text
    assert "We dance" not in text
    some = settle(plan, on=MONDAY, by="Ada", accept=["p/up"])
    text = read(plan_html(some))
    assert "Low mood Goal: Feel well We measure it by your steps, by January 5." in text
    assert "What we do: We dance" in text
    assert "Low mood. Your goal could be: Go out. When" in text
    assert "could" not in read(plan_html(settle(plan, on=MONDAY, by="Ada", drop=["p"])))
    bare = evolve(proposed, goals=())
    assert "what you work on. Low mood. When" in read(plan_html(evolve(EMPTY, proposals=(bare,))))


@pytest.mark.parametrize("each", find_goal_templates("starting-points").templates)
def test_what_is_shipped_to_propose_is_easy_to_read(each: ProblemTemplate) -> None:
    problem = ProposedProblem(
        Problem("p", each.problem),
        (),
        tuple(ProposedGoal(f"p/{goal.name}", Goal("p", goal.statement)) for goal in each.goals),
    )
    page = sentences(evolve(EMPTY, proposals=(problem,)), staff=False)
    assert textstat.flesch_kincaid_grade(page) <= 6


# The page as a page.


def test_a_page_is_in_english_has_one_main_heading_and_named_columns() -> None:
    page = parsed(plan_html(full_plan()))
    assert page.get("lang") == "en"
    assert page.findtext("head/title") == "Your treatment plan"
    assert len([*page.iter("h1")]) == 1
    assert [h.get("scope") for h in page.iter("th")] == ["col"] * 4
    levels = [int(e.tag[1]) for e in page.iter() if re.fullmatch(r"h\d", e.tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def luminance(color: str) -> float:
    """As WCAG 2.2 defines it."""
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_letters_stand_out_from_their_ground() -> None:
    css = parsed(plan_html(EMPTY)).findtext("head/style") or ""
    grounds = ["#ffffff", *re.findall(r"background: (#\w{6})", css)]
    for color in re.findall(r"[ {]color: (#\w{6})", css):
        for ground in grounds:
            assert (luminance(ground) + 0.05) / (luminance(color) + 0.05) >= 7


def sentences(plan: Plan, *, staff: bool) -> str:
    """What is said in sentences, the small print left out unless it is asked for."""
    (body,) = parsed(plan_html(plan)).iter("body")
    small = {e for s in body.iter("section") if s.get("class") == "small" for e in s.iter()}
    found = [
        flat("".join(element.itertext()))
        for element in body.iter()
        if element.tag in {"p", "li", "h2", "h4"} and (staff or element not in small)
    ]
    return " ".join(text if text.endswith((".", "?")) else f"{text}." for text in found)


@pytest.mark.parametrize("plan", [EMPTY, full_plan()], ids=["empty", "full"])
@pytest.mark.parametrize(("staff", "grade"), [(False, 6), (True, 8)], ids=["patient", "all"])
def test_a_general_reader_can_read_it(plan: Plan, staff: bool, grade: float) -> None:
    assert textstat.flesch_kincaid_grade(sentences(plan, staff=staff)) <= grade


@pytest.mark.parametrize("matter", [m for m in NoteSubject if m.kind is not NoteKind.CHOICE])
def test_every_question_is_easy_to_read(matter: NoteSubject) -> None:
    of_needs = {NoteSubject.NEED_UNKNOWN, NoteSubject.PROVISION_UNKNOWN, NoteSubject.NOT_PROVIDED}
    asked = (
        [PlanNote(matter, need=n) for n in Need]
        if matter in of_needs
        else [PlanNote(matter, "group")]
    )
    plan = evolve(EMPTY, notes=tuple(asked))
    assert textstat.flesch_kincaid_grade(sentences(plan, staff=False)) <= 6


# What comes after.


AWAY, BACK = EMPTY.start + timedelta(days=1), EMPTY.start + timedelta(days=8)


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (Leave(AWAY, BACK), "You have no sessions then."),
        (Leave(AWAY, BACK, extends=True), "You make up for it after that."),
        (Leave(AWAY, BACK, shifts=True), "All that follows comes later."),
    ],
)
def test_what_becomes_of_a_leave_is_said(away: Leave, said: str) -> None:
    plan = evolve(EMPTY, leaves=(away,))
    assert said in read(plan_html(plan, schedule(plan, SITE)))


def test_weeks_are_the_plans_after_a_leave_that_shifts_what_follows() -> None:
    one, two = (
        evolve(EMPTY.program.services[0], name=name, timing=timing)
        for name, timing in (("one", Weekly((Slot.parse("tuesday 18:00"),))), ("two", Once(2)))
    )
    phases = (Phase("first", "First", 2, (one,)), Phase("then", "Then", 2, (two,)))
    program = Program("any", "Any", phases)
    away = Leave(EMPTY.start + timedelta(days=7), EMPTY.start + timedelta(days=14), shifts=True)
    plan = evolve(EMPTY, program=program, leaves=(away,))
    assert [(when, weeks) for _, when, _, weeks in cells(plan)] == [
        ("Every week: Tuesday at 6 pm", "1 and 3"),
        ("Once, in week 5", "5"),
    ]
    told = [line.strip() for line in plan_text(plan).splitlines() if line.startswith("  week")]
    assert told == ["week 1: 1 h", "week 2: 0 h", "week 3: 1 h", "week 4: 0 h", "week 5: 1 h"]


def test_the_page_tells_the_days_of_the_continuing_care_that_is_drafted() -> None:
    weekly = Weekly((Slot.parse("tuesday 18:00"),))
    after = evolve(with_timing(weekly), start=EMPTY.end)
    told = section(plan_html(EMPTY, after=after), "When you finish")
    assert told.endswith(
        "After that you go on with: Program. That is January 19 to February 1, 2026. "
        "Group: every week: Tuesday at 6 pm"
    )
    early = evolve(after, start=EMPTY.end - timedelta(days=1))
    for wrong in (early, evolve(after, patient=KEY)):
        with pytest.raises(InvalidError, match="after: expected the patient's next plan"):
            plan_html(EMPTY, after=wrong)


# Whom to call.

CLINIC = Site("Elm Street", "America/Chicago", WeeklyWindows.always())


def test_the_page_says_how_to_reach_the_clinic_as_far_as_its_document_does() -> None:
    told = evolve(CLINIC, telephone="303-555-0119", address="4 Elm Street, Denver")
    assert section(plan_html(EMPTY, site=told), "How to reach us") == (
        "Call us: 303-555-0119. Come to: 4 Elm Street, Denver."
    )
    unknown = "Our phone number is not on this page. Please ask us for it."
    assert section(plan_html(EMPTY, site=CLINIC), "How to reach us") == unknown
    assert section(plan_html(EMPTY), "How to reach us") == unknown


@pytest.mark.parametrize(
    ("site", "there"),
    [
        pytest.param(None, True, id="not-given"),
        pytest.param(CLINIC, True, id="nothing-said"),
        pytest.param(evolve(CLINIC, holidays=HolidayCalendar("US", "CO")), True, id="its-holidays"),
        pytest.param(evolve(CLINIC, holidays=HolidayCalendar("FR")), False, id="elsewhere"),
        pytest.param(
            evolve(CLINIC, holidays=HolidayCalendar("MX"), state="TX"), True, id="its-state"
        ),
    ],
)
def test_lines_for_a_crisis_are_those_of_the_united_states(site: Site | None, there: bool) -> None:
    html = plan_html(EMPTY, site=site)
    assert ("Help at any hour" in html) is there
    for number in ("call 911", "call or text 988", "call 1-800-662-4357"):
        assert (number in html) is there


@pytest.mark.parametrize(
    ("start", "there"), [(date(2022, 7, 15), False), (date(2022, 7, 16), True)]
)
def test_a_line_is_told_from_its_first_day(start: date, there: bool) -> None:
    html = plan_html(evolve(EMPTY, start=start))
    assert ("988" in html) is there
    assert "call 911" in html


def test_every_line_has_its_number_in_its_words_and_a_source() -> None:
    for line in CRISIS_LINES:
        assert line.number in line.words
        assert line.source.citation


# What is refused.


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda dated: plan_html(EMPTY, picture=b"<svg/>"), "the schedule that the picture is of"),
        (lambda dated: plan_html(EMPTY, dated, picture=b"GIF89a"), "an SVG or PNG file"),
        (lambda dated: plan_html(full_plan(), dated), "the plan's"),
        (lambda dated: plan_html(EMPTY, dated, week=3), "from 1 to 2"),
        (
            lambda dated: plan_html(EMPTY, site=evolve(SITE, name="Oak")),
            "site: expected the plan's",
        ),
    ],
    ids=["picture without schedule", "no picture", "another plan", "no such week", "other site"],
)
def test_what_does_not_go_together_is_refused(make: Callable[[Any], str], fault: str) -> None:
    with pytest.raises(InvalidError, match=fault):
        make(schedule(EMPTY, SITE))
