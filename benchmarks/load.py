"""What one web request takes, alone and with eight workers at once: time, p99 and memory."""

import json
import resource
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, date, datetime
from importlib.resources import files
from statistics import median, quantiles
from time import perf_counter, process_time

import iopkit

START = date(2026, 1, 12)
STAMP = datetime(2026, 1, 1, tzinfo=UTC)
EXAMPLES = files("iopkit") / "examples"
BODY = json.loads((EXAMPLES / "patient.json").read_bytes())
SITE = iopkit.from_toml(iopkit.Site, (EXAMPLES / "site.toml").read_bytes())
PROGRAM = iopkit.find_program("matrix-16-week")
POLICIES = [
    iopkit.find_policy(name) for name in ("iop-suitability", "us-medicare-iop", "us-md-iop")
]
RULES = iopkit.find_requirements("us-medicare-iop")
WORKERS = 8
REQUESTS = 400


def request() -> str:
    """A patient's document, judged, drafted, dated and checked: the plan, beside its calendar."""
    patient = iopkit.from_document(iopkit.Patient, BODY)
    decisions = [policy.decide(patient, on=START) for policy in POLICIES]
    plan = iopkit.draft(
        PROGRAM,
        patient,
        SITE,
        start=START,
        seed=1,
        decisions=decisions,
        despite_no=True,
        why_not_judged="benchmark",
    )
    dated = iopkit.schedule(plan, SITE)
    iopkit.check(dated, RULES)
    iopkit.to_ical(dated, stamp=STAMP)
    return iopkit.to_json(plan)


def timed(_number: int) -> float:
    """Seconds from the begin to the end of a request."""
    begin = perf_counter()
    request()
    return perf_counter() - begin


def told(name: str, seconds: list[float], wall: float) -> None:
    """Print what many requests took."""
    p99 = quantiles(seconds, n=100)[98]
    rate = len(seconds) / wall
    half = median(seconds)
    print(
        f"{name:<12} median {half * 1000:7.1f} ms  p99 {p99 * 1000:7.1f} ms  {rate:6.1f} a second"
    )


def workers(name: str, of: Callable[[int], Executor]) -> None:
    """Requests by eight workers at once."""
    with of(WORKERS) as pool:
        list(pool.map(timed, range(2 * WORKERS)))
        begin = perf_counter()
        seconds = list(pool.map(timed, range(REQUESTS)))
        told(name, seconds, perf_counter() - begin)


def main() -> None:
    """Measure and print."""
    begin = perf_counter()
    request()
    print(f"first        {perf_counter() - begin:.3f} s")
    for _ in range(20):
        request()
    used, begin = process_time(), perf_counter()
    alone = [timed(number) for number in range(REQUESTS // 4)]
    told("alone", alone, perf_counter() - begin)
    print(f"             {(process_time() - used) / len(alone) * 1000:.1f} ms of a core each")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"memory       {peak} MB in all, interpreter and libraries included")
    workers("8 threads", ThreadPoolExecutor)
    workers("8 processes", ProcessPoolExecutor)


if __name__ == "__main__":
    main()
