"""Working days of a site: those on which it is open, for terms that count in them."""

from datetime import date

from iopkit.errors import refuse, unless
from iopkit.sites.hours import closed_days, site_on
from iopkit.sites.sites import Site
from iopkit.windows import ONE_DAY, Weekday


def working_day(site: Site, day: date, count: int) -> date:
    """The day so many working days of a site after another, or before it if below 0.

    On a working day the site has opening hours and is not closed all day.

    Raises:
        InvalidError: the site has none in a year.
        MissingExtraError: the site has holidays, and the extra ``holidays`` is not installed.
    """
    step = ONE_DAY if count >= 0 else -ONE_DAY
    found, idle, left = day, 0, abs(count)
    while left:
        found += step
        open_then = _is_open(site, found)
        idle = 0 if open_then else idle + 1
        refuse("site", unless(idle < 366, "hours", "a working day in every year", "none"))
        left -= open_then
    return found


def _is_open(site: Site, day: date) -> bool:
    has_hours = site_on(site, day).hours.on(Weekday.of(day))
    return bool(has_hours) and day not in closed_days(site, day, day + ONE_DAY)
