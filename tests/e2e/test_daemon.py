"""The daemon as an operator meets it: what ends a start, how it stops, what it bears."""

import contextlib
import os
import re
import select
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .conftest import Connect, StartServer
from .harness import (
    Conversation,
    Daemon,
    Server,
    enter,
    environment,
    free_port,
    need,
    short_folder,
    twistd,
    wait_until,
)

Refuse = Callable[..., str]


@pytest.fixture
def refuse(ends: ExitStack, tmp_path: Path) -> Refuse:
    """Starts `twistd chat` with options that it must refuse, and returns the last line that it prints."""

    def start(*options: str) -> str:
        web = () if "--web" in options else ("--web", "off")
        daemon = Daemon(tmp_path / "refused", "chat", *web, *options)
        ends.callback(daemon.end)
        daemon.launch()
        status = daemon.wait()
        assert status > 0, daemon.log
        assert "Traceback" not in daemon.log
        return daemon.log.strip().splitlines()[-1]

    return start


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.mark.parametrize("option", ["--listen", "--relay", "--web"])
def test_a_taken_port_is_named_with_the_way_to_find_who_has_it(
    refuse: Refuse, taken: int, tmp_path: Path, option: str
) -> None:
    ports = {"--listen": free_port(), "--web": free_port(), option: taken}
    where = [text for name, port in ports.items() for text in (name, f"tcp:{port}:interface=127.0.0.1")]
    sentence = refuse(*where, "--data", str(tmp_path / "data"))
    assert f"{taken}" in sentence
    assert "lsof" in sentence or "ss -" in sentence


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--listen nonsense", "nonsense"),
        ("--listen nonsense:1", "nonsense"),
        ("--listen tcp:http", "http"),
        ("--listen tcp:99999", "99999"),
        ("--listen ssl:0:privateKey=/nowhere/key.pem", "/nowhere/key.pem"),
        ("--motd /nowhere/motd", "/nowhere/motd"),
        ("--message-rate fast", "message-rate"),
        ("--message-rate -1", "message-rate"),
        ("--message-burst x", "message-burst"),
        ("--max-users many", "max-users"),
        ("--max-users -1", "max-users"),
        ("--max-per-address 0.5", "max-per-address"),
        ("--no-such-option", "no-such-option"),
        ("surplus", "surplus"),
        ("--web nonsense:1", "nonsense"),
        ("--relay nonsense:1", "nonsense"),
        ("--history maybe", "maybe"),
        ("--history-days long", "history-days"),
        ("--history-events 1.5", "history-events"),
    ],
)
def test_an_option_that_cannot_be_taken_is_explained(
    refuse: Refuse, tmp_path: Path, options: str, told: str
) -> None:
    listen = () if "--listen" in options else ("--listen", f"tcp:{free_port()}:interface=127.0.0.1")
    web = () if "--web" in options else ("--web", "off")
    assert told in refuse(*listen, *web, "--data", str(tmp_path / "data"), *options.split())


def test_a_data_folder_that_cannot_be_written_is_explained(refuse: Refuse, tmp_path: Path) -> None:
    # Below a regular file nobody can make a folder; permissions would not stop root.
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "data"
    sentence = refuse(
        "--listen", f"tcp:{free_port()}:interface=127.0.0.1", "--web", "off", "--data", str(folder)
    )
    assert str(folder) in sentence


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_on_a_signal_everybody_is_told_and_it_exits_with_0(
    server: Server, nc: Connect, telnet: Connect, signum: signal.Signals
) -> None:
    people = [enter(nc(server.port), "ann"), enter(telnet(server.port), "tess"), nc(server.port)]
    people[0].read_until("tess joined")
    people[2].read_until(re.compile("name"))  # one who has not given it yet
    assert server.stop(signum) == 0
    for person in people:
        person.close_input()
        assert "The server is going down" in person.read_to_end()
    assert "Traceback" not in server.log


def test_a_second_signal_while_it_stops_changes_nothing(server: Server, nc: Connect) -> None:
    enter(nc(server.port), "ann")
    os.kill(server.pid, signal.SIGINT)
    assert server.stop(signal.SIGTERM) == 0
    assert "Traceback" not in server.log


def test_it_starts_again_at_once_on_the_same_port_and_folder(server: Server, nc: Connect) -> None:
    enter(nc(server.port), "ann")
    assert server.stop() == 0
    server.start()
    enter(nc(server.port), "ann")


def test_it_starts_again_at_once_after_being_killed(server: Server, nc: Connect) -> None:
    enter(nc(server.port), "ann")
    assert server.stop(signal.SIGKILL) == -signal.SIGKILL
    server.start()
    enter(nc(server.port), "ann")


def test_help_explains_every_option() -> None:
    helped = Conversation(twistd("chat", "--help"), env=environment())
    text = helped.read_to_end()
    assert helped.wait() == 0
    options = re.findall(r"--([a-z-]+)(=?) *(.*)", text)
    named = {name for name, _, _ in options}
    assert {"listen", "web", "relay", "data", "motd", "message-rate", "max-users", "history"} <= named
    assert [name for name, _, explained in options if not explained] == []
    helped.end()


def test_the_data_folder_is_private(server: Server) -> None:
    assert server.data.stat().st_mode & 0o777 == 0o700


# Batches, because the test and the server may each have only so many files open (20,000 is a usual limit).
# Some systems queue no more than 1,024 connections that were not accepted yet.
BATCHES, BATCH = 10, 1000


@contextlib.contextmanager
def silent_crowd(port: int, size: int) -> Iterator[None]:
    """Connections that are taken and then say nothing."""
    poll = select.poll()
    with ExitStack() as connections:
        for _ in range(size):
            connection = connections.enter_context(socket.socket())
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                connection.connect(("127.0.0.1", port))
            poll.register(connection, select.POLLOUT)
        wait_until(lambda: len(poll.poll(0)) == size, f"{size} connections")
        yield


def test_ten_thousand_silent_connections_leave_no_trace(start_server: StartServer, nc: Connect) -> None:
    server = start_server("--max-users", str(BATCH * 2))
    ann, ben = enter(nc(server.port), "ann"), enter(nc(server.port), "ben")
    ann.read_until("ben joined")
    before = server.open_files
    for batch in range(BATCHES):
        with silent_crowd(server.port, BATCH):
            wait_until(lambda: server.open_files >= before + BATCH, "the server to take them all")
            ben.send(f"still here {batch}")
            ann.read_until(f"<ben> still here {batch}")
        wait_until(lambda: server.open_files <= before, "the server to close what was closed")
    ben.send("/users")
    ben.read_until("ann")
    assert "Traceback" not in server.log
    assert server.stop() == 0


def test_a_server_behind_a_unix_socket(start_server: StartServer, ends: ExitStack, tmp_path: Path) -> None:
    path = ends.enter_context(short_folder()) / "chat"
    start_server("--listen", f"unix:{path}")
    person = Conversation([need("nc"), "-U", str(path)])
    ends.callback(person.end)
    assert "Welcome, ann" in enter(person, "ann").transcript
