"""From cursors to transports: the rolling pass over the readers of rooms that have news.

An event costs something once per rendering; a reader costs one send per pass, whatever the number of events. A pass
goes through the readers of a room in slices and lets the reactor work between them; each reader gets everything from
its cursor to the end of the log as of that moment, and readers who stand together share one bytes object.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from chat.domain.events import LogEvent
from chat.domain.log import KEEP_AT_MOST
from chat.domain.readers import SharedCursor
from chat.domain.room import Membership, Room
from chat.domain.stats import Stats
from chat.network.outlet import Outlet
from chat.network.rendering import Rendering, rendered

_log = Logger()

SLICE = 256
"""Readers served between two turns of the reactor, and most who share a cursor: these are served without a break. The
best of 64 to 1024 measured with 1,000 readers."""
BROKEN = -1
"""Instead of the number of bytes that a transport took: it takes nothing any more."""
MANY = -1
"""Among the authors of a chunk: an event in it stands in several logs, so readers of several rooms need a look."""

REST_SECONDS = 0.02
"""Time from the beginning of one walk through a large room to that of the next, when news came meanwhile: more goes
out in one send. (Measured with 1,000 readers and 256 messages in flight: 0.075 instead of 0.083 microseconds a
delivery; with 30 ms the gain is larger there, and lost at 16 in flight.)"""
PATIENCE_SECONDS = 0.05
"""How long the news that somebody came or went may wait for company. Nobody notices; and a thousand people who
come within a second cost the sends of twenty passes, not of a thousand."""

HURRY = KEEP_AT_MOST // 2
"""Events after which the readers of a room get them at once: who keeps up never finds a gap in the log, however much
is said in one turn of the reactor or during one pass."""


class Chunk(NamedTuple):
    """What readers at one position get: the bytes, and the sessions to which they do not apply as they are."""

    data: bytes
    authors: frozenset[int]


class Pass:
    """The fan-out of one room: where the walk through its readers stands, and what has been rendered for it.

    At its end who has read everything stands `together` with so many others at most.
    """

    __slots__ = (
        "_alone",
        "_authors",
        "_chunks",
        "_cursors",
        "_end",
        "_lines",
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
        self._lines: dict[Rendering, tuple[int, list[bytes]]] = {}
        self._chunks: dict[Rendering, dict[int, Chunk]] = {}
        self._authors: dict[int, frozenset[int]] = {}
        self._end = -1
        self._begin()

    def _begin(self) -> None:
        readers = self.room.readers
        self._cursors = readers.cursors[::-1]
        self._alone = list(readers.alone)
        self._alone.reverse()
        self.started_at = self.room.log.end
        self.fresh = True
        """Whether no reader has been looked at since the walk began."""

    def walk(self, budget: int) -> tuple[int, int]:
        """Serve about `budget` readers; return how many were looked at, and the bytes that were sent."""
        self.fresh = False
        end = self.room.log.end
        if end != self._end:
            self._end = end
            self._chunks.clear()
            self._authors.clear()
        looked = sent = 0
        cursors = self._cursors
        while cursors and looked < budget:
            cursor = cursors.pop()
            looked += len(cursor.members)
            if cursor.position < end:
                sent += self._serve_together(cursor)
        alone = self._alone
        while alone and looked < budget:
            membership = alone.pop()
            looked += 1
            if membership.position < end:
                sent += self._serve_alone(membership)
        return looked, sent

    def finished(self) -> bool:
        """Whether every reader has been offered everything; if news came meanwhile, a new walk begins."""
        if self._cursors or self._alone:
            return False
        end = self.room.log.end
        late = self.room.readers.gather(end, self._together)
        if self.started_at == end and not late:
            return True
        self._begin()
        return False

    def _serve_together(self, cursor: SharedCursor) -> int:
        position = cursor.position
        if position < self.room.log.base:
            _catch_up(cursor, 0)
            return 0
        data, authors = self._chunk(cursor.rendering, position)
        if MANY in authors:
            _catch_up(cursor, 1)
        pushes = cursor.pushes
        authors &= pushes.keys()
        if authors:
            pushes = {session: push for session, push in pushes.items() if session not in authors}
        cursor.position = self._end
        sent = 0
        if data:
            size = len(data)
            sent = size * len(pushes)
            # A copy, because whoever does not take everything leaves the cursor.
            for push in list(pushes.values()):
                try:
                    taken = push(data)
                except (BlockingIOError, InterruptedError):
                    taken = 0
                except OSError:
                    taken = BROKEN
                if taken != size:
                    sent -= size - self._fell_short(cursor, push, position, taken)
        for session in authors:
            membership = cursor.members.get(session)
            if membership is not None:
                own = self._without(cursor.rendering, position, session)
                sent += self._push(membership, own, position)
        return sent

    def _fell_short(
        self, cursor: SharedCursor, push: Callable[[bytes], int], position: int, taken: int
    ) -> int:
        for session, other in cursor.pushes.items():
            if other is push:
                membership = cursor.members[session]
                if taken == BROKEN:
                    membership.outlet.broken()
                else:
                    membership.outlet.fall_behind(membership, position, taken)
                break
        return max(taken, 0)

    def _serve_alone(self, membership: Membership) -> int:
        position = membership.position
        outlet: Outlet = membership.outlet
        if outlet.blocked:
            return 0
        if position < self.room.log.base:
            outlet.catch_up()
            return 0
        data, authors = self._chunk(membership.rendering, position)
        if authors:
            if MANY in authors and len(membership.user.memberships) > 1:
                outlet.catch_up()
                return 0
            if membership.session in authors:
                data = self._without(membership.rendering, position, membership.session)
        membership.position = self._end
        return self._push(membership, data, position)

    def _push(self, membership: Membership, data: bytes, position: int) -> int:
        if not data:
            return 0
        outlet: Outlet = membership.outlet
        try:
            taken = outlet.push(data)
        except (BlockingIOError, InterruptedError):
            taken = 0
        except OSError:
            outlet.broken()
            return 0
        if taken != len(data):
            outlet.fall_behind(membership, position, taken)
        return taken

    def _chunk(self, rendering: Rendering, position: int) -> Chunk:
        log = self.room.log
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
        chunk = Chunk(b"".join(lines[position - base :] if position > base else lines), authors)
        self._chunks.setdefault(rendering, {})[position] = chunk
        return chunk

    def _without(self, rendering: Rendering, position: int, session: int) -> bytes:
        base, lines = self._lines[rendering]
        events = self.room.log.read(position, self._end - position).events
        return b"".join(
            line
            for event, line in zip(events, lines[position - base :], strict=True)
            if event.author.session != session
        )


def _catch_up(cursor: SharedCursor, rooms: int) -> None:
    """Let those who are in more than so many rooms read on alone."""
    for membership in list(cursor.members.values()):
        if len(membership.user.memberships) > rooms:
            membership.outlet.catch_up()


def authors_of(events: list[LogEvent]) -> frozenset[int]:
    """The sessions that made these events, with `MANY` if one of them stands in several logs."""
    authors = {event.author.session for event in events}
    for event in events:
        if len(getattr(event, "places", ())) > 1:
            authors.add(MANY)
            break
    return frozenset(authors)


class Fanout:
    """Schedules passes: one slice a turn of the reactor, rooms in turn, so that a huge room delays no small one.

    It also watches the outlets whose transports take nothing: `sweep` is called every few seconds.
    """

    def __init__(self, reactor: IReactorTime, stats: Stats, slice_size: int = SLICE) -> None:
        self.seconds: Callable[[], float] = reactor.seconds
        self._reactor = reactor
        self._stats = stats
        self._slice = slice_size
        self._passes: dict[Room, Pass] = {}
        self._queue: deque[Pass] = deque()
        self._waiting: dict[Outlet, None] = {}
        self._stuck: set[Outlet] = set()
        self._patient: dict[Room, None] = {}
        self._turning = False
        self._call: IDelayedCall | None = None
        self._patience: IDelayedCall | None = None

    def dirty(self, room: Room, urgent: bool = True) -> None:
        """A room's log has grown; what is not urgent may wait for `PATIENCE_SECONDS`."""
        under_way = self._passes.get(room)
        if under_way is not None:
            if room.log.end - under_way.started_at >= HURRY and not self._turning:
                self._hurry(under_way)
        elif urgent:
            self._passes[room] = fanout = Pass(room, self._slice)
            self._queue.append(fanout)
            self._schedule()
        else:
            self._patient[room] = None
            if self._patience is None:
                self._patience = self._reactor.callLater(PATIENCE_SECONDS, self._patience_ends)

    def _patience_ends(self) -> None:
        self._patience = None
        patient, self._patient = self._patient, {}
        for room in patient:
            self.dirty(room)

    def waiting(self, outlet: Outlet) -> None:
        """An outlet has something of its own to send."""
        self._waiting[outlet] = None
        self._schedule()

    def stuck(self, outlet: Outlet) -> None:
        """Watch an outlet: it takes nothing, or is closing."""
        self._stuck.add(outlet)

    def freed(self, outlet: Outlet) -> None:
        """Watch it no more."""
        self._stuck.discard(outlet)

    def count(self, sent: int, missed: int) -> None:
        """Count bytes sent, and events that a reader was told it missed."""
        self._stats.bytes_out += sent
        self._stats.missed += missed

    def cut_off(self) -> None:
        """Count a reader that was closed because it took nothing."""
        self._stats.stalled += 1

    def sweep(self) -> None:
        """Cut off readers that have taken nothing for too long."""
        now = self.seconds()
        for outlet in list(self._stuck):
            outlet.expire(now)

    @property
    def behind(self) -> int:
        """Outlets that take nothing at the moment, or are closing."""
        return len(self._stuck)

    def _schedule(self) -> None:
        if self._call is None:
            self._call = self._reactor.callLater(0, self._turn)

    def _hurry(self, fanout: Pass) -> None:
        self._turning = True
        try:
            finished = False
            while not finished:
                self._stats.bytes_out += fanout.walk(len(fanout.room.members) + 1)[1]
                finished = fanout.finished()
        except Exception:
            # No fault of whoever speaks; the pass goes on in the next turn, as far as it can.
            _log.failure("A room could not be served")
        finally:
            self._turning = False

    def _turn(self) -> None:
        self._call = None
        self._turning = True
        try:
            self._serve()
        finally:
            self._turning = False
            if self._queue or self._waiting:
                self._schedule()

    def _serve(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            for outlet in waiting:
                try:
                    outlet.catch_up()
                except Exception:
                    # One reader whose connection fails in some way keeps nobody else waiting.
                    _log.failure("A reader could not be served")
                    outlet.broken()
        queue = self._queue
        budget = self._slice
        while queue and budget > 0:
            fanout = queue.popleft()
            if fanout.fresh:
                fanout.began = self.seconds()
            try:
                looked, sent = fanout.walk(budget)
            except Exception:
                # Dropped, the room is served again with its next event; kept, it would be deaf for good.
                _log.failure("A room could not be served")
                del self._passes[fanout.room]
                continue
            self._stats.bytes_out += sent
            budget -= max(looked, 1)
            if fanout.finished():
                del self._passes[fanout.room]
            elif fanout.fresh and len(fanout.room.members) > self._slice:
                self._rest(fanout)
            else:
                queue.append(fanout)

    def _rest(self, fanout: Pass) -> None:
        rest = fanout.began + REST_SECONDS - self.seconds()
        if rest > 0:
            self._reactor.callLater(rest, self._wake, fanout)
        else:
            self._queue.append(fanout)

    def _wake(self, fanout: Pass) -> None:
        self._queue.append(fanout)
        self._schedule()
