"""What the ICD-10-CM code of a use disorder says, beside what else is recorded of it."""

from collections.abc import Iterable
from datetime import date
from typing import Generic, TypeVar

from dateutil.relativedelta import relativedelta

from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.patients.diagnoses import Severity, Substance, SubstanceUseDisorder

T = TypeVar("T")

NOT_IN_REMISSION, EARLY, SUSTAINED = "not_in_remission", "early", "sustained"
STAGES = (NOT_IN_REMISSION, EARLY, SUSTAINED)
"""How far a use disorder can be in remission, from the least."""


@frozen(repr=False)
class Said(Generic[T]):
    """What code and record leave possible together; all that either says if they contradict."""

    possible: frozenset[T]
    contradicted: bool = False

    __repr__ = hidden


def substances_of(disorder: SubstanceUseDisorder) -> Said[Substance]:
    """The substance classes that a disorder may be of.

    F19 is of other substances and of several together, so it settles no class but that it is not
    nicotine alone.

    Source: the blocks of ICD-10-CM, see ``Substance.icd10_block``.

    Example:
        >>> substances_of(SubstanceUseDisorder(code="F11.20")).possible
        frozenset({<Substance.OPIOIDS: 'opioids'>})
    """
    recorded = _SUBSTANCES if disorder.substance is None else (disorder.substance,)
    block = (disorder.code or "")[:3]
    return _together(recorded, _BY_BLOCK.get(block, ()) if block else _SUBSTANCES)


_SUBSTANCES = frozenset(Substance)
_BY_BLOCK = {
    block: frozenset(one for one in Substance if one.icd10_block == block)
    for block in {one.icd10_block for one in Substance}
} | {Substance.OTHER.icd10_block: _SUBSTANCES - {Substance.TOBACCO}}


def severities_of(disorder: SubstanceUseDisorder) -> Said[Severity]:
    """The severities that a disorder may have.

    Source: abuse (F1x.1) is coded for a mild disorder, dependence (F1x.2) for a moderate or
    severe one, https://medx.it.com/what-is-the-difference-between-f10-10-and-f10-20 [T3].

    Example:
        >>> sorted(severities_of(SubstanceUseDisorder(code="F11.20")).possible)
        [<Severity.MODERATE: 2>, <Severity.SEVERE: 3>]
    """
    recorded = _SEVERITIES if disorder.severity is None else (disorder.severity,)
    return _together(recorded, _BY_FOURTH.get((disorder.code or "")[4:5], _SEVERITIES))


_SEVERITIES = frozenset(Severity)
_BY_FOURTH = {"1": (Severity.MILD,), "2": (Severity.MODERATE, Severity.SEVERE)}
# The fifth characters of codes that say "in remission", such as F10.21, after use, abuse and
# dependence; https://codes.sprypt.com/categories/F10-F19 [T3] lists them. The others of abuse
# and dependence, such as F10.20, are of disorders that are not.
_USED = ("1", "2", "9")
_OF_NICOTINE = "F17"
# Of nicotine the fifth character is the product, and the sixth tells: F17.211.
_IN_REMISSION = "1"


def stages_of(disorder: SubstanceUseDisorder, on: date) -> Said[str]:
    """How far a disorder may be in remission on a day, out of ``STAGES``.

    Early remission is counted from 3 months without criteria other than craving, sustained
    from 12; a code tells remission and not how far.

    Source: DSM-5, by Hasin et al. 2013 in a copy,
    https://paperkb.org/coga/coga-kb/chunks/5727a15f-c962-4002-912b-e12ccb3a76ab [T3].

    Example:
        >>> sorted(stages_of(SubstanceUseDisorder(code="F11.21"), date(2026, 1, 12)).possible)
        ['early', 'sustained']
    """
    return _together(_recorded_stages(disorder, on), _coded_stages(disorder.code or ""))


def _recorded_stages(disorder: SubstanceUseDisorder, on: date) -> tuple[str, ...]:
    since = disorder.symptom_free_since
    if since is None or on < since:
        return STAGES
    free = relativedelta(on, since)
    return (SUSTAINED if free.years else EARLY if free.months >= 3 else NOT_IN_REMISSION,)


def _coded_stages(code: str) -> tuple[str, ...]:
    last = code[6:7] if code.startswith(_OF_NICOTINE) else code[5:6]
    if not last or code[4:5] not in _USED:
        return STAGES
    if last == _IN_REMISSION:
        return (EARLY, SUSTAINED)
    return STAGES if code[4:5] == "9" else (NOT_IN_REMISSION,)


def _together(recorded: Iterable[T], coded: Iterable[T]) -> Said[T]:
    one, other = frozenset(recorded), frozenset(coded)
    both = one & other
    return Said(both) if both else Said(one | other, contradicted=True)
