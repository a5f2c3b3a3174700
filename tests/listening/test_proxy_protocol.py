"""PROXY headers: read whole, byte by byte and with what follows, and understood by Twisted's own parsers."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.protocols.haproxy._v1parser import V1Parser
from twisted.protocols.haproxy._v2parser import V2Parser

from chat.listening.proxy_protocol import (
    MAX_V1_BYTES,
    MAX_V2_BYTES,
    UNKNOWN,
    V2_SIGNATURE,
    Announcement,
    BadHeader,
    SocketAddress,
    decode,
    encode_v1,
    encode_v2,
)


def at(text: str, port: int) -> SocketAddress:
    return SocketAddress(ip_address(text), port)


def v2(command: int, family: int, body: bytes) -> bytes:
    return V2_SIGNATURE + struct.pack("!BBH", command, family, len(body)) + body


FOUR = Announcement(at("192.0.2.7", 40000), at("198.51.100.1", 56458))
SIX = Announcement(at("2001:db8::7", 40000), at("2001:db8::1", 56458))
FOUR_BODY = bytes([192, 0, 2, 7, 198, 51, 100, 1]) + struct.pack("!HH", 40000, 56458)
EXTENSION = b"\x05\x00\x04room"

HEADERS = [
    (b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 56458\r\n", FOUR),
    (b"PROXY TCP6 2001:db8::7 2001:db8::1 40000 56458\r\n", SIX),
    (b"PROXY TCP6 ::ffff:192.0.2.7 ::ffff:198.51.100.1 40000 56458\r\n", FOUR),
    (b"PROXY UNKNOWN\r\n", UNKNOWN),
    (b"PROXY UNKNOWN whatever stands here\r\n", UNKNOWN),
    (v2(0x21, 0x11, FOUR_BODY), FOUR),
    (v2(0x21, 0x11, FOUR_BODY + EXTENSION), FOUR),
    (
        v2(0x21, 0x21, IPv6Address("2001:db8::7").packed + IPv6Address("2001:db8::1").packed + FOUR_BODY[8:]),
        SIX,
    ),
    (v2(0x21, 0x00, b""), UNKNOWN),
    (v2(0x20, 0x11, FOUR_BODY), UNKNOWN),
    (v2(0x20, 0x00, EXTENSION), UNKNOWN),
    (v2(0x21, 0x31, bytes(216)), UNKNOWN),
    (v2(0x21, 0x12, FOUR_BODY), UNKNOWN),
]


@pytest.mark.parametrize(("header", "said"), HEADERS)
def test_a_header_whole_in_pieces_and_with_what_follows(header: bytes, said: Announcement) -> None:
    for length in range(len(header)):
        assert decode(header[:length]) is None
    assert decode(header) == (said, len(header))
    assert decode(header + header) == (said, len(header))
    assert decode(header + b"bob\r\n\xff") == (said, len(header))


@pytest.mark.parametrize(
    "data",
    [
        b"bob\r\n",
        b"PROXY\r\n",
        b"PROXY TCP4\r\n",
        b"PROXY TCP4 192.0.2.7 198.51.100.1 40000\r\n",
        b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 56458 1\r\n",
        b"PROXY TCP4 2001:db8::7 2001:db8::1 40000 56458\r\n",
        b"PROXY TCP6 192.0.2.7 198.51.100.1 40000 56458\r\n",
        b"PROXY TCP4 example.org 198.51.100.1 40000 56458\r\n",
        b"PROXY TCP4 192.0.2.7 198.51.100.1 65536 56458\r\n",
        b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 -1\r\n",
        b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 1e3\r\n",
        b"PROXY UDP4 192.0.2.7 198.51.100.1 40000 56458\r\n",
        b"PROXY TCP4 192.0.2.7\xff 198.51.100.1 40000 56458\r\n",
        b"PROXY " + b"x" * MAX_V1_BYTES,
        v2(0x11, 0x11, FOUR_BODY),
        v2(0x22, 0x11, FOUR_BODY),
        v2(0x21, 0x11, FOUR_BODY[:-1]),
        v2(0x21, 0x21, FOUR_BODY),
        v2(0x21, 0x11, bytes(MAX_V2_BYTES)),
        b"\r\n\r\nQUIT\r\n",
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01",
    ],
)
def test_what_is_no_header(data: bytes) -> None:
    with pytest.raises(BadHeader):
        decode(data)


def test_the_longest_text_header_is_read() -> None:
    address = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    longest = f"PROXY UNKNOWN {address} {address} 65535 65535\r\n".encode()
    assert len(longest) == MAX_V1_BYTES
    assert decode(longest) == (UNKNOWN, MAX_V1_BYTES)


ports = st.integers(0, 0xFFFF)
addresses = st.builds(
    SocketAddress,
    st.one_of(
        st.integers(0, 2**32 - 1).map(IPv4Address),
        st.integers(0, 2**128 - 1).map(IPv6Address).filter(lambda address: address.ipv4_mapped is None),
    ),
    ports,
)


@given(addresses, st.none() | addresses)
def test_what_is_announced_arrives(source: SocketAddress, destination: SocketAddress | None) -> None:
    for encode in (encode_v1, encode_v2):
        decoded = decode(encode(source, destination))
        assert decoded is not None
        assert decoded[0].source == source
        if destination is not None:
            assert decoded[0].destination == destination


@given(addresses, addresses)
def test_twisted_understands_it_alike(source: SocketAddress, destination: SocketAddress) -> None:
    for header, parser in [
        (encode_v1(source, destination), V1Parser()),
        (encode_v2(source, destination), V2Parser()),
    ]:
        info, rest = parser.feed(header + b"hello")
        assert rest == b"hello"
        assert info is not None
        seen = ip_address(info.source.host)
        if isinstance(seen, IPv6Address) and seen.ipv4_mapped is not None:
            seen = seen.ipv4_mapped
        assert (seen, info.source.port) == source


def test_twisted_understands_that_nothing_is_known() -> None:
    for header, parser in [(encode_v1(None, None), V1Parser()), (encode_v2(None, None), V2Parser())]:
        assert decode(header) == (UNKNOWN, len(header))
        info, rest = parser.feed(header + b"hello")
        assert info is not None
        assert (info.source, info.destination, rest) == (None, None, b"hello")


@given(st.binary(max_size=300))
def test_noise_is_refused_or_asked_to_go_on(noise: bytes) -> None:
    for data in (noise, V2_SIGNATURE + noise, b"PROXY " + noise):
        try:
            decoded = decode(data)
        except BadHeader:
            continue
        assert decoded is None or 0 < decoded[1] <= len(data)


def test_a_mapped_address_is_announced_as_what_it_is_and_a_zone_is_left_out() -> None:
    mapped = SocketAddress(IPv6Address("::ffff:192.0.2.7"), 1)
    assert encode_v1(mapped, at("198.51.100.1", 2)) == b"PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\n"
    assert encode_v1(at("fe80::7%eth0", 1), at("fe80::1%eth0", 2)) == b"PROXY TCP6 fe80::7 fe80::1 1 2\r\n"
