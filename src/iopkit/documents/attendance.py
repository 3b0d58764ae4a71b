"""Attendance as CSV: what a patient attended of a schedule's sessions, a line for each."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from attrs import evolve

from iopkit.documents.values import MAX_FAULTS
from iopkit.errors import Fault, InvalidError, attempted
from iopkit.modalities import Delivery
from iopkit.schedules.attendance import Attendance, attendance_faults
from iopkit.schedules.sessions import Schedule
from iopkit.telehealth import HowGiven
from iopkit.windows import ONE_MINUTE


def attendance_from_csv(text: str | bytes, schedule: Schedule) -> Mapping[UUID, Attendance]:
    """What was attended of a schedule's sessions, from a table with a header.

    ``session`` is a session's UID, that of the calendar file. ``minutes`` are those attended,
    without breaks; with no such column, all of each session in the table. ``delivery`` is
    ``on_site`` or ``telehealth``, ``video`` and ``at_home`` are ``yes`` or ``no``, ``led_by`` is a
    name; where these are empty, a session was given and led as it is booked. Columns come in any
    order.

    Args:
        text: with commas; bytes are UTF-8.
        schedule: whose sessions they are.

    Returns:
        By the sessions' UIDs, as ``itemize`` and ``check`` take it. A session without a line was
        missed, as one of 0 minutes.

    Raises:
        InvalidError: with every line that is not as above, is of no session of the schedule or
            of one that has a line already, or has more minutes than are booked; of more than
            100, those.
    """
    attempt = attempted(_attendance, text, schedule)
    del text, schedule
    return attempt.result()


def _attendance(text: str | bytes, schedule: Schedule) -> Mapping[UUID, Attendance]:
    sessions = {schedule.uid(session): session for session in schedule.sessions}
    found: dict[UUID, Attendance] = {}
    faults: list[Fault] = []
    rows = _rows(text)
    header = next((cells for _, cells in rows), list[str]())
    if "session" not in header or not _CELLS.keys() >= {*header} or len({*header}) < len(header):
        expected = f"a header with session and any of {', '.join([*_CELLS][1:])}, each once"
        raise InvalidError("attendance", [Fault((), expected, "another", line=1)])
    for line, cells in rows:
        if len(faults) >= MAX_FAULTS:
            expected = f"fewer than {MAX_FAULTS} faults before it"
            found_more = "more, so that the rest was not read"
            faults.append(Fault((), expected, found_more, line=line))
            break
        told, wrong = _read(header, cells)
        if not wrong:
            uid = told["session"]
            try:
                attendance = _told(told)
            except InvalidError as error:
                wrong += error.faults
            else:
                wrong += attendance_faults(sessions.get(uid), attendance)
                wrong += [] if uid not in found else [Fault((), "each session once", "one twice")]
                found[uid] = attendance
        faults += [evolve(fault, line=line) for fault in wrong]
    if faults:
        raise InvalidError("attendance", faults)
    return found


def _rows(text: str | bytes) -> Iterator[tuple[int, list[str]]]:
    """The line on which each row ends, and its cells; rows with nothing in them are left out."""
    try:
        # Spreadsheets write a mark before the first cell.
        decoded = text if isinstance(text, str) else text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidError("attendance", [Fault((), "text in UTF-8", "other bytes")]) from None
    reader = csv.reader((f"{line}\n" for line in decoded.split("\n")), strict=True)
    try:
        for cells in reader:
            if any(stripped := [cell.strip() for cell in cells]):
                yield reader.line_num, stripped
    except csv.Error:
        fault = Fault((), "valid CSV", "something else", line=reader.line_num)
        raise InvalidError("attendance", [fault]) from None


def _read(
    header: list[str], cells: list[str]
) -> tuple[dict[str, Any], list[Fault]]:  # Any: each column has a type of its own
    if len(cells) != len(header):
        return {}, [Fault((), f"{len(header)} cells, as the header has", f"{len(cells)}")]
    told: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, cell in zip(header, cells, strict=True):
        expected, read = _CELLS[name]
        try:
            told[name] = read(cell)
        except (KeyError, ValueError):
            faults.append(Fault((name,), expected, "another text" if cell else "nothing"))
    return told, faults


def _told(told: Mapping[str, Any]) -> Attendance:
    given = [told.get(name) for name in ("delivery", "video", "at_home")]
    how = None if given == [None, None, None] else HowGiven(*given)
    return Attendance(told.get("minutes"), given=how, led_by=told.get("led_by"))


def _minutes(cell: str) -> timedelta:
    if not re.fullmatch("[0-9]{1,4}", cell):
        raise ValueError
    return int(cell) * ONE_MINUTE


_YES_NO = {"yes": True, "no": False, "": None}
# What is expected in each column, and how it is read.
_CELLS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "session": ("a session's UID", UUID),
    "minutes": ("whole minutes, such as 90", _minutes),
    "delivery": (
        f"{' or '.join(Delivery)}, or nothing",
        {**{each.value: each for each in Delivery}, "": None}.__getitem__,
    ),
    "video": ("yes, no or nothing", _YES_NO.__getitem__),
    "at_home": ("yes, no or nothing", _YES_NO.__getitem__),
    "led_by": ("a name, or nothing", lambda cell: cell or None),
}
