"""A clinic's morning for people to read, as plain text.

Calling this is the explicit act that shows patients' values.
"""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from iopkit.clinics.mornings import Morning, RunningOut, SessionOf
from iopkit.courses.due import DueState
from iopkit.courses.due_tables import DueRow
from iopkit.reports.lines import page, section
from iopkit.reports.states import session_words
from iopkit.reports.words import day_text


def morning_text(morning: Morning, *, names: Mapping[UUID, str] | None = None) -> str:
    """Who comes, which rolls are open, what is overdue or due, and whose units run out.

    Args:
        names: what patients are called, by their keys; others are told by these.
    """
    called = {str(key): name for key, name in (names or {}).items()}
    coming = (
        f"{one.booked.session.start:%H:%M}  {one.booked.title}, {_who(one, called)}"
        for one in morning.coming
    )
    is_open = (f"{session_words(one.booked)}, {_who(one, called)}" for one in morning.open)
    lists = [
        *section("Coming", coming),
        *section("Rolls open", is_open),
        *section("Overdue", _due(morning.due, DueState.OVERDUE, called)),
        *section("Due", _due(morning.due, DueState.DUE, called)),
        *section("Running out", (_out(one, called) for one in morning.running_out)),
        *section("Not known to be due", _due(morning.due, DueState.NOT_KNOWN, called)),
    ]
    return page([f"{day_text(morning.on)}:", *(lists or ["", "Nobody comes, and nothing is due."])])


def _out(one: RunningOut, called: Mapping[str, str]) -> str:
    of, line = one.line.authorization, one.line
    number = f" {of.number}" if of.number else ""
    last = f"covers sessions up to {line.last_covered}" if line.last_covered else "covers none"
    beyond = f"{line.beyond.booked} more {of.counted_in.value} are booked"
    return f"{of.payer}{number}: {last}, {beyond}, {called.get(str(one.patient), str(one.patient))}"


def _who(one: SessionOf, called: Mapping[str, str]) -> str:
    return called.get(str(one.patient), str(one.patient))


def _due(rows: Iterable[DueRow], state: DueState, called: Mapping[str, str]) -> Iterator[str]:
    for row in rows:
        if row.state is state:
            yield f"{row.due}  {row.title}, {called.get(row.patient, row.patient)}; by {row.source}"
