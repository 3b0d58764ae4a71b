"""Placements, ladders and trade-offs for people to read, as plain text.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from iopkit.eligibility.predicates import describe
from iopkit.levels import HourBand, LevelOfCare
from iopkit.placement.beside import CareBeside
from iopkit.placement.outcomes import LevelFigure
from iopkit.placement.paths import PathResult, PathStep
from iopkit.placement.placement import Ladder, Placement, RungResult
from iopkit.placement.tradeoffs import Tradeoff
from iopkit.prose import duration_text, listed
from iopkit.reports.decisions import (
    ADVICE,
    STILL_OPEN,
    TO_WEIGH,
    against,
    consideration_words,
    contradiction_notes,
    criterion_lines,
    missing_words,
    open_words,
    version_words,
)
from iopkit.reports.lines import ASSUMED_IN_FORCE, fold, item, page, section
from iopkit.reports.policies import policy_text
from iopkit.sources import Cited, Source
from iopkit.truth import Truth

T = TypeVar("T")

_JUDGED = {
    Truth.YES: "every criterion is met",
    Truth.NO: "a criterion is unmet",
    Truth.UNKNOWN: "undetermined",
}
_RUNG = {Truth.YES: "not excluded", Truth.NO: "excluded", Truth.UNKNOWN: "undetermined"}
_TIME = {
    Truth.YES: "no less than the hours ask",
    Truth.NO: "less than the hours ask",
    Truth.UNKNOWN: "not known whether it is what the hours ask",
}
_NO_ODDS = (
    "The figures are of other people, places and years, and no two sources counted the same "
    "people: they are not this patient's odds. To complete a stay is not to be abstinent, and a "
    "short stay is easier to complete. Where no range or standard deviation stands beside a "
    "figure, none was seen."
)
_YES_NO = {True: "yes", False: "no"}


def placement_text(placement: Placement) -> str:
    """Where a ladder places a patient: every level tried, by which policy, and why."""
    last = placement.results[-1]
    lines = [placement.title, f"judged for {placement.on}"]
    if placement.assumed_in_force:
        lines.append(
            f"{ASSUMED_IN_FORCE}: on that day no version of some of these rules is known to be."
        )
    lines += ["", fold(outcome_words(placement), 0)]
    for result in placement.results:
        lines += ["", *_rung_lines(result)]
    lines += section(TO_WEIGH, consideration_words(last.decision))
    for head, items in contradiction_notes(last.decision):
        lines += section(head, items)
    lines += section(STILL_OPEN, missing_words(lambda: placement.missing))
    lines += section("Paths that hold, or may hold", map(_path, placement.paths))
    lines += section(_beside_head(placement), map(_beside, placement.beside))
    lines += section("Not judged here", last.decision.left_open)
    return page([*lines, "", ADVICE])


def outcome_words(placement: Placement) -> str:
    """Where it ended, and in the same breath which recorded facts of risk no rule has read."""
    least = "the least intensive level that none of these rules excludes"
    last = placement.results[-1]
    at = full_level(last.level)
    if placement.not_excluded is None and placement.stopped_at:
        seen = (result.explanation for result in last.decision.results)
        told = f"STOPPED at {at}: {open_words(seen)}"
    elif placement.not_excluded is None:
        told = "NO LEVEL of this ladder: its rules exclude each, for the reasons below"
    elif placement.level is None:
        told = f"UNDETERMINED: {at} is {least}"
    else:
        told = f"{at.upper()} is {least}"
    if weighs := against(last.decision):
        told = f"{told}; against it: {weighs}"
    if placement.not_judged is None:
        return f"{told}; what was recorded and not judged is not known."
    risks = "; ".join(risk.words for risk in placement.not_judged)
    return f"{told}; not judged: {risks}." if risks else f"{told}."


def _rung_lines(rung: RungResult) -> Iterator[str]:
    decision = rung.decision
    yield f"{full_level(rung.level)}: {_RUNG[decision.verdict]}"
    assumed = f": {ASSUMED_IN_FORCE}" if decision.assumed_in_force else ""
    yield fold(f"  by {decision.policy}, {version_words(decision)}{assumed}", 2)
    for result in decision.results:
        if result.truth is decision.verdict is not Truth.YES:
            yield from criterion_lines(result)
    if found := rung.disagreement:
        for other in rung.others:
            if other.verdict is not decision.verdict:
                assumed = f", {ASSUMED_IN_FORCE}" if other.assumed_in_force else ""
                yield f"  {other.policy}{assumed} says: {_RUNG[other.verdict]}"
        for cause in found.causes:
            if cause.policy != decision.policy:
                yield fold(f"    {cause.policy}, {cause.criterion}: {cause.reason}", 4)


def _path(result: PathResult) -> str:
    steps = ", then ".join(map(_step, result.path.steps))
    if result.truth is Truth.YES:
        holds = f"holds: {result.reason}"
    else:
        names = ", ".join(missing_words(lambda: result.missing))
        why = open_words([result.explanation])
        holds = f"may hold, to find out: {names}" if names else f"may hold: {why}"
    return f"{steps}, {result.path.words}: {holds}  ({result.path.source})"


def _step(step: PathStep) -> str:
    if not step.levels:
        return step.care
    numbers = " or ".join(level.number for level in step.levels)
    return f"{step.care} (level {numbers})"


def _beside_head(placement: Placement) -> str:
    known = {care.disorder for care in placement.beside} == {Truth.YES}
    why = "is recorded" if known else "is not excluded"
    return f"Can go beside any level, as an opioid use disorder {why}"


def _beside(care: CareBeside) -> str:
    said = [f"{judged.policy}: {_JUDGED[judged.verdict]}" for judged in care.decisions]
    return f"{care.treatment.words}: {'; '.join(said) or 'no policy was given to judge it'}"


def tradeoffs_text(rows: Iterable[Tradeoff]) -> str:
    """What each level asks of a patient and gives, a block each, with the sources."""
    listed = tuple(rows)
    blocks = [page([full_level(row.level), *_cells(row)]) for row in listed]
    if any(row.figures for row in listed):
        blocks.append(fold(_NO_ODDS, 0))
    return page(blocks, apart=2)


def _cells(row: Tradeoff) -> Iterator[str]:
    hours = Cited(_hours(row.hours), row.hours.source) if row.hours else None
    yield _cited("hours a week", hours, str)
    yield _cited("around the clock", row.around_the_clock, _YES_NO.__getitem__)
    yield _cited("medical care", row.medical_care, str)
    yield _cited("living at home", row.at_home, _YES_NO.__getitem__)
    yield _cited("mean stay", row.mean_days, "{:g} days".format)
    yield _cited("an episode costs", row.relative_cost, "{:.1f} times level 1".format)
    if row.time_enough is not None:
        free = () if row.free_time is None else (f"{duration_text(row.free_time)} a week",)
        enough = _TIME[row.time_enough]
        # The hours of the whole week are not those that were counted in some times of it.
        judged = (
            f"{', '.join((*free, enough))}; the time of day is not known"
            if row.times is None
            else "; ".join((*free, f"counted in {row.times}: {enough}"))
        )
        yield _cell("free time", judged)
    if row.commitments is not None:
        kept = "not known" if row.commitments_kept is None else row.commitments_kept
        against = listed([kind.value for kind in row.colliding]) if row.colliding else ""
        which = f"; collide with these times: {against}" if against else ""
        yield _cell("commitments", f"{row.commitments}; can go on: {kept}{which}")
    for figure in row.figures:
        yield _cell(figure.measure.value, figure_words(figure), figure.source)


def figure_words(figure: LevelFigure) -> str:
    """A figure with its care, people, year and spread, as far as the source has them."""
    if figure.value is None:
        amount, spread = f"above {figure.low}", ""
    else:
        amount, spread = f"{figure.value:,}", _spread(figure)
    people = f"{figure.people:,} " if figure.people else ""
    whom = f"{figure.care}; {people}{figure.population}; {figure.year}{spread}"
    return f"{amount} {figure.unit} ({whom})"


def _spread(figure: LevelFigure) -> str:
    if figure.sd is not None:
        return f"; standard deviation {figure.sd:,}"
    if figure.low is None or figure.high is None:
        return ""
    return f"; {figure.low:,} to {figure.high:,}"


def _cited(name: str, cell: Cited[T] | None, words: Callable[[T], str]) -> str:
    return _cell(name) if cell is None else _cell(name, words(cell.value), cell.source)


def _cell(name: str, words: str = "not known", source: Source | None = None) -> str:
    return fold(f"  {name:<18}{words}{f'  ({source})' if source else ''}", 20)


def _hours(band: HourBand) -> str:
    bounds = (("at least", band.low), ("at most", band.high), ("below", band.under))
    return ", ".join(f"{word} {duration_text(bound)}" for word, bound in bounds if bound)


def ladder_text(ladder: Ladder) -> str:
    """A ladder's levels with the policies that exclude each or do not, and its paths."""
    lines = [f"ladder {ladder.name}: {ladder.title}"]
    for rung in ladder.rungs:
        for policy in (rung.policy, *rung.others):
            lines += ["", full_level(rung.level), policy_text(policy)]
    for path in ladder.paths:
        lines += ["", f"path {path.name}, {path.words}:", *map(item, map(_step, path.steps))]
        lines += [fold(f"  where {describe(path.predicate)}  ({path.source})", 4)]
    return page(lines)


def full_level(level: LevelOfCare) -> str:
    """A level's number and name."""
    return f"level {level.number}, {level.name}"
