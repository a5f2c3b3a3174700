"""The limits of the listener, each figure on the clock: messages, bytes, connections from one address."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.network.pausing import LINES_A_TURN
from tests.network.chatting import Client, Server, join_irc, join_plain, make_server


def limited(**settings: Any) -> Server:
    """A server with the limits that it has by default."""
    return make_server(**({"message_rate": 2.0, "message_burst": 5.0} | settings))


def rested(server: Server, name: str, door: str = "socket") -> Client:
    """Somebody in the lobby who has been quiet long enough to have everything at once again."""
    client = join_plain(server, name, door)
    server.loop.advance(60)
    client.raw()
    return client


def pushed(server: Server, client: Client, seconds: float) -> None:
    """Push against the limit for so long, as a stuck key does."""
    end = server.clock.seconds() + seconds
    while server.clock.seconds() < end:
        if client.socket.unread < 100:
            client.socket.give(b"spam\n" * 100)
        server.loop.advance(0.5)


# messages


@pytest.mark.parametrize("door", ["socket", "wrapped", "proxied"])
def test_five_at_once_then_two_a_second_in_order_and_nothing_lost(door: str) -> None:
    server = limited()
    carol, bob = join_plain(server, "carol"), rested(server, "bob", door)
    carol.raw()
    bob.feed(b"".join(b"%d\n" % n for n in range(12)))
    heard = carol.raw().decode().split()[1::2]
    assert heard == ["0", "1", "2", "3", "4"]
    for n in range(5, 12):
        server.loop.advance(0.49)
        assert carol.raw() == b""
        server.loop.advance(0.01)
        assert carol.raw() == b"<bob> %d\r\n" % n


def test_what_is_over_waits_unread_so_that_the_sender_waits() -> None:
    server = limited()
    bob = rested(server, "bob")
    bob.feed(b"x\n" * 6)
    assert bob.paused
    bob.feed(b"y\n" * 50_000)
    assert bob.socket.unread == 100_000
    server.loop.advance(0.5)
    assert bob.paused
    assert bob.socket.unread > 0


def test_a_person_who_is_over_the_limit_is_told_once() -> None:
    server = limited()
    bob = rested(server, "bob")
    bob.feed(b"x\n" * 30)
    server.loop.advance(20)
    told = bob.lines()
    assert len(told) == 1
    assert "5 messages at once, then 2 a second" in told[0]
    assert server.directory.stats.delayed == 1


def test_nobody_within_the_limit_is_told_anything() -> None:
    server = limited()
    carol, bob = join_plain(server, "carol"), rested(server, "bob")
    carol.raw()
    bob.feed(b"x\n" * 5)
    for _ in range(100):
        server.loop.advance(0.5)
        bob.feed(b"y\n")
    assert bob.raw() == b""
    assert len(carol.raw().splitlines()) == 105


def test_a_paste_of_sixty_lines_gets_through_without_a_mute() -> None:
    server = limited()
    carol, bob = join_plain(server, "carol"), rested(server, "bob")
    carol.raw()
    bob.feed(b"".join(b"%d\n" % n for n in range(60)))
    server.loop.advance(30)
    assert carol.raw().decode().split()[1::2] == [str(n) for n in range(60)]
    assert server.directory.stats.muted == 0


def test_thirty_seconds_of_excess_mute_for_sixty_with_a_sentence() -> None:
    server = limited()
    carol, bob = join_plain(server, "carol"), rested(server, "bob")
    pushed(server, bob, 29)
    assert len(bob.lines()) == 1
    carol.raw()
    pushed(server, bob, 1.5)
    sentence = bob.lines()[0]
    assert "muted for 60 seconds" in sentence
    assert "more than 5 messages at once and 2 a second, kept up for 30 seconds" in sentence
    assert server.directory.stats.muted == 1
    carol.raw()
    pushed(server, bob, 10)
    assert carol.raw() == b""
    assert "muted for 50 seconds" in bob.lines()[-1]
    bob.socket.give(b"")
    server.loop.advance(200)
    carol.raw()
    bob.raw()
    assert bob.feed(b"hello\n").raw() == b""
    assert carol.raw() == b"<bob> hello\r\n"


def test_the_mute_is_told_in_one_sentence() -> None:
    server = limited()
    bob = rested(server, "bob")
    pushed(server, bob, 29)
    bob.raw()
    while not server.directory.stats.muted:
        pushed(server, bob, 0.5)
    assert len(bob.raw().splitlines()) == 1


@pytest.mark.parametrize("what", [b"hello", b"/me waves", b"/pm carol psst"])
def test_who_is_muted_cannot_speak_in_any_way(what: bytes) -> None:
    server = limited()
    carol, bob = join_plain(server, "carol"), rested(server, "bob")
    muted(server, bob)
    carol.raw()
    bob.feed(what + b"\n")
    server.loop.advance(1)
    assert "muted for" in bob.lines()[0]
    assert carol.raw() == b""


@pytest.mark.parametrize(
    ("command", "answer"),
    [(b"/users", "2 in #lobby"), (b"/help pm", "/pm NAME TEXT"), (b"/stats", "users online: 2")],
)
def test_who_is_muted_can_use_commands(command: bytes, answer: str) -> None:
    server = limited()
    join_plain(server, "carol")
    bob = rested(server, "bob")
    muted(server, bob)
    bob.feed(command + b"\n")
    server.loop.advance(1)
    assert bob.lines()[0].startswith(answer)


def test_who_is_muted_can_leave() -> None:
    server = limited()
    bob = rested(server, "bob")
    muted(server, bob)
    bob.feed(b"/exit\n")
    server.loop.advance(1)
    assert bob.ended


def test_a_mute_in_irc_says_the_same_and_ends_the_same() -> None:
    server = limited()
    carol, bob = join_plain(server, "carol"), join_irc(server, "bob", "#lobby")
    bob.feed(b"PRIVMSG #lobby :spam\r\n" * 80)
    server.loop.advance(45)
    assert any("muted for" in line for line in bob.lines())
    carol.raw()
    bob.feed(b"PRIVMSG #lobby :hello\r\nPRIVMSG carol :psst\r\nNOTICE #lobby :psst\r\n")
    server.loop.advance(2)
    assert carol.raw() == b""
    server.loop.advance(60)
    bob.feed(b"PRIVMSG #lobby :hello again\r\n")
    assert carol.raw() == b"<bob> hello again\r\n"


def muted(server: Server, client: Client) -> None:
    """Mute somebody by their own doing, and let what they sent run out."""
    client.feed(b"spam\n" * 6)
    while not server.directory.stats.muted:
        client.feed(b"spam\n")
        server.loop.advance(0.5)
    server.loop.advance(3)
    client.raw()


def test_a_rate_of_nothing_switches_the_limit_off() -> None:
    server = limited(message_rate=0.0)
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    carol.raw()
    bob.feed(b"x\n" * 5000)
    assert len(carol.raw().splitlines()) == 5000
    assert bob.raw() == b""


def test_many_who_say_much_in_one_turn_cost_who_keeps_up_nothing() -> None:
    server = limited(message_rate=0.0)
    carol = join_plain(server, "carol")
    speakers = [join_plain(server, f"bob{n}") for n in range(12)]
    carol.lines()
    for speaker in speakers:
        speaker.socket.give(b"x\n" * LINES_A_TURN)
    server.run()
    assert len(carol.raw().splitlines()) == 12 * LINES_A_TURN


def test_a_flood_lets_others_have_their_turn() -> None:
    server = limited(message_rate=0.0)
    carol, bob, dave = (join_plain(server, name) for name in ("carol", "bob", "dave"))
    carol.lines()
    bob.socket.give(b"x\n" * 30_000)
    dave.socket.give(b"hello\n")
    server.loop.turn()
    server.loop.turn()
    heard = bytes(carol.socket.taken).splitlines()
    assert heard.index(b"<dave> hello") - heard.index(b"<bob> x") <= LINES_A_TURN
    server.run()
    assert carol.raw().count(b"<bob> x") == 30_000
    assert not bob.paused


def test_who_goes_in_the_middle_of_a_flood_leaves_nothing_behind() -> None:
    server = limited(message_rate=0.0)
    bob = join_plain(server, "bob")
    bob.socket.give(b"x\n" * 30_000)
    server.loop.turn()
    bob.lose()
    assert server.left_behind() == []


def test_one_persons_excess_delays_nobody_else() -> None:
    server = limited()
    carol, bob = rested(server, "carol"), rested(server, "bob")
    carol.raw()
    bob.feed(b"x\n" * 20)
    carol.feed(b"hello\n")
    assert bob.lines()[-1] == "<carol> hello"


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.sampled_from([0.0, 0.1, 0.5, 1.0, 7.0])), min_size=1, max_size=8
    ),
    st.data(),
)
def test_whatever_the_pace_the_limit_holds_and_order_is_kept(
    bursts: list[tuple[int, float]], data: st.DataObject
) -> None:
    server = limited()
    carol, bob = join_plain(server, "carol"), rested(server, "bob")
    carol.raw()
    sent = 0
    heard: list[tuple[float, int]] = []

    def listen(seconds: float) -> None:
        end = server.clock.seconds() + seconds
        while True:
            server.run()
            heard.extend((server.clock.seconds(), int(n)) for n in carol.raw().decode().split()[1::2])
            if server.clock.seconds() >= end:
                return
            server.loop.advance(0.25)

    for count, pause in bursts:
        lines = b"".join(b"%d\r\n" % n for n in range(sent, sent + count))
        cut = data.draw(st.integers(0, len(lines)))
        bob.feed(lines[:cut]).feed(lines[cut:])
        sent += count
        listen(pause)
    listen(min(28.0, sent / 2 + 1))
    assert [n for _, n in heard] == list(range(len(heard)))
    if not server.directory.stats.muted and sent < 55:
        assert len(heard) == sent
    for first in range(len(heard)):
        for last in range(first, len(heard)):
            span = heard[last][0] - heard[first][0]
            assert last - first + 1 <= 5 + 2 * span + 1e-6 + 2 * 0.25


# bytes


def test_ten_kilobytes_a_second_after_twenty_at_once() -> None:
    server = limited(message_rate=1000.0, message_burst=1000)
    bob = rested(server, "bob")
    line = b"/" + b"x" * 998 + b"\n"
    bob.feed(line * 20)
    assert not bob.paused
    bob.feed(line * 10)
    assert bob.paused
    server.loop.advance(0.99)
    assert bob.paused
    server.loop.advance(0.02)
    assert not bob.paused
    bob.feed(line * 10)
    assert bob.paused


def test_bytes_that_wait_are_not_lost() -> None:
    server = limited(message_rate=1000.0, message_burst=1000)
    carol, bob = join_plain(server, "carol"), rested(server, "bob")
    carol.raw()
    bob.feed(b"".join(b"%0900d\n" % n for n in range(100)))
    server.loop.advance(10)
    assert [int(line[6:]) for line in carol.raw().splitlines()] == list(range(100))


# connections from one address


def test_sixteen_at_once_from_one_address() -> None:
    server = make_server()
    clients = [server.connect() for _ in range(16)]
    server.loop.advance(1)
    refused = server.connect()
    assert refused.lines() == [
        "ERROR :Too many connections from your address (192.0.2.7): at most 16 at once. "
        "Close one of them and try again."
    ]
    assert refused.ended
    assert not any(client.ended for client in clients)
    assert not server.connect("192.0.2.8").closed
    clients[0].lose()
    assert not server.connect().closed


def test_a_refused_connection_cannot_talk_its_way_in() -> None:
    server = make_server()
    for _ in range(16):
        server.connect()
    refused = server.connect()
    refused.feed(b"bob\nhello\n")
    assert refused.ended
    assert server.directory.people == {}


def test_thirty_two_new_in_ten_minutes_from_one_address() -> None:
    server = make_server()
    for _ in range(32):
        server.connect().lose()
    refused = server.connect()
    (sentence,) = refused.lines()
    assert "at most 32 in 10 minutes. Try again in 10 minutes." in sentence
    assert refused.ended
    server.loop.advance(590)
    assert server.connect().closed
    server.loop.advance(10)
    assert not server.connect().closed


def test_ipv6_counts_by_64_bits() -> None:
    server = make_server()
    for n in range(16):
        assert not server.connect(f"2001:db8:1:2::{n:x}").closed
    assert server.connect("2001:db8:1:2:ffff::1").closed
    assert not server.connect("2001:db8:1:3::1").closed


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine_is_exempt(address: str) -> None:
    server = make_server()
    clients = [server.connect(address) for _ in range(100)]
    assert not any(client.ended for client in clients)


def test_behind_a_relay_the_persons_address_counts() -> None:
    server = make_server()
    for _ in range(16):
        assert not server.connect("198.51.100.9", door="proxied").closed
    assert server.connect("198.51.100.9", door="proxied").closed
    assert server.connect("198.51.100.9").closed
    assert not server.connect("198.51.100.10", door="proxied").closed
    assert not server.connect("2001:db8::9", door="proxied").closed


@pytest.mark.parametrize(("most", "taken"), [(3, 3), (0, 200), (100, 100)])
def test_the_operator_says_how_many_from_one_address(most: int, taken: int) -> None:
    server = make_server(max_per_address=most)
    clients = [server.connect() for _ in range(200)]
    server.run()
    assert sum(not client.ended for client in clients) == taken


def test_ten_thousand_who_say_nothing_leave_nothing_behind() -> None:
    server = make_server()
    for batch in range(10):
        clients = [server.connect(f"10.{batch}.{n // 250}.{n % 250 + 1}") for n in range(1000)]
        server.loop.advance(20)
        assert all(client.ended for client in clients)
    server.loop.advance(600)
    server.factory.limits.sweep(server.clock.seconds())
    assert server.left_behind() == []
    assert len(server.factory.limits) == 0
    assert server.directory.stats.accepted == 10_000
