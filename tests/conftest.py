"""Hypothesis profiles: ``quick``, or the one that ``HYPOTHESIS_PROFILE`` names."""

import os

from hypothesis import HealthCheck, settings

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
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
