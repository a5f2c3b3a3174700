"""Commands for people: names, who somebody is, being away, ignoring."""

from __future__ import annotations

import re

import pytest

from tests.network.chatting import Client, Server, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server(max_per_address=0)


@pytest.fixture
def bob(server: Server) -> Client:
    return join_plain(server, "bob")


def test_who_has_a_name_already_is_told_so(server: Server, bob: Client) -> None:
    carol = join_plain(server, "carol")
    bob.lines()
    assert bob.ask("/nick bob") == ["That is your name already."]
    assert bob.ask("/nick Bob") == ["You are now Bob"]
    assert carol.lines()[-1] == "* bob is now Bob"


def test_whois_tells_what_others_may_know(server: Server, bob: Client) -> None:
    carol = join_plain(server, "carol", address="198.51.100.77")
    carol.send("/away tea", "/join #tea")
    server.loop.advance(3700)
    lines = bob.ask("/whois CAROL")
    assert lines[0] == "carol (user@host), plain"
    assert re.fullmatch(r"  here for 1h 1m, idle for 1h 1m", lines[1])
    assert lines[2:] == ["  in #lobby, #tea", "  away: tea"]
    assert "198.51.100.77" not in "".join(lines)
    assert bob.ask("/whois nobody") == ["No such user: nobody. /users lists who is here."]


def test_away_and_back(server: Server, bob: Client) -> None:
    assert bob.ask("/away") == ["You are back."]
    assert bob.ask("/away tea") == ["You are marked as away."]
    assert bob.ask("/away") == ["You are back."]


def test_ignoring(server: Server, bob: Client) -> None:
    assert bob.ask("/ignore") == ["You ignore nobody."]
    assert bob.ask("/ignore Carol") == ["You ignore Carol. /ignore -Carol undoes it."]
    assert bob.ask("/ignore dave") == ["You ignore dave. /ignore -dave undoes it."]
    assert bob.ask("/ignore") == ["You ignore: carol, dave"]
    assert bob.ask("/ignore -CAROL") == ["You hear CAROL again."]
    assert bob.ask("/ignore -erin") == ["You do not ignore erin."]


@pytest.mark.parametrize("name", ["two words", "x" * 900, "a,b"])
def test_only_names_can_be_ignored(bob: Client, name: str) -> None:
    (line,) = bob.ask(f"/ignore {name}")
    assert line.startswith("That does not work: a name may ")
    assert bob.ask("/ignore") == ["You ignore nobody."]


def test_even_a_reserved_name_can_be_ignored(bob: Client) -> None:
    assert bob.ask("/ignore NickServ") == ["You ignore NickServ. /ignore -NickServ undoes it."]
