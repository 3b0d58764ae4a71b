"""Settling: what clinician and patient make of the problems and goals that were proposed."""

from collections.abc import Iterable, Mapping
from datetime import date

from attrs import evolve

from iopkit.errors import Fault, Step, refuse, unless, unless_a, unless_day
from iopkit.plans.goals import Goal, Problem
from iopkit.plans.plans import Plan
from iopkit.plans.proposals import ProposedGoal, ProposedProblem, SettledAs, Settlement
from iopkit.plans.revisions import unsigned


def settle(  # noqa: PLR0913  # what is settled, by what becomes of it
    plan: Plan,
    *,
    on: date,
    by: str,
    accept: Iterable[str] = (),
    drop: Iterable[str] = (),
    change: Mapping[str, Problem | Goal] | None = None,
) -> Plan:
    """The plan with some of its proposals settled: what is accepted is a problem or goal of it.

    A problem is named by its name, a goal by its problem's, a slash and its own. What becomes of a
    problem becomes of those of its goals that are open and not named themselves: they are accepted
    with it, as they were proposed where its words alone change, or dropped. A goal that is accepted
    brings its problem with it. Each proposal stays in ``plan.proposals`` with what became of it.
    With a problem or goal more, nobody has signed the plan.

    Args:
        on: the day on which it was settled.
        by: who settled it, in the clinic's words.
        accept: names of what is taken over as it was proposed.
        drop: names of what is not.
        change: by name, the problem or goal that is taken over in its place; of the same problem.

    Raises:
        InvalidError: something is named that is not proposed or is settled, twice, or a goal is
            kept of a problem that is dropped, or a change is another problem's or names a service
            that the plan does not give.
    """
    refuse("settlement", unless_a(plan, "plan", Plan), unless_day(on, "on"))
    changed = dict(change or {})
    named = (
        ("accept", SettledAs.ACCEPTED, tuple(accept)),
        ("change", SettledAs.CHANGED, tuple(changed)),
        ("drop", SettledAs.DROPPED, tuple(drop)),
    )
    asked = {name: outcome for _, outcome, names in named for name in names}
    proposals = plan.proposals or ()
    still_open = _open(proposals)
    once = len(asked) == sum(len(names) for _, _, names in named)
    # What is proposed tells of the patient, so that no name of it is told.
    refuse(
        "settlement",
        *(
            _unless(name in still_open, (field, place), "what is proposed and open", "another name")
            for field, _, names in named
            for place, name in enumerate(names)
        ),
        unless(once, "accept", "each name once, in one of accept, change and drop", "one twice"),
        *(
            _change_faults(still_open[name], value, place, plan)
            for place, (name, value) in enumerate(changed.items())
            if name in still_open
        ),
        *(_drop_faults(each, asked) for each in proposals),
    )
    decided = tuple(_decided(each, asked, on, by) for each in proposals)
    new_problems = {n: value for n, value in changed.items() if isinstance(value, Problem)}
    new_goals = {n: value for n, value in changed.items() if isinstance(value, Goal)}
    both = [*zip(proposals, decided, strict=True)]
    problems = [
        new_problems.get(new.problem.name, new.problem)
        for old, new in both
        if _taken(old.settled, new.settled)
    ]
    goals = [
        new_goals.get(new.name, new.goal)
        for one, other in both
        for old, new in zip(one.goals, other.goals, strict=True)
        if _taken(old.settled, new.settled)
    ]
    settled = evolve(
        plan,
        proposals=plan.proposals and decided,
        problems=(*(plan.problems or ()), *problems) if problems else plan.problems,
        goals=(*(plan.goals or ()), *goals) if goals else plan.goals,
    )
    return unsigned(settled) if problems or goals else settled


def _taken(old: Settlement | None, new: Settlement | None) -> bool:
    """Whether a proposal has just become a part of the plan."""
    return old is None and new is not None and new.outcome is not SettledAs.DROPPED


def _decided(
    proposal: ProposedProblem, asked: Mapping[str, SettledAs], on: date, by: str
) -> ProposedProblem:
    """A proposal with what was asked for it, its open goals going with it."""
    outcome = asked.get(proposal.problem.name)
    own = {goal.name: asked[goal.name] for goal in proposal.goals if goal.name in asked}
    if outcome is None and proposal.settled is None and {*own.values()} - {SettledAs.DROPPED}:
        settled: Settlement | None = Settlement(SettledAs.ACCEPTED, on, by)
    else:
        settled = proposal.settled if outcome is None else Settlement(outcome, on, by)
    rest = SettledAs.ACCEPTED if outcome is SettledAs.CHANGED else outcome
    return evolve(
        proposal,
        settled=settled,
        goals=tuple(
            _decided_goal(goal, own.get(goal.name, rest), on, by) for goal in proposal.goals
        ),
    )


def _decided_goal(goal: ProposedGoal, outcome: SettledAs | None, on: date, by: str) -> ProposedGoal:
    if outcome is None or goal.settled is not None:
        return goal
    return evolve(goal, settled=Settlement(outcome, on, by))


def _open(proposals: Iterable[ProposedProblem]) -> dict[str, ProposedProblem | ProposedGoal]:
    """What is proposed and not settled, by name."""
    every: list[tuple[str, ProposedProblem | ProposedGoal]] = []
    for proposal in proposals:
        every += [(proposal.problem.name, proposal), *((g.name, g) for g in proposal.goals)]
    return {name: each for name, each in every if each.settled is None}


def _change_faults(
    proposed: ProposedProblem | ProposedGoal, value: Problem | Goal, place: int, plan: Plan
) -> tuple[Fault, ...]:
    """What is wrong with what is to be taken over in the place of a proposal."""
    path = ("change", place)
    if isinstance(proposed, ProposedProblem):
        same = isinstance(value, Problem) and value.name == proposed.problem.name
        return _unless(same, path, "a problem of the same name", "another value")
    if not isinstance(value, Goal) or value.problem != proposed.goal.problem:
        return _unless(False, path, "a goal for the same problem", "another value")
    given = {service.name for service in plan.program.every_service}.difference(plan.on_hold)
    used = {step.service for step in value.interventions} - {None}
    return _unless(used <= given, path, "services that the plan gives, in steps", "others")


def _drop_faults(proposal: ProposedProblem, asked: Mapping[str, SettledAs]) -> tuple[Fault, ...]:
    """A goal needs its problem."""
    outcome = proposal.settled.outcome if proposal.settled else asked.get(proposal.problem.name)
    kept = any(
        asked.get(goal.name, SettledAs.DROPPED) is not SettledAs.DROPPED for goal in proposal.goals
    )
    ok = outcome is not SettledAs.DROPPED or not kept
    return unless(ok, "drop", "a problem with all of its goals", "one of them kept")


def _unless(ok: bool, path: tuple[Step, ...], expected: str, found: str) -> tuple[Fault, ...]:
    return () if ok else (Fault(path, expected, found),)
