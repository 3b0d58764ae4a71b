"""What is still possible of a fact: ranges, options, never, and what questions make of them."""

import pickle
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.eligibility import (
    FACTS,
    NEVER,
    AnyFact,
    Choice,
    Fact,
    FactSheet,
    Number,
    Possible,
    Predicate,
    Value,
    YesNo,
    describe,
    evaluate,
    evidence,
    explain,
    open_facts,
    read_facts,
    smallest_changes,
)
from iopkit.errors import Fault, InvalidError
from iopkit.strategies import predicates
from iopkit.truth import Truth

ON = date(2026, 1, 12)
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def not_known(_subject: object, _on: date) -> None:
    """A reader that knows nothing; these tests give facts' values themselves."""


COUNT: AnyFact = Fact("count", Number(0, 6, whole=True), "A count.", not_known)
SINCE: AnyFact = Fact("since", Number(0, 6, whole=True, never=True), "Days since.", not_known)
SHARE: AnyFact = Fact("share", Number(0, 6), "A share.", not_known)
STAGE: AnyFact = Fact("stage", Choice(("low", "mid", "high"), ordered=True), "A.", not_known)
COLOR: AnyFact = Fact("color", Choice(("red", "green", "blue")), "A color.", not_known)
ABOUT = (COUNT, SINCE, SHARE, STAGE, COLOR)


def some(*options: str | bool) -> Possible:
    return Possible(options=frozenset(options))


@pytest.mark.parametrize(
    ("predicate", "value", "truth"),
    [
        pytest.param(COUNT >= 3, Possible(3, 5), YES, id="the least is enough"),
        pytest.param(COUNT >= 3, Possible(2, 5), UNKNOWN, id="the least is not enough"),
        pytest.param(COUNT >= 3, Possible(0, 2), NO, id="the most is too little"),
        pytest.param(COUNT > 3, Possible(4, 5), YES, id="more than"),
        pytest.param(COUNT > 5, Possible(2, 5), NO, id="the end itself is not more"),
        pytest.param(COUNT < 2, Possible(2, 5), NO, id="nor less"),
        pytest.param(COUNT <= 5, Possible(2, 5), YES, id="at most the end"),
        pytest.param(COUNT.equals(3), Possible(2, 5), UNKNOWN, id="equal to one between"),
        pytest.param(COUNT.equals(1), Possible(2, 5), NO, id="equal to one outside"),
        pytest.param(COUNT.equals(2), Possible(2, 2), YES, id="equal to the only one"),
        pytest.param(COUNT.between(2, 5), Possible(2, 5), YES, id="between the ends"),
        pytest.param(COUNT.between(3, 4), Possible(2, 5), UNKNOWN, id="a part between"),
        pytest.param(COUNT.between(4, 6), Possible(2, 5), UNKNOWN, id="a part at one end"),
        pytest.param(COUNT.between(0, 1), Possible(2, 5), NO, id="between others"),
        pytest.param(COUNT.is_in(2, 3, 4, 5), Possible(2, 5), YES, id="all of them are named"),
        pytest.param(COUNT.is_in(2, 3, 5), Possible(2, 5), UNKNOWN, id="one is not named"),
        pytest.param(COUNT.is_in(0, 6), Possible(2, 5), NO, id="only others are named"),
        pytest.param(SHARE.is_in(2, 3), Possible(2, 3), UNKNOWN, id="fractions lie between"),
        pytest.param(SHARE.is_in(2, 3), Possible(2, 2), YES, id="no fraction lies between"),
        pytest.param(SINCE >= 3, NEVER, YES, id="never is above all numbers"),
        pytest.param(SINCE < 6, NEVER, NO, id="and never below one"),
        pytest.param(SINCE <= 6, Possible(4, NEVER), UNKNOWN, id="perhaps never"),
        pytest.param(SINCE.is_in(5, 6, NEVER), Possible(5, NEVER), YES, id="named with never"),
        pytest.param(SINCE.is_in(5, 6), Possible(5, NEVER), UNKNOWN, id="named without never"),
        pytest.param(STAGE.at_least("mid"), some("mid", "high"), YES, id="two words"),
        pytest.param(STAGE.at_least("mid"), some("low", "high"), UNKNOWN, id="on both sides"),
        pytest.param(COLOR.equals("red"), some("green", "blue"), NO, id="two without an order"),
        pytest.param(COUNT.is_known, Possible(2, 5), NO, id="several are not known"),
        pytest.param(COUNT.is_known, Possible(2, 2), YES, id="one is known"),
        pytest.param(COUNT >= 3, Possible(), UNKNOWN, id="anything"),
        pytest.param(COUNT.is_known, Possible(), NO, id="anything is not known"),
    ],
)
def test_a_question_is_settled_by_all_that_is_possible(
    predicate: Predicate, value: Value, truth: Truth
) -> None:
    (fact,) = open_facts(predicate, {}) or (COUNT,)

    assert evaluate(predicate, {fact.name: value}) is truth


def whole(low: int, high: float) -> tuple[float, ...]:
    numbers = range(low, int(min(high, 6)) + 1)
    return (*numbers, *([NEVER] if high == inf else ()))


@given(predicates((COUNT, SINCE, SHARE)), st.data())
def test_a_range_is_all_the_numbers_in_it(predicate: Predicate, data: st.DataObject) -> None:
    low = data.draw(st.integers(0, 6))
    high = data.draw(st.integers(low, 6) | st.just(inf))
    name = data.draw(st.sampled_from(["count", "since"]))
    top = min(high, 6) if name == "count" else high
    leaf = next(iter(open_facts(predicate, {})), None)
    if leaf is None or leaf.name != name or evaluate(predicate, {}) is not UNKNOWN:
        return
    each = {evaluate(predicate, {name: value}) for value in whole(low, top)}
    found = evaluate(predicate, {name: Possible(low, top)})

    # Atom by atom less may be settled than all together, and never more.
    assert found is UNKNOWN or each == {found}


def test_a_sheet_says_what_is_possible_as_plainly_as_it_can() -> None:
    found = date(2026, 1, 2)
    given_values: dict[str, Value] = {
        "count": Possible(0, 6, found=found),
        "since": Possible(3, 3),
        "share": Possible(1, 2),
        "stage": some("low", "mid", "high"),
        "color": Possible.exactly("red", found=found),
    }
    sheet = FactSheet.of(ABOUT, given_values, on=ON)

    assert sheet.values() == {
        "count": None,
        "since": 3,
        "share": Possible(1, 2),
        "stage": None,
        "color": "red",
    }
    assert {name: told.found for name, told in sheet.told().items()} == {
        "count": found,
        "share": None,
        "color": found,
    }
    assert pickle.loads(pickle.dumps(sheet)) == sheet
    assert "red" not in repr(sheet.told()["color"])


@pytest.mark.parametrize(
    ("build", "what", "fault"),
    [
        pytest.param(
            lambda: Possible(3, 2),
            *("possible values", "high: expected at least what low is, found less"),
            id="falling",
        ),
        pytest.param(
            lambda: Possible(3),
            *("possible values", "high: expected both ends or neither, found one"),
            id="one end",
        ),
        pytest.param(
            lambda: Possible(high=3),
            *("possible values", "high: expected both ends or neither, found one"),
            id="the other end",
        ),
        pytest.param(
            lambda: Possible(3, 4, frozenset({"red"})),
            *("possible values", "options: expected a range or options, found both"),
            id="both",
        ),
        pytest.param(
            lambda: Possible(3, 3, frozenset({"red"})),
            *("possible values", "options: expected a range or options, found both"),
            id="one number and options",
        ),
        pytest.param(
            lambda: Possible(found=datetime(2026, 1, 2, tzinfo=UTC)),
            *("possible", "found: expected a date without a time, found a moment"),
            id="a moment",
        ),
    ],
)
def test_what_cannot_be_possible_is_refused(build: Any, what: str, fault: str) -> None:
    with pytest.raises(InvalidError) as caught:
        build()

    assert str(caught.value) == f"{what}: 1 problem\n  {fault}"


@pytest.mark.parametrize(
    "value", [Possible(0, 7), Possible(-1, 3), Possible(1.5, 3), Possible(3, NEVER), some("red")]
)
def test_what_a_fact_cannot_be_is_refused(value: Possible) -> None:
    with pytest.raises(InvalidError, match="a whole number from 0 to 6"):
        FactSheet.of([COUNT], {"count": value}, on=ON)
    with pytest.raises(InvalidError, match="count: expected a whole number from 0 to 6"):
        evaluate(COUNT >= 3, {"count": value})


def test_readings_of_which_one_says_nothing_keep_their_day_and_every_reason_once() -> None:
    nothing, low = Possible(why="not asked"), Possible(1, 2, why="answers are open")
    for more in ([], [nothing]):
        told = Possible.any_of([nothing, low, 3, *more], found=ON, why="they differ")
        assert told == Possible(found=ON, why="not asked; answers are open; they differ")
    assert Possible.any_of([low, 3], found=ON, why="they differ") == Possible(
        1, 3, found=ON, why="they differ"
    )


NO_COUNT = "a whole number from 0 to 6", "another value"


@pytest.mark.parametrize(
    ("predicate", "values", "told"),
    [
        pytest.param(COUNT >= 3, {"count": float("nan")}, ("count", *NO_COUNT), id="no number"),
        pytest.param(
            STAGE.at_least("mid"),
            {"stage": "Mid"},
            ("stage", STAGE.kind.expectation(), "another value"),
            id="a word in another case",
        ),
        pytest.param(
            COUNT >= 3,
            {"Count": 4},
            ("Count", "'count'", "the name in another case"),
            id="a name in another case",
        ),
        pytest.param(COUNT >= 3, {"count": True}, ("count", *NO_COUNT), id="true"),
    ],
)
def test_evaluate_refuses_what_no_fact_can_be(
    predicate: Predicate, values: Any, told: tuple[str, str, str]
) -> None:
    with pytest.raises(InvalidError) as caught:
        evaluate(predicate, values)

    name, expected, found = told
    assert caught.value.what == "values"
    assert caught.value.faults == (Fault((name,), expected, found),)
    assert evaluate(predicate, {"another": "value"}) is UNKNOWN


def test_a_number_with_never_has_an_end() -> None:
    with pytest.raises(InvalidError, match="below what never was"):
        Number(0, inf, never=True)
    assert Number(0, 6, never=True).expectation() == "a number from 0 to 6, or never"
    assert not Number(0, inf).accepts(inf)


def test_ranges_options_and_never_are_said_in_words() -> None:
    assert COUNT.seen_as(Possible(2, 5)) == "count: from 2 to 5"
    assert SINCE.seen_as(Possible(2, NEVER)) == "since: from 2 to never"
    assert STAGE.seen_as(some("high", "mid")) == "stage: mid or high"
    assert SINCE.seen_as(NEVER) == "since: never"
    assert COUNT.seen_as(Possible()) == "count is not known"
    assert describe(SINCE.equals(NEVER)) == "since is never"


def test_what_would_have_to_hold_of_what_may_never_have_been() -> None:
    recent = (SINCE >= 3) & ~SINCE.equals(NEVER)
    ((change,),) = smallest_changes(recent, {"since": 1})

    assert change.words == "since is at least 3 and since is less than never"
    ((learned,),) = smallest_changes(COUNT >= 4, {"count": Possible(2, 5)})
    assert (learned.words, learned.known) == ("it turns out that count is at least 4", False)
    ((changed,),) = smallest_changes(COUNT >= 4, {"count": Possible(2, 3)})
    assert (changed.words, changed.known) == ("count is at least 4", True)


# The day of a finding.


def test_evidence_shows_the_day_of_a_finding_and_why_no_more_is_known() -> None:
    day = date(2015, 1, 1)
    told = {"count": Possible(found=day, why="answers are open")}
    (seen,) = evidence(COUNT >= 3, {"count": Possible(2, 5)}, told)

    assert (seen.found, seen.why) == (day, "answers are open")
    assert seen.words == "count: from 2 to 5 (open, found 2015-01-01, answers are open)"
    explained = explain(COUNT >= 3, {"count": Possible(2, 5)}, told)
    assert explained.reason == (
        "count is at least 3 (count: from 2 to 5 (found 2015-01-01, answers are open))"
    )
    assert explained.readings == told


Found = tuple[int | None, date | None]


def found_when(subject: Found, _: date) -> Possible | None:
    count, day = subject
    return None if count is None else Possible.exactly(count, found=day)


DATED: Fact[Found, int] = Fact(
    "count", Number(0, 6, whole=True), "A count.", found_when, dated=True
)


@pytest.mark.parametrize(
    ("day", "known"),
    [
        pytest.param(date(2026, 1, 12), True, id="on the day"),
        pytest.param(date(2025, 12, 13), True, id="30 days before"),
        pytest.param(date(2025, 12, 12), False, id="31 days before"),
        pytest.param(None, False, id="no day"),
    ],
)
def test_a_finding_counts_as_long_as_it_is_recent(day: date | None, known: bool) -> None:
    recent, since = DATED.within(days=30), DATED.since(date(2025, 12, 13))
    sheet = read_facts([recent, since], (5, day), on=ON)

    assert set(sheet.values().values()) == {5 if known else None}
    assert evaluate(recent >= 3, sheet.values()) is (YES if known else UNKNOWN)
    told = [each.why for each in sheet.told().values()]
    assert told == (["found earlier"] * 2 if day and not known else [""] * 2 if day else [])
    assert read_facts([recent], (None, None), on=ON).values() == {recent.name: None}


def test_a_finding_that_was_made_later_is_not_known_yet() -> None:
    recent, later = DATED.within(days=400), ON + timedelta(days=1)
    found = {DATED.name: Possible.exactly(4, found=later)}
    sheet = FactSheet.of([DATED], found, on=ON).with_recent([recent])

    assert sheet.told()[recent.name] == Possible(found=later, why="found later")


def test_recent_findings_have_names_of_their_own() -> None:
    assert DATED.since(date(7, 1, 2)).name.endswith("_since_0007_01_02")
    recent, since = DATED.within(days=1), DATED.since(date(2025, 12, 13))

    assert (recent.name, since.name) == ("count_within_1_days", "count_since_2025_12_13")
    assert (recent.asked, since.asked, DATED.asked) == ("count", "count", "count")
    assert (recent.title, since.title) == (
        *("count found within 1 day", "count found since 2025-12-13"),
    )
    assert DATED.within(days=10**9).read((5, date.min), ON) == Possible.exactly(5, found=date.min)
    shipped = FACTS["phq_9_total_score"].within(days=90)
    assert pickle.loads(pickle.dumps(shipped)) == shipped


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda: FACTS["age"].within(days=30), id="no finding of a day"),
        pytest.param(lambda: DATED.within(days=30).since(ON), id="twice"),
        pytest.param(lambda: DATED.within(days=-1), id="days to come"),
        pytest.param(lambda: DATED.since(datetime(2026, 1, 1, tzinfo=UTC)), id="a moment"),
    ],
)
def test_what_cannot_be_asked_of_recent_findings_is_refused(ask: Any) -> None:
    with pytest.raises(InvalidError):
        ask()


def test_several_readings_together() -> None:
    either = Possible.any_of([3, Possible(5, 6)], found=ON, why="they differ")

    assert either == Possible(3, 6, found=ON, why="they differ")
    assert Possible.any_of(["low", some("mid", "high")]) == some("low", "mid", "high")
    assert Possible.any_of([True, False]) == some(True, False)
    assert Possible.any_of([3, Possible(why="one is open")], why="they differ") == Possible(
        why="one is open; they differ"
    )
    assert Possible.any_of([3, None]) == Possible()


def test_of_yes_and_no_nothing_is_known() -> None:
    insured: AnyFact = Fact("insured", YesNo(), "Has coverage.", not_known)

    assert FactSheet.of([insured], {"insured": some(True, False)}, on=ON).values() == {
        "insured": None
    }
