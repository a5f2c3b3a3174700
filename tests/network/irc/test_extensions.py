"""Commands of our own: PASSWORD, UNREGISTER, ANNOUNCE."""

import pytest

from tests.network.chatting import Client, Server, join_irc
from tests.network.irc.reading import account, codes, operator, quiet
from tests.network.irc.test_accounts import plain


def logged_in(server: Server) -> Client:
    account(server, "carl")
    carl = join_irc(server, "bob")
    carl.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('', 'carl', 'sesame')}")
    return carl


def test_they_are_announced(server: Server) -> None:
    assert any(
        "COMMANDS=ANNOUNCE,PASSWORD,UNREGISTER" in line for line in join_irc(server, "ann").ask("VERSION")
    )


def test_a_password_is_changed(server: Server) -> None:
    carl = logged_in(server)
    lines = carl.ask("PASSWORD :open sesame")
    assert codes(lines) == ["NOTICE"]
    assert "The password of carl is changed." in lines[0]
    assert "sesame" not in lines[0]
    assert (
        codes(carl.ask("LOGOUT", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('', 'carl', 'sesame')}"))[-1]
        == "904"
    )
    again = f"AUTHENTICATE {plain('', 'carl', 'open sesame')}"
    assert codes(carl.ask("AUTHENTICATE PLAIN", again))[-1] == "903"


def test_an_account_is_given_up_by_who_knows_its_password(server: Server) -> None:
    carl = logged_in(server)
    assert codes(carl.ask("UNREGISTER wrong")) == ["FAIL"]
    lines = carl.ask("UNREGISTER sesame")
    assert any("The name carl belongs to nobody" in line for line in lines)
    assert codes(carl.ask("NICK carl")) == ["NICK"]


@pytest.mark.parametrize("line", ["PASSWORD secret", "UNREGISTER secret"])
def test_a_guest_has_no_account(server: Server, line: str) -> None:
    [answer] = join_irc(server, "ann").ask(line)
    assert codes([answer]) == ["FAIL"]
    assert "secret" not in answer


def test_operators_tell_everybody(server: Server) -> None:
    ann = join_irc(server, "ann")
    assert codes(ann.ask("ANNOUNCE :tea is ready")) == ["481"]
    root = operator(server)
    quiet(root, ann)
    root.send("ANNOUNCE :tea is ready")
    assert "tea is ready" in ann.lines()[0]
