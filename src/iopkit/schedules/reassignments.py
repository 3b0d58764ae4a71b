"""Reassignments: who takes over the groups and patients of a counselor who is away."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import combinations, islice
from uuid import UUID

from attrs import evolve

from iopkit.confidential import hidden
from iopkit.errors import Fault, did_you_mean, each_a, refuse, unless, unless_a, unless_day
from iopkit.fields import frozen
from iopkit.groups.groups import Group
from iopkit.languages import speaks
from iopkit.modalities import Modality
from iopkit.plans.plans import Plan, PrimaryCounselor
from iopkit.sites.hours import changes_of, site_on
from iopkit.sites.sites import Site
from iopkit.sites.staff import Clinician
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

MAX_TEAMS = 100_000
"""How many sets of clinicians are tried, the smallest first: about a second's work."""


class Unable(StrEnum):
    """Why a clinician cannot take over a group."""

    AWAY = "away"
    """Is away, too, on some of the days."""
    MAY_NOT_LEAD = "may_not_lead"
    """May not lead the service."""
    DOES_NOT_GIVE = "does_not_give"
    """Does not give the modality."""
    LANGUAGE = "language"
    """Does not speak the group's language."""
    HOURS = "hours"
    """Is not there at all of its times."""
    OTHER_GROUP = "other_group"
    """Leads another group at one of its times."""

    @property
    def words(self) -> str:
        """The reason in prose, after a name."""
        return _WORDS[self]


_WORDS = {
    Unable.AWAY: "is away, too",
    Unable.MAY_NOT_LEAD: "may not lead it",
    Unable.DOES_NOT_GIVE: "does not give such services",
    Unable.LANGUAGE: "does not speak its language",
    Unable.HOURS: "is not there at all of its times",
    Unable.OTHER_GROUP: "leads another group then",
}


@frozen
class GroupTakeover:
    """A group, and who takes it over; ``may_lead`` is unknown where nobody said it of them."""

    group: str
    clinician: str
    may_lead: Truth


@frozen
class GroupLeftOver:
    """A group that nobody can take over, and why not, for each clinician of the site."""

    group: str
    why: tuple[tuple[str, Unable], ...]


@frozen(repr=False)
class Reassignment:
    """A proposal for the days from ``start`` up to the day before ``end``, if there is one.

    ``plans`` are those of the patients who change, with their new counselor, and who comes back
    on ``end``; ``plans_left`` those of patients for whom nobody has room. ``is_smallest``: nobody
    can be spared of those who take over; ``False``: there were too many sets of them to try all.
    """

    away: str
    start: date
    end: date | None
    groups: tuple[GroupTakeover, ...]
    plans: tuple[Plan, ...]
    groups_left: tuple[GroupLeftOver, ...]
    plans_left: tuple[Plan, ...]
    is_smallest: bool = True

    __repr__ = hidden


def reassign(  # noqa: PLR0913  # who is away and when, and what there is
    plans: Iterable[Plan],
    groups: Iterable[Group],
    site: Site,
    *,
    away: str,
    start: date,
    end: date | None = None,
    most: int | None = None,
) -> Reassignment:
    """Who takes over all groups and patients of a clinician, with as few changes as can be.

    Every group and patient that somebody can take over is taken over, by as few clinicians as
    that needs. Among as few, the first in the site's order; of these, whoever has fewest groups
    takes a group, and whoever has fewest patients a patient.

    It proposes; who decides gives the groups to join and the site.

    Args:
        plans: those of all the site's patients, as all count in a caseload.
        groups: all of the site's, as nobody leads two at once.
        away: a name of the site's clinicians.
        end: the day of the return; ``None``: there is none.
        most: how many patients a counselor can have; ``None``: as many as there are.

    Raises:
        InvalidError: an argument is of another type, ``away`` is nobody of the site's, or the
            days are in the wrong order.
    """
    given, listed = (
        each_a("reassignment", plans, "plans", Plan),
        each_a("reassignment", groups, "groups", Group),
    )
    refuse("reassignment", unless_a(site, "site", Site), unless_day(start, "start"))
    names = [each.name for each in site.clinicians]
    meant = did_you_mean(away, names) or f"known: {', '.join(sorted(names)) or 'none'}"
    refuse(
        "reassignment",
        () if end is None else unless_day(end, "end"),
        () if away in names else (Fault(("away",), "a clinician of the site", repr(away), meant),),
        unless(end is None or start < end, "end", "a day after the start", "an earlier day"),
        unless(most is None or most >= 0, "most", "at least 0", most),
    )
    search = _Search(given, listed, site, away, start, end, most)
    return search.found()


@frozen(repr=False)
class _Search:
    """All that there is to hand on, and to whom."""

    plans: tuple[Plan, ...]
    groups: tuple[Group, ...]
    site: Site
    away: str
    start: date
    end: date | None
    most: int | None

    def found(self) -> Reassignment:
        """The proposal."""
        led = [group for group in self.groups if group.clinician == self.away]
        theirs = [plan for plan in self.plans if self._is_theirs(plan)]
        others = [each for each in self.site.clinicians if each.name != self.away]
        why = {g.name: {each.name: self._unable(each, g) for each in others} for g in led}
        able = {name: {n for n, reason in by.items() if reason is None} for name, by in why.items()}
        room = self._room([each for each in others if not self._is_away(each)])
        team, is_smallest = _smallest(
            [each.name for each in others],
            [names for names in able.values() if names],
            room,
            len({plan.patient for plan in theirs}),
        )
        takeovers = tuple(self._led([g for g in led if able[g.name]], able, team))
        kept, left = self._handed_on(theirs, {name: room[name] for name in team if name in room})
        return Reassignment(
            self.away,
            self.start,
            self.end,
            takeovers,
            kept,
            tuple(
                GroupLeftOver(g.name, tuple((n, w) for n, w in why[g.name].items() if w))
                for g in led
                if not able[g.name]
            ),
            left,
            is_smallest,
        )

    def _is_theirs(self, plan: Plan) -> bool:
        """Whether a plan's counselor is away on a day on which it runs."""
        return any(
            plan.counselor_on(day) == self.away and (self.end is None or day < self.end)
            for day in self._days_of(plan)
        )

    def _days_of(self, plan: Plan) -> list[date]:
        """The first of a plan's days that are looked at, and those after it of a change."""
        first = max(self.start, plan.start)
        return [first, *(each.since for each in plan.counselors if first < each.since)]

    def _is_away(self, clinician: Clinician) -> bool:
        return any(
            self.start < gone.end and (self.end is None or gone.start < self.end)
            for gone in clinician.absences
        )

    def _unable(self, clinician: Clinician, group: Group) -> Unable | None:
        modality = self._modalities.get(group.service)
        spoken, gives = clinician.languages, clinician.gives
        if self._is_away(clinician):
            return Unable.AWAY
        if clinician.may_lead(group.service) is Truth.NO:
            return Unable.MAY_NOT_LEAD
        if gives is not None and modality is not None and modality not in gives:
            return Unable.DOES_NOT_GIVE
        if group.language and spoken is not None and not speaks(spoken, group.language):
            return Unable.LANGUAGE
        if not all(hours.includes(group.times) for hours in self._hours(clinician)):
            return Unable.HOURS
        own = (each for each in self.groups if each.clinician == clinician.name)
        return Unable.OTHER_GROUP if any((each.times & group.times).spans for each in own) else None

    @property
    def _modalities(self) -> Mapping[str, Modality]:
        services = (each for plan in self.plans for each in plan.program.every_service)
        return {service.name: service.modality for service in services}

    def _hours(self, clinician: Clinician) -> Iterator[WeeklyWindows]:
        """When a clinician is there, from each day on which the site changes within the days."""
        within = [
            d for d in changes_of(self.site) if self.start < d and (not self.end or d < self.end)
        ]
        for day in (self.start, *within):
            then = site_on(self.site, day)
            (hours,) = (each.hours for each in then.clinicians if each.name == clinician.name)
            yield then.hours if hours is None else hours

    def _room(self, clinicians: Sequence[Clinician]) -> dict[str, int]:
        """How many patients more each of some clinicians can have."""
        asked = {
            (plan.patient, plan.counselor_on(max(self.start, plan.start))) for plan in self.plans
        }
        has = Counter(counselor for _, counselor in asked)
        most = len(self.plans) + max(has.values(), default=0) if self.most is None else self.most
        return {each.name: max(most - has[each.name], 0) for each in clinicians}

    def _led(
        self, groups: Iterable[Group], able: Mapping[str, set[str]], team: Sequence[str]
    ) -> Iterator[GroupTakeover]:
        """Who of a team leads each group: whoever leads fewest."""
        leads = Counter(group.clinician for group in self.groups)
        clinicians = {each.name: each for each in self.site.clinicians}
        for group in groups:
            name = min((n for n in team if n in able[group.name]), key=lambda n: leads[n])
            leads[name] += 1
            yield GroupTakeover(group.name, name, clinicians[name].may_lead(group.service))

    def _handed_on(
        self, plans: Sequence[Plan], room: Mapping[str, int]
    ) -> tuple[tuple[Plan, ...], tuple[Plan, ...]]:
        """Plans with the counselors who have room for them, and those left over."""
        left, with_whom = dict(room), dict[UUID, str]()
        kept, over = list[Plan](), list[Plan]()
        for plan in plans:
            name = with_whom.get(plan.patient) or max(left, key=lambda n: left[n], default="")
            if plan.patient in with_whom or left.get(name):
                left[name] -= plan.patient not in with_whom
                with_whom[plan.patient] = name
                kept.append(self._counseled(plan, name))
            else:
                over.append(plan)
        return tuple(kept), tuple(over)

    def _counseled(self, plan: Plan, name: str) -> Plan:
        """A plan with another counselor on the days on which its own is away."""
        end = [self.end] if self.end and self.end < plan.end else []
        first, *later = self._days_of(plan)
        named = [each for each in plan.counselors if each.since < first]
        for day in sorted({first, *later, *end}):
            own = [each.clinician for each in plan.counselors if each.since <= day]
            away = own[-1:] == [self.away] and (self.end is None or day < self.end)
            if own:
                named.append(PrimaryCounselor(day, name if away else own[-1]))
        changes = [None, *(each.clinician for each in named)]
        kept = (
            each for before, each in zip(changes, named, strict=False) if before != each.clinician
        )
        return evolve(plan, counselors=tuple(kept))

    __repr__ = hidden


def _smallest(
    names: Sequence[str], groups: Sequence[set[str]], room: Mapping[str, int], patients: int
) -> tuple[tuple[str, ...], bool]:
    """The smallest team that can take over all that anybody can, and whether none is smaller.

    Teams are tried by size, so that the first that does is a smallest one; at most
    ``MAX_TEAMS``, as there may be as many as there are sets of clinicians.
    """
    wanted = min(patients, sum(room.values()))

    def does(team: tuple[str, ...]) -> bool:
        chosen = set(team)
        return sum(room.get(name, 0) for name in team) >= wanted and not any(
            chosen.isdisjoint(able) for able in groups
        )

    teams = (team for size in range(len(names) + 1) for team in combinations(names, size))
    for team in islice(teams, MAX_TEAMS):
        if does(team):
            return team, True
    spared = list(names)
    for name in names:
        fewer = tuple(each for each in spared if each != name)
        spared = list(fewer) if does(fewer) else spared
    return tuple(spared), False
