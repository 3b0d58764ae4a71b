"""Change documents and calendar files at random, read them, and use what was read.

    python tests/fuzz.py --seed 1 --count 100000
    python tests/fuzz.py --seed 1 --count 100000 --only calendar

Whatever comes of it is a value or one of our own errors. Anything else is printed with the
text that it came of, and the exit code is 1. The same seed and count give the same texts.
"""

import contextlib
import json
import re
import sys
import traceback
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random  # noqa: TID251  # one of our own, from the seed
from typing import Any
from uuid import UUID

from attrs import field, frozen

from iopkit.calendars import SiteFeed, appointments_from_ical, patient_feed, site_feed, to_ical
from iopkit.charges import CodingScheme, itemize
from iopkit.checks import check, judge, propose
from iopkit.documents import from_json, from_toml, predicate_from_json, to_json
from iopkit.documents.documents import KINDS
from iopkit.eligibility import (
    FACTS,
    OwnFacts,
    Predicate,
    analyze,
    describe,
    evaluate,
    explain,
    facts_with,
    read_facts,
    recorded_risks,
)
from iopkit.eligibility.own_facts import instrument_facts
from iopkit.errors import IopkitError
from iopkit.frames import decide_frame, facts_frame
from iopkit.groups import assign
from iopkit.library import find_coding, find_ladder, find_policy, find_program, find_requirements
from iopkit.patients import Patient
from iopkit.placement import compare_levels, place
from iopkit.plans import Plan, draft
from iopkit.plots import plan_picture, policy_picture, program_picture, week_picture
from iopkit.programs import timetable, weekly_doses
from iopkit.reports import (
    analysis_text,
    calendar_text,
    census_text,
    charges_text,
    checks_text,
    coding_text,
    conflicts_text,
    decision_html,
    decision_markdown,
    decision_text,
    difference_text,
    fact_text,
    findings_text,
    ladder_text,
    load_text,
    meetings_text,
    moves_text,
    openings_text,
    placement_text,
    plan_html,
    plan_text,
    policy_text,
    proposals_text,
    rates_text,
    requirements_text,
    template_text,
    timeline_text,
    tradeoffs_text,
    week_text,
)
from iopkit.schedules import (
    Schedule,
    Surroundings,
    booked_doses,
    census,
    free_time,
    loads,
    meetings,
    openings,
    patient_conflicts,
    reschedule,
    schedule,
    schedule_difference,
    session_rows,
    site_conflicts,
)
from iopkit.sites import Site
from iopkit.windows import Weekday

_HERE = Path(__file__).parent
_DAY = date(2026, 3, 2)
_NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
_KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")

Use = Callable[[Any], object]


@cache
def _sound(name: str) -> Any:
    """An unchanged value of a kind, to be used with a changed one."""
    kind = KINDS[name]
    newest = max(_HERE.glob(f"golden/formats/{name}-[0-9].json"))
    return from_json(kind, newest.read_text(encoding="utf-8"))


def _weeks(dated: Schedule) -> Iterator[int]:
    yield from {1, dated.plan.weeks, dated.weeks}


# What people do with what they have read. Pictures take long, and are drawn now and then.
_SCHEDULE: tuple[Use, ...] = (
    calendar_text,
    moves_text,
    timeline_text,
    booked_doses,
    session_rows,
    Schedule._repr_html_,  # what a notebook shows
    lambda dated: [week_text(dated, week=week) for week in _weeks(dated)],
    lambda dated: [plan_html(dated.plan, dated, week=week) for week in _weeks(dated)],
    lambda dated: [dated.local_start(session) for session in dated.sessions],
    lambda dated: to_ical(dated, stamp=_NOW, titles=True),
    lambda dated: patient_feed([dated], stamp=_NOW),
    lambda dated: site_feed([dated], SiteFeed(_KEY, counts=True), stamp=_NOW),
    lambda dated: census_text(census([dated])),
    lambda dated: meetings_text(meetings([dated], _sound("site"))),
    lambda dated: load_text(loads([dated], _sound("site"))),
    lambda dated: conflicts_text(site_conflicts([dated, _sound("schedule")], _sound("site"))),
    lambda dated: conflicts_text(patient_conflicts([dated])),
    lambda dated: checks_text(
        [(each, check(dated, each, assume_in_force=True)) for each in _requirements()]
    ),
    lambda dated: [
        (to_json(charges), charges_text(charges))
        for coding in (_sound("coding"), find_coding("us-medicare-iop"))
        for charges in [itemize(dated, coding, assume_in_force=True)]
    ],
    lambda dated: reschedule(dated, dated.plan, Surroundings(_sound("site"), _NOW)),
    lambda dated: difference_text(schedule_difference(_sound("schedule"), dated)),
    lambda dated: [
        openings_text(openings(dated, each, Surroundings(_sound("site"), _NOW)))
        for each in dated.sessions[:1]
    ],
)
_PROGRAM: tuple[Use, ...] = (
    template_text,
    lambda program: [weekly_doses(one) for _, one in program.variants],
    lambda program: [tuple(timetable(one, Weekday.MONDAY)) for _, one in program.variants],
    lambda program: _used_plan(_drafted(program)),
)


def _requirements() -> Sequence[Any]:
    return _sound("requirements"), find_requirements("us-medicare-iop")


def _drafted(program: Any) -> Plan:
    lengths = {phase.name: phase.laid_weeks for phase in program.phases if phase.weeks is None}
    track = program.tracks[0].name if program.tracks else None
    return draft(
        program,
        _sound("patient"),
        _sound("site"),
        start=_DAY,
        seed=1,
        track=track,
        phase_weeks=lengths,
    )


def _used_plan(plan: Plan) -> None:
    plan_text(plan)
    plan_html(plan)
    to_json(plan)
    dated = schedule(plan, _sound("site"))
    to_json(dated)
    calendar_text(dated)
    to_ical(dated, stamp=_NOW)
    for each in _requirements():
        findings_text(check(plan, each, assume_in_force=True))


def _used_site(site: Site) -> None:
    dated = schedule(_sound("plan"), site)
    timeline_text(dated, site=site)
    to_ical(dated, stamp=_NOW)
    census_text(census([dated]))
    load_text(loads([dated], site))
    meetings_text(meetings([dated], site))
    reschedule(dated, dated.plan, Surroundings(site, _NOW))
    check(dated, _sound("requirements"), site=site)


def _used_patient(patient: Patient) -> None:
    policy, ladder = find_policy("us-medicare-iop"), find_ladder("us-public-rules")
    decision = policy.decide(patient, on=_DAY)
    decision_text(decision)
    to_json(decision)
    for use in _PLACEMENT:
        use(place(ladder, patient, on=_DAY))
    tradeoffs_text(compare_levels(patient, on=_DAY))
    recorded_risks(patient, on=_DAY)
    sheet = read_facts(FACTS.values(), patient, on=_DAY)
    repr(sheet)
    program = find_program("matrix-16-week")
    _used_plan(draft(program, patient, _sound("site"), start=_DAY, seed=1))
    frame = facts_frame(FACTS.values(), [patient], on=_DAY, partly="null")
    decide_frame(policy, frame, on=_DAY)


def _used_facts(own: OwnFacts) -> None:
    known = facts_with(own.facts)
    for fact in own.facts:
        fact_text(known[fact.name])
    read_facts(known.values(), _sound("patient"), on=_DAY)


def _used_predicate(predicate: Predicate) -> None:
    describe(predicate)
    evaluate(predicate, {})
    explain(predicate, {})


def _used_requirements(requirements: Any) -> None:
    requirements_text(requirements)
    for planned in (_sound("plan"), _sound("schedule")):
        found = check(planned, requirements, site=_sound("site"), assume_in_force=True)
        checks_text([(requirements, found)])
        for finding in found[:20]:
            to_json(finding)
    judge(_sound("schedule"), [requirements], _sound("site"), assume_in_force=True)


def _used_coding(scheme: CodingScheme) -> None:
    coding_text(scheme)
    charges = itemize(_sound("schedule"), scheme, rates=_sound("rates"), assume_in_force=True)
    charges_text(charges)
    to_json(charges)


_PLACEMENT: tuple[Use, ...] = (placement_text, to_json)
USES: Mapping[str, Sequence[Use]] = {
    "charges": (charges_text,),
    "coding": (_used_coding,),
    "decision": (decision_text, decision_markdown, decision_html),
    "facts": (_used_facts,),
    "finding": (lambda finding: findings_text([finding]),),
    "instrument": (lambda instrument: [*map(fact_text, instrument_facts(instrument))],),
    "ladder": (
        ladder_text,
        lambda ladder: place(ladder, _sound("patient"), on=_DAY, assume_in_force=True),
    ),
    "patient": (_used_patient,),
    "placement": (placement_text,),
    "plan": (
        _used_plan,
        lambda plan: proposals_text(
            propose(plan, _sound("site"), _requirements(), most_changes=1, assume_in_force=True)
        ),
    ),
    "policy": (
        policy_text,
        lambda policy: analysis_text(analyze(policy, on=_DAY)),
        lambda policy: decision_text(
            policy.decide(_sound("patient"), on=_DAY, assume_in_force=True)
        ),
    ),
    "predicate": (_used_predicate,),
    "program": _PROGRAM,
    "rates": (rates_text, lambda rates: itemize(_sound("schedule"), _sound("coding"), rates=rates)),
    "requirements": (_used_requirements,),
    "roster": (lambda roster: assign(roster, _sound("site"), on=_DAY),),
    "schedule": _SCHEDULE,
    "site": (_used_site,),
}
PICTURES: Mapping[str, Sequence[Use]] = {
    "schedule": (plan_picture, lambda dated: week_picture(dated, week=dated.weeks)),
    "program": (program_picture,),
    "policy": (lambda policy: policy_picture(policy, on=_DAY),),
}
_EVERY_PICTURE = 250

# What stands where others are expected, at the bounds of dates, numbers and texts and past them.
_ODD: Sequence[object] = (
    *(None, True, False, 0, 1, -1, 2, 7, 52, 520, 624, 625, 1440, 1441, 2.7, -0.0, 1e308),
    *(2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**10, -(10**12), 10**18, 10**30, 10**400),
    *("", " ", "yes", "\ud800", "\0", "\x1b[8m", "\u202e", "x" * 300, "monday", "monday 09:00"),
    *("0001-01-01", "0001-01-07", "1969-12-31", "2199-12-31", "9999-12-31", "9999-12-24"),
    *("2026-03-08", "18:00", "00:00", "23:59", "2026-01-05T18:00", "2026", "2026-02"),
    "0001-01-01T00:00+00:00[UTC]",
    "9999-12-31T23:59-06:00[America/Chicago]",
    "9999-12-31T23:59+14:00[Pacific/Kiritimati]",
    "2026-03-08T03:30-05:00[America/Chicago]",
    *("America/Chicago", "America", "Pacific/Apia", "UTC", "age", "dangerous", "weekly", "never"),
    *([], [None], [[]], {}, {"type": "not"}, {"from": 0, "to": "never"}),
)
_Place = tuple[Any, str | int]


def _places(part: Any) -> Iterator[_Place]:
    """Every place in a document: what holds it, and the key or number there."""
    steps = [*part] if isinstance(part, dict) else range(len(part)) if _is_list(part) else ()
    for step in steps:
        yield part, step
        yield from _places(part[step])


def _is_list(part: object) -> bool:
    return isinstance(part, list)


def _nearly(value: Any, rng: Random) -> Any:
    """Another value of the same form, which a reader is likely to take."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice((value + 1, value - 1, -value, value * 10, value * 10**6, 0, 1, 1440))
    if isinstance(value, float):
        return rng.choice((value + 0.5, -value, value * 1e9))
    if not isinstance(value, str):
        return rng.choice(_ODD)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        odd = "0001-01-01", "1970-01-01", "2026-03-08", "2199-12-31", "9999-12-31"
        moved = date(2026, 1, 5) + timedelta(days=rng.randint(-800, 800))
        return rng.choice((*odd, str(moved)))
    if match := re.fullmatch(r"(\d{4})(-\d\d-\d\dT.*)", value):
        return f"{rng.choice(('0001', '1970', '2025', '2027', '9999'))}{match[2]}"
    return rng.choice((value.upper(), value[:-1], value * 2, f"{value}\u0301", f" {value}"))


def changed_document(text: str, rng: Random) -> str:
    """A JSON document after a few changes at random places."""
    document = json.loads(text)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        places = [*_places(document)]
        holder, step = rng.choice(places)
        match rng.randrange(9):
            case 0:
                del holder[step]
            case 1 if isinstance(holder, list):
                holder.insert(rng.randrange(len(holder) + 1), deepcopy(holder[int(step)]))
            case 2 if isinstance(holder, list):
                rng.shuffle(holder)
            case 3:
                other, there = rng.choice(places)
                with contextlib.suppress(LookupError):  # it may be inside what was replaced
                    holder[step] = deepcopy(other[there])
            case 4 if isinstance(holder, dict):
                holder[rng.choice(("type", "label", "format", "x"))] = rng.choice(_ODD)
            case 5 | 6:
                holder[step] = deepcopy(rng.choice(_ODD))
            case _:
                leaves = [at for at in places if not isinstance(at[0][at[1]], dict | list)]
                holder, step = rng.choice(leaves)
                holder[step] = _nearly(holder[step], rng)
        if not document:
            break
    return json.dumps(document)


def changed_text(text: str, rng: Random) -> str:
    """A text after a few changes of lines, words and signs."""
    lines = text.split("\n")
    for _ in range(rng.choice((1, 1, 2, 3))):
        place = rng.randrange(len(lines))
        match rng.randrange(6):
            case 0:
                lines.insert(rng.randrange(len(lines) + 1), lines[place])
            case 1 if len(lines) > 1:
                del lines[place]
            case 2:
                other = rng.randrange(len(lines))
                lines[place], lines[other] = lines[other], lines[place]
            case 3:
                words = re.split(r"(\W)", lines[place])
                words[rng.randrange(len(words))] = str(rng.choice(_ODD))[:40]
                lines[place] = "".join(words)
            case 4:
                lines[place] = re.sub(r"\d", lambda _: str(rng.randrange(10)), lines[place])
            case _:
                at = rng.randrange(len(lines[place]) + 1)
                lines[place] = lines[place][:at] + rng.choice('.[]{}"=,:;#\0é') + lines[place][at:]
    return "\n".join(lines)


_APPOINTMENTS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VTIMEZONE
TZID:Chicago
BEGIN:STANDARD
DTSTART:20251102T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0600
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;TZID=Chicago:20260302T090000
DTEND;TZID=Chicago:20260302T100000
RRULE:FREQ=WEEKLY;UNTIL=20260501T000000Z;BYDAY=MO,WE
EXDATE;TZID=Chicago:20260309T090000
SUMMARY:Work
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;TZID=Chicago:20260304T090000
DTSTART;TZID=Chicago:20260304T110000
DURATION:PT1H
STATUS:CANCELLED
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20260305
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VFREEBUSY
UID:3
FREEBUSY;FBTYPE=BUSY:20260306T120000Z/PT2H,20260307T120000Z/20260307T130000Z
END:VFREEBUSY
END:VCALENDAR
"""


@cache
def _originals() -> Mapping[str, Sequence[tuple[str, str]]]:
    """The texts that are changed, each with the name of its kind: documents and calendars."""
    documents = [
        (path.name.split("-")[0], path.read_text(encoding="utf-8"))
        for path in sorted(_HERE.glob("golden/formats/*.json"))
    ]
    folder = _HERE.parent / "src" / "iopkit"
    written = [
        ("program", path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("library/program_files/*.toml"))
    ]
    written += [
        (path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("examples/*.toml"))
    ]
    calendars = [
        path.read_bytes().decode().replace("\r\n", "\n")
        for path in sorted(_HERE.glob("golden/outputs/*.ics"))
    ]
    return {
        "json": documents,
        "toml": written,
        "calendar": [("calendar", text) for text in (_APPOINTMENTS, *calendars)],
    }


@frozen
class Found:
    """What was read and used, and what went wrong in ways that are not ours."""

    texts: Counter[str] = field(factory=Counter[str])
    read: Counter[str] = field(factory=Counter[str])
    faults: dict[str, str] = field(factory=dict[str, str])

    def fault(self, what: str, error: Exception, text: str) -> None:
        """Keep the first text that comes to an error at one place of the code."""
        inside = [each for each in traceback.extract_tb(error.__traceback__) if "iopkit" in each[0]]
        where = f"{inside[-1].filename}:{inside[-1].lineno}" if inside else "?"
        name = f"{type(error).__name__} at {where}"
        self.faults.setdefault(name, f"{what}: {error!r:.300}\n{text}")


def _read(kind: str, form: str, text: str) -> Any:
    if form == "calendar":
        end = _DAY + timedelta(weeks=12)
        return appointments_from_ical(text.encode(), start=_DAY, end=end, zone="America/Chicago")
    if form == "toml":
        return from_toml(KINDS[kind], text)
    return predicate_from_json(text) if kind == "predicate" else from_json(KINDS[kind], text)


def _use_calendar(busy: Any) -> None:
    dated = _sound("schedule")
    conflicts_text(patient_conflicts([dated], appointments=busy))
    start = datetime(2026, 3, 2, tzinfo=UTC)
    free_time(start, start + timedelta(weeks=1), zone="America/Chicago", busy=busy)
    reschedule(dated, dated.plan, Surroundings(_sound("site"), _NOW, busy=busy))


def fuzz(seed: int, count: int, forms: Sequence[str] = ("json", "toml", "calendar")) -> Found:
    """Change, read and use so many texts of some forms; most are documents in JSON."""
    rng, found = Random(seed), Found()  # noqa: S311  # no secret
    weights = [{"json": 8, "toml": 1, "calendar": 1}[form] for form in forms]
    for number in range(count):
        (form,) = rng.choices(forms, weights)
        kind, original = rng.choice(_originals()[form])
        whole = form == "json" and rng.random() < 0.95
        text = changed_document(original, rng) if whole else changed_text(original, rng)
        found.texts[kind] += 1
        try:
            value = _read(kind, form, text)
        except IopkitError as error:
            str(error)
            continue
        except Exception as error:  # noqa: BLE001  # what is looked for
            found.fault(f"reading a {kind}", error, text)
            continue
        found.read[kind] += 1
        uses = (_use_calendar,) if form == "calendar" else (_again, repr, *_own_uses(kind, number))
        for use in uses:
            try:
                use(value)
            except IopkitError:
                pass
            except Exception as error:  # noqa: BLE001  # what is looked for
                found.fault(f"using a {kind}", error, text)
    return found


def _own_uses(kind: str, number: int) -> Iterator[Use]:
    yield from USES[kind]
    if number % _EVERY_PICTURE == 0:
        yield from PICTURES.get(kind, ())


def _again(value: Any) -> None:
    kind = next(kind for kind in KINDS.values() if isinstance(value, kind))
    if from_json(kind, to_json(value)) != value:
        raise AssertionError("what was written is read as something else")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, change, read, use, and tell what was found."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--only", choices=("json", "toml", "calendar"))
    options = parser.parse_args(arguments)
    forms = [options.only] if options.only else ["json", "toml", "calendar"]
    found = fuzz(options.seed, options.count, forms)
    for kind, texts in sorted(found.texts.items()):
        print(f"{kind:<14}{texts:>9,} texts, {found.read[kind]:>8,} read and used")
    for name, what in found.faults.items():
        print(f"\n{name}\n{what}".encode(errors="backslashreplace").decode())
    return bool(found.faults)


if __name__ == "__main__":
    sys.exit(main())
