"""What those are told who cannot come in, in the protocol that they speak."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from chat.listening.first_bytes import Door
from chat.listening.tls import ACCESS_DENIED, NO_TLS_HERE

NOT_FOR_RELAYS = (
    "This port is for people, not for a relay that sends the PROXY protocol. Let the server listen on "
    "haproxy:tcp:PORT for the relay, or start the relay with --proxy-protocol off."
)
NO_WEB_HERE = "This is a chat port, not a web page. Talk here with nc, telnet or an IRC client."


class TurnedAway(NamedTuple):
    """Why a connection is not taken, before anything was said on it."""

    sentence: str
    what: str
    """In a few words, for the log."""
    status: HTTPStatus = HTTPStatus.FORBIDDEN
    retry_after: float | None = None
    """Seconds after which it may be tried again."""


def farewell(door: Door, why: TurnedAway) -> bytes:
    """The last that goes out before the connection is closed."""
    if door is Door.TLS:
        return ACCESS_DENIED
    if door is Door.HTTP:
        retry = f"Retry-After: {why.retry_after:.0f}\r\n" if why.retry_after else ""
        body = f"{why.sentence}\n".encode()
        return (
            f"HTTP/1.1 {why.status.value} {why.status.phrase}\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n{retry}"
            "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
        ).encode() + body
    return f"ERROR :{why.sentence}\r\n".encode()


__all__ = ["NOT_FOR_RELAYS", "NO_TLS_HERE", "NO_WEB_HERE", "TurnedAway", "farewell"]
