"""Every recorded fact is read by something shipped, or is listed with the reason why not."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from iopkit.eligibility import CONTRADICTIONS, FACTS, Predicate, RecordedRisk, facts_in
from iopkit.errors import InvalidError
from iopkit.library import LADDERS, POLICIES, RECORDED_NOT_USED


def shipped() -> Iterator[Predicate]:
    """Every predicate of a criterion, a consideration, a path or a contradiction."""
    rungs = [rung for ladder in LADDERS for rung in ladder.rungs]
    for policy in (*POLICIES, *(one for rung in rungs for one in (rung.policy, *rung.others))):
        for version in policy.versions.dated:
            yield from (criterion.predicate for criterion in version.value)
        yield from (each.predicate for each in policy.considerations)
    yield from (path.predicate for ladder in LADDERS for path in ladder.paths)
    yield from (each.predicate for each in CONTRADICTIONS)


READ = {fact.asked for predicate in shipped() for fact in facts_in(predicate)}


def test_every_fact_is_read_or_listed_and_none_is_both() -> None:
    assert READ | set(RECORDED_NOT_USED) == set(FACTS)
    assert READ & set(RECORDED_NOT_USED) == set()
    assert (len(READ), len(RECORDED_NOT_USED)) == (51, 73)


def told(name: str) -> list[RecordedRisk]:
    """A fact with each of its values that is told as a risk."""
    fact = FACTS[name]
    found: list[RecordedRisk] = []
    for value in (True, False, *getattr(fact.kind, "options", ()), *range(50)):
        with suppress(InvalidError):
            found.append(RecordedRisk(fact, value))
    return found


@pytest.mark.parametrize("name", RECORDED_NOT_USED)
def test_what_is_told_as_a_risk_is_said_to_be(name: str) -> None:
    reason = RECORDED_NOT_USED[name]

    assert reason.endswith(".")
    assert bool(told(name)) == ("told as" in reason)
    holds_back = any(risk.holds_back for risk in told(name))
    assert holds_back == ("no level is the answer" in reason)
