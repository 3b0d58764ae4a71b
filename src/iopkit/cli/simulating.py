"""Commands on studies: simulate, which runs one, and cite, which says what it rests on."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from iopkit.cli.arguments import add_own
from iopkit.cli.files import Answer, Command, UsageError


def _simulate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "study", nargs="?", type=Path, metavar="STUDY.toml", help="what iopkit new study begins"
    )
    parser.add_argument(
        "--verify",
        type=Path,
        metavar="FOLDER",
        help="in place of a study: run some replications of what is in a folder again, and tell "
        "what differs",
    )
    parser.add_argument(
        "--replications", type=int, metavar="N", help="how many; the study's if not given"
    )
    parser.add_argument(
        "--only",
        type=int,
        action="append",
        metavar="N",
        help="run the replication of that number, from 0, alone; again for each more",
    )
    parser.add_argument(
        "--seed", type=int, help="what chance is drawn from; the study's if not given"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="where tables and the rules as used are written; a run that was stopped goes on there",
    )
    parser.add_argument("--csv", action="store_true", help="write the tables as CSV, too")
    parser.add_argument(
        "--workers", type=int, default=1, metavar="N", help="how many processes; one if not given"
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="tell how full the clinic is, and what time and memory it takes, and run no more "
        "than one job of each scenario",
    )
    add_own(parser)


def _cite_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="what a run has written")


def _simulate(options: argparse.Namespace) -> Answer:
    if (options.study is None) is (options.verify is None):
        raise UsageError("expected a study, or --verify and the folder of a run")
    if options.replications is not None and options.only:
        raise UsageError("--replications and --only: choose one")
    if options.workers < 1:
        raise UsageError(f"--workers: expected at least 1, found {options.workers}")
    if options.verify is not None:
        others = (options.replications, options.seed, options.out)
        if any(each is not None for each in others) or options.csv or options.dry_run:
            raise UsageError("--verify runs what is in a folder: beside it goes --only alone")
        from iopkit.cli.study_checks import verified

        return verified(options)
    from iopkit.cli.study_runs import foreseen, simulated

    return foreseen(options) if options.dry_run else simulated(options)


def _cite(options: argparse.Namespace) -> Answer:
    from iopkit.cli.study_records import cited, read_record

    return cited(read_record(options.folder))


COMMANDS: Mapping[str, Command] = {
    "simulate": Command(_simulate_arguments, _simulate),
    "cite": Command(_cite_arguments, _cite),
}
