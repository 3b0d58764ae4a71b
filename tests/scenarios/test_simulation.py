import pickle
import sys
from collections.abc import Callable
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from datetime import date
from importlib import import_module
from itertools import count
from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.courses.events import DischargeReason
from iopkit.eligibility import FACTS
from iopkit.errors import InvalidError, MissingExtraError, UnknownNameError
from iopkit.library import find_program
from iopkit.scenarios import (
    TOTALS,
    WEEKLY_TOTALS,
    Arrivals,
    Capacity,
    Cohort,
    FollowOn,
    FurtherProgram,
    Habits,
    Population,
    RunFindingKind,
    Scenario,
    SeatPool,
    Share,
    WorkerLostError,
    prepare,
    simulate,
    vary,
)
from iopkit.scenarios.attending import Came, Coming
from iopkit.scenarios.curves import Constant
from iopkit.scenarios.leaving import Effect, HazardOf
from iopkit.sites import Site
from iopkit.sources import Grade, Source
from iopkit.windows import WeeklyWindows

_BASE = Scenario(
    "as it is",
    population=Population.of(pl.DataFrame({"key": [*"abc"], "age": [20, None, 50]})),
    program=find_program("schneider-1996"),
    site=Site("Elm", "America/Chicago", WeeklyWindows.always()),
    arrivals=Arrivals(per_week=4, waiting=Cohort.drawn(3, longest=5)),
    habits=Habits("mine", "My clinic", attends=0.8, leaving=0.2, gives_up=0.3),
    start=date(2026, 1, 12),
    weeks=8,
    capacity=Capacity((SeatPool("a", "day-program", 5),)),
)
_SCENARIOS = vary(
    _BASE,
    {
        "reminders": {"habits.attends": 0.9},
        "more seats": {"capacity": _BASE.capacity.more_seats("a", 3)},
    },
)


def test_results_are_long_tables_in_the_order_of_what_was_asked() -> None:
    results = simulate(_SCENARIOS, replications=[3, 1], seed=7)
    names = [each.name for each in _SCENARIOS]
    assert results.totals.columns == ["scenario", "replication", "measure", "value"]
    assert results.totals.rows()[:1] == [("as it is", 3, "referred", results.totals["value"][0])]
    assert results.totals.height == 3 * 2 * len(TOTALS)
    assert results.weekly.columns == ["scenario", "replication", "week", "measure", "value"]
    assert results.weekly.height == 3 * 2 * 8 * len(WEEKLY_TOTALS)
    assert results.totals["scenario"].unique(maintain_order=True).to_list() == names
    by_week = results.weekly.filter(pl.col("measure") == "admitted").group_by(
        "scenario", "replication", maintain_order=True
    )
    of_all = results.totals.filter(pl.col("measure") == "admitted")["value"].to_list()
    assert by_week.agg(pl.col("value").sum())["value"].to_list() == of_all
    # Whose mean is of nobody has none.
    assert results.totals.filter(pl.col("measure") == "positive_share")["value"].is_null().all()
    assert repr(results) == "Results('as it is', 'reminders', 'more seats': 2 replications)"
    assert results.differing.rows() == [
        ("as it is", None, None),
        ("reminders", "0.9", None),
        ("more seats", None, "a: 8 seats of day-program"),
    ]


def test_the_same_bits_by_any_executor_order_and_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = simulate(_SCENARIOS, replications=5, seed=-3)
    monkeypatch.setattr("iopkit.scenarios.simulation._ROWS", 1)
    for executor in (None, ThreadPoolExecutor(2), ProcessPoolExecutor(2)):
        others = simulate(_SCENARIOS[::-1], replications=5, seed=-3, executor=executor)
        assert _sorted(others.totals).equals(_sorted(alone.totals))
        assert _sorted(others.weekly).equals(_sorted(alone.weekly))
        if executor is not None:
            executor.shutdown()
    one = simulate(_SCENARIOS[1], replications=[4], seed=-3)
    kept = alone.totals.filter(pl.col("replication") == 4, pl.col("scenario") == "reminders")
    assert _sorted(one.totals).equals(_sorted(kept))


def _sorted(table: pl.DataFrame) -> pl.DataFrame:
    """The rows by what they are of, in words: the order of scenarios is the caller's."""
    keys = [name for name in table.columns if name != "value"]
    return table.with_columns(pl.col("scenario", "measure").cast(pl.String)).sort(keys)


def test_a_process_unpacks_a_scenario_once_for_all_its_jobs() -> None:
    prepared = prepare(_BASE)
    first, second = (pickle.loads(pickle.dumps((prepared, job))) for job in range(2))
    assert first[0] is second[0]
    assert first[0] is not prepared
    assert first[0].seats == prepared.seats


def test_sessions_are_the_same_however_many_are_looked_at_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together = simulate(_BASE, replications=3, seed=5)
    monkeypatch.setattr("iopkit.scenarios.running._MOST_SESSIONS", 1)
    apart = simulate(_BASE, replications=3, seed=5)
    assert apart.totals.equals(together.totals)
    assert apart.weekly.equals(together.weekly)


def test_on_a_cluster_it_is_the_same() -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        executor = client.get_executor(pure=False)
        there = simulate(_SCENARIOS[:2], replications=3, seed=7, executor=executor)
    assert there.totals.equals(simulate(_SCENARIOS[:2], replications=3, seed=7).totals)


def test_progress_is_told_and_a_run_that_was_stopped_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("iopkit.scenarios.simulation._ROWS", 1)
    kept: dict[str, Any] = {}
    told: list[tuple[int, int]] = []

    def stop_after_two(done: int, of: int) -> None:
        told.append((done, of))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(_BASE, replications=4, seed=7, on_progress=stop_after_two, kept=kept)
    assert told == [(1, 4), (2, 4)]
    assert len(kept) == 2
    again: list[tuple[int, int]] = []
    results = simulate(
        _BASE, replications=4, seed=7, on_progress=lambda *n: again.append(n), kept=kept
    )
    assert again == [(3, 4), (4, 4)]
    assert results.totals.equals(simulate(_BASE, replications=4, seed=7).totals)


class _Lost(Executor):
    """An executor whose worker is killed at its second job."""

    def __init__(self) -> None:
        self._jobs = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self._jobs += 1
        future: Future[Any] = Future()
        if self._jobs == 1:
            future.set_result(fn(*args, **kwargs))
        else:
            future.set_exception(BrokenExecutor("killed"))
        return future


def test_a_killed_worker_is_told_with_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iopkit.scenarios.simulation._ROWS", 1)
    kept: dict[str, Any] = {}
    with pytest.raises(WorkerLostError, match="a worker was lost after 1 of 3 replications"):
        simulate(_BASE, replications=3, seed=7, executor=_Lost(), kept=kept)
    assert len(kept) == 1


def test_a_scenario_with_itself_differs_in_nothing() -> None:
    results = simulate(vary(_BASE, {"again": {}}), replications=2, seed=7)
    one, other = (
        results.totals.filter(pl.col("scenario") == name).drop("scenario")
        for name in ("as it is", "again")
    )
    assert one.equals(other)


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"replications": 0}, "replications"),
        ({"replications": [1, 1]}, "replications"),
        ({"replications": [-1]}, "replications"),
        ({"replications": 2_000_000}, "replications"),
        ({"replications": 10**25}, "replications"),
        ({"replications": count()}, "replications"),
        ({"replications": True}, "replications"),
        ({"replications": 2.5}, "replications"),
        ({"replications": "12"}, "replications"),
        ({"replications": [np.int64(4)]}, "replications"),
        ({"replications": [2**31]}, "replications"),
        ({"seed": "7"}, "seed"),
        ({"seed": True}, "seed"),
        ({"scenarios": ()}, "scenarios"),
        ({"scenarios": (_BASE, _BASE)}, "scenarios"),
        ({"scenarios": ["as it is"]}, "scenarios"),
    ],
)
def test_what_cannot_be_run_is_refused(asked: dict[str, Any], path: str) -> None:
    given_all = {"scenarios": _BASE, "replications": 2, "seed": 7, **asked}
    with pytest.raises(InvalidError) as refused:
        simulate(given_all.pop("scenarios"), **given_all)
    assert refused.value.faults[0].path[0] == path


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"arrivals.per_week": (1, 2, 3)},
            "a rate for each of 8 weeks, found 3",
        ),
        # The program has 14 days, and who was admitted so long ago is there no more.
        ({"arrivals.caseload": {"a": -13, "b": -14}}, "arrivals.caseload: expected people in care"),
        ({"arrivals.caseload": {"a": date(2025, 12, 29)}}, "found somebody for longer"),
        ({"arrivals.caseload": Cohort.drawn(1, longest=14)}, "found somebody for longer"),
        ({"start": date(2199, 11, 10)}, "weeks: expected days from 1970-01-01 to 2199-12-31"),
        (
            {"start": date(1970, 1, 2), "arrivals.caseload": {"a": -2}},
            "weeks: expected days from 1970-01-01 to 2199-12-31",
        ),
    ],
)
def test_what_does_not_go_with_the_program_or_the_weeks_is_refused(
    values: dict[str, object], told: str
) -> None:
    _, other = vary(_BASE, {"other": values})
    with pytest.raises(InvalidError) as refused:
        prepare(other)
    assert refused.value.what == "scenario 'other'"
    assert told in str(refused.value)


def test_people_may_be_in_care_for_longer_than_a_further_program_lasts() -> None:
    further = FurtherProgram(_BASE.program, Capacity((SeatPool("b", "family", 3),)))
    scenario = evolve(
        _BASE,
        program=find_program("deaconess-cross-pointe"),
        capacity=Capacity(),
        arrivals=Arrivals(caseload={"a": -30}),
        further=(further,),
    )
    found = simulate(scenario, replications=1, seed=1).findings
    assert "b: the program has no service 'family'" in " ".join(map(str, found))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"name": "a\nb"}, "name: expected a name on one line"),
        ({"phase_weeks": (("a", 1), ("a", 2))}, "phase_weeks: expected each name once"),
    ],
)
def test_a_scenario_that_is_none_is_refused(values: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidError, match=told):
        prepare(evolve(_BASE, **values))


def test_seats_of_no_service_of_the_program_are_told() -> None:
    _, other = vary(_BASE, {"other": {"capacity": Capacity((SeatPool("a", "day-progam", 5),))}})
    told = [str(each) for each in simulate((_BASE, other), replications=1, seed=1).findings]
    assert (
        "other: a: the program has no service 'day-progam', so that its seats limit nobody (did "
        "you mean 'day-program'?)"
    ) in told
    assert len([each for each in told if "limit nobody" in each]) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"arrivals.per_week": (1,) * 8},
        {"arrivals.caseload": {"a": -13}},
        {"arrivals.caseload": Cohort.drawn(4, longest=13)},
        {"start": date(2199, 11, 5)},
        {"start": date(1970, 1, 2), "arrivals.caseload": {"a": -1}},
    ],
)
def test_what_just_goes_with_it_is_run(values: dict[str, object]) -> None:
    _, other = vary(_BASE, {"other": values})
    totals = simulate(other, replications=3, seed=1).totals
    found = dict(
        totals.group_by("measure")
        .agg(pl.col("value").sum())
        .with_columns(pl.col("measure").cast(pl.String))
        .rows()
    )
    # Nobody is in care as it begins who was discharged before.
    assert found["in_care_at_start"] == 3 * len(other.arrivals.caseload)


def test_one_replication_can_be_looked_into() -> None:
    results = simulate(_BASE, replications=2, seed=7)
    episodes = results.episodes("as it is", 1)
    courses = [*results.courses("as it is", 1)]
    assert len(courses) == len(episodes) > 0
    with pytest.raises(UnknownNameError, match="did you mean 'as it is'"):
        results.episodes("as it iz", 1)
    with pytest.raises(UnknownNameError, match="replication"):
        results.episodes("as it is", 2)
    for strange in ("1", 1.0, True):
        with pytest.raises(InvalidError, match="a whole number"):
            results.episodes("as it is", strange)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"habits.atends": 1}, "did you mean 'attends'"),
        ({"habits.attends": 2}, "from 0 to 1"),
        ({"program.phases.treatmnt.weeks": 3}, "did you mean 'treatment'"),
        ({"program.phases.7.weeks": 3}, "one of treatment"),
        ({"weeks.first": 1}, "nothing below it"),
        ({"weeks": 0}, "from 1 to 1,040"),
        ({"arrivals.per_week": -1}, "per_week"),
        ({"name": "another"}, "one of population, "),
        ({"varied": ()}, "found 'varied'"),
        ({3: 4}, "found '3'"),
    ],
)
def test_variations_that_are_none_are_refused(values: dict[str, object], expected: str) -> None:
    with pytest.raises(InvalidError) as refused:
        vary(_BASE, {"other": values})
    assert "other" in str(refused.value)
    assert expected in str(refused.value)


def test_all_that_is_wrong_with_variations_is_told() -> None:
    with pytest.raises(InvalidError) as refused:
        vary(_BASE, {"one": {"weeks": 0, "habits.attends": 3}, "": {"capcity": 4}})
    told = str(refused.value)
    assert len(refused.value.faults) == 4
    for part in ("'one', weeks.weeks: ", "'one', habits.attends.value: ", "'capacity'", "a name"):
        assert part in told


def test_variations_do_not_tell_who_people_are() -> None:
    _, other = vary(_BASE, {"list": {"arrivals.waiting": {"a": -3, "b": date(2026, 1, 2)}}})
    assert other.varied == (("arrivals.waiting", "Cohort(2)"),)
    with pytest.raises(InvalidError) as refused:
        vary(_BASE, {"list": {"arrivals.waiting": {"Zelda": "a while"}}})
    assert "Zelda" not in str(refused.value)


def test_variations_reach_into_lists_by_name_and_number() -> None:
    _, one, two, three, four = vary(
        evolve(_BASE, phase_weeks={"treatment": 2}),
        {
            "by name": {"program.phases.treatment.weeks": 3},
            "by number": {"program.phases.0.weeks": 4},
            "of a pair": {"phase_weeks.treatment": 5},
            "by reason": {"habits.leaving.exits.dropped_out.curve.weekly": 0.1},
        },
    )
    assert (one.program.weeks, two.program.weeks) == (3, 4)
    assert three.phase_weeks == (("treatment", 5),)
    assert three.varied == (("phase_weeks.treatment", "5"),)
    assert four.habits.leaving == evolve(_BASE.habits, leaving=0.1).leaving


@pytest.mark.parametrize("names", [{"as it is": {}}, {"reminders": 0.85}, "reminders"])
def test_names_of_variations_are_each_another(names: Any) -> None:
    with pytest.raises(InvalidError):
        vary(_BASE, names)


def test_findings_tell_what_to_be_careful_with() -> None:
    asks = Habits(
        "asks",
        "Asks",
        leaving=Constant(0.1, known_days=7),
        effects=(Effect(HazardOf.LEAVING, 2, among=FACTS["age"] >= 40),),
    )
    some = evolve(
        _BASE,
        habits=asks,
        program=find_program("matrix-16-week"),
        capacity=Capacity((SeatPool("a", "relapse-prevention", 2),)),
    )
    told = {each.kind: str(each) for each in simulate(some, replications=2, seed=7).findings}
    assert told[RunFindingKind.FEW_REPLICATIONS].startswith("2 replications")
    assert "of 1 people it is not known whether" in told[RunFindingKind.FACT_UNKNOWN]
    assert "the source counted 7 days" in told[RunFindingKind.BEYOND_SOURCE]
    assert "there are 2 seats" in told[RunFindingKind.LOAD]
    assert "no date at the site" in told[RunFindingKind.NOT_DATED]
    sourced = Habits("none", "Nothing is said")
    quiet = simulate(evolve(_BASE, capacity=Capacity(), habits=sourced), replications=30, seed=7)
    assert quiet.findings == ()


@pytest.mark.measured
@given(st.integers(), st.integers(1, 4), st.sampled_from([0, 1, 5]))
def test_totals_keep_everybody(seed: int, weeks: int, seats: int) -> None:
    scenario = evolve(
        _BASE,
        weeks=weeks,
        capacity=Capacity((SeatPool("a", "day-program", seats),)),
        arrivals=Arrivals(per_week=4, caseload=Cohort.drawn(2, longest=9)),
    )
    results = simulate(scenario, replications=1, seed=seed)
    total = dict(results.totals.select("measure", "value").rows())
    came_of_it = ("not_eligible", "being_assessed", "waiting_at_end", "gave_up", "did_not_come")
    assert total["referred"] == sum(total[name] for name in (*came_of_it, "admitted"))
    left = ("completed", "dropped_out", "terminated", "transferred", "incarcerated")
    gone = sum(total[name] for name in (*left, "left_otherwise"))
    assert total["admitted"] + total["in_care_at_start"] == total["in_care_at_end"] + gone
    episodes = results.episodes("as it is", 0)
    began = episodes.start > -(2**31)
    ends = np.minimum(episodes.start + episodes.stay, episodes.days)[began]
    days_in_care = (ends - np.maximum(episodes.start[began], 0)).sum()
    assert total["census"] * episodes.days == pytest.approx(days_in_care)
    waits = ~episodes.before & (episodes.outcome > 0)
    until = np.where(episodes.outcome == 1, episodes.days, episodes.day)[waits]
    days_waited = (until - np.maximum(episodes.ready[waits], 0)).sum()
    assert total["waiting"] * episodes.days == pytest.approx(days_waited)


def test_totals_show_their_names() -> None:
    assert repr(TOTALS["referred"]) == "RunTotal('referred')"
    assert repr(WEEKLY_TOTALS["census"]) == "WeeklyTotal('census')"


def test_what_is_wrong_deep_inside_is_told_with_the_whole_place() -> None:
    with pytest.raises(InvalidError) as refused:
        vary(_BASE, {"other": {"program.phases.treatment.weeks": 0}})
    assert refused.value.what == "variation 'other', program.phases.treatment.weeks"


def test_only_what_is_not_known_of_somebody_is_told() -> None:
    known = Population.of(pl.DataFrame({"key": [*"ab"], "age": [20, 50]}))
    asks = Habits(
        "asks",
        "Asks",
        leaving=0.1,
        effects=(Effect(HazardOf.LEAVING, 2, among=FACTS["age"] >= 40),),
    )
    findings = simulate(
        evolve(_BASE, population=known, habits=asks), replications=1, seed=7
    ).findings
    assert RunFindingKind.FACT_UNKNOWN not in {each.kind for each in findings}


@pytest.mark.parametrize("room", ["scenarios", "studies"])
def test_a_room_is_refused_before_its_modules_are_loaded(
    room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    monkeypatch.delitem(sys.modules, f"iopkit.{room}", raising=False)
    with pytest.raises(MissingExtraError, match=rf"iopkit\[{room}\]"):
        import_module(f"iopkit.{room}")


def test_a_figure_that_is_changed_is_the_users_own() -> None:
    source = Source("somebody", Grade.OFFICIAL)
    cited = Habits(
        "cited",
        "Cited",
        leaving=Constant(0.1, source=source),
        comes=Coming((Came(1, 0.7), Came(7, 0.4)), source=source),
    )
    base = evolve(_BASE, habits=cited)
    _, leaving, coming = vary(
        base,
        {
            "leaving": {"habits.leaving.exits.0.curve.weekly": 0.2},
            "coming": {"habits.comes.rows.1.share": 0.5},
        },
    )
    own = [
        [each.path for each in one.habits.figures if each.source is None]
        for one in (base, leaving, coming)
    ]
    assert own == [[], ["leaving.dropped_out"], ["comes"]]


def test_who_does_not_come_fills_no_seat_in_the_load() -> None:
    nobody = Habits("nobody", "Nobody comes", comes=0.0)
    findings = simulate(evolve(_BASE, habits=nobody), replications=1, seed=7).findings
    assert RunFindingKind.LOAD not in {each.kind for each in findings}


def test_what_is_kept_of_another_seed_is_not_taken() -> None:
    kept: dict[str, Any] = {}
    simulate(_BASE, replications=1, seed=1, kept=kept)
    other = simulate(_BASE, replications=1, seed=2, kept=kept)
    assert len(kept) == 2
    assert other.totals.equals(simulate(_BASE, replications=1, seed=2).totals)


def test_shares_with_a_source_and_ways_that_are_known_are_not_told() -> None:
    step_down = FurtherProgram(find_program("alterman-1994"), phase_weeks={"treatment": 4})
    share = Share(0.5, Source("somebody", Grade.OFFICIAL))
    minutes = pl.DataFrame({"key": [*"abc"], "Elm": [10.0, 20.0, 5.0]})
    some = evolve(
        _BASE,
        population=_BASE.population.with_minutes(minutes),
        further=(step_down,),
        follow_on=(FollowOn(DischargeReason.DROPPED_OUT, "alterman-1994", share),),
    )
    told = [str(each) for each in simulate(some, replications=1, seed=7).findings]
    assert not [words for words in told if "follow_on" in words or "how far" in words]
