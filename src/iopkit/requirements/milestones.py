"""Milestones: days by which a plan is to be reviewed or certified, and who signs."""

from datetime import date
from enum import StrEnum

from iopkit.confidential import hidden
from iopkit.fields import frozen


class MilestoneKind(StrEnum):
    """What is due on a day of a plan."""

    REVIEW = "review"
    CERTIFICATION = "certification"
    RECERTIFICATION = "recertification"

    @property
    def label(self) -> str:
        """What is due, as people read it."""
        return _MILESTONES[self]


_MILESTONES = {
    MilestoneKind.REVIEW: "plan review",
    MilestoneKind.CERTIFICATION: "certification by a physician",
    MilestoneKind.RECERTIFICATION: "recertification",
}


@frozen(repr=False)
class Milestone:
    """A day by which the plan is to be reviewed or certified, and whose rule asks for it."""

    kind: MilestoneKind
    by: date
    under: str | None = None

    __repr__ = hidden


class Signer(StrEnum):
    """Who signs a plan."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    COUNSELOR = "counselor"
    PHYSICIAN = "physician"
    NON_PHYSICIAN_PRACTITIONER = "non_physician_practitioner"

    @property
    def label(self) -> str:
        """Who it is, as people read it."""
        return self.value.replace("_", " ").replace("non physician", "non-physician")
