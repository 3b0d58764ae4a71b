"""Priorities: the order of 45 CFR 96.131, the days of 96.126, and what is told."""

import numpy as np
import pytest

from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.predicates import evaluate
from iopkit.errors import InvalidError, UnknownNameError
from iopkit.library.priorities import INJECTS_DRUGS, find_priorities
from iopkit.scenarios.capacity import UNLIMITED, SeatsByDay
from iopkit.scenarios.clinic import seated, seats_taken
from iopkit.scenarios.priorities import Priorities, Priority
from iopkit.scenarios.requests import Requests
from iopkit.sources import Grade, Source
from iopkit.truth import Truth

LAW = find_priorities("us-block-grant")
SOURCE = Source("A rule", Grade.LEGAL_TEXT)
PREGNANT = FACTS["pregnant"].equals(True)


def seats_of(*sizes: int, days: int, needs: tuple[tuple[int, ...], ...] = ((0,),)) -> SeatsByDay:
    every = bytes([1]) * days
    names = tuple("abc"[: len(sizes)])
    return SeatsByDay(names, sizes, (every,) * len(sizes), every, (needs,))


def test_the_order_is_that_of_the_rule_and_who_is_not_known_goes_later() -> None:
    people: list[dict[str, bool | None]] = [
        {"pregnant": pregnant, "injects_drugs": injects}
        for pregnant, injects in (
            (True, True),
            (True, False),
            (False, True),
            (False, False),
            (None, True),
            (True, None),
            (None, None),
        )
    ]
    number = {Truth.YES: 1, Truth.NO: 0, Truth.UNKNOWN: -1}
    truths = np.array(
        [[number[evaluate(each, person)] for each in LAW.predicates] for person in people], np.int8
    )
    assert LAW.classes_of(truths).tolist() == [0, 1, 2, 3, 2, 1, 3]
    assert [sentence.split(":")[0] + sentence[-3:] for sentence in LAW.not_known(truths)] == [
        "pregnant and injecting 3.",
        "pregnant 2.",
        "injecting 1.",
    ]
    assert LAW.facts == (FACTS["pregnant"], INJECTS_DRUGS.fact)


def test_a_class_that_waited_longer_than_its_days_is_told() -> None:
    # One seat for 15 days, then for 100: the second waits 14 days, the third 29 and counting.
    requests = Requests([0, 1, 1, 1], [15, 300, 5, 5], priority=[2, 2, 2, 3])
    seats = seats_of(1, days=30)
    found = seated(requests, seats)
    assert LAW.told(requests, found, seats, interim=False) == (
        "injecting: waited longer than 14 days: 1 (45 CFR 96.126(b) [T1, as of 2024-09-30]).",
        (
            "At least 90 % of the seats were taken on 30 days "
            "(45 CFR 96.126(a) [T1, as of 2024-09-30])."
        ),
    )
    assert LAW.told(requests, found, seats, interim=True)[0].startswith("At least 90 %")


def test_the_days_of_the_rule_are_those_without_interim_services() -> None:
    for days, told in ((14, 0), (15, 1)):
        requests = Requests([0, 0], [days, 5], priority=[2, 2])
        seats = seats_of(1, days=200)
        late = [
            sentence
            for sentence in LAW.told(requests, seated(requests, seats), seats, interim=False)
            if sentence.startswith("injecting")
        ]
        assert len(late) == told


def test_who_gave_up_in_time_did_not_wait_too_long() -> None:
    own = Priorities("own", (Priority("first", PREGNANT, SOURCE, 3, 9),))
    for patience, told in ((3, 0), (4, 1)):
        requests = Requests([0, 2], [50, 5], patience=patience)
        seats = seats_of(1, days=20)
        assert len(own.told(requests, seated(requests, seats), seats, interim=False)) == told


def test_notice_is_due_from_its_percentage_on() -> None:
    requests = Requests([0] * 8 + [3, 4], 4)
    seats = seats_of(10, days=9)
    found = seated(requests, seats)
    assert seats_taken(requests, found, seats).tolist() == [[8, 8, 8, 9, 2, 2, 2, 1, 0]]
    for percent, days in ((80, 4), (90, 1), (91, 0)):
        own = Priorities("own", (), percent, SOURCE)
        told = own.told(requests, found, seats, interim=False)
        assert len(told) == (days > 0)
        assert all(f"on {days} days" in sentence for sentence in told)


@pytest.mark.parametrize("size", [0, UNLIMITED])
def test_no_notice_is_due_of_no_seats_or_of_any_number(size: int) -> None:
    requests = Requests([0, 1], 4)
    seats = seats_of(size, days=9)
    assert LAW.told(requests, seated(requests, seats), seats, interim=False) == ()


def test_a_name_that_is_not_shipped_is_told_with_those_that_are() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'us-block-grant'\?"):
        find_priorities("us-block-grants")


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (lambda: Priority("", PREGNANT, SOURCE), "name"),
        (lambda: Priority("a", PREGNANT, SOURCE, -1), "within_days"),
        (lambda: Priority("a", PREGNANT, SOURCE, 1, -1), "within_days_interim"),
        (lambda: Priorities("a", (Priority("b", PREGNANT, SOURCE),) * 2), "classes"),
        (
            lambda: Priorities("a", tuple(Priority(str(n), PREGNANT, SOURCE) for n in range(127))),
            "classes",
        ),
        (lambda: Priorities("a", (), 0, SOURCE), "notice_percent"),
        (lambda: Priorities("a", (), 90), "notice_source"),
        (lambda: Priorities("a", (), None, SOURCE), "notice_source"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(wrong: object, path: str) -> None:
    with pytest.raises(InvalidError) as told:
        wrong()  # type: ignore[operator]
    assert path in {fault.path[0] for fault in told.value.faults}
