"""Running a study: its tables and what they tell, or what a run would take."""

import argparse
import errno
import signal
import sys
import tracemalloc
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from itertools import islice, repeat
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from iopkit.cli.arguments import own_of
from iopkit.cli.files import Answer, UsageError
from iopkit.cli.study_files import ReadStudy, read_study
from iopkit.cli.study_records import KeptFigures, begin, files_of_run, finish, identity_of
from iopkit.cli.terminal import watched
from iopkit.cli.writing import only_user
from iopkit.errors import IopkitError, MissingExtraError
from iopkit.prose import counted
from iopkit.scenarios.preparing import Prepared, prepare
from iopkit.scenarios.results import Results
from iopkit.scenarios.simulation import (
    Job,
    WorkerLostError,
    jobs_of,
    run_job,
    simulate,
)
from iopkit.scenarios.totals import TOTALS


def simulated(options: argparse.Namespace) -> Answer:
    """Run a study, and tell what its measures come to."""
    read, which, seed = _asked(options)
    out: Path | None = options.out
    if out is None:
        results = _results(read, which, seed, options.workers, None)
        written = 0
    else:
        options.held.enter_context(_folder(out))
        options.held.enter_context(only_user(out))
        kept = begin(out, identity_of(read, seed))
        results = _results(read, which, seed, options.workers, kept)
        files = files_of_run(read, results, out, csv=options.csv)
        finish(out, kept, files)
        written = len(files)
    head = (
        f"{read.study.title}\n{counted(len(which), 'replication')} of "
        f"{counted(len(read.scenarios), 'scenario')}, seed {seed}"
    )
    text, compared = _told(read, results)
    tail = [f"wrote {counted(written, 'file')} to {out}"] if out else []
    return Answer(
        "\n\n".join((head, text, *tail)),
        {
            "study": read.study.name,
            "seed": seed,
            "replications": [*which],
            "means": _means(results, read.study.measures).to_dicts(),
            "compared": compared,
            "findings": [str(each) for each in results.findings],
            "out": out and str(out),
        },
    )


@contextmanager
def _folder(out: Path) -> Generator[None]:
    """A folder, which is made if it is not there, and gone again if nothing was written."""
    try:
        out.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}") from error
    try:
        yield
    finally:
        with suppress(OSError):  # something is in it
            out.rmdir()


def _asked(options: argparse.Namespace) -> tuple[ReadStudy, tuple[int, ...], int]:
    """The study, which replications, and the seed."""
    read = read_study(options.study, own_of(options))
    count = read.study.replications if options.replications is None else options.replications
    which = tuple(options.only or range(count))
    if not which or min(which) < 0:
        raise UsageError("--replications and --only: expected at least 1, and numbers from 0")
    return read, which, read.study.seed if options.seed is None else options.seed


def _results(
    read: ReadStudy,
    which: Sequence[int],
    seed: int,
    workers: int,
    kept: KeptFigures | None,
) -> Results:
    """The results, with a bar on a terminal that waits; what was kept is not run again."""
    try:
        with _executor(workers) as executor, _bar(len(which) * len(read.scenarios)) as on_progress:
            return simulate(
                read.scenarios,
                replications=which,
                seed=seed,
                executor=executor,
                on_progress=on_progress,
                kept=kept,
            )
    except WorkerLostError as error:
        # As a failure of the machine, not of what was asked for.
        raise ChildProcessError(errno.ECHILD, str(error)) from error
    except KeyboardInterrupt:
        if kept:
            told = f"iopkit: stopped; the same command goes on from {kept.folder}"
            print(told, file=sys.stderr)
        raise


@contextmanager
def _executor(workers: int) -> Generator[Executor | None]:
    """Processes of their own, which are not stopped where they are by whoever stops this one."""
    if workers == 1:
        yield None
        return
    executor = ProcessPoolExecutor(
        workers,
        get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def _bar(total: int) -> Generator[Callable[[int, int], None]]:
    """What is told how far a run is, and shows it."""
    ticks = watched(repeat(None, total), total, sys.stderr)
    before = 0

    def on_progress(done: int, _of: int) -> None:
        nonlocal before
        for _ in islice(ticks, done - before):
            pass
        before = done

    try:
        yield on_progress
    finally:
        ticks.close()


def _means(results: Results, measures: Sequence[str]) -> pl.DataFrame:
    """The mean of each measure in each scenario, null where no replication has a figure."""
    return (
        results.totals.filter(pl.col("measure").cast(pl.String).is_in(measures))
        .group_by("measure", "scenario", maintain_order=True)
        .agg(pl.col("value").mean())
        .sort("measure", "scenario")
    )


def _told(read: ReadStudy, results: Results) -> tuple[str, list[dict[str, Any]] | None]:
    """The measures compared, or their means where they cannot be; and the same as plain JSON."""
    several = len(read.scenarios) > 1 and len(results.replications) > 1
    if several:
        try:
            from iopkit.studies.comparisons import compare
        except MissingExtraError:
            pass
        else:
            compared = compare(results, read.study.base.name, *read.study.measures)
            return str(compared), compared.table.to_dicts()
    rows = _means(results, read.study.measures).rows()
    lines = [
        f"{measure}: {scenario} {'no figure' if mean is None else f'{mean:,.4g}'}"
        for measure, scenario, mean in rows
    ]
    return "\n".join(("Means:", *lines, "", *map(str, results.findings))).rstrip(), None


def foreseen(options: argparse.Namespace) -> Answer:
    """What a run would take and how full the clinic is, from one job of each scenario."""
    read, which, seed = _asked(options)
    try:
        prepared = [prepare(each) for each in read.scenarios]
        jobs = jobs_of(prepared, which, seed=seed)
    except IopkitError as error:
        raise UsageError(f"{options.study}: {error}") from error
    rows, seconds, most = list[dict[str, Any]](), 0.0, 0
    for each in prepared:
        own = [job for job in jobs.values() if job.prepared is each]
        took, peak, figures = _tried(own[0])
        of_all = took / len(own[0].replications) * len(which)
        seconds, most = seconds + of_all / options.workers, max(most, peak)
        rows.append(_row(each, len(own), figures))
    lines = [
        f"{row['scenario']}: {row['load_words']}; about {row['in_care']:.0f} in care and "
        f"{row['waiting']:.1f} waiting at a time; {counted(row['jobs'], 'job')}"
        for row in rows
    ]
    memory = most * options.workers / 1e6
    told = (
        f"{counted(len(which), 'replication')} of {counted(len(rows), 'scenario')}: about "
        f"{seconds:,.1f} seconds with {counted(options.workers, 'worker')}, and {memory:,.0f} MB "
        "for what is at work"
    )
    return Answer(
        "\n".join((read.study.title, *lines, told)),
        {"scenarios": rows, "seconds": seconds, "megabytes": memory},
    )


def _tried(job: Job) -> tuple[float, int, dict[str, float]]:
    """How long a job takes, the most bytes that it holds, and the means of its totals."""
    first = perf_counter()
    figures = run_job(job)
    took = perf_counter() - first
    tracemalloc.start()
    try:
        run_job(job)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    means = np.ma.masked_invalid(figures.totals).mean(axis=0).filled(0.0)
    return took, peak, dict(zip(TOTALS, means.tolist(), strict=True))


def _row(prepared: Prepared, jobs: int, means: dict[str, float]) -> dict[str, Any]:
    seats, load = prepared.least_seats, prepared.expected_in_care
    if seats:
        words = f"a load of {100 * load / seats:.0f} % of {counted(seats, 'seat')}"
    else:
        words = "no seats" if seats == 0 else "no end of seats"
    return {
        "scenario": prepared.scenario.name,
        "expected_in_care_without_limits": load,
        "seats": seats,
        "load_words": words,
        "in_care": means["census"],
        "waiting": means["waiting"],
        "jobs": jobs,
    }
