"""What the monitor measures by itself: how late the event loop is, memory, CPU."""

from __future__ import annotations

import os
import time
from pathlib import Path

from twisted.internet.interfaces import IDelayedCall, IReactorTime

LAG_INTERVAL = 0.25
"""Seconds between two looks at the loop: a stall of half a second is seen at nearly its length."""

_STATM = Path("/proc/self/statm")


class LagMeter:
    """How late timed calls come: the time that the reactor spent on something else.

    A stall delays everybody's messages by as long.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._worst = 0.0
        self._due = 0.0
        self._call: IDelayedCall | None = None

    def start(self) -> None:
        """Begin to look, once the loop runs: what a server does before that keeps nobody waiting."""
        self._call = self._clock.callLater(0, self._again)

    def stop(self) -> None:
        """Leave no timed call behind."""
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def take(self) -> float:
        """The worst lateness, in seconds, since this was last asked."""
        worst, self._worst = self._worst, 0.0
        return worst

    def _look(self) -> None:
        self._worst = max(self._worst, self._clock.seconds() - self._due, 0.0)
        self._again()

    def _again(self) -> None:
        self._due = self._clock.seconds() + LAG_INTERVAL
        self._call = self._clock.callLater(LAG_INTERVAL, self._look)


def memory() -> int | None:
    """Bytes of this process in memory (Linux: resident set size), or None where it cannot be told."""
    try:
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def cpu() -> float:
    """Seconds of processor time that this process has used."""
    return time.process_time()
