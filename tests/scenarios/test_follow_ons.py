from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve

from iopkit.courses import state_on
from iopkit.courses.events import Admitted, DischargeReason, Readmitted, Waitlisted
from iopkit.errors import InvalidError
from iopkit.levels import LevelOfCare
from iopkit.library import find_program
from iopkit.programs import Phase
from iopkit.scenarios.arrivals import Arrivals, Cohort
from iopkit.scenarios.capacity import Capacity, SeatPool
from iopkit.scenarios.curves import Constant
from iopkit.scenarios.entries import courses_of
from iopkit.scenarios.findings import RunFindingKind
from iopkit.scenarios.follow_ons import FollowOn, FurtherProgram
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.leaving import Exit, Exits
from iopkit.scenarios.populations import Population
from iopkit.scenarios.preparing import prepare
from iopkit.scenarios.requests import NO_DAY, RequestOutcome
from iopkit.scenarios.running import run_replications
from iopkit.scenarios.scenarios import Scenario, vary
from iopkit.scenarios.simulation import simulate
from iopkit.scenarios.totals import TOTALS
from iopkit.sites import Site
from iopkit.windows import WeeklyWindows

pytestmark = pytest.mark.measured

_DAY_PROGRAM = find_program("schneider-1996")
_DOWN = evolve(
    _DAY_PROGRAM,
    name="step-down",
    level=LevelOfCare("1"),
    phases=(Phase("less", "Less", 4, _DAY_PROGRAM.phases[0].services),),
)
_AFTER = evolve(_DOWN, name="aftercare", phases=(evolve(_DOWN.phases[0], weeks=6),), level=None)
_UP, _COMPLETED = DischargeReason.TRANSFERRED, DischargeReason.COMPLETED
_SCENARIO = Scenario(
    "steps",
    population=Population.of(pl.DataFrame({"key": [*"abcdefgh"]})),
    program=_DAY_PROGRAM,
    site=Site("Elm", "America/Chicago", WeeklyWindows.always()),
    arrivals=Arrivals(per_week=4, caseload=Cohort.drawn(3, longest=9)),
    habits=Habits("first", "First", attends=0.8, leaving=0.05, coming_back=0.02),
    start=date(2026, 1, 5),
    weeks=30,
    capacity=Capacity((SeatPool("day", "day-program", 9),)),
    further=(
        FurtherProgram(
            _DOWN,
            Capacity((SeatPool("few", "day-program", 2),)),
            Habits(
                "second",
                "Second",
                attends=0.6,
                leaving=Exits((Exit(_UP, Constant(0.1)),)),
                gives_up=0.2,
            ),
        ),
        FurtherProgram(_AFTER),
    ),
    follow_on=(
        FollowOn(_COMPLETED, "step-down", 0.75, days=3),
        FollowOn(_COMPLETED, "aftercare", 0.2),
        FollowOn(_UP, "schneider-1996", after="step-down"),
        FollowOn(_COMPLETED, "aftercare", 0.5, after="step-down"),
    ),
)


def test_who_goes_on_waits_for_a_seat_of_the_other_program() -> None:
    told = run_replications(prepare(_SCENARIO), seed=5, replications=[0, 1])
    on = np.flatnonzero(told.goes_on & (told.outcome != RequestOutcome.NOT_REACHED))
    before = told.follows[on]
    assert set(zip(told.program[before].tolist(), told.program[on].tolist(), strict=True)) == {
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 2),
    }
    gap = np.where((told.program[before] == 0) & (told.program[on] == 1), 3, 0)
    assert (told.ready[on] == told.start[before] + told.stay[before] + gap).all()
    reasons = {told.reasons[reason] for reason in told.reason[before].tolist()}
    assert reasons == {_COMPLETED, _UP}
    began = on[told.start[on] != NO_DAY]
    assert (told.start[began] > told.ready[began]).any()
    # Nobody holds a seat of another program than their own, and no seat is held twice.
    pools = told.pools[:, 0]
    assert {*told.program[pools == 0].tolist()} == {0}
    assert {*told.program[pools == 1].tolist()} == {1}
    here = (told.start != NO_DAY)[:, np.newaxis] & (told.replication == 0)[:, np.newaxis]
    days = np.arange(told.days)
    here = here & (told.start[:, np.newaxis] <= days)
    here &= days < (told.start + told.stay)[:, np.newaxis]
    assert here[told.program == 1].sum(axis=0).max() == 2
    assert here[told.program == 0].sum(axis=0).max() == 9
    assert (told.stay[told.program == 1] <= 28).all()


def test_everybody_is_kept_over_all_programs() -> None:
    results = simulate(_SCENARIO, replications=3, seed=5)
    for _, rows in results.totals.group_by("replication"):
        total = dict(rows.select("measure", "value").iter_rows())
        left = ("completed", "dropped_out", "terminated", "transferred", "left_otherwise")
        gone = sum(total[name] for name in left)
        assert total["admitted"] + total["in_care_at_start"] == total["in_care_at_end"] + gone
        waits = ("not_eligible", "being_assessed", "waiting_at_end", "gave_up", "did_not_come")
        assert total["referred"] == sum(total[name] for name in (*waits, "admitted"))
        assert total["went_on"] > 0
        assert total["came_back"] > 0


def test_their_courses_go_on_in_the_other_program() -> None:
    prepared = prepare(_SCENARIO)
    told = run_replications(prepared, seed=5, replications=[0])
    courses = [*courses_of(prepared, told)]
    assert all(course.apart == () for course in courses)
    events = [entry.event for course in courses for entry in course.entries]
    again = [each.level for each in events if isinstance(each, Readmitted)]
    assert {LevelOfCare("1"), None, _DAY_PROGRAM.level} == {*again}
    assert {each.level for each in events if isinstance(each, Admitted)} == {_DAY_PROGRAM.level}
    waited = {each.program for each in events if isinstance(each, Waitlisted)}
    assert waited == {"schneider-1996", "step-down"}
    last = _SCENARIO.start + timedelta(days=told.days - 1)
    states = [state_on(course, on=last) for course in courses]
    attended = sum(state.counts.attended for state in states)
    assert attended == TOTALS["sessions_attended"].of(told).tolist()[0]


def test_without_those_who_go_on_the_first_program_is_as_it_was() -> None:
    alone = evolve(_SCENARIO, further=(), follow_on=())
    nobody = evolve(_SCENARIO, follow_on=())
    figures = [simulate(each, replications=2, seed=5).totals for each in (alone, nobody)]
    assert figures[0].equals(figures[1])


def test_a_share_of_nobody_and_one_of_all() -> None:
    rule = FollowOn(_COMPLETED, "aftercare", 0)
    told = simulate(
        vary(
            evolve(_SCENARIO, follow_on=(rule,)),
            {"all": {"follow_on.0.share": 1}, "fewer": {"further.step-down.capacity": Capacity()}},
        ),
        replications=2,
        seed=5,
    ).totals
    went = (
        told.filter(measure="went_on")
        .group_by("scenario", maintain_order=True)
        .agg(pl.sum("value"))
    )
    nobody, every, fewer = went["value"].to_list()
    assert (nobody, fewer) == (0, 0)
    assert every > 0


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"follow_on": (FollowOn(_UP, "stepdown"),)}, "did you mean 'step-down'"),
        ({"follow_on": (FollowOn(_UP, "aftercare", after="step-up"),)}, r"follow_on\[0\].after"),
        (
            {"follow_on": (FollowOn(_UP, "aftercare", 0.7), FollowOn(_UP, "step-down", 0.4))},
            r"follow_on\[1\].share",
        ),
        ({"further": (FurtherProgram(_DAY_PROGRAM),)}, "each program once"),
    ],
)
def test_follow_ons_that_are_none_are_refused(changed: dict[str, Any], expected: str) -> None:
    with pytest.raises(InvalidError, match=expected):
        evolve(_SCENARIO, **changed)


def test_days_before_the_end_of_a_stay_are_refused() -> None:
    for days in (-1, 131_073):
        with pytest.raises(InvalidError, match="days: expected from 0 to 131,072"):
            FollowOn(_UP, "aftercare", days=days)


def test_what_is_said_of_one_program_is_said_of_all() -> None:
    silent = FurtherProgram(_AFTER, habits=Habits("silent", "Silent"))
    with pytest.raises(InvalidError, match="habits of attending, in each program or in none"):
        prepare(evolve(_SCENARIO, further=(silent,), follow_on=()))


def test_findings_say_of_which_program_they_are() -> None:
    told = [each.words for each in simulate(_SCENARIO, replications=30, seed=5).findings]
    assert any(words.startswith("step-down: figures of your own") for words in told)
    assert "a figure of your own: follow_on.0 (75 % to step-down)" in told
    nobody = [words for words in told if "nobody" in words]
    assert nobody == []
    rules = (FollowOn(DischargeReason.INCARCERATED, "aftercare"), FollowOn(_UP, "aftercare"))
    finding = simulate(evolve(_SCENARIO, follow_on=rules), replications=30, seed=5).findings
    assert [each.words for each in finding if each.kind is RunFindingKind.FOLLOW_ON] == [
        "nobody leaves schneider-1996 as incarcerated: nobody goes on to aftercare by it",
        "nobody leaves schneider-1996 as transferred: nobody goes on to aftercare by it",
        "nobody goes on to step-down",
    ]
    assert repr(_SCENARIO.further[0]) == "FurtherProgram('step-down')"
