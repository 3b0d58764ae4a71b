"""What is read of changed texts can be used, or is refused in our own words."""

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import settings

_SCRIPT = Path(__file__).with_name("fuzz.py")


@pytest.mark.parametrize("seed", [20260105, 20260106])
def test_what_is_read_of_a_changed_text_can_be_used(seed: int) -> None:
    """By hand it runs with more of other seeds: ``python tests/fuzz.py --seed 1 --count 1000000``.

    It is in two parts, so that two processes can share it, and is short in a newcomer's first run.
    """
    count = "1000" if settings().max_examples < 10 else "10000"
    command = [sys.executable, str(_SCRIPT), "--seed", str(seed), "--count", count]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # ours
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "read and used" in done.stdout


def test_the_texts_that_are_changed_can_be_used_as_they_are() -> None:
    spec = spec_from_file_location("fuzz", _SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    fuzz = module_from_spec(spec)
    spec.loader.exec_module(fuzz)
    [of_own_facts] = fuzz.refused_uses()
    assert of_own_facts.startswith("decision: decision document: 2 problems")
