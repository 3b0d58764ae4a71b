"""The course of treatment: what happened, where a patient stands, and what is due.

What can happen has a module of its own, ``iopkit.courses.events``, and so has what can be measured,
``iopkit.courses.measures``.
"""

from iopkit.courses.abstinence import ControlledSpan
from iopkit.courses.advising import advise, plan_policies
from iopkit.courses.authorizations import Authorization, AuthorizationStatus, AuthorizedIn
from iopkit.courses.contacts import is_contact
from iopkit.courses.courses import Course, as_known, collect, merge, record, with_schedule
from iopkit.courses.delivered_minutes import MinutesOfDay, MinutesOfWeek
from iopkit.courses.deliveries import (
    Delivered,
    DeliveredSession,
    SessionOrigin,
    delivered_by,
    outside_certification,
)
from iopkit.courses.due import Due, DueState, due_on
from iopkit.courses.due_analysis import DueFlaw, DueFlawKind, due_flaws
from iopkit.courses.due_rules import (
    CountedIn,
    DueRule,
    DueRuleSet,
    InARow,
    NoContact,
    RollOpen,
    Term,
    When,
)
from iopkit.courses.due_tables import DueRow, due_rows
from iopkit.courses.entries import Entry
from iopkit.courses.goal_figures import DatedFigure, GoalFigures, TargetFigures
from iopkit.courses.happenings import Happening, Having
from iopkit.courses.histories import History
from iopkit.courses.misfits import Misfit, SetApart
from iopkit.courses.outcomes import OutcomeCounts, SessionOutcome, SessionRecord, outcome_of
from iopkit.courses.plan_rules import due_rules
from iopkit.courses.progressing import progress
from iopkit.courses.rolls import Absent, Entered, Present, RollMark, enter_roll
from iopkit.courses.state_tables import StateRow, state_rows
from iopkit.courses.states import State
from iopkit.courses.statuses import Status, StatusSpan
from iopkit.courses.taking_stock import state_on
from iopkit.courses.timelines import BookedSession, ScheduleSince, Timeline

__all__ = [
    "Absent",
    "Authorization",
    "AuthorizationStatus",
    "AuthorizedIn",
    "BookedSession",
    "ControlledSpan",
    "CountedIn",
    "Course",
    "DatedFigure",
    "Delivered",
    "DeliveredSession",
    "Due",
    "DueFlaw",
    "DueFlawKind",
    "DueRow",
    "DueRule",
    "DueRuleSet",
    "DueState",
    "Entered",
    "Entry",
    "GoalFigures",
    "Happening",
    "Having",
    "History",
    "InARow",
    "MinutesOfDay",
    "MinutesOfWeek",
    "Misfit",
    "NoContact",
    "OutcomeCounts",
    "Present",
    "RollMark",
    "RollOpen",
    "ScheduleSince",
    "SessionOrigin",
    "SessionOutcome",
    "SessionRecord",
    "SetApart",
    "State",
    "StateRow",
    "Status",
    "StatusSpan",
    "TargetFigures",
    "Term",
    "Timeline",
    "When",
    "advise",
    "as_known",
    "collect",
    "delivered_by",
    "due_flaws",
    "due_on",
    "due_rows",
    "due_rules",
    "enter_roll",
    "is_contact",
    "merge",
    "outcome_of",
    "outside_certification",
    "plan_policies",
    "progress",
    "record",
    "state_on",
    "state_rows",
    "with_schedule",
]
