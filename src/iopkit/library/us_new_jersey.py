"""New Jersey."""

from datetime import date

from attrs import evolve

from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.levels import LevelOfCare
from iopkit.library.rule_forms import caseload, seen_in_copy_of
from iopkit.library.shipped import Shipped
from iopkit.modalities import Modality
from iopkit.requirements.demands import Frequency
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.scopes import LicenseKind, Scope
from iopkit.sources import Dated, Grade, Source, Versions

_NEW_JERSEY = Source(
    "N.J.A.C. 10:161B",
    Grade.LEGAL_TEXT,
    "https://regulations.justia.com/states/new-jersey/title-10/chapter-161b/subchapter-1/section-10-161b-1-3",
    checked=date(2024, 9, 16),
)


def _licensed(level: str) -> Scope:
    # The chapter has the standards for licensure; that partial care is level 2.5 is our reading.
    kinds = frozenset({LicenseKind.SUBSTANCE_USE_TREATMENT})
    return Scope("NJ", licenses=kinds, level=LevelOfCare(level))


US_NJ_IOP_POLICY = Policy(
    "us-nj-iop",
    "New Jersey outpatient substance use disorder treatment: age, and conditions to be judged",
    Versions(
        (
            Dated(
                date(2024, 9, 16),  # the copy has the code as of that day
                (
                    Criterion(
                        "age",
                        "Is at least 11 years old, from when on the code knows adolescents.",
                        FACTS["age"] >= 11,
                        _NEW_JERSEY.at("-1.3"),
                    ),
                    Criterion(
                        "other_conditions",
                        "Meets the other conditions for intensive outpatient treatment.",
                        FACTS["other_conditions_met"].equals(True),
                        _NEW_JERSEY,
                    ),
                ),
                _NEW_JERSEY,
                since_from_copy=True,
            ),
        )
    ),
    ("What the other conditions are: weekly hours and a test of patients were not seen.",),
    scope=_licensed("2.1"),
)


_FAMILY = frozenset({Modality.FAMILY_SESSION, Modality.MULTI_FAMILY_GROUP})
_FAMILY_NOT_SAID = (
    "What family counseling is: here family sessions and multi-family groups.",
    "That family counseling may be contraindicated or refused.",
)
_NEW_JERSEY_SERVICES = evolve(
    _NEW_JERSEY.at("-10.1"),
    url="https://regulations.justia.com/states/new-jersey/title-10/chapter-161b/subchapter-10/section-10-161b-10-1/",
)


def _new_jersey(most: int, every_days: int | None) -> Versions[tuple[Requirement, ...]]:
    often = "month" if every_days is None else "week"
    return seen_in_copy_of(
        date(2024, 9, 16),  # the copy has the code as of that day
        _NEW_JERSEY_SERVICES,
        caseload(most, _NEW_JERSEY_SERVICES.at("(b)")),
        Requirement(
            "family",
            f"Family counseling at least once a {often}.",
            Frequency(_FAMILY, every_days),
            _NEW_JERSEY_SERVICES,
        ),
    )


US_NJ_IOP_REQUIREMENTS = RequirementSet(
    "us-nj-iop",
    "New Jersey intensive outpatient treatment: caseload and family counseling",
    _new_jersey(24, None),
    left_open=(*_FAMILY_NOT_SAID, "Weekly hours, which were not seen."),
    scope=_licensed("2.1"),
)

US_NJ_OP_REQUIREMENTS = RequirementSet(
    "us-nj-op",
    "New Jersey outpatient treatment: caseload and family counseling",
    _new_jersey(35, None),
    left_open=_FAMILY_NOT_SAID,
    scope=_licensed("1"),
)

US_NJ_PARTIAL_CARE_REQUIREMENTS = RequirementSet(
    "us-nj-partial-care",
    "New Jersey partial care: caseload and family counseling",
    _new_jersey(12, 7),
    left_open=_FAMILY_NOT_SAID,
    scope=_licensed("2.5"),
)

SHIPPED = Shipped(
    policies=(US_NJ_IOP_POLICY,),
    requirements=(
        US_NJ_IOP_REQUIREMENTS,
        US_NJ_OP_REQUIREMENTS,
        US_NJ_PARTIAL_CARE_REQUIREMENTS,
    ),
)
