"""Entries: what became of somebody in a scenario, as a course of the same kind as a real one.

Whatever reads real courses reads these: measures, retention, states, due lists. Nothing in them
was recorded late or wrong: each entry is recorded at the end of its own day.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from uuid import UUID

import numpy as np
from attrs import evolve

from iopkit.confidential import hidden, opaque
from iopkit.courses.attending import SessionAttended, SessionMissed
from iopkit.courses.courses import Course, collect
from iopkit.courses.entries import Entry
from iopkit.courses.events import CourseEvent
from iopkit.courses.findings import DrugTested, SubstanceFound
from iopkit.courses.stays import (
    Admitted,
    Assessed,
    Discharged,
    PhaseEntered,
    Readmitted,
    ReferralClosed,
    ReferralEnd,
    Referred,
    Screened,
    Waitlisted,
)
from iopkit.courses.timelines import ScheduleSince
from iopkit.modalities import Modality
from iopkit.patients.diagnoses import Substance
from iopkit.scenarios.courses import attended, session_address
from iopkit.scenarios.draws import DrawPurpose, draw_at, key_of, mixed
from iopkit.scenarios.episodes import Episodes
from iopkit.scenarios.preparing import Prepared
from iopkit.scenarios.requests import RequestOutcome
from iopkit.scenarios.session_draws import session_tables
from iopkit.scenarios.weeks import PlannedStay
from iopkit.schedules.sessions import Schedule
from iopkit.truth import Truth

RECORDER = "simulation"
"""Who has recorded what a scenario came to."""

_TRUTHS = {1: Truth.YES, 0: Truth.NO, -1: Truth.UNKNOWN}


def courses_of(
    prepared: Prepared, episodes: Episodes, *, of: Iterable[int] | None = None
) -> Iterator[Course]:
    """The course of each who was referred, with all their stays, in the order of referral.

    A course ends with the scenario. Its entries are those of what the engine drew: referral,
    verdict, waiting, admission, phases, sessions, drug tests and discharge. What a test found is
    told as ``Substance.OTHER``, as scenarios do not tell substances apart.

    Args:
        prepared: what the episodes are of.
        episodes: of one replication or more; those of others are other courses.
        of: the rows of those whose courses are asked for, each a first referral; all by default.
    """
    after: dict[int, int] = {
        int(before): row for row, before in enumerate(episodes.follows) if before >= 0
    }
    firsts: Iterable[int] = np.flatnonzero(episodes.follows < 0).tolist()
    for row in firsts if of is None else of:
        stays = [row]
        while (later := after.get(stays[-1])) is not None:
            stays.append(later)
        yield _Writer(prepared, episodes, _key(episodes, row)).course(stays)


def _key(episodes: Episodes, row: int) -> UUID:
    """A key such as a random one, from the chance of the referral."""
    chance = int(episodes.stream[row])
    high, low = (mixed(chance ^ key_of(part)) for part in ("course, high", "course, low"))
    return UUID(int=high << 64 | low, version=4)


class _Writer:
    """Writes the record of one course, entry by entry."""

    def __init__(self, prepared: Prepared, episodes: Episodes, key: UUID) -> None:
        self._prepared = prepared
        self._scenario = prepared.scenario
        self._episodes = episodes
        self._key = key
        self._patient = opaque("patient", key=key)
        self._entries: list[Entry] = []
        self._schedules: list[ScheduleSince] = []

    def course(self, rows: list[int]) -> Course:
        """The course of somebody, of whom each row is one stay or none."""
        for row in rows:
            self._episode(row)
        return collect(
            self._entries, key=self._key, patient=self._patient, schedules=self._schedules
        )

    def _write(self, day: int, event: CourseEvent) -> None:
        if day >= self._episodes.days:
            return
        on = self._date(day)
        recorded = datetime.combine(on + timedelta(days=1), time(0), self._scenario.site.tz)
        key = opaque(f"entry {len(self._entries)}", key=self._key)
        self._entries.append(Entry(key, on, recorded.astimezone(UTC), RECORDER, event))

    def _date(self, day: int) -> date:
        return self._scenario.start + timedelta(days=day)

    def _episode(self, row: int) -> None:
        """All that came of one referral."""
        told = self._episodes
        if told.before[row]:
            self._stay(row)
        elif told.follows[row] >= 0 and told.outcome[row] == RequestOutcome.NOT_REACHED:
            return
        else:
            self._write(int(told.referred[row]), Referred())
            if told.follows[row] >= 0 or self._is_admissible(row):
                self._wait(row)

    def _is_admissible(self, row: int) -> bool:
        """Whether somebody may be admitted, once it is written who judged that and how."""
        told, scenario = self._episodes, self._scenario
        day, verdict = int(told.referred[row]), _TRUTHS[int(told.eligible[row])]
        if scenario.policy is not None:
            self._write(day, Screened(scenario.policy.name, verdict))
        if verdict is Truth.UNKNOWN and scenario.habits.assessment is not None:
            day += scenario.habits.assessment.days
            self._write(day, Assessed())
        if told.admissible[row]:
            return True
        self._write(day, ReferralClosed(ReferralEnd.NOT_ELIGIBLE))
        return False

    def _wait(self, row: int) -> None:
        """The time from being ready for a seat, and how it ended."""
        told = self._episodes
        ready, day = int(told.ready[row]), int(told.day[row])
        outcome = RequestOutcome(int(told.outcome[row]))
        if outcome is RequestOutcome.WAITING or day > ready:
            self._write(ready, Waitlisted(self._of(row).scenario.program.name))
        match outcome:
            case RequestOutcome.ADMITTED:
                self._stay(row)
            case RequestOutcome.GAVE_UP:
                self._write(day, ReferralClosed(ReferralEnd.GAVE_UP))
            case RequestOutcome.DID_NOT_COME:
                self._write(day, ReferralClosed(ReferralEnd.OTHER))
            case RequestOutcome.WAITING | RequestOutcome.NOT_REACHED:
                pass

    def _stay(self, row: int) -> None:
        """A stay, from the admission to the discharge or the end of the scenario."""
        told, prepared = self._episodes, self._of(row)
        level = prepared.scenario.program.level
        start, days = int(told.start[row]), int(told.stay[row])
        lengths = told.phase_weeks[row, : prepared.phases_asked].tolist()
        planned = prepared.planned(start, told.pools[row].tolist(), lengths)
        schedule = self._own(planned.schedule, row)
        self._schedules.append(ScheduleSince(self._date(start), schedule))
        again = told.follows[row] >= 0
        self._write(start, Readmitted(level) if again else Admitted(level))
        phases = schedule.plan.program.phases
        begins = accumulate(phase.laid_weeks * 7 for phase in phases)
        for phase, day in zip(phases[1:], begins, strict=False):
            if day < days:
                self._write(start + day, PhaseEntered(phase.name))
        self._sessions(row, planned, schedule)
        reason = told.reasons[int(told.reason[row])]
        # Sessions that were moved beyond the last week come before the discharge.
        last = max([days - 1, *planned.day[self._prepared.due(planned, told.stay[[row]])[0]]])
        seen = None if told.attendance is not None else self._date(start + days - 1)
        self._write(start + last, Discharged(reason, last_contact=seen))

    def _of(self, row: int) -> Prepared:
        """The program that a row is of."""
        return self._prepared.programs[int(self._episodes.program[row])]

    def _own(self, schedule: Schedule, row: int) -> Schedule:
        """The schedule as this patient's own, with their age as the scenario begins."""
        key = opaque(f"plan {row}", key=self._key)
        known = self._scenario.population.table
        age = known["age"][int(self._episodes.person[row])] if "age" in known.columns else None
        plan = evolve(schedule.plan, key=key, patient=self._patient, age=age)
        return evolve(schedule, plan=plan)

    def _sessions(self, row: int, planned: PlannedStay, schedule: Schedule) -> None:
        """What came of each session that was due in the scenario."""
        prepared, told = self._of(row), self._episodes
        habits = prepared.habits
        if habits.attends is None:
            return
        chance, stream = int(told.stream[row]), told.stream[row : row + 1]
        tables = session_tables(planned, habits.attends, prepared.truths)
        strata = told.stratum[row : row + 1]
        (there,) = attended(stream, strata, tables.attending, tables.shares)
        start, due = int(told.start[row]), self._prepared.due(planned, told.stay[row : row + 1])[0]
        for place in np.flatnonzero(due & (start + planned.day >= 0)).tolist():
            session, day = planned.schedule.sessions[place], int(planned.day[place])
            unrecorded = habits.unrecorded
            if unrecorded is not None:
                at = session_address(DrawPurpose.ROLL, session.service, session.number)
                if draw_at(chance, at) < unrecorded.threshold:
                    continue
            uid = schedule.uid(session)
            if there[place]:
                self._write(start + day, SessionAttended(uid))
                if session.modality is Modality.DRUG_TESTING:
                    found = self._tested(row, day, int(tables.tested[place]))
                    self._write(start + day, found)
            else:
                excused: bool | None = None
                if habits.excuses is not None:
                    drawn = draw_at(chance, int(tables.excused[place]))
                    excused = drawn < habits.excuses.threshold
                self._write(start + day, SessionMissed(uid, excused))

    def _tested(self, row: int, day: int, address: int) -> DrugTested:
        """A drug test, with what it found where habits tell."""
        prepared, uses = self._of(row), self._episodes.uses[row]
        finds = prepared.habits.test_finds_use
        if finds is None or not len(uses):
            return DrugTested()
        used = bool(uses[min(day // 7, prepared.stays.weeks - 1)])
        found = used and draw_at(int(self._episodes.stream[row]), address) < finds.threshold
        return DrugTested((SubstanceFound(Substance.OTHER, found),))

    __repr__ = hidden
