"""Ladders of levels of care: the least intensive level that a ladder's rules do not exclude."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.eligibility.policies import Decision, Policy
from iopkit.eligibility.predicates import Fact
from iopkit.eligibility.risks import RecordedRisk
from iopkit.eligibility.sheets import FactSheet
from iopkit.errors import Fault, refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare, most_intensive
from iopkit.patients.patients import Patient
from iopkit.placement.beside import CareBeside, OpioidTreatment, care_beside
from iopkit.placement.paths import CarePath, PathResult, paths_for, paths_in
from iopkit.truth import Truth


@frozen
class Rung:
    """One level of a ladder, and the policy that excludes it or does not.

    ``policy`` alone decides. ``others`` judge the same level and are only reported, so
    that it is always clear which policy was used and where others differ.

    What excludes a level must go on to do so as a patient's state gets worse; a ladder whose
    policies see to that never places somebody who is worse off on a lower level.

    ``meets``: facts of risk that the level is there for, such as a need of care around the
    clock, so that no criterion has to judge them.

    Raises:
        InvalidError: two policies have one name.
    """

    level: LevelOfCare
    policy: Policy
    others: tuple[Policy, ...] = ()
    # Any: facts of several kinds.
    meets: tuple[Fact[Patient, Any], ...] = ()

    def __attrs_post_init__(self) -> None:
        names = [policy.name for policy in (self.policy, *self.others)]
        once = len(names) == len(set(names))
        refuse("rung", unless(once, "others", "each policy's name once", "one twice"))


@frozen
class Ladder:
    """Levels of care from the least to the most intensive, with what excludes each.

    ``paths``: kinds of care that follow each other, as far as sources describe them.

    Raises:
        InvalidError: there is no rung, the levels are not of one edition and rising, or two
            paths have one name.
    """

    name: str
    title: str
    rungs: tuple[Rung, ...]
    paths: tuple[CarePath, ...] = ()

    def __attrs_post_init__(self) -> None:
        once = len({path.name for path in self.paths}) == len(self.paths)
        refuse(
            f"ladder {self.name!r}",
            _unless_rising("rungs", [rung.level for rung in self.rungs]),
            unless(once, "paths", "each path's name once", "one twice"),
        )


def place(
    ladder: Ladder,
    patient: Patient,
    *,
    on: date,
    beside: Mapping[OpioidTreatment, Sequence[Policy]] | None = None,
    assume_in_force: bool = False,
) -> "Placement":
    """The least intensive level that a ladder's rules do not exclude for a patient on a day.

    It goes up from the lowest rung. A "no" moves on to the next; the first "yes" is the
    level. It stops at the first rung that is undetermined, which is never skipped: what
    is missing there could leave that level not excluded. Nor is a level the answer while a
    recorded fact of risk has made no difference to its rung: the rules do not say that the
    level can hold it. Of the most intensive level that does not matter, as there is no other.

    It advises; clinicians decide.

    Args:
        beside: for treatments of opioid use disorder, the policies that say who may have them;
            they judge beside the level, see ``care_beside``.
        assume_in_force: as ``Policy.decide``.

    Raises:
        NotInForceError: no version of a policy that is asked is known to be in force on ``on``,
            and none is assumed.
        InvalidError: ``on`` is before the birth.

    Example:
        >>> from uuid import UUID
        >>> from iopkit.patients import Patient
        >>> from iopkit.library import find_ladder
        >>> somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
        >>> placement = place(find_ladder("us-public-rules"), somebody, on=date(2026, 1, 5))
        >>> placement.level, placement.stopped_at.number
        (None, '1')
    """
    return Placement(
        *_going_up(
            ladder,
            lambda policy: policy.decide(patient, on=on, assume_in_force=assume_in_force),
            on,
        ),
        paths_for(patient, ladder.paths, on=on),
        care_beside(patient, beside or {}, on=on, assume_in_force=assume_in_force),
    )


def place_sheet(ladder: Ladder, sheet: FactSheet, *, assume_in_force: bool = False) -> "Placement":
    """The level by facts that were read before, or that come from elsewhere, on the sheet's day.

    A fact that is not in the sheet is not known, as in ``Policy.decide_sheet``. What goes beside
    the level is read from a patient's record, so that there is none.

    Raises:
        NotInForceError: as ``place``.
        InvalidError: ``sheet`` or ``ladder`` is none.

    Example:
        >>> from iopkit.eligibility import FACTS
        >>> from iopkit.library import find_ladder
        >>> from iopkit.eligibility import FactSheet
        >>> sheet = FactSheet.of(FACTS.values(), {}, on=date(2026, 1, 5))
        >>> place_sheet(find_ladder("us-public-rules"), sheet).stopped_at.number
        '1'
    """
    refuse("placement", unless_a(sheet, "sheet", FactSheet))
    return Placement(
        *_going_up(
            ladder,
            lambda policy: policy.decide_sheet(sheet, assume_in_force=assume_in_force),
            sheet.on,
        ),
        paths_in(sheet, ladder.paths),
    )


def _going_up(
    ladder: Ladder, decide: Callable[[Policy], Decision], on: date
) -> "tuple[str, str, date, tuple[RungResult, ...]]":
    """What a placement has of its ladder, and what came of its rungs up to the last one tried."""
    refuse("placement", unless_a(ladder, "ladder", Ladder))
    results: list[RungResult] = []
    for rung in ladder.rungs:
        decision, *others = (
            _left_unjudged(decide(policy), rung) for policy in (rung.policy, *rung.others)
        )
        results.append(RungResult(rung.level, decision, tuple(others)))
        if decision.verdict is not Truth.NO:
            break
    return ladder.name, ladder.title, on, tuple(results)


def _left_unjudged(decision: Decision, rung: Rung) -> Decision:
    """The decision without the facts of risk that the level is there for."""
    left = (risk for risk in decision.unjudged or () if risk.alike.isdisjoint(rung.meets))
    return evolve(decision, unjudged=tuple(left))


@frozen(repr=False)
class Cause:
    """A criterion that keeps one policy from a "yes" that another gives."""

    policy: str
    criterion: str
    reason: str

    __repr__ = hidden


@frozen(repr=False)
class Disagreement:
    """Policies that judge one patient differently, by name, and the criteria that do it."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    undetermined: tuple[str, ...]
    causes: tuple[Cause, ...]

    __repr__ = hidden


def find_disagreement(decisions: Iterable[Decision]) -> Disagreement | None:
    """Where decisions about one patient on one day differ; ``None`` if they do not.

    The causes are the unmet criteria of those that say no, and the undetermined ones of
    those that are undetermined.
    """
    judged = tuple(decisions)
    if len({decision.verdict for decision in judged}) < 2:
        return None
    named = {truth: tuple(d.policy for d in judged if d.verdict is truth) for truth in Truth}
    causes = (cause for decision in judged for cause in _causes(decision))
    return Disagreement(
        named[Truth.YES], named[Truth.NO], named[Truth.UNKNOWN], causes=tuple(causes)
    )


def _causes(decision: Decision) -> Iterator[Cause]:
    """What keeps a decision from a "yes": what is unmet if it is a no, else what is open."""
    for result in decision.results:
        if decision.verdict is result.truth is not Truth.YES:
            yield Cause(decision.policy, result.criterion.name, result.reason)


@frozen(repr=False)
class RungResult:
    """What came of one rung: the decision that counts, and those of other policies."""

    level: LevelOfCare
    decision: Decision
    others: tuple[Decision, ...] = ()

    @property
    def disagreement(self) -> Disagreement | None:
        """Where the policies of the rung differ; ``None`` if they do not."""
        return find_disagreement((self.decision, *self.others))

    __repr__ = hidden


@frozen(repr=False)
class ExcludedLevel:
    """A level that the rules exclude, and the criteria that do it."""

    level: LevelOfCare
    causes: tuple[Cause, ...]

    __repr__ = hidden


@frozen(repr=False)
class Placement:
    """Where a ladder places one patient on one day, with the decision of every rung tried.

    ``paths`` are those of the ladder's that hold or may hold; ``beside`` is what can go beside
    the level. Both are empty too in placements that were stored before they were kept.

    Raises:
        InvalidError: it is not what going up a ladder gives.
    """

    ladder: str
    title: str
    on: date
    results: tuple[RungResult, ...]
    paths: tuple[PathResult, ...] = ()
    beside: tuple[CareBeside, ...] = ()

    def __attrs_post_init__(self) -> None:
        passed = all(result.decision.verdict is Truth.NO for result in self.results[:-1])
        refuse(
            "placement",
            _unless_rising("results", [result.level for result in self.results]),
            unless(passed, "results", "no rung after one that is not a no", "one"),
        )

    @property
    def verdict(self) -> Truth:
        """Yes if there is a level, no if the rules exclude each of the ladder, else unknown.

        It is unknown too while a recorded fact of risk is not judged, see ``place``. Where that
        is not known, the verdict is the one that was stored.
        """
        last = self.results[-1]
        held = any(risk.holds_back for risk in self.not_judged or ())
        if self.not_excluded and held and last.level != most_intensive(last.level.edition):
            return Truth.UNKNOWN
        return last.decision.verdict

    @property
    def not_excluded(self) -> LevelOfCare | None:
        """The least intensive level that none of the rules excludes; ``None``: not known."""
        last = self.results[-1]
        return last.level if last.decision.verdict is Truth.YES else None

    @property
    def not_judged(self) -> tuple[RecordedRisk, ...] | None:
        """What is recorded, speaks of risk and was read by no rule of the last level tried.

        Each has its value and the day it was found. ``None``: not known, see ``Decision``.
        """
        return self.results[-1].decision.unjudged

    @property
    def excluded(self) -> tuple[ExcludedLevel, ...]:
        """Each level that the rules exclude, in order, and why; all, where no level fits."""
        return tuple(
            ExcludedLevel(result.level, tuple(_causes(result.decision)))
            for result in self.results
            if result.decision.verdict is Truth.NO
        )

    @property
    def level(self) -> LevelOfCare | None:
        """The level; ``None`` if it stopped before one, or the rules exclude all."""
        return self.not_excluded if self.verdict is Truth.YES else None

    @property
    def stopped_at(self) -> LevelOfCare | None:
        """The undetermined level; ``None`` if every level tried was settled."""
        return self.results[-1].level if self.verdict is Truth.UNKNOWN else None

    @property
    def assumed_in_force(self) -> bool:
        """Whether one of its decisions is by rules that are not known to be in force."""
        decisions = (d for result in self.results for d in (result.decision, *result.others))
        return any(decision.assumed_in_force for decision in decisions)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the facts to find out for the level that it stopped at."""
        return self.results[-1].decision.missing

    __repr__ = hidden


def _unless_rising(path: str, levels: Sequence[LevelOfCare]) -> tuple[Fault, ...]:
    rising = all(low.edition is high.edition and low < high for low, high in pairwise(levels))
    return (
        *unless(bool(levels), path, "at least one level", "none"),
        *unless(rising, path, "levels of one edition, rising", "another order"),
    )
