"""Running a clinic: all its patients judged, planned and dated together, and again later."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import TypeVar

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
)
from iopkit.clinics.seating import Seats, seats_of
from iopkit.clinics.settings import PatientSettings
from iopkit.confidential import hidden
from iopkit.errors import (
    InvalidError,
    NotInForceError,
    TooComplexError,
    UnknownNameError,
    refuse,
    unless_a,
)
from iopkit.fields import frozen
from iopkit.groups.groups import Group, join
from iopkit.placement.placement import place
from iopkit.plans.drafting import draft
from iopkit.plans.plans import Leave, Plan
from iopkit.schedules.capacity import census, loads, meetings, weekly_census, weekly_loads
from iopkit.schedules.conflicts import Conflict, patient_conflicts, site_conflicts
from iopkit.schedules.differences import schedule_difference
from iopkit.schedules.meeting_dates import plan_meetings
from iopkit.schedules.meetings import Meeting
from iopkit.schedules.obstructions import Surroundings
from iopkit.schedules.rescheduling import reschedule
from iopkit.schedules.scheduling import schedule
from iopkit.schedules.sessions import Schedule
from iopkit.truth import Truth

T = TypeVar("T")


def run_clinic(
    clinic: Clinic,
    *,
    as_of: datetime,
    former: FormerRun | None = None,
    watched: Callable[[Sequence[NamedPatient]], Iterable[NamedPatient]] = iter,
) -> ClinicRun:
    """Judge, place, group, plan, date, check and charge all patients of a clinic.

    Each patient gets what the single functions give: ``decide``, ``place``, ``assign``, ``draft``,
    ``schedule``, ``judge`` and ``itemize``. What cannot be done for one is told in ``omissions``,
    and keeps nothing from the others. Who waits for a group has no plan yet.

    With a former run it updates. Plans keep their first day, seed and key, and are rescheduled:
    what began by ``as_of`` stays. Whoever is in groups keeps them before others get one. A
    schedule that is over stays as it was; so does one whose plan cannot be drafted any more, and
    that is told. Where nothing has changed, the same comes of it, whenever ``as_of`` is.

    Args:
        as_of: now; aware.
        watched: gives the patients one by one, as each is done, to whoever shows how far it is.

    Raises:
        InvalidError: ``as_of`` has no time zone, the former run is of another site, or the site
            does not allow the groups.
        MissingExtraError: the clinic has groups, or its site holidays, and the extra ``groups`` or
            ``holidays`` is not installed.
    """
    refuse("clinic", unless_a(clinic, "clinic", Clinic))
    around = Surroundings(clinic.site, as_of)
    seats = seats_of(clinic, former)
    old = {each.plan.patient: each for each in former.schedules} if former else {}
    listed = sorted(clinic.patients, key=lambda one: one.patient.key)
    today = as_of.astimezone(clinic.site.tz).date()
    drafted = [
        _Drafting(clinic, one, seats, old.get(one.patient.key), today).drafted() for one in listed
    ]
    around = evolve(around, meetings=_meetings(clinic, [each.plan for each in drafted]))
    runs = tuple(
        _completed(clinic, each, around) for _, each in zip(watched(listed), drafted, strict=True)
    )
    keys = {run.key for run in runs}
    kept = tuple(each for key, each in old.items() if key not in keys)
    schedules = [*(run.schedule for run in runs if run.schedule), *kept]
    return ClinicRun(
        clinic,
        runs,
        seats.assignments,
        kept,
        conflicts=_conflicts(clinic, schedules),
        census=weekly_census(census(schedules)),
        rooms=weekly_loads(loads(schedules, clinic.site)),
        clinicians=weekly_loads(loads(schedules, clinic.site, of="clinicians")),
        meetings=meetings(schedules, clinic.site),
        caseloads=tuple(_caseloads(clinic, schedules)),
        before=_before(schedules, former),
    )


@frozen(repr=False)
class _Drafted:
    """What is known of a patient before anything is dated; ``plan`` is what is to be dated.

    ``old`` is the schedule that there was: it stays where there is no plan.
    """

    run: PatientRun
    plan: Plan | None
    old: Schedule | None

    __repr__ = hidden


class _Steps:
    """Steps that are tried for one patient, and why some gave nothing."""

    def __init__(self, omissions: Iterable[Omission] = ()) -> None:
        self.omissions = [*omissions]

    def tried(self, step: Step, work: Callable[[], T]) -> T | None:
        """What a step gives; ``None`` where it cannot be done, with the reason."""
        try:
            return work()
        except (InvalidError, NotInForceError, TooComplexError, UnknownNameError) as error:
            self.omissions.append(Omission(step, str(error)))
            return None

    __repr__ = hidden


@frozen(repr=False)
class _Drafting:
    """A patient of a clinic who is to have a plan."""

    clinic: Clinic
    one: NamedPatient
    seats: Seats
    old: Schedule | None
    today: date

    def drafted(self) -> _Drafted:
        """What policies and ladder say, and the plan, or why there is none."""
        clinic, patient, on, steps = self.clinic, self.one.patient, self._start, _Steps()
        ladder, assume = clinic.ladder, clinic.settings.assume_in_force
        decided = (
            steps.tried(Step.DECISION, partial(each.decide, patient, on=on, assume_in_force=assume))
            for each in clinic.policies
        )
        placed = partial(place, patient=patient, on=on, assume_in_force=assume)
        run = PatientRun(
            self.one.name,
            patient,
            decisions=tuple(filter(None, decided)),
            placement=steps.tried(Step.PLACEMENT, lambda: placed(ladder)) if ladder else None,
            waiting=self.seats.waiting.get(patient.key),
        )
        if (why := self._unseated()) is not None:
            steps.omissions.append(Omission(Step.GROUPS, why))
        plan = None
        if self.old is not None and self.old.end <= self.today:
            pass  # it is over
        elif (why := self._why_no_plan(run)) is not None:
            steps.omissions.append(Omission(Step.PLAN, why))
        else:
            plan = steps.tried(Step.PLAN, lambda: self._plan(run))
        return _Drafted(evolve(run, omissions=tuple(steps.omissions)), plan, self.old)

    @property
    def _own(self) -> PatientSettings:
        return self.clinic.settings_of(self.one)

    @property
    def _start(self) -> date:
        """The first day: the patient's own, or that of the plan that there was."""
        if self._own.start is not None:
            return self._own.start
        return self.old.plan.start if self.old else self.clinic.settings.start

    @property
    def _groups(self) -> tuple[Group, ...]:
        return self.seats.groups.get(self.one.patient.key, ())

    def _unseated(self) -> str | None:
        """Why a patient is in no group, where the clinic has groups."""
        waiting = self.seats.waiting.get(self.one.patient.key)
        if waiting is not None:
            return f"waits, as number {waiting.place} of the waitlist"
        if self.seats.assignments is None or self.one.patient.key in self.seats.groups:
            return None
        if self._own.discharged is not None:
            return None
        return "the roster does not have the patient, and the settings have no doses"

    def _why_no_plan(self, run: PatientRun) -> str | None:
        """Why no plan is to be drafted; one that there was stays as it is then."""
        settings, discharged = self.clinic.settings, self._own.discharged
        if len(run.decisions) < len(self.clinic.policies):
            return "not every policy has judged"
        refusals = [each.policy for each in run.decisions if each.verdict is Truth.NO]
        if refusals and not settings.despite_no:
            return f"{', '.join(refusals)}: no"
        if self.old is None and discharged is not None and discharged <= self._start:
            return "discharged before the first day"
        if self.old is None and run.waiting is not None:
            return "waits for a group"
        return None

    def _plan(self, run: PatientRun) -> Plan:
        """The plan; of one that there was, with its key and seed."""
        clinic, settings, own, groups = self.clinic, self.clinic.settings, self._own, self._groups
        program, site, track = clinic.program, clinic.site, own.track or settings.track
        if groups:
            program, site = join(program.on_track(track), site, groups)
        plan = draft(
            program,
            self.one.patient,
            site,
            start=self._start,
            seed=self.old.plan.seed if self.old else settings.seed,
            track=None if groups else track,
            phase_weeks={each.phase: each.weeks for each in settings.weeks},
            requirements=clinic.requirements,
            decisions=run.decisions,
            despite_no=settings.despite_no,
            assume_in_force=settings.assume_in_force,
            groups=groups,
            counselors=own.counselors,
        )
        # What it was joined to has no tracks any more.
        plan = evolve(plan, track=track) if groups else plan
        plan = evolve(plan, leaves=tuple(self._leaves(plan)))
        return plan if self.old is None else self._continued(plan, self.old.plan)

    def _leaves(self, plan: Plan) -> Iterator[Leave]:
        """The patient's leaves; from the day of the discharge on, one up to the plan's end."""
        left = self._own.discharged
        for leave in self._own.leaves:
            if left is None or leave.end <= left:
                yield leave
            elif leave.start < left:
                yield evolve(leave, end=left)
        if left is not None and left < plan.end:
            yield Leave(left, plan.end, "discharged")

    def _continued(self, plan: Plan, old: Plan) -> Plan:
        """A plan under the key of the old one; what groups gave that have no place now is held."""
        named = {each.service for each in plan.groups}
        lost = [each.service for each in old.groups if each.service not in named]
        on_hold = tuple(dict.fromkeys((*plan.on_hold, *lost)))
        return evolve(plan, key=old.key, on_hold=on_hold)

    __repr__ = hidden


def _meetings(clinic: Clinic, plans: Iterable[Plan | None]) -> tuple[Meeting, ...]:
    """All meetings of the groups that plans name."""
    if clinic.roster is None:
        return ()
    return plan_meetings(filter(None, plans), clinic.roster.groups, clinic.site)


def _completed(clinic: Clinic, drafted: _Drafted, around: Surroundings) -> PatientRun:
    """A patient's plan dated, checked and charged."""
    run, plan, old = drafted.run, drafted.plan, drafted.old
    steps = _Steps(run.omissions)
    dated = old
    if plan is not None:
        dated = steps.tried(Step.SCHEDULE, lambda: _dated(plan, old, around)) or old
    if dated is not None:
        run = _judged(run, dated, clinic, steps)
    return evolve(run, omissions=tuple(steps.omissions))


def _dated(plan: Plan, old: Schedule | None, around: Surroundings) -> Schedule:
    """A plan's schedule; where there was one, what it becomes."""
    if old is None:
        return schedule(plan, around.site, meetings=around.meetings)
    return reschedule(old, plan, around)


def _judged(run: PatientRun, dated: Schedule, clinic: Clinic, steps: _Steps) -> PatientRun:
    """A run with a schedule, what requirements find of it, and what it is charged as."""
    assume, coding = clinic.settings.assume_in_force, clinic.coding
    found = (
        steps.tried(
            Step.REQUIREMENTS, partial(judge, dated, [each], clinic.site, assume_in_force=assume)
        )
        for each in clinic.requirements
    )
    judgments = tuple(chain.from_iterable(filter(None, found)))
    charged = partial(itemize, dated, rates=clinic.rates, assume_in_force=assume)
    charges = steps.tried(Step.CHARGES, lambda: charged(coding)) if coding else None
    return evolve(run, schedule=dated, judgments=judgments, charges=charges)


def _conflicts(clinic: Clinic, schedules: Sequence[Schedule]) -> tuple[Conflict, ...]:
    """All that is booked twice, of the site and of each patient, in the order of starts."""
    own = chain.from_iterable(patient_conflicts([each]) for each in schedules)
    found = (*site_conflicts(schedules, clinic.site), *own)
    return tuple(sorted(found, key=lambda conflict: conflict.start))


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
