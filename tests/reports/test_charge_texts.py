"""Bills, coding schemes, rates and costs as people read them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given

from iopkit import Modality, Plan, Program, Schedule, Source, Weekday
from iopkit.charges import (
    Charges,
    CodingRule,
    CodingScheme,
    CostComparison,
    CostFigure,
    DayCode,
    DaysCounted,
    DayTiers,
    Exclusion,
    Period,
    Rate,
    RateTable,
    SessionCodes,
    Tier,
    TimeBand,
    TimedCode,
    WeekCode,
    compare_costs,
    itemize,
)
from iopkit.documents import cost_document
from iopkit.library import CODINGS, COSTS, RATES, find_coding, find_rates
from iopkit.programs import PerWeek, Phase, Service
from iopkit.reports import charges_text, coding_text, costs_text, rates_text
from iopkit.reports.charges import rule_words, stay_words, week_words
from iopkit.schedules import Reason, Session, Unplaced
from iopkit.sources import Dated, Grade, Versions
from iopkit.strategies import codings, rate_tables

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
MONDAY = date(2023, 1, 2)
CODE = Source("Example Code 1", Grade.LEGAL_TEXT, "https://example.org/1")
GROUP = frozenset({Modality.GROUP_THERAPY})
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def flat(text: str) -> str:
    return " ".join(text.split())


def _name(kind: Modality) -> str:
    return kind.value.replace("_", "-")


def dated(*asked: tuple[int, Modality, int], unplaced: int = 0) -> Schedule:
    """Sessions on days of a plan of two weeks, each of some minutes."""
    program = Program(
        "any",
        "Any",
        (Phase("only", "Only", 2),),
        tuple(Service(_name(kind), kind.label, kind, PerWeek(1)) for kind in Modality),
    )
    tz = ZoneInfo("America/New_York")
    sessions = tuple(
        Session(
            _name(kind),
            number,
            "only",
            day // 7 + 1,
            kind,
            datetime(2023, 1, 2, 8, tzinfo=tz) + timedelta(days=day, hours=number),
            minutes * MINUTE,
        )
        for number, (day, kind, minutes) in enumerate(asked, 1)
    )
    missing = tuple(
        Unplaced("group-therapy", n, "only", 1, Modality.GROUP_THERAPY, Reason.TIME_UNKNOWN)
        for n in range(101, 101 + unplaced)
    )
    plan = Plan(KEY, KEY, "Elm", program, MONDAY, 1)
    return Schedule(plan, tz.key, sessions, missing)


COUNSELING, TEST = Modality.INDIVIDUAL_COUNSELING, Modality.DRUG_TESTING
MADE = dated(
    (0, Modality.GROUP_THERAPY, 90),
    (0, COUNSELING, 45),
    (1, COUNSELING, 10),
    (2, TEST, 5),
    (7, Modality.GROUP_THERAPY, 60),
    (9, TEST, 5),
    unplaced=2,
)
MARYLAND, MARYLAND_RATES = find_coding("us-md-medicaid"), find_rates("us-md-medicaid")


def test_a_bill_has_lines_weeks_a_total_and_what_is_not_charged() -> None:
    assert (
        charges_text(itemize(MADE, MARYLAND, rates=MARYLAND_RATES))
        == """\
Charges for the sessions booked
  coding scheme: us-md-medicaid
  rates: us-md-medicaid

  week  day             code            units       rate        amount
     1  Mon 2023-01-02  H0005               1      52.90         52.90
     1  Mon 2023-01-02  H0004               3      27.12         81.36
     2  Mon 2023-01-09  H0005               1      52.90         52.90

Week 1: 3 H0004, 1 H0005: $134.26
Week 2: 1 H0005: $52.90
Total: 3 H0004, 2 H0005: $187.16

Not charged:
  - individual-counseling, 1 session: H0015, too little service on the day; H0004,
    shorter than the code asks
  - drug-testing, 2 sessions: no code for this kind of service
  - 2 sessions that have no day

Not known for a claim:
  - which mark is for such sessions: the scheme states none: 3 lines
  - who leads a session: 3 lines

Sources of the rates:
  - H0004, H0005: COMAR 10.09.80.08.D(1) [T1, as of 2024-11-01]"""
    )


def test_a_total_that_is_not_known_says_why() -> None:
    some = RateTable("ours", "Ours", (Rate("H0004", MONDAY, Decimal("1000.00")),))
    text = charges_text(itemize(MADE, MARYLAND, rates=some))
    assert "H0005               1  not known     not known" in text
    assert "H0004               3   1,000.00      3,000.00" in text
    assert "Week 1: 3 H0004, 1 H0005: $3,000.00 and more, as there is no rate for H0005" in text
    assert "Week 2: 1 H0005: not known, as there is no rate for H0005" in text
    assert "Total: 3 H0004, 2 H0005: $3,000.00 and more, as there is no rate for H0005" in text


def test_a_bill_without_rates_has_units() -> None:
    text = charges_text(itemize(MADE, MARYLAND))
    assert "rates: none given" in text
    assert "Total: 3 H0004, 2 H0005: not known, as there is no rate for H0004, H0005" in text


def test_a_bill_of_nothing_says_so() -> None:
    text = charges_text(Charges(KEY, "any", 1, attended=True))
    assert text.startswith("Charges for the sessions attended\n")
    assert text.endswith("\nTotal: nothing: $0.00\n\nNot charged:\n  - nothing")


ASSESSMENT = SessionCodes((TimeBand("A1"),), GROUP, CODE, months_apart=12)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (DayCode("A1", 90 * MINUTE, GROUP, CODE), "A1: a day of at least 1 h 30 min"),
        (
            DayCode("A1", HOUR, GROUP, CODE, 2, DaysCounted.CHARGED),
            "A1: a day of at least 1 h, in a week of at least 2 such days charged",
        ),
        (
            SessionCodes((TimeBand("A1", HOUR), TimeBand("A2", 2 * HOUR)), GROUP, CODE),
            "A1: a session of at least 1 h; A2: a session of at least 2 h",
        ),
        (ASSESSMENT, "A1: a session, not again within 12 months"),
        (
            evolve(ASSESSMENT, longest=HOUR, per_day=2, months_apart=None),
            "A1: a session, up to 1 h, at most 2 a day",
        ),
        (
            SessionCodes((TimeBand("A1", MINUTE),), GROUP, CODE, longest=HOUR),
            "A1: a session of at least 1 min, up to 1 h",
        ),
        (TimedCode("A1", 15 * MINUTE, GROUP, CODE), "A1: each full 15 min of a session"),
        (
            TimedCode("A1", 15 * MINUTE, GROUP, CODE, 6),
            "A1: each full 15 min of a session, at most 6 a day",
        ),
        (
            DayTiers((Tier("A3", 3), Tier("A4", 4)), GROUP, CODE),
            "A3: a day of at least 3 services; A4: a day of at least 4 services",
        ),
        (WeekCode("A1", 9, GROUP, CODE), "A1: a week of at least 9 services"),
        (Exclusion("A1", frozenset({"C1", "B1"}), CODE), "A1: not on one day with B1 or C1"),
    ],
)
def test_a_rule_in_words(rule: CodingRule, words: str) -> None:
    assert rule_words(rule) == words


def test_weeks_are_said_to_be_the_plans_or_those_of_a_weekday() -> None:
    assert week_words(MARYLAND) == "the plan's own, which begin on its first day"
    assert week_words(evolve(MARYLAND, week_begins=Weekday.SUNDAY)) == "those that begin on Sunday"


@pytest.mark.parametrize("coding", CODINGS, ids=lambda coding: coding.name)
def test_a_coding_scheme_shows_its_rules_with_sources_and_what_it_leaves_open(
    coding: CodingScheme,
) -> None:
    text = flat(coding_text(coding))
    assert coding.scope is not None
    head = f"coding scheme {coding.name}: {coding.title} for: {coding.scope.words} weeks: "
    assert text.startswith(flat(head))
    for version in coding.versions.dated:
        assert f"{version.since_words}: {version.source}" in text
        assert version.source.url is None or version.source.url in text
        for rule in version.value:
            assert flat(rule_words(rule)) in text
            assert str(rule.source) in text
    assert all(flat(open_) in text for open_ in coding.left_open)
    assert ("Sessions by telehealth are not charged." in text) is not coding.telehealth


def test_a_scheme_that_leaves_nothing_open_has_no_such_heading() -> None:
    rules = (DayCode("A1", HOUR, GROUP, CODE),)
    bare = CodingScheme("any", "Any", Versions((Dated(MONDAY, rules, CODE),)))
    assert (
        coding_text(bare)
        == """\
coding scheme any: Any
for: whom is not known
weeks: the plan's own, which begin on its first day

in force since 2023-01-02: Example Code 1 [T1]
  https://example.org/1
  - A1: a day of at least 1 h
    (Example Code 1 [T1])
    counted: group therapy"""
    )


def test_rates_are_by_code_and_day_with_their_last_day() -> None:
    rates = (
        Rate("B1", date(2025, 1, 1), Decimal("2000.50")),
        Rate("A1", date(2024, 7, 1), Decimal(2), date(2025, 7, 1), CODE),
        Rate("A1", date(2024, 1, 1), Decimal(1), date(2024, 7, 1)),
    )
    assert (
        rates_text(RateTable("any", "Any", rates))
        == """\
rates any: Any
for: whom is not known

  A1: $1.00, from 2024-01-01 to 2024-06-30
  A1: $2.00, from 2024-07-01 to 2025-06-30
    (Example Code 1 [T1])
  B1: $2,000.50, from 2025-01-01 on"""
    )


@pytest.mark.parametrize("table", RATES, ids=lambda table: table.name)
def test_shipped_rates_say_what_they_leave_open(table: RateTable) -> None:
    text = flat(rates_text(table))
    assert all(flat(open_) in text for open_ in table.left_open)


@given(codings(), rate_tables())
def test_any_scheme_and_any_rates_can_be_read(coding: CodingScheme, rates: RateTable) -> None:
    assert coding.name in coding_text(coding)
    text = rates_text(rates)
    assert all(f"{rate.amount_usd:,.2f}" in text for rate in rates.rates)


def test_costs_come_in_blocks_that_say_their_year() -> None:
    text = costs_text(compare_costs(COSTS))
    *blocks, warning = text.split("\n\nMean cost of ")
    assert len([*blocks, warning]) == 3
    assert text.count("in dollars of 2001") == 2
    assert text.count("in dollars of a year not stated") == 1
    assert text.endswith("nothing is adjusted for inflation.")
    rows = [flat(line) for line in text.splitlines()]
    assert "Intensive outpatient 462 243 6 3.8" in rows
    assert "Intensive outpatient 4,445 6,302 6 7 weeks (8) 2.3" in rows
    assert "Residential 10,143 52.9 days 4.9" in rows
    assert [line for line in text.splitlines() if len(line) > 100 and "http" not in line] == []


def test_a_cost_without_level_1_beside_it_has_no_ratio() -> None:
    figure = CostFigure("Any", Period.WEEK, Decimal(100), CODE, stay_weeks=4.5)
    text = costs_text([CostComparison((figure,))])
    assert "  Any                         100                    4.5 weeks\n" in text


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (CostFigure("Any", Period.WEEK, Decimal(1), CODE), ""),
        (CostFigure("Any", Period.WEEK, Decimal(1), CODE, stay_weeks=7.0), "7 weeks"),
        (
            CostFigure("Any", Period.WEEK, Decimal(1), CODE, stay_weeks=7.0, stay_weeks_sd=8.0),
            "7 weeks (8)",
        ),
        (CostFigure("Any", Period.WEEK, Decimal(1), CODE, stay_days=52.9), "52.9 days"),
    ],
)
def test_a_stay_in_words(figure: CostFigure, words: str) -> None:
    assert stay_words(figure) == words


def test_a_comparison_of_costs_is_plain_values() -> None:
    documents = [cost_document(comparison) for comparison in compare_costs(COSTS)]
    figures = [figure for document in documents for figure in document["figures"]]
    assert len(figures) == len(COSTS)
    assert figures[1]["mean_usd"] == "462.00"
    assert figures[1]["level"] == {"number": "2.1"}
    assert "year" not in figures[-1]
    assert figures[-1]["stay_days"] == 82.6
