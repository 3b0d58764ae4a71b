"""Absences: what a patient missed, and how much of that ends a program."""

from collections.abc import Iterable

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.programs.plan_days import LONGEST_PROGRAM
from iopkit.prose import counted, listed
from iopkit.truth import Truth


@frozen(repr=False)
class MissedSession:
    """A session that a patient missed.

    ``day`` is counted from the plan's first, or from a readmission after it, which is 0;
    ``excused`` is ``None`` where nobody knows yet whether there was an excuse.

    Raises:
        InvalidError: the day is before 0.
    """

    service: str
    day: int
    excused: bool | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            "missed session",
            unless(self.day >= 0, "day", "0, the plan's first, or later", "before"),
        )

    __repr__ = hidden


@frozen
class AbsenceLimit:
    """So many ``absences`` end the program: "three unexcused absences end the program".

    They are of some ``services``, or of all; within any so many ``weeks`` in a row, or in all;
    in one ``phase``, or in the whole program. ``excused``: those with an excuse count, too.
    ``Progress.reaches`` tells whether it is reached.

    Raises:
        InvalidError: there is no absence or there are more than 1,000, or it is within no week
            or more than 520.

    Example:
        >>> AbsenceLimit(3, services=("evening-group",), weeks=4).words
        '3 unexcused absences from evening-group within 4 weeks'
    """

    absences: int
    services: tuple[str, ...] = ()
    weeks: int | None = None
    phase: str | None = None
    excused: bool = False

    def __attrs_post_init__(self) -> None:
        refuse(
            "absence limit",
            unless(1 <= self.absences <= 1000, "absences", "from 1 to 1000", self.absences),
            unless(
                self.weeks is None or 1 <= self.weeks <= LONGEST_PROGRAM,
                "weeks",
                f"from 1 to {LONGEST_PROGRAM}",
                self.weeks,
            ),
            unless(
                len(self.services) == len(set(self.services)), "services", "each once", "one twice"
            ),
        )

    @property
    def words(self) -> str:
        """The limit in prose, after which the program ends."""
        what = "absence, excused or not," if self.excused else "unexcused absence"
        if self.absences != 1:
            what = what.replace("absence", "absences")
        services = f" from {listed(self.services)}" if self.services else ""
        weeks = f" within {counted(self.weeks, 'week')}" if self.weeks else ""
        phase = f" in {self.phase}" if self.phase else ""
        return f"{self.absences} {what}{services}{weeks}{phase}".rstrip(",")

    def counts(self, absence: MissedSession) -> Truth:
        """Whether an absence counts towards the limit, by its service and its excuse."""
        if self.services and absence.service not in self.services:
            return Truth.NO
        return Truth.YES if self.excused else ~Truth.of(absence.excused)

    def is_reached(self, absences: Iterable[MissedSession]) -> bool:
        """Whether enough of some absences, all of which count, are as near as it says."""
        days = sorted(absence.day for absence in absences)
        spans = zip(days, days[self.absences - 1 :], strict=False)
        return any(self.weeks is None or last - first < 7 * self.weeks for first, last in spans)
