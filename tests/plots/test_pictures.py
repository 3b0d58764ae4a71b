"""Pictures have what they are of, its words, and the same bytes each time."""

import re
import struct
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from itertools import pairwise
from typing import Literal
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve

from iopkit import (
    InvalidError,
    MissingExtraError,
    Modality,
    Plan,
    Program,
    Schedule,
    Site,
    WeeklyWindows,
    find_program,
    schedule,
)
from iopkit.eligibility import (
    FACTS,
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Criterion,
    Fact,
    Number,
    Policy,
    Predicate,
    YesNo,
)
from iopkit.errors import TooComplexError
from iopkit.library import POLICIES, program_names
from iopkit.plots import policy_picture, program_picture, week_picture
from iopkit.plots.layouts import COLUMN
from iopkit.programs import (
    EveryWeeks,
    Once,
    PerWeek,
    Phase,
    RandomDays,
    Service,
    Slot,
    TimePerWeek,
    Timing,
    Weekly,
    weekly_doses,
)
from iopkit.programs.ranges import Times
from iopkit.sites import Closure
from iopkit.sources import Dated, Grade, Source, Versions

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: bytes) -> ET.Element:
    parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))  # noqa: S314  # our own picture
    return ET.fromstring(svg, parser)  # noqa: S314


def words(svg: bytes) -> list[str]:
    """Texts are drawn as paths, each after a comment that says it."""
    said = [element.text or "" for element in parsed(svg).iter() if element.tag is ET.Comment]
    return [unescape(text).strip() for text in said]


def bars(svg: bytes) -> list[tuple[float, float, float, str]]:
    """Left edge, bottom, height and style of every bar, in the order of drawing."""
    found = []
    for path in parsed(svg).iter(f"{SVG}path"):
        corners = re.findall(r"[ML] (\S+) (\S+)", path.get("d", ""))
        if len(corners) == 4 and path.get("clip-path"):
            xs, ys = ([float(corner[n]) for corner in corners] for n in (0, 1))
            found.append((min(xs), max(ys), max(ys) - min(ys), path.get("style", "")))
    return found


def weekly_heights(svg: bytes) -> list[float]:
    """Height of each week's bars together, in the order of weeks."""
    by_week: defaultdict[float, float] = defaultdict(float)
    for left, _, height, _ in bars(svg):
        by_week[left] += height
    return [by_week[left] for left in sorted(by_week)]


def ratios(heights: list[float]) -> list[float]:
    return [height / max(heights) for height in heights]


def test_the_bars_of_matrix_are_its_hours() -> None:
    svg = program_picture(find_program("matrix-16-week"))
    assert len(bars(svg)) == 4 * 16
    expected = [370 / 370] * 4 + [270 / 370] * 12
    assert ratios(weekly_heights(svg)) == pytest.approx(expected, abs=1e-4)


def test_bars_stand_on_each_other() -> None:
    by_week: defaultdict[float, list[tuple[float, float]]] = defaultdict(list)
    for left, bottom, height, _ in bars(program_picture(find_program("matrix-16-week"))):
        by_week[left].append((bottom, height))
    for stacked in by_week.values():
        for (bottom, height), (next_bottom, _) in pairwise(stacked):
            assert next_bottom == pytest.approx(bottom - height, abs=1e-3)


def test_every_weeks_height_is_its_known_hours() -> None:
    def service(name: str, times: int, minutes: int | None) -> Service:
        length = None if minutes is None else timedelta(minutes=minutes)
        return Service(name, f"The {name}", Modality.GROUP_THERAPY, PerWeek(times), length)

    program = Program(
        "steps",
        "Steps",
        (
            Phase("one", "One", 2, (service("group", 3, 90), service("talk", 1, None))),
            Phase("two", "Two", 1),
            Phase("three", "Three", 3, (service("group", 1, 45), service("class", 2, 1))),
        ),
        (service("visit", 1, 50),),
    )
    known = [dose.known / timedelta(minutes=1) for dose in weekly_doses(program)]
    assert known == [320, 320, 50, 97, 97, 97]
    svg = program_picture(program)
    assert ratios(weekly_heights(svg)) == pytest.approx([k / 320 for k in known], abs=1e-4)
    assert "Length not known, not shown: The talk" in words(svg)


def test_the_picture_has_the_programs_words() -> None:
    program = find_program("matrix-16-week")
    text = words(program_picture(program, line_at=timedelta(hours=9)))
    assert program.title in text
    assert "program week" in text
    assert "hours a week" in text
    for title in (
        "Relapse Prevention group",
        "Early Recovery Skills group",
        "Family Education group",
        "Social Support group",
    ):
        assert text.count(title) == 1
    assert [str(week) for week in range(1, 17)] == text[:16]


def test_what_has_no_known_length_is_named() -> None:
    (line,) = [w for w in words(program_picture(find_program("matrix-16-week"))) if "not" in w]
    assert line.startswith("Length not known, not shown: ")
    assert set(line.partition(": ")[2].split(", ")) == {
        "Urine test",
        "Individual or conjoint session",
    }


def test_nothing_is_said_to_be_left_out_if_nothing_is() -> None:
    program = find_program("matrix-16-week")
    text = words(program_picture(evolve(program, services=program.services[:1])))
    assert not [word for word in text if "not known" in word]


def one_service(
    title: str = "Group",
    *,
    duration: timedelta | None = timedelta(hours=1),
    timing: Timing = PerWeek(3),  # noqa: B008  # a value, and frozen
) -> Program:
    service = Service("group", title, Modality.GROUP_THERAPY, timing, duration)
    return Program("program", title, (Phase("all", "All", 2),), (service,))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (timedelta(hours=9), "9 hours a week"),
        (timedelta(minutes=570), "9.5 hours a week"),
        (timedelta(0), "0 hours a week"),
    ],
)
def test_a_line_shows_the_hours_asked_for(line: timedelta, shown: str) -> None:
    assert shown in words(program_picture(one_service(), line_at=line))
    plain = program_picture(one_service())
    assert "stroke-dasharray" in program_picture(one_service(), line_at=line).decode()
    assert shown not in words(plain)
    assert "stroke-dasharray" not in plain.decode()


def test_a_line_lies_at_its_height() -> None:
    svg = program_picture(one_service(), line_at=timedelta(hours=6))
    (height, _) = weekly_heights(svg)
    (_, bottom, _, _) = bars(svg)[0]
    dashed = [p for p in parsed(svg).iter(f"{SVG}path") if "dasharray" in p.get("style", "")]
    ((_, y), *_) = re.findall(r"[ML] (\S+) (\S+)", dashed[0].get("d", ""))
    assert bottom - float(y) == pytest.approx(2 * height, abs=1e-3)


def test_a_program_of_unknown_lengths_has_a_picture_all_the_same() -> None:
    svg = program_picture(one_service(duration=None))
    assert "Length not known, not shown: Group" in words(svg)
    assert bars(svg) == []


@pytest.mark.parametrize(
    "title", ["from $5 to $10 a day", "$\\nope$", "50 % & <more>", "_private", "a\\b", "x^2 {y}"]
)
def test_titles_are_shown_as_they_are_written(title: str) -> None:
    svg = program_picture(one_service(title))
    assert words(svg).count(title) == 2, "the program's title, and the service's in the legend"
    assert b"Oblique" not in svg, "a part is set as mathematics"


def test_every_service_has_a_look_of_its_own() -> None:
    services = tuple(
        Service(f"group-{n}", f"Group {n}", Modality.GROUP_THERAPY, PerWeek(1), timedelta(hours=1))
        for n in range(1, 13)
    )
    svg = program_picture(Program("many", "Many", (Phase("all", "All", 1),), services))
    looks = [look(svg, style) for _, _, _, style in bars(svg)]
    assert len(looks) == 12
    assert len(set(looks)) == 12


def look(svg: bytes, style: str) -> str:
    """A bar's color, or the content of its pattern, whose name is of no matter."""
    pattern = re.search(r"fill: url\(#(\w+)\)", style)
    if pattern is None:
        return style
    (found,) = [p for p in parsed(svg).iter(f"{SVG}pattern") if p.get("id") == pattern[1]]
    return "".join(ET.tostring(child, encoding="unicode") for child in found)


# What a source leaves open: tracks, ranges and lengths that it does not state.


def test_tracks_stand_side_by_side_under_their_titles() -> None:
    svg = program_picture(find_program("palmetto-arc"), line_at=timedelta(hours=9))
    assert ratios(weekly_heights(svg)) == pytest.approx([1, 12 / 16.5], abs=1e-4)
    text = words(svg)
    for said in ("Day", "Evening", "Palmetto Health ARC", "9 hours a week", "Multi-family group"):
        assert text.count(said) == 1
    assert svg.decode().count("stroke-dasharray") == 2


def test_a_service_looks_the_same_on_every_track() -> None:
    svg = program_picture(find_program("palmetto-arc"))
    (day, group), (evening, same) = (
        [look(svg, style) for left, _, _, style in bars(svg) if left == edge]
        for edge in sorted({left for left, *_ in bars(svg)})
    )
    assert group == same
    assert len({day, group, evening}) == 3


def test_what_a_range_adds_is_lighter_and_on_top() -> None:
    phoenix = find_program("phoenix-adolescent")
    svg = program_picture(phoenix)
    doses = weekly_doses(phoenix)
    most = [(dose.known + dose.extra) / timedelta(hours=20) for dose in doses]
    assert ratios(weekly_heights(svg)) == pytest.approx(most, abs=1e-4)
    drawn = [bar for bar in bars(svg) if bar[2]]
    lighter = [bar for bar in drawn if "opacity: 0.4" in bar[3]]
    an_hour = max(weekly_heights(svg)) / 20
    extra = sum(dose.extra / timedelta(hours=1) for dose in doses)
    assert sum(height for _, _, height, _ in lighter) == pytest.approx(extra * an_hour, abs=0.01)
    for left, bottom, _, _ in lighter:
        assert all(bar[1] > bottom for bar in drawn if bar[0] == left and bar not in lighter)
    assert "Lighter, on top: how much more it is if sessions last their longest" in words(svg)
    assert not [word for word in words(program_picture(one_service())) if "Lighter" in word]


def test_time_without_sessions_has_its_height() -> None:
    svg = program_picture(one_service(timing=TimePerWeek(timedelta(hours=6)), duration=None))
    line = program_picture(one_service(timing=PerWeek(6)))
    assert weekly_heights(svg) == pytest.approx(weekly_heights(line))
    assert not [word for word in words(svg) if "not known" in word]


def test_breaks_have_no_height() -> None:
    service = Service(
        "group",
        "Group",
        Modality.GROUP_THERAPY,
        PerWeek(3),
        timedelta(minutes=70),
        breaks=timedelta(minutes=10),
    )
    program = evolve(one_service(), services=(service,))
    assert bars(program_picture(program)) == bars(program_picture(one_service()))


@pytest.mark.parametrize(
    ("weeks", "most", "said"),
    [
        (None, None, "All: length not stated; 1 week shown"),
        (None, 21, "All: up to 21 weeks; 1 week shown"),
        (2, 8, "All: 2 to 8 weeks; 2 weeks shown"),
        (2, 2, None),
        (2, None, "All: at least 2 weeks; 2 weeks shown"),
    ],
)
def test_a_length_that_is_not_fixed_is_said(
    weeks: int | None, most: int | None, said: str | None
) -> None:
    phase = Phase("all", "All", Times(weeks, most))
    text = words(program_picture(evolve(one_service(), phases=(phase,))))
    assert [word for word in text if "shown" in word] == ([said] if said else [])


def test_a_service_that_no_week_has_is_not_in_the_picture() -> None:
    rare = Service("rare", "Rare", Modality.CASE_MANAGEMENT, EveryWeeks(4, 4), timedelta(hours=1))
    program = one_service()
    text = words(program_picture(evolve(program, services=(*program.services, rare))))
    assert "Group" in text
    assert "Rare" not in text


def test_bars_of_few_weeks_are_no_wider_than_those_of_four() -> None:
    def width(weeks: int) -> float:
        svg = program_picture(evolve(one_service(), phases=(Phase("all", "All", weeks),)))
        (path, *_) = [p for p in parsed(svg).iter(f"{SVG}path") if p.get("clip-path")]
        xs = [float(x) for x, _ in re.findall(r"[ML] (\S+) (\S+)", path.get("d", ""))]
        return max(xs) - min(xs)

    assert width(1) == pytest.approx(width(4))
    assert width(2) == pytest.approx(width(4))
    assert width(5) < width(4)


@pytest.mark.parametrize("name", program_names())
def test_every_shipped_program_has_a_picture(name: str) -> None:
    program = find_program(name)
    for each in filter(None, (program, program.continuing_care)):
        svg = program_picture(each)
        assert each.title in words(svg)
        doses = [dose for _, variant in each.variants for dose in weekly_doses(variant)]
        hours = [(dose.known + dose.extra) / timedelta(hours=1) for dose in doses]
        expected = [hour / max(hours) for hour in hours]
        assert ratios(weekly_heights(svg)) == pytest.approx(expected, abs=1e-4)


# Files.


@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_same_arguments_give_the_same_bytes(form: Literal["svg", "png"]) -> None:
    program = find_program("matrix-16-week")
    first = program_picture(program, line_at=timedelta(hours=9), form=form)
    assert program_picture(program, line_at=timedelta(hours=9), form=form) == first
    assert program_picture(program, form=form) != first


def test_the_svg_has_no_date_and_no_fonts() -> None:
    svg = program_picture(find_program("matrix-16-week"))
    assert svg.startswith(b"<?xml")
    assert parsed(svg).tag == f"{SVG}svg"
    assert b"<dc:date>" not in svg
    assert b"<text" not in svg


def test_the_png_is_one_of_the_size_that_fits_a_page() -> None:
    png = program_picture(find_program("matrix-16-week"), form="png")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert png[12:16] == b"IHDR"
    assert struct.unpack(">II", png[16:24]) == (1080, 576)
    assert png.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize("weeks", [1, 16, 17, 52, 520])
def test_a_program_of_any_length_has_week_numbers_that_can_be_read(weeks: int) -> None:
    service = Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(3), timedelta(hours=1))
    svg = program_picture(Program("long", "Long", (Phase("all", "All", weeks),), (service,)))
    numbers = [word for word in words(svg)[: words(svg).index("program week")] if word.isdigit()]
    assert 1 <= len(numbers) <= 34
    assert len(bars(svg)) == weeks


def test_settings_of_the_users_own_are_kept() -> None:
    import matplotlib as mpl  # noqa: PLC0415  # the optional package itself

    before = dict(mpl.rcParams)
    program_picture(one_service())
    assert dict(mpl.rcParams) == before


def test_a_missing_package_is_named_with_the_command_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'iopkit\[plots\]'"):
        program_picture(find_program("matrix-16-week"))


# Policies.

POLICY_DAY = date(2026, 1, 5)
RULE = Source("Rule 1", Grade.SECONDARY)


def policy(*predicates: Predicate) -> Policy:
    criteria = tuple(
        Criterion(f"c{n}", "A criterion.", predicate, RULE)
        for n, predicate in enumerate(predicates)
    )
    return Policy("drawn", "A $drawn$ policy", Versions((Dated(POLICY_DAY, criteria, RULE),)))


def test_a_policys_picture_asks_its_questions_and_ends_in_answers() -> None:
    age, hours = FACTS["age"], FACTS["needed_hours_per_week"]
    safe = FACTS["dangerous"].equals(False)
    drawn = policy(hours.between(6, 20) & ((hours >= 9) | (age < 18)), hours >= 6, safe)
    said = words(policy_picture(drawn, on=POLICY_DAY))

    assert sorted(said) == sorted(
        [
            "A $drawn$ policy",
            *("age", "at least 18 years", "at most 17 years"),
            *("needed hours per week", "between 9 and 20 hours"),
            *("at least 6 hours and less", "than 9 hours"),
            *("less than 6 hours or more", "than 20 hours"),
            *("dangerous", "false", "true"),
            *("eligible", "not eligible", "not eligible", "not eligible"),
        ]
    )


@pytest.mark.parametrize(
    ("predicate", "end"), [(AllOf(()), "eligible"), (AnyOf(()), "not eligible")]
)
def test_a_policy_that_asks_nothing_has_a_picture_all_the_same(
    predicate: Predicate, end: str
) -> None:
    said = words(policy_picture(policy(predicate), on=POLICY_DAY))
    assert sorted(said) == sorted(["A $drawn$ policy", end])


@pytest.mark.parametrize("shipped", POLICIES, ids=lambda shipped: shipped.name)
def test_every_shipped_policy_has_a_picture_of_the_same_bytes_each_time(shipped: Policy) -> None:
    for version in shipped.versions.dated:
        svg = policy_picture(shipped, on=version.since)
        assert svg == policy_picture(shipped, on=version.since)
        assert {"eligible", "not eligible"} <= set(words(svg))
    assert policy_picture(shipped, on=version.since, form="png").startswith(b"\x89PNG")


def test_a_picture_too_large_to_be_read_is_refused() -> None:
    facts: list[AnyFact] = [
        Fact(f"n{n}", YesNo(), "A switch.", lambda _, __: None) for n in range(40)
    ]
    counted = AtLeast(20, tuple(fact.equals(True) for fact in facts))

    with pytest.raises(TooComplexError, match="100 questions"):
        policy_picture(policy(counted), on=POLICY_DAY)


def test_a_policys_picture_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"iopkit\[plots\]"):
        policy_picture(policy(AllOf(())), on=POLICY_DAY)


def test_a_picture_too_wide_to_be_read_is_refused() -> None:
    color: AnyFact = Fact("color", Number(0, 50, whole=True), "A color.", lambda _, __: None)
    facts: list[AnyFact] = [
        Fact(f"n{n}", YesNo(), "A switch.", lambda _, __: None) for n in range(50)
    ]
    each = tuple(color.equals(n) & fact.equals(True) for n, fact in enumerate(facts))

    with pytest.raises(TooComplexError, match="columns"):
        policy_picture(policy(AnyOf(each)), on=POLICY_DAY)


# Weeks.

PATIENT = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
MONDAY = date(2026, 1, 5)
WIDE_OPEN = Site("Elm Street", "America/Chicago", WeeklyWindows.of("monday 00:00-24:00"))


def weekly(name: str, *slots: str, minutes: int | None = 60, title: str = "") -> Service:
    timing = Weekly(tuple(map(Slot.parse, slots)))
    length = None if minutes is None else timedelta(minutes=minutes)
    return Service(name, title or f"The {name}", Modality.GROUP_THERAPY, timing, length)


def scheduled(*services: Service, weeks: int = 2, site: Site = WIDE_OPEN) -> Schedule:
    program = Program("program", "Program", (Phase("all", "All", weeks),), services)
    plan = Plan(PATIENT, PATIENT, site.name, program, MONDAY, 1)
    return schedule(plan, site)


def frames(svg: bytes) -> list[tuple[float, float, float, float, str]]:
    """Left, top, width, height and style of each block, in the order of drawing."""
    found = []
    for path in parsed(svg).iter(f"{SVG}path"):
        corners = re.findall(r"[ML] (\S+) (\S+)", path.get("d", ""))
        style = path.get("style", "")
        if len(corners) == 4 and "stroke: #000000" in style and "url" not in style:
            xs, ys = ([float(corner[n]) for corner in corners] for n in (0, 1))
            size = max(xs) - min(xs), max(ys) - min(ys)
            found.append((min(xs), min(ys), *size, style))
    return [frame for frame in found if frame[2] > 10]


def test_a_week_has_a_block_for_each_session_where_its_day_and_time_are() -> None:
    dated = scheduled(
        weekly("short", "monday 09:00", minutes=30),
        weekly("long", "monday 10:00", minutes=120),
        site=evolve(WIDE_OPEN, hours=WeeklyWindows.of("monday 08:00-20:00")),
    )
    first, second = frames(week_picture(dated, week=1))
    assert first[0] == second[0]
    assert second[3] == pytest.approx(4 * first[3], abs=0.01)
    assert second[1] - first[1] == pytest.approx(2 * first[3], abs=0.01)


def test_a_weeks_days_are_columns_from_the_plans_first_day() -> None:
    dated = scheduled(weekly("group", "monday 09:00"), weekly("talk", "thursday 09:00"))
    everyday = evolve(
        WIDE_OPEN, hours=WeeklyWindows.of("monday 08:00-20:00", "thursday 08:00-20:00")
    )
    dated = schedule(dated.plan, everyday)
    svg = week_picture(dated, week=2)
    monday, thursday = frames(svg)
    assert thursday[0] - monday[0] == pytest.approx(3 * 72 * COLUMN, abs=0.01)
    text = words(svg)
    assert text[0] == "Week 2: January 12 to 18, 2026"
    assert text[1:5] == ["Mon", "Jan 12", "Tue", "Jan 13"]
    assert {"9 am", "10 am", "The group", "9\N{EN DASH}10 am"} <= set(text)
    assert "8 am" not in text


def test_a_session_that_was_moved_says_so_and_has_a_dashed_edge() -> None:
    closed = Closure(MONDAY, MONDAY + timedelta(days=1), "Training")
    hours = WeeklyWindows.of("monday 08:00-20:00", "tuesday 08:00-20:00")
    dated = scheduled(
        weekly("group", "monday 09:00"), site=evolve(WIDE_OPEN, hours=hours, closures=(closed,))
    )
    moved, usual = (week_picture(dated, week=week) for week in (1, 2))
    assert "moved" in words(moved)
    assert "dasharray" in frames(moved)[0][4]
    assert "moved" not in words(usual)
    assert "dasharray" not in frames(usual)[0][4]


def test_days_of_random_tests_are_shown_only_when_asked_for() -> None:
    test = Service("test", "Test", Modality.DRUG_TESTING, RandomDays(1), timedelta(minutes=60))
    dated = scheduled(test)
    hidden, shown = (week_picture(dated, week=1, random_days=asked) for asked in (False, True))
    assert frames(hidden) == []
    assert "On a random day: Test." in words(hidden)
    assert len(frames(shown)) == 1
    assert "midnight\N{EN DASH}1 am" in words(shown)
    assert "On a random day: Test." not in words(shown)


def test_what_has_no_time_is_named_below_the_week() -> None:
    dated = scheduled(weekly("talk", "monday 09:00", minutes=None), weekly("group", "monday 10:00"))
    text = words(week_picture(dated, week=1))
    assert text[-1] == "No time yet: The talk."


def test_a_session_over_midnight_has_a_block_on_both_days_even_in_the_next_week() -> None:
    night = weekly("night", "sunday 23:00", minutes=120)
    site = evolve(WIDE_OPEN, hours=WeeklyWindows.of("sunday 20:00-24:00", "monday 00:00-06:00"))
    dated = scheduled(night, site=site)
    first, second = (frames(week_picture(dated, week=week)) for week in (1, 2))
    assert [len(first), len(second)] == [1, 2]
    assert min(second)[0] < min(first)[0], "on Monday, from the week before"


def test_a_service_looks_the_same_in_every_week() -> None:
    dated = scheduled(
        weekly("group", "monday 10:00"),
        Service(
            "talk",
            "Talk",
            Modality.GROUP_THERAPY,
            Once(2, (Slot.parse("monday 09:00"),)),
            timedelta(minutes=45),
        ),
    )
    pictures = [frames(week_picture(dated, week=week)) for week in (1, 2)]
    colors = [
        {color for *_, style in found for color in re.findall(r"fill: (#\w+)", style)}
        for found in pictures
    ]
    assert len(colors[0]) == 1
    assert len(colors[1]) == 2
    assert colors[0] < colors[1]


@pytest.mark.parametrize("title", ["from $5 to $10", "$\\nope$", "50 % & <more>", "a\\b x^2 {y}"])
def test_a_weeks_titles_are_shown_as_they_are_written(title: str) -> None:
    svg = week_picture(scheduled(weekly("group", "monday 09:00", title=title)), week=1)
    assert title in " ".join(words(svg))
    assert b"Oblique" not in svg, "a part is set as mathematics"


def letters(svg: bytes) -> Iterator[tuple[float, float, list[float]]]:
    """Where each letter in a block begins, and the block's left, top, width and height."""
    edges = {
        shape.get("id"): [float(edge.get(name, "nan")) for name in ("x", "y", "width", "height")]
        for shape in parsed(svg).iter(f"{SVG}clipPath")
        for edge in shape
    }
    for group in parsed(svg).iter(f"{SVG}g"):
        clip = re.fullmatch(r"url\(#(\w+)\)", group.get("clip-path", ""))
        for inner in group.iterfind(f"{SVG}g") if clip else ():
            numbers = [*map(float, re.findall(r"-?[\d.]+", inner.get("transform", "")))]
            for use in inner.iter(f"{SVG}use"):
                along = re.search(r"\((\S+)", use.get("transform", "(0 0)"))
                assert along
                assert clip
                yield numbers[0] + numbers[2] * float(along[1]), numbers[1], edges[clip[1]]


def test_letters_of_a_long_title_begin_within_their_block() -> None:
    title = "Supercalifragilisticexpialidocious group of very many words " * 9
    svg = week_picture(scheduled(weekly("group", "monday 09:00", title=title)), week=1)
    found = [*letters(svg)]
    assert len(found) > 40
    for x, y, (left, top, width, height) in found:
        assert left < x < left + width - 2
        assert top < y < top + height
    assert "In full: Supercalifragilisticexpialidocious" in " ".join(words(svg))


@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_week_gives_the_same_bytes_each_time(form: Literal["svg", "png"]) -> None:
    dated = scheduled(weekly("group", "monday 09:00"))
    first = week_picture(dated, week=1, form=form)
    assert week_picture(dated, week=1, form=form) == first
    assert week_picture(dated, week=2, form=form) != first
    assert first.startswith(b"\x89PNG" if form == "png" else b"<?xml")


@pytest.mark.parametrize("week", [0, 3, -1])
def test_a_week_that_the_plan_does_not_have_is_refused(week: int) -> None:
    with pytest.raises(InvalidError, match="from 1 to 2"):
        week_picture(scheduled(weekly("group", "monday 09:00")), week=week)


def test_a_weeks_picture_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    dated = scheduled(weekly("group", "monday 09:00"))
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"iopkit\[plots\]"):
        week_picture(dated, week=1)
