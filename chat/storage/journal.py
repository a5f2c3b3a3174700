"""The durable journal: readers have an event at once, its author an acknowledgement when it is on disk.

Groups commit themselves: while one group is being written, the next one gathers. An idle server commits a message in
the time of one `fsync`; a busy one commits what came in meanwhile together. Not `twisted.enterprise.adbapi`, which has
a thread pool, a connection for each thread and a Deferred for each transaction: SQLite has one writer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from chat.domain.events import Acted, LogEvent, Noticed, Said, Tagged, Whispered
from chat.domain.journal import Receipt, Stamps
from chat.domain.log import Log
from chat.domain.names import fold
from chat.storage.threads import Executor
from chat.storage.writer import NOTHING, Entry

PENDING_AT_MOST = 200_000
"""Events that wait for storage, in memory: more than ten seconds of the highest rate, some 100 MB. What comes then is
not stored, and its author is told so."""
GROUP_AT_MOST = 4096
"""Events in one transaction: bounds how long the first of them waits for the last."""
GROUP_SECONDS = 0.16
"""Longest time from the beginning of one group to that of the next. A message that comes after a pause is committed at
once; under load an acknowledgement waits for so long at most, which nobody notices, and a commit, which costs some 300
microseconds of both threads whatever is in it, serves all that came meanwhile. (Measured, 100 against 40 ms: 19.5
instead of 21.2 microseconds a delivery with 1,000 messages a second in small rooms, 9.1 instead of 9.3 with 20 a second
in one room of 1,000.)"""
IDLE_GROUP_SECONDS = 0.12
"""The same when the reactor's thread is idle: the two threads then do not wait for each other at every statement and
at every send. (Measured with 1,000 messages a second in small rooms: 17.3 instead of 17.8 microseconds a delivery in
groups of 100 ms, 16.9 instead of 17.9 in groups of 150 ms.)"""
RETRY_SECONDS = 0.25
"""Pause after a first failure; it doubles up to `RETRY_AT_MOST`."""
RETRY_AT_MOST = 5.0
"""Longest pause between two tries: so soon storage works again after the cause is gone."""
STALL_SECONDS = 2.0
"""A group that takes so long is reported to the operator."""


class Store(Protocol):
    """What writes groups, in another thread."""

    def __call__(self, entries: list[Entry], /) -> frozenset[int]:
        """Store these, all or none; raises what went wrong. Returns the places of those that can never be stored."""


class Health:
    """Whether storage works, told to the operator when it changes."""

    log = Logger()

    def __init__(self) -> None:
        self.problem: str | None = None
        """What is wrong, None if nothing is."""

    def failed(self, problem: str, lost: int = 0) -> None:
        """Something went wrong; reported once, until it is something else."""
        if problem != self.problem:
            self.problem = problem
            self.log.critical(
                "STORAGE FAILS: {problem}. The chat goes on; what is said is not acknowledged until it is stored. "
                "It is tried again every few seconds.",
                problem=problem,
            )

    def works(self) -> None:
        """A group was stored."""
        if self.problem is not None:
            self.log.warn("Storage works again, after: {problem}", problem=self.problem)
            self.problem = None


class StoredJournal:
    """A `chat.domain.journal.Journal` on disk. All methods are called in the reactor's thread."""

    log = Logger()

    def __init__(
        self,
        clock: Callable[[], float],
        reactor: IReactorTime,
        executor: Executor,
        store: Store,
        health: Health | None = None,
        last: str = "",
    ) -> None:
        self.stamp = Stamps(clock, last).next
        self.health = Health() if health is None else health
        self._reactor = reactor
        self._executor = executor
        self._store = store
        self._pending: list[Entry] = []
        self._writing: list[Entry] = []
        self._late: list[Entry] = []
        """What could not be stored at the first try and has no receipts any more: it goes before anything newer."""
        self._retrying = False
        self._settling: deque[tuple[int, Callable[[], None]]] = deque()
        self._settled = 0
        self._call: IDelayedCall | None = None
        self._stall: IDelayedCall | None = None
        self._pause = 0.0
        self._began = -GROUP_SECONDS
        self.stored = 0
        """Events stored since start."""
        self.lost = 0
        """Events that were said and are not stored."""

    # the domain's side

    def record(
        self, event: LogEvent, log: Log, receipt: Receipt | None = None, repeat: str | None = None
    ) -> int:
        """Put an event into a room's log, and hand it to storage."""
        position = log.append(event)
        self._hand_over(Entry(event, log.room, receipt, repeat))
        return position

    def again(self, event: Said | Acted | Noticed, receipt: Receipt, repeat: str | None = None) -> None:
        """Store an event that stands in its log already. It has its id, and so is stored once."""
        self._hand_over(Entry(event, fold(event.room), receipt, repeat))

    def keep(self, event: Whispered, receipt: Receipt) -> None:
        """A private message that reached its reader is safe there, and is not stored."""
        receipt(True)

    def end_past(self, log: Log) -> None:
        """Behind what was recorded before, and in front of what comes after."""
        self._hand_over(Entry(None, log.room))

    def _hand_over(self, entry: Entry) -> None:
        if len(self._pending) >= PENDING_AT_MOST and entry.event is not None:
            self.lost += 1
            self.health.failed(f"{PENDING_AT_MOST} events wait to be stored, and more are not kept")
            self._give([entry], False)
            return
        self._pending.append(entry)
        if self._call is None and not self._writing:
            self._schedule()

    def idle(self) -> None:
        """The reactor's thread has nothing more to do for the moment: begin the next group, if it is nearly due."""
        call = self._call
        if call is None or self._late or self._reactor.seconds() - self._began < IDLE_GROUP_SECONDS:
            return
        call.cancel()
        self._begin()

    def erase(self, room: str, msgid: str) -> None:
        """What waits to be stored under this id has no text any more: it was taken back."""
        for entries in (self._pending, self._writing, self._late):
            for index, entry in enumerate(entries):
                event = entry.event
                if event is not None and event.msgid == msgid and entry.room == room:
                    erased = Tagged(msgid, event.time, event.author, room, {})
                    entries[index] = entry._replace(event=erased, repeat=None)

    # for whoever reads what is stored

    @property
    def pending(self) -> int:
        """Events that are not stored yet."""
        return len(self._pending) + len(self._writing) + len(self._late)

    def when_settled(self, call: Callable[[], None]) -> None:
        """Call this when everything recorded so far was stored or could not be at its first try; at once if so."""
        ahead = len(self._pending) + (0 if self._retrying else len(self._writing))
        if ahead:
            self._settling.append((self._settled + ahead, call))
        else:
            call()

    def finish(self, done: Callable[[], None]) -> None:
        """Store what waits without a pause; call `done` when that has worked or failed."""
        if self._call is not None and not self._writing:
            self._call.cancel()
            self._begin()
        self.when_settled(done)

    # groups

    def _schedule(self) -> None:
        if self._call is None:
            due = self._began + GROUP_SECONDS - self._reactor.seconds()
            full = len(self._pending) >= GROUP_AT_MOST
            self._call = self._reactor.callLater(0 if full else max(0.0, due), self._begin)

    def _begin(self) -> None:
        self._call = None
        self._began = self._reactor.seconds()
        self._retrying = bool(self._late)
        source = self._late if self._retrying else self._pending
        group = source[:GROUP_AT_MOST]
        if not group:
            return
        del source[:GROUP_AT_MOST]
        self._writing = group
        self._stall = self._reactor.callLater(STALL_SECONDS, self._stalled)
        self._executor.submit(lambda: self._store(group), self._written)

    def _stalled(self) -> None:
        self._stall = None
        self.health.failed(f"the disk has not answered for {STALL_SECONDS:g} seconds")

    def _written(self, outcome: frozenset[int] | Exception) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
        group, self._writing = self._writing, []
        retried, self._retrying = self._retrying, False
        if isinstance(outcome, Exception):
            self._failed(group, retried, outcome)
            return
        self._pause = 0.0
        self.health.works()
        self.stored += len(group) - len(outcome)
        self.lost += len(outcome)
        if not retried:
            self._settle(group, True, outcome)
        if self._pending or self._late:
            self._schedule()

    def _failed(self, group: list[Entry], retried: bool, error: Exception) -> None:
        # What has gathered behind the group shares its fate, so that nobody waits longer than for one try. Their
        # authors know that these are not stored. They are tried again all the same, so that as little as possible
        # is missing later; a message that is repeated meanwhile has the same id and is stored once.
        self.health.failed(str(error))
        waiting, self._pending = self._pending, []
        self._late = group + self._late + waiting
        if len(self._late) > PENDING_AT_MOST:
            excess = len(self._late) - PENDING_AT_MOST
            self.lost += excess
            # A past that ended stays so, whatever else is lost.
            self._late[:excess] = [entry for entry in self._late[:excess] if entry.event is None]
        self._pause = min(max(RETRY_SECONDS, self._pause * 2), RETRY_AT_MOST)
        self._call = self._reactor.callLater(self._pause, self._begin)
        self._settle(waiting if retried else group + waiting, False)

    def _settle(self, group: list[Entry], stored: bool, lost: frozenset[int] = NOTHING) -> None:
        self._settled += len(group)
        if lost:
            for index, entry in enumerate(group):
                self._give([entry], index not in lost)
        else:
            self._give(group, stored)
        while self._settling and self._settling[0][0] <= self._settled:
            self._settling.popleft()[1]()

    def _give(self, group: list[Entry], stored: bool) -> None:
        for entry in group:
            receipt = entry[2]
            if receipt is not None:
                try:
                    receipt(stored)
                except Exception:
                    # One connection's trouble must not cost the others their acknowledgements.
                    self.log.failure("An acknowledgement could not be given")
