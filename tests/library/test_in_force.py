"""From when to when each shipped rule is in force, day by day as the sources give it."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from iopkit.charges import CodingScheme
from iopkit.cli import main
from iopkit.documents import from_json, to_json
from iopkit.eligibility import FactSheet, Policy
from iopkit.errors import NotInForceError
from iopkit.library import CODINGS, LADDERS, POLICIES, REQUIREMENTS, find_policy, find_requirements
from iopkit.requirements import RequirementSet
from iopkit.sources import Dated, Versions

DAY = timedelta(days=1)
README = date(2026, 1, 12)

Rules = Policy | RequirementSet | CodingScheme
Span = tuple[str, str | None]

# The day from which a text says that a rule is in force, and which text; or the day of the copy.
LEGAL = {
    "us-ca-orange-iop": ("2018-07-01", "Orange County"),  # "starting on July 1, 2018"
    "us-ca-orange-op": ("2018-07-01", "Orange County"),
    "us-il-iop": ("2025-04-02", "77 Ill. Adm. Code 2060.410"),  # adopted anew, dhs.state.il.us
    "us-il-level-1": ("2025-04-02", "77 Ill. Adm. Code 2060.410"),
    "us-medicare-iop": ("2024-01-01", "42 CFR 4"),  # 88 FR 82177
    "us-medicare-otp-iop": ("2024-01-01", "42 CFR 4"),
    "us-medicare-php": ("2024-01-01", "42 CFR 4"),
    "us-nc-medicaid-iop": ("2026-01-01", "policy 8A-12"),  # effective, promulgated 2026-01-02
    "us-nc-medicaid-php": ("2026-01-01", "policy 8A-13"),
    "us-tx-iop": ("2024-04-30", "26 TAC 564.901"),  # transferred, 49 TexReg 2197
    "us-va-licensed-iop": ("2023-02-17", "12VAC35-105-17"),  # Virginia Register 39:11
}
COPIES = {
    "aetna-level-2-1": "2026-01-07",
    "hcpcs-h0015": "2026-01-07",
    "iop-suitability": "2026-01-07",
    "samhsa-iop": "2021-12-31",
    "teds-iop": "2026-01-07",
    "us-al-iop": "2026-01-07",
    "us-dc-iop": "2017-09-13",
    "us-in-medicaid-iop": "2026-01-07",
    "us-ks-iop": "2026-01-07",
    "us-md-iop": "2026-01-07",
    "us-md-level-1": "2024-11-01",
    "us-nc-day-treatment": "2026-01-07",
    "us-nc-sacot": "2026-01-07",
    "us-ne-iop": "2026-01-07",
    "us-nj-iop": "2024-09-16",
    "us-nj-op": "2024-09-16",
    "us-nj-partial-care": "2024-09-16",
    "us-va-medicaid-iop": "2026-01-07",
    "us-wa-former-iop": "2015-12-31",
}
# Last days: of which rule, up to when, and whether that is the latest it can be.
ENDED = {
    "us-dc-iop": ("2024-06-20", True),  # renumbered in copies through 2024-06-21
    "us-nc-medicaid-iop": ("2024-12-31", False),  # limits taken out from 2025-01-01
    "us-wa-former-iop": ("2018-03-31", False),  # WSR 18-06-043 from 2018-04-01
}
GONE = {"us-dc-iop", "us-wa-former-iop"}
BOTH: list[Policy | RequirementSet] = [*POLICIES, *REQUIREMENTS]


def name_of(rules: Rules) -> str:
    return f"{type(rules).__name__}-{rules.name}"


def test_each_rule_has_its_row() -> None:
    assert {rules.name for rules in BOTH} == LEGAL.keys() | COPIES.keys()
    assert not LEGAL.keys() & COPIES.keys()
    ended = {r.name for r in BOTH for version in r.versions.dated if version.end}
    assert ended == set(ENDED)


@pytest.mark.parametrize("rules", BOTH, ids=name_of)
def test_the_newest_version_begins_as_its_source_says(rules: Policy | RequirementSet) -> None:
    newest: Dated[Any] = rules.versions.dated[-1]
    if rules.name in LEGAL:
        day, citation = LEGAL[rules.name]
        assert newest.in_force_from == date.fromisoformat(day)
        assert newest.since_words == f"in force since {day}"
        assert citation in newest.source.citation
    else:
        day = COPIES[rules.name]
        assert newest.in_force_from is None
        assert newest.seen_in_copy_of == date.fromisoformat(day)
        assert newest.since_words == f"seen in a copy of {day}, in force by then"


@pytest.mark.parametrize("rules", [r for r in BOTH if r.name in ENDED], ids=name_of)
def test_what_has_ended_is_refused_with_its_last_day_and_what_replaced_it(
    rules: Policy | RequirementSet,
) -> None:
    last, latest = ENDED[rules.name]
    version: Dated[Any] = rules.versions.dated[0]
    after = date.fromisoformat(last) + DAY
    assert version.end == after
    assert version.end_from_copy is latest
    assert version.since_from_copy
    assert rules.version(on=after - DAY).value == version.value
    with pytest.raises(NotInForceError) as caught:
        rules.version(on=after)
    said = str(caught.value)
    assert rules.name in said
    assert f"the last was in force up to {last}{' at the latest' if latest else ''}, " in said
    assert version.replaced_by is not None
    assert version.replaced_by in said


@pytest.mark.parametrize("rules", [r for r in BOTH if r.name == "us-tx-iop"], ids=name_of)
def test_texas_has_one_text_under_two_numbers(rules: Policy | RequirementSet) -> None:
    for day, text in (("2004-09-01", "25 TAC 448.901"), ("2024-04-30", "26 TAC 564.901")):
        version: Dated[Any] = rules.version(on=date.fromisoformat(day))
        assert (str(version.since), version.source.citation) == (day, text)
    older, newer = (len(version.value) for version in rules.versions.dated)
    assert older == newer
    with pytest.raises(NotInForceError, match="the first is from 2004-09-01"):
        rules.version(on=date(2004, 8, 31))


def test_between_north_carolinas_two_rules_both_days_are_told() -> None:
    for rules in (find_policy("us-nc-medicaid-iop"), find_requirements("us-nc-medicaid-iop")):
        with pytest.raises(NotInForceError) as caught:
            rules.version(on=date(2025, 5, 20))
        assert "up to 2024-12-31, replaced by policy 8A as revised in 2025" in str(caught.value)
        assert str(caught.value).endswith("; the next is from 2026-01-01")


# The day of the README.


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_each_policy_answers_on_the_day_of_the_readme_unless_it_has_ended(policy: Policy) -> None:
    sheet = FactSheet.of((), {}, on=README)
    if policy.name in GONE:
        with pytest.raises(NotInForceError):
            policy.decide_sheet(sheet)
    decision = policy.decide_sheet(sheet, assume_in_force=True)
    assert decision.assumed_in_force is (policy.name in GONE)
    assert decision.results


@pytest.mark.parametrize("rules", REQUIREMENTS, ids=lambda rules: rules.name)
def test_each_set_answers_on_the_day_of_the_readme_unless_it_has_ended(
    rules: RequirementSet,
) -> None:
    if rules.name in GONE:
        with pytest.raises(NotInForceError):
            rules.in_force(README)
    version = rules.version(on=README, assume_in_force=True)
    assert version.is_in_force(README) is (rules.name not in GONE)


def test_all_else_answers_on_the_day_of_the_readme() -> None:
    for coding in CODINGS:
        assert coding.version(on=README).value
    for ladder in LADDERS:
        assert all(rung.policy.version(on=README).value for rung in ladder.rungs)


# Documents and the command line.


@pytest.mark.parametrize("rules", [*BOTH, *CODINGS], ids=name_of)
def test_days_and_ends_outlive_a_document(rules: Rules) -> None:
    again = from_json(type(rules), to_json(rules))
    assert again == rules
    assert again.versions.spans == rules.versions.spans


def spans(versions: Versions[Any]) -> list[Span]:
    return [(str(first), str(end) if end else None) for first, end in versions.spans]


def test_lists_tell_from_when_to_when_rules_can_be_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["list", "policies"]) == 0
    rows = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert cells[0] == ["name", "usable from", "title"]
    shown = {name: usable for name, usable, *_ in cells[1:]}
    assert shown["us-dc-iop"] == "2017-09-13 to 2024-06-20"
    assert shown["us-nc-medicaid-iop"] == "2023-04-30 to 2024-12-31, 2026-01-01"
    assert shown["us-tx-iop"] == "2004-09-01"

    assert main(["list", "requirements", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    for rules in REQUIREMENTS:
        assert listed[rules.name]["title"] == rules.title
        days = [(span["since"], span["end"]) for span in listed[rules.name]["usable"]]
        assert days == spans(rules.versions)
