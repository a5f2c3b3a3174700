"""Who is banned is turned away at every door, and put out of where they are."""

from __future__ import annotations

import pytest

from chat.domain import banning
from tests.network.chatting import Server, connect, join_irc, join_plain
from tests.network.irc.reading import account, codes, login, operator, texts

SENTENCE = "Your address is banned from this server until 2027-01-15 09:00 UTC: spam"


def ban(server: Server, what: str, seconds: float | None = 3600.0, reason: str = "spam") -> None:
    """An operator who is not here bans somebody."""
    banning.ban(server.directory, "root", what, seconds, reason)


@pytest.mark.parametrize("door", ["socket", "wrapped", "proxied"])
@pytest.mark.parametrize("first", ["bob", "NICK bob"])
def test_whoever_comes_from_a_banned_address_is_turned_away(server: Server, door: str, first: str) -> None:
    ban(server, "192.0.2.0/24")
    client = connect(server, "192.0.2.7", door)
    assert client.lines() == [f"ERROR :{SENTENCE}"]
    assert client.closed
    client.send(first)
    assert client.lines() == []
    assert server.directory.people == {}
    assert server.directory.stats.refused == 1
    client.lose()
    assert server.left_behind() == []


def test_a_relay_whose_people_are_told_apart_is_not_meant(server: Server) -> None:
    ban(server, "192.0.2.7")
    assert not connect(server, "192.0.2.8", "proxied").closed


def test_a_ban_does_not_use_up_the_connections_of_an_address(server: Server) -> None:
    ban(server, "192.0.2.7", 60)
    for _ in range(100):
        connect(server).lose()
    server.loop.advance(60)
    assert not connect(server).closed


def test_who_is_here_is_put_out_and_others_see_why(server: Server) -> None:
    ann = join_plain(server, "ann", address="198.51.100.1")
    eve = join_irc(server, "eve", "#lobby", address="198.51.100.2")
    bob, tess = join_irc(server, "bob", "#lobby"), join_plain(server, "tess")
    for client in (ann, eve, bob, tess):
        client.lines()
    ban(server, "192.0.2.7")
    assert bob.lines() == [f"ERROR :{SENTENCE}"]
    assert tess.lines()[-1] == f"*** {SENTENCE}"
    assert bob.closed
    assert tess.closed
    assert [line for line in eve.lines() if " QUIT " in line] == [
        ":bob!bob@host QUIT :Banned: spam",
        ":tess!user@host QUIT :Banned: spam",
    ]
    assert ann.lines() == ["* bob left (Banned: spam)", "* tess left (Banned: spam)"]
    assert set(server.directory.people) == {"ann", "eve"}


@pytest.mark.parametrize("irc", [False, True])
def test_who_has_no_name_yet_gets_none(server: Server, irc: bool) -> None:
    client = connect(server)
    server.loop.advance(0.3)
    client.lines()
    if irc:
        client.send("CAP LS 302")
        client.lines()
    ban(server, "192.0.2.7")
    if irc:
        lines = client.ask("NICK bob", "USER bob 0 * :Bob", "CAP END")
        assert lines == [f":chat.test 465 * :{SENTENCE}", f"ERROR :{SENTENCE}"]
    else:
        assert client.ask("bob") == [f"*** {SENTENCE}"]
    assert client.closed
    assert server.directory.people == {}


def test_an_account_that_is_banned_while_it_registers_does_not_come_in(server: Server) -> None:
    account(server, "bob")
    client = connect(server).send(*login("bob"))
    client.lines()
    ban(server, "bob", None)
    sentence = "The account bob is banned from this server for good: spam"
    assert client.ask("CAP END") == [f":chat.test 465 * :{sentence}", f"ERROR :{sentence}"]
    assert client.closed


def test_a_banned_account_does_not_log_in_by_sasl(server: Server) -> None:
    account(server, "bob")
    ban(server, "bob", None)
    client = connect(server)
    lines = client.ask(*login("bob"))
    assert codes(lines)[-2:] == ["NOTICE", "904"]
    assert texts(lines)[-2] == "The account bob is banned from this server for good: spam"
    wrong = connect(server, "192.0.2.8").ask("NICK x", "USER x 0 * :x", *login("bob")[3:])
    assert server.directory.accounts == {}
    assert "904" in codes(wrong)


def test_a_banned_account_does_not_log_in_by_hand_and_is_not_made_anew(server: Server) -> None:
    account(server, "bob")
    ban(server, "bob", None)
    guest = join_plain(server, "guest")
    assert guest.ask("/login bob wrong")[0].startswith("That name and password do not belong together")
    assert guest.ask("/login bob sesame") == ["The account bob is banned from this server for good: spam"]
    assert server.directory.accounts == {}
    server.factory.logins.accounts.drop("bob")  # type: ignore[attr-defined]
    bob = join_plain(server, "bob")
    assert bob.ask("/register sesame") == ["The account bob is banned from this server for good: spam"]


@pytest.mark.parametrize("irc", [False, True])
def test_a_banned_operator_is_no_operator(server: Server, irc: bool) -> None:
    server.factory.logins.accounts.add("boss", "sesame", operator=True)  # type: ignore[attr-defined]
    ban(server, "boss", None)
    if irc:
        lines = join_irc(server, "ann").ask("OPER boss sesame")
        assert codes(lines) == ["NOTICE", "464"]
        lines = texts(lines)
    else:
        lines = join_plain(server, "ann").ask("/oper boss sesame")
    assert lines[0] == "The account boss is banned from this server for good: spam"
    assert not server.directory.with_modes


def test_who_is_logged_in_is_put_out_and_nothing_waits_for_them(server: Server) -> None:
    account(server, "bob")
    bob = join_plain(server, "bobby", address="192.0.2.1")
    bob.send("/login bob sesame", "/join #a")
    drop = join_irc(server, "phone", "#b", address="192.0.2.2")
    drop.send(*login("bob")[3:], "AUTHENTICATE PLAIN")
    drop.lines()
    drop.lose()
    ban(server, "bob", 60, "")
    assert bob.lines()[-1].startswith("*** The account bob is banned from this server until ")
    assert bob.closed
    bob.lose()
    # Nobody is waited for, under whatever name.
    join_irc(server, "phone", address="192.0.2.3")
    join_irc(server, "bobby", address="192.0.2.3")
    assert server.directory.accounts == {}


def test_a_slow_reader_who_is_banned_does_nothing_more(server: Server) -> None:
    carol = join_plain(server, "carol", address="198.51.100.1")
    bob = join_irc(server, "bob", "#lobby").stall()
    carol.lines()
    ban(server, "192.0.2.7", None, "")
    bob.send("PRIVMSG #lobby :still here", "PRIVMSG carol :psst")
    assert carol.lines() == ["* bob left (Banned)"]
    server.wait(120)
    assert bob.ended
    bob.lose()
    carol.send("/exit")
    carol.lose()
    assert server.left_behind() == []


# on IRC


def test_kline_unkline_and_stats(server: Server) -> None:
    root = operator(server)
    bob = join_irc(server, "bob", address="192.0.2.1")
    assert texts(root.ask("KLINE 60 bob :too loud")) == [
        "192.0.2.1 is banned until 2027-01-15 09:00 UTC; 1 disconnected."
    ]
    assert bob.lines()[-1].startswith("ERROR :Your address is banned from this server until 2027-01-15 09:00")
    assert texts(root.ask("KLINE 7d *@198.51.100.0/24 :a network")) == [
        "198.51.100.0/24 is banned until 2027-01-22 08:00 UTC; nobody disconnected."
    ]
    root.send("KLINE 2001:db8::7", "KLINE forever 203.0.113.5")
    assert root.ask("STATS k") == [
        ":chat.test 216 root K 192.0.2.1 * * :192.0.2.1 until 2027-01-15 09:00 UTC, by root: too loud",
        ":chat.test 216 root K 198.51.100.0/24 * * :198.51.100.0/24 until 2027-01-22 08:00 UTC, by root: a network",
        ":chat.test 216 root K 2001:db8::/64 * * :2001:db8::/64 until 2027-01-16 08:00 UTC, by root",
        ":chat.test 216 root K 203.0.113.5 * * :203.0.113.5 for good, by root",
        ":chat.test 219 root k :End of /STATS report",
    ]
    assert texts(root.ask("UNKLINE *@192.0.2.1")) == ["192.0.2.1 may come in again."]
    assert not connect(server, "192.0.2.1").closed
    assert root.ask("UNKLINE 192.0.2.1") == [
        ":chat.test FAIL UNKLINE NOT_BANNED 192.0.2.1 :192.0.2.1 is not banned from this server. "
        "/serverbans lists who is."
    ]


@pytest.mark.parametrize("line", ["KLINE bob", "UNKLINE bob", "STATS k", "STATS K"])
def test_others_may_not(server: Server, line: str) -> None:
    join_irc(server, "bob", address="192.0.2.1")
    assert codes(join_irc(server, "ann").ask(line))[0] == "481"
    assert len(server.directory.people) == 2


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("KLINE 30x bob :spam", "BAD_DURATION 30x :30x is no duration"),
        ("KLINE 30x bob", "BAD_DURATION 30x :30x is no duration"),
        ("KLINE 0 bob :spam", "BAD_DURATION 0 :0 is too short"),
        ("KLINE 127.0.0.1", "CANNOT_BAN 127.0.0.1 :127.0.0.1 is this machine itself"),
        ("KLINE root", "CANNOT_BAN root :That is you"),
        ("KLINE *@*", "CANNOT_BAN * :* is not here"),
        ("KLINE :two words", "CANNOT_BAN * :two words is not here"),
        ("KLINE 192.0.2.7", "CANNOT_BAN 192.0.2.7 :You are connected from 192.0.2.7 yourself"),
    ],
)
def test_what_does_not_work_is_said(server: Server, line: str, answer: str) -> None:
    root = operator(server)
    join_irc(server, "bob", address="192.0.2.1")
    told = root.ask(line)
    assert told[0].startswith(f":chat.test FAIL KLINE {answer}"), told
    assert server.directory.bans.listed(server.now()) == []


def test_somebody_whose_name_looks_like_a_duration_can_be_banned(server: Server) -> None:
    root = operator(server)
    join_irc(server, "forever", address="192.0.2.1")
    root.send("KLINE forever :spam")
    assert [ban.reason for ban in server.directory.bans.listed(server.now())] == ["spam"]
    assert "forever" not in server.directory.people


@pytest.mark.parametrize(
    ("line", "end", "reason"),
    [
        ("bob", "2027-01-16 08:00", ""),
        ("bob too loud", "2027-01-16 08:00", "too loud"),
        ("192.0.2.1 spam", "2027-01-16 08:00", "spam"),
        ("192.0.2.1 too loud", "2027-01-16 08:00", "too loud"),
        ("*@192.0.2.1 too loud", "2027-01-16 08:00", "too loud"),
        ("10 bob", "2027-01-15 08:10", ""),
        ("10 192.0.2.1", "2027-01-15 08:10", ""),
        ("2h bob too loud", "2027-01-15 10:00", "too loud"),
    ],
)
def test_what_a_kline_may_look_like(server: Server, line: str, end: str, reason: str) -> None:
    root = operator(server, "root")
    join_irc(server, "bob", address="192.0.2.1")
    root.send(f"KLINE {line}")
    bans = server.directory.bans.listed(server.now())
    assert [(ban.what, ban.end, ban.reason) for ban in bans] == [("192.0.2.1", f"until {end} UTC", reason)]
