"""Counters and rates of the whole server, read by `/stats`, the monitor and the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from chat.domain.refused import Refused

WINDOW = 60
"""Seconds that "in the last minute" looks back."""


class Rate:
    """A total since start, and how much of it came in the last minute; one bucket a second of a monotonic clock."""

    __slots__ = ("_buckets", "_clock", "_second", "total")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets = [0] * WINDOW
        self._second = int(clock())
        self.total = 0

    def add(self, count: int = 1) -> None:
        """Count something that happens now."""
        self.total += count
        second = int(self._clock())
        if second != self._second:
            self._turn(second)
        self._buckets[second % WINDOW] += count

    def last_minute(self) -> int:
        """How much was counted in the last 60 seconds."""
        self._turn(int(self._clock()))
        return sum(self._buckets)

    def _turn(self, second: int) -> None:
        passed = second - self._second
        if passed <= 0:
            return
        for step in range(1, min(passed, WINDOW) + 1):
            self._buckets[(self._second + step) % WINDOW] = 0
        self._second = second


class Bounded(NamedTuple):
    """Something that may not grow without end: a queue, a table."""

    name: str
    size: Callable[[], int]
    """How much is in it; asked once a second, so it must not count."""
    most: int


class Stats:
    """What has happened since start. Plain numbers: nothing in here can hold what people said."""

    def __init__(self, clock: Callable[[], float], seconds: Callable[[], float] | None = None) -> None:
        """`clock` gives seconds since the epoch, `seconds` those of a monotonic clock (None: the same)."""
        self._seconds = seconds or clock
        self._began = self._seconds()
        self.started = clock()
        self.messages = Rate(self._seconds)
        self.private_messages = Rate(self._seconds)
        self.people = 0
        self.peak_people = 0
        self.dialects: Counter[str] = Counter()
        """Dialect -> sessions of people that speak it now."""
        self.connections = 0
        """Open connections, with or without a name."""
        self.accepted = 0
        self.refused = 0
        """Connections that were turned away."""
        self.refusals: Counter[str] = Counter()
        """What was refused, by a reason of few words: connections by their rule, logins, requests."""
        self.muted = 0
        self.delayed = 0
        self.missed = 0
        """Events that readers were told they missed."""
        self.stalled = 0
        """Readers closed because they took nothing for a minute."""
        self.bytes_in = 0
        self.bytes_out = 0
        self.failing: Callable[[], bool] = lambda: False
        """Whether the disk does not take what is to be stored."""
        self.bounded: list[Bounded] = []
        """Queues and tables that have a bound."""
        self.parts: list[Callable[[], list[tuple[str, str]]]] = []
        """Labels and figures of parts that count for themselves, such as relays."""

    def refuse(self, refused: Refused) -> None:
        """Somebody was told that something was not done."""
        self.refusals[refused.why.name.lower()] += 1

    def came(self) -> None:
        """Somebody has a name from here on."""
        self.people += 1
        self.peak_people = max(self.peak_people, self.people)

    def gone(self) -> None:
        """Somebody with a name is gone."""
        self.people -= 1

    def attached(self, dialect: str) -> None:
        """A session is somebody's from here on."""
        self.dialects[dialect] += 1

    def detached(self, dialect: str) -> None:
        """It is no more."""
        self.dialects[dialect] -= 1

    @property
    def uptime(self) -> float:
        """Seconds since start."""
        return self._seconds() - self._began
