"""IRC over WebSocket: each message is a line."""

from __future__ import annotations

import os
import struct
from base64 import b64encode

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from txaio import tx

from chat.domain import banning
from chat.network.irc.websocket import IrcSocketFactory
from tests.network.chatting import Server, join_irc, make_server


class Page:
    """The browser's side of a WebSocket."""

    def __init__(self, server: Server, *protocols: str, host: str = "192.0.2.9") -> None:
        self.server = server
        self.factory = IrcSocketFactory(server.factory)
        address = IPv4Address("TCP", host, 40000)
        protocol = self.factory.buildProtocol(address)
        assert protocol is not None
        self.protocol = protocol
        self.transport = StringTransport(peerAddress=address)
        self.protocol.makeConnection(self.transport)
        offer = f"Sec-WebSocket-Protocol: {', '.join(protocols)}\r\n" if protocols else ""
        self.protocol.dataReceived(
            (
                "GET / HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n{offer}\r\n"
            ).encode()
        )
        server.turn()
        head, _, rest = self.transport.value().partition(b"\r\n\r\n")
        self.head = head.decode()
        self.transport.clear()
        self.transport.write(rest)

    def send(self, line: bytes, opcode: int = 1) -> Page:
        """A message (RFC 6455 section 5.2), with a mask of zeros."""
        size = bytes([0x80 | len(line)]) if len(line) < 126 else b"\xfe" + struct.pack("!H", len(line))
        self.protocol.dataReceived(bytes([0x80 | opcode]) + size + b"\0\0\0\0" + line)
        self.server.turn()
        return self

    def messages(self) -> list[tuple[int, bytes]]:
        """The messages that came: their opcodes, and what they say."""
        data = self.transport.value()
        self.transport.clear()
        found = []
        while data:
            size, start = data[1], 2
            if size == 126:
                size, start = struct.unpack("!H", data[2:4])[0], 4
            found.append((data[0] & 0x0F, data[start : start + size]))
            data = data[start + size :]
        return found


@pytest.fixture(autouse=True)
def own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timers of autobahn would wait in the global reactor, and go off in a test that runs it."""
    monkeypatch.setattr(tx.config, "loop", Clock())


@pytest.fixture
def server() -> Server:
    return make_server()


@pytest.mark.parametrize(
    ("offered", "chosen", "opcode"),
    [
        (["text.ircv3.net"], "text.ircv3.net", 1),
        (["binary.ircv3.net"], "binary.ircv3.net", 2),
        (["other", "binary.ircv3.net", "text.ircv3.net"], "binary.ircv3.net", 2),
        ([], None, 1),
    ],
)
def test_lines_are_messages(server: Server, offered: list[str], chosen: str | None, opcode: int) -> None:
    page = Page(server, *offered)
    assert page.head.startswith("HTTP/1.1 101")
    assert (f"Sec-WebSocket-Protocol: {chosen}" in page.head) is (chosen is not None)
    page.send(b"NICK web", opcode).send(b"USER w 0 * :w\r\n", opcode)
    messages = page.messages()
    assert messages[0] == (opcode, b":chat.test 001 web :Welcome to chat.test, web!w@host")
    assert {code for code, _ in messages} == {opcode}


def test_browsers_and_others_meet(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    page = Page(server, "text.ircv3.net").send(b"NICK web").send(b"USER w 0 * :w").send(b"JOIN #a")
    page.send("PRIVMSG #a :grüße".encode())
    assert ann.lines()[-1] == ":web!w@host PRIVMSG #a :grüße"
    page.messages()
    ann.send("PRIVMSG #a :hello", "PRIVMSG #a :world")
    assert [text for _, text in page.messages()] == [
        b":ann!ann@host PRIVMSG #a :hello",
        b":ann!ann@host PRIVMSG #a :world",
    ]


def test_closing_is_a_goodbye(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    page = Page(server, "text.ircv3.net").send(b"NICK web").send(b"USER w 0 * :w").send(b"JOIN #a")
    ann.lines()
    page.send(b"QUIT :bye")
    assert page.messages()[-2:] == [(1, b"ERROR :Quit: bye"), (8, struct.pack("!H", 1000))]
    assert ann.lines() == [":web!w@host QUIT :Quit: bye"]


def test_a_page_that_goes_away_is_gone(server: Server) -> None:
    page = Page(server).send(b"NICK web").send(b"USER w 0 * :w")
    page.send(struct.pack("!H", 1001), 8)
    page.protocol.connectionLost(Failure(ConnectionDone()))
    server.turn()
    assert "web" not in server.directory.people
    assert server.factory.connections == {}


def test_limits_hold_for_browsers(server: Server) -> None:
    server.factory.limits._max_live = 1
    Page(server)
    second = Page(server)
    assert second.messages()[0][1].startswith(b"ERROR :Too many connections from your address")


def test_who_says_nothing_is_sent_away(server: Server) -> None:
    page = Page(server)
    server.wait(61)
    assert any(b"No name in time" in text for _, text in page.messages())


def test_who_is_banned_is_told_and_closed(server: Server) -> None:
    banning.ban(server.directory, "root", "192.0.2.0/24", None, "spam")
    page = Page(server)
    assert page.messages()[0] == (1, b"ERROR :Your address is banned from this server for good: spam")
    page.send(b"NICK ann").send(b"USER ann 0 * :A")
    assert server.directory.people == {}
    Page(server, host="198.51.100.1").send(b"NICK ann").send(b"USER ann 0 * :A")
    assert set(server.directory.people) == {"ann"}
