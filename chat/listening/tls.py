"""TLS at nearly the price of a plain socket: OpenSSL encrypts straight into the socket, without buffers between.

The standard library's `SSLSocket` on the non-blocking socket of a connection costs 4.4 microseconds a send of 60 bytes,
a memory BIO 6.1, pyOpenSSL on a socket 6.9, Twisted's own transport some 24 more than plain (measured with 200 idle
connections).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from twisted.internet import tcp
from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from chat.listening.certificates import Certificates
from chat.listening.deadlines import Deadlines
from chat.listening.turns import Turns

HANDSHAKE_SECONDS = 10.0
"""Time for a handshake: its few packets, some of which are lost and sent again, on a bad line."""
HANDSHAKES_AT_MOST = 512
"""Handshakes under way at once, of some 50 KB each. For one more the one that has waited longest is given up: an honest
client answers within a second."""
RECORD_BYTES = 16 * 1024
"""Plain bytes of one TLS record (RFC 8446, section 5.1). What OpenSSL has begun to send, it must be given again."""

ALERT_LEVEL = b"\x15\x03\x01\x00\x02\x02"
NO_TLS_HERE = ALERT_LEVEL + b"\x46"
"""The fatal alert "protocol version" (RFC 8446, section 6.2): what a TLS client understands."""
ACCESS_DENIED = ALERT_LEVEL + b"\x31"
"""The fatal alert "access denied"."""

NOT_NOW = (BlockingIOError, InterruptedError, ssl.SSLWantWriteError, ssl.SSLWantReadError)
"""What `send` of a plain or of a TLS socket raises when it takes nothing at the moment."""


class Tls:
    """What TLS connections of one server share: certificates, and the order in which handshakes are dealt with."""

    def __init__(self, certificates: Certificates, turns: Turns, reactor: Any) -> None:
        self.certificates = certificates
        self.turns = turns
        self.done = 0
        """Handshakes that led to a connection."""
        self.failed = 0
        """Handshakes that did not."""
        self._open: Deadlines[TlsConnection] = Deadlines(reactor, HANDSHAKE_SECONDS, TlsConnection.give_up)

    @property
    def under_way(self) -> int:
        """Handshakes that have begun and not ended."""
        return len(self._open)

    def begun(self, connection: TlsConnection) -> None:
        """A handshake begins."""
        self._open.add(connection)
        if len(self._open) > HANDSHAKES_AT_MOST:
            self._open.first().give_up()

    def ended(self, connection: TlsConnection, well: bool) -> None:
        """A handshake is over."""
        self._open.discard(connection)
        if well:
            self.done += 1
        else:
            self.failed += 1


class SecuredProtocol(Protocol):
    """What a connection that turns into a TLS connection asks of the protocol above it."""

    def tls_hello(self) -> Tls | None:
        """A TLS client says hello: what it is answered with. None: not here, which it has been told."""

    def securing(self, transport: TlsConnection) -> None:
        """The handshake begins: `transport` has taken the place of the one before, and nothing can be written yet."""

    def secured(self) -> None:
        """The handshake is done: the conversation begins."""


class ServerConnection(tcp.Server):
    """An accepted connection, for which a relay may have told another pair of addresses."""

    here: Any = None
    """Where the person connected to, if that is not this end of the socket."""

    def getHost(self) -> Any:
        """The address that the person connected to (ITransport)."""
        return self.here or super().getHost()


@implementer(ISSLTransport)
class TlsConnection(ServerConnection):
    """An accepted connection over TLS, made of a plain one from which the hello has not been read yet."""

    socket: ssl.SSLSocket
    protocol: Any
    _log = Logger()

    def __init__(self, plain: ServerConnection, tls: Tls, address: str) -> None:
        self._tls = tls
        self._address = address
        self.here = plain.here
        self._shaking = True
        self._wants_to_write = False
        """Whether reading has to wait until something can be written: an answer to a key update (RFC 8446, 4.6.3)."""
        plain.stopReading()
        # Before the socket changes hands: afterwards the reactor would have to look for it.
        plain.stopReading()
        wrapped = tls.certificates.context.wrap_socket(
            plain.socket, server_side=True, do_handshake_on_connect=False
        )
        super().__init__(wrapped, plain.protocol, plain.client, plain.server, plain.sessionno, plain.reactor)
        # Nothing that the reactor may still have to tell is for the plain connection.
        del plain.socket, plain.protocol, plain.fileno
        self.protocol.securing(self)
        tls.begun(self)
        self._wait_for_turn()

    # the handshake

    def _wait_for_turn(self) -> None:
        self._waits = True
        self._tls.turns.add(self._address, self._shake)
        if self._waits:
            self.stopReading()

    def _shake(self) -> None:
        self._waits = False
        if not self._shaking or self.disconnected:
            return
        try:
            self.socket.do_handshake()
        except ssl.SSLWantReadError:
            self.startReading()
        except ssl.SSLWantWriteError:
            self.startWriting()
        except (OSError, ValueError) as problem:
            self._log.debug("A TLS handshake failed: {problem}", problem=problem)
            self.give_up()
        else:
            self._shaking = False
            self._tls.ended(self, True)
            self.startReading()
            self.protocol.secured()

    def give_up(self) -> None:
        """End a handshake that has failed, or takes too long."""
        if self._shaking and not self.disconnected:
            self.connectionLost(Failure(ConnectionLost("The TLS handshake failed")))

    @property
    def application(self) -> str | None:
        """What the client means to speak (ALPN), if it said so and it is one of ours."""
        return self.socket.selected_alpn_protocol()

    # reading

    def doRead(self) -> Any:
        """Read a record, or go on with the handshake when its turn has come."""
        if self._shaking:
            self._wait_for_turn()
            return None
        data = b""
        problem: Any = None
        try:
            # A record holds what was sent in one piece, a line mostly. All that have come are dealt with together.
            while len(data) < self.bufferSize and not problem:
                part = self.socket.recv(self.bufferSize)
                data += part
                if not part:
                    problem = CONNECTION_DONE
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLWantWriteError:
            self._wants_to_write = True
            self.stopReading()
            self.startWriting()
        except (OSError, ValueError):
            problem = CONNECTION_LOST
        if data:
            self._dataReceived(data)
        return None if self.disconnected else problem

    # writing

    def sender(self) -> Callable[[bytes | memoryview], int]:
        """What encrypts straight into the socket, and returns how many bytes were taken.

        It raises one of `NOT_NOW`, or OSError. Afterwards OpenSSL may hold a record that is sent in part. What is sent
        next has to begin with the bytes that were not taken, and to have `RECORD_BYTES` of them, or all.
        """
        # The object inside does the work. With many quiet connections, whose objects are in no cache of the processor,
        # the way there through those around it is a good part of a send (measured: 0.5 microseconds of 2.5 when warm).
        write: Callable[[bytes | memoryview], int] = getattr(self.socket, "_sslobj", self.socket).write

        def send(data: bytes | memoryview) -> int:
            if len(data) <= RECORD_BYTES:
                return write(data)
            view = memoryview(data)
            taken = 0
            try:
                while taken < len(view):
                    taken += write(view[taken : taken + RECORD_BYTES])
            except NOT_NOW:
                if not taken:
                    raise
            return taken

        return send

    def writeSomeData(self, data: bytes) -> Any:
        """Write what the socket takes (twisted.internet.abstract)."""
        try:
            return self.sender()(memoryview(data)[: self.SEND_LIMIT])
        except NOT_NOW:
            return 0
        except (OSError, ValueError):
            return CONNECTION_LOST

    def write(self, data: bytes) -> None:
        """Write when it can be written; nothing before the handshake is done, for it would go out in the clear."""
        if not self._shaking:
            super().write(data)

    def doWrite(self) -> Any:
        """Go on with what had to wait for the socket."""
        if self._shaking:
            self.stopWriting()
            self._wait_for_turn()
            return None
        if self._wants_to_write:
            self._wants_to_write = False
            if not self.disconnecting:
                self.startReading()
            problem = self.doRead()
            if problem is not None:
                return problem
        return super().doWrite()

    # the end

    def loseConnection(self) -> None:
        """Close when everything is written; at once while there is no connection to write to."""
        if self._shaking:
            self.give_up()
        else:
            super().loseConnection()

    def _postLoseConnection(self) -> Any:
        # Tell the other side that nothing was cut off (close_notify); its own is not waited for.
        with suppress(OSError, ValueError):
            self.socket.unwrap()
        return super()._postLoseConnection()

    def connectionLost(self, reason: Failure) -> None:
        """The connection is over."""
        if self._shaking and not self.disconnected:
            self._tls.ended(self, False)
        super().connectionLost(reason)

    def getPeerCertificate(self) -> object:
        """None: clients are not asked for a certificate (ISSLTransport)."""
        return None
