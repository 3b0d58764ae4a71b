"""``python -m iopkit``: the command line."""

from iopkit.cli.process import run

if __name__ == "__main__":
    run()
