"""Proposals: what is proposed for known plans, and that nothing smaller would do."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache, reduce
from importlib.resources import files
from itertools import combinations, islice
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from iopkit import Patient, find_program, find_requirements, from_json, from_toml
from iopkit.checks import ChangeSize, Proposal, Proposals, WhyRemaining, check, propose
from iopkit.errors import InvalidError, NotInForceError
from iopkit.groups import Group
from iopkit.levels import AgeGroup
from iopkit.modalities import Delivery, Modality
from iopkit.plans import (
    AddMilestones,
    AddSessions,
    CapGroups,
    DropSessions,
    GroupMembership,
    HoldOftener,
    Leave,
    LengthenSessions,
    MoveSession,
    Plan,
    SessionRevision,
    ShortenSessions,
    Signature,
    draft,
    revise,
)
from iopkit.programs import (
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    Phase,
    Program,
    RandomDays,
    Service,
    Slot,
    Timing,
    Weekly,
    slots_of,
)
from iopkit.reports import proposals_text
from iopkit.requirements import (
    Caseload,
    Counting,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LongestGap,
    MilestoneKind,
    PlanLength,
    PlanPart,
    Requirement,
    RequirementSet,
    Reviews,
    Signer,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.schedules import Schedule, plan_meetings, schedule
from iopkit.sites import Closure, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import DAY, Weekday, WeeklyWindows, clock_time, whole_minutes

pytestmark = pytest.mark.measured

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2026, 3, 2)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
GROUP = Modality.GROUP_THERAPY
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
MEDICARE = find_requirements("us-medicare-iop")
EXAMPLES = files("iopkit") / "examples"
PATIENT = from_json(Patient, (EXAMPLES / "patient.json").read_bytes())
CLINIC = from_toml(Site, (EXAMPLES / "site.toml").read_bytes())
SITE = Site("Elm", "UTC", WeeklyWindows.of(*(f"{day.title} 09:00-21:00" for day in Weekday)))


def rules(
    *demands: Demand,
    name: str = "rules",
    age_group: AgeGroup | None = None,
    end: date | None = None,
) -> RequirementSet:
    listed = tuple(
        Requirement(f"rule-{n}", "A rule.", demand, CODE, age_group)
        for n, demand in enumerate(demands, 1)
    )
    return RequirementSet(name, "Rules", Versions((Dated(date(2024, 1, 1), listed, CODE, end),)))


# North Carolina before 2026: at least 3 h a day, 3 days a week, no more than 2 days without
# service in a row, at most 19 h a week.
CAROLINA = rules(DailyHours(3 * HOUR), WeeklyDays(3), LongestGap(2), WeeklyHours(most=19 * HOUR))


def weekly(*slots: str) -> Weekly:
    return Weekly(tuple(map(Slot.parse, slots)))


def service(
    name: str,
    timing: Timing,
    minutes: int | None,
    modality: Modality = GROUP,
    **more: Any,
) -> Service:
    length = None if minutes is None else minutes * MINUTE
    return evolve(Service(name, name, modality, timing, length), **more)


def planned(*services: Service, weeks: int = 6, site: Site = SITE, **more: Any) -> Plan:
    program = Program("any", "Any", (Phase("only", "Only", weeks, services),))
    return evolve(Plan(KEY, KEY, site.name, program, MONDAY, 1), **more)


def only(proposals: Proposals) -> Proposal:
    (proposal,) = proposals.found
    assert proposals.complete
    return proposal


def usual(site: Site) -> Site:
    return evolve(site, holidays=None, closures=())


# Known plans.

EVENING = service("evening", weekly("monday 17:30", "tuesday 17:30", "thursday 17:30"), 210)
"""Monday, Tuesday and Thursday, 3.5 hours each: three days without from Thursday to Monday."""


def test_a_day_moves_where_three_days_in_a_row_have_no_service() -> None:
    first, second = propose(planned(EVENING), SITE, [CAROLINA]).found
    assert first.revisions == (
        MoveSession("evening", (), Slot(THU, time(17, 30)), Slot(FRI, time(17, 30))),
    )
    assert first.size == ChangeSize(0, days_moved=1, sessions=6)
    assert second.revisions == (AddSessions("evening", (), (Slot(FRI, time(17, 30)),)),)
    assert second.size == ChangeSize(6 * 210, sessions=6)
    assert all(not proposal.left for proposal in (first, second))


def test_a_moved_session_is_at_the_nearest_time_that_is_open_that_day() -> None:
    plan = draft(
        Program("any", "Any", (Phase("only", "Only", 6, (EVENING,)),)),
        PATIENT,
        CLINIC,
        start=MONDAY,
        seed=1,
    )
    first, _ = propose(plan, CLINIC, [CAROLINA]).found
    # On Fridays the clinic closes at 20:00.
    assert first.revisions == (
        MoveSession("evening", (), Slot(THU, time(17, 30)), Slot(FRI, time(16, 30))),
    )


@pytest.fixture(scope="module")
def matrix() -> Plan:
    return draft(find_program("matrix-16-week"), PATIENT, CLINIC, start=MONDAY, seed=2026)


def test_one_change_brings_matrix_to_nine_hours_and_two_take_less_time(matrix: Plan) -> None:
    proposals = propose(matrix, CLINIC, [MEDICARE])
    one, *two = proposals.found
    (more, dates) = one.revisions
    assert isinstance(more, AddSessions)
    assert (more.service, more.phases, len(more.slots)) == ("relapse-prevention", (), 3)
    # Three times 90 minutes in each of 16 weeks.
    assert (one.size.minutes, one.minutes_a_week) == (3 * 90 * 16, 270)
    assert isinstance(dates, AddMilestones)
    assert [(each.kind, (each.by - MONDAY).days) for each in dates.milestones] == [
        (MilestoneKind.CERTIFICATION, 0),
        (MilestoneKind.RECERTIFICATION, 60),
    ]
    # 170 minutes more in the first 4 weeks and 270 in the other 12 are just enough.
    assert [proposal.size.minutes for proposal in two] == [3920, 3920, 3920, 3920, 3960]
    assert 3920 == 170 * 4 + 270 * 12
    assert all(len(proposal.revisions) == 3 for proposal in two)
    lengthened = two[0].revisions[1]
    assert isinstance(lengthened, LengthenSessions)
    assert lengthened.service == "relapse-prevention"
    assert lengthened.phases == ("family-education", "social-support")
    assert lengthened.by == 135 * MINUTE
    # Goals and signatures are not settled yet.
    assert {left.why for left in proposals.left} == {WhyRemaining.UNKNOWN}
    assert proposals.complete


def test_nothing_reaches_nine_hours_where_there_is_no_time(matrix: Plan) -> None:
    free = WeeklyWindows.of("monday 17:30-20:00", "wednesday 18:30-20:00", "friday 17:30-20:00")
    plan = evolve(matrix, free=free)
    proposals = propose(plan, CLINIC, [MEDICARE])
    assert (proposals.found, proposals.wanted, proposals.complete) == ((), True, True)
    assert proposals.words == "No proposal of at most 2 changes to services."


@pytest.mark.parametrize(
    ("most", "revision", "minutes"),
    [
        pytest.param(10 * HOUR, ShortenSessions("evening", (), 10 * MINUTE), 180, id="10-h"),
        pytest.param(10 * HOUR + 29 * MINUTE, ShortenSessions("evening", (), MINUTE), 18, id="1-m"),
        pytest.param(HOUR, ShortenSessions("evening", (), 190 * MINUTE), 190 * 18, id="1-h"),
    ],
)
def test_sessions_are_shorter_where_there_is_too_much(
    most: timedelta, revision: ShortenSessions, minutes: int
) -> None:
    first = propose(planned(EVENING), SITE, [rules(WeeklyHours(most=most))]).found[0]
    assert first.revisions == (revision,)
    assert first.size == ChangeSize(minutes, sessions=18)


def test_a_session_is_dropped_where_shorter_ones_would_be_too_short() -> None:
    demands = rules(WeeklyHours(most=8 * HOUR), DailyHours(210 * MINUTE))
    proposal = only(propose(planned(EVENING), SITE, [demands]))
    assert proposal.revisions == (DropSessions("evening", (), (Slot(MON, time(17, 30)),)),)
    assert proposal.size == ChangeSize(6 * 210, sessions=6)


def test_two_kinds_of_changes_are_joined_where_one_is_not_enough() -> None:
    sets = [rules(WeeklyHours(most=10 * HOUR), name="hours"), CAROLINA]
    assert propose(planned(EVENING), SITE, sets, most_changes=1).found == ()
    proposal = only(propose(planned(EVENING), SITE, sets))
    kinds = {type(revision) for revision in proposal.revisions}
    assert kinds == {ShortenSessions, MoveSession}
    assert proposal.size == ChangeSize(180, days_moved=1, sessions=24)


def test_what_a_change_breaks_another_one_mends() -> None:
    # On one day a week alone; a second day closes the gap, and is too much at full length.
    group = service("group", weekly("monday 09:00"), 180)
    demands = rules(LongestGap(4), WeeklyHours(most=200 * MINUTE))
    first = propose(planned(group), SITE, [demands]).found[0]
    assert [type(revision) for revision in first.revisions] == [AddSessions, ShortenSessions]
    assert first.revisions[1] == ShortenSessions("group", (), 80 * MINUTE)


def test_a_rare_service_is_held_as_often_as_is_demanded() -> None:
    single = service("single", InAll(2, (Slot(MON, time(9)),)), 50, Modality.INDIVIDUAL_COUNSELING)
    plan = planned(EVENING, single, weeks=12)
    modalities = frozenset({Modality.INDIVIDUAL_COUNSELING})
    for demand, every, held in (
        (Frequency(modalities, 7), 1, 12),
        (Frequency(modalities, 20), 2, 6),
        (Frequency(modalities, 28), 4, 3),
        (Frequency(modalities), 4, 3),
    ):
        found = propose(plan, SITE, [rules(demand)]).found
        assert found[0].revisions == (HoldOftener("single", (), every, Slot(MON, time(9))),)
        assert found[0].size == ChangeSize((held - 2) * 50, sessions=held - 2)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        pytest.param(
            Slot(TUE, time(9)),
            [
                "single in one: every week, on monday 09:00",
                "single in two: every week, on tuesday 09:00",
            ],
            id="another day",
        ),
        pytest.param(Slot(TUE), [], id="no time"),
    ],
)
def test_a_rare_service_is_held_oftener_in_each_phase_at_its_own_time(
    second: Slot, words: list[str]
) -> None:
    phases = tuple(
        Phase(name, name, 4, (service("single", InAll(1, (slot,)), 50),))
        for name, slot in (("one", Slot(MON, time(9))), ("two", second))
    )
    plan = evolve(planned(EVENING), program=Program("any", "Any", phases))
    found = propose(plan, SITE, [rules(WeeklyServices(1))]).found
    assert [each.words for proposal in found for each in proposal.revisions] == words


def test_a_session_without_a_time_gets_one() -> None:
    plan = planned(service("group", Weekly((Slot(MON, time(9)), Slot(TUE))), 90))
    proposal = propose(plan, SITE, [rules(WeeklyHours(3 * HOUR))], most_changes=1).found[0]
    assert proposal.revisions == (MoveSession("group", (), Slot(TUE), Slot(MON, time(10, 30))),)


# What takes no time.


def test_dates_and_caps_are_changed_beside_and_not_counted() -> None:
    group = evolve(EVENING, group_min=8, group_max=16)
    demands = rules(
        Reviews(MilestoneKind.REVIEW, 14),
        GroupSize(12, frozenset({GROUP})),
        GroupSize(6, frozenset({GROUP})),
    )
    small = service("small", weekly("friday 09:00"), 60, group_max=6)
    proposal = only(propose(planned(group, small), SITE, [demands]))
    dates, cap = proposal.revisions
    assert isinstance(dates, AddMilestones)
    assert [(each.by - MONDAY).days for each in dates.milestones] == [14, 28]
    assert cap == CapGroups("evening", 6)
    assert proposal.size == ChangeSize()
    changed = proposal.plan.program.every_service[0]
    assert (changed.group_min, changed.group_max) == (6, 6)


def test_a_group_of_unknown_size_bars_no_other_change() -> None:
    phases = tuple(
        Phase(name, name, 2, (evolve(EVENING, duration=minutes * MINUTE),))
        for name, minutes in (("one", 180), ("two", 210))
    )
    plan = evolve(planned(EVENING), program=Program("any", "Any", phases))
    demands = rules(WeeklyHours(10 * HOUR), GroupSize(12, frozenset({GROUP})))
    first = propose(plan, SITE, [demands]).found[0]
    assert first.revisions[0] == LengthenSessions("evening", ("one",), 20 * MINUTE)
    assert {left.why for left in first.left} == {WhyRemaining.UNKNOWN}


def test_rules_that_are_assumed_to_be_in_force_are_met_by_the_same_changes() -> None:
    plan = planned(service("group", weekly("Monday 10:00", "Wednesday 10:00"), 90))
    demands = WeeklyHours(timedelta(hours=4)), Reviews(MilestoneKind.REVIEW, 14)
    asked, ended = rules(*demands), rules(*demands, end=plan.start)
    with pytest.raises(NotInForceError):
        propose(plan, SITE, [ended])
    found = propose(plan, SITE, [ended], assume_in_force=True)
    known = propose(plan, SITE, [asked], assume_in_force=True)
    assert [each.revisions for each in found.found] == [each.revisions for each in known.found]
    assert found.found
    assert "ASSUMED IN FORCE: in some weeks" in proposals_text(found)
    assert "ASSUMED" not in proposals_text(known)


def test_a_changed_plan_is_not_signed() -> None:
    written = rules(WrittenPlan(frozenset(), frozenset({Signer.PHYSICIAN})), name="written")
    signed = planned(EVENING, signatures=(Signature(Signer.PHYSICIAN, MONDAY),))
    proposals = propose(signed, SITE, [CAROLINA, written])
    assert proposals.left == ()
    assert all(proposal.plan.signatures == () for proposal in proposals.found)
    assert {left.why for left in proposals.found[0].left} == {WhyRemaining.NOT_BY_CHANGES}
    unsigned = propose(planned(EVENING), SITE, [CAROLINA, written])
    assert all(proposal.plan.signatures is None for proposal in unsigned.found)
    assert {left.why for left in unsigned.found[0].left} == {WhyRemaining.UNKNOWN}


# What is left.


@pytest.mark.parametrize(
    ("demand", "why"),
    [
        pytest.param(Caseload(24), WhyRemaining.UNKNOWN, id="unknown caseload"),
        pytest.param(PlanLength(most=28), WhyRemaining.NOT_BY_CHANGES, id="length of the plan"),
        pytest.param(
            WrittenPlan(frozenset({PlanPart.PROBLEMS})), WhyRemaining.NOT_BY_CHANGES, id="problems"
        ),
        pytest.param(
            WrittenPlan(frozenset({PlanPart.GOALS})), WhyRemaining.UNKNOWN, id="no goals yet"
        ),
        pytest.param(
            Frequency(frozenset({Modality.FAMILY_SESSION}), 7),
            WhyRemaining.NO_SERVICE,
            id="no service",
        ),
        pytest.param(
            WeeklyHours(HOUR, counting=Counting(telehealth=False)),
            WhyRemaining.NO_SERVICE,
            id="away",
        ),
    ],
)
def test_what_no_change_meets_is_told_with_the_reason(demand: Demand, why: WhyRemaining) -> None:
    plan = evolve(planned(evolve(EVENING, delivery=Delivery.TELEHEALTH)), problems=())
    proposals = propose(plan, SITE, [rules(demand)])
    assert (proposals.found, proposals.wanted) == ((), False)
    assert {left.why for left in proposals.left} == {why}
    assert proposals.words == "Nothing is unmet that a change to the plan could meet."
    assert all(left.why.words for left in proposals.left)


def test_what_meets_as_a_group_is_not_changed_for_one_patient() -> None:
    own = (GroupMembership("evening", ("a",)),)
    alone = propose(planned(EVENING, groups=own), SITE, [CAROLINA])
    assert (alone.found, alone.wanted) == ((), False)
    assert {left.why for left in alone.left} == {WhyRemaining.OF_GROUPS}
    # What is not a group's is, for it.
    talk = service("talk", weekly("tuesday 09:00"), 180, Modality.INDIVIDUAL_COUNSELING)
    with_talk = propose(planned(EVENING, talk, groups=own), SITE, [CAROLINA])
    assert with_talk.found
    changed = {each.service for each in with_talk.found[0].revisions if hasattr(each, "service")}
    assert changed == {"talk"}


def test_a_plan_is_judged_by_the_meetings_of_its_group() -> None:
    slots = tuple(map(Slot.parse, ("monday 17:30", "tuesday 17:30", "thursday 17:30")))
    to_friday = f"{MONDAY + timedelta(days=3)} to {MONDAY + timedelta(days=4)} 09:00"
    group = Group("a", "evening", slots, 210 * MINUTE, 8, moves=(to_friday,))
    plan = planned(EVENING, groups=(GroupMembership("evening", ("a",)),), weeks=1)
    for meetings, unmet in ((), 1), (plan_meetings([plan], [group], SITE), 0):
        (judgment,) = propose(plan, SITE, [rules(LongestGap(2))], meetings=meetings).judgments
        assert len(judgment.that_are(Truth.NO)) == unmet


def test_too_large_a_caseload_is_left() -> None:
    site = evolve(SITE, patients_per_counselor=25)
    proposals = propose(planned(EVENING), site, [rules(Caseload(24), LongestGap(2))])
    assert {left.why for left in proposals.left} == {WhyRemaining.NOT_BY_CHANGES}
    assert [left.finding.requirement.name for left in proposals.found[0].left] == ["rule-1"]


def test_services_on_hold_are_no_ones_to_change() -> None:
    plan = planned(EVENING, service("other", weekly("friday 09:00"), 60), on_hold=("evening",))
    proposals = propose(plan, SITE, [rules(WeeklyHours(2 * HOUR))])
    assert (proposals.found, {left.why for left in proposals.left}) == ((), {WhyRemaining.UNKNOWN})
    held = planned(EVENING, on_hold=("evening",))
    missing = propose(held, SITE, [rules(WeeklyHours(20 * HOUR))])
    assert {left.why for left in missing.left} == {WhyRemaining.NO_SERVICE}


def test_an_unknown_age_leaves_it_open_what_is_required() -> None:
    adults = rules(WeeklyHours(20 * HOUR), age_group=AgeGroup.ADULT)
    assert {left.why for left in propose(planned(EVENING), SITE, [adults]).left} == {
        WhyRemaining.UNKNOWN
    }
    assert propose(planned(EVENING, age=30), SITE, [adults]).wanted
    assert not propose(planned(EVENING, age=15), SITE, [adults]).wanted


def test_lengths_that_are_not_known_are_not_guessed() -> None:
    plan = planned(EVENING, service("other", weekly("friday 09:00"), None))
    proposals = propose(plan, SITE, [rules(WeeklyHours(11 * HOUR))])
    assert proposals.found == ()
    assert {left.why for left in proposals.left} == {WhyRemaining.UNKNOWN}
    # No session is longer than a day: of this one even that would not be enough.
    more = propose(plan, SITE, [rules(WeeklyHours(35 * HOUR))]).found[0]
    assert more.revisions[0].words.startswith("evening: ")


def test_what_closures_take_is_told_and_not_made_up_for() -> None:
    closed = evolve(SITE, closures=(Closure(date(2026, 3, 9), date(2026, 3, 16), "flood"),))
    hours = rules(WeeklyHours(9 * HOUR))
    met = propose(planned(EVENING), closed, [hours])
    assert (met.found, met.wanted) == ((), False)
    assert [(left.finding.week, left.why) for left in met.left] == [(2, WhyRemaining.CLOSED)]
    unmet = propose(planned(EVENING), closed, [rules(WeeklyHours(11 * HOUR))])
    assert unmet.left == ()
    assert [(left.finding.week, left.why) for left in unmet.found[0].left] == [
        (2, WhyRemaining.CLOSED)
    ]


def test_what_a_leave_takes_is_told_and_the_leave_is_kept() -> None:
    week = Leave(date(2026, 3, 9), date(2026, 3, 16))
    plan = evolve(planned(EVENING), leaves=(week,))
    met = propose(plan, SITE, [rules(WeeklyHours(9 * HOUR))])
    assert [(left.finding.week, left.why) for left in met.left] == [(2, WhyRemaining.CLOSED)]
    unmet = propose(plan, SITE, [rules(WeeklyHours(11 * HOUR))])
    assert unmet.found[0].plan.leaves == (week,)
    assert [(left.finding.week, left.why) for left in unmet.found[0].left] == [
        (2, WhyRemaining.CLOSED)
    ]


def test_dates_go_up_to_the_end_that_a_leave_extends_the_plan_to() -> None:
    away = Leave(date(2026, 3, 9), date(2026, 3, 23), extends=True)
    plan = evolve(planned(EVENING), leaves=(away,))
    proposal = only(propose(plan, SITE, [rules(Reviews(MilestoneKind.REVIEW, 14))]))
    (dates,) = proposal.revisions
    assert isinstance(dates, AddMilestones)
    assert [(each.by - MONDAY).days for each in dates.milestones] == [14, 28, 42]
    assert proposal.left == ()


# Limits.


def test_the_end_of_a_search_is_told() -> None:
    cut = propose(planned(EVENING), SITE, [CAROLINA], most_steps=1)
    assert (cut.found, cut.complete) == ((), False)
    assert cut.words == (
        "No proposal of at most 2 changes to services so far: the search ended at its limit after "
        "1 plan, and others may be smaller."
    )
    whole = propose(planned(EVENING), SITE, [CAROLINA], most_changes=1)
    assert whole.words == "2 proposals of at most 1 change to services."
    assert whole.complete


def _crowded(services: int) -> Plan:
    """Two phases of so many half hours a week, of which few count."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    phases = tuple(
        Phase(
            f"phase-{number}",
            "Any",
            4,
            tuple(
                Service(
                    f"service-{n}",
                    "Any",
                    list(Modality)[n % 6],
                    Weekly((Slot.parse(f"{days[n % 5]} {9 + n // 5 + 2 * number:02}:00"),)),
                    HOUR / 2,
                )
                for n in range(services)
            ),
        )
        for number in range(2)
    )
    return evolve(planned(EVENING), program=Program("crowded", "Crowded", phases))


def test_a_search_ends_by_the_steps_that_it_takes() -> None:
    plan, asked = _crowded(6), rules(WeeklyHours(14 * HOUR))
    seen = [propose(plan, SITE, [asked], most_steps=most) for most in (1, 8_000, 40_000)]
    assert not any(each.complete for each in seen)
    assert [each.tried for each in seen] == sorted(each.tried for each in seen)
    last = seen[-1]
    assert last.unseen > 0
    assert f"with {last.unseen} changes not looked at" in last.words


def test_what_is_proposed_within_the_limit_is_what_is_proposed_without() -> None:
    whole = propose(planned(EVENING), SITE, [CAROLINA], most_changes=1)
    some = propose(planned(EVENING), SITE, [CAROLINA], most_changes=1, most_steps=10**9)
    assert some == whole


@pytest.mark.parametrize("most", [0, 5])
def test_limits_are_kept(most: int) -> None:
    with pytest.raises(InvalidError, match="most_changes"):
        propose(planned(EVENING), SITE, [CAROLINA], most_changes=most)
    with pytest.raises(InvalidError, match="most_steps"):
        propose(planned(EVENING), SITE, [CAROLINA], most_steps=0)
    with pytest.raises(InvalidError, match="site"):
        propose(planned(EVENING), evolve(SITE, name="Oak"), [CAROLINA])
    with pytest.raises(NotInForceError):
        propose(planned(EVENING, start=date(2020, 1, 6)), SITE, [CAROLINA])


def test_nothing_of_a_patient_is_shown() -> None:
    proposals = propose(planned(EVENING), SITE, [CAROLINA])
    assert repr(proposals) == "Proposals(...)"
    assert repr(proposals.found[0]) == "Proposal(...)"
    assert repr(proposals.found[0].revisions[0]) == "MoveSession(...)"


# An oracle that tries everything in a small world: sessions and open hours of some minutes.


@frozen
class Part:
    """A service in some phases: their names, none if these are all, and what they have of it."""

    plan: Plan
    name: str
    phases: tuple[str, ...]
    run: list[Phase]

    @property
    def held(self) -> list[Service]:
        every = (s for phase in self.run for s in self.plan.program.services_in(phase))
        return [each for each in every if each.name == self.name]

    @property
    def slots(self) -> list[Slot]:
        return sorted({slot for each in self.held for slot in slots_of(each.timing)})

    @property
    def common(self) -> list[Slot]:
        return [s for s in self.slots if all(s in slots_of(each.timing) for each in self.held)]

    @property
    def lengths(self) -> list[int]:
        return [whole_minutes(each.duration or timedelta(0)) for each in self.held]

    @property
    def weeks(self) -> list[int]:
        return [phase.laid_weeks for phase in self.run]

    def taken(self, but: Iterable[Slot]) -> set[int]:
        """Minutes of the week that services take, but for some of its own slots."""
        minutes = set[int]()
        for phase in self.run:
            for each in self.plan.program.services_in(phase):
                for slot in slots_of(each.timing):
                    if each.name != self.name or slot not in but:
                        minutes |= span(slot, whole_minutes(each.duration or timedelta(0)))
        return minutes


def parts(plan: Plan) -> Iterator[Part]:
    """Each service in each run of phases that have it."""
    program = plan.program
    for name in {each.name for each in program.every_service}:
        held = [p for p in program.phases if name in {s.name for s in program.services_in(p)}]
        for low, high in combinations(range(len(held) + 1), 2):
            run = held[low:high]
            yield Part(plan, name, () if run == held else tuple(p.name for p in run), run)


def span(slot: Slot, length: int) -> set[int]:
    """Minutes of the week from a slot on."""
    start = slot.start or time(0)
    first = slot.day * DAY + start.hour * 60 + start.minute
    return set(range(first, first + length))


def place(site: Site, taken: set[int], day: Weekday, length: int, near: time) -> Slot | None:
    """The nearest place on a day, found minute by minute."""
    pause = whole_minutes(site.break_between)
    wanted = near.hour * 60 + near.minute
    for start in sorted(range(DAY - length + 1), key=lambda at: (abs(at - wanted), at)):
        around = range(day * DAY + start - pause, day * DAY + start + length + pause)
        inside = any(low <= start and start + length <= high for low, high in site.hours.on(day))
        if inside and taken.isdisjoint(around):
            return Slot(day, clock_time(start))
    return None


Change = tuple[SessionRevision, int, int]
"""A revision, the minutes that it changes over the plan, and the days that it moves."""


def every_change(plan: Plan, site: Site) -> Iterator[Change]:
    """All that can be done to one service in some phases."""
    for part in parts(plan):
        yield from other_lengths(part, site)
        yield from other_slots(part, site)


def other_lengths(part: Part, site: Site) -> Iterator[Change]:
    pairs = zip(part.held, part.weeks, strict=True)
    sessions = sum(len(slots_of(each.timing)) * weeks for each, weeks in pairs)
    others = part.taken(part.slots)
    for by in range(1, 15):
        starts = longer_starts(site, others, part.slots, max(part.lengths) + by)
        if starts is not None:
            longer = LengthenSessions(part.name, part.phases, by * MINUTE, starts)
            yield longer, by * sessions, 0
    for by in range(1, min(part.lengths)):
        yield ShortenSessions(part.name, part.phases, by * MINUTE), by * sessions, 0


def other_slots(part: Part, site: Site) -> Iterator[Change]:
    length = max(part.lengths)
    a_slot = sum(map(int.__mul__, part.lengths, part.weeks))
    for some in subsets(part.common, min(len(slots_of(s.timing)) for s in part.held) - 1):
        yield DropSessions(part.name, part.phases, some), len(some) * a_slot, 0
    near = part.slots[0].start or time(0)
    places = [place(site, part.taken(()), day, length, near) for day in Weekday]
    for some in subsets([slot for slot in places if slot], 7):
        yield AddSessions(part.name, part.phases, some), len(some) * a_slot, 0
    first = part.plan.start.weekday()
    for slot in part.common:
        for day in set(Weekday) - {slot.day}:
            to = place(site, part.taken([slot]), day, length, slot.start or time(0))
            if to is not None:
                moved = abs((day - first) % 7 - (slot.day - first) % 7)
                yield MoveSession(part.name, part.phases, slot, to), 0, moved


def subsets(slots: list[Slot], most: int) -> Iterator[tuple[Slot, ...]]:
    for count in range(1, min(most, len(slots)) + 1):
        yield from combinations(slots, count)


def longer_starts(
    site: Site, others: set[int], slots: list[Slot], length: int
) -> tuple[tuple[Slot, Slot], ...] | None:
    """Where sessions of a new length begin, one after the other; ``None``: they do not fit."""
    new = {slot: slot for slot in slots}
    for slot in slots:
        own = set[int]().union(*(span(new[each], length) for each in slots if each != slot))
        found = place(site, others | own, slot.day, length, slot.start or time(0))
        if found is None:
            return None
        new[slot] = found
    return tuple((old, to) for old, to in new.items() if old != to)


@lru_cache(maxsize=10_000)  # two changes give one plan in either order
def is_met(plan: Plan, site: Site, demands: RequirementSet) -> bool:
    """Whether all is met, and every session is where the plan has it."""
    dated = schedule(plan, site)
    elsewhere = [*dated.unplaced, *(each for each in dated.sessions if each.moved)]
    return not elsewhere and all(f.truth is Truth.YES for f in check(dated, demands, site=site))


World = tuple[Plan, Site, RequirementSet]


@st.composite
def worlds(draw: st.DrawFn, *, most_days: int, most_phases: int, most_demands: int) -> World:
    """One service or two on different days, in one phase or two, and a few demands."""
    days = draw(st.lists(st.sampled_from(Weekday), min_size=2, max_size=most_days, unique=True))
    hours = WeeklyWindows(
        tuple((day * DAY + 600, day * DAY + 600 + draw(st.integers(5, 12))) for day in days)
    )
    site = Site("Elm", "UTC", hours, break_between=draw(st.integers(0, 1)) * MINUTE)
    taken = draw(st.permutations(days))
    count = draw(st.integers(1, len(days)))
    cut = draw(st.integers(1, count))
    groups = [part for part in (taken[:cut], taken[cut:count]) if part]
    services = tuple(
        service(
            f"group-{n}",
            Weekly(tuple(Slot(day, time(10)) for day in part)),
            draw(st.integers(2, 4)),
        )
        for n, part in enumerate(groups)
    )
    weeks = draw(st.lists(st.integers(1, 2), min_size=1, max_size=most_phases))
    phases = tuple(Phase(f"phase-{n}", "A phase", number) for n, number in enumerate(weeks))
    start = MONDAY + draw(st.integers(0, 6)) * timedelta(days=1)
    minutes = st.integers(2, 24).map(lambda n: n * MINUTE)
    demands: st.SearchStrategy[Demand] = st.one_of(
        st.builds(WeeklyHours, least=minutes),
        st.builds(WeeklyHours, most=minutes),
        st.builds(WeeklyHours, least=minutes, averaged=st.just(True)),
        st.builds(DailyHours, st.integers(2, 8).map(lambda n: n * MINUTE)),
        st.builds(WeeklyDays, st.integers(1, 4)),
        st.builds(WeeklyServices, st.integers(1, 5)),
        st.builds(LongestGap, st.integers(0, 5)),
        st.builds(Frequency, st.just(frozenset({GROUP})), st.integers(2, 9)),
    )
    chosen = draw(st.lists(demands, min_size=1, max_size=most_demands))
    program = Program("any", "Any", phases, services)
    return Plan(KEY, KEY, "Elm", program, start, 1), site, rules(*chosen)


def sizes(proposals: Proposals) -> list[tuple[int, int]]:
    """Minutes and days moved of each proposal."""
    assert proposals.complete
    return [(each.size.minutes, each.size.days_moved) for each in proposals.found]


def least(world: World, plan: Plan) -> tuple[int, int] | None:
    """The fewest minutes, and then days moved, of one change after which all is met."""
    _, site, demands = world
    return min(
        (
            (minutes, days)
            for change, minutes, days in every_change(plan, site)
            if is_met(revise(plan, change), site, demands)
        ),
        default=None,
    )


@given(worlds(most_days=5, most_phases=2, most_demands=2))
def test_no_single_change_is_smaller_than_the_one_proposed(world: World) -> None:
    proposals = propose(world[0], world[1], [world[2]], most_changes=1)
    if is_met(*world):
        assert (proposals.found, proposals.wanted) == ((), False)
    else:
        assert next(iter(sizes(proposals)), None) == least(world, world[0])


@given(worlds(most_days=3, most_phases=1, most_demands=3))
def test_no_two_changes_are_smaller_than_the_ones_proposed(world: World) -> None:
    plan, site, demands = world
    proposals = propose(plan, site, [demands], most_steps=10**9)
    if is_met(*world) or least(world, plan) is not None:
        assert not proposals.wanted or len(proposals.found[0].revisions) == 1
        return
    pairs = [
        (first[0] + second[0], first[1] + second[1])
        for change, *first in every_change(plan, site)
        if (second := least(world, revise(plan, change))) is not None
    ]
    assert next(iter(sizes(proposals)), None) == min(pairs, default=None)


@st.composite
def timetables(draw: st.DrawFn) -> World:
    """Plans of several services of every timing, with what site and patient have free."""
    names = iter(("one", "two", "three", "four"))
    timings = st.one_of(
        st.lists(st.sampled_from(Weekday), min_size=1, max_size=3, unique=True).map(
            lambda days: Weekly(tuple(Slot(day) for day in days))
        ),
        st.builds(PerWeek, st.integers(1, 4)),
        st.builds(InAll, st.integers(1, 5)),
        st.builds(EveryWeeks, st.integers(2, 3)),
        st.builds(Once),
        st.builds(RandomDays, st.integers(1, 2)),
    )

    def some(most: int) -> tuple[Service, ...]:
        listed = islice(names, draw(st.integers(1, most)))
        modalities = st.sampled_from([GROUP, Modality.INDIVIDUAL_COUNSELING])
        return tuple(
            service(name, draw(timings), draw(st.integers(3, 12)) * 15, draw(modalities))
            for name in listed
        )

    phases = tuple(
        Phase(f"phase-{n}", "A phase", draw(st.integers(1, 3)), some(1))
        for n in range(draw(st.integers(1, 2)))
    )
    program = Program("any", "Any", phases, some(2))
    windows = st.lists(st.sampled_from(Weekday), min_size=3, max_size=6, unique=True)
    hours = WeeklyWindows.of(*(f"{day.title} 09:00-17:00" for day in draw(windows)))
    site = Site("Elm", "UTC", hours, break_between=draw(st.sampled_from([0, 10])) * MINUTE)
    free = WeeklyWindows.of(*(f"{day.title} 08:00-15:00" for day in draw(windows)))
    patient = Patient(KEY, availability=free, obligations=())
    plan = draft(program, patient, site, start=MONDAY, seed=draw(st.integers(0, 9)))
    demands: st.SearchStrategy[Demand] = st.one_of(
        st.builds(WeeklyHours, least=st.integers(1, 15).map(lambda n: n * HOUR)),
        st.builds(WeeklyHours, most=st.integers(1, 15).map(lambda n: n * HOUR)),
        st.builds(DailyHours, st.integers(1, 4).map(lambda n: n * HOUR)),
        st.builds(WeeklyDays, st.integers(1, 4)),
        st.builds(WeeklyServices, st.integers(1, 8)),
        st.builds(LongestGap, st.integers(1, 5)),
        st.builds(Frequency, st.just(frozenset({GROUP})), st.integers(3, 20) | st.none()),
    )
    return plan, site, rules(*draw(st.lists(demands, min_size=1, max_size=2)))


@given(timetables())
def test_a_proposed_plan_meets_all_and_keeps_all_else(world: World) -> None:
    plan, site, demands = world
    before = schedule(plan, site)
    for proposal in propose(plan, site, [demands]).found:
        assert reduce(revise, proposal.revisions, plan) == proposal.plan
        after = schedule(proposal.plan, site)
        unknown = [f for f in check(before, demands) if f.truth is Truth.UNKNOWN]
        found = check(after, demands)
        assert sum(f.truth is Truth.UNKNOWN for f in found) <= len(unknown)
        unmet = [f for f in found if f.truth is Truth.NO]
        assert unmet == [
            left.finding for left in proposal.left if left.why is WhyRemaining.NO_SERVICE
        ]
        assert len(after.unplaced) <= len(before.unplaced)
        # All but the program is the same, and services that no revision names are so, too.
        assert evolve(proposal.plan, program=plan.program, notes=plan.notes) == plan
        named = {revision.service for revision in proposal.revisions}  # type: ignore[union-attr]
        assert times(before, but=named) == times(after, but=named)
        new = set(times(after)) - set(times(before))
        windows = site.hours & (plan.free or site.hours)
        for start, length, _ in new:
            assert windows.covers(Weekday(start.weekday()), start.time(), length)


def times(dated: Schedule, *, but: Iterable[str] = ()) -> list[tuple[datetime, timedelta, str]]:
    """Start, length and service of each session that is on no random day."""
    return [
        (each.start, each.duration, each.service)
        for each in dated.sessions
        if each.service not in but and not isinstance(dated.service(each).timing, RandomDays)
    ]


@given(timetables())
def test_proposals_are_in_order_and_more_changes_take_less_time(world: World) -> None:
    plan, site, demands = world
    one = propose(plan, site, [demands], most_changes=1)
    two = propose(plan, site, [demands])
    assert two.found[: len(one.found)] == one.found
    order = [(len(each.revisions), each.size) for each in two.found]
    assert order == sorted(order)
    more = [each.size.minutes for each in two.found[len(one.found) :]]
    assert not one.found or all(m < min(e.size.minutes for e in one.found) for m in more)
    assert two == propose(plan, site, [demands])
