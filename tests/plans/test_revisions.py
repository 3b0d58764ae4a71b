"""Revisions: the plan with one change made, and what it says."""

from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.plans import (
    AddMilestones,
    AddSessions,
    CapGroups,
    DropSessions,
    HoldOftener,
    LengthenSessions,
    MoveSession,
    NoteSubject,
    Plan,
    PlanNote,
    Revision,
    ShortenSessions,
    Signature,
    revise,
)
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
    Timing,
    Weekly,
    timetable,
)
from iopkit.requirements import Milestone, MilestoneKind, Signer
from iopkit.windows import Weekday

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
START = date(2026, 1, 5)
MINUTE = timedelta(minutes=1)
MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
AT_9 = [Slot(day, time(9)) for day in Weekday]
TWICE = Weekly((AT_9[MON], AT_9[WED]))


def service(name: str, timing: Timing = TWICE, minutes: int = 60) -> Service:
    return Service(name, name, Modality.GROUP_THERAPY, timing, minutes * MINUTE)


def planned(*services: Service, phases: int = 1) -> Plan:
    """A plan of services in all phases, and one in each phase alone."""
    listed = tuple(
        Phase(f"phase-{n}", "A phase", 2, (service(f"own-{n}", Weekly((AT_9[SUN],))),))
        for n in range(1, phases + 1)
    )
    return Plan(KEY, KEY, "Elm", Program("any", "Any", listed, services), START, 1)


def made(plan: Plan, revision: Revision, name: str = "group") -> list[Service]:
    """The service in each phase after a revision."""
    program = revise(plan, revision).program
    return [s for phase in program.phases for s in program.services_in(phase) if s.name == name]


# Each kind.


def test_longer_sessions_keep_their_breaks_their_range_and_the_other_slots() -> None:
    group = evolve(service("group"), duration_max=90 * MINUTE, breaks=10 * MINUTE)
    earlier = Slot(WED, time(8, 30))
    revision = LengthenSessions("group", (), 30 * MINUTE, ((AT_9[WED], earlier),))
    (longer,) = made(planned(group), revision)
    assert (longer.duration, longer.duration_max) == (90 * MINUTE, 120 * MINUTE)
    assert (longer.breaks, longer.timing) == (10 * MINUTE, Weekly((AT_9[MON], earlier)))


def test_shorter_sessions_begin_when_they_did() -> None:
    (shorter,) = made(planned(service("group")), ShortenSessions("group", (), 59 * MINUTE))
    assert (shorter.duration, shorter.timing) == (MINUTE, TWICE)
    with pytest.raises(InvalidError, match="duration"):
        revise(planned(service("group")), ShortenSessions("group", (), 60 * MINUTE))


@pytest.mark.parametrize(
    ("timing", "more", "fewer"),
    [
        pytest.param(
            TWICE, Weekly((*TWICE.slots, AT_9[FRI])), Weekly((AT_9[WED],)), id="fixed days"
        ),
        pytest.param(
            PerWeek(2, TWICE.slots),
            Weekly((*TWICE.slots, AT_9[FRI])),
            Weekly((AT_9[WED],)),
            id="a count with all its days",
        ),
        pytest.param(
            PerWeek(4, TWICE.slots),
            PerWeek(5, (*TWICE.slots, AT_9[FRI])),
            PerWeek(3, (AT_9[WED],)),
            id="a count without some",
        ),
        pytest.param(
            InAll(3, TWICE.slots),
            InAll(3, (*TWICE.slots, AT_9[FRI])),
            InAll(3, (AT_9[WED],)),
            id="spread",
        ),
        pytest.param(RandomDays(2), RandomDays(2), RandomDays(2), id="random days"),
    ],
)
def test_sessions_are_added_and_dropped(timing: Timing, more: Timing, fewer: Timing) -> None:
    plan = planned(service("group", timing))
    assert made(plan, AddSessions("group", (), (AT_9[FRI],)))[0].timing == more
    assert made(plan, DropSessions("group", (), (AT_9[MON],)))[0].timing == fewer


def test_time_that_is_not_divided_keeps_its_timing() -> None:
    undivided = Service("group", "Group", Modality.GROUP_THERAPY, TimePerWeek(60 * MINUTE))
    (changed,) = made(planned(undivided), DropSessions("group", (), (AT_9[MON],)))
    assert changed == undivided


def test_more_than_21_sessions_a_week_can_be_had() -> None:
    every = [Slot(day, time(hour)) for day in Weekday for hour in (11, 13, 15)]
    plan = planned(service("group", PerWeek(21, tuple(every))))
    (more,) = made(plan, AddSessions("group", (), (Slot(MON, time(18)),)))
    assert more.timing == Weekly((*every, Slot(MON, time(18))))


def test_a_moved_session_leaves_behind_what_stood_against_its_old_day() -> None:
    notes = tuple(
        PlanNote(matter, name, day)
        for matter, name, day in (
            (NoteSubject.NO_OPEN_TIME, "group", MON),
            (NoteSubject.OUTSIDE_HOURS, "group", WED),
            (NoteSubject.OUTSIDE_HOURS, "own-1", MON),
        )
    )
    plan = evolve(planned(service("group")), notes=notes)
    revision = MoveSession("group", (), AT_9[MON], AT_9[TUE])
    assert made(plan, revision)[0].timing == Weekly((AT_9[TUE], AT_9[WED]))
    assert revise(plan, revision).notes == notes[1:]


@pytest.mark.parametrize(
    ("weeks", "timing"),
    [(1, Weekly((AT_9[MON],))), (3, EveryWeeks(3, slots=(AT_9[MON],)))],
)
def test_a_rare_service_is_held_oftener(weeks: int, timing: Timing) -> None:
    plan = planned(service("group", InAll(1, (AT_9[MON],))))
    assert made(plan, HoldOftener("group", (), weeks, AT_9[MON]))[0].timing == timing


def test_days_of_review_come_in_order() -> None:
    first, second, third = (
        Milestone(MilestoneKind.REVIEW, START + timedelta(days=n)) for n in (7, 14, 21)
    )
    plan = evolve(planned(service("group")), milestones=(second,))
    assert revise(plan, AddMilestones((third, first))).milestones == (first, second, third)


def test_a_cap_holds_in_every_phase_and_for_one_service() -> None:
    plan = planned(evolve(service("group"), group_min=8, group_max=16), phases=2)
    assert {(s.group_min, s.group_max) for s in made(plan, CapGroups("group", 6))} == {(6, 6)}
    assert {(s.group_min, s.group_max) for s in made(plan, CapGroups("group", 10))} == {(8, 10)}
    assert {s.group_max for s in made(plan, CapGroups("group", 10), "own-1")} == {None}
    bare = planned(service("group"))
    assert [(s.group_min, s.group_max) for s in made(bare, CapGroups("group", 6))] == [(None, 6)]


# Phases.


def test_a_service_of_all_phases_becomes_one_of_each_where_some_differ() -> None:
    plan = planned(service("group"), service("other", Weekly((AT_9[TUE],))), phases=3)
    changed = revise(plan, ShortenSessions("group", ("phase-2",), 10 * MINUTE)).program
    assert [s.name for s in changed.services] == ["other"]
    assert [[s.name for s in phase.services] for phase in changed.phases] == [
        ["group", f"own-{n}"] for n in (1, 2, 3)
    ]
    lengths = [phase.services[0].duration for phase in changed.phases]
    assert lengths == [60 * MINUTE, 50 * MINUTE, 60 * MINUTE]
    # Sessions keep their numbers, days and times.
    before, after = (timetable(each, MON) for each in (plan.program, changed))
    assert sorted((e.service.name, e.number, e.minute) for e in before) == sorted(
        (e.service.name, e.number, e.minute) for e in after
    )


def test_a_service_of_some_phases_changes_there_alone() -> None:
    plan = planned(service("group"), phases=2)
    changed = revise(plan, ShortenSessions("own-1", (), 10 * MINUTE)).program
    assert changed.services == plan.program.services
    assert changed.phases[1] == plan.program.phases[1]
    assert changed.phases[0].services[0].duration == 50 * MINUTE


# All.

EACH: list[tuple[Revision, str]] = [
    (
        LengthenSessions(
            "group", ("phase-1",), 30 * MINUTE, ((AT_9[MON], Slot(MON, time(8, 30))),)
        ),
        "group in phase-1: each session 30 minutes longer; monday 09:00 begins at 08:30",
    ),
    (LengthenSessions("group", (), MINUTE), "group: each session 1 minute longer"),
    (ShortenSessions("group", (), 5 * MINUTE), "group: each session 5 minutes shorter"),
    (
        AddSessions("group", (), (AT_9[TUE], AT_9[FRI])),
        "group: also on tuesday 09:00, friday 09:00",
    ),
    (DropSessions("group", (), (AT_9[WED],)), "group: no longer on wednesday 09:00"),
    (
        MoveSession("group", ("phase-1", "phase-2"), AT_9[MON], AT_9[TUE]),
        "group in phase-1, phase-2: on tuesday 09:00 in place of monday 09:00",
    ),
    (HoldOftener("group", (), 1, AT_9[MON]), "group: every week, on monday 09:00"),
    (HoldOftener("group", (), 4, AT_9[MON]), "group: every 4 weeks, on monday 09:00"),
    (
        AddMilestones((Milestone(MilestoneKind.REVIEW, START),)),
        "plan review by 2026-01-05",
    ),
    (CapGroups("group", 12), "group: at most 12 patients"),
]


@pytest.mark.parametrize(("revision", "words"), EACH, ids=[words for _, words in EACH])
def test_a_revision_says_what_it_does_and_takes_the_signatures(
    revision: Revision, words: str
) -> None:
    signed = (Signature(Signer.PHYSICIAN, START),)
    plan = evolve(planned(service("group"), phases=3), signatures=signed)
    changed = revise(plan, revision)
    assert revision.words == words
    assert repr(revision) == f"{type(revision).__name__}(...)"
    assert changed.signatures == ()
    assert revise(evolve(plan, signatures=None), revision).signatures is None
    same: dict[str, Any] = {"program": plan.program, "milestones": (), "signatures": ()}
    assert evolve(changed, **same) == evolve(plan, **same)
