"""Sockets that tests hold in their hands, under Twisted's own connections, and a loop that serves them step by step.

Only the kernel is made up: the connection is `twisted.internet.tcp.Server`, so that buffers, producers, pauses and ends
are exactly those of the real thing. `tests/network/test_wires.py` holds the made-up part to what real sockets do.
"""

from __future__ import annotations

import errno
import itertools
from typing import Any

from twisted.internet.interfaces import IReactorFDSet, IReactorTime, IReadDescriptor, IWriteDescriptor
from twisted.internet.posixbase import _DisconnectSelectableMixin
from twisted.internet.task import Clock
from twisted.internet.tcp import Server as TcpServer
from twisted.python import log
from zope.interface import implementer

_numbers = itertools.count(1_000_000)

ROUNDS = 10_000
"""Rounds without a clock's help after which a loop is held to be a busy one."""


class FakeSocket:
    """A non-blocking stream socket as its owner sees it, and as the other side (`given`, `taken`) does.

    @ivar room: bytes that `send` takes before it would block; None: any number.
    @ivar send_error: raised by `send`, as when the other side is gone.
    @ivar taken: what was sent.
    """

    def __init__(self, room: int | None = None) -> None:
        self.room = room
        self.send_error: OSError | None = None
        self.taken = bytearray()
        self.closed = False
        self.was_reset = False
        """Whether it was closed so that the other side gets a reset (SO_LINGER of 0)."""
        self.options: dict[tuple[int, int], Any] = {}
        self._given = bytearray()
        self._ended = False
        self._receive_error: OSError | None = None
        self._number = next(_numbers)

    # what the other side does

    def give(self, data: bytes) -> None:
        """The other side sends."""
        self._given += data

    def end(self) -> None:
        """The other side sends nothing more."""
        self._ended = True

    def break_off(self) -> None:
        """The other side is gone."""
        self._receive_error = ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
        self.send_error = BrokenPipeError(errno.EPIPE, "Broken pipe")

    # what the kernel tells a reactor

    @property
    def readable(self) -> bool:
        """Whether `recv` has something to say."""
        return bool(self._given or self._ended or self._receive_error)

    @property
    def writable(self) -> bool:
        """Whether `send` would not block."""
        return self.room is None or self.room > 0 or self.send_error is not None

    @property
    def unread(self) -> int:
        """Bytes that the other side sent and nobody has read."""
        return len(self._given)

    # what its owner calls

    def send(self, data: bytes | memoryview) -> int:
        """Take what there is room for."""
        if self.closed:
            raise OSError(errno.EBADF, "Bad file descriptor")
        if self.send_error is not None:
            raise self.send_error
        if not data:
            return 0
        if self.room is None:
            self.taken += data
            return len(data)
        if self.room == 0:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        count = min(self.room, len(data))
        self.room -= count
        self.taken += data[:count]
        return count

    def recv(self, size: int) -> bytes:
        """Give what has come."""
        if self.closed:
            raise OSError(errno.EBADF, "Bad file descriptor")
        if self._receive_error is not None:
            raise self._receive_error
        if not self._given:
            if self._ended:
                return b""
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        data = bytes(self._given[:size])
        del self._given[:size]
        return data

    def fileno(self) -> int:
        """A number that is no file's."""
        return -1 if self.closed else self._number

    def setblocking(self, flag: bool) -> None:
        """It never blocks."""
        assert not flag

    def setsockopt(self, level: int, option: int, value: Any) -> None:
        """Keep the value."""
        self.options[level, option] = value

    def getsockopt(self, level: int, option: int) -> Any:
        """The value that was set, or 0."""
        return self.options.get((level, option), 0)

    def getsockname(self) -> tuple[str, int]:
        """Where this side is."""
        return ("192.0.2.1", 56458)

    def shutdown(self, how: int) -> None:
        """An orderly end."""

    def close(self) -> None:
        """The end."""
        self.closed = True


@implementer(IReactorFDSet, IReactorTime)
class Loop(_DisconnectSelectableMixin):
    """The part of a reactor that serves sockets, on a clock that the test turns."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._readers: dict[Wire, None] = {}
        self._writers: dict[Wire, None] = {}
        self.seconds = clock.seconds
        self.callLater = clock.callLater
        self.getDelayedCalls = clock.getDelayedCalls

    def addReader(self, reader: IReadDescriptor) -> None:
        """Serve what it has to read."""
        assert isinstance(reader, Wire)
        self._readers[reader] = None

    def addWriter(self, writer: IWriteDescriptor) -> None:
        """Serve what it has to write."""
        assert isinstance(writer, Wire)
        self._writers[writer] = None

    def removeReader(self, reader: IReadDescriptor) -> None:
        """Serve its reading no more."""
        assert isinstance(reader, Wire)
        self._readers.pop(reader, None)

    def removeWriter(self, writer: IWriteDescriptor) -> None:
        """Serve its writing no more."""
        assert isinstance(writer, Wire)
        self._writers.pop(writer, None)

    def removeAll(self) -> list[Any]:
        """Serve nothing any more."""
        found = list(self._readers | self._writers)
        self._readers.clear()
        self._writers.clear()
        return found

    def getReaders(self) -> list[IReadDescriptor]:
        """Whoever may read."""
        return list(self._readers)

    def getWriters(self) -> list[IWriteDescriptor]:
        """Whoever has something to write."""
        return list(self._writers)

    def turn(self) -> bool:
        """One turn of the loop at the present moment; whether anything happened."""
        now = self.clock.seconds()
        due = sorted((c for c in self.clock.calls if c.getTime() <= now), key=lambda c: c.getTime())
        for call in due:
            # `Clock.advance` would also run what these calls put off to the next turn.
            if call.active():
                self.clock.calls.remove(call)
                call.called = True
                self._call(call)
        busy = bool(due)
        for connection in list(self._readers):
            if connection in self._readers and connection.socket.readable:
                self._serve(connection, "doRead")
                busy = True
        for connection in list(self._writers):
            if connection in self._writers and connection.socket.writable:
                self._serve(connection, "doWrite")
                busy = True
        return busy

    def run(self) -> None:
        """Turn until nothing happens without time passing; a loop that goes on by itself fails the test."""
        for _ in range(ROUNDS):
            if not self.turn():
                return
        raise AssertionError(f"Still busy after {ROUNDS} turns: a busy loop")

    def advance(self, seconds: float) -> None:
        """Let time pass, from one moment at which something is due to the next."""
        self.run()
        end = self.clock.seconds() + seconds
        while due := [call.getTime() for call in self.clock.calls if call.getTime() <= end]:
            self.clock.rightNow = max(self.clock.rightNow, min(due))
            self.run()
        self.clock.rightNow = end

    def _call(self, call: Any) -> None:
        try:
            call.func(*call.args, **call.kw)
        except Exception:
            log.err()

    def _serve(self, connection: Any, method: str) -> None:
        # As twisted.internet.epollreactor does it.
        try:
            why = getattr(connection, method)()
        except Exception as error:
            why = error
            log.err()
        if why:
            self._disconnectSelectable(connection, why, method == "doRead")


class Wire(TcpServer):
    """A connection of Twisted's, accepted over a `FakeSocket`."""

    socket: Any

    def __init__(self, protocol: Any, address: str, loop: Loop) -> None:
        self.other_side = FakeSocket()
        client = (address, 40000, 0, 0) if ":" in address else (address, 40000)
        super().__init__(self.other_side, protocol, client, None, 1, loop)  # type: ignore[arg-type]
        self.repstr = f"<Wire {self.other_side.fileno()}>"

    @property
    def producerState(self) -> str:
        """As `StringTransport` has it: whether the protocol reads at the moment."""
        return "producing" if self in self.reactor.getReaders() else "paused"
