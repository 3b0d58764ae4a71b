"""States, licenses and scopes: what they can say, and what is refused."""

from datetime import date, datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from iopkit.errors import InvalidError
from iopkit.levels import LevelOfCare
from iopkit.patients import Whereabouts
from iopkit.payers import Payer
from iopkit.scopes import License, LicenseKind, Scope
from iopkit.sites import Site
from iopkit.states import STATES, place_faults
from iopkit.strategies import days, licenses, scopes, whereabouts
from iopkit.windows import WeeklyWindows

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def test_the_states_are_fifty_the_district_and_five_territories() -> None:
    assert len(STATES) == len(set(STATES.values())) == 50 + 1 + 5
    assert all(len(code) == 2 and code.isalpha() and code.isupper() for code in STATES)
    assert {"DC", "PR", "VI", "GU", "AS", "MP"} <= STATES.keys()
    assert "ZZ" not in STATES


@pytest.mark.parametrize(
    ("state", "county", "paths"),
    [
        (None, None, []),
        ("WY", None, []),
        ("WY", "Teton", []),
        ("wy", None, ["state"]),
        ("Wyoming", "Teton", ["state"]),
        ("ZZ", None, ["state"]),
        (None, "Teton", ["county"]),
        ("WY", "", ["county"]),
        ("WY", " Teton", ["county"]),
        ("WY", "Teton County", ["county"]),
        ("WY", "teton COUNTY", ["county"]),
        ("Q", "County", ["state"]),
    ],
)
def test_a_place_is_a_state_and_perhaps_a_county_in_it(
    state: str | None, county: str | None, paths: list[str]
) -> None:
    faults = place_faults(state, county)
    assert [fault.path[0] for fault in faults] == paths
    assert not any(str(state) in fault.found for fault in faults)


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope("GU"), "Guam"),
        (Scope("NY", "Kings"), "Kings County, New York"),
        (Scope(payer=Payer.MILITARY), "military insurance"),
        (Scope(payer=Payer.COMMERCIAL, insurer="Oak Health"), "Oak Health"),
        (Scope(licenses=frozenset({LicenseKind.OTHER})), "something else"),
        (
            Scope(
                "OH",
                licenses=frozenset(
                    {LicenseKind.RURAL_HEALTH_CLINIC, LicenseKind.OPIOID_TREATMENT_PROGRAM}
                ),
                level=LevelOfCare("1"),
            ),
            "Ohio; opioid treatment program or rural health clinic; level 1",
        ),
        (Scope(licenses=frozenset(LicenseKind)).licensed_as, None),
    ],
)
def test_a_scope_can_be_read(scope: Scope | str, words: str | None) -> None:
    if isinstance(scope, Scope):
        assert scope.words == words
    else:
        assert scope.count(", ") == len(LicenseKind) - 2
        assert scope.endswith(" or something else")


@pytest.mark.parametrize(
    ("payer", "insurer", "ok"),
    [
        (Payer.COMMERCIAL, "Oak Health", True),
        (Payer.COMMERCIAL, None, True),
        (Payer.MEDICARE, "Oak Health", False),
        (None, "Oak Health", False),
    ],
)
def test_an_insurer_is_one_with_commercial_insurance(
    payer: Payer | None, insurer: str | None, *, ok: bool
) -> None:
    if ok:
        assert Scope(payer=payer, insurer=insurer).insurer == insurer
    else:
        with pytest.raises(InvalidError, match=r"scope: 1 problem\n  insurer: "):
            Scope(payer=payer, insurer=insurer)


def test_all_that_is_wrong_with_a_scope_is_told_at_once() -> None:
    with pytest.raises(InvalidError) as refused:
        Scope("Guam", "Any County", insurer="Oak Health")
    assert [fault.path for fault in refused.value.faults] == [("state",), ("county",), ("insurer",)]


def test_a_site_is_in_a_state_or_its_state_is_not_known() -> None:
    hours = WeeklyWindows.of("monday 09:00-17:00")
    with pytest.raises(InvalidError, match="state: expected a two-letter code"):
        Site("Elm Street", "America/Chicago", hours, state="Illinois")
    with pytest.raises(InvalidError, match="county: expected a county beside its state"):
        Site("Elm Street", "America/Chicago", hours, county="Cook")


@pytest.mark.parametrize(
    ("on", "whole", "begun", "ended"),
    [
        (date(2026, 4, 30), False, False, True),
        (MAY, True, True, True),
        (date(2026, 5, 31), True, True, True),
        (JUNE, False, True, False),
    ],
)
def test_a_license_and_a_place_are_held_from_the_start_up_to_the_end(
    on: date, *, whole: bool, begun: bool, ended: bool
) -> None:
    kind = LicenseKind.RURAL_HEALTH_CLINIC
    for (start, end), held in (
        ((MAY, JUNE), whole),
        ((MAY, None), begun),
        ((None, JUNE), ended),
        ((None, None), True),
    ):
        assert License(kind, start=start, end=end).is_held(on) is held
        assert Whereabouts("VT", start=start, end=end).holds(on) is held


@pytest.mark.parametrize("end", [MAY, date(2026, 4, 30)])
def test_an_end_comes_after_the_start(end: date) -> None:
    with pytest.raises(InvalidError, match=r"license: 1 problem\n  end: "):
        License(LicenseKind.OTHER, start=MAY, end=end)
    with pytest.raises(InvalidError, match=r"whereabouts: 1 problem\n  end: "):
        Whereabouts("VT", start=MAY, end=end)


@pytest.mark.parametrize("field", ["start", "end"])
def test_a_moment_is_no_day(field: str) -> None:
    moment: Any = {field: datetime(2026, 5, 1, 12)}  # noqa: DTZ001  # a day is what is wanted
    with pytest.raises(InvalidError, match=f"{field}: expected a date without a time"):
        License(LicenseKind.OTHER, **moment)
    with pytest.raises(InvalidError, match=f"{field}: expected a date without a time"):
        Whereabouts("VT", **moment)


@given(scopes(), licenses(), whereabouts(), days())
def test_what_is_drawn_can_be_asked(
    scope: Scope, held: License, place: Whereabouts, on: date
) -> None:
    assert scope.words
    assert hash(scope) == hash(evolve(scope))
    assert held.is_held(on) in (True, False)
    assert place.holds(on) in (True, False)


@pytest.mark.parametrize("payer", Payer)
def test_a_payer_and_a_kind_of_license_have_words(payer: Payer) -> None:
    assert "_" not in payer.label
    assert not any("_" in kind.label for kind in LicenseKind)
