"""A study from its file, and where its names lead: its own folder first, then what is shipped."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import polars as pl
from attrs import evolve

from iopkit.cli.files import (
    STANDARD_INPUT,
    Found,
    Own,
    UsageError,
    find_document,
    is_file_name,
    read_document,
)
from iopkit.confidential import hidden
from iopkit.documents.lines import find_lines
from iopkit.documents.parsing import parsed, text_of
from iopkit.eligibility.predicates import AnyFact
from iopkit.errors import Fault, InvalidError
from iopkit.fields import frozen
from iopkit.library.priorities import INJECTS_DRUGS
from iopkit.library.study_names import ShippedNames
from iopkit.scenarios.populations import Population
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.study import Study
from iopkit.scenarios.study_base import StudyPeople
from iopkit.scenarios.study_names import wrong_names

T = TypeVar("T")

_TABLES: Mapping[str, Callable[[bytes], pl.DataFrame]] = {
    ".csv": partial(pl.read_csv, infer_schema_length=None),
    ".json": pl.read_json,
    ".parquet": pl.read_parquet,
}


@frozen(repr=False)
class FolderNames:
    """Where a study's names lead: those that end as files do into its folder."""

    folder: Path
    own: Own

    @property
    def facts(self) -> tuple[AnyFact, ...]:
        """The user's own facts, and what shipped priorities ask about beside the shipped facts."""
        asked = INJECTS_DRUGS.fact
        return tuple(({asked.name: asked} | dict(self.own.facts or {})).values())

    def value(self, kind: type[T], name: str) -> T:
        """What a name stands for."""
        if is_file_name(name):
            return read_document(kind, self.folder / name, self.own)
        return ShippedNames().value(kind, name)

    def people(self, asked: StudyPeople, others: Sequence[str]) -> Population:
        """The people that are asked for, from a table or drawn from published counts."""
        path = self.folder / asked.name
        if path.suffix not in _TABLES:
            return ShippedNames().people(asked, others)
        if asked.count is not None:
            fault = Fault(("count",), "none, as all of a file are taken", str(asked.count))
            raise InvalidError("people", [fault])
        try:
            frame = _TABLES[path.suffix](path.read_bytes())
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}") from error
        except pl.exceptions.PolarsError as error:
            # What it says may be of people.
            raise UsageError(f"cannot read {path}: it is no table of its kind") from error
        return Population.of(
            frame,
            key=asked.key,
            weight=asked.weight,
            strata=asked.strata,
            others=others,
            facts=self.facts,
        )

    __repr__ = hidden


@frozen(repr=False)
class ReadStudy:
    """A study, its text and folder, and the scenarios that it stands for."""

    study: Study
    text: str
    folder: Path
    scenarios: tuple[Scenario, ...]

    __repr__ = hidden


def read_study(path: Path, own: Own) -> ReadStudy:
    """The study in a file; raises ``UsageError`` with all that is wrong, and where."""
    found = find_document(path)
    if found.kind != "study":
        raise UsageError(f"{path}: expected a study, found a document of the kind {found.kind}")
    folder = Path() if path == STANDARD_INPUT else path.parent
    return study_of(found, folder, own, name=str(path))


def study_of(found: Found, folder: Path, own: Own, *, name: str) -> ReadStudy:
    """A study that was found in a file, with its scenarios; raises as ``read_study``."""
    names = FolderNames(folder, own)
    text = text_of(found.language, found.data)
    try:
        study: Study = found.read(own)
    except InvalidError as error:
        told = {fault.path: fault for fault in error.faults}
        more = wrong_names(parsed(found.language, text, masked=False), names)
        faults = [*error.faults, *(fault for fault in more if fault.path not in told)]
        raise UsageError(f"{name}: {_on_lines(error.what, faults, found, text)}") from None
    try:
        scenarios = study.scenarios(find=names, facts=names.facts)
    except InvalidError as error:
        told_all = _on_lines(error.what, error.faults, found, text)
        raise UsageError(f"{name}: {told_all}") from None
    return ReadStudy(study, text, folder, scenarios)


def _on_lines(what: str, faults: Sequence[Fault], found: Found, text: str) -> InvalidError:
    """The same faults with their lines, in their order."""
    lines: Sequence[int | None] = [None] * len(faults)
    with suppress(InvalidError):
        lines = find_lines(text, found.language, [fault.path for fault in faults])
    located = [
        evolve(fault, line=fault.line or line) for fault, line in zip(faults, lines, strict=True)
    ]
    return InvalidError(what, sorted(located, key=lambda fault: fault.line or 0))
