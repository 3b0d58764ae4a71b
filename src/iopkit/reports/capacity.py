"""Use of capacity for people to read, as plain text.

Calling one of these is the explicit act that shows counts of patients. A count of few can be
traced to a person: what leaves the site is for somebody to decide who knows the rules.
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from iopkit.prose import duration_text
from iopkit.reports.lines import page
from iopkit.reports.words import day_text
from iopkit.schedules.capacity import CensusDay, CensusWeek, Load, weekly_census
from iopkit.schedules.meetings import Meeting
from iopkit.windows import ONE_DAY, Weekday


def census_text(days: Iterable[CensusDay], *, first: Weekday = Weekday.MONDAY) -> str:
    """A census in lines, a week's before those of its days.

    Args:
        first: the day that weeks begin with.
    """
    listed = sorted(days, key=lambda each: each.day)
    lines: list[str] = []
    for week in weekly_census(listed, first=first):
        lines += ["", week_line(week)]
        lines += [
            f"  {day_text(each.day)}{each.patients:>7}{each.on_hold:>9}{each.expected:>10}"
            for each in listed
            if week.start <= each.day < week.end
        ]
    heads = f"  {'Day':<14}{'Patients':>7}{'On hold':>8}{'Expected':>10}"
    return page([heads, *lines]) if lines else "No day to count."


def week_line(week: CensusWeek) -> str:
    """A week's census in a line."""
    return (
        f"Week from {day_text(week.start)}: {week.mean:.1f} patients a day, {week.least} to "
        f"{week.most}; {week.on_hold / week.days:.1f} of them on hold; {week.expected} visits"
    )


def load_text(loads: Iterable[Load]) -> str:
    """Loads in lines, under the name of each room or clinician."""
    lines: list[str] = []
    for name, several in groupby(loads, key=lambda each: each.name):
        lines += [name, *(f"  {period_text(each)}  {load_words(each)}" for each in several)]
    return page(lines) or "No room or clinician to look at."


def period_text(load: Load) -> str:
    """The day or days that a load is of."""
    last = load.end - ONE_DAY
    return day_text(load.start) + (f" to {day_text(last)}" if last > load.start else "")


def load_words(load: Load) -> str:
    """How much is booked of what is available."""
    booked = duration_text(load.booked)
    if load.available is None:
        return f"{booked}, hours not known"
    share = f", {load.share:.0%}" if load.share is not None else ""
    outside = f"; {duration_text(load.outside)} outside the hours" if load.outside else ""
    return f"{booked} of {duration_text(load.available)}{share}{outside}"


def meetings_text(meetings: Iterable[Meeting]) -> str:
    """Meetings in lines, with seats taken and free, under the name of each group."""
    lines: list[str] = []
    for group in meetings_by_group(meetings):
        lines.append(", ".join(group_words(group[0])))
        lines += [f"  {each.start.date()}  {seats_words(each)}" for each in group]
    return page(lines) or "No group meets."


def meetings_by_group(meetings: Iterable[Meeting]) -> tuple[tuple[Meeting, ...], ...]:
    """Meetings by group: by service, weekday, time, room and clinician, as a week has them."""
    by_group: dict[tuple[object, ...], list[Meeting]] = {}
    for each in sorted(meetings, key=_in_week):
        by_group.setdefault(_in_week(each)[:-1], []).append(each)
    return tuple(map(tuple, by_group.values()))


def _in_week(meeting: Meeting) -> tuple[int, str, str, str, str, date]:
    day = meeting.start.date()
    place = meeting.room or "", meeting.clinician or ""
    return day.weekday(), f"{meeting.start:%H:%M}", meeting.service, *place, day


def group_words(meeting: Meeting) -> tuple[str, ...]:
    """Which group meets, when in the week, and where and with whom if that is known."""
    when = f"{Weekday.of(meeting.start).title} {meeting.start:%H:%M}"
    return tuple(filter(None, (meeting.title, when, meeting.room, meeting.clinician)))


def seats_words(meeting: Meeting) -> str:
    """Seats taken of a meeting's seats, and those free; and why it is not when it was due."""
    why = ""
    if meeting.moved:
        what = "called off" if meeting.called_off else f"moved from {day_text(meeting.due)}"
        why = f"{what}: {meeting.moved.detail or meeting.moved.why.words}"
    if meeting.called_off:
        return why
    seats = _seats_text(meeting)
    return f"{seats}; {why}" if why else seats


def _seats_text(meeting: Meeting) -> str:
    if meeting.patients is None:
        seats = "seats not known" if meeting.seats is None else f"{meeting.seats} seats"
        return f"{seats}, who comes was not counted"
    if meeting.seats is None or meeting.free is None:
        return f"{meeting.patients} patients, seats not known"
    left = f"{meeting.free} free" if meeting.free >= 0 else f"{-meeting.free} too many"
    return f"{meeting.patients} of {meeting.seats} seats, {left}"
