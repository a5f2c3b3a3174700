"""Nothing acknowledged is lost: the real server is killed, its disk filled and blocked, while clients talk.

CHAT_DURABILITY_ROUNDS and CHAT_DURABILITY_CLIENTS set how long the first of these goes on; -s shows the counts.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from .harness import Server, environment, listens
from .resuming import ROOM, Client, Heard

ROUNDS = int(os.environ.get("CHAT_DURABILITY_ROUNDS", "5"))
CLIENTS = int(os.environ.get("CHAT_DURABILITY_CLIENTS", "50"))
FEW = 8
"""Clients where the number makes no difference."""
PATIENCE = 90.0
"""Seconds that a busy machine may take for what takes a few."""


@pytest.fixture
def server(ends: ExitStack, tmp_path: Path) -> Server:
    """A server that does not run yet, without limits on messages."""
    server = Server(tmp_path / "server", "--message-rate", "0")
    ends.callback(server.end)
    return server


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0.02)


async def start(server: Server) -> None:
    """Start a server, and wait until it listens."""
    server.launch()
    await until(lambda: listens(server.port), "the server to listen")


async def talk(server: Server, count: int, script: Callable[[list[Client]], Awaitable[None]]) -> list[Client]:
    """Let clients talk while a script runs; then wait until everything is acknowledged and heard."""
    await start(server)
    clients = [Client(f"c{number}", server.port) for number in range(count)]
    tasks = [asyncio.create_task(client.stay()) for client in clients]
    try:
        await until(lambda: all(client.connected for client in clients), "everybody to be there")
        await script(clients)
        for client in clients:
            client.talking = False
        await until(lambda: not any(client.waiting for client in clients), "every message to be acknowledged")
        # A last word of each, heard by all, shows that nothing is on its way any more.
        total = sum(client.said for client in clients)
        await until(
            lambda: all(len({h.text for h in c.heard}) == total - c.said for c in clients),
            "everybody to hear everything",
        )
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return clients


def history(server: Server) -> list[Heard]:
    """What is stored, as an operator exports it."""
    command = [sys.executable, "-m", "chat", "admin", "--data", str(server.data), "export", ROOM]
    lines = subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment()
    ).stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    return [Heard(row["msgid"], row["author"]["name"], row["text"]) for row in rows if row["kind"] == "said"]


def check(clients: list[Client], stored: list[Heard]) -> str:
    """Hold what clients were told against what is stored; returns the counts."""
    times = Counter(message.text for message in stored)
    said = {f"{client.name} {number}" for client in clients for number in range(1, client.said + 1)}
    assert set(times) == said, "something is lost, or nobody said it"
    assert {text for text, count in times.items() if count > 1} == set(), "something is stored twice"
    for client in clients:
        own = [message.text for message in stored if message.author == client.name]
        assert sorted(client.acknowledged) == sorted(own), f"{client.name} was told something that is not so"
        # What was refused is acknowledged when it is repeated, which may be after something newer.
        first_try = [text for text in client.acknowledged if text not in client.refused]
        assert first_try == [text for text in own if text not in client.refused], (
            f"{client.name} was acknowledged in another order than is stored"
        )
    known = {message.msgid for message in stored}
    unsafe = 0
    for client in clients:
        others = [message.msgid for message in stored if message.author != client.name]
        heard = [message.msgid for message in client.heard if message.msgid in known]
        first = others.index(heard[0])
        assert heard == others[first:], f"{client.name} has a gap or a repetition"
        assert first == 0, f"{client.name} was there from the beginning, and does not know it"
        for segment in client.segments:
            safe = [message.msgid in known for message in segment]
            # What was heard and never stored can only be what came last before the server was killed.
            assert safe == sorted(safe, reverse=True), (
                f"{client.name} heard something that is lost in the middle"
            )
            unsafe += safe.count(False)
    return (
        f"{len(clients)} clients, {len(said)} messages said, all of them acknowledged, stored once and heard by all; "
        f"{sum(len(client.segments) for client in clients)} connections; {unsafe} times something was heard "
        "that was not acknowledged, lost, and said again"
    )


def test_what_was_acknowledged_survives_kill_9(server: Server) -> None:
    async def script(clients: list[Client]) -> None:
        for _ in range(ROUNDS):
            await asyncio.sleep(random.uniform(0.2, 1.2))
            os.kill(server.pid, signal.SIGKILL)
            await asyncio.to_thread(server.wait)
            await start(server)
            before = [len(client.acknowledged) for client in clients]
            await until(
                lambda before=before: all(  # type: ignore[misc]
                    client.connected and len(client.acknowledged) > count
                    for client, count in zip(clients, before, strict=True)
                ),
                "everybody to be back and to be acknowledged something",
            )

    clients = asyncio.run(talk(server, CLIENTS, script))
    counts = check(clients, history(server))
    print(f"\n{ROUNDS} times SIGKILL: {counts}")
    assert server.stop() == 0
    assert "Traceback" not in server.log


def test_a_full_disk_costs_nobody_anything_but_time(server: Server) -> None:
    async def script(clients: list[Client]) -> None:
        await asyncio.sleep(1)
        soft, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        # No file may grow any more, except for the log.
        log = (server.folder / "twistd.log").stat().st_size
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (max(log + 16384, 65536), hard))
        await until(
            lambda: all(client.refused for client in clients), "everybody to be told that it is not stored"
        )
        heard = len(clients[0].heard)
        for client in clients:
            # What they have said already waits for the disk: only something new shows that it is still heard.
            client.at_once += 2
        await until(lambda: len(clients[0].heard) > heard + FEW, "the chat to go on")
        await until(lambda: "STORAGE FAILS" in server.log, "the operator to be told")
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (soft, hard))
        before = sum(len(client.acknowledged) for client in clients)
        await until(
            lambda: sum(len(client.acknowledged) for client in clients) > before + FEW, "it to recover"
        )
        assert "Storage works again" in server.log

    clients = asyncio.run(talk(server, FEW, script))
    stored = history(server)
    print(f"\nfull disk: {check(clients, stored)}; {sum(len(client.refused) for client in clients)} refusals")
    assert_heard_once(clients)
    assert server.stop() == 0


def test_a_disk_that_stalls_costs_nobody_anything_but_time(server: Server) -> None:
    async def script(clients: list[Client]) -> None:
        await asyncio.sleep(1)
        other = sqlite3.connect(server.data / "chat.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        before = sum(len(client.acknowledged) for client in clients)
        heard = len(clients[0].heard)
        await until(lambda: len(clients[0].heard) > heard + FEW, "the chat to go on")
        await asyncio.sleep(10)
        # What was on its way to the disk when it was blocked may still be acknowledged.
        assert sum(len(client.acknowledged) for client in clients) <= before + 3 * FEW
        assert "STORAGE FAILS" in server.log
        other.execute("ROLLBACK")
        other.close()
        await until(
            lambda: sum(len(client.acknowledged) for client in clients) > before + 4 * FEW, "it to recover"
        )

    clients = asyncio.run(talk(server, FEW, script))
    print(f"\nstalled for 10 s: {check(clients, history(server))}")
    assert_heard_once(clients)
    assert server.stop() == 0


def assert_heard_once(clients: list[Client]) -> None:
    """As long as the server lives, what is repeated is not said again."""
    for client in clients:
        texts = Counter(message.text for message in client.heard)
        assert {text for text, count in texts.items() if count > 1} == set()
