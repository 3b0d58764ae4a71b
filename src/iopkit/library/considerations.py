"""What speaks for and against intensive outpatient treatment, by public sources.

None decides alone, and none is more than its source says: who was studied stands beside it.
"""

from datetime import date

from iopkit.citations import SAMHSA_2021
from iopkit.eligibility.considerations import Consideration, Way
from iopkit.eligibility.kinds import NEVER
from iopkit.eligibility.patient_facts import FACTS
from iopkit.sources import Grade, Source

_T2 = Grade.OFFICIAL
_ARTICLE = Source(
    "General article for patients on intensive outpatient programs, 2023-02-13", Grade.SECONDARY
)
_CHEN = Source(
    "Chen et al. 2006, on intensity of residential care for 230 veterans with two diagnoses",
    _T2,
    "https://vdocuments.us/outcomes-and-costs-of-matching-the-intensity-of-dual-diagnosis-treatment-to.html",
)
_WATKINS = Source(
    "Watkins et al. 2022, a 2-week integrated program, 42 veterans who completed it", _T2
)
_INDIANA_OUTPATIENT = Source(
    "440 Ind. Admin. Code 4.4-2-4.5(c)(4)", Grade.LEGAL_TEXT, checked=date(2024, 10, 23)
)
_KRAWCZYK = Source(
    "Krawczyk et al. 2017, 856,385 first episodes of all settings, US 2009-11, PMC5490486", _T2
)
_DC_2_5 = Source("22-A DCMR 6330.1, in force in 2017", Grade.LEGAL_TEXT)
_SOBER_HOUSES = Source("Papers on sober living houses, PMC3008818 and PMC2860009", _T2)
_MERICLE = Source("Mericle et al. 2021, PMC8748296; day treatment with housing, PMC1885681", _T2)
_LO = Source("Lo et al. 2022, 192,838 homeless at admission, US 2018, appi.ps.202100430", _T2)
_GODINET = Source("Godinet et al. 2024, women with earlier treatment", _T2)
_PRIORITY = Source("42 U.S.C. 300x-27", Grade.LEGAL_TEXT)
_WAKEMAN = Source(
    "Wakeman et al. 2020, 40,885 insured adults, US 2015-17, JAMA Network Open 2760032", _T2
)
_PALMER = Source("Palmer et al. 2009, pilot with 44 people, PMC3678276", _T2)
_LAUDET = Source("Laudet et al. 2009, 135 of 250 who left early, PMC2716417", _T2)
_COVIELLO = Source("Coviello et al. 2013, 160 offenders, US 2007-10, PMC3578041", _T2)
_ADOLESCENTS = Source("Study of 69 adolescents in outpatient treatment, PMC3556197", _T2)
_HYBRID = Source("Study of 858 at seven rural programs, Minnesota, 10.2147/SAR.S460024", _T2)

_SEVERITY, _HOME = FACTS["use_disorder_severity"], FACTS["living_environment"]

IOP_CONSIDERATIONS: tuple[Consideration, ...] = (
    Consideration(
        "moderate_severity",
        "The use disorder is moderate: often recommended for it.",
        Way.FOR,
        _SEVERITY.equals("moderate"),
        _ARTICLE,
    ),
    Consideration(
        "severe_disorder",
        "The use disorder is severe: more care and monitoring may be needed. Other sources "
        "draw no line.",
        Way.AGAINST,
        _SEVERITY.equals("severe"),
        _ARTICLE,
    ),
    Consideration(
        "severity_of_two_diagnoses",
        "There are two diagnoses: in residential care the moderately ill fared alike in "
        "low and high intensity, the severely ill better in high.",
        Way.HOW,
        FACTS["has_other_mental_disorder"].equals(True) & _SEVERITY.at_least("moderate"),
        _CHEN,
    ),
    Consideration(
        "step_down",
        "Comes from inpatient or residential care or withdrawal management.",
        Way.FOR,
        (
            FACTS["just_completed_24_hour_care"].equals(True)
            & (FACTS["days_since_24_hour_care"] < NEVER)
        )
        | FACTS["entry"].equals("step_down"),
        SAMHSA_2021,
    ),
    Consideration(
        "step_up",
        "Comes from outpatient care that was not enough.",
        Way.FOR,
        FACTS["entry"].equals("step_up"),
        SAMHSA_2021,
    ),
    Consideration(
        "little_risk",
        "Little risk of withdrawal and few medical and psychological problems: outcomes "
        "were like those of residential care.",
        Way.FOR,
        FACTS["withdrawal_manageable"].equals(True)
        & FACTS["medical_conditions_manageable"].equals(True)
        & FACTS["co_occurring_stable"].equals(True),
        SAMHSA_2021,
    ),
    Consideration(
        "co_occurring_stable",
        "Another mental disorder is stable: integrated programs lowered use and symptoms.",
        Way.FOR,
        FACTS["has_other_mental_disorder"].equals(True) & FACTS["co_occurring_stable"].equals(True),
        _WATKINS,
    ),
    Consideration(
        "co_occurring_unstable",
        "Health or conditions beside the use disorder are not stable.",
        Way.AGAINST,
        FACTS["co_occurring_stable"].equals(False) | FACTS["health_stable"].equals(False),
        _INDIANA_OUTPATIENT,
    ),
    Consideration(
        "co_occurring",
        "There is another mental disorder: leaving before the end is more likely (odds "
        "ratio 1.28, 1.27 to 1.29).",
        Way.HOW,
        FACTS["has_other_mental_disorder"].equals(True),
        _KRAWCZYK,
    ),
    Consideration(
        "medical_needs",
        "Needs monitoring or medical care that such a program may lack.",
        Way.AGAINST,
        FACTS["needs_medical_monitoring"].equals(True)
        | FACTS["needs_medical_care"].equals(True)
        | FACTS["needs_psychiatric_care"].equals(True),
        _DC_2_5,
    ),
    Consideration(
        "supportive_home",
        "Lives in a place that supports recovery.",
        Way.FOR,
        _HOME.equals("supportive"),
        _SOBER_HOUSES,
    ),
    Consideration(
        "unsupportive_home",
        "Lives in a place that does not support recovery, or only in part: relapse is more likely.",
        Way.AGAINST,
        ~_HOME.equals("supportive"),
        _SOBER_HOUSES,
    ),
    Consideration(
        "unstable_housing",
        "Needs housing: most who were homeless at admission were so at discharge.",
        Way.AGAINST,
        FACTS["needs_housing"].equals(True),
        _LO,
    ),
    Consideration(
        "recovery_housing",
        "Needs housing: sober living beside outpatient care went with longer stays.",
        Way.HOW,
        FACTS["needs_housing"].equals(True),
        _MERICLE,
    ),
    Consideration(
        "earlier_treatment",
        "Had treatment before: for women with earlier treatment intensive outpatient did "
        "better than outpatient. No source says that it must lead higher.",
        Way.HOW,
        FACTS["prior_treatment_episodes"] >= 1,
        _GODINET,
    ),
    Consideration(
        "pregnancy",
        "Is pregnant: to be admitted first, or to have interim services within 48 hours.",
        Way.HOW,
        FACTS["pregnant"].equals(True),
        _PRIORITY,
    ),
    Consideration(
        "opioids_without_medication",
        "An opioid use disorder without medication: only buprenorphine and methadone went "
        "with less overdose. Offer it beside the program, and refuse nobody for it.",
        Way.AGAINST,
        FACTS["has_opioid_use_disorder"].equals(True) & FACTS["opioid_medication"].equals("none"),
        _WAKEMAN,
    ),
    Consideration(
        "no_transport",
        "Has no way to come: a reason to leave that was rated among the highest.",
        Way.AGAINST,
        FACTS["has_transport"].equals(False),
        _PALMER,
    ),
    Consideration(
        "work_or_family",
        "Has work, school or family to keep: day, evening and weekend tracks leave time.",
        Way.FOR,
        FACTS["works_or_studies"].equals(True) | FACTS["cares_for_others"].equals(True),
        _ARTICLE,
    ),
    Consideration(
        "flexible_times",
        "Has work, school or family to keep: times that did not fit were a reason to leave.",
        Way.HOW,
        FACTS["works_or_studies"].equals(True) | FACTS["cares_for_others"].equals(True),
        _LAUDET,
    ),
    Consideration(
        "court_order",
        "A court has ordered it: far likelier to complete (odds ratio 10.9, 2.0 to 59.1). "
        "Never a reason to refuse or to raise the level.",
        Way.HOW,
        FACTS["court_ordered"].equals(True),
        _COVIELLO,
    ),
    Consideration(
        "adolescent",
        "Is under 18: it helped if both parents took part.",
        Way.HOW,
        FACTS["age"] < 18,
        _ADOLESCENTS,
    ),
    Consideration(
        "telehealth",
        "Could have sessions by video: hybrid groups completed more than those by video "
        "alone (odds ratio 1.88, 1.50 to 2.41).",
        Way.HOW,
        FACTS["has_telehealth_access"].equals(True),
        _HYBRID,
    ),
)
"""In the order in which they are told."""
