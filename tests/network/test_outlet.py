"""Outlets: how bytes reach a transport that takes them, takes a part, takes none, or is gone."""

from __future__ import annotations

import errno

import pytest
from twisted.internet.interfaces import IPullProducer, IPushProducer
from zope.interface.verify import verifyObject

from chat.domain.events import Said
from chat.domain.names import check_room
from chat.domain.refused import Refused
from chat.network.outlet import (
    CHUNK,
    CLOSE_SECONDS,
    OWN_BYTES,
    PAUSE_BYTES,
    STALL_SECONDS,
    SocketOutlet,
    StreamOutlet,
)
from tests.domain.people import session_of
from tests.network.behind import STREAM_BUFFER, fill, say
from tests.network.chatting import Server, join_irc, join_plain


def test_a_socket_gets_the_fast_outlet_and_everything_else_the_portable_one(server: Server) -> None:
    plain, wrapped, proxied = (server.connect(door=door) for door in ("socket", "wrapped", "proxied"))
    assert isinstance(plain.protocol.outlet, SocketOutlet)
    assert isinstance(wrapped.protocol.outlet, StreamOutlet)
    assert isinstance(proxied.protocol.outlet, StreamOutlet)
    verifyObject(IPullProducer, plain.protocol.outlet)
    verifyObject(IPushProducer, wrapped.protocol.outlet)


def test_a_reader_that_stops_and_reads_on_gets_everything_once_and_in_order(
    server: Server, door: str
) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    carol.lines()
    carol.stall()
    for n in range(1000):
        bob.feed(f"{n:0300}\n".encode())
    assert carol.raw() == b""
    carol.read()
    assert [int(line.split()[1]) for line in carol.lines()] == list(range(1000))
    assert server.fanout.behind == 0


@pytest.mark.parametrize("step", [1, 2, 7, 41, 1000])
def test_a_reader_that_takes_a_few_bytes_at_a_time_gets_the_same(
    server: Server, door: str, step: int
) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    carol.lines()
    carol.stall()
    bob.feed(b"one\ntwo\nthree\n").feed("zwölf\n".encode())
    server.run()
    for _ in range(100):
        carol.read(step)
    bob.feed(b"and on\n")
    carol.read()
    assert carol.lines() == ["<bob> one", "<bob> two", "<bob> three", "<bob> zwölf", "<bob> and on"]


def test_a_reader_too_far_behind_is_told_how_much_it_missed(server: Server, door: str) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    carol.lines()
    carol.stall()
    lines = fill(server, bob)
    for n in range(lines, lines + 10_000):
        say(server, bob, str(n))
    carol.read()
    heard = carol.lines()
    (gap,) = (line for line in heard if line.startswith("***"))
    missed = int(gap.split()[3])
    assert gap == f"*** You missed {missed} messages (/history shows the last ones)"
    numbers = [int(line.split()[1]) for line in heard if line[6:].isdecimal()]
    assert numbers == list(range(numbers[0], lines + 10_000))
    assert len(heard) - 1 + missed == lines + 10_000
    assert server.directory.stats.missed == missed


def test_the_gap_names_the_room_if_it_is_not_the_one_that_is_talked_in(server: Server) -> None:
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    carol.send("/join #other")
    carol.lines()
    carol.stall()
    fill(server, bob)
    say(server, bob, "x", 10_000)
    carol.read()
    assert any(line.startswith("*** You missed") and " in #lobby (" in line for line in carol.lines())


def test_an_irc_client_is_told_of_a_gap_in_its_room(server: Server) -> None:
    carol, bob = join_irc(server, "carol", "#lobby"), join_plain(server, "bob")
    carol.stall()
    fill(server, bob)
    say(server, bob, "x", 10_000)
    carol.read()
    assert any("NOTICE #lobby :You missed " in line for line in carol.lines())


def test_a_reader_that_stopped_costs_no_more_memory_than_a_chunk(server: Server, door: str) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    carol.stall()
    fill(server, bob)
    say(server, bob, "x" * 1000, 3000)
    transport = carol.transport
    held = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
    assert held <= CHUNK + 1100 + (STREAM_BUFFER if door == "wrapped" else 0)
    assert len(server.directory.lobby.log.entries) < 5000


def test_a_stopped_reader_delays_nobody(server: Server, door: str) -> None:
    slow, bob, fast = join_plain(server, "slow", door), join_plain(server, "bob"), join_plain(server, "fast")
    slow.stall()
    fast.lines()
    fill(server, bob)
    fast.raw()
    bob.feed(b"hello\n")
    assert fast.raw() == b"<bob> hello\r\n"


# replies


def test_a_reply_follows_what_led_to_it_and_nothing_that_came_later(server: Server, door: str) -> None:
    bob, carol, dave = (join_plain(server, name, door) for name in ("bob", "carol", "dave"))
    server.turn()
    carol.lines()
    bob.socket.give(b"hello\n")
    carol.socket.give(b"/users\n")
    dave.socket.give(b"/nick rob\nhi\n")
    server.run()
    assert carol.lines() == ["<bob> hello", "3 in #lobby: bob, carol, dave", "* dave is now rob", "<rob> hi"]


def test_a_reader_that_does_not_read_its_replies_is_not_read_either(server: Server, door: str) -> None:
    carol = join_plain(server, "carol", door)
    carol.stall()
    for _ in range(400):
        if not carol.paused:
            carol.feed(b"/help\n")
    assert carol.paused
    unread = carol.feed(b"/help\n" * 10).socket.unread
    assert unread > 0
    carol.read()
    assert not carol.paused
    assert carol.socket.unread == 0
    assert carol.ask("/reply x") == ["Nobody has written to you yet. /pm NAME TEXT writes to somebody."]


def test_replies_that_come_in_one_burst_pause_only_until_they_are_sent(server: Server, door: str) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    say(server, bob, "x" * 1000, 200)
    carol.raw()
    carol.feed(b"/history 200\n/users\n")
    assert len(carol.lines()) == 202
    assert not carol.paused


def test_a_private_message_for_somebody_who_takes_nothing_is_refused_before_it_costs_memory(
    server: Server, door: str
) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    carol.stall()
    fill(server, bob)
    for _ in range(3 * OWN_BYTES // 1000):
        answer = bob.feed(b"/pm carol " + b"x" * 1000 + b"\n").raw()
        if b"does not keep up" in answer:
            break
    assert (
        answer == b"carol's connection does not keep up: your message was not delivered. Try again later.\r\n"
    )
    told = server.directory.stats.private_messages.total
    assert told * 1000 <= OWN_BYTES + STREAM_BUFFER + 2 * 1100
    carol.read()
    assert sum(line.startswith("[pm from bob]") for line in carol.lines()) == told
    assert bob.feed(b"/pm carol again\n").raw() == b"[pm to carol] again\r\n"


def test_private_messages_wait_behind_what_was_said_before_them_and_no_longer(server: Server) -> None:
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    carol.lines()
    carol.stall()
    say(server, bob, "a" * 1000, 50)
    bob.send("/pm carol one")
    say(server, bob, "b" * 1000, 50)
    bob.send("/pm carol two")
    say(server, bob, "c" * 1000, 100)
    carol.read()
    heard = [line.removeprefix("<bob> ")[:1] if line[0] == "<" else line for line in carol.lines()]
    first, second = heard.index("[pm from bob] one"), heard.index("[pm from bob] two")
    assert heard[:first].count("a") == 50
    assert heard[:second].count("b") == 50
    assert heard[second:].count("c") > 0
    assert first < second


# readers that take nothing


def test_a_reader_that_takes_nothing_for_a_minute_is_closed_and_others_see_it(
    server: Server, door: str
) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    carol.stall()
    fill(server, bob)
    server.wait(STALL_SECONDS - 1)
    assert not carol.ended
    assert "carol" in server.directory.people
    server.wait(6)
    assert carol.ended
    assert bob.lines() == [f"* carol left (Took nothing for {STALL_SECONDS:.0f} seconds)"]
    assert server.directory.stats.stalled == 1
    assert server.fanout.behind == 0


def test_a_reader_for_whom_nothing_waits_is_never_closed(server: Server, door: str) -> None:
    carol = join_plain(server, "carol", door)
    carol.stall()
    server.wait(10 * STALL_SECONDS)
    assert not carol.ended


def test_a_reader_that_takes_a_little_is_not_closed(server: Server, door: str) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    carol.stall()
    fill(server, bob)
    for _ in range(30):
        carol.read(1)
        server.wait(10)
    assert not carol.ended
    carol.stall()
    server.wait(STALL_SECONDS + 10)
    assert carol.ended


def test_a_connection_that_ends_gives_the_last_lines_ten_seconds(server: Server, door: str) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    carol.stall()
    fill(server, bob)
    carol.feed(b"/exit\n")
    assert bob.lines() == ["* carol left"]
    for _ in range(4):
        carol.read(1)
        server.wait((CLOSE_SECONDS + 5) / 4)
    assert carol.ended


def test_a_connection_that_ends_gets_its_last_lines(server: Server, door: str) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    carol.lines()
    carol.stall()
    lines = fill(server, bob)
    say(server, bob, "the last one")
    carol.feed(b"/exit\n")
    server.wait(5)
    assert not carol.ended
    carol.read()
    assert carol.ended
    heard = carol.lines()
    assert heard[-2:] == ["<bob> the last one", "Goodbye"]
    assert len(heard) == lines + 2


# readers that are gone


@pytest.mark.parametrize(
    "error", [BrokenPipeError(errno.EPIPE, "x"), ConnectionResetError(errno.ECONNRESET, "x")]
)
def test_a_peer_that_is_gone_is_found_out_by_sending(server: Server, error: OSError, door: str) -> None:
    carol, bob, dave = (
        join_plain(server, "carol", door),
        join_plain(server, "bob"),
        join_plain(server, "dave"),
    )
    bob.lines()
    carol.socket.send_error = error
    dave.feed(b"hello\n")
    assert carol.ended
    assert bob.lines() == ["<dave> hello", "* carol left"]


def test_a_peer_that_is_gone_is_found_out_by_a_reply(server: Server, door: str) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    bob.lines()
    carol.socket.send_error = BrokenPipeError(errno.EPIPE, "x")
    carol.feed(b"/users\n")
    assert carol.ended
    assert bob.lines() == ["* carol left"]


def test_a_send_that_was_interrupted_is_done_again(server: Server) -> None:
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    carol.lines()
    carol.socket.send_error = InterruptedError(errno.EINTR, "x")
    assert bob.protocol.dialect is not None
    server.directory.say(session_of(bob.protocol.dialect.person), server.directory.lobby, "hello")
    server.clock.advance(0)
    carol.socket.send_error = None
    server.run()
    assert carol.lines() == ["<bob> hello"]


@pytest.mark.parametrize("how", ["lose", "abort"])
def test_a_reader_that_is_behind_and_goes_leaves_nothing_behind(server: Server, door: str, how: str) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    carol.stall()
    fill(server, bob)
    bob.send("/pm carol psst")
    if how == "abort":
        carol.protocol.abort("Thrown out")
        server.run()
    else:
        carol.lose()
    assert carol.ended
    bob.lose()
    assert server.left_behind() == []


def test_nothing_is_taken_for_a_connection_that_is_closed(server: Server, door: str) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    assert carol.protocol.dialect is not None
    person = carol.protocol.dialect.person
    carol.protocol.finish("Bye")
    assert not carol.protocol.outlet.put(b"x\n")
    assert bob.protocol.dialect is not None
    with pytest.raises(Refused):
        server.directory.whisper(session_of(bob.protocol.dialect.person), person, "psst")
    server.run()
    assert not carol.protocol.outlet.put(b"x\n")


def test_what_is_said_in_several_rooms_at_once_comes_from_each(server: Server, door: str) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    for client in (carol, bob):
        client.send("/join #a", "/join #b")
    carol.lines()
    assert bob.protocol.dialect is not None
    person = bob.protocol.dialect.person
    for room in person.rooms:
        server.directory.say(session_of(person), room, f"in {room.name}", Said)
    assert sorted(carol.lines()) == ["<bob> in #b", "[#a] <bob> in #a", "[#lobby] <bob> in #lobby"]
    bob.send("/nick rob")
    assert carol.lines() == ["[#lobby] * bob is now rob"]
    assert check_room("#a").folded in server.directory.rooms


def test_pause_is_well_below_what_is_kept() -> None:
    assert CHUNK < PAUSE_BYTES < OWN_BYTES
