"""What happens to a machine: a folder that goes, no descriptors left, a process that stands still, a damaged database.

The chat goes on for those who are here; what cannot be stored is acknowledged to nobody, and the log has a sentence.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.storage.schema import DATABASE
from tests.e2e.conftest import Connect
from tests.e2e.harness import Server, enter, wait_until

PATIENCE = 20.0
ACKNOWLEDGED = "echo-message labeled-response message-tags batch"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that runs."""
    server = Server(tmp_path, "--message-rate", "0")
    server.start()
    yield server
    server.end()


class Talker:
    """An IRC client that knows what of its own was acknowledged."""

    def __init__(self, port: int, name: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._data = b""
        self._said = 0
        self.send(f"CAP REQ :{ACKNOWLEDGED}", f"NICK {name}", f"USER {name} 0 * :x", "CAP END", "JOIN #room")
        self.read_until(" 366 ")

    def send(self, *lines: str) -> None:
        """Send lines."""
        self._socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def read_until(self, text: str, seconds: float = PATIENCE) -> str:
        """The line with this text; "" if it does not come in time."""
        deadline = time.monotonic() + seconds
        while True:
            while b"\n" in self._data:
                line, _, self._data = self._data.partition(b"\n")
                if text in line.decode(errors="replace"):
                    return line.decode(errors="replace")
            self._socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                more = self._socket.recv(65536)
            except TimeoutError:
                return ""
            assert more, f"closed while it waited for {text!r}"
            self._data += more

    def say(self, text: str) -> str:
        """Say something in the room; returns the label of its acknowledgement."""
        self._said += 1
        label = f"n{self._said}"
        self.send(f"@label={label} PRIVMSG #room :{text}")
        return label

    def acknowledged(self, label: str, seconds: float = PATIENCE) -> bool:
        """Whether that was acknowledged, rather than refused."""
        line = self.read_until(f"label={label}", seconds)
        return " PRIVMSG " in line and " FAIL " not in line

    def close(self) -> None:
        """Be gone."""
        self._socket.close()


@pytest.fixture
def pair(server: Server) -> Iterator[tuple[Talker, Talker]]:
    """Two people in a room, who have talked."""
    ann, bob = Talker(server.port, "ann"), Talker(server.port, "bob")
    assert ann.acknowledged(ann.say("before"))
    yield ann, bob
    ann.close()
    bob.close()


def is_told_once(server: Server, sentence: str) -> None:
    """The log has the sentence, and no trace of a fault."""
    wait_until(lambda: sentence in server.log, f"the log to say {sentence!r}")
    assert "Traceback" not in server.log


def test_a_folder_that_is_gone_keeps_nobody_from_talking_and_is_said(
    server: Server, pair: tuple[Talker, Talker]
) -> None:
    ann, bob = pair
    moved = server.data.with_name("moved")
    server.data.rename(moved)
    label = ann.say("without a folder")
    assert bob.read_until("without a folder")
    assert not ann.acknowledged(label, 1.0)
    is_told_once(server, "is gone: put it back")
    moved.rename(server.data)
    wait_until(lambda: ann.acknowledged(ann.say("it is back"), 2.0), "acknowledgements to come again")


def test_without_descriptors_those_who_are_here_go_on_and_others_come_later(
    server: Server, pair: tuple[Talker, Talker]
) -> None:
    ann, bob = pair
    few = server.open_files + 10
    hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (few, hard))
    crowd = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(30)]
    wait_until(lambda: server.open_files >= few - 1, "the descriptors to be used up")
    assert ann.acknowledged(ann.say("still here"))
    assert bob.read_until("still here")
    size = len(server.log)
    time.sleep(1.0)
    # Each attempt to take a connection fails: not one line for each.
    assert len(server.log) - size < 10_000
    for one in crowd:
        one.close()
    late = Talker(server.port, "late")
    late.say("I am in")
    assert bob.read_until("I am in")
    late.close()
    assert "Traceback" not in server.log


def test_a_process_that_stands_still_for_ten_seconds_loses_nothing(
    server: Server, pair: tuple[Talker, Talker]
) -> None:
    ann, bob = pair
    os.kill(server.pid, signal.SIGSTOP)
    labels = [ann.say(f"asleep {number}") for number in range(20)]
    time.sleep(10)
    os.kill(server.pid, signal.SIGCONT)
    assert all(ann.acknowledged(label) for label in labels)
    assert bob.read_until("asleep 19")


# databases that are not as they should be


@pytest.fixture
def stopped(tmp_path: Path) -> Server:
    """A server that has stored something and has ended."""
    server = Server(tmp_path, "--message-rate", "0")
    server.start()
    ann = Talker(server.port, "ann")
    for number in range(200):
        label = ann.say(f"{number} " + "x" * 200)
    assert ann.acknowledged(label)
    ann.close()
    assert server.stop() == 0
    # All of it in one file.
    connection = sqlite3.connect(server.data / DATABASE)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return server


def refused(server: Server) -> str:
    """How it ends when it is started."""
    size = len(server.log)
    server.launch()
    assert server.wait() == 1
    said = server.log[size:].strip()
    assert "Traceback" not in said
    return said.splitlines()[-1]


def test_a_damaged_database_ends_it_with_a_sentence_that_says_how_to_restore(
    stopped: Server, tmp_path: Path
) -> None:
    database = stopped.data / DATABASE
    whole = database.read_bytes()
    database.write_bytes(os.urandom(4096) + whole[4096:])
    sentence = refused(stopped)
    assert f"{database} is damaged" in sentence
    assert "python -m chat admin restore" in sentence
    # As it says: moved away, and it starts with an empty history.
    database.rename(tmp_path / "damaged.db")
    stopped.start()
    Talker(stopped.port, "ann").close()
    assert stopped.stop() == 0


def damage(path: Path, table: str) -> None:
    """Write over the first page of a table."""
    connection = sqlite3.connect(path)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(os.urandom(4096))


@pytest.mark.parametrize("table", ["events", "rooms"])
def test_a_page_of_a_table_that_is_damaged_is_said_in_the_same_words(stopped: Server, table: str) -> None:
    damage(stopped.data / DATABASE, table)
    assert "is damaged" in refused(stopped)


def test_a_page_that_is_damaged_meanwhile_is_told_to_who_asks_and_the_others_go_on(
    server: Server, nc: Connect
) -> None:
    bob, carol = enter(nc(server.port), "bob"), enter(nc(server.port), "carol")
    bob.send("hello")
    carol.read_until("<bob> hello")
    database = sqlite3.connect(server.data / DATABASE)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    damage(server.data / DATABASE, "events")
    carol.send("/join #other", "/history before 2020-01-01")
    carol.read_until(re.compile("cannot be read at the moment|Nothing was said"))
    bob.send("we go on")
    carol.read_until("<bob> we go on")
    assert "Traceback" not in server.log


def test_a_backup_of_an_older_release_is_brought_up_to_date(tmp_path: Path) -> None:
    from chat.storage.schema import MIGRATIONS, connect, migrate, version_of

    server = Server(tmp_path)
    server.data.mkdir(mode=0o700)
    old = connect(server.data / DATABASE)
    migrate(old, MIGRATIONS[:1])
    old.close()
    server.start()
    ann = Talker(server.port, "ann")
    assert ann.acknowledged(ann.say("on the old one"))
    ann.close()
    assert server.stop() == 0
    again = connect(server.data / DATABASE)
    assert version_of(again) == len(MIGRATIONS)
    again.close()
    shutil.rmtree(server.data)
