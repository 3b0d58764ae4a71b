"""Studies: names of what scenarios are made of, found and varied, with all mistakes at once."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar

import polars as pl
import pytest
from attrs import evolve

from iopkit.errors import InvalidError
from iopkit.groups import Group, Roster
from iopkit.library import ShippedNames, find_habits, find_program
from iopkit.plans.plans import PhaseWeeks
from iopkit.programs import Slot
from iopkit.scenarios import (
    Cohort,
    Population,
    SeatPool,
    ServiceTimes,
    Study,
    StudyArrivals,
    StudyBase,
    StudyPeople,
    StudyValue,
    StudyVariation,
    vary,
)
from iopkit.scenarios.study_names import wrong_names
from iopkit.sites import Site
from iopkit.windows import WeeklyWindows

pytestmark = pytest.mark.measured

T = TypeVar("T")

_SITES = {name: Site(name, "America/Chicago", WeeklyWindows.always()) for name in ("elm", "oak")}
_ROSTERS = {
    name: Roster(
        tuple(
            Group(each, "evening", (Slot.parse("monday 17:30"),), timedelta(hours=3), 7)
            for each in groups
        )
    )
    for name, groups in {"few": ("a",), "many": ("a", "b")}.items()
}
_PEOPLE = Population.of(pl.DataFrame({"key": [*"abc"], "age": [20, None, 50]}))


class Names(ShippedNames):
    """What is shipped, and two sites, rosters and populations of our own."""

    def value(self, kind: type[T], name: str) -> T:
        """What has a name."""
        for own in (_SITES, _ROSTERS):
            found = own.get(name)
            if isinstance(found, kind):
                return found
        return super().value(kind, name)

    def people(self, asked: StudyPeople, others: Sequence[str]) -> Population:
        """The people that are asked for."""
        return _PEOPLE if asked.name == "ours" else super().people(asked, others)


_BASE = StudyBase(
    date(2026, 1, 12),
    8,
    "deaconess-cross-pointe",
    "elm",
    ("telehealth-iop-2024", "festinger-2002"),
    StudyPeople("us-iop-survey-2020", count=5, seed=7),
    StudyArrivals(3),
)
_STUDY = Study("ours", "Ours", _BASE, ("completed",))


def varied(**values: str | float | bool) -> Study:
    """The study with one variation, by paths whose dots are written as two underscores."""
    listed = [StudyValue(path.replace("__", "."), value) for path, value in values.items()]
    return evolve(_STUDY, variations=(StudyVariation("other", tuple(listed)),))


def test_the_base_is_what_its_names_stand_for() -> None:
    (found,) = _STUDY.scenarios(find=Names())
    assert (found.name, found.start, found.weeks) == ("as it is", date(2026, 1, 12), 8)
    assert found.program == find_program("deaconess-cross-pointe")
    assert found.site == _SITES["elm"]
    both = find_habits("telehealth-iop-2024").filled_from(find_habits("festinger-2002"))
    assert found.habits == both
    assert len(found.population) == 5
    assert (found.policy, found.priorities, found.capacity.pools) == (None, None, ())


def test_all_that_a_base_can_name_is_found() -> None:
    base = evolve(
        _BASE,
        name="now",
        policy="us-medicare-iop",
        priorities="us-block-grant",
        groups="few",
        seats=(SeatPool("more", "evening", 2),),
        track="day",
        phase_weeks=(PhaseWeeks("treatment", 4),),
        times=(ServiceTimes("evening", 2), ServiceTimes("family", per_week=timedelta(hours=1))),
        assume_in_force=True,
        arrivals=StudyArrivals(
            by_week=(1, 2),
            weekdays=(0.5, 0.5, 0, 0, 0, 0, 0),
            waiting=2,
            waiting_longest_days=9,
            caseload=3,
        ),
    )
    (found,) = evolve(_STUDY, base=base).scenarios(find=Names())
    assert found.policy is not None
    assert found.priorities is not None
    assert (found.policy.name, found.priorities.name) == ("us-medicare-iop", "us-block-grant")
    assert dict(found.capacity.seats) == {"a": 7, "more": 2}
    assert (found.track, found.phase_weeks) == ("day", (("treatment", 4),))
    assert found.times == (("evening", 2), ("family", timedelta(hours=1)))
    assert found.assume_in_force
    arrivals = found.arrivals
    assert (arrivals.per_week, arrivals.weekdays[:2]) == ((1, 2), (0.5, 0.5))
    assert (arrivals.waiting, arrivals.caseload) == (
        Cohort.drawn(2, longest=9),
        Cohort.drawn(3, longest=1),
    )


def test_a_variation_is_as_vary_has_it() -> None:
    study = varied(habits__attends=0.9, arrivals__per_week=4, weeks=9)
    base, other = study.scenarios(find=Names())
    values = {"habits.attends": 0.9, "arrivals.per_week": 4, "weeks": 9}
    assert (base, other) == vary(base, {"other": values})
    assert [path for path, _ in other.varied] == [*values]


def test_a_text_stands_for_what_its_place_takes() -> None:
    base, other = varied(
        start="2026-02-02",
        program="schneider-1996",
        policy="us-medicare-iop",
        site="oak",
        habits="teds-2004-iop",
        priorities="us-block-grant",
        population="ours",
        capacity="many",
    ).scenarios(find=Names())
    assert base.policy is None
    assert other.start == date(2026, 2, 2)
    assert (other.program.name, other.site.name) == ("schneider-1996", "oak")
    assert other.policy is not None
    assert other.priorities is not None
    assert other.habits == find_habits("teds-2004-iop")
    assert other.population == _PEOPLE
    assert dict(other.capacity.seats) == {"a": 7, "b": 7}


def test_a_value_within_a_part_is_what_its_place_takes() -> None:
    base = evolve(
        _BASE,
        seats=(SeatPool("a", "evening", 5),),
        times=(ServiceTimes("family", per_week=timedelta(hours=1)),),
    )
    study = evolve(
        varied(
            capacity__pools__a__begins="2026-01-26",
            times__family=90,
            program__phases__treatment__services__evening__modality="peer_support",
            program__phases__0__services__0__duration=60,
            program__phases__0__services__0__group_max=6,
        ),
        base=base,
    )
    _, other = study.scenarios(find=Names())
    assert other.capacity.pools[0].begins == date(2026, 1, 26)
    assert other.times == (("family", timedelta(minutes=90)),)
    service = other.program.phases[0].services[0]
    assert (service.modality.value, service.duration) == ("peer_support", timedelta(hours=1))
    assert service.group_max == 6


def told(study: Study) -> list[str]:
    """What is wrong with a study."""
    with pytest.raises(InvalidError) as error:
        study.scenarios(find=Names())
    return [*map(str, error.value.faults)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"habits__atends": 0.9}, "'atends' (did you mean 'attends'?)"),
        ({"habbits__attends": 0.9}, "'habbits' (did you mean 'habits'?)"),
        ({"weeks__of": 1}, "nothing below it"),
        ({"weeks": 0}, "expected from 1 to 1,040, found 0"),
        ({"start": "2026-02-30"}, "expected a date, found a text"),
        ({"program": "schneider"}, "a known program"),
        ({"site": "ash"}, "a known site"),
        ({"capacity": "none"}, "a known roster"),
        ({"habits__attends": 1.5}, "from 0 to 1"),
        ({"program__phases__9__weeks": 2}, "found '9'"),
        ({"program__phases__9__services__x__weeks": 2}, "found '9'"),
        ({"program__phases__0__services__0__modality": "talking"}, "expected"),
    ],
)
def test_a_value_that_cannot_stand_there_is_told_with_its_place(
    values: dict[str, str | float], said: str
) -> None:
    (line,) = told(varied(**values))
    assert line.startswith("variations[0].values[0]")
    assert said in line


def test_all_mistakes_are_told_at_once() -> None:
    base = evolve(
        _BASE,
        program="deaconess-cross-point",
        site="ash",
        habits=("telehealth-iop-2023", "festinger-2002", "festinger-2022"),
        population=StudyPeople("us-iop-survey-2020"),
        groups="fewer",
        seats=(SeatPool("a", "x", 1), SeatPool("a", "x", 1)),
    )
    variations = (
        StudyVariation("one", (StudyValue("wekks", 9), StudyValue("arrivals.per_wek", 9))),
        StudyVariation("two", (StudyValue("program.phases.0.weeks", 9), StudyValue("weeks", 9))),
        StudyVariation("three", (StudyValue("policy", "us-medicare"),)),
    )
    lines = told(evolve(_STUDY, base=base, variations=variations))
    assert [line.partition(":")[0] for line in lines] == [
        "base.program",
        "base.site",
        "base.habits[0]",
        "base.habits[2]",
        "base.groups",
        "base.population.count",
        "base.seats.pools",
        "variations[0].values[0]",
        "variations[0].values[1]",
        "variations[2].values[0].value",
    ]
    assert "did you mean 'deaconess-cross-pointe'?" in lines[0]
    assert "did you mean 'weeks'?" in lines[7]


def test_seats_beside_groups_and_groups_as_a_site_has_them_are_looked_at() -> None:
    twice = evolve(_BASE, groups="few", seats=(SeatPool("a", "evening", 2),))
    assert told(evolve(_STUDY, base=twice))[0].startswith("base.seats.pools: expected each name")
    no_room = evolve(_ROSTERS["few"].groups[0], room="Cedar")

    class Others(Names):
        def value(self, kind: type[T], name: str) -> T:
            roster = Roster((no_room,))
            return roster if isinstance(roster, kind) else super().value(kind, name)

    with pytest.raises(InvalidError, match=r"base\.groups\.a\.room: expected a room of the site"):
        evolve(_STUDY, base=evolve(_BASE, groups="few")).scenarios(find=Others())


def test_names_are_told_of_what_is_no_study_yet() -> None:
    base = {"program": "schneider-1995", "site": 5, "habits": ["teds-2004", 7, "festinger-2002"]}
    found = wrong_names({"base": base, "measures": ["admited", 5]}, Names())
    assert [fault.path for fault in found] == [
        ("measures", 0),
        ("base", "program"),
        ("base", "habits", 0),
    ]
    assert wrong_names({"base": 5, "measures": 5}, Names()) == ()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: evolve(_STUDY, name="Not this"), "name: expected lower-case words"),
        (lambda: evolve(_STUDY, measures=()), "measures: expected at least one"),
        (
            lambda: evolve(_STUDY, measures=("complted",)),
            r"measures\[0\].*did you mean 'completed'",
        ),
        (lambda: evolve(_STUDY, replications=0), "replications: expected from 1 to 1,000,000"),
        (
            lambda: evolve(
                _STUDY, variations=(StudyVariation("as it is", (StudyValue("weeks", 1),)),)
            ),
            "variations: expected each name once",
        ),
        (lambda: evolve(_BASE, weeks=0), "weeks: expected from 1"),
        (lambda: evolve(_BASE, name=" "), "name: expected a name"),
        (lambda: evolve(_BASE, habits=()), "habits: expected at least one"),
        (lambda: evolve(_BASE, habits=("a", "a")), "habits: expected each once"),
        (lambda: StudyVariation("", (StudyValue("weeks", 1),)), "name: expected a name"),
        (lambda: StudyVariation("a", ()), "values: expected at least one"),
        (
            lambda: StudyVariation("a", (StudyValue("weeks", 1), StudyValue("weeks", 2))),
            "values: expected each path once",
        ),
        (lambda: StudyPeople(""), "name: expected a name or a file"),
        (lambda: StudyPeople("a", count=0), "count: expected at least 1"),
        (lambda: StudyArrivals(1, waiting=-1), "  waiting: expected 0 or more"),
        (
            lambda: StudyArrivals(1, caseload_longest_days=0),
            "  caseload_longest_days: expected 1 day or more",
        ),
        (lambda: StudyArrivals(1, (1,)), "by_week: expected one rate"),
        (lambda: StudyArrivals(-1), "per_week"),
        (lambda: StudyArrivals(1, weekdays=(0.5,) * 7), "weekdays"),
        (lambda: ServiceTimes("a"), "times: expected times, or minutes a week"),
        (lambda: ServiceTimes("a", 1, timedelta(hours=1)), "times: expected times"),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object], said: str) -> None:
    with pytest.raises(InvalidError, match=said):
        make()


@pytest.mark.parametrize(
    ("asked", "others", "said"),
    [
        (StudyPeople("us-iop-survey-2020"), (), "how many are drawn"),
        (StudyPeople("us-iop-survey-2020", count=3, key="key"), (), "a file, as columns are named"),
        (StudyPeople("us-iop-survey-2020", count=3), ("asked",), "a file, as columns are named"),
    ],
)
def test_shipped_people_are_drawn(asked: StudyPeople, others: tuple[str, ...], said: str) -> None:
    with pytest.raises(InvalidError, match=said):
        ShippedNames().people(asked, others)
