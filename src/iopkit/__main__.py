"""``python -m iopkit``: the command line."""

from iopkit.cli.process import run

run()
