"""Programs: undated templates of what a clinic gives, week by week.

It stays in one piece: a program holds its services, tracks and phases against each other.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType

from attrs import evolve, field

from iopkit.confidential import hidden, while_kept
from iopkit.eligibility.predicates import AnyFact, Predicate, facts_in
from iopkit.errors import Fault, UnknownNameError, refuse, unless
from iopkit.fields import frozen
from iopkit.languages import is_language
from iopkit.levels import AgeGroup, LevelOfCare
from iopkit.modalities import Delivery, Modality
from iopkit.programs.absences import AbsenceLimit
from iopkit.programs.curricula import Curriculum
from iopkit.programs.plan_days import LONGEST_PROGRAM
from iopkit.programs.progress import (
    COURSE_FACTS,
    course_faults,
    is_course_fact,
    service_facts,
    services_asked,
)
from iopkit.programs.ranges import Times, as_count, range_faults
from iopkit.programs.stated import Stated, StatedLength
from iopkit.programs.timings import (
    Once,
    TimePerWeek,
    Timing,
    is_unrated,
    never_meet,
    slot_spans,
    slots_of,
)
from iopkit.sources import Source
from iopkit.windows import (
    DAY,
    ONE_DAY,
    WEEK,
    DayPart,
    is_session_length,
    is_whole_minutes,
    whole_minutes,
)

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME_FORM = "lower-case words joined by '-', such as 'relapse-prevention'"


# By its hash, as what was worked out for a service is kept.
@frozen(repr=False, cache_hash=True)
class Service:
    """What patients get: a modality, how long a session is, and when it takes place.

    ``duration`` is clock time, from the start to the end, and ``breaks`` are the part of it
    without service. It is ``None`` where the program's source does not say it; a site may.
    Where the source gives a range, ``duration_max`` is its end. A service of a ``track`` is
    for patients on it; one without is for all. ``delivery`` is ``None`` where it is for the
    site to say. ``or_modalities`` are what it may be in place of its ``modality``, as in
    "individual or family session"; a plan has one of them. ``day_parts`` are those in which it
    begins, where the source says them and no times, as in "evenings"; a slot's own part goes first.

    Raises:
        InvalidError: the name is not in lower-case words, a duration is not in whole
            minutes from 1 minute to 24 hours, the breaks leave no service, or bounds are
            not in order.
    """

    name: str
    title: str
    modality: Modality
    timing: Timing
    duration: timedelta | None = None
    group_min: int | None = None
    group_max: int | None = None
    duration_max: timedelta | None = None
    breaks: timedelta = timedelta(0)
    track: str | None = None
    delivery: Delivery | None = None
    curriculum: Curriculum | None = None
    or_modalities: tuple[Modality, ...] = ()
    day_parts: tuple[DayPart, ...] = ()

    def __attrs_post_init__(self) -> None:
        length, longest = self.duration, self.duration_max
        low, high = self.group_min, self.group_max
        limit = length if length is not None and is_session_length(length) else ONE_DAY
        refuse(
            f"service {self.name!r}",
            unless(is_name(self.name), "name", _NAME_FORM, repr(self.name)),
            unless(
                length is None or is_session_length(length),
                "duration",
                "whole minutes, from 1 to 1440",
                length,
            ),
            unless(
                longest is None
                or (length is not None and length <= longest and is_session_length(longest)),
                "duration_max",
                "whole minutes up to 1440, no less than the duration that it goes with",
                longest,
            ),
            unless(
                timedelta(0) <= self.breaks < limit and is_whole_minutes(self.breaks),
                "breaks",
                "whole minutes, less than the session",
                self.breaks,
            ),
            unless(
                len(set(self.modalities)) == len(self.modalities),
                "or_modalities",
                "others than the modality, each once",
                "one twice",
            ),
            unless(
                len(set(self.day_parts)) == len(self.day_parts),
                "day_parts",
                "each once",
                "one twice",
            ),
            unless(low is None or low >= 1, "group_min", "at least 1", low),
            unless(high is None or high >= (low or 1), "group_max", "at least group_min", high),
        )

    @property
    def longest(self) -> timedelta | None:
        """The longest that a session may take, by the clock."""
        return self.duration_max or self.duration

    @property
    def service_time(self) -> timedelta | None:
        """Time of service in a session, without its breaks; ``None``: not known."""
        return None if self.duration is None else self.duration - self.breaks

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """All that it may be, the first as the program's source has it first."""
        return (self.modality, *self.or_modalities)

    @property
    def kind_words(self) -> str:
        """What it is or may be, in prose, such as ``individual counseling or family session``."""
        return " or ".join(each.label.lower() for each in self.modalities)

    @property
    def is_unrated(self) -> bool:
        """Whether not even the least is stated of how often it is."""
        return is_unrated(self.timing)

    __repr__ = hidden


@frozen
class Track:
    """A variant of a program's times, such as day, evening or weekend.

    ``day_parts`` are those in which sessions of its patients begin, of services that do not say
    others; none: any.

    Raises:
        InvalidError: the name is none, or a part of the day comes twice.
    """

    name: str
    title: str
    day_parts: tuple[DayPart, ...] = ()

    def __attrs_post_init__(self) -> None:
        once = len(set(self.day_parts)) == len(self.day_parts)
        refuse(
            f"track {self.name!r}",
            unless(is_name(self.name), "name", _NAME_FORM, repr(self.name)),
            unless(once, "day_parts", "each once", "one twice"),
        )


@frozen(repr=False)
class Phase:
    """A stretch of weeks with services of its own, beside those of the whole program.

    ``weeks`` is how long it is: a number, or ``Times`` as the program's source says it; ``None``:
    it does not say. ``taper``: weekly hours go down in
    it on purpose, towards a less intensive level. ``advance`` is when a patient goes on to
    what follows: a predicate over facts about the course (``course_facts``). ``level`` is the
    phase's own level of care, and stands over its program's; ``None``: it is the program's.

    Raises:
        InvalidError: the phase has less than one week, or ``advance`` asks about other facts.
    """

    name: str
    title: str
    weeks: Times[int] = field(default=None, converter=as_count)
    services: tuple[Service, ...] = ()
    taper: bool = False
    advance: Predicate | None = None
    level: LevelOfCare | None = None

    def __attrs_post_init__(self) -> None:
        refuse(
            f"phase {self.name!r}",
            unless(is_name(self.name), "name", _NAME_FORM, repr(self.name)),
            range_faults(
                "weeks", self.weeks, 1, LONGEST_PROGRAM, f"at least 1 and at most {LONGEST_PROGRAM}"
            ),
            course_faults(self.advance, "advance"),
        )

    @property
    def words(self) -> str:
        """How long it is, in prose."""
        if (self.weeks.least, self.weeks.most) == (None, None):
            return "length not stated"
        one = (self.weeks.most or self.weeks.least) == 1
        return f"{self.weeks.words} week{'' if one else 's'}"

    @property
    def allowed_weeks(self) -> range:
        """How many weeks it may have."""
        return range(self.laid_weeks, (self.weeks.most or LONGEST_PROGRAM) + 1)

    @property
    def laid_weeks(self) -> int:
        """How many weeks a timetable shows: the least, or a typical one if none is stated."""
        return self.weeks.least or 1

    __repr__ = hidden


@frozen(repr=False, cache_hash=True)
class Program:
    """A template: phases in order, and services that run through all of them.

    A service may go on from phase to phase under one name; its sessions are then
    numbered through. ``tracks`` are variants of its times, of which a patient is on one.
    ``continuing_care`` is what follows completion, a program of its own; ``discharge`` is
    when a patient is ready for it, a predicate over ``course_facts``. ``review_every_days``
    is how often the plan is reviewed at the least. ``after_return_to_use`` says what the
    program does then, and ``absence_limits`` how many absences end it. ``language`` is what it
    is held in, as in BCP 47. ``left_open`` lists what the source does not say, and ``stated``
    the figures that it prints itself. ``not_given`` names the services that its conditions ask
    about and that it does not have, as they were left out for a track or a patient: what is asked
    about them stays not known.

    Raises:
        InvalidError: there is no phase or no service, or more than 520 weeks; two phases,
            or two services of one phase and track, share a name; a name changes its
            modality; two services of one phase and track overlap; or a service, figure or condition
            names what is not there.
    """

    name: str
    title: str
    phases: tuple[Phase, ...]
    services: tuple[Service, ...] = ()
    level: LevelOfCare | None = None
    sources: tuple[Source, ...] = ()
    left_open: tuple[str, ...] = ()
    tracks: tuple[Track, ...] = ()
    continuing_care: "Program | None" = None
    version: str | None = None
    age_group: AgeGroup | None = None
    language: str | None = None
    review_every_days: int | None = None
    after_return_to_use: str | None = None
    discharge: Predicate | None = None
    stated: tuple[Stated, ...] = ()
    absence_limits: tuple[AbsenceLimit, ...] = ()
    not_given: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        names = [phase.name for phase in self.phases]
        tracks = [track.name for track in self.tracks]
        every = self.every_service
        review = self.review_every_days
        refuse(
            f"program {self.name!r}",
            unless(is_name(self.name), "name", _NAME_FORM, repr(self.name)),
            unless(bool(names), "phases", "at least one phase", "none"),
            unless(
                self.weeks <= LONGEST_PROGRAM,
                "phases",
                f"at most {LONGEST_PROGRAM} weeks in all",
                self.weeks,
            ),
            unless(bool(every) or not names, "services", "at least one service", "none"),
            unless(len(names) == len(set(names)), "phases", "each name once", "one twice"),
            unless(len(tracks) == len(set(tracks)), "tracks", "each name once", "one twice"),
            unless(len(tracks) != 1, "tracks", "none, or two and more", "one"),
            *self._services_faults(),
            *(
                unless(
                    len({s.modalities for s in every if s.name == name}) == 1,
                    "services",
                    f"one modality for {name!r}",
                    "several",
                )
                for name in dict.fromkeys(service.name for service in every)
            ),
            unless(
                self.language is None or is_language(self.language),
                "language",
                "a language tag such as 'en' or 'es-US'",
                repr(self.language),
            ),
            unless(
                review is None or 1 <= review <= 366, "review_every_days", "from 1 to 366", review
            ),
            course_faults(self.discharge, "discharge"),
            unless(
                len(set(self.not_given)) == len(self.not_given)
                and all(map(is_name, self.not_given)),
                "not_given",
                f"{_NAME_FORM}, each once",
                "others",
            ),
            unless(
                {service.name for service in every}.isdisjoint(self.not_given),
                "not_given",
                "services that the program does not have",
                "one that it has",
            ),
            *self._condition_faults(),
            *(self._stated_faults(number) for number in range(len(self.stated))),
            *(self._limit_faults(number) for number in range(len(self.absence_limits))),
        )

    @property
    def weeks(self) -> int:
        """Length in weeks as laid out: the least, a phase of no stated length being one week."""
        return sum(phase.laid_weeks for phase in self.phases)

    @property
    def every_service(self) -> tuple[Service, ...]:
        """The program's own services, then those of each phase; names may come again."""
        return self.services + tuple(s for phase in self.phases for s in phase.services)

    @property
    def open_lengths(self) -> tuple[str, ...]:
        """Names of phases that are as long as the source does not say."""
        return tuple(phase.name for phase in self.phases if phase.weeks.least is None)

    def level_in(self, phase: Phase) -> LevelOfCare | None:
        """The level of care in a phase: its own, or else the program's; ``None``: not known."""
        return phase.level or self.level

    def not_given_in(self, condition: Predicate | None) -> tuple[str, ...]:
        """Names of the services that a condition asks about and the program was left without."""
        return tuple(name for name in services_asked(condition) if name in self.not_given)

    def services_in(self, phase: Phase) -> tuple[Service, ...]:
        """All that a week of the phase holds: the program's services, then its own."""
        return self.services + phase.services

    def on_track(self, track: str | None) -> "Program":
        """The program as patients on one track have it; ``None`` for one without tracks.

        Raises:
            UnknownNameError: the program has no such track.
        """
        if track is None and not self.tracks:
            return self
        known = {one.name: one for one in self.tracks}
        if track not in known:
            raise UnknownNameError(f"track of {self.name}", str(track), known)
        parts = known[track].day_parts
        stated = tuple(
            s if isinstance(s, StatedLength) else evolve(s, track=None)
            for s in self.stated
            if s.track in (None, track)
        )
        return self.with_services(
            lambda s: (
                evolve(s, track=None, day_parts=s.day_parts or parts)
                if s.track in (None, track)
                else None
            ),
            tracks=(),
            stated=stated,
        )

    @property
    def variants(self) -> "tuple[tuple[Track | None, Program], ...]":
        """The program on each of its tracks, or alone if it has none."""
        if not self.tracks:
            return ((None, self),)
        return tuple((track, self.on_track(track.name)) for track in self.tracks)

    def with_services(
        self,
        change: Callable[[Service], Service | None],
        *,
        tracks: tuple[Track, ...],
        stated: tuple[Stated, ...] = (),
    ) -> "Program":
        """The program with each service changed, or left out where ``change`` gives none.

        What its conditions ask about services left out stays, and is not known: see ``not_given``.

        Args:
            change: is given each service.
            tracks: those that the changed services are of.
            stated: what its source prints about the changed program.

        Raises:
            InvalidError: as for a program; for one, no service is left.
        """

        def changed(services: Iterable[Service]) -> tuple[Service, ...]:
            return tuple(new for service in services if (new := change(service)) is not None)

        phases = tuple(evolve(p, services=changed(p.services)) for p in self.phases)
        own = changed(self.services)
        left = {s.name for s in (*own, *(s for phase in phases for s in phase.services))}
        limits = tuple(
            evolve(limit, services=tuple(name for name in limit.services if name in left))
            for limit in self.absence_limits
            if not limit.services or left.intersection(limit.services)
        )
        had = {*self.not_given, *(service.name for service in self.every_service)}
        asked = (name for each in self._conditions for name in services_asked(each))
        return evolve(
            self,
            services=own,
            phases=phases,
            tracks=tracks,
            stated=stated,
            absence_limits=limits,
            not_given=tuple(name for name in dict.fromkeys(asked) if name in had - left),
        )

    @property
    def _conditions(self) -> tuple[Predicate | None, ...]:
        """When patients go on from each phase, and when they are discharged."""
        return (*(phase.advance for phase in self.phases), self.discharge)

    def _services_faults(self) -> Iterator[tuple[Fault, ...]]:
        """What is wrong with services by themselves and beside each other, by their places."""
        tracks = tuple(track.name for track in self.tracks)
        own = [("services",), *(("phases", n, "services") for n in range(len(self.phases)))]
        groups = [self.services, *(phase.services for phase in self.phases)]
        lengths = [self.weeks, *(phase.laid_weeks for phase in self.phases)]
        for path, services, weeks in zip(own, groups, lengths, strict=True):
            for number, service in enumerate(services):
                last = service.timing.week if isinstance(service.timing, Once) else 0
                faults = (
                    *unless(
                        service.track is None or service.track in tracks,
                        "track",
                        f"a track of the program ({', '.join(tracks) or 'it has none'})",
                        repr(service.track),
                    ),
                    *unless(last <= weeks, "timing", f"a week up to {weeks}", last),
                    *unless(
                        service.duration is None or not isinstance(service.timing, TimePerWeek),
                        "timing",
                        "a count of sessions, as their length is known",
                        "time a week",
                    ),
                )
                yield tuple(fault.under(*path, number) for fault in faults)
        yield tuple(
            Fault(("tracks", number), "a track with services of its own", repr(track))
            for number, track in enumerate(tracks)
            if track not in {service.track for service in self.every_service}
        )
        for number, phase in enumerate(self.phases):
            beside = [
                [s for s in self.services_in(phase) if s.track in (None, track)]
                for track in tracks or (None,)
            ]
            twice = any(len({s.name for s in some}) < len(some) for some in beside)
            clashes = dict.fromkeys(
                pair
                for some in beside
                for pair in clashing_services(some, throughout=self.services)
            )
            faults = (
                *unless(not twice, "services", "each name once", "one twice"),
                *(
                    Fault(("services",), "services that do not overlap", f"{first} and {second}")
                    for first, second in clashes
                ),
            )
            yield tuple(fault.under("phases", number) for fault in faults)

    def _condition_faults(self) -> Iterator[tuple[Fault, ...]]:
        """What conditions ask about services that are not there."""
        paths = (*(("phases", n, "advance") for n in range(len(self.phases))), ("discharge",))
        every = zip(paths, self._conditions, strict=True)
        conditions = [(path, each) for path, each in every if each is not None]
        if not conditions:  # To name the facts takes half of what all checks of a program do.
            return
        services = (*(service.name for service in self.every_service), *self.not_given)
        known = {*COURSE_FACTS, *service_facts(services)}
        for path, condition in conditions:
            yield tuple(
                Fault(path, "facts about services of the program", fact.name)
                for fact in facts_in(condition)
                if is_course_fact(fact) and fact.name not in known
            )

    def _stated_faults(self, number: int) -> tuple[Fault, ...]:
        stated = self.stated[number]
        tracks = {None, *(track.name for track in self.tracks)}
        beside = [s for s in self.every_service if s.track in (None, stated.track)]
        faults = (
            *unless(stated.track in tracks, "track", "a track of the program", repr(stated.track)),
            *self._parts_faults(stated, {s.name for s in beside}, "services of the track"),
        )
        return tuple(fault.under("stated", number) for fault in faults)

    def _limit_faults(self, number: int) -> tuple[Fault, ...]:
        limit, names = self.absence_limits[number], {s.name for s in self.every_service}
        faults = self._parts_faults(limit, names, "services of the program")
        return tuple(fault.under("absence_limits", number) for fault in faults)

    def _parts_faults(
        self, of: Stated | AbsenceLimit, names: set[str], expected: str
    ) -> tuple[Fault, ...]:
        """What is wrong with the phase and the services that something is of."""
        phases = {None, *(phase.name for phase in self.phases)}
        return (
            *unless(of.phase in phases, "phase", "a phase of the program", repr(of.phase)),
            *unless(names.issuperset(of.services), "services", expected, "others"),
        )

    __repr__ = hidden


def is_name(text: str) -> bool:
    """Whether a text is a name such as parts of programs have: lower-case words joined by "-"."""
    return bool(_NAME.fullmatch(text))


def course_facts(program: Program) -> Mapping[str, AnyFact]:
    """What the conditions of a program can ask about: ``COURSE_FACTS``, and its services.

    For each service these are ``attended_``, ``missed_``, ``due_`` and ``unexcused_`` with its
    name, ``_`` for ``-``.
    """
    names = (*(service.name for service in program.every_service), *program.not_given)
    return MappingProxyType({**COURSE_FACTS, **service_facts(names)})


def unrated(program: Program) -> tuple[str, ...]:
    """Names of services that are as often as is not stated."""
    return tuple(service.name for service in program.every_service if service.is_unrated)


@while_kept
def services_by_place(program: Program) -> Mapping[tuple[str, str], Service]:
    """Services of a program without tracks by the names of their phase and their own."""
    return MappingProxyType(
        {(p.name, s.name): s for p in program.phases for s in program.services_in(p)}
    )


def fixed_times(services: Iterable[Service]) -> Iterator[tuple[int, int, str]]:
    """Start and end in minutes of the week, and the name, of each fixed weekly time."""
    for service in services:
        if service.longest is not None:
            length = whole_minutes(service.longest)
            for start, end in slot_spans(slots_of(service.timing), length):
                yield start, end, service.name


def clashing_services(
    services: Iterable[Service], *, throughout: Collection[Service] = ()
) -> tuple[tuple[str, str], ...]:
    """Names of services whose fixed weekly times overlap, in weeks in which both may be.

    Those of one weekday whose weeks are never the same, as every second from the first and every
    second from the second, may have one time. ``throughout`` are those of the services that run
    through the program: their weeks count from another first than those of a phase.
    """
    listed = tuple(services)
    times = sorted(
        (start, end, service.name, place)
        for place, service in enumerate(listed)
        for start, end, _ in fixed_times([service])
    )
    # The week repeats, so its last times may run into its first.
    again = [*times, *((s + WEEK, e + WEEK, name, place) for s, e, name, place in times)]
    # Nearly always none runs into the next, so that there is nothing more to ask.
    crowded = any(end > start for (_, end, *_), (start, *_) in zip(times, again[1:], strict=False))
    found: dict[tuple[str, str], None] = {}
    for number, (start, end, name, place) in enumerate(times if crowded else ()):
        one = listed[place]
        for low, _, other, beside in (each for each in again[number + 1 :] if each[0] < end):
            two = listed[beside]
            same_first = (one in throughout) is (two in throughout)
            same_day = start // DAY == low // DAY % 7
            if not (same_first and same_day and never_meet(one.timing, two.timing)):
                found[name, other] = None
    return tuple(found)
