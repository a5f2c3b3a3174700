from __future__ import annotations

import pytest
from twisted.web.server import Request
from twisted.web.test.requesthelper import DummyChannel

from chat.monitor.access import Gate, is_own_origin

TOKEN = "a-token-for-tests"


def request(
    *, headers: dict[str, str] | None = None, args: dict[bytes, list[bytes]] | None = None
) -> Request:
    made = Request(DummyChannel(), False)
    for name, value in (headers or {}).items():
        made.requestHeaders.addRawHeader(name, value)
    made.args = args or {}
    return made


@pytest.mark.parametrize(
    "good",
    [
        request(headers={"Authorization": f"Bearer {TOKEN}"}),
        request(headers={"Authorization": f"bearer  {TOKEN} "}),
        request(args={b"token": [TOKEN.encode()]}),
    ],
)
def test_the_token_opens(good: Request) -> None:
    assert Gate(TOKEN).admits(good)
    assert Gate(TOKEN).knows_token(good)


@pytest.mark.parametrize(
    "bad",
    [
        request(),
        request(headers={"Authorization": f"Basic {TOKEN}"}),
        request(headers={"Authorization": "Bearer"}),
        request(headers={"Authorization": f"Bearer {TOKEN}x"}),
        request(headers={"Authorization": "Bearer \xff\xfe"}),
        request(args={b"token": [TOKEN[:-1].encode()]}),
        request(args={b"token": []}),
        request(args={b"token": ["ü".encode()]}),
    ],
)
def test_nothing_else_opens(bad: Request) -> None:
    assert not Gate(TOKEN).admits(bad)


class CookieJar:
    """Takes what `give_cookie` sets."""

    def __init__(self) -> None:
        self.cookies: dict[bytes, bytes] = {}
        self.options: dict[str, object] = {}

    def isSecure(self) -> bool:
        return False

    def addCookie(self, name: bytes, value: bytes, **options: object) -> None:
        self.cookies[name] = value
        self.options = options


def test_the_cookie_opens_only_where_it_was_given() -> None:
    jar = CookieJar()
    Gate(TOKEN).give_cookie(jar)  # type: ignore[arg-type]
    visitor = request()
    visitor.received_cookies.update(jar.cookies)
    assert Gate(TOKEN).admits(visitor)
    assert not Gate(TOKEN).knows_token(visitor)
    assert not Gate("another-token-for-tests").admits(visitor)


def test_the_cookie_does_not_hold_the_token_and_is_kept_from_scripts_and_other_sites() -> None:
    jar = CookieJar()
    Gate(TOKEN).give_cookie(jar)  # type: ignore[arg-type]
    ((name, value),) = jar.cookies.items()
    assert TOKEN.encode() not in name + value
    assert jar.options["httpOnly"] is True
    assert jar.options["sameSite"] == b"lax"
    assert jar.options["path"] == b"/"


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8080", None),
        ("localhost:8080", "http://localhost:8080"),
        ("LOCALHOST:8080", "http://localhost:8080"),
        ("chat.example.org", "https://chat.example.org"),
        ("chat.example.org", "http://chat.example.org:80"),
        ("chat.example.org:443", "https://chat.example.org"),
        ("[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_own_origins(host: str, origin: str | None) -> None:
    headers = {"Host": host, **({"Origin": origin} if origin is not None else {})}
    assert is_own_origin(request(headers=headers))


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8080", "http://evil.example"),
        ("localhost:8080", "http://localhost:8081"),
        ("localhost:8080", "http://localhost"),
        ("localhost:8080", "http://localhost:8080.evil.example"),
        ("localhost:8080", "null"),
        ("localhost:8080", ""),
        ("localhost:8080", "file://"),
        ("localhost:8080", "http://[broken"),
        ("localhost:8080", "http://localhost:99999999"),
        ("localhost:8080", "ftp://localhost:8080"),
        ("localhost:8080", "http://l\u00f6calhost:8080"),
        ("", "http://localhost:8080"),
    ],
)
def test_foreign_origins(host: str, origin: str) -> None:
    assert not is_own_origin(request(headers={"Host": host, "Origin": origin}))
