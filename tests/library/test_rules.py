"""Whose each shipped rule is."""

import pytest

from iopkit.applicability import Rule, kind_of_rule
from iopkit.levels import LevelOfCare
from iopkit.library import CODINGS, LADDERS, POLICIES, RATES, REQUIREMENTS, RULES
from iopkit.payers import Payer
from iopkit.scopes import LicenseKind, Scope

MEDICAID, MEDICARE = Payer.MEDICAID, Payer.MEDICARE
L1, IOP, PHP = LevelOfCare("1"), LevelOfCare("2.1"), LevelOfCare("2.5")
STATE = frozenset({LicenseKind.SUBSTANCE_USE_TREATMENT})
OTP = frozenset({LicenseKind.OPIOID_TREATMENT_PROGRAM})
HOSPITALS = frozenset(
    {LicenseKind.HOSPITAL_OUTPATIENT_DEPARTMENT, LicenseKind.COMMUNITY_MENTAL_HEALTH_CENTER}
)
CLINICS = frozenset(
    {LicenseKind.RURAL_HEALTH_CLINIC, LicenseKind.FEDERALLY_QUALIFIED_HEALTH_CENTER}
)
ORANGE = Scope("CA", "Orange", MEDICAID, level=IOP)
MEDICARE_IOP = Scope(payer=MEDICARE, licenses=HOSPITALS | CLINICS, level=IOP)
MEDICARE_PHP = Scope(payer=MEDICARE, licenses=HOSPITALS, level=PHP)
MEDICARE_OTP = Scope(payer=MEDICARE, licenses=OTP)
ANYBODYS_IOP = Scope(level=IOP)
WHOSE = {
    ("policy", "iop-suitability"): ANYBODYS_IOP,
    ("policy", "us-al-iop"): Scope("AL", level=IOP),
    ("policy", "us-ca-orange-iop"): ORANGE,
    ("policy", "us-dc-iop"): Scope("DC", level=IOP),
    ("policy", "us-il-iop"): Scope("IL", level=IOP),
    ("policy", "us-in-medicaid-iop"): Scope("IN", payer=MEDICAID, level=IOP),
    ("policy", "us-ks-iop"): Scope("KS", level=IOP),
    ("policy", "us-md-iop"): Scope("MD", level=IOP),
    ("policy", "us-medicare-iop"): MEDICARE_IOP,
    ("policy", "us-medicare-otp-iop"): MEDICARE_OTP,
    ("policy", "us-medicare-php"): MEDICARE_PHP,
    ("policy", "us-nc-medicaid-iop"): Scope("NC", payer=MEDICAID, level=IOP),
    ("policy", "us-nj-iop"): Scope("NJ", licenses=STATE, level=IOP),
    ("policy", "us-tx-iop"): Scope("TX"),
    ("policy", "us-va-licensed-iop"): Scope("VA", licenses=STATE, level=IOP),
    ("policy", "us-va-medicaid-iop"): Scope("VA", payer=MEDICAID, level=IOP),
    ("requirements", "aetna-level-2-1"): Scope(payer=Payer.COMMERCIAL, insurer="Aetna", level=IOP),
    ("requirements", "hcpcs-h0015"): ANYBODYS_IOP,
    ("requirements", "samhsa-iop"): ANYBODYS_IOP,
    ("requirements", "teds-iop"): ANYBODYS_IOP,
    ("requirements", "us-ca-orange-iop"): ORANGE,
    ("requirements", "us-ca-orange-op"): Scope("CA", "Orange", MEDICAID, level=L1),
    ("requirements", "us-dc-iop"): Scope("DC", level=IOP),
    ("requirements", "us-il-iop"): Scope("IL", level=IOP),
    ("requirements", "us-il-level-1"): Scope("IL", level=L1),
    ("requirements", "us-in-medicaid-iop"): Scope("IN", payer=MEDICAID, level=IOP),
    ("requirements", "us-ks-iop"): Scope("KS", level=IOP),
    ("requirements", "us-md-iop"): Scope("MD", level=IOP),
    ("requirements", "us-md-level-1"): Scope("MD", level=L1),
    ("requirements", "us-medicare-iop"): MEDICARE_IOP,
    ("requirements", "us-medicare-otp-iop"): MEDICARE_OTP,
    ("requirements", "us-medicare-php"): MEDICARE_PHP,
    ("requirements", "us-nc-day-treatment"): Scope("NC"),
    ("requirements", "us-nc-medicaid-iop"): Scope("NC", payer=MEDICAID, level=IOP),
    ("requirements", "us-nc-medicaid-php"): Scope("NC", payer=MEDICAID, level=PHP),
    ("requirements", "us-nc-sacot"): Scope("NC", level=PHP),
    ("requirements", "us-ne-iop"): Scope("NE", level=IOP),
    ("requirements", "us-nj-iop"): Scope("NJ", licenses=STATE, level=IOP),
    ("requirements", "us-nj-op"): Scope("NJ", licenses=STATE, level=L1),
    ("requirements", "us-nj-partial-care"): Scope("NJ", licenses=STATE, level=PHP),
    ("requirements", "us-tx-iop"): Scope("TX"),
    ("requirements", "us-va-licensed-iop"): Scope("VA", licenses=STATE, level=IOP),
    ("requirements", "us-va-medicaid-iop"): Scope("VA", payer=MEDICAID, level=IOP),
    ("requirements", "us-wa-former-iop"): Scope("WA", level=IOP),
    ("coding", "us-cpt-psychotherapy"): Scope(),
    ("coding", "us-h0015"): ANYBODYS_IOP,
    ("coding", "us-md-medicaid"): Scope("MD", payer=MEDICAID),
    ("coding", "us-medicare-clinic-iop"): Scope(payer=MEDICARE, licenses=CLINICS, level=IOP),
    ("coding", "us-medicare-iop"): Scope(payer=MEDICARE, licenses=HOSPITALS, level=IOP),
    ("coding", "us-medicare-otp-iop"): MEDICARE_OTP,
    ("rates", "us-md-medicaid"): Scope("MD", payer=MEDICAID),
    ("rates", "us-medicare-clinic-iop"): Scope(payer=MEDICARE, licenses=CLINICS, level=IOP),
    ("rates", "us-nc-medicaid"): Scope("NC", payer=MEDICAID),
}


def test_each_shipped_rule_says_whose_it_is() -> None:
    assert {(kind_of_rule(rule), rule.name): rule.scope for rule in RULES} == WHOSE


def test_all_that_is_shipped_is_among_the_rules() -> None:
    assert len(RULES) == sum(map(len, (POLICIES, REQUIREMENTS, CODINGS, RATES)))
    rungs = [rung for ladder in LADDERS for rung in ladder.rungs]
    assert all(rung.policy.scope == Scope(level=rung.level) for rung in rungs)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{kind_of_rule(rule)} {rule.name}")
def test_a_name_with_a_state_or_a_payer_is_that_states_or_payers(rule: Rule) -> None:
    scope = rule.scope
    assert scope is not None
    _, second, *_ = [*rule.name.split("-"), ""]
    is_states = rule.name.startswith("us-") and len(second) == 2
    assert scope.state == (second.upper() if is_states else None)
    for payer in (MEDICAID, MEDICARE):
        if payer.value in rule.name:
            assert scope.payer is payer
