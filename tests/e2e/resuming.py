"""IRC clients that lose nothing: they repeat what was not acknowledged, and fetch what they missed.

What the project's own clients do, in the least code that does it right, so that a test can count.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from dataclasses import dataclass, field

ROOM = "#durable"
CAPS = "message-tags server-time echo-message labeled-response batch draft/chathistory"
PAGE = 1000
"""Messages that the server gives in one answer."""
AT_ONCE = 3
"""Messages of one client that wait for their acknowledgement at a time, to begin with."""
PAUSE = 0.1
"""Seconds between two looks at whether there is something to say."""


@dataclass
class Heard:
    """A message in somebody's view."""

    msgid: str
    author: str
    text: str


@dataclass
class Line:
    """A line from the server."""

    tags: dict[str, str]
    source: str
    command: str
    params: list[str]


def parse(data: bytes) -> Line:
    """Read a line."""
    text = data.decode().rstrip("\r\n")
    tags: dict[str, str] = {}
    if text.startswith("@"):
        head, _, text = text[1:].partition(" ")
        tags = dict(tag.partition("=")[::2] for tag in head.split(";"))
    source = ""
    if text.startswith(":"):
        source, _, text = text[1:].partition(" ")
    middle, colon, trailing = text.partition(" :")
    words = middle.split()
    return Line(tags, source.partition("!")[0], words[0], [*words[1:], *([trailing] if colon else [])])


@dataclass
class Client:
    """Somebody who says numbered messages. What it knows outlives its connections."""

    name: str
    port: int
    run: str = field(default_factory=lambda: secrets.token_hex(8))
    said: int = 0
    waiting: dict[str, str] = field(default_factory=dict)
    """Label -> text of what is said and not acknowledged, oldest first."""
    acknowledged: list[str] = field(default_factory=list)
    """Texts in the order of their acknowledgements."""
    segments: list[list[Heard]] = field(default_factory=list)
    """What it heard of others, a list for each connection."""
    refused: list[str] = field(default_factory=list)
    """Texts of which the server said that they are not stored, each time that it did."""
    connected: bool = False
    talking: bool = True
    at_once: int = AT_ONCE
    """Messages that may wait for their acknowledgement at a time."""
    _last: str = ""

    async def stay(self) -> None:
        """Be connected whenever there is a server, until cancelled."""
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._connection()
            self.connected = False
            await asyncio.sleep(random.uniform(0.2, 0.5))

    async def _connection(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
        try:
            writer.write(
                f"CAP REQ :{CAPS}\r\nNICK {self.name}\r\nUSER {self.name} 0 * :x\r\nCAP END\r\n".encode()
            )
            while (await self._read(reader, writer)).command != "001":
                pass
            await self._resume(reader, writer)
            speech = asyncio.create_task(self._speak(writer))
            try:
                while True:
                    self._take(await self._read(reader, writer))
            finally:
                speech.cancel()
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Line:
        while True:
            line = parse(await reader.readuntil(b"\n"))
            if line.command == "433":
                raise OSError("the ghost of the last connection is still there")
            if line.command != "PING":
                return line
            writer.write(f"PONG :{line.params[-1]}\r\n".encode())

    async def _resume(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join, fetch what was missed page by page, and repeat what was not acknowledged."""
        heard: list[Heard] = []
        self.segments.append(heard)
        writer.write(f"JOIN {ROOM}\r\n".encode())
        live: list[Line] = []
        while True:
            line = await self._read(reader, writer)
            if line.command == "366":
                break
            live.append(line)
        more = bool(self._last)
        number = 0
        while more:
            number += 1
            label = f"history{number}"
            writer.write(f"@label={label} CHATHISTORY AFTER {ROOM} msgid={self._last} {PAGE}\r\n".encode())
            batch = ""
            page = 0
            while True:
                line = await self._read(reader, writer)
                if line.command == "BATCH" and line.tags.get("label") == label:
                    batch = line.params[0][1:]
                elif line.command == "BATCH" and batch and line.params[0] == f"-{batch}":
                    break
                elif batch and line.tags.get("batch") == batch:
                    page += 1
                    self._hear(line)
                elif line.command == "FAIL":
                    raise OSError(f"no history: {line.params}")
                else:
                    live.append(line)
            more = page == PAGE
        for line in live:
            self._take(line)
        for label, text in self.waiting.items():
            writer.write(f"@label={label} PRIVMSG {ROOM} :{text}\r\n".encode())
        self.connected = True

    def _take(self, line: Line) -> None:
        label = line.tags.get("label", "")
        if label in self.waiting:
            if line.command == "PRIVMSG":
                self.acknowledged.append(self.waiting.pop(label))
            elif line.command == "FAIL":
                self.refused.append(self.waiting[label])
                self._refused.append(label)
        elif line.command == "PRIVMSG" and "batch" not in line.tags and line.params[0] == ROOM:
            self._hear(line)

    _refused: list[str] = field(default_factory=list)

    def _hear(self, line: Line) -> None:
        msgid = line.tags["msgid"]
        # What is fetched and what comes by itself overlap: ids sort by time, so one look tells.
        if line.source != self.name and msgid > self._last:
            self.segments[-1].append(Heard(msgid, line.source, line.params[1]))
        self._last = max(self._last, msgid)

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        while True:
            await asyncio.sleep(PAUSE)
            refused, self._refused = self._refused, []
            for label in refused:
                if label in self.waiting:
                    writer.write(f"@label={label} PRIVMSG {ROOM} :{self.waiting[label]}\r\n".encode())
            if self.talking and len(self.waiting) < self.at_once:
                self.said += 1
                label = f"{self.run}.{self.said}"
                text = f"{self.name} {self.said}"
                self.waiting[label] = text
                writer.write(f"@label={label} PRIVMSG {ROOM} :{text}\r\n".encode())

    @property
    def heard(self) -> list[Heard]:
        """All that it heard."""
        return [heard for segment in self.segments for heard in segment]
