"""Milestones kept: whether what a plan is to be reviewed and certified by was held in time."""

from collections.abc import Iterator, Sequence
from datetime import date

from iopkit.confidential import hidden
from iopkit.courses.deliveries import Delivered
from iopkit.errors import refuse, unless_a
from iopkit.fields import frozen
from iopkit.requirements.milestones import Milestone, MilestoneKind
from iopkit.truth import Truth


@frozen(repr=False)
class MilestoneKept:
    """A milestone of a plan, and the day on which it was held; ``None``: not yet.

    ``in_time`` is not known while it is not held and its day is not over.
    """

    milestone: Milestone
    held: date | None
    in_time: Truth

    __repr__ = hidden


def milestones_kept(delivered: Delivered) -> tuple[MilestoneKept, ...]:
    """Each milestone of the plan in force, and whether it was held in time, in their order.

    What was held closes the first milestone of its kind that is open then, one alone: a review
    held late is not the next one too. One that was held by the day of the milestone before it does
    not count for the next. A first certification and those after it are of one kind. Those of
    different ``under`` are apart, and the plan's milestones alone are told, be there none.
    """
    refuse("milestones", unless_a(delivered, "delivered", Delivered))
    plan = delivered.plan
    milestones = plan.milestones if plan else ()
    found: dict[Milestone, MilestoneKept] = {}
    for alike in dict.fromkeys(map(_alike, milestones)):
        is_review, _ = alike
        held = delivered.reviews if is_review else [day for day, _ in delivered.certified]
        row = sorted({each for each in milestones if _alike(each) == alike}, key=lambda m: m.by)
        found |= {each.milestone: each for each in _kept(row, held, on=delivered.on)}
    return tuple(found[each] for each in milestones)


def _alike(milestone: Milestone) -> tuple[bool, str | None]:
    return milestone.kind is MilestoneKind.REVIEW, milestone.under


def _kept(row: Sequence[Milestone], held: Sequence[date], *, on: date) -> Iterator[MilestoneKept]:
    left, before = sorted(held), date.min
    for milestone in row:
        left = [day for day in left if day > before]
        done = left.pop(0) if left else None
        over = on > milestone.by
        in_time = Truth.of(done <= milestone.by) if done else Truth.NO if over else Truth.UNKNOWN
        yield MilestoneKept(milestone, done, in_time)
        before = milestone.by
