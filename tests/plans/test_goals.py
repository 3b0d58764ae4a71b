"""Goals: targets that can be read off later, and what is none."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import FACTS
from iopkit.eligibility import AllOf, Fact, YesNo
from iopkit.errors import InvalidError
from iopkit.patients import Assessment, Patient, Score, Screening
from iopkit.plans import (
    ConditionTarget,
    Counted,
    CountTarget,
    Goal,
    Objective,
    ScoreTarget,
    target_reached,
)
from iopkit.plans.goals import Target
from iopkit.programs import COURSE_FACTS, Progress
from iopkit.truth import Truth

DAY = date(2026, 3, 2)


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
        (ConditionTarget(FACTS["has_transport"].equals(True)), "has transport is true"),
        (ConditionTarget(evolve(COURSE_FACTS["goals_met"] >= 1, label="x")), "x"),
    ],
    ids=["most", "a scale", "both", "count", "exactly", "condition", "label"],
)
def test_a_target_reads_as_people_say_it(target: Target, words: str) -> None:
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
        pytest.param(lambda: ConditionTarget(AllOf(())), ["condition"], id="no-fact"),
        pytest.param(
            lambda: ConditionTarget(
                Fact("on_bail", YesNo(), "On bail.", lambda _, __: True).equals(True)
            ),
            ["condition"],
            id="own-fact",
        ),
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


def scored(score: int) -> Patient:
    screening = Screening("phq_9", date(2026, 3, 1), scores=(Score("total", score),))
    key = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
    return Patient(key, screenings=(screening,), assessments=(Assessment(DAY, has_transport=True),))


FEW, SOBER = ScoreTarget("phq_9", "total", 5, 9), CountTarget(Counted.DAYS_WITHOUT_USE, 30)
BOTH = ConditionTarget((COURSE_FACTS["attendance"] >= 0.8) & FACTS["has_transport"].equals(True))


@pytest.mark.parametrize(
    ("target", "patient", "progress", "truth"),
    [
        (FEW, scored(9), None, Truth.YES),
        (FEW, scored(10), None, Truth.NO),
        (FEW, scored(4), None, Truth.NO),
        (FEW, None, Progress(), Truth.UNKNOWN),
        (SOBER, None, Progress(days_without_use=30), Truth.YES),
        (SOBER, None, Progress(days_without_use=29), Truth.NO),
        (SOBER, scored(9), None, Truth.UNKNOWN),
        (evolve(SOBER, least=None, most=2), None, Progress(days_without_use=3), Truth.NO),
        (CountTarget(Counted.DAYS_WORKED, 1), scored(9), Progress(), Truth.UNKNOWN),
        (BOTH, scored(9), Progress(attendance=0.8), Truth.YES),
        (BOTH, scored(9), Progress(attendance=0.7), Truth.NO),
        (BOTH, scored(9), None, Truth.UNKNOWN),
        (BOTH, None, Progress(attendance=0.8), Truth.UNKNOWN),
    ],
)
def test_a_target_is_read_off_the_record_and_the_course(
    target: Target, patient: Patient | None, progress: Progress | None, truth: Truth
) -> None:
    assert target_reached(target, on=DAY, patient=patient, progress=progress) is truth
