"""Charges: what each rule takes, why it does not take the rest, and what it comes to."""

import pickle
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, localcontext
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from iopkit.charges import (
    Charge,
    Charges,
    CodingRule,
    CodingScheme,
    DayCode,
    DaysCounted,
    DayTiers,
    Exclusion,
    LineMark,
    Marks,
    NotBilledReason,
    Rate,
    RateTable,
    Refusal,
    Rounded,
    SessionCodes,
    Tier,
    TimeBand,
    TimedCode,
    Total,
    Uncharged,
    Units,
    Unmarked,
    WeekCode,
    itemize,
)
from iopkit.errors import InvalidError, NotInForceError
from iopkit.library import find_coding, find_rates
from iopkit.modalities import Delivery, Modality
from iopkit.plans import Plan
from iopkit.programs import PerWeek, Phase, Program, Service, Slot, Weekly
from iopkit.reports import charges_text
from iopkit.schedules import Attendance, HowGiven, Schedule, Session, schedule
from iopkit.sites import Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.windows import Weekday, WeeklyWindows

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
OTHER_KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
MONDAY = date(2026, 1, 5)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHICAGO = ZoneInfo("America/Chicago")
CODE = Source("Example Code 1", Grade.LEGAL_TEXT)
GROUP, SKILLS = Modality.GROUP_THERAPY, Modality.SKILLS_TRAINING
COUNSELING, FAMILY = Modality.INDIVIDUAL_COUNSELING, Modality.FAMILY_SESSION
ASSESSMENT, TEST = Modality.ASSESSMENT, Modality.DRUG_TESTING
BOTH = frozenset({GROUP, COUNSELING})

# A day of the plan from 0, a kind and minutes; sessions of one day follow each other.
Asked = tuple[int, Modality, int]


def _name(kind: Modality) -> str:
    return kind.value.replace("_", "-")


def booked(*asked: Asked, start: date = MONDAY, weeks: int = 60) -> Schedule:
    program = Program(
        "any",
        "Any",
        (Phase("only", "Only", weeks),),
        tuple(Service(_name(kind), kind.label, kind, PerWeek(1)) for kind in Modality),
    )
    sessions: list[Session] = []
    free = datetime.combine(start, time(8), CHICAGO)
    for number, (day, kind, minutes) in enumerate(asked, 1):
        free = max(free, datetime.combine(start + day * DAY, time(8), CHICAGO))
        length = minutes * MINUTE
        sessions.append(Session(_name(kind), number, "only", day // 7 + 1, kind, free, length))
        free += length
    return Schedule(Plan(KEY, KEY, "Elm", program, start, 1), CHICAGO.key, tuple(sessions))


def coding(*rules: CodingRule, week_begins: Weekday | None = None) -> CodingScheme:
    versions = Versions((Dated(date(2024, 1, 1), rules, CODE),))
    return CodingScheme("any", "Any", versions, week_begins)


def lines(charges: Charges) -> list[tuple[int, str, int]]:
    """Day of the plan from 0, code and units of each line."""
    start = MONDAY
    return [((line.on - start).days, line.code, line.units) for line in charges.lines]


def reasons(charges: Charges) -> dict[int, list[tuple[str | None, NotBilledReason]]]:
    """Why sessions, by number, are not charged."""
    return {
        left.number: [(reason.code, reason.why) for reason in left.reasons]
        for left in charges.uncharged
    }


# Codes by the session


@pytest.mark.parametrize(
    ("kind", "minutes", "code"),
    [
        (COUNSELING, 15, None),
        (COUNSELING, 16, "90832"),
        (COUNSELING, 37, "90832"),
        (COUNSELING, 38, "90834"),
        (COUNSELING, 52, "90834"),
        (COUNSELING, 53, "90837"),
        (COUNSELING, 240, "90837"),
        (FAMILY, 25, None),
        (FAMILY, 26, "90847"),
        (GROUP, 1, "90853"),
        (SKILLS, 90, None),
    ],
)
def test_psychotherapy_has_the_code_of_its_minutes(
    kind: Modality, minutes: int, code: str | None
) -> None:
    charges = itemize(booked((0, kind, minutes)), find_coding("us-cpt-psychotherapy"))
    assert lines(charges) == ([(0, code, 1)] if code else [])


def test_the_longest_individual_session_of_a_day_is_charged_and_the_first_if_they_are_equal() -> (
    None
):
    made = booked((0, COUNSELING, 30), (0, COUNSELING, 45), (0, COUNSELING, 45), (1, FAMILY, 50))
    charges = itemize(made, find_coding("us-cpt-psychotherapy"))
    assert lines(charges) == [(0, "90834", 1), (1, "90847", 1)]
    assert charges.lines[0].sessions == (made.uid(made.sessions[1]),)
    assert reasons(charges) == {
        1: [("90832", NotBilledReason.OVER_MAXIMUM)],
        3: [("90834", NotBilledReason.OVER_MAXIMUM)],
    }


def test_several_groups_and_families_a_day_are_each_charged() -> None:
    made = booked((0, GROUP, 60), (0, FAMILY, 50), (0, GROUP, 60), (0, FAMILY, 50))
    charges = itemize(made, find_coding("us-cpt-psychotherapy"))
    assert Counter(code for _, code, _ in lines(charges)) == {"90853": 2, "90847": 2}


@pytest.mark.parametrize(
    ("minutes", "why"),
    [(59, NotBilledReason.TOO_SHORT), (60, None), (90, None), (91, NotBilledReason.TOO_LONG)],
)
def test_a_code_takes_sessions_from_its_shortest_to_its_longest(
    minutes: int, why: NotBilledReason | None
) -> None:
    charges = itemize(booked((0, GROUP, minutes)), find_coding("us-md-medicaid"))
    assert lines(charges) == ([] if why else [(0, "H0005", 1)])
    not_h0015 = ("H0015", NotBilledReason.DAY_TOO_SHORT)
    assert reasons(charges) == ({1: [not_h0015, ("H0005", why)]} if why else {})


@pytest.mark.parametrize(("days", "again"), [(364, False), (365, True)], ids=["a day less", "due"])
def test_an_assessment_is_charged_again_after_twelve_months(days: int, again: bool) -> None:
    charges = itemize(
        booked((0, ASSESSMENT, 60), (0, ASSESSMENT, 90), (days, ASSESSMENT, 45)),
        find_coding("us-md-medicaid"),
    )
    # The longer of the first day's two.
    assert lines(charges) == [(0, "H0001", 1), *([(days, "H0001", 1)] if again else [])]
    late = {} if again else {3: [("H0001", NotBilledReason.TOO_SOON)]}
    assert reasons(charges) == {1: [("H0001", NotBilledReason.TOO_SOON)], **late}


def test_months_are_counted_from_the_last_session_that_is_charged() -> None:
    rule = SessionCodes((TimeBand("A1"), TimeBand("A2", HOUR)), BOTH, CODE, months_apart=1)
    made = booked((0, GROUP, 30), (20, GROUP, 60), (31, GROUP, 60), (50, GROUP, 30))
    charges = itemize(made, coding(rule))
    assert lines(charges) == [(0, "A1", 1), (31, "A2", 1)]
    assert reasons(charges) == {
        2: [("A2", NotBilledReason.TOO_SOON)],
        4: [("A1", NotBilledReason.TOO_SOON)],
    }


# Timed codes


@pytest.mark.parametrize(
    ("minutes", "units"),
    [
        ([14], 0),
        ([15], 1),
        ([29], 1),
        ([30], 2),
        ([14, 14], 0),
        ([20, 20], 2),
        ([89], 5),
        ([90], 6),
        ([105], 6),
        ([60, 45], 6),
        ([60, 30, 15], 6),
    ],
    ids=str,
)
def test_full_quarters_of_an_hour_are_charged_session_by_session_up_to_six_a_day(
    minutes: list[int], units: int
) -> None:
    made = booked(*((0, COUNSELING, length) for length in minutes))
    charges = itemize(made, find_coding("us-md-medicaid"))
    assert lines(charges) == ([(0, "H0004", units)] if units else [])
    assert [line.counted for line in charges.lines] == ([units * 15 * MINUTE] if units else [])


def test_a_session_over_the_days_maximum_says_so() -> None:
    made = booked(
        (0, COUNSELING, 90), (0, COUNSELING, 30), (0, COUNSELING, 10), (1, COUNSELING, 15)
    )
    charges = itemize(made, find_coding("us-md-medicaid"))
    assert lines(charges) == [(0, "H0004", 6), (1, "H0004", 1)]
    short_day = ("H0015", NotBilledReason.DAY_TOO_SHORT)
    assert reasons(charges) == {
        2: [short_day, ("H0004", NotBilledReason.OVER_MAXIMUM)],
        3: [short_day, ("H0004", NotBilledReason.TOO_SHORT)],
    }


def test_a_timed_code_without_a_maximum_goes_on() -> None:
    rule = TimedCode("A1", 15 * MINUTE, BOTH, CODE)
    assert lines(itemize(booked((0, GROUP, 600)), coding(rule))) == [(0, "A1", 40)]


def test_breaks_are_no_service() -> None:
    made = booked((0, COUNSELING, 60))
    broken = evolve(made, sessions=(evolve(made.sessions[0], breaks=8 * MINUTE),))
    charges = itemize(broken, find_coding("us-cpt-psychotherapy"))
    assert lines(charges) == [(0, "90834", 1)]
    assert charges.lines[0].counted == 52 * MINUTE


# Codes by the day and the week


def three_days(minutes: int = 180, days: tuple[int, ...] = (0, 2, 4)) -> list[Asked]:
    return [(day, GROUP, minutes) for day in days]


@pytest.mark.parametrize(
    ("asked", "charged", "why"),
    [
        (three_days(180), [0, 2, 4], {}),
        (three_days(179), [], dict.fromkeys((1, 2, 3), NotBilledReason.DAY_TOO_SHORT)),
        (three_days(180)[:2], [], dict.fromkeys((1, 2), NotBilledReason.TOO_FEW_DAYS)),
        ([*three_days()[:2], (4, GROUP, 179)], [], None),
        ([*three_days(), (6, GROUP, 60)], [0, 2, 4], {4: NotBilledReason.DAY_TOO_SHORT}),
        (three_days(days=(0, 2, 7)), [], dict.fromkeys((1, 2, 3), NotBilledReason.TOO_FEW_DAYS)),
        (three_days(days=(7, 10, 13)), [7, 10, 13], {}),
        ([(0, GROUP, 90), (0, SKILLS, 60), (0, COUNSELING, 30), *three_days()[1:]], [0, 2, 4], {}),
        ([(0, GROUP, 179), (0, TEST, 15), *three_days()[1:]], [], None),
    ],
    ids=[
        "three full days",
        "a minute too short",
        "two days",
        "a third that is too short",
        "a short fourth",
        "the third in the next week",
        "the second week",
        "a day of several kinds",
        "a test does not count",
    ],
)
def test_h0015_takes_days_of_three_hours_in_weeks_of_three_such_days(
    asked: list[Asked], charged: list[int], why: dict[int, NotBilledReason] | None
) -> None:
    charges = itemize(booked(*asked), find_coding("us-h0015"))
    assert lines(charges) == [(day, "H0015", 1) for day in charged]
    if why is not None:
        assert reasons(charges) == {number: [("H0015", each)] for number, each in why.items()}


def test_a_day_attended_counts_in_a_week_in_which_three_are_booked() -> None:
    made = booked(*three_days())
    first = made.uid(made.sessions[0])
    assert lines(itemize(made, find_coding("us-h0015"), attended=[first])) == [(0, "H0015", 1)]


@pytest.mark.parametrize(("attended", "units"), [(2, 0), (3, 3)])
def test_a_payer_may_ask_for_three_days_attended(attended: int, units: int) -> None:
    made = booked(*three_days())
    rule = DayCode("H0015", 3 * HOUR, BOTH, CODE, days_a_week=3)
    assert rule.days is DaysCounted.CHARGED
    uids = [made.uid(session) for session in made.sessions[:attended]]
    charges = itemize(made, coding(rule), attended=uids)
    assert charges.total.units == ((Units("H0015", units),) if units else ())


def test_hours_missed_do_not_make_a_day() -> None:
    made = booked((0, GROUP, 90), (0, GROUP, 90), *three_days()[1:])
    uids = [made.uid(session) for session in made.sessions[1:]]
    charges = itemize(made, find_coding("us-h0015"), attended=uids)
    assert lines(charges) == [(2, "H0015", 1), (4, "H0015", 1)]
    assert reasons(charges) == {2: [("H0015", NotBilledReason.DAY_TOO_SHORT)]}


@pytest.mark.parametrize(
    ("begins", "charged"),
    [
        (None, []),
        (Weekday.SATURDAY, [5, 7, 9]),
        (Weekday.MONDAY, []),
    ],
    ids=str,
)
def test_weeks_are_the_plans_own_or_begin_on_a_weekday(
    begins: Weekday | None, charged: list[int]
) -> None:
    rule = DayCode("H0015", 3 * HOUR, BOTH, CODE, days_a_week=3)
    made = booked(*three_days(days=(5, 7, 9)))
    charges = itemize(made, coding(rule, week_begins=begins))
    assert [day for day, *_ in lines(charges)] == charged
    # Totals are by the plan's weeks, whatever the rules count in.
    weekly = [sum(each.units for each in total.units) for total in charges.weekly]
    assert weekly[:3] == ([1, 2, 0] if charged else [0, 0, 0])


def test_a_night_session_belongs_to_the_day_on_which_it_starts() -> None:
    made = booked((0, GROUP, 60))
    late = evolve(made.sessions[0], start=datetime(2026, 1, 5, 23, 0, tzinfo=CHICAGO))
    rule = DayCode("A1", 2 * HOUR, BOTH, CODE)
    made = evolve(made, sessions=(evolve(late, duration=2 * HOUR),))
    assert lines(itemize(made, coding(rule))) == [(0, "A1", 1)]


@pytest.mark.parametrize(
    ("services", "code"),
    [(2, None), (3, "IOP-3-SERVICES"), (4, "IOP-4-SERVICES"), (5, "IOP-4-SERVICES")],
)
def test_medicare_has_days_of_three_and_of_four_services(services: int, code: str | None) -> None:
    made = booked(*[(0, GROUP, 50)] * services, (0, TEST, 5), (0, ASSESSMENT, 60))
    charges = itemize(made, find_coding("us-medicare-iop"))
    assert lines(charges) == ([(0, code, 1)] if code else [])
    few = (
        {} if code else {n: [("IOP-3-SERVICES", NotBilledReason.TOO_FEW_SERVICES)] for n in (1, 2)}
    )
    none = [(None, NotBilledReason.NO_CODE)]
    assert reasons(charges) == {**few, services + 1: none, services + 2: none}


@pytest.mark.parametrize(
    ("start", "code"),
    [(date(2024, 12, 31), "IOP-3-SERVICES"), (date(2025, 1, 1), "IOP-4-SERVICES")],
)
def test_clinics_have_days_of_four_services_from_2025(start: date, code: str) -> None:
    made = booked(*[(0, GROUP, 50)] * 4, start=start)
    charges = itemize(made, find_coding("us-medicare-clinic-iop"))
    assert [line.code for line in charges.lines] == [code]


@pytest.mark.parametrize(
    ("last", "units"), [([], 0), ([(6, FAMILY, 50)], 1), ([(7, FAMILY, 50)], 0)]
)
def test_the_opioid_programs_week_takes_nine_services_in_seven_days(
    last: list[Asked], units: int
) -> None:
    eight: list[Asked] = [(day, kind, 20) for day in (1, 3, 4, 5) for kind in (GROUP, COUNSELING)]
    made = booked(*eight, *last, (6 + units, TEST, 5))
    charges = itemize(made, find_coding("us-medicare-otp-iop"))
    assert lines(charges) == [(1, "G0137", 1)] * units
    if units:
        assert len(charges.lines[0].sessions) == 9
    else:
        assert reasons(charges)[1] == [("G0137", NotBilledReason.TOO_FEW_SERVICES)]


# One code and another


def test_a_day_that_is_too_short_for_one_code_goes_to_others() -> None:
    made = booked(*three_days(90), (4, COUNSELING, 30))
    charges = itemize(made, find_coding("us-md-medicaid"))
    assert lines(charges) == [(0, "H0005", 1), (2, "H0005", 1), (4, "H0005", 1), (4, "H0004", 2)]


def test_what_one_code_takes_another_does_not_get() -> None:
    days = [each for day in (0, 2, 4) for each in ((day, GROUP, 150), (day, COUNSELING, 30))]
    charges = itemize(booked(*days), find_coding("us-md-medicaid"))
    assert lines(charges) == [(day, "H0015", 1) for day in (0, 2, 4)]
    assert [line.counted for line in charges.lines] == [3 * HOUR] * 3
    assert charges.uncharged == ()


def excluding(rule: CodingRule) -> CodingScheme:
    """A code for an hour of group that bars the rule's on its day."""
    first = DayCode("A1", HOUR, frozenset({GROUP}), CODE)
    return coding(first, rule, Exclusion("A1", frozenset({"B1"}), CODE))


@pytest.mark.parametrize(
    "rule",
    [
        DayCode("B1", HOUR, frozenset({COUNSELING}), CODE),
        SessionCodes((TimeBand("B1"),), frozenset({COUNSELING}), CODE),
        TimedCode("B1", 15 * MINUTE, frozenset({COUNSELING}), CODE),
        DayTiers((Tier("B1", 1),), frozenset({COUNSELING}), CODE),
    ],
    ids=lambda rule: type(rule).__name__,
)
def test_an_excluded_code_is_charged_on_other_days_alone(rule: CodingRule) -> None:
    made = booked((0, GROUP, 60), (0, COUNSELING, 60), (1, COUNSELING, 60), (2, GROUP, 59))
    charges = itemize(made, excluding(rule))
    assert [(day, code) for day, code, _ in lines(charges)] == [(0, "A1"), (1, "B1")]
    assert reasons(charges) == {
        2: [("B1", NotBilledReason.EXCLUDED)],
        4: [("A1", NotBilledReason.DAY_TOO_SHORT)],
    }


def test_an_excluded_length_leaves_the_days_place_to_another() -> None:
    bands = (TimeBand("B2"), TimeBand("B1", HOUR))
    rule = SessionCodes(bands, frozenset({COUNSELING}), CODE, per_day=1)
    made = booked((0, GROUP, 60), (0, COUNSELING, 60), (0, COUNSELING, 30))
    assert [code for _, code, _ in lines(itemize(made, excluding(rule)))] == ["A1", "B2"]


def test_a_kind_without_a_code_is_said_to_have_none() -> None:
    charges = itemize(booked((0, TEST, 5)), find_coding("us-h0015"))
    assert charges.uncharged == (
        Uncharged(
            booked((0, TEST, 5)).uid(booked((0, TEST, 5)).sessions[0]),
            *(MONDAY, 1, "drug-testing", 1, (Refusal(NotBilledReason.NO_CODE),)),
        ),
    )


@pytest.mark.parametrize("name", ["us-medicare-iop", "us-medicare-clinic-iop"])
def test_medicare_does_not_count_what_is_by_telehealth(name: str) -> None:
    made = booked(*[(0, GROUP, 50)] * 4)
    remote = evolve(made.sessions[3], delivery=Delivery.TELEHEALTH)
    here = evolve(made.sessions[2], delivery=Delivery.ON_SITE)
    charges = itemize(evolve(made, sessions=(*made.sessions[:2], here, remote)), find_coding(name))
    assert lines(charges) == [(0, "IOP-3-SERVICES", 1)]
    assert reasons(charges) == {4: [(None, NotBilledReason.TELEHEALTH)]}


@pytest.mark.parametrize(("telehealth", "units"), [(True, 3), (False, 0)])
def test_days_booked_by_telehealth_count_where_it_is_charged(telehealth: bool, units: int) -> None:
    made = booked(*three_days(), (1, TEST, 5))
    remote = evolve(made.sessions[2], delivery=Delivery.TELEHEALTH)
    made = evolve(made, sessions=(*made.sessions[:2], remote, made.sessions[3]))
    coding = evolve(find_coding("us-h0015"), telehealth=telehealth)
    charges = itemize(made, coding)
    assert sum(line.units for line in charges.lines) == units
    assert reasons(charges)[4] == [(None, NotBilledReason.NO_CODE)]
    if not telehealth:
        assert reasons(charges)[3] == [(None, NotBilledReason.TELEHEALTH)]


# Days in force


def test_each_session_is_judged_by_the_version_of_its_day() -> None:
    rules = [SessionCodes((TimeBand(code),), BOTH, CODE) for code in ("A1", "A2")]
    dated = zip((MONDAY, MONDAY + 2 * DAY), rules, strict=True)
    scheme = CodingScheme(
        "any", "Any", Versions(tuple(Dated(since, (rule,), CODE) for since, rule in dated))
    )
    made = booked(*((day, GROUP, 60) for day in range(4)))
    assert [code for _, code, _ in lines(itemize(made, scheme))] == ["A1", "A1", "A2", "A2"]

    early = booked((0, GROUP, 60), (1, GROUP, 60), start=MONDAY - DAY)
    with pytest.raises(NotInForceError, match=r"coding scheme 'any': .* the first is from 2026"):
        itemize(early, scheme)
    assumed = itemize(early, scheme, assume_in_force=True)
    assert [code for _, code, _ in lines(assumed)] == ["A1", "A1"]
    assert assumed.assumed_in_force
    assert "ASSUMED IN FORCE: on some days" in charges_text(assumed)
    assert not itemize(made, scheme, assume_in_force=True).assumed_in_force
    # What is not charged is not judged.
    assert itemize(early, scheme, attended=[early.uid(early.sessions[1])]).lines[0].code == "A1"


def test_a_new_version_judges_its_part_of_a_week_by_itself() -> None:
    rules: tuple[CodingRule, ...] = (
        WeekCode("A1", 3, BOTH, CODE),
        DayCode("B1", HOUR, frozenset({SKILLS}), CODE, days_a_week=2),
    )
    versions = Versions(tuple(Dated(day, rules, CODE) for day in (date(2024, 1, 1), MONDAY + DAY)))
    scheme = CodingScheme("any", "Any", versions)
    asked = [(d, kind, 60) for d in (0, 1, 2) for kind in (GROUP, SKILLS)]
    charges = itemize(booked(*asked), scheme)
    # Three groups are on both sides of the change; days of the week are those of all of it.
    assert lines(charges) == [(0, "B1", 1), (1, "B1", 1), (2, "B1", 1)]
    assert set(reasons(charges)) == {1, 3, 5}
    assert all(
        found == [("A1", NotBilledReason.TOO_FEW_SERVICES)] for found in reasons(charges).values()
    )


# Money


def rated(amount: str, *, days: int | None = None) -> RateTable:
    end = None if days is None else MONDAY + days * DAY
    return RateTable("ours", "Ours", (Rate("A1", MONDAY, Decimal(amount), end),))


EACH = coding(
    SessionCodes((TimeBand("A1"),), BOTH, CODE), WeekCode("B1", 1, frozenset({FAMILY}), CODE)
)


def test_a_line_without_a_rate_makes_its_totals_unknown_and_not_zero() -> None:
    made = booked((0, GROUP, 60), (8, GROUP, 60), (9, FAMILY, 60), (22, GROUP, 60))
    charges = itemize(made, EACH, rates=rated("19.99", days=20))
    assert [line.amount_usd for line in charges.lines] == [Decimal("19.99")] * 2 + [None] * 2
    assert [(t.known_usd, t.amount_usd, t.unrated) for t in charges.weekly[:4]] == [
        (Decimal("19.99"), Decimal("19.99"), ()),
        (Decimal("19.99"), None, ("B1",)),
        (Decimal("0.00"), Decimal("0.00"), ()),
        (Decimal("0.00"), None, ("A1",)),
    ]
    total = charges.total
    assert (total.known_usd, total.amount_usd) == (Decimal("39.98"), None)
    assert total.unrated == ("A1", "B1")
    assert total.units == (Units("A1", 3), Units("B1", 1))
    assert charges.rates == "ours"


def test_without_a_table_no_amount_is_known() -> None:
    charges = itemize(booked((0, GROUP, 60)), EACH)
    assert (charges.rates, charges.total.amount_usd) == (None, None)
    assert charges.total.unrated == ("A1",)


def test_a_rate_of_nothing_is_known() -> None:
    charges = itemize(booked((0, GROUP, 60)), EACH, rates=rated("0.00"))
    assert charges.total.amount_usd == Decimal("0.00")


@pytest.mark.parametrize("precision", [1, 3, 28])
def test_money_is_exact_whatever_the_callers_context(precision: int) -> None:
    rule = TimedCode("A1", MINUTE, BOTH, CODE)
    made = booked((0, GROUP, 1439), (1, GROUP, 1439), (2, GROUP, 1))
    with localcontext(Context(prec=precision)):
        charges = itemize(made, coding(rule), rates=rated("9999999.99"))
        total = charges.total.amount_usd
    assert str(total) == str(2879 * Decimal("9999999.99")) == "28789999971.21"


def plan_of(*slots: str, minutes: int, weeks: int, start: date) -> Schedule:
    timing = Weekly(tuple(map(Slot.parse, slots)))
    service = Service("group", "Group", GROUP, timing, minutes * MINUTE)
    site = Site("Elm", "America/New_York", WeeklyWindows.always())
    program = Program("any", "Any", (Phase("only", "Only", weeks, (service,)),))
    return schedule(Plan(KEY, KEY, "Elm", program, start, 1), site)


@pytest.mark.parametrize(
    ("made", "units", "amount"),
    [
        pytest.param(
            plan_of(
                *("monday 17:30", "tuesday 17:30", "thursday 17:30"),
                minutes=210,
                weeks=6,
                start=date(2022, 10, 3),
            ),
            18,
            "3051.18",
            id="Deaconess, six weeks in Maryland's fiscal year 2023",
        ),
        pytest.param(
            plan_of(
                *("monday 16:00", "wednesday 16:00", "friday 16:00"),
                minutes=180,
                weeks=12,
                start=date(2019, 9, 2),
            ),
            36,
            "5015.16",
            id="Sandhills, twelve weeks in Maryland's fiscal year 2020",
        ),
    ],
)
def test_a_published_program_at_marylands_rates(made: Schedule, units: int, amount: str) -> None:
    maryland = find_coding("us-md-medicaid"), find_rates("us-md-medicaid")
    charges = itemize(made, maryland[0], rates=maryland[1])
    assert charges.total == Total((Units("H0015", units),), Decimal(amount))


def test_marylands_rates_end_where_none_was_seen() -> None:
    made = plan_of("monday 09:00", minutes=60, weeks=3, start=date(2023, 6, 19))
    charges = itemize(made, find_coding("us-md-medicaid"), rates=find_rates("us-md-medicaid"))
    assert [line.on for line in charges.lines if line.rate_usd is None] == [date(2023, 7, 3)]
    assert (charges.total.known_usd, charges.total.amount_usd) == (Decimal("105.80"), None)


# What is refused


def test_only_sessions_of_the_schedule_can_have_been_attended() -> None:
    with pytest.raises(InvalidError) as caught:
        itemize(booked((0, GROUP, 60)), EACH, attended=[OTHER_KEY])
    assert [str(fault) for fault in caught.value.faults] == [
        "attended[0]: expected a session of the schedule, by its UID, found another"
    ]


LINE = Charge(MONDAY, 1, "A1", 1, HOUR, (KEY,))


@pytest.mark.parametrize(
    ("build", "path"),
    [
        (lambda: evolve(LINE, week=0), "week"),
        (lambda: evolve(LINE, code="a1"), "code"),
        (lambda: evolve(LINE, code=""), "code"),
        (lambda: evolve(LINE, units=0), "units"),
        (lambda: evolve(LINE, units=1_000_001), "units"),
        (lambda: evolve(LINE, sessions=()), "sessions"),
        (lambda: evolve(LINE, rate_usd=Decimal("0.001")), "rate_usd"),
        (lambda: Charges(KEY, "any", 1, (LINE, LINE)), "lines"),
        (lambda: Charges(KEY, "any", 0, (LINE,)), "weeks"),
        (lambda: Charges(KEY, "any", 625, (LINE,)), "weeks"),
        (lambda: Charges(KEY, "any", -1), "weeks"),
    ],
)
def test_a_charge_that_cannot_be_is_refused(build: Callable[[], Any], path: str) -> None:
    with pytest.raises(InvalidError) as caught:
        build()
    assert [fault.path for fault in caught.value.faults] == [(path,)]


def test_the_order_in_which_sessions_are_listed_does_not_matter() -> None:
    made = booked(*three_days(), (7, GROUP, 180), (8, GROUP, 180), (9, GROUP, 180))
    other = evolve(made, sessions=made.sessions[::-1])
    assert itemize(other, find_coding("us-h0015")) == itemize(made, find_coding("us-h0015"))


def test_charges_are_values() -> None:
    made = booked(*three_days())
    charges = itemize(made, find_coding("us-h0015"))
    assert pickle.loads(pickle.dumps(charges)) == charges == itemize(made, find_coding("us-h0015"))
    assert len({charges, evolve(charges)}) == 1
    assert repr(charges) == "Charges(...)"


@pytest.mark.parametrize("why", NotBilledReason)
def test_every_reason_has_words(why: NotBilledReason) -> None:
    assert why.words


# What was attended in part.


@pytest.fixture
def evenings() -> Schedule:
    """Three groups of three hours; an individual session of 53 minutes and two of 20 between."""
    talks = [(2, COUNSELING, minutes) for minutes in (53, 20, 20)]
    return booked((0, GROUP, 180), (1, GROUP, 180), *talks, (3, GROUP, 180))


def held(made: Schedule, *minutes: int) -> dict[UUID, timedelta]:
    uids = map(made.uid, made.sessions)
    return {uid: length * MINUTE for uid, length in zip(uids, minutes, strict=True)}


def test_the_minutes_attended_are_charged_and_the_days_booked_are_counted(
    evenings: Schedule,
) -> None:
    attended = held(evenings, 100, 180, 32, 20, 20, 180)
    charges = itemize(evenings, find_coding("us-md-medicaid"), attended=attended)
    assert lines(charges) == [(1, "H0015", 1), (2, "H0004", 4), (3, "H0015", 1)]
    assert reasons(charges) == {
        1: [("H0015", NotBilledReason.DAY_TOO_SHORT), ("H0005", NotBilledReason.TOO_LONG)]
    }
    in_full = itemize(evenings, find_coding("us-md-medicaid"), attended=evenings_uids(evenings))
    assert lines(in_full) == [(0, "H0015", 1), (1, "H0015", 1), (2, "H0004", 5), (3, "H0015", 1)]


def evenings_uids(made: Schedule) -> list[UUID]:
    return [made.uid(session) for session in made.sessions]


def test_a_payer_that_asks_for_days_attended_pays_none_of_a_week_cut_short() -> None:
    made = booked(*three_days(), (5, GROUP, 120))
    rule = DayCode("A1", 2 * HOUR, BOTH, CODE, days_a_week=3)
    for minutes, units in ((119, 3), (120, 4)):
        charges = itemize(made, coding(rule), attended=held(made, 180, 180, 180, minutes))
        assert charges.total.units == (Units("A1", units),)
    charges = itemize(made, coding(rule), attended=held(made, 180, 119, 180, 119))
    assert charges.lines == ()


@pytest.mark.parametrize(("minutes", "code"), [(53, "90837"), (52, "90834"), (15, None), (0, None)])
def test_a_session_left_early_has_the_code_of_the_minutes_attended(
    minutes: int, code: str | None
) -> None:
    made = booked((0, COUNSELING, 60))
    charges = itemize(made, find_coding("us-cpt-psychotherapy"), attended=held(made, minutes))
    assert [line.code for line in charges.lines] == ([code] if code else [])
    assert len(charges.uncharged) == (minutes == 15), "one that was missed is not told as left out"


def test_a_session_that_is_too_long_for_a_code_is_so_whoever_leaves_it() -> None:
    made = booked((0, GROUP, 100))
    charges = itemize(made, find_coding("us-md-medicaid"), attended=held(made, 85))
    assert reasons(charges)[1][1] == ("H0005", NotBilledReason.TOO_LONG)


# Rounding.

PATTERN = [(7, 0), (8, 1), (22, 1), (23, 2), (37, 2), (38, 3), (52, 3), (53, 4), (67, 4), (68, 5)]


@pytest.mark.parametrize(("minutes", "units"), PATTERN)
@pytest.mark.parametrize("rounded", Rounded)
def test_eight_minutes_make_a_unit_where_a_payer_says_so(
    minutes: int, units: int, rounded: Rounded
) -> None:
    rule = TimedCode("H0004", 15 * MINUTE, BOTH, CODE, part=8 * MINUTE, rounded=rounded)
    charges = itemize(booked((0, COUNSELING, minutes)), coding(rule))
    assert lines(charges) == ([(0, "H0004", units)] if units else [])
    assert all(line.counted <= minutes * MINUTE for line in charges.lines)
    why = {
        Rounded.SESSION: NotBilledReason.TOO_SHORT,
        Rounded.DAY: NotBilledReason.DAY_TOO_SHORT,
    }
    assert reasons(charges) == ({} if units else {1: [("H0004", why[rounded])]})


@pytest.mark.parametrize(
    ("part", "rounded", "most", "units"),
    [
        (None, Rounded.SESSION, None, 4),
        (8, Rounded.SESSION, None, 5),
        (None, Rounded.DAY, None, 5),
        (8, Rounded.DAY, None, 5),
        (3, Rounded.DAY, None, 6),
        (8, Rounded.SESSION, 3, 3),
        (8, Rounded.DAY, 3, 3),
    ],
)
def test_time_is_rounded_session_by_session_or_by_the_day(
    part: int | None, rounded: Rounded, most: int | None, units: int
) -> None:
    length = None if part is None else part * MINUTE
    rule = TimedCode("T1", 15 * MINUTE, BOTH, CODE, most, part=length, rounded=rounded)
    made = booked((0, COUNSELING, 20), (0, GROUP, 38), (0, COUNSELING, 22))
    assert sum(line.units for line in itemize(made, coding(rule)).lines) == units


def test_a_part_is_less_than_a_unit() -> None:
    for part, path in ((15, "part"), (0, "part")):
        with pytest.raises(InvalidError) as caught:
            TimedCode("T1", 15 * MINUTE, BOTH, CODE, part=part * MINUTE)
        assert [fault.path for fault in caught.value.faults] == [(path,)]


# How sessions were given, who led them.

HOME = HowGiven(Delivery.TELEHEALTH, video=True, at_home=True)


def by(made: Schedule, *clinicians: str | None) -> Schedule:
    pairs = zip(made.sessions, clinicians, strict=True)
    return evolve(made, sessions=tuple(evolve(s, clinician=name) for s, name in pairs))


def test_a_line_says_how_its_sessions_were_given_and_who_led_them() -> None:
    made = by(booked((0, COUNSELING, 53), (1, COUNSELING, 53)), "Ada", None)
    uids = evenings_uids(made)
    attended = {uids[0]: Attendance(given=HOME), uids[1]: Attendance(led_by="Grace")}
    first, second = itemize(made, find_coding("us-cpt-psychotherapy"), attended=attended).lines
    assert (first.given, first.marks, first.led_by) == ((HOME,), Marks("10", ("95",)), ("Ada",))
    assert (second.given, second.led_by) == ((HowGiven(),), ("Grace",))
    assert second.marks is not None
    assert Unmarked.DELIVERY in second.marks.open


def test_units_of_sessions_given_in_two_ways_or_by_two_people_are_two_lines() -> None:
    made = by(booked(*[(0, COUNSELING, 30)] * 4), "Ada", "Grace", "Ada", "Ada")
    attended = dict.fromkeys(evenings_uids(made), Attendance(given=HowGiven(Delivery.ON_SITE)))
    attended[made.uid(made.sessions[3])] = Attendance(given=HOME)
    marks = (LineMark(CODE, "10", at_home=True), LineMark(CODE, "11", delivery=Delivery.ON_SITE))
    rule = TimedCode("T1", 15 * MINUTE, BOTH, CODE, per_day=7)
    found = itemize(made, coding(rule, *marks), attended=attended).lines
    assert {(line.units, line.led_by, line.marks and line.marks.place) for line in found} == {
        (4, ("Ada",), "11"),
        (2, ("Grace",), "11"),
        (1, ("Ada",), "10"),
    }


def test_a_day_of_several_ways_has_no_mark_that_is_not_theirs() -> None:
    made = by(booked((0, GROUP, 90), (0, GROUP, 90), *three_days()[1:]), "Ada", None, "Ada", "Ada")
    uids = evenings_uids(made)
    attended = dict.fromkeys(uids, Attendance(given=HowGiven(Delivery.ON_SITE)))
    attended[uids[1]] = Attendance(given=HOME)
    marks = (LineMark(CODE, "10", at_home=True), LineMark(CODE, "11", delivery=Delivery.ON_SITE))
    rule = DayCode("H0015", 3 * HOUR, BOTH, CODE, days_a_week=3)
    first, second, _ = itemize(made, coding(rule, *marks), attended=attended).lines
    assert first.marks == Marks(open=(Unmarked.SEVERAL_WAYS,))
    assert (first.led_by, second.led_by) == (("Ada", None), ("Ada",))
    assert second.marks == Marks("11")


def test_what_was_held_in_another_way_than_booked_counts_as_it_was_held() -> None:
    made = booked(*[(0, GROUP, 50)] * 3)
    remote = evolve(
        made, sessions=tuple(evolve(s, delivery=Delivery.TELEHEALTH) for s in made.sessions)
    )
    medicare = find_coding("us-medicare-iop")
    assert itemize(remote, medicare).lines == ()
    in_person = dict.fromkeys(evenings_uids(made), Attendance(given=HowGiven(Delivery.ON_SITE)))
    assert lines(itemize(remote, medicare, attended=in_person)) == [(0, "IOP-3-SERVICES", 1)]
    at_home = dict.fromkeys(evenings_uids(made), Attendance(given=HOME))
    charges = itemize(made, medicare, attended=at_home)
    assert reasons(charges) == {n: [(None, NotBilledReason.TELEHEALTH)] for n in (1, 2, 3)}


# Rates that are not known to be in force.


@pytest.mark.parametrize("assumed", [False, True])
def test_a_rate_that_ended_is_used_only_if_that_is_asked_for(assumed: bool) -> None:
    rates = find_rates("us-md-medicaid")
    charges = itemize(
        booked(*three_days()), find_coding("us-md-medicaid"), rates=rates, assume_in_force=assumed
    )
    amounts = {(line.rate_usd, line.rate_assumed) for line in charges.lines}
    assert amounts == {(Decimal("169.51"), True) if assumed else (None, False)}
    assert ("rate assumed in force" in charges_text(charges)) is assumed


def test_north_carolinas_rate_of_2024_goes_on() -> None:
    rates = find_rates("us-nc-medicaid")
    charges = itemize(booked(*three_days()), find_coding("us-h0015"), rates=rates)
    assert charges.total.amount_usd == Decimal("510.09")
    before = [rates.rate(code, on=date(2024, 7, 31)) for code in ("H0015", "H2035")]
    assert [rate and rate.amount_usd for rate in before] == [Decimal("133.72"), Decimal("46.07")]


def test_the_text_says_how_sessions_were_given_and_what_is_not_known() -> None:
    made = by(booked((0, COUNSELING, 53), (1, COUNSELING, 53)), "Ada", None)
    first, second = evenings_uids(made)
    attended = {first: Attendance(given=HOME), second: Attendance(given=evolve(HOME, at_home=None))}
    charges = itemize(made, find_coding("us-cpt-psychotherapy"), attended=attended)
    text = charges_text(charges)
    assert (
        "by video, the patient at home; place of service 10, modifier 95; led by Ada"
        in " ".join(text.split())
    )
    assert "  - whether the patient is at home: 1 line\n  - who leads a session: 1 line" in text
    older = evolve(charges, lines=tuple(evolve(line, marks=None) for line in charges.lines))
    assert "  - how its sessions were given and who led them: 2 lines" in charges_text(older)
