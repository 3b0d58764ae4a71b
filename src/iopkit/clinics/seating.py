"""Seating: which groups each patient of a clinic is in, and who waits."""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from attrs import evolve

from iopkit.clinics.clinics import Clinic, FormerRun
from iopkit.clinics.joining import groups_by_plan, with_candidates
from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.groups.assignments import Assignments, assign
from iopkit.groups.groups import Group
from iopkit.groups.rosters import Candidate, GroupDose, Roster
from iopkit.groups.waitlists import Waiting
from iopkit.schedules.sessions import Schedule


@frozen(repr=False)
class Seats:
    """The groups of patients, and who waits, by keys; ``assignments``: ``None`` without groups."""

    assignments: Assignments | None
    groups: Mapping[UUID, tuple[Group, ...]]
    waiting: Mapping[UUID, Waiting]

    __repr__ = hidden


def seats_of(clinic: Clinic, former: FormerRun | None, *, without: Collection[UUID] = ()) -> Seats:
    """Who is in which group of a clinic from its first day on.

    The assignments of the former run stand while nothing that they rest on changes: a search at
    its limits might find others, with no reason but that it is made again.

    Args:
        without: keys of patients who need no seat; those of them who had one keep the groups of
            their plans, for what is over.
    """
    if clinic.roster is None:
        return Seats(None, {}, {})
    dated = {each.plan.patient: each for each in former.schedules} if former else {}
    now_in: dict[UUID, frozenset[str]] = {}
    for each in dated.values():
        # A seat is kept for whoever begins later, too.
        on = max(clinic.settings.start, each.plan.start)
        now_in |= groups_by_plan([each.plan], clinic.roster, on=on)
    here = [one for one in clinic.roster.candidates if one.key not in without]
    here += _absent(clinic, dated, now_in)
    roster, doses = evolve(clinic.roster, candidates=tuple(here)), clinic.settings.doses
    asked = [one.patient for one in clinic.patients if one.patient.key not in without]
    found = _standing(clinic, former, with_candidates(roster, asked, doses))
    if found is None:
        on = clinic.settings.start
        found = assign(with_candidates(roster, asked, doses, now_in), clinic.site, on=on)
    by_name = {group.name: group for group in roster.groups}
    groups = {key: _former_groups(dated[key], roster) for key in without if key in dated}
    groups |= {one.candidate: tuple(by_name[name] for name in one.groups) for one in found.assigned}
    return Seats(found, groups, {one.candidate: one for one in found.waiting})


def _absent(
    clinic: Clinic, dated: Mapping[UUID, Schedule], now_in: Mapping[UUID, frozenset[str]]
) -> Iterator[Candidate]:
    """Candidates for the seats of those whom the clinic has no more, and whose plans go on."""
    known = {one.patient.key for one in clinic.patients}
    known |= {one.key for one in clinic.roster.candidates} if clinic.roster else set()
    for key in sorted(dated.keys() - known):
        named = dated[key].plan.groups
        held = now_in.get(key, frozenset())
        if held and held == frozenset(name for each in named for name in each.groups):
            doses = tuple(GroupDose(each.service, len(each.groups)) for each in named)
            yield Candidate(key, doses, now_in=held)


def _former_groups(dated: Schedule, roster: Roster) -> tuple[Group, ...]:
    """The groups that a plan names and the roster still has."""
    named = {(each.service, name) for each in dated.plan.groups for name in each.groups}
    return tuple(group for group in roster.groups if (group.service, group.name) in named)


def _standing(clinic: Clinic, former: FormerRun | None, roster: Roster) -> Assignments | None:
    """The former assignments, if they were made for the same roster, site and day."""
    if former is None or former.assignments is None:
        return None
    was = former.assignments.roster
    same = (
        former.site == clinic.site
        and former.settings.start == clinic.settings.start
        and evolve(was, candidates=()) == evolve(roster, candidates=())
        and len(was.candidates) == len(roster.candidates)
        and all(map(_is_same, was.candidates, roster.candidates))
    )
    return former.assignments if same else None


def _is_same(was: Candidate, now: Candidate) -> bool:
    """Whether a candidate is as before; their plan may say by now which groups they are in."""
    return was == now or evolve(was, now_in=frozenset()) == now
