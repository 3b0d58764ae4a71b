"""Findings of a run: what to be careful with in its results, told with them."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import numpy as np
import polars as pl

from iopkit.charges.code_rules import codes_of
from iopkit.eligibility.predicates import describe
from iopkit.errors import did_you_mean
from iopkit.fields import frozen
from iopkit.prose import counted, listed
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.leaving import plain_word
from iopkit.scenarios.preparing import Prepared
from iopkit.scenarios.progressing import not_modeled
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.weeks import StayTimetable
from iopkit.truth import Truth
from iopkit.windows import Weekday


class RunFindingKind(StrEnum):
    """What a finding is about."""

    FEW_REPLICATIONS = "few_replications"
    LOAD = "load"
    SEATS = "seats"
    BEYOND_SOURCE = "beyond_source"
    FACT_UNKNOWN = "fact_unknown"
    NOT_DATED = "not_dated"
    BY_TIMETABLE = "by_timetable"
    CONDITION = "condition"
    FOLLOW_ON = "follow_on"
    DRAWN = "drawn"
    USER_FIGURE = "user_figure"
    NOT_IN_MONEY = "not_in_money"


@frozen
class RunFinding:
    """One thing to be careful with in some ``scenarios``, by their names; none: in all of them."""

    kind: RunFindingKind
    words: str
    scenarios: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{', '.join(self.scenarios)}: {self.words}" if self.scenarios else self.words


_FEW = 30
"""Fewer replications than these are told as few."""


def findings_of(
    prepared: Sequence[Prepared], replications: Sequence[int]
) -> tuple[RunFinding, ...]:
    """What to be careful with in the results of some replications of scenarios."""
    of: dict[tuple[RunFindingKind, str], list[str]] = {}
    for each in prepared:
        for told in _of_scenario(each):
            of.setdefault(told, []).append(each.scenario.name)
    few = () if len(replications) >= _FEW else (_few(len(replications)),)
    some = (
        RunFinding(*told, () if len(names) == len(prepared) else tuple(names))
        for told, names in of.items()
    )
    return (*few, *some)


_AFTER = {
    "phases_unmet": "phases a replication ended at their most weeks while their condition did not "
    "hold or was not known: these people went on all the same",
    "completed_unsure": "people a replication completed while it was not known whether they met "
    "the condition of the discharge",
}


def findings_after(totals: pl.DataFrame) -> tuple[RunFinding, ...]:
    """What the totals of a run say beside what was known before it."""
    means = totals.group_by("scenario", "measure", maintain_order=True).agg(pl.col("value").mean())
    return tuple(
        RunFinding(RunFindingKind.CONDITION, f"about {mean:,.1f} {_AFTER[measure]}", (name,))
        for name, measure, mean in means.iter_rows()
        if measure in _AFTER and mean
    )


def _few(count: int) -> RunFinding:
    words = (
        f"{counted(count, 'replication')}: intervals of fewer than {_FEW} are not to be relied on"
    )
    return RunFinding(RunFindingKind.FEW_REPLICATIONS, words)


def _of_scenario(prepared: Prepared) -> Iterator[tuple[RunFindingKind, str]]:
    told: dict[RunFindingKind, Iterable[str]] = {
        RunFindingKind.DRAWN: prepared.scenario.population.words,
        RunFindingKind.LOAD: _load(prepared),
        RunFindingKind.FOLLOW_ON: _follow_ons(prepared),
        RunFindingKind.USER_FIGURE: _own_shares(prepared.scenario),
    }
    yield from ((kind, words) for kind, each in told.items() for words in each)
    for each in prepared.programs:
        of = f"{each.scenario.program.name}: " if prepared.others else ""
        yield from ((kind, f"{of}{words}") for kind, words in _of_program(each))


def _of_program(prepared: Prepared) -> Iterator[tuple[RunFindingKind, str]]:
    told: dict[RunFindingKind, Iterable[str]] = {
        RunFindingKind.USER_FIGURE: _own_figures(prepared.habits),
        RunFindingKind.FACT_UNKNOWN: (*_unknown(prepared), *prepared.not_known),
        RunFindingKind.BEYOND_SOURCE: _beyond(prepared),
        RunFindingKind.SEATS: (*prepared.scenario.capacity.words, *_unused(prepared.scenario)),
        RunFindingKind.NOT_DATED: _undated(prepared),
        RunFindingKind.NOT_IN_MONEY: _not_in_money(prepared.scenario),
    }
    if prepared.timetable is not None:
        told[RunFindingKind.BY_TIMETABLE] = (_by_timetable(prepared.timetable),)
        told[RunFindingKind.CONDITION] = _conditions(prepared.timetable, prepared.habits)
    return ((kind, words) for kind, each in told.items() for words in each)


def _follow_ons(prepared: Prepared) -> Iterator[str]:
    """Follow-ons that nobody takes, and programs to which none leads."""
    scenario, of = prepared.scenario, {e.scenario.program.name: e for e in prepared.programs}
    for rule in scenario.follow_on:
        name = rule.after or scenario.program.name
        if rule.reason not in of[name].reasons:
            reason = plain_word(rule.reason)
            yield f"nobody leaves {name} as {reason}: nobody goes on to {rule.to} by it"
    led_to = {rule.to for rule in scenario.follow_on}
    for each in scenario.further:
        if each.name not in led_to:
            yield f"nobody goes on to {each.name}"


def _own_shares(scenario: Scenario) -> Iterator[str]:
    """Which shares of those who go on have no source."""
    for place, rule in enumerate(scenario.follow_on):
        if rule.share.source is None:
            yield f"a figure of your own: follow_on.{place} ({rule.share.words} to {rule.to})"


def _own_figures(habits: Habits) -> Iterator[str]:
    """Which figures of the habits have no source."""
    own = [f"{each.path} ({each.words})" for each in habits.figures if each.source is None]
    if own:
        yield f"figures of your own: {listed(own)}"


def _unused(scenario: Scenario) -> Iterator[str]:
    """Seats that limit nobody, as the program has no such service."""
    for each in (scenario, *scenario.further):
        services = [service.name for service in each.program.every_service]
        for pool in each.capacity.pools:
            if pool.need not in services:
                near = did_you_mean(pool.need, services)
                yield (
                    f"{pool.name}: the program has no service {pool.need!r}, so that its seats "
                    f"limit nobody{near and f' ({near})'}"
                )


def _undated(prepared: Prepared) -> Iterator[str]:
    """Sessions of which the site does not say when they are, or how long."""
    undated = prepared.weeks.starting(prepared.scenario.start).undated
    if undated:
        verb = "has" if undated == 1 else "have"
        yield f"{counted(undated, 'session')} of the program {verb} no date at the site"


def _by_timetable(timetable: StayTimetable) -> str:
    weekday = Weekday(timetable.first.weekday()).name.capitalize()
    return (
        f"conditions and absences are judged by the timetable of a stay that begins on a {weekday},"
        " without holidays, closures and groups: in others sessions may be some days off it"
    )


def _conditions(timetable: StayTimetable, habits: Habits) -> Iterator[str]:
    """What cannot be known of what a program asks."""
    program = timetable.program
    asked = [(p.name, p.advance) for p in program.phases if p.name in timetable.asked]
    for name, condition in (*asked, ("discharge", program.discharge)):
        unknown = not_modeled(condition) if condition is not None else ()
        if unknown:
            yield f"{name}: scenarios know nothing of {listed(unknown)}, so that it stays unknown"
    for name in timetable.shifting:
        yield f"{name}: its sessions depend on its weeks, so that its record may read otherwise"
    if habits.attends is None:
        yield "the habits do not say who attends: no absence and no session attended is known"
    elif habits.excuses is None and any(not each.excused for each in program.absence_limits):
        yield (
            "the habits do not say which absences are excused: no limit on unexcused ones is "
            "reached (excuses=0 for none)"
        )


def _unknown(prepared: Prepared) -> Iterator[str]:
    """Of how many people it is not known what the habits ask: they do as is usual."""
    people = np.bincount(prepared.stratum, minlength=len(prepared.truths)).tolist()
    for place, predicate in enumerate(prepared.scenario.habits.predicates):
        count = sum(
            number
            for number, told in zip(people, prepared.truths, strict=True)
            if told[place][1] is Truth.UNKNOWN
        )
        if count:
            yield f"of {count:,} people it is not known whether {describe(predicate)}: as is usual"


def _beyond(prepared: Prepared) -> Iterator[str]:
    """Curves that are used for longer than their sources counted."""
    habits, horizon = prepared.scenario.habits, prepared.scenario.weeks * 7
    stay = prepared.stays.weeks * 7
    exits = habits.leaving.exits if habits.leaving else ()
    used = (
        *((f"leaving, {one.reason.value.replace('_', ' ')}", one.curve, stay) for one in exits),
        ("returning to use", habits.returns_to_use, stay),
        ("stopping use", habits.stops_using, stay),
        ("giving up the wait", habits.gives_up, horizon),
        *(("coming back", one.curve, horizon) for one in habits.coming_back),
    )
    for what, curve, days in used:
        if curve is not None and curve.known_days is not None and curve.known_days < days:
            yield (
                f"{what}: the source counted {curve.known_days} days, and the scenario goes to "
                f"{days}; what comes after is assumed"
            )


def _not_in_money(scenario: Scenario) -> Iterator[str]:
    """Codes without a rate as it begins, and people of whom it is not known how far they come."""
    coding, rates, on = scenario.coding, scenario.rates, scenario.start
    if coding is not None and rates is not None:
        assume = scenario.assume_in_force
        rules = coding.version(on=on, assume_in_force=assume).value
        for code in (code for rule in rules for code in codes_of(rule)):
            if rates.rate(code, on=on, assume_in_force=assume) is None:
                yield (
                    f"no rate for {code} in {rates.name!r} on the first day: where it is charged, "
                    "the sum is not known"
                )
    site, people = scenario.site.name, scenario.population
    if site in people.sites:
        far = int(np.isinf(people.nearest([site]).minutes).sum())
        if far:
            yield (
                f"of {far:,} of {len(people):,} people it is not known how far {site} is: their "
                "way is not counted"
            )


def _load(prepared: Prepared) -> Iterator[str]:
    """Whether as many are referred as seats allow, or more."""
    seats = prepared.least_seats
    load = prepared.expected_in_care
    if seats is not None and load >= seats:
        yield (
            f"about {load:.0f} would be in care without limits and there are "
            f"{counted(seats, 'seat')}: the list grows until people give up, and figures depend on "
            "how long the scenario is"
        )
