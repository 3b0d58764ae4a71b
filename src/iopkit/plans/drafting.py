"""Drafting: fit a program to a patient and a site."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

from attrs import evolve

from iopkit.confidential import opaque
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Decision
from iopkit.eligibility.possible import Possible
from iopkit.eligibility.sheets import read_facts
from iopkit.errors import (
    Fault,
    did_you_mean,
    each_a,
    refuse,
    refuse_flags,
    unless,
    unless_a,
    unless_day,
)
from iopkit.modalities import Modality
from iopkit.patients.patients import Patient, refuse_before_birth
from iopkit.plans.commitments import bookable
from iopkit.plans.filling import fill_in
from iopkit.plans.foreseeing import Foresight
from iopkit.plans.goal_templates import GoalTemplates
from iopkit.plans.modality_choices import with_modalities
from iopkit.plans.needed_hours import hours_notes
from iopkit.plans.notes import NoteKind, NoteSubject, PlanNote
from iopkit.plans.own_days import age_notes, concerns, speaks_of
from iopkit.plans.plans import (
    GroupMembership,
    JudgedBy,
    Plan,
    PrimaryCounselor,
    Provenance,
    start_faults,
)
from iopkit.plans.preferences import Preferences
from iopkit.plans.proposing import with_proposals
from iopkit.plans.rates import with_rates
from iopkit.plans.step_down import left_care, step_down_notes
from iopkit.plans.tailoring import disclosures_of, family_of, need_notes
from iopkit.plans.taken import TakenTime
from iopkit.programs.disagreements import discrepancies, out_of_reach
from iopkit.programs.programs import Program, fixed_times, unrated
from iopkit.prose import listed
from iopkit.requirements.due import milestones
from iopkit.requirements.milestones import Milestone, MilestoneKind
from iopkit.requirements.requirements import RequirementSet
from iopkit.sites.sites import Site
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows, whole_minutes, within_week


class NamedGroup(Protocol):
    """What a plan keeps of a group that its patient is in."""

    @property
    def name(self) -> str:
        """What the group is called."""
        ...

    @property
    def service(self) -> str:
        """The name of the service that it is a group of."""
        ...


def draft(  # noqa: PLR0913  # what a plan is made from, by name
    program: Program,
    patient: Patient,
    site: Site,
    *,
    start: date,
    seed: int,
    track: str | None = None,
    phase_weeks: Mapping[str, int] | None = None,
    times: Mapping[str, int | timedelta] | None = None,
    modalities: Mapping[str, Modality] | None = None,
    requirements: Iterable[RequirementSet] = (),
    decisions: Iterable[Decision] = (),
    preferences: Preferences | None = None,
    despite_no: bool = False,
    why_not_judged: str | None = None,
    assume_in_force: bool = False,
    groups: Iterable[NamedGroup] = (),
    counselors: Iterable[PrimaryCounselor] = (),
    goal_templates: GoalTemplates | None = None,
    taken: Iterable[TakenTime] = (),
    former: Plan | None = None,
) -> Plan:
    """A plan for a patient: the program with every time filled in that can be.

    Times that the program states are kept. Where it names only a day, the site's offer
    gives the time, or else the first open time of that day that suits site and patient.
    Doses are placed as preferred, and on days that are spread over the week; soon after care
    around the clock, where the patient comes from there. Of the program's
    tracks, the one that collides least with what site and patient have free is taken, the
    first of several.
    Family sessions need a support person who joins and whom a valid consent names, medication and
    psychiatric services a diagnosis that calls for them; where that is not known, they are
    on hold, and so is all of a program of which nothing is for the patient. Each is looked at
    over the days of the plan: what holds on some of them is planned, and ``upcoming`` says from
    when or up to when, with all else that is known to change. A condition to go on or be discharged
    that asks about a service left out stays, and is for a clinician to decide. What was chosen
    and why, what is not known, what collides and what the patient needs elsewhere is in the
    plan's notes. Pure: the same arguments give the same plan.

    Args:
        start: first day of the program's first week; any weekday.
        seed: draws the plan's key and its random days; the only door for chance.
        track: the track to take, whatever collides.
        phase_weeks: how many weeks each named phase has. A phase whose program states no
            length needs it; one with a range has its least otherwise.
        times: how often each named service is given where the program leaves that open, or for
            how long a week where it states a time. It has the least otherwise; where none is
            stated, it is on hold, with a question.
        modalities: which of its modalities each named service has, where the program leaves that
            open. It is the first that is known to be possible for the patient otherwise, and a note
            says which.
        requirements: whose reviews and certifications the plan has as milestones.
        decisions: what the plan rests on, to be told in its provenance. Without any, a note
            says that no policy has judged. One that is no "yes" is told first wherever the
            plan is shown.
        despite_no: draft although a decision is a "no".
        why_not_judged: why there are no decisions, to be told in that note.
        preferences: what to prefer where there is a choice of days and times.
        assume_in_force: where no version of a requirement set is known to be in force on
            ``start``, take the nearest; the provenance says so.
        groups: those that the program and the site were joined to with ``groups.join``. The plan
            keeps their names, so that ``schedule`` dates their sessions by their meetings.
        counselors: the patient's primary counselor from each of some days on, in order.
        goal_templates: what problems, goals, objectives and interventions are proposed from; the
            plan has them as ``proposals``, for ``settle``. Without any, nothing is proposed.
        taken: weekly times that the site's rooms and clinicians have with others. Where there is a
            choice, a session for one patient is at none of them, if another time is free; a time
            that the program or the site states is kept.
        former: the plan that this one is drafted anew for. Where there is a choice, its weekly
            times are kept while they suit site and patient, though they are taken.

    Raises:
        InvalidError: ``start`` is before the patient's birth or not in 1970 to 2199, weeks
            are missing or outside a phase's range, a rate or a modality is none that the program
            allows, a decision is a "no", a group is of no service of the program, or a counselor is
            none of the site's clinicians, or not in order.
        UnknownNameError: the program has no such track.
        NotInForceError: a requirement set is not known to be in force on ``start``, and is not
            assumed to be.
    """
    refuse(
        "plan",
        unless_a(program, "program", Program),
        unless_a(patient, "patient", Patient),
        unless_a(site, "site", Site),
        unless_day(start, "start"),
        () if goal_templates is None else unless_a(goal_templates, "goal_templates", GoalTemplates),
        () if former is None else unless_a(former, "former", Plan),
    )
    refuse_before_birth(patient, start, what="plan", path="start")
    refuse_flags("plan", despite_no=despite_no, assume_in_force=assume_in_force)
    refuse("plan", start_faults(start))
    sets = each_a("plan", requirements, "requirements", RequirementSet)
    judged_by = each_a("plan", decisions, "decisions", Decision)
    refuse("plan", *(() if despite_no else _refusals(judged_by)))
    joined = tuple(groups)
    named = each_a("plan", counselors, "counselors", PrimaryCounselor)
    refuse("plan", _group_faults(joined, program), *_counselor_faults(named, site))
    on_track = _best_track(program, site, patient, start) if track is None else track
    laid = _with_weeks(program.on_track(on_track), phase_weeks or {})
    laid, rate_notes = with_rates(laid, times or {})
    laid, modality_notes = with_modalities(laid, patient, modalities or {}, on=start)
    # After the track: it is the whole program's, and tailoring leaves no tracks.
    foresight = Foresight(laid, patient, site, start, sets, judged_by)
    tailored, on_hold, why_so = _tailored(foresight)
    versions = [(s.name, s.version(on=start, assume_in_force=assume_in_force)) for s in sets]
    left = left_care(patient, on=start)
    filled, collisions = fill_in(
        tailored,
        site,
        patient,
        preferences or Preferences(),
        start=start,
        soon=left is not None,
        taken=each_a("plan", taken, "taken", TakenTime),
        former=None if former is None else former.program,
    )
    plan = Plan(
        key=plan_key(patient.key, program, start, seed),
        patient=patient.key,
        site=site.name,
        program=filled,
        start=start,
        seed=seed,
        free=patient.free,
        track=on_track,
        age=_age(patient, start),
        on_hold=tuple(dict.fromkeys((*on_hold, *unrated(filled)))),
        supports=family_of(patient, on=start),
        disclosures=disclosures_of(patient, on=start),
        left_care=left,
        provenance=Provenance(
            program.name,
            program.version,
            tuple(
                JudgedBy(d.policy, d.on, d.verdict, d.unjudged, d.assumed_in_force)
                for d in judged_by
            ),
            tuple(each.name for each in sets),
            tuple(name for name, version in versions if not version.is_in_force(start)),
        ),
        counselors=named,
        groups=_memberships(joined, filled),
        upcoming=evolve(foresight, program=filled).changes(),
    )
    notes = (
        *age_notes(program, patient, start),
        *(
            [PlanNote(NoteSubject.TRACK_CHOSEN, part=on_track)]
            if on_track and track is None
            else []
        ),
        *([] if judged_by else [PlanNote(NoteSubject.JUDGED_BY_NO_POLICY, why=why_not_judged)]),
        *_weeks_notes(program, phase_weeks or {}),
        *rate_notes,
        *modality_notes,
        *why_so,
        *step_down_notes(plan, patient),
        *_time_notes(patient),
        *hours_notes(plan, patient),
        *collisions,
        *_source_notes(program.on_track(on_track), laid),
        *_condition_notes(filled),
        *need_notes(filled, patient, site, on=start),
    )
    plan = evolve(
        plan,
        notes=tuple(dict.fromkeys(notes)),
        milestones=_milestones(plan, program.name, sets),
    )
    if goal_templates is not None:
        plan = with_proposals(plan, goal_templates, patient)
    order = [*NoteKind]
    return evolve(plan, notes=tuple(sorted(plan.notes, key=lambda n: order.index(n.matter.kind))))


def _group_faults(groups: Iterable[NamedGroup], program: Program) -> tuple[Fault, ...]:
    given = {service.name for service in program.every_service}
    others = dict.fromkeys(group.service for group in groups if group.service not in given)
    expected = f"groups of services of {program.name}"
    return tuple(Fault(("groups",), expected, repr(name)) for name in others)


def _counselor_faults(named: Iterable[PrimaryCounselor], site: Site) -> Iterator[tuple[Fault, ...]]:
    """A fault for each who is nobody of the site's, where it says who its clinicians are."""
    known = {each.name for each in site.clinicians}
    for place, each in enumerate(named):
        if known and each.clinician not in known:
            fix = did_you_mean(each.clinician, sorted(known))
            found = repr(each.clinician)
            yield (Fault(("counselors", place), "a clinician of the site", found, fix),)


def _memberships(groups: Sequence[NamedGroup], program: Program) -> tuple[GroupMembership, ...]:
    """The names of groups by service, but for services that the patient does not get."""
    given = dict.fromkeys(service.name for service in program.every_service)
    return tuple(
        GroupMembership(service, names)
        for service in given
        if (names := tuple(group.name for group in groups if group.service == service))
    )


def _refusals(decisions: Sequence[Decision]) -> Iterator[tuple[Fault, ...]]:
    """A fault for each decision that is a "no"."""
    for place, decision in enumerate(decisions):
        if decision.verdict is Truth.NO:
            expected = "no decision that is a no, or despite_no=True"
            yield (Fault(("decisions", place), expected, f"one by {decision.policy!r}"),)


def _best_track(program: Program, site: Site, patient: Patient, start: date) -> str | None:
    """The track that collides least, the first of several; ``None`` if there are no tracks.

    Where tracks are for parts of the day, one in which sessions find no time comes after others.
    """
    windows = bookable(site.hours, patient, None)
    in_parts = any(track.day_parts for track in program.tracks)

    def collisions(name: str) -> tuple[int, int]:
        laid, without = program.on_track(name), 0
        if in_parts:
            _, notes = fill_in(laid, site, patient, Preferences(), start=start)
            without = sum(note.matter in _NO_TIME for note in notes)
        return _minutes_outside(windows, laid), without

    return min((track.name for track in program.tracks), key=collisions, default=None)


_NO_TIME = {NoteSubject.NO_OPEN_TIME, NoteSubject.PART_FULL}
"""Notes that a session has found no time."""


def _minutes_outside(windows: WeeklyWindows, program: Program) -> int:
    """Minutes of fixed weekly times, in all phases, that lie outside some windows."""
    outside = ~windows
    times = (
        WeeklyWindows(within_week(low, high))
        for phase in program.phases
        for low, high, _ in fixed_times(program.services_in(phase))
    )
    return sum(whole_minutes((time & outside).total) for time in times)


def _with_weeks(program: Program, weeks: Mapping[str, int]) -> Program:
    """The program with a length for every phase."""
    names = {phase.name for phase in program.phases}
    refuse(
        "plan",
        *(
            unless(name in names, "phase_weeks", f"phases of {program.name}", repr(name))
            for name in weeks
        ),
        *(
            unless(
                weeks[phase.name] in phase.allowed_weeks,
                "phase_weeks",
                f"from {phase.allowed_weeks[0]} to {phase.allowed_weeks[-1]} for {phase.name!r}",
                weeks[phase.name],
            )
            if phase.name in weeks
            else unless(
                phase.weeks.least is not None,
                "phase_weeks",
                f"weeks for {phase.name!r}, whose length the program does not state "
                f"(phase_weeks, or --weeks {phase.name}=N): what follows is dated from its end",
                "none",
            )
            for phase in program.phases
        ),
    )
    phases = tuple(evolve(p, weeks=weeks.get(p.name, p.laid_weeks)) for p in program.phases)
    # What the source prints of the program is not about the plan.
    return evolve(program, phases=phases, stated=())


def _weeks_notes(program: Program, weeks: Mapping[str, int]) -> list[PlanNote]:
    """Which phases have the least of their weeks, as nobody said how many."""
    return [
        PlanNote(NoteSubject.WEEKS_CHOSEN, part=phase.name, why=phase.words)
        for phase in program.phases
        if phase.name not in weeks and not phase.weeks.is_exact
    ]


def _source_notes(program: Program, laid: Program) -> Iterator[PlanNote]:
    """What the program's source leaves open or says twice, and what its lengths cannot meet."""
    for each in discrepancies(program):
        yield PlanNote(NoteSubject.SOURCE_DISAGREES, why=each.words)
    for unmet in out_of_reach(laid):
        yield PlanNote(NoteSubject.OUT_OF_REACH, why=unmet.words)
    for words in program.left_open:
        yield PlanNote(NoteSubject.LEFT_OPEN, why=words)


def _condition_notes(program: Program) -> Iterator[PlanNote]:
    """Conditions that ask about services which the plan does not have."""
    for phase in program.phases:
        if names := program.not_given_in(phase.advance):
            yield PlanNote(NoteSubject.ADVANCE_OPEN, part=phase.name, why=listed(names))
    if names := program.not_given_in(program.discharge):
        yield PlanNote(NoteSubject.DISCHARGE_OPEN, why=listed(names))


def _tailored(foresight: Foresight) -> tuple[Program, tuple[str, ...], list[PlanNote]]:
    """The program with the services that are for the patient, those on hold, and why."""
    program = foresight.program
    on_hold: dict[str, None] = {}
    left_out: set[str] = set()
    notes: list[PlanNote] = []
    for service in program.every_service:
        family = service.modality is Modality.FAMILY_SESSION
        match foresight.call_for(service):
            case Truth.NO:
                left_out.add(service.name)
                matter = NoteSubject.FAMILY_NOT_POSSIBLE if family else NoteSubject.NOT_CALLED_FOR
            case Truth.UNKNOWN:
                on_hold[service.name] = None
                matter = NoteSubject.FAMILY_UNKNOWN if family else NoteSubject.CALL_UNKNOWN
            case Truth.YES:
                continue
        notes.append(PlanNote(matter, service.name))
    if left_out.issuperset(service.name for service in program.every_service):
        on_hold |= dict.fromkeys(left_out)  # a program has services: it is all there, undated
    elif left_out:
        program = program.with_services(lambda s: None if s.name in left_out else s, tracks=())
    return program, tuple(on_hold), notes


def _age(patient: Patient, on: date) -> int | Possible | None:
    """The age, as far as it is known."""
    years = read_facts([FACTS["age"]], patient, on=on).values()["age"]
    return years if isinstance(years, int | Possible) else None


def _time_notes(patient: Patient) -> list[PlanNote]:
    """What is not known of a patient's time."""
    notes: list[PlanNote] = []
    if patient.obligations is None or any(o.windows is None for o in patient.obligations):
        notes.append(PlanNote(NoteSubject.OBLIGATIONS_UNKNOWN))
    if patient.free is None:
        notes.append(PlanNote(NoteSubject.AVAILABILITY_UNKNOWN))
    return notes


def _milestones(plan: Plan, name: str, sets: Iterable[RequirementSet]) -> tuple[Milestone, ...]:
    """Reviews that a program has under its name, and what requirement sets ask for, by day."""
    review, start = plan.program.review_every_days, plan.start
    own = (
        Milestone(MilestoneKind.REVIEW, start + timedelta(days=day), name)
        for day in (range(review, plan.weeks * 7, review) if review else ())
    )
    # Those that are not known to be in force are refused or assumed to be by now.
    due = milestones(
        sets,
        start=start,
        end=plan.end,
        assume_in_force=True,
        speaks=partial(speaks_of, plan),
        concerns=partial(concerns, plan),
    )
    return tuple(sorted((*own, *due), key=lambda each: (each.by, each.kind, each.under)))


def plan_key(patient: UUID, program: Program, start: date, seed: int) -> UUID:
    """A key that differs between a patient's plans and tells nothing about the patient."""
    return opaque(f"{program.name}/{start.isoformat()}/{seed}", key=patient)
