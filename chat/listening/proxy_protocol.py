"""The PROXY protocol's headers, versions 1 and 2: how a relay tells a server who is really there.

Source: the specification that comes with HAProxy, `doc/proxy-protocol.txt`, revision of 2020/03/05; the
sections named below are its sections. Nothing here knows a transport.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

IPAddress = IPv4Address | IPv6Address

V1_SIGNATURE = b"PROXY "
V2_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"

MAX_V1_BYTES = 107
"""The longest version 1 header, line end included (section 2.1)."""

MAX_V2_BYTES = 4096
"""The longest version 2 header that is read. The field allows 65,551; the addresses take at most 232, and
extensions that load balancers add (TLS names, endpoint ids) stay within some hundred bytes."""

_V2_FIXED = struct.Struct("!12sBBH")
_V2_PROXY = 0x21
_V2_LOCAL = 0x20
_TCP4 = 0x11
_TCP6 = 0x21
_UNSPECIFIED = 0x00
_PORT = struct.Struct("!HH")


class BadHeader(Exception):
    """What came is not the header of a PROXY protocol; the text says what is wrong with it."""


class SocketAddress(NamedTuple):
    """An address and a TCP port."""

    ip: IPAddress
    port: int


class Announcement(NamedTuple):
    """What a header says; both are None where the sender does not know, or speaks for itself (`LOCAL`)."""

    source: SocketAddress | None
    destination: SocketAddress | None


UNKNOWN = Announcement(None, None)


HeaderEncoder = Callable[[SocketAddress | None, SocketAddress | None], bytes]
"""Makes a header of the person's address and the address that the person connected to."""


def encode_v1(source: SocketAddress | None, destination: SocketAddress | None) -> bytes:
    """
    The text header (section 2.1).

    Without a source it says `UNKNOWN`, with addresses that mean nothing: they are allowed, and Twisted's
    parser insists on something there.
    """
    if source is None:
        return b"PROXY UNKNOWN 0.0.0.0 0.0.0.0 0 0\r\n"
    source, destination = _one_family(source, destination)
    family = "TCP4" if isinstance(source.ip, IPv4Address) else "TCP6"
    text = f"PROXY {family} {source.ip} {destination.ip} {source.port} {destination.port}\r\n"
    return text.encode("ascii")


def encode_v2(source: SocketAddress | None, destination: SocketAddress | None) -> bytes:
    """The binary header (section 2.2), without extensions; `UNSPEC` without a source."""
    if source is None:
        return _V2_FIXED.pack(V2_SIGNATURE, _V2_PROXY, _UNSPECIFIED, 0)
    source, destination = _one_family(source, destination)
    family = _TCP4 if isinstance(source.ip, IPv4Address) else _TCP6
    body = source.ip.packed + destination.ip.packed + _PORT.pack(source.port, destination.port)
    return _V2_FIXED.pack(V2_SIGNATURE, _V2_PROXY, family, len(body)) + body


def decode(data: bytes) -> tuple[Announcement, int] | None:
    """Read the header, of either version, at the start of `data`: what it says, and how many bytes it took.

    None while it is not complete; more than `MAX_V2_BYTES` are never needed. Raises `BadHeader` if `data` does not
    begin with a header, whatever may follow.
    """
    if data.startswith(V2_SIGNATURE):
        return _decode_v2(data)
    if data.startswith(V1_SIGNATURE):
        return _decode_v1(data)
    if V2_SIGNATURE.startswith(data) or V1_SIGNATURE.startswith(data):
        return None
    raise BadHeader("it does not begin with a PROXY header")


def _decode_v1(data: bytes) -> tuple[Announcement, int] | None:
    end = data.find(b"\r\n", 0, MAX_V1_BYTES)
    if end < 0:
        if len(data) >= MAX_V1_BYTES:
            raise BadHeader(f"a version 1 header has a line end within {MAX_V1_BYTES} bytes")
        return None
    length = end + 2
    words = data[:end].decode("ascii", "replace").split(" ")
    if words[1] == "UNKNOWN":
        return UNKNOWN, length
    if words[1] not in ("TCP4", "TCP6") or len(words) != 6:
        raise BadHeader("a version 1 header has a family, two addresses and two ports")
    addresses = _address(words[2]), _address(words[3])
    kind = IPv4Address if words[1] == "TCP4" else IPv6Address
    if not all(isinstance(address, kind) for address in addresses):
        raise BadHeader("an address is not of the family that the header names")
    source = SocketAddress(unmapped(addresses[0]), _port(words[4]))
    return Announcement(source, SocketAddress(unmapped(addresses[1]), _port(words[5]))), length


def _decode_v2(data: bytes) -> tuple[Announcement, int] | None:
    if len(data) < _V2_FIXED.size:
        return None
    _, command, family, size = _V2_FIXED.unpack_from(data)
    length = _V2_FIXED.size + size
    if command not in (_V2_PROXY, _V2_LOCAL):
        raise BadHeader(f"version and command {command:#04x} are neither PROXY nor LOCAL of version 2")
    if length > MAX_V2_BYTES:
        raise BadHeader(
            f"a version 2 header of {length} bytes is longer than the {MAX_V2_BYTES} that are read"
        )
    if len(data) < length:
        return None
    width = {_TCP4: 4, _TCP6: 16}.get(family)
    if command == _V2_LOCAL or width is None:  # any other family is accepted and ignored (section 2.2)
        return UNKNOWN, length
    if size < 2 * width + _PORT.size:
        raise BadHeader("a version 2 header ends before its addresses do")
    at = _V2_FIXED.size
    ports = _PORT.unpack_from(data, at + 2 * width)
    source = SocketAddress(unmapped(ip_address(data[at : at + width])), ports[0])
    destination = SocketAddress(unmapped(ip_address(data[at + width : at + 2 * width])), ports[1])
    return Announcement(source, destination), length


def _address(text: str) -> IPAddress:
    try:
        return ip_address(text)
    except ValueError:
        raise BadHeader("a version 1 header holds something that is no address") from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 0xFFFF):
        raise BadHeader("a version 1 header holds something that is no port")
    return int(text)


def unmapped(address: IPAddress) -> IPAddress:
    """What a listener on both families shows as `::ffff:192.0.2.1` is that IPv4 address for everybody."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _one_family(
    source: SocketAddress, destination: SocketAddress | None
) -> tuple[SocketAddress, SocketAddress]:
    """A header has room for one family: IPv4 where both are, else IPv6, with IPv4 written inside it."""
    source = SocketAddress(_unscoped(unmapped(source.ip)), source.port)
    if destination is None:
        nowhere: IPAddress = IPv4Address(0) if isinstance(source.ip, IPv4Address) else IPv6Address(0)
        return source, SocketAddress(nowhere, 0)
    destination = SocketAddress(_unscoped(unmapped(destination.ip)), destination.port)
    if type(source.ip) is type(destination.ip):
        return source, destination
    return _in_ipv6(source), _in_ipv6(destination)


def _in_ipv6(address: SocketAddress) -> SocketAddress:
    if isinstance(address.ip, IPv6Address):
        return address
    return SocketAddress(IPv6Address(b"\0" * 10 + b"\xff\xff" + address.ip.packed), address.port)


def _unscoped(address: IPAddress) -> IPAddress:
    """The zone of a link-local address means nothing to another machine."""
    return IPv6Address(address.packed) if isinstance(address, IPv6Address) else address
