"""Goals: what a plan is to come to, in measures that can be read off later."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum

from iopkit.confidential import hidden
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.possible import Value, least_and_most
from iopkit.eligibility.predicates import AllOf, AnyFact, Predicate, describe, evaluate, facts_in
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.patients import Patient
from iopkit.programs.progress import (
    COURSE_FACTS,
    MOST_COUNTED,
    PossibleCount,
    Progress,
    is_course_fact,
)
from iopkit.truth import Truth


class Counted(StrEnum):
    """Something that is counted towards a goal."""

    DAYS_WITHOUT_USE = "days_without_use"
    NEGATIVE_TESTS = "negative_tests"
    SESSIONS_ATTENDED = "sessions_attended"
    MUTUAL_HELP_MEETINGS = "mutual_help_meetings"
    DAYS_WORKED = "days_worked"

    @property
    def label(self) -> str:
        """The count as people read it."""
        return self.value.replace("_", " ").replace("mutual help", "mutual-help")


@frozen(repr=False)
class ScoreTarget:
    """A score of an instrument's scale, to be from ``least`` to ``most``; ``None``: no bound.

    Raises:
        InvalidError: there is no such instrument or scale, or a bound is not a score of it.
    """

    instrument: str
    scale: str
    least: int | None = None
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        instrument = INSTRUMENTS.get(self.instrument)
        scales = {scale.name: scale for scale in instrument.scales} if instrument else {}
        scale = scales.get(self.scale)
        low, high = (scale.low, scale.high) if scale else (0, 10_000)
        refuse(
            "score target",
            unless(
                instrument is not None,
                "instrument",
                f"one of {', '.join(INSTRUMENTS)}",
                "another",
            ),
            unless(
                instrument is None or scale is not None,
                "scale",
                f"one of {', '.join(scales)}",
                "another",
            ),
            *_bound_faults(self.least, self.most, low, high),
        )

    @property
    def words(self) -> str:
        """The target in prose."""
        title = self.instrument.upper().replace("_", "-")
        scale = "" if self.scale == "total" else f", {self.scale.replace('_', ' ')}"
        return f"{title}{scale} score {_bounds(self.least, self.most)}"

    __repr__ = hidden


@frozen(repr=False)
class CountTarget:
    """A count, to be from ``least`` to ``most``; ``None``: no bound. See ``ScoreTarget``."""

    counted: Counted
    least: int | None = None
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse("count target", *_bound_faults(self.least, self.most, 0, 100_000))

    @property
    def words(self) -> str:
        """The target in prose."""
        return f"{self.counted.label}: {_bounds(self.least, self.most)}"

    __repr__ = hidden


@frozen(repr=False)
class ConditionTarget:
    """A condition that is to hold, about the patient, the course or both.

    Its label, if it has one, is how people read it.

    Raises:
        InvalidError: it asks about no fact, or one that is not shipped.
    """

    condition: Predicate

    def __attrs_post_init__(self) -> None:
        asked = tuple(facts_in(self.condition))
        shipped = all(is_course_fact(fact) or fact.recorded <= FACTS.keys() for fact in asked)
        refuse(
            "condition target",
            unless(bool(asked), "condition", "a question about a fact", "none"),
            unless(shipped, "condition", "shipped facts about a patient or course", "others"),
        )

    @property
    def words(self) -> str:
        """The target in prose."""
        return describe(self.condition)

    __repr__ = hidden


Target = ScoreTarget | CountTarget | ConditionTarget


def target_reached(
    target: Target,
    *,
    on: date,
    patient: Patient | None = None,
    progress: Progress | None = None,
    counts: Mapping[Counted, PossibleCount] | None = None,
) -> Truth:
    """Whether a target is reached on a day, as far as it is known.

    Scores and facts about the patient are read from the record as of the day, those about the
    course from ``progress``. Of counts, days without use alone are a fact of a course: the others
    are known from ``counts``, or not at all.

    Example:
        >>> from iopkit.programs import Progress
        >>> target = CountTarget(Counted.DAYS_WITHOUT_USE, least=30)
        >>> target_reached(target, on=date(2026, 3, 2), progress=Progress(days_without_use=34))
        <Truth.YES: 'yes'>
        >>> target_reached(target, on=date(2026, 3, 2))
        <Truth.UNKNOWN: 'unknown'>
    """
    if counts and isinstance(target, CountTarget) and target.counted in counts:
        return _is_within(counts[target.counted], target.least, target.most)
    condition = _condition_of(target)
    if condition is None:
        return Truth.UNKNOWN
    facts = dict.fromkeys(facts_in(condition))
    return evaluate(condition, {fact.name: _read(fact, patient, progress, on) for fact in facts})


def _read(fact: AnyFact, patient: Patient | None, progress: Progress | None, on: date) -> Value:
    subject = progress if is_course_fact(fact) else patient
    return None if subject is None else fact.read(subject, on)


def _condition_of(target: Target) -> Predicate | None:
    """What a target asks, over facts; ``None``: no fact tells it."""
    match target:
        case ConditionTarget(condition):
            return condition
        case ScoreTarget(instrument, scale):
            fact = FACTS[f"{instrument}_{scale}_score"]
        case CountTarget(Counted.DAYS_WITHOUT_USE):
            fact = COURSE_FACTS["days_without_use"]
        case CountTarget():
            return None
    return AllOf(tuple(_within(fact, target.least, target.most)))


def _within(fact: AnyFact, least: int | None, most: int | None) -> Iterator[Predicate]:
    if least is not None:
        yield fact >= least
    if most is not None:
        yield fact <= most


def _is_within(count: PossibleCount, least: int | None, most: int | None) -> Truth:
    low, high = least_and_most(count, most=MOST_COUNTED)
    bottom, top = least or 0, MOST_COUNTED if most is None else most
    if high < bottom or low > top:
        return Truth.NO
    return Truth.YES if bottom <= low and high <= top else Truth.UNKNOWN


def _bound_faults(
    least: int | None, most: int | None, low: int, high: int
) -> tuple[tuple[Fault, ...], ...]:
    """What is wrong with bounds. They are a patient's, so no value that was given is told."""
    bounded = least is not None or most is not None
    return (
        unless(bounded, "least", "a bound, here or in most", "none"),
        *(
            unless(bound is None or low <= bound <= high, name, f"from {low} to {high}", "another")
            for name, bound in (("least", least), ("most", most))
        ),
        unless(least is None or most is None or least <= most, "most", "at least least", "less"),
    )


def _bounds(least: int | None, most: int | None) -> str:
    if least == most:
        return f"{least}"
    ends = (("at least", least), ("at most", most))
    return " and ".join(f"{words} {end}" for words, end in ends if end is not None)


@frozen(repr=False)
class Objective:
    """A step towards a goal, and the day by which it is to be reached."""

    statement: str
    by: date | None = None
    target: Target | None = None

    __repr__ = hidden


@frozen(repr=False)
class Intervention:
    """What the program does about a goal, and the service that it is done in, if one is."""

    statement: str
    service: str | None = None

    __repr__ = hidden


@frozen(repr=False)
class Problem:
    """Something to be treated, by a name that goals refer to; ``code`` in ICD-10-CM."""

    name: str
    statement: str
    code: str | None = None

    __repr__ = hidden


@frozen(repr=False)
class Goal:
    """Where the patient wants to be with a problem, by when, and what leads there.

    Raises:
        InvalidError: ``by`` has a time.
    """

    problem: str
    statement: str
    target: Target | None = None
    by: date | None = None
    objectives: tuple[Objective, ...] = ()
    interventions: tuple[Intervention, ...] = ()

    __repr__ = hidden
