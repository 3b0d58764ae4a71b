"""What a study answers to the items of sheets, a sentence each.

Each function says what is known of one thing, and nothing where nothing is: what is left to be
said is left to people.
"""

from collections.abc import Iterable, Iterator, Mapping
from platform import python_version

import numpy as np
import polars as pl
from attrs import field

from iopkit.errors import each_a
from iopkit.fields import frozen
from iopkit.prose import counted, listed
from iopkit.scenarios.arrivals import Arrivals
from iopkit.scenarios.findings import RunFindingKind
from iopkit.scenarios.results import Results
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.totals import TOTALS
from iopkit.studies.calibration import Calibration
from iopkit.studies.comparisons import Comparison
from iopkit.studies.distributions import Distribution
from iopkit.studies.economics import Accounts, CostLine
from iopkit.studies.estimates import figure
from iopkit.studies.frontiers import Frontier
from iopkit.studies.net_benefits import AcceptabilityCurves
from iopkit.studies.sensitivity import Tornado
from iopkit.studies.warm_ups import WarmUp
from iopkit.version import __version__


def _as_lines(given: Iterable[CostLine]) -> tuple[CostLine, ...]:
    return each_a("study", given, "lines", CostLine)


def _as_warm_ups(given: Iterable[WarmUp]) -> tuple[WarmUp, ...]:
    return each_a("study", given, "warm_ups", WarmUp)


def _as_inputs(
    given: Mapping[str, Distribution] | tuple[tuple[str, Distribution], ...],
) -> tuple[tuple[str, Distribution], ...]:
    return given if isinstance(given, tuple) else tuple(given.items())


@frozen(eq=False, repr=False)
class StudyParts:
    """The runs of a study, and what was made of them; what is not given was not done.

    The first scenario of ``results`` counts as the base. ``inputs`` are those that are not known
    for sure, by their paths.
    """

    results: Results
    accounts: Accounts | None = None
    lines: tuple[CostLine, ...] = field(default=(), converter=_as_lines)
    inputs: tuple[tuple[str, Distribution], ...] = field(default=(), converter=_as_inputs)
    comparison: Comparison | None = None
    frontier: Frontier | None = None
    tornado: Tornado | None = None
    acceptability: AcceptabilityCurves | None = None
    calibration: Calibration | None = None
    warm_ups: tuple[WarmUp, ...] = field(default=(), converter=_as_warm_ups)

    @property
    def base(self) -> Scenario:
        """The scenario that the others vary."""
        return self.results.scenarios[0]

    def __repr__(self) -> str:
        return f"StudyParts({self.results!r})"


# People, place and program.


def people(study: StudyParts) -> Iterator[str]:
    """Who is modeled, and where they come from."""
    population = study.base.population
    yield f"{len(population):,} people, of whom those referred are drawn or told."
    yield from population.words
    if population.strata:
        yield f"Reported by {listed(population.strata)}."


def facts_asked(study: StudyParts) -> Iterator[str]:
    """What is asked of people."""
    base = study.base
    asked = [*base.priorities.facts] if base.priorities else []
    if base.policy is not None:
        asked += base.policy.facts(on=base.start, assume_in_force=base.assume_in_force)
    yield "People are the only entities, each with facts, a class of priority and their own chance."
    if asked:
        names = sorted({fact.name for fact in asked})
        yield f"Facts that eligibility and priority ask: {listed(names)}."


def program(study: StudyParts) -> Iterator[str]:
    """What is given."""
    given = study.base.program
    names = listed(dict.fromkeys(service.name for service in given.every_service))
    yield f"{given.title}: {names}."
    yield from (f"Left open by its source: {text}" for text in given.left_open)


def eligibility(study: StudyParts) -> Iterator[str]:
    """Who may come."""
    policy = study.base.policy
    yield f"Eligible by the policy {policy.name}." if policy else "All are eligible."


# Scenarios and how they run.


def scenarios(study: StudyParts) -> Iterator[str]:
    """What is compared."""
    for scenario in study.results.scenarios:
        changes = "; ".join(f"{path} is {value}" for path, value in scenario.varied)
        yield f"{scenario.name}: {changes or 'the base'}."


def horizon(study: StudyParts) -> Iterator[str]:
    """From when and for how long scenarios run."""
    weeks = dict.fromkeys(each.weeks for each in study.results.scenarios)
    yield f"From {study.base.start} for {listed(counted(each, 'week') for each in weeks)}."
    yield "Days for seats and sessions, weeks for what people do."


def flow(_study: StudyParts) -> Iterator[str]:
    """The way that everybody goes."""
    yield (
        "Referral, eligibility by a policy, waiting, the offer of a seat, intake, a stay week by "
        "week with its sessions, leaving or finishing, and for some another referral."
    )
    yield (
        "What somebody does in a stay is drawn first, and seats are given day by day after: no "
        "course depends on the list or on how full a group is."
    )


def seats(study: StudyParts) -> Iterator[str]:
    """What is limited."""
    for scenario in study.results.scenarios:
        pools = "; ".join(pool.words for pool in scenario.capacity.pools)
        yield f"{scenario.name}: {pools or 'no end of seats'}."
    yield from study.base.capacity.words


def queues(study: StudyParts) -> Iterator[str]:
    """Who goes first, and who gives up."""
    classes = study.base.priorities.classes if study.base.priorities else ()
    first = f"by class ({listed(each.name for each in classes)}), then " if classes else ""
    yield f"One list: {first}by the day of being ready, then by the order of referral."
    habits = study.base.habits
    yield "People give up the wait." if habits.gives_up else "Nobody gives up the wait."
    yield f"{'Not all' if habits.comes else 'All'} who are offered a seat come."


def entries_and_exits(study: StudyParts) -> Iterator[str]:
    """How people come into the model, and out of it."""
    yield from _arrivals(study.base.arrivals)
    reasons = [reason.value.replace("_", " ") for reason in study.base.habits.reasons]
    yield f"People leave as {listed(['completed', *reasons])}."


def _arrivals(arrivals: Arrivals) -> Iterator[str]:
    if arrivals.days is not None:
        yield "Each person is referred on a day of their own."
    elif arrivals.spread_weeks is not None:
        yield f"Each is referred once within {counted(arrivals.spread_weeks, 'week')}."
    if isinstance(arrivals.per_week, tuple):
        yield "Referrals come by a rate of each week, Poisson."
    elif arrivals.per_week:
        yield f"Referrals come by Poisson, {arrivals.per_week} a week."


def beginning(study: StudyParts) -> Iterator[str]:
    """What is there as it begins, and what is left out of it."""
    arrivals = study.base.arrivals
    yield (
        f"It begins with {len(arrivals.caseload):,} in care and {len(arrivals.waiting):,} waiting, "
        "and ends with the last week."
    )
    yield from map(str, study.warm_ups)


def replications(study: StudyParts) -> Iterator[str]:
    """How chance is averaged."""
    count = len(study.results.replications)
    yield f"{counted(count, 'independent replication')} of each scenario, and means over them."


def randomness(study: StudyParts) -> Iterator[str]:
    """How chance is made."""
    yield (
        "SplitMix64 keyed by an address: seed, replication, person, week, number and purpose; "
        f"seed {study.results.seed}."
    )
    yield (
        "Common random numbers: scenarios share their chance, person by person and event by event."
    )


def algorithms(_study: StudyParts) -> Iterator[str]:
    """How things are decided."""
    yield "A draw is compared with tabulated thresholds, and never transformed."
    yield "Competing reasons to leave add their hazards, and share a day in proportion to them."
    yield (
        "Each day: releases, who becomes ready, who gives up, then seats by class, day of being "
        "ready and order."
    )


def software(_study: StudyParts) -> Iterator[str]:
    """What it was run with."""
    yield (
        f"iopkit {__version__}, Python {python_version()}, NumPy {np.__version__}, Polars "
        f"{pl.__version__}."
    )


def sharing(_study: StudyParts) -> Iterator[str]:
    """How to get the model."""
    yield f"The model is iopkit {__version__}, open source under the Apache License 2.0."


# Measures and inputs.


def measures(study: StudyParts) -> Iterator[str]:
    """What is reported, and how it is figured."""
    if study.comparison is None:
        return
    for name in dict.fromkeys(row.measure for row in study.comparison.rows):
        total = TOTALS.get(name)
        yield f"{name} ({total.unit}): {total.meaning}" if total else f"{name}."


def errors_of_means(study: StudyParts) -> Iterator[str]:
    """How sure means are."""
    if study.comparison is not None:
        yield (
            f"Limits for {100 * study.comparison.confidence:g} % by Student's t over "
            "replications, paired for differences, beside the Monte Carlo standard error."
        )


def figures(study: StudyParts) -> Iterator[str]:
    """Every input, and whose it is."""
    yield from study.base.habits.words
    yield from _arrivals(study.base.arrivals)
    if study.calibration is not None:
        yield from (f"Calibrated: {each}" for each in study.calibration.inputs)


def sources(study: StudyParts) -> Iterator[str]:
    """Who says so."""
    base, calibration = study.base, study.calibration
    found = [*base.habits.sources, *base.program.sources]
    found += [each.source for each in (base.priorities.classes if base.priorities else ())]
    found += [line.source for line in study.lines]
    found += [of.source for _, of in study.inputs]
    found += [each.target.source for each in (calibration.targets if calibration else ())]
    yield from (f"{source}." for source in dict.fromkeys(found))


def people_counted(study: StudyParts) -> Iterator[str]:
    """Of whom the figures of habits are."""
    if study.base.habits.people:
        yield f"Habits are those of {study.base.habits.people}."


def readings(study: StudyParts) -> Iterator[str]:
    """What was made of sources before they were used."""
    yield from study.base.habits.left_open


def assumptions(study: StudyParts) -> Iterator[str]:
    """What is assumed."""
    yield "People act independently of each other, of how full a group is and of the list."
    yield "What nobody said of somebody is not known, and changes nothing for them."
    yield from readings(study)
    yield from (
        f"{finding}."
        for finding in study.results.findings
        if finding.kind is not RunFindingKind.FEW_REPLICATIONS
    )


def distributions(study: StudyParts) -> Iterator[str]:
    """Inputs that are not known for sure."""
    ends = np.array([0.025, 0.975])
    for path, of in study.inputs:
        low, high = (figure(float(each), None) for each in of.quantiles(ends))
        yield f"{path}: {type(of).__name__}, middle 95 % from {low} to {high} ({of.source})."


# Costs and effects.


def perspective(study: StudyParts) -> Iterator[str]:
    """Whose costs count."""
    if study.accounts is not None:
        yield f"That of the {study.accounts.perspective.value}."


def accounted_weeks(study: StudyParts) -> Iterator[str]:
    """Over how long costs and effects count."""
    if study.accounts is not None:
        yield f"{counted(study.accounts.weeks, 'week')}."


def discounting(study: StudyParts) -> Iterator[str]:
    """How later costs and effects count."""
    if study.accounts is not None:
        rates = (study.accounts.cost_rate, study.accounts.effect_rate)
        cost, effect = (float(100 * rate) for rate in rates)
        yield f"Costs by {cost:g} % a year, effects by {effect:g} %."


def prices(study: StudyParts) -> Iterator[str]:
    """In which money."""
    if study.accounts is not None:
        index = study.accounts.index
        by = f", brought there by {index.source}" if index else ""
        yield f"US dollars of {study.accounts.price_year}{by}."


def costs(study: StudyParts) -> Iterator[str]:
    """What things cost."""
    for line in study.lines:
        whose = listed(sorted(each.value for each in line.counts_for))
        yield (
            f"{line.name}: ${line.usd} of {line.year} for each unit of {line.measure}, of "
            f"{whose} ({line.source})."
        )


def main_results(study: StudyParts) -> Iterator[str]:
    """What came of it."""
    if study.comparison is not None:
        yield from map(str, study.comparison.rows)
    if study.frontier is not None:
        yield from map(str, study.frontier.rows)


def effects_of_inputs(study: StudyParts) -> Iterator[str]:
    """What turns on inputs that are not known for sure."""
    for part in (study.tornado, study.acceptability):
        if part is not None:
            yield from str(part).splitlines()


def checks(study: StudyParts) -> Iterator[str]:
    """How the model does beside figures that it was not fitted to."""
    if study.calibration is not None:
        yield from (str(each) for each in study.calibration.targets if not each.is_fitted)


def limits(study: StudyParts) -> Iterator[str]:
    """What to be careful with."""
    of_runs = study.results.findings if study.comparison is None else study.comparison.findings
    told = [*map(str, of_runs), *(study.calibration.findings if study.calibration else ())]
    yield from (f"{text.rstrip('.')}." for text in dict.fromkeys(told))
