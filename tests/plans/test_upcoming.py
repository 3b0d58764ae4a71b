"""What changes within a plan is known on drafting, and each session is judged on its own day."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.checks import check
from iopkit.documents import from_json, to_json
from iopkit.eligibility import FACTS, Criterion, Policy, Possible, read_facts
from iopkit.errors import InvalidError
from iopkit.levels import AgeGroup, LevelOfCare
from iopkit.modalities import Modality
from iopkit.patients import (
    Approval,
    Assessment,
    Consent,
    Coverage,
    Expiry,
    MentalDisorder,
    PartialDate,
    Patient,
    Payer,
    Purpose,
    Relationship,
    Support,
)
from iopkit.plans import (
    FORESEEN,
    ChangingKind,
    Consequence,
    ConsequenceKind,
    NoteSubject,
    Plan,
    UpcomingChange,
    call_for,
    draft,
)
from iopkit.plans.own_days import is_adult, planned_doses
from iopkit.programs import PerWeek, Phase, Program, RandomDays, Service, Slot, Timing, Weekly
from iopkit.reports import moves_text, plan_html, plan_text
from iopkit.reports.words import dose_text
from iopkit.requirements import Counting, Requirement, RequirementSet, WeeklyHours, WeeklyServices
from iopkit.schedules import Reason, Surroundings, booked_doses, openings, schedule
from iopkit.scopes import License, LicenseKind
from iopkit.sites import ClosedRule, Closure, Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import ONE_DAY, Weekday, WeeklyWindows

START = date(2026, 1, 5)
KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
JOINS = (Support(Relationship.PARENT, joins_family_sessions=True, recipient="Mother"),)
HOUR = timedelta(hours=1)
FAMILY = "family"
Kind = ConsequenceKind


def week(number: int, day: int = 0) -> date:
    """A day of a week of the plan, from 1."""
    return START + timedelta(weeks=number - 1, days=day)


FAR = date(2027, 6, 1)
"""Later than any session of a plan can be."""


def consent(signed: date, end: date = FAR, **more: object) -> Consent:
    whole: dict[str, object] = {
        "discloser": "Elm Street",
        "information": "attendance",
        "recipients": ("Mother",),
        "purposes": frozenset({Purpose.FAMILY_INVOLVEMENT}),
        "told_of_right_to_revoke": True,
        "expiry": Expiry.DATE,
        "end": end,
        "signed": signed,
    }
    return Consent(**{**whole, **more})  # type: ignore[arg-type]  # by name


def patient(*consents: Consent, **more: object) -> Patient:
    return Patient(KEY, supports=JOINS, consents=consents, **more)  # type: ignore[arg-type]  # by name


def service(timing: Timing, modality: Modality = Modality.FAMILY_SESSION) -> Service:
    return Service(FAMILY, "Family session", modality, timing, HOUR)


GROUP = Service(
    "group", "Group", Modality.GROUP_THERAPY, Weekly((Slot.parse("monday 09:00"),)), 2 * HOUR
)
WEDNESDAYS = Weekly((Slot.parse("wednesday 18:00"),))


def program(timing: Timing = WEDNESDAYS, weeks: int = 8, **more: object) -> Program:
    phase = Phase("only", "Only", weeks, (GROUP, service(timing)))
    return Program("any", "Any", (phase,), **more)  # type: ignore[arg-type]  # by name


def drafted(who: Patient, of: Program | None = None, site: Site = SITE, **more: object) -> Plan:
    return draft(of or program(), who, site, start=START, seed=1, **more)  # type: ignore[arg-type]  # by name


def told(plan: Plan) -> list[tuple[date, str, object, object]]:
    return [(each.day, each.name, each.before, each.after) for each in plan.upcoming or ()]


def held(plan: Plan, site: Site = SITE) -> list[date]:
    return [s.start.date() for s in schedule(plan, site).sessions if s.service == FAMILY]


# Services that a fact of the record calls for


def test_a_family_session_after_the_end_of_consent_is_unplaced_and_says_which_ended_when() -> None:
    end = week(5, 2)
    plan = drafted(patient(consent(START - ONE_DAY, end)))
    assert told(plan) == [
        (end, "support_joins_with_consent", True, False),
        (end, "family involvement, Mother", True, False),
    ]
    assert held(plan) == [week(number, 2) for number in range(1, 5)]
    left = schedule(plan, SITE).unplaced
    assert {each.why for each in left} == {Reason.WITHHELD}
    assert [each.prescribed for each in left] == [week(number, 2) for number in range(5, 9)]
    assert left[0].detail == (
        f"{end}: support joins with consent: yes, then no; family: no session from that day on"
    )
    assert "does not hold on that day (2026-02-04: support" in moves_text(schedule(plan, SITE))


def test_a_family_session_before_consent_is_given_is_unplaced_too() -> None:
    signed = week(3)
    plan = drafted(patient(consent(signed)))
    assert held(plan) == [week(number, 2) for number in range(3, 9)]
    assert plan.withheld(FAMILY, [START]) == (plan.upcoming or ())[0]
    assert plan.withheld("group", [START]) is None
    assert drafted(patient(consent(week(9)))).program.every_service == (GROUP,)


def test_a_consent_that_is_taken_back_and_given_anew_leaves_out_the_days_between() -> None:
    first = consent(START, revoked=week(2, 1))
    again = consent(week(4, 2), recipients=("Mother", "Sister"))
    plan = drafted(patient(first, again))
    assert held(plan) == [week(number, 2) for number in (1, 4, 5, 6, 7, 8)]
    names = [(each.name, each.after) for each in plan.upcoming or ()]
    assert ("family involvement, Sister", True) in names


def test_one_consent_that_ends_while_another_goes_on_is_told_and_stops_nothing() -> None:
    sister = Support(Relationship.RELATIVE, joins_family_sessions=True, recipient="Sister")
    both = (consent(START, week(3)), consent(START, recipients=("Sister",)))
    plan = drafted(evolve(patient(*both), supports=(*JOINS, sister)))
    assert told(plan) == [(week(3), "family involvement, Mother", True, False)]
    assert len(held(plan)) == 8


def test_a_consent_that_is_not_known_to_hold_withholds_its_service() -> None:
    unsure = consent(START, discloser=None)
    plan = drafted(patient(consent(START, week(3)), unsure))
    assert told(plan)[0] == (week(3), "support_joins_with_consent", True, None)
    assert held(plan) == [week(1, 2), week(2, 2)]
    assert "family" in drafted(patient(unsure)).on_hold


def test_recipients_that_are_not_known_are_said_to_be() -> None:
    plan = drafted(patient(consent(START, week(3), recipients=None)))
    assert told(plan) == [
        (week(3), "support_joins_with_consent", None, False),
        (week(3), "family involvement, recipients not known", None, False),
    ]
    assert all(not each.follows for each in plan.upcoming or ())
    assert FAMILY in plan.on_hold


def test_a_service_that_a_diagnosis_calls_for_begins_with_it() -> None:
    psychiatric = Program(
        "any", "Any", (Phase("only", "Only", 4, (service(WEDNESDAYS, Modality.PSYCHIATRIC_CARE),)),)
    )
    who = Patient(KEY, diagnoses=(MentalDisorder("F32.1", diagnosed=week(2, 3)),))
    plan = drafted(who, psychiatric)
    assert held(plan) == [week(3, 2), week(4, 2)]


def test_no_session_is_moved_or_drawn_to_a_day_that_forbids_it() -> None:
    end = week(2, 3)
    closed = Closure(week(2, 2), week(2, 3), "A day off")
    who = patient(consent(START, end))
    for rule in ClosedRule:
        site = evolve(SITE, closures=(closed,), closed_rule=rule)
        assert all(day < end for day in held(drafted(who, site=site), site))
    for timing in (RandomDays(3), Weekly((Slot(Weekday.SUNDAY),))):
        plan = drafted(who, program(timing))
        assert all(day < end for day in held(plan))
        left = [u for u in schedule(plan, SITE).unplaced if u.week > 2]
        assert {each.why for each in left} == {Reason.WITHHELD}
        assert all(each.detail for each in left)


def test_a_session_that_runs_into_a_day_without_consent_is_not_held() -> None:
    late = Weekly((Slot.parse("wednesday 23:30"),))
    plan = drafted(patient(consent(START, week(2, 3))), program(late))
    assert held(plan) == [week(1, 2)]


def test_a_plan_that_is_not_dated_is_judged_without_what_is_withheld() -> None:
    family = frozenset({Modality.FAMILY_SESSION})
    demand = WeeklyServices(1, Counting(family))
    listed = (Requirement("r", "Any.", demand, CODE),)
    first: Dated[tuple[Requirement, ...]] = Dated(date(2020, 1, 1), listed, CODE)
    of = RequirementSet("family", "Family", Versions((first,)))
    for timing in (WEDNESDAYS, RandomDays(1)):
        plan = drafted(patient(consent(START, week(3))), program(timing, weeks=4))
        for planned in (plan, schedule(plan, SITE)):
            assert [found.truth for found in check(planned, of)] == [
                *(Truth.YES, Truth.YES),
                *(Truth.NO, Truth.NO),
            ]


def test_openings_offer_no_day_that_forbids_the_session() -> None:
    plan = drafted(patient(consent(START, week(2, 3))))
    made = schedule(plan, SITE)
    last = next(s for s in reversed(made.sessions) if s.service == FAMILY)
    around = Surroundings(SITE, made.sessions[0].start - ONE_DAY)
    found = openings(made, last, around, limit=60)
    assert {each.session.start.date() < week(2, 3) for each in found if each.fits} == {True}
    assert all(
        (Reason.WITHHELD in each.obstacles) is (each.session.start.date() >= week(2, 3))
        for each in found
    )


dates = st.dates(START - timedelta(days=30), week(13))


@st.composite
def patients_in_course(draw: st.DrawFn) -> Patient:
    """Patients of whom something is dated within the plan."""

    def some(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...] | None]:
        return st.none() | st.lists(of, max_size=3).map(tuple)

    @st.composite
    def spans(draw: st.DrawFn) -> tuple[date | None, date | None]:
        start = draw(st.none() | dates)
        length = draw(st.none() | st.integers(1, 60))
        return start, None if length is None else (start or START) + timedelta(days=length)

    approvals = st.builds(
        lambda level, span: Approval(level=level, start=span[0], end=span[1]),
        st.none() | st.sampled_from(("2.1", "2.5")).map(LevelOfCare),
        spans(),
    )
    coverages = st.builds(
        lambda payer, span: Coverage(payer, *span), st.sampled_from(Payer), spans()
    )
    consents = st.builds(
        consent,
        dates,
        st.just(week(14)),
        recipients=st.none() | st.sampled_from((("Mother",), ("Mother", "Sister"))),
        revoked=st.none() | dates,
    )
    disorders = st.builds(MentalDisorder, st.just("F32.1"), diagnosed=st.none() | dates)
    groups = st.builds(Assessment, dates, age_group=st.sampled_from(AgeGroup))
    near = st.dates(START - timedelta(days=40), week(14))
    born = st.builds(
        lambda day, years, part: {
            "day": day.replace(year=day.year - years, day=min(day.day, 28)),
            "month": PartialDate(day.year - years, day.month),
            "year": PartialDate(day.year - years),
            "leap": date(2008, 2, 29),
        }[part],
        near,
        st.integers(12, 70),
        st.sampled_from(("day", "month", "year", "leap")),
    )
    return Patient(
        KEY,
        birth_date=draw(st.none() | born),
        diagnoses=draw(some(disorders)),  # type: ignore[arg-type]  # of their types
        assessments=draw(some(groups)),  # type: ignore[arg-type]
        supports=draw(st.sampled_from((None, (), JOINS))),
        consents=draw(some(consents)),  # type: ignore[arg-type]
        coverages=draw(some(coverages)),  # type: ignore[arg-type]
        approvals=draw(some(approvals)),  # type: ignore[arg-type]
    )


def changed(who: Patient, end: date) -> Iterator[tuple[date, str, object, object]]:
    """What a look at every day finds: facts that are others than on the day before."""
    last = read_facts(FORESEEN, who, on=START).values()
    day = START + ONE_DAY
    while day < end:
        values = read_facts(FORESEEN, who, on=day).values()
        for name, value in values.items():
            grown = name == "age" and is_adult(last[name], 30) is Truth.YES
            if value != last[name] and not grown:
                yield day, name, last[name], value
        last, day = values, day + ONE_DAY


@given(patients_in_course() | strategies.patients())
def test_what_changes_is_what_a_look_at_every_day_finds(who: Patient) -> None:
    plan = drafted(who)
    end = plan.end + timedelta(weeks=52)
    facts = [
        (each.day, each.name, each.before, each.after)
        for each in plan.upcoming or ()
        if each.kind is ChangingKind.FACT
    ]
    assert facts == [*changed(who, end)]
    assert from_json(Plan, to_json(plan)) == plan
    day, age = START, FACTS["age"]
    while day < end:
        now = read_facts([age], who, on=day).values()["age"]
        for bound in (14, 18, 21, 30):
            assert is_adult(plan.age_on(day), bound) is is_adult(now, bound)
        day += timedelta(days=7)


@given(
    patients_in_course(),
    st.sampled_from([WEDNESDAYS, RandomDays(2), Weekly((Slot(Weekday.FRIDAY),))]),
    st.sampled_from(ClosedRule),
    st.sets(st.integers(0, 60), max_size=8),
)
def test_no_session_stands_where_its_own_day_forbids_it(
    who: Patient, timing: Timing, rule: ClosedRule, closed: set[int]
) -> None:
    days = [START + timedelta(days=number) for number in sorted(closed)]
    site = evolve(
        SITE,
        closures=tuple(Closure(day, day + ONE_DAY, "A day off") for day in days),
        closed_rule=rule,
    )
    plan = drafted(who, program(timing), site)
    made = schedule(plan, site)
    for session in made.sessions:
        of = made.service(session)
        assert call_for(of, who, on=session.start.date()) is Truth.YES
    # And none is held back without need.
    for each in made.unplaced:
        if each.why is Reason.WITHHELD and each.prescribed:
            assert call_for(made.service(each), who, on=each.prescribed) is not Truth.YES


@given(
    patients_in_course(),
    st.sampled_from([WEDNESDAYS, PerWeek(2), Weekly((Slot(Weekday.FRIDAY),))]),
    st.integers(1, 5),
)
def test_the_hours_planned_are_those_of_the_days_on_which_each_service_is_given(
    who: Patient, timing: Timing, needed: int
) -> None:
    asked = Assessment(START - ONE_DAY, needed_per_week=needed * HOUR)
    plan = drafted(evolve(who, assessments=(*(who.assessments or ()), asked)), program(timing))
    booked = booked_doses(schedule(plan, SITE))
    assert planned_doses(plan) == booked
    lines = map(dose_text, booked)
    assert all(f": {line}" in plan_text(plan) for line in lines)
    below = any(dose.most is not None and dose.most < needed * HOUR for dose in booked)
    assert (NoteSubject.HOURS_BELOW_NEED in {note.matter for note in plan.notes}) is below


def test_hours_of_a_service_that_ends_within_the_plan_are_missed_from_then_on() -> None:
    asked = Assessment(START - ONE_DAY, needed_per_week=3 * HOUR)
    who = patient(consent(START - ONE_DAY, week(5, 2)), assessments=(asked,))
    assert [n.words for n in drafted(who).notes if n.matter is NoteSubject.HOURS_BELOW_NEED] == [
        (
            "fewer hours a week than the assessment says that the patient needs: 3 h needed, "
            "2 h planned in weeks 5 to 8"
        )
    ]


# All else that is told


def test_coverage_and_approval_that_end_are_told_with_what_follows() -> None:
    who = Patient(
        KEY,
        coverages=(
            Coverage(Payer.MEDICAID, START, week(4, 1)),
            Coverage(Payer.COMMERCIAL, week(5)),
        ),
        approvals=(Approval(level=LevelOfCare("2.1"), start=START, end=week(3)),),
    )
    plan = drafted(who)
    assert [(e.day, [f.kind for f in e.follows]) for e in plan.upcoming or ()] == [
        (week(3), [Kind.APPROVAL_STOPS]),
        (week(4, 1), [Kind.COVERAGE_STOPS]),
        (week(5), [Kind.COVERAGE_STARTS]),
    ]
    text = " ".join(plan_text(plan).split())
    assert "2026-01-27: covered by medicaid: yes, then no; Medicaid: no coverage" in text
    page = plan_html(plan)
    assert "January 27: from then on we know of no coverage by: Medicaid." in page
    assert "January 19: an approval of your payer ends." in page


def rules(name: str = "rules", **more: object) -> RequirementSet:
    adults = Requirement("adult", "Any.", WeeklyHours(9 * HOUR), CODE, AgeGroup.ADULT)
    versions = Versions((Dated(date(2020, 1, 1), (adults,), CODE),))
    return RequirementSet(name, "Any", versions, **more)  # type: ignore[arg-type]  # by name


def test_a_birthday_that_crosses_a_bound_is_told_with_the_rules_that_turn_on_it() -> None:
    birthday = week(3, 4)
    who = Patient(KEY, birth_date=birthday.replace(year=birthday.year - 18))
    of = program(age_group=AgeGroup.ADOLESCENT)
    adult = Policy(
        "adults",
        "Adults",
        Versions((Dated(START, (Criterion("adult", "Adult.", FACTS["age"] >= 18, CODE),), CODE),)),
    ).decide(who, on=START)
    plan = drafted(
        who,
        of,
        requirements=(rules(), rules("older", adult_from=21)),
        decisions=(adult,),
        despite_no=True,
    )
    [change, *later] = plan.upcoming or ()
    assert (change.day, change.name, change.before, change.after) == (birthday, "age", 17, 18)
    assert change.follows == (
        Consequence(Kind.OTHER_AGE, ("rules",)),
        Consequence(Kind.OTHER_PROGRAM, ("any",)),
        Consequence(Kind.DECIDE_AGAIN, ("adults",)),
    )
    # The next birthday is told, as sessions may extend the plan; nothing follows from it.
    assert [(each.after, each.follows) for each in later] == [(19, ())]
    assert plan.changes_within == (change,)
    page = plan_html(plan)
    assert "week 3: weeks that begin from that day on are judged by the rules for the age" in page
    assert "January 23" not in page


def test_a_program_for_adults_is_right_from_the_age_at_which_every_rule_has_one() -> None:
    who = Patient(KEY, birth_date=date(2005, 1, 20))
    plan = drafted(who, program(age_group=AgeGroup.ADULT))
    assert (plan.upcoming or ())[0].follows == (Consequence(Kind.RIGHT_PROGRAM, ("any",)),)


def test_rules_and_licenses_that_change_or_end_are_told() -> None:
    [first] = rules().versions.dated
    changing = Versions((first, Dated(week(2, 3), first.value, CODE, end=week(4))))
    policy = Policy(
        "short",
        "Short",
        Versions(
            (
                Dated(
                    START,
                    (Criterion("any", "Any.", FACTS["age"] >= 1, CODE),),
                    CODE,
                    end=week(3),
                ),
            )
        ),
    )
    who = Patient(KEY, birth_date=date(1980, 6, 1))
    otp = LicenseKind.OPIOID_TREATMENT_PROGRAM
    site = evolve(
        SITE,
        licenses=(
            License(otp, end=week(5)),
            License(LicenseKind.OTHER, LevelOfCare("2.1"), start=week(5)),
        ),
    )
    plan = drafted(
        who,
        site=site,
        requirements=(evolve(rules(), versions=changing),),
        decisions=(policy.decide(who, on=START),),
    )
    since = "in force since 2026-01-15"
    kinds = [
        (e.day, e.kind, e.name, e.before, e.after, [f.kind for f in e.follows])
        for e in plan.changes_within
    ]
    assert kinds == [
        (
            week(2, 3),
            ChangingKind.REQUIREMENTS,
            "rules",
            "in force since 2020-01-01",
            since,
            [Kind.OTHER_RULES],
        ),
        (week(3), ChangingKind.POLICY, "short", "in force since 2026-01-05", None, [Kind.NO_RULES]),
        (week(4), ChangingKind.REQUIREMENTS, "rules", since, None, [Kind.NO_RULES]),
        (
            week(5),
            ChangingKind.LICENSE,
            "opioid treatment program",
            True,
            False,
            [Kind.LICENSE_STOPS],
        ),
        (
            week(5),
            ChangingKind.LICENSE,
            "something else, level 2.1",
            False,
            True,
            [Kind.LICENSE_STARTS],
        ),
    ]


def test_a_policy_that_is_assumed_before_its_first_day_is_in_force_from_it() -> None:
    later = Policy(
        "later",
        "Later",
        Versions((Dated(week(2), (Criterion("any", "Any.", FACTS["age"] >= 1, CODE),), CODE),)),
    )
    who = Patient(KEY, birth_date=date(1980, 6, 1))
    judged = later.decide(who, on=START, assume_in_force=True)
    plan = drafted(who, decisions=(judged,))
    assert told(plan)[0] == (week(2), "later", None, "in force since 2026-01-12")


@pytest.mark.parametrize(("age", "kept"), [(29, True), (30, False), (68, False)])
def test_birthdays_on_which_no_rule_can_turn_are_not_kept(age: int, kept: bool) -> None:
    who = Patient(KEY, birth_date=date(2026 - age - 1, 2, 3))
    assert told(drafted(who))[:1] == ([(date(2026, 2, 3), "age", age, age + 1)] if kept else [])
    assert "Changes: none." in plan_html(drafted(who))
    assert "Changes within" not in plan_text(drafted(who))


def test_an_age_is_foreseen_as_long_as_one_is_read() -> None:
    who = Patient(KEY, birth_date=date(1895, 3, 2))
    plan = drafted(who)
    assert plan.age == 130
    assert told(plan) == []


# What changes are, and what is said of them


def change(before: object, after: object) -> UpcomingChange:
    return UpcomingChange(START, ChangingKind.FACT, "age", before, after)  # type: ignore[arg-type]  # tried


def test_a_change_is_from_one_value_to_another() -> None:
    with pytest.raises(InvalidError, match="another value than before"):
        change(17, 17)


def test_a_change_is_told_in_words() -> None:
    who = Patient(KEY, birth_date=PartialDate(2000, 2))
    texts = [each.words for each in drafted(who).upcoming or ()]
    assert texts[:2] == ["age: 25, then 25 to 26", "age: 25 to 26, then 26"]
    assert change(None, 18).words == "age: not known, then 18"
    either = Possible(options=frozenset({"mild", "severe"}))
    assert change("none", either).words == "age: none, then mild or severe"


def test_a_plan_has_changes_in_order_and_ages_that_there_are() -> None:
    plan = drafted(Patient(KEY, birth_date=date(1990, 2, 3)))
    later, earlier = evolve(change(1, 2), day=week(3)), evolve(change(2, 3), day=week(2))
    with pytest.raises(InvalidError, match="in the order of days"):
        evolve(plan, upcoming=(later, earlier))
    with pytest.raises(InvalidError, match="ages from 0 to 130"):
        evolve(plan, upcoming=(change(1, "old"),))


def test_a_plan_of_which_changes_are_not_known_says_so() -> None:
    plan = evolve(drafted(Patient(KEY)), upcoming=None)
    assert "Changes within the plan:\n  - not known" in plan_text(plan)
    assert "Changes: not known." in plan_html(plan)
    assert "Changes within the plan" not in plan_text(drafted(Patient(KEY)))
