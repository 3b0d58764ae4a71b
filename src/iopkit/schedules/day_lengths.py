"""Day lengths: how long a patient is asked to come on one day, when sessions are moved.

A program says by its weekly times how long a day with it is. What is moved makes no day longer
than the longest of these: three evenings of a closed week are not nine hours of a Saturday.
"""

from collections import Counter
from collections.abc import Iterable

from iopkit.confidential import hidden, while_kept
from iopkit.programs.programs import Program, services_by_place
from iopkit.programs.timetables import timetable
from iopkit.programs.timings import RandomDays
from iopkit.schedules.sessions import Reason, Session, prescribed
from iopkit.schedules.site_calendar import SiteCalendar
from iopkit.windows import DAY, Weekday, whole_minutes


class DayLengths:
    """Minutes of sessions on each day of a plan so far.

    Make-ups, sessions on random days and what a patient asked to move add nothing to the day that
    they are on: a program's days have room for these, or the patient has.
    """

    def __init__(self, calendar: SiteCalendar, sessions: Iterable[Session] = ()) -> None:
        plan = calendar.plan
        self._longest = _longest_day(plan.program, Weekday.of(plan.start))
        self._minutes: Counter[int] = Counter()
        services = services_by_place(plan.program)
        for each in sessions:
            service = services.get((each.phase, each.service))
            drawn = service is not None and isinstance(service.timing, RandomDays)
            if not each.make_up and not drawn:
                asked = each.moved is not None and each.moved.why is Reason.ASKED
                at = prescribed(each) if asked else each.start.replace(tzinfo=None)
                self.add(calendar.minute(at), whole_minutes(each.duration))

    def add(self, minute: int, length: int) -> None:
        """Add a session that begins at a minute of the plan; take it away by a length below 0."""
        self._minutes[minute // DAY] += length

    def have_room(self, day: int, length: int) -> bool:
        """Whether a day with one more session is no longer than the longest of the program.

        A day without any has room for each.
        """
        minutes = self._minutes[day]
        return minutes == 0 or minutes + length <= self._longest

    __repr__ = hidden


@while_kept
def _longest_day(program: Program, first: Weekday) -> int:
    """Minutes of sessions on the day of a program that has most of them, random days aside.

    A leave that shifts moves all of a day by whole weeks, so that it makes none longer.
    """
    days: Counter[int] = Counter()
    for each in timetable(program, first):
        if each.day is not None and each.service.duration is not None:
            days[each.day] += whole_minutes(each.service.duration)
    return max(days.values(), default=0)
