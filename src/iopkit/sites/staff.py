"""Rooms and those who give care: when they are there, and what they may do."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.languages import is_language
from iopkit.modalities import Modality
from iopkit.states import place_faults
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows


@frozen
class NewHours:
    """Weekly hours that hold from the day ``since`` on, in place of those before."""

    since: date
    hours: WeeklyWindows


@frozen
class Absence:
    """Days on which a room cannot be used or somebody is away: ``start`` up to before ``end``.

    ``substitute`` is the room or clinician of the site that stands in; ``None``: none does.

    Raises:
        InvalidError: the end is not after the start.
    """

    start: date
    end: date
    why: str
    substitute: str | None = None

    def __attrs_post_init__(self) -> None:
        ok = self.start < self.end
        refuse("absence", unless(ok, "end", "the day after the last day away", self.end))

    def is_on(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.start <= day < self.end


@frozen
class Credential:
    """What a state or board lets somebody do, in its own words, and when.

    ``state`` is the two-letter code of the state that gave it, ``None`` where none did. It holds
    from ``since`` up to the day before ``end``; ``None``: an end is not known.

    Raises:
        InvalidError: there are no words, the state is unknown, or the end is not after the first
            day.
    """

    words: str
    since: date
    state: str | None = None
    end: date | None = None

    def __attrs_post_init__(self) -> None:
        ok = self.end is None or self.since < self.end
        refuse(
            "credential",
            unless(bool(self.words.strip()), "words", "the words of who gave it", "none"),
            place_faults(self.state, None),
            unless(ok, "end", "the day after the last", self.end),
        )

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.since <= day and (self.end is None or day < self.end)


@frozen
class Room:
    """A room of a site: how many it seats, and when it can be used.

    ``hours`` that are ``None`` are the site's. ``later_hours`` take their place from a day on.

    Raises:
        InvalidError: it has no seat, or absences or later hours are not in order.
    """

    name: str
    seats: int
    hours: WeeklyWindows | None = None
    absences: tuple[Absence, ...] = ()
    later_hours: tuple[NewHours, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            f"room {self.name!r}",
            unless(self.seats >= 1, "seats", "at least 1", self.seats),
            *_order_faults(self.absences, self.later_hours),
        )


@frozen
class Clinician:
    """Somebody who gives services at a site.

    ``hours`` that are ``None`` are the site's; ``later_hours`` take their place from a day on.
    ``gives`` are the modalities and ``languages`` what is spoken, as in BCP 47; ``leads`` are the
    services, by name, that they may lead, and ``leads_supervised`` those that they may lead only
    with a ``supervisor``, who need not be of the site; ``None``: not known, so that nothing is
    ruled out. So it is with ``credentials``.

    Raises:
        InvalidError: a language is none, a service may be led both alone and only supervised,
            or absences or later hours are not in order.

    Example:
        >>> own, supervised = frozenset({"group"}), frozenset({"family"})
        >>> ash = Clinician("Ash", leads=own, leads_supervised=supervised)
        >>> [ash.may_lead(service).value for service in ("group", "family", "testing")]
        ['yes', 'no', 'no']
    """

    name: str
    hours: WeeklyWindows | None = None
    gives: frozenset[Modality] | None = None
    languages: frozenset[str] | None = None
    absences: tuple[Absence, ...] = ()
    later_hours: tuple[NewHours, ...] = ()
    credentials: tuple[Credential, ...] | None = None
    supervisor: str | None = None
    leads: frozenset[str] | None = None
    leads_supervised: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        spoken = self.languages is None or all(map(is_language, self.languages))
        twice = self.leads_supervised & (self.leads or frozenset())
        refuse(
            f"clinician {self.name!r}",
            unless(spoken, "languages", "language tags such as 'en' or 'es-US'", "others"),
            unless(not twice, "leads_supervised", "services that leads has not", "the same"),
            unless(self.supervisor != self.name, "supervisor", "somebody else", "the same"),
            *_order_faults(self.absences, self.later_hours),
        )

    def may_lead(self, service: str) -> Truth:
        """Whether they may lead a service; unknown where nobody said what they may lead."""
        if service in self.leads_supervised:
            return Truth.of(self.supervisor is not None)
        return Truth.UNKNOWN if self.leads is None else Truth.of(service in self.leads)


def hours_on(place: Room | Clinician, day: date) -> WeeklyWindows | None:
    """The weekly hours that hold on a day, leave aside; ``None``: the site's."""
    return latest_hours(place.later_hours, day) or place.hours


def latest_hours(later: Iterable[NewHours], day: date) -> WeeklyWindows | None:
    """The last of some hours that hold on a day."""
    return next((new.hours for new in reversed([*later]) if new.since <= day), None)


def later_faults(later: Sequence[NewHours]) -> tuple[Fault, ...]:
    """What is wrong with hours that follow each other."""
    rising = all(one.since < other.since for one, other in pairwise(later))
    return unless(rising, "later_hours", "rising days, each once", "another order")


def _order_faults(
    absences: Sequence[Absence], later: Sequence[NewHours]
) -> Iterable[tuple[Fault, ...]]:
    apart = all(one.end <= other.start for one, other in pairwise(absences))
    yield unless(apart, "absences", "rising and apart from each other", "another order")
    yield later_faults(later)
