"""Sites from day to day: who is away, who stands in, new hours, and what a closure closes."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.errors import InvalidError, Step
from iopkit.modalities import Modality
from iopkit.sites import (
    Absence,
    Clinician,
    ClosedFor,
    ClosedRule,
    Closure,
    Credential,
    NewHours,
    Offer,
    Room,
    Site,
    clinician_for,
    closed_days,
    closed_spans,
    room_for,
    service_hours,
    site_on,
    working_day,
)
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

WEEK = WeeklyWindows.of("monday 09:00-17:00", "tuesday 09:00-17:00")
EVENINGS = WeeklyWindows.of("monday 17:00-21:00")
MONDAY = date(2026, 3, 2)
ONE_DAY = timedelta(days=1)
SITE = Site("Elm Street", "America/Chicago", WEEK)


def faults(make: Callable[[], object]) -> list[tuple[Step, ...]]:
    with pytest.raises(InvalidError) as caught:
        make()
    return [fault.path for fault in caught.value.faults]


def away(days: int = 5, *, start: date = MONDAY, by: str | None = None) -> tuple[Absence, ...]:
    return (Absence(start, start + days * ONE_DAY, "vacation", by),)


# What is refused


def test_an_absence_ends_after_its_first_day() -> None:
    assert Absence(MONDAY, MONDAY + ONE_DAY, "ill").is_on(MONDAY)
    assert faults(lambda: Absence(MONDAY, MONDAY, "ill")) == [("end",)]


def test_absences_and_later_hours_come_in_order() -> None:
    one, other = away()[0], away(start=MONDAY + 5 * ONE_DAY)[0]
    later = (NewHours(MONDAY, WEEK), NewHours(MONDAY + ONE_DAY, EVENINGS))

    assert Clinician("Ash", absences=(one, other), later_hours=later).absences == (one, other)
    for make in (lambda **more: Clinician("Ash", **more), lambda **more: Room("green", 8, **more)):
        assert faults(lambda make=make: make(absences=(other, one))) == [("absences",)]  # type: ignore[misc]  # a default binds the loop's value
        assert faults(lambda make=make: make(later_hours=later[::-1])) == [("later_hours",)]  # type: ignore[misc]  # as above
    assert faults(lambda: evolve(SITE, later_hours=later[::-1])) == [("later_hours",)]
    assert faults(lambda: evolve(SITE, later_hours=(NewHours(MONDAY, WeeklyWindows()),))) == [
        ("later_hours",)
    ]


@pytest.mark.parametrize("by", ["Ash", "Cedar"])
def test_a_substitute_is_another_of_the_site(by: str) -> None:
    staff = (Clinician("Birch"), Clinician("Ash", absences=away(by=by)))
    rooms = (Room("Birch", 8), Room("Ash", 8, absences=away(by=by)))

    assert faults(lambda: evolve(SITE, clinicians=staff)) == [
        ("clinicians", 1, "absences", 0, "substitute")
    ]
    assert faults(lambda: evolve(SITE, rooms=rooms)) == [("rooms", 1, "absences", 0, "substitute")]


def test_a_credential_has_words_a_known_state_and_days_in_order() -> None:
    assert Credential("LCDC", MONDAY, "TX").holds_on(MONDAY)
    assert faults(lambda: Credential(" ", MONDAY, "ZZ", MONDAY)) == [
        ("words",),
        ("state",),
        ("end",),
    ]


def test_nobody_is_offered_what_they_may_not_lead() -> None:
    staff = (Clinician("Ash", leads=frozenset({"group"})),)

    assert evolve(SITE, clinicians=staff, offers=(Offer("group", clinician="Ash"),)).clinicians
    assert faults(
        lambda: evolve(SITE, clinicians=staff, offers=(Offer("family", clinician="Ash"),))
    ) == [("offers", 0, "clinician")]
    assert faults(
        lambda: Clinician("Ash", leads=frozenset("a"), leads_supervised=frozenset("a"))
    ) == [("leads_supervised",)]
    assert faults(lambda: Clinician("Ash", supervisor="Ash")) == [("supervisor",)]


def test_a_rule_for_closed_days_is_of_a_service_or_a_modality_each_once() -> None:
    rule = ClosedFor(ClosedRule.SKIP, service="group")

    assert faults(lambda: ClosedFor(ClosedRule.SKIP)) == [("service",)]
    assert faults(lambda: ClosedFor(ClosedRule.SKIP, "group", Modality.GROUP_THERAPY)) == [
        ("service",)
    ]
    assert faults(lambda: evolve(SITE, closed_rules=(rule, rule))) == [("closed_rules",)]


def test_a_closure_closes_some_service() -> None:
    assert faults(lambda: Closure(MONDAY, MONDAY + ONE_DAY, "training", services=frozenset())) == [
        ("services",)
    ]


# What they may lead


@pytest.mark.parametrize(
    ("clinician", "truth"),
    [
        pytest.param(Clinician("Ash"), Truth.UNKNOWN, id="nobody said"),
        pytest.param(Clinician("Ash", leads=frozenset({"group"})), Truth.YES, id="alone"),
        pytest.param(Clinician("Ash", leads=frozenset({"family"})), Truth.NO, id="another"),
        pytest.param(
            Clinician("Ash", leads_supervised=frozenset({"group"}), supervisor="Oak"),
            Truth.YES,
            id="supervised",
        ),
        pytest.param(
            Clinician("Ash", leads_supervised=frozenset({"group"})), Truth.NO, id="no supervisor"
        ),
    ],
)
def test_who_may_lead_a_service(clinician: Clinician, truth: Truth) -> None:
    assert clinician.may_lead("group") is truth


def test_hours_of_a_service_are_of_those_who_may_lead_it() -> None:
    ash = Clinician("Ash", WeeklyWindows.of("monday 09:00-12:00"), leads=frozenset({"family"}))
    birch = Clinician("Birch", WeeklyWindows.of("tuesday 09:00-12:00"))
    site = evolve(SITE, clinicians=(ash, birch))

    assert service_hours(site, "group", Modality.GROUP_THERAPY) == birch.hours
    assert service_hours(site, "family", Modality.FAMILY_SESSION) == ash.hours | birch.hours  # type: ignore[operator]  # both are given


# Day by day


def test_a_site_without_changes_is_the_same_every_day() -> None:
    assert site_on(SITE, MONDAY) is SITE


def test_hours_hold_from_their_day_on() -> None:
    later = (NewHours(MONDAY, EVENINGS),)
    site = evolve(
        SITE,
        later_hours=later,
        rooms=(Room("green", 8, WEEK, later_hours=later),),
        clinicians=(Clinician("Ash", later_hours=later),),
    )
    before, after = site_on(site, MONDAY - ONE_DAY), site_on(site, MONDAY)

    assert (before.hours, before.rooms[0].hours, before.clinicians[0].hours) == (WEEK, WEEK, None)
    assert (after.hours, after.rooms[0].hours, after.clinicians[0].hours) == (EVENINGS,) * 3


def test_who_is_away_is_not_there_unless_somebody_stands_in() -> None:
    ash, birch = Clinician("Ash", absences=away()), Clinician("Birch")
    offers = (Offer("group", clinician="Ash"),)
    alone = evolve(SITE, clinicians=(ash, birch), offers=offers)
    helped = evolve(
        SITE, clinicians=(Clinician("Ash", absences=away(by="Birch")), birch), offers=offers
    )

    for day, there in ((MONDAY - ONE_DAY, True), (MONDAY, False), (MONDAY + 5 * ONE_DAY, True)):
        hours = service_hours(site_on(alone, day), "group", Modality.GROUP_THERAPY)
        assert bool(hours.spans) is there
        assert service_hours(site_on(helped, day), "group", Modality.GROUP_THERAPY) == WEEK
        assert clinician_for(helped, "Ash", "group", day) == ("Ash" if there else "Birch")


def test_one_who_is_away_too_hands_on_and_a_ring_ends() -> None:
    def staff(last: str | None) -> Site:
        names = ("Ash", "Birch"), ("Birch", "Cedar"), ("Cedar", last)
        ring = tuple(Clinician(name, absences=away(by=by)) for name, by in names)
        return evolve(SITE, clinicians=(*ring, Clinician("Oak")))

    assert clinician_for(staff("Oak"), "Ash", "group", MONDAY) == "Oak"
    assert clinician_for(staff("Ash"), "Ash", "group", MONDAY) == "Ash"
    assert clinician_for(staff(None), "Ash", "group", MONDAY) == "Ash"
    assert clinician_for(staff("Oak"), None, "group", MONDAY) is None


def test_nobody_stands_in_for_what_they_may_not_lead() -> None:
    staff = (
        Clinician("Ash", absences=away(by="Birch")),
        Clinician("Birch", leads=frozenset({"family"})),
    )
    site = evolve(SITE, clinicians=staff)

    assert clinician_for(site, "Ash", "group", MONDAY) == "Ash"
    assert clinician_for(site, "Ash", "family", MONDAY) == "Birch"


def test_a_room_stands_in_for_another() -> None:
    rooms = (Room("green", 8, absences=away(by="blue")), Room("blue", 6))
    site = evolve(SITE, rooms=rooms, offers=(Offer("group", room="green"),))

    assert room_for(site, "green", MONDAY) == "blue"
    assert site_on(site, MONDAY).offers[0].room == "blue"
    assert site_on(site, MONDAY).rooms[0].hours == WeeklyWindows()


names = st.sampled_from(["Ash", "Birch", "Cedar"])
spans = st.tuples(st.integers(0, 6), st.integers(1, 4), st.none() | names)


@given(
    absences=st.dictionaries(names, spans),
    day=st.integers(-1, 11),
    offered=names,
    leads=st.sets(names),
)
def test_whoever_gives_a_service_is_there_and_may_lead_it(
    absences: dict[str, tuple[int, int, str | None]], day: int, offered: str, leads: set[str]
) -> None:
    def clinician(name: str) -> Clinician:
        start, length, by = absences.get(name, (100, 1, None))
        gone = away(length, start=MONDAY + start * ONE_DAY, by=by if by != name else None)
        own = "group" if name in {offered} | leads else "family"
        return Clinician(name, absences=gone, leads=frozenset({own}))

    on = MONDAY + day * ONE_DAY
    staff = tuple(map(clinician, ("Ash", "Birch", "Cedar")))
    site = evolve(SITE, clinicians=staff, offers=(Offer("group", clinician=offered),))
    gives = site_on(site, on).offers[0].clinician
    there = {each.name: not any(gone.is_on(on) for gone in each.absences) for each in staff}
    hours = service_hours(site_on(site, on), "group", Modality.GROUP_THERAPY)

    assert gives is not None
    assert bool(hours.spans) is there[gives]
    assert gives == offered or (there[gives] and gives in leads and not there[offered])


# Closures


def test_a_closure_of_a_service_closes_that_one_alone() -> None:
    training = Closure(MONDAY, MONDAY + ONE_DAY, "training", services=frozenset({"group"}))
    site = evolve(SITE, closures=(training,))
    end = MONDAY + 7 * ONE_DAY

    assert closed_days(site, MONDAY, end, service="group") == {MONDAY: "training"}
    assert closed_days(site, MONDAY, end, service="family") == {}
    assert closed_days(site, MONDAY, end) == {}
    assert closed_spans(site, MONDAY, end, service="group") == {MONDAY: ((0, 1440, "training"),)}


def test_a_rule_of_a_service_stands_above_one_of_its_modality() -> None:
    site = evolve(
        SITE,
        closed_rules=(
            ClosedFor(ClosedRule.SKIP, service="group"),
            ClosedFor(ClosedRule.EXTEND, modality=Modality.GROUP_THERAPY),
        ),
    )

    assert site.closed_rule_of("group", Modality.GROUP_THERAPY) is ClosedRule.SKIP
    assert site.closed_rule_of("skills", Modality.GROUP_THERAPY) is ClosedRule.EXTEND
    assert site.closed_rule_of("family", Modality.FAMILY_SESSION) is ClosedRule.MOVE_IN_WEEK


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 1, 16), 1, date(2026, 1, 20)),
        (date(2026, 1, 20), -1, date(2026, 1, 16)),
        (date(2026, 1, 17), 0, date(2026, 1, 17)),
        (date(2026, 1, 15), 1, date(2026, 1, 16)),
    ],
)
def test_working_days_are_those_on_which_the_site_is_open(
    day: date, count: int, expected: date
) -> None:
    week = ("monday", "tuesday", "wednesday", "thursday", "friday")
    site = evolve(
        SITE,
        hours=WeeklyWindows.of(*(f"{each} 08:00-21:00" for each in week)),
        closures=(Closure(date(2026, 1, 19), date(2026, 1, 20), "holiday"),),
    )

    assert working_day(site, day, count) == expected


def test_a_site_that_is_never_open_has_no_working_day() -> None:
    assert faults(lambda: working_day(evolve(SITE, hours=WeeklyWindows()), MONDAY, 1)) == [
        ("hours",)
    ]
