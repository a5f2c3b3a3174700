"""Attacks on the doors themselves: connections that say nothing, little or too much, TLS, HTTP and WebSocket."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time

from .flood import Attacker, Flood, header
from .table import attack
from .target import Target

HELD_AT_MOST = 15_000
"""Connections that an attacker keeps open: some thousand fewer than files may be open."""
RESET = struct.pack("ii", 1, 0)
"""For SO_LINGER: closing resets the connection, which leaves no trace in the kernel of the attacker."""


class Connects:
    """Connects as fast as the kernel allows, says `first`, and keeps what it has, or the last `keep` of it."""

    def __init__(self, port: int, first: bytes = b"", keep: int = HELD_AT_MOST) -> None:
        self._port = port
        self._first = first
        self._keep = keep
        self._held: list[socket.socket] = []
        self._count = 0

    def prepare(self) -> None:
        """Nothing has to be there before."""

    def attack(self, until: float) -> None:
        """Connect."""
        while time.monotonic() < until:
            plug = socket.socket()
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            try:
                plug.connect(("127.0.0.1", self._port))
                if self._first:
                    plug.send(self._first)
            except OSError:
                plug.close()
                time.sleep(0.01)
                continue
            self._held.append(plug)
            self._count += 1
            if len(self._held) > self._keep:
                self._held.pop(0).close()
            elif self._keep == HELD_AT_MOST == len(self._held):
                time.sleep(max(0.0, until - time.monotonic()))

    def told(self) -> str:
        """How many there were."""
        return f"{self._count} connected, {len(self._held)} kept"

    def close(self) -> None:
        """Drop them."""
        for plug in self._held:
            plug.close()


@attack("none", "nobody attacks", "doors")
def _none(target: Target) -> Attacker:
    return Flood(target.port, 0)


@attack("silent", "connections that say nothing, as many as there can be", "doors")
def _silent(target: Target) -> Attacker:
    return Connects(target.port)


@attack("churn", "one address connects as fast as it can, and is refused", "doors")
def _churn(target: Target) -> Attacker:
    return Connects(target.proxied, header(0), keep=200)


@attack("drip", "500 connections send a byte a second", "doors")
def _drip(target: Target) -> Attacker:
    return Flood(target.proxied, 500, payload=lambda i, k: b"a", rate=1, again=True, late=True)


@attack("endless", "200 connections send without a line end", "doors")
def _endless(target: Target) -> Attacker:
    megabyte = b"x" * (1 << 20)
    return Flood(target.proxied, 200, payload=lambda i, k: megabyte, again=True, late=True)


# TLS

CONTEXT = ssl.create_default_context()
CONTEXT.check_hostname = False
CONTEXT.verify_mode = ssl.CERT_NONE


def client_hello() -> bytes:
    """The first thing that a TLS client says."""
    outgoing = ssl.MemoryBIO()
    client = CONTEXT.wrap_bio(ssl.MemoryBIO(), outgoing)
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


class Handshakes:
    """Sixteen threads that complete handshakes."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._counts = [0] * 16

    def prepare(self) -> None:
        """Nothing has to be there before."""

    def attack(self, until: float) -> None:
        """Shake hands."""
        threads = [threading.Thread(target=self._shake, args=(n, until)) for n in range(len(self._counts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _shake(self, number: int, until: float) -> None:
        while time.monotonic() < until:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self._port), 5) as plug,
                CONTEXT.wrap_socket(plug),
            ):
                self._counts[number] += 1

    def told(self) -> str:
        """How many there were."""
        return f"{sum(self._counts)} handshakes"

    def close(self) -> None:
        """Nothing is kept."""


@attack("tls-half-open", "500 TLS hellos that go no further", "doors", tls=True)
def _half_open(target: Target) -> Attacker:
    hello = client_hello()
    return Flood(
        target.tls, 500, payload=lambda i, k: hello if k == 0 else b"", rate=1, proxied=False, late=True
    )


@attack("tls-handshakes", "complete handshakes as fast as 16 threads can", "doors", tls=True)
def _handshakes(target: Target) -> Attacker:
    return Handshakes(target.tls)


@attack("tls-hellos", "TLS hellos that go no further, as fast as one can connect", "doors", tls=True)
def _hellos(target: Target) -> Attacker:
    return Connects(target.tls, client_hello(), keep=300)


# HTTP and WebSocket


def _requests(port: int, count: int, path: str, depth: int, rate: float = 0.0) -> Flood:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() * depth
    return Flood(port, count, payload=lambda i, k: request, rate=rate, proxied=False, again=True)


@attack("http-healthz", "50 connections ask for /healthz, 200 at a time", "doors")
def _healthz(target: Target) -> Attacker:
    return _requests(target.web, 50, "/healthz", 200)


@attack("http-root", "50 connections ask for the page, 200 at a time", "doors")
def _root(target: Target) -> Attacker:
    return _requests(target.web, 50, "/", 200)


@attack("http-token", "50 connections ask with a wrong token, 40 times a second each", "doors")
def _token(target: Target) -> Attacker:
    return _requests(target.web, 50, "/?token=wrongwrongwrongwrong", 1, rate=40)


UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: text.ircv3.net\r\n\r\n"
)


def frame(opcode: int, payload: bytes, final: bool = True) -> bytes:
    """A frame of a WebSocket client (RFC 6455, section 5.2), masked with zeros."""
    first, length = (0x80 if final else 0) | opcode, len(payload)
    if length < 126:
        head = struct.pack("!BB", first, 0x80 | length)
    elif length < 1 << 16:
        head = struct.pack("!BBH", first, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, length)
    return head + bytes(4) + payload


def _frames(target: Target, payload: bytes, first: bytes = b"", *, read: bool = True) -> Flood:
    return Flood(
        target.websocket,
        16,
        lambda i: UPGRADE + first.replace(b"NUMBER", b"%06d" % i),
        lambda i, k: payload,
        proxied=False,
        ready=b"\r\n\r\n",
        read=read,
    )


@attack("ws-pings", "16 WebSockets send pings as fast as they can, and read the answers", "doors")
def _pings(target: Target) -> Attacker:
    return _frames(target, frame(9, b"p" * 125) * 500)


@attack("ws-pings-unread", "16 WebSockets send pings as fast as they can, and read nothing", "doors")
def _pings_unread(target: Target) -> Attacker:
    return _frames(target, frame(9, b"p" * 125) * 500, read=False)


@attack("ws-fragments", "16 WebSockets send a message in fragments without end", "doors")
def _fragments(target: Target) -> Attacker:
    return _frames(target, frame(0, b"", final=False) * 2000, frame(1, b"", final=False))


@attack("ws-huge", "16 WebSockets send frames of 8 MB", "doors")
def _huge(target: Target) -> Attacker:
    return _frames(target, frame(1, b"x" * (8 << 20)))


@attack("ws-lines", "16 IRC clients over WebSocket send many small frames, and read nothing", "doors")
def _lines(target: Target) -> Attacker:
    first = frame(1, b"NICK wsNUMBER") + frame(1, b"USER u 0 * :r")
    return _frames(target, frame(1, b"PING abc") * 1000, first, read=False)


@attack("ws-headers", "16 opening handshakes whose headers do not end", "doors")
def _headers(target: Target) -> Attacker:
    headers = (b"X-A: " + b"b" * 1000 + b"\r\n") * 100
    return Flood(
        target.websocket,
        16,
        lambda i: b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        lambda i, k: headers,
        proxied=False,
        late=True,
    )


@attack("ws-silent", "connections to the WebSocket's port that say nothing", "doors")
def _ws_silent(target: Target) -> Attacker:
    return Connects(target.websocket, keep=8000)
