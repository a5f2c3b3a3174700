"""The data folder as an operator and people meet it: what ends a start, what outlives one, and who is who."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from .conftest import Connect, StartServer
from .harness import Conversation, Daemon, Server, enter, environment, need

PASSWORD = "correct horse"


@pytest.fixture
def refuse(ends: ExitStack, tmp_path: Path) -> Callable[[Path], str]:
    """Starts `twistd chat` on a data folder that it must refuse, and returns the last line that it prints."""

    def start(folder: Path) -> str:
        daemon = Daemon(
            tmp_path / "refused",
            *("chat", "--data", str(folder), "--web", "off", "--listen", "tcp:0:interface=127.0.0.1"),
        )
        ends.callback(daemon.end)
        daemon.launch()
        status = daemon.wait()
        assert status > 0, daemon.log
        assert "Traceback" not in daemon.log
        return daemon.log.strip().splitlines()[-1]

    return start


def admin(folder: Path, *arguments: str) -> str:
    """Run `python -m chat admin` on a data folder."""
    command = [sys.executable, "-m", "chat", "admin", "--data", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment()).stdout


def test_a_database_of_a_newer_release_ends_the_start(refuse: Callable[[Path], str], tmp_path: Path) -> None:
    admin(tmp_path, "list")
    with sqlite3.connect(tmp_path / "chat.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "newer release" in refuse(tmp_path)


def test_a_damaged_database_ends_the_start(refuse: Callable[[Path], str], tmp_path: Path) -> None:
    (tmp_path / "chat.db").write_bytes(b"garbage" * 1000)
    assert "damaged" in refuse(tmp_path)


def test_a_folder_that_another_server_uses_ends_the_start(
    refuse: Callable[[Path], str], server: Server
) -> None:
    sentence = refuse(server.data)
    assert f"process {server.pid}" in sentence
    assert "--data" in sentence


def test_what_was_said_is_there_after_a_restart(server: Server, nc: Connect) -> None:
    bob = enter(nc(server.port), "bob")
    bob.send("/topic all about fish", "the answer is 42")
    bob.read_until("about fish")
    server.stop()
    server.start()
    ann = enter(nc(server.port), "ann")
    assert "Topic: all about fish" in ann.read_until("fish")
    assert "<bob> the answer is 42" in ann.read_until("the answer is 42")
    ann.send("/search answer")
    assert re.search(r"#lobby \[.*\] <bob> the answer is 42", ann.read_until("the answer is 42"))


def test_with_history_off_nothing_is_there_after_a_restart(start_server: StartServer, nc: Connect) -> None:
    server = start_server("--history", "off")
    bob = enter(nc(server.port), "bob")
    bob.send("off the record", "/history")
    bob.read_until("<bob> off the record")
    server.stop()
    assert not any(b"off the record" in path.read_bytes() for path in server.data.iterdir())


def test_a_name_is_registered_and_one_more_device_comes_by_telnet_with_nothing_to_see(
    server: Server, nc: Connect, ends: ExitStack
) -> None:
    bob = enter(nc(server.port), "bob")
    bob.send(f"/register {PASSWORD}")
    bob.read_until("is yours")
    stranger = nc(server.port)
    stranger.send("bob")
    stranger.read_until("The name bob belongs to an account. Password, or another name:")
    owner = Conversation([need("telnet"), "127.0.0.1", str(server.port)], terminal=True)
    ends.callback(owner.end)
    owner.read_until("name?")
    owner.send("/login bob")
    owner.read_until("Password for bob (an empty line leaves it):")
    owner.read_until("\n")
    owner.send(PASSWORD)
    owner.read_until("Welcome back, bob")
    assert PASSWORD not in owner.transcript
    owner.send("now everybody sees what I type")
    bob.read_until("<bob> now everybody sees what I type")


def test_a_message_waits_for_somebody_who_is_away(server: Server, nc: Connect) -> None:
    admin(server.data, "add", "ann", "--password", PASSWORD)
    bob = enter(nc(server.port), "bob")

    def kept() -> bool:
        bob.send("/pm ann see you at five")
        return "next login" in bob.read_until(re.compile("next login|No such user"))

    # The server looks every few seconds whether somebody has changed accounts from outside.
    while not kept():
        pass
    server.stop()
    server.start()
    ann = nc(server.port)
    ann.send(f"/login ann {PASSWORD}")
    ann.read_until("[pm from bob] see you at five")
    assert ann.transcript.count("see you at five") == 1


def test_a_running_server_is_looked_after(server: Server, nc: Connect, tmp_path: Path) -> None:
    bob = enter(nc(server.port), "bob")
    bob.send("first", "/history 1")
    bob.read_until("<bob> first")
    admin(server.data, "backup", str(tmp_path / "backup.tar"))
    bob.send("second", "/history 1")
    bob.read_until("<bob> second")
    rows = [json.loads(line) for line in admin(server.data, "export", "#lobby").splitlines()]
    assert [row["text"] for row in rows if row["kind"] == "said"] == ["first", "second"]
    assert "goes on" in admin(server.data, "restore", str(tmp_path / "backup.tar"))
    bob.send("third", "/history 1")
    bob.read_until("<bob> third")
    rows = [json.loads(line) for line in admin(server.data, "export", "#lobby").splitlines()]
    assert [row["text"] for row in rows if row["kind"] == "said"] == ["first", "third"]
    assert "operuser" in admin(server.data, "add", "operuser", "--operator", "--password", PASSWORD)
