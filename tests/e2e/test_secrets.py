"""Passwords, tokens and private texts are written nowhere: a whole session at the level debug, and a search through all
that it left.
"""

from __future__ import annotations

import base64
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from scramp import ScramClient

from tests.e2e.harness import CHECKOUT, Server, environment, free_port, wait_until

SECRETS = {
    "the server's password": "zqServerzq",
    "a password that made an account": "zqRegisterzq",
    "a password after a change": "zqChangedzq",
    "a wrong password": "zqWrongzq",
    "an operator's password": "zqOperatorzq",
    "a password in a command": "zqInlinezq",
    "a private message": "zqPrivatezq",
    "a private message that waits": "zqWaitingzq",
    "a private message of a plain person": "zqWhisperzq",
    "the key of a room": "zqKeyzq",
}
TOKEN = "zqTokenzq-0123456789-0123456789-0123456789"


class Door:
    """A connection of any kind, by lines."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 20)
        self._data = b""

    def send(self, *lines: str) -> None:
        """Send lines."""
        self._socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def until(self, pattern: str) -> str:
        """Read up to a line with this in it."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = re.search(rb"[^\n]*" + pattern.encode() + rb"[^\n]*\n", self._data)
            if found:
                self._data = self._data[found.end() :]
                return found[0].decode(errors="replace")
            more = self._socket.recv(65536)
            assert more, f"closed before {pattern!r}: {self._data!r}"
            self._data += more
        pytest.fail(f"No {pattern!r} in {self._data!r}")

    def close(self) -> None:
        """Be gone."""
        self._socket.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that logs all there is, with every door open."""
    (tmp_path / "password").write_text(SECRETS["the server's password"])
    (tmp_path / "token").write_text(TOKEN)
    web = free_port()
    server = Server(
        tmp_path,
        *("--log-level", "debug", "--message-rate", "0", "--registration", "early"),
        *("--password-file", str(tmp_path / "password"), "--monitor-token-file", str(tmp_path / "token")),
        *("--web", f"tcp:{web}:interface=127.0.0.1"),
    )
    server.start(web)
    server.web = web  # type: ignore[attr-defined]
    yield server
    server.end()


def admin(server: Server, *arguments: str, given: str = "") -> str:
    """Look after the folder; returns what is printed."""
    done = subprocess.run(
        [sys.executable, "-m", "chat", "admin", "--data", str(server.data), *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
        cwd=CHECKOUT,
    )
    return done.stdout + done.stderr


def irc(server: Server, name: str) -> Door:
    """An IRC client that has come in."""
    door = Door(server.port)
    door.send("PASS " + SECRETS["the server's password"])
    door.send(
        "CAP REQ :sasl labeled-response message-tags echo-message batch",
        f"NICK {name}",
        f"USER {name} 0 * :x",
    )
    door.send("CAP END")
    door.until(" 422 | 376 ")
    return door


def test_what_nobody_is_to_know_is_written_nowhere(server: Server, tmp_path: Path) -> None:
    said = [
        admin(
            server,
            "add",
            "root",
            "--operator",
            "--password",
            "-",
            given=SECRETS["an operator's password"] + "\n",
        )
    ]
    time.sleep(6)  # so long until a running server knows of what `admin` did

    # a person with nc
    person = Door(server.port)
    person.until("What is your name")
    person.send("bob")
    person.until("password")
    person.send(SECRETS["the server's password"])
    person.until("Welcome, bob")
    person.send("/register")
    person.until("Choose a password")
    person.send(SECRETS["a password that made an account"])
    person.until("is yours")
    person.send("/password " + SECRETS["a password after a change"])
    person.until("changed")
    person.send("/login root " + SECRETS["a wrong password"])
    person.until("do not belong together")
    person.send("/oper root " + SECRETS["an operator's password"])
    person.until("You are an operator")
    person.send("/join #locked")
    person.until("#locked")
    person.send("/mode +k " + SECRETS["the key of a room"])

    # an IRC client, with every way to log in
    client = irc(server, "ann")
    client.send("REGISTER * * :" + SECRETS["a password in a command"])
    client.until("REGISTER SUCCESS")
    client.send("LOGOUT", "AUTHENTICATE PLAIN")
    client.until("AUTHENTICATE")
    plain = base64.b64encode(f"\0ann\0{SECRETS['a password in a command']}".encode()).decode()
    client.send(f"AUTHENTICATE {plain}")
    client.until(" 903 ")
    scram = ScramClient(["SCRAM-SHA-256"], "ann", SECRETS["a wrong password"])
    client.send("AUTHENTICATE SCRAM-SHA-256")
    client.until("AUTHENTICATE")
    client.send("AUTHENTICATE " + base64.b64encode(scram.get_client_first().encode()).decode())
    challenge = client.until("AUTHENTICATE").split()[1]
    scram.set_server_first(base64.b64decode(challenge).decode())
    client.send("AUTHENTICATE " + base64.b64encode(scram.get_client_final().encode()).decode())
    client.until(" 904 ")
    client.send("OPER root " + SECRETS["a wrong password"])
    client.until(" 464 ")
    client.send("@label=x PRIVMSG bob :" + SECRETS["a private message"])
    person.until(SECRETS["a private message"])
    person.send("/pm ann " + SECRETS["a private message of a plain person"])
    client.until(SECRETS["a private message of a plain person"])
    client.send("JOIN #lobby", "PRIVMSG #lobby :said aloud", "FROBNICATE " + SECRETS["a wrong password"])
    client.until(" 421 ")
    person.close()
    time.sleep(0.5)
    client.send("@label=y PRIVMSG bob :" + SECRETS["a private message that waits"])
    client.until("label=y")

    # the monitor
    base = f"http://127.0.0.1:{server.web}"  # type: ignore[attr-defined]
    metrics = urlopen(
        Request(f"{base}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}), timeout=20
    ).read()
    said.append(metrics.decode())
    with pytest.raises(OSError, match=r"401|403|404"):
        urlopen(f"{base}/metrics?token={SECRETS['a wrong password']}", timeout=20)

    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: "Read again" in server.log, "files to be read again")
    client.close()
    said.append(admin(server, "list"))
    said.append(admin(server, "export", "#lobby"))
    assert server.stop() == 0

    kept = {path: path.read_bytes() for path in server.data.iterdir() if path.is_file()}
    written = {"the log": server.log.encode(), "what programs printed": "".join(said).encode()} | {
        str(path): data for path, data in kept.items() if path.name != "monitor.token"
    }
    assert b"said aloud" in b"".join(written.values()), "the search would find nothing at all"
    for what, secret in SECRETS.items():
        places = [
            place
            for place, data in written.items()
            if secret.encode() in data or secret.encode().hex().encode() in data
        ]
        if what == "the key of a room":
            # It is a setting of the room, and stored as such.
            places = [place for place in places if "chat.db" not in place]
        assert places == [], f"{what} is in {places}"
    for coded in (plain, base64.b64encode(SECRETS["a private message"].encode()).decode()):
        assert not [place for place, data in written.items() if coded.encode() in data]
    # The token is shown once: in the address of the monitor's page, which the operator opens.
    shown = [line for line in server.log.splitlines() if TOKEN in line]
    assert len(shown) == 1
    assert "Open the monitor at" in shown[0]
