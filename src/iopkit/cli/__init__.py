"""The command line: the only reader of files, the clock and arguments."""

from iopkit.cli.command import main, run

__all__ = ["main", "run"]
