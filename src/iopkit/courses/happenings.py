"""Happenings: which events of a course are meant, as data that a document can hold."""

from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import attrs

from iopkit.courses.events import EVENT_KINDS, CourseEvent
from iopkit.errors import Fault, did_you_mean, refuse, unless
from iopkit.fields import frozen


@frozen
class Having:
    """What a field of an event has to be: one of some values, written as documents write them.

    ``field`` may lead into a part of the event: ``authorization.status``.

    Raises:
        InvalidError: there is no value.
    """

    field: str
    values: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        refuse("happening", unless(bool(self.values), "values", "at least one", "none"))


@frozen
class Happening:
    """Events of one kind, all of them or those that have some values.

    Raises:
        InvalidError: there is no such kind of event, or its events have no such field.

    Example:
        >>> from iopkit.courses.events import Paper, Signed
        >>> summary = Happening("signed", (Having("paper", ("discharge_summary",)),))
        >>> summary.covers(Signed(Paper.DISCHARGE_SUMMARY)), summary.covers(Signed(Paper.PLAN))
        (True, False)
    """

    kind: str
    having: tuple[Having, ...] = ()

    def __attrs_post_init__(self) -> None:
        known = EVENT_KINDS.get(self.kind)
        refuse("happening", () if known else (_unknown_kind(self.kind),))
        refuse(
            "happening",
            *(
                unless(
                    type_of_field(EVENT_KINDS[self.kind], each.field) is not None,
                    "having",
                    f"a field of {self.kind}",
                    repr(each.field),
                )
                for each in self.having
            ),
        )

    def covers(self, event: CourseEvent | None) -> bool:
        """Whether an event is one of those that are meant."""
        return type(event) is EVENT_KINDS[self.kind] and all(
            _written(field_of(event, each.field)) in each.values for each in self.having
        )

    @property
    def words(self) -> str:
        """Which events are meant, in prose."""
        having = (f"{each.field} {' or '.join(each.values)}" for each in self.having)
        return " with ".join([self.kind.replace("_", " "), *having])


def _unknown_kind(kind: str) -> Fault:
    expected = "a kind of event"
    return Fault(("kind",), expected, repr(kind), did_you_mean(kind, [*EVENT_KINDS]))


def field_of(event: object, path: str) -> object:
    """The value of a field of an event, or of a part of it; ``None``: the part is not there."""
    value = event
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def type_of_field(of: type, path: str) -> type | None:
    """The class of a field of an event, or of a part of it; ``None``: there is none such."""
    for name in path.split("."):
        if not attrs.has(of) or name not in attrs.fields_dict(of):
            return None
        hint: Any = get_type_hints(of)[name]  # Any: whatever an annotation can say
        options = [one for one in get_args(hint) if one is not NoneType]
        if get_origin(hint) in (tuple, frozenset):
            return None  # of several values none is the field's
        of = options[0] if options else hint
    return of


def _written(value: object) -> str:
    """A value as documents write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value if isinstance(value, Enum) else value)
