"""An invented chat server, and an in-memory browser for the monitor's site."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from chat.listening.turns import Turns
from chat.monitor.access import Gate
from chat.monitor.feed import Feed
from chat.monitor.figures import Sampler
from chat.monitor.interfaces import ActionRefused, Figures, Person
from chat.monitor.metrics import ChatCollector, Metrics
from chat.monitor.ring import LogRing
from chat.monitor.site import MonitorSite, make_site
from chat.monitor.websocket import PageSocketFactory
from chat.web.assets import Asset

TOKEN = "the-token-of-this-test"
NO_FIGURES = Figures(
    people=0,
    peak=0,
    rooms=0,
    messages=0,
    private_messages=0,
    connections={},
    refused=0,
    waited=0,
    muted=0,
    bytes_in=0,
    bytes_out=0,
    uptime=0.0,
)
ASSETS = {
    "index.html": Asset(b"<p>the page</p>", "text/html; charset=utf-8"),
    "signin.html": Asset(b'<p id="wrong" hidden>wrong</p>', "text/html; charset=utf-8"),
    "monitor.js": Asset(b"let it = be;", "text/javascript; charset=utf-8"),
}


def person(name: str, **fields: Any) -> Person:
    """A person of whom only the given fields matter."""
    given = {"dialect": "irc", "address": "192.0.2.1", "rooms": ("#lobby",), "idle": 0.0, **fields}
    return Person(name=name, **given)


class FakeSource:
    """A chat server whose figures and people the test sets."""

    def __init__(self) -> None:
        self.now = NO_FIGURES
        self.online: list[Person] = []
        self.broken = False
        self.walked = 0

    def change(self, **fields: Any) -> None:
        self.now = replace(self.now, **fields)

    def figures(self) -> Figures:
        if self.broken:
            raise RuntimeError("broken for the test")
        return self.now

    def people(self) -> Iterator[Person]:
        if self.broken:
            raise RuntimeError("broken for the test")
        for one in self.online:
            self.walked += 1
            yield one


@dataclass
class FakeActions:
    """Remembers what was asked for; refuses whatever is for `nobody`."""

    done: list[tuple[Any, ...]] = field(default_factory=list)

    def announce(self, text: str, by: str) -> None:
        self.done.append(("announce", text))

    def kick(self, name: str, reason: str, by: str) -> None:
        if name == "nobody":
            raise ActionRefused("No such person: nobody.")
        if name == "boom":
            raise RuntimeError("broken for the test")
        self.done.append(("kick", name, reason))

    def mute(self, name: str, seconds: float, reason: str, by: str) -> None:
        self.done.append(("mute", name, seconds, reason))

    def ban(self, name: str, seconds: float | None, reason: str, by: str) -> str:
        self.done.append(("ban", name, seconds, reason))
        return f"{name} is banned."


class Wire(StringTransport):
    """A transport that knows its protocol, as those of Twisted do; the WebSocket takes its place."""

    def __init__(self, protocol: Any) -> None:
        super().__init__()
        self.protocol = protocol
        self.aborted = False
        protocol.makeConnection(self)

    def abortConnection(self) -> None:
        self.aborted = True

    def feed(self, data: bytes) -> None:
        self.protocol.dataReceived(data)

    def take(self) -> bytes:
        data: bytes = self.value()
        self.clear()
        return data


@dataclass
class Answer:
    """An HTTP response, taken apart."""

    code: int
    headers: dict[str, str]
    body: bytes


class World:
    """Source, feed and site on one clock, with connections in memory."""

    def __init__(self, *, token: str = TOKEN, actions: bool = True) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000)
        self.source = FakeSource()
        self.actions = FakeActions()
        self.ring = LogRing()
        self.sampler = Sampler(self.source, self.ring, self.clock, memory=lambda: 5000, cpu=lambda: 0.0)
        self.feed = Feed(
            self.ring,
            self.sampler,
            self.source,
            self.clock,
            name="test",
            actions=actions,
            wall=self.clock.seconds,
        )
        self.sampler.start()
        self.site: MonitorSite = make_site(
            gate=Gate(token),
            assets=ASSETS,
            sockets=PageSocketFactory(self.feed, self.actions if actions else None, self.clock),
            metrics=Metrics(
                ChatCollector(self.source, self.sampler, self.ring, lambda: self.feed.pages, "test")
            ),
            healthy=lambda: self.sampler.state is not None,
            reactor=self.clock,
            turns=Turns(self.clock),
        )
        self.site.startFactory()

    def connect(self) -> Wire:
        return Wire(self.site.buildProtocol(None))

    def request(self, line: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
        """One request on a connection of its own: `GET /healthz`."""
        wire = self.connect()
        fields = {"Host": "chat.test:8080", **(headers or {})}
        if body:
            fields["Content-Length"] = str(len(body))
            fields["Content-Type"] = "application/x-www-form-urlencoded"
        head = "".join(f"{k}: {v}\r\n" for k, v in fields.items())
        wire.feed(f"{line} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return parse(wire.take())

    def handshake(self, target: str = f"/ws?token={TOKEN}", **headers: str) -> tuple[Wire, Answer]:
        """Ask for a WebSocket."""
        wire = self.connect()
        fields = {
            "Host": "chat.test:8080",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(b"0123456789abcdef").decode(),
            **headers,
        }
        head = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in fields.items())
        wire.feed(f"GET {target} HTTP/1.1\r\n{head}\r\n".encode())
        return wire, parse(wire.take())

    def page(self, boot: str | None = None, seq: int | None = None) -> Wire:
        """A page that has said hello; what the server answered is still to be taken."""
        wire, answer = self.handshake()
        assert answer.code == 101
        say(wire, {"type": "hello", "boot": boot, "seq": seq})
        return wire


def parse(data: bytes) -> Answer:
    """Take a response apart."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in rest if ": " in line)
    return Answer(int(first.split()[1]), {k.lower(): v for k, v in headers.items()}, body)


def client_frame(payload: bytes, opcode: int = 1) -> bytes:
    """A masked frame (RFC 6455 section 5.2); the mask is zero, which changes nothing."""
    length = len(payload)
    if length < 126:
        head = bytes([0x80 | opcode, 0x80 | length])
    else:
        head = bytes([0x80 | opcode, 0x80 | 126]) + length.to_bytes(2, "big")
    return head + bytes(4) + payload


def say(wire: Wire, frame: object) -> None:
    """Send a frame as the page does."""
    wire.feed(client_frame(json.dumps(frame).encode()))


def raw_frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The server's frames as opcode and payload."""
    while data:
        opcode, length, start = data[0] & 0x0F, data[1], 2
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(data[2:10], "big"), 10
        yield opcode, data[start : start + length]
        data = data[start + length :]


def heard(wire: Wire, kind: str | None = None) -> list[dict[str, Any]]:
    """What the page has got since it was last asked, all of it or frames of one type."""
    frames = [json.loads(payload) for opcode, payload in raw_frames(wire.take()) if opcode == 1]
    return [f for f in frames if kind is None or f["type"] == kind]


def sequences(frames: list[dict[str, Any]]) -> list[int]:
    """The sequence numbers of all events in `log` frames."""
    return [event[0] for f in frames if f["type"] == "log" for event in f["events"]]
