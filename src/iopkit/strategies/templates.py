"""Programs and their parts, and sites."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve
from hypothesis import strategies as st

from iopkit.levels import AgeGroup
from iopkit.modalities import Delivery, Modality
from iopkit.needs import Need
from iopkit.payers import Payer
from iopkit.programs.absences import AbsenceLimit
from iopkit.programs.curricula import Curriculum
from iopkit.programs.programs import Phase, Program, Service, Track, clashing_services
from iopkit.programs.progress import COURSE_FACTS
from iopkit.programs.ranges import Times
from iopkit.programs.timings import (
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    RandomDays,
    Slot,
    TimePerWeek,
    Timing,
    Weekly,
)
from iopkit.schedules.conflicts import Appointment
from iopkit.sites.closures import ClosedFor, ClosedRule, Closure
from iopkit.sites.referrals import Referral
from iopkit.sites.sites import Offer, Site
from iopkit.sites.staff import Absence, Clinician, Credential, NewHours, Room
from iopkit.strategies.times import (
    ZONES,
    clock_times,
    days,
    minutes_long,
    opening_hours,
    short_names,
    short_texts,
    weekly_windows,
    yes_no,
)
from iopkit.strategies.trees import predicates
from iopkit.strategies.whose import COUNTIES, levels, licenses, state_codes
from iopkit.truth import Truth
from iopkit.windows import DAY, DayPart, Weekday, WeeklyWindows, whole_minutes


def slots() -> st.SearchStrategy[Slot]:
    """Weekdays with a time, a part of the day or neither."""
    return _SLOTS


def timings() -> st.SearchStrategy[Timing]:
    """Timings of every kind but time a week, which goes with no length."""
    return st.one_of(
        st.lists(slots(), min_size=1, max_size=4, unique=True).map(lambda s: Weekly(tuple(s))),
        st.builds(PerWeek, st.integers(1, 8)),
        st.integers(2, 4).flatmap(lambda n: st.builds(EveryWeeks, st.just(n), st.integers(1, n))),
        st.just(Once()),
        st.builds(InAll, st.integers(1, 10)),
        st.builds(RandomDays, st.integers(1, 3)),
    )


@st.composite
def services(draw: st.DrawFn, name: str, tracks: tuple[str, ...] = ()) -> Service:
    """Services of one name, with known and unknown lengths; the name sets the modality."""
    modality = tuple(Modality)[sum(map(ord, name)) % len(Modality)]
    low, duration = draw(_LEAST_SIZES), draw(_LENGTHS)
    longer = draw(_LONGER) if duration else None
    breaks = st.just(0) if duration is None else st.integers(0, whole_minutes(duration) - 1)
    return Service(
        name=name,
        title=name.replace("-", " "),
        modality=modality,
        timing=draw(_TIMINGS if duration else _TIMINGS_OR_TIME),
        duration=duration,
        group_min=low,
        group_max=draw(st.none() | st.integers(low or 1, 20)),
        duration_max=duration + longer if duration and longer is not None else None,
        breaks=minutes_long(draw(st.just(0) | breaks)),
        track=draw(st.none() | st.sampled_from(tracks)) if tracks else None,
        delivery=draw(_DELIVERIES),
        curriculum=draw(_CURRICULA),
        day_parts=draw(_DAY_PARTS),
    )


def curricula() -> st.SearchStrategy[Curriculum]:
    """Topics of open and closed groups."""
    topics = st.lists(short_texts, min_size=1, max_size=4).map(tuple)
    return st.builds(Curriculum, topics, yes_no)


@st.composite
def programs(draw: st.DrawFn, *, draftable: bool = True) -> Program:
    """Programs of up to four short phases, whose fixed times do not overlap.

    Args:
        draftable: neither tracks nor lengths, rates and modalities that are open, so that a plan
            can have it as it is.
    """
    known = draw(_NAMES)
    tracks = () if draftable else draw(st.sampled_from([(), ("day", "evening")]))

    def some(most: int, beside: list[Service]) -> list[Service]:
        """Services that overlap none, and share no name with those beside them."""
        taken, kept = {service.name for service in beside}, list[Service]()
        for name in draw(st.lists(st.sampled_from(known), max_size=most, unique=True)):
            service = draw(services(name, tracks))
            if not draftable:
                others = tuple(each for each in _EITHER if each is not service.modality)
                service = evolve(
                    service,
                    timing=draw(_opened(service.timing)),
                    or_modalities=others if len(name) % 2 else (),
                )
            together = [*beside, *kept, service]
            if name not in taken and not clashing_services(together, throughout=beside):
                kept.append(service)
        return kept

    shared = [_on_track(track) for track in tracks]
    shared += some(2, shared)
    phases: list[Phase] = []
    for number in range(draw(st.integers(1, 4))):
        own = some(3, shared)
        phases.append(
            Phase(
                f"phase-{number}",
                f"Phase {number}",
                draw(st.integers(1, 6)) if draftable else draw(_RANGES),
                tuple(own),
                draw(st.booleans()),
                draw(_CONDITIONS),
                draw(st.none() | levels),
            )
        )
    if not shared and not any(phase.services for phase in phases):
        shared = [Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(3), timedelta(hours=3))]
    every = {s.name for s in (*shared, *(s for phase in phases for s in phase.services))}
    return Program(
        draw(short_names),
        "A program",
        tuple(phases),
        tuple(shared),
        tracks=tuple(Track(name, name, draw(_DAY_PARTS)) for name in tracks),
        age_group=draw(_AGE_GROUPS),
        review_every_days=draw(_REVIEWS),
        discharge=draw(_CONDITIONS),
        absence_limits=draw(_absence_limits(sorted(every), [phase.name for phase in phases])),
    )


def _absence_limits(
    services: list[str], phases: list[str]
) -> st.SearchStrategy[tuple[AbsenceLimit, ...]]:
    some = st.lists(st.sampled_from(services), max_size=2, unique=True).map(tuple)
    of_phase = st.none() | st.sampled_from(phases)
    limit = st.builds(AbsenceLimit, st.integers(1, 6), some, _REVIEWS, of_phase, st.booleans())
    return st.lists(limit, max_size=1).map(tuple)


def _on_track(track: str) -> Service:
    """A service that only patients on a track have, without a time that could overlap."""
    return Service(
        f"{track}-group", track, Modality.GROUP_THERAPY, PerWeek(3), timedelta(hours=3), track=track
    )


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """Sites in several time zones, with closures, offers and staff, without public holidays."""
    closures = [
        Closure(
            start,
            start + timedelta(days=draw(st.integers(1, 10))),
            "closed",
            *draw(_BOUNDS),
            services=draw(_CLOSED_SERVICES),
        )
        for start in draw(_CLOSED_FROM)
    ]
    rooms, staff = draw(_ROOMS), draw(_STAFF)
    rooms = [evolve(each, absences=draw(_absences(each, rooms))) for each in rooms]
    staff = [evolve(each, absences=draw(_absences(each, staff))) for each in staff]
    offers = [
        Offer(
            name,
            start=draw(_STARTS),
            duration=draw(_LENGTHS),
            delivery=draw(_DELIVERIES),
            room=draw(st.sampled_from([None, *(room.name for room in rooms)])),
            clinician=draw(st.sampled_from([None, *_who_may_lead(name, staff)])),
        )
        for name in draw(_OFFERED)
    ]
    state = draw(_STATES)
    return Site(
        name="Elm Street",
        zone=draw(st.sampled_from(ZONES)),
        hours=draw(opening_hours()),
        closures=tuple(closures),
        offers=tuple(offers),
        break_between=minutes_long(draw(st.sampled_from([0, 10]))),
        provides=draw(_PROVIDED),
        patients_per_counselor=draw(_CASELOADS),
        rooms=tuple(rooms),
        clinicians=tuple(staff),
        closed_rule=draw(st.sampled_from(ClosedRule)),
        closed_rules=draw(_CLOSED_RULES),
        later_hours=draw(_LATER_OPEN),
        telephone=draw(_TELEPHONES),
        address=draw(_ADDRESSES),
        directory=draw(_DIRECTORIES),
        state=state,
        county=draw(_COUNTIES) if state else None,
        licenses=draw(_LICENSES),
        payers=draw(_PAYERS),
    )


@st.composite
def _absences(
    draw: st.DrawFn, whose: Room | Clinician, places: Sequence[Room | Clinician]
) -> tuple[Absence, ...]:
    """One stretch of days away, or none, with somebody else to stand in or nobody."""
    if draw(st.booleans()):
        return ()
    start, length = draw(_AWAY_FROM), draw(st.integers(1, 20))
    others = [each.name for each in places if each.name != whose.name]
    substitute = draw(st.sampled_from([None, *others]))
    return (Absence(start, start + timedelta(days=length), "away", substitute),)


def _who_may_lead(service: str, staff: Sequence[Clinician]) -> list[str]:
    return [each.name for each in staff if each.may_lead(service) is not Truth.NO]


def _later(hours: st.SearchStrategy[WeeklyWindows]) -> st.SearchStrategy[tuple[NewHours, ...]]:
    new = st.builds(NewHours, days(), hours)
    some = st.lists(new, max_size=2, unique_by=lambda each: each.since)
    return some.map(lambda each: tuple(sorted(each, key=lambda one: one.since)))


@st.composite
def appointments(draw: st.DrawFn, first: date = date(2024, 1, 1)) -> Appointment:
    """Appointments elsewhere, in several time zones, in the half year from a day."""
    start = datetime.combine(first, time(0), UTC) + minutes_long(draw(st.integers(0, 180 * DAY)))
    at = start.astimezone(ZoneInfo(draw(st.sampled_from(ZONES))))
    length = minutes_long(draw(st.integers(1, 3 * DAY)))
    end = (start + length).astimezone(UTC)
    return Appointment(at, end, draw(short_texts), draw(st.booleans()))


def _opened(timing: Timing) -> st.SearchStrategy[Timing]:
    """A timing with the rate that it has, from it on, or one that is not stated."""
    match timing:
        case PerWeek(rate) | InAll(rate) | RandomDays(rate):
            of, least = type(timing), rate.least
            return st.sampled_from([timing, of(Times(least, None)), of(Times(None, least)), of()])
        case EveryWeeks(rate):
            up_to, at_least = Times(None, rate.most), Times(rate.least, None)
            return st.sampled_from([timing, EveryWeeks(up_to), EveryWeeks(at_least), EveryWeeks()])
        case TimePerWeek(dose):
            return st.sampled_from([timing, TimePerWeek(Times(dose.least, None)), TimePerWeek()])
        case _:
            return st.just(timing)


@st.composite
def _ranges(draw: st.DrawFn) -> Times[int]:
    """Exact, ranged, at least, up to, or not stated."""
    least = draw(st.none() | st.integers(1, 6))
    return Times(least, draw(st.none() | st.just(least) | st.integers(least or 1, 8)))


# Made once, as Hypothesis looks through each strategy before it first draws from it.
_STARTS = st.none() | clock_times()
_WEEKDAYS = st.sampled_from(Weekday)
_SLOTS = st.builds(Slot, _WEEKDAYS, _STARTS) | st.builds(
    Slot, _WEEKDAYS, part=st.sampled_from(DayPart)
)
_DAY_PARTS = st.just(()) | st.lists(st.sampled_from(DayPart), max_size=2, unique=True).map(tuple)
_LEAST_SIZES = st.none() | st.integers(1, 8)
_LENGTHS = st.none() | st.integers(1, 240).map(minutes_long)
_LONGER = st.none() | st.integers(0, 60).map(minutes_long)
_TIMINGS = timings()
_TIMINGS_OR_TIME = _TIMINGS | st.builds(TimePerWeek, st.integers(1, 20 * 60).map(minutes_long))
_EITHER = (Modality.INDIVIDUAL_COUNSELING, Modality.FAMILY_SESSION)
_DELIVERIES = st.none() | st.sampled_from(Delivery)
_CURRICULA = st.none() | curricula()
_RANGES = _ranges()
_CONDITIONS = st.none() | predicates(tuple(COURSE_FACTS.values()))

_NAMES = st.lists(short_names, min_size=1, max_size=5, unique=True)
_AGE_GROUPS = st.none() | st.sampled_from(AgeGroup)
_REVIEWS = st.none() | st.integers(7, 90)

_TIMES_OF_DAY = st.lists(clock_times(), min_size=2, max_size=2, unique=True).map(sorted)
_BOUNDS = st.just((None, None)) | _TIMES_OF_DAY
_CLOSED_FROM = st.lists(days(), max_size=6)
_CLOSED_SERVICES = st.none() | st.frozensets(short_names, min_size=1, max_size=2)
_CLOSED_RULES = st.lists(
    st.builds(ClosedFor, st.sampled_from(ClosedRule), short_names),
    max_size=2,
    unique_by=lambda each: each.service,
).map(tuple)
_AWAY_FROM = days()
_WINDOWS = st.none() | weekly_windows()
_LATER = _later(weekly_windows())
_ROOMS = st.lists(
    st.builds(Room, short_names, st.integers(1, 30), _WINDOWS, later_hours=_LATER),
    max_size=2,
    unique_by=lambda room: room.name,
)
_CREDENTIALS = st.builds(Credential, short_names, days(), st.none() | state_codes)
_STAFF = st.lists(
    st.builds(
        Clinician,
        short_names,
        _WINDOWS,
        st.none() | st.frozensets(st.sampled_from(Modality)),
        st.none() | st.frozensets(st.sampled_from(["en", "es", "es-US"])),
        later_hours=_LATER,
        credentials=st.none() | st.lists(_CREDENTIALS, max_size=2).map(tuple),
        supervisor=st.none() | st.just("somebody else"),
        leads=st.none() | st.frozensets(short_names, max_size=3),
    ),
    max_size=2,
    unique_by=lambda clinician: clinician.name,
)
_OFFERED = st.lists(short_names, max_size=3, unique=True)
_LATER_OPEN = _later(opening_hours())
_PROVIDED = st.none() | st.frozensets(st.sampled_from(Need))
_DIRECTORIES = st.lists(
    st.builds(
        Referral,
        name=st.just("Oak Clinic"),
        needs=st.frozensets(st.sampled_from(Need), min_size=1, max_size=3),
        telephone=st.none() | st.just("555-0101"),
    ),
    max_size=2,
).map(tuple)
_TELEPHONES = st.none() | st.just("555-0100")
_ADDRESSES = st.none() | st.just("1 Elm Street")
_CASELOADS = st.none() | st.integers(0, 40)
_STATES = st.none() | state_codes
_COUNTIES = st.none() | st.sampled_from(COUNTIES)
_LICENSES = st.none() | st.lists(licenses(), max_size=3).map(tuple)
_PAYERS = st.none() | st.frozensets(st.sampled_from(Payer))
