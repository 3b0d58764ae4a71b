import pickle
from datetime import date, datetime
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pytest

import iopkit
from iopkit.errors import (
    _MEANT,
    Fault,
    InvalidError,
    IopkitError,
    MissingExtraError,
    NotInForceError,
    Step,
    UndeterminedError,
    UnknownNameError,
    did_you_mean,
    each_a,
    refuse,
    refuse_moments,
    unless,
    unless_a,
    unless_day,
)

TOO_FEW = Fault(("weeks",), "at least 1", "0")
TOO_MANY = Fault(("weeks",), "at most 520", "521")

RAISED: list[IopkitError] = [
    IopkitError("something else"),
    InvalidError("plan", [TOO_FEW, TOO_MANY]),
    UnknownNameError("policy", "us-medicar", ["us-medicare-iop", "us-medicaid-iop"]),
    NotInForceError("no version is in force yet"),
    UndeterminedError("unknown is neither true nor false"),
    MissingExtraError("ical", "iCalendar"),
]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        pytest.param((), "expected at least 1, found 0", id="the value itself"),
        pytest.param(("weeks",), "weeks: expected at least 1, found 0", id="a field"),
        pytest.param(("phases", 2), "phases[2]: expected at least 1, found 0", id="an item"),
        pytest.param((2, "weeks"), "[2].weeks: expected at least 1, found 0", id="from an item"),
        pytest.param((0,), "[0]: expected at least 1, found 0", id="the first item"),
        pytest.param(
            ("phases", 2, "services", 0, "title"),
            "phases[2].services[0].title: expected at least 1, found 0",
            id="deep",
        ),
    ],
)
def test_a_fault_says_where_it_is(path: tuple[Step, ...], shown: str) -> None:
    assert str(Fault(path, "at least 1", "0")) == shown


def test_a_fault_shows_its_fix_if_it_has_one() -> None:
    fault = Fault(("zone",), "an IANA time zone", "'Chicago'", "did you mean 'America/Chicago'?")

    assert str(fault) == (
        "zone: expected an IANA time zone, found 'Chicago' (did you mean 'America/Chicago'?)"
    )


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        pytest.param(("weeks",), "line 9: weeks: expected at least 1, found 0", id="a field"),
        pytest.param((), "line 9: expected at least 1, found 0", id="the value itself"),
    ],
)
def test_a_fault_says_its_line_first_if_that_is_known(path: tuple[Step, ...], shown: str) -> None:
    assert str(Fault(path, "at least 1", "0", line=9)) == shown


def test_a_fault_seen_from_further_out_has_the_longer_path_and_nothing_else_changed() -> None:
    fault = Fault(("weeks",), "at least 1", "0", "add a week", 9)

    assert fault.under("phases", 2) == Fault(
        ("phases", 2, "weeks"), "at least 1", "0", "add a week", 9
    )
    assert fault.under() == fault


@pytest.mark.parametrize(
    ("faults", "shown"),
    [
        pytest.param([], "plan: 0 problems", id="none"),
        pytest.param([TOO_FEW], "plan: 1 problem\n  weeks: expected at least 1, found 0", id="one"),
        pytest.param(
            [TOO_FEW, TOO_MANY],
            "plan: 2 problems\n"
            "  weeks: expected at least 1, found 0\n"
            "  weeks: expected at most 520, found 521",
            id="two",
        ),
    ],
)
def test_an_invalid_error_lists_every_fault(faults: list[Fault], shown: str) -> None:
    error = InvalidError("plan", iter(faults))

    assert str(error) == shown
    assert error.what == "plan"
    assert error.faults == tuple(faults)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param(
            "us-medicar-iop",
            "no policy is named 'us-medicar-iop'; did you mean 'us-medicare-iop'? "
            "known: us-medicaid-iop, us-medicare-iop",
            id="near to one",
        ),
        pytest.param(
            "zzz",
            "no policy is named 'zzz'; known: us-medicaid-iop, us-medicare-iop",
            id="near to none",
        ),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones(name: str, shown: str) -> None:
    error = UnknownNameError("policy", name, ["us-medicare-iop", "us-medicaid-iop"])

    assert str(error) == shown
    assert error.known == ("us-medicaid-iop", "us-medicare-iop")


def test_a_missing_extra_names_the_command_that_installs_it() -> None:
    assert str(MissingExtraError("ical", "iCalendar")) == (
        "iCalendar needs an extra: pip install 'iopkit[ical]'"
    )


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (InvalidError, ValueError),
        (UnknownNameError, LookupError),
        (NotInForceError, LookupError),
        (UndeterminedError, TypeError),
        (MissingExtraError, ImportError),
    ],
)
def test_each_error_is_caught_as_ours_and_as_the_builtin_it_is(
    kind: type[Exception], builtin: type[Exception]
) -> None:
    assert issubclass(kind, IopkitError)
    assert issubclass(kind, builtin)


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_an_error_survives_pickling(error: IopkitError) -> None:
    copied = pickle.loads(pickle.dumps(error))

    assert type(copied) is type(error)
    assert str(copied) == str(error)
    assert copied.args == error.args
    assert vars(copied) == vars(error)


@pytest.mark.parametrize(
    ("word", "question"),
    [
        pytest.param("wekly", "did you mean 'weekly'?", id="a letter missing"),
        pytest.param("weekley", "did you mean 'weekly'?", id="a letter too many"),
        pytest.param("weekly", "did you mean 'weekly'?", id="the word itself"),
        pytest.param("monthly", "", id="another word"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_near_word_is_asked_about_and_a_far_one_is_not(word: str, question: str) -> None:
    assert did_you_mean(word, iter(["weekly", "per_week"])) == question


def test_unless_gives_a_fault_only_if_something_is_not_as_it_must_be() -> None:
    assert unless(True, "weeks", "at least 1", 0) == ()
    assert unless(False, "weeks", "at least 1", 0) == (TOO_FEW,)


def test_refuse_raises_once_with_the_faults_of_all_groups_in_order() -> None:
    with pytest.raises(InvalidError) as caught:
        refuse("plan", (TOO_FEW,), (), (TOO_MANY, TOO_FEW))

    assert caught.value.what == "plan"
    assert caught.value.faults == (TOO_FEW, TOO_MANY, TOO_FEW)


def test_refuse_lets_pass_what_has_no_fault() -> None:
    refuse("plan")
    refuse("plan", (), ())


FORGED = "a\n\nELIGIBLE\x1b[8m\u202e"


@pytest.mark.parametrize(
    "error",
    [
        InvalidError("plan", [Fault((FORGED, 1), FORGED, FORGED, FORGED)]),
        UnknownNameError("policy", FORGED, [FORGED]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_file_holds_neither_commands_a_terminal_nor_passes_for_a_line(
    error: IopkitError,
) -> None:
    lines = str(error).split("\n")

    assert len(lines) == (2 if isinstance(error, InvalidError) else 1)
    assert all(line.isprintable() for line in lines)


class Sunday(date):
    """A day, as some libraries have them."""


DAY = Sunday(2026, 1, 4)


@pytest.mark.parametrize("day", [date(2026, 1, 5), DAY])
def test_a_day_is_a_day(day: date) -> None:
    assert unless_day(day, "on") == ()
    refuse_moments("plan", on=day, until=None)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param(datetime(2026, 1, 5), "a moment", id="a moment"),  # noqa: DTZ001  # as given
        pytest.param(np.datetime64("2026-01-05"), "a datetime64", id="NumPy"),
        pytest.param(pd.Timestamp("2026-01-05"), "a moment", id="pandas"),
        pytest.param(pd.Period("2026-01-05", "D"), "a Period", id="a period of pandas"),
        pytest.param(pd.NaT, "a moment", id="no time of pandas"),
        pytest.param("2026-01-05", "a text", id="a text"),
        pytest.param(20260105, "an int", id="a number"),
        pytest.param(date, "the class date", id="a class"),
    ],
)
def test_what_is_nearly_a_day_is_refused_by_what_it_is(value: Any, found: str) -> None:
    fault = Fault(("on",), "a date without a time", found)

    assert unless_day(value, "on") == (fault,)
    with pytest.raises(InvalidError) as caught:
        refuse_moments("plan", on=value)
    assert caught.value.faults == (fault,)


def test_no_day_is_told_where_one_is_needed() -> None:
    assert unless_day(None, "on") == (Fault(("on",), "a date without a time", "nothing"),)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        pytest.param(iopkit.find_program("matrix-16-week"), None, id="a program"),
        pytest.param(
            "matrix",
            "program: expected a Program, found a text "
            "(did you mean find_program('matrix-16-week')?)",
            id="a name",
        ),
        pytest.param(None, "program: expected a Program, found nothing", id="nothing"),
        pytest.param(
            iopkit.Program, "program: expected a Program, found the class Program", id="a class"
        ),
        pytest.param([1], "program: expected a Program, found a list", id="a list"),
    ],
)
def test_another_argument_is_refused_by_what_it_is(value: object, fault: str | None) -> None:
    assert [*map(str, unless_a(value, "program", iopkit.Program))] == ([fault] if fault else [])


def test_one_of_several_classes_may_be_given() -> None:
    (fault,) = unless_a(7, "planned", iopkit.Plan, iopkit.Schedule)

    assert fault.expected == "a Plan or a Schedule"


@pytest.mark.parametrize(("kind", "call"), _MEANT.items())
def test_what_may_have_been_meant_can_be_called(kind: str, call: str) -> None:
    rooms = [*map(import_module, ("iopkit", "iopkit.library", "iopkit.patients"))]
    known = {name: getattr(room, name) for room in rooms for name in room.__all__}
    if call.endswith("...)"):
        assert call in {f"{read}({kind}, ...)" for read in ("from_json", "from_toml")}
        assert call.partition("(")[0] in known
    else:
        assert type(eval(call, known)).__name__ == kind  # noqa: S307  # our own text


def test_values_of_an_argument_are_given_as_a_tuple_or_refused_by_place() -> None:
    assert each_a("plan", iter([1, 2]), "weeks", int) == (1, 2)
    mixed: list[Any] = [1, "x", 2, None]
    with pytest.raises(InvalidError) as caught:
        each_a("plan", mixed, "weeks", int)
    assert [*map(str, caught.value.faults)] == [
        "weeks[1]: expected an int, found a text",
        "weeks[3]: expected an int, found nothing",
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param(7, "weeks: expected a list of int, found an int", id="one by itself"),
        pytest.param("abc", "weeks: expected a list of int, found a text", id="a text"),
    ],
)
def test_one_value_in_place_of_several_is_refused(value: Any, said: str) -> None:
    with pytest.raises(InvalidError) as caught:
        each_a("plan", value, "weeks", int)
    assert [*map(str, caught.value.faults)] == [said]
