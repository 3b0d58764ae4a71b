"""Which version of iopkit added, ended or corrected which shipped rules.

The table has what the changelog says under "Rules", so that a program can read it: whoever keeps
decisions can ask which of them a new version speaks of. ``rule_reports`` asks it.
"""

import re
from datetime import date
from enum import StrEnum

from iopkit.errors import Fault, InvalidError, refuse, unless
from iopkit.fields import frozen


class Happened(StrEnum):
    """What a version did to rules."""

    ADDED = "added"
    """They are new in it, or a later version of them is."""
    ENDED = "ended"
    """It knows of a day from which they are not in force any more."""
    CORRECTED = "corrected"
    """They say something else for the same days, as they had been wrong or not complete."""
    DATED = "dated"
    """They say the same; from when they are in force is known better."""


class RuleKind(StrEnum):
    """Which rules are shipped."""

    POLICY = "policy"
    REQUIREMENTS = "requirements"
    LADDER = "ladder"
    CODING = "coding"
    RATES = "rates"
    HOUR_BAND = "hour_band"

    @property
    def label(self) -> str:
        """What such rules are called, as people read it."""
        return _LABELS[self]


_LABELS = {
    RuleKind.POLICY: "policies",
    RuleKind.REQUIREMENTS: "requirement sets",
    RuleKind.LADDER: "ladders",
    RuleKind.CODING: "coding schemes",
    RuleKind.RATES: "rates",
    RuleKind.HOUR_BAND: "weekly hours of levels",
}


@frozen
class ChangedRule:
    """A shipped rule, by its name and the first day of the version of it that is meant.

    ``since`` is ``None`` for what has no days, such as the hours of a level. ``end`` is the first
    day on which it is not in force any more, of what ended.
    """

    name: str
    since: date | None = None
    end: date | None = None


@frozen
class RuleChange:
    """What one version of iopkit did to some rules of a kind.

    ``words`` say it as the changelog does, and ``fragment`` is the file of ``changes`` that they
    were written for. ``policies`` names policies that stand under another name, such as those of a
    ladder's rungs. ``criteria`` names those that were corrected, where others were not.

    Raises:
        InvalidError: the version is no version, there is no rule, or an end is missing of what
            ended or given of what did not.
    """

    version: str
    happened: Happened
    kind: RuleKind
    rules: tuple[ChangedRule, ...]
    words: str
    fragment: str
    policies: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        version_of(self.version)
        ended = self.happened is Happened.ENDED
        refuse(
            "change of rules",
            unless(bool(self.rules), "rules", "at least one rule", "none"),
            unless(
                all((rule.end is not None) is ended for rule in self.rules),
                "rules",
                "an end of each rule that ended, and of no other",
                "another",
            ),
        )


def version_of(text: str) -> tuple[int, ...]:
    """A version of iopkit, to be compared; ``0.1`` is ``0.1.0``.

    Raises:
        InvalidError: it is not made of numbers with dots between.

    Example:
        >>> version_of("0.10") > version_of("0.9.1")
        True
    """
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9}){0,9}", text):
        fault = Fault((), "numbers with dots between, such as 0.1.0", repr(text[:40]))
        raise InvalidError("version of iopkit", [fault])
    numbers = [int(part) for part in text.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _rules(*named: tuple[str, str]) -> tuple[ChangedRule, ...]:
    return tuple(ChangedRule(name, date.fromisoformat(since)) for name, since in named)


_MEDICARE = "The policy and the requirement set of Medicare intensive outpatient services."

_ENDED = (
    ChangedRule("us-dc-iop", date(2017, 9, 13), end=date(2024, 6, 21)),
    ChangedRule("us-nc-medicaid-iop", date(2023, 4, 30), end=date(2025, 1, 1)),
)
_ENDED_WORDS = (
    "The District of Columbia's rule on level 2.1 was in force up to 2024-06-20 at the latest, and "
    "North Carolina's hours of 2023 up to 2024-12-31."
)
_DATED_BY_TEXT = (
    ("us-ca-orange-iop", "2018-07-01"),
    ("us-tx-iop", "2004-09-01"),
    ("us-tx-iop", "2024-04-30"),
)
_DATED_WORDS = (
    "Orange County's rules are in force since 2018-07-01, and those of Texas since 2004-09-01 and "
    "under their present number since 2024-04-30. All other rules named here were seen in a copy "
    "of a day, in force by then; no text was seen that says since when."
)

RULE_CHANGES: tuple[RuleChange, ...] = (
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.POLICY,
        _rules(
            ("iop-suitability", "2026-01-07"),
            ("us-al-iop", "2026-01-07"),
            ("us-ca-orange-iop", "2018-07-01"),
            ("us-dc-iop", "2017-09-13"),
            ("us-il-iop", "2025-04-02"),
            ("us-in-medicaid-iop", "2026-01-07"),
            ("us-ks-iop", "2026-01-07"),
            ("us-md-iop", "2026-01-07"),
            ("us-medicare-otp-iop", "2024-01-01"),
            ("us-medicare-php", "2024-01-01"),
            ("us-nc-medicaid-iop", "2023-04-30"),
            ("us-nc-medicaid-iop", "2026-01-01"),
            ("us-nj-iop", "2024-09-16"),
            ("us-tx-iop", "2004-09-01"),
            ("us-tx-iop", "2024-04-30"),
            ("us-va-licensed-iop", "2023-02-17"),
            ("us-va-medicaid-iop", "2026-01-07"),
        ),
        "Policies for Medicare partial hospitalization and opioid treatment programs, for Alabama, "
        "Orange County in California, the District of Columbia, Illinois, Indiana, Kansas, "
        "Maryland, New Jersey, North Carolina, Texas and Virginia, and for clinical suitability. "
        "What a source leaves open is named.",
        "3.rules.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.HOUR_BAND,
        (ChangedRule("3.3 adult"), ChangedRule("3.5 adult"), ChangedRule("3.7 adult")),
        "Weekly hours of levels 3.3, 3.5 and 3.7 for adults, from COMAR 10.09.06.06.",
        "3.rules.4.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.REQUIREMENTS,
        _rules(
            ("aetna-level-2-1", "2026-01-07"),
            ("hcpcs-h0015", "2026-01-07"),
            ("samhsa-iop", "2021-12-31"),
            ("teds-iop", "2026-01-07"),
            ("us-ca-orange-iop", "2018-07-01"),
            ("us-ca-orange-op", "2018-07-01"),
            ("us-dc-iop", "2017-09-13"),
            ("us-il-iop", "2025-04-02"),
            ("us-il-level-1", "2025-04-02"),
            ("us-in-medicaid-iop", "2026-01-07"),
            ("us-ks-iop", "2026-01-07"),
            ("us-md-iop", "2026-01-07"),
            ("us-md-level-1", "2024-11-01"),
            ("us-medicare-otp-iop", "2024-01-01"),
            ("us-medicare-php", "2024-01-01"),
            ("us-nc-day-treatment", "2026-01-07"),
            ("us-nc-medicaid-iop", "2023-04-30"),
            ("us-nc-medicaid-iop", "2026-01-01"),
            ("us-nc-medicaid-php", "2026-01-01"),
            ("us-nc-sacot", "2026-01-07"),
            ("us-ne-iop", "2026-01-07"),
            ("us-nj-iop", "2024-09-16"),
            ("us-nj-op", "2024-09-16"),
            ("us-nj-partial-care", "2024-09-16"),
            ("us-tx-iop", "2004-09-01"),
            ("us-tx-iop", "2024-04-30"),
            ("us-va-licensed-iop", "2023-02-17"),
            ("us-va-medicaid-iop", "2026-01-07"),
            ("us-wa-former-iop", "2015-12-31"),
        ),
        "Requirement sets for Medicare partial hospitalization and opioid treatment programs, for "
        "the District of Columbia, Illinois, Indiana, Kansas, Maryland, Nebraska, New Jersey, "
        "North Carolina, Orange County in California, Texas, Virginia and Washington until 2018, "
        "and for Aetna, HCPCS H0015, SAMHSA and TEDS.",
        "4.rules.20.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.POLICY,
        _rules(("us-medicare-iop", "2024-01-01")),
        _MEDICARE,
        "13.rules.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.REQUIREMENTS,
        _rules(("us-medicare-iop", "2024-01-01")),
        _MEDICARE,
        "13.rules.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.LADDER,
        _rules(("us-public-rules", "2025-04-02")),
        "The ladder `us-public-rules`.",
        "13.rules.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.CODING,
        _rules(
            ("us-cpt-psychotherapy", "2017-01-01"),
            ("us-h0015", "2023-04-30"),
            ("us-md-medicaid", "2018-07-01"),
            ("us-medicare-clinic-iop", "2024-01-01"),
            ("us-medicare-clinic-iop", "2025-01-01"),
            ("us-medicare-iop", "2024-01-01"),
            ("us-medicare-otp-iop", "2024-01-01"),
        ),
        "Coding schemes for CPT psychotherapy, HCPCS H0015, Maryland Medicaid, and Medicare's days "
        "and weeks of intensive outpatient services.",
        "13.rules.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.RATES,
        _rules(("us-md-medicaid", "2019-07-01"), ("us-md-medicaid", "2022-07-01")),
        "Rates of Maryland Medicaid.",
        "13.rules.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.HOUR_BAND,
        tuple(
            map(
                ChangedRule,
                (
                    "1 adult",
                    "1 adolescent",
                    "2.1 adult",
                    "2.1 adolescent",
                    "2.5 adult",
                    "3.1 adult",
                ),
            )
        ),
        "Weekly hours of levels 1 and 2.1 for adults and adolescents, and of levels 2.5 and 3.1 "
        "for adults.",
        "13.rules.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.LADDER,
        _rules(("fourth-edition-minimum-levels", "2026-01-07")),
        "The ladder `fourth-edition-minimum-levels`.",
        "14.rules.42.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.CODING,
        _rules(("us-cpt-psychotherapy", "2022-01-01")),
        "CPT's marks of telehealth since 2022, which are places of service and modifiers.",
        "15.rules.90.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.ADDED,
        RuleKind.RATES,
        _rules(
            ("us-medicare-clinic-iop", "2024-01-01"),
            ("us-nc-medicaid", "2013-01-01"),
            ("us-nc-medicaid", "2024-08-01"),
        ),
        "Rates of North Carolina Medicaid since 2013, and Medicare's for days of clinics in 2024.",
        "15.rules.90.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.CORRECTED,
        RuleKind.CODING,
        _rules(("us-medicare-otp-iop", "2024-01-01")),
        "Lines of opioid treatment programs have place of service 58.",
        "15.rules.90.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.CORRECTED,
        RuleKind.REQUIREMENTS,
        _rules(("us-medicare-iop", "2024-01-01")),
        "Medicare's for intensive outpatient services has recertification every 60 days and the "
        "written plan.",
        "4.rules.20.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.CORRECTED,
        RuleKind.POLICY,
        _rules(("iop-suitability", "2026-01-07")),
        "The policy `iop-suitability` no longer asks for a supportive place to live, which is "
        "Alabama's line and stays in `us-al-iop`: the home is weighed among its considerations.",
        "14.rules.70.md",
    ),
    *(
        RuleChange("0.1.0", Happened.ENDED, kind, _ENDED, _ENDED_WORDS, "14.rules.20.md")
        for kind in (RuleKind.POLICY, RuleKind.REQUIREMENTS)
    ),
    RuleChange(
        "0.1.0",
        Happened.DATED,
        RuleKind.POLICY,
        _rules(
            *_DATED_BY_TEXT,
            ("iop-suitability", "2026-01-07"),
            ("us-al-iop", "2026-01-07"),
            ("us-dc-iop", "2017-09-13"),
            ("us-in-medicaid-iop", "2026-01-07"),
            ("us-ks-iop", "2026-01-07"),
            ("us-md-iop", "2026-01-07"),
            ("us-nc-medicaid-iop", "2023-04-30"),
            ("us-nj-iop", "2024-09-16"),
            ("us-va-medicaid-iop", "2026-01-07"),
        ),
        _DATED_WORDS,
        "14.rules.20.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.DATED,
        RuleKind.REQUIREMENTS,
        _rules(
            *_DATED_BY_TEXT,
            ("aetna-level-2-1", "2026-01-07"),
            ("hcpcs-h0015", "2026-01-07"),
            ("samhsa-iop", "2021-12-31"),
            ("teds-iop", "2026-01-07"),
            ("us-ca-orange-op", "2018-07-01"),
            ("us-dc-iop", "2017-09-13"),
            ("us-in-medicaid-iop", "2026-01-07"),
            ("us-ks-iop", "2026-01-07"),
            ("us-md-iop", "2026-01-07"),
            ("us-md-level-1", "2024-11-01"),
            ("us-nc-day-treatment", "2026-01-07"),
            ("us-nc-medicaid-iop", "2023-04-30"),
            ("us-nc-sacot", "2026-01-07"),
            ("us-ne-iop", "2026-01-07"),
            ("us-nj-iop", "2024-09-16"),
            ("us-nj-op", "2024-09-16"),
            ("us-nj-partial-care", "2024-09-16"),
            ("us-va-medicaid-iop", "2026-01-07"),
            ("us-wa-former-iop", "2015-12-31"),
        ),
        _DATED_WORDS,
        "14.rules.20.md",
    ),
    RuleChange(
        "0.1.0",
        Happened.DATED,
        RuleKind.CODING,
        _rules(("us-h0015", "2023-04-30")),
        _DATED_WORDS,
        "14.rules.20.md",
    ),
)
"""What every version did to shipped rules, in the order of versions."""
