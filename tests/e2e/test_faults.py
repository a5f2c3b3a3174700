"""What happens to a machine happens to the server: it is stopped, its folder goes, its descriptors run out."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from .conftest import Connect
from .harness import Server, enter, wait_until

pytestmark = pytest.mark.e2e

STOPPED_SECONDS = 10.0
"""Longer than anything in the server waits for, except for what waits a minute."""
SPARE = 12
"""Descriptors that are left when they run out."""


def test_a_server_that_stood_still_goes_on(server: Server, nc: Connect) -> None:
    bob, carol = enter(nc(server.port), "bob"), enter(nc(server.port), "carol")
    os.kill(server.pid, signal.SIGSTOP)
    bob.send("are you there?")
    time.sleep(STOPPED_SECONDS)
    os.kill(server.pid, signal.SIGCONT)
    carol.read_until("<bob> are you there?")
    carol.send("yes")
    bob.read_until("<carol> yes")
    assert server.stop() == 0
    assert "Traceback" not in server.log


def test_without_its_folder_the_chat_goes_on_and_the_operator_is_told(server: Server, nc: Connect) -> None:
    bob, carol = enter(nc(server.port), "bob"), enter(nc(server.port), "carol")
    shutil.rmtree(server.data)
    bob.send("hello")
    carol.read_until("<bob> hello")
    wait_until(lambda: "STORAGE FAILS" in server.log, "the operator to be told")
    dave = enter(nc(server.port), "dave")
    dave.send("I came later")
    carol.read_until("<dave> I came later")
    server.stop()
    assert "Traceback" not in server.log


def test_who_is_here_goes_on_without_descriptors_and_others_come_in_later(
    server: Server, nc: Connect, ends: ExitStack
) -> None:
    bob, carol = enter(nc(server.port), "bob"), enter(nc(server.port), "carol")
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (server.open_files + SPARE, hard))
    crowd = []
    for _ in range(3 * SPARE):
        plug = socket.create_connection(("127.0.0.1", server.port))
        ends.callback(plug.close)
        crowd.append(plug)
    bob.send("still here")
    carol.read_until("<bob> still here")
    carol.send("/history 5")
    carol.read_until(re.compile("still here|cannot be read at the moment"))
    for plug in crowd:
        plug.close()
    dave = enter(nc(server.port), "dave")
    dave.send("it is my turn")
    carol.read_until("<dave> it is my turn")
    assert server.stop() == 0
    assert "Traceback" not in server.log


@pytest.mark.parametrize("table", ["events", "rooms"])
def test_a_damaged_page_ends_the_start_with_a_way_out(server: Server, nc: Connect, table: str) -> None:
    bob, carol = enter(nc(server.port), "bob"), enter(nc(server.port), "carol")
    bob.send("hello")
    carol.read_until("<bob> hello")
    assert server.stop() == 0
    damage(server.data / "chat.db", table)
    server.launch()
    assert server.wait() != 0
    assert "is damaged" in server.log
    assert "chat admin restore" in server.log
    assert "Traceback" not in server.log


def test_a_page_that_is_damaged_meanwhile_is_told_to_who_asks_and_to_the_operator(
    server: Server, nc: Connect
) -> None:
    bob, carol = enter(nc(server.port), "bob"), enter(nc(server.port), "carol")
    bob.send("hello")
    carol.read_until("<bob> hello")
    with sqlite3.connect(server.data / "chat.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    damage(server.data / "chat.db", "events")
    carol.send("/join #other", "/history before 2020-01-01")
    carol.read_until(re.compile("cannot be read at the moment|Nothing was said"))
    bob.send("we go on")
    carol.read_until("<bob> we go on")
    assert "Traceback" not in server.log


def damage(path: Path, table: str) -> None:
    """Write over the first page of a table."""
    database = sqlite3.connect(path)
    ((root,),) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
    ((size,),) = database.execute("PRAGMA page_size")
    database.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)
