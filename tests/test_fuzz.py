"""What is read of changed documents can be used, or is refused in our own words."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(("form", "count"), [("json", 1_000), ("toml", 100)])
def test_what_is_read_of_a_changed_document_can_be_used(form: str, count: int) -> None:
    """By hand it runs with more of another seed: ``python tests/fuzz.py --count 1000000``."""
    script = Path(__file__).with_name("fuzz.py")
    options = ["--seed", "20260105", "--count", str(count), "--only", form]
    command = [sys.executable, str(script), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # ours
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "read and used" in done.stdout
