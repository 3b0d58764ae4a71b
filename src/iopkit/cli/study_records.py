"""What a run of a study writes: tables, the rules as used, and a record that proves it."""

import json
import platform
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from hashlib import sha256
from io import BytesIO
from os.path import relpath
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import polars as pl

from iopkit.cli.files import Answer, UsageError, as_json
from iopkit.cli.study_files import ReadStudy
from iopkit.cli.writing import write_all
from iopkit.documents.classes import writer_of
from iopkit.documents.documents import to_document
from iopkit.documents.indentation import indented
from iopkit.documents.values import is_list, is_object
from iopkit.prose import counted, runs_text
from iopkit.scenarios.capacity import Capacity
from iopkit.scenarios.populations import Population
from iopkit.scenarios.priorities import Priorities
from iopkit.scenarios.results import Results
from iopkit.scenarios.scenarios import Scenario
from iopkit.scenarios.simulation import Figures
from iopkit.sources import Source
from iopkit.version import __version__

RECORD, RULES, FIGURES = "run.json", "rules", "figures"
"""In the folder of a run: its record, the rules as used, and figures that are kept meanwhile."""

_FORMAT = 1
_SHOWN = 12

# Any, in this module: plain JSON values.
Plain = Any


def digest(data: bytes) -> str:
    """What tells whether bytes are the same."""
    return sha256(data).hexdigest()


def people_digest(people: Population) -> str:
    """What tells whether people are the same: who they are, what is known, and how they weigh."""
    told = sha256()
    for part in (people.keys, people.chances):
        told.update(part.astype("<u8").tobytes())
    told.update(people.table.write_ndjson().encode())
    return told.hexdigest()


def rules_of(scenario: Scenario) -> dict[str, dict[str, Plain]]:
    """The documents of what a scenario is made of, by what they are."""
    made = {
        "program": scenario.program,
        "policy": scenario.policy,
        "habits": scenario.habits,
        "site": scenario.site,
    }
    documents = {name: to_document(value) for name, value in made.items() if value is not None}
    documents["capacity"] = writer_of(Capacity)(scenario.capacity)
    if scenario.priorities is not None:
        documents["priorities"] = writer_of(Priorities)(scenario.priorities)
    return documents


def used_by(scenarios: Iterable[Scenario]) -> dict[str, dict[str, str]]:
    """By the name of each scenario, a digest of each of its parts as used."""
    return {
        each.name: {
            **{name: digest(indented(of).encode()) for name, of in rules_of(each).items()},
            "population": people_digest(each.population),
        }
        for each in scenarios
    }


def identity_of(read: ReadStudy, seed: int) -> dict[str, Plain]:
    """What has to be the same for figures to be: the study, the seed, and all as used."""
    study = to_document(read.study)
    asked = {key: value for key, value in study.items() if key not in ("replications", "seed")}
    return {
        "iopkit": __version__,
        "seed": seed,
        "study": asked,
        "used": used_by(read.scenarios),
    }


def differences(was: Plain, now: Plain) -> list[str]:
    """Where two plain values differ, in words."""
    before, after = dict(_leaves(was)), dict(_leaves(now))
    told = [
        f"{path}: {_shown(after.get(path))}, was {_shown(before.get(path))}"
        for path in dict.fromkeys((*before, *after))
        if before.get(path, ...) != after.get(path, ...)
    ]
    more = len(told) - _SHOWN
    return [*told[:_SHOWN], f"and {more:,} more"] if more > 0 else told


def _leaves(value: Plain, path: str = "") -> Iterator[tuple[str, Plain]]:
    if not (is_object(value) or is_list(value)):
        yield path, value
        return
    for key, part in value.items() if is_object(value) else enumerate(value):
        yield from _leaves(part, f"{path}.{key}" if path else str(key))


def _shown(value: Plain) -> str:
    if isinstance(value, str) and len(value) == sha256().digest_size * 2:
        return f"{value[:12]}..."
    return "nothing" if value is None else str(value)


class KeptFigures(MutableMapping[str, Figures]):
    """Figures of jobs that are done, each in a file that is there as a whole or not at all."""

    def __init__(self, out: Path, identity: Mapping[str, Plain]) -> None:
        """Keep figures in a folder, beside what they are of."""
        self._out, self._identity = out, identity

    @property
    def folder(self) -> Path:
        """Where they are."""
        return self._out / FIGURES

    @property
    def begun(self) -> Path:
        """What says of which run they are."""
        return self.folder / "begun.json"

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"

    def __contains__(self, name: object) -> bool:
        return self._path(str(name)).is_file()

    def __getitem__(self, name: str) -> Figures:
        path = self._path(name)
        if not path.is_file():
            raise KeyError(name)
        try:
            with np.load(path, allow_pickle=False) as kept:
                return Figures(kept["totals"], kept["weekly"])
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise UsageError(f"cannot read {path}: take it away, and it is made again") from error

    def __setitem__(self, name: str, figures: Figures) -> None:
        data = BytesIO()
        np.savez(data, totals=figures.totals, weekly=figures.weekly)
        files = {self._path(name): data.getvalue()}
        if not self.begun.is_file():
            files[self.begun] = as_json({"identity": self._identity})
        write_all(files, within=self._out)

    def __delitem__(self, name: str) -> None:
        self._path(name).unlink()

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in sorted(self.folder.glob("*.npz")))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def begin(out: Path, identity: Mapping[str, Plain]) -> KeptFigures:
    """Figures that are kept in a folder of this study, or of none yet.

    Raises:
        UsageError: the folder is of something else, with what differs.
    """
    kept = KeptFigures(out, identity)
    known = [path for path in (kept.begun, out / RECORD) if path.is_file()]
    if not known and any(out.iterdir()):
        raise UsageError(f"{out} is not of a run: move it away, or name another folder")
    for path in known:
        if told := differences(_read(path).get("identity"), dict(identity)):
            raise UsageError(
                "\n  ".join((f"{out} has a run of something else; name another folder:", *told))
            )
    return kept


def finish(out: Path, kept: KeptFigures, files: Mapping[Path, bytes]) -> None:
    """Write what a run came to, and take away what was kept until then; all or nothing."""
    write_all({**files, **dict.fromkeys(kept.folder.iterdir())}, within=out)
    kept.folder.rmdir()


def files_of_run(read: ReadStudy, results: Results, out: Path, *, csv: bool) -> dict[Path, bytes]:
    """All that is written of a finished run."""
    files, rules = _tables(results, csv=csv), dict[str, bytes]()
    made_of = {each.name: _written(each, rules) for each in read.scenarios}
    record = {
        "record": "simulation",
        "format": _FORMAT,
        "identity": identity_of(read, results.seed),
        "versions": versions(),
        "study": {"folder": _relative(read.folder, out), "text": read.text},
        "replications": [*results.replications],
        "rules": made_of,
        "people": {each.name: len(each.population) for each in read.scenarios},
        "sources": [*_sources(read.scenarios)],
        "findings": [str(each) for each in results.findings],
        "outputs": {name: digest(data) for name, data in files.items()},
    }
    files["findings.json"] = as_json({"findings": record["findings"]})
    whole = {**files, **rules, RECORD: as_json(record)}
    return {out / name: data for name, data in whole.items()}


def versions() -> dict[str, str]:
    """What figures are made with."""
    return {
        "iopkit": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "polars": pl.__version__,
    }


def _relative(folder: Path, out: Path) -> str:
    """Where a folder is, from another; as it is on another drive."""
    try:
        return Path(relpath(folder, out)).as_posix()
    except ValueError:
        return folder.resolve().as_posix()


def _tables(results: Results, *, csv: bool) -> dict[str, bytes]:
    files = dict[str, bytes]()
    for name, table in (("totals", results.totals), ("weekly", results.weekly)):
        data = BytesIO()
        table.write_parquet(data)
        files[f"{name}.parquet"] = data.getvalue()
        if csv:
            files[f"{name}.csv"] = table.write_csv().encode()
    return files


def _written(scenario: Scenario, rules: dict[str, bytes]) -> dict[str, str]:
    """The files of a scenario's rules; those that another has as well are written once."""
    names = dict[str, str]()
    for name, document in rules_of(scenario).items():
        data = as_json(document)
        number = 1
        while rules.get(_rule_file(name, number), data) != data:
            number += 1
        names[name] = _rule_file(name, number)
        rules[names[name]] = data
    return names


def _rule_file(name: str, number: int) -> str:
    return f"{RULES}/{name}{'' if number == 1 else f'-{number}'}.json"


def _sources(scenarios: Iterable[Scenario]) -> Iterator[dict[str, Plain]]:
    """What scenarios rest on, each once, with its sources and their days."""
    seen = set[tuple[str, str]]()
    for scenario in scenarios:
        for what, name, title, since, sources in _cited(scenario):
            if (what, name) not in seen:
                seen.add((what, name))
                yield {
                    "what": what,
                    "name": name,
                    "title": title,
                    "since": since,
                    "sources": [
                        {
                            "citation": each.citation,
                            "grade": each.grade.value,
                            "url": each.url,
                            "checked": each.checked and each.checked.isoformat(),
                        }
                        for each in dict.fromkeys(sources)
                    ],
                }


def _cited(
    scenario: Scenario,
) -> Iterator[tuple[str, str, str, str | None, tuple[Source, ...]]]:
    program, policy, habits = scenario.program, scenario.policy, scenario.habits
    yield "program", program.name, program.title, None, program.sources
    if policy is not None:
        version = policy.versions.on(scenario.start, assume_in_force=True)
        yield "policy", policy.name, policy.title, version.since_words, (version.source,)
    yield "habits", habits.name, habits.title, None, habits.sources
    if (first := scenario.priorities) is not None:
        notice = () if first.notice_source is None else (first.notice_source,)
        sources = (*(each.source for each in first.classes), *notice)
        yield "priorities", first.name, first.name, None, sources


def read_record(folder: Path) -> dict[str, Plain]:
    """The record of a finished run; raises ``UsageError`` where there is none."""
    path = folder / RECORD
    record = _read(path)
    if record.get("record") != "simulation" or record.get("format") != _FORMAT:
        raise UsageError(f"{path} is not the record of a run that this iopkit reads")
    return record


def _read(path: Path) -> dict[str, Plain]:
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"cannot read {path}: it is not as a run has left it") from error
    return found if is_object(found) else {}


def cited(record: Mapping[str, Plain]) -> Answer:
    """A sentence that says what a run was of, and BibTeX of what it rests on."""
    identity = record["identity"]
    study, names = identity["study"], [*identity["used"]]
    rests = [_rest(each) for each in record["sources"]]
    sentence = (
        f"We simulated {counted(len(names), 'scenario')} of {study['base']['weeks']} weeks from "
        f"{study['base']['start']} with iopkit {record['versions']['iopkit']} (seed "
        f"{identity['seed']}, {counted(len(record['replications']), 'replication')}: "
        f"{runs_text(record['replications'])}), with {'; '.join(rests)}."
    )
    entries = [*_bibtex(record)]
    return Answer("\n\n".join((sentence, *entries)), {"sentence": sentence, "bibtex": entries})


def _rest(each: Mapping[str, Plain]) -> str:
    """What a run rests on, with the days of its rules."""
    since = f", {each['since']}" if each["since"] else ""
    sources = [
        ", as of ".join(filter(None, (one["citation"], one["checked"]))) for one in each["sources"]
    ]
    told = f" ({'; '.join(sources)})" if sources else " (no source: our own)"
    return f"the {each['what']} {each['title']}{since}{told}"


_BIBTEX = str.maketrans({each: f"\\{each}" for each in "&%$#_{}"} | {"\\": r"\textbackslash{}"})


def _bibtex(record: Mapping[str, Plain]) -> Iterator[str]:
    version = record["versions"]["iopkit"]
    yield _entry(
        "software",
        "iopkit",
        {
            "author": "{The iopkit maintainers}",
            "title": "iopkit",
            "version": _tex(version),
        },
    )
    for rule in record["sources"]:
        for number, source in enumerate(rule["sources"], 1):
            checked = source["checked"] and f"as of {source['checked']}"
            notes = [each for each in (rule["since"], checked) if each]
            yield _entry(
                "misc",
                f"{rule['what']}-{rule['name']}-{number}".replace(" ", "-"),
                {
                    "title": f"{{{_tex(source['citation'])}}}",
                    "url": source["url"],
                    "note": _tex(
                        f"{rule['title']}: {'; '.join(notes)}" if notes else rule["title"]
                    ),
                },
            )


def _tex(text: str) -> str:
    return text.translate(_BIBTEX)


def _entry(kind: str, key: str, fields: Mapping[str, str | None]) -> str:
    told = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join((f"@{kind}{{{key},", *told, "}"))
