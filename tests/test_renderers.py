"""What shows values to people, and does not ask for their repr, shows nothing of a patient."""

import io
import json
import logging
import re
import subprocess
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from pathlib import Path
from pprint import pformat
from types import FrameType
from typing import Any
from uuid import UUID

import attrs
import pytest
import structlog
from attrs import evolve
from hypothesis.vendor.pretty import pretty
from loguru import logger
from rich.console import Console
from rich.pretty import pretty_repr
from rich.traceback import Traceback

from iopkit import Site, WeeklyWindows, draft, find_policy, find_program, schedule
from iopkit.confidential import hidden
from iopkit.groups import Candidate, GroupDose
from iopkit.levels import LevelOfCare
from iopkit.library import find_requirements
from iopkit.patients import (
    Assessment,
    Consent,
    MentalDisorder,
    Obligation,
    ObligationKind,
    Patient,
    SubstanceUseDisorder,
    Treatment,
)
from iopkit.programs import Program, Service, Slot, Weekly
from iopkit.requirements import Milestone
from iopkit.windows import Weekday

KEY = UUID("3d1c2a57-6f7c-4e0b-8a52-94f7f2d1c0be")
MON = Weekday.MONDAY

PATIENT = Patient(
    key=KEY,
    birth_date=date(1947, 10, 29),
    diagnoses=(SubstanceUseDisorder(code="F11.20"), MentalDisorder(code="F68.8ZQ")),
    assessments=(Assessment(date(2030, 12, 29), dangerous=False),),
    treatments=(Treatment(LevelOfCare("3.7"), date(2030, 11, 27)),),
    consents=(Consent(discloser="zqdiscloser", recipients=("zqrecipient",)),),
    obligations=(Obligation(ObligationKind.WORK, WeeklyWindows.of("monday 13:37-15:11")),),
    availability=WeeklyWindows.of(*(f"{day.title} 08:53-20:41" for day in Weekday)),
)
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
PLAN = draft(find_program("matrix-16-week"), PATIENT, SITE, start=date(2031, 1, 13), seed=3)
TAILORED = evolve(
    PLAN.program.services[0] if PLAN.program.services else PLAN.program.phases[0].services[0],
    timing=Weekly((Slot(MON, time(11, 43)),)),
)
VALUES: dict[str, Any] = {
    "patient": PATIENT,
    "parts": [PATIENT.diagnoses, PATIENT.treatments, PATIENT.availability],
    "windows": PATIENT.availability,
    "window": PATIENT.availability.windows[0] if PATIENT.availability else None,
    "levels": {"past": [past.level for past in PATIENT.treatments or ()]},
    "plan": PLAN,
    "program": PLAN.program,
    "service": TAILORED,
    "slot": TAILORED.timing,
    "schedule": schedule(PLAN, SITE),
    "decision": find_policy("us-medicare-iop").decide(PATIENT, on=date(2031, 1, 13)),
    "candidate": Candidate(KEY, (GroupDose("zqgroup", 2),), PATIENT.availability),
}
ELSE = evolve(PATIENT, birth_date=date(1947, 10, 30))

SECRETS = re.compile(
    r"1947|F11\.20|F68|zq[a-z]+|13:37|13, 37|\(817,|08:53|8, 53|\(533,|11:43|11, 43|'3\.7'"
    r"|2030-1|2030, 1[12]|3d1c2a57|2031-|2031, \d|\bdangerous=",
)


def found_in(text: str) -> set[str]:
    return set(SECRETS.findall(re.sub(r"\x1b\[[\d;]*m", "", text)))


def test_the_search_finds_what_is_shown() -> None:
    shown = repr(
        [PATIENT.birth_date, KEY, PATIENT.treatments[0].start if PATIENT.treatments else 0]
    )
    assert found_in(shown) == {"1947", "3d1c2a57", "2030, 11"}


def failing(**local: Any) -> Any:
    """An error raised where patients are in the caller's variables."""
    nested = {"in": [local, *local.values()]}
    assert nested
    raise LookupError("nothing of that kind")


def caught() -> LookupError:
    try:
        failing(**VALUES)
    except LookupError as error:
        return error
    raise AssertionError


# rich


@pytest.mark.parametrize("name", VALUES)
def test_rich_shows_no_fields(name: str) -> None:
    assert found_in(pretty_repr(VALUES[name], expand_all=True)) == set()
    out = io.StringIO()
    console = Console(file=out, width=200)
    console.print(VALUES[name], [VALUES[name]])
    assert out.getvalue()
    assert found_in(out.getvalue()) == set()


def test_rich_shows_the_class_and_what_the_key_is_called_in_logs() -> None:
    key = repr(PATIENT).partition("#")[2].removesuffix(")")
    assert pretty_repr([PATIENT, PATIENT.availability]) == f"[Patient('#{key}'), WeeklyWindows()]"


# Hypothesis, and IPython, which asks in the same way


@pytest.mark.parametrize("name", VALUES)
def test_hypothesis_shows_no_fields(name: str) -> None:
    assert found_in(pretty([VALUES[name]])) == set()
    assert pretty(VALUES[name])


def test_tracebacks_of_rich_show_no_locals_of_a_patient() -> None:
    error = caught()
    out = io.StringIO()
    shown = Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=True, locals_max_length=10_000
    )
    Console(file=out, width=200).print(shown)
    assert "Patient" in out.getvalue()
    assert found_in(out.getvalue()) == set()


# structlog and loguru


def test_structlog_with_locals_shows_nothing() -> None:
    told: list[str] = []
    for use_rich in (True, False):
        transform = structlog.tracebacks.ExceptionDictTransformer(
            show_locals=True, use_rich=use_rich, locals_max_length=10_000, locals_max_string=10_000
        )
        told.append(json.dumps(transform((LookupError, caught(), caught().__traceback__))))
    out = io.StringIO()
    structlog.dev.RichTracebackFormatter(show_locals=True)(
        out, (LookupError, caught(), caught().__traceback__)
    )
    render = structlog.dev.ConsoleRenderer(colors=False)
    told += [out.getvalue(), str(render(None, "info", {"event": "seen", **VALUES}))]

    for text in told:
        assert "Patient" in text
        assert found_in(text) == set()


@pytest.mark.parametrize("serialize", [False, True])
def test_loguru_with_locals_shows_nothing(serialize: bool) -> None:
    out = io.StringIO()
    sink = logger.add(out, diagnose=True, backtrace=True, serialize=serialize, level=0)
    try:
        logger.opt(exception=caught()).error("failed with {}", PATIENT)
        # As JSON, loguru writes what is bound with ``str``: that of windows is their text.
        untold = {name: of for name, of in VALUES.items() if "window" not in name}
        logger.bind(**{**untold, "parts": ()}).info("seen {}", [*VALUES.values()])
    finally:
        logger.remove(sink)

    assert "Patient" in out.getvalue()
    assert found_in(out.getvalue()) == set()


def test_plain_logging_and_pprint_show_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("iopkit").error("%s", VALUES, exc_info=caught())
    assert found_in(caplog.text + pformat(VALUES)) == set()


# Collectors of errors


def frames(error: BaseException) -> Iterator[FrameType]:
    for frame, _ in traceback.walk_tb(error.__traceback__):
        yield frame


def collected(value: object, depth: int = 3) -> Iterator[str]:
    """A value as collectors have it: what is in it, its attributes if it has any, its repr."""
    if depth and isinstance(value, Mapping):
        for part in value.values():
            yield from collected(part, depth - 1)
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        for part in value:
            yield from collected(part, depth - 1)
    elif depth and hasattr(value, "__dict__") and not isinstance(value, (type, Callable)):  # type: ignore[arg-type]
        yield from collected(vars(value), depth - 1)
    yield repr(value)


def test_collectors_that_take_locals_show_nothing_of_a_patient() -> None:
    error = caught()
    took = traceback.TracebackException.from_exception(error, capture_locals=True)
    inside = [
        text
        for frame in frames(error)
        if frame.f_code.co_name == "failing"
        for local in frame.f_locals.values()
        for text in collected(local)
    ]

    assert any("Patient(" in text for text in inside)
    assert found_in("".join(took.format())) == set()
    assert found_in("\n".join(inside)) == set()


@pytest.mark.parametrize("name", VALUES)
def test_a_value_has_no_attributes_that_a_collector_could_list(name: str) -> None:
    assert not hasattr(VALUES[name], "__dict__") or isinstance(VALUES[name], (list, dict))


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda: evolve(PATIENT, availability="zqtext"), id="another type"),  # type: ignore[arg-type]
        pytest.param(lambda: evolve(PATIENT, supports=["zqtext"]), id="within a list"),  # type: ignore[arg-type]
        pytest.param(lambda: WeeklyWindows.of("monday 13:37-99:99"), id="windows"),
        pytest.param(lambda: WeeklyWindows.of("zqday 13:37-14:00"), id="a weekday"),
        pytest.param(lambda: WeeklyWindows(((817, 533),)), id="spans"),
        pytest.param(lambda: Slot.parse("zqday 13:37"), id="a slot"),
        pytest.param(lambda: Slot(MON, time(13, 37, 11)), id="a time with seconds"),
        pytest.param(lambda: LevelOfCare("zqlevel"), id="a level"),
        pytest.param(lambda: LevelOfCare.parse("zqlevel"), id="a level's text"),
    ],
)
def test_an_error_says_nothing_of_what_it_refuses(build: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="1 problem") as error:
        build()

    shown = "".join(traceback.format_exception_only(error.value))
    assert found_in(shown.replace("17:30", "") + repr(error.value.args)) == set()


# pytest


def test_pytest_explains_no_difference_by_its_fields(tmp_path: Path) -> None:
    here = Path(__file__)
    (tmp_path / "test_them.py").write_text(
        textwrap.dedent(
            f"""
            import sys
            sys.path.insert(0, {str(here.parent)!r})
            from {here.stem} import ELSE, PATIENT, PLAN, SITE, VALUES, evolve, time
            from iopkit.programs import Slot

            def test_one():
                own = VALUES
                assert PATIENT == ELSE

            def test_list():
                assert [PATIENT] == [ELSE]

            def test_dict():
                assert {{"a": PATIENT, "b": 1}} == {{"a": ELSE, "b": 1}}

            def test_set():
                assert {{PATIENT}} == {{ELSE}}

            def test_plan():
                assert PLAN == evolve(PLAN, seed=4)

            def test_program():
                assert PLAN.program == evolve(PLAN.program, title="Another")

            def test_windows():
                assert PATIENT.availability == ~PATIENT.availability

            def test_slot():
                assert VALUES["slot"] == evolve(VALUES["slot"], slots=(Slot(3, time(11, 43)),))
            """
        ),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-vv", "--showlocals", "-p", "no:cacheprovider", tmp_path],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
        cwd=tmp_path,
    )
    # The source of the failing line is the caller's own.
    lines = [line for line in done.stdout.splitlines() if not line.startswith(("    ", ">"))]
    assert "8 failed" in done.stdout, done.stdout
    assert "Patient(#" in done.stdout
    assert found_in("\n".join(lines)) == set()


def test_no_confidential_class_can_be_compared_field_by_field() -> None:
    for kind in (Patient, Program, Service, Slot, WeeklyWindows, Milestone, type(PLAN)):
        assert kind.__repr__ is hidden
        assert [field.name for field in attrs.fields(kind) if field.repr] == []
        assert "attrs generated" not in kind.__eq__.__code__.co_filename
    requirements = find_requirements("us-medicare-iop")
    assert any(field.repr for field in attrs.fields(type(requirements)))
