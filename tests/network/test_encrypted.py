"""TLS straight into the socket: the handshake, both ways of the conversation, and everybody who does it badly."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from twisted.internet import tcp

from chat.domain import banning
from chat.listening import tls
from chat.listening.proxied import HEADER_SECONDS, NOT_FOR_PEOPLE
from chat.listening.proxy_protocol import SocketAddress, encode_v1, encode_v2
from chat.listening.tls import ACCESS_DENIED, HANDSHAKE_SECONDS, NO_TLS_HERE, TlsConnection
from chat.network.factory import GREETING_SECONDS
from chat.network.outlet import STALL_SECONDS, SocketOutlet, TlsOutlet
from tests.network.chatting import Server, join_irc, join_plain
from tests.network.encrypted import Encrypted, EncryptedClient, write_pair


@pytest.fixture
def world(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Encrypted]:
    # A pair of sockets is not TCP.
    for name in ("setTcpNoDelay", "setTcpKeepAlive"):
        monkeypatch.setattr(tcp.Connection, name, lambda connection, yes: None)
    made = Encrypted(server, [write_pair(tmp_path / "chat", "chat.test")])
    yield made
    made.close()


def test_people_talk_over_tls(world: Encrypted) -> None:
    server = world.server
    carol = join_plain(server, "carol")
    bob = world.connect().feed(b"bob\n")
    assert bob.raw().startswith(b"Welcome, bob!")
    assert isinstance(bob.protocol.outlet, TlsOutlet)
    assert server.directory.find("bob").secure
    assert not server.directory.find("carol").secure
    bob.feed(b"hello\n")
    carol.send("hello too")
    assert bob.raw() == b"<carol> hello too\n"
    server.loop.advance(1)
    assert carol.lines() == ["* bob joined", "<bob> hello"]
    bob.feed(b"/exit\n")
    assert bob.raw() == b"Goodbye\n"
    assert bob.ended


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_programs_and_http_come_the_same_way(world: Encrypted, version: ssl.TLSVersion) -> None:
    client = world.connect(version=version).feed(b"NICK bob\r\nUSER bob 0 * :Bob\r\n")
    assert b" 001 bob " in client.raw()
    assert client.socket.version() == version.name.replace("v1_", "v1.")
    assert world.connect().feed(b"GET / HTTP/1.1\r\n\r\n").raw().startswith(b"HTTP/1.1 400")


def test_silence_inside_is_a_person_who_is_greeted(world: Encrypted) -> None:
    client = world.connect()
    world.server.clock.advance(GREETING_SECONDS)
    assert client.raw() == b"This is chat.test, a chat. What is your name?\r\n"


def test_who_means_to_speak_irc_is_not_greeted(world: Encrypted) -> None:
    client = world.connect(applications=["irc"])
    assert client.socket.selected_alpn_protocol() == "irc"
    world.server.clock.advance(5)
    assert client.raw() == b""


def test_a_certificate_without_tls_costs_plain_connections_nothing(world: Encrypted) -> None:
    client, _ = world.accept()
    client.send(b"bob\n")
    world.run()
    assert client.recv(100).startswith(b"Welcome, bob!")


def test_without_a_certificate_a_tls_client_gets_an_alert(world: Encrypted) -> None:
    world.server.factory.tls = None
    client, _ = world.accept()
    client.send(b"\x16\x03\x01\x02\x00")
    world.run()
    assert client.recv(100) == NO_TLS_HERE
    assert client.recv(100) == b""


def test_who_is_banned_gets_an_alert(world: Encrypted) -> None:
    banning.ban(world.server.directory, "root", "192.0.2.7", None, "spam")
    client, _ = world.accept()
    client.send(b"\x16\x03\x01\x02\x00")
    world.run()
    assert client.recv(100) == ACCESS_DENIED
    assert world.server.left_behind() == []


def test_a_hello_after_the_greeting_is_no_hello(world: Encrypted) -> None:
    client, protocol = world.accept()
    world.server.clock.advance(GREETING_SECONDS)
    client.send(b"\x16\x03\x01\x02\x00\n")
    world.run()
    assert not isinstance(protocol.transport, TlsConnection)


def test_tls_in_tls_is_refused(world: Encrypted) -> None:
    client = world.connect().feed(b"\x16\x03\x01\x02\x00")
    assert client.raw() == NO_TLS_HERE
    assert client.ended


@pytest.mark.parametrize("source", ["198.51.100.9", "2001:db8::9"])
@pytest.mark.parametrize("encode", [encode_v1, encode_v2])
def test_behind_a_relay_there_is_tls_and_the_persons_address(
    world: Encrypted, encode: Callable[..., bytes], source: str
) -> None:
    header = encode(SocketAddress(ip_address(source), 40000), SocketAddress(ip_address(source), 56458))
    client = world.connect("127.0.0.1", header=header).feed(b"bob\n")
    assert client.raw().startswith(b"Welcome, bob!")
    bob = world.server.directory.find("bob")
    assert bob.addresses == [source]
    assert bob.secure
    connection = next(iter(world.server.factory.connections))
    assert isinstance(connection.outlet, TlsOutlet)
    assert connection.transport.getHost().port == 56458
    client.feed(b"/exit\n")
    assert client.raw() == b"Goodbye\n"
    world.server.loop.advance(1)
    assert world.server.left_behind() == []


def test_behind_a_relay_lines_come_with_the_header_and_go_straight_to_the_socket(world: Encrypted) -> None:
    client, _ = world.accept("127.0.0.1", relay=True)
    client.send(b"PROXY TCP4 198.51.100.9 192.0.2.1 40000 56458\r\nbob\nhello\n")
    world.run()
    assert client.recv(1000).startswith(b"Welcome, bob!")
    assert world.server.directory.find("bob").addresses == ["198.51.100.9"]
    assert isinstance(next(iter(world.server.factory.connections)).outlet, SocketOutlet)


def test_who_sends_no_header_to_a_port_for_relays_is_told(world: Encrypted) -> None:
    client, _ = world.accept("127.0.0.1", relay=True)
    client.send(b"NICK bob\r\n")
    world.run()
    assert client.recv(1000) == NOT_FOR_PEOPLE
    silent, _ = world.accept("127.0.0.1", relay=True)
    world.wait(HEADER_SECONDS + 1)
    assert silent.recv(1000) == NOT_FOR_PEOPLE
    assert world.server.left_behind() == []


# the handshake


def test_a_hello_may_come_byte_by_byte(world: Encrypted) -> None:
    outer, _ = world.accept()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    inner = context.wrap_bio(incoming, outgoing)
    for _ in range(3):
        try:
            inner.do_handshake()
            break
        except ssl.SSLWantReadError:
            for byte in outgoing.read():
                outer.send(bytes([byte]))
                world.run()
            incoming.write(outer.recv(65536))
    inner.write(b"bob\n")
    for byte in outgoing.read():
        outer.send(bytes([byte]))
        world.run()
    incoming.write(outer.recv(65536))
    assert inner.read(1000).startswith(b"Welcome, bob!")


def test_a_handshake_that_goes_no_further_is_given_up(world: Encrypted) -> None:
    client, _ = world.accept()
    client.send(b"\x16\x03")
    world.run()
    assert world.tls.under_way == 1
    world.wait(HANDSHAKE_SECONDS + 1)
    assert client.recv(100) == b""
    assert (world.tls.under_way, world.tls.failed) == (0, 1)
    assert world.server.left_behind() == []


@pytest.mark.parametrize(
    "noise", [b"\x16\x03" + b"\xff" * 100, b"\x16" + b"NICK bob\r\n", b"\x16\x03\x01\x00\x05hello"]
)
def test_noise_that_looks_like_a_hello_is_closed(world: Encrypted, noise: bytes) -> None:
    client, _ = world.accept()
    client.send(noise)
    world.run()
    world.wait(HANDSHAKE_SECONDS + 1)
    assert world.tls.failed == 1
    assert world.server.left_behind() == []


def test_of_too_many_handshakes_the_oldest_is_given_up(
    world: Encrypted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "HANDSHAKES_AT_MOST", 3)
    ends = []
    for number in range(5):
        end, _ = world.accept(f"192.0.2.{number + 10}")
        end.send(b"\x16\x03")
        world.run()
        ends.append(end)
    assert world.tls.under_way == 3
    assert [end.recv(10) for end in ends[:2]] == [b"", b""]
    assert world.connect("198.51.100.1").feed(b"bob\n").raw().startswith(b"Welcome")


def test_a_client_that_goes_away_in_the_handshake_leaves_nothing(world: Encrypted) -> None:
    client, _ = world.accept()
    client.send(b"\x16\x03\x01")
    world.run()
    client.close()
    world.run()
    assert world.tls.under_way == 0
    assert world.server.left_behind() == []


def test_a_server_that_stops_ends_handshakes(world: Encrypted) -> None:
    client, _ = world.accept()
    client.send(b"\x16\x03\x01")
    world.run()
    world.server.factory.close_all("Goodbye")
    world.run()
    assert client.recv(10) == b""
    assert world.server.left_behind() == []


def test_old_versions_and_weak_ciphers_are_refused(world: Encrypted) -> None:
    with pytest.raises(ssl.SSLError):
        world.connect(version=ssl.TLSVersion.TLSv1_1, ciphers="ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        world.connect(version=ssl.TLSVersion.TLSv1_2, ciphers="AES128-SHA")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_is_resumed(world: Encrypted, version: ssl.TLSVersion) -> None:
    first = world.connect(version=version).feed(b"bob\n")
    first.raw()
    again = EncryptedClient(world, context=first.context, session=first.socket.session).shake_hands()
    assert again.socket.session_reused
    assert again.feed(b"ann\n").raw().startswith(b"Welcome, ann!")


# the end


def test_the_end_is_told_in_tls(world: Encrypted) -> None:
    client = world.connect(strict=True).feed(b"bob\n")
    client.feed(b"/exit\n")
    assert client.raw().endswith(b"Goodbye\n")
    assert client.socket.recv(10) == b""


@pytest.mark.parametrize("polite", [True, False])
def test_a_client_that_ends_its_input_reads_the_rest(world: Encrypted, polite: bool) -> None:
    client = world.connect().feed(b"bob\nhello\n")
    client.raw()
    if polite:
        with pytest.raises(ssl.SSLWantReadError):
            client.socket.unwrap()
    else:
        socket.socket.shutdown(client.socket, socket.SHUT_WR)
    world.run()
    assert world.server.directory.people == {}
    assert world.server.left_behind() == [] or not world.server.factory.connections


def test_a_connection_that_breaks_leaves_nothing(world: Encrypted) -> None:
    client = world.connect().feed(b"bob\n")
    client.socket.close()
    world.run()
    world.server.loop.advance(1)
    assert world.server.left_behind() == []


@pytest.mark.parametrize(
    "noise", [b"\x17\x03\x03\x00\x04abcd", b"hello in the clear\n", b"\x15\x03\x03\x00\x02\x02\x00"]
)
def test_what_is_no_record_ends_the_connection(world: Encrypted, noise: bytes) -> None:
    client = world.connect().feed(b"bob\n")
    client.raw()
    socket.socket(fileno=socket.dup(client.socket.fileno())).send(noise)
    world.run()
    assert world.server.directory.people == {}


# readers who are slow


def fill(world: Encrypted, lines: int) -> None:
    """Somebody says so much in the room."""
    ann = join_irc(world.server, "ann", "#a")
    for number in range(lines):
        ann.feed(f"PRIVMSG #a :{number} {'x' * 300}\r\n".encode())
        if number % 10 == 9:
            world.run()


@pytest.mark.parametrize("step", [7, 1000, 50_000])
def test_a_reader_that_stops_gets_everything_once_it_reads_on(world: Encrypted, step: int) -> None:
    bob = world.connect().feed(b"NICK bob\r\nUSER b 0 * :b\r\nJOIN #a\r\n")
    bob.raw()
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        bob.protocol.transport.socket.setsockopt(socket.SOL_SOCKET, option, 4096)
        bob.socket.setsockopt(socket.SOL_SOCKET, option, 4096)
    fill(world, 400)
    assert bob.protocol.outlet.behind
    data = b""
    for _ in range(40):
        data += bob.raw(step)
    data += bob.raw()
    said = [line.split(b" :")[1].split()[0] for line in data.split(b"\r\n") if b"PRIVMSG" in line]
    assert said == [b"%d" % number for number in range(400)]
    assert not bob.protocol.outlet.behind


def test_a_large_reply_goes_through_a_small_socket(world: Encrypted) -> None:
    bob = world.connect()
    bob.protocol.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    bob.feed(b"NICK bob\r\nUSER b 0 * :b\r\n" + b"HELP\r\n" * 30 + b"PING end\r\n")
    data = b""
    for _ in range(200):
        data += bob.raw(3000)
        # So much work takes its turns.
        world.server.loop.advance(0.1)
    assert data.count(b" 706 ") == 30
    assert data.endswith(b"PONG chat.test :end\r\n")


def test_a_reader_that_takes_nothing_is_cut_off(world: Encrypted) -> None:
    bob = world.connect().feed(b"NICK bob\r\nUSER b 0 * :b\r\nJOIN #a\r\n")
    bob.protocol.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    fill(world, 400)
    world.wait(STALL_SECONDS + 10)
    assert "bob" not in world.server.directory.people
    assert world.server.directory.stats.stalled == 1


def test_lines_in_many_records_and_many_lines_in_one(world: Encrypted) -> None:
    carol = join_plain(world.server, "carol")
    bob = world.connect().feed(b"bob\n")
    for byte in b"hello there\n":
        bob.feed(bytes([byte]))
    bob.feed(b"x\n" * 300)
    world.server.loop.advance(1)
    assert [line for line in carol.lines() if "<bob>" in line] == ["<bob> hello there"] + ["<bob> x"] * 300


def test_a_hello_that_waits_to_be_read_comes_before_the_greeting(world: Encrypted) -> None:
    client = EncryptedClient(world)
    with pytest.raises(ssl.SSLWantReadError):
        client.socket.do_handshake()
    # As after a moment in which the server had other things to do.
    world.server.factory.greeting.first().greet()
    assert client.shake_hands().feed(b"bob\n").raw().startswith(b"Welcome, bob!")
