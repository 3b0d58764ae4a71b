"""Sheets: the checklists that journals ask for, filled from a study, with its gaps left as gaps.

The words for each item are our own and short; the checklists themselves say more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

import polars as pl

from iopkit.errors import UnknownNameError, refuse, unless_a
from iopkit.fields import frozen
from iopkit.prose import counted, printable
from iopkit.sources import Grade, Source
from iopkit.studies import sheet_answers as of
from iopkit.studies.estimates import sentences, shown_in_notebooks
from iopkit.studies.samples import name_among
from iopkit.studies.sheet_answers import StudyParts

SheetName: TypeAlias = Literal["stress-des", "ispor-smdm", "cheers-2022"]
_Part: TypeAlias = Callable[[StudyParts], Iterator[str]]


@frozen
class SheetItem:
    """One item of a checklist: what is known, in sentences, and what is left for people to say.

    ``said`` is what people have said. ``left`` is empty where nothing is left.
    """

    number: str
    section: str
    topic: str
    known: tuple[str, ...]
    left: str
    said: str

    @property
    def is_gap(self) -> bool:
        """Whether nothing is said at all."""
        return not self.texts

    @property
    def is_partial(self) -> bool:
        """Whether something is said, and something left."""
        return bool(self.texts and self.left)

    @property
    def is_filled(self) -> bool:
        """Whether nothing is left."""
        return not self.left

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is said."""
        return (*self.known, self.said) if self.said else self.known

    def __str__(self) -> str:
        left = [f"LEFT: {self.left}."] if self.left else []
        return f"{self.number} {self.topic}: {' '.join([*self.texts, *left])}"


@frozen
class ReportingSheet:
    """A checklist, item by item; printed, it reads as lines, and ``markdown`` goes with a paper."""

    name: str
    title: str
    source: Source
    items: tuple[SheetItem, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        """The numbers of the items of which nothing is said."""
        return tuple(item.number for item in self.items if item.is_gap)

    @property
    def words(self) -> str:
        """How much of it is filled, in a sentence."""
        filled, partial = (
            sum(flags)
            for flags in (
                [item.is_filled for item in self.items],
                [item.is_partial for item in self.items],
            )
        )
        return (
            f"Of {counted(len(self.items), 'item')} {filled} are filled, {partial} in part, and "
            f"{counted(len(self.gaps), 'gap')} left."
        )

    @property
    def table(self) -> pl.DataFrame:
        """A row for each item."""
        return pl.DataFrame(
            [
                {
                    "number": item.number,
                    "section": item.section,
                    "topic": item.topic,
                    "state": "gap" if item.is_gap else "part" if item.is_partial else "filled",
                    "text": "\n".join(item.texts),
                    "left": item.left,
                }
                for item in self.items
            ]
        )

    @property
    def markdown(self) -> str:
        """The sheet as a page of Markdown."""
        lines = [f"# {_plain(self.title)}", "", _plain(f"{self.source}."), "", self.words]
        for section, items in groupby(self.items, key=lambda item: item.section):
            lines += ["", f"## {_plain(section)}", ""]
            for item in items:
                left = f" *Left: {_plain(item.left)}.*" if item.left else ""
                lines.append(f"- **{item.number}** {_plain(item.topic)}.{left}")
                lines += [f"  - {_plain(text)}" for text in item.texts]
        return "\n".join(lines) + "\n"

    def __str__(self) -> str:
        return sentences([f"{self.title}. {self.words}", *map(str, self.items)])

    def __repr__(self) -> str:
        return f"ReportingSheet({self.name!r}, {counted(len(self.gaps), 'gap')})"

    def _repr_html_(self) -> str:
        return shown_in_notebooks(self.table)


_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|"})


def _plain(text: str) -> str:
    """A text that Markdown takes as it is, on one line."""
    return printable(text).translate(_MARKS)


def reporting_sheet(
    name: SheetName, study: StudyParts, *, said: Mapping[str, str] = MappingProxyType({})
) -> ReportingSheet:
    """A checklist filled from what a study has to tell; what it does not tell stays a gap.

    ``stress-des`` is for simulations of queues, ``ispor-smdm`` for models in health care and
    ``cheers-2022`` for economic evaluations.

    Args:
        said: what people say of an item, by its number; it goes beside what is known.

    Raises:
        UnknownNameError: there is no such sheet, or item.
        InvalidError: what is said is no text.
    """
    title, source, sections = _SHEETS[name_among(_SHEETS, "sheet", name)]
    numbers = [one.number for _, asked in sections for one in asked]
    for number, text in said.items():
        if number not in numbers:
            raise UnknownNameError(f"item of {name}", number, numbers)
        refuse("sheet", unless_a(text, number, str))
    return ReportingSheet(
        name,
        title,
        source,
        tuple(
            _answered(one, section, study, said.get(one.number, "").strip())
            for section, asked in sections
            for one in asked
        ),
    )


class _Asked(NamedTuple):
    """What an item asks, what of a study answers it, and what people have to say of it.

    ``enough`` if what the study tells is all of it, where it tells something.
    """

    number: str
    topic: str
    parts: Sequence[_Part]
    left: str
    enough: bool = False


def _answered(asked: _Asked, section: str, study: StudyParts, said: str) -> SheetItem:
    known = tuple(text for part in asked.parts for text in part(study))
    left = "" if said or (known and asked.enough) else asked.left
    return SheetItem(asked.number, section, asked.topic, known, left, said)


_Sections: TypeAlias = tuple[tuple[str, tuple[_Asked, ...]], ...]

_STRESS: _Sections = (
    (
        "Objectives",
        (
            _Asked("1.1", "What the model is for", (), "background and aims"),
            _Asked(
                "1.2",
                "Outputs and their errors",
                (of.measures, of.errors_of_means),
                "outputs",
                enough=True,
            ),
            _Asked("1.3", "What experiments are to find out", (of.scenarios,), "why these"),
        ),
    ),
    (
        "Logic",
        (
            _Asked("2.1", "The base model at a glance", (of.flow,), "a diagram"),
            _Asked(
                "2.2",
                "Logic of the base model",
                (of.flow, of.eligibility),
                "the logic",
                enough=True,
            ),
            _Asked(
                "2.3",
                "How scenarios differ from it",
                (of.scenarios,),
                "how they differ",
                enough=True,
            ),
            _Asked("2.4", "Algorithms", (of.algorithms,), "algorithms", enough=True),
            _Asked("2.5.1", "Entities", (of.people, of.facts_asked), "entities", enough=True),
            _Asked("2.5.2", "Activities", (of.program,), "activities", enough=True),
            _Asked("2.5.3", "Resources", (of.seats,), "resources", enough=True),
            _Asked("2.5.4", "Queues", (of.queues,), "queues", enough=True),
            _Asked(
                "2.5.5",
                "Where entities come in and go out",
                (of.entries_and_exits,),
                "both",
                enough=True,
            ),
        ),
    ),
    (
        "Data",
        (
            _Asked(
                "3.1",
                "Sources",
                (of.sources, of.people_counted),
                "those of arrivals, seats and your own figures",
            ),
            _Asked("3.2", "What was done to data before", (of.readings,), "your own data"),
            _Asked(
                "3.3",
                "Input parameters",
                (of.figures, of.seats, of.distributions),
                "parameters",
                enough=True,
            ),
            _Asked("3.4", "Assumptions", (of.assumptions,), "assumptions", enough=True),
        ),
    ),
    (
        "Experimentation",
        (
            _Asked("4.1", "How it begins and ends", (of.beginning,), "the choice of warm-up"),
            _Asked("4.2", "Run length", (of.horizon,), "how long", enough=True),
            _Asked("4.3", "How means are estimated", (of.replications,), "why so many"),
        ),
    ),
    (
        "Implementation",
        (
            _Asked("5.1", "Software", (of.software,), "the operating system"),
            _Asked("5.2", "Random numbers", (of.randomness,), "how", enough=True),
            _Asked("5.3", "How it is executed", (of.algorithms,), "whether in parallel"),
            _Asked("5.4", "Machine and running time", (), "both"),
        ),
    ),
    ("Access", (_Asked("6.1", "How to get the model", (of.sharing,), "where the study is"),)),
)

_ISPOR: _Sections = (
    (
        "Concept",
        (
            _Asked("1", "The decision", (), "the problem to decide"),
            _Asked("2", "Setting and condition", (of.program,), "where, and which condition"),
            _Asked("3", "Structure", (of.flow, of.queues), "the structure", enough=True),
            _Asked("4", "Time horizon", (of.horizon,), "how long", enough=True),
            _Asked("5", "Strategies", (of.scenarios,), "strategies", enough=True),
            _Asked("6", "People", (of.people, of.eligibility), "people", enough=True),
        ),
    ),
    (
        "Parameters and uncertainty",
        (
            _Asked("7", "Sources", (of.sources,), "those of arrivals, seats and your own figures"),
            _Asked("8", "Parameters", (of.figures, of.seats), "parameters", enough=True),
            _Asked("9", "Uncertainty", (of.distributions,), "what is unsure", enough=True),
            _Asked("10", "Sensitivity", (of.effects_of_inputs,), "an analysis", enough=True),
        ),
    ),
    (
        "Validation",
        (
            _Asked("11", "By people who know the field", (), "whether anybody looked"),
            _Asked("12", "Beside other models", (), "whether it was compared"),
            _Asked(
                "13",
                "Beside what happened",
                (of.checks,),
                "figures it was not fitted to",
                enough=True,
            ),
            _Asked("14", "Beside what happened later", (), "whether it was tried, or why not"),
        ),
    ),
    (
        "Use",
        (
            _Asked("15", "Other places and people", (), "where it holds"),
            _Asked("16", "Who took part", (), "who decides, and their part"),
            _Asked("17", "Funding", (), "who paid"),
            _Asked("18", "Limits", (of.limits, of.assumptions), "what they mean for the decision"),
        ),
    ),
)

_CHEERS: _Sections = (
    ("Title", (_Asked("1", "Kind of study and what it compares", (of.scenarios,), "a title"),)),
    ("Abstract", (_Asked("2", "Summary", (), "a structured one"),)),
    ("Introduction", (_Asked("3", "Background and question", (), "both"),)),
    (
        "Methods",
        (
            _Asked("4", "Analysis plan", (), "whether there is one, and where"),
            _Asked("5", "People", (of.people, of.eligibility), "a table of who they are"),
            _Asked("6", "Setting", (of.program, of.seats), "the place"),
            _Asked("7", "What is compared", (of.scenarios,), "why these"),
            _Asked("8", "Perspective", (of.perspective,), "whose, and why"),
            _Asked("9", "Horizon", (of.accounted_weeks,), "how long, and why"),
            _Asked("10", "Discount rates", (of.discounting,), "which, and why"),
            _Asked("11", "Outcomes", (of.measures,), "which benefits and harms"),
            _Asked("12", "How outcomes are measured", (of.measures,), "the measures", enough=True),
            _Asked("13", "How outcomes are valued", (), "by whom, and how"),
            _Asked("14", "Resources and costs", (of.costs,), "what things cost", enough=True),
            _Asked("15", "Currency and price year", (of.prices,), "both", enough=True),
            _Asked("16", "Model", (of.flow, of.sharing), "why a model"),
            _Asked(
                "17",
                "Analysis and assumptions",
                (of.errors_of_means, of.assumptions),
                "the analysis",
                enough=True,
            ),
            _Asked("18", "Differences among people", (), "how they were looked for"),
            _Asked("19", "Who gains and who loses", (), "how it was looked for"),
            _Asked("20", "Uncertainty", (of.distributions,), "sources of it", enough=True),
            _Asked("21", "Part of patients and others", (), "how they took part"),
        ),
    ),
    (
        "Results",
        (
            _Asked(
                "22", "Inputs", (of.figures, of.distributions, of.sources), "inputs", enough=True
            ),
            _Asked("23", "Main results", (of.main_results,), "results", enough=True),
            _Asked(
                "24",
                "What is uncertain changes",
                (of.effects_of_inputs,),
                "an analysis",
                enough=True,
            ),
            _Asked("25", "What taking part changed", (), "what it did"),
        ),
    ),
    ("Discussion", (_Asked("26", "Findings and limits", (of.limits,), "what they mean"),)),
    ("Other", (_Asked("27", "Funding", (), "who paid"), _Asked("28", "Interests", (), "whose"))),
)

_SHEETS: Mapping[str, tuple[str, Source, _Sections]] = {
    "stress-des": (
        "STRESS-DES",
        Source(
            "Monks et al., Strengthening the reporting of empirical simulation studies, "
            "J Simul 2019;13:55, doi 10.1080/17477778.2018.1442155",
            Grade.OFFICIAL,
        ),
        _STRESS,
    ),
    "ispor-smdm": (
        "Checklist after the ISPOR-SMDM task force reports",
        Source(
            "Zhang, Lhachimi and Rogowski, Value Health 2020;23:506, after Karnon et al., Value "
            "Health 2012;15:821, doi 10.1016/j.jval.2020.01.005",
            Grade.OFFICIAL,
        ),
        _ISPOR,
    ),
    "cheers-2022": (
        "CHEERS 2022",
        Source(
            "Husereau et al., BMJ 2022;376:e067975, doi 10.1136/bmj-2021-067975",
            Grade.OFFICIAL,
            "https://pmc.ncbi.nlm.nih.gov/articles/PMC8749494",
        ),
        _CHEERS,
    ),
}
