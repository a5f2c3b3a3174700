"""Timers that no change of the machine's clock touches."""

from __future__ import annotations

import time
from typing import Any


def count_monotonically(reactor: Any) -> None:
    """Have `reactor` keep its time by a clock that only moves forward; to be called before it is used otherwise.

    Twisted's own reactors go by the machine's clock: whoever sets it back by an hour stops every timer for an hour, and
    whoever sets it forward ends every timeout at once. What waits already keeps its time.
    """
    difference = time.monotonic() - reactor.seconds()
    waiting = reactor.getDelayedCalls()
    reactor.seconds = time.monotonic
    for call in waiting:
        call.seconds = time.monotonic
        call.delay(difference)
