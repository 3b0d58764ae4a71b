"""Fitting: which programs come first for a patient, and why."""

from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import find_program, find_requirements
from iopkit.checks import Fit, check, fits, judge
from iopkit.errors import InvalidError, NotInForceError
from iopkit.groups import Group
from iopkit.levels import AgeGroup
from iopkit.modalities import Modality
from iopkit.needs import Need
from iopkit.patients import Patient
from iopkit.plans import NoteKind, NoteSubject, draft
from iopkit.programs import PerWeek, Phase, Program, Service, Slot, Times, Track, Weekly
from iopkit.reports import plan_text
from iopkit.requirements import (
    Caseload,
    DailyHours,
    Demand,
    MilestoneKind,
    Requirement,
    RequirementSet,
    Reviews,
    WeeklyHours,
    WrittenPlan,
)
from iopkit.schedules import schedule
from iopkit.sites import Closure, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

pytestmark = pytest.mark.measured

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2026, 3, 2)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
DAYS = WeeklyWindows.of(*(f"{day.title} 09:00-21:00" for day in Weekday))
SITE = Site("Elm", "UTC", DAYS, provides=frozenset(Need))
PATIENT = Patient(KEY, date(1984, 5, 17), availability=DAYS, obligations=())


def rules(*demands: Demand, name: str = "rules", end: date | None = None) -> RequirementSet:
    listed = tuple(
        Requirement(f"rule-{n}", "A rule.", demand, CODE) for n, demand in enumerate(demands, 1)
    )
    return RequirementSet(name, "Rules", Versions((Dated(date(2024, 1, 1), listed, CODE, end),)))


NINE_HOURS = rules(WeeklyHours(9 * HOUR))


def program(
    name: str,
    minutes: int | None,
    *days: Weekday,
    at: time | None = time(9),
    weeks: int | None = 2,
    **more: Any,
) -> Program:
    """A group on some days, on Monday, Wednesday and Friday if none is named."""
    slots = tuple(Slot(day, at) for day in days or (MON, WED, FRI))
    length = None if minutes is None else minutes * MINUTE
    group = Service("group", "Group", Modality.GROUP_THERAPY, Weekly(slots), length)
    return evolve(Program(name, name, (Phase("only", "Only", weeks, (group,)),)), **more)


def ranked(*programs: Program, **more: Any) -> tuple[Fit, ...]:
    asked: dict[str, Any] = {"site": SITE, "patient": PATIENT, "requirements": [NINE_HOURS], **more}
    return fits(
        programs,
        asked.pop("patient"),
        asked.pop("site"),
        asked.pop("requirements"),
        start=MONDAY,
        seed=1,
        **asked,
    )


# The rank.

ENOUGH = program("enough", 180)
# In each pair the first fits better, by one figure alone; names would have it otherwise.
PAIRS = {
    "another age group before no plan": (
        program("z", 60, age_group=AgeGroup.ADOLESCENT),
        program("a", 180, weeks=None),
    ),
    "much that is unmet before another age group": (
        program("z", 60),
        program("a", 180, age_group=AgeGroup.ADOLESCENT),
    ),
    "undetermined before unmet": (program("z", None), program("a", 179)),
    "little that is unmet before much": (program("z", 170), program("a", 160)),
    "met before undetermined": (program("z", 180), program("a", None)),
    "outside the hours but met before undetermined": (
        program("z", 180, at=time(19)),
        program("a", None),
    ),
    "no collision before one": (program("z", 180), program("a", 180, MON, TUE, WED, at=time(6))),
}


@pytest.mark.parametrize(("better", "worse"), PAIRS.values(), ids=PAIRS.keys())
def test_what_decides(better: Program, worse: Program) -> None:
    first, second = ranked(worse, better)
    assert (first.program, second.program) == (better, worse)
    assert first.standing < second.standing


def test_unmet_hours_are_weighed_by_the_week_and_not_by_the_length_of_the_plan() -> None:
    long, short = program("long", 175, weeks=12), program("short", 170, weeks=2)
    assert [fit.program.name for fit in ranked(short, long)] == ["long", "short"]
    assert [fit.standing.minutes_off for fit in ranked(short, long)] == [15, 30]


def test_fewer_unplaced_and_moved_sessions_rank_higher() -> None:
    site = evolve(SITE, closures=(Closure(MONDAY, date(2026, 3, 3), "holiday"),))
    thrice, moved = program("z", 300, TUE, WED, FRI), program("a", 300)
    fit, other = ranked(moved, thrice, site=site)
    assert (fit.program.name, other.program.name) == ("z", "a")
    assert (fit.standing.moved, other.standing.moved) == (0, 1)
    assert "1 session moved" in other.reasons
    week = evolve(SITE, closures=(Closure(MONDAY, date(2026, 3, 9), "flood"),))
    (away,) = ranked(thrice, site=week)
    assert away.standing.unplaced == 3
    assert away.reasons == ("unmet: rules, rule-1, 1 of 2", "3 sessions without a place")


def test_of_equals_the_name_decides() -> None:
    first, second = (evolve(ENOUGH, name=name) for name in ("a", "b"))
    for listed in ((first, second), (second, first)):
        assert [fit.program.name for fit in ranked(*listed)] == ["a", "b"]


def test_questions_are_told_and_decide_last() -> None:
    asking = Patient(KEY, date(1984, 5, 17), availability=DAYS)
    (fit,) = ranked(ENOUGH, patient=asking)
    (sure,) = ranked(ENOUGH)
    assert fit.standing.questions > sure.standing.questions
    assert fit.reasons[-1] == "1 question"
    assert sure.standing < fit.standing


def counted(fit: Fit) -> tuple[object, ...]:
    """The figures that rank a fit, from its plan and its findings alone."""
    assert fit.plan is not None
    assert fit.schedule is not None
    findings = [f for each in (NINE_HOURS, SIX) for f in check(fit.schedule, each, site=SITE)]
    unmet = [f for f in findings if f.truth is Truth.NO]
    kinds = [note.matter.kind for note in fit.plan.notes]
    return (
        any(note.matter is NoteSubject.OTHER_AGE_GROUP for note in fit.plan.notes),
        len({f.requirement for f in unmet}),
        sum(f.shortfall + f.excess for f in unmet) / fit.plan.weeks,
        len({f.requirement for f in findings if f.truth is Truth.UNKNOWN}),
        kinds.count(NoteKind.COLLISION),
        len(fit.schedule.unplaced),
        sum(session.moved is not None for session in fit.schedule.sessions),
        kinds.count(NoteKind.QUESTION),
        fit.program.name,
    )


SIX = rules(DailyHours(2 * HOUR), WeeklyHours(most=12 * HOUR), name="six")
SOME = st.builds(
    program,
    st.sampled_from(["a", "b", "c"]),
    st.none() | st.sampled_from([60, 120, 180, 240, 300]),
    st.sampled_from([MON, TUE]),
    st.sampled_from([WED, THU]),
    st.sampled_from([FRI, SAT]),
    at=st.none() | st.sampled_from([time(6), time(9), time(18)]),
    weeks=st.integers(1, 3),
    age_group=st.none() | st.sampled_from(AgeGroup),
)


@given(st.lists(SOME, max_size=4, unique_by=lambda each: each.name))
def test_programs_are_in_the_order_of_figures_worked_out_apart(programs: list[Program]) -> None:
    found = ranked(*programs, requirements=[NINE_HOURS, SIX])
    assert sorted(f.program.name for f in found) == sorted(p.name for p in programs)
    for first, second in pairwise(found):
        assert counted(first) < counted(second)
    assert found == ranked(*reversed(programs), requirements=[NINE_HOURS, SIX])


# Plans and tracks.


def test_each_fit_is_the_plan_that_drafting_gives_and_what_is_found_of_it() -> None:
    reviewed = rules(Reviews(MilestoneKind.REVIEW, 7), name="reviewed")
    (fit,) = ranked(ENOUGH, requirements=[NINE_HOURS, reviewed])
    plan = draft(ENOUGH, PATIENT, SITE, start=MONDAY, seed=1, requirements=[NINE_HOURS, reviewed])
    assert fit.plan == plan
    assert fit.schedule == schedule(plan, SITE)
    assert fit.judgments == judge(schedule(plan, SITE), [NINE_HOURS, reviewed], SITE)
    assert [judgment.truth for judgment in fit.judgments] == [Truth.YES, Truth.YES]
    assert fit.reasons == ("meets all that a program decides",)


def test_each_track_is_looked_at_by_itself() -> None:
    day, evening = (
        evolve(program(name, minutes, at=at).every_service[0], track=name)
        for name, minutes, at in (("day", 170, time(9)), ("evening", 180, time(18)))
    )
    tracks = (Track("day", "Day"), Track("evening", "Evening"))
    both = Program("both", "Both", (Phase("only", "Only", 2, (day, evening)),), tracks=tracks)
    first, second = ranked(both)
    assert (first.track, second.track) == (tracks[1], tracks[0])
    assert first.plan is not None
    assert first.plan.track == "evening"


def test_a_length_that_is_not_stated_is_not_made_up() -> None:
    open_ended = program("open", 180, weeks=None)
    last = ranked(ENOUGH, open_ended)[-1]
    assert (last.program, last.plan, last.truth) == (open_ended, None, Truth.UNKNOWN)
    assert last.judgments == ()
    assert last.standing.unjudged
    assert last.reasons == (
        (
            "no plan: it takes weeks for 'only', whose length the program does not state "
            "(phase_weeks, or --weeks only=N): what follows is dated from its end"
        ),
    )
    (given_weeks,) = ranked(open_ended, phase_weeks={"only": 5})
    assert given_weeks.plan is not None
    assert given_weeks.plan.weeks == 5


def test_a_rate_is_for_the_programs_that_leave_it_open() -> None:
    group = ENOUGH.phases[0].services[0]
    ranged = evolve(group, timing=PerWeek(Times(2, 4)))
    some = evolve(ENOUGH, name="some", phases=(evolve(ENOUGH.phases[0], services=(ranged,)),))
    found = {fit.program.name: fit for fit in ranked(some, ENOUGH, times={"group": 3})}
    chosen = found["some"].schedule
    assert chosen is not None
    assert len(chosen.sessions) == 3 * chosen.plan.weeks
    assert found["enough"].plan == ranked(ENOUGH)[0].plan
    (too_many,) = ranked(some, times={"group": 5})
    assert too_many.why_not == "no plan: it takes 2 to 4 a week for 'group'"
    for name, programs in (("group", [ENOUGH]), ("talk", [ENOUGH, some])):
        with pytest.raises(InvalidError, match=f"that a program leaves open, found '{name}'"):
            ranked(*programs, times={name: 3})


def test_weeks_are_for_the_programs_that_have_the_phase() -> None:
    other = Program("other", "Other", (evolve(ENOUGH.phases[0], name="other"),))
    found = {fit.program.name: fit for fit in ranked(ENOUGH, other, phase_weeks={"only": 2})}
    assert all(fit.plan for fit in found.values())
    with pytest.raises(InvalidError, match="phase_weeks"):
        ranked(ENOUGH, phase_weeks={"early": 2})
    (fixed,) = ranked(ENOUGH, phase_weeks={"only": 3})
    assert fixed.why_not == "no plan: it takes from 2 to 2 for 'only'"


def test_a_day_that_cannot_be_the_first_is_refused() -> None:
    for start in (date(1984, 5, 16), date(1969, 12, 31)):
        with pytest.raises(InvalidError, match="start"):
            fits([ENOUGH], PATIENT, SITE, [], start=start, seed=1)
    with pytest.raises(NotInForceError):
        fits([ENOUGH], PATIENT, SITE, [NINE_HOURS], start=date(2020, 1, 6), seed=1)


def test_a_plan_is_not_judged_by_rules_that_end_before_it() -> None:
    ending = rules(WeeklyHours(9 * HOUR), end=MONDAY + timedelta(weeks=2))
    short, long = program("short", 60, weeks=2), program("long", 180, weeks=3)
    first, last = ranked(long, short, requirements=[ending])
    assert (first.program, last.program) == (short, long)
    assert last.plan is not None
    assert (last.truth, last.judgments, last.standing.unjudged) == (Truth.UNKNOWN, (), True)
    assert last.reasons[0].startswith("not judged: requirements 'rules': no version is in force")
    with pytest.raises(NotInForceError):
        ranked(short, requirements=[rules(WeeklyHours(9 * HOUR), end=MONDAY)])


def test_a_plan_is_judged_by_rules_that_are_assumed_to_be_in_force_if_asked() -> None:
    ended = rules(WeeklyHours(9 * HOUR), end=MONDAY)
    (fit,) = ranked(program("any", 180), requirements=[ended], assume_in_force=True)
    assert fit.truth is Truth.YES
    assert fit.reasons[0] == "assumed to be in force: rules"
    assert [judgment.assumed_in_force for judgment in fit.judgments] == [True]
    (known,) = ranked(program("any", 180), assume_in_force=True)
    assert "assumed to be in force: rules" not in known.reasons
    assert fit.plan is not None
    assert fit.plan.provenance is not None
    assert fit.plan.provenance.assumed_in_force == ("rules",)
    assert "rules: assumed to be in force" in plan_text(fit.plan)


def test_what_is_unmet_at_every_age_is_unmet_where_the_age_is_not_known() -> None:
    ageless = evolve(PATIENT, birth_date=None)
    versions = Versions(
        (
            Dated(
                date(2024, 1, 1),
                tuple(
                    Requirement(group.value, "A rule.", WeeklyHours(hours * HOUR), CODE, group)
                    for group, hours in ((AgeGroup.ADULT, 20), (AgeGroup.ADOLESCENT, 15))
                ),
                CODE,
            ),
        )
    )
    by_age = RequirementSet("by-age", "By age", versions)
    (fit,) = ranked(ENOUGH, patient=ageless, requirements=[by_age])
    assert (fit.truth, fit.standing.unmet, fit.standing.undetermined) == (Truth.NO, 1, 2)
    assert fit.reasons[:3] == (
        "unmet: by-age, whatever the age",
        "undetermined: by-age, adult, 2 of 2",
        "undetermined: by-age, adolescent, 2 of 2",
    )


# What no program decides.


def test_goals_signatures_and_caseloads_are_found_and_do_not_rank() -> None:
    demands = rules(WrittenPlan(), Caseload(24))
    site = evolve(SITE, patients_per_counselor=30)
    (fit,) = ranked(ENOUGH, site=site, requirements=[NINE_HOURS, demands])
    assert [judgment.truth for judgment in fit.judgments] == [Truth.YES, Truth.NO]
    assert (fit.truth, fit.standing.unmet) == (Truth.YES, 0)
    assert fit.judgments[1].of_program.findings == ()


def test_a_requirement_of_the_whole_plan_is_told_without_a_count() -> None:
    demands = rules(WeeklyHours(10 * HOUR, averaged=True), DailyHours(200 * MINUTE))
    (fit,) = ranked(ENOUGH, requirements=[demands])
    assert fit.reasons == ("unmet: rules, rule-1", "unmet: rules, rule-2, 2 of 2")


def test_matrix_is_for_this_patient_below_nine_hours() -> None:
    matrix, medicare = find_program("matrix-16-week"), find_requirements("us-medicare-iop")
    first, second = ranked(matrix, ENOUGH, requirements=[medicare])
    assert (first.program, second.program) == (ENOUGH, matrix)
    assert first.truth is Truth.YES
    assert second.reasons[0] == "unmet: us-medicare-iop, nine-hours, 13 of 16"
    assert second.reasons[1] == "undetermined: us-medicare-iop, nine-hours, 3 of 16"


def test_nothing_of_a_patient_is_shown_by_itself() -> None:
    (fit,) = ranked(ENOUGH)
    assert repr(fit) == "Fit(...)"
    assert repr(fit.standing) == "Standing(...)"
    assert repr(fit.judgments[0]) == "Judgment(...)"


# Groups.


def group_on(*days: Weekday, minutes: int = 180, name: str = "a", **more: Any) -> Group:
    slots = tuple(Slot(day, time(13)) for day in days)
    return Group(name, "group", slots, minutes * MINUTE, 8, **more)


def test_a_program_is_dated_by_the_meetings_of_the_groups_that_it_is_joined_to() -> None:
    moved = (f"{MONDAY} to {MONDAY + timedelta(days=3)} 09:00",)
    groups = [group_on(MON, WED, moves=moved), group_on(FRI, name="b")]
    names = ("one", "two")
    services = tuple(evolve(ENOUGH.every_service[0], track=name) for name in names)
    phases = (Phase("only", "Only", 2, services),)
    tracks = tuple(Track(name, name) for name in names)
    others = program("others", 180, MON), Program("tracked", "Tracked", phases, tracks=tracks)
    found = {
        (fit.program.name, fit.track and fit.track.name): fit
        for fit in ranked(ENOUGH, *others, groups=groups)
    }
    fit = found["enough", None]
    assert fit.plan is not None
    assert fit.schedule is not None
    assert fit.plan.groups_of("group") == ("a", "b")
    first = fit.schedule.sessions[:3]
    assert [f"{s.start:%a %H} {s.group}" for s in first] == ["Wed 13 a", "Thu 09 a", "Fri 13 b"]
    why_not = found["others", None].why_not
    assert why_not is not None
    assert why_not.startswith("no plan: it takes 1 times a week")
    for name in names:
        plan = found["tracked", name].plan
        assert plan is not None
        assert (plan.track, plan.groups_of("group")) == (name, ("a", "b"))


def test_groups_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidError, match="expected a Group"):
        ranked(ENOUGH, groups=["a"])
