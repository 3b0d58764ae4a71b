"""Texas."""

from datetime import date

from iopkit.citations import SEEN
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
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
# The same text under its older number.
_TEXAS_2004 = Source(
    "25 TAC 448.901",
    Grade.LEGAL_TEXT,
    "https://texreg.sos.state.tx.us/public/readtac$ext.TacPage?sl=R&app=9&p_dir=&p_rloc=&p_tloc=&p_ploc=&pg=1&p_tac=&ti=25&pt=1&ch=448&rl=901",
    checked=SEEN,
)
# The text is of 2004 (29 TexReg 2020) and was transferred in 2024 (49 TexReg 2197), say the notes
# under sections 564.502 and 564.1201; that under this one was not seen.
_NUMBERED = ((date(2004, 9, 1), _TEXAS_2004), (date(2024, 4, 30), _TEXAS))
_DAYS_OF_OTHERS = "From when it is in force: its days are those of other sections of the chapter."


def _admission(source: Source) -> tuple[Criterion, ...]:
    return (
        Criterion(
            "other_conditions",
            "Meets the program's conditions, none of which may turn on medication that is "
            "prescribed to the patient.",
            FACTS["other_conditions_met"].equals(True),
            source.at("(h)"),
        ),
    )


_SCOPE = Scope("TX")

US_TX_IOP_POLICY = Policy(
    "us-tx-iop",
    "Texas chemical dependency treatment: admission",
    Versions(tuple(Dated(since, _admission(source), source) for since, source in _NUMBERED)),
    (
        "What the program's conditions are: no weekly hours or other test of patients was seen.",
        _DAYS_OF_OTHERS,
    ),
    scope=_SCOPE,
)


def _group_sizes(source: Source) -> tuple[Requirement, ...]:
    return (
        Requirement(
            "group-counseling",
            "At most 16 patients in group counseling.",
            GroupSize(16, frozenset({Modality.GROUP_THERAPY, Modality.RELAPSE_PREVENTION})),
            source.at("(b)"),
        ),
        Requirement(
            "education",
            "At most 35 patients in education and life-skills groups.",
            GroupSize(35, frozenset({Modality.PSYCHOEDUCATION, Modality.SKILLS_TRAINING})),
            source.at("(b)"),
        ),
    )


US_TX_IOP_REQUIREMENTS = RequirementSet(
    "us-tx-iop",
    "Texas chemical dependency treatment: group size",
    Versions(tuple(Dated(since, _group_sizes(source), source) for since, source in _NUMBERED)),
    left_open=(
        "Multi-family education, seminars and outside speakers, which the text excepts.",
        "Weekly hours, of which none were found.",
        _DAYS_OF_OTHERS,
    ),
    scope=_SCOPE,
)

SHIPPED = Shipped(
    policies=(US_TX_IOP_POLICY,),
    requirements=(US_TX_IOP_REQUIREMENTS,),
)
