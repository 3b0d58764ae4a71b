"""Where a program disagrees with what its source prints of it, or with its own conditions."""

from datetime import timedelta
from fractions import Fraction

from iopkit.eligibility.possible import Possible
from iopkit.eligibility.predicates import Predicate, describe, evaluate
from iopkit.fields import frozen
from iopkit.programs.doses import at_most, dose_between, has_no_most
from iopkit.programs.programs import Program, Service
from iopkit.programs.ranges import as_count
from iopkit.programs.stated import Stated, StatedHours, StatedLength, StatedSessions
from iopkit.programs.timetables import timetable
from iopkit.programs.timings import is_uncounted
from iopkit.prose import counted
from iopkit.truth import Truth
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
            case StatedLength():
                unit, scale = (" days", 1) if stated.weeks == as_count(None) else (" weeks", 7)
                printed = (stated.days if scale == 1 else stated.weeks).words
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
                if _differs((low, high), (least, most)):
                    found[Discrepancy(stated, low, high)] = None
    return tuple(found)


@frozen
class OutOfReach:
    """A condition on time that cannot be met within the lengths of a program's phases.

    ``phase`` is the one that nobody could go on from; ``None``: nobody could be discharged.
    ``weeks`` is the longest that it, or the program, can be.
    """

    phase: str | None
    condition: Predicate
    weeks: int

    @property
    def words(self) -> str:
        """What is out of reach, in prose."""
        lead = f"{self.phase}: to go on" if self.phase else "to be discharged"
        takes = describe(self.condition, in_full=True)
        return f"{lead} takes that {takes}, which {counted(self.weeks, 'week')} cannot bring"


def out_of_reach(program: Program) -> tuple[OutOfReach, ...]:
    """Conditions to go on and to be discharged that no length of the phases can meet.

    Facts about anything but time may be as one likes. A phase without a most, or of no stated
    length, can be as long as its condition asks for.

    Example:
        >>> from iopkit.programs import COURSE_FACTS, Phase, PerWeek, Service
        >>> from iopkit.modalities import Modality
        >>> group = Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(3))
        >>> late = COURSE_FACTS["weeks_in_phase"] >= 8
        >>> short = Program("short", "Short", (Phase("early", "Early", 4, (group,), advance=late),))
        >>> print(out_of_reach(short)[0].words)
        early: to go on takes that weeks in phase is at least 8 weeks, which 4 weeks cannot bring
    """
    found: list[OutOfReach] = []
    least, most = 0, 0
    for phase in program.phases:
        longest = phase.weeks.most or _ANY_LENGTH
        most = min(most + longest, _ANY_LENGTH)
        if phase.advance is not None and not _reachable(phase.advance, longest, least, most):
            found.append(OutOfReach(phase.name, phase.advance, longest))
        least += phase.laid_weeks
    if program.discharge is not None and not _reachable(program.discharge, None, 0, most):
        found.append(OutOfReach(None, program.discharge, most))
    return tuple(found)


_ANY_LENGTH = 5_200
"""Weeks of a phase that may be as long as one likes; no program has as many."""


def _reachable(condition: Predicate, in_phase: int | None, low: int, high: int) -> bool:
    """Whether some day of so many weeks can meet a condition, by what it says of time."""
    spans = {"program": (low, high)}
    if in_phase is not None:
        spans["phase"] = (0, in_phase)
    possible = {
        f"{unit}_in_{of}": Possible(first * days, last * days)
        for of, (first, last) in spans.items()
        for unit, days in (("weeks", 1), ("days", 7))
    }
    return evaluate(condition, possible) is not Truth.NO


def _services(program: Program, stated: Stated) -> list[Service]:
    """The service of each session that a figure is of."""
    return [
        each.service
        for each in timetable(program, Weekday.MONDAY)
        if stated.phase in (None, each.phase)
        and (not stated.services or each.service.name in stated.services)
    ]


def _differs(
    found: tuple[Fraction, Fraction | None], printed: tuple[Fraction, Fraction | None]
) -> bool:
    """Whether figures cannot be those that are printed; what has no most may be more."""
    (low, high), (least, most) = found, printed
    if high is None:
        # What is not known can only add to what is.
        return most is not None and low > most
    return (low, high) != (least, most)


def _printed(stated: Stated) -> tuple[Fraction, Fraction | None]:
    """The least and the most that is printed; ``None``: no most is."""
    match stated:
        case StatedSessions(count):
            return Fraction(count), Fraction(count)
        case StatedHours(low, high):
            return _in_minutes(low), _in_minutes(high or low)
        case StatedLength():
            least, most = stated.in_days.least, stated.in_days.most
            return Fraction(least or 0), None if most is None else Fraction(most)


def _in_minutes(time: timedelta) -> Fraction:
    return Fraction(whole_minutes(time))


def _derived(program: Program, stated: Stated) -> tuple[Fraction, Fraction | None]:
    """What the items of one track give for a figure; the high end is ``None`` if not known."""
    if isinstance(stated, StatedLength):
        phases = [p for p in program.phases if stated.phase in (None, p.name)]
        longest = [phase.weeks.most for phase in phases]
        shortest = sum(phase.weeks.least or 0 for phase in phases)
        most = None if None in longest else Fraction(7 * sum(filter(None, longest)))
        return Fraction(7 * shortest), most
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
