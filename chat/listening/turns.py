"""Costly work for strangers: one piece at a time, every address in its turn, and never more than half of the time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import inf
from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

_log = Logger()

Work = Callable[[], object]

SLICE_SECONDS = 0.002
"""How long pieces of work follow each other without a pause: nobody who talks feels it."""


class Turns:
    """
    Does what strangers ask for, a TLS handshake or an HTTP request, without delaying people who talk.

    A piece of work is done at once when nothing else is to be done. Otherwise it waits: so many as fit into
    `SLICE_SECONDS` in one turn of the reactor, one address after the other, and then a pause as long as they took. Who
    asks for much waits for themselves. Whoever adds work has one piece waiting at most: the queue is bounded by the
    number of connections.

    @param reactor: its clock measures what the work takes.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._waiting: dict[str, deque[Work]] = {}
        self._working = False
        self._ended = -inf
        self._spent = 0.0
        self._call: IDelayedCall | None = None

    def __len__(self) -> int:
        """How many pieces of work wait."""
        return sum(len(queue) for queue in self._waiting.values())

    def add(self, address: str, work: Work) -> None:
        """Do this when its turn has come: at once, or in a later turn of the reactor."""
        if not self._working and self._call is None and self._pause() <= 0:
            self._do(work)
        else:
            self._waiting.setdefault(address, deque()).append(work)
        self._schedule()

    def stop(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        if self._call is not None and self._call.active():
            self._call.cancel()
        self._call = None

    def _pause(self) -> float:
        now: float = self._reactor.seconds()
        return self._ended + self._spent - now

    def _schedule(self) -> None:
        if self._waiting and self._call is None and not self._working:
            self._call = self._reactor.callLater(max(0.0, self._pause()), self._next)

    def _next(self) -> None:
        self._call = None
        began = self._reactor.seconds()
        while self._waiting:
            address = next(iter(self._waiting))
            queue = self._waiting.pop(address)
            work = queue.popleft()
            if queue:
                self._waiting[address] = queue
            self._do(work)
            if self._ended - began >= SLICE_SECONDS:
                break
        self._spent = self._ended - began
        self._schedule()

    def _do(self, work: Work) -> None:
        began = self._reactor.seconds()
        self._working = True
        try:
            work()
        except Exception:
            _log.failure("A request could not be dealt with")
        finally:
            self._working = False
        self._ended = self._reactor.seconds()
        self._spent = self._ended - began
