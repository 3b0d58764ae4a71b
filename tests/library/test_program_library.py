"""Shipped programs are found by name, as values and with their comments."""

import pytest

from iopkit import Program, UnknownNameError, from_json, from_toml
from iopkit.documents import to_json
from iopkit.library import find_program, program_names, program_text


def test_these_programs_are_shipped() -> None:
    assert set(program_names()) == {
        "alterman-1994",
        "alterman-1996-12-hours",
        "alterman-1996-6-hours",
        "deaconess-cross-pointe",
        "ebt-seattle-dbt",
        "matrix-16-week",
        "palmetto-arc",
        "phoenix-adolescent",
        "salt-academy",
        "schneider-1996",
        "telehealth-iop",
        "ucsf-lpphc-iop",
        "ucsf-lpphc-php",
        "va-houston",
    }


def test_names_are_in_order() -> None:
    assert list(program_names()) == sorted(program_names())


@pytest.mark.parametrize("name", program_names())
def test_a_shipped_program_bears_its_name_and_has_sources(name: str) -> None:
    program = find_program(name)
    assert program.name == name
    assert program.sources
    assert program.left_open
    assert from_toml(Program, program_text(name)) == program
    assert from_json(Program, to_json(program)) == program


@pytest.mark.parametrize("name", program_names())
def test_the_text_has_its_comments(name: str) -> None:
    assert program_text(name).startswith("# ")


def test_a_program_is_read_once() -> None:
    assert find_program("matrix-16-week") is find_program("matrix-16-week")


@pytest.mark.parametrize("name", ["matrix", "Matrix-16-week", "", "../library/matrix-16-week"])
def test_an_unknown_name_comes_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownNameError) as unknown:
        find_program(name)
    assert unknown.value.known == program_names()
    assert repr(name) in str(unknown.value)
    assert "matrix-16-week" in str(unknown.value)


def test_a_name_nearly_right_comes_with_the_one_that_was_meant() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'matrix-16-week'"):
        find_program("matrix-16-weeks")
