"""A schedule along a time line: its phases, sessions and weekly hours, and all of it in words."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from iopkit.confidential import hidden
from iopkit.errors import refuse, refuse_flags, unless
from iopkit.fields import frozen
from iopkit.prose import counted, duration_text, listed, runs, weeks_text
from iopkit.reports.lines import page
from iopkit.reports.weeks import is_random, session_mark
from iopkit.reports.words import day_words, days_words
from iopkit.schedules.sessions import Schedule
from iopkit.sites.hours import closed_days
from iopkit.sites.sites import Site
from iopkit.windows import ONE_DAY, ONE_WEEK


class MarkKind(StrEnum):
    """What became of a session, as a time line tells it."""

    BOOKED = "booked"
    MOVED = "moved"
    MAKE_UP = "make-up"
    UNPLACED = "without a time"


@frozen(repr=False)
class Mark:
    """A session on a time line; ``day`` is ``None`` where it has none, or none to be told."""

    kind: MarkKind
    week: int
    day: date | None

    @property
    def untold(self) -> bool:
        """Whether the session has a day, which is not told."""
        return self.day is None and self.kind is not MarkKind.UNPLACED

    __repr__ = hidden


@frozen(repr=False)
class Line:
    """A service on a time line, with a mark for each of its sessions in order."""

    title: str
    marks: tuple[Mark, ...]

    def of(self, kind: MarkKind) -> tuple[Mark, ...]:
        """The marks of a kind."""
        return tuple(mark for mark in self.marks if mark.kind is kind)

    __repr__ = hidden


@frozen(repr=False)
class Stretch:
    """Days from ``start`` up to the day before ``end``, and what they are."""

    title: str
    start: date
    end: date

    @property
    def words(self) -> str:
        """The days in prose."""
        return days_words(self.start, self.end - ONE_DAY)

    __repr__ = hidden


def timeline_lines(schedule: Schedule, *, random_days: bool) -> tuple[Line, ...]:
    """A line for each service that has sessions, in the plan's order, then former ones."""
    titles = schedule.titles
    by_service: dict[str, list[Mark]] = {name: [] for name in titles}
    for session in schedule.sessions:
        told = random_days or not is_random(schedule, session)
        kind = MarkKind(session_mark(session) or "booked")
        mark = Mark(kind, session.week, session.start.date() if told else None)
        by_service[session.service].append(mark)
    for missing in schedule.unplaced:
        mark = Mark(MarkKind.UNPLACED, missing.week, missing.prescribed)
        by_service[missing.service].append(mark)
    return tuple(
        Line(titles[name], tuple(sorted(marks, key=lambda mark: (mark.week, mark.day or date.min))))
        for name, marks in by_service.items()
        if marks
    )


def phases_of(schedule: Schedule) -> tuple[Stretch, ...]:
    """The phases, and the weeks after the plan's last if sessions are in them."""
    plan = schedule.plan
    phases = [Stretch(phase.title, start, end) for start, end, phase in plan.phase_spans()]
    more = schedule.end > plan.end
    return (*phases, *([Stretch("Extended", plan.end, schedule.end)] if more else []))


def closed_stretches(schedule: Schedule, site: Site | None) -> tuple[Stretch, ...]:
    """Days on which the site is closed and why, those in a row together; none without a site.

    Raises:
        InvalidError: the site is another one.
    """
    if site is None:
        return ()
    ours = site.name == schedule.plan.site
    refuse("time line", unless(ours, "site", "the plan's", "another"))
    stretches: list[Stretch] = []
    for day, why in sorted(closed_days(site, schedule.plan.start, schedule.end).items()):
        before = stretches[-1] if stretches else None
        if before and before.end == day and before.title == why:
            stretches[-1] = Stretch(why, before.start, day + ONE_DAY)
        else:
            stretches.append(Stretch(why, day, day + ONE_DAY))
    return tuple(stretches)


def leave_stretches(schedule: Schedule) -> tuple[Stretch, ...]:
    """The days of leaves, as far as they lie within the schedule."""
    return tuple(
        Stretch("On hold", max(leave.start, schedule.plan.start), min(leave.end, schedule.end))
        for leave in schedule.plan.leaves
        if leave.start < schedule.end and leave.end > schedule.plan.start
    )


def weekly_times(schedule: Schedule) -> tuple[timedelta, ...]:
    """Service time that is booked in each week, one figure for each of the schedule's weeks."""
    times = [timedelta(0)] * schedule.weeks
    for session in schedule.sessions:
        times[session.week - 1] += session.service_time
    return tuple(times)


def timeline_title(schedule: Schedule) -> str:
    """The program, and the days from the first to the last."""
    days = days_words(schedule.plan.start, schedule.end - ONE_DAY)
    return f"{schedule.plan.program.title}, {days}"


def timeline_remarks(schedule: Schedule, site: Site | None) -> tuple[str, ...]:
    """Days that stand out: when the site is closed, treatment is on hold, and what is due."""
    closed = [f"{each.words} ({each.title})" for each in closed_stretches(schedule, site)]
    on_hold = [each.words for each in leave_stretches(schedule)]
    due = [f"{each.kind.label} by {day_words(each.by)}" for each in schedule.plan.milestones]
    groups = (("Closed", closed), ("On hold", on_hold), ("Due", due))
    return tuple(f"{head}: {'; '.join(some)}." for head, some in groups if some)


def timeline_text(
    schedule: Schedule, *, site: Site | None = None, random_days: bool = False
) -> str:
    """A schedule from its first week to its last in plain words: the twin of its picture.

    ``calendar_text`` has the day and time of each session.

    Args:
        site: the plan's own; days on which it is closed are told, too.
        random_days: tell also the days that were drawn, such as those of drug tests.

    Raises:
        InvalidError: the site is another one.
    """
    refuse_flags("time line", random_days=random_days)
    return page(
        [
            f"{timeline_title(schedule)}.",
            *(
                f"{phase.title}: {phase_weeks(phase, schedule.plan.start)}, {phase.words}."
                for phase in phases_of(schedule)
            ),
            *(_line_words(line) for line in timeline_lines(schedule, random_days=random_days)),
            f"Hours a week: {'; '.join(_hours(weekly_times(schedule)))}.",
            *timeline_remarks(schedule, site),
        ]
    )


def phase_weeks(phase: Stretch, start: date) -> str:
    """Which weeks of a plan a phase has, by the plan's first day."""
    first, end = (phase.start - start) // ONE_WEEK + 1, (phase.end - start) // ONE_WEEK + 1
    return weeks_text(range(first, end))


def _line_words(line: Line) -> str:
    missing = line.of(MarkKind.UNPLACED)
    dated = [mark.day for mark in line.marks if mark.day and mark not in missing]
    placed = len(line.marks) - len(missing)
    told = [counted(placed, "session")]
    if dated:
        told[0] += f", {days_words(min(dated), max(dated))}"
    elif placed:
        told[0] += " on random days"
    for kind in (MarkKind.MOVED, MarkKind.MAKE_UP):
        if marks := line.of(kind):
            days = [day_words(mark.day) for mark in marks if mark.day]
            told.append(f"{kind}: {listed(days) if days else len(marks)}")
    if missing:
        told.append(
            f"without a time: {len(missing)}, {_which_weeks(mark.week for mark in missing)}"
        )
    return f"{line.title}: {'; '.join(told)}."


def _which_weeks(weeks: Iterable[int]) -> str:
    """Weeks in runs, such as ``weeks 1 to 4, week 7``."""
    return ", ".join(weeks_text(range(low, high + 1)) for low, high in runs(weeks))


def _hours(times: Iterable[timedelta]) -> Iterator[str]:
    """Weekly times, weeks of the same time together."""
    first = 1
    for time, run in groupby(times):
        last = first + len(list(run)) - 1
        yield f"{duration_text(time)} in {weeks_text(range(first, last + 1))}"
        first = last + 1
