"""Events of the stay: the way into treatment, through levels of care and phases, and out."""

from datetime import date
from enum import StrEnum

from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare
from iopkit.truth import Truth


@frozen(repr=False)
class Referred:
    """The patient was referred, or asked for treatment; ``by``: who referred."""

    by: str | None = None

    __repr__ = hidden


@frozen(repr=False)
class Screened:
    """It was judged whether the patient can be admitted: by which policy, and what it said."""

    policy: str | None = None
    verdict: Truth | None = None

    __repr__ = hidden


@frozen(repr=False)
class Assessed:
    """The patient's full assessment was made."""

    by: str | None = None

    __repr__ = hidden


@frozen(repr=False)
class Waitlisted:
    """The patient was put on a waiting list, such as that of a program."""

    program: str | None = None

    __repr__ = hidden


class ReferralEnd(StrEnum):
    """Why a referral came to nothing."""

    NOT_ELIGIBLE = "not_eligible"
    GAVE_UP = "gave_up"
    OTHER = "other"


@frozen(repr=False)
class ReferralClosed:
    """The patient will not be admitted on this referral."""

    why: ReferralEnd

    __repr__ = hidden


@frozen(repr=False)
class Admitted:
    """The patient entered a level of care.

    ``left_care`` is the day on which care around the clock was left, of which this is the
    step-down; ``None``: there was none, or the day is not known.
    """

    level: LevelOfCare | None = None
    left_care: date | None = None

    __repr__ = hidden


@frozen(repr=False)
class Readmitted:
    """The patient came back after a discharge; the fields are those of ``Admitted``."""

    level: LevelOfCare | None = None
    left_care: date | None = None

    __repr__ = hidden


@frozen(repr=False)
class SteppedUp:
    """The patient went on in a higher level of care, in the same course."""

    level: LevelOfCare

    __repr__ = hidden


@frozen(repr=False)
class SteppedDown:
    """The patient went on in a lower level of care, in the same course."""

    level: LevelOfCare

    __repr__ = hidden


class PhaseChange(StrEnum):
    """How a patient came into a phase."""

    ADVANCED = "advanced"
    REPEATED = "repeated"
    WENT_BACK = "went_back"


@frozen(repr=False)
class PhaseEntered:
    """The patient entered a phase of the plan: the next, the same once more, or an earlier one."""

    phase: str
    change: PhaseChange = PhaseChange.ADVANCED

    __repr__ = hidden


class HoldReason(StrEnum):
    """Why treatment was put on hold."""

    ILLNESS = "illness"
    HOSPITAL = "hospital"
    FAMILY = "family"
    WORK_OR_SCHOOL = "work_or_school"
    TRAVEL = "travel"
    LEGAL = "legal"
    COVERAGE = "coverage"
    OTHER = "other"


@frozen(repr=False)
class HoldBegun:
    """Treatment is on hold from this day on; ``why`` ``None``: not recorded."""

    why: HoldReason | None = None

    __repr__ = hidden


@frozen(repr=False)
class HoldEnded:
    """Treatment goes on from this day on."""

    __repr__ = hidden


@frozen(repr=False)
class InControlledEnvironment:
    """From this day up to ``end`` the patient was where substances are restricted.

    Such as a hospital or a jail (DSM-5). ``None``: not known to have ended.
    """

    end: date | None = None

    __repr__ = hidden


class DischargeReason(StrEnum):
    """Why a patient was discharged, in the words of TEDS-D; who died is not discharged."""

    COMPLETED = "completed"
    DROPPED_OUT = "dropped_out"
    TERMINATED = "terminated"
    """By the program."""
    TRANSFERRED = "transferred"
    """To another program or place of treatment."""
    INCARCERATED = "incarcerated"
    OTHER = "other"


@frozen(repr=False)
class Discharged:
    """The patient left the course.

    ``to`` is the level of care that the patient went on in, ``where`` at whose place.
    ``last_contact`` is the day on which the patient was seen last, should that not be in the
    record; ``None``: it is.
    """

    reason: DischargeReason | None = None
    to: LevelOfCare | None = None
    where: str | None = None
    last_contact: date | None = None

    __repr__ = hidden


@frozen(repr=False)
class Died:
    """The patient died."""

    __repr__ = hidden


@frozen(repr=False)
class AftercareContact:
    """After the discharge it was tried to reach the patient; ``reached`` ``None``: not recorded."""

    reached: bool | None = None

    __repr__ = hidden
