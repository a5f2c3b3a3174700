"""The two sides of a relayed connection, built on Twisted's port forwarder."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any, ClassVar, cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import (
    IAddress,
    IHalfCloseableDescriptor,
    IHalfCloseableProtocol,
    ISSLTransport,
)
from twisted.logger import Logger
from twisted.protocols import portforward
from twisted.python.failure import Failure
from zope.interface import implementer

from chat.listening.proxy_protocol import SocketAddress, unmapped
from chat.listening.sockets import prepare_socket
from chat.relay.session import Session, SessionOwner
from chat.relay.wording import failure_in_words

CONNECT_SECONDS = 5.0
"""How long one server may take to accept: two lost packets are sent again within it."""

EARLY_BYTES = 262_144
"""What is kept of a person's bytes while no server has answered. Reading is paused, so that only what was
read in one go with a PROXY header or a TLS record gets here: at most some 64 KiB."""

DISMISSAL_SECONDS = 5.0
"""How long somebody who was turned away may take to read why. Closing at once, with unread bytes waiting,
makes the system send a reset, which can overtake the sentence."""

NO_SERVER = "The chat cannot be reached at the moment. Please try again in a minute."
TOO_EARLY = "You sent too much before the chat answered. Please connect again."


@implementer(IHalfCloseableProtocol)
class _Side(portforward.Proxy):
    """
    What both sides have in common: when one ends, what it sent before still arrives.

    The end of one direction is passed on as such, so that somebody who has said everything still gets the
    answers. A transport that cannot close one direction alone (TLS) is closed after what is in flight.
    """

    said_goodbye: ClassVar[str]
    """Why a relayed connection is over when this side closed it, for the log."""
    broke_off: ClassVar[str]
    """The same when this side was lost; the reason is put after it."""
    session: Session
    transport: Any
    gone = False
    _ended = False
    _fed = False

    def feed_from_peer(self) -> None:
        """Note that the peer's transport is this transport's producer."""
        self._fed = True

    def readConnectionLost(self) -> None:
        """This side sends nothing more."""
        self._ended = True
        peer = cast("_Side | None", self.peer)
        if peer is None:
            self.transport.loseConnection()
            return
        self.session.ending(self.said_goodbye)
        peer.finish()

    def writeConnectionLost(self) -> None:
        """This side took all there was for it, and knows that nothing more will come."""

    def connectionLost(self, reason: Failure = Failure(ConnectionDone())) -> None:  # noqa: B008  Twisted's own
        self.gone = True
        self._fed = False
        peer, self.peer = cast("_Side | None", self.peer), None
        done = reason.check(ConnectionDone) is not None
        self.session.ending(
            self.said_goodbye if done else f"{self.broke_off} ({failure_in_words(reason.value)})"
        )
        if peer is not None:
            peer.peer = None
            peer.hang_up(None)
        self.session.one_side_gone()

    def finish(self) -> None:
        """The peer sends nothing more: pass that on, after what it sent."""
        self._stop_feeding()
        if self._ended or not _can_half_close(self.transport):
            self.transport.loseConnection()
        else:
            self.transport.loseWriteConnection()

    def hang_up(self, sentence: str | None) -> None:
        """Close this side after what is in flight to it, and after the sentence if there is one."""
        if self.gone:
            return
        self._stop_feeding()
        if sentence is not None:
            self.transport.write(error_line(sentence))
        self.transport.loseConnection()

    def drop(self) -> None:
        """Close this side at once."""
        self._stop_feeding()
        self.transport.abortConnection()

    def _stop_feeding(self) -> None:
        """A transport does not close while a producer is registered with it."""
        if self._fed:
            self._fed = False
            self.transport.unregisterProducer()


class RelayServer(_Side, portforward.ProxyServer):
    """The person's side: limits, then the search for a server, with reading paused until one has answered."""

    said_goodbye = "the person left"
    broke_off = "the person's connection broke off"
    _log = Logger()
    factory: SessionOwner  # type: ignore[assignment]
    _admitted: str | None = None
    _dismissed = False
    _search: Deferred[None] | None = None

    def connectionMade(self) -> None:
        self.transport.pauseProducing()
        prepare_socket(self.transport)
        self._early = b""
        address = self.transport.getPeer()
        self.session = Session(self.factory, self, _as_text(address))
        refusal = self.factory.admit(self.session, getattr(address, "host", ""))
        if refusal is not None:
            self._dismiss(refusal.sentence, f"refused ({refusal.rule})")
            return
        self._admitted = getattr(address, "host", "")
        self._search = Deferred.fromCoroutine(self._find_server())
        self._search.addErrback(self._search_broke)

    def dataReceived(self, data: bytes) -> None:
        if self.peer is not None:
            self.session.carried_up(len(data))
            super().dataReceived(data)
        elif not self._dismissed and not self.session.reason:
            self._early += data
            if len(self._early) > EARLY_BYTES:
                self._dismiss(TOO_EARLY, "too much before a server answered")
                self._call_off()

    def take_early(self) -> bytes:
        """What came while there was no server, once."""
        early, self._early = self._early, b""
        self.session.carried_up(len(early))
        return early

    def connectionLost(self, reason: Failure = Failure(ConnectionDone())) -> None:  # noqa: B008  Twisted's own
        self.factory.person_gone(self._admitted, self._dismissed)
        super().connectionLost(reason)
        self._call_off()

    def hang_up(self, sentence: str | None) -> None:
        self._call_off()
        super().hang_up(sentence)

    async def _find_server(self) -> None:
        clock = self.factory.clock
        for upstream in self.factory.upstreams.order(clock.seconds()):
            upstream.trying(clock.seconds() + CONNECT_SECONDS)
            attempt = maybeDeferred(upstream.endpoint.connect, RelayClientFactory(self, upstream.name))
            attempt.addTimeout(CONNECT_SECONDS, clock)
            try:
                await attempt
            except Exception as reason:  # whatever an endpoint raises: this server cannot be reached
                if self.session.reason:
                    upstream.gave_up()
                    return
                failures = upstream.failures
                pause = upstream.failed(clock.seconds(), failure_in_words(reason))
                if upstream.failures != failures:
                    self._log.warn(
                        "{upstream} cannot be reached: {reason}; passed over for {pause:.0f} s",
                        upstream=upstream.name,
                        reason=upstream.reason,
                        pause=pause,
                    )
                continue
            if upstream.answered():
                self._log.info("{upstream} answers", upstream=upstream.name)
            return
        self.factory.figures.failed += 1
        self._dismiss(NO_SERVER, "no server answered")

    def _search_broke(self, failure: Failure) -> None:
        self._log.failure("looking for a server for {who} failed", failure, who=self.session.who)
        self.session.abort()

    def _call_off(self) -> None:
        """Nobody waits for a server any more."""
        search, self._search = self._search, None
        if search is not None:
            search.cancel()

    def _dismiss(self, sentence: str, reason: str) -> None:
        """Turn somebody away who has no server: with a sentence, and time to read it."""
        self._dismissed = True
        self._early = b""
        self.session.ending(reason, DISMISSAL_SECONDS)
        self.transport.resumeProducing()
        self.transport.write(error_line(sentence))
        if self.factory.may_linger() and _can_half_close(self.transport):
            self.transport.loseWriteConnection()
        else:
            self.transport.loseConnection()


class RelayClient(_Side, portforward.ProxyClient):
    """The server's side: announces the person, then carries."""

    said_goodbye = "the server closed it"
    broke_off = "the server's connection broke off"
    factory: RelayClientFactory

    def connectionMade(self) -> None:
        person = cast(RelayServer, self.peer)
        self.session = person.session
        prepare_socket(self.transport)
        self.session.connected(self, self.factory.upstream)
        encode = person.factory.encode_header
        if encode is not None:
            source, destination = person.transport.getPeer(), person.transport.getHost()
            self.transport.write(encode(_socket_address(source), _socket_address(destination)))
        early = person.take_early()
        if early:
            self.transport.write(early)
        person.feed_from_peer()
        self.feed_from_peer()
        super().connectionMade()

    def dataReceived(self, data: bytes) -> None:
        if self.peer is not None:
            self.session.carried_down(data)
            super().dataReceived(data)

    def readConnectionLost(self) -> None:
        super().readConnectionLost()
        self.session.server_ended()


class RelayClientFactory(portforward.ProxyClientFactory):
    """Connects one person to one server, once."""

    protocol = RelayClient
    noisy = False

    def __init__(self, server: RelayServer, upstream: str) -> None:
        self.upstream = upstream
        self.setServer(server)


def error_line(sentence: str) -> bytes:
    """A sentence for the person: readable as it stands, and what IRC clients expect (RFC 2812, 3.7.4)."""
    return f"ERROR :{sentence}\r\n".encode()


def _can_half_close(transport: object) -> bool:
    """Closing one direction of what is below TLS would cut TLS off, although the interface is there."""
    return IHalfCloseableDescriptor.providedBy(transport) and not ISSLTransport.providedBy(transport)


def _socket_address(address: IAddress) -> SocketAddress | None:
    if isinstance(address, IPv4Address | IPv6Address):
        return SocketAddress(ip_address(address.host), address.port)
    return None


def _as_text(address: IAddress) -> str:
    known = _socket_address(address)
    if known is None:
        return "somebody on this machine"
    ip = unmapped(known.ip)
    return f"{ip}:{known.port}" if ip.version == 4 else f"[{ip}]:{known.port}"
