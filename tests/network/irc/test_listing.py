"""NAMES and LIST."""

import pytest

from chat.wire import MAX_LINE_BYTES
from tests.network.chatting import Client, Server, join_irc
from tests.network.irc.reading import arguments, codes, only, quiet, texts


def rooms(lines: list[str]) -> list[str]:
    """The names of rooms in a reply to LIST, whose frame is checked."""
    assert codes(lines)[0] == "321"
    assert codes(lines)[-1] == "323"
    assert set(codes(lines[1:-1])) <= {"322"}
    return sorted(arguments(line)[0] for line in lines[1:-1])


def test_the_highest_sign_or_all_of_them(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    ann.send("MODE #a +v ann")
    bob = join_irc(server, "bob", "#a")
    eve = join_irc(server, "eve", "#a", caps="multi-prefix userhost-in-names")
    assert texts(only(bob.ask("NAMES #a"), "353")) == ["@ann bob eve"]
    assert texts(only(eve.ask("NAMES #A"), "353")) == ["@+ann!ann@host bob!bob@host eve!eve@host"]


def test_names_of_several_rooms_and_of_none(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", "#b")
    assert codes(ann.ask("NAMES #a,#nowhere,#b")) == ["353", "353", "366"]
    assert ann.ask("NAMES #nowhere") == [":chat.test 366 ann #nowhere :End of /NAMES list"]
    assert ann.ask("NAMES") == [":chat.test 366 ann * :End of /NAMES list"]


def test_many_names_take_several_lines_and_each_is_there_once(server: Server) -> None:
    crowd = [join_irc(server, f"nick{'x' * 25}{number}", "#a") for number in range(15)]
    lines = only(crowd[0].ask("NAMES #a"), "353")
    assert len(lines) > 1
    assert all(len(line.encode()) <= MAX_LINE_BYTES - 2 for line in lines)
    found = [name.lstrip("@") for text in texts(lines) for name in text.split(" ")]
    assert found == [f"nick{'x' * 25}{number}" for number in range(15)]


@pytest.fixture
def ann(server: Server) -> Client:
    """Somebody in #tea with two others, in #coffee with one, and alone in #old, which has a topic."""
    client = join_irc(server, "ann", "#old")
    client.send("TOPIC #old :ruins")
    server.clock.advance(3600)
    client.send("JOIN #tea,#coffee", "TOPIC #tea :leaves")
    bob, eve = join_irc(server, "bob", "#tea", "#coffee"), join_irc(server, "eve", "#tea")
    quiet(client, bob, eve)
    return client


def test_all_rooms_with_their_people_and_topics(ann: Client) -> None:
    lines = ann.ask("LIST")
    assert rooms(lines) == ["#coffee", "#old", "#tea"]
    assert ":chat.test 322 ann #tea 3 :leaves" in lines
    assert ":chat.test 322 ann #coffee 2 :" in lines


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (">1", ["#coffee", "#tea"]),
        ("<2", ["#old"]),
        (">1,<3", ["#coffee"]),
        ("C<30", ["#coffee", "#tea"]),
        ("C>30", ["#old"]),
        ("T<30", ["#tea"]),
        ("t>30", ["#old"]),
        ("*e*", ["#coffee", "#tea"]),
        ("#T?a", ["#tea"]),
        ("!*e*", ["#old"]),
        ("*e*,>2", ["#tea"]),
        ("#TEA", ["#tea"]),
        ("#tea,#old", ["#old", "#tea"]),
        ("#nowhere", []),
        (">x", []),
    ],
)
def test_searches(ann: Client, condition: str, found: list[str]) -> None:
    assert rooms(ann.ask(f"LIST {condition}")) == found


def test_an_empty_lobby_is_not_listed(server: Server) -> None:
    ann = join_irc(server, "ann")
    assert rooms(ann.ask("LIST")) == []
    assert rooms(ann.ask("LIST #lobby")) == []
