"""Who goes to which group, and who waits."""

from iopkit.groups.assignments import Aim, Assignment, Assignments, Attainment, Weights, assign
from iopkit.groups.groups import Group, join
from iopkit.groups.rosters import Barrier, Candidate, GroupDose, GroupPreference, Roster, barriers
from iopkit.groups.solver import Limits
from iopkit.groups.waitlists import (
    Concession,
    ConcessionKind,
    Obstacle,
    Waiting,
    WaitingFor,
    grant,
)

__all__ = [
    "Aim",
    "Assignment",
    "Assignments",
    "Attainment",
    "Barrier",
    "Candidate",
    "Concession",
    "ConcessionKind",
    "Group",
    "GroupDose",
    "GroupPreference",
    "Limits",
    "Obstacle",
    "Roster",
    "Waiting",
    "WaitingFor",
    "Weights",
    "assign",
    "barriers",
    "grant",
    "join",
]
