"""Listening on an operator's endpoint string, with a sentence for everything that can be wrong with it."""

from __future__ import annotations

import errno
import os
from typing import cast

from OpenSSL import SSL, crypto
from twisted.application.service import Service
from twisted.internet.abstract import isIPAddress
from twisted.internet.defer import CancelledError, Deferred, maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IListeningPort,
    IProtocolFactory,
    IReactorCore,
    IReactorTime,
    IStreamServerEndpoint,
)
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from chat.listening.proxied import ProxiedFactory

MAX_PORT = 65535
"""Highest TCP port (RFC 9293, section 3.1: the field has 16 bits)."""

_BEHIND_RELAY = "haproxy:"
"""Announces that connections begin with a PROXY header."""

BACKLOG = 4096
"""Connections that may wait to be accepted: everybody of a busy server who comes back in the same second."""

_BACKLOG_KINDS = frozenset({"tcp", "tcp6", "ssl", "unix"})
"""Endpoint types that take a backlog."""

_PORT_KINDS = frozenset({"tcp", "tcp6", "ssl"})
"""Endpoint types whose first argument is a port number."""


class CannotStart(SystemExit, Exception):
    """
    Something that only the operator can put right keeps the daemon from starting.

    It is a `SystemExit`, so that the interpreter prints the sentence alone and ends with status 1, wherever
    twistd was when it was raised: parsing options, making the service or starting it. It is an `Exception`
    as well, because twistd removes its pid file, and tells the parent of a daemon that the start failed, only
    for those.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


def listening_service(
    description: str, factory: IProtocolFactory, reactor: IReactorCore, what_for: str
) -> ListeningService:
    """
    Make a service that listens where an operator said.

    `description` is a Twisted server endpoint string: `tcp:`, `ssl:`, `unix:`, `systemd:`, `haproxy:tcp:...` and
    whatever plugins offer. `what_for` tells in a word or two, that fit after "for", what is served there: "chat".
    Raises `CannotStart` if the description cannot be understood, or names a certificate that cannot be used; so
    does the service when it is started and cannot have the port or path.
    """
    return ListeningService(server_endpoint(description, reactor, what_for), factory, description, what_for)


def server_endpoint(description: str, reactor: IReactorCore, what_for: str) -> IStreamServerEndpoint:
    """Understand an endpoint string; nothing is opened yet, but certificates are read.

    Raises `CannotStart` with a sentence that quotes the description and says what is wrong with it.
    """
    inner = description.removeprefix(_BEHIND_RELAY)
    try:
        _check_port_number(inner)
        _check_certificate_folder(inner)
        endpoint = cast(IStreamServerEndpoint, serverFromString(reactor, _with_backlog(inner)))
        return (
            endpoint if inner == description else _EndpointBehindRelay(endpoint, cast(IReactorTime, reactor))
        )
    except Exception as reason:  # what a parser raises is up to the plugin that it came from
        raise CannotStart(
            f"Cannot listen on {description!r} for {what_for}: {_why_not_understood(inner, reason)}."
        ) from None


def _with_backlog(description: str) -> str:
    # Twisted's default of 50 makes people wait a second or more when many come back at once after a restart.
    if (
        description.split(":")[0] in _BACKLOG_KINDS
        and ":backlog=" not in description
        and not description.endswith("\\")
    ):
        return f"{description}:backlog={BACKLOG}"
    return description


class ListeningService(Service):
    """
    Listens while it runs, and ends twistd with a sentence when it cannot.

    Like `twisted.application.strports.service`, a port that is taken when the service starts ends the
    daemon: the plain `StreamServerEndpointService` would log it and run on, deaf. An endpoint that fails
    only later, which none of Twisted's own does, is logged as critical.
    """

    _log = Logger()

    def __init__(
        self, endpoint: IStreamServerEndpoint, factory: IProtocolFactory, description: str, what_for: str
    ) -> None:
        self._endpoint = endpoint
        self._factory = factory
        self._description = description
        self._what_for = what_for
        self._listening: Deferred[IListeningPort] | None = None
        self.port: IListeningPort | None = None
        """The open port, while there is one: it knows its real number when `tcp:0` was asked for."""
        self._starting = False
        self._refusal: str | None = None

    def privilegedStartService(self) -> None:
        """Open the port, before root privileges are given up.

        Raises `CannotStart` if the port, interface or path cannot be had.
        """
        super().privilegedStartService()
        self._starting = True
        self._listening = maybeDeferred(self._endpoint.listen, self._factory)
        self._listening.addCallbacks(self._opened, self._failed)
        self._starting = False
        if self._refusal is not None:
            raise CannotStart(self._refusal)

    def startService(self) -> None:
        """Open the port, unless `privilegedStartService` did."""
        super().startService()
        if self._listening is None:
            self.privilegedStartService()

    async def _close(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel()
        port, self.port = self.port, None
        if port is not None:
            await maybeDeferred(port.stopListening)

    def stopService(self) -> Deferred[None]:
        """Close the port; connections that were accepted are not touched."""
        super().stopService()
        return Deferred.fromCoroutine(self._close())

    def _failed(self, failure: Failure) -> None:
        if failure.check(CancelledError):
            return
        self._refusal = (
            f"Cannot listen on {self._description!r} for {self._what_for}: {_why_not_opened(failure.value)}."
        )
        if not self._starting:
            self._log.critical("{refusal}", refusal=self._refusal)

    def _opened(self, port: IListeningPort) -> None:
        self.port = port
        self._log.info(
            "listening on {description} for {what_for}",
            description=self._description,
            what_for=self._what_for,
            address=port.getHost(),
        )


@implementer(IStreamServerEndpoint)
class _EndpointBehindRelay:
    """Twisted's `haproxy:`, except that protocols are built after the header, with the person's address."""

    def __init__(self, endpoint: IStreamServerEndpoint, clock: IReactorTime) -> None:
        self._endpoint = endpoint
        self._clock = clock

    def listen(self, protocolFactory: IProtocolFactory) -> Deferred[IListeningPort]:
        return self._endpoint.listen(ProxiedFactory(protocolFactory, self._clock))


def _check_port_number(description: str) -> None:
    """Twisted finds a port out of range only when it binds, and then with an `OverflowError`."""
    kind, _, rest = description.partition(":")
    if kind not in _PORT_KINDS:
        return
    arguments = rest.split(":")
    named = [argument[len("port=") :] for argument in arguments if argument.startswith("port=")]
    text = named[0] if named else arguments[0]
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} stands where the port number belongs, as in '{kind}:56458'")
    if int(text) > MAX_PORT:
        raise ValueError(f"port {text} is out of range, ports go from 0 to {MAX_PORT}")


def _check_certificate_folder(description: str) -> None:
    """Twisted's `tls:` endpoint listens without any certificate, and then fails every handshake."""
    kind, _, rest = description.partition(":")
    folder = rest.partition(":")[0].removeprefix("path=")
    if kind == "tls" and "\\" not in rest and not any(name.endswith(".pem") for name in os.listdir(folder)):
        raise ValueError(f"the folder {folder} holds no certificate file with the ending .pem")


def _why_not_understood(description: str, reason: Exception) -> str:
    kind = description.partition(":")[0]
    match reason:
        case OSError():
            file = os.fsdecode(reason.filename) if reason.filename else "a file that it names"
            return f"cannot read {file}: {_plain(reason)}"
        case crypto.Error() | SSL.Error():
            return "the file does not hold a usable certificate and private key in PEM form"
        case IndexError() | KeyError() if kind == "systemd":
            return (
                "systemd handed over no such socket; it does that only for a service that is started through "
                "a .socket unit, and 'systemctl cat' on that unit shows its FileDescriptorName"
            )
        case ValueError() if kind == "unix":
            return "its mode must be octal digits, as in 'unix:/run/chat.sock:mode=660'"
        case AttributeError() if kind in ("ssl", "tls"):
            return "OpenSSL has no such sslmethod; leave that argument out"
        case AttributeError() if kind == "systemd":
            return "its domain must be INET, INET6 or UNIX, as in 'systemd:domain=INET:index=0'"
        case ValueError() if str(reason).startswith("Unknown endpoint type"):
            return _unknown_kind(description, kind)
        case TypeError() if "::" in description:
            return r"a colon inside an argument needs a backslash, as in 'tcp6:56458:interface=\:\:1'"
        case TypeError():
            return f"{kind!r} does not take these arguments; an example is 'tcp:56458:interface=127.0.0.1'"
        case RuntimeError():
            return "it ends in the middle of something (a backslash must be followed by a character)"
        case ValueError() if kind in ("ssl", "tls") and "PEM" in str(reason):
            return "the file does not hold a usable certificate and private key in PEM form"
    return str(reason).strip().rstrip(".") or type(reason).__name__


def _unknown_kind(description: str, kind: str) -> str:
    if kind.isdigit():
        return f"an endpoint starts with its type; a plain TCP port is written 'tcp:{kind}'"
    host, _, port = description.rpartition(":")
    if port.isdigit() and (host == "localhost" or isIPAddress(host)):
        return f"an endpoint starts with its type; this one is written 'tcp:{port}:interface={host}'"
    return (
        f"there is no endpoint type {kind!r}; the usual ones are tcp, tcp6, ssl, unix, systemd, haproxy:tcp"
    )


def _why_not_opened(reason: BaseException | None) -> str:
    match reason:
        case CannotListenError(port=bytes() | str() as path, socketError=cause):
            return _why_no_socket_file(os.fsdecode(path), cause)
        case CannotListenError(port=int() as port, interface=interface, socketError=cause):
            return _why_no_port(port, interface, cause)
        case SSL.Error() | crypto.Error():
            return f"OpenSSL does not accept its certificate or key: {_openssl_words(reason)}"
        case OSError(filename=str() | bytes()):
            path = os.fsdecode(cast("str | bytes", reason.filename2 or reason.filename))
            return _why_no_socket_file(path.removesuffix(".lock"), reason)
        case OSError():
            return _plain(reason)
    return str(reason).strip().rstrip(".") or type(reason).__name__


def _openssl_words(reason: Exception) -> str:
    """The innermost text of an OpenSSL error, whose argument is a list of (library, function, words)."""
    try:
        return str(reason.args[0][-1][-1])
    except (IndexError, TypeError):
        return "no reason given"


def _why_no_port(port: int, interface: str, cause: object) -> str:
    number = cause.errno if isinstance(cause, OSError) else None
    if number == errno.EADDRINUSE:
        return (
            f"port {port} is taken by another program; 'ss -tanp sport = :{port}' (as root) shows which; "
            "stop that one or choose another port"
        )
    if number == errno.EACCES:
        return f"this user may not open port {port}; choose one above 1023, or start as root and use --uid"
    if number == errno.EADDRNOTAVAIL:
        return f"{interface} is not an address of this machine; 'ip address' lists those that are"
    if number == errno.EAFNOSUPPORT:
        return f"this machine has no network of the kind that {interface or 'this address'} belongs to"
    if number is not None and number < 0:  # what getaddrinfo raises has negative numbers
        return f"interface {interface!r} is not an address; give one that 'ip address' lists"
    return _plain(cause)


def _why_no_socket_file(path: str, cause: object) -> str:
    folder = os.path.dirname(path) or "."
    number = cause.errno if isinstance(cause, OSError) else None
    if not path:
        return "it names no path; an example is 'unix:/run/chat.sock'"
    if number == errno.ENOENT and not os.path.isdir(folder):
        return f"the folder {folder} does not exist; create it first"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"this user may not create files in {folder}"
    if number == errno.EADDRINUSE:
        return f"{path} exists and is in use or is not a socket; remove it if nothing needs it"
    if isinstance(cause, OSError) and number is None:
        return f"the path {path} is too long for a socket; use a shorter one (about 100 bytes at most)"
    if not isinstance(cause, OSError):
        return f"another program holds it; 'readlink {path}.lock' shows its process number"
    return _plain(cause)


def _plain(cause: object) -> str:
    """The operating system's own words, without number and brackets."""
    text = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return text.strip().rstrip(".").lower()
