"""Bytes of a connection to messages and back, with a bound on both ways."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IConsumer, IPushProducer, ITCPTransport
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from zope.interface import implementer

from chat.wire import MalformedLine, Message, parse

MAX_INPUT_LINE = 32 * 1024
"""Bytes of one line: four times what IRCv3 allows for tags. What is over is skipped to the next line end."""
MAX_QUEUED = 1_000
"""Lines that wait for a server that takes nothing; with one more the connection is given up."""

_DONE = Failure(ConnectionDone())


@implementer(IPushProducer)
class MessageProtocol(Protocol):
    """One connection. Lines that are no messages are skipped: nothing a server sends can do harm here."""

    transport: ITCPTransport

    def __init__(
        self,
        connected_to: Callable[[MessageProtocol], None],
        received: Callable[[Message], None],
        lost: Callable[[Failure], None],
    ) -> None:
        """`connected_to` and `lost` are called once, `received` with every message."""
        self._connected_to = connected_to
        self._received = received
        self._lost = lost
        self._buffer = b""
        self._skipping = False
        self._queue: deque[bytes] = deque()
        self._paused = False
        self._closing = False

    def connectionMade(self) -> None:
        """Find out when the other side takes no more."""
        IConsumer(self.transport).registerProducer(self, True)
        self._connected_to(self)

    def dataReceived(self, data: bytes) -> None:
        """Cut bytes into lines; the end of each is LF, with or without CR."""
        lines = (self._buffer + data).split(b"\n")
        self._buffer = lines.pop()
        for line in lines:
            if self._skipping:
                self._skipping = False
            elif len(line) <= MAX_INPUT_LINE:
                self._line(line.rstrip(b"\r"))
            if self._closing:
                return
        if len(self._buffer) > MAX_INPUT_LINE:
            self._buffer = b""
            self._skipping = True

    def _line(self, line: bytes) -> None:
        try:
            message = parse(line)
        except MalformedLine:
            return
        self._received(message)

    def connectionLost(self, reason: Failure = _DONE) -> None:
        """Pass it on."""
        self._closing = True
        self._queue.clear()
        self._lost(reason)

    def send(self, message: Message) -> None:
        """Send a message; raises ValueError if it cannot be encoded."""
        self.send_line(message.encode())

    def send_line(self, line: bytes) -> None:
        """Send an encoded line, or keep it until the server takes more."""
        if self._closing:
            return
        if not self._paused:
            self.transport.write(line)
        elif len(self._queue) < MAX_QUEUED:
            self._queue.append(line)
        else:
            self.abort()

    def close(self) -> None:
        """Close in order: what was sent still goes out."""
        if not self._closing:
            while self._queue:
                self.transport.write(self._queue.popleft())
            IConsumer(self.transport).unregisterProducer()
            self.transport.loseConnection()

    def abort(self) -> None:
        """Close at once."""
        if not self._closing:
            self._closing = True
            self.transport.abortConnection()

    def pauseProducing(self) -> None:
        """The transport has enough."""
        self._paused = True

    def resumeProducing(self) -> None:
        """The transport takes more."""
        self._paused = False
        while self._queue and not self._paused:
            self.transport.write(self._queue.popleft())

    def stopProducing(self) -> None:
        """The transport takes no more, ever."""
        self._queue.clear()
