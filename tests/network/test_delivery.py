"""The fan-out: passes in slices, patience, what readers share, and what goes wrong without harm to others."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chat.domain.events import LogEvent, Said
from chat.domain.log import KEEP_AT_MOST
from chat.domain.room import Room
from chat.domain.stats import Stats
from chat.domain.user import User
from chat.network.delivery import HURRY, PATIENCE_SECONDS, SLICE, Fanout
from chat.network.passes import Pass
from chat.network.plain_rendering import PlainRendering
from tests.network.chatting import Client, Server, join_irc, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server(slice_size=4, max_per_address=0)


def user_of(client: Client) -> User:
    assert client.protocol.dialect is not None
    return client.protocol.dialect.user


def say(server: Server, client: Client, text: str, room: str = "#lobby") -> None:
    """Say something without letting the loop turn."""
    server.directory.say(user_of(client), server.directory.rooms[room], text)


def crowd(server: Server, count: int, room: str | None = None) -> list[Client]:
    """So many people, in the lobby or in a room of their own."""
    clients = [server.connect().feed(b"p%d\n" % n) for n in range(count)]
    if room is not None:
        for client in clients:
            client.feed(b"/part #lobby\n/join " + room.encode() + b"\n")
    server.turn()
    for client in clients:
        client.raw()
    return clients


def heard(client: Client) -> bytes:
    """What has been sent since the last look, without a turn of the loop."""
    data = bytes(client.socket.taken[client._seen :])
    client._seen = len(client.socket.taken)
    return data


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


def test_each_reader_gets_everything_up_to_the_moment_of_its_turn(server: Server) -> None:
    people = crowd(server, 8)
    bob = join_plain(server, "bob")
    for client in people:
        client.lines()
    say(server, bob, "one")
    server.loop.turn()
    say(server, bob, "two")
    server.loop.turn()
    assert [heard(client) for client in people[:4]] == [b"<bob> one\n"] * 4
    assert [heard(client) for client in people[4:]] == [b"<bob> one\n<bob> two\n"] * 4
    server.run()
    assert [heard(client) for client in people[:4]] == [b""] * 4
    server.turn()
    assert [heard(client) for client in people[:4]] == [b"<bob> two\n"] * 4
    assert [heard(client) for client in people[4:]] == [b""] * 4


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


def test_many_readers_share_one_rendering(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    people = crowd(server, 50)
    irc = [join_irc(server, f"i{n}", "#lobby") for n in range(3)]
    calls: list[str] = []
    render = PlainRendering.render

    def counting(self: PlainRendering, event: LogEvent) -> bytes:
        calls.append(type(event).__name__)
        return render(self, event)

    monkeypatch.setattr(PlainRendering, "render", counting)
    for client in (*people, *irc):
        client.lines()
    calls.clear()
    for n in range(5):
        say(server, people[0], str(n))
    server.run()
    assert calls == ["Said"] * 5
    assert all(client.raw() == b"<p0> 0\n<p0> 1\n<p0> 2\n<p0> 3\n<p0> 4\n" for client in people[1:])
    assert all(len(client.lines()) == 5 for client in irc)


def test_an_author_does_not_get_its_own_lines_back(server: Server) -> None:
    ann, bob = join_plain(server, "ann"), join_plain(server, "bob")
    ann.lines()
    for client, text in ((ann, "1"), (bob, "2"), (ann, "3"), (bob, "4"), (bob, "5")):
        say(server, client, text)
    assert ann.lines() == ["<bob> 2", "<bob> 4", "<bob> 5"]
    assert bob.lines() == ["<ann> 1", "<ann> 3"]


def test_somebody_who_comes_during_a_pass_gets_what_is_said_from_then_on(server: Server) -> None:
    crowd(server, 20)
    bob = join_plain(server, "bob")
    say(server, bob, "before")
    server.loop.turn()
    late = server.connect()
    late.socket.give(b"late\n")
    server.loop.turn()
    say(server, bob, "after")
    lines = late.lines()
    assert lines.count("<bob> after") == 1
    assert "<bob> before" not in lines
    assert any(line.endswith("] <bob> before") for line in lines), "it is part of what was said last"


def test_somebody_who_goes_during_a_pass_is_passed_over(server: Server) -> None:
    people = crowd(server, 12)
    bob = join_plain(server, "bob")
    for client in people:
        client.lines()
    say(server, bob, "hello")
    server.loop.turn()
    people[-1].lose()
    people[-2].feed(b"/part\n")
    server.run()
    assert people[-1].raw() == b""
    assert people[-2].raw().startswith(b"<bob> hello\n")
    assert all(client.raw().startswith(b"<bob> hello\n") for client in people[:-2])


def test_a_room_that_vanishes_during_a_pass_does_no_harm(server: Server) -> None:
    people = crowd(server, 6, "#short")
    say(server, people[0], "hello", "#short")
    for client in people:
        client.lose()
    server.turn()
    assert server.left_behind() == []


def test_a_pass_goes_as_far_as_the_log_did_when_the_slice_began(server: Server) -> None:
    ann, bob = join_plain(server, "ann"), join_plain(server, "bob")
    ann.lines()
    room = server.directory.lobby

    class Talkative:
        """Renders, and says more while it does."""

        more = True

        def render(self, event: LogEvent) -> bytes:
            if self.more:
                self.more = False
                say(server, bob, "more")
            assert isinstance(event, Said)
            return event.text.encode() + b"\n"

    user_of(ann).memberships[room].rendering = Talkative()
    say(server, bob, "one")
    assert ann.lines() == ["one", "more"]


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


class Broken:
    """Cannot render what contains a certain word."""

    def render(self, event: LogEvent) -> bytes:
        """Fail on request."""
        text = getattr(event, "text", "")
        if "bad" in text:
            raise ValueError("cannot be rendered")
        return f"{text}\n".encode()


@pytest.mark.parametrize("stalled", [False, True])
@pytest.mark.parametrize("door", ["socket", "wrapped"])
def test_an_event_that_cannot_be_rendered_is_hidden_and_stops_nothing(
    server: Server, logged_failures: list[Failure], stalled: bool, door: str
) -> None:
    ann, bob, carol = join_plain(server, "ann", door), join_plain(server, "bob"), join_plain(server, "carol")
    user_of(ann).memberships[server.directory.lobby].rendering = Broken()
    ann.raw()
    carol.lines()
    if stalled:
        ann.stall()
    bob.send("one")
    say(server, bob, "bad")
    bob.send("two", "bad", "three")
    ann.read()
    assert ann.lines() == ["one", "two", "three"]
    assert carol.lines() == ["<bob> one", "<bob> bad", "<bob> two", "<bob> bad", "<bob> three"]
    assert {failure.type for failure in logged_failures} == {ValueError}
    logged_failures.clear()


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


def test_a_pass_finds_a_reader_that_the_log_has_left_behind(server: Server) -> None:
    ann, bob = join_plain(server, "ann"), join_plain(server, "bob")
    ann.lines()
    room = server.directory.lobby
    for n in range(2 * KEEP_AT_MOST):
        room.log.append(Said(f"{n:028x}", 0.0, user_of(bob).identity, "#lobby", str(n)))
    say(server, bob, "last")
    heard = ann.lines()
    assert heard[0] == f"*** You missed {room.log.base - 2} messages (/history shows the last ones)"
    assert heard[-1] == "<bob> last"


def test_readers_of_several_rooms_get_an_event_of_a_person_once(server: Server) -> None:
    ann, bob = join_plain(server, "ann"), join_plain(server, "bob")
    for client in (ann, bob):
        client.send("/join #a")
    ann.lines()
    bob.feed(b"/nick rob\nhello\n")
    assert ann.lines() == ["[#lobby] * bob is now rob", "<rob> hello"]
    assert server.directory.rooms["#a"].log.end - server.directory.lobby.log.end < 5


@pytest.mark.parametrize("error", [BrokenPipeError(errno.EPIPE, "x"), BlockingIOError(errno.EAGAIN, "x")])
def test_a_pass_that_meets_an_error_serves_the_others(server: Server, error: OSError) -> None:
    people = crowd(server, 6)
    bob = join_plain(server, "bob")
    for client in people:
        client.lines()
    people[2].socket.send_error = error
    say(server, bob, "hello")
    server.clock.advance(0)
    first = [heard(client).partition(b"\n")[0] for client in people]
    assert first == [b"<bob> hello"] * 2 + [b""] + [b"<bob> hello"] * 3
    gone = isinstance(error, BrokenPipeError)
    people[2].socket.send_error = None
    server.run()
    assert people[2].ended == gone
    assert heard(people[2]) == (b"" if gone else b"<bob> hello\n")
