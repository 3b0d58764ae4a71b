"""Whom intensive outpatient treatment suits clinically, by public sources."""

from attrs import evolve

from iopkit.citations import AETNA, CFR_410_44, INDIANA, SAMHSA_2021, SEEN
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import LevelOfCare
from iopkit.library.considerations import IOP_CONSIDERATIONS
from iopkit.library.shipped import Shipped
from iopkit.library.us_medicare import conditions
from iopkit.scopes import Scope
from iopkit.sources import Dated, Grade, Source, Versions

# Put together by us from sources of all grades, so it has the lowest.
_COMPILED = Source("Public sources on suitability", Grade.SECONDARY, checked=SEEN)


def _said_by(source: Source) -> Source:
    return evolve(source, citation=f"{_COMPILED.citation}: {source.citation}")


_MEDICARE = {
    name: evolve(criterion, source=_said_by(criterion.source))
    for name, criterion in conditions(CFR_410_44).items()
}

IOP_SUITABILITY_POLICY = Policy(
    "iop-suitability",
    "Intensive outpatient treatment: clinical suitability",
    Versions(
        (
            Dated(
                SEEN,
                (
                    Criterion(
                        "use_disorder",
                        "Has a substance use disorder.",
                        FACTS["has_substance_use_disorder"].equals(True),
                        _said_by(SAMHSA_2021),
                    ),
                    _MEDICARE["benefit"],
                    Criterion(
                        "no_acute_withdrawal",
                        "Is not in acute withdrawal or at risk of it.",
                        FACTS["acute_withdrawal"].equals(False),
                        _said_by(AETNA),
                    ),
                    Criterion(
                        "medical_conditions",
                        "Medical conditions are minimal or manageable.",
                        FACTS["medical_conditions_manageable"].equals(True),
                        _said_by(INDIANA.at("(c)(1)")),
                    ),
                    _MEDICARE["no_24_hour_care"],
                    _MEDICARE["not_dangerous"],
                    _MEDICARE["support"],
                    _MEDICARE["participation"],
                ),
                _COMPILED,
                since_from_copy=True,
            ),
        )
    ),
    ("The ASAM Criteria, whose text is licensed.",),
    considerations=IOP_CONSIDERATIONS,
    scope=Scope(level=LevelOfCare("2.1")),
)

SHIPPED = Shipped(
    policies=(IOP_SUITABILITY_POLICY,),
)
