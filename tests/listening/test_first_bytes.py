"""What the first bytes tell, whole and byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.listening.first_bytes import HTTP_METHODS, Door, door_of
from chat.listening.proxy_protocol import encode_v1, encode_v2

KNOWN = [
    (b"\x16\x03\x01\x02\x00\x01", Door.TLS),
    (b"GET / HTTP/1.1\r\n", Door.HTTP),
    (b"GET http://chat.test/ HTTP/1.1\r\n", Door.HTTP),
    (b"OPTIONS * HTTP/1.1\r\n", Door.HTTP),
    (b"CONNECT chat.test:443 HTTP/1.1\r\n", Door.HTTP),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Door.HTTP),
    (encode_v1(None, None), Door.RELAY),
    (encode_v2(None, None), Door.RELAY),
    (b"NICK bob\r\n", Door.LINES),
    (b"CAP LS 302\r\n", Door.LINES),
    (b"PASS secret\r\n", Door.LINES),
    (b"bob\n", Door.LINES),
    (b"GET\r\n", Door.LINES),
    (b"GET lost\r\n", Door.LINES),
    (b"CONNECT me to somebody\r\n", Door.LINES),
    (b"CONNECT\r\n", Door.LINES),
    (b"get / HTTP/1.1\r\n", Door.LINES),
    (b"\r\n", Door.LINES),
    (b"\xff\xfb\x1f", Door.LINES),
    (b"\x16\x02", Door.LINES),
    (b"PROXY war\r\n", Door.LINES),
]


@pytest.mark.parametrize(("data", "door"), KNOWN)
def test_who_is_there(data: bytes, door: Door) -> None:
    assert door_of(data) is door


@pytest.mark.parametrize(("data", "door"), [known for known in KNOWN if known[1] is not Door.LINES])
def test_a_beginning_is_never_taken_for_something_else(data: bytes, door: Door) -> None:
    found = {door_of(data[:length]) for length in range(1, len(data))}
    # Two line ends are a person's who presses Enter, though a header may begin with them.
    assert found <= {door, Door.UNDECIDED} | ({Door.LINES} if data.startswith(b"\r\n") else set())


@given(st.binary(min_size=1, max_size=400))
def test_what_is_decided_stays_so(data: bytes) -> None:
    decided = Door.UNDECIDED
    for length in range(5, len(data) + 1):
        door = door_of(data[:length])
        if decided is not Door.UNDECIDED:
            assert door is decided
        decided = door


@given(st.sampled_from(HTTP_METHODS), st.binary(max_size=1000))
def test_nobody_is_undecided_about_for_long(method: bytes, rest: bytes) -> None:
    if len(rest) > 300:
        assert door_of(method + b" " + rest) is not Door.UNDECIDED
