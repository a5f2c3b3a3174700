"""A server behind a relay sees the person: from its first moment, however the header arrives."""

from __future__ import annotations

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress, IHalfCloseableProtocol
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer
from zope.interface.verify import verifyObject

from chat.listening.proxied import HEADER_SECONDS, NOT_FOR_PEOPLE, ProxiedConnection, ProxiedFactory
from chat.listening.proxy_protocol import V2_SIGNATURE

RELAY = IPv4Address("TCP", "127.0.0.1", 1)
HERE = IPv4Address("TCP", "127.0.0.1", 2)
HEADER = b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 56458\r\n"


class Greeter(Protocol):
    """Greets by address and remembers what it hears."""

    def __init__(self) -> None:
        self.heard = b""
        self.lost = False

    def connectionMade(self) -> None:
        assert self.transport is not None
        peer = self.transport.getPeer()
        assert isinstance(peer, IPv4Address | IPv6Address)
        self.transport.write(f"hello {peer.host}\n".encode())

    def dataReceived(self, data: bytes) -> None:
        self.heard += data

    def connectionLost(self, reason: Failure | None = None) -> None:
        self.lost = True


@implementer(IHalfCloseableProtocol)
class HalfCloseableGreeter(Greeter):
    def __init__(self) -> None:
        super().__init__()
        self.ends: list[str] = []

    def readConnectionLost(self) -> None:
        self.ends.append("read")

    def writeConnectionLost(self) -> None:
        self.ends.append("write")


class Greeters(Factory[Greeter]):
    def __init__(self, kind: type[Greeter] = Greeter) -> None:
        self.kind = kind
        self.built: list[tuple[IAddress | None, Greeter]] = []
        self.refuse = False

    def buildProtocol(self, addr: IAddress | None) -> Greeter | None:
        if self.refuse:
            return None
        self.built.append((addr, self.kind()))
        return self.built[-1][1]


def connection(greeters: Greeters) -> tuple[Clock, StringTransport, ProxiedConnection]:
    clock, transport = Clock(), StringTransport(HERE, RELAY)
    wrapper = ProxiedFactory(greeters, clock).buildProtocol(RELAY)
    wrapper.makeConnection(transport)
    return clock, transport, wrapper


def test_nothing_is_said_before_the_header_and_the_person_is_known_after_it() -> None:
    greeters = Greeters()
    clock, transport, wrapper = connection(greeters)
    for byte in HEADER[:-1]:
        wrapper.dataReceived(bytes([byte]))
    assert (greeters.built, transport.value()) == ([], b"")
    assert wrapper.getPeer() == RELAY
    wrapper.dataReceived(HEADER[-1:])
    [(address, greeter)] = greeters.built
    assert address == IPv4Address("TCP", "192.0.2.7", 40000)
    assert transport.value() == b"hello 192.0.2.7\n"
    assert greeter.transport is not None
    assert greeter.transport.getHost() == IPv4Address("TCP", "198.51.100.1", 56458)
    assert not clock.getDelayedCalls()


def test_what_follows_the_header_is_delivered() -> None:
    greeters = Greeters()
    _, _, wrapper = connection(greeters)
    wrapper.dataReceived(HEADER + b"bob\n")
    wrapper.dataReceived(b"hi\n")
    assert greeters.built[0][1].heard == b"bob\nhi\n"


def test_a_relay_that_speaks_for_itself_keeps_its_own_address() -> None:
    greeters = Greeters()
    _, _, wrapper = connection(greeters)
    wrapper.dataReceived(V2_SIGNATURE + b"\x20\x00\x00\x00")
    assert greeters.built[0][0] == RELAY
    assert wrapper.getHost() == HERE


def test_someone_without_a_header_is_told_where_to_go() -> None:
    greeters = Greeters()
    clock, transport, wrapper = connection(greeters)
    wrapper.dataReceived(b"bob\n")
    assert transport.value() == NOT_FOR_PEOPLE
    assert transport.disconnecting
    wrapper.dataReceived(HEADER)
    assert greeters.built == []
    assert not clock.getDelayedCalls()


def test_a_relay_that_says_nothing_is_closed() -> None:
    greeters = Greeters()
    clock, transport, _ = connection(greeters)
    clock.advance(HEADER_SECONDS - 0.1)
    assert not transport.disconnecting
    clock.advance(0.1)
    assert transport.disconnecting


def test_a_factory_that_declines_closes() -> None:
    greeters = Greeters()
    greeters.refuse = True
    _, transport, wrapper = connection(greeters)
    wrapper.dataReceived(HEADER + b"bob\n")
    assert transport.disconnecting


def test_a_server_that_closes_at_once_hears_nothing_more() -> None:
    class Closing(Greeter):
        def connectionMade(self) -> None:
            assert self.transport is not None
            self.transport.loseConnection()

    greeters = Greeters(Closing)
    _, _, wrapper = connection(greeters)
    wrapper.dataReceived(HEADER + b"bob\n")
    assert greeters.built[0][1].heard == b""


def test_the_end_reaches_the_served_protocol_once() -> None:
    greeters = Greeters()
    clock, _, wrapper = connection(greeters)
    wrapper.dataReceived(HEADER)
    wrapper.connectionLost(Failure(ConnectionDone()))
    assert greeters.built[0][1].lost
    _, _, silent = connection(greeters)
    silent.connectionLost(Failure(ConnectionDone()))
    assert not clock.getDelayedCalls()
    assert len(greeters.built) == 1


def test_half_an_end_goes_to_a_protocol_that_knows_it_and_closes_any_other() -> None:
    knowing, plain = Greeters(HalfCloseableGreeter), Greeters()
    _, transport, wrapper = connection(knowing)
    verifyObject(IHalfCloseableProtocol, wrapper)
    wrapper.dataReceived(HEADER)
    wrapper.readConnectionLost()
    wrapper.writeConnectionLost()
    greeter = knowing.built[0][1]
    assert isinstance(greeter, HalfCloseableGreeter)
    assert greeter.ends == ["read", "write"]
    assert not transport.disconnecting
    for data in (HEADER, b"PROX"):
        _, transport, wrapper = connection(plain)
        wrapper.dataReceived(data)
        wrapper.writeConnectionLost()
        wrapper.readConnectionLost()
        assert transport.disconnecting
