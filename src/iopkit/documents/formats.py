"""Formats of documents: each kind has a number of its own, and a way from each to the next.

What a release has written, every later one reads. A document of an older format goes through
the upgraders of its kind, one format at a time, and is read as one of the current format.

An upgrader takes plain JSON and gives plain JSON. So that it means the same for ever:

- it is pure, and knows nothing of the classes, rules and words that iopkit has today;
- what an older format did not say is not known afterwards, and what was decided stays;
- what it does not find where it looks, it leaves to be refused by the reader, with its path;
- what cannot be said in the next format, it refuses with an ``InvalidError``.
"""

from collections.abc import Callable, Mapping, Sequence

from iopkit.documents.limits import refuse_excess
from iopkit.documents.values import Raw, is_list, is_object, part_at
from iopkit.errors import Fault, InvalidError, attempted, did_you_mean

_Object = dict[str, Raw]
Upgrader = Callable[[_Object], _Object]

_HEADERS = ("document", "format")
_SHOWN = 1000  # a longer number may be something else that was meant for another key


def current_format(kind: str) -> int:
    """The number of the format that documents of a kind are written in.

    Example:
        >>> current_format("decision"), current_format("roster")
        (3, 2)
    """
    return 1 + len(UPGRADERS[kind])


def format_faults(kind: str, document: _Object) -> tuple[Fault, ...]:
    """What is wrong with the format that a document of a kind says it has; empty: nothing."""
    current = current_format(kind)
    if is_newer(kind, document):
        number = document["format"]
        told = number if number < _SHOWN else f"{_SHOWN} or above"
        words = f"written by a newer iopkit: format {told}, this one reads up to {current}"
        return (Fault(("format",), f"a format up to {current}", "a newer one", words),)
    # ``true`` and ``1.0`` are equal to 1, but are no number of a format.
    if type(document.get("format")) is int and document["format"] >= 1:
        return ()
    expected = "1" if current == 1 else f"a whole number from 1 to {current}"
    found = "something else" if "format" in document else "nothing"
    return (Fault(("format",), expected, found),)


def is_newer(kind: str, document: _Object) -> bool:
    """Whether a document is of a format of its kind that is not known yet."""
    number = document.get("format")
    return type(number) is int and number > current_format(kind)


def in_current_format(kind: str, document: _Object) -> _Object:
    """A document of a format that is read, in the current format of its kind.

    Raises:
        InvalidError: the current format cannot say what the document says.
    """
    upgraders = UPGRADERS[kind][document["format"] - 1 :]
    raw = document
    for upgrader in upgraders:
        raw = upgrader(raw)
    return {**raw, "format": current_format(kind)} if upgraders else document


def upgrade_document(document: Mapping[str, Raw]) -> _Object:
    """A document as plain JSON, in the current format of its kind; one that has it stays.

    Nothing is decided again: what an older format did not say is not known. What is wrong with
    the rest of the document is left for reading it to tell.

    Raises:
        InvalidError: it is of no known kind, of a format that is newer or none, nested too
            deeply, or the current format cannot say what it says.

    Example:
        >>> judged = {"policy": "a-policy", "on": "2026-01-05", "verdict": "no"}
        >>> made_from = {"program": "a-program", "decisions": [judged]}
        >>> plan = {"document": "plan", "format": 1, "provenance": made_from}
        >>> upgraded = upgrade_document(plan)
        >>> upgraded["format"], upgraded["provenance"]["decisions"][0]["unjudged"]
        (3, None)
        >>> upgraded["caution"]
        'drafted despite a no: a-policy (judged for 2026-01-05)'
    """
    attempt = attempted(_upgraded, document)
    del document
    return attempt.result()


def _upgraded(document: Mapping[str, Raw]) -> _Object:
    given = dict(document)
    kind = given.get("document")
    if not isinstance(kind, str) or kind not in UPGRADERS:
        fix = did_you_mean(kind, UPGRADERS) if isinstance(kind, str) else ""
        found = "something else" if "document" in given else "nothing"
        fault = Fault(("document",), f"one of {', '.join(UPGRADERS)}", found, fix)
        raise InvalidError("document", [fault])
    refuse_excess(kind, given, sized=False, masked=True)
    if faults := format_faults(kind, given):
        raise InvalidError(f"{kind} document", faults)
    return in_current_format(kind, given)


# What upgraders are made of.


def _inside(raw: Raw, keys: Sequence[str], change: Upgrader) -> Raw:
    """The same value, with each object changed that keys lead to; a list is each of its items."""
    if is_list(raw):
        return [_inside(item, keys, change) for item in raw]
    if not is_object(raw):
        return raw
    if not keys:
        return change(raw)
    first, *rest = keys
    return {**raw, first: _inside(raw[first], rest, change)} if first in raw else raw


def _with(raw: _Object, key: str, value: Raw, *, before: str | None = None) -> _Object:
    """An object with one more key, before another or as the last.

    One that is there already stays: no release wrote it, so it is for the reader to judge.
    """
    if key in raw:
        return raw
    made: _Object = {}
    for name, part in raw.items():
        if name == before:
            made[key] = value
        made[name] = part
    return {**made, key: value}


# 1 to 2: verdicts say what is recorded and was read by no rule, and plans what they rest on; what a
# set of requirements ends on is the end of its last version.


def _decision_2(raw: _Object) -> _Object:
    return _with(raw, "unjudged", None, before="verdict")


def _placement_2(raw: _Object) -> _Object:
    told: _Object = _inside(raw, ("results", "decision"), _decision_2)
    told = _inside(told, ("results", "others"), _decision_2)
    yes = part_at(raw, ("results", -1, "decision", "verdict")) == "yes"
    least = part_at(raw, ("results", -1, "level")) if yes else None
    told = _with(told, "not_excluded", least, before="stopped_at")
    return _with(told, "unjudged", None)


def _ladder_2(raw: _Object) -> _Object:
    return raw  # rungs can say what their level is there for; older ones said nothing of it


def _plan_2(raw: _Object) -> _Object:
    def unjudged(judged: _Object) -> _Object:
        return _with(judged, "unjudged", None)

    told: _Object = _inside(raw, ("provenance", "decisions"), unjudged)
    decisions = part_at(raw, ("provenance", "decisions"))
    return _with_caution(told, _caution_2(decisions if is_list(decisions) else []))


def _schedule_2(raw: _Object) -> _Object:
    told: _Object = _inside(raw, ("plan",), _plan_2)
    return _with_caution(told, part_at(told, ("plan", "caution")))


def _requirements_2(raw: _Object) -> _Object:
    last = part_at(raw, ("versions", "dated", -1))
    if "until" not in raw or not is_object(last) or "end" in last:
        return raw
    kept = {key: value for key, value in raw.items() if key != "until"}
    dated = [*raw["versions"]["dated"][:-1], {**last, "end": raw["until"]}]
    return {**kept, "versions": {**raw["versions"], "dated": dated}}


def _caution_2(decisions: Sequence[Raw]) -> str | None:
    """What is told first of a plan that rests on decisions which are no "yes"."""
    leads = {"no": "drafted despite a no", "unknown": "drafted while undetermined"}
    told: list[str] = []
    for verdict, lead in leads.items():
        named = dict.fromkeys(
            f"{judged.get('policy')} (judged for {judged.get('on')})"
            for judged in decisions
            if is_object(judged) and judged.get("verdict") == verdict
        )
        if named:
            *most, last = named
            told.append(f"{lead}: {', '.join(most)} and {last}" if most else f"{lead}: {last}")
    return "; ".join(told) or None


def _with_caution(raw: _Object, caution: Raw) -> _Object:
    first = next((key for key in raw if key not in _HEADERS), None)
    return raw if caution is None else _with(raw, "caution", caution, before=first)


# 2 to 3: verdicts say what in the record cannot all be so, and what was not judged has one name.


def _decision_3(raw: _Object) -> _Object:
    return _with(raw, "contradictions", None, before="verdict")


def _placement_3(raw: _Object) -> _Object:
    told = raw
    for decided in ("decision", "others"):
        told = _inside(told, ("results", decided), _decision_3)
    return {"not_judged" if key == "unjudged" else key: value for key, value in told.items()}


def _ladder_3(raw: _Object) -> _Object:
    return {key: _labeled(part) for key, part in raw.items()}


def _labeled(raw: Raw) -> Raw:
    """The same value, with a label on each group of predicates that has no part: it is meant."""
    # It ends as ``refuse_excess`` has limited how deep it can go, and looks at each value once.
    if is_list(raw):
        return [_labeled(part) for part in raw]
    if not is_object(raw):
        return raw
    told = {key: _labeled(part) for key, part in raw.items()}
    word = _EMPTY.get(str(raw.get("type"))) if raw.get("parts") == [] else None
    return _with(told, "label", word) if word else told


_EMPTY = {"all_of": "always", "any_of": "never"}


# Ranges: what had "weeks" and "weeks_max" has "weeks_min", and what had no number on random days
# says the one that it stood for.


def _program_2(raw: _Object) -> _Object:
    told: _Object = _inside(raw, ("phases",), _ranged)
    for services in (("services",), ("phases", "services")):
        told = _inside(told, (*services, "timing"), _counted)
    upgraded: _Object = _inside(told, ("continuing_care",), _program_2)
    return upgraded


def _ranged(phase: _Object) -> _Object:
    weeks, most = phase.get("weeks"), phase.get("weeks_max")
    told: _Object = {}
    for key, value in phase.items():
        if key not in ("weeks", "weeks_max"):
            told[key] = value
        if key == "title" and most in (None, weeks):
            told |= {} if weeks is None else {"weeks": weeks}
        elif key == "title":
            told |= ({} if weeks is None else {"weeks_min": weeks}) | {"weeks_max": most}
    return told


def _counted(timing: _Object) -> _Object:
    return _with(timing, "per_week", 1) if timing.get("type") == "random_days" else timing


def _plan_3(raw: _Object) -> _Object:
    upgraded: _Object = _inside(raw, ("program",), _program_2)
    return upgraded


def _schedule_3(raw: _Object) -> _Object:
    upgraded: _Object = _inside(raw, ("plan",), _plan_3)
    return upgraded


def _roster_2(raw: _Object) -> _Object:
    upgraded: _Object = _inside(raw, ("services", "timing"), _counted)
    return upgraded


# Formats that can say more, in keys that may be left out: days on which rules end or were seen,
# whose they are, and what was assumed; what is possible of a fact, and which findings count; what
# speaks for and against; levels of the fourth edition, approvals, places, observations.
def _more(raw: _Object) -> _Object:
    return raw


UPGRADERS: Mapping[str, tuple[Upgrader, ...]] = {
    "assignments": (),
    "charges": (_more,),
    "clinic": (),
    "coding": (_more,),
    "course": (),
    "decision": (_decision_2, _decision_3),
    "due_rules": (),
    "facts": (),
    "finding": (_more,),
    "goals": (),
    "habits": (),
    "instrument": (),
    "ladder": (_ladder_2, _ladder_3),
    "patient": (_more,),
    "placement": (_placement_2, _placement_3),
    "plan": (_plan_2, _plan_3),
    "policy": (_more,),
    "predicate": (_more,),
    "program": (_program_2,),
    "rates": (_more,),
    "requirements": (_requirements_2,),
    "roster": (_roster_2,),
    "schedule": (_schedule_2, _schedule_3),
    "site": (_more,),
    "study": (),
}
"""For each kind of document, the upgraders from format 1 to 2, from 2 to 3, and so on."""
