"""What versions did to shipped rules is what the changelog says and what is shipped."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import Decision, InvalidError, LevelOfCare, find_policy
from iopkit.cli import main
from iopkit.eligibility import FactSheet
from iopkit.levels import AgeGroup, hour_band
from iopkit.library import (
    CODINGS,
    LADDERS,
    POLICIES,
    RATES,
    REQUIREMENTS,
    ChangedRule,
    Happened,
    RuleChange,
    RuleKind,
    affected,
    find_ladder,
    rules_since,
)
from iopkit.library.rule_changes import RULE_CHANGES, version_of
from iopkit.library.rule_reports import rules_text

ROOT = Path(__file__).parent.parent.parent


# What is shipped.


def first_days(kind: RuleKind) -> Mapping[str, set[date | None]]:
    """For each shipped rule of a kind, the first day of each of its versions."""
    match kind:
        case RuleKind.POLICY:
            return {one.name: {d.since for d in one.versions.dated} for one in POLICIES}
        case RuleKind.REQUIREMENTS:
            return {one.name: {d.since for d in one.versions.dated} for one in REQUIREMENTS}
        case RuleKind.CODING:
            return {one.name: {d.since for d in one.versions.dated} for one in CODINGS}
        case RuleKind.LADDER:
            return {
                ladder.name: {
                    version.since
                    for rung in ladder.rungs
                    for policy in (rung.policy, *rung.others)
                    for version in policy.versions.dated
                }
                for ladder in LADDERS
            }
        case RuleKind.RATES:
            return {table.name: {rate.since for rate in table.rates} for table in RATES}
        case RuleKind.HOUR_BAND:
            numbers = [f"{whole}.{part}" for whole in range(5) for part in range(10)]
            levels = [level for number in ["1", "4", *numbers] for level in level_of(number)]
            return {
                f"{level.number} {group.value}": {None}
                for level in levels
                for group in AgeGroup
                if hour_band(level, group)
            }


def level_of(number: str) -> Iterator[LevelOfCare]:
    try:
        yield LevelOfCare(number)
    except InvalidError:
        return


def ends(kind: RuleKind, rule: ChangedRule) -> set[date | None]:
    """The days on which a shipped rule ends, of itself or as a later version begins."""
    if kind is RuleKind.RATES:
        return {rate.end for t in RATES if t.name == rule.name for rate in t.rates}
    own = {
        version.end
        for of, listed in ((RuleKind.POLICY, POLICIES), (RuleKind.REQUIREMENTS, REQUIREMENTS))
        for one in listed
        for version in one.versions.dated
        if (of, one.name) == (kind, rule.name) and rule.since in (None, version.since)
    } - {None}
    days = sorted(day for day in first_days(kind)[rule.name] if day)
    return own | {day for day in days if rule.since is None or day > rule.since}


def listed(happened: Happened, kind: RuleKind) -> list[ChangedRule]:
    return [
        rule
        for change in RULE_CHANGES
        if (change.happened, change.kind) == (happened, kind)
        for rule in change.rules
    ]


@pytest.mark.parametrize("kind", RuleKind)
def test_each_version_of_each_shipped_rule_was_added_once(kind: RuleKind) -> None:
    added = sorted((rule.name, str(rule.since)) for rule in listed(Happened.ADDED, kind))
    shipped = sorted((name, str(day)) for name, days in first_days(kind).items() for day in days)
    assert added == shipped, "interchange/rule_changes.py has what is shipped, and no more"


@pytest.mark.parametrize("kind", RuleKind)
def test_what_was_corrected_is_there(kind: RuleKind) -> None:
    for rule in listed(Happened.CORRECTED, kind):
        assert rule.since in {None, *first_days(kind)[rule.name]}


@pytest.mark.parametrize("kind", RuleKind)
def test_what_ended_has_an_end(kind: RuleKind) -> None:
    for rule in listed(Happened.ENDED, kind):
        assert rule.end in ends(kind, rule)


def test_an_end_is_found_where_there_is_one() -> None:
    carolina = ChangedRule("us-nc-medicaid-iop", date(2023, 4, 30))
    assert ends(RuleKind.POLICY, carolina) == {date(2025, 1, 1), date(2026, 1, 1)}
    assert ends(RuleKind.POLICY, ChangedRule("us-medicare-iop", date(2024, 1, 1))) == set()
    assert ends(RuleKind.RATES, ChangedRule("us-md-medicaid")) == {
        *(date(2020, 7, 1), date(2023, 7, 1)),
    }


def test_policies_and_criteria_that_a_change_names_are_there() -> None:
    known = {policy.name: policy for policy in POLICIES}
    known |= {rung.policy.name: rung.policy for ladder in LADDERS for rung in ladder.rungs}
    for change in RULE_CHANGES:
        named = [*change.policies]
        if change.kind is RuleKind.POLICY:
            named += [rule.name for rule in change.rules]
        assert set(named) <= set(known)
        names = {
            criterion.name
            for name in named
            for version in known[name].versions.dated
            for criterion in version.value
        }
        assert names.issuperset(change.criteria)


# The changelog.


def words_of(text: str) -> str:
    return " ".join(text.split())


def fragments() -> dict[str, str]:
    """What is told of rules and not released yet, by the name of the file."""
    files = (ROOT / "changes").glob("*.rules*.md")
    return {file.name: words_of(file.read_text(encoding="utf-8")) for file in files}


def released(changelog: str) -> dict[str, set[str]]:
    """What is told of rules by each released version, without the numbers of issues."""
    told: dict[str, set[str]] = {}
    version = heading = ""
    for block in re.split(r"\n(?=## |### |- )", changelog):
        if block.startswith("## "):
            version = block.split()[1]
            told[version] = set()
        elif block.startswith("### "):
            heading = block.splitlines()[0]
        elif block.startswith("- ") and heading == "### Rules" and version:
            text = re.sub(r"( \(#\d+(, #\d+)*\))+$", "", words_of(block.removeprefix("- ")))
            told[version].add(text)
    return told


def told_by_table(changes: tuple[RuleChange, ...]) -> dict[str, tuple[str, str]]:
    """For each fragment, its version and what its entries say, each sentence once."""
    words: dict[str, list[str]] = {}
    for change in changes:
        words.setdefault(change.fragment, []).append(change.words)
    versions = {change.fragment: change.version for change in changes}
    return {name: (versions[name], " ".join(dict.fromkeys(said))) for name, said in words.items()}


def differences(
    changes: tuple[RuleChange, ...], pending: Mapping[str, str], changelog: str
) -> list[str]:
    """Where the table and the changelog do not say the same of rules."""
    done = released(changelog)
    found: list[str] = []
    told = told_by_table(changes)
    for name, (version, words) in told.items():
        if name in pending:
            found += [f"{name}: other words"] * (pending[name] != words)
            found += [f"{name}: {version} is released"] * (version in done)
        else:
            found += [f"{name}: not in {version}"] * (words not in done.get(version, set()))
    found += [f"{name}: not in the table" for name in pending if name not in told]
    known = {(version, words) for version, words in told.values()}
    for version, texts in done.items():
        found += [f"{version}: not in the table: {t}" for t in texts if (version, t) not in known]
    return found


def test_the_table_says_what_the_changelog_says() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert differences(RULE_CHANGES, fragments(), changelog) == []


RELEASED = """# Changelog

<!-- released changes start here -->
## 0.2.0 (2026-09-01)

### Added

- Something new. (#9)

### Rules

- New hours,
  from a code. (#7, #8)
- Another. (#8)


## 0.1.0 (2026-06-01)

### Rules

- The first. (#1)
"""


def entry(version: str, words: str, fragment: str) -> RuleChange:
    rules = (ChangedRule("us-medicare-iop"),)
    return RuleChange(version, Happened.CORRECTED, RuleKind.POLICY, rules, words, fragment)


TABLE = (
    entry("0.1.0", "The first.", "1.rules.md"),
    entry("0.2.0", "New hours,", "7.rules.md"),
    entry("0.2.0", "from a code.", "7.rules.md"),
    entry("0.2.0", "from a code.", "7.rules.md"),
    entry("0.2.0", "Another.", "8.rules.md"),
    entry("0.3.0", "To come.", "9.rules.md"),
)
PENDING = {"9.rules.md": "To come."}


def test_after_a_release_the_changelog_is_what_counts() -> None:
    assert differences(TABLE, PENDING, RELEASED) == []


@pytest.mark.parametrize(
    ("table", "pending", "found"),
    [
        (TABLE[1:], PENDING, ["0.1.0: not in the table: The first."]),
        (TABLE[:-1], PENDING, ["9.rules.md: not in the table"]),
        (TABLE, {"9.rules.md": "Else."}, ["9.rules.md: other words"]),
        (TABLE, {}, ["9.rules.md: not in 0.3.0"]),
        (
            (*TABLE[:-1], entry("0.2.0", "To come.", "9.rules.md")),
            PENDING,
            ["9.rules.md: 0.2.0 is released"],
        ),
        (
            (entry("0.2.0", "The first.", "1.rules.md"), *TABLE[1:]),
            PENDING,
            ["1.rules.md: not in 0.2.0", "0.1.0: not in the table: The first."],
        ),
    ],
    ids=["missing", "pending missing", "other words", "nowhere", "too early", "other version"],
)
def test_what_the_table_and_the_changelog_do_not_share_is_found(
    table: tuple[RuleChange, ...], pending: Mapping[str, str], found: list[str]
) -> None:
    assert differences(table, pending, RELEASED) == found


# Versions.


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("0.0.0", "0.1.0"), ("0.9", "0.10"), ("0.1", "0.1.1"), ("1.9.9", "2"), ("0", "0.0.1")],
)
def test_versions_are_compared_by_their_numbers(earlier: str, later: str) -> None:
    assert version_of(earlier) < version_of(later)


def test_zeros_at_the_end_make_no_other_version() -> None:
    assert version_of("1") == version_of("1.0") == version_of("1.0.0")
    assert version_of("0.0.0") == ()


@given(st.lists(st.integers(0, 999_999_999), min_size=1, max_size=10))
def test_any_numbers_are_a_version(numbers: list[int]) -> None:
    found = version_of(".".join(map(str, numbers)))
    assert [*found, *[0] * (len(numbers) - len(found))] == numbers


@pytest.mark.parametrize(
    "text",
    ["", "v1", "0.1rc1", "0..1", ".1", "1.", "-1", "1,0", "١.٢", "1\n", "9" * 5_000, "latest"],
)
def test_anything_else_is_no_version(text: str) -> None:
    with pytest.raises(InvalidError, match=r"numbers with dots between, such as 0\.1\.0"):
        version_of(text)
    with pytest.raises(InvalidError):
        rules_since(text)
    with pytest.raises(InvalidError):
        affected((), since=text)


# Changes.


@pytest.mark.parametrize(
    ("happened", "rules"),
    [
        (Happened.ADDED, ()),
        (Happened.ADDED, (ChangedRule("x", end=date(2026, 1, 1)),)),
        (Happened.CORRECTED, (ChangedRule("x"), ChangedRule("y", end=date(2026, 1, 1)))),
        (Happened.ENDED, (ChangedRule("x"),)),
        (Happened.ENDED, (ChangedRule("x", end=date(2026, 1, 1)), ChangedRule("y"))),
    ],
    ids=["none", "added and ended", "corrected and ended", "no end", "one without an end"],
)
def test_a_change_has_rules_and_ends_where_they_ended(
    happened: Happened, rules: tuple[ChangedRule, ...]
) -> None:
    with pytest.raises(InvalidError) as refused:
        RuleChange("0.1.0", happened, RuleKind.POLICY, rules, "Words.", "1.rules.md")
    assert [fault.path for fault in refused.value.faults] == [("rules",)]


def test_a_change_has_a_version() -> None:
    with pytest.raises(InvalidError):
        entry("next", "Words.", "1.rules.md")


def test_changes_come_in_the_order_of_versions() -> None:
    table = (TABLE[-1], *TABLE[:-1], entry("0.10.0", "Last.", "10.rules.md"))
    found = [change.version for change in rules_since("0.1.0", changes=table)]
    assert found == ["0.2.0", "0.2.0", "0.2.0", "0.2.0", "0.3.0", "0.10.0"]
    assert rules_since("0.10", changes=table) == ()


def test_before_the_first_version_everything_is_new() -> None:
    assert set(rules_since("0.0.0")) == set(RULE_CHANGES)
    assert rules_since("9") == ()


# Decisions.

ON = date(2026, 1, 5)
FIRST = date(2024, 1, 1)


def decided(name: str = "us-medicare-iop", on: date = ON) -> Decision:
    return find_policy(name).decide_sheet(FactSheet.of((), {}, on=on))


def change(
    happened: Happened,
    *rules: ChangedRule,
    kind: RuleKind = RuleKind.POLICY,
    **more: Any,
) -> RuleChange:
    return RuleChange("0.2.0", happened, kind, rules, "Words.", "1.rules.md", **more)


def test_decisions_by_a_corrected_policy_are_affected_in_their_order() -> None:
    mine, other, later = decided(), decided("us-medicare-php"), decided(on=date(2026, 2, 1))
    corrected = (change(Happened.CORRECTED, ChangedRule("us-medicare-iop", FIRST)),)
    found = affected([later, other, mine], since="0.1.0", changes=corrected)
    assert found == (later, mine)
    assert affected([later, other, mine], since="0.2.0", changes=corrected) == ()
    assert affected(iter([mine]), since="0.1.9", changes=corrected) == (mine,)


def test_a_correction_of_another_version_of_the_policy_affects_nobody() -> None:
    earlier, later = (
        decided("us-nc-medicaid-iop", on) for on in (date(2024, 12, 31), date(2026, 1, 1))
    )
    for rule, found in (
        (ChangedRule("us-nc-medicaid-iop", date(2023, 4, 30)), (earlier,)),
        (ChangedRule("us-nc-medicaid-iop", date(2026, 1, 1)), (later,)),
        (ChangedRule("us-nc-medicaid-iop"), (earlier, later)),
    ):
        corrected = (change(Happened.CORRECTED, rule),)
        assert affected([earlier, later], since="0.1.0", changes=corrected) == found


def test_of_criteria_that_were_corrected_one_must_have_been_judged() -> None:
    decision = decided()
    name = decision.results[0].criterion.name
    for criteria, found in (((name, "other"), (decision,)), (("other",), ()), ((), (decision,))):
        corrected = change(Happened.CORRECTED, ChangedRule("us-medicare-iop"), criteria=criteria)
        assert affected([decision], since="0.1.0", changes=(corrected,)) == found


def test_what_ended_affects_decisions_from_its_end_on() -> None:
    end = date(2026, 3, 1)
    before, after = decided(on=end - timedelta(days=1)), decided(on=end)
    ended = (change(Happened.ENDED, ChangedRule("us-medicare-iop", FIRST, end)),)
    assert affected([before, after], since="0.1.0", changes=ended) == (after,)


def test_what_was_added_affects_nobody() -> None:
    added = (change(Happened.ADDED, ChangedRule("us-medicare-iop", FIRST)),)
    assert affected([decided()], since="0.1.0", changes=added) == ()


def test_rules_of_other_kinds_affect_only_the_policies_that_they_name() -> None:
    decision = decided()
    rule = ChangedRule("us-medicare-iop", FIRST)
    requirements = change(Happened.CORRECTED, rule, kind=RuleKind.REQUIREMENTS)
    assert affected([decision], since="0.1.0", changes=(requirements,)) == ()
    named = evolve(requirements, policies=("us-medicare-iop",))
    assert affected([decision], since="0.1.0", changes=(named,)) == (decision,)


def test_of_a_ladder_the_rungs_that_are_named_were_corrected() -> None:
    sheet = FactSheet.of((), {}, on=ON)
    rungs = find_ladder("us-public-rules").rungs
    decisions = [rung.policy.decide_sheet(sheet) for rung in rungs]
    ladder = change(
        Happened.CORRECTED,
        ChangedRule("us-public-rules", date(2025, 4, 2)),
        kind=RuleKind.LADDER,
        policies=("us-public-rules-3.5", "us-public-rules-3.7"),
    )
    found = affected(decisions, since="0.0.0", changes=(ladder,))
    assert [decision.policy for decision in found] == [
        *("us-public-rules-3.5", "us-public-rules-3.7"),
    ]


def test_of_what_is_shipped_suitability_alone_was_corrected() -> None:
    suited = decided("iop-suitability", date(2026, 1, 30))
    assert affected([decided(), suited], since="0.0.0") == (suited,)


# What people read.


def test_a_sentence_of_several_kinds_is_said_once() -> None:
    text = rules_text(rules_since("0.0.0"))
    assert text.count("The policy and the requirement set of Medicare") == 1
    assert "\n  requirement sets:\n    us-medicare-iop, from 2024-01-01" in text


def test_an_end_and_what_a_change_names_are_told() -> None:
    rule = ChangedRule("us-medicare-iop", FIRST, date(2026, 3, 1))
    ended = change(Happened.ENDED, rule, policies=("a", "b"), criteria=("c",))
    assert rules_text([ended]) == (
        "0.2.0, ended: Words.\n  policies:\n"
        "    us-medicare-iop, from 2024-01-01, up to 2026-02-28\n    in a, b, c"
    )


def test_the_command_line_tells_of_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--since", "0.0.0"]) == 0
    assert capsys.readouterr().out == f"{rules_text(rules_since('0.0.0'))}\n"
    assert main(["rules", "--since", "9.1"]) == 0
    assert capsys.readouterr().out == (
        "no shipped rule was added, ended, corrected or dated after 9.1\n"
    )
    assert main(["rules", "--since", "0.0.0", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["since"] == "0.0.0"
    assert len(document["changes"]) == len(RULE_CHANGES)
    assert {key: value for key, value in document["changes"][-1].items() if key != "words"} == {
        "version": "0.1.0",
        "happened": "dated",
        "kind": "coding",
        "rules": [{"name": "us-h0015", "since": "2023-04-30", "end": None}],
        "policies": [],
        "criteria": [],
    }
