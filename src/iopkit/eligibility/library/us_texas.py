"""Texas."""

from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.citations import SEEN
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.sources import Dated, Grade, Source, Versions

_CODE = Source(
    "26 TAC 564.901",
    Grade.LEGAL_TEXT,
    "https://texreg.sos.state.tx.us/public/readtac$ext.TacPage?sl=T&app=9&p_dir=P&p_rloc=217763&p_tloc=&p_ploc=1&pg=2&p_tac=&ti=26&pt=1&ch=564&rl=902",
    checked=SEEN,
)

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
                        _CODE.at("(h)"),
                    ),
                ),
                _CODE,
            ),
        )
    ),
    ("What the program's conditions are: no weekly hours or other test of patients was seen.",),
)
