"""Documents are read quickly first: what is taken then is what the careful reader takes."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit import Decision, InvalidError, Patient, Program, from_json, from_toml, to_json
from iopkit.documents.documents import read_carefully, read_quickly
from iopkit.documents.formats import current_format
from iopkit.documents.kinds import KINDS
from iopkit.documents.parsing import parsed
from iopkit.eligibility import AllOf, AnyFact, OwnFacts, Predicate, facts_with
from iopkit.patients import Instrument, Observation, Screening

KEPT = sorted((Path(__file__).parent.parent / "golden" / "formats").glob("*.json"))
EXAMPLES = files("iopkit") / "templates"
CRAFFT = from_toml(Instrument, (EXAMPLES / "instrument.toml").read_bytes())
OWN = facts_with(
    from_toml(OwnFacts, (EXAMPLES / "facts.toml").read_bytes()).facts, instruments=[CRAFFT]
)
DAY = date(2026, 3, 2)
OBSERVED = Patient(
    UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"),
    screenings=(Screening("crafft", DAY, own=CRAFFT), Screening("phq_9", DAY)),
    observations=(Observation("nights_away", 2, DAY), Observation("commute", "long", DAY)),
)
ASKED = AllOf((OWN["nights_away"] >= 3, OWN["on_probation"].is_known, OWN["age"] >= 18))
Facts = Mapping[str, AnyFact] | None
# What a reader of any leaf may take for another, and what nobody may take.
ODD: list[object] = [
    *(None, True, False, 0, 1, -1, 1.0, 2.5, 10**400, float("nan"), float("inf")),
    *("", "x", "1", "true", "\ud800", "é", "never", "2026-02", "2026-01-05", "18:00", "UTC"),
    *("monday", "monday 09:00", "monday 9:00", "2026-01-05T18:00-06:00[America/Chicago]"),
    *([], {}, [None], [[]], {"type": "not"}, {"type": []}, {"from": 1, "to": "never"}),
]


def outcome(kind: Any, raw: Any, facts: Facts, instruments: Iterable[Instrument]) -> Any:
    """What the quick reader takes; ``None``: nothing. Fail unless the careful one takes it too."""
    given = tuple(instruments)
    before = deepcopy(raw)
    try:
        quick = read_quickly(kind, raw, facts, given)
    except Exception:  # noqa: BLE001  # it may raise anything
        quick = None
    assert repr(raw) == repr(before)
    if quick is not None:
        careful = read_carefully(kind, raw, facts, given, lambda paths: [None] * len(paths))
        assert quick == careful
        assert type(quick) is type(careful)
        assert to_json(quick) == to_json(careful)
    return quick


def steps(part: Any) -> list[tuple[Any, Any]]:
    """Each place within a document: what holds it, and its key or number there."""
    here = [(part, key) for key in (part if isinstance(part, dict) else range(len(part)))]
    held = part.values() if isinstance(part, dict) else part
    return here + [step for one in held if isinstance(one, dict | list) for step in steps(one)]


@st.composite
def changed(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """A document after a change or two: a part left out, added, or put in the place of another."""
    whole = deepcopy(document)
    for _ in range(draw(st.integers(1, 2))):
        places = steps(whole)
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["leave out", "odd", "other", "add"])):
            case "leave out":
                del holder[key]
            case "other":
                other, there = draw(st.sampled_from(places))
                holder[key] = deepcopy(other[there])
            case "add" if isinstance(holder, dict):
                word = draw(st.sampled_from(["type", "label", "weeks_min", "caution", "x"]))
                holder[word] = draw(st.sampled_from(ODD))
            case _:
                holder[key] = draw(st.sampled_from(ODD))
    return whole


SHIPPED = [file for file in KEPT if file.stem != "decision-1-own"]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_what_is_right_is_taken_at_once(file: Path) -> None:
    document = json.loads(file.read_bytes())
    assert outcome(KINDS[document["document"]], document, None, []) is not None


@pytest.mark.parametrize(("kind", "value"), [(Patient, OBSERVED), (Predicate, ASKED)])
@given(data=st.data())
def test_own_facts_and_instruments_are_taken_at_once(
    kind: Any, value: object, data: st.DataObject
) -> None:
    document = json.loads(to_json(value))
    assert outcome(kind, document, OWN, [CRAFFT]) == value
    assert outcome(kind, document, None, []) is None
    outcome(kind, data.draw(changed(document)), OWN, [CRAFFT])


def test_what_toml_says_in_its_own_dates_and_times_is_taken_at_once() -> None:
    for path in EXAMPLES.iterdir():
        if path.name.endswith(".toml") and path.name != "facts.toml":
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            assert outcome(KINDS[document["document"]], document, None, []) is not None


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
@given(data=st.data())
def test_what_is_taken_at_once_is_what_a_careful_look_takes(
    file: Path, data: st.DataObject
) -> None:
    document = json.loads(file.read_bytes())
    outcome(KINDS[document["document"]], data.draw(changed(document)), None, [])


def program(weeks: int = 1, **more: object) -> dict[str, Any]:
    """A document with a service, and whatever else."""
    timing = {"type": "per_week", "times": 3}
    group = {"name": "group", "title": "Group", "modality": "group_therapy", "timing": timing}
    phase = {"name": "all", "title": "All", "weeks": weeks, "services": [group]}
    headers = {"document": "program", "format": current_format("program")}
    return {**headers, "name": "short", "title": "Short", "phases": [phase], **more}


def continued(times: int) -> dict[str, Any]:
    """A program that is continued by another so many times."""
    return program(continuing_care=continued(times - 1)) if times else program()


REFUSED = {
    "a key twice": json.dumps(program()).replace('"weeks"', '"weeks": 1, "weeks"'),
    "a key twice that is written otherwise": json.dumps(program()).replace(
        '"weeks"', '"\\u0077eeks" :1, "weeks"'
    ),
    "a lone surrogate": json.dumps(program(title="\ud800")),
    "a lone surrogate as a key": json.dumps(program(**{"\ud800": 1})),
    "too deep": json.dumps(continued(64)),
    "too large": json.dumps(program(left_open=["x"] * 100_001)),
    "no number": json.dumps(program(weeks=float("nan"))),  # type: ignore[arg-type]
    "true for one": json.dumps(program(weeks=True)),
    "an unknown key": json.dumps(program(note="")),
    "a key less": json.dumps(program()).replace('"title": "Short", ', ""),
    "another key in the place of one": json.dumps(program()).replace(
        '"title": "Sh', '"tytle": "Sh'
    ),
    "a range and an exact number": json.dumps(program()).replace(
        '"times"', '"times_min": 1, "times"'
    ),
    "a list for an object": json.dumps(program(discharge=[])),
    "a text for a list": json.dumps(program(left_open="ab")),
    "an object for a list": json.dumps(program(left_open={"a": 1})),
    "a number for one of several": json.dumps(program(stated=[7])),
    "null for one of several": json.dumps(program()).replace(
        '{"type": "per_week", "times": 3}', "null"
    ),
    "a list for a number": json.dumps(
        program(discharge={"type": "compare", "fact": "weeks_done", "operator": ">=", "value": []})
    ),
    "a newer format": json.dumps(program(format=99)),
    "another kind": json.dumps(program(document="site")),
    "no object": "[]",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_a_careful_look_refuses_is_not_taken_at_once(text: str) -> None:
    with pytest.raises(InvalidError):
        from_json(Program, text)
    with pytest.raises(Exception):  # noqa: B017  # whatever it is
        read_quickly(Program, parsed("JSON", text, masked=False), None, ())


def test_what_does_not_follow_from_the_rest_is_not_taken_at_once() -> None:
    [file] = [file for file in KEPT if file.stem == f"decision-{current_format('decision')}"]
    document = json.loads(file.read_bytes())
    others = {"yes", "no", "unknown"} - {document["verdict"]}
    for other in sorted(others):
        assert outcome(Decision, {**document, "verdict": other}, None, []) is None


def test_what_is_refused_is_told_as_if_nothing_had_been_tried() -> None:
    with pytest.raises(InvalidError) as refused:
        from_json(Patient, to_json(OBSERVED))
    assert refused.value.__context__ is None
    assert refused.value.__cause__ is None
