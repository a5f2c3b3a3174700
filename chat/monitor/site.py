"""The HTTP side: page, assets, sign-in, `/ws`, `/metrics`, `/healthz`, and what each request must carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger
from twisted.web import http
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource
from twisted.web.server import NOT_DONE_YET, Request

from chat.domain.limits import AddressLimits
from chat.listening.turns import Turns
from chat.monitor.access import Gate
from chat.monitor.escaping import shortened, visible
from chat.monitor.metrics import Metrics
from chat.monitor.websocket import PageSocketFactory
from chat.web.assets import Asset
from chat.web.http import BoundedChannel, BoundedSite, Health, Named, NotFound, text
from chat.web.origins import is_own_origin

GUESSES_LOGGED = 10
"""Requests a minute with a wrong token that have a line in the log each: who tries tokens must not fill it."""

MISSES_LOGGED = 1
"""The same for other requests that were refused (no such page, no token): strangers ask for thousands."""

PAGES = ("index.html", "signin.html")
"""The files without which there is no monitor."""

_HIDDEN_PROBLEM = b'id="wrong" hidden'
# What says in the sign-in page that the token was wrong.

_log = Logger()


class MonitorSite(BoundedSite):
    """Writes what an operator should know of requests as log events, without the query, where a token may be."""

    def __init__(self, root: IResource, reactor: Any, turns: Turns) -> None:
        super().__init__(root, reactor, turns, AddressLimits(), forms=True)
        self._minute = 0.0
        self._refused: Counter[bool] = Counter()
        """Requests refused in this minute, with a wrong token and others."""

    def log(self, request: http.Request) -> None:
        """Count a request, and log one that may be somebody's who guesses, or that failed (http.HTTPFactory)."""
        super().log(request)
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
        elif request.code < 400:
            return
        address = request.getClientAddress()
        emit = _log.warn if suspect or request.code >= 500 else _log.info
        emit(
            "{client} asked {method} {path}: {code}{note}",
            client=getattr(address, "host", None) or "a local program",
            method=_shown(request.method),
            path=_shown(request.path),
            code=request.code,
            note=" (more in this minute are not logged)" if last else "",
        )


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
        origin, host = request.getHeader("origin"), request.getHeader("host") or ""
        if not is_own_origin(origin, host):
            return text(request, 403, "This page was not served by this monitor.")
        if not self._gate.admits(request):
            return text(request, 401, "Open the address with the token that the server's start-up log shows.")
        if (request.getHeader(b"upgrade") or b"").lower() != b"websocket":
            request.setHeader(b"upgrade", b"websocket")
            return text(request, 426, "This address is for WebSockets.")
        # Nothing that lets anybody in goes where it might be logged.
        request.uri = b"/ws"
        request.requestHeaders.removeHeader(b"cookie")
        request.requestHeaders.removeHeader(b"authorization")
        channel = request.channel
        assert isinstance(channel, BoundedChannel)
        transport: Any = channel.leave()
        answer: bytes | int = self._resource.render(request)
        if answer is NOT_DONE_YET:
            transport.protocol.ended, channel.ended = channel.ended, None
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
            return text(request, 401, "The metrics need the monitor's token: Authorization: Bearer TOKEN.")
        try:
            body, kind = self._metrics.render((request.getHeader(b"accept") or b"").decode("latin-1"))
        except Exception:
            _log.failure("The metrics cannot be read")
            return text(request, 503, "The figures cannot be read; the log says why.")
        request.setHeader(b"content-type", kind.encode("ascii"))
        request.setHeader(b"cache-control", b"no-store")
        return body


class _Root(Named):
    def getChild(self, path: bytes, request: IRequest) -> IResource:
        return NotFound("There is nothing here; the monitor is at /.")


def make_site(
    *,
    gate: Gate,
    assets: dict[str, Asset],
    sockets: PageSocketFactory,
    metrics: Metrics,
    healthy: Callable[[], bool],
    reactor: Any,
    turns: Turns,
) -> MonitorSite:
    """The whole site, ready to listen with."""
    root = _Root()
    root.putChild(b"", Page(gate, assets))
    root.putChild(b"ws", Socket(gate, sockets))
    root.putChild(b"metrics", MetricsPage(gate, metrics))
    root.putChild(b"healthz", Health(healthy))
    for name, asset in assets.items():
        if not name.endswith(".html"):
            root.putChild(name.encode("ascii"), File(asset))
    return MonitorSite(root, reactor, turns)


def _send(request: Request, asset: Asset) -> bytes:
    request.setHeader(b"content-type", asset.type.encode("ascii"))
    # Asked for anew each time and mostly answered with 304, so that an upgrade shows at once.
    request.setHeader(b"cache-control", b"no-cache")
    if request.setETag(asset.etag.encode("ascii")) is http.CACHED:
        return b""
    return asset.body


def _carries_token(request: http.Request) -> bool:
    return bool(request.args.get(b"token")) or request.getHeader(b"authorization") is not None


def _shown(value: bytes) -> str:
    return visible(shortened(value.decode("utf-8", "replace"), 200))
