"""The fan-out: passes take turns, news has patience, large rooms have pauses, and what goes wrong harms nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chat.domain.log import KEEP_AT_MOST
from chat.domain.room import Room
from chat.domain.stats import Stats
from chat.network.delivery import HURRY, PATIENCE_SECONDS, SLICE, WALK_SECONDS, Fanout
from chat.network.passes import Pass
from tests.network.chatting import Server, join_plain, make_server
from tests.network.crowds import crowd, heard, say


@pytest.fixture
def server() -> Server:
    return make_server(slice_size=4, max_per_address=0)


# passes


def test_a_pass_serves_a_slice_in_each_turn(server: Server) -> None:
    people = crowd(server, 10)
    bob = join_plain(server, "bob")
    for client in people:
        client.lines()
    say(server, bob, "hello")
    counts = []
    for _ in range(4):
        server.loop.turn()
        counts.append(sum(heard(client) == b"<bob> hello\n" for client in people))
    assert counts == [4, 4, 2, 0]


def test_a_huge_room_holds_up_no_small_one(server: Server) -> None:
    crowd(server, 40)
    ann, ben = (join_plain(server, name) for name in ("ann", "ben"))
    for client in (ann, ben):
        client.send("/join #small")
        client.lines()
    ann.send("/part #lobby")
    ann.lines()
    ben.lines()
    say(server, ben, "to many", "#lobby")
    say(server, ben, "to few", "#small")
    server.loop.turn()
    server.loop.turn()
    assert heard(ann) == b"<ben> to few\r\n"


def test_a_room_that_vanishes_during_a_pass_does_no_harm(server: Server) -> None:
    people = crowd(server, 6, "#short")
    say(server, people[0], "hello", "#short")
    for client in people:
        client.lose()
    server.turn()
    assert server.left_behind() == []


# patience


def test_news_of_who_comes_waits_for_company(server: Server) -> None:
    ann = join_plain(server, "ann")
    ann.lines()
    for name in (b"bob\n", b"carol\n", b"dave\n"):
        server.connect().feed(name)
    assert ann.raw() == b""
    server.loop.advance(PATIENCE_SECONDS)
    assert ann.lines() == ["* bob joined", "* carol joined", "* dave joined"]


def test_what_is_said_does_not_wait_and_takes_the_news_along(server: Server) -> None:
    ann = join_plain(server, "ann")
    ann.lines()
    server.connect().feed(b"bob\nhello\n")
    assert ann.raw() == b"* bob joined\r\n<bob> hello\r\n"


def test_patience_is_started_once_and_ends() -> None:
    clock = Clock()
    fanout = Fanout(clock, Stats(clock.seconds))
    for _ in range(10):
        fanout.dirty(Room("#a", "#a", 0), urgent=False)
    assert len(clock.getDelayedCalls()) == 1
    clock.advance(PATIENCE_SECONDS)
    assert clock.getDelayedCalls() == []


# how often


def test_a_small_room_is_served_in_the_turn_in_which_somebody_speaks(server: Server) -> None:
    people = crowd(server, 4)
    for number in range(20):
        say(server, people[0], str(number))
        server.loop.turn()
        assert [heard(client) for client in people[1:]] == [b"<p0> %d\n" % number] * 3


def test_a_large_room_that_goes_on_talking_is_walked_through_at_most_so_often(server: Server) -> None:
    people = crowd(server, 10)
    server.clock.rightNow += 10.0
    say(server, people[0], "one")
    server.loop.turn()
    say(server, people[0], "two")
    for _ in range(20):
        server.loop.turn()
    assert heard(people[9]) == b"<p0> one\n<p0> two\n"
    assert heard(people[1]) == b"<p0> one\n"
    server.clock.rightNow += WALK_SECONDS - 0.001
    server.loop.turn()
    assert heard(people[1]) == b""
    server.clock.rightNow += 0.001
    server.run()
    assert heard(people[1]) == b"<p0> two\n"


def test_a_small_room_does_not_wait_for_the_next_walk_of_a_large_one(server: Server) -> None:
    people = crowd(server, 10)
    one, two = (join_plain(server, name).send("/join #small", "/part #lobby") for name in ("one", "two"))
    two.lines()
    say(server, people[0], "x")
    server.loop.turn()
    say(server, people[0], "y")
    for _ in range(3):
        server.loop.turn()
    say(server, one, "hello", "#small")
    server.loop.turn()
    assert heard(two) == b"<one> hello\r\n"


# figures


def test_bytes_and_readers_that_take_nothing_are_counted(server: Server) -> None:
    ann, bob = join_plain(server, "ann"), join_plain(server, "bob")
    before = server.directory.stats.bytes_out
    taken = len(ann.socket.taken) + len(bob.socket.taken)
    bob.send("hello", "/users")
    ann.stall()
    bob.send("x" * 1000)
    assert server.fanout.behind == 1
    ann.read()
    assert server.fanout.behind == 0
    sent = len(ann.socket.taken) + len(bob.socket.taken) - taken
    assert server.directory.stats.bytes_out - before == sent


# failures


def test_a_reader_that_cannot_be_served_keeps_nobody_waiting(
    server: Server, logged_failures: list[Failure], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = join_plain(server, "ann"), join_plain(server, "bob")
    bob.lines()

    def fail() -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(ann.protocol, "caught_up", fail)
    ann.socket.give(b"/users\n")
    bob.socket.give(b"/users\n")
    server.run()
    assert ann.ended
    assert bob.lines() == ["2 in #lobby: ann, bob", "* ann left"]
    assert [failure.type for failure in logged_failures] == [ZeroDivisionError]
    logged_failures.clear()
    bob.lose()
    assert server.left_behind() == []


def test_a_pass_that_fails_does_not_make_the_room_deaf(
    server: Server, logged_failures: list[Failure], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = join_plain(server, "ann"), join_plain(server, "bob")
    ann.lines()
    walk = Pass.walk
    monkeypatch.setattr(Pass, "walk", lambda self, budget: 1 // 0)
    say(server, bob, "one")
    server.run()
    monkeypatch.setattr(Pass, "walk", walk)
    say(server, bob, "two")
    assert ann.lines() == ["<bob> one", "<bob> two"]
    assert [failure.type for failure in logged_failures] == [ZeroDivisionError]
    logged_failures.clear()


def test_the_slice_is_what_was_measured() -> None:
    assert SLICE == 256


# more than a log keeps


def test_readers_get_what_there_is_before_the_log_runs_over(server: Server) -> None:
    people = crowd(server, 9)
    bob = join_plain(server, "bob")
    for client in people:
        client.lines()
    for n in range(2 * KEEP_AT_MOST):
        say(server, bob, str(n))
    server.run()
    for client in people:
        assert [int(line.split()[1]) for line in client.raw().splitlines()] == list(range(2 * KEEP_AT_MOST))
    assert server.directory.stats.missed == 0


def test_a_hurry_that_fails_costs_the_speaker_nothing(
    server: Server, logged_failures: list[Failure], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = join_plain(server, "ann"), join_plain(server, "bob")
    ann.lines()
    walk = Pass.walk
    monkeypatch.setattr(Pass, "walk", lambda self, budget: 1 // 0)
    for n in range(HURRY + 1):
        say(server, bob, str(n))
    monkeypatch.setattr(Pass, "walk", walk)
    server.run()
    assert len(ann.raw().splitlines()) == HURRY + 1
    assert {failure.type for failure in logged_failures} == {ZeroDivisionError}
    logged_failures.clear()
