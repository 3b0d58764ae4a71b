"""The ``iopkit`` command as a process: it always ends with an exit code that can be relied on.

Nothing is loaded before the guard stands, so that what fails while loading ends as well.
"""

import errno
import os
import signal
import sys
from pathlib import Path
from traceback import extract_tb
from types import FrameType
from typing import NoReturn, TextIO

FAILED, INTERRUPTED = 4, 130


def run() -> NoReturn:
    """The ``iopkit`` command: run the process's arguments and end with the exit code.

    What fails where no answer can be had, such as a full disk, ends with a code of its own
    (4): Python's own for a failure is 1, which here means "no".

    Raises:
        SystemExit: always, with the exit code.
    """
    before = {each: signal.signal(each, _end) for each in _ends()}
    try:
        code = _guarded()
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    sys.exit(code)


def _ends() -> list[signal.Signals]:
    """The signals by which a process is asked to end, and which it was not told to ignore."""
    named = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))  # Windows has one
    return [each for each in named if each and signal.getsignal(each) is not signal.SIG_IGN]


def _guarded() -> int:
    """The exit code, once all that was printed has reached its reader."""
    code = 0
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "standard output is closed")  # noqa: TRY301
        code = _ran()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has closed it, as ``head`` does
        _discard(sys.stdout)
    except Exception as error:  # noqa: BLE001  # whatever it is, it must not end as an answer
        _tell(error)
        _discard(sys.stdout)
        return FAILED
    return code


def _ran() -> int:
    try:
        from iopkit.cli.command import main

        return main(sys.argv[1:])
    except SystemExit as end:  # how argparse ends, for help and for wrong arguments
        return end.code if isinstance(end.code, int) else FAILED


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    """End as if done, so that what is half-written is taken back."""
    sys.exit(128 + number)


def _discard(stream: TextIO | None) -> None:
    """Send what a stream still holds to nowhere: Python would try once more when it ends."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _tell(error: Exception) -> None:
    """Say what failed, as far as anybody can: its kind and place, and never a value."""
    if isinstance(error, OSError) and error.strerror:
        what = error.strerror
    else:
        inside = Path(__file__).parent.parent
        places = [
            f"{Path(frame.filename).relative_to(inside)}:{frame.lineno}"
            for frame in extract_tb(error.__traceback__)
            if Path(frame.filename).is_relative_to(inside)
        ]
        what = f"{type(error).__name__} in {' > '.join(places)}; please report it"
    try:
        print(f"iopkit: failed, and gave no answer: {what}", file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)
