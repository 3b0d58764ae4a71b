"""Plain words for patients: days, clock times, how long and how often."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from iopkit.programs.doses import Dose
from iopkit.programs.ranges import Times
from iopkit.programs.timings import (
    EveryWeeks,
    InAll,
    Once,
    PerWeek,
    RandomDays,
    Slot,
    TimePerWeek,
    Timing,
    Weekly,
    is_unrated,
    slots_of,
)
from iopkit.prose import counted, duration_text, listed
from iopkit.windows import DayPart, Weekday, whole_minutes

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_words(day: date, *, weekday: bool = False, within: int | None = None) -> str:
    """A day as Americans write it; ``within``: the year that goes without saying.

    Example:
        >>> day_words(date(2026, 1, 5), weekday=True), day_words(date(2026, 1, 5), within=2026)
        ('Monday, January 5, 2026', 'January 5')
    """
    lead = f"{Weekday.of(day).title}, " if weekday else ""
    year = "" if day.year == within else f", {day.year}"
    return f"{lead}{_MONTHS[day.month - 1]} {day.day}{year}"


def short_day_words(day: date) -> str:
    """A day of this year in few letters, such as ``Jan 5``."""
    return f"{_MONTHS[day.month - 1][:3]} {day.day}"


def days_words(first: date, last: date, *, within: int | None = None) -> str:
    """A stretch of days; month and year are said once if they are the same, a single day too.

    Example:
        >>> days_words(date(2026, 1, 5), date(2026, 1, 11))
        'January 5 to 11, 2026'
    """
    if first == last:
        return day_words(last, within=within)
    start = day_words(first, within=within if first.year != last.year else last.year)
    end = day_words(last, within=within)
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{start} to {end.partition(' ')[2] if same_month else end}"


def clock_words(clock: time | datetime) -> str:
    """A clock time as Americans say it.

    Example:
        >>> clock_words(time(17, 30)), clock_words(time(9)), clock_words(time(12))
        ('5:30 pm', '9 am', 'noon')
    """
    if clock.minute == 0 and clock.hour % 12 == 0:
        return "noon" if clock.hour else "midnight"
    minutes = f":{clock.minute:02}" if clock.minute else ""
    return f"{(clock.hour - 1) % 12 + 1}{minutes} {'pm' if clock.hour >= 12 else 'am'}"


def span_words(start: datetime, end: datetime) -> str:
    """From when to when; am and pm are said once if they are the same.

    Example:
        >>> span_words(datetime(2026, 1, 5, 17, 30), datetime(2026, 1, 5, 18, 20))
        '5:30 to 6:20 pm'
    """
    first, last = clock_words(start), clock_words(end)
    if first[-3:] == last[-3:] and first[-3:] in (" am", " pm") and start.date() == end.date():
        first = first[:-3]
    return f"{first} to {last}"


def length_words(length: timedelta) -> str:
    """A length in hours and minutes.

    Example:
        >>> length_words(timedelta(minutes=90)), length_words(timedelta(minutes=50))
        ('1 hour 30 minutes', '50 minutes')
    """
    hours, minutes = divmod(whole_minutes(length), 60)
    parts = [counted(n, unit) for n, unit in ((hours, "hour"), (minutes, "minute")) if n]
    return " ".join(parts) or "no time"


def weekdays_words(days: Iterable[Weekday]) -> str:
    """Days of the week in their order; three and more in a row by the first and the last.

    Example:
        >>> weekdays_words(Weekday), weekdays_words([Weekday.FRIDAY, Weekday.MONDAY])
        ('Monday to Sunday', 'Monday and Friday')
    """
    in_order = sorted(set(days))
    if len(in_order) >= 3 and in_order[-1] - in_order[0] == len(in_order) - 1:
        return f"{in_order[0].title} to {in_order[-1].title}"
    return listed(day.title for day in in_order)


def often_words(timing: Timing, *, first: int = 1) -> str:
    """How often, on which days and at what time; ``first``: the week in which it begins.

    Example:
        >>> often_words(PerWeek(2, (Slot(Weekday.MONDAY, time(18)), Slot(Weekday.FRIDAY))))
        'twice a week: Monday at 6 pm, Friday'
    """
    days = _slots_words(slots_of(timing))
    match timing:
        case Weekly():
            often = "every week"
        case PerWeek(times):
            often = _rate(times, "a week")
        case TimePerWeek(dose) if dose.is_exact and dose.least:
            often = f"{length_words(dose.least)} a week in all"
        case EveryWeeks() if is_unrated(timing):
            often = "as often as is not known yet"
        case TimePerWeek() | EveryWeeks():
            often = timing.words
        case Once(week):
            often = f"once, in week {first + week - 1}"
        case InAll(count):
            often = _rate(count, "in all")
        case RandomDays(per_week):
            days_words = "a random day" if per_week.most == 1 else "random days"
            often = f"{_rate(per_week, 'a week')}, on {days_words}"
    return f"{often}: {days}" if days else often


def _rate(rate: Times[int], of: str) -> str:
    if (rate.least, rate.most) == (None, None):
        return "as often as is not known yet"
    return f"{_times(rate.least) if rate.least and rate.is_exact else f'{rate.words} times'} {of}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _slots_words(slots: Iterable[Slot]) -> str:
    """Days and times; days of the same time together."""
    by_time: dict[str, list[Weekday]] = {}
    for slot in sorted(slots):
        at = f" at {clock_words(slot.start)}" if slot.start else ""
        part = f" {parts_words([slot.part])}" if slot.part else ""
        by_time.setdefault(at or part, []).append(slot.day)
    return ", ".join(f"{weekdays_words(days)}{at}" for at, days in by_time.items())


def parts_words(parts: Iterable[DayPart]) -> str:
    """Parts of the day of which one is meant.

    Example:
        >>> parts_words([DayPart.AFTERNOON, DayPart.EVENING])
        'in the afternoon or evening'
    """
    return f"in the {' or '.join(parts)}"


def dose_text(dose: Dose) -> str:
    """A dose as time, with its range and what is of unknown length."""
    most = f" to {duration_text(dose.known + dose.extra)}" if dose.extra else ""
    unknown = f" + {dose.unmeasured} of unknown length" if dose.unmeasured else ""
    more = " or more" if dose.open_ended else ""
    return duration_text(dose.known) + most + unknown + more


def day_text(day: date) -> str:
    """A day with its weekday in letters of one width, such as ``Mon 2026-01-05``."""
    return f"{Weekday.of(day).title[:3]} {day.isoformat()[:10]}"


def minute_text(at: datetime) -> str:
    """A day and the time of day, such as ``2026-01-05 17:30``: years have four digits."""
    return at.replace(tzinfo=None).isoformat(" ", "minutes")


def moment_text(at: datetime) -> str:
    """A day and a time of it, such as ``Mon 2026-01-05 18:00``."""
    return f"{day_text(at)} {at:%H:%M}"
