"""Continuing care is a plan of its own that follows another."""

from datetime import date, timedelta
from importlib.resources import files
from uuid import UUID

import pytest
from attrs import evolve

from iopkit import Patient, Plan, Site, draft, find_program, from_json, from_toml, schedule
from iopkit.errors import InvalidError
from iopkit.levels import LevelOfCare
from iopkit.patients import Treatment
from iopkit.plans import NoteSubject, Preferences, continue_care

START = date(2026, 2, 2)
EXAMPLES = files("iopkit") / "examples"
STAY = Treatment(LevelOfCare("3.5"), date(2026, 1, 1), date(2026, 1, 30))
PATIENT = evolve(from_json(Patient, (EXAMPLES / "patient.json").read_bytes()), treatments=(STAY,))
SITE = from_toml(Site, (EXAMPLES / "site.toml").read_bytes())
PLAN = draft(find_program("matrix-16-week"), PATIENT, SITE, start=START, seed=5)


def test_it_begins_on_the_day_after_and_is_of_the_program_that_follows() -> None:
    after = continue_care(PLAN, PATIENT, SITE)
    assert after.start == PLAN.end
    assert after.program.name == "matrix-continuing-care"
    assert (after.key == PLAN.key, after.patient, after.seed) == (False, PLAN.patient, PLAN.seed)
    assert schedule(after, SITE).sessions


def test_it_is_drafted_as_any_other() -> None:
    start = PLAN.end + timedelta(days=10)
    wanted = Preferences(longest_gap=6)
    after = continue_care(
        PLAN, PATIENT, SITE, start=start, phase_weeks={"continuing-care": 34}, preferences=wanted
    )
    assert (after.start, after.weeks) == (start, 34)
    assert NoteSubject.PREFERENCE_NOT_KEPT in {note.matter for note in after.notes}


def test_what_was_needed_on_admission_is_not_held_against_it() -> None:
    before = {note.matter for note in PLAN.notes}
    assert {NoteSubject.HOURS_BELOW_NEED, NoteSubject.STEP_DOWN} <= before
    assert PLAN.left_care == date(2026, 1, 30)
    after = continue_care(PLAN, PATIENT, SITE)
    assert after.left_care is None
    assert {note.matter for note in after.notes} == {
        NoteSubject.WEEKS_CHOSEN,
        NoteSubject.JUDGED_BY_NO_POLICY,
    }


@pytest.mark.parametrize(
    ("plan", "patient", "site", "start", "path"),
    [
        pytest.param(
            PLAN,
            evolve(PATIENT, key=UUID(int=1 << 78 | 1 << 63, version=4)),
            SITE,
            None,
            "patient",
            id="patient",
        ),
        pytest.param(PLAN, PATIENT, evolve(SITE, name="Oak"), None, "site", id="site"),
        pytest.param(PLAN, PATIENT, SITE, PLAN.end - timedelta(days=1), "start", id="start"),
        pytest.param(
            evolve(PLAN, program=evolve(PLAN.program, continuing_care=None)),
            PATIENT,
            SITE,
            None,
            "plan",
            id="none",
        ),
        pytest.param(PLAN.program, PATIENT, SITE, None, "plan", id="no-plan"),
    ],
)
def test_what_does_not_follow_is_refused(
    plan: Plan, patient: Patient, site: Site, start: date | None, path: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        continue_care(plan, patient, site, start=start)
    assert caught.value.faults[0].path == (path,)
