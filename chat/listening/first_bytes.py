"""What the first bytes of a connection say about who is there: TLS, HTTP, a relay, or lines of a conversation."""

from __future__ import annotations

import re
from enum import Enum

from chat.listening.proxy_protocol import V1_SIGNATURE, V2_SIGNATURE

TLS_HANDSHAKE = b"\x16\x03"
"""First bytes of a TLS client: a handshake record (RFC 8446, section 5.1). No terminal sends the first one."""
HTTP_METHODS = (
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"DELETE",
    b"OPTIONS",
    b"PATCH",
    b"TRACE",
    b"CONNECT",
    b"PRI",
)
"""Methods (RFC 9110, section 9), and how HTTP/2 begins without asking (RFC 9113, section 3.4)."""
RELAYS = (V2_SIGNATURE, V1_SIGNATURE + b"TCP", V1_SIGNATURE + b"UNKNOWN")

_REQUEST = re.compile(rb"(?:CONNECT [^\s:]+:\d|(?:%s) (?:/|\*|https?://))" % b"|".join(HTTP_METHODS))
_NAMES_AT_MOST = 256
# Bytes of a host's name (RFC 1035, section 2.3.4) after CONNECT.
_TARGETS = (b"/", b"*", b"http://", b"https://")


class Door(Enum):
    """Who is there."""

    UNDECIDED = "undecided"
    """More bytes will tell."""
    TLS = "TLS"
    HTTP = "HTTP"
    RELAY = "a PROXY header"
    LINES = "lines"
    """A person or a program that speaks in lines; which, their first line tells."""


def door_of(data: bytes) -> Door:
    """Tell by the bytes so far, of which there must be one. What is no beginning of anything else are lines.

    Somebody may be called `GET`: a request has a target after its method (RFC 9112, section 3).
    """
    if data.startswith(TLS_HANDSHAKE):
        return Door.TLS
    if data.startswith(RELAYS):
        return Door.RELAY
    if _REQUEST.match(data):
        return Door.HTTP
    if b"\n" not in data and _may_become(data):
        return Door.UNDECIDED
    # The signature of the PROXY protocol begins with line ends.
    return Door.UNDECIDED if len(data) > 4 and V2_SIGNATURE.startswith(data) else Door.LINES


def _may_become(data: bytes) -> bool:
    if TLS_HANDSHAKE.startswith(data) or any(relay.startswith(data) for relay in RELAYS):
        return True
    method, space, target = data.partition(b" ")
    if not space:
        return any(known.startswith(method) for known in HTTP_METHODS)
    if method not in HTTP_METHODS:
        return False
    if method == b"CONNECT":
        host, _, port = target.partition(b":")
        return (
            len(target) <= _NAMES_AT_MOST
            and not any(c.isspace() for c in host.decode("latin-1"))
            and not port
        )
    return any(start.startswith(target) for start in _TARGETS)
