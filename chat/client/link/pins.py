"""Certificates that no authority vouches for: remembered at first sight, and compared at every visit.

What SSH does with the keys of hosts. Whoever sits in between at a later visit has another key, and is found out.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs
from OpenSSL import SSL
from service_identity import VerificationError
from service_identity.cryptography import extract_patterns
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import optionsForClientTLS
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from chat.client.link.reconnect import Permanent

SELF_SIGNED = 18
"""X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: all that is wrong with a server's own certificate (verify(1ssl))."""
SERVERS_AT_MOST = 1000
"""Servers that are remembered; the one that was met first is forgotten for one more."""


class Pins:
    """The fingerprints of servers, in a file of lines: host and port, a blank, SHA-256 in hexadecimal."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _read(self) -> dict[str, str]:
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return {}
        return dict(line.split(" ", 1) for line in lines if line.count(" ") == 1)

    def find(self, server: str) -> str | None:
        """The fingerprint that is known of `host:port`. Raises OSError."""
        return self._read().get(server)

    def keep(self, server: str, fingerprint: str) -> None:
        """Remember one. Raises OSError."""
        known = self._read()
        known[server] = fingerprint
        while len(known) > SERVERS_AT_MOST:
            del known[next(iter(known))]
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        new.write_text("".join(f"{name} {known[name]}\n" for name in known), encoding="utf-8")
        new.replace(self.path)


def default_pins() -> Pins:
    """Those of this person, for all clients."""
    return Pins(Path(platformdirs.user_state_dir("twistd-chat")) / "known-servers")


@implementer(IOpenSSLClientConnectionCreator)
class PinnedTls:
    """TLS to one server: its certificate is signed by an authority that this computer trusts, or is the one known.

    @param told: gets a sentence for people when a server's own certificate is seen for the first time.
    """

    _log = Logger()

    def __init__(self, host: str, port: int, pins: Pins, told: Callable[[str], object]) -> None:
        self._server = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._strict = optionsForClientTLS(host)
        numeric = isIPAddress(host) or isIPv6Address(host)
        self._wanted = IPAddress_ID(host) if numeric else DNS_ID(host.encode("idna").decode())
        self._pins = pins
        self._told = told

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:
        """Make the connection (IOpenSSLClientConnectionCreator)."""
        connection: SSL.Connection = self._strict.clientConnectionForTLS(tlsProtocol)
        own = False

        def verify(connection: SSL.Connection, certificate: Any, error: int, depth: int, ok: int) -> bool:
            nonlocal own
            try:
                if error == SELF_SIGNED and depth == 0:
                    own = True
                elif depth == 0 and ok:
                    self._check(certificate, own)
                return bool(ok) or own
            except (VerificationError, Permanent, OSError):
                tlsProtocol.failVerification(Failure())
            except Exception:
                # What is raised in a callback of OpenSSL is lost.
                self._log.failure("A certificate could not be looked at")
            return False

        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, verify)
        return connection

    def _check(self, certificate: Any, own: bool) -> None:
        if not own:
            verify_service_identity(extract_patterns(certificate.to_cryptography()), [self._wanted], [])
            return
        shown = certificate.digest("sha256").decode("ascii")
        known = self._pins.find(self._server)
        if known is None:
            self._pins.keep(self._server, shown)
            self._told(
                f"No authority vouches for the certificate of {self._server}. It is remembered from now on. To be sure "
                f"that nobody sits in between, compare its fingerprint with the operator: {shown}"
            )
        elif known != shown:
            raise Permanent(
                f"The certificate of {self._server} has changed: either its operator made a new one, or somebody sits "
                f"in between. Ask the operator before you go on. It was {known}, and is {shown}. To accept it, remove "
                f"the line of {self._server} from {self._pins.path}."
            )
