"""Limits for 95 % hold the truth about as often, in tiny studies that are simulated."""

from pathlib import Path
from runpy import run_path

import pytest

# Runs what others run, many times over.
pytestmark = pytest.mark.no_cover


def test_limits_of_100_tiny_studies_hold_the_truth() -> None:
    script = run_path(str(Path(__file__).parents[2] / "benchmarks" / "coverage.py"))
    found = script["covered"](range(100))
    assert len(found) == 3
    assert {which: count for which, count in found.items() if not 88 <= count <= 99} == {}
