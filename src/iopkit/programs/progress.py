"""Progress: what a course of treatment has come to by a day, and the facts read from it.

Conditions to advance from phase to phase, and to be discharged, are predicates over these
facts, as eligibility is one over facts about a patient.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

from iopkit.confidential import hidden
from iopkit.eligibility.changes import open_facts
from iopkit.eligibility.kinds import Choice, Kind, Number, YesNo
from iopkit.eligibility.possible import Possible, Value, is_of_kind, least_and_most
from iopkit.eligibility.predicates import AnyFact, Fact, Predicate, evaluate, facts_in
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.levels import Edition, levels_of
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.programs.absences import AbsenceLimit, MissedSession
from iopkit.truth import Truth

PossibleCount: TypeAlias = int | Possible | None
"""A whole number, several that are possible, or ``None``: not known."""
MOST_COUNTED = 100_000
"""What no count is above."""


def _count(unit: str = "") -> Number:
    return Number(0, MOST_COUNTED, unit=unit, whole=True)


@frozen(repr=False)
class ServiceProgress:
    """What has come of one service in the program so far; ``None``: not known.

    ``due`` are the sessions that have been prescribed so far, ``unexcused`` those of the
    ``missed`` that were missed without an excuse. A count is ``Possible`` where it is known in
    part, as while rolls are open.

    Raises:
        InvalidError: a count is negative, or more were attended and missed than were due, or
            more were unexcused than missed.
    """

    service: str
    due: PossibleCount = None
    attended: PossibleCount = None
    missed: PossibleCount = None
    unexcused: PossibleCount = None

    def __attrs_post_init__(self) -> None:
        counts = {name: getattr(self, name) for name in _COUNTED}
        least = {name: least_and_most(n, most=MOST_COUNTED)[0] for name, n in counts.items()}
        most = {name: least_and_most(n, most=MOST_COUNTED)[1] for name, n in counts.items()}
        seen = least["attended"] + least["missed"]
        refuse(
            "progress",
            *(
                unless(is_of_kind(_count(), n), name, "at least 0", "less")
                for name, n in counts.items()
            ),
            unless(seen <= most["due"], "due", "all that came of it", "less"),
            unless(
                least["unexcused"] <= most["missed"],
                "unexcused",
                "no more than were missed",
                "more",
            ),
        )

    __repr__ = hidden


@frozen(repr=False)
class ScoreChange:
    """A score's newest figure less its first in the course; below 0 it fell.

    ``score`` is the name of the fact about the score, such as ``phq_9_total_score``.
    """

    score: str
    change: int | Possible

    __repr__ = hidden


@frozen(repr=False)
class Progress:
    """How far a patient has come by a day; ``None``: not known, ``Possible``: known in part.

    ``progress`` of a course's state gives all of it from the record.

    ``attendance`` is the share of sessions attended, from 0 to 1, of those that were due
    in the phase; ``by_service`` has the sessions of each service, one that is not in it not
    being known. ``missed_sessions`` are all since the plan began, or a readmission to it, but for
    those that are ``perhaps_missed``, as their rolls are open, and ``phase`` is the name of the
    one that the patient is in. Weeks are whole ones. ``clinician_agrees`` and ``at_risk`` are
    recorded, never computed. ``status`` and ``level`` are words of ``Status`` and of
    ``LevelOfCare.number``.

    Raises:
        InvalidError: a count is negative, the attendance is no share, or a service comes twice.

    Example:
        >>> from iopkit.programs.progress import service_facts
        >>> groups = ServiceProgress("group", due=12, attended=9)
        >>> progress = Progress(weeks_in_phase=4, by_service=(groups,))
        >>> progress.meets(service_facts(["group"])["attended_group"] >= 10)
        <Truth.NO: 'no'>
        >>> progress.meets(COURSE_FACTS["goals_met"] >= 1)
        <Truth.UNKNOWN: 'unknown'>
        >>> progress.missing(COURSE_FACTS["goals_met"] >= 1)
        ('goals_met',)
    """

    weeks_in_phase: PossibleCount = None
    weeks_in_program: PossibleCount = None
    attendance: float | Possible | None = None
    days_without_use: PossibleCount = None
    negative_tests_in_a_row: PossibleCount = None
    goals_met: PossibleCount = None
    goals_open: PossibleCount = None
    clinician_agrees: bool | None = None
    days_in_phase: PossibleCount = None
    days_in_program: PossibleCount = None
    unexcused_absences: PossibleCount = None
    by_service: tuple[ServiceProgress, ...] = ()
    missed_sessions: tuple[MissedSession, ...] | None = None
    phase: str | None = None
    perhaps_missed: tuple[MissedSession, ...] = ()
    status: str | None = None
    level: str | None = None
    days_since_contact: PossibleCount = None
    attended_in_a_row: PossibleCount = None
    missed_in_a_row: PossibleCount = None
    hours_this_week: float | Possible | None = None
    hours_last_week: float | Possible | None = None
    in_controlled_environment: bool | None = None
    at_risk: bool | None = None
    score_changes: tuple[ScoreChange, ...] = ()

    def __attrs_post_init__(self) -> None:
        names = [each.service for each in self.by_service]
        refuse(
            "progress",
            unless(len(names) == len(set(names)), "by_service", "each service once", "one twice"),
            unless(
                self._unexcused_are_told, "unexcused_absences", "as many as are known", "others"
            ),
            *(
                unless(
                    is_of_kind(fact.kind, fact.read(self, date.min)),
                    fact.name,
                    fact.kind.expectation(),
                    "another value",
                )
                for fact in COURSE_FACTS.values()
            ),
        )

    @property
    def _unexcused_are_told(self) -> bool:
        """Whether the number of unexcused absences can be that of those that are listed."""
        if self.missed_sessions is None or self.unexcused_absences is None:
            return True
        sure = sum(each.excused is False for each in self.missed_sessions)
        possible = sum(not e.excused for e in (*self.missed_sessions, *self.perhaps_missed))
        low, high = least_and_most(self.unexcused_absences, most=MOST_COUNTED)
        return sure <= high and low <= possible

    def reaches(self, limit: AbsenceLimit) -> Truth:
        """Whether a limit on absences is reached, so that the program ends, as far as is known.

        It is not while the patient is in another phase than the limit's. Without a list of
        absences, the counts tell it as far as they go.

        Args:
            limit: such as one of a program's ``absence_limits``.

        Example:
            >>> limit = AbsenceLimit(2, weeks=1)
            >>> missed = tuple(MissedSession("group", day, excused=False) for day in (3, 10))
            >>> Progress(missed_sessions=missed).reaches(limit)
            <Truth.NO: 'no'>
            >>> Progress(unexcused_absences=2).reaches(limit)
            <Truth.UNKNOWN: 'unknown'>
        """
        if limit.phase is not None and self.phase not in (None, limit.phase):
            return Truth.NO
        if self.missed_sessions is None:
            return self._counts_reach(limit)
        begun = 0 if limit.phase is None else self._phase_begun
        settled = limit.phase is None or (self.phase is not None and begun is not None)
        missed, perhaps = (
            [(each, limit.counts(each)) for each in some if each.day >= (begun or 0)]
            for some in (self.missed_sessions, self.perhaps_missed)
        )
        sure = [each for each, truth in missed if settled and truth is Truth.YES]
        if limit.is_reached(sure):
            return Truth.YES
        possible = [each for each, truth in (*missed, *perhaps) if truth is not Truth.NO]
        return Truth.UNKNOWN if limit.is_reached(possible) else Truth.NO

    @property
    def _phase_begun(self) -> int | None:
        """The day of the plan on which the phase began."""
        in_program, in_phase = self.days_in_program, self.days_in_phase
        if isinstance(in_program, int) and isinstance(in_phase, int):
            return in_program - in_phase
        return None

    def _counts_reach(self, limit: AbsenceLimit) -> Truth:
        """Whether a limit is reached, by the counts alone: they tell no days."""
        of = {each.service: each for each in self.by_service}
        names = limit.services or tuple(of)
        known = (of.get(name, ServiceProgress(name)) for name in names)
        counts = [
            least_and_most(each.missed if limit.excused else each.unexcused, most=MOST_COUNTED)
            for each in known
        ]
        least, most = (sum(end) for end in zip((0, 0), *counts, strict=True))
        if not limit.services:
            low, high = least_and_most(self.unexcused_absences, most=MOST_COUNTED)
            least, most = max(least, low), MOST_COUNTED if limit.excused else high
        if least >= limit.absences:
            in_all = limit.weeks is None and limit.phase is None
            return Truth.YES if in_all else Truth.UNKNOWN
        return Truth.NO if most < limit.absences else Truth.UNKNOWN

    def meets(self, condition: Predicate) -> Truth:
        """Whether a condition to go on or to be discharged holds, as far as it is known.

        Args:
            condition: about the course, such as a phase's ``advance`` or a program's
                ``discharge``: see ``COURSE_FACTS`` and ``course_facts``.

        Raises:
            InvalidError: the condition asks about something else than a course.
        """
        return evaluate(condition, self._asked(condition))

    def missing(self, condition: Predicate) -> tuple[str, ...]:
        """Names of the facts not known that could still change whether a condition holds.

        So it is with services that are not in the patient's plan (``Program.not_given``): it is
        for a clinician to say whether the condition holds.

        Raises:
            InvalidError: the condition asks about something else than a course.
            TooComplexError: they are too complex to work out.
        """
        return tuple(fact.name for fact in open_facts(condition, self._asked(condition)))

    def _asked(self, condition: Predicate) -> Mapping[str, Value]:
        """What is known of each fact that a condition asks about."""
        facts = tuple(facts_in(condition))
        known = {fact.name: fact for fact in facts if is_course_fact(fact)}
        refuse(
            "condition",
            *(
                unless(fact.name in known, fact.name, "a fact about a course", "another")
                for fact in facts
            ),
        )
        # What has come by a day is in the record; it does not change with another day.
        return {name: fact.read(self, date.min) for name, fact in known.items()}

    __repr__ = hidden


@frozen
class _Recorded:
    """Reads a field; a class and not a closure, so that facts can be pickled and compared."""

    field: str

    def __call__(self, progress: Progress, _: date) -> Value:
        """The field, whatever the day."""
        value: Value = getattr(progress, self.field, None)  # a patient alone tells no course
        return value


@frozen
class _OfService:
    """Reads a count of one service."""

    service: str
    count: str

    def __call__(self, progress: Progress, _: date) -> Value:
        """The count, whatever the day; ``None`` where nothing is known of the service."""
        known: tuple[ServiceProgress, ...] = getattr(progress, "by_service", ())
        of = next((each for each in known if each.service == self.service), None)
        value: Value = getattr(of, self.count, None)
        return value


@frozen
class _ChangeOf:
    """Reads by how much a score changed."""

    score: str

    def __call__(self, progress: Progress, _: date) -> Value:
        """The change, whatever the day; ``None`` without two screenings."""
        known: tuple[ScoreChange, ...] = getattr(progress, "score_changes", ())
        return next((each.change for each in known if each.score == self.score), None)


def _fact(name: str, kind: Kind, meaning: str) -> AnyFact:
    return Fact(name, kind, meaning, _Recorded(name))


def _changes() -> Iterator[AnyFact]:
    """For each score of a shipped instrument, by how much it changed in the course."""
    for instrument in INSTRUMENTS.values():
        for scale in instrument.scales:
            score = f"{instrument.name}_{scale.name}_score"
            most = scale.high - scale.low
            meaning = (
                f"By how much the newest {score.replace('_', ' ')} of the course is above the "
                "first, of another day; below 0 it fell."
            )
            kind = Number(-most, most, whole=True)
            yield Fact(f"change_of_{score}", kind, meaning, _ChangeOf(score))


_LEVELS = dict.fromkeys(level.number for edition in Edition for level in levels_of(edition))
STATUS_NAMES = ("referred", "waiting", "admitted", "on_hold", "discharged", "died")
"""The words for where a patient stands in a course, in the order in which it comes to them."""


_HOURS = Number(0, 168, unit="hours")

COURSE_FACTS: Mapping[str, AnyFact] = MappingProxyType(
    {
        fact.name: fact
        for fact in (
            _fact("weeks_in_phase", _count("weeks"), "Whole weeks since the phase began."),
            _fact(
                "weeks_in_program",
                _count("weeks"),
                "Whole weeks since the plan began, or a readmission to it.",
            ),
            _fact(
                "attendance",
                Number(0, 1),
                "The share of the phase's sessions so far that the patient attended, from 0 to 1.",
            ),
            _fact("days_without_use", _count("days"), "Days since the last known use."),
            _fact(
                "negative_tests_in_a_row",
                _count(),
                "How many of the newest drug tests found none of what they test for.",
            ),
            _fact("days_in_phase", _count("days"), "Days since the phase began."),
            _fact(
                "days_in_program",
                _count("days"),
                "Days since the plan began, or a readmission to it.",
            ),
            _fact(
                "unexcused_absences",
                _count(),
                "How many sessions the patient missed without an excuse, of any service.",
            ),
            _fact("goals_met", _count(), "How many of the plan's goals are met."),
            _fact("goals_open", _count(), "How many of the plan's goals are not met yet."),
            _fact(
                "clinician_agrees",
                YesNo(),
                "A clinician's judgment: the patient is ready for the step.",
            ),
            _fact("status", Choice(STATUS_NAMES), "Where the patient stands in the course."),
            _fact(
                "level", Choice(tuple(_LEVELS)), "The number of the level of care, in its edition."
            ),
            _fact("days_since_contact", _count("days"), "Days since the last contact on record."),
            _fact("attended_in_a_row", _count(), "How many of the newest sessions were attended."),
            _fact(
                "missed_in_a_row",
                _count(),
                "How many of the newest sessions were missed without an excuse.",
            ),
            _fact("hours_this_week", _HOURS, "Hours delivered so far in the week of the plan."),
            _fact("hours_last_week", _HOURS, "Hours delivered in the week of the plan before."),
            _fact(
                "in_controlled_environment",
                YesNo(),
                "The patient is where substances are restricted, such as a residence or jail.",
            ),
            _fact(
                "at_risk",
                YesNo(),
                "A clinician's judgment: symptoms keep the patient at risk of relapse or of "
                "hospitalization.",
            ),
            *_changes(),
        )
    }
)
"""Every shipped fact about a course of treatment by name."""

_COUNTED: Mapping[str, str] = MappingProxyType(
    {
        "attended": "that the patient attended",
        "missed": "that the patient missed",
        "due": "that have been due",
        "unexcused": "that the patient missed without an excuse",
    }
)
_OF_SERVICE = re.compile(rf"({'|'.join(_COUNTED)})_([a-z0-9]+(?:_[a-z0-9]+)*)")


def service_facts(services: Iterable[str]) -> Mapping[str, AnyFact]:
    """Facts about each service of a course by name, such as ``attended_relapse_prevention``.

    Example:
        >>> [*service_facts(["drug-test"])]
        ['attended_drug_test', 'missed_drug_test', 'due_drug_test', 'unexcused_drug_test']
    """
    facts = (_service_fact(name, count) for name in dict.fromkeys(services) for count in _COUNTED)
    return MappingProxyType({fact.name: fact for fact in facts})


def _service_fact(service: str, count: str) -> AnyFact:
    meaning = f"How many sessions of {service!r} {_COUNTED[count]} since the plan began."
    name = f"{count}_{service.replace('-', '_')}"
    return Fact(name, _count(), meaning, _OfService(service, count))


class CourseFacts(Mapping[str, AnyFact]):
    """By name, the facts about a course, and others beside them.

    Those about any service are among them, and too many to list.
    """

    def __init__(self, beside: Mapping[str, AnyFact]) -> None:
        self._listed = {**COURSE_FACTS, **beside}

    def __getitem__(self, name: str) -> AnyFact:
        if name in self._listed:
            return self._listed[name]
        of = _OF_SERVICE.fullmatch(name)
        if of is None:
            raise KeyError(name)
        return _service_fact(of[2].replace("_", "-"), of[1])

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


ANY_COURSE: Mapping[str, AnyFact] = CourseFacts({})
"""By name, every fact that a condition about a course can ask about."""

SERVICE_FACT_NAMES = _OF_SERVICE.pattern
"""The form of the names of facts about a service."""


def services_asked(condition: Predicate | None) -> tuple[str, ...]:
    """Names of the services that a condition asks about, each once, in reading order.

    Example:
        >>> facts = service_facts(["drug-test", "group"])
        >>> services_asked((facts["attended_group"] >= 9) & (facts["due_drug_test"] >= 4))
        ('group', 'drug-test')
    """
    names = () if condition is None else (fact.name for fact in facts_in(condition))
    found = (_OF_SERVICE.fullmatch(name) for name in names if name not in COURSE_FACTS)
    return tuple(dict.fromkeys(of[2].replace("_", "-") for of in found if of))


def is_course_fact(fact: AnyFact) -> bool:
    """Whether a fact is one about a course: a shipped one, or one about a service."""
    return ANY_COURSE.get(fact.name) == fact


_NAMED = [name for name in COURSE_FACTS if not name.startswith("change_of_")]
_COURSE_FORM = (
    f"facts about the course ({', '.join(_NAMED)}; change_of_ with the name of a score; "
    "attended_, missed_, due_ and unexcused_ with a service's name, '_' for '-')"
)


def course_faults(condition: Predicate | None, where: str) -> tuple[Fault, ...]:
    """What is wrong with a condition that may ask about other things than a course."""
    if condition is None:
        return ()
    known = all(map(is_course_fact, facts_in(condition)))
    return unless(known, where, _COURSE_FORM, "others")
