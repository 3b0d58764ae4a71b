"""Running: what becomes of everybody who is referred, in some replications of a scenario.

First how each would fare in care, in bulk and whenever it begins; then who waits and who has a
seat, day by day; then what was attended on the days on which that came to be.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from iopkit.scenarios.arrivals import NOT_YET
from iopkit.scenarios.clinic import seated
from iopkit.scenarios.courses import attended, stays
from iopkit.scenarios.draws import (
    DrawPurpose,
    Words,
    address,
    draws_at,
    draws_at_each,
    key_of,
    mixed_words,
    streams,
)
from iopkit.scenarios.episodes import Episodes, EpisodeSessions
from iopkit.scenarios.preparing import Prepared
from iopkit.scenarios.progressing import Stayed, judged
from iopkit.scenarios.requests import NEVER, NO_DAY, Codes, Days, RequestOutcome, Requests
from iopkit.scenarios.session_draws import session_tables
from iopkit.scenarios.tallies import Tally
from iopkit.scenarios.weeks import PlannedStay

_AGAIN = key_of("stay after a discharge")
_MOST_SESSIONS = 1 << 16
"""So many are looked at together: more no longer fit a processor's cache."""


class _Asked(NamedTuple):
    """Those who ask for a seat, a row each: at first, or after a stay.

    ``follows`` is the row of that stay among those of all rounds, -1 for none, and ``gap`` the days
    from its end. ``goes_on`` is for those who do so by a follow-on of the scenario.
    """

    replication: NDArray[np.intp]
    stream: Words
    person: Days
    referred: Days
    ready: Days
    eligible: NDArray[np.int8]
    admissible: NDArray[np.bool_]
    admitted: Days
    follows: NDArray[np.intp]
    gap: Days
    program: Codes
    goes_on: NDArray[np.bool_]
    stay: Days
    reason: Days
    uses: NDArray[np.bool_]
    phase_weeks: Days
    unmet: NDArray[np.bool_]
    unsure: NDArray[np.bool_]

    def at(self, rows: NDArray[np.intp]) -> "_Asked":
        """The same of some rows."""
        parts: list[Any] = [part[rows] for part in self]
        return _Asked(*parts)  # Any: each is an array of the type of its field


def run_replications(prepared: Prepared, *, seed: int, replications: Sequence[int]) -> Episodes:
    """What becomes of everybody who is referred, replication by replication.

    Each is what it would be alone, whichever others are run with it.
    """
    rounds = [_referred(prepared, seed, replications)]
    first = 0
    while len(rounds[-1].stream):
        rounds.append(_coming_back(prepared, rounds[-1], first))
        first += len(rounds[-2].stream)
    asked = _together(rounds)
    order = np.argsort(asked.replication, kind="stable")
    # Where each row of the rounds stands among those of its replication.
    place = np.empty(len(order), np.intp)
    place[order] = np.arange(len(order))
    follows = np.where(asked.follows < 0, -1, place[asked.follows])
    asked = asked.at(order)._replace(follows=follows[order])
    return _with_seats(prepared, asked, tuple(replications))


def _together(rounds: Sequence[_Asked]) -> _Asked:
    parts: list[Any] = [np.concatenate(part) for part in zip(*rounds, strict=True)]
    return _Asked(*parts)  # Any: each is an array of the type of its field


def _referred(prepared: Prepared, seed: int, replications: Sequence[int]) -> _Asked:
    """Those who are referred, and those who are there already."""
    scenario = prepared.scenario
    people = scenario.population
    found = [
        scenario.arrivals.referrals(
            people, seed=seed, replication=one, weeks=scenario.weeks, start=scenario.start
        )
        for one in replications
    ]
    replication = np.repeat(np.arange(len(found)), [len(each) for each in found])
    stream = np.concatenate(
        [streams(seed, one, each.key) for one, each in zip(replications, found, strict=True)]
    )
    person = np.concatenate([each.person for each in found])
    referred = np.concatenate([each.day for each in found])
    admitted = np.concatenate([each.admitted for each in found])
    inside = admitted != NOT_YET
    eligible = prepared.eligible[person]
    ready, admissible = referred.copy(), (eligible == 1) | inside
    assessment = scenario.habits.assessment
    if assessment is not None:
        assessed = (eligible < 0) & ~inside
        drawn = draws_at(stream, address(DrawPurpose.ASSESSMENT))
        proves = drawn < np.uint64(assessment.eligible.threshold)
        admissible |= assessed & proves
        ready[assessed] += assessment.days
    since = np.where(inside, -admitted.astype(np.int64), 0) if inside.any() else None
    rows = len(stream)
    return _Asked(
        replication,
        stream,
        person,
        referred,
        ready,
        eligible,
        admissible,
        np.where(inside, admitted, np.int32(NO_DAY)),
        np.full(rows, -1, np.intp),
        np.zeros(rows, np.int32),
        np.zeros(rows, np.int16),
        np.zeros(rows, np.bool_),
        *_stayed(prepared, stream, person, since=since),
    )


def _stayed(
    prepared: Prepared,
    stream: Words,
    person: Days,
    *,
    since: NDArray[np.intp] | None = None,
    program: Codes | None = None,
) -> Stayed:
    """How long each would stay and why they would leave.

    Args:
        since: for how many days they have been in care as the scenario begins.
        program: which each is in, of those who have been in care before; ``None``: nobody has.
    """
    if not prepared.others:
        return _stayed_in(prepared, stream, person, since=since, again=program is not None)
    at = np.zeros(len(stream), np.int16) if program is None else program
    found: list[Stayed] = []
    rows: list[NDArray[np.intp]] = []
    for number, each in enumerate(prepared.programs):
        own = np.flatnonzero(at == number)
        more = None if since is None else since[own]
        stayed = _stayed_in(each, stream[own], person[own], since=more, again=program is not None)
        before = sum(len(one.reasons) for one in prepared.programs[:number])
        found.append(stayed._replace(reason=stayed.reason + np.int32(before)))
        rows.append(own)
    order = np.argsort(np.concatenate(rows))
    joined: list[Any] = [_stacked(part)[order] for part in zip(*found, strict=True)]
    return Stayed(*joined)  # Any: each is an array of the type of its field


def _stacked(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Some arrays, one after the other, whose rows become as long as the longest.

    Any: whatever they are of.
    """
    most = max(part.shape[1] for part in parts) if parts[0].ndim > 1 else 0
    return np.concatenate(
        [
            np.pad(part, ((0, 0), (0, most - part.shape[1]))) if part.ndim > 1 else part
            for part in parts
        ]
    )


def _stayed_in(
    prepared: Prepared,
    stream: Words,
    person: Days,
    *,
    since: NDArray[np.intp] | None,
    again: bool,
) -> Stayed:
    """The same of those who are in one program."""
    stratum = prepared.stratum[person]
    found = stays(stream, stratum, prepared.stays, since=since)
    uses = np.zeros((len(stream), 0), np.bool_) if found.uses is None else found.uses
    none = np.zeros((len(stream), 0), np.int32)
    nobody = np.zeros(len(stream), np.bool_)
    stayed = Stayed(found.days, found.reason, uses, none, none.astype(np.bool_), nobody)
    timetable = prepared.timetable
    if timetable is None:
        return stayed
    return judged(prepared, timetable, stayed, stream, stratum, since=since, again=again)


def _strata(prepared: Prepared, person: Days, program: Codes) -> NDArray[np.intp]:
    """The stratum of each among those of the program that they are in."""
    if not prepared.others:
        return prepared.stratum[person]
    return np.stack([each.stratum for each in prepared.programs])[program, person]


def _coming_back(prepared: Prepared, before: _Asked, first: int) -> _Asked:
    """Those of a round who ask again after their stay or go on, whenever it will have been.

    Whoever asks again asks for the first program. Each round is over later than the one before it,
    by a day at least: the last comes by the end of the scenario.

    Args:
        first: the row of the first of the round, among those of all rounds.
    """
    days = prepared.scenario.weeks * 7
    stratum = _strata(prepared, before.person, before.program)
    gap = np.full(len(before.stream), days, np.int64)
    drawn = draws_at(before.stream, address(DrawPurpose.COMING_BACK))
    every = [tables for each in prepared.programs for tables in each.comes_back]
    for reason, tables in enumerate(every):
        for place, table in enumerate([] if tables is None else tables):
            these = (before.reason == reason) & (stratum == place) & before.admissible
            gap[these] = np.searchsorted(table, drawn[these], side="right")
    program, goes_on = _going_on(prepared, before, gap)
    # The earliest that they can ask again: had they begun as soon as they were ready.
    begun = np.where(before.admitted == NO_DAY, np.maximum(before.ready, 0), before.admitted)
    then = begun + before.stay + gap
    rows = np.flatnonzero((gap < days) & (then < days))
    stream = mixed_words(before.stream[rows] ^ np.uint64(_AGAIN))
    person = before.person[rows]
    ready = then[rows].astype(np.int32)
    return _Asked(
        before.replication[rows],
        stream,
        person,
        ready,
        ready,
        before.eligible[rows],
        np.ones(len(rows), np.bool_),
        np.full(len(rows), NO_DAY, np.int32),
        rows + first,
        gap[rows].astype(np.int32),
        program[rows],
        goes_on[rows],
        *_stayed(prepared, stream, person, program=program[rows]),
    )


def _going_on(
    prepared: Prepared, before: _Asked, gap: NDArray[np.int64]
) -> tuple[Codes, NDArray[np.bool_]]:
    """To which program each goes on, and who does; the days until then are put into ``gap``."""
    program = np.zeros(len(before.stream), np.int16)
    goes_on = np.zeros(len(before.stream), np.bool_)
    for reason, rule in enumerate(prepared.follow_on):
        if rule is None:
            continue
        these = np.flatnonzero((before.reason == reason) & before.admissible)
        drawn = draws_at(before.stream[these], address(DrawPurpose.FOLLOWING_ON))
        which = np.searchsorted(rule.shares, drawn, side="right")
        those, which = these[which < len(rule.to)], which[which < len(rule.to)]
        program[those], gap[those], goes_on[those] = rule.to[which], rule.days[which], True
    return program, goes_on


def _with_seats(prepared: Prepared, asked: _Asked, replications: tuple[int, ...]) -> Episodes:
    """What came of those who asked, once it is known who had a seat when."""
    scenario, stratum = prepared.scenario, _strata(prepared, asked.person, asked.program)
    patience, comes = _patience(prepared, asked, stratum), _comes(prepared)
    intake = draws_at(asked.stream, address(DrawPurpose.INTAKE))
    rows = len(asked.stream)
    needs = max(map(len, prepared.seats.needs), default=0)
    ready, offered, start = (np.full(rows, NO_DAY, np.int32) for _ in range(3))
    outcome, day = (
        np.full(rows, RequestOutcome.NOT_REACHED, np.int16),
        np.full(rows, NO_DAY, np.int32),
    )
    pools = np.full((rows, needs), -1, np.int16)
    bounds = np.searchsorted(asked.replication, np.arange(len(replications) + 1)).tolist()
    for first, end in pairwise(bounds):
        own = first + np.flatnonzero(asked.admissible[first:end])
        # Where the row that each follows stands among those of this replication.
        before = asked.follows[own]
        found = seated(
            Requests(
                asked.ready[own],
                asked.stay[own],
                priority=prepared.priority[asked.person[own]],
                patience=patience[own],
                suits=prepared.suits[asked.person[own]],
                intake=intake[own],
                comes=comes,
                band=asked.program[own],
                needs=asked.program[own],
                admitted=asked.admitted[own],
                follows=np.where(before < 0, -1, np.searchsorted(own, before)),
                gap=asked.gap[own],
            ),
            prepared.seats,
        )
        ready[own], offered[own], start[own] = found.ready, found.offered, found.start
        outcome[own], day[own] = found.outcome, found.day
        pools[own, : found.pools.shape[1]] = found.pools
    episodes = Episodes(
        replications=replications,
        weeks=scenario.weeks,
        reasons=prepared.every_reason,
        replication=asked.replication,
        stream=asked.stream,
        person=asked.person,
        stratum=stratum,
        referred=np.where(asked.follows < 0, asked.referred, ready),
        ready=ready,
        eligible=asked.eligible,
        admissible=asked.admissible,
        before=asked.admitted != NO_DAY,
        offered=offered,
        start=start,
        outcome=outcome,
        day=day,
        pools=pools,
        stay=asked.stay,
        reason=asked.reason,
        follows=asked.follows,
        uses=asked.uses,
        phase_weeks=asked.phase_weeks,
        unmet=asked.unmet,
        unsure=asked.unsure,
        program=asked.program,
        goes_on=asked.goes_on,
        costs=scenario.costs,
    )
    tally = Tally(prepared, episodes)
    attendance = _attendance(prepared, episodes, tally)
    return evolve(tally.told(), attendance=attendance)


def _patience(prepared: Prepared, asked: _Asked, stratum: NDArray[np.intp]) -> Days:
    """After how many days each gives up the wait."""
    patience = np.full(len(asked.stream), NEVER, np.int32)
    for number, each in enumerate(prepared.programs):
        if each.patience is None:
            continue
        drawn = draws_at(asked.stream, address(DrawPurpose.GIVING_UP))
        for place, table in enumerate(each.patience):
            own = np.flatnonzero((stratum == place) & (asked.program == number))
            days = np.searchsorted(table, drawn[own], side="right")
            patience[own] = np.where(days < len(table), days, NEVER)
    return patience


def _comes(prepared: Prepared) -> Words:
    """The thresholds of coming, a row for each program; the last holds from there on."""
    rows = [each.comes[0] for each in prepared.programs]
    most = max(map(len, rows))
    return np.stack([np.pad(row, (0, most - len(row)), mode="edge") for row in rows])


def _attendance(prepared: Prepared, episodes: Episodes, tally: Tally) -> EpisodeSessions | None:
    """What became of the sessions of each stay, on the days on which they were.

    Those whose plans have the same sessions on the same days of the stay are looked at together.
    """
    rows, weeks, runs = len(episodes), episodes.weeks, len(episodes.replications)
    due, came, minutes, prescribed = (np.zeros(rows, np.int32) for _ in range(4))
    tests, positive, excused = (np.zeros(rows, np.int32) for _ in range(3))
    last = np.full(rows, -1, np.int32)
    by_day = np.zeros((3, runs * weeks * 7), np.int64)
    began = np.flatnonzero(episodes.start != NO_DAY)
    for each in prepared.programs:
        attends, excuses = each.habits.attends, each.habits.excuses
        finds = each.habits.test_finds_use
        if attends is None:  # in this program, and so in none
            return None
        in_it = began[episodes.program[began] == each.number]
        for planned, own in _alike(each, episodes, in_it):
            tables = session_tables(planned, attends, each.truths)
            streams_of, strata = episodes.stream[own], episodes.stratum[own]
            calendar = episodes.start[own, np.newaxis] + planned.day
            seen = each.due(planned, episodes.stay[own]) & (calendar >= 0) & (calendar < weeks * 7)
            there = seen & attended(streams_of, strata, tables.attending, tables.shares)
            tally.add(each.number, planned, own, there)
            # Whole numbers stay whole in a product of floats, which takes a tenth of the time.
            figures = np.column_stack([np.ones(len(planned.day)), planned.minutes, tables.is_test])
            due[own], prescribed[own], _ = (seen.astype(np.float64) @ figures).T
            came[own], minutes[own], tests[own] = (there.astype(np.float64) @ figures).T
            if excuses is not None:
                drawn = draws_at_each(streams_of[:, np.newaxis], tables.excused)
                excused[own] = (seen & ~there & (drawn < np.uint64(excuses.threshold))).sum(axis=1)
            tested = there[:, tables.is_test]
            if finds is not None and episodes.uses.shape[1] and tested.size:
                weeks_of = np.minimum(planned.day[tables.is_test] // 7, each.stays.weeks - 1)
                drawn = draws_at_each(streams_of[:, np.newaxis], tables.tested[tables.is_test])
                found = episodes.uses[own][:, weeks_of] & (drawn < np.uint64(finds.threshold))
                positive[own] = (tested & found).sum(axis=1)
            last[own] = (there * (planned.day + 1)).max(axis=1, initial=0) - 1
            # Those not seen are counted on a day more, which is quicker than to pick the rest.
            place = calendar + (episodes.replication[own] * (weeks * 7))[:, np.newaxis]
            place = np.where(seen, place, by_day.shape[1]).reshape(-1)
            for number, weights in enumerate((seen, there, there * planned.minutes)):
                counts = np.bincount(place, weights.reshape(-1), minlength=by_day.shape[1])
                by_day[number] += counts[: by_day.shape[1]].astype(np.int64)
    by_week = by_day.reshape(3, runs, weeks, 7).sum(axis=3)
    figures_of = (due, came, excused, minutes, prescribed, last, tests, positive)
    return EpisodeSessions(*figures_of, *by_week)


def _alike(
    prepared: Prepared, episodes: Episodes, rows: NDArray[np.intp]
) -> Iterator[tuple[PlannedStay, NDArray[np.intp]]]:
    """Rows of one program by what their stays hold, not too many together, with what that is."""
    groups = prepared.groups_of(episodes.pools[rows])
    lengths = episodes.phase_weeks[rows, : prepared.phases_asked]
    together = np.column_stack([episodes.start[rows], groups, lengths])
    one, which = _kinds(together)
    first = groups.shape[1]
    planned = [
        prepared.planned_alike(day, tuple(of[:first]), tuple(of[first:]))
        for day, *of in together[one].tolist()
    ]
    numbers = {each: number for number, each in enumerate(dict.fromkeys(planned))}
    pattern = np.array([numbers[each] for each in planned], np.intp)[which]
    order = np.argsort(pattern, kind="stable")
    ends = np.cumsum(np.bincount(pattern, minlength=len(numbers))).tolist()
    for each, begin, end in zip(numbers, [0, *ends], ends, strict=False):
        most = max(1, _MOST_SESSIONS // max(1, len(each.day)))
        for some in range(begin, end, most):
            yield each, rows[order[some : min(some + most, end)]]


def _kinds(rows: NDArray[np.signedinteger[Any]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The place of one row of each kind, and the kind of each row.

    A column at a time, as whole rows take ten times as long to sort.
    """
    kind = np.zeros(len(rows), np.int64)
    for column in rows.T:
        low, high = column.min(initial=0), column.max(initial=0)
        if low < high:
            kind = np.unique(kind, return_inverse=True)[1] * (high - low + 1) + column - low
    _, one, which = np.unique(kind, return_index=True, return_inverse=True)
    return one, which
