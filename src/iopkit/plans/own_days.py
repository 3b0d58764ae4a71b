"""Own days: which rules are for a patient and a week of a plan, by what holds then."""

from collections.abc import Iterator
from datetime import date, timedelta

from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.possible import Value
from iopkit.eligibility.predicates import evaluate
from iopkit.eligibility.sheets import read_facts
from iopkit.levels import AgeGroup, same_level
from iopkit.patients.patients import Patient
from iopkit.plans.notes import NoteSubject, PlanNote
from iopkit.plans.plans import Plan
from iopkit.plans.upcoming import UpcomingChange
from iopkit.programs.doses import Dose
from iopkit.programs.plan_days import days_of_week, days_touched
from iopkit.programs.programs import Program, Service
from iopkit.programs.timetables import PrescribedSession
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.truth import Truth
from iopkit.windows import DAY, whole_minutes


def is_adult(age: Value, adult_from: int) -> Truth:
    """Whether a patient is an adult by rules that begin at an age, as far as the age is known."""
    return evaluate(FACTS["age"] >= adult_from, {"age": age})


def speaks_of(plan: Plan, requirements: RequirementSet, day: date) -> bool:
    """Whether a set can be for the phase of a day: it is not if that surely is another level.

    Of a level that is not known, or of another edition, that is not sure.
    """
    level = None if requirements.scope is None else requirements.scope.level
    return level is None or same_level(level, plan.level_on(day)) is not Truth.NO


def concerns(
    plan: Plan, requirements: RequirementSet, requirement: Requirement, day: date
) -> Truth:
    """Whether a requirement is for a plan on a day, by the phase's level and the patient's age.

    ``UNKNOWN``: it is for one age group, and the age as far as it is known can be in another.
    """
    if not speaks_of(plan, requirements, day):
        return Truth.NO
    return for_age_group(requirement.age_group, is_adult(plan.age_on(day), requirements.adult_from))


def for_age_group(group: AgeGroup | None, adult: Truth) -> Truth:
    """Whether what is for an age group, or for everybody, is for somebody who may be an adult."""
    if group is None:
        return Truth.YES
    return adult if group is AgeGroup.ADULT else ~adult


def withheld_at(plan: Plan, service: Service, minute: int) -> UpcomingChange | None:
    """The change for which a service is not given on a day of a session at a minute of the plan.

    Minutes count from the midnight that begins the plan's first day.
    """
    if not plan.upcoming:
        return None
    days = days_touched(minute, minute + max(whole_minutes(service.duration or timedelta(0)), 1))
    return plan.withheld(service.name, [plan.start + timedelta(days=day) for day in days])


def withholding(plan: Plan, planned: PrescribedSession) -> UpcomingChange | None:
    """The change for which a prescribed session is not given; ``None``: it can be.

    One without a day cannot be if each day of its week is withheld.
    """
    if planned.minute is not None:
        return withheld_at(plan, planned.service, planned.minute)
    days = days_of_week(planned.week) if planned.day is None else (planned.day,)
    found = [withheld_at(plan, planned.service, day * DAY) for day in days]
    return found[0] if all(found) else None


def given(plan: Plan) -> Iterator[PrescribedSession]:
    """The sessions of a plan without those of days on which their service is not given."""
    return (planned for planned in plan.prescribed() if withholding(plan, planned) is None)


def planned_doses(plan: Plan) -> tuple[Dose, ...]:
    """Service time in each week of a plan, by what holds on its days and after leaves that shift.

    Services that are on hold may come or not, and count as what may come on top.

    Returns:
        One dose a week, ``plan.weeks`` of them.
    """
    weeks = [Dose()] * plan.weeks
    for planned in given(plan):
        dose = Dose.of([planned.service])
        weeks[planned.week - 1] += dose.perhaps if planned.service.name in plan.on_hold else dose
    return tuple(weeks)


def age_notes(program: Program, patient: Patient, on: date) -> list[PlanNote]:
    """Whether the program is for the patient's age group, as the assessment has it."""
    read = read_facts(_AGE_FACTS, patient, on=on).values()
    recorded = read["age_group"]
    group = next((g for g, sure in _SURE_AGE_GROUPS if evaluate(sure, read) is Truth.YES), None)
    found = recorded if isinstance(recorded, str) else group
    if program.age_group is None or found == program.age_group.value:
        return []
    return [PlanNote(NoteSubject.AGE_UNKNOWN if found is None else NoteSubject.OTHER_AGE_GROUP)]


_AGE_FACTS = (FACTS["age_group"], FACTS["age"])
# The groups that every rule seen puts an age in: the lines lie between 18 and 21, by COMAR
# 10.63.03.03 (under 18) and 22-A DCMR 6329 (under 21) [T1].
_SURE_AGE_GROUPS = (
    (AgeGroup.ADULT.value, FACTS["age"] >= 21),
    (AgeGroup.ADOLESCENT.value, FACTS["age"] < 18),
)
