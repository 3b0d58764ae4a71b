"""What is due, as text."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from attrs import evolve

from iopkit.courses import (
    Course,
    DueRule,
    Entry,
    Happening,
    InARow,
    RollOpen,
    ScheduleSince,
    SessionOutcome,
    Term,
    When,
    collect,
    due_on,
    due_rows,
)
from iopkit.courses.events import (
    Admitted,
    AftercareContact,
    CourseEvent,
    Discharged,
    PlanRevised,
    ReviewHeld,
)
from iopkit.errors import InvalidError
from iopkit.library import find_due_rules
from iopkit.modalities import Modality
from iopkit.plans import Plan
from iopkit.programs import COURSE_FACTS, Phase, Program, Service, Slot, Weekly
from iopkit.reports import due_list_text, due_rules_text, due_text
from iopkit.schedules import schedule
from iopkit.sites import Site
from iopkit.sources import Grade, Source
from iopkit.windows import WeeklyWindows

MONDAY = date(2026, 1, 5)
GROUP = Service(
    "group",
    "Evening group",
    Modality.GROUP_THERAPY,
    Weekly((Slot.parse("wednesday 18:00"),)),
    timedelta(minutes=90),
)
PLAN = Plan(
    UUID(int=3, version=4),
    UUID(int=1, version=4),
    "north",
    Program("program", "Program", (Phase("all", "All", 3),), (GROUP,)),
    MONDAY,
    1,
)
SCHEDULE = schedule(PLAN, Site("north", "UTC", WeeklyWindows.always()))
ADMITTED, DISCHARGED = Happening("admitted"), Happening("discharged")


def course_of(*events: tuple[int, CourseEvent]) -> Course:
    return collect(
        (
            Entry(
                UUID(int=number, version=4),
                MONDAY + timedelta(day),
                datetime(2027, 3, 1, tzinfo=UTC),
                "desk",
                event,
            )
            for number, (day, event) in enumerate([(0, Admitted()), *events], start=1)
        ),
        key=UUID(int=2, version=4),
        patient=PLAN.patient,
        schedules=(ScheduleSince(MONDAY, SCHEDULE),),
    )


def rule(when: When, term: Term, done_by: str | None, **others: object) -> DueRule:
    done = (Happening(done_by),) if done_by else ()
    known = {"title": "Do it", "said_by": "Handbook", "done_by": done, **others}
    return DueRule("own", when=when, within=term, **known)  # type: ignore[arg-type]


def line(one: DueRule, day: int, *events: tuple[int, CourseEvent]) -> str:
    """The part of a text about one rule, in one line."""
    course, on = course_of(*events), MONDAY + timedelta(day)
    text = due_text(course, due_on(course, on=on, rules=[one], closed=True), on=on)
    assert text.startswith(f"Due in course {course.key} on {on}\nPatient {course.patient}\n\n")
    return " ".join(text.partition("\n\n")[2].split())


PLAN_RULE = rule(ADMITTED, Term(7), "plan_revised")
LATER = rule(ADMITTED, Term(30, opens=20, last=40), "review_held")


@pytest.mark.parametrize(
    ("one", "day", "events", "expected"),
    [
        pytest.param(
            PLAN_RULE,
            3,
            [],
            "Due: - Do it: by 2026-01-12. Counts from 2026-01-05 (admitted). Rule own, Handbook.",
            id="due",
        ),
        pytest.param(
            PLAN_RULE,
            9,
            [],
            "Overdue: - Do it: was due by 2026-01-12, 2 days late. Counts from 2026-01-05 "
            "(admitted). Rule own, Handbook.",
            id="overdue",
        ),
        pytest.param(
            LATER,
            3,
            [],
            "Coming: - Do it: from 2026-01-25, by 2026-02-04, and until 2026-02-14 at the latest. "
            "Counts from 2026-01-05 (admitted). Rule own, Handbook.",
            id="coming",
        ),
        pytest.param(
            evolve(PLAN_RULE, source=Source("42 CFR 1.1", Grade.LEGAL_TEXT)),
            9,
            [(8, PlanRevised())],
            "Done: - Do it: by 2026-01-12. Counts from 2026-01-05 (admitted). Rule own, 42 CFR 1.1 "
            "[T1].",
            id="done",
        ),
        pytest.param(
            evolve(PLAN_RULE, until=(DISCHARGED,)),
            9,
            [(8, Discharged())],
            "Not done, and not asked for any more: - Do it: by 2026-01-12. Counts from 2026-01-05 "
            "(admitted). Rule own, Handbook.",
            id="ended",
        ),
        pytest.param(
            rule(DISCHARGED, Term(90), "aftercare_contact", times=3),
            40,
            [(20, Discharged()), (30, AftercareContact())],
            "Due: - Do it: by 2026-04-25. 1 of 3 done. Counts from 2026-01-25 (discharged). Rule "
            "own, Handbook.",
            id="several-times",
        ),
        pytest.param(
            rule(RollOpen(), Term(2), None),
            3,
            [],
            "Due: - Do it: by 2026-01-09. Counts from 2026-01-07 (Evening group on 2026-01-07). "
            "Rule own, Handbook.",
            id="a-roll",
        ),
        pytest.param(
            rule(InARow(SessionOutcome.MISSED, 1), Term(2), "contact_made"),
            3,
            [],
            "Not known, as something is not on record: - Do it: by 2026-01-09. Not on record: the "
            "roll of Evening group on 2026-01-07. Counts from 2026-01-07 (Evening group on "
            "2026-01-07). Rule own, Handbook.",
            id="an-open-roll",
        ),
        pytest.param(
            rule(COURSE_FACTS["clinician_agrees"].equals(True), Term(2), "review_held"),
            3,
            [],
            "Not known, as something is not on record: - Do it: by 2026-01-10. Not on record: "
            "clinician agrees. Counts from 2026-01-08. Rule own, Handbook.",
            id="a-fact",
        ),
        pytest.param(
            rule(COURSE_FACTS["days_in_program"] >= 2, Term(2), "phase_entered"),
            3,
            [(1, ReviewHeld())],
            "Due: - Do it: by 2026-01-09. Counts from 2026-01-07. Rule own, Handbook.",
            id="a-day",
        ),
        pytest.param(PLAN_RULE, -1, [], "Nothing is due.", id="nothing"),
    ],
)
def test_a_course_has_what_is_due_in_words(
    one: DueRule, day: int, events: list[tuple[int, CourseEvent]], expected: str
) -> None:
    assert line(one, day, *events) == expected


def test_a_site_has_what_is_due_in_one_list() -> None:
    on = MONDAY + timedelta(40)
    tries = rule(DISCHARGED, Term(90), "aftercare_contact", times=3)
    rows = due_rows(
        [course_of((20, Discharged()), (30, AftercareContact()))], on=on, rules=[PLAN_RULE]
    )
    more = due_rows([course_of((20, Discharged()), (30, AftercareContact()))], on=on, rules=[tries])
    assert due_list_text([*rows, *more], on=on) == (
        "Due on 2026-02-14: 2 in courses of 1 patient\n"
        "\n"
        "Overdue:\n"
        f"  - {PLAN.patient}: Do it, was due by 2026-01-12, 33 days late.\n"
        "    Counts from 2026-01-05. Rule own, Handbook.\n"
        "\n"
        "Due:\n"
        f"  - {PLAN.patient}: Do it, by 2026-04-25. 1 of 3 done. Counts from\n"
        "    2026-01-25. Rule own, Handbook."
    )
    assert due_list_text([], on=on) == "Due on 2026-02-14: nothing"


def test_a_set_of_rules_has_its_versions_in_words() -> None:
    text = " ".join(due_rules_text(find_due_rules("us-dc-iop")).split())
    assert "assessment: Assess the patient, as there was no assessment at intake, by day 7" in text
    assert "Done by assessed. Not where assessed came before. Until discharged or died." in text
    assert "Not asked for here:" in text


WRONG: dict[str, Callable[[], str]] = {
    "no course": lambda: due_text("course", [], on=MONDAY),  # type: ignore[arg-type]
    "nothing due": lambda: due_text(course_of(), ["due"], on=MONDAY),  # type: ignore[list-item]
    "no day": lambda: due_text(course_of(), [], on="today"),  # type: ignore[arg-type]
    "no row": lambda: due_list_text(["row"], on=MONDAY),  # type: ignore[list-item]
    "no day of a list": lambda: due_list_text([], on="today"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("work", WRONG.values(), ids=WRONG)
def test_only_what_is_due_is_shown(work: Callable[[], str]) -> None:
    with pytest.raises(InvalidError):
        work()
