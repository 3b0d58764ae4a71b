"""Demands: what can be asked of a plan, with its bounds."""

from datetime import timedelta
from enum import StrEnum

from attrs import field

from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Modality
from iopkit.requirements.milestones import MilestoneKind, Signer
from iopkit.windows import is_whole_minutes, whole_minutes

TREATMENT: frozenset[Modality] = frozenset(Modality) - {
    Modality.ASSESSMENT,
    Modality.CONTINUING_CARE_CONTACT,
    Modality.DRUG_TESTING,
    Modality.MUTUAL_HELP,
    Modality.PEER_SUPPORT,
}
"""All that treats or teaches, but no tests, assessments, mutual help or peer contacts."""

COUNSELING: frozenset[Modality] = frozenset(
    {
        Modality.GROUP_THERAPY,
        Modality.INDIVIDUAL_COUNSELING,
        Modality.FAMILY_SESSION,
        Modality.MULTI_FAMILY_GROUP,
        Modality.RELAPSE_PREVENTION,
    }
)
"""What is done by a counselor with patients or families, and is not teaching alone."""


def _short(modalities: frozenset[Modality]) -> str:
    """Sets that have a name by that, as they are long."""
    named = {TREATMENT: "TREATMENT", COUNSELING: "COUNSELING"}
    return named.get(modalities, f"{{{', '.join(sorted(modalities))}}}")


@frozen
class Counting:
    """Which sessions count, and how long each of them is.

    ``telehealth``: hours by telehealth count; a session of which nobody says how it is
    delivered is on site. ``clock``: breaks within sessions count.
    """

    modalities: frozenset[Modality] = field(default=TREATMENT, repr=_short)
    telehealth: bool = True
    clock: bool = False

    def __attrs_post_init__(self) -> None:
        refuse("counting", unless(bool(self.modalities), "modalities", "at least one", "none"))

    def counts(self, modality: Modality, *, telehealth: bool) -> bool:
        """Whether a session of a kind counts, by telehealth or not."""
        return modality in self.modalities and (self.telehealth or not telehealth)


def _bounds(least: timedelta | int | None, most: timedelta | int | None) -> list[tuple[Fault, ...]]:
    """What is wrong with bounds, of which one at least must be there."""
    whole = all(not isinstance(b, timedelta) or is_whole_minutes(b) for b in (least, most))
    low = _number(least or 0)
    return [
        unless(least is not None or most is not None, "least", "a bound, here or in most", "none"),
        unless(low >= 0 and whole, "least", "at least 0, in whole minutes", least),
        unless(most is None or low <= _number(most), "most", "no less than least, or 0", most),
    ]


def _number(bound: timedelta | int) -> int:
    return whole_minutes(bound) if isinstance(bound, timedelta) else bound


@frozen
class WeeklyHours:
    """Service from ``least`` to ``most`` a week: in each week, or averaged over the plan.

    In phases that taper, up to ``taper_weeks`` weeks may be below ``least``. An average has
    no such weeks.
    """

    least: timedelta | None = None
    most: timedelta | None = None
    counting: Counting = Counting()
    averaged: bool = False
    taper_weeks: int = 0

    def __attrs_post_init__(self) -> None:
        refuse(
            "weekly hours",
            *_bounds(self.least, self.most),
            unless(0 <= self.taper_weeks <= 52, "taper_weeks", "from 0 to 52", self.taper_weeks),
            unless(
                not (self.averaged and self.taper_weeks),
                "taper_weeks",
                "0 for an average",
                self.taper_weeks,
            ),
        )


@frozen
class DailyHours:
    """At least so much service on each day that has any; a week without any has not enough.

    A session counts on the day it begins.
    """

    least: timedelta
    counting: Counting = Counting()

    def __attrs_post_init__(self) -> None:
        refuse("daily hours", *_bounds(self.least, None))


@frozen
class WeeklyDays:
    """Service on at least so many days of each week."""

    least: int
    counting: Counting = Counting()

    def __attrs_post_init__(self) -> None:
        refuse("weekly days", unless(1 <= self.least <= 7, "least", "from 1 to 7", self.least))


@frozen
class LongestGap:
    """No more than so many days in a row without service, from the first day to the last.

    The days before the first service and after the last are such days, too.
    """

    most: int
    counting: Counting = Counting()

    def __attrs_post_init__(self) -> None:
        refuse("longest gap", *_bounds(None, self.most))


@frozen
class WeeklyServices:
    """At least so many services, however long, in each week."""

    least: int
    counting: Counting = Counting()

    def __attrs_post_init__(self) -> None:
        refuse("weekly services", unless(self.least >= 1, "least", "at least 1", self.least))


@frozen
class Frequency:
    """At least one session of some modalities in each stretch of days, or month.

    ``every_days`` ``None``: in each whole month of the plan (``whole_months``). Where there is no
    whole month, one session is enough, and none leaves it open.
    """

    modalities: frozenset[Modality]
    every_days: int | None = None

    def __attrs_post_init__(self) -> None:
        days = self.every_days
        refuse(
            "frequency",
            unless(bool(self.modalities), "modalities", "at least one", "none"),
            unless(days is None or days >= 1, "every_days", "at least 1", days),
        )


@frozen
class GroupSize:
    """No more than so many patients in groups of some modalities; without any, it is open."""

    most: int
    modalities: frozenset[Modality]

    def __attrs_post_init__(self) -> None:
        refuse(
            "group size",
            unless(bool(self.modalities), "modalities", "at least one", "none"),
            unless(self.most >= 1, "most", "at least 1", self.most),
        )


@frozen
class LedBy:
    """Sessions of some modalities are led by somebody with one of some credentials.

    ``credentials`` are their words, as the site's clinicians have them; one counts on the days on
    which it holds. ``supervised``: somebody without one will do who has a supervisor.
    """

    credentials: frozenset[str]
    modalities: frozenset[Modality]
    supervised: bool = False

    def __attrs_post_init__(self) -> None:
        refuse(
            "led by",
            unless(bool(self.credentials), "credentials", "at least one", "none"),
            unless(bool(self.modalities), "modalities", "at least one", "none"),
        )


@frozen
class Caseload:
    """No more than so many patients for each full-time counselor of the site."""

    most: int

    def __attrs_post_init__(self) -> None:
        refuse("caseload", unless(self.most >= 1, "most", "at least 1", self.most))


@frozen
class Reviews:
    """A review of the plan, or a certification, within so many days of the one before.

    ``every_days`` ``None``: one in each whole month of the plan (``whole_months``). The first
    is due within ``first_days`` of the plan's first day, where that is another number. A
    certification also is due on the first day itself.
    """

    kind: MilestoneKind
    every_days: int | None = None
    first_days: int | None = None

    def __attrs_post_init__(self) -> None:
        days, first = self.every_days, self.first_days
        refuse(
            "reviews",
            unless(
                self.kind is not MilestoneKind.CERTIFICATION,
                "kind",
                "review or recertification, each of which comes again",
                self.kind.value,
            ),
            unless(days is None or days >= 1, "every_days", "at least 1", days),
            unless(
                first is None or (first >= 1 and days is not None),
                "first_days",
                "at least 1, beside every_days",
                first,
            ),
        )


@frozen
class PlanLength:
    """A plan of so many days, from ``least`` to ``most``."""

    least: int | None = None
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        refuse("plan length", *_bounds(self.least, self.most))


class PlanPart(StrEnum):
    """A part that a written plan can be required to have."""

    PROBLEMS = "problems"
    GOALS = "goals"
    SERVICES = "services"

    @property
    def label(self) -> str:
        """The part as people read it."""
        return self.value


@frozen
class WrittenPlan:
    """A plan that sets out some parts and is signed by one of ``signed_by``, if any is named."""

    parts: frozenset[PlanPart] = frozenset(PlanPart)
    signed_by: frozenset[Signer] = frozenset()

    def __attrs_post_init__(self) -> None:
        some = bool(self.parts or self.signed_by)
        refuse("written plan", unless(some, "parts", "at least one, or a signer", "none"))


Demand = (
    WeeklyHours
    | DailyHours
    | WeeklyDays
    | LongestGap
    | WeeklyServices
    | Frequency
    | GroupSize
    | LedBy
    | Caseload
    | Reviews
    | PlanLength
    | WrittenPlan
)
