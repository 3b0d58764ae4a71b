"""A real browser with axe-core in it, where a machine has both: see ``.ci/run``."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Headless and without what asks other computers for anything.
_FLAGS = (
    *("--headless", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
)


class Browser:
    """Chromium, spoken to over a pair of pipes: JSON with a zero byte after each message."""

    def __init__(self, program: str, profile: Path) -> None:
        flags = [*_FLAGS, f"--user-data-dir={profile}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # which does not work for root
        read, write = os.pipe(), os.pipe()
        # Chromium listens on 3 and answers on 4, whichever numbers the pipes have here.
        # A command that hangs would hang the tests, so time ends it.
        numbered = f'exec 7<&{read[0]} 8>&{write[1]} 3<&7 4>&8; exec timeout 300 "$@"'
        self._process = subprocess.Popen(
            ["bash", "-c", numbered, "bash", program, *flags, "about:blank"],
            pass_fds=(read[0], write[1]),
            stderr=subprocess.DEVNULL,
        )
        os.close(read[0])
        os.close(write[1])
        self._to, self._from = os.fdopen(read[1], "wb"), os.fdopen(write[0], "rb")
        self._sent, self._rest = 0, b""
        self._session: str | None = None
        targets = self.ask("Target.getTargets")["targetInfos"]
        page = next(each["targetId"] for each in targets if each["type"] == "page")
        attached = self.ask("Target.attachToTarget", targetId=page, flatten=True)
        self._session = attached["sessionId"]
        self.ask("Page.enable")

    def ask(self, method: str, **parameters: Any) -> Any:
        """What the browser answers to a command of the DevTools protocol."""
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        answer = self._until("id", self._sent)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, file: Path) -> None:
        self.ask("Page.navigate", url=file.as_uri())
        self._until("method", "Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """What a script's expression, or the promise that it is, comes to."""
        found = self.ask(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def close(self) -> None:
        # Where other tests go on for longer than its time, that has ended it.
        if self._process.poll() is None:
            self._session = None
            self.ask("Browser.close")
            self._process.wait()
        self._to.close()
        self._from.close()

    def _until(self, key: str, value: object) -> Any:
        while True:
            while b"\0" not in self._rest:
                some = os.read(self._from.fileno(), 1 << 20)
                assert some, "the browser has ended"
                self._rest += some
            told, _, self._rest = self._rest.partition(b"\0")
            message = json.loads(told)
            if message.get(key) == value:
                return message


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    script = os.environ.get("IOPKIT_AXE")
    if not script:
        pytest.skip("IOPKIT_AXE does not say where axe-core's axe.min.js is")
    return Path(script).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser(axe: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    opened = Browser(program, tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()
