"""Indiana: Medicaid's benefit."""

from iopkit.citations import INDIANA, SEEN
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import LevelOfCare
from iopkit.library.rule_forms import daily_hours, seen_in_copy_of, weekly_days
from iopkit.library.shipped import Shipped
from iopkit.payers import Payer
from iopkit.requirements.requirements import RequirementSet
from iopkit.scopes import Scope
from iopkit.sources import Dated, Versions

_MEMBERS = INDIANA.at("(c)(1)")

_SCOPE = Scope("IN", payer=Payer.MEDICAID, level=LevelOfCare("2.1"))

US_IN_MEDICAID_IOP_POLICY = Policy(
    "us-in-medicaid-iop",
    "Indiana Medicaid intensive outpatient treatment",
    Versions(
        (
            Dated(
                SEEN,
                (
                    Criterion(
                        "use_disorder",
                        "Has a substance use disorder.",
                        FACTS["has_substance_use_disorder"].equals(True),
                        _MEMBERS,
                    ),
                    Criterion(
                        "medical_conditions",
                        "Medical conditions are minimal or manageable.",
                        FACTS["medical_conditions_manageable"].equals(True),
                        _MEMBERS,
                    ),
                    Criterion(
                        "withdrawal",
                        "The risk of withdrawal is minimal or manageable.",
                        FACTS["withdrawal_manageable"].equals(True),
                        _MEMBERS,
                    ),
                ),
                INDIANA,
                since_from_copy=True,
            ),
        )
    ),
    (
        "The text joins its conditions by 'or'; here all are needed.",
        "Emotional, behavioral and cognitive conditions do not keep the patient from benefiting.",
        "Enrollment in Medicaid, and exclusions further down in the text, which were not seen.",
    ),
    scope=_SCOPE,
)


US_IN_MEDICAID_IOP_REQUIREMENTS = RequirementSet(
    "us-in-medicaid-iop",
    "Indiana Medicaid intensive outpatient treatment: hours a day and days a week",
    seen_in_copy_of(SEEN, INDIANA, daily_hours(3, INDIANA), weekly_days(3, INDIANA)),
    left_open=(
        "Individual, group and family counseling by a licensed professional or a QBHP.",
        "A setting that suits the age of patients younger than 18 years.",
    ),
    scope=_SCOPE,
)

SHIPPED = Shipped(
    policies=(US_IN_MEDICAID_IOP_POLICY,),
    requirements=(US_IN_MEDICAID_IOP_REQUIREMENTS,),
)
