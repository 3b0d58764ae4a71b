"""Every picture: the same bytes each time, its words within, and no key of anybody."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from uuid import UUID
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from attrs import evolve
from PIL import Image

from iopkit import Plan, Program, Schedule, Site, WeeklyWindows, schedule
from iopkit.courses import Course, Entry, ScheduleSince, collect
from iopkit.courses.events import Admitted
from iopkit.errors import MissingExtraError
from iopkit.modalities import Modality
from iopkit.plots import (
    census_picture,
    courses_picture,
    load_picture,
    meetings_picture,
    plan_picture,
    week_picture,
)
from iopkit.plots.canvas import COLORS, HATCHES, look, tint
from iopkit.programs import Phase, Service, Slot, Weekly
from iopkit.reports import (
    census_text,
    lanes_text,
    load_text,
    meetings_text,
    timeline_text,
    week_text,
)
from iopkit.schedules import census, loads, meetings
from iopkit.sites import Room

KEY = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
PATIENT = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
SITE = Site(
    "Elm Street",
    "America/Chicago",
    WeeklyWindows.of("monday 08:00-20:00", "thursday 08:00-20:00"),
    rooms=(Room("Oak", 12),),
)
MONDAY = date(2026, 1, 5)
SLOTS = Weekly((Slot.parse("monday 09:00"), Slot.parse("thursday 18:00")))
GROUP = Service("group", "A <group> & more", Modality.GROUP_THERAPY, SLOTS, timedelta(hours=1))
PROGRAM = Program(
    "program", "The \N{GREEK SMALL LETTER ALPHA} program", (Phase("all", "All", 2),), (GROUP,)
)


def dated() -> Schedule:
    made = schedule(Plan(KEY, PATIENT, SITE.name, PROGRAM, MONDAY, 1), SITE)
    return evolve(made, sessions=tuple(evolve(each, room="Oak") for each in made.sessions))


LATER = MONDAY + timedelta(days=9)


def course() -> Course:
    entry = Entry(KEY, MONDAY, datetime(2026, 3, 1, tzinfo=UTC), "desk", Admitted())
    in_force = [ScheduleSince(MONDAY, dated())]
    return collect([entry], key=KEY, patient=PATIENT, schedules=in_force)


Draw = Callable[..., bytes]
PICTURES: dict[str, tuple[Draw, Callable[[], str]]] = {
    "week": (
        lambda **options: week_picture(dated(), week=1, **options),
        lambda: week_text(dated(), week=1),
    ),
    "plan": (
        lambda **options: plan_picture(dated(), site=SITE, **options),
        lambda: timeline_text(dated(), site=SITE),
    ),
    "census": (
        lambda **options: census_picture(census([dated()]), **options),
        lambda: census_text(census([dated()])),
    ),
    "roster": (
        lambda **options: meetings_picture(meetings([dated()], SITE), **options),
        lambda: meetings_text(meetings([dated()], SITE)),
    ),
    "lanes": (
        lambda **options: courses_picture([course()], on=LATER, **options),
        lambda: lanes_text([course()], on=LATER),
    ),
    "load": (
        lambda **options: load_picture(loads([dated()], SITE), **options),
        lambda: load_text(loads([dated()], SITE)),
    ),
}
every_picture = pytest.mark.parametrize("name", PICTURES)


@pytest.mark.no_cover  # reaches only what others do
@every_picture
@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_picture_gives_the_same_bytes_each_time_whatever_a_user_has_set(
    name: str, form: str
) -> None:
    draw, _ = PICTURES[name]
    first = draw(form=form)
    with mpl.rc_context():
        mpl.rcParams["font.size"] = 21
        mpl.rcParams["axes.facecolor"] = "red"
        mpl.rcParams["svg.fonttype"] = "none"
        mpl.rcParams["savefig.dpi"] = 10
        assert draw(form=form) == first
        assert mpl.rcParams["font.size"] == 21


@every_picture
def test_an_svg_file_says_in_words_what_it_shows(name: str) -> None:
    draw, tell = PICTURES[name]
    root = ET.fromstring(draw())  # noqa: S314  # our own picture
    (title,) = root.findall("{http://www.w3.org/2000/svg}title")
    (told,) = root.findall("{http://www.w3.org/2000/svg}desc")
    assert title.text
    assert told.text == tell()


@every_picture
def test_a_png_file_can_be_read_and_says_in_words_what_it_shows(name: str) -> None:
    draw, tell = PICTURES[name]
    with Image.open(BytesIO(draw(form="png"))) as image:
        image.load()
        assert min(image.size) > 100
        assert image.info["Description"] == tell()
        assert image.info["Title"]


@every_picture
@pytest.mark.parametrize("form", ["svg", "png"])
def test_no_picture_has_a_key(name: str, form: str) -> None:
    data = PICTURES[name][0](form=form)
    made = dated()
    for key in (KEY, PATIENT, *map(made.uid, made.sessions)):
        for written in (str(key).encode(), key.hex.encode(), key.bytes):
            assert written not in data


@every_picture
def test_every_picture_needs_the_extra(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"iopkit\[plots\]"):
        PICTURES[name][0]()


def test_a_title_may_have_characters_that_no_document_can_have() -> None:
    odd = evolve(GROUP, title="bell \a and \ud800 half")
    program = evolve(PROGRAM, title=odd.title, services=(odd,))
    made = schedule(Plan(KEY, PATIENT, SITE.name, program, MONDAY, 1), SITE)
    group = meetings([made], SITE)
    for data in (
        census_picture([], title=odd.title),
        plan_picture(made),
        meetings_picture(group),
        week_picture(made, week=1),
    ):
        assert b"bell   and   half" in ET.tostring(ET.fromstring(data))  # noqa: S314  # our own picture


def test_looks_are_distinct_as_long_as_there_are_any() -> None:
    looks = [look(number) for number in range(len(COLORS) * len(HATCHES))]
    assert len(set(looks)) == len(looks)


@pytest.mark.parametrize("color", COLORS)
def test_black_can_be_read_on_every_tint(color: str) -> None:
    assert luminance(tint(color)) > 0.6


def luminance(color: tuple[float, float, float]) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_shades_of_a_heat_map_fall_in_black_and_white_and_their_words_can_be_read() -> None:
    from iopkit.plots.heat_maps import _DARK, _shade  # noqa: PLC0415

    shares = [n / 100 for n in range(101)]
    light = [luminance(_shade(share)) for share in shares]
    assert light == sorted(light, reverse=True)
    for share, shade in zip(shares, light, strict=True):
        ink = 1.0 if share > _DARK else 0.0
        contrast = (max(ink, shade) + 0.05) / (min(ink, shade) + 0.05)
        assert contrast >= 4.4
