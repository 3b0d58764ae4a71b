"""Kinds of documents whose class needs an extra are known without it, and loaded when asked for."""

import subprocess
import sys
from pathlib import Path

import iopkit
from iopkit.documents.kinds import KINDS
from iopkit.scenarios.habits import Habits

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
sys.modules["numpy"] = None
from iopkit.errors import MissingExtraError
from iopkit.documents import to_json
from iopkit.documents.kinds import KINDS
from iopkit.library import find_habits, find_program, habit_names
to_json(find_program("matrix-16-week"))
print("habits" in KINDS, "iopkit.scenarios" in sys.modules, "festinger-2002" in habit_names())
for ask in (lambda: KINDS["habits"], lambda: KINDS["study"], lambda: find_habits("festinger-2002")):
    try:
        ask()
    except MissingExtraError as error:
        print(error)
"""


def test_documents_need_no_extra_until_habits_are_asked_for() -> None:
    source = str(Path(iopkit.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, source],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    first, *refused = done.stdout.splitlines()
    assert first == "True False True"
    assert refused == ["a scenario needs an extra: pip install 'iopkit[scenarios]'"] * 3


def test_a_class_is_known_by_its_name_and_the_other_way_round() -> None:
    assert len(KINDS) == len({*KINDS}) == len([*KINDS.values()])
    assert [KINDS.name_of(kind) for kind in KINDS.values()] == [*KINDS]
    assert (KINDS.name_of(Habits), KINDS.name_of(int)) == ("habits", None)
    assert KINDS.name_for(Habits("mine", "Mine")) == "habits"
    assert KINDS.name_for(5) is None
