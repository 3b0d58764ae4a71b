"""Texas."""

from iopkit.citations import SEEN
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.library.rule_forms import in_force_since
from iopkit.library.shipped import Shipped
from iopkit.modalities import Modality
from iopkit.requirements.demands import GroupSize
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.scopes import Scope
from iopkit.sources import Dated, Grade, Source, Versions

_TEXAS = Source(
    "26 TAC 564.901",
    Grade.LEGAL_TEXT,
    "https://texreg.sos.state.tx.us/public/readtac$ext.TacPage?sl=T&app=9&p_dir=P&p_rloc=217763&p_tloc=&p_ploc=1&pg=2&p_tac=&ti=26&pt=1&ch=564&rl=902",
    checked=SEEN,
)

_SCOPE = Scope("TX")

US_TX_IOP_POLICY = Policy(
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
                        _TEXAS.at("(h)"),
                    ),
                ),
                _TEXAS,
            ),
        )
    ),
    ("What the program's conditions are: no weekly hours or other test of patients was seen.",),
    scope=_SCOPE,
)


US_TX_IOP_REQUIREMENTS = RequirementSet(
    "us-tx-iop",
    "Texas chemical dependency treatment: group size",
    in_force_since(
        SEEN,
        _TEXAS,
        Requirement(
            "group-counseling",
            "At most 16 patients in group counseling.",
            GroupSize(16, frozenset({Modality.GROUP_THERAPY, Modality.RELAPSE_PREVENTION})),
            _TEXAS.at("(b)"),
        ),
        Requirement(
            "education",
            "At most 35 patients in education and life-skills groups.",
            GroupSize(35, frozenset({Modality.PSYCHOEDUCATION, Modality.SKILLS_TRAINING})),
            _TEXAS.at("(b)"),
        ),
    ),
    left_open=(
        "Multi-family education, seminars and outside speakers, which the text excepts.",
        "Weekly hours, of which none were found.",
    ),
    scope=_SCOPE,
)

SHIPPED = Shipped(
    policies=(US_TX_IOP_POLICY,),
    requirements=(US_TX_IOP_REQUIREMENTS,),
)
