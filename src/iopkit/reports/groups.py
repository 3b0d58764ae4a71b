"""Plain text for people about groups: who is in which, who waits, and who takes over.

Calling one of these is the explicit act that shows which patients, by their keys.
"""

from collections.abc import Iterable

from iopkit.groups.assignments import Assignments
from iopkit.groups.waitlists import Waiting
from iopkit.reports.lines import fold, page, section
from iopkit.schedules.reassignments import Reassignment, Unable
from iopkit.truth import Truth


def assignments_text(found: Assignments) -> str:
    """Who is in which group, by keys, and who waits, for what, and what would help."""
    groups: list[str] = []
    for group in found.roster.groups:
        left = found.seats_free(group.name)
        groups.append(fold(f"  {group.words}, {left} free", 4))
        groups += [f"    {key}" for key in found.members(group.name)]
    waiting = [line for one in found.waiting for line in _waiting_lines(one)]
    lines = [fold(found.words, 0), "", "Groups:", *groups]
    return page([*lines, *(["", "Waiting, in order:", *waiting] if waiting else [])])


def _waiting_lines(one: Waiting) -> list[str]:
    words = f"  {one.place}. {one.candidate}, since {one.since}: {one.words}"
    return [fold(words, 4), *(fold(f"    - {each.words}", 6) for each in one.obstacles)]


def reassignment_text(found: Reassignment) -> str:
    """Who takes over which groups and patients, by keys, and what is left over."""
    back = f" to {found.end}, the day of the return" if found.end else " on"
    groups = [
        f"{each.group}: {each.clinician}"
        + (", not known whether they may lead it" if each.may_lead is Truth.UNKNOWN else "")
        for each in found.groups
    ]
    patients = [
        f"{plan.patient}, plan {plan.key}: {plan.counselor_on(max(found.start, plan.start))}"
        for plan in found.plans
    ]
    left = [f"group {each.group}: {_why_not(each.why)}" for each in found.groups_left]
    left += [f"patient {plan.patient}: nobody has room" for plan in found.plans_left]
    nothing = [] if groups or patients or left else ["", "Nobody and nothing is to be taken over."]
    size = [] if found.is_smallest else ["", "There may be a smaller change: not all were tried."]
    return page(
        [
            f"While {found.away} is away, from {found.start}{back}:",
            *section("Groups", groups),
            *section("Patients", patients),
            *section("Left over", left),
            *nothing,
            *size,
        ]
    )


def _why_not(why: Iterable[tuple[str, Unable]]) -> str:
    return "; ".join(f"{name} {each.words}" for name, each in why) or "there is nobody else"
