"""What is wrong inside a criterion, against trying every patient that it can tell apart."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import FACTS, Truth
from iopkit.eligibility import (
    AllOf,
    AnyFact,
    AnyOf,
    AtLeast,
    Between,
    Choice,
    Compare,
    Fact,
    FlawKind,
    Not,
    Number,
    OneOf,
    Operator,
    Predicate,
    Scalar,
    Values,
    YesNo,
    evaluate,
    facts_in,
)
from iopkit.eligibility.branches import Flaw, flaws_in
from iopkit.errors import Step
from iopkit.library import LADDERS, POLICIES
from iopkit.strategies import predicates

BEDS = Fact[object, int]("beds", Number(0, 9, whole=True), "Beds.", lambda _, __: None)
DOSE = Fact[object, float]("dose", Number(0, 9), "Dose.", lambda _, __: None)
OPEN = Fact[object, bool]("open", YesNo(), "Open.", lambda _, __: None)
SIZE = Fact[object, str]("size", Choice(("s", "m", "l"), ordered=True), "Size.", lambda _, __: None)
YES = OPEN.equals(True)

Told = list[tuple[str, str]]


def told(predicate: Predicate) -> Told:
    return [(flaw.where, flaw.kind.value) for flaw in flaws_in("c", predicate)]


@pytest.mark.parametrize(
    ("predicate", "found"),
    [
        pytest.param((BEDS >= 3) | (BEDS >= 5), [("parts[1]", "makes_no_difference")], id="wider"),
        pytest.param((BEDS >= 5) | (BEDS >= 3), [("parts[0]", "makes_no_difference")], id="first"),
        pytest.param((BEDS >= 3) & (BEDS >= 5), [("parts[0]", "makes_no_difference")], id="and"),
        pytest.param(
            ((BEDS >= 3) & (BEDS < 3)) | YES, [("parts[0]", "never_holds")], id="impossible"
        ),
        pytest.param(
            ((BEDS >= 3) | (BEDS < 3)) & YES, [("parts[0]", "always_holds")], id="for everybody"
        ),
        pytest.param(
            YES | (YES & (DOSE > 2)), [("parts[1]", "makes_no_difference")], id="within another"
        ),
        pytest.param(
            YES & (~YES | (DOSE > 2)), [("parts[1].parts[0]", "makes_no_difference")], id="dead"
        ),
        pytest.param(YES | YES, [("parts[1]", "repeated")], id="twice"),
        pytest.param(
            (BEDS >= 3) | ~(BEDS < 3) | YES, [("parts[1]", "repeated")], id="twice in other words"
        ),
        pytest.param(
            AtLeast(2, (YES, BEDS > 3, YES)), [("parts[2]", "repeated")], id="counted twice"
        ),
        pytest.param(
            AtLeast(1, (YES, (SIZE < "l") & (SIZE > "m"))),
            [("parts[1]", "never_holds")],
            id="not to be counted",
        ),
        pytest.param(AtLeast(1, (BEDS >= 3, BEDS >= 5)), [], id="a count is left alone"),
        pytest.param((BEDS < 3) | (BEDS > 3), [("", "hole")], id="hole"),
        pytest.param((BEDS <= 3) | (BEDS >= 5), [("", "hole")], id="hole between whole numbers"),
        pytest.param((DOSE < 3) | (DOSE > 3), [("", "hole")], id="hole in a line"),
        pytest.param((DOSE <= 3) | (DOSE >= 5), [], id="a gap is none"),
        pytest.param((BEDS <= 3) | (BEDS >= 6), [], id="nor one of two"),
        pytest.param((SIZE < "m") | (SIZE > "m"), [], id="nor a word"),
        pytest.param(BEDS.is_in(1, 2, 4), [], id="nor a list"),
        pytest.param((BEDS < 3) | BEDS.is_in(4, 6), [], id="nor bounds beside a list"),
        pytest.param((BEDS <= 3) | BEDS.between(5, 6), [("", "hole")], id="hole before a range"),
        pytest.param(~((BEDS < 3) | (BEDS > 3)), [("part", "hole")], id="hole, turned round"),
        pytest.param(YES & ((BEDS < 3) | (BEDS > 3)), [("parts[1]", "hole")], id="hole in a part"),
        pytest.param(
            (BEDS < 3) | ((BEDS > 3) & YES), [("", "hole")], id="hole beside another condition"
        ),
        pytest.param(
            AnyOf((AnyOf((BEDS < 3, BEDS > 3), label="not three"), BEDS.equals(3) & YES)),
            [("parts[0]", "hole"), ("parts[1].parts[0]", "makes_no_difference")],
            id="hole, closed for some",
        ),
        pytest.param(
            AnyOf((AnyOf((BEDS < 3, BEDS > 3), label="not three"), YES)),
            [("parts[0]", "hole")],
            id="hole, told once",
        ),
        pytest.param(OPEN.is_known & YES, [], id="to be known makes a difference"),
        pytest.param(BEDS >= 3, [], id="one question"),
        pytest.param(~(BEDS >= 3), [], id="its opposite"),
        pytest.param((BEDS >= 3) & ~(BEDS >= 3), [], id="the whole is not told"),
        pytest.param(
            YES & ((BEDS > 1) | (DOSE > 1) & ~(DOSE > 1)),
            [("parts[1].parts[1]", "never_holds")],
            id="the innermost is told",
        ),
        pytest.param(
            YES & ~((BEDS > 9) & (DOSE > 1)), [("parts[1].part.parts[0]", "never_holds")], id="not"
        ),
    ],
)
def test_a_branch_is_told_by_its_path(predicate: Predicate, found: Told) -> None:
    assert told(predicate) == found


def test_a_flaw_has_the_words_of_its_branch_and_what_it_leaves_out() -> None:
    (hole,) = flaws_in("limits", (DOSE < 2.5) | ((DOSE > 2.5) & YES))
    assert hole == Flaw(
        "limits",
        (),
        "dose is less than 2.5 or (dose is more than 2.5 and open is true)",
        FlawKind.HOLE,
        "dose",
        2.5,
    )
    (twice,) = flaws_in("limits", AllOf((YES, evolve(YES, label="the doors are open"))))
    assert (twice.path, twice.words) == (("parts", 1), "the doors are open")


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_shipped_policies_have_no_flaws(policy: object) -> None:
    for version in policy.versions.dated:  # type: ignore[attr-defined]
        for criterion in version.value:
            assert flaws_in(criterion.name, criterion.predicate) == ()


def test_shipped_ladders_have_no_flaws() -> None:
    rungs = [rung.policy for ladder in LADDERS for rung in ladder.rungs]
    criteria = [c for policy in rungs for version in policy.versions.dated for c in version.value]
    assert [flaws_in(c.name, c.predicate) for c in criteria] == [()] * len(criteria)


# Every patient.

TRIED: dict[str, list[Scalar | None]] = {
    "beds": [None, *range(10)],
    "open": [None, True, False],
    "size": [None, "s", "m", "l"],
}
SMALL: tuple[AnyFact, ...] = (BEDS, OPEN, SIZE)


def patients(predicate: Predicate) -> list[Values]:
    names = [fact.name for fact in dict.fromkeys(facts_in(predicate))]
    return [dict(zip(names, v, strict=True)) for v in product(*(TRIED[name] for name in names))]


def branches(
    node: Predicate, path: tuple[Step, ...], put: Callable[[Predicate], Predicate]
) -> Iterator[tuple[tuple[Step, ...], Predicate, Predicate, int, Callable[[Predicate], Predicate]]]:
    """Each part of each group: its path, itself, its group, its place, the group's place."""
    match node:
        case Not(part):
            yield from branches(part, (*path, "part"), lambda new: put(evolve(node, part=new)))
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            for n, part in enumerate(parts):

                def inside(new: Predicate, n: int = n) -> Predicate:
                    return put(evolve(node, parts=(*parts[:n], new, *parts[n + 1 :])))

                yield (*path, "parts", n), part, node, n, put
                yield from branches(part, (*path, "parts", n), inside)
        case _:
            pass


@given(predicates(SMALL))
def test_what_is_told_and_what_is_not_are_so_for_every_patient(predicate: Predicate) -> None:
    everybody = patients(predicate)
    whole = [evaluate(predicate, values) for values in everybody]
    found = {flaw.path: flaw for flaw in flaws_in("c", predicate) if flaw.kind is not FlawKind.HOLE}
    settled: list[tuple[Step, ...]] = []
    for path, part, group, place, put in branches(predicate, (), lambda new: new):
        truths = [evaluate(part, values) for values in everybody]
        hidden = any(path[: len(p)] == p for p in settled)
        if not {Truth.YES, Truth.NO} <= set(truths):
            settled.append(path)
        again = any(
            [evaluate(other, values) for values in everybody] == truths
            and set(facts_in(other)) == set(facts_in(part))
            for other in group.parts[:place]  # type: ignore[union-attr]
        )
        without = put(_rest(group, place))
        needless = all(
            was is evaluate(without, values)
            for was, values in zip(whole, everybody, strict=True)
            if was is not Truth.UNKNOWN
        )
        kind = found[path].kind if path in found else None
        if kind is FlawKind.NEVER_HOLDS:
            assert Truth.YES not in truths
        elif kind is FlawKind.ALWAYS_HOLDS:
            assert Truth.YES in truths
            assert Truth.NO not in truths
        elif kind is FlawKind.REPEATED:
            assert again
        elif kind is FlawKind.MAKES_NO_DIFFERENCE:
            assert not isinstance(group, AtLeast)
            assert needless
        elif not hidden and not any(path[: len(p)] == p or p[: len(path)] == path for p in found):
            # Nothing is told of it, of what is in it, or of what it is in, which is not always
            # the same.
            assert {Truth.YES, Truth.NO} <= set(truths)
            assert not again
            told_beside = any(p[:-1] == path[:-1] for p in found)
            assert isinstance(group, AtLeast) or told_beside or not needless


def _rest(group: Predicate, place: int) -> Predicate:
    """A group without one part, but with one of each of those that are told to be twice."""
    assert isinstance(group, AllOf | AnyOf | AtLeast)
    rest = tuple(part for n, part in enumerate(group.parts) if n != place)
    return AnyOf(rest) if isinstance(group, AtLeast) else evolve(group, parts=rest)


@st.composite
def bounded(draw: st.DrawFn) -> Predicate:
    """Any of some bounds on one number, perhaps with a condition, perhaps turned round."""
    ends = st.integers(0, 9)
    bound = st.builds(
        Compare, st.just(BEDS), st.sampled_from(list(Operator)[:4]), ends
    ) | st.builds(lambda two: Between(BEDS, *sorted(two)), st.tuples(ends, ends))
    with_more = bound | bound.map(lambda one: one & YES)
    parts = tuple(draw(st.lists(with_more, min_size=2, max_size=4)))
    shapes: list[Predicate] = [AnyOf(parts), Not(AnyOf(parts)), AllOf((AnyOf(parts), YES))]
    return draw(st.sampled_from(shapes))


@given(bounded())
def test_every_hole_is_told_and_nothing_else_is_called_one(predicate: Predicate) -> None:
    holes = {flaw.value for flaw in flaws_in("c", predicate) if flaw.kind is FlawKind.HOLE}
    node = predicate
    while not isinstance(node, AnyOf):
        node = node.part if isinstance(node, Not) else node.parts[0]  # type: ignore[union-attr]

    def truths(of: Predicate, value: int, more: dict[str, Scalar]) -> list[Truth]:
        return [evaluate(of, {**more, "beds": n}) for n in (value - 1, value, value + 1)]

    expected = set()
    for value, is_open in product(range(1, 9), (True, False)):
        more: dict[str, Scalar] = {"open": is_open}
        around = truths(predicate, value, more)
        if truths(node, value, more) == [Truth.YES, Truth.NO, Truth.YES] and around in (
            [Truth.YES, Truth.NO, Truth.YES],
            [Truth.NO, Truth.YES, Truth.NO],
        ):
            expected.add(value)
    assert holes == expected


def test_a_question_of_several_values_is_no_bound() -> None:
    assert told(AnyOf((OneOf(BEDS, (1, 2)), OneOf(BEDS, (4,))))) == []


def test_facts_of_one_name_cannot_be_told_apart() -> None:
    age = FACTS["age"]
    other = evolve(age, kind=Number(0, 9))
    with pytest.raises(ValueError, match="one fact of each name"):
        flaws_in("c", (age >= 3) | (other >= 3))
