"""WHO and WHOX."""

import pytest

from tests.network.chatting import Client, Server, join_irc, make_server
from tests.network.irc.lines import codes, params


@pytest.fixture
def server() -> Server:
    return make_server()


def found(client: Client, what: str) -> list[str]:
    """The names that WHO finds."""
    return sorted(row[5] for row in params(client.ask(f"WHO {what}"), "352"))


def test_rooms_names_and_masks(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    join_irc(server, "bob", "#a")
    join_irc(server, "carol")
    assert found(ann, "#a") == ["ann", "bob"]
    assert found(ann, "CAROL") == ["carol"]
    assert found(ann, "[cb]*") == []
    assert found(ann, "?ob") == ["bob"]
    assert found(ann, "c*") == ["carol"]
    assert found(ann, "ho?t") == ["ann", "bob", "carol"]
    assert found(ann, "nobody") == []
    assert found(ann, "*") == ["ann", "bob", "carol"]


def test_the_invisible_are_found_by_name_or_where_they_are_shared(server: Server) -> None:
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob")
    bob.send("MODE bob +i", "JOIN #a")
    assert found(ann, "b*") == []
    assert found(ann, "#a") == []
    assert found(ann, "bob") == ["bob"]
    ann.send("JOIN #a")
    assert found(ann, "b*") == ["bob"]


def test_flags(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    server.directory.find("ann").modes = "o"
    ann.send("AWAY :tea")
    assert params(join_irc(server, "bob").ask("WHO #a"), "352") == [
        ["bob", "#a", "ann", "host", "chat.test", "ann", "G*@", "0 Ann"]
    ]
    assert found(join_irc(server, "eve"), "* o") == ["ann"]


def test_fields_come_in_their_order_whatever_was_asked(server: Server) -> None:
    join_irc(server, "ann", "#a")
    server.clock.advance(7)
    bob = join_irc(server, "bob")
    (line,) = params(bob.ask("WHO ann %rtcuihsnfdlao,42"), "354")
    assert line == [
        "bob", "42", "*", "ann", "255.255.255.255", "host", "chat.test", "ann", "H", "0", "7", "0", "n/a", "Ann",
    ]  # fmt: skip
    assert params(bob.ask("WHO #a %nr"), "354") == [["bob", "ann", "Ann"]]
    assert params(bob.ask("WHO #a %t,evil token"), "354") == [["bob", "0"]]


def test_a_mask_finds_so_many(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.network.irc.who.FOUND_AT_MOST", 3)
    ann = join_irc(server, "ann")
    for number in range(5):
        join_irc(server, f"n{number}")
    assert len(found(ann, "*")) == 3
    assert codes(ann.ask("WHO")) == ["461"]
