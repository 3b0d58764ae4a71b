"""Progress: what a course of treatment has come to by a day, and the facts read from it.

Conditions to advance from phase to phase, and to be discharged, are predicates over these
facts, as eligibility is one over facts about a patient.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from iopkit.confidential import hidden
from iopkit.eligibility.kinds import Kind, Number, Scalar, YesNo
from iopkit.eligibility.predicates import AnyFact, Fact
from iopkit.errors import refuse, unless
from iopkit.fields import frozen


@frozen(repr=False)
class Progress:
    """How far a patient has come by a day; ``None``: not known.

    ``attendance`` is the share of sessions attended, from 0 to 1, of those that were due
    in the phase. ``clinician_agrees`` is recorded, never computed.

    Raises:
        InvalidError: a count is negative, or the attendance is no share.
    """

    weeks_in_phase: int | None = None
    weeks_in_program: int | None = None
    attendance: float | None = None
    days_without_use: int | None = None
    negative_tests_in_a_row: int | None = None
    goals_met: int | None = None
    goals_open: int | None = None
    clinician_agrees: bool | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "progress",
            *(
                unless(
                    (value := getattr(self, fact.name)) is None or fact.kind.accepts(value),
                    fact.name,
                    fact.kind.expectation(),
                    "another value",
                )
                for fact in COURSE_FACTS.values()
            ),
        )

    __repr__ = hidden


@frozen
class _Recorded:
    """Reads a field; a class and not a closure, so that facts can be pickled and compared."""

    field: str

    def __call__(self, progress: Progress, _: date) -> Scalar | None:
        """The field, whatever the day."""
        value: Scalar | None = getattr(progress, self.field)
        return value


def _fact(name: str, kind: Kind, meaning: str) -> AnyFact:
    return Fact(name, kind, meaning, _Recorded(name))


def _count(unit: str = "") -> Number:
    return Number(0, 100_000, unit=unit, whole=True)


COURSE_FACTS: Mapping[str, AnyFact] = MappingProxyType(
    {
        fact.name: fact
        for fact in (
            _fact("weeks_in_phase", _count("weeks"), "Whole weeks since the phase began."),
            _fact("weeks_in_program", _count("weeks"), "Whole weeks since the plan began."),
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
            _fact("goals_met", _count(), "How many of the plan's goals are met."),
            _fact("goals_open", _count(), "How many of the plan's goals are not met yet."),
            _fact(
                "clinician_agrees",
                YesNo(),
                "A clinician's judgment: the patient is ready for the step.",
            ),
        )
    }
)
"""Every shipped fact about a course of treatment by name."""
