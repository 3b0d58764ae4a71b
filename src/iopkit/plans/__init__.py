"""A program given to one patient: the plan, its parts, and changes to it."""

from iopkit.plans.continuing import continue_care
from iopkit.plans.drafting import draft
from iopkit.plans.foreseeing import FORESEEN
from iopkit.plans.goals import (
    Counted,
    CountTarget,
    Goal,
    Intervention,
    Objective,
    Problem,
    ScoreTarget,
    Target,
)
from iopkit.plans.notes import NoteKind, NoteSubject, PlanNote
from iopkit.plans.plans import (
    Disclosure,
    JudgedBy,
    Leave,
    Plan,
    PrimaryCounselor,
    Provenance,
    Signature,
    Trip,
)
from iopkit.plans.preferences import Preferences
from iopkit.plans.revisions import (
    AddMilestones,
    AddSessions,
    CapGroups,
    DropSessions,
    HoldOftener,
    LengthenSessions,
    MoveSession,
    Revision,
    SessionRevision,
    ShortenSessions,
    revise,
)
from iopkit.plans.tailoring import CALLED_FOR, NEEDED_FOR, call_for, needs_of
from iopkit.plans.upcoming import ChangingKind, Consequence, ConsequenceKind, UpcomingChange

__all__ = [
    "CALLED_FOR",
    "FORESEEN",
    "NEEDED_FOR",
    "AddMilestones",
    "AddSessions",
    "CapGroups",
    "ChangingKind",
    "Consequence",
    "ConsequenceKind",
    "CountTarget",
    "Counted",
    "Disclosure",
    "DropSessions",
    "Goal",
    "HoldOftener",
    "Intervention",
    "JudgedBy",
    "Leave",
    "LengthenSessions",
    "MoveSession",
    "NoteKind",
    "NoteSubject",
    "Objective",
    "Plan",
    "PlanNote",
    "Preferences",
    "PrimaryCounselor",
    "Problem",
    "Provenance",
    "Revision",
    "ScoreTarget",
    "SessionRevision",
    "ShortenSessions",
    "Signature",
    "Target",
    "Trip",
    "UpcomingChange",
    "call_for",
    "continue_care",
    "draft",
    "needs_of",
    "revise",
]
