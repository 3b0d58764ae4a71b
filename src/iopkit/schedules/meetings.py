"""Meetings: the dated occurrences of a group, each for all its members."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.schedules.sessions import Move, Reason, Session
from iopkit.windows import ONE_WEEK


@frozen(repr=False)
class Meeting:
    """One meeting of a group: its group, when it was due, and when, where and for whom it is.

    ``start`` is aware, in the site's zone. ``moved`` says when it was due and why it is not then;
    ``None``: it is when it was due. One that is ``called_off`` does not take place, for the
    reason in ``moved``. ``group`` is ``None`` where plans name none: then it is those who have a
    session of one service, start and place.

    ``patients`` are those who are to come, ``None``: not counted. ``seats`` is the lowest of the
    limits of its room, its service and its group; ``None``: none is known, which does not mean
    that there is room for all.

    Raises:
        InvalidError: the start has no time zone, or it is called off without a reason.
    """

    service: str
    title: str
    start: datetime
    duration: timedelta
    room: str | None = None
    clinician: str | None = None
    patients: int | None = None
    seats: int | None = None
    group: str | None = None
    moved: Move | None = None
    called_off: bool = False

    def __attrs_post_init__(self) -> None:
        aware = self.start.tzinfo is not None
        refuse(
            "meeting",
            unless(aware, "start", "an aware time", "one without a zone"),
            unless(
                self.moved is not None or not self.called_off,
                "moved",
                "when it was due and why it is called off",
                "nothing",
            ),
        )

    @property
    def due(self) -> datetime:
        """When it was due, in wall-clock time."""
        return self.moved.prescribed if self.moved else self.start.replace(tzinfo=None)

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.start + self.duration

    @property
    def free(self) -> int | None:
        """Seats that are left, below 0 if too many are booked; ``None``: not known."""
        known = self.seats is not None and self.patients is not None
        return (self.seats or 0) - (self.patients or 0) if known else None

    __repr__ = hidden


MeetingsByGroup = Mapping[tuple[str, str | None], Sequence[Meeting]]
"""The meetings of each group, by its service and name."""


def by_group(meetings: Iterable[Meeting]) -> MeetingsByGroup:
    """Meetings by their groups, in the order in which they come."""
    found: defaultdict[tuple[str, str | None], list[Meeting]] = defaultdict(list)
    for each in meetings:
        found[each.service, each.group].append(each)
    return dict(found)


def as_meeting(session: Session) -> Meeting:
    """The meeting of its group that a session is, as far as the session tells."""
    return Meeting(
        session.service,
        session.service,
        session.start,
        session.duration,
        session.room,
        session.clinician,
        group=session.group,
        moved=session.moved,
    )


def shared(session: Session) -> tuple[str, datetime, datetime, str | None, str | None] | None:
    """What all sessions of one meeting have and no other has; ``None``: it is for one patient."""
    if not session.modality.is_group:
        return None
    start, end = (at.astimezone(UTC) for at in (session.start, session.end))
    return session.service, start, end, session.room, session.clinician


_OWN = (Reason.ASKED, Reason.ABSENT, Reason.ON_LEAVE)


def at_own_meeting(session: Session) -> bool:
    """Whether a session is the meeting that it was due as, wherever the group has moved that.

    One that its patient moved is another meeting; so is a make-up, and one that a closure put
    off by whole weeks, as that extends each plan by itself.
    """
    if session.make_up or session.moved is None:
        return not session.make_up
    if session.moved.why in _OWN:
        return False
    later = session.start.replace(tzinfo=None) - session.moved.prescribed
    return later < ONE_WEEK or bool(later % ONE_WEEK)
