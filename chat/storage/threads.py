"""Work that would block the reactor, done in a thread of its own, one piece after the other."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
Work = Callable[[], T]
Outcome = Callable[[T | Exception], None]
"""Called in the reactor's thread, with what the work returned or raised."""

WAITING_AT_MOST = 2000
"""Pieces of work that may wait for one thread: questions of people. More, and the newest is refused."""
YIELDING_NICE = 10
"""A tenth of the share of a processor that the reactor's thread has, when both want it (sched(7))."""
STOP_SECONDS = 5.0
"""How long stopping waits for a thread: one that hangs on a dead disk must not keep the server from ending."""


class FairQueue(Generic[T]):
    """What waits for a thread: of different people in turn, of one of them in order."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Hashable, deque[T]] = OrderedDict()
        self._count = 0
        self._change = threading.Condition()

    def __len__(self) -> int:
        """How much waits."""
        return self._count

    def waits(self, of: Hashable) -> bool:
        """Whether something of this one waits."""
        return of in self._waiting

    def put(self, item: T, of: Hashable = None) -> None:
        """Add something of somebody."""
        with self._change:
            self._waiting.setdefault(of, deque()).append(item)
            self._count += 1
            self._change.notify()

    def get(self) -> T:
        """The next one's next; wait until there is something."""
        with self._change:
            while not self._waiting:
                self._change.wait()
            of, items = self._waiting.popitem(last=False)
            item = items.popleft()
            if items:
                self._waiting[of] = items
            self._count -= 1
            return item


class Overloaded(Exception):
    """Too much waits for a thread already."""


class Executor(Protocol):
    """Does work elsewhere, in the order in which it was submitted."""

    def submit(self, work: Work[T], outcome: Outcome[T], of: Hashable = None) -> None:
        """Do it, and tell the outcome, never before this method has returned.

        Work `of` different people is done in turn, whoever submits much.
        """

    def stop(self) -> None:
        """Finish what was submitted; block until that is done."""


class ThreadExecutor:
    """One thread. `call_from_thread` runs a function in the reactor's thread (`reactor.callFromThread`).

    @param yields: whether the thread gives way to the reactor's, as what only one person waits for should.
    """

    def __init__(
        self,
        name: str,
        call_from_thread: Callable[..., None],
        bound: int = WAITING_AT_MOST,
        yields: bool = False,
    ) -> None:
        self._yields = yields
        self._call_from_thread = call_from_thread
        self.bound = bound
        """Pieces of work that may wait."""
        self._queue: FairQueue[Callable[[], None]] = FairQueue()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], outcome: Outcome[T], of: Hashable = None) -> None:
        """Do it in the thread; the outcome is `Overloaded` if too much waits.

        Whoever has nothing that waits may add one piece even then, up to twice the bound.
        """
        waiting = self.waiting()
        if waiting >= self.bound and (waiting >= 2 * self.bound or self._queue.waits(of)):
            overloaded: T | Exception = Overloaded("Too much waits")
            self._call_from_thread(outcome, overloaded)
            return

        def run() -> None:
            result: T | Exception
            try:
                result = work()
            except Exception as error:
                result = error
            self._call_from_thread(outcome, result)

        self._queue.put(run, of)

    def waiting(self) -> int:
        """Pieces of work that wait."""
        return len(self._queue)

    def _work(self) -> None:
        if self._yields:
            # On Linux a thread has a nice value of its own; elsewhere this must not touch the whole process.
            with contextlib.suppress(OSError):
                if sys.platform == "linux":
                    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), YIELDING_NICE)
        while not self._stopped or self.waiting():
            self._queue.get()()

    def stop(self) -> None:
        """Finish what was submitted, for `STOP_SECONDS` at most, and end the thread."""
        self._stopped = True
        self._queue.put(lambda: None)
        self._thread.join(STOP_SECONDS)
