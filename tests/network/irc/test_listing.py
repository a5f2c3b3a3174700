"""NAMES and LIST."""

import pytest

from tests.network.chatting import Client, Server, join_irc, make_server
from tests.network.irc.lines import codes, params


@pytest.fixture
def server() -> Server:
    return make_server()


def listed(client: Client, condition: str = "") -> set[str]:
    """The rooms that LIST shows."""
    return {row[1] for row in params(client.ask(f"LIST {condition}".strip()), "322")}


def test_names_show_rights_and_masks_as_asked_for(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    ann.send("MODE #a +v ann")
    many = join_irc(server, "many", "#a", caps="multi-prefix")
    masks = join_irc(server, "masks", "#a", caps="userhost-in-names")
    assert params(ann.ask("NAMES #a"), "353")[0][3].split() == ["@ann", "many", "masks"]
    assert params(many.ask("NAMES #a"), "353")[0][3].split()[0] == "@+ann"
    assert params(masks.ask("NAMES #a"), "353")[0][3].split()[0] == "@ann!ann@host"


def test_names_fit_their_lines(server: Server) -> None:
    for number in range(14):
        join_irc(server, f"somebody-with-a-very-long-name-{number:x}", "#a")
    lines = join_irc(server, "ann", caps="userhost-in-names").ask("NAMES #a")
    assert all(len(line.encode()) <= 510 for line in lines)
    assert sum(len(row[3].split()) for row in params(lines, "353")) == 14
    assert codes(lines) == ["353", "353", "366"]


def test_names_of_several_rooms_end_once_and_secrets_are_kept(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", "#b", "#s")
    ann.send("MODE #s +s", "MODE ann +i")
    bob = join_irc(server, "bob", "#b")
    assert codes(bob.ask("NAMES #a,#b,#s,#none")) == ["353", "366"]
    assert params(ann.ask("NAMES #s"), "353") == [["ann", "@", "#s", "@ann"]]
    assert codes(bob.ask("NAMES")) == ["366"]


def test_no_implicit_names(server: Server) -> None:
    ann = join_irc(server, "ann", caps="no-implicit-names")
    assert codes(ann.ask("JOIN #a")) == ["JOIN"]
    assert codes(ann.ask("NAMES #a")) == ["353", "366"]


def test_rooms_are_listed_unless_they_are_secret_or_empty(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", "#s")
    ann.send("MODE #s +s", "TOPIC #a :tea")
    bob = join_irc(server, "bob")
    assert listed(bob) == {"#a"}
    assert listed(ann) == {"#a", "#s"}
    assert params(bob.ask("LIST #a,#s"), "322") == [["bob", "#a", "1", "tea"]]


def test_conditions(server: Server) -> None:
    ann = join_irc(server, "ann", "#one", "#two")
    join_irc(server, "bob", "#two")
    server.clock.advance(600)
    ann.send("JOIN #new", "TOPIC #new :fresh")
    assert listed(ann, ">1") == {"#two"}
    assert listed(ann, "<2") == {"#one", "#new"}
    assert listed(ann, "#*o*") == {"#one", "#two"}
    assert listed(ann, "!#*o*") == {"#new"}
    assert listed(ann, "C<5") == {"#new"}
    assert listed(ann, "C>5") == {"#one", "#two"}
    assert listed(ann, "T<5") == {"#new"}
    assert listed(ann, "T>5") == set()
    assert listed(ann, ">0,#o*") == {"#one"}
    assert listed(ann, "#none") == set()
