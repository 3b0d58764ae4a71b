"""Running a clinic: all its patients judged, planned and dated together, and again later."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from typing import TypeVar
from uuid import UUID

from attrs import evolve

from iopkit.charges.charges import itemize
from iopkit.checks.caseloads import CaseloadFinding, check_caseloads
from iopkit.checks.fitting import judge
from iopkit.clinics.clinics import (
    Clinic,
    ClinicRun,
    FormerRun,
    NamedPatient,
    Omission,
    PatientRun,
    Step,
    by_key,
)
from iopkit.clinics.seating import Seats, seats_of
from iopkit.confidential import hidden
from iopkit.errors import (
    InvalidError,
    NotInForceError,
    TooComplexError,
    UnknownNameError,
    refuse,
    unless,
    unless_a,
)
from iopkit.groups.groups import Group, join
from iopkit.placement.placement import place
from iopkit.plans.carrying import carry_settled
from iopkit.plans.drafting import draft
from iopkit.plans.notes import NoteSubject
from iopkit.plans.plans import MOST_EXTRA_WEEKS, Leave, Plan
from iopkit.plans.taken import TakenTime, taken_times
from iopkit.programs.programs import unrated
from iopkit.programs.timings import RandomDays, slot_spans
from iopkit.schedules.capacity import census, loads, meetings, weekly_census, weekly_loads
from iopkit.schedules.conflicts import all_conflicts
from iopkit.schedules.diaries import Diaries
from iopkit.schedules.differences import schedule_difference
from iopkit.schedules.meeting_dates import plan_meetings
from iopkit.schedules.obstructions import Surroundings
from iopkit.schedules.rescheduling import rescheduled
from iopkit.schedules.scheduling import scheduled
from iopkit.schedules.sessions import Schedule, Session
from iopkit.truth import Truth
from iopkit.windows import whole_minutes

T = TypeVar("T")

_ASKED = {
    NoteSubject.CALL_UNKNOWN,
    NoteSubject.FAMILY_UNKNOWN,
    NoteSubject.NOT_CALLED_FOR,
    NoteSubject.FAMILY_NOT_POSSIBLE,
}
"""Notes of a draft about services that it has put on hold."""


def run_clinic(
    clinic: Clinic,
    *,
    as_of: datetime,
    former: FormerRun | None = None,
    watched: Callable[[Sequence[NamedPatient]], Iterable[NamedPatient]] = iter,
) -> ClinicRun:
    """Judge, place, group, plan, date, check and charge all patients of a clinic.

    Each patient gets what the single functions give: ``decide``, ``place``, ``assign``, ``draft``,
    ``schedule``, ``judge`` and ``itemize``. Weekly times of sessions for one patient, where the
    program leaves a choice, and those that have to move, or are on random days, are put where room
    and clinician are with nobody else: those who have plans keep their times, those with dates keep
    them, and others choose in the order of keys. Where no time is free, or the program or the site
    states it, two who have one are told as a conflict.
    What cannot be done for one is told in ``omissions``, and keeps nothing from the others. Who
    waits for a group has no plan yet.

    A plan that the clinic has as settled has its first day, seed and key, and all that was settled
    and signed of it, as ``carry_settled`` has it; that it is to be signed again is told.

    With a former run it updates. Plans keep their first day, seed and key, and are rescheduled:
    what began by ``as_of`` stays. Whoever is in groups keeps them before others get one. A
    schedule that is over stays as it was. A plan that cannot be drafted any more, which is told, or
    whose patient the clinic has no more, stays as it was; what is to come of it is where its site
    and groups have it now. Where nothing has changed, the same comes of it, whenever ``as_of`` is.

    Args:
        as_of: now; aware.
        watched: gives the patients one by one, as each is judged, planned and then dated, so that
            somebody can be shown how far it is.

    Raises:
        InvalidError: ``as_of`` has no time zone, the former run is of another site, or the site
            does not allow the groups.
        MissingExtraError: the clinic has groups, or its site holidays, and the extra ``groups`` or
            ``holidays`` is not installed.

    Example:
        >>> from datetime import UTC, date, datetime
        >>> from uuid import uuid4
        >>> from iopkit import Patient, Site, WeeklyWindows, find_program
        >>> from iopkit.clinics import ClinicSettings
        >>> site = Site("Elm Street", "UTC", WeeklyWindows.always())
        >>> one, program = NamedPatient("a", Patient(uuid4())), find_program("matrix-16-week")
        >>> clinic = Clinic(ClinicSettings(date(2026, 1, 5), seed=7), site, program, (one,))
        >>> run = run_clinic(clinic, as_of=datetime(2026, 1, 1, tzinfo=UTC))
        >>> run.patients[0].plan.start, len(run.conflicts)
        (datetime.date(2026, 1, 5), 0)
    """
    refuse("clinic", unless_a(clinic, "clinic", Clinic))
    was = clinic.site if former is None else former.site
    here = (was.name, was.zone) == (clinic.site.name, clinic.site.zone)
    refuse("clinic", unless(here, "former", "a run of the same site", "another's"))
    around = Surroundings(clinic.site, as_of)
    old = {each.plan.patient: each for each in former.schedules} if former else {}
    settled = {plan.patient: plan for plan in clinic.settled}
    today = as_of.astimezone(clinic.site.tz).date()
    listed = sorted(clinic.patients, key=lambda one: one.patient.key)
    cares = [
        _Care(clinic, one, old.get(one.patient.key), settled.get(one.patient.key), today)
        for one in watched(listed)
    ]
    seats = seats_of(clinic, former, without=[one.key for one in cares if one.is_without_seat])
    keys = [care.key for care in cares]
    kept = {**settled, **{key: each.plan for key, each in old.items()}}
    drafted = _drafted(clinic, cares, seats, kept, watched)
    plans = [drafted[key] for key in keys]
    gone = [each for key, each in old.items() if key not in keys]
    if clinic.roster is not None:
        named = filter(None, (*plans, *(each.plan for each in gone if each.end > today)))
        groups = clinic.roster.groups
        met = plan_meetings((_in_known(plan, groups) for plan in named), groups, clinic.site)
        around = evolve(around, meetings=met)
    first = [care.dated(plan, around) for care, plan in zip(cares, plans, strict=True)]
    left = [each if each.end <= today else _dated(each.plan, each, around, None) for each in gone]
    made = _kept_apart(
        [
            *zip(plans, map(old.get, keys), first, strict=True),
            *((each.plan, each, now) for each, now in zip(gone, left, strict=True)),
        ],
        around,
    )
    runs = tuple(
        care.completed(dated) for _, care, dated in zip(watched(listed), cares, made, strict=False)
    )
    others = tuple(filter(None, made[len(cares) :]))
    # Whoever is kept stands where they stood, so that nothing changes only in its order.
    schedules = by_key((*(run.schedule for run in runs if run.schedule), *others))
    return ClinicRun(
        clinic,
        runs,
        seats.assignments,
        others,
        conflicts=all_conflicts(schedules, clinic.site),
        census=weekly_census(census(schedules)),
        rooms=weekly_loads(loads(schedules, clinic.site)),
        clinicians=weekly_loads(loads(schedules, clinic.site, of="clinicians")),
        meetings=meetings(
            schedules, clinic.site, groups=clinic.roster.groups if clinic.roster else ()
        ),
        caseloads=tuple(_caseloads(clinic, schedules)),
        before=_before(schedules, former),
    )


def _drafted(
    clinic: Clinic,
    cares: Iterable["_Care"],
    seats: Seats,
    kept: Mapping[UUID, Plan],
    watched: Callable[[Sequence[NamedPatient]], Iterable[NamedPatient]],
) -> Mapping[UUID, Plan | None]:
    """The plans of patients, by keys, each at weekly times that others leave free.

    Those who have a plan come first, with its times; who is new chooses in the order of keys.
    """
    site = clinic.site
    met = tuple(_group_times(clinic.roster.groups)) if clinic.roster else ()
    taken = {key: taken_times(plan, site) for key, plan in kept.items()}
    order = sorted(cares, key=lambda care: care.key not in kept)
    drafted: dict[UUID, Plan | None] = {}
    for _, care in zip(watched([care.patient for care in order]), order, strict=True):
        own = taken.pop(care.key, ())
        plan = care.drafted(seats, (*met, *chain.from_iterable(taken.values())))
        drafted[care.key] = plan
        taken[care.key] = own if plan is None else taken_times(plan, site)
    return drafted


def _group_times(groups: Iterable[Group]) -> Iterator[TakenTime]:
    """When groups meet, for as long as there are any."""
    for each in groups:
        for span in slot_spans(each.slots, whole_minutes(each.duration)):
            yield TakenTime(each.begins or date.min, date.max, span, each.room, each.clinician)


class _Care:
    """A patient of a clinic, step by step.

    ``old`` is the schedule that there was, and ``settled`` the plan as people have settled it.
    """

    def __init__(
        self,
        clinic: Clinic,
        one: NamedPatient,
        old: Schedule | None,
        settled: Plan | None,
        today: date,
    ) -> None:
        self.key, self.patient = one.patient.key, one
        self._clinic, self._patient, self._old = clinic, one.patient, old
        self._settled, self._former = settled, old.plan if old else settled
        self._own = clinic.settings_of(one)
        self._is_over = old is not None and old.end <= today
        first = self._former.start if self._former else clinic.settings.start
        self._start = self._own.start or first
        self._omissions: list[Omission] = []
        decided = (
            self._tried(Step.DECISION, partial(self._by, each.decide)) for each in clinic.policies
        )
        ladder = clinic.ladder
        self._run = PatientRun(
            one.name,
            one.patient,
            decisions=tuple(filter(None, decided)),
            placement=None
            if ladder is None
            else self._tried(Step.PLACEMENT, partial(self._by, partial(place, ladder))),
        )

    def _by(self, rule: Callable[..., T]) -> T:
        """What a policy or ladder says of the patient on the first day."""
        assume = self._clinic.settings.assume_in_force
        return rule(self._patient, on=self._start, assume_in_force=assume)

    def _tried(self, step: Step, work: Callable[[], T]) -> T | None:
        """What a step gives; ``None`` where it cannot be done, with the reason."""
        try:
            return work()
        except (InvalidError, NotInForceError, TooComplexError, UnknownNameError) as error:
            self._omissions.append(Omission(step, str(error)))
            return None

    @property
    def is_without_seat(self) -> bool:
        """Whether the patient is to be in no group from the clinic's first day on.

        So it is with whoever is not to have a plan, was discharged by then, or is at its end.
        """
        on, left = self._clinic.settings.start, self._own.discharged
        if self._old is not None and self._old.end <= on:
            return True
        return (left is not None and left <= on) or (self._old is None and bool(self._barred))

    @property
    def _barred(self) -> str | None:
        """What keeps the patient from a plan, groups aside."""
        left = self._own.discharged
        refusals = [each.policy for each in self._run.decisions if each.verdict is Truth.NO]
        if len(self._run.decisions) < len(self._clinic.policies):
            return "not every policy has judged"
        if refusals and not self._clinic.settings.despite_no:
            return f"no, by {', '.join(refusals)}"
        if self._old is None and left is not None and left <= self._start:
            return "discharged before the first day"
        return None

    def drafted(self, seats: Seats, taken: Iterable[TakenTime]) -> Plan | None:
        """The plan that is to be dated; ``None``: there is none, or it is over."""
        waiting, why = seats.waiting.get(self.key), self._barred
        self._run = evolve(self._run, waiting=waiting)
        if waiting is not None:
            self._omit(Step.GROUPS, f"waits, as number {waiting.place} of the waitlist")
            why = why or (None if self._old else "waits for a group")
        elif seats.assignments and not why and self.key not in seats.groups:
            self._omit(Step.GROUPS, "the roster does not have the patient, and there are no doses")
        if self._is_over:
            return None
        plan = None
        if why:
            self._omit(Step.PLAN, why)
        else:
            plan = self._tried(Step.PLAN, lambda: self._plan(seats.groups.get(self.key, ()), taken))
        return plan or (self._old.plan if self._old else None)

    def _omit(self, step: Step, why: str) -> None:
        self._omissions.append(Omission(step, why))

    def _plan(self, groups: tuple[Group, ...], taken: Iterable[TakenTime]) -> Plan:
        """The plan; of one that there was, with its key and seed, and what was settled of it."""
        clinic, settings, former = self._clinic, self._clinic.settings, self._former
        program, site, track = clinic.program, clinic.site, self._own.track or settings.track
        if groups:
            program, site = join(program.on_track(track), site, groups)
        plan = draft(
            program,
            self._patient,
            site,
            start=self._start,
            seed=former.seed if former else settings.seed,
            track=None if groups else track,
            phase_weeks={each.phase: each.weeks for each in settings.weeks},
            requirements=clinic.requirements,
            decisions=self._run.decisions,
            despite_no=settings.despite_no,
            assume_in_force=settings.assume_in_force,
            goal_templates=clinic.goals,
            groups=groups,
            counselors=self._own.counselors,
            taken=taken,
            former=former,
        )
        # What it was joined to has no tracks any more.
        plan = evolve(plan, track=track) if groups else plan
        plan = evolve(plan, leaves=tuple(self._leaves(plan)))
        if former is not None:
            plan = _continued(plan, former)
        if self._settled is not None:
            plan = carry_settled(plan, self._settled)
            if self._settled.signatures and not plan.signatures:
                self._omit(Step.SIGNATURES, "the plan has changed since it was signed")
        return plan

    def _leaves(self, plan: Plan) -> Iterator[Leave]:
        """The patient's leaves; from the discharge on, one as long as a plan can be extended."""
        left = self._own.discharged
        for leave in self._own.leaves:
            if left is None or leave.end <= left:
                yield leave
            elif leave.start < left:
                yield evolve(leave, end=left)
        if left is not None:
            end = max(left, plan.end) + timedelta(weeks=MOST_EXTRA_WEEKS)
            yield Leave(left, end, "discharged")

    def dated(self, plan: Plan | None, around: Surroundings) -> Schedule | None:
        """The plan dated by itself, or the schedule that there was."""
        if plan is None:
            return self._old
        work = partial(_dated, plan, self._old, around, None)
        return self._tried(Step.SCHEDULE, work) or self._old

    def completed(self, dated: Schedule | None) -> PatientRun:
        """What was dated, checked and charged."""
        run = self._run if dated is None else self._judged(dated)
        return evolve(run, omissions=tuple(self._omissions))

    def _judged(self, dated: Schedule) -> PatientRun:
        """With a schedule, what requirements find of it, and what it is charged as."""
        clinic, coding = self._clinic, self._clinic.coding
        assume = clinic.settings.assume_in_force
        found = (
            self._tried(
                Step.REQUIREMENTS,
                partial(judge, dated, [each], clinic.site, assume_in_force=assume),
            )
            for each in clinic.requirements
        )
        judgments = tuple(chain.from_iterable(filter(None, found)))
        charges = None
        if coding is not None:
            charged = partial(itemize, dated, coding, rates=clinic.rates, assume_in_force=assume)
            charges = self._tried(Step.CHARGES, charged)
        return evolve(self._run, schedule=dated, judgments=judgments, charges=charges)

    __repr__ = hidden


def _in_known(plan: Plan, groups: Iterable[Group]) -> Plan:
    """A plan in those of its groups that there are, for their meetings."""
    known = {(group.service, group.name) for group in groups}
    kept = (m for m in plan.groups if known.issuperset((m.service, name) for name in m.groups))
    return evolve(plan, groups=tuple(kept))


def _continued(plan: Plan, old: Plan) -> Plan:
    """A plan under the key of the old one; what a group gave that has no place now is on hold.

    It stays so until a group gives it again: what was on hold and no note of the draft asks about
    was lost in a run before.
    """
    asked = {note.service for note in old.notes if note.matter in _ASKED} | {*unrated(old.program)}
    lost = *(each.service for each in old.groups), *(s for s in old.on_hold if s not in asked)
    given = {each.name for each in plan.program.every_service}
    given -= {each.service for each in plan.groups}
    held = dict.fromkeys((*plan.on_hold, *(service for service in lost if service in given)))
    return evolve(plan, key=old.key, on_hold=tuple(held))


def _dated(
    plan: Plan, old: Schedule | None, around: Surroundings, diaries: Diaries | None
) -> Schedule:
    """A plan's schedule; where there was one, what it becomes."""
    if old is None:
        return scheduled(plan, around.site, around.by_group, diaries)
    return rescheduled(old, plan, around, diaries)


_MOST_ROUNDS = 20
"""How often places are looked for anew; two or three rounds settle them."""


def _kept_apart(
    parts: Sequence[tuple[Plan | None, Schedule | None, Schedule | None]], around: Surroundings
) -> tuple[Schedule | None, ...]:
    """What was dated by itself, with what needs a place put where it meets nobody else's.

    What has its own time is written down for all before anything is moved around it. Who has a
    place keeps it or finds a better one, in turn, until nobody does: so the next run, which finds
    these dates, changes nothing.

    Args:
        parts: of each patient the plan, the schedule that there was, and the one dated by itself.
    """
    made = [now for _, _, now in parts]
    had = [[] if old is None else _moved(old) for _, old, _ in parts]
    placed = chain.from_iterable(_in_place(now) for now in made if now)
    diaries = Diaries((*placed, *chain.from_iterable(had)))
    before, rounds = None, 0
    while had != before and rounds < _MOST_ROUNDS:
        before, rounds = [*had], rounds + 1
        for number, (plan, old, _) in enumerate(parts):
            now = made[number]
            diaries.remove(had[number])
            if now is not None and plan is not None and now is not old and _moved(now):
                diaries.remove(_in_place(now))
                now = made[number] = _dated(plan, old, around, diaries.apart_from(had[number]))
                diaries.add(_in_place(now))
            had[number] = [] if now is None else _moved(now)
            diaries.add(had[number])
    return tuple(made)


def _in_place(made: Schedule) -> list[Session]:
    """What is where its plan or its group has it, whoever else is dated."""
    return [each for each in made.sessions if not _needs_a_place(made, each)]


def _moved(made: Schedule) -> list[Session]:
    return [each for each in made.sessions if _needs_a_place(made, each)]


def _needs_a_place(made: Schedule, session: Session) -> bool:
    """Whether a place was looked for, as a session for one patient was moved or had no time."""
    drawn = isinstance(made.service(session).timing, RandomDays)
    return not session.modality.is_group and (drawn or session.moved is not None)


def _caseloads(clinic: Clinic, schedules: Sequence[Schedule]) -> Iterator[CaseloadFinding]:
    """Each counselor's patients on the first day; of sets that are in force then, or assumed."""
    plans, on = [each.plan for each in schedules], clinic.settings.start
    for each in clinic.requirements:
        with suppress(NotInForceError):  # told of each patient who begins then
            yield from check_caseloads(
                plans, each, on=on, assume_in_force=clinic.settings.assume_in_force
            )


def _before(schedules: Iterable[Schedule], former: FormerRun | None) -> tuple[Schedule, ...]:
    """Schedules as they were before the last change: that from the former run, or its own."""
    if former is None:
        return ()
    was = {each.plan.key: each for each in former.schedules}
    changed = tuple(
        old
        for now in schedules
        for old in [was.get(now.plan.key) or evolve(now, sessions=(), unplaced=())]
        if not schedule_difference(old, now).is_empty
    )
    keys = {each.plan.key for each in schedules}
    return changed or tuple(each for each in former.before if each.plan.key in keys)
