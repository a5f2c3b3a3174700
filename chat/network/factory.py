"""What all connections share: the factory that builds them, gives each its time, and ends them together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from chat.domain.directory import Directory
from chat.domain.limits import MAX_TRACKED, NEW_PER_ADDRESS, AddressLimits
from chat.domain.logins import Logins
from chat.domain.mailbox import Mailbox, NoMailbox
from chat.domain.stats import Bounded
from chat.listening.deadlines import Deadlines
from chat.listening.tls import Tls
from chat.network.budgets import ADDRESSES_AT_MOST, Budgets
from chat.network.delivery import Fanout
from chat.network.dialect import LOOK_SECONDS, Dialect, PersonDialect
from chat.network.listener import ChatProtocol, Web
from chat.network.settings import Settings
from chat.network.timing_wheel import TimingWheel

GREETING_SECONDS = 0.3
"""Silence after which a connection is taken for a person: programs speak at once."""
NAME_SECONDS = 20.0
"""Time a person has to give a name."""
REGISTRATION_SECONDS = 60.0
"""Time an IRC client has to register."""
SWEEP_SECONDS = 5.0
"""How often connections are looked at for silence and standstill."""
NEW_FOR_EACH = 2
"""New connections in ten minutes for each that may be open at once: everybody may come back once."""


def most_new(live: int) -> int:
    """New connections from an address in ten minutes, where so many may be open at once; 0: no limit."""
    # Whoever allows more at once, or any number, allows them to come.
    return max(NEW_PER_ADDRESS, NEW_FOR_EACH * live) if live else 0


class ChatFactory(Factory):
    """Builds connections and holds what they share. `reactor` may be a `task.Clock` in tests."""

    noisy = False
    log = Logger()

    def __init__(
        self,
        reactor: Any,
        directory: Directory,
        fanout: Fanout,
        settings: Settings,
        make_person: Callable[[ChatProtocol], PersonDialect],
        make_program: Callable[[ChatProtocol], Dialect],
        cloak: Callable[[str], str],
        mailbox: Mailbox | None = None,
    ) -> None:
        self.reactor = reactor
        self.seconds: Callable[[], float] = reactor.seconds
        self.directory = directory
        self.fanout = fanout
        self.settings = settings
        self.make_person = make_person
        self.make_program = make_program
        self.cloak = cloak
        """Address -> the host that others see."""
        self.logins = Logins(directory, directory.claims.accounts, mailbox or NoMailbox())
        self.tls: Tls | None = None
        """What TLS clients are answered with, if there is a certificate."""
        self.web: Web | None = None
        """What answers HTTP requests."""
        self.budgets = Budgets(reactor)
        self.connections: dict[ChatProtocol, None] = {}
        self._silence: TimingWheel[ChatProtocol] = TimingWheel(SWEEP_SECONDS)
        live = settings.max_per_address
        self.limits = AddressLimits(live, most_new(live))
        directory.stats.bounded += [
            Bounded("addresses", self.limits.__len__, MAX_TRACKED),
            Bounded("addresses with a budget", self.budgets.addresses, ADDRESSES_AT_MOST),
        ]
        self.greeting: Deadlines[ChatProtocol] = Deadlines(reactor, GREETING_SECONDS, ChatProtocol.greet)
        self.naming: Deadlines[ChatProtocol] = Deadlines(reactor, NAME_SECONDS, self._nameless)
        self.registering: Deadlines[ChatProtocol] = Deadlines(reactor, REGISTRATION_SECONDS, self._nameless)

    def buildProtocol(self, addr: IAddress | None) -> ChatProtocol:  # type: ignore[override]
        """A protocol for a new connection."""
        protocol = ChatProtocol()
        protocol.factory = self
        return protocol

    def connected(self, connection: ChatProtocol) -> None:
        """A connection is open."""
        stats = self.directory.stats
        stats.connections += 1
        stats.accepted += 1
        self.connections[connection] = None
        self.expected(connection)
        self.greeting.add(connection)
        self.naming.add(connection)

    def expected(self, connection: ChatProtocol) -> None:
        """Somebody is to be here soon."""
        self._silence.add(connection, self.seconds() + LOOK_SECONDS)

    def anonymous(self, connection: ChatProtocol) -> None:
        """Nobody is to give a name on this connection, nor to be asked for one."""
        self._silence.discard(connection)
        self.greeting.discard(connection)
        connection.named()

    def disconnected(self, connection: ChatProtocol) -> None:
        """A connection is gone."""
        self.directory.stats.connections -= 1
        self.connections.pop(connection, None)
        self.anonymous(connection)
        if connection.admitted:
            self.limits.release(connection.address, self.seconds())

    def set_pace(self) -> None:
        """Give everybody who is here the pace that the settings have."""
        for connection in self.connections:
            connection.set_pace()

    def _nameless(self, connection: ChatProtocol) -> None:
        sentence = "No name in time: the connection is closed. Come back when you have one."
        if connection.dialect is None:
            connection.outlet.put(f"ERROR :{sentence}\r\n".encode())
        else:
            connection.dialect.tell_sentence(sentence)
        connection.finish("No name in time")

    def sweep(self) -> None:
        """Look after connections that are silent or stand still, and people who are waited for; called every
        `SWEEP_SECONDS`.
        """
        self.fanout.sweep()
        self.directory.expire()
        now = self.seconds()
        for connection in self._silence.take_due(now):
            dialect = connection.dialect
            # Whatever a look at one leads to, it is looked at again, unless it is gone by then.
            self._silence.add(connection, now + LOOK_SECONDS)
            if dialect is not None:
                wait = dialect.silent_for(now - connection.last_line)
                if connection in self.connections:
                    self._silence.add(connection, now + wait)

    def close_all(self, sentence: str) -> None:
        """Tell everybody, and close each connection when it has taken what is for it."""
        for connection in list(self.connections):
            if connection.dialect is not None:
                connection.dialect.disconnect(sentence)
            else:
                connection.outlet.put(f"ERROR :{sentence}\r\n".encode())
                connection.finish(sentence)
