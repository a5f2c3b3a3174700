"""What one connection still has to get, and how it reaches the transport.

An outlet keeps no copy of a backlog. While the socket takes everything, bytes go straight to it; once it does not,
the outlet becomes a pull producer whose state is the cursors of its reader in the rooms' logs, and a short list of
replies and private messages. Going straight to the socket is what makes a delivery cost 10.5 instead of 27.5
microseconds (measured: Twisted's `write` alone costs two `epoll_ctl` calls and a second turn of the loop).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from twisted.internet import tcp
from twisted.internet.interfaces import IPullProducer, IPushProducer
from zope.interface import implementer

from chat.domain.events import LogEvent
from chat.domain.readers import Cursor
from chat.listening.tls import NOT_NOW, RECORD_BYTES, TlsConnection
from chat.network.endings import LOST
from chat.network.rendering import rendered
from chat.network.replies import BATCHES, Replies
from chat.network.unsent import unsent

CHUNK = 16 * 1024
"""Bytes handed to the transport at a time while a reader is behind: what one of them costs in memory."""
OWN_BYTES = 1024 * 1024
"""Replies and private messages that may wait for one reader: a list of 10,000 names fits, a flood does not."""
PAUSE_BYTES = 64 * 1024
"""Replies waiting from which on the connection's commands are not read: the sender has to read first."""
STALL_SECONDS = 60.0
"""A reader for whom something waits, and that takes nothing for so long, is closed."""
CLOSE_SECONDS = 10.0
"""How long the last lines of a connection that is being closed may take."""
READ_AHEAD = 64
"""Events read from a log at a time while catching up: about one `CHUNK` of common lines."""


class OutletOwner(Protocol):
    """What an outlet needs of the connection that it belongs to."""

    def cursors(self) -> Iterable[Cursor]:
        """The rooms that this reader is in, and those that were left before all of it had been read."""

    def caught_up(self) -> None:
        """Everything in the rooms has been read."""

    def gap(self, cursor: Cursor, missed: int) -> bytes:
        """The line that tells a reader how many events of a room it missed."""

    def congested(self, yes: bool) -> None:
        """The reader does not take what is there for it: stop (or go on) reading its commands."""

    def abort(self, reason: str) -> None:
        """End the connection at once; others see `reason`."""


class Keeper(Protocol):
    """What an outlet needs of the fan-out."""

    def waiting(self, outlet: Outlet) -> None:
        """Call `catch_up` soon."""

    def stuck(self, outlet: Outlet) -> None:
        """Watch this outlet: its transport does not take more now, or it is closing."""

    def freed(self, outlet: Outlet) -> None:
        """Watch it no more."""

    def count(self, sent: int, missed: int) -> None:
        """Count bytes sent, and events that a reader was told it missed."""

    def cut_off(self) -> None:
        """Count a reader that was closed because it took nothing."""

    def seconds(self) -> float:
        """The reactor's clock."""


class Outlet:
    """The sending side of a connection. `StreamOutlet` and `SocketOutlet` say how bytes reach the transport.

    `behind`: the transport does not take more now, and will ask. `closed`: nothing is sent any more. `blocked`: one of
    the two. `since`: when the transport last took something. `push` hands bytes over and returns how many were taken,
    or raises OSError as a socket does: an attribute, so that a pass calls a socket's own `send` without a detour.
    """

    __slots__ = (
        "_closing",
        "_congested",
        "_connection",
        "_keeper",
        "_own",
        "_own_bytes",
        "_transport",
        "_unsent",
        "behind",
        "blocked",
        "closed",
        "frame",
        "push",
        "since",
    )

    def __init__(self, transport: Any, connection: OutletOwner, keeper: Keeper) -> None:
        self._transport = transport
        self._connection = connection
        self._keeper = keeper
        self._own: list[Replies] = []
        self._own_bytes = 0
        self._closing = False
        self._congested = False
        self._unsent = 0
        self.behind = False
        self.closed = False
        self.blocked = False
        self.since = 0.0
        self.frame: Callable[[bytes], bytes] | None = None
        """Makes the frames of a WebSocket of lines; None: lines go out as they are."""
        self.push: Callable[[bytes], int] = self._write

    # the reader's own small log

    def put(self, lines: bytes) -> bool:
        """Add a reply or a private message; False if it cannot be taken, because too much waits already."""
        return self.put_bytes(lines if self.frame is None else self.frame(lines))

    def put_bytes(self, data: bytes) -> bool:
        """Add bytes that go out as they are; otherwise as `put`."""
        if self.closed or self._closing or self._own_bytes > OWN_BYTES:
            return False
        own = self._own
        goals = {cursor: cursor.end_of_reading for cursor in self._connection.cursors() if not cursor.held}
        if own and own[-1].goals == goals:
            own[-1].lines.append(data)
        elif len(own) < BATCHES:
            own.append(Replies(goals, [data]))
        else:
            own[-1].lines.append(data)
            own[-1] = Replies(goals, own[-1].lines)
        if not self.behind:
            self._keeper.waiting(self)
        self._own_bytes += len(data)
        if self._own_bytes > PAUSE_BYTES and not self._congested:
            self._congested = True
            self._connection.congested(True)
        return True

    def _relieve(self) -> None:
        # Only after what was taken is on its way: commands that had to wait are run at once, and may lead to more.
        if self._congested and self._own_bytes <= PAUSE_BYTES:
            self._congested = False
            self._connection.congested(False)

    def wake(self) -> None:
        """There may be something to read where there was nothing before."""
        if not self.behind and not self.closed:
            self._keeper.waiting(self)

    # sending

    def _write(self, data: bytes) -> int:
        self._transport.write(data)
        return len(data)

    def _send(self, data: bytes) -> int:
        try:
            return self.push(data)
        except NOT_NOW:
            return 0
        except OSError:
            self.broken()
            return len(data)

    def broken(self) -> None:
        """The peer is gone; the rest of what it would get is of no use to anybody."""
        self._connection.abort(LOST)

    def _set_behind(self, behind: bool) -> None:
        self.behind = behind
        self.blocked = behind or self.closed
        if behind:
            self._unsent = unsent(self._transport)
            self._read_alone()
        self.since = self._keeper.seconds()

    def _read_alone(self) -> None:
        for cursor in self._connection.cursors():
            cursor.read_alone()

    def close_now(self) -> None:
        """Send nothing more."""
        self.closed = self.blocked = True
        self._read_alone()

    def catch_up(self) -> None:
        """Send what the rooms have for this reader, then its own replies, as far as the transport takes it."""
        while not self.behind and not self.closed:
            data = self._next()
            if not data:
                self._connection.caught_up()
                if self._closing:
                    self._close()
                return
            taken = self._send(data)
            self._keeper.count(taken, 0)
            if taken < len(data):
                self._hold(data[taken:])
            self._relieve()

    def fall_behind(self, cursor: Cursor, position: int, taken: int) -> None:
        """The transport took only `taken` bytes of what a pass gave it from `position` on: set the cursor back.

        The rest of the one event that was cut in two is all that is kept as bytes, or as much as the transport insists
        on (`_least`).
        """
        session = cursor.number
        rest = b""
        for offset, event in enumerate(cursor.room.log.read(position).events):
            if event.author.session == session:
                continue
            line = rendered(cursor.rendering, event)
            if taken < len(line):
                rest += line[taken:]
                taken = 0
                cursor.position = position + offset + 1
                if len(rest) >= self._least:
                    break
            else:
                taken -= len(line)
        if rest:
            self._hold(rest)

    _least = 1
    """Bytes, of those that the transport did not take, with which the next that it gets has to begin."""

    def _hold(self, rest: bytes) -> None:
        """Keep the bytes that the transport did not take. Most transports take everything."""
        self._transport.write(rest)

    def _next(self) -> bytes:
        """What comes next for this reader, at most about `CHUNK` bytes of the rooms; b"" if nothing waits."""
        parts: list[bytes] = []
        seen: set[str] = set()
        size = 0
        own = self._own
        while own and size < CHUNK:
            size = self._read_rooms(own[0].goals, parts, seen, size)
            if size < CHUNK:
                lines = own.pop(0).lines
                parts += lines
                taken = sum(map(len, lines))
                size += taken
                self._own_bytes -= taken
        if size < CHUNK:
            self._read_rooms(None, parts, seen, size)
        return b"".join(parts)

    def _read_rooms(
        self, goals: dict[Cursor, int] | None, parts: list[bytes], seen: set[str], size: int
    ) -> int:
        """Add what the rooms have up to these goals, or to their ends, to `parts`, whose `size` is returned."""
        for cursor in self._connection.cursors():
            if cursor.held:
                continue
            log = cursor.room.log
            end = cursor.end_of_reading
            if goals is not None:
                end = min(end, goals.get(cursor, 0))
            while cursor.position < end and size < CHUNK:
                start, missed, events = log.read(cursor.position, READ_AHEAD)
                if missed:
                    start = min(start, end)
                    missed = start - cursor.position
                    self._keeper.count(0, missed)
                    parts.append(self._connection.gap(cursor, missed))
                    cursor.position = start
                size += self._render(cursor, start, events[: end - start], parts, seen, CHUNK - size)
        return size

    def _render(
        self,
        cursor: Cursor,
        position: int,
        events: list[LogEvent],
        parts: list[bytes],
        seen: set[str],
        space: int,
    ) -> int:
        size = 0
        session = cursor.number
        rendering = cursor.rendering
        for event in events:
            # What stands in fifty logs is asked about in the first of them only.
            several = len(getattr(event, "places", ())) > 1
            known = several and event.msgid in seen
            if several:
                seen.add(event.msgid)
            if event.author.session != session and not known and not cursor.already_read(event):
                data = rendered(rendering, event)
                parts.append(data)
                size += len(data)
            position += 1
            cursor.position = position
            if size >= space:
                break
        return size

    # ending

    def detach(self) -> None:
        """Leave the transport to something else. What waits is forgotten."""
        self.lost()

    def finish(self) -> None:
        """Close the connection as soon as everything that waits has been taken."""
        if not self.closed and not self._closing:
            self._closing = True
            self.since = self._keeper.seconds()
            self._keeper.stuck(self)
            self._keeper.waiting(self)

    def _close(self) -> None:
        self.close_now()
        self._transport.loseConnection()

    def expire(self, now: float) -> None:
        """Cut off a reader that has taken nothing for too long."""
        if self.behind and not self._closing:
            left = unsent(self._transport)
            if left != self._unsent:
                # A slow line takes a while to make room for more, and is not one that stands still.
                self._unsent = left
                self.since = now
        waited = now - self.since
        if self.behind and waited >= STALL_SECONDS:
            self._keeper.cut_off()
            self._connection.abort(f"Took nothing for {STALL_SECONDS:.0f} seconds")
        elif self._closing and waited >= CLOSE_SECONDS:
            self._connection.abort("Did not take the last lines")

    def lost(self) -> None:
        """The connection is gone: keep nothing."""
        self.behind = False
        self.close_now()
        self._own.clear()
        self._keeper.freed(self)


@implementer(IPushProducer)
class StreamOutlet(Outlet):
    """For TLS and other wrapped transports: writes until they ask to pause."""

    __slots__ = ()

    def __init__(self, transport: Any, connection: OutletOwner, keeper: Keeper) -> None:
        super().__init__(transport, connection, keeper)
        transport.registerProducer(self, True)

    def pauseProducing(self) -> None:
        """The transport has enough (IPushProducer)."""
        if not self.behind:
            self._set_behind(True)
            self._keeper.stuck(self)

    def resumeProducing(self) -> None:
        """The transport takes more (IPushProducer)."""
        if self.behind:
            self._set_behind(False)
            if not self._closing:
                self._keeper.freed(self)
            self.catch_up()

    def stopProducing(self) -> None:
        """The transport is gone (IPushProducer)."""
        self.lost()

    def detach(self) -> None:
        """Leave the transport to something else (Outlet)."""
        self._transport.unregisterProducer()
        super().detach()

    def _close(self) -> None:
        self._transport.unregisterProducer()
        super()._close()


@implementer(IPullProducer)
class SocketOutlet(Outlet):
    """For plain sockets: sends straight, and becomes a pull producer while the socket is full."""

    __slots__ = ("_rest",)

    def __init__(self, transport: tcp.Connection, connection: OutletOwner, keeper: Keeper) -> None:
        super().__init__(transport, connection, keeper)
        self.push = self._way_into(transport)
        self._rest = b""

    def _way_into(self, transport: Any) -> Callable[[bytes], int]:
        send: Callable[[bytes], int] = transport.socket.send
        return send

    def detach(self) -> None:
        """Leave the transport to something else (Outlet)."""
        if self.behind:
            self._transport.unregisterProducer()
        super().detach()

    def _hold(self, rest: bytes) -> None:
        self._rest = rest
        self._set_behind(True)
        self._keeper.stuck(self)
        self._transport.registerProducer(self, False)

    def resumeProducing(self) -> None:
        """The transport has written everything it had (IPullProducer); also called once at registration."""
        data, self._rest = self._rest, b""
        if not data:
            self.since = self._keeper.seconds()
            data = self._next()
        if data:
            self._keeper.count(len(data), 0)
            self._transport.write(data)
            self._relieve()
            return
        self._connection.caught_up()
        self._set_behind(False)
        self._transport.unregisterProducer()
        if self._closing:
            self._close()
        else:
            self._keeper.freed(self)

    def stopProducing(self) -> None:
        """The transport is gone (IPullProducer)."""
        self.lost()

    def lost(self) -> None:
        """The connection is gone: keep nothing."""
        super().lost()
        self._rest = b""


class TlsOutlet(SocketOutlet):
    """For TLS on a socket: sends as to a plain socket, and repeats what OpenSSL has begun to send."""

    __slots__ = ()
    _least = RECORD_BYTES

    def _way_into(self, transport: Any) -> Callable[[bytes], int]:
        send: Callable[[bytes], int] = transport.sender()
        return send


def outlet_for(transport: Any, connection: OutletOwner, keeper: Keeper) -> Outlet:
    """The fastest outlet that this transport allows."""
    if isinstance(transport, TlsConnection):
        return TlsOutlet(transport, connection, keeper)
    if isinstance(transport, tcp.Connection) and not transport.TLS:
        return SocketOutlet(transport, connection, keeper)
    return StreamOutlet(transport, connection, keeper)
