"""A curve of retention as a picture says what it shows."""

from collections.abc import Callable
from datetime import date

import pytest

from iopkit.courses.measures import StayDuration, retention_curve
from iopkit.plots import retention_picture

Said = Callable[[bytes], list[str]]


def rows(*days: int) -> list[StayDuration]:
    ended = [day % 2 == 0 for day in days]
    return [
        StayDuration("p", "c", date(2026, 1, 5), day, day, end, None)
        for day, end in zip(days, ended, strict=True)
    ]


def test_a_curve_says_how_many_are_left_and_its_limits(said: Said) -> None:
    curve = retention_curve(rows(10, 20, 45, 90, 131), confidence=0.9)
    picture = retention_picture(curve, title="Elm Street")
    assert "shaded: limits for 90 %   |  last seen in treatment" in said(picture)
    assert b"<desc>5 stays; 60 % after 30 days, 60 % after 60 days" in picture
    assert retention_picture(curve, title="Elm Street") == picture
    assert retention_picture(curve, form="png").startswith(b"\x89PNG")


@pytest.mark.parametrize("days", [(), (0,), (3,), (800, 2000)])
def test_few_stays_and_long_ones_have_a_picture_all_the_same(days: tuple[int, ...]) -> None:
    picture = retention_picture(retention_curve(rows(*days)))
    assert f"{len(days)} stays".encode() in picture
