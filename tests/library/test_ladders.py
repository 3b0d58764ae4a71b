"""The shipped ladder: no gap, never lower when worse, and nothing guessed."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from iopkit.errors import NotInForceError, UnknownNameError
from iopkit.levels import LevelOfCare
from iopkit.library import LADDERS, find_ladder
from iopkit.patients import Assessment, Patient
from iopkit.placement import Placement, place
from iopkit.truth import Truth

ON = date(2026, 1, 5)
LADDER = find_ladder("us-public-rules")
MINUTE = timedelta(minutes=1)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


# Both sides of every bound, and each answer of a clinician; what is worse comes later.
HOURS = (
    *(hours(0), hours(6) - MINUTE, hours(6), hours(9) - MINUTE, hours(9), hours(19)),
    *(hours(19) + MINUTE, hours(20), hours(168)),
)
FINDINGS: Mapping[str, tuple[Any, ...]] = {
    "needed_per_week": HOURS,
    "support_adequate": (True, False),
    "dangerous": (False, True),
    "needs_24_hour_care": (False, True),
    "needs_medical_monitoring": (False, True),
    "needs_medical_management": (False, True),
}
BIRTHS = (date(2008, 1, 5), date(2008, 1, 6))
"""The last birth date of an adult on the day, and the first of an adolescent."""
UNKNOWN = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))


def placed(findings: Mapping[str, Any], birth: date | None = BIRTHS[0]) -> Placement:
    found = Assessment(on=ON, **findings)
    return place(LADDER, Patient(UNKNOWN.key, birth, assessments=(found,)), on=ON)


def everybody() -> Iterator[tuple[dict[str, Any], date]]:
    """Every mixture of findings that the ladder can tell apart and that can be so together."""
    for birth, *values in product(BIRTHS, *FINDINGS.values()):
        findings = dict(zip(FINDINGS, values, strict=True))
        inpatient = findings["needs_medical_monitoring"] or findings["needs_medical_management"]
        if findings["needs_24_hour_care"] or not inpatient:
            yield findings, birth


def expected(findings: Mapping[str, Any], birth: date) -> str:
    """The level by hand, from the most intensive down."""
    needed = findings["needed_per_week"]
    if findings["needs_medical_management"]:
        return "4"
    if findings["needs_medical_monitoring"]:
        return "3.7"
    if findings["needs_24_hour_care"] or findings["dangerous"] or not findings["support_adequate"]:
        return "3.5"
    if needed > hours(19):
        return "2.5"
    return "1" if needed < hours(9 if birth == BIRTHS[0] else 6) else "2.1"


@pytest.mark.no_cover  # reaches only what others do
def test_everybody_who_is_known_lands_on_one_level() -> None:
    for findings, birth in everybody():
        placement = placed(findings, birth)

        level = LevelOfCare(expected(findings, birth))
        assert placement.not_excluded == level, findings
        # Whether a residential level can hold somebody dangerous, no public rule says.
        answered = not findings["dangerous"] or level.number == "4"
        assert placement.level == (level if answered else None)
        assert placement.missing == ()


@pytest.mark.no_cover  # reaches only what others do
def test_no_worse_finding_gives_a_less_intensive_level() -> None:
    levels = {
        (birth, *findings.values()): placed(findings, birth).not_excluded
        for findings, birth in everybody()
    }
    for key, level in levels.items():
        for place_of, values in enumerate(FINDINGS.values(), 1):
            for worse in values[values.index(key[place_of]) + 1 :]:
                changed = (*key[:place_of], worse, *key[place_of + 1 :])
                if changed in levels:
                    after = levels[changed]
                    assert level is not None
                    assert after is not None
                    assert level <= after, key


@pytest.mark.no_cover  # reaches only what others do
def test_what_is_enough_stays_enough_further_up() -> None:
    for findings, birth in everybody():
        found = Assessment(on=ON, **findings)
        patient = Patient(UNKNOWN.key, birth, assessments=(found,))
        verdicts = [rung.policy.decide(patient, on=ON).verdict for rung in LADDER.rungs]

        assert verdicts == sorted(verdicts, key=[Truth.NO, Truth.YES].index)


EASIEST = {name: values[0] for name, values in FINDINGS.items()}


@pytest.mark.parametrize("unknown", list(FINDINGS))
def test_one_unknown_finding_stops_it_at_the_lowest_level_that_it_could_settle(
    unknown: str,
) -> None:
    placement = placed({**EASIEST, unknown: None})

    fact = "needed_hours_per_week" if unknown == "needed_per_week" else unknown
    assert placement.level is None
    assert placement.stopped_at == LevelOfCare("1")
    assert placement.missing == (fact,)


def test_of_somebody_unknown_all_is_missing_that_could_settle_the_lowest_level() -> None:
    placement = place(LADDER, UNKNOWN, on=ON)

    assert placement.stopped_at == LevelOfCare("1")
    assert set(placement.missing) == {
        "age",
        "needed_hours_per_week",
        *(set(FINDINGS) - {"needed_per_week"}),
    }


@pytest.mark.parametrize(
    ("findings", "level"),
    [
        pytest.param({"needs_medical_management": True}, "4", id="management alone settles it"),
        pytest.param(
            {"needs_medical_monitoring": True, "needs_medical_management": False},
            "3.7",
            id="monitoring without management",
        ),
        pytest.param(
            {**EASIEST, "needed_per_week": None, "dangerous": True}, "3.5", id="hours do not matter"
        ),
    ],
)
def test_what_is_not_known_does_not_stop_it_where_it_cannot_matter(
    findings: Mapping[str, Any], level: str
) -> None:
    assert placed(findings, None).not_excluded == LevelOfCare(level)


@pytest.mark.parametrize(
    ("needed", "level"),
    [(hours(5), "1"), (hours(6), None), (hours(9) - MINUTE, None), (hours(9), "2.1")],
    ids=str,
)
def test_an_unknown_age_matters_only_between_six_and_nine_hours(
    needed: timedelta, level: str | None
) -> None:
    placement = placed({**EASIEST, "needed_per_week": needed}, None)

    assert placement.level == (LevelOfCare(level) if level else None)
    assert placement.missing == (() if level else ("age",))


def test_nobody_is_placed_before_illinois_adopted_its_rule() -> None:
    assert place(LADDER, UNKNOWN, on=date(2025, 4, 2)).missing
    with pytest.raises(NotInForceError):
        place(LADDER, UNKNOWN, on=date(2025, 4, 1))


def test_a_ladder_is_found_by_its_name() -> None:
    assert [ladder.name for ladder in LADDERS] == sorted({ladder.name for ladder in LADDERS})
    for shipped in LADDERS:
        assert find_ladder(shipped.name) is shipped
    with pytest.raises(UnknownNameError, match="did you mean 'us-public-rules'"):
        find_ladder("us-public-rule")
