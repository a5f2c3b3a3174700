"""The listener and bad input: other protocols, long lines, noise, and halves of lines."""

import pytest

from chat.network.turning_away import NO_TLS_HERE, NO_WEB_HERE
from tests.network.chatting import Server, join_irc, join_plain, make_server

DOORS = ["socket", "wrapped", "proxied"]


@pytest.fixture
def server() -> Server:
    return make_server()


@pytest.mark.parametrize(
    "request_line", [b"GET / HTTP/1.1", b"POST /x HTTP/1.0", b"PRI * HTTP/2.0", b"CONNECT a:1 HTTP/1.1"]
)
def test_a_browser_is_told_that_this_is_no_web_page(server: Server, request_line: bytes) -> None:
    client = server.connect().feed(request_line + b"\r\nHost: x\r\n\r\n")
    answer = client.raw().decode()
    assert answer.startswith("HTTP/1.1 400 Bad Request\r\n")
    assert answer.endswith(f"\r\n\r\n{NO_WEB_HERE}\n")
    assert client.ended
    assert server.directory.stats.refused == 1
    assert server.left_behind() == []


def test_somebody_may_be_called_get(server: Server) -> None:
    assert join_plain(server, "GET").ask("/nick put") == ["You are now put"]


def test_a_tls_client_gets_an_alert(server: Server) -> None:
    client = server.connect().feed(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)))
    assert client.raw() == NO_TLS_HERE
    assert client.ended
    assert server.left_behind() == []


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("named", [False, True])
def test_ten_kilobytes_without_an_end_close_with_a_sentence(server: Server, named: bool, door: str) -> None:
    client = join_plain(server, "bob", door) if named else server.connect(door=door)
    for _ in range(10):
        client.feed(b"x" * 1024)
    assert not client.ended
    client.feed(b"x")
    assert client.ended
    assert "A line may not be longer than 10 KB. Goodbye." in client.lines()[-1]
    assert server.left_behind() == []


def test_an_irc_client_that_sends_ten_kilobytes_without_an_end_is_closed(server: Server) -> None:
    client = join_irc(server, "bob", "#lobby").feed(b"PRIVMSG #lobby :" + b"x" * 10_240)
    assert client.ended
    assert client.lines()[-1].startswith("ERROR :")


def test_a_line_longer_than_ten_kilobytes_closes_too(server: Server) -> None:
    client = join_plain(server, "bob").feed(b"x" * 10_241 + b"\nhello\n")
    assert client.ended


NOISE = [
    b"\x00",
    b"\xff",
    b"\xff\xff",
    b"\xfe\xfd",
    b"\xed\xa0\x80",  # a lone surrogate in UTF-8's clothes
    b"\xc3",
    b"\x1b[2J\x1b]0;owned\x07",
    b"\x9b31m",
    b"\xff\xfa\x18\x01",
    b"\r",
    b"\r\r",
    b"\x7f" * 100,
    bytes(range(256)).replace(b"\n", b""),
    b"",
    b" ",
    b"\t",
]


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("dialect", ["plain", "irc"])
def test_noise_costs_nobody_the_connection_and_hurts_no_terminal(
    server: Server, noise: bytes, dialect: str
) -> None:
    carol = join_plain(server, "carol")
    bob = join_plain(server, "bob") if dialect == "plain" else join_irc(server, "bob", "#lobby")
    say = b"" if dialect == "plain" else b"PRIVMSG #lobby :"
    for data in (noise, b"a" + noise, noise + b"b", b"a" + noise + b"b"):
        bob.feed(say + data + b"\n")
    bob.feed(b"\xff\xf0\n" if noise.startswith(b"\xff\xfa") else b"")
    bob.feed(say + b"still here\n")
    assert not bob.ended
    heard = carol.lines()
    assert heard[-1] == "<bob> still here"
    assert all(line.isprintable() for line in heard)


@pytest.mark.parametrize("noise", NOISE)
def test_noise_for_a_name_is_refused_and_asked_again(server: Server, noise: bytes) -> None:
    client = server.connect().feed(noise + b"\n")
    client.feed(b"\xff\xf0" if noise.startswith(b"\xff\xfa") else b"").feed(b"\n")
    assert client.feed(b"bob\n").raw().find(b"Welcome, bob!") >= 0


@pytest.mark.parametrize("noise", NOISE)
def test_noise_and_then_the_end_leave_nothing_behind(server: Server, noise: bytes) -> None:
    server.connect().feed(noise).half_close()
    server.connect().feed(noise).lose()
    server.connect().feed(noise + b"\n").lose()
    server.loop.advance(60)
    assert server.left_behind() == []
