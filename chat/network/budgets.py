"""Whose command is done when, if there is more to do than there is time: who has used little comes first.

Every command costs work (`chat.domain.terms`). Each connection and each address has a budget of it; who is within both
is served at once, as long as commands take no more than `SHARE` of a processor. What cannot be done at once waits, and
nothing more is read from that connection until it was done: one command a connection waits at most. Those within their
budget come first, and what is quick before what is long; after that, whoever has used the smallest part of their own
budget and that of their address. How long somebody waits already does not count: a thousand who guess passwords would
otherwise all come before who begins to log in. Those beyond their budget share `BEYOND` of a processor.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from heapq import heappop, heappush
from math import inf
from typing import Any, Protocol

from twisted.internet.interfaces import IDelayedCall

from chat.domain.limits import TokenBucket

MICROSECONDS = 1e6

BUDGET = 200_000.0
"""Microseconds of work that a connection may use at once: coming back into fifty rooms of a hundred people each, and
looking at who is there."""
BUDGET_RATE = 5_000.0
"""Microseconds a second that it gets back: talking takes a tenth of this."""
STRANGER_BUDGET = 150_000.0
"""What a new connection may use, such as for six passwords: coming again and again is no way to a new budget."""
ADDRESS_BUDGET = 400_000.0
ADDRESS_RATE = 10_000.0
"""The same for all connections of an address. People on this machine itself have none in common: behind a relay that
does not say who comes, they are everybody."""
SHARE = 0.7
"""Part of a processor that commands may take at once; the rest is for what was said and for those who connect."""
AT_ONCE = 10_000.0
"""Microseconds of work after which others have their turn: what a person does not feel."""
QUICK = 1_000.0
"""Microseconds up to which work is quick: anything that people do often, in rooms of thousands."""
BEYOND = 0.25
"""Part of a processor for those who are beyond their budget."""
ADDRESSES_AT_MOST = 65_536
"""Addresses whose use is remembered; the one that was quiet longest is forgotten."""


class Worker(Protocol):
    """A connection, as its turns see it."""

    used_until: float
    """When it will have its whole budget again."""
    address_key: str | None
    """What counts as one address; None: this machine."""

    def go_on(self) -> None:
        """Do what waits, and read on."""


class Budgets:
    """The order of what waits. `reactor` may be a `task.Clock`."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._seconds: Callable[[], float] = reactor.seconds
        self._queue: list[tuple[bool, bool, float, int, Worker, float, float]] = []
        self._number = 0
        self._addresses: OrderedDict[str, float] = OrderedDict()
        self._share = TokenBucket(SHARE * MICROSECONDS, AT_ONCE)
        self._beyond = TokenBucket(BEYOND * MICROSECONDS, AT_ONCE)
        self._call: IDelayedCall | None = None
        self.yielding = 0
        """Connections that have more lines than they may have in this turn of the reactor."""
        self.waited = 0
        """Commands that had to wait."""

    def __len__(self) -> int:
        """How many wait, those included whose connections have ended since."""
        return len(self._queue)

    def addresses(self) -> int:
        """How many addresses are remembered."""
        return len(self._addresses)

    def stranger(self) -> float:
        """`used_until` of a new connection."""
        return self._seconds() + (BUDGET - STRANGER_BUDGET) / BUDGET_RATE

    def must_wait(self, worker: Worker, work: float, apart: float = 0.0) -> bool:
        """Count so much work for a connection; True if it has to wait until `go_on` is called.

        What is done `apart`, in another thread, counts for the budgets alone.
        """
        now = self._seconds()
        worker.used_until = max(worker.used_until, now) + (work + apart) / BUDGET_RATE
        part = (worker.used_until - now) * BUDGET_RATE / BUDGET
        beyond = part > 1
        if worker.address_key is not None:
            of_address = self._count_address(worker.address_key, work + apart, now)
            beyond = beyond or of_address > 1
            part += of_address
        if not beyond and not self._share.wait(now):
            self._share.take(now, work)
            return False
        self.waited += 1
        self._number += 1
        heappush(self._queue, (beyond, work > QUICK, part, self._number, worker, work, apart))
        self._schedule(now)
        return True

    def is_beyond(self, worker: Worker) -> bool:
        """Whether a connection, or its address, has used more than its budget."""
        now = self._seconds()
        until = self._addresses.get(worker.address_key or "", -inf)
        return worker.used_until - now > BUDGET / BUDGET_RATE or until - now > ADDRESS_BUDGET / ADDRESS_RATE

    def _count_address(self, key: str, work: float, now: float) -> float:
        addresses = self._addresses
        until = addresses[key] = max(addresses.pop(key, -inf), now) + work / ADDRESS_RATE
        first = next(iter(addresses))
        if addresses[first] <= now or len(addresses) > ADDRESSES_AT_MOST:
            del addresses[first]
        return (until - now) * ADDRESS_RATE / ADDRESS_BUDGET

    def _schedule(self, now: float) -> None:
        beyond = self._queue[0][0]
        wait = max(self._share.wait(now), self._beyond.wait(now) if beyond else 0.0)
        if self._call is None:
            self._call = self._reactor.callLater(wait, self._serve)
        elif self._call.getTime() > now + wait:
            self._call.reset(wait)

    def _serve(self) -> None:
        self._call = None
        queue = self._queue
        while queue:
            now = self._seconds()
            beyond, _, _, _, worker, work, apart = queue[0]
            if self._share.wait(now) or (beyond and self._beyond.wait(now)):
                self._schedule(now)
                return
            heappop(queue)
            self._share.take(now, work)
            if beyond:
                self._beyond.take(now, work + apart)
            worker.go_on()
