"""How each fact is read from a patient as of a day, and what leaves it not known."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve, fields
from hypothesis import assume, given
from hypothesis import strategies as st

from iopkit.eligibility import FACTS, NEVER, Possible, Value, read_facts
from iopkit.eligibility.possible import as_possible
from iopkit.errors import InvalidError
from iopkit.levels import AgeGroup, Edition, LevelOfCare
from iopkit.patients import (
    Assessment,
    Consent,
    Coverage,
    Diagnosis,
    DimensionRating,
    EntryRoute,
    Expiry,
    LivingEnvironment,
    MentalDisorder,
    MinimumLevel,
    Obligation,
    ObligationKind,
    OpioidMedication,
    Outcome,
    PartialDate,
    Patient,
    Payer,
    Purpose,
    Score,
    Screening,
    Substance,
    SubstanceUseDisorder,
    Support,
    Treatment,
)
from iopkit.strategies import days, treatments
from iopkit.windows import WeeklyWindows

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
ON = date(2026, 1, 5)
DAY = timedelta(days=1)
JUDGED = sorted(field.name for field in fields(Assessment) if field.type == bool | None)


def read(name: str, on: date = ON, **known: Any) -> Value:
    """One fact about a patient of whom the rest is not known."""
    return read_facts([FACTS[name]], Patient(key=KEY, **known), on=on).values()[name]


def some(*options: str | bool) -> Possible:
    return Possible(options=frozenset(options))


def disorder(
    criteria_met: int | None,
    substance: Substance | None = Substance.ALCOHOL,
    diagnosed: date | None = None,
) -> SubstanceUseDisorder:
    return SubstanceUseDisorder(substance=substance, criteria_met=criteria_met, diagnosed=diagnosed)


# Age


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        pytest.param(date(2008, 1, 6), date(2026, 1, 5), 17, id="day before the birthday"),
        pytest.param(date(2008, 1, 5), date(2026, 1, 5), 18, id="birthday"),
        pytest.param(date(2008, 1, 4), date(2026, 1, 5), 18, id="day after the birthday"),
        pytest.param(date(2026, 1, 5), date(2026, 1, 5), 0, id="day of birth"),
        pytest.param(date(2025, 12, 31), date(2026, 1, 1), 0, id="a new year is no birthday"),
        pytest.param(date(2004, 2, 29), date(2025, 2, 27), 20, id="February 29, day before"),
        pytest.param(date(2004, 2, 29), date(2025, 2, 28), 21, id="February 29, common year"),
        pytest.param(date(2004, 2, 29), date(2024, 2, 28), 19, id="February 29, leap year, before"),
        pytest.param(date(2004, 2, 29), date(2024, 2, 29), 20, id="February 29, leap year"),
        pytest.param(date(2004, 2, 28), date(2024, 2, 28), 20, id="February 28, leap year"),
        pytest.param(date(2004, 3, 1), date(2025, 2, 28), 20, id="March 1, day before"),
        pytest.param(date(1896, 1, 5), date(2026, 1, 5), 130, id="oldest"),
    ],
)
def test_age_in_completed_years(birth: date, on: date, age: int) -> None:
    assert read("age", on, birth_date=birth) == age


def test_facts_are_not_read_at_a_moment() -> None:
    with pytest.raises(InvalidError, match="on: expected a date without a time, found a moment"):
        read("has_diagnosis", datetime(2026, 1, 5, 9, 30))  # noqa: DTZ001  # as callers give it


def test_age_is_not_known_without_a_birth_date() -> None:
    assert read("age") is None


def test_an_age_beyond_every_human_one_is_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        read("age", date(2026, 1, 5), birth_date=date(1895, 1, 5))

    said = "expected a birth within 130 years of the day, found an earlier one"
    assert str(caught.value) == f"age: 1 problem\n  birth_date: {said}"


def test_a_day_before_the_birth_has_no_age() -> None:
    with pytest.raises(InvalidError) as caught:
        read("age", ON - DAY, birth_date=ON)

    said = "age: 1 problem\n  on: expected a day from the birth on, found an earlier day"
    assert str(caught.value) == said


@given(st.dates(date(1920, 1, 1), date(2009, 12, 31)), days())
def test_age_counts_the_anniversaries_that_have_passed(birth: date, on: date) -> None:
    def anniversary(year: int) -> date:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return date(year, birth.month, 28 if birth.day == 29 and not leap else birth.day)

    def passed(year: int) -> bool:
        day = anniversary(year) if birth.month == 2 else birth.replace(year=year)
        return day <= on

    assert read("age", on, birth_date=birth) == sum(map(passed, range(birth.year + 1, on.year + 1)))


PARTS = st.builds(PartialDate, st.integers(1930, 2026), st.none() | st.integers(1, 12))


@given(PARTS, days())
def test_an_age_can_be_that_of_every_day_on_which_the_birth_can_have_been(
    birth: PartialDate, on: date
) -> None:
    possible = [birth.first + n * DAY for n in range((min(birth.last, on) - birth.first).days + 1)]
    assume(possible)
    ages = {age for day in possible if isinstance(age := read("age", on, birth_date=day), int)}

    found = as_possible(read("age", on, birth_date=birth))
    assert (found.low, found.high) == (min(ages), max(ages))


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        pytest.param(PartialDate(2007, 12), 18, id="the month is over"),
        pytest.param(PartialDate(2008), Possible(17, 18), id="before or after the birthday"),
        pytest.param(PartialDate(2008, 1), Possible(17, 18), id="in the month of the birthday"),
        pytest.param(PartialDate(2008, 2), 17, id="the month is still to come"),
        pytest.param(PartialDate(2026), 0, id="born this year, and by today"),
        pytest.param(PartialDate(1895), 130, id="nobody is older than the oldest"),
    ],
)
def test_age_of_a_birth_known_in_part(birth: PartialDate, age: Value) -> None:
    assert read("age", date(2026, 1, 5), birth_date=birth) == age


def test_an_age_known_in_part_says_why() -> None:
    patient = Patient(KEY, birth_date=PartialDate(2008))

    told = read_facts([FACTS["age"]], patient, on=ON).told()["age"]
    assert told.why == "the birth is known in part"


@pytest.mark.parametrize("birth", [PartialDate(1894), PartialDate(1894, 12)])
def test_a_year_of_birth_beyond_every_human_age_is_refused(birth: PartialDate) -> None:
    with pytest.raises(InvalidError, match="birth_date: expected a birth within 130 years"):
        read("age", date(2026, 1, 5), birth_date=birth)


def test_a_year_that_is_still_to_come_has_no_age() -> None:
    with pytest.raises(InvalidError, match="on: expected a day from the birth on"):
        read("age", ON, birth_date=PartialDate(ON.year + 1))


@pytest.mark.parametrize(
    "birth",
    [date(1900, 1, 1), date(1899, 12, 30), date(1899, 12, 31), PartialDate(1900, 1)],
    ids=["databases", "spreadsheets", "older spreadsheets", "in part"],
)
def test_a_birth_on_a_day_that_stands_for_none_is_not_known(birth: date | PartialDate) -> None:
    told = read_facts([FACTS["age"]], Patient(KEY, birth_date=birth), on=ON).told()["age"]

    assert told.is_anything
    assert told.why == "the recorded day of birth is one that stands where none is known"


@pytest.mark.parametrize("birth", [date(1899, 12, 29), date(1900, 1, 2), date(1930, 1, 1)])
def test_a_birth_beside_such_a_day_is_as_recorded(birth: date) -> None:
    assert isinstance(read("age", birth_date=birth), int)


# Diagnoses


@pytest.mark.parametrize(
    ("diagnoses", "has"),
    [
        pytest.param(None, None, id="not known"),
        pytest.param((), False, id="none"),
        pytest.param((MentalDisorder(),), True, id="a mental disorder"),
        pytest.param((disorder(2),), True, id="a use disorder"),
        pytest.param(
            (SubstanceUseDisorder(),), True, id="a use disorder of which no more is known"
        ),
        pytest.param((MentalDisorder(diagnosed=ON - DAY),), True, id="diagnosed the day before"),
        pytest.param((MentalDisorder(diagnosed=ON),), True, id="diagnosed on the day"),
        pytest.param((MentalDisorder(diagnosed=ON + DAY),), False, id="diagnosed the day after"),
        pytest.param(
            (MentalDisorder(diagnosed=ON + DAY), disorder(2, diagnosed=ON)),
            True,
            id="one of two by the day",
        ),
    ],
)
def test_whether_a_diagnosis_is_on_record_by_the_day(
    diagnoses: tuple[Diagnosis, ...] | None, has: bool | None
) -> None:
    assert read("has_diagnosis", diagnoses=diagnoses) is has


@pytest.mark.parametrize(
    ("diagnoses", "severity"),
    [
        pytest.param(None, None, id="not known"),
        pytest.param((), "none", id="no diagnosis"),
        pytest.param((MentalDisorder(),), "none", id="no use disorder"),
        pytest.param((disorder(3),), "mild", id="3 criteria"),
        pytest.param((disorder(4),), "moderate", id="4 criteria"),
        pytest.param((disorder(5),), "moderate", id="5 criteria"),
        pytest.param((disorder(6),), "severe", id="6 criteria"),
        pytest.param(
            (disorder(None),), some("mild", "moderate", "severe"), id="criteria not known"
        ),
        pytest.param((disorder(2), disorder(6), disorder(4)), "severe", id="the worst of several"),
        pytest.param(
            (disorder(4), disorder(None)), some("moderate", "severe"), id="another could be worse"
        ),
        pytest.param((disorder(None), disorder(6)), "severe", id="no other could be worse"),
        pytest.param((disorder(6, Substance.TOBACCO),), "none", id="tobacco aside"),
        pytest.param(
            (disorder(6, Substance.TOBACCO), disorder(2)), "mild", id="tobacco aside, one more"
        ),
        pytest.param(
            (disorder(None, Substance.TOBACCO), disorder(2)), "mild", id="unknown tobacco aside"
        ),
        pytest.param((disorder(2), disorder(6, diagnosed=ON)), "severe", id="worse on the day"),
        pytest.param((disorder(2), disorder(6, diagnosed=ON + DAY)), "mild", id="worse later"),
        pytest.param(
            (disorder(2), disorder(None, diagnosed=ON + DAY)), "mild", id="unknown, but later"
        ),
        pytest.param(
            (disorder(6, None),), some("none", "severe"), id="a class not known could be tobacco"
        ),
        pytest.param(
            (disorder(6, None), disorder(4)),
            some("moderate", "severe"),
            id="a worse one of a class not known",
        ),
        pytest.param(
            (disorder(4, None), disorder(4)), "moderate", id="one no worse of a class not known"
        ),
    ],
)
def test_the_worst_severity_by_the_day(
    diagnoses: tuple[Diagnosis, ...] | None, severity: Value
) -> None:
    assert read("use_disorder_severity", diagnoses=diagnoses) == severity


# What a clinician has judged


def test_no_judgment_is_known_without_assessments() -> None:
    for name in (*JUDGED, "needed_hours_per_week"):
        assert read(name) is None
        assert read(name, assessments=()) is None
        assert read(name, assessments=(Assessment(on=ON),)) is None


@pytest.mark.parametrize(
    ("needed", "hours"),
    [
        (timedelta(0), 0.0),
        (timedelta(minutes=539), 539 / 60),
        (timedelta(minutes=540), 9.0),
        (timedelta(minutes=570), 9.5),
        (timedelta(weeks=1), 168.0),
    ],
)
def test_hours_needed_in_a_week(needed: timedelta, hours: float) -> None:
    found = read("needed_hours_per_week", assessments=(Assessment(on=ON, needed_per_week=needed),))

    assert found == hours


@pytest.mark.parametrize("name", JUDGED)
@pytest.mark.parametrize("newest", [True, False])
def test_the_newest_assessment_up_to_the_day_counts(name: str, newest: bool) -> None:
    def found(*judged: tuple[date, bool | None]) -> Value:
        assessments = [Assessment(on=on, **{name: value}) for on, value in judged]  # type: ignore[arg-type]  # the field is a parameter
        forwards = read(name, assessments=tuple(assessments))
        assert read(name, assessments=tuple(reversed(assessments))) == forwards
        return forwards

    older = not newest
    assert found((ON - DAY, older), (ON, newest)) is newest, "on the day"
    assert found((ON - 2 * DAY, older), (ON - DAY, newest)) is newest, "before the day"
    assert found((ON, newest), (ON + DAY, older)) is newest, "a later one does not count"
    assert found((ON - DAY, newest), (ON, None)) is newest, "one that says nothing hides none"
    assert found((ON + DAY, newest)) is None, "only a later one"
    assert found((ON, None)) is None, "only one that says nothing"


@given(
    st.dictionaries(days(date(2025, 12, 20), date(2026, 1, 20)), st.none() | st.booleans()),
    st.randoms(use_true_random=False),
)
def test_judgments_are_looked_up_from_the_day_backwards(
    judged: dict[date, bool | None], random: Any
) -> None:
    assessments = [Assessment(on=on, dangerous=value) for on, value in judged.items()]
    random.shuffle(assessments)

    expected, day = None, ON
    while expected is None and day >= date(2025, 12, 20):
        expected, day = judged.get(day), day - DAY
    assert read("dangerous", assessments=tuple(assessments)) is expected


def test_each_judgment_is_looked_up_on_its_own() -> None:
    first = Assessment(on=ON - DAY, dangerous=False, needed_per_week=timedelta(hours=10))
    second = Assessment(on=ON, dangerous=True, support_adequate=True)
    patient = Patient(key=KEY, assessments=(first, second))

    values = read_facts(FACTS.values(), patient, on=ON).values()
    known = {name: value for name, value in values.items() if value is not None}
    assert known == {
        "needed_hours_per_week": 10.0,
        "support_adequate": True,
        "dangerous": True,
    }


def test_two_assessments_of_a_day_that_disagree_leave_it_not_known() -> None:
    def both(first: bool, second: bool) -> Value:
        older = Assessment(on=ON - DAY, dangerous=True)
        found = (Assessment(on=ON, dangerous=first), Assessment(on=ON, dangerous=second))
        return read("dangerous", assessments=(older, *found))

    assert both(False, False) is False
    assert both(False, True) is None


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("living_environment", LivingEnvironment.UNSAFE, "unsafe"),
        ("living_environment", LivingEnvironment.SUPPORTIVE, "supportive"),
        ("living_environment", LivingEnvironment.SAFE_AT_NIGHT, "safe_at_night"),
        ("opioid_medication", OpioidMedication.NONE, "none"),
        ("opioid_medication", OpioidMedication.BUPRENORPHINE, "buprenorphine"),
        ("entry", EntryRoute.STEP_DOWN, "step_down"),
        ("age_group", AgeGroup.ADOLESCENT, "adolescent"),
    ],
)
def test_a_recorded_choice_is_read_as_its_word(name: str, value: Any, word: str) -> None:
    found = read(name, assessments=(Assessment(on=ON, **{name: value}),))

    assert found == word
    assert type(found) is str


def rated(on: date, *risks: tuple[int, int | None]) -> Assessment:
    return Assessment(on=on, ratings=tuple(DimensionRating(*risk) for risk in risks))


@pytest.mark.parametrize(
    ("assessments", "risk"),
    [
        pytest.param(None, None, id="not known"),
        pytest.param((rated(ON, (1, 4)),), None, id="another dimension"),
        pytest.param((rated(ON, (5, 0)),), 0, id="no risk"),
        pytest.param((rated(ON - DAY, (5, 2)), rated(ON, (5, 3))), 3, id="the newest"),
        pytest.param((rated(ON - DAY, (5, 2)), rated(ON + DAY, (5, 3))), 2, id="not a later one"),
        pytest.param((rated(ON - DAY, (5, 2)), rated(ON, (5, None))), 2, id="one that says none"),
        pytest.param(
            (rated(ON, (5, 2)), rated(ON, (5, 3))), Possible(2, 3), id="two that disagree"
        ),
        pytest.param((Assessment(ON, Edition.FOURTH),), None, id="the fourth edition has none"),
    ],
)
def test_the_risk_of_a_dimension(
    assessments: tuple[Assessment, ...] | None, risk: int | None
) -> None:
    assert read("third_edition_dimension_5_risk", assessments=assessments) == risk


def asking(on: date, *levels: tuple[int, str]) -> Assessment:
    least = tuple(MinimumLevel(n, LevelOfCare(level, Edition.FOURTH)) for n, level in levels)
    return Assessment(on, Edition.FOURTH, minimum_levels=least)


@pytest.mark.parametrize(
    ("assessments", "level"),
    [
        pytest.param(None, None, id="not known"),
        pytest.param((rated(ON, (3, 4)),), None, id="the third edition has none"),
        pytest.param((asking(ON, (2, "3.5")),), None, id="another dimension"),
        pytest.param((asking(ON - DAY, (3, "1.5")), asking(ON, (3, "2.7"))), "2.7", id="newest"),
        pytest.param((asking(ON - DAY, (3, "1.5")), asking(ON, (1, "2.7"))), "1.5", id="silent"),
        pytest.param((asking(ON - DAY, (3, "1.5")), asking(ON + DAY, (3, "4.0"))), "1.5", id="on"),
        pytest.param(
            (asking(ON, (3, "1.5")), asking(ON, (3, "1.7"))), some("1.5", "1.7"), id="two"
        ),
    ],
)
def test_the_minimum_level_of_a_dimension(
    assessments: tuple[Assessment, ...] | None, level: Value
) -> None:
    assert read("fourth_edition_dimension_3_minimum_level", assessments=assessments) == level


# Which use disorders


@pytest.mark.parametrize(
    ("diagnoses", "any_one", "opioid"),
    [
        pytest.param(None, None, None, id="not known"),
        pytest.param((), False, False, id="none"),
        pytest.param((MentalDisorder(),), False, False, id="a mental disorder"),
        pytest.param((disorder(2),), True, False, id="of alcohol"),
        pytest.param((disorder(2, Substance.OPIOIDS),), True, True, id="of opioids"),
        pytest.param((disorder(2, Substance.TOBACCO),), False, False, id="of tobacco"),
        pytest.param((disorder(2, None),), None, None, id="of a class that is not known"),
        pytest.param((disorder(2, None), disorder(2)), True, None, id="of alcohol, and not known"),
        pytest.param(
            (disorder(2, None), disorder(2, Substance.OPIOIDS)), True, True, id="and of opioids"
        ),
        pytest.param(
            (disorder(2, Substance.OPIOIDS, ON + DAY),), False, False, id="diagnosed later"
        ),
        pytest.param((disorder(2, Substance.OPIOIDS, ON),), True, True, id="diagnosed on the day"),
    ],
)
def test_which_use_disorders_are_on_record(
    diagnoses: tuple[Diagnosis, ...] | None, any_one: bool | None, opioid: bool | None
) -> None:
    assert read("has_substance_use_disorder", diagnoses=diagnoses) is any_one
    assert read("has_opioid_use_disorder", diagnoses=diagnoses) is opioid


def free_since(
    day: date | None, substance: Substance | None = Substance.ALCOHOL
) -> SubstanceUseDisorder:
    return SubstanceUseDisorder(substance=substance, symptom_free_since=day)


NOT_YET, EARLY, SUSTAINED = date(2025, 10, 6), date(2025, 10, 5), date(2025, 1, 5)
IN_SOME = some("not_in_remission", "early", "sustained")


@pytest.mark.parametrize(
    ("diagnoses", "remission"),
    [
        pytest.param(None, None, id="not known"),
        pytest.param((), "no_disorder", id="no diagnosis"),
        pytest.param((MentalDisorder(),), "no_disorder", id="no use disorder"),
        pytest.param((free_since(None),), IN_SOME, id="no day known"),
        pytest.param((free_since(ON + DAY),), IN_SOME, id="from a later day on"),
        pytest.param((free_since(ON),), "not_in_remission", id="from the day on"),
        pytest.param((free_since(NOT_YET),), "not_in_remission", id="a day short of 3 months"),
        pytest.param((free_since(EARLY),), "early", id="3 months"),
        pytest.param((free_since(SUSTAINED + DAY),), "early", id="a day short of 12 months"),
        pytest.param((free_since(SUSTAINED),), "sustained", id="12 months"),
        pytest.param((free_since(SUSTAINED), free_since(EARLY)), "early", id="the least of two"),
        pytest.param((free_since(NOT_YET), free_since(None)), "not_in_remission", id="no less"),
        pytest.param(
            (free_since(EARLY), free_since(None)),
            some("not_in_remission", "early"),
            id="another could be less",
        ),
        pytest.param(
            (free_since(NOT_YET, Substance.TOBACCO), free_since(EARLY)), "early", id="not tobacco"
        ),
        pytest.param(
            (free_since(EARLY, None),),
            some("early", "no_disorder"),
            id="a class not known could be tobacco",
        ),
        pytest.param(
            (free_since(SUSTAINED, None), free_since(EARLY)), "early", id="and matters not"
        ),
        pytest.param(
            (free_since(NOT_YET, None), free_since(EARLY)),
            some("not_in_remission", "early"),
            id="and matters",
        ),
    ],
)
def test_the_least_remission_by_the_day(
    diagnoses: tuple[Diagnosis, ...] | None, remission: Value
) -> None:
    assert read("remission", diagnoses=diagnoses) == remission


# Screenings

SEVERE, MILD = (3,) * 9, (1,) * 5 + (0,) * 4  # 27 and 5 points


def test_answers_where_none_should_be_are_why_a_score_is_not_known() -> None:
    # Who never drinks is not asked how much.
    screening = Screening("audit", ON, (0, *(4,) * 9))
    told = read_facts(FACTS.values(), Patient(KEY, screenings=(screening,)), on=ON).told()

    whys = {each.why for each in told.values()}
    assert "items were answered that the answers before them skip" in whys


def phq_9(answers: tuple[int | None, ...] | None, on: date = ON, *scores: Score) -> Screening:
    return Screening("phq_9", on, answers, scores)


@pytest.mark.parametrize(
    ("screenings", "score", "band"),
    [
        pytest.param(None, None, None, id="not known"),
        pytest.param((), None, None, id="none"),
        pytest.param((Screening("gad_7", ON, (3,) * 7),), None, None, id="another instrument"),
        pytest.param((phq_9(SEVERE),), 27, "severe", id="all answered"),
        pytest.param((phq_9(None, ON, Score("total", 12)),), 12, "moderate", id="a score alone"),
        pytest.param(
            (phq_9((3,) * 8 + (None,)),), Possible(24, 27), "severe", id="one answer open"
        ),
        pytest.param(
            (phq_9((3,) * 6 + (None,) * 3),),
            Possible(18, 27),
            some("moderately_severe", "severe"),
            id="several answers open",
        ),
        pytest.param((phq_9(MILD, ON - DAY), phq_9(SEVERE)), 27, "severe", id="the newest"),
        pytest.param((phq_9(MILD), phq_9(SEVERE, ON + DAY)), 5, "mild", id="not a later one"),
        pytest.param((phq_9(SEVERE, ON + DAY),), None, None, id="only a later one"),
        pytest.param(
            (phq_9(SEVERE, ON - DAY), phq_9(None)), None, None, id="a newer one that says nothing"
        ),
        pytest.param(
            (phq_9(MILD), phq_9(SEVERE)),
            Possible(5, 27),
            some("mild", "severe"),
            id="two that disagree",
        ),
        pytest.param(
            (phq_9(SEVERE), phq_9((3,) * 8 + (2,))),
            Possible(26, 27),
            "severe",
            id="not on the band",
        ),
        pytest.param((phq_9(SEVERE), phq_9(SEVERE)), 27, "severe", id="two that agree"),
    ],
)
def test_scores_and_bands_of_the_newest_screening(
    screenings: tuple[Screening, ...] | None, score: Value, band: Value
) -> None:
    assert read("phq_9_total_score", screenings=screenings) == score
    assert read("phq_9_total_severity_band", screenings=screenings) == band


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        pytest.param(
            (3,) * 8 + (None,), Possible(24, 27, found=ON, why="answers are open"), id="open"
        ),
        pytest.param(SEVERE, Possible(27, 27, found=ON), id="all answered"),
        pytest.param(None, Possible(found=ON), id="nothing said"),
    ],
)
def test_a_reading_has_its_day_and_says_why_no_more_is_known(
    answers: tuple[int | None, ...] | None, told: Possible
) -> None:
    patient = Patient(key=KEY, screenings=(phq_9(answers),))
    score = FACTS["phq_9_total_score"]

    assert read_facts([score], patient, on=ON).told() == {score.name: told}


def coded(code: str, **known: Any) -> SubstanceUseDisorder:
    return SubstanceUseDisorder(code=code, **known)


AGAINST, DIFFER = "a diagnosis code goes against the record", "findings of one day differ"
EACH = frozenset({"mild", "moderate", "severe"})


@pytest.mark.parametrize(
    ("name", "known", "told"),
    [
        pytest.param(
            "use_disorder_severity",
            {"diagnoses": (disorder(None),)},
            Possible(options=EACH),
            id="not asked",
        ),
        pytest.param(
            "use_disorder_severity",
            {"diagnoses": (coded("F10.20", criteria_met=2),)},
            Possible(options=EACH, why=AGAINST),
            id="a code of another severity",
        ),
        pytest.param(
            "use_disorder_severity",
            {"diagnoses": (coded("F10.20", criteria_met=2), disorder(6))},
            Possible.exactly("severe"),
            id="settled beside such a code",
        ),
        pytest.param(
            "has_opioid_use_disorder",
            {"diagnoses": (coded("F11.20", substance=Substance.ALCOHOL),)},
            Possible(why=AGAINST),
            id="a code of another substance",
        ),
        pytest.param(
            "has_opioid_use_disorder",
            {"diagnoses": (disorder(2, None),)},
            Possible(),
            id="no substance",
        ),
        pytest.param(
            "remission",
            {"diagnoses": (coded("F10.21", symptom_free_since=ON),)},
            Possible(options=frozenset(IN_SOME.options), why=AGAINST),
            id="a code of another stage",
        ),
        pytest.param(
            "remission",
            {"diagnoses": (coded("F10.21"),)},
            Possible(options=frozenset({"early", "sustained"})),
            id="a code alone",
        ),
        pytest.param(
            "dangerous",
            {"assessments": (Assessment(ON, dangerous=True), Assessment(ON, dangerous=False))},
            Possible(found=ON, why=DIFFER),
            id="findings that differ",
        ),
        pytest.param(
            "phq_9_total_score",
            {"screenings": (phq_9(MILD, ON - DAY), phq_9(SEVERE, ON - DAY))},
            Possible(5, 27, found=ON - DAY, why=DIFFER),
            id="scores that differ",
        ),
        pytest.param(
            "phq_9_total_score",
            {"screenings": (phq_9(None), phq_9(SEVERE))},
            Possible(found=ON, why=DIFFER),
            id="one says nothing",
        ),
        pytest.param(
            "free_hours_per_week",
            {"availability": WeeklyWindows.of("monday 09:00-17:00")},
            Possible(0, 8, why="an obligation's times are not known"),
            id="obligations",
        ),
    ],
)
def test_what_is_open_says_why_and_when_it_was_found_and_what_is_settled_has_no_why(
    name: str, known: dict[str, Any], told: Possible
) -> None:
    ((_, item),) = read_facts([FACTS[name]], Patient(KEY, **known), on=ON).items
    assert as_possible(item) == told


def test_each_scale_of_an_instrument_has_facts_of_its_own() -> None:
    screening = phq_9((*(0,) * 8, 1))

    assert read("phq_9_total_score", screenings=(screening,)) == 1
    assert read("phq_9_self_harm_score", screenings=(screening,)) == 1
    assert read("phq_9_total_screen_band", screenings=(screening,)) == "negative"
    assert read("phq_9_self_harm_follow_up_band", screenings=(screening,)) == "indicated"


# Earlier treatment

OUTPATIENT, RESIDENTIAL, INPATIENT = map(LevelOfCare, ("2.1", "3.1", "4"))


def episode(
    end: date | None, level: LevelOfCare | None = RESIDENTIAL, outcome: Outcome | None = None
) -> Treatment:
    return Treatment(level=level, end=end, outcome=outcome)


DONE = Outcome.COMPLETED


@pytest.mark.parametrize(
    ("past", "count", "outcome", "completed", "days_since"),
    [
        pytest.param(None, None, None, None, None, id="not known"),
        pytest.param((), 0, "none", False, NEVER, id="none"),
        pytest.param((episode(ON, outcome=DONE),), 1, "completed", True, 0, id="ended that day"),
        pytest.param((episode(ON + DAY, outcome=DONE),), 0, "none", False, NEVER, id="not yet"),
        pytest.param(
            (episode(ON - 5 * DAY, INPATIENT, DONE),), 1, "completed", True, 5, id="level 4"
        ),
        pytest.param(
            (episode(ON, LevelOfCare("2.7", Edition.FOURTH), DONE),),
            *(1, "completed", False, NEVER),
            id="level 2.7, fourth edition",
        ),
        pytest.param(
            (episode(ON, LevelOfCare("3.1", Edition.FOURTH), DONE),),
            *(1, "completed", True, 0),
            id="level 3.1, fourth edition",
        ),
        pytest.param(
            (episode(ON, OUTPATIENT, DONE),), 1, "completed", False, NEVER, id="level 2.1"
        ),
        pytest.param((episode(ON, outcome=Outcome.LEFT),), 1, "left", False, 0, id="left"),
        pytest.param((episode(ON),), 1, some(*Outcome), None, 0, id="outcome not known"),
        pytest.param(
            (episode(ON, OUTPATIENT),), 1, some(*Outcome), False, NEVER, id="does not count"
        ),
        pytest.param((episode(ON, None, DONE),), 1, "completed", None, None, id="level not known"),
        pytest.param(
            (episode(ON, None, Outcome.LEFT),), 1, "left", False, None, id="left, level not known"
        ),
        pytest.param((Treatment(),), 0, "none", False, NEVER, id="going on"),
        pytest.param(
            (episode(None, outcome=DONE),),
            *(Possible(0, 1), some("none", "completed"), None, None),
            id="end not known",
        ),
        pytest.param(
            (episode(None, outcome=Outcome.LEFT), episode(ON, OUTPATIENT, DONE)),
            *(Possible(1, 2), some("left", "completed"), False, None),
            id="end of another not known",
        ),
        pytest.param(
            (Treatment(RESIDENTIAL, ON, None, DONE),),
            *(0, "none", False, NEVER),
            id="end not known, but later",
        ),
        pytest.param(
            (Treatment(RESIDENTIAL, ON - DAY, None, DONE),),
            *(Possible(0, 1), some("none", "completed"), None, None),
            id="end not known, and may be that day",
        ),
        pytest.param(
            (episode(ON - 9 * DAY, RESIDENTIAL, DONE), episode(ON - DAY, OUTPATIENT, Outcome.LEFT)),
            *(2, "left", False, 9),
            id="outpatient after residential",
        ),
        pytest.param(
            (episode(ON - DAY, RESIDENTIAL, DONE), episode(ON - 9 * DAY, OUTPATIENT, Outcome.LEFT)),
            *(2, "completed", True, 1),
            id="residential after outpatient",
        ),
        pytest.param(
            (episode(ON - 9 * DAY, RESIDENTIAL, DONE), episode(ON - DAY, None, DONE)),
            *(2, "completed", None, Possible(1, 9)),
            id="one of unknown level last",
        ),
        pytest.param(
            (episode(ON, RESIDENTIAL, DONE), episode(ON, None, DONE)),
            *(2, "completed", None, 0),
            id="and one on the same day",
        ),
        pytest.param(
            (episode(ON, RESIDENTIAL, DONE), episode(ON, OUTPATIENT, Outcome.OTHER)),
            *(2, some("completed", "other"), None, 0),
            id="two on one day that differ",
        ),
    ],
)
def test_treatment_before_the_day(
    past: tuple[Treatment, ...] | None,
    count: Value,
    outcome: Value,
    completed: bool | None,
    days_since: Value,
) -> None:
    assert read("prior_treatment_episodes", treatments=past) == count
    assert read("last_treatment_outcome", treatments=past) == outcome
    assert read("just_completed_24_hour_care", treatments=past) is completed
    assert read("days_since_24_hour_care", treatments=past) == days_since


@given(
    st.lists(
        st.builds(
            lambda start, length, outcome: Treatment(
                RESIDENTIAL, ON + start * DAY, length and ON + (start + length) * DAY, outcome
            ),
            st.integers(-6, 1),
            st.sampled_from([None, 1, 4]),
            st.sampled_from([None, DONE, Outcome.LEFT]),
        ),
        max_size=3,
    )
)
def test_how_the_last_treatment_ended_is_what_completions_leave(
    past: list[Treatment],
) -> None:
    def completions(one: Treatment) -> Iterator[Treatment]:
        assert one.start
        # With neither end nor outcome it goes on.
        goes_on = one.end is None and one.outcome is None
        ends = {one.start + DAY, max(ON, one.start + DAY), ON + 9 * DAY}
        for end in ends if one.end is None and not goes_on else (one.end,):
            for outcome in Outcome if one.outcome is None and not goes_on else (one.outcome,):
                yield evolve(one, end=end, outcome=outcome)

    ways = [*product(*map(completions, past))]
    said = as_possible(read("last_treatment_outcome", treatments=tuple(past))).options
    each = [as_possible(read("last_treatment_outcome", treatments=way)).options for way in ways]
    assert said == frozenset().union(*each)


@given(st.lists(treatments(), max_size=4), st.randoms(use_true_random=False), days())
def test_the_order_of_episodes_does_not_matter(
    past: list[Treatment], random: Any, on: date
) -> None:
    names = [name for name in FACTS if "treatment_" in name or "24_hour_care" in name]
    first = Patient(key=KEY, treatments=tuple(past))
    random.shuffle(past)
    second = Patient(key=KEY, treatments=tuple(past))

    asked = [FACTS[name] for name in names]
    assert read_facts(asked, first, on=on) == read_facts(asked, second, on=on)


def test_whatever_treatments_a_record_can_hold_are_counted() -> None:
    ended = Treatment(LevelOfCare("3.1"), date.min, date.min + DAY, Outcome.COMPLETED)

    assert read("days_since_24_hour_care", date.max, treatments=(ended,)) == 3_652_057
    assert read("prior_treatment_episodes", treatments=(ended,) * 1001) == 1001


# Coverage, consent and time


@pytest.mark.parametrize(
    ("coverages", "covered"),
    [
        pytest.param(None, None, id="not known"),
        pytest.param((), False, id="none"),
        pytest.param((Coverage(Payer.MEDICAID, ON),), False, id="another payer"),
        pytest.param((Coverage(Payer.MEDICARE, ON),), True, id="from the day on"),
        pytest.param((Coverage(Payer.MEDICARE, ON + DAY),), False, id="from the next day on"),
        pytest.param((Coverage(Payer.MEDICARE, ON - DAY, ON),), False, id="up to the day before"),
        pytest.param((Coverage(Payer.MEDICARE, ON, ON + DAY),), True, id="for that day"),
        pytest.param((Coverage(Payer.MEDICARE),), None, id="start not known"),
        pytest.param((Coverage(Payer.MEDICARE, None, ON),), False, id="ended, start not known"),
        pytest.param(
            (Coverage(Payer.MEDICARE), Coverage(Payer.MEDICARE, ON)), True, id="one is enough"
        ),
    ],
)
def test_who_covers_the_patient_on_the_day(
    coverages: tuple[Coverage, ...] | None, covered: bool | None
) -> None:
    assert read("covered_by_medicare", coverages=coverages) is covered


def consent(**known: Any) -> Consent:
    full: dict[str, Any] = {
        "discloser": "Elm Street",
        "information": "attendance",
        "recipients": ("the spouse",),
        "purposes": frozenset({Purpose.FAMILY_INVOLVEMENT}),
        "told_of_right_to_revoke": True,
        "expiry": Expiry.DATE,
        "end": ON + DAY,
        "signed": ON,
    }
    return Consent(**{**full, **known})


@pytest.mark.parametrize(
    ("consents", "consented"),
    [
        pytest.param(None, None, id="not known"),
        pytest.param((), False, id="none"),
        pytest.param((consent(),), True, id="valid on the day"),
        pytest.param((consent(end=ON + 2 * DAY, signed=ON + DAY),), False, id="signed later"),
        pytest.param((consent(end=ON, signed=ON - DAY),), False, id="expired"),
        pytest.param((consent(revoked=ON),), False, id="revoked"),
        pytest.param((consent(purposes=frozenset({Purpose.OTHER})),), False, id="other purpose"),
        pytest.param((consent(recipients=()),), False, id="to nobody"),
        pytest.param((consent(recipients=None),), None, id="to somebody not known"),
        pytest.param((consent(recipients=None, revoked=ON),), False, id="and revoked"),
        pytest.param((consent(signed=None),), None, id="signature not known"),
        pytest.param((consent(signed=None), consent()), True, id="one is enough"),
    ],
)
def test_a_consent_for_a_purpose_on_the_day(
    consents: tuple[Consent, ...] | None, consented: bool | None
) -> None:
    assert read("consent_to_family_involvement", consents=consents) is consented


def support(**known: Any) -> Support:
    return Support(**{"joins_family_sessions": True, "recipient": "the spouse", **known})


@pytest.mark.parametrize(
    ("supports", "consents", "joins", "may"),
    [
        pytest.param(None, None, None, None, id="not known"),
        pytest.param((), None, False, False, id="nobody"),
        pytest.param((support(),), None, True, None, id="consents not known"),
        pytest.param((support(),), (), True, False, id="no consent"),
        pytest.param((support(),), (consent(),), True, True, id="named"),
        pytest.param((support(recipient="a son"),), (consent(),), True, False, id="another named"),
        pytest.param((support(recipient=None),), (consent(),), True, None, id="who, not known"),
        pytest.param((support(recipient=None),), (), True, False, id="whoever, none is valid"),
        pytest.param(
            (support(joins_family_sessions=None),), (consent(),), None, None, id="might join"
        ),
        pytest.param(
            (support(joins_family_sessions=False),), (consent(),), False, False, id="does not join"
        ),
        pytest.param(
            (support(joins_family_sessions=False), support()),
            (consent(),),
            True,
            True,
            id="one is enough",
        ),
        pytest.param(None, (), None, False, id="whoever there is, none is named"),
        pytest.param(None, (consent(),), None, None, id="somebody may be named"),
    ],
)
def test_who_joins_family_sessions_and_whom_a_consent_names(
    supports: tuple[Support, ...] | None,
    consents: tuple[Consent, ...] | None,
    joins: bool | None,
    may: bool | None,
) -> None:
    for name, said in (
        ("support_joins_family_sessions", joins),
        ("support_joins_with_consent", may),
    ):
        assert read(name, supports=supports, consents=consents) == said


def test_free_hours_are_what_obligations_leave() -> None:
    windows = WeeklyWindows.of("monday 09:00-17:00", "friday 12:00-12:30")
    work = Obligation(ObligationKind.WORK, WeeklyWindows.of("monday 09:00-12:00"))

    assert read("free_hours_per_week") is None
    assert read("free_hours_per_week", availability=WeeklyWindows(), obligations=()) == 0
    assert read("free_hours_per_week", availability=windows, obligations=()) == 8.5
    assert read("free_hours_per_week", availability=windows, obligations=(work,)) == 5.5


@pytest.mark.parametrize(
    ("obligations", "left"),
    [
        pytest.param(None, 8, id="obligations not known"),
        pytest.param((Obligation(ObligationKind.WORK),), 8, id="times not known"),
        pytest.param(
            (
                Obligation(ObligationKind.SCHOOL, WeeklyWindows.of("monday 09:00-12:00")),
                Obligation(ObligationKind.WORK),
            ),
            5,
            id="times of one not known",
        ),
    ],
)
def test_free_hours_are_at_most_those_that_known_obligations_leave(
    obligations: tuple[Obligation, ...] | None, left: float
) -> None:
    windows = WeeklyWindows.of("monday 09:00-17:00")
    found = read("free_hours_per_week", availability=windows, obligations=obligations)

    assert found == Possible(0, left)
