"""Who may see the monitor: the token, the cookie that stands for it, and the Origin of a WebSocket."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from twisted.web.iweb import IRequest
from twisted.web.server import Request

COOKIE_SECONDS = 30 * 24 * 3600
"""A browser is let in without the token in the address for this long after it last had it."""

_PORTS = {"http": 80, "https": 443}


class Gate:
    """Knows the token. All comparisons take the same time whatever is compared.

    The token is taken from `Authorization: Bearer`, from the `token` argument of the address or form, or in
    the form of a cookie. The cookie holds a value made from the token, not the token: browsers send cookies
    to every port of a host, so another service on the machine may come to see it.
    """

    def __init__(self, token: str) -> None:
        self._token = token.encode("ascii")
        mark = hmac.new(self._token, b"chat monitor cookie", hashlib.sha256).hexdigest()
        # Named after the server, for two servers on one host to leave each other's cookies alone.
        self._cookie_name = f"chat_monitor_{mark[:8]}".encode("ascii")
        self._cookie = mark[8:].encode("ascii")

    def knows_token(self, request: IRequest) -> bool:
        """Whether the request itself carries the token."""
        scheme, _, bearer = (request.getHeader(b"authorization") or b"").partition(b" ")
        if scheme.lower() == b"bearer" and hmac.compare_digest(bearer.strip(), self._token):
            return True
        given = request.args.get(b"token") or [b""]
        return hmac.compare_digest(given[0], self._token)

    def admits(self, request: IRequest) -> bool:
        """Whether the request may see anything."""
        cookie = request.getCookie(self._cookie_name) or b""
        return hmac.compare_digest(cookie, self._cookie) or self.knows_token(request)

    def give_cookie(self, request: Request) -> None:
        """Let this browser in from here on.

        `SameSite=Lax` (RFC 6265bis section 8.8.2): with `Strict` a link on another site, in a mail or a chat, led to
        the sign-in form. No GET of this site changes anything, and a WebSocket's Origin is looked at.
        """
        request.addCookie(
            self._cookie_name,
            self._cookie,
            path=b"/",
            max_age=str(COOKIE_SECONDS).encode("ascii"),
            secure=bool(request.isSecure()),
            httpOnly=True,
            sameSite=b"lax",
        )


def is_own_origin(request: IRequest) -> bool:
    """Whether a page of this same host and port, or no page at all, asks (RFC 6455 section 10.2).

    Programs that are not browsers send no Origin; browsers always do with a WebSocket. The scheme is not
    compared, because a proxy in front may be the one that speaks TLS.
    """
    origin = request.getHeader(b"origin")
    if origin is None:
        return True
    try:
        parts = urlsplit(origin.decode("ascii"))
        host = urlsplit(f"//{(request.getHeader(b'host') or b'').decode('ascii')}")
        default = _PORTS.get(parts.scheme)
        if default is None or not parts.hostname:
            return False
        return (parts.hostname, parts.port or default) == (host.hostname, host.port or default)
    except ValueError:
        return False
