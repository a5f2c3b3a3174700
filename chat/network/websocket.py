"""WebSocket frames (RFC 6455), and IRC in them: each message is one line.

A server's frames are not masked, so a line for many readers is framed once for all of them, and goes out like any other
bytes. Sources: RFC 6455, section 5; IRCv3 "WebSocket" (https://ircv3.net/specs/extensions/websocket).

Why not Autobahn, which the monitor's page uses: what it sends is made anew for each reader, and goes out through
Twisted's transport, where the outlet does not know how much of it the socket has taken.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any, NamedTuple, Protocol, cast

from twisted.python.failure import Failure

from chat.domain.events import LogEvent
from chat.network.rendering import Rendering, rendered

TEXT_PROTOCOL = "text.ircv3.net"
BINARY_PROTOCOL = "binary.ircv3.net"
VERSION = b"13"

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
"""Opcodes (section 5.2)."""

NORMAL, GOING_AWAY, PROTOCOL_ERROR, BAD_DATA, POLICY, TOO_BIG = 1000, 1001, 1002, 1007, 1008, 1009
"""Status codes of a close frame (section 7.4.1)."""

MESSAGE_BYTES = 10 * 1024
"""Longest message: as the longest input without a line end on a plain connection."""
FRAGMENTS = 64
"""Frames that one message may come in: clients that write as they go send a handful."""
CONTROL_BYTES = 125
"""Longest payload of a control frame (section 5.5)."""

_MAY_BE_SENT = frozenset((*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)))
_FIN = 0x80
_MASKED = 0x80
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16


class BadFrame(Exception):
    """What a client may not send; `code` is that of the close frame that answers it."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def accept(key: bytes) -> bytes | None:
    """What answers a client's key (section 4.2.2); None for what is no key."""
    try:
        if len(base64.b64decode(key, validate=True)) != _KEY_BYTES:
            return None
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())


def frame(opcode: int, payload: bytes) -> bytes:
    """A whole, unmasked frame."""
    size = len(payload)
    if size < 126:
        return bytes((_FIN | opcode, size)) + payload
    if size < 65536:
        return bytes((_FIN | opcode, 126)) + size.to_bytes(2) + payload
    return bytes((_FIN | opcode, 127)) + size.to_bytes(8) + payload


def _framed(opcode: int, lines: bytes) -> bytes:
    if lines.find(b"\n") == len(lines) - 1:
        return frame(opcode, lines.rstrip(b"\r\n")) if lines else b""
    return b"".join(
        frame(opcode, line.removesuffix(b"\r")) for line in lines.split(b"\n") if line not in (b"", b"\r")
    )


Framing = Callable[[bytes], bytes]
as_text: Framing = partial(_framed, TEXT)
"""Lines, with their line ends, as text messages: one each."""
as_binary: Framing = partial(_framed, BINARY)
"""Lines as binary messages."""


def _nothing(lines: bytes) -> bytes:
    return b""


class FramedRendering:
    """A rendering whose lines come in frames."""

    __slots__ = ("_frame", "_rendering")

    def __init__(self, rendering: Rendering, framing: Framing) -> None:
        self._rendering = rendering
        self._frame = framing

    def render(self, event: LogEvent) -> bytes:
        """The frames of one event."""
        return self._frame(rendered(self._rendering, event))


_framed_rendering = lru_cache(maxsize=1024)(FramedRendering)


def framed(rendering: Rendering, framing: Framing) -> FramedRendering:
    """The one rendering for all who get the lines of `rendering` in such frames."""
    # A protocol class does not say so, but renderings are told apart by what they are.
    return _framed_rendering(cast("Any", rendering), framing)


class Message(NamedTuple):
    """What a client sent: a message that is complete, or a control frame."""

    opcode: int
    payload: bytes


class FrameReader:
    """Bytes of a client to messages. What is kept is at most one message, and what was fed and not asked for."""

    __slots__ = ("_data", "_fragments", "_opcode", "_parts", "_size")

    def __init__(self) -> None:
        self._data = b""
        self._opcode = CONTINUATION
        self._parts: list[bytes] = []
        self._size = 0
        self._fragments = 0

    def feed(self, data: bytes) -> None:
        """Bytes have come."""
        self._data += data

    def frames(self) -> Iterable[Message | None]:
        """Each frame that is complete: the message that it ends, or None while the message goes on.

        Raises `BadFrame`; nothing more can be read after that.
        """
        at = 0
        try:
            while (size := self._measure(at)) is not None:
                start, length = size
                message = self._take(self._data[at], self._unmask(start, length))
                at = start + 4 + length
                yield message
        finally:
            self._data = self._data[at:]

    def _measure(self, at: int) -> tuple[int, int] | None:
        """Where the mask of the frame at `at` is, and how long its payload; None while it is not complete."""
        data = self._data
        if len(data) - at < 2:
            return None
        first, second = data[at], data[at + 1]
        opcode, length, start = first & 0x0F, second & 0x7F, at + 2
        if first & 0x70:
            raise BadFrame(PROTOCOL_ERROR, "no extension was agreed upon")
        if not second & _MASKED:
            raise BadFrame(PROTOCOL_ERROR, "a client's frames are masked")
        if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
            raise BadFrame(PROTOCOL_ERROR, "there is no such opcode")
        if opcode >= CLOSE and (length > CONTROL_BYTES or not first & _FIN):
            raise BadFrame(PROTOCOL_ERROR, "control frames are short and whole")
        if length >= 126:
            wide = 2 if length == 126 else 8
            if len(data) < start + wide:
                return None
            length = int.from_bytes(data[start : start + wide])
            start += wide
        if length > MESSAGE_BYTES or (opcode < CLOSE and self._size + length > MESSAGE_BYTES):
            raise BadFrame(TOO_BIG, f"a message may have {MESSAGE_BYTES} bytes")
        return (start, length) if len(data) >= start + 4 + length else None

    def _unmask(self, start: int, length: int) -> bytes:
        mask = self._data[start : start + 4]
        payload = self._data[start + 4 : start + 4 + length]
        if mask == b"\0\0\0\0" or not payload:
            return payload
        key = (mask * (length // 4 + 1))[:length]
        return (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(length)

    def _take(self, first: int, payload: bytes) -> Message | None:
        opcode, last = first & 0x0F, bool(first & _FIN)
        if opcode >= CLOSE:
            return Message(opcode, payload)
        if (opcode == CONTINUATION) is not bool(self._fragments):
            raise BadFrame(PROTOCOL_ERROR, "a message ends before the next begins")
        if last and not self._fragments:
            return Message(opcode, payload)
        if not self._fragments:
            self._opcode = opcode
        self._fragments += 1
        if self._fragments > FRAGMENTS:
            raise BadFrame(POLICY, f"a message may have {FRAGMENTS} fragments")
        self._parts.append(payload)
        self._size += len(payload)
        if not last:
            return None
        message = Message(self._opcode, b"".join(self._parts))
        self._parts.clear()
        self._size = self._fragments = 0
        return message


class SocketOwner(Protocol):
    """What a WebSocket needs of the connection that it belongs to."""

    paused: bool

    def pace_bytes(self, count: int) -> None:
        """So many bytes came: read on when the limits allow."""

    def count_line(self) -> None:
        """One of many small things was dealt with."""

    def lineReceived(self, line: bytes) -> None:
        """A line."""

    def send_frames(self, data: bytes, framing: Framing | None) -> None:
        """Send bytes as they are; with `framing`, lines are framed in this way from here on."""

    def input_ended(self) -> None:
        """The other side sends nothing more."""

    def may_read(self) -> bool:
        """Whether this connection is still to be read."""


class WebSocket:
    """IRC on a WebSocket, behind which the handshake is. Lines of others are framed by the outlet."""

    __slots__ = ("_closing", "_connection", "_dealing", "_reader", "framing")

    def __init__(self, connection: SocketOwner, framing: Framing) -> None:
        self._connection = connection
        self._reader = FrameReader()
        self._closing = False
        self._dealing = False
        """Whether a message is being dealt with: one that was answered at once lets reading go on within it."""
        self.framing = framing

    def dataReceived(self, data: bytes) -> None:
        """Bytes have come, or reading goes on: deal with the messages in them, as far as the connection lets us."""
        connection = self._connection
        if data:
            self._reader.feed(data)
            connection.pace_bytes(len(data))
        if self._dealing or connection.paused or self._closing:
            return
        self._dealing = True
        try:
            for message in self._reader.frames():
                self._deal_with(message)
                if connection.paused or self._closing or not connection.may_read():
                    return
        except BadFrame as bad:
            self.close(bad.code, str(bad))
            connection.input_ended()
        finally:
            self._dealing = False

    def _deal_with(self, message: Message | None) -> None:
        connection = self._connection
        if message is None or message.opcode == PONG:
            connection.count_line()
            return
        opcode, payload = message
        if opcode == PING:
            connection.count_line()
            connection.send_frames(frame(PONG, payload), None)
        elif opcode == CLOSE:
            code = int.from_bytes(payload[:2])
            self.close(code if code in _MAY_BE_SENT else NORMAL)
            connection.input_ended()
        else:
            line = payload.rstrip(b"\r\n")
            if b"\n" in line:
                raise BadFrame(POLICY, "a message is one line")
            if opcode == TEXT and not line.isascii():
                try:
                    line.decode()
                except UnicodeDecodeError:
                    raise BadFrame(BAD_DATA, "a text message is UTF-8") from None
            connection.lineReceived(line + b"\r")

    def close(self, code: int, reason: str = "") -> None:
        """Send a close frame, once: nothing goes out after it."""
        if not self._closing:
            self._closing = True
            self._connection.send_frames(frame(CLOSE, code.to_bytes(2) + reason.encode()), _nothing)

    def connectionLost(self, reason: Failure) -> None:
        """The connection is gone."""
        self._closing = True
