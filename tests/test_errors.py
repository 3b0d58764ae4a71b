import pickle

import pytest

from iopkit.errors import (
    Fault,
    InvalidError,
    IopkitError,
    MissingExtraError,
    NotInForceError,
    Step,
    UndeterminedError,
    UnknownNameError,
    did_you_mean,
    refuse,
    unless,
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
