from __future__ import annotations

import pytest

from chat.monitor.interfaces import ActionRefused
from chat.monitor.overview import OperatorActions, Overview
from tests.network.chatting import Server, connect, join_irc, join_plain, make_server

OPERATOR = "the operator at 192.0.2.99"


def people(server: Server) -> dict[str, tuple[str, str, tuple[str, ...], float, bool]]:
    return {
        p.name: (p.dialect, p.address, p.rooms, p.idle, p.muted) for p in Overview(server.factory).people()
    }


# What it sees


def test_the_figures_are_those_of_the_chat() -> None:
    server = make_server()
    alice = join_plain(server, "alice")
    join_irc(server, "bob", "#lobby", "#ops")
    connect(server)
    alice.send("hello", "/pm bob secret", "/pm bob another")
    figures = Overview(server.factory).figures()
    assert (figures.people, figures.peak, figures.rooms) == (2, 2, 2)
    assert (figures.messages, figures.private_messages) == (1, 2)
    assert figures.connections == {"plain": 1, "irc": 1, "nameless": 1}
    assert figures.bytes_in > 0
    assert figures.bytes_out > 0
    alice.lose()
    after = Overview(server.factory).figures()
    assert (after.people, after.peak) == (1, 2)
    assert after.connections == {"plain": 0, "irc": 1, "nameless": 1}


def test_people_are_those_with_a_name() -> None:
    server = make_server()
    alice = join_plain(server, "alice")
    join_irc(server, "bob", "#lobby", "#ops")
    connect(server)
    before = server.clock.seconds()
    server.clock.advance(30)
    alice.send("hello")
    seen = people(server)
    assert set(seen) == {"alice", "bob"}
    assert seen["bob"][:3] == ("irc", "192.0.2.7", ("#lobby", "#ops"))
    assert seen["bob"][3] > server.clock.seconds() - before - 1
    assert seen["alice"][3] < 1


def test_what_was_refused_is_counted_by_its_reason_and_never_by_whom() -> None:
    server = make_server()
    alice, bob = join_plain(server, "alice"), join_irc(server, "bob")
    alice.send("/join x y z", "/kick nobody", "/login alice wrong")
    bob.send("KICK #lobby nobody", "JOIN #lobby", "KICK #lobby alice")
    refusals = Overview(server.factory).figures().refusals
    assert refusals["login_failed"] == 1
    assert refusals["needs_right"] >= 1
    assert not [reason for reason in refusals if "alice" in reason or "192" in reason]


def test_connections_that_were_turned_away_are_counted_by_their_rule() -> None:
    server = make_server(max_per_address=1)
    for _ in range(3):
        connect(server)
    assert Overview(server.factory).figures().refusals["live"] >= 2


def test_every_queue_and_table_has_a_size_below_its_bound() -> None:
    server = make_server()
    join_plain(server, "alice")
    bounded = Overview(server.factory).figures().bounded
    assert {"bans", "mutes", "addresses"} <= set(bounded)
    assert all(0 <= size < most for size, most in bounded.values())
    assert bounded["addresses"][0] == 1


# What it does


def test_an_announcement_reaches_everybody() -> None:
    server = make_server()
    alice, bob = join_plain(server, "alice"), join_irc(server, "bob")
    OperatorActions(server.factory).announce("down at ten", OPERATOR)
    assert any("down at ten" in line for line in alice.lines())
    assert any("down at ten" in line for line in bob.lines())


@pytest.mark.parametrize("join", [join_plain, lambda server, name: join_irc(server, name, "#lobby")])
def test_whoever_is_kicked_is_told_and_gone(join: object) -> None:
    server = make_server()
    bob = join(server, "bob")  # type: ignore[operator]
    alice = join_plain(server, "alice")
    OperatorActions(server.factory).kick("BOB", "too loud", OPERATOR)
    assert any("The operator has put you out: too loud" in line for line in bob.lines())
    assert bob.closed
    assert alice.lines() == ["* bob left (Put out by the operator: too loud)"]
    assert set(people(server)) == {"alice"}
    bob.send("still here?")
    assert alice.lines() == []


@pytest.mark.parametrize("rate", [0.0, 2.0])
def test_a_mute_holds_for_its_time_and_can_be_ended(rate: float) -> None:
    server = make_server(message_rate=rate)
    alice, bob = join_plain(server, "alice"), join_plain(server, "bob")
    alice.lines()
    actions = OperatorActions(server.factory)
    actions.mute("bob", 120.0, "too loud", OPERATOR)
    assert any("muted you for 120 seconds (too loud)" in line for line in bob.lines())
    assert people(server)["bob"][4]
    bob.send("hello")
    assert any("muted" in line for line in bob.lines())
    assert alice.lines() == []
    server.clock.advance(121)
    bob.send("hello again")
    assert alice.lines() == ["<bob> hello again"]

    actions.mute("bob", 60.0, "", OPERATOR)
    actions.mute("bob", 0.0, "", OPERATOR)
    bob.send("free")
    assert alice.lines() == ["<bob> free"]
    assert Overview(server.factory).figures().muted == 2


def test_a_mute_holds_for_irc_and_private_messages_too() -> None:
    server = make_server()
    alice, bob = join_plain(server, "alice"), join_irc(server, "bob", "#lobby")
    alice.lines()
    OperatorActions(server.factory).mute("bob", 60.0, "", OPERATOR)
    bob.send("PRIVMSG #lobby :hello", "PRIVMSG alice :psst")
    assert alice.lines() == []


def test_who_is_not_there_cannot_be_acted_on() -> None:
    server = make_server()
    connect(server)
    actions = OperatorActions(server.factory)
    with pytest.raises(ActionRefused, match=r"nobody is not online any more\."):
        actions.kick("nobody", "", OPERATOR)
    with pytest.raises(ActionRefused, match=r"nobody is not online any more\."):
        actions.mute("nobody", 60.0, "", OPERATOR)


@pytest.mark.parametrize("seconds", [3600.0, None])
def test_whoever_is_banned_is_told_gone_and_does_not_come_back(seconds: float | None) -> None:
    server = make_server()
    bob, alice = join_plain(server, "bob"), join_plain(server, "alice", address="192.0.2.8")
    told = OperatorActions(server.factory).ban("BOB", seconds, "too loud", OPERATOR)
    until = "for good" if seconds is None else "until 2027-01-15 09:00 UTC"
    assert told == f"192.0.2.7 is banned {until}; 1 disconnected."
    assert bob.lines()[-1] == f"*** Your address is banned from this server {until}: too loud"
    assert bob.closed
    assert alice.lines() == ["* bob left (Banned: too loud)"]
    assert connect(server).closed
    assert [ban.by for ban in server.directory.bans.listed(server.now())] == [OPERATOR]


def test_who_cannot_be_banned_is_told_in_a_sentence() -> None:
    server = make_server()
    join_plain(server, "bob", address="127.0.0.1")
    actions = OperatorActions(server.factory)
    with pytest.raises(ActionRefused, match="this machine itself"):
        actions.ban("bob", 60.0, "", OPERATOR)
    with pytest.raises(ActionRefused, match=r"192\.0\.2\.1 is not online any more\."):
        actions.ban("192.0.2.1", 60.0, "", OPERATOR)
    assert set(people(server)) == {"bob"}


def test_ending_a_mute_ends_one_for_flooding_too() -> None:
    server = make_server(message_rate=2.0, message_burst=5.0)
    alice, bob = join_plain(server, "alice"), join_plain(server, "bob")
    while not server.directory.stats.muted:
        if bob.socket.unread < 100:
            bob.socket.give(b"spam\n" * 100)
        server.loop.advance(0.5)
    assert people(server)["bob"][4]
    OperatorActions(server.factory).mute("bob", 0.0, "", OPERATOR)
    assert not people(server)["bob"][4]
    alice.lines()
    server.loop.advance(5)
    assert alice.lines()
