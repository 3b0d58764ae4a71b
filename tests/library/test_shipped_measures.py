"""Shipped measures: what they give back of published counts, and both sides of every boundary."""

import csv
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from iopkit.courses import Course, Entry, collect
from iopkit.courses.events import (
    Admitted,
    ContactMade,
    CourseEvent,
    Died,
    Discharged,
    DischargeReason,
)
from iopkit.courses.measures import (
    MeasuredCase,
    MeasuredDays,
    MeasureReason,
    measure,
    measure_sums,
)
from iopkit.errors import InvalidError, NotInForceError
from iopkit.levels import LevelOfCare
from iopkit.library import (
    INITIATION_NOTE,
    TreatmentCodes,
    find_measure,
    initiation_measures,
    scale_change_measure,
)
from iopkit.patients import Patient
from iopkit.truth import Truth

HERE = Path(__file__).parent / "published"
NIGHT = datetime(2036, 5, 1, tzinfo=UTC)


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


KEYS = (UUID(int=number, version=4) for number in count(1))


def made(*events: tuple[CourseEvent, date]) -> tuple[Course, list[Entry]]:
    entries = [Entry(next(KEYS), on, NIGHT, "desk", event) for event, on in events]
    return collect(entries, key=next(KEYS), patient=next(KEYS)), entries


# TEDS-D.

REASONS = {
    "completed": DischargeReason.COMPLETED,
    "transferred": DischargeReason.TRANSFERRED,
    "dropped_out": DischargeReason.DROPPED_OUT,
    "terminated": DischargeReason.TERMINATED,
    "other": DischargeReason.OTHER,
}
CODES = {"completed": "1", "transferred": "4", "dropped_out": "2", "terminated": "3", "other": "7"}
LEVELS = {
    "outpatient": LevelOfCare("1"),
    "intensive_outpatient": LevelOfCare("2.1"),
    "short_term_residential": LevelOfCare("3.7"),
    "long_term_residential": LevelOfCare("3.5"),
}
MEDIANS = {
    row["service"].removesuffix("_adults18plus"): row
    for row in table("teds_d_2004_median_los_days.csv")
}
FIRST = date(2003, 6, 1)
IN_2004 = MeasuredDays.of_year(2004)


def stay(service: str, reason: str, days: int) -> Course:
    """A stay that ended in 2004, so many days after its first."""
    last = date(2004, 6, 1)
    events = (
        (Admitted(LEVELS[service]), last - timedelta(days=days)),
        (ContactMade(), last),
        (Discharged(REASONS[reason]), last + timedelta(days=9)),
    )
    return made(*events)[0]


def scaled(row: dict[str, str]) -> dict[str, int]:
    """The counts of a row in thousandths of its total: the table has 400,000 people in a row."""
    return {reason: round(1000 * int(row[reason]) / int(row["total"])) for reason in REASONS}


@pytest.mark.parametrize("service", LEVELS)
def test_courses_made_to_match_teds_2004_give_back_its_shares(service: str) -> None:
    row = next(r for r in table("teds_d_2004_table2_5_counts.csv") if r["service"] == service)
    assert sum(int(row[reason]) for reason in REASONS) == int(row["total"])
    wanted = scaled(row)
    courses = [stay(service, r, 30) for r, some in wanted.items() for _ in range(some)]
    (found,) = measure_sums(measure(courses, find_measure("teds-d-reason"), period=IN_2004))
    assert dict(found.codes) == {CODES[reason]: some for reason, some in wanted.items()}
    well = measure(courses, find_measure("teds-d-completion-or-transfer"), period=IN_2004)
    (share,) = measure_sums(well)
    assert share.yes == wanted["completed"] + wanted["transferred"]
    published = (int(row["completed"]) + int(row["transferred"])) / int(row["total"])
    assert share.share == pytest.approx(published, abs=0.0015)


@pytest.mark.parametrize("service", LEVELS)
@pytest.mark.parametrize("reason", REASONS)
def test_medians_are_published_by_the_rule_of_2004_and_a_day_more_by_that_of_2005(
    service: str, reason: str
) -> None:
    median = int(MEDIANS[service][reason])
    others = [*range(median + 1, median + 6), *(max(1, median - n) for n in range(1, 6))]
    courses = [stay(service, reason, days) for days in (median, *others)]
    length = find_measure("teds-d-length-of-stay")
    (by_2004,) = measure_sums(measure(courses, length, period=IN_2004))
    assert by_2004.median == median
    later = measure(courses, length, period=IN_2004, version_on=date(2005, 1, 1))
    at_home = service in ("outpatient", "intensive_outpatient")
    assert measure_sums(later)[0].median == median + at_home


def codebook(variable: str) -> dict[str, int]:
    rows = table("teds_d_2019_codebook_frequencies.csv")
    return {row["code"]: int(row["count"]) for row in rows if row["variable"] == variable}


def thousandths(counts: dict[str, int]) -> dict[str, int]:
    return {code: round(1000 * some / sum(counts.values())) for code, some in counts.items()}


SOME_DAYS = {"31": 45, "32": 46, "33": 90, "34": 91, "35": 180, "36": 365, "37": 366}


def test_the_marginals_of_the_codebook_of_2019_come_back() -> None:
    """Each bin by a length at one of its edges, with both days of an outpatient counted."""
    last, wanted = date(2019, 12, 1), thousandths(codebook("LOS"))
    courses = []
    for code, some in wanted.items():
        days = SOME_DAYS.get(code, int(code))
        for number in range(some):
            at_home = number % 2 == 0
            events = (
                (
                    Admitted(LevelOfCare("2.1" if at_home else "3.5")),
                    last - timedelta(days=days - at_home),
                ),
                (ContactMade(), last),
                (Discharged(DischargeReason.COMPLETED), last),
            )
            courses.append(made(*events)[0])
    found = measure(
        courses, find_measure("teds-d-length-of-stay-code"), period=MeasuredDays.of_year(2019)
    )
    assert dict(measure_sums(found)[0].codes) == {c: some for c, some in wanted.items() if some}


def test_so_do_its_reasons() -> None:
    wanted = thousandths(codebook("REASON"))
    by_code = {CODES[name]: Discharged(reason) for name, reason in REASONS.items()}
    by_code["5"] = Discharged(DischargeReason.INCARCERATED)
    ends: dict[str, CourseEvent] = {**by_code, "6": Died()}
    day = date(2019, 3, 1)
    courses = [
        made((Admitted(), day), (ends[code], day + timedelta(days=40)))[0]
        for code, some in wanted.items()
        for _ in range(some)
    ]
    found = measure(courses, find_measure("teds-d-reason"), period=MeasuredDays.of_year(2019))
    assert dict(measure_sums(found)[0].codes) == wanted


# Initiation and engagement.

CODES_OF = TreatmentCodes(
    visits=("visit", "call"),
    onsets=("begins",),
    diagnoses=("sud",),
    treatments=("treated",),
    history=("visit", "call"),
    remote=("call",),
    long_acting=("depot",),
    short_acting=("tablet",),
    hospice=("hospice",),
)
INITIATION, ENGAGEMENT = initiation_measures(CODES_OF)
YEAR = MeasuredDays.of_year(2025)
EPISODE = date(2025, 3, 3)
START = (0, "visit", "begins")
Coding = tuple[object, ...]


def followed(
    *codings: Coding, born: date = date(1980, 1, 1), on: date = date(2026, 6, 1)
) -> tuple[MeasuredCase, MeasuredCase]:
    """What comes of entries of some days after the episode, each with its codes."""
    course, entries = made(
        *((ContactMade(), EPISODE + timedelta(days=int(str(first)))) for first, *_ in codings)
    )
    codes = {
        entry.key: [str(code) for code in each]
        for entry, (_, *each) in zip(entries, codings, strict=True)
    }
    patient = Patient(course.patient, birth_date=born)
    one, two = (
        measure([course], asked, period=YEAR, on=on, codes=codes, patients=[patient]).cases[0]
        for asked in (INITIATION, ENGAGEMENT)
    )
    return one, two


@pytest.mark.parametrize(
    ("coding", "value"),
    [
        ((0, "treated"), Truth.YES),
        ((13, "treated"), Truth.YES),
        ((14, "treated"), Truth.NO),
        ((13, "tablet"), Truth.YES),
        ((14, "tablet"), Truth.NO),
        ((13, "depot"), Truth.YES),
        ((13, "call", "sud"), Truth.YES),
        ((14, "call", "sud"), Truth.NO),
        ((13, "call"), Truth.NO),
        ((13, "visit", "sud"), Truth.NO),
        ((5, "H0015"), Truth.NO),
        ((5, "H0005"), Truth.NO),
        ((5, "90853", "sud"), Truth.NO),
    ],
)
def test_treatment_is_initiated_up_to_day_13(coding: Coding, value: Truth) -> None:
    initiated, engaged = followed(START, coding)
    assert (initiated.counted, initiated.value) == (Truth.YES, value)
    assert engaged.value is Truth.NO


@pytest.mark.parametrize(
    ("codings", "value"),
    [
        (((34, "depot"),), Truth.YES),
        (((35, "depot"),), Truth.NO),
        (((1, "depot"),), Truth.YES),
        (((0, "depot"),), Truth.NO),
        (((34, "tablet"),), Truth.NO),
        (((1, "tablet"), (34, "tablet")), Truth.YES),
        (((0, "tablet"), (34, "tablet")), Truth.NO),
        (((1, "tablet"), (35, "tablet")), Truth.NO),
        (((9, "treated"), (9, "call", "sud")), Truth.YES),
        (((9, "treated"), (9, "call")), Truth.NO),
        (((9, "H0015"), (10, "H0015")), Truth.NO),
    ],
)
def test_engagement_is_on_days_1_to_34_after_the_initiation(
    codings: tuple[Coding, ...], value: Truth
) -> None:
    days = 5  # of the initiation, from which they count
    later = (((int(str(first)) + days), *codes) for first, *codes in codings)
    initiated, engaged = followed(START, (days, "treated"), *later)
    assert (initiated.value, engaged.value) == (Truth.YES, value)
    assert engaged.steps == (Truth.YES, value)


def test_the_visit_of_the_episode_does_not_initiate_but_another_of_the_day_does() -> None:
    assert followed((0, "call", "begins", "sud"))[0].value is Truth.NO
    assert followed((0, "call", "begins"), (0, "call", "sud"))[0].value is Truth.YES


@pytest.mark.parametrize(
    ("coding", "new"),
    [
        ((-61, "treated"), True),
        ((-60, "treated"), False),
        ((-1, "treated"), False),
        ((-60, "tablet"), False),
        ((-60, "depot"), False),
        ((-60, "visit", "sud"), False),
        ((-60, "visit"), True),
        ((-60, "detox", "sud"), True),
    ],
)
def test_who_was_treated_in_the_60_days_before_is_not_new(coding: Coding, new: bool) -> None:
    found, _ = followed(coding, START)
    assert found.counted is Truth.of(new)
    assert found.excluded_by == (None if new else "not new")


@pytest.mark.parametrize(
    ("day", "out"),
    [
        (date(2024, 12, 31), False),
        (date(2025, 1, 1), True),
        (date(2025, 12, 31), True),
        (date(2026, 1, 1), False),
    ],
)
def test_hospice_care_in_the_year_excludes(day: date, out: bool) -> None:
    found, _ = followed(START, ((day - EPISODE).days, "hospice"))
    assert found.excluded_by == ("hospice care" if out else None)


@pytest.mark.parametrize(
    ("born", "counted"), [(date(2012, 1, 1), Truth.YES), (date(2012, 1, 2), Truth.NO)]
)
def test_patients_are_13_on_the_first_day(born: date, counted: Truth) -> None:
    found, _ = followed(START, born=born)
    assert found.counted is counted
    assert (found.why is MeasureReason.TOO_YOUNG) is (counted is Truth.NO)


@pytest.mark.parametrize(
    ("day", "counted"),
    [
        (date(2025, 1, 1), True),
        (date(2024, 12, 31), False),
        (date(2025, 11, 14), True),
        (date(2025, 11, 15), False),
    ],
)
def test_an_episode_begins_47_days_before_the_last_or_earlier(day: date, counted: bool) -> None:
    days = (day - EPISODE).days
    assert followed((days, "visit", "begins"))[0].counted is Truth.of(counted)


def test_the_first_visit_in_which_a_disorder_begins_is_the_episode() -> None:
    found, _ = followed((-80, "visit", "sud"), START, (100, "visit", "begins"))
    assert found.since == EPISODE
    assert followed((0, "visit"))[0].why is MeasureReason.NEVER_STARTED


def test_who_may_still_come_into_hospice_care_is_not_known_to_count() -> None:
    found, _ = followed(START, on=date(2025, 12, 30))
    assert (found.counted, found.why) == (Truth.UNKNOWN, MeasureReason.STILL_OPEN)
    assert followed(START, on=date(2025, 12, 31))[0].counted is Truth.YES


def test_the_rule_is_that_of_2025_and_says_what_it_is_not() -> None:
    with pytest.raises(NotInForceError):
        measure([], INITIATION, period=MeasuredDays.of_year(2026))
    for each in (INITIATION, ENGAGEMENT):
        assert each.note == INITIATION_NOTE
    for words in ("not a HEDIS rate", "not an IET rate", "H0015", "H0005", "90853"):
        assert words in INITIATION_NOTE


def test_lists_that_are_needed_have_codes() -> None:
    nine = (("x",) if n else () for n in range(9))
    with pytest.raises(InvalidError, match="at least one"):
        initiation_measures(TreatmentCodes(*nine))


def test_a_change_has_the_name_of_its_scale() -> None:
    assert scale_change_measure("gad_7").name == "change-in-gad_7-total"
