"""Client connections without a network: to a server that the test plays, or to the real one, on the test's clock."""

from __future__ import annotations

from typing import Any, TypeVar

from twisted.internet import error
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocol, IProtocolFactory, IStreamClientEndpoint
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.test.iosim import FakeTransport, IOPump
from zope.interface import implementer

from chat.client.link.connection import Connection
from chat.client.link.events import ConnectionState, Delivery, Event, Outgoing
from tests.network.chatting import START, Server

E = TypeVar("E", bound=Event)

ALL_CAPS = (
    "account-notify away-notify batch cap-notify chghost draft/chathistory echo-message extended-join labeled-response "
    "message-tags multi-prefix sasl server-time setname soju.im/search standard-replies userhost-in-names"
)


@implementer(IStreamClientEndpoint)
class Attempt:
    """One attempt to connect: the test takes it or refuses it."""

    def __init__(self) -> None:
        self.factory: IProtocolFactory | None = None
        self.answer: Deferred[IProtocol] = Deferred()

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """What the connection calls."""
        self.factory = protocolFactory
        return self.answer

    def take(self, transport: Any) -> Any:
        """Let it succeed; returns the client's protocol."""
        assert self.factory is not None
        protocol = self.factory.buildProtocol(IPv4Address("TCP", "192.0.2.1", 56458))
        assert protocol is not None
        protocol.makeConnection(transport)
        self.answer.callback(protocol)
        return protocol

    def refuse(self, exception: Exception | None = None) -> None:
        """Let it fail."""
        self.answer.errback(Failure(exception or error.ConnectionRefusedError()))


class Talker:
    """A connection, what it told its user interface, and the attempts that it made."""

    def __init__(self, clock: Clock | None = None, random_number: float = 0.0) -> None:
        self.clock = clock or Clock()
        self.events: list[Any] = []
        self.attempts: list[Attempt] = []
        self.addresses: list[tuple[str, int, bool]] = []
        self.connection = Connection(
            self.clock,
            self.events.append,
            endpoint_factory=self._endpoint,
            wall_clock=lambda: START + self.clock.seconds(),
            random_number=lambda: random_number,
        )

    def _endpoint(self, host: str, port: int, tls: bool) -> Attempt:
        self.addresses.append((host, port, tls))
        self.attempts.append(Attempt())
        return self.attempts[-1]

    def connect(self, name: str = "bob", *rooms: str, **options: Any) -> Talker:
        """Begin."""
        self.connection.connect("chat.test", 56458, name=name, rooms=rooms, **options)
        return self

    def state(self) -> ConnectionState:
        """How the connection stands at this moment."""
        return self.connection.state

    def told(self, kind: type[E]) -> list[E]:
        """The events of one type so far, and forget them all."""
        found = [event for event in self.events if isinstance(event, kind)]
        self.events.clear()
        return found


def delivery(message: Outgoing) -> Delivery:
    """How a message stands at this moment: it changes while the test goes on."""
    return message.state


class Transport(StringTransport):
    """Knows whether it was cut off."""

    aborting = False

    def abortConnection(self) -> None:
        """What the connection calls."""
        self.aborting = True


class Script:
    """A server played by the test, on the newest attempt of a talker."""

    def __init__(self, talker: Talker) -> None:
        self.talker = talker
        self.transport = Transport()
        self.protocol = talker.attempts[-1].take(self.transport)

    def sent(self) -> list[str]:
        """The lines that the client has sent since the last look."""
        data = self.transport.value().decode()
        self.transport.clear()
        lines: list[str] = data.split("\r\n")
        return lines[:-1]

    def say(self, *lines: str) -> Script:
        """Send lines to the client."""
        for line in lines:
            self.protocol.dataReceived(line.encode() + b"\r\n")
        return self

    def welcome(self, caps: str = "", isupport: str = "", name: str = "bob") -> Script:
        """Register the client, and answer the first PINGs; what it sent until then stands in `welcomed`."""
        if caps:
            self.say(f":chat.test CAP * LS :{caps}")
            for line in self.sent():
                if "CAP REQ" in line:
                    self.say(f":chat.test CAP * ACK :{line.partition(':')[2]}")
        self.say(f":chat.test 001 {name} :Welcome", ":chat.test 005 " + name + f" {isupport} :are supported")
        self.say(f":chat.test 422 {name} :No motd")
        self.welcomed = self.pong()
        return self

    def pong(self) -> list[str]:
        """Answer all PINGs; returns the other lines that the client sent."""
        others = []
        while lines := self.sent():
            for line in lines:
                if line.startswith("PING "):
                    self.say(f":chat.test PONG chat.test {line.partition(' ')[2]}")
                else:
                    others.append(line)
        return others

    def enter(self, room: str, *people: str, name: str = "bob") -> Script:
        """Let the client into a room; it is caught up with where the server has no history."""
        self.say(f":{name}!bob@host JOIN {room}")
        self.say(f":chat.test 353 {name} = {room} :{' '.join([name, *people])}")
        self.say(f":chat.test 366 {name} {room} :End")
        return self

    def lose(self, exception: Exception | None = None) -> None:
        """The connection breaks."""
        self.protocol.connectionLost(Failure(exception or error.ConnectionLost()))


class Wire:
    """The newest attempt of a talker, joined to the real server."""

    def __init__(self, talker: Talker, server: Server) -> None:
        self.server = server
        address = IPv4Address("TCP", "192.0.2.7", 40000)
        self.there = server.factory.buildProtocol(address)
        self.far = FakeTransport(self.there, isServer=True, peerAddress=address)
        self.near: Any = None
        self.there.makeConnection(self.far)

        class Near:
            """Stands in for the client's protocol until that is built."""

        near = FakeTransport(Near(), isServer=False)
        protocol = talker.attempts[-1].take(near)
        near.protocol = protocol
        self.near = near
        self.pump = IOPump(protocol, self.there, near, self.far, False)
        self.run()

    def run(self) -> None:
        """Let everything happen that is due."""
        busy = True
        while busy:
            busy = bool(self.pump.pump())
            self.server.turn()
            busy = bool(self.pump.pump()) or busy

    def lose(self) -> None:
        """The connection breaks, and both sides know."""
        reason = Failure(error.ConnectionLost())
        self.near.protocol.connectionLost(reason)
        self.there.connectionLost(reason)
        self.server.turn()
