"""Goals: targets that can be read off later, and what is none."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from iopkit.errors import InvalidError
from iopkit.plans import Counted, CountTarget, Goal, Objective, ScoreTarget


def faults(make: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        make()
    return [str(fault.path[0]) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (ScoreTarget("phq_9", "total", most=9), "PHQ-9 score at most 9"),
        (ScoreTarget("bam", "protective", least=13), "BAM, protective score at least 13"),
        (ScoreTarget("gad_7", "total", least=0, most=4), "GAD-7 score at least 0 and at most 4"),
        (CountTarget(Counted.DAYS_WITHOUT_USE, least=60), "days without use: at least 60"),
        (CountTarget(Counted.MUTUAL_HELP_MEETINGS, 3, 3), "mutual-help meetings: 3"),
    ],
    ids=["most", "a scale", "both", "count", "exactly"],
)
def test_a_target_reads_as_people_say_it(target: ScoreTarget | CountTarget, words: str) -> None:
    assert target.words == words


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        pytest.param(lambda: ScoreTarget("phq9", "total", most=9), ["instrument"], id="instrument"),
        pytest.param(lambda: ScoreTarget("phq_9", "mood", most=9), ["scale"], id="scale"),
        pytest.param(lambda: ScoreTarget("phq_9", "total"), ["least"], id="no-bound"),
        pytest.param(
            lambda: ScoreTarget("phq_9", "total", most=28), ["most"], id="above-the-scale"
        ),
        pytest.param(lambda: ScoreTarget("phq_9", "total", -1), ["least"], id="below-the-scale"),
        pytest.param(lambda: ScoreTarget("phq_9", "total", 9, 8), ["most"], id="order"),
        pytest.param(lambda: CountTarget(Counted.DAYS_WORKED, -1), ["least"], id="negative"),
        pytest.param(
            lambda: Goal("p", "x", by=datetime(2026, 1, 5)),  # noqa: DTZ001  # on purpose
            ["by"],
            id="a-moment",
        ),
        pytest.param(
            lambda: Objective("x", by=datetime(2026, 1, 5)),  # noqa: DTZ001  # on purpose
            ["by"],
            id="a-moment-for-an-objective",
        ),
    ],
)
def test_what_no_goal_can_be_is_refused(make: Callable[[], object], wrong: list[str]) -> None:
    assert faults(make) == wrong


def test_the_ends_of_a_scale_are_scores_of_it() -> None:
    assert ScoreTarget("phq_9", "total", 0, 27).most == 27


def test_a_goal_may_have_no_day_and_no_measure_yet() -> None:
    assert Goal("p", "To sleep.", by=date(2026, 3, 1)).target is None


def test_no_message_tells_what_was_given() -> None:
    with pytest.raises(InvalidError) as caught:
        ScoreTarget("zebediah", "total", 77, 66)
    assert not {"zebediah", "77", "66"} & set(str(caught.value).replace("'", " ").split())
