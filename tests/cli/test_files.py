"""Files of the command line: written all or none, links followed, modes kept, standard input."""

import errno
import io
import os
import stat
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit import Patient, Site
from iopkit.cli import main
from iopkit.cli.files import UsageError, read_bytes, read_document
from iopkit.cli.writing import to_be_written, write_all

pytestmark = pytest.mark.measured

SHIPPED = files("iopkit") / "examples"


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.name: (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        for path in folder.iterdir()
    }


@given(
    there=st.lists(st.booleans(), min_size=1, max_size=4),
    failing=st.integers(0, 3),
    error=st.sampled_from([OSError(1, "Operation not permitted"), KeyboardInterrupt()]),
)
def test_where_one_cannot_be_put_in_place_all_are_as_they_were(
    there: list[bool],
    failing: int,
    error: BaseException,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("written")
    wanted = {folder / f"{number}.json": b"new" for number in range(len(there))}
    for path, is_there in zip(wanted, there, strict=True):
        if is_there:
            path.write_bytes(b"old")
            path.chmod(0o640)
    before = contents(folder)
    replace = Path.replace

    def replaced(self: Path, target: Path) -> Path:
        if target.name == f"{failing}.json" and not self.name.endswith("-old"):
            raise error
        return replace(self, target)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "replace", replaced)
        if failing < len(there):
            with pytest.raises((UsageError, KeyboardInterrupt)):
                write_all(wanted)
            assert contents(folder) == before
            return
        write_all(wanted)
    modes = [0o640 if is_there else 0o600 for is_there in there]
    assert [contents(folder)[path.name] for path in wanted] == [(b"new", mode) for mode in modes]
    assert len(contents(folder)) == len(there)


def test_folders_are_made_where_they_may_be_and_taken_away_with_what_failed(
    tmp_path: Path,
) -> None:
    new, deep = tmp_path / "new", tmp_path / "new" / "in" / "1.json"
    with pytest.raises(UsageError, match=r"cannot write .*No such file"):
        write_all({deep: b"1"})
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(UsageError, match="not a regular file"):
        write_all({deep: b"1", tmp_path / "folder.json": b"2"}, within=new)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.json"]
    with pytest.raises(UsageError, match=r"cannot write .*No such file"):
        write_all({deep: b"1"}, within=new / "in")
    write_all({deep: b"1"}, within=new)
    assert deep.read_bytes() == b"1"
    assert {stat.S_IMODE(path.stat().st_mode) for path in (new, deep.parent)} == {0o700}


def test_files_are_taken_away_with_all_or_none(tmp_path: Path) -> None:
    old, other = tmp_path / "1.json", tmp_path / "2.json"
    old.write_bytes(b"old")
    before = contents(tmp_path)
    with pytest.raises(UsageError, match="No such file"):
        write_all({old: None, other: None})
    assert contents(tmp_path) == before
    write_all({old: None, other: b"new"})
    assert [path.name for path in tmp_path.iterdir()] == ["2.json"]


def test_a_link_is_followed_and_kept(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    for name, target in (("there.json", "far/there.json"), ("new.json", "far/new.json")):
        (tmp_path / name).symlink_to(target)
    (tmp_path / "far" / "there.json").write_bytes(b"old")
    write_all({tmp_path / "there.json": b"1", tmp_path / "new.json": b"2"})
    assert (tmp_path / "there.json").is_symlink()
    assert (tmp_path / "new.json").is_symlink()
    assert (tmp_path / "far" / "there.json").read_bytes() == b"1"
    assert (tmp_path / "far" / "new.json").read_bytes() == b"2"


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.json").symlink_to("loop.json")
    with pytest.raises(UsageError, match=r"cannot write .*loop\.json: Too many levels"):
        write_all({tmp_path / "loop.json": b""})


def test_two_links_to_one_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to("real.json")
    with pytest.raises(UsageError, match="two contents"):
        to_be_written((tmp_path / "link.json", b"1"), (tmp_path / "real.json", b"2"))


def test_where_no_links_can_be_made_a_copy_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unable(*_paths: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    (tmp_path / "1.json").write_bytes(b"old")
    (tmp_path / "2.json").mkdir()
    monkeypatch.setattr(Path, "hardlink_to", unable)
    with pytest.raises(UsageError, match="not a regular file"):
        write_all({tmp_path / "1.json": b"new", tmp_path / "2.json": b"new"})
    assert (tmp_path / "1.json").read_bytes() == b"old"
    write_all({tmp_path / "1.json": b"new"})
    assert (tmp_path / "1.json").read_bytes() == b"new"
    assert {path.name for path in tmp_path.iterdir()} == {"1.json", "2.json"}


def test_a_name_as_long_as_can_be_is_written_and_a_longer_one_refused(tmp_path: Path) -> None:
    longest = os.pathconf(tmp_path, "PC_NAME_MAX")
    write_all({tmp_path / ("a" * longest): b"new"})
    assert [len(path.name) for path in tmp_path.iterdir()] == [longest]
    with pytest.raises(UsageError, match="File name too long"):
        write_all({tmp_path / ("a" * (longest + 1)): b"new"})


def test_where_the_answer_is_printed_no_file_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out.txt").write_bytes(b"")
    there = (tmp_path / "out.txt").stat()
    monkeypatch.setattr("iopkit.cli.writing.os.fstat", lambda descriptor: there)
    with pytest.raises(UsageError, match="what the command prints goes there"):
        write_all({tmp_path / "out.txt": b"new"})
    with pytest.raises(UsageError, match="cannot write -: name a file"):
        write_all({Path("-"): b"new"})


# Standard input.


def give(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_standard_input_may_be_json_or_toml(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, name in ((Patient, "patient.json"), (Site, "site.toml")):
        give((SHIPPED / name).read_bytes(), monkeypatch)
        assert isinstance(read_document(kind, Path("-")), kind)


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    give(b"{", monkeypatch)
    with pytest.raises(UsageError, match="standard input: "):
        read_document(Patient, Path("-"))
    with pytest.raises(UsageError, match="cannot read standard input: it is empty, or was read"):
        read_bytes(Path("-"))
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="cannot read standard input"):
        read_bytes(Path("-"))


@pytest.mark.parametrize("command", ["init {}", "new site -o {}.toml"])
def test_a_name_that_no_file_can_have_is_bad_input(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "a" * 300
    assert main(command.format(name).split()) == 2
    assert capsys.readouterr().err.startswith(f"iopkit: cannot use {name}")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_is_none_of_the_input(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "1.json"
    there.write_bytes(b"old")

    def full(*_: object) -> None:
        (tmp_path / "in" / "theirs.txt").write_bytes(b"")
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match=os.strerror(number)):
        write_all({tmp_path / "in" / "2.json": b"new", there: b"new"}, within=tmp_path)
    # What somebody else has put beside them in the meantime stays.
    assert {path.name for path in tmp_path.rglob("*")} == {"1.json", "in", "theirs.txt"}
    assert there.read_bytes() == b"old"


def test_another_failure_of_the_system_is_none_of_the_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_arguments: object, **_more: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("iopkit.cli.writing.write_all", fails)
    with pytest.raises(OSError, match="Input/output"):
        main(["list", "policies"])
