"""What people say about themselves: AWAY, SETNAME, and what others see of changed hosts and accounts."""

import pytest

from chat.domain.text import AWAY_BYTES, REALNAME_BYTES
from tests.domain.people import session_of
from tests.network.chatting import Server, connect, join_irc
from tests.network.irc.reading import account, codes, only, quiet, texts


def test_going_away_and_coming_back(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", "#b", caps="away-notify")
    bob = join_irc(server, "bob", "#a", "#b")
    eve = join_irc(server, "eve", "#a")
    quiet(ann, bob, eve)
    assert codes(bob.ask("AWAY :gone fishing")) == ["306"]
    assert ann.lines() == [":bob!bob@host AWAY :gone fishing"]
    assert codes(bob.ask("AWAY")) == ["305"]
    assert ann.lines() == [":bob!bob@host AWAY"]
    assert codes(bob.ask("AWAY :", "AWAY :")) == ["305", "305"]
    assert ann.lines() == []
    assert eve.lines() == []


def test_who_comes_in_away_is_shown_as_away(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", caps="away-notify")
    bob = join_irc(server, "bob")
    bob.send("AWAY :out", "JOIN #a")
    assert codes(ann.lines()) == ["JOIN", "AWAY"]


def test_an_away_message_is_cut(server: Server) -> None:
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob")
    bob.send("AWAY :" + "z" * (AWAY_BYTES + 50))
    assert texts(ann.ask("PRIVMSG bob :x")) == ["z" * AWAY_BYTES]


def test_being_away_before_registration_needs_the_capability(server: Server) -> None:
    ann = connect(server)
    ann.send("CAP REQ :draft/pre-away", "NICK ann", "USER ann 0 * :Ann")
    assert codes(ann.ask("AWAY :*")) == ["306"]
    ann.send("CAP END")
    (line,) = join_irc(server, "bob").ask("PRIVMSG ann :x")
    assert codes([line]) == ["301"]


def test_a_new_real_name(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", "#b", caps="setname")
    bob = join_irc(server, "bob", "#a", "#b", caps="setname")
    eve = join_irc(server, "eve", "#a")
    quiet(ann, bob, eve)
    assert bob.ask("SETNAME :Robert B.") == [":bob!bob@host SETNAME :Robert B."]
    assert ann.lines() == [":bob!bob@host SETNAME :Robert B."]
    assert eve.lines() == []
    assert texts(only(eve.ask("WHOIS bob"), "311")) == ["Robert B."]


@pytest.mark.parametrize("name", ["", "x" * (REALNAME_BYTES + 1)])
def test_real_names_that_cannot_be(server: Server, name: str) -> None:
    (line,) = join_irc(server, "ann").ask(f"SETNAME :{name}")
    assert line.startswith(":chat.test FAIL SETNAME INVALID_REALNAME :")


def test_a_changed_host_is_told_to_those_who_know_chghost(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", caps="chghost")
    join_irc(server, "bob", "#a")
    eve = join_irc(server, "eve", "#a")
    quiet(ann, eve)
    server.directory.change_identity(
        session_of(server.directory.find("bob")), username="robert", host="new.example"
    )
    assert ann.lines() == [":bob!bob@host CHGHOST robert new.example"]
    assert eve.lines() == []


def test_logging_in_and_out_is_told_to_those_who_know_account_notify(server: Server) -> None:
    account(server, "carl")
    ann = join_irc(server, "ann", "#a", caps="account-notify account-tag")
    bob, eve = join_irc(server, "bob", "#a"), join_irc(server, "eve", "#a")
    quiet(ann, bob, eve)
    server.factory.logins.log_in(
        session_of(server.directory.find("bob")), "carl", "sesame", lambda answer: None
    )
    bob.send("PRIVMSG #a :x")
    assert ann.lines() == [
        ":bob!bob@host ACCOUNT carl",
        "@account=carl :bob!bob@host PRIVMSG #a :x",
    ]
    assert codes(bob.ask("LOGOUT")) == ["901"]
    assert codes(ann.lines()) == ["ACCOUNT"]
    assert codes(eve.lines()) == ["PRIVMSG"]
