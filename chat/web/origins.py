"""Which pages may use this server through somebody's browser, and under which names it may be asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from twisted.internet.abstract import isIPAddress, isIPv6Address

ANY = "*"
"""In the place of an origin: any page may."""
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_NEVER_PUBLIC = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
# Names that nobody can have in the public DNS (RFC 6761, 6762, 8375), and what home routers use.

Place = tuple[str, int]


def place_of(origin: str) -> Place | None:
    """Host and port of an origin such as `https://chat.example.org`; None for what is none, such as `null`."""
    try:
        parts = urlsplit(origin)
        default = _PORTS.get(parts.scheme)
        if default is None or not parts.hostname:
            return None
        return parts.hostname, parts.port or default
    except ValueError:
        return None


def is_own_origin(origin: str | None, host: str) -> bool:
    """Whether a page of this same host and port, or no page at all, asks (RFC 6455, section 10.2).

    Programs that are not browsers send no Origin; browsers always do with a WebSocket. The scheme is not compared,
    because a proxy in front may be the one that speaks TLS.
    """
    if origin is None:
        return True
    scheme = origin.partition(":")[0]
    return (place := place_of(origin)) is not None and place == place_of(f"{scheme}://{host}")


class Origins:
    """
    What the operator allows.

    @param allowed: origins of other pages that may connect, or `*`.
    @param names: the names that the server has; asked each time, for certificates change.
    """

    def __init__(self, allowed: Iterable[str], names: Callable[[], Iterable[str]]) -> None:
        self._any = ANY in (allowed := list(allowed))
        self._allowed = frozenset(place for origin in allowed if (place := place_of(origin)) is not None)
        self._names = names

    def may_connect(self, origin: str | None, host: str) -> bool:
        """Whether a page of this origin may open a WebSocket."""
        return self._any or is_own_origin(origin, host) or place_of(origin or "") in self._allowed

    def is_own_host(self, host: str) -> bool:
        """Whether a request for this host is meant for this server.

        A page on the internet can have its own name point to this machine (DNS rebinding), and would then be taken for
        a page of ours. So a name has to be one that the server knows, or one that nobody can have in the public DNS.
        """
        place = place_of(f"http://{host}")
        if place is None:
            return False
        name = place[0].lower().rstrip(".")
        if isIPAddress(name) or isIPv6Address(name) or "." not in name or name.endswith(_NEVER_PUBLIC):
            return True
        known = {known.lower() for known in self._names()}
        return (
            self._any
            or name in known
            or "*." + name.partition(".")[2] in known
            or any(name == allowed for allowed, _ in self._allowed)
        )
