"""What one text, number or list of a document stands for, read strictly.

It stays in one piece: how each is read and written stands beside the table of all.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from functools import cache
from typing import Any, TypeGuard, TypeVar, get_args, get_origin
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs

from iopkit.eligibility.kinds import NEVER
from iopkit.eligibility.patient_facts import FACTS
from iopkit.eligibility.possible import Possible, Value
from iopkit.eligibility.predicates import AnyFact, Fact
from iopkit.errors import Fault, InvalidError, Step, did_you_mean
from iopkit.patients.instruments import Instrument
from iopkit.patients.partial_dates import AnyDate, PartialDate
from iopkit.patients.patients import Patient
from iopkit.programs.timings import Slot
from iopkit.windows import DayPart, Weekday, WeeklyWindows, Window, whole_minutes

MAX_FAULTS = 100
"""After how many faults the rest of a list or of an object's unknown keys is left unread."""

FACT_NAME = "the name of a fact"
"""What a fault expects where a fact is not among those that are known."""

INSTRUMENT_NAME = "the name of an instrument"
"""What a fault expects where an instrument is not among those that are known."""

_MINUTE = timedelta(minutes=1)
T = TypeVar("T")
D = TypeVar("D", bound=date | PartialDate)
Facts = Mapping[str, AnyFact]
# Any: what a parser of JSON or TOML returns, of which nothing is known yet.
Raw = Any

# Any: readers take what a parser returned and give a value of the class they are for. What
# cattrs passes second, the class, they know.
Reader = Callable[[Any, Any], Any]
Writer = Callable[[Any], Raw]


def is_object(raw: Raw) -> TypeGuard[dict[str, Raw]]:
    """Whether a parsed value is an object."""
    return isinstance(raw, dict)


def is_list(raw: Raw) -> TypeGuard[list[Raw]]:
    """Whether a parsed value is a list."""
    return isinstance(raw, list)


# Leaves: values that one text, number or list of texts stands for.


@attrs.frozen
class _Leaf:
    expected: Callable[[Any], str]
    read: Callable[[Raw, Any], Any]
    write: Callable[[Any], Raw]
    schema: Callable[[Any], dict[str, Raw]]
    """What JSON Schema says of what is read."""


def leaf_reader(leaf: _Leaf, kind: Any, *, masked: bool) -> Reader:
    """The reader of a leaf, whose every error is an ``InvalidError``."""
    parse = leaf.read
    # Of two in three values the class says it all: those are most of what a document holds.
    told = kind if kind in (bool, int, str) else None

    def read(raw: Raw, _: Any) -> Any:
        if raw.__class__ is told and (told is not str or raw.isascii()):
            return raw
        try:
            return parse(raw, kind)
        except InvalidError as error:
            if masked:
                faults = [
                    attrs.evolve(fault, found=kind_of(part_at(raw, fault.path)), fix="")
                    for fault in error.faults
                ]
            elif isinstance(raw, str):
                # Windows and slots do not show their text, as it may be a patient's.
                faults = [attrs.evolve(fault, found=repr(raw)) for fault in error.faults]
            else:
                raise
            raise InvalidError(error.what, faults) from None
        # What ``parse`` raises for values of other types, forms and sizes; zoneinfo's OSError
        # is for names of folders and names that are too long.
        except (TypeError, ValueError, LookupError, OverflowError, OSError):
            shown = repr(raw) if isinstance(raw, str) and not masked else kind_of(raw)
            raise InvalidError("value", [Fault((), leaf.expected(kind), shown)]) from None

    return read


def _exactly(kind: type) -> Callable[[Raw, Any], Any]:
    def read(raw: Raw, _: Any) -> Any:
        if type(raw) is not kind:
            raise TypeError
        if isinstance(raw, str):
            raw.encode()  # refuses lone surrogates, which could not be written again
        return raw

    return read


def _canonical(read: Callable[[str], T], write: Callable[[T], str]) -> Callable[[Raw, Any], T]:
    """A reader of texts that accepts only what would be written for the value."""

    def strict(raw: Raw, _: Any) -> T:
        if not isinstance(raw, str) or write(value := read(raw)) != raw:
            raise TypeError
        return value

    return strict


def _or_toml(kind: type, read: Callable[[Raw, Any], Any]) -> Callable[[Raw, Any], Any]:
    """TOML has dates and times of its own; they are taken as they are."""
    return lambda raw, t: raw if type(raw) is kind else read(raw, t)


_FIRST_YEAR, _LAST_YEAR = 1800, 2999


def _in_years(day: D) -> D:
    """A day or moment; refused where there are too few days beside it to count with."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InvalidError("day", [Fault((), "a year from 1800 to 2999", "another year")])
    return day


def _day(raw: Raw, _: Any) -> date:
    if type(raw) is date:  # TOML has dates of its own
        return _in_years(raw)
    # No other form that Python reads has its signs there.
    if len(raw) != len("2026-01-31") or raw[4:8:3] != "--":
        raise ValueError
    return _in_years(date.fromisoformat(raw))


def _day_text(day: AnyDate) -> str:
    return _in_years(day).isoformat()


def _partial(raw: Raw, _: Any) -> AnyDate | None:
    if raw is None:
        return None
    if not isinstance(raw, str) or len(raw) not in (len("2026"), len("2026-01")):
        return _day(raw, None)
    try:
        partial = PartialDate.fromisoformat(raw)
    except InvalidError:
        raise ValueError from None  # its place would be within the text
    return _in_years(partial)


def _clock_text(clock: time) -> str:
    return clock.isoformat(timespec="minutes")


def _moment_text(moment: datetime) -> str:
    """RFC 9557 for a moment, plain ISO 8601 for wall-clock time."""
    _in_years(moment)
    zone = f"[{moment.tzinfo.key}]" if isinstance(moment.tzinfo, ZoneInfo) else ""
    return moment.isoformat("T", "minutes") + zone


_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?!-00:00)[+-]\d\d:\d\d(?::(?!00)\d\d)?)\[(.+)\]", re.ASCII
)


def _key(raw: Raw, _: Any) -> UUID:
    # The form is told from the text: a record has several for each line, and to write them again
    # would take a third of the time.
    if _KEY_FORM.fullmatch(raw) is None:
        raise ValueError
    return UUID(int=int(raw.replace("-", ""), 16))


class Instant:
    """Stands for aware moments that documents have to the second and below, of any offset."""


def _instant_text(moment: datetime) -> str:
    """RFC 9557 for a moment of a named zone, RFC 3339 for one of an offset alone."""
    zone = f"[{moment.tzinfo.key}]" if isinstance(moment.tzinfo, ZoneInfo) else ""
    return _in_years(moment).isoformat("T") + zone


def _instant(raw: Raw, _: Any) -> datetime:
    if type(raw) is datetime:  # TOML has moments of its own
        return _aware(raw)
    match = _ANY_INSTANT.fullmatch(raw)
    if match is None:
        raise ValueError
    given = _aware(datetime.fromisoformat(match["moment"]))
    return _in_zone(given, match["zone"]) if match["zone"] else given


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError
    if _in_years(moment).year in (_FIRST_YEAR, _LAST_YEAR):
        _in_years(moment.astimezone(UTC))
    return moment


def _in_zone(given: datetime, zone: str) -> datetime:
    # The offset says which one is meant of a time that comes twice; one that does not
    # exist comes back as another.
    moment = given.astimezone(ZoneInfo(zone))
    if moment.utcoffset() != given.utcoffset():
        raise ValueError
    return moment


def _moment(raw: Raw, _: Any) -> datetime:
    """The moment of a text, if it is just what would be written for it.

    A schedule has dozens, each another, so that the form is told from the text: to write it
    again would take half of the time.
    """
    if match := _INSTANT.fullmatch(raw):
        return _in_zone(_in_years(datetime.fromisoformat(match[1])), match[2])
    moment = datetime.fromisoformat(raw)
    if moment.tzinfo or _moment_text(moment) != raw:
        raise ValueError
    return moment


def _minutes(raw: Raw, _: Any) -> timedelta:
    if type(raw) is not int:
        raise TypeError
    return raw * _MINUTE


def _number(raw: Raw, _: Any) -> float:
    return float(_finite(raw))


def _money(text: str) -> Decimal:
    if not re.fullmatch(_MONEY, text):
        raise ValueError
    return Decimal(text)


def _word(member: Enum) -> str:
    """Ordered enumerations are written by name, others by value."""
    return member.name.lower() if isinstance(member, IntEnum) else str(member.value)


def _written_text(text: str) -> str:
    """A text as it is written; refused if it could not be read again."""
    if text.isascii():  # most are
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        faults = [Fault((), "a text that UTF-8 can hold", "lone surrogates")]
        raise InvalidError("text", faults) from None
    return text


def _member(raw: Raw, kind: Any) -> Enum:
    return _named(raw, words_of(kind), "a known word")


@cache
def words_of(kind: Any) -> Mapping[str, Enum]:
    """The members of an enumeration by how they are written."""
    return {_word(member): member for member in kind}


def _named(raw: Raw, known: Mapping[str, T], expected: str) -> T:
    """What has a name; a name that is nearly known comes with the one that was meant."""
    try:
        return known[raw]
    except KeyError:
        if isinstance(raw, str) and (fix := did_you_mean(raw, known)):
            raise InvalidError("value", [Fault((), expected, repr(raw), fix)]) from None
        raise


def _windows(raw: Raw, _: Any) -> WeeklyWindows:
    if not is_list(raw):
        raise TypeError
    return WeeklyWindows.of(*read_each(raw, leaf_reader(_WINDOW, Window, masked=False)))


_NEVER = "never"


def _value(raw: Raw, _: Any) -> Value:
    """A fact's value, or what is possible of it: a range, or a list of options."""
    if raw is None or isinstance(raw, bool | str):
        return None if raw is None else _exactly(raw.__class__)(raw, None)
    if is_list(raw):
        options = frozenset(raw)
        if not options or len({option.__class__ for option in raw} | {str}) > 1:
            raise TypeError
        return Possible(options=options).plain
    if is_object(raw):
        low, high = (_end(raw[key]) for key in ("from", "to"))
        if len(raw) > 2:
            raise TypeError
        return Possible(low, high).plain
    return _finite(raw)


def _end(raw: Raw) -> float:
    return NEVER if raw == _NEVER else _finite(raw)


def _finite(raw: Raw) -> float:
    if type(raw) not in (int, float) or raw - raw != 0:  # infinity and nan
        raise TypeError
    number: float = raw
    return number


def _value_written(value: Value) -> Raw:
    if not isinstance(value, Possible):
        return _NEVER if value == NEVER else value
    if value.low is None:
        return sorted(map(str, value.options)) or None
    return {"from": _value_written(value.low), "to": _value_written(value.high)}


def _plain(
    what: str, schema: str, read: Callable[[Raw, Any], Any], write: Callable[[Any], Raw]
) -> _Leaf:
    """A leaf that one of JSON's own types stands for."""
    return _Leaf(lambda _: what, read, write, lambda _: {"type": schema})


def _text(
    what: str,
    example: str,
    pattern: str,
    read: Callable[[Raw, Any], Any],
    write: Callable[[Any], str],
    **more: Raw,
) -> _Leaf:
    """A leaf that a text of some form stands for."""
    return _Leaf(
        lambda _: f"{what} such as {example!r}",
        read,
        write,
        lambda _: {"type": "string", "pattern": f"^{pattern}$", "examples": [example], **more},
    )


_DAY = f"({'|'.join(map(_word, Weekday))})"
_KEY = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY_FORM = re.compile(_KEY)
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_MONTH = "[0-9]{4}(-(0[1-9]|1[0-2]))?"
_MONEY = r"(0|[1-9][0-9]*)\.[0-9]{2}"
_SECONDS = r"(:[0-5][0-9](\.[0-9]{1,6})?)?"
_ANY_OFFSET = rf"(Z|[+-]{_CLOCK}{_SECONDS})"
_ANY_INSTANT = re.compile(
    rf"(?P<moment>{_DATE}T{_CLOCK}{_SECONDS}{_ANY_OFFSET})(\[(?P<zone>[^\[\]]+)\])?"
)
_OFFSET = r"[+-][0-9]{2}:[0-9]{2}(:[0-9]{2})?\[[^\[\]]+\]"
_WINDOW = _text(
    "a window",
    "monday 17:30-24:00",
    f"{_DAY} {_CLOCK}-((?!00:00){_CLOCK}|24:00)",
    _canonical(Window.parse, str),
    str,
)
_LEAVES: dict[Any, _Leaf] = {
    bool: _plain("true or false", "boolean", _exactly(bool), bool),
    int: _plain("a whole number", "integer", _exactly(int), int),
    float: _plain("a number", "number", _number, lambda n: _value_written(float(n))),
    str: _plain("a text", "string", _exactly(str), _written_text),
    date: _text("a date", "2026-01-31", _DATE, _day, _day_text, format="date"),
    time: _text(
        "a time",
        "18:00",
        f"{_CLOCK}(:00)?",  # TOML's own times have seconds
        _or_toml(time, _canonical(time.fromisoformat, _clock_text)),
        _clock_text,
    ),
    datetime: _text(
        "a moment",
        "2026-01-31T18:00-06:00[America/Chicago]",
        f"{_DATE}T{_CLOCK}({_OFFSET})?",
        _moment,
        _moment_text,
    ),
    Instant: _text(
        "an instant, with its offset from UTC,",
        "2026-01-31T18:00:00-06:00",
        rf"{_DATE}T{_CLOCK}{_SECONDS}{_ANY_OFFSET}(\[[^\[\]]+\])?",
        _instant,
        _instant_text,
    ),
    timedelta: _plain("a whole number of minutes", "integer", _minutes, whole_minutes),
    Decimal: _text(
        "dollars and cents",
        "139.31",
        _MONEY,
        _canonical(_money, "{:.2f}".format),
        "{:.2f}".format,
    ),
    UUID: _Leaf(
        lambda _: "a UUID in lower case",
        _key,
        str,
        lambda _: {"type": "string", "pattern": f"^{_KEY}$"},
    ),
    Slot: _text(
        "a slot",
        "monday 18:00",
        f"{_DAY}( ({_CLOCK}|{'|'.join(DayPart)}))?",
        _canonical(Slot.parse, str),
        str,
    ),
    WeeklyWindows: _Leaf(
        lambda _: "a list of windows such as 'monday 17:30-21:00'",
        _windows,
        lambda value: [str(window) for window in value.windows],
        lambda _: {"type": "array", "items": _WINDOW.schema(Window)},
    ),
}
_ENDS = {"anyOf": [{"type": "number"}, {"const": _NEVER}]}
_VALUE = _Leaf(
    lambda _: 'a value, a range such as {"from": 24, "to": 27}, or a list of options',
    _value,
    _value_written,
    lambda _: {
        "anyOf": [
            {"type": ["boolean", "number", "string", "null"]},
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
            {
                "type": "object",
                "properties": {"from": _ENDS, "to": _ENDS},
                "required": ["from", "to"],
                "additionalProperties": False,
            },
        ]
    },
)
_PARTIAL = _Leaf(
    lambda _: "a date such as '2026-01-31', or its month or year as text: '2026-01', '2026'",
    _partial,
    _day_text,  # one that is not known is left out
    lambda _: {"type": ["string", "null"], "pattern": f"^({_DATE}|{_MONTH})$"},
)
_UNIONS: dict[Any, _Leaf] = {
    Value: _VALUE,
    int | Possible | None: _VALUE,
    AnyDate | None: _PARTIAL,
}
_ENUM = _Leaf(
    lambda kind: f"one of {', '.join(map(_word, kind))}",
    _member,
    _word,
    lambda kind: {"type": "string", "enum": [*map(_word, kind)]},
)


def leaf_of(kind: Any) -> _Leaf | None:
    """How a class is read and written as one text, number or list; ``None``: it is not."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _ENUM
    return _LEAVES.get(kind) if isinstance(kind, type) else _UNIONS.get(kind)


def is_fact(kind: Any) -> bool:
    """Whether a class is that of facts, of whichever subject and values."""
    return (get_origin(kind) or kind) is Fact


def facts_for(kind: Any, facts: Facts) -> Facts:
    """The facts that a field can name: those shipped about patients where its type says so."""
    return FACTS if get_args(kind)[0] is Patient else facts


def fact_leaf(facts: Facts) -> Any:
    """How a fact is read and written: by its name, if it is one of some."""
    return _Leaf(
        lambda _: FACT_NAME,
        lambda raw, _: _named(raw, facts, FACT_NAME),
        fact_name,
        lambda _: {"type": "string", "enum": [*facts]},
    )


def fact_name(fact: AnyFact) -> str:
    """How a fact is written."""
    return fact.name


def instrument_leaf(instruments: Mapping[str, Instrument]) -> Any:
    """How an instrument is read and written within a document: by its name, if it is known."""
    return _Leaf(
        lambda _: INSTRUMENT_NAME,
        lambda raw, _: _named(raw, instruments, INSTRUMENT_NAME),
        lambda instrument: instrument.name,
        lambda _: {"type": "string"},  # any text: an editor knows no own instruments
    )


def read_each(raw: list[Raw], read: Reader) -> list[Any]:
    """Every item read; the faults of all items together, by place."""
    values: list[Any] = []
    faults: list[Fault] = []
    for number, item in enumerate(raw):
        if len(faults) >= MAX_FAULTS:
            expected = f"fewer than {MAX_FAULTS} faults before it in the list"
            faults.append(Fault((number,), expected, "more, so that the rest was not read"))
            break
        try:
            values.append(read(item, None))
        except InvalidError as error:
            faults += [fault.under(number) for fault in error.faults]
    if faults:
        raise InvalidError("list", faults)
    return values


def part_at(raw: Raw, path: Iterable[Step]) -> Raw:
    """What stands at a path; ``None`` if nothing does."""
    for step in path:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def kind_of(raw: Raw) -> str:
    """What a parsed value is, without saying what it holds."""
    names: dict[Any, str] = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    if isinstance(raw, float) and raw - raw != 0:
        return "infinity" if raw == raw else "not-a-number"  # noqa: PLR0124  # NaN is not itself
    return "null" if raw is None else names.get(type(raw), "a date or time")
