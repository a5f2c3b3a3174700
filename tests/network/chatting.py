"""A whole server without a network: real protocols, joined to string transports, on a clock that tests turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from chat.domain.directory import Directory
from chat.domain.journal import Journal, MemoryJournal, Receipt
from chat.domain.log import Log
from chat.network.delivery import PATIENCE_SECONDS, Fanout
from chat.network.irc.session import IrcDialect
from chat.network.listener import ChatFactory, ChatProtocol, Settings
from chat.network.plain import PlainDialect

START = 1_800_000_000.0
"""Seconds since the epoch at which the tests' clock stands at 0."""


class Server:
    """A directory, a fan-out and a factory on one clock; `now` is its time in seconds since the epoch."""

    def __init__(
        self, clock: Clock, journal: Callable[[Callable[[], float]], Journal], **settings: Any
    ) -> None:
        self.clock = clock
        self.journal = journal(self.now)
        self.settings = Settings(**{"name": "chat.test", "message_rate": 0.0} | settings)

        class Late:
            fanout: Fanout

            def dirty(self, room: Any, urgent: bool = True) -> None:
                self.fanout.dirty(room, urgent)

        late = Late()
        self.directory = Directory(self.journal, late, self.now, server=self.settings.name)
        late.fanout = self.fanout = Fanout(clock, self.directory.stats)
        self.factory = ChatFactory(
            clock,
            self.directory,
            self.fanout,
            self.settings,
            PlainDialect,
            IrcDialect,
            lambda address: "host",
        )

    def now(self) -> float:
        """The time in seconds since the epoch."""
        return START + self.clock.seconds()

    def turn(self) -> None:
        """Let everything happen that is due now, or waits a moment for company."""
        for seconds in (0.0, 0.0, 0.0, PATIENCE_SECONDS, 0.0, 0.0, 0.0):
            self.clock.advance(seconds)


class Client:
    """The other side of one connection."""

    def __init__(self, server: Server, address: str = "192.0.2.7") -> None:
        self.server = server
        self.protocol: ChatProtocol = server.factory.buildProtocol(IPv4Address("TCP", address, 40000))
        self.transport = StringTransport(peerAddress=IPv4Address("TCP", address, 40000))
        self.protocol.makeConnection(self.transport)

    def send(self, *lines: str | bytes) -> Client:
        """Send lines, each with its line end, and let what follows from them happen."""
        for line in lines:
            self.protocol.dataReceived((line.encode() if isinstance(line, str) else line) + b"\r\n")
        self.server.turn()
        return self

    def lines(self) -> list[str]:
        """What came since the last look, line by line, without line ends."""
        self.server.turn()
        data = self.transport.value().decode()
        self.transport.clear()
        assert not data or data.endswith("\n"), data
        return data.replace("\r\n", "\n").split("\n")[:-1]

    def ask(self, *lines: str | bytes) -> list[str]:
        """Send lines and return what they are answered with; what came before is left out."""
        self.lines()
        return self.send(*lines).lines()

    @property
    def closed(self) -> bool:
        """Whether the server has closed the connection, or is about to."""
        self.server.turn()
        return self.transport.disconnecting or getattr(self.transport, "aborting", False)

    def lose(self) -> None:
        """The connection breaks."""
        from twisted.internet.error import ConnectionLost
        from twisted.python.failure import Failure

        self.protocol.connectionLost(Failure(ConnectionLost()))
        self.server.turn()


def make_server(clock: Clock | None = None, **settings: Any) -> Server:
    """A server without limits on messages; keyword arguments are `Settings`."""
    return Server(clock or Clock(), MemoryJournal, **settings)


def connect(server: Server, address: str = "192.0.2.7") -> Client:
    """A connection that has said nothing yet."""
    return Client(server, address)


def join_irc(server: Server, nick: str, *rooms: str, caps: str = "") -> Client:
    """An IRC client that is registered, has these capabilities and is in these rooms."""
    client = connect(server)
    if caps:
        client.send("CAP LS 302", f"CAP REQ :{caps}")
    client.send(f"NICK {nick}", f"USER {nick} 0 * :{nick.title()}")
    if caps:
        client.send("CAP END")
    for room in rooms:
        client.send(f"JOIN {room}")
    client.lines()
    return client


def join_plain(server: Server, name: str) -> Client:
    """A person on a plain connection who is in the lobby."""
    client = connect(server).send(name)
    client.lines()
    return client


class SlowJournal(MemoryJournal):
    """A journal whose disk answers when the test says so."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self.receipts: list[Receipt] = []

    def record(self, event: Any, log: Log, receipt: Receipt | None = None, repeat: str | None = None) -> int:
        """Append now, acknowledge later."""
        if receipt is not None:
            self.receipts.append(receipt)
        return log.append(event)

    def keep(self, event: Any, receipt: Receipt) -> None:
        """Acknowledge later."""
        self.receipts.append(receipt)

    def commit(self, safe: bool = True) -> None:
        """The disk answers."""
        receipts, self.receipts = self.receipts, []
        for receipt in receipts:
            receipt(safe)
