"""Coding schemes: what a rule can be, and what the shipped ones say."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given

from iopkit import strategies
from iopkit.charges import (
    CodingRule,
    CodingScheme,
    DayCode,
    DayTiers,
    Exclusion,
    SessionCodes,
    Tier,
    TimeBand,
    TimedCode,
    WeekCode,
    codes_of,
)
from iopkit.errors import InvalidError, NotInForceError, UnknownNameError
from iopkit.library import CODINGS, find_coding
from iopkit.modalities import Modality
from iopkit.sources import Dated, Grade, Source, Versions

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
GROUP = frozenset({Modality.GROUP_THERAPY})

DAY = DayCode("A1", HOUR, GROUP, CODE)
BANDS = SessionCodes((TimeBand("B1"), TimeBand("B2", HOUR)), GROUP, CODE)
TIMED = TimedCode("C1", HOUR, GROUP, CODE)
TIERS = DayTiers((Tier("D3", 3), Tier("D4", 4)), GROUP, CODE)
WEEK = WeekCode("E1", 9, GROUP, CODE)


def bars(code: str, *others: str) -> Exclusion:
    return Exclusion(code, frozenset(others), CODE)


def scheme(*rules: CodingRule) -> CodingScheme:
    return CodingScheme("any", "Any", Versions((Dated(date(2024, 1, 1), rules, CODE),)))


@pytest.mark.parametrize(
    ("build", "path"),
    [
        (lambda: evolve(DAY, code="a1"), "code"),
        (lambda: evolve(DAY, code="A 1"), "code"),
        (lambda: evolve(DAY, code=""), "code"),
        (lambda: evolve(DAY, least=timedelta(0)), "least"),
        (lambda: evolve(DAY, least=timedelta(seconds=90)), "least"),
        (lambda: evolve(DAY, least=25 * HOUR), "least"),
        (lambda: evolve(DAY, counted=frozenset()), "counted"),
        (lambda: evolve(DAY, days_a_week=0), "days_a_week"),
        (lambda: evolve(DAY, days_a_week=8), "days_a_week"),
        (lambda: TimeBand("A1", -MINUTE), "least"),
        (lambda: TimeBand("a"), "code"),
        (lambda: evolve(BANDS, bands=()), "bands"),
        (lambda: evolve(BANDS, bands=BANDS.bands[::-1]), "bands"),
        (lambda: evolve(BANDS, bands=BANDS.bands[:1] * 2), "bands"),
        (lambda: evolve(BANDS, longest=HOUR - MINUTE), "longest"),
        (lambda: evolve(BANDS, longest=25 * HOUR), "longest"),
        (lambda: evolve(BANDS, counted=frozenset()), "counted"),
        (lambda: evolve(BANDS, per_day=0), "per_day"),
        (lambda: evolve(BANDS, per_day=1001), "per_day"),
        (lambda: evolve(BANDS, months_apart=0), "months_apart"),
        (lambda: evolve(TIMED, code="-"), "code"),
        (lambda: evolve(TIMED, unit=timedelta(0)), "unit"),
        (lambda: evolve(TIMED, counted=frozenset()), "counted"),
        (lambda: evolve(TIMED, per_day=0), "per_day"),
        (lambda: Tier("A1", 0), "services"),
        (lambda: Tier("a", 1), "code"),
        (lambda: evolve(TIERS, tiers=()), "tiers"),
        (lambda: evolve(TIERS, tiers=TIERS.tiers[::-1]), "tiers"),
        (lambda: evolve(TIERS, counted=frozenset()), "counted"),
        (lambda: evolve(WEEK, code="e1"), "code"),
        (lambda: evolve(WEEK, services=0), "services"),
        (lambda: evolve(WEEK, counted=frozenset()), "counted"),
        (lambda: bars("A1"), "others"),
        (lambda: bars("A1", "A1", "B1"), "others"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(build: Callable[[], object], path: str) -> None:
    with pytest.raises(InvalidError) as caught:
        build()
    assert [fault.path for fault in caught.value.faults] == [(path,)]


def test_a_rule_may_be_at_its_bounds() -> None:
    assert evolve(DAY, least=24 * HOUR, days_a_week=7)
    assert evolve(BANDS, longest=HOUR, per_day=1000, months_apart=1)
    assert TimeBand("A1", MINUTE)
    assert Tier("IOP-3-SERVICES", 1)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], "a rule for at least one code"),
        ([DAY, DAY], "each code once"),
        ([BANDS, evolve(DAY, code="B2")], "each code once"),
        ([DAY, bars("A1", "X1")], "exclusions from a day's code"),
        ([DAY, bars("X1", "A1")], "exclusions from a day's code"),
        ([DAY, WEEK, bars("A1", "E1")], "exclusions from a day's code"),
        ([WEEK, DAY, bars("E1", "A1")], "exclusions from a day's code"),
        ([TIMED, DAY, bars("A1", "C1")], "exclusions from a day's code"),
        ([BANDS, bars("B1", "B2")], "exclusions from a day's code"),
    ],
    ids=[
        "no rule",
        "a rule twice",
        "a code in two rules",
        "a code without a rule",
        "excluded by a code without a rule",
        "a week is excluded",
        "excluded by a week",
        "in the wrong order",
        "within one rule",
    ],
)
def test_rules_that_do_not_go_together_are_refused(rules: list[CodingRule], expected: str) -> None:
    with pytest.raises(InvalidError) as caught:
        scheme(*rules)
    (fault,) = caught.value.faults
    assert fault.path == ("versions", "dated", 0, "value")
    assert fault.expected.startswith(expected)


def test_an_exclusion_may_stand_anywhere() -> None:
    assert scheme(bars("A1", "C1", "B2"), DAY, BANDS, TIMED, TIERS, WEEK)


def test_codes_are_listed_in_the_order_of_a_rule() -> None:
    listed = [codes_of(rule) for rule in (DAY, BANDS, TIMED, TIERS, WEEK, bars("A1", "B1"))]
    assert listed == [("A1",), ("B1", "B2"), ("C1",), ("D3", "D4"), ("E1",), ()]


@given(strategies.codings())
def test_drawn_schemes_have_a_code(coding: CodingScheme) -> None:
    for version in coding.versions.dated:
        assert any(codes_of(rule) for rule in version.value)


# What is shipped


def test_shipped_schemes_are_in_the_order_of_names() -> None:
    names = [coding.name for coding in CODINGS]
    assert names == sorted(set(names))
    assert all(find_coding(name).name == name for name in names)


def test_an_unknown_scheme_comes_with_the_one_that_was_meant() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'us-h0015'"):
        find_coding("us-h0016")


@pytest.mark.parametrize(
    ("name", "since"),
    [
        ("us-cpt-psychotherapy", date(2017, 1, 1)),
        ("us-h0015", date(2023, 4, 30)),
        ("us-md-medicaid", date(2018, 7, 1)),
        ("us-medicare-clinic-iop", date(2024, 1, 1)),
        ("us-medicare-iop", date(2024, 1, 1)),
        ("us-medicare-otp-iop", date(2024, 1, 1)),
    ],
)
def test_a_scheme_is_in_force_since_its_first_day(name: str, since: date) -> None:
    coding = find_coding(name)
    assert coding.version(on=since).since == since
    with pytest.raises(NotInForceError, match=f"coding scheme '{name}'"):
        coding.version(on=since - timedelta(days=1))


@pytest.mark.parametrize("coding", CODINGS, ids=lambda coding: coding.name)
def test_a_shipped_scheme_says_what_it_leaves_open_and_has_no_codes_from_memory(
    coding: CodingScheme,
) -> None:
    assert coding.left_open
    codes = {
        code
        for version in coding.versions.dated
        for rule in version.value
        for code in codes_of(rule)
    }
    assert not codes & {"80305", "H2036", "5851", "5852", "5861", "5862"}
    assert all(re.fullmatch(r"[A-Z]?[0-9]{4,5}|IOP-[34]-SERVICES", code) for code in codes)


def test_the_code_of_a_day_in_maryland_bars_those_of_sessions() -> None:
    (exclusion,) = (
        rule
        for rule in find_coding("us-md-medicaid").versions.dated[0].value
        if isinstance(rule, Exclusion)
    )
    assert (exclusion.code, exclusion.others) == ("H0015", {"H0004", "H0005"})
