"""Standardized instruments: items, scales, and bands of scores.

Only numbers are here, never an item's wording, which belongs to others: who wants to
ask the questions gets them from their owner.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from iopkit.errors import Fault, Step, find_named, refuse, unless
from iopkit.fields import frozen
from iopkit.sources import Source


@frozen
class Item:
    """One question: the answers it allows, and the points that each of them counts.

    ``asked_after`` names the items that open this one: if each of them is answered with 0,
    this one is skipped, and counts as answered with 0 where no answer is given.

    Raises:
        InvalidError: there is no answer, one is there twice, not each has its points, or the
            item can be skipped and does not allow 0.
    """

    number: str
    answers: tuple[int, ...]
    points: tuple[int, ...]
    asked_after: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        answers, points = self.answers, self.points
        distinct = 0 < len(set(answers)) == len(answers)
        zero = not self.asked_after or 0 in answers
        refuse(
            f"item {self.number!r}",
            unless(distinct, "answers", "at least one, each once", "none, or one twice"),
            unless(zero, "answers", "0 among them, as the item can be skipped", "others"),
            unless(len(points) == len(answers), "points", "one for each answer", len(points)),
        )

    def is_skipped(self, answers: Mapping[str, int | None]) -> bool:
        """Whether answers to the items that open this one, by item, leave it out."""
        gates = self.asked_after
        return bool(gates) and all(answers.get(gate) == 0 for gate in gates)

    def is_contradicted(self, answers: Mapping[str, int | None]) -> bool:
        """Whether the item is answered with more than 0, and was to be skipped."""
        return self.is_skipped(answers) and bool(answers.get(self.number))

    def bounds(self, answers: Mapping[str, int | None]) -> tuple[int, int]:
        """The fewest and the most points that the item can still count."""
        answer = answers.get(self.number)
        if answer is None and self.is_skipped(answers):
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
        InvalidError: there is no item, or the bands of a set have gaps, overlap, or do not
            cover the scale.
    """

    name: str
    items: tuple[Item, ...]
    band_sets: tuple[BandSet, ...] = ()
    highest: bool = False

    def __attrs_post_init__(self) -> None:
        refuse("scale", unless(bool(self.items), "items", "at least one item", "none"))
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
        InvalidError: two items have one number, or two scales, band sets or bands one name; a
            scale has items of its own; an item is asked after one that does not come before it
            or allows no 0; or a name, of which facts are named, is not in lower case.

    Example:
        >>> from iopkit.sources import Grade
        >>> yes_no = tuple(Item(number, (0, 1), (0, 1)) for number in ("1", "2", "3"))
        >>> rule = Source("Elm Street Clinic, form 12", Grade.SECONDARY)
        >>> own = Instrument("elm_3", "Three questions", yes_no, (Scale("total", yes_no),), rule)
        >>> own.scale("total").high
        3
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
            *self._naming_faults(),
            *self._skipping_faults(),
        )

    def _naming_faults(self) -> Iterator[tuple[Fault, ...]]:
        def named(name: str, *path: Step) -> tuple[Fault, ...]:
            fits = re.fullmatch("[a-z][a-z0-9_]*", name) is not None
            expected = "a name of lower-case letters, digits and underscores"
            return () if fits else (Fault(path, expected, repr(name)),)

        def once(names: list[str], *path: Step) -> tuple[Fault, ...]:
            return () if len(set(names)) == len(names) else (Fault(path, "each once", "one twice"),)

        yield named(self.name, "name")
        yield once([scale.name for scale in self.scales], "scales")
        for n, scale in enumerate(self.scales):
            yield named(scale.name, "scales", n, "name")
            yield once([one.name for one in scale.band_sets], "scales", n, "band_sets")
            for m, one in enumerate(scale.band_sets):
                where = ("scales", n, "band_sets", m)
                yield named(one.name, *where, "name")
                yield once([band.name for band in one.bands], *where, "bands")

    def _skipping_faults(self) -> Iterator[tuple[Fault, ...]]:
        before: set[str] = set()
        for n, item in enumerate(self.items):
            if not before.issuperset(item.asked_after):
                expected = "numbers of items before this one that can be answered with 0"
                yield (Fault(("items", n, "asked_after"), expected, "others"),)
            before |= {item.number} if 0 in item.answers else set()

    def scale(self, name: str) -> Scale:
        """One of the instrument's scales; raises ``UnknownNameError``."""
        return find_named("scale", name, self.scales)
