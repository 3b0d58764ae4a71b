"""Priorities: who is offered a seat before others, by whose word, and whether it was in time."""

import numpy as np
from numpy.typing import NDArray

from iopkit.eligibility.predicates import AnyFact, Predicate, each_once, facts_in
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.scenarios.capacity import UNLIMITED, SeatsByDay, Truths
from iopkit.scenarios.clinic import seats_taken
from iopkit.scenarios.requests import NO_DAY, Codes, Requests, Seated
from iopkit.sources import Source

MOST_CLASSES = 127


@frozen
class Priority:
    """A class of people, who says that they go first, and within how many days they begin.

    ``within_days`` count from the day of asking; with interim services they are
    ``within_days_interim``. ``None``: none is said.

    Raises:
        InvalidError: there is no name, or days are fewer than 0.
    """

    name: str
    predicate: Predicate
    source: Source
    within_days: int | None = None
    within_days_interim: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            f"priority {self.name!r}",
            unless(bool(self.name), "name", "a name", "none"),
            *(
                unless(days is None or days >= 0, name, "at least 0", days)
                for name, days in (
                    ("within_days", self.within_days),
                    ("within_days_interim", self.within_days_interim),
                )
            ),
        )


@frozen
class Priorities:
    """Classes in their order: the first whose predicate holds is somebody's, else they go last.

    A predicate that is not known does not give its class. ``notice_percent`` is the share of the
    seats at which it is to be told that they are nearly all taken, and ``notice_source`` says so.

    Raises:
        InvalidError: a name is there twice, there are more than 126 classes, or the percentage is
            not from 1 to 100 or has no source.
    """

    name: str
    classes: tuple[Priority, ...]
    notice_percent: int | None = None
    notice_source: Source | None = None

    def __attrs_post_init__(self) -> None:
        names = [each.name for each in self.classes]
        percent, most = self.notice_percent, MOST_CLASSES - 1
        refuse(
            f"priorities {self.name!r}",
            unless(len(set(names)) == len(names), "classes", "each name once", "one twice"),
            unless(len(names) <= most, "classes", f"at most {most}", len(names)),
            unless(percent is None or 1 <= percent <= 100, "notice_percent", "1 to 100", percent),
            unless(
                (percent is None) is (self.notice_source is None),
                "notice_source",
                "the source of the percentage",
                "one without the other",
            ),
        )

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """What is asked of each person, in order."""
        return tuple(each.predicate for each in self.classes)

    @property
    def facts(self) -> tuple[AnyFact, ...]:
        """The facts that are asked about, each once."""
        return each_once(fact for each in self.predicates for fact in facts_in(each))

    def classes_of(self, truths: Truths) -> Codes:
        """The number of each person's class; that after the last for those of none.

        Args:
            truths: of ``predicates``.
        """
        holds = np.column_stack([truths == 1, np.ones(len(truths), np.bool_)])
        found: Codes = holds.argmax(axis=1).astype(np.int16)
        return found

    def not_known(self, truths: Truths) -> tuple[str, ...]:
        """A sentence for each class that some may be of who are in a later one."""
        later = self.classes_of(truths)[:, np.newaxis] > np.arange(len(self.classes))
        counts = ((truths < 0) & later).sum(axis=0).tolist()
        return tuple(
            f"{each.name}: of so many it is not known whether they are of this class, and they "
            f"go with a later one: {count:,}."
            for each, count in zip(self.classes, counts, strict=True)
            if count
        )

    def told(
        self, requests: Requests, found: Seated, seats: SeatsByDay, *, interim: bool
    ) -> tuple[str, ...]:
        """A sentence for each class that waited too long, and one on days that were nearly full.

        Args:
            requests: with the numbers of ``classes_of`` as ``priority``.
            interim: whether the clinic gives interim services to those who wait.
        """
        waited = _days_waited(requests, found, seats.days)
        told: list[str] = []
        for number, each in enumerate(self.classes):
            days = each.within_days
            if interim and each.within_days_interim is not None:
                days = each.within_days_interim
            if days is not None:
                late = np.count_nonzero((requests.priority == number) & (waited > days))
                if late:
                    told.append(
                        f"{each.name}: waited longer than {days} days: {late:,} ({each.source})."
                    )
        if full := self._full_days(requests, found, seats):
            told.append(
                f"At least {self.notice_percent} % of the seats were taken on {full:,} days "
                f"({self.notice_source})."
            )
        return tuple(told)

    def _full_days(self, requests: Requests, found: Seated, seats: SeatsByDay) -> int:
        limited = np.array(seats.sizes, np.int64) < UNLIMITED
        if self.notice_percent is None or not limited.any():
            return 0
        taken = seats_taken(requests, found, seats)[limited].sum(axis=0)
        size = int(np.array(seats.sizes, np.int64)[limited].sum())
        return int(np.count_nonzero(taken * 100 >= size * self.notice_percent)) if size else 0


def _days_waited(requests: Requests, found: Seated, days: int) -> NDArray[np.int64]:
    """The days from being ready to what came of it, or to the last day; -1 where none wait."""
    until = np.where(found.day == NO_DAY, days, found.day).astype(np.int64)
    waits = (found.ready != NO_DAY) & (found.ready < days) & (requests.admitted == NO_DAY)
    return np.where(waits, until - found.ready, -1)
