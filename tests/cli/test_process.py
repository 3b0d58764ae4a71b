"""The command as a process: exit codes that hold, closed and full streams, and terminals."""

import io
import os
import pty
import re
import runpy
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import pytest

import iopkit.cli.process
from iopkit.cli import main
from iopkit.cli.terminal import columns_of, emphasized

SHIPPED = files("iopkit") / "examples"
PATIENT = (SHIPPED / "patient.json").read_bytes()
NO = PATIENT.replace(b'"needs_24_hour_care": false', b'"needs_24_hour_care": true')
DECIDE = ("decide", "-", "--policy", "us-medicare-iop", "--on", "2026-01-12")


def process(
    *arguments: str, out: int = subprocess.PIPE, given: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """``python -m iopkit`` in a process of its own."""
    source = str(Path(iopkit.__file__).parent.parent)
    return subprocess.run(
        [sys.executable, "-m", "iopkit", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": source, **environment},
        input=given,
        stdout=out,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )


def entered(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, work: object = main
) -> int | str | None:
    """The exit code of the entry point within this process, with another main if one is given."""
    monkeypatch.setattr(sys, "argv", ["iopkit", *arguments])
    monkeypatch.setattr("iopkit.cli.command.main", work)
    with pytest.raises(SystemExit) as end:
        iopkit.cli.process.run()
    return end.value.code


@pytest.mark.parametrize(("patient", "code"), [(PATIENT, 0), (NO, 1)])
def test_a_closed_pipe_keeps_the_answers_code(patient: bytes, code: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = process(*DECIDE, out=writing, given=patient)
    os.close(writing)
    assert (done.returncode, done.stderr) == (code, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_no_answer(unbuffered: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = process(*DECIDE, out=full.fileno(), given=PATIENT, PYTHONUNBUFFERED=unbuffered)
    said = b"iopkit: failed, and gave no answer: No space left on device\n"
    assert (done.returncode, done.stderr) == (4, said)


def test_closed_streams(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as closed:
        closed.setattr(sys, "stderr", None)
        assert entered(["decide", "missing.json", *DECIDE[2:]], closed) == 2
        closed.setattr(sys, "stdout", None)
        assert entered(["list", "policies"], closed) == 4
    assert capsys.readouterr() == ("", "")


def test_what_fails_is_told_by_kind_and_place_and_holds_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_arguments: object) -> int:
        raise KeyError("F10.20")

    monkeypatch.setattr("iopkit.cli.process._discard", lambda stream: None)
    assert entered(["list", "policies"], monkeypatch, fails) == 4
    assert re.fullmatch(
        r"iopkit: failed, and gave no answer: KeyError in "
        r"cli/process\.py:\d+ > cli/process\.py:\d+; please report it\n",
        capsys.readouterr().err,
    )


def test_a_failure_that_nobody_can_be_told_of_is_still_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(_arguments: object) -> int:
        raise MemoryError

    def broken(*_words: object, **_options: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("iopkit.cli.process._discard", lambda stream: None)
    monkeypatch.setattr("builtins.print", broken)
    assert entered(["list", "policies"], monkeypatch, fails) == 4


def test_what_was_still_to_be_printed_for_a_closed_pipe_is_discarded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(_arguments: object) -> int:
        sys.stdout.write("some of it")
        raise BrokenPipeError

    with (tmp_path / "out").open("w", encoding="utf-8") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert entered(["--help"], monkeypatch, broken) == 0
        monkeypatch.undo()
    assert (tmp_path / "out").read_bytes() == b""


def test_an_interrupt_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_arguments: object) -> int:
        raise KeyboardInterrupt

    assert entered(["list", "policies"], monkeypatch, interrupted) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_one_told_to_end_does_so_and_leaves_the_signal_as_it_was(
    told: signal.Signals,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def ended(_arguments: object) -> int:
        signal.raise_signal(told)
        return 0

    own = signal.signal(told, signal.SIG_DFL)  # whatever the tests were started with
    before = signal.getsignal(told)
    assert entered(["list", "policies"], monkeypatch, ended) == code
    assert capsys.readouterr() == ("", "")
    assert signal.getsignal(told) == before
    signal.signal(told, signal.SIG_IGN)  # as nohup does
    try:
        assert entered(["list", "policies"], monkeypatch, ended) == 0
    finally:
        signal.signal(told, own)


def test_the_entry_point_ends_with_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert entered(["list", "policies"], monkeypatch) == 0
    assert "\niop-suitability " in capsys.readouterr().out
    assert entered(["--version"], monkeypatch) == 0
    assert entered(["decide", "missing.json", *DECIDE[2:]], monkeypatch) == 2


def test_python_runs_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["", "--version"])
    monkeypatch.delitem(sys.modules, "iopkit.__main__", raising=False)
    with pytest.raises(SystemExit) as end:
        runpy.run_module("iopkit", run_name="__main__")
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("iopkit ")


# A terminal.


def on_terminal(columns: int, **environment: str) -> str:
    """What is printed on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    with ThreadPoolExecutor() as reader:
        said = reader.submit(all_of, ours)
        done = process(
            *DECIDE,
            out=theirs,
            given=PATIENT,
            COLUMNS=str(columns),
            **{"TERM": "xterm", **environment},
        )
        os.close(theirs)
    os.close(ours)
    assert (done.returncode, done.stderr) == (0, b"")
    return said.result().replace(b"\r\n", b"\n").decode()


def all_of(terminal: int) -> bytes:
    said = b""
    with suppress(OSError):  # how Linux ends what has nothing more to say
        while more := os.read(terminal, 65536):
            said += more
    return said


def test_a_terminal_has_bold_heads_and_lines_of_its_width() -> None:
    said = on_terminal(70)
    bold = re.findall(r"\x1b\[1m(.*?)\x1b\[0m", said)
    assert bold[0] == "Medicare intensive outpatient services: patient eligibility"
    plain = re.sub(r"\x1b\[[01]m", "", said)
    assert plain == on_terminal(70, NO_COLOR="1") == on_terminal(70, TERM="dumb")
    printed = process(*DECIDE, given=PATIENT).stdout.decode()
    assert plain.split() == printed.split()
    assert longest(plain) <= 70 < longest(printed) <= 88


def longest(text: str) -> int:
    return max(map(len, text.split("\n")))


@pytest.mark.parametrize(("columns", "width"), [("20", 40), ("60", 60), ("300", 100)])
def test_no_text_is_too_narrow_or_too_wide_to_read(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert columns_of(Terminal()) == width
    assert columns_of(None) == 88


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_stands_out(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "A plan\n\nThen:\n  - more: of it\nNOT ELIGIBLE: no\nNote that"
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = emphasized(text, Terminal()).replace("\x1b[1m", "<").replace("\x1b[0m", ">")
    assert shown == "<A plan>\n\n<Then:>\n  - more: of it\n<NOT ELIGIBLE>: no\nNote that"
    assert emphasized(text, io.StringIO()) == text
    monkeypatch.setenv("NO_COLOR", "1")
    assert emphasized(text, Terminal()) == text


# Words that are not known.


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["decid"], "no command 'decid'; did you mean 'decide'?"),
        (["nonsense"], "no command 'nonsense'; iopkit --help lists them"),
        ([*DECIDE, "--onn=2026-01-01"], "not known: --onn=2026-01-01; did you mean '--on'?"),
        (["list", "policies", "more"], "iopkit list: error: not known: more\n"),
    ],
)
def test_a_mistyped_word_is_asked_about(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert said in capsys.readouterr().err
