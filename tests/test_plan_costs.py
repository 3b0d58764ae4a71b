"""What a plan costs who pays for its patient, and what the next levels would."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit.charges import Rate, RateTable, itemize
from iopkit.cli.command import main
from iopkit.documents import to_json
from iopkit.documents.results import plan_costs_document
from iopkit.errors import InvalidError
from iopkit.levels import Edition, LevelOfCare, levels_of
from iopkit.library import CODINGS, LEVEL_FIGURES, RATES, find_coding, find_rates
from iopkit.modalities import Modality
from iopkit.patients import Patient
from iopkit.patients.patients import Coverage, Whereabouts
from iopkit.payers import Payer
from iopkit.placement.outcomes import LevelFigure, OutcomeMeasure
from iopkit.plan_costs import PlanCosts, costs_of_plan
from iopkit.plans import draft
from iopkit.programs import Phase, Program, Service, Weekly
from iopkit.programs.timings import Slot
from iopkit.reports import plan_costs_html, plan_costs_text
from iopkit.schedules import Schedule, schedule
from iopkit.scopes import Scope
from iopkit.sites import Site
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

SLOTS = tuple(Slot.parse(f"{day} 09:00") for day in ("monday", "wednesday", "thursday"))
GROUP = Service(
    "group", "Group", Modality.GROUP_THERAPY, Weekly(SLOTS), timedelta(hours=3), group_max=10
)
PROGRAM = Program("three", "Three", (Phase("only", "Only", 2),), (GROUP,), LevelOfCare("2.1"))
MEDICAID = Coverage(Payer.MEDICAID, date(2020, 1, 1))
PATIENT = Patient(
    key=UUID("1d3f7c55-03b3-4d53-8d4e-6a2ce1d4be0b"),
    coverages=(MEDICAID,),
    residences=(Whereabouts("MD"),),
    locations=(),
)
SITE = Site(
    "Elm Street",
    "America/New_York",
    WeeklyWindows.of("monday 08:00-17:00", "wednesday 08:00-17:00", "thursday 08:00-17:00"),
    state="MD",
    payers=frozenset({Payer.MEDICAID}),
)


def dated(start: date, patient: Patient = PATIENT, program: Program = PROGRAM) -> Schedule:
    return schedule(draft(program, patient, SITE, start=start, seed=3), SITE)


def costs(start: date, patient: Patient = PATIENT, site: Site = SITE, **more: bool) -> PlanCosts:
    return costs_of_plan(
        dated(start, patient),
        site,
        patient,
        codings=CODINGS,
        rates=RATES,
        figures=LEVEL_FIGURES,
        assume_in_force=more.get("assume", False),
    )


def test_a_plan_within_public_rates_has_a_figure_with_its_source() -> None:
    found = costs(date(2022, 8, 1))
    (medicaid,) = [each for each in found.charged if each.payer is Payer.MEDICAID]
    assert medicaid.total.amount_usd == 6 * Decimal("169.51")
    assert [rate.source and rate.source.citation for rate in medicaid.rates] == [
        "COMAR 10.09.80.08.D(1)"
    ]
    assert found.payers == (Payer.MEDICAID,)
    # A scheme of no payer was not known to be in force yet, and is told.
    assert any("us-h0015" in why for why in found.refused)
    assert not found.is_known


def test_after_the_last_public_rate_it_is_shown_and_used_only_if_asked() -> None:
    found = costs(date(2026, 3, 2))
    (medicaid,) = [each for each in found.charged if each.payer is Payer.MEDICAID]
    assert medicaid.total.amount_usd is None
    assert [(rate.amount_usd, rate.end) for rate in medicaid.rates] == [
        (Decimal("169.51"), date(2023, 7, 1))
    ]
    assert not found.is_known
    assumed = costs(date(2026, 3, 2), assume=True)
    (medicaid,) = [each for each in assumed.charged if each.payer is Payer.MEDICAID]
    assert medicaid.total.amount_usd == Decimal("1017.06")
    text = plan_costs_text(assumed)
    assert "6 H0015: $1,017.06" in text
    assert "ASSUMED IN FORCE" in text
    assert "H0015: $169.51, from 2022-07-01 to 2023-06-30" in text
    assert assumed.is_known


def test_the_next_levels_have_the_payers_rates_and_what_care_cost() -> None:
    found = costs(date(2026, 3, 2))
    assert found.lower
    assert found.own
    assert found.higher
    assert [each.level.number for each in (found.lower, found.own, found.higher)] == [
        "1",
        "2.1",
        "2.5",
    ]
    paid = {figure.value for figure in found.higher.paid}
    assert paid == {Decimal("176.29"), Decimal("284.77")}
    assert found.higher.counted == ()
    assert {figure.year for figure in found.lower.counted} == {"2001", "1990", "year not told"}
    text = " ".join(plan_costs_text(found).split())
    assert "Level 2.5, the next higher one: - paid: 176.29 dollars for half a day" in text
    assert "Medicaid in Maryland; July 2022 to June 2023" in text
    assert "no public figure of what care costs there was seen" in text


def test_another_states_rates_and_payers_without_any_are_told_so() -> None:
    moved = evolve(PATIENT, residences=(Whereabouts("NC"),), coverages=(MEDICAID, *_OWN))
    found = costs(date(2026, 3, 2), moved)
    assert found.unpriced == (Payer.SELF_PAY,)
    (general,) = [each for each in found.charged if each.payer is Payer.MEDICAID]
    assert general.charges.coding == "us-h0015"
    assert general.total.amount_usd == 6 * Decimal("170.03")
    assert found.higher
    assert [figure.value for figure in found.higher.paid] == [Decimal("58.61")]
    assert found.lower
    assert found.lower.paid == ()
    text = plan_costs_text(found)
    assert "no rates of the patient's own means were found" in text
    assert "no public rate of the patient's payer was seen" in text


_OWN = (Coverage(Payer.SELF_PAY),)


def test_what_is_not_known_of_the_payer_is_said() -> None:
    unknown = evolve(PATIENT, coverages=None)
    found = costs(date(2026, 3, 2), unknown)
    assert found.payers is None
    assert found.own
    assert found.own.paid == ()
    assert {figure.scope for figure in found.own.perhaps} == {Scope("MD", payer=Payer.MEDICAID)}
    assert {each.applies for each in found.charged} == {Truth.UNKNOWN, Truth.YES}
    text = " ".join(plan_costs_text(found).split())
    assert "Who pays: - not known" in text
    assert "may apply: whether the patient is covered by Medicaid is not known" in text
    assert "paid, if that is the payer: 169.51 dollars a day" in text
    nobody = plan_costs_text(costs(date(2026, 3, 2), evolve(PATIENT, coverages=())))
    assert "nobody, as far as is recorded" in nobody


def test_a_plan_without_a_level_has_the_one_that_is_said_or_none() -> None:
    planned = dated(date(2026, 3, 2), program=evolve(PROGRAM, level=None))
    none = costs_of_plan(planned, SITE, PATIENT, codings=(), figures=LEVEL_FIGURES)
    assert (none.lower, none.own, none.higher) == (None, None, None)
    assert "Levels of care:\n  - the plan's own is not known" in plan_costs_text(none)
    said = costs_of_plan(
        planned, SITE, PATIENT, codings=(), figures=LEVEL_FIGURES, level=LevelOfCare("4")
    )
    assert said.higher is None
    assert said.lower
    assert said.lower.level == LevelOfCare("3.7")
    least = costs_of_plan(planned, SITE, PATIENT, codings=(), level=levels_of(Edition.THIRD)[0])
    assert least.lower is None


def test_a_payment_of_unknown_scope_may_be_the_payers() -> None:
    (one, *_) = [
        f for f in LEVEL_FIGURES if f.measure is OutcomeMeasure.PAYMENT and f.level.number == "1"
    ]
    figure: LevelFigure = evolve(one, scope=None)
    found = costs_of_plan(
        dated(date(2026, 3, 2)), SITE, PATIENT, codings=(), figures=[figure, *LEVEL_FIGURES[:1]]
    )
    assert found.lower
    assert found.lower.perhaps == (figure,)


def test_another_patients_plan_is_refused() -> None:
    other = evolve(PATIENT, key=UUID("9b1c2a77-4e53-4f0c-a8a4-0d1b6f6d2a55"))
    with pytest.raises(InvalidError, match="the patient of the plan"):
        costs_of_plan(dated(date(2026, 3, 2)), SITE, other, codings=CODINGS)


@given(st.integers(-10, 30))
def test_sessions_on_days_without_the_payer_are_not_in_its_total(days: int) -> None:
    start, end = date(2022, 8, 1), date(2022, 8, 1) + timedelta(days=days)
    ending = evolve(PATIENT, coverages=(evolve(MEDICAID, end=end),))
    planned = dated(start, ending)
    coding, table = find_coding("us-md-medicaid"), find_rates("us-md-medicaid")
    found = costs_of_plan(planned, SITE, ending, codings=[coding], rates=[table])
    lines = [line for line in itemize(planned, coding, rates=table).lines if line.on < end]
    known = sum((line.amount_usd or Decimal(0) for line in lines), Decimal(0))
    assert sum((each.total.known_usd for each in found.charged), Decimal(0)) == known
    assert found.payers == ((Payer.MEDICAID,) if days > 0 else ())


def test_own_rates_are_a_payers_like_those_shipped() -> None:
    own = RateTable(
        "contract",
        "Contract",
        (Rate("H0015", date(2026, 1, 1), Decimal("201.10")),),
        scope=Scope("MD", payer=Payer.MEDICAID),
    )
    planned = dated(date(2026, 3, 2))
    found = costs_of_plan(planned, SITE, PATIENT, codings=CODINGS, rates=[own, *RATES])
    (mine,) = [each for each in found.charged if each.table == own]
    assert mine.charges.coding == "us-md-medicaid"
    assert mine.total.amount_usd == Decimal("1206.60")


def test_text_page_and_json_say_the_same() -> None:
    found = costs(date(2026, 3, 2))
    text, page = plan_costs_text(found), plan_costs_html(found)
    document = plan_costs_document(found)
    assert page.startswith('<section class="iopkit-costs">')
    for words in ("Level 1, the next lower one", "Medicaid in Maryland", "their year and place"):
        assert words in text
        assert words in page
    assert json.loads(json.dumps(document))["own"]["level"]["number"] == "2.1"
    assert document["payers"] == ["medicaid"]
    assert document["charged"][0]["rates"][0]["amount_usd"] == "169.51"


def test_the_command_tells_what_a_plan_costs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planned = dated(date(2026, 3, 2))
    files = {"plan": planned.plan, "patient": PATIENT, "site": SITE}
    for name, value in files.items():
        (tmp_path / f"{name}.json").write_text(to_json(value))
    (tmp_path / "rates.toml").write_text(
        'document = "rates"\nformat = 2\nname = "ours"\ntitle = "Ours"\n'
        'scope = { state = "MD", payer = "medicaid" }\n'
        '[[rates]]\ncode = "H0015"\nsince = 2026-01-01\namount_usd = "180.00"\n'
    )
    paths = {name: str(tmp_path / f"{name}.json") for name in files}
    whole = ["costs", paths["plan"], "--patient", paths["patient"], "--site", paths["site"]]
    assert main(whole) == 3
    assert "Level 2.5, the next higher one" in capsys.readouterr().out
    assert main([*whole, "--rates", str(tmp_path / "rates.toml"), "--form", "html"]) == 0
    assert "6 H0015: $1,080.00" in capsys.readouterr().out
    assert main([*whole, "--assume-in-force", "--json", "--level", "2.5"]) == 0
    assert json.loads(capsys.readouterr().out)["charged"][0]["amount_usd"] == "1017.06"
    for wrong in ([*whole, "--json", "--form", "text"], ["costs", "--level", "1"], whole[:4]):
        assert main(wrong) == 2
