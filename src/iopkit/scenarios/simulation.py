"""Simulation: scenarios run many times over, here or on many machines, with the same bits."""

from collections.abc import Callable, Iterable, MutableMapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, as_completed
from itertools import islice
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from iopkit.errors import Fault, IopkitError, each_a, refuse, unless, unless_whole
from iopkit.scenarios.draws import key_of
from iopkit.scenarios.findings import findings_after, findings_of
from iopkit.scenarios.preparing import Prepared, prepare
from iopkit.scenarios.results import Results
from iopkit.scenarios.running import run_replications
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.totals import TOTALS, WEEKLY_TOTALS

_ROWS = 20_000
"""About how many referrals one job looks at: more no longer fit a processor's cache."""
MOST_REPLICATIONS = 1_000_000
_LAST_REPLICATION = 2**31 - 1


class Job(NamedTuple):
    """Some replications of one scenario, to be run together, anywhere."""

    prepared: Prepared
    seed: int
    replications: tuple[int, ...]


class Figures(NamedTuple):
    """What the replications of a job came to.

    ``totals`` is by replication and measure, ``weekly`` by replication, week and measure, in the
    order of ``TOTALS`` and ``WEEKLY_TOTALS``; NaN where there is nothing to figure it from.
    """

    totals: NDArray[np.float64]
    weekly: NDArray[np.float64]


class WorkerLostError(IopkitError, RuntimeError):
    """A process that ran replications was stopped from outside, such as for want of memory."""

    def __init__(self, done: int, of: int) -> None:
        self.done, self.of = done, of
        super().__init__(done, of)

    def __str__(self) -> str:
        return (
            f"a worker was lost after {self.done:,} of {self.of:,} replications; those are kept if "
            "the run keeps its figures, and the same call goes on from there"
        )


def simulate(  # noqa: PLR0913  # what to run, and where, by name
    scenarios: Scenario | Iterable[Scenario],
    *,
    replications: int | Iterable[int],
    seed: int,
    executor: Executor | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    kept: MutableMapping[str, Figures] | None = None,
) -> Results:
    """Run scenarios, each many times over.

    All scenarios share their chance: in one replication the same people are referred on the same
    days, and fare alike as far as the scenarios are alike. Every replication is the same whatever
    it is run with, in whichever order and wherever.

    Args:
        replications: how many, or which: ``[37]`` runs that one alone.
        seed: any whole number; the only door for chance.
        executor: runs the jobs elsewhere, such as a ``ProcessPoolExecutor``, or the one that a
            Dask client gives by ``get_executor(pure=False)``; without one they are run here.
        on_progress: is told, after each job, how many replications are done, and of how many.
        kept: where figures are kept by job, and taken from if they are there: a run that was
            stopped goes on. Runs of another seed, name, first day or length are told apart; what
            else a scenario holds has to be the same.

    Raises:
        InvalidError: there is no scenario, two have one name, the seed is no whole number, or
            there is no replication, or one twice or of no such number; or as for ``prepare``.
    """
    listed = each_a(
        "simulation",
        (scenarios,) if isinstance(scenarios, Scenario) else scenarios,
        "scenarios",
        Scenario,
    )
    names = [each.name for each in listed]
    refuse(
        "simulation",
        unless(bool(listed), "scenarios", "at least one", "none"),
        unless(len(names) == len(set(names)), "scenarios", "each name once", "one twice"),
        unless_whole(seed, "seed"),
    )
    which = _which(replications)
    prepared = [prepare(each) for each in listed]
    jobs = jobs_of(prepared, which, seed=seed)
    done = _carried_out(jobs, executor, on_progress, {} if kept is None else kept)
    totals, weekly = _tables(jobs, done)
    findings = (*findings_of(prepared, which), *findings_after(totals))
    return Results(listed, seed, which, totals, weekly, findings)


def _which(replications: int | Iterable[int]) -> tuple[int, ...]:
    """The numbers of the replications that are asked for."""
    if isinstance(replications, Iterable):
        which = tuple(islice(replications, MOST_REPLICATIONS + 1))
        strange = next((place for place, each in enumerate(which) if type(each) is not int), None)
        if strange is not None:
            refuse("simulation", (Fault(("replications", strange), "a whole number", "another"),))
    else:
        refuse("simulation", unless_whole(replications, "replications"))
        which = tuple(range(min(replications, MOST_REPLICATIONS + 1)))
    some = 1 <= len(which) <= MOST_REPLICATIONS
    there = all(0 <= each <= _LAST_REPLICATION for each in which)
    refuse(
        "simulation",
        unless(some, "replications", f"1 to {MOST_REPLICATIONS:,}", "more" if which else "none"),
        unless(len(which) == len(set(which)), "replications", "each once", "one twice"),
        unless(there, "replications", f"from 0 to {_LAST_REPLICATION:,}", "another number"),
    )
    return which


def jobs_of(
    prepared: Iterable[Prepared], replications: Sequence[int], *, seed: int
) -> dict[str, Job]:
    """The jobs of a run by the names under which their figures are kept."""
    return {
        f"{_run_of(each, seed)}-{number:04}-{part[0]:07}-{part[-1]:07}-{len(part)}": Job(
            each, seed, part
        )
        for number, each in enumerate(prepared)
        for part in _parts(each, replications)
    }


def _run_of(prepared: Prepared, seed: int) -> str:
    """What tells runs of other seeds, names and lengths apart, where their figures are kept."""
    scenario = prepared.scenario
    return f"{key_of((seed, scenario.name, scenario.start, scenario.weeks)):016x}"


def run_job(job: Job) -> Figures:
    """Run the replications of a job."""
    episodes = run_replications(job.prepared, seed=job.seed, replications=job.replications)
    return Figures(
        np.column_stack([each.of(episodes) for each in TOTALS.values()]),
        np.stack([each.of(episodes) for each in WEEKLY_TOTALS.values()], axis=2),
    )


def _parts(prepared: Prepared, which: Sequence[int]) -> list[tuple[int, ...]]:
    """Replications in jobs of about as many referrals as are quickest together."""
    size = max(1, _ROWS // max(1, prepared.expected_referrals))
    return [tuple(which[first : first + size]) for first in range(0, len(which), size)]


def _carried_out(
    jobs: dict[str, Job],
    executor: Executor | None,
    on_progress: Callable[[int, int], None] | None,
    kept: MutableMapping[str, Figures],
) -> dict[str, Figures]:
    """The figures of each job, of those that are not kept yet run here or by an executor."""
    done = {name: kept[name] for name in jobs if name in kept}
    of = sum(len(job.replications) for job in jobs.values())
    ran = sum(len(jobs[name].replications) for name in done)

    def finished(name: str, figures: Figures) -> None:
        nonlocal ran
        done[name] = kept[name] = figures
        ran += len(jobs[name].replications)
        if on_progress is not None:
            on_progress(ran, of)

    left = [name for name in jobs if name not in done]
    if executor is None:
        for name in left:
            finished(name, run_job(jobs[name]))
        return done
    futures = {executor.submit(run_job, jobs[name]): name for name in left}
    try:
        for future in as_completed(futures):
            if not isinstance(future.exception(), BrokenExecutor):
                finished(futures[future], future.result())
        if len(done) < len(jobs):
            raise WorkerLostError(ran, of)
    finally:
        for future in futures:
            future.cancel()
    return done


def _tables(jobs: dict[str, Job], done: dict[str, Figures]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The long tables of totals and of weeks, in the order of scenarios and replications."""
    by_name: dict[str, list[str]] = {}
    for name, job in jobs.items():
        by_name.setdefault(job.prepared.scenario.name, []).append(name)
    scenarios = pl.Enum([*by_name])
    totals: list[pl.DataFrame] = []
    weekly: list[pl.DataFrame] = []
    for scenario, names in by_name.items():
        of = pl.lit(scenario, scenarios).alias("scenario")
        ran = [one for name in names for one in jobs[name].replications]
        runs = np.array(ran, np.int32)
        weeks = np.arange(jobs[names[0]].prepared.scenario.weeks, dtype=np.int32)
        values = np.concatenate([done[name].totals for name in names])
        by_week = np.concatenate([done[name].weekly for name in names])
        totals.append(_rows(values, [*TOTALS], replication=runs).select(of, pl.all()))
        weekly.append(
            _rows(by_week, [*WEEKLY_TOTALS], replication=runs, week=weeks).select(of, pl.all())
        )
    return pl.concat(totals), pl.concat(weekly)


def _rows(
    values: NDArray[np.float64], measures: list[str], **axes: NDArray[np.int32]
) -> pl.DataFrame:
    """A row for each value of an array whose last axis but for the first ones is the measure."""
    axis_places: tuple[NDArray[np.int32], ...] = np.indices(values.shape, np.int32, sparse=True)
    places: list[NDArray[np.int32]] = [
        np.broadcast_to(each, values.shape).reshape(-1) for each in axis_places
    ]
    *before, last = places
    measure = pl.Series("measure", measures, pl.Enum(measures)).gather(last)
    columns = {name: axis[place] for (name, axis), place in zip(axes.items(), before, strict=True)}
    value = pl.Series("value", values.reshape(-1)).fill_nan(None)
    return pl.DataFrame({**columns, "measure": measure, "value": value})
