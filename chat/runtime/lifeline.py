"""Ending a program in order when the one that started it is gone, however that ended."""

from __future__ import annotations

import os
import signal
import threading

STDIN = 0
END_WITH_INPUT = "--end-with-input"
"""Before a command of `python -m chat`: it ends when its standard input does."""


def end_with_input(descriptor: int = STDIN) -> threading.Thread:
    """From here on, the end of standard input is SIGTERM to this process; what comes in before is dropped.

    A pipe from whoever started us ends when they do, also by `kill -9` or by Xlib, which ends a program at once
    when its display goes. Linux alone could tell of that by a signal (prctl(2), PR_SET_PDEATHSIG).
    """

    def wait() -> None:
        try:
            while os.read(descriptor, 4096):
                pass
        except OSError:
            pass  # There is no input, and so nobody who could hold its other end.
        os.kill(os.getpid(), signal.SIGTERM)

    # Reading a pipe cannot be called off; the thread goes with the process.
    watcher = threading.Thread(target=wait, name="lifeline", daemon=True)
    watcher.start()
    return watcher
