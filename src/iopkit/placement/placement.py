"""Ladders of levels of care: the least intensive level that a ladder's rules do not exclude."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Decision, Policy
from iopkit.eligibility.predicates import AllOf, AnyFact, Fact
from iopkit.eligibility.risks import RecordedRisk
from iopkit.errors import Fault, refuse, unless, unless_a
from iopkit.fields import frozen
from iopkit.levels import Edition, LevelOfCare, most_intensive
from iopkit.patients.patients import Patient
from iopkit.placement.beside import CareBeside, OpioidTreatment, care_beside
from iopkit.placement.paths import CarePath, PathResult, paths_for
from iopkit.sources import Dated, Source, Versions
from iopkit.truth import Truth

_DIMENSIONS = range(1, 7)
_MAX_RISK = 4


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
    refuse("placement", unless_a(ladder, "ladder", Ladder))
    results: list[RungResult] = []
    for rung in ladder.rungs:
        decision, *others = (
            _left_unjudged(policy.decide(patient, on=on, assume_in_force=assume_in_force), rung)
            for policy in (rung.policy, *rung.others)
        )
        results.append(RungResult(rung.level, decision, tuple(others)))
        if decision.verdict is not Truth.NO:
            break
    return Placement(
        ladder.name,
        ladder.title,
        on,
        tuple(results),
        paths_for(patient, ladder.paths, on=on),
        care_beside(patient, beside or {}, on=on, assume_in_force=assume_in_force),
    )


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


def dimension_ladder(
    name: str,
    title: str,
    limits: Mapping[LevelOfCare, Sequence[int]],
    *,
    since: date,
    source: Source,
) -> Ladder:
    """A ladder from the highest risk rating that each level can hold, in each dimension.

    No such limits are shipped: the decision rules of the ASAM Criteria are licensed, and
    who has them supplies them.

    Args:
        limits: by level of the third edition, from the least intensive, six ratings from
            0 to 4, for dimensions 1 to 6. No rating falls from a level to the next.
        since: the first day that the limits are in force.
        source: who says so.

    Raises:
        InvalidError: with every limit that is missing, out of range or falls.

    Example:
        >>> from datetime import date
        >>> from iopkit.levels import LevelOfCare
        >>> from iopkit.sources import Grade, Source
        >>> own = Source("our clinic's rules of 2026", Grade.SECONDARY)
        >>> limits = {LevelOfCare("1"): (0, 1, 1, 1, 1, 1), LevelOfCare("4"): (4,) * 6}
        >>> ladder = dimension_ladder("own", "Our own", limits, since=date(2026, 1, 1), source=own)
        >>> [rung.level.number for rung in ladder.rungs]
        ['1', '4']
    """
    what = f"limits of ladder {name!r}"
    refuse(what, *(_limit_faults(level, ratings) for level, ratings in limits.items()))
    refuse(what, *(_falls(low, high) for low, high in pairwise(limits.items())))
    rungs = [
        Rung(
            level,
            Policy(
                f"{name}-{level.number}",
                f"{title}: whether a rating is above the limits of level {level.number}",
                Versions((Dated(since, _within(ratings, source), source),)),
            ),
            meets=tuple(
                _rating(dimension)
                for dimension, rating in zip(_DIMENSIONS, ratings, strict=True)
                if rating == _MAX_RISK
            ),
        )
        for level, ratings in limits.items()
    ]
    return Ladder(name, title, tuple(rungs))


def _limit_faults(level: LevelOfCare, ratings: Sequence[int]) -> tuple[Fault, ...]:
    number = level.number
    if level.edition is not Edition.THIRD:
        return (Fault((number,), "a level of the third edition", "another"),)
    if len(ratings) != len(_DIMENSIONS):
        return (Fault((number,), "six ratings, for dimensions 1 to 6", str(len(ratings))),)
    return tuple(
        Fault((number, dimension), f"a rating from 0 to {_MAX_RISK}", str(rating))
        for dimension, rating in zip(_DIMENSIONS, ratings, strict=True)
        if not 0 <= rating <= _MAX_RISK
    )


def _falls(
    low: tuple[LevelOfCare, Sequence[int]], high: tuple[LevelOfCare, Sequence[int]]
) -> tuple[Fault, ...]:
    """A fault for each dimension in which the higher level holds less than the lower."""
    return tuple(
        Fault(
            (high[0].number, dimension),
            f"at least {before}, as level {low[0].number} has",
            str(after),
        )
        for dimension, before, after in zip(_DIMENSIONS, low[1], high[1], strict=True)
        if after < before
    )


def _within(ratings: Sequence[int], source: Source) -> tuple[Criterion, ...]:
    """A criterion for each dimension that has a limit; one that always holds if none has."""
    limited = tuple(
        Criterion(
            f"dimension_{dimension}",
            f"The risk rating of dimension {dimension} is at most {rating}.",
            _rating(dimension) <= rating,
            source,
        )
        for dimension, rating in zip(_DIMENSIONS, ratings, strict=True)
        if rating < _MAX_RISK
    )
    everybody = AllOf((), label="always")
    anybody = Criterion("any_risk", "Holds any risk in every dimension.", everybody, source)
    return limited or (anybody,)


def _rating(dimension: int) -> AnyFact:
    return FACTS[f"third_edition_dimension_{dimension}_risk"]


def _unless_rising(path: str, levels: Sequence[LevelOfCare]) -> tuple[Fault, ...]:
    rising = all(low.edition is high.edition and low < high for low, high in pairwise(levels))
    return (
        *unless(bool(levels), path, "at least one level", "none"),
        *unless(rising, path, "levels of one edition, rising", "another order"),
    )
