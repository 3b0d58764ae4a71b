"""Commands that are run while the manual is built, and the files that they read.

Each page has a folder of its own, which begins with the shipped patient and site. It is an error
if commands end with another exit code than the page says.
"""

import os
import socket
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.directives.code import container_wrapper
from sphinx.util.docutils import SphinxDirective

import iopkit

# So that commands print the same everywhere.
SETTINGS = {
    "COLUMNS": "80",
    "PYTHONPATH": str(Path(iopkit.__file__).resolve().parents[1]),
    "PYTHONUTF8": "1",
    "PYTHON_COLORS": "0",
}
COMMAND = """#!/bin/sh
exec '{python}' -I -S '{call}' '{address}' "$@"
"""


def setup(app: Sphinx) -> None:
    """Register the directives and their folder."""
    app.connect("builder-inited", make_folder)
    app.connect("build-finished", remove_folder)
    app.add_directive("iopkit-shell", Shell)
    app.add_directive("iopkit-file", File)


def make_folder(_app: Sphinx) -> None:
    """Make the folder for all pages, with the command in it, and start what runs it."""
    _InFolder.root = Path(mkdtemp())
    here, address = Path(__file__).parent, _InFolder.root / "commands"
    command = _InFolder.root / "bin" / "iopkit"
    command.parent.mkdir()
    text = COMMAND.format(python=sys.executable, call=here / "iopkit_call.py", address=address)
    command.write_text(text, encoding="utf-8")
    command.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(address))
        listening.listen()
        _InFolder.server = subprocess.Popen(
            [sys.executable, here / "iopkit_command.py"],
            env={**os.environ, **SETTINGS},
            stdin=listening,
            stdout=subprocess.DEVNULL,  # commands have their own, which is no terminal
        )


def remove_folder(_app: Sphinx, _error: Exception | None) -> None:
    """End what runs the command, and remove the folder."""
    _InFolder.server.terminate()
    _InFolder.server.wait()
    rmtree(_InFolder.root, ignore_errors=True)


class _InFolder(SphinxDirective):
    has_content = True
    root: ClassVar[Path]
    server: ClassVar[subprocess.Popen[bytes]]

    def folder(self) -> Path:
        """Give the page's folder, with the shipped patient and site in it."""
        folder: Path = self.root / "pages" / self.env.docname.replace("/", "-")
        if not folder.exists():
            folder.mkdir(parents=True)
            for name in ("patient.json", "site.toml"):
                (folder / name).write_bytes((files("iopkit") / "examples" / name).read_bytes())
        return folder

    def block(self, text: str, language: str) -> nodes.literal_block:
        """Show a text as it is."""
        node = nodes.literal_block(text, text, language=language)
        self.set_source_info(node)
        return node


class File(_InFolder):
    """Show a file, and write it into the page's folder."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name, text = self.arguments[0], "\n".join(self.content)
        (self.folder() / name).write_text(f"{text}\n", encoding="utf-8")
        ending = Path(name).suffix.removeprefix(".")
        language = {"csv": "text", "jsonl": "json"}.get(ending, ending)
        block = self.block(text, language)
        return [container_wrapper(self, block, f"``{name}``")]


class Shell(_InFolder):
    """Run commands in the page's folder, and show them with what they print.

    ``exit`` is the expected exit code; ``lines`` shows only so many lines;
    ``help`` leaves out the exit codes that end every help text.
    """

    option_spec: ClassVar = {
        "exit": directives.nonnegative_int,
        "lines": directives.positive_int,
        "help": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        commands = "\n".join(["set -e", *self.content])
        path = f"{self.root / 'bin'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["/bin/sh", "-c", commands],
            cwd=self.folder(),
            env={**os.environ, **SETTINGS, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != self.options.get("exit", 0) or "Traceback" in done.stdout:
            raise self.error(f"exit code {done.returncode}:\n{done.stdout}")
        text = done.stdout.partition("\nexit codes:")[0] if "help" in self.options else done.stdout
        printed = text.rstrip().splitlines()
        shown = printed[: self.options.get("lines")]
        prompts = [f"{'' if line.startswith(' ') else '$ '}{line}" for line in self.content]
        more = ["..."] if len(shown) < len(printed) else []
        code = [f"[exit code {done.returncode}]"] if done.returncode else []
        return [self.block("\n".join([*prompts, *shown, *more, *code]), "console")]
