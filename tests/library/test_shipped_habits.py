"""Shipped habits say what their sources published, with each figure's source."""

import pytest

from iopkit import UnknownNameError
from iopkit.library import find_habits, habit_names, habit_text
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.hazards import mean_days, median_day
from iopkit.scenarios.leaving import Endings


def remaining(habits: Habits, *days: int) -> list[float]:
    """The percent still in care after some days."""
    assert habits.leaving is not None
    (one,) = habits.leaving.exits
    left = one.curve.remaining(max(days))
    return [round(100 * float(left[day]), 1) for day in days]


@pytest.mark.parametrize("name", habit_names())
def test_each_has_its_own_name_and_a_source_for_every_figure(name: str) -> None:
    habits = find_habits(name)
    assert habits.name == name
    assert habits.people
    assert habits.left_open, "what is our own reading is told"
    assert habits.figures
    assert [figure.path for figure in habits.figures if figure.source is None] == []
    assert len(habits.sources) == 1, "one file a source"
    assert habit_text(name).startswith("# ")


def test_names_are_in_order_and_an_unknown_one_is_refused_with_those_near() -> None:
    assert list(habit_names()) == sorted(habit_names())
    with pytest.raises(UnknownNameError, match="did you mean 'teds-2004-iop'"):
        find_habits("teds-2005-iop")


def test_stays_are_as_published() -> None:
    telehealth = find_habits("telehealth-iop-2024")
    for left, published in zip(
        remaining(telehealth, 30, 60, 90, 120), (80, 63, 50, 40), strict=True
    ):
        assert abs(left - published) < 0.6
    assert telehealth.leaving is not None
    assert round(mean_days(telehealth.leaving.exits[0].curve, within=4000) - 0.5) == 131
    assert remaining(find_habits("toronto-outpatient"), 91, 365) == [17, 5]
    assert remaining(find_habits("coviello-2013"), 182) == [45]
    assert remaining(find_habits("loveland-2014"), 30) == [63]


def test_endings_of_teds_are_its_counts() -> None:
    counts = {
        "completed": 43_119,
        "transferred": 20_441,
        "dropped_out": 26_561,
        "terminated": 16_025,
        "other": 8_294,
    }
    endings = find_habits("teds-2004-iop").leaving
    assert isinstance(endings, Endings)
    shares = {one.reason.value: round(one.share, 3) for one in endings.endings}
    assert shares == {reason: round(count / 114_440, 3) for reason, count in counts.items()}
    assert [one.median_days for one in endings.endings] == [50, 42, 26, 36, 36]
    assert median_day([one.curve for one in endings.exits], within=365) == 39


def test_coming_and_attending_are_as_published() -> None:
    comes = find_habits("festinger-2002").comes
    assert comes is not None
    assert [float(comes.share(days)) for days in (1, 3, 7)] == [0.72, 0.41, 0.38]
    missed = []
    for when in ("before", "after"):
        attends = find_habits(f"molfenter-2013-{when}").attends
        assert attends is not None
        missed.append(round(100 * (1 - attends.usual.value), 1))
    assert missed == [37.4, 19.9]


def test_two_sources_of_returning_to_use_disagree_and_say_so() -> None:
    returned = []
    for name in ("niaaa-return-to-use", "pickens-1985"):
        habits = find_habits(name)
        assert habits.returns_to_use is not None
        returned.append(round(1 - float(habits.returns_to_use.remaining(365)[365]), 2))
        assert any("Another source found" in text for text in habits.left_open)
    assert returned == [0.62, 0.44]
