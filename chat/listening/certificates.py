"""The server's certificates: read from the operator's files, chosen by the name that a client asks for, read again.

Protocols and ciphers are those of Mozilla's "intermediate" configuration (https://wiki.mozilla.org/Security/Server_Side_TLS).
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from twisted.logger import Logger

CIPHERS = ":".join(
    f"ECDHE-{signature}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for signature in ("ECDSA", "RSA")
)
"""For TLS 1.2, all with forward secrecy. Those of TLS 1.3 are OpenSSL's own."""
APPLICATIONS = ["irc", "http/1.1"]
"""What may be spoken inside (ALPN, RFC 7301): `irc` is registered with IANA."""
WARN_SECONDS = 14 * 24 * 3600.0
"""A certificate that ends within this time is warned of: certbot renews 30 days before the end."""
FILE_BYTES = 1024 * 1024
"""Largest file of certificates that is read."""
_NAMES_SHOWN = 4


class BadCertificate(Exception):
    """A pair of files that cannot be used; the text is the end of a sentence."""


class Pair(NamedTuple):
    """Where a certificate with its chain is, and its private key."""

    certificate: Path
    key: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Pair:
        """The pair in a folder that is laid out as certbot does it."""
        return cls(folder / "fullchain.pem", folder / "privkey.pem")


class Facts(NamedTuple):
    """What a certificate says: for which names it is, when it ends, in seconds since 1970, and by whom."""

    names: tuple[str, ...]
    ends: float
    self_signed: bool = False

    @property
    def shown(self) -> str:
        """Its names, for a log."""
        more = f" and {len(self.names) - _NAMES_SHOWN} more" if len(self.names) > _NAMES_SHOWN else ""
        return ", ".join(self.names[:_NAMES_SHOWN]) + more or "no name"


def read_facts(path: Path) -> Facts:
    """Read the first certificate of a file; raises `BadCertificate`."""
    try:
        with path.open("rb") as file:
            certificate = x509.load_pem_x509_certificate(file.read(FILE_BYTES))
    except OSError as error:
        raise BadCertificate(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise BadCertificate(f"{path} holds no certificate in PEM form") from None
    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [
            *alternatives.get_values_for_type(x509.DNSName),
            *map(str, alternatives.get_values_for_type(x509.IPAddress)),
        ]
    except (x509.ExtensionNotFound, ValueError):
        names = [
            str(attribute.value)
            for attribute in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        ]
    return Facts(
        tuple(name.lower() for name in names),
        certificate.not_valid_after_utc.timestamp(),
        certificate.issuer == certificate.subject,
    )


def make_context() -> ssl.SSLContext:
    """A server's TLS context without a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.set_alpn_protocols(APPLICATIONS)
    # One ticket is enough to come back with, and half of what two cost at a login.
    context.num_tickets = 1
    return context


def _load(context: ssl.SSLContext, pair: Pair) -> None:
    def refuse() -> str:
        raise BadCertificate(f"the key {pair.key} has a password; the server needs one without")

    for path in pair:
        if not os.access(path, os.R_OK):
            raise BadCertificate(
                f"{path} cannot be read; it has to exist, and to be readable for the server's user"
            )
    try:
        context.load_cert_chain(pair.certificate, pair.key, password=refuse)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise BadCertificate(f"the key {pair.key} does not belong to {pair.certificate}") from None
        raise BadCertificate(
            f"{pair.certificate} and {pair.key} are no certificate and private key in PEM form"
        ) from None
    except OSError as error:
        raise BadCertificate(f"{pair.certificate} and {pair.key} cannot be read: {error.strerror}") from None


class _Loaded(NamedTuple):
    """What is in use: the context to begin with, the others by name, and what the certificates say."""

    first: ssl.SSLContext
    by_name: dict[str, ssl.SSLContext]
    facts: dict[Pair, Facts]


class Certificates:
    """
    The certificates in use. New connections get what was read last; whoever is here keeps what they have.

    @param pairs: the first is shown to clients that ask for no name, or for one that is in none. Several for the same
        names are one certificate of two kinds (RSA and ECDSA), of which each client gets what it can use.
    @param clock: seconds since 1970.
    """

    _log = Logger()

    def __init__(self, pairs: Iterable[Pair], clock: Callable[[], float]) -> None:
        self._pairs = tuple(pairs)
        self._clock = clock
        self._seen = self._stamps()
        self._loaded = self._read()
        self.problem = ""
        """Why the files as they are cannot be used, in a sentence; "" while they are in use."""

    @property
    def context(self) -> ssl.SSLContext:
        """What a new connection begins with."""
        return self._loaded.first

    @property
    def names(self) -> frozenset[str]:
        """The names, in small letters, that the certificates are for; some may begin with `*.`."""
        return frozenset(name for facts in self._loaded.facts.values() for name in facts.names)

    @property
    def ends(self) -> float:
        """When the first of them ends, in seconds since 1970."""
        return min(facts.ends for facts in self._loaded.facts.values())

    @property
    def trusted(self) -> bool:
        """Whether an authority signed each of them, so that clients may be told to insist on TLS."""
        return not any(facts.self_signed for facts in self._loaded.facts.values())

    @property
    def warnings(self) -> list[str]:
        """What the operator should know: a sentence for each thing that is wrong, or soon will be."""
        found = [self.problem] if self.problem else []
        now = self._clock()
        for facts in self._loaded.facts.values():
            if facts.ends <= now + WARN_SECONDS:
                day = datetime.fromtimestamp(facts.ends, UTC).strftime("%Y-%m-%d %H:%M UTC")
                verb = "ended" if facts.ends <= now else "ends"
                found.append(f"The certificate for {facts.shown} {verb} on {day}. Renew it.")
        return found

    def changed(self) -> bool:
        """Whether the files are others than those that were read last."""
        return self._stamps() != self._seen

    def reload(self) -> None:
        """Read the files again. What cannot be used changes nothing, and is told in the log."""
        self._seen = self._stamps()
        try:
            self._loaded = self._read()
        except BadCertificate as bad:
            self.problem = f"The certificate was not changed: {bad}."
            self._log.error("{problem}", problem=self.problem)
        else:
            self.problem = ""
            for facts in self._loaded.facts.values():
                self._log.info("The certificate for {names} is in use", names=facts.shown)

    def look(self) -> None:
        """Read the files again if they have changed; called once a minute."""
        if self.changed():
            self.reload()

    def warn(self) -> None:
        """Tell the log what the operator should know; called at start and once a day."""
        for warning in self.warnings:
            self._log.warn("{warning}", warning=warning)

    def _stamps(self) -> tuple[tuple[int, int, int] | None, ...]:
        found: list[tuple[int, int, int] | None] = []
        for pair in self._pairs:
            for path in pair:
                try:
                    status = path.stat()
                    found.append((status.st_mtime_ns, status.st_size, status.st_ino))
                except OSError:
                    found.append(None)
        return tuple(found)

    def _read(self) -> _Loaded:
        contexts: dict[frozenset[str], ssl.SSLContext] = {}
        by_name: dict[str, ssl.SSLContext] = {}
        known: dict[Pair, Facts] = {}
        for pair in self._pairs:
            facts = known[pair] = read_facts(pair.certificate)
            names = frozenset(facts.names)
            context = contexts.get(names)
            if context is None:
                context = contexts[names] = make_context()
                for name in names:
                    by_name.setdefault(name, context)
            _load(context, pair)
        first = next(iter(contexts.values()))

        def choose(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            if name is not None:
                wanted = by_name.get(name.lower()) or by_name.get("*." + name.lower().partition(".")[2])
                if wanted is not None:
                    connection.context = wanted

        if len(contexts) > 1:
            first.sni_callback = choose
        return _Loaded(first, by_name, known)
