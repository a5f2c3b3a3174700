"""Serving behind a relay: a connection's protocol is built once the PROXY header has told who is there."""

from __future__ import annotations

from typing import cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHalfCloseableProtocol,
    IProtocol,
    IProtocolFactory,
    IReactorTime,
    ITransport,
)
from twisted.internet.protocol import Protocol
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from zope.interface import directlyProvides, implementer, providedBy

from chat.listening.proxy_protocol import Announcement, BadHeader, SocketAddress, decode

HEADER_SECONDS = 5.0
"""How long a relay may take for its header: time for one lost packet to be sent again (specification,
section 2: at least 3 seconds), too short to hold a connection open for nothing."""

NOT_FOR_PEOPLE = (
    b"ERROR :This port is for a relay that sends the PROXY protocol. "
    b"Please connect to the chat's ordinary port.\r\n"
)


@implementer(IHalfCloseableProtocol)
class ProxiedConnection(ProtocolWrapper):
    """
    Reads the header, then builds the served protocol and is its transport.

    Twisted's own wrapper connects the served protocol at once, so that it greets, counts and limits the
    relay's address instead of the person's, and closes when a header comes in two pieces.
    """

    _log = Logger()

    def __init__(self, factory: ProxiedFactory) -> None:
        super().__init__(factory, cast(IProtocol, None))
        self._proxied = factory
        self._served: IProtocol | None = None
        self._head = b""
        self._announced: Announcement | None = None
        self._deadline: IDelayedCall | None = None

    def makeConnection(self, transport: ITransport) -> None:
        directlyProvides(self, providedBy(transport))
        Protocol.makeConnection(self, transport)
        self._proxied.protocols[self] = 1
        self._deadline = self._proxied.clock.callLater(
            HEADER_SECONDS, self._refuse, f"no PROXY header within {HEADER_SECONDS:g} seconds"
        )

    def dataReceived(self, data: bytes) -> None:
        if self._served is not None:
            self._served.dataReceived(data)
            return
        if self.disconnecting:
            return
        self._head += data
        try:
            decoded = decode(self._head)
        except BadHeader as reason:
            self._refuse(str(reason))
            return
        if decoded is None:
            return
        announced, length = decoded
        rest, self._head = self._head[length:], b""
        self._open(announced)
        if rest and self._served is not None and not self.disconnecting:
            self._served.dataReceived(rest)

    def _open(self, announced: Announcement) -> None:
        self._cancel_deadline()
        self._announced = announced
        protocol = self._proxied.wrappedFactory.buildProtocol(self.getPeer())
        if protocol is None:
            self._lose()
            return
        self._served = protocol
        protocol.makeConnection(self)

    def getPeer(self) -> IAddress:
        """The person's address once it is known, the relay's before that or when the relay does not tell."""
        if self._announced is not None and self._announced.source is not None:
            return _twisted_address(self._announced.source)
        return cast(ITransport, self.transport).getPeer()

    def getHost(self) -> IAddress:
        """The address that the person connected to, as far as it is known."""
        if self._announced is not None and self._announced.destination is not None:
            return _twisted_address(self._announced.destination)
        return cast(ITransport, self.transport).getHost()

    def readConnectionLost(self) -> None:
        """The other side says nothing more: the served protocol may finish its answer if it knows how."""
        half_closeable = IHalfCloseableProtocol(self._served, None)
        if half_closeable is not None:
            half_closeable.readConnectionLost()
        else:
            self._lose()

    def writeConnectionLost(self) -> None:
        half_closeable = IHalfCloseableProtocol(self._served, None)
        if half_closeable is not None:
            half_closeable.writeConnectionLost()

    def connectionLost(self, reason: Failure = Failure(ConnectionDone())) -> None:  # noqa: B008  Twisted's own
        self._cancel_deadline()
        self._proxied.protocols.pop(self, None)
        protocol, self._served = self._served, None
        if protocol is not None:
            protocol.connectionLost(reason)

    def logPrefix(self) -> str:
        return f"{type(self._served).__name__} (PROXY)"

    def _refuse(self, reason: str) -> None:
        self._cancel_deadline()
        self._log.warn(
            "closed a connection from {peer} to a port for relays: {reason}",
            peer=cast(ITransport, self.transport).getPeer(),
            reason=reason,
        )
        cast(ITransport, self.transport).write(NOT_FOR_PEOPLE)
        self._lose()

    def _lose(self) -> None:
        self.disconnecting = 1
        cast(ITransport, self.transport).loseConnection()

    def _cancel_deadline(self) -> None:
        deadline, self._deadline = self._deadline, None
        if deadline is not None and deadline.active():
            deadline.cancel()


class ProxiedFactory(WrappingFactory[ProxiedConnection]):
    """
    Wraps the factory of a server that only relays may connect to.

    Whoever can connect can claim any address, so the listener belongs on a loopback interface, a Unix socket
    or behind a firewall.
    """

    noisy = False

    def __init__(self, factory: IProtocolFactory, clock: IReactorTime) -> None:
        super().__init__(factory)
        self.clock = clock

    def buildProtocol(self, addr: IAddress | None) -> ProxiedConnection:
        return ProxiedConnection(self)


def _twisted_address(address: SocketAddress) -> IAddress:
    kind = IPv4Address if address.ip.version == 4 else IPv6Address
    return kind("TCP", str(address.ip), address.port)
