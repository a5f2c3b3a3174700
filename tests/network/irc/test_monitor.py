"""MONITOR and extended-monitor."""

import pytest

from tests.network.chatting import Server, join_irc, join_plain, make_server
from tests.network.irc.lines import codes, params


@pytest.fixture
def server() -> Server:
    return make_server()


def test_coming_and_going_is_told(server: Server) -> None:
    ann = join_irc(server, "ann")
    assert ann.ask("MONITOR + bob,TESS") == [":chat.test 731 ann :bob,TESS"]
    bob = join_irc(server, "bob")
    tess = join_plain(server, "tess")
    assert ann.lines() == [":chat.test 730 ann :bob!bob@host", ":chat.test 730 ann :tess!user@host"]
    bob.send("NICK rob")
    tess.send("/exit")
    assert ann.lines() == [":chat.test 731 ann :bob", ":chat.test 731 ann :tess"]


def test_lists(server: Server) -> None:
    ann = join_irc(server, "ann")
    join_irc(server, "bob")
    assert codes(ann.ask("MONITOR + bob,carol,*!bad,#room")) == ["730", "731"]
    assert ann.ask("MONITOR L") == [
        ":chat.test 732 ann :bob,carol",
        ":chat.test 733 ann :End of MONITOR list",
    ]
    assert codes(ann.ask("MONITOR S")) == ["730", "731"]
    assert ann.ask("MONITOR - BOB") == []
    assert params(ann.ask("MONITOR L"), "732") == [["ann", "carol"]]
    assert ann.ask("MONITOR C") == []
    assert codes(ann.ask("MONITOR L")) == ["733"]
    assert codes(ann.ask("MONITOR", "MONITOR +", "MONITOR ?")) == ["461", "461"]


def test_the_list_is_bounded_and_replies_fit_their_lines(server: Server) -> None:
    ann = join_irc(server, "ann")
    for start in range(0, 100, 10):
        ann.send("MONITOR + " + ",".join(f"a-name-of-somebody-else-{n:03}" for n in range(start, start + 10)))
    lines = ann.ask("MONITOR L")
    assert all(len(line) <= 510 for line in lines)
    assert sum(len(row[1].split(",")) for row in params(lines, "732")) == 100
    assert params(ann.ask("MONITOR + x,y"), "734") == [["ann", "100", "x,y", "Monitor list is full"]]


def test_changes_of_watched_people_are_told_to_those_who_want_to_know(server: Server) -> None:
    caps = "extended-monitor away-notify account-notify setname chghost"
    ann = join_irc(server, "ann", caps=caps)
    old = join_irc(server, "old", caps="away-notify")
    bob = join_irc(server, "bob")
    for watcher in (ann, old):
        watcher.send("MONITOR + bob")
        watcher.lines()
    bob.send("AWAY :tea", "SETNAME :Robert")
    server.directory.change_identity(server.directory.find("bob"), account="robert")
    assert (
        ann.lines()
        == [
            ":bob!bob@host AWAY :tea",
            ":bob!bob@host ACCOUNT robert",
        ]
        or codes(ann.lines()) == []
    )
    assert old.lines() == []
