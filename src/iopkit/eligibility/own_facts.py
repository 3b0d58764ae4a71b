"""Facts of your own, as data: what a policy of yours asks that no shipped fact tells."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from attrs import evolve, field

from iopkit.eligibility.kinds import Kind, Worse, can_be_worse
from iopkit.eligibility.patient_facts import FACTS, scale_facts
from iopkit.eligibility.predicates import AnyFact, Fact
from iopkit.eligibility.readings import Bands, Newest, Observations, Scores
from iopkit.eligibility.recency import asked_by
from iopkit.errors import Fault, each_a, refuse, unless
from iopkit.fields import frozen
from iopkit.patients.instrument_library import INSTRUMENTS, instruments_with
from iopkit.patients.instruments import Instrument
from iopkit.patients.patients import Patient
from iopkit.sources import Source


@frozen
class Observed:
    """Read from the newest of the patient's observations of the fact, up to the day."""

    kind: Kind


@frozen
class OfScale:
    """Read from the newest screening with an instrument, up to the day: a scale's score.

    With a ``band_set``, it is the band of the score.

    Raises:
        InvalidError: the instrument has no such scale, or the scale no such band set.
    """

    instrument: Instrument
    scale: str
    band_set: str | None = None

    def __attrs_post_init__(self) -> None:
        names = [scale.name for scale in self.instrument.scales]
        refuse("fact", _one_of(names, self.scale, "scale"))
        if self.band_set is not None:
            sets = [one.name for one in self.instrument.scale(self.scale).band_sets]
            refuse("fact", _one_of(sets, self.band_set, "band_set"))


def _one_of(names: list[str], name: str, path: str) -> tuple[Fault, ...]:
    return unless(name in names, path, f"one of {', '.join(names)}", repr(name))


@frozen
class OwnFact:
    """A fact of your own: its name and meaning, and from where it is read.

    ``changeable`` and ``worse``: as of ``Fact``; without ``worse``, what a shipped scale declares.

    Raises:
        InvalidError: a shipped fact has the name, or it is not in lower case, or it ends as those
            of recent findings do, or ``worse`` is said of options without an order.

    Example:
        >>> from datetime import date
        >>> from uuid import UUID
        >>> from iopkit.eligibility import YesNo
        >>> from iopkit.patients import Observation, Patient
        >>> own = OwnFact("on_bail", "Is on bail.", Observed(YesNo()))
        >>> found = (Observation("on_bail", True, date(2026, 3, 2)),)
        >>> somebody = Patient(UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"), observations=found)
        >>> own.fact.read(somebody, date(2026, 3, 2)).value
        True
    """

    name: str
    meaning: str
    read: Observed | OfScale
    source: Source | None = None
    changeable: bool = field(default=True, kw_only=True)
    worse: Worse | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        fits = re.fullmatch("[a-z][a-z0-9_]*", self.name) is not None
        is_ranked = isinstance(self.read, OfScale) or can_be_worse(self.read.kind)
        expected = "a name of lower-case letters, digits and underscores"
        plain = asked_by(self.name) == self.name
        refuse(
            "fact",
            unless(fits, "name", expected, repr(self.name)),
            unless(plain, "name", "an end other than that of recent findings", repr(self.name)),
            unless(
                self.name not in FACTS, "name", "a name that no shipped fact has", repr(self.name)
            ),
            unless(
                self.worse is None or is_ranked, "worse", "none, as the values have no order", "one"
            ),
        )

    @property
    def fact(self) -> AnyFact:
        """The fact, which predicates can ask about."""
        match self.read:
            case Observed(kind):
                reader = Newest(Observations(self.name, kind))
                fact: AnyFact = Fact(self.name, kind, self.meaning, reader, dated=True)
            case OfScale(instrument, scale, band_set):
                of = f"{scale}_score" if band_set is None else f"{scale}_{band_set}_band"
                named = {fact.name: fact for fact in instrument_facts(instrument)}
                fact = named[f"{instrument.name}_{of}"]
        return evolve(
            fact,
            name=self.name,
            meaning=self.meaning,
            source=self.source or fact.source,
            changeable=self.changeable,
            worse=self.worse or fact.worse,
        )


@frozen
class OwnFacts:
    """Facts of your own, as a document holds them.

    Raises:
        InvalidError: there is none, or two have one name.
    """

    facts: tuple[OwnFact, ...]

    def __attrs_post_init__(self) -> None:
        names = [own.name for own in self.facts]
        refuse(
            "facts",
            unless(bool(names), "facts", "at least one fact", "none"),
            unless(len(set(names)) == len(names), "facts", "each name once", "one twice"),
        )


def facts_with(
    own: Iterable[OwnFact] = (), *, instruments: Iterable[Instrument] = ()
) -> Mapping[str, AnyFact]:
    """All shipped facts by name, with your own ones and those of your own instruments.

    It is what ``from_json(..., facts=...)`` takes.

    Raises:
        InvalidError: two facts or two instruments have one name, or ``own`` holds others.
    """
    every = instruments_with(instruments).values()
    theirs = [
        fact for one in every if one.name not in INSTRUMENTS for fact in instrument_facts(one)
    ]
    more = [*theirs, *(one.fact for one in each_a("facts", own, "own", OwnFact))]
    facts = {**FACTS, **{fact.name: fact for fact in more}}
    once = len(facts) == len(FACTS) + len(more)
    refuse("facts", unless(once, "name", "one fact of each name, and no shipped one", "two"))
    return MappingProxyType(facts)


def instrument_facts(instrument: Instrument) -> tuple[AnyFact, ...]:
    """The facts of an instrument, shipped or not: its scales' scores and bands.

    Example:
        >>> from iopkit.patients import INSTRUMENTS
        >>> [fact.name for fact in instrument_facts(INSTRUMENTS["audit"])]
        ['audit_total_score', 'audit_total_zones_band']
    """
    facts = tuple(scale_facts((instrument,)))
    if INSTRUMENTS.get(instrument.name) == instrument:
        return facts
    return tuple(_own(fact, instrument) for fact in facts)


def _own(fact: AnyFact, instrument: Instrument) -> AnyFact:
    reader: Any = fact.read  # Any: what reads the newest of them, as declared with the fact
    # Which of its scores are worse, an instrument of one's own does not say.
    return evolve(fact, read=Newest(OfInstrument(instrument, reader.records)), worse=None)


@frozen
class OfInstrument:
    """What screenings with an own instrument say of one of its facts."""

    instrument: Instrument
    records: Scores | Bands

    # Any: a score or a band.
    def __call__(self, patient: Patient) -> Iterable[tuple[date, Any]]:
        """What each screening says, with its day.

        Raises:
            InvalidError: a screening was made with another instrument of that name.
        """
        made = (s for s in patient.screenings or () if s.instrument == self.instrument.name)
        same = all(screening.own == self.instrument for screening in made)
        expected = "screenings with the instrument that the fact is of"
        refuse("fact", unless(same, "screenings", expected, "another of its name"))
        return self.records(patient)
