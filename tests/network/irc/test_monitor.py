"""MONITOR and extended-monitor."""

import pytest

from chat.domain.watches import WATCHED_AT_MOST
from tests.network.chatting import Client, Server, connect, join_irc
from tests.network.irc.reading import arguments, bare, codes, only, texts


@pytest.fixture
def ann(server: Server) -> Client:
    """Who watches."""
    return join_irc(server, "ann")


def test_who_is_here_and_who_is_not(server: Server, ann: Client) -> None:
    join_irc(server, "bob")
    assert ann.ask("MONITOR + BOB,eve") == [
        ":chat.test 730 ann :bob!bob@host",
        ":chat.test 731 ann :eve",
    ]
    assert ann.ask("MONITOR S") == [":chat.test 730 ann :bob!bob@host", ":chat.test 731 ann :eve"]
    assert ann.ask("MONITOR L") == [":chat.test 732 ann :BOB,eve", ":chat.test 733 ann :End of MONITOR list"]


def test_coming_and_going_is_told_once(server: Server, ann: Client) -> None:
    ann.send("MONITOR + bob", "JOIN #a")
    ann.lines()
    bob = join_irc(server, "bob")
    assert ann.lines() == [":chat.test 730 ann :bob!bob@host"]
    bob.send("JOIN #a", "QUIT")
    assert sorted(codes(ann.lines())) == ["731", "JOIN", "QUIT"]
    again = join_irc(server, "bob")
    assert codes(ann.lines()) == ["730"]
    again.lose()
    assert ann.lines() == [":chat.test 731 ann :bob"]


def test_a_change_of_name_is_a_going_and_a_coming(server: Server, ann: Client) -> None:
    bob = join_irc(server, "bob")
    ann.send("MONITOR + bob,rob")
    ann.lines()
    bob.send("NICK rob")
    assert ann.lines() == [":chat.test 731 ann :bob", ":chat.test 730 ann :rob!bob@host"]
    bob.send("NICK ROB")
    assert ann.lines() == []


def test_names_are_taken_off(server: Server, ann: Client) -> None:
    ann.send("MONITOR + bob,eve", "MONITOR - BOB,nobody")
    ann.lines()
    bob = join_irc(server, "bob")
    assert ann.lines() == []
    assert texts(only(ann.ask("MONITOR L"), "732")) == ["eve"]
    ann.send("MONITOR C")
    join_irc(server, "eve")
    bob.lose()
    assert codes(ann.ask("MONITOR L")) == ["733"]


def test_the_list_is_limited(ann: Client) -> None:
    for start in range(0, WATCHED_AT_MOST, 20):
        ann.send("MONITOR + " + ",".join(f"n{number}" for number in range(start, start + 20)))
    ann.lines()
    (full,) = ann.ask("MONITOR + more,evenmore")
    assert arguments(full)[:2] == [str(WATCHED_AT_MOST), "more,evenmore"]
    assert codes(ann.ask("MONITOR + N1")) == ["731"]
    lines = only(ann.ask("MONITOR L"), "732")
    assert all(len(line) <= 510 for line in lines)
    assert ",".join(texts(lines)).split(",") == [f"n{number}" for number in range(WATCHED_AT_MOST)]


@pytest.mark.parametrize("line", ["MONITOR", "MONITOR +", "MONITOR -"])
def test_parameters_are_missing(ann: Client, line: str) -> None:
    assert codes(ann.ask(line)) == ["461"]


def test_masks_and_rooms_are_not_watched(ann: Client) -> None:
    assert ann.ask("MONITOR + *,b*b,#a,a!b@c,") == []
    assert codes(ann.ask("MONITOR L")) == ["733"]


def test_changes_of_watched_people_are_told_with_extended_monitor(server: Server) -> None:
    caps = "extended-monitor away-notify setname"
    ann = join_irc(server, "ann", caps=caps)
    neither = join_irc(server, "eve", caps="away-notify setname")
    together = join_irc(server, "gus", "#a", caps=caps)
    bob = join_irc(server, "bob", "#a")
    for client in (ann, neither, together):
        client.send("MONITOR + bob")
        client.lines()
    bob.send("AWAY :out", "SETNAME :Robert")
    expected = [":bob!bob@host AWAY :out", ":bob!bob@host SETNAME :Robert"]
    assert bare(ann.lines()) == expected
    assert neither.lines() == []
    assert bare(together.lines()) == expected


def test_nobody_is_watched_by_who_left(server: Server, ann: Client) -> None:
    ann.send("MONITOR + bob", "QUIT")
    join_irc(server, "bob").send("QUIT")
    connect(server).lose()
    assert server.left_behind() == []
