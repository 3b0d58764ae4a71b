"""Carrying: what was settled and signed of a plan, in the same plan when it is drafted again."""

import re
from collections.abc import Collection
from itertools import count

from attrs import evolve

from iopkit.errors import refuse, unless, unless_a
from iopkit.plans.plans import Plan
from iopkit.plans.proposals import ProposedGoal, ProposedProblem
from iopkit.plans.revisions import unsigned


def carry_settled(plan: Plan, settled: Plan) -> Plan:
    """A plan that was drafted again, with all that was settled and signed of it before.

    Problems and goals are those that were agreed, in the words of then. What became of a proposal
    stays, also where the record does not raise the problem any more. What it raises newly is open,
    under another number where its name is taken. Signatures stand while the plan is the one that
    was signed, its notes and proposals aside: a changed one has none.

    Raises:
        InvalidError: the plans have two keys, or what was settled needs a service that the plan
            does not have.
    """
    refuse("settlement", unless_a(plan, "plan", Plan), unless_a(settled, "settled", Plan))
    same = plan.key == settled.key
    refuse("settlement", unless(same, "settled", "the plan that is drafted again", "another"))
    carried = evolve(
        plan,
        proposals=_carried(plan, settled),
        problems=settled.problems,
        goals=settled.goals,
        signatures=settled.signatures,
    )
    return carried if _signed_part(carried) == _signed_part(settled) else unsigned(carried)


def _signed_part(plan: Plan) -> Plan:
    """What a signature is under: what is given and to be reached, and what that rests on."""
    return evolve(plan, notes=(), proposals=None, signatures=None)


def _carried(plan: Plan, settled: Plan) -> tuple[ProposedProblem, ...] | None:
    """What is proposed now, and what became of what was proposed before."""
    before = [each for each in settled.proposals or () if _is_begun(each)]
    raised = plan.proposals or ()
    taken = {each.problem.name for each in before}
    taken |= {problem.name for problem in settled.problems or ()}
    found: list[ProposedProblem] = []
    for now in raised:
        was = next((each for each in before if _is_same(each, now)), None)
        if was is not None:
            before.remove(was)
            found.append(_with_settled(now, was))
        elif now.problem.name in taken:
            names = {*taken, *(each.problem.name for each in (*raised, *found))}
            found.append(_renamed(now, _free_name(now, names)))
        else:
            found.append(now)
    gone = [each for each in before if each.settled]
    return (*found, *gone) if found or gone else plan.proposals


def _is_begun(proposal: ProposedProblem) -> bool:
    """Whether something of it is settled."""
    return bool(proposal.settled) or any(goal.settled for goal in proposal.goals)


def _is_same(was: ProposedProblem, now: ProposedProblem) -> bool:
    """Whether two are one problem: of several diagnoses, each has but its place as a number."""
    old, new = was.problem, now.problem
    coded = old.code is not None and old.code == new.code
    return _stem(old.name) == _stem(new.name) and (coded or old.statement == new.statement)


def _stem(name: str) -> str:
    return re.sub(r"-\d+$", "", name)


def _with_settled(now: ProposedProblem, was: ProposedProblem) -> ProposedProblem:
    """What was proposed and is in part settled, with the goals that are proposed for it now."""
    done = {goal.name: goal for goal in was.goals if goal.settled}
    goals: list[ProposedGoal] = [
        done.pop(goal.name, goal) for goal in _renamed(now, was.problem.name).goals
    ]
    return evolve(was, goals=(*goals, *done.values()))


def _free_name(proposal: ProposedProblem, taken: Collection[str]) -> str:
    names = (f"{_stem(proposal.problem.name)}-{number}" for number in count(2))
    return next(name for name in names if name not in taken)


def _renamed(proposal: ProposedProblem, name: str) -> ProposedProblem:
    """A proposal under another name, and its goals under it."""
    return evolve(
        proposal,
        problem=evolve(proposal.problem, name=name),
        goals=tuple(
            evolve(
                goal,
                name=f"{name}/{goal.name.rpartition('/')[2]}",
                goal=evolve(goal.goal, problem=name),
            )
            for goal in proposal.goals
        ),
    )
