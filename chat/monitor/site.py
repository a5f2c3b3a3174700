"""The HTTP side: page, assets, sign-in, `/ws`, `/metrics`, `/healthz`, and what each request must carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import cast

from twisted.internet.interfaces import IReactorTime, ITCPTransport
from twisted.logger import Logger
from twisted.web import http
from twisted.web.error import UnsupportedMethod
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request, Site

from chat.monitor.access import Gate, is_own_origin
from chat.monitor.escaping import shortened, visible
from chat.monitor.metrics import Metrics
from chat.monitor.websocket import PageSocketFactory
from chat.web.assets import Asset

MAX_BODY = 4096
"""Bytes of a request's body; the only one that has any holds a token."""

GUESSES_LOGGED = 10
"""Requests a minute with a wrong token that have a line in the log each: who tries tokens must not fill it."""

MISSES_LOGGED = 1
"""The same for other requests that were refused (no such page, no token): strangers ask for thousands."""

PAGES = ("index.html", "signin.html")
"""The files without which there is no monitor."""

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

_HIDDEN_PROBLEM = b'id="wrong" hidden'
# What says in the sign-in page that the token was wrong.

_log = Logger()


class MonitorRequest(Request):
    """A request with a bounded body."""

    _received = 0

    def gotLength(self, length: int | None) -> None:
        super().gotLength(0)
        if length is not None and length > MAX_BODY:
            self._abort()

    def handleContentChunk(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > MAX_BODY:
            self._abort()
        else:
            super().handleContentChunk(data)

    def _abort(self) -> None:
        transport = self.channel.transport if self.channel is not None else None
        if transport is not None:
            cast(ITCPTransport, transport).abortConnection()

    def render(self, resrc: IResource) -> None:
        for name, value in HEADERS.items():
            self.responseHeaders.setRawHeaders(name, [value])
        super().render(resrc)


class MonitorSite(Site):
    """Writes its access log as log events, without the query, which is where a token may be."""

    requestFactory = MonitorRequest

    def __init__(self, root: IResource, reactor: IReactorTime) -> None:
        super().__init__(root, reactor=reactor)
        self._minute = 0.0
        self._refused: Counter[bool] = Counter()
        """Requests refused in this minute, with a wrong token and others."""

    def log(self, request: http.Request) -> None:
        # Without a token there is a form to type it in; with a wrong one, somebody may be guessing.
        suspect = request.code == 403 or (request.code == 401 and _carries_token(request))
        last = False
        if 400 <= request.code < 500:
            minute = self.reactor.seconds() // 60
            if minute != self._minute:
                self._minute, self._refused = minute, Counter()
            self._refused[suspect] += 1
            logged = GUESSES_LOGGED if suspect else MISSES_LOGGED
            if self._refused[suspect] > logged:
                return
            last = self._refused[suspect] == logged
        address = request.getClientAddress()
        # An informational line each time the metrics are fetched would be most of a quiet server's log.
        emit = (
            _log.warn if suspect or request.code >= 500 else _log.info if request.code >= 400 else _log.debug
        )
        emit(
            "{client} asked {method} {path}: {code}{note}",
            client=getattr(address, "host", None) or "a local program",
            method=_shown(request.method),
            path=_shown(request.path),
            code=request.code,
            note=" (more in this minute are not logged)" if last else "",
        )


class Named(Resource):
    """A resource of which nothing is below, and that says in a sentence what it is not for."""

    def getChild(self, path: bytes, request: IRequest) -> IResource:
        return NotFound()

    def render(self, request: Request) -> bytes | int:
        try:
            answer: bytes | int = super().render(request)
        except UnsupportedMethod as e:
            request.setHeader(b"allow", b", ".join(sorted(e.allowedMethods)))
            return _text(request, 405, "This method is not for this address.")
        return answer


class Page(Named):
    """`/`: the page for those who have the token, the sign-in form for the rest."""

    def __init__(self, gate: Gate, assets: dict[str, Asset]) -> None:
        super().__init__()
        self._gate = gate
        self._page = assets["index.html"]
        self._sign_in = assets["signin.html"]

    def render_GET(self, request: Request) -> bytes:
        if b"token" in request.args and self._gate.knows_token(request):
            return self._let_in(request)
        if self._gate.admits(request):
            return _send(request, self._page)
        return self._refuse(request)

    def render_POST(self, request: Request) -> bytes:
        # The token is proof enough of who asks; with Referrer-Policy no-referrer the form's Origin is "null".
        if self._gate.knows_token(request):
            return self._let_in(request)
        return self._refuse(request).replace(_HIDDEN_PROBLEM, _HIDDEN_PROBLEM.removesuffix(b" hidden"))

    def _let_in(self, request: Request) -> bytes:
        """To the address without the token, for it to stay in no history, bookmark or screenshot."""
        self._gate.give_cookie(request)
        request.setHeader(b"cache-control", b"no-store")
        request.setResponseCode(303)
        request.setHeader(b"location", b"/")
        return b""

    def _refuse(self, request: Request) -> bytes:
        request.setResponseCode(401)
        request.setHeader(b"www-authenticate", b'Bearer realm="chat monitor"')
        request.setHeader(b"cache-control", b"no-store")
        request.setHeader(b"content-type", self._sign_in.type.encode("ascii"))
        return self._sign_in.body


class File(Named):
    """A style sheet, script or picture. They are the same for everybody and hold no data."""

    def __init__(self, asset: Asset) -> None:
        super().__init__()
        self._asset = asset

    def render_GET(self, request: Request) -> bytes:
        return _send(request, self._asset)


class Socket(Named):
    """`/ws`: hands the connection to Autobahn, or answers the handshake with a refusal."""

    def __init__(self, gate: Gate, factory: PageSocketFactory) -> None:
        super().__init__()
        # The module needs a reactor in some versions, and must not choose which.
        from autobahn.twisted.resource import WebSocketResource

        self._gate = gate
        self._resource = WebSocketResource(factory)

    def render_GET(self, request: Request) -> bytes | int:
        if not is_own_origin(request):
            return _text(request, 403, "This page was not served by this monitor.")
        if not self._gate.admits(request):
            return _text(
                request, 401, "Open the address with the token that the server's start-up log shows."
            )
        if (request.getHeader(b"upgrade") or b"").lower() != b"websocket":
            request.setHeader(b"upgrade", b"websocket")
            return _text(request, 426, "This address is for WebSockets.")
        # Nothing that lets anybody in goes where it might be logged.
        request.uri = b"/ws"
        request.requestHeaders.removeHeader(b"cookie")
        request.requestHeaders.removeHeader(b"authorization")
        answer: bytes | int = self._resource.render(request)
        return answer


class MetricsPage(Named):
    """`/metrics`."""

    def __init__(self, gate: Gate, metrics: Metrics) -> None:
        super().__init__()
        self._gate = gate
        self._metrics = metrics

    def render_GET(self, request: Request) -> bytes:
        if not self._gate.admits(request):
            request.setHeader(b"www-authenticate", b'Bearer realm="chat monitor"')
            return _text(request, 401, "The metrics need the monitor's token: Authorization: Bearer TOKEN.")
        try:
            body, kind = self._metrics.render((request.getHeader(b"accept") or b"").decode("latin-1"))
        except Exception:
            _log.failure("The metrics cannot be read")
            return _text(request, 503, "The figures cannot be read; the log says why.")
        request.setHeader(b"content-type", kind.encode("ascii"))
        request.setHeader(b"cache-control", b"no-store")
        return body


class Health(Named):
    """`/healthz`: whether the server answers. Needs no token and tells nothing else."""

    def __init__(self, healthy: Callable[[], bool]) -> None:
        super().__init__()
        self._healthy = healthy

    def render_GET(self, request: Request) -> bytes:
        request.setHeader(b"cache-control", b"no-store")
        return _text(request, 200, "ok") if self._healthy() else _text(request, 503, "not ok")


class NotFound(Named):
    """Answers 404 in a sentence."""

    def render_GET(self, request: Request) -> bytes:
        return _text(request, 404, "There is nothing here; the monitor is at /.")

    render_POST = render_GET


def make_site(
    *,
    gate: Gate,
    assets: dict[str, Asset],
    sockets: PageSocketFactory,
    metrics: Metrics,
    healthy: Callable[[], bool],
    reactor: IReactorTime,
) -> MonitorSite:
    """The whole site, ready to listen with."""
    root = Named()
    root.putChild(b"", Page(gate, assets))
    root.putChild(b"ws", Socket(gate, sockets))
    root.putChild(b"metrics", MetricsPage(gate, metrics))
    root.putChild(b"healthz", Health(healthy))
    for name, asset in assets.items():
        if not name.endswith(".html"):
            root.putChild(name.encode("ascii"), File(asset))
    return MonitorSite(root, reactor)


def _send(request: Request, asset: Asset) -> bytes:
    request.setHeader(b"content-type", asset.type.encode("ascii"))
    # Asked for anew each time and mostly answered with 304, so that an upgrade shows at once.
    request.setHeader(b"cache-control", b"no-cache")
    if request.setETag(asset.etag.encode("ascii")) is http.CACHED:
        return b""
    return asset.body


def _carries_token(request: http.Request) -> bool:
    return bool(request.args.get(b"token")) or request.getHeader(b"authorization") is not None


def _text(request: Request, code: int, sentence: str) -> bytes:
    request.setResponseCode(code)
    request.setHeader(b"content-type", b"text/plain; charset=utf-8")
    return sentence.encode("utf-8") + b"\n"


def _shown(value: bytes) -> str:
    return visible(shortened(value.decode("utf-8", "replace"), 200))
