"""Storage without threads and without waiting: work is done when a test says so, on a clock that tests turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from twisted.internet.task import Clock

from chat.domain.directory import Directory
from chat.domain.events import Event, Identity, Said
from chat.domain.journal import Stamps
from chat.domain.logins import Logins
from chat.domain.names import check_name
from chat.domain.person import Person
from chat.domain.readers import Cursor
from chat.domain.room import Room
from chat.storage.journal import GROUP_SECONDS
from chat.storage.store import Storage
from chat.storage.threads import Outcome, Work
from chat.storage.upkeep import UNLIMITED, Retention
from tests.domain.people import connect

START = 1_800_000_000.0
"""Seconds since the epoch at which the tests' clock stands at 0."""


class ByHand:
    """An executor that does what waits when `run` is called, in the calling thread."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.waiting: deque[Callable[[], None]] = deque()
        self.stopped = False

    def submit(self, work: Work[Any], outcome: Outcome[Any], of: Hashable = None) -> None:
        """Keep it for later."""

        def run() -> None:
            try:
                result = work()
            except Exception as error:
                result = error
            outcome(result)

        self.waiting.append(run)

    def run(self) -> int:
        """Do what waits, and what is added meanwhile; return how many pieces."""
        done = 0
        while self.waiting:
            self.waiting.popleft()()
            done += 1
        return done

    def stop(self) -> None:
        """Do what waits."""
        self.run()
        self.stopped = True


class Ear:
    """A reader that remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.outlet = None
        self.takes = True
        self.ended: str | None = None

    def tell(self, event: Event) -> bool:
        """Something for this person alone."""
        if self.takes:
            self.told.append(event)
        return self.takes

    def tell_sentence(self, sentence: str) -> None:
        """Something the server says."""

    def became(self, was: Identity, rooms: list[Room]) -> None:
        """Somebody else's."""

    def arrived(self) -> None:
        """In rooms."""

    def entered(self, cursor: Cursor, event: Event) -> None:
        """In a room."""

    def left(self, room: Room, event: Event) -> None:
        """Out of a room."""

    def ignoring_changed(self) -> None:
        """Whom this person ignores has changed."""

    def marker_moved(self, target: str, time: float) -> None:
        """Nobody else reads for this person."""

    def disconnect(self, sentence: str) -> None:
        """The connection ends."""
        self.ended = sentence


class Silent:
    """A delivery that delivers nothing."""

    def dirty(self, room: Any, urgent: bool = True) -> None:
        """A room's log has grown."""


class World:
    """A directory on a storage in a folder; `restart` is a new server on the same folder."""

    def __init__(
        self, folder: Path, clock: Clock | None = None, retention: Retention = UNLIMITED, history: bool = True
    ) -> None:
        self.folder = folder
        self.clock = clock or Clock()
        self.executors: dict[str, ByHand] = {}
        self.storage = Storage(
            folder, self.clock, self.now, retention, history, make_executor=self._make_executor
        )
        self.directory = Directory(
            self.storage.journal,
            Silent(),
            self.now,
            accounts=self.storage.accounts,
            registry=self.storage.registry,
            bans=self.storage.bans,
            presences=self.storage.presences,
        )
        self.logins = Logins(self.directory, self.storage.accounts, self.storage.mailbox)
        self.storage.attach(self.directory, self.logins)

    def _make_executor(self, name: str) -> ByHand:
        self.executors[name] = ByHand(name)
        return self.executors[name]

    @property
    def writes(self) -> ByHand:
        """The writing thread."""
        return self.executors["writes"]

    def now(self) -> float:
        """Seconds since the epoch."""
        return START + self.clock.seconds()

    def settle(self) -> None:
        """Let everything happen that is due or waits for company, in every thread."""
        while True:
            done = sum(executor.run() for executor in self.executors.values())
            soon = [call.getTime() - self.clock.seconds() for call in self.clock.getDelayedCalls()]
            if min(soon, default=1.0) <= 2 * GROUP_SECONDS:
                self.clock.advance(max(0.0, min(soon)))
            elif not done:
                return

    def wait(self, seconds: float) -> None:
        """Let time pass, in small steps."""
        for _ in range(max(1, round(seconds / 0.25))):
            self.clock.advance(0.25)
            self.settle()

    def enter(self, name: str, account: str | None = None) -> Person:
        """Somebody comes in."""
        session = connect(self.directory, Ear(), account=account)
        self.directory.enter(session, check_name(name))
        return session.person

    def stop(self) -> None:
        """Stop the server in order."""
        stopped: list[None] = []
        self.storage.stopService().addCallback(stopped.append)
        self.settle()
        assert stopped, "the storage did not stop"

    def crash(self) -> None:
        """The server is killed: nothing that waits is done."""
        for executor in self.executors.values():
            executor.waiting.clear()
        self.storage._database.close()
        self.storage._lock.close()

    def restart(self, **options: Any) -> World:
        """A new server on the same folder, a second later."""
        clock = Clock()
        clock.advance(self.clock.seconds() + 1)
        fresh = World(self.folder, clock, **options)
        fresh.settle()
        return fresh


def somebody(name: str = "ann", account: str | None = None, session: int = 1) -> Identity:
    """An identity."""
    return Identity(session, name, "user", "host.example", account)


class Talk:
    """Makes events with ids that sort, a second apart."""

    def __init__(self, start: float = START) -> None:
        self.time = start
        self._stamps = Stamps(lambda: self.time)

    def said(self, text: str, room: str = "#room", author: Identity | None = None, **more: Any) -> Said:
        """Somebody says something, a second after the last time."""
        self.time += 1
        msgid, now = self._stamps.next()
        return Said(msgid, now, author or somebody(), room, text, **more)

    def stamp(self) -> tuple[str, float]:
        """An id and its time."""
        self.time += 1
        return self._stamps.next()
