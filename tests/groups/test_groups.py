"""Groups, candidates and rosters hold what can be, and joined groups are dated."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import (
    InvalidError,
    Modality,
    Patient,
    Plan,
    Program,
    Site,
    Weekday,
    WeeklyWindows,
    draft,
    schedule,
)
from iopkit.groups import (
    Barrier,
    Candidate,
    Group,
    GroupDose,
    GroupPreference,
    Roster,
    assign,
    barriers,
    join,
)
from iopkit.groups.groups import spare_seats
from iopkit.languages import speaks
from iopkit.modalities import Delivery
from iopkit.programs import EveryWeeks, PerWeek, Phase, Service, Slot, Weekly
from iopkit.programs.ranges import Times
from iopkit.sites import Clinician, Closure, Offer, Room
from iopkit.strategies import groups, rosters

pytestmark = pytest.mark.measured

ON = date(2026, 1, 5)
DAY = timedelta(days=1)
KEY = UUID(int=1, version=4)
SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.of(*(f"{day.title} 08:00-21:00" for day in Weekday)),
    rooms=(Room("large", 12), Room("small", 4, WeeklyWindows.of("monday 09:00-17:00"))),
    clinicians=(
        Clinician("Ada", languages=frozenset({"en", "es-US"})),
        Clinician(
            "Bo",
            WeeklyWindows.of("monday 12:00-21:00"),
            frozenset({Modality.GROUP_THERAPY}),
        ),
    ),
)
THERAPY = Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(3), group_max=8)
SKILLS = Service(
    "skills",
    "Skills",
    Modality.SKILLS_TRAINING,
    PerWeek(1),
    timedelta(minutes=60),
    duration_max=timedelta(minutes=90),
)


def group(name: str = "a", *slots: str, **more: Any) -> Group:
    some = tuple(map(Slot.parse, slots or ("monday 18:00",)))
    plain: dict[str, Any] = {
        "service": "group",
        "slots": some,
        "duration": timedelta(minutes=90),
        "capacity": 4,
    }
    return Group(name, **(plain | more))


def candidate(number: int = 1, **more: Any) -> Candidate:
    return Candidate(UUID(int=number, version=4), **({"doses": (GroupDose("group"),)} | more))


def faults(build: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        build()
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        pytest.param({"name": ""}, ["name: expected a name, found none"], id="no name"),
        pytest.param(
            {"slots": ()},
            ["slots: expected slots with a start, at least one, found others"],
            id="no slot",
        ),
        pytest.param(
            {"slots": (Slot(Weekday.MONDAY),)},
            ["slots: expected slots with a start, at least one, found others"],
            id="no start",
        ),
        pytest.param(
            {"slots": (Slot(Weekday.MONDAY, time(18)), Slot(Weekday.MONDAY, time(19, 29)))},
            ["slots: expected slots that do not overlap, found an overlap"],
            id="overlap",
        ),
        pytest.param(
            {"slots": (Slot(Weekday.SUNDAY, time(23)), Slot(Weekday.MONDAY, time(0, 29)))},
            ["slots: expected slots that do not overlap, found an overlap"],
            id="overlap over the end of the week",
        ),
        pytest.param(
            {"duration": timedelta(seconds=90)},
            ["duration: expected whole minutes, from 1 to 1440, found 0:01:30"],
            id="seconds",
        ),
        pytest.param(
            {"capacity": 0}, ["capacity: expected at least 1 seat, found 0"], id="no seat"
        ),
        pytest.param(
            {"closed": True},
            ["begins: expected the first day of a closed group, found none"],
            id="no first day",
        ),
        pytest.param(
            {"begins": datetime(2026, 1, 5, tzinfo=UTC)},
            ["begins: expected a date without a time, found a moment"],
            id="a moment",
        ),
        pytest.param(
            {"language": "Spanish"},
            ["language: expected a language tag such as 'en' or 'es-US', found 'Spanish'"],
            id="no language",
        ),
        pytest.param(
            {"genders": frozenset()},
            ["genders: expected at least one, or none for all, found none"],
            id="no gender",
        ),
        pytest.param(
            {
                "moves": (
                    "2026-01-05 to 2026-01-06 18:00",
                    "next week",
                    "2026-01-32 to 2026-01-06 9",
                )
            },
            [
                f"moves[{number}]: expected a move such as '2026-01-19 to 2026-01-23 17:30', "
                "found another text"
                for number in (1, 2)
            ],
            id="no move",
        ),
        pytest.param(
            {"moves": ("2026-01-06 to 2026-01-07 18:00", "2026-01-05 17:59 to 2026-01-07 18:00")},
            [
                f"moves[{number}]: expected a day on which the group meets, found another"
                for number in (0, 1)
            ],
            id="no meeting that day",
        ),
        pytest.param(
            {"stages": frozenset(), "capacity": -1},
            [
                "capacity: expected at least 1 seat, found -1",
                "stages: expected at least one, or none for all, found none",
            ],
            id="several at once",
        ),
    ],
)
def test_a_group_that_cannot_be_is_refused(more: dict[str, Any], told: list[str]) -> None:
    assert faults(lambda: group(**more)) == told


def test_slots_may_follow_each_other() -> None:
    one = group("a", "monday 18:00", "monday 19:30", "sunday 23:00", "monday 00:30")
    assert one.times.total == 4 * one.duration
    assert group().words == "a: monday 18:00-19:30, 4 seats"
    assert group(capacity=1).words == "a: monday 18:00-19:30, 1 seat"


@given(groups("a"))
def test_a_group_meets_as_long_as_its_slots_say(one: Group) -> None:
    assert one.times.total == len(one.slots) * one.duration
    for slot in one.slots:
        assert slot.start is not None
        assert one.times.covers(slot.day, slot.start, one.duration)


@pytest.mark.parametrize(
    ("more", "takes"),
    [
        pytest.param({}, True, id="open"),
        pytest.param({"begins": ON - DAY}, True, id="open and begun"),
        pytest.param({"closed": True, "begins": ON - DAY}, False, id="closed and begun"),
        pytest.param({"closed": True, "begins": ON}, True, id="closed, begins today"),
        pytest.param({"closed": True, "begins": ON + DAY}, True, id="closed, begins tomorrow"),
    ],
)
def test_a_closed_group_takes_nobody_after_its_first_day(more: Any, takes: bool) -> None:
    assert group(**more).takes(ON) is takes


# Beside each other, at a site.


@pytest.mark.parametrize(
    ("some", "told"),
    [
        pytest.param(
            [group(), group(slots=(Slot(Weekday.FRIDAY, time(9)),))],
            ["groups[1].name: expected each name once, found one twice"],
            id="name",
        ),
        pytest.param(
            [group(room="r"), group("b", "monday 19:29", room="r")],
            ["groups[1].room: expected one group at a time, found a and b with 'r'"],
            id="room",
        ),
        pytest.param(
            [group("b", "monday 19:29", clinician="c"), group(clinician="c")],
            ["groups[0].clinician: expected one group at a time, found a and b with 'c'"],
            id="clinician",
        ),
    ],
)
def test_nothing_is_taken_twice(some: list[Group], told: list[str]) -> None:
    assert faults(lambda: Roster(tuple(some))) == told


def test_one_after_another_and_beside_each_other_is_fine() -> None:
    some = (
        group("a", room="r", clinician="c"),
        group("b", "monday 19:30", room="r", clinician="c"),
        group("c", "monday 18:00", room="s", clinician="d"),
        group("d", "monday 18:00"),
        group("e", "monday 18:00"),
    )
    assert Roster(some).groups == some


@pytest.mark.parametrize(
    ("more", "told"),
    [
        pytest.param({"service": "skills", "duration": timedelta(minutes=60)}, [], id="shortest"),
        pytest.param({"service": "skills"}, [], id="longest"),
        pytest.param({"capacity": 8}, [], id="as many as the service has"),
        pytest.param(
            {"capacity": 9},
            ["groups[0].capacity: expected up to 8, as its service has, found 9"],
            id="too many",
        ),
        pytest.param(
            {"service": "skills", "duration": timedelta(minutes=91)},
            ["groups[0].duration: expected a length that its service has, found 1:31:00"],
            id="too long",
        ),
        pytest.param(
            {"service": "skills", "duration": timedelta(minutes=59)},
            ["groups[0].duration: expected a length that its service has, found 0:59:00"],
            id="too short",
        ),
        pytest.param(
            {"service": "yoga"},
            ["groups[0].service: expected one of group, skills, found 'yoga'"],
            id="another service",
        ),
    ],
)
def test_groups_are_of_their_services(more: Any, told: list[str]) -> None:
    def build() -> Roster:
        return Roster((group(**more),), services=(THERAPY, SKILLS))

    assert (faults(build) if told else build() and []) == told


@pytest.mark.parametrize(
    ("one", "told"),
    [
        pytest.param(group(room="large", clinician="Ada", language="es"), [], id="fine"),
        pytest.param(group("a", "monday 15:30", room="small", clinician="Bo"), [], id="in hours"),
        pytest.param(
            group(room="attic"),
            ["groups[0].room: expected a room of the site, found 'attic'"],
            id="no room",
        ),
        pytest.param(
            group(clinician="Eve"),
            ["groups[0].clinician: expected a clinician of the site, found 'Eve'"],
            id="no clinician",
        ),
        pytest.param(
            group("a", "monday 15:30", room="small", capacity=5),
            ["groups[0].capacity: expected up to 4, as its room seats, found 5"],
            id="too many for the room",
        ),
        pytest.param(
            group("a", "monday 20:00"),
            ["groups[0].slots: expected times within the site's hours, found monday 21:00-21:30"],
            id="when the site is closed",
        ),
        pytest.param(
            group("a", "monday 16:00", room="small"),
            ["groups[0].slots: expected times within its room's hours, found monday 17:00-17:30"],
            id="when the room is closed",
        ),
        pytest.param(
            group("a", "tuesday 18:00", clinician="Bo"),
            [
                (
                    "groups[0].slots: expected times within its clinician's hours, "
                    "found tuesday 18:00-19:30"
                )
            ],
            id="when the clinician is away",
        ),
        pytest.param(
            group(clinician="Ada", language="fr"),
            ["groups[0].language: expected a language of its clinician, found 'fr'"],
            id="in a language of nobody",
        ),
        pytest.param(
            group(clinician="Bo", service="skills"),
            ["groups[0].clinician: expected one who gives skills_training, found 'Bo'"],
            id="by one who does not give it",
        ),
        pytest.param(
            group("a", "monday 07:00", room="attic", clinician="Bo", capacity=9),
            [
                "groups[0].room: expected a room of the site, found 'attic'",
                "groups[0].slots: expected times within the site's hours, found monday 07:00-08:00",
                (
                    "groups[0].slots: expected times within its clinician's hours, "
                    "found monday 07:00-08:30"
                ),
            ],
            id="several at once",
        ),
    ],
)
def test_groups_are_held_to_the_site(one: Group, told: list[str]) -> None:
    services = (evolve(THERAPY, group_max=None), SKILLS)

    def build() -> object:
        return assign(Roster((one,), services=services), SITE, on=ON)

    assert (faults(build) if told else build() and []) == told


@pytest.mark.parametrize(
    ("own", "wanted", "ok"),
    [
        pytest.param({"es"}, "es", True, id="the same"),
        pytest.param({"en", "es-US"}, "es", True, id="of a region"),
        pytest.param({"es"}, "es-US", False, id="not of the region"),
        pytest.param({"est"}, "es", False, id="another that begins alike"),
        pytest.param(set(), "es", False, id="none"),
    ],
)
def test_who_speaks_what(own: set[str], wanted: str, ok: bool) -> None:
    assert speaks(frozenset(own), wanted) is ok


def test_how_many_seats_more_there_could_be() -> None:
    some = (
        group("a", room="large"),
        group("b", "tuesday 18:00", room="small"),
        group("c"),
        group("d", service="skills", room="large", slots=(Slot(Weekday.FRIDAY, time(9)),)),
    )
    assert spare_seats(some, SITE, (THERAPY, SKILLS)) == {"a": 4, "b": 0, "c": 4, "d": 4}
    assert spare_seats(some, evolve(SITE, rooms=(Room("large", 5),)), ())["a"] == 1
    assert spare_seats(some, SITE, (evolve(THERAPY, group_max=5),))["c"] == 1


# Candidates.


@pytest.mark.parametrize(
    ("build", "told"),
    [
        pytest.param(
            lambda: GroupDose("group", 0),
            ["groups: expected from 1 to 21, found others"],
            id="no group",
        ),
        pytest.param(
            lambda: GroupDose("group", 22),
            ["groups: expected from 1 to 21, found others"],
            id="too many groups",
        ),
        pytest.param(
            lambda: GroupPreference(101, within=WeeklyWindows()),
            ["points: expected from -100 to 100, found others"],
            id="too many points",
        ),
        pytest.param(
            lambda: GroupPreference(1),
            ["groups: expected groups, windows, or both, found neither"],
            id="for nothing",
        ),
        pytest.param(
            lambda: Candidate(UUID(int=1), (GroupDose("group"),)),
            ["key: expected a random UUID, from uuid.uuid4(), found another UUID"],
            id="key",
        ),
        pytest.param(
            lambda: candidate(doses=()), ["doses: expected at least one, found none"], id="no dose"
        ),
        pytest.param(
            lambda: candidate(doses=(GroupDose("group"), GroupDose("group", 2))),
            ["doses: expected each service once, found one twice"],
            id="a dose twice",
        ),
        pytest.param(
            lambda: candidate(days=0), ["days: expected from 1 to 7, found others"], id="no day"
        ),
        pytest.param(
            lambda: candidate(days=8), ["days: expected from 1 to 7, found others"], id="8 days"
        ),
        pytest.param(
            lambda: candidate(languages=frozenset({"English"})),
            ["languages: expected language tags such as 'en' or 'es-US', found others"],
            id="languages",
        ),
        pytest.param(
            lambda: candidate(waiting_since=datetime(2026, 1, 5, tzinfo=UTC)),
            ["waiting_since: expected a date without a time, found a moment"],
            id="a moment",
        ),
        pytest.param(
            lambda: Roster(
                (group(),),
                (
                    candidate(now_in=frozenset({"b"})),
                    candidate(preferences=(GroupPreference(1, frozenset({"c"})),)),
                ),
            ),
            [
                "candidates[0].now_in: expected groups of the roster, found others",
                "candidates[1].key: expected each key once, found one twice",
                "candidates[1].preferences: expected groups of the roster, found others",
            ],
            id="a roster",
        ),
    ],
)
def test_what_cannot_be_is_refused(build: Callable[[], object], told: list[str]) -> None:
    assert faults(build) == told


@pytest.mark.parametrize(
    ("preference", "points"),
    [
        pytest.param(GroupPreference(3, frozenset({"a"})), 3, id="the group"),
        pytest.param(GroupPreference(3, frozenset({"b"})), 0, id="another group"),
        pytest.param(
            GroupPreference(-2, within=WeeklyWindows.of("monday 18:00-19:30")), -2, id="when"
        ),
        pytest.param(
            GroupPreference(3, within=WeeklyWindows.of("monday 18:00-19:29")), 0, id="in part"
        ),
        pytest.param(
            GroupPreference(3, frozenset({"a"}), WeeklyWindows.of("friday 18:00-19:30")),
            0,
            id="both needed",
        ),
    ],
)
def test_points_are_for_what_is_preferred(preference: GroupPreference, points: int) -> None:
    assert candidate(preferences=(preference,)).points(group()) == points
    assert candidate(preferences=(preference, preference)).points(group()) == 2 * points


@given(rosters(), st.data())
def test_whoever_is_in_a_group_is_kept_out_by_what_is_known_only(
    roster: Roster, data: st.DataObject
) -> None:
    for one in roster.candidates:
        other = data.draw(st.sampled_from(roster.groups))
        now = barriers(evolve(one, now_in=frozenset({other.name})), other, on=ON)
        new = barriers(evolve(one, now_in=frozenset()), other, on=ON)
        assert now == tuple(b for b in new if not b.is_unknown and b is not Barrier.BEGAN)


def test_a_group_of_another_service_is_no_place() -> None:
    assert barriers(candidate(), group(service="skills"), on=ON) == (Barrier.OTHER_SERVICE,)
    assert Barrier.OTHER_SERVICE.words == "of a service that is not needed"


# Joining.

TALK = Service("talk", "Talk", Modality.INDIVIDUAL_COUNSELING, EveryWeeks(2), timedelta(hours=1))
PROGRAM = Program(
    "short",
    "Short",
    (Phase("first", "First", 2, (SKILLS,)), Phase("last", "Last", 1)),
    (evolve(THERAPY, timing=PerWeek(2)), TALK),
)


def test_a_program_has_its_groups_times_and_rooms() -> None:
    some = (
        group("b", "wednesday 18:00", room="large", clinician="Ada"),
        group("a", "monday 12:00", room="small", clinician="Bo"),
        group("s", "friday 10:00", service="skills", room="large"),
    )
    program, site = join(PROGRAM, SITE, some)

    joined = {service.name: service for service in program.every_service}
    assert joined["group"] == evolve(
        THERAPY,
        timing=Weekly((Slot(Weekday.MONDAY, time(12)), Slot(Weekday.WEDNESDAY, time(18)))),
        duration=timedelta(minutes=90),
    )
    assert joined["skills"].duration == timedelta(minutes=90)
    assert joined["skills"].duration_max is None
    assert joined["talk"] == TALK
    assert site.offers == (
        Offer("group", Weekday.MONDAY, room="small", clinician="Bo"),
        Offer("group", Weekday.WEDNESDAY, room="large", clinician="Ada"),
        Offer("skills", room="large"),
    )
    sessions = schedule(Plan(KEY, KEY, "Elm Street", program, ON, 1), site).sessions
    starts = [(f"{s.start:%a %H:%M}", s.service) for s in sessions]
    week = [("Mon 12:00", "group"), ("Wed 18:00", "group")]
    assert [one for one in starts if one[1] == "group"] == 3 * week
    assert [one for one in starts if one[1] == "skills"] == 2 * [("Fri 10:00", "skills")]
    assert {(s.room, s.clinician) for s in sessions if s.start.weekday() == Weekday.MONDAY} == {
        ("small", "Bo")
    }
    assert site.rooms == SITE.rooms


def test_what_has_a_choice_is_drafted_around_the_groups() -> None:
    talk = evolve(TALK, timing=PerWeek(1))
    phase = Phase("only", "Only", 1, (evolve(THERAPY, timing=PerWeek(1)), talk))
    patient = Patient(KEY, availability=WeeklyWindows.of("monday 12:00-18:00"))
    program, site = join(Program("p", "P", (phase,)), SITE, (group("a", "monday 12:00"),))
    plan = draft(program, patient, site, start=ON, seed=1)
    starts = {s.service: f"{s.start:%a %H:%M}" for s in schedule(plan, site).sessions}
    assert starts == {"group": "Mon 12:00", "talk": "Mon 13:30"}


def test_offers_of_other_services_and_of_every_day_are_kept() -> None:
    every_day = Offer("group", delivery=Delivery.TELEHEALTH)
    before = (every_day, Offer("group", Weekday.MONDAY, time(9)), Offer("talk", start=time(9)))
    twice = group("a", "monday 18:00", "friday 18:00", room="large")
    _, site = join(PROGRAM, evolve(SITE, offers=before), (twice,))

    assert site.offers == (Offer("talk", start=time(9)), evolve(every_day, room="large"))


def test_of_two_groups_on_one_day_what_they_share_is_told() -> None:
    some = (
        group("a", "monday 12:00", room="large", clinician="Ada"),
        group("b", "monday 18:00", room="large", clinician="Bo"),
    )
    _, site = join(PROGRAM, SITE, some)
    assert site.offers == (Offer("group", room="large"),)


def test_a_session_that_is_moved_keeps_the_room_and_clinician_of_its_group() -> None:
    some = (group("a", "monday 12:00", "friday 12:00", room="large", clinician="Ada"),)
    program, site = join(PROGRAM, SITE, some)
    closed = evolve(site, closures=(Closure(ON, ON + timedelta(days=1), "flood"),))
    (first, *_) = schedule(Plan(KEY, KEY, "Elm Street", program, ON, 1), closed).sessions
    assert (first.moved is not None, first.room, first.clinician) == (True, "large", "Ada")


def test_a_phase_with_another_number_a_week_keeps_its_own_slots() -> None:
    own = evolve(THERAPY, timing=Weekly((Slot(Weekday.TUESDAY, time(9)),)), duration=DAY / 24)
    phases = (
        Phase("first", "First", 1, (evolve(THERAPY, timing=PerWeek(2)),)),
        Phase("last", "Last", 1, (own,)),
    )
    some = (group("a", "monday 18:00", "friday 18:00"),)
    program, site = join(Program("two", "Two", phases), SITE, some)
    made = schedule(Plan(KEY, KEY, "Elm Street", program, ON, 1), site)
    assert [f"{s.start:%a %H:%M}" for s in made.sessions] == ["Mon 18:00", "Fri 18:00", "Tue 09:00"]


@pytest.mark.parametrize(
    ("rate", "ok"),
    [(Times(2, 4), True), (Times(1, 2), True), (Times(3, None), False), (Times(None, None), True)],
)
def test_groups_meet_as_often_as_an_open_rate_allows(rate: Times[int], *, ok: bool) -> None:
    phases = (Phase("all", "All", 1, (evolve(THERAPY, timing=PerWeek(rate)),)),)
    some = (group("a", "monday 18:00", "friday 18:00"),)
    if ok:
        program, _ = join(Program("open", "Open", phases), SITE, some)
        assert program.every_service[0].timing == Weekly(some[0].slots)
    else:
        assert faults(lambda: join(Program("open", "Open", phases), SITE, some)) == [
            "group: expected at least 3 times a week, found 2"
        ]


def test_in_no_group_nothing_changes() -> None:
    assert join(PROGRAM, SITE, ()) == (PROGRAM, SITE)


@pytest.mark.parametrize(
    ("some", "told"),
    [
        pytest.param(
            (group(service="talk"),),
            ["talk: expected a weekly service of the program, found another"],
            id="not weekly",
        ),
        pytest.param(
            (group(service="yoga"),),
            ["yoga: expected a weekly service of the program, found another"],
            id="not of the program",
        ),
        pytest.param(
            (group(), group("b", "friday 09:00", duration=timedelta(hours=1))),
            ["group: expected groups of one length, found several"],
            id="of two lengths",
        ),
        pytest.param(
            (group("a", "monday 09:00", "tuesday 09:00", "friday 09:00"),),
            ["group: expected 2 times a week, found 3"],
            id="too often",
        ),
    ],
)
def test_what_cannot_be_joined_is_refused(some: tuple[Group, ...], told: list[str]) -> None:
    assert faults(lambda: join(PROGRAM, SITE, some)) == told
