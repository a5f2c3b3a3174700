"""The fan-out: passes take turns, news has patience, the process rests, and what goes wrong harms nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chat.domain.events import LogEvent
from chat.domain.log import KEEP_AT_MOST
from chat.domain.room import Room
from chat.domain.stats import Stats
from chat.network.delivery import HURRY, PATIENCE_SECONDS, SLICE, WALK_SECONDS, Fanout
from chat.network.passes import Pass
from chat.network.resting import BUSY_REST_SECONDS, BUSY_SHARE, REST_SECONDS, Rests
from tests.network.chatting import Client, Server, join_plain, make_server
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


# resting


class Bed:
    """Where the process sleeps: time passes, nothing else happens."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.slept: list[float] = []
        self.begun: list[float] = []
        self.worked = 0.0
        rests = Rests(self.clock.seconds, self.sleep, lambda: self.worked, self.begin)
        self.server = make_server(self.clock, slice_size=4, max_per_address=0, rests=rests)

    def sleep(self, seconds: float) -> None:
        """Turn the clock."""
        self.slept.append(round(seconds, 6))
        self.clock.rightNow += seconds

    def begin(self) -> None:
        """Other threads begin what they can do while this one sleeps."""
        self.begun.append(self.clock.rightNow)

    def people(self, count: int) -> list[Client]:
        """So many people in the lobby; the process last rested long ago."""
        clients = crowd(self.server, count)
        self.clock.rightNow += 10.0
        self.slept.clear()
        self.begun.clear()
        return clients

    def work(self, client: Client) -> list[float]:
        """Somebody speaks, and everybody is served; how long the process slept after that."""
        say(self.server, client, "x")
        self.server.loop.turn()
        slept, self.slept = self.slept, []
        return slept


@pytest.fixture
def bed() -> Bed:
    return Bed()


def test_work_after_a_quiet_time_is_followed_by_no_rest(bed: Bed) -> None:
    people = bed.people(3)
    assert bed.work(people[0]) == []
    assert heard(people[1]) == b"<p0> x\n"


def test_other_threads_begin_after_the_work_and_before_the_rest(bed: Bed) -> None:
    people = bed.people(3)
    bed.work(people[0])
    bed.clock.rightNow += REST_SECONDS / 4
    said_at = bed.clock.rightNow
    bed.work(people[0])
    assert bed.begun == [said_at - REST_SECONDS / 4, said_at]
    assert bed.clock.rightNow > said_at


def test_the_next_work_is_followed_by_what_is_left_of_the_rest(bed: Bed) -> None:
    people = bed.people(3)
    bed.work(people[0])
    bed.clock.rightNow += REST_SECONDS / 4
    assert bed.work(people[0]) == [pytest.approx(REST_SECONDS * 3 / 4)]
    assert bed.work(people[0]) == [pytest.approx(REST_SECONDS)]
    bed.clock.rightNow += REST_SECONDS / 2
    assert bed.work(people[0]) == [pytest.approx(REST_SECONDS / 2)]
    assert heard(people[1]) == b"<p0> x\n" * 4


def test_who_has_worked_for_long_enough_rests_no_more(bed: Bed) -> None:
    people = bed.people(3)
    for _ in range(3):
        assert bed.work(people[0]) == []
        bed.clock.rightNow += REST_SECONDS


def test_a_clock_that_is_set_back_makes_no_rest_longer(bed: Bed) -> None:
    people = bed.people(3)
    bed.work(people[0])
    bed.clock.rightNow -= 5.0
    assert max(bed.work(people[0])) <= BUSY_REST_SECONDS
    bed.clock.rightNow += REST_SECONDS
    assert bed.work(people[0]) == []


def busy(bed: Bed) -> None:
    """The process has much to do, from the last rest on."""
    bed.worked += bed.clock.rightNow * BUSY_SHARE


def test_a_busy_process_rests_for_longer(bed: Bed) -> None:
    people = bed.people(3)
    bed.work(people[0])
    bed.worked += REST_SECONDS * BUSY_SHARE
    bed.clock.rightNow += REST_SECONDS
    assert bed.work(people[0]) == [pytest.approx(BUSY_REST_SECONDS - REST_SECONDS)]


def test_a_process_that_is_busy_no_more_rests_as_before(bed: Bed) -> None:
    people = bed.people(3)
    busy(bed)
    bed.work(people[0])
    bed.clock.rightNow += REST_SECONDS / 2
    assert bed.work(people[0]) == [pytest.approx(REST_SECONDS / 2)]


def test_after_a_large_room_nobody_waits_for_longer(bed: Bed) -> None:
    people = bed.people(10)
    bed.work(people[0])
    bed.server.run()
    bed.slept.clear()
    busy(bed)
    say(bed.server, people[0], "again")
    for _ in range(4):
        bed.server.loop.turn()
    assert sum(bed.slept) <= REST_SECONDS


def test_a_small_room_does_not_hold_up_the_next_walk_of_a_large_one(bed: Bed) -> None:
    people = bed.people(10)
    one, two = (join_plain(bed.server, name).send("/join #small", "/part #lobby") for name in ("one", "two"))
    two.lines()
    bed.clock.rightNow += 10.0
    say(bed.server, people[0], "x")
    bed.server.loop.turn()
    say(bed.server, people[0], "y")
    for _ in range(3):
        bed.server.loop.turn()
    bed.slept.clear()
    busy(bed)
    say(bed.server, one, "hello", "#small")
    bed.server.loop.turn()
    assert bed.slept == [pytest.approx(REST_SECONDS)]
    assert heard(two) == b"<one> hello\r\n"


def test_a_clock_that_is_set_back_makes_no_large_room_wait_for_it(server: Server) -> None:
    people = crowd(server, 10)
    server.clock.rightNow += 10.0

    class Late:
        """The clock is set back while the first event is served, and more is said."""

        served = 0

        def render(self, event: LogEvent) -> bytes:
            self.served += 1
            if self.served == 1:
                server.clock.rightNow -= 5.0
                say(server, people[0], "two")
            return b"event\n"

    people[9].protocol.session.cursors[server.directory.lobby].rendering = Late()
    say(server, people[0], "one")
    server.run()
    server.clock.rightNow += WALK_SECONDS
    server.run()
    assert [heard(client) for client in people[1:]] == [b"<p0> one\n<p0> two\n"] * 8 + [b"event\n" * 2]


def test_work_that_is_not_done_is_followed_by_no_rest(bed: Bed) -> None:
    people = bed.people(10)
    bed.work(people[0])
    bed.server.run()
    bed.slept.clear()
    say(bed.server, people[0], "again")
    slept = []
    for _ in range(3):
        bed.server.loop.turn()
        slept.append(bool(bed.slept))
    assert slept == [False, False, True]
    assert all(heard(client).endswith(b"<p0> again\n") for client in people[1:])


def test_a_small_room_that_waits_its_turn_is_served_before_the_rest(bed: Bed) -> None:
    people = bed.people(4)
    people[3].feed(b"/join #small\n")
    people[2].feed(b"/join #small\n")
    bed.server.turn()
    bed.slept.clear()
    say(bed.server, people[3], "to all", "#lobby")
    say(bed.server, people[3], "to few", "#small")
    heard(people[2])
    bed.server.loop.turn()
    assert bed.slept == []
    bed.server.loop.turn()
    assert sorted(heard(people[2]).splitlines()) == [b"<p3> to few", b"[#lobby] <p3> to all"]


def test_a_reply_that_waits_is_sent_before_the_rest(bed: Bed) -> None:
    people = bed.people(3)
    bed.work(people[0])
    heard(people[1])

    class Answering:
        """Leads to a reply while the room is served."""

        def render(self, event: LogEvent) -> bytes:
            assert people[1].protocol.dialect is not None
            people[1].protocol.dialect.tell_sentence("answer")
            return b"event\n"

    people[1].protocol.session.cursors[bed.server.directory.lobby].rendering = Answering()
    assert bed.work(people[0]) == []
    assert heard(people[1]) == b"event\n"
    bed.server.loop.turn()
    assert heard(people[1]) == b"answer\n"


def test_replies_alone_are_followed_by_no_rest(bed: Bed) -> None:
    people = bed.people(3)
    bed.work(people[0])
    people[1].socket.give(b"/users\n")
    bed.server.run()
    assert bed.slept == []
    assert b"3 in #lobby" in heard(people[1])


def test_who_is_said_something_while_the_process_rests_gets_it_after_that(bed: Bed) -> None:
    people = bed.people(10)
    for number in range(20):
        people[number % 10].socket.give(b"%d\n" % number)
        bed.server.run()
    bed.server.run()
    for number, client in enumerate(people):
        lines = [int(line.split()[1]) for line in heard(client).splitlines() if line.startswith(b"<")]
        assert lines == [n for n in range(20) if n % 10 != number]
    assert 0 < sum(bed.slept) <= bed.clock.seconds()


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
