"""Who came to the wrong door: TLS, HTTP and relays on a port for people, and what each of them understands."""

from __future__ import annotations

from typing import NamedTuple

from chat.listening.proxy_protocol import V2_SIGNATURE

HTTP_WORDS = frozenset(
    (b"GET", b"POST", b"HEAD", b"PUT", b"OPTIONS", b"DELETE", b"CONNECT", b"PRI", b"PATCH")
)
TLS_HANDSHAKE = b"\x16\x03"
"""First bytes of a TLS client (RFC 8446 section 5.1)."""
TLS_ALERT = b"\x15\x03\x01\x00\x02\x02\x46"
"""A fatal "protocol version" alert, the one answer that a TLS client understands (RFC 8446 section 6)."""
PROXY_HEADERS = (V2_SIGNATURE, b"PROXY TCP", b"PROXY UNKNOWN")
"""First bytes of a relay that announces people to a port for people."""
NOT_FOR_RELAYS = (
    b"ERROR :This port is for people, not for a relay that sends the PROXY protocol. Let the server listen on "
    b"haproxy:tcp:PORT for the relay, or start the relay with --proxy-protocol off.\r\n"
)
NOT_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    b"This is a chat port, not a web page. Talk here with nc, telnet or an IRC client.\r\n"
)


class WrongDoor(NamedTuple):
    """What to answer before closing, and what it was, for the log."""

    answer: bytes
    what: str


def by_first_bytes(data: bytes) -> WrongDoor | None:
    """Recognize a program by the first bytes that it sends; None for what may be a conversation."""
    if data.startswith(TLS_HANDSHAKE):
        return WrongDoor(TLS_ALERT, "TLS on a port without it")
    if data.startswith(PROXY_HEADERS):
        return WrongDoor(NOT_FOR_RELAYS, "a PROXY header on a port without it")
    return None


def by_first_line(line: bytes) -> WrongDoor | None:
    """Recognize an HTTP request; None for what may be a conversation."""
    first = line.split(None, 1)[:1]
    if first and first[0].upper() in HTTP_WORDS and b"HTTP/" in line:
        return WrongDoor(NOT_HTTP, "HTTP on the chat port")
    return None
