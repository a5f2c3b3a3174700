"""A whole server without a network: real protocols on real connections, over sockets and a clock in the test's hands.

`make_server()` builds it, `join_plain` and `join_irc` bring people in. What a client sends is served at once; time
passes only where the test turns the clock, and 0.05 seconds with each `turn`, `send` and `lines` (news that somebody
came or went waits so long for company). `feed` and `run` let no time pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.task import Clock
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory

from chat.domain.directory import Directory
from chat.domain.journal import Journal, MemoryJournal, Receipt
from chat.domain.log import Log
from chat.listening.proxied import ProxiedFactory
from chat.network.delivery import PATIENCE_SECONDS, SLICE, Fanout
from chat.network.factory import ChatFactory
from chat.network.irc.dialect import IrcDialect
from chat.network.listener import ChatProtocol
from chat.network.plain import PlainDialect
from chat.network.resting import Rests
from chat.network.settings import Settings
from tests.domain.doubles import MemoryAccounts
from tests.network.wires import FakeSocket, Loop, Wire

START = 1_800_000_000.0
"""Seconds since the epoch at which the tests' clock stands at 0."""
RELAY = "203.0.113.1"
"""The address of the relay through which `door="proxied"` comes."""


class Server:
    """A directory, a fan-out and a factory on one clock; `now` is its time in seconds since the epoch."""

    def __init__(
        self,
        clock: Clock,
        journal: Callable[[Callable[[], float]], Journal] = MemoryJournal,
        *,
        slice_size: int = SLICE,
        rests: Rests | None = None,
        max_users: int = 0,
        **settings: Any,
    ) -> None:
        self.clock = clock
        self.loop = Loop(clock)
        self.journal = journal(self.now)
        quiet: dict[str, Any] = {"name": "chat.test", "message_rate": 0.0}
        self.settings = Settings(**quiet | settings)

        class Late:
            fanout: Fanout

            def dirty(self, room: Any, urgent: bool = True) -> None:
                self.fanout.dirty(room, urgent)

        late = Late()
        self.directory = Directory(
            self.journal,
            late,
            self.now,
            server=self.settings.name,
            max_users=max_users,
            accounts=MemoryAccounts(self.now),
        )
        late.fanout = self.fanout = Fanout(clock, self.directory.stats, slice_size, rests)
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

    def run(self) -> None:
        """Let everything happen that is due at this moment."""
        self.loop.run()

    def turn(self) -> None:
        """Let everything happen that is due now, or waits a moment for company."""
        self.loop.advance(PATIENCE_SECONDS)

    def wait(self, seconds: float, step: float = 5.0) -> None:
        """Let time pass, with a look after silent and stalled connections every `step` seconds."""
        end = self.clock.seconds() + seconds
        while (left := end - self.clock.seconds()) > 1e-9:
            self.loop.advance(min(step, left))
            self.factory.sweep()
            self.loop.run()

    def connect(self, address: str = "192.0.2.7", door: str = "socket") -> Client:
        """A connection that has said nothing yet; see `Client` for the doors."""
        return Client(self, address, door)

    def left_behind(self) -> list[str]:
        """What is still kept although everybody is gone: an empty list, if all is well."""
        fanout, factory, directory = self.fanout, self.factory, self.directory
        registries: dict[str, Sized] = {
            "passes": fanout._passes,
            "queue": fanout._queue,
            "waiting": fanout._waiting,
            "stuck": fanout._stuck,
            "patient rooms": fanout._patient,
            "people": directory.people,
            "lingering": directory._lingering,
            "look-alikes": directory._people._exotic,
            "rooms": [room for room in directory.rooms.values() if room is not directory.lobby],
            "members of the lobby": directory.lobby.members,
            "who stands together in the lobby": directory.lobby.readers.together,
            "who reads alone in the lobby": directory.lobby.readers.alone,
            "people with modes": directory.with_modes,
            "connections": factory.connections,
            "greeting": factory.greeting,
            "naming": factory.naming,
            "registering": factory.registering,
            "live addresses": factory.limits._live,
            "readers": self.loop.getReaders(),
            "writers": self.loop.getWriters(),
        }
        counters = {
            "stats.people": directory.stats.people,
            "stats.connections": directory.stats.connections,
            "stats.dialects": sum(directory.stats.dialects.values()),
        }
        return [f"{name}: {held}" for name, held in registries.items() if len(held)] + [
            f"{name}: {count}" for name, count in counters.items() if count
        ]


class Client:
    """The other side of one connection.

    Doors: "socket", straight to the listener; "wrapped", through a wrapper, as TLS has it, so that the server uses the
    portable outlet; "proxied", through a relay that names the address in a PROXY header.
    """

    protocol: ChatProtocol

    def __init__(self, server: Server, address: str = "192.0.2.7", door: str = "socket") -> None:
        self.server = server
        self.address = address
        self._seen = 0
        kind = IPv6Address if ":" in address else IPv4Address
        peer = kind("TCP", address, 40000)
        outermost: Any
        if door == "socket":
            outermost = self.protocol = server.factory.buildProtocol(peer)
        elif door == "wrapped":
            wrapping: WrappingFactory[ProtocolWrapper] = WrappingFactory(server.factory)
            wrapping.noisy = False
            outermost = wrapping.buildProtocol(peer)
            assert isinstance(outermost.wrappedProtocol, ChatProtocol)
            self.protocol = outermost.wrappedProtocol
        else:
            assert door == "proxied"
            outermost = ProxiedFactory(server.factory, server.clock).buildProtocol(peer)
            address = RELAY
        self.transport = Wire(outermost, address, server.loop)
        self.socket: FakeSocket = self.transport.other_side
        outermost.makeConnection(self.transport)
        if door == "proxied":
            family = "TCP6" if ":" in self.address else "TCP4"
            here = "2001:db8::1" if ":" in self.address else "192.0.2.1"
            self.feed(f"PROXY {family} {self.address} {here} 40000 56458\r\n".encode())
            self.protocol = outermost._served

    # what it says

    def send(self, *lines: str | bytes) -> Client:
        """Send lines, each with its line end, and let what follows from them happen."""
        for line in lines:
            self.socket.give((line.encode() if isinstance(line, str) else line) + b"\r\n")
            self.server.run()
        self.server.turn()
        return self

    def feed(self, data: bytes) -> Client:
        """Send bytes as they stand, and let what follows happen without any time passing."""
        self.socket.give(data)
        self.server.run()
        return self

    def ask(self, *lines: str | bytes) -> list[str]:
        """Send lines and return what they are answered with; what came before is left out."""
        self.lines()
        return self.send(*lines).lines()

    # what it reads

    def lines(self) -> list[str]:
        """What came since the last look, line by line, without line ends."""
        self.server.turn()
        # Whether telnet shows what is typed is no line.
        data = self.raw().replace(b"\xff\xfb\x01", b"").replace(b"\xff\xfc\x01", b"").decode()
        assert not data or data.endswith("\n"), data
        return data.replace("\r\n", "\n").split("\n")[:-1]

    def raw(self) -> bytes:
        """The bytes that came since the last look, without any time passing."""
        self.server.run()
        data = bytes(self.socket.taken[self._seen :])
        self._seen = len(self.socket.taken)
        return data

    def stall(self) -> Client:
        """Take nothing from here on."""
        self.socket.room = 0
        return self

    def read(self, count: int | None = None) -> Client:
        """Take `count` bytes more and then nothing; None: everything from here on."""
        self.socket.room = count
        self.server.run()
        return self

    # how it is

    @property
    def closed(self) -> bool:
        """Whether the server has closed the connection, or is about to."""
        self.server.turn()
        return self.ended or bool(self.transport.disconnecting)

    @property
    def ended(self) -> bool:
        """Whether the connection is closed, without any time passing."""
        return self.socket.closed

    @property
    def paused(self) -> bool:
        """Whether the server does not read what this side sends."""
        return self.transport.producerState == "paused"

    # how it ends

    def half_close(self) -> Client:
        """Send nothing more, and go on reading (`nc -N`)."""
        self.socket.end()
        self.server.turn()
        return self

    def lose(self) -> None:
        """The connection breaks."""
        self.socket.break_off()
        if not self.ended:
            # A connection that is not read at the moment is told by the kernel all the same.
            self.transport.connectionLost(_broken())
        self.server.turn()


def _broken() -> Any:
    from twisted.internet.error import ConnectionLost
    from twisted.python.failure import Failure

    return Failure(ConnectionLost())


def make_server(clock: Clock | None = None, **settings: Any) -> Server:
    """A server without limits on messages; keyword arguments are `Settings`, or those of `Server`."""
    return Server(clock or Clock(), **settings)


def connect(server: Server, address: str = "192.0.2.7", door: str = "socket") -> Client:
    """A connection that has said nothing yet."""
    return Client(server, address, door)


def join_irc(
    server: Server, nick: str, *rooms: str, caps: str = "", door: str = "socket", address: str = "192.0.2.7"
) -> Client:
    """An IRC client that is registered, has these capabilities and is in these rooms."""
    client = connect(server, address, door)
    if caps:
        client.send("CAP LS 302", f"CAP REQ :{caps}")
    client.send(f"NICK {nick}", f"USER {nick} 0 * :{nick.title()}")
    if caps:
        client.send("CAP END")
    for room in rooms:
        client.send(f"JOIN {room}")
    client.lines()
    return client


def join_plain(server: Server, name: str, door: str = "socket", address: str = "192.0.2.7") -> Client:
    """A person on a plain connection who is in the lobby."""
    client = connect(server, address, door).send(name)
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
