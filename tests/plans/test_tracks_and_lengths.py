"""Drafting from programs with tracks, ranges and doses of time, and what the plan carries over."""

from datetime import date, time, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from iopkit import find_policy, strategies
from iopkit.eligibility import Possible
from iopkit.errors import InvalidError, NotInForceError, UnknownNameError
from iopkit.levels import AgeGroup
from iopkit.library import find_requirements
from iopkit.modalities import Delivery, Modality
from iopkit.patients import Assessment, PartialDate, Patient
from iopkit.plans import JudgedBy, NoteSubject, Plan, PlanNote, draft
from iopkit.programs import (
    PerWeek,
    Phase,
    Program,
    Service,
    Slot,
    StatedHours,
    TimePerWeek,
    Track,
    Weekly,
    weekly_doses,
)
from iopkit.programs.ranges import Times, as_count
from iopkit.requirements import MilestoneKind, Requirement, RequirementSet, Reviews
from iopkit.schedules import schedule
from iopkit.sites import Offer, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

START = date(2026, 1, 5)
HOUR = timedelta(hours=1)
STRANGER = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)


def group(name: str, track: str | None, *slots: str, hours: int = 3) -> Service:
    timing = Weekly(tuple(map(Slot.parse, slots)))
    return Service(name, name, Modality.GROUP_THERAPY, timing, hours * HOUR, track=track)


DAY = group("day-group", "day", "monday 09:00", "wednesday 09:00")
EVENING = group("evening-group", "evening", "monday 18:00", "wednesday 18:00")
FOR_ALL = group("orientation", None, "friday 12:00", hours=1)
TRACKS = Program(
    "two-tracks",
    "Two tracks",
    (Phase("only", "Only", 2, (DAY, EVENING)),),
    (FOR_ALL,),
    tracks=(Track("day", "Day"), Track("evening", "Evening")),
)


def drafted(program: Program, patient: Patient = STRANGER, site: Site = SITE) -> Plan:
    return draft(program, patient, site, start=START, seed=1)


def names(plan: Plan) -> set[str]:
    return {service.name for service in plan.program.every_service}


def noted(plan: Plan, matter: NoteSubject) -> list[PlanNote]:
    return [note for note in plan.notes if note.matter is matter]


# Tracks


@pytest.mark.parametrize(
    ("free", "track"),
    [
        pytest.param(
            WeeklyWindows.of("monday 17:00-22:00", "wednesday 17:00-22:00"), "evening", id="e"
        ),
        pytest.param(
            WeeklyWindows.of("monday 08:00-12:00", "wednesday 08:00-12:00"), "day", id="day"
        ),
        pytest.param(WeeklyWindows.of("monday 18:00-19:00"), "evening", id="an-hour-of-it"),
        pytest.param(WeeklyWindows.always(), "day", id="both-fit-so-the-first"),
        pytest.param(WeeklyWindows(), "day", id="none-fits-so-the-first"),
        pytest.param(None, "day", id="not-known-so-the-first"),
    ],
)
def test_the_track_that_collides_least_is_taken_and_said(
    free: WeeklyWindows | None, track: str
) -> None:
    plan = drafted(TRACKS, evolve(STRANGER, availability=free))
    assert plan.track == track
    assert names(plan) == {f"{track}-group", "orientation"}
    assert noted(plan, NoteSubject.TRACK_CHOSEN) == [PlanNote(NoteSubject.TRACK_CHOSEN, part=track)]


def test_the_sites_hours_count_too() -> None:
    evenings = WeeklyWindows.of(*(f"{day.title} 17:00-22:00" for day in Weekday))
    assert drafted(TRACKS, site=evolve(SITE, hours=evenings)).track == "evening"


def test_a_track_that_is_asked_for_is_taken_whatever_collides() -> None:
    patient = evolve(STRANGER, availability=WeeklyWindows.of("monday 17:00-22:00"))
    plan = draft(TRACKS, patient, SITE, start=START, seed=1, track="day")
    assert plan.track == "day"
    assert noted(plan, NoteSubject.TRACK_CHOSEN) == []
    assert noted(plan, NoteSubject.OUTSIDE_AVAILABILITY)


@pytest.mark.parametrize(
    ("program", "track"),
    [(TRACKS, "weekend"), (TRACKS.on_track("day"), "day")],
    ids=["other", "no"],
)
def test_an_unknown_track_is_refused(program: Program, track: str) -> None:
    with pytest.raises(UnknownNameError):
        draft(program, STRANGER, SITE, start=START, seed=1, track=track)


def test_nights_over_the_end_of_the_week_collide_as_others_do() -> None:
    night = group("night", "night", "sunday 23:00", hours=2)
    program = Program(
        "nights",
        "Nights",
        (Phase("only", "Only", 1, (night, EVENING)),),
        tracks=(Track("night", "Night"), Track("evening", "Evening")),
    )
    free = WeeklyWindows.of("sunday 23:00-24:00", "monday 18:00-21:00", "wednesday 18:00-21:00")
    assert drafted(program, evolve(STRANGER, availability=free)).track == "evening"


@given(strategies.programs(draftable=False), strategies.patients(), strategies.sites())
def test_a_session_outside_availability_is_always_noted(
    program: Program, patient: Patient, site: Site
) -> None:
    weeks = {phase.name: 1 for phase in program.phases if phase.weeks.least is None}
    start = date(2026, 1, 5)
    plan = draft(program, patient, site, start=start, seed=3, phase_weeks=weeks)
    said = {
        (note.service, note.day)
        for note in plan.notes
        if note.matter is NoteSubject.OUTSIDE_AVAILABILITY
    }
    for session in schedule(plan, site).sessions:
        local = session.start.replace(tzinfo=None)
        day = Weekday.of(local.date())
        if plan.free is not None and not plan.free.covers(day, local.time(), session.duration):
            assert (session.service, day) in said


# Lengths


RANGED = Program(
    "ranged",
    "Ranged",
    (
        Phase("first", "First", Times(6, 8), (FOR_ALL,)),
        Phase("second", "Second", Times(None, 4), (FOR_ALL,)),
        Phase("third", "Third", 2, (FOR_ALL,)),
    ),
)


def with_weeks(**weeks: int) -> Plan:
    return draft(RANGED, STRANGER, SITE, start=START, seed=1, phase_weeks=weeks)


def test_a_range_is_planned_at_its_least_and_said_to_be() -> None:
    plan = with_weeks(second=3)
    assert plan.weeks == 6 + 3 + 2
    assert noted(plan, NoteSubject.WEEKS_CHOSEN) == [
        PlanNote(NoteSubject.WEEKS_CHOSEN, part="first", why="6 to 8 weeks")
    ]


@pytest.mark.parametrize(
    ("weeks", "ok"),
    [
        pytest.param({"second": 1}, True, id="least"),
        pytest.param({"second": 4, "first": 8, "third": 2}, True, id="most"),
        pytest.param({"second": 5}, False, id="over-the-most"),
        pytest.param({"second": 0}, False, id="none"),
        pytest.param({"second": 1, "first": 5}, False, id="below-the-least"),
        pytest.param({"second": 1, "first": 9}, False, id="above-the-range"),
        pytest.param({"second": 1, "third": 3}, False, id="another-than-the-only"),
        pytest.param({"second": 1, "fourth": 3}, False, id="no-such-phase"),
        pytest.param({}, False, id="missing"),
    ],
)
def test_weeks_are_those_that_the_program_allows(weeks: dict[str, int], ok: bool) -> None:
    if ok:
        plan = with_weeks(**weeks)
        assert {p.name: p.laid_weeks for p in plan.program.phases}.items() >= weeks.items()
    else:
        with pytest.raises(InvalidError) as caught:
            with_weeks(**weeks)
        assert [fault.path[0] for fault in caught.value.faults] == ["phase_weeks"]


def test_weeks_that_are_missing_are_asked_for_by_name() -> None:
    with pytest.raises(InvalidError, match="weeks for 'second', whose length the program does"):
        with_weeks()


@example(21 * 60, 60)
@example(21 * 60 + 1, 60)
@given(st.integers(60, 40 * 60), st.integers(15, 300))
def test_time_a_week_is_divided_into_the_sites_sessions(dose: int, length: int) -> None:
    service = Service(
        "group", "Group", Modality.GROUP_THERAPY, TimePerWeek(timedelta(minutes=dose))
    )
    program = Program("dose", "Dose", (Phase("only", "Only", 1, (service,)),))
    offer = Offer("group", duration=timedelta(minutes=length))
    plan = drafted(program, site=evolve(SITE, offers=(offer,)))
    (placed,) = plan.program.every_service
    times = -(-dose // length)
    if times > 21:  # too short to divide it by
        assert placed.timing == service.timing
        assert noted(plan, NoteSubject.DURATION_UNKNOWN)
        return
    assert isinstance(placed.timing, PerWeek)
    assert placed.timing.times == as_count(times)
    assert bool(noted(plan, NoteSubject.DOSE_DIVIDED)) is (times * length != dose)


def test_time_a_week_without_a_length_is_one_question() -> None:
    service = Service("group", "Group", Modality.GROUP_THERAPY, TimePerWeek(16 * HOUR))
    program = Program("dose", "Dose", (Phase("only", "Only", 1, (service,)),))
    plan = drafted(program)
    assert noted(plan, NoteSubject.DURATION_UNKNOWN) == [
        PlanNote(NoteSubject.DURATION_UNKNOWN, "group")
    ]
    assert weekly_doses(plan.program)[0].known == 16 * HOUR
    assert [missing.service for missing in schedule(plan, SITE).unplaced] == ["group"]


def test_room_is_left_for_the_longest_that_a_session_may_take() -> None:
    ranged = evolve(group("a", None, "monday"), duration=HOUR, duration_max=2 * HOUR)
    after = group("b", None, "monday", hours=1)
    program = Program("room", "Room", (Phase("only", "Only", 1, (ranged, after)),))
    plan = drafted(program)
    starts = {s.service: s.start.time() for s in schedule(plan, SITE).sessions}
    assert starts == {"a": time(0), "b": time(2)}


def test_the_site_says_how_a_service_is_delivered_where_the_program_does_not() -> None:
    offers = (
        Offer("orientation", delivery=Delivery.TELEHEALTH),
        Offer("day-group", delivery=Delivery.TELEHEALTH),
    )
    on_site = evolve(DAY, delivery=Delivery.ON_SITE, track=None)
    program = Program("any", "Any", (Phase("only", "Only", 1, (on_site, FOR_ALL)),))
    made = schedule(drafted(program, site=evolve(SITE, offers=offers)), evolve(SITE, offers=offers))
    assert {s.service: s.delivery for s in made.sessions} == {
        "day-group": Delivery.ON_SITE,
        "orientation": Delivery.TELEHEALTH,
    }


# Age


@pytest.mark.parametrize(
    ("birth", "recorded", "matter"),
    [
        pytest.param(date(2005, 1, 5), None, NoteSubject.OTHER_AGE_GROUP, id="21"),
        pytest.param(date(2005, 1, 6), None, NoteSubject.AGE_UNKNOWN, id="20"),
        pytest.param(date(2008, 1, 5), None, NoteSubject.AGE_UNKNOWN, id="18"),
        pytest.param(date(2008, 1, 6), None, None, id="17"),
        pytest.param(PartialDate(2004), None, NoteSubject.OTHER_AGE_GROUP, id="21 or more"),
        pytest.param(PartialDate(2005), None, NoteSubject.AGE_UNKNOWN, id="20 or 21"),
        pytest.param(PartialDate(2008, 2), None, None, id="17, whatever the day"),
        pytest.param(None, None, NoteSubject.AGE_UNKNOWN, id="unknown"),
        pytest.param(date(2005, 1, 6), AgeGroup.ADOLESCENT, None, id="20-recorded-as-young"),
        pytest.param(
            date(2008, 1, 6), AgeGroup.ADULT, NoteSubject.OTHER_AGE_GROUP, id="17-as-adult"
        ),
    ],
)
def test_a_program_for_adolescents_is_for_those_whom_every_rule_takes_for_one(
    birth: date | PartialDate | None, recorded: AgeGroup | None, matter: NoteSubject | None
) -> None:
    program = evolve(TRACKS, age_group=AgeGroup.ADOLESCENT)
    assessments = (Assessment(on=START, age_group=recorded),)
    plan = drafted(program, evolve(STRANGER, birth_date=birth, assessments=assessments))
    about = {note.matter for note in plan.notes} & {
        NoteSubject.AGE_UNKNOWN,
        NoteSubject.OTHER_AGE_GROUP,
    }
    assert about == ({matter} if matter else set())


def test_the_plan_has_the_age_on_its_first_day() -> None:
    assert drafted(TRACKS, evolve(STRANGER, birth_date=date(1984, 5, 17))).age == 41
    assert drafted(TRACKS).age is None
    assert drafted(TRACKS, evolve(STRANGER, birth_date=PartialDate(1971))).age == Possible(54, 55)


# Milestones and provenance


def test_reviews_of_the_program_and_certifications_of_the_payer_are_due() -> None:
    program = evolve(RANGED, review_every_days=28)
    plan = draft(
        program,
        STRANGER,
        SITE,
        start=START,
        seed=1,
        phase_weeks={"second": 1},
        requirements=[find_requirements("us-medicare-iop")],
    )
    assert [((m.by - START).days, m.kind, m.under) for m in plan.milestones] == [
        (0, MilestoneKind.CERTIFICATION, "us-medicare-iop"),
        (28, MilestoneKind.REVIEW, "ranged"),
        (56, MilestoneKind.REVIEW, "ranged"),
        (60, MilestoneKind.RECERTIFICATION, "us-medicare-iop"),
    ]


def test_provenance_names_program_decisions_and_requirements() -> None:
    decision = find_policy("us-medicare-iop").decide(STRANGER, on=START)
    plan = draft(
        evolve(TRACKS, version="2026-01"),
        STRANGER,
        SITE,
        start=START,
        seed=1,
        requirements=[find_requirements("us-medicare-iop")],
        decisions=[decision],
    )
    made_from = plan.provenance
    assert made_from is not None
    assert (made_from.program, made_from.version) == ("two-tracks", "2026-01")
    assert made_from.decisions == (JudgedBy("us-medicare-iop", START, Truth.UNKNOWN),)
    assert made_from.requirements == ("us-medicare-iop",)


def test_a_plan_begins_when_the_requirements_are_in_force() -> None:
    rule = Requirement("review", "Reviewed.", Reviews(MilestoneKind.REVIEW, 30), CODE)
    later = RequirementSet(
        "later", "Later", Versions((Dated(START + timedelta(days=1), (rule,), CODE),))
    )
    with pytest.raises(NotInForceError):
        draft(TRACKS, STRANGER, SITE, start=START, seed=1, requirements=[later])


@pytest.mark.parametrize(("track", "told"), [("day", ["day-group: "]), ("evening", [])])
def test_what_a_source_says_twice_of_another_track_is_not_asked(
    track: str, told: list[str]
) -> None:
    stated = (
        StatedHours(9 * HOUR, track="day", services=("day-group",)),
        StatedHours(6 * HOUR, track="evening", services=("evening-group",)),
    )
    program = evolve(TRACKS, stated=stated)
    plan = draft(program, STRANGER, SITE, start=START, seed=1, track=track)
    found = [note.why for note in plan.notes if note.matter is NoteSubject.SOURCE_DISAGREES]
    assert found == [f"{lead}the source states 9 hours a week, its items give 6" for lead in told]
