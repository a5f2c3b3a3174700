"""One pass over the readers of a room: where the walk stands, and what everybody at one position gets.

An event costs something once per rendering; a reader costs one send per walk, whatever the number of events. Each
reader gets everything from its cursor to the end of the log as of that moment, and readers who stand together share
one bytes object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from twisted.logger import Logger

from chat.domain.events import LogEvent
from chat.domain.log import Log
from chat.domain.readers import Cursor, SharedCursor
from chat.domain.room import Room
from chat.listening.tls import NOT_NOW
from chat.network.outlet import Outlet
from chat.network.rendering import Rendering, rendered, to_bytes

_log = Logger()

BROKEN = -1
"""Instead of the number of bytes that a transport took: it takes nothing any more."""
CATCH_UP = 16
"""Readers whose time it takes to look through all the rooms of one."""
MANY = -1
"""Among the authors of a chunk: an event in it stands in several logs, so readers of several rooms need a look."""

Push = Callable[[bytes], int]


Chunk: TypeAlias = tuple[bytes, set[int]]
"""What readers at one position get: the bytes, and the sessions to which they do not apply as they are."""


class Pass:
    """The fan-out of one room. At the end of a walk who has read everything stands with `together` others at most."""

    __slots__ = (
        "_alone",
        "_end",
        "_groups",
        "_looked",
        "_news",
        "_together",
        "began",
        "fresh",
        "room",
        "started_at",
    )

    def __init__(self, room: Room, together: int) -> None:
        self.room = room
        self._together = together
        self.began = 0.0
        self._news: News | None = None
        self._looked = 0
        self._begin()

    def _begin(self) -> None:
        readers = self.room.readers
        self._groups = readers.together[::-1]
        self._alone = list(readers.alone)
        self._end = self.started_at = self.room.log.end
        self.fresh = True
        """Whether no reader has been looked at since the walk began."""

    def walk(self, budget: int) -> tuple[int, int]:
        """Serve about `budget` readers; return how many were looked at, and the bytes that were sent."""
        self.fresh = False
        self._end = end = self.room.log.end
        self._looked = sent = 0
        groups = self._groups
        while groups and self._looked < budget:
            shared = groups.pop()
            self._looked += len(shared.members)
            if shared.position < end:
                sent += self._serve_together(shared)
        alone = self._alone
        while alone and self._looked < budget:
            cursor = alone.pop()
            self._looked += 1
            if cursor.position < end and cursor.stop is None and not cursor.held:
                sent += self._serve_alone(cursor)
        return self._looked, sent

    def finished(self) -> bool:
        """Whether every reader has been offered everything; if news came meanwhile, a new walk begins."""
        if self._groups or self._alone:
            return False
        readers = self.room.readers
        end = self.room.log.end
        late = False if readers.settled else readers.gather(end, self._together)
        if self.started_at == end and not late:
            return True
        self._begin()
        return False

    def _chunk(
        self, rendering: Rendering, position: int, render: Callable[[Rendering, LogEvent], bytes]
    ) -> Chunk:
        log = self.room.log
        if position == self._end - 1:
            # Most of the time one event is new.
            event = log.entries[position - log.base]
            return render(rendering, event), authors_of((event,))
        if self._news is None:
            self._news = News(log)
        return self._news.chunk(rendering, position, self._end)

    def _without(self, rendering: Rendering, position: int, session: int) -> bytes:
        if position == self._end - 1 or self._news is None:
            return b""
        return self._news.without(rendering, position, session)

    def _serve_together(self, shared: SharedCursor) -> int:
        position = shared.position
        if position < self.room.log.base:
            _read_alone(shared, 0)
            return 0
        data, authors = self._chunk(shared.rendering, position, to_bytes)
        if MANY in authors:
            self._looked += CATCH_UP * _read_alone(shared, 1)
        shared.position = self._end
        # A copy, because whoever does not take everything leaves the cursor.
        pushes = list(shared.pushes.values())
        for session in authors:
            if session in shared.pushes:
                pushes.remove(shared.pushes[session])
        sent = 0
        if data:
            size = len(data)
            sent = size * len(pushes)
            for push in pushes:
                try:
                    taken = push(data)
                except NOT_NOW:
                    taken = 0
                except Exception as problem:
                    taken = _broken(problem)
                if taken != size:
                    sent -= size - self._fell_short(shared, push, position, taken)
        if position < self._end - 1:
            for session in authors:
                cursor = shared.members.get(session)
                if cursor is not None:
                    own = self._without(shared.rendering, position, session)
                    sent += self._push(cursor, own, position)
        return sent

    def _fell_short(self, shared: SharedCursor, push: Push, position: int, taken: int) -> int:
        for session, other in shared.pushes.items():
            if other is push:
                cursor = shared.members[session]
                if taken == BROKEN:
                    cursor.outlet.broken()
                else:
                    cursor.outlet.fall_behind(cursor, position, taken)
                break
        return max(taken, 0)

    def _serve_alone(self, cursor: Cursor) -> int:
        position = cursor.position
        outlet: Outlet = cursor.outlet
        if outlet.blocked:
            return 0
        if position < self.room.log.base:
            _catch_up(outlet)
            return 0
        data, authors = self._chunk(cursor.rendering, position, rendered)
        if authors:
            if MANY in authors and len(cursor.session.cursors) > 1:
                self._looked += CATCH_UP
                _catch_up(outlet)
                return 0
            if cursor.number in authors:
                data = self._without(cursor.rendering, position, cursor.number)
        cursor.position = self._end
        return self._push(cursor, data, position)

    def _push(self, cursor: Cursor, data: bytes, position: int) -> int:
        if not data:
            return 0
        outlet: Outlet = cursor.outlet
        try:
            taken = outlet.push(data)
        except NOT_NOW:
            taken = 0
        except Exception as problem:
            _broken(problem)
            outlet.broken()
            return 0
        if taken != len(data):
            outlet.fall_behind(cursor, position, taken)
        return taken


class News:
    """Several new events of a log as bytes: rendered once, and joined once for each position at which readers stand."""

    __slots__ = ("_authors", "_chunks", "_end", "_lines", "_log")

    def __init__(self, log: Log) -> None:
        self._log = log
        self._end = -1
        self._lines: dict[Rendering, tuple[int, list[bytes]]] = {}
        self._chunks: dict[Rendering, dict[int, Chunk]] = {}
        self._authors: dict[int, set[int]] = {}

    def chunk(self, rendering: Rendering, position: int, end: int) -> Chunk:
        """What a reader at `position` gets, up to `end`."""
        if end != self._end:
            self._end = end
            self._chunks.clear()
            self._authors.clear()
        chunks = self._chunks.setdefault(rendering, {})
        chunk = chunks.get(position)
        if chunk is None:
            chunk = chunks[position] = self._make(rendering, position)
        return chunk

    def _make(self, rendering: Rendering, position: int) -> Chunk:
        log = self._log
        base, lines = self._lines.get(rendering, (position, []))
        if position < base or base < log.base:
            base, lines = position, []
        if base + len(lines) < self._end:
            start = base + len(lines)
            lines.extend([rendered(rendering, event) for event in log.read(start, self._end - start).events])
            self._lines[rendering] = (base, lines)
        authors = self._authors.get(position)
        if authors is None:
            authors = self._authors[position] = authors_of(log.read(position, self._end - position).events)
        return b"".join(lines[position - base :] if position > base else lines), authors

    def without(self, rendering: Rendering, position: int, session: int) -> bytes:
        """What `chunk` returned last for this rendering and position, without the events of one author."""
        base, lines = self._lines[rendering]
        events = self._log.read(position, self._end - position).events
        return b"".join(
            line
            for event, line in zip(events, lines[position - base :], strict=True)
            if event.author.session != session
        )


def _broken(problem: Exception) -> int:
    """What one transport fails with must cost nobody else anything, whatever it is."""
    if not isinstance(problem, OSError):
        _log.failure("A reader could not be served")
    return BROKEN


def _read_alone(shared: SharedCursor, rooms: int) -> int:
    """Let those who are in more than so many rooms read on alone; return how many these are."""
    several = [cursor for cursor in shared.members.values() if len(cursor.session.cursors) > rooms]
    for cursor in several:
        _catch_up(cursor.outlet)
    return len(several)


def _catch_up(outlet: Outlet) -> None:
    try:
        outlet.catch_up()
    except Exception as problem:
        _broken(problem)
        outlet.broken()


def authors_of(events: Iterable[LogEvent]) -> set[int]:
    """The sessions that made these events, with `MANY` if one of them stands in several logs."""
    authors: set[int] = set()
    for event in events:
        authors.add(event.author.session)
        if len(getattr(event, "places", ())) > 1:
            authors.add(MANY)
    return authors
