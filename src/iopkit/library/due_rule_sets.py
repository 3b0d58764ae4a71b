"""The shipped due rules, by name: what has to be done in a course, by when, and who says so."""

from datetime import date

from attrs import evolve

from iopkit.citations import DISTRICT_OF_COLUMBIA, ILLINOIS, SEEN
from iopkit.courses.due_rules import DueRule, DueRuleSet, Term
from iopkit.courses.happenings import Happening, Having
from iopkit.errors import find_named
from iopkit.levels import LevelOfCare
from iopkit.library.rule_forms import seen_in_copy_of
from iopkit.library.us_district_of_columbia import US_DC_IOP_REQUIREMENTS
from iopkit.library.us_illinois import US_IL_IOP_REQUIREMENTS
from iopkit.library.us_kansas import US_KS_IOP_REQUIREMENTS
from iopkit.library.us_new_jersey import US_NJ_IOP_REQUIREMENTS
from iopkit.scopes import Scope
from iopkit.sources import Dated, Grade, Source, Versions

_ADMITTED, _READMITTED, _ASSESSED = map(Happening, ("admitted", "readmitted", "assessed"))
_ENDS = (Happening("discharged"), Happening("died"))
_PLAN_MADE = (Happening("signed", (Having("paper", ("plan",)),)), Happening("plan_revised"))
_SUMMARY = (Happening("signed", (Having("paper", ("discharge_summary",)),)),)
_PLAN_IS_MADE = "That a plan is made is read from its signature, or from the first revision."


def _plan_within(days: int, source: Source) -> DueRule:
    return DueRule(
        "treatment-plan",
        "Make the treatment plan",
        _ADMITTED,
        Term(days),
        done_by=_PLAN_MADE,
        until=_ENDS,
        source=source,
        or_when=(_READMITTED,),
    )


# The state's own training page quotes the standard; the standard itself was not seen.
_KANSAS = Source(
    "R03-606",
    Grade.OFFICIAL,
    "http://www.aging.ks.gov/WebCourses/StandardsTrainingTool/section_6/R03606.html",
    checked=SEEN,
)

US_KS_IOP_DUE = DueRuleSet(
    "us-ks-iop",
    "Kansas intensive outpatient treatment: the treatment plan",
    seen_in_copy_of(SEEN, _KANSAS, _plan_within(7, _KANSAS.at(".A.1"))),
    ("Updates of the plan, whose days for this level were not seen.", _PLAN_IS_MADE),
    scope=US_KS_IOP_REQUIREMENTS.scope,
)

_NEW_JERSEY = Source(
    "N.J.A.C. 10:161B-9.2",
    Grade.LEGAL_TEXT,
    "https://casetext.com/regulation/new-jersey-administrative-code/title-10-human-services/chapter-161b-standards-for-licensure-of-outpatient-substance-use-disorder-treatment-facilities/subchapter-9-client-assessment-and-treatment-planning/section-10161b-92-client-treatment-planning",
    checked=date(2025, 1, 6),
)

US_NJ_IOP_DUE = DueRuleSet(
    "us-nj-iop",
    "New Jersey intensive outpatient treatment: the treatment plan",
    seen_in_copy_of(
        date(2025, 1, 6),  # the copy has the code as of that day
        _NEW_JERSEY,
        _plan_within(30, _NEW_JERSEY.at("(a)1")),
    ),
    (
        "The plan is entered after three visits: only its last day, of 30, is kept here.",
        "A drug test and an assessment within three visits of admission (-9.1(a)).",
        _PLAN_IS_MADE,
    ),
    scope=US_NJ_IOP_REQUIREMENTS.scope,
)

_DC_2017 = US_DC_IOP_REQUIREMENTS.versions.dated[0]

US_DC_IOP_DUE = DueRuleSet(
    "us-dc-iop",
    "District of Columbia intensive outpatient program: the assessment",
    Versions(
        (
            Dated(
                _DC_2017.since,
                (
                    DueRule(
                        "assessment",
                        "Assess the patient, as there was no assessment at intake",
                        _ADMITTED,
                        Term(7),
                        done_by=(_ASSESSED,),
                        until=_ENDS,
                        source=DISTRICT_OF_COLUMBIA.at(".5(a)"),
                        unless_before=(_ASSESSED,),
                    ),
                ),
                DISTRICT_OF_COLUMBIA,
                end=_DC_2017.end,
                since_from_copy=_DC_2017.since_from_copy,
                end_from_copy=_DC_2017.end_from_copy,
                replaced_by=_DC_2017.replaced_by,
            ),
        )
    ),
    (
        "Another assessment, with an update of the plan, before a planned discharge.",
        "At most two ongoing assessments in 60 days, and four brief ones.",
    ),
    scope=US_DC_IOP_REQUIREMENTS.scope,
)

_ILLINOIS_DISCHARGE = evolve(
    ILLINOIS,
    citation="77 Ill. Adm. Code 2060.480",
    url="https://ilga.gov/ftp/JCAR/AdminCode/077/077020600D04800R.html",
)

US_IL_IOP_DUE = DueRuleSet(
    "us-il-iop",
    "Illinois substance use disorder treatment: the discharge summary",
    seen_in_copy_of(
        SEEN,
        _ILLINOIS_DISCHARGE,
        DueRule(
            "discharge-summary",
            "Complete the discharge summary",
            Happening("discharged"),
            Term(15),
            done_by=_SUMMARY,
            source=_ILLINOIS_DISCHARGE.at("(c)"),
        ),
    ),
    (
        "The most recent review can stand in for the summary: that it does is not on record.",
        "The continuing care plan, if possible before the discharge, which has no days.",
    ),
    scope=US_IL_IOP_REQUIREMENTS.scope,
)

_NORTH_DAKOTA = Source(
    "N.D. Admin. Code 75-09.1-01-15",
    Grade.LEGAL_TEXT,
    "https://casetext.com/regulation/north-dakota-administrative-code/title-75-department-of-human-services/article-75-091-substance-abuse-treatment-programs/chapter-75-091-01-general-standards-for-substance-abuse-treatment-programs/section-75-091-01-15-individual-treatment-plan",
    # The copy has the code through the supplement of that month.
    checked=date(2024, 10, 31),
)

US_ND_IOP_DUE = DueRuleSet(
    "us-nd-iop",
    "North Dakota intensive outpatient treatment: the analysis of progress",
    seen_in_copy_of(
        date(2024, 10, 31),
        _NORTH_DAKOTA,
        DueRule(
            "progress",
            "Analyze the progress with the patient",
            _ADMITTED,
            every=Term(14),
            done_by=(Happening("review_held"),),
            until=_ENDS,
            source=_NORTH_DAKOTA.at("(5)(c)"),
            or_when=(_READMITTED,),
        ),
    ),
    (
        "The plan by the end of the third session: sessions are no days.",
        "That an analysis was made is read from a review.",
    ),
    scope=Scope("ND", level=LevelOfCare("2.1")),
)

DUE_RULE_SETS: tuple[DueRuleSet, ...] = (
    US_DC_IOP_DUE,
    US_IL_IOP_DUE,
    US_KS_IOP_DUE,
    US_ND_IOP_DUE,
    US_NJ_IOP_DUE,
)
"""Every shipped set of due rules, in the order of names."""


def find_due_rules(name: str) -> DueRuleSet:
    """A shipped set of due rules by its name; raises ``UnknownNameError``."""
    return find_named("due rule set", name, DUE_RULE_SETS)
