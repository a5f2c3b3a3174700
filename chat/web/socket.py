"""`/irc`: the handshake that makes a WebSocket of an HTTP connection, to speak IRC on (RFC 6455, section 4.2)."""

from __future__ import annotations

from http import HTTPStatus

from twisted.web.server import NOT_DONE_YET, Request

from chat.network.listener import ChatProtocol
from chat.network.websocket import BINARY_PROTOCOL, TEXT_PROTOCOL, VERSION, accept, as_binary, as_text
from chat.web.http import BoundedChannel, Named, text
from chat.web.origins import Origins


def wants_socket(request: Request) -> bool:
    """Whether a request asks for a WebSocket."""
    return (request.getHeader(b"upgrade") or b"").lower() == b"websocket"


class IrcSocket(Named):
    """`/irc`, and what is below it."""

    isLeaf = True

    def __init__(self, origins: Origins) -> None:
        super().__init__()
        self._origins = origins

    def render_GET(self, request: Request) -> bytes | int:
        """Open the WebSocket, or say why not."""
        header = request.getHeader
        origin = header(b"origin")
        key = accept(header(b"sec-websocket-key") or b"")
        if not wants_socket(request) or b"upgrade" not in (header(b"connection") or b"").lower():
            request.setHeader(b"upgrade", b"websocket")
            return text(request, HTTPStatus.UPGRADE_REQUIRED, "This address is for WebSockets.")
        if header(b"sec-websocket-version") != VERSION:
            request.setHeader(b"sec-websocket-version", VERSION)
            return text(request, HTTPStatus.UPGRADE_REQUIRED, "WebSockets have version 13 here.")
        if key is None:
            return text(request, HTTPStatus.BAD_REQUEST, "The Sec-WebSocket-Key is not 16 bytes in base64.")
        host = (header(b"host") or b"").decode("latin-1")
        if not self._origins.may_connect(None if origin is None else origin.decode("latin-1"), host):
            return text(
                request,
                HTTPStatus.FORBIDDEN,
                "A page from there may not connect here. The operator can allow it with --origin.",
            )
        channel = request.channel
        connection = getattr(channel, "connection", None)
        if not isinstance(channel, BoundedChannel) or not isinstance(connection, ChatProtocol):
            return text(request, HTTPStatus.NOT_FOUND, "There is no chat here.")
        chosen = _protocol_of(request)
        channel.site.count(HTTPStatus.SWITCHING_PROTOCOLS)
        channel.leave()
        agreed = b"Sec-WebSocket-Protocol: " + chosen.encode() + b"\r\n" if chosen else b""
        connection.speak_websocket(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + key + b"\r\n" + agreed + b"\r\n",
            as_binary if chosen == BINARY_PROTOCOL else as_text,
        )
        return NOT_DONE_YET


def _protocol_of(request: Request) -> str | None:
    """The first subprotocol that is known; without one, lines are text."""
    offered = b",".join(request.requestHeaders.getRawHeaders(b"sec-websocket-protocol") or [])
    for name in offered.decode("latin-1").split(","):
        if name.strip() in (TEXT_PROTOCOL, BINARY_PROTOCOL):
            return name.strip()
    return None
