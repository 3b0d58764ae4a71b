"""Where a program and the figures that its source prints disagree."""

from datetime import timedelta
from fractions import Fraction

from iopkit.fields import frozen
from iopkit.programs.doses import at_most, dose_between, has_no_most
from iopkit.programs.programs import Program, Service
from iopkit.programs.stated import Stated, StatedHours, StatedSessions
from iopkit.programs.timetables import timetable
from iopkit.programs.timings import is_uncounted
from iopkit.windows import Weekday, whole_minutes


@frozen
class Discrepancy:
    """A figure that a program's source prints, and what its own items add up to.

    ``derived_low`` and ``derived_high`` are in the unit of the figure: minutes, in all or a
    week on average, or sessions; ``None`` as the high one: some lengths are not known.
    """

    stated: Stated
    derived_low: Fraction
    derived_high: Fraction | None

    @property
    def words(self) -> str:
        """The discrepancy in prose."""
        stated, low, high = self.stated, self.derived_low, self.derived_high
        where = ", ".join(filter(None, [stated.phase, stated.track, *stated.services]))
        match stated:
            case StatedSessions(count):
                unit, printed, scale = " sessions", f"{count:g}", 1
            case StatedHours(first, last, in_all):
                unit = " hours in all" if in_all else " hours a week"
                ends = dict.fromkeys((first, last or first))
                printed = " to ".join(f"{end / timedelta(hours=1):g}" for end in ends)
                scale = 60
        found = " to ".join(f"{float(end / scale):g}" for end in dict.fromkeys((low, high or low)))
        more = " or more" if high is None else ""
        lead = f"{where}: " if where else ""
        return f"{lead}the source states {printed}{unit}, its items give {found}{more}"


def discrepancies(program: Program) -> tuple[Discrepancy, ...]:
    """Where a program's source contradicts itself: figures that its items do not give.

    A figure agrees if what the items can add up to lies in it, or what is not known could
    bring it there.

    Example:
        >>> from iopkit.library import find_program
        >>> print(discrepancies(find_program("palmetto-arc"))[0].words)
        day, day-program: the source states 15 hours a week, its items give 13.5
    """
    found: dict[Discrepancy, None] = {}
    for stated in program.stated:
        for track, variant in program.variants:
            if stated.track is None or (track is not None and track.name == stated.track):
                low, high = _derived(variant, stated)
                least, most = _printed(stated)
                # Lengths that are not known can only add to what is.
                if low > most if high is None else (low, high) != (least, most):
                    found[Discrepancy(stated, low, high)] = None
    return tuple(found)


def _services(program: Program, stated: Stated) -> list[Service]:
    """The service of each entry that a figure is of."""
    return [
        entry.service
        for entry in timetable(program, Weekday.MONDAY)
        if stated.phase in (None, entry.phase)
        and (not stated.services or entry.service.name in stated.services)
    ]


def _printed(stated: Stated) -> tuple[Fraction, Fraction]:
    match stated:
        case StatedSessions(count):
            return Fraction(count), Fraction(count)
        case StatedHours(low, high):
            return _in_minutes(low), _in_minutes(high or low)


def _in_minutes(time: timedelta) -> Fraction:
    return Fraction(whole_minutes(time))


def _derived(program: Program, stated: Stated) -> tuple[Fraction, Fraction | None]:
    """What the items of one track give for a figure; the high end is ``None`` if not known."""
    least, full = (_services(variant, stated) for variant in (program, at_most(program)))
    if isinstance(stated, StatedSessions):
        sure = [each for each in least if not is_uncounted(each.timing)]
        is_open = len(sure) < len(least) or any(map(has_no_most, least))
        return Fraction(len(sure)), None if is_open else Fraction(len(full))
    dose = dose_between(least, full)
    weeks = sum(p.laid_weeks for p in program.phases if stated.phase in (None, p.name))
    shares = 1 if stated.in_all else weeks
    high = None if dose.most is None else _in_minutes(dose.most) / shares
    return _in_minutes(dose.known) / shares, high
