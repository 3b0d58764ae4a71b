"""The command line: the only reader of files, the clock and arguments.

The door loads nothing, so that ``run`` guards what is loaded too.
"""

from typing import TYPE_CHECKING

from iopkit.doors import lazy_dir, lazy_getattr

if TYPE_CHECKING:
    from iopkit.cli.command import main
    from iopkit.cli.process import run

_HOMES = {"main": "iopkit.cli.command", "run": "iopkit.cli.process"}

__all__ = ["main", "run"]

__getattr__ = lazy_getattr(__name__, _HOMES)
__dir__ = lazy_dir(__name__, _HOMES)
