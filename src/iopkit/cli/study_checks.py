"""Checking a run: some replications again, compared to the bit, and what differs by name."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from iopkit.cli.arguments import own_of
from iopkit.cli.files import DONE, NO, Answer, Found, UsageError
from iopkit.cli.study_files import study_of
from iopkit.cli.study_records import (
    differences,
    digest,
    identity_of,
    read_record,
    versions,
)
from iopkit.prose import counted, listed, runs_text
from iopkit.scenarios.simulation import simulate

_SAMPLE = 5
_TABLES = ("totals", "weekly")


def verified(options: argparse.Namespace) -> Answer:
    """What of a run's folder is as it would be now, from some of its replications."""
    folder: Path = options.verify
    record = read_record(folder)
    text = record["study"]["text"]
    read = study_of(
        Found("study", text.encode(), "JSON" if text.lstrip().startswith("{") else "TOML"),
        folder / record["study"]["folder"],
        own_of(options),
        name=f"the study of {folder}",
    )
    seed = record["identity"]["seed"]
    told = [
        *differences(record["versions"], versions()),
        *differences(record["identity"], identity_of(read, seed)),
        *_changed_files(folder, record["outputs"]),
    ]
    sample = options.only or _sample(record["replications"])
    lacking = [each for each in sample if each not in record["replications"]]
    if lacking:
        raise UsageError(f"--only: {folder} has no replication {lacking[0]}")
    results = simulate(read.scenarios, replications=sample, seed=seed)
    now = {"totals": results.totals, "weekly": results.weekly}
    unlike = [line for name in _TABLES for line in _unlike(folder / name, now[name], sample)]
    again = f"{counted(len(sample), 'replication')} run again ({runs_text(sample)})"
    verdict = "figures differ" if unlike else "all figures are the same, to the bit"
    return Answer(
        "\n".join((f"{folder}: {again}: {verdict}", *(f"  {each}" for each in (*told, *unlike)))),
        {"replications": [*sample], "same": not unlike, "changed": told, "figures": unlike},
        NO if unlike or told else DONE,
    )


def _sample(replications: Sequence[int]) -> list[int]:
    """A few of all, from the first to the last."""
    last, count = len(replications) - 1, min(_SAMPLE, len(replications))
    places = {round(last * number / max(1, count - 1)) for number in range(count)}
    return [replications[place] for place in sorted(places)]


def _changed_files(folder: Path, outputs: Mapping[str, str]) -> Iterator[str]:
    for name, was in outputs.items():
        path = folder / name
        if not path.is_file():
            yield f"{name}: it is gone"
        elif digest(path.read_bytes()) != was:
            yield f"{name}: it is not as the run left it"


def _unlike(path: Path, now: pl.DataFrame, sample: Sequence[int]) -> Iterator[str]:
    """In which measures a table differs from what comes now."""
    keys: list[Any] = [name for name in now.columns if name != "value"]
    texts = [pl.col("scenario", "measure").cast(pl.String)]
    data = path.with_suffix(".parquet")
    try:
        was = pl.read_parquet(data).filter(pl.col("replication").is_in(sample))
        before = was.with_columns(texts).select(now.columns)
        both = now.with_columns(texts).join(before, on=keys, how="full", suffix="_was")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UsageError(f"cannot read {data}: it is no table of a run") from error
    same = pl.col("value").eq_missing(pl.col("value_was")) & pl.col("measure").is_not_null()
    wrong = both.filter(~same | pl.col("measure_was").is_null())
    if wrong.height:
        measures = wrong["measure"].drop_nulls().unique(maintain_order=True).to_list()
        yield f"{data.name}: {wrong.height:,} figures differ, of {listed(measures)}"
