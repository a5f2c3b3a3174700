"""The WebSocket to a page: frames in, frames out, back-pressure; what they mean is the feed's business."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import cast

from autobahn.exception import Disconnected
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.types import ConnectionDeny, ConnectionRequest
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IConsumer, IDelayedCall, IPushProducer, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from chat.monitor import actions, frames
from chat.monitor.feed import Feed
from chat.monitor.interfaces import ActionRefused, Actions

MAX_FRAMES = 20
"""Frames that a page may send in one second; a person who clicks and types sends one or two."""

CLOSE_TIMEOUT = 2.0
"""Seconds that a page has to answer a close frame."""

_DONE = Failure(ConnectionDone())
_TOO_BIG = 1009
_POLICY_VIOLATION = 3008
# Of the codes that are free for applications to choose (RFC 6455 section 7.4.2), the one that says 1008.

_log = Logger()


@implementer(IPushProducer)
class PageSocket(WebSocketServerProtocol):
    """One page's connection, a `feed.Socket`. Who may connect was decided before it is made."""

    factory: PageSocketFactory
    paused = False
    ended: Callable[[], None] | None = None
    """Called when the connection is gone."""
    _opened = False
    _frames = 0
    _second = 0.0
    _timeout: IDelayedCall | None = None

    def onConnect(self, request: ConnectionRequest) -> None:
        if self.factory.feed.full:
            raise ConnectionDeny(503, "Too many monitor pages are open; close one of them")

    def onOpen(self) -> None:
        # The HTTP channel that the connection began with is still registered.
        transport = cast(IConsumer, self.transport)
        transport.unregisterProducer()
        transport.registerProducer(self, True)
        self._opened = True
        self.factory.feed.opened(self)
        _log.debug("A monitor page was opened from {peer}", peer=self.peer)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        if self._timeout is not None and self._timeout.active():
            self._timeout.cancel()
        if self._opened:
            self._opened = False
            self.factory.feed.closed(self)
            _log.debug("A monitor page from {peer} was closed", peer=self.peer)

    def connectionLost(self, reason: Failure = _DONE) -> None:
        super().connectionLost(reason)
        ended, self.ended = self.ended, None
        if ended is not None:
            ended()

    def onPing(self, payload: bytes) -> None:
        # Answers that nobody reads would pile up.
        if not self.paused:
            super().onPing(payload)

    def onMessageFrameBegin(self, length: int) -> None:
        super().onMessageFrameBegin(length)
        # Autobahn's own limit for a message of many frames would hold for what is sent as well.
        if not self.failedByMe and self.message_data_total_length > frames.MAX_INPUT:
            self._fail_connection(_TOO_BIG, f"a message may have {frames.MAX_INPUT} bytes")

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if not self._opened:
            return
        second = self.factory.clock.seconds() // 1
        self._frames = self._frames + 1 if second == self._second else 1
        self._second = second
        try:
            if self._frames > MAX_FRAMES:
                raise frames.BadFrame("too many frames a second")
            if isBinary:
                raise frames.BadFrame("a binary frame")
            self._received(frames.decode(payload))
        except frames.BadFrame as e:
            _log.warn("A monitor page from {peer} is closed: it sent {what}", peer=self.peer, what=str(e))
            self._close(str(e))

    def _received(self, frame: dict[str, object]) -> None:
        feed = self.factory.feed
        match frame["type"]:
            case "hello":
                feed.hello(self, frame.get("boot"), frame.get("seq"))
            case "find":
                feed.find(self, frame.get("text"))
            case "action":
                self._act(frame)
            case _:
                raise frames.BadFrame("a frame of no known type")

    def _act(self, frame: dict[str, object]) -> None:
        number = frame.get("id")
        if not isinstance(number, int):
            raise frames.BadFrame("an action without a number")
        ok = False
        try:
            if self.factory.actions is None:
                raise ActionRefused("This server takes no actions from the page.")
            text = actions.perform(self.factory.actions, frame, str(self.peer))
            ok = True
        except ActionRefused as e:
            text = str(e)
        except Exception:
            _log.failure("An operator's action failed")
            text = "That failed inside the server; its log says why."
        self.send(frames.encode("result", id=number, ok=ok, text=text))

    def _close(self, reason: str) -> None:
        """Say why, and do not wait for the answer for long."""
        self._opened = False
        self.factory.feed.closed(self)
        self.sendClose(_POLICY_VIOLATION, reason)
        self._timeout = self.factory.clock.callLater(CLOSE_TIMEOUT, self.dropConnection, abort=True)

    # feed.Socket

    def send(self, payload: bytes) -> None:
        """Send a frame; if the connection is closing, it is lost, as it would be a moment later."""
        with suppress(Disconnected):
            self.sendMessage(payload)

    def drop(self) -> None:
        """Close at once, for good."""
        self.dropConnection(abort=True)

    # IPushProducer

    def pauseProducing(self) -> None:
        """The transport holds enough (64 KiB in Twisted)."""
        self.paused = True

    def resumeProducing(self) -> None:
        """The transport is empty."""
        self.paused = False

    def stopProducing(self) -> None:
        """The transport is gone."""
        self.paused = True


class PageSocketFactory(WebSocketServerFactory):
    """Makes page sockets that share a feed."""

    protocol = PageSocket  # type: ignore[assignment]

    def __init__(self, feed: Feed, actions: Actions | None, clock: IReactorTime) -> None:
        super().__init__(reactor=clock, server="")
        self.feed = feed
        self.actions = actions
        self.clock = clock
        # The timers of Autobahn run on the global reactor. None is needed: the request is complete when it
        # comes here, and the feed closes a page that takes nothing.
        self.setProtocolOptions(
            openHandshakeTimeout=0,
            closeHandshakeTimeout=0,
            autoPingInterval=0,
            maxFramePayloadSize=frames.MAX_INPUT,
            maxMessagePayloadSize=0,
        )
