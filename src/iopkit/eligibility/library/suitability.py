"""Whom intensive outpatient treatment suits clinically, by public sources."""

from attrs import evolve

from iopkit.eligibility.catalogue import FACTS
from iopkit.eligibility.citations import (
    AETNA,
    ALABAMA,
    CFR_410_44,
    INDIANA,
    SAMHSA_2021,
    SEEN,
)
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.sources import Dated, Grade, Source, Versions

# Put together by us from sources of all grades, so it has the lowest.
_COMPILED = Source("Public sources on suitability", Grade.SECONDARY, checked=SEEN)


def _said_by(source: Source) -> Source:
    return evolve(source, citation=f"{_COMPILED.citation}: {source.citation}")


IOP_SUITABILITY = Policy(
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
                    Criterion(
                        "benefit",
                        "Is likely to benefit from a coordinated program and needs more than "
                        "isolated sessions.",
                        FACTS["benefit_likely"].equals(True),
                        _said_by(CFR_410_44.at("(c)(2)")),
                    ),
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
                    Criterion(
                        "no_24_hour_care",
                        "Does not need care around the clock.",
                        FACTS["needs_24_hour_care"].equals(False),
                        _said_by(CFR_410_44.at("(c)(3)")),
                    ),
                    Criterion(
                        "not_dangerous",
                        "Is not judged to be dangerous to self or others.",
                        FACTS["dangerous"].equals(False),
                        _said_by(CFR_410_44.at("(c)(6)")),
                    ),
                    Criterion(
                        "support",
                        "Has an adequate support system outside the program.",
                        FACTS["support_adequate"].equals(True),
                        _said_by(CFR_410_44.at("(c)(4)")),
                    ),
                    Criterion(
                        "home",
                        "Lives in a supportive place.",
                        FACTS["living_environment"].equals("supportive"),
                        _said_by(ALABAMA),
                    ),
                    Criterion(
                        "participation",
                        "Has the cognitive and emotional ability to take part and to tolerate the "
                        "intensity.",
                        FACTS["able_to_participate"].equals(True),
                        _said_by(CFR_410_44.at("(c)(7)")),
                    ),
                ),
                _COMPILED,
            ),
        )
    ),
    (
        "How severe the disorder should be: the sources draw no line.",
        "Where the patient comes from: first treatment, a step down and a step up all fit.",
        "The ASAM Criteria, whose text is licensed.",
    ),
)
