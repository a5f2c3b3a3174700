"""The chat itself as a service: directory, fan-out and connections, without the ports that it listens on."""

from __future__ import annotations

import secrets
import time
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from chat.domain.cloak import cloaker
from chat.domain.directory import Directory
from chat.domain.journal import Journal, MemoryJournal
from chat.domain.stats import Stats
from chat.network.delivery import Fanout
from chat.network.endings import GOING_DOWN
from chat.network.factory import ChatFactory
from chat.network.irc.dialect import IrcDialect
from chat.network.plain import PlainDialect
from chat.network.resting import Rests
from chat.network.settings import Settings
from chat.storage.store import Storage

DRAIN_SECONDS = 3.0
"""How long connections may take to get their last lines when the server stops."""
ABORT_SECONDS = 1.0
"""How long those that are cut off then may take to end: one that never does holds up nobody."""
LOOK_SECONDS = 0.02
"""How often it is looked whether all of them have."""


class ChatServer(Service):
    """The chat itself, without its listeners. Stopping it tells everybody, and waits until they were told."""

    log = Logger()

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        max_users: int = 0,
        cloak_key: bytes = b"",
        storage: Storage | None = None,
    ) -> None:
        self._reactor = reactor
        self.storage = storage
        stats = Stats(time.time, reactor.seconds)
        journal: Journal = storage.journal if storage else MemoryJournal(time.time)
        rests = Rests(reactor.seconds, time.sleep, time.process_time, before=journal.idle)
        self.fanout = Fanout(reactor, stats, rests=rests)
        self.directory = Directory(
            journal,
            self.fanout,
            time.time,
            stats,
            server=settings.name,
            max_users=max_users,
            accounts=storage.accounts if storage else None,
            registry=storage.registry if storage else None,
            bans=storage.bans if storage else None,
            seconds=reactor.seconds,
            presences=storage.presences if storage else None,
        )
        self.factory = ChatFactory(
            reactor,
            self.directory,
            self.fanout,
            settings,
            PlainDialect,
            IrcDialect,
            cloaker(cloak_key or secrets.token_bytes(32)),
            storage.mailbox if storage else None,
        )
        if storage is not None:
            storage.attach(self.directory, self.factory.logins)

    def startService(self) -> None:
        """Say that people may come."""
        super().startService()
        self.directory.bring_back()
        self.log.info("Chat is ready as {name}", name=self.factory.settings.name)

    def stopService(self) -> Deferred[None]:
        """Tell everybody, and wait until they have taken it, for `DRAIN_SECONDS` at most."""
        super().stopService()
        self.directory.stop()
        self.log.info("Stopping; {count} connections to close", count=len(self.factory.connections))
        self.factory.close_all(GOING_DOWN)
        deadline = self._reactor.seconds() + DRAIN_SECONDS
        done: Deferred[None] = Deferred()

        def look() -> None:
            if not self.factory.connections:
                done.callback(None)
                return
            late = self._reactor.seconds() - deadline
            if late >= ABORT_SECONDS:
                self.log.warn("{count} connections do not end", count=len(self.factory.connections))
                done.callback(None)
                return
            if late >= 0:
                # They are gone a turn later, and what storage has to know of it comes before it stops.
                for connection in list(self.factory.connections):
                    try:
                        connection.abort("The server is going down")
                    except Exception:
                        self.log.failure("A connection could not be closed")
            self._reactor.callLater(LOOK_SECONDS, look)

        look()
        return done
