"""Commands for rooms: lists, coming and going, topics."""

from __future__ import annotations

import pytest

from chat.commands import rooms
from tests.network.chatting import Client, Server, join_irc, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server(max_per_address=0)


@pytest.fixture
def bob(server: Server) -> Client:
    return join_plain(server, "bob")


@pytest.mark.parametrize("word", ["/users", "/who", "/names"])
def test_users_lists_people_by_name_with_their_rights(server: Server, bob: Client, word: str) -> None:
    join_plain(server, "Ann")
    join_irc(server, "carol", "#tea")
    assert bob.ask(word) == ["2 in #lobby: Ann, bob"]
    assert bob.ask(f"{word} tea") == ["1 in #tea: @carol"]
    assert bob.ask(f"{word} #nowhere") == [
        "No such room: #nowhere. See /rooms, or make it with /join #nowhere"
    ]


def test_a_long_list_is_cut_with_a_count(
    server: Server, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "NAMES_SHOWN", 3)
    for n in range(4):
        join_plain(server, f"p{n}")
    assert bob.ask("/users") == ["5 in #lobby: bob, p0, p1 and 2 more"]


def test_secret_rooms_are_seen_by_those_who_are_in_them(server: Server, bob: Client) -> None:
    carol = join_irc(server, "carol", "#tea")
    server.directory.room("#tea").flags.add("s")
    assert bob.ask("/users #tea") == ["No such room: #tea. See /rooms, or make it with /join #tea"]
    assert bob.ask("/rooms") == ["* #lobby  1 here"]
    assert not any("#tea" in line for line in bob.ask("/whois carol"))
    carol.lose()
    bob.send("/join #tea")
    server.directory.room("#tea").flags.add("s")
    assert any("#tea" in line for line in bob.ask("/rooms"))


def test_rooms_lists_the_fullest_first_and_marks_where_one_talks(server: Server, bob: Client) -> None:
    join_irc(server, "carol", "#tea", "#cake")
    join_irc(server, "dave", "#tea")
    bob.send("/join #cake", "/topic On cake")
    assert bob.ask("/list") == [
        "* #cake  2 here",
        "  #tea  2 here",
        "  #lobby  1 here",
    ]


def test_many_rooms_are_cut_with_a_count(
    server: Server, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "ROOMS_SHOWN", 3)
    join_irc(server, "carol", *(f"#r{n}" for n in range(5)))
    lines = bob.ask("/rooms")
    assert [line.split()[0] for line in lines[1:3]] == ["#r0", "#r1"]
    assert (len(lines), lines[-1]) == (4, "  and 3 more")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("#" + "x" * 70, "That does not work: "),
        ("#a,b", "That does not work: "),
    ],
)
def test_a_room_that_cannot_be(bob: Client, name: str, answer: str) -> None:
    (line,) = bob.ask(f"/join {name}")
    assert line.startswith(answer)


def test_parting_a_room_that_one_is_not_in(server: Server, bob: Client) -> None:
    join_irc(server, "carol", "#tea")
    assert bob.ask("/part #tea") == ["You are not in #tea. You are in #lobby."]
    assert bob.ask("/part nowhere") == ["You are not in #nowhere. You are in #lobby."]
    bob.send("/part")
    bob.lines()
    assert bob.ask("/part tea") == ["You are not in #tea. You are in no room."]


def test_a_topic_is_shown_with_its_author(server: Server, bob: Client) -> None:
    assert bob.ask("/topic") == ["#lobby has no topic. /topic TEXT gives it one."]
    bob.send("/topic Tea")
    assert join_plain(server, "carol").ask("/topic") == ["Topic of #lobby: Tea (set by bob)"]
