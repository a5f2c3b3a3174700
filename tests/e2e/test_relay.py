"""The real relay between real programs: addresses, failover, noise, slow readers, ends."""

import contextlib
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from .conftest import StartServer
from .harness import PATIENCE, Conversation, Daemon, enter, free_port, need, wait_until

pytestmark = pytest.mark.e2e

Connect = Callable[[int], Conversation]
SHARE = 20_000_000
"""Bytes that are far more than all buffers on the way hold together."""


class Relay(Daemon):
    """`twistd chat-relay` on a free port of the loopback interface."""

    def __init__(self, folder: Path, *options: str, listen: str = "tcp") -> None:
        self.port = free_port()
        super().__init__(
            folder, "chat-relay", "--listen", f"{listen}:{self.port}:interface=127.0.0.1", *options
        )

    def begin(self) -> None:
        """Start it, and wait until it says that it listens: a probing connection would reach its server."""
        before = self.log.count("listening on") if self._log.exists() else 0
        self.launch()

        def ready() -> bool:
            if not self.running:
                pytest.fail(f"twistd ended with status {self.wait()} instead of listening:\n{self.log}")
            return self.log.count("listening on") > before

        wait_until(ready, "the relay to listen")


StartRelay = Callable[..., Relay]


@pytest.fixture
def start_relay(ends: ExitStack, tmp_path: Path) -> StartRelay:
    """Starts relays, each listening when it is returned."""
    count = 0

    def start(*options: str, listen: str = "tcp") -> Relay:
        nonlocal count
        count += 1
        relay = Relay(tmp_path / f"relay{count}", *options, listen=listen)
        ends.callback(relay.end)
        relay.begin()
        return relay

    return start


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that the test answers for, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server


def port_of(listener: socket.socket) -> str:
    return f"127.0.0.1:{listener.getsockname()[1]}"


def connect(port: int, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE, (source, 0))


def read_until(connection: socket.socket, wanted: bytes) -> bytes:
    data = b""
    while wanted not in data:
        chunk = connection.recv(65536)
        assert chunk, f"the connection ended before {wanted!r} came: {data!r}"
        data += chunk
    return data


def read_to_end(connection: socket.socket) -> bytes:
    data = b""
    while chunk := connection.recv(65536):
        data += chunk
    return data


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_server_sees_limits_and_logs_the_real_address(
    start_server: StartServer, start_relay: StartRelay, version: str
) -> None:
    port = free_port()
    server = start_server("--listen", f"haproxy:tcp:{port}:interface=127.0.0.1", "--max-per-address", "1")
    inner = start_relay("--to", f"127.0.0.1:{port}", "--proxy-protocol", version, listen="haproxy:tcp")

    def come(address: str, name: str) -> socket.socket:
        connection = connect(inner.port)
        connection.sendall(f"PROXY TCP4 {address} 198.51.100.1 40000 56458\r\n{name}\n".encode())
        return connection

    with come("192.0.2.7", "bob") as bob, come("192.0.2.8", "carol") as carol:
        read_until(bob, b"Welcome, bob")
        read_until(carol, b"Welcome, carol")
        with come("192.0.2.7", "bobs-brother") as refused:
            assert b"(192.0.2.7): at most 1 at once" in read_to_end(refused)
    outer = start_relay("--to", f"127.0.0.1:{port}", "--proxy-protocol", version)
    with connect(outer.port, "127.0.0.5") as hello:
        hello.sendall(b"\x16\x03\x01\x00\x05hello")
        read_to_end(hello)
    wait_until(lambda: "Turned away 127.0.0.5: " in server.log, "the server to log whom it turned away")


def test_nc_through_the_relay_into_a_server_that_knows_no_proxy_protocol(
    start_server: StartServer, start_relay: StartRelay, nc: Connect
) -> None:
    server = start_server()
    relay = start_relay("--to", f"localhost:{server.port}", "--proxy-protocol", "off")
    bob, carol = enter(nc(relay.port), "bob"), enter(nc(server.port), "carol")
    bob.read_until("carol joined")
    bob.send("hello through the relay")
    assert "<bob> hello through the relay" in carol.read_until("the relay")
    carol.send("and back")
    assert "<carol> and back" in bob.read_until("and back")
    assert "PROXY" not in bob.transcript + carol.transcript


def test_a_header_that_nobody_expects_is_answered_with_the_remedy(
    start_server: StartServer, start_relay: StartRelay
) -> None:
    server = start_server()
    relay = start_relay("--to", f"127.0.0.1:{server.port}")
    with connect(relay.port) as person:
        person.sendall(b"bob\n")
        assert b"--proxy-protocol off" in read_to_end(person)


def test_a_script_gets_all_its_answers(start_server: StartServer, start_relay: StartRelay) -> None:
    server = start_server()
    relay = start_relay("--to", f"127.0.0.1:{server.port}", "-p", "off")
    ended = subprocess.run(
        [need("nc"), "-N", "127.0.0.1", str(relay.port)],
        input=b"bob\nhello\n/stats\n/exit\n",
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    assert b"users online: 1" in ended.stdout
    assert ended.stdout.rstrip().endswith(b"Goodbye")
    wait_until(
        lambda: "127.0.0.1:" in relay.log and "23 bytes up" in relay.log, "the relay to log what it carried"
    )


def test_a_server_that_is_down_comes_back_and_is_switched(
    start_server: StartServer, start_relay: StartRelay, nc: Connect
) -> None:
    first, second = start_server(), start_server()
    relay = start_relay(
        *("--to", f"127.0.0.1:{first.port}", "--to", f"127.0.0.1:{second.port}", "--proxy-protocol", "off")
    )
    bob = enter(nc(relay.port), "bob")
    watcher = enter(nc(second.port), "watcher")
    first.stop(signal.SIGKILL)
    bob.close_input()
    bob.read_to_end()
    enter(nc(relay.port), "carol")
    watcher.read_until("carol joined")
    second.stop(signal.SIGKILL)
    with connect(relay.port) as person:
        person.sendall(b"dave\nhello\n")
        assert read_to_end(person) == (
            b"ERROR :The chat cannot be reached at the moment. Please try again in a minute.\r\n"
        )
    first.start(first.port)
    here = enter(nc(first.port), "here")

    def back() -> bool:
        enter(nc(relay.port), "erin")
        return True

    wait_until(back, "the first server to be used again")
    here.read_until("erin joined")
    assert f"127.0.0.1:{first.port} cannot be reached: nothing listens there" in relay.log
    assert "Traceback" not in relay.log


def test_noise_passes_unchanged_in_both_directions(start_relay: StartRelay, listener: socket.socket) -> None:
    relay = start_relay("--to", port_of(listener), "--proxy-protocol", "off")
    noise = os.urandom(SHARE // 4)

    def echo() -> None:
        server, _ = listener.accept()
        with server:
            while chunk := server.recv(65536):
                server.sendall(chunk)

    answering = threading.Thread(target=echo, daemon=True)
    answering.start()
    with connect(relay.port) as person:

        def send() -> None:
            person.sendall(noise)
            person.shutdown(socket.SHUT_WR)

        sending = threading.Thread(target=send, daemon=True)
        sending.start()
        assert read_to_end(person) == noise
        sending.join(PATIENCE)
    answering.join(PATIENCE)
    wait_until(
        lambda: f"{len(noise)} bytes up, {len(noise)} bytes down" in relay.log, "the relay to log its bytes"
    )


def test_noise_at_every_door_stops_nothing(
    start_server: StartServer, start_relay: StartRelay, nc: Connect
) -> None:
    port = free_port()
    start_server("--listen", f"haproxy:tcp:{port}:interface=127.0.0.1", "--message-rate", "0")
    plain = start_relay("--to", f"127.0.0.1:{port}")
    proxied = start_relay("--to", f"127.0.0.1:{port}", listen="haproxy:tcp")
    for door in (plain.port, proxied.port, port):
        for noise in (
            os.urandom(30_000),
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff" + os.urandom(9000),
            b"\0" * 99,
        ):
            with connect(door) as person:
                try:
                    person.sendall(noise)
                    person.shutdown(socket.SHUT_WR)
                    read_to_end(person)
                except TimeoutError:
                    pytest.fail(f"the door {door} neither answers noise nor closes")
                except OSError:
                    pass  # whoever sends noise may be hung up on
    enter(nc(plain.port), "bob")
    with connect(proxied.port) as lost:
        lost.sendall(b"hello?\n")
        assert b"This port is for a relay" in read_to_end(lost)
    for relay in (plain, proxied):
        assert "Traceback" not in relay.log
        assert "Unhandled" not in relay.log


def test_a_side_that_does_not_read_stops_the_other(start_relay: StartRelay, listener: socket.socket) -> None:
    relay = start_relay("--to", port_of(listener), "--proxy-protocol", "off")
    for flip in (False, True):
        person = connect(relay.port)
        server, _ = listener.accept()
        sender, reader = (server, person) if flip else (person, server)
        with closing(sender), closing(reader):
            before = resident(relay.pid)
            sender.settimeout(1.0)
            sent = 0
            with contextlib.suppress(TimeoutError):
                while sent < 5 * SHARE:
                    sent += sender.send(bytes(65536))
            assert sent < SHARE, "the sender was not held up"
            assert resident(relay.pid) - before < 8192, "the relay keeps what the reader does not take"
            reader.settimeout(PATIENCE)
            sender.shutdown(socket.SHUT_WR)
            assert len(read_to_end(reader)) == sent


def resident(pid: int) -> int:
    """Memory of a process, in KiB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found.group(1))


def test_what_a_person_sends_before_a_server_answers_is_not_lost(
    start_relay: StartRelay, listener: socket.socket
) -> None:
    relay = start_relay("--to", port_of(listener), "--proxy-protocol", "v1")
    with connect(relay.port) as person:
        person.sendall(b"bob\nhello\n")
        person.shutdown(socket.SHUT_WR)
        server, _ = listener.accept()
        with server:
            said = read_to_end(server)
            assert re.fullmatch(rb"PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\nbob\nhello\n", said)
            server.sendall(b"Goodbye\n")
        assert read_to_end(person) == b"Goodbye\n"


def test_sigterm_tells_everybody_and_ends_soon(start_relay: StartRelay, listener: socket.socket) -> None:
    relay = start_relay("--to", port_of(listener), "--proxy-protocol", "off")
    with connect(relay.port) as person:
        server, _ = listener.accept()
        with server:
            server.sendall(b"Welcome\n")
            read_until(person, b"Welcome\n")
            assert relay.stop() == 0
            assert (
                read_to_end(person)
                == b"ERROR :The relay is being stopped. Please connect again in a minute.\r\n"
            )
            assert read_to_end(server) == b""
    assert "carried" in relay.log
    relay.begin()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--to"),
        (("--to", "nonsense"), "nonsense"),
        (("--to", "localhost:1", "--listen", "nonsense:1"), "nonsense"),
        (("--to", "localhost:1", "--listen", "unix:/nowhere/sock"), "/nowhere does not exist"),
        (("--to", "localhost:1", "--listen", "ssl:0:privateKey=/nowhere.pem"), "/nowhere.pem"),
        (("--to", "localhost:1", "--proxy-protocol", "v3"), "v3"),
    ],
)
def test_what_an_operator_gets_wrong_ends_with_a_sentence(
    ends: ExitStack, tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    relay = Daemon(tmp_path / "refused", "chat-relay", *options)
    ends.callback(relay.end)
    relay.launch()
    assert relay.wait() > 0
    assert "Traceback" not in relay.log
    assert told in relay.log.strip().splitlines()[-1]


def test_a_taken_port_is_named(ends: ExitStack, tmp_path: Path, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    relay = Daemon(tmp_path / "taken", "chat-relay", "--to", "localhost:1", "--listen", f"tcp:{port}")
    ends.callback(relay.end)
    relay.launch()
    assert relay.wait() > 0
    assert "Traceback" not in relay.log
    assert f"port {port} is taken by another program; 'ss -" in relay.log.strip().splitlines()[-1]


def test_people_on_tls(start_server: StartServer, start_relay: StartRelay, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *(
                need("openssl"),
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
            ),
            *("-subj", "/CN=localhost", "-days", "1", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    port = free_port()
    server = start_server("--listen", f"haproxy:tcp:{port}:interface=127.0.0.1")
    entrance = free_port()
    secure = f"ssl:{entrance}:privateKey={key}:certKey={certificate}:interface=127.0.0.1"
    start_relay("--to", f"127.0.0.1:{port}", "--listen", secure)
    context = ssl.create_default_context(cafile=str(certificate))

    def come() -> ssl.SSLSocket:
        return context.wrap_socket(connect(entrance), server_hostname="localhost")

    with come() as person:
        person.sendall(b"bob\n/stats\n/exit\n")
        said = read_to_end(person)
        assert b"users online: 1" in said
        assert said.rstrip().endswith(b"Goodbye")
    server.stop(signal.SIGKILL)
    with come() as person:
        assert b"cannot be reached" in read_to_end(person)


def test_a_relay_in_the_servers_own_process(start_server: StartServer, nc: Connect) -> None:
    port = free_port()
    server = start_server("--relay", f"tcp:{port}:interface=127.0.0.1")
    bob, carol = enter(nc(port), "bob"), enter(nc(server.port), "carol")
    bob.send("hello from the relay")
    carol.read_until("<bob> hello from the relay")
    bob.send("/stats")
    bob.read_until(re.compile(r"relay connections: 1 "))
    bob.read_until("relay to this server: up")
    with connect(port, "127.0.0.5") as browser:
        browser.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert read_to_end(browser).startswith(b"HTTP/1.1 200 OK\r\n")
    server.stop()
    bob.read_until("going down")
    assert "Traceback" not in server.log
