"""Needs: what patients can need beside a program's services, and what they are referred to."""

from enum import StrEnum


class Need(StrEnum):
    """Something that a site provides itself or refers to.

    Example:
        >>> Need("withdrawal_management").referral
        'withdrawal management'
    """

    WITHDRAWAL_MANAGEMENT = "withdrawal_management"
    AROUND_THE_CLOCK_SUPPORT = "around_the_clock_support"
    MEDICAL_CARE = "medical_care"
    """By physicians and nurses, on site."""
    OPIOID_MEDICATION = "opioid_medication"
    PSYCHIATRIC_CARE = "psychiatric_care"
    PRENATAL_CARE = "prenatal_care"
    TRAUMA_THERAPY = "trauma_therapy"
    EATING_DISORDER_THERAPY = "eating_disorder_therapy"
    INTERPRETER = "interpreter"
    HOUSING = "housing"
    TRANSPORT = "transport"
    CHILD_CARE = "child_care"

    @property
    def label(self) -> str:
        """The need as people read it."""
        return self.value.replace("_", " ").replace("around the clock", "around-the-clock")

    @property
    def referral(self) -> str:
        """Where a site that does not provide it refers to."""
        return _REFERRALS.get(self, self.label)


_REFERRALS = {
    Need.AROUND_THE_CLOCK_SUPPORT: "residential or inpatient care, level 3.1 or above",
    Need.MEDICAL_CARE: "medically monitored or managed care, level 3.7 or 4",
    Need.OPIOID_MEDICATION: "an opioid treatment program or a prescriber",
    Need.PSYCHIATRIC_CARE: "a psychiatric service",
    Need.PRENATAL_CARE: "an obstetric service",
    Need.TRAUMA_THERAPY: "a trauma therapist",
    Need.EATING_DISORDER_THERAPY: "an eating disorder service",
    Need.HOUSING: "recovery housing",
    Need.TRANSPORT: "a ride to the program",
}
