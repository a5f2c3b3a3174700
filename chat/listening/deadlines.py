"""Many timers of one length at the cost of one: a queue in the order of expiry, and a single delayed call."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

_log = Logger()
T = TypeVar("T", bound=Hashable)


class Deadlines(Generic[T]):
    """Calls `expired(item)` `delay` seconds after `add(item)`, unless `discard(item)` comes first."""

    def __init__(self, reactor: IReactorTime, delay: float, expired: Callable[[T], object]) -> None:
        self._reactor = reactor
        self._delay = delay
        self._expired = expired
        self._due: dict[T, float] = {}
        self._call: IDelayedCall | None = None

    def __len__(self) -> int:
        """How many items wait."""
        return len(self._due)

    def first(self) -> T:
        """The item whose time is up first; raises StopIteration if none waits."""
        return next(iter(self._due))

    def add(self, item: T) -> None:
        """Start the time for an item; it starts anew if it was waiting already."""
        self._due.pop(item, None)
        self._due[item] = self._reactor.seconds() + self._delay
        if self._call is None:
            self._call = self._reactor.callLater(self._delay, self._expire)

    def discard(self, item: T) -> None:
        """Forget an item; nothing happens if it does not wait."""
        self._due.pop(item, None)

    def stop(self) -> None:
        """Forget everything."""
        self._due.clear()
        if self._call is not None and self._call.active():
            self._call.cancel()
            self._call = None

    def _expire(self) -> None:
        # The call that brought us here stands until everything that is due is dealt with: `add` starts no other.
        now = self._reactor.seconds()
        while self._due:
            item, due = next(iter(self._due.items()))
            if due > now:
                break
            del self._due[item]
            try:
                self._expired(item)
            except Exception:
                # The others' time is up all the same.
                _log.failure("A deadline could not be dealt with")
        self._call = None
        if self._due:
            self._call = self._reactor.callLater(next(iter(self._due.values())) - now, self._expire)
