"""Connections over TLS: a real handshake and real records, between the server and Python's own TLS in memory."""

from __future__ import annotations

import datetime
import ssl
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from twisted.internet.address import IPv4Address
from twisted.internet.ssl import CertificateOptions, PrivateCertificate
from twisted.protocols.tls import TLSMemoryBIOFactory

from chat.network.listener import ChatProtocol
from chat.network.outlet import STALL_SECONDS, StreamOutlet
from tests.network.chatting import Server, join_plain, make_server
from tests.network.wires import FakeSocket, Wire


@pytest.fixture(scope="session")
def certificate() -> CertificateOptions:
    """For a server that calls itself chat.test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chat.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    options: CertificateOptions = PrivateCertificate.loadPEM(pem).options()
    return options


class TlsClient:
    """The other side of a TLS connection to the tests' server."""

    def __init__(self, server: Server, options: CertificateOptions, address: str = "192.0.2.7") -> None:
        self.server = server
        factory = TLSMemoryBIOFactory(options, False, server.factory, server.loop)
        factory.noisy = False
        outermost: Any = factory.buildProtocol(IPv4Address("TCP", address, 40000))
        self.transport = Wire(outermost, address, server.loop)
        self.socket: FakeSocket = self.transport.other_side
        outermost.makeConnection(self.transport)
        self.protocol: ChatProtocol = outermost.wrappedProtocol
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing)
        self._moved = 0
        self._shaken = False

    def shake_hands(self) -> TlsClient:
        """Do the handshake, as far as it goes."""
        for _ in range(6):
            if not self._shaken:
                try:
                    self._tls.do_handshake()
                    self._shaken = True
                except ssl.SSLWantReadError:
                    pass
            self.socket.give(self._outgoing.read())
            self.server.run()
            self._incoming.write(bytes(self.socket.taken[self._moved :]))
            self._moved = len(self.socket.taken)
        return self

    def feed(self, data: bytes) -> TlsClient:
        """Send, without any time passing."""
        self._tls.write(data)
        self.socket.give(self._outgoing.read())
        self.server.run()
        return self

    def raw(self) -> bytes:
        """What came since the last look."""
        self.server.run()
        self._incoming.write(bytes(self.socket.taken[self._moved :]))
        self._moved = len(self.socket.taken)
        data = b""
        try:
            while more := self._tls.read(65536):
                data += more
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            pass
        return data


@pytest.fixture
def server() -> Server:
    return make_server()


def test_people_talk_over_tls(server: Server, certificate: CertificateOptions) -> None:
    carol = join_plain(server, "carol")
    bob = TlsClient(server, certificate).shake_hands().feed(b"bob\n")
    assert bob.raw().startswith(b"Welcome, bob!")
    assert isinstance(bob.protocol.outlet, StreamOutlet)
    assert server.directory.find("bob").secure
    assert not server.directory.find("carol").secure
    bob.feed(b"hello\n")
    carol.feed(b"hello too\n")
    assert carol.lines() == ["* bob joined", "<bob> hello"]
    assert bob.raw() == b"<carol> hello too\n"
    bob.feed(b"/exit\n")
    assert bob.raw() == b"Goodbye\n"


def test_a_program_with_a_slow_handshake_speaks_irc(server: Server, certificate: CertificateOptions) -> None:
    client = TlsClient(server, certificate)
    server.loop.advance(2)
    client.shake_hands().feed(b"NICK bob\r\nUSER bob 0 * :Bob\r\n")
    assert b" 001 bob " in client.raw()
    assert server.directory.find("bob").dialects == ["irc"]


def test_who_is_refused_reads_why_also_over_tls(server: Server, certificate: CertificateOptions) -> None:
    for _ in range(16):
        server.connect()
    client = TlsClient(server, certificate).shake_hands()
    assert client.raw().startswith(b"ERROR :Too many connections from your address")


def test_a_handshake_that_never_comes_is_given_up(server: Server, certificate: CertificateOptions) -> None:
    silent, talker = TlsClient(server, certificate), TlsClient(server, certificate)
    talker.socket.give(b"bob\nhello\n")
    server.wait(60)
    assert silent.socket.closed
    assert talker.socket.closed
    assert server.left_behind() == []


@pytest.mark.parametrize("step", [7, 1000, 5000])
def test_a_reader_that_stops_gets_everything_once_it_reads_on(
    server: Server, certificate: CertificateOptions, step: int
) -> None:
    carol = join_plain(server, "carol")
    bob = TlsClient(server, certificate).shake_hands().feed(b"bob\n")
    bob.raw()
    bob.socket.room = 0
    for n in range(1000):
        carol.feed(b"%0300d\n" % n)
    for _ in range(20):
        bob.socket.room = step
        server.run()
    bob.socket.room = None
    heard = bob.raw().splitlines()
    assert [int(line.split()[1]) for line in heard] == list(range(1000))


def test_a_reader_that_takes_nothing_is_closed(server: Server, certificate: CertificateOptions) -> None:
    carol = join_plain(server, "carol")
    bob = TlsClient(server, certificate).shake_hands().feed(b"bob\n")
    bob.raw()
    bob.socket.room = 0
    for _ in range(300):
        carol.feed(b"x" * 1000 + b"\n")
    server.wait(STALL_SECONDS + 10)
    assert bob.socket.closed
    assert carol.lines() == ["* bob joined", f"* bob left (Took nothing for {STALL_SECONDS:.0f} seconds)"]


def test_everybody_over_tls_is_told_when_the_server_goes_down(
    server: Server, certificate: CertificateOptions
) -> None:
    bob = TlsClient(server, certificate).shake_hands().feed(b"bob\n")
    bob.raw()
    server.factory.close_all("The server is going down. Goodbye")
    assert bob.raw() == b"*** The server is going down. Goodbye\n"
    server.wait(20)
    assert bob.socket.closed
    assert server.left_behind() == []


def test_a_broken_tls_connection_leaves_nothing_behind(
    server: Server, certificate: CertificateOptions
) -> None:
    bob = TlsClient(server, certificate).shake_hands().feed(b"bob\n")
    bob.socket.break_off()
    server.turn()
    assert bob.socket.closed
    assert server.left_behind() == []
