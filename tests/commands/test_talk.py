"""Talking: private messages, answers, and actions."""

from __future__ import annotations

import pytest

from tests.network.chatting import Client, Server, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server(max_per_address=0)


@pytest.fixture
def bob(server: Server) -> Client:
    return join_plain(server, "bob")


@pytest.mark.parametrize("word", ["/pm", "/msg", "/w", "/PM"])
def test_private_messages_by_every_name(server: Server, bob: Client, word: str) -> None:
    carol = join_plain(server, "carol")
    assert bob.ask(f"{word} CAROL psst") == ["[pm to carol] psst"]
    assert carol.lines() == ["[pm from bob] psst"]


def test_a_private_message_to_somebody_away_says_so(server: Server, bob: Client) -> None:
    carol = join_plain(server, "carol")
    carol.send("/away tea")
    assert bob.ask("/pm carol psst") == ["[pm to carol] psst", "carol is away: tea"]


def test_reply_needs_somebody_to_answer(server: Server, bob: Client) -> None:
    assert bob.ask("/reply x") == ["Nobody has written to you yet. /pm NAME TEXT writes to somebody."]
    carol = join_plain(server, "carol")
    carol.send("/pm bob hello")
    assert bob.ask("/r hi") == ["[pm to carol] hi"]
    carol.lose()
    assert bob.ask("/r hi") == ["No such user: carol. /users lists who is here."]


def test_me_in_no_room(bob: Client) -> None:
    bob.send("/part")
    assert bob.ask("/me waves") == [
        "You are in no room: nobody would hear you. /join #lobby, or /rooms for a list."
    ]


def test_what_was_said_last_can_be_taken_back(server: Server, bob: Client) -> None:
    carol = join_plain(server, "carol")
    assert bob.ask("/undo") == ["There is nothing of yours here to take back."]
    bob.send("one", "two")
    carol.send("three")
    carol.lines()
    assert bob.ask("/undo") == ["* bob took a message back"]
    assert carol.lines() == ["* bob took a message back"]
    assert not any("two" in line for line in carol.ask("/history"))
    assert any("one" in line for line in carol.ask("/history"))
    bob.ask("/undo")
    assert bob.ask("/undo") == ["There is nothing of yours here to take back."]
    bob.send("/part")
    assert bob.ask("/undo") == ["You are in no room. /join #lobby, or /rooms for a list."]
