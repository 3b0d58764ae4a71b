"""Pictures of what was calibrated, and of curves of staying, say what they show."""

from collections.abc import Callable

import pytest
from attrs import evolve

from iopkit.errors import InvalidError
from iopkit.library import find_habits
from iopkit.plots import calibration_picture, staying_picture
from iopkit.scenarios.curves import Constant, Curve, Left
from iopkit.sources import Grade, Source
from iopkit.studies import Calibration, Estimate, Target, TargetFit

Said = Callable[[bytes], list[str]]
OURS = Source("Elm Street, own count", Grade.SECONDARY)


def fit(measure: str, value: float, found: float, *, fitted: bool) -> TargetFit:
    errors = abs(found - value) / 2
    target = Target(measure, value, 2, OURS)
    return TargetFit(target, Estimate(found, 0, found, found, 40), fitted, errors, errors < 1.96)


FOUND = Calibration(
    confidence=0.95,
    inputs=(),
    targets=(
        fit("stay_days", 131, 130, fitted=True),
        fit("wait_days", 11, 13, fitted=True),
        fit("completed", 40, 30, fitted=False),
    ),
    misfit=1.25,
    condition=1,
    runs=9,
    findings=("completed was a check, and is missed by 5.0 standard errors.",),
)


def test_a_calibration_has_a_row_for_each_target(said: Said) -> None:
    picture = calibration_picture(FOUND, title="Elm Street")
    text = said(picture)
    assert {"Elm Street", "stay_days", "wait_days", "completed", "130 for 131"} <= set(text)
    assert any("filled: fitted, open: a check; shaded: 95 %" in each for each in text)
    assert b"completed was a check, and is missed by 5.0 standard errors." in picture
    assert calibration_picture(FOUND, title="Elm Street") == picture
    assert calibration_picture(FOUND, form="png").startswith(b"\x89PNG")


def test_curves_have_a_line_each_beside_what_was_published(said: Said) -> None:
    teds = find_habits("teds-2004-iop").leaving
    assert teds is not None
    reasons = [each.curve for each in teds.exits]
    curves: dict[str, Curve | list[Curve]] = {"constant": Constant(0.5), "reasons": reasons}
    published = [Left(30, 0.8), Left(400, 0.1)]
    picture = staying_picture(curves, days=120, published=published, title="Staying")
    text = said(picture)
    assert {"Staying", "constant", "reasons", "published", "% remain"} <= set(text)
    assert b"constant: 5 % after 30 days, 0 % after 60 days" in picture
    assert b"Published: 80 % after 30 days.</desc>" in picture
    assert "published" not in said(staying_picture({"a": Constant(0.1)}, days=3))


def test_a_picture_of_nothing_is_refused() -> None:
    for curves, days in (({}, 30), ({"a": Constant(0.1)}, 0)):
        with pytest.raises(InvalidError, match="picture"):
            staying_picture(curves, days=days)


def test_reasons_together_remain_as_their_product() -> None:
    one, two = Constant(0.1), Constant(0.2)
    both = staying_picture({"both": [one, two]}, days=40)
    assert both == staying_picture({"both": evolve(one, weekly=0.28)}, days=40)
