"""Preparing: all of a scenario that chance does not decide, worked out once.

People are told apart as far as habits ask about them, the policy decides about each once, and what
happens how often becomes tables of thresholds.
"""

import pickle
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate

import numpy as np
from attrs import evolve, fields
from numpy.typing import NDArray

from iopkit.confidential import hidden
from iopkit.courses.stays import DischargeReason
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.scenarios.bills import BillTerms, bills_by, terms_of
from iopkit.scenarios.capacity import SeatsByDay
from iopkit.scenarios.courses import StayTables
from iopkit.scenarios.draws import WHOLE, Words
from iopkit.scenarios.follow_ons import Following, following
from iopkit.scenarios.habit_tables import days_to_coming_back, stay_tables
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.hazards import (
    day_thresholds,
)
from iopkit.scenarios.leaving import HazardOf
from iopkit.scenarios.requests import Codes
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.session_draws import Told
from iopkit.scenarios.weeks import (
    KnownStays,
    PlannedStay,
    ProgramWeeks,
    StayTimetable,
    known_stays,
    timetable_of,
)
from iopkit.truth import Truth

_TRUTHS = {1: Truth.YES, 0: Truth.NO, -1: Truth.UNKNOWN}


@frozen(eq=False)
class Prepared:
    """A scenario that is ready to run.

    Arrays are by person of the population: ``eligible`` is 1, 0, or -1 for those of whom too little
    is known, ``priority`` the class, 0 first, ``suits`` has a bit for each pool of ``seats``, and
    ``stratum`` is a place in ``truths``, which tell how the habits' predicates turn out. By
    stratum, ``patience`` and ``comes_back`` (and by reason) are thresholds of days, and
    ``comes`` those of coming after some days. ``timetable`` is what a program's conditions and
    limits on absences are judged by; ``None``: it has none. ``others`` are the further programs,
    each with a ``number`` and with the same seats; for each reason of each program, ``follow_on``
    says who goes on to which.
    """

    trusts_types = True

    scenario: Scenario
    weeks: ProgramWeeks
    eligible: NDArray[np.int8]
    priority: NDArray[np.int16]
    suits: Words
    stratum: NDArray[np.intp]
    truths: tuple[Told, ...]
    stays: StayTables
    reasons: tuple[DischargeReason, ...]
    patience: Words | None
    comes: Words
    comes_back: tuple[Words | None, ...]
    seats: SeatsByDay
    not_known: tuple[str, ...]
    timetable: StayTimetable | None = None
    terms: BillTerms | None = None
    number: int = 0
    others: "tuple[Prepared, ...]" = ()
    follow_on: tuple[Following | None, ...] = ()

    @property
    def habits(self) -> Habits:
        """What people do in the program."""
        return self.scenario.habits

    @property
    def programs(self) -> "tuple[Prepared, ...]":
        """The first program and the further ones."""
        return (self, *self.others)

    @property
    def every_reason(self) -> tuple[DischargeReason, ...]:
        """The reasons of all programs, one program's after the other's."""
        return tuple(reason for each in self.programs for reason in each.reasons)

    @property
    def expected_referrals(self) -> int:
        """About how many are referred in a replication, with those who are there already."""
        scenario = self.scenario
        arrivals = scenario.arrivals
        once = arrivals.days is not None or arrivals.spread_weeks is not None
        people = len(scenario.population) if once else 0
        there = len(arrivals.waiting) + len(arrivals.caseload)
        return int(sum(map(arrivals.rate, range(scenario.weeks)))) + people + there

    @property
    def expected_in_care(self) -> float:
        """About how many would be in care at a time if nobody had to wait.

        Phases that end by a condition are taken to have their least weeks.
        """
        scenario = self.scenario
        least = self.weeks.days(scenario.start) // 7
        stays_on = 1 - self.stays.leaving[0, :, 0, :least].astype(np.float64) / WHOLE
        at_week_start = np.cumprod(np.insert(stays_on[:, :, -1], 0, 1, axis=1), axis=1)[:, :-1]
        by_reason = stays_on[:, :, self.stays.reasons - 1 :: self.stays.reasons]
        # The first day of a week is spent in care by all who are there as it begins.
        days = at_week_start[:, :, np.newaxis] * np.insert(by_reason[:, :, :-1], 0, 1, axis=2)
        mean_stay = days.sum(axis=(1, 2))[self.stratum]
        stayed = float(((self.eligible != 0) * mean_stay).mean())
        comes = int(self.comes[0, 0]) / WHOLE
        return stayed * comes * self.expected_referrals / (scenario.weeks * 7)

    @property
    def least_seats(self) -> int | None:
        """How many can be in care at a time; ``None``: there is no end of seats."""
        sizes = self.seats.sizes
        each = [sum(sizes[pool] for pool in need) for need in self.seats.needs[self.number]]
        return min(each, default=None)

    @cached_property
    def _is_group(self) -> NDArray[np.bool_]:
        """Which pools are groups, at whose times people come; the last one is for none."""
        groups = {each.name for each in self.scenario.capacity.groups}
        return np.array([*(name in groups for name in self.seats.names), False], np.bool_)

    def groups_of(self, pools: Codes) -> Codes:
        """The pools that are groups; -1 for all others."""
        return np.where(self._is_group[pools], pools, np.int16(-1))

    @property
    def phases_asked(self) -> int:
        """How many phases have a length that turns out: all, if any of them ends by a condition."""
        timetable = self.timetable
        return len(timetable.program.phases) if timetable and timetable.asked else 0

    def planned(
        self, day: int, pools: Sequence[int], phase_weeks: Sequence[int] = ()
    ) -> PlannedStay:
        """What a stay holds that begins on a day of the scenario, in the groups of some pools.

        Args:
            pools: as the clinic numbers them; -1 is none.
            phase_weeks: how long each phase is, where that turns out by conditions.
        """
        names = tuple(self.seats.names[pool] for pool in pools if self._is_group[pool])
        weeks = self.weeks.of_lengths(phase_weeks) if phase_weeks else self.weeks
        return weeks.starting(self.scenario.start + timedelta(days=day), names)

    def planned_alike(
        self, day: int, pools: tuple[int, ...], phase_weeks: tuple[int, ...]
    ) -> PlannedStay:
        """As ``planned``, one for all stays with the same sessions on the same days of them.

        Where they are charged or judged, by the same rules and at the same rates.
        """
        asked, (found, alike) = (day, pools, phase_weeks), self._known_stays
        if asked not in found:
            planned = self.planned(day, pools, phase_weeks)
            bills = None if self.terms is None else bills_by(self.terms)
            kind = planned.pattern if bills is None else bills.alike(planned)
            found[asked] = alike.setdefault(kind, planned)
        return found[asked]

    @cached_property
    def _known_stays(self) -> KnownStays:
        return known_stays(self.weeks, self.scenario.start, self.seats.names, self.terms)

    def due(self, planned: PlannedStay, stay: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which sessions are due of stays of so many days: a row each, a column a session.

        One that was moved beyond the last week is still due to who stays to the end.
        """
        due: NDArray[np.bool_] = planned.day < stay[:, np.newaxis]
        due |= (stay >= planned.schedule.plan.weeks * 7)[:, np.newaxis]
        return due

    @cached_property
    def _packed(self) -> bytes:
        return pickle.dumps([getattr(self, each.name) for each in fields(Prepared)])

    def __reduce__(self) -> tuple[Callable[[bytes], "Prepared"], tuple[bytes]]:
        """Packed once for all jobs, and unpacked once by each process that has some of them."""
        return _unpacked, (self._packed,)

    __repr__ = hidden


@lru_cache(maxsize=8)
def _unpacked(packed: bytes) -> Prepared:
    return Prepared(*pickle.loads(packed))  # noqa: S301  # from a process of the same run


def prepare(scenario: Scenario) -> Prepared:
    """Make a scenario ready to run.

    Raises:
        InvalidError: the program leaves open what is not chosen, the population lacks a fact that
            is asked about, nothing says what is attended and it is to be charged, rules look at
            too many sessions together, or the policy leaves people undetermined and the habits do
            not say what comes of them; there is not a rate of arrivals for each week, somebody has
            been in care for longer than the program lasts, or the scenario goes beyond the year
            2199.
        NotInForceError: no version of the policy, the codes or the requirements is known to be in
            force when it is asked for.
    """
    first = _prepared(scenario)
    _refuse_misfits(scenario, first.stays.weeks)
    if not scenario.further:
        return first
    # The others are not asked about eligibility, nor does anybody begin in them.
    others = [
        _prepared(
            evolve(
                scenario,
                program=each.program,
                capacity=each.capacity,
                habits=each.habits or scenario.habits,
                track=each.track,
                phase_weeks=each.phase_weeks,
                times=each.times,
                policy=None,
                further=(),
                follow_on=(),
            )
        )
        for each in scenario.further
    ]
    programs = (first, *others)
    refuse(
        f"scenario {scenario.name!r}",
        *(
            unless(len(set(said)) == 1, "further", f"{what}, in each program or in none", "in some")
            for what, said in (
                ("habits of attending", [each.habits.attends is None for each in programs]),
                ("habits of use", [each.stays.use is None for each in programs]),
            )
        ),
    )
    seats, suits = _joined(programs)
    names = [each.scenario.program.name for each in programs]
    return evolve(
        first,
        seats=seats,
        suits=suits,
        others=tuple(
            evolve(each, seats=seats, suits=suits, number=number)
            for number, each in enumerate(others, start=1)
        ),
        follow_on=tuple(
            following(scenario.follow_on, names, each.scenario.program.name, reason)
            for each in programs
            for reason in each.reasons
        ),
    )


def _joined(programs: Sequence[Prepared]) -> tuple[SeatsByDay, Words]:
    """The seats of some programs, and who suits them."""
    pools = [len(each.seats.names) for each in programs]
    before = [*accumulate(pools, initial=0)]
    suits = np.zeros_like(programs[0].suits)
    for each, first, count in zip(programs, before, pools, strict=False):
        own = each.suits & np.uint64((1 << count) - 1)
        suits |= own << np.uint64(first) if count else np.uint64(0)
    seats = SeatsByDay(
        tuple(name for each in programs for name in each.seats.names),
        tuple(size for each in programs for size in each.seats.sizes),
        tuple(days for each in programs for days in each.seats.takes),
        programs[0].seats.opens,
        tuple(
            tuple(tuple(pool + first for pool in need) for need in needs)
            for each, first in zip(programs, before, strict=False)
            for needs in each.seats.needs
        ),
    )
    return seats, suits


def _prepared(scenario: Scenario) -> Prepared:
    """One program of a scenario, ready to run."""
    habits, people, first = scenario.habits, scenario.population, scenario.start
    weeks = ProgramWeeks(
        scenario.program,
        scenario.site,
        scenario.track,
        scenario.phase_weeks,
        scenario.times,
        scenario.capacity.groups,
    )
    timetable = timetable_of(weeks, first)
    longest = weeks.days(first) // 7 if timetable is None else sum(timetable.most_weeks)
    if timetable is not None:
        weeks = evolve(weeks, phase_weeks=timetable.weeks.phase_weeks)
    asked = habits.predicates
    rows, stratum = np.unique(people.truths(asked, on=first), axis=0, return_inverse=True)
    truths = tuple(
        tuple((each, _TRUTHS[code]) for each, code in zip(asked, row, strict=True))
        for row in rows.tolist()
    )
    eligible = _eligible(scenario)
    priority, who_goes_first = _going_first(scenario)
    suits, who_suits = _suiting(scenario)
    terms = terms_of(scenario, weeks)
    reasons = habits.reasons or (DischargeReason.DROPPED_OUT,)
    every = (*reasons, DischargeReason.COMPLETED, DischargeReason.OTHER)
    if timetable is not None and timetable.program.absence_limits:
        every = (*every, DischargeReason.TERMINATED)
    days = scenario.weeks * 7
    return Prepared(
        scenario=scenario,
        weeks=weeks,
        eligible=eligible,
        priority=priority,
        suits=suits,
        not_known=(*who_goes_first, *who_suits),
        stratum=stratum.reshape(-1).astype(np.intp),
        truths=truths,
        stays=stay_tables(scenario, truths, longest),
        reasons=every,
        patience=None
        if habits.gives_up is None
        else np.stack(
            [
                day_thresholds(
                    habits.gives_up, days + 1, ratio=habits.ratio(HazardOf.GIVING_UP, dict(each))
                )
                for each in truths
            ]
        ),
        comes=np.array(
            [[habits.comes.threshold(day) for day in range(days + 1)] if habits.comes else [WHOLE]],
            np.uint64,
        ),
        comes_back=tuple(days_to_coming_back(habits, reason, truths, days) for reason in every),
        seats=scenario.capacity.compiled(
            [{service.name for service in scenario.program.every_service}],
            site=scenario.site,
            start=first,
            days=days,
        ),
        timetable=timetable,
        terms=terms,
    )


_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)


def _refuse_misfits(scenario: Scenario, weeks: int) -> None:
    """Raise for what in a scenario does not go with its program of so many weeks, or its time."""
    arrivals, start = scenario.arrivals, scenario.start
    since = arrivals.caseload.longest_since(start)
    within = f"people in care for less than the {weeks * 7} days of the program"
    last = start + timedelta(weeks=scenario.weeks)
    dated = last <= _LAST_DAY and start - _FIRST_DAY >= timedelta(days=since)
    refuse(
        f"scenario {scenario.name!r}",
        tuple(fault.under("arrivals") for fault in arrivals.rate_faults(scenario.weeks)),
        unless(since < weeks * 7, "arrivals.caseload", within, "somebody for longer"),
        unless(dated, "weeks", f"days from {_FIRST_DAY} to {_LAST_DAY}", "others"),
    )


def _going_first(scenario: Scenario) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    """The class of each person, 0 for those who go first, and of whom it is not known."""
    people, priorities = scenario.population, scenario.priorities
    if priorities is None:
        return np.zeros(len(people), np.int16), ()
    truths = people.truths(priorities.predicates, on=scenario.start)
    return priorities.classes_of(truths), priorities.not_known(truths)


def _suiting(scenario: Scenario) -> tuple[Words, tuple[str, ...]]:
    """A bit for each pool that each person suits, and of whom it is not known."""
    capacity = scenario.capacity
    truths = scenario.population.truths(capacity.conditions, on=scenario.start)
    return capacity.suits(truths), capacity.not_known(truths)


def _eligible(scenario: Scenario) -> NDArray[np.int8]:
    """What the policy decides about each person, once."""
    policy, people = scenario.policy, scenario.population
    if policy is None:
        return np.ones(len(people), np.int8)
    found = people.verdicts(policy, on=scenario.start, assume_in_force=scenario.assume_in_force)
    unsure = int((found < 0).sum())
    refuse(
        f"scenario {scenario.name!r}",
        unless(
            not unsure or scenario.habits.assessment is not None,
            "habits.assessment",
            f"what comes of {unsure:,} people whom the policy leaves undetermined",
            "nothing",
        ),
    )
    return found
