"""What others see instead of an address."""

import re

import pytest

from chat.domain.cloak import cloaker


def test_the_same_address_looks_the_same_and_another_does_not() -> None:
    cloak = cloaker(b"key")
    assert re.fullmatch(r"[0-9a-f]{12}\.cloak", cloak("192.0.2.7"))
    assert cloak("192.0.2.7") == cloaker(b"key")("192.0.2.7") == cloak("::ffff:192.0.2.7")
    assert cloak("192.0.2.7") != cloak("192.0.2.8")


def test_another_key_gives_another_cloak() -> None:
    assert cloaker(b"key")("192.0.2.7") != cloaker(b"other")("192.0.2.7")


def test_addresses_of_one_ipv6_network_look_the_same() -> None:
    cloak = cloaker(b"key")
    assert cloak("2001:db8:1:2::1") == cloak("2001:db8:1:2:ffff::2") != cloak("2001:db8:1:3::1")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "local"])
def test_this_machine_is_called_what_it_is(address: str) -> None:
    assert cloaker(b"key")(address) == "localhost"
