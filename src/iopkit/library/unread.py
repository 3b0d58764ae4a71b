"""What a patient's record can hold that nothing shipped reads, and why not.

A fact that is not here is asked about by a criterion, a consideration, a path or a contradiction
that is shipped. Policies of one's own can ask about all of them.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

_PLANS = "Drafting a plan asks about it, and no public rule of who is eligible was seen that does."
_CONSENTS = "No public rule was seen that makes who may be treated turn on a consent to this."
_COVERAGES = "Who pays is told beside a payer's policy, and changes no verdict."
_EARLIER = "No public source was seen that says which level earlier treatment should lead to."
_BESIDE = (
    "It is given beside any level of care: plans say whether the site provides it, or where it "
    "refers to."
)
_APPROVALS = "What a payer has approved says nothing of who is eligible, by the rules seen."
_RATINGS = (
    "What a rating means for a level is in the ASAM Criteria, whose text is licensed. Severe "
    "ones are told as risks, and no level is the answer while nothing has judged them."
)
_SCORES = (
    "No public rule was seen that names a score. The upper half of the bands is told as a risk, "
    "and no level is the answer while nothing has judged it."
)
_SCREENS = (
    "No public rule was seen that names a score. A screen only says that one should look further, "
    "and is told as a risk where it does."
)


def _each(reason: str, names: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(names, reason)


RECORDED_NOT_USED: Mapping[str, str] = MappingProxyType(
    {
        "free_hours_per_week": (
            "What a patient has time for is no test of who is eligible: sessions are booked in it, "
            "and the trade-offs between levels count it."
        ),
        **_each(
            _PLANS,
            (
                "support_joins_family_sessions",
                "support_joins_with_consent",
                "consent_to_family_involvement",
                "has_alcohol_use_disorder",
            ),
        ),
        **_each(
            _COVERAGES,
            (
                "covered_by_medicare",
                "covered_by_medicaid",
                "covered_by_commercial",
                "covered_by_military",
                "covered_by_self_pay",
                "covered_by_other",
            ),
        ),
        **_each(
            _CONSENTS,
            (
                "consent_to_treatment",
                "consent_to_payment",
                "consent_to_operations",
                "consent_to_employment",
                "consent_to_legal_proceedings",
                "consent_to_research",
                "consent_to_other",
            ),
        ),
        "remission": "No public source was seen that draws a line by it.",
        **_each(
            _EARLIER,
            (
                "last_treatment_outcome",
                "months_since_unsuccessful_treatment_below_2_1",
                "months_since_unsuccessful_treatment_at_2_1",
                "months_since_unsuccessful_treatment_above_2_1",
            ),
        ),
        **_each(_RATINGS, (f"third_edition_dimension_{number}_risk" for number in range(2, 7))),
        "suicidal_ideation": (
            "No public rule was seen that says which level can hold it. It is told as a risk, and "
            "no level is the answer while nothing has judged it."
        ),
        **_each(
            _BESIDE,
            (
                "needs_opioid_medication",
                "needs_prenatal_care",
                "needs_trauma_therapy",
                "needs_eating_disorder_therapy",
                "needs_interpreter",
                "needs_transport",
                "needs_child_care",
            ),
        ),
        **_each(
            _APPROVALS,
            (
                f"level_{level}_{what}"
                for level in ("2_1", "2_5")
                for what in ("approved", "approval_days_left", "approved_units", "approved_hours")
            ),
        ),
        **_each(
            _SCORES,
            (
                "audit_total_score",
                "audit_total_zones_band",
                "dast_10_total_score",
                "dast_10_total_problems_band",
                "ciwa_ar_total_score",
                "ciwa_ar_total_asam_2020_band",
                "ciwa_ar_total_review_band",
                "ciwa_ar_total_time_of_care_band",
                "ciwa_ar_total_wikipedia_band",
                "cows_total_score",
                "cows_total_severity_band",
                "phq_9_total_score",
                "phq_9_total_severity_band",
                "phq_9_self_harm_score",
                "phq_9_self_harm_follow_up_band",
                "gad_7_total_score",
                "gad_7_total_severity_band",
                "c_ssrs_risk_score",
            ),
        ),
        **_each(
            _SCREENS,
            (
                "audit_c_total_score",
                "audit_c_total_men_band",
                "audit_c_total_women_band",
                "phq_9_total_screen_band",
                "gad_7_total_screen_band",
                "bam_use_score",
                "bam_use_cut_off_band",
                "bam_risk_score",
                "bam_risk_cut_off_band",
                "bam_protective_score",
                "bam_protective_cut_off_band",
            ),
        ),
    }
)
"""By a fact's name, why nothing that is shipped reads it."""
