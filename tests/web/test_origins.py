"""Which pages may connect, and under which names the server may be asked for."""

from __future__ import annotations

import pytest

from chat.web.origins import Origins, is_own_origin


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
    assert is_own_origin(origin, host)


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
    assert not is_own_origin(origin, host)


@pytest.mark.parametrize(
    ("allowed", "origin", "may"),
    [
        ([], "https://web.example.org", False),
        (["https://web.example.org"], "https://web.example.org", True),
        (["https://web.example.org"], "https://web.example.org:8443", False),
        (["https://web.example.org"], "null", False),
        (["*"], "https://anybody.example", True),
        ([], None, True),
        ([], "null", False),
        ([], "https://chat.example.org", True),
    ],
)
def test_the_operator_says_which_other_pages_may_connect(
    allowed: list[str], origin: str | None, may: bool
) -> None:
    assert Origins(allowed, list).may_connect(origin, "chat.example.org") is may


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("chat.example.org", True),
        ("CHAT.example.org.:56458", True),
        ("web.example.org", True),
        ("a.wild.example", True),
        ("127.0.0.1:56458", True),
        ("[::1]:56458", True),
        ("localhost", True),
        ("den:56458", True),
        ("den.local", True),
        ("evil.example", False),
        ("a.b.wild.example", False),
        ("chat.example.org.evil.example", False),
        ("", False),
        ("[broken", False),
        ("chat.example.org:x", False),
    ],
)
def test_a_name_that_anybody_may_have_is_not_ours(host: str, own: bool) -> None:
    origins = Origins(["https://web.example.org"], lambda: ["Chat.example.org", "*.wild.example"])
    assert origins.is_own_host(host) is own
