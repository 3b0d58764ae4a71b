"""Text for people says all that a decision, a plan and a schedule hold."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given

import iopkit
from iopkit import (
    FACTS,
    Fact,
    Modality,
    Patient,
    Plan,
    Policy,
    Program,
    Schedule,
    Site,
    Source,
    Weekday,
    WeeklyWindows,
    draft,
    find_policy,
    find_program,
    from_json,
    from_toml,
    schedule,
)
from iopkit.eligibility import Choice, Number, YesNo
from iopkit.library import find_goal_templates
from iopkit.patients import Assessment, Substance, SubstanceUseDisorder
from iopkit.plans import Goal, Problem, ScoreTarget, settle
from iopkit.plans.own_days import given as given_sessions
from iopkit.programs import COURSE_FACTS, Dose, Phase, RandomDays, Service, Slot, Weekly
from iopkit.prose import duration_text
from iopkit.reports import (
    calendar_text,
    fact_text,
    goal_templates_text,
    moves_text,
    plan_text,
    policy_text,
    template_text,
)
from iopkit.reports.words import dose_text
from iopkit.schedules import Reason
from iopkit.sites import Closure
from iopkit.sources import Grade
from iopkit.strategies import days, patients, programs, sites

EXAMPLES = Path(iopkit.__file__).parent / "examples"
START = date(2026, 1, 5)
KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")


@pytest.fixture(scope="module")
def patient() -> Patient:
    return from_json(Patient, (EXAMPLES / "patient.json").read_bytes())


@pytest.fixture(scope="module")
def site() -> Site:
    return from_toml(Site, (EXAMPLES / "site.toml").read_bytes())


@pytest.fixture(scope="module")
def plan(patient: Patient, site: Site) -> Plan:
    return draft(find_program("matrix-16-week"), patient, site, start=START, seed=2026)


@pytest.fixture(scope="module")
def dated(plan: Plan, site: Site) -> Schedule:
    return schedule(plan, site)


def flat(text: str) -> str:
    """Text without its line breaks and indents."""
    return " ".join(text.split())


# Durations.


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0 h"),
        (1, "1 min"),
        (59, "59 min"),
        (60, "1 h"),
        (61, "1 h 1 min"),
        (370, "6 h 10 min"),
        (1440, "24 h"),
        (10_080, "168 h"),
    ],
)
def test_a_duration_is_in_hours_and_minutes(minutes: int, text: str) -> None:
    assert duration_text(timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(
    ("dose", "text"),
    [
        (Dose(), "0 h"),
        (Dose(timedelta(hours=9)), "9 h"),
        (Dose(timedelta(hours=9), 2), "9 h + 2 of unknown length"),
        (Dose(unmeasured=1), "0 h + 1 of unknown length"),
    ],
)
def test_a_dose_says_what_is_of_unknown_length(dose: Dose, text: str) -> None:
    assert dose_text(dose) == text


# Policies.


def test_a_policys_text_says_what_it_leaves_open() -> None:
    policy = find_policy("us-medicare-iop")

    assert "Not judged here" not in policy_text(evolve(policy, left_open=()))
    assert policy_text(evolve(policy, left_open=("Who refers.",))).endswith(
        "Not judged here:\n  - Who refers."
    )


# Plans.


def test_a_plan_shows_its_phases_hours_and_times(plan: Plan) -> None:
    text = plan_text(plan)
    assert text.startswith(
        f"{plan.program.title}, 2026-01-05 to 2026-04-26, at Elm Street Clinic\n"
    )
    assert "Early recovery: 4 weeks, 2026-01-05 to 2026-02-01\n" in text
    assert "Relapse prevention and family education: 8 weeks, 2026-02-02 to 2026-03-29\n" in text
    assert "Relapse prevention and social support: 4 weeks, 2026-03-30 to 2026-04-26\n" in text
    assert "  weeks 1-2: 6 h 25 min\n  week 3: 7 h 15 min\n  week 4: 6 h 25 min\n" in text
    assert "Relapse Prevention group: 2 times a week (Mon 18:30, Fri 18:30), 1 h 30 min" in text
    assert "Urine test: 1 a week, on a random day, 15 min" in text
    # The assessment says 9 hours, and the program has no week of as many.
    assert "9 h needed, 4 h\n    45 min to 7 h 15 min planned in weeks 1 to 16" in text


def test_a_plan_lists_what_is_to_settle(site: Site) -> None:
    plan = draft(
        find_program("matrix-16-week"),
        Patient(key=KEY),
        evolve(site, offers=()),
        start=START,
        seed=1,
    )
    text = plan_text(plan)
    _, _, settle = text.partition("\nNot known yet:\n")
    assert "when can the patient come?" in settle
    assert "urine-test: how long is a session?" in flat(settle)
    assert "Urine test: 1 a week, on a random day, length not known" in text


def test_a_slot_without_a_time_shows_its_day() -> None:
    text = template_text(find_program("matrix-16-week"))
    assert "Relapse Prevention group: 2 times a week (Mon, Fri), 1 h 30 min" in text


def test_a_session_at_midnight_shows_its_time() -> None:
    service = Service(
        "night",
        "Night",
        Modality.GROUP_THERAPY,
        Weekly((Slot(Weekday.MONDAY, time(0, 0)),)),
        timedelta(hours=1),
    )
    text = template_text(Program("n", "N", (Phase("all", "All", 1, (service,)),)))
    assert "Night: weekly (Mon 00:00), 1 h" in text


# Calendars.


def test_a_calendar_shows_each_week_with_its_sessions(dated: Schedule) -> None:
    text = calendar_text(dated)
    assert text.startswith(
        "Week 1, from 2026-01-05: 6 h 25 min\n"
        "  Mon 2026-01-05  17:30-18:20  Early Recovery Skills group 1\n"
        "  Mon 2026-01-05  18:30-20:00  Relapse Prevention group 1\n"
        "  Wed 2026-01-07  18:30-20:00  Family Education group 1\n"
    )
    assert text.endswith("All times are in America/Chicago.")
    assert text.count("Week ") == 16
    assert text.count("\n  ") == len(dated.sessions) == 75
    assert text.count("(moved)") == sum(session.moved is not None for session in dated.sessions)


@pytest.mark.parametrize("weeks", [0, 1, 3, 16, 99])
def test_a_calendar_shows_so_many_first_weeks(weeks: int, dated: Schedule) -> None:
    text = calendar_text(dated, weeks=weeks)
    assert text.count("Week ") == min(weeks, 16)
    assert "All times are in America/Chicago." in text


def test_a_week_without_sessions_is_shown_as_empty(site: Site) -> None:
    """A week that is left out would look as if it were not part of the plan."""
    program = find_program("matrix-16-week")
    away = evolve(site, closures=(Closure(date(2026, 1, 12), date(2026, 1, 19), "Away"),))
    plan = draft(program, Patient(key=KEY), away, start=START, seed=1)
    assert "Week 2, from 2026-01-12: 0 h" in calendar_text(schedule(plan, away))


# Moves.


def test_moves_name_from_where_to_where_and_why(dated: Schedule) -> None:
    assert moves_text(dated).splitlines()[:3] == [
        f"  {title}: Mon 2026-01-19 {clock} -> Tue 2026-01-20 {clock}; "
        "the site is closed (Martin Luther King Jr. Day)"
        for title, clock in (
            ("Individual or conjoint session 1", "14:00"),
            ("Early Recovery Skills group 5", "17:30"),
            ("Relapse Prevention group 5", "18:30"),
        )
    ]


def test_a_schedule_as_planned_says_so(plan: Plan) -> None:
    site = Site(plan.site, "UTC", WeeklyWindows.always())
    dated = schedule(plan, site)
    assert moves_text(dated) == "  Every session is booked as planned."


def test_what_is_unplaced_is_listed_with_its_reason(site: Site) -> None:
    bare = evolve(site, offers=())
    plan = draft(find_program("matrix-16-week"), Patient(key=KEY), bare, start=START, seed=1)
    dated = schedule(plan, bare)
    lines = moves_text(dated).splitlines()
    unplaced = [line for line in lines if "unplaced" in line]
    assert len(unplaced) == len(dated.unplaced) == 19
    assert "  Urine test 16, week 16: unplaced; its length is not known" in unplaced
    assert len(lines) == len(unplaced) + sum(s.moved is not None for s in dated.sessions)


@given(programs(), patients(), sites(), days())
def test_every_service_is_in_the_plan_and_every_session_in_the_calendar_or_the_moves(
    program: Program, patient: Patient, site: Site, start: date
) -> None:
    plan = draft(program, patient, site, start=start, seed=1)
    text = plan_text(plan)
    for phase in plan.program.phases:
        assert f"\n{phase.title}: {phase.laid_weeks} week" in text
    for each in given_sessions(plan):
        assert f"    {each.service.title}: " in text
    for note in plan.notes:
        assert flat(note.words) in flat(text)
    dated = schedule(plan, site)
    calendar, moves = calendar_text(dated), moves_text(dated)
    shown = [line for line in calendar.splitlines() if line.startswith("  ")]
    assert len(shown) == len(dated.sessions)
    moved = sum(session.moved is not None for session in dated.sessions)
    assert calendar.count("  (moved)") == moved
    assert moves.count(" -> ") == moved
    assert moves.count(": unplaced; ") == len(dated.unplaced)
    assert all(reason.words for reason in Reason)


def test_a_plan_tells_what_it_rests_on_and_a_phase_when_to_go_on(site: Site) -> None:
    program = find_program("matrix-16-week")
    ready = COURSE_FACTS["goals_met"] >= 1
    first, *others = program.phases
    program = evolve(program, version="2006", phases=(evolve(first, advance=ready), *others))
    patient = Patient(key=KEY)
    decision = find_policy("us-medicare-iop").decide(patient, on=START)
    plan = draft(program, patient, site, start=START, seed=1, decisions=[decision])
    goals = (
        Goal("p", "Sleep.", ScoreTarget("phq_9", "total", most=9), date(2026, 3, 1)),
        Goal("p", "Work."),
    )
    plan = evolve(plan, problems=(Problem("p", "Low mood"),), goals=goals)
    text = flat(plan_text(plan))
    assert "- Sleep. (PHQ-9 score at most 9), by 2026-03-01 - Work." in text
    assert "Rests on: - version 2006 of matrix-16-week - us-medicare-iop, 2" in text
    assert "goes on when: goals met is at least 1" in text
    assert "goes on when: goals met is at least 1" in flat(template_text(program))


def test_a_plan_tells_what_is_proposed_apart_from_what_is_settled(site: Site) -> None:
    found = Assessment(date(2026, 1, 2), support_adequate=False)
    disorder = SubstanceUseDisorder(Substance.ALCOHOL, 5, "F10.20", date(2025, 3, 1))
    patient = Patient(key=KEY, assessments=(found,), diagnoses=(disorder,))
    templates = find_goal_templates("starting-points")
    program = find_program("matrix-16-week")
    plan = draft(program, patient, site, start=START, seed=1, goal_templates=templates)
    lines = flat(plan_text(plan))
    problem = (
        "use-disorder-1: Alcohol use disorder, moderate, F10.20; raised by: has diagnosis: true"
    )
    assert f"Proposed, and not settled yet: - {problem}; diagnosis: Alcohol use" in lines
    assert "support adequate: false (found 2026-01-02)" in lines
    assert "step: Have people whom you can call (support outside the program is" in lines
    assert "what we do: You meet others in recovery (social-support)" in lines
    assert "Settled of what" not in lines
    assert "Problems:" not in lines

    taken = settle(plan, on=START, by="Ada", accept=["support"], drop=["use-disorder-1"])
    settled = flat(plan_text(taken))
    assert "Problems: - Too little support outside the program Goals: - Have people who" in settled
    assert f"- support: accepted on {START} by Ada - support/people: accepted on" in settled
    assert f"- use-disorder-1: dropped on {START} by Ada" in settled
    assert "Proposed" not in settled
    first = templates.templates[0]
    (case,) = [each for each in templates.templates if each.name == "transport"]
    own = evolve(templates, templates=(evolve(first, goals=case.goals),))
    lacking = draft(program, patient, site, start=START, seed=1, goal_templates=own)
    assert "not in this program: We look for a ride with you" in flat(plan_text(lacking))


def test_templates_of_goals_show_when_what_and_who_says_so() -> None:
    text = flat(goal_templates_text(find_goal_templates("starting-points")))
    assert "home: A home that does not help recovery when living environment is at most" in text
    assert "source: Papers on sober living houses" in text
    assert (
        "transport: No sure way to come when has transport is false source: a starting point"
        in text
    )
    assert "for each diagnosis: use disorder" in text
    assert "https://www.samhsa.gov/substance-use/treatment/options" in text
    assert "(conditions beside the use disorder are stable), review 1" in text
    assert "what we do: We look for a ride with you (case management)" in text


# What is shipped.


def test_a_policy_shows_its_conditions_and_sources() -> None:
    policy = find_policy("us-medicare-iop")
    text = flat(policy_text(policy))
    for version in policy.versions.dated:
        assert f"{version.since_words}: {version.source}" in text
        for criterion in version.value:
            assert criterion.meaning in text
            assert str(criterion.source) in text
    assert "needed hours per week is at least 9 hours" in text
    assert "https://www.ecfr.gov/current/title-42/section-410.44" in text


def test_a_program_shows_its_phases_hours_sources_and_gaps() -> None:
    program = find_program("matrix-16-week")
    text = flat(template_text(program))
    for phase in program.phases:
        assert phase.title in text
    for service in program.every_service:
        assert service.title in text
    for source in program.sources:
        assert str(source) in text
    for gap in program.left_open:
        assert gap in text
    assert "weeks 5-16" in text or "weeks 5-8" in text


def test_a_program_without_sources_or_gaps_has_no_headings_for_them() -> None:
    program = evolve(find_program("matrix-16-week"), sources=(), left_open=())
    assert "Sources" not in template_text(program)
    assert "Left open" not in template_text(program)


def test_the_address_of_a_programs_source_is_shown() -> None:
    program = find_program("matrix-16-week")
    addresses = [source.url for source in program.sources if source.url]
    assert addresses
    assert all(address in template_text(program) for address in addresses)


def test_one_week_is_not_weeks() -> None:
    service = Service("group", "Group", Modality.GROUP_THERAPY, RandomDays(1))
    text = template_text(Program("p", "P", (Phase("all", "All", 1, (service,)),)))
    assert "All, 1 week:" in text


@pytest.mark.parametrize(
    ("fact", "values"),
    [
        (FACTS["age"], "a whole number from 0 to 130 years"),
        (FACTS["dangerous"], "true or false"),
        (FACTS["use_disorder_severity"], "one of none, mild, moderate, severe"),
    ],
    ids=["number", "yes or no", "choice"],
)
def test_a_fact_shows_its_meaning_values_and_source(fact: Fact, values: str) -> None:  # type: ignore[type-arg]  # of any subject and kind
    text = fact_text(fact)
    assert text.startswith(f"fact {fact.name}\n")
    assert flat(fact.meaning) in flat(text)
    assert f"  values: {values}" in text
    assert ("source: " in text) == (fact.source is not None)


@pytest.mark.parametrize("fact", [*FACTS.values(), *COURSE_FACTS.values()], ids=lambda f: f.name)
def test_no_line_of_a_fact_ends_in_a_blank(fact: Fact) -> None:  # type: ignore[type-arg]  # as above
    assert not [line for line in fact_text(fact).split("\n") if line != line.rstrip()]


@pytest.mark.parametrize(
    ("name", "worse"),
    [
        ("needs_24_hour_care", "true"),
        ("co_occurring_stable", "false"),
        ("gad_7_total_score", "higher numbers"),
        ("bam_protective_score", "lower numbers"),
        ("use_disorder_severity", "nearer to severe"),
        ("bam_protective_cut_off_band", "nearer to significant"),
        ("needed_hours_per_week", None),
        ("has_opioid_use_disorder", None),
    ],
)
def test_a_fact_shows_which_values_are_worse(name: str, worse: str | None) -> None:
    text = fact_text(FACTS[name])
    assert [line for line in text.splitlines() if "worse" in line] == (
        [f"  worse: {worse}"] if worse else []
    )


def test_a_fact_that_nothing_reads_shows_why() -> None:
    assert fact_text(FACTS["remission"], not_used="Nobody asks.").endswith(
        "\n  not used: Nobody asks."
    )


def test_a_source_without_an_address_has_no_line_for_it() -> None:
    source = Source("A book", Grade.OFFICIAL)
    for kind in (Number(0, 1), YesNo(), Choice(("a",))):
        fact: Fact[object, bool] = Fact("x", kind, "X.", lambda _p, _d: None, source)
        assert fact_text(fact).endswith("  source: A book [T2]")


@pytest.mark.parametrize("name", ["policy"])
def test_labels_stand_for_what_they_label(name: str, values: Mapping[str, object]) -> None:
    policy = values[name]
    assert isinstance(policy, Policy)
    assert "a label" in policy_text(policy)
