"""What documents would lose is refused on writing: fields that a subclass has of its own."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import attrs
import pytest

from iopkit import (
    FACTS,
    Finding,
    InvalidError,
    Patient,
    Policy,
    Site,
    Source,
    Truth,
    WeeklyWindows,
    from_json,
    to_json,
)
from iopkit.documents import predicate_from_json, to_document
from iopkit.eligibility import AllOf, Compare, Criterion
from iopkit.patients import Substance, SubstanceUseDisorder
from iopkit.sites import Closure
from iopkit.sources import Dated, Grade, Versions

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
OWN = Source("Our own rule", Grade.SECONDARY)
HOURS = WeeklyWindows.of("monday 09:00-17:00")


@attrs.frozen(repr=False)
class Registered(Patient):
    parish: str | None = None
    ward: int = 0


@attrs.frozen
class Reviewed(Criterion):
    reviewer: str = "nobody"


@attrs.frozen(repr=False)
class Staged(SubstanceUseDisorder):
    stage: int = 1


@attrs.frozen
class Told(Closure):
    told: bool = False


@attrs.frozen
class Weighed(Compare):
    weight: float = 1.0


def policy(criterion: Criterion) -> Policy:
    return Policy("own", "Ours", Versions((Dated(date(2024, 1, 1), (criterion,), OWN),)))


ADULT = FACTS["age"] >= 18
CASES = [
    pytest.param(Registered(KEY, parish="Orleans"), ["parish", "ward"], id="the value itself"),
    pytest.param(
        Patient(KEY, diagnoses=(Staged(Substance.ALCOHOL, 2),)), ["stage"], id="one of several"
    ),
    pytest.param(
        policy(Reviewed("adult", "Is an adult.", ADULT, OWN)), ["reviewer"], id="deep in a policy"
    ),
    pytest.param(
        Site("Elm", "UTC", HOURS, closures=(Told(date(2026, 1, 1), date(2026, 1, 2), "x"),)),
        ["told"],
        id="in a list",
    ),
]


@pytest.mark.parametrize("write", [to_json, to_document, lambda value: to_json((value,))])
@pytest.mark.parametrize(("value", "fields"), CASES)
def test_a_field_that_would_be_lost_is_named_and_not_shown(
    value: object, fields: list[str], write: Callable[[object], object]
) -> None:
    with pytest.raises(InvalidError) as caught:
        write(value)

    assert [fault.path[-1] for fault in caught.value.faults] == fields
    assert "Orleans" not in str(caught.value)


class Ours(Patient):
    """A subclass for its methods' sake."""

    __slots__ = ()


class Most(Compare):
    """The same of a class that is told apart from others by its name."""

    __slots__ = ()


def test_a_subclass_without_fields_of_its_own_is_written_as_its_class() -> None:
    somebody = Ours(KEY, date(1984, 5, 17))

    assert to_json(somebody) == to_json(Patient(KEY, date(1984, 5, 17)))
    assert type(from_json(Patient, to_json(somebody))) is Patient


def test_a_predicate_of_a_subclass_is_written_as_its_class() -> None:
    most = Most(FACTS["age"], ADULT.operator, 21)
    both = AllOf((most, ADULT))

    assert predicate_from_json(to_json(both)) == AllOf((FACTS["age"] >= 21, ADULT))


def test_a_value_of_another_class_is_told_in_words() -> None:
    site = Site("Elm", "UTC", HOURS)
    other: Site = attrs.evolve(site)
    object.__setattr__(other, "closures", (OWN,))

    with pytest.raises(InvalidError, match="expected a Closure, found a Source"):
        to_json(other)


@pytest.mark.parametrize("verdict", Truth)
def test_a_verdict_is_written_as_its_text(verdict: Truth) -> None:
    assert to_json(verdict) == f'"{verdict.value}"\n'


@pytest.mark.parametrize("several", [list, tuple])
def test_findings_are_written_as_a_list_of_documents(
    several: Callable[[list[object]], object], values: dict[str, object]
) -> None:
    finding = values["finding"]
    text = to_json(several([finding, finding]))

    assert text == f"[{_indented(finding)},{_indented(finding)}\n]\n"
    assert to_json(several([])) == "[]\n"
    assert isinstance(finding, Finding)


def _indented(value: object) -> str:
    return "".join(f"\n  {line}" for line in to_json(value).splitlines())


def test_what_no_document_is_of_is_told_with_those_that_are() -> None:
    with pytest.raises(
        TypeError, match="no documents of str; there are of: assignments, charges, clinic"
    ):
        to_json("a text")
    with pytest.raises(TypeError, match="no documents of list"):
        to_json([[]])
