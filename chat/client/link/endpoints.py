"""Where a client connects to: TCP or TLS to a host by name or address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.abstract import isIPv6Address
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.ssl import optionsForClientTLS

DEFAULT_PORT = 56458
"""Where `twistd chat` listens by itself."""
TLS_PORT = 6697
"""The port for IRC over TLS (RFC 7194)."""
CONNECT_SECONDS = 20.0
"""How long one attempt may take: packets that are lost are sent again after 1, 3, 7 and 15 s (tcp(7))."""


class BadAddress(ValueError):
    """A HOST[:PORT] that cannot be; the text is a sentence."""


def parse_address(text: str, tls: bool = False) -> tuple[str, int]:
    """Host and port of ``host``, ``host:port``, ``[::1]:port`` or ``::1``; raises `BadAddress`."""
    default = TLS_PORT if tls else DEFAULT_PORT
    text = text.strip()
    if text.startswith("["):
        host, bracket, port = text[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise BadAddress(
                f"{text!r} is no address. An IPv6 address with a port looks like [::1]:{default}."
            )
        port = port[1:]
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    if not host or any(c.isspace() or c in "/@" for c in host) or (":" in host and not isIPv6Address(host)):
        raise BadAddress(f"{text!r} is no address. It looks like chat.example.org or localhost:{default}.")
    if not port:
        return host, default
    if not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65_536:
        raise BadAddress(f"{port!r} is no port: ports are numbers from 1 to 65535.")
    return host, int(port)


def default_endpoints(reactor: Any) -> Callable[[str, int, bool], IStreamClientEndpoint]:
    """Endpoints on this reactor. With TLS the server's certificate has to be for its host, and signed by an authority
    that this computer trusts.
    """

    def endpoint(host: str, port: int, tls: bool) -> IStreamClientEndpoint:
        plain = HostnameEndpoint(reactor, host, port, timeout=CONNECT_SECONDS)
        if not tls:
            return plain
        return wrapClientTLS(optionsForClientTLS(host), plain)

    return endpoint
