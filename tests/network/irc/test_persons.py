"""AWAY and SETNAME, and what others are told of people."""

import pytest

from tests.network.chatting import Server, connect, join_irc, make_server
from tests.network.irc.lines import codes


@pytest.fixture
def server() -> Server:
    return make_server()


def test_away_is_told_to_those_who_want_to_know(server: Server) -> None:
    bob = join_irc(server, "bob", "#a", "#b")
    ann = join_irc(server, "ann", "#a", "#b", caps="away-notify")
    old = join_irc(server, "old", "#a")
    assert codes(bob.ask("AWAY :tea")) == ["306"]
    assert ann.lines()[-1] == ":bob!bob@host AWAY :tea"
    assert codes(bob.ask("AWAY")) == ["305"]
    assert ann.lines() == [":bob!bob@host AWAY"]
    assert codes(old.lines()) == []
    bob.send("AWAY :again")
    assert codes(ann.ask("PRIVMSG bob :hi")) == ["301"]


def test_who_comes_in_while_away_is_known_to_be(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", caps="away-notify")
    join_irc(server, "bob").send("AWAY :tea", "JOIN #a")
    assert ann.lines() == [":bob!bob@host JOIN #a", ":bob!bob@host AWAY :tea"]


def test_being_away_before_one_is_there(server: Server) -> None:
    client = connect(server)
    client.send("CAP REQ :draft/pre-away", "NICK ann", "USER a 0 * :a")
    assert codes(client.ask("AWAY :tea")) == ["306"]
    client.send("CAP END")
    assert server.directory.find("ann").away == "tea"
    assert codes(connect(server).ask("CAP LS", "AWAY :tea"))[-1] == "451"


def test_real_names_change(server: Server) -> None:
    bob = join_irc(server, "bob", "#a", caps="setname")
    ann, old = join_irc(server, "ann", "#a", caps="setname"), join_irc(server, "old", "#a")
    ann.lines()
    old.lines()
    assert bob.ask("SETNAME :Bob the Builder")[-1] == ":bob!bob@host SETNAME :Bob the Builder"
    assert ann.lines()[-1] == ":bob!bob@host SETNAME :Bob the Builder"
    assert old.lines() == []
    assert bob.ask("SETNAME :" + "x" * 200)[0].startswith(":chat.test FAIL SETNAME INVALID_REALNAME :")


def test_accounts_and_hosts_are_told_to_those_who_want_to_know(server: Server) -> None:
    join_irc(server, "bob", "#a", "#b")
    ann = join_irc(server, "ann", "#a", "#b", caps="account-notify chghost")
    old = join_irc(server, "old", "#a", "#b")
    ann.lines()
    old.lines()
    bob = server.directory.find("bob")
    server.directory.change_identity(bob, account="robert")
    server.directory.change_identity(bob, username="bobby", host="elsewhere")
    server.directory.change_identity(bob, account=None)
    assert ann.lines()[-3:] == [
        ":bob!bob@host ACCOUNT robert",
        ":bob!bob@host CHGHOST bobby elsewhere",
        ":bob!bobby@elsewhere ACCOUNT *",
    ]
    assert old.lines() == []


def test_extended_join_and_account_tags(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", caps="extended-join account-tag")
    bob = join_irc(server, "bob")
    server.directory.change_identity(server.directory.find("bob"), account="robert")
    bob.send("JOIN #a", "PRIVMSG #a :hi")
    assert ann.lines() == [
        "@account=robert :bob!bob@host JOIN #a robert :Bob",
        "@account=robert :bob!bob@host PRIVMSG #a :hi",
    ]
    join_irc(server, "guest").send("JOIN #a")
    assert ann.lines() == [":guest!guest@host JOIN #a * :Guest"]


def test_a_new_name_is_told_once(server: Server) -> None:
    bob, ann = join_irc(server, "bob", "#a", "#b"), join_irc(server, "ann", "#a", "#b")
    assert bob.ask("NICK rob")[-1] == ":bob!bob@host NICK rob"
    assert ann.lines() == [":bob!bob@host NICK rob"]
    assert codes(bob.ask("NICK ann", "NICK", "NICK 123", "NICK rob")) == ["433", "431", "432"]
