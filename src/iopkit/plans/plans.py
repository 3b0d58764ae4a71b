"""Plans: a program given to one patient from a day."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from attrs import frozen

from iopkit.availability import Weekday, WeeklyWindows
from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.plans.programs import Phase, Program


class Matter(StrEnum):
    """What drafting has to say about a plan."""

    AVAILABILITY_UNKNOWN = "availability_unknown"
    OBLIGATIONS_UNKNOWN = "obligations_unknown"
    DURATION_UNKNOWN = "duration_unknown"
    NO_OPEN_TIME = "no_open_time"
    OUTSIDE_HOURS = "outside_hours"
    OUTSIDE_AVAILABILITY = "outside_availability"
    OFFER_OVERLAPS = "offer_overlaps"

    @property
    def words(self) -> str:
        """The matter in prose."""
        return _WORDS[self]


_WORDS = {
    Matter.AVAILABILITY_UNKNOWN: "when can the patient come? Only site hours were looked at",
    Matter.OBLIGATIONS_UNKNOWN: "which standing commitments has the patient? Not all are known",
    Matter.DURATION_UNKNOWN: "how long is a session? Neither program nor site says",
    Matter.NO_OPEN_TIME: "no time is left that suits site and patient",
    Matter.OUTSIDE_HOURS: "lies outside the site's opening hours",
    Matter.OUTSIDE_AVAILABILITY: "lies outside the patient's availability",
    Matter.OFFER_OVERLAPS: "the site's time or length overlaps another service, and was not taken",
}


@frozen(repr=False)
class Note:
    """A question or a collision that drafting found, about a service on a day."""

    matter: Matter
    service: str | None = None
    day: Weekday | None = None

    @property
    def words(self) -> str:
        """The note in prose."""
        about = [self.service or "", self.day.title if self.day is not None else ""]
        lead = ", ".join(filter(None, about))
        return f"{lead}: {self.matter.words}" if lead else self.matter.words

    __repr__ = hidden


@frozen(repr=False)
class Plan:
    """What one patient is to get: a program with its times filled in, from a day.

    ``key`` is opaque, and the root of the sessions' calendar UIDs. ``free`` is when the
    patient could come; ``None``: not known. ``seed`` draws the random days.

    Raises:
        InvalidError: the plan does not start in the years 1970 to 2199.
    """

    key: UUID
    patient: UUID
    site: str
    program: Program
    start: date
    seed: int
    free: WeeklyWindows | None = None
    notes: tuple[Note, ...] = ()

    def __attrs_post_init__(self) -> None:
        # Outside these years, time zones are unknown or a guess.
        ok = date(1970, 1, 1) <= self.start < date(2200, 1, 1)
        refuse("plan", unless(ok, "start", "a day from 1970 to 2199", "another day"))

    @property
    def weeks(self) -> int:
        """Length in weeks."""
        return self.program.weeks

    @property
    def end(self) -> date:
        """The day after the last."""
        return self.start + timedelta(weeks=self.weeks)

    def phase_starts(self) -> Iterator[tuple[date, Phase]]:
        """First day of each phase, in order."""
        day = self.start
        for phase in self.program.phases:
            yield day, phase
            day += timedelta(weeks=phase.weeks)

    __repr__ = hidden
