"""Bills as CSV and HTML."""

import csv
import re
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from iopkit.charges import (
    Charge,
    ChargeRow,
    Charges,
    Marks,
    NotBilledReason,
    Refusal,
    Uncharged,
    charge_rows,
)
from iopkit.modalities import Delivery
from iopkit.reports import charges_csv, charges_html, charges_text
from iopkit.reports.tables import csv_table
from iopkit.schedules import HowGiven
from iopkit.sources import Grade, Source

DAY = date(2026, 2, 3)
FEES = Source("Fee schedule 3", Grade.LEGAL_TEXT)
LINE = Charge(
    DAY,
    1,
    "H0004",
    2,
    timedelta(minutes=30),
    (UUID(int=1),),
    Decimal("1050.00"),
    given=(HowGiven(Delivery.ON_SITE),),
    marks=Marks("11", ("HF",)),
    led_by=("Ash",),
    rate_source=FEES,
)
LATER = evolve(
    LINE, on=DAY + timedelta(weeks=1), week=2, sessions=(UUID(int=2),), rate_assumed=True
)
UNRATED = Charge(DAY, 1, "A1", 1, timedelta(hours=1), (UUID(int=3),), led_by=(None,), marks=Marks())
LEFT = Uncharged(UUID(int=4), DAY, 1, "test", 1, (Refusal(NotBilledReason.NO_CODE),))
CHARGES = Charges(
    UUID(int=9),
    "ours",
    2,
    (LINE, UNRATED, LATER),
    (LEFT,),
    attended=True,
    rates="fees",
    assumed_in_force=True,
)


def table(text: str) -> list[dict[str, str]]:
    return [*csv.DictReader(text.split("\n"), strict=True)]


def test_a_table_has_a_line_for_each_row_in_the_columns_of_rows() -> None:
    rows = table(charges_csv(CHARGES))
    assert [*rows[0]] == [each.name for each in fields(ChargeRow)]
    assert [row["kind"] for row in rows] == [row.kind.value for row in charge_rows(CHARGES)]
    line = rows[0]
    told = [line[name] for name in ("on", "units", "amount_usd", "rate_assumed", "why")]
    assert told == ["2026-02-03", "2", "2100.00", "no", ""]
    assert [row["rate_assumed"] for row in rows[:3]] == ["no", "", "yes"]


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@sum", "  =1", "\t=1", "\r\n=1", "\N{NO-BREAK SPACE}=1"]
)
def test_no_cell_is_a_formula(name: str) -> None:
    led = evolve(LINE, led_by=(name,))
    [line, *_] = table(charges_csv(Charges(UUID(int=9), name, 1, (led,))))
    assert line["coding"] == line["led_by"]
    assert line["led_by"].startswith("'")
    assert line["led_by"].strip("' ").endswith(name.strip()[-1])


@given(st.lists(st.text(), min_size=1))
def test_each_text_of_a_table_is_one_cell_of_one_line(texts: list[str]) -> None:
    written = csv_table([texts, texts])
    assert written.count("\n") == 1
    first, second = csv.reader(written.split("\n"), strict=True)
    assert first == second
    assert len(first) in ({len(texts)} if any(first) or len(texts) > 1 else {0, 1})
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in first)


def parsed(page: str) -> Element:
    return fromstring(page)  # noqa: S314  # our own


def texts(part: Element) -> list[str]:
    return ["".join(each.itertext()).strip() for each in part]


def test_a_page_has_lines_week_by_week_sums_and_what_is_left() -> None:
    page = parsed(charges_html(CHARGES))
    assert page.get("class") == "iopkit-charges"
    assert page.findtext("h2") == "Charges for the sessions attended"
    heads = page.findall("table/thead/tr")
    assert texts(heads[0])[:6] == ["Week", "Day", "Code", "Units", "Rate", "Amount"]
    rows = page.findall("table/tbody/tr")
    assert [row.get("class") for row in rows] == [
        *("line", "line", "week"),
        *("line", "week", "total"),
    ]
    line = ["1", "Tue 2026-02-03", "H0004", "2", "1,050.00", "2,100.00"]
    assert texts(rows[0]) == [*line, "11", "HF", "in person", "Ash"]
    unrated = ["1", "Tue 2026-02-03", "A1", "1", "not known", "not known"]
    assert texts(rows[1]) == [*unrated, "", "", "", "not known"]
    assert texts(rows[3])[4] == "1,050.00 (assumed in force)"
    missing = "as there is no rate for A1"
    assert texts(rows[2]) == ["Week 1", f"1 A1, 2 H0004: $2,100.00 and more, {missing}"]
    assert texts(rows[4]) == ["Week 2", "2 H0004: $2,100.00"]
    assert texts(rows[5]) == ["Total", f"1 A1, 4 H0004: $4,200.00 and more, {missing}"]


def test_a_page_and_a_text_tell_the_same_beside_the_lines() -> None:
    page, text = parsed(charges_html(CHARGES)), charges_text(CHARGES)
    told = [words for part in page.findall("ul") for words in texts(part)]
    assert "H0004: Fee schedule 3 [T1]" in told
    assert "test, 1 session: no code for this kind of service" in told
    assert all(words in re.sub(r"\s+", " ", text) for words in told)
    heads = [part.text for part in page.findall("p")]
    assert heads == ["Not charged:", "Not known for a claim:", "Sources of the rates:"]


def test_a_page_says_first_what_is_to_be_told_first_and_shows_texts_as_they_are() -> None:
    led = evolve(LINE, led_by=("<b>Ash</b>",))
    page = charges_html(Charges(UUID(int=9), "ours", 1, (led,)), caution="Not eligible.")
    whole = parsed(page)
    assert whole.findtext("p/strong") == "Not eligible."
    assert texts(whole.findall("table/tbody/tr")[0])[-1] == "<b>Ash</b>"
    assert parsed(charges_html(CHARGES)).find("p/strong") is None
