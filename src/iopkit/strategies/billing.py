"""Coding schemes and rates."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from attrs import evolve
from hypothesis import strategies as st

from iopkit.charges.code_rules import (
    CodeRule,
    CodingRule,
    CodingScheme,
    DayCode,
    DaysCounted,
    DayTiers,
    Exclusion,
    LineMark,
    Rounded,
    SessionCodes,
    Tier,
    TimeBand,
    TimedCode,
    WeekCode,
    codes_of,
)
from iopkit.charges.rates import Rate, RateTable
from iopkit.modalities import Delivery, Modality
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies.times import days, minutes_long, short_names
from iopkit.strategies.whose import scopes
from iopkit.windows import Weekday


@st.composite
def codings(draw: st.DrawFn) -> CodingScheme:
    """Coding schemes with rules of every kind; the second version comes in 2025, if any."""
    since = [date(1970, 1, 1), date(2025, 6, 15)][: draw(st.integers(1, 2))]
    return CodingScheme(
        draw(short_names),
        "A coding scheme",
        Versions(tuple(Dated(day, draw(_coding_rules()), _SOURCE) for day in since)),
        draw(st.none() | st.sampled_from(Weekday)),
        draw(st.booleans()),
        scope=draw(st.none() | scopes()),
    )


_SOURCE = Source("Example Code 1", Grade.SECONDARY)


@st.composite
def _coding_rules(draw: st.DrawFn) -> tuple[CodingRule, ...]:
    """Rules that share no code, then exclusions from codes of a rule to those of the next."""
    kinds = draw(st.lists(st.integers(0, 4), min_size=1, max_size=4))
    rules = [draw(_code_rules(f"C{number}")[kind]) for number, kind in enumerate(kinds)]
    of_days = [codes_of(rule) for rule in rules if not isinstance(rule, WeekCode)]
    exclusions = [
        Exclusion(codes[0], frozenset(later), _SOURCE)
        for codes, later in pairwise(of_days)
        if draw(st.booleans())
    ]
    return (*rules, *exclusions, *draw(st.sampled_from(_MARKS)))


_HOME = LineMark(_SOURCE, "10", at_home=True)
_MARKS = (
    (),
    (LineMark(_SOURCE, "11", delivery=Delivery.ON_SITE), LineMark(_SOURCE, modifiers=("GT",))),
    (_HOME, LineMark(_SOURCE, "02", ("95",), video=True), LineMark(_SOURCE, modifiers=("93",))),
)
_parts = st.tuples(st.none() | st.integers(1, 14).map(minutes_long), st.sampled_from(Rounded))


def _timed_code(rule: TimedCode, rounding: tuple[timedelta | None, Rounded]) -> TimedCode:
    """A rule with another rounding, if its unit is long enough for that."""
    part, rounded = rounding
    return evolve(rule, part=part if part and part < rule.unit else None, rounded=rounded)


def _code_rules(code: str) -> tuple[st.SearchStrategy[CodeRule], ...]:
    """Rules of each kind, for codes that begin in one way."""
    kept = st.just(code)
    lengths = st.sampled_from([1, 15, 50, 60, 90, 180, 240]).map(minutes_long)
    counted = st.frozensets(st.sampled_from(Modality), min_size=1)
    most = st.none() | st.integers(1, 3)
    source = st.just(_SOURCE)
    least = st.lists(st.integers(0, 90), min_size=1, max_size=2, unique=True).map(sorted)
    bands = least.map(lambda some: tuple(TimeBand(f"{code}-{n}", minutes_long(n)) for n in some))
    longest = st.none() | st.integers(90, 240).map(minutes_long)
    services = st.lists(st.integers(1, 4), min_size=1, max_size=2, unique=True).map(sorted)
    tiers = services.map(lambda some: tuple(Tier(f"{code}-{n}", n) for n in some))
    return (
        st.builds(
            DayCode, kept, lengths, counted, source, st.integers(1, 7), st.sampled_from(DaysCounted)
        ),
        st.builds(SessionCodes, bands, counted, source, longest, most, most),
        st.builds(_timed_code, st.builds(TimedCode, kept, lengths, counted, source, most), _parts),
        st.builds(DayTiers, tiers, counted, source),
        st.builds(WeekCode, kept, st.integers(1, 9), counted, source),
    )


@st.composite
def rate_tables(draw: st.DrawFn, codes: tuple[str, ...] = ("H0004", "H0015")) -> RateTable:
    """Rate tables for some codes, with gaps, and with and without an end and a source."""
    rates: list[Rate] = []
    for code in draw(st.lists(st.sampled_from(codes), max_size=5, unique=True)):
        starts = sorted(draw(st.lists(days(), min_size=1, max_size=3, unique=True)))
        ends = [*starts[1:], draw(st.none() | st.just(starts[-1] + timedelta(days=365)))]
        for start, end in zip(starts, ends, strict=True):
            cents = Decimal(draw(st.integers(0, 999_999_999))).scaleb(-2)
            source = draw(st.none() | st.just(_SOURCE))
            early = start + timedelta(days=1) if draw(st.booleans()) else end
            rates.append(Rate(code, start, cents, early, source))
    whose = draw(st.none() | scopes())
    return RateTable(draw(short_names), "Rates", tuple(rates), scope=whose)
