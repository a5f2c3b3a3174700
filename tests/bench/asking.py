"""People who look into the past without a pause, and others who come in meanwhile: python -m tests.bench.asking.

usage: asking PORT SECONDS ASKERS; prints one line of key=value pairs, as the load generator does
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Iterator

from .past import DOOR, OLD_ROOMS

PAGE = 100
"""Messages that a client shows when somebody scrolls back."""
COME_SECONDS = 0.2
"""Time from one newcomer to the next."""
ANSWER_SECONDS = 30.0
"""An answer that takes longer is none."""
LINE_BYTES = 1 << 16
CAPABILITIES = "batch message-tags server-time draft/chathistory soju.im/search"


class Client:
    """One connection that has registered."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, port: int, name: str) -> Client:
        client = cls(*await asyncio.open_connection("127.0.0.1", port, limit=LINE_BYTES))
        await client.ask(f"CAP REQ :{CAPABILITIES}\r\nNICK {name}\r\nUSER u 0 * :asking\r\nCAP END", b" 001 ")
        return client

    async def ask(self, line: str, end: bytes) -> None:
        """Say something, and read up to the line that holds `end`. Raises TimeoutError, or EOFError at the end."""
        self._writer.write(line.encode() + b"\r\n")
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                answer = await self._reader.readline()
                if not answer:
                    raise EOFError
                if b"FAIL" in answer:
                    raise ValueError(answer.decode())
                if end in answer:
                    return

    def close(self) -> None:
        self._writer.close()


def questions(number: int) -> Iterator[tuple[str, bool]]:
    """What the asker with this number asks, over and over; whether it is a search."""
    for turn in itertools.count(number):
        if turn % 2:
            yield f"CHATHISTORY LATEST {DOOR} * {PAGE}", False
        else:
            word = "friday" if turn % 4 else f"n{turn * 7919 % 100_000}"
            yield f"SEARCH in={DOOR};text={word};limit={PAGE}", True


async def look(port: int, number: int, until: float, counts: list[int]) -> None:
    """Ask one thing after the other."""
    client = await Client.connect(port, f"asker{number}")
    await client.ask(f"JOIN {DOOR}\r\nPING in", b"PONG")
    for question, is_search in questions(number):
        if time.monotonic() >= until:
            break
        await client.ask(question, b"BATCH -")
        counts[is_search] += 1
    client.close()


async def come(port: int, number: int, taken: list[float]) -> None:
    """Come into a room in which nobody is, and wait until everything of it has been shown."""
    client = await Client.connect(port, f"new{number}")
    before = time.monotonic()
    await client.ask(f"JOIN #old{number % OLD_ROOMS}\r\nPING in", b"PONG")
    taken.append(time.monotonic() - before)
    client.close()


async def everybody(port: int, seconds: float, askers: int) -> str:
    counts = [0, 0]
    taken: list[float] = []
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(askers):
            group.create_task(look(port, number, until, counts))
        for number in itertools.count():
            await asyncio.sleep(COME_SECONDS)
            if time.monotonic() >= until:
                break
            group.create_task(come(port, number, taken))
    taken.sort()
    middle, last = (int(taken[int(share * (len(taken) - 1))] * 1e6) for share in (0.5, 1))
    return f"pages={counts[0]} searches={counts[1]} came={len(taken)} come_p50_us={middle} come_max_us={last}"


if __name__ == "__main__":
    print(asyncio.run(everybody(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))))
