import operator
import pickle
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from iopkit.errors import InvalidError
from iopkit.levels import (
    DIMENSION_SOURCES,
    AgeGroup,
    Edition,
    HourBand,
    LevelOfCare,
    dimension_name,
    hour_band,
    levels_of,
)
from iopkit.sources import Grade, Source

THIRD, FOURTH = Edition.THIRD, Edition.FOURTH
ADULT, ADOLESCENT = AgeGroup.ADULT, AgeGroup.ADOLESCENT
MINUTE = timedelta(minutes=1)

NAMES = {
    THIRD: {
        "0.5": "Early Intervention",
        "1": "Outpatient Services",
        "2.1": "Intensive Outpatient",
        "2.5": "Partial Hospitalization",
        "3.1": "Clinically Managed Low-Intensity Residential",
        "3.3": "Clinically Managed Population-Specific High-Intensity Residential",
        "3.5": "Clinically Managed High-Intensity Residential",
        "3.7": "Medically Monitored Intensive Inpatient",
        "4": "Medically Managed Intensive Inpatient",
    },
    FOURTH: {
        "1.0": "Long-Term Remission Monitoring",
        "1.5": "Outpatient Therapy",
        "1.7": "Medically Managed Outpatient",
        "2.1": "Intensive Outpatient",
        "2.5": "High-Intensity Outpatient",
        "2.7": "Medically Managed Intensive Outpatient",
        "3.1": "Clinically Managed Low-Intensity Residential",
        "3.5": "Clinically Managed High-Intensity Residential",
        "3.7": "Medically Managed Residential",
        "4.0": "Medically Managed Inpatient",
    },
}
EVERY = [(edition, number) for edition, names in NAMES.items() for number in names]


DIMENSIONS = {
    THIRD: (
        "Acute Intoxication and/or Withdrawal Potential",
        "Biomedical Conditions and Complications",
        "Emotional, Behavioral, or Cognitive Conditions and Complications",
        "Readiness to Change",
        "Relapse, Continued Use, or Continued Problem Potential",
        "Recovery/Living Environment",
    ),
    FOURTH: (
        "Intoxication, Withdrawal, and Addiction Medications",
        "Biomedical Conditions",
        "Psychiatric and Cognitive Conditions",
        "Substance Use-Related Risks",
        "Recovery Environment Interactions",
        "Person-Centered Considerations",
    ),
}


@pytest.mark.parametrize("edition", Edition)
def test_a_dimension_has_its_editions_name_and_a_source(edition: Edition) -> None:
    named = tuple(dimension_name(number, edition=edition) for number in range(1, 7))

    assert named == DIMENSIONS[edition]
    assert DIMENSION_SOURCES[edition].grade is Grade.SECONDARY


@pytest.mark.parametrize("number", [0, 7])
def test_no_edition_has_other_dimensions(number: int) -> None:
    with pytest.raises(InvalidError, match="dimension from 1 to 6"):
        dimension_name(number, edition=FOURTH)


@pytest.mark.parametrize("edition", Edition)
def test_the_levels_of_an_edition_rise(edition: Edition) -> None:
    levels = levels_of(edition)

    assert [level.number for level in levels] == list(NAMES[edition])
    assert list(levels) == sorted(levels)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(("edition", "number"), EVERY)
def test_a_level_has_its_editions_name_and_a_source(edition: Edition, number: str) -> None:
    level = LevelOfCare(number, edition)

    assert level.name == NAMES[edition][number]
    assert level.source.citation


@pytest.mark.parametrize(("edition", "number"), EVERY)
def test_a_level_is_read_back_from_its_number(edition: Edition, number: str) -> None:
    assert LevelOfCare.parse(number, edition=edition) == LevelOfCare(number, edition)


@pytest.mark.parametrize(
    ("text", "edition", "number"),
    [
        pytest.param("II.1", THIRD, "2.1", id="Roman"),
        pytest.param("ii.5", THIRD, "2.5", id="Roman, lower case"),
        pytest.param("I", THIRD, "1", id="Roman 1"),
        pytest.param("III.7", THIRD, "3.7", id="Roman 3"),
        pytest.param("IV", THIRD, "4", id="Roman 4"),
        pytest.param("II.1", FOURTH, "2.1", id="Roman, fourth edition"),
        pytest.param("Level 2.1", THIRD, "2.1", id="with the word"),
        pytest.param("LEVEL II.1", THIRD, "2.1", id="with the word, Roman"),
        pytest.param("  level   2.1\n", THIRD, "2.1", id="with spaces"),
        pytest.param("0.5", THIRD, "0.5", id="early intervention"),
        pytest.param("1.0", THIRD, "1", id="third edition has no zero"),
        pytest.param("4.0", THIRD, "4", id="third edition has no zero, at 4"),
        pytest.param("1", FOURTH, "1.0", id="fourth edition has a zero"),
        pytest.param("IV", FOURTH, "4.0", id="fourth edition has a zero, Roman"),
    ],
)
def test_a_level_is_read_as_people_write_it(text: str, edition: Edition, number: str) -> None:
    assert LevelOfCare.parse(text, edition=edition) == LevelOfCare(number, edition)


def test_the_third_edition_is_meant_where_none_is_named() -> None:
    assert LevelOfCare.parse("2.1") == LevelOfCare("2.1") == LevelOfCare("2.1", THIRD)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2,1",
        "two",
        "2.1.1",
        "2.10",
        "V",
        "IIII",
        "5",
        "-1",
        "2.",
        ".5",
        "2.1-WM",
        "level",
        "٢.١",
    ],
)
def test_what_is_no_level_is_not_read(text: str) -> None:
    with pytest.raises(InvalidError, match=r"a level such as '2\.1' or 'II\.1'"):
        LevelOfCare.parse(text)


@pytest.mark.parametrize(
    ("number", "edition"),
    [
        pytest.param("2", THIRD, id="no such number"),
        pytest.param("2.7", THIRD, id="only in the fourth"),
        pytest.param("1.0", THIRD, id="the fourth's way to write it"),
        pytest.param("0.5", FOURTH, id="only in the third"),
        pytest.param("3.3", FOURTH, id="gone in the fourth"),
        pytest.param("4", FOURTH, id="the third's way to write it"),
        pytest.param("II.1", THIRD, id="Roman is for reading"),
    ],
)
def test_a_level_that_the_edition_does_not_have_is_refused(number: str, edition: Edition) -> None:
    with pytest.raises(InvalidError) as caught:
        LevelOfCare(number, edition)

    (fault,) = caught.value.faults
    assert fault.path == ("number",)
    assert fault.found == "another"
    assert edition.name.lower() in fault.expected
    assert all(known in fault.expected for known in NAMES[edition])


@pytest.mark.parametrize("edition", Edition)
def test_levels_of_one_edition_are_ordered_by_intensity(edition: Edition) -> None:
    rising = [LevelOfCare(number, edition) for number in NAMES[edition]]

    assert sorted(set(rising)) == rising
    for lower, higher in pairwise(rising):
        assert lower < higher
        assert lower <= higher
        assert higher > lower
        assert higher >= lower
    assert rising[0] <= rising[0]
    assert not rising[0] < rising[0]


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
@pytest.mark.parametrize(
    "other", [LevelOfCare("2.5", FOURTH), LevelOfCare("2.1", FOURTH), 3, "2.5", None]
)
def test_levels_of_two_editions_have_no_order(
    compare: Callable[[object, object], bool], other: object
) -> None:
    with pytest.raises(TypeError):
        compare(LevelOfCare("2.1", THIRD), other)


def test_the_same_number_in_two_editions_is_two_levels() -> None:
    assert LevelOfCare("2.1", THIRD) != LevelOfCare("2.1", FOURTH)
    assert len({LevelOfCare("2.1", THIRD), LevelOfCare("2.1", FOURTH), LevelOfCare("2.1")}) == 2


def test_a_level_survives_pickling() -> None:
    level = LevelOfCare("2.1", FOURTH)

    assert pickle.loads(pickle.dumps(level)) == level


@pytest.mark.parametrize(
    ("number", "age_group", "weekly_dose", "inside"),
    [
        pytest.param("1", ADULT, hours(0), True, id="1 adult, nothing"),
        pytest.param("1", ADULT, hours(9) - MINUTE, True, id="1 adult, below 9 h"),
        pytest.param("1", ADULT, hours(9), False, id="1 adult, 9 h"),
        pytest.param("1", ADOLESCENT, hours(6) - MINUTE, True, id="1 adolescent, below 6 h"),
        pytest.param("1", ADOLESCENT, hours(6), False, id="1 adolescent, 6 h"),
        pytest.param("2.1", ADULT, hours(9) - MINUTE, False, id="2.1 adult, below 9 h"),
        pytest.param("2.1", ADULT, hours(9), True, id="2.1 adult, 9 h"),
        pytest.param("2.1", ADULT, hours(19), True, id="2.1 adult, 19 h"),
        pytest.param("2.1", ADULT, hours(19) + MINUTE, False, id="2.1 adult, above 19 h"),
        pytest.param("2.1", ADOLESCENT, hours(6) - MINUTE, False, id="2.1 adolescent, below 6 h"),
        pytest.param("2.1", ADOLESCENT, hours(6), True, id="2.1 adolescent, 6 h"),
        pytest.param("2.1", ADOLESCENT, hours(19), True, id="2.1 adolescent, 19 h"),
        pytest.param("2.1", ADOLESCENT, hours(19) + MINUTE, False, id="2.1 adolescent, above 19 h"),
        pytest.param("2.5", ADULT, hours(20) - MINUTE, False, id="2.5 adult, below 20 h"),
        pytest.param("2.5", ADULT, hours(20), True, id="2.5 adult, 20 h"),
        pytest.param("2.5", ADULT, hours(168), True, id="2.5 adult, no upper bound"),
        pytest.param("3.1", ADULT, hours(5) - MINUTE, False, id="3.1 adult, below 5 h"),
        pytest.param("3.1", ADULT, hours(5), True, id="3.1 adult, 5 h"),
        pytest.param("3.3", ADULT, hours(20) - MINUTE, False, id="3.3 adult, below 20 h"),
        pytest.param("3.3", ADULT, hours(20), True, id="3.3 adult, 20 h"),
        pytest.param("3.3", ADULT, hours(35), True, id="3.3 adult, 35 h"),
        pytest.param("3.3", ADULT, hours(35) + MINUTE, False, id="3.3 adult, above 35 h"),
        pytest.param("3.5", ADULT, hours(36) - MINUTE, False, id="3.5 adult, below 36 h"),
        pytest.param("3.5", ADULT, hours(36), True, id="3.5 adult, 36 h"),
        pytest.param("3.7", ADULT, hours(36) - MINUTE, False, id="3.7 adult, below 36 h"),
        pytest.param("3.7", ADULT, hours(36), True, id="3.7 adult, 36 h"),
    ],
)
def test_both_sides_of_every_hour_bound(
    number: str, age_group: AgeGroup, weekly_dose: timedelta, inside: bool
) -> None:
    band = hour_band(LevelOfCare(number), age_group)

    assert band is not None
    assert band.contains(weekly_dose) is inside


@pytest.mark.parametrize(
    ("level", "age_group"),
    [
        *((LevelOfCare("2.1", FOURTH), group) for group in AgeGroup),
        (LevelOfCare("2.5"), ADOLESCENT),
        (LevelOfCare("3.1"), ADOLESCENT),
        (LevelOfCare("0.5"), ADULT),
        (LevelOfCare("4"), ADULT),
    ],
    ids=str,
)
def test_no_band_is_given_where_no_public_source_was_seen(
    level: LevelOfCare, age_group: AgeGroup
) -> None:
    assert hour_band(level, age_group) is None


def test_every_band_rests_on_a_legal_text_or_an_official_page() -> None:
    levels = [LevelOfCare(number, edition) for edition, number in EVERY]
    bands = [band for level in levels for group in AgeGroup if (band := hour_band(level, group))]

    assert len(bands) == 9
    assert {band.source.grade for band in bands} <= {Grade.LEGAL_TEXT, Grade.OFFICIAL}


def test_a_band_without_bounds_contains_every_dose() -> None:
    band = HourBand(Source("none", Grade.SECONDARY))

    assert band.contains(timedelta(0))
    assert band.contains(hours(168))
