"""Rates: how often each service of a plan is given, where its program leaves that open."""

from collections.abc import Mapping
from datetime import timedelta

from attrs import evolve

from iopkit.errors import Fault, refuse
from iopkit.plans.notes import NoteSubject, PlanNote
from iopkit.programs.programs import Program, Service
from iopkit.programs.timings import TimePerWeek, at_rate, rate_ends, rate_of


def with_rates(
    program: Program, chosen: Mapping[str, int | timedelta]
) -> tuple[Program, list[PlanNote]]:
    """The program with exact rates, as chosen or the least, and which were not chosen.

    A rate whose least is not stated stays open unless it is chosen.

    Raises:
        InvalidError: a choice names no service of an open rate, or is not within its rate.
    """
    refuse("plan", *(_faults(program, name, rate) for name, rate in chosen.items()))
    left = [s for s in program.every_service if s.name not in chosen and _is_open(s)]
    notes = [
        PlanNote(
            NoteSubject.RATE_UNKNOWN if service.is_unrated else NoteSubject.RATE_CHOSEN,
            service.name,
            why=service.timing.words,
        )
        for service in left
    ]
    if not any(map(_is_open, program.every_service)):
        return program, notes
    return program.with_services(lambda s: _at(s, chosen.get(s.name)), tracks=()), notes


def open_rates(program: Program) -> tuple[str, ...]:
    """Names of services whose rate the program leaves open."""
    return tuple(dict.fromkeys(each.name for each in program.every_service if _is_open(each)))


def _is_open(service: Service) -> bool:
    rate = rate_of(service.timing)
    return rate is not None and not rate.is_exact


def _at(service: Service, chosen: int | timedelta | None) -> Service:
    if not _is_open(service):
        return service
    taken = rate_ends(service.timing)[0] if chosen is None else chosen
    return service if taken is None else evolve(service, timing=at_rate(service.timing, taken))


def _faults(program: Program, name: str, rate: int | timedelta) -> tuple[Fault, ...]:
    """What is wrong with a choice, by the open rates of the services of its name."""
    of_name = [s for s in program.every_service if s.name == name and _is_open(s)]
    if not of_name:
        expected = f"services of {program.name} whose rate is open"
        return (Fault(("times",), expected, repr(name)),)
    return tuple(
        Fault(("times",), f"{service.timing.words} for {name!r}", str(rate))
        for service in of_name
        if isinstance(service.timing, TimePerWeek) is not isinstance(rate, timedelta)
        or not (open_rate := rate_of(service.timing))
        or not open_rate.allows(rate)
    )
