"""Shipped templates of goals are found by name."""

import pytest

from iopkit import UnknownNameError, from_toml
from iopkit.library import find_goal_templates, goal_template_names, goal_template_text
from iopkit.plans import GoalTemplates


@pytest.mark.parametrize("name", goal_template_names())
def test_templates_are_the_document_of_their_name(name: str) -> None:
    found = find_goal_templates(name)
    assert found.name == name
    assert from_toml(GoalTemplates, goal_template_text(name)) == found
    assert goal_template_text(name).isascii()


def test_another_name_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="starting-points"):
        find_goal_templates("starting-point")
