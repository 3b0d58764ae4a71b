"""How often limits for 95 % hold the truth: many tiny studies whose answers are known exactly.

    .venv/bin/python benchmarks/coverage.py [studies]

Referrals are Poisson and each referral comes by a share, with no end of seats. So the number who
are admitted in eight weeks is Poisson, too, and what two scenarios differ by on average is known.
"""

import sys
from collections.abc import Iterable
from datetime import date

import polars as pl

from iopkit import Site, WeeklyWindows, find_program
from iopkit.scenarios import Arrivals, Habits, Population, Scenario, simulate, vary
from iopkit.studies import compare, summary

REPLICATIONS = 12
BASE = Scenario(
    "as it is",
    population=Population.of(pl.DataFrame({"age": [24, 31, 45]}), key="age"),
    program=find_program("schneider-1996"),
    site=Site("Elm", "America/Chicago", WeeklyWindows.always()),
    arrivals=Arrivals(per_week=3),
    habits=Habits("coming", "Half come", comes=0.5),
    start=date(2026, 1, 12),
    weeks=8,
)
SCENARIOS = vary(
    BASE, {"outreach": {"arrivals.per_week": 4}, "calls": {"habits.comes.rows.0.share": 0.7}}
)
TRUTHS = {
    ("admitted", "as it is"): 3 * 8 * 0.5,
    ("admitted", "outreach"): 4 * 8 * 0.5 - 3 * 8 * 0.5,
    ("did_not_come", "calls"): 3 * 8 * 0.3 - 3 * 8 * 0.5,
}
"""The mean of the base, and the differences of the others from it."""


def covered(seeds: Iterable[int]) -> dict[tuple[str, str], int]:
    """In how many studies, one for each seed, the limits hold the truth."""
    found = dict.fromkeys(TRUTHS, 0)
    for seed in seeds:
        results = simulate(SCENARIOS, replications=REPLICATIONS, seed=seed)
        told = {
            (row.measure, row.scenario): row.estimate
            for row in summary(results, "admitted").rows
            if row.scenario == BASE.name
        } | {
            (row.measure, row.scenario): row.difference
            for row in compare(results, BASE.name, "admitted", "did_not_come").rows
        }
        for which, truth in TRUTHS.items():
            limits = told[which]
            found[which] += (
                limits is not None
                and limits.low is not None
                and limits.high is not None
                and limits.low <= truth <= limits.high
            )
    return found


def main(studies: int) -> None:
    """Print how often they do."""
    print(f"{studies:,} studies of {REPLICATIONS} replications; limits for 95 % hold the truth in")
    for (measure, scenario), count in covered(range(studies)).items():
        what = "mean" if scenario == BASE.name else "paired difference"
        print(f"{100 * count / studies:5.1f} %  {measure}, {scenario}, {what}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
