"""Results: what scenarios came to, replication by replication, as tables."""

from collections.abc import Iterator

import polars as pl

from iopkit.courses.courses import Course
from iopkit.errors import UnknownNameError, find_named, refuse, unless_whole
from iopkit.fields import frozen
from iopkit.prose import counted
from iopkit.scenarios.entries import courses_of
from iopkit.scenarios.episodes import Episodes
from iopkit.scenarios.findings import RunFinding
from iopkit.scenarios.preparing import prepare
from iopkit.scenarios.requirement_tables import requirements_met
from iopkit.scenarios.running import run_replications
from iopkit.scenarios.scenarios import Scenario


@frozen(repr=False, eq=False)
class Results:
    """What scenarios came to.

    ``totals`` has a row for each scenario, replication and measure, and ``weekly`` for each week
    from 0 besides: ``TOTALS`` and ``WEEKLY_TOTALS`` say what the measures are. A ``value`` is null
    where there is nothing to figure it from. ``findings`` are what to be careful with.
    """

    scenarios: tuple[Scenario, ...]
    seed: int
    replications: tuple[int, ...]
    totals: pl.DataFrame
    weekly: pl.DataFrame
    findings: tuple[RunFinding, ...] = ()

    def scenario(self, name: str) -> Scenario:
        """The scenario of a name; raises ``UnknownNameError``."""
        return find_named("scenario", name, self.scenarios)

    @property
    def differing(self) -> pl.DataFrame:
        """The values in which the scenarios differ: a row for each, a column for each value."""
        paths = dict.fromkeys(path for each in self.scenarios for path, _ in each.varied)
        return pl.DataFrame(
            {
                "scenario": [each.name for each in self.scenarios],
                **{
                    path: [dict(each.varied).get(path) for each in self.scenarios] for path in paths
                },
            }
        )

    def episodes(self, scenario: str, replication: int) -> Episodes:
        """What became of everybody in one replication: it is run again, to the same bits.

        Raises:
            UnknownNameError: there is no such scenario, or replication.
            InvalidError: the replication is no whole number.
        """
        refuse("results", unless_whole(replication, "replication"))
        if replication not in self.replications:
            known = (str(each) for each in self.replications)
            raise UnknownNameError("replication", str(replication), known)
        prepared = prepare(self.scenario(scenario))
        return run_replications(prepared, seed=self.seed, replications=[replication])

    def courses(self, scenario: str, replication: int) -> Iterator[Course]:
        """The course of each who was referred in one replication, as ``courses_of`` has it.

        They are written one by one: a few hundred a second.

        Raises:
            UnknownNameError: there is no such scenario, or replication.
        """
        episodes = self.episodes(scenario, replication)
        return courses_of(prepare(self.scenario(scenario)), episodes)

    def requirements(self, scenario: str, replication: int, *, sample: int = 100) -> pl.DataFrame:
        """In how many weeks and courses of one replication each requirement is met.

        Those of a week are judged in every whole week that a patient was in care. All others,
        such as gaps, months, averages and tapering, are judged by ``check`` on the courses of so
        many of those admitted within the scenario, drawn by their own chance.

        Args:
            sample: how many courses to look at; 0 for none.

        Returns:
            A row for each requirement. ``judged`` says what was, ``weeks`` or ``sampled
            courses``; ``met``, ``unmet`` and ``undetermined`` count them. A course is unmet where
            any finding is. What was never judged has no row.

        Raises:
            UnknownNameError: there is no such scenario, or replication.
            InvalidError: the scenario has no requirements, or the sample is negative.
        """
        episodes = self.episodes(scenario, replication)
        return requirements_met(prepare(self.scenario(scenario)), episodes, sample=sample)

    def __repr__(self) -> str:
        """The scenarios' names, and counts."""
        names = ", ".join(repr(each.name) for each in self.scenarios)
        return f"Results({names}: {counted(len(self.replications), 'replication')})"
