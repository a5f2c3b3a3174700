"""SEARCH: the soju.im/search extension."""

from __future__ import annotations

import pytest

from tests.network.chatting import Client, Server, join_irc, make_server

CAPS = "soju.im/search batch server-time message-tags standard-replies"


@pytest.fixture
def server() -> Server:
    return make_server()


@pytest.fixture
def ann(server: Server) -> Client:
    return join_irc(server, "ann", "#garden", caps=CAPS)


def texts(lines: list[str]) -> list[str]:
    """What the messages in a batch say."""
    return [line.split(" :", 2)[2] for line in lines if " PRIVMSG " in line]


def test_what_was_said_is_found_in_a_batch(server: Server, ann: Client) -> None:
    bob = join_irc(server, "bob", "#garden")
    bob.send("PRIVMSG #garden :roses are red", "PRIVMSG #garden :violets are blue")
    found = ann.ask("SEARCH in=#garden;text=roses")
    assert " BATCH +" in found[0]
    assert found[0].endswith(" soju.im/search")
    assert " BATCH -" in found[-1]
    assert texts(found) == ["roses are red"]
    assert all(line.startswith("@batch=") for line in found[1:-1])


def test_an_author_and_a_limit_narrow_it(server: Server, ann: Client) -> None:
    bob = join_irc(server, "bob", "#garden")
    ann.send("PRIVMSG #garden :roses by ann")
    bob.send("PRIVMSG #garden :roses by bob", "PRIVMSG #garden :more roses by bob")
    assert texts(ann.ask("SEARCH from=BOB;text=roses")) == ["roses by bob", "more roses by bob"]
    assert texts(ann.ask("SEARCH from=bob;limit=1")) == ["more roses by bob"]


def test_only_rooms_that_the_client_is_in_are_searched(server: Server, ann: Client) -> None:
    bob = join_irc(server, "bob", "#secret")
    bob.send("PRIVMSG #secret :roses")
    assert texts(ann.ask("SEARCH text=roses")) == []
    (refused,) = ann.ask("SEARCH in=#secret;text=roses")
    assert "FAIL SEARCH INVALID_PARAMS in :" in refused


@pytest.mark.parametrize(
    ("attributes", "wrong"),
    [
        ("in=#garden", "text"),
        ("text=a;limit=x", "limit"),
        ("text=a;after=soon", "after"),
        ("text=" + "a\\s" * 17, "text"),
    ],
)
def test_what_means_nothing_is_explained(ann: Client, attributes: str, wrong: str) -> None:
    (refused,) = ann.ask(f"SEARCH {attributes}")
    assert f"FAIL SEARCH INVALID_PARAMS {wrong} :" in refused


def test_without_the_capability_there_is_no_such_command(server: Server) -> None:
    bob = join_irc(server, "bob", "#garden")
    (answer,) = bob.ask("SEARCH text=roses")
    assert " 421 bob SEARCH " in answer
