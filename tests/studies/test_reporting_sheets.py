"""Sheets have all items of their checklists, say what a study tells, and leave gaps as gaps."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from attrs import evolve

from iopkit import Site, WeeklyWindows, find_policy, find_program
from iopkit.charges import PriceIndex
from iopkit.errors import InvalidError, UnknownNameError
from iopkit.library import find_habits, find_priorities
from iopkit.scenarios.arrivals import Arrivals, Cohort
from iopkit.scenarios.attending import Assessing
from iopkit.scenarios.capacity import Capacity, SeatPool
from iopkit.scenarios.habits import Habits
from iopkit.scenarios.populations import Population
from iopkit.scenarios.results import Results
from iopkit.scenarios.scenarios import Scenario, vary
from iopkit.scenarios.simulation import simulate
from iopkit.sources import Grade, Source
from iopkit.studies import (
    Accounts,
    CostLine,
    FreeInput,
    Outcomes,
    Perspective,
    ReportingSheet,
    StudyParts,
    Target,
    Uniform,
    acceptability,
    account,
    calibrate,
    compare,
    frontier,
    one_way,
    reporting_sheet,
    strategies_of,
    warm_up,
)

pytestmark = pytest.mark.measured

OURS = Source("Elm Street, own count", Grade.SECONDARY)
BASE = Scenario(
    "as it is",
    population=Population.of(pl.DataFrame({"age": [24, 31, 45]}), key="age"),
    program=find_program("deaconess-cross-pointe"),
    site=Site("Elm", "America/Chicago", WeeklyWindows.always()),
    arrivals=Arrivals(per_week=3),
    habits=Habits("made-up", "Made up", attends=0.7, leaving=0.05),
    start=date(2026, 1, 12),
    weeks=8,
)
NAMES = ("stress-des", "ispor-smdm", "cheers-2022")


@pytest.fixture(scope="module")
def bare() -> StudyParts:
    """A study that only ran."""
    return StudyParts(simulate(BASE, replications=2, seed=7))


@pytest.fixture(scope="module")
def whole() -> StudyParts:
    """A study of which everything was done."""
    _, calls = vary(BASE, {"*calls* | <b>": {"habits.attends": 0.9}})
    results = simulate([BASE, calls], replications=3, seed=7)
    line = CostLine(
        "hour", "hours_attended", Decimal(40), 2026, frozenset({Perspective.PROVIDER}), OURS
    )
    index = PriceIndex(((2024, Decimal(100)), (2026, Decimal(105))), OURS)
    accounts = Accounts(Perspective.PROVIDER, 2026, 8, Decimal("0.03"), Decimal(0), index)
    costs = account(results, [line], evolve(accounts, cost_rate=Decimal(0)), effects=["admitted"])
    inputs = {"habits.attends": Uniform(0.6, 0.9, OURS)}
    return StudyParts(
        results,
        accounts=accounts,
        lines=[line],
        inputs=inputs,
        comparison=compare(results, "as it is", "sessions_attended", "admitted"),
        frontier=frontier(strategies_of(costs, cost="cost_usd", effect="admitted")),
        tornado=one_way(lambda x: {"calls": x["habits.attends"]}, inputs),
        acceptability=acceptability(
            Outcomes.of(costs, cost="cost_usd", effect="admitted"), [0, 100]
        ),
        calibration=calibrate(
            BASE,
            [FreeInput("habits.attends", 0.3, 0.95)],
            [Target("attended_share", 0.7, 0.02, OURS)],
            check=[Target("stay_days", 30, 2, OURS)],
            replications=1,
            seed=7,
        ),
        warm_ups=warm_up(results, "census"),
    )


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        (
            "stress-des",
            [
                *("1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4"),
                *(f"2.5.{n}" for n in range(1, 6)),
                *("3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4"),
                "6.1",
            ],
        ),
        ("ispor-smdm", [str(n) for n in range(1, 19)]),
        ("cheers-2022", [str(n) for n in range(1, 29)]),
    ],
)
def test_a_sheet_has_every_item_of_its_checklist(
    name: str, numbers: list[str], bare: StudyParts
) -> None:
    sheet = reporting_sheet(name, bare)  # type: ignore[arg-type]  # of the table above
    assert [item.number for item in sheet.items] == numbers
    for item in sheet.items:
        assert item.is_gap + item.is_partial + item.is_filled == 1
        assert item.is_filled is not bool(item.left)
        assert item.is_gap is not bool(item.texts)


def sheets(study: StudyParts) -> list[ReportingSheet]:
    return [reporting_sheet(name, study) for name in NAMES]  # type: ignore[arg-type]  # as above


def test_what_was_not_done_stays_a_gap(bare: StudyParts, whole: StudyParts) -> None:
    assert [sheet.gaps for sheet in sheets(bare)] == [
        ("1.1", "1.2", "3.2", "5.4"),
        ("1", "9", "10", "11", "12", "13", "14", "15", "16", "17"),
        (
            *("2", "3", "4", "8", "9", "10", "11", "12", "13", "14", "15", "18", "19", "20"),
            *("21", "23", "24", "25", "27", "28"),
        ),
    ]
    # What no run can tell is left to people, whatever was done.
    assert [sheet.gaps for sheet in sheets(whole)] == [
        ("1.1", "3.2", "5.4"),
        ("1", "11", "12", "14", "15", "16", "17"),
        ("2", "3", "4", "13", "18", "19", "21", "25", "27", "28"),
    ]


def test_a_sheet_counts_its_gaps(whole: StudyParts) -> None:
    sheet = reporting_sheet("cheers-2022", whole, said={"27": " Nobody paid. "})
    assert len(sheet.gaps) == 9
    assert sheet.words == "Of 28 items 9 are filled, 10 in part, and 9 gaps left."
    assert repr(sheet) == "ReportingSheet('cheers-2022', 9 gaps)"
    states = dict(sheet.table.get_column("state").value_counts().iter_rows())
    assert states == {"filled": 9, "part": 10, "gap": 9}
    assert str(sheet).startswith(f"CHEERS 2022. {sheet.words}\n1 Kind of study")
    assert "27 Funding: Nobody paid." in str(sheet)
    assert "28 Interests: LEFT: whose." in str(sheet)
    assert "Funding" in sheet._repr_html_()


def test_a_study_tells_what_it_did(whole: StudyParts) -> None:
    text = reporting_sheet("cheers-2022", whole).markdown
    for words in (
        "That of the provider.",
        "8 weeks.",
        "Costs by 3 % a year, effects by 0 %.",
        "US dollars of 2026, brought there by Elm Street, own count",
        "hour: $40 of 2026 for each unit of hours\\_attended, of provider",
        "habits.attends: Uniform, middle 95 % from 0.6075 to 0.8925",
        "attends, usual: 70 % (your own figure)",
        "Calibrated: habits.attends: ",
        "sessions\\_attended (sessions): ",
        "dominated: as it is",
        "calls: habits.attends from 0.6075 to 0.8925 takes it",
    ):
        assert words in text, words
    assert "stay\\_days (check, not fitted)" in reporting_sheet("ispor-smdm", whole).markdown
    assert "seed 7." in reporting_sheet("stress-des", whole).markdown
    assert "no warm-up was found" in reporting_sheet("stress-des", whole).markdown


def test_names_with_marks_do_not_become_markdown(whole: StudyParts) -> None:
    for sheet in sheets(whole):
        assert "*calls*" not in sheet.markdown.replace("\\*calls\\*", "")
        assert "<b>" not in sheet.markdown.replace("\\<b\\>", "")
        assert "  - \\*calls\\* \\| \\<b\\>: habits.attends is 0.9." in sheet.markdown


def full(arrivals: Arrivals) -> Results:
    """A scenario with a policy, priorities, seats, people who give up and people already there."""
    needs = ("benefit_likely", "support_adequate", "has_diagnosis", "able_to_participate")
    frame = pl.DataFrame(
        {
            "key": ["ann", "bea", "cy"],
            "sex": ["female", "female", "male"],
            "pregnant": [True, None, False],
            "injects_drugs": [False, True, None],
            "needed_hours_per_week": [9.0, 12.0, None],
            **{name: [True, True, None] for name in needs},
            **{name: [False, False, None] for name in ("needs_24_hour_care", "dangerous")},
        }
    )
    people = Population.of(frame, strata=["sex"], facts=find_priorities("us-block-grant").facts)
    habits = evolve(
        find_habits("telehealth-iop-2024").filled_from(find_habits("festinger-2002")),
        gives_up=0.1,
        assessment=Assessing(3, 0.6),
    )
    scenario = evolve(
        BASE,
        population=people,
        policy=find_policy("us-medicare-iop"),
        priorities=find_priorities("us-block-grant"),
        habits=habits,
        arrivals=arrivals,
        capacity=Capacity((SeatPool("evening", "evening", 8),), words=("Told of the seats.",)),
    )
    return simulate(scenario, replications=1, seed=7)


def test_a_whole_clinic_is_told() -> None:
    arrivals = Arrivals(
        per_week=(2,) * 8, waiting=Cohort.drawn(3, longest=10), caseload=Cohort.drawn(4, longest=9)
    )
    sheet = reporting_sheet("stress-des", StudyParts(full(arrivals)))
    text = {item.number: " ".join(item.texts) for item in sheet.items}
    assert "Eligible by the policy us-medicare-iop." in text["2.2"]
    assert "Reported by sex." in text["2.5.1"]
    assert "Facts that eligibility and priority ask: " in text["2.5.1"]
    assert "pregnant" in text["2.5.1"]
    assert "evening: 8 seats of evening. Told of the seats." in text["2.5.3"]
    assert "by class (pregnant and injecting, pregnant and injecting), then by" in text["2.5.4"]
    assert "People give up the wait. Not all who are offered a seat come." in text["2.5.4"]
    assert "by a rate of each week, Poisson. People leave as completed and other." in text["2.5.5"]
    assert "45 CFR 96" in text["3.1"]
    assert "Contreras-Schwartz" in text["3.1"]
    assert "Habits are those of 4,724 patients" in text["3.1"]
    assert "That the hazard is constant is our own reading" in text["3.2"]
    assert "It begins with 4 in care and 3 waiting" in text["4.1"]


@pytest.mark.parametrize(
    ("arrivals", "words"),
    [
        (Arrivals(spread_weeks=8), "Each is referred once within 8 weeks."),
        (Arrivals(days={}), "Each person is referred on a day of their own."),
    ],
)
def test_referrals_by_day_are_told(arrivals: Arrivals, words: str) -> None:
    sheet = reporting_sheet("stress-des", StudyParts(full(arrivals)))
    assert words in str(sheet)


def test_what_a_sheet_cannot_take_is_refused_in_words(bare: StudyParts) -> None:
    with pytest.raises(UnknownNameError, match="known: cheers-2022, ispor-smdm"):
        reporting_sheet("cheers", bare)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(UnknownNameError, match=r"no item of stress-des is named '7.1'"):
        reporting_sheet("stress-des", bare, said={"7.1": "More."})
    with pytest.raises(InvalidError, match=r"1.1: expected a str, found"):
        reporting_sheet("stress-des", bare, said={"1.1": 3})  # type: ignore[dict-item]  # as above
    with pytest.raises(InvalidError, match="lines"):
        StudyParts(bare.results, lines=["hour"])  # type: ignore[list-item]  # as above
    with pytest.raises(InvalidError, match="warm_ups"):
        StudyParts(bare.results, warm_ups=["census"])  # type: ignore[list-item]  # as above
    assert repr(bare) == "StudyParts(Results('as it is': 2 replications))"
