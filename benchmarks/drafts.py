"""One plan drafted, dated and checked: the shipped Matrix program for the example's patient."""

from datetime import date
from importlib.resources import files

from attrs import evolve
from measure import Case, Contender, Work

from iopkit import (
    Patient,
    Plan,
    Site,
    check,
    draft,
    find_program,
    find_requirements,
    from_json,
    from_toml,
    schedule,
)
from iopkit.checks import Finding

START = date(2026, 1, 5)
EXAMPLES = files("iopkit") / "examples"
PATIENT = from_json(Patient, (EXAMPLES / "patient.json").read_bytes())
# Holidays are left to the cases that are about them.
SITE = evolve(from_toml(Site, (EXAMPLES / "site.toml").read_bytes()), holidays=None)
PROGRAM = find_program("matrix-16-week")
REQUIREMENTS = find_requirements("us-medicare-iop")


def _drafted() -> Plan:
    return draft(PROGRAM, PATIENT, SITE, start=START, seed=1)


def _checked() -> tuple[Finding, ...]:
    return check(schedule(_drafted(), SITE), REQUIREMENTS)


DATED = schedule(_drafted(), SITE)


def _case(name: str, run: Work) -> Case:
    size = f"{DATED.plan.weeks} weeks, {len(DATED.sessions)} sessions"
    return Case(name, size, Contender("iopkit", run, run))


def drafting() -> Case:
    """The program's open times filled in."""
    return _case("draft", _drafted)


def checking() -> Case:
    """A dated plan judged by Medicare's requirements, week by week."""
    return _case("check", lambda: check(DATED, REQUIREMENTS))


def in_all() -> Case:
    """Both, and the sessions dated between them."""
    return _case("plan", _checked)
