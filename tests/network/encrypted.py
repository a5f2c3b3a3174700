"""TLS over real sockets without a network: socket pairs, OpenSSL on both sides, and a clock in the test's hands."""

from __future__ import annotations

import datetime
import select
import socket
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from twisted.internet.posixbase import _DisconnectSelectableMixin
from twisted.internet.task import Clock

from chat.listening.accepting import AcceptedConnection
from chat.listening.certificates import Certificates, Pair
from chat.listening.proxied import ProxiedFactory
from chat.listening.tls import Tls
from chat.listening.turns import Turns
from chat.network.listener import ChatProtocol
from tests.network.chatting import Server
from tests.network.wires import ROUNDS

DAY = datetime.timedelta(days=1)


def write_pair(folder: Path, *names: str, kind: str = "ecdsa", ends: float | None = None) -> Pair:
    """A self-signed certificate for these names in `folder`, as certbot lays it out; `ends`: seconds since 1970."""
    folder.mkdir(exist_ok=True)
    key: Any = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ecdsa"
        else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    last = (
        datetime.datetime.fromtimestamp(ends, datetime.UTC)
        if ends
        else datetime.datetime.now(datetime.UTC) + 90 * DAY
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(last - 100 * DAY)
        .not_valid_after(last)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pair = Pair.in_folder(folder)
    pair.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pair.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return pair


class SocketLoop(_DisconnectSelectableMixin):
    """The part of a reactor that serves real sockets, on a clock that the test turns."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.readers: dict[Any, None] = {}
        self.writers: dict[Any, None] = {}
        self.callLater = clock.callLater
        self.seconds = clock.seconds

    def addReader(self, reader: Any) -> None:
        """Serve what it has to read."""
        self.readers[reader] = None

    def addWriter(self, writer: Any) -> None:
        """Serve what it has to write."""
        self.writers[writer] = None

    def removeReader(self, reader: Any) -> None:
        """Serve its reading no more."""
        self.readers.pop(reader, None)

    def removeWriter(self, writer: Any) -> None:
        """Serve its writing no more."""
        self.writers.pop(writer, None)

    def run(self) -> None:
        """Turn until nothing happens without time passing; a loop that goes on by itself fails the test."""
        for _ in range(ROUNDS):
            if not self._turn():
                return
        raise AssertionError(f"Still busy after {ROUNDS} turns: a busy loop")

    def _turn(self) -> bool:
        readable, writable, _ = select.select(list(self.readers), list(self.writers), [], 0)
        for ready, served, method in (
            (readable, self.readers, "doRead"),
            (writable, self.writers, "doWrite"),
        ):
            for connection in ready:
                if connection in served and (why := getattr(connection, method)()):
                    self._disconnectSelectable(connection, why, method == "doRead")
        due = [call for call in self.clock.calls if call.getTime() <= self.clock.seconds()]
        self.clock.advance(0)
        return bool(due or readable or writable)


class Encrypted:
    """A server with certificates, whose connections are `AcceptedConnection`s over socket pairs."""

    def __init__(self, server: Server, pairs: Iterable[Pair]) -> None:
        self.server = server
        self.loop = SocketLoop(server.clock)
        self.certificates = Certificates(pairs, server.now)
        self.tls = server.factory.tls = Tls(self.certificates, Turns(server.clock), server.clock)
        self._ports = iter(range(40_000, 60_000))
        self.made: list[Any] = []

    def accept(self, address: str = "192.0.2.7", relay: bool = False) -> tuple[socket.socket, ChatProtocol]:
        """The client's end of a new connection, and the server's protocol: the chat's, or one that awaits a header."""
        theirs, ours = socket.socketpair()
        self.made += [theirs, ours]
        for end in (theirs, ours):
            end.setblocking(False)
        peer = (address, next(self._ports))
        chat = self.server.factory
        protocol: Any = (ProxiedFactory(chat, self.server.clock) if relay else chat).buildProtocol(None)
        transport = AcceptedConnection(ours, protocol, peer, None, 1, self.loop)  # type: ignore[arg-type]
        protocol.makeConnection(transport)
        return theirs, protocol

    def connect(self, address: str = "192.0.2.7", **options: Any) -> EncryptedClient:
        """A TLS client whose handshake is done."""
        return EncryptedClient(self, address, **options).shake_hands()

    def run(self) -> None:
        """Let everything happen that is due."""
        self.loop.run()
        self.server.loop.run()
        self.loop.run()

    def wait(self, seconds: float) -> None:
        """Let time pass, with a look after silent connections."""
        for _ in range(int(seconds)):
            self.server.clock.advance(1)
            self.run()
            self.server.factory.sweep()
        self.run()

    def close(self) -> None:
        """Leave no socket open."""
        for end in self.made:
            end.close()


class EncryptedClient:
    """The other side of a connection, with Python's own TLS."""

    def __init__(
        self,
        world: Encrypted,
        address: str = "192.0.2.7",
        name: str = "chat.test",
        applications: Iterable[str] = (),
        session: ssl.SSLSession | None = None,
        context: ssl.SSLContext | None = None,
        ciphers: str = "",
        version: ssl.TLSVersion | None = None,
        strict: bool = False,
        header: bytes = b"",
    ) -> None:
        """`header`: what a relay sends first, a byte at a time."""
        self.world = world
        plain, self.protocol = world.accept(address, relay=bool(header))
        for byte in header[:-1]:
            plain.send(bytes([byte]))
            world.run()
        # The end of it comes together with the hello.
        plain.send(header[-1:])
        self.context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        if version is not None:
            self.context.maximum_version = version
        if ciphers:
            self.context.set_ciphers(ciphers)
        if applications:
            self.context.set_alpn_protocols(list(applications))
        self.socket = self.context.wrap_socket(
            plain,
            server_hostname=name,
            do_handshake_on_connect=False,
            session=session,
            suppress_ragged_eofs=not strict,
        )
        world.made.append(self.socket)

    def shake_hands(self) -> EncryptedClient:
        """Do the handshake; raises what OpenSSL raises."""
        for _ in range(20):
            try:
                self.socket.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.world.run()
        self.world.run()
        return self

    def feed(self, data: bytes) -> EncryptedClient:
        """Send, and let what follows happen."""
        self.socket.sendall(data)
        self.world.run()
        return self

    def raw(self, most: int | None = None) -> bytes:
        """What came since the last look; at most so many bytes are read."""
        data = b""
        quiet = 0
        # A record goes through a small socket in many parts.
        while quiet < 20 and (most is None or len(data) < most):
            self.world.run()
            try:
                part = self.socket.recv(16384 if most is None else most - len(data))
            except ssl.SSLWantReadError:
                quiet += 1
                continue
            if not part:
                break
            quiet = 0
            data += part
        return data

    @property
    def ended(self) -> bool:
        """Whether the server has closed the connection."""
        self.world.run()
        try:
            return self.socket.recv(1) == b""
        except ssl.SSLWantReadError:
            return False
        except OSError:
            return True
