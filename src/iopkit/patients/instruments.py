"""Standardized instruments: items, scales, and bands of scores.

Only numbers are here, never an item's wording, which belongs to others: who wants to
ask the questions gets them from their owner.
"""

from collections.abc import Mapping
from itertools import pairwise

from iopkit.errors import Fault, find_named, refuse, unless
from iopkit.fields import frozen
from iopkit.sources import Source


@frozen
class Item:
    """One question: the answers it allows, and the points that each of them counts.

    ``asked_after`` names an item that opens this one: if it is answered with 0, this one
    is skipped, and counts as answered with 0 where no answer is given.
    """

    number: str
    answers: tuple[int, ...]
    points: tuple[int, ...]
    asked_after: str | None = None

    def bounds(self, answers: Mapping[str, int | None]) -> tuple[int, int]:
        """The fewest and the most points that the item can still count."""
        answer = answers.get(self.number)
        if answer is None and self.asked_after is not None and answers.get(self.asked_after) == 0:
            answer = 0
        if answer is None:
            return min(self.points), max(self.points)
        points = self.points[self.answers.index(answer)]
        return points, points


@frozen
class Band:
    """A name for the scores from ``low`` to ``high``, both included."""

    name: str
    low: int
    high: int


@frozen
class BandSet:
    """One published way to divide a scale into bands, in rising order."""

    name: str
    bands: tuple[Band, ...]
    source: Source

    def band(self, score: int) -> str:
        """The name of the band that holds a score of the scale."""
        return next(band.name for band in reversed(self.bands) if band.low <= score)


@frozen
class Scale:
    """Items that are scored together: their points added up, or the ``highest`` of them.

    Raises:
        InvalidError: the bands of a set have gaps, overlap, or do not cover the scale.
    """

    name: str
    items: tuple[Item, ...]
    band_sets: tuple[BandSet, ...] = ()
    highest: bool = False

    def __attrs_post_init__(self) -> None:
        refuse("scale", *(self._covered_by(band_set) for band_set in self.band_sets))

    @property
    def low(self) -> int:
        """The lowest score."""
        return self.bounds({})[0]

    @property
    def high(self) -> int:
        """The highest score."""
        return self.bounds({})[1]

    def bounds(self, answers: Mapping[str, int | None]) -> tuple[int, int]:
        """The lowest and the highest score that some answers, by item, leave possible."""
        lows, highs = zip(*(item.bounds(answers) for item in self.items), strict=True)
        return (max(lows), max(highs)) if self.highest else (sum(lows), sum(highs))

    def band_set(self, name: str) -> BandSet:
        """One of the scale's band sets; raises ``UnknownNameError``."""
        return find_named("band set", name, self.band_sets)

    def _covered_by(self, band_set: BandSet) -> tuple[Fault, ...]:
        ends = [self.low - 1, *(end for band in band_set.bands for end in (band.low, band.high))]
        ends.append(self.high + 1)
        meet = all(low == high + 1 for high, low in zip(ends[::2], ends[1::2], strict=True))
        rise = all(low <= high for low, high in pairwise(ends))
        expected = f"bands that follow one another from {self.low} to {self.high}"
        return unless(meet and rise, "band_sets", expected, f"others in {band_set.name!r}")


@frozen
class Instrument:
    """A standardized instrument: its scored items in the order of its form, and its scales.

    ``rights`` says, in short, under which terms it may be used, as far as was seen.

    Raises:
        InvalidError: two items have one number, or a scale has items of its own.
    """

    name: str
    title: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    source: Source
    rights: str = "check with the owner"

    def __attrs_post_init__(self) -> None:
        numbers = {item.number for item in self.items}
        scored = {item for scale in self.scales for item in scale.items}
        refuse(
            "instrument",
            unless(len(numbers) == len(self.items), "items", "each number once", "one twice"),
            unless(scored <= set(self.items), "scales", "items of the instrument", "others"),
        )

    def scale(self, name: str) -> Scale:
        """One of the instrument's scales; raises ``UnknownNameError``."""
        return find_named("scale", name, self.scales)
