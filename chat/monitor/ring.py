"""The newest log events, numbered, in bounded memory."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

LEVELS = ("debug", "info", "warn", "error", "critical")
"""Names of `twisted.logger.LogLevel`, lowest first."""

MAX_EVENTS = 10_000
"""Twice what a page holds: a page that was away for a moment of heavy logging still gets everything."""

MAX_CHARACTERS = 8 * 1024 * 1024
"""So that the events kept, tracebacks included, cost at most some tens of megabytes."""

_OVERHEAD = 200
# Roughly what an event costs beside its text: the object, its numbers, its place in the ring.


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One log event, as it is shown: nothing in it holds a character that acts."""

    sequence: int
    time: float
    """Seconds since 1970, UTC."""
    level: str
    source: str
    """The logger's namespace."""
    text: str
    trace: tuple[str, ...] = ()
    """The traceback's lines, if there was one."""

    @property
    def size(self) -> int:
        """Characters that this event counts for."""
        return _OVERHEAD + len(self.source) + len(self.text) + sum(map(len, self.trace))


class LogRing:
    """Keeps the newest events; each has the sequence number after the one before, starting at 1.

    Numbers start anew with each process, which `boot` tells apart. Safe to append to from any thread, because
    Twisted's loggers are called from all of them.
    """

    def __init__(self, max_events: int = MAX_EVENTS, max_characters: int = MAX_CHARACTERS) -> None:
        self.boot = secrets.token_hex(8)
        self._events: deque[LogEvent] = deque()
        self._size = 0
        self._next = 1
        self._max_events = max_events
        self._max_characters = max_characters
        self._counts = dict.fromkeys(LEVELS, 0)
        self._lock = threading.Lock()

    @property
    def first(self) -> int:
        """The oldest sequence number kept, or `next` if none is."""
        with self._lock:
            return self._next - len(self._events)

    @property
    def next(self) -> int:
        """The sequence number that the next event gets."""
        return self._next

    def counts(self) -> Mapping[str, int]:
        """How many events of each level there were since start, whether still kept or not."""
        with self._lock:
            return dict(self._counts)

    def append(self, time: float, level: str, source: str, text: str, trace: tuple[str, ...] = ()) -> int:
        """Keep an event and return its sequence number."""
        with self._lock:
            event = LogEvent(self._next, time, level, source, text, trace)
            self._next += 1
            self._counts[level] += 1
            self._events.append(event)
            self._size += event.size
            while len(self._events) > self._max_events or (
                self._size > self._max_characters and len(self._events) > 1
            ):
                self._size -= self._events.popleft().size
            return event.sequence

    def since(self, sequence: int, max_events: int, max_characters: int) -> list[LogEvent]:
        """The oldest events kept from `sequence` on, within both limits, but one at least if there is one."""
        with self._lock:
            start = max(0, sequence - (self._next - len(self._events)))
            found: list[LogEvent] = []
            size = 0
            for event in islice(self._events, start, start + max_events):
                size += event.size
                if found and size > max_characters:
                    break
                found.append(event)
            return found
