"""A room's append-only log of events, and the position of a reader in it.

The log replaces a queue for each person: an event is kept once, and each reader has only a cursor, the position of the
next event to read. Retention is bounded, so a reader that is too far behind finds a gap, and is told how large it is.
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from chat.domain.events import LogEvent, Tagged

KEEP = 256
"""Events a quiet room keeps in memory: enough for replay on join and a look back without storage."""
KEEP_AT_MOST = 4096
"""Events a busy room keeps: about a quarter of a second of the highest rate measured, some 2 MB."""
KEEP_SECONDS = 60.0
"""Age up to which events beyond `KEEP` stay: a reader that takes nothing for so long is closed anyway."""
TRIM_STEP = 256
"""Events that may stand beyond the bound before the list is cut: cutting one by one would cost a copy each."""

E = TypeVar("E")


class Reading(NamedTuple, Generic[E]):
    """What a reader gets at a position: `events`, from `start`, after `missed` that are kept no longer."""

    start: int
    missed: int
    events: list[E]


class Log:
    """Events of one room (its folded name) in order; positions count from 0, are never reused, and `end` is the next.

    Events at `base` to `end - 1` are kept: at least `KEEP`, and up to `KEEP_AT_MOST` of the last `KEEP_SECONDS`.
    """

    __slots__ = ("_trim_at", "base", "end", "entries", "room", "warm")

    def __init__(self, room: str) -> None:
        self.room = room
        self.base = 0
        self.end = 0
        self.entries: list[LogEvent] = []
        self.warm = False
        """Whether what storage remembers from before the first event has been put here."""
        self._trim_at = KEEP + TRIM_STEP

    def append(self, event: LogEvent) -> int:
        """Add an event at the end and return its position."""
        position = self.end
        self.entries.append(event)
        self.end = position + 1
        if len(self.entries) >= self._trim_at:
            self._trim(event.time)
        return position

    def _trim(self, now: float) -> None:
        entries = self.entries
        excess = len(entries) - KEEP
        oldest = now - KEEP_SECONDS
        must_go = max(0, len(entries) - KEEP_AT_MOST)
        cut = must_go
        while cut < excess and entries[cut].time < oldest:
            cut += 1
        if cut:
            del entries[:cut]
            self.base += cut
        self._trim_at = max(len(entries), KEEP) + TRIM_STEP

    def read(self, position: int, limit: int | None = None) -> Reading[LogEvent]:
        """Events from `position` on, at most `limit`; positions before `base` are reported as missed."""
        start = max(position, self.base)
        offset = start - self.base
        stop = None if limit is None else offset + limit
        return Reading(start, start - position if position < start else 0, self.entries[offset:stop])

    def last(self, count: int) -> list[LogEvent]:
        """The newest `count` events, oldest first."""
        return self.entries[-count:] if count > 0 else []

    def preload(self, events: list[LogEvent]) -> None:
        """Put what storage remembers before the first event. Positions below 0 belong to it."""
        if not self.warm and self.base == 0:
            first = self.entries[0].msgid if self.entries else None
            older = [event for event in events if first is None or event.msgid < first]
            self.entries[:0] = older
            self.base -= len(older)
        self.warm = True

    def redact(self, msgid: str) -> LogEvent | None:
        """Take what an event said out of the log, and return it; in its place nothing is shown."""
        for offset in range(len(self.entries) - 1, -1, -1):
            event = self.entries[offset]
            if event.msgid == msgid:
                if isinstance(event, Tagged) and not event.tags:
                    return None
                self.entries[offset] = Tagged(msgid, event.time, event.author, self.room, {})
                return event
        return None
