"""Marks: what a claim says of how a line's sessions were given, and what keeps it open."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.charges import (
    CodingScheme,
    LineMark,
    Marks,
    Rounded,
    SessionCodes,
    TimeBand,
    TimedCode,
    Unmarked,
    marks_of,
)
from iopkit.errors import InvalidError
from iopkit.library import find_coding
from iopkit.modalities import Delivery, Modality
from iopkit.reports.charges import coding_text, rule_words
from iopkit.schedules import HowGiven
from iopkit.sources import Dated, Grade, Source, Versions

CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
IN_PERSON = HowGiven(Delivery.ON_SITE)


def remote(*, video: bool | None = None, at_home: bool | None = None) -> HowGiven:
    return HowGiven(Delivery.TELEHEALTH, video=video, at_home=at_home)


def cpt(on: date = date(2026, 1, 5)) -> list[LineMark]:
    rules = find_coding("us-cpt-psychotherapy").version(on=on).value
    return [rule for rule in rules if isinstance(rule, LineMark)]


@pytest.mark.parametrize(
    ("way", "marks"),
    [
        (remote(video=True, at_home=True), Marks("10", ("95",))),
        (remote(video=True, at_home=False), Marks("02", ("95",))),
        (remote(video=False, at_home=True), Marks("10", ("93",))),
        (remote(video=False, at_home=False), Marks("02", ("93",))),
        (remote(video=False), Marks(None, ("93",), (Unmarked.AT_HOME,))),
        (remote(at_home=False), Marks("02", (), (Unmarked.VIDEO,))),
        (remote(), Marks(None, (), (Unmarked.VIDEO, Unmarked.AT_HOME))),
        (HowGiven(), Marks(None, (), (Unmarked.DELIVERY, Unmarked.VIDEO, Unmarked.AT_HOME))),
        (IN_PERSON, Marks(open=(Unmarked.NO_RULE,))),
    ],
    ids=lambda value: value.words if isinstance(value, HowGiven) else "",
)
def test_psychotherapy_by_telehealth_is_marked_as_far_as_it_is_known(
    way: HowGiven, marks: Marks
) -> None:
    assert marks_of(cpt(), [way]) == marks


@pytest.mark.parametrize(("on", "rules"), [(date(2021, 12, 31), 0), (date(2022, 1, 1), 4)])
def test_marks_of_telehealth_are_those_of_their_day(on: date, rules: int) -> None:
    assert len(cpt(on)) == rules


def test_a_line_of_several_ways_has_what_they_share() -> None:
    ways = [remote(video=True, at_home=True), remote(video=False, at_home=True)]
    assert marks_of(cpt(), ways) == Marks("10", (), (Unmarked.SEVERAL_WAYS,))
    assert marks_of(cpt(), [ways[0]] * 3) == marks_of(cpt(), ways[:1])
    all_home = [LineMark(CODE, "10", delivery=Delivery.TELEHEALTH)]
    assert marks_of(all_home, ways) == Marks("10")


_some = st.none() | st.booleans()
ways = st.builds(HowGiven, st.sampled_from([None, Delivery.ON_SITE])) | st.builds(
    HowGiven, st.just(Delivery.TELEHEALTH), _some, _some
)
known = st.sampled_from(HowGiven().could_be)
rules = st.lists(
    st.builds(
        LineMark,
        st.just(CODE),
        st.sampled_from(["10", "02", "11"]),
        st.sampled_from([(), ("95",), ("93",), ("GT", "HF")]),
        st.sampled_from([None, Delivery.TELEHEALTH]),
        _some,
        _some,
    ),
    max_size=4,
)


def by_hand(marks: Sequence[LineMark], way: HowGiven) -> tuple[str | None, tuple[str, ...]]:
    """The place and the modifiers for a way of which nothing is unknown, rule by rule."""
    place: str | None = None
    modifiers: tuple[str, ...] = ()
    for mark in reversed(marks):
        fits = (
            mark.delivery in (None, way.delivery)
            and mark.video in (None, way.video)
            and mark.at_home in (None, way.at_home)
        )
        if fits:
            place, modifiers = mark.place or place, mark.modifiers or modifiers
    return place, modifiers


@given(rules, ways)
def test_what_follows_in_every_way_is_known_and_nothing_else(
    marks: list[LineMark], way: HowGiven
) -> None:
    found = marks_of(marks, [way])
    told = [by_hand(marks, one) for one in way.could_be]
    places, modifiers = {place for place, _ in told}, {listed for _, listed in told}
    assert found.place == (places.pop() if len(places) == 1 else None)
    assert found.modifiers == (modifiers.pop() if len(modifiers) == 1 else ())
    is_open = len(set(told)) > 1 or set(told) == {(None, ())}
    assert bool(found.open) is is_open


@given(rules, ways)
def test_what_is_asked_for_settles_the_marks(marks: list[LineMark], way: HowGiven) -> None:
    asked = set(marks_of(marks, [way]).open) - {Unmarked.NO_RULE}
    for one, other in product(way.could_be, repeat=2):
        same = (
            (Unmarked.DELIVERY not in asked or one.delivery == other.delivery)
            and (Unmarked.VIDEO not in asked or one.video == other.video)
            and (Unmarked.AT_HOME not in asked or one.at_home == other.at_home)
        )
        if same:
            assert by_hand(marks, one) == by_hand(marks, other)


@given(rules, st.lists(known, min_size=1, max_size=4))
def test_the_order_of_sessions_does_not_matter(
    marks: list[LineMark], given_in: list[HowGiven]
) -> None:
    assert marks_of(marks, given_in) == marks_of(marks, given_in[::-1])


def test_what_a_session_can_have_been_has_nothing_unknown() -> None:
    assert len(HowGiven().could_be) == 5
    assert HowGiven(Delivery.ON_SITE).could_be == (IN_PERSON,)
    assert remote(video=True).could_be == (
        remote(video=True, at_home=True),
        remote(video=True, at_home=False),
    )


def test_how_a_session_was_given_has_words() -> None:
    assert [way.words for way in (HowGiven(), IN_PERSON, remote(video=True, at_home=False))] == [
        "not known how",
        "in person",
        "by video, the patient not at home",
    ]
    assert all(why.words for why in Unmarked)
    assert repr(remote(at_home=True)) == "HowGiven(...)"


@pytest.mark.parametrize("delivery", [None, Delivery.ON_SITE])
def test_video_and_home_are_of_telehealth_only(delivery: Delivery | None) -> None:
    with pytest.raises(InvalidError) as caught:
        HowGiven(delivery, video=False, at_home=True)
    assert [fault.path for fault in caught.value.faults] == [("video",), ("at_home",)]


@pytest.mark.parametrize(
    ("place", "modifiers", "video", "paths"),
    [
        (None, (), None, ["place"]),
        ("1", (), None, ["place"]),
        ("100", (), None, ["place"]),
        ("1A", (), None, ["place"]),
        (None, ("9",), None, ["modifiers"]),
        (None, ("gt",), None, ["modifiers"]),
        (None, ("95", "95"), None, ["modifiers"]),
        (None, ("A1", "A2", "A3", "A4", "A5"), None, ["modifiers"]),
        ("11", (), True, ["delivery"]),
    ],
)
def test_a_mark_that_cannot_be_is_refused(
    place: str | None, modifiers: tuple[str, ...], video: bool | None, paths: list[str]
) -> None:
    with pytest.raises(InvalidError) as caught:
        LineMark(CODE, place, modifiers, Delivery.ON_SITE, video=video)
    assert [fault.path for fault in caught.value.faults] == [(path,) for path in paths]


def scheme(*marks: LineMark) -> CodingScheme:
    code = SessionCodes((TimeBand("A1"),), frozenset(Modality), CODE)
    return CodingScheme("any", "Any", Versions((Dated(date(2024, 1, 1), (code, *marks), CODE),)))


HOME, REMOTE = LineMark(CODE, "10", at_home=True), LineMark(CODE, "02", video=True)


@pytest.mark.parametrize(
    "marks",
    [
        (LineMark(CODE, "02", delivery=Delivery.TELEHEALTH), HOME),
        (HOME, HOME),
        (LineMark(CODE, "11", ("95",)), LineMark(CODE, "02")),
        (HOME, LineMark(CODE, "02", at_home=False), REMOTE),
    ],
    ids=["after a wider one", "twice", "after one for all", "after two that are wider together"],
)
def test_a_mark_that_is_the_first_for_no_session_is_refused(marks: tuple[LineMark, ...]) -> None:
    with pytest.raises(InvalidError, match="marks in an order in which each is the first"):
        scheme(*marks)


def test_a_mark_that_is_the_first_with_a_place_or_with_modifiers_is_taken() -> None:
    assert scheme(LineMark(CODE, "02", at_home=False), LineMark(CODE, "10", ("95",), video=True))


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (LineMark(CODE, "11"), "any session: place of service 11"),
        (LineMark(CODE, "11", delivery=Delivery.ON_SITE), "in person: place of service 11"),
        (LineMark(CODE, "02", delivery=Delivery.TELEHEALTH), "by telehealth: place of service 02"),
        (LineMark(CODE, "10", at_home=True), "by telehealth, the patient at home: place of"),
        (LineMark(CODE, "02", at_home=False), "by telehealth, elsewhere: place of service 02"),
        (LineMark(CODE, None, ("95", "HF"), video=True), "by video: modifier 95, modifier HF"),
        (LineMark(CODE, None, ("93",), video=False), "by audio alone: modifier 93"),
    ],
)
def test_a_mark_has_words(mark: LineMark, words: str) -> None:
    assert rule_words(mark).startswith(words)
    assert words in " ".join(coding_text(scheme(mark)).split())


@pytest.mark.parametrize(
    ("part", "rounded", "words"),
    [
        (None, Rounded.SESSION, "T1: each full 15 min of a session"),
        (8, Rounded.DAY, "T1: each full 15 min of a day, and one for 8 min more"),
    ],
)
def test_the_rounding_of_a_timed_code_has_words(
    part: int | None, rounded: Rounded, words: str
) -> None:
    length = None if part is None else timedelta(minutes=part)
    unit, kinds = timedelta(minutes=15), frozenset(Modality)
    assert rule_words(TimedCode("T1", unit, kinds, CODE, part=length, rounded=rounded)) == words
