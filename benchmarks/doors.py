"""How long it takes to import iopkit, and a patient, beside what its core depends on."""

import subprocess
import sys

from measure import Case, Contender

CORE = "import attrs, cattrs, dateutil"


def _importing(name: str, script: str, note: str = "") -> Contender:
    def run() -> object:
        return subprocess.run([sys.executable, "-c", script], check=True).returncode

    return Contender(name, run, run, note)


def _case(name: str, script: str) -> Case:
    peer = _importing("attrs", CORE, f"{CORE}, in a fresh process as ours")
    return Case(name, script, _importing("iopkit", script), (peer,), wall=True)


def front() -> Case:
    """The front door."""
    return _case("import", "import iopkit")


def patient() -> Case:
    """One name of one room."""
    return _case("import-patient", "from iopkit.patients import Patient")
