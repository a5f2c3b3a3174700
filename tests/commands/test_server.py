"""The server's figures and time."""

from __future__ import annotations

import re

import pytest

from tests.network.chatting import Client, Server, join_irc, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server(max_per_address=0)


@pytest.fixture
def bob(server: Server) -> Client:
    return join_plain(server, "bob")


def test_stats_has_a_line_for_each_figure(server: Server, bob: Client) -> None:
    carol = join_irc(server, "carol", "#tea")
    join_plain(server, "dave").lose()
    carol.send("PRIVMSG #tea :x", "PRIVMSG bob :x")
    server.loop.advance(30)
    bob.send("one", "two")
    server.loop.advance(45)
    bob.lines()
    figures = dict(line.split(": ", 1) for line in bob.ask("/stats"))
    assert figures["users online"] == "2"
    assert figures["peak users"] == "3"
    assert figures["rooms"] == "2"
    assert figures["messages"] == "3"
    assert figures["messages in the last minute"] == "2"
    assert figures["private messages"] == "1"
    assert figures["private messages in the last minute"] == "0"
    assert figures["uptime"] == "1m"
    assert figures["connections by plain"] == "1"
    assert figures["connections by irc"] == "1"


def test_stats_shows_the_figures_of_other_parts(server: Server, bob: Client) -> None:
    server.directory.stats.parts.append(lambda: [("relayed", "7")])
    assert "relayed: 7" in bob.ask("/stats")


def test_time_is_the_servers(bob: Client) -> None:
    (line,) = bob.ask("/time")
    assert re.fullmatch(r"It is 2027-01-1\d \d\d:\d\d:\d\d \S+\.", line)
