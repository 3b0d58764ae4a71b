"""Alabama."""

from iopkit.citations import ALABAMA, SEEN
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import LevelOfCare
from iopkit.library.shipped import Shipped
from iopkit.scopes import Scope
from iopkit.sources import Dated, Versions

US_AL_IOP_POLICY = Policy(
    "us-al-iop",
    "Alabama intensive outpatient treatment, level II.1: admission",
    Versions(
        (
            Dated(
                SEEN,
                (
                    Criterion(
                        "stable_health",
                        "Mental and physical health is at least fairly stable.",
                        FACTS["health_stable"].equals(True),
                        ALABAMA.at("(1)(a)2.(i)(I)"),
                    ),
                    Criterion(
                        "living_arrangements",
                        "Has supportive living arrangements.",
                        FACTS["living_environment"].equals("supportive"),
                        ALABAMA.at("(1)(a)2.(i)(II)"),
                    ),
                    Criterion(
                        # The text says "dependence", which the newest DSM, that it refers to,
                        # has made part of use disorders.
                        "use_disorder",
                        "Has a substance use disorder.",
                        FACTS["has_substance_use_disorder"].equals(True),
                        ALABAMA.at("(1)(a)2.(ii)(I)"),
                    ),
                    Criterion(
                        "asam_criteria",
                        "Meets the dimensional criteria of the ASAM PPC-2R, as a clinician judged.",
                        FACTS["meets_asam_criteria"].equals(True),
                        ALABAMA.at("(1)(a)2.(ii)(II)"),
                    ),
                ),
                ALABAMA,
                since_from_copy=True,
            ),
        )
    ),
    ("What the text asks of adolescents in particular.",),
    scope=Scope("AL", level=LevelOfCare("2.1")),
)

SHIPPED = Shipped(
    policies=(US_AL_IOP_POLICY,),
)
