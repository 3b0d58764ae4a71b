"""Progress in bulk: which phases end when, whose absences end the program, and who completes it.

What a program says of these it says of a record. Scenarios need it before a stay has a first day,
as that is known only once there is a seat. So it is judged by a timetable: that of a stay which
begins on the weekday on which the scenario does, in no group, at the site without its holidays and
closures. Which of these sessions are attended is drawn as for the stay itself, session by session.
A stay whose sessions are on the same days is judged exactly as its own record would be; in
another, a session may be some days off, and the judgment with it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from iopkit.confidential import hidden, while_kept
from iopkit.eligibility.predicates import Predicate, facts_in
from iopkit.programs.absences import AbsenceLimit
from iopkit.programs.progress import MOST_COUNTED, SERVICE_FACT_NAMES, STATUS_NAMES
from iopkit.scenarios.conditions import Figure, Flags, Floats, Masks, Ranges, masks_of
from iopkit.scenarios.courses import attended, session_address
from iopkit.scenarios.draws import DrawPurpose, Words, address, draws_at, draws_at_each
from iopkit.scenarios.preparing import Prepared
from iopkit.scenarios.requests import Days
from iopkit.scenarios.session_draws import session_tables
from iopkit.scenarios.weeks import PlannedStay, StayTimetable

_Rows = NDArray[np.intp]

_AT_ONCE = 1 << 21
"""How many sessions are looked at together, so that they take no more memory than that."""
_SERVICE = re.compile(SERVICE_FACT_NAMES)


class Stayed(NamedTuple):
    """How stays end, a row each, and where phases have conditions, how long each was.

    ``days`` are those in care, ``reason`` a place among the reasons for a discharge. ``uses`` tells
    of each week whether the patient uses. ``phase_weeks`` has a column for each phase, and
    ``unmet`` tells which of them end at their most weeks while their condition does not hold, or
    is not known to; neither has a column where no phase has a condition. ``unsure`` are those who
    complete although it is not known whether they are ready for it.
    """

    days: Days
    reason: Days
    uses: Flags
    phase_weeks: Days
    unmet: Flags
    unsure: Flags

    def at(self, rows: _Rows) -> "Stayed":
        """The same of some rows."""
        parts: list[Any] = [part[rows] for part in self]
        return Stayed(*parts)  # Any: each is an array of the type of its field


class _Patients(NamedTuple):
    """Some of whom a program asks something.

    ``since``: for how many days each had been in care when the scenario began; nothing is on
    record of their sessions before. ``again``: whether they have been in care before that stay.
    """

    stream: Words
    stratum: NDArray[np.intp]
    since: NDArray[np.intp]
    uses: Flags
    again: bool

    def at(self, rows: _Rows) -> "_Patients":
        return _Patients(
            self.stream[rows], self.stratum[rows], self.since[rows], self.uses[rows], self.again
        )


def judged(  # noqa: PLR0913  # by what, and of whom
    prepared: Prepared,
    timetable: StayTimetable,
    stayed: Stayed,
    streams: Words,
    strata: NDArray[np.intp],
    *,
    since: NDArray[np.intp] | None = None,
    again: bool = False,
) -> Stayed:
    """The stays as the conditions of their program leave them.

    At the end of each week from the least of a phase on, on the next one's first day before its
    sessions, the phase ends if its condition holds; at its most weeks it ends all the same. Whose
    absences reach a limit is discharged on that day. Whoever reaches the planned end has not
    completed if the condition of the discharge does not hold on the day after; where it is not
    known, it stands in nobody's way.

    Args:
        stayed: how long each would stay in a program with the most weeks of all phases.
        streams: the chance of each in this stay.
        strata: the stratum of each.
        since: for how many days each has been in care as the scenario begins.
        again: whether they have been in care before.
    """
    begun = np.zeros(len(streams), np.intp) if since is None else since
    patients = _Patients(streams, strata, begun, stayed.uses, again)
    sessions = len(timetable.lasting(timetable.most_weeks).day)
    parts = 1 + len(streams) * sessions // _AT_ONCE
    found = [
        _judged(prepared, timetable, stayed.at(rows), patients.at(rows))
        for rows in np.array_split(np.arange(len(streams)), parts)
    ]
    joined: list[Any] = [np.concatenate(part) for part in zip(*found, strict=True)]
    return Stayed(*joined)  # Any: as in ``Stayed.at``


def _judged(
    prepared: Prepared, timetable: StayTimetable, stayed: Stayed, patients: _Patients
) -> Stayed:
    days, reason = stayed.days.copy(), stayed.reason.copy()
    completed = prepared.stays.reasons
    lengths, unmet = _phases(prepared, timetable, stayed, patients)
    end = lengths.sum(axis=1, dtype=np.int32) * 7
    early = np.flatnonzero((days > end) & (reason < completed))
    # They would have left after the planned end that turned out.
    finished = (
        draws_at(patients.stream[early], address(DrawPurpose.FINISHING))
        < prepared.stays.finishing[patients.stratum[early]]
    )
    reason[early] = np.where(finished, completed, completed + 1)
    days = np.minimum(days, end)
    unsure = np.zeros(len(days), np.bool_)
    limits, discharge = timetable.program.absence_limits, timetable.program.discharge
    for laid, rows in _by_lengths(lengths) if limits or discharge is not None else ():
        planned, own = timetable.lasting(laid), patients.at(rows)
        came = _Sessions.of(prepared, planned, own)
        ended = _ended_by_absences(planned, came)
        over = ended <= days[rows]
        days[rows[over]], reason[rows[over]] = ended[over], completed + 2
        if discharge is not None:
            at = _Standing(planned, came, day=sum(laid) * 7, phase=len(laid) - 1, again=own.again)
            ready, not_ready = at.meets(discharge)
            done = reason[rows] == completed
            reason[rows[done & not_ready]] = completed + 1
            unsure[rows] = done & ~ready & ~not_ready
    if not timetable.asked:
        lengths, unmet = stayed.phase_weeks, stayed.unmet
    return Stayed(days, reason, stayed.uses, lengths, unmet, unsure)


def _by_lengths(lengths: Days) -> Iterator[tuple[list[int], _Rows]]:
    """Rows by how long the phases of their stays are."""
    kinds, which = np.unique(lengths, axis=0, return_inverse=True)
    for number, laid in enumerate(kinds.tolist()):
        yield laid, np.flatnonzero(which.reshape(-1) == number)


def _phases(
    prepared: Prepared, timetable: StayTimetable, stayed: Stayed, patients: _Patients
) -> tuple[Days, Flags]:
    """How long each phase is for each, and which end without their condition."""
    phases, completed = timetable.program.phases, prepared.stays.reasons
    lengths = np.tile(np.array([p.laid_weeks for p in phases], np.int32), (len(stayed.days), 1))
    unmet = np.zeros(lengths.shape, np.bool_)
    for place, phase in enumerate(phases):
        if phase.advance is None or phase.name not in timetable.asked:
            continue
        most = timetable.most_weeks[place]
        for laid, own in [*_by_lengths(lengths)]:
            rows = own
            for week in range(phase.laid_weeks, most + 1):
                end = (sum(laid[:place]) + week) * 7
                # Whoever finishes the whole is there at its end, too.
                finishes = (stayed.days[rows] == end) & (stayed.reason[rows] >= completed)
                rows = rows[(stayed.days[rows] > end) | finishes]
                planned = timetable.lasting([*laid[:place], week, *laid[place + 1 :]])
                came = _Sessions.of(prepared, planned, patients.at(rows))
                at = _Standing(planned, came, day=end, phase=place, again=patients.again)
                # Whoever is in care longer than all phases could then last did not go on so soon.
                latest = end + sum(timetable.most_weeks[place + 1 :]) * 7
                goes_on = at.meets(phase.advance).yes & (patients.since[rows] < latest)
                rows = rows[~goes_on]
                lengths[rows, place] = min(week + 1, most)
            unmet[rows, place] = True
    return lengths, unmet


class _Sessions(NamedTuple):
    """What is on record of each session of some stays: a row a stay, a column a session.

    ``missed`` are all that were; of those that are ``maybe_excused`` nobody knows whether they had
    an excuse. ``tested`` are the drug tests attended, of which some ``found`` use, and of which it
    is not known of those that ``maybe_found`` it.
    """

    attended: Flags
    missed: Flags
    excused: Flags
    maybe_excused: Flags
    open: Flags
    tested: Flags
    found: Flags
    maybe_found: Flags

    @classmethod
    def of(cls, prepared: Prepared, planned: PlannedStay, patients: _Patients) -> "_Sessions":
        """Those of a planned stay."""
        habits, stream = prepared.scenario.habits, patients.stream[:, np.newaxis]
        told: Flags = planned.day >= patients.since[:, np.newaxis]
        none = np.zeros(told.shape, np.bool_)
        if habits.attends is None:
            return cls(none, none, none, none, ~none, none, none, none)
        tables = session_tables(planned, habits.attends, prepared.truths)
        if habits.unrecorded is not None:
            drawn = draws_at_each(stream, _rolls(planned))
            told &= drawn >= np.uint64(habits.unrecorded.threshold)
        came = told & attended(patients.stream, patients.stratum, tables.attending, tables.shares)
        missed, tested, excused, found = told & ~came, came & tables.is_test, none, none
        if habits.excuses is not None:
            drawn = draws_at_each(stream, tables.excused)
            excused = missed & (drawn < np.uint64(habits.excuses.threshold))
        tells = habits.test_finds_use is not None and patients.uses.shape[1] > 0
        if habits.test_finds_use is not None and tells:
            week = np.minimum(planned.day // 7, patients.uses.shape[1] - 1)
            finds = draws_at_each(stream, tables.tested) < np.uint64(
                habits.test_finds_use.threshold
            )
            found = tested & finds & patients.uses[:, week]
        unsure, untold = (missed if habits.excuses is None else none), none if tells else tested
        return cls(came, missed, excused, unsure, ~told, tested, found, untold)


@while_kept
def _rolls(planned: PlannedStay) -> Words:
    """Where it is drawn of each session whether a roll is kept."""
    numbers: list[int] = planned.number.tolist()
    names = [each.name for each in planned.service_of_each]
    sessions = zip(names, numbers, strict=True)
    return np.array([session_address(DrawPurpose.ROLL, *each) for each in sessions], np.uint64)


_NO_END = np.iinfo(np.int32).max


def _ended_by_absences(planned: PlannedStay, came: _Sessions) -> Days:
    """How many days each stay has by the first day on which a limit on absences is reached."""
    ended = np.full(len(came.missed), _NO_END, np.int32)
    for limit in planned.schedule.plan.program.absence_limits:
        days, rows = _reached(limit, planned, came)
        ended[rows] = np.minimum(ended[rows], days + 1)
    return ended


def _reached(limit: AbsenceLimit, planned: PlannedStay, came: _Sessions) -> tuple[Days, _Rows]:
    """The first day on which a limit is reached, and in which stays, by what is sure."""
    phases, begins = planned.schedule.plan.program.phases, _first_days(planned)
    place = [None, *(each.name for each in phases)].index(limit.phase)
    first, end = (begins[place - 1], begins[place]) if limit.phase else (0, begins[-1])
    named = [not limit.services or each.name in limit.services for each in planned.services]
    asked = np.array(named, np.bool_)[planned.service]
    asked &= (planned.day >= first) & (planned.day < end)
    counted = came.missed if limit.excused else came.missed & ~came.excused & ~came.maybe_excused
    # How many there are up to each session; a first column is of none.
    near = so_far = np.cumsum(np.pad(counted & asked, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
    if limit.weeks is not None:
        earlier = np.searchsorted(planned.day, planned.day - 7 * limit.weeks, side="right")
        near = so_far - so_far[:, [0, *earlier]]
    reached = near >= limit.absences
    rows = np.flatnonzero(reached.any(axis=1))
    return planned.day[reached[rows].argmax(axis=1) - 1], rows


def _first_days(planned: PlannedStay) -> list[int]:
    """The first day of each phase of a stay, and the day after the last."""
    phases = planned.schedule.plan.program.phases
    return [7 * weeks for weeks in accumulate((p.laid_weeks for p in phases), initial=0)]


# Facts about courses.


class _Standing:
    """Where some stand on the first day of a week of their stay, before its sessions."""

    def __init__(
        self, planned: PlannedStay, came: _Sessions, *, day: int, phase: int, again: bool
    ) -> None:
        past, program = planned.day < day, planned.schedule.plan.program
        self.planned, self.program, self.again = planned, program, again
        self.came = _Sessions(*(each[:, past] for each in came))
        self.on_day, self.service = planned.day[past], planned.service[past]
        self.minutes = planned.minutes[past]
        self.day, self.phase = day, program.phases[phase]
        self.phase_begun = _first_days(planned)[phase]

    def meets(self, condition: Predicate) -> Masks:
        """Of whom a condition holds, and of whom it does not."""
        facts = {fact.name: self._figure(fact.name) for fact in facts_in(condition)}
        return masks_of(condition, facts, len(self.came.open))

    def _figure(self, name: str) -> Figure:
        if name in _FIGURES:
            return _FIGURES[name](self)
        service = _SERVICE.fullmatch(name)
        return self._of_service(service[1], service[2].replace("_", "-")) if service else None

    def same(self, number: int) -> Ranges:
        """One number for all."""
        numbers = np.full(len(self.came.open), number, np.float64)
        return Ranges(numbers, numbers)

    def _of_service(self, count: str, service: str) -> Figure:
        given = [each.name for each in self.program.every_service]
        if service not in given:
            return None
        names = np.array([each.name == service for each in self.planned.services], np.bool_)
        some = names[self.service]
        match count:
            case "due":
                return self.same(int(some.sum()))
            case "attended":
                return self._counted(self.came.attended, some)
            case "missed":
                return self._counted(self.came.missed, some)
            case _:
                return self.unexcused(some)

    def _counted(self, sessions: Flags, some: Flags) -> Ranges:
        least = (sessions & some).sum(axis=1).astype(np.float64)
        return Ranges(least, least + (self.came.open & some).sum(axis=1))

    def unexcused(self, some: Flags) -> Ranges:
        """How many of some sessions were missed without an excuse."""
        sure = self.came.missed & ~self.came.excused & ~self.came.maybe_excused & some
        unsure = (self.came.maybe_excused | self.came.open) & some
        least = sure.sum(axis=1).astype(np.float64)
        return Ranges(least, least + unsure.sum(axis=1))

    @property
    def every(self) -> Flags:
        """All sessions so far."""
        return np.ones(len(self.on_day), np.bool_)

    @property
    def attendance(self) -> Figure:
        """The share attended of the phase's sessions; nothing where it has had none."""
        some = self.on_day >= self.phase_begun
        due = int(some.sum())
        if not due:
            return None
        least, most = self._counted(self.came.attended, some)
        return Ranges(least / due, most / due)

    def in_a_row(self, counted: Flags, ended_by: Flags) -> Ranges:
        """Sessions from the newest back to one that ends the row; see ``State``."""
        ended = _last(ended_by)
        opened = np.maximum(_last(self.came.open), ended)
        place = np.arange(len(self.on_day))
        sure = (counted & (place > opened[:, np.newaxis])).sum(axis=1)
        possible = ((counted | self.came.open) & (place > ended[:, np.newaxis])).sum(axis=1)
        return Ranges(sure.astype(np.float64), possible.astype(np.float64))

    @property
    def hours_last_week(self) -> Ranges:
        """Hours delivered in the week that ended."""
        week = (self.on_day >= self.day - 7) * self.minutes
        return Ranges((self.came.attended @ week) / 60, (~self.came.missed @ week) / 60)

    @property
    def days_since_contact(self) -> Ranges:
        """Days since the admission, or the last session attended."""
        last = self._day_of_last(self.came.attended)
        possible = np.maximum(last, self._day_of_last(self.came.open))
        return Ranges(self.day - possible, self.day - last)

    def _day_of_last(self, sessions: Flags) -> Floats:
        days: Days = np.where(sessions, self.on_day, 0).max(axis=1, initial=0)
        return days.astype(np.float64)

    @property
    def negative_tests(self) -> Ranges:
        """Of the newest tests, how many found nothing; of an earlier stay it is not known."""
        found = np.where(self.came.found, self.on_day, -1).max(axis=1, initial=-1)
        row = self.came.tested & (self.on_day > found[:, np.newaxis])
        most = row.sum(axis=1).astype(np.float64)
        least = (row & ~self.came.maybe_found).sum(axis=1).astype(np.float64)
        untold = ~self.came.tested.any(axis=1) | ((found < 0) & self.again)
        return Ranges(least, np.where(untold, MOST_COUNTED, most))

    __repr__ = hidden


def _last(sessions: Flags) -> NDArray[np.intp]:
    """The place of the last of some sessions in each row, -1 where there is none."""
    places: NDArray[np.intp] = np.arange(len(sessions.T))
    last: NDArray[np.intp] = np.where(sessions, places, -1).max(axis=1, initial=-1)
    return last


def _level(standing: _Standing) -> Figure:
    level = standing.program.level or standing.phase.level
    return level.number if level else None


_ADMITTED = STATUS_NAMES[2]

_FIGURES: Mapping[str, Callable[[_Standing], Figure]] = MappingProxyType(
    {
        "weeks_in_phase": lambda s: s.same((s.day - s.phase_begun) // 7),
        "days_in_phase": lambda s: s.same(s.day - s.phase_begun),
        "weeks_in_program": lambda s: s.same(s.day // 7),
        "days_in_program": lambda s: s.same(s.day),
        "attendance": lambda s: s.attendance,
        "unexcused_absences": lambda s: s.unexcused(s.every),
        "attended_in_a_row": lambda s: s.in_a_row(s.came.attended, s.came.missed & ~s.came.excused),
        "missed_in_a_row": lambda s: s.in_a_row(s.came.missed & ~s.came.excused, s.came.attended),
        "hours_this_week": lambda s: s.same(0),
        "hours_last_week": lambda s: s.hours_last_week,
        "days_since_contact": lambda s: s.days_since_contact,
        "negative_tests_in_a_row": lambda s: s.negative_tests,
        "status": lambda _: _ADMITTED,
        "level": _level,
        "in_controlled_environment": lambda _: False,
    }
)


def not_modeled(condition: Predicate) -> tuple[str, ...]:
    """The facts that a condition asks about and scenarios do not have: they are not known."""
    names = dict.fromkeys(fact.name for fact in facts_in(condition))
    return tuple(n for n in names if n not in _FIGURES and not _SERVICE.fullmatch(n))
