"""Weekly hours that differ by age, as most states have them."""

from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.predicates import Predicate

ADOLESCENT: Predicate = FACTS["age_group"].equals("adolescent")
"""For sources whose line between adults and adolescents was not seen or has exceptions."""


def needs_hours(*, adults: int, youth: int, high: int | None, if_youth: Predicate) -> Predicate:
    """Needs a number of hours a week that is within the bounds for the patient's age.

    Args:
        adults: the fewest hours for adults.
        youth: the fewest hours for those of whom ``if_youth`` holds.
        high: the most hours for all; ``None``: the source names none.
    """
    # One range for all ages, narrowed for adults: hours that are right at every age are then
    # right while the age is not known, which a branch for each age would leave open.
    hours = FACTS["needed_hours_per_week"]
    for_any_age = hours >= youth if high is None else hours.between(youth, high)
    return for_any_age & ((hours >= adults) | if_youth)
