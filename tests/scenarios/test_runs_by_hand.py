from collections.abc import Iterator
from datetime import date, time, timedelta
from functools import partial
from typing import Any, NamedTuple

import attrs
import numpy as np
import polars as pl
import pytest
from attrs import define, evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.courses.abstinence import negative_tests
from iopkit.courses.stays import DischargeReason
from iopkit.eligibility import FACTS, Criterion, Policy, Predicate
from iopkit.eligibility.possible import Possible
from iopkit.eligibility.predicates import AllOf, AnyOf, AtLeast
from iopkit.levels import LevelOfCare
from iopkit.library import find_program
from iopkit.modalities import Modality
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.programs.absences import AbsenceLimit, MissedSession
from iopkit.programs.progress import (
    COURSE_FACTS,
    MOST_COUNTED,
    Progress,
    ServiceProgress,
    service_facts,
)
from iopkit.programs.ranges import Times
from iopkit.scenarios.arrivals import NOT_YET, Arrivals, Cohort
from iopkit.scenarios.attending import Assessing, Attending, AttendingRule
from iopkit.scenarios.capacity import Capacity, SeatPool
from iopkit.scenarios.courses import StayTables
from iopkit.scenarios.draws import DrawPurpose, draw, key_of, mixed, stream
from iopkit.scenarios.episodes import Episodes
from iopkit.scenarios.follow_ons import FollowOn, FurtherProgram
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.leaving import Effect, HazardOf
from iopkit.scenarios.populations import Population
from iopkit.scenarios.preparing import Prepared, prepare
from iopkit.scenarios.requests import NEVER, NO_DAY, RequestOutcome
from iopkit.scenarios.running import run_replications
from iopkit.scenarios.scenarios import Scenario, vary
from iopkit.scenarios.weeks import StayTimetable
from iopkit.sites import Closure, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows

pytestmark = pytest.mark.measured

_START = date(2026, 1, 7)
_OPEN = WeeklyWindows.of(
    *(f"{d} 08:00-21:00" for d in ("monday", "tuesday", "wednesday", "thursday", "friday"))
)
_SITE = Site(
    "Elm",
    "America/Chicago",
    _OPEN,
    closures=(Closure(date(2026, 1, 19), date(2026, 1, 21), "training"),),
)
_PEOPLE = pl.DataFrame(
    {
        "key": ["ann", "bea", "cid", "dan", "eve", "fay"],
        "age": [17, 31, 47, None, 22, 64],
        "pregnant": [None, True, False, False, None, None],
    }
)
_POPULATION = Population.of(_PEOPLE)
_ADULT = FACTS["age"] >= 18


# One person, one day, one draw at a time, in plain Python: what ``run`` does in bulk.


@define
class One:
    """One referral, and what comes of it."""

    number: int
    stream: int
    person: int
    referred: int
    ready: int
    eligible: int
    admissible: bool
    admitted: int
    stay: int
    reason: int
    uses: tuple[bool, ...]
    lengths: tuple[int, ...]
    gives_up: int
    program: int = 0
    goes_on: bool = False
    follows: "One | None" = None
    gap: int = 0
    offered: int = NO_DAY
    start: int = NO_DAY
    outcome: RequestOutcome = RequestOutcome.NOT_REACHED
    day: int = NO_DAY


def _below(table: Any, drawn: int) -> int:
    return sum(int(each) <= drawn for each in table)


def _one(first: Prepared, number: int, chance: int, person: int, **more: Any) -> One:
    since = -more["admitted"] if more["admitted"] != NO_DAY else 0
    program = more.get("program", 0)
    prepared = first.programs[program]
    stratum = int(prepared.stratum[person])
    again = "follows" in more
    days, reason, uses = _stay(chance, stratum, prepared.stays, since)
    lengths: tuple[int, ...] = ()
    if prepared.timetable is not None:
        told = Told(prepared, prepared.timetable, chance, stratum, uses, since, again=again)
        days, reason, lengths = told.judged(days, reason)
    patience = NEVER
    if prepared.patience is not None:
        found = _below(prepared.patience[stratum], draw(chance, DrawPurpose.GIVING_UP))
        patience = found if found < len(prepared.patience[stratum]) else NEVER
    return One(
        number,
        chance,
        person,
        stay=days,
        reason=reason + sum(len(each.reasons) for each in first.programs[:program]),
        uses=uses,
        lengths=lengths,
        gives_up=patience,
        **more,
    )


def _stay(
    chance: int, stratum: int, tables: StayTables, since: int
) -> tuple[int, int, tuple[bool, ...]]:
    use, using, uses = tables.use, False, []
    for week in range(tables.weeks):
        if use is not None:
            if week == 0:
                using = draw(chance, DrawPurpose.USE_AT_ADMISSION) < int(use.at_admission[stratum])
            elif using:
                drawn = draw(chance, DrawPurpose.ABSTAINING, week=week)
                using = drawn >= int(use.stops[stratum, week])
            else:
                drawn = draw(chance, DrawPurpose.RETURN_TO_USE, week=week)
                using = drawn < int(use.returns[stratum, week])
            uses.append(using)
        known = min(max(since - week * 7, 0), 7)
        if known < 7:
            row = tables.leaving[known, stratum, int(using), week]
            place = _below(row, draw(chance, DrawPurpose.LEAVING, week=week))
            if place < len(row):
                day, reason = divmod(place, tables.reasons)
                return week * 7 + day + 1, reason, tuple(uses)
    finished = draw(chance, DrawPurpose.FINISHING) < int(tables.finishing[stratum])
    return tables.weeks * 7, tables.reasons + (not finished), tuple(uses)


class Seen(NamedTuple):
    """A session that was due, and what is on record of it."""

    service: Service
    day: int
    minutes: int
    mark: str
    excused: bool | None = None
    found: Truth | None = None


@define
class Told:
    """What is on record of somebody in care, by the timetable: as ``Progress`` asks it."""

    prepared: Prepared
    timetable: StayTimetable
    chance: int
    stratum: int
    uses: tuple[bool, ...]
    since: int
    again: bool

    def judged(self, days: int, reason: int) -> tuple[int, int, tuple[int, ...]]:
        """How long the stay is and why it ends, and how long the phases are where any is asked."""
        program, completed = self.timetable.program, self.prepared.stays.reasons
        lengths = [phase.laid_weeks for phase in program.phases]
        for place, phase in enumerate(program.phases):
            while phase.advance is not None and phase.name in self.timetable.asked:
                end = 7 * sum(lengths[: place + 1])
                there = days > end or (days == end and reason >= completed)
                most = lengths[place] == self.timetable.most_weeks[place]
                if most or not there or self._meets(phase.advance, lengths, place) is Truth.YES:
                    break
                lengths[place] += 1
        end = 7 * sum(lengths)
        if days > end:
            if reason < completed:
                drawn = draw(self.chance, DrawPurpose.FINISHING)
                finishes = drawn < int(self.prepared.stays.finishing[self.stratum])
                reason = completed + (not finishes)
            days = end
        for day in range(days):
            known = self.by_day(lengths, day)
            if any(known.reaches(limit) is Truth.YES for limit in program.absence_limits):
                days, reason = day + 1, completed + 2
                break
        if reason == completed and program.discharge is not None:
            truth = self._meets(program.discharge, lengths, len(lengths) - 1)
            reason += truth is Truth.NO
        return days, reason, tuple(lengths) if self.timetable.asked else ()

    def _meets(self, condition: Predicate, lengths: list[int], place: int) -> Truth:
        """Whether it holds on the day after a phase, before the sessions of that day."""
        begun, end = 7 * sum(lengths[:place]), 7 * sum(lengths[: place + 1])
        return self.on(lengths, end, end - 1, begun).meets(condition)

    def by_day(self, lengths: list[int], day: int) -> Progress:
        """At the end of a day."""
        place = next(n for n in range(len(lengths)) if day < 7 * sum(lengths[: n + 1]))
        begun = 7 * sum(lengths[:place])
        known = self.on(lengths, day, day, begun)
        return evolve(known, phase=self.timetable.program.phases[place].name)

    def on(self, lengths: list[int], day: int, last: int, begun: int) -> Progress:
        """On a day of the stay, by what was by the last day of which anything is on record."""
        every = [each for each in self._seen(lengths) if each.day <= last]
        program = self.timetable.program
        of_phase = [each for each in every if each.day >= begun]
        contact = max((each.day for each in every if each.mark == "attended"), default=0)
        newest = max((each.day for each in every if each.mark == "open"), default=0)
        week = [each for each in every if each.day >= day - 7]
        return Progress(
            weeks_in_phase=(day - begun) // 7,
            weeks_in_program=day // 7,
            days_in_phase=day - begun,
            days_in_program=day,
            attendance=_part(of_phase),
            unexcused_absences=_unexcused(every),
            by_service=tuple(
                ServiceProgress(
                    name,
                    due=len(some),
                    attended=_some(some, "attended"),
                    missed=_some(some, "missed"),
                    unexcused=_unexcused(some),
                )
                for name in dict.fromkeys(each.name for each in program.every_service)
                for some in [[each for each in every if each.service.name == name]]
            ),
            missed_sessions=tuple(
                MissedSession(each.service.name, each.day, each.excused)
                for each in every
                if each.mark == "missed"
            ),
            perhaps_missed=tuple(
                MissedSession(each.service.name, each.day) for each in every if each.mark == "open"
            ),
            status="admitted",
            level=program.level.number if program.level else None,
            days_since_contact=_between(day - max(contact, newest), day - contact),
            attended_in_a_row=_in_a_row(every, "attended"),
            missed_in_a_row=_in_a_row(every, "missed"),
            hours_this_week=0,
            hours_last_week=_between(
                *(
                    sum(each.minutes for each in week if each.mark in marks) / 60
                    for marks in (("attended",), ("attended", "open"))
                )
            ),
            negative_tests_in_a_row=self._negative(every),
            in_controlled_environment=False,
        )

    def _negative(self, every: list[Seen]) -> int | Possible | None:
        tests = [(_START + timedelta(e.day), e.found) for e in every if e.found is not None]
        count = negative_tests(tests, missed_is_positive=False).count
        if not self.again or any(found is Truth.YES for _, found in tests):
            return count
        return Possible(count if isinstance(count, int) else 0, MOST_COUNTED)

    def _seen(self, lengths: list[int]) -> Iterator[Seen]:
        habits = self.prepared.scenario.habits
        truths = dict(self.prepared.truths[self.stratum])
        planned = self.timetable.lasting(lengths)
        for session, day in zip(planned.schedule.sessions, planned.day.tolist(), strict=True):
            service = planned.schedule.service(session)
            minutes = int(session.service_time.total_seconds()) // 60
            drawn_for = partial(draw, self.chance, number=session.number, of=service.name)
            rolled = drawn_for(DrawPurpose.ROLL)
            unrecorded = habits.unrecorded is not None and rolled < habits.unrecorded.threshold
            if day < self.since or habits.attends is None or unrecorded:
                yield Seen(service, day, minutes, "open")
                continue
            share = habits.attends.threshold(
                week=day // 7,
                service=service.name,
                modality=service.modality,
                delivery=service.delivery,
                truths=truths,
            )
            if drawn_for(DrawPurpose.ATTENDING) >= share:
                excused = None
                if habits.excuses is not None:
                    drawn = drawn_for(DrawPurpose.EXCUSED)
                    excused = drawn < habits.excuses.threshold
                yield Seen(service, day, minutes, "missed", excused)
                continue
            found = None
            if service.modality is Modality.DRUG_TESTING:
                finds, found = habits.test_finds_use, Truth.UNKNOWN
                if finds is not None and self.uses:
                    drawn = drawn_for(DrawPurpose.TEST_RESULT)
                    used = self.uses[min(day // 7, len(self.uses) - 1)]
                    found = Truth.of(used and drawn < finds.threshold)
            yield Seen(service, day, minutes, "attended", found=found)


def _between(low: float, high: float) -> Any:
    return low if low == high else Possible(low, high)


def _some(every: list[Seen], mark: str) -> Any:
    marks = [each.mark for each in every]
    return _between(marks.count(mark), marks.count(mark) + marks.count("open"))


def _part(every: list[Seen]) -> Any:
    low, high = (
        sum(each.mark in marks for each in every) for marks in (("attended",), ("attended", "open"))
    )
    return _between(low / len(every), high / len(every)) if every else None


def _unexcused(every: list[Seen]) -> Any:
    told = [each.excused for each in every if each.mark != "attended"]
    return _between(told.count(False), told.count(False) + told.count(None))


def _in_a_row(every: list[Seen], mark: str) -> Any:
    sure = possible = 0
    is_open = False
    for each in reversed(every):
        if each.mark not in (mark, "open") and each.excused is not True:
            break
        is_open = is_open or each.mark == "open"
        one = each.mark == "open" or (each.mark == mark and each.excused is not True)
        possible += one
        sure += one and not is_open
    return _between(sure, possible)


def _those_referred(prepared: Prepared, seed: int, replication: int) -> Iterator[One]:
    scenario = prepared.scenario
    found = scenario.arrivals.referrals(
        scenario.population,
        seed=seed,
        replication=replication,
        weeks=scenario.weeks,
        start=scenario.start,
    )
    for number in range(len(found)):
        chance = stream(seed, replication, int(found.key[number]))
        person, day = int(found.person[number]), int(found.day[number])
        inside = int(found.admitted[number]) != NOT_YET
        eligible, ready = int(prepared.eligible[person]), day
        admissible = eligible == 1 or inside
        assessment = scenario.habits.assessment
        if eligible < 0 and not inside and assessment is not None:
            drawn = draw(chance, DrawPurpose.ASSESSMENT)
            admissible = drawn < assessment.eligible.threshold
            ready += assessment.days
        yield _one(
            prepared,
            number,
            chance,
            person,
            referred=day,
            ready=ready,
            eligible=eligible,
            admissible=admissible,
            admitted=int(found.admitted[number]) if inside else NO_DAY,
        )


def _who_comes_back(prepared: Prepared, one: One, number: int) -> One | None:
    horizon = prepared.scenario.weeks * 7
    if not one.admissible:
        return None
    own = prepared.programs[one.program]
    place = one.reason - sum(len(each.reasons) for each in prepared.programs[: one.program])
    tables = own.comes_back[place]
    program, goes_on, gap = 0, False, horizon
    if tables is not None:
        table = tables[int(own.stratum[one.person])]
        gap = _below(table, draw(one.stream, DrawPurpose.COMING_BACK))
    left, drawn = 0, draw(one.stream, DrawPurpose.FOLLOWING_ON)
    names = [each.scenario.program.name for each in prepared.programs]
    for rule in prepared.scenario.follow_on:
        if (rule.after or names[0]) == names[one.program] and rule.reason is own.reasons[place]:
            if left <= drawn < left + rule.share.threshold:
                program, goes_on, gap = names.index(rule.to), True, rule.days
            left += rule.share.threshold
    begun = max(one.ready, 0) if one.admitted == NO_DAY else one.admitted
    if gap >= horizon or begun + one.stay + gap >= horizon:
        return None
    return _one(
        prepared,
        number,
        mixed(one.stream ^ key_of("stay after a discharge")),
        one.person,
        referred=begun + one.stay + gap,
        ready=begun + one.stay + gap,
        eligible=one.eligible,
        admissible=True,
        admitted=NO_DAY,
        follows=one,
        gap=gap,
        program=program,
        goes_on=goes_on,
    )


def by_hand(  # noqa: C901, PLR0912  # all rules of a day, in a row
    prepared: Prepared, seed: int, replication: int
) -> list[One]:
    """What becomes of everybody in one replication."""
    horizon = prepared.scenario.weeks * 7
    every = [*_those_referred(prepared, seed, replication)]
    last = every
    while last:
        again = [(one, _who_comes_back(prepared, one, 0)) for one in last]
        last = [back for _, back in again if back is not None]
        for back in last:
            back.number = len(every)
            every.append(back)
    seats, in_seats = prepared.seats, dict.fromkeys(range(len(prepared.seats.names)), 0)
    sizes = seats.sizes
    held: dict[int, list[int]] = {}
    for one in every:
        if one.admitted != NO_DAY:
            one.outcome, one.day, one.start, one.offered = (
                RequestOutcome.ADMITTED,
                one.admitted,
                one.admitted,
                one.admitted,
            )
            suits = int(prepared.suits[one.person])
            able = [[pool for pool in need if suits >> pool & 1] for need in seats.needs[0]]
            held[one.number] = [
                next((pool for pool in some if in_seats[pool] < sizes[pool]), some[0])
                for some in able
                if some
            ]
            if one.start + one.stay > 0:
                for pool in held[one.number]:
                    in_seats[pool] += 1
    for day in range(horizon):
        for one in every:
            if one.start != NO_DAY and one.start + one.stay == day:
                for pool in held[one.number]:
                    in_seats[pool] -= 1
        for one in every:
            before = one.follows
            if before is not None and before.start != NO_DAY:
                one.ready = one.referred = before.start + before.stay + one.gap
        line = [
            one
            for one in every
            if one.admissible
            and one.outcome in (RequestOutcome.NOT_REACHED, RequestOutcome.WAITING)
            and one.ready <= day
            and (one.follows is None or one.follows.start != NO_DAY)
        ]
        for one in sorted(line, key=lambda each: (each.ready, each.number)):
            one.outcome = RequestOutcome.WAITING
            if day >= one.ready + one.gives_up:
                one.outcome, one.day = RequestOutcome.GAVE_UP, max(one.ready + one.gives_up, 0)
                continue
            needs = seats.needs[one.program]
            taken = [
                next(
                    (
                        p
                        for p in need
                        if in_seats[p] < sizes[p]
                        and seats.takes[p][day]
                        and int(prepared.suits[one.person]) >> p & 1
                    ),
                    None,
                )
                for need in needs
            ]
            if None in taken or (not needs and not seats.opens[day]):
                continue
            one.offered = one.day = day
            shares = prepared.programs[one.program].comes[0]
            waited = min(day - one.ready, len(shares) - 1)
            if draw(one.stream, DrawPurpose.INTAKE) >= int(shares[waited]):
                one.outcome = RequestOutcome.DID_NOT_COME
                continue
            one.outcome, one.start = RequestOutcome.ADMITTED, day
            held[one.number] = [pool for pool in taken if pool is not None]
            for pool in held[one.number]:
                in_seats[pool] += 1
    return every


def _sessions(first_program: Prepared, one: One) -> dict[str, int]:
    """What one person's sessions come to, by the schedule of a plan that begins on the day."""
    prepared = first_program.programs[one.program]
    scenario, horizon = prepared.scenario, prepared.scenario.weeks * 7
    habits, truths = scenario.habits, dict(prepared.truths[int(prepared.stratum[one.person])])
    told = dict.fromkeys(("due", "attended", "excused", "minutes", "minutes_due", "tests"), 0)
    told |= {"positive_tests": 0, "last_day": -1}
    first = scenario.start + timedelta(days=one.start)
    weeks = prepared.weeks.of_lengths(one.lengths) if one.lengths else prepared.weeks
    booked = weeks.starting(first).schedule
    for each in booked.sessions:
        day = (each.start.date() - first).days
        goes_on = day < one.stay or one.stay == booked.plan.weeks * 7
        if not goes_on or not 0 <= one.start + day < horizon:
            continue
        service, number = booked.service(each), each.number
        minutes = int(each.service_time.total_seconds()) // 60
        told["due"] += 1
        told["minutes_due"] += minutes
        assert habits.attends is not None
        share = habits.attends.threshold(
            week=day // 7,
            service=service.name,
            modality=service.modality,
            delivery=service.delivery,
            truths=truths,
        )
        if draw(one.stream, DrawPurpose.ATTENDING, number=number, of=service.name) >= share:
            drawn = draw(one.stream, DrawPurpose.EXCUSED, number=number, of=service.name)
            told["excused"] += habits.excuses is not None and drawn < habits.excuses.threshold
            continue
        told["attended"] += 1
        told["minutes"] += minutes
        told["last_day"] = max(told["last_day"], day)
        if service.modality is Modality.DRUG_TESTING:
            told["tests"] += 1
            if habits.test_finds_use is not None and one.uses:
                used = one.uses[min(day // 7, len(one.uses) - 1)]
                drawn = draw(one.stream, DrawPurpose.TEST_RESULT, number=number, of=service.name)
                told["positive_tests"] += used and drawn < habits.test_finds_use.threshold
    return told


_SHARES = st.sampled_from([0.0, 0.2, 0.7, 1.0])
_MAYBE = st.none() | _SHARES
_SOURCE = Source("made up", Grade.SECONDARY)


_POLICY = Policy(
    "adults",
    "Adults",
    Versions(
        (Dated(date(2020, 1, 1), (Criterion("adult", "Is an adult.", _ADULT, _SOURCE),), _SOURCE),)
    ),
)


_SLOTS = {
    "day-program": (Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.THURSDAY),
    "relapse-prevention": (Weekday.TUESDAY, Weekday.THURSDAY),
    "family-education": (Weekday.FRIDAY,),
    "drug-test": (Weekday.TUESDAY,),
}
_FACTS = {**COURSE_FACTS, **service_facts(_SLOTS)}
_ASKED = (
    _FACTS["attendance"] >= 0.7,
    _FACTS["attendance"] < 0.4,
    _FACTS["unexcused_absences"] <= 3,
    _FACTS["weeks_in_phase"] >= 2,
    _FACTS["days_in_program"].between(10, 20),
    _FACTS["attended_drug_test"] >= 2,
    _FACTS["missed_family_education"].equals(0),
    _FACTS["due_day_program"] > 5,
    _FACTS["unexcused_relapse_prevention"] <= 1,
    _FACTS["attended_in_a_row"] >= 3,
    _FACTS["missed_in_a_row"].is_in(1, 2, 3),
    _FACTS["hours_last_week"] >= 5,
    _FACTS["hours_this_week"].equals(0),
    _FACTS["days_since_contact"] <= 4,
    _FACTS["negative_tests_in_a_row"] >= 2,
    _FACTS["negative_tests_in_a_row"].is_known,
    _FACTS["goals_met"] >= 1,
    _FACTS["clinician_agrees"].equals(True),
    _FACTS["in_controlled_environment"].equals(False),
    _FACTS["status"].equals("admitted"),
    _FACTS["level"].equals("2.1"),
)
_CONDITIONS: st.SearchStrategy[Predicate] = st.recursive(
    st.sampled_from(_ASKED),
    lambda inner: st.lists(inner, max_size=3).flatmap(
        lambda parts: st.sampled_from(
            [
                AllOf(tuple(parts)),
                AnyOf(tuple(parts)),
                *([AtLeast(len(parts) // 2 + 1, tuple(parts)), ~parts[0]] if parts else []),
            ]
        )
    ),
    max_leaves=4,
)


def _service(name: str, minutes: int, modality: Modality = Modality.GROUP_THERAPY) -> Service:
    slots = tuple(Slot(day, time(9 + 3 * [*_SLOTS].index(name))) for day in _SLOTS[name])
    return Service(name, name, modality, Weekly(slots), timedelta(minutes=minutes))


@st.composite
def conditional_programs(drawn: st.DrawFn) -> Program:
    maybe = st.none() | _CONDITIONS
    limit = AbsenceLimit(
        drawn(st.integers(1, 5)),
        services=drawn(st.sampled_from([(), ("day-program", "family-education")])),
        weeks=drawn(st.none() | st.integers(1, 3)),
        phase=drawn(st.sampled_from([None, "first", "second"])),
        excused=drawn(st.booleans()),
    )
    tests = _service("drug-test", 15, Modality.DRUG_TESTING)
    return Program(
        "conditional",
        "Conditional",
        (
            Phase("first", "First", Times(1, 3), (tests,), advance=drawn(_CONDITIONS)),
            Phase("second", "Second", Times(1, 2), advance=drawn(maybe)),
            Phase("third", "Third", 1, (_service("relapse-prevention", 90),)),
        ),
        (_service("day-program", 150), _service("family-education", 60)),
        level=drawn(st.sampled_from([None, LevelOfCare("2.1")])),
        discharge=drawn(maybe),
        absence_limits=drawn(st.sampled_from([(), (limit,), (limit, AbsenceLimit(6))])),
    )


_AFTERCARE = Program(
    "aftercare",
    "Aftercare",
    (Phase("aftercare", "Aftercare", 3),),
    (_service("relapse-prevention", 90),),
)


@st.composite
def with_further(drawn: st.DrawFn) -> Scenario:
    """A scenario whose patients go on to other programs, and up again."""
    base = drawn(scenarios())
    other = evolve(
        base.habits,
        leaving=None if base.habits.leaving is None else drawn(_SHARES),
        gives_up=drawn(_MAYBE),
        comes=drawn(_MAYBE),
        coming_back=drawn(_SHARES),
    )
    stepped = evolve(drawn(conditional_programs()), name="step-down")
    reasons = (DischargeReason.COMPLETED, DischargeReason.TERMINATED, DischargeReason.DROPPED_OUT)
    rules = [
        FollowOn(reason, to, drawn(st.sampled_from([0.3, 0.5])), drawn(st.integers(0, 9)), after)
        for reason in reasons
        for after in (None, "step-down", "aftercare")
        for to in drawn(
            st.lists(
                st.sampled_from([base.program.name, "step-down", "aftercare"]),
                max_size=2,
                unique=True,
            )
        )
    ]
    return evolve(
        base,
        weeks=drawn(st.integers(3, 9)),
        further=(
            FurtherProgram(
                stepped, drawn(st.sampled_from(_CAPACITIES)), drawn(st.none() | st.just(other))
            ),
            FurtherProgram(_AFTERCARE, drawn(st.sampled_from(_CAPACITIES))),
        ),
        follow_on=tuple(rules),
    )


@st.composite
def scenarios(drawn: st.DrawFn) -> Scenario:
    leaving = drawn(_MAYBE)
    returns, stops = drawn(_MAYBE), drawn(_MAYBE)
    effects = []
    if leaving is not None:
        effects.append(Effect(HazardOf.LEAVING, drawn(st.sampled_from([0, 0.5, 3])), among=_ADULT))
        effects.append(Effect(HazardOf.LEAVING, 2, while_using=True))
    attends = drawn(_SHARES)
    rules = (AttendingRule(drawn(_SHARES), from_week=2), AttendingRule(0.5, among=_ADULT))
    caseload = drawn(st.integers(0, 3))
    return Scenario(
        "drawn",
        population=_POPULATION,
        program=drawn(
            st.sampled_from([find_program("schneider-1996"), find_program("matrix-16-week")])
            | conditional_programs()
        ),
        site=_SITE,
        arrivals=Arrivals(
            per_week=drawn(st.sampled_from([0, 2, 6])),
            waiting=Cohort.drawn(drawn(st.integers(0, 3)), longest=9),
            caseload=Cohort.drawn(caseload, longest=13),
        ),
        habits=Habits(
            "drawn",
            "Drawn",
            attends=Attending(attends, drawn(st.sampled_from([(), rules]))),
            excuses=drawn(_MAYBE),
            unrecorded=drawn(_MAYBE),
            leaving=leaving,
            finishes=drawn(_MAYBE),
            uses_at_admission=drawn(_MAYBE),
            returns_to_use=returns,
            stops_using=stops,
            test_finds_use=drawn(_MAYBE),
            gives_up=drawn(_MAYBE),
            comes=drawn(_MAYBE),
            assessment=Assessing(drawn(st.integers(0, 5)), drawn(_SHARES)),
            coming_back=drawn(st.sampled_from([0.0, 0.3])),
            effects=tuple(effects),
        ),
        start=_START,
        weeks=drawn(st.integers(1, 5)),
        policy=drawn(st.sampled_from([None, _POLICY])),
        capacity=drawn(st.sampled_from(_CAPACITIES)),
    )


_CAPACITIES = (
    Capacity(),
    Capacity((SeatPool("a", "day-program", 2), SeatPool("b", "relapse-prevention", 2))),
    Capacity(
        (
            SeatPool("a", "day-program", 1),
            SeatPool("b", "day-program", 3),
            SeatPool("c", "relapse-prevention", 3),
            SeatPool("d", "family-education", 2, open_to=_ADULT),
        )
    ),
)


@given(scenarios() | with_further(), st.integers(), st.integers(0, 9))
def test_it_is_what_comes_of_one_person_and_day_at_a_time(
    scenario: Scenario, seed: int, replication: int
) -> None:
    prepared = prepare(scenario)
    ran = run_replications(prepared, seed=seed, replications=[replication])
    expected = by_hand(prepared, seed, replication)
    assert len(ran) == len(expected)
    for row, one in enumerate(expected):
        began = one.start != NO_DAY
        told = {
            "stream": one.stream,
            "person": one.person,
            "admissible": one.admissible,
            "outcome": one.outcome,
            "day": one.day,
            "offered": one.offered,
            "start": one.start,
            "stay": one.stay,
            "reason": one.reason,
            "follows": -1 if one.follows is None else one.follows.number,
            "program": one.program,
            "goes_on": one.goes_on,
        }
        lengths = ran.phase_weeks[row].tolist()
        assert lengths == [*one.lengths, *[0] * (len(lengths) - len(one.lengths))]
        assert {name: getattr(ran, name)[row] for name in told} == told
        if one.outcome is not RequestOutcome.NOT_REACHED:
            assert (ran.referred[row], ran.ready[row]) == (one.referred, one.ready)
        assert ran.attendance is not None
        if began:
            sessions = _sessions(prepared, one)
            assert {n: getattr(ran.attendance, n)[row] for n in sessions} == sessions


@given(scenarios() | with_further(), st.integers())
def test_a_replication_is_the_same_among_others(scenario: Scenario, seed: int) -> None:
    prepared = prepare(scenario)
    together = run_replications(prepared, seed=seed, replications=[5, 0, 3])
    for place, replication in enumerate((5, 0, 3)):
        alone = run_replications(prepared, seed=seed, replications=[replication])
        assert _figures(alone) == _figures(together, place)


def _figures(episodes: Episodes, place: int = 0) -> dict[str, Any]:
    """All that is told of a replication, but for which rows it has."""
    own = episodes.replication == place
    first = int(own.argmax()) if own.any() else 0
    told: dict[str, Any] = {
        name: getattr(episodes, name)[own].tolist()
        for name in (
            *("stream", "person", "stratum", "referred", "ready", "eligible", "admissible"),
            *("before", "offered", "start", "outcome", "day", "pools", "stay", "reason", "uses"),
            *("phase_weeks", "unmet", "unsure", "program", "goes_on"),
        )
    }
    follows = episodes.follows[own]
    told["follows"] = np.where(follows < 0, follows, follows - first).tolist()
    assert episodes.attendance is not None
    for field in attrs.fields(type(episodes.attendance)):
        values = getattr(episodes.attendance, field.name)
        by_week = field.name.endswith("by_week")
        told[field.name] = (values[place] if by_week else values[own]).tolist()
    return told


@given(scenarios(), st.integers(), st.sampled_from(_PEOPLE["key"].to_list()))
def test_with_seats_for_all_nobody_is_changed_by_anybody(
    scenario: Scenario, seed: int, gone: str
) -> None:
    days = {key: number % 7 for number, key in enumerate(_PEOPLE["key"])}
    some = Scenario(
        **{
            **{f.name: getattr(scenario, f.name) for f in attrs.fields(Scenario)},
            "arrivals": Arrivals(days=days),
            "capacity": Capacity(),
        }
    )
    less = _PEOPLE.filter(pl.col("key") != gone)
    without = evolve(
        some,
        population=Population.of(less),
        arrivals=Arrivals(days={key: day for key, day in days.items() if key != gone}),
    )
    every = run_replications(prepare(some), seed=seed, replications=[0])
    fewer = run_replications(prepare(without), seed=seed, replications=[0])
    kept = dict(zip(every.stream.tolist(), _rows(every), strict=True))
    assert all(
        kept[chance] == row for chance, row in zip(fewer.stream.tolist(), _rows(fewer), strict=True)
    )


def _rows(episodes: Episodes) -> list[tuple[int, ...]]:
    columns = [
        getattr(episodes, name).tolist()
        for name in ("referred", "ready", "offered", "start", "outcome", "day", "stay", "reason")
    ]
    return [*zip(*columns, strict=True)]


def test_two_scenarios_that_are_alike_are_the_same() -> None:
    base = Scenario(
        "base",
        population=_POPULATION,
        program=find_program("schneider-1996"),
        site=_SITE,
        arrivals=Arrivals(per_week=3),
        habits=Habits("h", "H", leaving=0.1, attends=0.8),
        start=_START,
        weeks=6,
    )
    _, again, more = vary(base, {"again": {}, "more": {"arrivals.per_week": 4}})
    ran = [
        run_replications(prepare(each), seed=1, replications=[0]) for each in (base, again, more)
    ]
    assert _figures(ran[0]) == _figures(ran[1])
    kept = dict(zip(ran[2].stream.tolist(), _rows(ran[2]), strict=True))
    assert len(ran[2]) > len(ran[0])
    for chance, row in zip(ran[0].stream.tolist(), _rows(ran[0]), strict=True):
        assert kept[chance] == row
