"""The course of treatment: what happened, where a patient stands, and what is due.

What can happen has a module of its own: ``iopkit.courses.events``.
"""

from iopkit.courses.authorizations import Authorization, AuthorizationStatus, AuthorizedIn
from iopkit.courses.courses import Course, as_known, collect, merge, record, with_schedule
from iopkit.courses.entries import Entry
from iopkit.courses.events import EVENT_KINDS, CourseEvent
from iopkit.courses.histories import History
from iopkit.courses.judging import Status
from iopkit.courses.misfits import Misfit, SetApart
from iopkit.courses.timelines import DueSession, ScheduleSince, Timeline

__all__ = [
    "EVENT_KINDS",
    "Authorization",
    "AuthorizationStatus",
    "AuthorizedIn",
    "Course",
    "CourseEvent",
    "DueSession",
    "Entry",
    "History",
    "Misfit",
    "ScheduleSince",
    "SetApart",
    "Status",
    "Timeline",
    "as_known",
    "collect",
    "merge",
    "record",
    "with_schedule",
]
