"""Text for people says which level, by which policy, where policies differ, and who says so."""

from collections.abc import Mapping
from datetime import date

from attrs import evolve

from iopkit.documents import tradeoff_document
from iopkit.eligibility import FACTS, AllOf, AnyOf, Criterion, Policy, Predicate
from iopkit.levels import LevelOfCare
from iopkit.library import LEVEL_FIGURES, find_ladder
from iopkit.needs import Need
from iopkit.patients import (
    Assessment,
    EntryRoute,
    Patient,
    Substance,
    SubstanceUseDisorder,
)
from iopkit.placement import (
    CarePath,
    Ladder,
    OpioidTreatment,
    PathStep,
    Rung,
    compare_levels,
    place,
)
from iopkit.reports import ladder_text, placement_text, tradeoffs_text
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.windows import WeeklyWindows

ON = date(2026, 3, 2)
OWN = Source("Our own rule", Grade.SECONDARY)
ONE = LevelOfCare("1")


def policy(name: str, predicate: Predicate) -> Policy:
    criteria = (Criterion(f"{name}-only", f"The one of {name}.", predicate, OWN),)
    return Policy(name, name, Versions((Dated(date(2024, 1, 1), criteria, OWN),)))


def patient(values: Mapping[str, object]) -> Patient:
    found = values["patient"]
    assert isinstance(found, Patient)
    return found


def test_a_placement_shows_the_values_that_it_saw(values: Mapping[str, object]) -> None:
    text = placement_text(place(find_ladder("us-public-rules"), patient(values), on=ON))

    assert "level 1, Outpatient Services: excluded" in text
    assert "needed hours per week: 9 hours" in text
    assert "Not judged here:" in text
    assert text.endswith("clinicians decide.")


def test_policies_of_a_rung_that_differ_are_shown_with_what_does_it(
    values: Mapping[str, object],
) -> None:
    rung = Rung(
        ONE, policy("open", AllOf(())), (policy("strict", AnyOf(())), policy("free", AllOf(())))
    )
    text = placement_text(place(Ladder("own", "Our own", (rung,)), patient(values), on=ON))

    assert (
        "level 1, Outpatient Services: not excluded\n  by open, in force since 2024-01-01" in text
    )
    assert "  strict says: excluded" in text
    assert "strict, strict-only: never" in text
    assert "free says" not in text
    assert "Not judged" not in text


def test_what_another_policy_would_have_allowed_is_shown_once(values: Mapping[str, object]) -> None:
    rung = Rung(ONE, policy("strict", AnyOf(())), (policy("open", AllOf(())),))
    text = placement_text(place(Ladder("own", "Our own", (rung,)), patient(values), on=ON))

    assert "level 1, Outpatient Services: excluded\n  by strict" in text
    assert "  open says: not excluded" in text
    assert text.count("The one of strict.") == 1
    assert "strict, strict-only" not in text


def test_trade_offs_name_each_source_and_what_is_not_known(values: Mapping[str, object]) -> None:
    rows = compare_levels(patient(values), on=ON)
    text = tradeoffs_text(rows)

    assert text.count("\n\n") == len(rows) - 1
    assert "hours a week      at least 9 h, at most 19 h  (77 Ill. Adm. Code 2060.410" in text
    assert "medical care      not known" in text
    assert "commitments       2; can go on: not known" in text
    assert "commitments       2; can go on: 0" in text
    assert "the time of day is not known" in " ".join(text.split())


def test_the_times_of_a_level_are_shown_where_they_are_known(
    values: Mapping[str, object],
) -> None:
    times = WeeklyWindows.of("monday 18:00-21:00")
    rows = compare_levels(patient(values), on=ON, levels=[ONE], times={ONE: times})

    text = " ".join(tradeoffs_text(rows).split())
    assert "counted in monday 18:00-21:00" in text
    assert "the time of day" not in text


def test_too_few_free_hours_within_times_are_not_said_of_the_whole_week(
    values: Mapping[str, object],
) -> None:
    two = LevelOfCare("2.5")
    somebody = evolve(
        patient(values),
        availability=WeeklyWindows.of(*(f"{day} 14:00-22:00" for day in ("tuesday", "friday"))),
        obligations=(),
        travel=None,
    )
    times = {two: WeeklyWindows.of("tuesday 10:00-15:00")}
    (row,) = compare_levels(somebody, on=ON, levels=[two], times=times)

    text = " ".join(tradeoffs_text([row]).split())
    assert "free time 16 h a week; counted in tuesday 10:00-15:00: less than the hours ask" in text
    (row,) = compare_levels(somebody, on=ON, levels=[two])
    text = " ".join(tradeoffs_text([row]).split())
    assert "free time 16 h a week, less than the hours ask; the time of day is not known" in text


def test_figures_are_shown_with_people_year_and_spread_and_as_no_odds(
    values: Mapping[str, object],
) -> None:
    levels = [ONE, LevelOfCare("2.5"), LevelOfCare("3.5")]
    rows = compare_levels(patient(values), on=ON, levels=levels, figures=LEVEL_FIGURES)

    text = " ".join(tradeoffs_text(rows).split())
    assert "36.4 % (outpatient; 399,037 discharges in the United States; 2004) (SAMHSA" in text
    assert "14 programs; 2001; standard deviation 85)" in text
    assert "matched; 1990; 5,200 to 7,900)" in text
    assert "above 50 % for 30 days, after 6 and 12 months (day or" in text
    assert "176.29 dollars for half a day (partial hospitalization; Medicaid" in text
    assert text.count("they are not this patient's odds") == 1


def test_paths_and_what_can_go_beside_are_told(values: Mapping[str, object]) -> None:
    found = Assessment(ON, acute_withdrawal=True, entry=EntryRoute.PRIMARY)
    disorder = SubstanceUseDisorder(Substance.OPIOIDS)
    somebody = Patient(
        patient(values).key, diagnoses=(disorder,), assessments=(found,), treatments=()
    )
    judge = policy("open", AllOf(()))
    beside = {OpioidTreatment.PROGRAM: (judge, policy("strict", AnyOf(())))}
    placement = place(find_ladder("us-public-rules"), somebody, on=ON, beside=beside)

    text = " ".join(placement_text(placement).split())
    assert (
        "- withdrawal management, then intensive outpatient treatment (level 2.1), for those whose "
        "withdrawal has to be managed: holds: needs withdrawal management is true or" in text
    )
    assert "need care around the clock: may hold, to find out: needs 24 hour care, needs" in text
    assert "step up from outpatient" not in text
    assert "beside any level, as an opioid use disorder is recorded:" in text
    assert "- office based opioid treatment: no policy was given to judge it" in text
    assert (
        "- opioid treatment program: open: every criterion is met; strict: a criterion is unmet"
        in text
    )
    unknown = place(find_ladder("us-public-rules"), Patient(somebody.key), on=ON)
    assert "opioid use disorder is not excluded:" in " ".join(placement_text(unknown).split())


def test_a_contradiction_is_not_told_as_what_is_not_known(values: Mapping[str, object]) -> None:
    manageable, pregnant = FACTS["withdrawal_manageable"], FACTS["pregnant"]
    found = Assessment(ON, withdrawal_manageable=False, needs=frozenset({Need.TRANSPORT}))
    somebody = Patient(patient(values).key, assessments=(found,))
    steps = (PathStep("this first"), PathStep("then that"))
    paths = (
        CarePath("one", "for whom it is", manageable.equals(True), steps, OWN),
        CarePath("two", "for others", manageable.equals(True) & pregnant.equals(True), steps, OWN),
    )
    rung = Rung(ONE, policy("own", manageable.equals(True)))
    ladder = Ladder("own", "Our own", (rung,), paths)

    text = " ".join(placement_text(place(ladder, somebody, on=ON)).split())

    assert "STOPPED at level 1, Outpatient Services: recorded facts contradict each other;" in text
    assert "for whom it is: may hold: recorded facts contradict each other (Our" in text
    assert "for others: may hold, to find out: pregnant (Our" in text


def test_of_somebody_unknown_nothing_is_made_up(values: Mapping[str, object]) -> None:
    unknown = Patient(patient(values).key)
    text = tradeoffs_text(compare_levels(unknown, on=ON, levels=[ONE]))

    assert "hours a week      not known" in text
    assert "free time         not known whether it is what the hours ask" in text
    assert "commitments" not in text


def test_a_row_is_plain_values(values: Mapping[str, object]) -> None:
    (row,) = compare_levels(patient(values), on=ON, levels=[ONE])
    document = tradeoff_document(row)

    assert document["level"]["number"] == "1"
    assert document["mean_days"]["value"] == 58
    assert document["free_time_minutes"] == 24 * 60 - 25  # the way to or from a commitment


def test_a_ladder_shows_every_policy(values: Mapping[str, object]) -> None:
    ladder = values["ladder"]
    assert isinstance(ladder, Ladder)
    text = ladder_text(ladder)

    for rung in ladder.rungs:
        for one in (rung.policy, *rung.others):
            assert f"policy {one.name}: {one.title}" in text
    assert "path step-down, for those who were in residential care:" in text
    assert "  - residential care (level 3.7)\n  - day treatment\n" in text
    assert "  where just completed 24 hour care is true  (42 CFR 1.1 [T1" in text
