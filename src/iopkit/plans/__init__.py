"""A program given to one patient: the plan, its parts, and changes to it."""

from iopkit.plans.carrying import carry_settled
from iopkit.plans.continuing import continue_care
from iopkit.plans.drafting import NamedGroup, draft
from iopkit.plans.foreseeing import FORESEEN
from iopkit.plans.goal_templates import (
    DiagnosisKind,
    GoalTemplate,
    GoalTemplates,
    InterventionTemplate,
    ObjectiveTemplate,
    ProblemTemplate,
)
from iopkit.plans.goals import (
    ConditionTarget,
    Counted,
    CountTarget,
    Goal,
    Intervention,
    Objective,
    Problem,
    ScoreTarget,
    Target,
    target_reached,
)
from iopkit.plans.notes import NoteKind, NoteSubject, PlanNote
from iopkit.plans.plans import (
    Disclosure,
    GroupMembership,
    JudgedBy,
    Leave,
    Plan,
    PrimaryCounselor,
    Provenance,
    Signature,
    Trip,
)
from iopkit.plans.preferences import Preferences
from iopkit.plans.proposals import (
    ProposedGoal,
    ProposedProblem,
    RaisedBy,
    SettledAs,
    Settlement,
)
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
from iopkit.plans.settling import settle
from iopkit.plans.tailoring import CALLED_FOR, NEEDED_FOR, call_for, needs_of
from iopkit.plans.taken import TakenTime, taken_times
from iopkit.plans.upcoming import ChangingKind, Consequence, ConsequenceKind, UpcomingChange

__all__ = [
    "CALLED_FOR",
    "FORESEEN",
    "NEEDED_FOR",
    "AddMilestones",
    "AddSessions",
    "CapGroups",
    "ChangingKind",
    "ConditionTarget",
    "Consequence",
    "ConsequenceKind",
    "CountTarget",
    "Counted",
    "DiagnosisKind",
    "Disclosure",
    "DropSessions",
    "Goal",
    "GoalTemplate",
    "GoalTemplates",
    "GroupMembership",
    "HoldOftener",
    "Intervention",
    "InterventionTemplate",
    "JudgedBy",
    "Leave",
    "LengthenSessions",
    "MoveSession",
    "NamedGroup",
    "NoteKind",
    "NoteSubject",
    "Objective",
    "ObjectiveTemplate",
    "Plan",
    "PlanNote",
    "Preferences",
    "PrimaryCounselor",
    "Problem",
    "ProblemTemplate",
    "ProposedGoal",
    "ProposedProblem",
    "Provenance",
    "RaisedBy",
    "Revision",
    "ScoreTarget",
    "SessionRevision",
    "SettledAs",
    "Settlement",
    "ShortenSessions",
    "Signature",
    "TakenTime",
    "Target",
    "Trip",
    "UpcomingChange",
    "call_for",
    "carry_settled",
    "continue_care",
    "draft",
    "needs_of",
    "revise",
    "settle",
    "taken_times",
    "target_reached",
]
