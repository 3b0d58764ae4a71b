"""Marks: how the sessions of a line were given, as a claim says it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from attrs import evolve

from iopkit.charges.code_rules import LineMark, mark_faults, marks_for
from iopkit.confidential import hidden
from iopkit.errors import refuse
from iopkit.fields import frozen
from iopkit.modalities import Delivery
from iopkit.telehealth import HowGiven


class Unmarked(StrEnum):
    """What keeps the marks of a line from being known."""

    DELIVERY = "delivery"
    VIDEO = "video"
    AT_HOME = "at_home"
    SEVERAL_WAYS = "several_ways"
    NO_RULE = "no_rule"

    @property
    def words(self) -> str:
        """What is not known, in prose."""
        return _WORDS[self]


_WORDS = {
    Unmarked.DELIVERY: "whether a session is in person or by telehealth",
    Unmarked.VIDEO: "whether a session is by video or by audio alone",
    Unmarked.AT_HOME: "whether the patient is at home",
    Unmarked.SEVERAL_WAYS: "which mark is for sessions in one line that are given in several ways",
    Unmarked.NO_RULE: "which mark is for such sessions: the scheme states none",
}


@frozen(repr=False)
class Marks:
    """The place of service and the modifiers of a line.

    ``open`` says what keeps them from being known. Where it is empty, ``place`` ``None`` and
    no ``modifiers`` mean that the coding scheme states none.
    """

    place: str | None = None
    modifiers: tuple[str, ...] = ()
    open: tuple[Unmarked, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse("marks of a line", *mark_faults(self.place, self.modifiers))

    __repr__ = hidden


def marks_of(rules: Sequence[LineMark], given: Iterable[HowGiven]) -> Marks:
    """The marks of a line whose sessions were given in some ways, by the first rules for each.

    What follows in every way in which they can have been given is known, whatever else is not.
    """
    ways = tuple(dict.fromkeys(given))
    marked = {way: _first(rules, way) for one in ways for way in one.could_be}
    missing = [why for one in ways for why in _missing(one, marked)]
    if len({frozenset(marked[way] for way in one.could_be) for one in ways}) > 1:
        missing.append(Unmarked.SEVERAL_WAYS)
    if set(marked.values()) == {_NONE}:
        missing.append(Unmarked.NO_RULE)
    places = {place for place, _ in marked.values()}
    modifiers = {listed for _, listed in marked.values()}
    return Marks(
        places.pop() if len(places) == 1 else None,
        modifiers.pop() if len(modifiers) == 1 else (),
        open=tuple(dict.fromkeys(missing)),
    )


_Mark = tuple[str | None, tuple[str, ...]]
_NONE: _Mark = (None, ())


def _first(rules: Sequence[LineMark], way: HowGiven) -> _Mark:
    placed, modified = marks_for(rules, way)
    return placed.place if placed else None, modified.modifiers if modified else ()


def _missing(given: HowGiven, marked: Mapping[HowGiven, _Mark]) -> Iterator[Unmarked]:
    """What is not known of how a session was given, and would change its mark."""
    ways = given.could_be
    if given.delivery is None and len({marked[way] for way in ways}) > 1:
        yield Unmarked.DELIVERY
    remote = [way for way in ways if way.delivery is Delivery.TELEHEALTH]
    if given.video is None and any(
        marked[way] != marked[evolve(way, video=False)] for way in remote
    ):
        yield Unmarked.VIDEO
    if given.at_home is None and any(
        marked[way] != marked[evolve(way, at_home=False)] for way in remote
    ):
        yield Unmarked.AT_HOME
