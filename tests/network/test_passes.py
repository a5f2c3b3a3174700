"""One pass through a room: what each reader gets of it, at whatever position, and once."""

from __future__ import annotations

import errno

import pytest
from twisted.python.failure import Failure

from chat.domain.events import LogEvent, Said
from chat.domain.log import KEEP_AT_MOST
from chat.network.plain_rendering import PlainRendering
from tests.network.chatting import Server, join_irc, join_plain, make_server
from tests.network.crowds import crowd, heard, say, user_of


@pytest.fixture
def server() -> Server:
    return make_server(slice_size=4, max_per_address=0)


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

    ann.protocol.session.cursors[room].rendering = Talkative()
    say(server, bob, "one")
    assert ann.lines() == ["one", "more"]


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
    ann.protocol.session.cursors[server.directory.lobby].rendering = Broken()
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
