"""Notebooks: the shape of a program's weeks, as they show it.

Of a plan that is somebody's, a notebook shows no name, date, time, place or service: only
how many sessions of what length each week of the program has.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby

from iopkit.programs.timetables import PrescribedSession
from iopkit.windows import whole_minutes


def glance(caption: str, prescribed: Iterable[PrescribedSession], *, weeks: int) -> str:
    """Sessions by program week and day as a table of HTML; equal weeks are one row.

    Args:
        caption: shown above as it is, so it is the house's own words.
        weeks: those of the program, each of which has a row.
    """
    held: defaultdict[int, defaultdict[int, list[PrescribedSession]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for planned in prescribed:
        day = 7 if planned.day is None else planned.day % 7
        held[planned.week][day].append(planned)
    rows = [tuple(_cell(held[week][day]) for day in range(8)) for week in range(1, weeks + 1)]
    columns = [day for day in range(8) if day < 7 or any(row[day] for row in rows)]
    heads = "".join(f"<th>{'any day' if day == 7 else f'day {day + 1}'}</th>" for day in columns)
    body, last = "", 0
    for row, run in groupby(rows):
        first, last = last + 1, last + len(list(run))
        named = f"week {first}" if first == last else f"weeks {first}\N{EN DASH}{last}"
        cells = "".join(f"<td>{row[day]}</td>" for day in columns)
        body += f"<tr><th>{named}</th>{cells}</tr>"
    return (
        f"<table><caption>{caption}</caption>"
        f"<thead><tr><th></th>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(prescribed: list[PrescribedSession]) -> str:
    """How long each session of a day is, in minutes."""
    lengths = [planned.service.duration for planned in prescribed]
    known = sorted(whole_minutes(length) for length in lengths if length is not None)
    some = f"{len(prescribed) - len(known)} of unknown length" if None in lengths else ""
    return ", ".join(filter(None, [" + ".join(map(str, known)), some]))
