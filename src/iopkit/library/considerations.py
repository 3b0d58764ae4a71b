"""What speaks for and against intensive outpatient treatment, by public sources.

None decides alone, and none is more than its source says: who was studied stands beside it.
"""

from datetime import date

from iopkit.citations import SAMHSA_2021
from iopkit.eligibility.considerations import Consideration, Way
from iopkit.eligibility.kinds import NEVER
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.predicates import Predicate
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


def _consideration(
    name: str, way: Way, predicate: Predicate, source: Source, *, meaning: str
) -> Consideration:
    return Consideration(name, meaning, way, predicate, source)


_SEVERITY, _HOME = FACTS["use_disorder_severity"], FACTS["living_environment"]

IOP_CONSIDERATIONS: tuple[Consideration, ...] = (
    _consideration(
        "moderate_severity",
        Way.FOR,
        _SEVERITY.equals("moderate"),
        _ARTICLE,
        meaning="The use disorder is moderate: often recommended for it.",
    ),
    _consideration(
        "severe_disorder",
        Way.AGAINST,
        _SEVERITY.equals("severe"),
        _ARTICLE,
        meaning="The use disorder is severe: more care and monitoring may be needed. Other sources "
        "draw no line.",
    ),
    _consideration(
        "severity_of_two_diagnoses",
        Way.HOW,
        FACTS["has_other_mental_disorder"].equals(True) & _SEVERITY.at_least("moderate"),
        _CHEN,
        meaning="There are two diagnoses: in residential care the moderately ill fared alike in "
        "low and high intensity, the severely ill better in high.",
    ),
    _consideration(
        "step_down",
        Way.FOR,
        (
            FACTS["just_completed_24_hour_care"].equals(True)
            & (FACTS["days_since_24_hour_care"] < NEVER)
        )
        | FACTS["entry"].equals("step_down"),
        SAMHSA_2021,
        meaning="Comes from inpatient or residential care or withdrawal management.",
    ),
    _consideration(
        "step_up",
        Way.FOR,
        FACTS["entry"].equals("step_up"),
        SAMHSA_2021,
        meaning="Comes from outpatient care that was not enough.",
    ),
    _consideration(
        "little_risk",
        Way.FOR,
        FACTS["withdrawal_manageable"].equals(True)
        & FACTS["medical_conditions_manageable"].equals(True)
        & FACTS["co_occurring_stable"].equals(True),
        SAMHSA_2021,
        meaning="Little risk of withdrawal and few medical and psychological problems: outcomes "
        "were like those of residential care.",
    ),
    _consideration(
        "co_occurring_stable",
        Way.FOR,
        FACTS["has_other_mental_disorder"].equals(True) & FACTS["co_occurring_stable"].equals(True),
        _WATKINS,
        meaning="Another mental disorder is stable: integrated programs lowered use and symptoms.",
    ),
    _consideration(
        "co_occurring_unstable",
        Way.AGAINST,
        FACTS["co_occurring_stable"].equals(False) | FACTS["health_stable"].equals(False),
        _INDIANA_OUTPATIENT,
        meaning="Health or conditions beside the use disorder are not stable.",
    ),
    _consideration(
        "co_occurring",
        Way.HOW,
        FACTS["has_other_mental_disorder"].equals(True),
        _KRAWCZYK,
        meaning="There is another mental disorder: leaving before the end is more likely (odds "
        "ratio 1.28, 1.27 to 1.29).",
    ),
    _consideration(
        "medical_needs",
        Way.AGAINST,
        FACTS["needs_medical_monitoring"].equals(True)
        | FACTS["needs_medical_care"].equals(True)
        | FACTS["needs_psychiatric_care"].equals(True),
        _DC_2_5,
        meaning="Needs monitoring or medical care that such a program may lack.",
    ),
    _consideration(
        "supportive_home",
        Way.FOR,
        _HOME.equals("supportive"),
        _SOBER_HOUSES,
        meaning="Lives in a place that supports recovery.",
    ),
    _consideration(
        "unsupportive_home",
        Way.AGAINST,
        ~_HOME.equals("supportive"),
        _SOBER_HOUSES,
        meaning="Lives in a place that does not support recovery, or only in part: relapse is "
        "more likely.",
    ),
    _consideration(
        "unstable_housing",
        Way.AGAINST,
        FACTS["needs_housing"].equals(True),
        _LO,
        meaning="Needs housing: most who were homeless at admission were so at discharge.",
    ),
    _consideration(
        "recovery_housing",
        Way.HOW,
        FACTS["needs_housing"].equals(True),
        _MERICLE,
        meaning="Needs housing: sober living beside outpatient care went with longer stays.",
    ),
    _consideration(
        "earlier_treatment",
        Way.HOW,
        FACTS["prior_treatment_episodes"] >= 1,
        _GODINET,
        meaning="Had treatment before: for women with earlier treatment intensive outpatient did "
        "better than outpatient. No source says that it must lead higher.",
    ),
    _consideration(
        "pregnancy",
        Way.HOW,
        FACTS["pregnant"].equals(True),
        _PRIORITY,
        meaning="Is pregnant: to be admitted first, or to have interim services within 48 hours.",
    ),
    _consideration(
        "opioids_without_medication",
        Way.AGAINST,
        FACTS["has_opioid_use_disorder"].equals(True) & FACTS["opioid_medication"].equals("none"),
        _WAKEMAN,
        meaning="An opioid use disorder without medication: only buprenorphine and methadone went "
        "with less overdose. Offer it beside the program, and refuse nobody for it.",
    ),
    _consideration(
        "no_transport",
        Way.AGAINST,
        FACTS["has_transport"].equals(False),
        _PALMER,
        meaning="Has no way to come: a reason to leave that was rated among the highest.",
    ),
    _consideration(
        "work_or_family",
        Way.FOR,
        FACTS["works_or_studies"].equals(True) | FACTS["cares_for_others"].equals(True),
        _ARTICLE,
        meaning="Has work, school or family to keep: day, evening and weekend tracks leave time.",
    ),
    _consideration(
        "flexible_times",
        Way.HOW,
        FACTS["works_or_studies"].equals(True) | FACTS["cares_for_others"].equals(True),
        _LAUDET,
        meaning="Has work, school or family to keep: times that did not fit were a reason to "
        "leave.",
    ),
    _consideration(
        "court_order",
        Way.HOW,
        FACTS["court_ordered"].equals(True),
        _COVIELLO,
        meaning="A court has ordered it: far likelier to complete (odds ratio 10.9, 2.0 to 59.1). "
        "Never a reason to refuse or to raise the level.",
    ),
    _consideration(
        "adolescent",
        Way.HOW,
        FACTS["age"] < 18,
        _ADOLESCENTS,
        meaning="Is under 18: it helped if both parents took part.",
    ),
    _consideration(
        "telehealth",
        Way.HOW,
        FACTS["has_telehealth_access"].equals(True),
        _HYBRID,
        meaning="Could have sessions by video: hybrid groups completed more than those by video "
        "alone (odds ratio 1.88, 1.50 to 2.41).",
    ),
)
"""In the order in which they are told."""
