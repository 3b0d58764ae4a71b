"""Bills: the units and the money of what was attended, and which requirements it meets.

Which sessions rules look at together is read off the rules: those of a day where none of a scheme
looks further, else those of a week. What may come once in some months is looked at together with
all of its kind. So each span of a stay can be looked up by what was attended of it.
"""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from weakref import WeakKeyDictionary

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from iopkit.charges.charges import Charge, itemize
from iopkit.charges.code_rules import (
    CodingRule,
    CodingScheme,
    DayCode,
    DaysCounted,
    Exclusion,
    LineMark,
    SessionCodes,
    WeekCode,
    codes_of,
)
from iopkit.charges.rates import RateTable
from iopkit.checks.checks import Finding, check, verdict
from iopkit.confidential import hidden
from iopkit.errors import NotInForceError, refuse, unless
from iopkit.fields import frozen
from iopkit.requirements.demands import (
    DailyHours,
    Demand,
    LedBy,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
)
from iopkit.requirements.requirements import RequirementSet
from iopkit.scenarios.lookups import LookUp
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.weeks import PlannedStay, ProgramWeeks
from iopkit.truth import Truth
from iopkit.windows import Weekday

NOT_JUDGED = -2
TRUTH_CODES = {Truth.YES: 1, Truth.NO: 0, Truth.UNKNOWN: -1}


@frozen
class BillTerms:
    """What attended sessions are held against: codes, rates and requirements, if there are any."""

    weeks: ProgramWeeks
    coding: CodingScheme | None
    rates: RateTable | None
    requirements: RequirementSet | None
    assume_in_force: bool

    @property
    def of_weeks(self) -> tuple[str, ...]:
        """The requirements that a week by itself meets or does not, by name."""
        every = () if self.requirements is None else self.requirements.versions.dated
        named = (each for version in every for each in version.value)
        return tuple(dict.fromkeys(each.name for each in named if is_of_a_week(each.demand)))


def is_of_a_week(demand: Demand) -> bool:
    """Whether each week meets a demand or does not, whatever was in the others."""
    match demand:
        case WeeklyHours():
            return not demand.averaged and not demand.taper_weeks
        case DailyHours() | WeeklyDays() | WeeklyServices() | LedBy():
            return True
        case _:
            return False


class Bills:
    """The look-ups of one program under its terms, kept for all stays that are alike."""

    def __init__(self, terms: BillTerms) -> None:
        self.terms = terms
        self._alike: WeakKeyDictionary[PlannedStay, Hashable] = WeakKeyDictionary()
        self._charges: dict[Hashable, tuple[LookUp, NDArray[np.int64]]] = {}
        self._findings: dict[Hashable, LookUp] = {}
        self._on: dict[date, Hashable] = {}

    def alike(self, planned: PlannedStay) -> Hashable:
        """The same for stays whose sessions come to the same: the same sessions, rules and rates.

        They are on the same days of the stay; the calendar matters as far as rules and rates do.
        """
        if planned not in self._alike:
            self._alike[planned] = self._told_apart(planned)
        return self._alike[planned]

    def _told_apart(self, planned: PlannedStay) -> Hashable:
        start, coding = planned.schedule.plan.start, self.terms.coding
        days = sorted({*planned.day.tolist(), *range(0, planned.schedule.weeks * 7, 7)})
        in_force = tuple(self._in_force(start + timedelta(days=day)) for day in days)
        weekday = start.weekday() if coding is not None and coding.week_begins is not None else None
        looks_back = coding is not None and len(_looking_back(planned, coding)) > 1
        given = tuple((each.delivery, each.clinician) for each in planned.schedule.sessions)
        phases = tuple(each.laid_weeks for each in planned.schedule.plan.program.phases)
        back_from = start if looks_back else None
        return planned.pattern, phases, given, in_force, weekday, back_from

    def _in_force(self, on: date) -> Hashable:
        """Which rules and rates are in force on a day: kept, as all stays ask for the same days."""
        if on not in self._on:
            self._on[on] = self._version(on)
        return self._on[on]

    def _version(self, on: date) -> Hashable:
        terms = self.terms
        assume, coding, table = terms.assume_in_force, terms.coding, terms.rates
        rules = [_since(each, on, assume) for each in (coding, terms.requirements)]
        codes = () if coding is None or table is None else _codes(coding)
        rates = [table and table.rate(code, on=on, assume_in_force=assume) for code in codes]
        return *rules, *(rate and rate.amount_usd for rate in rates)

    def charges(self, planned: PlannedStay) -> tuple[LookUp, NDArray[np.int64]] | None:
        """What attended sessions are charged as, and the days of the stay that each span is on.

        A row has, for each of the days, the units, the cents, and how many of the units have no
        rate. ``None``: nothing is charged.

        Raises:
            InvalidError: rules look at more than 16 sessions together.
        """
        coding, kind = self.terms.coding, self.alike(planned)
        if coding is None:
            return None
        if kind not in self._charges:
            self._charges[kind] = self._charging(planned, coding)
        return self._charges[kind]

    def _charging(
        self, planned: PlannedStay, coding: CodingScheme
    ) -> tuple[LookUp, NDArray[np.int64]]:
        terms, schedule = self.terms, planned.schedule
        spans = spans_of(planned, coding)
        uids = [schedule.uid(each) for each in schedule.sessions]
        span_of = {uids[each]: place for place, span in enumerate(spans) for each in span}
        of_span = [sorted({int(planned.day[each]) for each in span}) for span in spans]
        days = np.zeros((len(spans), max(map(len, of_span), default=1)), np.int64)
        for place, own in enumerate(of_span):
            days[place, : len(own)] = own

        def work(chosen: Sequence[int]) -> NDArray[np.int64]:
            found = np.zeros((*days.shape, 3), np.int64)
            lines: Iterable[Charge] = ()
            if chosen:
                lines = itemize(
                    schedule,
                    coding,
                    rates=terms.rates,
                    attended=[uids[each] for each in chosen],
                    assume_in_force=terms.assume_in_force,
                ).lines
            for line in lines:
                place = span_of[line.sessions[0]]
                day = of_span[place].index((line.on - schedule.plan.start).days)
                amount = line.amount_usd
                cents = 0 if amount is None else int(amount.scaleb(2))
                found[place, day] += line.units, cents, line.units if amount is None else 0
            return found

        return LookUp(f"charges by {coding.name!r}", spans, len(uids), work), days

    def findings(self, planned: PlannedStay, adult: Truth = Truth.UNKNOWN) -> LookUp | None:
        """How each week of a stay stands with what is required of a week, of adults or of others.

        A row has the verdict on the week first, and then each requirement: 1 for met, 0 for unmet,
        -1 for undetermined, and ``NOT_JUDGED``. ``None``: nothing is required.

        Raises:
            InvalidError: a week has more than 16 sessions.
        """
        required, kind = self.terms.requirements, (self.alike(planned), adult)
        if required is None:
            return None
        if kind not in self._findings:
            self._findings[kind] = self._judging(planned, required, adult)
        return self._findings[kind]

    def _judging(self, planned: PlannedStay, required: RequirementSet, adult: Truth) -> LookUp:
        terms, names, years = self.terms, self.terms.of_weeks, required.adult_from
        age = {Truth.YES: years, Truth.NO: years - 1}.get(adult)
        schedule = evolve(planned.schedule, plan=evolve(planned.schedule.plan, age=age))
        uids = [schedule.uid(each) for each in schedule.sessions]
        weeks = [np.flatnonzero(planned.day // 7 == week).tolist() for week in _weeks(planned)]

        def work(chosen: Sequence[int]) -> NDArray[np.int64]:
            found = np.full((len(weeks), 1 + len(names)), NOT_JUDGED, np.int64)
            told = check(
                schedule,
                required,
                site=terms.weeks.site,
                attended=[uids[each] for each in chosen],
                assume_in_force=terms.assume_in_force,
            )
            by_week: dict[int, list[Finding]] = {}
            for each in told:
                if each.week is not None and is_of_a_week(each.requirement.demand):
                    by_week.setdefault(each.week - 1, []).append(each)
                    column = 1 + names.index(each.requirement.name)
                    found[each.week - 1, column] = TRUTH_CODES[each.truth]
            for week, own in by_week.items():
                found[week, 0] = TRUTH_CODES[verdict(own)]
            return found

        return LookUp(f"findings of {required.name!r}", weeks, len(uids), work)

    __repr__ = hidden


@lru_cache(maxsize=16)
def bills_by(terms: BillTerms) -> Bills:
    """The look-ups under some terms: those that are there, as long as few others were asked for."""
    return Bills(terms)


def terms_of(scenario: Scenario, weeks: ProgramWeeks) -> BillTerms | None:
    """What the attended sessions of a scenario are held against; ``None``: nothing.

    Raises:
        InvalidError: rates go with no codes, nothing says what is attended, or rules look at too
            many sessions together.
    """
    coding, rates, required = scenario.coding, scenario.rates, scenario.requirements
    attends = scenario.habits.attends is not None
    asks = coding is not None or required is not None
    refuse(
        f"scenario {scenario.name!r}",
        unless(rates is None or coding is not None, "coding", "codes for the rates", "none"),
        unless(attends or not asks, "habits.attends", "which share of sessions is charged", "none"),
    )
    if not asks:
        return None
    terms = BillTerms(weeks, coding, rates, required, scenario.assume_in_force)
    # What cannot be looked up is told before anything is run.
    planned, bills = weeks.starting(scenario.start), bills_by(terms)
    bills.charges(planned)
    bills.findings(planned)
    return terms


def _since(
    ruled: CodingScheme | RequirementSet | None, on: date, assume_in_force: bool
) -> date | None:
    """Since when the version is in force that holds on a day; ``None``: none is known to."""
    if ruled is None:
        return None
    try:
        return ruled.version(on=on, assume_in_force=assume_in_force).since
    except NotInForceError:  # told by those who are asked what that day comes to
        return None


def _weeks(planned: PlannedStay) -> range:
    return range(planned.schedule.weeks)


def _rules(coding: CodingScheme) -> Iterable[CodingRule]:
    return (rule for version in coding.versions.dated for rule in version.value)


def _codes(coding: CodingScheme) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for rule in _rules(coding) for code in codes_of(rule)))


def _looks_at_weeks(coding: CodingScheme) -> bool:
    """Whether a rule asks what else was attended in the week."""
    return any(
        isinstance(rule, WeekCode)
        or (isinstance(rule, DayCode) and rule.days is DaysCounted.CHARGED and rule.days_a_week > 1)
        for rule in _rules(coding)
    )


def _looking_back(planned: PlannedStay, coding: CodingScheme) -> list[int]:
    """The sessions that can be charged only so long after another of them."""
    rules = [rule for rule in _rules(coding) if not isinstance(rule, Exclusion | LineMark)]
    apart = {
        code
        for rule in rules
        if isinstance(rule, SessionCodes) and rule.months_apart is not None
        for code in codes_of(rule)
    }
    counted = [rule.counted for rule in rules if not apart.isdisjoint(codes_of(rule))]
    sessions = planned.schedule.sessions
    return [
        place
        for place, each in enumerate(sessions)
        if any(each.modality in kinds for kinds in counted)
    ]


def spans_of(planned: PlannedStay, coding: CodingScheme) -> list[list[int]]:
    """The sessions of a stay, by place, that a scheme's rules look at together."""
    start = planned.schedule.plan.start
    first = Weekday.of(start) if coding.week_begins is None else coding.week_begins
    weeks = _looks_at_weeks(coding)
    spans: dict[int, list[int]] = {}
    for place, day in enumerate(planned.day.tolist()):
        into_week = (start + timedelta(days=day)).weekday() - first
        spans.setdefault(day - into_week % 7 if weeks else day, []).append(place)
    back = {*_looking_back(planned, coding)}
    linked = [key for key, span in spans.items() if not back.isdisjoint(span)]
    for before, after in pairwise(linked):
        spans[after] = spans.pop(before) + spans[after]
    return list(spans.values())
