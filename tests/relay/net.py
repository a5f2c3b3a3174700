"""Connections in memory that behave like TCP: bounded buffers, back-pressure, half-closing, resets."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IAddress,
    IConsumer,
    IHalfCloseableDescriptor,
    IHalfCloseableProtocol,
    IProtocol,
    IProtocolFactory,
    IPushProducer,
    ISSLTransport,
    IStreamClientEndpoint,
    ITransport,
)
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import alsoProvides, implementer

from chat.relay.factory import RelayFactory
from chat.relay.upstreams import Upstream

PERSON = IPv4Address("TCP", "192.0.2.7", 40000)
ENTRANCE = IPv4Address("TCP", "198.51.100.1", 56458)

BUFFER = 65_536
"""What Twisted's transports take before they pause a producer."""


@implementer(ITransport, IConsumer, IPushProducer, IHalfCloseableDescriptor)
class Connection:
    """A protocol's transport, together with the far end that the test holds.

    The far end's methods start with `far_`. What is written stays here until the far end reads it, which is also
    when a close takes effect, as if in a later turn of a reactor. Like Twisted's own transports, it never closes
    if a producer that was paused is still registered when everything has been written.
    """

    def __init__(self, peer: IAddress = PERSON, host: IAddress = ENTRANCE, tls: bool = False) -> None:
        self.peer = peer
        self.host = host
        self.protocol: Any = None
        self.reading = True
        self.lost = False
        self.aborted = False
        self.fin_sent = False
        self.producer: Any = None
        self._producer_paused = False
        self._out = b""
        self._writing = False
        self._in: list[bytes | None] = []
        self._disconnecting = False
        self._write_disconnecting = False
        if tls:
            alsoProvides(self, ISSLTransport)

    def carry(self, protocol: IProtocol | None) -> Any:
        assert protocol is not None, "the factory declined"
        self.protocol = protocol
        protocol.makeConnection(self)
        return protocol

    # the far end

    def far_send(self, data: bytes) -> None:
        self._in.append(data)
        self._deliver()

    def far_end(self) -> None:
        """The far end sends nothing more (FIN)."""
        self._in.append(None)
        self._deliver()

    def far_reset(self) -> None:
        self._lose(ConnectionLost())

    def far_read(self) -> bytes:
        """Everything that has arrived; the end, if it was announced, comes after it."""
        out = b""
        while self._writing and not self.lost:
            data, self._out = self._out, b""
            out += data
            self._writing = False
            if self.producer is not None and self._producer_paused:
                self._producer_paused = False
                self.producer.resumeProducing()
            elif self._disconnecting:
                self._lose(ConnectionDone())
            elif self._write_disconnecting and not self.fin_sent:
                self.fin_sent = True
                self.protocol.writeConnectionLost()
        return out

    @property
    def waiting(self) -> int:
        """Bytes in flight to the far end."""
        return len(self._out)

    @property
    def unread(self) -> int:
        """Bytes that the far end sent and that were not read."""
        return sum(len(data) for data in self._in if data)

    # ITransport, IConsumer, IPushProducer, IHalfCloseableDescriptor

    def write(self, data: bytes) -> None:
        if self.lost or self.fin_sent:
            return
        self._out += data
        self._writing = True
        if self.producer is not None and len(self._out) > BUFFER and not self._producer_paused:
            self._producer_paused = True
            self.producer.pauseProducing()

    def writeSequence(self, data: Any) -> None:
        self.write(b"".join(data))

    def loseConnection(self) -> None:
        if not self.lost:
            self._disconnecting = True
            self._writing = True
            self.reading = False
            if self.fin_sent:
                self._lose(ConnectionDone())

    def abortConnection(self) -> None:
        self.aborted = True
        self._lose(ConnectionAborted())

    def loseWriteConnection(self) -> None:
        self._write_disconnecting = True
        self._writing = True

    def getPeer(self) -> IAddress:
        return self.peer

    def getHost(self) -> IAddress:
        return self.host

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        assert self.producer is None, "two producers"
        assert streaming
        if self.lost:
            producer.stopProducing()
        else:
            self.producer = producer

    def unregisterProducer(self) -> None:
        self.producer = None
        self._writing = self._writing or self._disconnecting

    def pauseProducing(self) -> None:
        self.reading = False

    def resumeProducing(self) -> None:
        if not self.lost and not self._disconnecting:
            self.reading = True
            self._deliver()

    def stopProducing(self) -> None:
        self.loseConnection()

    def readConnectionLost(self, reason: Failure) -> None:
        """Part of the interface; the reactor would call it."""

    def writeConnectionLost(self, reason: Failure) -> None:
        """Part of the interface; the reactor would call it."""

    def _deliver(self) -> None:
        while self._in and self.reading and not self.lost:
            data = self._in.pop(0)
            if data is not None:
                self.protocol.dataReceived(data)
            elif IHalfCloseableProtocol.providedBy(self.protocol) and not ISSLTransport.providedBy(self):
                self.protocol.readConnectionLost()
            else:
                self._lose(ConnectionDone())

    def _lose(self, reason: Exception) -> None:
        if self.lost:
            return
        self.lost = True
        producer, self.producer = self.producer, None
        if producer is not None:
            producer.stopProducing()
        self.protocol.connectionLost(Failure(reason))


@implementer(IStreamClientEndpoint)
class Door:
    """An endpoint whose attempts the test answers."""

    def __init__(self) -> None:
        self.attempts: list[tuple[IProtocolFactory, Deferred[IProtocol]]] = []
        self.cancelled = 0
        self.connections: list[Connection] = []

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        attempt: Deferred[IProtocol] = Deferred(self._cancel)
        self.attempts.append((protocolFactory, attempt))
        return attempt

    def _cancel(self, attempt: Deferred[IProtocol]) -> None:
        self.cancelled += 1
        self.attempts = [waiting for waiting in self.attempts if waiting[1] is not attempt]

    def accept(self, tls: bool = False) -> Connection:
        """Answer the oldest attempt."""
        factory, attempt = self.attempts.pop(0)
        protocol = factory.buildProtocol(ENTRANCE)
        assert protocol is not None
        connection = Connection(ENTRANCE, tls=tls)
        self.connections.append(connection)
        connection.carry(protocol)
        attempt.callback(protocol)
        return connection

    def refuse(self, reason: Exception) -> None:
        """Fail the oldest attempt."""
        self.attempts.pop(0)[1].errback(Failure(reason))


class Relay:
    """A relay with doors to its servers, on a clock that the test moves."""

    def __init__(self, doors: int = 1, **options: Any) -> None:
        self.clock = Clock()
        self.doors = [Door() for _ in range(doors)]
        self.factory = RelayFactory(
            [Upstream(f"server{number}", door) for number, door in enumerate(self.doors, 1)],
            self.clock,
            **options,
        )
        self.figures = self.factory.figures

    @property
    def door(self) -> Door:
        return self.doors[0]

    def come(self, peer: IAddress = PERSON, tls: bool = False) -> Connection:
        """Somebody connects."""
        connection = Connection(peer, tls=tls)
        protocol = self.factory.buildProtocol(peer)
        assert protocol is not None
        connection.carry(protocol)
        return connection

    def through(self) -> tuple[Connection, Connection]:
        """Somebody connects and is carried to the first server; the header is read away."""
        person = self.come()
        server = self.door.accept()
        server.far_read()
        return person, server
