"""The real server as a service manager runs it: its socket handed over, its state told, its files read again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import Daemon, environment, short_folder, twistd, wait_until


class Managed(Daemon):
    """A server whose listening socket belongs to us, as with systemd's socket activation (sd_listen_fds(3))."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "chat", "--config", str(folder / "chat.toml"))
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.socket.getsockname()[1]
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(folder / "notify"))
        self.notify.settimeout(20)
        self.configure("")

    def configure(self, more: str) -> None:
        """Write the configuration."""
        (self.folder / "chat.toml").write_text(
            f'listen = ["systemd:domain=INET:name=chat"]\nweb = "off"\ndata = "data"\nlog-format = "json"\n{more}'
        )

    def launch(self) -> None:
        """Start it with the socket as its file number 3."""
        # The number of the process that they are for is known only to itself.
        script = f'export LISTEN_PID=$$; exec "$@" 3<&{self.socket.fileno()}'
        manager = {
            "LISTEN_FDS": "1",
            "LISTEN_FDNAMES": "chat",
            "NOTIFY_SOCKET": str(self.folder / "notify"),
            "WATCHDOG_USEC": "1000000",
        }
        with (self.folder / "twistd.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["bash", "-c", script, "bash", *twistd(*self.command)],
                pass_fds=[self.socket.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**environment(), **manager},
                cwd=self.folder,
            )

    def told(self, key: str) -> str:
        """Wait until the manager is told this, and return its value."""
        while True:
            values = dict(line.split("=", 1) for line in self.notify.recv(4096).decode().split("\n"))
            if key in values:
                return values[key]

    def end(self) -> None:
        """End it, and close both sockets."""
        super().end()
        self.socket.close()
        self.notify.close()


@pytest.fixture
def managed() -> Iterator[Managed]:
    """A server that has not been started."""
    with short_folder() as folder:
        server = Managed(folder)
        yield server
        server.end()


def talk(port: int, name: str) -> socket.socket:
    """Somebody who has given a name."""
    person = socket.create_connection(("127.0.0.1", port))
    person.settimeout(20)
    person.sendall(f"{name}\n".encode())
    return person


def read_until(person: socket.socket, text: bytes) -> bytes:
    """What comes up to this text."""
    data = b""
    while text not in data:
        more = person.recv(4096)
        assert more, f"closed before {text!r}: {data!r}"
        data += more
    return data


def test_a_restart_refuses_nobody(managed: Managed) -> None:
    managed.launch()
    assert managed.told("READY") == "1"
    ann = talk(managed.port, "ann")
    read_until(ann, b"Welcome, ann")
    assert managed.stop() == 0
    assert managed.told("STOPPING") == "1"
    read_until(ann, b"Come back in a moment")
    # Between two servers: whoever comes waits for the second one.
    bob = talk(managed.port, "bob")
    managed.launch()
    assert managed.told("READY") == "1"
    read_until(bob, b"Welcome, bob")
    assert managed.stop() == 0
    ann.close()
    bob.close()


def test_the_manager_is_told_that_the_server_lives_and_what_it_does(managed: Managed) -> None:
    managed.launch()
    managed.told("READY")
    ann = talk(managed.port, "ann")
    read_until(ann, b"Welcome, ann")
    assert managed.told("WATCHDOG") == "1"
    wait_until(lambda: managed.told("STATUS").startswith("1 people, 1 connections"), "the status")
    ann.close()


def test_a_server_that_is_stuck_gives_no_sign_of_life(managed: Managed) -> None:
    managed.launch()
    managed.told("READY")
    os.kill(managed.pid, signal.SIGSTOP)
    managed.notify.settimeout(0.3)
    try:
        # What was sent before it stood still.
        for _ in range(3):
            managed.notify.recv(4096)
    except TimeoutError:
        pass
    managed.notify.settimeout(1.5)
    with pytest.raises(TimeoutError):
        managed.notify.recv(4096)
    os.kill(managed.pid, signal.SIGCONT)
    managed.notify.settimeout(20)
    assert managed.told("WATCHDOG") == "1"


def test_files_are_read_again_under_those_who_are_here(managed: Managed) -> None:
    managed.launch()
    managed.told("READY")
    ann = talk(managed.port, "ann")
    read_until(ann, b"Welcome, ann")
    (managed.folder / "motd").write_text("Tea at five.\n")
    managed.configure('motd = "motd"\nname = "other"\n')
    os.kill(managed.pid, signal.SIGHUP)
    assert managed.told("RELOADING") == "1"
    assert managed.told("READY") == "1"
    bob = talk(managed.port, "bob")
    read_until(bob, b"Tea at five.")
    ann.sendall(b"still here\n")
    read_until(bob, b"<ann> still here")
    assert "only a restart takes it over: name" in managed.log
    ann.close()
    bob.close()
