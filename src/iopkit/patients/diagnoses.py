"""Diagnoses: use disorders and other mental disorders."""

import re
from datetime import date
from enum import IntEnum, StrEnum

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen


class Substance(StrEnum):
    """Substance classes of DSM-5 use disorders."""

    ALCOHOL = "alcohol"
    OPIOIDS = "opioids"
    CANNABIS = "cannabis"
    SEDATIVES = "sedatives"
    COCAINE = "cocaine"
    STIMULANTS = "stimulants"
    HALLUCINOGENS = "hallucinogens"
    PHENCYCLIDINE = "phencyclidine"
    TOBACCO = "tobacco"
    INHALANTS = "inhalants"
    OTHER = "other"

    @property
    def criteria(self) -> int:
        """How many DSM-5 criteria the class has: 11, or 10 without withdrawal.

        Source: DSM-5 as summarized at
        https://legalclarity.org/dsm-5-substance-use-disorder-criteria-11-symptoms/ [T3].
        """
        return 10 if self in _WITHOUT_WITHDRAWAL else 11

    @property
    def icd10_block(self) -> str:
        """The ICD-10-CM block of the class, such as ``F10``.

        Source: https://legalclarity.org/substance-abuse-icd-10-codes-f10-f19-explained/ [T3].
        """
        return _BLOCKS[self]


_WITHOUT_WITHDRAWAL = frozenset(
    {Substance.HALLUCINOGENS, Substance.PHENCYCLIDINE, Substance.INHALANTS}
)
_BLOCKS = {
    Substance.ALCOHOL: "F10",
    Substance.OPIOIDS: "F11",
    Substance.CANNABIS: "F12",
    Substance.SEDATIVES: "F13",
    Substance.COCAINE: "F14",
    Substance.STIMULANTS: "F15",
    Substance.HALLUCINOGENS: "F16",
    Substance.PHENCYCLIDINE: "F16",
    Substance.TOBACCO: "F17",
    Substance.INHALANTS: "F18",
    Substance.OTHER: "F19",
}
_ICD10 = re.compile(r"[A-TV-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
_OF_SUBSTANCES = re.compile("F1[0-9]")
_CODE_FORM = "an ICD-10-CM code such as 'F10.20'"


class Severity(IntEnum):
    """DSM-5 severity of a use disorder."""

    MILD = 1
    MODERATE = 2
    SEVERE = 3


@frozen(repr=False)
class SubstanceUseDisorder:
    """A DSM-5 use disorder of one substance class.

    ``criteria_met`` counts the criteria met within 12 months, from 2 (fewer is no
    disorder) to the number that the class has. ``symptom_free_since`` is the first day
    from which on no criterion but craving was met; remission is counted from it. A ``code`` of
    another class, severity or remission than is recorded is kept, and what they disagree about
    is not known.

    Raises:
        InvalidError: the count does not fit the class, or the code is not one of substance use.

    Example:
        >>> SubstanceUseDisorder(substance=Substance.ALCOHOL, criteria_met=5).severity
        <Severity.MODERATE: 2>
    """

    substance: Substance | None = None
    criteria_met: int | None = None
    code: str | None = None
    diagnosed: date | None = None
    symptom_free_since: date | None = None

    def __attrs_post_init__(self) -> None:
        # What is expected may not tell the substance, so it names no number of it.
        most = self.substance.criteria if self.substance else 11
        count, code = self.criteria_met, self.code
        refuse(
            "substance use disorder",
            unless(
                count is None or 2 <= count <= most,
                "criteria_met",
                "a count from 2 to as many criteria as the class has (10 or 11)",
                "a count outside it",
            ),
            unless(
                code is None or bool(_ICD10.fullmatch(code) and _OF_SUBSTANCES.match(code)),
                "code",
                f"{_CODE_FORM}, from F10 to F19",
                "another text",
            ),
        )

    @property
    def severity(self) -> Severity | None:
        """Mild at 2-3 criteria, moderate at 4-5, severe from 6; ``None``: not known.

        Source: DSM-5 as summarized at
        https://psychcentral.com/disorders/revised-alcoholsubstance-use-disorder/2/ [T3].
        """
        if self.criteria_met is None:
            return None
        if self.criteria_met >= 6:
            return Severity.SEVERE
        return Severity.MODERATE if self.criteria_met >= 4 else Severity.MILD

    __repr__ = hidden


@frozen(repr=False)
class MentalDisorder:
    """A mental disorder other than a substance use disorder.

    Source: ICD-10-CM chapter 5 holds F01-F99, of which F10-F19 are substance use;
    https://icd.codes/icd10cm/chapter5 [T3].

    Raises:
        InvalidError: the code is of another chapter, or of substance use.
    """

    code: str | None = None
    diagnosed: date | None = None

    def __attrs_post_init__(self) -> None:
        code = self.code
        ok = code is None or (bool(_ICD10.fullmatch(code)) and code[0] == "F" and code[:2] != "F1")
        expected = "an ICD-10-CM code from F01 to F99, without F10 to F19"
        refuse("mental disorder", unless(ok, "code", expected, "another text"))

    __repr__ = hidden


Diagnosis = SubstanceUseDisorder | MentalDisorder


def recorded_days(diagnosis: Diagnosis) -> tuple[date | None, ...]:
    """The days that a diagnosis has, known or not."""
    match diagnosis:
        case SubstanceUseDisorder():
            return diagnosis.diagnosed, diagnosis.symptom_free_since
        case MentalDisorder():
            return (diagnosis.diagnosed,)
