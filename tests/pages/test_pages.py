"""Every page of HTML that iopkit writes can be read on any screen, on paper and by ear."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest

from iopkit import (
    Patient,
    Site,
    draft,
    find_policy,
    find_program,
    from_json,
    from_toml,
    schedule,
)
from iopkit.charges import itemize
from iopkit.cli.clinic_files import read_clinic
from iopkit.cli.files import Own
from iopkit.clinics import run_clinic
from iopkit.library import CODINGS, LEVEL_FIGURES, RATES, find_coding, find_rates
from iopkit.plan_costs import costs_of_plan
from iopkit.plans import continue_care
from iopkit.plots import week_picture
from iopkit.reports import (
    charges_html,
    clinic_html,
    decision_html,
    plan_costs_html,
    plan_html,
)

EXAMPLES = files("iopkit") / "examples"
START = date(2026, 1, 12)


def _embedded(section: str) -> str:
    """A section in a page of its user's own, as it has no styles."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8" />'
        '<meta name="viewport" content="width=device-width" /><title>Ours</title></head>'
        f"<body><main><h1>Ours</h1>{section}</main></body></html>\n"
    )


@lru_cache(maxsize=1)
def written() -> Mapping[str, str]:
    """All pages, of the shipped examples."""
    patient = from_json(Patient, (EXAMPLES / "patient.json").read_bytes())
    site = from_toml(Site, (EXAMPLES / "site.toml").read_bytes())
    policy = find_policy("us-medicare-iop")
    nobody_known = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
    decisions = [policy.decide(each, on=START) for each in (patient, nobody_known)]
    program = find_program("matrix-16-week")
    plan = draft(program, patient, site, start=START, seed=2026, decisions=decisions[:1])
    after = continue_care(plan, patient, site)
    dated, dated_after = schedule(plan, site), schedule(after, site)
    picture, rates = week_picture(dated, week=1), find_rates("us-md-medicaid")
    charges = itemize(dated, find_coding("us-md-medicaid"), rates=rates)
    costs = costs_of_plan(dated, site, patient, codings=CODINGS, rates=RATES, figures=LEVEL_FIGURES)
    clinic = read_clinic(Path(str(EXAMPLES / "clinic")), Own()).clinic
    run = run_clinic(clinic, as_of=datetime(2026, 1, 12, tzinfo=UTC))
    return {
        "decision": _embedded(decision_html(decisions[0])),
        "undetermined decision": _embedded(decision_html(decisions[1])),
        "charges": _embedded(charges_html(charges, caution=plan.caution)),
        "costs": _embedded(plan_costs_html(costs)),
        "plan": plan_html(plan, dated, picture=picture, site=site, after=after),
        "plan without dates": plan_html(plan),
        "continuing care": plan_html(after, dated_after, week=2, site=site),
        "clinic": clinic_html(run),
    }


SECTIONS = ("decision", "undetermined decision", "charges", "costs")
PAGES = (*SECTIONS, "plan", "plan without dates", "continuing care", "clinic")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_one_file_without_a_script(name: str) -> None:
    page = ET.fromstring(written()[name])  # noqa: S314  # our own text
    for element in page.iter():
        assert element.tag not in {"script", "iframe", "object", "embed", "link", "form", "base"}
        for attribute, value in element.items():
            assert not attribute.startswith("on"), attribute
            if attribute in {"href", "src"}:
                assert value.startswith(("#", "data:image/")), value


@pytest.mark.parametrize("name", PAGES)
def test_each_link_of_a_page_leads_to_one_place(name: str) -> None:
    page = ET.fromstring(written()[name])  # noqa: S314  # our own text
    ids = [element.get("id") for element in page.iter() if element.get("id") is not None]
    assert len(ids) == len(set(ids))
    for element in page.iter("a"):
        assert element.get("href", "")[1:] in ids


def _faults(browser: Any) -> list[tuple[str, str]]:
    """The rules that the page breaks that is shown, each with the first element that does."""
    found = browser.evaluate("axe.run({resultTypes: ['violations']})")
    return [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]


def _open(browser: Any, page: str, folder: Path, axe: str) -> None:
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    browser.open(file)
    browser.evaluate(axe)


@pytest.mark.parametrize("name", PAGES)
def test_a_browser_shows_and_prints_a_page_without_a_fault(
    name: str, browser: Any, axe: str, tmp_path: Path
) -> None:
    _open(browser, written()[name], tmp_path, axe)
    for width, height, media in ((1280, 800, ""), (390, 844, ""), (700, 990, "print")):
        browser.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        browser.ask("Emulation.setEmulatedMedia", media=media)
        assert _faults(browser) == [], f"{width} px {media}"
        wide = browser.evaluate("document.scrollingElement.scrollWidth")
        assert wide <= width or name in SECTIONS, f"{width} px {media}"
    assert b64decode(browser.ask("Page.printToPDF")["data"]).startswith(b"%PDF-")


def test_a_phone_breaks_no_verdict_within_its_word(browser: Any, axe: str, tmp_path: Path) -> None:
    page = written()["clinic"]
    assert ">unmet</span>" in page
    _open(browser, page.replace(">unmet</span>", ">undetermined</span>"), tmp_path, axe)
    screen = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.ask("Emulation.setDeviceMetricsOverride", **screen)
    browser.ask("Emulation.setEmulatedMedia", media="")
    words = (
        "[...document.querySelectorAll('table span, table a')]"
        ".filter(e => /^\\w{1,12}$/.test(e.textContent))"
    )
    assert "undetermined" in browser.evaluate(f"{words}.map(e => e.textContent)")
    assert browser.evaluate(f"{words}.filter(e => e.getClientRects().length > 1).length") == 0
    assert browser.evaluate("document.scrollingElement.scrollWidth") <= 390


def test_the_browser_tells_what_is_wrong_with_a_page(
    browser: Any, axe: str, tmp_path: Path
) -> None:
    faulty = _embedded('<p style="color: #bbb">pale</p><img src="data:image/png;base64,AA" />')
    _open(browser, faulty, tmp_path, axe)
    assert {rule for rule, _ in _faults(browser)} == {"color-contrast", "image-alt"}
