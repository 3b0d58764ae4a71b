"""A clinic: its site, what it gives and to whom, and what it is judged by; and a run's results."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property
from unicodedata import normalize
from uuid import UUID

from iopkit.charges.charges import Charges
from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.rates import RateTable
from iopkit.checks.caseloads import CaseloadFinding
from iopkit.checks.fitting import Judgment
from iopkit.clinics.settings import ClinicSettings, PatientSettings
from iopkit.confidential import hidden
from iopkit.eligibility.policies import Decision, Policy
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.groups.assignments import Assignments
from iopkit.groups.rosters import Roster
from iopkit.groups.waitlists import Waiting
from iopkit.patients.patients import Patient
from iopkit.placement.placement import Ladder, Placement
from iopkit.plans.goal_templates import GoalTemplates
from iopkit.plans.plans import Plan
from iopkit.programs.programs import Program
from iopkit.requirements.requirements import RequirementSet
from iopkit.schedules.capacity import CensusWeek, Load
from iopkit.schedules.conflicts import Conflict
from iopkit.schedules.differences import ScheduleDifference, schedule_difference
from iopkit.schedules.meetings import Meeting
from iopkit.schedules.sessions import Schedule
from iopkit.sites.sites import Site


@frozen(repr=False)
class NamedPatient:
    """A patient, and the name of their file without its ending, which may be their own."""

    name: str
    patient: Patient

    __repr__ = hidden


@frozen(repr=False)
class Clinic:
    """All that a run needs to know of a clinic; what ``settings`` name is here itself.

    ``settled`` are plans as people have settled and signed them. ``unread`` counts the patients
    whose files could not be read, so that the clinic is without them.

    Raises:
        InvalidError: two patients have one name or key, or two settled plans one patient, a phase
            whose length is open has no weeks, the program has no such phase or track, or it has
            tracks and groups, and no track is chosen.
    """

    settings: ClinicSettings
    site: Site
    program: Program
    patients: tuple[NamedPatient, ...] = ()
    roster: Roster | None = None
    policies: tuple[Policy, ...] = ()
    ladder: Ladder | None = None
    goals: GoalTemplates | None = None
    requirements: tuple[RequirementSet, ...] = ()
    coding: CodingScheme | None = None
    rates: RateTable | None = None
    settled: tuple[Plan, ...] = ()
    unread: int = 0

    def __attrs_post_init__(self) -> None:
        program, settings = self.program, self.settings
        given = {each.phase for each in settings.weeks}
        tracks = {None, *(track.name for track in program.tracks)}
        asked = {settings.track, *(each.track for each in settings.patients)}
        grouped = bool(program.tracks) and self.roster is not None
        refuse(
            "clinic",
            *(
                unless(
                    len(each) == len(self.patients), "patients", f"each {what} once", "one twice"
                )
                for what, each in (
                    ("name", {one.name for one in self.patients}),
                    ("key", {one.patient.key for one in self.patients}),
                )
            ),
            unless(
                len({plan.patient for plan in self.settled}) == len(self.settled),
                "settled",
                "one plan of each patient",
                "several",
            ),
            unless(
                given <= {phase.name for phase in program.phases},
                "weeks",
                f"phases of {program.name}",
                "others",
            ),
            *(
                unless(name in given, "weeks", f"weeks for {name!r}, whose length is open", "none")
                for name in program.open_lengths
            ),
            unless(asked <= tracks, "track", f"tracks of {program.name}", "others"),
            unless(
                not grouped or settings.track is not None,
                "track",
                f"a track of {program.name}, as groups are of one",
                "none",
            ),
        )

    def settings_of(self, one: NamedPatient) -> PatientSettings:
        """What differs for a patient; nothing, if the settings do not have them."""
        return self._own.get(normalize("NFC", one.name)) or PatientSettings(one.name)

    @cached_property
    def _own(self) -> Mapping[str, PatientSettings]:
        return {normalize("NFC", each.patient): each for each in self.settings.patients}

    __repr__ = hidden


@frozen(repr=False)
class FormerRun:
    """What a run before has left: what was dated, who was in which group, and by what.

    ``before`` are schedules as they were before the last change: without a session, of those who
    were new in it.

    Raises:
        InvalidError: a schedule is of another site, or a patient has two.
    """

    settings: ClinicSettings
    site: Site
    schedules: tuple[Schedule, ...] = ()
    before: tuple[Schedule, ...] = ()
    assignments: Assignments | None = None

    def __attrs_post_init__(self) -> None:
        of_site = all(
            each.plan.site == self.site.name and each.zone == self.site.zone
            for each in self.schedules
        )
        patients = {each.plan.patient for each in self.schedules}
        once = len(patients) == len(self.schedules)
        refuse(
            "former run",
            unless(of_site, "schedules", "schedules of the site", "another's"),
            unless(once, "schedules", "one of each patient", "several"),
        )

    __repr__ = hidden


def by_key(schedules: Iterable[Schedule]) -> tuple[Schedule, ...]:
    """Schedules in the order of their patients' keys."""
    return tuple(sorted(schedules, key=lambda each: each.plan.patient))


class Step(StrEnum):
    """What a run does for each patient."""

    DECISION = "decision"
    PLACEMENT = "placement"
    GROUPS = "groups"
    PLAN = "plan"
    SIGNATURES = "signatures"
    SCHEDULE = "schedule"
    REQUIREMENTS = "requirements"
    CHARGES = "charges"


@frozen(repr=False)
class Omission:
    """A step that gave nothing for a patient, and why, in words that tell nothing of them.

    A plan that a policy's "no" or the waitlist keeps from being drafted is one, too.
    """

    step: Step
    why: str

    __repr__ = hidden


@frozen(repr=False)
class PatientRun:
    """What a run gives for one patient: each step's result, or in ``omissions`` why there is none.

    ``name`` is that of the file, which may be the patient's own: show ``key``, unless asked.
    ``waiting`` is their place on the waitlist, if they have no group. ``judgments`` are what each
    requirement set finds, in the clinic's order.
    """

    name: str
    patient: Patient
    decisions: tuple[Decision, ...] = ()
    placement: Placement | None = None
    waiting: Waiting | None = None
    schedule: Schedule | None = None
    judgments: tuple[Judgment, ...] = ()
    charges: Charges | None = None
    omissions: tuple[Omission, ...] = ()

    @property
    def key(self) -> UUID:
        """The patient's key."""
        return self.patient.key

    @property
    def plan(self) -> Plan | None:
        """The plan, if there is one; all plans are dated."""
        return self.schedule.plan if self.schedule else None

    def why_no(self, step: Step) -> str | None:
        """Why a step gave nothing; ``None``: it gave something, or was not asked for."""
        return next((each.why for each in self.omissions if each.step is step), None)

    __repr__ = hidden


@frozen(repr=False)
class ClinicRun:
    """What a run gives for a clinic.

    ``patients`` are in the order of keys. ``kept`` are former schedules of patients whom the
    clinic has no more: they stay as they were, and count where the others do. ``census``,
    ``rooms`` and ``clinicians`` are by week, ``meetings`` those of all groups, and ``caseloads``
    on the settings' first day. ``before`` is as in ``FormerRun``; on a first run there
    is none.
    """

    clinic: Clinic
    patients: tuple[PatientRun, ...]
    assignments: Assignments | None = None
    kept: tuple[Schedule, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    census: tuple[CensusWeek, ...] = ()
    rooms: tuple[Load, ...] = ()
    clinicians: tuple[Load, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    caseloads: tuple[CaseloadFinding, ...] = ()
    before: tuple[Schedule, ...] = ()

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """All schedules, in the order of their patients' keys."""
        made = (each.schedule for each in self.patients if each.schedule)
        return by_key((*made, *self.kept))

    @property
    def changes(self) -> tuple[ScheduleDifference, ...]:
        """What the last change changed, for each patient whose dates it did; all of the new ones'.

        A run that changes nothing tells the same as the one before it.
        """
        now = {each.plan.key: each for each in self.schedules}
        return tuple(schedule_difference(each, now[each.plan.key]) for each in self.before)

    __repr__ = hidden
