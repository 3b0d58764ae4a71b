"""Wrong arguments at the doors are told in words, with what they should have been."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import iopkit
from iopkit.applicability import applicable, applicable_over
from iopkit.calendars import appointments_from_ical, patient_feed, update_ical
from iopkit.charges import itemize
from iopkit.checks import check_caseloads, fits, judge, propose
from iopkit.eligibility import (
    FactSheet,
    Observed,
    OwnFact,
    OwnFacts,
    YesNo,
    analyze,
    contradictions,
    describe,
    difference,
    evaluate,
    facts_with,
    read_facts,
    recorded_risks,
    turns_on,
)
from iopkit.errors import Fault, InvalidError
from iopkit.frames import attrition, decide_frame, fact_sheets, facts_frame
from iopkit.library import find_coding, find_rates
from iopkit.patients import Consent, Purpose
from iopkit.placement import care_beside, compare_levels, place, place_sheet
from iopkit.plan_costs import costs_of_plan
from iopkit.plans import draft
from iopkit.plots import plan_picture, week_picture
from iopkit.reports import calendar_text, timeline_text, week_text
from iopkit.requirements import milestones
from iopkit.schedules import (
    Surroundings,
    census,
    loads,
    meetings,
    reschedule,
    schedule_difference,
)
from iopkit.sites import closed_days

START, END = date(2026, 3, 2), date(2026, 4, 6)
AGE = [iopkit.FACTS["age"]]
SETS = iopkit.find_requirements("us-medicare-iop")
MEDICARE = iopkit.find_policy("us-medicare-iop")
FRAME = pl.DataFrame({"age": [44]})


def right(values: Mapping[str, Any]) -> dict[str, Any]:
    """What doors take, by name, so that any one of them can be given wrong."""
    return {
        **values,
        "coding": find_coding("us-h0015"),
        "around": Surroundings(values["site"], datetime(2026, 3, 1, tzinfo=UTC)),
        "on": START,
        "sheet": FactSheet(START, ()),
        "predicate": AGE[0] >= 18,
        "values": {"age": 3},
    }


STAMP = datetime(2026, 1, 1, tzinfo=UTC)
CALLS: Mapping[str, tuple[str, Callable[..., object]]] = {
    "draft": (
        "program patient site on",
        lambda p, who, at, on: draft(p, who, at, start=on, seed=1),
    ),
    "schedule": ("plan site", iopkit.schedule),
    "reschedule": ("schedule plan around", reschedule),
    "check": ("plan requirements site", lambda p, sets, at: iopkit.check(p, sets, site=at)),
    "place": ("ladder patient on", lambda rungs, who, on: place(rungs, who, on=on)),
    "place_sheet": ("ladder sheet", place_sheet),
    "decide": ("patient on", lambda who, on: MEDICARE.decide(who, on=on)),
    "decide_frame": ("policy on", lambda policy, on: decide_frame(policy, FRAME, on=on)),
    "attrition": ("policy on", lambda policy, on: attrition(policy, FRAME, on=on)),
    "itemize": ("schedule coding", itemize),
    "itemize at rates": ("schedule coding rates", lambda s, c, r: itemize(s, c, rates=r)),
    "calendar_text": ("schedule", calendar_text),
    "to_ical": ("schedule", lambda dated: iopkit.to_ical(dated, stamp=STAMP)),
    "propose": ("plan site", lambda plan, site: propose(plan, site, [SETS])),
    "compare_levels": ("patient on", lambda who, on: compare_levels(who, on=on)),
    "contradictions": ("patient on", lambda who, on: contradictions(who, on=on)),
    "recorded_risks": ("patient on", lambda who, on: recorded_risks(who, on=on)),
    "decide_sheet": ("sheet", MEDICARE.decide_sheet),
    "analyze": ("policy on", lambda policy, on: analyze(policy, on=on)),
    "turns_on": ("policy on", lambda policy, on: turns_on(policy, AGE[0], on=on)),
    "difference of first": ("policy", lambda one: difference(one, MEDICARE, on=START)),
    "difference": ("policy on", lambda policy, on: difference(MEDICARE, policy, on=on)),
    "evaluate": ("predicate", lambda asked: evaluate(asked, {})),
    "evaluate values": ("values", lambda given: evaluate(AGE[0] >= 18, given)),
}
EXPECTED = {
    "program": "a Program",
    "patient": "a Patient",
    "site": "a Site",
    "plan": "a Plan",
    "schedule": "a Schedule",
    "policy": "a Policy",
    "ladder": "a Ladder",
    "requirements": "a RequirementSet",
    "coding": "a CodingScheme",
    "rates": "a RateTable",
    "around": "a Surroundings",
    "sheet": "a FactSheet",
    "predicate": "a predicate",
    "values": "a Mapping",
    "on": "a date without a time",
}
# What each error is of, where doors that share a check are told as one.
WHAT = {
    "draft": ["plan"],
    "reschedule": ["rescheduling"],
    "place": ["placement", "decision"],
    "place_sheet": ["placement"],
    "decide": ["decision"],
    "decide_sheet": ["decision"],
    "decide_frame": ["frame"],
    "attrition": ["frame"],
    "itemize": ["charges"],
    "itemize at rates": ["charges"],
    "calendar_text": ["calendar"],
    "to_ical": ["calendar"],
    "compare_levels": ["trade-offs"],
    "recorded_risks": ["recorded risks"],
    "analyze": ["analysis", "versions of a rule"],
    "turns_on": ["analysis", "versions of a rule"],
    "difference of first": ["difference"],
    "difference": ["difference", "versions of a rule"],
    "evaluate": ["values"],
    "evaluate values": ["values"],
}
# Arguments of other names than what they take.
NAMED = {
    **dict.fromkeys([("analyze", "on"), ("turns_on", "on"), ("difference", "on")], "day"),
    ("draft", "on"): "start",
    ("reschedule", "schedule"): "old",
    ("check", "plan"): "planned",
    ("difference of first", "policy"): "first",
    ("difference", "policy"): "second",
}
# Arguments that take more than one class.
SEVERAL = {
    ("check", "plan"): "a Plan or a Schedule or a Delivered",
    **dict.fromkeys(
        [("itemize", "schedule"), ("itemize at rates", "schedule")], "a Schedule or a Delivered"
    ),
}
WRONG = [("zq-secret", "a text"), (b"zq-secret", "a bytes"), (7, "an int"), ([], "a list")]


@pytest.mark.parametrize(
    ("door", "argument"),
    [(door, argument) for door, (names, _) in CALLS.items() for argument in names.split()],
)
@pytest.mark.parametrize(("wrong", "found"), WRONG)
def test_a_wrong_argument_is_told_and_not_shown(
    door: str, argument: str, wrong: object, found: str, values: Mapping[str, Any]
) -> None:
    names, call = CALLS[door]
    given = {name: right(values)[name] for name in names.split()} | {argument: wrong}
    with pytest.raises(InvalidError) as caught:
        call(*given.values())

    fault = caught.value.faults[-1]
    expected = SEVERAL.get((door, argument), EXPECTED[argument])
    assert (fault.expected, fault.found) == (expected, found)
    assert fault.path == (NAMED.get((door, argument), argument),)
    assert caught.value.what in WHAT.get(door, [door])
    assert "zq" not in str(caught.value)


def test_what_may_have_been_meant_is_named(values: Mapping[str, Any]) -> None:
    matrix: Any = "matrix"
    with pytest.raises(InvalidError, match=r"did you mean find_program\('matrix-16-week'\)\?"):
        draft(matrix, values["patient"], values["site"], start=START, seed=1)
    parsed: Any = {"key": "0b7c9d52"}
    with pytest.raises(InvalidError, match=r"did you mean from_json\(Patient, \.\.\.\)\?"):
        draft(values["program"], parsed, values["site"], start=START, seed=1)


DAYS = [
    pytest.param(np.datetime64("2026-03-02"), "a datetime64", id="NumPy"),
    pytest.param(pd.Timestamp("2026-03-02"), "a moment", id="pandas"),
    pytest.param(pl.Series([START]), "a Series", id="a column"),
    pytest.param("2026-03-02", "a text", id="a text"),
    pytest.param(None, "nothing", id="nothing"),
]
OPTIONAL = {"census", "loads", "meetings"}
# What the day is called, where it is not ``on``.
CALLED = {
    **dict.fromkeys(("version", "facts", "in_force", "coding"), "day"),
    **dict.fromkeys(("draft", "fits", "loads", "meetings"), "start"),
    **dict.fromkeys(("milestones", "closed_days", "census", "appointments"), "end"),
}
DOORS: Mapping[str, Callable[[Mapping[str, Any], Any], object]] = {
    "draft": lambda v, day: draft(v["program"], v["patient"], v["site"], start=day, seed=1),
    "decide": lambda v, day: v["policy"].decide(v["patient"], on=day),
    "version": lambda v, day: v["policy"].version(on=day),
    "facts": lambda v, day: v["policy"].facts(on=day),
    "in_force": lambda v, day: v["requirements"].in_force(day),
    "coding": lambda v, day: v["coding"].version(on=day),
    "place": lambda v, day: place(v["ladder"], v["patient"], on=day),
    "compare_levels": lambda v, day: compare_levels(v["patient"], on=day),
    "decide_frame": lambda v, day: decide_frame(v["policy"], FRAME, on=day),
    "facts_frame": lambda v, day: facts_frame(AGE, [v["patient"]], on=day),
    "fact_sheets": lambda v, day: fact_sheets(AGE, FRAME, on=day),
    "fits": lambda v, day: fits([v["program"]], v["patient"], v["site"], [], start=day, seed=1),
    "milestones": lambda v, day: milestones([v["requirements"]], start=START, end=day),
    "closed_days": lambda v, day: closed_days(v["site"], START, day),
    "census": lambda v, day: census([v["schedule"]], end=day),
    "loads": lambda v, day: loads([v["schedule"]], v["site"], start=day),
    "meetings": lambda v, day: meetings([v["schedule"]], v["site"], start=day),
    "consent": lambda _, day: Consent().valid(on=day, recipient="x", purpose=Purpose.PAYMENT),
    "appointments": lambda _, day: appointments_from_ical(b"", start=START, end=day, zone="UTC"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("day", "found"), DAYS)
def test_what_is_nearly_a_day_is_refused_at_once(
    door: str, day: object, found: str, values: Mapping[str, Any]
) -> None:
    if day is None and door in OPTIONAL:
        DOORS[door](values, day)
        return
    with pytest.raises(InvalidError) as caught:
        DOORS[door](values, day)
    (fault,) = caught.value.faults
    called = CALLED.get(door, "on")
    assert (fault.path, fault.expected, fault.found) == ((called,), "a date without a time", found)


class Day(date):
    """A day of a class of the caller's own."""


@pytest.mark.parametrize("door", sorted(DOORS.keys() - {"appointments", "decide_frame"}))
def test_a_day_of_a_subclass_is_a_day(door: str, values: Mapping[str, Any]) -> None:
    DOORS[door](values, Day(2026, 3, 2))


@pytest.mark.parametrize(
    ("several", "said"),
    [
        (SETS, "requirements: expected a list of RequirementSet, found a RequirementSet"),
        ("us-medicare-iop", "did you mean find_requirements('us-medicare-iop')?"),
        ([SETS, "us"], "requirements[1]: expected a RequirementSet, found a text"),
    ],
)
def test_one_in_place_of_several_is_told(
    several: Any, said: str, values: Mapping[str, Any]
) -> None:
    plan, site = values["plan"], values["site"]
    calls: list[Callable[[], object]] = [
        lambda: judge(plan, several, site),
        lambda: propose(plan, site, several),
        lambda: draft(
            values["program"], values["patient"], site, start=START, seed=1, requirements=several
        ),
    ]
    for call in calls:
        with pytest.raises(InvalidError) as caught:
            call()
        assert said in str(caught.value)


def test_facts_are_several_facts_and_no_names(values: Mapping[str, Any]) -> None:
    own = OwnFact("smokes", "Smokes.", Observed(YesNo()))
    wrong: Mapping[str, Callable[[], object]] = {
        "facts: expected a list of Fact, found a Fact": lambda: read(AGE[0]),
        "facts[0]: expected a Fact, found a text": lambda: read(["zq-secret"]),
        "own: expected a list of OwnFact, found an OwnFacts": lambda: facts_with(both),
    }
    both: Any = OwnFacts((own,))

    def read(facts: Any) -> object:
        return read_facts(facts, values["patient"], on=START)

    for said, call in wrong.items():
        with pytest.raises(InvalidError) as caught:
            call()
        assert said in str(caught.value)
        assert "zq" not in str(caught.value)


def _framed(name: str, _: Mapping[str, Any], flag: Any) -> object:
    return decide_frame(MEDICARE, FRAME, on=START, **{name: flag})


_FLAGS: Mapping[str, tuple[str, Callable[[Mapping[str, Any], Any], object]]] = {
    "draft": (
        "assume_in_force",
        lambda v, flag: draft(
            v["program"], v["patient"], v["site"], start=START, seed=1, assume_in_force=flag
        ),
    ),
    "draft despite": (
        "despite_no",
        lambda v, flag: draft(
            v["program"], v["patient"], v["site"], start=START, seed=1, despite_no=flag
        ),
    ),
    "policy": ("assume_in_force", lambda _, flag: MEDICARE.version(on=START, assume_in_force=flag)),
    "decide": (
        "assume_in_force",
        lambda v, flag: MEDICARE.decide(v["patient"], on=START, assume_in_force=flag),
    ),
    "decide_sheet": (
        "assume_in_force",
        lambda _, flag: MEDICARE.decide_sheet(FactSheet(START, ()), assume_in_force=flag),
    ),
    "requirements": ("assume_in_force", lambda _, flag: SETS.in_force(START, assume_in_force=flag)),
    "coding": (
        "assume_in_force",
        lambda _, flag: find_coding("us-h0015").version(on=START, assume_in_force=flag),
    ),
    "rates": (
        "assume_in_force",
        lambda _, flag: find_rates("us-md-medicaid").rate("X", on=START, assume_in_force=flag),
    ),
    "check": (
        "assume_in_force",
        lambda v, flag: iopkit.check(v["plan"], SETS, assume_in_force=flag),
    ),
    "judge": (
        "assume_in_force",
        lambda v, flag: judge(v["plan"], [], v["site"], assume_in_force=flag),
    ),
    "caseloads": (
        "assume_in_force",
        lambda _, flag: check_caseloads([], SETS, on=START, assume_in_force=flag),
    ),
    "fits": (
        "assume_in_force",
        lambda v, flag: fits(
            [], v["patient"], v["site"], [], start=START, seed=1, assume_in_force=flag
        ),
    ),
    "propose": (
        "assume_in_force",
        lambda v, flag: propose(v["plan"], v["site"], [], assume_in_force=flag),
    ),
    "milestones": (
        "assume_in_force",
        lambda _, flag: milestones([], start=START, end=END, assume_in_force=flag),
    ),
    "itemize": (
        "assume_in_force",
        lambda v, flag: itemize(v["schedule"], find_coding("us-h0015"), assume_in_force=flag),
    ),
    "costs": (
        "assume_in_force",
        lambda v, flag: costs_of_plan(
            v["schedule"], v["site"], v["patient"], codings=[], assume_in_force=flag
        ),
    ),
    "place": (
        "assume_in_force",
        lambda v, flag: place(v["ladder"], v["patient"], on=START, assume_in_force=flag),
    ),
    "beside": (
        "assume_in_force",
        lambda v, flag: care_beside(v["patient"], {}, on=START, assume_in_force=flag),
    ),
    "attrition": (
        "assume_in_force",
        lambda _, flag: attrition(MEDICARE, FRAME, on=START, assume_in_force=flag),
    ),
    **{
        f"decide_frame {name}": (name, partial(_framed, name))
        for name in ("criteria", "considerations", "contradictions", "missing", "assume_in_force")
    },
    "facts_frame": ("found", lambda _, flag: facts_frame(AGE, [], on=START, found=flag)),
    "applicable": (
        "telehealth",
        lambda v, flag: applicable([], v["site"], v["patient"], on=START, telehealth=flag),
    ),
    "applicable_over": (
        "telehealth",
        lambda v, flag: applicable_over(
            [], v["site"], v["patient"], start=START, end=END, telehealth=flag
        ),
    ),
    "to_ical": (
        "titles",
        lambda v, flag: iopkit.to_ical(v["schedule"], stamp=STAMP, titles=flag),
    ),
    "update_ical": (
        "titles",
        lambda v, flag: update_ical(
            schedule_difference(v["schedule"], v["schedule"]), stamp=STAMP, titles=flag
        ),
    ),
    "patient_feed": ("titles", lambda _, flag: patient_feed([], stamp=STAMP, titles=flag)),
    "describe": ("in_full", lambda _, flag: describe(AGE[0] >= 18, in_full=flag)),
    "plan_picture": (
        "random_days",
        lambda v, flag: plan_picture(v["schedule"], random_days=flag),
    ),
    "week_picture": (
        "random_days",
        lambda v, flag: week_picture(v["schedule"], week=1, random_days=flag),
    ),
    "timeline_text": (
        "random_days",
        lambda v, flag: timeline_text(v["schedule"], random_days=flag),
    ),
    "week_text": (
        "random_days",
        lambda v, flag: week_text(v["schedule"], week=1, random_days=flag),
    ),
}

# What each error is of; else of the versions of a rule, which see to the flag.
_FLAGS_OF = {
    **dict.fromkeys(("draft", "draft despite"), "plan"),
    **dict.fromkeys(("applicable", "applicable_over"), "applicability"),
    **dict.fromkeys(("to_ical", "update_ical"), "calendar"),
    **dict.fromkeys(("plan_picture", "week_picture"), "picture"),
    **dict.fromkeys(("attrition", *(door for door in _FLAGS if "frame " in door)), "frame"),
    "rates": "rate table",
    "judge": "check",
    "fits": "fits",
    "propose": "propose",
    "milestones": "milestones",
    "itemize": "charges",
    "costs": "costs",
    "beside": "care beside the level",
    "facts_frame": "facts",
    "patient_feed": "feed",
    "describe": "predicate",
    "timeline_text": "time line",
    "week_text": "week",
}


@pytest.mark.parametrize("door", _FLAGS)
@pytest.mark.parametrize(("wrong", "found"), [("no", "a text"), (0, "an int"), ([], "a list")])
def test_what_is_neither_true_nor_false_is_refused(
    door: str, wrong: object, found: str, values: Mapping[str, Any]
) -> None:
    name, call = _FLAGS[door]
    with pytest.raises(InvalidError) as caught:
        call(values, wrong)
    assert caught.value.faults == (Fault((name,), "a bool", found),)
    assert caught.value.what == _FLAGS_OF.get(door, "versions of a rule")
