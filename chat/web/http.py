"""The floor of every HTTP site here: requests are bounded, take turns, and are answered with headers for browsers.

Source: RFC 9112; Twisted Web does the parsing. Each request waits for its turn (`chat.listening.turns`) before anything
is parsed, so that whoever asks as fast as they can is felt by nobody who talks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web import http
from twisted.web.error import UnsupportedMethod
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request, Site

from chat.domain.limits import MAX_TRACKED, AddressLimits, TokenBucket, address_key
from chat.listening.deadlines import Deadlines
from chat.listening.sockets import host_of
from chat.listening.turns import Turns

HEAD_BYTES = 8 * 1024
"""Bytes of a request's first line and headers: what nginx and Apache take."""
REQUEST_SECONDS = 10.0
"""Time for a whole request, unless it has a body for which more was allowed."""
KEEP_ALIVE_SECONDS = 30.0
"""How long a connection may be silent between two requests."""
SMALL_BODY = 4096
"""Bytes of a body where nothing larger was allowed: a form."""
BODY_SECONDS = 600.0
"""Time for a request whose body may be larger: 10 MB over a slow telephone."""
REQUEST_RATE = 20.0
"""Requests a second from one address, after `REQUEST_BURST` at once."""
REQUEST_BURST = 100
"""A page with everything that belongs to it, in several windows."""

POLICY = b"; ".join(
    [
        b"default-src 'none'",
        b"script-src 'self'",
        b"style-src 'self'",
        b"img-src 'self'",
        b"connect-src 'self'",
        b"worker-src 'self'",
        b"base-uri 'none'",
        b"form-action 'self'",
        b"frame-ancestors 'none'",
    ]
)
"""Content Security Policy: nothing from elsewhere, nothing inline, in no frame (W3C CSP Level 3)."""

HEADERS = {
    b"Content-Security-Policy": POLICY,
    b"X-Content-Type-Options": b"nosniff",
    b"X-Frame-Options": b"DENY",
    b"Referrer-Policy": b"no-referrer",
    b"Cross-Origin-Opener-Policy": b"same-origin",
    b"Cross-Origin-Resource-Policy": b"same-origin",
    b"Server": b"chat",
}
"""On every answer. No Strict-Transport-Security: this site does not know whether the next visit has TLS."""


class BoundedRequest(Request):
    """A request whose body is bounded, and that is refused in a sentence where its head says enough."""

    channel: BoundedChannel | None  # type: ignore[assignment]
    _received = 0
    _limit = SMALL_BODY
    _refused = False

    def gotLength(self, length: int | None) -> None:
        """The head is there (http.Request); `length` is None for a body in chunks."""
        channel = self.channel
        if channel is not None:
            self._limit = channel.site.body_limit(channel._command, channel._path)
        # Where little is allowed there is no temporary file.
        super().gotLength(length if length and self._limit > SMALL_BODY else 0)
        if length is not None and length > self._limit:
            self._refuse_body()

    def handleContentChunk(self, data: bytes) -> None:
        """A part of the body has come (http.Request)."""
        self._received += len(data)
        if self._refused:
            return
        if self._received > self._limit:
            self._refuse_body()
        else:
            super().handleContentChunk(data)

    def _refuse_body(self) -> None:
        self._refused = True
        if self.channel is not None:
            self.channel.refuse(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body may have {self._limit} bytes here."
            )

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """All of it is there (http.Request)."""
        if not self._refused:
            # Twisted would answer for the whole server by itself, without our headers.
            super().requestReceived(command, b"/" if path == b"*" else path, version)

    def render(self, resrc: IResource) -> None:
        """Answer it (server.Request)."""
        for name, value in HEADERS.items():
            self.responseHeaders.setRawHeaders(name, [value])
        super().render(resrc)


class BoundedChannel(http.HTTPChannel):
    """One connection. Each request has its turn, its time, and its price."""

    totalHeadersSize = HEAD_BYTES
    transport: Any
    site: BoundedSite
    address = ""
    """Where the client is."""
    ended: Callable[[], None] | None = None
    """Called when the connection is gone."""
    _asked = b""
    # What came while a request waited for its turn.
    _over = False

    def connectionMade(self) -> None:
        """Give the first request its time (Protocol)."""
        super().connectionMade()
        self.address = self.address or host_of(self.transport.getPeer())
        self.site.incomplete.add(self)

    def dataReceived(self, data: bytes) -> None:
        """Bytes have come: of a request that is being read, or of one that has to wait for its turn (Protocol)."""
        if self._over:
            return
        if self.paused:
            self._asked += data
        elif self.requests:
            super().dataReceived(data)
        elif data:
            self._asked = data
            self._wait_for_turn()

    def _wait_for_turn(self) -> None:
        self.paused = True
        self._networkProducer.pauseProducing()
        self.site.ask_turn(self.address, self._turn)

    def _turn(self) -> None:
        if self._over:
            return
        self.paused = False
        self._networkProducer.resumeProducing()
        self.site.incomplete.add(self)
        data, self._asked = self._asked, b""
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:
        """The head is there (http.HTTPChannel)."""
        if self.site.body_limit(self._command, self._path) > SMALL_BODY:
            self.site.incomplete.discard(self)
            self.site.uploading.add(self)
        super().allHeadersReceived()

    def allContentReceived(self) -> None:
        """A request is complete (http.HTTPChannel)."""
        self._stop_clocks()
        super().allContentReceived()

    def requestDone(self, request: http.Request) -> None:
        """A request is answered: the next one waits for its turn (http.HTTPChannel)."""
        super().requestDone(request)
        if self.persistent and self._buffer and not self.paused:
            self._wait_for_turn()

    def refuse(self, status: HTTPStatus, sentence: str) -> None:
        """Answer before the request is complete, and close."""
        if self._over:
            return
        self.leave()
        self.site.count(status)
        body = f"{sentence}\n".encode()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode())
            + b"".join(b"%s: %s\r\n" % header for header in HEADERS.items())
            + b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            % len(body)
            + body
        )
        self.loseConnection()

    def late(self) -> None:
        """The request is not there in time."""
        if self.requests:
            self.refuse(
                HTTPStatus.REQUEST_TIMEOUT, f"A request has to be here in {REQUEST_SECONDS:g} seconds."
            )
        else:
            self.timeoutConnection()

    def leave(self) -> Any:
        """Have nothing more to do with the connection, which somebody else goes on with; return its transport."""
        self._over = True
        self.setTimeout(None)
        self._stop_clocks()
        return self.transport

    def timeoutConnection(self) -> None:
        """Nothing came for too long (TimeoutMixin)."""
        self.transport.abortConnection()

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        """The connection is gone (Protocol)."""
        self._over = True
        self._stop_clocks()
        super().connectionLost(reason)
        ended, self.ended = self.ended, None
        if ended is not None:
            ended()

    def _stop_clocks(self) -> None:
        self.site.incomplete.discard(self)
        self.site.uploading.discard(self)


class BoundedSite(Site):
    """A site of such channels. Requests are counted, not logged.

    @param limits: how many connections an address may have, for a site with a listener of its own.
    """

    protocol = BoundedChannel  # type: ignore[assignment]
    requestFactory = BoundedRequest

    def __init__(
        self,
        root: IResource,
        reactor: Any,
        turns: Turns,
        limits: AddressLimits | None = None,
        forms: bool = False,
    ) -> None:
        super().__init__(root, timeout=KEEP_ALIVE_SECONDS, reactor=reactor, parsePOSTFormSubmission=forms)
        self.turns = turns
        self._limits = limits
        self._rates: dict[str, TokenBucket] = {}
        self.bodies: dict[tuple[bytes, bytes], int] = {}
        """Largest body by method and path, where it is not `SMALL_BODY`; a path that ends in `/` is all below it."""
        self.answers: Counter[int] = Counter()
        """How many requests were answered with which status."""
        self.incomplete: Deadlines[BoundedChannel] = Deadlines(reactor, REQUEST_SECONDS, BoundedChannel.late)
        self.uploading: Deadlines[BoundedChannel] = Deadlines(reactor, BODY_SECONDS, BoundedChannel.late)

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """A channel for a connection; None if there are too many from there."""
        address = host_of(addr)
        now = self.reactor.seconds()
        if self._limits is not None and self._limits.admit(address, now) is not None:
            self.count(HTTPStatus.TOO_MANY_REQUESTS)
            return None
        channel = super().buildProtocol(addr)
        channel.address = address
        if self._limits is not None:
            limits = self._limits
            channel.ended = lambda: limits.release(address, self.reactor.seconds())
        return channel

    def ask_turn(self, address: str, work: Callable[[], object]) -> None:
        """Do this when this address has paid for it, and it is its turn."""
        wait = self._pay(address)
        if wait > 0:
            self.reactor.callLater(wait, self.turns.add, address, work)
        else:
            self.turns.add(address, work)

    def _pay(self, address: str) -> float:
        key = address_key(address)
        if key is None:
            # A proxy on this machine asks for many people; what takes turns keeps it from being felt.
            return 0.0
        bucket = self._rates.pop(key, None) or TokenBucket(REQUEST_RATE, REQUEST_BURST)
        self._rates[key] = bucket
        if len(self._rates) > MAX_TRACKED:
            del self._rates[next(iter(self._rates))]
        return bucket.take(self.reactor.seconds())

    def body_limit(self, method: bytes, path: bytes) -> int:
        """Bytes that the body of such a request may have."""
        path = path.partition(b"?")[0]
        for (known, where), limit in self.bodies.items():
            if method == known and (path == where or (where.endswith(b"/") and path.startswith(where))):
                return limit
        return SMALL_BODY

    def count(self, status: int) -> None:
        """Count an answer."""
        self.answers[status] += 1

    def log(self, request: http.Request) -> None:
        """Count a request (http.HTTPFactory)."""
        self.count(request.code)

    def startFactory(self) -> None:
        """Nothing: there is no access log (http.HTTPFactory)."""

    def stopFactory(self) -> None:
        """Leave no timed call behind (http.HTTPFactory)."""
        self.incomplete.stop()
        self.uploading.stop()


class Named(Resource):
    """A resource of which nothing is below, and that says in a sentence what it is not for."""

    def getChild(self, path: bytes, request: IRequest) -> IResource:
        """Nothing (Resource)."""
        return NotFound()

    def render(self, request: Request) -> bytes | int:
        """Answer, also to a method that is not for this address (Resource)."""
        try:
            answer: bytes | int = super().render(request)
        except UnsupportedMethod as e:
            request.setHeader(b"allow", b", ".join(sorted(e.allowedMethods)))
            return text(request, HTTPStatus.METHOD_NOT_ALLOWED, "This method is not for this address.")
        return answer


class NotFound(Named):
    """Answers 404 in a sentence."""

    def __init__(self, sentence: str = "There is nothing here.") -> None:
        super().__init__()
        self._sentence = sentence

    def render_GET(self, request: Request) -> bytes:
        """404."""
        return text(request, HTTPStatus.NOT_FOUND, self._sentence)

    render_POST = render_GET


class Health(Named):
    """`/healthz`: whether the server answers. Needs no token and tells nothing else."""

    def __init__(self, healthy: Callable[[], bool]) -> None:
        super().__init__()
        self._healthy = healthy

    def render_GET(self, request: Request) -> bytes:
        """200 or 503."""
        request.setHeader(b"cache-control", b"no-store")
        if self._healthy():
            return text(request, HTTPStatus.OK, "ok")
        return text(request, HTTPStatus.SERVICE_UNAVAILABLE, "not ok")


def text(request: Request, code: int, sentence: str) -> bytes:
    """An answer for people: a status, and a sentence as its body."""
    request.setResponseCode(code, HTTPStatus(code).phrase.encode())
    request.setHeader(b"content-type", b"text/plain; charset=utf-8")
    return sentence.encode("utf-8") + b"\n"


def give_cookie(request: Request, name: bytes, value: bytes, seconds: int) -> None:
    """Have a browser keep this, for so long, for this site alone: no script sees it, and over TLS nobody else does."""
    request.addCookie(
        name,
        value,
        path=b"/",
        max_age=b"%d" % seconds,
        secure=bool(request.isSecure()),
        httpOnly=True,
        sameSite=b"lax",
    )
