"""HTTP on the chat's own port: what is answered, what is refused, and what a stranger can make it cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.web.server import Request

from chat.domain import banning
from chat.network.factory import GREETING_SECONDS
from chat.web.http import (
    HEAD_BYTES,
    KEEP_ALIVE_SECONDS,
    REQUEST_BURST,
    REQUEST_RATE,
    REQUEST_SECONDS,
    SMALL_BODY,
    Named,
)
from tests.monitor.support import parse
from tests.network.chatting import Server, join_plain
from tests.web.browsers import ask, make_web_server

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: chat.test\r\n\r\n"


def test_the_page_says_what_this_is(server: Server) -> None:
    answer = ask(server)
    assert answer.code == 200
    assert b"This is a chat" in answer.body
    assert server.site.answers == {200: 1}


@pytest.mark.parametrize("path", ["/", "/healthz", "/irc", "/nothing"])
def test_every_answer_has_the_headers_that_keep_others_out(server: Server, path: str) -> None:
    headers = ask(server, f"GET {path} HTTP/1.1").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "Twisted" not in headers["server"]


def test_something_can_be_put_on_the_site(server: Server) -> None:
    class Tree(Named):
        isLeaf = True

        def render_GET(self, request: Request) -> bytes:
            return b"/".join(request.postpath or [])

    server.site.mount(b"static", Tree())
    server.site.mount(b"", Tree())
    assert ask(server, "GET /static/a/b HTTP/1.1").body == b"a/b"
    assert ask(server).body == b""


@pytest.mark.parametrize("host", ["evil.example", "chat.test.evil.example", ""])
def test_a_host_that_is_not_ours_is_refused(server: Server, host: str) -> None:
    answer = ask(server, Host=host)
    assert answer.code == 421
    assert b"--origin" in answer.body


@pytest.mark.parametrize(
    ("request_line", "code"),
    [
        ("GET /nothing HTTP/1.1", 404),
        ("DELETE / HTTP/1.1", 405),
        ("POST /healthz HTTP/1.1", 405),
        ("HEAD /healthz HTTP/1.1", 200),
        ("GET / HTTP/1.0", 200),
        ("GET /", 400),
        ("GET / / / HTTP/1.1", 400),
        ("PRI * HTTP/2.0", 400),
        ("CONNECT chat.test:80 HTTP/1.1", 405),
        ("OPTIONS * HTTP/1.1", 405),
    ],
)
def test_what_does_not_fit_has_a_status_of_its_own(server: Server, request_line: str, code: int) -> None:
    assert ask(server, request_line).code == code


def test_a_request_may_come_byte_by_byte(server: Server) -> None:
    client = server.connect()
    for byte in HEALTH:
        assert client.raw() == b""
        client.feed(bytes([byte]))
    assert parse(client.raw()).code == 200


def test_a_connection_serves_several_requests_and_then_is_closed(server: Server) -> None:
    client = server.connect()
    for _ in range(3):
        assert parse(client.feed(HEALTH).raw()).code == 200
        server.wait(KEEP_ALIVE_SECONDS - 1)
    server.wait(2)
    assert client.ended
    assert server.left_behind() == []


def test_requests_that_come_together_are_answered_one_after_the_other(server: Server) -> None:
    client = server.connect().feed(HEALTH * 20)
    assert client.raw().count(b"HTTP/1.1 200 OK") == 20
    client.feed(HEALTH[:10])
    client.feed(HEALTH[10:] + HEALTH[:7])
    client.feed(HEALTH[7:])
    assert client.raw().count(b"HTTP/1.1 200 OK") == 2


def test_whoever_asks_without_a_pause_waits(server: Server) -> None:
    client = server.connect().feed(HEALTH * 500)
    assert client.raw().count(b"200 OK") == REQUEST_BURST
    server.loop.advance(5)
    assert client.raw().count(b"200 OK") == pytest.approx(REQUEST_RATE * 5, abs=1)
    assert server.connect("192.0.2.99").feed(HEALTH).raw().startswith(b"HTTP/1.1 200")


def test_a_head_that_does_not_end_is_refused(server: Server) -> None:
    client = server.connect().feed(b"GET / HTTP/1.1\r\nHost: chat.test\r\n")
    for _ in range(HEAD_BYTES // 90 + 1):
        client.feed(b"X-More: " + b"x" * 90 + b"\r\n")
    assert client.raw().startswith(b"HTTP/1.1 400")
    assert client.ended


@pytest.mark.parametrize("part", [HEALTH[:-2], HEALTH[:30]])
def test_a_request_that_does_not_come_in_time_is_given_up(server: Server, part: bytes) -> None:
    client = server.connect().feed(part)
    for _ in range(9):
        server.wait(1)
        assert not client.ended
        client.feed(b"X")
    server.wait(REQUEST_SECONDS - 8)
    assert client.raw().startswith(b"HTTP/1.1 408")
    assert client.ended
    assert server.left_behind() == []


@pytest.mark.parametrize("head", [b"Content-Length: 1000000", b"Transfer-Encoding: chunked"])
def test_a_body_that_nobody_takes_is_refused(server: Server, head: bytes) -> None:
    client = server.connect().feed(b"POST / HTTP/1.1\r\nHost: chat.test\r\n" + head + b"\r\n\r\n")
    if b"chunked" in head:
        client.feed(b"%x\r\n" % (SMALL_BODY + 1) + b"x" * (SMALL_BODY + 1))
    assert client.raw().startswith(b"HTTP/1.1 413")
    assert client.ended


def test_a_larger_body_is_taken_where_it_was_allowed(server: Server) -> None:
    class Upload(Named):
        isLeaf = True

        def render_POST(self, request: Request) -> bytes:
            assert request.content is not None
            return b"%d" % len(request.content.read())

    server.site.mount(b"upload", Upload())
    server.site.bodies[b"POST", b"/upload"] = 200_000
    head = b"POST /upload?a HTTP/1.1\r\nHost: chat.test\r\nContent-Length: %d\r\n\r\n"
    client = server.connect().feed(head % 200_000)
    for _ in range(20):
        server.wait(5)
        client.feed(b"x" * 10_000)
    assert parse(client.raw()).body == b"200000"
    assert server.connect().feed(head % 200_001).raw().startswith(b"HTTP/1.1 413")


def test_what_is_refused_is_refused_in_http(server: Server) -> None:
    banning.ban(server.directory, "root", "192.0.2.7", None, "spam")
    answer = parse(server.connect("192.0.2.7").feed(HEALTH).raw())
    assert (answer.code, answer.body) == (
        403,
        b"Your address is banned from this server for good: spam\n",
    )
    for _ in range(32):
        server.connect("192.0.2.8").lose()
    refused = parse(server.connect("192.0.2.8").feed(HEALTH).raw())
    assert refused.code == 429
    assert 590 < int(refused.headers["retry-after"]) <= 600
    assert server.left_behind() == []


def test_whoever_was_greeted_is_too_late_for_a_request(server: Server) -> None:
    client = server.connect()
    server.loop.advance(GREETING_SECONDS)
    assert b"HTTP/1.1 408" in client.feed(HEALTH).raw()
    assert client.ended


def test_a_client_that_goes_away_leaves_nothing_behind(server: Server) -> None:
    server.connect().feed(HEALTH).lose()
    server.connect().feed(HEALTH[:20]).lose()
    half = server.connect().feed(HEALTH).half_close()
    assert half.raw().startswith(b"HTTP/1.1 200")
    assert half.ended
    server.wait(REQUEST_SECONDS)
    assert server.left_behind() == []
    assert len(server.site.incomplete) == 0


def test_a_server_that_stops_closes_them() -> None:
    server = make_web_server()
    client = server.connect().feed(HEALTH)
    server.factory.close_all("Goodbye")
    server.run()
    assert client.ended
    assert server.left_behind() == []


def test_nobody_is_asked_for_a_name_over_http(server: Server) -> None:
    client = server.connect().feed(HEALTH)
    client.raw()
    server.wait(25)
    assert client.raw() == b""
    assert join_plain(server, "GET").ask("/who") != []


@given(
    st.lists(st.binary(max_size=40), max_size=8), st.sampled_from([b"GET /", b"POST /x HTTP/1.1\r\n", HEALTH])
)
def test_whatever_comes_is_answered_or_waits(parts: list[bytes], start: bytes) -> None:
    server = make_web_server()
    client = server.connect().feed(start)
    for part in parts:
        client.feed(part)
    server.wait(60)
    assert client.ended
    assert server.left_behind() == []
