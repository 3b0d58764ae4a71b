"""Habits say what their sources say, of whom it holds, and what is the user's own."""

import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from attrs import evolve

from iopkit import FACTS, Truth
from iopkit.courses.stays import DischargeReason
from iopkit.eligibility import Predicate
from iopkit.errors import InvalidError
from iopkit.modalities import Delivery, Modality
from iopkit.scenarios.attending import Assessing, Attending, AttendingRule, Came, Coming
from iopkit.scenarios.curves import Constant, Weibull
from iopkit.scenarios.draws import WHOLE
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.hazards import leaving_thresholds
from iopkit.scenarios.leaving import (
    ComingBack,
    Effect,
    Ending,
    Endings,
    Exit,
    Exits,
    HazardOf,
)
from iopkit.scenarios.shares import Share
from iopkit.sources import Grade, Source

PAPER = Source("A paper", Grade.OFFICIAL)
YOUNG: Predicate = FACTS["age"] < 30
OLD: Predicate = FACTS["age"] >= 60
DROPPED_OUT, COMPLETED = DischargeReason.DROPPED_OUT, DischargeReason.COMPLETED


def habits(**said: object) -> Habits:
    # Any field may be given; the class holds each against its type.
    made: Callable[..., Habits] = Habits
    return made("mine", "Mine", **said)


FULL = habits(
    attends=Attending(
        Share(0.8, PAPER),
        (
            AttendingRule(0.9, service="check-in"),
            AttendingRule(0.7, modality=Modality.GROUP_THERAPY, delivery=Delivery.TELEHEALTH),
            AttendingRule(Share(0.5, PAPER), from_week=3, to_week=4, among=YOUNG),
        ),
    ),
    excuses=0.25,
    leaving=Exits((Exit(DROPPED_OUT, Constant(0.05, PAPER)), Exit(COMPLETED, Weibull(90, 3)))),
    finishes=0.9,
    uses_at_admission=0.4,
    returns_to_use=0.1,
    stops_using=0.2,
    test_finds_use=0.95,
    gives_up=0.3,
    comes=Coming((Came(1, 0.72), Came(3, 0.41), Came(7, 0.38)), PAPER),
    assessment=Assessing(5, 0.6),
    coming_back=(ComingBack(Constant(0.02), DROPPED_OUT), ComingBack(Constant(0.01))),
    unrecorded=0.05,
    effects=(
        Effect(HazardOf.LEAVING, 1.5, among=YOUNG, source=PAPER),
        Effect(HazardOf.LEAVING, 2, while_using=True, reason=DROPPED_OUT),
        Effect(HazardOf.GIVING_UP, 0.5, among=OLD),
    ),
)


# Attending.


@pytest.mark.parametrize(
    ("asked", "share"),
    [
        pytest.param({}, 0.8, id="usual"),
        pytest.param({"service": "check-in"}, 0.9, id="a-service"),
        pytest.param({"service": "group"}, 0.8, id="another"),
        pytest.param({"modality": Modality.GROUP_THERAPY}, 0.8, id="delivery-not-known"),
        pytest.param(
            {"modality": Modality.GROUP_THERAPY, "delivery": Delivery.TELEHEALTH}, 0.7, id="both"
        ),
        pytest.param({"week": 1, "truths": {YOUNG: Truth.YES}}, 0.8, id="before-week-3"),
        pytest.param({"week": 2, "truths": {YOUNG: Truth.YES}}, 0.5, id="in-week-3"),
        pytest.param({"week": 3, "truths": {YOUNG: Truth.YES}}, 0.5, id="in-week-4"),
        pytest.param({"week": 4, "truths": {YOUNG: Truth.YES}}, 0.8, id="after-week-4"),
        pytest.param({"week": 2, "truths": {YOUNG: Truth.UNKNOWN}}, 0.8, id="unknown"),
        pytest.param({"week": 2}, 0.8, id="not-said"),
    ],
)
def test_the_first_rule_that_holds_says_who_attends(asked: dict[str, object], share: float) -> None:
    assert FULL.attends is not None
    of: Callable[..., Share] = FULL.attends.share
    threshold: Callable[..., int] = FULL.attends.threshold
    assert of(**asked).value == share
    assert threshold(**asked) == int(Fraction(str(share)) * WHOLE)


def test_a_rule_without_an_end_goes_on() -> None:
    attends = Attending(0.8, (AttendingRule(0.6, from_week=5),))
    assert [attends.share(week=week).value for week in (3, 4, 400)] == [0.8, 0.6, 0.6]


# A plain number is the user's own.


def test_a_plain_number_stands_for_a_figure_of_the_users_own() -> None:
    said = habits(attends=1, excuses=0, leaving=0.05, comes=0.7, coming_back=0.01)
    assert said.attends == Attending(Share(1))
    assert said.excuses == Share(0)
    assert said.leaving == Exits((Exit(DROPPED_OUT, Constant(0.05)),))
    assert said.comes == Coming((Came(0, 0.7),))
    assert said.coming_back == (ComingBack(Constant(0.01)),)
    assert said.sources == ()
    assert habits(attends=Share(0.8, PAPER), comes=Share(0.7, PAPER)).sources == (PAPER,)
    assert habits(leaving=Constant(0.1, PAPER)).sources == (PAPER,)


def test_what_replaces_a_published_figure_is_the_users_own() -> None:
    before = {figure.path: figure.source for figure in FULL.figures}
    replaced = evolve(FULL, attends=0.85)
    after = {figure.path: figure.source for figure in replaced.figures}
    assert (before["attends.usual"], after["attends.usual"]) == (PAPER, None)
    assert after["comes"] == PAPER
    assert "attends, usual: 85 % (your own figure)" in replaced.words


def test_what_is_not_said_is_nothing() -> None:
    said = habits()
    assert (said.figures, said.sources, said.words, said.reasons) == ((), (), (), ())
    assert (said.causes(), said.predicates, said.comes_back(COMPLETED)) == ((), (), None)
    assert said.coming_back == habits(coming_back=None).coming_back == ()
    assert not any(map(said.says, HazardOf))
    assert all(map(FULL.says, HazardOf))


# Leaving.


def test_effects_multiply_for_whom_they_hold() -> None:
    young = {YOUNG: Truth.YES, OLD: Truth.NO}
    assert FULL.predicates == (YOUNG, OLD)
    assert FULL.reasons == (DROPPED_OUT, COMPLETED)
    ratios = [[ratio for _, ratio in FULL.causes(young, using=using)] for using in (False, True)]
    assert ratios == [[Decimal("1.5")] * 2, [3, Decimal("1.5")]]
    assert [ratio for _, ratio in FULL.causes({YOUNG: Truth.UNKNOWN})] == [1, 1]
    assert FULL.ratio(HazardOf.GIVING_UP, {OLD: Truth.YES}) == Decimal("0.5")
    assert FULL.ratio(HazardOf.COMING_BACK, young) == 1
    assert leaving_thresholds(FULL.causes(young), 2).shape == (2, 14)


def test_coming_back_is_by_the_reason_or_for_all_others() -> None:
    assert FULL.comes_back(DROPPED_OUT) == Constant(0.02)
    assert FULL.comes_back(COMPLETED) == Constant(0.01)


def test_endings_are_curves_that_compete() -> None:
    endings = Endings((Ending(COMPLETED, 0.6, 50), Ending(DROPPED_OUT, 0.4, 26)), source=PAPER)
    said = habits(leaving=endings)
    assert said.reasons == (COMPLETED, DROPPED_OUT)
    assert {one.curve.source for one in endings.exits} == {PAPER}
    assert said.words[0] == "leaving, completed: 60 % of all, of median 50 days (A paper [T2])"


# Coming.


@pytest.mark.parametrize(
    ("days", "share"),
    [(0, "0.72"), (1, "0.72"), (2, "0.565"), (3, "0.41"), (5, "0.395"), (99, "0.38")],
)
def test_coming_goes_straight_from_row_to_row(days: int, share: str) -> None:
    assert FULL.comes is not None
    assert FULL.comes.share(days) == Fraction(share)
    assert FULL.comes.threshold(days) == int(Fraction(share) * WHOLE)


def test_a_source_of_coming_says_up_to_which_day_it_counted() -> None:
    assert FULL.comes is not None
    assert (FULL.comes.known_days, Coming((Came(0, 0.5),)).known_days) == (7, None)


# All of it.


def test_every_figure_is_told_with_its_place_and_source() -> None:
    assert [(figure.path, figure.source is PAPER) for figure in FULL.figures] == [
        ("attends.usual", True),
        ("attends.rules.0", False),
        ("attends.rules.1", False),
        ("attends.rules.2", True),
        ("excuses", False),
        ("leaving.dropped_out", True),
        ("leaving.completed", False),
        ("finishes", False),
        ("uses_at_admission", False),
        ("returns_to_use", False),
        ("stops_using", False),
        ("test_finds_use", False),
        ("gives_up", False),
        ("comes", True),
        ("assessment.eligible", False),
        ("coming_back.dropped_out", False),
        ("coming_back.any", False),
        ("unrecorded", False),
        ("effects.0", True),
        ("effects.1", False),
        ("effects.2", False),
    ]
    told = {figure.path: figure.words for figure in FULL.figures}
    assert told["attends.rules.0"] == "90 % of check-in"
    assert told["attends.rules.1"] == "70 % of group therapy by telehealth"
    young = "where age is less than 30 years"
    assert told["attends.rules.2"] == f"50 % in weeks 3 to 4 of the stay {young}"
    assert told["effects.0"] == f"leaving, hazard times 1.5 {young}"
    assert told["effects.1"] == "leaving, hazard times 2 for dropped out in weeks with use"
    assert told["comes"] == "72 % after 1 day, 41 % after 3 days, 38 % after 7 days"
    assert told["assessment.eligible"] == "60 % after 5 days"
    assert AttendingRule(0.5, from_week=3).words == "50 % from week 3 of the stay"


def test_habits_are_values() -> None:
    again = pickle.loads(pickle.dumps(FULL))
    assert (again, hash(again)) == (FULL, hash(FULL))


def test_what_is_not_said_is_filled_from_others_with_its_sources() -> None:
    one = habits(leaving=Constant(0.05, PAPER), effects=FULL.effects[:1], people="some")
    other = evolve(FULL, name="other", people="others", left_open=("Open.",))
    both = one.filled_from(other)
    assert (both.name, both.people, both.left_open) == ("mine", "some; others", ("Open.",))
    assert both.leaving == one.leaving
    assert (both.comes, both.coming_back) == (FULL.comes, FULL.coming_back)
    # An effect on leaving is of the leaving that it was found with.
    assert both.effects == (FULL.effects[0], FULL.effects[2])
    assert both.filled_from(other) == both


# What is refused.


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(
            lambda: habits(attends=1.1), "value: expected from 0 to 1, found 1.1", id="1.1"
        ),
        pytest.param(lambda: habits(excuses="half"), "a share from 0 to 1, found a str", id="text"),
        pytest.param(lambda: habits(attends=True), "a share from 0 to 1, found a bool", id="bool"),
        pytest.param(lambda: habits(gives_up="soon"), "expected a curve, or the share", id="curve"),
        pytest.param(lambda: habits(gives_up=7), "weekly: expected from 0 to 1, found 7", id="7"),
        pytest.param(lambda: Habits("My own", "Mine"), "lower-case words joined by", id="name"),
        pytest.param(
            lambda: habits(coming_back=(ComingBack(Constant(0.1)), ComingBack(Constant(0.2)))),
            "coming_back: expected each reason once",
            id="back-twice",
        ),
        pytest.param(
            lambda: habits(coming_back=(Constant(0.1),)), "coming_back[0]: expected", id="no-back"
        ),
        pytest.param(
            lambda: habits(effects=FULL.effects[:1]),
            "effects: expected an effect on what",
            id="none",
        ),
        pytest.param(
            lambda: habits(
                leaving=Exits((Exit(COMPLETED, Constant(0.1)),)), effects=FULL.effects[1:2]
            ),
            "effects: expected a reason for which people leave, found dropped_out",
            id="no-reason",
        ),
        pytest.param(lambda: AttendingRule(0.5), "among: expected a condition", id="for-all"),
        pytest.param(
            lambda: AttendingRule(0.5, from_week=0, to_week=2),
            "from_week: expected at",
            id="week-0",
        ),
        pytest.param(
            lambda: AttendingRule(0.5, from_week=3, to_week=2), "to_week: expected no", id="week-2"
        ),
        pytest.param(lambda: Exits(()), "exits: expected at least one reason", id="no-exit"),
        pytest.param(
            lambda: Exits((Exit(COMPLETED, Constant(0.1)), Exit(COMPLETED, Constant(0.1)))),
            "exits: expected each reason once, found completed more than once",
            id="exit-twice",
        ),
        pytest.param(
            lambda: Endings((Ending(COMPLETED, 0.5, 9), Ending(DROPPED_OUT, 0.4, 9))),
            "endings: expected shares that sum to 1, found a sum of 0.9: completed 0.5, "
            "dropped_out 0.4",
            id="sum",
        ),
        pytest.param(
            lambda: Endings((Ending(COMPLETED, 1.5, 9), Ending(DROPPED_OUT, -0.5, 9))),
            "endings[0].share: expected from 0 to 1, found 1.5",
            id="a-share",
        ),
        pytest.param(
            lambda: Endings((Ending(COMPLETED, 1, 0),)), "endings[0].median_days: expected", id="0"
        ),
        pytest.param(
            lambda: Effect(HazardOf.LEAVING, -1, among=YOUNG), "ratio: expected 0 or", id="ratio"
        ),
        pytest.param(lambda: Effect(HazardOf.LEAVING, 2), "among: expected for whom", id="narrow"),
        pytest.param(
            lambda: Effect(HazardOf.GIVING_UP, 2, while_using=True), "while_using: exp", id="using"
        ),
        pytest.param(
            lambda: Effect(HazardOf.GIVING_UP, 2, among=YOUNG, reason=COMPLETED),
            "reason: ",
            id="why",
        ),
        pytest.param(lambda: Coming(()), "rows: expected at least one", id="no-row"),
        pytest.param(
            lambda: Coming((Came(3, 0.5), Came(3, 0.4))), "rows: expected days that rise", id="rows"
        ),
        pytest.param(lambda: Came(-1, 0.5), "days: expected 0 or more", id="days"),
        pytest.param(lambda: Assessing(-1, 0.5), "days: expected from 0 to", id="assessing"),
        pytest.param(lambda: Assessing(131_073, 0.5), "days: expected from 0 to", id="too long"),
    ],
)
def test_what_is_no_habit_is_refused_with_its_place(make: Callable[[], object], told: str) -> None:
    with pytest.raises(InvalidError) as refused:
        make()
    assert told in str(refused.value)
