"""Advice on a course: what policies say of it on a day. It never acts."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from attrs import evolve

from iopkit.courses.courses import Course
from iopkit.courses.progressing import progress
from iopkit.courses.states import State
from iopkit.courses.taking_stock import state_on
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Decision, Policy
from iopkit.eligibility.predicates import AnyFact, Predicate, facts_in, with_terms
from iopkit.eligibility.sheets import FactSheet, read_facts
from iopkit.errors import each_a, refuse, unless, unless_a
from iopkit.patients.patients import Patient
from iopkit.plans.plans import Plan
from iopkit.programs.progress import is_course_fact
from iopkit.sources import Dated, Grade, Source, Versions


def advise(  # noqa: PLR0913  # a course, a patient, what is asked, and as of when
    course: Course,
    patient: Patient,
    policies: Iterable[Policy],
    *,
    on: date,
    known: datetime | None = None,
    missed_test_is_positive: bool = False,
    assume_in_force: bool = False,
) -> tuple[Decision, ...]:
    """What policies say of a course on a day: to stay, to go on, to step up or down, to leave.

    They ask about the course (``COURSE_FACTS``, from the state of the day) and about the patient
    (``FACTS``). Instruments that were answered in the course count as the patient's. It advises;
    clinicians decide, and nothing is entered.

    Args:
        course: what is on record.
        patient: whose course it is.
        policies: such as shipped ones, and those of the plan: see ``plan_policies``.
        on: the day; what is on record of later ones does not count.
        known: an aware instant; what was recorded in the course later does not count.
        missed_test_is_positive: as ``state_on`` has it.
        assume_in_force: where no version of a policy is known to be in force, take the nearest.

    Returns:
        A decision for each policy, in their order.

    Raises:
        NotInForceError: no version of a policy is known to be in force, nor assumed to be.
        InvalidError: the course is another patient's, ``on`` is before the birth or no day, or
            something else is no course, patient or policy.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.library import find_course_policy
        >>> key = UUID("6f3f3a52-5a34-4c8c-9d27-6f6b1b0d9a10")
        >>> policy = find_course_policy("us-medicare-iop-continued-stay")
        >>> (found,) = advise(
        ...     Course(key, patient=key), Patient(key), [policy], on=date(2026, 1, 5)
        ... )
        >>> found.verdict, found.missing
        (<Truth.UNKNOWN: 'unknown'>, ('needed_hours_per_week', 'at_risk'))
    """
    refuse("advice", unless_a(course, "course", Course), unless_a(patient, "patient", Patient))
    refuse(
        "advice",
        unless(course.patient == patient.key, "patient", "the one of the course", "another"),
    )
    asked = each_a("advice", policies, "policies", Policy)
    state = state_on(course, on=on, known=known, missed_test_is_positive=missed_test_is_positive)
    facts = with_terms(fact for policy in asked for fact in _facts_in(policy, on, assume_in_force))
    sheet = _sheet(state, patient, facts)
    return tuple(each.decide_sheet(sheet, assume_in_force=assume_in_force) for each in asked)


def _facts_in(policy: Policy, on: date, assume: bool) -> Iterator[AnyFact]:  # private
    version = policy.version(on=on, assume_in_force=assume)
    for criterion in version.value:
        yield from facts_in(criterion.predicate)
    for consideration in policy.considerations:
        yield from facts_in(consideration.predicate)


def _sheet(state: State, patient: Patient, facts: Iterable[AnyFact]) -> FactSheet:
    """What is known of both; differences between facts follow from those they are of."""
    asked = [fact for fact in facts if fact.terms is None]
    of_course = [fact for fact in asked if is_course_fact(fact)]
    of_patient = [fact for fact in asked if fact not in of_course]
    # All shipped ones are read: risks and contradictions are told, whatever is asked.
    read = read_facts(
        dict.fromkeys((*FACTS.values(), *of_patient)), _with_screenings(patient, state), on=state.on
    )
    come_to = progress(state)
    values = {fact.name: fact.read(come_to, state.on) for fact in of_course}
    told = FactSheet.of(of_course, values, on=state.on)
    return evolve(read, items=(*read.items, *told.items))


def _with_screenings(patient: Patient, state: State) -> Patient:
    """The patient with the instruments that were answered in the course, each once."""
    known = patient.screenings or ()
    more = tuple(each for each in state.screenings if each not in known)
    return evolve(patient, screenings=(*known, *more)) if more else patient


def plan_policies(state: State) -> tuple[Policy, ...]:
    """The conditions of the plan in force as policies: to go on from the phase, and to leave.

    They are the ``advance`` of the phase that the patient is in and the ``discharge`` of the
    program, where it says them; from the plan's first day.

    Raises:
        InvalidError: it is no state.
    """
    refuse("advice", unless_a(state, "state", State))
    plan = state.plan
    if plan is None:
        return ()
    program = plan.program
    phase = next((each for each in program.phases if each.name == state.phase), None)
    asked = (
        (f"advance-from-{phase.name}", f"Go on from {phase.title}", phase.advance)
        if phase
        else None,
        ("discharge", "Discharge", program.discharge),
    )
    return tuple(
        _policy(plan, name, title, condition)
        for name, title, condition in filter(None, asked)
        if condition is not None
    )


def _policy(plan: Plan, name: str, title: str, condition: Predicate) -> Policy:
    program = plan.program
    said = program.sources[0] if program.sources else Source(program.title, Grade.SECONDARY)
    criterion = Criterion(name, f"{title}: the program's own condition.", condition, said)
    return Policy(
        f"{program.name}/{name}",
        f"{program.title}: {title[0].lower()}{title[1:]}",
        Versions((Dated(plan.start, (criterion,), said),)),
    )
