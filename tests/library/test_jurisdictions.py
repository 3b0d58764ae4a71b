"""Adding a jurisdiction to what is shipped takes one file and one line."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import iopkit
from iopkit.library import CODINGS, POLICIES, RATES, REQUIREMENTS
from iopkit.library.jurisdictions import SHELF

PACKAGE = Path(iopkit.__file__).parent
OREGON = '''"""Oregon, made up."""

from datetime import date

from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.policies import Criterion, Policy
from iopkit.library.rule_forms import in_force_since, weekly_hours
from iopkit.library.shipped import Shipped
from iopkit.requirements.requirements import RequirementSet
from iopkit.sources import Dated, Grade, Source, Versions

_RULE = Source("A made-up rule of Oregon", Grade.SECONDARY)

US_OR_IOP_POLICY = Policy(
    "us-or-iop",
    "Oregon, made up",
    Versions(
        (Dated(date(2026, 1, 1), (Criterion("age", "Adults.", FACTS["age"] >= 18, _RULE),), _RULE),)
    ),
)
US_OR_IOP_REQUIREMENTS = RequirementSet(
    "us-or-iop",
    "Oregon, made up",
    in_force_since(date(2026, 1, 1), _RULE, weekly_hours("At least 9.", _RULE, least=9)),
)

SHIPPED = Shipped(policies=(US_OR_IOP_POLICY,), requirements=(US_OR_IOP_REQUIREMENTS,))
'''


def test_a_file_and_a_line_are_all_that_a_new_state_takes(tmp_path: Path) -> None:
    package = tmp_path / "iopkit"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "library" / "us_oregon.py").write_text(OREGON, encoding="utf-8")
    listed = package / "library" / "jurisdictions.py"
    text = listed.read_text(encoding="utf-8")
    listed.write_text(
        text.replace('    "us_texas",\n', '    "us_oregon",\n    "us_texas",\n'), encoding="utf-8"
    )

    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from iopkit.cli import main\n"
        "main(['show', 'us-or-iop']); main(['list', 'policies'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    assert "policy us-or-iop: Oregon, made up" in done.stdout
    assert "at least 9 h" in done.stdout
    assert "\nus-or-iop " in done.stdout


@pytest.mark.parametrize("shipped", [POLICIES, REQUIREMENTS, CODINGS, RATES])
def test_what_is_shipped_is_in_the_order_of_names(shipped: tuple[object, ...]) -> None:
    names = [getattr(one, "name") for one in shipped]  # noqa: B009  # of several classes

    assert names == sorted(set(names))


def test_each_file_of_the_list_ships_something() -> None:
    for each in SHELF:
        assert any((each.policies, each.requirements, each.codings, each.rates))
