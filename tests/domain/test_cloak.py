"""What others see instead of an address."""

from chat.domain.cloak import cloaker


def test_one_address_has_one_cloak_that_does_not_give_it_away() -> None:
    cloak = cloaker(b"key")
    assert cloak("192.0.2.7") == cloaker(b"key")("192.0.2.7")
    assert cloak("192.0.2.7") != cloak("192.0.2.8")
    assert cloak("192.0.2.7") != cloaker(b"other")("192.0.2.7")
    assert cloak("192.0.2.7").endswith(".cloak")


def test_a_network_of_ipv6_is_one_place() -> None:
    cloak = cloaker(b"key")
    assert cloak("2001:db8::1") == cloak("2001:db8::ffff:1")
    assert cloak("2001:db8::1") != cloak("2001:db8:0:1::1")


def test_this_machine() -> None:
    assert cloaker(b"key")("127.0.0.1") == cloaker(b"key")("::1") == "localhost"
