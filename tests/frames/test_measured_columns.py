"""Measures over a table of entries: the same cases as of courses, on every engine."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

import duckdb
import polars as pl
import pytest
from attrs import asdict
from hypothesis import given
from hypothesis import strategies as st

from iopkit.courses import Course, Entry, ScheduleSince, Timeline, collect
from iopkit.courses.events import (
    Admitted,
    Assessed,
    ContactMade,
    ContactWith,
    CourseEvent,
    Died,
    Discharged,
    DischargeReason,
    InstrumentAnswered,
    PhaseEntered,
    Readmitted,
    ReferralClosed,
    ReferralEnd,
    Referred,
    SessionAttended,
    SessionMissed,
    SteppedDown,
    SteppedUp,
)
from iopkit.courses.happenings import Happening, Having
from iopkit.courses.measures import (
    Coded,
    DaysUntil,
    FollowUp,
    FollowUpStep,
    Measure,
    MeasuredDays,
    MeasureExclusion,
    MeasureRule,
    NoShowShare,
    PhaseDays,
    StayLength,
    measure,
    measure_rows,
    open_roll_rows,
    planned_phase_rows,
)
from iopkit.documents import entry_rows
from iopkit.errors import InvalidError
from iopkit.frames import measured_columns
from iopkit.levels import LevelOfCare
from iopkit.library import MEASURES, find_measure, scale_change_measure
from iopkit.modalities import Modality
from iopkit.patients.instruments import Instrument, Item, Scale
from iopkit.patients.screenings import Score, Screening
from iopkit.plans import Plan
from iopkit.programs import Phase, Program, Service, Slot, Weekly
from iopkit.schedules import schedule
from iopkit.sites import Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies import courses as any_course
from iopkit.windows import Weekday, WeeklyWindows

YEAR = MeasuredDays.of_year(2026)
SOURCE = Source("a test", Grade.SECONDARY)
NAMES = (
    *("measure", "course", "since", "group", "counted", "why", "excluded_by"),
    *("low", "high", "answer", "at_least", "weight"),
)
OVER_COLUMNS = tuple(each for each in MEASURES if each.name != "delivered-share")
NIGHT = datetime(2027, 6, 1, 20, tzinfo=UTC)


def own(name: str, rule: MeasureRule) -> Measure:
    return Measure(name, name, Versions((Dated(date.min, rule, SOURCE),)))


MADE = Happening("contact_made")
LEFT = (Happening("discharged"),)
SEEN_IN_A_WEEK = own(
    "seen-in-a-week",
    MeasureRule(
        (Happening("admitted"),), FollowUp((FollowUpStep((Happening("session_attended"),), 0, 7),))
    ),
)
CONTACT = own(
    "days-to-contact",
    MeasureRule(
        (Happening("admitted"),),
        DaysUntil((Happening("session_missed"), Happening("session_attended"))),
    ),
)
BOTH_ENDS = own(
    "length",
    MeasureRule(
        (Happening("admitted"), Happening("died")),
        StayLength(both_days=True),
        once=True,
        before_end=1,
    ),
)
REACHED = own("days-to-reach", MeasureRule((Happening("admitted"),), DaysUntil((MADE,))))
REACHED_OR_SEEN = own(
    "days-to-reach-or-see",
    MeasureRule((Happening("admitted"),), DaysUntil((MADE, Happening("assessed")))),
)
BY_2004 = own("by-2004", MeasureRule((Happening("discharged"),), StayLength()))
NEW = own(
    "new",
    MeasureRule(
        (Happening("admitted"),),
        StayLength(),
        exclusions=(
            MeasureExclusion("assessed", (Happening("assessed"),), -3, 20),
            MeasureExclusion("came", (Happening("session_attended"), Happening("died")), 0, 40),
            MeasureExclusion("again", (Happening("readmitted"), Happening("referred"))),
        ),
    ),
)
AT_THE_END = own("no-shows", MeasureRule((Happening("discharged"),), NoShowShare()))
PHASES_LEFT = own("phases", MeasureRule((Happening("died"), *LEFT), PhaseDays(), once=True))
ALL = (
    *OVER_COLUMNS,
    *(NEW, AT_THE_END, PHASES_LEFT, scale_change_measure("phq_9"), scale_change_measure("audit")),
    *(SEEN_IN_A_WEEK, CONTACT, BOTH_ENDS, REACHED, REACHED_OR_SEEN, BY_2004),
)


ENGINES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda rows: rows,
    "polars, lazy": lambda rows: rows.lazy(),
    "pandas": lambda rows: rows.to_pandas(),
    "pyarrow": lambda rows: rows.to_arrow(),
    "duckdb": lambda rows: duckdb.from_arrow(rows.to_arrow()),
}


def in_polars(frame: Any) -> pl.DataFrame:
    if isinstance(frame, duckdb.DuckDBPyRelation):
        frame = frame.to_arrow_table()
    found: pl.DataFrame = (
        pl.DataFrame(frame) if not isinstance(frame, pl.LazyFrame) else frame.collect()
    )
    return found


def of_courses(
    courses: Iterable[Course], measures: Iterable[Measure], on: date | None = None
) -> list[tuple[Any, ...]]:
    rows = [
        asdict(row)
        for one in measures
        for row in measure_rows(measure(courses, one, period=YEAR, on=on, assume_in_force=True))
    ]
    return in_order(tuple(row[name] for name in NAMES) for row in rows)


def in_order(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in rows), key=lambda row: (row[0], row[1], str(row)))


def of_columns(
    courses: Iterable[Course],
    measures: Iterable[Measure],
    on: date | None = None,
    *,
    engine: str = "polars",
) -> list[tuple[Any, ...]]:
    make, names = ENGINES[engine], {"course": pl.String, "on": pl.Date}
    rolls = pl.DataFrame(map(asdict, open_roll_rows(courses, on=on or YEAR.last)), names)
    phases = pl.DataFrame(
        map(asdict, planned_phase_rows(courses)), names | {"phase": pl.String, "in_force": pl.Date}
    )
    entries = make(pl.DataFrame(entry_rows(courses), schema_overrides={"replaces": pl.String}))
    found = measured_columns(
        entries,
        measures,
        period=YEAR,
        on=on,
        open_rolls=make(rolls),
        planned_phases=make(phases),
        assume_in_force=True,
    )
    assert type(found) is type(entries)
    rows = in_polars(found).select(NAMES).with_columns(pl.col("since").cast(pl.Date))
    return in_order(rows.iter_rows())


HOME, HOUSE = LevelOfCare("2.1"), LevelOfCare("3.1")
FIRST = date(2026, 3, 1)


@pytest.fixture
def made() -> Callable[..., Course]:
    """Makes courses of events and the days after the first on which they are."""
    numbers = count(1)

    def course(*events: tuple[CourseEvent | None, int], replaces: int | None = None) -> Course:
        entries: list[Entry] = []
        for place, (event, days) in enumerate(events):
            last = replaces is not None and place == len(events) - 1
            entries.append(
                Entry(
                    UUID(int=next(numbers), version=4),
                    FIRST + timedelta(days=days),
                    NIGHT + timedelta(minutes=place),
                    "desk",
                    event,
                    entries[replaces].key if last and replaces is not None else None,
                )
            )
        key = UUID(int=next(numbers), version=4)
        found = collect(entries, key=key, patient=UUID(int=5, version=4))
        assert found.apart == ()
        return found

    return course


@pytest.fixture
def courses(made: Callable[..., Course]) -> list[Course]:
    left = Discharged(DischargeReason.COMPLETED)
    told = Discharged(DischargeReason.OTHER, last_contact=FIRST + timedelta(days=50))
    return [
        made(),
        made((Referred(), 0)),
        made((Referred(), 0), (Assessed(), 2), (Assessed(), 3), (Admitted(), 9)),
        made((Referred(), 0), (ReferralClosed(ReferralEnd.GAVE_UP), 4), (Assessed(), 6)),
        made((Referred(), 0), (Died(), 4)),
        made((Admitted(HOME), 0), (left, 0)),
        made((Admitted(HOUSE, FIRST), 3), (ContactMade(), 34), (left, 40)),
        made((Admitted(HOME), 0), (ContactMade(), 60), (left, 70), (ContactMade(), 90)),
        made((Admitted(), 0), (ContactMade(ContactWith.SUPPORT), 60), (told, 70)),
        made((Admitted(), 0), (Assessed(), 29), (Discharged(), 70)),
        made((Admitted(HOME), 0), (SteppedUp(HOUSE), 5), (ContactMade(), 25), (Died(), 30)),
        made((Admitted(HOUSE), 0), (SteppedDown(HOME), 5), (left, 30), (Readmitted(), 60)),
        made((Admitted(), 0), (left, 30), (Readmitted(HOME), 61), (Assessed(), 160), (left, 161)),
        made((Admitted(), 0), (left, 30), (Died(), 41)),
        made((Admitted(), 0), (left, 290), (Died(), 304)),
        made((Admitted(HOME), 0), (Assessed(), 20), (left, 30), (Assessed(), 25), replaces=1),
        made((Admitted(HOME), 0), (Assessed(), 20), (left, 30), (None, 20), replaces=1),
        made((Admitted(), 302), (left, 303)),
        made((Admitted(None, FIRST), 0), (ContactMade(), 301)),
        made((Referred(), 0), (ContactMade(), 1), (Admitted(), 5), (ContactMade(), 9)),
    ]


SITE = Site("north", "America/New_York", WeeklyWindows.always())
GROUP = Service(
    "group",
    "Group",
    Modality.GROUP_THERAPY,
    Weekly((Slot(Weekday.SUNDAY, time(18)),)),
    timedelta(minutes=90),
)
PHASES = Phase("first", "First", 2, (GROUP,)), Phase("second", "Second", 3, (GROUP,))
PLANS = [
    Plan(
        UUID(int=number, version=4),
        UUID(int=5, version=4),
        SITE.name,
        Program("small", "Small", PHASES),
        start,
        1,
    )
    for number, start in ((7, FIRST), (8, FIRST + timedelta(days=14)))
]
ITEMS = tuple(Item(number, (0, 1), (0, 1)) for number in ("1", "2"))
OWN = Instrument("elm_2", "Two questions", ITEMS, (Scale("total", ITEMS),), SOURCE)
AWAY = SessionMissed
Happened = tuple[CourseEvent, int]


@pytest.fixture
def scheduled() -> Callable[..., Course]:
    """Makes courses of one or two schedules, with marks of their sessions and other events."""
    numbers = count(1000)

    def course(
        marks: Iterable[Callable[[UUID], CourseEvent] | None],
        *events: Happened,
        again: bool = False,
    ) -> Course:
        since = [
            ScheduleSince(plan.start, schedule(plan, SITE)) for plan in PLANS[: 2 if again else 1]
        ]
        timeline = Timeline(tuple(since))
        told: list[tuple[CourseEvent, date]] = [
            (mark(due.uid), due.day)
            for due, mark in zip(timeline.by_start, marks, strict=False)
            if mark is not None
        ]
        told += [(event, FIRST + timedelta(days=days)) for event, days in events]
        found = collect(
            [
                Entry(UUID(int=next(numbers), version=4), on, NIGHT, "desk", event)
                for event, on in told
            ],
            key=UUID(int=next(numbers), version=4),
            patient=PLANS[0].patient,
            schedules=since,
        )
        assert found.apart == ()
        return found

    return course


def answered(instrument: str, on: int, *answers: int | None, score: int | None = None) -> Happened:
    scores = () if score is None else (Score("total", score),)
    own = OWN if instrument == OWN.name else None
    day = FIRST + timedelta(days=on)
    return InstrumentAnswered(Screening(instrument, day, answers or None, scores, own=own)), on


@pytest.fixture
def in_plans(scheduled: Callable[..., Course]) -> list[Course]:
    came, no_show, excused = (
        SessionAttended,
        partial(AWAY, excused=False),
        partial(AWAY, excused=True),
    )
    second = PhaseEntered("second")
    left = Discharged(DischargeReason.COMPLETED), 20
    return [
        scheduled([], (Admitted(), 0)),
        scheduled([came, no_show, excused, came], (Admitted(), 0), (Discharged(), 24)),
        scheduled([came, no_show, excused, AWAY], (Admitted(), 0), (Discharged(), 24)),
        scheduled([AWAY, None, no_show, came, came], (Admitted(), 0), (Discharged(), 30)),
        scheduled([], (Admitted(), 2), (Discharged(), 4), (Readmitted(), 5), (Discharged(), 20)),
        scheduled([], (Admitted(), -5), (second, 4), (PhaseEntered("first"), 6), left),
        scheduled([], (Admitted(), 0), (second, 4), (Discharged(), 20), again=True),
        scheduled([], (Admitted(), 0), (second, 14), (PhaseEntered("first"), 16), again=True),
        scheduled([], (Admitted(), -9), (Discharged(), -7), (Readmitted(), 3), (Died(), 40)),
        scheduled(
            [],
            (Admitted(), 0),
            *(answered("phq_9", 1, score=20), answered("phq_9", 9, score=9)),
            *(answered("phq_9", 12, score=5), answered("gad_7", 14, score=1)),
        ),
        scheduled([], (Admitted(), 0), answered("phq_9", 1, score=20), left),
        scheduled(
            [],
            (Admitted(), 0),
            answered("phq_9", 1, *(1, 1, 1, 1, 1, 1, None, 1, 1)),
            answered("phq_9", 9, *(0, 0, 0, 0, 0, 0, 0, 0, 1)),
        ),
        scheduled([], (Admitted(), 0), answered("phq_9", 3), answered("phq_9", 3, score=4)),
        scheduled([], (Admitted(), 0), answered("elm_2", 1, 0, 1), answered("elm_2", 9, 1, 1)),
    ]


def test_sessions_phases_and_scores_are_those_of_the_courses(in_plans: list[Course]) -> None:
    asked = *ALL, scale_change_measure("elm_2", own=OWN)
    assert of_columns(in_plans, asked) == of_courses(in_plans, asked)
    early = FIRST + timedelta(days=15)
    assert of_columns(in_plans, asked, early) == of_courses(in_plans, asked, early)


def test_figures_of_stays_are_as_worked_out_by_hand(in_plans: list[Course]) -> None:
    def found(name: str, place: int, *columns: str) -> list[tuple[Any, ...]]:
        rows = of_columns(in_plans[place : place + 1], ALL)
        each = (dict(zip(NAMES, row, strict=True)) for row in rows if row[0] == name)
        return [tuple(row[column] for column in columns) for row in each]

    # Of four sessions one was missed without an excuse, then one of which that is not known.
    assert found("no-show-share", 1, "low", "high", "weight") == [(0.25, 0.25, 4)]
    assert found("no-show-share", 2, "low", "high", "why") == [(0.25, 0.5, "not recorded")]
    assert found("days-in-each-phase", 6, "group", "low") == [
        ("first", 4),
        ("first", 6),
        ("second", 10),
    ]
    assert found("change-in-phq_9-total", 9, "low", "high") == [(-15, -15)]
    # What was not answered can be 0 to 3.
    assert found("change-in-phq_9-total", 11, "low", "high") == [(-10, -7)]


def test_the_cases_are_those_of_the_courses(courses: list[Course]) -> None:
    assert of_columns(courses, ALL) == of_courses([c for c in courses if c.entries], ALL)
    later = date(2027, 3, 1)
    assert of_columns(courses, ALL, later) == of_courses(
        [c for c in courses if c.entries], ALL, later
    )


@given(
    st.lists(any_course(), max_size=3, unique_by=lambda c: c.key),
    st.integers(0, 120),
    st.sampled_from([*ENGINES]),
)
def test_so_are_those_of_any_courses(found: list[Course], days: int, engine: str) -> None:
    on = date(2026, 1, 1) + timedelta(days=days)
    known = [c for c in found if c.entries]
    if known:
        assert of_columns(known, ALL, on, engine=engine) == of_courses(known, ALL, on)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_a_frame_of_its_own(engine: str, courses: list[Course]) -> None:
    known = [course for course in courses if course.entries]
    assert of_columns(courses, ALL, engine=engine) == of_courses(known, ALL)


def test_days_may_be_days(courses: list[Course]) -> None:
    rows = pl.DataFrame(entry_rows(courses), infer_schema_length=None)
    as_days = rows.with_columns(
        pl.col("on").str.to_date(), pl.col("recorded").str.to_datetime(time_zone="UTC")
    )
    name = find_measure("teds-d-length-of-stay")
    found = [measured_columns(each, [name], period=YEAR) for each in (rows, as_days)]
    assert in_order(found[0].iter_rows()) == in_order(found[1].iter_rows())


def test_of_all_corrections_of_an_entry_the_last_recorded_counts() -> None:
    def of(key: str, on: str, recorded: int, replaces: str | None = None) -> dict[str, Any]:
        course, recorder = "a", "desk"
        told = {
            "kind": "referred" if key == "1" else "assessed",
            "replaces": replaces,
            "body": "{}",
        }
        at = f"2026-07-01T00:{recorded:02}:00.000000+00:00"
        row = {"course": course, "key": key, "on": on, "recorded": at, "recorder": recorder}
        return row | told

    first = [of("1", "2026-03-01", 0), of("2", "2026-03-20", 1)]
    chain = [of(str(n), f"2026-03-{n:02}", n, str(n - 1)) for n in range(3, 9)]
    beside = [of("9", "2026-03-11", 20, "4"), of("91", "2026-03-13", 19, "2")]
    asked = [find_measure("days-from-referral-to-assessment")]

    def days(*rows: dict[str, Any]) -> list[float]:
        found = measured_columns(pl.DataFrame(rows, infer_schema_length=None), asked, period=YEAR)
        return found["low"].to_list()

    assert days(*first, *chain) == [7]
    assert days(*first, *chain, *beside) == [10]


def test_none_of_corrections_in_a_circle_counts() -> None:
    rows = [
        {"course": "a", "key": key, "on": "2026-03-01", "recorded": "", "replaces": replaces}
        | {"kind": "admitted", "body": "{}"}
        for key, replaces in (("1", "2"), ("2", "3"), ("3", "1"))
    ]
    found = measured_columns(pl.DataFrame(rows), [find_measure("retention-30-days")], period=YEAR)
    assert found["why"].to_list() == ["nothing in the measured days that it starts from"]


STARTS = (Happening("admitted"),)
LATER = (Happening("readmitted"),)
ONCE = FollowUpStep(LATER, 0, 9)
COLUMNS = "course", "key", "on", "recorded", "recorder", "kind", "replaces", "body"


@pytest.mark.parametrize(
    "rule",
    [
        find_measure("delivered-share").versions.dated[0].value,
        MeasureRule((Coded(("x",)),), FollowUp((ONCE,))),
        MeasureRule(STARTS, FollowUp((ONCE, ONCE))),
        MeasureRule(STARTS, FollowUp((FollowUpStep(LATER, 0, 9, times=2),))),
        MeasureRule(STARTS, FollowUp((FollowUpStep(LATER, 0, 9, alone=LATER),))),
        MeasureRule(STARTS, FollowUp((ONCE,)), least_age=13),
        MeasureRule(STARTS, FollowUp((ONCE,)), exclusions=(MeasureExclusion("x", STARTS),)),
        MeasureRule(STARTS, FollowUp((FollowUpStep(STARTS, 0, 9),))),
        MeasureRule(LATER, DaysUntil((Happening("signed", (Having("paper", ("plan",)),)),))),
        MeasureRule((Happening("signed"),), StayLength()),
    ],
)
def test_what_a_table_does_not_have_is_refused(rule: MeasureRule) -> None:
    rows = pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
    with pytest.raises(InvalidError, match="kinds of events alone"):
        measured_columns(rows, [own("x", rule)], period=YEAR)


def test_a_table_needs_its_columns_and_a_measure() -> None:
    rows = pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
    length = find_measure("teds-d-length-of-stay")
    with pytest.raises(InvalidError, match="replaces: expected a column"):
        measured_columns(rows.drop("replaces"), [length], period=YEAR)
    with pytest.raises(InvalidError, match="at least one"):
        measured_columns(rows, [], period=YEAR)
    assert measured_columns(rows, [length], period=YEAR).height == 0
