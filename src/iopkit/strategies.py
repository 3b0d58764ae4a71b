"""Hypothesis strategies for iopkit's values, for tests of what is built on it.

Needs the extra ``strategies``. What they draw is valid, and covers what is unknown.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from math import isinf
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from attrs import evolve, fields
from hypothesis import strategies as st

from iopkit.charges.code_rules import (
    CodeRule,
    CodingRule,
    CodingScheme,
    DayCode,
    DaysCounted,
    DayTiers,
    Exclusion,
    SessionCodes,
    Tier,
    TimeBand,
    TimedCode,
    WeekCode,
    codes_of,
)
from iopkit.charges.rates import Rate, RateTable
from iopkit.eligibility.kinds import Choice, Kind, Scalar, YesNo, is_ordered
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.predicates import (
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Between,
    Compare,
    Known,
    Not,
    OneOf,
    Operator,
    Predicate,
    place_of,
)
from iopkit.groups.groups import Group
from iopkit.groups.rosters import Candidate, GroupDose, GroupPreference, Roster
from iopkit.levels import AgeGroup, Edition, LevelOfCare
from iopkit.modalities import Delivery, Modality
from iopkit.needs import Need
from iopkit.patients.assessments import (
    Assessment,
    DimensionRating,
    EntryRoute,
    LivingEnvironment,
    OpioidMedication,
)
from iopkit.patients.consents import TPO, Consent, Expiry, Purpose
from iopkit.patients.diagnoses import Diagnosis, MentalDisorder, Substance, SubstanceUseDisorder
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.patients import (
    Coverage,
    Obligation,
    ObligationKind,
    Outcome,
    Patient,
    Payer,
    Relationship,
    Support,
    Treatment,
)
from iopkit.patients.screenings import Score, Screening
from iopkit.programs.programs import Curriculum, Phase, Program, Service, Track, clashing_services
from iopkit.programs.progress import COURSE_FACTS
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
from iopkit.requirements.demands import (
    Caseload,
    Counting,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LongestGap,
    PlanLength,
    PlanPart,
    Reviews,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.requirements.milestones import MilestoneKind, Signer
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.schedules.conflicts import Appointment
from iopkit.sites import Clinician, ClosedRule, Closure, Offer, Room, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.windows import DAY, ONE_DAY, WEEK, Weekday, WeeklyWindows, whole_minutes

T = TypeVar("T")

_ZONES = (
    "America/Chicago",
    "America/Phoenix",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Europe/London",
    "Africa/Casablanca",
    "UTC",
)
_yes_no = st.none() | st.booleans()
_names = st.from_regex(r"[a-z]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
_texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)


def days(
    first: date = date(2024, 1, 1), last: date = date(2030, 12, 31)
) -> st.SearchStrategy[date]:
    """Days, both ends included."""
    return st.dates(first, last)


def clock_times() -> st.SearchStrategy[time]:
    """Wall-clock times in whole minutes."""
    return st.builds(time, st.integers(0, 23), st.integers(0, 59))


def weekly_windows() -> st.SearchStrategy[WeeklyWindows]:
    """Sets of minutes of the week, with none, one or several spans."""
    span = st.tuples(st.integers(0, WEEK - 1), st.integers(1, 2 * DAY))
    spans = st.lists(span.map(lambda s: (s[0], min(s[0] + s[1], WEEK))), max_size=8)
    return spans.map(lambda drawn: WeeklyWindows(tuple(drawn)))


@st.composite
def diagnoses(draw: st.DrawFn) -> Diagnosis:
    """Use disorders and other mental disorders."""
    diagnosed = draw(st.none() | days(date(2010, 1, 1), date(2023, 12, 31)))
    if draw(st.booleans()):
        code = draw(st.none() | st.sampled_from(["F32.1", "F41.1", "F43.10"]))
        return MentalDisorder(code=code, diagnosed=diagnosed)
    substance = draw(st.none() | st.sampled_from(Substance))
    most = substance.criteria if substance else 11
    block = substance.icd10_block if substance else "F19"
    return SubstanceUseDisorder(
        substance=substance,
        criteria_met=draw(st.none() | st.integers(2, most)),
        code=draw(st.none() | st.sampled_from([f"{block}.10", f"{block}.20", f"{block}.21"])),
        diagnosed=diagnosed,
        symptom_free_since=draw(st.none() | days(diagnosed or date(2010, 1, 1))),
    )


@st.composite
def assessments(draw: st.DrawFn) -> Assessment:
    """Assessments with any part of their findings, from none to all."""
    rated = draw(st.lists(st.integers(1, 6), unique=True, max_size=6))
    risks = st.none() | st.integers(0, 4)
    edition = Edition.THIRD if rated else draw(st.sampled_from(Edition))
    # Any: each field has values of its own type.
    found: dict[str, st.SearchStrategy[Any]] = {
        "needed_per_week": st.integers(0, 40 * 60).map(_minutes),
        "living_environment": st.sampled_from(LivingEnvironment),
        "opioid_medication": st.sampled_from(OpioidMedication),
        "entry": st.sampled_from(EntryRoute),
        "age_group": st.sampled_from(AgeGroup),
        "needs": st.frozensets(st.sampled_from(Need), max_size=4),
        **{f.name: st.booleans() for f in fields(Assessment) if f.type == bool | None},
    }
    names = draw(st.just(sorted(found)) | st.lists(st.sampled_from(sorted(found)), unique=True))
    return Assessment(
        on=draw(days()),
        edition=edition,
        ratings=tuple(DimensionRating(dimension, draw(risks)) for dimension in rated),
        **{name: draw(found[name]) for name in names},
    )


@st.composite
def consents(draw: st.DrawFn) -> Consent:
    """Consents with any of their elements."""
    purposes = draw(
        st.none()
        | st.just(frozenset({Purpose.LEGAL_PROCEEDINGS}))
        | st.frozensets(st.sampled_from(sorted(set(Purpose) - {Purpose.LEGAL_PROCEEDINGS})))
    )
    # Only treatment, payment and operations may go on without an end.
    unending = [Expiry.NONE] if not purposes or purposes <= TPO else []
    expiry = draw(st.none() | st.sampled_from([Expiry.DATE, Expiry.EVENT, *unending]))
    signed = draw(st.none() | days())
    ends = st.none() | st.integers(1, 700).map(
        lambda n: (signed or date(2025, 1, 1)) + timedelta(n)
    )
    return Consent(
        discloser=draw(st.none() | _texts),
        information=draw(st.none() | _texts),
        recipients=draw(st.none() | st.lists(_texts, max_size=3).map(tuple)),
        purposes=purposes,
        told_of_right_to_revoke=draw(_yes_no),
        expiry=expiry,
        end=draw(ends) if expiry in (None, Expiry.DATE) else None,
        event_occurred=draw(st.none() | days()) if expiry is Expiry.EVENT else None,
        signed=signed,
        told_of_redisclosure=draw(_yes_no),
        revoked=draw(st.none() | days()),
    )


@st.composite
def screenings(draw: st.DrawFn) -> Screening:
    """Screenings with all, some or none of their answers, and with scores that fit these."""
    instrument = draw(st.sampled_from(tuple(INSTRUMENTS.values())))
    unanswered = draw(st.sampled_from([st.nothing(), st.none()]))
    places = [unanswered | st.sampled_from(item.answers) for item in instrument.items]
    known = Screening(instrument.name, draw(days()), draw(st.none() | st.tuples(*places)))
    # Of scales that share their last item, one alone is scored: two could contradict.
    scales = st.lists(st.sampled_from(instrument.scales), unique_by=lambda scale: scale.items[-1])
    scores = [
        Score(scale.name, draw(st.integers(*known.bounds(scale.name)))) for scale in draw(scales)
    ]
    return evolve(known, scores=tuple(scores))


@st.composite
def treatments(draw: st.DrawFn) -> Treatment:
    """Episodes of treatment at any level, past, going on or of unknown days."""
    edition = draw(st.sampled_from(Edition))
    numbers = ("1", "2.1", "3.1", "3.7", "4") if edition is Edition.THIRD else ("2.1", "3.1", "4.0")
    start = draw(st.none() | days(date(2020, 1, 1), date(2026, 1, 1)))
    length = draw(st.none() | st.integers(1, 400).map(timedelta))
    return Treatment(
        level=draw(st.none() | st.sampled_from(numbers).map(lambda n: LevelOfCare(n, edition))),
        start=start,
        end=None if length is None else (start or date(2025, 1, 1)) + length,
        outcome=draw(st.none() | st.sampled_from(Outcome)),
    )


def supports() -> st.SearchStrategy[Support]:
    """Support persons."""
    return st.builds(
        Support,
        relationship=st.none() | st.sampled_from(Relationship),
        lives_with_patient=_yes_no,
        joins_family_sessions=_yes_no,
    )


def coverages() -> st.SearchStrategy[Coverage]:
    """Coverages with an open or a known span."""
    start = days(date(2020, 1, 1), date(2025, 1, 1))
    end = days(date(2025, 1, 2), date(2030, 1, 1))
    return st.builds(Coverage, st.sampled_from(Payer), st.none() | start, st.none() | end)


def obligations() -> st.SearchStrategy[Obligation]:
    """Standing commitments, with known or unknown times."""
    return st.builds(Obligation, st.sampled_from(ObligationKind), st.none() | weekly_windows())


def patients() -> st.SearchStrategy[Patient]:
    """Patients of whom anything from nothing to everything is known; born before 2010."""

    def some(of: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...] | None]:
        return st.none() | st.lists(of, max_size=3).map(tuple)

    return st.builds(
        Patient,
        key=keys(),
        birth_date=st.none() | st.dates(date(1920, 1, 1), date(2009, 12, 31)),
        diagnoses=some(diagnoses()),
        assessments=some(assessments()),
        screenings=some(screenings()),
        treatments=some(treatments()),
        supports=some(supports()),
        consents=some(consents()),
        coverages=some(coverages()),
        obligations=some(obligations()),
        availability=st.none() | weekly_windows(),
    )


def keys() -> st.SearchStrategy[UUID]:
    """Random keys."""
    return st.uuids(version=4)


def slots() -> st.SearchStrategy[Slot]:
    """Weekdays with or without a time."""
    return st.builds(Slot, st.sampled_from(Weekday), st.none() | clock_times())


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
        breaks=_minutes(draw(st.just(0) | breaks)),
        track=draw(st.none() | st.sampled_from(tracks)) if tracks else None,
        delivery=draw(_DELIVERIES),
        curriculum=draw(_CURRICULA),
    )


def curricula() -> st.SearchStrategy[Curriculum]:
    """Topics of open and closed groups."""
    topics = st.lists(_texts, min_size=1, max_size=4).map(tuple)
    return st.builds(Curriculum, topics, _yes_no)


@st.composite
def programs(draw: st.DrawFn, *, draftable: bool = True) -> Program:
    """Programs of up to four short phases, whose fixed times do not overlap.

    Args:
        draftable: neither tracks nor phases of no stated length, so that a plan can have it
            as it is.
    """
    known = draw(st.lists(_names, min_size=1, max_size=5, unique=True))
    tracks = () if draftable else draw(st.sampled_from([(), ("day", "evening")]))

    def some(most: int, beside: list[Service]) -> list[Service]:
        """Services that overlap none, and share no name with those beside them."""
        taken, kept = {service.name for service in beside}, list[Service]()
        for name in draw(st.lists(st.sampled_from(known), max_size=most, unique=True)):
            service = draw(services(name, tracks))
            if name not in taken and not clashing_services([*beside, *kept, service]):
                kept.append(service)
        return kept

    shared = [_on_track(track) for track in tracks]
    shared += some(2, shared)
    phases: list[Phase] = []
    for number in range(draw(st.integers(1, 4))):
        own = some(3, shared)
        weeks = draw(st.integers(1, 6) if draftable else st.none() | st.integers(1, 6))
        phases.append(
            Phase(
                f"phase-{number}",
                f"Phase {number}",
                weeks,
                tuple(own),
                draw(st.none() | st.integers(weeks or 1, 8)),
                draw(st.booleans()),
                draw(_CONDITIONS),
            )
        )
    if not shared and not any(phase.services for phase in phases):
        shared = [Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(3), timedelta(hours=3))]
    return Program(
        draw(_names),
        "A program",
        tuple(phases),
        tuple(shared),
        tracks=tuple(Track(name, name) for name in tracks),
        age_group=draw(st.none() | st.sampled_from(AgeGroup)),
        review_every_days=draw(st.none() | st.integers(7, 90)),
        discharge=draw(_CONDITIONS),
    )


def _on_track(track: str) -> Service:
    """A service that only patients on a track have, without a time that could overlap."""
    return Service(
        f"{track}-group", track, Modality.GROUP_THERAPY, PerWeek(3), timedelta(hours=3), track=track
    )


def demands() -> st.SearchStrategy[Demand]:
    """Demands of every kind."""
    kinds = st.frozensets(st.sampled_from(Modality), min_size=1)
    counting = st.builds(Counting, kinds, st.booleans(), st.booleans())
    hours = st.integers(1, 20 * 60).map(_minutes)
    return st.one_of(
        st.builds(WeeklyHours, hours, st.none(), counting, taper_weeks=st.integers(0, 3)),
        st.builds(WeeklyHours, st.none(), hours, counting, st.booleans()),
        st.builds(DailyHours, st.integers(1, 8 * 60).map(_minutes), counting),
        st.builds(WeeklyDays, st.integers(1, 7), counting),
        st.builds(LongestGap, st.integers(0, 7), counting),
        st.builds(WeeklyServices, st.integers(1, 12), counting),
        st.builds(Frequency, kinds, st.none() | st.integers(1, 60)),
        st.builds(GroupSize, st.integers(1, 40), kinds),
        st.builds(Caseload, st.integers(1, 40)),
        st.builds(
            Reviews,
            st.sampled_from([MilestoneKind.REVIEW, MilestoneKind.RECERTIFICATION]),
            st.integers(1, 90),
            st.none() | st.integers(1, 90),
        ),
        st.just(Reviews(MilestoneKind.REVIEW)),
        st.builds(PlanLength, st.integers(1, 60), st.none() | st.integers(60, 200)),
        st.builds(
            WrittenPlan,
            st.frozensets(st.sampled_from(PlanPart), min_size=1),
            st.frozensets(st.sampled_from(Signer)),
        ),
    )


@st.composite
def requirement_sets(draw: st.DrawFn, since: date = date(2020, 1, 1)) -> RequirementSet:
    """Requirement sets of one version, in force since a day."""
    source = Source("Example Code 1", Grade.LEGAL_TEXT)
    listed = tuple(
        Requirement(
            f"requirement-{number}",
            "So much.",
            demand,
            source,
            draw(st.none() | st.sampled_from(AgeGroup)),
            draw(st.booleans()),
        )
        for number, demand in enumerate(draw(st.lists(demands(), min_size=1, max_size=4)))
    )
    versions = Versions((Dated(since, listed, source),))
    return RequirementSet(draw(_names), "A payer", versions, draw(st.integers(18, 21)))


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """Sites in several time zones, with closures, offers and staff, without public holidays."""
    bounds = st.just((None, None)) | st.lists(
        clock_times(), min_size=2, max_size=2, unique=True
    ).map(sorted)
    closures = [
        Closure(start, start + timedelta(days=draw(st.integers(1, 10))), "closed", *draw(bounds))
        for start in draw(st.lists(days(), max_size=6))
    ]
    rooms = draw(st.lists(_rooms, max_size=2, unique_by=lambda room: room.name))
    staff = draw(st.lists(_clinicians, max_size=2, unique_by=lambda each: each.name))
    offers = [
        Offer(
            name,
            start=draw(st.none() | clock_times()),
            duration=draw(st.none() | st.integers(1, 240).map(_minutes)),
            delivery=draw(st.none() | st.sampled_from(Delivery)),
            room=draw(st.sampled_from([None, *(room.name for room in rooms)])),
            clinician=draw(st.sampled_from([None, *(each.name for each in staff)])),
        )
        for name in draw(st.lists(_names, max_size=3, unique=True))
    ]
    return Site(
        name="Elm Street",
        zone=draw(st.sampled_from(_ZONES)),
        hours=draw(weekly_windows().filter(lambda windows: bool(windows.spans))),
        closures=tuple(closures),
        offers=tuple(offers),
        break_between=_minutes(draw(st.sampled_from([0, 10]))),
        provides=draw(st.none() | st.frozensets(st.sampled_from(Need))),
        patients_per_counselor=draw(st.none() | st.integers(0, 40)),
        rooms=tuple(rooms),
        clinicians=tuple(staff),
        closed_rule=draw(st.sampled_from(ClosedRule)),
    )


_rooms = st.builds(Room, _names, st.integers(1, 30), st.none() | weekly_windows())
_clinicians = st.builds(
    Clinician,
    _names,
    st.none() | weekly_windows(),
    st.none() | st.frozensets(st.sampled_from(Modality)),
    st.none() | st.frozensets(st.sampled_from(["en", "es", "es-US"])),
)


@st.composite
def appointments(draw: st.DrawFn, first: date = date(2024, 1, 1)) -> Appointment:
    """Appointments elsewhere, in several time zones, in the half year from a day."""
    start = datetime.combine(first, time(0), UTC) + _minutes(draw(st.integers(0, 180 * DAY)))
    at = start.astimezone(ZoneInfo(draw(st.sampled_from(_ZONES))))
    length = _minutes(draw(st.integers(1, 3 * DAY)))
    end = (start + length).astimezone(UTC)
    return Appointment(at, end, draw(_texts), draw(st.booleans()))


@st.composite
def groups(draw: st.DrawFn, name: str) -> Group:
    """Groups of one or two weekly times, open and closed, for all and for some."""
    starts = st.builds(time, st.integers(8, 20), st.sampled_from([0, 30]))
    timed = st.builds(Slot, st.sampled_from(Weekday), starts)
    closed = draw(st.booleans())
    first = days(date(2025, 12, 1), date(2026, 2, 1))
    return Group(
        name,
        draw(st.sampled_from(["group", "skills"])),
        tuple(draw(st.lists(timed, min_size=1, max_size=2, unique_by=lambda slot: slot.day))),
        _minutes(draw(st.sampled_from([50, 90, 180]))),
        draw(st.integers(1, 3)),
        closed=closed,
        begins=draw(first if closed else st.none() | first),
        language=draw(st.none() | st.sampled_from(_LANGUAGES)),
        genders=draw(st.none() | st.frozensets(st.sampled_from(_GENDERS), min_size=1)),
        stages=draw(st.none() | st.frozensets(st.sampled_from(_STAGES), min_size=1)),
    )


_LANGUAGES, _GENDERS, _STAGES = ("en", "es"), ("women", "men"), ("early", "later")


@st.composite
def candidates(draw: st.DrawFn, among: tuple[Group, ...]) -> Candidate:
    """Candidates for some groups, of whom little, much or all is known."""
    names = st.sampled_from([group.name for group in among])
    some = st.frozensets(names, max_size=2)
    doses = st.builds(GroupDose, st.sampled_from(["group", "skills"]), st.sampled_from([1, 1, 2]))
    often = st.sampled_from([WeeklyWindows.always(), _MORNINGS, ~_MORNINGS])
    windows = often | weekly_windows()
    preferences = st.builds(GroupPreference, st.integers(-5, 5), some, st.none() | windows)
    chosen = draw(st.lists(doses, min_size=1, max_size=2, unique_by=lambda dose: dose.service))
    return Candidate(
        draw(keys()),
        tuple(chosen),
        draw(st.none() | windows),
        draw(st.sampled_from([1, 1, 2])),
        draw(st.none() | st.frozensets(st.sampled_from(_LANGUAGES))),
        draw(st.none() | st.sampled_from(_GENDERS)),
        draw(st.none() | st.sampled_from(_STAGES)),
        tuple(draw(st.lists(preferences, max_size=2))),
        draw(st.none() | days(date(2025, 10, 1), date(2026, 1, 31))),
        draw(some),
    )


@st.composite
def rosters(draw: st.DrawFn, *, contested: bool = False) -> Roster:
    """A few groups, and a few candidates for them.

    Args:
        contested: most can come to most groups, of which there are few, in the first three
            days of the week.
    """
    if contested:
        some = tuple(draw(_few_groups(f"group-{number}")) for number in range(draw(_several)))
        return Roster(some, tuple(draw(_ready(some, n)) for n in range(draw(_several))))
    some = tuple(draw(groups(f"group-{number}")) for number in range(draw(st.integers(1, 6))))
    who = st.lists(candidates(some), max_size=6, unique_by=lambda one: one.key)
    return Roster(some, tuple(draw(who)))


_several = st.sampled_from([3, 4, 5, 6])


@st.composite
def _few_groups(draw: st.DrawFn, name: str) -> Group:
    on = draw(st.sampled_from([(0,), (1,), (2,), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]))
    return Group(
        name,
        draw(st.sampled_from(["group", "group", "group", "skills"])),
        tuple(Slot(Weekday(day), time(draw(st.sampled_from([9, 10, 11, 18])))) for day in on),
        _minutes(draw(st.sampled_from([60, 90]))),
        draw(st.sampled_from([1, 1, 2])),
        language=draw(st.sampled_from([None, None, None, "en"])),
        stages=draw(st.sampled_from([None, None, None, frozenset({"early"})])),
    )


@st.composite
def _ready(draw: st.DrawFn, among: tuple[Group, ...], number: int) -> Candidate:
    names = [one.name for one in among]
    pairs = [frozenset(pair) for pair in pairwise([*names, names[0]])]
    points = st.integers(-3, 5)
    once, twice = GroupDose("group"), GroupDose("group", 2)
    return Candidate(
        UUID(int=number, version=4),
        draw(st.sampled_from([(once,), (twice,), (once, GroupDose("skills"))])),
        draw(st.sampled_from([WeeklyWindows.always(), WeeklyWindows.always(), _MORNINGS])),
        draw(st.sampled_from([1, 1, 2])),
        draw(st.sampled_from([None, frozenset({"en"})])),
        stage="early",
        preferences=(
            GroupPreference(draw(points), draw(st.sampled_from(pairs))),
            GroupPreference(draw(points), within=_MORNINGS),
        ),
        waiting_since=draw(st.none() | days(date(2025, 11, 1), date(2026, 1, 31))),
        now_in=draw(st.sampled_from([frozenset[str]()] * 9 + pairs)),
    )


_MORNINGS = WeeklyWindows.of(*(f"{day.title} 00:00-12:00" for day in Weekday))


@st.composite
def codings(draw: st.DrawFn) -> CodingScheme:
    """Coding schemes with rules of every kind; the second version comes in 2025, if any."""
    since = [date(1970, 1, 1), date(2025, 6, 15)][: draw(st.integers(1, 2))]
    return CodingScheme(
        draw(_names),
        "A coding scheme",
        Versions(tuple(Dated(day, draw(_coding_rules()), _SOURCE) for day in since)),
        draw(st.none() | st.sampled_from(Weekday)),
        draw(st.booleans()),
    )


_SOURCE = Source("Example Code 1", Grade.SECONDARY)


@st.composite
def _coding_rules(draw: st.DrawFn) -> tuple[CodingRule, ...]:
    """Rules that share no code, then exclusions from codes of a rule to those of the next."""
    kinds = draw(st.lists(st.integers(0, 4), min_size=1, max_size=4))
    rules = [draw(_code_rules(f"C{number}")[kind]) for number, kind in enumerate(kinds)]
    of_days = [codes_of(rule) for rule in rules if not isinstance(rule, WeekCode)]
    exclusions = [
        Exclusion(codes[0], frozenset(later), _SOURCE)
        for codes, later in pairwise(of_days)
        if draw(st.booleans())
    ]
    return (*rules, *exclusions)


def _code_rules(code: str) -> tuple[st.SearchStrategy[CodeRule], ...]:
    """Rules of each kind, for codes that begin in one way."""
    kept = st.just(code)
    lengths = st.sampled_from([1, 15, 50, 60, 90, 180, 240]).map(_minutes)
    counted = st.frozensets(st.sampled_from(Modality), min_size=1)
    most = st.none() | st.integers(1, 3)
    source = st.just(_SOURCE)
    least = st.lists(st.integers(0, 90), min_size=1, max_size=2, unique=True).map(sorted)
    bands = least.map(lambda some: tuple(TimeBand(f"{code}-{n}", _minutes(n)) for n in some))
    longest = st.none() | st.integers(90, 240).map(_minutes)
    services = st.lists(st.integers(1, 4), min_size=1, max_size=2, unique=True).map(sorted)
    tiers = services.map(lambda some: tuple(Tier(f"{code}-{n}", n) for n in some))
    return (
        st.builds(
            DayCode, kept, lengths, counted, source, st.integers(1, 7), st.sampled_from(DaysCounted)
        ),
        st.builds(SessionCodes, bands, counted, source, longest, most, most),
        st.builds(TimedCode, kept, lengths, counted, source, most),
        st.builds(DayTiers, tiers, counted, source),
        st.builds(WeekCode, kept, st.integers(1, 9), counted, source),
    )


@st.composite
def rate_tables(draw: st.DrawFn, codes: tuple[str, ...] = ("H0004", "H0015")) -> RateTable:
    """Rate tables for some codes, with gaps, and with and without an end and a source."""
    rates: list[Rate] = []
    for code in draw(st.lists(st.sampled_from(codes), max_size=5, unique=True)):
        starts = sorted(draw(st.lists(days(), min_size=1, max_size=3, unique=True)))
        ends = [*starts[1:], draw(st.none() | st.just(starts[-1] + timedelta(days=365)))]
        for start, end in zip(starts, ends, strict=True):
            cents = Decimal(draw(st.integers(0, 999_999_999))).scaleb(-2)
            source = draw(st.none() | st.just(_SOURCE))
            early = start + ONE_DAY if draw(st.booleans()) else end
            rates.append(Rate(code, start, cents, early, source))
    return RateTable(draw(_names), "Rates", tuple(rates))


def values_of(kind: Kind) -> st.SearchStrategy[Scalar]:
    """Values that a kind of fact has."""
    match kind:
        case YesNo():
            return st.booleans()
        case Choice(options):
            return st.sampled_from(options)
        case _:
            if kind.whole:
                low, high = (None if isinf(end) else int(end) for end in (kind.low, kind.high))
                return st.integers(low, high)
            return st.floats(kind.low, kind.high)


def predicates(facts: tuple[AnyFact, ...] = tuple(FACTS.values())) -> st.SearchStrategy[Predicate]:
    """Predicate trees over some facts, with every kind of node."""
    # Drawn by place: Hypothesis warns of the long reprs that a strategy of many facts has.
    places = st.integers(0, len(facts) - 1)
    return st.recursive(places.flatmap(lambda n: _leaves(facts[n])), _nodes, max_leaves=12)


@st.composite
def _leaves(draw: st.DrawFn, fact: AnyFact) -> Predicate:
    values = values_of(fact.kind)
    leaves: list[st.SearchStrategy[Predicate]] = [
        st.just(Known(fact)),
        st.lists(values, min_size=1, max_size=3).map(lambda some: OneOf(fact, tuple(some))),
    ]
    operators = st.just(Operator.EQUALS)
    if is_ordered(fact.kind):
        operators = st.sampled_from(Operator)
        ends = st.lists(values, min_size=2, max_size=2)
        in_order = ends.map(lambda two: sorted(two, key=lambda end: place_of(fact.kind, end)))
        leaves.append(in_order.map(lambda two: Between(fact, *two)))
    leaves.append(st.builds(Compare, st.just(fact), operators, values))
    return draw(st.one_of(leaves))


def _nodes(parts: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    some = st.lists(parts, max_size=4).map(tuple)
    at_least_one = st.lists(parts, min_size=1, max_size=4).map(tuple)
    counted = at_least_one.flatmap(
        lambda drawn: st.builds(AtLeast, st.integers(1, len(drawn)), st.just(drawn))
    )
    return st.one_of(st.builds(AllOf, some), st.builds(AnyOf, some), st.builds(Not, parts), counted)


def fact_values(
    facts: tuple[AnyFact, ...] = tuple(FACTS.values()),
) -> st.SearchStrategy[dict[str, Scalar | None]]:
    """Values of some facts by name, from none of them known to all."""
    values: dict[str, st.SearchStrategy[Scalar | None]] = {
        fact.name: values_of(fact.kind) for fact in facts
    }
    some = st.fixed_dictionaries({name: st.none() | of for name, of in values.items()})
    return some | st.fixed_dictionaries(values)


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


# Made once, as Hypothesis looks through each strategy before it draws from it.
_LEAST_SIZES = st.none() | st.integers(1, 8)
_LENGTHS = st.none() | st.integers(1, 240).map(_minutes)
_LONGER = st.none() | st.integers(0, 60).map(_minutes)
_TIMINGS = timings()
_TIMINGS_OR_TIME = _TIMINGS | st.builds(TimePerWeek, st.integers(1, 20 * 60).map(_minutes))
_DELIVERIES = st.none() | st.sampled_from(Delivery)
_CURRICULA = st.none() | curricula()
_CONDITIONS = st.none() | predicates(tuple(COURSE_FACTS.values()))
