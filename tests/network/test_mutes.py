"""A mute is not ended by connecting again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chat.domain import banning
from tests.network.chatting import Client, Server, join_irc, join_plain, make_server
from tests.network.irc.reading import account

Join = Callable[..., Client]


def mute(server: Server, name: str, seconds: float, reason: str = "") -> None:
    """The operator mutes somebody."""
    banning.mute(server.directory, "the operator", server.directory.find(name), seconds, reason)


def test_the_operator_mutes_for_a_while_and_ends_it(server: Server) -> None:
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    carol.lines()
    mute(server, "bob", 60)
    bob.lines()
    bob.feed(b"hello\n/me waves\n/pm carol psst\n")
    assert bob.lines() == ["The operator has muted you for 60 seconds."] * 3
    assert carol.lines() == []
    mute(server, "bob", 0)
    bob.feed(b"hello\n")
    mute(server, "bob", 10)
    bob.lines()
    server.loop.advance(10)
    bob.feed(b"again\n")
    assert carol.lines() == ["<bob> hello", "<bob> again"]


@pytest.mark.parametrize("back", [join_plain, join_irc])
@pytest.mark.parametrize("goes", ["quit", "lose"])
def test_a_mute_by_the_operator_outlasts_a_reconnect(server: Server, back: Join, goes: str) -> None:
    carol = join_plain(server, "carol", address="198.51.100.1")
    bob = join_plain(server, "bob")
    mute(server, "bob", 600, "noise")
    if goes == "quit":
        bob.send("/exit")
    bob.lose()
    bob = back(server, "robert")
    bob.send("JOIN #lobby" if back is join_irc else "")
    carol.lines()
    bob.lines()
    told = bob.ask("PRIVMSG #lobby :hello" if back is join_irc else "hello")
    assert "The operator has muted you for" in told[0]
    assert "(noise)" in told[0]
    assert carol.lines() == []
    server.loop.advance(600)
    bob.send("PRIVMSG #lobby :sorry" if back is join_irc else "sorry")
    assert carol.lines() == ["<robert> sorry"]


def test_a_muted_account_is_muted_when_it_logs_in_elsewhere(server: Server) -> None:
    account(server, "bob")
    bob = join_plain(server, "bob").send("/login bob sesame")
    mute(server, "bob", 600)
    bob.send("/exit")
    bob.lose()
    back = join_plain(server, "visitor", address="198.51.100.1")
    assert back.ask("hello") == []
    back.send("/login bob sesame")
    back.lines()
    assert "muted you" in back.ask("hello")[0]
    mute(server, "bob", 0)
    assert back.ask("hello") == []
    assert join_plain(server, "other").ask("hello") == []


def flood(server: Server, client: Client) -> None:
    """Be muted by the program."""
    before = server.directory.stats.muted
    while server.directory.stats.muted == before:
        if client.socket.unread < 100:
            client.socket.give(b"spam\n" * 100)
        server.loop.advance(0.5)


@pytest.mark.parametrize("address", ["192.0.2.7", "127.0.0.1"])
def test_a_mute_for_flooding_outlasts_a_reconnect(address: str) -> None:
    server = make_server(message_rate=2.0, message_burst=5.0)
    carol = join_plain(server, "carol", address="198.51.100.1")
    ann = join_plain(server, "ann", address=address)
    bob = join_plain(server, "bob", address=address)
    flood(server, bob)
    bob.lose()
    server.loop.advance(5)
    bob = join_plain(server, "bob", address=address)
    carol.lines()
    told = bob.ask("hello")
    assert told[0].startswith("You are muted for 5")
    assert "more than 5 messages at once and 2 a second, kept up for 30 seconds" in told[0]
    ann.send("I did nothing")
    assert carol.lines() == ["<ann> I did nothing"]
    server.loop.advance(60)
    bob.send("hello")
    assert carol.lines() == ["<bob> hello"]


def test_who_comes_back_before_the_old_connection_is_known_to_have_ended_is_muted() -> None:
    server = make_server(message_rate=2.0, message_burst=5.0)
    bob = join_plain(server, "bob")
    flood(server, bob)
    back = join_plain(server, "bobby")
    assert back.ask("hello")[0].startswith("You are muted for ")
    assert join_plain(server, "dan", address="192.0.2.8").ask("hello") == []


def test_behind_a_relay_others_are_not_muted(server: Server) -> None:
    bob = join_plain(server, "bob", address="127.0.0.1")
    mute(server, "bob", 600)
    bob.lose()
    assert join_plain(server, "ann", address="127.0.0.1").ask("hello") == []
    assert "muted" in join_plain(server, "bob", address="127.0.0.1").ask("hello")[0]


# what a mute forbids, besides speech


WORD = "spam"
"""What nobody is to read."""


@pytest.mark.parametrize(
    "line",
    [
        f"TOPIC #lobby :{WORD}",
        f"AWAY :{WORD}",
        f"NICK {WORD}",
        f"SETNAME :{WORD}",
        f"PART #lobby :{WORD}",
        f"QUIT :{WORD}",
        f"METADATA * SET status :{WORD}",
        f"@+draft/react={WORD} TAGMSG #lobby",
        f"NOTICE #lobby :{WORD}",
        f"MODE #lobby +b {WORD}!*@*",
        f"MODE #lobby +k {WORD}",
        f"KICK #lobby carol :{WORD}",
        f"BATCH +a draft/multiline #lobby\r\n@batch=a PRIVMSG #lobby :{WORD}\r\nBATCH -a",
        f"REGISTER {WORD} * password1",
    ],
)
def test_nothing_that_somebody_muted_writes_on_irc_reaches_anybody(server: Server, line: str) -> None:
    caps = "away-notify setname message-tags batch draft/multiline draft/metadata-2 account-notify"
    carol, bob = join_irc(server, "carol", caps=caps), join_irc(server, "bob", caps=caps)
    carol.send("METADATA * SUB status", "JOIN #lobby")
    bob.send("JOIN #lobby")
    server.directory.room("#lobby").members[server.directory.find("bob")].modes = "o"
    mute(server, "bob", 600)
    carol.lines()
    bob.send(line)
    assert not any(WORD in heard for heard in carol.lines())
    newcomer = join_irc(server, "dave")
    newcomer.send("JOIN #lobby", "WHOIS bob")
    assert not any(WORD in heard for heard in newcomer.lines())


@pytest.mark.parametrize(
    "line",
    [
        *(f"/{command} {WORD}" for command in ("topic", "away", "nick", "exit", "me", "reply", "ban")),
        *(f"/{command} {WORD}" for command in ("pm carol", "mode +k", "kick carol", "invite carol")),
        f"/{WORD}",
        f"//{WORD}",
    ],
)
def test_nothing_that_somebody_muted_types_reaches_anybody(server: Server, line: str) -> None:
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    carol.send("/pm bob hello")
    server.directory.room("#lobby").members[server.directory.find("bob")].modes = "o"
    mute(server, "bob", 600)
    carol.lines()
    bob.send(line)
    assert not any(WORD in heard for heard in carol.lines())


@pytest.mark.parametrize(
    "line", ["PART #lobby :goodbye", "QUIT :goodbye", "AWAY", "MODE #lobby +m", "JOIN #new"]
)
def test_who_is_muted_may_do_what_needs_no_words(server: Server, line: str) -> None:
    bob = join_irc(server, "bob")
    bob.send("JOIN #lobby")
    server.directory.room("#lobby").members[server.directory.find("bob")].modes = "o"
    mute(server, "bob", 600)
    bob.lines()
    bob.send(line)
    assert not any("muted" in told for told in bob.lines())


@pytest.mark.parametrize("silence", ["+b bob!*@*", "+m"])
@pytest.mark.parametrize("line", ["TOPIC", "PART", "QUIT", "AWAY", "REDACT"])
def test_who_may_not_speak_in_a_room_has_no_other_way_to_be_read_there(
    server: Server, line: str, silence: str
) -> None:
    caps = "away-notify message-tags draft/message-redaction echo-message"
    carol, bob = join_irc(server, "carol", caps=caps), join_irc(server, "bob", caps=caps)
    carol.send("JOIN #a", "MODE #a -t")
    bob.send("JOIN #a", "PRIVMSG #a :hello")
    msgid = server.directory.room("#a").log.entries[-1].msgid
    carol.send(f"MODE #a {silence}")
    carol.lines()
    lines = {"REDACT": f"REDACT #a {msgid} :{WORD}", "QUIT": f"QUIT :{WORD}", "AWAY": f"AWAY :{WORD}"}
    bob.send(lines.get(line, f"{line} #a :{WORD}"))
    heard = carol.lines()
    assert not any(WORD in told for told in heard)
    assert line == "TOPIC" or any(line in told for told in heard), "what was done is seen all the same"


def test_who_is_banned_from_speaking_keeps_the_name_until_they_leave(server: Server) -> None:
    carol, bob = join_irc(server, "carol"), join_irc(server, "bob")
    carol.send("JOIN #a")
    bob.send("JOIN #a")
    carol.send("MODE #a +b bob!*@*")
    carol.lines()
    bob.send(f"NICK {WORD}", f"SETNAME :{WORD}")
    assert sum(" 404 " in told for told in bob.lines()) == 2
    assert carol.lines() == []
    bob.send("PART #a", "NICK robert")
    assert server.directory.find("robert")
