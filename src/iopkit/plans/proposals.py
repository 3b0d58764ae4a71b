"""What is proposed to treat and to reach, until somebody settles it."""

from datetime import date
from enum import StrEnum

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.plans.goals import Goal, Problem


class SettledAs(StrEnum):
    """What became of a proposal."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    """Accepted in other words, or for another day."""
    DROPPED = "dropped"


@frozen(repr=False)
class Settlement:
    """What became of a proposal, on what day, and who settled it.

    Raises:
        InvalidError: nobody is named, or ``on`` has a time.
    """

    outcome: SettledAs
    on: date
    by: str

    def __attrs_post_init__(self) -> None:
        refuse("settlement", unless(bool(self.by.strip()), "by", "who settles it", "nobody"))

    __repr__ = hidden


@frozen(repr=False)
class RaisedBy:
    """A fact on record that raises a problem, in words, and the day it was found, if known."""

    fact: str
    words: str
    found: date | None = None

    __repr__ = hidden


@frozen(repr=False)
class ProposedGoal:
    """A goal that is proposed, under a name; ``None``: not settled yet.

    ``not_here`` has what was in the template and the plan has no service for.

    Raises:
        InvalidError: the goal is of another problem than its name says.
    """

    name: str
    goal: Goal
    not_here: tuple[str, ...] = ()
    settled: Settlement | None = None

    def __attrs_post_init__(self) -> None:
        ok = self.name.rpartition("/")[0] == self.goal.problem
        refuse("proposed goal", unless(ok, "name", "its problem's, '/' and its own", "another"))

    __repr__ = hidden


@frozen(repr=False)
class ProposedProblem:
    """A problem that the record raises, the facts that do, and the goals proposed for it.

    Raises:
        InvalidError: a goal is another problem's, or comes twice.
    """

    problem: Problem
    because: tuple[RaisedBy, ...]
    goals: tuple[ProposedGoal, ...] = ()
    settled: Settlement | None = None

    def __attrs_post_init__(self) -> None:
        names = [each.name for each in self.goals]
        refuse(
            "proposed problem",
            unless(
                all(each.goal.problem == self.problem.name for each in self.goals)
                and len(names) == len(set(names)),
                "goals",
                "goals of the problem, each once",
                "others",
            ),
        )

    @property
    def is_open(self) -> bool:
        """Whether something of it is to be settled yet."""
        return self.settled is None or any(each.settled is None for each in self.goals)

    __repr__ = hidden
