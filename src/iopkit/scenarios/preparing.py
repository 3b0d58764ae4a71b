"""Preparing: all of a scenario that chance does not decide, worked out once.

People are told apart as far as habits ask about them, the policy decides about each once, and what
happens how often becomes tables of thresholds.
"""

import pickle
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from attrs import evolve, fields
from numpy.typing import NDArray

from iopkit.confidential import hidden, while_kept
from iopkit.courses.stays import DischargeReason
from iopkit.eligibility.predicates import Predicate
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Modality
from iopkit.scenarios.attending import Attending
from iopkit.scenarios.capacity import SeatsByDay
from iopkit.scenarios.courses import StayTables, UseTables, session_address
from iopkit.scenarios.curves import Constant, Curve
from iopkit.scenarios.draws import WHOLE, DrawPurpose, Words
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.hazards import (
    day_thresholds,
    leaving_thresholds,
    week_thresholds,
)
from iopkit.scenarios.leaving import HazardOf
from iopkit.scenarios.requests import Codes
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.weeks import PlannedStay, ProgramWeeks, StayTimetable, known, timetable_of
from iopkit.truth import Truth

Told: TypeAlias = tuple[tuple[Predicate, Truth], ...]
"""How the predicates of habits turn out for the people of a stratum."""

_TRUTHS = {1: Truth.YES, 0: Truth.NO, -1: Truth.UNKNOWN}


@frozen(eq=False)
class Prepared:
    """A scenario that is ready to run.

    Arrays are by person of the population: ``eligible`` is 1, 0, or -1 for those of whom too little
    is known, ``priority`` the class, 0 first, ``suits`` has a bit for each pool of ``seats``, and
    ``stratum`` is a place in ``truths``, which tell how the habits' predicates turn out. By
    stratum, ``patience`` and ``comes_back`` (and by reason) are thresholds of days, and
    ``comes`` those of coming after some days. ``timetable`` is what a program's conditions and
    limits on absences are judged by; ``None``: it has none.
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
        share = (self.eligible != 0) * mean_stay
        return float(share.mean()) * self.expected_referrals / (scenario.weeks * 7)

    @property
    def least_seats(self) -> int | None:
        """How many can be in care at a time; ``None``: there is no end of seats."""
        sizes = self.seats.sizes
        each = [sum(sizes[pool] for pool in need) for needs in self.seats.needs for need in needs]
        return min(each, default=None)

    @cached_property
    def _is_group(self) -> NDArray[np.bool_]:
        """Which pools are groups, at whose times people come; the last one is for none."""
        groups = {each.name for each in self.scenario.capacity.groups}
        return np.array([*(name in groups for name in self.seats.names), False], np.bool_)

    def groups_of(self, pools: Codes) -> Codes:
        """The pools that are groups; -1 for all others."""
        return np.where(self._is_group[pools], pools, np.int16(-1))

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
        """As ``planned``, one for all stays with the same sessions on the same days of them."""
        asked, (found, by_pattern) = (day, pools, phase_weeks), self._known_stays
        if asked not in found:
            planned = self.planned(day, pools, phase_weeks)
            found[asked] = by_pattern.setdefault(planned.pattern, planned)
        return found[asked]

    @cached_property
    def _known_stays(self) -> "_KnownStays":
        return _known_stays(self.weeks, self.scenario.start, self.seats.names)

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


class _KnownStays(NamedTuple):
    """What was found for a day, pools and lengths of phases, and the first of each pattern."""

    found: dict[tuple[int, tuple[int, ...], tuple[int, ...]], PlannedStay]
    by_pattern: dict[int, PlannedStay]


@lru_cache(maxsize=16)
def _known_stays(weeks: ProgramWeeks, start: date, pools: tuple[str, ...]) -> _KnownStays:
    """Those of all scenarios that are alike in this, to which each of their jobs adds."""
    del weeks, start, pools
    return _KnownStays({}, {})


@lru_cache(maxsize=8)
def _unpacked(packed: bytes) -> Prepared:
    return Prepared(*pickle.loads(packed))  # noqa: S301  # from a process of the same run


def prepare(scenario: Scenario) -> Prepared:
    """Make a scenario ready to run.

    Raises:
        InvalidError: the program leaves open what is not chosen, the population lacks a fact that
            is asked about, or the policy leaves people undetermined and the habits do not say what
            comes of them.
        NotInForceError: no version of the policy is known to be in force on the first day.
    """
    habits, people, first = scenario.habits, scenario.population, scenario.start
    weeks = known(
        ProgramWeeks(
            scenario.program,
            scenario.site,
            scenario.track,
            scenario.phase_weeks,
            scenario.times,
            scenario.capacity.groups,
        )
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
        stays=_stay_tables(scenario, truths, longest),
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
        comes_back=tuple(_coming_back(habits, reason, truths, days) for reason in every),
        seats=scenario.capacity.compiled(
            [{service.name for service in scenario.program.every_service}],
            site=scenario.site,
            start=first,
            days=days,
        ),
        timetable=timetable,
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


def _stay_tables(scenario: Scenario, truths: tuple[Told, ...], weeks: int) -> StayTables:
    habits = scenario.habits
    # Somebody in care already may be so from any day of the week on, others from its first.
    from_days = range(7 if scenario.arrivals.caseload else 1)
    use = _use_tables(habits, truths, weeks)
    states = (False, True) if use is not None else (False,)
    leaving = np.array(
        [
            [
                [
                    leaving_thresholds(
                        habits.causes(dict(each), using=using) or _NOBODY_LEAVES,
                        weeks,
                        from_day=from_day,
                    )
                    for using in states
                ]
                for each in truths
            ]
            for from_day in from_days
        ],
        np.uint64,
    )
    finishing = WHOLE if habits.finishes is None else habits.finishes.threshold
    reasons = max(1, len(habits.reasons))
    return StayTables(leaving, reasons, np.full(len(truths), finishing, np.uint64), use)


_NOBODY_LEAVES = (Constant(0),)


def _use_tables(habits: Habits, truths: tuple[Told, ...], weeks: int) -> UseTables | None:
    """How likely patients use; ``None`` where habits say nothing of it."""
    said = (habits.uses_at_admission, habits.returns_to_use, habits.stops_using)
    if all(each is None for each in said):
        return None

    def by_week(event: HazardOf, curve: Curve | None) -> Words:
        nobody = np.zeros(weeks, np.uint64)
        return np.stack(
            [
                nobody
                if curve is None
                else week_thresholds(curve, weeks, ratio=habits.ratio(event, dict(each)))
                for each in truths
            ]
        )

    first = 0 if habits.uses_at_admission is None else habits.uses_at_admission.threshold
    return UseTables(
        np.full(len(truths), first, np.uint64),
        by_week(HazardOf.RETURNING_TO_USE, habits.returns_to_use),
        by_week(HazardOf.STOPPING_USE, habits.stops_using),
    )


def _coming_back(
    habits: Habits, reason: DischargeReason, truths: tuple[Told, ...], days: int
) -> Words | None:
    """After how many days people ask again who were discharged for a reason, by stratum."""
    curve = habits.comes_back(reason)
    if curve is None:
        return None
    return np.stack(
        [
            day_thresholds(curve, days + 1, ratio=habits.ratio(HazardOf.COMING_BACK, dict(each)))
            for each in truths
        ]
    )


@frozen(eq=False)
class SessionTables:
    """What the sessions of a stay are drawn by: where draws stand, and how many attend.

    ``attending``, ``excused`` and ``tested`` are addresses by session; ``shares`` are thresholds of
    attending by stratum and session. ``is_test`` tells which sessions are drug tests.
    """

    trusts_types = True

    attending: Words
    excused: Words
    tested: Words
    shares: Words
    is_test: NDArray[np.bool_]


@while_kept
def session_tables(
    planned: PlannedStay, attends: Attending, truths: tuple[Told, ...]
) -> SessionTables:
    """The tables of a stay's sessions, for people of some strata."""
    names = [planned.services[place].name for place in planned.service.tolist()]
    sessions = [*zip(names, planned.number.tolist(), strict=True)]

    def addresses(purpose: DrawPurpose) -> Words:
        return np.array([session_address(purpose, *each) for each in sessions], np.uint64)

    kinds = [*zip(planned.service.tolist(), (planned.day // 7).tolist(), strict=True)]
    shares = np.zeros((len(truths), len(kinds)), np.uint64)
    for stratum, told in enumerate(truths):
        of = {
            (place, week): attends.threshold(
                week=week,
                service=planned.services[place].name,
                modality=planned.services[place].modality,
                delivery=planned.services[place].delivery,
                truths=dict(told),
            )
            for place, week in set(kinds)
        }
        shares[stratum] = [of[kind] for kind in kinds]
    tests = [planned.services[place].modality is Modality.DRUG_TESTING for place, _ in kinds]
    return SessionTables(
        addresses(DrawPurpose.ATTENDING),
        addresses(DrawPurpose.EXCUSED),
        addresses(DrawPurpose.TEST_RESULT),
        shares,
        np.array(tests, np.bool_),
    )
