"""OPER, KILL, WALLOPS, REHASH."""

import pytest

from tests.network.chatting import Client, Server, join_irc, join_plain, make_server
from tests.network.irc.lines import codes, params


@pytest.fixture
def server() -> Server:
    server = make_server()
    accounts = server.factory.logins.accounts
    accounts.add("root", "secret", operator=True)  # type: ignore[attr-defined]
    accounts.add("user", "secret")  # type: ignore[attr-defined]
    return server


@pytest.fixture
def oper(server: Server) -> Client:
    client = join_irc(server, "oper", "#a")
    client.send("OPER root secret")
    client.lines()
    return client


def test_becoming_an_operator(server: Server) -> None:
    ann = join_irc(server, "ann")
    assert codes(ann.ask("OPER root wrong", "OPER user secret", "OPER nobody x", "OPER root")) == [
        "464"
    ] * 3 + ["461"]
    lines = ann.ask("OPER ROOT secret")
    assert codes(lines) == ["381", "MODE"]
    assert lines[-1] == ":ann!ann@host MODE ann +o"
    assert ann.ask("MODE ann -o") == [":ann!ann@host MODE ann -o"]


def test_too_many_attempts(server: Server) -> None:
    ann = join_irc(server, "ann")
    for _ in range(3):
        ann.send("OPER root wrong")
    assert codes(ann.ask("OPER root secret")) == ["NOTICE", "464"]


def test_operators_commands_are_theirs(server: Server) -> None:
    ann = join_irc(server, "ann")
    assert codes(ann.ask("KILL ann", "WALLOPS :x", "REHASH")) == ["481"] * 3


def test_killing_people_on_every_door(server: Server, oper: Client) -> None:
    bob, tess = join_irc(server, "bob", "#a"), join_plain(server, "tess")
    oper.send("KILL bob :spam", "KILL tess", "KILL nobody")
    assert bob.lines()[-1] == "ERROR :Killed by oper: spam"
    assert tess.lines()[-1] == "*** Killed by oper"
    assert bob.closed
    assert tess.closed
    lines = oper.lines()
    assert ":bob!bob@host QUIT :Killed by oper: spam" in lines
    assert codes(lines).count("401") == 1


def test_wallops_reach_those_who_want_them(server: Server, oper: Client) -> None:
    bob, eve = join_irc(server, "bob"), join_irc(server, "eve")
    bob.send("MODE bob +w")
    bob.lines()
    oper.send("WALLOPS :disk is full")
    assert bob.lines() == [":oper!oper@host WALLOPS :disk is full"]
    assert eve.lines() == []


def test_rehash_reads_the_motd_again(server: Server, oper: Client) -> None:
    server.settings.reload = lambda: server.settings.motd.append("fresh")
    assert codes(oper.ask("REHASH")) == ["382"]
    assert params(oper.ask("MOTD"), "372") == [["oper", "- fresh"]]


def test_operators_of_the_server_may_do_what_those_of_rooms_may(server: Server, oper: Client) -> None:
    bob = join_irc(server, "bob", "#b")
    oper.send("MODE #b +m", "KICK #b bob :out")
    assert bob.lines()[-2:] == [":oper!oper@host MODE #b +m", ":oper!oper@host KICK #b bob :out"]
