"""Change documents, calendar files and tables at random, read them, and use what was read.

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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from random import Random  # noqa: TID251  # one of our own, from the seed
from typing import Any
from uuid import UUID

from attrs import evolve, field, frozen

from iopkit.calendars import SiteFeed, appointments_from_ical, patient_feed, site_feed, to_ical
from iopkit.charges import CodingScheme, itemize
from iopkit.checks import check, judge, propose
from iopkit.clinics import Clinic, ClinicSettings, NamedPatient
from iopkit.courses import due_flaws, due_on
from iopkit.documents import (
    attendance_from_csv,
    entries_from_jsonl,
    entries_to_jsonl,
    from_json,
    from_toml,
    predicate_from_json,
    to_document,
    to_json,
)
from iopkit.documents.documents import read_carefully
from iopkit.documents.kinds import KINDS
from iopkit.documents.lines import Language
from iopkit.documents.parsing import parsed
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
from iopkit.groups import Group, Roster, assign, join
from iopkit.library import (
    CODINGS,
    POLICIES,
    RATES,
    REQUIREMENTS,
    ShippedNames,
    find_coding,
    find_ladder,
    find_policy,
    find_program,
    find_requirements,
)
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.placement import compare_levels, place
from iopkit.plans import GoalTemplates, Plan, continue_care, draft, settle
from iopkit.plots import plan_picture, policy_picture, program_picture, week_picture
from iopkit.programs import (
    PerWeek,
    Phase,
    Program,
    Progress,
    Service,
    Slot,
    timetable,
    weekly_doses,
)
from iopkit.reports import (
    analysis_text,
    assignments_text,
    calendar_text,
    census_text,
    charges_csv,
    charges_html,
    charges_text,
    checks_text,
    coding_text,
    conflicts_text,
    course_text,
    decision_html,
    decision_markdown,
    decision_text,
    difference_text,
    due_rules_text,
    fact_text,
    findings_text,
    goal_templates_text,
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
from iopkit.scenarios.study_names import wrong_names
from iopkit.schedules import (
    Meeting,
    Schedule,
    Surroundings,
    booked_doses,
    census,
    free_time,
    loads,
    meetings,
    meetings_of,
    openings,
    patient_conflicts,
    reassign,
    reschedule,
    schedule,
    schedule_difference,
    session_rows,
    site_conflicts,
)
from iopkit.sites import Clinician, Room, Site
from iopkit.windows import Weekday, WeeklyWindows

_HERE = Path(__file__).parent
_DAY = date(2026, 3, 2)
_NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")

Use = Callable[[Any], object]


@cache
def _sound(name: str) -> Any:
    """An unchanged value of a kind, to be used with a changed one."""
    kind = KINDS[name]
    newest = max(_HERE.glob(f"golden/formats/{name}-[0-9].json"))
    return from_json(kind, newest.read_text(encoding="utf-8"))


_SLOTS = (Slot.parse("monday 18:00"), Slot.parse("thursday 18:00"))
_GROUP = Group("evening-a", "group", _SLOTS, timedelta(hours=2), 12, room="Oak", clinician="Ash")


@cache
def _joined() -> tuple[Program, Site]:
    """A program with a group, at a site where it meets."""
    hours = WeeklyWindows.of(*(f"{day.title} 08:00-21:00" for day in [*Weekday][:6]))
    staff = tuple(Clinician(name) for name in ("Ash", "Birch", "Ada"))
    rooms = Room("Oak", 12), Room("large", 20)
    site = Site("Elm", "America/Chicago", hours, rooms=rooms, clinicians=staff)
    length, group = timedelta(hours=2), Modality.GROUP_THERAPY
    talk = Service("talk", "Talk", Modality.INDIVIDUAL_COUNSELING, PerWeek(1), length / 2)
    service = Service("group", "Group", group, PerWeek(2), length)
    program = Program("evenings", "Evenings", (Phase("all", "All", 4),), (service, talk))
    return join(program, site, [_GROUP])


@cache
def _met() -> tuple[Meeting, ...]:
    return _meetings_of(_GROUP)


def _meetings_of(group: Group) -> tuple[Meeting, ...]:
    _, site = _joined()
    moves = ["2026-03-05 to 2026-03-06 17:30"] if group.slots == _SLOTS else []
    return meetings_of(group, site, start=_DAY, end=_DAY + timedelta(weeks=8), moves=moves)


@cache
def _member() -> Plan:
    """A plan with a group."""
    program, site = _joined()
    return draft(program, _sound("patient"), site, start=_DAY, seed=1, groups=[_GROUP])


def _site_of(plan: Plan) -> Site:
    _, site = _joined()
    return site if plan.site == site.name else _sound("site")


def _dated(plan: Plan) -> Schedule:
    return schedule(plan, _site_of(plan), meetings=_met())


def _around(plan: Plan, as_of: datetime = _NOW, **more: Any) -> Surroundings:
    return Surroundings(_site_of(plan), as_of, meetings=_met(), **more)


@cache
def _of_member() -> Schedule:
    return _dated(_member())


def _beside(plan: Plan) -> Schedule:
    """Another schedule at a plan's site."""
    return _of_member() if plan.site == _of_member().plan.site else _sound("schedule")


def _weeks(dated: Schedule) -> Iterator[int]:
    yield from {1, dated.plan.weeks, dated.weeks}


# What people do with what they have read.
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
    lambda dated: meetings_text(meetings([dated], _site_of(dated.plan))),
    lambda dated: load_text(loads([dated], _site_of(dated.plan))),
    lambda dated: conflicts_text(
        site_conflicts([dated, _beside(dated.plan)], _site_of(dated.plan))
    ),
    lambda dated: conflicts_text(patient_conflicts([dated])),
    lambda dated: checks_text(
        [(each, check(dated, each, assume_in_force=True)) for each in _requirements()]
    ),
    lambda dated: [
        (to_json(charges), charges_text(charges))
        for coding in (_sound("coding"), find_coding("us-medicare-iop"))
        for charges in [itemize(dated, coding, assume_in_force=True)]
    ],
    lambda dated: difference_text(
        schedule_difference(dated, reschedule(dated, dated.plan, _around(dated.plan)))
    ),
    lambda dated: [
        openings_text(openings(dated, each, _around(dated.plan, as_of=each.start - _HOUR)))
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
    track = program.tracks[0].name if program.tracks else None
    return draft(
        program,
        _sound("patient"),
        _sound("site"),
        start=_DAY,
        seed=1,
        track=track,
        phase_weeks=dict.fromkeys(program.open_lengths, 4),
    )


def _used_plan(plan: Plan) -> None:
    plan_text(plan)
    plan_html(plan)
    to_json(plan)
    dated = _dated(plan)
    to_json(dated)
    calendar_text(dated)
    to_ical(dated, stamp=_NOW)
    for one in (plan.program.discharge, *(phase.advance for phase in plan.program.phases)):
        if one is not None:
            Progress(weeks_in_phase=2, attendance=0.5).meets(one)
    for each in _requirements():
        findings_text(check(plan, each, assume_in_force=True))


def _used_plan_at_its_end(plan: Plan) -> None:
    if then := plan.program.continuing_care:
        weeks = dict.fromkeys(then.open_lengths, 4)
        continue_care(plan, _sound("patient"), _site_of(plan), phase_weeks=weeks)


def _used_site(site: Site) -> None:
    plan = evolve(_sound("plan"), site=site.name)
    dated = schedule(plan, site)
    for clinician in site.clinicians:
        reassign([plan], [], site, away=clinician.name, start=_DAY)
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
    placement = place(ladder, patient, on=_DAY)
    placement_text(placement)
    to_json(placement)
    tradeoffs_text(compare_levels(patient, on=_DAY))
    recorded_risks(patient, on=_DAY)
    sheet = read_facts(FACTS.values(), patient, on=_DAY)
    repr(sheet)
    program = find_program("alterman-1994")
    _used_plan(draft(program, patient, _sound("site"), start=_DAY, seed=1))


def _in_frames(patient: Patient) -> None:
    frame = facts_frame(FACTS.values(), [patient], on=_DAY, partly="null")
    decide_frame(find_policy("us-medicare-iop"), frame, on=_DAY)


def _used_facts(own: OwnFacts) -> None:
    known = facts_with(own.facts)
    for fact in own.facts:
        fact_text(known[fact.name])
    read_facts(known.values(), _sound("patient"), on=_DAY)


def _used_goals(templates: GoalTemplates) -> None:
    goal_templates_text(templates)
    patient, site = _sound("patient"), _sound("site")
    program = find_program("matrix-16-week")
    plan = draft(program, patient, site, start=_DAY, seed=1, goal_templates=templates)
    names = [each.problem.name for each in plan.proposals or ()]
    _used_plan(settle(plan, on=_DAY, by="Ada", accept=names))


def _used_predicate(predicate: Predicate) -> None:
    describe(predicate)
    evaluate(predicate, {})
    explain(predicate, {})


def _used_roster(roster: Roster) -> None:
    _, site = _joined()
    assign(roster, site, on=_DAY)
    for group in roster.groups:
        meetings_text(_meetings_of(group))
    for clinician in site.clinicians:
        reassign([_member()], roster.groups, site, away=clinician.name, start=_DAY)


def _used_calendar(busy: Any) -> None:
    dated = _sound("schedule")
    conflicts_text(patient_conflicts([dated], appointments=busy))
    start = datetime(2026, 3, 2, tzinfo=UTC)
    free_time(start, start + timedelta(weeks=1), zone="America/Chicago", busy=busy)


def _moved_around(busy: Any) -> None:
    plan = _sound("schedule").plan
    reschedule(_sound("schedule"), plan, _around(plan, busy=busy))


def _used_attendance(attended: Any) -> None:
    dated = _sound("schedule")
    charges = itemize(dated, _sound("coding"), attended=attended, assume_in_force=True)
    charges_text(charges)
    to_json(charges)
    findings_text(check(dated, _sound("requirements"), attended=attended, assume_in_force=True))


def _used_due_rules(rules: Any) -> None:
    due_rules_text(rules)
    asked = [rule for dated in rules.versions.dated for rule in dated.value]
    due_flaws(asked)
    due_on(_sound("course"), on=date(2026, 4, 1), rules=asked, site=_sound("site"), closed=True)


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


def _used_settings(settings: ClinicSettings) -> None:
    # The weeks that it chooses are of phases of another program.
    clinic = Clinic(evolve(settings, weeks=()), _sound("site"), _sound("program"))
    clinic.settings_of(NamedPatient("amber", _sound("patient")))
    to_json(settings)


USES: Mapping[str, Sequence[Use]] = {
    "assignments": (assignments_text,),
    "attendance": (_used_attendance,),
    "calendar": (_used_calendar,),
    "charges": (charges_text, charges_csv, charges_html),
    "clinic": (_used_settings,),
    "coding": (_used_coding,),
    "course": (course_text, lambda course: entries_from_jsonl(entries_to_jsonl([course]))),
    "due_rules": (_used_due_rules,),
    "decision": (decision_text, decision_markdown, decision_html),
    "facts": (_used_facts,),
    "finding": (lambda finding: findings_text([finding]),),
    "goals": (_used_goals,),
    "habits": (lambda habits: habits.filled_from(habits).words,),
    "instrument": (lambda instrument: [*map(fact_text, instrument_facts(instrument))],),
    "ladder": (
        ladder_text,
        lambda ladder: place(ladder, _sound("patient"), on=_DAY, assume_in_force=True),
    ),
    "patient": (_used_patient,),
    "placement": (placement_text,),
    "plan": (
        _used_plan,
        _used_plan_at_its_end,
        lambda plan: proposals_text(
            propose(plan, _site_of(plan), _requirements(), most_changes=1, assume_in_force=True)
        ),
    ),
    "policy": (
        policy_text,
        lambda policy: decision_text(
            policy.decide(_sound("patient"), on=_DAY, assume_in_force=True)
        ),
    ),
    "predicate": (_used_predicate,),
    "program": _PROGRAM,
    "rates": (rates_text, lambda rates: itemize(_sound("schedule"), _sound("coding"), rates=rates)),
    "requirements": (_used_requirements,),
    "roster": (_used_roster,),
    "schedule": _SCHEDULE,
    "site": (_used_site,),
    "study": (lambda study: wrong_names(to_document(study), ShippedNames()),),
}
LONG_USES: Mapping[str, Sequence[Use]] = {
    "calendar": (_moved_around,),
    "patient": (_in_frames,),
    "policy": (
        lambda policy: analysis_text(analyze(policy, on=_DAY)),
        lambda policy: policy_picture(policy, on=_DAY),
    ),
    "program": (program_picture,),
    "schedule": (plan_picture, lambda dated: week_picture(dated, week=dated.weeks)),
}
"""What takes long, and is done with one in so many of the values of a kind."""
_ONE_IN = 50

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
_Path = tuple[str | int, ...]


@cache
def _places(text: str) -> tuple[Sequence[_Path], Sequence[_Path]]:
    """Every place in a document, and those of what holds nothing more."""
    found: list[_Path] = []
    leaves: list[_Path] = []

    def walk(part: Any, path: _Path) -> None:
        steps = part if isinstance(part, dict) else range(len(part))
        for step in steps:
            found.append((*path, step))
            if isinstance(part[step], dict | list):
                walk(part[step], (*path, step))
            else:
                leaves.append((*path, step))

    walk(json.loads(text), ())
    return found, leaves


def _at(part: Any, path: _Path) -> Any:
    for step in path:
        part = part[step]
    return part


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
        # It fails where the place is inside of what was changed before.
        with contextlib.suppress(LookupError, TypeError, ValueError):
            _change(document, *_places(text), rng)
    return json.dumps(document)


def _change(document: Any, places: Sequence[_Path], leaves: Sequence[_Path], rng: Random) -> None:
    *path, step = rng.choice(places)
    holder = _at(document, tuple(path))
    match rng.randrange(9):
        case 0:
            del holder[step]
        case 1 if isinstance(holder, list):
            holder.insert(rng.randrange(len(holder) + 1), deepcopy(holder[int(step)]))
        case 2 if isinstance(holder, list):
            rng.shuffle(holder)
        case 3:
            holder[step] = deepcopy(_at(document, rng.choice(places)))
        case 4 if isinstance(holder, dict):
            holder[rng.choice(("type", "label", "format", "x"))] = rng.choice(_ODD)
        case 5 | 6:
            holder[step] = deepcopy(rng.choice(_ODD))
        case _:
            *path, step = rng.choice(leaves)
            holder = _at(document, tuple(path))
            holder[step] = _nearly(holder[step], rng)


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


_SERIES = """BEGIN:VCALENDAR
X-WR-TIMEZONE:America/Denver
BEGIN:VEVENT
UID:4
DTSTART:20260303T080000
DTEND:20260303T093000
RRULE:FREQ=MONTHLY;BYDAY=1TU,-1FR;COUNT=9;WKST=SU
RDATE:20260312T080000,20260313T080000
SEQUENCE:2
CLASS:PRIVATE
BEGIN:VALARM
TRIGGER:-PT15M
ACTION:DISPLAY
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:4
RECURRENCE-ID;RANGE=THISANDFUTURE:20260407T080000
DTSTART:20260408T100000
DURATION:P0DT2H30M
END:VEVENT
BEGIN:VEVENT
UID:5
DTSTART;TZID="Eastern Standard Time":20260302T230000
DTEND;TZID="Eastern Standard Time":20260303T020000
RRULE:FREQ=DAILY;INTERVAL=3;UNTIL=20260420;BYMONTH=3,4
EXDATE;VALUE=DATE:20260308
SUMMARY:Shift that goes on
  past midnight
END:VEVENT
BEGIN:VEVENT
UID:6
DTSTART;VALUE=DATE:20260309
DTEND;VALUE=DATE:20260312
RRULE:FREQ=YEARLY;BYMONTHDAY=9;BYSETPOS=1
END:VEVENT
BEGIN:VTODO
UID:7
DUE:20260310T120000Z
END:VTODO
END:VCALENDAR
"""


def _begun(calendar: str) -> str:
    """A calendar with no more than its first events, so that it is soon read."""
    first = calendar.split("BEGIN:VEVENT")[:6]
    return "BEGIN:VEVENT".join(first) + ("" if len(first) < 6 else "END:VCALENDAR\n")


def _attendance() -> str:
    """Some sessions of a schedule as a table of what was attended."""
    dated = _sound("schedule")
    ways = "1,on_site,,,Ada", "1,telehealth,yes,no,", "0,,,,", "1,telehealth,no,,Bo"
    listed = zip(dated.sessions, ways * len(dated.sessions), strict=False)
    lines = [f"{dated.uid(session)},{way}" for session, way in listed]
    return "\n".join(["session,minutes,delivery,video,at_home,led_by", *lines])


@cache
def _originals() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """The texts that are changed, by their form and the kind of what they hold."""
    documents = [
        (path.name.split("-")[0], path.read_text(encoding="utf-8"))
        for path in sorted(_HERE.glob("golden/formats/*.json"))
    ]
    shipped = (
        ("coding", CODINGS),
        ("policy", POLICIES),
        ("rates", RATES),
        ("requirements", REQUIREMENTS),
    )
    documents += [(kind, to_json(one)) for kind, several in shipped for one in several]
    documents += [("plan", to_json(_member())), ("schedule", to_json(_of_member()))]
    folder = _HERE.parent / "src" / "iopkit"
    written = [
        ("program", path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("library/program_files/*.toml"))
    ]
    own = [folder / "templates" / f"{kind}.toml" for kind in ("facts", "instrument", "program")]
    # A record of entries comes in lines, which have a reader of their own.
    examples = [path for path in sorted(folder.glob("examples/*.*")) if path.suffix != ".jsonl"]
    for path in (*examples, *own):
        listed = written if path.suffix == ".toml" else documents
        listed.append((path.stem, path.read_text(encoding="utf-8")))
    calendars = [
        _begun(path.read_bytes().decode().replace("\r\n", "\n"))
        for path in sorted(_HERE.glob("golden/outputs/*.ics"))
    ]
    return {
        "json": _by_kind(documents),
        "toml": _by_kind(written),
        "calendar": {"calendar": (_APPOINTMENTS, _SERIES, *calendars)},
        "attendance": {"attendance": [_attendance()]},
    }


def _by_kind(texts: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    by_kind: dict[str, list[str]] = {}
    for kind, text in texts:
        by_kind.setdefault(kind, []).append(text)
    return by_kind


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
    if form == "attendance":
        return attendance_from_csv(text, _sound("schedule"))
    if form == "calendar":
        data, end = text.encode(errors="surrogatepass"), _DAY + timedelta(weeks=12)
        read = partial(appointments_from_ical, data, start=_DAY, end=end, zone="America/Chicago")
        try:
            return read()
        except IopkitError:
            return read(refused=str)  # What else is in it can be used.
    if form == "toml":
        return from_toml(KINDS[kind], text)
    return predicate_from_json(text) if kind == "predicate" else from_json(KINDS[kind], text)


_FORMS: Mapping[str, int] = {"json": 16, "toml": 1, "calendar": 2, "attendance": 1}
"""How many of the texts are of each form."""


def fuzz(seed: int, count: int, forms: Sequence[str] = tuple(_FORMS)) -> Found:
    """Change, read and use so many texts of some forms; most are documents in JSON."""
    rng, found = Random(seed), Found()  # noqa: S311  # no secret
    weights = [_FORMS[form] for form in forms]
    for _ in range(count):
        (form,) = rng.choices(forms, weights)
        kind = rng.choice([*_originals()[form]])
        original = rng.choice(_originals()[form][kind])
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
        uses = [*([_again, repr] if kind in KINDS else []), *USES[kind]]
        if form in _LANGUAGES:
            uses.append(partial(_carefully, form, text))
        if found.read[kind] % _ONE_IN == 0:
            uses += LONG_USES.get(kind, ())
        for use in uses:
            try:
                use(value)
            except IopkitError:
                pass
            except Exception as error:  # noqa: BLE001  # what is looked for
                found.fault(f"using a {kind}", error, text)
    return found


def _again(value: Any) -> None:
    kind = next(kind for kind in KINDS.values() if isinstance(value, kind))
    if from_json(kind, to_json(value)) != value:
        raise AssertionError("what was written is read as something else")


_LANGUAGES: Mapping[str, Language] = {"json": "JSON", "toml": "TOML"}


def _carefully(form: str, text: str, value: Any) -> None:
    """Fail if what was taken at the first look is refused, or another value, at the second."""
    kind = next(kind for kind in KINDS.values() if isinstance(value, kind))
    raw = parsed(_LANGUAGES[form], text, masked=False)
    try:
        careful = read_carefully(kind, raw, None, (), lambda paths: [None] * len(paths))
    except IopkitError as error:
        raise AssertionError("what was read is refused by the careful reader") from error
    if careful != value or to_json(careful) != to_json(value):
        raise AssertionError("what was read is something else to the careful reader")


def refused_uses() -> Iterator[str]:
    """The uses that a text as it is cannot be put to, which look at nothing then."""
    for form, kinds in _originals().items():
        for kind, texts in kinds.items():
            for text in texts:
                try:
                    value = _read(kind, form, text)
                    for use in USES[kind]:
                        use(value)
                except IopkitError as error:
                    yield f"{kind}: {error}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, change, read, use, and tell what was found."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--only", choices=_FORMS)
    options = parser.parse_args(arguments)
    found = fuzz(options.seed, options.count, [options.only] if options.only else [*_FORMS])
    for kind, texts in sorted(found.texts.items()):
        print(f"{kind:<14}{texts:>9,} texts, {found.read[kind]:>8,} read and used")
    for name, what in found.faults.items():
        print(f"\n{name}\n{what}".encode(errors="backslashreplace").decode())
    return bool(found.faults)


if __name__ == "__main__":
    sys.exit(main())
