"""Raw connections of an attacker: many of them, which send as fast as they may, from one process with one loop."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from typing import Protocol

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CONNECTIONS_OF_ADDRESS = 16
"""What the server allows from one address."""
SETTLE_SECONDS = 8.0
"""How long connections may take until they are where the attack begins."""

Setup = Callable[[int], bytes]
"""What a connection sends first, by its number."""
Payload = Callable[[int, int], bytes]
"""What a connection sends in the attack, by its number and how often it has done so."""


class Attacker(Protocol):
    """Somebody who attacks: first gets where the attack begins, then does what it does until a time, then goes."""

    def prepare(self) -> None:
        """Get where the attack begins; what this costs is not measured."""

    def attack(self, until: float) -> None:
        """Do what harms, until `time.monotonic()` is so much."""

    def told(self) -> str:
        """What came of it, for the report."""

    def close(self) -> None:
        """Let go of everything."""


def header(number: int, of_address: int = CONNECTIONS_OF_ADDRESS) -> bytes:
    """A PROXY header (version 1); `of_address` connections share one address."""
    address = number // of_address
    source = f"198.{18 + address // 62500}.{address // 250 % 250}.{address % 250 + 1}"
    return f"PROXY TCP4 {source} 192.0.2.1 {1024 + number % 60000} 6667\r\n".encode()


class Connection:
    """One of them."""

    __slots__ = ("due", "held", "number", "open", "ready", "seen", "sent", "socket", "unsent")

    def __init__(self, plug: socket.socket, number: int, first: bytes, ready: bool) -> None:
        self.socket = plug
        self.number = number
        self.unsent = first
        self.ready = ready
        self.seen = b""
        self.sent = 0
        self.due = 0.0
        self.open = True
        self.held = False


class Flood:
    """`count` connections: each sends `setup`, waits for `ready`, then sends `payload` again and again.

    @param proxied: with a PROXY header, `of_address` connections to an address; else from loopback.
    @param rate: payloads a second of each connection; 0: as fast as the socket takes them.
    @param read: False: nothing is read once a connection is ready.
    @param again: whoever is turned away comes again.
    @param late: nobody connects before the attack begins.
    """

    def __init__(
        self,
        port: int,
        count: int,
        setup: Setup | None = None,
        payload: Payload | None = None,
        *,
        proxied: bool = True,
        of_address: int = CONNECTIONS_OF_ADDRESS,
        ready: bytes = b"",
        read: bool = True,
        rate: float = 0.0,
        again: bool = False,
        late: bool = False,
        buffer: int = 0,
    ) -> None:
        self._port = port
        self._count = count
        self._setup = setup
        self._payload = payload
        self._proxied = proxied
        self._of_address = of_address
        self._ready = ready
        self._read = read
        self._rate = rate
        self._again = again
        self._late = late
        self._buffer = buffer
        self._selector = selectors.DefaultSelector()
        self._connections: list[Connection] = []
        self.opened = self.ended = self.offered = self.received = self.refused = 0
        """`refused`: connections and lines that were answered with ERROR or FAIL."""

    # what an attacker does

    def prepare(self) -> None:
        """Connect, and wait until everybody is ready."""
        if self._late:
            return
        self.connect()
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline and not all(c.ready or not c.open for c in self._connections):
            self.pump(time.monotonic() + 0.1, attacking=False)
        self.pump(time.monotonic() + 0.5, attacking=False)
        self.received = 0

    def attack(self, until: float) -> None:
        """Send."""
        if self._late:
            self.connect()
        self.pump(until)

    def told(self) -> str:
        """How much was offered, and read."""
        alive = sum(c.open for c in self._connections)
        return (
            f"{self.opened} connected, {alive} alive, {self.offered} offered, "
            f"{self.received >> 20} MB read, {self.refused} refused"
        )

    def close(self) -> None:
        """Drop all connections."""
        self._again = False
        for connection in self._connections:
            self._drop(connection)

    # how

    def connect(self) -> None:
        """Open all connections, with a look at what comes meanwhile."""
        for number in range(self._count):
            self._open(number)
            if number % 20 == 19:
                self.pump(time.monotonic() + 0.02, attacking=False)

    def _open(self, number: int) -> None:
        plug = socket.socket()
        if self._buffer:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._buffer)
        try:
            plug.connect(("127.0.0.1", self._port))
        except OSError:
            plug.close()
            return
        plug.setblocking(False)
        first = header(number, self._of_address) if self._proxied else b""
        first += self._setup(number) if self._setup is not None else b""
        connection = Connection(plug, number, first, not self._ready)
        self.opened += 1
        self._selector.register(plug, READ | WRITE, connection)
        self._connections.append(connection)

    def _drop(self, connection: Connection) -> None:
        if not connection.open:
            return
        connection.open = False
        self.ended += 1
        if not connection.held:
            self._selector.unregister(connection.socket)
        connection.socket.close()
        if self._again:
            self._connections.remove(connection)
            self._open(connection.number)

    def pump(self, until: float, attacking: bool = True) -> None:
        """Send and read until `time.monotonic()` is so much."""
        while (now := time.monotonic()) < until:
            for key, events in self._selector.select(0.02):
                connection: Connection = key.data
                if events & READ:
                    self._take(connection)
                if events & WRITE and connection.open:
                    self._give(connection, now, attacking)
            if attacking and self._payload is not None:
                for connection in list(self._connections):
                    if connection.open and connection.ready and (not self._rate or now >= connection.due):
                        self._watch(connection, (READ if self._read else 0) | WRITE)

    def _take(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(262_144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
            return
        self.received += len(data)
        self.refused += (
            data.count(b"ERROR :")
            + data.count(b" FAIL ")
            + data.count(b"HTTP/1.1 4")
            + data.count(b"HTTP/1.1 5")
        )
        if not connection.ready:
            connection.seen = (connection.seen + data)[-4000:]
            if self._ready in connection.seen:
                connection.ready = True
                connection.seen = b""
                if not self._read:
                    self._watch(connection, WRITE)

    def _give(self, connection: Connection, now: float, attacking: bool) -> None:
        if not connection.unsent:
            may = attacking and connection.ready and self._payload is not None
            if may and now >= connection.due:
                assert self._payload is not None
                connection.unsent = self._payload(connection.number, connection.sent)
                connection.sent += 1
                self.offered += 1
                if self._rate:
                    connection.due = now + 1 / self._rate
            else:
                self._watch(connection, READ if self._read or not connection.ready else 0)
                return
        try:
            taken = connection.socket.send(connection.unsent)
        except BlockingIOError:
            taken = 0
        except OSError:
            self._drop(connection)
            return
        connection.unsent = connection.unsent[taken:]

    def _watch(self, connection: Connection, events: int) -> None:
        if connection.held:
            if events:
                self._selector.register(connection.socket, events, connection)
                connection.held = False
        elif not events:
            self._selector.unregister(connection.socket)
            connection.held = True
        elif self._selector.get_key(connection.socket).events != events:
            self._selector.modify(connection.socket, events, connection)


class Together:
    """Several attackers of whom the last one attacks: the others only have to be there."""

    def __init__(self, *attackers: Attacker) -> None:
        self._attackers = attackers

    def prepare(self) -> None:
        """All get where the attack begins."""
        for attacker in self._attackers:
            attacker.prepare()

    def attack(self, until: float) -> None:
        """The last one does it."""
        self._attackers[-1].attack(until)

    def told(self) -> str:
        """What came of it."""
        return self._attackers[-1].told()

    def close(self) -> None:
        """All go."""
        for attacker in self._attackers:
            attacker.close()
