"""Caseloads: whether each counselor has no more patients than a rule allows, on any day."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from iopkit.checks.records import Bounds
from iopkit.confidential import hidden
from iopkit.errors import each_a, refuse, unless_a, unless_day
from iopkit.fields import frozen
from iopkit.plans.own_days import for_age_group, is_adult
from iopkit.plans.plans import Plan
from iopkit.requirements.demands import Caseload
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.truth import Truth


@frozen(repr=False)
class CaseloadFinding:
    """One counselor's patients on a day, against one requirement.

    ``seen`` counts people: at least those who are surely the counselor's and of the age group,
    at most those too of whom that is not known.
    """

    requirement: Requirement
    counselor: str
    on: date
    seen: Bounds
    most: int
    assumed_in_force: bool = False

    @property
    def truth(self) -> Truth:
        """Whether there are no more than allowed."""
        return Bounds(most=self.most).holds(self.seen)

    __repr__ = hidden


def check_caseloads(
    plans: Iterable[Plan],
    requirements: RequirementSet,
    *,
    on: date,
    assume_in_force: bool = False,
) -> tuple[CaseloadFinding, ...]:
    """Each counselor's patients on a day, against the caseloads that are required.

    People are counted, and those alone whose plan runs on the day. Who has no counselor may be
    anybody's. The rules speak of full-time counselors; how long a counselor works is not asked.

    Args:
        plans: those of all the patients of a site.
        assume_in_force: where no version is known to be in force on the day, judge by the nearest;
            the findings say so.

    Returns:
        In the order of requirements, and of counselors' names within them; empty where the set
        has no caseload.

    Raises:
        NotInForceError: no version is known to be in force on the day, and none is assumed.
        InvalidError: the arguments are of another type.
    """
    given = each_a("caseloads", plans, "plans", Plan)
    refuse(
        "caseloads",
        unless_a(requirements, "requirements", RequirementSet),
        unless_day(on, "on"),
    )
    version = requirements.version(on=on, assume_in_force=assume_in_force)
    current = [plan for plan in given if plan.start <= on < plan.end]
    assumed = not version.is_in_force(on)
    return tuple(
        CaseloadFinding(requirement, counselor, on, seen, requirement.demand.most, assumed)
        for requirement in version.value
        if isinstance(requirement.demand, Caseload)
        for counselor, seen in _counted(current, requirement, requirements.adult_from, on)
    )


def _counted(
    plans: Sequence[Plan], requirement: Requirement, adult_from: int, on: date
) -> Iterator[tuple[str, Bounds]]:
    """Each counselor, with the fewest and the most patients that they can have."""
    sure, most = Counter[str](), Counter[str]()
    names = {name for plan in plans if (name := plan.counselor_on(on)) is not None}
    # A patient with two plans on one day is one of each counselor's patients once.
    for _, run in groupby(sorted(plans, key=_patient), key=_patient):
        theirs = [*run]
        told = {is_adult(plan.age_on(on), adult_from) for plan in theirs} - {Truth.UNKNOWN}
        # What one plan does not know of an age another may; two that differ leave it open.
        adult = told.pop() if len(told) == 1 else Truth.UNKNOWN
        applies = for_age_group(requirement.age_group, adult)
        counselors = [plan.counselor_on(on) for plan in theirs]
        named = {name for name in counselors if name is not None}
        if applies is not Truth.NO:
            most.update(names if None in counselors else named)
        if applies is Truth.YES:
            sure.update(named)
    for name in sorted(names):
        yield name, Bounds(sure[name], most[name])


def _patient(plan: Plan) -> UUID:
    return plan.patient
