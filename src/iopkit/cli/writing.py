"""Files that commands write: all of them or none, through links, with the modes that they had."""

import errno
import os
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from os.path import samestat
from pathlib import Path
from shutil import copy2
from stat import S_IMODE, S_ISREG
from uuid import uuid4

from iopkit.cli.files import STANDARD_INPUT, UsageError
from iopkit.confidential import hidden
from iopkit.fields import frozen

_NO_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
"""What keeps files from being written and is no fault of whoever named them."""


def to_be_written(*wanted: tuple[Path | None, bytes]) -> dict[Path, bytes]:
    """What is to be written; two contents for one path are refused, as one would be lost."""
    files = {path: data for path, data in wanted if path is not None}
    paths = [Path(os.path.realpath(path)) for path, _ in wanted if path is not None]
    for twice in (path for path in paths if paths.count(path) > 1):
        raise UsageError(f"cannot write {twice.name}: two contents are to go there")
    return files


def refuse_no_folder(path: Path) -> None:
    """Raise if it is no folder that files can be written into."""
    if not path.is_dir():
        raise UsageError(f"cannot write into {path}: it is no folder")


@contextmanager
def only_user(folder: Path) -> Generator[None, None, None]:
    """Keep a folder to this process, where its system has locks; it is free when this ends.

    Raises:
        UsageError: another process has it.
    """
    with ExitStack() as held:
        with suppress(ImportError, OSError):  # Windows and some networks have none
            import fcntl

            lock = os.open(folder, os.O_RDONLY)
            held.callback(os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UsageError(f"{folder}: another run is at work here; wait for it") from None
        yield


def write_all(wanted: Mapping[Path, bytes | None], *, within: Path | None = None) -> None:
    """Write all files or none: each beside its place first, then put in place.

    A link is followed. A file that is there keeps its mode; a new one is for its owner's eyes. One
    whose content is ``None`` is taken away.

    Args:
        within: a folder that is made, and those in it, where files need it; for its owner, too.
    """
    path = Path()
    with ExitStack() as made, ExitStack() as removed, ExitStack() as taken_back:
        try:
            staged: list[tuple[Path, _Staged]] = []
            for path, data in wanted.items():
                _make_folder(path.parent, within, made)
                staged.append((path, _stage(path, data, removed)))
            for path, file in staged:  # noqa: B007  # the error names it
                file.put()
                taken_back.callback(file.take_back)
        except OSError as error:
            if error.errno in _NO_FAULTS:
                raise
            raise UsageError(f"cannot write {path}: {error.strerror}") from error
        taken_back.pop_all()
        made.pop_all()


@frozen(repr=False)
class _Staged:
    """A file beside its place, if there is to be one, and what is in that place as yet."""

    target: Path
    new: Path | None
    old: Path | None

    __repr__ = hidden

    def put(self) -> None:
        if self.new is None:
            self.target.unlink()
        else:
            self.new.replace(self.target)

    def take_back(self) -> None:
        if self.old is None:
            self.target.unlink()
        else:
            self.old.replace(self.target)


def _make_folder(folder: Path, within: Path | None, made: ExitStack) -> None:
    """Make a folder that is in another, and those between them; ``made`` takes them away again."""
    if within is not None and folder.is_relative_to(within) and not folder.exists():
        _make_folder(folder.parent, within, made)
        folder.mkdir(mode=0o700)
        made.callback(_take_away, folder)


def _take_away(folder: Path) -> None:
    """Take a folder away that is empty: what somebody else has put there stays."""
    with suppress(OSError):
        folder.rmdir()


def _stage(path: Path, data: bytes | None, removed: ExitStack) -> _Staged:
    """Write a file beside its place; ``removed`` takes away what is still beside it at the end."""
    target, mode = _place(path)
    # Named before it is there, so that it is taken away whenever the process is asked to end.
    new = target.with_name(f".iopkit-{uuid4().hex}")
    removed.callback(new.unlink, missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
        file.write(data or b"")
    if mode is None:
        return _Staged(target, None if data is None else new, None)
    new.chmod(mode)
    old = new.with_name(f"{new.name}-old")
    removed.callback(old.unlink, missing_ok=True)
    try:
        old.hardlink_to(target)
    except OSError:  # not every file system has such links
        copy2(target, old)
    return _Staged(target, None if data is None else new, old)


def _place(path: Path) -> tuple[Path, int | None]:
    """Where a file goes, links followed, and the mode of what is there."""
    if path == STANDARD_INPUT:
        raise UsageError("cannot write -: name a file; --json prints a document")
    target = Path(os.path.realpath(path))
    try:
        there = target.stat()
    except FileNotFoundError:
        return target, None
    if not S_ISREG(there.st_mode):
        raise UsageError(f"cannot write {path}: it is not a regular file")
    for descriptor in (1, 2):
        with suppress(OSError):  # closed
            if samestat(there, os.fstat(descriptor)):
                raise UsageError(f"cannot write {path}: what the command prints goes there")
    return target, S_IMODE(there.st_mode)
