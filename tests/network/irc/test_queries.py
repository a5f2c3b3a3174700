"""WHOIS, WHOWAS, ISON, USERHOST."""

import pytest

from tests.network.chatting import Server, join_irc, join_plain, make_server
from tests.network.irc.lines import codes, params


@pytest.fixture
def server() -> Server:
    return make_server()


def test_whois_tells_what_may_be_known(server: Server) -> None:
    bob = join_irc(server, "bob", "#a", "#s")
    bob.send("MODE #s +s", "AWAY :tea")
    server.clock.advance(30)
    lines = join_irc(server, "ann").ask("WHOIS BOB")
    assert codes(lines) == ["311", "319", "312", "301", "317", "318"]
    assert params(lines, "311") == [["ann", "bob", "bob", "host", "*", "Bob"]]
    assert params(lines, "319") == [["ann", "bob", "@#a"]]
    assert params(lines, "317")[0][2] == "30"
    assert not any("192.0.2" in line for line in lines)


def test_whois_of_oneself_and_by_operators_tells_more(server: Server) -> None:
    bob = join_irc(server, "bob")
    assert {"378", "379"} <= set(codes(bob.ask("WHOIS bob")))
    ann = join_irc(server, "ann")
    server.directory.find("ann").modes = "o"
    assert "192.0.2.7" in params(ann.ask("WHOIS bob"), "378")[0][2]
    assert "313" in codes(bob.ask("WHOIS ann"))


def test_people_on_plain_connections_are_people(server: Server) -> None:
    join_plain(server, "tess")
    assert params(join_irc(server, "ann").ask("WHOIS tess"), "312") == [
        ["ann", "tess", "chat.test", "speaks plain"]
    ]


def test_whois_of_nobody(server: Server) -> None:
    ann = join_irc(server, "ann")
    assert codes(ann.ask("WHOIS nobody")) == ["401", "318"]
    assert codes(ann.ask("WHOIS")) == ["431"]
    assert codes(ann.ask("WHOIS other.server ann")) == ["402"]
    assert codes(ann.ask("WHOIS chat.test ann"))[0] == "311"


def test_many_rooms_take_several_lines(server: Server) -> None:
    bob = join_irc(server, "bob")
    for start in range(0, 40, 10):
        bob.send("JOIN " + ",".join(f"#room-with-a-long-name-{n}" for n in range(start, start + 10)))
    lines = join_irc(server, "ann").ask("WHOIS bob")
    assert all(len(line.encode()) <= 510 for line in lines)
    assert sum(len(row[2].split()) for row in params(lines, "319")) == 40


def test_whowas(server: Server) -> None:
    bob = join_irc(server, "bob")
    bob.send("NICK rob", "NICK bob", "QUIT")
    ann = join_irc(server, "ann")
    assert codes(ann.ask("WHOWAS BOB")) == ["314", "312", "314", "312", "369"]
    assert codes(ann.ask("WHOWAS bob 1")) == ["314", "312", "369"]
    assert codes(ann.ask("WHOWAS bob 0"))[-1] == "369"
    assert codes(ann.ask("WHOWAS nobody")) == ["406", "369"]
    assert codes(ann.ask("WHOWAS")) == ["431"]


def test_ison_and_userhost(server: Server) -> None:
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob")
    bob.send("AWAY :tea")
    assert ann.ask("ISON bob nobody ANN") == [":chat.test 303 ann :bob ann"]
    assert ann.ask("USERHOST bob nobody ann") == [":chat.test 302 ann :bob=-bob@host ann=+ann@host"]
