"""Hypothesis profiles: ``quick``, or the one that ``HYPOTHESIS_PROFILE`` names."""

import os

import pytest
from hypothesis import HealthCheck, Phase, is_hypothesis_test, settings

_UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large]

# The same examples in every run, so that a change is judged by what it changed.
settings.register_profile(
    "quick",
    derandomize=True,
    deadline=None,
    max_examples=30,
    suppress_health_check=_UNHURRIED,
)
# Other examples in every run; what fails is kept in .hypothesis and tried first.
settings.register_profile(
    "deep",
    deadline=None,
    max_examples=2000,
    print_blob=True,
    suppress_health_check=_UNHURRIED,
)
# Whether a mutant is caught, and not by how simple an example.
settings.register_profile(
    "mutation",
    settings.get_profile("quick"),
    phases=[Phase.explicit, Phase.generate],
)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For mutants, the quick tests first: the first one that fails is the last one to run."""
    if PROFILE == "mutation":
        items.sort(key=lambda item: is_hypothesis_test(getattr(item, "obj", None)))
