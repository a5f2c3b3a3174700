"""One port for everybody: whatever a client speaks, with TLS or without, it is at the right one."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography import x509

from tests.network.encrypted import write_pair

from .conftest import Connect, StartServer
from .harness import PATIENCE, Conversation, Server, enter, need, wait_until
from .screens import Pane

PEOPLE = 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a certificate for localhost, as certbot lays it out."""
    write_pair(tmp_path / "tls", "localhost")
    return tmp_path / "tls"


@pytest.fixture
def secure(start_server: StartServer, folder: Path) -> Server:
    """A server with that certificate."""
    return start_server("--tls", str(folder))


def tls_connection(port: int) -> ssl.SSLSocket:
    """A TLS connection to the server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), PATIENCE))


def serial_of(connection: ssl.SSLSocket) -> int:
    """The number of the certificate that the server showed."""
    shown = connection.getpeercert(True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown).serial_number


def read_until(connection: socket.socket, text: bytes) -> bytes:
    """Everything up to this text."""
    data = b""
    while text not in data:
        part = connection.recv(65536)
        assert part, data
        data += part
    return data


def websocket(port: int, secure: bool) -> socket.socket:
    """A WebSocket at `/irc`, its handshake done."""
    connection = tls_connection(port) if secure else socket.create_connection(("127.0.0.1", port), PATIENCE)
    key = b64encode(b"0123456789abcdef").decode()
    connection.sendall(
        f"GET /irc HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert read_until(connection, b"\r\n\r\n").startswith(b"HTTP/1.1 101 ")
    return connection


def send_frame(connection: socket.socket, line: bytes) -> None:
    """A line as a client's message, with a mask that changes nothing."""
    assert len(line) < 126
    connection.sendall(bytes([0x81, 0x80 | len(line)]) + bytes(4) + line)


def curl(*arguments: str) -> str:
    """What curl prints."""
    done = subprocess.run(
        [need("curl"), "-sS", *arguments], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return done.stdout


def test_everybody_meets_at_one_port(
    secure: Server,
    nc: Connect,
    telnet: Connect,
    irssi: Callable[..., Pane],
    ends: ExitStack,
) -> None:
    port = secure.port
    ann = enter(nc(port), "ann")
    enter(telnet(port), "tess")
    irssi(port, "iris")
    irssi(port, "ivy", True)
    openssl = Conversation([need("openssl"), "s_client", "-quiet", "-connect", f"127.0.0.1:{port}"])
    ends.callback(openssl.end)
    openssl.read_until("What is your name?")
    openssl.send("ossi")
    openssl.read_until("Welcome, ossi!")
    for secured, name in ((False, b"web"), (True, b"wss")):
        page = websocket(port, secured)
        ends.callback(page.close)
        for line in (
            b"NICK " + name,
            b"USER w 0 * :w",
            b"JOIN #lobby",
            b"PRIVMSG #lobby :hello from " + name,
        ):
            send_frame(page, line)
        openssl.read_until(f"<{name.decode()}> hello from {name.decode()}")
    program = tls_connection(port)
    ends.callback(program.close)
    program.sendall(b"NICK prog\r\nUSER p 0 * :p\r\nJOIN #lobby\r\nWHOIS ossi\r\nWHOIS ann\r\nPING done\r\n")
    told = read_until(program, b"PONG").decode()
    assert " 671 prog ossi " in told
    assert " 671 prog ann " not in told
    ann.send("hello from nc")
    openssl.read_until("<ann> hello from nc")
    openssl.send("hello from openssl")
    ann.read_until("<ossi> hello from openssl")
    ann.send("/users")
    ann.read_until(
        re.compile(r"(?s)(?=.*ann)(?=.*tess)(?=.*iris)(?=.*ivy)(?=.*ossi)(?=.*web)(?=.*wss)(?=.*prog).*\n")
    )
    for scheme in ("http", "https"):
        assert curl("-k", f"{scheme}://127.0.0.1:{port}/healthz") == "ok\n"
        assert 'aria-label="New messages"' in curl("-k", f"{scheme}://localhost:{port}/")
    assert (
        curl("-H", "Host: evil.example", "-o", "/dev/null", "-w", "%{http_code}", f"http://127.0.0.1:{port}/")
        == "421"
    )


def test_a_certificate_is_renewed_under_everybody(secure: Server, folder: Path, ends: ExitStack) -> None:
    people = []
    for number in range(PEOPLE):
        person = tls_connection(secure.port)
        ends.callback(person.close)
        person.sendall(f"p{number}\n".encode())
        read_until(person, b"Welcome")
        people.append(person)
    before = serial_of(people[0])
    write_pair(folder, "localhost")
    os.kill(secure.pid, signal.SIGHUP)
    wait_until(
        lambda: secure.log.count("The certificate for localhost is in use") == 1, "the new certificate"
    )
    newcomer = tls_connection(secure.port)
    ends.callback(newcomer.close)
    assert serial_of(newcomer) != before
    newcomer.sendall(b"newcomer\nhello everybody\n")
    for person in people:
        read_until(person, b"<newcomer> hello everybody")
    (folder / "privkey.pem").write_text("nonsense")
    os.kill(secure.pid, signal.SIGHUP)
    wait_until(lambda: "The certificate was not changed: " in secure.log, "the complaint")
    later = tls_connection(secure.port)
    ends.callback(later.close)
    assert serial_of(later) == serial_of(newcomer)
