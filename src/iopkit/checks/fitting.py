"""Fitting: which programs meet requirements for a patient at a site, best first."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

from attrs import evolve

from iopkit.checks.checks import Finding, Unit, WeeksLeftOut, check, left_out, verdict
from iopkit.confidential import hidden
from iopkit.errors import InvalidError, NotInForceError, each_a, refuse, refuse_flags, unless
from iopkit.fields import frozen
from iopkit.groups.groups import Group, join
from iopkit.patients.patients import Patient
from iopkit.plans.drafting import draft
from iopkit.plans.notes import NoteKind, NoteSubject
from iopkit.plans.plans import Plan
from iopkit.plans.rates import open_rates
from iopkit.programs.programs import Program, Track
from iopkit.prose import counted, listed
from iopkit.requirements.demands import Caseload, WrittenPlan
from iopkit.requirements.requirements import RequirementSet
from iopkit.schedules.meeting_dates import plan_meetings
from iopkit.schedules.scheduling import schedule
from iopkit.schedules.sessions import Schedule
from iopkit.sites.sites import Site
from iopkit.truth import Truth, all_of


@frozen(repr=False)
class Judgment:
    """What one requirement set finds of a plan, and the weeks that it does not speak of."""

    requirements: RequirementSet
    findings: tuple[Finding, ...]
    left_out: tuple[WeeksLeftOut, ...] = ()

    @property
    def truth(self) -> Truth:
        """Whether all is met; as ``verdict`` where the age is not known, or nothing is judged."""
        return verdict(self.findings)

    @property
    def assumed_in_force(self) -> bool:
        """Whether a finding is by requirements that are not known to be in force."""
        return any(finding.assumed_in_force for finding in self.findings)

    @property
    def of_program(self) -> "Judgment":
        """The same without what no program decides: goals, signatures and the caseload."""
        apart = Caseload | WrittenPlan
        kept = (f for f in self.findings if not isinstance(f.requirement.demand, apart))
        return evolve(self, findings=tuple(kept))

    def that_are(self, truth: Truth) -> tuple[Finding, ...]:
        """The findings that are met, unmet or undetermined."""
        return tuple(finding for finding in self.findings if finding.truth is truth)

    __repr__ = hidden


def judge(
    planned: Plan | Schedule,
    requirements: Iterable[RequirementSet],
    site: Site,
    *,
    assume_in_force: bool = False,
) -> tuple[Judgment, ...]:
    """What several requirement sets find of a plan or its schedule; raises as ``check``."""
    sets = each_a("check", requirements, "requirements", RequirementSet)
    refuse_flags("check", assume_in_force=assume_in_force)
    return tuple(
        Judgment(
            each,
            check(planned, each, site=site, assume_in_force=assume_in_force),
            left_out(planned, each),
        )
        for each in sets
    )


@frozen(order=True, repr=False)
class Standing:
    """What ranks a fit: less is better, and the first figure that differs decides.

    ``unjudged``: there is no plan, or it cannot be judged to its end. ``unmet`` and
    ``undetermined`` count requirements, and ``minutes_off`` are missing or too
    many in what is unmet, for each week of the plan. ``unplaced`` and ``moved`` are sessions
    without a place and those elsewhere than the plan has them.
    """

    unjudged: bool
    other_age_group: bool
    unmet: int
    minutes_off: Fraction
    undetermined: int
    collisions: int
    unplaced: int
    moved: int
    questions: int

    __repr__ = hidden


@frozen(repr=False)
class Fit:
    """A program on one of its tracks, as it would be for a patient at a site.

    ``schedule`` is ``None`` where no plan could be drafted. ``why_not`` says why there is
    none, or why it is not judged: a requirement set ends before the plan does.
    """

    program: Program
    track: Track | None = None
    schedule: Schedule | None = None
    judgments: tuple[Judgment, ...] = ()
    why_not: str | None = None

    @property
    def plan(self) -> Plan | None:
        """The plan drafted."""
        return self.schedule.plan if self.schedule else None

    @property
    def truth(self) -> Truth:
        """Whether all is met that a program decides; unknown where that is not judged.

        Goals and signatures, which a draft has none of, and the caseload are left aside.
        """
        if self.why_not is not None:
            return Truth.UNKNOWN
        # Of a set that asks for nothing else there is nothing that a program decides.
        return all_of(
            of_program.truth
            for judgment in self.judgments
            if (of_program := judgment.of_program).findings or not judgment.findings
        )

    @property
    def standing(self) -> Standing:
        """What ranks it."""
        plan = self.plan
        matters = [note.matter for note in plan.notes] if plan else []
        kinds = Counter(matter.kind for matter in matters)
        judged = [judgment.of_program for judgment in self.judgments]
        unmet = [finding for judgment in judged for finding in judgment.that_are(Truth.NO)]
        off = sum(f.shortfall + f.excess for f in unmet if f.unit is Unit.MINUTES)
        return Standing(
            unjudged=self.why_not is not None,
            other_age_group=NoteSubject.OTHER_AGE_GROUP in matters,
            # At each age another requirement may be unmet, and none at all of them.
            unmet=sum(
                len(_requirements(judgment, Truth.NO)) or judgment.truth is Truth.NO
                for judgment in judged
            ),
            minutes_off=Fraction(off, plan.weeks if plan else 1),
            undetermined=sum(len(_requirements(judgment, Truth.UNKNOWN)) for judgment in judged),
            collisions=kinds[NoteKind.COLLISION],
            unplaced=len(self.schedule.unplaced) if self.schedule else 0,
            moved=sum(s.moved is not None for s in self.schedule.sessions) if self.schedule else 0,
            questions=kinds[NoteKind.QUESTION],
        )

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it ranks where it does, in the order of what decides."""
        if self.why_not is not None:
            return (self.why_not,)
        standing = self.standing
        found = ["for another age group"] if standing.other_age_group else []
        found += [
            f"assumed to be in force: {judgment.requirements.name}"
            for judgment in self.judgments
            if judgment.assumed_in_force
        ]
        found += [
            f"not for {judgment.requirements.name}: {listed(w.words for w in judgment.left_out)}"
            for judgment in self.judgments
            if judgment.left_out
        ]
        found += ["meets all that a program decides"] if self.truth is Truth.YES else []
        for truth, state in ((Truth.NO, "unmet"), (Truth.UNKNOWN, "undetermined")):
            for judgment in (each.of_program for each in self.judgments):
                places = [f"{state}: {words}" for words in _places(judgment, truth)]
                if not places and truth is judgment.truth is Truth.NO:
                    places = [f"unmet: {judgment.requirements.name}, whatever the age"]
                found += places
        for count, noun, rest in (
            (standing.collisions, "collision", ""),
            (standing.unplaced, "session", " without a place"),
            (standing.moved, "session", " moved"),
            (standing.questions, "question", ""),
        ):
            found += [f"{counted(count, noun)}{rest}"] if count else []
        return tuple(found)

    __repr__ = hidden


def _requirements(judgment: Judgment, truth: Truth) -> Counter[str]:
    """How many findings each requirement has that are met, unmet or undetermined."""
    return Counter(finding.requirement.name for finding in judgment.that_are(truth))


def _places(judgment: Judgment, truth: Truth) -> Iterator[str]:
    """Each requirement that is met, unmet or undetermined, and in how many weeks."""
    every = Counter(finding.requirement.name for finding in judgment.findings)
    for name, count in _requirements(judgment, truth).items():
        weeks = f", {count} of {every[name]}" if every[name] > 1 else ""
        yield f"{judgment.requirements.name}, {name}{weeks}"


def fits(  # noqa: PLR0913  # what a plan is made from, by name
    programs: Iterable[Program],
    patient: Patient,
    site: Site,
    requirements: Iterable[RequirementSet],
    *,
    start: date,
    seed: int,
    phase_weeks: Mapping[str, int] | None = None,
    times: Mapping[str, int | timedelta] | None = None,
    assume_in_force: bool = False,
    groups: Iterable[Group] = (),
) -> tuple[Fit, ...]:
    """How well programs fit a patient and a site and meet requirements, the best first.

    Each track of a program is looked at by itself. A plan is drafted and dated, and its
    schedule checked. What decides, in this order (``Standing``): whether there is a plan that
    can be judged; whether it is for the patient's age group; how many requirements are unmet,
    and by how many minutes a week; how many are undetermined; how much collides; how many
    sessions have no place, and how many are moved; how many questions are open; and the
    program's name.

    Args:
        start: first day of the first week.
        seed: draws the plans' keys and random days.
        phase_weeks: weeks of phases by name, for each program that has such a phase. A phase
            whose program states no length needs them, as none is made up.
        times: as ``draft``, for each program that leaves a service of that name open.
        assume_in_force: as ``check``.
        groups: those that the patient would be in. Each program is joined to them, and its plan
            dated by their meetings; one that has no such service has no plan.

    Raises:
        InvalidError: ``start`` cannot be the first day of the patient's plan,
            ``phase_weeks`` names a phase that no program has, or ``times`` a service that none
            leaves open.
        NotInForceError: a requirement set is not known to be in force on ``start``, and is not
            assumed to be.
    """
    listed, sets, weeks = tuple(programs), tuple(requirements), phase_weeks or {}
    joined = each_a("fits", groups, "groups", Group)
    refuse_flags("fits", assume_in_force=assume_in_force)
    for each in sets:
        each.in_force(start, assume_in_force=assume_in_force)
    rates = times or {}
    phases = {phase.name for program in listed for phase in program.phases}
    is_open = {name for program in listed for name in open_rates(program)}
    services = "services that a program leaves open"
    refuse(
        "fits",
        *(unless(n in phases, "phase_weeks", "phases of the programs", repr(n)) for n in weeks),
        *(unless(name in is_open, "times", services, repr(name)) for name in rates),
    )
    found: list[Fit] = []
    for program in listed:
        own = {p.name: weeks[p.name] for p in program.phases if p.name in weeks}
        rated = {name: rates[name] for name in open_rates(program) if name in rates}
        for track in program.tracks or (None,):
            drafted = partial(
                _drafted,
                program,
                site,
                joined,
                track=None if track is None else track.name,
                given=partial(
                    draft,
                    patient=patient,
                    start=start,
                    seed=seed,
                    phase_weeks=own,
                    times=rated,
                    requirements=sets,
                    assume_in_force=assume_in_force,
                ),
            )
            judged = partial(judge, requirements=sets, site=site, assume_in_force=assume_in_force)
            found.append(_fit(program, track, drafted, judged, joined))
    return tuple(sorted(found, key=lambda fit: (fit.standing, fit.program.name)))


def _drafted(
    program: Program,
    site: Site,
    groups: tuple[Group, ...],
    *,
    track: str | None,
    given: Callable[..., Plan],
) -> tuple[Plan, Site]:
    """A plan for a patient who is in some groups, and the site for it."""
    if not groups:
        return given(program, site=site, track=track), site
    joined, there = join(program.on_track(track), site, groups)
    return evolve(given(joined, site=there, groups=groups), track=track), there


def _fit(
    program: Program,
    track: Track | None,
    drafted: Callable[[], tuple[Plan, Site]],
    judged: Callable[[Schedule], tuple[Judgment, ...]],
    groups: tuple[Group, ...],
) -> Fit:
    """How well a program on a track fits, or why there is no plan or no judgment."""
    try:
        plan, there = drafted()
    except InvalidError as error:
        if any("start" in fault.path for fault in error.faults):
            raise  # the day is wrong, not the program
        takes = "; ".join(f"it takes {fault.expected}" for fault in error.faults)
        return Fit(program, track, why_not=f"no plan: {takes}")
    dated = schedule(plan, there, meetings=plan_meetings([plan], groups, there))
    try:
        return Fit(program, track, schedule=dated, judgments=judged(dated))
    except NotInForceError as error:  # in a later week of this one
        return Fit(program, track, dated, why_not=f"not judged: {error}")
