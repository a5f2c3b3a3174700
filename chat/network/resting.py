"""How the process rests between two pieces of work when news is frequent: what comes meanwhile is dealt with together.

Work after a quiet time is never put off. A rest is a sleep of the whole process, so that it is not woken up for each of
many small things, and its readers are not.
"""

from __future__ import annotations

from collections.abc import Callable

REST_SECONDS = 0.02
"""Time from the beginning of one piece of work to that of the next."""
BUSY_REST_SECONDS = 0.05
"""The same for a process that has much to do: what it spares is then worth more than what others wait. (Measured with
1,000 rooms of 10 people and 1,000 messages a second in all, a sixth of a processor: 17.5 microseconds a delivery with
20 ms and 16.2 with 50 in the plain dialect, 18.2 and 15.7 in IRC; some 30 without rests. Most of that went into waking
up.)"""
BUSY_SHARE = 0.1
"""Part of a processor's time from which on a process has much to do."""


def left_of(length: float, since: float, now: float) -> float:
    """Seconds that are left of a time of this length; none or less when it is over."""
    # The reactor's clock is the machine's, which somebody may set back.
    return min(since + length - now, length)


class Rests:
    """The rests of a process.

    @param seconds: the reactor's clock.
    @param sleep: rests; `time.sleep`.
    @param worked: seconds that the process has worked; `time.process_time`.
    @param before: called before each rest: starts what other threads can do meanwhile.
    """

    __slots__ = ("_before", "_began", "_rested_at", "_seconds", "_sleep", "_worked", "_worked_before")

    def __init__(
        self,
        seconds: Callable[[], float],
        sleep: Callable[[float], object],
        worked: Callable[[], float],
        before: Callable[[], object],
    ) -> None:
        self._seconds = seconds
        self._sleep = sleep
        self._worked = worked
        self._before = before
        self._worked_before = 0.0
        self._began = 0.0
        self._rested_at = 0.0

    def rest(self, briefly: bool) -> None:
        """A piece of work is done: sleep for what is left of its time. `briefly`: even if there is much to do."""
        self._before()
        now, worked = self._seconds(), self._worked()
        busy = worked - self._worked_before >= BUSY_SHARE * (now - self._began)
        length = BUSY_REST_SECONDS if busy and not briefly else REST_SECONDS
        rest = left_of(length, self._rested_at, now)
        if rest > 0:
            self._sleep(rest)
        self._began, self._worked_before = now, worked
        self._rested_at = self._seconds()
