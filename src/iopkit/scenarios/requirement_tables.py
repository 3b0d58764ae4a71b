"""Tables of requirements: in how many weeks and courses of a run each requirement is met."""

from datetime import timedelta

import numpy as np
import polars as pl

from iopkit.checks.checks import check
from iopkit.courses.deliveries import delivered_by
from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.requirements.requirements import RequirementSet
from iopkit.scenarios.bills import is_of_a_week
from iopkit.scenarios.entries import courses_of
from iopkit.scenarios.episodes import Episodes
from iopkit.scenarios.preparing import Prepared
from iopkit.truth import Truth

_ANSWERS = (Truth.YES, Truth.NO, Truth.UNKNOWN)


def requirements_met(prepared: Prepared, episodes: Episodes, *, sample: int) -> pl.DataFrame:
    """In how many weeks each requirement is met, and in how many courses of a sample.

    See ``Results.requirements``.

    Args:
        prepared: what the episodes are of.
        episodes: of one replication or more.
        sample: how many courses to look at; 0 for none.

    Raises:
        InvalidError: the scenario has no requirements, or the sample is negative.
    """
    required, found = prepared.scenario.requirements, episodes.findings
    refuse("requirements met", unless(sample >= 0, "sample", "0 or more", sample))
    if required is None or found is None:
        lacking = Fault(("requirements",), "those of the scenario", "none")
        raise InvalidError("requirements met", (lacking,))
    rows: list[tuple[str, str, int, int, int]] = []
    for name, counts in zip(found.requirements, found.by_requirement.sum(axis=0), strict=True):
        met, unmet, undetermined = counts.tolist()
        if counts.any():
            rows.append((name, "weeks", met, unmet, undetermined))
    for name, answers in _of_courses(prepared, episodes, required, sample).items():
        met, unmet, undetermined = (answers.count(each) for each in _ANSWERS)
        rows.append((name, "sampled courses", met, unmet, undetermined))
    columns = {"requirement": pl.String, "judged": pl.String}
    counts_of = dict.fromkeys(("met", "unmet", "undetermined"), pl.Int64)
    return pl.DataFrame(rows, {**columns, **counts_of}, orient="row")


def _of_courses(
    prepared: Prepared, episodes: Episodes, required: RequirementSet, sample: int
) -> dict[str, list[Truth]]:
    """How each other requirement stands in each of some courses, once it is judged there."""
    scenario = prepared.scenario
    last = scenario.start + timedelta(days=episodes.days - 1)
    told: dict[str, list[Truth]] = {}
    for course in courses_of(prepared, episodes, of=_drawn(episodes, sample)):
        found = check(
            delivered_by(course, on=last),
            required,
            site=scenario.site,
            assume_in_force=scenario.assume_in_force,
        )
        own: dict[str, Truth] = {}
        for each in found:
            if not is_of_a_week(each.requirement.demand):
                name = each.requirement.name
                own[name] = own.get(name, Truth.YES) & each.truth
        for name, truth in own.items():
            told.setdefault(name, []).append(truth)
    return told


def _drawn(episodes: Episodes, sample: int) -> list[int]:
    """The rows of some who were admitted at their first referral, by their own chance."""
    rows = np.flatnonzero((episodes.start >= 0) & (episodes.follows < 0) & ~episodes.before)
    chosen = rows[np.argsort(episodes.stream[rows], kind="stable")[:sample]]
    return sorted(chosen.tolist())
