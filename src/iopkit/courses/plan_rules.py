"""Due rules that follow from a plan: its program's reviews, and those that requirements ask for."""

from collections.abc import Iterable, Iterator
from functools import partial

from iopkit.courses.due_rules import CountedIn, DueRule, Term
from iopkit.courses.happenings import Happening
from iopkit.errors import each_a, refuse, unless_a
from iopkit.plans.own_days import concerns, speaks_of
from iopkit.plans.plans import Plan
from iopkit.requirements.demands import Reviews
from iopkit.requirements.milestones import MilestoneKind
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.truth import Truth

_ADMITTED, _READMITTED = Happening("admitted"), Happening("readmitted")
_ENDS = (Happening("discharged"), Happening("died"))
_REVIEWED, _CERTIFIED = (Happening("review_held"),), (Happening("certified"),)
_in_each_stay = partial(DueRule, when=_ADMITTED, or_when=(_READMITTED,), until=_ENDS)


def due_rules(
    plan: Plan, requirements: Iterable[RequirementSet] = (), *, assume_in_force: bool = False
) -> tuple[DueRule, ...]:
    """What a plan makes due: reviews and certifications, each by whoever asks for it.

    They are those of the versions in force, for the plan's level and age, on its first day. They
    count from the admission and from each review that was held, where ``Plan.milestones`` are the
    latest days that were foreseen on drafting.

    Args:
        plan: whose program may have reviews of its own.
        requirements: such as those that the plan was drafted for.
        assume_in_force: where no version of a set is known to be in force, take the nearest.

    Raises:
        NotInForceError: a set is not known to be in force on the first day, nor assumed to be.
        InvalidError: something is no plan or requirement set.

    Example:
        >>> from datetime import date, timedelta
        >>> from uuid import UUID
        >>> from iopkit import Modality, Plan, Program, find_requirements
        >>> from iopkit.programs import PerWeek, Phase, Service
        >>> group = Service(
        ...     "group", "Group", Modality.GROUP_THERAPY, PerWeek(3), timedelta(hours=3)
        ... )
        >>> program = Program("own", "Own", (Phase("all", "All", 12),), (group,))
        >>> key = UUID(int=1, version=4)
        >>> plan = Plan(key, key, "Elm Street", program, date(2026, 1, 5), 1)
        >>> [rule.words for rule in due_rules(plan, [find_requirements("us-medicare-iop")])][1]
        'by day 60 after each time, from admitted or readmitted'
    """
    refuse("due rules", unless_a(plan, "plan", Plan))
    sets = each_a("due rules", requirements, "requirements", RequirementSet)
    return (*_own(plan), *(rule for each in sets for rule in _of_set(plan, each, assume_in_force)))


def _own(plan: Plan) -> Iterator[DueRule]:
    program = plan.program
    if program.review_every_days is not None:
        yield _in_each_stay(
            f"{program.name}/review",
            "Review the plan",
            every=Term(program.review_every_days),
            done_by=_REVIEWED,
            said_by=program.title,
        )


def _of_set(plan: Plan, of: RequirementSet, assume: bool) -> Iterator[DueRule]:  # private
    if not speaks_of(plan, of, plan.start):
        return
    for each in of.in_force(plan.start, assume_in_force=assume):
        if concerns(plan, of, each, plan.start) is not Truth.NO:
            yield from _of_demand(f"{of.name}/{each.name}", each)


def _of_demand(name: str, requirement: Requirement) -> Iterator[DueRule]:
    demand = requirement.demand
    if not isinstance(demand, Reviews):
        return
    again = demand.every_days
    every = Term(1, counted_in=CountedIn.MONTHS) if again is None else Term(again)
    if demand.kind is MilestoneKind.REVIEW:
        first, title, done = None, "Review the plan", _REVIEWED
    else:
        title, done = "Certify the need for treatment again", _CERTIFIED
        # On its first day a stay is certified, and not yet again.
        first = None if demand.first_days is None else Term(demand.first_days, opens=1)
        yield _in_each_stay(
            f"{name}/first",
            "Certify the need for treatment",
            within=Term(0),
            done_by=done,
            source=requirement.source,
        )
    yield _in_each_stay(
        name, title, within=first, every=every, done_by=done, source=requirement.source
    )
