"""Proposals: the smallest changes to a plan after which it meets what is required of it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import partial
from heapq import heappop, heappush
from itertools import count, islice

from attrs import define, evolve, field

from iopkit.checks.checks import Finding
from iopkit.checks.fitting import Judgment, judge
from iopkit.checks.remedies import (
    SESSION_STEPS,
    ChangeSize,
    Effort,
    Remedy,
    Situation,
    remedies_for,
    whole_remedies_for,
)
from iopkit.checks.shortfalls import DayDemand, SessionDemand, Shortfall, counted_minutes
from iopkit.confidential import hidden, hide_fields
from iopkit.errors import each_a, refuse, refuse_flags, unless, unless_a
from iopkit.fields import frozen
from iopkit.plans.own_days import concerns, speaks_of
from iopkit.plans.plans import Plan
from iopkit.plans.revisions import (
    AddMilestones,
    CapGroups,
    Revision,
    SessionRevision,
    revise,
    unsigned,
)
from iopkit.prose import counted
from iopkit.requirements.demands import Frequency, GroupSize, LongestGap, Reviews, WeeklyHours
from iopkit.requirements.due import milestones
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.schedules.meetings import Meeting
from iopkit.schedules.scheduling import schedule
from iopkit.schedules.sessions import Schedule
from iopkit.sites.sites import Site
from iopkit.truth import Truth

MOST_TOLD = 5
"""How many proposals of each number of changes are told."""


class WhyRemaining(StrEnum):
    """Why a finding is left unmet or undetermined."""

    UNKNOWN = "unknown"
    NOT_BY_CHANGES = "not_by_changes"
    NO_SERVICE = "no_service"
    OF_GROUPS = "of_groups"
    CLOSED = "closed"

    @property
    def words(self) -> str:
        """The reason in prose."""
        return _WORDS[self]


_WORDS = {
    WhyRemaining.UNKNOWN: "something is not known",
    WhyRemaining.NOT_BY_CHANGES: "no change to sessions, dates or groups meets it",
    WhyRemaining.NO_SERVICE: "the plan has no service that counts",
    WhyRemaining.OF_GROUPS: "all services that count meet as groups, not as one plan has it",
    WhyRemaining.CLOSED: "usual weeks meet it, and here is a closed day or leave",
}


@frozen(repr=False)
class Remaining:
    """A finding of a requirement set that is left unmet or undetermined, and why."""

    requirements: str
    finding: Finding
    why: WhyRemaining

    __repr__ = hidden


@frozen(repr=False)
class Proposal:
    """Changes to a plan, the plan with them made, and what is found of it then.

    ``judgments`` are of its schedule, closures and all; ``left`` is what is not met in them.
    """

    revisions: tuple[Revision, ...]
    size: ChangeSize
    plan: Plan
    judgments: tuple[Judgment, ...]
    left: tuple[Remaining, ...]

    @property
    def minutes_a_week(self) -> Fraction:
        """Minutes of sessions added and taken away, for each week of the plan."""
        return Fraction(self.size.minutes, self.plan.weeks)

    __repr__ = hidden


@frozen(repr=False)
class Proposals:
    """The smallest changes to a plan that were found, the smallest first.

    ``judgments`` are of the plan as it is, closures and all, and ``left`` is what no proposal
    can meet of that. ``wanted``: something else is unmet. ``complete``: all changes up to
    ``most_changes`` were looked at; if not, the search ended at its limit after ``tried`` plans,
    with at least ``unseen`` changes not looked at, and others may be smaller.
    """

    found: tuple[Proposal, ...]
    judgments: tuple[Judgment, ...]
    left: tuple[Remaining, ...]
    wanted: bool
    complete: bool
    tried: int
    most_changes: int
    unseen: int = 0

    @property
    def words(self) -> str:
        """What was found, in prose."""
        if not self.wanted:
            return "Nothing is unmet that a change to the plan could meet."
        what = counted(len(self.found), "proposal") if self.found else "No proposal"
        limit = counted(self.most_changes, "change")
        told = f"{what} of at most {limit} to services"
        if self.complete:
            return f"{told}."
        unseen = f" with {counted(self.unseen, 'change')} not looked at" if self.unseen else ""
        return (
            f"{told} so far: the search ended at its limit after {counted(self.tried, 'plan')}"
            f"{unseen}, and others may be smaller."
        )

    __repr__ = hidden


def propose(  # noqa: PLR0913  # what a search is bounded by, by name
    plan: Plan,
    site: Site,
    requirements: Iterable[RequirementSet],
    *,
    most_changes: int = 2,
    most_steps: int = 2_000_000,
    assume_in_force: bool = False,
    meetings: Iterable[Meeting] = (),
) -> Proposals:
    """The smallest changes to a plan after which it meets what is required of it.

    A change does one thing to one service, in all phases that have it or in some of them in
    a row: its sessions get longer or shorter, there are more or fewer in a week, one of a
    week moves, or a rare one is held more often. No service is new, and none goes. What
    changes is put where site and patient are free and no other service is. Dates of review
    and certification, and caps of groups, take nobody's time: they are changed as needed,
    and not counted.

    The fewest changes come first, then the least ``ChangeSize``. Proposals of more changes are
    told if they take fewer minutes than all of fewer. Of those that do the same things to
    the same services, only the smallest is told, and of each number no more than
    ``MOST_TOLD``. Looked at are all changes that help by themselves, and none that only would
    make room for another. Sessions become longer or shorter by what ends a shortfall in
    some week, or as far as they can.

    Weeks are judged without closures, holidays and leaves, for which no weekly change makes up;
    ``left`` tells what these leave unmet. A changed plan has no signatures of the old one.
    Clinicians decide.

    A service that the plan has in groups is not changed, as its groups meet for others, too.

    Args:
        meetings: those of the plan's groups, by which it is dated (see ``plan_meetings``).
        most_changes: from 1 to 4.
        most_steps: the search ends after so many, with what it has found. To date and judge a
            session is 30 steps, and to look at a stretch of time for an opening one; two million
            take two or three seconds.
        assume_in_force: as ``check``.

    Raises:
        InvalidError: the site is not the plan's, or a limit is out of its range.
        NotInForceError: a requirement set is not known to be in force on the first day of a
            week, and is not assumed to be.
    """
    refuse("propose", unless_a(plan, "plan", Plan), unless_a(site, "site", Site))
    refuse_flags("propose", assume_in_force=assume_in_force)
    refuse(
        "propose",
        unless(1 <= most_changes <= 4, "most_changes", "from 1 to 4", most_changes),
        unless(most_steps >= 1, "most_steps", "at least 1", most_steps),
    )
    sets = each_a("propose", requirements, "requirements", RequirementSet)
    judged = partial(judge, requirements=sets, site=site, assume_in_force=assume_in_force)
    always_open = evolve(site, holidays=None, closures=())
    trials = _Trials(always_open, partial(judged, site=always_open), Effort(most_steps))
    usual = evolve(plan, leaves=())
    as_is = trials.state(usual)
    met = tuple(meetings)
    dated = schedule(plan, site, meetings=met)
    now = judged(dated)
    found: list[Proposal] = []
    if as_is.unmet:
        aside = tuple(_aside(as_is, dated.end))
        start = unsigned(usual)
        for revision in aside:
            start = revise(start, revision)
        for revisions, size, state in _smallest(trials, trials.state(start), most_changes):
            changed = evolve(state.plan, leaves=plan.leaves)
            judgments = judged(schedule(changed, site, meetings=met))
            left = _left(judgments, state)
            found.append(
                Proposal((*revisions, *aside), size, plan=changed, judgments=judgments, left=left)
            )
    return Proposals(
        tuple(found),
        judgments=now,
        left=_left(now, as_is),
        wanted=bool(as_is.unmet),
        complete=not trials.effort.is_spent,
        tried=len(trials.known),
        most_changes=most_changes,
        unseen=trials.unseen,
    )


# A requirement of a set, and the week in which it is judged, if it is one of weeks.
_Key = tuple[str, Requirement, int | None]


def _key(judgment: Judgment, finding: Finding) -> _Key:
    # A gap begins in a week, but is not of it.
    whole = isinstance(finding.requirement.demand, LongestGap | Frequency)
    return judgment.requirements.name, finding.requirement, None if whole else finding.week


@frozen(repr=False)
class _State:
    """A plan as it is booked in weeks without closures and leaves, and what is found of it.

    ``unmet`` is what changes can meet. ``unbooked`` counts sessions that have no place or
    are elsewhere than the plan has them.
    """

    schedule: Schedule
    judgments: tuple[Judgment, ...]
    unmet: tuple[tuple[_Key, Finding], ...]
    unknown: Counter[_Key]
    unbooked: int

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.schedule.plan

    @property
    def missing(self) -> int:
        """Minutes that a demand for weekly hours asks to change; others may ask for the same."""
        asked: Counter[Requirement] = Counter()
        for _, finding in self.unmet:
            if isinstance(finding.requirement.demand, WeeklyHours):
                asked[finding.requirement] += finding.shortfall + finding.excess
        return max(asked.values(), default=0)

    def situation(self, site: Site, effort: Effort) -> Situation:
        """What is unmet, seen from the sessions."""
        demands = (f.requirement.demand for each in self.judgments for f in each.findings)
        by_day = any(isinstance(demand, DayDemand) for demand in demands)
        unmet = [finding for _, finding in self.unmet]
        return Situation.of(self.schedule, site, unmet, by_day=by_day, effort=effort)

    def suits(self, start: "_State") -> bool:
        """Whether nothing is unmet, and no more unknown or elsewhere than at the start."""
        known = all(number <= start.unknown[key] for key, number in self.unknown.items())
        return not self.unmet and known and self.unbooked <= start.unbooked

    __repr__ = hidden


@define(repr=False, field_transformer=hide_fields)
class _Trials:
    """The plans that were looked at, and how many changes were not when the effort was spent."""

    site: Site
    judged: Callable[[Schedule], tuple[Judgment, ...]]
    effort: Effort
    known: dict[Plan, _State] = field(factory=dict[Plan, _State])
    unseen: int = 0

    def state(self, plan: Plan) -> _State:
        """What is found of a plan."""
        if plan not in self.known:
            dated = schedule(plan, self.site)
            prescribed = len(dated.sessions) + len(dated.unplaced)
            self.effort.spent += SESSION_STEPS * prescribed
            self.known[plan] = _looked_at(dated, self.judged(dated))
        return self.known[plan]

    __repr__ = hidden


def _looked_at(dated: Schedule, judgments: tuple[Judgment, ...]) -> _State:
    plan = dated.plan
    listed = [(_key(j, f), f) for j in judgments for f in j.findings]
    unknown = (each for each in listed if each[1].truth is Truth.UNKNOWN)
    return _State(
        dated,
        judgments,
        unmet=tuple(
            (key, finding)
            for key, finding in listed
            if finding.truth is Truth.NO and _beyond(finding.requirement, plan) is None
        ),
        # Of groups as many may be unknown as a service comes to differ from phase to phase.
        unknown=Counter(
            key for key, f in unknown if isinstance(f.requirement.demand, SessionDemand)
        ),
        unbooked=len(dated.unplaced) + sum(session.moved is not None for session in dated.sessions),
    )


def _beyond(requirement: Requirement, plan: Plan) -> WhyRemaining | None:
    """Why no change that is proposed can meet a requirement; ``None`` if one may."""
    demand = requirement.demand
    if isinstance(demand, Reviews | GroupSize):
        return None
    if not isinstance(demand, SessionDemand):
        return WhyRemaining.NOT_BY_CHANGES
    given = (s for s in plan.program.every_service if s.name not in plan.on_hold)
    counted = [service for service in given if counted_minutes(service, demand)]
    if not counted:
        return WhyRemaining.NO_SERVICE
    in_groups = all(plan.groups_of(service.name) for service in counted)
    return WhyRemaining.OF_GROUPS if in_groups else None


def _left(judgments: Iterable[Judgment], usual: _State) -> tuple[Remaining, ...]:
    """What is not met of a schedule, but for what changes can meet in its usual weeks."""
    found: list[Remaining] = []
    unmet = {key for key, _ in usual.unmet}
    for judgment in judgments:
        for finding in judgment.findings:
            why = _beyond(finding.requirement, usual.plan)
            if finding.truth is Truth.UNKNOWN:
                why = WhyRemaining.UNKNOWN
            elif why is None and _key(judgment, finding) not in unmet:
                why = WhyRemaining.CLOSED
            if finding.truth is not Truth.YES and why is not None:
                found.append(Remaining(judgment.requirements.name, finding, why))
    return tuple(found)


def _aside(state: _State, end: date) -> Iterator[Revision]:
    """Dates, up to the end that sessions extend the plan to, and caps that are missing."""
    plan, caps = state.plan, dict[str, int]()
    for judgment in state.judgments:
        demands = [finding.requirement.demand for finding in judgment.that_are(Truth.NO)]
        if any(isinstance(demand, Reviews) for demand in demands):
            # It is in force then, or the caller has assumed so: it was judged by.
            due = milestones(
                [judgment.requirements],
                start=plan.start,
                end=end,
                assume_in_force=True,
                speaks=partial(speaks_of, plan),
                concerns=partial(concerns, plan),
            )
            yield AddMilestones(tuple(each for each in due if each not in plan.milestones))
        for demand in demands:
            if isinstance(demand, GroupSize):
                for service in plan.program.every_service:
                    size = service.group_max or service.group_min or 0
                    if service.modality in demand.modalities and size > demand.most:
                        caps[service.name] = min(demand.most, caps.get(service.name, demand.most))
    yield from (CapGroups(name, most) for name, most in caps.items())


_Solution = tuple[tuple[SessionRevision, ...], ChangeSize, _State]


def _smallest(trials: _Trials, start: _State, most: int) -> list[_Solution]:
    """The smallest changes, of each number those that take fewer minutes than all of fewer.

    Searches by number of changes, from one to the most; see ``_cheapest`` for each.
    """
    if not start.unmet:
        return [((), ChangeSize(), start)]
    found: list[_Solution] = []
    for changes in range(1, most + 1):
        under = min((size.minutes for _, size, _ in found), default=None)
        found += islice(_cheapest(trials, start, changes, under), MOST_TOLD)
    return found


def _cheapest(
    trials: _Trials, start: _State, changes: int, under: int | None
) -> Iterator[_Solution]:
    """So many changes after which all is met, the cheapest first, in each way only once.

    Searches best first: the heap has changes whose last one is not looked at yet, by their
    size, and no change makes a size less, so what is met first is the smallest. It ends when
    the heap is empty, as no more than ``changes`` are made, or at ``under`` minutes, or when
    the effort is spent. Each turn dates and judges a plan, unless it is known, and looks for
    what could be changed next. Only remedies with which all could still end are followed.
    """
    heap: list[tuple[ChangeSize, int, tuple[SessionRevision, ...], Plan]] = []
    order, told = count(), set[tuple[tuple[str, str], ...]]()

    def look_beyond(state: _State, size: ChangeSize, made: tuple[SessionRevision, ...]) -> None:
        # Whatever comes next takes what is missing at the least.
        if under is None or size.minutes + state.missing < under:
            situation = state.situation(trials.site, trials.effort)
            for remedy in _useful(situation, changes - len(made)):
                then = (*made, remedy.revision)
                heappush(heap, (size + remedy.size, next(order), then, state.plan))

    look_beyond(start, ChangeSize(), ())
    while heap:
        size, _, made, before = heappop(heap)
        if under is not None and size.minutes >= under:
            return
        if trials.effort.is_spent:
            trials.unseen += 1 + len(heap)
            return
        state = trials.state(revise(before, made[-1]))
        if len(made) < changes:
            look_beyond(state, size, made)
            continue
        way = tuple(sorted((type(each).__name__, each.service) for each in made))
        if way not in told and state.suits(start):
            told.add(way)
            yield made, size, state


def _useful(situation: Situation, left: int) -> Iterator[Remedy]:
    """Remedies with which so many changes, themselves included, could end every shortfall."""
    if left == 1:
        yield from whole_remedies_for(situation)
        return
    remedies = [*remedies_for(situation)]
    every = frozenset(situation.shortfalls)
    helps = {remedy.helps for remedy in remedies}
    yield from (each for each in remedies if _covered(every - each.ends, helps, left - 1))


def _covered(
    shortfalls: frozenset[Shortfall], helps: Collection[frozenset[Shortfall]], left: int
) -> bool:
    """Whether so many remedies could help with all of some shortfalls.

    Searches for a cover: some remedy has to help with any one of them, so those that do are
    tried, and then what remains. It ends as ``left`` falls, which is at most 3.
    """
    if not shortfalls or not left:
        return not shortfalls
    one = next(iter(shortfalls))
    return any(_covered(shortfalls - some, helps, left - 1) for some in helps if one in some)
