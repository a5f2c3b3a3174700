"""A chat with its own site, and what asks it for pages and WebSockets."""

from __future__ import annotations

import os
import struct
from base64 import b64encode
from typing import Any

from chat.listening.turns import Turns
from chat.web.origins import Origins
from chat.web.site import ChatSite
from tests.monitor.support import Answer, parse
from tests.network.chatting import Client, Server, make_server


def make_web_server(origins: list[str] | None = None, **settings: Any) -> Server:
    """A chat whose port answers HTTP, as `chat.test`."""
    server = make_server(**settings)
    server.site = ChatSite(
        "chat.test",
        Origins(origins or [], lambda: ["chat.test"]),
        lambda: True,
        server.loop,
        Turns(server.loop),
    )
    server.factory.web = server.site
    return server


def ask(
    server: Server, request: str = "GET / HTTP/1.1", address: str = "192.0.2.9", **headers: str
) -> Answer:
    """One request on a connection of its own; header names have `_` for `-`."""
    fields = {"Host": "chat.test:56458", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    client = server.connect(address).feed(f"{request}\r\n{head}\r\n".encode())
    return parse(client.raw())


def client_frame(payload: bytes, opcode: int = 1, last: bool = True, mask: bytes = b"abcd") -> bytes:
    """What a client sends (RFC 6455, section 5.2)."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack("!H", size)
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return bytes([(0x80 if last else 0) | opcode]) + length + mask + masked


class Page:
    """The browser's side of a WebSocket."""

    def __init__(
        self,
        server: Server,
        *protocols: str,
        address: str = "192.0.2.9",
        path: str = "/irc",
        door: str = "socket",
        **headers: str,
    ) -> None:
        self.server = server
        self.client: Client = server.connect(address, door)
        fields = {
            "Host": "chat.test:56458",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
            **headers,
        }
        if protocols:
            fields["Sec-WebSocket-Protocol"] = ", ".join(protocols)
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
        self.client.feed(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        self._data = b""
        answer, _, self._data = self.client.raw().partition(b"\r\n\r\n")
        self.head = answer.decode()
        self.opened = self.head.startswith("HTTP/1.1 101 ")

    def send(self, *lines: bytes, opcode: int = 1) -> Page:
        """Messages, a line each."""
        for line in lines:
            self.client.feed(client_frame(line, opcode))
        self.server.turn()
        return self

    def messages(self) -> list[tuple[int, bytes]]:
        """The frames that came: their opcodes, and what they say."""
        data = self._data + self.client.raw()
        found = []
        while len(data) >= 2:
            assert data[0] & 0xF0 == 0x80, "a whole frame without extensions"
            assert not data[1] & 0x80, "a server does not mask"
            size, start = data[1], 2
            if size == 126:
                size, start = struct.unpack("!H", data[2:4])[0], 4
            elif size == 127:
                size, start = struct.unpack("!Q", data[2:10])[0], 10
            if len(data) < start + size:
                break
            found.append((data[0] & 0x0F, data[start : start + size]))
            data = data[start + size :]
        self._data = data
        return found

    def texts(self) -> list[bytes]:
        """What the frames that came say."""
        return [text for _, text in self.messages()]

    def register(self, nick: str, *rooms: str) -> Page:
        """Be somebody, in these rooms."""
        self.send(f"NICK {nick}".encode(), b"USER w 0 * :w", *(f"JOIN {room}".encode() for room in rooms))
        self.messages()
        return self
