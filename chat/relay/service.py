"""What `twistd chat-relay` accepts, and the services that run a relay, by itself or inside the chat server."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any

from twisted.application.service import IService, MultiService, Service
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IProtocolFactory
from twisted.logger import Logger
from twisted.python import usage

from chat.domain.limits import LIVE_PER_ADDRESS, NEW_PER_ADDRESS, AddressLimits
from chat.listening.endpoints import MAX_PORT, CannotStart, listening_service
from chat.listening.proxy_protocol import HeaderEncoder, encode_v1, encode_v2
from chat.listening.sockets import allow_descriptors
from chat.relay.factory import IDLE_SECONDS, MAX_CONNECTIONS, RelayFactory
from chat.relay.figures import RelayFigures
from chat.relay.in_process import InProcessEndpoint
from chat.relay.proxy import CONNECT_SECONDS
from chat.relay.upstreams import MAX_UPSTREAMS, Upstream
from chat.runtime.monotonic import count_monotonically
from chat.runtime.signals import stop_on_signals

DEFAULT_LISTEN = "tcp:56459"

SPARE_DESCRIPTORS = 64
"""Open files that are no relayed connection: listeners, log, name look-ups."""

_TCP_ENDPOINT = re.compile(r"(?:haproxy:)?(?:tcp6?|ssl):(?:port=)?(\d+)((?::.*)?)$")
"""A listening endpoint with a port: that, and its other arguments."""
_INTERFACE = re.compile(r":interface=((?:\\.|[^:\\])*)")
"""The argument of an endpoint that says on which address it listens; colons in that have a backslash."""
_ANY_INTERFACE = frozenset({"", "0.0.0.0", "::"})
"""What stands for all addresses of this machine."""

HEADERS: dict[str, HeaderEncoder | None] = {"v2": encode_v2, "v1": encode_v1, "off": None}
"""What `--proxy-protocol` accepts."""


class RelayConnections(Service):
    """The relayed connections: stopping it closes them in order, and takes 3 seconds at most."""

    _log = Logger()

    def __init__(self, factory: RelayFactory) -> None:
        self.factory = factory

    def stopService(self) -> Deferred[None]:
        """Let what is in flight arrive, close everything and log the totals."""
        super().stopService()
        return self.factory.stop().addCallback(self._log_totals)

    def _log_totals(self, _: None) -> None:
        figures = self.factory.figures
        self._log.info(
            "the relay carried {total} connections, {bytes_up} bytes up, {bytes_down} bytes down; "
            "it refused {refused} and found no server for {failed}",
            total=figures.total,
            bytes_up=figures.bytes_up,
            bytes_down=figures.bytes_down,
            refused=figures.refused,
            failed=figures.failed,
        )


class RelayService(MultiService):
    """A relay by itself: when it stops, it stops listening first, then closes its connections in order."""

    def __init__(self, factory: RelayFactory, listen: Sequence[str], reactor: Any) -> None:
        super().__init__()
        self.factory = factory
        self.listeners = [listening_service(text, factory, reactor, "the relay") for text in listen]
        for listener in self.listeners:
            listener.setServiceParent(self)
        self._connections = RelayConnections(factory)

    @property
    def figures(self) -> RelayFigures:
        """What the relay counts, live."""
        return self.factory.figures

    async def _stop(self) -> None:
        await MultiService.stopService(self)
        await self._connections.stopService()

    def stopService(self) -> Deferred[None]:
        """Stop listening, then everything else."""
        return Deferred.fromCoroutine(self._stop())


def relay_service(
    listen: Sequence[str],
    targets: Sequence[tuple[str, int]],
    reactor: Any,
    *,
    proxy_protocol: str = "v2",
    max_connections: int = MAX_CONNECTIONS,
    max_per_address: int = LIVE_PER_ADDRESS,
    idle_seconds: float = IDLE_SECONDS,
) -> RelayService:
    """A relay into other processes: `targets` are hosts and ports, the preferred one first.

    Raises `CannotStart` for an endpoint in `listen` that cannot be used; so does starting the service.
    """
    upstreams = [
        Upstream(_target_text(host, port), HostnameEndpoint(reactor, host, port, CONNECT_SECONDS))
        for host, port in targets
    ]
    factory = RelayFactory(
        upstreams,
        reactor,
        encode_header=HEADERS[proxy_protocol],
        limits=_limits(max_per_address),
        max_connections=max_connections,
        idle_seconds=idle_seconds,
    )
    return RelayService(factory, listen, reactor)


class RelayIntoServer:
    """A relay into a chat server of the same process, as two services that stop at different times.

    `connections` must stop after the chat has told everybody goodbye, so that this still arrives; `listeners`
    must stop before, like the chat's own. A parent that stops its services in the reverse order of their start
    gets `connections` before the chat and `listeners` after it.
    """

    def __init__(
        self,
        listen: Sequence[str],
        server: IProtocolFactory,
        reactor: Any,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """`server` is the factory that the chat's own listeners use. It sees each person's address and limits
        it, so the relay itself does not. Raises `CannotStart` like `relay_service`."""
        upstream = Upstream("this server", InProcessEndpoint(server, reactor))
        self.factory = RelayFactory(
            [upstream],
            reactor,
            limits=_limits(0),
            max_connections=0,
            idle_seconds=idle_seconds,
            farewell=False,
        )
        self.connections = RelayConnections(self.factory)
        self.listeners = MultiService()
        for text in listen:
            listening_service(text, self.factory, reactor, "the relay").setServiceParent(self.listeners)

    @property
    def figures(self) -> RelayFigures:
        """What the relay counts, live."""
        return self.factory.figures


def parse_target(text: str) -> tuple[str, int]:
    """Read HOST:PORT, with an IPv6 address in brackets; raises `CannotStart` with a sentence."""
    host, colon, digits = text.rpartition(":")
    if "://" in text:
        why = "leave out what stands before the host, as in chat.example.org:56458"
    elif not colon or not host or "]" in digits:
        why = "it needs a host and a port, as in chat.example.org:56458"
    elif not (digits.isascii() and digits.isdigit() and 1 <= int(digits) <= MAX_PORT):
        why = f"{digits!r} is not a port from 1 to {MAX_PORT}"
    elif host.startswith("[") and host.endswith("]"):
        if _is_ip_address(host[1:-1]):
            return host[1:-1], int(digits)
        why = f"{host[1:-1]!r} is not an IPv6 address"
    elif ":" in host:
        why = f"an IPv6 address stands in brackets, as in [{host}]:{digits}"
    elif not all(character.isalnum() or character in "-._" for character in host):
        why = f"{host!r} is not a host name"
    else:
        return host, int(digits)
    raise CannotStart(f"Cannot relay to {text!r}: {why}.")


def _at_least(option: str, least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if text.isascii() and text.isdigit() and int(text) >= least:
            return int(text)
        raise CannotStart(f"--{option} must be a whole number of at least {least}, not {text!r}.")

    return number


def _paragraph(option: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    """Usage messages show an option's docstring with all the spaces that it is indented by."""
    option.__doc__ = " ".join((option.__doc__ or "").split())
    return option


class Options(usage.Options):
    """What `twistd chat-relay` accepts on its command line."""

    synopsis = "[options] --to HOST:PORT"
    longdesc = (
        "A relay in front of a chat server: it takes people's connections and carries them to the first server "
        "that answers, so that the server itself need not be reachable from outside, and can be replaced by "
        "another one without anybody changing the address.\n\n"
        "The server has to listen for it, and learns each person's real address: start that with "
        "'twistd chat --listen haproxy:tcp:56460:interface=127.0.0.1', this with "
        "'twistd chat-relay --to localhost:56460', and talk to it with 'nc localhost 56459'."
    )
    optParameters = [  # noqa: RUF012
        [
            "proxy-protocol",
            "p",
            "v2",
            "How the server is told a person's address: v2, v1 or off. The server must listen on haproxy:tcp:... "
            "for v2 and v1; with off, for servers that know no PROXY protocol, it takes everybody for the relay.",
        ],
        [
            "max-connections",
            None,
            MAX_CONNECTIONS,
            "Connections at once; 0: no limit.",
            _at_least("max-connections", 0),
        ],
        [
            "max-per-address",
            None,
            LIVE_PER_ADDRESS,
            "Connections from one address (IPv6: one /64) at once; 0: no limit. This machine's own are exempt.",
            _at_least("max-per-address", 0),
        ],
        [
            "idle",
            None,
            int(IDLE_SECONDS / 60),
            "Minutes without a byte in either direction after which a connection is closed; 0: never. "
            "Peers that vanished are found within two minutes in any case.",
            _at_least("idle", 0),
        ],
    ]

    def __init__(self) -> None:
        super().__init__()
        self["listen"] = []
        self["to"] = []

    @_paragraph
    def opt_listen(self, description: str) -> None:
        """Take connections here; may be given several times. Any Twisted endpoint: tcp:56459,
        ssl:6697:privateKey=key.pem:certKey=cert.pem, unix:/run/relay.sock, systemd:domain=INET:index=0, or
        haproxy:tcp:56459 behind another relay, whose word about addresses is then passed on.
        [default: tcp:56459]
        """
        self["listen"].append(description)

    opt_l = opt_listen

    @_paragraph
    def opt_to(self, target: str) -> None:
        """HOST:PORT of a server; needed. Given several times, the first that answers serves, and the others
        stand in for it: they are tried in this order, 5 seconds each. A dead one is passed over for a growing
        while, up to a minute, and tried again.
        """
        self["to"].append(parse_target(target))

    opt_t = opt_to

    def parseArgs(self, *arguments: str) -> None:
        """There are only options; raises `CannotStart` for anything else."""
        if arguments:
            raise CannotStart(f"{arguments[0]!r} is not understood: a server is given as --to HOST:PORT.")

    def postOptions(self) -> None:
        """Check what belongs together; raises `CannotStart` with a sentence."""
        if not self["to"]:
            raise CannotStart(
                "The relay needs a server to relay to: give --to HOST:PORT, as in --to localhost:56458."
            )
        if len(self["to"]) > MAX_UPSTREAMS:
            raise CannotStart(f"The relay knows at most {MAX_UPSTREAMS} servers; leave out some of the --to.")
        if self["proxy-protocol"] not in HEADERS:
            raise CannotStart(f"--proxy-protocol is v2, v1 or off, not {self['proxy-protocol']!r}.")
        if not self["listen"]:
            self["listen"].append(DEFAULT_LISTEN)
        for host, port in self["to"]:
            if any(_leads_to(text, host, port) for text in self["listen"]):
                raise CannotStart(
                    f"The relay would connect to itself: port {port} is both in --listen and in --to. "
                    "Give the port of the chat server to --to."
                )


def makeService(options: Options) -> IService:
    """Build the relay from its options; raises `CannotStart` with a sentence."""
    from twisted.internet import reactor

    count_monotonically(reactor)
    wanted = 2 * options["max-connections"] + SPARE_DESCRIPTORS
    granted = allow_descriptors(wanted)
    if granted < wanted:
        Logger(namespace=__name__).warn(
            "this process may open {granted} files, enough for {connections} of {wanted} connections; "
            "raise 'ulimit -n' or lower --max-connections",
            granted=granted,
            connections=(granted - SPARE_DESCRIPTORS) // 2,
            wanted=options["max-connections"],
        )
    service = relay_service(
        options["listen"],
        options["to"],
        reactor,
        proxy_protocol=options["proxy-protocol"],
        max_connections=options["max-connections"],
        max_per_address=options["max-per-address"],
        idle_seconds=options["idle"] * 60.0,
    )
    Logger(namespace=__name__).info(
        "relaying to {targets}, PROXY protocol {header}",
        targets=", then ".join(_target_text(host, port) for host, port in options["to"]),
        header=options["proxy-protocol"],
    )
    stop_on_signals(reactor)
    return service


def _limits(per_address: int) -> AddressLimits:
    return AddressLimits(per_address, NEW_PER_ADDRESS if per_address else 0)


def _target_text(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _is_ip_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _leads_to(listen: str, host: str, port: int) -> bool:
    """Whether what connects to this host and port meets a listener of ours with this endpoint."""
    endpoint = _TCP_ENDPOINT.match(listen)
    if endpoint is None or int(endpoint[1]) != port:
        return False
    given = _INTERFACE.search(endpoint[2])
    interface = given[1].replace("\\", "") if given else ""
    if interface in _ANY_INTERFACE:
        return _is_loopback(host)
    if "localhost" in (host, interface):
        return {host, interface} <= {"localhost", "127.0.0.1", "::1"}
    return _is_ip_address(host) and _is_ip_address(interface) and ip_address(host) == ip_address(interface)


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_ip_address(host) and ip_address(host).is_loopback)
