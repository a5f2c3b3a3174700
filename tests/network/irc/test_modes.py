"""MODE, of rooms and of users."""

import pytest

from tests.network.chatting import Server, join_irc, join_plain, make_server
from tests.network.irc.lines import codes, params


@pytest.fixture
def server() -> Server:
    return make_server()


def test_modes_of_a_room_are_shown_changed_and_told(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    tess = join_plain(server, "tess").send("/join #a")
    for client in (ann, bob, tess):
        client.lines()
    assert ann.ask("MODE #a +mv-t bob")[-1] == ":ann!ann@host MODE #a +mv-t bob"
    assert bob.lines() == [":ann!ann@host MODE #a +mv-t bob"]
    assert tess.lines() == ["* ann set the mode +mv-t bob"]
    assert params(bob.ask("MODE #a"), "324") == [["bob", "#a", "+mn"]]
    assert params(ann.ask("NAMES #a"), "353") == [["ann", "=", "#a", "@ann +bob tess"]]


def test_lists_are_shown(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    ann.send("MODE #a +beI bob *!*@good a:carol")
    assert params(ann.ask("MODE #a b"), "367")[0][:4] == ["ann", "#a", "bob!*@*", "ann!ann@host"]
    assert params(ann.ask("MODE #a +e"), "348")[0][2] == "*!*@good"
    assert codes(ann.ask("MODE #a I")) == ["346", "347"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("MODE #a +o nobody", "401"),
        ("MODE #a +o dave", "441"),
        ("MODE #a +k", "696"),
        ("MODE #a +l x", "696"),
        ("MODE #a +Z", "472"),
        ("MODE #none", "403"),
        ("MODE nobody", "401"),
        ("MODE dave +i", "502"),
        ("MODE ann +Z", "501"),
    ],
)
def test_what_cannot_be_is_answered(server: Server, line: str, code: str) -> None:
    join_irc(server, "dave")
    assert codes(join_irc(server, "ann", "#a").ask(line)) == [code]


def test_only_operators_change_modes(server: Server) -> None:
    join_irc(server, "ann", "#a")
    assert codes(join_irc(server, "bob", "#a").ask("MODE #a +m")) == ["482"]
    assert codes(join_irc(server, "out").ask("MODE #a +m")) == ["442"]


def test_user_modes(server: Server) -> None:
    ann = join_irc(server, "ann")
    assert ann.ask("MODE ann +iwo") == [":ann!ann@host MODE ann +iw"]
    assert ann.ask("MODE ann +i-w") == [":ann!ann@host MODE ann -w"]
    assert ann.ask("MODE ann") == [":chat.test 221 ann +i"]


def test_bots_are_marked(server: Server) -> None:
    bot, ann = join_irc(server, "bot", "#a"), join_irc(server, "ann", "#a", caps="message-tags")
    bot.send("MODE bot +B", "PRIVMSG #a :beep")
    assert ";bot " in ann.lines()[-1]
    assert params(ann.ask("WHOIS bot"), "335") == [["ann", "bot", "is a bot"]]
    assert "B" in params(ann.ask("WHO bot"), "352")[0][6]
