"""What operators of the server type: become one, disconnect, keep out, announce."""

from __future__ import annotations

import pytest

from chat.commands import operators
from tests.network.chatting import Client, Server, connect, join_irc, join_plain, make_server

NOBODY = "Nobody is banned from this server."


@pytest.fixture
def server() -> Server:
    """A server with an operator's account and another."""
    server = make_server()
    server.factory.logins.accounts.add("root", "secret", operator=True)  # type: ignore[attr-defined]
    server.factory.logins.accounts.add("user", "secret")  # type: ignore[attr-defined]
    return server


@pytest.fixture
def tess(server: Server) -> Client:
    """Somebody in the lobby."""
    return join_plain(server, "tess")


@pytest.fixture
def olga(server: Server) -> Client:
    """An operator of the server."""
    client = join_plain(server, "olga", address="203.0.113.1").send("/oper root secret")
    client.lines()
    return client


def test_operators_of_the_server(server: Server, tess: Client) -> None:
    bob, eve = join_irc(server, "bob"), join_plain(server, "eve")
    assert (
        tess.ask("/kill bob", "/announce tea")
        == ["Only an operator of the server may do this: /oper NAME PASSWORD"] * 2
    )
    assert tess.ask("/oper user secret") == ["user is no operator of this server."]
    assert tess.ask("/oper root wrong")[0].startswith("That name and password do not belong together")
    assert tess.ask("/oper root secret")[-1].startswith("You are an operator of this server")
    olga = connect(server)
    olga.feed(b"olga\n/oper root\nsecret\n")
    assert olga.lines()[-2:] == [
        "Password for root (an empty line leaves it):",
        "You are an operator of this server: /kill, /serverban and /announce are yours.",
    ]
    eve.lines()
    tess.send("/announce tea at five")
    assert eve.lines() == ["*** tea at five"]
    assert bob.lines() == [":chat.test NOTICE * :tea at five"]
    assert tess.ask("/kill bob spam")[-1] == "bob was disconnected."
    assert bob.lines() == ["ERROR :Killed by tess: spam"]


@pytest.mark.parametrize(
    "line", ["/serverban bob", "/serverunban bob", "/serverbans", "/kline bob x", "/klines"]
)
def test_bans_are_for_operators(server: Server, tess: Client, line: str) -> None:
    join_plain(server, "bob", address="192.0.2.1")
    assert tess.ask(line) == ["Only an operator of the server may do this: /oper NAME PASSWORD"]
    assert set(server.directory.people) == {"tess", "bob"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("bob", "until 2027-01-16 08:00 UTC, by olga"),
        ("bob 30m", "until 2027-01-15 08:30 UTC, by olga"),
        ("bob forever", "for good, by olga"),
        ("bob too loud", "until 2027-01-16 08:00 UTC, by olga: too loud"),
        ("bob 7d too loud", "until 2027-01-22 08:00 UTC, by olga: too loud"),
        ("bob  90   too   loud", "until 2027-01-15 09:30 UTC, by olga: too loud"),
    ],
)
def test_somebody_is_kept_out_for_a_time_and_a_reason(
    server: Server, olga: Client, line: str, told: str
) -> None:
    bob = join_plain(server, "bob", address="192.0.2.1")
    assert (
        olga.ask(f"/serverban {line}")[-1] == f"192.0.2.1 is banned {told.partition(',')[0]}; 1 disconnected."
    )
    assert bob.lines()[-1].startswith("*** Your address is banned from this server ")
    assert bob.closed
    assert connect(server, "192.0.2.1").closed
    assert olga.ask("/serverbans") == [f"  192.0.2.1 {told}"]
    assert olga.ask("/serverunban 192.0.2.1") == ["192.0.2.1 may come in again."]
    assert olga.ask("/serverbans") == [NOBODY]
    assert not connect(server, "192.0.2.1").closed


def test_the_aliases_are_what_irc_operators_know(server: Server, olga: Client) -> None:
    assert olga.ask("/kline 192.0.2.0/24 1h x")[-1].startswith("192.0.2.0/24 is banned until")
    assert len(olga.ask("/klines")) == 1
    assert olga.ask("/unkline 192.0.2.*") == ["192.0.2.0/24 may come in again."]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/serverban", "Usage: /serverban WHOM [DURATION] [REASON]"),
        ("/serverban 192.0.2.1 5parsecs", "5parsecs is no duration. Say how long as in 30m"),
        ("/serverban nobody", "nobody is not here, and is no account, address or network either."),
        ("/serverban olga", "That is you: an operator cannot ban their own account."),
        ("/serverban 203.0.113.0/24", "You are connected from 203.0.113.0/24 yourself."),
        ("/serverban 0.0.0.0/0", "0.0.0.0/0 is too wide"),
        ("/serverunban bob", "bob is not banned from this server. /serverbans lists who is."),
    ],
)
def test_what_does_not_work_is_said(olga: Client, line: str, told: str) -> None:
    assert olga.ask(line)[0].startswith(told)
    assert olga.ask("/serverbans") == [NOBODY]


def test_a_long_list_shows_the_newest(olga: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operators, "BANS_SHOWN", 2)
    for number in (1, 2, 3):
        olga.send(f"/serverban 192.0.2.{number} forever")
    olga.lines()
    lines = olga.ask("/serverbans")
    assert [line.split()[0] for line in lines[:2]] == ["192.0.2.2", "192.0.2.3"]
    assert lines[2].startswith("  and 1 older ones")


def test_the_ban_of_a_room_says_where_addresses_are_banned(tess: Client) -> None:
    tess.send("/join #a")
    tess.lines()
    (answer,) = tess.ask("/ban 192.0.2.1")
    assert answer.endswith("Operators of the server keep an address out with /serverban 192.0.2.1")
