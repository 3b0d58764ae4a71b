"""Documents give back the value they were written from, and equal values equal bytes."""

import codecs
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import iopkit
from iopkit import (
    FACTS,
    Decision,
    Fact,
    InvalidError,
    LevelOfCare,
    Patient,
    Plan,
    Policy,
    Program,
    Schedule,
    Site,
    Source,
    Weekday,
    WeeklyWindows,
    check,
    draft,
    find_policy,
    find_requirements,
    from_json,
    from_toml,
    schedule,
    to_json,
)
from iopkit.charges import Charges, CodingScheme, NotBilledReason, RateTable, itemize
from iopkit.checks import Finding
from iopkit.clinics import ClinicSettings, PatientSettings
from iopkit.courses import Course, DueRuleSet
from iopkit.courses.stays import DischargeReason
from iopkit.documents import fact_document, predicate_from_json, to_document
from iopkit.documents.formats import current_format
from iopkit.documents.kinds import KINDS
from iopkit.documents.values import leaf_of, leaf_reader
from iopkit.eligibility import (
    AnyFact,
    Choice,
    Compare,
    Criterion,
    Number,
    OwnFacts,
    Possible,
    Predicate,
    YesNo,
)
from iopkit.groups import Roster, assign
from iopkit.library import CODINGS, RATES, find_program, program_text
from iopkit.modalities import Delivery, Modality
from iopkit.patients import INSTRUMENTS, Expiry, Instrument, PartialDate, Purpose
from iopkit.placement import CarePath, Ladder, OpioidTreatment, PathStep, Rung, place
from iopkit.plans import (
    ConditionTarget,
    Counted,
    CountTarget,
    DiagnosisKind,
    GoalTemplate,
    GoalTemplates,
    GroupMembership,
    InterventionTemplate,
    Leave,
    NoteSubject,
    ObjectiveTemplate,
    ProblemTemplate,
    ScoreTarget,
    Trip,
)
from iopkit.programs.progress import COURSE_FACTS, service_facts
from iopkit.requirements import RequirementSet
from iopkit.scenarios.attending import Attending, AttendingRule
from iopkit.scenarios.capacity import SeatPool
from iopkit.scenarios.curves import AfterLast, ByWeek, Constant, Left, LogLogistic, Tabulated
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.leaving import Effect, Ending, Endings, Exit, Exits, HazardOf
from iopkit.scenarios.shares import Share
from iopkit.scenarios.study import Study
from iopkit.scenarios.study_base import (
    ServiceTimes,
    StudyArrivals,
    StudyBase,
    StudyPeople,
    StudyValue,
    StudyVariation,
)
from iopkit.scenarios.totals import TOTALS
from iopkit.schedules import Attendance, HowGiven, Reason
from iopkit.sites import HolidayCalendar, Offer
from iopkit.sources import Dated, Grade, Versions
from iopkit.strategies import (
    clock_times,
    codings,
    courses,
    days,
    instruments,
    keys,
    own_facts,
    patients,
    predicates,
    programs,
    rate_tables,
    requirement_sets,
    rosters,
    sites,
    weekly_windows,
)

EXAMPLES = Path(iopkit.__file__).parent / "examples"

BY_HAND: Mapping[str, type[object]] = {
    "coding": CodingScheme,
    "course": Course,
    "due_rules": DueRuleSet,
    "facts": OwnFacts,
    "goals": GoalTemplates,
    "instrument": Instrument,
    "ladder": Ladder,
    "patient": Patient,
    "plan": Plan,
    "policy": Policy,
    "program": Program,
    "rates": RateTable,
    "requirements": RequirementSet,
    "roster": Roster,
    "site": Site,
}
"""Kinds that people write, and so may write in TOML."""

Reader = Callable[[str, str | bytes], object]

_texts = st.text(st.characters(codec="utf-8"), max_size=12)
_names = st.from_regex(r"[a-z]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True)


_words = st.sampled_from(["", "words", "“¿Qué?”\n\t\\"])
_sources = st.sampled_from(
    [
        Source("42 CFR 1.1", Grade.LEGAL_TEXT, "https://example.org/1", date(2024, 1, 1)),
        Source("§ 2 – “Code”", Grade.OFFICIAL, checked=date(2025, 2, 28)),
        Source("", Grade.SECONDARY),
    ]
)


def full_sites() -> st.SearchStrategy[Site]:
    """Sites with offers of one weekday; their public holidays are a document's alone."""
    starts = st.none() | clock_times()
    lengths = st.none() | st.integers(1, 1440).map(lambda n: timedelta(minutes=n))
    offers = st.builds(Offer, _names, st.sampled_from(Weekday), starts) | st.builds(
        Offer, _names, start=starts, duration=lengths
    )
    return st.builds(
        lambda site, name, offers: evolve(site, name=name, offers=tuple(offers) or site.offers),
        sites(),
        _texts,
        st.lists(offers, max_size=3, unique_by=lambda offer: (offer.service, offer.day)),
    )


def full_programs() -> st.SearchStrategy[Program]:
    return st.builds(
        lambda program, title, level, drawn, left_open: evolve(
            program, title=title, level=level, sources=tuple(drawn), left_open=tuple(left_open)
        ),
        programs(),
        _texts,
        st.none() | st.just(LevelOfCare("2.1")),
        st.lists(_sources, max_size=2),
        st.lists(_texts, max_size=2),
    )


def labeled() -> st.SearchStrategy[Predicate]:
    """Predicates, with a label and a source on the first node or without."""
    return st.builds(
        lambda part, label, source: evolve(part, label=label or part.label, source=source),
        predicates(),
        _words,
        st.none() | _sources,
    )


def _versions(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Versions[Any]]:
    """One version, or two, the first of them long in force."""
    first = st.builds(Dated, st.just(date(1980, 1, 1)), values, _sources)
    second = st.builds(Dated, days(date(1981, 1, 1), date(2024, 1, 1)), values, _sources)
    return st.tuples(first).map(Versions) | st.tuples(first, second).map(Versions)


def policies() -> st.SearchStrategy[Policy]:
    criteria = st.lists(labeled(), min_size=1, max_size=2).flatmap(
        lambda drawn: st.tuples(
            *(
                st.builds(Criterion, st.just(f"criterion-{n}"), _words, st.just(part), _sources)
                for n, part in enumerate(drawn)
            )
        )
    )
    return st.builds(Policy, st.just("a-policy"), _texts, _versions(criteria))


@st.composite
def plans_at(draw: st.DrawFn) -> tuple[Plan, Site]:
    site = draw(full_sites())
    seed, start = draw(st.integers()), draw(days())
    plan = draft(draw(programs()), draw(patients()), site, start=start, seed=seed)
    first, middle, last = (start + timedelta(days=draw(st.integers(n, n + 9))) for n in (0, 10, 20))
    leaves = (Leave(first, middle, draw(_texts), draw(st.booleans())), Leave(middle, last))
    stays = (Trip(first, last, draw(st.sampled_from(["Asia/Kathmandu", "UTC"])), plan.free),)
    if draw(st.booleans()):
        names = tuple(service.name for service in plan.program.every_service)[:1]
        groups = tuple(GroupMembership(name, ("evening", "day")) for name in names)
        plan = evolve(plan, leaves=leaves, stays=stays, groups=groups)
    return plan, site


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    found = st.builds(
        lambda case, rules: check(schedule(*case), rules), plans_at(), requirement_sets()
    )
    return draw(st.sampled_from(draw(found.filter(bool))))


def full_codings() -> st.SearchStrategy[CodingScheme]:
    left_open = st.lists(_texts, max_size=2).map(tuple)
    return st.builds(
        lambda coding, title, left_open: evolve(coding, title=title, left_open=left_open),
        *(codings(), _texts, left_open),
    )


@st.composite
def charges(draw: st.DrawFn) -> Charges:
    dated = schedule(*draw(plans_at()))
    rates = draw(st.none() | rate_tables(("C0", "C1", "C2")))
    some = st.lists(st.sampled_from(dated.sessions), unique=True) if dated.sessions else st.just([])
    attended = draw(st.none() | some)
    how = HowGiven(Delivery.TELEHEALTH, video=True, at_home=draw(st.none() | st.booleans()))
    held = draw(st.sampled_from([Attendance(), Attendance(given=how, led_by="Ada")]))
    uids = None if attended is None else {dated.uid(session): held for session in attended}
    return itemize(dated, draw(codings()), rates=rates, attended=uids)


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    return draw(policies()).decide(draw(patients()), on=draw(days()))


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    numbers = sorted(draw(st.sets(st.sampled_from(["1", "2.1", "2.5"]), min_size=1)))
    rungs = [
        Rung(
            LevelOfCare(number),
            draw(policies()),
            tuple(evolve(draw(policies()), name="another") for _ in range(draw(st.integers(0, 1)))),
        )
        for number in numbers
    ]
    paths = [
        CarePath(
            f"path-{number}",
            draw(_texts),
            predicate,
            (PathStep(draw(_texts)), PathStep(draw(_texts), (LevelOfCare("2.1"),))),
            Source("Our own rule", Grade.SECONDARY),
        )
        for number, predicate in enumerate(draw(st.lists(predicates(), max_size=2)))
    ]
    return Ladder("a-ladder", draw(_texts), tuple(rungs), tuple(paths))


@st.composite
def studies(draw: st.DrawFn) -> Study:
    values = st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | _texts
    value = st.builds(StudyValue, _texts, values)
    people = st.builds(StudyPeople, _names, st.none() | st.integers(1, 9), strata=st.tuples(_texts))
    arrivals = st.builds(StudyArrivals, st.floats(0, 9), spread_weeks=st.none() | st.integers(1, 9))
    base = st.builds(
        StudyBase,
        days(),
        st.integers(1, 99),
        *(_names, _names, st.tuples(_names), people, arrivals),
        seats=st.tuples(st.builds(SeatPool, _names, _names, st.integers(0, 9), labeled())),
        times=st.tuples(st.builds(ServiceTimes, _names, st.integers(1, 9))),
    )
    return Study(
        draw(_names),
        draw(_texts),
        evolve(draw(base), name="base"),
        draw(st.tuples(st.sampled_from([*TOTALS]))),
        draw(st.tuples(st.builds(StudyVariation, st.just("other"), st.tuples(value)))),
        seed=draw(st.integers()),
    )


@st.composite
def habits(draw: st.DrawFn) -> Habits:
    sources = st.none() | st.just(Source("A study", Grade.OFFICIAL))
    shares = st.builds(Share, st.floats(0, 1), sources)
    after = st.sampled_from(AfterLast)
    points = st.builds(Left, st.integers(1, 99), st.floats(0, 1))
    curves = (
        st.builds(Constant, st.floats(0, 1), sources)
        | st.builds(ByWeek, st.tuples(st.floats(0, 1)), after)
        | st.builds(Tabulated, st.tuples(points), after)
        | st.builds(LogLogistic, st.floats(1, 99), st.floats(0.5, 9), st.floats(0, 1))
    )
    among = predicates()
    leaving = st.none() | st.builds(
        lambda curve: Exits((Exit(DischargeReason.OTHER, curve),)), curves
    )
    said = draw(leaving)
    endings = Endings((Ending(DischargeReason.COMPLETED, 1, 50),), draw(st.floats(0.5, 9)))
    effect = st.builds(Effect, st.just(HazardOf.LEAVING), st.floats(0, 9), among, source=sources)
    return Habits(
        draw(_names),
        draw(_texts),
        attends=draw(
            st.builds(Attending, shares, st.tuples(st.builds(AttendingRule, shares, among=among)))
        ),
        excuses=draw(st.none() | shares),
        leaving=draw(st.sampled_from([said, endings])),
        gives_up=draw(st.none() | curves),
        effects=() if said is None else draw(st.tuples(effect)),
    )


@st.composite
def goal_templates(draw: st.DrawFn) -> GoalTemplates:
    words = st.sampled_from(["Sleep.", "\u201c\u00bfQu\u00e9?\u201d"])
    targets = st.sampled_from(
        [
            ScoreTarget("phq_9", "total", most=9),
            CountTarget(Counted.DAYS_WORKED, 1, 5),
            ConditionTarget(service_facts(["a-group"])["attended_a_group"] >= 3),
            ConditionTarget((COURSE_FACTS["attendance"] >= 0.5) & (FACTS["age"] >= 18)),
        ]
    )
    objectives = st.builds(ObjectiveTemplate, words, targets, week=st.integers(1, 99)) | st.builds(
        ObjectiveTemplate, words, targets, review=st.integers(1, 9)
    )
    modalities = st.frozensets(st.sampled_from(Modality), min_size=1)
    interventions = st.builds(InterventionTemplate, words, modalities) | st.builds(
        InterventionTemplate, words, services=st.tuples(_names)
    )
    goals = st.builds(
        GoalTemplate,
        _names,
        words,
        st.lists(objectives, min_size=1, max_size=2).map(tuple),
        st.lists(interventions, max_size=2).map(tuple),
    )
    templates = st.builds(
        ProblemTemplate,
        _names,
        words,
        labeled().map(lambda when: when & (FACTS["age"] >= 18)),
        st.lists(goals, max_size=2, unique_by=lambda goal: goal.name).map(tuple),
        st.none() | st.sampled_from(DiagnosisKind),
        st.none() | _sources,
    )
    some = st.lists(templates, min_size=1, max_size=3, unique_by=lambda each: each.name)
    return GoalTemplates(draw(_names), draw(_texts), tuple(draw(some)))


def calendars_of(site: Site) -> st.SearchStrategy[Site]:
    """Sites that keep holidays that there are."""
    calendars = st.builds(
        HolidayCalendar,
        st.just("US"),
        st.none() | st.sampled_from(["IL", "MA"]),
        st.lists(st.sampled_from(["Columbus Day", "Labor Day"]), unique=True).map(tuple),
    )
    return calendars.map(lambda calendar: evolve(site, holidays=calendar))


_DUE_RULES = from_toml(
    DueRuleSet, (EXAMPLES.parent / "templates" / "due_rules.toml").read_text(encoding="utf-8")
).in_force(date(2026, 1, 1))
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "assignments": st.builds(
        partial(assign, site=Site("Elm", "UTC", WeeklyWindows.always()), on=date(2026, 1, 5)),
        rosters() | rosters(contested=True),
    ),
    "charges": charges(),
    "clinic": st.builds(
        ClinicSettings,
        start=days(),
        seed=st.integers(),
        policies=st.lists(_texts).map(tuple),
        patients=st.lists(
            st.builds(
                PatientSettings,
                patient=st.text(st.characters(categories=["L", "N"]), min_size=1),
                discharged=st.none() | days(),
            ),
            unique_by=lambda one: one.patient,
        ).map(tuple),
    ),
    "coding": full_codings(),
    "course": courses(),
    "decision": decisions(),
    "due_rules": st.builds(
        DueRuleSet, _names, _texts, _versions(st.just(_DUE_RULES)), st.just(("Open.",))
    ),
    "facts": st.lists(
        own_facts(*INSTRUMENTS.values()), min_size=1, unique_by=lambda own: own.name
    ).map(lambda some: OwnFacts(tuple(some))),
    "finding": findings(),
    "goals": goal_templates(),
    "habits": habits(),
    "instrument": instruments(),
    "ladder": ladders(),
    "patient": patients(),
    "placement": st.builds(
        lambda *given, on, judges: place(*given, on=on, beside={OpioidTreatment.PROGRAM: judges}),
        ladders(),
        patients(),
        on=days(),
        judges=st.lists(policies(), max_size=1).map(tuple),
    ),
    "plan": plans_at().map(lambda pair: pair[0]),
    "policy": policies(),
    "predicate": labeled(),
    "program": full_programs(),
    "rates": rate_tables(),
    "requirements": requirement_sets(),
    "roster": rosters() | rosters(contested=True),
    "schedule": plans_at().map(lambda pair: schedule(*pair)),
    "site": full_sites().flatmap(calendars_of),
    "study": studies(),
}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_document_gives_back_the_value_it_was_written_from(
    kind: str, data: st.DataObject, read: Reader
) -> None:
    value = data.draw(VALUES[kind])
    text = to_json(value)
    again = read(kind, text)
    assert again == value
    assert type(again) is type(value)
    assert to_json(again) == text
    assert read(kind, text.encode()) == value
    assert read(kind, codecs.BOM_UTF8 + text.encode()) == value
    if kind in BY_HAND and not _lists_null(json.loads(text)):
        assert from_toml(BY_HAND[kind], _toml_text(value)) == value


@pytest.mark.parametrize("kind", KINDS)
def test_the_full_document_of_each_kind_gives_back_its_value(
    kind: str, values: Mapping[str, object], read: Reader
) -> None:
    assert read(kind, to_json(values[kind])) == values[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_plain_objects_lists_texts_numbers_and_booleans(
    kind: str, values: Mapping[str, object]
) -> None:
    odd: list[str] = []

    def look(part: object, path: str) -> None:
        if type(part) is dict:
            for key, value in part.items():
                look(value, f"{path}.{key}")
        elif type(part) is list:
            for number, value in enumerate(part):
                look(value, f"{path}[{number}]")
        elif type(part) not in (str, int, float, bool, type(None)):
            odd.append(f"{path}: {type(part).__name__}")

    look(to_document(values[kind]), kind)
    assert odd == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_says_its_kind_and_format_first(
    kind: str, documents: Mapping[str, dict[str, Any]]
) -> None:
    headers = [("document", kind), ("format", current_format(kind))]
    assert list(documents[kind].items())[:2] == headers


@pytest.mark.parametrize("seed", ["0", "1", "2026"])
def test_the_same_value_gives_the_same_bytes_in_every_process(
    seed: str, texts: Mapping[str, str], tmp_path: Path
) -> None:
    for kind, text in texts.items():
        (tmp_path / f"{kind}.json").write_text(text, encoding="utf-8")
    # Read, dated and written again by a process whose sets and dictionaries hash otherwise.
    script = """
import sys
from datetime import date
from pathlib import Path
from attrs import evolve
from iopkit import Decision, Patient, Plan, Policy, Program, Schedule, Site
from iopkit import draft, from_json, schedule, to_json
from iopkit.placement import Ladder, Placement
from iopkit.documents import predicate_from_json
from iopkit.eligibility import OwnFacts
from iopkit.groups import Assignments, Roster
from iopkit.patients import Instrument
from iopkit.plans import GoalTemplates, settle
from iopkit.charges import Charges, CodingScheme, RateTable, itemize
from iopkit.clinics import ClinicSettings
from iopkit.checks import Finding
from iopkit.courses import Course, DueRuleSet
from iopkit.modalities import Delivery, Modality
from iopkit.requirements import RequirementSet
from iopkit.scenarios import Habits, Study
from iopkit.schedules import Attendance, HowGiven
kinds = {"assignments": Assignments, "charges": Charges, "clinic": ClinicSettings,
         "coding": CodingScheme, "course": Course, "due_rules": DueRuleSet,
         "decision": Decision, "facts": OwnFacts, "finding": Finding, "goals": GoalTemplates,
         "habits": Habits, "instrument": Instrument,
         "ladder": Ladder, "patient": Patient,
         "placement": Placement, "plan": Plan, "policy": Policy, "program": Program,
         "rates": RateTable, "requirements": RequirementSet, "roster": Roster,
         "schedule": Schedule, "site": Site, "study": Study}
texts = {file.stem: file.read_text(encoding="utf-8") for file in Path(sys.argv[1]).iterdir()}
values = {name: from_json(kind, texts[name]) for name, kind in kinds.items()}
values["predicate"] = predicate_from_json(texts["predicate"])
drafted = draft(values["program"], values["patient"], values["site"], start=date(2026, 3, 2),
                seed=7, requirements=[values["requirements"]], decisions=[values["decision"]],
                goal_templates=values["goals"])
by_hand = {name: getattr(values["plan"], name)[:1] for name in ("problems", "goals")}
by_hand |= {name: getattr(values["plan"], name) for name in ("signatures", "upcoming")}
values["plan"] = settle(evolve(drafted, **by_hand), on=date(2026, 3, 2), by="Ada",
                        accept=["use-1"], drop=["alone"])
dated = values["schedule"] = schedule(values["plan"], values["site"])
held = Attendance(given=HowGiven(Delivery.ON_SITE), led_by="Ada")
attended = {dated.uid(session): held for session in dated.sessions[:-1]}
values["charges"] = itemize(dated, values["coding"], rates=values["rates"], attended=attended)
print([name for name, text in texts.items() if to_json(values[name]) != text])
"""
    source = str(Path(iopkit.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {source!r})\n{script}", tmp_path],
        env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("[]\n", "", 0)


# TOML.


def _toml(value: object) -> str:
    """A parsed JSON value as a value in TOML."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            # TOML's basic strings take JSON's escapes, but for DEL and lone surrogates.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case dict():
            return "{" + ", ".join(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            return repr(value)


def _toml_text(value: object) -> str:
    document = _without_null(json.loads(to_json(value)))
    return "\n".join(f"{_toml(key)} = {_toml(part)}" for key, part in document.items())


def _without_null(value: Any) -> Any:
    """TOML has no null, and what is left out is not known."""
    if isinstance(value, dict):
        return {key: _without_null(part) for key, part in value.items() if part is not None}
    return [_without_null(part) for part in value] if isinstance(value, list) else value


def _lists_null(value: Any) -> bool:
    """Whether a list leaves a place open, such as that of an answer; TOML cannot say that."""
    if isinstance(value, dict):
        return any(map(_lists_null, value.values()))
    return isinstance(value, list) and (None in value or any(map(_lists_null, value)))


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"predicate"}))
def test_json_and_toml_give_the_same_value(kind: str, values: Mapping[str, object]) -> None:
    value = values[kind]
    assert from_toml(type(value), _toml_text(value)) == value


def test_toml_may_say_dates_and_times_its_own_way() -> None:
    head = (
        'document = "site"\nformat = 2\nname = "x"\nzone = "UTC"\nhours = ["monday 09:00-17:00"]\n'
    )
    own = head + "closures = [{start = 2026-02-18, end = 2026-02-19, why = 'x'}]\n"
    own += "offers = [{service = 'group', start = 17:30:00}]\n"
    as_texts = head + "closures = [{start = '2026-02-18', end = '2026-02-19', why = 'x'}]\n"
    as_texts += "offers = [{service = 'group', start = '17:30'}]\n"
    site = from_toml(Site, own)
    assert site == from_toml(Site, as_texts)
    assert site.offers[0].start == time(17, 30)


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        ("'1971'", PartialDate(1971)),
        ("'1971-02'", PartialDate(1971, 2)),
        ("'1971-02-11'", date(1971, 2, 11)),
        ("1971-02-11", date(1971, 2, 11)),
    ],
)
def test_a_birth_may_be_known_to_the_year_month_or_day(
    text: str, birth: date | PartialDate
) -> None:
    head = 'document = "patient"\nformat = 1\nkey = "0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"\n'
    patient = from_toml(Patient, f"{head}birth_date = {text}\n")

    assert patient.birth_date == birth
    assert to_document(patient)["birth_date"] == text.strip("'")
    assert from_json(Patient, to_json(patient)) == patient


def test_a_plan_keeps_an_age_that_is_known_in_part(values: Mapping[str, object]) -> None:
    plan = evolve(cast("Plan", values["plan"]), age=Possible(41, 42))

    assert to_document(plan)["age"] == {"from": 41, "to": 42}
    assert from_json(Plan, to_json(plan)) == plan


# What is written.


def test_what_equals_its_default_is_left_out() -> None:
    site = Site("x", "UTC", WeeklyWindows.of("monday 09:00-17:00"))
    assert to_document(site) == {
        "document": "site",
        "format": 2,
        "name": "x",
        "zone": "UTC",
        "hours": ["monday 09:00-17:00"],
    }


def test_nothing_known_is_told_from_known_to_be_none() -> None:
    key = "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"
    head = {"document": "patient", "format": 2, "key": key}
    unknown = from_json(Patient, json.dumps(head))
    none = from_json(Patient, json.dumps({**head, "diagnoses": []}))
    assert unknown.diagnoses is None
    assert none.diagnoses == ()
    assert to_document(unknown) == head
    assert to_document(none) == {**head, "diagnoses": []}


def test_null_for_what_may_be_unknown_is_not_known() -> None:
    key = "5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11"
    document = {"document": "patient", "format": 2, "key": key, "birth_date": None}
    assert from_json(Patient, json.dumps(document)).birth_date is None


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        (["monday 22:00-24:00", "tuesday 00:00-02:00"], 4),
        (["monday 22:00-02:00"], 4),
        (["sunday 23:00-01:00"], 2),
        (["friday 00:00-24:00"], 24),
        (["tuesday 09:00-10:00", "monday 09:00-10:00", "monday 09:30-10:00"], 2),
    ],
    ids=["midnight", "night", "end of the week", "whole day", "any order"],
)
def test_windows_are_a_set_of_minutes_however_they_are_written(
    written: list[str], hours: int
) -> None:
    document = {"document": "site", "format": 2, "name": "x", "zone": "UTC", "hours": written}
    site = from_json(Site, json.dumps(document))
    assert site.hours.total == timedelta(hours=hours)
    assert from_json(Site, to_json(site)) == site


def test_a_time_that_comes_twice_keeps_which_one_is_meant(
    documents: Mapping[str, dict[str, Any]],
) -> None:
    document = documents["schedule"] | {"revision": 1}
    for offset in ("-05:00", "-06:00"):
        moment = f"2026-11-01T01:30{offset}[America/Chicago]"
        document["sessions"][0]["start"] = moment
        again = from_json(Schedule, json.dumps(document))
        assert to_document(again)["sessions"][0]["start"] == moment


def test_every_member_of_an_enumeration_has_a_word_of_its_own(
    documents: Mapping[str, dict[str, Any]],
) -> None:
    plan = documents["plan"]
    for matter in NoteSubject:
        plan["notes"] = [{"matter": matter.value}]
        assert from_json(Plan, json.dumps(plan)).notes[0].matter is matter
    dated = documents["schedule"]
    for reason in Reason:
        dated["unplaced"][0]["why"] = reason.value
        assert from_json(Schedule, json.dumps(dated)).unplaced[0].why is reason
    bill = documents["charges"]
    for why in NotBilledReason:
        bill["uncharged"][0]["reasons"] = [{"why": why.value}]
        assert from_json(Charges, json.dumps(bill)).uncharged[0].reasons[0].why is why
    patient = documents["patient"]
    for purpose in Purpose:
        patient["consents"] = [{"purposes": [purpose.value]}]
        (consent,) = from_json(Patient, json.dumps(patient)).consents or ()
        assert consent.purposes == {purpose}
    for expiry in Expiry:
        patient["consents"] = [{"expiry": expiry.value}]
        (consent,) = from_json(Patient, json.dumps(patient)).consents or ()
        assert consent.expiry is expiry


# What there is to read and write.


@pytest.mark.parametrize("value", [date(2026, 1, 5), None, "text", WeeklyWindows(), FACTS["age"]])
def test_there_are_no_documents_of_other_classes(value: object) -> None:
    with pytest.raises(TypeError, match=f"no documents of {type(value).__name__}"):
        to_document(value)


@pytest.mark.parametrize("read", [from_json, from_toml])
@pytest.mark.parametrize("kind", [int, Compare])
def test_no_documents_are_read_of_other_classes(
    read: Callable[[type, str], object], kind: type
) -> None:
    with pytest.raises(
        TypeError, match=f"^there are no documents of {kind.__name__}; there are of: assignments, "
    ):
        read(kind, "{}" if read is from_json else "a = 1")


def test_the_shipped_examples_are_valid_documents() -> None:
    assert from_json(Patient, (EXAMPLES / "patient.json").read_bytes()).diagnoses
    assert from_toml(Site, (EXAMPLES / "site.toml").read_bytes()).zone == "America/Chicago"


def test_the_shipped_rules_give_back_the_same_values() -> None:
    policy = find_policy("us-medicare-iop")
    assert from_json(Policy, to_json(policy)) == policy
    requirements = find_requirements("us-medicare-iop")
    assert from_json(RequirementSet, to_json(requirements)) == requirements
    for coding in CODINGS:
        assert from_json(CodingScheme, to_json(coding)) == coding
    for rates in RATES:
        assert from_json(RateTable, to_json(rates)) == rates
    program = find_program("matrix-16-week")
    assert from_toml(Program, program_text("matrix-16-week")) == program
    assert from_json(Program, to_json(program)) == program


def _own_facts() -> dict[str, AnyFact]:
    return {
        "on_bail": Fact("on_bail", YesNo(), "Is on bail.", lambda _patient, _day: None),
    }


def test_a_policy_may_ask_about_facts_of_the_readers_own() -> None:
    facts = _own_facts()
    predicate = facts["on_bail"].equals(True)
    text = to_json(predicate)
    assert predicate_from_json(text, facts=facts) == predicate
    with pytest.raises(InvalidError) as refused:
        predicate_from_json(text)
    assert [fault.path for fault in refused.value.faults] == [("fact",)]


def test_only_the_readers_own_facts_are_known_when_they_are_given() -> None:
    with pytest.raises(InvalidError) as refused:
        predicate_from_json(to_json(FACTS["age"] >= 18), facts=_own_facts())
    assert [fault.path for fault in refused.value.faults] == [("fact",)]


def test_a_policy_of_own_facts_is_read_from_json_and_toml() -> None:
    facts = _own_facts()
    source = Source("Here", Grade.SECONDARY)
    criterion = Criterion("bail", "Is not on bail.", facts["on_bail"].equals(False), source)
    policy = Policy("own", "Own", Versions((Dated(date(2024, 1, 1), (criterion,), source),)))
    assert from_json(Policy, to_json(policy), facts=facts) == policy
    assert from_toml(Policy, _toml_text(policy), facts=facts) == policy


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        (
            Fact("hours", Number(0, 24, unit="hours"), "Hours.", lambda _p, _d: None),
            {"type": "number", "low": 0.0, "high": 24.0, "unit": "hours"},
        ),
        (
            Fact("color", Choice(("red", "blue")), "Color.", lambda _p, _d: None),
            {"type": "choice", "options": ["red", "blue"]},
        ),
        (Fact("sure", YesNo(), "Sure.", lambda _p, _d: None), {"type": "yes_no"}),
    ],
    ids=["number", "choice", "yes or no"],
)
def test_a_facts_declaration_is_plain_values(fact: AnyFact, kind: dict[str, object]) -> None:
    assert fact_document(fact) == {
        "name": fact.name,
        "meaning": fact.meaning,
        "kind": kind,
        "worse": None,
        "source": None,
        "not_used": None,
    }


def test_a_fact_says_which_values_are_worse_and_why_it_is_not_used() -> None:
    document = fact_document(FACTS["support_adequate"], not_used="Nobody asks.")
    assert (document["worse"], document["not_used"]) == ("lower", "Nobody asks.")


def test_a_facts_source_is_part_of_its_declaration() -> None:
    source = fact_document(FACTS["dangerous"])["source"]
    assert source["citation"] == "42 CFR 410.44(c)(6)"
    assert source["grade"] == "T1"


@given(predicates())
def test_a_predicate_is_written_without_its_readers(predicate: Predicate) -> None:
    assert "read" not in json.loads(to_json(predicate))


@given(keys(), weekly_windows())
def test_availability_is_written_as_windows_of_one_day_each(
    key: Any, windows: WeeklyWindows
) -> None:
    document = to_document(Patient(key=key, availability=windows))
    assert document["availability"] == [str(window) for window in windows.windows]


def test_a_text_that_could_not_be_read_again_is_not_written() -> None:
    site = Site("\ud800", "UTC", WeeklyWindows.of("monday 09:00-17:00"))
    with pytest.raises(InvalidError, match="lone surrogates"):
        to_json(site)


# Moments, whose form is told from their text


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("2026-01-31T18:00-06:00[America/Chicago]", True),
        ("2026-11-01T01:30-05:00[America/Chicago]", True),
        ("2026-11-01T01:30-06:00[America/Chicago]", True),
        ("1880-01-31T18:00-05:50:36[America/Chicago]", True),
        ("2026-01-31T18:00+00:00[Europe/London]", True),
        ("2026-01-31T18:00", True),
        ("2026-01-31T18:00-00:00[Europe/London]", False),
        ("2026-01-31T18:00-05:00[America/Chicago]", False),
        ("2026-03-08T02:30-06:00[America/Chicago]", False),
        ("2026-01-31T18:00-06:00:00[America/Chicago]", False),
        ("2026-01-31T18:00:00-06:00[America/Chicago]", False),
        ("2026-01-31 18:00-06:00[America/Chicago]", False),
        ("2026-01-31T18:00-06:00", False),
        ("2026-01-31T18:00[America/Chicago]", False),
        ("2026-01-31T18:00:00", False),
        ("\u0662026-01-31T18:00-06:00[America/Chicago]", False),
    ],
)
def test_a_moment_is_read_only_as_it_is_written(text: str, *, ok: bool) -> None:
    leaf = leaf_of(datetime)
    assert leaf
    read = leaf_reader(leaf, datetime, masked=True)
    if ok:
        assert leaf.write(read(text, None)) == text
    else:
        with pytest.raises(InvalidError, match="a moment such as"):
            read(text, None)
