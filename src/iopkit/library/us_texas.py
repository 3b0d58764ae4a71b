"""Texas."""

from iopkit.citations import SEEN, TEXAS
from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.sources import Dated, Versions

US_TX_IOP = Policy(
    "us-tx-iop",
    "Texas chemical dependency treatment: admission",
    Versions(
        (
            Dated(
                SEEN,
                (
                    Criterion(
                        "other_conditions",
                        "Meets the program's conditions, none of which may turn on medication "
                        "that is prescribed to the patient.",
                        FACTS["other_conditions_met"].equals(True),
                        TEXAS.at("(h)"),
                    ),
                ),
                TEXAS,
            ),
        )
    ),
    ("What the program's conditions are: no weekly hours or other test of patients was seen.",),
)
