"""Care that is given beside a level of care: treatment of opioid use disorder with medication."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from iopkit.confidential import hidden
from iopkit.eligibility.consistency import read_consistent
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Decision, Policy
from iopkit.eligibility.predicates import evaluate
from iopkit.errors import each_a, refuse, refuse_flags, unless, unless_a
from iopkit.fields import frozen
from iopkit.patients.patients import Patient
from iopkit.truth import Truth


class OpioidTreatment(StrEnum):
    """Where opioid use disorder is treated with medication, beside any level of care."""

    OFFICE_BASED = "office_based_opioid_treatment"
    PROGRAM = "opioid_treatment_program"

    @property
    def words(self) -> str:
        """The treatment in prose."""
        return self.value.replace("_", " ")


@frozen(repr=False)
class CareBeside:
    """A treatment that can go beside the level, with the decisions of the policies given for it.

    ``disorder``: an opioid use disorder is recorded, or it is not known whether there is one.
    Without decisions nobody has judged whether the patient may have the treatment.

    Raises:
        InvalidError: the record excludes an opioid use disorder.
    """

    treatment: OpioidTreatment
    disorder: Truth
    decisions: tuple[Decision, ...] = ()

    def __attrs_post_init__(self) -> None:
        may_be = self.disorder is not Truth.NO
        refuse("care beside", unless(may_be, "disorder", "a disorder that may be", "none"))

    __repr__ = hidden


_DISORDER = FACTS["has_opioid_use_disorder"]


def care_beside(
    patient: Patient,
    policies: Mapping[OpioidTreatment, Iterable[Policy]],
    *,
    on: date,
    assume_in_force: bool = False,
) -> tuple[CareBeside, ...]:
    """Each treatment of opioid use disorder, unless the record excludes the disorder.

    Args:
        policies: those that say who may have a treatment, such as a payer's; none is assumed.
        assume_in_force: as ``Policy.decide``.

    Raises:
        NotInForceError: no version of a policy is known to be in force on ``on``, and none is
            assumed.
        InvalidError: ``on`` is before the birth, or ``policies`` holds others.

    Example:
        >>> from uuid import UUID
        >>> somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), diagnoses=())
        >>> care_beside(somebody, {}, on=date(2026, 1, 5))
        ()
    """
    known, what = frozenset(OpioidTreatment), "care beside the level"
    refuse(
        what,
        unless_a(policies, "policies", Mapping),
        *(unless(each in known, "policies", "an OpioidTreatment", "another") for each in policies),
    )
    refuse_flags(what, assume_in_force=assume_in_force)
    asked = {each: each_a(what, policies[each], each, Policy) for each in policies}
    values = read_consistent([_DISORDER], patient, on=on).values()
    disorder = evaluate(_DISORDER.equals(True), values)
    if disorder is Truth.NO:
        return ()
    return tuple(
        CareBeside(
            treatment,
            disorder,
            tuple(
                policy.decide(patient, on=on, assume_in_force=assume_in_force)
                for policy in asked.get(treatment, ())
            ),
        )
        for treatment in OpioidTreatment
    )
