"""Time iopkit against its peers, side by side, and print medians and ratios."""

import json
import os
import platform
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import doors
import drafts
import due_lists
import figures
import panels
import populations
import states
import verdicts
from attrs import asdict, frozen
from measure import Case, Contender, Missing, check_answers, seconds_each

import calendars
import courses
import documents
import groups
import scenarios
import schedules

BUILDERS: Mapping[str, Callable[[], Case]] = {
    "verdict": verdicts.verdict,
    "explain": verdicts.explanation,
    "decide": verdicts.decision,
    "population": populations.with_unknown,
    "population-known": populations.all_known,
    "population-duckdb": populations.in_duckdb,
    "population-spark": populations.in_spark,
    "schedule": schedules.plain,
    "schedule-first": schedules.first_of_program,
    "schedule-holidays": schedules.with_holidays,
    "group-moved": schedules.group_moved,
    "panel": panels.plain,
    "panel-holidays": panels.with_holidays,
    "panel-drawn": panels.drawn,
    "panel-pandas": panels.in_pandas,
    "panel-pyarrow": panels.in_pyarrow,
    "panel-duckdb": panels.in_duckdb,
    "panel-spark": panels.in_spark,
    "draft": drafts.drafting,
    "check": drafts.checking,
    "plan": drafts.in_all,
    "calendar": calendars.writing,
    "course-state": states.state,
    "course-one-more": states.one_more,
    "course-collect": states.collected,
    "course-due": due_lists.due,
    "measures": figures.measured,
    "groups-30": groups.thirty,
    "groups-300": groups.three_hundred,
    "import": doors.front,
    "import-patient": doors.patient,
    "document": documents.round_trip,
    "document-read": documents.reading,
    "document-write": documents.writing,
    "entries-read": courses.reading,
    "entries-rows": courses.reading_rows,
    "scenario-toy": scenarios.toy,
    "scenario-full": scenarios.full,
    "scenario-cohort": scenarios.cohort,
}


@frozen
class Row:
    """One comparison: seconds for each repeat, empty for what was not measured."""

    case: str
    size: str
    ours: tuple[float, ...] = ()
    peer: str = ""
    version: str = ""
    theirs: tuple[float, ...] = ()
    ratio: float | None = None
    note: str = ""


def main() -> None:
    """Read the command line, measure, print."""
    parser = ArgumentParser(description=__doc__)
    names = ", ".join(BUILDERS)
    parser.add_argument(
        "--only",
        metavar="NAME",
        choices=BUILDERS,
        action="append",
        help=f"run this case, and no other unless given again: {names}",
    )
    parser.add_argument(
        "--repeats",
        metavar="N",
        type=_at_least_five,
        default=25,
        help="timings of each contender, at least 5 (default: 25)",
    )
    parser.add_argument("--json", action="store_true", help="print all timings, in seconds")
    chosen = parser.parse_args()
    cases = [BUILDERS[name]() for name in chosen.only or BUILDERS]
    rows = [row for case in cases for row in compared(case, repeats=chosen.repeats)]
    if chosen.json:
        results = [asdict(row) for row in rows]
        measured = {**surroundings(), "repeats": chosen.repeats, "results": results}
        print(json.dumps(measured, indent=2))
    else:
        print(report(rows, repeats=chosen.repeats))


def _at_least_five(text: str) -> int:
    if text.isdecimal() and int(text) >= 5:
        return int(text)
    raise ArgumentTypeError(f"must be a whole number of at least 5, got {text!r}")


def compared(case: Case, *, repeats: int) -> Iterator[Row]:
    """One row a peer, or one for a case that has none."""
    if isinstance(case.ours, Missing):
        yield Row(case.name, case.size, note=f"not measured: {case.ours.why}")
        return
    check_answers(case)
    seconds = seconds_each(case, repeats=repeats)
    ours = seconds[case.ours.name]
    if not case.peers:
        yield Row(case.name, case.size, ours)
    for peer in case.peers:
        if isinstance(peer, Missing):
            yield Row(case.name, case.size, ours, peer.name, note=f"not measured: {peer.why}")
        else:
            yield _row(case, ours, peer, seconds[peer.name])


def _row(case: Case, ours: tuple[float, ...], peer: Contender, theirs: tuple[float, ...]) -> Row:
    ratio = median(ours) / median(theirs)
    return Row(
        case.name, case.size, ours, peer.name, installed(peer.name), theirs, ratio, peer.note
    )


def installed(distribution: str) -> str:
    """The version of a distribution; empty if it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def surroundings() -> dict[str, str]:
    """Where this runs, and with which versions."""
    return {
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "iopkit": installed("iopkit") or "not installed, run from its source",
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def report(rows: Iterable[Row], *, repeats: int) -> str:
    """The table as text, with what a fair reader must know above and below it."""
    rows = list(rows)
    cells = [("case", "size", "iopkit", "peer", "its time", "ratio"), *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in cells]
    notes = dict.fromkeys(f"{row.peer or row.case}: {row.note}" for row in rows if row.note)
    return "\n".join(
        [
            *(f"{name}: {text}" for name, text in surroundings().items()),
            "times: processor time, with Spark, for groups and for imports the time that passes",
            f"medians of {repeats} in turn",
            "ratio: iopkit / peer; below 1, iopkit is faster",
            "",
            *lines,
            "",
            *notes,
        ]
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.case,
        row.size,
        _duration(row.ours) or "missing",
        f"{row.peer} {row.version}".strip() or "no peer",
        _duration(row.theirs) or ("missing" if row.peer else "-"),
        "-" if row.ratio is None else f"{row.ratio:.3g}",
    )


def _duration(seconds: tuple[float, ...]) -> str:
    return f"{median(seconds) * 1e6:,.2f} µs" if seconds else ""


if __name__ == "__main__":
    main()
