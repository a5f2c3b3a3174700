"""Certificates without an authority: remembered at first sight, and what is said when another one comes."""

from __future__ import annotations

import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from service_identity import VerificationError
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.python.failure import Failure

from chat.client.link.pins import SERVERS_AT_MOST, PinnedTls, Pins
from chat.client.link.reconnect import explain
from chat.listening.certificates import Pair, make_context
from tests.network.encrypted import write_pair


class Visit:
    """A client that goes to a server with this certificate, as far as the handshake."""

    def __init__(self, pair: Pair, pins: Pins, host: str = "chat.test") -> None:
        self.told: list[str] = []
        self.lost: Failure | None = None
        self.heard = b""
        visit = self

        class Talker(Protocol):
            def connectionMade(self) -> None:
                assert self.transport is not None
                self.transport.write(b"PASS secret\r\n")

            def connectionLost(self, reason: Any = None) -> None:
                visit.lost = reason

        clock = Clock()
        factory = TLSMemoryBIOFactory(
            PinnedTls(host, 6697, pins, self.told.append), True, Factory.forProtocol(Talker), clock
        )
        transport: Any = StringTransport()
        transport.abortConnection = transport.loseConnection
        protocol = factory.buildProtocol(None)
        protocol.makeConnection(transport)
        context = make_context()
        context.load_cert_chain(pair.certificate, pair.key)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(incoming, outgoing, server_side=True)
        for _ in range(6):
            clock.advance(0)
            incoming.write(transport.value())
            transport.clear()
            with suppress(ssl.SSLError):
                server.do_handshake()
                self.heard += server.read(100)
            if sent := outgoing.read():
                protocol.dataReceived(sent)
        if transport.disconnecting:
            protocol.connectionLost(Failure(ConnectionError()))


@pytest.fixture
def pins(tmp_path: Path) -> Pins:
    return Pins(tmp_path / "state" / "known-servers")


def test_a_servers_own_certificate_is_remembered_and_said_once(pins: Pins, tmp_path: Path) -> None:
    pair = write_pair(tmp_path / "a", "elsewhere.test")
    first, again = Visit(pair, pins), Visit(pair, pins)
    assert len(first.told) == 1
    assert str(pins.find("chat.test:6697")) in first.told[0]
    assert again.told == []
    assert first.heard == again.heard == b"PASS secret\r\n"


def test_another_certificate_is_not_taken_and_gets_no_password(pins: Pins, tmp_path: Path) -> None:
    Visit(write_pair(tmp_path / "a", "chat.test"), pins)
    known = pins.find("chat.test:6697")
    visit = Visit(write_pair(tmp_path / "a", "chat.test"), pins)
    assert visit.heard == b""
    assert visit.lost is not None
    sentence, permanent = explain(visit.lost, "chat.test", 6697)
    assert permanent
    assert "The certificate of chat.test:6697 has changed" in sentence
    assert str(known) in sentence
    assert str(pins.path) in sentence
    assert pins.find("chat.test:6697") == known


def test_each_server_has_its_own(pins: Pins, tmp_path: Path) -> None:
    pair = write_pair(tmp_path / "a", "chat.test")
    assert Visit(pair, pins).heard
    assert Visit(pair, pins, "2001:db8::1").heard
    assert pins.find("[2001:db8::1]:6697") == pins.find("chat.test:6697")


def test_a_file_that_cannot_be_used_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "known").mkdir()
    visit = Visit(write_pair(tmp_path / "a", "chat.test"), Pins(tmp_path / "known"))
    assert visit.heard == b""
    assert visit.lost is not None
    assert not isinstance(visit.lost.value, VerificationError)


def test_the_file_is_bounded_and_survives_nonsense(pins: Pins) -> None:
    pins.path.parent.mkdir()
    pins.path.write_text("nonsense\n\n a b c\n" + "".join(f"h{n}:1 {n}\n" for n in range(SERVERS_AT_MOST)))
    pins.keep("new:1", "AA")
    assert pins.find("new:1") == "AA"
    assert pins.find("h0:1") is None
    assert pins.find("h1:1") == "1"
