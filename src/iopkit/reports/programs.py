"""Programs for people to read, as plain text."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from iopkit.eligibility.predicates import describe
from iopkit.programs.disagreements import discrepancies, out_of_reach
from iopkit.programs.doses import Dose, weekly_doses
from iopkit.programs.programs import Phase, Program, Service, Track
from iopkit.programs.timings import Once, slots_of
from iopkit.prose import duration_text
from iopkit.reports.lines import below, item, link, page, section
from iopkit.reports.words import dose_text, parts_words


def dose_lines(doses: Iterable[tuple[int, Dose]]) -> list[str]:
    """Weekly hours of numbered weeks, those of the same dose that follow each other together."""
    lines: list[str] = []
    # Of weeks that follow each other, numbers less places are the same.
    runs = groupby(enumerate(doses), key=lambda each: (each[1][1], each[1][0] - each[0]))
    for (dose, _), run in runs:
        first, *rest = [week for _, (week, _) in run]
        which = f"weeks {first}-{rest[-1]}" if rest else f"week {first}"
        lines.append(f"  {which}: {dose_text(dose)}")
    return lines


def _when(service: Service, first: int) -> str:
    timing = service.timing
    # A plan can have more weeks than a program, so no timing is made.
    often = f"once, in week {first + timing.week - 1}" if isinstance(timing, Once) else timing.words
    slots = ", ".join(
        f"{slot.day.title[:3]} {slot.when}".rstrip() for slot in sorted(slots_of(service.timing))
    )
    parts = f", {parts_words(service.day_parts)}" if service.day_parts else ""
    either = f", as {service.kind_words}" if service.or_modalities else ""
    return f"{often}{f' ({slots})' if slots else ''}{parts}, {_length(service)}{either}"


def _length(service: Service) -> str:
    if service.duration is None:
        return "length not known"
    words = duration_text(service.duration)
    if service.duration_max and service.duration_max != service.duration:
        words += f" to {duration_text(service.duration_max)}"
    return f"{words} with {duration_text(service.breaks)} of breaks" if service.breaks else words


def template_text(program: Program) -> str:
    """A program's phases, services, sources and what they leave open."""
    lines = [f"program {program.name}: {program.title}"]
    if program.services:
        lines += ["", "All weeks:", *service_lines(program.services)]
    first = 1
    for phase in program.phases:
        head = f"{phase.title}, {phase.words}{level_words(phase)}:"
        lines += ["", head, *service_lines(phase.services, first=first)]
        first += phase.laid_weeks
        if phase.advance is not None:
            lines.append(below(f"goes on when: {describe(phase.advance, in_full=True)}"))
    for track, variant in program.variants:
        on = f", {_track_words(track)}" if track else ""
        lines += ["", f"Weekly hours{on}:", *dose_lines(enumerate(weekly_doses(variant), 1))]
    if after := program.continuing_care:
        lines += ["", f"Then {after.title}:"]
        for service, begins in dict.fromkeys(services_from(after)):
            lines += service_lines([service], first=begins)
    if program.discharge is not None:
        lines += ["", f"Discharged when: {describe(program.discharge, in_full=True)}"]
    limits = [limit.words for limit in program.absence_limits]
    lines += section("The program ends after", limits)
    wrong = [each.words for each in discrepancies(program)]
    lines += section("Where the source contradicts itself", wrong)
    never = [each.words for each in out_of_reach(program)]
    lines += section("Conditions that its lengths cannot meet", never)
    if program.sources:
        lines += ["", "Sources:"]
        for source in program.sources:
            lines += [item(str(source)), *link(source)]
    return page([*lines, *section("Left open", program.left_open)])


def _track_words(track: Track) -> str:
    when = f" ({parts_words(track.day_parts)})" if track.day_parts else ""
    return f"{track.title.lower()}{when}"


def level_words(phase: Phase) -> str:
    """A phase's own level of care, with a comma before it; nothing for one that has its program's.

    Example:
        >>> from iopkit.levels import LevelOfCare
        >>> level_words(Phase("day", "Day treatment", 2, level=LevelOfCare("2.5")))
        ', level 2.5'
    """
    return f", level {phase.level.number}" if phase.level else ""


def services_from(program: Program) -> Iterator[tuple[Service, int]]:
    """Each service and the week, as laid out, from which that of one that comes once counts.

    It is 1 for all others.

    Example:
        >>> from iopkit.modalities import Modality
        >>> exam = Service("exam", "Exam", Modality.ASSESSMENT, Once(2))
        >>> phases = (Phase("a", "A", 4, (exam,)), Phase("b", "B", 4, (exam,)))
        >>> program = Program("any", "Any", phases)
        >>> [first for _, first in services_from(program)]
        [1, 5]
    """
    yield from ((service, 1) for service in program.services)
    first = 1
    for phase in program.phases:
        yield from ((s, first if isinstance(s.timing, Once) else 1) for s in phase.services)
        first += phase.laid_weeks


def service_lines(services: Iterable[Service], *, first: int = 1) -> list[str]:
    """Services with when they are, a line each; ``first``: the week that their own count from."""
    return [
        f"    {service.title}{f' ({service.track})' if service.track else ''}: "
        f"{_when(service, first)}"
        for service in services
    ]
