"""Money and requirements: what is looked up is what the rules say of each patient's own stay."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.charges import (
    CodingScheme,
    CostFigure,
    DayCode,
    Period,
    PriceIndex,
    Rate,
    RateTable,
    SessionCodes,
    TimeBand,
    TimedCode,
    WeekCode,
    codes_of,
    itemize,
)
from iopkit.checks import check, verdict
from iopkit.courses.deliveries import delivered_by
from iopkit.courses.stays import DischargeReason
from iopkit.errors import InvalidError, NotInForceError
from iopkit.levels import LevelOfCare
from iopkit.library import (
    CODINGS,
    COSTS,
    REQUIREMENTS,
    find_coding,
    find_program,
    find_requirements,
)
from iopkit.modalities import Delivery, Modality
from iopkit.requirements import LongestGap, Requirement, RequirementSet, WeeklyHours
from iopkit.scenarios import (
    TOTALS,
    Arrivals,
    Cohort,
    Episodes,
    FollowOn,
    FurtherProgram,
    Habits,
    Population,
    RunFindingKind,
    RunningCosts,
    Scenario,
    courses_of,
    simulate,
    vary,
)
from iopkit.scenarios.bills import is_of_a_week
from iopkit.scenarios.courses import attended
from iopkit.scenarios.preparing import Prepared, prepare
from iopkit.scenarios.requests import NO_DAY
from iopkit.scenarios.running import run_replications
from iopkit.scenarios.session_draws import session_tables
from iopkit.sites import Closure, HolidayCalendar, Offer, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.studies import Accounts, CostLine, Perspective, account
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

pytestmark = pytest.mark.measured
_OURS = Source("made up", Grade.SECONDARY)
_ALL = frozenset(Modality)
_MINUTE = timedelta(minutes=1)
_SITE = Site(
    "Elm",
    "America/Chicago",
    WeeklyWindows.of(
        *(f"{d} 08:00-21:00" for d in ("monday", "tuesday", "wednesday", "thursday", "friday"))
    ),
    holidays=HolidayCalendar("US", "IL"),
    closures=(Closure(date(2026, 2, 3), date(2026, 2, 4), "training"),),
    offers=(Offer("urine-test", duration=timedelta(minutes=15)),),
)
_START = date(2026, 1, 7)


def _scheme(*rules: Any, later: Any = (), **more: Any) -> CodingScheme:
    dated = [Dated(date(2025, 1, 1), rules, _OURS, end=date(2026, 2, 12) if later else None)]
    if later:
        dated.append(Dated(date(2026, 2, 12), later, _OURS))
    return CodingScheme("ours", "Ours", Versions(tuple(dated)), **more)


_OWN = (
    _scheme(DayCode("H0015", 60 * _MINUTE, _ALL, _OURS, days_a_week=3)),
    _scheme(WeekCode("G2086", 3, _ALL, _OURS), week_begins=Weekday.SUNDAY),
    # What comes once in a month decides what is left to the code after it.
    _scheme(
        TimedCode("H0005", 30 * _MINUTE, _ALL, _OURS),
        later=(
            SessionCodes(
                (TimeBand("H0001"),),
                frozenset({Modality.SOCIAL_SUPPORT_GROUP}),
                _OURS,
                months_apart=1,
            ),
            TimedCode("H0004", 15 * _MINUTE, _ALL, _OURS, per_day=6),
        ),
    ),
)


def _rates(coding: CodingScheme) -> RateTable:
    """Rates of all codes but the last, that change within the scenario."""
    rules = [rule for version in coding.versions.dated for rule in version.value]
    codes = [*dict.fromkeys(code for rule in rules for code in codes_of(rule))]
    first, then = date(2020, 1, 1), date(2026, 1, 29)
    return RateTable(
        "ours",
        "Ours",
        tuple(
            rate
            for number, code in enumerate(codes[:-1] or codes)
            for rate in (
                Rate(code, first, Decimal("17.31") + number, end=then),
                Rate(code, then, Decimal("18.07") + number),
            )
        ),
    )


def _scenario(**more: Any) -> Scenario:
    told: dict[str, Any] = {
        "population": Population.of(
            pl.DataFrame({"key": [*"abcdef"], "age": [17, 20, 31, 40, 52, 66]})
        ),
        "program": find_program("matrix-16-week"),
        "site": _SITE,
        "arrivals": Arrivals(per_week=3, caseload=Cohort.drawn(2, longest=13)),
        "habits": Habits("mine", "My clinic", attends=0.6, leaving=0.08),
        "start": _START,
        "weeks": 9,
        "assume_in_force": True,
    }
    return Scenario("as it is", **{**told, **more})


def _ran(scenario: Scenario, seed: int) -> tuple[Prepared, Episodes]:
    prepared = prepare(scenario)
    return prepared, run_replications(prepared, seed=seed, replications=[0, 3])


def _own_stay(prepared: Prepared, ran: Episodes, row: int) -> tuple[Any, list[Any]]:
    """A patient's own schedule, and the sessions of it that they attended in the scenario."""
    prepared = prepared.programs[int(ran.program[row])]
    lengths = ran.phase_weeks[row, : prepared.phases_asked].tolist()
    planned = prepared.planned(int(ran.start[row]), ran.pools[row].tolist(), lengths)
    attends = prepared.scenario.habits.attends
    assert attends is not None
    tables = session_tables(planned, attends, prepared.truths)
    one = slice(row, row + 1)
    came = attended(ran.stream[one], ran.stratum[one], tables.attending, tables.shares)[0]
    came &= prepared.due(planned, ran.stay[one])[0]
    days = ran.start[row] + planned.day
    came &= (days >= 0) & (days < ran.days)
    schedule = planned.schedule
    return schedule, [schedule.sessions[place] for place in np.flatnonzero(came)]


@given(st.sampled_from([*CODINGS, *_OWN]), st.integers(0, 1000), st.booleans())
def test_what_is_looked_up_is_what_itemize_says_of_the_own_stay(
    coding: CodingScheme, seed: int, other: bool
) -> None:
    _is_what_itemize_says(coding, seed, "schneider-1996" if other else "matrix-16-week")


@pytest.mark.parametrize("coding", [*CODINGS, *_OWN], ids=lambda each: each.name)
@pytest.mark.parametrize("program", ["matrix-16-week", "ucsf-lpphc-iop"])
def test_units_and_money_of_each_coding(coding: CodingScheme, program: str) -> None:
    _is_what_itemize_says(coding, 5, program)


def _is_what_itemize_says(coding: CodingScheme, seed: int, program: str) -> None:
    weeks = {"treatment": 6} if program == "ucsf-lpphc-iop" else {}
    # What comes once in a month comes in the last weeks of a stay.
    length = 18 if coding is _OWN[2] else 9
    # Who drops out of it goes on to another one, which has sessions of its own.
    scenario = _scenario(
        coding=coding,
        rates=_rates(coding),
        program=find_program(program),
        phase_weeks=weeks,
        weeks=length,
        further=(FurtherProgram(find_program("salt-academy")),),
        follow_on=(FollowOn(DischargeReason.DROPPED_OUT, "salt-academy", 0.5),),
    )
    prepared, ran = _ran(scenario, seed)
    assert ran.charges is not None
    by_week = np.zeros((3, 2, length), np.int64)
    for row in range(len(ran)):
        expected = [0, 0, 0]
        if ran.start[row] != NO_DAY:
            schedule, came = _own_stay(prepared, ran, row)
            charges = itemize(
                schedule,
                coding,
                rates=scenario.rates,
                attended=[schedule.uid(each) for each in came],
                assume_in_force=True,
            )
            for line in charges.lines:
                amount = line.amount_usd
                figures = (
                    line.units,
                    0 if amount is None else int(amount * 100),
                    line.units if amount is None else 0,
                )
                week = (line.on - scenario.start).days // 7
                for place, figure in enumerate(figures):
                    expected[place] += figure
                    by_week[place, ran.replication[row], week] += figure
        told = ran.charges.units[row], ran.charges.cents[row], ran.charges.unrated[row]
        assert [*told] == expected
    assert (ran.charges.units_by_week == by_week[0]).all()
    assert (ran.charges.cents_by_week == by_week[1]).all()
    assert (ran.charges.unrated_by_week == by_week[2]).all()
    known = np.where(by_week[2].any(axis=1), np.nan, by_week[1].sum(axis=1) / 100)
    assert TOTALS["charges_usd"].of(ran) == pytest.approx(known, nan_ok=True)
    assert TOTALS["units"].of(ran).tolist() == by_week[0].sum(axis=1).tolist()


def _required(*demands: Any) -> RequirementSet:
    every = tuple(Requirement(f"r{n}", "Made up.", d, _OURS) for n, d in enumerate(demands))
    return RequirementSet("ours", "Ours", Versions((Dated(date(2025, 1, 1), every, _OURS),)))


_DEMANDS = _required(
    WeeklyHours(3 * 60 * _MINUTE),
    LongestGap(4),
    WeeklyHours(9 * 60 * _MINUTE, taper_weeks=2),
    WeeklyHours(4 * 60 * _MINUTE, averaged=True),
)


@given(st.sampled_from([*REQUIREMENTS, _DEMANDS]), st.integers(0, 1000))
def test_findings_of_weeks_are_what_check_says_of_the_own_stay(
    required: RequirementSet, seed: int
) -> None:
    _is_what_check_says(required, seed)


@pytest.mark.parametrize("name", ["us-nc-medicaid-iop", "us-il-iop", "us-medicare-otp-iop"])
def test_findings_of_weeks(name: str) -> None:
    _is_what_check_says(find_requirements(name), 4)


def _is_what_check_says(required: RequirementSet, seed: int) -> None:
    scenario = _scenario(requirements=required)
    prepared, ran = _ran(scenario, seed)
    assert ran.findings is not None
    names = ran.findings.requirements
    counted = np.zeros((2, len(names), 3), np.int64)
    order = [Truth.YES, Truth.NO, Truth.UNKNOWN]
    for row in range(len(ran)):
        expected = [0, 0, 0]
        if ran.start[row] != NO_DAY:
            schedule, came = _own_stay(prepared, ran, row)
            age = scenario.population.table["age"][int(ran.person[row])]
            found = check(
                evolve(schedule, plan=evolve(schedule.plan, age=age)),
                required,
                site=scenario.site,
                attended=[schedule.uid(each) for each in came],
                assume_in_force=True,
            )
            start, stay = int(ran.start[row]), int(ran.stay[row])
            for week in range(schedule.weeks):
                first, after = week * 7, week * 7 + 7
                if after > stay or start + first < 0 or start + after > ran.days:
                    continue
                own = [
                    each
                    for each in found
                    if each.week == week + 1 and is_of_a_week(each.requirement.demand)
                ]
                if own:
                    expected[order.index(verdict(own))] += 1
                for each in own:
                    place = names.index(each.requirement.name), order.index(each.truth)
                    counted[ran.replication[row]][place] += 1
        findings = ran.findings
        told = findings.met[row], findings.unmet[row], findings.undetermined[row]
        assert [*told] == expected
    assert (ran.findings.by_requirement == counted).all()


def test_what_is_not_of_a_week_is_judged_on_a_sample_of_courses() -> None:
    scenario = _scenario(requirements=_DEMANDS, arrivals=Arrivals(per_week=3))
    results = simulate(scenario, replications=2, seed=4)
    table = results.requirements("as it is", 1, sample=7)
    judged = {name: (kind, sum(counts)) for name, kind, *counts in table.rows()}
    prepared, episodes = prepare(scenario), results.episodes("as it is", 1)
    assert episodes.findings is not None
    weeks = int(episodes.findings.by_requirement.sum())
    assert weeks
    assert judged["r0"] == ("weeks", weeks)
    # Who left within the first week has nothing that is judged.
    assert all(
        kind == "sampled courses" and 0 < count <= 7 for kind, count in [*judged.values()][1:]
    )
    # The sample is of all courses: with all of them it is what check says of each.
    everybody = results.requirements("as it is", 1, sample=1000)
    gaps: list[Truth] = []
    for course in courses_of(prepared, episodes):
        delivered = delivered_by(course, on=_START + timedelta(days=62))
        if delivered.plan is not None:
            found = check(delivered, _DEMANDS, site=_SITE)
            gaps += [each.truth for each in found if each.requirement.name == "r1"]
    told = everybody.filter(pl.col("requirement") == "r1").row(0)
    assert told[2:] == tuple(gaps.count(each) for each in (Truth.YES, Truth.NO, Truth.UNKNOWN))
    none = results.requirements("as it is", 1, sample=0)
    assert none["requirement"].to_list() == ["r0"]
    for figures in (
        [f"{of}_{name}_share" for name in ("met", "unmet", "undetermined")]
        for of in ("weeks", "stays")
    ):
        shares = results.totals.filter(pl.col("measure").cast(pl.String).is_in(figures))
        assert shares.group_by("replication").agg(pl.col("value").sum())["value"].to_list() == [
            1,
            1,
        ]


@pytest.mark.parametrize("name", ["us-nc-medicaid-iop", "us-il-iop"])
def test_weeks_of_simulated_courses_are_found_as_of_real_ones(name: str) -> None:
    required = find_requirements(name)
    scenario = _scenario(requirements=required, arrivals=Arrivals(per_week=3))
    prepared, ran = _ran(scenario, 2)
    assert ran.findings is not None
    last = _START + timedelta(days=ran.days - 1)
    counted = np.zeros((len(ran.findings.requirements), 3), np.int64)
    order = [Truth.YES, Truth.NO, Truth.UNKNOWN]
    for course in courses_of(prepared, ran):
        delivered = delivered_by(course, on=last)
        if delivered.plan is None:
            continue
        for each in check(delivered, required, site=_SITE, assume_in_force=True):
            if is_of_a_week(each.requirement.demand):
                place = ran.findings.requirements.index(each.requirement.name)
                counted[place, order.index(each.truth)] += 1
    assert counted.any()
    assert (ran.findings.by_requirement.sum(axis=0) == counted).all()


_WEEK_OF_IOP = next(
    each for each in COSTS if each.per is Period.WEEK and each.level == LevelOfCare("2.1")
)
_INDEX = PriceIndex(((2001, Decimal(200)), (2026, Decimal(300))), _OURS)
_SESSION = CostFigure("room", Period.SESSION, Decimal("12.50"), _OURS, year=2026)
_H0015 = RateTable(
    "ours",
    "Ours",
    (
        Rate("H0015", date(2026, 1, 1), Decimal("131.07"), end=date(2026, 1, 26)),
        Rate("H0015", date(2026, 1, 26), Decimal("140.10")),
    ),
)
_BY_HAND = _scenario(
    population=Population.of(pl.DataFrame({"key": ["a", "b"], "age": [30, 40]})).with_minutes(
        pl.DataFrame({"key": ["a", "b"], "Elm": [40, None]})
    ),
    program=find_program("deaconess-cross-pointe"),
    site=Site("Elm", "America/Chicago", WeeklyWindows.always()),
    arrivals=Arrivals(days={"a": 0, "b": 7}),
    habits=Habits("mine", "My clinic", attends=1.0),
    start=date(2026, 1, 12),
    weeks=3,
    coding=find_coding("us-h0015"),
    rates=_H0015,
    costs=RunningCosts((_WEEK_OF_IOP, _SESSION), 2026, _INDEX),
)


def _value(results: Any, measure: str) -> list[float | None]:
    rows = results.totals.filter(pl.col("measure") == measure)
    values: list[float | None] = rows["value"].to_list()
    return values


def test_a_base_case_comes_to_what_it_does_by_hand() -> None:
    # One comes for three weeks and one for two, three days a week, and both attend all. In money
    # of 2026 a week in care costs 462 x 300 / 200 = 693.00, and each session 12.50 besides.
    by_hand = {
        "units": [3, 6, 6],
        "charges_usd": [393.21, 786.42, 840.60],  # 3 and 6 x 131.07, 6 x 140.10
        "cost_usd": [730.50, 1461.00, 1461.00],  # 693.00 + 3 x 12.50, and twice that
        "travel_hours": [4, 4, 4],  # of one: 3 days of 80 minutes; of the other nobody knows
    }
    results = simulate(_BY_HAND, replications=1, seed=7)
    for measure, figures in by_hand.items():
        weekly = results.weekly.filter(pl.col("measure") == measure)["value"].to_list()
        assert weekly == figures
    assert _value(results, "charges_usd") == [2020.23]
    assert _value(results, "charges_per_stay_usd") == [pytest.approx(1010.115)]
    assert _value(results, "charges_per_completer_usd") == [None]
    assert _value(results, "cost_usd") == [3652.50]
    assert _value(results, "cost_per_stay_usd") == [1826.25]
    assert _value(results, "units_per_stay") == [7.5]
    assert _value(results, "travel_hours") == [12]


def test_no_discount_leaves_money_as_it_is() -> None:
    results = simulate(_BY_HAND, replications=1, seed=7)
    line = CostLine(
        "charges", "charges_usd", Decimal(1), 2026, frozenset({Perspective.PAYER}), _OURS
    )
    none = Decimal(0)
    told = account(results, [line], Accounts(Perspective.PAYER, 2026, 3, none, none))
    assert told.filter(pl.col("measure") == "cost_usd")["value"].to_list() == [
        pytest.approx(2020.23, abs=1e-9)
    ]


def test_who_has_not_asked_for_money_is_told_none() -> None:
    results = simulate(
        vary(
            evolve(_BY_HAND, coding=None, rates=None, costs=None),
            {
                "no rates": {"coding": find_coding("us-h0015")},
                "only weeks": {
                    "costs": RunningCosts((_WEEK_OF_IOP,), 2001),
                    "habits.attends": None,
                },
                "sessions": {"costs": _BY_HAND.costs, "habits.attends": None},
            },
        ),
        replications=1,
        seed=7,
    )
    assert _value(results, "units") == [None, 15, None, None]
    assert _value(results, "charges_usd") == [None] * 4
    # Five weeks in care; what is by session is not known where nobody asks who attends.
    assert _value(results, "cost_usd") == [None, None, 2310, None]
    assert _value(results, "weeks_met_share") == [None] * 4
    assert _value(results, "stays_met_share") == [None] * 4
    weekly = results.weekly.filter(pl.col("measure") == "charges_usd")
    assert weekly["value"].is_null().all()


def test_telehealth_has_no_way_to_go() -> None:
    program = find_program("deaconess-cross-pointe")
    phases = tuple(
        evolve(
            phase,
            services=tuple(evolve(each, delivery=Delivery.TELEHEALTH) for each in phase.services),
        )
        for phase in program.phases
    )
    results = simulate(
        evolve(_BY_HAND, program=evolve(program, phases=phases)), replications=1, seed=7
    )
    assert _value(results, "travel_hours") == [0]


def test_findings_tell_what_is_not_in_the_money() -> None:
    rates = RateTable("o", "O", (Rate("H0004", _START, Decimal(1)),))
    results = simulate(evolve(_BY_HAND, rates=rates), replications=30, seed=7)
    told = [each for each in results.findings if each.kind is RunFindingKind.NOT_IN_MONEY]
    assert [each.words for each in told] == [
        "no rate for H0015 in 'o' on the first day: where it is charged, the sum is not known",
        "of 1 of 2 people it is not known how far Elm is: their way is not counted",
    ]
    assert _value(results, "charges_usd") == [None] * 30


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"coding": None}, "coding: expected codes for the rates"),
        ({"habits": Habits("mine", "Mine")}, "habits.attends"),
    ],
)
def test_what_cannot_be_charged_is_refused(changed: Any, told: str) -> None:
    with pytest.raises(InvalidError, match=told):
        prepare(evolve(_BY_HAND, **changed))


def test_rules_that_look_at_too_many_sessions_together_are_refused() -> None:
    full_time = _scenario(program=find_program("ucsf-lpphc-php"), phase_weeks={"treatment": 3})
    week = _OWN[0]
    with pytest.raises(InvalidError, match=r"charges by 'ours'.*\n.*up to 16 sessions .* found 20"):
        prepare(evolve(full_time, coding=week))
    with pytest.raises(InvalidError, match=r"findings of 'ours'.*\n.*up to 16 sessions"):
        prepare(evolve(full_time, requirements=_DEMANDS))
    # By day it is charged: 20 sessions a week are no more than 4 a day.
    ran = _ran(evolve(full_time, coding=find_coding("us-h0015")), 3)[1]
    assert ran.charges is not None
    assert ran.charges.units.sum() > 0


def test_rules_are_asked_about_days_on_which_they_are_in_force() -> None:
    rules = (DayCode("H0015", 60 * _MINUTE, _ALL, _OURS),)
    first, gone = date(2025, 1, 1), date(2026, 1, 26)
    ended = CodingScheme("ours", "Ours", Versions((Dated(first, rules, _OURS, end=gone),)))
    short = evolve(_BY_HAND, coding=ended, weeks=2, assume_in_force=False)
    assert _value(simulate(short, replications=1, seed=7), "charges_usd") == [1179.63]
    with pytest.raises(NotInForceError, match="coding scheme 'ours'"):
        simulate(evolve(short, weeks=3), replications=1, seed=7)
    assumed = simulate(evolve(short, weeks=3, assume_in_force=True), replications=1, seed=7)
    assert _value(assumed, "charges_usd") == [2020.23]


def test_a_stay_without_a_dated_session_comes_to_nothing() -> None:
    scenario = _scenario(
        program=find_program("alterman-1994"), coding=find_coding("us-h0015"), requirements=_DEMANDS
    )
    results = simulate(scenario, replications=1, seed=7)
    assert _value(results, "units") == [0]
    assert _value(results, "weeks_met_share") == [0]


def test_requirements_that_were_never_judged_have_no_row() -> None:
    required = find_requirements("us-nc-medicaid-iop")
    results = simulate(_scenario(requirements=required), replications=1, seed=7)
    told = results.requirements("as it is", 0, sample=0)["requirement"].to_list()
    # Those of the version before 2025 are not in force.
    assert "daily-hours" in prepare(results.scenarios[0]).terms.of_weeks  # type: ignore[union-attr]
    assert told
    assert "daily-hours" not in told


def test_requirements_that_nobody_asked_about_have_no_table() -> None:
    results = simulate(_BY_HAND, replications=1, seed=7)
    with pytest.raises(InvalidError, match="requirements: expected those of the scenario"):
        results.requirements("as it is", 0)
    with pytest.raises(InvalidError, match="sample: expected 0 or more"):
        results.requirements("as it is", 0, sample=-1)


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ((), "at least one"),
        ((_SESSION, _SESSION), "each once"),
        ((evolve(_SESSION, per=Period.EPISODE),), "costs a week or a session"),
        ((evolve(_SESSION, year=2014),), "give a price index that has 2014 and 2026"),
        ((evolve(_SESSION, year=None),), "money of a year that is known"),
    ],
)
def test_costs_that_do_not_add_up_are_refused(figures: Any, told: str) -> None:
    with pytest.raises(InvalidError, match=told):
        RunningCosts(figures, 2026, _INDEX)


def test_costs_are_told_in_words() -> None:
    costs = RunningCosts((_WEEK_OF_IOP, _SESSION), 2026, _INDEX)
    assert costs.words == (
        "Intensive outpatient 462 a week, room 12.50 a session, in money of 2026"
    )


def test_money_does_not_change_what_becomes_of_anybody() -> None:
    plain = simulate(evolve(_BY_HAND, coding=None, rates=None, costs=None), replications=3, seed=1)
    priced = simulate(_BY_HAND, replications=3, seed=1)
    asked = pl.col("measure").cast(pl.String).is_in([*TOTALS][: [*TOTALS].index("units")])
    assert plain.totals.filter(asked).equals(priced.totals.filter(asked))
