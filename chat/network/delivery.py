"""The fan-out: when the readers of which room are served.

A pass goes through the readers of a room in slices and lets the reactor work between them, and the rooms that have
news take turns.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from chat.domain.log import KEEP_AT_MOST
from chat.domain.room import Room
from chat.domain.stats import Stats
from chat.network.outlet import Outlet
from chat.network.passes import Pass

_log = Logger()

SLICE = 256
"""Readers served between two turns of the reactor, and most who share a cursor: these are served without a break. The
best of 64 to 1024 measured with 1,000 readers."""
QUIET_PART = 4
"""Part of a slice that rooms have in which nobody speaks, while much is said in others."""
WALK_SECONDS = 0.02
"""Time from one walk through a large room to the next when news comes faster: more goes out in one send, and what comes
meanwhile is read together. (Measured with 1,000 readers and 256 messages in flight: 0.075 instead of 0.083
microseconds a delivery; with 30 ms the gain is larger there, and lost at 16 in flight.)"""
PATIENCE_SECONDS = 0.05
"""How long the news that somebody came or went may wait for company. Nobody notices; and a thousand people who
come within a second cost the sends of twenty passes, not of a thousand."""

HURRY = KEEP_AT_MOST // 2
"""Events after which the readers of a room get them at once: who keeps up never finds a gap in the log, however much
is said in one turn of the reactor or during one pass."""


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
        self._quiet: dict[Pass, None] = {}
        """Passes of rooms in which nobody has spoken: they come after those of `_queue`."""
        self._turning = False
        self._call: IDelayedCall | None = None
        self._patience: IDelayedCall | None = None

    def dirty(self, room: Room, urgent: bool = True) -> None:
        """A room's log has grown; what is not urgent may wait for `PATIENCE_SECONDS`."""
        under_way = self._passes.get(room)
        if under_way is not None:
            if urgent and under_way in self._quiet:
                del self._quiet[under_way]
                self._queue.append(under_way)
            if room.log.end - under_way.started_at >= HURRY and not self._turning:
                self._hurry(under_way)
        elif urgent:
            self._queue.append(self._begin(room))
        else:
            self._patient[room] = None
            if self._patience is None:
                self._patience = self._reactor.callLater(PATIENCE_SECONDS, self._patience_ends)

    def _patience_ends(self) -> None:
        self._patience = None
        patient, self._patient = self._patient, {}
        for room in patient:
            if room not in self._passes:
                self._quiet[self._begin(room)] = None

    def _begin(self, room: Room) -> Pass:
        self._passes[room] = fanout = Pass(room, self._slice)
        self._schedule()
        return fanout

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
            self._serve_waiting()
            finished = False
            while not finished:
                self._stats.bytes_out += fanout.walk(len(fanout.room.readers) + 1)[1]
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
            if self._queue or self._quiet or self._waiting:
                self._schedule()

    def _serve(self) -> None:
        """Serve whoever waits, and a slice of the readers of rooms."""
        self._serve_waiting()
        queue, quiet = self._queue, self._quiet
        budget = self._slice
        while queue and budget > 0:
            fanout = queue.popleft()
            budget -= self._walk(fanout, budget, queue.append)
        # However much is said, those who come and go are seen to do so.
        budget = max(budget, self._slice // QUIET_PART)
        while quiet and budget > 0:
            fanout = next(iter(quiet))
            del quiet[fanout]
            budget -= self._walk(fanout, budget, self._quietly)

    def _quietly(self, fanout: Pass) -> None:
        self._quiet[fanout] = None

    def _walk(self, fanout: Pass, budget: int, again: Callable[[Pass], object]) -> int:
        """Serve a slice of the readers of a room; return how many that were."""
        large = len(fanout.room.readers) > self._slice
        if large and fanout.fresh:
            fanout.began = self.seconds()
        try:
            looked, sent = fanout.walk(budget)
        except Exception:
            # Dropped, the room is served again with its next event; kept, it would be deaf for good.
            _log.failure("A room could not be served")
            del self._passes[fanout.room]
            return 1
        self._stats.bytes_out += sent
        if fanout.finished():
            del self._passes[fanout.room]
        elif large and fanout.fresh:
            self._rest(fanout)
        else:
            again(fanout)
        return max(looked, 1)

    def _serve_waiting(self) -> None:
        """Send what waits for single readers: before any pass, which would overtake it."""
        waiting, self._waiting = self._waiting, {}
        for outlet in waiting:
            try:
                outlet.catch_up()
            except Exception:
                # One reader whose connection fails in some way keeps nobody else waiting.
                _log.failure("A reader could not be served")
                outlet.broken()

    def _rest(self, fanout: Pass) -> None:
        rest = fanout.began + WALK_SECONDS - self.seconds()
        if rest > 0:
            self._reactor.callLater(rest, self._wake, fanout)
        else:
            self._queue.append(fanout)

    def _wake(self, fanout: Pass) -> None:
        self._queue.append(fanout)
        self._schedule()
