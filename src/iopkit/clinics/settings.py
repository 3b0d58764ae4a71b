"""Settings of a clinic: what its patients are judged by and get, and what differs for some."""

from datetime import date

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.groups.rosters import GroupDose
from iopkit.plans.plans import Leave, PhaseWeeks, PrimaryCounselor


@frozen(repr=False)
class PatientSettings:
    """What differs for one patient; ``patient`` is the name of the file, without its ending.

    ``start`` is the first day of their plan and ``track`` their track, where these are not the
    clinic's. ``counselors`` are their primary counselors from each of some days on. Nothing takes
    place on the days of ``leaves``, nor from the day on which the patient was ``discharged``.

    Raises:
        InvalidError: there is no name, or the patient was discharged before the first day.
    """

    patient: str
    start: date | None = None
    track: str | None = None
    counselors: tuple[PrimaryCounselor, ...] = ()
    leaves: tuple[Leave, ...] = ()
    discharged: date | None = None

    def __attrs_post_init__(self) -> None:
        ordered = self.start is None or self.discharged is None or self.start <= self.discharged
        refuse(
            "patient's settings",
            unless(bool(self.patient.strip()), "patient", "the name of a patient's file", "none"),
            unless(ordered, "discharged", "a day from the first on", "an earlier one"),
        )

    __repr__ = hidden


@frozen(repr=False)
class ClinicSettings:
    """What a clinic's patients are judged by and get, by names and files, as a document has it.

    ``site``, ``program``, ``groups``, ``policies``, ``ladder``, ``goals`` (templates of them),
    ``requirements``, ``coding`` and ``rates`` are names of what is shipped or of files; ``None``:
    none. ``start`` is the first day of plans, and the day on which groups are joined; ``seed``
    draws what is drawn. ``doses`` are the groups that each patient needs whom the roster does not
    have. ``despite_no``: plans are drafted for those of whom a policy says "no", too. ``titles``:
    calendars name services, which discloses the kind of treatment.

    Raises:
        InvalidError: a patient, phase or dose comes twice, or there are doses without groups.
    """

    start: date
    seed: int
    program: str = "program.toml"
    site: str = "site.toml"
    groups: str | None = None
    policies: tuple[str, ...] = ()
    ladder: str | None = None
    goals: str | None = None
    requirements: tuple[str, ...] = ()
    coding: str | None = None
    rates: str | None = None
    track: str | None = None
    weeks: tuple[PhaseWeeks, ...] = ()
    doses: tuple[GroupDose, ...] = ()
    despite_no: bool = False
    assume_in_force: bool = False
    titles: bool = False
    patients: tuple[PatientSettings, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "clinic",
            *(
                unless(len(names) == len(set(names)), where, "each once", "one twice")
                for where, names in (
                    ("patients", [each.patient for each in self.patients]),
                    ("weeks", [each.phase for each in self.weeks]),
                    ("doses", [each.service for each in self.doses]),
                )
            ),
            unless(
                self.groups is not None or not self.doses,
                "doses",
                "none where there are no groups",
                "some",
            ),
        )

    __repr__ = hidden
