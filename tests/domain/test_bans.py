"""Bans: what can be banned, how it is looked up, and when it ends."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain import bans as module
from chat.domain.bans import (
    Ban,
    Bans,
    MemoryBans,
    clean_reason,
    covers,
    is_address,
    normal_address,
)
from chat.domain.refused import Refused, Why
from chat.domain.text import REASON_BYTES

NOW = 1_800_000_000.0


def ban(what: str, until: float | None = None, *, account: bool = False, reason: str = "spam") -> Ban:
    """A ban that was set at `NOW`."""
    return Ban(what, account, reason, "root", NOW, until)


def made(*bans: Ban) -> Bans:
    """A table with these bans."""
    table = Bans(MemoryBans())
    for one in bans:
        table.add(one, NOW)
    return table


# what can be banned


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("192.0.2.7/32", "192.0.2.7"),
        ("192.0.2.7/24", "192.0.2.0/24"),
        ("192.0.2.*", "192.0.2.0/24"),
        ("192.0.*", "192.0.0.0/16"),
        ("192.0.*.*", "192.0.0.0/16"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("2001:DB8::7", "2001:db8::/64"),
        ("2001:db8:0:0:1::/80", "2001:db8::/64"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("2001:db8::/48", "2001:db8::/48"),
    ],
)
def test_addresses_and_networks_have_a_normal_form(text: str, normal: str) -> None:
    assert normal_address(text) == normal
    assert normal_address(normal) == normal


@pytest.mark.parametrize("text", ["192.0.2.7", "127.0.0.1", "0.0.0.0/0", "192.0.*", "::1", "2001:db8::/3"])
def test_addresses_are_told_from_masks(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize("text", ["bob", "*!*@192.0.2.7", "m:bob", "*.example", "192.0.2.300", "bob!*@*"])
def test_masks_are_told_from_addresses(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize("name", ["bob", "bob2", "dead", "a/b", "10", "7/8x"])
def test_names_are_no_addresses(name: str) -> None:
    assert normal_address(name) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("127.0.0.1", "this machine itself"),
        ("127.0.0.0/8", "this machine itself"),
        ("127.1.*", "this machine itself"),
        ("::1", "this machine itself"),
        ("::/16", "this machine itself"),
        ("::ffff:127.0.0.1", "this machine itself"),
        ("0.0.0.0/0", "too wide: /8"),
        ("10.0.0.0/7", "too wide: /8"),
        ("2000::/3", "too wide: /16"),
        ("192.0.2.300", "neither an address nor a network"),
        ("192.0.2", "neither"),
        ("192.0.2.0/33", "neither"),
        ("host.example", "neither"),
        ("*.example", "neither"),
        ("300.*", "neither"),
        (":", "neither"),
    ],
)
def test_what_cannot_be_banned_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        normal_address(text)
    assert refused.value.why is Why.CANNOT_BAN


def test_a_reason_is_one_short_line() -> None:
    assert clean_reason("  too\tmuch \x1b[31mred\r\nQUIT ") == "too much red QUIT"
    assert len(clean_reason("ü" * 1000).encode()) <= REASON_BYTES


# who falls under a ban


def test_an_address_a_network_and_an_account() -> None:
    table = made(ban("192.0.2.7"), ban("198.51.100.0/24"), ban("2001:db8::/64"), ban("Bob", account=True))
    assert len(table) == 4
    for address in ("192.0.2.7", "::ffff:192.0.2.7", "198.51.100.200", "2001:db8::9:9"):
        assert table.of_address(address, NOW) is not None, address
    for address in ("192.0.2.8", "198.51.101.1", "2001:db8:0:1::1", "127.0.0.1", "::1", "local"):
        assert table.of_address(address, NOW) is None, address
    assert table.of_account("BOB", NOW) == ban("Bob", account=True)
    assert table.of_account("bobby", NOW) is None
    assert table.of_account(None, NOW) is None


def test_the_most_particular_ban_answers_and_the_wider_one_when_it_is_over() -> None:
    table = made(
        ban("10.0.0.0/8", reason="wide"),
        ban("10.1.2.3", NOW + 10, reason="narrow"),
        ban("10.1.0.0/16", NOW + 20, reason="middle"),
    )

    def reason(now: float) -> str:
        found = table.of_address("10.1.2.3", now)
        assert found is not None
        return found.reason

    assert [reason(NOW), reason(NOW + 10), reason(NOW + 20)] == ["narrow", "middle", "wide"]


def test_a_ban_ends_by_itself_and_is_forgotten_by_its_keeper() -> None:
    keeper = MemoryBans()
    table = Bans(keeper)
    table.add(ban("192.0.2.7", NOW + 60), NOW)
    assert table.of_address("192.0.2.7", NOW + 59.9) is not None
    assert table.of_address("192.0.2.7", NOW + 60) is None
    assert (len(table), list(keeper.all())) == (0, [])


def test_a_second_ban_on_the_same_replaces_the_first() -> None:
    table = made(ban("192.0.2.0/24", NOW + 60), ban("192.0.2.0/24", NOW + 600, reason="more"))
    assert [one.reason for one in table.listed(NOW)] == ["more"]
    found = table.of_address("192.0.2.1", NOW + 100)
    assert found is not None
    assert found.reason == "more"


def test_a_ban_is_lifted_once() -> None:
    table = made(ban("Bob", account=True), ban("192.0.2.0/24"))
    assert table.lift("bob") == ban("Bob", account=True)
    assert table.lift("bob") is None
    assert table.lift("192.0.2.0/24") is not None
    assert table.of_address("192.0.2.1", NOW) is None
    assert table.listed(NOW) == []


def test_there_is_a_bound_and_what_is_over_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BANS_AT_MOST", 2)
    table = made(ban("192.0.2.1", NOW + 5), ban("192.0.2.2"))
    with pytest.raises(Refused, match="which is the limit"):
        table.add(ban("192.0.2.3"), NOW)
    table.add(ban("192.0.2.2", reason="again"), NOW)
    table.add(ban("192.0.2.3"), NOW + 5)
    assert [one.what for one in table.listed(NOW + 5)] == ["192.0.2.2", "192.0.2.3"]


def test_what_the_keeper_has_is_known_from_the_start() -> None:
    keeper = MemoryBans()
    Bans(keeper).add(ban("192.0.2.0/24"), NOW)
    assert Bans(keeper).of_address("192.0.2.5", NOW) == ban("192.0.2.0/24")


def test_whoever_is_turned_away_is_told_what_until_when_and_why() -> None:
    until = 1_800_000_000.0 + 3600
    assert ban("192.0.2.7", until).sentence == (
        "Your address is banned from this server until 2027-01-15 09:00 UTC: spam"
    )
    assert (
        ban("Bob", account=True, reason="").sentence == "The account Bob is banned from this server for good"
    )
    assert ban("Bob", reason="").quit_reason == "Banned"
    assert ban("Bob").quit_reason == "Banned: spam"


# against the plain way of doing it

four = st.builds(
    ipaddress.IPv4Network,
    st.tuples(st.integers(0x0A00_0000, 0x0A00_FFFF), st.integers(8, 32)),
    st.just(False),
)
six = st.builds(
    ipaddress.IPv6Network,
    st.tuples(st.integers(0, 0xFFFF).map(lambda n: (0x2001_0DB8 << 96) | (n << 56)), st.integers(16, 70)),
    st.just(False),
)
lasting = st.one_of(st.none(), st.floats(NOW + 1, NOW + 100))
networks = st.lists(st.tuples(st.one_of(four, six), lasting), max_size=12)
asked = st.one_of(
    st.integers(0x0A00_0000, 0x0A00_FFFF).map(ipaddress.IPv4Address),
    st.integers(0, 0xFFFFF).map(lambda n: ipaddress.IPv6Address((0x2001_0DB8 << 96) | (n << 52))),
)


def as_banned(
    found: Iterable[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, float | None]],
) -> dict[str, Ban]:
    """Bans on these, the last one of each counting."""
    bans = [ban(normal_address(str(network)) or "", until) for network, until in found]
    return {one.what: one for one in bans}


@given(networks, asked, st.floats(NOW, NOW + 120))
def test_looking_up_is_the_same_as_looking_at_each(
    found: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, float | None]],
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
    now: float,
) -> None:
    expected = as_banned(found)
    table = made(*(ban(normal_address(str(network)) or "", until) for network, until in found))
    fits = [
        one for one in expected.values() if not one.over(now) and address in ipaddress.ip_network(one.what)
    ]
    answer = table.of_address(str(address), now)
    assert (answer is not None) == bool(fits)
    if answer is not None:
        assert answer in fits
        assert ipaddress.ip_network(answer.what).prefixlen == max(
            ipaddress.ip_network(one.what).prefixlen for one in fits
        )
    for one in expected.values():
        assert covers(one.what, str(address)) == (address in ipaddress.ip_network(one.what))
    assert table.listed(now) == sorted(
        (one for one in expected.values() if not one.over(now)), key=lambda one: one.key
    )


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from(["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::/32"]))
    )
)
def test_setting_and_lifting_in_any_order_leaves_what_was_set_last(steps: list[tuple[bool, str]]) -> None:
    table, expected = Bans(MemoryBans()), set[str]()
    for add, what in steps:
        if add:
            table.add(ban(what), NOW)
            expected.add(what)
        else:
            table.lift(what)
            expected.discard(what)
    assert {one.what for one in table.listed(NOW)} == expected
    assert (table.of_address("10.1.2.3", NOW) is not None) == bool(expected - {"2001:db8::/32"})
    assert (table.of_address("2001:db8:5::1", NOW) is not None) == ("2001:db8::/32" in expected)
