from __future__ import annotations

import json

import pytest
from twisted.logger import LogLevel, LogPublisher, capturedLogs, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from chat.monitor.observer import install_observer
from chat.monitor.site import GUESSES_LOGGED, MAX_BODY, MISSES_LOGGED
from tests.monitor.support import TOKEN, Answer, World

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def cookie(answer: Answer) -> dict[str, str]:
    return {"Cookie": answer.headers["set-cookie"].split(";")[0]}


def test_without_token_there_is_the_sign_in_form_and_no_data() -> None:
    answer = World().request("GET /")
    assert answer.code == 401
    assert b"the page" not in answer.body
    assert b'id="wrong" hidden' in answer.body


def test_the_first_visit_gets_a_cookie_and_an_address_without_the_token() -> None:
    world = World()
    answer = world.request(f"GET /?token={TOKEN}")
    assert (answer.code, answer.headers["location"]) == (303, "/")
    attributes = answer.headers["set-cookie"].lower()
    assert "httponly" in attributes
    # Links on other pages bring it along; what other pages ask for by themselves does not.
    assert "samesite=lax" in attributes
    assert TOKEN not in answer.headers["set-cookie"]
    page = world.request("GET /", cookie(answer))
    assert (page.code, page.body) == (200, b"<p>the page</p>")


def test_signing_in_with_the_form() -> None:
    world = World()
    answer = world.request("POST /", body=f"token={TOKEN}".encode())
    assert answer.code == 303
    assert world.request("GET /", cookie(answer)).code == 200


def test_a_wrong_token_in_the_form_is_told() -> None:
    answer = World().request("POST /", body=b"token=guess")
    assert answer.code == 401
    assert b'id="wrong">' in answer.body


def test_a_wrong_token_in_the_address_opens_nothing() -> None:
    answer = World().request("GET /?token=guess")
    assert answer.code == 401
    assert "set-cookie" not in answer.headers


def test_another_servers_cookie_opens_nothing() -> None:
    given = World(token="a-quite-different-token").request("GET /?token=a-quite-different-token")
    assert World().request("GET /", cookie(given)).code == 401


@pytest.mark.parametrize("path", ["/", "/monitor.js", "/metrics", "/healthz", "/ws", "/nothing", "/a/b/c"])
def test_every_answer_has_the_headers_that_keep_others_out(path: str) -> None:
    headers = World().request(f"GET {path}").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "strict-transport-security" not in headers
    assert "Twisted" not in headers["server"]


def test_metrics_need_the_token() -> None:
    world = World()
    assert world.request("GET /metrics").code == 401
    assert b"chat_people" not in world.request("GET /metrics").body
    assert b"chat_people" in world.request("GET /metrics", BEARER).body
    assert b"chat_people" in world.request(f"GET /metrics?token={TOKEN}").body
    assert b"chat_people" in world.request("GET /metrics", cookie(world.request(f"GET /?token={TOKEN}"))).body


def test_metrics_of_a_source_that_fails_are_a_503() -> None:
    world = World()
    world.source.broken = True
    case = SynchronousTestCase()
    case._installObserver()
    try:
        assert world.request("GET /metrics", BEARER).code == 503
        assert len(case.flushLoggedErrors(RuntimeError)) == 1
    finally:
        case._removeObserver()


def test_health_needs_no_token_and_follows_the_source() -> None:
    world = World()
    assert (world.request("GET /healthz").code, world.request("GET /healthz").body) == (200, b"ok\n")
    world.source.broken = True
    world.clock.advance(1)
    assert world.request("GET /healthz").code == 503


def test_assets_are_sent_once() -> None:
    world = World()
    first = world.request("GET /monitor.js")
    assert (first.code, first.body) == (200, b"let it = be;")
    again = world.request("GET /monitor.js", {"If-None-Match": first.headers["etag"]})
    assert (again.code, again.body) == (304, b"")


def test_head_has_no_body() -> None:
    answer = World().request("HEAD /monitor.js")
    assert (answer.code, answer.body, answer.headers["content-length"]) == (200, b"", "12")


@pytest.mark.parametrize(
    "path",
    [
        "/index.html",
        "/signin.html",
        "/nothing",
        "/../setup.cfg",
        "/%2e%2e/setup.cfg",
        "/ws/more",
        "//",
        "/monitor.js/",
    ],
)
def test_nothing_else_is_there(path: str) -> None:
    answer = World().request(f"GET {path}", BEARER)
    assert answer.code in (404, 426)
    assert b"metadata" not in answer.body


def test_a_method_that_does_not_fit_is_refused() -> None:
    answer = World().request("DELETE /")
    assert (answer.code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert World().request("POST /healthz").code == 405


def test_a_big_body_is_not_taken() -> None:
    world = World()
    wire = world.connect()
    wire.feed(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
    assert wire.aborted


def test_a_big_body_in_chunks_is_not_taken() -> None:
    world = World()
    wire = world.connect()
    wire.feed(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(MAX_BODY // 1000 + 1):
        assert not wire.aborted
        wire.feed(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
    assert wire.aborted


# The WebSocket's handshake


def test_a_socket_needs_the_token() -> None:
    world = World()
    assert world.handshake("/ws")[1].code == 401
    assert world.handshake("/ws?token=guess")[1].code == 401
    assert world.feed.pages == 0
    assert world.handshake()[1].code == 101
    assert world.handshake("/ws", Authorization=f"Bearer {TOKEN}")[1].code == 101
    given = cookie(world.request(f"GET /?token={TOKEN}"))
    assert world.handshake("/ws", **given)[1].code == 101
    assert world.feed.pages == 3


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://chat.test", "https://chat.test"])
def test_a_foreign_page_gets_no_socket_even_with_the_token(origin: str) -> None:
    world = World()
    assert world.handshake(Origin=origin)[1].code == 403
    assert world.feed.pages == 0


def test_the_own_page_gets_one() -> None:
    assert World().handshake(Origin="http://chat.test:8080")[1].code == 101


def test_a_plain_request_to_the_socket_is_answered() -> None:
    answer = World().request("GET /ws", BEARER)
    assert (answer.code, answer.headers["upgrade"]) == (426, "websocket")


def test_too_many_pages_are_refused() -> None:
    world = World()
    answers = [world.handshake()[1].code for _ in range(33)]
    assert answers == [101] * 32 + [503]


# What is logged


def test_no_log_line_holds_the_token_or_the_cookie() -> None:
    world = World()
    with capturedLogs() as events:
        given = cookie(world.request(f"GET /?token={TOKEN}"))
        world.request("GET /", given)
        world.request(f"GET /nothing?token={TOKEN}")
        world.request(f"GET /metrics?token={TOKEN}x")
        world.handshake(f"/ws?token={TOKEN}#fragment", **given)
        world.handshake(f"/ws?token={TOKEN}", Sec_WebSocket_Version="7", **given)
        world.request("POST /", body=f"token={TOKEN}x".encode())
    assert events
    text = json.dumps([{k: str(v) for k, v in e.items()} for e in events])
    assert TOKEN not in text
    assert given["Cookie"].split("=")[1] not in text


def test_a_path_cannot_forge_a_log_line() -> None:
    world = World()
    with capturedLogs() as events:
        world.request("GET /a%0Ab%1b[31m")
        world.request("GET /a\x1b[31m")
    assert [e["path"] for e in events if "path" in e] == ["/a%0Ab%1b[31m"]


def test_refusals_fill_no_log() -> None:
    world = World()
    with capturedLogs() as events:
        for _ in range(GUESSES_LOGGED * 3):
            world.request("GET /metrics?token=guess")
        assert sum(e.get("code") == 401 for e in events) == GUESSES_LOGGED
        world.clock.advance(60)
        world.request("GET /metrics", {"Authorization": "Bearer guess"})
    refusals = [e for e in events if e.get("code") == 401]
    assert len(refusals) == GUESSES_LOGGED + 1
    assert {e["log_level"] for e in refusals} == {LogLevel.warn}


@pytest.mark.parametrize("asked", ["GET /x%d", "GET /", "DELETE /x%d", "GET /metrics", "POST /healthz"])
def test_strangers_fill_no_log_with_what_is_not_there(asked: str) -> None:
    world = World()
    with capturedLogs() as events:
        for number in range(100):
            world.request(asked.replace("%d", str(number)))
        refused = [e for e in events if e.get("code", 0) >= 400]
        assert len(refused) == MISSES_LOGGED
        assert "more in this minute" in refused[-1]["note"]
        # Somebody who guesses at the token is seen all the same.
        world.request("GET /metrics?token=guess")
        world.clock.advance(60)
        world.request("GET /y")
    levels = [e["log_level"] for e in events if e.get("code", 0) >= 400]
    assert levels == [*[LogLevel.info] * MISSES_LOGGED, LogLevel.warn, LogLevel.info]


def test_who_only_has_no_token_is_no_warning() -> None:
    world = World()
    with capturedLogs() as events:
        world.request("GET /")
    assert [e["log_level"] for e in events if e.get("code") == 401] == [LogLevel.info]


def test_watching_the_log_logs_nothing() -> None:
    world = World()
    remove = install_observer(world.ring, [TOKEN], globalLogPublisher)
    try:
        wire = world.page()
        before = world.ring.next
        for _ in range(100):
            world.clock.advance(0.1)
        wire.take()
        assert world.ring.next == before
    finally:
        remove()
    assert isinstance(globalLogPublisher, LogPublisher)
