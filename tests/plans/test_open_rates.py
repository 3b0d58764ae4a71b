"""Rates in plans: the least is taken and noted, another can be chosen, and none is made up."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve

from iopkit.checks import check
from iopkit.documents import from_json, to_json
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.plans import NoteSubject, Plan, draft
from iopkit.programs import (
    EveryWeeks,
    InAll,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    Slot,
    TimePerWeek,
    Times,
    Timing,
    Weekly,
)
from iopkit.programs.doses import weekly_doses
from iopkit.reports.words import often_words
from iopkit.requirements import Counting, Requirement, RequirementSet, WeeklyServices
from iopkit.schedules import Reason, booked_doses, schedule
from iopkit.sites import Offer, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

HOUR = timedelta(hours=1)
START = date(2026, 3, 2)
PATIENT = Patient(key=UUID("5b1de1c5-1c55-4e5d-9a3c-5b5f2f1c7d11"))
SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.always(),
    offers=(Offer("hours", duration=HOUR),),
)


def given_as(name: str, timing: Timing) -> Service:
    length = None if isinstance(timing, TimePerWeek) else HOUR
    return Service(name, name.title(), Modality.GROUP_THERAPY, timing, length)


OPEN = Program(
    "open",
    "Open",
    (
        Phase(
            "first",
            "First",
            4,
            (
                given_as("group", PerWeek(Times(2, 4))),
                given_as("test", RandomDays(Times(1, None))),
                given_as("talk", InAll(Times(3, 5))),
                given_as("hours", TimePerWeek(Times(HOUR, 3 * HOUR))),
                given_as("contact", PerWeek()),
            ),
        ),
        Phase("second", "Second", 2, (given_as("group", PerWeek(1)),)),
    ),
)


def drafted(times: Mapping[str, int | timedelta] | None = None, program: Program = OPEN) -> Plan:
    return draft(program, PATIENT, SITE, start=START, seed=3, times=times)


def sessions(plan: Plan) -> dict[str, int]:
    made = schedule(plan, SITE)
    names = [session.service for session in made.sessions]
    return {name: names.count(name) for name in sorted(set(names))}


def noted(plan: Plan, matter: NoteSubject) -> dict[str | None, str | None]:
    return {note.service: note.why for note in plan.notes if note.matter is matter}


def test_a_draft_takes_the_least_and_says_so() -> None:
    plan = drafted()
    assert sessions(plan) == {"group": 2 * 4 + 2, "hours": 4, "talk": 3, "test": 4}
    assert noted(plan, NoteSubject.RATE_CHOSEN) == {
        "group": "2 to 4 a week",
        "test": "at least 1 a week, on a random day",
        "talk": "3 to 5 in all",
        "hours": "1 to 3 hours a week in all",
    }


def test_what_is_not_stated_is_on_hold_with_a_question() -> None:
    plan = drafted()
    assert plan.on_hold == ("contact",)
    assert noted(plan, NoteSubject.RATE_UNKNOWN).keys() == {"contact"}
    waiting = [each for each in schedule(plan, SITE).unplaced if each.service == "contact"]
    assert {(each.week, each.why) for each in waiting} == {
        (week, Reason.ON_HOLD) for week in range(1, 5)
    }
    assert booked_doses(schedule(plan, SITE))[0].most is None


def test_another_rate_can_be_chosen() -> None:
    chosen: dict[str, int | timedelta] = {
        "group": 3,
        "test": 2,
        "talk": 5,
        "hours": 2 * HOUR,
        "contact": 1,
    }
    plan = drafted(chosen)
    assert plan.on_hold == ()
    assert not {NoteSubject.RATE_CHOSEN, NoteSubject.RATE_UNKNOWN} & {n.matter for n in plan.notes}
    # The second phase's own rate is exact, and stays.
    assert sessions(plan) == {
        "contact": 4,
        "group": 3 * 4 + 2,
        "hours": 8,
        "talk": 5,
        "test": 8,
    }


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ({"group": 1}, "expected 2 to 4 a week for 'group', found 1"),
        ({"group": 5}, "expected 2 to 4 a week for 'group', found 5"),
        ({"group": HOUR}, "expected 2 to 4 a week for 'group'"),
        ({"hours": 2}, "expected 1 to 3 hours a week in all for 'hours', found 2"),
        ({"contact": HOUR}, "as often as is not stated for 'contact'"),
        ({"test": 8}, "from 1 to 7 a week"),
        ({"nothing": 1}, "expected services of open whose rate is open, found 'nothing'"),
    ],
)
def test_a_choice_outside_the_programs_rate_is_refused(
    times: Mapping[str, int | timedelta], words: str
) -> None:
    with pytest.raises(InvalidError, match=words):
        drafted(times)


def test_a_choice_for_an_exact_rate_is_refused() -> None:
    exact = Program("exact", "Exact", OPEN.phases[1:])
    with pytest.raises(InvalidError, match="whose rate is open"):
        drafted({"group": 1}, exact)


def test_a_time_a_week_that_is_not_stated_is_not_divided() -> None:
    program = Program(
        "time", "Time", (Phase("all", "All", 2, (given_as("hours", TimePerWeek()),)),)
    )
    plan = drafted(None, program)
    assert plan.on_hold == ("hours",)
    assert plan.program.every_service[0].timing == TimePerWeek()


def test_a_plan_with_what_nobody_said_on_no_hold_is_refused() -> None:
    with pytest.raises(InvalidError, match="each service of which nobody said how often it is"):
        evolve(drafted(), on_hold=())


def test_a_plan_comes_back_from_its_document() -> None:
    assert from_json(Plan, to_json(drafted())) == drafted()


def test_a_requirement_for_what_nobody_counted_is_undetermined() -> None:
    group = Service(
        "group", "Group", Modality.GROUP_THERAPY, Weekly((Slot.parse("monday 09:00"),)), HOUR
    )
    contact = Service("contact", "Contact", Modality.CASE_MANAGEMENT, PerWeek(), HOUR)
    program = Program("any", "Any", (Phase("all", "All", 2, (group, contact)),))
    source = Source("Example Code 2", Grade.LEGAL_TEXT)
    counting = Counting(frozenset({Modality.CASE_MANAGEMENT}))
    contacts = Requirement("contacts", "Contacts.", WeeklyServices(1, counting), source)
    demanded: tuple[Requirement, ...] = (contacts,)
    versions = Versions((Dated(date(2020, 1, 1), demanded, source),))
    asked = RequirementSet("asked", "Asked", versions)
    plan = drafted(None, program)
    assert {each.truth for each in check(plan, asked, site=SITE)} == {Truth.UNKNOWN}
    assert {each.truth for each in check(schedule(plan, SITE), asked, site=SITE)} == {Truth.UNKNOWN}


@pytest.mark.parametrize(
    ("interval", "chosen", "weeks", "notes"),
    [
        (Times(2, 4), None, [1, 5, 9], {NoteSubject.RATE_CHOSEN}),
        (Times(2, 4), 3, [1, 4, 7, 10], set()),
        (Times(None, 5), None, [1, 6], {NoteSubject.RATE_CHOSEN}),
        (Times(3, None), None, [], {NoteSubject.RATE_UNKNOWN}),
        (Times(3, None), 6, [1, 7], set()),
        (None, None, [], {NoteSubject.RATE_UNKNOWN}),
        (6, None, [1, 7], set()),
    ],
    ids=["longest", "chosen", "up-to", "no-most", "no-most-chosen", "not-stated", "exact"],
)
def test_weeks_between_sessions_may_be_a_range(
    interval: Times[int] | int | None,
    chosen: int | None,
    weeks: list[int],
    notes: set[NoteSubject],
) -> None:
    program = Program(
        "rare", "Rare", (Phase("only", "Only", 10),), (given_as("talk", EveryWeeks(interval)),)
    )
    plan = drafted(None if chosen is None else {"talk": chosen}, program)
    assert [session.week for session in schedule(plan, SITE).sessions] == weeks
    rates = {NoteSubject.RATE_CHOSEN, NoteSubject.RATE_UNKNOWN}
    assert {note.matter for note in plan.notes} & rates == notes
    assert plan.on_hold == (("talk",) if not weeks else ())
    for value in (program, plan):
        assert from_json(type(value), to_json(value)) == value


def test_the_most_of_a_range_of_weeks_is_the_shortest() -> None:
    talk = given_as("talk", EveryWeeks(Times(2, 4)))
    program = Program("rare", "Rare", (Phase("only", "Only", 4),), (talk,))
    doses = [(each.known, each.most) for each in weekly_doses(program)]
    assert doses == [(HOUR, HOUR), (0 * HOUR, 0 * HOUR), (0 * HOUR, HOUR), (0 * HOUR, 0 * HOUR)]
    with pytest.raises(InvalidError, match="expected every 2 to 4 weeks for 'talk', found 5"):
        drafted({"talk": 5}, program)


@pytest.mark.parametrize("weeks", [Times(2, 3), Times(4, None), Times(None, 6), Times(None, None)])
def test_weeks_between_sessions_have_keys_with_ends(weeks: Times[int]) -> None:
    program = evolve(OPEN, services=(given_as("talk", EveryWeeks(weeks)),), phases=OPEN.phases[1:])
    text = to_json(program)
    assert ('"interval_min"' in text) is (weeks.least is not None)
    assert ('"interval_max"' in text) is (weeks.most is not None)
    assert from_json(Program, text) == program
    assert "not stated" not in often_words(EveryWeeks(weeks))
