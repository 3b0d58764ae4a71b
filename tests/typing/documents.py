"""What the types of documents say: checked by mypy, never run."""

from typing import assert_type

from iopkit import (
    Patient,
    Plan,
    Policy,
    Program,
    Schedule,
    Site,
    find_program,
    from_json,
    from_toml,
    to_json,
)
from iopkit.documents import predicate_from_json
from iopkit.eligibility import Predicate

# What is read has the class that was asked for.

assert_type(from_json(Patient, "{}"), Patient)
assert_type(from_json(Patient, b"{}"), Patient)
assert_type(from_json(Plan, "{}"), Plan)
assert_type(from_json(Policy, "{}", facts={}), Policy)
assert_type(from_json(Schedule, "{}"), Schedule)
assert_type(from_toml(Site, ""), Site)
assert_type(from_toml(Program, b""), Program)
assert_type(predicate_from_json("{}"), Predicate)
assert_type(find_program("matrix-16-week"), Program)
assert_type(to_json(from_toml(Site, "")), str)

wrong: Site = from_json(Patient, "{}")  # type: ignore[assignment]
from_json("patient", "{}")  # type: ignore[arg-type]
from_json(Patient, {"key": "value"})  # type: ignore[arg-type]
from_json(Patient)  # type: ignore[call-arg]
from_json(Policy, "{}", {})  # type: ignore[call-arg]
from_json(Predicate, "{}")  # type: ignore[arg-type]
from_json(Patient, "{}").name  # type: ignore[attr-defined]
