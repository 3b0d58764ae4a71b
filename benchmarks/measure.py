"""Work done by several libraries, timed in turn."""

import gc
from collections.abc import Callable, Mapping
from time import perf_counter, process_time
from timeit import Timer

from attrs import frozen

Work = Callable[[], object]


@frozen
class Contender:
    """One library doing a case's work.

    ``run`` is what is timed. ``answers`` does the same work, on more inputs where there
    are any, and gives something that compares equal between contenders. ``note`` is what
    the reader must know to compare fairly.
    """

    name: str
    run: Work
    answers: Work
    note: str = ""


@frozen
class Missing:
    """A library that cannot be measured here, and why."""

    name: str
    why: str


@frozen
class Case:
    """The same work, done by iopkit and by its peers.

    ``wall``: count the time that passes, for work that another process does.
    """

    name: str
    size: str
    ours: Contender | Missing
    peers: tuple[Contender | Missing, ...] = ()
    wall: bool = False


def optional(name: str, build: Callable[[], Contender]) -> Contender | Missing:
    """A contender whose library may not be installed."""
    try:
        return build()
    except ImportError as error:
        return Missing(name, str(error))


def present(case: Case) -> tuple[Contender, ...]:
    """Those of a case that can be measured, ours first."""
    return tuple(c for c in (case.ours, *case.peers) if isinstance(c, Contender))


def check_answers(case: Case) -> None:
    """Stop unless every contender gives the same answers."""
    contenders = present(case)
    for other in contenders[1:]:
        if other.answers() != contenders[0].answers():
            raise SystemExit(f"{case.name}: {contenders[0].name} and {other.name} disagree")


def seconds_each(case: Case, *, repeats: int) -> Mapping[str, tuple[float, ...]]:
    """Seconds for one run of each contender's work, ``repeats`` times, by its name.

    Contenders take turns, so that whatever else the machine does meets all of them; each
    turn runs its work often enough to last about 0.05 seconds. Processor time is
    counted unless the case says otherwise, with the garbage collector on, as it is
    in use.
    """
    clock = perf_counter if case.wall else process_time
    timers = {c.name: Timer(c.run, gc.enable, clock) for c in present(case)}
    # ``autorange`` aims at 0.2 seconds; more and shorter turns are steadier.
    loops = {name: max(1, timer.autorange()[0] // 4) for name, timer in timers.items()}
    taken: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(repeats):
        for name, timer in timers.items():
            taken[name].append(timer.timeit(loops[name]) / loops[name])
    return {name: tuple(seconds) for name, seconds in taken.items()}
