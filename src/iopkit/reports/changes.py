"""Plain text for people about what changes in a schedule, what could, and what collides.

Calling one of these is the explicit act that shows a patient's values.
"""

from collections.abc import Iterable, Iterator

from iopkit.prose import counted, duration_text
from iopkit.reports.lines import page, section
from iopkit.reports.plans import caution_lines
from iopkit.reports.words import moment_text
from iopkit.schedules.alternatives import Opening
from iopkit.schedules.conflicts import Booking, Conflict
from iopkit.schedules.differences import ScheduleDifference
from iopkit.schedules.sessions import Session, Unplaced, number_of
from iopkit.windows import ONE_DAY


def difference_text(difference: ScheduleDifference) -> str:
    """What a new schedule adds, moves and removes, and what it leaves without a date."""
    new = difference.new
    lines = [line for head, items in difference_parts(difference) for line in section(head, items)]
    lines += ["", f"{counted(len(difference.unchanged), 'session')} unchanged."]
    cautions = caution_lines(new.plan)
    return page([*cautions, *lines[1:], f"All times are in {new.zone}."])


def difference_parts(difference: ScheduleDifference) -> Iterator[tuple[str, list[str]]]:
    """The parts of a difference, each a list under its head, which may be empty."""
    titles = difference.new.titles
    why = {number_of(u): u for u in difference.unplaced}

    def named(session: Session | Unplaced) -> str:
        return f"{titles.get(session.service, session.service)} {session.number}{_again(session)}"

    undated, was_unplaced = difference.undated, set(difference.was_unplaced)
    told = set(map(number_of, undated))
    newly = [u for u in difference.unplaced if u not in was_unplaced and number_of(u) not in told]
    yield "Added", [f"{named(s)}: {when(s)}" for s in difference.added]
    yield "Changed", [f"{named(b)}: {_change(a, b)}" for a, b in difference.changed]
    yield "Removed", [f"{named(s)}: was {when(s)}" for s in difference.removed if s not in undated]
    yield (
        "Without a date",
        [
            *(f"{named(s)}: was {when(s)}; {why[number_of(s)].why.words}" for s in undated),
            *(f"{named(u)}, week {u.week}: {u.why.words}" for u in newly),
        ],
    )


def _again(session: Session | Unplaced) -> str:
    made_up = isinstance(session, Session) and session.make_up
    return f" (make-up {made_up})" if made_up else ""


def _change(before: Session, after: Session) -> str:
    """What is another time, length, room or clinician."""
    told: list[str] = []
    if (before.start, before.duration) != (after.start, after.duration):
        told.append(f"{when(before)} -> {when(after)}")
    told += [
        f"{what} {old or 'none'} -> {new or 'none'}"
        for what, old, new in (
            ("room", before.room, after.room),
            ("clinician", before.clinician, after.clinician),
        )
        if old != new
    ]
    why = after.moved.why.words if after.moved and after.moved != before.moved else ""
    return "; ".join(filter(None, [*told, why])) or "details"


def openings_text(openings: Iterable[Opening]) -> str:
    """Where a session could be and what that costs, then what is in the way elsewhere."""
    some = list(openings)
    fit = [f"{when(o.session)}: {', '.join(_costs(o))}" for o in some if o.fits]
    unfit = [
        f"{when(o.session)}: {'; '.join(reason.words for reason in o.obstacles)}"
        for o in some
        if not o.fits
    ]
    lines = [*section("Open", fit), *section("Not open", unfit)]
    return page(lines[1:]) or "  No place was found."


def _costs(opening: Opening) -> list[str]:
    days, rest = divmod(opening.away, ONE_DAY)
    told = [counted(days, "day")] if days else []
    told += [duration_text(rest)] if rest or not days else []
    direction = "later" if opening.session.start > opening.was.start else "earlier"
    return [
        "the same week" if opening.same_week else "another week",
        "the same time of day" if opening.same_time else "another time of day",
        f"{' '.join(told)} {direction}",
    ]


def conflicts_text(conflicts: Iterable[Conflict]) -> str:
    """What cannot all take place, with the services and UIDs of its sessions."""
    blocks: list[str] = []
    for conflict in conflicts:
        of = f" ({conflict.of})" if conflict.of else ""
        span = f"{moment_text(conflict.start)} to {conflict.end:%H:%M}"
        lines = [f"{span}: {conflict.kind.words}{of}"]
        for each in conflict.between:
            if isinstance(each, Booking):
                lines.append(f"  {each.session.service} {each.session.number}, {each.uid}")
            else:
                lines.append(f"  an appointment elsewhere, {each.start:%H:%M} to {each.end:%H:%M}")
        lines += [
            f"  {each.session.service} {each.session.number}, patient {each.patient}, has no date: "
            f"{each.session.why.words}"
            for each in conflict.undated
        ]
        blocks.append(page(lines))
    return page(blocks) or "  Nothing collides."


def when(session: Session) -> str:
    """A session's day and times, in its own time zone."""
    return f"{moment_text(session.start)}-{session.end:%H:%M}"
