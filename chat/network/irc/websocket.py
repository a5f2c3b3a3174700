"""IRC for clients in browsers: each WebSocket message is one line.

Source: IRCv3 "WebSocket" (https://ircv3.net/specs/extensions/websocket). Pages from anywhere may connect: there are no
cookies here that another page could make use of.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from autobahn.exception import Disconnected
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.types import ConnectionRequest
from twisted.internet.interfaces import IAddress, ISSLTransport, ITransport
from twisted.python.failure import Failure
from zope.interface import directlyProvides, implementer

from chat.network.factory import ChatFactory
from chat.network.listener import INPUT_BYTES, ChatProtocol

TEXT = "text.ircv3.net"
BINARY = "binary.ircv3.net"
CLOSE_TIMEOUT = 2.0
"""Seconds that a client has to answer a close frame."""
OPEN_TIMEOUT = 10.0
"""Seconds that a client has for its opening handshake."""
_NORMAL = 1000


@implementer(ITransport)
class LineTransport:
    """What a `ChatProtocol` writes to: lines become messages."""

    disconnecting = False

    def __init__(self, socket: IrcSocket, binary: bool) -> None:
        self._socket = socket
        self._binary = binary

    @property
    def _stream(self) -> Any:
        return self._socket.transport

    def write(self, data: bytes) -> None:
        """Send each line as a message, without its line end."""
        with suppress(Disconnected):
            for line in data.split(b"\n"):
                if line.strip():
                    self._socket.sendMessage(line.rstrip(b"\r"), self._binary)

    def writeSequence(self, data: Iterable[bytes]) -> None:
        """Send lines as messages."""
        self.write(b"".join(data))

    def loseConnection(self) -> None:
        """Close when everything is sent."""
        self.disconnecting = True
        self._socket.sendClose(_NORMAL)

    def abortConnection(self) -> None:
        """Close at once."""
        self.disconnecting = True
        self._stream.abortConnection()

    def getPeer(self) -> IAddress:
        """The client's address."""
        peer: IAddress = self._stream.getPeer()
        return peer

    def getHost(self) -> IAddress:
        """The address that the client connected to."""
        host: IAddress = self._stream.getHost()
        return host

    def registerProducer(self, producer: object, streaming: bool) -> None:
        """Have a producer paused when the client does not take what is sent."""
        self._stream.registerProducer(producer, streaming)

    def unregisterProducer(self) -> None:
        """The producer has nothing more."""
        self._stream.unregisterProducer()

    def pauseProducing(self) -> None:
        """Read nothing for now."""
        self._stream.pauseProducing()

    def resumeProducing(self) -> None:
        """Read on."""
        self._stream.resumeProducing()

    def stopProducing(self) -> None:
        """Read nothing more."""
        self.loseConnection()


class IrcSocket(WebSocketServerProtocol):
    """One WebSocket; behind it stands a `ChatProtocol` that speaks IRC."""

    factory: IrcSocketFactory
    _chat: ChatProtocol | None = None

    def onConnect(self, request: ConnectionRequest) -> str | None:
        """Choose the first subprotocol that is known; without one, lines are text."""
        self._binary = False
        for protocol in request.protocols:
            if protocol in (TEXT, BINARY):
                self._binary = protocol == BINARY
                return str(protocol)
        return None

    def onOpen(self) -> None:
        """The handshake is done."""
        chat = self.factory.chat.buildProtocol(None)
        transport = LineTransport(self, self._binary)
        if ISSLTransport.providedBy(self.transport):
            directlyProvides(transport, ITransport, ISSLTransport)
        self._chat = chat
        chat.makeConnection(transport)
        if not chat.outlet.closed:
            # Only programs come this way: there is nothing to decide.
            chat.meet_program()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """A line."""
        if self._chat is not None:
            self._chat.dataReceived(payload.rstrip(b"\r\n") + b"\r\n")

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """The connection is gone."""
        chat, self._chat = self._chat, None
        if chat is not None:
            chat.connectionLost(Failure(Disconnected("The WebSocket was closed")))


class IrcSocketFactory(WebSocketServerFactory):
    """Builds WebSockets into a chat."""

    protocol = IrcSocket  # type: ignore[assignment]

    def __init__(self, chat: ChatFactory) -> None:
        super().__init__(reactor=chat.reactor)
        self.chat = chat
        self.setProtocolOptions(
            maxFramePayloadSize=INPUT_BYTES,
            maxMessagePayloadSize=INPUT_BYTES,
            openHandshakeTimeout=OPEN_TIMEOUT,
            closeHandshakeTimeout=CLOSE_TIMEOUT,
            tcpNoDelay=True,
        )
