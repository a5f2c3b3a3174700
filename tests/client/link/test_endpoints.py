"""Addresses as people type them, and what they become."""

import pytest
from twisted.internet.testing import MemoryReactorClock

from chat.client.link.endpoints import DEFAULT_PORT, TLS_PORT, BadAddress, default_endpoints, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost", ("localhost", DEFAULT_PORT)),
        (" chat.example.org:6667 ", ("chat.example.org", 6667)),
        ("192.0.2.1:1", ("192.0.2.1", 1)),
        ("::1", ("::1", DEFAULT_PORT)),
        ("[::1]", ("::1", DEFAULT_PORT)),
        ("[2001:db8::7]:6697", ("2001:db8::7", 6697)),
        ("localhost:", ("localhost", DEFAULT_PORT)),
    ],
)
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address


def test_tls_has_a_port_of_its_own() -> None:
    assert parse_address("localhost", tls=True) == ("localhost", TLS_PORT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":1",
        "host:x",
        "host:0",
        "host:65536",
        "host:99999999999",
        "[::1",
        "[::1]x",
        "a b",
        "a:b:c",
        "http://x",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadAddress, match=r"\.$"):
        parse_address(text)


def test_endpoints_connect_where_they_should() -> None:
    reactor = MemoryReactorClock()
    endpoint = default_endpoints(reactor)("127.0.0.1", 1234, False)
    from twisted.internet.protocol import Factory, Protocol

    endpoint.connect(Factory.forProtocol(Protocol))
    assert [client[:2] for client in reactor.tcpClients] == [("127.0.0.1", 1234)]
    assert default_endpoints(reactor)("chat.test", 1, True) is not endpoint
