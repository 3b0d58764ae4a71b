"""Taken times: when rooms and clinicians of a site are with others, week by week."""

from datetime import date

from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.plans.plans import Plan
from iopkit.programs.programs import fixed_times
from iopkit.sites.sites import Site
from iopkit.windows import DAY, Span, Weekday


@frozen(repr=False)
class TakenTime:
    """A weekly time at which a room and a clinician are with others, from a day up to another.

    ``span`` is its first minute of the week, which begins on Monday, and the one after its last.
    ``None``: no room, or nobody, is named.
    """

    start: date
    end: date
    span: Span
    room: str | None = None
    clinician: str | None = None

    def is_for(self, room: str | None, clinician: str | None) -> bool:
        """Whether it takes a room or a clinician, as far as they are named."""
        pairs = ((room, self.room), (clinician, self.clinician))
        return any(asked is not None and asked == own for asked, own in pairs)

    __repr__ = hidden


def taken_times(plan: Plan, site: Site) -> tuple[TakenTime, ...]:
    """The weekly times at which a plan takes rooms and clinicians, as its site offers services.

    Those of its groups are not among them, as a group meets whoever is in it. What is on hold keeps
    its time. Of a patient who is on leave up to the end, it is free from then on.

    Example:
        >>> from datetime import timedelta
        >>> from uuid import UUID
        >>> from iopkit import Patient, WeeklyWindows, draft, find_program
        >>> from iopkit.sites import Clinician, Offer
        >>> talk = Offer("individual-session", clinician="Ash", duration=timedelta(minutes=45))
        >>> hours, staff = WeeklyWindows.always(), (Clinician("Ash"),)
        >>> site = Site("Elm", "UTC", hours, offers=(talk,), clinicians=staff)
        >>> program, day = find_program("matrix-16-week"), date(2026, 1, 5)
        >>> plan = draft(program, Patient(UUID(int=1, version=4)), site, start=day, seed=1)
        >>> {(each.clinician, each.span) for each in taken_times(plan, site)}
        {('Ash', (140, 185))}
    """
    grouped = {each.service for each in plan.groups}
    left = min((each.start for each in plan.leaves if each.end >= plan.end), default=plan.end)
    return tuple(
        TakenTime(start, min(end, left), (low, high), offer.room, offer.clinician)
        for start, end, phase in plan.phase_spans()
        for low, high, name in fixed_times(plan.program.services_in(phase))
        for offer in [site.offer(name, Weekday(low // DAY))]
        if offer is not None and name not in grouped and start < left
    )
