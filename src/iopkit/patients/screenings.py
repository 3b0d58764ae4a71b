"""Screenings: an instrument as it was filled in on one day.

A score is a screen, never a diagnosis and never a placement.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import permutations

from attrs import field

from iopkit.confidential import hidden
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.instruments import Instrument, Item, Scale


@frozen(repr=False)
class Score:
    """A result on one scale, as it was reported.

    Raises:
        InvalidError: ``value`` is not a whole number.
    """

    scale: str
    value: int

    __repr__ = hidden


@frozen(repr=False)
class Screening:
    """An instrument as it was filled in on one day.

    ``answers`` has a place for each of the instrument's items, with ``None`` where no
    answer is known; ``scores`` are for results of which the answers are not known. ``own`` is
    the instrument itself, where it is not a shipped one; documents have its name alone.

    Raises:
        InvalidError: no such instrument is shipped and none is given, or one is given that
            has another or a shipped name; the answers are too few, too many or not allowed, a
            score is not on the scale or not what the answers give, or two scores contradict
            one another. What was expected does not tell the instrument.

    Example:
        >>> screening = Screening("audit_c", date(2026, 3, 2), answers=(3, 1, None))
        >>> screening.bounds("total")
        (4, 8)
        >>> screening.band("total", "men")
        'positive'
    """

    instrument: str
    on: date
    answers: tuple[int | None, ...] | None = None
    scores: tuple[Score, ...] = ()
    own: Instrument | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        shipped, names = self.instrument in INSTRUMENTS, ", ".join(INSTRUMENTS)
        if self.own is None:
            # No name is suggested: the closest one would tell which screen was meant.
            expected = f"one of {names}, or the name of an own instrument that is given too"
            refuse("screening", unless(shipped, "instrument", expected, "another name"))
        else:
            apart = not shipped and self.own.name == self.instrument
            expected = "an instrument that has the screening's name, and no shipped one"
            refuse("screening", unless(apart, "own", expected, "another"))
        instrument = self.definition
        wrong = _answer_faults(instrument, self.answers)
        # Scores are compared with the whole scale where the answers are no guide.
        answers = {} if wrong else _by_number(instrument, self.answers)
        refuse("screening", wrong, _score_faults(instrument, self.scores, answers))

    @property
    def definition(self) -> Instrument:
        """The instrument: its items and scales."""
        return INSTRUMENTS[self.instrument] if self.own is None else self.own

    def bounds(self, scale: str) -> tuple[int, int]:
        """The lowest and the highest score on a scale that what is known leaves possible.

        Answers to items that were to be skipped contradict those before them, so that every
        score of the scale is possible, unless it was reported.

        Raises:
            UnknownNameError: the instrument has no such scale.
        """
        found = self.definition.scale(scale)
        reported = any(score.scale == scale for score in self.scores)
        if not reported and self._is_contradicted(found.items):
            return found.low, found.high
        return self.as_answered(scale)

    def as_answered(self, scale: str) -> tuple[int, int]:
        """The same with every answer counted, whether or not it contradicts another.

        Raises:
            UnknownNameError: the instrument has no such scale.
        """
        instrument = self.definition
        found = instrument.scale(scale)
        for score in self.scores:
            if score.scale == scale:
                return score.value, score.value
        return found.bounds(_by_number(instrument, self.answers))

    def score(self, scale: str) -> int | None:
        """The score on a scale; ``None``: not determined by what is known.

        Raises:
            UnknownNameError: the instrument has no such scale.
        """
        low, high = self.bounds(scale)
        return low if low == high else None

    @property
    def is_contradicted(self) -> bool:
        """Whether items are answered that the answers before them skip."""
        return self._is_contradicted(self.definition.items)

    def _is_contradicted(self, items: Iterable[Item]) -> bool:
        answers = _by_number(self.definition, self.answers)
        return any(item.is_contradicted(answers) for item in items)

    def bands(self, scale: str, band_set: str) -> tuple[str, ...]:
        """The bands that hold a score still possible, in rising order.

        Raises:
            UnknownNameError: there is no such scale, or no such band set of it.
        """
        bands = self.definition.scale(scale).band_set(band_set).bands
        low, high = self.bounds(scale)
        return tuple(band.name for band in bands if band.low <= high and low <= band.high)

    def band(self, scale: str, band_set: str) -> str | None:
        """The band that holds every score still possible; ``None``: there are several.

        Raises:
            UnknownNameError: there is no such scale, or no such band set of it.
        """
        possible = self.bands(scale, band_set)
        return possible[0] if len(possible) == 1 else None

    __repr__ = hidden


def _by_number(
    instrument: Instrument, answers: tuple[int | None, ...] | None
) -> dict[str, int | None]:
    if answers is None:
        return {}
    return {item.number: a for item, a in zip(instrument.items, answers, strict=True)}


# What is expected may not tell which instrument it is, so it names no item, scale or bound of it.


def _answer_faults(
    instrument: Instrument, answers: tuple[int | None, ...] | None
) -> tuple[Fault, ...]:
    if answers is None:
        return ()
    if len(answers) != len(instrument.items):
        expected = "one answer, or null, for each of the instrument's items"
        return (Fault(("answers",), expected, "another number of them"),)
    return tuple(
        Fault(("answers", place), "an answer that the item allows", "another value")
        for place, (item, answer) in enumerate(zip(instrument.items, answers, strict=True))
        if answer is not None and answer not in item.answers
    )


def _score_faults(
    instrument: Instrument, scores: tuple[Score, ...], answers: Mapping[str, int | None]
) -> tuple[Fault, ...]:
    scales = {scale.name: scale for scale in instrument.scales}
    faults: list[Fault] = []
    for place, score in enumerate(scores):
        scale = scales.get(score.scale)
        if scale is None:
            expected = "the name of one of the instrument's scales"
            faults.append(Fault(("scores", place, "scale"), expected, "another name"))
            continue
        low, high = scale.bounds(answers)
        if not low <= score.value <= high:
            expected = "a score that the scale has and that the answers allow"
            faults.append(Fault(("scores", place, "value"), expected, "another number"))
    once = len({score.scale for score in scores}) == len(scores)
    faults += unless(once, "scores", "one score a scale", "two of one")
    if faults:
        return tuple(faults)
    scored = [(scales[score.scale], score.value) for score in scores]
    agree = all(_agree(*whole, *part, answers) for whole, part in permutations(scored, 2))
    return unless(agree, "scores", "scores that can be together", "others")


def _agree(
    whole: Scale, total: int, part: Scale, points: int, answers: Mapping[str, int | None]
) -> bool:
    """Whether the items of a scale that are not on another can make the difference."""
    if whole.highest or part.highest or not set(part.items) < set(whole.items):
        return True
    rest = Scale("rest", tuple(item for item in whole.items if item not in part.items))
    low, high = rest.bounds(answers)
    return low <= total - points <= high
