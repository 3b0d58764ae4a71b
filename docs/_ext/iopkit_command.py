"""The command ``iopkit`` in the manual's examples: loaded once, and forked for each.

What the shell starts in its stead is ``iopkit_call``.
"""

import gc
import os
import socket
import sys
from ast import literal_eval
from importlib import import_module
from pathlib import Path

import iopkit
from iopkit.cli import run

# What needs more than iopkit itself: it starts threads, which do not outlive a fork.
NOT_LOADED = {"__main__", "frames", "plots", "scenarios", "strategies", "studies"}


def serve() -> None:
    """Wait at the socket that is standard input, and run each command in a process of its own."""
    load()
    listening = socket.socket(fileno=0)
    caller, _ = listening.accept()
    while os.fork():
        caller.close()
        caller, _ = listening.accept()
    answer(caller)


def load() -> None:
    """Load iopkit, as far as most commands need it."""
    inside = Path(iopkit.__file__).parent
    for path in inside.rglob("*.py"):
        names = path.relative_to(inside).with_suffix("").parts
        if names[0] not in NOT_LOADED:
            import_module(".".join(["iopkit", *names]).removesuffix(".__init__"))
    gc.freeze()  # or each process would copy all that to look through it


def answer(caller: socket.socket) -> None:
    """Run a caller's command, and tell its exit code."""
    _, (*streams, folder), _, _ = socket.recv_fds(caller, 1, 4)
    with caller.makefile() as asked:
        sys.argv[1:], environment = literal_eval(asked.read())
    if command := os.fork():
        _, status = os.waitpid(command, 0)
        caller.sendall(bytes([os.waitstatus_to_exitcode(status) % 256]))
        os._exit(0)
    for stream, handed in enumerate(streams):
        os.dup2(handed, stream)
        os.close(handed)
    os.fchdir(folder)
    os.close(folder)
    os.environ.clear()
    os.environ.update(environment)
    try:
        run()
    except SystemExit as end:
        os._exit(end.code)  # to take down all that is loaded takes as long as many a command


if __name__ == "__main__":
    serve()
