"""The classes that documents are of, by what documents call themselves."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from iopkit.charges.charges import Charges
from iopkit.charges.code_rules import CodingScheme
from iopkit.charges.rates import RateTable
from iopkit.checks.checks import Finding
from iopkit.clinics.settings import ClinicSettings
from iopkit.courses.courses import Course
from iopkit.courses.due_rules import DueRuleSet
from iopkit.eligibility.own_facts import OwnFacts
from iopkit.eligibility.policies import Decision, Policy
from iopkit.eligibility.predicates import Predicate
from iopkit.groups.assignments import Assignments
from iopkit.groups.rosters import Roster
from iopkit.patients.instruments import Instrument
from iopkit.patients.patients import Patient
from iopkit.placement.placement import Ladder, Placement
from iopkit.plans.goal_templates import GoalTemplates
from iopkit.plans.plans import Plan
from iopkit.programs.programs import Program
from iopkit.requirements.requirements import RequirementSet
from iopkit.schedules.sessions import Schedule
from iopkit.sites.sites import Site


class _Kinds(Mapping[str, Any]):
    """Classes by what their documents call themselves.

    One that needs an extra is loaded when it is asked for by name, which is its own.
    """

    def __init__(self, classes: Mapping[str, Any], later: Mapping[str, str]) -> None:
        """Take classes, and the modules of those that are loaded later."""
        self._classes, self._later = classes, later
        self._names = tuple(sorted({*classes, *later}))

    def __getitem__(self, name: str) -> Any:  # a class, or a union of some
        if name in self._later:
            return getattr(import_module(self._later[name]), name.title())
        return self._classes[name]

    def __contains__(self, name: object) -> bool:
        # That of a mapping would load the class.
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def name_of(self, kind: Any) -> str | None:
        """What documents of a class call themselves; ``None``: there are none of it."""
        for name, known in self._classes.items():
            if known is kind:
                return name
        return next((name for name in self._later if self._is_later(name, kind)), None)

    def name_for(self, value: object) -> str | None:
        """What the document of a value calls itself; ``None``: there is none of it."""
        for name, known in self._classes.items():
            if isinstance(value, known):
                return name
        return next(filter(None, map(self.name_of, type(value).__mro__)), None)

    def _is_later(self, name: str, kind: Any) -> bool:
        """Whether a class is one that is loaded later; that it is there says that it was."""
        said = getattr(kind, "__module__", None), getattr(kind, "__name__", None)
        return said == (self._later[name], name.title())


KINDS = _Kinds(
    {
        "assignments": Assignments,
        "charges": Charges,
        "clinic": ClinicSettings,
        "coding": CodingScheme,
        "course": Course,
        "decision": Decision,
        "due_rules": DueRuleSet,
        "facts": OwnFacts,
        "finding": Finding,
        "goals": GoalTemplates,
        "instrument": Instrument,
        "ladder": Ladder,
        "patient": Patient,
        "placement": Placement,
        "plan": Plan,
        "policy": Policy,
        "predicate": Predicate,
        "program": Program,
        "rates": RateTable,
        "requirements": RequirementSet,
        "roster": Roster,
        "schedule": Schedule,
        "site": Site,
    },
    later={"habits": "iopkit.scenarios.habits", "study": "iopkit.scenarios.study"},
)
"""The classes, by name."""
