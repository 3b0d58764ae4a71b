"""Policies over data frames, a row for each patient, on any engine.

Needs the extra ``tables``. A frame has one column for each fact, named like it: booleans,
numbers or text, with nulls for what is not known. What its kind of fact does not have (an
age of 400, an option that does not exist, NaN) is not known either, so that it never makes
a yes or a no; ``check_frame`` finds it. An ordered fact of which only a part is known has two
columns in its place, ``<fact>_least`` and ``<fact>_most``; a null there is its kind's own end.
The day of a finding stands in ``<fact>_found``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import reduce
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.eligibility.considerations import Consideration
from iopkit.eligibility.consistency import CONTRADICTIONS, Contradiction
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.eligibility.predicates import AllOf, AnyFact, Predicate, each_once, facts_in
from iopkit.errors import Fault, InvalidError, refuse, refuse_flags, unless, unless_a, unless_day
from iopkit.fields import frozen
from iopkit.frames.columns import Check, Column, Columns, Day, is_in, read_columns
from iopkit.frames.contents import Frame, enough_of, has_kleene, moment, moments, opened
from iopkit.frames.expressions import (
    Held,
    Stage,
    Truths,
    added,
    all_joined,
    free_prefix,
    on_rails,
    truths,
    word,
    words,
)
from iopkit.frames.expressions import missing as missing_flags
from iopkit.frames.refusals import counts, wrong_rows
from iopkit.sources import Dated
from iopkit.truth import Truth

if TYPE_CHECKING:
    from narwhals import Expr
else:
    Expr = object  # annotations are read where values are built, and the extra may be missing

T = TypeVar("T")

VERDICT = "verdict"
ASSUMED = "assumed_in_force"


@frozen
class AttritionStep:
    """How many patients one more criterion leaves, of those that the ones before it left.

    ``excluded`` do not meet it. Of the others, ``met`` meet it and all before it, and for
    ``undetermined`` that is not known. ``assumed_in_force``: the policy is not known to be in
    force on the day, and the caller asked to count by it all the same.
    """

    criterion: str
    excluded: int
    met: int
    undetermined: int
    assumed_in_force: bool = False

    @property
    def remaining(self) -> int:
        """How many are not excluded so far."""
        return self.met + self.undetermined


def decide_frame(  # noqa: PLR0913  # what is asked of a frame, by name
    policy: Policy,
    frame: T,
    *,
    on: date | str,
    criteria: bool = False,
    considerations: bool = False,
    contradictions: bool = False,
    missing: bool = False,
    assume_in_force: bool = False,
) -> T:
    """A frame with a policy's verdict for each row: ``yes``, ``no`` or ``unknown``.

    These are text, or in Polars an ``Enum`` of the three, which compares with text. Each
    row's is that of ``Policy.decide_sheet`` for a patient with these facts: each row is held
    against itself first, and facts that contradict each other count as not known, as far as
    the frame has the columns that a contradiction asks about. A lazy frame stays lazy, and
    nothing is collected, but for a column of days.

    Args:
        on: the day whose version decides; the facts are as of that day. Or the name of a column
            of days, each row's own: of a lazy frame it is computed once, as rows on whose day
            no version is known to be in force are refused.
        criteria: give a column ``criterion_<name>`` for each criterion too; null where the
            version of a row's day has no such criterion.
        considerations: give a column ``consideration_<name>`` for each consideration too; the
            frame needs their facts.
        contradictions: give a column ``contradiction_<name>`` for each contradiction too:
            whether it stands. It does not where a fact is not known, or has no column.
        missing: give a column ``missing_<fact>`` for each fact too: whether it is not known
            and could still change the verdict, as ``Decision.missing`` has it.
        assume_in_force: where no version is known to be in force, decide by the nearest, as
            ``Policy.decide``; and give a column ``assumed_in_force``, true in each row if so.
            A row without a day is then unknown.

    Raises:
        NotInForceError: no version is known to be in force on the day ``on``, and none is
            assumed.
        InvalidError: a fact's column is missing or of another type; the frame has a column of an
            output's name, or two outputs have one, whatever their case; with ``missing``, a fact
            has two columns for what is least and most; or rows have days, told by their numbers
            from 0, on which no version is known to be in force, and none is assumed.
        TooComplexError: with ``missing``, the policy's diagram is too large.
        MissingExtraError: the extra ``tables`` is not installed.

    Example:
        >>> import polars
        >>> from iopkit.library import find_policy
        >>> policy = find_policy("us-medicare-iop")
        >>> yes_no = {fact.name: [True, None] for fact in policy.facts(on=date(2026, 1, 5))}
        >>> frame = polars.DataFrame({**yes_no, "needed_hours_per_week": [8.5, 9.0]})
        >>> decide_frame(policy, frame, on=date(2026, 1, 5))["verdict"].to_list()
        ['no', 'unknown']
    """
    refuse("frame", unless_a(policy, "policy", Policy))
    refuse_flags(
        "frame",
        criteria=criteria,
        considerations=considerations,
        contradictions=contradictions,
        missing=missing,
        assume_in_force=assume_in_force,
    )
    rows = _Rows.of(policy, frame, on, assume_in_force=assume_in_force)
    weighed = policy.considerations if considerations else ()
    asked = each_once(fact for one in rows.versions for fact in _facts_of(one.criteria))
    names = dict.fromkeys(each.name for one in rows.versions for each in one.criteria)
    outputs = [VERDICT]
    outputs += [f"criterion_{name}" for name in names if criteria]
    outputs += [f"consideration_{one.name}" for one in weighed]
    outputs += [f"contradiction_{one.name}" for one in CONTRADICTIONS if contradictions]
    outputs += [f"missing_{fact.name}" for fact in asked if missing]
    outputs += [ASSUMED] if assume_in_force else []
    read = _Read.of(rows, (*asked, *_facts_of(weighed)), outputs, every=contradictions)
    prefix = free_prefix(rows.frame)
    parts, whole = Held(f"{prefix}part"), Held(f"{prefix}whole")
    judged = [_judged(one.criteria, read, parts if criteria else None) for one in rows.versions]
    verdicts = [words(whole.hold(read.all_of([*each.values()])), rows.frame) for each in judged]
    results = [rows.chosen(enumerate(verdicts), word(Truth.UNKNOWN, rows.frame))]
    for name in names if criteria else ():
        having = [
            (n, words(each[name], rows.frame)) for n, each in enumerate(judged) if name in each
        ]
        results.append(rows.chosen(having))
    results += [words(parts.hold(read.truths(one.predicate)), rows.frame) for one in weighed]
    results += [read.stands(one) for one in CONTRADICTIONS if contradictions]
    stages = [read.stage, parts.stage, whole.stage]
    if missing:
        more, flags = _missing(rows, read, asked)
        stages, results = [*stages, *more], [*results, *flags]
    results += [~rows.in_force] if assume_in_force else []
    decided = added(rows.frame, *stages, dict(zip(outputs, results, strict=True)))
    kept: T = decided.drop(*chain.from_iterable(stages)).to_native()
    return kept


def attrition(
    policy: Policy, frame: object, *, on: date, assume_in_force: bool = False
) -> tuple[AttritionStep, ...]:
    """How many patients each criterion leaves, one step for each, in the policy's order.

    Each row is held against itself, as in ``decide_frame``. A lazy frame is computed, once,
    down to these counts. Small counts can tell on a patient: mind it before they are published.

    Args:
        assume_in_force: where no version is known to be in force, count by the nearest; each step
            says so.

    Raises:
        NotInForceError: no version is known to be in force on ``on``, and none is assumed.
        InvalidError: a fact's column is missing or of another type.
        MissingExtraError: the extra ``tables`` is not installed.

    Example:
        >>> import polars
        >>> from iopkit.library import find_policy
        >>> policy = find_policy("us-medicare-iop")
        >>> yes_no = {fact.name: [True, None] for fact in policy.facts(on=date(2026, 1, 5))}
        >>> frame = polars.DataFrame({**yes_no, "needed_hours_per_week": [8.5, 9.0]})
        >>> step = attrition(policy, frame, on=date(2026, 1, 5))[0]
        >>> step.criterion, step.excluded, step.met, step.undetermined
        ('nine_hours', 1, 1, 0)
    """
    refuse("frame", unless_a(policy, "policy", Policy), unless_day(on, "on"))
    refuse_flags("frame", assume_in_force=assume_in_force)
    rows = _Rows.of(policy, frame, on, assume_in_force=assume_in_force)
    ((criteria, _),) = rows.versions
    assumed = not policy.version(on=on, assume_in_force=assume_in_force).is_in_force(on)
    read = _Read.of(rows, _facts_of(criteria))
    held = Held(free_prefix(rows.frame))
    judged = [*_judged(criteria, read, held).values()]
    stage = added(rows.frame, read.stage, held.stage)
    so_far = [on_rails(read.all_of(judged[: number + 1])) for number in range(len(criteria))]
    total, *found = counts(stage, [flag for rail in so_far for flag in (rail.yes, rail.no)])
    met, out = found[::2], [0, *found[1::2]]
    return tuple(
        AttritionStep(
            criterion.name, out[n + 1] - out[n], met[n], total - out[n + 1] - met[n], assumed
        )
        for n, criterion in enumerate(criteria)
    )


def truths_frame(predicates: Mapping[str, Predicate], frame: T, *, on: date) -> T:
    """A frame of the truth of each predicate for each row alone, in columns named as they are.

    Each row is held against itself, and the truths are written as ``decide_frame`` writes them.

    Raises:
        InvalidError: a fact's column is missing or of another type, or two facts have one name.
        MissingExtraError: the extra ``tables`` is not installed.

    Example:
        >>> import polars
        >>> from iopkit.eligibility import FACTS
        >>> frame = polars.DataFrame({"age": [17, 18, None]})
        >>> truths = truths_frame({"adult": FACTS["age"] >= 18}, frame, on=date(2026, 1, 5))
        >>> truths["adult"].to_list()
        ['no', 'yes', 'unknown']
    """
    refuse("frame", unless_day(on, "on"))
    given, always = opened(frame), enough_of(0, [])
    asked = each_once(fact for each in predicates.values() for fact in facts_in(each))
    read = _Read.of(_Rows(given, on, (), always), asked)
    found = {name: words(read.truths(each), given) for name, each in predicates.items()}
    kept: T = added(given, read.stage, found).select(*found).to_native()
    return kept


class _Judging(NamedTuple):
    """The criteria of a version, and in which rows it decides."""

    criteria: tuple[Criterion, ...]
    rows: "Expr"


@frozen(repr=False)
class _Rows:
    """A frame's rows with their day or days, and what decides on each."""

    frame: Frame
    on: Day
    versions: tuple[_Judging, ...]
    in_force: Expr

    __repr__ = hidden

    @classmethod
    def of(cls, policy: Policy, frame: object, on: date | str, *, assume_in_force: bool) -> "_Rows":
        """The rows of a frame; raises if none of a policy's versions decides on one of them."""
        if not isinstance(on, str):
            refuse("frame", _or_column(unless_day(on, "on")))
            version = policy.version(on=on, assume_in_force=assume_in_force)
            given, always = opened(frame), enough_of(0, [])
            in_force = always if version.is_in_force(on) else ~always
            return cls(given, on, (_Judging(version.value, always),), in_force)
        given = opened(frame)
        is_there = on in given.collect_schema()
        refuse("frame", _or_column(unless(is_there, "on", "a date without a time", "a text")))
        day = moments(on, given)
        if isinstance(day, tuple):
            raise InvalidError("frame", day)
        spans = [_between(day, *span) for span in policy.versions.spans]
        in_force = enough_of(1, spans)
        if not assume_in_force:
            expected = "a day on which a version of the policy is known to be in force"
            wrong = wrong_rows([Check(on, expected, ~in_force)], given)
            refuse("frame", tuple(each.told("another") for each in wrong))
        return cls(given, day, tuple(_by_day(policy, day)), in_force)

    def chosen(self, each: "Iterable[tuple[int, Expr]]", otherwise: "Expr | None" = None) -> "Expr":
        """What the version of each row says, by its number; else another value, or null."""
        import narwhals as nw

        (number, value), *others = each
        if isinstance(self.on, date):
            return value
        first = nw.when(self.versions[number].rows).then(value)
        chosen: Expr = first if otherwise is None else first.otherwise(otherwise)
        for number, value in others:
            chosen = nw.when(self.versions[number].rows).then(value).otherwise(chosen)
        return chosen


def _or_column(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    return tuple(evolve(fault, fix="or give the name of a column of days") for fault in faults)


def _by_day(policy: Policy, day: "Expr") -> Iterator[_Judging]:
    """Each version with the rows on whose day it is in force, or the nearest."""
    dated = policy.versions.dated
    firsts = [None, *(_first(one, other) for one, other in pairwise(dated)), None]
    for version, (first, end) in zip(dated, pairwise(firsts), strict=True):
        yield _Judging(version.value, _between(day, first, end))


def _first(version: Dated[T], after: Dated[T]) -> date:
    """The first day on which a version decides and not the one before; see ``Versions.on``."""
    if version.end is None:
        return after.since
    return version.end + ((after.since - version.end + timedelta(days=1)) // 2)


def _between(day: "Expr", first: date | None, end: date | None) -> "Expr":
    """Whether a day is one from the first up to the day before an end; never null."""
    bounds = [] if first is None else [day >= moment(first)]
    bounds += [] if end is None else [day < moment(end)]
    return enough_of(len(bounds), bounds).fill_null(value=False) & ~day.is_null()


@frozen
class _Read:
    """Facts' columns, of rows that were held against themselves.

    ``stage`` makes the columns of ``standing``: by its name, whether a contradiction stands.
    """

    columns: Columns
    stage: Stage
    standing: Mapping[str, Expr]
    clashes: Mapping[str, Expr]
    kleene: bool

    @classmethod
    def of(
        cls,
        rows: _Rows,
        facts: Iterable[AnyFact],
        outputs: Iterable[str] = (),
        *,
        every: bool = False,
    ) -> "_Read":
        """The columns of some facts; ``every``: all contradictions are asked for."""
        import narwhals as nw

        asked, frame = each_once(facts), rows.frame
        names = frozenset(frame.collect_schema())
        touched = frozenset[str]().union(*(fact.recorded for fact in asked))
        held = {
            one: facts
            for one, facts in _HELD
            if (every or any(fact.asked in touched for fact in facts))
            # None stands but where all its facts are known.
            and all(is_in(fact, names) for fact in facts)
        }
        # A policy's own fact is the one that its criteria ask about.
        by_name = {fact.name: fact for fact in (*chain(*held.values()), *asked)}
        read = read_columns(by_name.values(), frame, outputs, on=rows.on)
        kleene, prefix = has_kleene(frame), free_prefix(frame)
        stage = {
            f"{prefix}{one.name}_stands": on_rails(truths(one.predicate, read, kleene=kleene)).yes
            for one in held
        }
        standing = {one.name: nw.col(f"{prefix}{one.name}_stands") for one in held}
        clashes: dict[str, list[Expr]] = {}
        for one, those in held.items():
            for fact in those:
                clashes.setdefault(fact.asked, []).append(standing[one.name])
        clashing = {asked: enough_of(1, flags) for asked, flags in clashes.items()}
        consistent = {
            name: reduce(Column.where, (~clashing[n] for n in clashing if n in recorded), column)
            for name, column in read.items()
            for recorded in (by_name[name].recorded,)
        }
        return cls(consistent, stage, standing, clashing, kleene)

    def truths(self, predicate: Predicate) -> Truths:
        """The truth of a predicate."""
        return truths(predicate, self.columns, kleene=self.kleene)

    def all_of(self, parts: Sequence[Truths]) -> Truths:
        """All parts."""
        return all_joined(parts, kleene=self.kleene)

    def stands(self, one: Contradiction) -> "Expr":
        """Whether a contradiction stands."""
        import narwhals as nw

        return self.standing.get(one.name, nw.lit(value=False))

    def is_open(self, fact: AnyFact, flag: "Expr") -> "Expr":
        """Whether a fact is to be asked for: not where it is recorded, and contradicted."""
        clashing = [self.clashes[name] for name in self.clashes if name in fact.recorded]
        return flag & ~enough_of(1, clashing) if clashing else flag


def _facts_of(
    asking: Iterable[Criterion | Consideration | Contradiction],
) -> tuple[AnyFact, ...]:
    """The facts that some criteria, considerations or contradictions ask about, each once."""
    return tuple(dict.fromkeys(fact for each in asking for fact in facts_in(each.predicate)))


_HELD = tuple((one, _facts_of([one])) for one in CONTRADICTIONS)


def _judged(criteria: Iterable[Criterion], read: _Read, held: Held | None) -> dict[str, Truths]:
    """The truth of each criterion; ``held``: where it is kept for what is built on it."""
    each = {criterion.name: read.truths(criterion.predicate) for criterion in criteria}
    return {name: held.hold(truth) for name, truth in each.items()} if held else each


def _missing(
    rows: _Rows, read: _Read, asked: Sequence[AnyFact]
) -> "tuple[list[Stage], list[Expr]]":
    """Whether each fact is missing, and the stages that it rests on."""
    import narwhals as nw

    refuse(
        "frame",
        *(
            unless(
                not read.columns[fact.name].is_range,
                fact.name,
                "one column, where what is missing is asked for",
                "two with what is least and most",
            )
            for fact in asked
        ),
    )
    prefix, stages = free_prefix(rows.frame), list[Stage]()
    flags: dict[AnyFact, list[tuple[int, Expr]]] = {fact: [] for fact in asked}
    for number, (criteria, _) in enumerate(rows.versions):
        every = AllOf(tuple(criterion.predicate for criterion in criteria))
        more, found = missing_flags(
            every, read.columns, prefix=f"{prefix}{number}_", kleene=read.kleene
        )
        stages += more
        for fact, flag in found.items():
            flags[fact].append((number, read.is_open(fact, flag)))
    return stages, [rows.chosen(each, nw.lit(value=False)) for each in flags.values()]
