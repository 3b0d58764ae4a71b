"""Totals: what replications come to, each declared once with its unit and what is better.

Money is summed in whole cents, or exactly, and is a float only in the figure that is told.
Every figure is declared here, in one piece: a run is read once for all of them.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from itertools import pairwise, starmap
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iopkit.charges.costs import Period
from iopkit.confidential import while_kept
from iopkit.courses.stays import DischargeReason
from iopkit.fields import frozen
from iopkit.scenarios.conditions import Flags, Floats
from iopkit.scenarios.costs import RunningCosts
from iopkit.scenarios.episodes import EpisodeFindings, Episodes, EpisodeSessions
from iopkit.scenarios.requests import NO_DAY, Days, RequestOutcome


class Better(StrEnum):
    """Which of two figures is the better one."""

    HIGHER = "higher"
    LOWER = "lower"


@frozen(eq=False, repr=False)
class RunTotal:
    """A figure of each replication: what it is, in what, and what is better.

    ``better`` is ``None`` where neither is. Where there is nothing to figure it from, such as a
    mean of nobody, it is NaN in the array of ``of`` and null in a table.
    """

    name: str
    unit: str
    meaning: str
    better: Better | None
    of: Callable[[Episodes], Floats]

    def __repr__(self) -> str:
        return f"RunTotal({self.name!r})"


@frozen(eq=False, repr=False)
class WeeklyTotal:
    """A figure of each replication and week of the scenario, as ``RunTotal``."""

    name: str
    unit: str
    meaning: str
    of: Callable[[Episodes], Floats]

    def __repr__(self) -> str:
        return f"WeeklyTotal({self.name!r})"


# Who is counted. Of a stay, the first day and that of discharge tell whether it is of the scenario.


@while_kept
def _asked(e: Episodes) -> Flags:
    """Those who were referred, or wait as it begins, or came back within it."""
    asked: Flags = ~e.before & ((e.follows < 0) | (e.outcome != RequestOutcome.NOT_REACHED))
    return asked


@while_kept
def _admitted(e: Episodes) -> Flags:
    admitted: Flags = (e.start != NO_DAY) & ~e.before
    return admitted


@while_kept
def _left(e: Episodes) -> Flags:
    """Those whose stay ended within the scenario."""
    left: Flags = (e.start != NO_DAY) & (e.start + e.stay <= e.days)
    return left


def _left_for(e: Episodes, reason: DischargeReason) -> Flags:
    wanted = np.array([one is reason for one in e.reasons])
    left: Flags = _left(e) & wanted[e.reason]
    return left


def last_contact(e: Episodes) -> NDArray[np.int32]:
    """The day of the stay of the last contact: the admission, or the last session attended.

    Where nobody asks who attends, it is the last day in care.
    """
    last = e.stay - 1 if e.attendance is None else e.attendance.last_day
    return np.maximum(last, 0)


# How it is counted: by replication, and by replication and day.


def _by_run(e: Episodes) -> Iterator[slice]:
    """The rows of each replication."""
    bounds = np.searchsorted(e.replication, np.arange(len(e.replications) + 1))
    return starmap(slice, pairwise(bounds.tolist()))


def _count(e: Episodes, mask: Flags) -> Floats:
    return np.array([np.count_nonzero(mask[rows]) for rows in _by_run(e)], np.float64)


def _sum(e: Episodes, values: NDArray[np.integer[Any]], mask: Flags | None = None) -> Floats:
    counted = values if mask is None else np.where(mask, values, 0)
    return np.array([counted[rows].sum() for rows in _by_run(e)], np.float64)


def _mean(e: Episodes, values: NDArray[np.integer[Any]], mask: Flags) -> Floats:
    return _ratio(_sum(e, values, mask), _count(e, mask))


def _share(e: Episodes, those: Flags, among: Flags) -> Floats:
    return _ratio(_count(e, those & among), _count(e, among))


def _ratio(part: Floats, whole: Floats) -> Floats:
    """A part of a whole; NaN where there is none."""
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole != 0)


def _by_day(e: Episodes, mask: Flags, day: NDArray[np.int32]) -> Floats:
    """How many of some fall on each day; who falls before the first counts on it."""
    runs, days = len(e.replications), e.days
    rows = np.flatnonzero(mask & (day < days))
    place = e.replication[rows] * days + np.maximum(day[rows], 0)
    return np.bincount(place, minlength=runs * days).reshape(runs, days).astype(np.float64)


@while_kept
def census_by_day(e: Episodes) -> Floats:
    """How many are in care on each day, by replication and day."""
    stays = e.start != NO_DAY
    begun, ended = _by_day(e, stays, e.start), _by_day(e, stays, e.start + e.stay)
    return np.cumsum(begun - ended, axis=1)


@while_kept
def waiting_by_day(e: Episodes) -> Floats:
    """How many still wait at the end of each day, by replication and day."""
    waits = ~e.before & (e.outcome != RequestOutcome.NOT_REACHED)
    until = np.where(e.outcome == RequestOutcome.WAITING, np.int32(e.days), e.day)
    return np.cumsum(_by_day(e, waits, e.ready) - _by_day(e, waits, until), axis=1)


def _by_week(by_day: Floats) -> Floats:
    """The sum of each week's days."""
    runs, days = by_day.shape
    sums: Floats = by_day.reshape(runs, days // 7, 7) @ np.ones(7)
    return sums


# What is told.


def _none(e: Episodes) -> Floats:
    return np.full(len(e.replications), np.nan)


def _unknown_weeks(e: Episodes) -> Floats:
    return np.full((len(e.replications), e.weeks), np.nan)


def _offered_within(e: Episodes, days: int) -> Floats:
    among = ~e.before & (e.outcome != RequestOutcome.NOT_REACHED) & (e.ready >= 0)
    among &= e.ready + days < e.days
    return _share(e, (e.offered != NO_DAY) & (e.offered - e.ready <= days), among)


def _retained(e: Episodes, days: int) -> Floats:
    seen = last_contact(e) >= days
    # Who was admitted too late to be seen so long is not asked about.
    among = _admitted(e) & (e.start + days < e.days) & (seen | _left(e))
    return _share(e, seen, among)


def _of_attendance(
    e: Episodes, figure: Callable[[EpisodeSessions], Days], per: float = 1
) -> Floats:
    if e.attendance is None:
        return _none(e)
    return _sum(e, figure(e.attendance)) / per


def _attended_share(e: Episodes) -> Floats:
    return _ratio(_of_attendance(e, lambda a: a.attended), _of_attendance(e, lambda a: a.due))


def _positive_share(e: Episodes) -> Floats:
    if not e.uses.shape[1]:
        return _none(e)
    return _ratio(
        _of_attendance(e, lambda a: a.positive_tests), _of_attendance(e, lambda a: a.tests)
    )


def _use_share(e: Episodes) -> Floats:
    if not e.uses.shape[1]:
        return _none(e)
    first: NDArray[np.int32] = np.arange(e.uses.shape[1], dtype=np.int32) * 7
    begun = e.start[:, np.newaxis] + first
    there = (e.start != NO_DAY)[:, np.newaxis] & (first < e.stay[:, np.newaxis])
    there &= (begun >= 0) & (begun < e.days)
    return _share(e, e.uses, there)


def _phases_unmet(e: Episodes) -> Floats:
    if not e.unmet.shape[1]:
        return _none(e)
    ends = np.cumsum(e.phase_weeks, axis=1, dtype=np.int32) * 7
    on = e.start[:, np.newaxis] + ends
    there = e.unmet & (e.start != NO_DAY)[:, np.newaxis] & (ends <= e.stay[:, np.newaxis])
    there &= (on > 0) & (on <= e.days)
    return _count(e, there)


def _units(e: Episodes) -> Floats:
    if e.charges is None:
        return _none(e)
    units: Floats = e.charges.units_by_week.sum(axis=1).astype(np.float64)
    return units


def _charges_usd(e: Episodes) -> Floats:
    if e.charges is None:
        return _none(e)
    usd: Floats = e.charges.cents_by_week.sum(axis=1) / 100
    usd[e.charges.unrated_by_week.any(axis=1)] = np.nan
    return usd


def _charges_by_week(e: Episodes) -> Floats:
    if e.charges is None:
        return _unknown_weeks(e)
    usd: Floats = e.charges.cents_by_week / 100
    usd[e.charges.unrated_by_week > 0] = np.nan
    return usd


def _cost_by_week(e: Episodes) -> Floats:
    if e.costs is None:
        return _unknown_weeks(e)
    came = None if e.attendance is None else e.attendance.attended_by_week
    return _cost(e.costs, _by_week(census_by_day(e)), came)


def _cost_usd(e: Episodes) -> Floats:
    if e.costs is None:
        return _none(e)
    came = None if e.attendance is None else e.attendance.attended_by_week.sum(axis=1)
    return _cost(e.costs, census_by_day(e).sum(axis=1), came)


def _cost(costs: RunningCosts, days: Floats, came: NDArray[np.int64] | None) -> Floats:
    """What days in care and sessions attended cost: exact, and only then a float."""
    a_day, a_session = costs.usd(Period.WEEK) / 7, costs.usd(Period.SESSION)
    if came is None and a_session:
        return np.full_like(days, np.nan)
    sessions = np.zeros_like(days) if came is None else came
    figures = zip(days.reshape(-1).tolist(), sessions.reshape(-1).tolist(), strict=True)
    sums = [float(a_day * int(day) + a_session * int(session)) for day, session in figures]
    return np.array(sums).reshape(days.shape)


def _travel_hours(e: Episodes) -> Floats:
    if e.travel is None:
        return _none(e)
    hours: Floats = e.travel.minutes_by_week.sum(axis=1) / 60
    return hours


def _weeks_share(e: Episodes, of: Callable[[EpisodeFindings], NDArray[np.int32]]) -> Floats:
    if e.findings is None:
        return _none(e)
    found = e.findings
    return _ratio(_sum(e, of(found)), _sum(e, found.met + found.unmet + found.undetermined))


def _stays_share(e: Episodes, which: Callable[[EpisodeFindings], Flags]) -> Floats:
    if e.findings is None:
        return _none(e)
    found = e.findings
    return _share(e, which(found), found.met + found.unmet + found.undetermined > 0)


def _declared() -> tuple[RunTotal, ...]:
    higher, lower = Better.HIGHER, Better.LOWER

    def outcome(which: RequestOutcome) -> Callable[[Episodes], Floats]:
        return lambda e: _count(e, _asked(e) & (e.outcome == which))

    def left_for(
        name: str, reason: DischargeReason, meaning: str, better: Better | None
    ) -> RunTotal:
        return RunTotal(name, "people", meaning, better, lambda e: _count(e, _left_for(e, reason)))

    return (
        RunTotal(
            "referred",
            "people",
            "Referred within the scenario, waiting as it began, or come back.",
            None,
            lambda e: _count(e, _asked(e)),
        ),
        RunTotal(
            "not_eligible",
            "people",
            "Not eligible by the policy, or by the assessment that it left to tell.",
            None,
            lambda e: _count(e, _asked(e) & ~e.admissible),
        ),
        RunTotal(
            "being_assessed",
            "people",
            "Eligible, and not ready for a seat before the scenario ends.",
            None,
            lambda e: _count(
                e, _asked(e) & e.admissible & (e.outcome == RequestOutcome.NOT_REACHED)
            ),
        ),
        RunTotal(
            "waiting_at_end",
            "people",
            "Waiting as it ends.",
            lower,
            outcome(RequestOutcome.WAITING),
        ),
        RunTotal("gave_up", "people", "Gave up the wait.", lower, outcome(RequestOutcome.GAVE_UP)),
        RunTotal(
            "did_not_come",
            "people",
            "Were offered a seat and did not come.",
            lower,
            outcome(RequestOutcome.DID_NOT_COME),
        ),
        RunTotal(
            "admitted",
            "people",
            "Admitted within the scenario.",
            higher,
            lambda e: _count(e, _admitted(e)),
        ),
        RunTotal(
            "came_back",
            "people",
            "Of those referred, on their own after an earlier stay.",
            None,
            lambda e: _count(e, _asked(e) & (e.follows >= 0) & ~e.goes_on),
        ),
        RunTotal(
            "went_on",
            "people",
            "Of those referred, from one program to another by a follow-on.",
            None,
            lambda e: _count(e, _asked(e) & e.goes_on),
        ),
        RunTotal(
            "in_care_at_start",
            "people",
            "In care as it begins.",
            None,
            lambda e: _count(e, e.before),
        ),
        RunTotal(
            "in_care_at_end",
            "people",
            "In care as it ends.",
            None,
            lambda e: _count(e, (e.start != NO_DAY) & ~_left(e)),
        ),
        left_for("completed", DischargeReason.COMPLETED, "Completed the program.", higher),
        left_for("dropped_out", DischargeReason.DROPPED_OUT, "Dropped out.", lower),
        left_for("terminated", DischargeReason.TERMINATED, "Ended by the program.", lower),
        left_for("transferred", DischargeReason.TRANSFERRED, "Transferred elsewhere.", None),
        left_for("incarcerated", DischargeReason.INCARCERATED, "Left for jail or prison.", lower),
        left_for(
            "left_otherwise",
            DischargeReason.OTHER,
            "Left for another reason, or reached the end and did not complete.",
            None,
        ),
        RunTotal(
            "phases_unmet",
            "phases",
            "That ended at their most weeks while their condition did not hold or was not known.",
            lower,
            _phases_unmet,
        ),
        RunTotal(
            "completed_unsure",
            "people",
            "Completed, while it was not known whether they met the condition of the discharge.",
            lower,
            lambda e: _count(e, _left(e) & e.unsure),
        ),
        RunTotal(
            "completed_share",
            "share",
            "Completed, of those discharged.",
            higher,
            lambda e: _share(e, _left_for(e, DischargeReason.COMPLETED), _left(e)),
        ),
        RunTotal(
            "wait_days",
            "days",
            "From being ready for a seat to the admission, mean of those admitted.",
            lower,
            lambda e: _mean(e, e.start - e.ready, _admitted(e)),
        ),
        RunTotal(
            "days_to_admission",
            "days",
            "From the referral to the admission, mean of those admitted.",
            lower,
            lambda e: _mean(e, e.start - e.referred, _admitted(e)),
        ),
        *(
            RunTotal(
                f"offered_within_{days}_days",
                "share",
                f"Offered a seat within {days} days of being ready, of those ready as long before "
                "the end.",
                higher,
                partial(_offered_within, days=days),
            )
            for days in (7, 30)
        ),
        *(
            RunTotal(
                f"retained_{days}_days",
                "share",
                f"Seen {days} days after the admission or later in the same stay, of those "
                "admitted as long before the end of whom it is known.",
                higher,
                partial(_retained, days=days),
            )
            for days in (30, 60, 90, 120)
        ),
        RunTotal(
            "stay_days",
            "days",
            "In care, mean of those discharged.",
            higher,
            lambda e: _mean(e, e.stay, _left(e)),
        ),
        RunTotal(
            "length_of_stay",
            "days",
            "From the admission to the last contact, less than a day "
            "being 1, mean of those discharged.",
            higher,
            lambda e: _mean(e, np.maximum(last_contact(e), 1), _left(e)),
        ),
        RunTotal(
            "census",
            "people",
            "In care, mean over the days.",
            None,
            lambda e: census_by_day(e).mean(axis=1),
        ),
        RunTotal(
            "most_in_care",
            "people",
            "In care on the day with the most.",
            None,
            lambda e: census_by_day(e).max(axis=1),
        ),
        RunTotal(
            "waiting",
            "people",
            "Waiting, mean over the days.",
            lower,
            lambda e: waiting_by_day(e).mean(axis=1),
        ),
        RunTotal(
            "sessions_due",
            "sessions",
            "Due while in care.",
            None,
            lambda e: _of_attendance(e, lambda a: a.due),
        ),
        RunTotal(
            "sessions_attended",
            "sessions",
            "Attended.",
            higher,
            lambda e: _of_attendance(e, lambda a: a.attended),
        ),
        RunTotal(
            "sessions_excused",
            "sessions",
            "Missed with an excuse.",
            None,
            lambda e: _of_attendance(e, lambda a: a.excused),
        ),
        RunTotal(
            "hours_due",
            "hours",
            "Of service, due while in care.",
            None,
            lambda e: _of_attendance(e, lambda a: a.minutes_due, 60),
        ),
        RunTotal(
            "hours_attended",
            "hours",
            "Of service, attended.",
            higher,
            lambda e: _of_attendance(e, lambda a: a.minutes, 60),
        ),
        RunTotal(
            "attended_share", "share", "Attended, of the sessions due.", higher, _attended_share
        ),
        RunTotal(
            "drug_tests", "tests", "Taken.", None, lambda e: _of_attendance(e, lambda a: a.tests)
        ),
        RunTotal(
            "positive_share",
            "share",
            "Of the tests taken, those that found use.",
            lower,
            _positive_share,
        ),
        RunTotal("use_share", "share", "Of the weeks in care, those with use.", lower, _use_share),
        *_of_money(),
        *_of_requirements(),
    )


def _of_money() -> tuple[RunTotal, ...]:
    """What is charged and what it costs, of all, for each stay, and for each who completed."""
    lower = Better.LOWER

    def stays(e: Episodes) -> Floats:
        return _count(e, e.start != NO_DAY)

    def completers(e: Episodes) -> Floats:
        return _count(e, _left_for(e, DischargeReason.COMPLETED))

    def money(name: str, meaning: str, of: Callable[[Episodes], Floats]) -> tuple[RunTotal, ...]:
        def a(what: Callable[[Episodes], Floats]) -> Callable[[Episodes], Floats]:
            return lambda e: _ratio(of(e), what(e))

        return (
            RunTotal(f"{name}_usd", "dollars", meaning, lower, of),
            RunTotal(
                f"{name}_per_stay_usd",
                "dollars",
                f"{meaning} For each stay that has begun.",
                lower,
                a(stays),
            ),
            RunTotal(
                f"{name}_per_completer_usd",
                "dollars",
                f"{meaning} For each who completed the program.",
                lower,
                a(completers),
            ),
        )

    return (
        RunTotal("units", "units", "Charged, of all codes together.", None, _units),
        RunTotal(
            "units_per_stay",
            "units",
            "Charged, of all codes together, for each stay that has begun.",
            None,
            lambda e: _ratio(_units(e), stays(e)),
        ),
        *money(
            "charges",
            "What the payer pays for what was attended; not known where a unit has no rate.",
            _charges_usd,
        ),
        *money("cost", "What it costs to run the program.", _cost_usd),
        RunTotal(
            "travel_hours",
            "hours",
            "On the way to what was attended and back, of those of whom it is known how far.",
            lower,
            _travel_hours,
        ),
    )


def _of_requirements() -> tuple[RunTotal, ...]:
    """In which weeks and stays all that is required of a week is met."""
    answers: tuple[
        tuple[
            str,
            Better | None,
            Callable[[EpisodeFindings], NDArray[np.int32]],
            Callable[[EpisodeFindings], Flags],
        ],
        ...,
    ] = (
        ("met", Better.HIGHER, lambda f: f.met, lambda f: f.unmet + f.undetermined == 0),
        ("unmet", Better.LOWER, lambda f: f.unmet, lambda f: f.unmet > 0),
        (
            "undetermined",
            None,
            lambda f: f.undetermined,
            lambda f: (f.unmet == 0) & (f.undetermined > 0),
        ),
    )
    words = "all that is required of a week is met"
    told = {
        "met": words,
        "unmet": "something that is required of a week is unmet",
        "undetermined": f"it is not known whether {words}",
    }
    return tuple(
        total
        for name, better, weeks, stays in answers
        for total in (
            RunTotal(
                f"weeks_{name}_share",
                "share",
                f"Of the whole weeks in care, those in which {told[name]}.",
                better,
                partial(_weeks_share, of=weeks),
            ),
            RunTotal(
                f"stays_{name}_share",
                "share",
                f"Of the stays of a whole week or more, those in which {told[name]}"
                f"{' in each week' if name == 'met' else ' in some week'}.",
                better,
                partial(_stays_share, which=stays),
            ),
        )
    )


TOTALS: Mapping[str, RunTotal] = MappingProxyType({each.name: each for each in _declared()})
"""Every figure that replications come to, by its name."""


def _declared_weekly() -> tuple[WeeklyTotal, ...]:
    def sums(name: str, meaning: str, of: Callable[[Episodes], Floats]) -> WeeklyTotal:
        return WeeklyTotal(name, "people", meaning, lambda e: _by_week(of(e)))

    def means(name: str, meaning: str, of: Callable[[Episodes], Floats]) -> WeeklyTotal:
        return WeeklyTotal(name, "people", meaning, lambda e: _by_week(of(e)) / 7)

    def sessions(
        name: str,
        unit: str,
        meaning: str,
        of: Callable[[EpisodeSessions], NDArray[np.int64]],
        per: float,
    ) -> WeeklyTotal:
        def figures(e: Episodes) -> Floats:
            if e.attendance is None:
                return _unknown_weeks(e)
            return of(e.attendance) / per

        return WeeklyTotal(name, unit, meaning, figures)

    return (
        sums(
            "referred",
            "Referred in the week, or waiting before it.",
            lambda e: _by_day(e, _asked(e), e.referred),
        ),
        sums("admitted", "Admitted in the week.", lambda e: _by_day(e, _admitted(e), e.start)),
        sums(
            "discharged",
            "Discharged in the week.",
            lambda e: _by_day(e, _left(e), e.start + e.stay - 1),
        ),
        sums(
            "gave_up",
            "Gave up the wait in the week.",
            lambda e: _by_day(e, e.outcome == RequestOutcome.GAVE_UP, e.day),
        ),
        means("census", "In care, mean over the days of the week.", census_by_day),
        means("waiting", "Waiting, mean over the days of the week.", waiting_by_day),
        sessions("sessions_due", "sessions", "Due in the week.", lambda a: a.due_by_week, 1),
        sessions(
            "sessions_attended",
            "sessions",
            "Attended in the week.",
            lambda a: a.attended_by_week,
            1,
        ),
        sessions(
            "hours_attended",
            "hours",
            "Of service, attended in the week.",
            lambda a: a.minutes_by_week,
            60,
        ),
        WeeklyTotal(
            "units",
            "units",
            "Charged in the week, of all codes together.",
            lambda e: (
                _unknown_weeks(e)
                if e.charges is None
                else e.charges.units_by_week.astype(np.float64)
            ),
        ),
        WeeklyTotal(
            "charges_usd",
            "dollars",
            "What the payer pays for what was attended in the week.",
            _charges_by_week,
        ),
        WeeklyTotal(
            "cost_usd", "dollars", "What it costs to run the program in the week.", _cost_by_week
        ),
        WeeklyTotal(
            "travel_hours",
            "hours",
            "On the way to what was attended in the week and back.",
            lambda e: _unknown_weeks(e) if e.travel is None else e.travel.minutes_by_week / 60,
        ),
    )


WEEKLY_TOTALS: Mapping[str, WeeklyTotal] = MappingProxyType(
    {each.name: each for each in _declared_weekly()}
)
"""Every figure that is told by week, by its name."""
