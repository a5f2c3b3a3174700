"""The servers that a relay can connect to: which is tried first, and how long a dead one is passed over."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from math import ceil

from twisted.internet.interfaces import IStreamClientEndpoint

FIRST_PAUSE = 1.0
"""Seconds for which a server is passed over after it did not answer once: a restart takes about that."""

LONGEST_PAUSE = 60.0
"""The pause doubles with each failure up to this: a minute after it is back at most, people get to it."""

MAX_UPSTREAMS = 16
"""More would let a person wait longer than anybody does, when all are dead without refusing."""


class UpstreamState(Enum):
    """What is known about a server."""

    UNTRIED = "untried"
    UP = "up"
    DOWN = "down"


class Upstream:
    """
    One server, with what the last attempts to reach it taught.

    `name` is how the operator wrote it, `endpoint` connects to it, `failures` counts the attempts in a row that
    failed, and `reason` says why the last one did; it is empty while the server is not down.
    """

    def __init__(self, name: str, endpoint: IStreamClientEndpoint) -> None:
        self.name = name
        self.endpoint = endpoint
        self.state = UpstreamState.UNTRIED
        self.failures = 0
        self.reason = ""
        self._retry_at = 0.0
        self._probed_until = 0.0

    def is_due(self, now: float) -> bool:
        """Whether a new connection tries it: it is not down, or its pause is over and nobody else probes."""
        return self.state is not UpstreamState.DOWN or now >= max(self._retry_at, self._probed_until)

    def retry_in(self, now: float) -> float:
        """Seconds for which it is still passed over; 0.0 if it is not."""
        return max(0.0, self._retry_at - now) if self.state is UpstreamState.DOWN else 0.0

    def trying(self, until: float) -> None:
        """A connection tries it, for as long as `until`; while it is down, others pass it over meanwhile."""
        self._probed_until = until

    def gave_up(self) -> None:
        """The attempt was called off, because the person was gone: nothing was learnt."""
        self._probed_until = 0.0

    def answered(self) -> bool:
        """The attempt succeeded; returns whether that is news."""
        news = self.state is not UpstreamState.UP
        self.state = UpstreamState.UP
        self.failures = 0
        self.reason = ""
        self._probed_until = 0.0
        return news

    def failed(self, now: float, reason: str) -> float:
        """The attempt failed; returns the seconds for which the server is passed over."""
        if self.state is not UpstreamState.DOWN or now >= self._retry_at:
            # Attempts that run side by side fail together: they are one failure, and lengthen the pause once.
            self.failures += 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self.failures - 1, 16))
            self._retry_at = now + pause
        self.state = UpstreamState.DOWN
        self.reason = reason
        self._probed_until = 0.0
        return self._retry_at - now

    def describe(self, now: float) -> str:
        """Its state in a few words."""
        if self.state is not UpstreamState.DOWN:
            return str(self.state.value)
        wait = ceil(self.retry_in(now))
        return f"down ({self.reason}), " + (f"tried again in {wait} s" if wait else "tried again at once")


class Upstreams:
    """
    The servers in the operator's order, which is the order of preference: the first that is alive serves.

    Not in turns (round robin): each server has its own people and rooms, so people who want to meet must be
    sent to the same one. Those after the first are its stand-ins, and new connections return to it when it is
    back; connections that are open stay where they are.
    """

    def __init__(self, upstreams: Sequence[Upstream]) -> None:
        self.all = tuple(upstreams)

    def order(self, now: float) -> list[Upstream]:
        """
        All servers, in the order in which a new connection tries them.

        Those that are passed over stand at the end: they are tried only when no other answers, because an
        attempt that probably fails is still better than none.
        """
        return sorted(self.all, key=lambda upstream: not upstream.is_due(now))
