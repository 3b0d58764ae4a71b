"""Indiana: Medicaid's benefit."""

from iopkit.citations import INDIANA, SEEN
from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.sources import Dated, Versions

_MEMBERS = INDIANA.at("(c)(1)")

US_IN_MEDICAID_IOP = Policy(
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
            ),
        )
    ),
    (
        "The text joins its conditions by 'or'; here all are needed.",
        "Emotional, behavioral and cognitive conditions do not keep the patient from benefiting.",
        "Enrollment in Medicaid, and exclusions further down in the text, which were not seen.",
    ),
)
