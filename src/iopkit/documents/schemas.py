"""JSON Schema of our documents, from the classes and the leaves that are read."""

from collections.abc import Callable, Mapping
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin

import attrs

from iopkit.documents.classes import (
    EXPLAINS,
    derived_of,
    is_many,
    is_union,
    members_of,
    tagged,
    writer_of,
)
from iopkit.documents.documents import form_of, name_of, subject_of
from iopkit.documents.formats import current_format
from iopkit.documents.kinds import KINDS
from iopkit.documents.values import (
    Facts,
    Raw,
    fact_leaf,
    facts_for,
    instrument_leaf,
    is_fact,
    leaf_of,
)
from iopkit.errors import UnknownNameError
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.instruments import Instrument
from iopkit.programs.progress import SERVICE_FACT_NAMES, CourseFacts

_Schema = dict[str, Raw]


# Any: plain JSON values of any type.
def json_schema(kind: type[object] | str, *, facts: Facts | None = None) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind of document, for editors.

    It has the keys of each object, what is required, and the form of every value. What has to
    hold between values, such as that an end comes after its start, only reading finds.

    Args:
        kind: a class that documents are of, or what its documents call themselves.
        facts: the facts by name that predicates may ask about, if not the shipped ones.

    Raises:
        TypeError: there are no documents of that class.
        UnknownNameError: there are no documents of that name.

    Example:
        >>> json_schema("site")["required"]
        ['document', 'format', 'name', 'zone', 'hours']
    """
    name = kind if isinstance(kind, str) else name_of(kind)
    if name not in KINDS:
        raise UnknownNameError("kind of document", name, KINDS)
    headers: _Schema = {"document": name, "format": current_format(name)}
    root = form_of(KINDS[name])
    about = subject_of(name)
    schemas = _Schemas(about.facts if facts is None else about.among(facts))
    if attrs.has(root):
        body = schemas.of_class(root, headers)
    else:
        kinds = tagged(root).items()
        body = {"oneOf": [schemas.of_class(one, {**headers, "type": tag}) for tag, one in kinds]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{name} document of iopkit",
        **body,
        "$defs": schemas.named,
    }


class _Schemas:
    """Schemas of what a document holds; those with a name are kept to be referred to."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.named: _Schema = {}

    def of(self, kind: Any) -> _Schema:
        """The schema of values of a type."""
        if is_fact(kind):
            facts = facts_for(kind, self._facts)
            name = "Fact" if facts is self._facts else "PatientFact"
            return self._reference(name, lambda: _of_facts(facts, kind))
        if kind is Instrument:
            return _of_leaf(instrument_leaf(INSTRUMENTS), kind)
        if leaf := leaf_of(kind):
            schema = _of_leaf(leaf, kind)
            if not (isinstance(kind, type) and issubclass(kind, Enum)):
                return schema
            return self._reference(kind.__name__, lambda: {**schema, **_summary(kind)})
        if is_union(kind):
            return self._of_union(kind)
        if is_many(kind):
            return {"type": "array", "items": self.of(get_args(kind)[0])}
        if get_args(kind):  # generic, and so without a name of its own
            return self.of_class(kind, {})
        return self._reference(kind.__name__, lambda: self.of_class(kind, {}))

    def of_class(self, kind: Any, constants: Mapping[str, Raw]) -> _Schema:
        """The schema of an object with a class's fields, and some keys with one value each."""
        members, derived = members_of(kind), derived_of(kind)
        properties: _Schema = {key: {"const": value} for key, value in constants.items()}
        for member in (*members, *derived):
            properties[member.key] = self.of(member.kind)
        for member in derived:
            if member.name in EXPLAINS:
                properties[member.key] = _or_null(properties[member.key])
        for member in members:
            if member.default not in (None, attrs.NOTHING):
                default = writer_of(member.kind)(member.default)
                properties[member.key] = {**properties[member.key], "default": default}
        return {
            **_summary(kind),
            "type": "object",
            "properties": properties,
            "required": [
                *constants,
                *(member.key for member in members if member.default is attrs.NOTHING),
                *(member.key for member in derived if NoneType not in get_args(member.kind)),
            ],
            "additionalProperties": False,
        }

    def _of_union(self, union: Any) -> _Schema:
        others = [kind for kind in get_args(union) if kind is not NoneType]
        if len(others) == 1:
            schema = self.of(others[0])
        elif classes := tagged(union):
            schema = {"oneOf": [self._of_tagged(*item) for item in classes.items()]}
        else:
            schema = {"anyOf": [self.of(kind) for kind in others]}
        return _or_null(schema) if NoneType in get_args(union) else schema

    def _of_tagged(self, tag: str, kind: Any) -> _Schema:
        return self._reference(tag, lambda: self.of_class(kind, {"type": tag}))

    def _reference(self, name: str, schema: Callable[[], _Schema]) -> _Schema:
        if name not in self.named:
            self.named[name] = {}  # the class may hold others of its own
            self.named[name] = schema()
        return {"$ref": f"#/$defs/{name}"}


def _of_leaf(leaf: Any, kind: Any) -> _Schema:
    return {"description": leaf.expected(kind), **leaf.schema(kind)}


def _of_facts(facts: Facts, kind: Any) -> _Schema:
    schema = _of_leaf(fact_leaf(facts), kind)
    if not isinstance(facts, CourseFacts):
        return schema
    of_service: Raw = {"type": "string", "pattern": f"^{SERVICE_FACT_NAMES}$"}
    return {"description": schema.pop("description"), "anyOf": [schema, of_service]}


def _or_null(schema: _Schema) -> _Schema:
    match schema:
        case {"type": one}:
            return {**schema, "type": [one, "null"]}
        case _:
            return {"anyOf": [schema, {"type": "null"}]}


def _summary(kind: Any) -> _Schema:
    """The first line of a class's docstring, as a description; none where Python drops them."""
    text: str | None = (get_origin(kind) or kind).__doc__  # ``None`` with ``-OO``
    return {"description": text.partition("\n")[0].replace("``", "`")} if text else {}
