"""Sites: a place with its hours, rooms and people, and how it gives what programs leave open."""

from collections.abc import Collection, Sequence
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from iopkit.clocks import zone_faults
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Delivery, Modality
from iopkit.needs import Need
from iopkit.payers import Payer
from iopkit.scopes import License
from iopkit.sites.closures import ClosedFor, ClosedRule, Closure, HolidayCalendar
from iopkit.sites.referrals import Referral, contact_faults
from iopkit.sites.staff import Clinician, NewHours, Room, later_faults
from iopkit.states import place_faults
from iopkit.truth import Truth
from iopkit.windows import Weekday, WeeklyWindows, is_plain, is_session_length


@frozen
class Offer:
    """How this site gives a service: what a program leaves open, by the service's name.

    ``day`` limits the start, room and clinician to one weekday, and stands there in place of
    all that the offer for any day says of them; length and delivery are said for all days.
    ``room`` and ``clinician`` are names of the site's.

    Raises:
        InvalidError: the start or the length is not in whole minutes, or a length stands
            beside a day.
    """

    service: str
    day: Weekday | None = None
    start: time | None = None
    duration: timedelta | None = None
    delivery: Delivery | None = None
    room: str | None = None
    clinician: str | None = None

    def __attrs_post_init__(self) -> None:
        ok = self.start is None or is_plain(self.start)
        length = self.duration
        refuse(
            f"offer of {self.service!r}",
            unless(ok, "start", "a time in whole minutes, without a zone", self.start),
            unless(
                length is None or is_session_length(length),
                "duration",
                "whole minutes, from 1 to 1440",
                length,
            ),
            unless(
                length is None or self.day is None,
                "duration",
                "no length beside a day, as a service is as long on every day",
                length,
            ),
        )


# By its hash, as what was worked out for a site is kept.
@frozen(cache_hash=True)
class Site:
    """A place with a time zone, opening hours, holidays and closures.

    ``zone`` is an IANA name; all wall-clock times of the site are in it.
    ``break_between`` is kept free between sessions that iopkit places. ``provides`` are
    needs that the site meets itself, and ``patients_per_counselor`` its census for each
    full-time counselor; ``None``: not known. So it is with ``state``, a two-letter code,
    ``county``, a name without the word "County", the ``licenses`` that the site has, and the
    ``payers`` that it bills. ``rooms`` and ``clinicians`` that are empty are not known, and
    limit nothing. ``closed_rule`` is what becomes of sessions on days on which the site is
    closed, and ``closed_rules`` what of those of one service or modality. ``later_hours`` take
    the place of ``hours`` from a day on. ``telephone`` and ``address`` are what patients are
    told, and ``directory`` has those whom the site refers to, the first choice first.

    Raises:
        InvalidError: the zone or state is unknown, the site is never open, an offer is made twice
            or to somebody who may not lead the service, a name is there twice or not at all,
            later hours are not in order, the census is negative, the telephone has no digit, or
            the address is blank.
    """

    name: str
    zone: str
    hours: WeeklyWindows
    holidays: HolidayCalendar | None = None
    closures: tuple[Closure, ...] = ()
    offers: tuple[Offer, ...] = ()
    break_between: timedelta = timedelta(0)
    provides: frozenset[Need] | None = None
    patients_per_counselor: int | None = None
    rooms: tuple[Room, ...] = ()
    clinicians: tuple[Clinician, ...] = ()
    closed_rule: ClosedRule = ClosedRule.MOVE_IN_WEEK
    state: str | None = None
    county: str | None = None
    licenses: tuple[License, ...] | None = None
    payers: frozenset[Payer] | None = None
    later_hours: tuple[NewHours, ...] = ()
    closed_rules: tuple[ClosedFor, ...] = ()
    telephone: str | None = None
    address: str | None = None
    directory: tuple[Referral, ...] = ()

    def __attrs_post_init__(self) -> None:
        rooms = [room.name for room in self.rooms]
        clinicians = [clinician.name for clinician in self.clinicians]
        offered = [(offer.service, offer.day) for offer in self.offers]
        ruled = [(each.service, each.modality) for each in self.closed_rules]
        may_not = {
            each.name: [o.service for o in self.offers if each.may_lead(o.service) is Truth.NO]
            for each in self.clinicians
        }
        refuse(
            f"site {self.name!r}",
            zone_faults(self.zone),
            place_faults(self.state, self.county),
            *(
                unless(bool(hours.spans), where, "open on at least one day", "no opening hours")
                for where, hours in (
                    ("hours", self.hours),
                    *(("later_hours", new.hours) for new in self.later_hours),
                )
            ),
            later_faults(self.later_hours),
            unless(len(ruled) == len(set(ruled)), "closed_rules", "each service once", "one twice"),
            unless(
                len(offered) == len(set(offered)),
                "offers",
                "each service and day once",
                "one twice",
            ),
            *contact_faults(self.telephone, self.address),
            unless(
                not self.break_between or is_session_length(self.break_between),
                "break_between",
                "whole minutes, from 0 to 1440",
                self.break_between,
            ),
            unless(
                (self.patients_per_counselor or 0) >= 0,
                "patients_per_counselor",
                "at least 0",
                self.patients_per_counselor,
            ),
            *(
                unless(len(names) == len(set(names)), where, "each name once", "one twice")
                for where, names in (("rooms", rooms), ("clinicians", clinicians))
            ),
            *(
                tuple(fault.under("offers", number) for fault in found)
                for number, offer in enumerate(self.offers)
                for found in (
                    _name_faults("room", offer.room, rooms),
                    _name_faults("clinician", offer.clinician, clinicians),
                    unless(
                        offer.service not in may_not.get(offer.clinician or "", ()),
                        "clinician",
                        f"somebody who may lead {offer.service!r}",
                        repr(offer.clinician),
                    ),
                )
            ),
            *_substitute_faults("rooms", self.rooms),
            *_substitute_faults("clinicians", self.clinicians),
        )

    @property
    def tz(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.zone)

    def offer(self, service: str, day: Weekday | None = None) -> Offer | None:
        """The offer of a service on a day, or the one for any day."""
        by_day = {offer.day: offer for offer in self.offers if offer.service == service}
        return by_day.get(day) or by_day.get(None)

    def closed_rule_of(self, service: str, modality: Modality) -> ClosedRule:
        """What becomes of a service's sessions on days on which the site is closed.

        What is said of the service stands above what is said of its modality.
        """
        by_service = [each.rule for each in self.closed_rules if each.service == service]
        by_modality = [each.rule for each in self.closed_rules if each.modality is modality]
        return next(iter([*by_service, *by_modality]), self.closed_rule)


def _name_faults(what: str, name: str | None, names: Collection[str]) -> tuple[Fault, ...]:
    return unless(name is None or name in names, what, f"a {what} of the site", repr(name))


def _substitute_faults(where: str, places: Sequence[Room | Clinician]) -> list[tuple[Fault, ...]]:
    """What is wrong with those who are to stand in."""
    return [
        tuple(fault.under(where, number, "absences", place) for fault in faults)
        for number, each in enumerate(places)
        for place, absence in enumerate(each.absences)
        for faults in (
            unless(
                absence.substitute is None
                or absence.substitute in {other.name for other in places} - {each.name},
                "substitute",
                f"another of the site's {where}",
                repr(absence.substitute),
            ),
        )
    ]
